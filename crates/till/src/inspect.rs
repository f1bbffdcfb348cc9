//! Looking into a journal that a kiosk has left: is it whole ([`verify()`]), what is in it ([`list()`]), what happened to one
//! transaction ([`show()`]), and all of it for other programs ([`export()`]). Nothing of the journal is ever changed: what is
//! read is a private [`Copy`](crate::journal::Copy).

mod closes;
mod export;
mod list;
mod show;
#[cfg(test)]
mod tests;
mod verify;

use std::io;

use checkout::time::on_the_wall;
use thiserror::Error;

use crate::journal::{CopyError, Summary};

pub use export::{Format, export};
pub use list::{Filter, list};
pub use show::{Shown, show};
pub use verify::{Verdict, verify};

/// Why nothing more is said.
#[derive(Debug, Error)]
pub enum InspectError {
    /// The journal can't be read.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// Nobody listens, or the disk that it is written to is full.
    #[error("what was found can't be written: {0}")]
    Say(#[from] io::Error),
}

/// One line. What stands in a journal may be damaged, or an agent's own words: nothing of it may move a terminal's cursor.
fn say(out: &mut dyn io::Write, line: &str) -> io::Result<()> {
    let plain: String = line.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    writeln!(out, "{plain}")
}

/// The zone that times are told in: the shop's, which the journal doesn't know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// Minutes east of UTC.
    pub utc_offset_min: i32,
}

impl Zone {
    /// A zone as people write it: `+09:00`, `-3:30`, `Z`.
    #[must_use]
    pub fn read(text: &str) -> Option<Zone> {
        if matches!(text, "Z" | "UTC") {
            return Some(Zone::default());
        }
        let (sign, rest) = match text.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            (_, _) => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        let number = |text: &str, most: i32| {
            let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse::<i32>().ok()).flatten().filter(|number| *number <= most)
        };
        Some(Zone { utc_offset_min: sign * (number(hours, 14)? * 60 + number(minutes, 59)?) })
    }

    /// `2026-11-24 13:25:01`.
    fn time(self, wall_ms: i64) -> String {
        on_the_wall(wall_ms, self.utc_offset_min)
    }

    /// `UTC`, or `UTC+09:00`.
    fn name(self) -> String {
        if self.utc_offset_min == 0 { "UTC".to_owned() } else { format!("UTC{}", self.offset()) }
    }

    fn offset(self) -> String {
        let (sign, minutes) = (if self.utc_offset_min < 0 { '-' } else { '+' }, self.utc_offset_min.abs());
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// RFC 3339, for programs.
    fn rfc3339(self, wall_ms: i64) -> String {
        format!("{}{}", self.time(wall_ms).replace(' ', "T"), self.offset())
    }

    /// The day that a transaction counts for: its business day, and without one the day on which it was opened.
    fn day(self, summary: &Summary) -> String {
        let opened = || self.time(summary.opened_ms).chars().take(10).collect();
        summary.business_day.clone().unwrap_or_else(opened)
    }
}
