//! The journalled fact: the shape that we *keep*. Append-only; a kind is never renamed and never reused.
//!
//! A row of intent comes before its effect and a row of outcome after it, so that a crash at any point leaves a
//! truth to go on from.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    answer::{Cancelled, Evidence, MessageOutcome, ServiceOutcome, WhyUnknown},
    card::Approval,
    ids::{AttemptId, RefundId, StoreId, TransactionId},
    money::Won,
    order::Order,
    protocol::{Payload, Request},
    staff::{Action, Finding, FoundIn, Person},
    time::Now,
    view::Receipt,
};

/// One fact about one transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case", rename_all_fields = "snake_case")]
pub enum Entry {
    /// The transaction exists; its order is fixed.
    Began {
        /// What is bought.
        order: Order,
    },
    /// A module session is about to be shown. Nothing was posted.
    Opened {
        /// What for.
        request: Request,
        /// For a connection: the most that may be used, in won.
        limit: Option<Won>,
        /// What will be posted, without `auth`.
        payload: Payload,
    },
    /// The session ended, and nothing was posted in it: it had no `Asked`.
    NotPosted {
        /// Why.
        why: NotPosted,
    },
    /// The page is loaded; the text is about to be handed to it.
    Asked,
    /// The module answered a connection.
    Answered {
        /// What is kept of the answer.
        evidence: Evidence,
        /// What it means.
        outcome: ServiceOutcome,
    },
    /// The module answered a `confirm` or a `cancel`.
    MessageAnswered {
        /// What is kept of the answer.
        evidence: Evidence,
        /// What it means.
        outcome: MessageOutcome,
        /// Of a `cancel` that was done: what Prbiti says it gave back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cancelled: Option<Cancelled>,
    },
    /// The session ended without an answer after its text was handed over.
    Unanswered {
        /// Why.
        why: WhyUnknown,
    },
    /// What will be posted to settle or release, fixed once and for all. Repeats post the same.
    Prepared {
        /// `Settle`, `Release` or `Cancel`.
        request: Request,
        /// Without `auth`.
        payload: Payload,
    },
    /// The terminal is about to be asked to charge.
    PaymentStarted {
        /// Minted for this attempt.
        attempt: AttemptId,
        /// All of it.
        amount: Won,
        /// The part without VAT.
        tax_free: Won,
        /// The VAT contained in the rest.
        tax: Won,
        /// 0 for in full.
        months: u32,
        /// The agent's memory, asked just before.
        store: StoreId,
        /// How the customer wants the receipt.
        receipt: Receipt,
    },
    /// The amount that was asked for is charged.
    PaymentApproved {
        /// Which attempt.
        attempt: AttemptId,
        /// What the agent tells.
        approval: Approval,
    },
    /// Nothing was charged: the issuer or the terminal refused.
    PaymentDeclined {
        /// Which attempt.
        attempt: AttemptId,
        /// Their code.
        code: String,
        /// Their words.
        message: String,
    },
    /// Nothing was charged: it was stopped before, or the agent has proved that it never began.
    PaymentCancelled {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// Nobody knows whether the card was charged.
    PaymentUnknown {
        /// Which attempt.
        attempt: AttemptId,
        /// Why, for staff.
        why: String,
        /// The charge of another amount than was asked for, when that is why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        charged: Option<Approval>,
    },
    /// A charge turned up for an attempt that was proven otherwise. Reopens what was closed, for staff; never handed
    /// over by itself.
    LateApproval {
        /// Which attempt.
        attempt: AttemptId,
        /// What the agent tells.
        approval: Approval,
    },
    /// Nothing was left to pay, and the customer finished the order.
    OrderFinished {
        /// How the customer wants the receipt.
        receipt: Receipt,
    },
    /// The order is about to be handed over.
    HandOverStarted {
        /// The day the number counts in, `YYYY-MM-DD`.
        business_day: String,
        /// Counts up within the day, from 1.
        number: u32,
        /// The number with the kiosk's prefix, as it is called.
        order_number: String,
    },
    /// The order was taken on.
    HandedOver,
    /// The order couldn't be handed over.
    HandOverFailed {
        /// Why, for staff.
        why: String,
    },
    /// A hand-over that hadn't been taken on is withdrawn.
    HandOverWithdrawn,
    /// Staff make an order that wasn't taken on: what was to be handed over is withdrawn, and nothing is handed over by
    /// itself any more.
    MadeByStaff,
    /// The shop is about to be told that an order it has taken on is void.
    HandOverVoidStarted,
    /// The shop knows that the order is void.
    HandOverVoided,
    /// A refund begins: all attempts to confirm end here. Reopens what was closed.
    RefundBegun {
        /// Whose charge is given back; none when nothing was charged.
        attempt: Option<AttemptId>,
    },
    /// The terminal is about to be asked to give the money back.
    RefundStarted {
        /// Minted for this refund.
        refund: RefundId,
        /// The agent's memory, asked just before.
        store: StoreId,
    },
    /// The money is given back.
    RefundDone {
        /// Which refund.
        refund: RefundId,
        /// What the issuer approved: the cancellation has a number and a time of its own. Older programs didn't keep it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        approval: Option<Approval>,
    },
    /// The money isn't given back.
    RefundDeclined {
        /// Which refund.
        refund: RefundId,
        /// Their code.
        code: String,
    },
    /// Nobody knows whether the money was given back.
    RefundUnknown {
        /// Which refund.
        refund: RefundId,
        /// Why, for staff.
        why: String,
    },
    /// Staff decided; what follows is the tables' (or the entries that stand beside this one).
    StaffActed {
        /// Who.
        by: Person,
        /// What.
        action: Action,
    },
    /// Staff vouch for what no machine could find out. It counts from here on, and stays marked.
    ResolvedByHand {
        /// Who: a manager.
        by: Person,
        /// What they found.
        finding: Finding,
        /// Where.
        found_in: FoundIn,
        /// Its number there.
        number: String,
        /// How much was charged, when that isn't what was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Won>,
        /// Why, in their words.
        words: String,
    },
    /// The customer walked away, stopped or began again: what is held is to be given back.
    Left,
    /// Only staff can go on.
    WithStaff {
        /// Why.
        reason: StaffReason,
    },
    /// Nothing is left to do.
    Closed {
        /// How it ended.
        how: Closed,
    },
}

impl Entry {
    /// May it follow the end? A transaction that money turns up for, that is refunded, or whose order was taken on after
    /// all, is open again.
    pub const fn reopens(&self) -> bool {
        matches!(
            self,
            Entry::LateApproval { .. }
                | Entry::RefundBegun { .. }
                | Entry::HandOverVoidStarted
                | Entry::StaffActed { action: Action::Refund, .. }
        )
    }
}

impl Entry {
    /// Does it say what became of money?
    pub const fn is_of_money(&self) -> bool {
        match self {
            Entry::PaymentApproved { .. }
            | Entry::PaymentDeclined { .. }
            | Entry::PaymentCancelled { .. }
            | Entry::PaymentUnknown { .. }
            | Entry::LateApproval { .. }
            | Entry::RefundBegun { .. }
            | Entry::RefundStarted { .. }
            | Entry::RefundDone { .. }
            | Entry::RefundDeclined { .. }
            | Entry::RefundUnknown { .. } => true,
            Entry::Began { .. }
            | Entry::Opened { .. }
            | Entry::NotPosted { .. }
            | Entry::Asked
            | Entry::Answered { .. }
            | Entry::MessageAnswered { .. }
            | Entry::Unanswered { .. }
            | Entry::Prepared { .. }
            | Entry::PaymentStarted { .. }
            | Entry::OrderFinished { .. }
            | Entry::HandOverStarted { .. }
            | Entry::HandedOver
            | Entry::HandOverFailed { .. }
            | Entry::HandOverWithdrawn
            | Entry::MadeByStaff
            | Entry::HandOverVoidStarted
            | Entry::HandOverVoided
            | Entry::StaffActed { .. }
            | Entry::ResolvedByHand { .. }
            | Entry::Left
            | Entry::WithStaff { .. }
            | Entry::Closed { .. } => false,
        }
    }
}

/// Why a session ended before anything was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotPosted {
    /// The frame didn't load in time.
    NotLoaded,
    /// The customer left before it had loaded.
    LeftByCustomer,
    /// Our page was loaded anew.
    PageGone,
    /// The kiosk was started anew.
    Restarted,
}

/// Why only staff can go on: a closed list, each with something that must be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StaffReason {
    /// Paid, asked to settle, and Prbiti hasn't said yes until the holds ended.
    SettleUnanswered,
    /// Paid, and Prbiti says that this transactionID is settled or lapsed.
    SettleRefused,
    /// Paid, and Prbiti doesn't accept the settlement as it is.
    SettleRejected,
    /// Paid, and it can't be told whether the holds still live.
    DeadlineUnknown,
    /// The agent can't tell whether the card was charged: its memory isn't the one that was asked to charge.
    CardUnknown,
    /// The terminal charged another amount than was asked for.
    CardOtherAmount,
    /// For ten minutes the agent hasn't said what became of a charge or a refund. It is asked on.
    TerminalSilent,
    /// A charge turned up for an attempt that was proven otherwise.
    LateApproval,
    /// Paid, and not handed over in ten minutes.
    HandOverLate,
    /// Paid, and the order wasn't taken on.
    HandOverFailed,
    /// The terminal refused the refund.
    RefundDeclined,
    /// The agent can't tell whether the money was given back.
    RefundUnknown,
    /// The money is given back, and Prbiti doesn't accept the cancel.
    CancelRefused,
    /// The money is given back, and for ten minutes Prbiti hasn't answered the cancel. It is repeated.
    CancelUnanswered,
    /// The journal holds something that can't be.
    JournalImpossible,
}

impl StaffReason {
    /// Does the kiosk go on by itself meanwhile? Then an answer takes the case from staff again.
    pub const fn goes_on(self) -> bool {
        match self {
            StaffReason::TerminalSilent | StaffReason::CancelUnanswered => true,
            StaffReason::SettleUnanswered
            | StaffReason::SettleRefused
            | StaffReason::SettleRejected
            | StaffReason::DeadlineUnknown
            | StaffReason::CardUnknown
            | StaffReason::CardOtherAmount
            | StaffReason::LateApproval
            | StaffReason::HandOverLate
            | StaffReason::HandOverFailed
            | StaffReason::RefundDeclined
            | StaffReason::RefundUnknown
            | StaffReason::CancelRefused
            | StaffReason::JournalImpossible => false,
        }
    }
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// Paid, settled where anything was asked, and handed over or made by staff.
    Settled,
    /// Nothing was ever asked or paid.
    Unused,
    /// What was held is given back.
    Released,
    /// What may have been held ended by itself after 30 minutes, and nobody was to get anything of it. An order that
    /// was paid stays paid.
    Lapsed,
    /// The money is given back.
    Refunded,
    /// Nothing could be sent any more, and a manager vouches that it is as it should be.
    ByHand,
}

/// A fact with its place and time: one row of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose.
    pub transaction: TransactionId,
    /// Counts up from 0 within the transaction, without a gap.
    pub seq: u32,
    /// When it was decided.
    pub at: Now,
    /// What.
    pub entry: Entry,
}
