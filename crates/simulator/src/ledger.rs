//! Prbiti's books: members, coupons, gift cards, the holds that a connection leaves, and what settling, releasing and
//! cancelling do with them (guide sections 3.1 to 3.5). One connection to one SQLite file; every change is one commit.
//!
//! A hold takes nothing from anybody: what is *available* is what is there less the live holds on it. So a hold that
//! runs out has given everything back by running out. Only settling moves amounts.

mod statement;

use crate::codes::{self, Code};
use crate::demonstration::{DEMONSTRATION, DemoBenefit};
use crate::protocol::{Confirm, Connection, Item, Service};
use serde_json::{Value, json};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{Row as _, SqlSafeStr as _, SqliteConnection, SqlitePool};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) use statement::Direction;

/// A transactionID lives 30 minutes from its first connection (section 3.1.2).
const LIFE_MS: i64 = 30 * 60 * 1000;

/// Why something wasn't done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The guide has a code for it.
    #[error("refused with {0:?}")]
    Refused(Code),
    /// The ledger file couldn't be read or written.
    #[error("the ledger failed: {0}")]
    Ledger(#[from] sqlx::Error),
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self::Refused(code)
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

/// What a cancel gave back (section 3.5.1), in won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cancelled {
    pub(crate) point_redeem: i64,
    pub(crate) point_earn: i64,
    pub(crate) coupon: Option<(String, String)>,
    pub(crate) prepaid: i64,
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

    /// Forgets everything and starts the demonstration again.
    pub(crate) async fn reset(&self) -> Result<(), sqlx::Error> {
        let mut all = self.pool.begin().await?;
        for statement in [
            "DELETE FROM refunds",
            "DELETE FROM payments",
            "DELETE FROM messages",
            "DELETE FROM e_receipts",
            "DELETE FROM cancels",
            "DELETE FROM settlements",
            "DELETE FROM holds",
            "DELETE FROM transactions",
            "DELETE FROM gift_cards",
            "DELETE FROM coupons",
            "DELETE FROM members",
            "DELETE FROM meta",
        ] {
            sqlx::query(statement).execute(&mut *all).await?;
        }
        all.commit().await?;
        self.offset_ms.store(0, Ordering::SeqCst);
        self.seed().await
    }

    async fn seed(&self) -> Result<(), sqlx::Error> {
        const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;
        let now = self.now_ms();
        let mut all = self.pool.begin().await?;
        for member in DEMONSTRATION.members {
            sqlx::query("INSERT INTO members (phone, name, barcode, points) VALUES (?, ?, ?, ?)")
                .bind(member.phone)
                .bind(member.name)
                .bind(member.barcode)
                .bind(member.points)
                .execute(&mut *all)
                .await?;
        }
        for coupon in DEMONSTRATION.coupons {
            let (kind, amount, codes) = match coupon.benefit {
                DemoBenefit::AmountOff(won) => ("amount", won, &[][..]),
                DemoBenefit::Exchange(items) => ("exchange", 0, items),
            };
            sqlx::query(
                "INSERT INTO coupons (number, name, kind, amount, item_codes, owner, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(coupon.number)
            .bind(coupon.name)
            .bind(kind)
            .bind(amount)
            .bind(json!(codes).to_string())
            .bind(coupon.owner)
            .bind(if coupon.expired { now - 1 } else { now + YEAR_MS })
            .execute(&mut *all)
            .await?;
        }
        for card in DEMONSTRATION.gift_cards {
            sqlx::query("INSERT INTO gift_cards (number, balance) VALUES (?, ?)")
                .bind(card.number)
                .bind(card.balance)
                .execute(&mut *all)
                .await?;
        }
        sqlx::query("INSERT INTO meta (name, value) VALUES ('store_id', ?), ('next_approval', '30000001')")
            .bind(uuid::Uuid::now_v7().simple().to_string())
            .execute(&mut *all)
            .await?;
        all.commit().await
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
                    return Err(codes::BAD_TRANSACTION_ID.into());
                }
            }
            Some(_) => return Err(codes::BAD_TRANSACTION_ID.into()),
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

    /// Holds points of a member: never more than are there for anybody to take.
    pub(crate) async fn hold_points(&self, connection: &Connection, phone: &str, won: i64) -> Result<(), Failure> {
        let refused = Failure::Refused(Code(300_020_004));
        self.hold(connection, phone, won, refused, async |all| {
            let points: i64 = sqlx::query_scalar("SELECT points FROM members WHERE phone = ?")
                .bind(phone)
                .fetch_one(&mut *all)
                .await?;
            Ok(points - held_on(all, Service::PointRedeem, phone).await?)
        })
        .await
    }

    /// Holds points that a member will get.
    pub(crate) async fn hold_earning(&self, connection: &Connection, phone: &str, won: i64) -> Result<(), Failure> {
        self.hold(connection, phone, won, Failure::Refused(Code(300_020_005)), async |_| Ok(won)).await
    }

    /// Holds a coupon for the amount that it takes off this order.
    pub(crate) async fn hold_coupon(&self, connection: &Connection, number: &str) -> Result<Coupon, Failure> {
        let now = self.now_ms();
        let refused = || Failure::Refused(Code(300_020_010));
        let found = self.coupons(number, &connection.items).await?.into_iter().find(|coupon| coupon.number == number);
        let coupon =
            found.filter(|coupon| coupon.state == CouponState::Usable && coupon.benefit > 0).ok_or_else(refused)?;
        self.hold(connection, number, coupon.benefit, refused(), async |all| {
            let free: bool = sqlx::query_scalar(
                "SELECT used_by IS NULL AND expires_at > ?2 AND NOT EXISTS \
                 (SELECT 1 FROM holds WHERE service = 'COUPON' AND state = 'held' AND subject = number) \
                 FROM coupons WHERE number = ?1",
            )
            .bind(number)
            .bind(now)
            .fetch_one(&mut *all)
            .await?;
            Ok(if free { coupon.benefit } else { 0 })
        })
        .await?;
        Ok(coupon)
    }

    /// Holds an amount of a gift card.
    pub(crate) async fn hold_card(&self, connection: &Connection, number: &str, won: i64) -> Result<(), Failure> {
        let refused = Failure::Refused(Code(300_020_008));
        self.hold(connection, number, won, refused, async |all| {
            let balance: i64 = sqlx::query_scalar("SELECT balance FROM gift_cards WHERE number = ?")
                .bind(number)
                .fetch_one(&mut *all)
                .await?;
            Ok(balance - held_on(all, Service::Prepaid, number).await?)
        })
        .await
    }

    async fn hold(
        &self,
        connection: &Connection,
        subject: &str,
        won: i64,
        refused: Failure,
        available: impl AsyncFnOnce(&mut SqliteConnection) -> Result<i64, sqlx::Error>,
    ) -> Result<(), Failure> {
        let now = self.now_ms();
        let mut all = self.pool.begin().await?;
        expire(&mut all, now).await?;
        let first_at: Option<i64> =
            sqlx::query_scalar("SELECT first_at FROM transactions WHERE transaction_id = ? AND state = 'open'")
                .bind(&connection.transaction_id)
                .fetch_optional(&mut *all)
                .await?;
        let first_at = first_at.ok_or(codes::BAD_TRANSACTION_ID)?;
        if hold_of(&mut all, &connection.transaction_id, connection.service).await?.is_some() {
            return Err(codes::BAD_TRANSACTION_ID.into());
        }
        if won <= 0 || won > available(&mut all).await? {
            return Err(refused);
        }
        sqlx::query(
            "INSERT INTO holds (transaction_id, service, subject, amount, made_at, expires_at, state) VALUES (?, ?, ?, ?, ?, ?, 'held')",
        )
        .bind(&connection.transaction_id)
        .bind(connection.service.name())
        .bind(subject)
        .bind(won)
        .bind(now)
        .bind(first_at + LIFE_MS)
        .execute(&mut *all)
        .await?;
        all.commit().await?;
        Ok(())
    }

    /// `confirm`: what is said Y to moves, what is said N to is given back, and the transactionID is through
    /// (section 3.4.1). Without a single Y it is a release.
    pub(crate) async fn settle(&self, confirm: &Confirm, body: &Value) -> Result<(), Failure> {
        let now = self.now_ms();
        let id = &confirm.transaction_id;
        let mut all = self.pool.begin().await?;
        expire(&mut all, now).await?;
        if state_of(&mut all, id).await?.as_deref() != Some("open") {
            // The transactions that ran out stay so, whatever becomes of this message.
            all.commit().await?;
            return Err(codes::BAD_TRANSACTION_ID.into());
        }
        let mut moved = Moved::default();
        let mut member = None;
        for service in Service::ALL {
            let hold = hold_of(&mut all, id, service).await?;
            let yes = confirm.yes.contains(&service);
            let applied = match (&hold, yes) {
                (None, true) => return Err(service.flag_code().into()),
                (Some((_, won)), true) => *won,
                (Some(_) | None, false) => 0,
            };
            // What is paid with points, a coupon or a gift card is what was held for this order, to the won.
            if !confirm.payments.is_empty()
                && service.tender().is_some_and(|tender| confirm.paid_with(tender) != applied)
            {
                return Err(codes::BAD_PAYMENT_PRICE.into());
            }
            let Some((subject, won)) = hold else { continue };
            if matches!(service, Service::PointRedeem | Service::PointEarn) {
                member = Some(subject.clone());
            }
            set_hold(&mut all, id, service, if yes { "settled" } else { "released" }).await?;
            if yes {
                moved.take(&mut all, id, service, &subject, won).await?;
            }
        }
        let settled = !confirm.yes.is_empty();
        set_state(&mut all, id, if settled { "settled" } else { "released" }).await?;
        if settled {
            sqlx::query(
                "INSERT INTO settlements (transaction_id, at, point_redeem, point_earn, coupon_id, coupon_amount, prepaid, body) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(now)
            .bind(moved.point_redeem)
            .bind(moved.point_earn)
            .bind(moved.coupon.as_ref())
            .bind(moved.coupon_amount)
            .bind(moved.prepaid)
            .bind(body.to_string())
            .execute(&mut *all)
            .await?;
        }
        // A receipt goes to a member's phone; without a member there is nowhere to send it.
        if let Some(phone) = member.filter(|_| confirm.e_receipt) {
            sqlx::query("INSERT INTO e_receipts (transaction_id, phone, at, body) VALUES (?, ?, ?, ?)")
                .bind(id)
                .bind(phone)
                .bind(now)
                .bind(json!({"itemList": body["data"]["itemList"], "paymentList": body["data"]["paymentList"], "totalPaid": body["data"]["totalPaid"]}).to_string())
                .execute(&mut *all)
                .await?;
        }
        all.commit().await?;
        Ok(())
    }

    /// `cancel`: undoes what was settled under a transactionID (section 3.5.1). Points that were earned and are spent
    /// by now can't be taken back: then the answer names what could.
    pub(crate) async fn cancel(&self, id: &str) -> Result<Cancelled, Failure> {
        let now = self.now_ms();
        let mut all = self.pool.begin().await?;
        expire(&mut all, now).await?;
        if state_of(&mut all, id).await?.as_deref() != Some("settled") {
            all.commit().await?;
            return Err(codes::BAD_TRANSACTION_ID.into());
        }
        let mut cancelled = Cancelled { point_redeem: 0, point_earn: 0, coupon: None, prepaid: 0 };
        for service in Service::ALL {
            let Some((subject, won)) = settled_hold(&mut all, id, service).await? else {
                continue;
            };
            set_hold(&mut all, id, service, "cancelled").await?;
            match service {
                Service::PointRedeem => {
                    add_points(&mut all, &subject, won).await?;
                    cancelled.point_redeem = won;
                }
                Service::PointEarn => {
                    let points: i64 = sqlx::query_scalar("SELECT points FROM members WHERE phone = ?")
                        .bind(&subject)
                        .fetch_one(&mut *all)
                        .await?;
                    let free = points - held_on(&mut all, Service::PointRedeem, &subject).await?;
                    cancelled.point_earn = won.min(free.max(0));
                    add_points(&mut all, &subject, -cancelled.point_earn).await?;
                }
                Service::Coupon => {
                    let name: String =
                        sqlx::query_scalar("UPDATE coupons SET used_by = NULL WHERE number = ? RETURNING name")
                            .bind(&subject)
                            .fetch_one(&mut *all)
                            .await?;
                    cancelled.coupon = Some((subject, name));
                }
                Service::Prepaid => {
                    sqlx::query("UPDATE gift_cards SET balance = balance + ? WHERE number = ?")
                        .bind(won)
                        .bind(&subject)
                        .execute(&mut *all)
                        .await?;
                    cancelled.prepaid = won;
                }
            }
        }
        set_state(&mut all, id, "cancelled").await?;
        sqlx::query(
            "INSERT INTO cancels (transaction_id, at, point_redeem, point_earn, coupon_id, coupon_name, prepaid) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(now)
        .bind(cancelled.point_redeem)
        .bind(cancelled.point_earn)
        .bind(cancelled.coupon.as_ref().map(|(id, _)| id))
        .bind(cancelled.coupon.as_ref().map(|(_, name)| name))
        .bind(cancelled.prepaid)
        .execute(&mut *all)
        .await?;
        all.commit().await?;
        Ok(cancelled)
    }

    /// Closes the file properly.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// What made the ledger's tables, oldest first. A migration is never changed, only followed by another.
fn migrations() -> Migrator {
    let first = include_str!("../migrations/0001_ledger.sql").into_sql_str();
    Migrator::with_migrations(vec![Migration::new(1, "ledger".into(), MigrationType::Simple, first, false)])
}

#[derive(Debug, Default)]
struct Moved {
    point_redeem: i64,
    point_earn: i64,
    coupon: Option<String>,
    coupon_amount: i64,
    prepaid: i64,
}

impl Moved {
    async fn take(
        &mut self,
        all: &mut SqliteConnection,
        id: &str,
        service: Service,
        subject: &str,
        won: i64,
    ) -> Result<(), sqlx::Error> {
        match service {
            Service::PointRedeem => {
                add_points(all, subject, -won).await?;
                self.point_redeem = won;
            }
            Service::PointEarn => {
                add_points(all, subject, won).await?;
                self.point_earn = won;
            }
            Service::Coupon => {
                sqlx::query("UPDATE coupons SET used_by = ? WHERE number = ?")
                    .bind(id)
                    .bind(subject)
                    .execute(all)
                    .await?;
                self.coupon = Some(subject.to_owned());
                self.coupon_amount = won;
            }
            Service::Prepaid => {
                sqlx::query("UPDATE gift_cards SET balance = balance - ? WHERE number = ?")
                    .bind(won)
                    .bind(subject)
                    .execute(all)
                    .await?;
                self.prepaid = won;
            }
        }
        Ok(())
    }
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

async fn set_state(all: &mut SqliteConnection, id: &str, state: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE transactions SET state = ? WHERE transaction_id = ?").bind(state).bind(id).execute(all).await?;
    Ok(())
}

/// Subject and amount of a live hold.
async fn hold_of(all: &mut SqliteConnection, id: &str, service: Service) -> Result<Option<(String, i64)>, sqlx::Error> {
    sqlx::query_as("SELECT subject, amount FROM holds WHERE transaction_id = ? AND service = ? AND state = 'held'")
        .bind(id)
        .bind(service.name())
        .fetch_optional(all)
        .await
}

async fn settled_hold(
    all: &mut SqliteConnection,
    id: &str,
    service: Service,
) -> Result<Option<(String, i64)>, sqlx::Error> {
    sqlx::query_as("SELECT subject, amount FROM holds WHERE transaction_id = ? AND service = ? AND state = 'settled'")
        .bind(id)
        .bind(service.name())
        .fetch_optional(all)
        .await
}

async fn set_hold(all: &mut SqliteConnection, id: &str, service: Service, state: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE holds SET state = ? WHERE transaction_id = ? AND service = ?")
        .bind(state)
        .bind(id)
        .bind(service.name())
        .execute(all)
        .await?;
    Ok(())
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

async fn add_points(all: &mut SqliteConnection, phone: &str, won: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE members SET points = points + ? WHERE phone = ?").bind(won).bind(phone).execute(all).await?;
    Ok(())
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
