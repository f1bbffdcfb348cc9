//! The barcode reader: a serial device that may be unplugged at any moment and comes back by itself, wherever it is plugged
//! in then; or one that types like a keyboard.
//!
//! Reading order: this file (the task that reads the device), `port` (which device, and how it speaks), `codes` (bytes cut
//! into codes, and what is taken off them), `keyboard` (a scan told from typing).
//!
//! What is scanned may name a person (a membership barcode), so it is handed on and appears in no log.

mod codes;
mod keyboard;
mod port;

use std::{future::Future, io, time::Duration};

use tokio::{
    io::AsyncReadExt,
    sync::mpsc::Sender,
    time::{Instant, timeout},
};
use tokio_serial::SerialStream;
use tokio_util::bytes::BytesMut;

use crate::system;

pub(crate) use codes::Codes;
pub use codes::{Aim, Code, Ending, Form, LONGEST_CODE, Refusal};
use codes::{LONGEST_FRAME, Repeats};
pub use keyboard::{GAP_MS, Key, Keyboard, Stroke, Verdict};
pub use port::{Line, Listed, Port, Serial, Usb, Which, find, keyboards, serial_ports};

/// A code whose end hasn't come after so much silence was cut off: a reader sends one in a single burst.
const SILENCE: Duration = Duration::from_millis(100);
/// The first and the longest pause before the device is looked for again: staff who plug it in see it at once.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What the scanner has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScannerEvent {
    /// The device is open; scans will come.
    Ready {
        /// Where it is, for staff.
        at: String,
    },
    /// The device can't be opened or is gone; it is looked for again for as long as the program runs.
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

/// Reads codes from the device until nobody receives them any more. `list` says what the system has; it is asked again
/// before each try, so that the device is found whatever name it has got since.
///
/// A full queue makes the device wait, so that no scan is lost.
pub async fn run(
    serial: Serial,
    form: Form,
    list: impl Fn() -> io::Result<Vec<Listed>> + Send,
    events: Sender<ScannerEvent>,
) {
    let mut absent_because: Option<String> = None;
    let mut pause = SHORTEST_PAUSE;
    loop {
        let why = match serial.open(&list) {
            Ok((device, path)) => {
                absent_because = None;
                if events.send(ScannerEvent::Ready { at: path.display().to_string() }).await.is_err() {
                    return;
                }
                let opened = Instant::now();
                let ended = read(device, &form, &events).await;
                // One that opens and is gone at once, again and again, is tried ever less often.
                if ended.was_alive || opened.elapsed() >= LONGEST_PAUSE {
                    pause = SHORTEST_PAUSE;
                }
                ended.why
            }
            Err(absent) => absent.to_string(),
        };
        if absent_because.as_ref() != Some(&why) {
            tracing::warn!(scanner = %serial.which, why, "the scanner is absent");
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

/// Says whether a keyboard of this name is plugged in, whenever that changes, until nobody listens. Of one without a name
/// nobody can know.
pub async fn watch(usb: Option<Usb>, list: impl Fn() -> io::Result<Vec<Usb>> + Send, events: Sender<ScannerEvent>) {
    let mut told = None;
    loop {
        let now = match &usb {
            None => match system::keys_are_heard() {
                Ok(()) => ScannerEvent::Ready { at: "a keyboard; whether it is plugged in can't be seen".into() },
                Err(error) => ScannerEvent::Absent { why: error.to_string() },
            },
            Some(usb) => match list() {
                Ok(all) if all.iter().any(|one| usb.is(one)) => {
                    ScannerEvent::Ready { at: format!("a keyboard, {usb}") }
                }
                Ok(_) => ScannerEvent::Absent { why: format!("no keyboard {usb} is plugged in") },
                Err(error) => ScannerEvent::Absent { why: format!("the keyboards can't be listed: {error}") },
            },
        };
        if told.as_ref() != Some(&now) {
            if let ScannerEvent::Absent { why } = &now {
                tracing::warn!(why, "the scanner is absent");
            }
            if events.send(now.clone()).await.is_err() {
                return;
            }
            told = Some(now);
        }
        if unless_closed(&events, tokio::time::sleep(LONGEST_PAUSE)).await.is_none() {
            return;
        }
    }
}

struct Ended {
    why: String,
    was_alive: bool,
}

/// Reads until the device is gone or nobody listens. Takes the device, so that it is closed before it is opened
/// again: it can be open only once.
async fn read(mut device: SerialStream, form: &Form, events: &Sender<ScannerEvent>) -> Ended {
    let (mut codes, mut repeats) = (Codes::new(form.clone()), Repeats::new(form));
    let mut buffer = BytesMut::with_capacity(LONGEST_FRAME);
    let mut was_alive = false;
    loop {
        let quiet = if codes.is_within(&buffer) { SILENCE } else { Duration::MAX };
        let Some(came) = unless_closed(events, timeout(quiet, device.read_buf(&mut buffer))).await else {
            return Ended { why: "the kiosk stops".into(), was_alive };
        };
        let ended_by_silence = match came {
            // An unplugged device answers with an end of file for ever, on other systems with an error.
            Ok(Ok(0)) => {
                return Ended { why: "it was unplugged".into(), was_alive };
            }
            Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => continue,
            Ok(Err(error)) => {
                return Ended { why: error.to_string(), was_alive };
            }
            Ok(Ok(_)) => {
                was_alive = true;
                None
            }
            Err(_silence) => codes.silence(&mut buffer),
        };
        let mut next = ended_by_silence.or_else(|| codes.next(&mut buffer));
        while let Some(event) = next {
            if !repeats.is_repeat(&event, Instant::now()) && events.send(event).await.is_err() {
                return Ended { why: "the kiosk stops".into(), was_alive };
            }
            next = codes.next(&mut buffer);
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
