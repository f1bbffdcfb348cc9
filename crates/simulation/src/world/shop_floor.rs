//! The shop: which orders it has taken on to make, and which of them it knows to be void.
//!
//! It takes an order on in the moment in which it says so: its list is the journal.

use super::*;

#[derive(Clone, Default)]
pub(super) struct Taken {
    /// By which transaction, and under which number it is called.
    pub(super) by: Option<(TransactionId, String)>,
    pub(super) taken: bool,
    pub(super) void: bool,
    /// It was told last that the order isn't taken on.
    pub(super) refused: bool,
}

impl World {
    pub(super) fn hand_over(&mut self, id: TransactionId) {
        let t = self.fold(&id);
        if !matches!(t.hand_over, HandOver::Started) {
            self.violate(format!("{id} handed over without its row, or after it was taken on"));
        }
        self.check_paid_for_hand_over(&t);
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
        }
        if self.kitchen_silent {
            self.struck.count(Fault::HandOverSilent);
            self.held_back.push_back(Event::HandedOver(id, Ok(())));
            return self.say("hand over → silence");
        }
        let outcome = if self.hand_over_fails { Err("no".to_owned()) } else { Ok(()) };
        if outcome.is_err() {
            self.struck.count(Fault::HandOverRefused);
        }
        self.say(format!("hand over {}", if outcome.is_ok() { "→ taken" } else { "→ refused" }));
        self.answer(Event::HandedOver(id, outcome));
    }

    pub(super) fn taken_on(&mut self, id: &TransactionId) {
        let order = self.fold(id).order.id;
        self.orders.entry(order).or_default().taken = true;
    }

    pub(super) fn void(&mut self, id: TransactionId) {
        let t = self.fold(&id);
        if t.hand_over != HandOver::Voiding {
            self.violate(format!("{id} declared void without its row"));
        }
        if t.refund.is_some() {
            self.orders.entry(t.order.id).or_default().void = true;
        } else if !t.made_by_staff {
            // What staff make themselves nobody else is to make.
            self.violate(format!("{id} declared void, and it isn't refunded"));
        }
        self.say("void → known");
        self.answer(Event::HandOverVoided(id, Ok(())));
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
