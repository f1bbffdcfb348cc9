//! Prbiti's books: members, coupons, gift cards, the holds that a connection leaves, and what settling, releasing and
//! cancelling do with them (guide sections 3.1 to 3.5). One connection to one SQLite file; every change is one commit.
//!
//! A hold takes nothing from anybody: what is *available* is what is there less the live holds on it. So a hold that
//! runs out has given everything back by running out. Only settling moves amounts.

mod holding;
mod seed;
mod settling;
mod statement;

use crate::codes;
use crate::protocol::{Connection, Item, Refusal, Service};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{Row as _, SqlSafeStr as _, SqliteConnection, SqlitePool};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) use settling::Cancelled;
pub(crate) use statement::Entry;

/// A transactionID lives 30 minutes from its first connection (section 3.1.2).
const LIFE_MS: i64 = 30 * 60 * 1000;

/// Why something wasn't done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The guide has a code for it.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The ledger file couldn't be read or written.
    #[error("the ledger failed: {0}")]
    Ledger(#[from] sqlx::Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A member as the page sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) phone: String,
    pub(crate) name: String,
    /// Won that can be used now: what is there less what is held.
    pub(crate) available: i64,
}

/// A gift card as the page sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) number: String,
    /// Won that can be used now.
    pub(crate) available: i64,
}

/// What keeps a coupon from being used, if anything does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CouponState {
    Usable,
    Used,
    Held,
    Expired,
}

/// A coupon, judged for one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coupon {
    pub(crate) number: String,
    pub(crate) name: String,
    /// Won that it takes off this order; 0 when it fits nothing in it.
    pub(crate) benefit: i64,
    /// The items that it can be exchanged for; empty for a coupon of a fixed amount.
    pub(crate) item_codes: Vec<String>,
    pub(crate) expires_at: i64,
    pub(crate) state: CouponState,
}

/// The books. Cheap to clone the pool; the clock offset lives here.
#[derive(Debug)]
pub(crate) struct Ledger {
    pool: SqlitePool,
    offset_ms: AtomicI64,
}

impl Ledger {
    /// Opens the file, or makes it with the demonstration's data in it.
    pub(crate) async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true);
        // One connection: every change waits for the one before it, as with a terminal or a shop's books.
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        migrations().run(&pool).await?;
        let ledger = Self { pool, offset_ms: AtomicI64::new(0) };
        let offset = ledger.meta("clock_offset_ms").await?.and_then(|text| text.parse().ok());
        ledger.offset_ms.store(offset.unwrap_or(0), Ordering::SeqCst);
        if ledger.meta("store_id").await?.is_none() {
            ledger.seed().await?;
        }
        Ok(ledger)
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Unix milliseconds on the simulator's own clock.
    pub(crate) fn now_ms(&self) -> i64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        i64::try_from(real).unwrap_or(i64::MAX / 2).saturating_add(self.offset_ms.load(Ordering::SeqCst))
    }

    /// How far the clock was moved, in milliseconds.
    pub(crate) fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::SeqCst)
    }

    /// Moves the clock, for good: a restart keeps it.
    pub(crate) async fn advance(&self, ms: i64) -> Result<i64, sqlx::Error> {
        let offset = self.offset_ms.load(Ordering::SeqCst).saturating_add(ms);
        sqlx::query("INSERT INTO meta (name, value) VALUES ('clock_offset_ms', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
            .bind(offset.to_string())
            .execute(&self.pool)
            .await?;
        self.offset_ms.store(offset, Ordering::SeqCst);
        Ok(self.now_ms())
    }

    /// Names this memory of the payment terminal; new with every new or reset ledger.
    pub(crate) async fn store_id(&self) -> Result<String, sqlx::Error> {
        Ok(self.meta("store_id").await?.unwrap_or_default())
    }

    async fn meta(&self, name: &str) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar("SELECT value FROM meta WHERE name = ?").bind(name).fetch_optional(&self.pool).await
    }

    /// A connection was asked for: its transactionID is registered, and its 30 minutes begin with the first.
    pub(crate) async fn connect(&self, connection: &Connection) -> Result<(), Failure> {
        let now = self.now_ms();
        let mut all = self.pool.begin().await?;
        expire(&mut all, now).await?;
        match state_of(&mut all, &connection.transaction_id).await?.as_deref() {
            None => {
                sqlx::query("INSERT INTO transactions (transaction_id, first_at, state) VALUES (?, ?, 'open')")
                    .bind(&connection.transaction_id)
                    .bind(now)
                    .execute(&mut *all)
                    .await?;
            }
            Some("open") => {
                // Each service is held at most once under one transactionID.
                if hold_of(&mut all, &connection.transaction_id, connection.service).await?.is_some() {
                    return Err(held_already(connection.service).into());
                }
            }
            state @ Some(_) => return Err(not_open(state).into()),
        }
        all.commit().await?;
        Ok(())
    }

    /// Finds a member by phone number (digits) or membership barcode.
    pub(crate) async fn member(&self, key: &str) -> Result<Option<Member>, sqlx::Error> {
        let mut all = self.pool.begin().await?;
        expire(&mut all, self.now_ms()).await?;
        let row: Option<(String, String, i64)> =
            sqlx::query_as("SELECT phone, name, points FROM members WHERE phone = ?1 OR barcode = ?1")
                .bind(key)
                .fetch_optional(&mut *all)
                .await?;
        let member = match row {
            None => None,
            Some((phone, name, points)) => {
                let held = held_on(&mut all, Service::PointRedeem, &phone).await?;
                Some(Member { phone, name, available: points - held })
            }
        };
        all.commit().await?;
        Ok(member)
    }

    /// Finds a gift card by its 16-digit number.
    pub(crate) async fn card(&self, number: &str) -> Result<Option<Card>, sqlx::Error> {
        let mut all = self.pool.begin().await?;
        expire(&mut all, self.now_ms()).await?;
        let balance: Option<i64> = sqlx::query_scalar("SELECT balance FROM gift_cards WHERE number = ?")
            .bind(number)
            .fetch_optional(&mut *all)
            .await?;
        let card = match balance {
            None => None,
            Some(balance) => {
                let held = held_on(&mut all, Service::Prepaid, number).await?;
                Some(Card { number: number.to_owned(), available: balance - held })
            }
        };
        all.commit().await?;
        Ok(card)
    }

    /// The coupon with this number, or every coupon that this member owns, judged for an order.
    pub(crate) async fn coupons(&self, number_or_owner: &str, order: &[Item]) -> Result<Vec<Coupon>, sqlx::Error> {
        let now = self.now_ms();
        let mut all = self.pool.begin().await?;
        expire(&mut all, now).await?;
        let rows = sqlx::query(
            "SELECT number, name, kind, amount, item_codes, expires_at, used_by IS NOT NULL AS used, \
             EXISTS (SELECT 1 FROM holds WHERE service = 'COUPON' AND state = 'held' AND subject = number) AS held \
             FROM coupons WHERE number = ?1 OR owner = ?1 ORDER BY number",
        )
        .bind(number_or_owner)
        .fetch_all(&mut *all)
        .await?;
        all.commit().await?;
        rows.iter().map(|row| coupon(row, order, now)).collect()
    }

    /// Closes the file properly.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// What made the ledger's tables, oldest first. A migration is never changed, only followed by another.
fn migrations() -> Migrator {
    let all = [
        (1, "ledger", include_str!("../migrations/0001_ledger.sql")),
        (2, "verdicts", include_str!("../migrations/0002_verdicts.sql")),
    ];
    let made = all.map(|(number, name, text)| {
        Migration::new(number, name.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    Migrator::with_migrations(made.into())
}

/// Nothing more can be asked under this transactionID, and why.
fn not_open(state: Option<&str>) -> Refusal {
    let (ko, en) = match state {
        None => ("모르는 transactionID예요: 거래 요청이 먼저 와야 해요", "never seen: a connection comes first"),
        Some("settled") => ("이미 거래 처리된 transactionID예요", "it is settled already"),
        Some("released") => ("이미 모두 N으로 끝난 transactionID예요", "it is released already"),
        Some("expired") => ("30분이 지난 transactionID예요", "its 30 minutes are over"),
        Some("cancelled") => ("이미 취소한 transactionID예요", "it is cancelled already"),
        Some(_) => ("끝난 transactionID예요", "it is over"),
    };
    Refusal::of("data.transactionID", codes::BAD_TRANSACTION_ID, ko, en)
}

/// Each service is held at most once under one transactionID.
fn held_already(service: Service) -> Refusal {
    let name = service.name();
    Refusal::of(
        "data.transactionID",
        codes::BAD_TRANSACTION_ID,
        format!("이 transactionID에는 {name}의 대기가 이미 있어요"),
        format!("{name} is held already under this transactionID"),
    )
}

/// Ends what has run out. Called before anything is looked at, so nobody ever sees a hold that is over.
async fn expire(all: &mut SqliteConnection, now: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE holds SET state = 'expired' WHERE state = 'held' AND expires_at <= ?")
        .bind(now)
        .execute(&mut *all)
        .await?;
    sqlx::query("UPDATE transactions SET state = 'expired' WHERE state = 'open' AND first_at + ? <= ?")
        .bind(LIFE_MS)
        .bind(now)
        .execute(&mut *all)
        .await?;
    Ok(())
}

async fn state_of(all: &mut SqliteConnection, id: &str) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT state FROM transactions WHERE transaction_id = ?").bind(id).fetch_optional(all).await
}

/// Subject and amount of a live hold.
async fn hold_of(all: &mut SqliteConnection, id: &str, service: Service) -> Result<Option<(String, i64)>, sqlx::Error> {
    sqlx::query_as("SELECT subject, amount FROM holds WHERE transaction_id = ? AND service = ? AND state = 'held'")
        .bind(id)
        .bind(service.name())
        .fetch_optional(all)
        .await
}

/// Won that live holds keep from others.
async fn held_on(all: &mut SqliteConnection, service: Service, subject: &str) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT coalesce(sum(amount), 0) FROM holds WHERE service = ? AND subject = ? AND state = 'held'",
    )
    .bind(service.name())
    .bind(subject)
    .fetch_one(all)
    .await
}

fn coupon(row: &SqliteRow, order: &[Item], now: i64) -> Result<Coupon, sqlx::Error> {
    let kind: String = row.try_get("kind")?;
    let amount: i64 = row.try_get("amount")?;
    let codes: String = row.try_get("item_codes")?;
    let item_codes: Vec<String> = serde_json::from_str(&codes).unwrap_or_default();
    let expires_at: i64 = row.try_get("expires_at")?;
    let benefit = if kind == "amount" {
        amount.min(order.iter().map(|item| item.price + item.options_price).sum())
    } else {
        // One piece of the dearest item that it can be exchanged for, without options.
        order.iter().filter(|item| item_codes.contains(&item.id)).map(|item| item.unit_price).max().unwrap_or(0)
    };
    let state = if row.try_get("used")? {
        CouponState::Used
    } else if row.try_get("held")? {
        CouponState::Held
    } else if expires_at <= now {
        CouponState::Expired
    } else {
        CouponState::Usable
    };
    Ok(Coupon { number: row.try_get("number")?, name: row.try_get("name")?, benefit, item_codes, expires_at, state })
}
