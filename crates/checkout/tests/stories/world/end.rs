//! The end: everything at rest, and what must be true of it.

use super::*;

impl World {
    /// Time goes by, nobody touches anything, until every transaction is at rest.
    pub fn rest(&mut self) {
        for round in 0..800 {
            if self.at_rest() {
                return;
            }
            self.pass(if round < 60 { 2_000 } else { 10_000 }, false);
        }
        if !self.at_rest() {
            self.violations.push("never at rest".into());
        }
    }

    pub(super) fn at_rest(&self) -> bool {
        self.kiosk.transactions().all(|t| t.closed.is_some() || t.with_staff.is_some())
            && self.kiosk.view(&self.now).module.is_none()
    }

    pub(super) fn check_paid_for_hand_over(&mut self, t: &Transaction) {
        let charged: i64 =
            self.attempts.values().filter(|a| a.order == t.order.id).map(|a| a.charged - a.given_back).sum();
        let settled = self.prbiti.get(&t.id).is_some_and(|at| at.settled.is_some());
        if charged == 0 && !settled {
            self.violations.push(format!("{} is handed over unpaid", t.id));
        }
    }

    /// What must be true of every end.
    pub fn check_end(&mut self) {
        let folds = self.folds();
        let mut paid_orders = BTreeMap::<OrderId, u32>::new();
        let mut wrong = Vec::new();
        for t in &folds {
            let id = &t.id;
            let (charged, given_back) = self
                .attempts
                .values()
                .filter(|a| a.transaction == *id)
                .fold((0, 0), |(c, g), a| (c + a.charged, g + a.given_back));
            let at = self.prbiti.get(id);
            let lapsed = at.is_none_or(|at| self.elapsed - at.first_asked >= HOLD_MS);
            let settled = at.and_then(|at| at.settled.clone()).unwrap_or_default();
            let cancelled = at.is_some_and(|at| at.cancelled);
            let open_holds =
                at.is_some_and(|at| !at.holds.is_empty() && at.settled.is_none() && !at.released && !lapsed);
            let used: i64 = [Service::Coupon, Service::PointRedeem, Service::Prepaid]
                .iter()
                .filter(|service| settled.contains(service) && !cancelled)
                .map(|service| at.and_then(|at| at.holds.get(service)).copied().unwrap_or(0))
                .sum();
            if !t.stray_charges.is_empty() && t.with_staff.is_none() {
                wrong.push(format!("{id} has a charge that pays for nothing, and staff don't know"));
            }
            wrong.extend(Sums::of(t).differences().into_iter().map(|what| format!("{id} in the books: {what}")));
            let refunded = t.refund.as_ref().is_some_and(|refund| refund.state == RefundState::Done);
            if t.is_paid() && !refunded || t.card_in_doubt().is_some() {
                *paid_orders.entry(t.order.id.clone()).or_default() += 1;
            }
            match (t.closed, t.with_staff) {
                (Some(Closed::Settled), _) => {
                    if charged - given_back + used != t.total().get() {
                        wrong.push(format!("{id} closed settled: {charged} − {given_back} + {used} ≠ {}", t.total()));
                    }
                    if t.hand_over != HandOver::Done && !t.made_by_staff {
                        wrong.push(format!("{id} closed without a hand-over"));
                    }
                    if open_holds && t.holds() {
                        wrong.push(format!("{id} closed settled with holds open"));
                    }
                }
                (Some(Closed::Unused | Closed::Released | Closed::Lapsed | Closed::Refunded), _) => {
                    let paid = t.charged().map_or(0, |approval| approval.amount.get());
                    if charged != given_back + paid {
                        wrong.push(format!("{id} closed {:?}: {charged} charged, {given_back} given back", t.closed));
                    }
                    if refunded && t.hand_over == HandOver::Done {
                        wrong.push(format!("{id} is refunded, and whoever makes it doesn't know"));
                    }
                    if used != 0 || open_holds && t.closed != Some(Closed::Lapsed) {
                        wrong.push(format!("{id} closed {:?} with holds open or used", t.closed));
                    }
                }
                (None, Some(_)) => {}
                (None, None) => wrong.push(format!("{id} is neither closed nor with staff")),
            }
        }
        for (order, count) in paid_orders {
            if count > 1 {
                wrong.push(format!("order {order} has {count} transactions that are paid or in doubt"));
            }
        }
        self.violations.extend(wrong);
    }
}
