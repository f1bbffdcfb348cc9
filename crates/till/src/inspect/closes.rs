//! Do what staff did and what the closes of days count hold together: the deeds' chain, each sale and each refund in one
//! close, and the sums.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use checkout::{
    close::{Candidate, Day, Takings, Tally},
    deed::Did,
    transaction::Transaction,
};

use super::verify::{COMPARE, KEEP_THE_FILE, Problem, TRUST_THE_ENTRIES};
use crate::{
    journal::{Copy, CopyError},
    record::read_deed,
};

/// The closes of a journal, and what is found for them.
#[derive(Debug, Default)]
pub(super) struct Closes {
    closes: BTreeMap<i64, Close>,
    /// Which close counts the sale of a transaction, or its refund (`true`), as the deeds say; what was met is gone.
    counted: HashMap<(String, bool), i64>,
    /// How many sales and refunds name a close that isn't there.
    missing: BTreeMap<i64, usize>,
}

/// A close: what it says, and what the transactions that it names prove.
#[derive(Debug)]
struct Close {
    day: String,
    says: [Takings; 2],
    proved: [Takings; 2],
    /// Everything that it counts could be read.
    whole: bool,
}

impl Closes {
    /// Reads all deeds, and says what is wrong with them. A journal of an older program has none.
    pub(super) async fn read(journal: &mut Copy) -> (Closes, Vec<Problem>) {
        let (mut closes, mut problems) = (Closes::default(), Vec::new());
        let mut after = 0;
        loop {
            match closes.page(journal, after, &mut problems).await {
                Ok(Some(last)) => after = last,
                Ok(None) => break,
                Err(error) => {
                    let what = format!("no deed after number {after} can be read: {error}");
                    problems.push(Problem { of: "the file".to_owned(), seq: None, what, todo: KEEP_THE_FILE });
                    break;
                }
            }
        }
        problems.extend(closes.order());
        (closes, problems)
    }

    /// Some more of them; says the last one's number.
    async fn page(
        &mut self,
        journal: &mut Copy,
        after: i64,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<i64>, CopyError> {
        let mut last = None;
        for deed in journal.deeds_after(after).await? {
            let (number, read) = match deed {
                Ok(row) => (row.number, read_deed(&row)),
                Err(damage) => (damage.number, Err(damage.what.to_owned())),
            };
            last = Some(number);
            let of = format!("deed {number}");
            match read {
                Ok((_, deed)) => problems.extend(self.deed(&of, deed.did)),
                Err(what) => problems.push(Problem { of, seq: None, what, todo: KEEP_THE_FILE }),
            }
        }
        Ok(last)
    }

    fn deed(&mut self, of: &str, did: Did) -> Vec<Problem> {
        let Did::ClosedDay(close) = did else { return Vec::new() };
        let number = i64::from(close.number);
        let problem = |what| Problem { of: of.to_owned(), seq: None, what, todo: KEEP_THE_FILE };
        let mut problems = Vec::new();
        for booking in close.day.bookings {
            let (id, refund) = (booking.transaction.as_str().to_owned(), booking.refund);
            if let Some(other) = self.counted.insert((id.clone(), refund), number) {
                let what =
                    format!("close {number} counts the {} of transaction {id}, and close {other} too", word(refund));
                problems.push(problem(what));
            }
        }
        let (says, proved) = ([close.day.sales, close.day.refunds], [Takings::default(); 2]);
        let before = self.closes.insert(number, Close { day: close.day.day, says, proved, whole: true });
        problems.extend(before.map(|_| problem(format!("it is close {number}, and another is too"))));
        problems
    }

    /// Closes count up from 1, and close a day once.
    fn order(&self) -> Vec<Problem> {
        let problem = |number: i64, what: &str| {
            let (of, what) = (format!("close {number}"), what.to_owned());
            Problem { of, seq: None, what, todo: KEEP_THE_FILE }
        };
        let mut days = BTreeSet::new();
        let closes = (1..).zip(&self.closes);
        let missing = closes.clone().find(|(place, (number, _))| place != *number);
        let missing = missing.map(|(place, _)| problem(place, "it isn't there, and later ones are"));
        let twice = self.closes.iter().filter(|(_, close)| !days.insert(&close.day));
        let twice = twice.map(|(number, _)| problem(*number, "its day was closed before"));
        missing.into_iter().chain(twice).collect()
    }

    /// What is wrong between the closes and one transaction: `named` are those that its line says count its sale and its
    /// refund. `t` is none when its entries prove nothing.
    pub(super) fn transaction(&mut self, id: &str, named: [Option<i64>; 2], t: Option<&Transaction>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem =
            |what, todo| problems.push(Problem { of: format!("transaction {id}"), seq: None, what, todo });
        for (refund, named) in [false, true].into_iter().zip(named) {
            let what = word(refund);
            let counted = self.counted.remove(&(id.to_owned(), refund));
            match (counted, named) {
                (None, None) => {}
                (None, Some(named)) if !self.closes.contains_key(&named) => {
                    *self.missing.entry(named).or_default() += 1
                }
                (None, Some(named)) => {
                    let what = format!("its summary says that close {named} counts its {what}, and that close doesn't");
                    problem(what, COMPARE);
                }
                (Some(number), named) => {
                    if named != Some(number) {
                        let named = named.map_or("none".to_owned(), |named| named.to_string());
                        let what = format!("close {number} counts its {what}, and its summary says {named}");
                        problem(what, TRUST_THE_ENTRIES);
                    }
                    let Some(close) = self.closes.get_mut(&number) else { continue };
                    if t.is_some_and(|t| if refund { !t.is_refunded() } else { !t.is_paid() }) {
                        problem(format!("close {number} counts its {what}, and its entries prove none"), COMPARE);
                    }
                    close.count(t, refund);
                }
            }
        }
        problems
    }

    /// What is wrong once all transactions were met.
    pub(super) fn rest(&self) -> Vec<Problem> {
        let of_close = |number: i64, what| Problem { of: format!("close {number}"), seq: None, what, todo: COMPARE };
        let missing = self.missing.iter().map(|(number, counted)| {
            of_close(
                *number,
                format!("{counted} sales and refunds are counted in it, and no deed that can be read says so"),
            )
        });
        let lost: BTreeSet<(i64, &str, bool)> =
            self.counted.iter().map(|((id, refund), number)| (*number, id.as_str(), *refund)).collect();
        let incomplete: BTreeSet<i64> = lost.iter().map(|(number, ..)| *number).collect();
        let lost = lost.into_iter().map(|(number, id, refund)| {
            of_close(number, format!("it counts the {} of transaction {id}, which isn't there", word(refund)))
        });
        // What can't be read was said already, and without it nothing adds up.
        let whole = self.closes.iter().filter(|(number, close)| close.whole && !incomplete.contains(*number));
        let wrong = whole.flat_map(|(number, close)| {
            let both = [("sales", 0), ("refunds", 1)];
            let wrong = both.into_iter().filter_map(|(what, at)| {
                let (says, proved) = (close.says.get(at)?, close.proved.get(at)?);
                let said = |takings: &Takings| {
                    format!("{} orders of {}", takings.orders.count, takings.orders.amount.grouped())
                };
                let what = format!("its {what} are {}, and what it counts proves {}", said(says), said(proved));
                (says != proved).then(|| of_close(*number, what))
            });
            wrong.collect::<Vec<_>>()
        });
        missing.chain(lost).chain(wrong).collect()
    }
}

impl Close {
    fn count(&mut self, t: Option<&Transaction>, refund: bool) {
        let Some(t) = t else {
            self.whole = false;
            return;
        };
        let day = Day::of(String::new(), &[Candidate { t: t.clone(), sale: !refund, refund }], None);
        let [sales, refunds] = &mut self.proved;
        *sales = together(sales, &day.sales);
        *refunds = together(refunds, &day.refunds);
    }
}

const fn word(refund: bool) -> &'static str {
    if refund { "refund" } else { "sale" }
}

fn together(one: &Takings, other: &Takings) -> Takings {
    let tally = |of: fn(&Takings) -> Tally| {
        let (one, other) = (of(one), of(other));
        Tally { count: one.count.saturating_add(other.count), amount: one.amount.plus(other.amount) }
    };
    Takings {
        orders: tally(|takings| takings.orders),
        coupon: tally(|takings| takings.coupon),
        points: tally(|takings| takings.points),
        gift_card: tally(|takings| takings.gift_card),
        card: tally(|takings| takings.card),
        earn: tally(|takings| takings.earn),
        vat: one.vat.plus(other.vat),
        vat_free: one.vat_free.plus(other.vat_free),
        card_vat: one.card_vat.plus(other.card_vat),
        card_vat_free: one.card_vat_free.plus(other.card_vat_free),
    }
}
