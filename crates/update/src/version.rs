//! A program's version, and how Debian writes it.

use std::{cmp::Ordering, fmt, str::FromStr};

use semver::Prerelease;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What stands before a pre-release's number, the earliest first. Only with these do semver and dpkg agree about order.
const STAGES: [&str; 3] = ["alpha", "beta", "rc"];

/// The version of a release: `0.3.0`, or before it `0.3.0-beta.1`. Ordered as semver does, and as dpkg orders
/// [`Version::debian`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(semver::Version);

/// A text that is no version of ours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} is no version such as 0.3.0 or 0.3.0-beta.1")]
pub struct NoVersion {
    /// The text.
    pub text: String,
}

impl Version {
    /// As dpkg orders it: there, `0.3.0-beta.1` would be a later one than `0.3.0`.
    pub fn debian(&self) -> String {
        self.to_string().replace('-', "~")
    }

    /// The version that dpkg tells of.
    pub fn from_debian(text: &str) -> Result<Version, NoVersion> {
        let refused = || NoVersion { text: text.to_owned() };
        // A hyphen would begin a Debian revision, which no package of ours has.
        if text.contains('-') { Err(refused()) } else { text.replace('~', "-").parse().map_err(|_| refused()) }
    }

    /// May a program of this version use what needs `oldest`? As the journal judges it: a pre-release counts as its
    /// release.
    pub fn may_use_what_needs(&self, oldest: &Version) -> bool {
        let release = |version: &Version| (version.0.major, version.0.minor, version.0.patch);
        release(self) >= release(oldest)
    }
}

impl FromStr for Version {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Version, NoVersion> {
        let refused = || NoVersion { text: text.to_owned() };
        let version = semver::Version::parse(text).map_err(|_| refused())?;
        let ours = version.build.is_empty() && (version.pre.is_empty() || is_stage(&version.pre));
        ours.then_some(Version(version)).ok_or_else(refused)
    }
}

/// `beta.1`: one of ours, and a number.
fn is_stage(pre: &Prerelease) -> bool {
    let parts: Vec<&str> = pre.split('.').collect();
    matches!(parts[..], [stage, number] if STAGES.contains(&stage) && number.parse::<u32>().is_ok())
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        self.0.cmp_precedence(&other.0)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Version {
    type Error = NoVersion;

    fn try_from(text: String) -> Result<Version, NoVersion> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> String {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn what_dpkg_would_order_otherwise_is_no_version() {
        for text in
            ["", "0.3", "v0.3.0", "0.3.0+1", "0.3.0-1", "0.3.0-beta", "0.3.0-beta1", "0.3.0-dev.1", "0.3.0-beta.1.2"]
        {
            assert_eq!(text.parse::<Version>(), Err(NoVersion { text: text.to_owned() }));
        }
        for text in ["0.3.0-beta.1", "1:0.3.0", "0.3.0-1", "0.3.0~beta"] {
            assert!(Version::from_debian(text).is_err(), "{text}");
        }
        assert_eq!(Version::from_debian("0.3.0~beta.1"), Ok(version("0.3.0-beta.1")));
    }

    #[test]
    fn a_pre_release_uses_the_journal_as_its_release_would() {
        assert!(version("0.3.0-beta.1").may_use_what_needs(&version("0.3.0")));
        assert!(!version("0.2.9").may_use_what_needs(&version("0.3.0-beta.1")));
    }

    fn any_version() -> impl Strategy<Value = Version> {
        let stage = prop::option::of((prop::sample::select(&STAGES[..]), 0..12u32));
        (0..3u32, 0..12u32, 0..3u32, stage).prop_map(|(major, minor, patch, stage)| {
            let pre = stage.map(|(stage, number)| format!("-{stage}.{number}")).unwrap_or_default();
            version(&format!("{major}.{minor}.{patch}{pre}"))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        #[test]
        fn dpkg_orders_versions_as_we_do(one in any_version(), other in any_version()) {
            let relation = match one.cmp(&other) {
                Ordering::Less => "lt",
                Ordering::Equal => "eq",
                Ordering::Greater => "gt",
            };
            let asked = Command::new("dpkg").args(["--compare-versions", &one.debian(), relation, &other.debian()]).status();
            prop_assert!(asked.unwrap().success(), "{one} {relation} {other}");
        }

        #[test]
        fn a_version_is_read_as_it_is_written(one in any_version()) {
            prop_assert_eq!(Version::from_debian(&one.debian()), Ok(one.clone()));
            prop_assert_eq!(one.to_string().parse::<Version>(), Ok(one));
        }
    }
}
