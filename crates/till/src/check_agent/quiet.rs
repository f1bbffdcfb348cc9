//! What is looked at without anybody at the terminal noticing.

use checkout::card::TerminalOutcome;
use serde_json::{Value, json};

use super::{
    AMOUNT_WON, Ask, Check, Kept, Line, Promise, attempt_id, payment, refund_id,
    wire::{Token, Way},
    word,
};
use crate::payment::QUICK;

/// A payment that should begin nothing waits for a card so long at most, ms.
const SHORT_MS: u32 = 10_000;
/// Nobody sold anything on that day.
const LONG_AGO: &str = "2001-01-01";

impl<P: AsyncFnMut(Ask) -> bool, T: FnMut(&Line)> Check<'_, P, T> {
    pub(super) async fn quiet(&mut self) {
        let kept = self.token().await;
        self.say(Promise::Token, kept);
        let kept = self.status().await;
        self.say(Promise::Status, kept);
        let kept = self.not_found().await;
        self.say(Promise::NotFound, kept);
        let kept = self.refuses().await;
        self.say(Promise::Refuses, kept);
        let kept = self.bars().await;
        self.say(Promise::Bars, kept);
        let kept = self.lists().await;
        self.say(Promise::Lists, kept);
    }

    async fn token(&mut self) -> Kept {
        let attempt = attempt_id();
        let refund = refund_id();
        let one = attempt.as_str();
        let paying = payment(&attempt, AMOUNT_WON, SHORT_MS);
        let giving_back = json!({"refundId": refund.as_str(), "amount": AMOUNT_WON, "approvalNumber": "0",
            "approvedAt": "2001-01-01T00:00:00+09:00", "merchantId": ""});
        for token in [Token::None, Token::Wrong] {
            for way in [
                Way::get(&["status"]),
                Way::get(&["approvals"]).on(LONG_AGO),
                Way::get(&["payments", one]),
                Way::post(&["payments", one, "cancel"]),
                Way::post(&["payments", one, "refund"]).with(&giving_back),
                Way::get(&["payments", one, "refund", refund.as_str()]),
                // Last: one that lets it in would wait for a card.
                Way::post(&["payments"]).with(&paying).within(QUICK),
            ] {
                let way = way.bringing(token);
                let reply = self.target.call(&way).await;
                let refused = reply.as_ref().is_ok_and(|reply| matches!(reply.status.as_u16(), 401 | 403));
                if !refused {
                    // Let in, it may have begun what nobody wants.
                    self.end(&attempt).await;
                    let bringing = if token == Token::None { "no token" } else { "a wrong token" };
                    let got = reply.map_or_else(|why| why, |reply| format!("status {}", reply.status.as_u16()));
                    return Err(format!("{way} with {bringing}: expected 401, got {got}"));
                }
            }
        }
        Ok(())
    }

    async fn status(&mut self) -> Kept {
        let way = Way::get(&["status"]);
        let reply = self.target.call(&way).await?;
        let status = crate::payment::status(reply.status, &reply.body).map_err(|why| format!("{way}: {}", why.why))?;
        self.note_store(&way, status.store_id.clone());
        if !status.can_charge() {
            let crate::payment::AgentStatus { store_id: _, terminal, reader, paper: _, network } = status;
            return Err(format!(
                "it can't charge now: terminal {terminal}, reader {reader}, network {network}; expected ready, ready, ok"
            ));
        }
        Ok(())
    }

    async fn not_found(&mut self) -> Kept {
        let (attempt, refund) = (attempt_id(), refund_id());
        for way in [
            Way::get(&["payments", attempt.as_str()]),
            Way::get(&["payments", attempt.as_str(), "refund", refund.as_str()]),
        ] {
            let outcome = self.outcome(way.clone()).await?;
            if outcome != TerminalOutcome::NotFound {
                return Err(format!("{way}: expected not_found, got {}", word(&outcome)));
            }
        }
        Ok(())
    }

    async fn refuses(&mut self) -> Kept {
        let attempt = attempt_id();
        let right = payment(&attempt, AMOUNT_WON, SHORT_MS);
        let with = |field: &str, value: Value| {
            let mut body = right.clone();
            body[field] = value;
            body.to_string()
        };
        for (what, body) in [
            ("without an attemptId", json!({"amount": AMOUNT_WON, "timeoutMs": SHORT_MS}).to_string()),
            ("without an amount", json!({"attemptId": attempt.as_str(), "timeoutMs": SHORT_MS}).to_string()),
            ("of 0 won", with("amount", json!(0))),
            ("of -1000 won", with("amount", json!(-AMOUNT_WON))),
            ("of 1000.5 won", with("amount", json!(1_000.5))),
            ("with more tax than amount", with("tax", json!(AMOUNT_WON + 1))),
            ("that is no JSON", "{".to_owned()),
        ] {
            let way = Way::post(&["payments"]).with_text(body).within(QUICK);
            let reply = self.target.call(&way).await;
            let refused = reply.as_ref().is_ok_and(|reply| reply.status.is_client_error());
            let begun = self.ask(&attempt).await?;
            if !refused || begun != TerminalOutcome::NotFound {
                self.end(&attempt).await;
                let got = reply.map_or_else(|why| why, |reply| format!("status {}", reply.status.as_u16()));
                return Err(format!("a payment {what}: expected 400, got {got}; it is {} then", word(&begun)));
            }
        }
        Ok(())
    }

    async fn bars(&mut self) -> Kept {
        let attempt = attempt_id();
        let path = ["payments", attempt.as_str(), "cancel"];
        for _ in 0..2 {
            let outcome = self.outcome(Way::post(&path)).await?;
            if outcome != TerminalOutcome::NotFound {
                return Err(format!("cancelling it: expected not_found, got {}", word(&outcome)));
            }
        }
        self.is_barred(&attempt).await?;
        self.barred = Some(attempt);
        Ok(())
    }

    /// A payment under this name must not begin.
    pub(super) async fn is_barred(&mut self, attempt: &checkout::ids::AttemptId) -> Kept {
        let body = payment(attempt, AMOUNT_WON, SHORT_MS);
        let way = Way::post(&["payments"]).with(&body).within(QUICK).which_may_charge(attempt);
        let outcome = self.outcome(way).await;
        if !matches!(outcome, Ok(TerminalOutcome::Cancelled | TerminalOutcome::Declined { .. })) {
            self.end(attempt).await;
            let got = outcome.map_or_else(|why| why, |outcome| word(&outcome).to_owned());
            return Err(format!("a payment with it: expected cancelled at once, got {got}"));
        }
        Ok(())
    }

    async fn lists(&mut self) -> Kept {
        let way = Way::get(&["approvals"]).on(LONG_AGO);
        let reply = self.target.call(&way).await?;
        let list = crate::payment::list(reply.status, &reply.body).map_err(|why| format!("{way}: {}", why.why))?;
        self.note_store(&way, list.store);
        if list.rows.is_empty() {
            Ok(())
        } else {
            Err(format!("{way}?date={LONG_AGO}: it lists payments of another day"))
        }
    }
}
