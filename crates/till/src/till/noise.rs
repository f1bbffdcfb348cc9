//! What was ignored of what other windows said: counted by session, and told in the log without a word of it.

use std::{collections::BTreeMap, time::Duration};

use checkout::view::Ignored;
use tokio::time::Instant;

/// A session's line waits so long after its end for what the page still has to tell of it.
const SETTLED: Duration = Duration::from_secs(2);
/// While a session lasts, or somebody talks without one, there is one line in so much time.
const EVERY: Duration = Duration::from_secs(60);

/// The counts that the log doesn't have yet.
#[derive(Default)]
pub(super) struct Noise {
    /// The session whose frame is shown.
    shown: Option<u32>,
    by_session: BTreeMap<u32, Tally>,
}

struct Tally {
    counts: Ignored,
    began: Instant,
    /// The last count, or the session's end.
    last: Instant,
}

impl Noise {
    /// The frame of this session is shown from now on, and no other.
    pub(super) fn shows(&mut self, session: Option<u32>, now: Instant) {
        if self.shown == session {
            return;
        }
        if let Some(tally) = self.shown.and_then(|ended| self.by_session.get_mut(&ended)) {
            tally.last = now;
        }
        self.shown = session;
    }

    pub(super) fn count(&mut self, session: u32, counts: Ignored, now: Instant) {
        let fresh = || Tally { counts: Ignored::default(), began: now, last: now };
        let tally = self.by_session.entry(session).or_insert_with(fresh);
        tally.counts = sum(tally.counts, counts);
        tally.last = now;
    }

    /// When the next line is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.by_session.iter().map(|(session, tally)| self.due_of(*session, tally)).min()
    }

    /// Tells the log what is due.
    pub(super) fn tell(&mut self, now: Instant) {
        for (session, counts) in self.take(now) {
            log(session, counts);
        }
    }

    /// Tells the log all that there is.
    pub(super) fn tell_all(&mut self) {
        for (session, tally) in std::mem::take(&mut self.by_session) {
            log(session, tally.counts);
        }
    }

    fn due_of(&self, session: u32, tally: &Tally) -> Instant {
        let at_most = tally.began + EVERY;
        if self.shown == Some(session) { at_most } else { at_most.min(tally.last + SETTLED) }
    }

    fn take(&mut self, now: Instant) -> Vec<(u32, Ignored)> {
        let due: Vec<u32> = self
            .by_session
            .iter()
            .filter(|(session, tally)| self.due_of(**session, tally) <= now)
            .map(|(session, _)| *session)
            .collect();
        due.into_iter().filter_map(|session| Some((session, self.by_session.remove(&session)?.counts))).collect()
    }
}

fn sum(before: Ignored, more: Ignored) -> Ignored {
    let Ignored { strange, unasked, too_long, too_many, unreadable } = more;
    Ignored {
        strange: before.strange.saturating_add(strange),
        unasked: before.unasked.saturating_add(unasked),
        too_long: before.too_long.saturating_add(too_long),
        too_many: before.too_many.saturating_add(too_many),
        unreadable: before.unreadable.saturating_add(unreadable),
    }
}

fn log(session: u32, counts: Ignored) {
    let Ignored { strange, unasked, too_long, too_many, unreadable } = counts;
    tracing::info!(session, strange, unasked, too_long, too_many, unreadable, "messages were ignored");
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNREADABLE: Ignored = Ignored { strange: 0, unasked: 0, too_long: 0, too_many: 0, unreadable: 1 };
    const STRANGE: Ignored = Ignored { strange: 3, unasked: 0, too_long: 0, too_many: 0, unreadable: 0 };
    const BOTH: Ignored = Ignored { strange: 3, unasked: 0, too_long: 0, too_many: 0, unreadable: 1 };

    /// Moments, ms after some beginning.
    fn moments() -> impl Fn(u64) -> Instant {
        let began = Instant::now();
        move |ms| began + Duration::from_millis(ms)
    }

    #[test]
    fn a_session_that_ended_gets_one_line_with_what_the_page_tells_of_it_afterwards() {
        let (mut noise, at) = (Noise::default(), moments());
        noise.shows(Some(4), at(0));
        noise.count(4, UNREADABLE, at(100));
        assert_eq!(noise.take(at(59_000)), []);
        noise.shows(None, at(59_000));
        assert_eq!(noise.take(at(59_010)), []);
        noise.count(4, STRANGE, at(59_020));
        assert_eq!(noise.due(), Some(at(60_100)));
        assert_eq!(noise.take(at(60_100)), [(4, BOTH)]);
        assert_eq!(noise.due(), None);
    }

    #[test]
    fn a_session_that_lasts_gets_a_line_a_minute() {
        let (mut noise, at) = (Noise::default(), moments());
        noise.shows(Some(4), at(0));
        let lines = (0..180).map(|second| {
            noise.count(4, UNREADABLE, at(second * 1000));
            noise.take(at(second * 1000)).len()
        });
        assert_eq!(lines.sum::<usize>(), 2);
    }

    #[test]
    fn so_does_whoever_talks_on_and_on_without_a_session() {
        let (mut noise, at) = (Noise::default(), moments());
        let lines = (0..180).map(|second| {
            noise.count(0, STRANGE, at(second * 1000));
            noise.take(at(second * 1000)).len()
        });
        assert_eq!(lines.sum::<usize>(), 2);
    }

    #[test]
    fn each_session_has_its_own_counts() {
        let (mut noise, at) = (Noise::default(), moments());
        noise.count(1, STRANGE, at(0));
        noise.count(2, UNREADABLE, at(1));
        noise.count(1, UNREADABLE, at(2));
        assert_eq!(noise.take(at(2_002)), [(1, BOTH), (2, UNREADABLE)]);
    }
}
