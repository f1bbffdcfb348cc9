//! The card: from the last question to the order number, and every way in which it can stay in doubt.

use super::{Call, Effect, Front, Turn, benefits::has_left, fits};
use crate::{
    card::{NoAnswer, PaymentRequest, RefundRequest, TerminalAnswer, TerminalOutcome},
    entry::{Entry, StaffReason},
    ids::{AttemptId, RefundId, StoreId, TransactionId},
    money::Won,
    order::card_amount,
    protocol::{AUTO_CLOSE_MESSAGE_MS, WATCHDOG_SLACK_MS},
    service::Service,
    settlement,
    time::MINUTE_MS,
    transaction::{CardState, RefundState, Transaction},
    view::{Act, DeclineReason, Note, Receipt},
};

/// Instalments are offered from this amount on.
pub(super) const INSTALMENTS_FROM: Won = Won::new(50_000);
/// The months that are offered; 0 for in full.
pub(super) const INSTALMENTS: [u32; 5] = [0, 2, 3, 6, 12];
/// How long the declined screen stays, ms.
const DECLINED_MS: i64 = 60_000;
/// How long the last screen stays, ms.
pub(super) const DONE_MS: i64 = 25_000;
/// How long the unknown screen stays, ms.
pub(super) const UNKNOWN_MS: i64 = 120_000;

/// Time to settle after paying: two watchdogs of a `confirm`, and a minute (protocol.md §6, Time).
const TIME_TO_SETTLE_MS: i64 = 2 * (AUTO_CLOSE_MESSAGE_MS + WATCHDOG_SLACK_MS) as i64 + MINUTE_MS;

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
                let receipt = self.mine().map_or(Receipt::None, |t| t.receipt);
                self.k.front = Front::PayConfirm { receipt, months: 0, busy: false };
                self.pay(receipt);
            }
            (Front::Done { .. }, Act::Done) => self.leave(),
            (Front::Unknown { .. }, Act::PrintSlip) => self.leave(),
            (Front::Unknown { .. }, Act::CallAgain) => self.k.customer.calling = true,
            _ => {}
        }
    }

    /// "결제하기", or "주문 끝내기" when nothing is left to pay.
    fn pay(&mut self, receipt: Receipt) {
        let Some(t) = self.mine() else { return };
        if t.with_staff.is_some() {
            // A charge that turned up late: another one would be a second.
            self.k.front = Front::Unknown { since_ms: self.now.boot_ms };
            return;
        }
        let (id, free) = (t.id.clone(), t.due().is_zero());
        let card_ms = if free { 0 } else { i64::from(self.k.shop.payment_timeout_ms) };
        if t.asked_anything() && !has_left(t.deadline(self.now), card_ms + TIME_TO_SETTLE_MS) {
            return self.time_short();
        }
        if t.holds() && !self.k.membership {
            // What is held couldn't be settled: no payment starts on a reduced price.
            self.k.front = Front::BenefitsLost;
        } else if free {
            self.enter(&id, Entry::OrderFinished { receipt });
            self.paid(&id);
        } else if self.k.barred() || self.k.terminal.is_some() {
            self.note(Note::TerminalAway);
        } else {
            if let Front::PayConfirm { busy, .. } = &mut self.k.front {
                *busy = true;
            }
            self.k.terminal = Some(Call::Ready(id));
            self.then.push(Effect::AskReady);
        }
    }

    /// The agent is ready: the attempt is journalled, and only then charged.
    pub(super) fn terminal_ready(&mut self, answer: Result<StoreId, NoAnswer>) {
        match self.k.terminal.clone() {
            Some(Call::Ready(id)) => {
                self.k.terminal = None;
                let Front::PayConfirm { receipt, months, busy } = &mut self.k.front else { return };
                *busy = false;
                let (receipt, months) = (*receipt, *months);
                if self.k.customer.transaction.as_ref() != Some(&id) {
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
            Some(Call::Pay(_) | Call::Ask(_) | Call::Stop(_) | Call::Refund(_)) | None => {}
        }
    }

    fn charge(&mut self, id: &TransactionId, store: StoreId, receipt: Receipt, months: u32) {
        let Some(t) = self.k.transaction(id) else { return };
        let card = card_amount(&t.order.lines, t.reduction());
        let months = if card.amount >= INSTALMENTS_FROM { months } else { 0 };
        let attempt = self.fresh.attempt.clone();
        self.enter(
            id,
            Entry::PaymentStarted {
                attempt: attempt.clone(),
                amount: card.amount,
                tax_free: card.tax_free,
                tax: card.tax,
                months,
                store,
                receipt,
            },
        );
        self.k.terminal = Some(Call::Pay(id.clone()));
        self.k.front = Front::Card { stopping: false, started_ms: self.now.boot_ms };
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
        let Some(Call::Pay(id)) = self.k.terminal.clone() else { return self.late(attempt, &answer) };
        if !self.k.is_open(&id, attempt) {
            return self.late(attempt, &answer);
        }
        self.k.terminal = None;
        let unknown = |why: String| Entry::PaymentUnknown { attempt: attempt.clone(), why };
        match answer.map(|answer| answer.outcome) {
            Ok(TerminalOutcome::InProgress { .. }) => self.enter(&id, unknown("it goes on".into())),
            Ok(TerminalOutcome::NotFound) => self.enter(&id, unknown("the agent knows of no such payment".into())),
            Err(NoAnswer { why }) => self.enter(&id, unknown(why)),
            Ok(outcome) => return self.definite(&id, attempt, outcome),
        }
        if self.k.customer.transaction.as_ref() == Some(&id) {
            self.k.front = Front::Unknown { since_ms: self.now.boot_ms };
        }
    }

    pub(super) fn payment_asked(&mut self, attempt: &AttemptId, answer: Result<TerminalAnswer, NoAnswer>) {
        let Some(Call::Ask(id)) = self.k.terminal.clone() else { return self.late(attempt, &answer) };
        self.k.terminal = None;
        if !self.k.is_open(&id, attempt) {
            return self.late(attempt, &answer);
        }
        let waits = self.k.customer.transaction.as_ref() == Some(&id);
        match answer.map(|answer| answer.outcome) {
            Err(_) => self.back_off(&id),
            Ok(TerminalOutcome::InProgress { .. }) if waits => self.back_off(&id),
            // Nobody stands there (any more), or the memory that answers has never heard of it: stop and mark it.
            Ok(TerminalOutcome::InProgress { .. } | TerminalOutcome::NotFound) => {
                self.k.terminal = Some(Call::Stop(id));
                self.then.push(Effect::StopPayment(attempt.clone()));
            }
            Ok(outcome) => self.definite(&id, attempt, outcome),
        }
    }

    pub(super) fn payment_stopped(&mut self, attempt: &AttemptId, answer: Result<TerminalAnswer, NoAnswer>) {
        let Some(Call::Stop(id)) = self.k.terminal.clone() else {
            // The customer asked to stop: the answer to the charge decides.
            if let (Err(_), Front::Card { stopping, .. }) = (&answer, &mut self.k.front) {
                *stopping = false;
            }
            return;
        };
        self.k.terminal = None;
        let Some(started) = self.k.transaction(&id).and_then(|t| t.card_in_doubt()).filter(|open| open.id == *attempt)
        else {
            return;
        };
        let same_memory = answer.as_ref().is_ok_and(|answer| answer.store == started.store);
        match answer.map(|answer| answer.outcome) {
            Err(_) | Ok(TerminalOutcome::InProgress { .. }) => self.back_off(&id),
            // Marked, and by the memory that would know: it never began, and never will.
            Ok(TerminalOutcome::Cancelled | TerminalOutcome::NotFound) if same_memory => {
                self.definite(&id, attempt, TerminalOutcome::Cancelled);
            }
            Ok(TerminalOutcome::Cancelled | TerminalOutcome::NotFound) => {
                self.enter(&id, Entry::WithStaff { reason: StaffReason::CardUnknown });
            }
            Ok(outcome) => self.definite(&id, attempt, outcome),
        }
    }

    /// The attempt ended, one way or the other.
    fn definite(&mut self, id: &TransactionId, attempt: &AttemptId, outcome: TerminalOutcome) {
        let Some(asked) = self.k.transaction(id).and_then(|t| t.card_in_doubt()).map(|open| open.amount) else {
            return;
        };
        let attempt = attempt.clone();
        let mine = self.k.customer.transaction.as_ref() == Some(id);
        let declined = match outcome {
            TerminalOutcome::Approved(approval) if fits(&approval, asked) => {
                self.enter(id, Entry::PaymentApproved { attempt, approval });
                return self.paid(id);
            }
            TerminalOutcome::Approved(approval) => {
                let why = format!("{} was approved, {asked} was asked for", approval.amount);
                self.enter(id, Entry::PaymentUnknown { attempt, why });
                self.enter(id, Entry::WithStaff { reason: StaffReason::CardUnknown });
                if mine {
                    self.k.front = Front::Unknown { since_ms: self.now.boot_ms };
                }
                return;
            }
            TerminalOutcome::Declined { code, message } => {
                let reason = match code.as_str() {
                    "TIMEOUT" => DeclineReason::TimeOut,
                    "TERMINAL" => DeclineReason::Terminal,
                    _ => DeclineReason::Issuer,
                };
                self.enter(id, Entry::PaymentDeclined { attempt, code, message });
                reason
            }
            TerminalOutcome::Cancelled => {
                self.enter(id, Entry::PaymentCancelled { attempt });
                DeclineReason::Stopped
            }
            TerminalOutcome::InProgress { .. } | TerminalOutcome::NotFound => return,
        };
        if mine {
            self.k.front = Front::Declined { reason: declined, until_ms: self.now.boot_ms + DECLINED_MS };
        }
    }

    /// Paid, or finished with nothing to pay: in the same commit, what settles it is fixed.
    fn paid(&mut self, id: &TransactionId) {
        if let Some(t) = self.k.transaction(id).filter(|t| t.asked_anything()) {
            let request = crate::protocol::Request::Settle;
            let payload = settlement::payload(t, request);
            self.enter(id, Entry::Prepared { request, payload });
        }
        if self.k.customer.transaction.as_ref() == Some(id) {
            self.k.front = Front::Settling { since_ms: self.now.boot_ms };
        }
    }

    /// An answer that nobody waits for: a charge for an attempt that was proven to have ended is for staff.
    fn late(&mut self, attempt: &AttemptId, answer: &Result<TerminalAnswer, NoAnswer>) {
        let Ok(TerminalAnswer { outcome: TerminalOutcome::Approved(approval), .. }) = answer else { return };
        let owner = self.k.transactions().find(|t| t.ended_attempts.contains(attempt)).map(|t| t.id.clone());
        match owner {
            Some(id) => {
                let approval = approval.clone();
                self.enter(&id, Entry::LateApproval { attempt: attempt.clone(), approval });
                self.enter(&id, Entry::WithStaff { reason: StaffReason::LateApproval });
                if self.k.customer.transaction.as_ref() == Some(&id) {
                    self.k.front = Front::Unknown { since_ms: self.now.boot_ms };
                }
            }
            None if self.k.transactions().any(|t| t.approval() == Some(approval)) => {}
            None => self.then.push(Effect::Alert(format!("a charge turned up for {attempt}, which is closed"))),
        }
    }

    fn refund(&mut self, id: &TransactionId, store: StoreId) {
        let Some(CardState::Approved(attempt, approval)) = self.k.transaction(id).map(|t| t.card.clone()) else {
            return;
        };
        let refund = self.fresh.refund.clone();
        self.enter(id, Entry::RefundStarted { refund: refund.clone(), store });
        self.k.terminal = Some(Call::Refund(id.clone()));
        self.then.push(Effect::Refund(RefundRequest { attempt: attempt.id, refund, approval }));
    }

    pub(super) fn refund_answered(&mut self, refund: &RefundId, answer: Result<TerminalAnswer, NoAnswer>) {
        let Some(Call::Refund(id)) = self.k.terminal.clone() else { return };
        self.k.terminal = None;
        let Some(RefundState::Started { refund: open, store }) = self.k.transaction(&id).map(|t| t.refund.clone())
        else {
            return;
        };
        if open != *refund {
            return;
        }
        let same_memory = answer.as_ref().is_ok_and(|answer| answer.store == store);
        match answer.map(|answer| answer.outcome) {
            Ok(TerminalOutcome::Approved(_)) => self.enter(&id, Entry::RefundDone { refund: open }),
            Ok(TerminalOutcome::Declined { code, .. }) => self.enter(&id, Entry::RefundDeclined { refund: open, code }),
            // Surely never begun: the same refund again.
            Ok(TerminalOutcome::NotFound | TerminalOutcome::Cancelled) if same_memory => {
                if let Some(CardState::Approved(attempt, approval)) = self.k.transaction(&id).map(|t| t.card.clone()) {
                    self.k.terminal = Some(Call::Refund(id));
                    self.then.push(Effect::Refund(RefundRequest { attempt: attempt.id, refund: open, approval }));
                }
            }
            Ok(TerminalOutcome::NotFound | TerminalOutcome::Cancelled) => {
                self.enter(&id, Entry::WithStaff { reason: StaffReason::RefundUnknown });
            }
            Ok(TerminalOutcome::InProgress { .. }) | Err(_) => self.back_off(&id),
        }
    }

    pub(super) fn back_off(&mut self, id: &TransactionId) {
        let now = self.now;
        if let Some(tracked) = self.k.open.get_mut(id) {
            tracked.back_off(now, 30);
        }
    }
}

impl super::Kiosk {
    fn is_open(&self, id: &TransactionId, attempt: &AttemptId) -> bool {
        self.transaction(id).and_then(Transaction::card_in_doubt).is_some_and(|open| open.id == *attempt)
    }

    /// How the receipt may be had: by phone only with points held or to be earned (protocol.md §6).
    pub(super) fn receipts(&self) -> Vec<Receipt> {
        let member =
            self.mine().is_some_and(|t| t.held(Service::PointRedeem).is_some() || t.held(Service::PointEarn).is_some());
        if member { vec![Receipt::Phone, Receipt::None] } else { vec![Receipt::None] }
    }
}
