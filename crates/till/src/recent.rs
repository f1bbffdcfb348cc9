//! The last lines of the log, for whoever is asked to help: the log itself belongs to the system.

use std::{
    collections::VecDeque,
    io::{self, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// So many lines are kept, each of so many bytes at most.
const LINES: usize = 2_000;
const LONGEST: usize = 2_000;

/// What this program said last. A program has one log, so there is one of it.
pub static RECENT: Recent = Recent { lines: Mutex::new(VecDeque::new()) };

/// The last lines of a log.
#[derive(Debug)]
pub struct Recent {
    lines: Mutex<VecDeque<String>>,
}

impl Recent {
    /// Writes to `out`, and keeps what is written.
    pub fn beside<W: Write>(&'static self, out: W) -> Beside<W> {
        Beside { out, recent: self }
    }

    /// The lines, the oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    /// Keeps this; each line has its end already.
    fn keep(&self, text: &[u8]) {
        let mut lines = self.lock();
        for line in String::from_utf8_lossy(text).lines() {
            if lines.len() == LINES {
                lines.pop_front();
            }
            lines.push_back(line.chars().take(LONGEST).collect());
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<String>> {
        // Whoever panicked while it kept a line left whole lines behind.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A writer that is also kept.
#[derive(Debug)]
pub struct Beside<W> {
    out: W,
    recent: &'static Recent,
}

impl<W: Write> Write for Beside<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        // Whole, so that what is kept are lines even when the system takes less at once.
        self.out.write_all(text)?;
        self.recent.keep(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_no_more() {
        static LOG: Recent = Recent { lines: Mutex::new(VecDeque::new()) };
        let mut out = LOG.beside(Vec::new());
        for line in 0..LINES + 3 {
            out.write_all(format!("line {line}\n").as_bytes()).unwrap();
        }
        out.write_all(format!("{}\n", "x".repeat(LONGEST + 9)).as_bytes()).unwrap();
        let lines = LOG.lines();
        assert_eq!((lines.len(), lines.first().unwrap().as_str()), (LINES, "line 4"));
        assert_eq!(lines.last().unwrap().len(), LONGEST);
        assert!(out.out.ends_with(b"x\n"), "and all of it is written");
    }
}
