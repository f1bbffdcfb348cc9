//! Staff at the kiosk: who may do what with a transaction, when, and what that leads to. Decisions of staff are entries
//! like all others ([`crate::entry`]); what follows from them is the recovery table's ([`crate::settlement`]).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    answer::MessageOutcome,
    entry::StaffReason,
    protocol::Request,
    service::Service,
    time::Now,
    transaction::{Deadline, HandOver, Refund, RefundState, Transaction},
    view::{Fate, LegOf, Preview},
};

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything, and does what brings a transaction on.
    Staff,
    /// Also refunds orders, resolves by hand, and decides who may do what.
    Manager,
}

/// Somebody who gave the right PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The name that the journal keeps beside what they do.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What staff can do with a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// 확정 다시 보내기: the journalled `confirm`, the same text, once, also after the 30 minutes.
    SettleAgain,
    /// 혜택 풀기: the `confirm` that is all N, once.
    Release,
    /// 결제기에 다시 묻기: what became of a charge or a refund.
    AskTerminal,
    /// 잘못 나간 돈 돌려주기: a charge that pays for nothing.
    RefundStray,
    /// 카드 환불: the order's money, then what follows.
    Refund,
    /// 판매 그대로: a refund that was declined is given up, and the order stands.
    KeepSale,
    /// 취소 다시 보내기: the journalled `cancel`, once.
    CancelAgain,
    /// 주문 다시 보내기: to whoever makes it, under the same number.
    HandOverAgain,
    /// 직접 만들기: the hand-over is withdrawn, and staff make it.
    Make,
    /// 취소를 말로 전함: whoever makes orders was told by mouth that this one is void.
    VoidTold,
    /// 처리된 것으로: with evidence, and a manager's PIN.
    ResolveByHand,
}

impl Action {
    /// All of them, as the screen lists them.
    pub const ALL: [Action; 11] = [
        Action::SettleAgain,
        Action::Release,
        Action::AskTerminal,
        Action::RefundStray,
        Action::Refund,
        Action::KeepSale,
        Action::CancelAgain,
        Action::HandOverAgain,
        Action::Make,
        Action::VoidTold,
        Action::ResolveByHand,
    ];
}

/// Why an action can't be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WhyNot {
    /// A message of this transaction is on its way to Prbiti, or the terminal is at work for it.
    InFlight,
    /// Only a manager may.
    ManagerOnly,
    /// Nothing was paid.
    NotPaid,
    /// The order is paid.
    Paid,
    /// Nobody knows yet whether the card was charged.
    CardInDoubt,
    /// Nothing is in doubt that the terminal could tell of.
    NothingInDoubt,
    /// No such money was taken.
    NothingTaken,
    /// Nothing was asked of Prbiti.
    NothingAsked,
    /// It is done already.
    Done,
    /// The transaction is at its end, and this wasn't part of it.
    Over,
    /// A refund was begun.
    RefundBegun,
    /// The money isn't given back yet.
    NotRefunded,
    /// Nobody is to be told that the order isn't to be made.
    NotVoid,
    /// Prbiti says that this transaction is settled, released or lapsed: the same again changes nothing.
    PrbitiRefused,
    /// Something else can still be done, which finds out or settles what this only claims.
    SomethingElseFirst,
    /// Its entries can't be read.
    Unreadable,
    /// Nothing can be written down.
    NoJournal,
    /// No number was given that anybody could look up, or one that is somebody's card or telephone.
    NoEvidence,
    /// Prbiti can't be reached now.
    PrbitiAway,
    /// No such PIN, or none is looked at for some minutes.
    WrongPin,
}

/// What staff found out and vouch for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The card was charged as asked, as the VAN's records say.
    CardCharged,
    /// The card wasn't charged, as the VAN's records say.
    CardNotCharged,
    /// Another amount than was asked for was charged, as the VAN's records say.
    CardChargedOther,
    /// The money was given back, as the VAN's records say.
    RefundDone,
    /// The money wasn't given back, as the VAN's records say.
    RefundNotDone,
    /// Prbiti's records say that it is as it should be, or it was put right there: nothing is left to do here.
    SettledElsewhere,
}

impl Finding {
    /// All of them.
    pub const ALL: [Finding; 6] = [
        Finding::CardCharged,
        Finding::CardNotCharged,
        Finding::CardChargedOther,
        Finding::RefundDone,
        Finding::RefundNotDone,
        Finding::SettledElsewhere,
    ];
}

/// Where that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FoundIn {
    /// In the VAN's back office.
    VanRecords,
    /// On the terminal, or a slip of it.
    TerminalSlip,
    /// In Prbiti's back office.
    PrbitiRecords,
    /// Prbiti's or the VAN's staff said so on the telephone.
    Telephone,
}

/// One row of the table of what staff can do.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What.
    pub action: Action,
    /// Who may, at least.
    pub role: Role,
    /// When, in words.
    pub when: &'static str,
    /// What it does, in words.
    pub does: &'static str,
    /// Why it can't be done, when it can't.
    why_not: fn(&Transaction) -> Option<WhyNot>,
}

/// What staff can do, who may, and when. The docs print it.
pub static ACTIONS: [Row; 11] = [
    Row {
        action: Action::SettleAgain,
        role: Role::Staff,
        when: "paid, something was asked of Prbiti, `confirm` not answered 200 and not refused as settled or lapsed",
        does: "posts the journalled `confirm` once, the same text, also after the 30 minutes; from then on only staff settle it",
        why_not: no_settle,
    },
    Row {
        action: Action::Release,
        role: Role::Staff,
        when: "something was asked, and nothing is paid, or the money is given back and `confirm` wasn't sent (or `cancel` found nothing)",
        does: "posts the `confirm` that is all N once",
        why_not: no_release,
    },
    Row {
        action: Action::AskTerminal,
        role: Role::Staff,
        when: "a charge or a refund is in doubt",
        does: "asks the terminal now; what it knows counts",
        why_not: no_asking,
    },
    Row {
        action: Action::RefundStray,
        role: Role::Staff,
        when: "a charge pays for nothing: another amount, or after it was proven that there is none",
        does: "gives that charge back; the order itself is where it was before",
        why_not: no_stray_refund,
    },
    Row {
        action: Action::Refund,
        role: Role::Manager,
        when: "paid, and no refund goes on or is done",
        does: "withdraws or voids the order, gives the card's money back, then `cancel` or release gives the benefits back",
        why_not: no_refund,
    },
    Row {
        action: Action::KeepSale,
        role: Role::Manager,
        when: "a refund of the order was declined",
        does: "gives the refund up: the order is paid as before it; what was withdrawn is for staff to hand over again or make, \
               what was declared void is made by them",
        why_not: no_keeping,
    },
    Row {
        action: Action::CancelAgain,
        role: Role::Staff,
        when: "the money is given back, `confirm` was sent, `cancel` not answered 200 and not refused as unknown",
        does: "posts the `cancel` once, now",
        why_not: no_cancel,
    },
    Row {
        action: Action::HandOverAgain,
        role: Role::Staff,
        when: "paid, not refunded, not taken on",
        does: "hands the order over under its number, however long ago it was paid",
        why_not: no_hand_over,
    },
    Row {
        action: Action::Make,
        role: Role::Staff,
        when: "paid, not refunded, not taken on",
        does: "withdraws the hand-over, and declares it void where it may have arrived: staff make the order, and nobody else will",
        why_not: no_making,
    },
    Row {
        action: Action::VoidTold,
        role: Role::Staff,
        when: "the order is void, and whoever was to make it hasn't acknowledged that",
        does: "counts as acknowledged: staff have told them, and it isn't sent any more",
        why_not: no_telling,
    },
    Row {
        action: Action::ResolveByHand,
        role: Role::Manager,
        when: "no machine can find out, or nothing can be sent any more",
        does: "what a manager found counts as what happened to the card or the refund, and the tables go on from there; \
               or, with nothing left to send, the transaction is closed. It stays marked",
        why_not: no_finding,
    },
];

/// Why `role` can't do `action` with it now; `busy` says that the terminal is at work for it.
pub fn why_not(t: &Transaction, action: Action, role: Role, busy: bool) -> Option<WhyNot> {
    let row = ACTIONS.iter().find(|row| row.action == action)?;
    let impossible = t.with_staff == Some(StaffReason::JournalImpossible);
    if t.damaged || impossible && action != Action::ResolveByHand {
        // Nothing is written behind damage, and nothing goes on behind what can't be.
        return Some(WhyNot::Unreadable);
    }
    let why_not = (row.why_not)(t);
    let rank = (role < row.role).then_some(WhyNot::ManagerOnly);
    // What is on its way decides first what these would.
    let (waits_for_prbiti, waits_for_terminal) = match action {
        Action::SettleAgain | Action::Release | Action::CancelAgain => (true, false),
        Action::KeepSale => (false, true),
        Action::RefundStray | Action::Refund | Action::ResolveByHand => (true, true),
        Action::AskTerminal => (false, true),
        Action::HandOverAgain | Action::Make | Action::VoidTold => (false, false),
    };
    let flight = (waits_for_terminal && busy || waits_for_prbiti && t.in_flight.is_some()).then_some(WhyNot::InFlight);
    why_not.or(flight).or(rank)
}

fn unpaid(t: &Transaction) -> Option<WhyNot> {
    let why_not = if t.card_in_doubt().is_some() { WhyNot::CardInDoubt } else { WhyNot::NotPaid };
    (!t.is_paid()).then_some(why_not)
}

/// Did Prbiti answer this message that it knows no such transaction any more?
fn is_refused(t: &Transaction, request: Request) -> bool {
    let answer = t.message(request).and_then(|message| message.answer.as_ref());
    answer == Some(&MessageOutcome::TransactionRefused)
}

fn was_posted(t: &Transaction, request: Request) -> bool {
    t.message(request).is_some_and(|message| message.posted > 0)
}

/// The first of these that is true.
fn first(reasons: &[(bool, WhyNot)]) -> Option<WhyNot> {
    reasons.iter().find(|(is, _)| *is).map(|(_, why_not)| *why_not)
}

fn no_settle(t: &Transaction) -> Option<WhyNot> {
    unpaid(t).or_else(|| {
        first(&[
            (t.refund.is_some(), WhyNot::RefundBegun),
            (!t.asked_anything(), WhyNot::NothingAsked),
            (t.settle_is_done(), WhyNot::Done),
            (t.closed.is_some(), WhyNot::Over),
            (is_refused(t, Request::Settle), WhyNot::PrbitiRefused),
            (t.decided == Some(Action::SettleAgain), WhyNot::InFlight),
        ])
    })
}

fn no_release(t: &Transaction) -> Option<WhyNot> {
    let cancels = was_posted(t, Request::Settle) && !is_refused(t, Request::Cancel);
    first(&[
        (!t.asked_anything(), WhyNot::NothingAsked),
        (t.is_answered(Request::Release), WhyNot::Done),
        (t.closed.is_some(), WhyNot::Over),
        (t.card_in_doubt().is_some(), WhyNot::CardInDoubt),
        (t.is_paid() && !t.is_refunded(), WhyNot::Paid),
        (t.is_refunded() && cancels, WhyNot::SomethingElseFirst),
        (is_refused(t, Request::Release), WhyNot::PrbitiRefused),
        (t.decided == Some(Action::Release), WhyNot::InFlight),
    ])
}

fn no_asking(t: &Transaction) -> Option<WhyNot> {
    let refund = t.refunds().any(|refund| refund.state.in_doubt().is_some());
    let card = t.card_in_doubt().is_some_and(|open| t.stray_charge(&open.id).is_none());
    first(&[(!card && !refund, WhyNot::NothingInDoubt), (t.decided == Some(Action::AskTerminal), WhyNot::InFlight)])
}

/// Why no refund can be begun beside this one.
const fn refund_stands(refund: Option<&Refund>) -> Option<WhyNot> {
    match refund {
        Some(refund) => match refund.state {
            RefundState::Begun | RefundState::Started { .. } => Some(WhyNot::InFlight),
            RefundState::Unknown { .. } => Some(WhyNot::RefundBegun),
            RefundState::Done => Some(WhyNot::Done),
            RefundState::Declined => None,
        },
        None => None,
    }
}

/// Money is on its way back for it.
fn refunds(t: &Transaction) -> Option<WhyNot> {
    let under_way = |refund: &Refund| matches!(refund.state, RefundState::Begun | RefundState::Started { .. });
    t.refunds().any(under_way).then_some(WhyNot::InFlight)
}

fn no_stray_refund(t: &Transaction) -> Option<WhyNot> {
    let nothing = t.stray_charges.is_empty().then_some(WhyNot::NothingTaken);
    nothing.or_else(|| refunds(t)).or_else(|| refund_stands(t.stray_refund.as_ref()))
}

fn no_refund(t: &Transaction) -> Option<WhyNot> {
    unpaid(t).or_else(|| refunds(t)).or_else(|| refund_stands(t.refund.as_ref()))
}

fn no_keeping(t: &Transaction) -> Option<WhyNot> {
    match t.refund.as_ref().map(|refund| &refund.state) {
        None => Some(WhyNot::NotRefunded),
        Some(RefundState::Done | RefundState::Begun | RefundState::Started { .. } | RefundState::Unknown { .. }) => {
            Some(WhyNot::RefundBegun)
        }
        Some(RefundState::Declined) => refunds(t),
    }
}

fn no_cancel(t: &Transaction) -> Option<WhyNot> {
    first(&[
        (!t.is_refunded(), WhyNot::NotRefunded),
        (!was_posted(t, Request::Settle), WhyNot::NothingAsked),
        (t.is_answered(Request::Cancel), WhyNot::Done),
        (t.closed.is_some(), WhyNot::Over),
        (is_refused(t, Request::Cancel), WhyNot::PrbitiRefused),
        (t.decided == Some(Action::CancelAgain), WhyNot::InFlight),
    ])
}

fn no_hand_over(t: &Transaction) -> Option<WhyNot> {
    let free = t.approval().is_none() && t.asked_anything() && !t.settle_is_done();
    no_making(t).or_else(|| {
        let under_way = t.hand_over == HandOver::Started && t.with_staff.is_none();
        first(&[(free, WhyNot::SomethingElseFirst), (under_way, WhyNot::InFlight)])
    })
}

fn no_making(t: &Transaction) -> Option<WhyNot> {
    let over = match t.hand_over {
        HandOver::NotDue | HandOver::Started | HandOver::Failed => false,
        HandOver::Done | HandOver::Withdrawn | HandOver::Voiding | HandOver::Voided => true,
    };
    unpaid(t).or_else(|| {
        first(&[(t.refund.is_some(), WhyNot::RefundBegun), (over, WhyNot::Done), (t.closed.is_some(), WhyNot::Over)])
    })
}

fn no_telling(t: &Transaction) -> Option<WhyNot> {
    match t.hand_over {
        HandOver::Voiding => None,
        HandOver::Voided => Some(WhyNot::Done),
        HandOver::NotDue | HandOver::Started | HandOver::Failed | HandOver::Done | HandOver::Withdrawn => {
            Some(WhyNot::NotVoid)
        }
    }
}

fn no_finding(t: &Transaction) -> Option<WhyNot> {
    let why_not = if t.closed.is_some() { WhyNot::Over } else { WhyNot::SomethingElseFirst };
    findings(t).is_empty().then_some(why_not)
}

/// What a manager may vouch for, the likeliest first. Closing is for when nothing can be sent any more, or was sent once
/// more in vain.
pub fn findings(t: &Transaction) -> Vec<Finding> {
    if t.closed.is_some() || t.damaged {
        return Vec::new();
    }
    if t.with_staff == Some(StaffReason::JournalImpossible) {
        return vec![Finding::SettledElsewhere];
    }
    if t.in_flight.is_some() {
        return Vec::new();
    }
    if t.card_in_doubt().is_some_and(|open| t.stray_charge(&open.id).is_none()) {
        // As long as the terminal can still tell, nobody vouches for what it may yet do.
        let gave_up = matches!(t.with_staff, Some(StaffReason::CardUnknown | StaffReason::TerminalSilent));
        if !gave_up {
            return Vec::new();
        }
        return vec![Finding::CardNotCharged, Finding::CardCharged, Finding::CardChargedOther];
    }
    for refund in t.refunds() {
        match refund.state {
            RefundState::Unknown { .. } => return vec![Finding::RefundDone, Finding::RefundNotDone],
            RefundState::Declined => return vec![Finding::RefundDone],
            RefundState::Begun | RefundState::Started { .. } => return Vec::new(),
            RefundState::Done => {}
        }
    }
    let in_vain = |action, impossible: fn(&Transaction) -> Option<WhyNot>| {
        impossible(t).is_some() || t.acted.contains(&action) && t.decided.is_none()
    };
    let nothing_left = match t.with_staff {
        Some(
            StaffReason::SettleUnanswered
            | StaffReason::SettleRefused
            | StaffReason::SettleRejected
            | StaffReason::DeadlineUnknown,
        ) => in_vain(Action::SettleAgain, no_settle) && no_making(t).is_some(),
        Some(StaffReason::CancelRefused | StaffReason::CancelUnanswered) => in_vain(Action::CancelAgain, no_cancel),
        Some(
            StaffReason::CardUnknown
            | StaffReason::CardOtherAmount
            | StaffReason::TerminalSilent
            | StaffReason::LateApproval
            | StaffReason::HandOverLate
            | StaffReason::HandOverFailed
            | StaffReason::RefundDeclined
            | StaffReason::RefundUnknown
            | StaffReason::JournalImpossible,
        )
        | None => false,
    };
    if nothing_left && t.stray_charges.is_empty() { vec![Finding::SettledElsewhere] } else { Vec::new() }
}

/// What the tables suggest to do with what waits for staff: the first of these that can be done.
pub fn suggested(t: &Transaction) -> Option<Action> {
    let reason = t.with_staff.filter(|_| t.closed.is_none())?;
    let order: &[Action] = match reason {
        StaffReason::JournalImpossible => &[Action::ResolveByHand],
        // Money that pays for nothing comes first, whatever else there is.
        _ if !t.stray_charges.is_empty() => &[Action::RefundStray, Action::ResolveByHand],
        StaffReason::SettleUnanswered | StaffReason::SettleRejected | StaffReason::DeadlineUnknown
            if !t.acted.contains(&Action::SettleAgain) =>
        {
            &[Action::SettleAgain]
        }
        StaffReason::SettleUnanswered
        | StaffReason::SettleRejected
        | StaffReason::DeadlineUnknown
        | StaffReason::SettleRefused
        | StaffReason::RefundUnknown => &[Action::ResolveByHand, Action::Make],
        StaffReason::CardUnknown => &[Action::ResolveByHand],
        StaffReason::TerminalSilent => &[Action::AskTerminal],
        StaffReason::CardOtherAmount | StaffReason::LateApproval => &[Action::RefundStray],
        StaffReason::HandOverLate => &[Action::Make],
        StaffReason::HandOverFailed => &[Action::HandOverAgain],
        StaffReason::RefundDeclined => &[Action::Refund],
        StaffReason::CancelRefused if t.acted.contains(&Action::CancelAgain) => &[Action::ResolveByHand],
        StaffReason::CancelRefused | StaffReason::CancelUnanswered => &[Action::CancelAgain, Action::ResolveByHand],
    };
    order.iter().copied().find(|action| why_not(t, *action, Role::Manager, false).is_none())
}

/// Would it be sent after Prbiti may have given the holds back by itself?
pub fn is_late(t: &Transaction, action: Action, now: &Now) -> bool {
    let binds = matches!(action, Action::SettleAgain | Action::Release);
    binds && matches!(t.deadline(now), Deadline::Passed | Deadline::Unknown)
}

/// What it would do to each tender that there is.
pub fn preview(t: &Transaction, action: Action) -> Vec<Preview> {
    let held = |service| t.held(service);
    let benefit = match action {
        Action::SettleAgain => Fate::Settled,
        Action::Release | Action::CancelAgain | Action::Refund => Fate::GivenBack,
        Action::AskTerminal
        | Action::RefundStray
        | Action::KeepSale
        | Action::HandOverAgain
        | Action::Make
        | Action::VoidTold => Fate::Stays,
        Action::ResolveByHand => Fate::AsFound,
    };
    let benefits = [
        (LegOf::Coupon, held(Service::Coupon)),
        (LegOf::Points, held(Service::PointRedeem)),
        (LegOf::GiftCard, held(Service::Prepaid)),
        (LegOf::Earn, held(Service::PointEarn)),
    ];
    let mut previews: Vec<Preview> = benefits
        .into_iter()
        .filter_map(|(of, amount)| {
            // What was earned goes the other way.
            let back = of == LegOf::Earn && benefit == Fate::GivenBack;
            Some(Preview { of, amount: amount?, fate: if back { Fate::TakenBack } else { benefit } })
        })
        .collect();
    let own = t.charged().map(|approval| approval.amount);
    let doubt = t.card_in_doubt().map(|open| open.amount);
    let stray = t.stray_charges.first().map(|charge| charge.approval.amount);
    let card = match action {
        Action::SettleAgain
        | Action::Release
        | Action::KeepSale
        | Action::CancelAgain
        | Action::HandOverAgain
        | Action::Make
        | Action::VoidTold => own.map(|amount| (amount, Fate::Stays)),
        Action::AskTerminal => doubt.or(own).map(|amount| (amount, Fate::Asked)),
        Action::RefundStray => stray.map(|amount| (amount, Fate::GivenBack)),
        Action::Refund => own.map(|amount| (amount, Fate::GivenBack)),
        Action::ResolveByHand => doubt.or(own).map(|amount| (amount, Fate::AsFound)),
    };
    previews.extend(card.map(|(amount, fate)| Preview { of: LegOf::Card, amount, fate }));
    previews
}
