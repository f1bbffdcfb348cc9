//! The kitchen: the order hook and the printer of order tickets, whichever there are. An order is taken on when all of them
//! have it. Its own task does one thing after the other, each once, and tells what came of it; nobody waits for it.
//!
//! A ticket is printed once by itself. What may have come out before says so on its face.

use std::collections::BTreeMap;

use checkout::{
    kiosk::{KitchenPart, KitchenState, NotTaken},
    order_hook::Message,
    paper::{Paper, PrintOutcome, PrinterState},
};
use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time::{Duration, Instant, sleep_until},
};

use crate::{
    config,
    order_hook::OrderHook,
    printer::{self, Patience, PrinterEvent, Style, encode},
};

/// Between two looks whether the hook's address takes a connection, when it does, and when it doesn't.
const LOOK: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// Orders of which it is remembered what became of them where.
const REMEMBERED: usize = 256;

/// What there is.
#[derive(Debug)]
pub struct Kitchen {
    /// Where orders are posted to.
    pub hook: Option<OrderHook>,
    /// Where their tickets are printed.
    pub printer: Option<config::Printer>,
}

/// What it is told of an order.
#[derive(Clone, Debug)]
pub struct Job {
    /// What it is called when it is told what came of it.
    pub key: String,
    /// What is posted.
    pub message: Message,
    /// The ticket, or the slip that it is void.
    pub paper: Paper,
    /// The same, saying that it may have come out before.
    pub paper_again: Paper,
    /// What is to happen.
    pub what: What,
}

/// What is to happen with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It is to be made.
    HandOver {
        /// It may have arrived before.
        again: bool,
    },
    /// It isn't to be made.
    Void,
    /// Nothing: somebody looks whether it arrives.
    Test,
}

/// What it has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KitchenEvent {
    /// What came of the job of that name: one for each, in their order.
    Came(What, String, Result<(), NotTaken>),
    /// How a part of it is, when that changes.
    Is(KitchenPart, KitchenState),
}

/// What became of an order's ticket since the program started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ticket {
    /// Nothing of it was sent to the printer.
    #[default]
    NotBegun,
    /// It was, and may have come out.
    Begun,
    /// It came out.
    Printed,
}

#[derive(Clone, Copy, Debug, Default)]
struct Known {
    posted: bool,
    ticket: Ticket,
    /// The slip that it is void came out.
    slip: bool,
}

/// Does what it is told until nobody has anything to tell any more.
pub async fn run(kitchen: Kitchen, patience: Patience, jobs: Receiver<Job>, events: Sender<KitchenEvent>) {
    let printer = kitchen.printer.map(|config::Printer { port, style }| {
        let (to_print, papers) = mpsc::channel(1);
        let (said, says) = mpsc::channel(8);
        tokio::spawn(printer::run(port, patience, papers, said));
        Printer { style, to_print, says, papers: 0 }
    });
    let look_at = kitchen.hook.as_ref().map(|_| Instant::now());
    let mut desk = Desk { hook: kitchen.hook, printer, jobs, events, known: BTreeMap::new(), told: None, look_at };
    // None: nobody tells it anything any more, or nobody listens.
    let _over: Option<()> = desk.serve().await;
}

struct Printer {
    style: Style,
    to_print: Sender<printer::Job>,
    says: Receiver<PrinterEvent>,
    papers: u32,
}

struct Desk {
    hook: Option<OrderHook>,
    printer: Option<Printer>,
    jobs: Receiver<Job>,
    events: Sender<KitchenEvent>,
    known: BTreeMap<String, Known>,
    /// How the hook was told to be.
    told: Option<KitchenState>,
    /// When it is looked at next. A hook that answers wrongly isn't judged by whether it takes a connection.
    look_at: Option<Instant>,
}

impl Desk {
    async fn serve(&mut self) -> Option<()> {
        loop {
            let look_at = self.look_at;
            tokio::select! {
                biased;
                job = self.jobs.recv() => self.work(job?).await?,
                said = said(&mut self.printer) => match said {
                    Some(PrinterEvent::Is(state)) => self.printer_is(state).await?,
                    Some(PrinterEvent::Came(..)) => {}
                    None => self.printer = None,
                },
                () = sleep_until(look_at.unwrap_or_else(Instant::now)), if look_at.is_some() => self.look().await?,
            }
        }
    }

    async fn work(&mut self, job: Job) -> Option<()> {
        let Job { key, message, paper, paper_again, what } = job;
        let mut known = self.known.get(&key).copied();
        if what != What::Test && known.is_none() {
            if self.known.len() >= REMEMBERED {
                self.known.pop_first();
            }
            let before = match what {
                What::HandOver { again: false } => Ticket::NotBegun,
                // What came out before the program started, nobody knows.
                What::HandOver { again: true } | What::Void | What::Test => Ticket::Begun,
            };
            known = Some(Known { ticket: before, ..Known::default() });
        }
        let known = known.unwrap_or_default();
        let Desk { hook, printer, .. } = self;
        let post = async {
            match hook {
                // It has acknowledged this very message.
                Some(_) if known.posted && what != What::Void => Some(Ok(())),
                Some(hook) => Some(hook.post(&message).await),
                None => None,
            }
        };
        let ticket = async {
            match (printer, what, known.ticket) {
                (None, _, _) => Printed { outcome: None, ticket: known.ticket, state: None },
                // It has come out; or no ticket that could lie there is to be taken away.
                (Some(_), What::HandOver { .. }, Ticket::Printed) | (Some(_), What::Void, Ticket::NotBegun) => {
                    Printed { outcome: Some(Ok(())), ticket: known.ticket, state: None }
                }
                // Told once, by paper: the hook is told on.
                (Some(_), What::Void, _) if known.slip => {
                    Printed { outcome: Some(Ok(())), ticket: known.ticket, state: None }
                }
                (Some(printer), What::HandOver { .. }, Ticket::Begun) => {
                    printer.print(&paper_again, Ticket::Begun).await
                }
                (Some(printer), _, before) => printer.print(&paper, before).await,
            }
        };
        let (posted, Printed { outcome: printed, ticket, state }) = tokio::join!(post, ticket);
        if let Some(posted) = &posted {
            self.hook_answered(posted).await?;
        }
        if let Some(state) = state {
            self.printer_is(state).await?;
        }
        let (now_posted, came_out) = (matches!(posted, Some(Ok(()))), matches!(printed, Some(Ok(()))));
        let outcome = both(posted, printed);
        match what {
            What::HandOver { .. } if outcome.is_err() => {
                self.known.insert(key.clone(), Known { posted: known.posted || now_posted, ticket, ..known });
            }
            What::Void if outcome.is_err() => {
                self.known.insert(key.clone(), Known { slip: known.slip || came_out, ..known });
            }
            What::HandOver { .. } | What::Void if outcome.is_ok() => {
                self.known.remove(&key);
            }
            What::HandOver { .. } | What::Void | What::Test => {}
        }
        self.say(KitchenEvent::Came(what, key, outcome)).await
    }

    async fn hook_answered(&mut self, posted: &Result<(), NotTaken>) -> Option<()> {
        let (state, look_at) = match posted {
            Ok(()) => (KitchenState { ready: true, says: String::new() }, Some(Instant::now() + LOOK)),
            Err(NotTaken { why, refused: true, .. }) => {
                (KitchenState { ready: true, says: why.clone() }, Some(Instant::now() + LOOK))
            }
            Err(NotTaken { why, perhaps, .. }) => {
                let look_at = (!perhaps).then(|| Instant::now() + LOOK_AGAIN);
                (KitchenState { ready: false, says: why.clone() }, look_at)
            }
        };
        self.look_at = look_at;
        self.hook_is(state).await
    }

    /// Does its address take a connection?
    async fn look(&mut self) -> Option<()> {
        let Some(hook) = &self.hook else { return Some(()) };
        let reached = hook.reached().await;
        self.look_at = Some(Instant::now() + if reached.is_ok() { LOOK } else { LOOK_AGAIN });
        let state = match (reached, &self.told) {
            // What it said last of an order stands until it says something else.
            (Ok(()), Some(told)) if told.ready => told.clone(),
            (Ok(()), _) => KitchenState { ready: true, says: String::new() },
            (Err(says), _) => KitchenState { ready: false, says },
        };
        self.hook_is(state).await
    }

    async fn hook_is(&mut self, state: KitchenState) -> Option<()> {
        if self.told.as_ref() == Some(&state) {
            return Some(());
        }
        if self.told.as_ref().map(|told| told.ready) != Some(state.ready) {
            match state.ready {
                true => tracing::info!("the order hook can be reached"),
                false => tracing::warn!("the order hook is away: {}", state.says),
            }
        }
        self.told = Some(state.clone());
        self.say(KitchenEvent::Is(KitchenPart::OrderHook, state)).await
    }

    async fn printer_is(&mut self, state: PrinterState) -> Option<()> {
        // Words beside "ready" are a reason to look at it.
        let says = if state == PrinterState::Ready { "" } else { state.words() };
        let state = KitchenState { ready: state.prints(), says: says.to_owned() };
        self.say(KitchenEvent::Is(KitchenPart::Printer, state)).await
    }

    async fn say(&mut self, event: KitchenEvent) -> Option<()> {
        self.events.send(event).await.ok()
    }
}

/// What the printer says while nobody waits for a paper; never, where there is none.
async fn said(printer: &mut Option<Printer>) -> Option<PrinterEvent> {
    match printer {
        Some(printer) => printer.says.recv().await,
        None => std::future::pending().await,
    }
}

/// What came of a paper.
struct Printed {
    /// None where there is no printer.
    outcome: Option<Result<(), NotTaken>>,
    ticket: Ticket,
    /// How the printer was meanwhile, when that changed.
    state: Option<PrinterState>,
}

impl Printer {
    /// Has a paper printed, and waits for what comes of it.
    async fn print(&mut self, paper: &Paper, before: Ticket) -> Printed {
        self.papers = self.papers.wrapping_add(1);
        let name = self.papers;
        let mut state = None;
        let bytes = match encode(paper, &self.style) {
            Ok(bytes) => bytes,
            Err(unprintable) => {
                let why = NotTaken::refused(format!("the ticket can't be printed as it is: {unprintable}"));
                return Printed { outcome: Some(Err(why)), ticket: before, state };
            }
        };
        if self.to_print.send(printer::Job { name, bytes }).await.is_err() {
            let gone = NotTaken::not_sent("the kitchen printer's task has ended");
            return Printed { outcome: Some(Err(gone)), ticket: before, state };
        }
        loop {
            match self.says.recv().await {
                Some(PrinterEvent::Is(is)) => state = Some(is),
                Some(PrinterEvent::Came(came, outcome)) if came == name => {
                    let (outcome, ticket) = match outcome {
                        PrintOutcome::Printed => (Ok(()), Ticket::Printed),
                        PrintOutcome::NotBegun => {
                            // It lies nowhere, unless another did before.
                            let perhaps = before != Ticket::NotBegun;
                            let why = "the kitchen printer doesn't print".to_owned();
                            (Err(NotTaken { why, refused: false, perhaps }), before)
                        }
                        PrintOutcome::Unknown => {
                            let why = "nobody knows whether the kitchen printer printed it";
                            (Err(NotTaken::unanswered(why)), Ticket::Begun)
                        }
                    };
                    return Printed { outcome: Some(outcome), ticket, state };
                }
                Some(PrinterEvent::Came(..)) => {}
                None => {
                    let gone = NotTaken::unanswered("the kitchen printer's task has ended");
                    return Printed { outcome: Some(Err(gone)), ticket: Ticket::Begun, state };
                }
            }
        }
    }
}

/// Taken on when all that there are have it; refused when one of them will never.
fn both(posted: Option<Result<(), NotTaken>>, printed: Option<Result<(), NotTaken>>) -> Result<(), NotTaken> {
    match (posted, printed) {
        (None, None) => Ok(()),
        (Some(only), None) | (None, Some(only)) => only,
        (Some(Ok(())), Some(Ok(()))) => Ok(()),
        (Some(Err(hook)), Some(Ok(()))) => {
            let why = format!("{}; the kitchen printer has printed it", hook.why);
            Err(NotTaken { why, perhaps: true, ..hook })
        }
        (Some(Ok(())), Some(Err(printer))) => {
            let why = format!("{}; the order hook has taken it on", printer.why);
            Err(NotTaken { why, perhaps: true, ..printer })
        }
        (Some(Err(hook)), Some(Err(printer))) => Err(NotTaken {
            why: format!("{}; {}", hook.why, printer.why),
            refused: hook.refused || printer.refused,
            perhaps: hook.perhaps || printer.perhaps,
        }),
    }
}
