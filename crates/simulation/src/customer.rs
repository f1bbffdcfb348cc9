//! Who comes to the kiosk, and what goes wrong meanwhile: words drawn from a seed, one after the other, with an eye on
//! the screen, as a customer has.

use checkout::{codes::ERROR_CODES, view::Screen};
use fastrand::Rng;

use crate::world::World;

/// Most touches of one customer.
const PATIENCE: u32 = 14;

/// Lets so many customers come, one after the other. The words that it took are added to `words`; told again, they lead
/// to the same.
pub fn come(world: &mut World, rng: &mut Rng, customers: u32, words: &mut Vec<String>) {
    let mut teller = Teller { world, rng, words };
    for _ in 0..customers {
        if !teller.waits_until_it_sells() {
            break;
        }
        teller.order();
    }
    // In the end staff give some of it back.
    if teller.one_in(3) {
        teller.tell("REPAIRED");
        teller.tell("REST");
        for _ in 0..teller.rng.u32(1..4) {
            let which = teller.rng.u32(0..8);
            if teller.one_in(4) {
                let fault = teller.pick(&[
                    "refund not found",
                    "refund declined",
                    "agent forgets",
                    "answer lost",
                    "cancel silent",
                ]);
                teller.tell(fault);
            }
            // It is begun, and the memory that was asked is gone before it is asked what became of it.
            let forgets = teller.one_in(6);
            if forgets {
                teller.tell("refund not found");
            }
            teller.tell(format!("REFUND {which}"));
            if forgets {
                teller.tell("agent forgets");
            }
            let then = teller.pick(&["wait 2s", "wait 1m", "CRASH", "refund accepted", "KEEP"]);
            teller.tell(then);
        }
    }
    // Sometimes staff look in the evening, and do what the screen suggests.
    for _ in 0..teller.rng.u32(0..4) {
        teller.tell("still 7m");
        teller.tell("STAFF ACT");
        let then = teller.pick(&["still 3s", "still 3s", "still 3m", "CRASH", "module back"]);
        teller.tell(then);
    }
}

struct Teller<'a> {
    world: &'a mut World,
    rng: &'a mut Rng,
    words: &'a mut Vec<String>,
}

impl Teller<'_> {
    fn tell(&mut self, word: impl Into<String>) {
        // What has gone wrong once is told to its end by nobody.
        if self.world.violations.is_empty() {
            let word = word.into();
            self.words.push(word.clone());
            self.world.word(&word);
        }
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.rng.u32(0..n) == 0
    }

    fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.rng.usize(0..words.len())]
    }

    fn screen(&self) -> Screen {
        self.world.kiosk.view(&self.world.now).screen
    }

    fn waits_until_it_sells(&mut self) -> bool {
        for time in ["still 3s", "still 20s", "still 2m", "still 6m", "still 20m"] {
            match self.screen() {
                Screen::Attract => return true,
                Screen::Staff { .. } => self.tell("STAFF LEAVE"),
                _ => self.tell(time),
            }
        }
        matches!(self.screen(), Screen::Attract)
    }

    fn order(&mut self) {
        self.tomorrow();
        let card_only = self.one_in(4);
        let asked: Vec<&str> = if card_only {
            Vec::new()
        } else {
            let mut services = vec!["coupon", "points", "gift", "earn"];
            services.retain(|_| self.rng.bool());
            if services.is_empty() { vec!["points"] } else { services }
        };
        for service in &asked {
            self.service_plan(service);
        }
        for who in ["settle", "release", "cancel"] {
            if self.one_in(if who == "settle" { 3 } else { 6 }) {
                self.message_plan(who);
            }
        }
        if self.one_in(2) {
            self.card_plan();
        }
        if self.one_in(3) {
            self.disturb();
        }
        let bought =
            self.pick(&["", " both", " coffee×2 milk", " cake", " latte+shot×2", " latte milk", " cake×2 milk"]);
        self.tell(format!("order{bought}"));
        if card_only {
            self.tell("card only")
        } else {
            self.tell(format!("ask {}", asked.join(" ")))
        }
        for _ in 0..PATIENCE {
            if self.one_in(5) {
                self.disturb();
            }
            if !self.touch() {
                return;
            }
        }
    }

    /// What was out of order may be repaired.
    fn tomorrow(&mut self) {
        for (word, n) in
            [("agent answers", 2), ("kitchen works", 2), ("refund accepted", 3), ("module back", 2), ("terminal on", 2)]
        {
            if self.one_in(n) {
                self.tell(word);
            }
        }
    }

    /// What a customer does with the screen. False when nothing is left to do.
    fn touch(&mut self) -> bool {
        let words: &[&str] = match self.screen() {
            Screen::Attract => return false,
            Screen::Menu { .. } | Screen::Options { .. } => &["start over", "idle"],
            Screen::Review { .. } => &["card only", "card only", "ask points earn", "start over", "still 2m"],
            Screen::Benefits { .. } => &["ask gift", "ask points earn", "card only", "start over"],
            Screen::Service { .. } => &[
                "skip",
                "skip",
                "back",
                "wait 40s",
                "wait 6m",
                "idle",
                "start over",
                "reload",
                "scan 8801234567890",
                "wait 1s",
            ],
            Screen::ServiceUnknown { .. } => &["go on", "go on", "go on", "start again", "start over", "idle", "stop"],
            Screen::ServiceFailed { .. } => &["try again", "without service", "without service", "stop", "back"],
            Screen::BenefitsLost => &["try again", "without benefits", "without benefits", "stop", "idle"],
            Screen::TimeShort => &["try again", "stop", "still 2m"],
            Screen::Returning => &["wait 5s", "wait 40s", "stop", "still 2m"],
            Screen::PayConfirm { .. } => &[
                "pay",
                "pay",
                "pay",
                "pay",
                "pay",
                "pay",
                "pay",
                "pay",
                "phone receipt",
                "months 3",
                "back",
                "start over",
                "idle",
                "wait 6m",
                "wait 20m",
                "large text",
            ],
            Screen::Card { .. } => &[
                "wait 1s",
                "wait 20s",
                "wait 70s",
                "don't pay",
                "tap back",
                "stop answered first",
                "card charged while waited for",
                "still 2m",
            ],
            Screen::Declined { .. } => &["another card", "another card", "another card", "stop", "idle", "start over"],
            Screen::Settling { .. } => &["wait 2s", "wait 10s", "wait 40s"],
            Screen::Done { .. } => &["done", "done", "done", "wait 30s", "one more"],
            Screen::Unknown { .. } => &["wait 5s", "wait 30s", "wait 2m", "tap paper"],
            Screen::OutOfService { .. } => &["still 5s", "still 40s", "still 3m"],
            Screen::Staff { .. } => &["STAFF LEAVE"],
        };
        let word = self.pick(words);
        self.tell(word);
        true
    }

    fn code(&mut self) -> String {
        match self.rng.u32(0..12) {
            0 => "123456789".to_owned(),
            1 => "00010004".to_owned(),
            2 => "100010003".to_owned(),
            _ => ERROR_CODES[self.rng.usize(0..ERROR_CODES.len())].number.to_string(),
        }
    }

    fn amount(&mut self, service: &str) -> &'static str {
        match service {
            "coupon" => self.pick(&["500", "1500", "5000", "333"]),
            "points" => self.pick(&["1000", "300", "5000", "1", "2999"]),
            "gift" => self.pick(&["700", "5000", "33330", "4000"]),
            _ => self.pick(&["50", "7"]),
        }
    }

    fn service_plan(&mut self, service: &str) {
        let amount = self.amount(service);
        let code = self.code();
        let word = match self.rng.u32(0..20) {
            0 => format!("{service} {code}"),
            1 => format!("{service} {amount} but {code}"),
            2 => format!("{service} {amount} silently"),
            3 => format!("{service} silent"),
            4 => format!("{service} violates"),
            5 => format!("{service} not loaded"),
            6 => format!("{service} 0"),
            _ => format!("{service} {amount}"),
        };
        self.tell(word);
    }

    fn message_plan(&mut self, who: &str) {
        let code = self.code();
        let word = match self.rng.u32(0..9) {
            0 => format!("{who} {code}"),
            1 => format!("{who} done but {code}"),
            2 | 3 => format!("{who} done silently"),
            4 | 5 => format!("{who} silent"),
            6 => format!("{who} violates"),
            7 => format!("{who} not loaded"),
            _ => format!("{who} silent always"),
        };
        self.tell(word);
    }

    fn card_plan(&mut self) {
        let word = self.pick(&[
            "card declines",
            "card declines",
            "card charged silently",
            "card silent",
            "card waits",
            "card waits",
            "card charged wrongly",
            "after paying agent forgets",
            "after paying agent silent",
        ]);
        self.tell(word);
    }

    /// Something goes wrong, or somebody else does something.
    fn disturb(&mut self) {
        let steps = self.rng.u32(0..6);
        // A disk that fails once fails more easily again.
        if self.world.failed_syncs() > 0 && self.one_in(2) {
            return self.tell(format!("after {steps} steps sync fails"));
        }
        let word = match self.rng.u32(0..60) {
            0 => "CRASH".to_owned(),
            1 => "POWER CUT".to_owned(),
            2 | 3 => format!("after {steps} steps killed"),
            4 => format!("after {steps} steps cut"),
            5 => format!("after {steps} steps cut, kept"),
            6 => format!("after {steps} steps commit fails"),
            7 => format!("after {steps} steps commit fails, kept"),
            8 | 9 => format!("after {steps} steps sync fails"),
            10 => {
                self.pick(&["reopening fails for 20s", "reopening fails for 4m", "reopening fails for 40m"]).to_owned()
            }
            11 => format!("off {}m", self.rng.u32(1..45)),
            12 | 13 => {
                let minutes = self.rng.u32(1..20);
                let clock = self.pick(&["-10", "-40", "-120", "25", "60"]);
                format!("off {minutes}m, clock {clock}")
            }
            14 => "off 3h".to_owned(),
            15 => self.pick(&["clock -120", "clock -20", "clock 20", "clock 90"]).to_owned(),
            16..=18 => {
                let at_once = self.rng.u32(0..3);
                for _ in 0..at_once {
                    self.tell("answer at once");
                }
                self.pick(&["answer lost", "answer late 3s", "answer late 40s", "answer late 2m", "answer doubled"])
                    .to_owned()
            }
            19 => format!("answers shuffled {}", self.rng.u32(1..99)),
            20 => "answers doubled".to_owned(),
            21 => format!("network gone {}", self.pick(&["30s", "4m", "50m", "3h"])),
            22 => "module dies".to_owned(),
            23 => "agent forgets".to_owned(),
            24 => "agent silent".to_owned(),
            25 => "agent answers".to_owned(),
            26 => "late charge".to_owned(),
            27 => "charged after all".to_owned(),
            28 => "card charged while waited for".to_owned(),
            29 => "kitchen silent".to_owned(),
            30 => "kitchen refuses".to_owned(),
            31 => self.pick(&["STAFF", "STAFF ACT"]).to_owned(),
            32..=35 => format!("REFUND {}", self.rng.u32(0..8)),
            36 => "refund declined".to_owned(),
            37 => "refund not found".to_owned(),
            38 => "cancel short".to_owned(),
            39 => "reload".to_owned(),
            40 => self.pick(&["still 7m", "still 13m", "still 31m", "wait 5m"]).to_owned(),
            41 => "answer lost".to_owned(),
            42 if self.one_in(6) => "ROW DAMAGED".to_owned(),
            43 => "agent slowly ready".to_owned(),
            44 => "answers".to_owned(),
            45 | 46 => "MAKE".to_owned(),
            47 => "refund told to nobody".to_owned(),
            48 => "cancel silent always".to_owned(),
            49 => "terminal off".to_owned(),
            50 => "stop lost".to_owned(),
            51 => "agent cancelled by another memory".to_owned(),
            52 => "KEEP".to_owned(),
            53 => self.pick(&["kitchen unheard", "kitchen slow"]).to_owned(),
            54 => "kitchen away".to_owned(),
            55 => "kitchen silent".to_owned(),
            56..=58 => format!("printer {}", self.pick(&["ready", "ready", "low", "tears", "silent", "out", "off"])),
            _ => "module back".to_owned(),
        };
        self.tell(word);
    }
}
