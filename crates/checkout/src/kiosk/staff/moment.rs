//! Each entry of a transaction as staff read it.

use crate::{
    answer::{MessageOutcome, ServiceOutcome},
    entry::{Entry, Record},
    ids::TransactionId,
    money::Won,
    protocol::Request,
    service::Service,
    timeline,
    transaction::Transaction,
    view::{Message, Moment, Tone, What},
};

/// The moments of a transaction, in the order of its entries.
pub fn moments(records: &[Record]) -> Vec<Moment> {
    let mut before: Option<Transaction> = None;
    let mut moments = Vec::new();
    for record in records {
        moments.push(moment(before.as_ref(), record));
        before = follow(before, &record.transaction, record);
    }
    moments
}

fn follow(before: Option<Transaction>, id: &TransactionId, record: &Record) -> Option<Transaction> {
    match (before, &record.entry) {
        (None, Entry::Began { order }) => Some(Transaction::new(id.clone(), order.clone(), record.at.clone())),
        (None, _) => None,
        (Some(mut t), entry) => {
            // What can't follow leaves the words for what comes after it poorer, and nothing else.
            let _applied = t.apply(entry, &record.at);
            Some(t)
        }
    }
}

#[allow(clippy::wildcard_enum_match_arm)] // most kinds have nothing of the sort
fn moment(before: Option<&Transaction>, record: &Record) -> Moment {
    let (what, tone) = kind(&record.entry);
    let flight = before.and_then(|t| t.in_flight.as_ref()).map(|flight| flight.request);
    let request = match &record.entry {
        Entry::Opened { request, .. } | Entry::Prepared { request, .. } => Some(*request),
        Entry::NotPosted { .. }
        | Entry::Asked
        | Entry::Answered { .. }
        | Entry::MessageAnswered { .. }
        | Entry::Unanswered { .. } => flight,
        _ => None,
    };
    let service = request.and_then(|request| match request {
        Request::Connect(service) => Some(service),
        Request::Settle | Request::Release | Request::Cancel => None,
    });
    let posted = request.and_then(|request| before?.message(request)).map_or(0, |message| message.posted);
    let mut moment = Moment {
        seq: record.seq,
        at_ms: record.at.wall_ms,
        what,
        tone,
        service,
        message: request.map(Message::of),
        amount: amount(before, &record.entry, service),
        repeat: if matches!(record.entry, Entry::Asked) { posted } else { 0 },
        code: code(&record.entry),
        by: None,
        action: None,
        finding: None,
        found_in: None,
        reason: None,
        how: None,
        details: timeline::tell(before, &record.entry).details,
    };
    match &record.entry {
        Entry::StaffActed { by, action } => (moment.by, moment.action) = (Some(by.clone()), Some(*action)),
        Entry::ResolvedByHand { by, finding, found_in, .. } => {
            moment.by = Some(by.clone());
            (moment.finding, moment.found_in) = (Some(*finding), Some(*found_in));
        }
        Entry::WithStaff { reason } => moment.reason = Some(*reason),
        Entry::Closed { how } => moment.how = Some(*how),
        _ => {}
    }
    moment
}

const fn kind(entry: &Entry) -> (What, Tone) {
    match entry {
        Entry::Began { .. } => (What::Began, Tone::Plain),
        Entry::Opened { .. } => (What::Opened, Tone::Plain),
        Entry::NotPosted { .. } => (What::NotPosted, Tone::Plain),
        Entry::Asked => (What::Asked, Tone::Plain),
        Entry::Answered { outcome, .. } => match outcome {
            ServiceOutcome::Held { .. } => (What::Held, Tone::Good),
            ServiceOutcome::Declined { .. } => (What::ServiceDeclined, Tone::Bad),
            ServiceOutcome::Unknown { .. } => (What::ServiceUnknown, Tone::Doubt),
        },
        Entry::MessageAnswered { outcome, .. } => match outcome {
            MessageOutcome::Done => (What::MessageDone, Tone::Good),
            MessageOutcome::Again { .. } => (What::MessageAgain, Tone::Doubt),
            MessageOutcome::TransactionRefused | MessageOutcome::Refused { .. } => (What::MessageRefused, Tone::Bad),
        },
        Entry::Unanswered { .. } => (What::Unanswered, Tone::Doubt),
        Entry::Prepared { .. } => (What::Prepared, Tone::Plain),
        Entry::PaymentStarted { .. } => (What::PaymentStarted, Tone::Plain),
        Entry::PaymentApproved { .. } => (What::PaymentApproved, Tone::Good),
        Entry::PaymentDeclined { .. } => (What::PaymentDeclined, Tone::Bad),
        Entry::PaymentCancelled { .. } => (What::PaymentCancelled, Tone::Plain),
        Entry::PaymentUnknown { .. } => (What::PaymentUnknown, Tone::Doubt),
        Entry::LateApproval { .. } => (What::LateApproval, Tone::Bad),
        Entry::OrderFinished { .. } => (What::OrderFinished, Tone::Good),
        Entry::HandOverStarted { .. } => (What::HandOverStarted, Tone::Plain),
        Entry::HandedOver => (What::HandedOver, Tone::Good),
        Entry::HandOverFailed { .. } => (What::HandOverFailed, Tone::Bad),
        Entry::HandOverWithdrawn => (What::HandOverWithdrawn, Tone::Plain),
        Entry::MadeByStaff => (What::MadeByStaff, Tone::Hand),
        Entry::HandOverVoidStarted => (What::HandOverVoidStarted, Tone::Plain),
        Entry::HandOverVoided => (What::HandOverVoided, Tone::Good),
        Entry::RefundBegun { .. } => (What::RefundBegun, Tone::Plain),
        Entry::RefundStarted { .. } => (What::RefundStarted, Tone::Plain),
        Entry::RefundDone { .. } => (What::RefundDone, Tone::Good),
        Entry::RefundDeclined { .. } => (What::RefundDeclined, Tone::Bad),
        Entry::RefundUnknown { .. } => (What::RefundUnknown, Tone::Doubt),
        Entry::StaffActed { .. } => (What::StaffActed, Tone::Hand),
        Entry::ResolvedByHand { .. } => (What::ResolvedByHand, Tone::Hand),
        Entry::Left => (What::Left, Tone::Plain),
        Entry::WithStaff { .. } => (What::WithStaff, Tone::Doubt),
        Entry::Closed { .. } => (What::Closed, Tone::Good),
    }
}

/// The money that an entry is about.
#[allow(clippy::wildcard_enum_match_arm)] // most are about none
fn amount(before: Option<&Transaction>, entry: &Entry, service: Option<Service>) -> Option<Won> {
    match entry {
        Entry::Began { order } => Some(crate::order::total(&order.lines)),
        Entry::Answered { outcome: ServiceOutcome::Held { amount }, .. } => Some(*amount),
        Entry::Opened { limit, .. } => limit.filter(|_| service.is_some()),
        Entry::PaymentStarted { amount, .. } => Some(*amount),
        Entry::PaymentApproved { approval, .. } | Entry::LateApproval { approval, .. } => Some(approval.amount),
        Entry::PaymentUnknown { charged, .. } => charged.as_ref().map(|approval| approval.amount),
        Entry::RefundBegun { .. } => before.and_then(|t| t.charged()).map(|approval| approval.amount),
        _ => None,
    }
}

/// A number that people look for.
#[allow(clippy::wildcard_enum_match_arm)] // most have none
fn code(entry: &Entry) -> Option<String> {
    match entry {
        Entry::Answered { evidence, .. } | Entry::MessageAnswered { evidence, .. } => {
            Some(evidence.code.as_str().to_owned())
        }
        Entry::PaymentApproved { approval, .. } | Entry::LateApproval { approval, .. } => {
            Some(approval.approval_number.as_str().to_owned())
        }
        Entry::RefundDone { approval, .. } => approval.as_ref().map(|given| given.approval_number.as_str().to_owned()),
        Entry::PaymentDeclined { code, .. } | Entry::RefundDeclined { code, .. } => Some(code.clone()),
        Entry::HandOverStarted { order_number, .. } => Some(order_number.clone()),
        Entry::ResolvedByHand { number, .. } => Some(number.clone()),
        _ => None,
    }
}
