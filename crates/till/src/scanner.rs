//! The barcode reader: a serial device that may be unplugged at any moment and comes back by itself.
//!
//! What is scanned may name a person (a membership barcode), so it is handed on and appears in no log.

use std::{
    future::Future,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use thiserror::Error;
use tokio::{
    io::AsyncReadExt,
    sync::mpsc::Sender,
    time::{Instant, timeout},
};
use tokio_serial::{SerialPortBuilderExt, SerialStream};
use tokio_util::bytes::BytesMut;

/// The most characters that a code may have.
pub const LONGEST_CODE: usize = 256;
/// The same in bytes: no character of UTF-8 has more than four.
const LONGEST_FRAME: usize = LONGEST_CODE * 4;
/// A code whose end hasn't come after so much silence was cut off: a reader sends one in a single burst.
const SILENCE: Duration = Duration::from_millis(100);
/// The first and the longest pause before the device is opened again.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What the scanner has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScannerEvent {
    /// The device is open; scans will come.
    Ready,
    /// The device can't be opened or is gone; it is tried again for as long as the program runs.
    Absent {
        /// For staff.
        why: String,
    },
    /// A whole code of 1 to [`LONGEST_CODE`] printable characters.
    Code(Code),
    /// Something was scanned that isn't a code.
    Refused {
        /// What was wrong with it.
        reason: Refusal,
    },
}

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
    /// More than [`LONGEST_CODE`] characters. Dropped to the next line end or silence and reported once.
    #[error("a scan of more than {LONGEST_CODE} characters")]
    TooLong,
    /// Control characters, or bytes that aren't UTF-8.
    #[error("a scan that is no text")]
    NotText,
    /// No line end came.
    #[error("a scan that was cut off")]
    CutOff,
}

/// Reads codes from the device at `port` until nobody receives them any more.
///
/// `port` should be a stable name (`/dev/serial/by-id/…` or a udev link), because it is opened by it again and
/// again. A full queue makes the device wait, so that no scan is lost.
pub async fn run(port: PathBuf, baud: u32, events: Sender<ScannerEvent>) {
    let mut absent_because: Option<String> = None;
    let mut pause = SHORTEST_PAUSE;
    loop {
        let why = match open(&port, baud) {
            Ok(device) => {
                absent_because = None;
                if events.send(ScannerEvent::Ready).await.is_err() {
                    return;
                }
                let opened = Instant::now();
                let ended = read(device, &events).await;
                // One that opens and is gone at once, again and again, is tried ever less often.
                if ended.was_alive || opened.elapsed() >= LONGEST_PAUSE {
                    pause = SHORTEST_PAUSE;
                }
                ended.why
            }
            Err(error) => error.to_string(),
        };
        if absent_because.as_ref() != Some(&why) {
            tracing::warn!(port = %port.display(), why, "the scanner is absent");
            if events.send(ScannerEvent::Absent { why: why.clone() }).await.is_err() {
                return;
            }
            absent_because = Some(why);
        }
        if unless_closed(&events, tokio::time::sleep(pause)).await.is_none() {
            return;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn open(port: &Path, baud: u32) -> Result<SerialStream, tokio_serial::Error> {
    tokio_serial::new(port.to_string_lossy(), baud).open_native_async()
}

struct Ended {
    why: String,
    was_alive: bool,
}

/// Reads until the device is gone or nobody listens. Takes the device, so that it is closed before it is opened
/// again: it can be open only once.
async fn read(mut device: SerialStream, events: &Sender<ScannerEvent>) -> Ended {
    let mut codes = Codes::default();
    let mut buffer = BytesMut::with_capacity(LONGEST_FRAME);
    let mut was_alive = false;
    loop {
        let quiet = if codes.is_within(&buffer) { SILENCE } else { Duration::MAX };
        let Some(came) = unless_closed(events, timeout(quiet, device.read_buf(&mut buffer))).await else {
            return Ended { why: "the kiosk stops".into(), was_alive };
        };
        match came {
            // An unplugged device answers with an end of file for ever, on other systems with an error.
            Ok(Ok(0)) => {
                return Ended { why: "it was unplugged".into(), was_alive };
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(Err(error)) => {
                return Ended { why: error.to_string(), was_alive };
            }
            Ok(Ok(_)) => was_alive = true,
            Err(_silence) => {
                if let Some(reason) = codes.give_up(&mut buffer)
                    && events.send(ScannerEvent::Refused { reason }).await.is_err()
                {
                    return Ended { why: "the kiosk stops".into(), was_alive };
                }
                continue;
            }
        }
        while let Some(event) = codes.next(&mut buffer) {
            if events.send(event).await.is_err() {
                return Ended { why: "the kiosk stops".into(), was_alive };
            }
        }
    }
}

/// What `future` gives, or nothing when the last receiver went away first.
async fn unless_closed<T>(events: &Sender<ScannerEvent>, future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = events.closed() => None,
        value = future => Some(value),
    }
}

/// Cuts what comes from the device into codes: each ends with CR, LF or both.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    /// What comes until the next line end belongs to a scan that was already refused as too long.
    dropping: bool,
}

impl Codes {
    pub(crate) fn next(&mut self, bytes: &mut BytesMut) -> Option<ScannerEvent> {
        loop {
            let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
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
                return Some(judge(frame));
            }
        }
    }

    /// Is a scan under way whose end hasn't come?
    fn is_within(&self, bytes: &BytesMut) -> bool {
        self.dropping || !bytes.is_empty()
    }

    /// Forgets a scan whose end doesn't come. Says what it was, unless that was said already.
    pub(crate) fn give_up(&mut self, bytes: &mut BytesMut) -> Option<Refusal> {
        let cut_off = !bytes.is_empty() && !self.dropping;
        bytes.clear();
        self.dropping = false;
        cut_off.then_some(Refusal::CutOff)
    }
}

fn judge(frame: &[u8]) -> ScannerEvent {
    let refused = |reason| ScannerEvent::Refused { reason };
    match std::str::from_utf8(frame) {
        Ok(text) if text.chars().count() > LONGEST_CODE => refused(Refusal::TooLong),
        Ok(text) if text.chars().any(char::is_control) => refused(Refusal::NotText),
        Ok(text) => ScannerEvent::Code(Code(text.to_owned())),
        Err(_) if frame.len() > LONGEST_FRAME => refused(Refusal::TooLong),
        Err(_) => refused(Refusal::NotText),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of these pieces, arriving one by one without a pause.
    fn codes(pieces: &[&[u8]]) -> Vec<ScannerEvent> {
        let (mut codes, mut buffer, mut events) = (Codes::default(), BytesMut::new(), Vec::new());
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

    const TOO_LONG: ScannerEvent = ScannerEvent::Refused { reason: Refusal::TooLong };

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
        assert_eq!(codes.give_up(&mut buffer), None, "it was refused already");
        buffer.extend_from_slice(b"8801\r");
        assert_eq!(codes.next(&mut buffer), Some(code("8801")));
    }
}
