//! What needs a terminal that waits for a card, and nobody who puts one in.

use std::time::Duration;

use checkout::{card::TerminalOutcome, ids::AttemptId};
use tokio::time::Instant;

use super::{AMOUNT_WON, Ask, Check, Kept, Line, Promise, attempt_id, payment, wire::Way, word};
use crate::payment::QUICK;

/// Between two looks at a payment.
const LOOK: Duration = Duration::from_millis(100);
/// A payment is begun within so long.
const BEGINS: Duration = Duration::from_secs(5);

impl<P: AsyncFnMut(Ask) -> bool, T: FnMut(&Line)> Check<'_, P, T> {
    pub(super) async fn waiting(&mut self) {
        const ALL: [Promise; 5] =
            [Promise::Waits, Promise::OneAtATime, Promise::GoesOn, Promise::Cancels, Promise::TimesOut];
        if !(self.person)(Ask::KeepCardsAway).await {
            return self.leave_out(&ALL, "nobody is at the terminal");
        }
        let attempt = attempt_id();
        let body = payment(&attempt, AMOUNT_WON, self.patience.card_ms);
        let target = self.target.clone();
        let patience = Duration::from_millis(self.patience.card_ms.into()) + self.patience.margin;
        let again = body.clone();
        let call =
            tokio::spawn(async move { target.call(&Way::post(&["payments"]).with(&body).within(patience)).await });
        let kept = self.waits(&attempt).await;
        let waits = kept.is_ok();
        self.say(Promise::Waits, kept);
        if !waits {
            call.abort();
            self.end(&attempt).await;
            return self.leave_out(&ALL[1..], "no payment was seen to wait for a card");
        }
        let kept = self.one_at_a_time(&attempt).await;
        self.say(Promise::OneAtATime, kept);
        // The one that asked goes away in the middle.
        call.abort();
        let kept = self.still_waits(&attempt).await;
        self.say(Promise::GoesOn, kept);
        let target = self.target.clone();
        let again =
            tokio::spawn(async move { target.call(&Way::post(&["payments"]).with(&again).within(patience)).await });
        tokio::time::sleep(LOOK).await;
        let kept = self.cancels(&attempt, again).await;
        // What it charged all the same is noted.
        let _outcome = self.ask(&attempt).await;
        self.say(Promise::Cancels, kept);
        let kept = self.times_out().await;
        self.say(Promise::TimesOut, kept);
    }

    async fn waits(&mut self, attempt: &AttemptId) -> Kept {
        let began = Instant::now();
        let mut first = None;
        loop {
            match self.ask(attempt).await? {
                TerminalOutcome::InProgress { phase: _, left_ms } => match first {
                    None if left_ms > self.patience.card_ms => {
                        let most = self.patience.card_ms;
                        return Err(format!("timeLeftMs is {left_ms}, and only {most} were asked for"));
                    }
                    None => first = Some(left_ms),
                    Some(first) if left_ms < first => return Ok(()),
                    Some(_) if began.elapsed() > BEGINS => {
                        return Err(format!("timeLeftMs stays at {left_ms}"));
                    }
                    Some(_) => {}
                },
                TerminalOutcome::NotFound if began.elapsed() < BEGINS => {}
                other @ (TerminalOutcome::Approved(_)
                | TerminalOutcome::Declined { .. }
                | TerminalOutcome::Cancelled
                | TerminalOutcome::NotFound) => {
                    return Err(format!("GET says {} while it should wait for a card", word(&other)));
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn still_waits(&mut self, attempt: &AttemptId) -> Kept {
        let until = Instant::now() + self.patience.watch;
        while Instant::now() < until {
            let outcome = self.ask(attempt).await?;
            if !matches!(outcome, TerminalOutcome::InProgress { .. }) {
                return Err(format!("the payment that waited is {} then", word(&outcome)));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    async fn one_at_a_time(&mut self, first: &AttemptId) -> Kept {
        let second = attempt_id();
        let body = payment(&second, AMOUNT_WON, self.patience.no_card_ms);
        let way = Way::post(&["payments"]).with(&body).within(QUICK).which_may_charge(&second);
        let outcome = self.outcome(way).await;
        if !matches!(outcome, Ok(TerminalOutcome::Declined { .. })) {
            self.end(&second).await;
            let got = outcome.map_or_else(|why| why, |outcome| word(&outcome).to_owned());
            return Err(format!("the second: expected declined at once, got {got}"));
        }
        self.still_waits(first).await
    }

    async fn cancels(
        &mut self,
        attempt: &AttemptId,
        waiting: tokio::task::JoinHandle<Result<super::Reply, String>>,
    ) -> Kept {
        let path = ["payments", attempt.as_str(), "cancel"];
        let outcome = self.outcome(Way::post(&path).which_may_charge(attempt)).await?;
        if outcome != TerminalOutcome::Cancelled {
            return Err(format!("cancelling it: expected cancelled, got {}", word(&outcome)));
        }
        let body = payment(attempt, AMOUNT_WON, self.patience.card_ms);
        let way = Way::post(&["payments"]).with(&body).which_may_charge(attempt);
        let Ok(Ok(answered)) = tokio::time::timeout(QUICK, waiting).await else {
            return Err("the call that waited for the card isn't answered when the payment is cancelled".to_owned());
        };
        let outcome = self.read(&way, &answered?)?;
        if outcome != TerminalOutcome::Cancelled {
            return Err(format!("the call that waited is answered {}, expected cancelled", word(&outcome)));
        }
        let outcome = self.ask(attempt).await?;
        if outcome != TerminalOutcome::Cancelled {
            return Err(format!("GET says {} afterwards, expected cancelled", word(&outcome)));
        }
        self.is_barred(attempt).await
    }

    async fn times_out(&mut self) -> Kept {
        let attempt = attempt_id();
        let limit = self.patience.no_card_ms;
        let body = payment(&attempt, AMOUNT_WON, limit);
        let patience = Duration::from_millis(limit.into()) + self.patience.margin;
        let way = Way::post(&["payments"]).with(&body).within(patience).which_may_charge(&attempt);
        let outcome = self.outcome(way).await?;
        if !matches!(outcome, TerminalOutcome::Declined { .. } | TerminalOutcome::Cancelled) {
            return Err(format!("after {limit} ms: expected declined, got {}", word(&outcome)));
        }
        let then = self.ask(&attempt).await?;
        if then == outcome { Ok(()) } else { Err(format!("GET says {} afterwards", word(&then))) }
    }
}
