//! The tables: what is said of each service when an order is settled, and what is done next with a transaction
//! that nobody stands in front of (protocol.md §6). A restart, a customer who walked away and a customer who waits
//! on the settling screen are all driven by the same one.

use crate::{
    answer::MessageOutcome,
    card::Approval,
    entry::{Closed, StaffReason},
    ids::{AttemptId, RefundId},
    protocol::{self, Payload, Request},
    service::Service,
    time::{Age, MINUTE_MS, Now},
    transaction::{CardState, Deadline, HandOver, Message, RefundState, ServiceState, Transaction},
    view::Receipt,
};

/// A hand-over is done by itself only for so long after the order was paid, ms.
pub const HAND_OVER_LIMIT_MS: i64 = 10 * MINUTE_MS;

/// What a `confirm` says of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Confirmed.
    Y,
    /// Not confirmed: a hold that may exist is given back.
    N,
    /// No `confirm` may be sent yet.
    Wait,
}

/// Each outcome of the card, as the settlement table's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardRow {
    /// Not asked, declined or cancelled: nothing was paid.
    NotPaid,
    /// Approved, or nothing was due and the order is finished.
    Paid,
    /// Started or unknown.
    InDoubt,
}

/// Each state of a service, as the settlement table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceColumn {
    /// Not asked.
    NotAsked,
    /// Its session is open.
    Open,
    /// Held.
    Held,
    /// Declined.
    Declined,
    /// Unknown.
    Unknown,
}

/// The settlement table: {card} × {service} → what `confirm` says.
pub const SETTLEMENT: [(CardRow, [(ServiceColumn, Mark); 5]); 3] = {
    use ServiceColumn::{Declined, Held, NotAsked, Open, Unknown};
    [
        (
            CardRow::NotPaid,
            [(NotAsked, Mark::N), (Open, Mark::Wait), (Held, Mark::N), (Declined, Mark::N), (Unknown, Mark::N)],
        ),
        (
            CardRow::Paid,
            [(NotAsked, Mark::N), (Open, Mark::Wait), (Held, Mark::Y), (Declined, Mark::N), (Unknown, Mark::N)],
        ),
        (
            CardRow::InDoubt,
            [
                (NotAsked, Mark::Wait),
                (Open, Mark::Wait),
                (Held, Mark::Wait),
                (Declined, Mark::Wait),
                (Unknown, Mark::Wait),
            ],
        ),
    ]
};

/// The table's row for a card.
pub const fn card_row(card: &CardState) -> CardRow {
    match card {
        CardState::NotAsked | CardState::Declined { .. } | CardState::Cancelled => CardRow::NotPaid,
        CardState::NotDue | CardState::Approved(..) => CardRow::Paid,
        CardState::Started(_) | CardState::Unknown(_) => CardRow::InDoubt,
    }
}

/// The table's column for a service.
pub const fn service_column(service: &ServiceState) -> ServiceColumn {
    match service {
        ServiceState::NotAsked => ServiceColumn::NotAsked,
        ServiceState::Opened | ServiceState::Asked => ServiceColumn::Open,
        ServiceState::Held(_) => ServiceColumn::Held,
        ServiceState::Declined(_) => ServiceColumn::Declined,
        ServiceState::Unknown(_) => ServiceColumn::Unknown,
    }
}

/// What a `confirm` says of `service` now.
pub fn mark(t: &Transaction, service: Service) -> Mark {
    let (row, column) = (card_row(&t.card), service_column(t.services.get(service)));
    SETTLEMENT
        .iter()
        .filter(|(card, _)| *card == row)
        .flat_map(|(_, marks)| marks)
        .find(|(state, _)| *state == column)
        // The table is complete (its test enumerates it); a hole would wait, which moves nobody's money.
        .map_or(Mark::Wait, |(_, mark)| *mark)
}

/// The text that settles or releases: built once, journalled, and posted unchanged ever after.
pub fn payload(t: &Transaction, request: Request) -> Payload {
    match request {
        Request::Settle => {
            let mut held = t.all_held();
            for service in Service::ALL {
                if mark(t, service) != Mark::Y {
                    *held.get_mut(service) = None;
                }
            }
            let e_receipt = t.receipt == Receipt::Phone;
            protocol::settle(&t.id, &t.order.lines, &held, t.approval(), e_receipt)
        }
        Request::Release | Request::Connect(_) => protocol::release(&t.id, &t.order.lines),
        Request::Cancel => protocol::cancel(&t.id),
    }
}

/// What a machine does next with a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask the agent what became of this attempt.
    AskTerminal(AttemptId),
    /// Ask the agent to give the money back.
    StartRefund(AttemptId, Approval),
    /// Ask the agent what became of this refund.
    AskRefund(AttemptId, RefundId),
    /// Open a module session for it. Prepared first when it isn't.
    Send(Request),
    /// Hand the order over.
    HandOver,
    /// Nothing is left to do.
    Close(Closed),
    /// Only staff can go on.
    Staff(StaffReason),
    /// Something is under way, or only time can tell; nothing to do now.
    Wait,
    /// It is at rest.
    Rest,
}

/// The first row that fits, of the table in protocol.md §6, "After a restart". The hand-over goes on beside the
/// settlement; whatever would end the transaction waits for it.
pub fn next(t: &Transaction, now: &Now) -> Next {
    if t.closed.is_some() || t.with_staff.is_some() {
        return Next::Rest; // row 1
    }
    match &t.refund {
        RefundState::None => {}
        RefundState::Begun => {
            if let CardState::Approved(attempt, approval) = &t.card {
                return Next::StartRefund(attempt.id.clone(), approval.clone());
            }
            return Next::Staff(StaffReason::RefundUnknown);
        }
        RefundState::Started { refund, .. } => {
            if let CardState::Approved(attempt, _) = &t.card {
                return Next::AskRefund(attempt.id.clone(), refund.clone()); // row 2
            }
            return Next::Staff(StaffReason::RefundUnknown);
        }
        RefundState::Declined => return Next::Staff(StaffReason::RefundDeclined),
        RefundState::Done => return after_refund(t, now), // row 3
    }
    if let Some(attempt) = t.card_in_doubt() {
        return Next::AskTerminal(attempt.id.clone()); // row 4
    }
    if !t.is_paid() {
        return unpaid(t, now);
    }
    paid(t, now)
}

/// Rows 5 and 6: nothing was paid.
fn unpaid(t: &Transaction, now: &Now) -> Next {
    if t.in_flight.is_some() {
        return Next::Wait;
    }
    if !t.asked_anything() {
        return Next::Close(Closed::Unused); // row 5
    }
    give_back(t, now, Closed::Released) // row 6
}

/// A release until it is answered; past the deadline Prbiti has given everything back by itself.
fn give_back(t: &Transaction, now: &Now, done: Closed) -> Next {
    let refused = match t.release.as_ref().and_then(|release| release.answer.as_ref()) {
        // 100010003: there was nothing to release.
        Some(MessageOutcome::Done | MessageOutcome::TransactionRefused) => return Next::Close(done),
        Some(MessageOutcome::Refused { .. }) => true,
        Some(MessageOutcome::Again { .. }) | None => false,
    };
    match t.deadline(now) {
        Deadline::Passed => Next::Close(if done == Closed::Released { Closed::Lapsed } else { done }),
        Deadline::NotRunning | Deadline::Left(_) | Deadline::Unknown if refused => Next::Wait,
        Deadline::NotRunning | Deadline::Left(_) | Deadline::Unknown => Next::Send(Request::Release),
    }
}

/// What is true of the `confirm` of a paid order.
enum Settled {
    /// Answered 200, or nothing to settle, or a settle without a Y that nobody needs any more.
    Yes,
    /// Send it (again).
    Send,
    /// In flight, or only time can tell.
    Wait,
    /// Never by a machine.
    Staff(StaffReason),
}

/// Rows 7 to 11: paid, or finished with nothing to pay.
fn paid(t: &Transaction, now: &Now) -> Next {
    let settled = settled(t, now);
    let with_card = t.approval().is_some();
    // With a card the order is handed over at once; a free one when its confirm is answered 200.
    let due = with_card || matches!(settled, Settled::Yes);
    let hand_over = match t.hand_over {
        HandOver::Done | HandOver::Withdrawn => None,
        HandOver::Failed => Some(Next::Staff(StaffReason::HandOverFailed)),
        HandOver::NotDue | HandOver::Started => {
            // An approval may be heard of long after the customer has gone: its attempt's beginning tells its age.
            let began = match &t.card {
                CardState::Approved(attempt, _) => Some(&attempt.began),
                CardState::NotAsked
                | CardState::NotDue
                | CardState::Started(_)
                | CardState::Declined { .. }
                | CardState::Cancelled
                | CardState::Unknown(_) => t.paid_at.as_ref(),
            };
            match began.map(|began| now.since(began)) {
                Some(Age::Known(age)) if age <= HAND_OVER_LIMIT_MS => Some(Next::HandOver),
                Some(Age::Known(_) | Age::Unknown { .. }) | None => Some(Next::Staff(StaffReason::HandOverLate)),
            }
        }
    };
    match hand_over {
        Some(Next::HandOver) if due => return Next::HandOver, // row 10, beside 7 to 9
        Some(_) | None => {}
    }
    match (settled, hand_over) {
        (Settled::Send, _) => Next::Send(Request::Settle), // row 8
        (Settled::Wait, _) => Next::Wait,
        (Settled::Staff(reason), _) => Next::Staff(reason), // rows 8 and 9
        (Settled::Yes, Some(next)) => next,                 // row 10
        (Settled::Yes, None) => Next::Close(Closed::Settled), // row 11
    }
}

fn settled(t: &Transaction, now: &Now) -> Settled {
    if !t.asked_anything() {
        return Settled::Yes; // row 7
    }
    if t.in_flight.is_some() {
        return Settled::Wait;
    }
    // A settle without a single Y gives nobody anything: it is retried like a release.
    let gives = t.holds();
    let refused = match t.settle.as_ref().and_then(|settle| settle.answer.as_ref()) {
        Some(MessageOutcome::Done) => return Settled::Yes,
        Some(MessageOutcome::TransactionRefused) if gives => return Settled::Staff(StaffReason::SettleRefused),
        Some(MessageOutcome::TransactionRefused) => return Settled::Yes,
        Some(MessageOutcome::Refused { .. }) if gives => return Settled::Staff(StaffReason::SettleRejected),
        Some(MessageOutcome::Refused { .. }) => true,
        Some(MessageOutcome::Again { .. }) | None => false,
    };
    match t.deadline(now) {
        Deadline::Passed if gives => Settled::Staff(StaffReason::SettleUnanswered),
        Deadline::Passed => Settled::Yes,
        Deadline::Unknown if gives => Settled::Staff(StaffReason::DeadlineUnknown),
        Deadline::NotRunning | Deadline::Left(_) | Deadline::Unknown if refused => Settled::Wait,
        Deadline::NotRunning | Deadline::Left(_) | Deadline::Unknown => Settled::Send,
    }
}

/// Row 3: the money is given back, or none was taken; now the benefits.
fn after_refund(t: &Transaction, now: &Now) -> Next {
    if t.in_flight.is_some() {
        return Next::Wait;
    }
    if !t.asked_anything() {
        return Next::Close(Closed::Refunded);
    }
    let posted = |message: &Option<Message>| message.as_ref().is_some_and(|message| message.posted > 0);
    if !posted(&t.settle) {
        return give_back(t, now, Closed::Refunded);
    }
    let in_doubt = t.settle.as_ref().is_none_or(|settle| settle.answer != Some(MessageOutcome::Done));
    match t.cancel.as_ref().and_then(|cancel| cancel.answer.as_ref()) {
        Some(MessageOutcome::Done) => Next::Close(Closed::Refunded),
        Some(MessageOutcome::TransactionRefused) if in_doubt => {
            // Perhaps it was never settled: then a release gives the holds back while they live.
            let released = t.release.as_ref().and_then(|release| release.answer.as_ref());
            match (released, t.deadline(now)) {
                (Some(MessageOutcome::Done), _) => Next::Close(Closed::Refunded),
                (None | Some(MessageOutcome::Again { .. }), Deadline::Left(_)) => Next::Send(Request::Release),
                (_, _) => Next::Staff(StaffReason::CancelRefused),
            }
        }
        Some(MessageOutcome::TransactionRefused | MessageOutcome::Refused { .. }) => {
            Next::Staff(StaffReason::CancelRefused)
        }
        Some(MessageOutcome::Again { .. }) | None => Next::Send(Request::Cancel),
    }
}
