//! Words for people: Korean first, English beside it. The guide's own texts (in `codes`) are Korean only.

use serde::Serialize;

/// The same said twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Words {
    pub(crate) ko: String,
    pub(crate) en: String,
}

impl Words {
    pub(crate) fn new(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ko: ko.into(), en: en.into() }
    }
}
