//! Facts and rows: what the checkout decides as the journal keeps it, and what the journal keeps as the state that it
//! proves. Nothing is decided here.

use checkout::{
    deed::{Deed, Did},
    entry::{Entry, Record, StaffReason},
    ids::TransactionId,
    kiosk::Kiosk,
    money::Won,
    service::Service,
    time::Now,
    transaction::{HOLD_LIFE_MS, HandOver, ServiceState, Transaction},
    view::{CaseState, StaffCase},
};
use serde::Serialize;
use thiserror::Error;

use crate::journal::{Booked, Damaged, DeedRow, FoundBy, JournalError, NewClose, NewDeed, NewRow, Row, Summary};

/// An entry as a row: its kind beside its body, so that a reader may know the one without the other.
pub(crate) fn row(record: &Record) -> Result<NewRow, JournalError> {
    let Record { transaction, seq, at, entry } = record;
    let not_a_row =
        |why: Box<str>| JournalError::NotARow { transaction_id: transaction.as_str().to_owned(), seq: *seq, why };
    let mut tagged = serde_json::to_value(entry).map_err(|error| not_a_row(error.to_string().into()))?;
    let kind = tagged.get("kind").and_then(|kind| kind.as_str()).map(str::to_owned);
    let kind = kind.ok_or_else(|| not_a_row("it doesn't name its kind".into()))?;
    // A kind that says everything by itself has no body.
    let body = tagged.get_mut("body").map(serde_json::Value::take).unwrap_or_default();
    Ok(NewRow {
        transaction_id: transaction.as_str().to_owned(),
        seq: *seq,
        at_ms: at.wall_ms,
        boot_ms: at.boot_ms,
        boot_id: at.boot_id.clone(),
        kind,
        body: body.to_string(),
    })
}

/// Rows that prove no state: they are damaged, or an entry can't be read or can't follow the ones before it. For staff.
#[derive(Debug, Error)]
#[error("{why}")]
pub struct NoFold {
    /// The transaction.
    pub transaction_id: String,
    /// The entry that proves nothing any more.
    pub seq: u32,
    /// What is wrong.
    pub(crate) why: String,
    /// The state that the entries before it prove, when there are any.
    pub before: Option<Box<Transaction>>,
}

impl NoFold {
    /// What somebody can do about it.
    pub(crate) fn hint(&self) -> &'static str {
        "settle this order by hand from the terminal's and the module's records"
    }
}

/// The transaction that its rows prove.
pub(crate) fn fold(chain: Result<Vec<Row>, Damaged>) -> Result<Transaction, NoFold> {
    let (rows, damage) = match chain {
        Ok(rows) => (rows, None),
        Err(damage) => (damage.whole.clone(), Some(damage)),
    };
    let mut folded: Option<Transaction> = None;
    for row in &rows {
        match entry(row).and_then(|(at, entry)| follow(folded.as_ref(), row, entry, &at)) {
            Ok(transaction) => folded = Some(transaction),
            Err(why) => {
                let (transaction_id, before) = (row.transaction_id.clone(), folded.map(Box::new));
                return Err(NoFold { transaction_id, seq: row.seq, why, before });
            }
        }
    }
    match (folded, damage) {
        (Some(transaction), None) => Ok(transaction),
        (before, Some(damage)) => {
            let why = damage.to_string();
            let before = before.map(Box::new);
            Err(NoFold { transaction_id: damage.transaction_id, seq: damage.seq, why, before })
        }
        // The journal knows of no transaction without entries.
        (None, None) => {
            Err(NoFold { transaction_id: String::new(), seq: 0, why: "no entries".to_owned(), before: None })
        }
    }
}

/// The transaction that one more entry leads to.
pub(crate) fn follow(before: Option<&Transaction>, row: &Row, entry: Entry, at: &Now) -> Result<Transaction, String> {
    match (before, entry) {
        (Some(before), entry) => {
            let mut transaction = before.clone();
            transaction.apply(&entry, at).map_err(|impossible| impossible.to_string())?;
            Ok(transaction)
        }
        (None, entry) => {
            let id = TransactionId::new(row.transaction_id.clone()).map_err(|bad| bad.to_string())?;
            Transaction::fold(&id, [(at.clone(), entry)]).map_err(|impossible| impossible.to_string())
        }
    }
}

/// The facts of a transaction that its rows prove, as the checkout has them.
pub(crate) fn records(id: &TransactionId, rows: &[Row]) -> Result<Vec<Record>, String> {
    let record = |row: &Row| {
        let (at, entry) = entry(row)?;
        Ok(Record { transaction: id.clone(), seq: row.seq, at, entry })
    };
    rows.iter().map(record).collect()
}

/// An entry and its time, read from its row.
pub(crate) fn entry(row: &Row) -> Result<(Now, Entry), String> {
    let Row { transaction_id, seq, at_ms, boot_ms, boot_id, kind, body, checksum: _ } = row;
    let body: serde_json::Value = serde_json::from_str(body)
        .map_err(|error| format!("entry {seq} of transaction {transaction_id} is no JSON: {error}"))?;
    let mut tagged = serde_json::json!({ "kind": kind });
    if !body.is_null() {
        tagged["body"] = body;
    }
    let entry: Entry = serde_json::from_value(tagged)
        .map_err(|error| format!("entry {seq} of transaction {transaction_id} ({kind}) can't be read: {error}"))?;
    Ok((Now { wall_ms: *at_ms, boot_ms: *boot_ms, boot_id: boot_id.clone() }, entry))
}

/// What staff did as a row: its kind beside its body, so that a reader may know the one without the other.
pub(crate) fn deed(deed: &Deed) -> Result<NewDeed, JournalError> {
    let Deed { at, by, did } = deed;
    let not_a_deed = |why: String| JournalError::NotADeed { why: why.into() };
    let mut tagged = serde_json::to_value(did).map_err(|error| not_a_deed(error.to_string()))?;
    let kind = tagged.get("kind").and_then(|kind| kind.as_str()).map(str::to_owned);
    let kind = kind.ok_or_else(|| not_a_deed("it doesn't name its kind".to_owned()))?;
    let by = serde_json::to_value(by).map_err(|error| not_a_deed(error.to_string()))?;
    let mut body = serde_json::json!({ "by": by });
    // A kind that says everything by itself has no body.
    if let Some(did) = tagged.get_mut("body") {
        body["did"] = did.take();
    }
    let mut close = None;
    if let Did::ClosedDay(closed) = did {
        let bookings = closed.day.bookings.iter();
        let bookings = bookings.map(|booking| (booking.transaction.as_str().to_owned(), booking.refund)).collect();
        close = Some(NewClose { number: closed.number, bookings });
    }
    Ok(NewDeed {
        at_ms: at.wall_ms,
        boot_ms: at.boot_ms,
        boot_id: at.boot_id.clone(),
        kind,
        body: body.to_string(),
        close,
    })
}

/// What staff did and its number, read from its row.
pub(crate) fn read_deed(row: &DeedRow) -> Result<(i64, Deed), String> {
    let DeedRow { number, at_ms, boot_ms, boot_id, kind, body, checksum: _ } = row;
    let unreadable = |error| format!("deed {number} ({kind}) can't be read: {error}");
    let mut body: serde_json::Value = serde_json::from_str(body).map_err(unreadable)?;
    let mut part = |name| body.get_mut(name).map(serde_json::Value::take);
    let by = serde_json::from_value(part("by").unwrap_or_default()).map_err(unreadable)?;
    let mut tagged = serde_json::json!({ "kind": kind });
    if let Some(did) = part("did") {
        tagged["body"] = did;
    }
    let did = serde_json::from_value(tagged).map_err(unreadable)?;
    let at = Now { wall_ms: *at_ms, boot_ms: *boot_ms, boot_id: boot_id.clone() };
    Ok((*number, Deed { at, by, did }))
}

/// A transaction in one line.
pub(crate) fn summary(t: &Transaction) -> Summary {
    let state = match (t.closed, t.with_staff) {
        (Some(how), _) => word(how),
        (None, Some(reason)) => word(reason),
        (None, None) if t.is_paid() => "paid".to_owned(),
        (None, None) => "open".to_owned(),
    };
    let number = t.order_number.as_ref();
    Summary {
        transaction_id: t.id.as_str().to_owned(),
        order_id: t.order.id.as_str().to_owned(),
        opened_ms: t.began.wall_ms,
        open: t.closed.is_none(),
        with_staff: t.closed.is_none() && t.with_staff.is_some(),
        state,
        total_won: t.total().get(),
        card_won: t.approval().map_or(0, |approval| approval.amount.get()),
        approval_number: t.approval().map(|approval| approval.approval_number.as_str().to_owned()),
        order_number: number.map(|number| number.text.clone()),
        business_day: number.map(|number| number.business_day.clone()),
        order_seq: number.map(|number| number.number),
        deadline_ms: t.first_asked.as_ref().map(|asked| asked.wall_ms.saturating_add(HOLD_LIFE_MS)),
        handed_over: t.hand_over == HandOver::Done || t.made_by_staff,
        live_attempt: t.charged().is_some() || t.card_in_doubt().is_some(),
        found_by: Some(found_by(t)),
        booked: Some(booked(t)),
    }
}

/// When it became what a close of a day counts.
fn booked(t: &Transaction) -> Booked {
    let refund = t.refund.as_ref().filter(|_| t.is_refunded());
    Booked {
        sold_ms: t.paid_at.as_ref().filter(|_| t.is_paid()).map(|paid| paid.wall_ms),
        refunded_ms: refund.map(|refund| refund.since.wall_ms),
    }
}

/// What a search finds it by beside the rest of its line.
fn found_by(t: &Transaction) -> FoundBy {
    let held = |service| t.held(service).map_or(0, Won::get);
    // Also what may have been used: whoever looks for it must find what nobody knows of.
    let may_be_used = |service| match t.services.get(service) {
        ServiceState::Held(_) | ServiceState::Asked | ServiceState::Unknown(_) => true,
        ServiceState::NotAsked | ServiceState::Opened | ServiceState::Declined(_) => false,
    };
    let card = t.approval().map(|approval| approval.masked_card.as_str());
    FoundBy {
        last_four: card.and_then(last_four),
        coupon_won: held(Service::Coupon),
        points_won: held(Service::PointRedeem),
        gift_card_won: held(Service::Prepaid),
        services: Service::ALL
            .into_iter()
            .filter(|service| may_be_used(*service))
            .fold(0, |services, service| services | service_bit(service)),
        by_hand: t.by_hand || !t.acted.is_empty(),
    }
}

/// The end of a card's number, when it is to be seen.
fn last_four(masked: &str) -> Option<String> {
    let end = masked.get(masked.len().checked_sub(4)?..)?;
    end.bytes().all(|byte| byte.is_ascii_digit()).then(|| end.to_owned())
}

/// How the journal writes a service.
pub(crate) const fn service_bit(service: Service) -> u8 {
    match service {
        Service::Coupon => 1,
        Service::PointRedeem => 2,
        Service::Prepaid => 4,
        Service::PointEarn => 8,
    }
}

/// The line of a transaction whose rows prove no state: what its last whole step wrote, for staff.
pub(crate) fn left_to_staff(summary: Summary) -> Summary {
    Summary { with_staff: true, state: word(StaffReason::JournalImpossible), ..summary }
}

/// Do its rows prove no state?
pub(crate) fn is_left_to_staff(summary: &Summary) -> bool {
    summary.with_staff && summary.state == word(StaffReason::JournalImpossible)
}

/// How an ending or a reason is written in its entry.
fn word(of: impl Serialize) -> String {
    let value = serde_json::to_value(of).unwrap_or_default();
    value.as_str().unwrap_or("open").to_owned()
}

/// A transaction that its last step closed: its fold before the step, and the step's records.
pub(crate) fn closed_summary(before: &Kiosk, id: &TransactionId, records: &[Record]) -> Option<Summary> {
    let mut own = records.iter().filter(|record| record.transaction == *id).peekable();
    let mut transaction = match (before.transaction(id), own.peek()) {
        (Some(transaction), _) => transaction.clone(),
        (None, Some(Record { entry: Entry::Began { order }, at, .. })) => {
            let transaction = Transaction::new(id.clone(), order.clone(), at.clone());
            own.next();
            transaction
        }
        (None, _) => return None,
    };
    for record in own {
        transaction.apply(&record.entry, &record.at).ok()?;
    }
    Some(summary(&transaction))
}

/// A transaction whose rows prove no state, as staff read it; none when not even its name can be read.
pub(crate) fn unreadable_case(summary: Summary) -> Option<StaffCase> {
    let transaction = TransactionId::new(summary.transaction_id).ok()?;
    Some(StaffCase {
        reference: transaction.reference(),
        transaction,
        order_number: summary.order_number,
        at_ms: summary.opened_ms,
        total: Won::new(summary.total_won),
        state: CaseState::Unreadable,
        by_hand: summary.found_by.is_some_and(|found_by| found_by.by_hand),
        held_until_ms: summary.deadline_ms,
        suggested: None,
    })
}
