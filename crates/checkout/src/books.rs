//! A transaction in the books: what its order cost, what paid for it and what was given back; and whether that adds up.

use crate::{
    money::Won,
    service::Service,
    settlement::cancel_differs,
    transaction::{RefundState, Transaction},
};

/// What one transaction, or a day of them, is in the books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// What the orders cost.
    pub total: Won,
    /// Paid with coupons.
    pub coupon: Won,
    /// Paid with points.
    pub points: Won,
    /// Paid with gift cards.
    pub gift_card: Won,
    /// Paid by card.
    pub card: Won,
    /// Of what was paid by card, what belongs to orders that are refunded.
    pub refunded: Won,
    /// What terminals gave back for these.
    pub given_back: Won,
}

impl Sums {
    /// Of one transaction. One that isn't paid is nothing in the books.
    pub fn of(t: &Transaction) -> Sums {
        if !t.is_paid() {
            return Sums::default();
        }
        let held = |service| t.held(service).unwrap_or_default();
        let card = t.approval().map_or(Won::ZERO, |approval| approval.amount);
        let done = t.refund.as_ref().filter(|refund| refund.state == RefundState::Done);
        let charge = done.and_then(|refund| refund.charge.as_ref());
        Sums {
            total: t.total(),
            coupon: held(Service::Coupon),
            points: held(Service::PointRedeem),
            gift_card: held(Service::Prepaid),
            card,
            refunded: if t.is_refunded() { card } else { Won::ZERO },
            given_back: charge.map_or(Won::ZERO, |charge| charge.approval.amount),
        }
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Sums) -> Sums {
        Sums {
            total: self.total.plus(other.total),
            coupon: self.coupon.plus(other.coupon),
            points: self.points.plus(other.points),
            gift_card: self.gift_card.plus(other.gift_card),
            card: self.card.plus(other.card),
            refunded: self.refunded.plus(other.refunded),
            given_back: self.given_back.plus(other.given_back),
        }
    }

    /// All that paid for the orders.
    pub const fn paid(&self) -> Won {
        self.coupon.plus(self.points).plus(self.gift_card).plus(self.card)
    }

    /// What doesn't add up.
    pub fn differences(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.total != self.paid() {
            found.push(format!(
                "orders cost {}, and {} paid for them (coupons {}, points {}, gift cards {}, cards {})",
                self.total.grouped(),
                self.paid().grouped(),
                self.coupon.grouped(),
                self.points.grouped(),
                self.gift_card.grouped(),
                self.card.grouped(),
            ));
        }
        if self.refunded != self.given_back {
            found.push(format!(
                "{} was paid by card for what is refunded, and {} was given back",
                self.refunded.grouped(),
                self.given_back.grouped()
            ));
        }
        found
    }
}

/// What of a transaction doesn't add up, Prbiti's word on a `cancel` included.
pub fn differences(t: &Transaction) -> Vec<String> {
    let mut found = Sums::of(t).differences();
    let cancelled = t.cancel.as_ref().and_then(|cancel| cancel.cancelled.as_ref());
    if cancelled.is_some_and(|cancelled| cancel_differs(t, cancelled)) {
        found.push("Prbiti gave back something else than was settled".to_owned());
    }
    found
}

/// Money that was taken from a card and pays for nothing, not given back yet.
pub fn stray(t: &Transaction) -> Won {
    t.stray_charges.iter().map(|charge| charge.approval.amount).sum()
}

/// Money that was taken from a card, paid for nothing, and was given back.
pub fn stray_given_back(t: &Transaction) -> Won {
    t.strays_given_back.iter().map(|(charge, _)| charge.approval.amount).sum()
}
