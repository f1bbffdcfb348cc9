//! The shop's kitchen: which orders it has to make, and which of them it knows to be void. Its list is its own: what it
//! has, the kiosk may not have heard, and what staff make, it knows nothing of.
//!
//! It takes an order on once, however often it comes, and never one that it knows to be void.

use super::*;

/// So long the till waits for its answer, ms.
const TIME_OUT_MS: i64 = 10_000;
/// By itself an order is handed over for so long after it was paid, ms; by the protocol, not by the program.
const BY_ITSELF_MS: i64 = 10 * 60_000;

/// What becomes of what it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum KitchenPlan {
    #[default]
    Answers,
    /// Orders are refused; that they are void isn't.
    Refuses,
    /// It has what it is told, and its answer is lost.
    Silent,
    /// What it is told is lost on its way.
    Unheard,
    /// Nobody is there to take a connection.
    Away,
    /// It answers late, and in time.
    Slow,
}

#[derive(Clone, Default)]
pub(super) struct Taken {
    /// By which transaction, and under which number it is called.
    pub(super) by: Option<(TransactionId, String)>,
    /// The kitchen has it.
    has: bool,
    /// The kitchen knows that it isn't to be made.
    void: bool,
    /// The kiosk has heard that it was taken on.
    pub(super) taken: bool,
    /// The kiosk was told last that the order isn't taken on.
    pub(super) refused: bool,
}

impl Taken {
    /// Does the kitchen make it?
    pub(super) const fn is_made(&self) -> bool {
        self.has && !self.void
    }
}

impl World {
    pub(super) fn hand_over(&mut self, id: TransactionId, again: bool) {
        let t = self.fold(&id);
        if !matches!(t.hand_over, HandOver::Started) {
            self.violate(format!("{id} handed over without its row, or after it was taken on"));
        }
        self.check_paid_for_hand_over(&t);
        self.check_turn(&t);
        let number = t.order_number.as_ref().map(|number| number.text.clone()).unwrap_or_default();
        let order = self.orders.entry(t.order.id.clone()).or_default();
        let known = order.by.get_or_insert_with(|| (id.clone(), number.clone()));
        let day = t.order_number.as_ref().map(|number| number.business_day.clone()).unwrap_or_default();
        let called = self.numbers.entry((day, number.clone())).or_insert_with(|| t.order.id.clone());
        if *called != t.order.id {
            let what = format!("orders {called} and {} are called by one number of a day", t.order.id);
            self.violate(what);
        } else if *known != (id.clone(), number) {
            let what = format!("order {} is handed over twice, or under two numbers", t.order.id);
            self.violate(what);
        } else if order.taken {
            self.violate(format!("{id} is handed over again after it was taken on"));
        } else if order.void {
            self.violate(format!("{id} is handed over after it was declared void"));
        } else if order.has && !again {
            self.violate(format!("{id} is handed over as if for the first time"));
        }
        let (arrives, outcome) = match self.kitchen {
            KitchenPlan::Answers | KitchenPlan::Slow => (true, Ok(())),
            KitchenPlan::Refuses => (false, Err(NotTaken::refused("no"))),
            KitchenPlan::Silent => (true, Err(NotTaken::unanswered("silence"))),
            KitchenPlan::Unheard => (false, Err(NotTaken::unanswered("silence"))),
            KitchenPlan::Away => (false, Err(NotTaken::not_sent("nobody there"))),
        };
        self.orders.entry(t.order.id).or_default().has |= arrives;
        self.struck_by_the_kitchen(&outcome);
        self.say(format!("hand over → {}", if outcome.is_ok() { "taken" } else { told(&outcome) }));
        self.answer_from_the_kitchen(Event::HandedOver(id, outcome.clone()), &outcome);
    }

    pub(super) fn void(&mut self, id: TransactionId) {
        let t = self.fold(&id);
        if t.hand_over != HandOver::Voiding {
            self.violate(format!("{id} declared void without its row"));
        }
        // What staff make themselves nobody else is to make.
        if t.refund.is_none() && !t.made_by_staff {
            self.violate(format!("{id} declared void, and it isn't refunded"));
        }
        let (arrives, outcome) = match self.kitchen {
            KitchenPlan::Answers | KitchenPlan::Slow | KitchenPlan::Refuses => (true, Ok(())),
            KitchenPlan::Silent => (true, Err(NotTaken::unanswered("silence"))),
            KitchenPlan::Unheard => (false, Err(NotTaken::unanswered("silence"))),
            KitchenPlan::Away => (false, Err(NotTaken::not_sent("nobody there"))),
        };
        self.orders.entry(t.order.id).or_default().void |= arrives;
        self.struck_by_the_kitchen(&outcome);
        self.say(format!("void → {}", if outcome.is_ok() { "known" } else { told(&outcome) }));
        self.answer_from_the_kitchen(Event::HandOverVoided(id, outcome.clone()), &outcome);
    }

    /// Each question has its answer, at the latest when the till gives it up.
    fn answer_from_the_kitchen(&mut self, event: Event, outcome: &Result<(), NotTaken>) {
        match outcome {
            Ok(()) if self.kitchen == KitchenPlan::Slow => {
                self.under_way.push((self.elapsed + TIME_OUT_MS - 1_000, event))
            }
            Err(not_taken) if not_taken.perhaps => self.under_way.push((self.elapsed + TIME_OUT_MS, event)),
            Ok(()) | Err(_) => self.answer(event),
        }
    }

    /// An answer of the kitchen that doesn't come, or not in time, is given up.
    pub(super) fn given_up(&mut self, event: Event) {
        let gave_up = || Err(NotTaken::unanswered("the answer is lost"));
        let event = match event {
            Event::HandedOver(id, _) => Event::HandedOver(id, gave_up()),
            Event::HandOverVoided(id, _) => Event::HandOverVoided(id, gave_up()),
            _ => return,
        };
        self.under_way.push((self.elapsed + TIME_OUT_MS, event));
    }

    fn struck_by_the_kitchen(&mut self, outcome: &Result<(), NotTaken>) {
        match (self.kitchen, outcome) {
            (_, Ok(())) | (KitchenPlan::Answers | KitchenPlan::Slow, Err(_)) => {}
            (KitchenPlan::Refuses, Err(_)) => self.struck.count(Fault::HandOverRefused),
            (KitchenPlan::Silent, Err(_)) => self.struck.count(Fault::HandOverSilent),
            (KitchenPlan::Unheard, Err(_)) => self.struck.count(Fault::HandOverUnheard),
            (KitchenPlan::Away, Err(_)) => self.struck.count(Fault::KitchenAway),
        }
    }

    /// Does staff's list say that they make this order?
    pub(super) fn is_made_by_staff(&self, order: &OrderId) -> bool {
        self.journal.folds().any(|t| t.order.id == *order && t.made_by_staff && t.refund.is_none())
    }

    /// In the order of the numbers, and not by itself when it is late.
    fn check_turn(&mut self, t: &Transaction) {
        let place = |t: &Transaction| t.order_number.as_ref().map(|n| (n.business_day.clone(), n.number));
        let waits = |other: &&Transaction| {
            place(other) < place(t)
                && other.hand_over == HandOver::Started
                && settlement::hand_over(other, &self.now) == Some(Next::HandOver)
        };
        let overtaken = self.journal.folds().find(waits).map(|before| before.id.clone());
        if let Some(before) = overtaken {
            self.violate(format!("{} is handed over before {before}", t.id));
        }
        let began = self.attempts.values().filter(|a| a.transaction == t.id && a.told_charged).map(|a| a.began).max();
        let by_staff = t.acted.contains(&Action::HandOverAgain);
        let late = began.is_some_and(|began| self.elapsed - began > BY_ITSELF_MS + 1_000);
        if late && !by_staff && !self.clock_was_set_since(&t.id) {
            self.violate(format!("{} is handed over by itself after ten minutes", t.id));
        }
    }

    /// Nothing unpaid or refunded is handed over.
    fn check_paid_for_hand_over(&mut self, t: &Transaction) {
        // A refund that was declined and given up leaves the order paid.
        let kept = t.acted.contains(&Action::KeepSale);
        let keeps = |a: &Attempt| a.told_charged && a.charged - a.given_back == a.asked && (!a.refund_asked || kept);
        let paid_by_card = self.attempts.values().any(|a| a.transaction == t.id && keeps(a));
        let settled = self.prbiti.get(&t.id).is_some_and(|at| at.settled.is_some() && !at.cancelled);
        if !paid_by_card && !settled {
            self.violate(format!("{} is handed over unpaid or refunded", t.id));
        }
        if t.refund.is_some() {
            self.violate(format!("{} is handed over after its refund was begun", t.id));
        }
    }
}

fn told(outcome: &Result<(), NotTaken>) -> &'static str {
    match outcome {
        Ok(()) => "yes",
        Err(NotTaken { refused: true, .. }) => "refused",
        Err(NotTaken { perhaps: true, .. }) => "silence",
        Err(_) => "nobody there",
    }
}
