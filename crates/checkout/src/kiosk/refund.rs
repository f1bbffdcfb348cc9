//! Giving money back: what the terminal is asked, and what its answers mean (protocol.md §6, Refund).

use super::{Call, Effect, Turn};
use crate::{
    card::{NoAnswer, RefundRequest, TerminalAnswer, TerminalOutcome},
    entry::Entry,
    ids::{RefundId, StoreId, TransactionId},
    transaction::{Charge, Refund, RefundState},
};

impl Turn<'_> {
    /// The agent is ready: the refund is journalled, and only then asked for.
    pub(super) fn refund(&mut self, id: &TransactionId, store: StoreId) {
        let begun = |refund: &&Refund| refund.state == RefundState::Begun;
        let Some(charge) = self.k.transaction(id).and_then(|t| t.refunds().find(begun)?.charge.clone()) else { return };
        let refund = self.fresh.refund.clone();
        if self.enter(id, Entry::RefundStarted { refund: refund.clone(), store }) {
            self.tries_anew(id);
            self.k.terminal = Some(Call::Refund(id.clone()));
            self.then.push(Effect::Refund(RefundRequest {
                attempt: charge.attempt,
                refund,
                approval: charge.approval,
            }));
        }
    }

    pub(super) fn refund_answered(&mut self, refund: &RefundId, answer: Result<TerminalAnswer, NoAnswer>) {
        let (id, asked) = match self.k.terminal.clone() {
            Some(Call::Refund(id)) => (id, false),
            Some(Call::AskRefund(id)) => (id, true),
            Some(Call::Ready(_) | Call::Pay(_) | Call::Ask(_) | Call::Stop(_) | Call::ReadyToRefund(_)) | None => {
                return;
            }
        };
        self.k.terminal = None;
        let open = |open: &&Refund| open.state.in_doubt() == Some(refund);
        let Some(Refund { charge: Some(charge), state, .. }) =
            self.k.transaction(&id).and_then(|t| t.refunds().find(open).cloned())
        else {
            return;
        };
        let begun_with = match state {
            RefundState::Started { store, .. } => Some(store),
            RefundState::Begun | RefundState::Unknown { .. } | RefundState::Done | RefundState::Declined => None,
        };
        let refund = refund.clone();
        let Ok(TerminalAnswer { store, outcome }) = answer else { return self.back_off(&id) };
        let entry = match outcome {
            TerminalOutcome::Approved(given) if given.amount == charge.approval.amount => {
                Entry::RefundDone { refund, approval: Some(given) }
            }
            TerminalOutcome::Approved(given) => {
                let why = format!("{} was given back of {}", given.amount, charge.approval.amount);
                Entry::RefundUnknown { refund, why }
            }
            TerminalOutcome::Declined { code, .. } => Entry::RefundDeclined { refund, code },
            // Surely never begun, as the memory that it began with says: the same refund again.
            TerminalOutcome::NotFound | TerminalOutcome::Cancelled if begun_with.as_ref() == Some(&store) => {
                self.back_off(&id);
                if asked {
                    self.k.terminal = Some(Call::Refund(id));
                    let Charge { attempt, approval } = charge;
                    self.then.push(Effect::Refund(RefundRequest { attempt, refund, approval }));
                }
                return;
            }
            TerminalOutcome::NotFound | TerminalOutcome::Cancelled => {
                let why = "the agent's memory isn't the one that was asked".to_owned();
                Entry::RefundUnknown { refund, why }
            }
            TerminalOutcome::InProgress { .. } => return self.back_off(&id),
        };
        self.enter(&id, entry);
        self.tries_anew(&id);
    }

    /// Something definite was heard.
    fn tries_anew(&mut self, id: &TransactionId) {
        if let Some(tracked) = self.k.open.get_mut(id) {
            tracked.heard();
        }
    }
}
