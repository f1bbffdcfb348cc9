//! The paper in the printer: what is printed on it, line by line, until it is cut.

use super::escpos::Command;
use super::picture::Picture;
use encoding_rs::EUC_KR;
use serde_json::{Value, json};

/// Dots of a letter.
pub(super) const LETTER: (usize, usize) = (12, 24);

/// A letter where it stands in its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Letter {
    pub(super) letter: char,
    /// Columns of one dot-width 12 each, before size.
    pub(super) columns: usize,
    pub(super) size: (usize, usize),
    pub(super) bold: bool,
}

/// What stands on paper, from above.
#[derive(Clone, Debug)]
pub(super) enum Printed {
    Row { letters: Vec<Letter>, justify: u8 },
    Code { data: String, dots: usize, justify: u8 },
    Raster { across: usize, dots: Vec<u8>, justify: u8 },
}

/// A paper that came out.
#[derive(Clone, Debug)]
pub(super) struct Paper {
    /// Letters in a line.
    pub(super) columns: usize,
    pub(super) printed: Vec<Printed>,
    /// It was cut, not torn.
    whole: bool,
    /// Commands that this printer doesn't have.
    unknown: Vec<String>,
}

/// What is under the printing head.
#[derive(Debug)]
pub(super) struct Page {
    columns: usize,
    printed: Vec<Printed>,
    row: Vec<Letter>,
    unknown: Vec<String>,
    bold: bool,
    size: (u8, u8),
    justify: u8,
    code: String,
    code_dots: u8,
}

impl Page {
    pub(super) const fn new(columns: usize) -> Self {
        Self {
            columns,
            printed: Vec::new(),
            row: Vec::new(),
            unknown: Vec::new(),
            bold: false,
            size: (1, 1),
            justify: 0,
            code: String::new(),
            code_dots: 3,
        }
    }

    /// Lines that hang out of the printer.
    pub(super) fn lines(&self) -> usize {
        self.printed.len()
    }

    /// Prints, and says how many lines of the roll that took.
    pub(super) fn take(&mut self, command: Command) -> u32 {
        match command {
            Command::Begin => {
                (self.bold, self.size, self.justify, self.code_dots) = (false, (1, 1), 0, 3);
                self.row.clear();
            }
            Command::Text(bytes) => return self.text(&bytes),
            Command::Feed => return self.feed(),
            Command::Feeds(lines) => {
                let ended = if self.row.is_empty() { 0 } else { self.feed() };
                let rest = u32::from(lines).saturating_sub(ended);
                return ended + (0..rest).map(|_| self.feed()).sum::<u32>();
            }
            Command::Bold(bold) => self.bold = bold,
            Command::Size(wide, high) => self.size = (wide, high),
            Command::Justify(justify) => self.justify = justify,
            Command::CodeSize(dots) => self.code_dots = dots,
            Command::CodeData(data) => self.code = String::from_utf8_lossy(&data).into_owned(),
            Command::CodePrint => {
                let (data, dots) = (self.code.clone(), usize::from(self.code_dots));
                self.printed.push(Printed::Code { data, dots, justify: self.justify });
                return 6;
            }
            Command::Raster(across, dots) => {
                self.printed.push(Printed::Raster { across, dots, justify: self.justify });
                return 1;
            }
            Command::Unknown(first, second) => self.unknown.push(format!("{first:02x} {second:02x}")),
            Command::Other | Command::Cut | Command::AskNow(_) | Command::AskInTurn(_) => {}
        }
        0
    }

    fn text(&mut self, bytes: &[u8]) -> u32 {
        let (text, _, _) = EUC_KR.decode(bytes);
        let size = (usize::from(self.size.0), usize::from(self.size.1));
        let mut lines = 0;
        for letter in text.chars() {
            let columns = if letter.is_ascii() { 1 } else { 2 };
            let used: usize = self.row.iter().map(|letter| letter.columns * letter.size.0).sum();
            // What doesn't fit goes on in the next line, as in every printer.
            if used + columns * size.0 > self.columns {
                lines += self.feed();
            }
            self.row.push(Letter { letter, columns, size, bold: self.bold });
        }
        lines
    }

    fn feed(&mut self) -> u32 {
        let letters = std::mem::take(&mut self.row);
        let high = letters.iter().map(|letter| letter.size.1).max().unwrap_or(1);
        self.printed.push(Printed::Row { letters, justify: self.justify });
        u32::try_from(high).unwrap_or(1)
    }

    /// What hangs out is cut off.
    pub(super) fn cut(&mut self) -> Option<Paper> {
        self.end(true)
    }

    /// What hangs out is torn off.
    pub(super) fn torn(&mut self) -> Option<Paper> {
        self.end(false)
    }

    fn end(&mut self, whole: bool) -> Option<Paper> {
        self.row.clear();
        let printed = std::mem::take(&mut self.printed);
        let unknown = std::mem::take(&mut self.unknown);
        (!printed.is_empty()).then_some(Paper { columns: self.columns, printed, whole, unknown })
    }
}

impl Paper {
    /// What stands on it.
    pub(super) fn tell(&self, number: u32) -> Value {
        let rows = self.printed.iter().map(|printed| match printed {
            Printed::Row { letters, .. } => letters.iter().map(|letter| letter.letter).collect::<String>(),
            Printed::Code { data, .. } => format!("[{data}]"),
            Printed::Raster { .. } => "[picture]".to_owned(),
        });
        let codes = self.printed.iter().filter_map(|printed| match printed {
            Printed::Code { data, .. } => Some(data.clone()),
            Printed::Row { .. } | Printed::Raster { .. } => None,
        });
        json!({
            "number": number,
            "whole": self.whole,
            "rows": rows.map(|row| row.trim_end().to_owned()).collect::<Vec<_>>(),
            "codes": codes.collect::<Vec<_>>(),
            "unknown": self.unknown,
        })
    }

    /// Its picture.
    pub(super) fn png(&self) -> Option<Vec<u8>> {
        Picture::of(self).png()
    }
}
