//! The world that the stories happen in: a journal, Prbiti's module, a card terminal, a clock and a customer, each
//! with a ledger of its own that knows what really happened. It drives the real [`Kiosk::handle`].

mod end;
mod faults;
mod prbiti;
mod terminal;
mod time;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use checkout::{
    answer::MessageOutcome,
    books::Sums,
    card::{Approval, MaskedCard, NoAnswer, PaymentRequest, RefundRequest, TerminalAnswer, TerminalOutcome},
    entry::{Closed, Entry, Record},
    ids::{ApprovalNumber, AttemptId, ItemId, OrderId, RefundId, StoreId, TransactionId},
    kiosk::{Effect, Event, Fresh, Kiosk, Shop},
    money::Won,
    protocol::{Payload, Request},
    service::Service,
    time::Now,
    transaction::{CardState, HandOver, RefundState, Transaction},
    view::{Act, CardPhase, FromModule, Receipt, Sheet, Way},
};
use serde_json::Value;

use crate::shop::shop;
use faults::Failure;
use terminal::{silence, told};

/// How long Prbiti keeps a hold, ms; by the guide, not by the program.
const HOLD_MS: i64 = 30 * 60_000;

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

/// A message that Prbiti was sent.
#[derive(Clone, Debug)]
pub struct Posted {
    pub transaction: TransactionId,
    pub request: Request,
    /// Without `auth`.
    pub text: String,
    /// What the journal proved to be through before it.
    pub through: Vec<Request>,
}

#[derive(Clone, Default)]
struct AtPrbiti {
    holds: BTreeMap<Service, i64>,
    first_asked: i64,
    settled: Option<BTreeSet<Service>>,
    released: bool,
    cancelled: bool,
}

#[derive(Clone)]
struct Attempt {
    order: OrderId,
    transaction: TransactionId,
    charged: i64,
    given_back: i64,
    /// What the agent's memory says; `None` when it has never heard of it.
    known: Option<TerminalOutcome>,
    waits_until: Option<i64>,
    refunds: BTreeSet<RefundId>,
    /// The agent remembers them.
    refunds_known: bool,
}

#[derive(Clone)]
pub struct World {
    shop: Arc<Shop>,
    pub kiosk: Kiosk,
    journal: BTreeMap<TransactionId, Vec<(Now, String)>>,
    pub now: Now,
    elapsed: i64,
    boots: u32,
    minted: u32,
    queue: VecDeque<Event>,
    /// Answers that come a second time, after everything else.
    again: Vec<Event>,
    doubled: bool,
    /// Where the shuffling of answers stands; 0 for none.
    shuffled: u64,
    /// After so many more steps one fails like this.
    failing: Option<(u32, Failure)>,
    mounted: Option<u32>,
    away: bool,
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
    attempts: BTreeMap<AttemptId, Attempt>,
    store: u32,
    handed_over: BTreeMap<OrderId, u32>,
    voided: BTreeSet<OrderId>,
    hand_over_fails: bool,
    kitchen_silent: bool,
    posted: BTreeMap<String, u32>,
    sessions_posted: BTreeSet<(u32, u32)>,
    /// Everything that Prbiti was sent, in order.
    pub posts: Vec<Posted>,
    steps: usize,
    /// The world as it is at each crash; `None` when crashes aren't looked at.
    pub crashes: Option<Vec<(Crash, World)>>,
    pub log: Vec<String>,
    pub violations: Vec<String>,
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

impl World {
    pub fn new() -> World {
        let shop = Arc::new(shop(&Service::ALL));
        let now = Now { wall_ms: 1_760_000_000_000, boot_ms: 3_600_000, boot_id: "boot-1".into() };
        let kiosk = Kiosk::new(shop.clone(), Vec::new(), 0, (String::new(), 0), &now);
        let mut world = World {
            shop,
            kiosk,
            journal: BTreeMap::new(),
            now,
            elapsed: 0,
            boots: 1,
            minted: 0,
            queue: VecDeque::new(),
            again: Vec::new(),
            doubled: false,
            shuffled: 0,
            failing: None,
            mounted: None,
            away: false,
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
            attempts: BTreeMap::new(),
            store: 1,
            handed_over: BTreeMap::new(),
            voided: BTreeSet::new(),
            hand_over_fails: false,
            kitchen_silent: false,
            posted: BTreeMap::new(),
            sessions_posted: BTreeSet::new(),
            posts: Vec::new(),
            steps: 0,
            crashes: None,
            log: Vec::new(),
            violations: Vec::new(),
        };
        world.send(Event::Resume);
        world.send(Event::PageConnected);
        world
    }

    /// Runs the words of a script.
    pub fn run(&mut self, script: &str) {
        for word in script.split('·').map(str::trim) {
            self.word(word);
        }
    }

    fn word(&mut self, word: &str) {
        if self.plan(word) {
            return;
        }
        let (first, rest) = word.split_once(' ').unwrap_or((word, ""));
        match (first, rest) {
            ("order", what) => {
                self.act(Act::Start { way: Way::ForHere });
                self.act(Act::Item { id: ItemId::new("coffee").unwrap() });
                if what == "both" {
                    self.act(Act::Item { id: ItemId::new("milk").unwrap() });
                }
                self.act(Act::Review);
            }
            ("ask", services) => {
                self.act(Act::UseBenefits);
                for word in services.split(' ') {
                    let service = service(word).unwrap_or_else(|| panic!("no service {word}"));
                    self.act(Act::Tick { service, on: true });
                }
                self.act(Act::Next);
            }
            ("card", "only") => self.act(Act::PayNow),
            ("pay", "") | ("finish", "") => self.act(Act::Pay),
            ("skip", "") => self.act(Act::Skip),
            ("go", "on") => self.act(Act::GoOn),
            ("start", "over") => {
                self.act(Act::Home);
                self.act(Act::YesStartOver);
            }
            ("back", "") => {
                self.act(Act::Back);
                if matches!(self.kiosk.view(&self.now).sheet, Some(Sheet::StartOver { .. })) {
                    self.act(Act::YesStartOver);
                }
            }
            ("start", "again") => self.act(Act::StartAgain),
            ("try", "again") => self.act(Act::TryAgain),
            ("without", "service") => self.act(Act::WithoutService),
            ("without", "benefits") => self.act(Act::WithoutBenefits),
            ("stop", "") => self.act(Act::Stop),
            ("don't", "pay") => self.act(Act::DontPay),
            ("another", "card") => self.act(Act::AnotherCard),
            ("done", "") => self.act(Act::Done),
            ("phone", "receipt") => self.act(Act::Receipt { receipt: Receipt::Phone }),
            ("reload", "") => self.page(),
            ("wait", time) => self.wait(time, true),
            ("idle", "") => self.wait("95s", false),
            ("still", time) => self.wait(time, false),
            ("touch", "") => self.send(Event::Input),
            ("CRASH", "") => self.restart(false, 0),
            ("POWER", "CUT") => self.restart(true, 0),
            ("POWER", "CUT, clock back") => self.restart(true, -7_200_000),
            ("away", time) => self.away_for(time),
            ("late", "charge") => self.late_charge(),
            ("charged", "after all") => self.charged_in_silence(),
            ("late", "charge of the first") => self.late_charge_of(0),
            ("stop", "answered late") => self.stop_answered_late(),
            ("stop", "answered first") => self.stop_answered_first(),
            ("answers", "") => {
                for event in std::mem::take(&mut self.held_back) {
                    self.send(event);
                }
            }
            ("taps", words) => self.taps(words),
            ("yes", "") => self.act(Act::YesStartOver),
            ("home", "") => self.act(Act::Home),
            ("tap", "back") => self.act(Act::Back),
            ("JOURNAL", "FAILS") => self.journal_fails(),
            ("STAFF", "") => self.send(Event::StaffEntered { orders: Vec::new(), waiting: Vec::new() }),
            ("REFUND", "if paid") => {
                if self.folds().iter().any(|t| t.is_paid() && t.refund.is_none()) {
                    self.refund_by_staff(false);
                }
            }
            ("MAKE", "") => self.make_by_staff(),
            ("REFUND", "") => self.refund_by_staff(false),
            ("REFUND", "the late charge") => self.refund_by_staff(true),
            (_, _) => panic!("no such word: {word}"),
        }
    }

    /// A word that says how the world will behave.
    fn plan(&mut self, word: &str) -> bool {
        if let Some(then) = word.strip_prefix("after paying ") {
            self.after_paying.push(then.to_owned());
            return true;
        }
        let words: Vec<&str> = word.split(' ').collect();
        if self.fault(&words) {
            return true;
        }
        let (words, always) = match words.as_slice() {
            [head @ .., "always"] => (head.to_vec(), true),
            all => (all.to_vec(), false),
        };
        match words.as_slice() {
            ["card", "declines"] => self.cards.push_back(CardPlan::Declines),
            ["card", "approves"] => self.cards.push_back(CardPlan::Approves),
            ["card", "charged", "silently"] => self.cards.push_back(CardPlan::ChargesSilently),
            ["card", "silent"] => self.cards.push_back(CardPlan::Silent),
            ["card", "waits"] => self.cards.push_back(CardPlan::Waits),
            ["card", "charged", "wrongly"] => self.cards.push_back(CardPlan::WrongAmount),
            ["agent", "silent"] => self.asks_silent = true,
            ["agent", "answers"] => self.asks_silent = false,
            ["terminal", "off"] => self.send(Event::TerminalAway(true)),
            ["card", "charged", "in", "silence"] => {
                // The answer to the charge is lost on its way.
                for (id, attempt) in self.attempts.clone() {
                    let known = self.attempts.get_mut(&id).filter(|_| attempt.waits_until.is_some());
                    let Some(known) = known else { continue };
                    known.waits_until = None;
                    known.charged = 5000;
                    known.known = Some(TerminalOutcome::InProgress { phase: CardPhase::Verify, left_ms: 0 });
                    self.wait("1s", true);
                    let view = serde_json::to_value(self.kiosk.view(&self.now).screen).unwrap();
                    self.say(format!("the screen: {}", view["phase"].as_str().unwrap()));
                    let approved = self.approved(&id);
                    self.attempts.get_mut(&id).unwrap().known = Some(approved);
                }
            }
            ["agent", "slowly", "ready"] => self.slow_ready = true,
            ["agent", "cancelled", "by", "another", "memory"] => {
                self.store += 1;
                for attempt in self.attempts.values_mut() {
                    attempt.known = Some(TerminalOutcome::Cancelled);
                }
            }
            ["agent", "forgets"] => {
                self.store += 1;
                for attempt in self.attempts.values_mut() {
                    attempt.known = None;
                    attempt.refunds_known = false;
                }
            }
            ["refund", "declined"] => self.refund_declines = true,
            ["refund", "accepted"] => self.refund_declines = false,
            ["refund", "told", "to", "nobody"] => self.refund_is_lost = true,
            ["refund", "not", "found"] => self.refund_forgotten = true,
            ["cancel", "answered"] => self.everybody_answers(),
            ["stop", "lost"] => self.stop_is_lost = true,
            ["cancel", "short"] => self.cancel_is_short = true,
            ["kitchen", "silent"] => self.kitchen_silent = true,
            ["kitchen", "refuses"] => self.hand_over_fails = true,
            ["module", "away"] => {
                self.away = true;
                self.send(Event::Reachable(false));
            }
            ["module", "dies"] => self.away = true,
            ["module", "back"] => {
                self.away = false;
                self.send(Event::Reachable(true));
            }
            [who, rest @ ..] if service(who).is_some() || ["settle", "release", "cancel"].contains(who) => {
                let hold = |amount: &str, silent, code: Option<&str>| Reply::Hold {
                    amount: amount.parse().unwrap(),
                    silent,
                    code: code.map(str::to_owned),
                };
                let reply = match rest {
                    [code] if code.starts_with(|c: char| c.is_ascii_digit()) && code.len() > 6 => {
                        Reply::Code((*code).to_owned())
                    }
                    [amount] if amount.starts_with(|c: char| c.is_ascii_digit()) => hold(amount, false, None),
                    ["done", "silently"] => Reply::DoneSilently,
                    [amount, "silently"] => hold(amount, true, None),
                    [amount, "but", code] => hold(amount, false, Some(code)),
                    ["waits"] | ["silent"] => Reply::Silent,
                    ["not", "loaded"] => Reply::NotLoaded,
                    ["violates"] => Reply::Violation,
                    _ => panic!("no such plan: {word}"),
                };
                self.replies.entry((*who).to_owned()).or_default().push_back((reply, always));
            }
            _ => return false,
        }
        true
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
        while let Some(event) = self.next_event() {
            self.handle(event);
        }
        for event in std::mem::take(&mut self.again) {
            self.handle(event);
        }
    }

    fn handle(&mut self, event: Event) {
        self.minted += 1;
        let n = self.minted;
        let fresh = Fresh {
            transaction: TransactionId::new(format!("transaction{n:09}")).unwrap(),
            order: OrderId::new(format!("order-{n}")).unwrap(),
            attempt: AttemptId::new(format!("attempt-{n}")).unwrap(),
            refund: RefundId::new(format!("refund-{n}")).unwrap(),
        };
        let step = self.kiosk.handle(event.clone(), &self.now, fresh);
        if !step.record.is_empty() {
            if let Some(failure) = self.next_failure() {
                return self.fail(failure, &step.record, event);
            }
            self.commit(&step.record);
            self.steps += 1;
        }
        self.kiosk = step.kiosk;
        self.check_fold(&step.record);
        self.note_crash(&step.record, false);
        for effect in step.then {
            self.perform(effect);
        }
        self.note_crash(&step.record, true);
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

    fn commit(&mut self, records: &[Record]) {
        for record in records {
            let rows = self.journal.entry(record.transaction.clone()).or_default();
            if rows.len() != record.seq as usize {
                self.violations.push(format!("seq {} of {} after {} rows", record.seq, record.transaction, rows.len()));
            }
            rows.push((record.at.clone(), serde_json::to_string(&record.entry).unwrap()));
            match &record.entry {
                Entry::Closed { how } => self.log.push(format!("closed {how:?}").to_lowercase()),
                Entry::WithStaff { reason } => self.log.push(format!("staff {reason:?}")),
                Entry::NotPosted { why } => self.log.push(format!("not posted: {why:?}")),
                Entry::Unanswered { why } => self.log.push(format!("unanswered: {why:?}")),
                Entry::Left => self.log.push("left".into()),
                Entry::OrderFinished { .. } => self.log.push("finished".into()),
                _ => {}
            }
        }
    }

    fn fold(&self, id: &TransactionId) -> Transaction {
        let rows = self.journal.get(id).into_iter().flatten();
        let entries = rows.map(|(at, json)| (at.clone(), serde_json::from_str(json).unwrap()));
        Transaction::fold(id, entries).unwrap()
    }

    /// What is in memory is what the journal proves.
    fn check_fold(&mut self, records: &[Record]) {
        let touched: BTreeSet<_> = records.iter().map(|record| record.transaction.clone()).collect();
        for id in touched {
            if let Some(live) = self.kiosk.transaction(&id)
                && *live != self.fold(&id)
            {
                self.violations.push(format!("{id} in memory isn't what its rows prove"));
            }
        }
    }

    fn mount(&mut self) {
        let frame = self.kiosk.view(&self.now).module.map(|frame| frame.session);
        if frame == self.mounted {
            return;
        }
        self.mounted = frame;
        let Some(session) = frame else { return };
        let request = self.kiosk.transactions().find_map(|t| t.in_flight.as_ref()).map(|flight| flight.request);
        let next = request.and_then(|request| self.replies.get(&who(request))).and_then(|replies| replies.front());
        if matches!(next, Some((Reply::NotLoaded, _))) {
            self.take_reply(request.unwrap());
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
            Effect::PostBarcode { .. } | Effect::Ignored { .. } => {}
            Effect::AskReady => {
                let answer = if self.asks_silent { Err(silence()) } else { Ok(self.store()) };
                if self.slow_ready {
                    self.held_back.push_back(Event::TerminalReady(answer));
                } else {
                    self.queue.push_back(Event::TerminalReady(answer));
                }
            }
            Effect::Pay(payment) => {
                self.charge(&payment);
                for word in std::mem::take(&mut self.after_paying) {
                    self.plan(&word);
                }
            }
            Effect::AskPayment(attempt) => {
                let answer = self.ask(&attempt);
                // What is asked for the card screen again and again isn't told.
                if screen(&self.kiosk, &self.now) != "card" {
                    self.say(format!("what became of it → {}", told(&answer)));
                }
                self.queue.push_back(Event::PaymentAsked(attempt, answer));
            }
            Effect::StopPayment(attempt) => self.stop_payment(attempt),
            Effect::Refund(refund) => self.refund(&refund),
            Effect::AskRefund(attempt, refund) => {
                let known = self.attempts.get(&attempt).is_some_and(|a| a.refunds_known && a.refunds.contains(&refund));
                let outcome = if known { self.approved(&attempt) } else { TerminalOutcome::NotFound };
                self.say(format!("what became of the refund → {}", if known { "done" } else { "not found" }));
                self.queue.push_back(Event::RefundAnswered(refund, self.agent(outcome)));
            }
            Effect::HandOver(id) => {
                let t = self.fold(&id);
                if t.hand_over != HandOver::Started {
                    self.violations.push(format!("{id} handed over without its row"));
                }
                self.check_paid_for_hand_over(&t);
                let times = self.handed_over.entry(t.order.id.clone()).or_default();
                *times += 1;
                if self.kitchen_silent {
                    self.held_back.push_back(Event::HandedOver(id, Ok(())));
                    return self.say("hand over → silence");
                }
                let outcome = if self.hand_over_fails { Err("no".to_owned()) } else { Ok(()) };
                self.say(format!("hand over {}", if outcome.is_ok() { "→ taken" } else { "→ refused" }));
                self.queue.push_back(Event::HandedOver(id, outcome));
            }
            Effect::VoidHandOver(id) => {
                let t = self.fold(&id);
                if t.hand_over != HandOver::Voiding {
                    self.violations.push(format!("{id} declared void without its row"));
                }
                self.voided.insert(t.order.id);
                self.say("void → known");
                self.queue.push_back(Event::HandOverVoided(id, Ok(())));
            }
            Effect::Alert(what) => {
                if !what.contains("needs staff") {
                    self.say(format!("alert: {}", what.replace(|c: char| c.is_ascii_digit(), "#")));
                }
            }
        }
    }

    fn say(&mut self, what: impl Into<String>) {
        self.log.push(what.into());
    }
}

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
