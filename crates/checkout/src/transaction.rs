//! One attempt to settle an order: the state that is the fold of its entries. The shape that we *think* with.

mod fold;

pub use fold::Impossible;

use crate::{
    answer::{Cancelled, Declined, MessageOutcome, WhyUnknown},
    card::Approval,
    entry::{Closed, StaffReason},
    ids::{AttemptId, RefundId, StoreId, TransactionId},
    money::Won,
    order::{Order, total},
    protocol::{Payload, Request},
    service::{PerService, Service},
    staff::Action,
    time::{Age, MINUTE_MS, Now},
    view::Receipt,
};

/// How long Prbiti keeps what is held (guide 3.1.2: 유효 시간 30분), ms from the first `Asked`.
pub const HOLD_LIFE_MS: i64 = 30 * MINUTE_MS;

/// A transaction as its entries prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its name at Prbiti.
    pub id: TransactionId,
    /// What is bought.
    pub order: Order,
    /// When it began.
    pub began: Now,
    /// How many entries it has: the `seq` of the next one.
    pub entries: u32,
    /// What became of each service.
    pub services: PerService<ServiceState>,
    /// How often a session for each ended before anything was posted, but for those that the customer left.
    pub not_posted: PerService<u32>,
    /// When the first message was handed to the module: the holds' 30 minutes begin here.
    pub first_asked: Option<Now>,
    /// The module session that is open.
    pub in_flight: Option<InFlight>,
    /// The `confirm` that settles.
    pub settle: Option<Message>,
    /// The `confirm` that releases.
    pub release: Option<Message>,
    /// The `cancel`.
    pub cancel: Option<Message>,
    /// The card.
    pub card: CardState,
    /// Attempts that are proven to have charged nothing.
    pub ended_attempts: Vec<AttemptId>,
    /// When the last of them ended.
    pub last_ended: Option<Now>,
    /// Charges that don't pay for the order: for an attempt that was proven otherwise, or of another amount. Staff
    /// give them back.
    pub stray_charges: Vec<Charge>,
    /// How the customer wants the receipt.
    pub receipt: Receipt,
    /// When it was paid or finished.
    pub paid_at: Option<Now>,
    /// The order's way to the kitchen.
    pub hand_over: HandOver,
    /// Staff make the order that wasn't taken on.
    pub made_by_staff: bool,
    /// The number that is called.
    pub order_number: Option<OrderNumber>,
    /// Stray charges that were given back and count no more, and how each was.
    pub strays_given_back: Vec<(Charge, Refund)>,
    /// Giving the order's own money back.
    pub refund: Option<Refund>,
    /// Giving a stray charge back.
    pub stray_refund: Option<Refund>,
    /// The customer is done with it.
    pub left: bool,
    /// Only staff can go on.
    pub with_staff: Option<StaffReason>,
    /// What staff decided and isn't through: once, whatever was before it.
    pub decided: Option<Action>,
    /// What staff decided before. The kiosk doesn't settle by itself any more what they settled.
    pub acted: Vec<Action>,
    /// When staff had the order handed over again.
    pub handed_over_again: Option<Now>,
    /// A manager vouched for something of it.
    pub by_hand: bool,
    /// Its rows are damaged behind this: it bars the terminal as far as it can be read, and nothing is written of it.
    pub damaged: bool,
    /// Nothing is left to do.
    pub closed: Option<Closed>,
}

/// An order's number within its business day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderNumber {
    /// `YYYY-MM-DD`.
    pub business_day: String,
    /// From 1.
    pub number: u32,
    /// With the kiosk's prefix.
    pub text: String,
}

/// What became of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServiceState {
    /// Never asked; sessions may have been opened for it without anything being posted.
    #[default]
    NotAsked,
    /// Its frame is loading; nothing was posted.
    Opened,
    /// Posted; no answer yet.
    Asked,
    /// Prbiti holds this much.
    Held(Won),
    /// Nothing is held.
    Declined(Declined),
    /// We asked and have no answer that we believe. The hold may exist. Settled with N, never shown as applied.
    Unknown(WhyUnknown),
}

/// The module session that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// What for.
    pub request: Request,
    /// What is or will be posted.
    pub payload: Payload,
    /// For a connection: the most that may be used.
    pub limit: Won,
    /// Was it handed over?
    pub asked: bool,
}

/// A `confirm` or `cancel` and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The same text for every attempt.
    pub payload: Payload,
    /// How often it was handed to the module: 0 means that it never left, 2 and more that it was repeated.
    pub posted: u32,
    /// When it was handed over first.
    pub first_posted: Option<Now>,
    /// The last answer that counts.
    pub answer: Option<MessageOutcome>,
    /// Of a `cancel`: what Prbiti says it gave back.
    pub cancelled: Option<Cancelled>,
}

/// Money that was taken from a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// By which attempt.
    pub attempt: AttemptId,
    /// What the agent tells.
    pub approval: Approval,
}

/// The card of this transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CardState {
    /// The terminal was never asked.
    #[default]
    NotAsked,
    /// Nothing was left to pay, and the customer finished the order.
    NotDue,
    /// The terminal was (or was about to be) asked.
    Started(Attempt),
    /// Charged.
    Approved(Attempt, Approval),
    /// Not charged: refused.
    Declined {
        /// The agent's or issuer's code.
        code: String,
    },
    /// Not charged: stopped, or never begun.
    Cancelled,
    /// Nobody knows whether the card was charged.
    Unknown(Attempt),
}

/// One attempt to charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its name at the agent.
    pub id: AttemptId,
    /// What was asked for.
    pub amount: Won,
    /// The part without VAT.
    pub tax_free: Won,
    /// The VAT contained in the rest.
    pub tax: Won,
    /// 0 for in full.
    pub months: u32,
    /// The agent's memory at the time.
    pub store: StoreId,
    /// When it began: the card was charged then or later, whenever the kiosk hears of it.
    pub began: Now,
}

/// The order's way to the kitchen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HandOver {
    /// Not begun.
    #[default]
    NotDue,
    /// Begun; not known to have been taken on. May be repeated under the order's number.
    Started,
    /// Taken on.
    Done,
    /// Not taken on.
    Failed,
    /// Withdrawn before it was taken on.
    Withdrawn,
    /// Taken on; the shop is being told that it is void. May be repeated under the order's number.
    Voiding,
    /// Taken on, and the shop knows that it is void.
    Voided,
}

/// Giving money back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// What is given back; none when nothing was charged.
    pub charge: Option<Charge>,
    /// What became of it.
    pub state: RefundState,
    /// What the issuer approved of it; none before that, by a manager's word, and from a program that didn't keep it.
    pub given: Option<Approval>,
    /// Since when.
    pub since: Now,
}

/// What became of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// Decided; the terminal wasn't asked yet.
    Begun,
    /// The terminal was (or was about to be) asked.
    Started {
        /// Its name at the agent.
        refund: RefundId,
        /// The agent's memory at the time.
        store: StoreId,
    },
    /// Nobody knows whether the money was given back.
    Unknown {
        /// Its name at the agent.
        refund: RefundId,
    },
    /// Given back, or there was nothing to give back.
    Done,
    /// Refused: the money is still the shop's.
    Declined,
}

impl RefundState {
    /// The refund that may or may not have given money back.
    pub const fn in_doubt(&self) -> Option<&RefundId> {
        match self {
            RefundState::Started { refund, .. } | RefundState::Unknown { refund } => Some(refund),
            RefundState::Begun | RefundState::Done | RefundState::Declined => None,
        }
    }
}

/// How much time the holds have left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// Nothing was asked.
    NotRunning,
    /// So many ms are left.
    Left(i64),
    /// The 30 minutes are over.
    Passed,
    /// The clock went backwards over a restart: it can't be told.
    Unknown,
}

impl Transaction {
    /// A transaction that begins with these goods.
    pub fn new(id: TransactionId, order: Order, at: Now) -> Transaction {
        Transaction {
            id,
            order,
            began: at,
            entries: 1,
            services: PerService::default(),
            not_posted: PerService::default(),
            first_asked: None,
            in_flight: None,
            settle: None,
            release: None,
            cancel: None,
            card: CardState::NotAsked,
            ended_attempts: Vec::new(),
            last_ended: None,
            stray_charges: Vec::new(),
            strays_given_back: Vec::new(),
            receipt: Receipt::None,
            paid_at: None,
            hand_over: HandOver::NotDue,
            made_by_staff: false,
            order_number: None,
            refund: None,
            stray_refund: None,
            left: false,
            with_staff: None,
            decided: None,
            acted: Vec::new(),
            handed_over_again: None,
            by_hand: false,
            damaged: false,
            closed: None,
        }
    }

    /// This, of which only so much can be read: for staff, and never to be written.
    #[must_use]
    pub fn before_damage(mut self) -> Transaction {
        self.with_staff = Some(StaffReason::JournalImpossible);
        self.damaged = true;
        self
    }

    /// The order's own refund, then a stray charge's.
    pub fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refund.iter().chain(&self.stray_refund)
    }

    /// That attempt's stray charge, if it was given back.
    pub fn stray_given_back(&self, attempt: &AttemptId) -> Option<&(Charge, Refund)> {
        self.strays_given_back.iter().find(|(charge, _)| charge.attempt == *attempt)
    }

    /// The `confirm` or `cancel` of that kind.
    pub fn message(&self, request: Request) -> Option<&Message> {
        match request {
            Request::Connect(_) => None,
            Request::Settle => self.settle.as_ref(),
            Request::Release => self.release.as_ref(),
            Request::Cancel => self.cancel.as_ref(),
        }
    }

    /// Did Prbiti answer that message that it is done?
    pub fn is_answered(&self, request: Request) -> bool {
        self.message(request).is_some_and(|message| message.answer == Some(MessageOutcome::Done))
    }

    /// The order's sum.
    pub fn total(&self) -> Won {
        total(&self.order.lines)
    }

    /// What Prbiti holds of a service; nothing for one that isn't surely held.
    pub fn held(&self, service: Service) -> Option<Won> {
        match self.services.get(service) {
            ServiceState::Held(amount) => Some(*amount),
            ServiceState::NotAsked
            | ServiceState::Opened
            | ServiceState::Asked
            | ServiceState::Declined(_)
            | ServiceState::Unknown(_) => None,
        }
    }

    /// What is held of all four.
    pub fn all_held(&self) -> PerService<Option<Won>> {
        PerService {
            coupon: self.held(Service::Coupon),
            point_redeem: self.held(Service::PointRedeem),
            prepaid: self.held(Service::Prepaid),
            point_earn: self.held(Service::PointEarn),
        }
    }

    /// Is anything surely held?
    pub fn holds(&self) -> bool {
        Service::ALL.into_iter().any(|service| self.held(service).is_some())
    }

    /// Is anything held, or may it be without the customer having walked out on it?
    pub fn may_hold(&self) -> bool {
        Service::ALL.into_iter().any(|service| match self.services.get(service) {
            ServiceState::Held(_) => true,
            ServiceState::Unknown(why) => *why != WhyUnknown::LeftByCustomer,
            ServiceState::NotAsked | ServiceState::Opened | ServiceState::Asked | ServiceState::Declined(_) => false,
        })
    }

    /// Has Prbiti confirmed the settlement?
    pub fn settle_is_done(&self) -> bool {
        self.is_answered(Request::Settle)
    }

    /// Was anything posted to Prbiti for it?
    pub fn asked_anything(&self) -> bool {
        self.first_asked.is_some()
    }

    /// Paid with coupon and points: the discount of guide 3.4.1.
    pub fn discount(&self) -> Won {
        let of = |service| self.held(service).unwrap_or(Won::ZERO);
        of(Service::Coupon).plus(of(Service::PointRedeem))
    }

    /// Paid with coupon, points and gift card.
    pub fn reduction(&self) -> Won {
        self.discount().plus(self.held(Service::Prepaid).unwrap_or(Won::ZERO))
    }

    /// Left to pay by card.
    pub fn due(&self) -> Won {
        self.total().less(self.reduction())
    }

    /// The most that `service` may be asked for (protocol.md §6, Services). For earning: what points are earned on.
    pub fn limit(&self, service: Service) -> Won {
        match service {
            Service::Coupon => self.total(),
            Service::PointRedeem => self.total().less(self.held(Service::Coupon).unwrap_or(Won::ZERO)),
            Service::Prepaid => self.due(),
            // What is paid by gift card earns points too.
            Service::PointEarn => self.total().less(self.discount()),
        }
    }

    /// May a new attempt to charge start, as far as this transaction goes?
    pub fn card_is_free(&self) -> bool {
        match self.card {
            CardState::NotAsked | CardState::Declined { .. } | CardState::Cancelled => true,
            CardState::NotDue | CardState::Started(_) | CardState::Approved(..) | CardState::Unknown(_) => false,
        }
    }

    /// The attempt that may or may not have charged a card.
    pub fn card_in_doubt(&self) -> Option<&Attempt> {
        match &self.card {
            CardState::Started(attempt) | CardState::Unknown(attempt) => Some(attempt),
            CardState::NotAsked
            | CardState::NotDue
            | CardState::Approved(..)
            | CardState::Declined { .. }
            | CardState::Cancelled => None,
        }
    }

    /// What this attempt charged that doesn't pay for the order.
    pub fn stray_charge(&self, attempt: &AttemptId) -> Option<&Charge> {
        self.stray_charges.iter().find(|charge| charge.attempt == *attempt)
    }

    /// Is it paid, or finished with nothing to pay?
    pub fn is_paid(&self) -> bool {
        match self.card {
            CardState::Approved(..) | CardState::NotDue => true,
            CardState::NotAsked
            | CardState::Started(_)
            | CardState::Declined { .. }
            | CardState::Cancelled
            | CardState::Unknown(_) => false,
        }
    }

    /// The approval, when a card was charged.
    pub fn approval(&self) -> Option<&Approval> {
        self.approved().map(|(_, approval)| approval)
    }

    /// The attempt that was approved, and its approval.
    pub fn approved(&self) -> Option<(&Attempt, &Approval)> {
        match &self.card {
            CardState::Approved(attempt, approval) => Some((attempt, approval)),
            CardState::NotAsked
            | CardState::NotDue
            | CardState::Started(_)
            | CardState::Declined { .. }
            | CardState::Cancelled
            | CardState::Unknown(_) => None,
        }
    }

    /// The money that was taken for the order and not given back.
    pub fn charged(&self) -> Option<&Approval> {
        self.approval().filter(|_| !self.is_refunded())
    }

    /// Is the order's own money given back, or was there none to give back?
    pub fn is_refunded(&self) -> bool {
        self.refund.as_ref().is_some_and(|refund| refund.state == RefundState::Done)
    }

    /// Is money taken for its order, or may it be? Then no other transaction of that order may take any.
    pub fn charges(&self) -> bool {
        self.charged().is_some() || self.card_in_doubt().is_some() || !self.stray_charges.is_empty()
    }

    /// How much time the holds have left.
    pub fn deadline(&self, now: &Now) -> Deadline {
        let Some(asked) = &self.first_asked else { return Deadline::NotRunning };
        match now.since(asked) {
            Age::Known(age) if age >= HOLD_LIFE_MS => Deadline::Passed,
            Age::Known(age) => Deadline::Left(HOLD_LIFE_MS - age),
            Age::Unknown { at_least_ms } if at_least_ms >= HOLD_LIFE_MS => Deadline::Passed,
            Age::Unknown { .. } => Deadline::Unknown,
        }
    }
}
