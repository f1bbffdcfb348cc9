//! How guessing is slowed down: after five wrong PINs none is looked at for 5 minutes, then 10, 20 and 30.

use checkout::time::{Age, MINUTE_MS, Now};
use serde::{Deserialize, Serialize};

/// So many in a row are looked at before a pause.
const IN_A_ROW: u32 = 5;
const FIRST_PAUSE_MS: i64 = 5 * MINUTE_MS;
const LONGEST_PAUSE_MS: i64 = 30 * MINUTE_MS;

/// The tries since the last right PIN.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tries {
    /// Since the last pause began.
    in_a_row: u32,
    /// How many pauses there were.
    pauses: u32,
    /// When the last pause began.
    paused: Option<Now>,
}

impl Tries {
    /// For how long no PIN is looked at, ms; 0 when one is.
    pub(super) fn shut_for_ms(&self, now: &Now) -> i64 {
        let Some(paused) = &self.paused else { return 0 };
        let passed = match now.since(paused) {
            Age::Known(ms) | Age::Unknown { at_least_ms: ms } => ms,
        };
        let doubled =
            FIRST_PAUSE_MS.saturating_mul(1_i64.checked_shl(self.pauses.saturating_sub(1)).unwrap_or(i64::MAX));
        (doubled.min(LONGEST_PAUSE_MS) - passed).max(0)
    }

    /// One more, which begins at `now` and isn't looked at yet: the last of a row begins the pause that follows if it
    /// is wrong.
    pub(super) fn one_more(&self, now: &Now) -> Tries {
        let in_a_row = self.in_a_row + 1;
        if in_a_row < IN_A_ROW {
            return Tries { in_a_row, ..self.clone() };
        }
        Tries { in_a_row: 0, pauses: self.pauses.saturating_add(1), paused: Some(now.clone()) }
    }
}
