//! What happened to one transaction, entry by entry, and what would happen next.

use std::io::Write;

use checkout::{time::Now, timeline, transaction::Transaction};

use super::{InspectError, Zone, list, say};
use crate::{
    journal::{Copy, Kept, Row, Summary},
    record,
};

/// Was it found?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It was shown.
    One,
    /// Nothing has that name.
    None,
    /// More than one has it; they were listed.
    Several,
}

/// Shows the transaction that `name` means: its transactionID, its reference, an order number or an approval number.
/// `now` is what its outlook is told for.
pub async fn show(
    journal: &mut Copy,
    name: &str,
    now: &Now,
    zone: Zone,
    out: &mut dyn Write,
) -> Result<Shown, InspectError> {
    let mut named = journal.named(name).await?;
    if named.len() > 1 {
        say(out, &format!("'{name}' may be each of these; name one by its transactionID:"))?;
        say(out, &list::head(zone))?;
        for summary in named.iter().filter_map(|kept| kept.summary.as_ref().ok()) {
            say(out, &list::line(summary, zone))?;
        }
        return Ok(Shown::Several);
    }
    let found = match named.pop() {
        Some(Kept { number, .. }) => journal.chain(number).await?,
        None => None,
    };
    let Some(Kept { number, summary: Ok(summary), chain, .. }) = found else {
        let wanted = "wanted is a transactionID, its reference (607-18), an order number or an approval number";
        say(out, &format!("nothing is called '{name}': {wanted}"))?;
        return Ok(Shown::None);
    };
    for line in header(&summary, zone) {
        say(out, &line)?;
    }
    let (whole, damage) = match chain {
        Some(Ok(rows)) => (rows, None),
        Some(Err(damage)) => (damage.whole.clone(), Some(damage)),
        None => (Vec::new(), None),
    };
    let (lines, last) = timeline_of(&whole, zone);
    for line in lines {
        say(out, &line)?;
    }
    if let Some(damage) = damage {
        say(out, "")?;
        say(out, &format!("from here on nothing can be trusted: {damage}. As it stands there:"))?;
        for row in journal.rows_as_they_stand(number, &summary.transaction_id).await?.iter().skip(whole.len()) {
            say(out, &format!("{} {} {}", moment(row, zone), row.kind, row.body))?;
        }
    } else if let Some(t) = last {
        say(out, "")?;
        for line in timeline::outlook(&t, &as_seen(now, &whole)) {
            say(out, &line)?;
        }
    }
    Ok(Shown::One)
}

fn header(summary: &Summary, zone: Zone) -> Vec<String> {
    let reference = checkout::ids::TransactionId::new(summary.transaction_id.clone()).map(|id| id.reference());
    let marks = [(summary.open, "open"), (summary.with_staff, "with staff"), (summary.handed_over, "handed over")];
    let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
    let marks = if marks.is_empty() { String::new() } else { format!(" ({})", marks.join(", ")) };
    vec![
        format!("transaction {}, reference {}", summary.transaction_id, reference.unwrap_or_default()),
        format!("order {}, business day {}", summary.order_id, summary.business_day.as_deref().unwrap_or("none yet")),
        format!("state {}{marks}", summary.state),
        list::head(zone),
        list::line(summary, zone),
        String::new(),
        format!("times: {}, then how long the machine had been up", zone.name()),
    ]
}

/// The entries in words, and the transaction that they prove if they prove one to their end.
pub(super) fn timeline_of(rows: &[Row], zone: Zone) -> (Vec<String>, Option<Transaction>) {
    let mut lines = Vec::new();
    let mut folded: Option<Transaction> = None;
    let mut boot = None;
    for row in rows {
        if boot.replace(&row.boot_id).is_some_and(|before| *before != row.boot_id) {
            lines.push("     the machine was started anew".to_owned());
        }
        let (at, entry) = match record::entry(row) {
            Ok(read) => read,
            Err(why) => {
                lines.push(format!("{} {}: {why}", moment(row, zone), row.kind));
                return (lines, None);
            }
        };
        let told = timeline::tell(folded.as_ref(), &entry);
        lines.push(format!("{} {}", moment(row, zone), told.what));
        lines.extend(told.details.iter().map(|detail| format!("       {detail}")));
        match record::follow(folded.as_ref(), row, entry, &at) {
            Ok(t) => folded = Some(t),
            Err(why) => {
                lines.push(format!("       it can't be: {why}. Only staff can go on"));
                return (lines, None);
            }
        }
    }
    (lines, folded)
}

/// Its place, and the time on both clocks.
fn moment(row: &Row, zone: Zone) -> String {
    let up_s = row.boot_ms.max(0) / 1_000;
    format!(
        "{:>4}  {}.{:03}  {:>3}:{:02}:{:02}.{:03} ",
        row.seq,
        zone.time(row.at_ms),
        row.at_ms.rem_euclid(1_000),
        up_s / 3_600,
        up_s / 60 % 60,
        up_s % 60,
        row.boot_ms.max(0) % 1_000,
    )
}

/// Now as the kiosk's machine would see it after a restart. On another machine how long that one is up says nothing.
fn as_seen(now: &Now, rows: &[Row]) -> Now {
    if rows.last().is_some_and(|last| last.boot_id == now.boot_id) {
        return now.clone();
    }
    Now { wall_ms: now.wall_ms, boot_ms: 0, boot_id: String::new() }
}
