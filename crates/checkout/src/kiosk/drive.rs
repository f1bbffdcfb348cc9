//! What goes on by itself: start-up, the passing of time, and every transaction that nobody stands in front of.

use super::{Call, Effect, Front, Kiosk, Then, Turn, payment};
use crate::{
    answer::{MessageOutcome, WhyUnknown},
    entry::{Entry, NotPosted},
    ids::TransactionId,
    protocol::Request,
    settlement::{self, Next},
    time::MINUTE_MS,
    transaction::{Deadline, HandOver, Transaction},
    view::OutOfService,
};

/// In its last ten minutes a paid order that isn't settled keeps other orders' module sessions waiting, ms.
const LAST_CALL_MS: i64 = 10 * MINUTE_MS;
/// How long the customer waits on the settling screen, ms.
const SETTLING_MS: i64 = 40_000;

impl Turn<'_> {
    /// The sessions of the program's life before are gone; everything else the table decides.
    pub(super) fn resume(&mut self) {
        let interrupted: Vec<(TransactionId, bool)> = self
            .k
            .transactions()
            .filter_map(|t| t.in_flight.as_ref().map(|flight| (t.id.clone(), flight.asked)))
            .collect();
        for (id, asked) in interrupted {
            let entry = if asked {
                Entry::Unanswered { why: WhyUnknown::Restarted }
            } else {
                Entry::NotPosted { why: NotPosted::Restarted }
            };
            self.enter(&id, entry);
        }
    }

    pub(super) fn tick(&mut self) {
        let now = self.now.boot_ms;
        if self.k.session.as_ref().is_some_and(|session| now >= session.until_ms) {
            self.end_session(NotPosted::NotLoaded, WhyUnknown::Watchdog);
        }
        let customer = &mut self.k.customer;
        customer.note.take_if(|(_, until)| now >= *until);
        customer.undo.take_if(|(_, _, until)| now >= *until);
        let ends_ms = match self.k.front {
            Front::Done { until_ms, .. } | Front::Declined { until_ms, .. } => until_ms,
            Front::Unknown { since_ms } => since_ms + payment::UNKNOWN_MS,
            Front::Recovering
            | Front::OutOfService { .. }
            | Front::Attract
            | Front::Menu { .. }
            | Front::Options { .. }
            | Front::Review { .. }
            | Front::Benefits
            | Front::Service(_)
            | Front::ServiceFailed(_)
            | Front::ServiceUnknown(_)
            | Front::BenefitsLost
            | Front::TimeShort
            | Front::Returning { .. }
            | Front::PayConfirm { .. }
            | Front::Card { .. }
            | Front::Settling { .. }
            | Front::Staff { .. } => i64::MAX,
        };
        if now >= ends_ms {
            self.leave();
        }
        self.watch_deadline();
        self.idle();
    }

    /// Goes on until nothing is left that can be done now.
    pub(super) fn drive(&mut self) {
        while self.drive_one() || self.open_session_next() {}
        self.follow();
        while self.drive_one() || self.open_session_next() {}
        let mine = self.k.customer.transaction.clone();
        let returning = if let Front::Returning { old, .. } = &self.k.front { Some(old.clone()) } else { None };
        self.k.open.retain(|id, tracked| {
            tracked.t.closed.is_none() || mine.as_ref() == Some(id) || returning.as_ref() == Some(id)
        });
    }

    /// Everything but module sessions.
    fn drive_one(&mut self) -> bool {
        let due: Vec<(TransactionId, Next)> = self.k.due(self.now);
        for (id, next) in due {
            match next {
                Next::Close(how) => self.enter(&id, Entry::Closed { how }),
                Next::Staff(reason) => {
                    self.then.push(Effect::Alert(format!("transaction {id} needs staff: {reason:?}")));
                    self.enter(&id, Entry::WithStaff { reason });
                }
                Next::HandOver if !self.k.open.get(&id).is_some_and(|tracked| tracked.handing_over) => {
                    self.hand_over(&id);
                }
                Next::AskTerminal(attempt) if self.k.terminal.is_none() => {
                    self.k.terminal = Some(Call::Ask(id));
                    self.then.push(Effect::AskPayment(attempt));
                }
                Next::StartRefund(_, _) if self.k.terminal.is_none() => {
                    self.k.terminal = Some(Call::ReadyToRefund(id));
                    self.then.push(Effect::AskReady);
                }
                Next::AskRefund(attempt, refund) if self.k.terminal.is_none() => {
                    self.k.terminal = Some(Call::Refund(id));
                    self.then.push(Effect::AskRefund(attempt, refund));
                }
                Next::HandOver
                | Next::AskTerminal(_)
                | Next::StartRefund(_, _)
                | Next::AskRefund(_, _)
                | Next::Send(_)
                | Next::Wait
                | Next::Rest => continue,
            }
            return true;
        }
        false
    }

    fn hand_over(&mut self, id: &TransactionId) {
        let begun = self.k.transaction(id).is_some_and(|t| t.hand_over == HandOver::Started);
        if !begun {
            let business_day = self.k.business_day(self.now);
            let number = if self.k.last_number.0 == business_day { self.k.last_number.1 + 1 } else { 1 };
            self.k.last_number = (business_day.clone(), number);
            let order_number = format!("{}{number}", self.k.shop.prefix);
            self.enter(id, Entry::HandOverStarted { business_day, number, order_number });
        }
        if let Some(tracked) = self.k.open.get_mut(id) {
            tracked.handing_over = true;
        }
        self.then.push(Effect::HandOver(id.clone()));
    }

    /// One module session at a time: paid orders first, then the customer, then what is given back.
    fn open_session_next(&mut self) -> bool {
        if self.k.session.is_some() || !self.k.page {
            return false;
        }
        let sends: Vec<(TransactionId, Request)> = self
            .k
            .due(self.now)
            .into_iter()
            .filter_map(|(id, next)| match next {
                Next::Send(request) => Some((id, request)),
                Next::AskTerminal(_)
                | Next::StartRefund(..)
                | Next::AskRefund(..)
                | Next::HandOver
                | Next::Close(_)
                | Next::Staff(_)
                | Next::Wait
                | Next::Rest => None,
            })
            .collect();
        if !self.k.membership {
            // Its server can't be reached: no frame would load. Tried again when it can, and by the clock.
            for (id, _) in &sends {
                self.back_off(id);
            }
            return self.open_wanted();
        }
        if let Some((id, request)) = sends.iter().find(|(_, request)| *request == Request::Settle) {
            self.send(id, *request);
            return true;
        }
        if !self.k.last_call(self.now) && self.open_wanted() {
            return true;
        }
        if let Some((id, request)) = sends.first().filter(|_| !matches!(self.k.front, Front::Service(_))) {
            self.send(id, *request);
            return true;
        }
        false
    }

    /// Posts a `confirm` or `cancel`: the text that was fixed when it was first due.
    fn send(&mut self, id: &TransactionId, request: Request) {
        let Some(t) = self.k.transaction(id) else { return };
        let payload = match t.message(request) {
            Some(message) => message.payload.clone(),
            None => {
                let payload = settlement::payload(t, request);
                self.enter(id, Entry::Prepared { request, payload: payload.clone() });
                payload
            }
        };
        self.open_session(id, Entry::Opened { request, limit: None, payload });
    }

    /// The screen follows what became of the customer's transaction.
    fn follow(&mut self) {
        match self.k.front.clone() {
            Front::Recovering => {
                let left = self.k.resumable(self.now);
                if self.k.page && left == 0 {
                    self.k.front = Front::Attract;
                    self.follow();
                }
            }
            Front::Attract if self.k.barred() => {
                let why = OutOfService::CardInDoubt;
                self.k.front = Front::OutOfService { why, code: "card-in-doubt".into() };
            }
            Front::OutOfService { why: OutOfService::CardInDoubt, .. } if !self.k.barred() => {
                self.k.front = Front::Attract;
            }
            Front::Returning { old, then } => self.returned(&old, then),
            Front::Settling { since_ms } => self.settling(since_ms),
            Front::Unknown { .. } => {
                if self.mine().is_some_and(|t| t.approval().is_some() && t.with_staff.is_none()) {
                    self.k.front = Front::Settling { since_ms: self.now.boot_ms };
                    self.follow();
                }
            }
            Front::OutOfService { .. }
            | Front::Attract
            | Front::Menu { .. }
            | Front::Options { .. }
            | Front::Review { .. }
            | Front::Benefits
            | Front::Service(_)
            | Front::ServiceFailed(_)
            | Front::ServiceUnknown(_)
            | Front::BenefitsLost
            | Front::TimeShort
            | Front::PayConfirm { .. }
            | Front::Card { .. }
            | Front::Declined { .. }
            | Front::Done { .. }
            | Front::Staff { .. } => {}
        }
    }

    /// A new transaction of the same order begins only when the old release was answered, or it was tried and the
    /// customer is told until when the old hold lasts.
    fn returned(&mut self, old: &TransactionId, then: Then) {
        let tried = self.k.open.get(old).is_none_or(|tracked| {
            tracked.t.closed.is_some()
                || tracked.t.with_staff.is_some()
                || (tracked.tries > 0 && tracked.t.in_flight.is_none())
        });
        if tried {
            self.go_on(then);
        }
    }

    fn settling(&mut self, since_ms: i64) {
        let now = self.now.boot_ms;
        let Some(t) = self.mine() else { return };
        let free = t.approval().is_none();
        let handed = t.hand_over == HandOver::Done;
        let answered = !t.asked_anything()
            || t.closed.is_some()
            || t.settle.as_ref().is_some_and(|settle| settle.answer == Some(MessageOutcome::Done));
        let unanswered = t.with_staff.is_some()
            || now >= since_ms + SETTLING_MS
            || (!answered && t.in_flight.is_none() && self.k.tries(&t.id) > 0);
        let pending = !answered;
        if (answered && handed) || (!free && unanswered) || (answered && now >= since_ms + 10_000) {
            self.k.front = Front::Done { pending, until_ms: now + payment::DONE_MS };
        } else if unanswered {
            self.k.front = Front::Unknown { since_ms: now };
        }
    }
}

impl Kiosk {
    fn tries(&self, id: &TransactionId) -> u32 {
        self.open.get(id).map_or(0, |tracked| tracked.tries)
    }

    /// What the table says of every transaction that it drives, when it may be tried now; oldest first.
    fn due(&self, now: &crate::time::Now) -> Vec<(TransactionId, Next)> {
        self.open
            .values()
            .filter(|tracked| !self.attended(&tracked.t))
            .filter_map(|tracked| {
                let next = settlement::next(&tracked.t, now);
                let now_or_never = match next {
                    Next::Close(_) | Next::Staff(_) | Next::HandOver => true,
                    Next::AskTerminal(_) | Next::StartRefund(..) | Next::AskRefund(..) | Next::Send(_) => {
                        now.boot_ms >= tracked.due_ms
                    }
                    Next::Wait | Next::Rest => false,
                };
                now_or_never.then(|| (tracked.t.id.clone(), next))
            })
            .collect()
    }

    /// How many transactions a machine can still bring further before the shop opens: those that weren't tried yet.
    pub(super) fn resumable(&self, now: &crate::time::Now) -> u32 {
        let waiting = |t: &Transaction| match settlement::next(t, now) {
            Next::Rest => false,
            Next::Wait => t.in_flight.is_some(),
            Next::AskTerminal(_)
            | Next::StartRefund(..)
            | Next::AskRefund(..)
            | Next::Send(_)
            | Next::HandOver
            | Next::Close(_)
            | Next::Staff(_) => true,
        };
        let count = self.open.values().filter(|tracked| {
            let busy = self.session.as_ref().is_some_and(|session| session.transaction == tracked.t.id);
            busy || (tracked.tries == 0 && waiting(&tracked.t))
        });
        u32::try_from(count.count()).unwrap_or(u32::MAX)
    }

    /// Is there a paid order whose holds end soon, and that isn't settled?
    fn last_call(&self, now: &crate::time::Now) -> bool {
        self.open.values().any(|tracked| {
            let t = &tracked.t;
            let soon = match t.deadline(now) {
                Deadline::Left(left) => left < LAST_CALL_MS,
                Deadline::NotRunning | Deadline::Passed | Deadline::Unknown => false,
            };
            soon && t.is_paid() && matches!(settlement::next(t, now), Next::Send(Request::Settle))
        })
    }
}
