//! Giving money back, once for each approval, and the day's list of both.

use super::terminal::Script;
use super::{Agent, approval, date, next_approval};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundOrder {
    pub(super) refund_id: String,
    pub(super) amount: i64,
    pub(super) approval_number: String,
    #[serde(default)]
    pub(super) approved_at: Option<String>,
    #[serde(default)]
    pub(super) merchant_id: Option<String>,
}

impl Agent {
    pub(super) async fn refund(&self, attempt_id: &str, order: &RefundOrder) -> Result<Option<Value>, sqlx::Error> {
        // Holding the terminal keeps two refunds of one payment apart.
        let mut terminal = self.terminal.lock().await;
        if let Some(outcome) = self.known_refund(&order.refund_id).await? {
            return Ok(Some(outcome));
        }
        let script = terminal.next_refunds.pop_front().unwrap_or(Script::Approve);
        let payment: Option<(String, i64)> = sqlx::query_as(
            "SELECT attempt_id, amount FROM payments WHERE state = 'approved' AND (attempt_id = ?1 OR approval_number = ?2) \
             ORDER BY attempt_id = ?1 DESC LIMIT 1",
        )
        .bind(attempt_id)
        .bind(&order.approval_number)
        .fetch_optional(self.ledger.pool())
        .await?;
        let refunded: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM refunds WHERE approval_number = ? AND state = 'approved')",
        )
        .bind(&order.approval_number)
        .fetch_one(self.ledger.pool())
        .await?;
        let decline = |code: &str, message: &str| json!({"outcome": "declined", "code": code, "message": message});
        let now = self.ledger.now_ms();
        let mut all = self.ledger.pool().begin().await?;
        let outcome = match (payment, &script) {
            (None, _) => decline("NO_APPROVAL", "승인 내역이 없습니다"),
            (Some(_), _) if refunded => decline("ALREADY_REFUNDED", "이미 취소된 거래입니다"),
            (Some((_, amount)), _) if amount != order.amount => decline("AMOUNT", "승인 금액과 다릅니다"),
            (Some(_), Script::Decline { code, message }) => decline(code, message),
            (Some(_), Script::Hang | Script::Stuck) => return Ok(None),
            (Some((_, amount)), Script::Approve | Script::ApproveSilently) => {
                let number = next_approval(&mut all).await?;
                approval(amount, &number, now, 0)
            }
        };
        let approved = outcome["outcome"] == json!("approved");
        sqlx::query(
            "INSERT INTO refunds (refund_id, attempt_id, amount, approval_number, at, state, business_date, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&order.refund_id)
        .bind(attempt_id)
        .bind(order.amount)
        .bind(&order.approval_number)
        .bind(now)
        .bind(if approved { "approved" } else { "declined" })
        .bind(date(now))
        .bind(outcome.to_string())
        .execute(&mut *all)
        .await?;
        all.commit().await?;
        Ok((script != Script::ApproveSilently).then_some(outcome))
    }

    pub(super) async fn known_refund(&self, refund_id: &str) -> Result<Option<Value>, sqlx::Error> {
        let outcome: Option<String> = sqlx::query_scalar("SELECT outcome FROM refunds WHERE refund_id = ?")
            .bind(refund_id)
            .fetch_optional(self.ledger.pool())
            .await?;
        Ok(outcome.map(|outcome| serde_json::from_str(&outcome).unwrap_or_default()))
    }

    /// Every approval and refund of a business day (Korean date).
    pub(super) async fn approvals(&self, day: &str) -> Result<Value, sqlx::Error> {
        let payments: Vec<(String, String)> = sqlx::query_as(
            "SELECT attempt_id, outcome FROM payments WHERE state = 'approved' AND business_date = ? ORDER BY approval_number",
        )
        .bind(day)
        .fetch_all(self.ledger.pool())
        .await?;
        let refunds: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT refund_id, attempt_id, approval_number, outcome FROM refunds WHERE state = 'approved' AND business_date = ? ORDER BY at",
        )
        .bind(day)
        .fetch_all(self.ledger.pool())
        .await?;
        let opened = |outcome: &str| serde_json::from_str::<Value>(outcome).unwrap_or_default();
        let payments: Vec<Value> = payments
            .iter()
            .map(|(attempt, outcome)| {
                let mut entry = opened(outcome);
                entry["attemptId"] = json!(attempt);
                entry
            })
            .collect();
        let refunds: Vec<Value> = refunds
            .iter()
            .map(|(refund, attempt, of, outcome)| {
                let mut entry = opened(outcome);
                entry["refundId"] = json!(refund);
                entry["attemptId"] = json!(attempt);
                entry["refundedApprovalNumber"] = json!(of);
                entry
            })
            .collect();
        Ok(json!({"date": day, "approvals": payments, "refunds": refunds}))
    }
}
