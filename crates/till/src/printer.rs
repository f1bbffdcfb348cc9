//! The receipt printer: ESC/POS over USB, a serial line or TCP. It may be unplugged, run out of paper or hang at any moment,
//! and nobody but its own task waits for it.
//!
//! A paper is printed at most once. Its bytes go to one connection; when the printer then answers what was asked behind them,
//! it came out. Whatever else happens, nobody knows how much of it did, and it is never sent again by itself.

mod connection;
mod encode;
mod raster;

use std::{collections::VecDeque, future::Future, time::Duration};

use checkout::paper::{PrintOutcome, PrinterState};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::mpsc::{Receiver, Sender},
    time::{Instant, sleep_until, timeout},
};

pub use connection::Port;
use connection::{Line, NoPrinter, open};
pub use encode::{Letters, Style, Unprintable, encode};
pub use raster::{Bitmap, Drawn, NoPicture};

/// How long the printer has for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Between two looks at how it is.
    pub looks: Duration,
    /// To answer how it is: it does so at once, whatever it prints.
    pub answers: Duration,
    /// To take a portion of a paper.
    pub takes: Duration,
    /// To come to the end of what it took.
    pub comes: Duration,
    /// A paper that can't begin within so long isn't printed: whoever wanted it has left.
    pub waits: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        let seconds = Duration::from_secs;
        Patience { looks: seconds(1), answers: seconds(1), takes: seconds(5), comes: seconds(20), waits: seconds(15) }
    }
}

/// No more comes of what it had to say.
const QUIET: Duration = Duration::from_millis(100);
/// The first and the longest pause before it is opened again.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// What is written at once, bytes.
const PORTION: usize = 512;
/// Papers that wait at most.
pub const MOST_WAITING: usize = 8;

/// Real-time: is it on line (1), why is it not (2), how is the paper (4)? Answered at once, also out of paper.
const ON_LINE: u8 = 1;
const WHY_NOT: u8 = 2;
const ROLL: u8 = 4;
/// In its turn: answered when all before it is printed.
const THROUGH: [u8; 3] = [0x1d, b'r', 1];
/// The rest of a paper that was torn off: to its own piece, so that it hangs at nobody else's.
const CUT_OFF: [u8; 8] = [0x1b, b'@', 0x1b, b'd', 4, 0x1d, b'V', 1];

/// A paper that is to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub name: u32,
    /// What the printer is sent.
    pub bytes: Vec<u8>,
}

/// What the printer has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterEvent {
    /// How it is, when that changes.
    Is(PrinterState),
    /// What became of the paper of that name. Each has one such end.
    Came(u32, PrintOutcome),
}

/// Prints until nobody has anything to print any more.
pub async fn run(port: Port, patience: Patience, jobs: Receiver<Job>, events: Sender<PrinterEvent>) {
    let mut desk = Desk { patience, jobs, events, waiting: VecDeque::new(), told: None, torn: false };
    let mut pause = SHORTEST_PAUSE;
    loop {
        let ended = match open(&port).await {
            Ok(line) => {
                let connection = Connection { line, patience, through: false };
                let opened = Instant::now();
                let ended = desk.serve(connection).await;
                if opened.elapsed() >= LONGEST_PAUSE {
                    pause = SHORTEST_PAUSE;
                }
                ended
            }
            Err(no_printer) => Ended::Lost(no_printer),
        };
        match ended {
            Ended::Over => return,
            Ended::Lost(why) => {
                if desk.told != Some(PrinterState::Away) {
                    tracing::warn!("the printer {port} is away: {why}");
                }
                // One that stopped answers how it is, and is only opened anew.
                let away = !matches!(why, NoPrinter::Stopped(_));
                if away && !desk.tell(PrinterState::Away).await || !desk.wait(pause).await {
                    return;
                }
            }
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Why a connection isn't served any more.
enum Ended {
    /// Nobody has anything to print any more.
    Over,
    Lost(NoPrinter),
}

impl From<NoPrinter> for Ended {
    fn from(why: NoPrinter) -> Ended {
        Ended::Lost(why)
    }
}

/// What waits, and what was told.
struct Desk {
    patience: Patience,
    jobs: Receiver<Job>,
    events: Sender<PrinterEvent>,
    waiting: VecDeque<(Job, Instant)>,
    told: Option<PrinterState>,
    /// The last paper didn't come to its end.
    torn: bool,
}

impl Desk {
    /// Prints what comes over one connection, until it ends.
    async fn serve(&mut self, mut connection: Connection) -> Ended {
        let mut in_step = false;
        loop {
            let state = match connection.state().await {
                Ok(state) => state,
                Err(why) => return why.into(),
            };
            if state.prints() && !in_step {
                // What it still had of an earlier connection comes out first, and its answers with it.
                if let Err(why) = connection.catch_up().await {
                    return why.into();
                }
                in_step = true;
            }
            if !self.tell(state).await {
                return Ended::Over;
            }
            if state.prints()
                && let Some((job, _)) = self.waiting.pop_front()
            {
                let (outcome, lost) = self.print(&mut connection, &job).await;
                tracing::info!(paper = job.name, ?outcome, "printed");
                if !self.say(PrinterEvent::Came(job.name, outcome)).await {
                    return Ended::Over;
                }
                if let Some(why) = lost {
                    return why.into();
                }
                continue;
            }
            if !self.wait(self.patience.looks).await {
                return Ended::Over;
            }
        }
    }

    /// Sends a paper once. When its end isn't heard of, the connection is given up with it: what is left of the paper in
    /// there mixes with nothing.
    async fn print(&mut self, connection: &mut Connection, job: &Job) -> (PrintOutcome, Option<NoPrinter>) {
        let before: &[u8] = if self.torn { &CUT_OFF } else { &[] };
        self.torn = true;
        for portion in before.chunks(PORTION).chain(job.bytes.chunks(PORTION)).chain([&THROUGH[..]]) {
            if let Err(why) = connection.send(portion).await {
                return (PrintOutcome::Unknown, Some(why));
            }
        }
        let late = Instant::now() + self.patience.comes;
        loop {
            match connection.is_through().await {
                Ok(true) => {
                    self.torn = false;
                    return (PrintOutcome::Printed, None);
                }
                Ok(false) if Instant::now() >= late => return (PrintOutcome::Unknown, Some(NoPrinter::Hangs)),
                Ok(false) => {}
                Err(why) => return (PrintOutcome::Unknown, Some(why)),
            }
            match connection.state().await {
                // One that is off line for a moment may still come to the end.
                Ok(state) if state.prints() || state == PrinterState::Faulty => {}
                Ok(state) => {
                    // Its answer may have come while it was asked: then this was the end of the roll behind it.
                    if connection.through {
                        continue;
                    }
                    let _listened = self.tell(state).await;
                    return (PrintOutcome::Unknown, Some(NoPrinter::Stopped(state)));
                }
                Err(why) => return (PrintOutcome::Unknown, Some(why)),
            }
        }
    }

    /// Lets time pass, or something to print come. False when nobody has anything to print any more.
    async fn wait(&mut self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        loop {
            let begins = self.waiting.front().map_or(until, |(_, late)| (*late).min(until));
            tokio::select! {
                biased;
                job = self.jobs.recv() => match job {
                    None => return false,
                    Some(job) => {
                        self.waiting.push_back((job, Instant::now() + self.patience.waits));
                        if self.told.is_some_and(PrinterState::prints) {
                            return true;
                        }
                    }
                },
                () = sleep_until(begins) => {}
            }
            while let Some((job, _)) = self.waiting.pop_front_if(|(_, late)| *late <= Instant::now()) {
                tracing::warn!(paper = job.name, "not printed: the printer didn't print for too long");
                if !self.say(PrinterEvent::Came(job.name, PrintOutcome::NotBegun)).await {
                    return false;
                }
            }
            if Instant::now() >= until {
                return true;
            }
        }
    }

    async fn tell(&mut self, state: PrinterState) -> bool {
        if self.told == Some(state) {
            return true;
        }
        tracing::info!("the printer is: {}", state.words());
        self.told = Some(state);
        self.say(PrinterEvent::Is(state)).await
    }

    async fn say(&self, event: PrinterEvent) -> bool {
        self.events.send(event).await.is_ok()
    }
}

/// An open way to the printer.
struct Connection {
    line: Line,
    patience: Patience,
    /// It has answered behind what it was sent, and nobody has looked yet.
    through: bool,
}

impl Connection {
    async fn send(&mut self, bytes: &[u8]) -> Result<(), NoPrinter> {
        within(self.patience.takes, async {
            self.line.write_all(bytes).await?;
            self.line.flush().await
        })
        .await
    }

    /// How it says that it is.
    async fn state(&mut self) -> Result<PrinterState, NoPrinter> {
        let on_line = self.ask(ON_LINE).await?;
        let why_not = self.ask(WHY_NOT).await?;
        let roll = self.ask(ROLL).await?;
        Ok(state(on_line, why_not, roll))
    }

    async fn ask(&mut self, what: u8) -> Result<u8, NoPrinter> {
        self.send(&[0x10, 0x04, what]).await?;
        within(self.patience.answers, async {
            loop {
                let byte = self.line.read_u8().await?;
                match Answer::of(byte) {
                    Answer::Now => return Ok(byte),
                    Answer::InTurn => self.through = true,
                    Answer::Other => {}
                }
            }
        })
        .await
    }

    /// Has it answered behind all that it was sent? Looks for a moment.
    async fn is_through(&mut self) -> Result<bool, NoPrinter> {
        let until = Instant::now() + QUIET;
        while !self.through {
            match tokio::time::timeout_at(until, self.line.read_u8()).await {
                Ok(byte) => self.through = Answer::of(byte?) == Answer::InTurn,
                Err(_quiet) => return Ok(false),
            }
        }
        self.through = false;
        Ok(true)
    }

    /// Waits until it is through with whatever it has.
    async fn catch_up(&mut self) -> Result<(), NoPrinter> {
        self.send(&THROUGH).await?;
        within(self.patience.comes, async {
            while Answer::of(self.line.read_u8().await?) != Answer::InTurn {}
            Ok(())
        })
        .await?;
        // What it had to say of what was sent before.
        while let Ok(byte) = timeout(QUIET, self.line.read_u8()).await {
            byte?;
        }
        self.through = false;
        Ok(())
    }
}

async fn within<T>(time: Duration, what: impl Future<Output = std::io::Result<T>>) -> Result<T, NoPrinter> {
    match timeout(time, what).await {
        Ok(done) => done.map_err(NoPrinter::from),
        Err(_late) => Err(NoPrinter::Hangs),
    }
}

/// What a byte that it sends is, by the bits that are always so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// To what it is asked in real time: 0··1··10.
    Now,
    /// To what it is asked in its turn: 0··0····.
    InTurn,
    /// Flow control, or noise.
    Other,
}

impl Answer {
    const fn of(byte: u8) -> Answer {
        if byte & 0b1001_0011 == 0b0001_0010 {
            Answer::Now
        } else if byte & 0b1001_0000 == 0 {
            Answer::InTurn
        } else {
            Answer::Other
        }
    }
}

/// How it is, by its three answers (DLE EOT 1, 2 and 4). What a person sees first comes first.
pub(crate) const fn state(on_line: u8, why_not: u8, roll: u8) -> PrinterState {
    if why_not & 0b0000_0100 != 0 {
        PrinterState::CoverOpen
    } else if roll & 0b0110_0000 != 0 || why_not & 0b0010_0000 != 0 {
        PrinterState::PaperOut
    } else if why_not & 0b0100_0000 != 0 || on_line & 0b0000_1000 != 0 {
        PrinterState::Faulty
    } else if roll & 0b0000_1100 != 0 {
        PrinterState::PaperLow
    } else {
        PrinterState::Ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_sees_first_is_said_first() {
        const WELL: u8 = 0b0001_0010;
        for (on_line, why_not, roll, expected) in [
            (WELL, WELL, WELL, PrinterState::Ready),
            (WELL, WELL, WELL | 0x0c, PrinterState::PaperLow),
            (WELL | 0x08, WELL | 0x20, WELL | 0x6c, PrinterState::PaperOut),
            // Some say it only as the reason why they are off line.
            (WELL | 0x08, WELL | 0x20, WELL, PrinterState::PaperOut),
            (WELL | 0x08, WELL | 0x24, WELL | 0x60, PrinterState::CoverOpen),
            (WELL | 0x08, WELL | 0x40, WELL, PrinterState::Faulty),
            (WELL | 0x08, WELL, WELL, PrinterState::Faulty),
        ] {
            assert_eq!(state(on_line, why_not, roll), expected, "{on_line:08b} {why_not:08b} {roll:08b}");
        }
    }

    #[test]
    fn flow_control_is_no_answer() {
        assert_eq!([0x11, 0x13].map(Answer::of), [Answer::Other; 2]);
        assert_eq!([0x00, 0x03, 0x0c].map(Answer::of), [Answer::InTurn; 3]);
        assert_eq!([0x12, 0x1a, 0x32, 0x7e].map(Answer::of), [Answer::Now; 4]);
    }
}
