//! Holds: what a successful connection leaves until it is settled.

use super::{
    Coupon, CouponState, Failure, LIFE_MS, Ledger, expire, held_already, held_on, hold_of, not_open, state_of,
};
use crate::codes::{self, Code};
use crate::protocol::{Connection, Refusal, Service};
use sqlx::SqliteConnection;

impl Ledger {
    /// Holds points of a member: never more than are there for anybody to take.
    pub(crate) async fn hold_points(&self, connection: &Connection, phone: &str, won: i64) -> Result<(), Failure> {
        let refused = Failure::Refused(not_free(codes::NO_REDEEM_HOLD));
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
        self.hold(connection, phone, won, Failure::Refused(not_free(codes::NO_EARN_HOLD)), async |_| Ok(won)).await
    }

    /// Holds a coupon for the amount that it takes off this order.
    pub(crate) async fn hold_coupon(&self, connection: &Connection, number: &str) -> Result<Coupon, Failure> {
        let now = self.now_ms();
        let refused = || Failure::Refused(not_free(codes::NO_COUPON_HOLD));
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
        let refused = Failure::Refused(not_free(codes::NO_PREPAID_HOLD));
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
        let id = &connection.transaction_id;
        let first_at: Option<i64> =
            sqlx::query_scalar("SELECT first_at FROM transactions WHERE transaction_id = ? AND state = 'open'")
                .bind(id)
                .fetch_optional(&mut *all)
                .await?;
        let Some(first_at) = first_at else {
            return Err(not_open(state_of(&mut all, id).await?.as_deref()).into());
        };
        if hold_of(&mut all, id, connection.service).await?.is_some() {
            return Err(held_already(connection.service).into());
        }
        if won <= 0 || won > available(&mut all).await? {
            return Err(refused);
        }
        sqlx::query(
            "INSERT INTO holds (transaction_id, service, subject, amount, made_at, expires_at, state) VALUES (?, ?, ?, ?, ?, ?, 'held')",
        )
        .bind(id)
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

    /// The 30 minutes of a transaction are over, whatever the clock says.
    pub(crate) async fn run_out(&self, id: &str) -> Result<(), sqlx::Error> {
        let now = self.now_ms();
        let mut all = self.pool.begin().await?;
        sqlx::query("UPDATE holds SET expires_at = ?1 WHERE transaction_id = ?2 AND state = 'held'")
            .bind(now)
            .bind(id)
            .execute(&mut *all)
            .await?;
        sqlx::query("UPDATE transactions SET first_at = ?1 WHERE transaction_id = ?2 AND state = 'open'")
            .bind(now - LIFE_MS)
            .bind(id)
            .execute(&mut *all)
            .await?;
        expire(&mut all, now).await?;
        all.commit().await
    }

    /// The transaction that was begun last and is still open.
    pub(crate) async fn newest_open(&self) -> Result<Option<String>, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT transaction_id FROM transactions WHERE state = 'open' ORDER BY first_at DESC, rowid DESC LIMIT 1",
        )
        .fetch_optional(&self.pool)
        .await
    }
}

fn not_free(code: Code) -> Refusal {
    Refusal::new(
        code,
        "지금 그만큼 쓸 수 없어요(다른 주문의 대기 포함)",
        "not that much is free (holds of other orders count)",
    )
}
