//! How far an update has come, and what follows: all that a helper needs to go on from wherever it was killed.
//!
//! A stage is written down before what follows from it is done, and says what is known. Whatever is done may have been
//! done before, in part or whole, so each of it can be done again.

use serde::{Deserialize, Serialize};

/// So often a new version is started by a helper that was itself killed meanwhile.
const MOST_TRIES: u8 = 3;

/// How far it has come. What we keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Stage {
    /// The new package and the way back lie where only root writes. The kiosk runs.
    Verified,
    /// The kiosk was ended. Nothing is changed.
    Stopped,
    /// The journal was copied. From here on the new package may be installed, in part or whole.
    JournalKept,
    /// The new version is installed, and wasn't started by us.
    Installed,
    /// The new version was started so often, and isn't known to be well.
    Trying {
        /// How often.
        times: u8,
    },
    /// Nothing is changed, and the kiosk is to run again.
    GivingUp {
        /// Why.
        why: String,
    },
    /// The way back is to be installed; it may be, in part or whole.
    RollingBack {
        /// Why.
        why: String,
    },
}

/// What is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Do {
    /// End the kiosk.
    Stop,
    /// Copy the journal.
    KeepJournal,
    /// Install the new package.
    Install,
    /// Start the new version; what an earlier one said about itself counts no more.
    Begin,
    /// Wait until it is well.
    Await {
        /// It may have been ended since it was started: start it where it doesn't run.
        start: bool,
    },
    /// Start the kiosk as it is.
    Start,
    /// End the kiosk, install the way back, start it.
    PutBack,
}

/// How an update ended. What we keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum End {
    /// The new version is well.
    Healthy,
    /// It was never installed, and may be another time.
    GaveUp {
        /// Why.
        why: String,
    },
    /// The version before it is there again, and this one isn't tried any more.
    RolledBack {
        /// Why.
        why: String,
    },
}

/// What comes of something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// It goes on.
    Next(Stage),
    /// It is over.
    Over(End),
    /// It has to be done again, later: nothing else leads to a version that works.
    Again {
        /// Why it failed.
        why: String,
    },
}

impl Stage {
    /// What is done next.
    pub const fn next(&self) -> Do {
        match self {
            Stage::Verified => Do::Stop,
            Stage::Stopped => Do::KeepJournal,
            Stage::JournalKept => Do::Install,
            Stage::Installed => Do::Begin,
            // One that ended by itself isn't started again by us.
            Stage::Trying { times } => Do::Await { start: *times > 1 },
            Stage::GivingUp { .. } => Do::Start,
            Stage::RollingBack { .. } => Do::PutBack,
        }
    }

    /// What comes of it.
    pub fn after(self, done: Result<(), String>) -> After {
        match (self, done) {
            (Stage::Verified, Ok(())) => After::Next(Stage::Stopped),
            (Stage::Stopped, Ok(())) => After::Next(Stage::JournalKept),
            (Stage::JournalKept, Ok(())) => After::Next(Stage::Installed),
            (Stage::Installed, Ok(())) => After::Next(Stage::Trying { times: 1 }),
            (Stage::Trying { .. }, Ok(())) => After::Over(End::Healthy),
            (Stage::GivingUp { why }, Ok(())) => After::Over(End::GaveUp { why }),
            (Stage::RollingBack { why }, Ok(())) => After::Over(End::RolledBack { why }),
            (Stage::Verified | Stage::Stopped, Err(why)) => After::Next(Stage::GivingUp { why }),
            (Stage::JournalKept | Stage::Installed | Stage::Trying { .. }, Err(why)) => {
                After::Next(Stage::RollingBack { why })
            }
            (Stage::GivingUp { .. } | Stage::RollingBack { .. }, Err(why)) => After::Again { why },
        }
    }

    /// Where a helper goes on that finds this stage. Meanwhile the machine may have been started anew, and the kiosk with
    /// it.
    #[must_use]
    pub fn resumed(self) -> Stage {
        match self {
            // A kiosk that runs has to be ended first, and its journal may have grown.
            Stage::Verified | Stage::Stopped | Stage::JournalKept => Stage::Verified,
            Stage::Trying { times } if times >= MOST_TRIES => {
                Stage::RollingBack { why: format!("the machine or the helper ended {times} times while it was tried") }
            }
            Stage::Trying { times } => Stage::Trying { times: times.saturating_add(1) },
            Stage::Installed | Stage::GivingUp { .. } | Stage::RollingBack { .. } => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a machine is like, as far as it matters.
    #[derive(Clone, Debug, PartialEq, Eq)]
    struct Machine {
        installed: Program,
        runs: bool,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Program {
        Old,
        New,
        HalfNew,
    }

    /// What goes wrong without anybody's killing anything.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Wrong {
        Nothing,
        Journal,
        Package,
        Program,
    }

    /// Does it, whole or only in part: killed in the middle.
    fn act(machine: &mut Machine, what: Do, whole: bool, wrong: Wrong) -> Result<(), String> {
        let failed = || Err("it failed".to_owned());
        match what {
            Do::Stop => machine.runs = false,
            Do::KeepJournal if wrong == Wrong::Journal => return failed(),
            Do::KeepJournal => assert!(!machine.runs, "a journal is copied that is written to"),
            Do::Install => {
                assert!(!machine.runs, "a program is replaced that runs");
                let broken = wrong == Wrong::Package;
                machine.installed = if whole && !broken { Program::New } else { Program::HalfNew };
                if broken {
                    return failed();
                }
            }
            Do::Begin | Do::Start => machine.runs = true,
            Do::Await { start } => {
                machine.runs |= start;
                let well = wrong != Wrong::Program && machine.installed == Program::New && machine.runs;
                return if well { Ok(()) } else { failed() };
            }
            Do::PutBack => {
                machine.runs = whole;
                machine.installed = if whole { Program::Old } else { Program::HalfNew };
            }
        }
        Ok(())
    }

    /// What happens beside the helper's being killed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Beside {
        Nothing,
        /// The kiosk is killed, too, and nobody starts it.
        KioskKilled,
        /// The machine starts anew, and the kiosk with it.
        Reboot,
    }

    /// An update in which the helper is killed at these steps, with what it does there done wholly or in part.
    fn update(kills: &[(usize, bool, Beside)], wrong: Wrong) -> (Machine, End) {
        let mut machine = Machine { installed: Program::Old, runs: true };
        let (mut stage, mut step) = (Stage::Verified, 0);
        loop {
            assert!(step < 100, "it never ends: {stage:?}");
            let kill = kills.iter().find(|(at, ..)| *at == step);
            step += 1;
            let whole = kill.is_none_or(|(_, whole, _)| *whole);
            let done = act(&mut machine, stage.next(), whole, wrong);
            let after = stage.clone().after(done);
            match (after, kill) {
                (_, Some((_, _, beside))) => {
                    // Nothing was written down.
                    machine.runs = match beside {
                        Beside::Nothing => machine.runs,
                        Beside::KioskKilled => false,
                        Beside::Reboot => true,
                    };
                    stage = stage.resumed();
                }
                (After::Next(next), None) => stage = next,
                (After::Over(end), None) => return (machine, end),
                (After::Again { .. }, None) => {}
            }
        }
    }

    #[test]
    fn an_update_goes_through_its_stages() {
        let (old, new) =
            (Machine { installed: Program::Old, runs: true }, Machine { installed: Program::New, runs: true });
        let why = || "it failed".to_owned();
        assert_eq!(update(&[], Wrong::Nothing), (new, End::Healthy));
        assert_eq!(update(&[], Wrong::Journal), (old.clone(), End::GaveUp { why: why() }));
        assert_eq!(update(&[], Wrong::Package), (old.clone(), End::RolledBack { why: why() }));
        assert_eq!(update(&[], Wrong::Program), (old, End::RolledBack { why: why() }));
    }

    #[test]
    fn a_new_version_that_was_killed_with_the_helper_is_started_again() {
        let (machine, end) = update(&[(4, true, Beside::KioskKilled)], Wrong::Nothing);
        assert_eq!((machine, end), (Machine { installed: Program::New, runs: true }, End::Healthy));
    }

    #[test]
    fn a_new_version_is_tried_three_times_at_most() {
        let (machine, end) = update(&[4, 5, 6].map(|step| (step, true, Beside::Reboot)), Wrong::Nothing);
        assert_eq!(machine, Machine { installed: Program::Old, runs: true });
        assert!(matches!(end, End::RolledBack { why } if why.contains("ended 3 times")));
    }

    fn beside() -> impl Strategy<Value = Beside> {
        prop::sample::select(vec![Beside::Nothing, Beside::KioskKilled, Beside::Reboot])
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn wherever_it_is_killed_a_version_that_works_runs_at_the_end(
            kills in prop::collection::vec((0..14usize, any::<bool>(), beside()), 0..6),
            wrong in prop::sample::select(vec![Wrong::Nothing, Wrong::Journal, Wrong::Package, Wrong::Program]),
        ) {
            let (machine, end) = update(&kills, wrong);
            let installed = if end == End::Healthy { Program::New } else { Program::Old };
            prop_assert_eq!(machine, Machine { installed, runs: true });
            prop_assert!(wrong == Wrong::Nothing || end != End::Healthy);
        }

        #[test]
        fn a_stage_is_read_as_it_is_written(times in 0..4u8, why in ".*") {
            for stage in [Stage::Verified, Stage::Trying { times }, Stage::RollingBack { why: why.clone() }] {
                let text = serde_json::to_string(&stage).unwrap_or_default();
                prop_assert_eq!(serde_json::from_str::<Stage>(&text).ok(), Some(stage));
            }
        }
    }
}
