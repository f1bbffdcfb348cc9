//! One attempt to settle an order: the state that is the fold of its entries. The shape that we *think* with.

use thiserror::Error;

use crate::{
    answer::{Cancelled, Declined, MessageOutcome, ServiceOutcome, WhyUnknown},
    card::Approval,
    entry::{Closed, Entry, NotPosted, StaffReason},
    ids::{AttemptId, RefundId, StoreId, TransactionId},
    money::Won,
    order::{Order, total},
    protocol::{Payload, Request},
    service::{PerService, Service},
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
    /// Charges that don't pay for the order: for an attempt that was proven otherwise, or of another amount. Staff
    /// give them back.
    pub stray_charges: Vec<Charge>,
    /// How the customer wants the receipt.
    pub receipt: Receipt,
    /// When it was paid or finished.
    pub paid_at: Option<Now>,
    /// The order's way to the kitchen.
    pub hand_over: HandOver,
    /// The number that is called.
    pub order_number: Option<OrderNumber>,
    /// Attempts whose stray charge was given back.
    pub given_back: Vec<AttemptId>,
    /// Giving the order's own money back.
    pub refund: Option<Refund>,
    /// Giving a stray charge back.
    pub stray_refund: Option<Refund>,
    /// The customer is done with it.
    pub left: bool,
    /// Only staff can go on.
    pub with_staff: Option<StaffReason>,
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

/// An entry that can't follow the ones before it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("transaction {transaction}: entry {seq} can't follow the ones before it: {why}")]
pub struct Impossible {
    /// Which transaction.
    pub transaction: TransactionId,
    /// Which entry.
    pub seq: u32,
    /// What doesn't fit.
    pub why: &'static str,
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
            stray_charges: Vec::new(),
            given_back: Vec::new(),
            receipt: Receipt::None,
            paid_at: None,
            hand_over: HandOver::NotDue,
            order_number: None,
            refund: None,
            stray_refund: None,
            left: false,
            with_staff: None,
            closed: None,
        }
    }

    /// The fold of a transaction's entries, the first of which must be [`Entry::Began`].
    pub fn fold(
        id: &TransactionId,
        entries: impl IntoIterator<Item = (Now, Entry)>,
    ) -> Result<Transaction, Impossible> {
        let impossible = |why| Impossible { transaction: id.clone(), seq: 0, why };
        let mut entries = entries.into_iter();
        let Some((at, Entry::Began { order })) = entries.next() else {
            return Err(impossible("the first entry is not its beginning"));
        };
        let mut transaction = Transaction::new(id.clone(), order, at);
        for (at, entry) in entries {
            transaction.apply(&entry, &at)?;
        }
        Ok(transaction)
    }

    /// The only way in which a transaction changes.
    pub fn apply(&mut self, entry: &Entry, at: &Now) -> Result<(), Impossible> {
        let outcome = self.change(entry, at);
        let seq = self.entries;
        self.entries += 1;
        outcome.map_err(|why| Impossible { transaction: self.id.clone(), seq, why })
    }

    fn change(&mut self, entry: &Entry, at: &Now) -> Result<(), &'static str> {
        if self.closed.is_some() && !entry.reopens() {
            return Err("the transaction is closed");
        }
        match entry {
            Entry::Began { .. } => return Err("it began already"),
            Entry::Opened { request, limit, payload } => self.opened(*request, *limit, payload)?,
            Entry::NotPosted { why } => self.not_posted(*why)?,
            Entry::Asked => self.asked(at)?,
            Entry::Answered { outcome, .. } => {
                let state = match outcome {
                    ServiceOutcome::Held { amount } => ServiceState::Held(*amount),
                    ServiceOutcome::Declined { why } => ServiceState::Declined(why.clone()),
                    ServiceOutcome::Unknown { why } => ServiceState::Unknown(why.clone()),
                };
                let Request::Connect(service) = self.answered()?.request else {
                    return Err("the open session is no connection");
                };
                *self.services.get_mut(service) = state;
            }
            Entry::MessageAnswered { outcome, cancelled, .. } => {
                let request = self.answered()?.request;
                let message = self.message_mut(request).ok_or("the open session is a connection")?;
                message.answer = Some(outcome.clone());
                message.cancelled.clone_from(cancelled);
            }
            Entry::Unanswered { why } => match self.answered()?.request {
                Request::Connect(service) => *self.services.get_mut(service) = ServiceState::Unknown(why.clone()),
                Request::Settle | Request::Release | Request::Cancel => {}
            },
            Entry::Prepared { request, payload } => self.prepared(*request, payload)?,
            Entry::PaymentStarted { attempt, amount, tax_free, tax, months, store, receipt } => {
                if !self.card_is_free() {
                    return Err("another attempt isn't proven to have ended");
                }
                if self.left || self.with_staff.is_some() {
                    return Err("nobody may pay for it any more");
                }
                self.receipt = *receipt;
                self.card = CardState::Started(Attempt {
                    id: attempt.clone(),
                    amount: *amount,
                    tax_free: *tax_free,
                    tax: *tax,
                    months: *months,
                    store: store.clone(),
                    began: at.clone(),
                });
            }
            Entry::PaymentApproved { attempt, approval } => {
                let started = self.open_attempt(attempt)?;
                self.paid_at = Some(at.clone());
                self.card = CardState::Approved(started, approval.clone());
            }
            Entry::PaymentDeclined { attempt, code, .. } => {
                let started = self.open_attempt(attempt)?;
                self.ended_attempts.push(started.id);
                self.card = CardState::Declined { code: code.clone() };
            }
            Entry::PaymentCancelled { attempt } => {
                let started = self.open_attempt(attempt)?;
                self.ended_attempts.push(started.id);
                self.card = CardState::Cancelled;
            }
            Entry::PaymentUnknown { attempt, charged, .. } => {
                self.card = CardState::Unknown(self.open_attempt(attempt)?);
                if let Some(approval) = charged {
                    self.stray(attempt, approval);
                }
            }
            Entry::LateApproval { attempt, approval } => {
                if !self.ended_attempts.contains(attempt) || self.given_back.contains(attempt) {
                    return Err("no such attempt was proven to have charged nothing");
                }
                self.stray(attempt, approval);
                self.closed = None;
            }
            Entry::OrderFinished { receipt } => {
                if !self.card_is_free() || !self.due().is_zero() {
                    return Err("something is left to pay");
                }
                self.receipt = *receipt;
                self.paid_at = Some(at.clone());
                self.card = CardState::NotDue;
            }
            Entry::HandOverStarted { business_day, number, order_number } => {
                self.hand_over(&[HandOver::NotDue], HandOver::Started)?;
                self.order_number = Some(OrderNumber {
                    business_day: business_day.clone(),
                    number: *number,
                    text: order_number.clone(),
                });
            }
            Entry::HandedOver => self.hand_over(&[HandOver::Started], HandOver::Done)?,
            Entry::HandOverFailed { .. } => self.hand_over(&[HandOver::Started], HandOver::Failed)?,
            Entry::HandOverWithdrawn => {
                self.hand_over(&[HandOver::NotDue, HandOver::Started, HandOver::Failed], HandOver::Withdrawn)?;
            }
            // One that was taken on after it was withdrawn is void as well.
            Entry::HandOverVoidStarted => {
                self.hand_over(&[HandOver::Done, HandOver::Withdrawn], HandOver::Voiding)?;
                self.closed = None;
            }
            Entry::HandOverVoided => self.hand_over(&[HandOver::Voiding], HandOver::Voided)?,
            Entry::RefundBegun { attempt } => self.refund_begun(attempt.as_ref())?,
            Entry::RefundStarted { refund, store } => {
                let open = self.refunds_mut().find(|open| open.state == RefundState::Begun);
                open.ok_or("no refund was begun")?.state =
                    RefundState::Started { refund: refund.clone(), store: store.clone() };
            }
            Entry::RefundUnknown { refund, .. } => {
                self.open_refund(refund)?.state = RefundState::Unknown { refund: refund.clone() };
            }
            Entry::RefundDone { refund } => self.refund_done(refund)?,
            Entry::RefundDeclined { refund, .. } => self.open_refund(refund)?.state = RefundState::Declined,
            Entry::Left => self.left = true,
            Entry::WithStaff { reason } => self.with_staff = Some(*reason),
            Entry::Closed { how } => self.closed = Some(*how),
        }
        Ok(())
    }

    fn opened(&mut self, request: Request, limit: Option<Won>, payload: &Payload) -> Result<(), &'static str> {
        if self.in_flight.is_some() {
            return Err("a session is open");
        }
        if let Request::Connect(service) = request {
            if self.is_paid() || self.left {
                return Err("no service is asked any more");
            }
            let state = self.services.get_mut(service);
            if *state != ServiceState::NotAsked {
                return Err("that service was asked");
            }
            *state = ServiceState::Opened;
        } else if self.message(request).is_none_or(|message| message.payload != *payload) {
            return Err("another text than the one that was prepared");
        }
        let limit = limit.unwrap_or(Won::ZERO);
        self.in_flight = Some(InFlight { request, payload: payload.clone(), limit, asked: false });
        Ok(())
    }

    fn not_posted(&mut self, why: NotPosted) -> Result<(), &'static str> {
        let flight = self.in_flight.take().ok_or("no session is open")?;
        if flight.asked {
            return Err("its text was handed over");
        }
        if let Request::Connect(service) = flight.request {
            *self.services.get_mut(service) = ServiceState::NotAsked;
            match why {
                NotPosted::NotLoaded | NotPosted::PageGone => *self.not_posted.get_mut(service) += 1,
                NotPosted::LeftByCustomer | NotPosted::Restarted => {}
            }
        }
        Ok(())
    }

    /// A text is fixed once: a repeat is never built anew.
    fn prepared(&mut self, request: Request, payload: &Payload) -> Result<(), &'static str> {
        if self.message(request).is_some() {
            return Err("that message was prepared before");
        }
        let refunded = self.refund.as_ref().is_some_and(|refund| refund.state == RefundState::Done);
        let message =
            Some(Message { payload: payload.clone(), posted: 0, first_posted: None, answer: None, cancelled: None });
        match request {
            Request::Connect(_) => return Err("a connection isn't prepared"),
            Request::Settle if !self.is_paid() => return Err("nothing was paid"),
            Request::Settle => self.settle = message,
            Request::Release if self.card_in_doubt().is_some() || self.is_paid() && !refunded => {
                return Err("what may be paid for isn't released");
            }
            Request::Release => self.release = message,
            Request::Cancel if !refunded => return Err("the money isn't given back"),
            Request::Cancel => self.cancel = message,
        }
        Ok(())
    }

    fn asked(&mut self, at: &Now) -> Result<(), &'static str> {
        let flight = self.in_flight.as_mut().ok_or("no session is open")?;
        if std::mem::replace(&mut flight.asked, true) {
            return Err("its text was handed over before");
        }
        let request = flight.request;
        match request {
            Request::Connect(service) => *self.services.get_mut(service) = ServiceState::Asked,
            Request::Settle | Request::Release | Request::Cancel => {
                if let Some(message) = self.message_mut(request) {
                    message.posted += 1;
                    message.first_posted.get_or_insert_with(|| at.clone());
                }
            }
        }
        self.first_asked.get_or_insert_with(|| at.clone());
        Ok(())
    }

    fn answered(&mut self) -> Result<InFlight, &'static str> {
        let flight = self.in_flight.take().ok_or("no session is open")?;
        if flight.asked { Ok(flight) } else { Err("nothing was asked") }
    }

    fn open_attempt(&self, attempt: &AttemptId) -> Result<Attempt, &'static str> {
        match &self.card {
            CardState::Started(open) | CardState::Unknown(open) if open.id == *attempt => Ok(open.clone()),
            CardState::Started(_)
            | CardState::Unknown(_)
            | CardState::NotAsked
            | CardState::NotDue
            | CardState::Approved(..)
            | CardState::Declined { .. }
            | CardState::Cancelled => Err("no such attempt is open"),
        }
    }

    fn hand_over(&mut self, from: &[HandOver], to: HandOver) -> Result<(), &'static str> {
        if !from.contains(&self.hand_over) {
            return Err("the hand-over isn't that far");
        }
        self.hand_over = to;
        Ok(())
    }

    fn stray(&mut self, attempt: &AttemptId, approval: &Approval) {
        if !self.stray_charges.iter().any(|charge| charge.attempt == *attempt) {
            self.stray_charges.push(Charge { attempt: attempt.clone(), approval: approval.clone() });
        }
    }

    /// The order's own refund, then a stray charge's.
    pub fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refund.iter().chain(&self.stray_refund)
    }

    fn refunds_mut(&mut self) -> impl Iterator<Item = &mut Refund> {
        self.refund.iter_mut().chain(&mut self.stray_refund)
    }

    fn refund_begun(&mut self, attempt: Option<&AttemptId>) -> Result<(), &'static str> {
        if self.in_flight.is_some() {
            return Err("a message is in flight");
        }
        if self.refunds().any(|refund| matches!(refund.state, RefundState::Begun | RefundState::Started { .. })) {
            return Err("another refund goes on");
        }
        let stray = self.stray_charges.iter().find(|charge| Some(&charge.attempt) == attempt).cloned();
        let before = if stray.is_some() { &self.stray_refund } else { &self.refund };
        if before.as_ref().is_some_and(|refund| refund.state != RefundState::Declined) {
            return Err("another refund isn't proven to have ended");
        }
        if let Some(charge) = stray {
            self.stray_refund = Some(Refund { charge: Some(charge), state: RefundState::Begun });
        } else {
            let (charge, state) = match (&self.card, attempt) {
                (CardState::Approved(paid, approval), Some(attempt)) if paid.id == *attempt => {
                    let charge = Charge { attempt: paid.id.clone(), approval: approval.clone() };
                    (Some(charge), RefundState::Begun)
                }
                (CardState::NotDue, None) => (None, RefundState::Done),
                (_, _) => return Err("nothing was charged by that attempt"),
            };
            if !matches!(self.hand_over, HandOver::Done | HandOver::Withdrawn) {
                return Err("what wasn't handed over isn't withdrawn");
            }
            self.refund = Some(Refund { charge, state });
        }
        self.with_staff = None;
        self.closed = None;
        Ok(())
    }

    fn open_refund(&mut self, refund: &RefundId) -> Result<&mut Refund, &'static str> {
        let open = self.refunds_mut().find(|open| open.state.in_doubt() == Some(refund));
        open.ok_or("no such refund is open")
    }

    fn refund_done(&mut self, refund: &RefundId) -> Result<(), &'static str> {
        let open = self.open_refund(refund)?;
        open.state = RefundState::Done;
        let stray = self.stray_refund.take_if(|stray| stray.state == RefundState::Done);
        let Some(Charge { attempt, .. }) = stray.and_then(|stray| stray.charge) else { return Ok(()) };
        // The order itself is where it was before that charge.
        self.stray_charges.retain(|charge| charge.attempt != attempt);
        if self.card_in_doubt().is_some_and(|open| open.id == attempt) {
            self.ended_attempts.push(attempt.clone());
            self.card = CardState::Cancelled;
        }
        self.given_back.push(attempt);
        Ok(())
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

    fn message_mut(&mut self, request: Request) -> Option<&mut Message> {
        match request {
            Request::Connect(_) => None,
            Request::Settle => self.settle.as_mut(),
            Request::Release => self.release.as_mut(),
            Request::Cancel => self.cancel.as_mut(),
        }
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
        self.settle.as_ref().is_some_and(|settle| settle.answer == Some(MessageOutcome::Done))
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
        match &self.card {
            CardState::Approved(_, approval) => Some(approval),
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
        let refunded = self.refund.as_ref().is_some_and(|refund| refund.state == RefundState::Done);
        self.approval().filter(|_| !refunded)
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
