//! A kiosk's whole day from outside: touches, the module's words, scans and the agent's answers, in any order. Whatever
//! comes, money is asked for once, and what is confirmed was paid.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::LazyLock,
};

use checkout::{
    card::{NoAnswer, PaymentRequest},
    entry::Entry,
    ids::{AttemptId, OrderId, RefundId, TransactionId},
    kiosk::{Effect, Event, Fresh, Kiosk},
    paper::{PrintOutcome, PrinterState, width},
    protocol::Payload,
    time::Now,
    transaction::{CardState, Transaction},
    view::{Act, FromModule},
};
use serde_json::Value;
use till::{
    journal::Row,
    reading::{self, Scans},
    scanner::ScannerEvent,
};

use crate::shop::{SHOP, kept, noon};

/// The most lines of a script that are played.
const MOST_LINES: usize = 120;

/// Names for the event of that number.
pub fn fresh(number: u32) -> Fresh {
    Fresh {
        transaction: TransactionId::new(format!("transaction{number:09}")).expect("20 letters and digits"),
        order: OrderId::new(format!("order-{number}")).expect("a name"),
        attempt: AttemptId::new(format!("attempt-{number}")).expect("a name"),
        refund: RefundId::new(format!("refund-{number}")).expect("a name"),
    }
}

/// What happens, one thing a line; [`World::line`] says which there are.
pub fn run(data: &[u8]) {
    let Ok(script) = std::str::from_utf8(data) else { return };
    let mut world = World::new();
    for line in script.lines().take(MOST_LINES) {
        world.line(line);
    }
}

/// Every line that a script of the corpus has, to make others of.
pub fn lines() -> &'static [String] {
    static LINES: LazyLock<Vec<String>> =
        LazyLock::new(|| include_str!("../corpus/kiosk/one-of-each-line").lines().map(str::to_owned).collect());
    &LINES
}

struct World {
    kiosk: Kiosk,
    now: Now,
    events: u32,
    journal: BTreeMap<TransactionId, Vec<Row>>,
    /// What the agent was asked and hasn't answered.
    calls: VecDeque<Effect>,
    /// What becomes of the effects that need nobody from outside.
    soon: VecDeque<Event>,
    charged: BTreeSet<AttemptId>,
    asked: BTreeSet<(TransactionId, String)>,
}

impl World {
    fn new() -> World {
        let now = noon();
        let kiosk = Kiosk::new(SHOP.clone(), Vec::new(), 0, (String::new(), 0), &now);
        let mut world = World {
            kiosk,
            now,
            events: 0,
            journal: BTreeMap::new(),
            calls: VecDeque::new(),
            soon: VecDeque::new(),
            charged: BTreeSet::new(),
            asked: BTreeSet::new(),
        };
        world.happens(Event::Resume);
        world.happens(Event::PageConnected);
        world
    }

    fn line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let session = self.session();
        match word {
            // The page's three commands, as JSON.
            "act" | "stale" => {
                let Ok(act) = serde_json::from_str::<Act>(rest) else { return };
                // The till itself opens the staff's list.
                if !matches!(act, Act::StaffEnter { .. }) {
                    let stale = u32::from(word == "stale");
                    let view = self.kiosk.view(&self.now).number.wrapping_add(stale);
                    self.happens(Event::Act { view, act });
                }
            }
            "module" => {
                if let Ok(event) = serde_json::from_str::<FromModule>(rest) {
                    self.happens(Event::Module { session, event });
                }
            }
            "page" => self.happens(Event::PageConnected),
            // The module's answer, with what it was asked for in place of $ID and $MODE.
            "answer" => {
                let text = self.filled_in(rest);
                self.happens(Event::Module { session, event: FromModule::Message { text } });
            }
            "loaded" => self.happens(Event::Module { session, event: FromModule::Loaded }),
            "scan" => {
                for scan in Scans::default().come(format!("{rest}\r").as_bytes()) {
                    self.happens(match scan {
                        ScannerEvent::Code(code) => Event::Scanned(code.into_string()),
                        ScannerEvent::Refused { .. } => Event::ScanRefused,
                        ScannerEvent::Ready { .. } | ScannerEvent::Absent { .. } => {
                            Event::ScannerIs { ready: false, says: String::new() }
                        }
                    });
                }
            }
            "agent" => self.agent_answers(rest),
            "wait" => {
                let ms = i64::from(rest.parse::<u32>().unwrap_or(0));
                self.now.wall_ms += ms;
                self.now.boot_ms += ms;
                self.happens(Event::Tick);
            }
            "clock" => self.now.wall_ms += i64::from(rest.parse::<i32>().unwrap_or(0)),
            "reachable" => self.happens(Event::Reachable(rest != "no")),
            "terminal" => self.happens(Event::TerminalAway(rest == "away")),
            "printer" => {
                let out = rest == "out";
                self.happens(Event::PrinterIs(if out { PrinterState::PaperOut } else { PrinterState::Ready }));
            }
            "input" => self.happens(Event::Input),
            "restart" => self.restart(rest == "machine"),
            _ => {}
        }
    }

    fn session(&self) -> u32 {
        self.kiosk.view(&self.now).module.map_or(0, |frame| frame.session)
    }

    fn in_flight(&self) -> Option<&Transaction> {
        self.kiosk.transactions().find(|t| t.in_flight.is_some())
    }

    fn filled_in(&self, text: &str) -> String {
        let Some((id, flight)) = self.in_flight().and_then(|t| Some((&t.id, t.in_flight.as_ref()?))) else {
            return text.to_owned();
        };
        let asked: Value = serde_json::from_str(flight.payload.as_str()).unwrap_or_default();
        let mode = asked["data"]["supportMode"].as_str().unwrap_or_default();
        text.replace("$ID", id.as_str()).replace("$MODE", mode)
    }

    /// The agent's answer to what it was asked first, with the sum that it was asked for in place of $AMOUNT.
    fn agent_answers(&mut self, body: &str) {
        let Some(call) = self.calls.pop_front() else { return };
        let amount = match &call {
            Effect::Pay(PaymentRequest { amount, .. }) => Some(*amount),
            Effect::AskPayment(attempt) | Effect::StopPayment(attempt) => self
                .kiosk
                .transactions()
                .find_map(|t| t.card_in_doubt())
                .filter(|open| open.id == *attempt)
                .map(|open| open.amount),
            Effect::Refund(refund) => Some(refund.approval.amount),
            _ => None,
        };
        let body = body.replace("$AMOUNT", &amount.map_or(5_000, |amount| amount.get()).to_string());
        let answer = reading::terminal_answer(200, body.as_bytes());
        self.happens(match call {
            Effect::AskReady => {
                let status = reading::agent_status(200, body.as_bytes());
                Event::TerminalReady(status.and_then(|status| match status.can_charge() {
                    true => Ok(status.store_id),
                    false => Err(NoAnswer { why: "not ready".into() }),
                }))
            }
            Effect::Pay(payment) => Event::PaymentAnswered(payment.attempt, answer),
            Effect::AskPayment(attempt) => Event::PaymentAsked(attempt, answer),
            Effect::StopPayment(attempt) => Event::PaymentStopped(attempt, answer),
            Effect::Refund(refund) => Event::RefundAnswered(refund.refund, answer),
            Effect::AskRefund(_, refund) => Event::RefundAnswered(refund, answer),
            _ => Event::Tick,
        });
    }

    /// The program starts anew from what is durable.
    fn restart(&mut self, machine: bool) {
        self.calls.clear();
        self.soon.clear();
        self.now.wall_ms += 20_000;
        self.now.boot_ms += 20_000;
        if machine {
            self.now.boot_ms = 20_000;
            self.now.boot_id.push('+');
        }
        let folds = self.journal.values().map(|rows| reading::transaction(rows.clone()).expect("rows that were kept"));
        let folds: Vec<Transaction> = folds.collect();
        let numbers = folds.iter().filter_map(|t| t.order_number.as_ref());
        let last = numbers.map(|number| (number.business_day.clone(), number.number)).max().unwrap_or_default();
        let open = folds.into_iter().filter(|t| t.closed.is_none()).collect();
        self.kiosk = Kiosk::new(SHOP.clone(), open, 0, last, &self.now);
        self.happens(Event::Resume);
        self.happens(Event::PageConnected);
    }

    /// One event, and what follows by itself.
    fn happens(&mut self, event: Event) {
        let business_day = self.kiosk.business_day(&self.now);
        if business_day != self.kiosk.numbered_day() {
            let last = self.last_number(&business_day);
            self.step(Event::Numbers { business_day, last });
        }
        self.step(event);
        while let Some(event) = self.soon.pop_front() {
            self.step(event);
        }
        serde_json::to_string(&self.kiosk.view(&self.now)).expect("a view is JSON");
        self.check();
    }

    fn last_number(&self, day: &str) -> u32 {
        let number = |row: &Row| {
            let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
            (row.kind == "hand_over_started" && body["business_day"] == day).then(|| body["number"].as_u64())?
        };
        let last = self.journal.values().flatten().filter_map(number).max().unwrap_or(0);
        u32::try_from(last).expect("a number")
    }

    fn step(&mut self, event: Event) {
        self.events += 1;
        let step = self.kiosk.handle(event, &self.now, fresh(self.events));
        for record in &step.record {
            let rows = self.journal.entry(record.transaction.clone()).or_default();
            assert_eq!(record.seq as usize, rows.len(), "the journal has no gap");
            rows.push(kept(record));
            if let Entry::WithStaff { reason: checkout::entry::StaffReason::JournalImpossible } = &record.entry {
                panic!("the kiosk itself does what can't be: {record:?} {:?}", step.then);
            }
        }
        self.kiosk = step.kiosk;
        for effect in step.then {
            self.does(effect);
        }
    }

    fn does(&mut self, effect: Effect) {
        match effect {
            Effect::Pay(payment) => {
                self.charges(&payment);
                self.calls.push_back(Effect::Pay(payment));
            }
            Effect::Post { payload, .. } => self.posts(&payload),
            Effect::PostBarcode { text, .. } => {
                let posted: Value = serde_json::from_str(&text).expect("JSON");
                assert_eq!(posted["type"], "barcode");
                assert!(self.in_flight().is_some_and(|t| t.in_flight.as_ref().is_some_and(|flight| flight.asked)));
            }
            Effect::HandOver { transaction, .. } => self.soon.push_back(Event::HandedOver(transaction, Ok(()))),
            Effect::VoidHandOver(id) => self.soon.push_back(Event::HandOverVoided(id, Ok(()))),
            // Whoever types here is nobody's staff.
            Effect::CheckPin(_) => self.soon.push_back(Event::NotProved),
            Effect::Print { name, paper } => {
                for columns in [32, 42, 48] {
                    let rows = paper.text(columns);
                    assert!(rows.lines().all(|row| width(row) <= columns), "{rows}");
                }
                self.soon.push_back(Event::Printed(name, PrintOutcome::Printed));
            }
            Effect::Look(_)
            | Effect::SetPerson { .. }
            | Effect::RemovePerson(_)
            | Effect::ReadMenu
            | Effect::TestKitchen
            | Effect::Write(_) => panic!("nobody is in: {effect:?}"),
            Effect::Alert(_) | Effect::Ignored { .. } => {}
            Effect::AskReady
            | Effect::AskPayment(_)
            | Effect::StopPayment(_)
            | Effect::Refund(_)
            | Effect::AskRefund(..) => self.calls.push_back(effect),
        }
    }

    /// A card is charged for what its order's journal says, once, and while no other charge is open.
    fn charges(&mut self, payment: &PaymentRequest) {
        assert!(self.charged.insert(payment.attempt.clone()), "charged twice: {payment:?}");
        let mut of_it =
            self.kiosk.transactions().filter(|t| t.card_in_doubt().is_some_and(|a| a.id == payment.attempt));
        let t = of_it.next().expect("the charge is in the journal before it is made");
        let began = t.card_in_doubt().expect("it is open");
        assert_eq!((began.amount, began.tax_free, began.tax), (payment.amount, payment.tax_free, payment.tax));
        assert!(payment.amount.get() > 0 && payment.amount == t.due(), "{payment:?} of {t:#?}");
        assert!(payment.tax_free.plus(payment.tax) <= payment.amount, "{payment:?}");
        for other in self.kiosk.transactions().filter(|other| other.id != t.id) {
            assert!(other.card_in_doubt().is_none() || other.closed.is_some(), "two charges are open");
            assert!(other.order.id != t.order.id || !other.charges(), "an order is charged twice");
        }
    }

    /// What is said to Prbiti is true.
    fn posts(&mut self, payload: &Payload) {
        let said: Value = serde_json::from_str(payload.as_str()).expect("JSON");
        let data = &said["data"];
        assert!(data.get("auth").is_none(), "it is journalled with auth");
        let id = data["transactionID"].as_str().expect("a transaction");
        let t = self.in_flight().filter(|t| t.id.as_str() == id).expect("its session is open and asked");
        let flight = t.in_flight.as_ref().expect("its session is open");
        assert!(flight.asked && flight.payload == *payload, "it is posted before the journal says so");
        match said["type"].as_str() {
            Some("connection") => {
                let mode = data["supportMode"].as_str().expect("a service").to_owned();
                let id = t.id.clone();
                assert!(self.asked.insert((id, mode)), "a service is asked twice: {payload:?}");
            }
            Some("confirm") => confirmed(t, data),
            Some("cancel") => assert!(t.is_refunded(), "cancelled, and the money isn't given back"),
            kind => panic!("no such message: {kind:?}"),
        }
    }

    /// What always holds.
    fn check(&self) {
        let mut charging = BTreeMap::<&OrderId, u32>::new();
        for t in self.kiosk.transactions() {
            let rows = self.journal.get(&t.id).expect("every transaction is in the journal").clone();
            assert_eq!(reading::transaction(rows).ok().as_ref(), Some(t), "the journal proves something else");
            if t.charged().is_some() || t.card_in_doubt().is_some_and(|_| t.stray_charges.is_empty()) {
                *charging.entry(&t.order.id).or_default() += 1;
            }
            if let CardState::Approved(attempt, approval) = &t.card {
                assert_eq!(attempt.amount, approval.amount, "paid, and not what was asked for");
            }
        }
        assert!(charging.values().all(|count| *count <= 1), "an order is charged twice: {charging:?}");
    }
}

/// The sums of a `confirm` add up, and it says Y only of what is held in an order that is paid.
fn confirmed(t: &Transaction, data: &Value) {
    let won = |field: &str| data[field].as_i64().expect("whole won");
    assert_eq!(won("netAmount") + won("tax"), won("totalPaid"), "{data}");
    assert_eq!(won("customerPaid") + won("discount"), won("totalPaid"), "{data}");
    let tenders = data["paymentList"].as_array().expect("a list").iter();
    let tendered: i64 = tenders.map(|tender| tender["paymentPrice"].as_i64().expect("whole won")).sum();
    assert_eq!(tendered, won("totalPaid"), "{data}");
    let yes = ["pointRedeemConfirmedYN", "pointEarnConfirmedYN", "couponConfirmedYN", "prepaidConfirmedYN"]
        .into_iter()
        .any(|field| data[field] == "Y");
    assert!(!yes || t.is_paid() && t.refund.is_none() && t.holds(), "given away: {data} of {t:#?}");
    assert_eq!(won("totalPaid"), if t.is_paid() && !t.is_refunded() { t.total().get() } else { 0 }, "{data}");
}
