//! The end: everything at rest, and what must be true of it.

use super::*;

/// A charge that turns up so long after its attempt began is looked for, ms.
const LOOKED_FOR_MS: i64 = 120 * 60_000;

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
            self.violate("never at rest");
        }
    }

    /// A little more time goes by, in which the terminal is asked again about what it has refused: after a minute, and a
    /// minute after an answer that came late and said nothing.
    pub fn check_looks(&mut self) {
        for _ in 0..30 {
            if self.not_asked_again().next().is_none() {
                return;
            }
            self.pass(10_000, false);
        }
        let missing = self.not_asked_again().map(|id| format!("the terminal was never asked again about {id}"));
        let missing: Vec<String> = missing.collect();
        self.violations.extend(missing);
    }

    /// Attempts of which the kiosk was told that nothing was charged, and about which it hasn't asked again, as it should.
    fn not_asked_again(&self) -> impl Iterator<Item = &AttemptId> {
        let missing = self.attempts.iter().filter(|(id, attempt)| {
            let t = self.journal.fold(&attempt.transaction).filter(|t| !self.journal.is_damaged(&t.id));
            let is_over = t.is_some_and(|t| t.ended_attempts.contains(id));
            // After so long a time nobody looks any more; with a clock that was set nobody knows how long it was.
            let lately = self.elapsed - attempt.began < LOOKED_FOR_MS && attempt.set_off == self.set_off;
            is_over && lately && !attempt.told_charged && !attempt.answered_again
        });
        missing.map(|(id, _)| id)
    }

    fn at_rest(&self) -> bool {
        self.journal.folds().all(|t| t.closed.is_some() || t.with_staff.is_some())
            && self.kiosk.view(&self.now).module.is_none()
    }

    /// What must be true of every end.
    pub fn check_end(&mut self) {
        let mut wrong = Vec::new();
        let mut live = BTreeMap::<&OrderId, u32>::new();
        let mut for_staff = BTreeSet::<&OrderId>::new();
        let mut sold = BTreeSet::<&OrderId>::new();
        for id in self.prbiti.keys().chain(self.attempts.values().map(|attempt| &attempt.transaction)) {
            if self.journal.fold(id).is_none() {
                wrong.push(format!("{id} is forgotten"));
            }
        }
        for t in self.journal.folds() {
            wrong.extend(Sums::of(t).differences().into_iter().map(|what| format!("{} in the books: {what}", t.id)));
            if t.with_staff.is_some() && t.closed.is_none() {
                for_staff.insert(&t.order.id);
            }
            let mut mine = self.attempts.values().filter(|a| a.transaction == t.id);
            if mine.any(|a| !a.told_ended && (a.charged == 0 || a.charged != a.given_back))
                || t.card == CardState::NotDue && !t.is_refunded()
            {
                *live.entry(&t.order.id).or_default() += 1;
            }
            let (money, is_sold) = self.end_of(t);
            wrong.extend(money.map(|what| format!("{} {what}", t.id)));
            if is_sold {
                sold.insert(&t.order.id);
            }
        }
        let damaged: BTreeSet<_> = self.journal.ids().filter(|id| self.journal.is_damaged(id)).collect();
        for_staff.extend(damaged.iter().filter_map(|id| self.journal.fold(id)).map(|t| &t.order.id));
        for (order, count) in live {
            if count > 1 && !for_staff.contains(order) {
                wrong.push(format!("order {order} has {count} transactions that are paid or in doubt"));
            }
        }
        let orders: BTreeSet<&OrderId> = self.journal.folds().map(|t| &t.order.id).collect();
        for order in orders.into_iter().filter(|order| !for_staff.contains(order)) {
            let kitchen = self.orders.get(order).is_some_and(Taken::is_made);
            match (sold.contains(order), kitchen, self.is_made_by_staff(order)) {
                (true, false, false) => wrong.push(format!("order {order} is paid, and wasn't handed over")),
                (true, true, true) => wrong.push(format!("order {order} is made twice: by the kitchen and by staff")),
                (false, true, _) | (false, _, true) => {
                    wrong.push(format!("order {order} isn't paid (any more), and is made"));
                }
                (true, true, false) | (true, false, true) | (false, false, false) => {}
            }
        }
        wrong.extend(self.wrong_with_the_day());
        self.violations.extend(wrong);
    }

    /// What is wrong with the end of a transaction, and whether it has sold its order.
    fn end_of(&self, t: &Transaction) -> (Option<String>, bool) {
        let Some(how) = t.closed else {
            let forgotten = t.with_staff.is_none().then(|| "is neither closed nor with staff".to_owned());
            return (forgotten, false);
        };
        // Of a charge that it was never told of the kiosk can know nothing.
        let mine = self.attempts.values().filter(|a| a.transaction == t.id && (!a.told_ended || a.told_charged));
        let card: i64 = mine.map(|a| a.charged - a.given_back).sum();
        let nothing = AtPrbiti::default();
        let at = self.prbiti.get(&t.id).unwrap_or(&nothing);
        let settled = at.settled.clone().unwrap_or_default();
        let used: i64 = [Service::Coupon, Service::PointRedeem, Service::Prepaid]
            .iter()
            .filter(|service| settled.contains(service) && !at.cancelled)
            .map(|service| at.holds.get(service).copied().unwrap_or(0))
            .sum();
        let earns = settled.contains(&Service::PointEarn) && !at.cancelled;
        let lapsed = self.elapsed - at.first_asked >= HOLD_MS;
        let open =
            !at.holds.is_empty() && at.settled.is_none() && !at.released && !lapsed && !at.closed_by_a_wrong_clock;
        let (total, paid) = (t.total().get(), card + used);
        let wrong = match how {
            Closed::Settled if paid != total => Some(format!("closed settled: {card} + {used} ≠ {total}")),
            Closed::Settled if open && t.holds() => Some("closed settled with holds open".to_owned()),
            Closed::Lapsed if paid != 0 && card != total => Some(format!("lapsed: {card} + {used} ≠ {total}")),
            Closed::Unused | Closed::Released | Closed::Refunded if paid != 0 || earns => {
                Some(format!("closed {how:?}: {card} won of a card and {used} of holds are kept"))
            }
            Closed::Unused | Closed::Released | Closed::Refunded if open => {
                Some(format!("closed {how:?} with holds open"))
            }
            Closed::Settled
            | Closed::Lapsed
            | Closed::Unused
            | Closed::Released
            | Closed::Refunded
            | Closed::ByHand => None,
        };
        (wrong, paid == total && !matches!(how, Closed::Refunded))
    }

    /// A business day that has all of it: its sums are the world's own, and it finds nothing where nothing is wrong.
    fn wrong_with_the_day(&self) -> Vec<String> {
        if self.journal.ids().any(|id| self.journal.is_damaged(id)) {
            // What can't be read is in no sum.
            return Vec::new();
        }
        let line = |(id, a): (&AttemptId, &Attempt), refund: bool| Listed {
            attempt: id.clone(),
            refund: refund.then(|| RefundId::new(format!("of-{id}")).unwrap()),
            amount: Won::new(if refund { a.given_back } else { a.charged }),
            approval_number: String::new(),
        };
        let lines = |refund| self.attempts.iter().map(move |attempt| line(attempt, refund));
        let listed: Vec<Listed> = lines(false).chain(lines(true)).filter(|line| !line.amount.is_zero()).collect();
        let candidates: Vec<Candidate> = self
            .journal
            .folds()
            .map(|t| Candidate { t: t.clone(), sale: t.is_paid(), refund: t.is_refunded() })
            .collect();
        let day = Day::of("2026-11-24".to_owned(), &candidates, Some(&listed));
        let mut wrong = Vec::new();
        let at_terminal = day.terminal.unwrap_or_default();
        let (charged, back): (i64, i64) =
            self.attempts.values().fold((0, 0), |(charged, back), a| (charged + a.charged, back + a.given_back));
        if (at_terminal.approved.amount.get(), at_terminal.refunded.amount.get()) != (charged, back) {
            wrong.push(format!("the day has {at_terminal:?} of {charged} charged and {back} given back"));
        }
        let brought = day.sales.card.amount.minus(day.refunds.card.amount);
        if day.differences.is_empty() && (brought != day.card_due() || brought.get() != charged - back) {
            wrong.push(format!(
                "nothing differs, and cards brought {brought:?}, not {:?} or {charged} − {back}",
                day.card_due()
            ));
        }
        for found in &day.differences {
            let t = found.transaction.as_ref().and_then(|id| self.journal.fold(id));
            let told_otherwise = |id: &TransactionId| {
                self.attempts.values().any(|a| a.transaction == *id && a.told_ended && a.charged > a.given_back)
            };
            let cancels_less = found.kind == Differs::CancelDiffers;
            let explained = t.is_some_and(|t| t.closed.is_none() || t.by_hand || cancels_less || told_otherwise(&t.id));
            if !explained {
                wrong.push(format!("the day finds {:?} where nothing is wrong: {found:?}", found.kind));
            }
        }
        wrong
    }

    /// Charges that the kiosk was never told of, after it was told that there are none.
    pub fn untold(&self) -> usize {
        self.attempts.values().filter(|a| a.told_ended && !a.told_charged && a.charged > a.given_back).count()
    }
}
