//! What is printed, handed to the printer's own task, and what that says.

use checkout::{
    kiosk::Event,
    paper::{Paper, PrintOutcome},
};
use tokio::sync::mpsc;

use super::{Desk, Message};
use crate::{
    config::Printer,
    printer::{self, Job, MOST_WAITING, Patience, PrinterEvent, Style, encode},
};

/// The way to the printer.
pub(super) struct Press {
    jobs: mpsc::Sender<Job>,
    style: Style,
}

impl Desk {
    pub(super) fn begin_printing(&mut self, printer: Printer) {
        let (jobs, to_print) = mpsc::channel(MOST_WAITING);
        let (events, mut said) = mpsc::channel(MOST_WAITING);
        tokio::spawn(printer::run(printer.port, Patience::default(), to_print, events));
        self.press = Some(Press { jobs, style: printer.style });
        let queue = self.queue.clone();
        tokio::spawn(async move {
            while let Some(event) = said.recv().await {
                let event = match event {
                    PrinterEvent::Is(state) => Event::PrinterIs(state),
                    PrinterEvent::Came(name, outcome) => Event::Printed(name, outcome),
                };
                if queue.send(Message::Event(event)).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Hands a paper over, and waits for nothing.
    pub(super) fn print(&mut self, name: u32, paper: &Paper) {
        let handed_over = self.press.as_ref().is_some_and(|press| match encode(paper, &press.style) {
            Ok(bytes) => press.jobs.try_send(Job { name, bytes }).is_ok(),
            Err(unprintable) => {
                tracing::error!("a paper isn't printed: {unprintable}");
                false
            }
        });
        if !handed_over {
            self.soon.push_back(Event::Printed(name, PrintOutcome::NotBegun));
        }
    }
}
