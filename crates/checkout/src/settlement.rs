//! The tables, as data: what is said of each service when an order is settled ([`SETTLEMENT`]), what an answer to a
//! `confirm` or `cancel` leads to ([`ANSWERS`]), and what is done next with a transaction that nobody stands in front
//! of ([`RECOVERY`]): after a restart, when the customer walked away, and while one waits on the settling screen
//! (protocol.md §5 and §6).

use crate::{
    answer::{Cancelled, MessageOutcome},
    entry::{Closed, StaffReason},
    ids::{AttemptId, RefundId},
    money::Won,
    protocol::{self, Payload, Request},
    service::Service,
    staff::Action,
    time::{Age, MINUTE_MS, Now},
    transaction::{CardState, Charge, Deadline, HandOver, Message, Refund, RefundState, ServiceState, Transaction},
    view::Receipt,
};

/// Staff are told when what the kiosk asks by itself isn't answered for so long, ms.
pub const TOLD_AFTER_MS: i64 = 10 * MINUTE_MS;
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
    StartRefund(Charge),
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

/// What was said to Prbiti, as the answers' table tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A `confirm` of a paid order with at least one Y.
    Settle,
    /// A `confirm` of a paid order that gives nobody anything.
    SettleNothing,
    /// A `confirm` that is all N, nothing paid.
    Release,
    /// A `cancel`.
    Cancel,
}

/// What came back, as the answers' table tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// 200.
    Done,
    /// Nothing yet, or an answer after which it may or may not be done.
    Nothing,
    /// 100010003: settled, released or lapsed before, or never known.
    TransactionRefused,
    /// It will never be accepted like this.
    Refused,
}

/// What that leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// It is through.
    Through,
    /// The same text again, until the holds' 30 minutes are over; then staff.
    RepeatThenStaff(StaffReason),
    /// The same text again, until the holds' 30 minutes are over; then Prbiti has given everything back by itself.
    RepeatThenLapse,
    /// The same text again: it has no deadline.
    Repeat,
    /// Nothing more is said; when the 30 minutes are over Prbiti has given everything back by itself.
    WaitThenLapse,
    /// Prbiti has given back, or never had, what nobody was to get.
    Lapse,
    /// Only staff can tell.
    Staff(StaffReason),
}

/// The answers' table (protocol.md §5): {what came back} × {what was said} → what it leads to.
pub const ANSWERS: [(Heard, [(Said, Lead); 4]); 4] = {
    use Said::{Cancel, Release, Settle, SettleNothing};
    use StaffReason::{CancelRefused, SettleRefused, SettleRejected, SettleUnanswered};
    [
        (
            Heard::Done,
            [
                (Settle, Lead::Through),
                (SettleNothing, Lead::Through),
                (Release, Lead::Through),
                (Cancel, Lead::Through),
            ],
        ),
        (
            Heard::Nothing,
            [
                (Settle, Lead::RepeatThenStaff(SettleUnanswered)),
                (SettleNothing, Lead::RepeatThenLapse),
                (Release, Lead::RepeatThenLapse),
                (Cancel, Lead::Repeat),
            ],
        ),
        (
            Heard::TransactionRefused,
            [
                (Settle, Lead::Staff(SettleRefused)),
                (SettleNothing, Lead::Lapse),
                // There was nothing to release.
                (Release, Lead::Through),
                (Cancel, Lead::Staff(CancelRefused)),
            ],
        ),
        (
            Heard::Refused,
            [
                (Settle, Lead::Staff(SettleRejected)),
                (SettleNothing, Lead::WaitThenLapse),
                (Release, Lead::WaitThenLapse),
                (Cancel, Lead::Staff(CancelRefused)),
            ],
        ),
    ]
};

/// What the answers' table says.
fn lead(said: Said, message: Option<&Message>) -> Lead {
    let heard = match message.and_then(|message| message.answer.as_ref()) {
        Some(MessageOutcome::Done) => Heard::Done,
        Some(MessageOutcome::TransactionRefused) => Heard::TransactionRefused,
        Some(MessageOutcome::Refused { .. }) => Heard::Refused,
        Some(MessageOutcome::Again { .. }) | None => Heard::Nothing,
    };
    ANSWERS
        .iter()
        .filter(|(row, _)| *row == heard)
        .flat_map(|(_, leads)| leads)
        .find(|(column, _)| *column == said)
        // The table is complete (its test enumerates it); a hole would be staff's.
        .map_or(Lead::Staff(StaffReason::JournalImpossible), |(_, lead)| *lead)
}

/// One row of the recovery table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// As in protocol.md §6.
    pub number: u8,
    /// What the journal proves, in words.
    pub proves: &'static str,
    /// What is done then, in words.
    pub then: &'static str,
    /// What is done, when the row fits.
    next: fn(&Transaction, &Now) -> Option<Next>,
}

/// The recovery table: the first row that fits decides.
pub static RECOVERY: [Row; 11] = [
    Row {
        number: 1,
        proves: "closed, or with staff",
        then: "it rests; beside a late charge, what became of an attempt that is open is asked all the same; what only \
               isn't answered for 10 minutes goes on",
        next: at_rest,
    },
    Row {
        number: 2,
        proves: "a refund was begun, its outcome isn't known",
        then: "ask the terminal; refused, or what it can't tell, is for staff; what surely never began is asked for \
               again under the same name",
        next: refund_open,
    },
    Row {
        number: 3,
        proves: "the refund is done, or none was needed",
        then: "nothing was asked of Prbiti: close; never confirmed: release; settled or in doubt: `cancel`; beside \
               that, an order which the shop has taken on is declared void",
        next: refund_done,
    },
    Row {
        number: 4,
        proves: "the card is in doubt, or a charge turned up that pays for nothing",
        then: "ask the terminal, past the deadline too; what it can't tell is for staff, and the terminal charges \
               nobody until then",
        next: card_in_doubt,
    },
    Row { number: 5, proves: "nothing was asked, nothing paid", then: "close", next: unused },
    Row {
        number: 6,
        proves: "something was asked, nothing paid",
        then: "release; past the 30 minutes Prbiti has given it back by itself: close as lapsed",
        next: unpaid,
    },
    Row {
        number: 7,
        proves: "paid, nothing was asked",
        then: "nothing to settle: rows 10 and 11",
        next: nothing_to_settle,
    },
    Row {
        number: 8,
        proves: "paid, `confirm` not answered",
        then: "post the journalled `confirm`, the same text each time, until it is answered or the 30 minutes are \
               over; then staff. One without a Y gives nobody anything: then it lapses",
        next: unanswered,
    },
    Row { number: 9, proves: "paid, `confirm` refused", then: "staff, with the reason", next: refused },
    Row {
        number: 10,
        proves: "paid, settled or nothing to settle, not handed over",
        then: "hand over within 10 minutes, one after the other in the order of the numbers, again and again until it is \
               acknowledged; later staff, who make it or give the money back",
        next: hand_over,
    },
    Row {
        number: 11,
        proves: "paid, settled or nothing to settle, handed over or made by staff",
        then: "close",
        next: handed_over,
    },
];

/// The row that applies, and what it says.
pub fn row(t: &Transaction, now: &Now) -> (&'static Row, Next) {
    RECOVERY.iter().find_map(|row| (row.next)(t, now).map(|next| (row, next))).unwrap_or((&RECOVERY[0], Next::Rest))
}

/// What is done next with a transaction.
pub fn next(t: &Transaction, now: &Now) -> Next {
    row(t, now).1
}

/// What is due of the hand-over, beside whatever the table says of the rest. With a card it starts with the approval;
/// a free order is handed over when its `confirm` is answered 200.
pub fn hand_over(t: &Transaction, now: &Now) -> Option<Next> {
    if !t.is_paid() || t.refund.is_some() || t.with_staff.is_some() || t.closed.is_some() {
        return None;
    }
    let due = t.approval().is_some() || settled(t, now).is_some();
    match t.hand_over {
        HandOver::Done | HandOver::Withdrawn | HandOver::Voiding | HandOver::Voided => None,
        HandOver::Failed => Some(Next::Staff(StaffReason::HandOverFailed)),
        HandOver::NotDue | HandOver::Started => {
            // An approval may be heard of long after the customer has gone: its attempt's beginning tells its age.
            let began = t.approved().map(|(attempt, _)| &attempt.began).or(t.paid_at.as_ref());
            // Staff who have it handed over again know how long ago it was paid.
            let began = t.handed_over_again.as_ref().or(began);
            match began.map(|began| now.since(began)) {
                Some(Age::Known(age)) if age <= HAND_OVER_LIMIT_MS => due.then_some(Next::HandOver),
                Some(Age::Known(_) | Age::Unknown { .. }) | None => Some(Next::Staff(StaffReason::HandOverLate)),
            }
        }
    }
}

/// Why staff are told of what goes on by itself, when it has gone on for too long.
pub fn overdue(t: &Transaction, now: &Now) -> Option<StaffReason> {
    let (since, reason) = match next(t, now) {
        Next::AskTerminal(_) => (&t.card_in_doubt()?.began, StaffReason::TerminalSilent),
        Next::StartRefund(_) | Next::AskRefund(..) => {
            let open = |refund: &&Refund| matches!(refund.state, RefundState::Begun | RefundState::Started { .. });
            (&t.refunds().find(open)?.since, StaffReason::TerminalSilent)
        }
        Next::Send(Request::Cancel) => (&t.refund.as_ref()?.since, StaffReason::CancelUnanswered),
        Next::Send(Request::Connect(_) | Request::Settle | Request::Release)
        | Next::HandOver
        | Next::Close(_)
        | Next::Staff(_)
        | Next::Wait
        | Next::Rest => return None,
    };
    let (Age::Known(age) | Age::Unknown { at_least_ms: age }) = now.since(since);
    (age >= TOLD_AFTER_MS && t.with_staff.is_none()).then_some(reason)
}

fn at_rest(t: &Transaction, _now: &Now) -> Option<Next> {
    if t.closed.is_some() {
        return Some(Next::Rest);
    }
    let reason = t.with_staff.filter(|reason| !reason.goes_on())?;
    match t.card_in_doubt() {
        // Staff wait for another charge: what became of this attempt is found out meanwhile.
        Some(attempt) if reason == StaffReason::LateApproval => Some(Next::AskTerminal(attempt.id.clone())),
        Some(_) | None => Some(Next::Rest),
    }
}

fn refund_open(t: &Transaction, _now: &Now) -> Option<Next> {
    for refund in t.refunds() {
        let Some(charge) = &refund.charge else { continue };
        match &refund.state {
            RefundState::Begun => return Some(Next::StartRefund(charge.clone())),
            RefundState::Started { refund, .. } => {
                return Some(Next::AskRefund(charge.attempt.clone(), refund.clone()));
            }
            // Staff have it asked once more.
            RefundState::Unknown { refund } if t.decided == Some(Action::AskTerminal) => {
                return Some(Next::AskRefund(charge.attempt.clone(), refund.clone()));
            }
            RefundState::Unknown { .. } | RefundState::Declined | RefundState::Done => {}
        }
    }
    t.refund.as_ref().and_then(not_refunded).map(Next::Staff)
}

/// Why only staff can go on with a refund.
const fn not_refunded(refund: &Refund) -> Option<StaffReason> {
    match refund.state {
        RefundState::Unknown { .. } => Some(StaffReason::RefundUnknown),
        RefundState::Declined => Some(StaffReason::RefundDeclined),
        RefundState::Begun | RefundState::Started { .. } | RefundState::Done => None,
    }
}

fn refund_done(t: &Transaction, now: &Now) -> Option<Next> {
    t.refund.as_ref()?;
    if t.in_flight.is_some() {
        return Some(Next::Wait);
    }
    let next = undo(t, now);
    Some(match next {
        Next::Close(_) => match stray(t) {
            Some(reason) => Next::Staff(reason),
            // Whoever makes the order must know before it is forgotten here.
            None if to_be_voided(t) => Next::Wait,
            None => next,
        },
        Next::AskTerminal(_)
        | Next::StartRefund(_)
        | Next::AskRefund(..)
        | Next::Send(_)
        | Next::HandOver
        | Next::Staff(_)
        | Next::Wait
        | Next::Rest => next,
    })
}

/// Is it refunded or made by staff, and the shop still thinks that it is to be made? It is told beside everything else.
pub fn to_be_voided(t: &Transaction) -> bool {
    t.hand_over == HandOver::Voiding || t.is_refunded() && t.hand_over == HandOver::Done
}

/// Why staff must look at money that pays for nothing.
fn stray(t: &Transaction) -> Option<StaffReason> {
    let reason = if t.card_in_doubt().is_some_and(|open| t.stray_charge(&open.id).is_some()) {
        StaffReason::CardOtherAmount
    } else {
        StaffReason::LateApproval
    };
    let refund = t.stray_refund.as_ref().and_then(not_refunded);
    (!t.stray_charges.is_empty()).then(|| refund.unwrap_or(reason))
}

/// After the money, the benefits.
fn undo(t: &Transaction, now: &Now) -> Next {
    if !t.asked_anything() {
        return Next::Close(Closed::Refunded);
    }
    match t.decided {
        Some(Action::CancelAgain) => return Next::Send(Request::Cancel),
        Some(Action::Release) => return Next::Send(Request::Release),
        Some(_) | None => {}
    }
    let never_confirmed = t.settle.as_ref().is_none_or(|settle| settle.posted == 0);
    if never_confirmed {
        return give_back(t, now, Closed::Refunded, Closed::Refunded);
    }
    let in_doubt = t.settle.as_ref().is_none_or(|settle| settle.answer != Some(MessageOutcome::Done));
    match lead(Said::Cancel, t.cancel.as_ref()) {
        Lead::Through => Next::Close(Closed::Refunded),
        Lead::Staff(reason) => {
            let unknown_there = t.cancel.as_ref().and_then(|cancel| cancel.answer.as_ref())
                == Some(&MessageOutcome::TransactionRefused);
            if !in_doubt || !unknown_there {
                return Next::Staff(reason);
            }
            // Perhaps it was never settled: then a release gives the holds back while they live.
            let released = t.release.as_ref().and_then(|release| release.answer.as_ref());
            match (released, t.deadline(now)) {
                (Some(MessageOutcome::Done), _) => Next::Close(Closed::Refunded),
                (None | Some(MessageOutcome::Again { .. }), Deadline::Left(_)) => Next::Send(Request::Release),
                (_, _) => Next::Staff(reason),
            }
        }
        Lead::Repeat | Lead::RepeatThenStaff(_) | Lead::RepeatThenLapse | Lead::WaitThenLapse | Lead::Lapse => {
            Next::Send(Request::Cancel)
        }
    }
}

fn card_in_doubt(t: &Transaction, _now: &Now) -> Option<Next> {
    let asked = || t.card_in_doubt().map(|attempt| Next::AskTerminal(attempt.id.clone()));
    stray(t).map(Next::Staff).or_else(asked)
}

fn unused(t: &Transaction, _now: &Now) -> Option<Next> {
    let unused = !t.is_paid() && !t.asked_anything() && t.in_flight.is_none();
    unused.then_some(Next::Close(Closed::Unused))
}

fn unpaid(t: &Transaction, now: &Now) -> Option<Next> {
    if t.is_paid() {
        return None;
    }
    if t.in_flight.is_some() {
        return Some(Next::Wait);
    }
    Some(give_back(t, now, Closed::Released, Closed::Lapsed))
}

/// A release until it is answered; past the deadline Prbiti has given everything back by itself.
fn give_back(t: &Transaction, now: &Now, released: Closed, lapsed: Closed) -> Next {
    if t.decided == Some(Action::Release) {
        return Next::Send(Request::Release);
    }
    let repeat = match lead(Said::Release, t.release.as_ref()) {
        Lead::Through => return Next::Close(released),
        Lead::Staff(reason) => return Next::Staff(reason),
        Lead::Lapse => return Next::Close(lapsed),
        Lead::WaitThenLapse => Next::Wait,
        Lead::Repeat | Lead::RepeatThenStaff(_) | Lead::RepeatThenLapse => Next::Send(Request::Release),
    };
    match t.deadline(now) {
        Deadline::Passed => Next::Close(lapsed),
        Deadline::NotRunning | Deadline::Left(_) | Deadline::Unknown => repeat,
    }
}

/// How the `confirm` of a paid order came to its end, when it did.
fn settled(t: &Transaction, now: &Now) -> Option<Closed> {
    if !t.asked_anything() {
        return Some(Closed::Settled);
    }
    let passed = t.deadline(now) == Deadline::Passed;
    match lead(said(t), t.settle.as_ref()) {
        Lead::Through => Some(Closed::Settled),
        Lead::Lapse => Some(Closed::Lapsed),
        Lead::WaitThenLapse | Lead::RepeatThenLapse if passed => Some(Closed::Lapsed),
        Lead::WaitThenLapse | Lead::RepeatThenLapse | Lead::RepeatThenStaff(_) | Lead::Repeat | Lead::Staff(_) => None,
    }
}

/// A settle without a single Y gives nobody anything: it is retried like a release.
fn said(t: &Transaction) -> Said {
    if t.holds() { Said::Settle } else { Said::SettleNothing }
}

fn nothing_to_settle(t: &Transaction, now: &Now) -> Option<Next> {
    if t.asked_anything() {
        return None;
    }
    // What is closed admits no end of a session.
    let open = || t.in_flight.is_some().then_some(Next::Wait);
    hand_over(t, now).or_else(open).or_else(|| handed_over(t, now))
}

fn unanswered(t: &Transaction, now: &Now) -> Option<Next> {
    if t.in_flight.is_some() {
        return Some(Next::Wait);
    }
    if settled(t, now).is_some() {
        return None;
    }
    if t.decided == Some(Action::SettleAgain) {
        return Some(Next::Send(Request::Settle));
    }
    match (lead(said(t), t.settle.as_ref()), t.deadline(now)) {
        // Once staff have settled, only they settle.
        (Lead::RepeatThenStaff(reason), _) if t.acted.contains(&Action::SettleAgain) => {
            Some(handed_over_first(t, now, reason))
        }
        (Lead::RepeatThenStaff(reason), Deadline::Passed) => Some(handed_over_first(t, now, reason)),
        (Lead::RepeatThenStaff(_), Deadline::Unknown) => Some(handed_over_first(t, now, StaffReason::DeadlineUnknown)),
        (Lead::WaitThenLapse, _) => Some(Next::Wait),
        (Lead::Staff(_), _) => None,
        (Lead::Through | Lead::Lapse | Lead::Repeat | Lead::RepeatThenLapse | Lead::RepeatThenStaff(_), _) => {
            Some(Next::Send(Request::Settle))
        }
    }
}

fn refused(t: &Transaction, now: &Now) -> Option<Next> {
    match lead(said(t), t.settle.as_ref()) {
        Lead::Staff(reason) => Some(handed_over_first(t, now, reason)),
        Lead::Through
        | Lead::Lapse
        | Lead::Repeat
        | Lead::RepeatThenLapse
        | Lead::RepeatThenStaff(_)
        | Lead::WaitThenLapse => None,
    }
}

/// Staff get a case when nothing goes on beside it any more.
fn handed_over_first(t: &Transaction, now: &Now, reason: StaffReason) -> Next {
    match hand_over(t, now) {
        Some(Next::HandOver) => Next::HandOver,
        Some(_) | None => Next::Staff(reason),
    }
}

fn handed_over(t: &Transaction, now: &Now) -> Option<Next> {
    // Whoever was to make it must know before it is forgotten here.
    settled(t, now).map(|how| if to_be_voided(t) { Next::Wait } else { Next::Close(how) })
}

/// Did Prbiti give back something else than what was settled under it?
pub fn cancel_differs(t: &Transaction, cancelled: &Cancelled) -> bool {
    let Cancelled { point_redeem, point_earn, prepaid, coupon } = cancelled;
    let settled = |service| t.held(service).unwrap_or_default();
    let differs = |service, said: &Option<Won>| said.unwrap_or_default() != settled(service);
    t.settle_is_done()
        && (differs(Service::PointRedeem, point_redeem)
            || differs(Service::PointEarn, point_earn)
            || differs(Service::Prepaid, prepaid)
            || *coupon == settled(Service::Coupon).is_zero())
}
