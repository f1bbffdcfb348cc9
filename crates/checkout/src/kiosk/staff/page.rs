//! How a page of staff's is shown, of what the desk and the transactions are.

use super::{Desk, LOCK_MS, One, Page};
use crate::{
    answer::MessageOutcome,
    deed::Printout,
    kiosk::{Kiosk, Tracked, paper::Print},
    order::Line,
    service::Service,
    settlement::{self, Next},
    staff::{self, Action},
    time::Now,
    transaction::{CardState, HOLD_LIFE_MS, HandOver, RefundState, ServiceState, Transaction},
    view::{
        ActionView, ApprovalLine, CaseState, Doing, Goods, Leg, LegOf, LegState, PaidOrder, Screen, StaffCase,
        StaffPage, StaffTab, StaffTransaction,
    },
};

impl Desk {
    /// What the screen shows of it.
    pub(in crate::kiosk) fn screen(&self, k: &Kiosk, now: &Now) -> Screen {
        let left_ms = (k.customer.last_input_ms + LOCK_MS - now.boot_ms).max(0);
        let locks_in_min = u32::try_from(left_ms.div_euclid(60_000) + 1).unwrap_or(1).min(5);
        let page = match &self.page {
            Page::Looking(look) => StaffPage::Looking { tab: look.tab() },
            Page::Attention(unreadable) => attention(k, now, unreadable),
            Page::Orders(orders) => StaffPage::Orders { orders: orders.clone() },
            Page::All { search, rows, more } => {
                let today = k.business_day(now);
                StaffPage::All { search: search.clone(), rows: rows.clone(), more: *more, today }
            }
            Page::One(one) => StaffPage::Transaction { about: Box::new(self.about(k, one, now)) },
            Page::Day(found) => self.day_page(k, found),
            Page::Shop => StaffPage::Shop { paused: k.rules.paused, volume: k.rules.volume },
            Page::Menu(outcome) => StaffPage::Menu { wares: k.wares(), outcome: outcome.clone() },
            Page::Health(health) => self.health_page(k, health),
            Page::Deeds { deeds, page, more } => {
                let deeds = deeds.iter().map(|(number, deed)| k.deed_line(*number, deed)).collect();
                StaffPage::Deeds { deeds, page: *page, more: *more }
            }
            Page::People { people, outcome } => StaffPage::People { people: people.clone(), outcome: *outcome },
        };
        Screen::Staff {
            person: self.person.clone(),
            locks_in_min,
            page,
            printer: k.shop.printer.then(|| k.prints()),
            print: self.print.map(Print::for_staff),
        }
    }

    fn about(&self, k: &Kiosk, one: &One, now: &Now) -> StaffTransaction {
        let t = k.live(&one.t);
        let case = k.open.get(&t.id).map_or_else(|| case(t, now), |tracked| open_case(k, tracked, now));
        let actions = Action::ALL
            .into_iter()
            .map(|action| ActionView {
                action,
                suggested: case.suggested == Some(action),
                why_not: k.why_not(t, action, self.person.role),
                late: staff::is_late(t, action, now),
                preview: staff::preview(t, action),
            })
            .collect();
        StaffTransaction {
            case,
            way: t.order.way,
            lines: t.order.lines.iter().map(line).collect(),
            goods: goods(t),
            legs: legs(t),
            approval: t.approval().map(|approval| ApprovalLine {
                number: approval.approval_number.as_str().to_owned(),
                issuer: approval.issuer.clone(),
                masked_card: approval.masked_card.as_str().to_owned(),
                months: approval.instalment_months,
            }),
            row: settlement::row(t, now).0.number,
            actions,
            findings: staff::findings(t),
            terminal_says: one.says,
            moments: super::moment::moments(&one.records),
            asked: one.asked,
            refused: one.refused,
            printouts: printouts(t),
            wrote: self.wrote.clone(),
        }
    }
}

impl super::Look {
    const fn tab(&self) -> Option<StaffTab> {
        match self {
            super::Look::Attention => Some(StaffTab::Attention),
            super::Look::Orders => Some(StaffTab::Orders),
            super::Look::All(_) => Some(StaffTab::All),
            super::Look::One(_) => None,
            super::Look::Day(_) => Some(StaffTab::Close),
            super::Look::Health => Some(StaffTab::Health),
            super::Look::Deeds(_) => Some(StaffTab::Deeds),
            super::Look::People => Some(StaffTab::People),
        }
    }
}

/// What needs somebody by when the holds end, and what goes on by what comes next.
fn attention(k: &Kiosk, now: &Now, unreadable: &[StaffCase]) -> StaffPage {
    let open = || k.open.values().filter(|tracked| tracked.t.closed.is_none());
    let all: Vec<StaffCase> = open().map(|tracked| open_case(k, tracked, now)).collect();
    let (mut needs_you, mut worked_on): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|case| matches!(case.state, CaseState::NeedsYou { .. } | CaseState::Unreadable));
    let known = |case: &&StaffCase| !needs_you.iter().any(|known| known.transaction == case.transaction);
    let unread: Vec<StaffCase> = unreadable.iter().filter(known).cloned().collect();
    needs_you.extend(unread);
    needs_you.sort_by_key(|case| (case.held_until_ms.is_none(), case.held_until_ms, case.at_ms));
    worked_on.sort_by_key(|case| match case.state {
        CaseState::WorkedOn { next_in_s, .. } => (next_in_s, case.at_ms),
        CaseState::NeedsYou { .. } | CaseState::Ended { .. } | CaseState::Unreadable => (0, case.at_ms),
    });
    StaffPage::Attention { not_arrived: k.not_arrived(now), needs_you, worked_on, notices: k.notices(now) }
}

fn open_case(k: &Kiosk, tracked: &Tracked, now: &Now) -> StaffCase {
    let t = &tracked.t;
    let mut case = case(t, now);
    if let CaseState::WorkedOn { doing, next_in_s } = &mut case.state {
        if k.attended(t) {
            *doing = Doing::WithCustomer;
        }
        let left_ms = tracked.due_ms.saturating_sub(now.boot_ms).max(0);
        *next_in_s = u32::try_from((left_ms + 999) / 1000).unwrap_or(u32::MAX);
    }
    case
}

/// A transaction in one line.
pub fn case(t: &Transaction, now: &Now) -> StaffCase {
    let state = match (t.closed, t.with_staff) {
        (Some(how), _) => CaseState::Ended { how },
        (None, Some(_)) if t.damaged => CaseState::Unreadable,
        (None, Some(reason)) => CaseState::NeedsYou { reason },
        (None, None) => CaseState::WorkedOn { doing: doing(t, now), next_in_s: 0 },
    };
    let may_be_held = t.closed.is_none() && !t.settle_is_done() && !t.damaged;
    let held_until_ms = t.first_asked.as_ref().filter(|_| may_be_held && t.may_hold());
    StaffCase {
        transaction: t.id.clone(),
        reference: t.id.reference(),
        order_number: t.order_number.as_ref().map(|number| number.text.clone()),
        at_ms: t.began.wall_ms,
        total: t.total(),
        state,
        by_hand: t.by_hand || !t.acted.is_empty(),
        held_until_ms: held_until_ms.map(|asked| asked.wall_ms + HOLD_LIFE_MS),
        suggested: staff::suggested(t),
    }
}

fn doing(t: &Transaction, now: &Now) -> Doing {
    if settlement::hand_over(t, now) == Some(Next::HandOver) {
        return Doing::HandsOver;
    }
    if settlement::to_be_voided(t) {
        return Doing::Voids;
    }
    match settlement::next(t, now) {
        Next::AskTerminal(_) => Doing::AsksTerminal,
        Next::StartRefund(_) | Next::AskRefund(..) => Doing::Refunds,
        Next::Send(crate::protocol::Request::Settle) => Doing::Settles,
        Next::Send(crate::protocol::Request::Cancel) => Doing::Cancels,
        Next::Send(_) => Doing::Releases,
        Next::HandOver => Doing::HandsOver,
        Next::Close(_) | Next::Staff(_) | Next::Wait | Next::Rest => Doing::Waits,
    }
}

fn printouts(t: &Transaction) -> Vec<Printout> {
    let transaction = t.id.clone();
    let sold = t.is_paid().then(|| Printout::Receipt { transaction: transaction.clone() });
    let own = t.is_refunded().then(|| Printout::Refund { transaction: transaction.clone() });
    let strays = t
        .strays_given_back
        .iter()
        .map(|(charge, _)| Printout::StrayRefund { transaction: transaction.clone(), attempt: charge.attempt.clone() });
    sold.into_iter().chain(own).chain(strays).collect()
}

fn goods(t: &Transaction) -> Goods {
    match (&t.card, t.hand_over) {
        // The shop is told that it is void when the money is back, not before.
        (_, HandOver::Done) if !t.is_refunded() => Goods::HandedOut,
        (CardState::Approved(..) | CardState::NotDue, _) if t.refund.is_none() => Goods::HandOut,
        (CardState::Started(_) | CardState::Unknown(_), _) => Goods::Wait,
        (_, _) => Goods::Keep,
    }
}

fn legs(t: &Transaction) -> Vec<Leg> {
    let benefit = |of, service| {
        let (amount, state) = match t.services.get(service) {
            ServiceState::Held(amount) => (*amount, held(t)),
            ServiceState::NotAsked | ServiceState::Opened => (Default::default(), LegState::NotUsed),
            ServiceState::Declined(_) => (Default::default(), LegState::Declined),
            // Whatever it was, the confirm that was taken said no to it, or its time is over.
            ServiceState::Asked | ServiceState::Unknown(_) if is_decided(t) => (Default::default(), LegState::NotUsed),
            ServiceState::Asked | ServiceState::Unknown(_) => (Default::default(), LegState::Unknown),
        };
        Leg { of, amount, state }
    };
    let mut legs = vec![
        benefit(LegOf::Coupon, Service::Coupon),
        benefit(LegOf::Points, Service::PointRedeem),
        benefit(LegOf::GiftCard, Service::Prepaid),
        benefit(LegOf::Earn, Service::PointEarn),
    ];
    legs.push(card(t));
    let stray = t.stray_charges.iter().filter(|charge| t.card_in_doubt().is_none_or(|open| open.id != charge.attempt));
    legs.extend(stray.map(|charge| Leg { of: LegOf::Card, amount: charge.approval.amount, state: LegState::Stray }));
    legs
}

/// Prbiti has nothing of it any more that isn't known.
fn is_decided(t: &Transaction) -> bool {
    use crate::entry::Closed;
    let ended = matches!(t.closed, Some(Closed::Released | Closed::Lapsed | Closed::Refunded | Closed::Settled));
    ended || t.settle_is_done()
}

/// What became of what Prbiti held.
fn held(t: &Transaction) -> LegState {
    use crate::entry::Closed;
    match t.closed {
        Some(Closed::Released | Closed::Lapsed | Closed::Refunded) => LegState::GivenBack,
        Some(Closed::Settled) => LegState::Used,
        Some(Closed::Unused) => LegState::NotUsed,
        Some(Closed::ByHand) => LegState::Unknown,
        None if t.is_answered(crate::protocol::Request::Cancel) => LegState::GivenBack,
        None if t.cancel.as_ref().is_some_and(|cancel| cancel.posted > 0) => LegState::Unknown,
        None if t.settle_is_done() => LegState::Used,
        None if t
            .settle
            .as_ref()
            .is_some_and(|settle| matches!(settle.answer, Some(MessageOutcome::Refused { .. }))) =>
        {
            LegState::Held
        }
        None if t.settle.as_ref().is_some_and(|settle| settle.posted > 0) => LegState::Unknown,
        None => LegState::Held,
    }
}

fn card(t: &Transaction) -> Leg {
    let (amount, state) = match &t.card {
        CardState::NotAsked | CardState::NotDue => (Default::default(), LegState::NotUsed),
        CardState::Declined { .. } | CardState::Cancelled => (Default::default(), LegState::Declined),
        CardState::Started(open) | CardState::Unknown(open) => t
            .stray_charge(&open.id)
            .map_or((open.amount, LegState::Unknown), |charge| (charge.approval.amount, LegState::Stray)),
        CardState::Approved(_, approval) => {
            let state = match t.refund.as_ref().map(|refund| &refund.state) {
                None | Some(RefundState::Declined) => LegState::Used,
                Some(RefundState::Done) => LegState::GivenBack,
                Some(RefundState::Begun | RefundState::Started { .. } | RefundState::Unknown { .. }) => {
                    LegState::Unknown
                }
            };
            (approval.amount, state)
        }
    };
    Leg { of: LegOf::Card, amount, state }
}

/// A paid order as staff read it: Korean, with everything to make it.
pub fn paid_order(t: &Transaction) -> PaidOrder {
    PaidOrder {
        order_number: t.order_number.as_ref().map(|number| number.text.clone()).unwrap_or_default(),
        at_ms: t.paid_at.as_ref().map_or(t.began.wall_ms, |paid| paid.wall_ms),
        lines: t.order.lines.iter().map(line).collect(),
        way: t.order.way,
        total: t.total(),
    }
}

fn line(line: &Line) -> String {
    let options: Vec<String> = line
        .options
        .iter()
        .map(|option| match option.per_piece {
            1 => option.names.ko.clone(),
            count => format!("{} × {count}", option.names.ko),
        })
        .collect();
    let with = if options.is_empty() { String::new() } else { format!(" ({})", options.join(", ")) };
    format!("{} × {}{with}", line.names.ko, line.pieces)
}
