//! The world that the stories happen in: a journal, Prbiti's module, a card terminal, a clock and a customer, each
//! with a ledger of its own that knows what really happened. It drives the real [`Kiosk::handle`].

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use checkout::{
    books::Sums,
    card::{Approval, MaskedCard, NoAnswer, PaymentRequest, RefundRequest, TerminalAnswer, TerminalOutcome},
    catalog::{Catalog, Category, Item, Names, Tax},
    entry::{Closed, Entry, Record},
    ids::{ApprovalNumber, AttemptId, CategoryId, ItemId, OrderId, RefundId, StoreId, TransactionId},
    kiosk::{Effect, Event, Fresh, Kiosk, Shop},
    money::Won,
    protocol::{Payload, Request},
    service::Service,
    time::Now,
    transaction::{CardState, HandOver, RefundState, Transaction},
    view::{Act, CardPhase, FromModule, Place, Receipt, Sheet, Way},
};
use serde_json::Value;

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
    /// Was it answered with a yes that the kiosk heard?
    pub done: bool,
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

fn names(ko: &str) -> Names {
    Names { ko: ko.into(), en: None, zh: None, ja: None }
}

fn shop() -> Shop {
    let item = |id: &str, price, tax| Item {
        id: ItemId::new(id).unwrap(),
        names: names(id),
        price: Won::new(price),
        tax,
        picture: String::new(),
        barcode: None,
        recommended: false,
        sold_out: false,
        categories: vec![CategoryId::new("all").unwrap()],
        groups: Vec::new(),
    };
    Shop {
        names: names("가게"),
        prefix: "A".into(),
        ways: vec![Way::ForHere, Way::ToGo],
        day_starts_min: 0,
        utc_offset_min: 540,
        services: Service::ALL.to_vec(),
        module_url: "https://module.example/".into(),
        module_origin: "https://module.example".into(),
        payment_timeout_ms: 60_000,
        terminal_place: Place::default(),
        width_px: 1080,
        height_px: 1920,
        pitch_nm: 311_300,
        lower_edge_mm: 780,
        practice: false,
        scanner: false,
        catalog: Catalog {
            categories: vec![Category { id: CategoryId::new("all").unwrap(), names: names("all") }],
            items: vec![item("coffee", 5000, Tax::Taxable), item("milk", 3000, Tax::Free)],
            groups: Vec::new(),
        },
    }
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
        let shop = Arc::new(shop());
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
            mounted: None,
            away: false,
            replies: BTreeMap::new(),
            cards: VecDeque::new(),
            asks_silent: false,
            slow_ready: false,
            held_back: VecDeque::new(),
            refund_declines: false,
            refund_forgotten: false,
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
                }
            }
            ["refund", "declined"] => self.refund_declines = true,
            ["refund", "accepted"] => self.refund_declines = false,
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
        while let Some(event) = self.queue.pop_front() {
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
        let step = self.kiosk.handle(event, &self.now, fresh);
        if !step.record.is_empty() {
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
            Effect::PostBarcode { .. } => {}
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
                let known = self.attempts.get(&attempt).is_some_and(|a| a.refunds.contains(&refund));
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

    // Prbiti

    fn post(&mut self, session: u32, payload: &Payload) {
        let owner = self.kiosk.transactions().find(|t| t.in_flight.as_ref().is_some_and(|f| f.payload == *payload));
        let Some(id) = owner.map(|t| t.id.clone()) else {
            return self.violations.push("a text was posted that no transaction has in flight".into());
        };
        let flight = self.fold(&id).in_flight;
        if !flight.as_ref().is_some_and(|flight| flight.asked && flight.payload == *payload) {
            self.violations.push(format!("{id}: posted without a durable row"));
        }
        if !self.sessions_posted.insert((self.boots, session)) {
            self.violations.push(format!("session {session} was posted to twice"));
        }
        if self.mounted != Some(session) {
            return self.violations.push(format!("session {session} has no frame"));
        }
        let Some(request) = flight.map(|flight| flight.request) else { return };
        let message: Value = serde_json::from_str(payload.as_str()).unwrap();
        let data = &message["data"];
        assert_eq!(data["transactionID"], id.as_str());
        let reply = self.take_reply(request);
        let (said, answer) = match request {
            Request::Connect(service) => self.connection(&id, service, data, reply),
            Request::Settle | Request::Release | Request::Cancel => self.confirm(&id, request, data, reply),
        };
        let done = answer.as_ref().is_some_and(|(short, _)| short == "200");
        self.posts.push(Posted { transaction: id.clone(), request, text: payload.as_str().to_owned(), done });
        let times = self.posted.entry(payload.as_str().to_owned()).or_default();
        *times += 1;
        let again = if *times > 1 { " again" } else { "" };
        self.say(format!("{said}{again} → {}", answer.as_ref().map_or("silence", |(short, _)| short)));
        if let Some((_, text)) = answer {
            self.queue.push_back(Event::Module { session, event: FromModule::Message { text } });
        }
    }

    fn connection(
        &mut self,
        id: &TransactionId,
        service: Service,
        data: &Value,
        reply: Option<Reply>,
    ) -> (String, Option<(String, String)>) {
        assert_eq!(data["supportMode"], service.support_mode());
        let said = match data.get("payAmount") {
            Some(most) => format!("ask {} of {most}", name(service)),
            None => format!("ask {}", name(service)),
        };
        let elapsed = self.elapsed;
        let at =
            self.prbiti.entry(id.clone()).or_insert_with(|| AtPrbiti { first_asked: elapsed, ..AtPrbiti::default() });
        if at.settled.is_some() || at.released || elapsed - at.first_asked >= HOLD_MS {
            return (said, Some(code("100010003")));
        }
        let answer = match reply.unwrap_or_else(|| Reply::Code("100050001".into())) {
            Reply::Hold { amount, silent, code: other } => {
                if amount > 0 && at.holds.insert(service, amount).is_some() {
                    self.violations.push(format!("{id}: {} was held twice", name(service)));
                }
                match (silent, other) {
                    (true, _) => None,
                    (false, Some(other)) => Some(code(&other)),
                    (false, None) => Some((format!("held {amount}"), held(id, service, amount))),
                }
            }
            Reply::Code(known) => Some(code(&known)),
            Reply::Silent | Reply::DoneSilently | Reply::NotLoaded => None,
            Reply::Violation => {
                at.holds.insert(service, 999);
                Some(("nonsense".into(), held(id, service, 99_999_999)))
            }
        };
        (said, answer)
    }

    fn confirm(
        &mut self,
        id: &TransactionId,
        request: Request,
        data: &Value,
        reply: Option<Reply>,
    ) -> (String, Option<(String, String)>) {
        let yes: BTreeSet<Service> = Service::ALL
            .into_iter()
            .filter(|service| {
                let field = match service {
                    Service::Coupon => "couponConfirmedYN",
                    Service::PointRedeem => "pointRedeemConfirmedYN",
                    Service::Prepaid => "prepaidConfirmedYN",
                    Service::PointEarn => "pointEarnConfirmedYN",
                };
                data.get(field).is_some_and(|mark| mark == "Y")
            })
            .collect();
        let word = who(request);
        let said = if request == Request::Settle {
            let marks: Vec<&str> = yes.iter().map(|service| name(*service)).collect();
            format!("{word} Y:{}", if marks.is_empty() { "none".into() } else { marks.join("+") })
        } else {
            word
        };
        self.check_confirm(id, request, &yes, data);
        let does = matches!(reply, None | Some(Reply::DoneSilently | Reply::Hold { .. }));
        let outcome = if does { self.do_confirm(id, request, yes) } else { "" };
        let answer = match reply {
            Some(Reply::Code(known)) => {
                if known == "100010003" {
                    // It is telling the truth: whatever was held is gone.
                    self.prbiti.entry(id.clone()).or_default().released = true;
                }
                Some(code(&known))
            }
            Some(Reply::Silent | Reply::DoneSilently | Reply::NotLoaded) => None,
            Some(Reply::Violation) => Some(("half".into(), r#"{"status":"200","data":{"errorCode":1}}"#.into())),
            Some(Reply::Hold { .. }) | None => {
                let amounts = if request == Request::Cancel { self.given_back(id) } else { String::new() };
                let text = format!(
                    r#"{{"status":"200","result":"","timestamp":1,"data":{{"errorCode":200,"transactionID":"{id}"{amounts}}}}}"#
                );
                if outcome == "200" { Some((outcome.into(), text)) } else { Some(code(outcome)) }
            }
        };
        (said, answer)
    }

    /// What a `cancel` says it gave back.
    fn given_back(&self, id: &TransactionId) -> String {
        let at = self.prbiti.get(id).cloned().unwrap_or_default();
        let settled = at.settled.unwrap_or_default();
        let of = |service| {
            let amount = at.holds.get(&service).copied().filter(|_| settled.contains(&service)).unwrap_or(0);
            if self.cancel_is_short { amount / 2 } else { amount }
        };
        let coupon = if of(Service::Coupon) > 0 { r#""C-1""# } else { "null" };
        format!(
            r#","pointRedeemCanceledNum":{},"pointEarnCanceledNum":{},"prepaidCanceledNum":{},"couponCanceledID":{coupon}"#,
            of(Service::PointRedeem),
            of(Service::PointEarn),
            of(Service::Prepaid),
        )
    }

    /// Not idempotent: a second one is refused, as the guide doesn't say otherwise.
    fn do_confirm(&mut self, id: &TransactionId, request: Request, yes: BTreeSet<Service>) -> &'static str {
        let elapsed = self.elapsed;
        let Some(at) = self.prbiti.get_mut(id) else { return "100010003" };
        let alive = elapsed - at.first_asked < HOLD_MS;
        match request {
            Request::Cancel if at.settled.is_some() && !at.cancelled => at.cancelled = true,
            Request::Settle if at.settled.is_none() && !at.released && alive => at.settled = Some(yes),
            Request::Release if at.settled.is_none() && !at.released && alive => at.released = true,
            Request::Cancel | Request::Settle | Request::Release | Request::Connect(_) => return "100010003",
        }
        "200"
    }

    fn check_confirm(&mut self, id: &TransactionId, request: Request, yes: &BTreeSet<Service>, data: &Value) {
        let t = self.fold(id);
        let total = t.total().get();
        let charged: i64 =
            self.attempts.values().filter(|a| a.transaction == *id).map(|a| a.charged - a.given_back).sum();
        let holds = self.prbiti.get(id).map(|at| at.holds.clone()).unwrap_or_default();
        let of = |service| if yes.contains(&service) { holds.get(&service).copied().unwrap_or(0) } else { 0 };
        let wrong = match request {
            Request::Settle => {
                let paid = charged + of(Service::Coupon) + of(Service::PointRedeem) + of(Service::Prepaid);
                let list: i64 =
                    data["paymentList"].as_array().unwrap().iter().map(|p| p["paymentPrice"].as_i64().unwrap()).sum();
                (paid != total)
                    .then(|| format!("settles {total} won with {paid} paid"))
                    .or_else(|| (list != total).then(|| format!("lists {list} of {total} won")))
                    .or_else(|| {
                        yes.iter().find(|s| !holds.contains_key(s)).map(|s| format!("Y for {s:?}, which isn't held"))
                    })
            }
            Request::Release => (charged != 0)
                .then(|| "releases a paid order".to_owned())
                .or_else(|| (!yes.is_empty()).then(|| "releases with a Y".to_owned())),
            Request::Cancel => (charged != 0).then(|| "cancels before the refund".to_owned()),
            Request::Connect(_) => None,
        };
        self.violations.extend(wrong.map(|what| format!("{id} {what}")));
    }

    // The terminal

    fn store(&self) -> StoreId {
        StoreId::new(format!("store-{}", self.store)).unwrap()
    }

    fn agent(&self, outcome: TerminalOutcome) -> Result<TerminalAnswer, NoAnswer> {
        if self.asks_silent { Err(silence()) } else { Ok(TerminalAnswer { store: self.store(), outcome }) }
    }

    fn approved(&self, attempt: &AttemptId) -> TerminalOutcome {
        let charged = self.attempts.get(attempt).map_or(0, |attempt| attempt.charged);
        TerminalOutcome::Approved(Approval {
            amount: Won::new(charged),
            approval_number: ApprovalNumber::new("30001234").unwrap(),
            approved_at: "2025-10-09T12:00:00+09:00".into(),
            method: "CARD".into(),
            issuer: "은행".into(),
            acquirer: String::new(),
            masked_card: MaskedCard::of("123456******7890"),
            merchant_id: "M1".into(),
            instalment_months: 0,
        })
    }

    fn charge(&mut self, payment: &PaymentRequest) {
        let owners: Vec<_> = self.journal.keys().cloned().collect();
        let folds: Vec<Transaction> = owners.iter().map(|id| self.fold(id)).collect();
        let owner = folds.iter().find(|t| matches!(&t.card, CardState::Started(a) if a.id == payment.attempt));
        let Some(owner) = owner else {
            return self.violations.push("the terminal was asked without a durable row".into());
        };
        for other in folds.iter().filter(|t| t.id != owner.id) {
            if other.card_in_doubt().is_some() {
                self.violations.push(format!("{} charges while {} is in doubt", owner.id, other.id));
            }
            if other.order.id == owner.order.id && other.charged().is_some() {
                self.violations.push(format!("order {} is charged again", owner.order.id));
            }
        }
        let live: i64 =
            self.attempts.values().filter(|a| a.order == owner.order.id).map(|a| a.charged - a.given_back).sum();
        if live != 0 {
            self.violations.push(format!("order {} has been charged {live} won already", owner.order.id));
        }
        let (order, transaction) = (owner.order.id.clone(), owner.id.clone());
        let amount = payment.amount.get();
        let plan = self.cards.pop_front().unwrap_or(CardPlan::Approves);
        let mut attempt = Attempt {
            order,
            transaction,
            charged: 0,
            given_back: 0,
            known: None,
            waits_until: None,
            refunds: BTreeSet::new(),
        };
        match plan {
            CardPlan::Approves | CardPlan::ChargesSilently => attempt.charged = amount,
            CardPlan::WrongAmount => attempt.charged = amount - 100,
            CardPlan::Waits => attempt.waits_until = Some(self.elapsed + i64::from(payment.timeout_ms)),
            CardPlan::Declines | CardPlan::Silent => {}
        }
        let id = payment.attempt.clone();
        self.attempts.insert(id.clone(), attempt);
        let outcome = match plan {
            CardPlan::Approves | CardPlan::ChargesSilently | CardPlan::WrongAmount => Some(self.approved(&id)),
            CardPlan::Declines => {
                Some(TerminalOutcome::Declined { code: "51".into(), message: "한도 초과".into() })
            }
            CardPlan::Waits => Some(TerminalOutcome::InProgress { phase: CardPhase::Insert, left_ms: 1000 }),
            CardPlan::Silent => None,
        };
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.known = outcome.clone();
        }
        let answer = match (plan, outcome) {
            (CardPlan::Waits, _) => return self.say(format!("charge {amount} → waits")),
            (CardPlan::ChargesSilently | CardPlan::Silent, _) | (_, None) => Err(silence()),
            (_, Some(outcome)) => Ok(TerminalAnswer { store: self.store(), outcome }),
        };
        self.say(format!("charge {amount} → {}", told(&answer)));
        self.queue.push_back(Event::PaymentAnswered(id, answer));
    }

    fn ask(&self, attempt: &AttemptId) -> Result<TerminalAnswer, NoAnswer> {
        let known = self.attempts.get(attempt).and_then(|attempt| attempt.known.clone());
        self.agent(known.unwrap_or(TerminalOutcome::NotFound))
    }

    fn stop_payment(&mut self, id: AttemptId) {
        let silent = self.asks_silent;
        if self.stop_is_lost {
            return self.say("stop → lost");
        }
        let waited = match self.attempts.get_mut(&id) {
            Some(attempt) if !silent && attempt.waits_until.is_some() => {
                attempt.waits_until = None;
                attempt.known = Some(TerminalOutcome::Cancelled);
                true
            }
            Some(_) | None => false,
        };
        let answer = self.ask(&id);
        self.say(format!("stop → {}", told(&answer)));
        if waited {
            self.queue.push_back(Event::PaymentAnswered(id.clone(), answer.clone()));
        }
        self.queue.push_back(Event::PaymentStopped(id, answer));
    }

    fn refund(&mut self, refund: &RefundRequest) {
        let declines = self.refund_declines;
        let silent = self.asks_silent || self.refund_forgotten;
        let Some(attempt) = self.attempts.get_mut(&refund.attempt) else {
            return self.violations.push("a refund of an unknown attempt".into());
        };
        let outcome = if declines {
            TerminalOutcome::Declined { code: "R1".into(), message: String::new() }
        } else {
            if !silent && attempt.refunds.insert(refund.refund.clone()) {
                attempt.given_back += attempt.charged;
            }
            if attempt.given_back > attempt.charged {
                self.violations.push("the money was given back twice".into());
            }
            self.approved(&refund.attempt)
        };
        let outcome = if std::mem::take(&mut self.refund_forgotten) { TerminalOutcome::NotFound } else { outcome };
        let answer = self.agent(outcome);
        self.say(format!("refund → {}", told(&answer)));
        self.queue.push_back(Event::RefundAnswered(refund.refund.clone(), answer));
    }

    /// The agent says of the last attempt that it was charged after all.
    fn late_charge(&mut self) {
        self.late_charge_of(self.attempts.len() - 1);
    }

    fn late_charge_of(&mut self, which: usize) {
        let (id, answer) = self.charged_after_all(which);
        self.send(Event::PaymentAnswered(id, answer));
    }

    fn stop_answered_late(&mut self) {
        let (id, answer) = self.charged_after_all(self.attempts.len() - 1);
        self.send(Event::PaymentStopped(id, answer));
    }

    /// The customer stops in the very moment the card is charged, and hears of it before the charge itself is answered.
    fn stop_answered_first(&mut self) {
        self.act(Act::DontPay);
        let id = self.attempts.keys().last().cloned().unwrap();
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        (attempt.charged, attempt.waits_until) = (5000, None);
        let outcome = self.approved(&id);
        self.attempts.get_mut(&id).unwrap().known = Some(outcome.clone());
        let answer = Ok(TerminalAnswer { store: self.store(), outcome });
        self.send(Event::PaymentStopped(id.clone(), answer.clone()));
        self.send(Event::PaymentAnswered(id, answer));
    }

    fn charged_after_all(&mut self, which: usize) -> (AttemptId, Result<TerminalAnswer, NoAnswer>) {
        let mut ids: Vec<AttemptId> = self.attempts.keys().cloned().collect();
        // They are numbered in the order of their making.
        ids.sort_by_key(|id| id.as_str().rsplit('-').next().and_then(|n| n.parse::<u32>().ok()));
        let id = ids[which].clone();
        if let Some(attempt) = self.attempts.get_mut(&id) {
            attempt.charged = 1000;
        }
        let outcome = self.approved(&id);
        (id, Ok(TerminalAnswer { store: self.store(), outcome }))
    }

    /// A finger that touches several times before the screen can change.
    fn taps(&mut self, words: &str) {
        let view = self.kiosk.view(&self.now).number;
        for word in words.split(' ') {
            let act = match word {
                "skip" => Act::Skip,
                "pay" => Act::Pay,
                "bin" => Act::RemoveLine { index: 0 },
                "next" => Act::Next,
                _ => panic!("no such tap: {word}"),
            };
            self.send(Event::Act { view, act });
        }
    }

    // Time

    fn wait(&mut self, time: &str, touching: bool) {
        let (number, unit) = time.split_at(time.len() - 1);
        let ms = number.parse::<i64>().unwrap() * if unit == "m" { 60_000 } else { 1000 };
        let step = if ms > 120_000 { 5_000 } else { 1000 };
        let mut left = ms;
        while left > 0 {
            self.pass(step.min(left), touching);
            left -= step;
        }
    }

    fn pass(&mut self, ms: i64, touching: bool) {
        self.elapsed += ms;
        self.now.wall_ms += ms;
        self.now.boot_ms += ms;
        let elapsed = self.elapsed;
        let over: Vec<AttemptId> = self
            .attempts
            .iter_mut()
            .filter_map(|(id, attempt)| {
                attempt.waits_until.take_if(|until| elapsed >= *until)?;
                attempt.known = Some(TerminalOutcome::Declined { code: "TIMEOUT".into(), message: String::new() });
                Some(id.clone())
            })
            .collect();
        for id in over {
            let answer = self.ask(&id);
            self.say(format!("charge → {}", told(&answer)));
            self.send(Event::PaymentAnswered(id, answer));
        }
        if self.elapsed / 10_000 != (self.elapsed - ms) / 10_000 {
            self.send(Event::Reachable(!self.away));
        }
        if touching {
            self.send(Event::Input);
        }
        self.send(Event::Tick);
    }

    // Deaths

    fn away_for(&mut self, time: &str) {
        let (number, unit) = time.split_at(time.len() - 1);
        let ms = number.parse::<i64>().unwrap() * if unit == "m" { 60_000 } else { 1000 };
        self.elapsed += ms;
        self.now.wall_ms += ms;
        self.restart(true, 0);
    }

    /// What has no deadline would be asked for ever.
    pub fn everybody_answers(&mut self) {
        self.asks_silent = false;
        self.stop_is_lost = false;
        self.replies.remove("cancel");
    }

    /// The program starts anew from what is durable.
    pub fn restart(&mut self, power: bool, clock_ms: i64) {
        self.queue.clear();
        self.mounted = None;
        self.boots += 1;
        self.elapsed += 5_000;
        self.now.wall_ms += 5_000 + clock_ms;
        self.now.boot_ms += 5_000;
        if power {
            self.elapsed += 20_000;
            self.now.wall_ms += 20_000;
            self.now.boot_ms = 20_000;
            self.now.boot_id = format!("boot-{}", self.boots);
        }
        self.say("RESTART");
        let (open, last) = self.durable();
        self.kiosk = Kiosk::new(self.shop.clone(), open, 0, last, &self.now);
        self.held_back.clear();
        self.send(Event::Resume);
        self.page();
        if self.away {
            self.send(Event::Reachable(false));
        }
    }

    /// Staff decide to give money back.
    fn refund_by_staff(&mut self, late: bool) {
        let ids: Vec<TransactionId> = self.journal.keys().cloned().collect();
        let folds = ids.iter().rev().map(|id| self.fold(id));
        let t = folds.into_iter().find(|t| if late { !t.stray_charges.is_empty() } else { t.is_paid() }).unwrap();
        let attempt = match (late, &t.card) {
            (true, _) => Some(t.stray_charges[0].attempt.clone()),
            (false, CardState::Approved(attempt, _)) => Some(attempt.id.clone()),
            (false, _) => None,
        };
        self.say("REFUND");
        self.send(Event::RefundDecided(Box::new(t), attempt));
    }

    /// The next commit fails: what was decided is lost, and the kiosk goes on from what is durable.
    fn journal_fails(&mut self) {
        self.say("JOURNAL FAILS");
        self.queue.clear();
        self.kiosk = self.kiosk.without_journal("code".into(), &self.now);
        self.mount();
        let shut = screen(&self.kiosk, &self.now);
        self.pass(1_000, false);
        self.say(format!("[{shut}]"));
        let (open, last) = self.durable();
        let fresh = Kiosk::new(self.shop.clone(), open, 0, last, &self.now);
        self.kiosk = fresh.following(&self.kiosk);
        self.send(Event::Resume);
    }

    /// Every transaction, as its rows prove it.
    pub fn folds(&self) -> Vec<Transaction> {
        self.journal.keys().map(|id| self.fold(id)).collect()
    }

    fn durable(&self) -> (Vec<Transaction>, (String, u32)) {
        let folds = self.folds();
        let last =
            folds.iter().filter_map(|t| t.order_number.as_ref()).map(|n| (n.business_day.clone(), n.number)).max();
        (folds.into_iter().filter(|t| t.closed.is_none()).collect(), last.unwrap_or_default())
    }

    // The end

    /// Time goes by, nobody touches anything, until every transaction is at rest.
    pub fn rest(&mut self) {
        for round in 0..400 {
            if self.at_rest() {
                return;
            }
            self.pass(if round < 60 { 2_000 } else { 10_000 }, false);
        }
        if !self.at_rest() {
            self.violations.push("never at rest".into());
        }
    }

    fn at_rest(&self) -> bool {
        self.kiosk.transactions().all(|t| t.closed.is_some() || t.with_staff.is_some())
            && self.kiosk.view(&self.now).module.is_none()
    }

    fn check_paid_for_hand_over(&mut self, t: &Transaction) {
        let charged: i64 =
            self.attempts.values().filter(|a| a.order == t.order.id).map(|a| a.charged - a.given_back).sum();
        let settled = self.prbiti.get(&t.id).is_some_and(|at| at.settled.is_some());
        if charged == 0 && !settled {
            self.violations.push(format!("{} is handed over unpaid", t.id));
        }
    }

    /// What must be true of every end.
    pub fn check_end(&mut self) {
        let folds = self.folds();
        let mut paid_orders = BTreeMap::<OrderId, u32>::new();
        let mut wrong = Vec::new();
        for t in &folds {
            let id = &t.id;
            let (charged, given_back) = self
                .attempts
                .values()
                .filter(|a| a.transaction == *id)
                .fold((0, 0), |(c, g), a| (c + a.charged, g + a.given_back));
            let at = self.prbiti.get(id);
            let lapsed = at.is_none_or(|at| self.elapsed - at.first_asked >= HOLD_MS);
            let settled = at.and_then(|at| at.settled.clone()).unwrap_or_default();
            let cancelled = at.is_some_and(|at| at.cancelled);
            let open_holds =
                at.is_some_and(|at| !at.holds.is_empty() && at.settled.is_none() && !at.released && !lapsed);
            let used: i64 = [Service::Coupon, Service::PointRedeem, Service::Prepaid]
                .iter()
                .filter(|service| settled.contains(service) && !cancelled)
                .map(|service| at.and_then(|at| at.holds.get(service)).copied().unwrap_or(0))
                .sum();
            if !t.stray_charges.is_empty() && t.with_staff.is_none() {
                wrong.push(format!("{id} has a charge that pays for nothing, and staff don't know"));
            }
            wrong.extend(Sums::of(t).differences().into_iter().map(|what| format!("{id} in the books: {what}")));
            let refunded = t.refund.as_ref().is_some_and(|refund| refund.state == RefundState::Done);
            if t.is_paid() && !refunded || t.card_in_doubt().is_some() {
                *paid_orders.entry(t.order.id.clone()).or_default() += 1;
            }
            match (t.closed, t.with_staff) {
                (Some(Closed::Settled), _) => {
                    if charged - given_back + used != t.total().get() {
                        wrong.push(format!("{id} closed settled: {charged} − {given_back} + {used} ≠ {}", t.total()));
                    }
                    if t.hand_over != HandOver::Done {
                        wrong.push(format!("{id} closed without a hand-over"));
                    }
                    if open_holds && t.holds() {
                        wrong.push(format!("{id} closed settled with holds open"));
                    }
                }
                (Some(Closed::Unused | Closed::Released | Closed::Lapsed | Closed::Refunded), _) => {
                    let paid = t.charged().map_or(0, |approval| approval.amount.get());
                    if charged != given_back + paid {
                        wrong.push(format!("{id} closed {:?}: {charged} charged, {given_back} given back", t.closed));
                    }
                    if refunded && t.hand_over == HandOver::Done {
                        wrong.push(format!("{id} is refunded, and whoever makes it doesn't know"));
                    }
                    if used != 0 || open_holds && t.closed != Some(Closed::Lapsed) {
                        wrong.push(format!("{id} closed {:?} with holds open or used", t.closed));
                    }
                }
                (None, Some(_)) => {}
                (None, None) => wrong.push(format!("{id} is neither closed nor with staff")),
            }
        }
        for (order, count) in paid_orders {
            if count > 1 {
                wrong.push(format!("order {order} has {count} transactions that are paid or in doubt"));
            }
        }
        self.violations.extend(wrong);
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

fn silence() -> NoAnswer {
    NoAnswer { why: "no answer".into() }
}

fn code(code: &str) -> (String, String) {
    let text = format!(r#"{{"status":"400","result":"","timestamp":"1","data":{{"errorCode":"{code}"}}}}"#);
    (code.to_owned(), text)
}

fn held(id: &TransactionId, service: Service, amount: i64) -> String {
    let field = match service {
        Service::Coupon => "couponDiscountPrice",
        Service::PointRedeem => "pointRedeem",
        Service::Prepaid => "prepaidPayPrice",
        Service::PointEarn => "pointEarn",
    };
    let mode = service.support_mode();
    format!(
        r#"{{"status":"200","result":"OK","timestamp":1728025307,"data":{{"errorCode":200,"supportMode":"{mode}","transactionID":"{id}","{field}":{amount}}}}}"#
    )
}

fn told(answer: &Result<TerminalAnswer, NoAnswer>) -> String {
    match answer.as_ref().map(|answer| &answer.outcome) {
        Err(_) => "silence".into(),
        Ok(TerminalOutcome::Approved(approval)) => format!("approved {}", approval.amount.get()),
        Ok(TerminalOutcome::Declined { .. }) => "declined".into(),
        Ok(TerminalOutcome::Cancelled) => "cancelled".into(),
        Ok(TerminalOutcome::InProgress { .. }) => "in progress".into(),
        Ok(TerminalOutcome::NotFound) => "not found".into(),
    }
}
