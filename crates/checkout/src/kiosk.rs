//! The whole kiosk as one function: state and event in, next state, rows and effects out.
//!
//! [`Kiosk::handle`] changes nothing and does nothing. Its caller makes the rows durable first; only then does the
//! next state become the state and do the effects happen. What the customer does before paying begins is kept in
//! memory only: losing it loses nobody's money.

mod benefits;
mod drive;
mod ordering;
mod payment;
mod show;

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    answer,
    card::{Approval, NoAnswer, PaymentRequest, RefundRequest, TerminalAnswer},
    catalog::{Catalog, Names},
    entry::{Entry, NotPosted, Record, StaffReason},
    ids::{AttemptId, OrderId, RefundId, StoreId, TransactionId},
    order::{Draft, Line},
    protocol::{self, Payload, Request},
    service::Service,
    time::Now,
    transaction::Transaction,
    view::{
        Act, DeclineReason, FromModule, Note, OutOfService, PaidOrder, Place, Receipt, Settings, Sheet, StaffCase,
        View, Way,
    },
};

/// What the kiosk knows of its shop and itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// The shop's name.
    pub names: Names,
    /// Before every order number.
    pub prefix: String,
    /// At least one.
    pub ways: Vec<Way>,
    /// When a business day begins, minutes after midnight.
    pub day_starts_min: u32,
    /// The shop's clock against UTC, minutes.
    pub utc_offset_min: i32,
    /// The services that the shop has.
    pub services: Vec<Service>,
    /// The module's page (guide 2.1).
    pub module_url: String,
    /// Its origin.
    pub module_origin: String,
    /// How long the terminal waits for a card, ms.
    pub payment_timeout_ms: u32,
    /// Where the terminal is.
    pub terminal_place: Place,
    /// The panel's width, px.
    pub width_px: u32,
    /// The panel's height, px.
    pub height_px: u32,
    /// The size of one of its pixels, nm.
    pub pitch_nm: u32,
    /// Its lower edge above the floor, mm.
    pub lower_edge_mm: u32,
    /// The simulator stands in for Prbiti and the terminal.
    pub practice: bool,
    /// There should be a barcode reader.
    pub scanner: bool,
    /// What is sold.
    pub catalog: Catalog,
}

/// The state of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kiosk {
    shop: Arc<Shop>,
    /// Every transaction that isn't closed, and the customer's.
    open: BTreeMap<TransactionId, Tracked>,
    front: Front,
    customer: Customer,
    session: Option<Session>,
    terminal: Option<Call>,
    sessions: u32,
    generation: u32,
    /// Not offered until the program starts again.
    off: Vec<Service>,
    /// The module could be reached when it was last tried.
    membership: bool,
    scanner_ready: bool,
    /// A page is there to mount frames.
    page: bool,
    /// The last business day that has a number, and the last number.
    last_number: (String, u32),
    /// Transactions whose rows can't be read.
    damaged: u32,
}

/// A transaction with what is only remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tracked {
    t: Transaction,
    /// Attempts in a row that came to nothing.
    tries: u32,
    /// Not before, on the boot clock.
    due_ms: i64,
    /// The hand-over was asked for since the program started.
    handing_over: bool,
}

/// The module session whose frame is (to be) mounted. One at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Session {
    number: u32,
    transaction: TransactionId,
    request: Request,
    asked: bool,
    /// The watchdog, on the boot clock.
    until_ms: i64,
}

/// What the payment agent was asked and hasn't answered. One at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Call {
    /// Whether it is ready to charge for this transaction.
    Ready(TransactionId),
    /// To charge.
    Pay(TransactionId),
    /// What became of an attempt.
    Ask(TransactionId),
    /// To stop (and mark) an attempt that nobody waits for.
    Stop(TransactionId),
    /// Whether it is ready to give back.
    ReadyToRefund(TransactionId),
    /// To give back, or what became of that.
    Refund(TransactionId),
}

/// Whoever stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Customer {
    settings: Settings,
    way: Way,
    lines: Vec<Line>,
    order: Option<OrderId>,
    /// The transaction in this customer's hands.
    transaction: Option<TransactionId>,
    /// The services that were ticked.
    ticked: Vec<Service>,
    /// How often the current service's frame didn't load.
    failures: u32,
    sheet: Option<Sheet>,
    /// When the idle sheet ends, on the boot clock.
    idle_ends_ms: i64,
    note: Option<(Note, i64)>,
    undo: Option<(usize, Line, i64)>,
    calling: bool,
    last_input_ms: i64,
}

/// What the screen is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Front {
    /// Resuming what was interrupted; nothing is sold yet.
    Recovering,
    OutOfService {
        why: OutOfService,
        code: String,
    },
    Attract,
    Menu {
        category: usize,
        page: u32,
    },
    Options {
        draft: Draft,
        category: usize,
        page: u32,
    },
    Review {
        page: u32,
    },
    Benefits,
    Service(Service),
    ServiceFailed(Service),
    ServiceUnknown(Service),
    BenefitsLost,
    TimeShort,
    Returning {
        old: TransactionId,
        then: Then,
    },
    PayConfirm {
        receipt: Receipt,
        months: u32,
        busy: bool,
    },
    Card {
        stopping: bool,
        started_ms: i64,
    },
    Declined {
        reason: DeclineReason,
        until_ms: i64,
    },
    Settling {
        since_ms: i64,
    },
    Done {
        pending: bool,
        until_ms: i64,
    },
    Unknown {
        since_ms: i64,
    },
    /// The staff's list, over the screen that comes back after it.
    Staff {
        orders: Vec<PaidOrder>,
        waiting: Vec<StaffCase>,
        back: Box<Front>,
    },
}

/// Where to go when what was held is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Review,
    Benefits,
    /// A new transaction without benefits.
    Pay,
}

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
    ScannerReady(bool),
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
    /// The order was taken on, or why not.
    HandedOver(TransactionId, Result<(), String>),
    /// Staff proved who they are; what the journal has for them.
    StaffEntered {
        /// Today's paid orders, the newest first.
        orders: Vec<PaidOrder>,
        /// What waits for them.
        waiting: Vec<StaffCase>,
    },
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
    /// Hand the order over to the shop.
    HandOver(TransactionId),
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
    /// To be done after that, in this order.
    pub then: Vec<Effect>,
    /// The screen may have changed.
    pub show: bool,
}

impl Kiosk {
    /// A kiosk that goes on with `open`: every transaction that the journal doesn't prove closed. `damaged` more
    /// can't be read. `last_number` is the last order number and its business day.
    pub fn new(shop: Arc<Shop>, open: Vec<Transaction>, damaged: u32, last_number: (String, u32), now: &Now) -> Kiosk {
        let open = open.into_iter().map(|t| (t.id.clone(), Tracked::new(t))).collect();
        Kiosk {
            shop,
            open,
            front: Front::Recovering,
            customer: Customer::new(now),
            session: None,
            terminal: None,
            sessions: 0,
            generation: 0,
            off: Vec::new(),
            membership: true,
            scanner_ready: false,
            page: false,
            last_number,
            damaged,
        }
    }

    /// A kiosk that sells nothing, and why.
    pub fn out_of_service(shop: Arc<Shop>, why: OutOfService, code: String, now: &Now) -> Kiosk {
        let mut kiosk = Kiosk::new(shop, Vec::new(), 0, (String::new(), 0), now);
        kiosk.front = Front::OutOfService { why, code };
        kiosk
    }

    /// What `event` leads to.
    pub fn handle(&self, event: Event, now: &Now, fresh: Fresh) -> Step {
        let mut turn = Turn { k: self.clone(), now, fresh, record: Vec::new(), then: Vec::new() };
        turn.on(event);
        turn.drive();
        let mut kiosk = turn.k;
        if std::mem::discriminant(&kiosk.front) != std::mem::discriminant(&self.front)
            || kiosk.customer.sheet.map(|sheet| std::mem::discriminant(&sheet))
                != self.customer.sheet.map(|sheet| std::mem::discriminant(&sheet))
        {
            kiosk.generation += 1;
        }
        // A touch that changes nothing but the idle clock needs no new picture.
        let mut seen = kiosk.clone();
        seen.customer.last_input_ms = self.customer.last_input_ms;
        let show = seen != *self;
        Step { kiosk, record: turn.record, then: turn.then, show }
    }

    /// When time alone may change something, on the boot clock, ms.
    pub fn wake_ms(&self, now: &Now) -> i64 {
        let idle = matches!(self.front, Front::Attract | Front::OutOfService { .. });
        let quiet = idle && self.open.is_empty() && self.customer.note.is_none();
        now.boot_ms + if quiet { 30_000 } else { 250 }
    }

    /// The transaction of that name, when it is open.
    pub fn transaction(&self, id: &TransactionId) -> Option<&Transaction> {
        self.open.get(id).map(|tracked| &tracked.t)
    }

    /// The business day whose last order number is known. Before anything is numbered in another one, that day's is
    /// told with [`Event::Numbers`].
    pub fn numbered_day(&self) -> &str {
        &self.last_number.0
    }

    /// Every transaction that is open.
    pub fn transactions(&self) -> impl Iterator<Item = &Transaction> {
        self.open.values().map(|tracked| &tracked.t)
    }

    /// What the screen shows.
    pub fn view(&self, now: &Now) -> View {
        show::view(self, now)
    }
}

impl Tracked {
    fn new(t: Transaction) -> Tracked {
        Tracked { t, tries: 0, due_ms: i64::MIN, handing_over: false }
    }

    /// Later: 1, 2, 4 … at most `most_s` seconds.
    fn back_off(&mut self, now: &Now, most_s: i64) {
        let seconds = (1i64 << self.tries.min(16)).min(most_s);
        self.tries += 1;
        self.due_ms = now.boot_ms + seconds * 1000;
    }
}

impl Customer {
    fn new(now: &Now) -> Customer {
        Customer {
            settings: Settings { volume: 3, ..Settings::default() },
            way: Way::default(),
            lines: Vec::new(),
            order: None,
            transaction: None,
            ticked: Vec::new(),
            failures: 0,
            sheet: None,
            idle_ends_ms: 0,
            note: None,
            undo: None,
            calling: false,
            last_input_ms: now.boot_ms,
        }
    }

    const fn assisted(&self) -> bool {
        self.settings.large || self.settings.voice
    }
}

/// One event's way through the kiosk: the state as it becomes, and what it leads to.
struct Turn<'a> {
    k: Kiosk,
    now: &'a Now,
    fresh: Fresh,
    record: Vec<Record>,
    then: Vec<Effect>,
}

impl Turn<'_> {
    fn on(&mut self, event: Event) {
        match event {
            Event::Resume => self.resume(),
            Event::Tick => self.tick(),
            Event::Numbers { business_day, last } => self.k.last_number = (business_day, last),
            Event::Input => self.input(),
            Event::Act { view, act } => {
                self.input();
                if view == self.k.generation {
                    self.act(act);
                }
            }
            Event::PageConnected => {
                self.k.page = true;
                self.end_session(NotPosted::PageGone, answer::WhyUnknown::PageGone);
            }
            Event::Module { session, event } => self.module(session, &event),
            Event::Reachable(reachable) => {
                if reachable && !self.k.membership {
                    for tracked in self.k.open.values_mut() {
                        tracked.due_ms = i64::MIN;
                    }
                }
                self.k.membership = reachable;
            }
            Event::ScannerReady(ready) => self.k.scanner_ready = ready,
            Event::Scanned(code) => self.scanned(&code),
            Event::ScanRefused => self.note(Note::ScanRefused),
            Event::TerminalReady(answer) => self.terminal_ready(answer),
            Event::PaymentAnswered(attempt, answer) => self.payment_answered(&attempt, answer),
            Event::PaymentAsked(attempt, answer) => self.payment_asked(&attempt, answer),
            Event::PaymentStopped(attempt, answer) => self.payment_stopped(&attempt, answer),
            Event::RefundAnswered(refund, answer) => self.refund_answered(&refund, answer),
            Event::StaffEntered { orders, waiting } => {
                // Only where no customer is in the middle of an order.
                if matches!(self.k.front, Front::Attract | Front::OutOfService { .. } | Front::Unknown { .. }) {
                    let back = Box::new(self.k.front.clone());
                    self.k.front = Front::Staff { orders, waiting, back };
                }
            }
            Event::HandedOver(id, outcome) => {
                let entry = match outcome {
                    Ok(()) => Entry::HandedOver,
                    Err(why) => Entry::HandOverFailed { why },
                };
                self.enter(&id, entry);
            }
        }
    }

    /// Notes a fact: it is applied now and made durable before anything that follows from it happens. A fact that
    /// can't be sends its transaction to staff instead.
    fn enter(&mut self, id: &TransactionId, entry: Entry) {
        let Some(tracked) = self.k.open.get_mut(id) else { return };
        let mut changed = tracked.t.clone();
        let entry = match changed.apply(&entry, self.now) {
            Ok(()) => entry,
            Err(impossible) => {
                self.then.push(Effect::Alert(impossible.to_string()));
                if tracked.t.closed.is_some() || tracked.t.with_staff.is_some() {
                    return;
                }
                let entry = Entry::WithStaff { reason: StaffReason::JournalImpossible };
                changed = tracked.t.clone();
                // Can't fail: the transaction isn't closed.
                let _applied = changed.apply(&entry, self.now);
                entry
            }
        };
        let seq = tracked.t.entries;
        tracked.t = changed;
        self.record.push(Record { transaction: id.clone(), seq, at: self.now.clone(), entry });
    }

    fn note(&mut self, note: Note) {
        self.k.customer.note = Some((note, self.now.boot_ms + 4_000));
    }

    /// The customer's transaction.
    fn mine(&self) -> Option<&Transaction> {
        self.k.mine()
    }

    /// The frame is (or isn't) what it should be: the page tells.
    fn module(&mut self, number: u32, event: &FromModule) {
        let Some(session) = self.k.session.clone().filter(|session| session.number == number) else { return };
        match event {
            FromModule::Loaded if !session.asked => {
                let Some(flight) = self.k.transaction(&session.transaction).and_then(|t| t.in_flight.clone()) else {
                    return;
                };
                self.k.membership = true;
                self.enter(&session.transaction, Entry::Asked);
                let until_ms = self.now.boot_ms + flight.payload.watchdog_ms();
                self.k.session = Some(Session { asked: true, until_ms, ..session });
                self.then.push(Effect::Post { session: number, payload: flight.payload });
            }
            FromModule::Message { text } if session.asked => {
                if let Some(answer) = answer::read(text) {
                    self.answered(&session, &answer);
                }
            }
            // Noise: nothing was asked, it was loaded again, or it can't be an answer.
            FromModule::Loaded | FromModule::Message { .. } | FromModule::TooLong => {}
        }
    }

    fn answered(&mut self, session: &Session, answer: &answer::Answer) {
        let id = &session.transaction;
        let Some(flight) = self.k.transaction(id).and_then(|t| t.in_flight.clone()) else { return };
        self.k.session = None;
        let evidence = answer.evidence.clone();
        match session.request {
            Request::Connect(service) => {
                let outcome = answer.judge_connection(id, service, flight.limit);
                self.enter(id, Entry::Answered { evidence, outcome: outcome.clone() });
                self.service_answered(id, service, &outcome);
            }
            Request::Settle | Request::Release | Request::Cancel => {
                let outcome = answer.judge_message(id, session.request);
                if let answer::MessageOutcome::Refused { code } = &outcome {
                    self.then.push(Effect::Alert(format!("Prbiti refused a message of {id}: {}", code.as_str())));
                }
                self.enter(id, Entry::MessageAnswered { evidence, outcome: outcome.clone() });
                if let Some(tracked) = self.k.open.get_mut(id) {
                    match outcome {
                        answer::MessageOutcome::Again { .. } => tracked.back_off(self.now, 60),
                        answer::MessageOutcome::Done
                        | answer::MessageOutcome::TransactionRefused
                        | answer::MessageOutcome::Refused { .. } => tracked.tries = 0,
                    }
                }
            }
        }
    }

    /// Ends the open session without an answer.
    fn end_session(&mut self, not_posted: NotPosted, unknown: answer::WhyUnknown) {
        let Some(session) = self.k.session.take() else { return };
        let id = session.transaction;
        if session.asked {
            self.enter(&id, Entry::Unanswered { why: unknown.clone() });
        } else {
            self.enter(&id, Entry::NotPosted { why: not_posted });
        }
        match session.request {
            Request::Connect(service) if session.asked => {
                let outcome = answer::ServiceOutcome::Unknown { why: unknown };
                self.service_answered(&id, service, &outcome);
            }
            Request::Connect(service) => {
                if not_posted == NotPosted::NotLoaded && self.k.front == Front::Service(service) {
                    self.k.customer.failures += 1;
                    self.k.front = Front::ServiceFailed(service);
                }
            }
            Request::Settle | Request::Release | Request::Cancel => {
                if let Some(tracked) = self.k.open.get_mut(&id) {
                    tracked.back_off(self.now, 60);
                }
                if not_posted == NotPosted::NotLoaded && !session.asked {
                    self.k.membership = false;
                }
            }
        }
    }

    /// A scan: an item on the menu, text for a waiting session, refused anywhere else.
    fn scanned(&mut self, code: &str) {
        self.input();
        match (&self.k.front, &self.k.session) {
            (Front::Service(_), Some(session)) if session.asked => {
                self.then.push(Effect::PostBarcode { session: session.number, text: protocol::barcode(code) });
            }
            (Front::Menu { .. }, _) => self.scanned_item(code),
            _ => self.note(Note::ScanRefused),
        }
    }

    /// Any sign of life.
    fn input(&mut self) {
        self.k.customer.last_input_ms = self.now.boot_ms;
        if let Some(Sheet::Idle { .. }) = self.k.customer.sheet {
            self.k.customer.sheet = None;
        }
    }
}

impl Kiosk {
    fn mine(&self) -> Option<&Transaction> {
        self.customer.transaction.as_ref().and_then(|id| self.transaction(id))
    }

    /// Is it in the hands of the customer who stands there, rather than of the table?
    fn attended(&self, t: &Transaction) -> bool {
        self.customer.transaction.as_ref() == Some(&t.id)
            && !t.is_paid()
            && t.card_in_doubt().is_none()
            && t.refund == crate::transaction::RefundState::None
    }

    /// A card attempt that isn't proven to have ended: nothing else may be charged on the terminal.
    fn barred(&self) -> bool {
        self.transactions().any(|t| t.card_in_doubt().is_some() && t.closed.is_none())
    }

    /// The services that can be had now.
    fn offered(&self) -> Vec<Service> {
        let mut offered = self.shop.services.clone();
        offered.retain(|service| self.membership && !self.off.contains(service));
        offered.sort();
        offered
    }

    /// The business day of a moment, `YYYY-MM-DD`: days begin at the shop's hour, not at midnight.
    pub fn business_day(&self, now: &Now) -> String {
        let shift_ms = (i64::from(self.shop.utc_offset_min) - i64::from(self.shop.day_starts_min)) * 60_000;
        let day = jiff::Timestamp::from_millisecond(now.wall_ms + shift_ms)
            .map(|moment| jiff::tz::Offset::UTC.to_datetime(moment).date().to_string())
            .unwrap_or_default();
        // A clock that was set back doesn't bring a finished day's numbers up again.
        day.max(self.last_number.0.clone())
    }
}

/// What of an approval the order can be trusted with: the amount that was asked for.
fn fits(approval: &Approval, amount: crate::money::Won) -> bool {
    approval.amount == amount
}
