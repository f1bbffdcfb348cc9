//! Time passes; programs and machines die and come back, and the journal with them.

use super::*;
use faults::time_ms;

/// So many closed transactions does a start read again.
const LAST_CLOSED: usize = 64;

impl World {
    pub(super) fn wait(&mut self, time: &str, touching: bool) {
        let ms = time_ms(time);
        let step = if ms > 120_000 { 5_000 } else { 1000 };
        let mut left = ms;
        while left > 0 {
            self.pass(step.min(left), touching);
            left -= step;
        }
    }

    pub(super) fn pass(&mut self, ms: i64, touching: bool) {
        self.elapsed += ms;
        self.now.wall_ms += ms;
        self.now.boot_ms += ms;
        let (elapsed, life) = (self.elapsed, self.lives);
        let over: Vec<(AttemptId, bool)> = self
            .attempts
            .iter_mut()
            .filter_map(|(id, attempt)| {
                attempt.waits_until.take_if(|until| elapsed >= *until)?;
                attempt.known = Some(TerminalOutcome::Declined { code: "TIMEOUT".into(), message: String::new() });
                let is_waited_for = attempt.call_until.take().is_some() && attempt.life == life;
                Some((id.clone(), is_waited_for))
            })
            .collect();
        for (id, is_waited_for) in over {
            let answer = self.ask(&id);
            self.say(format!("charge → {}", told(&answer)));
            if is_waited_for {
                self.send(Event::PaymentAnswered(id, answer));
            }
        }
        for id in self.calls_given_up() {
            self.send(Event::PaymentAnswered(id, Err(silence())));
        }
        self.arrive();
        if self.back_at.take_if(|back| elapsed >= *back).is_some() {
            self.away = false;
        }
        if self.elapsed / 10_000 != (self.elapsed - ms) / 10_000 {
            self.send(Event::Reachable(!self.away));
        }
        if self.journal.down_until.is_some_and(|until| elapsed >= until) {
            self.open_again();
        }
        if touching {
            self.send(Event::Input);
        }
        self.send(Event::Tick);
    }

    /// Charges whose answer the agent's client doesn't wait for any longer.
    fn calls_given_up(&mut self) -> Vec<AttemptId> {
        let (now, life) = (self.elapsed, self.lives);
        let over = |attempt: &mut Attempt| attempt.call_until.take_if(|until| now >= *until).is_some();
        let calls = self.attempts.iter_mut().filter(|(_, attempt)| attempt.life == life);
        calls.filter_map(|(id, attempt)| over(attempt).then(|| id.clone())).collect()
    }

    /// Without power for that long; the clock may have gone wrong meanwhile.
    pub(super) fn off_for(&mut self, ms: i64, clock_ms: i64) {
        self.struck.count(Fault::OffForMinutes);
        self.elapsed += ms;
        self.now.wall_ms += ms;
        self.restart(true, clock_ms);
    }

    /// What has no deadline would be asked for ever.
    pub fn everybody_answers(&mut self) {
        self.asks_silent = false;
        self.stop_is_lost = false;
        self.slow_ready = false;
        self.replies.remove("cancel");
        self.kitchen = KitchenPlan::Answers;
    }

    /// Whatever is broken is repaired, and everybody answers.
    pub fn everything_is_repaired(&mut self) {
        self.everybody_answers();
        self.ways.clear();
        self.after_paying.clear();
        self.failing = None;
        self.journal.next_down = 0;
        self.refund_declines = false;
        self.back_at = None;
        self.away = false;
        self.send(Event::Reachable(true));
        self.send(Event::TerminalAway(false));
        for event in std::mem::take(&mut self.held_back) {
            self.send(event);
        }
        if self.journal.failed_syncs > 1 {
            self.new_disk();
        }
    }

    /// Staff put the journal on a new disk, as every read shows it.
    pub(super) fn new_disk(&mut self) {
        self.say("a new disk");
        self.restart(false, 0);
    }

    /// The program starts anew from what is durable.
    pub fn restart(&mut self, power: bool, clock_ms: i64) {
        self.queue.clear();
        self.again.clear();
        self.under_way.clear();
        self.held.clear();
        self.sessions.clear();
        self.mounted = None;
        self.boots += 1;
        self.lives += 1;
        self.elapsed += 5_000;
        self.now.wall_ms += 5_000 + clock_ms;
        self.now.boot_ms += 5_000;
        if power {
            self.elapsed += 20_000;
            self.now.wall_ms += 20_000;
            self.now.boot_ms = 20_000;
            self.now.boot_id = format!("boot-{}", self.boots);
        }
        if clock_ms != 0 {
            self.struck.count(if clock_ms > 0 { Fault::ClockAheadWhileOff } else { Fault::ClockBackWhileOff });
            self.set_off += clock_ms;
        }
        self.struck.count(if power { Fault::PowerCut } else { Fault::Killed });
        self.say("RESTART");
        if power {
            let (wrong, lost) = self.journal.lose_power();
            self.violations.extend(wrong);
            // What was heard last isn't known any more.
            for id in lost {
                self.prbiti.get_mut(&id).and_then(|at| at.heard.pop());
            }
        }
        self.journal.failed_syncs = 0;
        // Nothing is remembered.
        self.kiosk = Kiosk::new(self.shop.clone(), Vec::new(), 0, (String::new(), 0), &self.now);
        self.kiosk = self.loaded();
        if power {
            // The shop's list is the journal.
            for (order, at_the_shop) in &mut self.orders {
                at_the_shop.taken &= self.journal.is_taken_on(order);
            }
        }
        self.held_back.clear();
        self.last_paper = 0;
        self.send(Event::Resume);
        self.page();
        self.send(Event::PrinterIs(self.printer_says));
        if self.away {
            self.send(Event::Reachable(false));
        }
    }

    /// The next commit fails: what was decided is lost, and the kiosk goes on from what is durable.
    pub(super) fn journal_fails(&mut self) {
        self.say("JOURNAL FAILS");
        self.kiosk = self.kiosk.without_journal("code".into(), &self.now);
        let down = std::mem::take(&mut self.journal.next_down);
        self.journal.down_until = Some(self.elapsed + down.max(1_000));
        self.mount();
        let shut = screen(&self.kiosk, &self.now);
        if down > 0 {
            self.struck.count(Fault::ReopeningFails);
            return self.say(format!("[{shut}]"));
        }
        let said = self.log.len();
        self.pass(1_000, false);
        self.log.insert(said.min(self.log.len()), format!("[{shut}]"));
    }

    fn open_again(&mut self) {
        if self.journal.failed_syncs > 1 && self.sabotage != Some(Sabotage::SecondSyncIgnored) {
            // A dying disk: it isn't opened again.
            self.journal.down_until = Some(i64::MAX);
            return;
        }
        let fresh = self.loaded();
        self.kiosk = fresh.following(&self.kiosk);
        self.send(Event::Resume);
        self.page();
        for event in std::mem::take(&mut self.held) {
            self.send(event);
        }
    }

    /// A kiosk that goes on from what is in the journal.
    fn loaded(&mut self) -> Kiosk {
        self.journal.open();
        let (mut open, last) = self.durable();
        if self.sabotage == Some(Sabotage::ForgottenAtRestart) {
            open.pop();
        }
        // What was open, and was closed by a commit that failed and is there all the same.
        let closed = self.kiosk.transactions().filter_map(|t| self.journal.fold(&t.id).filter(|t| t.closed.is_some()));
        open.extend(closed.cloned());
        let (barring, damaged) = self.journal.damaged();
        open.extend(barring);
        Kiosk::new(self.shop.clone(), open, damaged, last, &self.now)
    }

    fn durable(&self) -> (Vec<Transaction>, (String, u32)) {
        let numbers = self.journal.summaries().filter_map(|t| t.order_number.as_ref());
        let last = numbers.map(|n| (n.business_day.clone(), n.number)).max();
        // Beside what is open, the last closed ones, as many as the till reads.
        let number = |t: &Transaction| t.id.as_str().to_owned();
        let mut closed: Vec<&Transaction> = self.journal.folds().filter(|t| t.closed.is_some()).collect();
        closed.sort_by_key(|t| std::cmp::Reverse(number(t)));
        let open = self.journal.folds().filter(|t| t.closed.is_none());
        (open.chain(closed.into_iter().take(LAST_CLOSED)).cloned().collect(), last.unwrap_or_default())
    }
}
