//! What happens to the kiosk, and what it leads to.

use super::{Found, Kiosk, Look};
use crate::{
    card::{Approval, NoAnswer, PaymentRequest, RefundRequest, TerminalAnswer, TerminalOutcome},
    catalog::Catalog,
    deed::{Deed, Written},
    entry::Record,
    ids::{AttemptId, OrderId, RefundId, StoreId, TransactionId},
    paper::{Paper, PrintOutcome, PrinterState},
    protocol::Payload,
    staff::{Action, Person},
    transaction::Transaction,
    view::{Act, FromModule, Ignored, WriteOutcome},
};

/// Names minted for one event, of which it uses what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// For a new transaction.
    pub transaction: TransactionId,
    /// For a new order.
    pub order: OrderId,
    /// For a new attempt to charge.
    pub attempt: AttemptId,
    /// For a new refund.
    pub refund: RefundId,
}

/// What happens to the kiosk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The program started: go on with what was interrupted. First of all events.
    Resume,
    /// Time went by.
    Tick,
    /// What the journal says of the order numbers of a business day: the last one that was given, 0 before the first.
    Numbers {
        /// `YYYY-MM-DD`.
        business_day: String,
        /// The last one.
        last: u32,
    },
    /// A touch or key on our page, made on this view.
    Act {
        /// The view's number.
        view: u32,
        /// What was touched.
        act: Act,
    },
    /// A touch or key anywhere in the window, the frame included.
    Input,
    /// A page was loaded (anew).
    PageConnected,
    /// The page tells of a frame.
    Module {
        /// Which session's.
        session: u32,
        /// What.
        event: FromModule,
    },
    /// Whether the module's server can be reached.
    Reachable(bool),
    /// The reader works, or doesn't.
    ScannerIs {
        /// It does.
        ready: bool,
        /// Where it is, or why it isn't there: for staff.
        says: String,
    },
    /// How the printer is.
    PrinterIs(PrinterState),
    /// What became of the paper of that name.
    Printed(u32, PrintOutcome),
    /// Whether the agent is away, or its terminal isn't ready to charge, when nobody pays.
    TerminalAway(bool),
    /// More of the journal turned out to be damaged, or staff decided about what was.
    JournalDamage {
        /// What names the first damage that they haven't decided about.
        undecided: Option<String>,
        /// How many more wait for staff because of it.
        more: u32,
    },
    /// An update is about to end the program, so that nobody is to begin an order; or, false, it doesn't.
    Updating(bool),
    /// A barcode was read.
    Scanned(String),
    /// Something that is no barcode was read.
    ScanRefused,
    /// The agent says which memory is ready, or nothing.
    TerminalReady(Result<StoreId, NoAnswer>),
    /// The agent answered a request to charge.
    PaymentAnswered(AttemptId, Result<TerminalAnswer, NoAnswer>),
    /// The agent answered what became of an attempt.
    PaymentAsked(AttemptId, Result<TerminalAnswer, NoAnswer>),
    /// The agent answered a request to stop.
    PaymentStopped(AttemptId, Result<TerminalAnswer, NoAnswer>),
    /// The agent answered a refund, or what became of it.
    RefundAnswered(RefundId, Result<TerminalAnswer, NoAnswer>),
    /// The order was taken on, or why not. Each [`Effect::HandOver`] has one such end.
    HandedOver(TransactionId, Result<(), NotTaken>),
    /// The shop knows that an order is void, or why not. Each [`Effect::VoidHandOver`] has one such end.
    HandOverVoided(TransactionId, Result<(), NotTaken>),
    /// How a part of the kitchen is.
    KitchenIs(KitchenPart, KitchenState),
    /// What came of [`Effect::TestKitchen`].
    KitchenTried(Result<(), NotTaken>),
    /// Staff decided: this transaction as the journal proves it.
    StaffDecided {
        /// Who.
        by: Person,
        /// Of what.
        transaction: Box<Transaction>,
        /// What.
        action: Action,
    },
    /// Somebody gave this person's PIN.
    Proved(Person),
    /// Somebody gave a PIN that is nobody's, or none is looked at now.
    NotProved,
    /// What staff asked for is there.
    Found(Found),
    /// The menu as its file has it, or all that is wrong with it.
    MenuRead(Result<Box<Catalog>, Vec<String>>),
    /// What became of what staff had written to a stick or a folder.
    Wrote(WriteOutcome),
}

impl Event {
    /// Does it say what became of something that was done? Then it is worth nothing unless it can be written down.
    pub(super) const fn is_answer(&self) -> bool {
        match self {
            Event::Resume
            | Event::Tick
            | Event::Numbers { .. }
            | Event::Act { .. }
            | Event::Input
            | Event::PageConnected
            | Event::Reachable(_)
            | Event::ScannerIs { .. }
            | Event::PrinterIs(_)
            | Event::Printed(..)
            | Event::TerminalAway(_)
            | Event::KitchenIs(..)
            | Event::KitchenTried(_)
            | Event::JournalDamage { .. }
            | Event::Updating(_)
            | Event::Proved(..)
            | Event::NotProved
            | Event::Found(..)
            | Event::MenuRead(_)
            | Event::Wrote(_) => false,
            Event::Module { .. }
            | Event::Scanned(_)
            | Event::ScanRefused
            | Event::TerminalReady(_)
            | Event::PaymentAnswered(..)
            | Event::PaymentAsked(..)
            | Event::PaymentStopped(..)
            | Event::StaffDecided { .. }
            | Event::RefundAnswered(..)
            | Event::HandedOver(..)
            | Event::HandOverVoided(..) => true,
        }
    }
}

impl Event {
    /// Does it say what became of a charge? It may tell of money, and isn't told again.
    pub const fn is_of_the_terminal(&self) -> bool {
        matches!(self, Event::PaymentAnswered(..) | Event::PaymentAsked(..) | Event::PaymentStopped(..))
    }

    /// The charge that it tells of.
    pub const fn charge(&self) -> Option<(&AttemptId, &Approval)> {
        let (Event::PaymentAnswered(attempt, answer)
        | Event::PaymentAsked(attempt, answer)
        | Event::PaymentStopped(attempt, answer)) = self
        else {
            return None;
        };
        match answer {
            Ok(TerminalAnswer { outcome: TerminalOutcome::Approved(approval), .. }) => Some((attempt, approval)),
            Ok(_) | Err(_) => None,
        }
    }

    /// Does it say how the world around the kiosk is? Such things are told when they change.
    pub const fn is_of_the_world(&self) -> bool {
        matches!(
            self,
            Event::Reachable(_)
                | Event::ScannerIs { .. }
                | Event::PrinterIs(_)
                | Event::Printed(..)
                | Event::TerminalAway(_)
                | Event::KitchenIs(..)
        )
    }
}

/// Why the shop hasn't acknowledged an order, or that it is void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTaken {
    /// In words, for staff.
    pub why: String,
    /// It will never take it like this: asking again changes nothing.
    pub refused: bool,
    /// It may have it all the same.
    pub perhaps: bool,
}

impl NotTaken {
    /// The shop said no.
    pub fn refused(why: impl Into<String>) -> NotTaken {
        NotTaken { why: why.into(), refused: true, perhaps: false }
    }

    /// It was sent, and nothing came back that could be believed.
    pub fn unanswered(why: impl Into<String>) -> NotTaken {
        NotTaken { why: why.into(), refused: false, perhaps: true }
    }

    /// Nothing of it was sent.
    pub fn not_sent(why: impl Into<String>) -> NotTaken {
        NotTaken { why: why.into(), refused: false, perhaps: false }
    }
}

/// One of the ways in which the shop hears of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KitchenPart {
    /// The address that orders are posted to.
    OrderHook,
    /// The printer of order tickets.
    Printer,
}

/// How a part of the kitchen is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitchenState {
    /// Does it take orders on, as far as it is known?
    pub ready: bool,
    /// What it says of itself, for staff and the log.
    pub says: String,
}

/// What is done in the outside world, after the rows are durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Hand this text, with `auth` put in, to the frame of this session.
    Post {
        /// Which frame.
        session: u32,
        /// What.
        payload: Payload,
    },
    /// Hand a scan to the frame of this session (guide 2.6).
    PostBarcode {
        /// Which frame.
        session: u32,
        /// The JSON text.
        text: String,
    },
    /// Ask the agent whether it is ready.
    AskReady,
    /// Ask the agent to charge.
    Pay(PaymentRequest),
    /// Ask the agent what became of an attempt.
    AskPayment(AttemptId),
    /// Ask the agent to stop, and never to charge under this name again.
    StopPayment(AttemptId),
    /// Ask the agent to give the money back.
    Refund(RefundRequest),
    /// Ask the agent what became of a refund.
    AskRefund(AttemptId, RefundId),
    /// Hand the order over to the shop. May be repeated: the order's id tells that it is the same.
    HandOver {
        /// Whose order.
        transaction: TransactionId,
        /// The shop may have it already.
        again: bool,
    },
    /// Tell the shop that an order it has taken on is void.
    VoidHandOver(TransactionId),
    /// See whether an order would arrive. How the kitchen is then is told as usual.
    TestKitchen,
    /// Count what was ignored of this session's frame (0: when there was none), for the log.
    Ignored {
        /// Which session's.
        session: u32,
        /// How many messages, by why.
        counts: Ignored,
    },
    /// Look this up for staff.
    Look(Look),
    /// Whose PIN is this?
    CheckPin(String),
    /// Give somebody a role and a PIN, and tell who may do what then.
    SetPerson {
        /// Who.
        person: Person,
        /// Six digits.
        pin: String,
    },
    /// Let somebody do nothing any more, and tell who may do what then.
    RemovePerson(String),
    /// Read the menu's file, whole.
    ReadMenu,
    /// Write this to a stick or a folder.
    Write(Written),
    /// Print this, once. It is not waited for, and nothing of money depends on it.
    Print {
        /// Counts up while the program runs.
        name: u32,
        /// What is on it.
        paper: Paper,
    },
    /// Tell staff, in words without secrets or personal data.
    Alert(String),
}

/// What an event leads to.
#[derive(Clone, Debug)]
pub struct Step {
    /// The next state, once the rows are durable.
    pub kiosk: Kiosk,
    /// To be made durable in one commit, first.
    pub record: Vec<Record>,
    /// What staff did: to be made durable in the same commit.
    pub deeds: Vec<Deed>,
    /// To be done after that, in this order.
    pub then: Vec<Effect>,
    /// The screen may have changed.
    pub show: bool,
}
