//! What the guide demands, and which tests prove that we do it. Data: `requirements.toml` beside this crate's manifest.

use std::path::Path;

use serde::Deserialize;

use crate::{Fault, text};

/// The page as data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Requirements {
    /// In the order of the page.
    #[serde(rename = "section")]
    pub(crate) sections: Vec<Section>,
}

/// A section of the guide.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    /// Its number in the guide; the rows are numbered under it.
    pub(crate) guide: String,
    /// What it is about.
    pub(crate) title: String,
    /// At least one.
    pub(crate) row: Vec<Row>,
}

/// One requirement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    /// What is demanded, or promised.
    pub(crate) says: String,
    /// What we do.
    pub(crate) reading: String,
    /// Who says that it is to be done like this.
    pub(crate) whose: Whose,
    /// Where only Prbiti can say whether we read it right: the entry in `docs/go-live.md`.
    pub(crate) ask: Option<String>,
    /// What proves it, as `suite::binary::path::of::test`; at least one.
    pub(crate) tests: Vec<String>,
}

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Whose {
    /// The guide, in so many words.
    Guide,
    /// We do, where it is silent or says two things.
    Ruling,
}

impl Requirements {
    /// Those of this project, checked: no row without a test, no question that the list of questions doesn't have.
    pub(crate) fn read(root: &Path) -> Result<Requirements, Fault> {
        let path = root.join("crates/conformance/requirements.toml");
        let unreadable = |why: String| Fault::Unreadable { path: path.clone(), why };
        let all: Requirements = toml::from_str(&text(&path)?).map_err(|error| unreadable(error.to_string()))?;
        let questions = text(&root.join("docs/go-live.md"))?;
        for (number, row) in all.rows() {
            if row.tests.is_empty() {
                return Err(unreadable(format!("{number} names no test: {}", row.says)));
            }
            if let Some(ask) = &row.ask
                && !questions.contains(&format!("<a id=\"{ask}\"></a>"))
            {
                return Err(unreadable(format!("{number} asks for '{ask}', which docs/go-live.md doesn't have")));
            }
        }
        Ok(all)
    }

    /// Each row with its number.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (String, &Row)> {
        self.sections
            .iter()
            .flat_map(|section| section.row.iter().zip(1..).map(|(row, at)| (format!("{}/{at}", section.guide), row)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{collections::BTreeSet, path::Path};

    use super::*;

    fn root() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    /// Each field of each message, as the guide's tables list them.
    const FIELDS: [(&str, &[&str]); 8] = [
        ("2.2", &["status", "result", "timestamp", "errorCode", "errorMsg", "errorMsgUser"]),
        ("2.6", &["type", "data"]),
        (
            "3.1.2",
            &[
                "type",
                "supportMode",
                "applicationKey",
                "passwd",
                "accessType",
                "transactionID",
                "payAmount",
                "autoCloseTime",
                "pointRedeem",
            ],
        ),
        ("3.1.3", &["supportMode", "payAmount", "pointEarn", "pointEarnNum"]),
        (
            "3.2.2",
            &[
                "supportMode",
                "itemList",
                "itemID",
                "itemName",
                "itemUnitPrice",
                "itemCount",
                "itemPrice",
                "itemOptionList",
                "itemOptionID",
                "itemOptionName",
                "itemOptionUnitPrice",
                "itemOptionCount",
                "itemOptionPrice",
                "couponDiscountPrice",
                "couponItemCodes",
            ],
        ),
        ("3.3.2", &["supportMode", "payAmount", "itemList", "prepaidPayPrice"]),
        (
            "3.4.1",
            &[
                "type",
                "auth",
                "transactionID",
                "pointRedeemConfirmedYN",
                "pointEarnConfirmedYN",
                "couponConfirmedYN",
                "prepaidConfirmedYN",
                "eReceiptIssueYN",
                "receiptIssueYN",
                "itemList",
                "paymentList",
                "payment",
                "paymentID",
                "paymentIssuer",
                "cardPaymentPeriod",
                "cardMerchantID",
                "paymentPrice",
                "prepaidBalance",
                "pointBalance",
                "paymentMemo",
                "netAmount",
                "tax",
                "discount",
                "customerPaid",
                "totalPaid",
                "memo1",
                "memo5",
                "autoCloseTime",
            ],
        ),
        (
            "3.5.1",
            &[
                "type",
                "auth",
                "transactionID",
                "autoCloseTime",
                "pointRedeemCanceledNum",
                "pointEarnCanceledNum",
                "couponCanceledID",
                "couponCanceledName",
                "prepaidCanceledNum",
            ],
        ),
    ];

    #[test]
    fn every_field_of_the_guides_tables_has_a_row_in_its_section() {
        let all = Requirements::read(&root()).unwrap();
        for (guide, fields) in FIELDS {
            let rows: Vec<&Row> =
                all.sections.iter().filter(|section| section.guide == guide).flat_map(|section| &section.row).collect();
            for field in fields {
                assert!(rows.iter().any(|row| row.says.contains(&format!("`{field}`"))), "{guide}: {field}");
            }
        }
    }

    #[test]
    fn nothing_is_demanded_twice() {
        let all = Requirements::read(&root()).unwrap();
        let mut seen = BTreeSet::new();
        for section in &all.sections {
            for row in &section.row {
                assert!(seen.insert((&section.guide, &row.says)), "{}: {}", section.guide, row.says);
            }
        }
    }

    #[test]
    fn what_the_list_of_questions_names_in_the_code_exists() {
        let questions = text(&root().join("docs/go-live.md")).unwrap();
        let named: Vec<&str> = questions
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| word.contains('/') && (word.ends_with(".rs") || word.ends_with(".svelte")))
            .collect();
        assert!(!named.is_empty());
        for path in named {
            assert!(root().join(path).exists(), "docs/go-live.md names {path}");
        }
    }
}
