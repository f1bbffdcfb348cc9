//! Does an adapter for a payment terminal keep what the contract promises (`docs/payment-agent.md`)? For whoever writes one.
//!
//! Reading order: [`Promise`] (what is looked at), [`check`] (in which order), then `quiet` (what nobody sees at the
//! terminal), `waiting` (what needs a terminal that waits for a card) and `charging` (what charges one, and gives it back).
//! `wire` is HTTP.

mod charging;
mod quiet;
mod waiting;
mod wire;

use std::{fmt, time::Duration};

use checkout::{
    card::{Approval, RefundRequest, TerminalAnswer, TerminalOutcome},
    ids::{AttemptId, RefundId, StoreId},
};
use serde_json::{Value, json};
use uuid::Uuid;

pub use wire::Target;
use wire::{Reply, Way};

/// What is charged at a time, in won; a tenth of it is given back wrongly to see that it isn't.
pub const AMOUNT_WON: i64 = 1_000;

/// What the contract promises, in the order in which it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "its words say it")]
pub enum Promise {
    Token,
    Status,
    NotFound,
    Refuses,
    Bars,
    Lists,
    Waits,
    OneAtATime,
    GoesOn,
    Cancels,
    TimesOut,
    Approves,
    ChargesOnce,
    StaysApproved,
    RefundsExactly,
    RefundsOnce,
    ListsBoth,
    Remembers,
    SameStore,
}

impl Promise {
    /// All of them.
    pub const ALL: [Promise; 19] = [
        Promise::Token,
        Promise::Status,
        Promise::NotFound,
        Promise::Refuses,
        Promise::Bars,
        Promise::Lists,
        Promise::Waits,
        Promise::OneAtATime,
        Promise::GoesOn,
        Promise::Cancels,
        Promise::TimesOut,
        Promise::Approves,
        Promise::ChargesOnce,
        Promise::StaysApproved,
        Promise::RefundsExactly,
        Promise::RefundsOnce,
        Promise::ListsBoth,
        Promise::Remembers,
        Promise::SameStore,
    ];

    /// By what `docs/payment-agent.md` calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Promise::Token => "token",
            Promise::Status => "status",
            Promise::NotFound => "not-found",
            Promise::Refuses => "refuses",
            Promise::Bars => "bars",
            Promise::Lists => "lists",
            Promise::Waits => "waits",
            Promise::OneAtATime => "one-at-a-time",
            Promise::GoesOn => "goes-on",
            Promise::Cancels => "cancels",
            Promise::TimesOut => "times-out",
            Promise::Approves => "approves",
            Promise::ChargesOnce => "charges-once",
            Promise::StaysApproved => "stays-approved",
            Promise::RefundsExactly => "refunds-exactly",
            Promise::RefundsOnce => "refunds-once",
            Promise::ListsBoth => "lists-both",
            Promise::Remembers => "remembers",
            Promise::SameStore => "same-store",
        }
    }

    /// What it is.
    pub const fn words(self) -> &'static str {
        match self {
            Promise::Token => "no call is answered without the right token",
            Promise::Status => "/v1/status says how the terminal is",
            Promise::NotFound => "what it never heard of is not_found, with status 200",
            Promise::Refuses => "a payment that isn't right is refused, and begins nothing",
            Promise::Bars => "cancelling an attemptId it never heard of bars it for ever",
            Promise::Lists => "/v1/approvals lists a day, also one without payments",
            Promise::Waits => "a payment that waits for a card is in_progress, with phase and time",
            Promise::OneAtATime => "a second payment beside it is declined and disturbs nothing",
            Promise::GoesOn => "a caller that goes away ends no payment; one that comes back gets the same",
            Promise::Cancels => "cancelling a payment that waits ends it, charges nobody and bars it",
            Promise::TimesOut => "a payment without a card ends by itself and charges nobody",
            Promise::Approves => "an approval is of the amount that was asked, with what a receipt needs",
            Promise::ChargesOnce => "a repeated attemptId never charges again",
            Promise::StaysApproved => "cancelling what was approved changes nothing",
            Promise::RefundsExactly => "another amount than the approved one is not given back",
            Promise::RefundsOnce => "a refund is given once, whatever is repeated",
            Promise::ListsBoth => "the day lists the approval and the refund, each once",
            Promise::Remembers => "after a restart everything is still known",
            Promise::SameStore => "every answer names the same memory",
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How it is with a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept, as far as this can tell.
    Kept,
    /// It isn't, and how.
    Broken(String),
    /// It wasn't looked at, and why.
    Unchecked(String),
}

/// A verdict about a promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub promise: Promise,
    /// How it is.
    pub verdict: Verdict,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.promise.words();
        match &self.verdict {
            Verdict::Kept => write!(f, "kept       {:16} {words}", self.promise),
            Verdict::Broken(how) => write!(f, "BROKEN     {:16} {words}\n           {how}", self.promise),
            Verdict::Unchecked(why) => write!(f, "unchecked  {:16} {words}\n           {why}", self.promise),
        }
    }
}

/// What the person at the terminal is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Payments will wait at the terminal: nobody is to put a card in.
    KeepCardsAway,
    /// A card will be charged this much, won, and be given it back: may it be?
    MayCharge(i64),
    /// The card is to be put in.
    PutCardIn,
    /// The agent is to be ended and started again, its memory kept: is it?
    Restart,
}

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a card that nobody puts in, ms: the shortest that a kiosk may be set to.
    pub no_card_ms: u32,
    /// For a card that somebody puts in, ms.
    pub card_ms: u32,
    /// How much longer than for a card a payment may take: the kiosk's own.
    pub margin: Duration,
    /// How long a payment is watched to see that it still waits.
    pub watch: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { no_card_ms: 10_000, card_ms: 60_000, margin: Duration::from_secs(30), watch: Duration::from_secs(2) }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// A line for each promise.
    pub lines: Vec<Line>,
    /// Approval numbers of what was charged and not given back: somebody must do it by hand.
    pub owed: Vec<String>,
}

impl Report {
    /// How many are kept, broken and unchecked.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |of: fn(&Verdict) -> bool| self.lines.iter().filter(|line| of(&line.verdict)).count();
        (
            count(|verdict| matches!(verdict, Verdict::Kept)),
            count(|verdict| matches!(verdict, Verdict::Broken(_))),
            count(|verdict| matches!(verdict, Verdict::Unchecked(_))),
        )
    }

    /// Nothing is broken, and everything was given back.
    pub fn is_good(&self) -> bool {
        self.counts().1 == 0 && self.owed.is_empty()
    }
}

/// Goes through the promises one by one, telling each verdict as it is there. `person` is asked before anything that shows at
/// the terminal; a no leaves out what would need it. What is charged is given back, whatever goes wrong.
pub async fn check(
    target: &Target,
    patience: Patience,
    person: impl AsyncFnMut(Ask) -> bool,
    tell: impl FnMut(&Line),
) -> Report {
    let mut check = Check {
        target,
        patience,
        person,
        tell,
        report: Report::default(),
        store: None,
        other_store: None,
        charged: Vec::new(),
        barred: None,
        given_back: None,
    };
    check.quiet().await;
    check.waiting().await;
    check.charging().await;
    check.give_back().await;
    check.remembering().await;
    let stores = check.stores();
    check.say(Promise::SameStore, stores);
    check.report
}

/// What is known so far.
struct Check<'a, P, T> {
    target: &'a Target,
    patience: Patience,
    person: P,
    tell: T,
    report: Report,
    /// The memory that the first answer named.
    store: Option<StoreId>,
    /// Another one that a later answer named, and which.
    other_store: Option<String>,
    /// What was charged and not given back yet.
    charged: Vec<(AttemptId, Approval)>,
    /// An attempt that was barred: to be asked after a restart.
    barred: Option<AttemptId>,
    /// An attempt that was charged and given back: likewise.
    given_back: Option<(AttemptId, Approval)>,
}

/// Why a promise is broken; in words, for whoever writes the adapter.
type Kept = Result<(), String>;

impl<P: AsyncFnMut(Ask) -> bool, T: FnMut(&Line)> Check<'_, P, T> {
    fn say(&mut self, promise: Promise, kept: Kept) {
        let verdict = kept.map_or_else(Verdict::Broken, |()| Verdict::Kept);
        self.put(Line { promise, verdict });
    }

    fn leave_out(&mut self, promises: &[Promise], why: &str) {
        for promise in promises {
            self.put(Line { promise: *promise, verdict: Verdict::Unchecked(why.to_owned()) });
        }
    }

    fn put(&mut self, line: Line) {
        (self.tell)(&line);
        self.report.lines.push(line);
    }

    /// Asks what is answered with an outcome, and reads it as the kiosk does.
    async fn outcome(&mut self, way: Way<'_>) -> Result<TerminalOutcome, String> {
        let reply = self.target.call(&way).await?;
        self.read(&way, &reply)
    }

    fn read(&mut self, way: &Way<'_>, reply: &Reply) -> Result<TerminalOutcome, String> {
        let TerminalAnswer { store, outcome } =
            crate::payment::outcome(reply.status, &reply.body).map_err(|why| format!("{way}: {}", why.why))?;
        self.note_store(way, store);
        if let TerminalOutcome::Approved(approval) = &outcome
            && let Some(attempt) = way.charges
        {
            let charge = (attempt.clone(), approval.clone());
            if !self.charged.contains(&charge) && self.given_back.as_ref() != Some(&charge) {
                self.charged.push(charge);
            }
        }
        Ok(outcome)
    }

    fn note_store(&mut self, way: &Way<'_>, store: StoreId) {
        match &self.store {
            None => self.store = Some(store),
            Some(first) if *first == store => {}
            Some(first) => {
                let other = format!("{way} names {}, and the first answer named {}", store.as_str(), first.as_str());
                self.other_store.get_or_insert(other);
            }
        }
    }

    fn stores(&self) -> Kept {
        match &self.other_store {
            Some(other) => Err(other.clone()),
            None if self.store.is_none() => Err("no answer named one".to_owned()),
            None => Ok(()),
        }
    }

    /// Gives back what was charged and isn't given back yet.
    async fn give_back(&mut self) {
        for (attempt, approval) in std::mem::take(&mut self.charged) {
            let number = approval.approval_number.as_str().to_owned();
            let refund = RefundRequest { attempt, refund: refund_id(), approval };
            let back = self.refund(&refund).await;
            if !matches!(back, Ok(TerminalOutcome::Approved(_))) {
                self.report.owed.push(number);
            }
        }
    }

    async fn refund(&mut self, refund: &RefundRequest) -> Result<TerminalOutcome, String> {
        let body = refund_body(refund, refund.approval.amount.get());
        self.outcome(Way::post(&["payments", refund.attempt.as_str(), "refund"]).with(&body)).await
    }

    /// What became of a payment. A charge that nobody wanted is noted, to be given back.
    async fn ask(&mut self, attempt: &AttemptId) -> Result<TerminalOutcome, String> {
        self.outcome(Way::get(&["payments", attempt.as_str()]).which_may_charge(attempt)).await
    }

    /// Ends a payment that may have begun and should not have; what it charged is noted, to be given back.
    async fn end(&mut self, attempt: &AttemptId) {
        let _ended = self.target.call(&Way::post(&["payments", attempt.as_str(), "cancel"])).await;
        let _noted = self.ask(attempt).await;
    }
}

fn attempt_id() -> AttemptId {
    #[expect(clippy::expect_used, reason = "32 letters and digits, which every name admits")]
    AttemptId::new(Uuid::now_v7().simple().to_string()).expect("32 letters and digits")
}

fn refund_id() -> RefundId {
    #[expect(clippy::expect_used, reason = "32 letters and digits, which every name admits")]
    RefundId::new(Uuid::now_v7().simple().to_string()).expect("32 letters and digits")
}

fn payment(attempt: &AttemptId, won: i64, timeout_ms: u32) -> Value {
    json!({
        "attemptId": attempt.as_str(), "amount": won, "taxFree": 0, "tax": won / 11, "installmentMonths": 0,
        "timeoutMs": timeout_ms, "accessible": false,
    })
}

fn refund_body(refund: &RefundRequest, won: i64) -> Value {
    json!({
        "refundId": refund.refund.as_str(), "amount": won,
        "approvalNumber": refund.approval.approval_number.as_str(), "approvedAt": refund.approval.approved_at,
        "merchantId": refund.approval.merchant_id,
    })
}

/// An outcome in the contract's word.
const fn word(outcome: &TerminalOutcome) -> &'static str {
    match outcome {
        TerminalOutcome::Approved(_) => "approved",
        TerminalOutcome::Declined { .. } => "declined",
        TerminalOutcome::Cancelled => "cancelled",
        TerminalOutcome::InProgress { .. } => "in_progress",
        TerminalOutcome::NotFound => "not_found",
    }
}
