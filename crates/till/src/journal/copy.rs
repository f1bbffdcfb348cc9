//! A journal that isn't ours, looked into without touching it: its two files are copied to a private folder, and the copy
//! is read. SQLite can't read a write-ahead log without writing beside it, so nothing less leaves the files as they are.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
use tempfile::TempDir;

use super::{Cause, Damaged, DamagedDeed, DeedRow, Row, Summary, deeds, disk, error::code, sql};

/// So many transactions are in memory at once.
pub(super) const PAGE: usize = 200;

/// The most transactions that one name is found for.
const NAMED: i64 = 50;

/// Why a journal can't be looked into.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A kiosk that runs uses it.
    #[error("a running kiosk uses this journal: {path}")]
    Held {
        /// The journal's file.
        path: PathBuf,
    },
    /// It was written to while it was copied.
    #[error("the journal {path} changed while it was read")]
    Changed {
        /// The journal's file.
        path: PathBuf,
    },
    /// Its files can't be read.
    #[error("{path} can't be read: {source}")]
    NotReadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no room to copy it to.
    #[error("the journal can't be copied to {path}: {source}")]
    NoCopy {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It isn't a journal.
    #[error("{path} is no journal of this kiosk: {why}")]
    NotAJournal {
        /// The file.
        path: PathBuf,
        /// What it is.
        why: String,
    },
    /// It is of a newer program.
    #[error("the journal {path} needs program {oldest_usable} or newer, and this is program {program}")]
    TooNew {
        /// The journal's file.
        path: PathBuf,
        /// The oldest program that may read it.
        oldest_usable: String,
        /// The version of this program.
        program: &'static str,
    },
    /// Its structure is broken here.
    #[error("the journal {path} is damaged: {source}")]
    Broken {
        /// The journal's file.
        path: PathBuf,
        /// What SQLite said.
        source: Cause,
    },
}

impl CopyError {
    /// What somebody can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Held { .. } | Self::Changed { .. } => {
                "copy journal.db and journal.db-wal together to another folder, and look at the copy"
            }
            Self::NotReadable { .. } => {
                "look at the name and at who may read it; the kiosk's files are its user's alone"
            }
            Self::NoCopy { .. } => "make room there, or name another folder in TMPDIR",
            Self::NotAJournal { .. } => "the kiosk's journal is called journal.db, in the folder that --data names",
            Self::TooNew { .. } => "look at it with that program",
            Self::Broken { .. } => {
                "copy journal.db and journal.db-wal anew and together; if it stays, keep the files and call the maintainer"
            }
        }
    }
}

/// A private copy of a journal, as long as it lives. Reading it changes nothing of the original.
#[derive(Debug)]
pub struct Copy {
    /// The original, for messages.
    path: PathBuf,
    connection: SqliteConnection,
    /// Was there a write-ahead log?
    pub has_wal: bool,
    /// Do its summaries say whether a card attempt is live? Those of the first migration don't.
    pub knows_live_attempts: bool,
    // Held, never read: the folder goes when this does.
    _folder: TempDir,
}

/// A transaction as the journal keeps it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Counts up in the order of opening.
    pub number: i64,
    /// Its line, or what of it can't be read.
    pub summary: Result<Summary, String>,
    /// Its entries, if its chain is whole. None when its line can't be read, or there is none.
    pub chain: Option<Result<Vec<Row>, Damaged>>,
    /// How many entries there are, whole or not.
    pub entries: usize,
    /// The close that counts its sale, as its line says.
    pub sale_close: Option<i64>,
    /// The close that counts its refund, as its line says.
    pub refund_close: Option<i64>,
}

impl Copy {
    /// Copies the journal at `path` and opens the copy.
    ///
    /// Not to be called by a program that has the journal open itself: where the lock's file is missing, reading the
    /// files would end SQLite's own locks.
    pub async fn of(path: &Path) -> Result<Copy, CopyError> {
        let (path, folder, mut connection, has_wal) = open_copy(path).await?;
        let fail = |error| refused(&path, error);
        if let Some(oldest_usable) = sql::newer_needed(&mut connection).await.map_err(fail)? {
            return Err(CopyError::TooNew { path, oldest_usable, program: sql::PROGRAM });
        }
        let live: i64 = sqlx::query_scalar(sql::HAS_LIVE_ATTEMPT).fetch_one(&mut connection).await.map_err(fail)?;
        Ok(Copy { path, connection, has_wal, knows_live_attempts: live == 1, _folder: folder })
    }

    /// The program that the journal at `path` needs, when a program of that version is too old for it. To be asked before
    /// an older program is installed in the place of this one.
    pub async fn newer_needed_than(program: &str, path: &Path) -> Result<Option<String>, CopyError> {
        let (path, _folder, mut connection, _) = open_copy(path).await?;
        sql::newer_needed_than(program, &mut connection).await.map_err(|error| refused(&path, error))
    }

    /// What is wrong with the file as a database.
    pub async fn structure(&mut self) -> Result<Vec<String>, CopyError> {
        let said: Vec<String> = sqlx::query_scalar(sql::STRUCTURE)
            .fetch_all(&mut self.connection)
            .await
            .map_err(|error| refused(&self.path, error))?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }

    /// The next transactions after that number, with their entries, in the order of opening; entries whose transaction is
    /// lost come in their place. None when there are no more.
    pub async fn chains_after(&mut self, number: i64) -> Result<Vec<Kept>, CopyError> {
        let fail = |error| refused(&self.path, error);
        let summaries = sqlx::query(sql::SUMMARIES_AFTER)
            .bind(number)
            .bind(PAGE as i64)
            .fetch_all(&mut self.connection)
            .await
            .map_err(fail)?;
        let last = match summaries.last() {
            Some(last) if summaries.len() == PAGE => last.try_get("number").map_err(fail)?,
            Some(_) | None => i64::MAX,
        };
        let entries = sqlx::query(sql::ENTRIES_BETWEEN)
            .bind(number.saturating_add(1).saturating_mul(sql::ENTRIES_PER_TRANSACTION))
            .bind(last.saturating_mul(sql::ENTRIES_PER_TRANSACTION).saturating_add(sql::ENTRIES_PER_TRANSACTION - 1))
            .fetch_all(&mut self.connection)
            .await
            .map_err(fail)?;
        together(&summaries, &entries).map_err(fail)
    }

    /// The next deeds after that number. None when there are no more, and in a journal of an older program.
    pub async fn deeds_after(&mut self, number: i64) -> Result<Vec<Result<DeedRow, DamagedDeed>>, CopyError> {
        let fail = |error| refused(&self.path, error);
        let there: i64 = sqlx::query_scalar(deeds::HAS_DEEDS).fetch_one(&mut self.connection).await.map_err(fail)?;
        if there == 0 {
            return Ok(Vec::new());
        }
        let found = sqlx::query(deeds::AFTER).bind(number).bind(PAGE as i64).fetch_all(&mut self.connection).await;
        found.and_then(|rows| rows.iter().map(deeds::read).collect()).map_err(fail)
    }

    /// The next transactions before that number without their entries, the newest first. None when there are no more.
    pub async fn summaries_before(&mut self, number: i64) -> Result<Vec<Kept>, CopyError> {
        let fail = |error| refused(&self.path, error);
        let found = sqlx::query(sql::SUMMARIES_BEFORE)
            .bind(number)
            .bind(PAGE as i64)
            .fetch_all(&mut self.connection)
            .await
            .map_err(fail)?;
        found.iter().map(alone).collect::<sqlx::Result<_>>().map_err(fail)
    }

    /// Whatever `name` may mean, the newest first: a transactionID or its reference, an order number, an approval number.
    pub async fn named(&mut self, name: &str) -> Result<Vec<Kept>, CopyError> {
        let fail = |error| refused(&self.path, error);
        let mut found = sqlx::query(sql::SUMMARIES_NAMED)
            .bind(name.to_owned())
            .bind(referenced(name))
            .bind(NAMED)
            .fetch_all(&mut self.connection)
            .await
            .map_err(fail)?;
        if found.is_empty() {
            found = sqlx::query(sql::SUMMARIES_CHARGED)
                .bind(serde_json::Value::from(name).to_string())
                .bind(NAMED)
                .fetch_all(&mut self.connection)
                .await
                .map_err(fail)?;
        }
        found.iter().map(alone).collect::<sqlx::Result<_>>().map_err(fail)
    }

    /// One transaction with its entries.
    pub async fn chain(&mut self, number: i64) -> Result<Option<Kept>, CopyError> {
        let found = self.chains_after(number.saturating_sub(1)).await?;
        Ok(found.into_iter().find(|kept| kept.number == number))
    }

    /// The entries of a transaction as they stand there, whether they can be trusted or not.
    pub async fn rows_as_they_stand(&mut self, number: i64, id: &str) -> Result<Vec<Row>, CopyError> {
        let fail = |error| refused(&self.path, error);
        let rows = sqlx::query(sql::ENTRIES).bind(number).fetch_all(&mut self.connection).await.map_err(fail)?;
        Ok(rows.iter().filter_map(|row| sql::read_row(row, id)).collect())
    }
}

/// A copy of the journal at `path`, opened whichever program it is of: its place, the folder of the copy, and whether there
/// was a write-ahead log.
async fn open_copy(path: &Path) -> Result<(PathBuf, TempDir, SqliteConnection, bool), CopyError> {
    let not_readable = |source| CopyError::NotReadable { path: path.to_owned(), source };
    let path = fs::canonicalize(path).map_err(not_readable)?;
    let (folder, copied, has_wal) = copy(&path, || {})?;
    let fail = |error| refused(&path, error);
    let mut connection = sql::connect_to_copy(&copied).await.map_err(fail)?;
    let tables: i64 = sqlx::query_scalar(sql::HAS_TABLES).fetch_one(&mut connection).await.map_err(fail)?;
    if tables != 3 {
        let empty = fs::metadata(&path).is_ok_and(|file| file.len() == 0);
        let why = if empty { "it is empty" } else { "it is a database of something else" };
        return Err(CopyError::NotAJournal { path, why: why.to_owned() });
    }
    Ok((path, folder, connection, has_wal))
}

/// Copies both files, and says whether there was a write-ahead log. `meanwhile` is what others do.
pub(super) fn copy(path: &Path, meanwhile: impl FnOnce()) -> Result<(TempDir, PathBuf, bool), CopyError> {
    refuse_if_held(path)?;
    let wal = disk::beside(path, "-wal");
    let before = (stamp(path)?, stamp(&wal)?);
    if before.0.is_none() {
        return Err(CopyError::NotReadable { path: path.to_owned(), source: io::ErrorKind::NotFound.into() });
    }
    let no_copy = |source| CopyError::NoCopy { path: std::env::temp_dir(), source };
    let folder = tempfile::Builder::new().prefix("prbiti-journal-").tempdir().map_err(no_copy)?;
    let copied = folder.path().join("journal.db");
    copy_file(path, &copied)?;
    if before.1.is_some() {
        copy_file(&wal, &disk::beside(&copied, "-wal"))?;
    }
    meanwhile();
    // A kiosk that was started meanwhile has written its log anew, even if it has sold nothing.
    refuse_if_held(path)?;
    if before != (stamp(path)?, stamp(&wal)?) {
        return Err(CopyError::Changed { path: path.to_owned() });
    }
    Ok((folder, copied, before.1.is_some()))
}

/// A kiosk that runs holds the lock's file. It is only asked whether somebody does, for as long as that takes: a
/// kiosk that is started in this very moment tries again by itself.
fn refuse_if_held(path: &Path) -> Result<(), CopyError> {
    let lock = disk::beside(path, "-lock");
    let file = match File::open(&lock) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(CopyError::NotReadable { path: lock, source }),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(CopyError::Held { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(CopyError::NotReadable { path: lock, source }),
    }
}

/// What shows that a file was written to; nothing when it isn't there.
fn stamp(path: &Path) -> Result<Option<(u64, SystemTime)>, CopyError> {
    let stamp = fs::metadata(path).and_then(|file| Ok((file.len(), file.modified()?)));
    match stamp {
        Ok(stamp) => Ok(Some(stamp)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(CopyError::NotReadable { path: path.to_owned(), source }),
    }
}

/// The content alone: the copy is ours to write, whatever the original is.
fn copy_file(from: &Path, to: &Path) -> Result<(), CopyError> {
    let not_readable = |source| CopyError::NotReadable { path: from.to_owned(), source };
    let mut original = File::open(from).map_err(not_readable)?;
    if original.metadata().map_err(not_readable)?.is_dir() {
        return Err(not_readable(io::ErrorKind::IsADirectory.into()));
    }
    let copied = File::create(to).and_then(|mut copy| io::copy(&mut original, &mut copy));
    copied.map(drop).map_err(|source| CopyError::NoCopy { path: to.to_owned(), source })
}

/// What SQLite's refusal of a copy says about the original.
fn refused(path: &Path, error: sqlx::Error) -> CopyError {
    let path = path.to_owned();
    // https://sqlite.org/rescode.html: not a database.
    match code(&error) {
        Some(26) => CopyError::NotAJournal { path, why: "it is no SQLite file".to_owned() },
        Some(_) | None => CopyError::Broken { path, source: error.into() },
    }
}

/// Each transaction with its entries, both in order.
fn together(summaries: &[SqliteRow], entries: &[SqliteRow]) -> sqlx::Result<Vec<Kept>> {
    let number = |row: &SqliteRow| row.try_get::<i64, _>(7);
    let mut groups = entries.chunk_by(|one, next| number(one).ok() == number(next).ok()).peekable();
    let mut found = Vec::with_capacity(summaries.len());
    for summary in summaries {
        let mut kept = alone(summary)?;
        let mut own: &[SqliteRow] = &[];
        while let Some(group) = groups.next_if(|group| group_number(group) <= kept.number) {
            if group_number(group) == kept.number {
                own = group;
            } else {
                found.push(lost(group));
            }
        }
        kept.entries = own.len();
        if let Ok(line) = &kept.summary {
            kept.chain = Some(sql::follow(&line.transaction_id, sql::named_head(summary)?, own));
        }
        found.push(kept);
    }
    found.extend(groups.map(lost));
    Ok(found)
}

fn group_number(group: &[SqliteRow]) -> i64 {
    group.first().and_then(|row| row.try_get(7).ok()).unwrap_or_default()
}

/// Entries without their transaction.
fn lost(group: &[SqliteRow]) -> Kept {
    let summary = Err("it isn't there, and its entries are".to_owned());
    let (number, entries) = (group_number(group), group.len());
    Kept { number, summary, chain: None, entries, sale_close: None, refund_close: None }
}

fn alone(row: &SqliteRow) -> sqlx::Result<Kept> {
    let summary = sql::named_summary(row).map_err(|error| error.to_string());
    let close = |column| match row.try_get(column) {
        // Nothing is closed in a journal of an older program.
        Err(sqlx::Error::ColumnNotFound(_)) => Ok(None),
        close => close,
    };
    let (sale_close, refund_close) = (close("sale_close")?, close("refund_close")?);
    Ok(Kept { number: row.try_get("number")?, summary, chain: None, entries: 0, sale_close, refund_close })
}

/// The end of a transactionID that a reference names: `607-18` is `…60718`. What is no reference names none.
fn referenced(name: &str) -> String {
    let end: String = name.chars().filter(|c| *c != '-').collect();
    if end.chars().count() == 5 { end } else { String::new() }
}
