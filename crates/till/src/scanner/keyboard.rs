//! A reader that types like a keyboard, told from fingers by its speed.
//!
//! A letter waits for a moment whether another one follows as fast as no finger types. Four such letters are a reader's:
//! none of them, nor what ends them, ever reaches a page. Fewer are somebody's, and go on to the page, in their order.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::Instant;

use super::{
    Form, ScannerEvent,
    codes::{Ending, LONGEST_CODE, Refusal, Repeats},
};

/// Usually two letters of a reader follow each other within so long, ms. Fingers need twice as long.
pub const GAP_MS: u32 = 50;
/// So many letters in a row no hand types as fast.
const FEWEST: usize = 4;
/// What ends a code may come late, ms; it presses no button then either.
const LATE_MS: u32 = 500;
/// A key under a finger comes again within so long, ms. One that doesn't has come up unseen.
const RESTS_MS: u32 = 1_000;

/// A key that goes down or comes up. `E` is what the window made of it, to be handed on.
#[derive(Clone, Debug)]
pub struct Key<E> {
    /// Which key of the keyboard.
    pub code: u16,
    /// Down, or up?
    pub pressed: bool,
    /// What it stands for.
    pub stroke: Stroke,
    /// When, in ms on any clock; it may start from 0 again.
    pub at_ms: u32,
    /// The event itself.
    pub event: E,
}

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// A letter, digit or sign.
    Letter(char),
    /// Enter or Tab.
    End,
    /// One that only changes what others stand for, such as Shift.
    Modifier,
    /// Anything else.
    Other,
}

/// What comes of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<E> {
    /// To be handed to the page now, in this order.
    pub typed: Vec<E>,
    /// What was scanned.
    pub scan: Option<ScannerEvent>,
}

impl<E> Verdict<E> {
    const fn nothing() -> Verdict<E> {
        Verdict { typed: Vec::new(), scan: None }
    }

    fn and(mut self, next: Verdict<E>) -> Verdict<E> {
        self.typed.extend(next.typed);
        self.scan = self.scan.or(next.scan);
        self
    }
}

/// Tells scans from typing.
#[derive(Debug)]
pub struct Keyboard<E> {
    form: Form,
    gap_ms: u32,
    repeats: Repeats,
    /// Keys that wait, in their order.
    held: Vec<E>,
    /// The letters among them, or of a scan that is under way.
    text: String,
    /// The scan that is under way is too long, and that was said.
    dropping: bool,
    /// When the last letter came.
    last_ms: u32,
    /// The end of a scan may still come until then.
    late: Option<u32>,
    /// Keys that are down and went to nobody: where they go up is nobody's matter either.
    kept_down: BTreeSet<u16>,
    /// Keys that are down and went to the page, and when they did last: one that comes again and again rests under a
    /// finger.
    typed_down: BTreeMap<u16, u32>,
}

impl<E> Keyboard<E> {
    /// A keyboard whose codes have this form and whose letters follow each other within `gap_ms`.
    pub fn new(form: Form, gap_ms: u32) -> Keyboard<E> {
        Keyboard {
            repeats: Repeats::new(&form),
            form,
            gap_ms,
            held: Vec::new(),
            text: String::new(),
            dropping: false,
            last_ms: 0,
            late: None,
            kept_down: BTreeSet::new(),
            typed_down: BTreeMap::new(),
        }
    }

    /// Does a letter wait for what follows it? Then [`Keyboard::silence`] is to be told that nothing did.
    pub fn waits(&self) -> bool {
        self.dropping || !self.text.is_empty()
    }

    /// A key went down or came up.
    pub fn key(&mut self, key: Key<E>) -> Verdict<E> {
        if !key.pressed {
            return self.up(key);
        }
        // A window that was busy learns late of keys; their own time tells.
        let since = key.at_ms.wrapping_sub(self.last_ms);
        let before = if self.waits() && since > self.gap_ms { self.silence() } else { Verdict::nothing() };
        before.and(match key.stroke {
            Stroke::Modifier => passes(key),
            Stroke::Letter(letter) => self.letter(key, letter),
            Stroke::End => self.end(key),
            // Within a scan it is a control character, which no code has.
            Stroke::Other if self.is_scan() || self.dropping => self.letter(key, '\0'),
            Stroke::Other => self.typed(key.at_ms).and(self.hand_on(key)),
        })
    }

    fn letter(&mut self, key: Key<E>, letter: char) -> Verdict<E> {
        let rests = |since: &u32| key.at_ms.wrapping_sub(*since) < RESTS_MS;
        if self.typed_down.get(&key.code).is_some_and(rests) {
            return self.hand_on(key);
        }
        self.typed_down.remove(&key.code);
        if !self.held.is_empty() && !self.is_scan() && self.kept_down.contains(&key.code) {
            // No reader sends a key twice without letting it go.
            let typed = self.typed(key.at_ms);
            return typed.and(self.hand_on(key));
        }
        self.last_ms = key.at_ms;
        self.late = None;
        self.kept_down.insert(key.code);
        if self.dropping {
            return Verdict::nothing();
        }
        self.text.push(letter);
        self.held.push(key.event);
        if self.text.chars().count() <= LONGEST_CODE + self.form.prefix.len() + self.form.suffix.len() {
            return Verdict::nothing();
        }
        self.text.clear();
        self.held.clear();
        self.dropping = true;
        Verdict { typed: Vec::new(), scan: Some(ScannerEvent::Refused { reason: Refusal::TooLong }) }
    }

    fn end(&mut self, key: Key<E>) -> Verdict<E> {
        if self.dropping || self.is_scan() {
            self.kept_down.insert(key.code);
            // Some end with two.
            self.late = Some(key.at_ms);
            self.held.clear();
            let text = std::mem::take(&mut self.text);
            let scan = (!std::mem::take(&mut self.dropping)).then(|| self.form.judge(&text));
            return Verdict { typed: Vec::new(), scan: self.told(scan) };
        }
        if self.late.is_some_and(|since| key.at_ms.wrapping_sub(since) < LATE_MS) {
            self.kept_down.insert(key.code);
            return Verdict::nothing();
        }
        self.typed(key.at_ms).and(self.hand_on(key))
    }

    /// Nothing followed: what waits was typed, or a scan ended here, or was cut off.
    pub fn silence(&mut self) -> Verdict<E> {
        if !self.dropping && !self.is_scan() {
            return self.typed(self.last_ms);
        }
        self.late = Some(self.last_ms);
        self.held.clear();
        let text = std::mem::take(&mut self.text);
        let scan = match (std::mem::take(&mut self.dropping), self.form.ending) {
            (true, _) => None,
            (false, Ending::Silence) => Some(self.form.judge(&text)),
            (false, Ending::Enter | Ending::Tab) => Some(ScannerEvent::Refused { reason: Refusal::CutOff }),
        };
        Verdict { typed: Vec::new(), scan: self.told(scan) }
    }

    /// A key that comes up follows where it went down.
    fn up(&mut self, key: Key<E>) -> Verdict<E> {
        self.typed_down.remove(&key.code);
        if !self.kept_down.remove(&key.code) {
            return passes(key);
        }
        if !self.text.is_empty() {
            self.held.push(key.event);
        }
        Verdict::nothing()
    }

    fn is_scan(&self) -> bool {
        self.text.chars().count() >= FEWEST
    }

    /// All that waits was typed.
    fn typed(&mut self, now_ms: u32) -> Verdict<E> {
        self.text.clear();
        let typed = std::mem::take(&mut self.held);
        if !typed.is_empty() {
            self.typed_down.extend(std::mem::take(&mut self.kept_down).into_iter().map(|code| (code, now_ms)));
        }
        Verdict { typed, scan: None }
    }

    fn hand_on(&mut self, key: Key<E>) -> Verdict<E> {
        self.kept_down.remove(&key.code);
        if let Stroke::Letter(_) = key.stroke {
            self.typed_down.insert(key.code, key.at_ms);
        }
        passes(key)
    }

    fn told(&mut self, scan: Option<ScannerEvent>) -> Option<ScannerEvent> {
        scan.filter(|scan| !self.repeats.is_repeat(scan, Instant::now()))
    }
}

fn passes<E>(key: Key<E>) -> Verdict<E> {
    Verdict { typed: vec![key.event], scan: None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    /// A keyboard in a test: what reached the page, and what was scanned.
    struct Desk {
        keyboard: Keyboard<String>,
        at_ms: u32,
        typed: String,
        scans: Vec<String>,
    }

    impl Desk {
        fn new(form: Form) -> Desk {
            Desk {
                keyboard: Keyboard::new(form, GAP_MS),
                at_ms: u32::MAX - 40,
                typed: String::new(),
                scans: Vec::new(),
            }
        }

        fn usual() -> Desk {
            Desk::new(Form::default())
        }

        fn down(&mut self, name: char) {
            self.key(name, true);
        }

        fn up(&mut self, name: char) {
            self.key(name, false);
        }

        /// `⏎` is Enter, `⇥` Tab, `←` an arrow, `⇧` Shift. What comes up is written as `^` and the key.
        fn key(&mut self, name: char, pressed: bool) {
            let stroke = match name {
                '⏎' | '⇥' => Stroke::End,
                '⇧' => Stroke::Modifier,
                '←' => Stroke::Other,
                letter => Stroke::Letter(letter),
            };
            let event = if pressed { name.to_string() } else { format!("^{name}") };
            let code = u16::try_from(u32::from(name) % 50_000).unwrap();
            let verdict = self.keyboard.key(Key { code, pressed, stroke, at_ms: self.at_ms, event });
            self.take(verdict);
        }

        fn take(&mut self, Verdict { typed, scan }: Verdict<String>) {
            self.typed.extend(typed);
            self.scans.extend(scan.map(|scan| match scan {
                ScannerEvent::Code(code) => code.into_string(),
                ScannerEvent::Refused { reason } => format!("{reason:?}"),
                ScannerEvent::Ready { .. } | ScannerEvent::Absent { .. } => panic!("{scan:?}"),
            }));
        }

        /// Each key down and up again, so many ms apart.
        fn keys(&mut self, names: &str, every_ms: u32) {
            for name in names.chars() {
                self.down(name);
                self.wait(every_ms / 2);
                self.up(name);
                self.wait(every_ms - every_ms / 2);
            }
        }

        fn wait(&mut self, ms: u32) {
            self.at_ms = self.at_ms.wrapping_add(ms);
        }

        fn pause(&mut self) {
            self.wait(1_000);
            if self.keyboard.waits() {
                let verdict = self.keyboard.silence();
                self.take(verdict);
            }
        }
    }

    fn typed(names: &str) -> String {
        names.chars().map(|name| format!("{name}^{name}")).collect()
    }

    #[test]
    fn a_scan_reaches_the_kiosk_and_nothing_of_it_the_page() {
        for every_ms in [0, 1, 10, 45] {
            for code in ["8801234511117", "7700", "0000", "A-7/x"] {
                let mut desk = Desk::usual();
                desk.keys(&format!("{code}⏎"), every_ms);
                desk.keys(&format!("{code}⏎"), every_ms);
                assert_eq!(
                    (desk.scans, desk.typed.as_str()),
                    (vec![code.to_owned(), code.to_owned()], ""),
                    "{every_ms}"
                );
            }
        }
    }

    #[test]
    fn fingers_reach_the_page_in_their_order_however_they_type() {
        for every_ms in [60, 120, 1_000] {
            let mut desk = Desk::usual();
            desk.keys("0101234⏎", every_ms);
            desk.pause();
            assert_eq!((desk.typed, desk.scans), (typed("0101234⏎"), vec![]), "{every_ms}");
        }
        // Two or three that roll over the keys, and Enter behind them.
        let mut desk = Desk::usual();
        for key in "12".chars() {
            desk.down(key);
            desk.wait(20);
        }
        desk.keys("⏎", 20);
        desk.up('2');
        desk.up('1');
        desk.pause();
        assert_eq!((desk.typed.as_str(), desk.scans.len()), ("12⏎^⏎^2^1", 0));
    }

    #[test]
    fn a_finger_that_rests_on_a_key_is_no_reader() {
        let mut desk = Desk::usual();
        for _ in 0..50 {
            desk.down('7');
            desk.wait(30);
        }
        desk.up('7');
        desk.keys("⏎", 30);
        desk.pause();
        assert_eq!((desk.typed, desk.scans), (format!("{}^7⏎^⏎", "7".repeat(50)), vec![]));
    }

    #[test]
    fn a_key_that_came_up_unseen_lets_no_scan_through() {
        let mut desk = Desk::usual();
        desk.down('8');
        desk.pause();
        assert_eq!(desk.typed, "8");
        desk.wait(2_000);
        desk.keys("8801", 5);
        desk.down('⏎');
        desk.wait(2_000);
        desk.keys("⏎", 5);
        desk.keys("8802⏎", 5);
        assert_eq!((desk.scans, desk.typed.as_str()), (["8801", "8802"].map(str::to_owned).into(), "8⏎^⏎"));
    }

    #[test]
    fn keys_that_are_no_letters_never_wait() {
        let mut desk = Desk::usual();
        desk.keys("⏎←⇧⇥", 10);
        assert_eq!((desk.typed, desk.keyboard.waits()), (typed("⏎←⇧⇥"), false));
    }

    #[test]
    fn a_scan_without_its_end_is_refused_and_a_late_end_presses_nothing() {
        let mut desk = Desk::usual();
        desk.keys("880123", 5);
        desk.pause();
        assert_eq!((desk.scans, desk.typed.as_str()), (vec!["CutOff".to_owned()], ""));
        let mut desk = Desk::usual();
        desk.keys("880123", 5);
        desk.wait(200);
        desk.keys("⏎", 5);
        assert_eq!((desk.scans.len(), desk.typed.as_str()), (1, ""));
        desk.wait(1_000);
        desk.keys("⏎", 5);
        assert_eq!(desk.typed, "⏎^⏎", "and the next one is a finger's");
    }

    #[test]
    fn a_code_may_end_with_tab_with_two_ends_or_with_nothing() {
        let mut desk = Desk::usual();
        desk.keys("8801⇥", 5);
        desk.keys("8802⇥⏎", 5);
        desk.keys("8803⏎⏎", 5);
        assert_eq!((desk.scans, desk.typed.as_str()), (["8801", "8802", "8803"].map(str::to_owned).into(), ""));
        let mut desk = Desk::new(Form { ending: Ending::Silence, ..Form::default() });
        desk.keys("8801", 5);
        desk.wait(100);
        desk.keys("8802", 5);
        desk.pause();
        assert_eq!((desk.scans, desk.typed.as_str()), (["8801", "8802"].map(str::to_owned).into(), ""));
    }

    #[test]
    fn what_no_code_is_is_refused_once_and_kept_within_bounds() {
        let mut desk = Desk::usual();
        desk.keys(&"7".repeat(5_000), 2);
        assert!(desk.keyboard.held.len() < 1_000 && desk.keyboard.text.len() < 1_000);
        desk.keys("⏎8801⏎", 2);
        assert_eq!((desk.scans, desk.typed.as_str()), (vec!["TooLong".to_owned(), "8801".to_owned()], ""));
        let mut desk = Desk::usual();
        desk.keys("8801←8801⏎", 2);
        assert_eq!((desk.scans, desk.typed.as_str()), (vec!["NotText".to_owned()], ""));
    }

    #[test]
    fn its_form_is_that_of_any_reader() {
        let mut desk = Desk::new(Form { prefix: "~".into(), same_ms: 60_000, ..Form::default() });
        for _ in 0..3 {
            desk.keys("~]C18801⏎", 5);
        }
        desk.keys("8802⏎", 5);
        assert_eq!((desk.scans, desk.typed.as_str()), (vec!["8801".to_owned(), "CutOff".to_owned()], ""));
    }

    #[test]
    fn capital_letters_come_with_shift_which_is_the_pages() {
        let mut desk = Desk::usual();
        for letter in "ABCDE".chars() {
            desk.down('⇧');
            desk.keys(&letter.to_string(), 4);
            desk.up('⇧');
        }
        desk.keys("⏎", 4);
        assert_eq!(desk.scans, ["ABCDE"]);
        assert_eq!(desk.typed, "⇧^⇧".repeat(5));
    }

    #[test]
    fn a_scan_that_follows_fingers_at_once_takes_nothing_of_theirs_along() {
        let mut desk = Desk::usual();
        desk.keys("01", 80);
        desk.wait(80);
        desk.keys("8801⏎", 5);
        assert_eq!((desk.scans, desk.typed), (vec!["8801".to_owned()], typed("01")));
    }
}
