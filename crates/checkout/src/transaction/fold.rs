//! How a transaction changes: by its entries and in no other way. What can't be is refused, so that a bad journal is found
//! and not guessed at.

use thiserror::Error;

use super::{
    Attempt, CardState, Charge, HandOver, InFlight, Message, OrderNumber, Refund, RefundState, ServiceState,
    Transaction,
};
use crate::{
    answer::{MessageOutcome, ServiceOutcome},
    card::Approval,
    entry::{Entry, NotPosted, StaffReason},
    ids::{ApprovalNumber, AttemptId, RefundId, TransactionId},
    money::Won,
    protocol::{Payload, Request},
    staff::{Action, Finding},
    time::Now,
};

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

impl Refund {
    fn begun(charge: Option<Charge>, state: RefundState, at: &Now) -> Refund {
        Refund { charge, state, given: None, since: at.clone() }
    }

    fn becomes(&mut self, state: RefundState, at: &Now) {
        self.state = state;
        self.since = at.clone();
    }
}

impl Transaction {
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
            Entry::NotPosted { why } => {
                self.tried(self.in_flight.as_ref().map(|flight| flight.request));
                self.not_posted(*why)?;
            }
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
                self.tried(Some(request));
                let message = self.message_mut(request).ok_or("the open session is a connection")?;
                message.answer = Some(outcome.clone());
                message.cancelled.clone_from(cancelled);
                if request == Request::Cancel && !matches!(outcome, MessageOutcome::Again { .. }) {
                    self.answered_at_last(StaffReason::CancelUnanswered);
                }
            }
            Entry::Unanswered { why } => match self.answered()?.request {
                Request::Connect(service) => *self.services.get_mut(service) = ServiceState::Unknown(why.clone()),
                request @ (Request::Settle | Request::Release | Request::Cancel) => self.tried(Some(request)),
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
                self.card_told();
            }
            Entry::PaymentDeclined { attempt, code, .. } => {
                let started = self.open_attempt(attempt)?;
                self.ended_attempts.push(started.id);
                self.last_ended = Some(at.clone());
                self.card = CardState::Declined { code: code.clone() };
                self.card_told();
            }
            Entry::PaymentCancelled { attempt } => {
                let started = self.open_attempt(attempt)?;
                self.ended_attempts.push(started.id);
                self.last_ended = Some(at.clone());
                self.card = CardState::Cancelled;
                self.card_told();
            }
            Entry::PaymentUnknown { attempt, charged, .. } => {
                self.card = CardState::Unknown(self.open_attempt(attempt)?);
                if let Some(approval) = charged {
                    self.stray(attempt, approval);
                }
            }
            Entry::LateApproval { attempt, approval } => {
                if !self.ended_attempts.contains(attempt) || self.stray_given_back(attempt).is_some() {
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
            Entry::HandedOver => {
                self.hand_over(&[HandOver::Started, HandOver::Failed], HandOver::Done)?;
                self.answered_at_last(StaffReason::HandOverLate);
                self.answered_at_last(StaffReason::HandOverFailed);
            }
            Entry::HandOverFailed { .. } => self.hand_over(&[HandOver::Started], HandOver::Failed)?,
            Entry::HandOverWithdrawn => {
                self.hand_over(&[HandOver::NotDue, HandOver::Started, HandOver::Failed], HandOver::Withdrawn)?;
            }
            Entry::MadeByStaff => self.made_by_staff()?,
            // One that was taken on after it was withdrawn is void as well.
            Entry::HandOverVoidStarted => {
                self.hand_over(&[HandOver::Done, HandOver::Withdrawn], HandOver::Voiding)?;
                self.closed = None;
            }
            Entry::HandOverVoided => self.hand_over(&[HandOver::Voiding], HandOver::Voided)?,
            Entry::RefundBegun { attempt } => self.refund_begun(attempt.as_ref(), at)?,
            Entry::RefundStarted { refund, store } => {
                let begun = self.refunds_mut().find(|open| open.state == RefundState::Begun);
                let started = RefundState::Started { refund: refund.clone(), store: store.clone() };
                begun.ok_or("no refund was begun")?.becomes(started, at);
                self.terminal_told();
            }
            Entry::RefundUnknown { refund, .. } => {
                self.open_refund(refund)?.becomes(RefundState::Unknown { refund: refund.clone() }, at);
                self.terminal_told();
            }
            Entry::RefundDone { refund, approval } => self.refund_done(refund, approval.as_ref(), at)?,
            Entry::RefundDeclined { refund, .. } => {
                self.open_refund(refund)?.becomes(RefundState::Declined, at);
                self.terminal_told();
            }
            Entry::Left => self.left = true,
            Entry::WithStaff { reason } => {
                self.with_staff = Some(*reason);
                self.decided = None;
            }
            Entry::StaffActed { action, .. } => self.staff_acted(*action, at)?,
            Entry::ResolvedByHand { finding, number, amount, .. } => self.resolved(*finding, number, *amount, at)?,
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
        let refunded = self.is_refunded();
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

    /// What became of the card is known after all: the tables go on from there.
    fn card_told(&mut self) {
        self.terminal_told();
        self.answered_at_last(StaffReason::CardUnknown);
    }

    /// The terminal said what became of something.
    fn terminal_told(&mut self) {
        self.answered_at_last(StaffReason::TerminalSilent);
        self.done(Action::AskTerminal);
    }

    /// What staff decided is through, whatever came of it.
    fn done(&mut self, action: Action) {
        self.decided.take_if(|decided| *decided == action);
    }

    /// A message was sent, or couldn't be.
    fn tried(&mut self, request: Option<Request>) {
        match request {
            Some(Request::Settle) => self.done(Action::SettleAgain),
            Some(Request::Release) => self.done(Action::Release),
            Some(Request::Cancel) => self.done(Action::CancelAgain),
            Some(Request::Connect(_)) | None => {}
        }
    }

    /// A decision takes the case from staff: the tables say what is theirs again.
    fn staff_acted(&mut self, action: Action, at: &Now) -> Result<(), &'static str> {
        match action {
            Action::SettleAgain | Action::Release | Action::CancelAgain if self.in_flight.is_some() => {
                return Err("a message is in flight");
            }
            Action::SettleAgain if !self.is_paid() || self.refund.is_some() || self.settle_is_done() => {
                return Err("nothing is to be settled");
            }
            Action::Release if self.card_in_doubt().is_some() || self.is_paid() && !self.is_refunded() => {
                return Err("what may be paid for isn't released");
            }
            Action::CancelAgain if !self.is_refunded() => return Err("the money isn't given back"),
            Action::HandOverAgain if !self.is_paid() || self.refund.is_some() => {
                return Err("nothing is to be handed over");
            }
            Action::HandOverAgain => {
                match self.hand_over {
                    HandOver::NotDue | HandOver::Started => {}
                    HandOver::Failed => self.hand_over = HandOver::Started,
                    HandOver::Done | HandOver::Withdrawn | HandOver::Voiding | HandOver::Voided => {
                        return Err("it was taken on, or withdrawn");
                    }
                }
                self.handed_over_again = Some(at.clone());
                self.acted.push(action);
                self.with_staff = None;
                return Ok(());
            }
            Action::KeepSale => {
                if self.refund.as_ref().is_none_or(|refund| refund.state != RefundState::Declined) {
                    return Err("no refund was declined");
                }
                self.refund = None;
                // Only for the refund's sake nobody was to make it, and now somebody has to.
                match self.hand_over {
                    HandOver::Withdrawn if !self.made_by_staff => self.hand_over = HandOver::Failed,
                    // Whoever was told that it is void won't.
                    HandOver::Voiding | HandOver::Voided => self.made_by_staff = true,
                    HandOver::NotDue | HandOver::Started | HandOver::Done | HandOver::Failed | HandOver::Withdrawn => {}
                }
                self.with_staff = None;
                self.acted.push(action);
                return Ok(());
            }
            Action::VoidTold => {
                self.hand_over(&[HandOver::Voiding], HandOver::Voided)?;
                self.acted.push(action);
                return Ok(());
            }
            Action::ResolveByHand => return Err("a manager vouches for nothing"),
            // What they do stands in the entries beside it.
            Action::RefundStray | Action::Refund | Action::Make => {
                self.acted.push(action);
                self.closed = None;
                return Ok(());
            }
            Action::SettleAgain | Action::Release | Action::CancelAgain | Action::AskTerminal => {}
        }
        self.decided = Some(action);
        self.acted.push(action);
        self.with_staff = None;
        Ok(())
    }

    fn resolved(&mut self, finding: Finding, number: &str, amount: Option<Won>, at: &Now) -> Result<(), &'static str> {
        if self.in_flight.is_some() {
            return Err("a message is in flight");
        }
        match finding {
            Finding::CardCharged | Finding::CardNotCharged | Finding::CardChargedOther => {
                let attempt = self.card_in_doubt().ok_or("no card is in doubt")?.clone();
                if self.stray_charge(&attempt.id).is_some() {
                    return Err("what was charged is known");
                }
                if finding == Finding::CardChargedOther {
                    let number = ApprovalNumber::new(number).map_err(|_| "that is no approval number")?;
                    let amount = amount.filter(|found| *found > Won::ZERO && *found != attempt.amount);
                    let amount = amount.ok_or("no other amount was found")?;
                    self.card = CardState::Unknown(attempt.clone());
                    self.stray(&attempt.id, &Approval::by_hand(amount, number, attempt.months));
                } else if finding == Finding::CardCharged {
                    let number = ApprovalNumber::new(number).map_err(|_| "that is no approval number")?;
                    self.paid_at = Some(at.clone());
                    let approval = Approval::by_hand(attempt.amount, number, attempt.months);
                    self.card = CardState::Approved(attempt, approval);
                } else {
                    self.ended_attempts.push(attempt.id);
                    self.last_ended = Some(at.clone());
                    self.card = CardState::Cancelled;
                }
            }
            Finding::RefundDone => {
                let open =
                    |refund: &&mut Refund| matches!(refund.state, RefundState::Unknown { .. } | RefundState::Declined);
                self.refunds_mut().find(open).ok_or("no refund is in doubt")?.becomes(RefundState::Done, at);
                self.stray_is_given_back();
            }
            Finding::RefundNotDone => {
                let open = |refund: &&mut Refund| matches!(refund.state, RefundState::Unknown { .. });
                self.refunds_mut().find(open).ok_or("no refund is in doubt")?.becomes(RefundState::Declined, at);
            }
            Finding::SettledElsewhere => {
                let open = |refund: &Refund| refund.state != RefundState::Done;
                if self.with_staff == Some(StaffReason::JournalImpossible) {
                    // No machine goes on behind what can't be: a manager's word ends it.
                } else if self.card_in_doubt().is_some() || !self.stray_charges.is_empty() || self.refunds().any(open) {
                    return Err("money is in doubt");
                }
            }
        }
        self.by_hand = true;
        self.decided = None;
        self.with_staff = None;
        Ok(())
    }

    /// Staff were told only of what is answered now.
    fn answered_at_last(&mut self, told: StaffReason) {
        self.with_staff.take_if(|reason| *reason == told);
    }

    fn made_by_staff(&mut self) -> Result<(), &'static str> {
        if !self.is_paid() || self.refund.is_some() || self.hand_over != HandOver::Withdrawn || self.made_by_staff {
            return Err("nothing is to be made by staff");
        }
        self.made_by_staff = true;
        self.answered_at_last(StaffReason::HandOverLate);
        self.answered_at_last(StaffReason::HandOverFailed);
        Ok(())
    }

    fn stray(&mut self, attempt: &AttemptId, approval: &Approval) {
        if self.stray_charge(attempt).is_none() {
            self.stray_charges.push(Charge { attempt: attempt.clone(), approval: approval.clone() });
        }
    }

    fn refunds_mut(&mut self) -> impl Iterator<Item = &mut Refund> {
        self.refund.iter_mut().chain(&mut self.stray_refund)
    }

    fn refund_begun(&mut self, attempt: Option<&AttemptId>, at: &Now) -> Result<(), &'static str> {
        if self.in_flight.is_some() {
            return Err("a message is in flight");
        }
        if self.refunds().any(|refund| matches!(refund.state, RefundState::Begun | RefundState::Started { .. })) {
            return Err("another refund goes on");
        }
        let stray = attempt.and_then(|attempt| self.stray_charge(attempt)).cloned();
        let before = if stray.is_some() { &self.stray_refund } else { &self.refund };
        if before.as_ref().is_some_and(|refund| refund.state != RefundState::Declined) {
            return Err("another refund isn't proven to have ended");
        }
        if let Some(charge) = stray {
            self.stray_refund = Some(Refund::begun(Some(charge), RefundState::Begun, at));
        } else {
            let (charge, state) = match (&self.card, attempt) {
                (CardState::Approved(paid, approval), Some(attempt)) if paid.id == *attempt => {
                    let charge = Charge { attempt: paid.id.clone(), approval: approval.clone() };
                    (Some(charge), RefundState::Begun)
                }
                (CardState::NotDue, None) => (None, RefundState::Done),
                (_, _) => return Err("nothing was charged by that attempt"),
            };
            match self.hand_over {
                HandOver::NotDue | HandOver::Started | HandOver::Failed => {
                    return Err("what wasn't handed over isn't withdrawn");
                }
                HandOver::Done | HandOver::Withdrawn | HandOver::Voiding | HandOver::Voided => {}
            }
            self.refund = Some(Refund::begun(charge, state, at));
        }
        self.with_staff = None;
        self.decided = None;
        self.closed = None;
        Ok(())
    }

    fn open_refund(&mut self, refund: &RefundId) -> Result<&mut Refund, &'static str> {
        let open = self.refunds_mut().find(|open| open.state.in_doubt() == Some(refund));
        open.ok_or("no such refund is open")
    }

    fn refund_done(&mut self, refund: &RefundId, given: Option<&Approval>, at: &Now) -> Result<(), &'static str> {
        let open = self.open_refund(refund)?;
        open.becomes(RefundState::Done, at);
        open.given = given.cloned();
        self.terminal_told();
        self.stray_is_given_back();
        Ok(())
    }

    /// A stray charge whose refund is done counts no more: the order itself is where it was before that charge.
    fn stray_is_given_back(&mut self) {
        let Some(refund) = self.stray_refund.take_if(|stray| stray.state == RefundState::Done) else { return };
        let Some(given_back) = refund.charge.clone() else { return };
        self.stray_charges.retain(|charge| charge.attempt != given_back.attempt);
        if self.card_in_doubt().is_some_and(|open| open.id == given_back.attempt) {
            self.ended_attempts.push(given_back.attempt.clone());
            self.card = CardState::Cancelled;
        }
        self.strays_given_back.push((given_back, refund));
    }

    fn message_mut(&mut self, request: Request) -> Option<&mut Message> {
        match request {
            Request::Connect(_) => None,
            Request::Settle => self.settle.as_mut(),
            Request::Release => self.release.as_mut(),
            Request::Cancel => self.cancel.as_mut(),
        }
    }
}
