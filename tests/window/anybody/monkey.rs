//! Whoever plays with it: thousands of touches anywhere, as fast as the glass takes them.
//!
//! `PRBITI_KIOSK_TAPS` says how many (2,000; `make test-window` has 10,000), `PRBITI_KIOSK_SEED` which; both are printed.

use std::{collections::BTreeSet, env, fmt::Write as _};

use fastrand::Rng;
use serde_json::{Value, json};

use super::look::USUAL;
use crate::{
    customer::{AMERICANO, card_at_once, close_and_compare},
    kit::{
        Kiosk, LIMIT,
        kiosk::{Spot, timed},
        patiently,
        stage::Hand,
    },
};

/// What a customer can see. Not what needs staff: here nothing fails that a customer doesn't make fail.
const SCREENS: [&str; 16] = [
    "attract",
    "menu",
    "options",
    "review",
    "benefits",
    "service",
    "serviceUnknown",
    "serviceFailed",
    "benefitsLost",
    "timeShort",
    "returning",
    "payConfirm",
    "card",
    "declined",
    "settling",
    "done",
];
/// As far as whoever plays must have come, or nothing was tried.
const REACHED: [&str; 10] =
    ["attract", "menu", "options", "review", "benefits", "service", "payConfirm", "card", "settling", "done"];

/// Members, coupons, gift cards, items, and what is none of these.
const CODES: [&str; 9] = [
    "550000000001",
    "550000000003",
    "7700000000002001",
    "7700000000001011",
    "7700000000009991",
    "8800000000050000",
    "8801234511117",
    "8809999999999",
    "x",
];

/// The keys of a keypad.
const KEYS: [&str; 17] = [
    "Left",
    "Right",
    "Up",
    "Down",
    "Return",
    "Escape",
    "Home",
    "Tab",
    "F1",
    "F2",
    "F3",
    "F4",
    "F9",
    "F10",
    "1",
    "5",
    "BackSpace",
];

/// Writes down all screens that stand there, and all that goes wrong in the page.
const WATCH: &str = "window.seen = new Set(); window.wrong = []; window.last = null;
    const note = () => seen.add(document.querySelector('[data-screen]').dataset.screen);
    note();
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-screen'] });
    document.addEventListener('pointerdown', (event) => { window.last = event.clientX; }, true);
    addEventListener('error', (event) => wrong.push(String(event.message)));
    addEventListener('unhandledrejection', (event) => wrong.push(String(event.reason)));
    const said = console.error; console.error = (...words) => { wrong.push(words.map(String).join(' ')); said(...words); };";

/// Where something can be pressed, and what would go on with an order.
const CONTROLS: &str = "const middle = (one) => {
      const box = one.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2].map((px) => Math.round(px * devicePixelRatio));
    };
    const reached = (one) => { const [x, y] = middle(one); return one.contains(document.elementFromPoint(x, y)); };
    const all = [...document.querySelectorAll('button:not([aria-disabled=true])')].filter(reached);
    const on = all.filter((one) => one.matches('.primary, [data-act=start], [data-act=item], [data-act=tick], [data-act=useBenefits]'));
    return [all.map(middle), on.map(middle)];";

fn number(variable: &str, usual: u64) -> u64 {
    env::var(variable).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

fn spots(found: &Value) -> Vec<Spot> {
    let px = |value: &Value| value.as_i64().expect("px");
    found.as_array().into_iter().flatten().map(|spot| Spot { x: px(&spot[0]), y: px(&spot[1]) }).collect()
}

struct Monkey<'a> {
    kiosk: &'a Kiosk,
    dice: Rng,
    touches: u64,
}

impl Monkey<'_> {
    fn anywhere(&mut self) -> Spot {
        let (width, height) = (i64::from(self.kiosk.panel.width), i64::from(self.kiosk.panel.height));
        Spot { x: self.dice.i64(0..width), y: self.dice.i64(0..height) }
    }

    fn one_of(&mut self, spots: &[Spot]) -> Spot {
        self.dice.choice(spots).copied().unwrap_or_else(|| self.anywhere())
    }

    fn tap(&mut self, burst: &mut String, Spot { x, y }: Spot) {
        self.touches += 1;
        let _ = writeln!(burst, "mousemove {x} {y}\nmousedown 1\nmouseup 1");
    }

    /// Some things without a pause between them.
    fn burst(&mut self, all: &[Spot], on: &[Spot], in_frame: &[Spot]) -> String {
        let mut burst = String::new();
        for _ in 0..self.dice.u32(5..40) {
            let what = self.dice.u32(0..1_000);
            match what {
                0..400 => {
                    let spot = self.anywhere();
                    self.tap(&mut burst, spot);
                }
                400..500 => {
                    let spot = self.one_of(all);
                    self.tap(&mut burst, spot);
                }
                500..650 => {
                    let spot = self.one_of(on);
                    self.tap(&mut burst, spot);
                }
                650..800 => {
                    let spot = self.one_of(in_frame);
                    self.tap(&mut burst, spot);
                }
                // Twice, or some times more, as a hand hammers.
                800..900 => {
                    let spot = if self.dice.bool() { self.one_of(all) } else { self.anywhere() };
                    for _ in 0..self.dice.u32(2..6) {
                        self.tap(&mut burst, spot);
                        let _ = writeln!(burst, "sleep 0.0{}", self.dice.u32(0..10));
                    }
                }
                900..950 => {
                    let (from, to) = (self.anywhere(), self.anywhere());
                    self.touches += 1;
                    let _ = writeln!(burst, "mousemove {} {}\nmousedown 1", from.x, from.y);
                    for step in 1..=4 {
                        let at = |from: i64, to: i64| from + (to - from) * step / 4;
                        let _ = writeln!(burst, "mousemove {} {}", at(from.x, to.x), at(from.y, to.y));
                    }
                    burst += "mouseup 1\n";
                }
                950..954 => {
                    let Spot { x, y } = self.one_of(all);
                    self.touches += 1;
                    let _ = writeln!(burst, "mousemove {x} {y}\nmousedown 1\nsleep 0.7\nmouseup 1");
                }
                954..970 => {
                    let _ = writeln!(burst, "key {}", KEYS[self.dice.usize(0..KEYS.len())]);
                }
                _ => {
                    let _ = writeln!(burst, "sleep 0.0{}", self.dice.u32(0..10));
                }
            }
        }
        burst
    }

    /// What comes from outside meanwhile.
    async fn world(&mut self) {
        if self.dice.u32(0..5) == 0 {
            self.kiosk.outside.scan(CODES[self.dice.usize(0..CODES.len())]).await;
        }
        match self.dice.u32(0..12) {
            0 => self.kiosk.outside.terminal(json!({"mode": "manual"})).await,
            1..4 => self.kiosk.outside.terminal(json!({"mode": "auto", "autoAfterMs": self.dice.u32(0..400)})).await,
            4 => self.kiosk.outside.insert_card_if_asked(json!("approve")).await,
            5 => self.kiosk.outside.insert_card_if_asked(json!({"do": "decline", "code": "51"})).await,
            _ => {}
        }
    }

    async fn play(&mut self, hand: &mut Hand, taps: u64) {
        let mut bursts = 0;
        while self.touches < taps {
            let found = self.kiosk.script(CONTROLS, json!([])).await;
            let in_frame = if self.kiosk.screen().await.as_deref() == Some("service") {
                self.kiosk.spots_in_frame("button:not([disabled])").await
            } else {
                Vec::new()
            };
            let burst = self.burst(&spots(&found[0]), &spots(&found[1]), &in_frame);
            // More at a time than the page takes would only wait in a queue: the last is one of the kiosk's own page.
            bursts += 1;
            let (marks, mark) = (i64::from(self.kiosk.panel.width), &mut String::new());
            let x = bursts % marks;
            self.tap(mark, Spot { x, y: 3 });
            hand.does(&format!("{burst}{mark}"));
            self.kiosk.until_it_says(&format!("last === {x}")).await;
            self.world().await;
            if self.dice.u32(0..80) == 0 && self.kiosk.screen().await.as_deref() == Some("attract") {
                // As staff come in, and then some digits.
                let Spot { x, y } = self.kiosk.spot("[data-act=\"staff\"]").await;
                hand.does(&format!("mousemove {x} {y}\nmousedown 1\nsleep 3.1\nmouseup 1"));
                self.touches += 1;
            }
        }
    }
}

/// Whoever plays goes, in order.
async fn leaves(kiosk: &Kiosk) {
    card_at_once(kiosk).await;
    let mut step = || async {
        match (kiosk.sheet().await.as_deref(), kiosk.screen().await?.as_str()) {
            (Some("startOver"), _) => kiosk.try_touch("[data-act=\"yesStartOver\"]").await,
            (Some("idle"), _) => kiosk.try_touch("[data-act=\"stop\"]").await,
            (Some(_), _) => kiosk.try_touch("[data-act=\"closeSheet\"]").await,
            (None, "attract") if kiosk.is_there("[data-act=\"closePad\"]").await => {
                kiosk.try_touch("[data-act=\"closePad\"]").await
            }
            (None, "attract") => return Some(()),
            // A terminal that waits for a card by hand is given one.
            (None, "card") => {
                kiosk.outside.insert_card_if_asked(json!("approve")).await;
                None
            }
            (None, "done") => kiosk.try_touch("[data-act=\"done\"]").await,
            (None, _) => kiosk.try_touch("[data-act=\"home\"]").await,
        };
        kiosk.rest().await;
        None
    };
    if patiently(LIMIT, &mut step).await.is_none() {
        kiosk.fail("the first screen").await;
    }
}

/// An order as anybody's, whatever the one before has set: by what is touched, not by what it says.
async fn orders_one_americano(kiosk: &Kiosk) {
    kiosk.touch_on("start", "for_here").await;
    kiosk.until("menu").await;
    kiosk.touch_on("item", "KD101111").await;
    kiosk.until("options").await;
    while kiosk.offers("nextQuestion").await {
        kiosk.touch("nextQuestion").await;
    }
    kiosk.touch("addToCart").await;
    kiosk.until("menu").await;
    kiosk.touch("review").await;
    kiosk.until("review").await;
    kiosk.touch("payNow").await;
    kiosk.until("payConfirm").await;
    kiosk.touch("pay").await;
    kiosk.until("done").await;
}

#[tokio::test]
async fn thousands_of_touches_leave_nothing_behind() {
    let (seed, taps) = (number("PRBITI_KIOSK_SEED", 1), number("PRBITI_KIOSK_TAPS", 2_000));
    eprintln!("PRBITI_KIOSK_SEED={seed} PRBITI_KIOSK_TAPS={taps}");
    let mut kiosk = Kiosk::start().await;
    let windows = kiosk.windows();
    card_at_once(&kiosk).await;
    kiosk.script(WATCH, json!([])).await;
    let mut monkey = Monkey { kiosk: &kiosk, dice: Rng::with_seed(seed), touches: 0 };
    let (took, ()) = timed(monkey.play(&mut kiosk.hand(), taps)).await;
    let touches = monkey.touches;
    leaves(&kiosk).await;

    let seen: BTreeSet<String> =
        serde_json::from_value(kiosk.script("return [...seen];", json!([])).await).expect("a list");
    let wrong = kiosk.script("return wrong;", json!([])).await;
    eprintln!("{touches} touches in {} s came to {seen:?}", took.as_secs());
    assert_eq!(wrong, json!([]), "in the page");
    assert_eq!(kiosk.pages(), 1, "the page was never loaded again");
    assert!(seen.iter().all(|screen| SCREENS.contains(&screen.as_str())), "{seen:?}");
    assert!(REACHED.iter().all(|screen| seen.contains(*screen)), "{seen:?}");
    assert_eq!(kiosk.windows(), windows);

    kiosk.outside.until_none("a hold", "holds", |hold| hold["state"] == "held").await;
    let orders_before = kiosk.outside.count("payments", "state", "approved").await;
    orders_one_americano(&kiosk).await;
    assert_eq!(kiosk.outside.count("payments", "state", "approved").await, orders_before + 1);
    kiosk.touch("done").await;
    USUAL.fits(&kiosk, "attract").await;

    let log = kiosk.log();
    let journal = close_and_compare(&mut kiosk).await;
    assert!(journal.transactions.iter().all(|one| !one.open && !one.with_staff), "{journal:#?}");
    assert_eq!(journal.paid().last().map(|one| one.card), Some(AMERICANO));
    kiosk.verify_journal();
    let surprises: Vec<&str> = log.lines().filter(|line| is_a_surprise(line)).collect();
    assert!(surprises.is_empty(), "the log says {surprises:#?}");
}

/// Whoever plays calls staff and scans what nobody reads. Nothing else is worth a warning.
fn is_a_surprise(line: &str) -> bool {
    let expected = ["a customer calls staff", "a scan was refused", "a staff PIN was refused"];
    let counts = line.contains(" WARN ") || line.contains("ERROR");
    counts && !expected.iter().any(|words| line.contains(words))
}
