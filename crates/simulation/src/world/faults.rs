//! What goes wrong with a step, and with the answers on their way.

use super::*;

/// What becomes of the step that is to be made durable next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Failure {
    /// The power is cut before the commit returned; its rows may be there all the same.
    Cut { kept: bool },
    /// The program is killed between the commit and what follows from it.
    Killed,
    /// The commit fails; its rows may be there all the same.
    CommitFails { kept: bool },
    /// Its sync fails: every read shows its rows.
    SyncFails,
}

/// How an answer comes.
#[derive(Clone, Copy, Debug)]
pub(super) enum OnItsWay {
    AtOnce,
    Lost,
    Late(i64),
    Doubled,
}

impl World {
    /// A word that makes a coming step fail, or the answers come otherwise.
    pub(super) fn fault(&mut self, words: &[&str]) -> bool {
        match words {
            ["after", steps, "steps", what @ ..] => {
                let failure = match what {
                    ["cut"] => Failure::Cut { kept: false },
                    ["cut,", "kept"] => Failure::Cut { kept: true },
                    ["killed"] => Failure::Killed,
                    ["commit", "fails"] => Failure::CommitFails { kept: false },
                    ["commit", "fails,", "kept"] => Failure::CommitFails { kept: true },
                    ["sync", "fails"] => Failure::SyncFails,
                    _ => panic!("no such failure: {what:?}"),
                };
                self.failing = Some((steps.parse().unwrap(), failure));
            }
            ["reopening", "fails", "for", time] => self.journal.next_down = time_ms(time),
            ["answers", "doubled"] => self.doubled = true,
            ["answers", "shuffled", seed] => self.shuffled = seed.parse().unwrap(),
            ["answer", "at", "once"] => self.ways.push_back(OnItsWay::AtOnce),
            ["answer", "lost"] => self.ways.push_back(OnItsWay::Lost),
            ["answer", "doubled"] => self.ways.push_back(OnItsWay::Doubled),
            ["answer", "late", time] => self.ways.push_back(OnItsWay::Late(time_ms(time))),
            ["clock", minutes] => self.set_clock(minutes.parse::<i64>().unwrap() * 60_000),
            ["network", "gone", time] => {
                self.struck.count(Fault::NetworkGone);
                self.away = true;
                self.back_at = Some(self.elapsed + time_ms(time));
            }
            _ => return false,
        }
        true
    }

    fn set_clock(&mut self, ms: i64) {
        self.struck.count(if ms < 0 { Fault::ClockBack } else { Fault::ClockAhead });
        self.now.wall_ms += ms;
        self.set_off += ms;
        if self.sabotage == Some(Sabotage::WallClock) {
            self.now.boot_ms += ms;
        }
    }

    /// The failure whose turn it is.
    pub(super) fn next_failure(&mut self) -> Option<Failure> {
        let (left, failure) = self.failing?;
        self.failing = (left > 0).then(|| (left - 1, failure));
        (left == 0).then_some(failure)
    }

    /// The step of these rows, which `event` led to, fails.
    pub(super) fn fail(&mut self, failure: Failure, records: &[Record], event: Event) {
        let (kept, fault) = match failure {
            Failure::Cut { kept: false } => (false, Fault::CutInStepLost),
            Failure::Cut { kept: true } => (true, Fault::CutInStepKept),
            Failure::Killed => (true, Fault::KilledInStep),
            Failure::CommitFails { kept: false } => (false, Fault::CommitFails),
            Failure::CommitFails { kept: true } => (true, Fault::CommitFailsKept),
            Failure::SyncFails => (true, Fault::SyncFails),
        };
        self.struck.count(fault);
        if kept {
            let safe = matches!(failure, Failure::Cut { .. } | Failure::Killed);
            self.commit(records, safe);
            self.steps += 1;
            self.hears(&event);
        }
        match failure {
            Failure::Cut { .. } => self.restart(true, 0),
            Failure::Killed => self.restart(false, 0),
            Failure::CommitFails { .. } | Failure::SyncFails => {
                if matches!(failure, Failure::SyncFails) {
                    self.journal.failed_syncs += 1;
                    if self.journal.failed_syncs > 1 {
                        self.struck.count(Fault::SecondSyncFails);
                    }
                }
                // What isn't told twice is handled once there is a journal again.
                if event.is_of_the_terminal() || event.is_of_the_world() {
                    self.held.push(event);
                }
                self.journal_fails();
            }
        }
    }

    /// An answer of the outside world sets out.
    pub(super) fn answer(&mut self, event: Event) {
        match self.ways.pop_front() {
            None | Some(OnItsWay::AtOnce) => self.queue.push_back(event),
            Some(OnItsWay::Lost) => {
                self.struck.count(Fault::AnswerLost);
                self.say("the answer is lost");
                // The agent's client waits no longer than its time-out.
                let event = match event {
                    Event::PaymentAnswered(id, _) => Event::PaymentAnswered(id, Err(silence())),
                    Event::PaymentAsked(id, _) => Event::PaymentAsked(id, Err(silence())),
                    Event::PaymentStopped(id, _) => Event::PaymentStopped(id, Err(silence())),
                    Event::RefundAnswered(id, _) => Event::RefundAnswered(id, Err(silence())),
                    Event::TerminalReady(_) => Event::TerminalReady(Err(silence())),
                    other => return self.given_up(other),
                };
                self.queue.push_back(event);
            }
            Some(OnItsWay::Late(ms)) => {
                self.struck.count(Fault::AnswerLate);
                self.say("the answer is late");
                if ms >= 10_000 && matches!(event, Event::HandedOver(..) | Event::HandOverVoided(..)) {
                    return self.given_up(event);
                }
                self.under_way.push((self.elapsed + ms, event));
            }
            Some(OnItsWay::Doubled) => {
                self.struck.count(Fault::AnswerDoubled);
                self.under_way.push((self.elapsed + 1_000, event.clone()));
                self.queue.push_back(event);
            }
        }
    }

    /// Answers whose time has come.
    pub(super) fn arrive(&mut self) {
        let now = self.elapsed;
        let arrived: Vec<Event> = self.under_way.extract_if(.., |(at, _)| *at <= now).map(|(_, event)| event).collect();
        for event in arrived {
            self.send(event);
        }
    }

    /// The next event: in the order in which they came, or, from different sources, in any.
    pub(super) fn next_event(&mut self) -> Option<Event> {
        let at = if self.shuffled == 0 || self.queue.is_empty() {
            0
        } else {
            self.shuffled =
                self.shuffled.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.shuffled >> 33) as usize % self.queue.len()
        };
        if at > 0 {
            self.struck.count(Fault::AnswerReordered);
        }
        let event = self.queue.remove(at)?;
        let is_answer = matches!(
            event,
            Event::Module { .. } | Event::RefundAnswered(..) | Event::HandedOver(..) | Event::HandOverVoided(..)
        ) || event.is_of_the_terminal();
        if self.doubled && is_answer {
            self.struck.count(Fault::AnswerDoubled);
            self.again.push(event.clone());
        }
        Some(event)
    }

    /// What a bug makes of an event; nothing when it keeps it from the kiosk.
    pub(super) fn as_told(&self, event: &Event) -> Option<Event> {
        let Some(sabotage) = self.sabotage else { return Some(event.clone()) };
        let store = |id: &AttemptId| self.attempts.get(id).map_or_else(|| self.store(), |a| a.store.clone());
        let told = match (sabotage, event) {
            (Sabotage::UnknownIsDeclined, Event::PaymentAnswered(id, Err(_))) => {
                let outcome = TerminalOutcome::Declined { code: "51".into(), message: String::new() };
                Event::PaymentAnswered(id.clone(), Ok(TerminalAnswer { store: store(id), outcome }))
            }
            (Sabotage::DoubtIsCancelled, Event::PaymentAsked(id, Err(_))) => {
                let outcome = TerminalOutcome::Cancelled;
                Event::PaymentAsked(id.clone(), Ok(TerminalAnswer { store: store(id), outcome }))
            }
            (
                Sabotage::LateChargeOverheard,
                Event::PaymentAnswered(id, Ok(answer))
                | Event::PaymentAsked(id, Ok(answer))
                | Event::PaymentStopped(id, Ok(answer)),
            ) if matches!(answer.outcome, TerminalOutcome::Approved(_))
                && self.attempts.get(id).is_some_and(|a| a.told_ended) =>
            {
                return None;
            }
            (Sabotage::AnyAnswerIsYes, Event::Module { session, event: FromModule::Message { .. } })
                if matches!(self.sessions.get(session), Some((_, Request::Settle))) =>
            {
                let id = &self.sessions[session].0;
                let text = format!(
                    r#"{{"status":"200","result":"","timestamp":1,"data":{{"errorCode":200,"transactionID":"{id}"}}}}"#
                );
                Event::Module { session: *session, event: FromModule::Message { text } }
            }
            (_, _) => event.clone(),
        };
        Some(told)
    }

    /// What a bug does once more, after these rows.
    pub(super) fn twice(&mut self, records: &[Record]) {
        for record in records {
            match (self.sabotage, &record.entry) {
                (Some(Sabotage::HandOverTwice), Entry::HandedOver) => {
                    self.hand_over(record.transaction.clone(), true);
                }
                (Some(Sabotage::SettledTwice), Entry::MessageAnswered { outcome: MessageOutcome::Done, .. }) => {
                    let settle = self.fold(&record.transaction).settle;
                    if let (Some(settle), Some(session)) = (settle, self.mounted) {
                        self.post(session, &settle.payload);
                    }
                }
                (_, _) => {}
            }
        }
    }
}

/// "5s", "12m", "3h".
pub(super) fn time_ms(time: &str) -> i64 {
    let (number, unit) = time.split_at(time.len() - 1);
    let one = match unit {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => panic!("no such time: {time}"),
    };
    number.parse::<i64>().unwrap() * one
}
