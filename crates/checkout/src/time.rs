//! What time it is, as far as a kiosk can know: see protocol.md §6, "Time".

use serde::{Deserialize, Serialize};

/// One minute, in ms.
pub const MINUTE_MS: i64 = 60_000;

/// A moment on both clocks of the machine.
///
/// Within one boot only the boot clock decides, so that a wall clock set by NTP changes nothing; across boots
/// only the wall clock is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Now {
    /// Wall clock, ms since 1970-01-01T00:00:00Z. May jump.
    pub wall_ms: i64,
    /// CLOCK_BOOTTIME, ms since the machine started, time in suspend included. Never jumps, never goes back.
    pub boot_ms: i64,
    /// Which start of the machine `boot_ms` counts from.
    pub boot_id: String,
}

/// What a clock on the wall shows so many minutes east of UTC: `2026-11-24 13:25:01`. Empty beyond the year 9999.
pub fn on_the_wall(wall_ms: i64, utc_offset_min: i32) -> String {
    let there = wall_ms.saturating_add(i64::from(utc_offset_min) * MINUTE_MS);
    in_utc(there).map(|moment| moment.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// The same as those write it who read it by program: `2026-11-24T13:25:01+09:00`. Empty beyond the year 9999.
pub fn with_offset(wall_ms: i64, utc_offset_min: i32) -> String {
    let there = wall_ms.saturating_add(i64::from(utc_offset_min) * MINUTE_MS);
    let (sign, off) = (if utc_offset_min < 0 { '-' } else { '+' }, utc_offset_min.unsigned_abs());
    let written = |moment: jiff::civil::DateTime| {
        format!("{}{sign}{:02}:{:02}", moment.strftime("%Y-%m-%dT%H:%M:%S"), off / 60, off % 60)
    };
    in_utc(there).map(written).unwrap_or_default()
}

/// The day of a moment in UTC, `YYYY-MM-DD`. Empty beyond the year 9999.
pub fn day(unix_ms: i64) -> String {
    in_utc(unix_ms).map(|moment| moment.date().to_string()).unwrap_or_default()
}

/// When a day `YYYY-MM-DD` begins in UTC, unix ms.
pub fn begins(day: &str) -> Option<i64> {
    let date: jiff::civil::Date = day.parse().ok()?;
    let midnight = date.to_datetime(jiff::civil::Time::midnight());
    Some(jiff::tz::Offset::UTC.to_timestamp(midnight).ok()?.as_millisecond())
}

/// The moment that a text like `2026-11-24T13:25:01+09:00` names, unix ms.
pub fn read(moment: &str) -> Option<i64> {
    moment.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

fn in_utc(unix_ms: i64) -> Option<jiff::civil::DateTime> {
    jiff::Timestamp::from_millisecond(unix_ms).ok().map(|moment| jiff::tz::Offset::UTC.to_datetime(moment))
}

/// How long ago something was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// So many ms, never negative.
    Known(i64),
    /// The machine was started again since, and its wall clock went backwards: it can't be told. At least
    /// `at_least_ms` have passed: the time that this boot has lasted.
    Unknown {
        /// ms on this boot's clock, all of which came after the moment asked about.
        at_least_ms: i64,
    },
}

impl Now {
    /// How long before `self` the moment `then` was.
    pub fn since(&self, then: &Now) -> Age {
        if self.boot_id == then.boot_id {
            return Age::Known(self.boot_ms.saturating_sub(then.boot_ms).max(0));
        }
        let by_wall = self.wall_ms.saturating_sub(then.wall_ms);
        // Another boot: all of this boot's time lies after `then`, whatever the wall clock says.
        if by_wall < self.boot_ms { Age::Unknown { at_least_ms: self.boot_ms } } else { Age::Known(by_wall) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn at(wall_ms: i64, boot_ms: i64, boot_id: &str) -> Now {
        Now { wall_ms, boot_ms, boot_id: boot_id.into() }
    }

    #[test]
    fn within_a_boot_a_wall_clock_step_changes_nothing() {
        assert_eq!(at(-9_000_000, 5_000, "a").since(&at(0, 2_000, "a")), Age::Known(3_000));
    }

    #[test]
    fn a_clock_on_the_wall_shows_the_shops_time() {
        assert_eq!(on_the_wall(1_790_000_000_000, 0), "2026-09-21 14:13:20");
        assert_eq!(on_the_wall(1_790_000_000_999, 9 * 60), "2026-09-21 23:13:20");
        assert_eq!(on_the_wall(i64::MAX, 9 * 60), "");
        assert_eq!(with_offset(1_790_000_000_000, 9 * 60), "2026-09-21T23:13:20+09:00");
        assert_eq!(with_offset(1_790_000_000_000, -210), "2026-09-21T10:43:20-03:30");
    }

    #[test]
    fn a_day_begins_where_it_is_named_after() {
        let begins_ms = begins("2026-09-21").unwrap();
        assert_eq!((day(begins_ms), day(begins_ms - 1)), ("2026-09-21".into(), "2026-09-20".into()));
        assert_eq!(begins("2026-02-30"), None);
        assert_eq!(read("2026-09-21T09:00:00+09:00"), Some(begins_ms));
        assert_eq!(read("20260921090000"), None);
    }

    #[test]
    fn across_boots_the_wall_clock_decides_unless_it_went_back() {
        assert_eq!(at(100_000, 20_000, "b").since(&at(40_000, 9, "a")), Age::Known(60_000));
        assert_eq!(at(39_000, 20_000, "b").since(&at(40_000, 9, "a")), Age::Unknown { at_least_ms: 20_000 });
        assert_eq!(at(i64::MAX, 20_000, "b").since(&at(i64::MIN, i64::MIN, "a")), Age::Known(i64::MAX));
        assert_eq!(at(45_000, 20_000, "b").since(&at(40_000, 9, "a")), Age::Unknown { at_least_ms: 20_000 });
        assert_eq!(at(60_000, 20_000, "b").since(&at(40_000, 9, "a")), Age::Known(20_000));
    }
}
