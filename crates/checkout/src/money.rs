//! Money: whole won, never a fraction, never silently wrapped.

use std::{fmt, iter::Sum};

use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// An amount in whole won (KRW has no minor unit). May be negative only as a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "i64", into = "i64")]
#[ts(type = "number")]
pub struct Won(i64);

/// The largest amount that any sum in the program may reach (one trillion won). Inputs are checked against
/// [`Won::LIMIT`], so that sums of a cart's worth of them can't overflow an `i64`.
const LARGEST: i64 = 1_000_000_000_000;

impl Won {
    /// Nothing to pay.
    pub const ZERO: Won = Won(0);
    /// The most that one price, payment or benefit may be (100 million won).
    pub const LIMIT: Won = Won(100_000_000);

    /// An amount of `won`; clamped to ±10¹², which no checked input can reach.
    pub const fn new(won: i64) -> Won {
        if won > LARGEST {
            Won(LARGEST)
        } else if won < -LARGEST {
            Won(-LARGEST)
        } else {
            Won(won)
        }
    }

    /// An amount from outside: `None` when negative or above [`Won::LIMIT`].
    pub fn checked(won: i64) -> Option<Won> {
        (0..=Won::LIMIT.0).contains(&won).then_some(Won(won))
    }

    /// The number of won.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// As people read it: `17,500 won`.
    pub fn grouped(self) -> String {
        let digits = self.0.unsigned_abs().to_string();
        let mut text = String::from(if self.0 < 0 { "-" } else { "" });
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text + " won"
    }

    /// Is this exactly nothing?
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    pub const fn plus(self, other: Won) -> Won {
        Won::new(self.0.saturating_add(other.0))
    }

    /// The difference, possibly negative.
    pub const fn minus(self, other: Won) -> Won {
        Won::new(self.0.saturating_sub(other.0))
    }

    /// The difference, or nothing when `other` is larger.
    pub fn less(self, other: Won) -> Won {
        self.minus(other).max(Won::ZERO)
    }

    /// This amount `count` times.
    pub const fn times(self, count: u32) -> Won {
        Won::new(self.0.saturating_mul(count as i64))
    }

    /// `self × part ÷ whole`, rounded down; nothing when `whole` is nothing.
    pub fn portion(self, part: Won, whole: Won) -> Won {
        let product = i128::from(self.0) * i128::from(part.0);
        let portion = product.checked_div(i128::from(whole.0)).unwrap_or(0);
        Won::new(i64::try_from(portion).unwrap_or(LARGEST))
    }

    /// `self × part ÷ whole`, rounded half up; nothing when `whole` is nothing.
    pub fn share(self, part: Won, whole: Won) -> Won {
        if whole.0 == 0 {
            return Won::ZERO;
        }
        let product = i128::from(self.0) * i128::from(part.0);
        let whole = i128::from(whole.0);
        let rounded = (2 * product + whole).div_euclid(2 * whole);
        // In range: |part| ≤ |whole| in every use, and `Won::new` clamps whatever else.
        Won::new(i64::try_from(rounded).unwrap_or(LARGEST))
    }
}

/// More than any sum in the program can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0} won is more than any sum can be")]
pub struct TooMuch(i64);

impl TryFrom<i64> for Won {
    type Error = TooMuch;
    fn try_from(won: i64) -> Result<Won, TooMuch> {
        (-LARGEST..=LARGEST).contains(&won).then_some(Won(won)).ok_or(TooMuch(won))
    }
}

impl From<Won> for i64 {
    fn from(won: Won) -> i64 {
        won.0
    }
}

impl fmt::Display for Won {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} won", self.0)
    }
}

impl Sum for Won {
    fn sum<I: Iterator<Item = Won>>(amounts: I) -> Won {
        amounts.fold(Won::ZERO, Won::plus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_half_up() {
        assert_eq!(Won(15).share(Won(10), Won(11)), Won(14));
        assert_eq!(Won(1).share(Won(1), Won(2)), Won(1));
        assert_eq!(Won(10_000).share(Won(10), Won(11)), Won(9091));
        assert_eq!(Won(10).share(Won(1), Won(0)), Won(0));
        assert_eq!(Won(LARGEST).portion(Won(LARGEST), Won(LARGEST)), Won(LARGEST));
        assert_eq!(Won(10).portion(Won(1), Won(3)), Won(3));
        assert_eq!(Won(10).portion(Won(1), Won(0)), Won(0));
    }

    #[test]
    fn people_read_thousands() {
        let read = [0, 999, 1_000, 17_500, 1_234_567, -17_500].map(|won| Won(won).grouped());
        assert_eq!(read, ["0 won", "999 won", "1,000 won", "17,500 won", "1,234,567 won", "-17,500 won"]);
    }

    #[test]
    fn amounts_from_outside_are_bounded() {
        assert_eq!(Won::checked(-1), None);
        assert_eq!(Won::checked(100_000_001), None);
        assert_eq!(Won::checked(0), Some(Won(0)));
    }

    #[test]
    fn no_sum_is_read_that_others_could_not_be_added_to() {
        assert_eq!(serde_json::from_str::<Won>("-1000000000000").ok(), Some(Won(-LARGEST)));
        assert!(serde_json::from_str::<Won>("1000000000001").is_err());
    }
}
