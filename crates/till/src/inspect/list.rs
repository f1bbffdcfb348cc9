//! A journal's transactions, one to a line.

use std::io::Write;

use checkout::money::Won;

use super::{InspectError, Zone, say};
use crate::journal::{Copy, Summary};

/// Which transactions are wanted: those that fit all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those for which something is still to be done.
    pub open: bool,
    /// Only those that wait for staff.
    pub staff: bool,
    /// Only those of this day, `YYYY-MM-DD`.
    pub day: Option<String>,
    /// Only those in this state.
    pub state: Option<String>,
}

impl Filter {
    pub(super) fn wants(&self, summary: &Summary, zone: Zone) -> bool {
        let Filter { open, staff, day, state } = self;
        (!open || summary.open)
            && (!staff || summary.with_staff)
            && day.as_ref().is_none_or(|day| zone.day(summary) == *day)
            && state.as_ref().is_none_or(|state| summary.state == *state)
    }
}

/// Says them, the newest first. However many there are, a page of them is in memory.
pub async fn list(journal: &mut Copy, filter: &Filter, zone: Zone, out: &mut dyn Write) -> Result<(), InspectError> {
    say(out, &head(zone))?;
    let mut before = i64::MAX;
    loop {
        let page = journal.summaries_before(before).await?;
        let Some(last) = page.last() else { return Ok(()) };
        before = last.number;
        for kept in &page {
            match &kept.summary {
                Ok(summary) if !filter.wants(summary, zone) => {}
                Ok(summary) => say(out, &line(summary, zone))?,
                Err(what) => say(out, &format!("transaction number {} can't be read: {what}", kept.number))?,
            }
        }
    }
}

/// What stands over the lines.
pub(super) fn head(zone: Zone) -> String {
    let opened = format!("opened ({})", zone.name());
    let cells = [&opened, "order", "transaction", "state", "total", "card", "approval", "deadline"];
    row(cells.map(str::to_owned))
}

/// One transaction.
pub(super) fn line(summary: &Summary, zone: Zone) -> String {
    let or_dash = |text: Option<&String>| text.map_or("-".to_owned(), String::clone);
    row([
        zone.time(summary.opened_ms),
        or_dash(summary.order_number.as_ref()),
        summary.transaction_id.clone(),
        summary.state.clone(),
        Won::new(summary.total_won).grouped(),
        Won::new(summary.card_won).grouped(),
        or_dash(summary.approval_number.as_ref()),
        summary.deadline_ms.map_or("-".to_owned(), |deadline_ms| zone.time(deadline_ms)),
    ])
}

fn row(cells: [String; 8]) -> String {
    let [opened, order, transaction, state, total, card, approval, deadline] = cells;
    format!(
        "{opened:<19}  {order:<6}  {transaction:<32}  {state:<18}  {total:>13}  {card:>13}  {approval:<10}  {deadline}"
    )
}
