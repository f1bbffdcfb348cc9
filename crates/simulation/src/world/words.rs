//! The words that stories are told in: what a customer and staff do, what happens, and how the world will behave.

use super::{faults::time_ms, *};

impl World {
    /// Runs the words of a script, " · " between them.
    pub fn run(&mut self, script: &str) {
        for word in script.split('·').map(str::trim) {
            self.word(word);
        }
    }

    /// Runs one word.
    pub fn word(&mut self, word: &str) {
        if self.plan(word) {
            return;
        }
        let (first, rest) = word.split_once(' ').unwrap_or((word, ""));
        match (first, rest) {
            ("order", "") => self.order(&["coffee"]),
            ("order", "both") => self.order(&["coffee", "milk"]),
            ("order", items) => self.order(&items.split(' ').collect::<Vec<_>>()),
            ("ask", services) => {
                self.act(Act::UseBenefits);
                for word in services.split(' ') {
                    let service = service(word).unwrap_or_else(|| panic!("no service {word}"));
                    self.act(Act::Tick { service, on: true });
                }
                self.act(Act::Next);
            }
            ("card", "only") => self.act(Act::PayNow),
            ("months", count) => self.act(Act::Months { months: count.parse().unwrap() }),
            ("tap", "paper") => self.act(Act::PrintSlip),
            ("printer", what) => self.printer(what),
            ("paper", "receipt") => self.act(Act::Receipt { receipt: Receipt::Paper }),
            ("one", "more") => self.act(Act::Paper),
            ("large", "text") => self.act(Act::Large { on: true }),
            ("scan", code) => self.send(Event::Scanned(code.to_owned())),
            ("STAFF", "LEAVE") => self.act(Act::Staff { act: StaffAct::Lock }),
            ("REPAIRED", "") => self.everything_is_repaired(),
            ("REST", "") => self.rest(),
            ("ROW", "DAMAGED") => self.damage_a_row(),
            ("REFUND", which) if which.parse::<usize>().is_ok() => self.refund_any(which.parse().unwrap()),
            ("charged", "after all") => self.charged_silently_after_all(),
            ("card", "charged while waited for") => self.charged_while_waited_for(),
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
            ("reload", "") => {
                self.struck.count(Fault::PageGone);
                self.page();
            }
            ("wait", time) => self.wait(time, true),
            ("idle", "") => self.wait("95s", false),
            ("still", time) => self.wait(time, false),
            ("touch", "") => self.send(Event::Input),
            ("CRASH", "") => self.restart(false, 0),
            ("POWER", "CUT") => self.restart(true, 0),
            ("POWER", "CUT, clock back") => self.restart(true, -7_200_000),
            ("away", time) => self.off_for(time_ms(time), 0),
            ("off", what) => {
                let (time, clock) = what.split_once(", clock ").unwrap_or((what, "0"));
                self.off_for(time_ms(time), clock.parse::<i64>().unwrap() * 60_000);
            }
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
            ("STAFF", "") => {
                self.struck.count(Fault::StaffLook);
                self.send(Event::Proved(manager()));
            }
            ("KEEP", "") => self.keep_the_sale(),
            ("STAFF", "ACT") => self.staff_do_what_is_suggested(),
            ("MAKE", "") => self.make_by_staff(),
            ("REFUND", "") => self.refund_by_staff(false),
            ("REFUND", "the late charge") => self.refund_by_staff(true),
            (_, _) => panic!("no such word: {word}"),
        }
    }

    /// A word that says how the world will behave.
    pub(super) fn plan(&mut self, word: &str) -> bool {
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
            ["terminal", "on"] => self.send(Event::TerminalAway(false)),
            ["card", "charged", "in", "silence"] => {
                // The answer to the charge is lost on its way.
                for (id, attempt) in self.attempts.clone() {
                    let known = self.attempts.get_mut(&id).filter(|_| attempt.waits_until.is_some());
                    let Some(known) = known else { continue };
                    known.waits_until = None;
                    known.charged = attempt.asked;
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
                self.struck.count(Fault::AgentForgets);
                self.store += 1;
                let mut broken_off = Vec::new();
                for (id, attempt) in &mut self.attempts {
                    attempt.known = None;
                    broken_off
                        .extend(attempt.call_until.take().filter(|_| attempt.life == self.lives).map(|_| id.clone()));
                }
                for id in broken_off {
                    self.answer(Event::PaymentAnswered(id, Err(silence())));
                }
            }
            ["refund", "declined"] => self.refund_declines = true,
            ["refund", "accepted"] => self.refund_declines = false,
            ["refund", "told", "to", "nobody"] => self.refund_is_lost = true,
            ["refund", "not", "found"] => self.refund_forgotten = true,
            ["cancel", "answered"] => self.everybody_answers(),
            ["stop", "lost"] => self.stop_is_lost = true,
            ["cancel", "short"] => self.cancel_is_short = true,
            ["kitchen", "works"] => self.kitchen = KitchenPlan::Answers,
            ["kitchen", "refuses"] => self.kitchen = KitchenPlan::Refuses,
            ["kitchen", "silent"] => self.kitchen = KitchenPlan::Silent,
            ["kitchen", "unheard"] => self.kitchen = KitchenPlan::Unheard,
            ["kitchen", "away"] => self.kitchen = KitchenPlan::Away,
            ["kitchen", "slow"] => self.kitchen = KitchenPlan::Slow,
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
                    ["done", "but", code] => Reply::DoneBut((*code).to_owned()),
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

    /// Someone orders: items by name, `coffee×2`, `latte+shot×2`.
    fn order(&mut self, items: &[&str]) {
        self.act(Act::Start { way: Way::ForHere });
        for item in items {
            let (item, pieces) = item.split_once('×').unwrap_or((item, "1"));
            let pieces: u32 = pieces.parse().unwrap();
            let (item, shots) = item.split_once("+shot").map_or((item, 0), |(item, _)| (item, pieces));
            let id = ItemId::new(item).unwrap();
            if item == "latte" {
                self.act(Act::Item { id });
                self.act(Act::Count { group: GroupId::new("shots").unwrap(), count: shots.min(3) });
                self.act(Act::Pieces { count: pieces });
                self.act(Act::AddToCart);
            } else {
                for _ in 0..pieces {
                    self.act(Act::Item { id: id.clone() });
                }
            }
        }
        self.act(Act::Review);
    }

    /// Staff decide to give money back: the youngest order's, or a charge's that turned up.
    pub(super) fn refund_by_staff(&mut self, late: bool) {
        let fits = |t: &&Transaction| if late { !t.stray_charges.is_empty() } else { t.is_paid() };
        let Some(t) = self.journal.folds().filter(fits).last().cloned() else { return };
        self.staff_decide(t, if late { Action::RefundStray } else { Action::Refund });
    }

    /// Staff decide to make what wasn't taken on.
    fn make_by_staff(&mut self) {
        let Some(t) = self.journal.folds().filter(|t| t.is_paid()).last().cloned() else { return };
        self.struck.count(Fault::StaffMake);
        self.say("MAKE");
        self.decided(t, Action::Make);
    }

    /// A refund that was declined is given up.
    fn keep_the_sale(&mut self) {
        let declined = |t: &&Transaction| t.refund.as_ref().is_some_and(|refund| refund.state == RefundState::Declined);
        let Some(t) = self.journal.folds().filter(declined).last().cloned() else { return };
        self.say("KEEP");
        self.decided(t, Action::KeepSale);
    }

    /// Staff give any money back that may be given back, whatever goes on with it.
    fn refund_any(&mut self, which: usize) {
        let mut all = Vec::new();
        for t in self.journal.folds() {
            if t.is_paid() {
                all.push((t.clone(), Action::Refund));
            }
            all.extend((!t.stray_charges.is_empty()).then(|| (t.clone(), Action::RefundStray)));
        }
        if all.is_empty() {
            return;
        }
        let (t, action) = all.swap_remove(which % all.len());
        self.struck.count(Fault::StaffRefund);
        if t.in_flight.is_some() {
            self.struck.count(Fault::StaffRefundInFlight);
        }
        self.staff_decide(t, action);
    }

    fn staff_decide(&mut self, t: Transaction, action: Action) {
        self.say("REFUND");
        self.decided(t, action);
    }

    fn decided(&mut self, t: Transaction, action: Action) {
        self.send(Event::StaffDecided { by: manager(), transaction: Box::new(t), action });
    }

    /// The program is started anew, and a row of an open transaction can't be read: it is left to staff, unread.
    fn damage_a_row(&mut self) {
        let Some(id) = self.journal.damage() else { return };
        self.struck.count(Fault::RowDamaged);
        *self.reasons.entry("JournalImpossible").or_default() += 1;
        self.say(format!("{id} is damaged"));
        self.restart(false, 0);
    }
}

/// Whoever decides for the shop.
pub(super) fn manager() -> Person {
    Person { name: "점장".into(), role: Role::Manager }
}
