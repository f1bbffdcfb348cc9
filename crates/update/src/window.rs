//! When a kiosk may be updated: inside the shop's own hours for it, and never with a customer or money in between.

use std::{fmt, ops::Range, str::FromStr};

use thiserror::Error;

/// Minutes of a day.
const DAY_MIN: u16 = 24 * 60;

/// The hours of the day in which updates are installed, on the shop's clock; over midnight, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Minutes after midnight, less than a day.
    from_min: u16,
    /// Minutes after midnight, at most a day.
    to_min: u16,
}

/// A text that names no hours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} isn't two times of the day such as 03:00-05:00")]
pub struct NoWindow {
    /// The text.
    pub text: String,
}

impl Window {
    /// Is that minute after midnight inside?
    pub fn has(&self, minute: u16) -> bool {
        let (from, to) = (self.from_min, self.to_min);
        if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }
}

impl FromStr for Window {
    type Err = NoWindow;

    fn from_str(text: &str) -> Result<Window, NoWindow> {
        let read = || {
            let (from, to) = text.split_once('-')?;
            let (from_min, to_min) = (minutes(from, 0..DAY_MIN)?, minutes(to, 1..DAY_MIN + 1)?);
            (from_min != to_min).then_some(Window { from_min, to_min })
        };
        read().ok_or_else(|| NoWindow { text: text.to_owned() })
    }
}

/// `HH:MM`.
fn minutes(text: &str, among: Range<u16>) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str| -> Option<u16> {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten()
    };
    let (hours, minutes) = (digits(hours)?, digits(minutes).filter(|minutes| *minutes < 60)?);
    Some(hours * 60 + minutes).filter(|minute| among.contains(minute))
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from_min, self.to_min);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// Why nothing is installed now; `B` says what a kiosk is busy with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotNow<B: fmt::Debug> {
    /// It isn't the time for it.
    #[error("updates are installed between {0}")]
    OutsideWindow(Window),
    /// Somebody or some money would be in between.
    #[error("the kiosk is busy: {0:?}")]
    Busy(B),
}

/// May an update be installed at that minute after midnight, on the shop's clock, by a kiosk that is busy with that?
pub fn may_install<B: fmt::Debug>(minute: u16, window: Window, busy: Option<B>) -> Result<(), NotNow<B>> {
    if !window.has(minute) {
        return Err(NotNow::OutsideWindow(window));
    }
    busy.map_or(Ok(()), |busy| Err(NotNow::Busy(busy)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn window(text: &str) -> Window {
        text.parse().unwrap()
    }

    #[test]
    fn hours_are_read_as_they_are_written() {
        for text in ["03:00-05:00", "23:30-01:15", "00:00-24:00", "22:00-24:00"] {
            assert_eq!(window(text).to_string(), text);
        }
        for text in
            ["", "3:00-5:00", "03:00", "03:00-03:00", "24:00-01:00", "03:60-05:00", "+3:00-05:00", "03:00-24:01"]
        {
            assert_eq!(text.parse::<Window>(), Err(NoWindow { text: text.to_owned() }));
        }
    }

    #[test]
    fn the_first_minute_is_inside_and_the_last_isnt() {
        let inside = |text: &str| (0..DAY_MIN).filter(|minute| window(text).has(*minute)).count();
        assert!(window("03:00-05:00").has(180) && !window("03:00-05:00").has(300) && !window("03:00-05:00").has(179));
        assert!(window("23:30-01:15").has(1439) && window("23:30-01:15").has(0) && !window("23:30-01:15").has(75));
        assert_eq!((inside("03:00-05:00"), inside("23:30-01:15"), inside("00:00-24:00")), (120, 105, 1440));
    }

    #[test]
    fn nothing_is_installed_outside_or_while_the_kiosk_is_busy() {
        let night = window("03:00-05:00");
        assert_eq!(may_install::<&str>(200, night, None), Ok(()));
        assert_eq!(may_install(200, night, Some("an order")), Err(NotNow::Busy("an order")));
        assert_eq!(may_install::<&str>(600, night, None), Err(NotNow::OutsideWindow(night)));
        assert_eq!(may_install(600, night, Some("an order")), Err(NotNow::OutsideWindow(night)));
    }
}
