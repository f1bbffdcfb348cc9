//! Faults on demand: what a test or a person asks the simulator to do wrong, where, and how many times. `kinds` is the
//! table of everything that can go wrong, `spoil` what a spoilt answer looks like.

mod kinds;
mod spoil;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

pub(crate) use kinds::{Act, Do, Fail, KINDS, On, Spoil};
pub(crate) use spoil::{early, posts, spoilt_outcome};

/// How long `slow` takes when nobody says, in milliseconds.
const SLOW_MS: u64 = 3_000;

/// How much longer than the message's own `autoCloseTime` a `late` answer takes: no host waits for that.
const TOO_LATE: Duration = Duration::from_secs(10);

/// The step of a module session that a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum At {
    /// When the first message arrives.
    Open,
    /// When the customer presses the button that makes the hold.
    Use,
}

/// The agent's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fault {
    pub(crate) on: On,
    #[serde(rename = "do")]
    pub(crate) kind: Do,
    /// For `code`; beside what spoils an answer, the answer that is spoilt. Also the agent's decline code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<i64>,
    /// After the effect was done, instead of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<bool>,
    /// The same, said the other way round.
    #[serde(default, alias = "before_hold", skip_serializing_if = "Option::is_none")]
    before_hold: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    /// Only this call of the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<Call>,
    /// Milliseconds: how much longer (`slow`, `late`), or how long (`refused`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
    /// For `set`: the path of the field, as `data.pointRedeem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// For `set`: what stands there; absent, the field is left out. `null` is a value.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Value>,
    /// How often; for ever when absent or null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u32>,
}

fn given<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

impl Fault {
    /// Why this fault could never do what it says, if so.
    pub(crate) fn mistake(&self) -> Option<String> {
        let name = self.kind.name();
        let spoils = matches!(self.kind, Do::Spoil(_) | Do::Act(Act::Parting | Act::Cyclic));
        if !self.kind.fits(self.on) {
            return Some(format!("{name} makes no sense on {}", self.on.name()));
        }
        if self.times == Some(0) {
            return Some("times: at least 1, or absent for ever".to_owned());
        }
        if self.kind == Do::Fail(Fail::Refused) && self.times.is_some() {
            return Some("refused: nobody can count refused connections; say delayMs, or remove it".to_owned());
        }
        if self.kind == Do::Spoil(Spoil::Set) && self.field.as_deref().unwrap_or_default().is_empty() {
            return Some("set: which field?".to_owned());
        }
        if self.code.is_some() && !spoils && self.kind != Do::Code {
            return Some(format!("{name} answers no code"));
        }
        if spoils && self.code.is_none() && (!self.is_after() || self.at == Some(At::Open)) {
            return Some(format!("{name} needs an answer to spoil: before anything was done, that is a code"));
        }
        None
    }

    /// Whether the effect (a hold, a settlement, a charge) is done before things go wrong. `silent` means by default
    /// that everything was done and nobody was told.
    pub(crate) fn is_after(&self) -> bool {
        self.after.or(self.before_hold.map(|before| !before)).unwrap_or(match self.kind {
            Do::Code => false,
            // A hold must be there to run out; a settlement comes too late for it.
            Do::Fail(Fail::Expired) => self.on != On::Confirm,
            Do::Fail(Fail::Silent | Fail::Late) | Do::Spoil(_) | Do::Act(_) => true,
            Do::Fail(Fail::Slow | Fail::Hang | Fail::ServerError | Fail::Reset | Fail::Refused) => false,
        })
    }

    /// The step that it strikes. A code that no hold request answers strikes when the session opens.
    fn step(&self) -> At {
        let holds = matches!(self.code, Some(300_020_004 | 300_020_005 | 300_020_008 | 300_020_010));
        let by_itself = if self.kind == Do::Code && !self.is_after() && !holds { At::Open } else { At::Use };
        self.at.unwrap_or(by_itself)
    }

    /// How long it takes; `patience` is the message's own `autoCloseTime`.
    pub(crate) fn delay(&self, patience: Duration) -> Duration {
        let by_itself = match self.kind {
            Do::Fail(Fail::Late) => patience.saturating_add(TOO_LATE),
            Do::Fail(_) | Do::Code | Do::Spoil(_) | Do::Act(_) => Duration::from_millis(SLOW_MS),
        };
        self.delay_ms.map_or(by_itself, Duration::from_millis)
    }

    /// How long connections are refused; `None` until the fault is removed.
    pub(crate) fn refuses_for(&self) -> Option<Duration> {
        if self.kind == Do::Fail(Fail::Refused) { self.delay_ms.map(Duration::from_millis) } else { None }
    }
}

/// A fault that waits for its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Names it for as long as the simulator runs.
    pub(crate) id: u64,
    pub(crate) fault: Fault,
    /// How often it struck already.
    struck: u32,
}

impl Waiting {
    /// As the control interface shows it: what was asked for, what follows from it, and in words.
    pub(crate) fn shown(&self) -> Value {
        let mut shown = serde_json::to_value(&self.fault).unwrap_or_default();
        shown["id"] = json!(self.id);
        shown["after"] = json!(self.fault.is_after());
        shown["struck"] = json!(self.struck);
        shown["left"] = json!(self.fault.times.map(|times| times.saturating_sub(self.struck)));
        shown["words"] = json!(self.fault.kind.words());
        shown
    }
}

/// The faults that are waiting for their turn.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<List>);

#[derive(Debug, Default)]
struct List {
    last_id: u64,
    waiting: Vec<Waiting>,
    /// The scenario that was chosen last, as long as nobody changed anything about it.
    scenario: Option<&'static str>,
}

impl Faults {
    fn list<T>(&self, work: impl FnOnce(&mut List) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds one and answers its id.
    pub(crate) fn add(&self, fault: Fault) -> u64 {
        self.list(|list| {
            list.last_id += 1;
            list.waiting.push(Waiting { id: list.last_id, fault, struck: 0 });
            list.scenario = None;
            list.last_id
        })
    }

    /// Whether it was there.
    pub(crate) fn remove(&self, id: u64) -> bool {
        self.list(|list| {
            let before = list.waiting.len();
            list.waiting.retain(|waiting| waiting.id != id);
            list.scenario = None;
            list.waiting.len() < before
        })
    }

    pub(crate) fn clear(&self) {
        self.list(|list| {
            list.waiting.clear();
            list.scenario = None;
        });
    }

    pub(crate) fn name_scenario(&self, name: &'static str) {
        self.list(|list| list.scenario = Some(name));
    }

    pub(crate) fn scenario(&self) -> Option<&'static str> {
        self.list(|list| list.scenario)
    }

    pub(crate) fn waiting(&self) -> Vec<Waiting> {
        self.list(|list| list.waiting.clone())
    }

    /// Whether the module's port is to refuse connections.
    pub(crate) fn refuses(&self) -> bool {
        self.list(|list| list.waiting.iter().any(|waiting| waiting.fault.kind == Do::Fail(Fail::Refused)))
    }

    /// The next fault of a module session at this step, used up by one.
    pub(crate) fn take(&self, on: On, at: At) -> Option<Waiting> {
        self.first(|fault| {
            fault.on == on
                && !fault.kind.strikes_the_page()
                && (fault.step() == at || matches!(on, On::Confirm | On::Cancel | On::Load))
        })
    }

    /// Everything that the page itself does wrong as soon as it is there, each used up by one.
    pub(crate) fn take_page(&self) -> Vec<Waiting> {
        let waiting = self.waiting();
        let page = waiting.iter().filter(|waiting| waiting.fault.kind.strikes_the_page());
        page.filter_map(|page| self.first_waiting(|waiting| waiting.id == page.id)).collect()
    }

    /// The next fault of a call to the agent, used up by one.
    pub(crate) fn take_agent(&self, call: Call) -> Option<Waiting> {
        self.first(|fault| fault.on == On::Agent && fault.call.is_none_or(|only| only == call))
    }

    fn first(&self, fits: impl Fn(&Fault) -> bool) -> Option<Waiting> {
        self.first_waiting(|waiting| fits(&waiting.fault))
    }

    fn first_waiting(&self, fits: impl Fn(&Waiting) -> bool) -> Option<Waiting> {
        self.list(|list| {
            let index = list.waiting.iter().position(fits)?;
            let waiting = list.waiting.get_mut(index)?;
            waiting.struck = waiting.struck.saturating_add(1);
            let taken = waiting.clone();
            if taken.fault.times.is_some_and(|times| taken.struck >= times) {
                list.waiting.remove(index);
            }
            Some(taken)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fault(value: Value) -> Fault {
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

    #[test]
    fn null_is_a_value_and_nothing_is_none() {
        assert_eq!(
            fault(json!({"on": "cancel", "do": "set", "field": "data", "value": null})).value,
            Some(Value::Null)
        );
        assert_eq!(fault(json!({"on": "cancel", "do": "set", "field": "data"})).value, None);
    }
}
