//! A release as its publisher tells of it: a signed list, in which the package stands with its checksum.
//!
//! All that counts is under one signature, so that nobody can put another package, channel or share of kiosks beside a
//! version that was really published.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    key::{TrustedKeys, Untrusted},
    version::Version,
};

/// The most that a list may have, bytes.
pub const LARGEST_LIST: u64 = 16 << 10;
/// The most that a signature's file may have, bytes.
pub const LARGEST_SIGNATURE: u64 = 2 << 10;
/// The most that a package may have, bytes.
pub const LARGEST_PACKAGE: u64 = 256 << 20;
/// The Debian package that kiosks are.
pub const PACKAGE: &str = "prbiti-kiosk";
/// How lists are written now.
const FORMAT: u32 = 1;

/// Where releases are published for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// For every kiosk.
    Stable,
    /// For those that try it first.
    Beta,
}

impl Line {
    /// All of them.
    pub const ALL: [Line; 2] = [Line::Stable, Line::Beta];

    /// Its name, which is also its folder's.
    pub const fn name(self) -> &'static str {
        match self {
            Line::Stable => "stable",
            Line::Beta => "beta",
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What this kiosk follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Whatever is the newest there.
    Line(Line),
    /// This version, wherever it was published; once it is there, nothing.
    Pin(Version),
}

impl FromStr for Channel {
    type Err = NoChannel;

    fn from_str(text: &str) -> Result<Channel, NoChannel> {
        match Line::ALL.into_iter().find(|line| line.name() == text) {
            Some(line) => Ok(Channel::Line(line)),
            None => text.parse().map(Channel::Pin).map_err(|_| NoChannel { text: text.to_owned() }),
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Channel::Line(line) => line.fmt(f),
            Channel::Pin(version) => version.fmt(f),
        }
    }
}

/// A text that names no channel.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} is no channel: stable, beta, or a version to stay with")]
pub struct NoChannel {
    /// The text.
    pub text: String,
}

/// A release, as it was signed. Can't be made but from a list whose signature was verified: see [`Release::verified`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    list: List,
}

/// What a publisher signs, as JSON. Fields are added and never renamed: older kiosks read it, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// How it is written.
    pub format: u32,
    /// [`PACKAGE`]: a list of something else, signed with the same key, isn't ours.
    pub package: String,
    /// The version in the package.
    pub version: Version,
    /// Where it was published.
    pub line: Line,
    /// When, in seconds since 1970: later publications have a higher number, in whatever line.
    pub published_s: u64,
    /// The package's size, bytes.
    pub bytes: u64,
    /// The package's SHA-256, 64 digits.
    pub sha256: String,
    /// For so many of a hundred kiosks.
    pub percent: u8,
    /// The oldest program that can still use the journal once this one has migrated it.
    pub journal_needs: Version,
}

/// Why a list isn't believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoRelease {
    /// Nobody signed it whom this kiosk trusts.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// It is signed and makes no sense.
    #[error("the signed list of the release can't be used: {why}")]
    Unusable {
        /// What is wrong with it.
        why: String,
    },
}

impl NoRelease {
    /// What somebody can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            NoRelease::Untrusted(_) => "look whether `update.url` is the publisher's, and whether its key was changed",
            NoRelease::Unusable { .. } => {
                "the publisher has to publish it again; a newer kind of list needs a release between"
            }
        }
    }
}

impl List {
    /// A list as it is written now.
    pub const fn format() -> u32 {
        FORMAT
    }

    fn check(&self) -> Result<(), String> {
        let digits = self.sha256.len() == 64 && self.sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if self.format != FORMAT {
            Err(format!("format {} is not {FORMAT}", self.format))
        } else if self.package != PACKAGE {
            Err(format!("it is about {:?}", self.package))
        } else if self.bytes == 0 || self.bytes > LARGEST_PACKAGE {
            Err(format!("a package of {} bytes", self.bytes))
        } else if !digits {
            Err("its sha256 isn't 64 digits".to_owned())
        } else if self.percent > 100 {
            Err(format!("{} percent", self.percent))
        } else {
            Ok(())
        }
    }
}

impl Release {
    /// Believes a list that one of `keys` signed.
    pub fn verified(list: &[u8], signature: &str, keys: &TrustedKeys) -> Result<Release, NoRelease> {
        keys.verify(list, signature)?;
        let unusable = |why| NoRelease::Unusable { why };
        let list: List = serde_json::from_slice(list).map_err(|error| unusable(error.to_string()))?;
        list.check().map_err(unusable)?;
        Ok(Release { list })
    }

    /// The version in the package.
    pub fn version(&self) -> &Version {
        &self.list.version
    }

    /// Where it was published.
    pub fn line(&self) -> Line {
        self.list.line
    }

    /// When it was published, in seconds since 1970.
    pub fn published_s(&self) -> u64 {
        self.list.published_s
    }

    /// The package's size, bytes.
    pub fn bytes(&self) -> u64 {
        self.list.bytes
    }

    /// The package's SHA-256, 64 digits.
    pub fn sha256(&self) -> &str {
        &self.list.sha256
    }

    /// For so many of a hundred kiosks.
    pub fn percent(&self) -> u8 {
        self.list.percent
    }

    /// The oldest program that can still use the journal once this one has migrated it.
    pub fn journal_needs(&self) -> &Version {
        &self.list.journal_needs
    }

    /// The package's file, as it is published.
    pub fn file(&self) -> String {
        package_file(&self.list.version)
    }
}

/// What the package of a version is called.
pub fn package_file(version: &Version) -> String {
    format!("{PACKAGE}_{}_amd64.deb", version.debian())
}

/// Where things are, below the address of a publisher.
pub mod at {
    use super::{Channel, package_file};
    use crate::version::Version;

    /// The list that a kiosk of this channel looks at.
    pub fn list(channel: &Channel) -> String {
        match channel {
            Channel::Line(line) => format!("{line}/latest.json"),
            Channel::Pin(version) => release(version),
        }
    }

    /// The list of one version, as it was last published.
    pub fn release(version: &Version) -> String {
        format!("releases/{version}.json")
    }

    /// The signature of a list by the key of that name.
    pub fn signature(list: &str, key: &str) -> String {
        format!("{list}.{key}.minisig")
    }

    /// A version's package.
    pub fn package(version: &Version) -> String {
        format!("packages/{}", package_file(version))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::sample::{Publisher, list};

    fn told(publisher: &Publisher, list: &List) -> Result<Release, NoRelease> {
        let text = serde_json::to_vec(list).unwrap();
        Release::verified(&text, &publisher.sign(&text), &publisher.trusted())
    }

    #[test]
    fn a_list_that_was_signed_is_believed_as_it_stands() {
        let publisher = Publisher::new();
        let release = told(&publisher, &list("0.3.0-beta.1")).unwrap();
        assert_eq!(release.list, list("0.3.0-beta.1"));
        assert_eq!(release.file(), "prbiti-kiosk_0.3.0~beta.1_amd64.deb");
    }

    #[test]
    fn whatever_is_changed_of_a_list_isnt_believed() {
        let publisher = Publisher::new();
        let text = serde_json::to_vec(&list("0.3.0")).unwrap();
        let signature = publisher.sign(&text);
        for at in 0..text.len() {
            let mut changed = text.clone();
            changed[at] ^= 1;
            let believed = Release::verified(&changed, &signature, &publisher.trusted());
            assert!(matches!(believed, Err(NoRelease::Untrusted(Untrusted::NotItsSignature { .. }))), "byte {at}");
        }
    }

    #[test]
    fn what_nobody_signed_or_somebody_else_isnt_believed() {
        let (publisher, other) = (Publisher::new(), Publisher::new());
        let text = serde_json::to_vec(&list("0.3.0")).unwrap();
        let believed = |signature: &str| Release::verified(&text, signature, &publisher.trusted());
        assert!(matches!(believed(""), Err(NoRelease::Untrusted(Untrusted::NoSignature { .. }))));
        assert!(matches!(believed(&other.sign(&text)), Err(NoRelease::Untrusted(Untrusted::UnknownKey { .. }))));
    }

    #[test]
    fn a_signed_list_that_makes_no_sense_isnt_used() {
        let publisher = Publisher::new();
        let good = list("0.3.0");
        for (why, list) in [
            ("format 2", List { format: 2, ..good.clone() }),
            ("about \"other\"", List { package: "other".to_owned(), ..good.clone() }),
            ("0 bytes", List { bytes: 0, ..good.clone() }),
            ("268435457 bytes", List { bytes: LARGEST_PACKAGE + 1, ..good.clone() }),
            ("64 digits", List { sha256: "AB".repeat(32), ..good.clone() }),
            ("101 percent", List { percent: 101, ..good.clone() }),
        ] {
            let error = told(&publisher, &list).unwrap_err();
            assert!(matches!(&error, NoRelease::Unusable { why: said } if said.contains(why)), "{why}: {error}");
        }
    }

    #[test]
    fn channels_are_named_as_in_the_configuration() {
        assert_eq!("beta".parse(), Ok(Channel::Line(Line::Beta)));
        assert_eq!("0.3.0".parse(), Ok(Channel::Pin("0.3.0".parse().unwrap())));
        assert_eq!("nightly".parse::<Channel>(), Err(NoChannel { text: "nightly".to_owned() }));
        assert_eq!(at::list(&"stable".parse().unwrap()), "stable/latest.json");
        assert_eq!(at::list(&"0.3.0-rc.1".parse().unwrap()), "releases/0.3.0-rc.1.json");
    }
}
