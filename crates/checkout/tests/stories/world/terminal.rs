//! The terminal and its agent: what they really charged and gave back, and what they say of it.

use super::*;

impl World {
    pub(super) fn store(&self) -> StoreId {
        StoreId::new(format!("store-{}", self.store)).unwrap()
    }

    pub(super) fn agent(&self, outcome: TerminalOutcome) -> Result<TerminalAnswer, NoAnswer> {
        if self.asks_silent { Err(silence()) } else { Ok(TerminalAnswer { store: self.store(), outcome }) }
    }

    pub(super) fn approved(&self, attempt: &AttemptId) -> TerminalOutcome {
        let charged = self.attempts.get(attempt).map_or(0, |attempt| attempt.charged);
        TerminalOutcome::Approved(Approval {
            amount: Won::new(charged),
            approval_number: ApprovalNumber::new("30001234").unwrap(),
            approved_at: "2025-10-09T12:00:00+09:00".into(),
            method: "CARD".into(),
            issuer: "은행".into(),
            acquirer: String::new(),
            masked_card: MaskedCard::of("123456******7890"),
            merchant_id: "M1".into(),
            instalment_months: 0,
        })
    }

    pub(super) fn charge(&mut self, payment: &PaymentRequest) {
        let owners: Vec<_> = self.journal.keys().cloned().collect();
        let folds: Vec<Transaction> = owners.iter().map(|id| self.fold(id)).collect();
        let owner = folds.iter().find(|t| matches!(&t.card, CardState::Started(a) if a.id == payment.attempt));
        let Some(owner) = owner else {
            return self.violations.push("the terminal was asked without a durable row".into());
        };
        for other in folds.iter().filter(|t| t.id != owner.id) {
            if other.card_in_doubt().is_some() {
                self.violations.push(format!("{} charges while {} is in doubt", owner.id, other.id));
            }
            if other.order.id == owner.order.id && other.charged().is_some() {
                self.violations.push(format!("order {} is charged again", owner.order.id));
            }
        }
        let live: i64 =
            self.attempts.values().filter(|a| a.order == owner.order.id).map(|a| a.charged - a.given_back).sum();
        if live != 0 {
            self.violations.push(format!("order {} has been charged {live} won already", owner.order.id));
        }
        let (order, transaction) = (owner.order.id.clone(), owner.id.clone());
        let amount = payment.amount.get();
        let plan = self.cards.pop_front().unwrap_or(CardPlan::Approves);
        let mut attempt = Attempt {
            order,
            transaction,
            charged: 0,
            given_back: 0,
            known: None,
            waits_until: None,
            refunds: BTreeSet::new(),
            refunds_known: true,
        };
        match plan {
            CardPlan::Approves | CardPlan::ChargesSilently => attempt.charged = amount,
            CardPlan::WrongAmount => attempt.charged = amount - 100,
            CardPlan::Waits => attempt.waits_until = Some(self.elapsed + i64::from(payment.timeout_ms)),
            CardPlan::Declines | CardPlan::Silent => {}
        }
        let id = payment.attempt.clone();
        self.attempts.insert(id.clone(), attempt);
        let outcome = match plan {
            CardPlan::Approves | CardPlan::ChargesSilently | CardPlan::WrongAmount => Some(self.approved(&id)),
            CardPlan::Declines => {
                Some(TerminalOutcome::Declined { code: "51".into(), message: "한도 초과".into() })
            }
            CardPlan::Waits => Some(TerminalOutcome::InProgress { phase: CardPhase::Insert, left_ms: 1000 }),
            CardPlan::Silent => None,
        };
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.known = outcome.clone();
        }
        let answer = match (plan, outcome) {
            (CardPlan::Waits, _) => return self.say(format!("charge {amount} → waits")),
            (CardPlan::ChargesSilently | CardPlan::Silent, _) | (_, None) => Err(silence()),
            (_, Some(outcome)) => Ok(TerminalAnswer { store: self.store(), outcome }),
        };
        self.say(format!("charge {amount} → {}", told(&answer)));
        self.queue.push_back(Event::PaymentAnswered(id, answer));
    }

    pub(super) fn ask(&self, attempt: &AttemptId) -> Result<TerminalAnswer, NoAnswer> {
        let known = self.attempts.get(attempt).and_then(|attempt| attempt.known.clone());
        self.agent(known.unwrap_or(TerminalOutcome::NotFound))
    }

    pub(super) fn stop_payment(&mut self, id: AttemptId) {
        let silent = self.asks_silent;
        if self.stop_is_lost {
            return self.say("stop → lost");
        }
        let waited = match self.attempts.get_mut(&id) {
            Some(attempt) if !silent && attempt.waits_until.is_some() => {
                attempt.waits_until = None;
                attempt.known = Some(TerminalOutcome::Cancelled);
                true
            }
            Some(_) | None => false,
        };
        let answer = self.ask(&id);
        self.say(format!("stop → {}", told(&answer)));
        if waited {
            self.queue.push_back(Event::PaymentAnswered(id.clone(), answer.clone()));
        }
        self.queue.push_back(Event::PaymentStopped(id, answer));
    }

    pub(super) fn refund(&mut self, refund: &RefundRequest) {
        let declines = self.refund_declines;
        let silent = self.asks_silent || self.refund_forgotten;
        let Some(attempt) = self.attempts.get_mut(&refund.attempt) else {
            return self.violations.push("a refund of an unknown attempt".into());
        };
        let outcome = if declines {
            TerminalOutcome::Declined { code: "R1".into(), message: String::new() }
        } else {
            if !silent && attempt.refunds.insert(refund.refund.clone()) {
                attempt.given_back += attempt.charged;
            }
            if attempt.given_back > attempt.charged {
                self.violations.push("the money was given back twice".into());
            }
            self.approved(&refund.attempt)
        };
        let outcome = if std::mem::take(&mut self.refund_forgotten) { TerminalOutcome::NotFound } else { outcome };
        let lost = std::mem::take(&mut self.refund_is_lost);
        let answer = if lost { Err(silence()) } else { self.agent(outcome) };
        self.say(format!("refund → {}", told(&answer)));
        self.queue.push_back(Event::RefundAnswered(refund.refund.clone(), answer));
    }

    /// The agent says of the last attempt that it was charged after all.
    pub(super) fn late_charge(&mut self) {
        self.late_charge_of(self.attempts.len() - 1);
    }

    /// The first attempt was charged after all, and nobody is told who doesn't ask.
    pub(super) fn charged_in_silence(&mut self) {
        let (id, _) = self.charged_after_all(0);
        self.attempts.get_mut(&id).unwrap().known = Some(self.approved(&id));
    }

    pub(super) fn late_charge_of(&mut self, which: usize) {
        let (id, answer) = self.charged_after_all(which);
        self.send(Event::PaymentAnswered(id, answer));
    }

    pub(super) fn stop_answered_late(&mut self) {
        let (id, answer) = self.charged_after_all(self.attempts.len() - 1);
        self.send(Event::PaymentStopped(id, answer));
    }

    /// The customer stops in the very moment the card is charged, and hears of it before the charge itself is answered.
    pub(super) fn stop_answered_first(&mut self) {
        self.act(Act::DontPay);
        let id = self.attempts.keys().last().cloned().unwrap();
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        (attempt.charged, attempt.waits_until) = (5000, None);
        let outcome = self.approved(&id);
        self.attempts.get_mut(&id).unwrap().known = Some(outcome.clone());
        let answer = Ok(TerminalAnswer { store: self.store(), outcome });
        self.send(Event::PaymentStopped(id.clone(), answer.clone()));
        self.send(Event::PaymentAnswered(id, answer));
    }

    pub(super) fn charged_after_all(&mut self, which: usize) -> (AttemptId, Result<TerminalAnswer, NoAnswer>) {
        let mut ids: Vec<AttemptId> = self.attempts.keys().cloned().collect();
        // They are numbered in the order of their making.
        ids.sort_by_key(|id| id.as_str().rsplit('-').next().and_then(|n| n.parse::<u32>().ok()));
        let id = ids[which].clone();
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.charged = 1000;
        }
        let outcome = self.approved(&id);
        (id, Ok(TerminalAnswer { store: self.store(), outcome }))
    }

    /// A finger that touches several times before the screen can change.
    pub(super) fn taps(&mut self, words: &str) {
        let view = self.kiosk.view(&self.now).number;
        for word in words.split(' ') {
            let act = match word {
                "skip" => Act::Skip,
                "pay" => Act::Pay,
                "bin" => Act::RemoveLine { index: 0 },
                "next" => Act::Next,
                _ => panic!("no such tap: {word}"),
            };
            self.send(Event::Act { view, act });
        }
    }
}

pub(super) fn silence() -> NoAnswer {
    NoAnswer { why: "no answer".into() }
}

pub(super) fn told(answer: &Result<TerminalAnswer, NoAnswer>) -> String {
    match answer.as_ref().map(|answer| &answer.outcome) {
        Err(_) => "silence".into(),
        Ok(TerminalOutcome::Approved(approval)) => format!("approved {}", approval.amount.get()),
        Ok(TerminalOutcome::Declined { .. }) => "declined".into(),
        Ok(TerminalOutcome::Cancelled) => "cancelled".into(),
        Ok(TerminalOutcome::InProgress { .. }) => "in progress".into(),
        Ok(TerminalOutcome::NotFound) => "not found".into(),
    }
}
