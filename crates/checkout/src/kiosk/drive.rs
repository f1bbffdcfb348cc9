//! What goes on by itself: start-up, the passing of time, and every transaction that nobody stands in front of.

use super::{
    Call, Customer, Effect, Front, KEPT_IN_MIND, Kiosk, MODULE_FAILED_MS, Then, Told, Turn, paper::Print, payment,
};
use crate::{
    answer::WhyUnknown,
    entry::{Entry, NotPosted, StaffReason},
    ids::TransactionId,
    settlement::{self, Next},
    time::{Age, Now},
    transaction::{CardState, Deadline, HandOver, Transaction},
    view::{Note, OutOfService, Receipt},
};

/// How long the customer waits on the settling screen for a `confirm`, ms.
const SETTLING_MS: i64 = 40_000;
/// How long for the shop to take the order on, ms.
const HAND_OVER_MS: i64 = 10_000;
/// After so long on the settling screen it says that it takes longer, ms.
const SLOW_MS: i64 = 5_000;
/// After a restart the customer of an order that was through already is waited for until so long after paying, ms.
const DONE_AWAITED_MS: i64 = 90_000;
/// Staff are told when the agent was asked so often in vain.
const SILENT_TRIES: u32 = 5;

/// So many things are done at most without an event between them, far more than a day's orders need.
const MOST_AT_ONCE: u32 = 1_000;
/// What staff are told when that wasn't enough.
pub const NO_END: &str = "the kiosk finds more and more to do, and goes on later";

impl Turn<'_> {
    /// The sessions of the program's life before are gone; everything else the table decides.
    pub(super) fn resume(&mut self) {
        if self.k.front == Front::Recovering {
            self.k.awaited = self.k.awaited(self.now);
        }
        // One that is open now isn't of the life before.
        let live = self.k.session.as_ref().map(|session| session.transaction.clone());
        let interrupted: Vec<(TransactionId, bool)> = self
            .k
            .transactions()
            .filter(|t| Some(&t.id) != live.as_ref())
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
        self.k.module_failed_ms.take_if(|failed| now >= *failed + MODULE_FAILED_MS);
        let ends_ms = match &mut self.k.front {
            Front::Done { until_ms } => *until_ms,
            Front::Unknown { since_ms } => *since_ms + payment::UNKNOWN_MS,
            Front::Settling { since_ms, slow } => {
                *slow = now >= *since_ms + SLOW_MS;
                i64::MAX
            }
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
            | Front::TimeShort { .. }
            | Front::Returning { .. }
            | Front::PayConfirm { .. }
            | Front::Card { .. }
            | Front::Declined { .. }
            | Front::Staff(_) => i64::MAX,
        };
        if now >= ends_ms {
            self.leave();
        }
        self.ask_phase();
        self.second_look();
        self.watch_deadline();
        self.idle();
    }

    /// Goes on until nothing is left that can be done now.
    pub(super) fn drive(&mut self) {
        if self.k.shut.is_some() {
            return self.follow();
        }
        self.drive_on();
        self.follow();
        self.drive_on();
        self.tell_staff();
        self.forget();
    }

    /// Tables that contradicted each other would keep the screen for ever: then it goes on at the next event.
    fn drive_on(&mut self) {
        for _ in 0..MOST_AT_ONCE {
            if !(self.drive_one() || self.open_session_next()) {
                return;
            }
        }
        self.alert(NO_END);
    }

    /// Everything but module sessions.
    fn drive_one(&mut self) -> bool {
        if self.tell_the_shop() {
            return true;
        }
        let due: Vec<(TransactionId, Next)> = self.k.due(self.now);
        for (id, next) in due {
            match next {
                Next::Close(how) => {
                    self.enter(&id, Entry::Closed { how });
                }
                Next::Staff(reason) => self.leave_to_staff(&id, reason),
                Next::AskTerminal(attempt) if self.k.terminal.is_none() => {
                    self.k.terminal = Some(Call::Ask(id));
                    self.then.push(Effect::AskPayment(attempt));
                }
                Next::StartRefund(_) if self.k.terminal.is_none() => {
                    self.k.terminal = Some(Call::ReadyToRefund(id));
                    self.then.push(Effect::AskReady);
                }
                Next::AskRefund(attempt, refund) if self.k.terminal.is_none() => {
                    self.k.terminal = Some(Call::AskRefund(id));
                    self.then.push(Effect::AskRefund(attempt, refund));
                }
                // The hand-over goes on beside everything else.
                Next::HandOver
                | Next::AskTerminal(_)
                | Next::StartRefund(_)
                | Next::AskRefund(_, _)
                | Next::Send(_)
                | Next::Wait
                | Next::Rest => continue,
            }
            return true;
        }
        false
    }

    pub(super) fn leave_to_staff(&mut self, id: &TransactionId, reason: StaffReason) {
        self.alert(format!("transaction {id} needs staff: {reason:?}"));
        self.enter(id, Entry::WithStaff { reason });
    }

    /// What goes on by itself and takes too long, once each.
    fn tell_staff(&mut self) {
        // After a restart it is tried once more first.
        let tried = self.k.open.values().filter(|tracked| tracked.tries > 0);
        let overdue = |t: &Transaction| settlement::overdue(t, self.now).map(|reason| (t.id.clone(), reason));
        for (id, reason) in tried.filter_map(|tracked| overdue(&tracked.t)).collect::<Vec<_>>() {
            self.leave_to_staff(&id, reason);
        }
        let mut alerts = Vec::new();
        for tracked in self.k.open.values_mut() {
            let (t, mut tell) = (&tracked.t, Vec::new());
            let asks = t.card_in_doubt().is_some() || t.refunds().any(|refund| refund.state.in_doubt().is_some());
            if asks && tracked.tries >= SILENT_TRIES {
                tell.push((Told::TerminalSilent, "is in doubt, and the terminal doesn't say whether money was taken"));
            }
            let late = matches!(settlement::hand_over(t, self.now), Some(Next::Staff(_)));
            if late && t.approval().is_some() && t.hand_over != HandOver::Failed {
                tell.push((Told::HandOverMissing, "is paid, and its order isn't taken on"));
            }
            if super::hand_over::is_missing(tracked, self.now) {
                tell.push((Told::NotTakenOn, "is paid, and for a minute the shop hasn't taken its order on"));
            }
            if super::hand_over::is_void_missing(tracked, self.now) {
                tell.push((Told::VoidMissing, "is void, and for a minute the shop hasn't heard of it"));
            }
            for (what, words) in tell {
                if tracked.told.insert(what) {
                    alerts.push(format!("transaction {} {words}", tracked.t.id));
                }
            }
        }
        for alert in alerts {
            self.alert(alert);
        }
    }

    /// What is closed is forgotten, but for what is on the screen and the last that a charge may turn up for, or the word
    /// of a shop that has taken on what was withdrawn.
    fn forget(&mut self) {
        let shown = if let Front::Returning { old, .. } | Front::TimeShort { old: Some(old) } = &self.k.front {
            Some(old.clone())
        } else {
            None
        };
        let mine = self.k.customer.transaction.clone();
        let awaited = self.k.awaited.clone();
        let may_turn_up = |t: &Transaction| {
            !t.ended_attempts.is_empty() || t.approval().is_some() || t.hand_over == HandOver::Withdrawn
        };
        // Their names count up with the time.
        let kept: Vec<TransactionId> =
            self.k.transactions().filter(|t| t.closed.is_some() && may_turn_up(t)).map(|t| t.id.clone()).collect();
        let oldest = kept.len().checked_sub(KEPT_IN_MIND).and_then(|from| kept.get(from)).cloned();
        self.k.open.retain(|id, tracked| {
            let youngest = oldest.as_ref().is_none_or(|oldest| id >= oldest);
            let in_mind = may_turn_up(&tracked.t) && youngest || !tracked.second_looks.is_empty();
            let needed = [&mine, &shown, &awaited].into_iter().any(|needed| needed.as_ref() == Some(id));
            tracked.t.closed.is_none() || in_mind || needed
        });
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
            Front::Attract | Front::OutOfService { why: OutOfService::CardInDoubt, .. } if self.welcome_back() => {
                self.follow();
            }
            Front::Attract if self.k.shut.is_some() => {
                if let Some((why, code)) = self.k.shut.clone() {
                    self.k.front = Front::OutOfService { why, code };
                }
            }
            Front::Attract if self.k.undecided.is_some() => {
                let code = self.k.undecided.clone().unwrap_or_default();
                self.k.front = Front::OutOfService { why: OutOfService::Damage, code };
            }
            Front::Attract if self.k.barred() => {
                let why = OutOfService::CardInDoubt;
                self.k.front = Front::OutOfService { why, code: "card-in-doubt".into() };
            }
            Front::Attract if self.k.rules.paused => {
                self.k.front = Front::OutOfService { why: OutOfService::Paused, code: "paused".into() };
            }
            Front::Attract if self.k.updating => {
                self.k.front = Front::OutOfService { why: OutOfService::Updating, code: "update".into() };
            }
            Front::Attract if self.k.terminal_away => {
                self.k.front = Front::OutOfService { why: OutOfService::Terminal, code: "terminal".into() };
            }
            Front::OutOfService { why: OutOfService::Damage, .. } if self.k.undecided.is_none() => {
                self.k.front = Front::Attract;
                self.follow();
            }
            Front::OutOfService { why: OutOfService::CardInDoubt, .. } if !self.k.barred() => {
                self.k.front = Front::Attract;
                self.follow();
            }
            Front::OutOfService { why: OutOfService::Paused, .. } if !self.k.rules.paused => {
                self.k.front = Front::Attract;
                self.follow();
            }
            Front::OutOfService { why: OutOfService::Updating, .. } if !self.k.updating => {
                self.k.front = Front::Attract;
                self.follow();
            }
            Front::OutOfService { why: OutOfService::Terminal, .. } if !self.k.terminal_away => {
                self.k.front = Front::Attract;
                self.follow();
            }
            Front::Returning { old, then } => self.returned(&old, then),
            Front::Settling { since_ms, .. } => self.settling(since_ms),
            Front::Unknown { .. } if self.k.shut.is_none() => self.unknown_resolved(),
            Front::Unknown { .. } => {}
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
            | Front::TimeShort { .. }
            | Front::PayConfirm { .. }
            | Front::Card { .. }
            | Front::Declined { .. }
            | Front::Done { .. }
            | Front::Staff(_) => {}
        }
    }

    /// The customer whose order was paid before the restart gets its number after it.
    fn welcome_back(&mut self) -> bool {
        let Some(t) = self.k.awaited.as_ref().and_then(|id| self.k.transaction(id)) else { return false };
        if t.card_in_doubt().is_some() || self.k.shut.is_some() {
            return false;
        }
        let (id, order, way, lines) = (t.id.clone(), t.order.id.clone(), t.order.way, t.order.lines.clone());
        let on_paper = t.receipt == Receipt::Paper;
        let here = t.is_paid() && t.refund.is_none() && t.stray_charges.is_empty() && is_recent(t, self.now);
        self.k.awaited = None;
        if here {
            let nobody = self.k.nobody(self.now);
            // What was printed before the program ended nobody knows: it is printed again only when it is asked for.
            let receipt = on_paper.then(Print::of_before);
            // Whoever chose none may have taken one on the last screen: another one says that it is another.
            let receipts = 1;
            self.k.customer =
                Customer { transaction: Some(id), order: Some(order), way, lines, receipt, receipts, ..nobody };
            self.k.front = Front::Settling { since_ms: self.now.boot_ms, slow: false };
        }
        here
    }

    /// The customer who waits in doubt hears how it ended: paid and (a free order) taken on, or not paid.
    fn unknown_resolved(&mut self) {
        let Some(t) = self.mine().filter(|t| t.with_staff.is_none() && t.stray_charges.is_empty()) else { return };
        match &t.card {
            CardState::NotDue if t.hand_over != HandOver::Done => {}
            CardState::Approved(..) | CardState::NotDue => {
                self.k.front = Front::Settling { since_ms: self.now.boot_ms, slow: false };
                self.follow();
            }
            CardState::Declined { code } => self.declined(payment::reason(code)),
            CardState::Cancelled => self.declined(crate::view::DeclineReason::Stopped),
            CardState::NotAsked | CardState::Started(_) | CardState::Unknown(_) => {}
        }
    }

    /// A new transaction of the same order begins only when nothing of the old one may be charged, and its release
    /// was answered, or the customer is told until when the old hold lasts.
    fn returned(&mut self, old: &TransactionId, then: Then) {
        let Some(tracked) = self.k.open.get(old) else { return self.go_on(then) };
        let t = &tracked.t;
        if t.charges() {
            // Money turned up for it: it isn't begun again.
            self.k.customer.transaction = Some(old.clone());
            return self.in_doubt();
        }
        let answered = t.release.as_ref().is_some_and(|release| release.answer.is_some());
        // Nothing can be sent now; or it was, and nobody knows what came of it.
        let in_vain = tracked.tries > 0 || !self.k.membership() || self.k.last_call(self.now);
        let over = t.closed.is_some() || t.in_flight.is_none() && (t.with_staff.is_some() || answered || in_vain);
        if !over || t.is_paid() {
            return;
        }
        if t.closed.is_none()
            && t.may_hold()
            && let Deadline::Left(left) = t.deadline(self.now)
        {
            self.note(Note::StillHeld { until_ms: self.now.wall_ms + left });
        }
        self.go_on(then);
    }

    fn settling(&mut self, since_ms: i64) {
        let now = self.now.boot_ms;
        let Some(t) = self.mine() else { return };
        if t.refund.is_some() {
            return self.leave();
        }
        let id = t.id.clone();
        let free = t.approval().is_none();
        let handed = t.hand_over == HandOver::Done || t.made_by_staff;
        // A `confirm` that gives nobody anything is nothing to wait for.
        let answered = !t.asked_anything() || !t.holds() || t.closed.is_some() || t.settle_is_done();
        let unanswered = t.with_staff.is_some()
            || now >= since_ms + SETTLING_MS
            || (!answered && t.in_flight.is_none() && self.k.tries(&id) > 0);
        let not_taken_on = !handed && now >= since_ms + HAND_OVER_MS && (answered || !free);
        // Without a number there is nothing to show on the last screen.
        let numbered = t.order_number.is_some();
        if numbered && ((answered && handed) || (!free && unanswered) || not_taken_on) {
            if not_taken_on {
                self.alert(format!("transaction {id} is paid, and its order isn't taken on yet"));
            }
            self.k.front = Front::Done { until_ms: now + payment::DONE_MS };
            self.first_receipt();
        } else if unanswered {
            self.in_doubt();
        }
    }
}

/// Was it paid so short a time ago that its customer may still stand here?
fn is_recent(t: &Transaction, now: &Now) -> bool {
    // An approval may be heard of long after it.
    let began = t.approved().map(|(attempt, _)| &attempt.began).or(t.paid_at.as_ref()).map(|began| now.since(began));
    matches!(began, Some(Age::Known(age)) if age <= settlement::HAND_OVER_LIMIT_MS)
}

impl Kiosk {
    /// The last customer's transaction, when it was being paid or paid as the program ended. Whoever came after that
    /// customer had a transaction of their own.
    fn awaited(&self, now: &Now) -> Option<TransactionId> {
        // Their names count up with the time.
        let t = self.transactions().last()?;
        let through = t.closed.is_some();
        let paid = t.paid_at.as_ref().map(|paid| now.since(paid));
        let just_now = matches!(paid, Some(Age::Known(age)) if age <= DONE_AWAITED_MS);
        let awaited = if through { just_now } else { t.is_paid() || t.card_in_doubt().is_some() };
        awaited.then(|| t.id.clone())
    }

    fn tries(&self, id: &TransactionId) -> u32 {
        self.open.get(id).map_or(0, |tracked| tracked.tries)
    }

    /// What the table says of every transaction that it drives, when it may be tried now; oldest first.
    pub(super) fn due(&self, now: &Now) -> Vec<(TransactionId, Next)> {
        self.open
            .values()
            .filter(|tracked| !self.attended(&tracked.t))
            .filter_map(|tracked| {
                let next = settlement::next(&tracked.t, now);
                let now_or_never = match next {
                    Next::Close(_) | Next::Staff(_) => true,
                    Next::AskTerminal(_) | Next::StartRefund(_) | Next::AskRefund(..) | Next::Send(_) => {
                        now.boot_ms >= tracked.due_ms
                    }
                    Next::HandOver | Next::Wait | Next::Rest => false,
                };
                now_or_never.then(|| (tracked.t.id.clone(), next))
            })
            .collect()
    }

    /// How many transactions a machine can still bring further before the shop opens: those that weren't tried yet.
    pub(super) fn resumable(&self, now: &Now) -> u32 {
        let last_call = self.last_call(now);
        let waiting = |tracked: &super::Tracked| match settlement::next(&tracked.t, now) {
            Next::Rest => false,
            Next::Wait => tracked.t.in_flight.is_some(),
            Next::HandOver => !self.kitchen.is_tried(),
            // A paid order that must be settled soon keeps the others waiting.
            Next::Send(_) => !last_call || self.gives(&tracked.t, now),
            Next::AskTerminal(_) | Next::StartRefund(_) | Next::AskRefund(..) | Next::Close(_) | Next::Staff(_) => true,
        };
        let count = self.open.values().filter(|tracked| {
            let busy = self.session.as_ref().is_some_and(|session| session.transaction == tracked.t.id);
            busy || (tracked.tries == 0 && waiting(tracked))
        });
        u32::try_from(count.count()).unwrap_or(u32::MAX)
    }
}
