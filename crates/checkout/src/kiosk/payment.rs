//! The card: from the last question to the order number, and every way in which it can stay in doubt.

use super::{Call, Effect, Front, Tracked, Turn, benefits::has_left};
use crate::{
    card::{NoAnswer, PaymentRequest, TerminalAnswer, TerminalOutcome},
    entry::{Entry, StaffReason},
    ids::{AttemptId, StoreId, TransactionId},
    money::Won,
    order::card_amount,
    protocol::{AutoClose, WATCHDOG_SLACK_MS},
    service::Service,
    settlement,
    time::MINUTE_MS,
    transaction::{CardState, Transaction},
    view::{Act, CardPhase, DeclineReason, Note, Receipt},
};

/// Instalments are offered from this amount on.
pub(super) const INSTALMENTS_FROM: Won = Won::new(50_000);
/// The months that are offered; 0 for in full.
pub(super) const INSTALMENTS: [u32; 5] = [0, 2, 3, 6, 12];
/// How long the last screen stays, ms.
pub(super) const DONE_MS: i64 = 25_000;
/// How long the unknown screen stays, ms.
pub(super) const UNKNOWN_MS: i64 = 120_000;

/// Between two looks at what the terminal waits for, ms.
const PHASE_MS: i64 = 500;

/// So long after an attempt ended without a charge the terminal is asked whether it is still so, ms.
pub(super) const SECOND_LOOK_MS: i64 = MINUTE_MS;
/// After so long each it is asked again where somebody may have missed the end of an attempt, or be mistaken about it: after
/// a manager's word that nothing was charged, and after a restart; ms.
pub(super) const LOOKS_MS: [i64; 4] = [SECOND_LOOK_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, LOOKS_UNTIL_MS];
/// What ended longer ago than this isn't asked about after a restart, ms.
pub(super) const LOOKS_UNTIL_MS: i64 = 120 * MINUTE_MS;

/// Time to settle after paying: two watchdogs of a `confirm`, and a minute (protocol.md §6, Time).
const TIME_TO_SETTLE_MS: i64 = 2 * (AutoClose::Message.ms() + WATCHDOG_SLACK_MS) as i64 + MINUTE_MS;

impl Turn<'_> {
    #[allow(clippy::wildcard_enum_match_arm, clippy::collapsible_match)] // a touch that doesn't belong to the screen does nothing
    pub(super) fn payment_act(&mut self, act: Act) {
        let receipts = self.k.receipts();
        match (&mut self.k.front, act) {
            (Front::PayConfirm { receipt, busy: false, .. }, Act::Receipt { receipt: chosen }) => {
                if receipts.contains(&chosen) {
                    *receipt = chosen;
                }
            }
            (Front::PayConfirm { months, busy: false, .. }, Act::Months { months: chosen }) => {
                if INSTALMENTS.contains(&chosen) {
                    *months = chosen;
                }
            }
            (Front::PayConfirm { receipt, busy: false, .. }, Act::Pay) => {
                let receipt = *receipt;
                self.pay(receipt);
            }
            (Front::Card { .. }, Act::DontPay) => self.stop_card(),
            (Front::Declined { .. }, Act::AnotherCard) => {
                let chosen = self.mine().map_or(Receipt::None, |t| t.receipt);
                let receipt = if self.k.receipts().contains(&chosen) { chosen } else { Receipt::None };
                self.k.front = Front::PayConfirm { receipt, months: 0, busy: false };
                self.pay(receipt);
            }
            (Front::Done { .. }, Act::Done) => self.leave(),
            (Front::Done { .. }, Act::Paper) => self.another_receipt(),
            (Front::Unknown { .. }, Act::PrintSlip) => self.print_slip(),
            (Front::Unknown { .. }, Act::CallAgain) => self.k.customer.calling = true,
            _ => {}
        }
    }

    /// "결제하기", or "주문 끝내기" when nothing is left to pay.
    fn pay(&mut self, receipt: Receipt) {
        let Some(t) = self.mine() else { return };
        let (id, free) = (t.id.clone(), t.due().is_zero());
        if self.is_kept_from_paying(&id) {
            return;
        }
        if free {
            self.enter(&id, Entry::OrderFinished { receipt });
            return self.paid(&id);
        }
        if let Front::PayConfirm { busy, .. } = &mut self.k.front {
            *busy = true;
        }
        self.k.terminal = Some(Call::Ready(id));
        self.then.push(Effect::AskReady);
    }

    /// Says what keeps the order from being paid now, if anything does.
    fn is_kept_from_paying(&mut self, id: &TransactionId) -> bool {
        let Some(t) = self.k.transaction(id) else { return true };
        let (order, free) = (&t.order.id, t.due().is_zero());
        let card_ms = if free { 0 } else { i64::from(self.k.shop.payment_timeout_ms) };
        if t.with_staff.is_some() || self.k.transactions().any(|other| other.order.id == *order && other.charges()) {
            // Money is taken for this order, or may be: another charge would be a second.
            self.in_doubt();
        } else if t.may_hold() && !has_left(t.deadline(self.now), card_ms + TIME_TO_SETTLE_MS) {
            self.time_short();
        } else if t.holds() && !self.k.membership() {
            // What is held couldn't be settled: no payment starts on a reduced price.
            self.k.front = Front::BenefitsLost;
        } else if !free && (self.k.barred() || self.k.terminal.is_some()) {
            self.note(Note::TerminalAway);
        } else {
            return false;
        }
        true
    }

    /// The agent is ready: the attempt is journalled, and only then charged.
    pub(super) fn terminal_ready(&mut self, answer: Result<StoreId, NoAnswer>) {
        match self.k.terminal.clone() {
            Some(Call::Ready(id)) => {
                self.k.terminal = None;
                let Front::PayConfirm { receipt, months, busy } = &mut self.k.front else { return };
                *busy = false;
                let (receipt, months) = (*receipt, *months);
                // Much may have happened while it was asked.
                if self.k.customer.transaction.as_ref() != Some(&id) || self.is_kept_from_paying(&id) {
                    return;
                }
                match answer {
                    Ok(store) => self.charge(&id, store, receipt, months),
                    Err(_) => self.note(Note::TerminalAway),
                }
            }
            Some(Call::ReadyToRefund(id)) => {
                self.k.terminal = None;
                match answer {
                    Ok(store) => self.refund(&id, store),
                    Err(_) => self.back_off(&id),
                }
            }
            Some(Call::Pay(_) | Call::Ask(_) | Call::Stop(_) | Call::Refund(_) | Call::AskRefund(_)) | None => {}
        }
    }

    fn charge(&mut self, id: &TransactionId, store: StoreId, receipt: Receipt, months: u32) {
        let Some(t) = self.k.transaction(id) else { return };
        let card = card_amount(&t.order.lines, t.reduction());
        let months = if card.amount >= INSTALMENTS_FROM { months } else { 0 };
        let attempt = self.fresh.attempt.clone();
        let started = Entry::PaymentStarted {
            attempt: attempt.clone(),
            amount: card.amount,
            tax_free: card.tax_free,
            tax: card.tax,
            months,
            store,
            receipt,
        };
        if !self.enter(id, started) {
            return self.in_doubt();
        }
        self.k.terminal = Some(Call::Pay(id.clone()));
        let now = self.now.boot_ms;
        self.k.front = Front::Card { stopping: false, started_ms: now, phase: CardPhase::Insert, asked_ms: now };
        self.then.push(Effect::Pay(PaymentRequest {
            attempt,
            amount: card.amount,
            tax_free: card.tax_free,
            tax: card.tax,
            months,
            timeout_ms: self.k.shop.payment_timeout_ms,
            accessible: self.k.customer.assisted(),
        }));
    }

    /// While the card is awaited, what the terminal waits for is asked again and again.
    pub(super) fn ask_phase(&mut self) {
        let Some(attempt) = self.mine().and_then(|t| t.card_in_doubt()).map(|attempt| attempt.id.clone()) else {
            return;
        };
        if let (Front::Card { asked_ms, .. }, Some(Call::Pay(_))) = (&mut self.k.front, &self.k.terminal)
            && self.now.boot_ms >= *asked_ms + PHASE_MS
        {
            *asked_ms = self.now.boot_ms;
            self.then.push(Effect::AskPayment(attempt));
        }
    }

    /// Terminals have been known to charge a card after they had said that they wouldn't.
    pub(super) fn second_look(&mut self) {
        let now = self.now.boot_ms;
        for tracked in self.k.open.values_mut() {
            let due = tracked.second_looks.extract_if(.., |(_, due_ms)| now >= *due_ms);
            self.then.extend(due.map(|(attempt, _)| Effect::AskPayment(attempt)));
        }
    }

    /// While the answer to the charge itself is on its way: what the screen shows, or the end when that answer is lost.
    fn looked_at(
        &mut self,
        id: &TransactionId,
        attempt: &AttemptId,
        store: &StoreId,
        answer: Result<TerminalAnswer, NoAnswer>,
    ) {
        let Ok(TerminalAnswer { outcome, store: other }) = answer else { return };
        match outcome {
            TerminalOutcome::InProgress { phase: now, .. } => {
                if let Front::Card { phase, .. } = &mut self.k.front {
                    *phase = now;
                }
            }
            TerminalOutcome::Approved(_) | TerminalOutcome::Declined { .. } => self.definite(id, attempt, outcome),
            TerminalOutcome::Cancelled if other == *store => self.definite(id, attempt, outcome),
            // It may not have heard of the attempt yet.
            TerminalOutcome::Cancelled | TerminalOutcome::NotFound => {}
        }
    }

    /// "결제 안 하기": the terminal decides whether it still can.
    pub(super) fn stop_card(&mut self) {
        let Some(attempt) = self.mine().and_then(|t| t.card_in_doubt()).map(|attempt| attempt.id.clone()) else {
            return;
        };
        if let Front::Card { stopping, .. } = &mut self.k.front
            && !*stopping
        {
            *stopping = true;
            self.then.push(Effect::StopPayment(attempt));
        }
    }

    pub(super) fn payment_answered(&mut self, attempt: &AttemptId, answer: Result<TerminalAnswer, NoAnswer>) {
        let Some((id, store)) = self.k.in_doubt(attempt) else { return self.late(attempt, &answer) };
        let waited_for = self.k.terminal == Some(Call::Pay(id.clone()));
        if waited_for {
            self.k.terminal = None;
        }
        let why = match answer {
            Ok(TerminalAnswer { outcome: TerminalOutcome::InProgress { .. }, .. }) => "it goes on".to_owned(),
            Ok(TerminalAnswer { outcome: TerminalOutcome::NotFound, .. }) => {
                "the agent knows of no such payment".to_owned()
            }
            // A memory that has forgotten the attempt can't know that nothing was charged.
            Ok(TerminalAnswer { outcome: TerminalOutcome::Cancelled, store: other }) if other != store => {
                "another memory than the one that was asked says that it was cancelled".to_owned()
            }
            Ok(TerminalAnswer { outcome, .. }) => return self.definite(&id, attempt, outcome),
            Err(NoAnswer { why }) => why,
        };
        if !waited_for {
            // What became of it is being asked already.
            return;
        }
        self.enter(&id, Entry::PaymentUnknown { attempt: attempt.clone(), why, charged: None });
        if self.k.customer.transaction.as_ref() == Some(&id) {
            self.in_doubt();
        }
    }

    pub(super) fn payment_asked(&mut self, attempt: &AttemptId, answer: Result<TerminalAnswer, NoAnswer>) {
        let mut waited_for = false;
        if let Some(Call::Ask(id)) = &self.k.terminal {
            // Also when it was told in another way meanwhile; but not by the answer about another attempt.
            let open = self.k.transaction(id).and_then(|t| t.card_in_doubt());
            if open.is_none_or(|open| open.id == *attempt) {
                self.k.terminal = None;
                waited_for = true;
            }
        }
        let Some((id, store)) = self.k.in_doubt(attempt) else { return self.late(attempt, &answer) };
        if self.k.terminal == Some(Call::Pay(id.clone())) {
            return self.looked_at(&id, attempt, &store, answer);
        }
        let waits = self.k.customer.transaction.as_ref() == Some(&id);
        match answer {
            // Staff only look at what it says: what isn't definite leads to nothing.
            Err(_) if !waited_for => {}
            Ok(TerminalAnswer { outcome: TerminalOutcome::InProgress { .. } | TerminalOutcome::NotFound, .. })
                if !waited_for => {}
            Ok(TerminalAnswer { outcome: TerminalOutcome::Cancelled, store: other })
                if !waited_for && other != store => {}
            Err(_) => self.back_off(&id),
            Ok(TerminalAnswer { outcome: TerminalOutcome::InProgress { .. }, .. }) if waits => self.back_off(&id),
            // Nobody stands there (any more), or the memory that answers can't know: stop and mark it.
            Ok(TerminalAnswer { outcome: TerminalOutcome::InProgress { .. } | TerminalOutcome::NotFound, .. }) => {
                self.stop(id, attempt);
            }
            Ok(TerminalAnswer { outcome: TerminalOutcome::Cancelled, store: other }) if other != store => {
                self.stop(id, attempt);
            }
            Ok(TerminalAnswer { outcome, .. }) => self.definite(&id, attempt, outcome),
        }
    }

    fn stop(&mut self, id: TransactionId, attempt: &AttemptId) {
        if self.k.terminal.is_some() {
            return self.back_off(&id);
        }
        self.k.terminal = Some(Call::Stop(id));
        self.then.push(Effect::StopPayment(attempt.clone()));
    }

    pub(super) fn payment_stopped(&mut self, attempt: &AttemptId, answer: Result<TerminalAnswer, NoAnswer>) {
        let Some(Call::Stop(_)) = &self.k.terminal else {
            // The customer asked to stop: the answer to the charge decides.
            if let (Err(_), Front::Card { stopping, .. }) = (&answer, &mut self.k.front) {
                *stopping = false;
            }
            return self.late(attempt, &answer);
        };
        self.k.terminal = None;
        let Some((id, store)) = self.k.in_doubt(attempt) else { return self.late(attempt, &answer) };
        match answer {
            Err(_) | Ok(TerminalAnswer { outcome: TerminalOutcome::InProgress { .. }, .. }) => self.back_off(&id),
            Ok(TerminalAnswer { outcome: TerminalOutcome::Cancelled | TerminalOutcome::NotFound, store: other }) => {
                if other == store {
                    // Marked, and by the memory that would know: it never began, and never will.
                    self.definite(&id, attempt, TerminalOutcome::Cancelled);
                } else {
                    self.leave_to_staff(&id, StaffReason::CardUnknown);
                }
            }
            Ok(TerminalAnswer { outcome, .. }) => self.definite(&id, attempt, outcome),
        }
    }

    /// The attempt ended, one way or the other.
    fn definite(&mut self, id: &TransactionId, attempt: &AttemptId, outcome: TerminalOutcome) {
        let Some(asked) = self.k.transaction(id).and_then(|t| t.card_in_doubt()).map(|open| open.amount) else {
            return;
        };
        // Whoever told it first: the lane is free, and the answer that is still on its way tells nothing new.
        self.k.terminal.take_if(|call| *call == Call::Pay(id.clone()));
        if let Some(tracked) = self.k.open.get_mut(id) {
            tracked.heard();
        }
        let attempt = attempt.clone();
        let mine = self.k.customer.transaction.as_ref() == Some(id);
        let declined = match outcome {
            TerminalOutcome::Approved(approval) if approval.amount == asked => {
                self.enter(id, Entry::PaymentApproved { attempt, approval });
                return self.paid(id);
            }
            TerminalOutcome::Approved(approval) => {
                let why = format!("{} was approved, {asked} was asked for", approval.amount);
                self.enter(id, Entry::PaymentUnknown { attempt, why, charged: Some(approval) });
                if mine {
                    self.in_doubt();
                }
                return;
            }
            TerminalOutcome::Declined { code, message } => {
                let reason = reason(&code);
                self.enter(id, Entry::PaymentDeclined { attempt, code, message });
                reason
            }
            TerminalOutcome::Cancelled => {
                self.enter(id, Entry::PaymentCancelled { attempt });
                DeclineReason::Stopped
            }
            TerminalOutcome::InProgress { .. } | TerminalOutcome::NotFound => return,
        };
        let ended = self.k.transaction(id).and_then(|t| t.ended_attempts.last()).cloned();
        if let (Some(tracked), Some(ended)) = (self.k.open.get_mut(id), ended) {
            tracked.second_looks.push((ended, self.now.boot_ms + SECOND_LOOK_MS));
        }
        if self.k.transaction(id).is_some_and(|t| t.card_in_doubt().is_some()) {
            // Its rows don't admit it: staff know, and the terminal isn't asked without a pause.
            self.back_off(id);
        } else if mine && self.mine().is_some_and(|t| t.with_staff.is_none() && t.stray_charges.is_empty()) {
            self.declined(declined);
        }
    }

    /// 19. The terminal was touched, if not the screen.
    pub(super) fn declined(&mut self, reason: DeclineReason) {
        self.k.customer.last_input_ms = self.now.boot_ms;
        self.behind_staff(Front::Declined { reason });
    }

    /// 15. Nobody knows whether money was taken, and staff are called.
    pub(super) fn in_doubt(&mut self) {
        if self.k.is_shown(|front| matches!(front, Front::Unknown { .. })) {
            return;
        }
        let whose = self.mine().map(|t| t.id.to_string()).unwrap_or_default();
        self.alert(format!("a customer waits at the kiosk: it isn't known what became of transaction {whose}"));
        self.k.customer.calling = true;
        self.k.customer.sheet = None;
        self.behind_staff(Front::Unknown { since_ms: self.now.boot_ms });
    }

    /// Paid, or finished with nothing to pay: in the same commit, what settles it is fixed.
    pub(super) fn paid(&mut self, id: &TransactionId) {
        let Some(t) = self.k.transaction(id).filter(|t| t.is_paid()) else { return };
        let with_staff = t.with_staff.is_some();
        if t.asked_anything() {
            let request = crate::protocol::Request::Settle;
            let payload = settlement::payload(t, request);
            self.enter(id, Entry::Prepared { request, payload });
        }
        if self.k.customer.transaction.as_ref() == Some(id) && !with_staff {
            self.k.customer.sheet = None;
            self.behind_staff(Front::Settling { since_ms: self.now.boot_ms, slow: false });
        }
    }

    /// An answer that nobody waits for. A charge for an attempt that is still in doubt is simply heard now; one for
    /// an attempt that was proven to have ended is for staff.
    fn late(&mut self, attempt: &AttemptId, answer: &Result<TerminalAnswer, NoAnswer>) {
        let Ok(TerminalAnswer { outcome, .. }) = answer else { return self.look_again(attempt) };
        let TerminalOutcome::Approved(approval) = outcome else { return };
        let approval = approval.clone();
        if let Some((id, _)) = self.k.in_doubt(attempt) {
            return self.definite(&id, attempt, TerminalOutcome::Approved(approval));
        }
        let known = |t: &Transaction| {
            matches!(&t.card, CardState::Approved(paid, _) if paid.id == *attempt)
                || t.stray_charge(attempt).is_some()
                || t.stray_given_back(attempt).is_some()
        };
        if self.k.transactions().any(known) {
            return;
        }
        let has_ended = |t: &Transaction| t.ended_attempts.contains(attempt);
        if !self.k.transactions().any(has_ended)
            && let Some(t) = self.on_the_desk().filter(has_ended)
        {
            // Long out of mind; staff look at it.
            self.k.open.insert(t.id.clone(), Tracked::new(t));
        }
        let ended = self.k.transactions().find(|t| has_ended(t));
        let Some(t) = ended else {
            return self.alert(format!("a charge turned up for {attempt}, of which nothing is known any more"));
        };
        let (id, order) = (t.id.clone(), t.order.id.clone());
        self.enter(&id, Entry::LateApproval { attempt: attempt.clone(), approval });
        // Whoever pays for the same order is told to put no card in.
        let same = |t: &&Transaction| t.order.id == order;
        let open = self.k.transactions().filter(same).filter_map(Transaction::card_in_doubt);
        self.then.extend(open.map(|open| Effect::StopPayment(open.id.clone())));
        if self.mine().is_some_and(|t| t.order.id == order) {
            self.in_doubt();
        }
    }

    /// A look that wasn't answered is none: it is made again a minute later.
    fn look_again(&mut self, attempt: &AttemptId) {
        let due_ms = self.now.boot_ms + SECOND_LOOK_MS;
        let ended = self.k.open.values_mut().find(|tracked| tracked.t.ended_attempts.contains(attempt));
        if let Some(tracked) = ended
            && !tracked.second_looks.iter().any(|(waits, soon_ms)| waits == attempt && *soon_ms <= due_ms)
        {
            tracked.second_looks.push((attempt.clone(), due_ms));
        }
    }

    pub(super) fn back_off(&mut self, id: &TransactionId) {
        let now = self.now;
        if let Some(tracked) = self.k.open.get_mut(id) {
            tracked.back_off(now, 30);
        }
    }
}

/// What the customer reads of a refused card.
pub(super) fn reason(code: &str) -> DeclineReason {
    match code {
        "TIMEOUT" => DeclineReason::TimeOut,
        "TERMINAL" => DeclineReason::Terminal,
        _ => DeclineReason::Issuer,
    }
}

impl super::Kiosk {
    /// Whose attempt it is that is in doubt, and the memory that it began with.
    fn in_doubt(&self, attempt: &AttemptId) -> Option<(TransactionId, StoreId)> {
        self.transactions().find_map(|t| {
            let open = t.card_in_doubt().filter(|open| open.id == *attempt)?;
            Some((t.id.clone(), open.store.clone()))
        })
    }

    /// How the receipt may be had: on paper only while the printer prints, by phone only with points held or to be earned (protocol.md §6).
    pub(super) fn receipts(&self) -> Vec<Receipt> {
        let member =
            self.mine().is_some_and(|t| t.held(Service::PointRedeem).is_some() || t.held(Service::PointEarn).is_some());
        let ways = [(self.prints(), Receipt::Paper), (member, Receipt::Phone), (true, Receipt::None)];
        ways.into_iter().filter_map(|(can, way)| can.then_some(way)).collect()
    }
}
