//! May the program be ended now, to be updated? Ending it at any moment loses nobody's money; but a customer shouldn't see
//! it happen, and nothing that has a deadline should wait for it.

use super::{Front, Kiosk};
use crate::{
    ids::TransactionId,
    settlement::{self, Next},
    time::Now,
    transaction::{Deadline, Transaction},
    view::OutOfService,
};

/// What an update waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Busy {
    /// The journal isn't open, so that nobody knows what is under way.
    Journal,
    /// What was interrupted is brought to its end.
    Recovering,
    /// Somebody orders.
    Customer,
    /// Staff are in.
    Staff,
    /// A machine has something to do for it, or its holds end some time.
    Transaction(TransactionId),
}

impl Kiosk {
    /// What an update waits for. What waits for staff alone holds nothing back: it may be days.
    pub fn busy(&self, now: &Now) -> Option<Busy> {
        if self.shut.is_some() {
            return Some(Busy::Journal);
        }
        self.screen_is_busy().or_else(|| {
            let asked = self.session.as_ref().map(|session| &session.transaction);
            let open = |t: &&Transaction| is_open(t, now) || asked == Some(&t.id) || self.terminal_has(&t.id);
            self.transactions().find(open).map(|t| Busy::Transaction(t.id.clone()))
        })
    }

    /// Has this program opened the journal, resumed what was interrupted, and shown its first screen? Then an update to it
    /// is through, also when the first screen says that the terminal is away or that staff have paused it.
    pub fn is_up(&self) -> bool {
        self.shut.is_none() && self.screen_is_busy() != Some(Busy::Recovering)
    }

    fn terminal_has(&self, id: &TransactionId) -> bool {
        self.terminal.as_ref().is_some_and(|call| call.is_about(id))
    }

    fn screen_is_busy(&self) -> Option<Busy> {
        match &self.front {
            Front::Recovering => Some(Busy::Recovering),
            Front::OutOfService { why, .. } => match why {
                OutOfService::Recovering { .. } => Some(Busy::Recovering),
                OutOfService::Journal | OutOfService::Configuration => Some(Busy::Journal),
                OutOfService::Damage
                | OutOfService::CardInDoubt
                | OutOfService::Terminal
                | OutOfService::Paused
                | OutOfService::Updating => None,
            },
            Front::Attract => None,
            Front::Staff(_) => Some(Busy::Staff),
            Front::Menu { .. }
            | Front::Options { .. }
            | Front::Review { .. }
            | Front::Benefits
            | Front::Service(_)
            | Front::ServiceFailed(_)
            | Front::ServiceUnknown(_)
            | Front::BenefitsLost
            | Front::TimeShort { .. }
            | Front::Returning { .. }
            | Front::PayConfirm { .. }
            | Front::Card { .. }
            | Front::Declined { .. }
            | Front::Settling { .. }
            | Front::Done { .. }
            | Front::Unknown { .. } => Some(Busy::Customer),
        }
    }
}

/// Does a machine have something to do for it, or does a hold of it end some time?
fn is_open(t: &Transaction, now: &Now) -> bool {
    if t.closed.is_some() || t.with_staff.is_some() || t.damaged {
        return false;
    }
    match settlement::next(t, now) {
        Next::AskTerminal(_)
        | Next::StartRefund(_)
        | Next::AskRefund(..)
        | Next::Send(_)
        | Next::HandOver
        | Next::Close(_)
        | Next::Staff(_)
        | Next::Wait => true,
        Next::Rest => matches!(t.deadline(now), Deadline::Left(_)) && t.may_hold(),
    }
}
