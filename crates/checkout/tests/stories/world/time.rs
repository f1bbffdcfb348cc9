//! Time passes; programs and machines die and come back.

use super::*;

impl World {
    pub(super) fn wait(&mut self, time: &str, touching: bool) {
        let (number, unit) = time.split_at(time.len() - 1);
        let ms = number.parse::<i64>().unwrap() * if unit == "m" { 60_000 } else { 1000 };
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

    pub(super) fn away_for(&mut self, time: &str) {
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
        self.again.clear();
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
    pub(super) fn refund_by_staff(&mut self, late: bool) {
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

    /// Staff decide to make what wasn't taken on.
    pub(super) fn make_by_staff(&mut self) {
        let t = self.folds().into_iter().rev().find(Transaction::is_paid).unwrap();
        self.say("MAKE");
        self.send(Event::MakeDecided(Box::new(t)));
    }

    /// The next commit fails: what was decided is lost, and the kiosk goes on from what is durable.
    pub(super) fn journal_fails(&mut self) {
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
        self.page();
    }

    /// Every transaction, as its rows prove it.
    pub fn folds(&self) -> Vec<Transaction> {
        self.journal.keys().map(|id| self.fold(id)).collect()
    }

    pub(super) fn durable(&self) -> (Vec<Transaction>, (String, u32)) {
        let folds = self.folds();
        let last =
            folds.iter().filter_map(|t| t.order_number.as_ref()).map(|n| (n.business_day.clone(), n.number)).max();
        (folds, last.unwrap_or_default())
    }
}
