//! What staff did, and what a close of a day counts: what of it is written in a commit, how it is read, and every statement
//! for it (`migrations/0005_deeds.sql`).
//!
//! Each deed is chained to the one before, as the entries of a transaction are. Nothing says how many there must be, so
//! deeds that are lost from the end show only by what their closes counted.

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::{Row as _, Sqlite, SqliteConnection, query::Query, sqlite::SqliteArguments, sqlite::SqliteRow};

use super::{Damaged, Desk, Journal, JournalError, NewRow, Row, chain, contradiction, disk, sql};

/// Something that staff did, to make durable. What we keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeed {
    /// The wall clock, in ms since 1970.
    pub at_ms: i64,
    /// The boot clock with time asleep included, in ms since the machine started.
    pub boot_ms: i64,
    /// Which boot the boot clock belongs to.
    pub boot_id: String,
    /// What kind of deed it is.
    pub kind: String,
    /// Who did it and what, as JSON: `by`, and the body of the kind as `did`.
    pub body: String,
    /// What it counts, when it closes a day.
    pub close: Option<NewClose>,
}

/// What a close of a day counts. What we keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewClose {
    /// Its number, which its body says too: one more than the close before has.
    pub number: u32,
    /// The transactions whose sale it counts, or whose refund (`true`).
    pub bookings: Vec<(String, bool)>,
}

/// Something that staff did, as read back. What we keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeedRow {
    /// Counts up from 1 without a gap.
    pub number: i64,
    /// The wall clock, in ms since 1970.
    pub at_ms: i64,
    /// The boot clock with time asleep included, in ms since the machine started.
    pub boot_ms: i64,
    /// Which boot the boot clock belongs to.
    pub boot_id: String,
    /// What kind of deed it is.
    pub kind: String,
    /// Who did it and what, as JSON.
    pub body: String,
    /// The checksum over all of this and the checksum of the deed before.
    pub checksum: u64,
}

/// A deed that can't be trusted, alone or because of the one before it. Unread.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("deed {number} is damaged: {what}")]
pub struct DamagedDeed {
    /// Its number.
    pub number: i64,
    /// What is wrong with it.
    pub what: &'static str,
}

/// A transaction whose sale or whose refund no close counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclosed {
    /// Its rows.
    pub chain: Result<Vec<Row>, Damaged>,
    /// When it was sold, if no close counts the sale.
    pub sold_ms: Option<i64>,
    /// When it was refunded, if no close counts the refund.
    pub refunded_ms: Option<i64>,
}

impl Journal {
    /// What staff did last, the newest first; what comes before the deed of that number, when one is named. One that can't
    /// be trusted is an error of its own.
    pub async fn deeds(
        &mut self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Result<DeedRow, DamagedDeed>>, JournalError> {
        let query = sqlx::query(BEFORE).bind(before.unwrap_or(i64::MAX)).bind(limit);
        self.read_deeds(query).await
    }

    /// All deeds of these kinds, the oldest first. One that can't be trusted is an error of its own.
    pub async fn deeds_of(&mut self, kinds: &[&str]) -> Result<Vec<Result<DeedRow, DamagedDeed>>, JournalError> {
        let query = sqlx::query(OF_KINDS).bind(serde_json::Value::from(kinds).to_string());
        self.read_deeds(query).await
    }

    /// The deed that closed a day, `YYYY-MM-DD`.
    pub async fn close_of_day(&mut self, day: &str) -> Result<Option<DeedRow>, JournalError> {
        self.read_deed(sqlx::query(CLOSE_OF_DAY).bind(day.to_owned())).await
    }

    /// The close of this number.
    pub async fn close_numbered(&mut self, number: u32) -> Result<Option<DeedRow>, JournalError> {
        self.read_deed(sqlx::query(CLOSE_NUMBERED).bind(number)).await
    }

    /// The close of the highest number.
    pub async fn last_close(&mut self) -> Result<Option<DeedRow>, JournalError> {
        self.read_deed(sqlx::query(LAST_CLOSE)).await
    }

    /// The close of the last day before this one that is closed.
    pub async fn close_before(&mut self, day: &str) -> Result<Option<DeedRow>, JournalError> {
        self.read_deed(sqlx::query(CLOSE_BEFORE).bind(day.to_owned())).await
    }

    /// The close of the first day after this one that is closed.
    pub async fn close_after(&mut self, day: &str) -> Result<Option<DeedRow>, JournalError> {
        self.read_deed(sqlx::query(CLOSE_AFTER).bind(day.to_owned())).await
    }

    /// Each transaction whose sale or refund no close counts, in the order of opening.
    pub async fn unclosed(&mut self) -> Result<Vec<Unclosed>, JournalError> {
        let mut desk = self.read().await?;
        let found = unclosed(desk.connection()?).await;
        found.map_err(|error| disk::failed_query(&self.path, error))
    }

    /// The rows of the closed transactions without an order number that were opened from one moment on until before
    /// another, in the order of opening.
    pub async fn between(&mut self, from_ms: i64, to_ms: i64) -> Result<Vec<Result<Vec<Row>, Damaged>>, JournalError> {
        self.chains_of(sqlx::query(UNNUMBERED_BETWEEN).bind(from_ms).bind(to_ms)).await
    }

    /// The rows of so many transactions of which nobody said since their last entry whether they are sold or refunded, in
    /// the order of opening. A summary alone says it, also of one that is damaged.
    pub async fn unbooked(&mut self, limit: u32) -> Result<Vec<Result<Vec<Row>, Damaged>>, JournalError> {
        self.chains_of(sqlx::query(UNBOOKED).bind(limit)).await
    }

    /// How many transactions there are.
    pub async fn count(&mut self) -> Result<u64, JournalError> {
        let mut desk = self.read().await?;
        // Their numbers have no gap: after a commit that failed they are read anew.
        let last = sql::last_number(desk.connection()?).await;
        last.map(i64::unsigned_abs).map_err(|error| disk::failed_query(&self.path, error))
    }

    async fn read_deeds(&mut self, query: Asked) -> Result<Vec<Result<DeedRow, DamagedDeed>>, JournalError> {
        let mut desk = self.read().await?;
        let found = query.fetch_all(desk.connection()?).await;
        let read = found.and_then(|rows| rows.iter().map(read).collect());
        read.map_err(|error| disk::failed_query(&self.path, error))
    }

    async fn read_deed(&mut self, query: Asked) -> Result<Option<DeedRow>, JournalError> {
        Ok(self.read_deeds(query).await?.pop().transpose()?)
    }

    async fn chains_of(&mut self, query: Asked) -> Result<Vec<Result<Vec<Row>, Damaged>>, JournalError> {
        let mut desk = self.read().await?;
        let fail = |error| disk::failed_query(&self.path, error);
        let connection = desk.connection()?;
        let heads = query.fetch_all(&mut *connection).await.and_then(|rows| sql::read_heads(&rows)).map_err(fail)?;
        sql::chains(connection, heads).await.map_err(fail)
    }
}

type Asked = Query<'static, Sqlite, SqliteArguments>;

/// The kind of the deed that closes a day.
const CLOSED_DAY: &str = "closed_day";

/// What stands in a deed's checksum for the transaction of an entry.
const CHAIN: &str = "deeds";

/// Where the chain of the deeds ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    number: i64,
    checksum: u64,
}

/// What one close counts, by the transactions' numbers.
#[derive(Debug)]
pub(super) struct Counted {
    close: u32,
    sales: Vec<i64>,
    refunds: Vec<i64>,
}

/// A deed, with the checksum of the deed before it in the last column.
macro_rules! deeds {
    ($which:literal) => {
        concat!(
            "
SELECT number, at_ms, boot_ms, CAST(boot_id AS BLOB), CAST(kind AS BLOB), CAST(body AS BLOB), checksum,
    (SELECT checksum FROM deeds AS before WHERE before.number = deeds.number - 1)
FROM deeds ",
            $which
        )
    };
}

pub(super) const BEFORE: &str = deeds!("WHERE number < ? ORDER BY number DESC LIMIT ?");

pub(super) const AFTER: &str = deeds!("WHERE number > ? ORDER BY number LIMIT ?");

pub(super) const OF_KINDS: &str =
    deeds!("INDEXED BY deeds_by_kind WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY number");

pub(super) const CLOSE_OF_DAY: &str = deeds!("INDEXED BY closes_by_day WHERE close_day = ?");

pub(super) const CLOSE_NUMBERED: &str = deeds!("INDEXED BY closes_by_number WHERE close_number = ?");

pub(super) const LAST_CLOSE: &str =
    deeds!("INDEXED BY closes_by_number WHERE close_number IS NOT NULL ORDER BY close_number DESC LIMIT 1");

pub(super) const CLOSE_BEFORE: &str =
    deeds!("INDEXED BY closes_by_day WHERE close_day < ? ORDER BY close_day DESC LIMIT 1");

pub(super) const CLOSE_AFTER: &str = deeds!("INDEXED BY closes_by_day WHERE close_day > ? ORDER BY close_day LIMIT 1");

pub(super) const LAST_DEED: &str = "
SELECT number, checksum FROM deeds WHERE number = (SELECT max(number) FROM deeds)";

pub(super) const LAST_CLOSE_NUMBER: &str = "
SELECT coalesce(max(close_number), 0) FROM deeds INDEXED BY closes_by_number WHERE close_number IS NOT NULL";

pub(super) const BOOKABLE: &str = "
SELECT transaction_id, number, sold_ms, refunded_ms, sale_close, refund_close
FROM json_each(?) CROSS JOIN transactions ON transaction_id = value";

pub(super) const UNCLOSED: &str = "
SELECT transaction_id, number, entries, head,
    iif(sale_close IS NULL, sold_ms, NULL), iif(refund_close IS NULL, refunded_ms, NULL)
FROM (SELECT number AS unclosed FROM transactions INDEXED BY unclosed_sales
        WHERE sold_ms IS NOT NULL AND sale_close IS NULL
    UNION SELECT number FROM transactions INDEXED BY unclosed_refunds
        WHERE refunded_ms IS NOT NULL AND refund_close IS NULL)
CROSS JOIN transactions ON number = unclosed ORDER BY number";

pub(super) const UNNUMBERED_BETWEEN: &str = "
SELECT transaction_id, number, entries, head FROM transactions INDEXED BY unnumbered_by_time
WHERE open = 0 AND business_day IS NULL AND opened_ms >= ? AND opened_ms < ? ORDER BY number";

pub(super) const UNBOOKED: &str = "
SELECT transaction_id, number, entries, head FROM transactions INDEXED BY unbooked
WHERE booked IS NOT entries ORDER BY number LIMIT ?";

pub(super) const HAS_DEEDS: &str = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'deeds'";

pub(super) const INSERT_DEED: &str = "
INSERT INTO deeds (number, at_ms, boot_ms, boot_id, kind, body, checksum) VALUES (?, ?, ?, ?, ?, ?, ?);";

// Among what is in no close, however long the history is.
pub(super) const CLOSE_SALES: &str = "
UPDATE transactions INDEXED BY unclosed_sales SET sale_close = ?
WHERE sold_ms IS NOT NULL AND sale_close IS NULL AND number IN (SELECT value FROM json_each(?));";

pub(super) const CLOSE_REFUNDS: &str = "
UPDATE transactions INDEXED BY unclosed_refunds SET refund_close = ?
WHERE refunded_ms IS NOT NULL AND refund_close IS NULL AND number IN (SELECT value FROM json_each(?));";

/// Where the chain of the deeds ends.
pub(super) async fn head(connection: &mut SqliteConnection) -> sqlx::Result<Head> {
    let last = sqlx::query(LAST_DEED).fetch_optional(connection).await?;
    let Some(last) = last else {
        return Ok(Head { number: 0, checksum: chain::START });
    };
    Ok(Head { number: last.try_get(0)?, checksum: last.try_get::<i64, _>(1)?.cast_unsigned() })
}

/// Chains each deed to the one before it, and says where the chain ends then.
pub(super) fn link(deeds: Vec<NewDeed>, mut head: Head) -> Result<(Vec<DeedRow>, Head), JournalError> {
    let mut linked = Vec::with_capacity(deeds.len());
    for deed in deeds {
        let NewDeed { at_ms, boot_ms, boot_id, kind, body, close: _ } = deed;
        let number = head.number.saturating_add(1);
        let mut row = DeedRow { number, at_ms, boot_ms, boot_id, kind, body, checksum: 0 };
        let what = || JournalError::Contradiction { what: format!("there is no deed number {number}") };
        row.checksum = checksum(head.checksum, &row).ok_or_else(what)?;
        head = Head { number, checksum: row.checksum };
        linked.push(row);
    }
    Ok((linked, head))
}

/// The checksum of a deed that follows one with the checksum `before`; none when no deed has such a number.
fn checksum(before: u64, deed: &DeedRow) -> Option<u64> {
    let DeedRow { number, at_ms, boot_ms, boot_id, kind, body, checksum: _ } = deed.clone();
    let seq = u32::try_from(number).ok()?;
    let row = NewRow { transaction_id: CHAIN.to_owned(), seq, at_ms, boot_ms, boot_id, kind, body };
    Some(chain::link(before, &row))
}

/// Binds the deeds' values, and what their closes count.
pub(super) fn bind<'q>(
    mut query: Query<'q, Sqlite, SqliteArguments>,
    deeds: &[DeedRow],
    counted: &[Counted],
) -> Query<'q, Sqlite, SqliteArguments> {
    for DeedRow { number, at_ms, boot_ms, boot_id, kind, body, checksum } in deeds {
        query = query.bind(*number).bind(*at_ms).bind(*boot_ms).bind(boot_id.clone());
        query = query.bind(kind.clone()).bind(body.clone()).bind(checksum.cast_signed());
    }
    for Counted { close, sales, refunds } in counted {
        for numbers in [sales, refunds] {
            query = query.bind(*close).bind(serde_json::Value::from(numbers.as_slice()).to_string());
        }
    }
    query
}

impl Desk {
    /// What the closes among these deeds count: all of it is in the journal already, and in no close.
    pub(super) async fn counted(&mut self, deeds: &[NewDeed]) -> Result<Vec<Counted>, JournalError> {
        let refuse = |what: String| Err(JournalError::Contradiction { what });
        let (mut counted, mut taken) = (Vec::new(), HashSet::new());
        for deed in deeds {
            let close = match (&deed.close, deed.kind == CLOSED_DAY) {
                (None, false) => continue,
                (Some(close), true) => close,
                (None, true) => return refuse("a close doesn't say what it counts".to_owned()),
                (Some(_), false) => return refuse(format!("a deed of the kind {} counts nothing", deed.kind)),
            };
            let number = close.number;
            if told_number(&deed.body) != Some(i64::from(number)) {
                return refuse(format!("close {number} is of another number in its body"));
            }
            let last = sqlx::query_scalar::<_, i64>(LAST_CLOSE_NUMBER).fetch_one(self.connection()?).await;
            let last = last.map_err(|error| self.failed(error))?;
            let place = i64::try_from(counted.len()).unwrap_or(i64::MAX);
            if i64::from(number) != last.saturating_add(place).saturating_add(1) {
                return refuse(format!("close {number} doesn't follow close {last}"));
            }
            let found = bookable(self.connection()?, &close.bookings).await.map_err(|error| self.failed(error))?;
            let mut counts = Counted { close: number, sales: Vec::new(), refunds: Vec::new() };
            for (id, refund) in &close.bookings {
                let what = if *refund { "refund" } else { "sale" };
                let Some(found) = found.get(id) else {
                    return Err(contradiction(id, "is to be counted in a close, and isn't there"));
                };
                let (done_ms, other) = if *refund { found.refund } else { found.sale };
                if done_ms.is_none() {
                    return Err(contradiction(id, &format!("has no {what} that a close can count")));
                }
                if let Some(other) = other {
                    return Err(contradiction(id, &format!("has its {what} in close {other} already")));
                }
                if !taken.insert((id.clone(), *refund)) {
                    return Err(contradiction(id, &format!("has its {what} counted twice")));
                }
                let numbers = if *refund { &mut counts.refunds } else { &mut counts.sales };
                numbers.push(found.number);
            }
            counted.push(counts);
        }
        Ok(counted)
    }
}

/// The number of a close, as its body says.
fn told_number(body: &str) -> Option<i64> {
    serde_json::from_str::<serde_json::Value>(body).ok()?.pointer("/did/number")?.as_i64()
}

/// What a close may count of a transaction: when it was done, and the close that counts it already.
struct Bookable {
    number: i64,
    sale: (Option<i64>, Option<u32>),
    refund: (Option<i64>, Option<u32>),
}

async fn bookable(
    connection: &mut SqliteConnection,
    bookings: &[(String, bool)],
) -> sqlx::Result<HashMap<String, Bookable>> {
    let ids: BTreeSet<&str> = bookings.iter().map(|(id, _)| id.as_str()).collect();
    let ids: serde_json::Value = ids.into_iter().collect();
    let found = sqlx::query(BOOKABLE).bind(ids.to_string()).fetch_all(connection).await?;
    let read = |row: &SqliteRow| {
        let sale = (row.try_get(2)?, row.try_get(4)?);
        let refund = (row.try_get(3)?, row.try_get(5)?);
        Ok((row.try_get(0)?, Bookable { number: row.try_get(1)?, sale, refund }))
    };
    found.iter().map(read).collect()
}

async fn unclosed(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Unclosed>> {
    let found = sqlx::query(UNCLOSED).fetch_all(&mut *connection).await?;
    let chains = sql::chains(connection, sql::read_heads(&found)?).await?;
    let together =
        |(row, chain): (&SqliteRow, _)| Ok(Unclosed { chain, sold_ms: row.try_get(4)?, refunded_ms: row.try_get(5)? });
    found.iter().zip(chains).map(together).collect()
}

/// A deed, if it follows from the one before it.
pub(super) fn read(row: &SqliteRow) -> sqlx::Result<Result<DeedRow, DamagedDeed>> {
    let number: i64 = row.try_get(0)?;
    let damaged = |what| Ok(Err(DamagedDeed { number, what }));
    let before = match row.try_get::<Option<i64>, _>(7)? {
        Some(before) => before.cast_unsigned(),
        None if number == 1 => chain::START,
        None => return damaged("the one before it is missing"),
    };
    let text = |at: usize| String::from_utf8(row.try_get::<Vec<u8>, _>(at).ok()?).ok();
    let (Some(boot_id), Some(kind), Some(body)) = (text(3), text(4), text(5)) else {
        return damaged("it can't be read");
    };
    let (at_ms, boot_ms) = (row.try_get(1)?, row.try_get(2)?);
    let deed =
        DeedRow { number, at_ms, boot_ms, boot_id, kind, body, checksum: row.try_get::<i64, _>(6)?.cast_unsigned() };
    if checksum(before, &deed) == Some(deed.checksum) { Ok(Ok(deed)) } else { damaged("its checksum is wrong") }
}
