//! Is a journal whole: each chain, each entry, each summary, the order numbers, the charges, the closes and the sums.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    io::Write,
};

use checkout::{
    books::{self, Sums},
    transaction::Transaction,
};

use super::{InspectError, closes::Closes, say};
use crate::{
    journal::{Booked, Copy, CopyError, FoundBy, Kept, Summary},
    record::{fold, summary},
};

/// What there was to look at, and what is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Transactions.
    pub transactions: usize,
    /// Their entries.
    pub entries: usize,
    /// What is wrong.
    pub problems: usize,
}

/// Says each problem in a line, and at the end how many there are.
pub async fn verify(journal: &mut Copy, out: &mut dyn Write) -> Result<Verdict, InspectError> {
    let mut verdict = Verdict::default();
    let (closes, deeds) = Closes::read(journal).await;
    let mut audit = Audit { knows_live_attempts: journal.knows_live_attempts, closes, ..Audit::default() };
    let mut tell = |problems: Vec<Problem>, verdict: &mut Verdict| {
        verdict.problems += problems.len();
        problems.iter().try_for_each(|problem| say(out, &problem.to_string()))
    };
    tell(structure(journal).await, &mut verdict)?;
    tell(deeds, &mut verdict)?;
    let mut after = i64::MIN;
    loop {
        let page = match journal.chains_after(after).await {
            Ok(page) => page,
            // Others before it were whole, and that is worth to be said.
            Err(error) => {
                tell(vec![unreadable(&error, after)], &mut verdict)?;
                break;
            }
        };
        let Some(last) = page.last() else { break };
        after = last.number;
        for kept in page {
            verdict.transactions += usize::from(kept.chain.is_some());
            verdict.entries += kept.entries;
            tell(audit.transaction(kept), &mut verdict)?;
        }
    }
    tell(audit.days(), &mut verdict)?;
    tell(audit.closes.rest(), &mut verdict)?;
    let Verdict { transactions, entries, problems } = verdict;
    say(out, &format!("journal: {transactions} transactions, {entries} entries, {problems} problems"))?;
    Ok(verdict)
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// With what: a transaction, a business day, a deed, a close or the file.
    pub(super) of: String,
    /// With which entry.
    pub(super) seq: Option<u32>,
    /// What.
    pub(super) what: String,
    /// What somebody can do.
    pub(super) todo: &'static str,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { of, seq, what, todo } = self;
        let entry = seq.map_or(String::new(), |seq| format!(", entry {seq}"));
        write!(f, "{of}{entry}: {what}. To do: {todo}")
    }
}

pub(super) const KEEP_THE_FILE: &str =
    "copy both files anew and verify that; if it stays, keep them and call the maintainer";
const SETTLE_BY_HAND: &str =
    "trust only the entries before it; settle this order by hand from the terminal's and Prbiti's records";
pub(super) const TRUST_THE_ENTRIES: &str =
    "the entries are what happened (`journal show`), lists may say something else; call the maintainer";
pub(super) const COMPARE: &str = "compare it with the terminal's and Prbiti's records";

async fn structure(journal: &mut Copy) -> Vec<Problem> {
    let of_file = |what| Problem { of: "the file".to_owned(), seq: None, what, todo: KEEP_THE_FILE };
    match journal.structure().await {
        Ok(found) => found.into_iter().map(of_file).collect(),
        Err(error) => vec![of_file(error.to_string())],
    }
}

fn unreadable(error: &CopyError, after: i64) -> Problem {
    let what = match after {
        i64::MIN => error.to_string(),
        after => format!("nothing after transaction number {after} can be read: {error}"),
    };
    Problem { of: "the file".to_owned(), seq: None, what, todo: KEEP_THE_FILE }
}

/// What only all transactions together tell.
#[derive(Debug, Default)]
pub(super) struct Audit {
    /// Do the summaries say whether a card attempt is live?
    pub(super) knows_live_attempts: bool,
    /// Who has an order number of a business day.
    numbers: HashMap<(String, u32), String>,
    /// Who has a live charge of an order.
    charged: HashMap<String, String>,
    /// What was paid on each business day.
    days: BTreeMap<String, Sums>,
    /// What the closes of days count.
    closes: Closes,
}

impl Audit {
    /// What is wrong with one transaction, by itself and beside those before it.
    pub(super) fn transaction(&mut self, kept: Kept) -> Vec<Problem> {
        let id = kept.summary.as_ref().ok().map(|line| line.transaction_id.clone());
        let closes = [kept.sale_close, kept.refund_close];
        let (mut found, t) = self.entries(kept);
        if let Some(id) = id {
            found.extend(self.closes.transaction(&id, closes, t.as_ref()));
        }
        found
    }

    /// What is wrong with one transaction but for the closes, and what its entries prove.
    fn entries(&mut self, kept: Kept) -> (Vec<Problem>, Option<Transaction>) {
        let line = match kept.summary {
            Ok(line) => line,
            Err(what) => {
                let of = format!("transaction number {} ({} entries)", kept.number, kept.entries);
                let what = format!("its summary can't be read: {what}");
                return (vec![Problem { of, seq: None, what, todo: KEEP_THE_FILE }], None);
            }
        };
        let of = format!("transaction {}", line.transaction_id);
        let problem = |seq, what, todo| Problem { of: of.clone(), seq, what, todo };
        let rows = match kept.chain {
            Some(Ok(rows)) => rows,
            Some(Err(damage)) => {
                let broken = problem(Some(damage.seq), damage.what.to_owned(), SETTLE_BY_HAND);
                // What is whole may be wrong all the same.
                let before = if damage.whole.is_empty() { None } else { fold(Ok(damage.whole)).err() };
                let before = before.map(|no_fold| problem(Some(no_fold.seq), no_fold.why, SETTLE_BY_HAND));
                return (before.into_iter().chain([broken]).collect(), None);
            }
            None => Vec::new(),
        };
        let t = match fold(Ok(rows)) {
            Ok(t) => t,
            Err(no_fold) => return (vec![problem(Some(no_fold.seq), no_fold.why, SETTLE_BY_HAND)], None),
        };
        let mut proved = summary(&t);
        if !self.knows_live_attempts {
            proved.live_attempt = line.live_attempt;
        }
        if line.found_by.is_none() {
            // An older program wrote it.
            proved.found_by = None;
        }
        if line.booked.is_none() {
            proved.booked = None;
        }
        let mut found: Vec<Problem> = differences(&line, &proved)
            .into_iter()
            .map(|(column, kept, proved)| {
                let what = format!("its summary says {column} = {kept}, its entries prove {proved}");
                problem(None, what, TRUST_THE_ENTRIES)
            })
            .collect();
        found.extend(books::differences(&t).into_iter().map(|what| problem(None, what, COMPARE)));
        found.extend(
            self.number_given_twice(&t)
                .map(|what| problem(None, what, "ask the shop which of the two was made; call the maintainer")),
        );
        found.extend(self.charged_twice(&t).map(|what| {
            problem(None, what, "look for both charges at the terminal, and give one back if both are there")
        }));
        self.count(&t);
        (found, Some(t))
    }

    /// What doesn't add up for a business day.
    pub(super) fn days(&self) -> Vec<Problem> {
        let of_day = |(day, sums): (&String, &Sums)| -> Vec<Problem> {
            let of = format!("business day {day}");
            let problem = |what| Problem { of: of.clone(), seq: None, what, todo: COMPARE };
            sums.differences().into_iter().map(problem).collect()
        };
        self.days.iter().flat_map(of_day).collect()
    }

    fn number_given_twice(&mut self, t: &Transaction) -> Option<String> {
        let number = t.order_number.as_ref()?;
        let place = (number.business_day.clone(), number.number);
        let other = self.numbers.insert(place, t.id.to_string())?;
        Some(format!("its order number {} of {} is transaction {other}'s too", number.text, number.business_day))
    }

    fn charged_twice(&mut self, t: &Transaction) -> Option<String> {
        if t.charged().is_none() && t.card_in_doubt().is_none() {
            return None;
        }
        let other = self.charged.insert(t.order.id.to_string(), t.id.to_string())?;
        Some(format!("a card was or may have been charged for its order, and by transaction {other} too"))
    }

    fn count(&mut self, t: &Transaction) {
        if let Some(number) = &t.order_number {
            let day = self.days.entry(number.business_day.clone()).or_default();
            *day = day.plus(Sums::of(t));
        }
    }
}

/// The columns in which a summary isn't what its entries prove: name, what it says, what they prove.
pub(super) fn differences(kept: &Summary, proved: &Summary) -> Vec<(&'static str, String, String)> {
    fn columns(summary: &Summary) -> [(&'static str, String); 23] {
        fn or_none(value: Option<impl fmt::Display>) -> String {
            value.map_or("none".to_owned(), |value| value.to_string())
        }
        let Summary {
            transaction_id,
            order_id,
            opened_ms,
            open,
            with_staff,
            state,
            total_won,
            card_won,
            approval_number,
            order_number,
            business_day,
            order_seq,
            deadline_ms,
            handed_over,
            live_attempt,
            found_by,
            booked,
        } = summary;
        let unsaid = FoundBy::default();
        let FoundBy { last_four, coupon_won, points_won, gift_card_won, services, by_hand } =
            found_by.as_ref().unwrap_or(&unsaid);
        let Booked { sold_ms, refunded_ms } = booked.unwrap_or_default();
        [
            ("transaction_id", transaction_id.clone()),
            ("order_id", order_id.clone()),
            ("opened_ms", opened_ms.to_string()),
            ("open", open.to_string()),
            ("with_staff", with_staff.to_string()),
            ("state", state.clone()),
            ("total_won", total_won.to_string()),
            ("card_won", card_won.to_string()),
            ("approval_number", or_none(approval_number.as_ref())),
            ("order_number", or_none(order_number.as_ref())),
            ("business_day", or_none(business_day.as_ref())),
            ("order_seq", or_none(order_seq.as_ref())),
            ("deadline_ms", or_none(deadline_ms.as_ref())),
            ("handed_over", handed_over.to_string()),
            ("live_attempt", live_attempt.to_string()),
            ("last_four", or_none(last_four.as_ref())),
            ("coupon_won", coupon_won.to_string()),
            ("points_won", points_won.to_string()),
            ("gift_card_won", gift_card_won.to_string()),
            ("services", services.to_string()),
            ("by_hand", by_hand.to_string()),
            ("sold_ms", or_none(sold_ms)),
            ("refunded_ms", or_none(refunded_ms)),
        ]
    }
    columns(kept)
        .into_iter()
        .zip(columns(proved))
        .filter(|((_, kept), (_, proved))| kept != proved)
        .map(|((column, kept), (_, proved))| (column, kept, proved))
        .collect()
}
