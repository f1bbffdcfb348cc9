//! A receipt printer on TCP: it takes ESC/POS, answers how it is, and keeps a picture of what came out.
//!
//! What is asked in real time is answered at once; all else is done in its turn, and only while there is paper and the cover
//! is closed. What wasn't done waits in the printer's memory, also when whoever sent it is gone.

mod escpos;
mod font;
mod page;
mod picture;

use escpos::{Command, Tokens};
use page::{Page, Paper};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Papers that are kept.
const MOST_PAPERS: usize = 50;
/// What fits into its memory, commands.
const MEMORY: usize = 4096;

/// How the roll is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "camelCase")]
enum Roll {
    Ok,
    Low,
    Out,
}

/// What a person does to it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Change {
    paper: Option<Roll>,
    /// Lines that the roll still has.
    out_after_lines: Option<u32>,
    cover_open: Option<bool>,
    plugged: Option<bool>,
    /// It takes nothing and answers nothing.
    hangs: Option<bool>,
    /// Letters in a line.
    columns: Option<usize>,
    /// What came out of it is taken away.
    #[serde(default)]
    clear: bool,
}

#[derive(Debug)]
struct State {
    roll: Roll,
    out_after: Option<u32>,
    cover_open: bool,
    plugged: bool,
    hangs: bool,
    page: Page,
    /// What waits, with whom it is answered to.
    memory: VecDeque<(Command, UnboundedSender<u8>)>,
    papers: VecDeque<Paper>,
    /// How many there were.
    count: u32,
    /// Connections so far.
    connections: u32,
}

impl State {
    fn new() -> Self {
        Self {
            roll: Roll::Ok,
            out_after: None,
            cover_open: false,
            plugged: true,
            hangs: false,
            page: Page::new(42),
            memory: VecDeque::new(),
            papers: VecDeque::new(),
            count: 0,
            connections: 0,
        }
    }

    const fn prints(&self) -> bool {
        self.plugged && !self.hangs && !self.cover_open && !matches!(self.roll, Roll::Out)
    }

    /// Does what waits, as far as it can.
    fn go_on(&mut self) {
        while self.prints()
            && let Some((command, answers)) = self.memory.pop_front()
        {
            if let Command::AskInTurn(_) = command {
                let near = matches!(self.roll, Roll::Low);
                // Whoever asked may be gone.
                let _ = answers.send(if near { 0b0000_0011 } else { 0 });
            } else if command == Command::Cut {
                if let Some(paper) = self.page.cut() {
                    self.keep(paper);
                }
            } else {
                let lines = self.page.take(command);
                self.use_up(lines);
            }
        }
    }

    fn use_up(&mut self, lines: u32) {
        if let Some(left) = self.out_after.as_mut() {
            *left = left.saturating_sub(lines);
            if *left == 0 {
                (self.roll, self.out_after) = (Roll::Out, None);
            }
        }
    }

    fn keep(&mut self, paper: Paper) {
        self.count += 1;
        self.papers.push_back(paper);
        if self.papers.len() > MOST_PAPERS {
            self.papers.pop_front();
        }
    }

    /// What it answers in real time: the fixed bits, and what is so.
    fn answer(&self, what: u8) -> u8 {
        const ALWAYS: u8 = 0b0001_0010;
        let when = |is: bool, bits: u8| if is { bits } else { 0 };
        let out = matches!(self.roll, Roll::Out);
        ALWAYS
            | match what {
                1 => when(!self.prints(), 0b0000_1000),
                2 => when(self.cover_open, 0b0000_0100) | when(out, 0b0010_0000),
                4 => when(!matches!(self.roll, Roll::Ok), 0b0000_1100) | when(out, 0b0110_0000),
                _ => 0,
            }
    }
}

/// The printer.
#[derive(Debug)]
pub(crate) struct Printer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    /// Told when somebody did something to it.
    changed: watch::Sender<()>,
}

impl Printer {
    /// Begins to take connections on 127.0.0.1.
    pub(crate) async fn start(port: u16, stop: CancellationToken) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State::new()));
        let changed = watch::Sender::new(());
        let (shared, seen) = (Arc::clone(&state), changed.subscribe());
        tokio::spawn(async move {
            loop {
                let stream = tokio::select! {
                    () = stop.cancelled() => return,
                    accepted = listener.accept() => accepted,
                };
                let Ok((stream, _)) = stream else { continue };
                let (state, seen, stop) = (Arc::clone(&shared), seen.clone(), stop.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        // Whoever spoke to it is gone, or it is unplugged.
                        _ended = serve(stream, &state, seen) => {}
                    }
                });
            }
        });
        Ok(Self { address, state, changed })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    /// Somebody does something to it.
    pub(crate) fn change(&self, change: &Change) {
        let mut state = self.state();
        let Change { paper, out_after_lines, cover_open, plugged, hangs, columns, clear } = change;
        if let Some(paper) = paper {
            (state.roll, state.out_after) = (*paper, None);
        }
        if out_after_lines.is_some() {
            state.out_after = *out_after_lines;
        }
        state.cover_open = cover_open.unwrap_or(state.cover_open);
        state.hangs = hangs.unwrap_or(state.hangs);
        if let Some(plugged) = plugged {
            state.plugged = *plugged;
            if !plugged {
                // Its memory is gone with its power; what came out of it hangs out of it.
                state.memory.clear();
                if let Some(paper) = state.page.torn() {
                    state.keep(paper);
                }
            }
        }
        if *clear {
            state.papers.clear();
        }
        if let Some(columns) = columns {
            state.page = Page::new((*columns).clamp(20, 60));
        }
        state.go_on();
        drop(state);
        self.changed.send_replace(());
    }

    /// As it was at the beginning.
    pub(crate) fn reset(&self) {
        let connections = self.state().connections;
        *self.state() = State { connections, ..State::new() };
        self.changed.send_replace(());
    }

    /// How it is, and what came out of it, the newest first.
    pub(crate) fn tell(&self) -> Value {
        let state = self.state();
        let papers = state.papers.iter().rev().zip((1..=state.count).rev()).map(|(paper, number)| paper.tell(number));
        json!({
            "address": self.address.to_string(),
            "paper": state.roll,
            "coverOpen": state.cover_open,
            "plugged": state.plugged,
            "hangs": state.hangs,
            "outAfterLines": state.out_after,
            "waiting": state.memory.len(),
            "hanging": state.page.lines(),
            "connections": state.connections,
            "papers": papers.collect::<Vec<_>>(),
        })
    }

    /// The picture of a paper, as PNG.
    pub(crate) fn picture(&self, number: u32) -> Option<Vec<u8>> {
        let state = self.state();
        let first = state.count.saturating_sub(u32::try_from(state.papers.len()).unwrap_or(u32::MAX));
        let place = usize::try_from(number.checked_sub(first + 1)?).ok()?;
        let paper = state.papers.get(place)?.clone();
        drop(state);
        paper.png()
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(stream: TcpStream, state: &Mutex<State>, mut changed: watch::Receiver<()>) -> io::Result<()> {
    if !locked(state).plugged {
        return Ok(());
    }
    locked(state).connections += 1;
    let (mut from, mut to) = stream.into_split();
    let (answers, mut answered) = unbounded_channel();
    let mut tokens = Tokens::default();
    let mut buffer = [0; 4096];
    loop {
        let (plugged, takes) = {
            let state = locked(state);
            (state.plugged, !state.hangs && state.memory.len() < MEMORY)
        };
        if !plugged {
            return Ok(());
        }
        tokio::select! {
            // An error means that the printer is gone altogether.
            seen = changed.changed() => if seen.is_err() { return Ok(()) },
            Some(answer) = answered.recv() => to.write_all(&[answer]).await?,
            read = from.read(&mut buffer), if takes => {
                let read = read?;
                if read == 0 {
                    return Ok(());
                }
                let now = {
                    let mut state = locked(state);
                    let mut now = Vec::new();
                    for command in tokens.take(buffer.get(..read).unwrap_or_default()) {
                        if let Command::AskNow(what) = command {
                            now.push(state.answer(what));
                        } else {
                            state.memory.push_back((command, answers.clone()));
                        }
                    }
                    state.go_on();
                    now
                };
                to.write_all(&now).await?;
            }
        }
    }
}
