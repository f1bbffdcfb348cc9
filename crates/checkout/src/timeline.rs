//! A transaction in plain words, for people who look into a journal: what each entry says, and what follows from them
//! now. English: support's and engineers' language. What staff read is in [`crate::view`].

use crate::{
    answer::{Cancelled, Declined, Evidence, MessageOutcome, ServiceOutcome, WhyUnknown},
    card::Approval,
    entry::{Closed, Entry, NotPosted, StaffReason},
    money::Won,
    order::{Line, Order, total},
    protocol::{Payload, Request},
    service::Service,
    settlement::{self, Mark, Next},
    staff::{Action, Finding, FoundIn},
    time::Now,
    transaction::{Deadline, ServiceState, Transaction},
    view::{Receipt, Way},
};

/// One entry in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What happened, in one line.
    pub what: String,
    /// What belongs to it, a line each: texts as they were sent, answers as far as they are kept.
    pub details: Vec<String>,
}

/// What an entry says, after those that led to `before`.
pub fn tell(before: Option<&Transaction>, entry: &Entry) -> Told {
    let (what, details) = match entry {
        Entry::Began { order } => began(order),
        Entry::Opened { request, limit, payload } => opened(before, *request, *limit, payload),
        Entry::NotPosted { why } => {
            (format!("the session of {} ended and nothing was posted: {}", open(before), not_posted(*why)), vec![])
        }
        Entry::Asked => (asked(before), vec![]),
        Entry::Answered { evidence: kept, outcome } => {
            (format!("Prbiti answered {}: {}", open(before), service_outcome(outcome)), evidence(kept))
        }
        Entry::MessageAnswered { evidence: kept, outcome, cancelled } => {
            let what = format!("Prbiti answered {}: {}", open(before), message_outcome(outcome));
            (what, evidence(kept).into_iter().chain(cancelled.as_ref().map(gave_back)).collect())
        }
        Entry::Unanswered { why } => {
            (format!("{} ended without an answer: {}", open(before), why_unknown(why)), vec![])
        }
        Entry::Prepared { request, payload } => (
            format!("the text of {} was fixed once and for all; nothing was posted yet", request.name()),
            sent(payload),
        ),
        Entry::PaymentStarted { attempt, amount, tax_free, tax, months, store, receipt } => (
            format!("the terminal is about to be asked to charge {}", amount.grouped()),
            vec![
                format!("attempt {attempt}, {}, receipt: {}", instalments(*months), receipt_words(*receipt)),
                format!("tax free {}, VAT {}", tax_free.grouped(), tax.grouped()),
                format!("the agent's memory: {store}"),
            ],
        ),
        Entry::PaymentApproved { attempt, approval } => {
            (format!("the card was charged {}", approval.amount.grouped()), charge(attempt.as_str(), approval))
        }
        Entry::PaymentDeclined { attempt, code, message } => {
            ("nothing was charged: refused".to_owned(), vec![format!("attempt {attempt}, code {code}, '{message}'")])
        }
        Entry::PaymentCancelled { attempt } => {
            ("nothing was charged: stopped, or never begun".to_owned(), vec![format!("attempt {attempt}")])
        }
        Entry::PaymentUnknown { attempt, why, charged } => {
            let charged = charged.iter().flat_map(|approval| charge(attempt.as_str(), approval));
            let details = std::iter::once(format!("attempt {attempt}: {why}")).chain(charged).collect();
            ("nobody knows whether the card was charged as asked".to_owned(), details)
        }
        Entry::LateApproval { attempt, approval } => (
            format!("{} turned out to be charged by an attempt that was proven otherwise", approval.amount.grouped()),
            charge(attempt.as_str(), approval),
        ),
        Entry::OrderFinished { receipt } => (
            "nothing was left to pay, and the customer finished the order".to_owned(),
            vec![format!("receipt: {}", receipt_words(*receipt))],
        ),
        Entry::HandOverStarted { business_day, number, order_number } => (
            format!("the order is about to be handed over as {order_number}"),
            vec![format!("number {number} of business day {business_day}")],
        ),
        Entry::HandedOver => ("the order was taken on".to_owned(), vec![]),
        Entry::HandOverFailed { why } => ("the order couldn't be handed over".to_owned(), vec![why.clone()]),
        Entry::HandOverWithdrawn => ("the hand-over was withdrawn before it was taken on".to_owned(), vec![]),
        Entry::MadeByStaff => ("staff make the order themselves".to_owned(), vec![]),
        Entry::HandOverVoidStarted => ("the shop is about to be told that the order is void".to_owned(), vec![]),
        Entry::HandOverVoided => ("the shop knows that the order is void".to_owned(), vec![]),
        Entry::RefundBegun { attempt } => {
            let whose = attempt.as_ref().map(|attempt| format!("the charge of attempt {attempt}"));
            (
                "a refund was begun; what was tried to confirm ends here".to_owned(),
                vec![whose.unwrap_or_else(|| "nothing was charged, so nothing is to be given back".to_owned())],
            )
        }
        Entry::RefundStarted { refund, store } => (
            "the terminal is about to be asked to give the money back".to_owned(),
            vec![format!("refund {refund}, the agent's memory: {store}")],
        ),
        Entry::RefundDone { refund, approval } => {
            let refund = format!("refund {refund}");
            let facts = match approval {
                Some(given) => approved(&refund, given),
                None => vec![refund],
            };
            ("the money was given back".to_owned(), facts)
        }
        Entry::RefundDeclined { refund, code } => {
            ("the money wasn't given back: refused".to_owned(), vec![format!("refund {refund}, code {code}")])
        }
        Entry::RefundUnknown { refund, why } => {
            ("nobody knows whether the money was given back".to_owned(), vec![format!("refund {refund}: {why}")])
        }
        Entry::StaffActed { by, action } => {
            (format!("{} of the staff decided: {}", by.name, action_words(*action)), vec![])
        }
        Entry::ResolvedByHand { by, finding, found_in, number, amount, words } => (
            format!("{} vouched for it: {}", by.name, finding_words(*finding)),
            vec![
                format!(
                    "{}, number {number}{}",
                    found_in_words(*found_in),
                    amount.map(|a| format!(", {}", a.grouped())).unwrap_or_default()
                ),
                format!("'{words}'"),
            ],
        ),
        Entry::Left => ("the customer is done with it: walked away, stopped or began again".to_owned(), vec![]),
        Entry::WithStaff { reason } => (format!("only staff can go on: {}", staff_reason(*reason)), vec![]),
        Entry::Closed { how } => (format!("closed: {}", closed(*how)), vec![]),
    };
    Told { what, details }
}

/// What the entries come to now: what is said of each service, the row of the recovery table that fits, and what the
/// kiosk would do next.
pub fn outlook(t: &Transaction, now: &Now) -> Vec<String> {
    let (row, next) = settlement::row(t, now);
    let marks = Service::ALL.map(|service| {
        let mark = match settlement::mark(t, service) {
            Mark::Y => "Y",
            Mark::N => "N",
            Mark::Wait => "wait",
        };
        format!("  {:<13}{mark:<6}{}", service.support_mode(), service_state(t.services.get(service)))
    });
    let mut lines = vec!["the settlement table says of each service:".to_owned()];
    lines.extend(marks);
    // What is closed has no deadline any more.
    lines.extend(t.closed.is_none().then(|| deadline(t, now)));
    lines.push(format!("recovery table, row {}: {}", row.number, row.proves));
    lines.push(format!("  then: {}", row.then));
    lines.push(format!("the kiosk would next: {}", next_words(&next)));
    let waits = t.with_staff.filter(|_| t.closed.is_none());
    lines.extend(waits.map(|reason| format!("for staff to do: {}", staff_todo(reason))));
    // Beside rows 7 to 9, where it isn't what the row says anyway.
    if let Some(beside) = settlement::hand_over(t, now).filter(|beside| *beside != next) {
        lines.push(format!("  and beside that: {}", next_words(&beside)));
    }
    lines
}

const fn action_words(action: Action) -> &'static str {
    match action {
        Action::SettleAgain => "settle again",
        Action::Release => "release what is held",
        Action::AskTerminal => "ask the terminal again",
        Action::RefundStray => "give back a charge that pays for nothing",
        Action::Refund => "refund the order",
        Action::KeepSale => "give the refund up, the order stands",
        Action::CancelAgain => "cancel again",
        Action::HandOverAgain => "hand the order over again",
        Action::Make => "make the order themselves",
        Action::VoidTold => "the shop was told by mouth that the order is void",
        Action::ResolveByHand => "resolve by hand",
    }
}

const fn finding_words(finding: Finding) -> &'static str {
    match finding {
        Finding::CardCharged => "the card was charged as asked",
        Finding::CardNotCharged => "the card wasn't charged",
        Finding::CardChargedOther => "another amount than was asked for was charged",
        Finding::RefundDone => "the money was given back",
        Finding::RefundNotDone => "the money wasn't given back",
        Finding::SettledElsewhere => "nothing is left to do here",
    }
}

const fn found_in_words(found_in: FoundIn) -> &'static str {
    match found_in {
        FoundIn::VanRecords => "found in the VAN's records",
        FoundIn::TerminalSlip => "found on the terminal or its slip",
        FoundIn::PrbitiRecords => "found in Prbiti's records",
        FoundIn::Telephone => "said on the telephone",
    }
}

fn deadline(t: &Transaction, now: &Now) -> String {
    match t.deadline(now) {
        Deadline::NotRunning => "deadline: none, nothing was asked of Prbiti".to_owned(),
        Deadline::Left(ms) => format!("deadline: the holds end in {} s", ms / 1_000),
        Deadline::Passed => "deadline: the holds' 30 minutes are over".to_owned(),
        Deadline::Unknown => {
            "deadline: the clock went back over a restart, so nobody can tell whether the holds still live".to_owned()
        }
    }
}

fn began(order: &Order) -> (String, Vec<String>) {
    let way = match order.way {
        Way::ForHere => "eaten here",
        Way::ToGo => "taken away",
    };
    let what = format!("the order was fixed: {}, {way}", total(&order.lines).grouped());
    (what, std::iter::once(format!("order {}", order.id)).chain(order.lines.iter().map(line)).collect())
}

fn line(line: &Line) -> String {
    let options: Vec<String> =
        line.options.iter().map(|option| format!("{} × {}", option.names.ko, option.per_piece)).collect();
    let with = if options.is_empty() { String::new() } else { format!(" ({})", options.join(", ")) };
    format!("{} × {}{with}: {}", line.names.ko, line.pieces, line.total().grouped())
}

fn opened(
    before: Option<&Transaction>,
    request: Request,
    limit: Option<Won>,
    payload: &Payload,
) -> (String, Vec<String>) {
    let most = limit.map_or(String::new(), |limit| format!(", at most {}", limit.grouped()));
    let what = format!("a session of {}{most} is about to be shown; nothing was posted yet", request.name());
    let prepared = before.and_then(|t| t.message(request)).is_some_and(|message| message.payload == *payload);
    let text = if prepared { vec!["the text that was fixed before".to_owned()] } else { sent(payload) };
    (what, text)
}

fn asked(before: Option<&Transaction>) -> String {
    let posted = before
        .and_then(|t| t.message(t.in_flight.as_ref()?.request))
        .filter(|message| message.posted > 0)
        .map(|message| format!(", for the {}. time: a repeat", message.posted + 1));
    format!("the text of {} was handed over{}", open(before), posted.unwrap_or_default())
}

/// What the open session is for.
fn open(before: Option<&Transaction>) -> &'static str {
    before.and_then(|t| t.in_flight.as_ref()).map_or("a session", |flight| flight.request.name())
}

fn sent(payload: &Payload) -> Vec<String> {
    vec![format!("text, without auth: {}", payload.as_str())]
}

fn evidence(kept: &Evidence) -> Vec<String> {
    let Evidence { status, result, timestamp, code, message } = kept;
    let answer = format!("status {status}, code {}, result '{result}', timestamp '{timestamp}'", code.as_str());
    let known = code.known().map(|known| format!("the guide says: {} / {}", known.developer, known.merchant));
    let said = (!message.is_empty()).then(|| format!("message '{message}'"));
    std::iter::once(answer).chain(said).chain(known).collect()
}

fn gave_back(cancelled: &Cancelled) -> String {
    let Cancelled { point_redeem, point_earn, prepaid, coupon } = cancelled;
    let amount = |amount: &Option<Won>| amount.map_or("not said".to_owned(), Won::grouped);
    format!(
        "Prbiti says that it gave back: points {}, earned points {}, gift card {}, coupon {}",
        amount(point_redeem),
        amount(point_earn),
        amount(prepaid),
        if *coupon { "yes" } else { "no" }
    )
}

fn charge(attempt: &str, approval: &Approval) -> Vec<String> {
    approved(&format!("attempt {attempt}"), approval)
}

/// What the issuer approved, of what.
fn approved(what: &str, approval: &Approval) -> Vec<String> {
    let Approval {
        amount,
        approval_number,
        approved_at,
        method,
        issuer,
        acquirer,
        masked_card,
        merchant_id,
        instalment_months,
    } = approval;
    vec![
        format!("{what}: {}, approval number {approval_number}, at {approved_at}", amount.grouped()),
        format!(
            "{method} {} of '{issuer}', acquirer '{acquirer}', merchant '{merchant_id}', {}",
            masked_card.as_str(),
            instalments(*instalment_months)
        ),
    ]
}

fn instalments(months: u32) -> String {
    if months == 0 { "in full".to_owned() } else { format!("in {months} months") }
}

const fn receipt_words(receipt: Receipt) -> &'static str {
    match receipt {
        Receipt::Paper => "on paper",
        Receipt::Phone => "on the phone",
        Receipt::None => "none",
    }
}

const fn not_posted(why: NotPosted) -> &'static str {
    match why {
        NotPosted::NotLoaded => "the module's page didn't load in time",
        NotPosted::LeftByCustomer => "the customer left before it had loaded",
        NotPosted::PageGone => "the kiosk's page was loaded anew",
        NotPosted::Restarted => "the kiosk was started anew",
    }
}

fn service_outcome(outcome: &ServiceOutcome) -> String {
    match outcome {
        ServiceOutcome::Held { amount } => format!("it holds {}", amount.grouped()),
        ServiceOutcome::Declined { why } => format!("nothing is held: {}", declined(why)),
        ServiceOutcome::Unknown { why } => format!("something may be held: {}", why_unknown(why)),
    }
}

fn service_state(state: &ServiceState) -> String {
    match state {
        ServiceState::NotAsked => "not asked".to_owned(),
        ServiceState::Opened => "its session is loading; nothing was posted".to_owned(),
        ServiceState::Asked => "asked, no answer yet".to_owned(),
        ServiceState::Held(amount) => format!("held: {}", amount.grouped()),
        ServiceState::Declined(why) => format!("nothing held: {}", declined(why)),
        ServiceState::Unknown(why) => format!("unknown, so never used: {}", why_unknown(why)),
    }
}

fn declined(why: &Declined) -> String {
    match why {
        Declined::ByCustomer => "the customer said no, or let the time run out".to_owned(),
        Declined::Nothing => "a success that uses nothing".to_owned(),
        Declined::CouponFor { items } => format!("a coupon for items that weren't bought ({})", items.join(", ")),
        Declined::NotNow { code } => format!("it doesn't work just now ({})", code.as_str()),
        Declined::NotOffered { code } => format!("this terminal doesn't have it ({})", code.as_str()),
        Declined::OurFault { code } => format!("Prbiti didn't accept what was sent ({})", code.as_str()),
        Declined::Credentials { code } => format!("key, terminal or tenant refused ({})", code.as_str()),
    }
}

fn why_unknown(why: &WhyUnknown) -> String {
    match why {
        WhyUnknown::MayHaveHappened { code } => format!("an error after which it may be done ({})", code.as_str()),
        WhyUnknown::Violation { what } => format!("the answer doesn't fit what was asked ({what})"),
        WhyUnknown::Watchdog => "no answer in time".to_owned(),
        WhyUnknown::LeftByCustomer => "the customer left while it waited".to_owned(),
        WhyUnknown::PageGone => "the kiosk's page was loaded anew while it waited".to_owned(),
        WhyUnknown::Restarted => "the kiosk was started anew while it waited".to_owned(),
    }
}

fn message_outcome(outcome: &MessageOutcome) -> String {
    match outcome {
        MessageOutcome::Done => "done".to_owned(),
        MessageOutcome::Again { code, misfit } => {
            let misfit = misfit.as_ref().map_or(String::new(), |misfit| format!("; it doesn't fit: {misfit}"));
            format!("it may not be done ({}{misfit}), so the same text again", code.as_str())
        }
        MessageOutcome::TransactionRefused => {
            "that transactionID is settled, released, lapsed or unknown (100010003)".to_owned()
        }
        MessageOutcome::Refused { code } => format!("it will never be accepted like this ({})", code.as_str()),
    }
}

const fn closed(how: Closed) -> &'static str {
    match how {
        Closed::Settled => "paid, settled where anything was asked, and handed over or made by staff",
        Closed::Unused => "nothing was ever asked or paid",
        Closed::Released => "what was held is given back",
        Closed::Lapsed => "what may have been held ended by itself after 30 minutes; what was paid stays paid",
        Closed::ByHand => "nothing could be sent any more, and a manager vouches for it",
        Closed::Refunded => "the money is given back",
    }
}

const fn staff_reason(reason: StaffReason) -> &'static str {
    match reason {
        StaffReason::SettleUnanswered => "paid, and Prbiti didn't confirm within 30 minutes",
        StaffReason::SettleRefused => "paid, and Prbiti says that this transactionID is settled or has lapsed",
        StaffReason::SettleRejected => "paid, and Prbiti doesn't accept the confirm as it is",
        StaffReason::DeadlineUnknown => "paid, and nobody can tell whether the holds still live",
        StaffReason::CardUnknown => "the agent remembers nothing of it, so nobody knows whether the card was charged",
        StaffReason::CardOtherAmount => "the card was charged another amount than was asked for",
        StaffReason::TerminalSilent => "the agent hasn't said for ten minutes whether money was taken or given back",
        StaffReason::LateApproval => "a card was charged after the terminal had said that it wasn't: give it back",
        StaffReason::HandOverLate => "paid, and not handed over in ten minutes",
        StaffReason::HandOverFailed => "paid, and the order wasn't taken on",
        StaffReason::RefundDeclined => "the terminal refused the refund",
        StaffReason::RefundUnknown => "nobody knows whether the money was given back",
        StaffReason::CancelRefused => "the money is given back, and Prbiti doesn't take the benefits back",
        StaffReason::CancelUnanswered => {
            "the money is given back, and Prbiti hasn't answered the cancel for ten minutes"
        }
        StaffReason::JournalImpossible => "its entries are damaged, contradict each other or are of a newer program",
    }
}

/// What staff do about it.
const fn staff_todo(reason: StaffReason) -> &'static str {
    match reason {
        StaffReason::SettleUnanswered | StaffReason::SettleRefused => {
            "see at Prbiti whether it is settled; if not, ask them to settle it as the text of the confirm says"
        }
        StaffReason::SettleRejected => "ask Prbiti to settle it; tell them the field, and correct the configuration",
        StaffReason::DeadlineUnknown => {
            "set the machine's clock; see at Prbiti whether it is settled, if not ask them to"
        }
        StaffReason::CardUnknown => {
            "look for the amount and time in the terminal's own records: what was charged is cancelled there"
        }
        StaffReason::CardOtherAmount => "cancel that charge on the terminal; the order wasn't made",
        StaffReason::TerminalSilent => "start the agent and the terminal; the kiosk asks on and goes on by itself",
        StaffReason::LateApproval => "cancel that charge on the terminal; nothing was made for it",
        StaffReason::HandOverLate | StaffReason::HandOverFailed => "make the order, or give the money back",
        StaffReason::RefundDeclined => "cancel it on the terminal itself; if that fails, ask the card's issuer",
        StaffReason::RefundUnknown => {
            "see in the terminal's own records whether it was cancelled; if not, cancel it there"
        }
        StaffReason::CancelRefused => "ask Prbiti to take back what was settled under this transactionID",
        StaffReason::CancelUnanswered => "look at the network; the cancel is repeated until it is answered",
        StaffReason::JournalImpossible => "settle it by hand from the terminal's and Prbiti's own records",
    }
}

fn next_words(next: &Next) -> String {
    match next {
        Next::AskTerminal(attempt) => format!("ask the terminal what became of attempt {attempt}"),
        Next::StartRefund(charge) => {
            let amount = charge.approval.amount.grouped();
            format!("ask the terminal to give back the {amount} of attempt {}", charge.attempt)
        }
        Next::AskRefund(attempt, refund) => {
            format!("ask the terminal what became of refund {refund} of attempt {attempt}")
        }
        Next::Send(request) => format!("post {} in a session of its own", request.name()),
        Next::HandOver => "hand the order over".to_owned(),
        Next::Close(how) => format!("close it: {}", closed(*how)),
        Next::Staff(reason) => format!("leave it to staff: {}", staff_reason(*reason)),
        Next::Wait => "wait: something is under way, or only time can tell".to_owned(),
        Next::Rest => "do nothing: it is at rest".to_owned(),
    }
}
