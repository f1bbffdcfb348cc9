//! Why only staff can go on: for each reason what must really be so.

use super::*;

impl World {
    pub(super) fn check_reasons(&mut self, records: &[Record]) {
        for record in records {
            if record.entry == (Entry::Closed { how: Closed::Lapsed }) && self.holds_live(&record.transaction) {
                self.violate(format!("{} is closed as lapsed, and its holds live", record.transaction));
            }
            let Entry::WithStaff { reason } = &record.entry else { continue };
            *self.reasons.entry(reason_name(*reason)).or_default() += 1;
            if !self.is_true(&record.transaction, *reason) {
                self.violate(format!("{} is with staff for {reason:?}, which isn't so", record.transaction));
            }
        }
    }

    /// Does Prbiti hold anything, and could the kiosk know?
    fn holds_live(&self, id: &TransactionId) -> bool {
        let Some(at) = self.prbiti.get(id) else { return false };
        let over = self.elapsed - at.first_asked >= HOLD_MS;
        !at.holds.is_empty() && at.settled.is_none() && !at.released && !over && !self.is_deceived(id)
    }

    /// Does the reason hold, by what the world itself knows?
    fn is_true(&self, id: &TransactionId, reason: StaffReason) -> bool {
        let nothing = AtPrbiti::default();
        let at = self.prbiti.get(id).unwrap_or(&nothing);
        let heard = |request, what: fn(&str) -> bool| {
            at.heard.iter().rev().find(|(r, _)| *r == request).is_some_and(|(_, code)| what(code))
        };
        let paid = self.is_paid(id);
        let over = self.elapsed - at.first_asked >= HOLD_MS || self.is_deceived(id);
        let order = self.journal.fold(id).and_then(|t| self.orders.get(&t.order.id)).cloned().unwrap_or_default();
        let mut attempts = self.attempts.values().filter(|attempt| attempt.transaction == *id);
        let mut refunds = self.refunds.values().filter(|given| given.transaction == *id);
        match reason {
            StaffReason::SettleUnanswered => {
                let by_staff = self.journal.fold(id).is_some_and(|t| t.acted.contains(&Action::SettleAgain));
                paid && (over || by_staff) && !heard(Request::Settle, |code| code == "200")
            }
            StaffReason::SettleRefused => paid && heard(Request::Settle, |code| code == "100010003"),
            StaffReason::SettleRejected => paid && heard(Request::Settle, is_never_accepted),
            // Another boot, and the clock is back.
            StaffReason::DeadlineUnknown => {
                paid && at.boot_id != self.now.boot_id
                    && self.set_off < at.set_off
                    && !heard(Request::Settle, |code| code == "200")
            }
            StaffReason::CardUnknown => {
                let open = self.journal.fold(id).and_then(Transaction::card_in_doubt);
                open.is_some_and(|open| self.never_begun.contains(&open.id))
                    || attempts.any(|attempt| attempt.told_other_memory)
            }
            StaffReason::CardOtherAmount => {
                attempts.any(|attempt| attempt.told_charged && attempt.charged != 0 && attempt.charged != attempt.asked)
            }
            StaffReason::TerminalSilent => {
                let charging = attempts.all(|attempt| attempt.told_ended || attempt.told_charged);
                let is_open = |t: &Transaction| {
                    t.card_in_doubt().is_some() || t.refunds().any(|refund| refund.state != RefundState::Done)
                };
                let open = self.journal.fold(id).is_some_and(is_open);
                (open || !charging) && self.is_due_for_long(id)
            }
            StaffReason::LateApproval => attempts.any(|attempt| {
                attempt.told_charged
                    && attempt.charged > attempt.given_back
                    && (attempt.told_ended || attempt.charged != attempt.asked)
            }),
            StaffReason::HandOverLate => {
                let began = attempts.filter(|a| a.told_charged).map(|a| a.began).max();
                let began = began.or_else(|| self.finished_at(id)).unwrap_or(i64::MAX);
                let late = self.elapsed - began > 10 * 60_000 - 1_000 || self.clock_was_set_since(id);
                paid && late && !order.taken
            }
            StaffReason::HandOverFailed => {
                let kept = self.journal.fold(id).is_some_and(|t| t.acted.contains(&Action::KeepSale));
                paid && (order.refused || kept) && !order.taken
            }
            StaffReason::RefundDeclined => {
                let told = refunds.any(|given| given.told_declined && !given.done)
                    || self.vouched.contains(&(id.clone(), Finding::RefundNotDone));
                told && attempts.any(|a| a.charged > a.given_back)
            }
            StaffReason::RefundUnknown => self.never_given.contains(id) || refunds.any(|given| given.told_other_memory),
            StaffReason::CancelRefused => {
                let no_card_left = attempts.filter(|a| !a.told_ended).all(|a| a.charged == a.given_back);
                no_card_left && heard(Request::Cancel, |code| code == "100010003" || is_never_accepted(code))
            }
            StaffReason::CancelUnanswered => {
                self.is_due_for_long(id)
                    && (refunds.all(|given| given.done || given.declined)
                        || self.vouched.contains(&(id.clone(), Finding::RefundNotDone)))
                    && !heard(Request::Cancel, |code| code == "200")
            }
            // No row of this world is impossible, but for those that the disk has damaged, which get none.
            StaffReason::JournalImpossible => false,
        }
    }

    /// Has it been waited for ten minutes, by a clock that nobody has set?
    fn is_due_for_long(&self, id: &TransactionId) -> bool {
        let waits = self.due_since.get(id).into_iter().flatten();
        waits.into_iter().any(|(since, set_off)| self.elapsed - since >= 10 * 60_000 || *set_off != self.set_off)
    }

    /// Was it paid by card, or is it free and finished?
    fn is_paid(&self, id: &TransactionId) -> bool {
        let by_card = self
            .attempts
            .values()
            .any(|attempt| attempt.transaction == *id && attempt.told_charged && attempt.charged == attempt.asked);
        by_card || self.finished_at(id).is_some()
    }

    fn finished_at(&self, id: &TransactionId) -> Option<i64> {
        let finished = self.journal.fold(id)?.card == CardState::NotDue;
        self.prbiti.get(id)?.finished.filter(|_| finished)
    }

    pub(super) fn clock_was_set_since(&self, id: &TransactionId) -> bool {
        let began = self.attempts.values().filter(|attempt| attempt.transaction == *id).map(|a| a.set_off);
        let asked = self.prbiti.get(id).map(|at| at.set_off);
        began.chain(asked).any(|then| then != self.set_off)
    }
}

/// Codes after which the same text is never accepted (guide 2.3).
fn is_never_accepted(code: &str) -> bool {
    let long = if code.len() == 8 && code.starts_with("0001") { format!("1{code}") } else { code.to_owned() };
    let starts = |with: &str| long.starts_with(with);
    long.len() == 9 && long != "100010003" && (starts("10001") || starts("10002") || starts("10004") || starts("30001"))
}

/// All of them, by name.
pub const REASONS: [&str; 15] = [
    "SettleUnanswered",
    "SettleRefused",
    "SettleRejected",
    "DeadlineUnknown",
    "CardUnknown",
    "CardOtherAmount",
    "TerminalSilent",
    "LateApproval",
    "HandOverLate",
    "HandOverFailed",
    "RefundDeclined",
    "RefundUnknown",
    "CancelRefused",
    "CancelUnanswered",
    "JournalImpossible",
];

/// Its name. A new reason needs its predicate above and its place in [`REASONS`].
const fn reason_name(reason: StaffReason) -> &'static str {
    match reason {
        StaffReason::SettleUnanswered => "SettleUnanswered",
        StaffReason::SettleRefused => "SettleRefused",
        StaffReason::SettleRejected => "SettleRejected",
        StaffReason::DeadlineUnknown => "DeadlineUnknown",
        StaffReason::CardUnknown => "CardUnknown",
        StaffReason::CardOtherAmount => "CardOtherAmount",
        StaffReason::TerminalSilent => "TerminalSilent",
        StaffReason::LateApproval => "LateApproval",
        StaffReason::HandOverLate => "HandOverLate",
        StaffReason::HandOverFailed => "HandOverFailed",
        StaffReason::RefundDeclined => "RefundDeclined",
        StaffReason::RefundUnknown => "RefundUnknown",
        StaffReason::CancelRefused => "CancelRefused",
        StaffReason::CancelUnanswered => "CancelUnanswered",
        StaffReason::JournalImpossible => "JournalImpossible",
    }
}
