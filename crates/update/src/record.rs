//! What the helper has written down: how far an update has come, what it remembers, how the last one ended. Everybody may
//! read it; the kiosk shows staff what is in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

#[cfg(target_os = "linux")]
use crate::durable;
use crate::{
    judge::Memory,
    release::package_file,
    stage::{End, Stage},
    version::Version,
};

/// What the record's file is called, in the helper's folder.
pub const FILE: &str = "state.json";
/// The helper's folder where the package puts it.
pub const FOLDER: &str = "/var/lib/prbiti-kiosk-update";

/// Everything that is written down. What we keep: a helper of another version may read it, in the middle of an update, so
/// that fields are added and never renamed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// What is remembered from one update to the next.
    pub memory: Memory,
    /// The update that is under way.
    pub update: Option<Update>,
    /// The package of the version that is installed, as far as it is kept.
    pub way_back: Option<Package>,
    /// What became of the last release that the kiosk handed over.
    pub last: Option<Last>,
}

/// An update that is under way. What we keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// What is installed when it begins.
    pub from: Package,
    /// What is to be installed.
    pub to: Package,
    /// How far it has come.
    pub stage: Stage,
}

/// A package that is kept where only root writes. What we keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The version in it.
    pub version: Version,
    /// Its SHA-256, 64 digits.
    pub sha256: String,
}

impl Package {
    /// Its file, below the helper's folder.
    pub fn path(&self, folder: &Path) -> PathBuf {
        folder.join("packages").join(package_file(&self.version))
    }
}

/// What became of a release. What we keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// The version, if the release could be read.
    pub version: Option<Version>,
    /// When: the wall clock, in seconds since 1970.
    pub at_s: u64,
    /// What.
    pub became: Became,
}

/// What became of a release. What we keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Became {
    /// It wasn't installed.
    Refused {
        /// Why.
        why: String,
    },
    /// It is the one that is installed, and its package is kept as the way back.
    WayBack,
    /// It was begun, and ended so.
    Ended {
        /// How.
        end: End,
    },
}

impl Became {
    /// In words, for the log and for staff.
    pub fn told(&self) -> String {
        match self {
            Became::Refused { why } => format!("refused: {why}"),
            Became::WayBack => "its package is kept as the way back".to_owned(),
            Became::Ended { end: End::Healthy } => "installed, and well".to_owned(),
            Became::Ended { end: End::GaveUp { why } } => format!("not installed: {why}"),
            Became::Ended { end: End::RolledBack { why } } => format!("rolled back: {why}"),
        }
    }
}

/// The record can't be used.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The disk refuses it.
    #[error("{path}: {source}")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no record.
    #[error("{path} is no record of updates: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: serde_json::Error,
    },
}

impl RecordError {
    /// What somebody can do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            RecordError::Disk { .. } => {
                "look at the disk and at the folder's rights; then start prbiti-kiosk-update.service"
            }
            RecordError::Unreadable { .. } => {
                "look which version is installed (dpkg -l prbiti-kiosk), install the one that is wanted by hand, and then \
                 move this file away: which versions failed is in it, and is forgotten with it"
            }
        }
    }
}

impl Record {
    /// Reads the record in the helper's folder; an empty one before the first.
    pub fn read(folder: &Path) -> Result<Record, RecordError> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|why| RecordError::Unreadable { path, why }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Record::default()),
            Err(source) => Err(RecordError::Disk { path, source }),
        }
    }
}

#[cfg(target_os = "linux")]
impl Record {
    /// Makes it durable.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), RecordError> {
        let path = folder.join(FILE);
        let written = serde_json::to_vec_pretty(self).map_err(io::Error::from);
        let written = written.and_then(|text| durable::write(&path, &text, 0o644));
        written.map_err(|source| RecordError::Disk { path, source })
    }

    /// An update is over: what it leaves.
    pub(crate) fn end(&mut self, update: &Update, end: End, at_s: u64) {
        self.update = None;
        match &end {
            End::Healthy => {
                self.way_back = Some(update.to.clone());
                // What is older isn't installed anyway.
                self.memory.failed.retain(|failed| *failed > update.to.version);
            }
            End::RolledBack { .. } => self.memory.failed.push(update.to.version.clone()),
            End::GaveUp { .. } => {}
        }
        self.last = Some(Last { version: Some(update.to.version.clone()), at_s, became: Became::Ended { end } });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// As the first release with a helper wrote it.
    const GOLDEN: &str = r#"{
  "memory": {"failed": ["0.2.5"], "seen": {"stable_s": 7, "beta_s": 0}},
  "update": {
    "from": {"version": "0.2.0", "sha256": "aa"},
    "to": {"version": "0.3.0-rc.1", "sha256": "bb"},
    "stage": {"is": "trying", "times": 2}
  },
  "way_back": {"version": "0.2.0", "sha256": "aa"},
  "last": {"version": "0.2.5", "at_s": 5, "became": {"is": "ended", "end": {"is": "rolled_back", "why": "w"}}}
}"#;

    fn golden() -> Record {
        let package =
            |version: &str, sha256: &str| Package { version: version.parse().unwrap(), sha256: sha256.into() };
        let record: Record = serde_json::from_str(GOLDEN).unwrap();
        let update = record.update.clone().unwrap();
        assert_eq!(update.from, package("0.2.0", "aa"));
        assert_eq!((update.to, update.stage), (package("0.3.0-rc.1", "bb"), Stage::Trying { times: 2 }));
        record
    }

    #[test]
    fn what_an_older_helper_wrote_is_read_and_what_is_new_is_left_alone() {
        let mut text: serde_json::Value = serde_json::from_str(GOLDEN).unwrap();
        assert_eq!(text, serde_json::to_value(golden()).unwrap());
        text["of_a_newer_helper"] = 1.into();
        text["update"]["of_a_newer_helper"] = 1.into();
        assert_eq!(serde_json::from_value::<Record>(text).unwrap(), golden());
        assert_eq!(serde_json::from_str::<Record>("{}").unwrap(), Record::default());
    }

    #[test]
    fn a_record_is_there_whole_or_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Record::read(folder.path()).unwrap(), Record::default());
        golden().write(folder.path()).unwrap();
        assert_eq!(Record::read(folder.path()).unwrap(), golden());
        fs::write(folder.path().join(FILE), "{\"memory\":").unwrap();
        assert!(matches!(Record::read(folder.path()), Err(RecordError::Unreadable { .. })));
    }

    #[test]
    fn what_got_well_is_the_way_back_and_what_didnt_is_remembered() {
        let mut record = golden();
        let update = record.update.clone().unwrap();
        record.end(&update, End::RolledBack { why: "w".into() }, 9);
        let failed: Vec<String> = record.memory.failed.iter().map(ToString::to_string).collect();
        assert_eq!((failed, record.update.clone()), (vec!["0.2.5".into(), "0.3.0-rc.1".into()], None));
        assert_eq!(record.way_back, Some(update.from.clone()));
        record.end(&update, End::Healthy, 9);
        assert_eq!((record.memory.failed.len(), record.way_back), (0, Some(update.to)));
    }
}
