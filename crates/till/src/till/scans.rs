//! Scans on their way to the loop: none is lost, and however many come, there is room for touches and answers.

use std::{sync::Arc, time::Duration};

use checkout::kiosk::Event;
use tokio::{
    sync::{
        Semaphore,
        mpsc::{self, Receiver, Sender},
    },
    time::Instant,
};

use super::{Desk, Message};
use crate::{
    config,
    scanner::{self, Port, ScannerEvent},
};

/// So many scans wait in the loop's queue at most; the others wait in the reader.
const WAITING: usize = 16;
/// What is refused over and over is told so often.
const TOLD_EVERY: Duration = Duration::from_secs(60);

impl Desk {
    /// Reads the scanner that is configured.
    pub(super) fn read_scanner(&self, config::Scanner { port, form }: config::Scanner) {
        let (events, scans) = mpsc::channel(64);
        match port {
            Port::Serial(serial) => {
                tokio::spawn(scanner::run(serial, form, scanner::serial_ports, events));
            }
            // Its codes come through the window, which has the keys.
            Port::Keyboard { usb, gap_ms: _ } => {
                tokio::spawn(scanner::watch(usb, scanner::keyboards, events));
            }
            // It was put in place before the till was started, or there is none.
            Port::Simulator => return,
        }
        tokio::spawn(hand_on(scans, self.queue.clone()));
    }
}

async fn hand_on(mut scans: Receiver<ScannerEvent>, queue: Sender<Message>) {
    let room = Arc::new(Semaphore::new(WAITING));
    let mut refusals = Refusals::default();
    while let Some(scan) = scans.recv().await {
        refusals.hear(&scan, Instant::now());
        // It is closed never.
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        if queue.send(Message::Scan(event(scan), place)).await.is_err() {
            return;
        }
    }
}

/// What the loop is told.
pub(super) fn event(scan: ScannerEvent) -> Event {
    match scan {
        ScannerEvent::Ready { at } => Event::ScannerIs { ready: true, says: at },
        ScannerEvent::Absent { why } => Event::ScannerIs { ready: false, says: why },
        ScannerEvent::Code(code) => Event::Scanned(code.into_string()),
        ScannerEvent::Refused { reason: _ } => Event::ScanRefused,
    }
}

/// What was refused, for the log: a reader that sends nothing but noise doesn't fill the disk.
#[derive(Default)]
pub(super) struct Refusals {
    told: Option<Instant>,
    since: u32,
}

impl Refusals {
    pub(super) fn hear(&mut self, scan: &ScannerEvent, now: Instant) {
        let ScannerEvent::Refused { reason } = scan else { return };
        self.since = self.since.saturating_add(1);
        if self.told.is_none_or(|told| now.duration_since(told) >= TOLD_EVERY) {
            tracing::warn!(times = self.since, "refused: {reason}");
            (self.told, self.since) = (Some(now), 0);
        }
    }
}
