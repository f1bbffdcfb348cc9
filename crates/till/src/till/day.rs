//! A business day as staff see it: what of the journal belongs to it, and what the terminal's list says.

use std::collections::{BTreeMap, BTreeSet};

use checkout::{
    close::{Candidate, ClosedBy, Day, DayClose, Listed},
    deed::{Deed, Did},
    kiosk::{DayFound, Event, Found},
    time::{MINUTE_MS, begins, day, read},
    transaction::Transaction,
};

use super::{Desk, Message};
use crate::{
    journal::{Booked, DamagedDeed, DeedRow, JournalError, Summary},
    payment::{ApprovalRow, PaymentAgent},
    record::{self, fold, summary},
};

/// So many lines of an older program are brought up to date at once.
const PORTION: u32 = 200;
/// The terminal is asked for the lists of so many calendar days at most.
const MOST_DATES: usize = 40;
const DAY_MS: i64 = 86_400_000;

/// Which business day a moment belongs to.
#[derive(Clone, Debug)]
struct Calendar {
    /// From UTC to a clock that shows midnight when a business day begins, ms.
    shift_ms: i64,
    utc_offset_ms: i64,
    /// The day that goes on: today, or the day after the last close when today is closed.
    current: String,
    /// The day after the last close; empty before the first.
    first: String,
}

impl Calendar {
    /// The day that something of this moment counts for. What is closed takes nothing in any more, and what a wrong clock
    /// put into a day that hasn't come counts for the one that goes on.
    fn day_of(&self, wall_ms: i64) -> String {
        day(wall_ms.saturating_add(self.shift_ms)).max(self.first.clone()).min(self.current.clone())
    }

    /// The calendar's days that something counted for this day may be in the terminal's list of.
    fn date_of(&self, wall_ms: i64) -> String {
        day(wall_ms.saturating_add(self.utc_offset_ms))
    }
}

/// The day after one.
fn next_day(of: &str) -> String {
    begins(of).map_or_else(String::new, |begins_ms| day(begins_ms + DAY_MS))
}

impl Desk {
    /// Looks a business day up, none for the one that is to be closed next; what the terminal's list says of it is asked
    /// beside the loop.
    pub(super) async fn look_up_day(&mut self, wanted: Option<String>) -> Result<(), JournalError> {
        self.bring_up_to_date().await?;
        let now = self.now();
        let today = self.kiosk.business_day(&now);
        let Some(journal) = &mut self.journal else {
            self.nothing_found().await;
            return Ok(());
        };
        let last = journal.last_close().await?.map(|row| closed(&row)).transpose()?;
        let first = last.as_ref().map_or_else(String::new, |(_, close)| next_day(&close.day.day));
        let wanted = wanted.filter(|day| begins(day).is_some());
        let next_number = last.as_ref().map_or(1, |(_, close)| close.number.saturating_add(1));
        let shift_ms = self.shop.day_shift_ms();
        let utc_offset_ms = i64::from(self.shop.utc_offset_min) * MINUTE_MS;
        let calendar = Calendar { shift_ms, utc_offset_ms, current: today.clone().max(first.clone()), first };

        let (mut booked, mut damaged) = (Vec::new(), Vec::new());
        for unclosed in journal.unclosed().await? {
            damaged.extend(unclosed.chain.as_ref().err().cloned());
            match fold(unclosed.chain) {
                Ok(t) => booked.push((t, unclosed.sold_ms, unclosed.refunded_ms)),
                Err(no_fold) => tracing::error!(hint = no_fold.hint(), "it counts for no day: {no_fold}"),
            }
        }
        let days: BTreeSet<String> = booked
            .iter()
            .flat_map(|(_, sold, refunded)| [*sold, *refunded])
            .flatten()
            .map(|ms| calendar.day_of(ms))
            .collect();
        let first_open = days.first().cloned().unwrap_or_else(|| calendar.current.clone());
        // When all is closed, the last close is what there is to see.
        let wanted = wanted.unwrap_or_else(|| if days.is_empty() { today.clone() } else { first_open.clone() });
        let closed_now = journal.close_of_day(&wanted).await?.map(|row| closed(&row)).transpose()?;
        let beside = |row: Option<DeedRow>| row.map(|row| closed(&row)).transpose();
        let closed_before = beside(journal.close_before(&wanted).await?)?.map(|(_, close)| close.day.day);
        let closed_after = beside(journal.close_after(&wanted).await?)?.map(|(_, close)| close.day.day);
        let open_days: BTreeSet<&String> = days.iter().chain([&calendar.current]).collect();
        let earlier = open_days.iter().rev().find(|day| ***day < wanted).map(|day| (*day).clone()).or(closed_before);
        let later = closed_after.or_else(|| open_days.iter().find(|day| ***day > wanted).map(|day| (*day).clone()));
        let is_today = wanted == calendar.current;
        let found = |day: Day, closed: Option<ClosedBy>| DayFound {
            day,
            is_today,
            // A day that hasn't begun isn't over either.
            has_begun: wanted <= today,
            closed,
            earlier: earlier.clone(),
            later: later.clone(),
            first_open: first_open.clone(),
            next_number,
        };
        if let Some((deed, close)) = closed_now {
            let by = ClosedBy {
                number: close.number,
                at_ms: deed.at.wall_ms,
                by: deed.by,
                reason: close.reason.clone(),
                open: close.open,
            };
            let found = Box::new(found(close.day, Some(by)));
            self.report(damaged).await?;
            self.handle(Event::Found(Found::Day(found))).await;
            return Ok(());
        }
        let found = found(Day::of(wanted.clone(), &[], None), None);
        let begins_ms = begins(&wanted).map_or(0, |ms| ms - shift_ms);
        // What was opened shortly before the day began may have charged within it.
        let mut unpaid = Vec::new();
        for chain in journal.between(begins_ms - DAY_MS / 24, begins_ms + DAY_MS).await? {
            damaged.extend(chain.as_ref().err().cloned());
            unpaid.extend(fold(chain).ok());
        }
        self.report(damaged).await?;
        let mut dates: BTreeSet<String> =
            [calendar.date_of(begins_ms), calendar.date_of(begins_ms + DAY_MS - 1)].into();
        let mut candidates: BTreeMap<String, Candidate> = BTreeMap::new();
        let mut add = |t: Transaction, sale: bool, refund: bool| {
            candidates.entry(t.id.as_str().to_owned()).or_insert(Candidate { t, sale, refund });
        };
        for (t, sold, refunded) in booked {
            let of_the_day = |ms: Option<i64>| ms.filter(|ms| calendar.day_of(*ms) == wanted);
            let (sold, refunded) = (of_the_day(sold), of_the_day(refunded));
            let counts: Vec<i64> = [sold, refunded].into_iter().flatten().collect();
            if !counts.is_empty() {
                // What the kiosk learned later stands in the terminal's list of the day on which it was.
                dates.extend(counts.into_iter().chain(times(&t)).map(|ms| calendar.date_of(ms)));
            }
            let live = self.kiosk.transaction(&t.id).cloned().unwrap_or(t);
            add(live, sold.is_some(), refunded.is_some());
        }
        self.kiosk.transactions().cloned().chain(unpaid).for_each(|t| add(t, false, false));
        // A list of a day that hasn't come nobody has to have.
        let date_now = calendar.date_of(now.wall_ms);
        let dates: Vec<String> = dates.into_iter().filter(|date| *date <= date_now).take(MOST_DATES).collect();
        let candidates = candidates.into_values().collect();
        let counted = self.counted_before(&dates).await?;
        let asked = Asked { dates, calendar, counted, look: self.looks };
        self.match_with_terminal(found, candidates, asked);
        Ok(())
    }

    /// Asks the terminal for its lists, and hands the matched day back as an event.
    fn match_with_terminal(&self, found: DayFound, candidates: Vec<Candidate>, asked: Asked) {
        let (agent, queue) = (self.agent.clone(), self.queue.clone());
        tokio::spawn(async move {
            let wanted = found.day.day.clone();
            let Asked { dates, calendar, counted, look } = asked;
            let own: BTreeSet<String> = candidates.iter().filter_map(|candidate| own(&candidate.t)).collect();
            let listed = match agent {
                Some(agent) => listed(&agent, &dates).await,
                None => None,
            };
            let listed: Option<Vec<Listed>> = listed.map(|rows| {
                let of_the_day = |row: &(String, ApprovalRow)| {
                    let (date, row) = row;
                    own.contains(row.attempt.as_str()) || !counted.has(row) && calendar.day_of_row(date, row) == wanted
                };
                rows.into_iter().filter(of_the_day).map(|(_, row)| line(row)).collect()
            });
            let day = Day::of(wanted, &candidates, listed.as_deref());
            let found = DayFound { day, ..found };
            // Nobody waits any more when the till has ended.
            let _told = queue.send(Message::Found(look, Found::Day(Box::new(found)))).await;
        });
    }

    /// Lines that an older program wrote, or that were written before days were closed, learn when they were paid.
    async fn bring_up_to_date(&mut self) -> Result<(), JournalError> {
        loop {
            let Some(journal) = &mut self.journal else { return Ok(()) };
            let mut summaries = Vec::new();
            for chain in journal.unbooked(PORTION).await? {
                match fold(chain) {
                    Ok(t) => summaries.push(summary(&t)),
                    // It counts for no day: what became of it is for staff to find out.
                    Err(no_fold) => {
                        let line = journal.summary(&no_fold.transaction_id).await?;
                        summaries.extend(line.map(|line| Summary { booked: Some(Booked::default()), ..line }));
                    }
                }
            }
            if summaries.is_empty() {
                return Ok(());
            }
            journal.commit(Vec::new(), summaries, Vec::new()).await?;
        }
    }

    /// What closes have counted of these dates' lists, or told as a difference.
    async fn counted_before(&mut self, dates: &[String]) -> Result<Counted, JournalError> {
        let mut counted = Counted::default();
        let mut days: BTreeSet<String> = dates.iter().cloned().collect();
        // A business day begins on one date and ends on the next.
        days.extend(dates.iter().filter_map(|date| Some(day(begins(date)? - DAY_MS))));
        for of in days {
            let Some(journal) = &mut self.journal else { break };
            let Some(row) = journal.close_of_day(&of).await? else { continue };
            let (_, close) = closed(&row)?;
            counted.told.extend(close.day.differences.iter().filter_map(|found| found.approval_number.clone()));
            for booking in &close.day.bookings {
                let Some(journal) = &mut self.journal else { break };
                match journal.transaction(booking.transaction.as_str()).await {
                    Ok(rows) => {
                        counted.booked.extend(fold(Ok(rows)).ok().and_then(|t| own(&t)).map(|id| (id, booking.refund)));
                    }
                    Err(JournalError::Damaged(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(counted)
    }

    /// A close that was written, with the transactions that it counts as far as they can be read.
    pub(super) async fn close_with_orders(
        &mut self,
        number: u32,
    ) -> Result<Option<(Deed, DayClose, Vec<Transaction>)>, JournalError> {
        let Some(journal) = &mut self.journal else { return Ok(None) };
        let Some(row) = journal.close_numbered(number).await? else { return Ok(None) };
        let (deed, close) = closed(&row)?;
        let mut orders = Vec::new();
        for booking in &close.day.bookings {
            match journal.transaction(booking.transaction.as_str()).await {
                Ok(rows) => orders.extend(fold(Ok(rows)).ok()),
                Err(JournalError::Damaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Some((deed, close, orders)))
    }
}

impl Calendar {
    /// The business day of a line in the terminal's list of a date: by its own time when it can be read.
    fn day_of_row(&self, date: &str, row: &ApprovalRow) -> String {
        read(&row.approval.approved_at).map_or_else(|| date.to_owned(), |at_ms| self.day_of(at_ms))
    }
}

/// What the terminal is asked for a day, and by which look.
struct Asked {
    dates: Vec<String>,
    calendar: Calendar,
    counted: Counted,
    look: u64,
}

/// Lines of the terminal's lists that closes have counted, or told as a difference.
#[derive(Default)]
struct Counted {
    /// The attempts whose charge, or whose refund, an order was counted with.
    booked: BTreeSet<(String, bool)>,
    /// Approval numbers.
    told: BTreeSet<String>,
}

impl Counted {
    fn has(&self, row: &ApprovalRow) -> bool {
        let booked = (row.attempt.as_str().to_owned(), row.refund.is_some());
        self.booked.contains(&booked) || self.told.contains(row.approval.approval_number.as_str())
    }
}

/// The attempt that paid for the order.
fn own(t: &Transaction) -> Option<String> {
    t.approved().map(|(attempt, _)| attempt.id.as_str().to_owned())
}

/// When its card was charged and its money given back, as far as anybody told: unix ms.
fn times(t: &Transaction) -> Vec<i64> {
    let charged = t.approved().map(|(attempt, approval)| [Some(attempt.began.wall_ms), read(&approval.approved_at)]);
    let given_back = t.refund.as_ref().map(|refund| refund.since.wall_ms);
    charged.into_iter().flatten().flatten().chain(given_back).collect()
}

/// The terminal's lists of these dates, each line once; none when it doesn't tell one of them.
async fn listed(agent: &PaymentAgent, dates: &[String]) -> Option<Vec<(String, ApprovalRow)>> {
    let mut rows: Vec<(String, ApprovalRow)> = Vec::new();
    for date in dates {
        let approvals = agent.approvals(date).await.ok()?;
        for row in approvals.rows {
            let again = |(_, known): &(String, ApprovalRow)| known.attempt == row.attempt && known.refund == row.refund;
            if !rows.iter().any(again) {
                rows.push((date.clone(), row));
            }
        }
    }
    Some(rows)
}

fn line(row: ApprovalRow) -> Listed {
    Listed {
        attempt: row.attempt,
        refund: row.refund,
        amount: row.approval.amount,
        approval_number: row.approval.approval_number.as_str().to_owned(),
    }
}

/// A close as its deed tells it.
fn closed(row: &DeedRow) -> Result<(Deed, DayClose), JournalError> {
    let unreadable = || DamagedDeed { number: row.number, what: "it is no close that can be read" };
    let (_, deed) = record::read_deed(row).map_err(|_| unreadable())?;
    match &deed.did {
        Did::ClosedDay(close) => Ok((deed.clone(), (**close).clone())),
        Did::CameIn
        | Did::Locked { .. }
        | Did::Acted { .. }
        | Did::SetPerson { .. }
        | Did::RemovedPerson { .. }
        | Did::PeopleUnchanged { .. }
        | Did::SetSoldOut { .. }
        | Did::SetPaused { .. }
        | Did::SetVolume { .. }
        | Did::TookMenu { .. }
        | Did::Wrote { .. }
        | Did::Printed { .. } => Err(unreadable().into()),
    }
}
