//! The terminal and its agent: what they really charged and gave back, and what they say of it.

use super::*;

/// So long the agent's client waits for the answer to a stop, ms.
const STOP_WAITS_MS: i64 = 15_000;

/// One attempt to charge, as it really went.
#[derive(Clone)]
pub(super) struct Attempt {
    pub(super) order: OrderId,
    pub(super) transaction: TransactionId,
    pub(super) asked: i64,
    pub(super) began: i64,
    /// How far the clock was set off then.
    pub(super) set_off: i64,
    /// In which life of the program.
    pub(super) life: u32,
    /// The agent's memory that was to charge it, as the kiosk was told.
    pub(super) store: StoreId,
    pub(super) charged: i64,
    pub(super) given_back: i64,
    /// What the agent's memory says; `None` when it has never heard of it.
    pub(super) known: Option<TerminalOutcome>,
    /// It waits for a card.
    pub(super) waits_until: Option<i64>,
    /// The kiosk waits for the answer to the charge.
    pub(super) call_until: Option<i64>,
    pub(super) refund_asked: bool,
    /// The kiosk was told that nothing was charged, and by the memory that would know.
    pub(super) told_ended: bool,
    /// The kiosk was told that something was charged.
    pub(super) told_charged: bool,
    /// Another memory than the one that it began with has answered.
    pub(super) told_other_memory: bool,
    /// The kiosk has asked again after it was told that nothing was charged; and it was answered.
    pub(super) asked_again: bool,
    pub(super) answered_again: bool,
}

/// One refund, as it really went.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) transaction: TransactionId,
    attempt: AttemptId,
    /// The memory that did it, and the one that was to do it, as the kiosk was told.
    store: StoreId,
    pub(super) begun_with: StoreId,
    pub(super) done: bool,
    pub(super) declined: bool,
    pub(super) told_declined: bool,
    pub(super) told_other_memory: bool,
}

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
        let Some(owner) = self.check_charge(payment) else { return };
        let amount = payment.amount.get();
        let plan = self.cards.pop_front().unwrap_or(CardPlan::Approves);
        let mut attempt = Attempt {
            order: owner.order.id.clone(),
            transaction: owner.id.clone(),
            asked: amount,
            began: self.elapsed,
            set_off: self.set_off,
            life: self.lives,
            store: owner.card_in_doubt().map_or_else(|| self.store(), |open| open.store.clone()),
            charged: 0,
            given_back: 0,
            known: None,
            waits_until: None,
            call_until: None,
            refund_asked: false,
            told_ended: false,
            told_charged: false,
            told_other_memory: false,
            asked_again: false,
            answered_again: false,
        };
        match plan {
            CardPlan::Approves | CardPlan::ChargesSilently => attempt.charged = amount,
            CardPlan::WrongAmount => attempt.charged = if amount > 100 { amount - 100 } else { amount + 100 },
            CardPlan::Waits => {
                attempt.waits_until = Some(self.elapsed + i64::from(payment.timeout_ms));
                attempt.call_until = Some(self.elapsed + i64::from(payment.timeout_ms) + 15_000);
            }
            CardPlan::Declines | CardPlan::Silent => {}
        }
        let fault = match plan {
            CardPlan::Approves => None,
            CardPlan::ChargesSilently => Some(Fault::CardChargedSilently),
            CardPlan::WrongAmount => Some(Fault::OtherAmount),
            CardPlan::Waits => Some(Fault::CardLeftWaiting),
            CardPlan::Declines => Some(Fault::CardDeclined),
            CardPlan::Silent => Some(Fault::CardSilent),
        };
        if let Some(fault) = fault {
            self.struck.count(fault);
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
        self.answer(Event::PaymentAnswered(id, answer));
    }

    pub(super) fn ask(&mut self, attempt: &AttemptId) -> Result<TerminalAnswer, NoAnswer> {
        if self.asks_silent {
            self.struck.count(Fault::AgentSilent);
        }
        let known = self.attempts.get(attempt).and_then(|attempt| attempt.known.clone());
        if let Some(attempt) = self.attempts.get_mut(attempt) {
            attempt.asked_again |= attempt.told_ended;
        }
        self.agent(known.unwrap_or(TerminalOutcome::NotFound))
    }

    pub(super) fn stop_payment(&mut self, id: AttemptId) {
        self.check_attempt_is_durable(&id);
        let silent = self.asks_silent;
        if self.stop_is_lost {
            self.under_way.push((self.elapsed + STOP_WAITS_MS, Event::PaymentStopped(id, Err(silence()))));
            return self.say("stop → lost");
        }
        if silent {
            self.struck.count(Fault::AgentSilent);
        }
        let waited = match self.attempts.get_mut(&id) {
            Some(attempt) if !silent && attempt.waits_until.is_some() => {
                attempt.waits_until = None;
                attempt.known = Some(TerminalOutcome::Cancelled);
                attempt.call_until.take().is_some() && attempt.life == self.lives
            }
            Some(_) | None => false,
        };
        let answer = self.ask(&id);
        self.say(format!("stop → {}", told(&answer)));
        if waited {
            self.answer(Event::PaymentAnswered(id.clone(), answer.clone()));
        }
        self.answer(Event::PaymentStopped(id, answer));
    }

    pub(super) fn refund(&mut self, request: &RefundRequest) {
        let mut request = request.clone();
        if self.sabotage == Some(Sabotage::RefundRenamed) {
            request.refund = RefundId::new(format!("{}-{}", request.refund.as_str(), self.minted)).unwrap();
        }
        let id = request.refund.clone();
        let declines = self.refund_declines;
        let silent = self.asks_silent || self.refund_forgotten;
        let durable = self.journal.folds().any(|t| {
            t.refunds().any(|refund| {
                matches!(&refund.state, RefundState::Started { refund, .. } if *refund == id)
                    && refund
                        .charge
                        .as_ref()
                        .is_some_and(|c| c.attempt == request.attempt && c.approval == request.approval)
            })
        });
        if !durable && self.sabotage != Some(Sabotage::RefundRenamed) {
            self.violate("a refund is asked for without its durable row");
        }
        let Some(attempt) = self.attempts.get_mut(&request.attempt) else {
            return self.violate("a refund of an unknown attempt");
        };
        attempt.refund_asked = true;
        let (transaction, charged) = (attempt.transaction.clone(), attempt.charged);
        let here = self.store();
        if charged == 0 || request.approval.amount.get() != charged {
            self.violate(format!(
                "{} won are to be given back, and {charged} were taken",
                request.approval.amount.get()
            ));
        }
        let begun_with = self.journal.fold(&transaction).and_then(|t| {
            t.refunds().find_map(|refund| match &refund.state {
                RefundState::Started { refund, store } if *refund == id => Some(store.clone()),
                _ => None,
            })
        });
        let given = self.refunds.entry(id.clone()).or_insert(Given {
            transaction,
            begun_with: begun_with.unwrap_or_else(|| here.clone()),
            attempt: request.attempt.clone(),
            store: here.clone(),
            done: false,
            declined: false,
            told_declined: false,
            told_other_memory: false,
        });
        let outcome = if given.declined || declines && !given.done {
            given.declined = true;
            self.struck.count(Fault::RefundDeclined);
            TerminalOutcome::Declined { code: "R1".into(), message: String::new() }
        } else {
            // A memory that has forgotten it gives it back again.
            let again = given.store != here;
            if !silent && (again || !std::mem::replace(&mut given.done, true)) {
                let attempt = self.attempts.get_mut(&request.attempt).unwrap();
                attempt.given_back += attempt.charged;
                if attempt.given_back > attempt.charged {
                    self.violate("the money was given back twice");
                }
            }
            self.approved(&request.attempt)
        };
        let forgotten = std::mem::take(&mut self.refund_forgotten);
        if forgotten {
            self.struck.count(Fault::RefundNotFound);
        }
        let lost = std::mem::take(&mut self.refund_is_lost);
        if lost {
            self.struck.count(Fault::RefundAnswerLost);
        }
        let answer =
            if lost { Err(silence()) } else { self.agent(if forgotten { TerminalOutcome::NotFound } else { outcome }) };
        self.say(format!("refund → {}", told(&answer)));
        self.answer(Event::RefundAnswered(request.refund, answer));
    }

    pub(super) fn ask_refund(&mut self, attempt: &AttemptId, refund: RefundId) {
        if !self.journal.folds().any(|t| t.refunds().any(|open| open.state.in_doubt() == Some(&refund))) {
            self.violate("a refund is asked about without its durable row");
        }
        let given = self.refunds.get(&refund).filter(|given| given.attempt == *attempt);
        // A memory that has forgotten knows of none.
        let given = given.filter(|given| given.store == self.store());
        let (outcome, word) = match given {
            Some(given) if given.done => (self.approved(attempt), "done"),
            Some(given) if given.declined => {
                (TerminalOutcome::Declined { code: "R1".into(), message: String::new() }, "declined")
            }
            Some(_) | None => (TerminalOutcome::NotFound, "not found"),
        };
        self.say(format!("what became of the refund → {word}"));
        let answer = self.agent(outcome);
        self.answer(Event::RefundAnswered(refund, answer));
    }

    /// The attempt that ended last without a charge is charged all the same; the agent says so when it is asked again.
    pub(super) fn charged_silently_after_all(&mut self) {
        let ended = |a: &Attempt| a.told_ended && a.charged == 0 && a.known.is_some();
        let Some(id) = self.newest(ended) else { return };
        self.struck.count(Fault::ChargedAfterAll);
        self.charge_now(&id);
        self.say("charged after all");
    }

    /// A card that is waited for is charged, and the answer is lost.
    pub(super) fn charged_while_waited_for(&mut self) {
        let Some(id) = self.newest(|a| a.waits_until.is_some()) else { return };
        self.struck.count(Fault::CardChargedSilently);
        self.charge_now(&id);
        self.say("charged");
    }

    fn charge_now(&mut self, id: &AttemptId) {
        let attempt = self.attempts.get_mut(id).unwrap();
        (attempt.charged, attempt.waits_until) = (attempt.asked, None);
        let approved = self.approved(id);
        self.attempts.get_mut(id).unwrap().known = Some(approved);
    }

    fn newest(&self, fits: impl Fn(&Attempt) -> bool) -> Option<AttemptId> {
        let fitting = self.attempts.iter().filter(|(_, attempt)| fits(attempt));
        fitting.max_by_key(|(id, _)| number(id)).map(|(id, _)| id.clone())
    }

    /// The agent says of the last attempt that it was charged after all.
    pub(super) fn late_charge(&mut self) {
        self.late_charge_of(self.attempts.len().saturating_sub(1));
    }

    pub(super) fn late_charge_of(&mut self, which: usize) {
        let Some((id, answer)) = self.charged_after_all(which) else { return };
        self.send(Event::PaymentAnswered(id, answer));
    }

    pub(super) fn stop_answered_late(&mut self) {
        let Some((id, answer)) = self.charged_after_all(self.attempts.len().saturating_sub(1)) else { return };
        self.send(Event::PaymentStopped(id, answer));
    }

    /// The customer stops in the very moment the card is charged, and hears of it before the charge itself is answered.
    pub(super) fn stop_answered_first(&mut self) {
        self.act(Act::DontPay);
        let Some(id) = self.newest(|attempt| attempt.waits_until.is_some()) else { return };
        self.charge_now(&id);
        self.attempts.get_mut(&id).unwrap().call_until = None;
        let answer = Ok(TerminalAnswer { store: self.store(), outcome: self.approved(&id) });
        self.send(Event::PaymentStopped(id.clone(), answer.clone()));
        self.send(Event::PaymentAnswered(id, answer));
    }

    /// Of an attempt of this life of the program: a program that was started anew hears nothing of it by itself.
    fn charged_after_all(&mut self, which: usize) -> Option<(AttemptId, Result<TerminalAnswer, NoAnswer>)> {
        let mut ids: Vec<AttemptId> = self.attempts.keys().cloned().collect();
        // They are numbered in the order of their making.
        ids.sort_by_key(number);
        let id = ids.get(which)?.clone();
        let attempt = self.attempts.get_mut(&id).filter(|attempt| attempt.life == self.lives)?;
        if attempt.charged == 0 {
            self.struck.count(Fault::ChargedAfterAll);
            (attempt.charged, attempt.waits_until) = (1000, None);
        }
        let outcome = self.approved(&id);
        self.attempts.get_mut(&id)?.known = Some(outcome.clone());
        Some((id, Ok(TerminalAnswer { store: self.store(), outcome })))
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

fn number(id: &AttemptId) -> Option<u32> {
    id.as_str().rsplit('-').next().and_then(|n| n.parse().ok())
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
