//! What charges a card and gives it back, and what is known of that after a restart.

use std::time::Duration;

use checkout::{
    card::{Approval, MaskedCard, RefundRequest, TerminalOutcome},
    ids::AttemptId,
    time,
};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    AMOUNT_WON, Ask, Check, Kept, Line, Promise, attempt_id, payment, refund_body, refund_id, wire::Way, word,
};
use crate::payment::QUICK;

/// An agent that was started again answers within so long.
const STARTS: Duration = Duration::from_secs(60);
/// Between two looks whether it does.
const LOOK: Duration = Duration::from_millis(250);

impl<P: AsyncFnMut(Ask) -> bool, T: FnMut(&Line)> Check<'_, P, T> {
    pub(super) async fn charging(&mut self) {
        const ALL: [Promise; 6] = [
            Promise::Approves,
            Promise::ChargesOnce,
            Promise::StaysApproved,
            Promise::RefundsExactly,
            Promise::RefundsOnce,
            Promise::ListsBoth,
        ];
        if !(self.person)(Ask::MayCharge(AMOUNT_WON)).await {
            return self.leave_out(&ALL, "no card may be charged");
        }
        // A person who is asked to may have a card in already when the call begins: it waits for it in any case.
        if !(self.person)(Ask::PutCardIn).await {
            return self.leave_out(&ALL, "there is no card");
        }
        let attempt = attempt_id();
        let (raw, approval) = match self.charge(&attempt).await {
            Ok(charged) => charged,
            Err(how) => {
                self.say(Promise::Approves, Err(how));
                self.end(&attempt).await;
                return self.leave_out(&ALL[1..], "nothing was approved");
            }
        };
        let kept = is_whole(&raw, &approval);
        self.say(Promise::Approves, kept);
        let kept = self.charges_once(&attempt, &approval).await;
        self.say(Promise::ChargesOnce, kept);
        let kept = self.stays_approved(&attempt, &approval).await;
        self.say(Promise::StaysApproved, kept);
        let refund = RefundRequest { attempt: attempt.clone(), refund: refund_id(), approval };
        let kept = self.refunds_exactly(&refund).await;
        self.say(Promise::RefundsExactly, kept);
        let kept = self.refunds_once(&refund).await;
        self.say(Promise::RefundsOnce, kept);
        let kept = self.lists_both(&refund).await;
        self.say(Promise::ListsBoth, kept);
    }

    async fn charge(&mut self, attempt: &AttemptId) -> Result<(Value, Approval), String> {
        let body = payment(attempt, AMOUNT_WON, self.patience.card_ms);
        let patience = Duration::from_millis(self.patience.card_ms.into()) + self.patience.margin;
        let way = Way::post(&["payments"]).with(&body).within(patience).which_may_charge(attempt);
        let reply = self.target.call(&way).await?;
        match self.read(&way, &reply)? {
            TerminalOutcome::Approved(approval) => Ok((reply.json(), approval)),
            other @ (TerminalOutcome::Declined { .. }
            | TerminalOutcome::Cancelled
            | TerminalOutcome::InProgress { .. }
            | TerminalOutcome::NotFound) => Err(format!("the payment: expected approved, got {}", word(&other))),
        }
    }

    /// Every way to ask or repeat ends with the same approval.
    async fn charges_once(&mut self, attempt: &AttemptId, approval: &Approval) -> Kept {
        let asked = self.ask(attempt).await?;
        is_same("GET", &asked, approval)?;
        let body = payment(attempt, AMOUNT_WON, self.patience.card_ms);
        for _ in 0..2 {
            let way = Way::post(&["payments"]).with(&body).within(QUICK).which_may_charge(attempt);
            let repeated = self.outcome(way).await?;
            is_same("the same POST again", &repeated, approval)?;
        }
        let other = payment(attempt, AMOUNT_WON + 100, self.patience.card_ms);
        let way = Way::post(&["payments"]).with(&other).within(QUICK).which_may_charge(attempt);
        let reply = self.target.call(&way).await?;
        if reply.status.is_client_error() {
            return Ok(());
        }
        let repeated = self.read(&way, &reply)?;
        is_same("a POST with the same attemptId and another amount", &repeated, approval)
    }

    async fn stays_approved(&mut self, attempt: &AttemptId, approval: &Approval) -> Kept {
        let outcome = self.outcome(Way::post(&["payments", attempt.as_str(), "cancel"])).await?;
        is_same("cancelling it", &outcome, approval)?;
        let asked = self.ask(attempt).await?;
        is_same("GET afterwards", &asked, approval)
    }

    async fn refunds_exactly(&mut self, refund: &RefundRequest) -> Kept {
        let wrong = RefundRequest { refund: refund_id(), ..refund.clone() };
        let path = ["payments", wrong.attempt.as_str(), "refund"];
        for won in [AMOUNT_WON / 10, AMOUNT_WON * 2] {
            let body = refund_body(&wrong, won);
            let way = Way::post(&path).with(&body);
            let reply = self.target.call(&way).await?;
            if reply.status.is_client_error() {
                continue;
            }
            let outcome = self.read(&way, &reply)?;
            if !matches!(outcome, TerminalOutcome::Declined { .. }) {
                return Err(format!("{won} won of {AMOUNT_WON}: expected declined, got {}", word(&outcome)));
            }
        }
        Ok(())
    }

    async fn refunds_once(&mut self, refund: &RefundRequest) -> Kept {
        let TerminalOutcome::Approved(back) = self.refund(refund).await? else {
            return Err("the refund of what was approved isn't approved".to_owned());
        };
        let charge = (refund.attempt.clone(), refund.approval.clone());
        self.charged.retain(|one| *one != charge);
        self.given_back = Some(charge);
        if back.amount != refund.approval.amount {
            return Err(format!("{} was given back of {}", back.amount.get(), refund.approval.amount.get()));
        }
        for _ in 0..2 {
            let repeated = self.refund(refund).await?;
            is_same("the same refund again", &repeated, &back)?;
        }
        let path = ["payments", refund.attempt.as_str(), "refund", refund.refund.as_str()];
        let asked = self.outcome(Way::get(&path)).await?;
        is_same("GET of the refund", &asked, &back)?;
        let second = self.refund(&RefundRequest { refund: refund_id(), ..refund.clone() }).await?;
        if !matches!(second, TerminalOutcome::Declined { .. }) {
            return Err(format!("another refund of the same: expected declined, got {}", word(&second)));
        }
        let paid = self.ask(&refund.attempt).await?;
        is_same("GET of the payment afterwards", &paid, &refund.approval)
    }

    async fn lists_both(&mut self, refund: &RefundRequest) -> Kept {
        let day = refund.approval.approved_at.get(..10).unwrap_or_default().to_owned();
        let way = Way::get(&["approvals"]).on(&day);
        let reply = self.target.call(&way).await?;
        let list = crate::payment::list(reply.status, &reply.body).map_err(|why| format!("{way}: {}", why.why))?;
        self.note_store(&way, list.store);
        let of = |refunds: bool| {
            let ours = list.rows.iter().filter(|row| row.attempt == refund.attempt);
            ours.filter(|row| row.refund.is_some() == refunds).count()
        };
        let same = list.rows.iter().any(|row| row.attempt == refund.attempt && row.approval == refund.approval);
        match (of(false), of(true), same) {
            (1, 1, true) => Ok(()),
            (1, 1, false) => Err(format!("{day}: the approval isn't the one that was answered")),
            (payments, refunds, _) => Err(format!(
                "{day} has the payment {payments} times and its refund {refunds} times, expected once each"
            )),
        }
    }

    pub(super) async fn remembering(&mut self) {
        let Some(barred) = self.barred.take() else {
            return self.leave_out(&[Promise::Remembers], "there is nothing to remember");
        };
        let given_back = self.given_back.clone().map(|(attempt, _)| attempt);
        let before = match &given_back {
            Some(attempt) => self.ask(attempt).await.ok(),
            None => None,
        };
        if !(self.person)(Ask::Restart).await {
            return self.leave_out(&[Promise::Remembers], "the agent wasn't started again");
        }
        let kept = self.remembers(&barred, given_back.as_ref().zip(before)).await;
        self.say(Promise::Remembers, kept);
        self.give_back().await;
    }

    async fn remembers(&mut self, barred: &AttemptId, given_back: Option<(&AttemptId, TerminalOutcome)>) -> Kept {
        let began = Instant::now();
        while self.target.call(&Way::get(&["status"])).await.is_err() {
            if began.elapsed() > STARTS {
                return Err(format!("it doesn't answer {} s after it was started again", STARTS.as_secs()));
            }
            tokio::time::sleep(LOOK).await;
        }
        if let Some((attempt, before)) = given_back {
            let now = self.ask(attempt).await?;
            if now != before {
                return Err(format!("the payment that was {} is {} then", word(&before), word(&now)));
            }
        }
        self.is_barred(barred).await.map_err(|how| format!("what was barred isn't any more: {how}"))
    }
}

fn is_same(what: &str, outcome: &TerminalOutcome, approval: &Approval) -> Kept {
    match outcome {
        TerminalOutcome::Approved(other) if other == approval => Ok(()),
        TerminalOutcome::Approved(other) => Err(format!(
            "{what}: expected the same approval ({}), got another ({}, {} won)",
            approval.approval_number.as_str(),
            other.approval_number.as_str(),
            other.amount.get()
        )),
        other @ (TerminalOutcome::Declined { .. }
        | TerminalOutcome::Cancelled
        | TerminalOutcome::InProgress { .. }
        | TerminalOutcome::NotFound) => Err(format!("{what}: expected the same approval, got {}", word(other))),
    }
}

/// What a receipt must say is there, and no more of a card's number than it may.
fn is_whole(raw: &Value, approval: &Approval) -> Kept {
    if approval.amount.get() != AMOUNT_WON {
        return Err(format!("amount: expected {AMOUNT_WON}, got {}", approval.amount.get()));
    }
    if time::read(&approval.approved_at).is_none() {
        return Err("approvedAt: expected a time with its offset, such as 2026-11-24T10:15:30+09:00".to_owned());
    }
    for field in ["method", "issuer", "acquirer", "maskedCard", "merchantId"] {
        if raw[field].as_str().is_none_or(|text| text.trim().is_empty()) {
            return Err(format!("{field}: a receipt must say it, and it is missing or empty"));
        }
    }
    if raw["installmentMonths"].as_u64() != Some(0) {
        return Err("installmentMonths: expected 0, as it was asked".to_owned());
    }
    let sent = raw["maskedCard"].as_str().unwrap_or_default();
    if sent != MaskedCard::of(sent).as_str() {
        return Err("maskedCard: more than six digits in front and four at the end are readable".to_owned());
    }
    Ok(())
}
