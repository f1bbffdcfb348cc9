//! Every SQL text of the journal. None is checked when it is compiled, so a test runs each of them
//! on a migrated database.

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqlStr, Sqlite, SqliteConnection, ValueRef as _,
    migrate::{Migration, MigrationType, Migrator},
    query::Query,
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteRow, SqliteSynchronous,
    },
};

use super::{
    Booked, Damaged, FoundBy, JournalError, KnownDamage, NewRow, Row, Summary, chain,
    deeds::{self, Counted, DeedRow},
    disk::{self, View},
    error::code,
};

/// The migrations, in order. Each is additive and names in `compatibility` the oldest program that
/// can use the journal after it.
pub(super) const MIGRATIONS: [(i64, &str, &str); 5] = [
    (1, "journal", include_str!("../../../../migrations/0001_journal.sql")),
    (2, "one_live_attempt", include_str!("../../../../migrations/0002_one_live_attempt.sql")),
    (3, "damage", include_str!("../../../../migrations/0003_damage.sql")),
    (4, "search", include_str!("../../../../migrations/0004_search.sql")),
    (5, "deeds", include_str!("../../../../migrations/0005_deeds.sql")),
];

/// The settings that durability rests on, and what SQLite answers when they are taken.
const PRAGMAS: [(&str, &str, &str); 4] = [
    ("locking_mode", "PRAGMA locking_mode", "exclusive"),
    ("journal_mode", "PRAGMA journal_mode", "wal"),
    ("synchronous", "PRAGMA synchronous", "2"),
    ("foreign_keys", "PRAGMA foreign_keys", "1"),
];

/// Where the chain of one transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The transaction's number in the journal.
    pub number: i64,
    /// How many entries there are, which is the `seq` of the next.
    pub entries: u32,
    /// The checksum of the last one.
    pub checksum: u64,
}

impl Head {
    /// The end of a chain that has no entry yet.
    pub const fn start(number: i64) -> Self {
        Self { number, entries: 0, checksum: chain::START }
    }

    /// The end of the chain one entry on.
    pub const fn after(self, checksum: u64) -> Self {
        Self { number: self.number, entries: self.entries.saturating_add(1), checksum }
    }
}

/// Opens SQLite, reads back every setting that matters, and migrates. What goes wrong is told of the journal at `path`.
pub(super) async fn connect(file: &Path, path: &Path) -> Result<SqliteConnection, JournalError> {
    let fail = |error| disk::failed_query(path, error);
    let mut connection = SqliteConnectOptions::new()
        .filename(file)
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // No temporary file is ever needed, so none is ever in the way of a full disk.
        .pragma("temp_store", "MEMORY")
        // Long enough for a connection that is being closed, short enough for a start.
        .busy_timeout(Duration::from_millis(500))
        .disable_statement_logging()
        .connect()
        .await
        .map_err(fail)?;
    match prepare(path, &mut connection).await {
        Ok(()) => Ok(connection),
        Err(error) => {
            // The error to report is the first; a reopen must find the file unlocked.
            let _ = connection.close().await;
            Err(error)
        }
    }
}

async fn prepare(path: &Path, connection: &mut SqliteConnection) -> Result<(), JournalError> {
    for (name, sql, wanted) in PRAGMAS {
        let row =
            sqlx::query(sql).fetch_one(&mut *connection).await.map_err(|error| disk::failed_query(path, error))?;
        let got = row
            .try_get::<String, _>(0)
            .or_else(|_| row.try_get::<i64, _>(0).map(|number| number.to_string()))
            .map_err(|error| disk::failed_query(path, error))?;
        if got != wanted {
            return Err(JournalError::Pragma { path: path.to_owned(), name, wanted, got });
        }
    }
    migrator().run_direct(None, connection, false).await.map_err(|error| JournalError::from_migrate(path, error))?;
    sqlx::raw_sql(PREPARE).execute(connection).await.map_err(|error| disk::failed_query(path, error))?;
    Ok(())
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS
        .into_iter()
        .map(|(version, name, sql)| {
            Migration::new(version, name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
        })
        .collect();
    let mut migrator = Migrator::with_migrations(migrations);
    // A newer program's migrations were judged by the `compatibility` table.
    migrator.set_ignore_missing(true);
    migrator
}

/// This program's version.
pub(super) const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// The program that the journal needs, when this one is too old for it.
pub(super) async fn newer_needed(connection: &mut SqliteConnection) -> sqlx::Result<Option<String>> {
    newer_needed_than(PROGRAM, connection).await
}

/// The same of any program; one whose version can't be read is too old for everything.
pub(super) async fn newer_needed_than(
    program: &str,
    connection: &mut SqliteConnection,
) -> sqlx::Result<Option<String>> {
    let migrated: i64 = sqlx::query_scalar(HAS_COMPATIBILITY).fetch_one(&mut *connection).await?;
    if migrated == 0 {
        return Ok(None);
    }
    let needed: Vec<String> = sqlx::query_scalar(COMPATIBILITY).fetch_all(connection).await?;
    let program = version(program);
    let usable = |oldest: &String| version(oldest).is_some_and(|oldest| Some(oldest) <= program);
    Ok(needed.into_iter().find(|oldest| !usable(oldest)))
}

/// The three numbers of a version; what can't be read is nobody's to use.
fn version(text: &str) -> Option<[u64; 3]> {
    let core = text.split(['-', '+', '~']).next()?;
    let mut parts = core.split('.').map(|part| part.parse().ok());
    let version = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(version)
}

/// What an entry's key has room for below the transaction's number.
pub(super) const ENTRIES_PER_TRANSACTION: i64 = 1_000_000;

/// A row ready to be written.
#[derive(Debug)]
pub(super) struct Linked {
    pub row: NewRow,
    /// Its transaction's number.
    pub number: i64,
    /// Chained to the row before it.
    pub checksum: u64,
}

/// How many of each a commit writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    pub rows: usize,
    pub summaries: usize,
    pub deeds: usize,
    /// Among the deeds.
    pub closes: usize,
}

/// One commit as one text: the database's thread runs it whole, in one turn.
///
/// The usual commit, one entry and its summary, is a single statement, which is a commit by itself:
/// with five the thread would wake the caller five times, while it does the customer's work.
pub(super) fn commit_script(shape: Shape) -> Arc<str> {
    let Shape { rows, summaries, deeds, closes } = shape;
    if (rows, summaries, deeds) == (1, 1, 0) {
        return INSERT_STEP.into();
    }
    let mut script = String::from("BEGIN IMMEDIATE;");
    for _ in 0..summaries {
        script.push_str(INSERT_SUMMARY);
    }
    for _ in 0..rows {
        script.push_str(INSERT_ENTRY);
    }
    for _ in 0..deeds {
        script.push_str(deeds::INSERT_DEED);
    }
    for _ in 0..closes {
        script.push_str(deeds::CLOSE_SALES);
        script.push_str(deeds::CLOSE_REFUNDS);
    }
    script.push_str("COMMIT");
    script.into()
}

/// What a commit is written through, made anew for each connection.
///
/// Of a summary, what changes no index is written always; what does is written only where it
/// differs, because SQLite rewrites an index's page even for a value that stays the same.
///
/// Each column by its name: a newer program may have added some, which have a default.
const PREPARE: &str = "
CREATE TEMP VIEW summaries AS
SELECT number, transaction_id, order_id, opened_ms, open, with_staff, state, total_won,
    card_won, approval_number, order_number, business_day, order_seq, deadline_ms, handed_over,
    entries, head, live_attempt, last_four, coupon_won, points_won, gift_card_won, services, by_hand,
    sold_ms, refunded_ms, booked
FROM transactions;

CREATE TEMP TRIGGER summary_is_written INSTEAD OF INSERT ON summaries
BEGIN
    INSERT INTO transactions (number, transaction_id, order_id, opened_ms, open, with_staff, state,
        total_won, card_won, approval_number, order_number, business_day, order_seq, deadline_ms,
        handed_over, entries, head, live_attempt, last_four, coupon_won, points_won, gift_card_won,
        services, by_hand, sold_ms, refunded_ms, booked)
    VALUES (NEW.number, NEW.transaction_id, NEW.order_id, NEW.opened_ms, NEW.open, NEW.with_staff,
        NEW.state, NEW.total_won, NEW.card_won, NEW.approval_number, NEW.order_number,
        NEW.business_day, NEW.order_seq, NEW.deadline_ms, NEW.handed_over, NEW.entries, NEW.head,
        NEW.live_attempt, NEW.last_four, NEW.coupon_won, NEW.points_won, NEW.gift_card_won,
        NEW.services, NEW.by_hand, NEW.sold_ms, NEW.refunded_ms, NEW.booked)
    ON CONFLICT (number) DO UPDATE SET state = excluded.state,
        total_won = excluded.total_won, card_won = excluded.card_won,
        approval_number = excluded.approval_number, order_number = excluded.order_number,
        deadline_ms = excluded.deadline_ms, handed_over = excluded.handed_over,
        entries = excluded.entries, head = excluded.head, last_four = excluded.last_four,
        coupon_won = excluded.coupon_won, points_won = excluded.points_won,
        gift_card_won = excluded.gift_card_won, services = excluded.services,
        by_hand = excluded.by_hand, booked = excluded.booked;

    UPDATE transactions SET order_id = NEW.order_id, opened_ms = NEW.opened_ms, open = NEW.open,
        with_staff = NEW.with_staff, business_day = NEW.business_day, order_seq = NEW.order_seq,
        live_attempt = NEW.live_attempt
    WHERE number = NEW.number
        AND (order_id, opened_ms, open, with_staff, business_day, order_seq, live_attempt)
        IS NOT (NEW.order_id, NEW.opened_ms, NEW.open, NEW.with_staff, NEW.business_day,
            NEW.order_seq, NEW.live_attempt);

    UPDATE transactions SET sold_ms = NEW.sold_ms, refunded_ms = NEW.refunded_ms
    WHERE number = NEW.number AND (sold_ms, refunded_ms) IS NOT (NEW.sold_ms, NEW.refunded_ms);
END;

CREATE TEMP VIEW steps AS
SELECT transactions.number, transaction_id, order_id, opened_ms, open, with_staff, state, total_won,
    card_won, approval_number, order_number, business_day, order_seq, deadline_ms, handed_over,
    entries, head, live_attempt, last_four, coupon_won, points_won, gift_card_won, services, by_hand,
    sold_ms, refunded_ms, booked, key, seq, at_ms, boot_ms, boot_id, kind, body, checksum
FROM transactions, entries;

CREATE TEMP TRIGGER step_is_written INSTEAD OF INSERT ON steps
BEGIN
    INSERT INTO summaries (number, transaction_id, order_id, opened_ms, open, with_staff, state, total_won,
        card_won, approval_number, order_number, business_day, order_seq, deadline_ms, handed_over,
        entries, head, live_attempt, last_four, coupon_won, points_won, gift_card_won, services, by_hand,
        sold_ms, refunded_ms, booked)
    VALUES (NEW.number, NEW.transaction_id, NEW.order_id, NEW.opened_ms, NEW.open, NEW.with_staff,
        NEW.state, NEW.total_won, NEW.card_won, NEW.approval_number, NEW.order_number,
        NEW.business_day, NEW.order_seq, NEW.deadline_ms, NEW.handed_over, NEW.entries, NEW.head,
        NEW.live_attempt, NEW.last_four, NEW.coupon_won, NEW.points_won, NEW.gift_card_won,
        NEW.services, NEW.by_hand, NEW.sold_ms, NEW.refunded_ms, NEW.booked);

    INSERT INTO entries (key, number, seq, at_ms, boot_ms, boot_id, kind, body, checksum)
    VALUES (NEW.key, NEW.number, NEW.seq, NEW.at_ms, NEW.boot_ms, NEW.boot_id, NEW.kind, NEW.body,
        NEW.checksum);
END;";

pub(super) const INSERT_STEP: &str = "
INSERT INTO steps (number, transaction_id, order_id, opened_ms, open, with_staff, state, total_won,
    card_won, approval_number, order_number, business_day, order_seq, deadline_ms, handed_over,
    entries, head, live_attempt, last_four, coupon_won, points_won, gift_card_won, services, by_hand,
    sold_ms, refunded_ms, booked, key, seq, at_ms, boot_ms, boot_id, kind, body, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

pub(super) const INSERT_SUMMARY: &str = "
INSERT INTO summaries (number, transaction_id, order_id, opened_ms, open, with_staff, state,
    total_won, card_won, approval_number, order_number, business_day, order_seq, deadline_ms,
    handed_over, entries, head, live_attempt, last_four, coupon_won, points_won, gift_card_won,
    services, by_hand, sold_ms, refunded_ms, booked)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);";

// The key begins with the transaction's number, so that the number isn't bound again.
pub(super) const INSERT_ENTRY: &str = "
INSERT INTO entries (key, number, seq, at_ms, boot_ms, boot_id, kind, body, checksum)
SELECT key, key / 1000000, seq, at_ms, boot_ms, boot_id, kind, body, checksum
FROM (SELECT ? AS key, ? AS seq, ? AS at_ms, ? AS boot_ms, ? AS boot_id, ? AS kind, ? AS body,
    ? AS checksum);";

pub(super) const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";

pub(super) const HAS_COMPATIBILITY: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'compatibility'";

pub(super) const COMPATIBILITY: &str = "SELECT oldest_usable FROM compatibility ORDER BY migration";

pub(super) const HEAD: &str = "SELECT number, entries, head FROM transactions WHERE transaction_id = ?";

pub(super) const LAST_NUMBER: &str = "SELECT coalesce(max(number), 0) FROM transactions";

pub(super) const OPEN_TRANSACTIONS: &str = "
SELECT transaction_id, number, entries, head FROM transactions WHERE open = 1
ORDER BY deadline_ms IS NULL, deadline_ms, opened_ms";

// By the key, which counts up: no clock is asked which are the last.
pub(super) const LAST_CLOSED: &str = "
SELECT transaction_id, number, entries, head FROM transactions
WHERE number > (SELECT coalesce(max(number), 0) FROM transactions) - ? AND open = 0";

// Text as bytes, so that a broken letter is damage to one entry and not an error of the whole read. An entry whose key
// says something else than its number and place, which no checksum covers, can't be read.
pub(super) const ENTRIES: &str = "
SELECT iif(key = number * 1000000 + seq, seq, NULL), at_ms, boot_ms, CAST(boot_id AS BLOB), CAST(kind AS BLOB), CAST(body AS BLOB), checksum
FROM entries WHERE key BETWEEN ?1 * 1000000 AND ?1 * 1000000 + 999999 ORDER BY key";

pub(super) const LAST_ORDER_NUMBER: &str = "
SELECT coalesce(max(order_seq), 0) FROM transactions
WHERE business_day = ? AND order_seq IS NOT NULL";

pub(super) const SUMMARY: &str = "
SELECT transaction_id, order_id, opened_ms, open, with_staff, state, total_won, card_won,
    approval_number, order_number, business_day, order_seq, deadline_ms, handed_over, live_attempt,
    last_four, coupon_won, points_won, gift_card_won, services, by_hand,
    booked IS entries, sold_ms, refunded_ms
FROM transactions WHERE transaction_id = ?";

// Begins with the columns of ENTRIES and goes on with those of HEAD.
pub(super) const PAID_ORDERS: &str = "
SELECT iif(key = entries.number * 1000000 + seq, seq, NULL), at_ms, boot_ms, CAST(boot_id AS BLOB), CAST(kind AS BLOB), CAST(body AS BLOB), checksum,
    transaction_id, paid.number, paid.entries, head
FROM (SELECT transaction_id, number, entries, head, order_seq FROM transactions
    WHERE business_day = ? AND order_seq IS NOT NULL ORDER BY order_seq DESC LIMIT ?) AS paid
LEFT JOIN entries ON key BETWEEN paid.number * 1000000 AND paid.number * 1000000 + 999999
ORDER BY order_seq DESC, key";

pub(super) const PAID_HEADS: &str = "
SELECT transaction_id, number, entries, head FROM transactions
WHERE business_day = ? AND order_seq IS NOT NULL ORDER BY order_seq DESC LIMIT ?";

pub(super) const WITH_STAFF: &str = "
SELECT transaction_id, order_id, opened_ms, open, with_staff, state, total_won, card_won,
    approval_number, order_number, business_day, order_seq, deadline_ms, handed_over, live_attempt,
    last_four, coupon_won, points_won, gift_card_won, services, by_hand,
    booked IS entries, sold_ms, refunded_ms
FROM transactions WHERE with_staff = 1 ORDER BY opened_ms";

// Each column by its name: an older journal has fewer, a newer one more.
pub(super) const SUMMARIES_AFTER: &str = "SELECT * FROM transactions WHERE number > ? ORDER BY number LIMIT ?";

pub(super) const SUMMARIES_BEFORE: &str = "SELECT * FROM transactions WHERE number < ? ORDER BY number DESC LIMIT ?";

// Begins with the columns of ENTRIES.
pub(super) const ENTRIES_BETWEEN: &str = "
SELECT iif(key = number * 1000000 + seq, seq, NULL), at_ms, boot_ms, CAST(boot_id AS BLOB), CAST(kind AS BLOB), CAST(body AS BLOB), checksum, key / 1000000
FROM entries WHERE key BETWEEN ? AND ? ORDER BY key";

pub(super) const SUMMARIES_NAMED: &str = "
SELECT * FROM transactions
WHERE transaction_id = ?1 COLLATE NOCASE OR order_number = ?1 COLLATE NOCASE OR approval_number = ?1 COLLATE NOCASE
    OR substr(transaction_id, -5) = ?2 COLLATE NOCASE
ORDER BY number DESC LIMIT ?3";

// Of a charge that pays for nothing only the entries know the number.
pub(super) const SUMMARIES_CHARGED: &str = "
SELECT * FROM transactions WHERE number IN (SELECT number FROM entries
    WHERE instr(body, '\"approvalNumber\":' || ?1) > 0)
ORDER BY number DESC LIMIT ?2";

pub(super) const HEADS_BETWEEN: &str = "
SELECT transaction_id, number, entries, head FROM transactions WHERE number BETWEEN ? AND ? ORDER BY number";

pub(super) const LOST_BETWEEN: &str = "
SELECT DISTINCT key / 1000000 FROM entries
WHERE key BETWEEN ? AND ? AND key / 1000000 NOT IN (SELECT number FROM transactions WHERE number = key / 1000000)";

pub(super) const HAS_DAMAGE: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'damage'";

pub(super) const DAMAGE: &str = "
SELECT name, transaction_id, seq, what, accepted_ms FROM damage ORDER BY rowid";

pub(super) const INSERT_DAMAGE: &str = "
INSERT INTO damage (name, transaction_id, seq, what, found_ms) VALUES (?, ?, ?, ?, unixepoch() * 1000)
ON CONFLICT (name) DO NOTHING";

pub(super) const ACCEPT_DAMAGE: &str = "
UPDATE damage SET accepted_ms = unixepoch() * 1000 WHERE name = ? AND accepted_ms IS NULL";

pub(super) const HAS_TABLES: &str =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('transactions', 'entries', 'compatibility')";

pub(super) const HAS_LIVE_ATTEMPT: &str =
    "SELECT count(*) FROM pragma_table_info('transactions') WHERE name = 'live_attempt'";

// With indexes against tables, and every CHECK of the schema.
pub(super) const STRUCTURE: &str = "PRAGMA integrity_check(20)";

/// Opens a copy that is ours alone, to read it: nothing is claimed, migrated or written anew.
pub(super) async fn connect_to_copy(path: &Path) -> sqlx::Result<SqliteConnection> {
    SqliteConnectOptions::new()
        .filename(path)
        .pragma("temp_store", "MEMORY")
        .pragma("query_only", "ON")
        .disable_statement_logging()
        .connect()
        .await
}

/// Opens a view of a journal, see `disk::view`, to read it. Without a log nothing is made beside it either.
pub(super) async fn connect_to_view(view: &View) -> sqlx::Result<SqliteConnection> {
    SqliteConnectOptions::new()
        .filename(&view.file)
        .read_only(true)
        .immutable(!view.has_log)
        .pragma("temp_store", "MEMORY")
        .busy_timeout(Duration::from_millis(500))
        .disable_statement_logging()
        .connect()
        .await
}

/// Whether a file that was never migrated by this kiosk lies there.
pub(super) async fn has_tables(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    let tables: i64 = sqlx::query_scalar(HAS_TABLES).fetch_one(connection).await?;
    Ok(tables == 3)
}

/// The names of all damage that is known, and whether some of it is undecided. A journal of an older program knows none.
pub(super) async fn known_damage(connection: &mut SqliteConnection) -> sqlx::Result<Vec<KnownDamage>> {
    let there: i64 = sqlx::query_scalar(HAS_DAMAGE).fetch_one(&mut *connection).await?;
    if there == 0 {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(DAMAGE).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            Ok(KnownDamage {
                name: row.try_get(0)?,
                transaction_id: row.try_get(1)?,
                seq: row.try_get(2)?,
                what: row.try_get(3)?,
                accepted: row.try_get::<Option<i64>, _>(4)?.is_some(),
            })
        })
        .collect()
}

/// Writes down what was found, once.
pub(super) async fn note_damage(connection: &mut SqliteConnection, damaged: &[Damaged]) -> sqlx::Result<()> {
    for Damaged { name, transaction_id, seq, what, whole: _ } in damaged {
        let query = sqlx::query(INSERT_DAMAGE).bind(name.clone()).bind(transaction_id.clone()).bind(*seq);
        query.bind(*what).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes down that staff decided; says whether there was something to decide.
pub(super) async fn accept_damage(connection: &mut SqliteConnection, name: &str) -> sqlx::Result<bool> {
    let done = sqlx::query(ACCEPT_DAMAGE).bind(name.to_owned()).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

/// What is damaged of the transactions whose numbers are in this range, open and closed.
pub(super) async fn check(connection: &mut SqliteConnection, from: i64, to: i64) -> sqlx::Result<Vec<Damaged>> {
    let heads = sqlx::query(HEADS_BETWEEN).bind(from).bind(to).fetch_all(&mut *connection).await;
    let heads = match heads.and_then(|rows| read_heads(&rows)) {
        Err(error) if is_broken(&error) => {
            return Ok(vec![unreadable(&format!("transactions {from} to {to}"), &error)]);
        }
        heads => heads?,
    };
    let chains = chains(connection, heads).await?;
    let mut damaged: Vec<Damaged> = chains.into_iter().filter_map(Result::err).collect();
    let lost = sqlx::query_scalar::<_, i64>(LOST_BETWEEN)
        .bind(from * ENTRIES_PER_TRANSACTION)
        .bind(to * ENTRIES_PER_TRANSACTION + ENTRIES_PER_TRANSACTION - 1)
        .fetch_all(connection)
        .await;
    match lost {
        Ok(lost) => damaged.extend(lost.into_iter().map(|number| {
            let id = format!("number {number}");
            let name = chain::name([id.as_bytes(), b"lost"].into_iter());
            damaged_at(&id, 0, "its summary is lost, and its entries are there", Vec::new(), name)
        })),
        // The transaction that it belongs to has said so.
        Err(error) if is_broken(&error) && !damaged.is_empty() => {}
        Err(error) if is_broken(&error) => damaged.push(unreadable(&format!("transactions {from} to {to}"), &error)),
        Err(error) => return Err(error),
    }
    Ok(damaged)
}

/// Binds a commit's values in the order of its script.
pub(super) fn commit_query<'q>(
    script: Arc<str>,
    rows: &[Linked],
    summaries: &[(Summary, Head)],
    deeds: &[DeedRow],
    counted: &[Counted],
) -> Query<'q, Sqlite, SqliteArguments> {
    let mut query = sqlx::query(AssertSqlSafe(script));
    for (summary, head) in summaries {
        query = bind_summary(query, summary, *head);
    }
    for linked in rows {
        let Linked { row, number, checksum } = linked;
        query = query
            .bind(number * ENTRIES_PER_TRANSACTION + i64::from(row.seq))
            .bind(row.seq)
            .bind(row.at_ms)
            .bind(row.boot_ms)
            .bind(row.boot_id.clone())
            .bind(row.kind.clone())
            .bind(row.body.clone())
            .bind(checksum.cast_signed());
    }
    deeds::bind(query, deeds, counted)
}

fn bind_summary<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    summary: &Summary,
    head: Head,
) -> Query<'q, Sqlite, SqliteArguments> {
    let Summary {
        transaction_id,
        order_id,
        opened_ms,
        open,
        with_staff,
        state,
        total_won,
        card_won,
        approval_number,
        order_number,
        business_day,
        order_seq,
        deadline_ms,
        handed_over,
        live_attempt,
        found_by,
        booked,
    } = summary;
    let unsaid = FoundBy::default();
    let FoundBy { last_four, coupon_won, points_won, gift_card_won, services, by_hand } =
        found_by.as_ref().unwrap_or(&unsaid);
    query
        .bind(head.number)
        .bind(transaction_id.clone())
        .bind(order_id.clone())
        .bind(*opened_ms)
        .bind(*open)
        .bind(*with_staff)
        .bind(state.clone())
        .bind(*total_won)
        .bind(*card_won)
        .bind(approval_number.clone())
        .bind(order_number.clone())
        .bind(business_day.clone())
        .bind(*order_seq)
        .bind(*deadline_ms)
        .bind(*handed_over)
        .bind(head.entries)
        .bind(head.checksum.cast_signed())
        .bind(*live_attempt)
        .bind(last_four.clone())
        .bind(*coupon_won)
        .bind(*points_won)
        .bind(*gift_card_won)
        .bind(found_by.as_ref().map(|_| *services))
        .bind(*by_hand)
        .bind(booked.and_then(|booked| booked.sold_ms))
        .bind(booked.and_then(|booked| booked.refunded_ms))
        .bind(booked.map(|_| head.entries))
}

/// Copies what the write-ahead log holds into the journal's file.
pub(super) async fn checkpoint(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::query(CHECKPOINT).execute(connection).await?;
    Ok(())
}

/// Where a transaction's chain ends, as its summary says.
pub(super) async fn head(connection: &mut SqliteConnection, id: &str) -> sqlx::Result<Option<Head>> {
    let row = sqlx::query(HEAD).bind(id.to_owned()).fetch_optional(connection).await?;
    row.map(|row| read_head(&row, 0)).transpose()
}

/// The number of the newest transaction, 0 before the first.
pub(super) async fn last_number(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar(LAST_NUMBER).fetch_one(connection).await
}

/// The open transactions, the oldest deadline first, and where their chains end.
pub(super) async fn open_heads(connection: &mut SqliteConnection) -> sqlx::Result<Vec<(String, Head)>> {
    read_heads(&sqlx::query(OPEN_TRANSACTIONS).fetch_all(connection).await?)
}

/// The closed ones among so many transactions that were opened last, and where their chains end.
pub(super) async fn last_closed_heads(
    connection: &mut SqliteConnection,
    of_the_last: u32,
) -> sqlx::Result<Vec<(String, Head)>> {
    read_heads(&sqlx::query(LAST_CLOSED).bind(of_the_last).fetch_all(connection).await?)
}

pub(super) fn read_heads(rows: &[SqliteRow]) -> sqlx::Result<Vec<(String, Head)>> {
    rows.iter().map(|row| Ok((row.try_get(0)?, read_head(row, 1)?))).collect()
}

fn read_head(row: &SqliteRow, at: usize) -> sqlx::Result<Head> {
    Ok(Head {
        number: row.try_get(at)?,
        entries: row.try_get(at + 1)?,
        checksum: row.try_get::<i64, _>(at + 2)?.cast_unsigned(),
    })
}

/// A transaction's entries, if its chain is whole and ends where its summary says. Where the file's structure is broken
/// below them, that is damage of this transaction: of the others it says nothing.
pub(super) async fn chain(
    connection: &mut SqliteConnection,
    id: &str,
    head: Head,
) -> sqlx::Result<Result<Vec<Row>, Damaged>> {
    match sqlx::query(ENTRIES).bind(head.number).fetch_all(connection).await {
        Ok(found) => Ok(follow(id, head, &found)),
        Err(error) if is_broken(&error) => Ok(Err(unreadable(id, &error))),
        Err(error) => Err(error),
    }
}

/// The chains of several transactions.
pub(super) async fn chains(
    connection: &mut SqliteConnection,
    heads: Vec<(String, Head)>,
) -> sqlx::Result<Vec<Result<Vec<Row>, Damaged>>> {
    let mut chains = Vec::with_capacity(heads.len());
    for (id, head) in heads {
        chains.push(chain(connection, &id, head).await?);
    }
    Ok(chains)
}

/// SQLite found its own structure broken.
pub(super) fn is_broken(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code & 0xff == 11)
}

fn unreadable(id: &str, error: &sqlx::Error) -> Damaged {
    let name = chain::name([id.as_bytes(), error.to_string().as_bytes()].into_iter());
    damaged_at(id, 0, "the file is broken where it stands", Vec::new(), name)
}

/// Follows a chain from its start as far as it is whole, which should be to its head.
pub(super) fn follow(id: &str, head: Head, found: &[SqliteRow]) -> Result<Vec<Row>, Damaged> {
    let mut rows = Vec::with_capacity(found.len());
    let mut at = Head::start(head.number);
    let named = || name(id, head, found);
    for found in found {
        let what = match read_row(found, id) {
            None => "it can't be read",
            Some(row) if row.seq != at.entries => "the one expected here is missing",
            Some(row) if row.checksum != chain::link(at.checksum, &row.to_new()) => "its checksum is wrong",
            Some(row) => {
                at = at.after(row.checksum);
                rows.push(row);
                continue;
            }
        };
        return Err(damaged_at(id, at.entries, what, rows, named()));
    }
    if at != head {
        let what = "the summary knows of another last entry";
        return Err(damaged_at(id, at.entries, what, rows, named()));
    }
    Ok(rows)
}

/// What names a damage: all that is there of the transaction.
fn name(id: &str, head: Head, found: &[SqliteRow]) -> String {
    let Head { number, entries, checksum } = head;
    let head = format!("{number} {entries} {checksum}");
    // Whatever a column is, it has bytes.
    let bytes = |row: &SqliteRow, at| row.try_get_unchecked::<Vec<u8>, _>(at).unwrap_or_default();
    let columns: Vec<Vec<u8>> = found.iter().flat_map(|row| (0..7).map(move |at| bytes(row, at))).collect();
    chain::name([id.as_bytes(), head.as_bytes()].into_iter().chain(columns.iter().map(Vec::as_slice)))
}

fn damaged_at(id: &str, seq: u32, what: &'static str, whole: Vec<Row>, name: String) -> Damaged {
    Damaged { transaction_id: id.to_owned(), seq, what, whole, name }
}

/// One entry, if its columns can be read at all.
pub(super) fn read_row(row: &SqliteRow, id: &str) -> Option<Row> {
    let text = |at: usize| String::from_utf8(row.try_get::<Vec<u8>, _>(at).ok()?).ok();
    Some(Row {
        transaction_id: id.to_owned(),
        seq: row.try_get(0).ok()?,
        at_ms: row.try_get(1).ok()?,
        boot_ms: row.try_get(2).ok()?,
        boot_id: text(3)?,
        kind: text(4)?,
        body: text(5)?,
        checksum: row.try_get::<i64, _>(6).ok()?.cast_unsigned(),
    })
}

/// The highest order number of a business day, 0 before the first.
pub(super) async fn last_order_number(connection: &mut SqliteConnection, business_day: &str) -> sqlx::Result<u32> {
    sqlx::query_scalar(LAST_ORDER_NUMBER).bind(business_day.to_owned()).fetch_one(connection).await
}

/// One transaction's summary.
pub(super) async fn summary(connection: &mut SqliteConnection, id: &str) -> sqlx::Result<Option<Summary>> {
    let row = sqlx::query(SUMMARY).bind(id.to_owned()).fetch_optional(connection).await?;
    row.as_ref().map(read_summary).transpose()
}

/// The orders of a business day that have a number, the newest first, with all their entries.
pub(super) async fn paid_orders(
    connection: &mut SqliteConnection,
    business_day: &str,
    limit: u32,
) -> sqlx::Result<Vec<Result<Vec<Row>, Damaged>>> {
    let found = sqlx::query(PAID_ORDERS).bind(business_day.to_owned()).bind(limit).fetch_all(&mut *connection).await;
    let found = match found {
        // One order must not hide the others.
        Err(error) if is_broken(&error) => return paid_orders_one_by_one(connection, business_day, limit).await,
        found => found?,
    };
    let number = |row: &SqliteRow| row.try_get::<i64, _>(8);
    let mut chains = Vec::new();
    for of_one in found.chunk_by(|one, next| number(one).ok() == number(next).ok()) {
        let Some(first) = of_one.first() else { continue };
        let (id, head): (String, Head) = (first.try_get(7)?, read_head(first, 8)?);
        // An order that has lost all its entries comes as one row without any.
        let lost = first.try_get_raw(0)?.is_null();
        chains.push(follow(&id, head, if lost { &[] } else { of_one }));
    }
    Ok(chains)
}

async fn paid_orders_one_by_one(
    connection: &mut SqliteConnection,
    business_day: &str,
    limit: u32,
) -> sqlx::Result<Vec<Result<Vec<Row>, Damaged>>> {
    let heads = sqlx::query(PAID_HEADS).bind(business_day.to_owned()).bind(limit).fetch_all(&mut *connection).await?;
    chains(connection, read_heads(&heads)?).await
}

/// What only staff can resolve, the oldest first.
pub(super) async fn with_staff(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Summary>> {
    let rows = sqlx::query(WITH_STAFF).fetch_all(connection).await?;
    rows.iter().map(read_summary).collect()
}

/// A summary from a row that names its columns. What a journal of an older program doesn't have is `false`, or not said.
pub(super) fn named_summary(row: &SqliteRow) -> sqlx::Result<Summary> {
    Ok(Summary {
        transaction_id: row.try_get("transaction_id")?,
        order_id: row.try_get("order_id")?,
        opened_ms: row.try_get("opened_ms")?,
        open: row.try_get("open")?,
        with_staff: row.try_get("with_staff")?,
        state: row.try_get("state")?,
        total_won: row.try_get("total_won")?,
        card_won: row.try_get("card_won")?,
        approval_number: row.try_get("approval_number")?,
        order_number: row.try_get("order_number")?,
        business_day: row.try_get("business_day")?,
        order_seq: row.try_get("order_seq")?,
        deadline_ms: row.try_get("deadline_ms")?,
        handed_over: row.try_get("handed_over")?,
        live_attempt: match row.try_get("live_attempt") {
            Err(sqlx::Error::ColumnNotFound(_)) => false,
            found => found?,
        },
        found_by: match row.try_get::<Option<u8>, _>("services") {
            Err(sqlx::Error::ColumnNotFound(_)) | Ok(None) => None,
            Ok(Some(services)) => Some(FoundBy {
                last_four: row.try_get("last_four")?,
                coupon_won: row.try_get("coupon_won")?,
                points_won: row.try_get("points_won")?,
                gift_card_won: row.try_get("gift_card_won")?,
                services,
                by_hand: row.try_get("by_hand")?,
            }),
            Err(error) => return Err(error),
        },
        booked: match row.try_get::<Option<u32>, _>("booked") {
            Err(sqlx::Error::ColumnNotFound(_)) | Ok(None) => None,
            Ok(Some(booked)) if booked != row.try_get::<u32, _>("entries")? => None,
            Ok(Some(_)) => Some(Booked { sold_ms: row.try_get("sold_ms")?, refunded_ms: row.try_get("refunded_ms")? }),
            Err(error) => return Err(error),
        },
    })
}

/// Where a chain ends, from a row that names its columns.
pub(super) fn named_head(row: &SqliteRow) -> sqlx::Result<Head> {
    Ok(Head {
        number: row.try_get("number")?,
        entries: row.try_get("entries")?,
        checksum: row.try_get::<i64, _>("head")?.cast_unsigned(),
    })
}

fn read_summary(row: &SqliteRow) -> sqlx::Result<Summary> {
    Ok(Summary {
        transaction_id: row.try_get(0)?,
        order_id: row.try_get(1)?,
        opened_ms: row.try_get(2)?,
        open: row.try_get(3)?,
        with_staff: row.try_get(4)?,
        state: row.try_get(5)?,
        total_won: row.try_get(6)?,
        card_won: row.try_get(7)?,
        approval_number: row.try_get(8)?,
        order_number: row.try_get(9)?,
        business_day: row.try_get(10)?,
        order_seq: row.try_get(11)?,
        deadline_ms: row.try_get(12)?,
        handed_over: row.try_get(13)?,
        live_attempt: row.try_get(14)?,
        found_by: match row.try_get::<Option<u8>, _>(19)? {
            None => None,
            Some(services) => Some(FoundBy {
                last_four: row.try_get(15)?,
                coupon_won: row.try_get(16)?,
                points_won: row.try_get(17)?,
                gift_card_won: row.try_get(18)?,
                services,
                by_hand: row.try_get(20)?,
            }),
        },
        booked: match row.try_get(21)? {
            false => None,
            true => Some(Booked { sold_ms: row.try_get(22)?, refunded_ms: row.try_get(23)? }),
        },
    })
}

/// The scripts already put together, by how much they write. The same text is what makes the
/// database reuse its prepared statements.
pub(super) type Scripts = HashMap<Shape, Arc<str>>;
