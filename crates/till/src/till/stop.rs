//! Where a test has the till stand still for ever, to kill it there with certainty. A release build has none of this.

use checkout::entry::Record;

use crate::record::row;

/// Says where: the kind of an entry, the how-manieth of that kind since the program started, and the moment.
/// `asked 5 after_commit`.
const VARIABLE: &str = "PRBITI_KIOSK_STOP";

/// When in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Decided, and not durable.
    BeforeCommit,
    /// Durable, and nothing that follows from it has begun.
    AfterCommit,
    /// What follows from it has begun, and no answer was heard.
    AfterEffects,
}

/// One place to stand still at, or none.
#[derive(Debug, Default)]
pub(super) struct StopPoint {
    wanted: Option<(String, usize, Moment)>,
    /// Entries of that kind in the steps that are over.
    over: usize,
}

impl StopPoint {
    pub(super) fn from_environment() -> StopPoint {
        std::env::var(VARIABLE).map_or_else(|_| StopPoint::default(), |text| StopPoint::read(&text))
    }

    fn read(text: &str) -> StopPoint {
        let mut words = text.split_whitespace();
        let (kind, nth) = (words.next(), words.next().and_then(|nth| nth.parse().ok()));
        let moment = match words.next() {
            Some("before_commit") => Some(Moment::BeforeCommit),
            Some("after_commit") => Some(Moment::AfterCommit),
            Some("after_effects") => Some(Moment::AfterEffects),
            Some(_) | None => None,
        };
        let (Some(kind), Some(nth), Some(moment)) = (kind, nth, moment) else {
            tracing::error!("{VARIABLE} can't be read: {text:?}");
            return StopPoint::default();
        };
        StopPoint { wanted: Some((kind.to_owned(), nth, moment)), over: 0 }
    }

    /// Doesn't return in the step and at the moment that are wanted.
    pub(super) async fn at(&mut self, moment: Moment, records: &[Record]) {
        if self.is_at(moment, records) {
            let step: Vec<String> = records.iter().filter_map(|record| row(record).ok()).map(|row| row.kind).collect();
            tracing::warn!("the till stands still in the step: {}", step.join(" "));
            std::future::pending::<()>().await;
        }
    }

    fn is_at(&mut self, moment: Moment, records: &[Record]) -> bool {
        let Some((kind, nth, wanted)) = &self.wanted else { return false };
        let here = records.iter().filter(|record| row(record).is_ok_and(|row| row.kind == *kind)).count();
        let is_here = moment == *wanted && self.over < *nth && *nth <= self.over + here;
        if moment == Moment::AfterEffects {
            self.over += here;
        }
        is_here
    }
}

#[cfg(test)]
mod tests {
    use checkout::entry::Entry;

    use super::{super::fresh, *};
    use crate::boot::now;

    #[test]
    fn the_till_stands_still_in_the_step_with_the_entry_that_is_wanted_and_nowhere_else() {
        let record = |entry| Record { transaction: fresh().transaction, seq: 0, at: now(), entry };
        let steps = [
            vec![record(Entry::Asked)],
            vec![record(Entry::Left)],
            vec![record(Entry::Asked), record(Entry::Left), record(Entry::Asked)],
            vec![record(Entry::Asked)],
        ];
        let moments = [Moment::BeforeCommit, Moment::AfterCommit, Moment::AfterEffects];
        let places = |text: &str| -> Vec<(usize, Moment)> {
            let mut stop = StopPoint::read(text);
            let all = (0..steps.len()).flat_map(|step| moments.map(|moment| (step, moment)));
            all.filter(|(step, moment)| stop.is_at(*moment, &steps[*step])).collect()
        };
        assert_eq!(places("asked 1 before_commit"), [(0, Moment::BeforeCommit)]);
        assert_eq!(places("asked 2 after_commit"), [(2, Moment::AfterCommit)]);
        assert_eq!(places("asked 3 after_effects"), [(2, Moment::AfterEffects)]);
        assert_eq!(places("asked 4 after_effects"), [(3, Moment::AfterEffects)]);
        assert_eq!(places("asked 5 after_effects"), []);
        assert_eq!(places("asked soon"), []);
    }
}
