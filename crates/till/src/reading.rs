//! What the till reads from outside, as functions of bytes alone: without device, network or disk. The program itself
//! comes to the same functions from those; here they can be tried with bytes that nobody has thought of (`fuzz/`).

use std::path::Path;

use checkout::{
    card::{NoAnswer, TerminalAnswer},
    entry::Record,
    transaction::Transaction,
};
use reqwest::StatusCode;
use tokio_util::bytes::BytesMut;

pub use crate::record::NoFold;
use crate::{
    config::{Config, ConfigErrors},
    journal::{JournalError, NewRow, Row, Summary},
    payment::{self, AgentStatus, Approvals},
    record,
    scanner::{Codes, ScannerEvent},
    toml_file::{Contents, Mistakes, Source},
};

/// The files of a configuration, as bytes.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// `kiosk.toml`.
    pub kiosk: &'a [u8],
    /// What it names as the secrets' file, wherever that is.
    pub secrets: &'a [u8],
    /// What it names as the catalog, wherever that is.
    pub catalog: &'a [u8],
}

/// The configuration that these files are, `kiosk.toml` being at `path`.
pub fn config(path: &Path, files: Files<'_>) -> Result<Config, ConfigErrors> {
    Config::from_sources(path, None, Mistakes::default(), |asked, contents, mistakes| {
        let bytes = match contents {
            Contents::Secret => files.secrets,
            Contents::Open if asked == path => files.kiosk,
            Contents::Open => files.catalog,
        };
        Source::from_bytes(asked, bytes.to_owned(), contents, mistakes)
    })
}

/// What comes from a scanner, cut into codes.
#[derive(Debug, Default)]
pub struct Scans {
    codes: Codes,
    bytes: BytesMut,
}

impl Scans {
    /// What these bytes complete.
    pub fn come(&mut self, bytes: &[u8]) -> Vec<ScannerEvent> {
        self.bytes.extend_from_slice(bytes);
        std::iter::from_fn(|| self.codes.next(&mut self.bytes)).collect()
    }

    /// Nothing more comes for a while.
    pub fn silence(&mut self) -> Option<ScannerEvent> {
        self.codes.silence(&mut self.bytes)
    }

    /// How many bytes are kept for the rest of a scan to come.
    pub fn kept(&self) -> usize {
        self.bytes.len()
    }
}

/// What the payment agent says of a payment or a refund.
pub fn terminal_answer(status: u16, body: &[u8]) -> Result<TerminalAnswer, NoAnswer> {
    payment::outcome(code(status), body)
}

/// What the payment agent says of a business day.
pub fn approvals(status: u16, body: &[u8]) -> Result<Approvals, NoAnswer> {
    payment::list(code(status), body)
}

/// What the payment agent says of the terminal.
pub fn agent_status(status: u16, body: &[u8]) -> Result<AgentStatus, NoAnswer> {
    payment::status(code(status), body)
}

/// The transaction that these rows of the journal prove.
pub fn transaction(rows: Vec<Row>) -> Result<Transaction, NoFold> {
    record::fold(Ok(rows))
}

/// The row that a record becomes.
pub fn row(record: &Record) -> Result<NewRow, JournalError> {
    record::row(record)
}

/// The line that a transaction has in the journal's lists.
pub fn summary(t: &Transaction) -> Summary {
    record::summary(t)
}

/// What can't be a status is none that the agent may answer with.
fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
