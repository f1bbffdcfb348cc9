//! The whole kiosk as one function: state and event in, next state, rows and effects out.
//!
//! [`Kiosk::handle`] changes nothing and does nothing. Its caller makes the rows durable first; only then does the
//! next state become the state and do the effects happen. What the customer does before paying begins is kept in
//! memory only: losing it loses nobody's money.

mod benefits;
mod busy;
mod drive;
mod event;
mod hand_over;
mod journal;
mod notices;
mod ordering;
mod paper;
mod payment;
mod refund;
mod session;
mod shop;
mod show;
mod staff;
mod turn;

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::{Discriminant, discriminant},
    sync::Arc,
};

pub use busy::Busy;
pub use drive::NO_END;
pub use event::{Effect, Event, Fresh, KitchenPart, KitchenState, NotTaken, Step};
pub use hand_over::MISSING_AFTER_MS;
pub use ordering::{LEAST_IDLE_MS, MOST_IDLE_MS};
pub use shop::Shop;
pub use staff::{DayFound, Found, Look, Resolution, case, paid_order};

use self::{
    paper::Print,
    payment::{LOOKS_MS, LOOKS_UNTIL_MS},
    staff::Desk,
    turn::Turn,
};
use crate::{
    deed::HouseRules,
    ids::{AttemptId, OrderId, TransactionId},
    order::{Draft, Line},
    paper::PrinterState,
    protocol::Request,
    service::Service,
    time::{Age, Now, day},
    transaction::{HandOver, Transaction},
    view::{CardPhase, DeclineReason, Note, Notice, OutOfService, Receipt, Scans, Settings, Sheet, View, Way},
};

/// The state of everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kiosk {
    shop: Arc<Shop>,
    /// Every transaction that isn't closed, the customer's, and the last closed ones that a charge may turn up for.
    open: BTreeMap<TransactionId, Tracked>,
    front: Front,
    customer: Customer,
    session: Option<Session>,
    terminal: Option<Call>,
    /// The shop's own devices, which make what is sold.
    kitchen: hand_over::Kitchen,
    /// The transaction whose customer may still stand here after a restart, waiting for the order's number.
    awaited: Option<TransactionId>,
    sessions: u32,
    generation: u32,
    /// Not offered until the program starts again.
    off: Vec<Service>,
    /// The module's server could be reached when it was last tried.
    reachable: bool,
    /// When a page of the module's last failed to load for the kiosk itself, on the boot clock. Forgotten after a
    /// moment, or when one loads.
    module_failed_ms: Option<i64>,
    scanner_ready: bool,
    /// Where the reader is, or why it isn't there.
    scanner_says: String,
    /// Every scan since the program started.
    scans: Scans,
    printer: PrinterState,
    /// How many papers were sent to the printer since the program started: the name of the last one.
    papers: u32,
    /// The agent said that it isn't ready to charge.
    terminal_away: bool,
    /// A page is there to mount frames.
    page: bool,
    /// The last business day that has a number, and the last number.
    last_number: (String, u32),
    /// What Prbiti said that staff should hear of, the newest first.
    notices: Vec<Notice>,
    /// What holds since staff said so.
    rules: HouseRules,
    /// The program is about to be ended for an update.
    updating: bool,
    /// Since when the world around the kiosk is as it is.
    since: Since,
    /// Transactions whose rows can't be read.
    damaged: u32,
    /// What names damage of the journal that staff haven't decided about: until then nothing is sold.
    undecided: Option<String>,
    /// Why nothing is written down and so nothing sold, and the code that staff read.
    shut: Option<(OutOfService, String)>,
}

/// A transaction with what is only remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tracked {
    t: Transaction,
    /// Attempts in a row that came to nothing.
    tries: u32,
    /// Not before, on the boot clock.
    due_ms: i64,
    /// When a session was last opened for it by the kiosk itself, on the boot clock.
    sent_ms: i64,
    /// The shop may have its order: it was handed over, and nothing proves that it didn't arrive.
    may_have_arrived: bool,
    /// When the terminal is asked once more about an attempt that ended without a charge, on the boot clock; until it answers.
    second_looks: Vec<(AttemptId, i64)>,
    /// Since when the shop is to know that the order is void, and when it is told next, both on the boot clock.
    void: Option<hand_over::Void>,
    /// What staff were told of, so that they are told once.
    told: BTreeSet<Told>,
}

/// Since when devices and servers are as they are, as far as the kiosk saw it: unix ms of the wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Since {
    scanner_ms: Option<i64>,
    printer_ms: Option<i64>,
    terminal_ms: Option<i64>,
    prbiti_ms: Option<i64>,
}

/// What staff are told of while the kiosk goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    /// The agent doesn't say what became of an attempt or a refund.
    TerminalSilent,
    /// The order isn't taken on, and is staff's.
    HandOverMissing,
    /// The order isn't taken on for a minute.
    NotTakenOn,
    /// The shop hasn't heard for a minute that the order is void.
    VoidMissing,
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
    /// To give back.
    Refund(TransactionId),
    /// What became of that.
    AskRefund(TransactionId),
}

impl Call {
    fn is_about(&self, id: &TransactionId) -> bool {
        match self {
            Call::Ready(of)
            | Call::Pay(of)
            | Call::Ask(of)
            | Call::Stop(of)
            | Call::ReadyToRefund(of)
            | Call::Refund(of)
            | Call::AskRefund(of) => of == id,
        }
    }
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
    sheet: Option<Sheet>,
    /// When the idle sheet ends, on the boot clock.
    idle_ends_ms: i64,
    note: Option<(Note, i64)>,
    undo: Option<(usize, Line, i64)>,
    calling: bool,
    /// The last of this customer's receipts, and how many there were.
    receipt: Option<Print>,
    receipts: u32,
    /// The slip of an order that isn't settled.
    slip: Option<Print>,
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
    TimeShort {
        old: Option<TransactionId>,
    },
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
        /// What the terminal waits for, and when it was last asked, on the boot clock.
        phase: CardPhase,
        asked_ms: i64,
    },
    Declined {
        reason: DeclineReason,
    },
    Settling {
        since_ms: i64,
        slow: bool,
    },
    Done {
        until_ms: i64,
    },
    Unknown {
        since_ms: i64,
    },
    /// Staff are in.
    Staff(Box<Desk>),
}

/// Where to go when what was held is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Review,
    Benefits,
    /// A new transaction without benefits.
    Pay,
}

/// Closed transactions with a card attempt that are kept in mind: a charge may turn up for one, as long as an answer
/// of the terminal is on its way.
const KEPT_IN_MIND: usize = 32;
/// After so long a module's page that didn't load is tried again, ms.
const MODULE_FAILED_MS: i64 = 10_000;

impl Kiosk {
    /// A kiosk that goes on with `open`: every transaction that the journal doesn't prove closed, and the last closed
    /// ones, whose customer or whose late charge may still come. `damaged` more can't be read. `last_number` is the
    /// last order number and its business day.
    pub fn new(shop: Arc<Shop>, open: Vec<Transaction>, damaged: u32, last_number: (String, u32), now: &Now) -> Kiosk {
        let open = open.into_iter().map(|t| (t.id.clone(), Tracked::resumed(t, now))).collect();
        Kiosk {
            shop,
            open,
            front: Front::Recovering,
            customer: Customer::new(now, HouseRules::default().volume),
            session: None,
            terminal: None,
            kitchen: hand_over::Kitchen::default(),
            awaited: None,
            sessions: 0,
            generation: 0,
            off: Vec::new(),
            reachable: true,
            module_failed_ms: None,
            scanner_ready: false,
            scanner_says: String::new(),
            scans: Scans::default(),
            printer: PrinterState::default(),
            papers: 0,
            terminal_away: false,
            page: false,
            last_number,
            notices: Vec::new(),
            rules: HouseRules::default(),
            updating: false,
            since: Since::default(),
            damaged,
            undecided: None,
            shut: None,
        }
    }

    /// This kiosk beside damage of the journal: `undecided` names some that staff haven't decided about. What is whole is
    /// brought to its end all the same, which is what gives customers back what is theirs.
    #[must_use]
    pub fn beside_damage(mut self, undecided: Option<String>) -> Kiosk {
        self.undecided = undecided;
        self
    }

    /// This kiosk under what staff said before: what is sold out, whether it sells at all, how loud it is.
    #[must_use]
    pub fn under(mut self, rules: HouseRules) -> Kiosk {
        rules.mark(&mut Arc::make_mut(&mut self.shop).catalog);
        self.customer.settings.volume = rules.volume;
        self.rules = rules;
        self
    }

    /// What is sold, and how: with the menu that was taken over last.
    pub fn shop(&self) -> Arc<Shop> {
        self.shop.clone()
    }

    /// A kiosk that sells nothing, and why.
    pub fn out_of_service(shop: Arc<Shop>, why: OutOfService, code: String, now: &Now) -> Kiosk {
        let mut kiosk = Kiosk::new(shop, Vec::new(), 0, (String::new(), 0), now);
        kiosk.shut = Some((why.clone(), code.clone()));
        kiosk.front = Front::OutOfService { why, code };
        kiosk
    }

    /// What `event` leads to.
    pub fn handle(&self, event: Event, now: &Now, fresh: Fresh) -> Step {
        let mut turn = Turn { k: self.clone(), now, fresh, record: Vec::new(), deeds: Vec::new(), then: Vec::new() };
        turn.on(event);
        turn.drive();
        turn.keep_up();
        let mut kiosk = turn.k;
        if kiosk.scene() != self.scene() {
            kiosk.generation += 1;
            // What was said on one screen is out of place on the next.
            if kiosk.customer.note == self.customer.note {
                kiosk.customer.note = None;
            }
        }
        // A touch that changes nothing but the idle clock needs no new picture.
        let mut seen = kiosk.clone();
        seen.customer.last_input_ms = self.customer.last_input_ms;
        let show = seen != *self;
        Step { kiosk, record: turn.record, deeds: turn.deeds, then: turn.then, show }
    }

    /// What a touch is about: one that was made on another scene does nothing. Two services are two scenes, and so
    /// is an order with a line less, for lines are touched by their place.
    fn scene(&self) -> (Discriminant<Front>, Option<Service>, Option<Discriminant<Sheet>>, usize) {
        let service = if let Front::Service(service) | Front::ServiceFailed(service) | Front::ServiceUnknown(service) =
            &self.front
        {
            Some(*service)
        } else {
            None
        };
        let lines = if matches!(self.front, Front::Review { .. }) { self.customer.lines.len() } else { 0 };
        (discriminant(&self.front), service, self.customer.sheet.as_ref().map(discriminant), lines)
    }

    /// When time alone may change something, on the boot clock, ms.
    pub fn wake_ms(&self, now: &Now) -> i64 {
        let at_rest = self.open.values().all(|tracked| tracked.t.closed.is_some());
        let looks = self.open.values().flat_map(|tracked| &tracked.second_looks).map(|(_, due_ms)| *due_ms);
        let quiet = self.is_idle() && at_rest && self.customer.note.is_none();
        let (soon, later) = (now.boot_ms + 250, now.boot_ms + 30_000);
        if quiet { looks.fold(later, i64::min).max(soon) } else { soon }
    }

    /// Nobody is in the middle of anything on the screen.
    pub const fn is_idle(&self) -> bool {
        matches!(self.front, Front::Attract | Front::OutOfService { .. })
    }

    /// The transaction of that name, when it is open or kept in mind.
    pub fn transaction(&self, id: &TransactionId) -> Option<&Transaction> {
        self.open.get(id).map(|tracked| &tracked.t)
    }

    /// The business day whose last order number is known. Before anything is numbered in another one, that day's is
    /// told with [`Event::Numbers`].
    pub fn numbered_day(&self) -> &str {
        &self.last_number.0
    }

    /// Every transaction that is open or kept in mind.
    pub fn transactions(&self) -> impl Iterator<Item = &Transaction> {
        self.open.values().map(|tracked| &tracked.t)
    }

    /// What the screen shows.
    pub fn view(&self, now: &Now) -> View {
        show::view(self, now)
    }
}

/// How something in the world is, and since when.
fn seen<T: PartialEq>(is: &mut T, now_is: T, since_ms: &mut Option<i64>, now: &Now) {
    if *is != now_is || since_ms.is_none() {
        *since_ms = Some(now.wall_ms);
    }
    *is = now_is;
}

impl Tracked {
    fn new(t: Transaction) -> Tracked {
        Tracked {
            tries: 0,
            due_ms: i64::MIN,
            sent_ms: i64::MIN,
            // What was sent before the program started may have arrived.
            may_have_arrived: matches!(t.hand_over, HandOver::Started | HandOver::Failed),
            second_looks: Vec::new(),
            void: None,
            told: BTreeSet::new(),
            t,
        }
    }

    /// After a restart: what ended a while ago without a charge is asked about at once, and again later.
    fn resumed(t: Transaction, now: &Now) -> Tracked {
        let ended = t.last_ended.as_ref().map(|ended| now.since(ended));
        let long_ago = ended.is_none_or(|age| matches!(age, Age::Known(age) if age > LOOKS_UNTIL_MS));
        let again = if long_ago { Vec::new() } else { t.ended_attempts.clone() };
        let mut tracked = Tracked::new(t);
        for attempt in again {
            tracked.second_looks.push((attempt.clone(), now.boot_ms));
            tracked.look_for_long(&attempt, now);
        }
        tracked
    }

    /// Somebody may have missed how this attempt ended, or be mistaken: the terminal is asked again and again.
    fn look_for_long(&mut self, attempt: &AttemptId, now: &Now) {
        self.second_looks.extend(LOOKS_MS.map(|later| (attempt.clone(), now.boot_ms + later)));
    }

    /// Later: 1, 2, 4 … at most `most_s` seconds.
    fn back_off(&mut self, now: &Now, most_s: i64) {
        let seconds = (1i64 << self.tries.min(16)).min(most_s);
        self.tries += 1;
        self.due_ms = now.boot_ms + seconds * 1000;
    }

    /// Something definite was heard: the next try is a first one.
    fn heard(&mut self) {
        self.tries = 0;
        self.due_ms = i64::MIN;
    }
}

impl Customer {
    fn new(now: &Now, volume: u8) -> Customer {
        Customer {
            settings: Settings { volume, ..Settings::default() },
            way: Way::default(),
            lines: Vec::new(),
            order: None,
            transaction: None,
            ticked: Vec::new(),
            sheet: None,
            idle_ends_ms: 0,
            note: None,
            undo: None,
            calling: false,
            receipt: None,
            receipts: 0,
            slip: None,
            last_input_ms: now.boot_ms,
        }
    }

    const fn assisted(&self) -> bool {
        self.settings.large || self.settings.voice || self.settings.keypad
    }
}

impl Kiosk {
    fn mine(&self) -> Option<&Transaction> {
        self.customer.transaction.as_ref().and_then(|id| self.transaction(id))
    }

    /// A customer of whom nothing is known yet.
    fn nobody(&self, now: &Now) -> Customer {
        Customer::new(now, self.rules.volume)
    }

    /// Is it in the hands of the customer who stands there, rather than of the table?
    fn attended(&self, t: &Transaction) -> bool {
        self.customer.transaction.as_ref() == Some(&t.id)
            && !t.is_paid()
            && !t.charges()
            && t.refund.is_none()
            && t.with_staff.is_none()
    }

    /// Can Prbiti be used now?
    const fn membership(&self) -> bool {
        self.reachable && self.module_failed_ms.is_none()
    }

    /// A card attempt that isn't proven to have ended: nothing else may be charged on the terminal.
    fn barred(&self) -> bool {
        self.transactions().any(|t| t.card_in_doubt().is_some() && t.closed.is_none())
    }

    /// The services that can be had now.
    fn offered(&self) -> Vec<Service> {
        let mut offered = self.shop.services.clone();
        offered.retain(|service| self.membership() && !self.off.contains(service));
        offered.sort();
        offered
    }

    /// The business day of a moment, `YYYY-MM-DD`: days begin at the shop's hour, not at midnight.
    pub fn business_day(&self, now: &Now) -> String {
        // A clock that was set back doesn't bring a finished day's numbers up again.
        day(now.wall_ms + self.shop.day_shift_ms()).max(self.last_number.0.clone())
    }
}
