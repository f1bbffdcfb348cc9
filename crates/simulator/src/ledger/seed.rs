//! What a new or reset ledger starts with.

use super::Ledger;
use crate::demonstration::{DEMONSTRATION, DemoBenefit};
use serde_json::json;
use std::sync::atomic::Ordering;

impl Ledger {
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

    pub(super) async fn seed(&self) -> Result<(), sqlx::Error> {
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
}
