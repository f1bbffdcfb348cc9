//! The benefits: which are ticked, one module session after the other, and the ways out (protocol.md §6, Services).

use super::{Front, Then, Turn};
use crate::{
    answer::{Declined, ServiceOutcome, WhyUnknown},
    codes::Class,
    entry::{Entry, NotPosted},
    ids::TransactionId,
    order::Order,
    protocol::{self, AutoClose, Question, Request},
    service::Service,
    time::MINUTE_MS,
    transaction::{Deadline, ServiceState, Transaction},
    view::{Act, Note, Receipt},
};

/// With less time left than this no new service is asked, and an unpaid order is given back, ms.
const LEAST_FOR_SERVICE_MS: i64 = 5 * MINUTE_MS;
/// How often a frame that didn't load may be tried again.
const RETRIES: u32 = 2;

impl Turn<'_> {
    #[allow(clippy::wildcard_enum_match_arm, clippy::collapsible_match)] // a touch that doesn't belong to the screen does nothing
    pub(super) fn benefits_act(&mut self, act: Act) {
        match (self.k.front.clone(), act) {
            (Front::Review { .. }, Act::UseBenefits) => {
                if self.order_is_sound() && !self.k.offered().is_empty() {
                    self.k.customer.ticked.clear();
                    self.k.front = Front::Benefits;
                }
            }
            (Front::Review { .. }, Act::PayNow) | (Front::Benefits, Act::NoBenefits) => {
                if self.order_is_sound() {
                    self.k.customer.ticked.clear();
                    self.begin();
                    self.confirm_payment();
                }
            }
            (Front::Benefits, Act::Tick { service, on }) => {
                let offered = self.k.offered().contains(&service);
                let ticked = &mut self.k.customer.ticked;
                ticked.retain(|known| *known != service);
                if on && offered {
                    ticked.push(service);
                    ticked.sort();
                }
            }
            (Front::Benefits, Act::Next) => {
                if self.order_is_sound() {
                    self.begin();
                    self.next_service();
                }
            }
            (Front::Service(_), Act::Skip) => {
                self.end_session(NotPosted::LeftByCustomer, WhyUnknown::LeftByCustomer);
                self.skip_current();
            }
            (Front::ServiceFailed(service), Act::TryAgain) => {
                if self.k.may_open_again(service) {
                    self.k.front = Front::Service(service);
                }
            }
            (Front::ServiceFailed(_), Act::WithoutService) => self.skip_current(),
            (Front::ServiceUnknown(_), Act::GoOn) => self.next_service(),
            (Front::ServiceUnknown(_) | Front::BenefitsLost, Act::StartAgain | Act::TryAgain) => {
                self.give_back_then(Then::Benefits);
            }
            (Front::TimeShort { old }, Act::TryAgain) => self.wait_for(old, Then::Benefits),
            (Front::BenefitsLost, Act::WithoutBenefits) => self.give_back_then(Then::Pay),
            (
                Front::ServiceUnknown(_)
                | Front::BenefitsLost
                | Front::TimeShort { .. }
                | Front::Declined { .. }
                | Front::Returning { .. }
                | Front::ServiceFailed(_),
                Act::Stop,
            ) => self.leave(),
            _ => {}
        }
    }

    /// Something to buy, and nothing of it sold out since.
    fn order_is_sound(&self) -> bool {
        let lines = &self.k.customer.lines;
        !lines.is_empty() && !lines.iter().any(|line| self.k.sold_out(line))
    }

    /// A new transaction for what is in the cart.
    pub(super) fn begin(&mut self) {
        let customer = &mut self.k.customer;
        let id = self.fresh.transaction.clone();
        let order_id = customer.order.get_or_insert_with(|| self.fresh.order.clone()).clone();
        let order = Order { id: order_id, way: customer.way, lines: customer.lines.clone() };
        customer.transaction = Some(id.clone());
        let t = Transaction::new(id.clone(), order.clone(), self.now.clone());
        self.k.open.insert(id.clone(), super::Tracked::new(t));
        let entry = Entry::Began { order };
        self.record.push(crate::entry::Record { transaction: id, seq: 0, at: self.now.clone(), entry });
    }

    /// The next ticked service that may be asked, or the payment.
    pub(super) fn next_service(&mut self) {
        let Some(t) = self.mine() else { return };
        let open = self
            .k
            .customer
            .ticked
            .iter()
            .copied()
            .find(|service| *t.services.get(*service) == ServiceState::NotAsked && !t.limit(*service).is_zero());
        match open.filter(|service| !self.k.off.contains(service)) {
            Some(_) if t.asked_anything() && !has_left(t.deadline(self.now), LEAST_FOR_SERVICE_MS) => {
                self.time_short();
            }
            Some(service) => self.k.front = Front::Service(service),
            None => self.confirm_payment(),
        }
    }

    /// Opens the current service's session when the lane is free.
    pub(super) fn open_wanted(&mut self) -> bool {
        let Front::Service(service) = self.k.front else { return false };
        if self.k.session.is_some() || !self.k.page {
            return false;
        }
        if !self.k.may_open_again(service) {
            self.k.front = Front::ServiceFailed(service);
            return true;
        }
        let Some(t) = self.mine().filter(|t| *t.services.get(service) == ServiceState::NotAsked) else {
            return false;
        };
        let auto_close = if self.k.customer.assisted() { AutoClose::Assisted } else { AutoClose::Connection };
        let (id, limit) = (t.id.clone(), t.limit(service));
        let Some(question) = Question::new(service, limit, &t.order.lines) else {
            // Nothing is left to ask it for.
            self.next_service();
            return true;
        };
        let payload = protocol::connection(&id, question, auto_close);
        let request = Request::Connect(service);
        if !self.open_session(&id, Entry::Opened { request, limit: Some(limit), payload }) {
            self.in_doubt();
            return false;
        }
        true
    }

    /// The customer goes on without the service that stands there. One that was asked stays unknown, silently.
    fn skip_current(&mut self) {
        if let Front::Service(service) | Front::ServiceFailed(service) = self.k.front {
            self.k.customer.ticked.retain(|ticked| *ticked != service);
            let failed = matches!(self.k.front, Front::ServiceFailed(_));
            if failed && self.mine().is_some_and(Transaction::holds) {
                // It can't be loaded while something is held: what is held might not be settled either.
                self.k.front = Front::BenefitsLost;
                return;
            }
            // Of one that was asked nobody knows; it is settled with N.
            if self.mine().is_some_and(|t| *t.services.get(service) == ServiceState::NotAsked) {
                self.note(Note::NotUsed { service });
            }
            self.next_service();
        }
    }

    /// What an answer (or its absence) does to the way.
    pub(super) fn service_answered(&mut self, id: &TransactionId, service: Service, outcome: &ServiceOutcome) {
        self.note_offers(service, outcome);
        if self.k.customer.transaction.as_ref() != Some(id) || self.k.front != Front::Service(service) {
            return;
        }
        let holds = self.mine().is_some_and(Transaction::holds);
        match outcome {
            ServiceOutcome::Held { .. } => self.next_service(),
            ServiceOutcome::Unknown { why: WhyUnknown::LeftByCustomer } => {}
            ServiceOutcome::Unknown { .. } => self.k.front = Front::ServiceUnknown(service),
            ServiceOutcome::Declined { why } => match why {
                Declined::ByCustomer | Declined::Nothing => {
                    self.note(Note::NotUsed { service });
                    self.next_service();
                }
                Declined::CouponFor { items } => {
                    let items = items.iter().filter_map(|item| self.k.item_name(item)).collect();
                    self.note(Note::CouponFor { items });
                    self.next_service();
                }
                Declined::Credentials { .. } if holds => self.k.front = Front::BenefitsLost,
                Declined::OurFault { code } if holds && code.class() == Class::BadTransaction => {
                    self.k.front = Front::BenefitsLost;
                }
                Declined::Credentials { .. }
                | Declined::OurFault { .. }
                | Declined::NotNow { .. }
                | Declined::NotOffered { .. } => {
                    self.note(Note::NotNow { service });
                    self.next_service();
                }
            },
        }
    }

    /// What an answer says of more than this order: a service may not be offered any more.
    fn note_offers(&mut self, service: Service, outcome: &ServiceOutcome) {
        let ServiceOutcome::Declined { why } = outcome else { return };
        match why {
            Declined::NotOffered { .. } => self.k.off.push(service),
            Declined::Credentials { .. } => self.k.off.extend(Service::ALL),
            Declined::OurFault { .. }
            | Declined::NotNow { .. }
            | Declined::ByCustomer
            | Declined::Nothing
            | Declined::CouponFor { .. } => {}
        }
    }

    /// 09.
    pub(super) fn confirm_payment(&mut self) {
        let receipt = if self.k.prints() { Receipt::Paper } else { Receipt::None };
        self.k.front = Front::PayConfirm { receipt, months: 0, busy: false };
    }

    /// Too little time is left: what is held is given back now, and one screen says why.
    pub(super) fn time_short(&mut self) {
        let old = self.k.customer.transaction.clone();
        self.detach();
        self.k.customer.sheet = None;
        self.k.front = Front::TimeShort { old };
    }

    /// Gives back what is held, waits for the answer, and goes on with the same cart.
    pub(super) fn give_back_then(&mut self, then: Then) {
        let old = self.k.customer.transaction.clone();
        self.detach();
        self.wait_for(old, then);
    }

    fn wait_for(&mut self, old: Option<TransactionId>, then: Then) {
        match old {
            Some(old) => self.k.front = Front::Returning { old, then },
            None => self.go_on(then),
        }
    }

    pub(super) fn go_on(&mut self, then: Then) {
        self.k.customer.ticked.clear();
        match then {
            Then::Review => self.k.front = Front::Review { page: 1 },
            Then::Benefits if !self.k.offered().is_empty() => self.k.front = Front::Benefits,
            Then::Benefits | Then::Pay => {
                self.begin();
                self.confirm_payment();
            }
        }
    }

    /// The five minutes before the holds end: an unpaid order is given back while there is time.
    pub(super) fn watch_deadline(&mut self) {
        let short = self.mine().is_some_and(|t| {
            self.k.attended(t) && t.may_hold() && !has_left(t.deadline(self.now), LEAST_FOR_SERVICE_MS)
        });
        // While the terminal is asked whether it is ready nothing has begun.
        if short {
            self.k.terminal.take_if(|call| matches!(call, super::Call::Ready(_)));
            self.time_short();
        }
    }
}

/// Are at least so many ms left?
pub(super) const fn has_left(deadline: Deadline, ms: i64) -> bool {
    match deadline {
        Deadline::NotRunning => true,
        Deadline::Left(left) => left >= ms,
        Deadline::Passed | Deadline::Unknown => false,
    }
}

impl super::Kiosk {
    /// A session that ended before anything was posted may be opened again, but not for ever.
    pub(super) fn may_open_again(&self, service: Service) -> bool {
        self.mine().is_some_and(|t| *t.not_posted.get(service) <= RETRIES)
    }

    /// Did it become sold out while in the cart?
    pub(super) fn sold_out(&self, line: &crate::order::Line) -> bool {
        self.shop.catalog.item(&line.item).is_none_or(|item| item.sold_out)
    }

    /// An item's name in the customer's language; none for one that isn't sold here.
    fn item_name(&self, code: &str) -> Option<String> {
        let id = crate::ids::ItemId::new(code).ok()?;
        let item = self.shop.catalog.item(&id)?;
        Some(item.names.get(self.customer.settings.language).to_owned())
    }
}
