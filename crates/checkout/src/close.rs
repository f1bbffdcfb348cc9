//! A business day's close: what was sold and given back, by tender, service and tax, and whether the card terminal, Prbiti
//! and the orders agree (a three-way match). What belongs to which day the journal knows: each sale and each refund is
//! counted in exactly one close.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    answer::MessageOutcome,
    entry::Closed,
    ids::{AttemptId, RefundId, TransactionId},
    money::Won,
    order::{taxable, vat_within},
    protocol::Request,
    service::Service,
    settlement::cancel_differs,
    staff::{self, Action, Person},
    transaction::Transaction,
};

/// A transaction that may have to do with a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// As its journal proves it.
    pub t: Transaction,
    /// Its sale counts for the day.
    pub sale: bool,
    /// Its refund counts for the day.
    pub refund: bool,
}

/// A charge, or a refund of one, in the terminal's own list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The attempt that charged.
    pub attempt: AttemptId,
    /// The refund, when this is one.
    pub refund: Option<RefundId>,
    /// How much.
    pub amount: Won,
    /// Its number at the VAN.
    pub approval_number: String,
}

/// A business day, as it is looked at and as it is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// `YYYY-MM-DD`.
    pub day: String,
    /// What was sold.
    pub sales: Takings,
    /// What was given back of it, or of earlier days' sales.
    pub refunds: Takings,
    /// What the terminal has in its list; none when it didn't answer.
    pub terminal: Option<TerminalDay>,
    /// What doesn't agree, each with what can be done about it.
    pub differences: Vec<Difference>,
    /// How many sales and refunds agree on all sides.
    pub agreed: u32,
    /// Whose sales and refunds are counted.
    pub bookings: Vec<Booking>,
}

/// What came in, or went back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Takings {
    /// The orders, by their full price.
    pub orders: Tally,
    /// Paid with coupons.
    pub coupon: Tally,
    /// Paid with points.
    pub points: Tally,
    /// Paid with gift cards.
    pub gift_card: Tally,
    /// Paid by card.
    pub card: Tally,
    /// Orders that earned points, and how many points: nothing that was paid.
    pub earn: Tally,
    /// 부가세 contained in the orders' price.
    pub vat: Won,
    /// 면세: the part of the orders' price without VAT.
    pub vat_free: Won,
    /// 부가세 contained in what was paid by card.
    pub card_vat: Won,
    /// 면세 of what was paid by card.
    pub card_vat_free: Won,
}

/// How many, and how much together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// How many.
    pub count: u32,
    /// How much.
    pub amount: Won,
}

/// A day in the terminal's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TerminalDay {
    /// Charges.
    pub approved: Tally,
    /// Refunds.
    pub refunded: Tally,
}

/// A sale or a refund that a close counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    /// Whose.
    pub transaction: TransactionId,
    /// A refund; else the sale.
    pub refund: bool,
}

/// Something on which two sides don't agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// What.
    pub kind: Differs,
    /// Of which transaction, when the kiosk knows one.
    pub transaction: Option<TransactionId>,
    /// 확인 번호.
    pub reference: Option<String>,
    /// Its order number.
    pub order_number: Option<String>,
    /// When it began: unix ms of the wall clock.
    #[ts(type = "number | null")]
    pub at_ms: Option<i64>,
    /// The charge's number at the VAN.
    pub approval_number: Option<String>,
    /// What the terminal's list says; none when it has no such line.
    pub terminal: Option<Won>,
    /// What the kiosk's order says; none when there is none.
    pub order: Option<Won>,
    /// What Prbiti said.
    pub prbiti: PrbitiSide,
    /// What the tables suggest to do.
    pub suggested: Option<Action>,
}

/// What doesn't agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Differs {
    /// The terminal charged for something that no order was paid with.
    ApprovalWithoutOrder,
    /// An order was paid by card, and the terminal's list has no such charge.
    OrderWithoutApproval,
    /// The terminal's list has another amount.
    AmountsDiffer,
    /// An order is paid, and Prbiti hasn't confirmed what was used for it.
    OrderWithoutSettlement,
    /// Prbiti confirmed, and the order isn't paid.
    SettlementWithoutOrder,
    /// The money is given back, and Prbiti's part isn't.
    RefundWithoutCancel,
    /// Prbiti says that it gave back something else than was used.
    CancelDiffers,
    /// The money is given back as the kiosk knows, and the terminal's list has no such refund.
    RefundNotListed,
    /// The terminal gave money back that no order misses.
    RefundWithoutOrder,
}

/// What Prbiti said of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PrbitiSide {
    /// Nothing was used of it, or the kiosk knows of no such transaction.
    NotUsed,
    /// Settled.
    Settled,
    /// Given back.
    GivenBack,
    /// It refused.
    Refused,
    /// It hasn't answered.
    Unanswered,
}

/// A day that was closed: for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DayClose {
    /// Counts up from 1 on this kiosk, without a gap.
    pub number: u32,
    /// What it was.
    pub day: Day,
    /// Why it was closed although something didn't agree, or wasn't through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many transactions weren't through.
    pub open: u32,
}

/// A close as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClosedBy {
    /// Its number.
    pub number: u32,
    /// When: unix ms of the wall clock.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Who.
    pub by: Person,
    /// Why, although something didn't agree.
    pub reason: Option<String>,
    /// How many transactions weren't through then.
    pub open: u32,
}

impl Day {
    /// The day of these transactions, matched against the terminal's list, if it told one.
    pub fn of(day: String, candidates: &[Candidate], listed: Option<&[Listed]>) -> Day {
        let mut matching = Matching::new(day, listed);
        for candidate in candidates {
            matching.compare(candidate);
        }
        matching.rest(candidates);
        matching.day
    }

    /// What the card had to bring: the orders less what was used for them, without what was given back.
    pub const fn card_due(&self) -> Won {
        self.sales.card_due().minus(self.refunds.card_due())
    }

    /// Does nothing differ, as far as everybody answered?
    pub const fn agrees(&self) -> bool {
        self.differences.is_empty() && self.terminal.is_some()
    }
}

impl Takings {
    const fn card_due(&self) -> Won {
        let used = self.coupon.amount.plus(self.points.amount).plus(self.gift_card.amount);
        self.orders.amount.minus(used)
    }

    fn count(&mut self, t: &Transaction) {
        let taxed = taxable(&t.order.lines);
        self.orders.add(t.total());
        self.vat = self.vat.plus(vat_within(taxed));
        self.vat_free = self.vat_free.plus(t.total().minus(taxed));
        for service in Service::ALL {
            if let Some(amount) = t.held(service) {
                self.of(service).add(amount);
            }
        }
        if let Some((attempt, approval)) = t.approved() {
            self.card.add(approval.amount);
            self.card_vat = self.card_vat.plus(attempt.tax);
            self.card_vat_free = self.card_vat_free.plus(attempt.tax_free);
        }
    }

    const fn of(&mut self, service: Service) -> &mut Tally {
        match service {
            Service::Coupon => &mut self.coupon,
            Service::PointRedeem => &mut self.points,
            Service::Prepaid => &mut self.gift_card,
            Service::PointEarn => &mut self.earn,
        }
    }
}

impl Tally {
    const fn add(&mut self, amount: Won) {
        self.count = self.count.saturating_add(1);
        self.amount = self.amount.plus(amount);
    }
}

/// The terminal's list while it is matched: what nobody claims is left in the end.
struct Matching<'a> {
    day: Day,
    /// None when the terminal didn't answer.
    listed: Option<Vec<&'a Listed>>,
}

impl<'a> Matching<'a> {
    fn new(day: String, listed: Option<&'a [Listed]>) -> Matching<'a> {
        let day = Day {
            day,
            sales: Takings::default(),
            refunds: Takings::default(),
            terminal: listed.map(|_| TerminalDay::default()),
            differences: Vec::new(),
            agreed: 0,
            bookings: Vec::new(),
        };
        Matching { day, listed: listed.map(|listed| listed.iter().collect()) }
    }

    /// The sale and the refund of one transaction, as far as they count for the day.
    fn compare(&mut self, candidate: &Candidate) {
        let Candidate { t, sale, refund } = candidate;
        for (counts, is_refund) in [(*sale, false), (*refund, true)] {
            if !counts {
                continue;
            }
            let takings = if is_refund { &mut self.day.refunds } else { &mut self.day.sales };
            takings.count(t);
            self.day.bookings.push(Booking { transaction: t.id.clone(), refund: is_refund });
            let found = self.card_side(t, is_refund).into_iter().chain(prbiti_side(t, is_refund));
            let found: Vec<Difference> = found.collect();
            self.day.agreed += u32::from(found.is_empty());
            self.day.differences.extend(found);
        }
        if !t.is_paid() && t.settle_is_done() {
            self.day.differences.push(difference(t, Differs::SettlementWithoutOrder));
        }
    }

    /// What the terminal's list says of the order's own charge or refund.
    fn card_side(&mut self, t: &Transaction, refund: bool) -> Option<Difference> {
        let (attempt, approval) = t.approved()?;
        // Nobody knows what the list would say.
        let line = self.claim(&attempt.id, refund)?;
        let missing = if refund { Differs::RefundNotListed } else { Differs::OrderWithoutApproval };
        match line {
            None => Some(difference(t, missing)),
            Some(amount) if amount != approval.amount => {
                Some(Difference { terminal: Some(amount), ..difference(t, Differs::AmountsDiffer) })
            }
            Some(_) => None,
        }
    }

    /// Takes a line out of the list and counts it: none when there is no list.
    fn claim(&mut self, attempt: &AttemptId, refund: bool) -> Option<Option<Won>> {
        let listed = self.listed.as_mut()?;
        let place = listed.iter().position(|line| line.attempt == *attempt && line.refund.is_some() == refund);
        let line = place.map(|place| listed.remove(place));
        if let Some(line) = line {
            self.count(line);
        }
        Some(line.map(|line| line.amount))
    }

    fn count(&mut self, line: &Listed) {
        if let Some(terminal) = &mut self.day.terminal {
            let tally = if line.refund.is_some() { &mut terminal.refunded } else { &mut terminal.approved };
            tally.add(line.amount);
        }
    }

    /// What is left in the list: another day's, given back already, or nobody's. A second charge or refund beside an order's
    /// own is left, too.
    fn rest(&mut self, candidates: &[Candidate]) {
        let Some(left) = self.listed.take() else { return };
        let is_own = |t: &Transaction, id: &AttemptId| t.approved().is_some_and(|(attempt, _)| attempt.id == *id);
        let mut elsewhere = Vec::new();
        for line in &left {
            let (id, refund) = (&line.attempt, line.refund.is_some());
            let owner = candidates.iter().find(|candidate| is_own(&candidate.t, id));
            // The order's own charge or refund counts on its own day, once.
            let of_another_day = owner.is_some_and(
                |Candidate { t, sale, refund: refunded }| {
                    if refund { t.is_refunded() && !refunded } else { !sale }
                },
            );
            if of_another_day && !elsewhere.contains(&(id, refund)) {
                elsewhere.push((id, refund));
                continue;
            }
            self.count(line);
            if owner.is_none() && evens_out(line, &left, candidates) {
                continue;
            }
            let kind = if refund { Differs::RefundWithoutOrder } else { Differs::ApprovalWithoutOrder };
            let has =
                |t: &Transaction| t.ended_attempts.contains(id) || t.stray_charge(id).is_some() || in_doubt(t, id);
            let of = owner.or_else(|| candidates.iter().find(|candidate| has(&candidate.t))).map(|found| &found.t);
            let (terminal, approval_number) = (Some(line.amount), Some(line.approval_number.clone()));
            self.day.differences.push(match of {
                Some(t) => Difference { terminal, approval_number, order: None, ..difference(t, kind) },
                None => Difference {
                    kind,
                    transaction: None,
                    reference: None,
                    order_number: None,
                    at_ms: None,
                    approval_number,
                    terminal,
                    order: None,
                    prbiti: PrbitiSide::NotUsed,
                    suggested: None,
                },
            });
        }
    }
}

/// Charged and given back, and no order's: nobody is poorer for it. The other half may stand in another day's list.
fn evens_out(line: &Listed, left: &[&Listed], candidates: &[Candidate]) -> bool {
    let mut others = left.iter().filter(|other| other.attempt == line.attempt && !std::ptr::eq(**other, line));
    match (others.next(), others.next()) {
        (None, _) => candidates.iter().any(|candidate| candidate.t.stray_given_back(&line.attempt).is_some()),
        (Some(other), None) => other.refund.is_some() != line.refund.is_some() && other.amount == line.amount,
        (Some(_), Some(_)) => false,
    }
}

fn in_doubt(t: &Transaction, attempt: &AttemptId) -> bool {
    t.card_in_doubt().is_some_and(|open| open.id == *attempt)
}

/// Whether Prbiti did its part of a sale or a refund.
fn prbiti_side(t: &Transaction, refund: bool) -> Option<Difference> {
    if !t.holds() {
        return None;
    }
    let by_hand = t.closed == Some(Closed::ByHand);
    if !refund {
        // What was given back since is the refund's.
        let settled = t.settle_is_done() || t.is_refunded() || by_hand || t.closed == Some(Closed::Settled);
        return (!settled).then(|| difference(t, Differs::OrderWithoutSettlement));
    }
    let differs = t.cancel.as_ref().and_then(|cancel| cancel.cancelled.as_ref());
    if differs.is_some_and(|cancelled| cancel_differs(t, cancelled)) {
        return Some(difference(t, Differs::CancelDiffers));
    }
    // It may still be open: the shop is yet to hear that the order is void.
    let answered = t.is_answered(Request::Cancel) || t.is_answered(Request::Release);
    let given_back = t.closed == Some(Closed::Refunded) || by_hand || t.is_refunded() && answered;
    (!given_back).then(|| difference(t, Differs::RefundWithoutCancel))
}

fn difference(t: &Transaction, kind: Differs) -> Difference {
    let approval = t.approval();
    Difference {
        kind,
        transaction: Some(t.id.clone()),
        reference: Some(t.id.reference()),
        order_number: t.order_number.as_ref().map(|number| number.text.clone()),
        at_ms: Some(t.began.wall_ms),
        approval_number: approval.map(|approval| approval.approval_number.as_str().to_owned()),
        terminal: None,
        order: approval.map(|approval| approval.amount),
        prbiti: prbiti(t),
        suggested: staff::suggested(t),
    }
}

fn prbiti(t: &Transaction) -> PrbitiSide {
    let last = [Request::Cancel, Request::Settle, Request::Release]
        .into_iter()
        .filter_map(|request| t.message(request).map(|message| (request, message)))
        .find(|(_, message)| message.posted > 0);
    match last {
        None if t.asked_anything() && t.may_hold() => PrbitiSide::Unanswered,
        None => PrbitiSide::NotUsed,
        Some((request, message)) => match &message.answer {
            Some(MessageOutcome::Done) if request == Request::Settle => PrbitiSide::Settled,
            Some(MessageOutcome::Done) => PrbitiSide::GivenBack,
            Some(MessageOutcome::Refused { .. } | MessageOutcome::TransactionRefused) => PrbitiSide::Refused,
            Some(_) | None => PrbitiSide::Unanswered,
        },
    }
}
