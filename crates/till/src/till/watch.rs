//! Whoever watches over the loop hears of its turns, and of nothing else: a loop that stands still is silent.

use std::time::Duration;

use tokio::time::Instant;

/// What the loop tells whoever watches over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It has begun: the journal is open, or the screen says why it isn't.
    Up,
    /// It went round.
    Turn,
}

/// Whoever watches over the loop.
pub struct Watch {
    every: Option<Duration>,
    tell: Box<dyn FnMut(Sign) + Send + Sync>,
    told: Option<Instant>,
}

impl Watch {
    /// `tell` hears once that the loop is up, and of a turn at least so often. It is called by the loop itself, so it
    /// must not wait for anything.
    pub fn new(every: Option<Duration>, tell: impl FnMut(Sign) + Send + Sync + 'static) -> Watch {
        Watch { every, tell: Box::new(tell), told: None }
    }

    /// Nobody watches.
    pub fn nobody() -> Watch {
        Watch::new(None, |_| {})
    }

    /// The loop went round. More often than is asked for, nobody hears of it.
    pub(super) fn turned(&mut self, now: Instant) {
        if self.told.is_none() {
            (self.tell)(Sign::Up);
        } else if self.due().is_none_or(|due| now < due) {
            return;
        }
        self.told = Some(now);
        if self.every.is_some() {
            (self.tell)(Sign::Turn);
        }
    }

    /// When the loop has to go round again, though nothing else is to be done.
    pub(super) fn due(&self) -> Option<Instant> {
        Some(self.told? + self.every?)
    }
}
