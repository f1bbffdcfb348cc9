//! The world that the stories happen in: a journal, Prbiti's module, a card terminal, a shop, a clock, a customer and
//! staff, each with a ledger of its own that knows what really happened. It drives the real [`Kiosk::handle`], and finds
//! fault with whatever reaches it that shouldn't.

mod end;
mod faults;
mod journal;
mod paper;
mod prbiti;
mod reasons;
mod shop_floor;
mod staff;
mod terminal;
mod time;
mod truth;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use checkout::{
    answer::MessageOutcome,
    books::Sums,
    card::{Approval, MaskedCard, NoAnswer, PaymentRequest, RefundRequest, TerminalAnswer, TerminalOutcome},
    catalog::Tax,
    close::{Candidate, Day, Differs, Listed},
    entry::{Closed, Entry, Record, StaffReason},
    ids::{ApprovalNumber, AttemptId, GroupId, ItemId, OrderId, RefundId, StoreId, TransactionId},
    kiosk::{Effect, Event, Found, Kiosk, Look, NO_END, NotTaken, Shop},
    money::Won,
    paper::PrinterState,
    protocol::{AutoClose, LOAD_LIMIT_MS, Payload, Request, WATCHDOG_SLACK_MS},
    service::Service,
    settlement::{self, Next},
    staff::{Action, Finding, Person, Role},
    time::Now,
    transaction::{CardState, HandOver, Refund, RefundState, Transaction},
    view::{Act, CardPhase, FromModule, Receipt, Screen, Sheet, StaffAct, StaffPage, Way},
};
use serde_json::Value;

use crate::{
    fault::{Fault, Struck},
    sabotage::Sabotage,
    shop::{fresh, shop},
};
pub use reasons::REASONS;

use faults::{Failure, OnItsWay};
use journal::Journal;
use paper::PrintPlan;
use prbiti::AtPrbiti;
use shop_floor::{KitchenPlan, Taken};
use terminal::{Attempt, Given, silence, told};

/// How long Prbiti keeps a hold, ms; by the guide, not by the program.
const HOLD_MS: i64 = 30 * 60_000;
/// So much may follow from one event without time passing.
const MOST_FOLLOWING: u32 = 10_000;

/// Where the program (or the machine) died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crash {
    /// After so many durable steps.
    pub step: usize,
    /// Before the step's effects, or after them and before anything answered.
    pub effects_happened: bool,
}

/// What the module does with one request.
#[derive(Clone, Debug)]
enum Reply {
    /// It does what is asked. For a service: holds this much.
    Hold {
        amount: i64,
        silent: bool,
        code: Option<String>,
    },
    Code(String),
    DoneBut(String),
    Silent,
    DoneSilently,
    NotLoaded,
    Violation,
}

#[derive(Clone, Copy, Debug)]
enum CardPlan {
    Approves,
    Declines,
    ChargesSilently,
    Silent,
    Waits,
    WrongAmount,
}

/// The kiosk and everything round it.
#[derive(Clone)]
pub struct World {
    shop: Arc<Shop>,
    /// The real one.
    pub kiosk: Kiosk,
    journal: Journal,
    /// What the kiosk takes for the time.
    pub now: Now,
    /// The true time, ms.
    elapsed: i64,
    /// How far the wall clock was set off, all in all, ms.
    set_off: i64,
    boots: u32,
    lives: u32,
    minted: u32,
    queue: VecDeque<Event>,
    /// Answers that come a second time, after everything else.
    again: Vec<Event>,
    doubled: bool,
    /// Where the shuffling of answers stands; 0 for none.
    shuffled: u64,
    /// How the next answers come.
    ways: VecDeque<OnItsWay>,
    /// Answers that come later, and when.
    under_way: Vec<(i64, Event)>,
    /// What was told while there was no journal, and isn't told again.
    held: Vec<Event>,
    /// After so many more steps one fails like this.
    failing: Option<(u32, Failure)>,
    mounted: Option<u32>,
    /// What the customer saw last as left to pay, won.
    shown_due: Option<i64>,
    away: bool,
    /// The network is back then.
    back_at: Option<i64>,
    replies: BTreeMap<String, VecDeque<(Reply, bool)>>,
    cards: VecDeque<CardPlan>,
    asks_silent: bool,
    /// The agent's word that it is ready, held back.
    slow_ready: bool,
    held_back: VecDeque<Event>,
    refund_declines: bool,
    refund_forgotten: bool,
    /// The next refund is done, and its answer is lost.
    refund_is_lost: bool,
    /// The next stop reaches nobody.
    stop_is_lost: bool,
    /// Prbiti says that it gave back less than was settled.
    cancel_is_short: bool,
    /// What happens to the agent once it has been asked to charge.
    after_paying: Vec<String>,
    prbiti: BTreeMap<TransactionId, AtPrbiti>,
    /// Orders that a transaction was begun for.
    begun: BTreeSet<OrderId>,
    attempts: BTreeMap<AttemptId, Attempt>,
    /// Attempts that never reached the terminal, and of which another memory than the one that was to know has told.
    never_begun: BTreeSet<AttemptId>,
    /// Those whose refund never reached the terminal, likewise.
    never_given: BTreeSet<TransactionId>,
    refunds: BTreeMap<RefundId, Given>,
    /// When something was begun for a transaction that the terminal is to answer, or Prbiti's `cancel` became due, and
    /// how far the clock was set off then.
    due_since: BTreeMap<TransactionId, Vec<(i64, i64)>>,
    store: u32,
    orders: BTreeMap<OrderId, Taken>,
    /// Which order was called by a number of a business day.
    numbers: BTreeMap<(String, String), OrderId>,
    kitchen: KitchenPlan,
    /// Whom a session of this program's life is about.
    sessions: BTreeMap<u32, (TransactionId, Request)>,
    sessions_posted: BTreeSet<(u32, u32)>,
    steps: usize,
    /// The world as it is at each crash; `None` when crashes aren't looked at.
    pub crashes: Option<Vec<(Crash, World)>>,
    /// What happened, line by line.
    pub log: Vec<String>,
    /// What shouldn't have.
    pub violations: Vec<String>,
    /// The faults that struck.
    pub struck: Struck,
    /// How often each reason sent a transaction to staff.
    pub reasons: BTreeMap<&'static str, u64>,
    /// What a manager vouched for.
    vouched: BTreeSet<(TransactionId, Finding)>,
    /// What becomes of what is printed.
    print_plan: PrintPlan,
    /// What the printer said last of itself.
    printer_says: PrinterState,
    /// The name of the last paper of this program.
    last_paper: u32,
    /// Whose receipt was printed by itself.
    receipts: BTreeSet<TransactionId>,
    /// A bug that was put in on purpose.
    sabotage: Option<Sabotage>,
}

fn name(service: Service) -> &'static str {
    match service {
        Service::Coupon => "coupon",
        Service::PointRedeem => "points",
        Service::Prepaid => "gift",
        Service::PointEarn => "earn",
    }
}

fn service(word: &str) -> Option<Service> {
    Service::ALL.into_iter().find(|known| name(*known) == word)
}

impl Default for World {
    fn default() -> Self {
        World::new()
    }
}

impl World {
    /// A kiosk in the morning, started and waiting.
    pub fn new() -> World {
        World::with(None)
    }

    /// The same with a bug.
    pub fn with(sabotage: Option<Sabotage>) -> World {
        let shop = Arc::new(shop(&Service::ALL));
        let now = Now { wall_ms: 1_760_000_000_000, boot_ms: 3_600_000, boot_id: "boot-1".into() };
        let kiosk = Kiosk::new(shop.clone(), Vec::new(), 0, (String::new(), 0), &now);
        let mut journal = Journal::default();
        journal.keeps_its_log = sabotage == Some(Sabotage::LogKept);
        let mut world = World {
            shop,
            kiosk,
            journal,
            now,
            elapsed: 0,
            set_off: 0,
            boots: 1,
            lives: 1,
            minted: 0,
            queue: VecDeque::new(),
            again: Vec::new(),
            doubled: false,
            shuffled: 0,
            ways: VecDeque::new(),
            under_way: Vec::new(),
            held: Vec::new(),
            failing: None,
            mounted: None,
            shown_due: None,
            away: false,
            back_at: None,
            replies: BTreeMap::new(),
            cards: VecDeque::new(),
            asks_silent: false,
            slow_ready: false,
            held_back: VecDeque::new(),
            refund_declines: false,
            refund_forgotten: false,
            refund_is_lost: false,
            stop_is_lost: false,
            cancel_is_short: false,
            after_paying: Vec::new(),
            prbiti: BTreeMap::new(),
            begun: BTreeSet::new(),
            attempts: BTreeMap::new(),
            never_begun: BTreeSet::new(),
            never_given: BTreeSet::new(),
            refunds: BTreeMap::new(),
            due_since: BTreeMap::new(),
            store: 1,
            orders: BTreeMap::new(),
            numbers: BTreeMap::new(),
            kitchen: KitchenPlan::default(),
            sessions: BTreeMap::new(),
            sessions_posted: BTreeSet::new(),
            steps: 0,
            crashes: None,
            log: Vec::new(),
            violations: Vec::new(),
            struck: Struck::default(),
            reasons: BTreeMap::new(),
            vouched: BTreeSet::new(),
            print_plan: PrintPlan::default(),
            printer_says: PrinterState::default(),
            last_paper: 0,
            receipts: BTreeSet::new(),
            sabotage,
        };
        world.send(Event::Resume);
        world.send(Event::PageConnected);
        world
    }

    /// The same kiosk with a printer, which is still away.
    #[must_use]
    pub fn with_printer(mut self) -> World {
        self.shop = Arc::new(Shop { printer: true, ..Shop::clone(&self.shop) });
        self.kiosk = Kiosk::new(self.shop.clone(), Vec::new(), 0, (String::new(), 0), &self.now);
        self.send(Event::Resume);
        self.page();
        self
    }

    fn act(&mut self, act: Act) {
        let view = self.kiosk.view(&self.now).number;
        self.send(Event::Act { view, act });
    }

    fn page(&mut self) {
        self.mounted = None;
        self.send(Event::PageConnected);
    }

    /// An event, and everything that follows from it without time passing.
    fn send(&mut self, event: Event) {
        self.queue.push_back(event);
        let mut left = MOST_FOLLOWING;
        while let Some(event) = self.next_event() {
            left -= 1;
            assert!(left > 0, "what follows from {event:?} has no end: {:#?}", self.log);
            self.handle(event);
        }
        for event in std::mem::take(&mut self.again) {
            self.handle(event);
        }
    }

    /// Decide, make durable, become, do, show: as the till does.
    fn handle(&mut self, event: Event) {
        if self.journal.down_until.is_some() && event.is_of_the_terminal() {
            // It may tell of money, which the journal must hear of once it is there.
            return self.held.push(event);
        }
        self.minted += 1;
        let Some(told) = self.as_told(&event) else { return self.hears(&event) };
        let step = self.kiosk.handle(told, &self.now, fresh(self.minted));
        if self.sabotage == Some(Sabotage::EffectBeforeRow) {
            for effect in &step.then {
                self.perform(effect.clone());
            }
        }
        if !step.record.is_empty() {
            if self.journal.down_until.is_some() {
                return self.violate("rows are decided without a journal");
            }
            if let Some(failure) = self.next_failure() {
                return self.fail(failure, &step.record, event);
            }
            self.commit(&step.record, true);
            self.steps += 1;
        }
        self.kiosk = step.kiosk;
        if self.journal.down_until.is_none() {
            self.hears(&event);
        }
        self.check_fold(&step.record);
        self.check_reasons(&step.record);
        self.note_crash(&step.record, false);
        if self.sabotage != Some(Sabotage::EffectBeforeRow) {
            for effect in step.then {
                self.perform(effect);
            }
        }
        self.note_crash(&step.record, true);
        self.twice(&step.record);
        if step.show {
            self.mount();
        }
    }

    fn note_crash(&mut self, records: &[Record], effects_happened: bool) {
        if records.is_empty() {
            return;
        }
        if let Some(mut crashes) = self.crashes.take() {
            crashes.push((Crash { step: self.steps, effects_happened }, self.clone()));
            self.crashes = Some(crashes);
        }
    }

    fn commit(&mut self, records: &[Record], told: bool) {
        let wrong = self.journal.commit(records, told);
        self.violations.extend(wrong);
        if told && self.journal.failed_syncs > 1 {
            self.violate("the kiosk goes on with a dying disk");
        }
        for record in records {
            match &record.entry {
                Entry::Closed { how } => {
                    // Also what is closed in a commit that failed and is there all the same.
                    let deceived = self.is_deceived(&record.transaction);
                    self.prbiti.entry(record.transaction.clone()).or_default().closed_by_a_wrong_clock = deceived;
                    self.say(format!("closed {how:?}").to_lowercase());
                }
                Entry::WithStaff { reason } => self.say(format!("staff {reason:?}")),
                Entry::NotPosted { why } => self.say(format!("not posted: {why:?}")),
                Entry::Unanswered { why } => self.say(format!("unanswered: {why:?}")),
                Entry::Left => self.say("left"),
                Entry::OrderFinished { .. } => {
                    self.prbiti.entry(record.transaction.clone()).or_default().finished = Some(self.elapsed);
                    self.say("finished");
                }
                Entry::Began { order } => {
                    self.begun.insert(order.id.clone());
                }
                Entry::PaymentStarted { .. }
                | Entry::RefundBegun { .. }
                | Entry::RefundStarted { .. }
                | Entry::RefundDone { .. } => self.due(&record.transaction),
                Entry::HandedOver => {
                    let order = self.fold(&record.transaction).order.id;
                    self.orders.entry(order).or_default().taken = true;
                }
                _ => {}
            }
        }
    }

    fn due(&mut self, id: &TransactionId) {
        self.due_since.entry(id.clone()).or_default().push((self.elapsed, self.set_off));
    }

    fn fold(&self, id: &TransactionId) -> Transaction {
        self.journal.fold(id).unwrap().clone()
    }

    /// How many orders were begun.
    pub fn orders_begun(&self) -> u64 {
        self.begun.len() as u64
    }

    /// How many syncs failed since the program started.
    pub fn failed_syncs(&self) -> u32 {
        self.journal.failed_syncs
    }

    /// A transaction's rows.
    pub fn records(&self, id: &TransactionId) -> Vec<Record> {
        self.journal.records(id)
    }

    /// Every transaction, as its rows prove it.
    pub fn folds(&self) -> Vec<Transaction> {
        self.journal.folds().cloned().collect()
    }

    /// What is in memory is what the journal proves.
    fn check_fold(&mut self, records: &[Record]) {
        let touched: BTreeSet<_> = records.iter().map(|record| &record.transaction).collect();
        for id in touched {
            if self.kiosk.transaction(id).is_some_and(|live| Some(live) != self.journal.fold(id)) {
                self.violate(format!("{id} in memory isn't what its rows prove"));
            }
        }
    }

    fn mount(&mut self) {
        let view = self.kiosk.view(&self.now);
        self.check_screen(&view.screen);
        self.shown_due = view.money.map(|money| money.due.get());
        let frame = view.module.map(|frame| frame.session);
        if frame == self.mounted {
            return;
        }
        self.mounted = frame;
        let Some(session) = frame else { return };
        let owner = self.kiosk.transactions().find_map(|t| Some((t.id.clone(), t.in_flight.as_ref()?.request)));
        let Some((id, request)) = owner else { return self.violate("a frame is shown for nothing") };
        if self.journal.fold(&id).and_then(|t| t.in_flight.as_ref()).is_none() {
            self.violate(format!("{id}: a frame is shown without its row"));
        }
        self.sessions.insert(session, (id, request));
        let next = self.replies.get(&who(request)).and_then(|replies| replies.front());
        if matches!(next, Some((Reply::NotLoaded, _))) {
            self.struck.count(Fault::FrameNotLoaded);
            self.take_reply(request);
        } else if !self.away {
            self.queue.push_back(Event::Module { session, event: FromModule::Loaded });
        }
    }

    fn take_reply(&mut self, request: Request) -> Option<Reply> {
        let replies = self.replies.get_mut(&who(request))?;
        if replies.front()?.1 { replies.front().map(|(reply, _)| reply.clone()) } else { Some(replies.pop_front()?.0) }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Post { session, payload } => self.post(session, &payload),
            Effect::PostBarcode { session, .. } => {
                let asked = self.sessions.get(&session).and_then(|(id, _)| self.journal.fold(id)?.in_flight.as_ref());
                if !asked.is_some_and(|flight| flight.asked) {
                    self.violate("a scan is posted to a frame that wasn't asked");
                }
            }
            Effect::Ignored { .. } => {}
            Effect::AskReady => {
                let answer = if self.asks_silent { Err(silence()) } else { Ok(self.store()) };
                if self.slow_ready {
                    self.held_back.push_back(Event::TerminalReady(answer));
                } else {
                    self.answer(Event::TerminalReady(answer));
                }
            }
            Effect::Pay(payment) => {
                self.charge(&payment);
                for word in std::mem::take(&mut self.after_paying) {
                    self.plan(&word);
                }
            }
            Effect::AskPayment(attempt) => {
                self.check_attempt_is_durable(&attempt);
                let is_over = self.attempts.get(&attempt).is_some_and(|attempt| attempt.told_ended);
                if is_over && self.sabotage == Some(Sabotage::NoSecondLook) {
                    return;
                }
                let answer = self.ask(&attempt);
                // What is asked for the card screen again and again isn't told.
                if !matches!(self.kiosk.view(&self.now).screen, Screen::Card { .. }) {
                    self.say(format!("what became of it → {}", told(&answer)));
                }
                self.answer(Event::PaymentAsked(attempt, answer));
            }
            Effect::StopPayment(attempt) => self.stop_payment(attempt),
            Effect::Refund(refund) => self.refund(&refund),
            Effect::AskRefund(attempt, refund) => self.ask_refund(&attempt, refund),
            Effect::Look(look) => {
                let found = self.look(look);
                self.queue.push_back(Event::Found(found));
            }
            Effect::CheckPin(_) => self.queue.push_back(Event::Proved(words::manager())),
            Effect::SetPerson { .. }
            | Effect::RemovePerson(_)
            | Effect::ReadMenu
            | Effect::Write(_)
            | Effect::TestKitchen => {}
            Effect::Print { name, paper } => self.print(name, &paper),
            Effect::HandOver { transaction, again } => self.hand_over(transaction, again),
            // The bug: nobody is told.
            Effect::VoidHandOver(id) if self.sabotage == Some(Sabotage::VoidUntold) => {
                self.queue.push_back(Event::HandOverVoided(id, Ok(())));
            }
            Effect::VoidHandOver(id) => self.void(id),
            Effect::Alert(what) if what == NO_END => panic!("{what}: {:#?}", self.log),
            Effect::Alert(what) => {
                if !what.contains("needs staff") {
                    self.say(format!("alert: {}", what.replace(|c: char| c.is_ascii_digit(), "#")));
                }
            }
        }
    }

    /// What the journal has for staff.
    fn look(&self, look: Look) -> Found {
        match look {
            Look::Attention => Found::Attention(Vec::new()),
            Look::Orders => Found::Orders(Vec::new()),
            Look::All(search) => Found::All(search, Vec::new(), false),
            Look::People => Found::People(vec![words::manager()], None),
            // Nothing of the shop is anybody's money.
            Look::Day(_) | Look::Health | Look::Deeds(_) => Found::Nothing,
            Look::One(id) => match self.journal.fold(&id).filter(|_| !self.journal.is_damaged(&id)) {
                Some(t) => Found::One(Box::new(t.clone()), self.journal.records(&id)),
                None => Found::Nothing,
            },
        }
    }

    fn say(&mut self, what: impl Into<String>) {
        self.log.push(what.into());
    }

    fn violate(&mut self, what: impl Into<String>) {
        self.violations.push(what.into());
    }
}

/// The name of what is on the screen.
pub fn screen(kiosk: &Kiosk, now: &Now) -> String {
    let view = serde_json::to_value(kiosk.view(now).screen).unwrap();
    view["is"].as_str().unwrap().to_owned()
}

fn who(request: Request) -> String {
    match request {
        Request::Connect(service) => name(service).into(),
        Request::Settle => "settle".into(),
        Request::Release => "release".into(),
        Request::Cancel => "cancel".into(),
    }
}
