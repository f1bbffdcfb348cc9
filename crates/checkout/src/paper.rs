//! Paper: lines, and how they stand in the columns of a printer. What they say is [`receipt`](crate::receipt)'s.

/// A line of paper, as it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The shop's picture, where the printer was given one.
    Logo,
    /// In the middle, twice as wide and high.
    Title(String),
    /// In the middle.
    Centre(String),
    /// From the left, over as many lines as it needs.
    Text(String),
    /// Something, and its figure at the right.
    Pair(String, String),
    /// The same, bold.
    Sum(String, String),
    /// In the middle, four times as wide and high: what is called out, and read from afar.
    Number(String),
    /// A code for readers.
    Code(String),
    /// From edge to edge.
    Rule,
    /// Nothing.
    Space,
}

/// What comes out of the printer in one piece.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper(pub Vec<Line>);

/// A line of paper, as it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Printed {
    /// The shop's picture.
    Logo,
    /// A code for readers.
    Code(String),
    /// A row of text. One that is larger than usual stands in the middle; any other has its own blanks before it.
    Row {
        /// It fits.
        text: String,
        /// So many times as wide and high as usual.
        size: u8,
        /// Thicker.
        bold: bool,
    },
}

/// How the printer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrinterState {
    /// It prints.
    Ready,
    /// It prints, and its roll ends soon.
    PaperLow,
    /// There is no paper in it.
    PaperOut,
    /// Its cover is open.
    CoverOpen,
    /// It says that something is wrong with it.
    Faulty,
    /// It isn't there, or doesn't answer.
    #[default]
    Away,
}

impl PrinterState {
    /// Does what is printed now come out?
    pub const fn prints(self) -> bool {
        match self {
            PrinterState::Ready | PrinterState::PaperLow => true,
            PrinterState::PaperOut | PrinterState::CoverOpen | PrinterState::Faulty | PrinterState::Away => false,
        }
    }

    /// For the log and for those who help.
    pub const fn words(self) -> &'static str {
        match self {
            PrinterState::Ready => "ready",
            PrinterState::PaperLow => "paper low",
            PrinterState::PaperOut => "no paper",
            PrinterState::CoverOpen => "cover open",
            PrinterState::Faulty => "an error",
            PrinterState::Away => "no answer",
        }
    }
}

/// What became of a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrintOutcome {
    /// It came out: the printer says that it is through with it.
    Printed,
    /// Nothing of it was sent to the printer.
    NotBegun,
    /// It was sent, and nobody knows how much of it came out. It is never printed again by itself.
    Unknown,
}

impl Paper {
    /// How it stands in so many columns: nothing is cut off, what is too long goes on in the next line.
    pub fn laid(&self, columns: usize) -> Vec<Printed> {
        let row = |text: String, size, bold| Printed::Row { text, size, bold };
        let mut laid = Vec::new();
        for line in &self.0 {
            match line {
                Line::Logo => laid.push(Printed::Logo),
                Line::Code(text) => laid.push(Printed::Code(text.clone())),
                Line::Title(text) => laid.extend(wrapped(text, columns / 2).into_iter().map(|text| row(text, 2, true))),
                Line::Number(text) => {
                    laid.extend(wrapped(text, columns / 4).into_iter().map(|text| row(text, 4, true)))
                }
                Line::Centre(text) => laid.extend(centred(text, columns).map(|text| row(text, 1, false))),
                Line::Text(text) => {
                    laid.extend(wrapped(text, columns).into_iter().map(|text| row(text, 1, false)));
                }
                Line::Pair(left, right) => {
                    laid.extend(pair(left, right, columns).into_iter().map(|text| row(text, 1, false)));
                }
                Line::Sum(left, right) => {
                    laid.extend(pair(left, right, columns).into_iter().map(|text| row(text, 1, true)));
                }
                Line::Rule => laid.push(row("-".repeat(columns), 1, false)),
                Line::Space => laid.push(row(String::new(), 1, false)),
            }
        }
        laid
    }

    /// The same as text, without what only a printer can do.
    pub fn text(&self, columns: usize) -> String {
        let mut text = String::new();
        for line in self.laid(columns) {
            match line {
                Printed::Row { text: row, size: 1, .. } => text.push_str(row.trim_end()),
                Printed::Row { text: row, .. } => text.extend(centred(&row, columns)),
                Printed::Code(code) => text.push_str(&code),
                Printed::Logo => continue,
            }
            text.push('\n');
        }
        text
    }
}

/// How many columns a character takes: one that isn't ASCII is as wide as two that are, in the fonts of printers.
pub const fn width_of(character: char) -> usize {
    if character.is_ascii() { 1 } else { 2 }
}

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(width_of).sum()
}

/// Over as many lines as it needs: between words where one can.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut room = columns;
    let indent = text.len() - text.trim_start_matches(' ').len();
    let (indent, text) = text.split_at(indent);
    if let Some(first) = lines.last_mut() {
        first.push_str(indent);
        room = room.saturating_sub(width(indent));
    }
    let mut begins = true;
    for word in text.split(' ') {
        let needs = width(word) + usize::from(!begins);
        if needs <= room {
            if let Some(line) = lines.last_mut() {
                if !begins {
                    line.push(' ');
                }
                line.push_str(word);
            }
            room -= needs;
        } else {
            if !begins {
                lines.push(indent.to_owned());
                room = columns.saturating_sub(width(indent));
            }
            // A word that is longer than a line is cut where the line ends.
            for character in word.chars() {
                if width_of(character) > room {
                    lines.push(indent.to_owned());
                    room = columns.saturating_sub(width(indent));
                }
                if let Some(line) = lines.last_mut() {
                    line.push(character);
                }
                room = room.saturating_sub(width_of(character));
            }
        }
        begins = false;
    }
    lines
}

fn centred(text: &str, columns: usize) -> impl Iterator<Item = String> + use<> {
    wrapped(text, columns).into_iter().map(move |line| {
        let before = columns.saturating_sub(width(&line)) / 2;
        format!("{}{line}", " ".repeat(before))
    })
}

/// Left and right in one line; where they don't fit, the right one at the end of the last.
fn pair(left: &str, right: &str, columns: usize) -> Vec<String> {
    let right_width = width(right);
    if right_width >= columns {
        return wrapped(left, columns).into_iter().chain(wrapped(right, columns)).collect();
    }
    let mut lines = wrapped(left, columns);
    let last = lines.last().map(|line| width(line)).unwrap_or_default();
    if last + 1 + right_width > columns {
        lines.push(String::new());
    }
    if let Some(line) = lines.last_mut() {
        let gap = columns - right_width - width(line);
        line.push_str(&" ".repeat(gap));
        line.push_str(right);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(line: Line, columns: usize) -> Vec<String> {
        let text = Paper(vec![line]).text(columns);
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_syllable_is_two_columns_wide() {
        assert_eq!(rows(Line::Pair("아메리카노 x 2".into(), "6,000".into()), 24), ["아메리카노 x 2     6,000"]);
        assert_eq!(rows(Line::Centre("가나".into()), 10), ["   가나"]);
        assert_eq!(rows(Line::Title("가나".into()), 20), ["        가나"]);
    }

    #[test]
    fn what_is_too_long_goes_on_in_the_next_line() {
        assert_eq!(
            rows(Line::Pair("아이스 바닐라 라떼 x 2".into(), "12,000".into()), 20),
            ["아이스 바닐라 라떼 x", "2             12,000"]
        );
        assert_eq!(rows(Line::Pair("가나다라마".into(), "1,000".into()), 12), ["가나다라마", "       1,000"]);
        assert_eq!(rows(Line::Text("  가나다라마바".into()), 8), ["  가나다", "  라마바"]);
        assert_eq!(rows(Line::Text("서울시 종로구 1".into()), 9), ["서울시", "종로구 1"]);
    }

    proptest! {
        #[test]
        fn nothing_is_cut_off_and_nothing_is_wider_than_the_paper(
            left in "[ 가-힣a-z×,]{0,60}", right in "[0-9,가-힣]{0,30}", columns in 24usize..49,
        ) {
            let whole = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            let lines = [Line::Pair(left.clone(), right.clone()), Line::Centre(left.clone()), Line::Text(left.clone())];
            for (line, said) in lines.into_iter().zip([format!("{left}{right}"), left.clone(), left]) {
                let rows = rows(line, columns);
                prop_assert!(rows.iter().all(|row| width(row) <= columns), "{:?}", rows);
                prop_assert_eq!(whole(&rows.concat()), whole(&said));
            }
        }
    }
}
