//! The journal: the one place where what happened is durable.
//!
//! It stores rows and knows nothing of what they mean. An effect starts only after the commit of
//! the row that announces it returned `Ok`; then the row survives a power cut. An error means
//! *unknown*: the row may be there or not. From then on the journal refuses everything until
//! [`Journal::recover`] has opened it anew and what is really there can be read.
//!
//! What is promised covers the entries and their order: each carries a checksum chained to the one
//! before. It doesn't cover free pages, nor the write-ahead log's last, unacknowledged frames, nor
//! a summary's own columns, which only the fold of the entries can prove.
//!
//! Reading order: this file, then `sql` (every statement), `chain` (the checksums), `disk` (the
//! files under SQLite), `error`; and `copy`, for those who look into a journal that they don't own.

mod chain;
mod copy;
#[cfg(test)]
pub(crate) mod damage;
mod disk;
mod error;
mod sql;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
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
pub use error::{Cause, JournalError};

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
        let fresh = rewrite_wal(&path).await?;
        let mut connection = sql::connect(&path).await?;
        if fresh {
            // SQLite made its own log, which grows with each commit. The second opening gets one
            // that has its full size already.
            connection.close().await.map_err(|error| JournalError::from_sqlx(&path, error))?;
            rewrite_wal(&path).await?;
            connection = sql::connect(&path).await?;
        }
        let last_number = match sql::last_number(&mut connection).await {
            Ok(number) => number,
            Err(error) => {
                // The first error is the one to report; a next try must find the file unlocked.
                let _ = connection.close().await;
                return Err(JournalError::from_sqlx(&path, error));
            }
        };
        let desk = Desk {
            connection: Some(connection),
            lock: Some(lock),
            path: path.clone(),
            refusing: None,
            last_number,
            heads: HashMap::new(),
            scripts: HashMap::new(),
            commits: 0,
        };
        Ok(Self { path, desk: Arc::new(Mutex::new(desk)) })
    }

    /// Makes `rows` durable, and the summaries with them, all or nothing.
    ///
    /// Each transaction that gets a row gets its summary in the same call. A summary without a row
    /// is admitted for a transaction that has rows already.
    ///
    /// Once begun, the commit goes on even if this future is dropped. After an error the journal
    /// refuses everything until it is recovered.
    pub async fn commit(&mut self, rows: Vec<NewRow>, summaries: Vec<Summary>) -> Result<(), JournalError> {
        let mut desk = self.desk.clone().lock_owned().await;
        Unstoppable::new(async move {
            desk.commit(rows, summaries).await?;
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
        let fail = |error| JournalError::from_sqlx(&self.path, error);
        let connection = desk.connection()?;
        let mut chains = Vec::new();
        for (id, head) in sql::open_heads(connection).await.map_err(fail)? {
            chains.push(sql::chain(connection, &id, head).await.map_err(fail)?);
        }
        Ok(chains)
    }

    /// The rows of each transaction that is closed among so many that were opened last.
    pub async fn last_closed(&mut self, of_the_last: u32) -> Result<Vec<Result<Vec<Row>, Damaged>>, JournalError> {
        let mut desk = self.read().await?;
        let fail = |error| JournalError::from_sqlx(&self.path, error);
        let connection = desk.connection()?;
        let mut chains = Vec::new();
        for (id, head) in sql::last_closed_heads(connection, of_the_last).await.map_err(fail)? {
            chains.push(sql::chain(connection, &id, head).await.map_err(fail)?);
        }
        Ok(chains)
    }

    /// The rows of one transaction in order; none if there is no such transaction.
    pub async fn transaction(&mut self, id: &str) -> Result<Vec<Row>, JournalError> {
        let mut desk = self.read().await?;
        let fail = |error| JournalError::from_sqlx(&self.path, error);
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
        found.map_err(|error| JournalError::from_sqlx(&self.path, error))
    }

    /// The highest order number that was given on a business day, 0 before the first.
    pub async fn last_order_number(&mut self, business_day: &str) -> Result<u32, JournalError> {
        let mut desk = self.read().await?;
        let found = sql::last_order_number(desk.connection()?, business_day).await;
        found.map_err(|error| JournalError::from_sqlx(&self.path, error))
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
        found.map_err(|error| JournalError::from_sqlx(&self.path, error))
    }

    /// What only staff can resolve, the oldest first.
    pub async fn with_staff(&mut self) -> Result<Vec<Summary>, JournalError> {
        let mut desk = self.read().await?;
        let found = sql::with_staff(desk.connection()?).await;
        found.map_err(|error| JournalError::from_sqlx(&self.path, error))
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
    /// Where the chains of the transactions end that were written to, while they are open.
    heads: HashMap<String, sql::Head>,
    scripts: sql::Scripts,
    /// Since the last checkpoint.
    commits: u32,
}

impl Desk {
    async fn commit(&mut self, rows: Vec<NewRow>, summaries: Vec<Summary>) -> Result<(), JournalError> {
        if self.refusing.is_some() {
            return Err(self.refusal());
        }
        // Set before anything is done and taken back at the end, so that a task that is cut off
        // half-way leaves a journal that refuses.
        self.refusing = Some("a commit was cut off".to_owned());
        let done = self.write(rows, summaries).await;
        self.refusing = done.as_ref().err().map(ToString::to_string);
        done
    }

    async fn write(&mut self, rows: Vec<NewRow>, summaries: Vec<Summary>) -> Result<(), JournalError> {
        if rows.is_empty() && summaries.is_empty() {
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

        let shape = (rows.len(), summaries.len());
        let script = self.scripts.entry(shape).or_insert_with(|| sql::commit_script(shape.0, shape.1)).clone();
        let commit = sql::commit_query(script, &rows, &summaries);
        let done = commit.execute(self.connection()?).await;
        done.map_err(|error| self.failed(error))?;

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
        if error::is_failed_sync(&error) {
            disk::count_failed_sync(&self.path);
        }
        JournalError::from_sqlx(&self.path, error)
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

/// Writes the write-ahead log anew; says whether SQLite has yet to make the journal.
async fn rewrite_wal(path: &Path) -> Result<bool, JournalError> {
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
