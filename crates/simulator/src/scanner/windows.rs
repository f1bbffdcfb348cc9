//! Windows has no pseudo terminals, so that there is no simulated scanner: asking for one is refused, and nobody has one.

use std::{io, path::Path};

/// The scanner that there never is.
#[derive(Debug)]
pub(crate) enum Scanner {}

impl Scanner {
    pub(crate) fn open(_: &Path) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "a simulated scanner isn't available on Windows yet"))
    }

    pub(crate) fn path(&self) -> &Path {
        match *self {}
    }

    pub(crate) fn is_plugged(&self) -> bool {
        match *self {}
    }

    pub(crate) fn plug(&self) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn unplug(&self) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn scan(&self, _: &str) -> io::Result<()> {
        match *self {}
    }
}
