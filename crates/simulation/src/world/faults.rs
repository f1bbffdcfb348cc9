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
                    _ => panic!("no such failure: {what:?}"),
                };
                self.failing = Some((steps.parse().unwrap(), failure));
            }
            ["answers", "doubled"] => self.doubled = true,
            ["answers", "shuffled", seed] => self.shuffled = seed.parse().unwrap(),
            ["clock", minutes] => self.now.wall_ms += minutes.parse::<i64>().unwrap() * 60_000,
            _ => return false,
        }
        true
    }

    /// The failure whose turn it is.
    pub(super) fn next_failure(&mut self) -> Option<Failure> {
        let (left, failure) = self.failing?;
        self.failing = (left > 0).then(|| (left - 1, failure));
        (left == 0).then_some(failure)
    }

    /// The step of these rows, which `event` led to, fails.
    pub(super) fn fail(&mut self, failure: Failure, records: &[Record], event: Event) {
        let kept = match failure {
            Failure::Cut { kept } | Failure::CommitFails { kept } => kept,
            Failure::Killed => true,
        };
        if kept {
            self.commit(records);
            self.steps += 1;
        }
        match failure {
            Failure::Cut { .. } => self.restart(true, 0),
            Failure::Killed => self.restart(false, 0),
            Failure::CommitFails { .. } => {
                self.journal_fails();
                // What isn't told twice is handled once there is a journal again.
                let kept = event.is_of_the_terminal() || event.is_of_the_world();
                self.queue.extend(kept.then_some(event));
            }
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
        let event = self.queue.remove(at)?;
        let is_answer = matches!(
            event,
            Event::Module { .. } | Event::RefundAnswered(..) | Event::HandedOver(..) | Event::HandOverVoided(..)
        ) || event.is_of_the_terminal();
        if self.doubled && is_answer {
            self.again.push(event.clone());
        }
        Some(event)
    }
}
