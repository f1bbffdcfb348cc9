//! A journal for other programs: its transactions as rows for the books, or its entries as they are.

use std::io::{self, Write};

use checkout::{
    books::{self, Sums},
    transaction::Transaction,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{InspectError, Zone};
use crate::{
    journal::{Copy, Kept, Row, Summary},
    record::fold,
};

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One row for each transaction, with a head.
    Csv,
    /// One line for each entry.
    JsonLines,
}

/// Writes the transactions whose day is not before `from` and not after `to`, in the order of opening. What can't be read
/// may be of any day.
pub async fn export(
    journal: &mut Copy,
    format: Format,
    (from, to): (Option<&str>, Option<&str>),
    zone: Zone,
    out: &mut dyn Write,
) -> Result<(), InspectError> {
    let wanted = |kept: &Kept| {
        kept.summary.as_ref().is_ok_and(|summary| {
            let day = zone.day(summary);
            from.is_none_or(|from| *day >= *from) && to.is_none_or(|to| *day <= *to)
        }) || kept.summary.is_err()
    };
    match format {
        Format::Csv => {
            let mut table = csv::WriterBuilder::new().has_headers(false).from_writer(out);
            table.write_record(columns()).map_err(to_io)?;
            each(journal, wanted, |kept| table.serialize(booked(kept, zone)).map_err(to_io)).await?;
            table.flush()?;
            Ok(())
        }
        Format::JsonLines => {
            each(journal, wanted, |kept| lines(kept).iter().try_for_each(|line| writeln!(out, "{line}"))).await
        }
    }
}

/// Does something with each transaction that is wanted; a page of them is in memory.
async fn each(
    journal: &mut Copy,
    wanted: impl Fn(&Kept) -> bool,
    mut say: impl FnMut(Kept) -> io::Result<()>,
) -> Result<(), InspectError> {
    let mut after = i64::MIN;
    loop {
        let page = journal.chains_after(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.number;
        page.into_iter().filter(&wanted).try_for_each(&mut say)?;
    }
}

/// The error of whoever is written to, so that one who has stopped reading is known as such.
fn to_io(error: csv::Error) -> io::Error {
    if error.is_io_error()
        && let csv::ErrorKind::Io(error) = error.into_kind()
    {
        return error;
    }
    io::Error::other("a row can't be told as CSV")
}

/// A transaction as accounting wants it. Amounts in won; what paid for an order is nothing until it is paid.
#[derive(Debug, Default, Serialize)]
pub(super) struct Booked {
    pub(super) transaction_id: String,
    order_id: String,
    /// RFC 3339.
    opened: String,
    /// When it was paid or finished, RFC 3339.
    paid: Option<String>,
    pub(super) business_day: Option<String>,
    pub(super) order_number: Option<String>,
    pub(super) state: String,
    open: bool,
    with_staff: bool,
    pub(super) total_won: i64,
    pub(super) coupon_won: i64,
    pub(super) points_won: i64,
    gift_card_won: i64,
    pub(super) card_won: i64,
    /// Of what was charged to the card.
    card_vat_won: i64,
    card_tax_free_won: i64,
    given_back_won: i64,
    /// Taken from a card, and pays for nothing.
    stray_won: i64,
    /// The same, given back.
    stray_given_back_won: i64,
    approval_number: Option<String>,
    /// As the terminal says it.
    approved_at: Option<String>,
    instalment_months: Option<u32>,
    issuer: Option<String>,
    acquirer: Option<String>,
    merchant_id: Option<String>,
    /// Why its entries can't be relied on: then only its summary speaks.
    pub(super) problem: Option<String>,
}

/// The table's head: the names of the fields, in their order.
fn columns() -> Vec<String> {
    let named = serde_json::to_value(Booked::default()).unwrap_or_default();
    named.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
}

pub(super) fn booked(kept: Kept, zone: Zone) -> Booked {
    let line = match kept.summary {
        Ok(line) => line,
        Err(what) => return Booked { problem: Some(what), ..Booked::default() },
    };
    let from_line = of_summary(line, zone);
    match kept.chain.map(fold) {
        Some(Ok(t)) => of_entries(&t, from_line, zone),
        Some(Err(no_fold)) => Booked { problem: Some(no_fold.why), ..from_line },
        None => from_line,
    }
}

fn of_summary(line: Summary, zone: Zone) -> Booked {
    Booked {
        transaction_id: line.transaction_id,
        order_id: line.order_id,
        opened: zone.rfc3339(line.opened_ms),
        business_day: line.business_day,
        order_number: line.order_number,
        state: line.state,
        open: line.open,
        with_staff: line.with_staff,
        total_won: line.total_won,
        card_won: line.card_won,
        approval_number: line.approval_number,
        ..Booked::default()
    }
}

fn of_entries(t: &Transaction, from_line: Booked, zone: Zone) -> Booked {
    let Sums { total: _, coupon, points, gift_card, card, refunded: _, given_back } = Sums::of(t);
    let paid = t.approved();
    Booked {
        paid: t.paid_at.as_ref().map(|at| zone.rfc3339(at.wall_ms)),
        total_won: t.total().get(),
        coupon_won: coupon.get(),
        points_won: points.get(),
        gift_card_won: gift_card.get(),
        card_won: card.get(),
        card_vat_won: paid.map_or(0, |(attempt, _)| attempt.tax.get()),
        card_tax_free_won: paid.map_or(0, |(attempt, _)| attempt.tax_free.get()),
        given_back_won: given_back.get(),
        stray_won: books::stray(t).get(),
        stray_given_back_won: books::stray_given_back(t).get(),
        approved_at: paid.map(|(_, approval)| approval.approved_at.clone()),
        instalment_months: paid.map(|(_, approval)| approval.instalment_months),
        issuer: paid.map(|(_, approval)| approval.issuer.clone()),
        acquirer: paid.map(|(_, approval)| approval.acquirer.clone()),
        merchant_id: paid.map(|(_, approval)| approval.merchant_id.clone()),
        ..from_line
    }
}

/// Its entries, and in their place what is wrong with them.
fn lines(kept: Kept) -> Vec<Value> {
    let number = kept.number;
    let of_entry = |row: Row| {
        let Row { transaction_id, seq, at_ms, boot_ms, boot_id, kind, body, checksum } = row;
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        // A program that reads numbers as floats would round it.
        let checksum = format!("{checksum:016x}");
        json!({
            "transaction_id": transaction_id, "seq": seq, "at_ms": at_ms, "boot_ms": boot_ms, "boot_id": boot_id,
            "kind": kind, "body": body, "checksum": checksum,
        })
    };
    match (kept.summary, kept.chain) {
        (Err(what), _) => vec![json!({ "number": number, "problem": what })],
        (Ok(_), Some(Ok(rows))) => rows.into_iter().map(of_entry).collect(),
        (Ok(_), Some(Err(damage))) => {
            let what = json!({
                "transaction_id": damage.transaction_id, "seq": damage.seq, "problem": damage.what,
            });
            damage.whole.into_iter().map(of_entry).chain([what]).collect()
        }
        (Ok(_), None) => Vec::new(),
    }
}
