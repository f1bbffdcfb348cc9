//! The journal: the one place where what happened is durable.
//!
//! It stores rows and knows nothing of what they mean. An effect starts only after the commit of
//! the row that announces it returned `Ok`; then the row survives a power cut. An error means
//! *unknown*: the row may be there or not. From then on the journal refuses everything until
//! [`Journal::recover`] has opened it anew and what is really there can be read.
//!
//! What is promised covers the entries, the deeds and their order: each carries a checksum chained to the one
//! before. It doesn't cover free pages, nor the write-ahead log's last, unacknowledged frames, nor
//! a summary's own columns, which only the fold of the entries can prove.
//!
//! Reading order: this file, then `sql`, `search` and `deeds` (every statement), `chain` (the checksums), `disk` (the
//! files under SQLite), `error`; and `copy`, for those who look into a journal that they don't own.

mod chain;
mod copy;
#[cfg(test)]
pub(crate) mod damage;
mod deeds;
mod disk;
mod error;
mod search;
mod sql;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use sqlx::{Connection as _, SqliteConnection};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard},
};

pub use copy::{Copy, CopyError, Kept};
pub use deeds::{DamagedDeed, DeedRow, NewClose, NewDeed, Unclosed};
pub use error::{Cause, JournalError};
pub use search::{Day, Facets, Page, Text, Wanted};

/// One fact to make durable. What we keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRow {
    /// The transaction that it belongs to.
    pub transaction_id: String,
    /// Its place in the transaction: the first row is 0, and there is no gap.
    pub seq: u32,
    /// The wall clock, in ms since 1970.
    pub at_ms: i64,
    /// The boot clock with time asleep included, in ms since the machine started.
    pub boot_ms: i64,
    /// Which boot the boot clock belongs to.
    pub boot_id: String,
    /// What kind of entry the body is.
    pub kind: String,
    /// The entry, as JSON. Nothing personal.
    pub body: String,
}

/// One durable fact, as read back. What we keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The transaction that it belongs to.
    pub transaction_id: String,
    /// Its place in the transaction, from 0.
    pub seq: u32,
    /// The wall clock, in ms since 1970.
    pub at_ms: i64,
    /// The boot clock with time asleep included, in ms since the machine started.
    pub boot_ms: i64,
    /// Which boot the boot clock belongs to.
    pub boot_id: String,
    /// What kind of entry the body is.
    pub kind: String,
    /// The entry, as JSON.
    pub body: String,
    /// The checksum over all of this and the checksum of the row before.
    pub checksum: u64,
}

impl Row {
    fn to_new(&self) -> NewRow {
        let Self { transaction_id, seq, at_ms, boot_ms, boot_id, kind, body, checksum: _ } = self.clone();
        NewRow { transaction_id, seq, at_ms, boot_ms, boot_id, kind, body }
    }
}

/// One transaction in one line, for lists. Written in the commit that writes its rows; the caller
/// computes it from the fold of all of them. What we keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The transaction.
    pub transaction_id: String,
    /// The order that it settles.
    pub order_id: String,
    /// When it was opened: the wall clock, in ms since 1970.
    pub opened_ms: i64,
    /// Whether something is still to be done for it, the hand-over included.
    pub open: bool,
    /// Whether only staff can resolve it.
    pub with_staff: bool,
    /// What is known about it, in the caller's words.
    pub state: String,
    /// The order's total in won.
    pub total_won: i64,
    /// The part that the card pays, in won.
    pub card_won: i64,
    /// The card's approval number, once there is one.
    pub approval_number: Option<String>,
    /// The order number as the customer sees it, once there is one.
    pub order_number: Option<String>,
    /// The business day that the order counts for; needed with `order_seq`.
    pub business_day: Option<String>,
    /// The order number's place in the business day, from 1, never given twice.
    pub order_seq: Option<u32>,
    /// When it must be settled: the wall clock, in ms since 1970.
    pub deadline_ms: Option<i64>,
    /// Whether the goods were handed over.
    pub handed_over: bool,
    /// A card was charged for it, or may have been, and the money isn't given back. The journal admits one such
    /// transaction per order.
    pub live_attempt: bool,
    /// What a search finds it by beside all this; none of it is known of what an older program wrote.
    pub found_by: Option<FoundBy>,
    /// What a close of a day may count of it; unknown of what an older program wrote.
    pub booked: Option<Booked>,
}

/// What a close of a day may count of a transaction. Which close does is no summary's to say. What we keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Booked {
    /// When it was paid: the wall clock, in ms since 1970.
    pub sold_ms: Option<i64>,
    /// When its own money was given back: the wall clock, in ms since 1970.
    pub refunded_ms: Option<i64>,
}

/// What only a search wants to know of a transaction. What we keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundBy {
    /// The last four digits of the card, if the terminal tells them.
    pub last_four: Option<String>,
    /// The part that a coupon pays, in won.
    pub coupon_won: i64,
    /// The part that points pay, in won.
    pub points_won: i64,
    /// The part that a gift card pays, in won.
    pub gift_card_won: i64,
    /// What was used of the four services, or may have been: 1, 2, 4 and 8, in their order.
    pub services: u8,
    /// Whether staff had a hand in it.
    pub by_hand: bool,
}

/// A transaction whose entries can't be trusted from some entry on. For staff, unread.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("transaction {transaction_id} is damaged at entry {seq}: {what}")]
pub struct Damaged {
    /// The transaction.
    pub transaction_id: String,
    /// The first entry that can't be trusted.
    pub seq: u32,
    /// What is wrong with it.
    pub what: &'static str,
    /// The entries before it, which are whole.
    pub whole: Vec<Row>,
    /// Made of all that is there of the transaction, so that a further damage has another name.
    pub name: String,
}

/// Damage that is written down in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDamage {
    /// Its name.
    pub name: String,
    /// The transaction, or what is known of it.
    pub transaction_id: String,
    /// The first entry that can't be trusted.
    pub seq: u32,
    /// What is wrong with it.
    pub what: String,
    /// Staff decided to sell on all the same.
    pub accepted: bool,
}

/// The journal, opened by this program alone. Close it with [`Journal::close`]: after a mere drop
/// the file stays locked for a moment.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    desk: Arc<Mutex<Desk>>,
}

impl Journal {
    /// Opens the journal at `path`, whose directory must exist, and makes it ready for this
    /// program: claims it, writes the write-ahead log anew, reads back SQLite's settings, migrates.
    ///
    /// The cost doesn't grow with the history.
    pub async fn open(path: &Path) -> Result<Self, JournalError> {
        let asked = path.to_owned();
        let (path, lock) = blocking(path, move || disk::claim(&asked)).await?;
        Self::open_claimed(path, lock).await
    }

    async fn open_claimed(path: PathBuf, lock: disk::Lock) -> Result<Self, JournalError> {
        disk::trust_disk(&path)?;
        make_where_missing(&path).await?;
        let damaged = look(&path).await?;
        rewrite_wal(&path).await?;
        let mut connection = sql::connect(&path, &path).await?;
        let begun = async {
            sql::note_damage(&mut connection, &damaged).await?;
            Ok((sql::last_number(&mut connection).await?, deeds::head(&mut connection).await?))
        };
        let (last_number, last_deed) = match begun.await {
            Ok(last) => last,
            Err(error) => {
                // The first error is the one to report; a next try must find the file unlocked.
                let _ = connection.close().await;
                return Err(disk::failed_query(&path, error));
            }
        };
        let desk = Desk {
            connection: Some(connection),
            lock: Some(lock),
            path: path.clone(),
            refusing: None,
            last_number,
            last_deed,
            heads: HashMap::new(),
            scripts: HashMap::new(),
            commits: 0,
            checked: 0,
            read: Vec::new(),
        };
        Ok(Self { path, desk: Arc::new(Mutex::new(desk)) })
    }

    /// Makes `rows` durable, and the summaries and deeds with them, all or nothing.
    ///
    /// Each transaction that gets a row gets its summary in the same call. A summary without a row
    /// is admitted for a transaction that has rows already. A close counts what was in the journal
    /// before, each sale and each refund that no close counts yet.
    ///
    /// Once begun, the commit goes on even if this future is dropped. After an error the journal
    /// refuses everything until it is recovered.
    pub async fn commit(
        &mut self,
        rows: Vec<NewRow>,
        summaries: Vec<Summary>,
        deeds: Vec<NewDeed>,
    ) -> Result<(), JournalError> {
        let mut desk = self.desk.clone().lock_owned().await;
        Unstoppable::new(async move {
            desk.commit(rows, summaries, deeds).await?;
            if desk.checkpoint_is_due() {
                // The caller has its answer; who commits next waits for this.
                tokio::spawn(async move { desk.checkpoint().await });
            }
            Ok(())
        })
        .await
    }

    /// The rows of each open transaction in order, the oldest deadline first. A transaction that
    /// can't be trusted is an error of its own; the others are whole.
    pub async fn open_transactions(&mut self) -> Result<Vec<Result<Vec<Row>, Damaged>>, JournalError> {
        let mut desk = self.read().await?;
        let fail = |error| disk::failed_query(&self.path, error);
        let connection = desk.connection()?;
        let heads = sql::open_heads(connection).await.map_err(fail)?;
        sql::chains(connection, heads).await.map_err(fail)
    }

    /// The rows of each transaction that is closed among so many that were opened last.
    pub async fn last_closed(&mut self, of_the_last: u32) -> Result<Vec<Result<Vec<Row>, Damaged>>, JournalError> {
        let mut desk = self.read().await?;
        let fail = |error| disk::failed_query(&self.path, error);
        let connection = desk.connection()?;
        let heads = sql::last_closed_heads(connection, of_the_last).await.map_err(fail)?;
        sql::chains(connection, heads).await.map_err(fail)
    }

    /// The rows of one transaction in order; none if there is no such transaction.
    pub async fn transaction(&mut self, id: &str) -> Result<Vec<Row>, JournalError> {
        let mut desk = self.read().await?;
        let fail = |error| disk::failed_query(&self.path, error);
        let connection = desk.connection()?;
        let Some(head) = sql::head(connection, id).await.map_err(fail)? else {
            return Ok(Vec::new());
        };
        Ok(sql::chain(connection, id, head).await.map_err(fail)??)
    }

    /// One transaction's summary, if there is such a transaction.
    pub async fn summary(&mut self, id: &str) -> Result<Option<Summary>, JournalError> {
        let mut desk = self.read().await?;
        let found = sql::summary(desk.connection()?, id).await;
        found.map_err(|error| disk::failed_query(&self.path, error))
    }

    /// The highest order number that was given on a business day, 0 before the first.
    pub async fn last_order_number(&mut self, business_day: &str) -> Result<u32, JournalError> {
        let mut desk = self.read().await?;
        let found = sql::last_order_number(desk.connection()?, business_day).await;
        found.map_err(|error| disk::failed_query(&self.path, error))
    }

    /// The rows of the orders of a business day that have an order number, the newest order first. One that can't be
    /// trusted is an error of its own; the others are whole.
    pub async fn paid_orders(
        &mut self,
        business_day: &str,
        limit: u32,
    ) -> Result<Vec<Result<Vec<Row>, Damaged>>, JournalError> {
        let mut desk = self.read().await?;
        let found = sql::paid_orders(desk.connection()?, business_day, limit).await;
        found.map_err(|error| disk::failed_query(&self.path, error))
    }

    /// What only staff can resolve, the oldest first.
    pub async fn with_staff(&mut self) -> Result<Vec<Summary>, JournalError> {
        let mut desk = self.read().await?;
        let found = sql::with_staff(desk.connection()?).await;
        found.map_err(|error| disk::failed_query(&self.path, error))
    }

    /// A page of the transactions that fit, open and closed, the newest first, with their rows. One that can't be trusted
    /// is an error of its own; the others are whole.
    ///
    /// The cost doesn't grow with the history, whatever is wanted and however many fit.
    pub async fn search(&mut self, wanted: &Wanted) -> Result<Page, JournalError> {
        let mut desk = self.read().await?;
        let found = search::page(desk.connection()?, wanted).await;
        found.map_err(|error| disk::failed_query(&self.path, error))
    }

    /// What was found damaged and staff haven't decided about, the oldest first: as long as there is any, nothing is to
    /// be sold. What is whole may go on.
    pub async fn undecided(&mut self) -> Result<Vec<KnownDamage>, JournalError> {
        let mut desk = self.read().await?;
        let known = sql::known_damage(desk.connection()?).await.map_err(|error| desk.failed(error))?;
        Ok(known.into_iter().filter(|damage| !damage.accepted).collect())
    }

    /// Staff decided to sell on beside the damage of this name; says whether there was something to decide. Durable, and
    /// of no other damage.
    pub async fn accept(&mut self, name: &str) -> Result<bool, JournalError> {
        let name = name.to_owned();
        let mut desk = self.desk.clone().lock_owned().await;
        Unstoppable::new(async move { desk.accept(&name).await }).await
    }

    /// Checks some more transactions, closed ones too, from where the last such check ended. What is damaged and wasn't
    /// known is set aside, written down and told.
    ///
    /// To be called again and again while nobody waits. It takes some milliseconds, however long the history is.
    pub async fn check_on(&mut self) -> Result<Checked, JournalError> {
        let mut desk = self.desk.clone().lock_owned().await;
        Unstoppable::new(async move { desk.check_on().await }).await
    }

    /// Sets aside and writes down damage that was met while reading; tells which of it wasn't known.
    pub async fn report(&mut self, damaged: Vec<Damaged>) -> Result<Vec<Damaged>, JournalError> {
        let mut desk = self.desk.clone().lock_owned().await;
        Unstoppable::new(async move { desk.report(damaged).await }).await
    }

    /// Where the journal is set aside for the damage of this name, if it was found at a time when nothing else was
    /// undecided.
    #[must_use]
    pub fn aside(&self, name: &str) -> Option<PathBuf> {
        Some(disk::aside(&self.path, name)).filter(|path| path.exists())
    }

    /// After an error: closes, writes the write-ahead log anew and opens again. What is in the
    /// journal then is what happened; the caller reads it and goes on from there.
    ///
    /// An error of this means out of service. [`Journal::open`] may be tried again later.
    pub async fn recover(self) -> Result<Self, JournalError> {
        let (path, lock) = self.shut().await?;
        Self::open_claimed(path, lock).await
    }

    /// Closes the journal; a running commit ends first.
    pub async fn close(self) -> Result<(), JournalError> {
        self.shut().await.map(drop)
    }

    async fn shut(self) -> Result<(PathBuf, disk::Lock), JournalError> {
        let mut desk = self.desk.lock().await;
        let (Some(connection), Some(lock)) = (desk.connection.take(), desk.lock.take()) else {
            return Err(desk.refusal());
        };
        // SQLite closes without an error even on a disk that refuses every write, and everything
        // acknowledged is durable already, so the answer says nothing.
        if let Err(error) = connection.close().await {
            let error = desk.failed(error);
            tracing::warn!(path = %self.path.display(), %error, "closing the journal");
        }
        desk.read.clear();
        Ok((self.path, lock))
    }

    async fn read(&self) -> Result<OwnedMutexGuard<Desk>, JournalError> {
        let desk = self.desk.clone().lock_owned().await;
        match &desk.refusing {
            None => Ok(desk),
            Some(_) => Err(desk.refusal()),
        }
    }
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Damage that wasn't known.
    pub damaged: Vec<Damaged>,
    /// The whole journal was checked since the check began at its front.
    pub done: bool,
}

/// So many transactions are checked in one go, while nobody waits.
const PORTION: i64 = 50;

/// How long a program that is just ending is waited for, in steps.
const ENDING: u32 = 30;
const ENDING_STEP: Duration = Duration::from_millis(100);

/// Asks whether another program uses the journal at `path`, for those who must know before it is opened; one that is
/// just ending is waited for.
pub async fn not_in_use(path: &Path) -> Result<(), JournalError> {
    let mut steps = 0;
    loop {
        let asked = path.to_owned();
        let claimed = blocking(path, move || disk::claim(&asked).map(drop)).await;
        if !matches!(claimed, Err(JournalError::InUse { .. })) || steps == ENDING {
            return claimed;
        }
        steps += 1;
        tokio::time::sleep(ENDING_STEP).await;
    }
}

/// Staff decided to go on with a disk that failed to sync more than once; says whether there was something to decide.
/// Nobody may have the journal open.
pub async fn trust_disk_again(path: &Path) -> Result<bool, JournalError> {
    let asked = path.to_owned();
    blocking(path, move || {
        let (path, _lock) = disk::claim(&asked)?;
        disk::trust_again(&path)
    })
    .await
}

/// After this many commits the write-ahead log is copied into the journal's file while nobody
/// waits, well before SQLite would do it within a commit.
const COMMITS_PER_CHECKPOINT: u32 = 200;

/// What a commit needs. Locked by whoever uses it, so that a commit that nobody waits for any more
/// keeps it until it has ended.
#[derive(Debug)]
struct Desk {
    connection: Option<SqliteConnection>,
    /// Given up only after the connection.
    lock: Option<disk::Lock>,
    path: PathBuf,
    /// The error since which nothing is done any more.
    refusing: Option<String>,
    /// The number of the newest transaction.
    last_number: i64,
    /// Where the chain of the deeds ends.
    last_deed: deeds::Head,
    /// Where the chains of the transactions end that were written to, while they are open.
    heads: HashMap<String, sql::Head>,
    scripts: sql::Scripts,
    /// Since the last checkpoint.
    commits: u32,
    /// The number of the last transaction that was checked; 0 at the front.
    checked: i64,
    /// Files that are closed only after the connection.
    read: Vec<File>,
}

impl Desk {
    async fn commit(
        &mut self,
        rows: Vec<NewRow>,
        summaries: Vec<Summary>,
        deeds: Vec<NewDeed>,
    ) -> Result<(), JournalError> {
        self.begin("a commit")?;
        let done = self.write(rows, summaries, deeds).await;
        self.end(done)
    }

    /// From here on the journal refuses, so that a task that is cut off half-way leaves one that does.
    fn begin(&mut self, what: &str) -> Result<(), JournalError> {
        if self.refusing.is_some() {
            return Err(self.refusal());
        }
        self.refusing = Some(format!("{what} was cut off"));
        Ok(())
    }

    fn end<T>(&mut self, done: Result<T, JournalError>) -> Result<T, JournalError> {
        self.refusing = done.as_ref().err().map(ToString::to_string);
        done
    }

    async fn accept(&mut self, name: &str) -> Result<bool, JournalError> {
        self.begin("a decision")?;
        let done = match self.connection() {
            Ok(connection) => sql::accept_damage(connection, name).await.map_err(|error| self.failed(error)),
            Err(error) => Err(error),
        };
        self.end(done)
    }

    async fn check_on(&mut self) -> Result<Checked, JournalError> {
        if self.refusing.is_some() {
            return Err(self.refusal());
        }
        let (from, to) = (self.checked + 1, self.checked + PORTION);
        let found = sql::check(self.connection()?, from, to).await.map_err(|error| self.failed(error))?;
        let damaged = self.report(found).await?;
        let done = to >= self.last_number;
        self.checked = if done { 0 } else { to };
        Ok(Checked { damaged, done })
    }

    async fn report(&mut self, damaged: Vec<Damaged>) -> Result<Vec<Damaged>, JournalError> {
        if damaged.is_empty() {
            return Ok(damaged);
        }
        self.begin("a report of damage")?;
        let done = self.keep_damage(damaged).await;
        self.end(done)
    }

    async fn keep_damage(&mut self, mut damaged: Vec<Damaged>) -> Result<Vec<Damaged>, JournalError> {
        let known = sql::known_damage(self.connection()?).await.map_err(|error| self.failed(error))?;
        damaged.retain(|found| !known.iter().any(|known| known.name == found.name));
        if let Some(name) = to_set_aside(&damaged, &known) {
            let path = self.path.clone();
            self.read.extend(blocking(&self.path, move || disk::set_aside(&path, &name)).await?);
        }
        let noted = sql::note_damage(self.connection()?, &damaged).await;
        noted.map_err(|error| self.failed(error))?;
        Ok(damaged)
    }

    async fn write(
        &mut self,
        rows: Vec<NewRow>,
        summaries: Vec<Summary>,
        deeds: Vec<NewDeed>,
    ) -> Result<(), JournalError> {
        if rows.is_empty() && summaries.is_empty() && deeds.is_empty() {
            return Ok(());
        }
        let mut heads = HashMap::with_capacity(summaries.len());
        for summary in &summaries {
            let id = summary.transaction_id.clone();
            let head = self.head(&id).await?;
            if heads.insert(id, head).is_some() {
                return Err(contradiction(&summary.transaction_id, "has two summaries"));
            }
        }
        let rows = link(rows, &mut heads)?;
        let summaries: Vec<_> = summaries
            .into_iter()
            .map(|summary| match heads.get(&summary.transaction_id) {
                Some(head) if head.entries > 0 => Ok((summary, *head)),
                Some(_) | None => Err(contradiction(&summary.transaction_id, "has a summary and no entry")),
            })
            .collect::<Result<_, _>>()?;

        let counted = self.counted(&deeds).await?;
        let (deeds, last_deed) = deeds::link(deeds, self.last_deed)?;

        let shape =
            sql::Shape { rows: rows.len(), summaries: summaries.len(), deeds: deeds.len(), closes: counted.len() };
        let script = self.scripts.entry(shape).or_insert_with(|| sql::commit_script(shape)).clone();
        let commit = sql::commit_query(script, &rows, &summaries, &deeds, &counted);
        let done = commit.execute(self.connection()?).await;
        done.map_err(|error| self.failed(error))?;

        self.last_deed = last_deed;

        for (summary, head) in summaries {
            if summary.open {
                self.heads.insert(summary.transaction_id, head);
            } else {
                self.heads.remove(&summary.transaction_id);
            }
        }
        Ok(())
    }

    async fn head(&mut self, id: &str) -> Result<sql::Head, JournalError> {
        if let Some(head) = self.heads.get(id) {
            return Ok(*head);
        }
        let found = sql::head(self.connection()?, id).await;
        let found = found.map_err(|error| self.failed(error))?;
        if let Some(head) = found {
            return Ok(head);
        }
        // A number is not used again in this opening even when its commit fails.
        self.last_number = self.last_number.saturating_add(1);
        Ok(sql::Head::start(self.last_number))
    }

    fn checkpoint_is_due(&mut self) -> bool {
        self.commits = self.commits.saturating_add(1);
        self.commits >= COMMITS_PER_CHECKPOINT
    }

    async fn checkpoint(&mut self) {
        self.commits = 0;
        self.refusing = Some("a checkpoint was cut off".to_owned());
        let done = match self.connection() {
            Ok(connection) => sql::checkpoint(connection).await.map_err(|error| self.failed(error)),
            Err(error) => Err(error),
        };
        self.refusing = done.as_ref().err().map(ToString::to_string);
        if let Err(error) = done {
            tracing::error!(path = %self.path.display(), %error, "copying the write-ahead log");
        }
    }

    fn connection(&mut self) -> Result<&mut SqliteConnection, JournalError> {
        self.connection.as_mut().ok_or(JournalError::Refusing { since: "it was closed".to_owned() })
    }

    fn failed(&self, error: sqlx::Error) -> JournalError {
        disk::failed_query(&self.path, error)
    }

    fn refusal(&self) -> JournalError {
        JournalError::Refusing { since: self.refusing.clone().unwrap_or_default() }
    }
}

/// A future that goes on in a task of its own when it is dropped half-way.
///
/// A task for each commit would do as well, and costs two more changes of thread while the customer
/// waits.
struct Unstoppable<F: Future<Output: Send> + Send + 'static> {
    future: Option<Pin<Box<F>>>,
}

impl<F: Future<Output: Send> + Send + 'static> Unstoppable<F> {
    fn new(future: F) -> Self {
        Self { future: Some(Box::pin(future)) }
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for Unstoppable<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // Taken out while it runs: one that panics is not run again. Nobody polls after the end.
        let Some(mut future) = self.future.take() else {
            return Poll::Pending;
        };
        let poll = future.as_mut().poll(context);
        if poll.is_pending() {
            self.future = Some(future);
        }
        poll
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Unstoppable<F> {
    fn drop(&mut self) {
        // Without a runtime the program is ending, which is a power cut as far as this goes.
        if let (Some(future), Ok(runtime)) = (self.future.take(), Handle::try_current()) {
            runtime.spawn(future);
        }
    }
}

/// Chains each row to the one before it, and moves the heads on.
fn link(rows: Vec<NewRow>, heads: &mut HashMap<String, sql::Head>) -> Result<Vec<sql::Linked>, JournalError> {
    let mut linked = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(head) = heads.get_mut(&row.transaction_id) else {
            let what = "has an entry and no summary";
            return Err(contradiction(&row.transaction_id, what));
        };
        if row.seq != head.entries {
            let what = format!("expects entry {}, not entry {}", head.entries, row.seq);
            return Err(contradiction(&row.transaction_id, &what));
        }
        let checksum = chain::link(head.checksum, &row);
        *head = head.after(checksum);
        linked.push(sql::Linked { row, number: head.number, checksum });
    }
    Ok(linked)
}

fn contradiction(id: &str, what: &str) -> JournalError {
    JournalError::Contradiction { what: format!("transaction {id} {what}") }
}

/// A journal that was never made is made whole under another name first, so that one of this name is never half made,
/// whatever fails meanwhile.
async fn make_where_missing(path: &Path) -> Result<(), JournalError> {
    let own = path.to_owned();
    let begun =
        blocking(path, move || Ok(if disk::is_made(&own)? { None } else { Some(disk::begin_new(&own)?) })).await?;
    let Some(new) = begun else { return Ok(()) };
    let connection = sql::connect(&new, path).await?;
    connection.close().await.map_err(|error| disk::failed_query(path, error))?;
    let own = path.to_owned();
    blocking(path, move || disk::put_in_place(&own, &new)).await
}

/// Looks at the journal as it was found, before anything is written: whether this program may use it, and whether what
/// is open is whole. What isn't is told, and the files are set aside as they are; a program that is too old, and a file
/// that can't be read at all, end it here.
async fn look(path: &Path) -> Result<Vec<Damaged>, JournalError> {
    let seen = through_a_view(path).await;
    let own = path.to_owned();
    // What is left of a view is in nobody's way but the next one's.
    let ended = blocking(path, move || disk::end_view(&own).map_err(|error| JournalError::from_io(&own, error))).await;
    let (damaged, name) = match seen {
        Ok((damaged, known)) => {
            let name = to_set_aside(&damaged, &known);
            (Ok(damaged), name)
        }
        Err(error @ JournalError::Corrupt { .. }) => {
            let name = chain::name([error.to_string().as_bytes()].into_iter());
            (Err(error), Some(name))
        }
        Err(error) => return Err(error),
    };
    if let Some(name) = name {
        let own = path.to_owned();
        // SQLite has nothing open, so no lock ends with the files that were read.
        blocking(path, move || disk::set_aside(&own, &name).map(drop)).await?;
    }
    ended.and(damaged)
}

async fn through_a_view(path: &Path) -> Result<(Vec<Damaged>, Vec<KnownDamage>), JournalError> {
    let own = path.to_owned();
    let view = blocking(path, move || disk::view(&own)).await?;
    let mut connection = sql::connect_to_view(&view).await.map_err(|error| disk::failed_query(path, error))?;
    let seen = examine(path, &mut connection).await;
    // It wrote nothing, so there is nothing to lose.
    let _closed = connection.close().await;
    seen
}

/// What is damaged of the open transactions and wasn't known, and what was known.
async fn examine(
    path: &Path,
    connection: &mut SqliteConnection,
) -> Result<(Vec<Damaged>, Vec<KnownDamage>), JournalError> {
    let fail = |error| disk::failed_query(path, error);
    if let Some(oldest_usable) = sql::newer_needed(connection).await.map_err(fail)? {
        return Err(JournalError::TooNew { path: path.to_owned(), oldest_usable, program: sql::PROGRAM });
    }
    if !sql::has_tables(connection).await.map_err(fail)? {
        return Ok((Vec::new(), Vec::new()));
    }
    let known = sql::known_damage(connection).await.map_err(fail)?;
    let heads = sql::open_heads(connection).await.map_err(fail)?;
    let damaged = sql::chains(connection, heads).await.map_err(fail)?.into_iter().filter_map(Result::err);
    let damaged = damaged.filter(|found| !known.iter().any(|known| known.name == found.name)).collect();
    Ok((damaged, known))
}

/// The name under which the journal is to be set aside for this damage, if it must be. While staff haven't decided
/// about an earlier one there is a copy already: a disk that falls to pieces isn't filled with copies.
fn to_set_aside(damaged: &[Damaged], known: &[KnownDamage]) -> Option<String> {
    let undecided = known.iter().any(|known| !known.accepted);
    damaged.first().filter(|_| !undecided).map(|first| first.name.clone())
}

async fn rewrite_wal(path: &Path) -> Result<(), JournalError> {
    let own = path.to_owned();
    blocking(path, move || disk::rewrite_wal(&own)).await
}

async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
) -> Result<T, JournalError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(JournalError::Disk { path: path.to_owned(), source: error.into() }))
}
