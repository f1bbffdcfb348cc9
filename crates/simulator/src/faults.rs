//! Faults on demand: what a test asks the simulator to do wrong, where, and how many times.

use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Where something can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum On {
    #[serde(rename = "POINT_REDEEM")]
    PointRedeem,
    #[serde(rename = "POINT_EARN")]
    PointEarn,
    #[serde(rename = "COUPON")]
    Coupon,
    #[serde(rename = "PREPAID")]
    Prepaid,
    #[serde(rename = "confirm")]
    Confirm,
    #[serde(rename = "cancel")]
    Cancel,
    #[serde(rename = "load")]
    Load,
    #[serde(rename = "agent")]
    Agent,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Do {
    /// Answers `code`.
    #[serde(rename = "code")]
    Code,
    /// Never posts an answer.
    #[serde(rename = "silent")]
    Silent,
    /// Takes `delayMs` longer, and then does what it should.
    #[serde(rename = "slow")]
    Slow,
    /// The server never answers its page (or the agent its caller).
    #[serde(rename = "hang")]
    Hang,
    /// The server answers 500.
    #[serde(rename = "500")]
    ServerError,
    /// The server resets the connection.
    #[serde(rename = "reset")]
    Reset,
    /// Posts things that are no answer, then the answer.
    #[serde(rename = "noise")]
    Noise,
    /// Posts the answer twice.
    #[serde(rename = "twice")]
    Twice,
    /// Answers under another transactionID.
    #[serde(rename = "wrongTransaction")]
    WrongTransaction,
    /// Answers an amount above what was asked for.
    #[serde(rename = "tooMuch")]
    TooMuch,
    /// Answers with numbers where the guide has strings, and the other way round.
    #[serde(rename = "otherTypes")]
    OtherTypes,
}

/// The step of a module session that a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum At {
    /// When the first message arrives.
    Open,
    /// When the customer presses the button that makes the hold.
    Use,
}

/// The agent's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Call {
    Pay,
    Ask,
    Cancel,
    Refund,
    AskRefund,
    Approvals,
    Status,
}

/// One fault, as `POST /control/faults` takes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fault {
    pub(crate) on: On,
    #[serde(rename = "do")]
    pub(crate) kind: Do,
    /// For `code`; also the agent's decline code.
    #[serde(default)]
    pub(crate) code: Option<i64>,
    /// After the effect was done, instead of before.
    #[serde(default)]
    after: Option<bool>,
    /// The same, said the other way round.
    #[serde(default, alias = "before_hold")]
    before_hold: Option<bool>,
    #[serde(default)]
    at: Option<At>,
    /// Only this call of the agent.
    #[serde(default)]
    pub(crate) call: Option<Call>,
    /// Milliseconds, for `slow`.
    #[serde(default)]
    delay_ms: Option<u64>,
    /// How often; for ever when absent or null.
    #[serde(default)]
    pub(crate) times: Option<u32>,
}

impl Fault {
    /// Whether the effect (a hold, a settlement, a charge) is done before things go wrong. `silent` means by default
    /// that everything was done and nobody was told.
    pub(crate) fn is_after(&self) -> bool {
        self.after.or(self.before_hold.map(|before| !before)).unwrap_or(match self.kind {
            Do::Silent | Do::Noise | Do::Twice | Do::WrongTransaction | Do::TooMuch | Do::OtherTypes => true,
            Do::Code | Do::Slow | Do::Hang | Do::ServerError | Do::Reset => false,
        })
    }

    /// The step that it strikes. A code that no hold request answers strikes when the session opens.
    fn step(&self) -> At {
        self.at.unwrap_or(match self.kind {
            Do::Code
                if !self.is_after()
                    && !matches!(self.code, Some(300_020_004 | 300_020_005 | 300_020_008 | 300_020_010)) =>
            {
                At::Open
            }
            Do::Code
            | Do::Silent
            | Do::Slow
            | Do::Hang
            | Do::ServerError
            | Do::Reset
            | Do::Noise
            | Do::Twice
            | Do::WrongTransaction
            | Do::TooMuch
            | Do::OtherTypes => At::Use,
        })
    }

    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.unwrap_or(3_000))
    }
}

/// The faults that are waiting for their turn.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The next fault of a module session at this step, used up by one.
    pub(crate) fn take(&self, on: On, at: At) -> Option<Fault> {
        self.first(|fault| fault.on == on && (fault.step() == at || matches!(on, On::Confirm | On::Cancel | On::Load)))
    }

    /// The next fault of a call to the agent, used up by one.
    pub(crate) fn take_agent(&self, call: Call) -> Option<Fault> {
        self.first(|fault| fault.on == On::Agent && fault.call.is_none_or(|only| only == call))
    }

    fn first(&self, fits: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = faults.iter().position(fits)?;
        let fault = faults.get_mut(index)?;
        let taken = fault.clone();
        match &mut fault.times {
            None => {}
            Some(times) if *times > 1 => *times -= 1,
            Some(_) => {
                faults.remove(index);
            }
        }
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn fault(value: serde_json::Value) -> Fault {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_fault_is_used_up_after_its_times() {
        let faults = Faults::default();
        faults.add(fault(json!({"on": "confirm", "do": "hang", "times": 2})));
        assert!(faults.take(On::Cancel, At::Open).is_none());
        assert!(faults.take(On::Confirm, At::Open).is_some());
        assert!(faults.take(On::Confirm, At::Open).is_some());
        assert!(faults.take(On::Confirm, At::Open).is_none());
    }

    #[test]
    fn a_code_strikes_where_the_guide_would_answer_it() {
        let lookup = fault(json!({"on": "COUPON", "do": "code", "code": 300_020_009}));
        let hold = fault(json!({"on": "COUPON", "do": "code", "code": 300_020_010}));
        let late = fault(json!({"on": "COUPON", "do": "code", "code": 300_030_001, "after": true}));
        assert_eq!([lookup.step(), hold.step(), late.step()], [At::Open, At::Use, At::Use]);
    }

    #[test]
    fn before_hold_and_after_are_opposites() {
        assert!(fault(json!({"on": "PREPAID", "do": "reset", "before_hold": false})).is_after());
        assert!(!fault(json!({"on": "PREPAID", "do": "silent", "after": false})).is_after());
        assert!(fault(json!({"on": "confirm", "do": "silent"})).is_after());
    }
}
