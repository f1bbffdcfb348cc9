//! What the books and the terminal know, for whoever looks at them: the message log and every table as JSON.

use super::{Ledger, expire};
use crate::codes::Code;
use crate::protocol::{Refusal, shortened};
use serde_json::{Map, Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};

/// A line of the message log, seen from the module.
pub(crate) struct Entry<'a> {
    /// `in`, `out`, or `fault` for one that struck.
    pub(crate) direction: &'static str,
    pub(crate) transaction_id: Option<&'a str>,
    /// What the message was judged.
    pub(crate) code: Code,
    pub(crate) body: &'a Value,
    /// Why it was refused, if it was.
    pub(crate) refusal: Option<&'a Refusal>,
    /// Fields that the guide doesn't have.
    pub(crate) unknown: &'a [String],
}

impl<'a> Entry<'a> {
    pub(crate) const fn new(direction: &'static str, code: Code, body: &'a Value) -> Self {
        Self { direction, transaction_id: None, code, body, refusal: None, unknown: &[] }
    }
}

impl Ledger {
    /// Keeps a line of the log; texts longer than anybody reads are cut.
    pub(crate) async fn log(&self, entry: &Entry<'_>) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO messages (at, direction, transaction_id, code, body, field, why, unknown) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(self.now_ms())
        .bind(entry.direction)
        .bind(entry.transaction_id)
        .bind(entry.code.0)
        .bind(shortened(entry.body).to_string())
        .bind(entry.refusal.and_then(|refusal| refusal.field.as_deref()))
        .bind(entry.refusal.map(|refusal| json!(refusal.why).to_string()))
        .bind((!entry.unknown.is_empty()).then(|| json!(entry.unknown).to_string()))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The message log after an entry, oldest first, with the guide's text for each code.
    pub(crate) async fn messages(&self, after: i64) -> Result<Value, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT id, at, direction, transaction_id AS transactionID, code, field, why, unknown, body FROM messages \
             WHERE id > ? ORDER BY id",
        )
        .bind(after)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let mut entry = row_as_json(row)?;
                let (developer, merchant) = Code(row.try_get("code")?).texts();
                entry["text"] = json!({"developer": developer, "merchant": merchant});
                Ok(entry)
            })
            .collect()
    }

    /// Everything that the books and the terminal know.
    pub(crate) async fn dump(&self) -> Result<Value, sqlx::Error> {
        let now = self.now_ms();
        let mut all = self.pool.begin().await?;
        expire(&mut all, now).await?;
        let mut tables = Map::new();
        let store_id: String =
            sqlx::query_scalar("SELECT value FROM meta WHERE name = 'store_id'").fetch_one(&mut *all).await?;
        tables.insert("nowMs".into(), json!(now));
        tables.insert("storeId".into(), json!(store_id));
        for (name, statement) in [
            (
                "members",
                "SELECT phone, name, barcode, points, points - available AS held, available FROM (SELECT *, points - \
                 (SELECT coalesce(sum(amount), 0) FROM holds WHERE service = 'POINT_REDEEM' AND state = 'held' AND subject = phone) \
                 AS available FROM members) ORDER BY phone",
            ),
            (
                "coupons",
                "SELECT number, name, kind, amount, item_codes AS itemCodes, owner, expires_at AS expiresAt, used_by AS usedBy, \
                 CASE WHEN used_by IS NOT NULL THEN 'used' \
                 WHEN EXISTS (SELECT 1 FROM holds WHERE service = 'COUPON' AND state = 'held' AND subject = number) THEN 'held' \
                 WHEN expires_at <= ?1 THEN 'expired' ELSE 'usable' END AS state FROM coupons ORDER BY number",
            ),
            (
                "giftCards",
                "SELECT number, balance, balance - available AS held, available FROM (SELECT *, balance - \
                 (SELECT coalesce(sum(amount), 0) FROM holds WHERE service = 'PREPAID' AND state = 'held' AND subject = number) \
                 AS available FROM gift_cards) ORDER BY number",
            ),
            (
                "transactions",
                "SELECT transaction_id AS transactionID, first_at AS firstAt, first_at + 1800000 AS endsAt, state FROM transactions ORDER BY first_at",
            ),
            (
                "holds",
                "SELECT transaction_id AS transactionID, service, subject, amount, made_at AS madeAt, expires_at AS expiresAt, state \
                 FROM holds ORDER BY made_at",
            ),
            (
                "settlements",
                "SELECT transaction_id AS transactionID, at, point_redeem AS pointRedeem, point_earn AS pointEarn, \
                 coupon_id AS couponID, coupon_amount AS couponAmount, prepaid, body FROM settlements ORDER BY at",
            ),
            (
                "cancels",
                "SELECT transaction_id AS transactionID, at, point_redeem AS pointRedeem, point_earn AS pointEarn, \
                 coupon_id AS couponID, coupon_name AS couponName, prepaid FROM cancels ORDER BY at",
            ),
            ("eReceipts", "SELECT transaction_id AS transactionID, phone, at, body FROM e_receipts ORDER BY at"),
            (
                "payments",
                "SELECT attempt_id AS attemptId, amount, tax_free AS taxFree, tax, started_at AS startedAt, state, \
                 approval_number AS approvalNumber, business_date AS businessDate, outcome FROM payments ORDER BY started_at",
            ),
            (
                "refunds",
                "SELECT refund_id AS refundId, attempt_id AS attemptId, amount, approval_number AS approvalNumber, at, state, \
                 business_date AS businessDate, outcome FROM refunds ORDER BY at",
            ),
        ] {
            let query = sqlx::query(statement);
            let query = if statement.contains("?1") { query.bind(now) } else { query };
            let rows = query.fetch_all(&mut *all).await?;
            tables.insert(name.into(), rows.iter().map(row_as_json).collect::<Result<Value, _>>()?);
        }
        all.commit().await?;
        Ok(tables.into())
    }
}

/// A row as a JSON object; columns that hold JSON are opened up.
fn row_as_json(row: &SqliteRow) -> Result<Value, sqlx::Error> {
    let mut fields = Map::new();
    for column in row.columns() {
        let name = column.name();
        let raw = row.try_get_raw(name)?;
        let value = if raw.is_null() {
            Value::Null
        } else if raw.type_info().name() == "INTEGER" {
            json!(row.try_get::<i64, _>(name)?)
        } else {
            let text: String = row.try_get(name)?;
            match name {
                "body" | "outcome" | "itemCodes" | "why" | "unknown" => {
                    serde_json::from_str(&text).unwrap_or(Value::String(text))
                }
                _ => Value::String(text),
            }
        };
        fields.insert(name.to_owned(), value);
    }
    Ok(fields.into())
}
