//! Is a release one for this kiosk? Asked twice: by the kiosk before it downloads anything, and by the helper, which trusts
//! nothing that it is told, before it installs.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::{
    release::{Channel, Line, Release},
    version::Version,
};

/// What is remembered from one update to the next. What we keep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// Versions that were installed and didn't get well.
    pub failed: Vec<Version>,
    /// When the newest list that was seen of each line was published, seconds since 1970.
    pub seen: Seen,
}

/// The newest publication that was seen of each line, in seconds since 1970; 0 before the first. What we keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    stable_s: u64,
    beta_s: u64,
}

impl Seen {
    const fn of(self, line: Line) -> u64 {
        match line {
            Line::Stable => self.stable_s,
            Line::Beta => self.beta_s,
        }
    }

    /// With this publication, too.
    pub fn and(mut self, release: &Release) -> Seen {
        let seen_s = match release.line() {
            Line::Stable => &mut self.stable_s,
            Line::Beta => &mut self.beta_s,
        };
        *seen_s = release.published_s().max(*seen_s);
        self
    }
}

/// A kiosk, as far as it matters to which releases are for it.
#[derive(Clone, Copy, Debug)]
pub struct Kiosk<'a> {
    /// The version that is installed.
    pub installed: &'a Version,
    /// What it follows.
    pub channel: &'a Channel,
    /// What tells it from all others, `/etc/machine-id`.
    pub machine: &'a str,
    /// What is remembered.
    pub memory: &'a Memory,
}

/// Why a release isn't for this kiosk now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WhyNot {
    /// It is the one that is installed.
    #[error("{version} is installed")]
    Installed {
        /// The version.
        version: Version,
    },
    /// An older one is never put in the place of a newer one.
    #[error("{version} is older than {installed}, which is installed")]
    Older {
        /// The version that is offered.
        version: Version,
        /// The version that is installed.
        installed: Version,
    },
    /// It was installed once, and rolled back.
    #[error("{version} was installed before and didn't get well")]
    Failed {
        /// The version.
        version: Version,
    },
    /// It is for others.
    #[error("{version} was published in {line}, and this kiosk follows {channel}")]
    OtherChannel {
        /// The version.
        version: Version,
        /// Where it was published.
        line: Line,
        /// What the kiosk follows.
        channel: Channel,
    },
    /// Somebody shows a list that was replaced since.
    #[error("the list of {version} was published before one that this kiosk has seen")]
    Replayed {
        /// The version.
        version: Version,
    },
    /// The program that is installed couldn't be put back.
    #[error("after {version} the journal needs {needs}, so what is installed couldn't be put back")]
    NoWayBack {
        /// The version that is offered.
        version: Version,
        /// The oldest program that could use the journal then.
        needs: Version,
    },
    /// Its turn hasn't come.
    #[error("{version} is for {percent} of a hundred kiosks so far, and not for this one")]
    NotYet {
        /// The version.
        version: Version,
        /// For so many of a hundred.
        percent: u8,
    },
}

impl WhyNot {
    /// Is nothing wrong with it, and nothing to tell staff?
    pub const fn is_usual(&self) -> bool {
        match self {
            WhyNot::Installed { .. } | WhyNot::NotYet { .. } | WhyNot::Failed { .. } => true,
            WhyNot::Older { .. } | WhyNot::OtherChannel { .. } | WhyNot::Replayed { .. } | WhyNot::NoWayBack { .. } => {
                false
            }
        }
    }

    /// What somebody can do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            WhyNot::Installed { .. } => "nothing is to be done",
            WhyNot::Older { .. } => "wait for a newer release; an older one is installed by hand alone",
            WhyNot::Failed { .. } => "wait for the next release",
            WhyNot::OtherChannel { .. } => "look at `update.channel`",
            WhyNot::Replayed { .. } => "look whether the publisher's server shows its newest files",
            WhyNot::NoWayBack { .. } => "the publisher has to publish a release between these two first",
            WhyNot::NotYet { .. } => "wait until it is for all, or pin the version in `update.channel`",
        }
    }
}

/// Whether `release` is to be installed here.
pub fn judge(kiosk: Kiosk<'_>, release: &Release) -> Result<(), WhyNot> {
    let (version, installed) = (release.version().clone(), kiosk.installed.clone());
    if version == installed {
        return Err(WhyNot::Installed { version });
    }
    if version < installed {
        return Err(WhyNot::Older { version, installed });
    }
    if kiosk.memory.failed.contains(&version) {
        return Err(WhyNot::Failed { version });
    }
    match kiosk.channel {
        Channel::Pin(pinned) if *pinned == version => {}
        Channel::Line(line) if *line == release.line() => {
            if release.published_s() < kiosk.memory.seen.of(*line) {
                return Err(WhyNot::Replayed { version });
            }
        }
        Channel::Pin(_) | Channel::Line(_) => {
            return Err(WhyNot::OtherChannel { version, line: release.line(), channel: kiosk.channel.clone() });
        }
    }
    if !installed.may_use_what_needs(release.journal_needs()) {
        return Err(WhyNot::NoWayBack { version, needs: release.journal_needs().clone() });
    }
    // Whoever pins a version wants it now.
    let by_turns = matches!(kiosk.channel, Channel::Line(_));
    if by_turns && turn(kiosk.machine, &version) >= release.percent() {
        return Err(WhyNot::NotYet { version, percent: release.percent() });
    }
    Ok(())
}

/// Where this kiosk stands among a hundred, from 0; for each version elsewhere, so that it isn't always the same ones
/// that try what is new.
fn turn(machine: &str, version: &Version) -> u8 {
    let hash = Sha256::digest(format!("{machine} {version}"));
    let number = hash.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    u8::try_from(number % 100).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::{
        release::List,
        sample::{Publisher, list},
    };

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn memory() -> Memory {
        Memory { failed: vec![version("0.2.5")], seen: Seen { stable_s: 1_800_000_000, beta_s: 1_900_000_000 } }
    }

    /// What a kiosk with 0.2.0 says of it.
    fn said(channel: &str, list: List) -> Result<(), WhyNot> {
        let (installed, channel, memory) = (version("0.2.0"), channel.parse().unwrap(), memory());
        let kiosk = Kiosk { installed: &installed, channel: &channel, machine: "a1", memory: &memory };
        judge(kiosk, &Publisher::new().release(&list))
    }

    #[test]
    fn a_newer_release_of_the_line_is_installed() {
        assert_eq!(said("stable", list("0.3.0")), Ok(()));
        assert_eq!(said("0.3.0", list("0.3.0")), Ok(()));
    }

    #[test]
    fn nothing_older_is_installed_nor_the_same_again() {
        assert_eq!(said("stable", list("0.2.0")), Err(WhyNot::Installed { version: version("0.2.0") }));
        for older in ["0.1.9", "0.2.0-rc.1"] {
            let why = WhyNot::Older { version: version(older), installed: version("0.2.0") };
            assert_eq!(said("stable", list(older)), Err(why.clone()));
            assert_eq!(said(older, list(older)), Err(why), "not when it is pinned, either");
        }
    }

    #[test]
    fn what_failed_once_isnt_tried_again() {
        let why = WhyNot::Failed { version: version("0.2.5") };
        assert_eq!(said("stable", list("0.2.5")), Err(why.clone()));
        assert_eq!(said("0.2.5", list("0.2.5")), Err(why));
    }

    #[test]
    fn what_is_published_elsewhere_is_for_others() {
        let other = |channel: &str, list: List| matches!(said(channel, list), Err(WhyNot::OtherChannel { .. }));
        assert!(other("beta", list("0.3.0")));
        assert!(other("stable", List { line: Line::Beta, ..list("0.3.0") }));
        assert!(other("0.2.9", list("0.3.0")));
    }

    #[test]
    fn a_list_that_was_replaced_isnt_used() {
        let before = |published_s| List { published_s, ..list("0.3.0") };
        assert_eq!(said("stable", before(1_799_999_999)), Err(WhyNot::Replayed { version: version("0.3.0") }));
        assert_eq!(said("stable", before(1_800_000_000)), Ok(()), "the one that was seen");
        let beta = List { line: Line::Beta, ..before(1_800_000_001) };
        assert_eq!(said("beta", beta), Err(WhyNot::Replayed { version: version("0.3.0") }), "each line by itself");
        assert_eq!(said("0.3.0", before(1)), Ok(()), "a pinned version is older than others");
    }

    #[test]
    fn the_newest_publication_that_was_seen_stays_the_newest() {
        let at = |published_s| Publisher::new().release(&List { published_s, ..list("0.3.0") });
        let seen = Seen::default().and(&at(7)).and(&at(5));
        assert_eq!(seen, Seen { stable_s: 7, beta_s: 0 });
    }

    #[test]
    fn a_release_without_a_way_back_isnt_installed() {
        let needing = |needs: &str| said("stable", List { journal_needs: version(needs), ..list("0.3.0") });
        assert_eq!(needing("0.2.0"), Ok(()));
        assert!(matches!(needing("0.2.1"), Err(WhyNot::NoWayBack { .. })));
    }

    #[test]
    fn a_roll_out_reaches_its_share_of_kiosks_and_those_stay() {
        let share = |percent| -> Vec<u32> {
            let release = Publisher::new().release(&List { percent, ..list("0.3.0") });
            let (installed, channel, memory) = (version("0.2.0"), Channel::Line(Line::Stable), memory());
            let offered = |number: &u32| {
                let machine = format!("{number:032x}");
                let kiosk = Kiosk { installed: &installed, channel: &channel, machine: &machine, memory: &memory };
                match judge(kiosk, &release) {
                    Ok(()) => true,
                    Err(why) => {
                        assert!(matches!(why, WhyNot::NotYet { .. }), "{why}");
                        false
                    }
                }
            };
            (0..2_000).filter(offered).collect()
        };
        let (none, some, more, all) = (share(0), share(10), share(50), share(100));
        assert_eq!((none.len(), all.len()), (0, 2_000));
        assert!(
            (140..260).contains(&some.len()) && (900..1_100).contains(&more.len()),
            "{} {}",
            some.len(),
            more.len()
        );
        assert!(some.iter().all(|kiosk| more.contains(kiosk)), "who was offered it once is offered it on");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is offered, what is installed is newer, never failed, of the channel, and can be rolled back.
        #[test]
        fn whatever_is_offered_only_the_right_one_is_installed(
            minor in 0..4u32, patch in 0..7u32, published_s in 0..4u64, beta: bool, percent in 0..=100u8,
            needs in 0..4u32, follows in prop::sample::select(vec!["stable", "beta", "0.2.5", "0.2.6", "0.1.0"]),
        ) {
            let offered = version(&format!("0.{minor}.{patch}"));
            let list = List {
                version: offered.clone(), line: if beta { Line::Beta } else { Line::Stable }, percent, published_s,
                journal_needs: version(&format!("0.{needs}.0")), ..list("0.1.0")
            };
            let (installed, channel) = (version("0.2.4"), follows.parse().unwrap());
            let memory = Memory { failed: vec![version("0.2.5")], seen: Seen { stable_s: 1, beta_s: 2 } };
            let kiosk = Kiosk { installed: &installed, channel: &channel, machine: "a1", memory: &memory };
            if judge(kiosk, &Publisher::new().release(&list)).is_ok() {
                prop_assert!(offered > installed && offered != version("0.2.5") && needs <= 2);
                match channel {
                    Channel::Pin(pin) => prop_assert_eq!(pin, offered),
                    Channel::Line(Line::Beta) => prop_assert!(beta && published_s >= 2 && percent > 0),
                    Channel::Line(Line::Stable) => prop_assert!(!beta && published_s >= 1 && percent > 0),
                }
            }
        }
    }
}
