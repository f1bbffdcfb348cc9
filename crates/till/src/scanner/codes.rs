//! What a reader sends, cut into codes, and what is taken off them.

use std::time::Duration;

use thiserror::Error;
use tokio::time::Instant;
use tokio_util::bytes::BytesMut;

use super::ScannerEvent;

/// The most characters that a code may have.
pub const LONGEST_CODE: usize = 256;
/// The same in bytes: no character of UTF-8 has more than four.
pub(super) const LONGEST_FRAME: usize = LONGEST_CODE * 4;

/// A scanned text. Debug output shows its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// The text itself, for the one that was meant to get it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Code({} characters)", self.0.chars().count())
    }
}

/// Why a scan is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// More than [`LONGEST_CODE`] characters. Dropped to its end or silence and reported once.
    #[error("a scan of more than {LONGEST_CODE} characters")]
    TooLong,
    /// Control characters, or bytes that aren't UTF-8.
    #[error("a scan that is no text")]
    NotText,
    /// Its end didn't come, or it lacks the prefix or suffix that each code of this reader has.
    #[error("a scan that was cut off")]
    CutOff,
}

/// How this reader writes its codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Stands before each code and isn't part of it; may be empty.
    pub prefix: String,
    /// Stands behind each code, before its ending, and isn't part of it; may be empty.
    pub suffix: String,
    /// What ends a code.
    pub ending: Ending,
    /// What becomes of AIM's symbology identifiers.
    pub aim: Aim,
    /// The same code again within so long of the last time is the same scan, ms; 0: each counts.
    pub same_ms: u32,
}

/// What ends a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// CR, LF or both; of a keyboard its Enter.
    #[default]
    Enter,
    /// A tab, CR or LF; of a keyboard its Tab or Enter.
    Tab,
    /// Nothing: the reader pauses.
    Silence,
}

/// What becomes of the symbology identifier (`]C1`, ISO/IEC 15424) that a reader can write before a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aim {
    /// It is taken off: the module and the catalog know codes without it.
    #[default]
    Strip,
    /// It stays.
    Keep,
}

impl Form {
    const fn ends(&self, byte: u8) -> bool {
        matches!(byte, b'\r' | b'\n') || (matches!(self.ending, Ending::Tab) && byte == b'\t')
    }

    /// The code in what was scanned between two ends.
    pub(super) fn judge(&self, text: &str) -> ScannerEvent {
        let refused = |reason| ScannerEvent::Refused { reason };
        if text.chars().count() > LONGEST_CODE {
            return refused(Refusal::TooLong);
        }
        let inside = text.strip_prefix(self.prefix.as_str()).and_then(|text| text.strip_suffix(self.suffix.as_str()));
        let Some(inside) = inside else { return refused(Refusal::CutOff) };
        let code = match self.aim {
            Aim::Strip => without_aim(inside),
            Aim::Keep => inside,
        };
        match code {
            "" => refused(Refusal::CutOff),
            code if code.chars().any(char::is_control) => refused(Refusal::NotText),
            code => ScannerEvent::Code(Code(code.to_owned())),
        }
    }
}

/// The code behind `]`, a letter for the symbology and a letter or digit for what the reader did with it.
fn without_aim(text: &str) -> &str {
    match text.as_bytes() {
        [b']', symbology, modifier, _, ..] if symbology.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric() => {
            text.get(3..).unwrap_or(text)
        }
        _ => text,
    }
}

/// Cuts what comes from the device into codes.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    form: Form,
    /// What comes until the next end belongs to a scan that was already refused as too long.
    dropping: bool,
}

impl Codes {
    pub(crate) fn new(form: Form) -> Codes {
        Codes { form, dropping: false }
    }

    pub(crate) fn next(&mut self, bytes: &mut BytesMut) -> Option<ScannerEvent> {
        loop {
            let Some(end) = bytes.iter().position(|byte| self.form.ends(*byte)) else {
                if self.dropping {
                    bytes.clear();
                } else if bytes.len() > LONGEST_FRAME {
                    bytes.clear();
                    self.dropping = true;
                    return Some(ScannerEvent::Refused { reason: Refusal::TooLong });
                }
                return None;
            };
            let frame = bytes.split_to(end + 1);
            if std::mem::take(&mut self.dropping) {
                continue;
            }
            // The LF of a CRLF, too, ends an empty frame.
            if let Some(frame) = frame.get(..end).filter(|frame| !frame.is_empty()) {
                return Some(self.judge(frame));
            }
        }
    }

    fn judge(&self, frame: &[u8]) -> ScannerEvent {
        match std::str::from_utf8(frame) {
            Ok(text) => self.form.judge(text),
            Err(_) if frame.len() > LONGEST_FRAME => ScannerEvent::Refused { reason: Refusal::TooLong },
            Err(_) => ScannerEvent::Refused { reason: Refusal::NotText },
        }
    }

    /// Is a scan under way whose end hasn't come?
    pub(super) fn is_within(&self, bytes: &BytesMut) -> bool {
        self.dropping || !bytes.is_empty()
    }

    /// Nothing more comes: that ends a code, or it was cut off. Says what it was, unless that was said already.
    pub(crate) fn silence(&mut self, bytes: &mut BytesMut) -> Option<ScannerEvent> {
        let frame = std::mem::take(bytes);
        if std::mem::take(&mut self.dropping) || frame.is_empty() {
            return None;
        }
        Some(match self.form.ending {
            Ending::Silence => self.judge(&frame),
            Ending::Enter | Ending::Tab => ScannerEvent::Refused { reason: Refusal::CutOff },
        })
    }
}

/// Knows a code that a reader reads on and on while it lies before it.
#[derive(Debug)]
pub(super) struct Repeats {
    within: Duration,
    last: Option<(Code, Instant)>,
}

impl Repeats {
    pub(super) fn new(form: &Form) -> Repeats {
        Repeats { within: Duration::from_millis(form.same_ms.into()), last: None }
    }

    /// Is it the code that was there just now? However long it lies there, it is one scan.
    pub(super) fn is_repeat(&mut self, event: &ScannerEvent, now: Instant) -> bool {
        let ScannerEvent::Code(code) = event else { return false };
        if self.within.is_zero() {
            return false;
        }
        let again = self
            .last
            .as_ref()
            .is_some_and(|(last, at)| last == code && now.saturating_duration_since(*at) < self.within);
        self.last = Some((code.clone(), now));
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of these pieces, arriving one by one without a pause.
    fn codes(pieces: &[&[u8]]) -> Vec<ScannerEvent> {
        with(&Form::default(), pieces)
    }

    fn with(form: &Form, pieces: &[&[u8]]) -> Vec<ScannerEvent> {
        let (mut codes, mut buffer, mut events) = (Codes::new(form.clone()), BytesMut::new(), Vec::new());
        for piece in pieces {
            buffer.extend_from_slice(piece);
            events.extend(std::iter::from_fn(|| codes.next(&mut buffer)));
            assert!(buffer.len() <= LONGEST_FRAME, "what is kept is bounded");
        }
        events
    }

    fn code(text: &str) -> ScannerEvent {
        ScannerEvent::Code(Code(text.to_owned()))
    }

    const fn refused(reason: Refusal) -> ScannerEvent {
        ScannerEvent::Refused { reason }
    }

    const TOO_LONG: ScannerEvent = refused(Refusal::TooLong);

    #[test]
    fn a_code_may_come_in_pieces() {
        assert_eq!(codes(&[b"88", b"0", b"1", b"\r", b"\n8", b"802\n"]), [code("8801"), code("8802")]);
        assert_eq!(codes(&[b"\xea", b"\xb0", b"\x80\r"]), [code("가")]);
    }

    #[test]
    fn an_endless_scan_is_refused_once_and_dropped_to_its_line_end() {
        let endless = [b'7'; 500];
        let mut pieces = vec![&endless[..]; 100];
        pieces.extend([&b"\r8801\r"[..]]);
        assert_eq!(codes(&pieces), [TOO_LONG, code("8801")]);
    }

    #[test]
    fn after_silence_an_endless_scan_does_not_take_the_next_one_along() {
        let (mut codes, mut buffer) = (Codes::default(), BytesMut::from(&[b'7'; 2000][..]));
        assert_eq!(codes.next(&mut buffer), Some(TOO_LONG));
        assert!(codes.is_within(&buffer));
        assert_eq!(codes.silence(&mut buffer), None, "it was refused already");
        buffer.extend_from_slice(b"8801\r");
        assert_eq!(codes.next(&mut buffer), Some(code("8801")));
    }

    #[test]
    fn prefix_and_suffix_are_taken_off_and_what_lacks_one_was_cut_off() {
        let form = Form { prefix: "\u{2}A-".into(), suffix: "\u{3}".into(), ..Form::default() };
        assert_eq!(with(&form, &[b"\x02A-8801\x03\r"]), [code("8801")]);
        for half in [&b"8801\x03\r"[..], b"\x02A-8801\r", b"\x02A-\x03\r", b"A-8801\x03\r"] {
            assert_eq!(with(&form, &[half]), [refused(Refusal::CutOff)], "{half:?}");
        }
        assert_eq!(with(&form, &[b"\x02A-88\x0201\x03\r"]), [refused(Refusal::NotText)], "one within a code");
    }

    #[test]
    fn a_symbology_identifier_is_taken_off_or_stays() {
        let keep = Form { aim: Aim::Keep, ..Form::default() };
        for (sent, stripped) in
            [("]C18801", "8801"), ("]E08801234511117", "8801234511117"), ("]Q3가나", "가나"), ("]d2]C1", "]C1")]
        {
            let sent_line = format!("{sent}\r");
            assert_eq!(codes(&[sent_line.as_bytes()]), [code(stripped)]);
            assert_eq!(with(&keep, &[sent_line.as_bytes()]), [code(sent)]);
        }
        // None of these is one.
        for plain in ["8801]C1", "]C", "]C1", "]11880", "]C-8801", "]가18801"] {
            assert_eq!(codes(&[format!("{plain}\r").as_bytes()]), [code(plain)]);
        }
        let prefixed = Form { prefix: "P".into(), ..Form::default() };
        assert_eq!(with(&prefixed, &[b"P]C18801\r"]), [code("8801")]);
    }

    #[test]
    fn a_code_ends_as_the_reader_ends_it() {
        let tab = Form { ending: Ending::Tab, ..Form::default() };
        assert_eq!(with(&tab, &[b"8801\t8802\r"]), [code("8801"), code("8802")]);
        assert_eq!(codes(&[b"8801\t8802\r"]), [refused(Refusal::NotText)]);
        let mut silent = Codes::new(Form { ending: Ending::Silence, ..Form::default() });
        let mut buffer = BytesMut::from(&b"8801"[..]);
        assert_eq!(silent.next(&mut buffer), None);
        assert_eq!(silent.silence(&mut buffer), Some(code("8801")));
        assert_eq!(silent.silence(&mut buffer), None);
        assert_eq!(Codes::default().silence(&mut BytesMut::from(&b"88"[..])), Some(refused(Refusal::CutOff)));
    }

    #[test]
    fn a_code_that_stays_before_the_reader_is_one_scan_until_it_was_away() {
        let began = Instant::now();
        let at = |ms| began + Duration::from_millis(ms);
        let mut repeats = Repeats::new(&Form { same_ms: 500, ..Form::default() });
        let seen = |repeats: &mut Repeats, text: &str, ms| repeats.is_repeat(&code(text), at(ms));
        let all: Vec<bool> = [0, 499, 998, 1497, 1997].map(|ms| seen(&mut repeats, "8801", ms)).into();
        assert_eq!(all, [false, true, true, true, false]);
        assert!(!seen(&mut repeats, "8802", 2000), "another one");
        assert!(!seen(&mut repeats, "8801", 2001), "and the first one again");
        assert!(!repeats.is_repeat(&TOO_LONG, at(2002)) && !repeats.is_repeat(&TOO_LONG, at(2003)));
        let mut each = Repeats::new(&Form::default());
        assert!(!seen(&mut each, "8801", 0) && !seen(&mut each, "8801", 0), "each counts");
    }
}
