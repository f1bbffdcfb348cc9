//! Settling, releasing and cancelling (sections 3.4 and 3.5): the only places where amounts move.

use super::{Failure, Ledger, expire, held_on, hold_of, not_open, state_of};
use crate::codes;
use crate::protocol::{Confirm, Refusal, Service, Tender};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

/// What a cancel gave back (section 3.5.1), in won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cancelled {
    pub(crate) point_redeem: i64,
    pub(crate) point_earn: i64,
    pub(crate) coupon: Option<(String, String)>,
    pub(crate) prepaid: i64,
}

impl Ledger {
    /// `confirm`: what is said Y to moves, what is said N to is given back, and the transactionID is through
    /// (section 3.4.1). Without a single Y it is a release.
    pub(crate) async fn settle(&self, confirm: &Confirm, body: &Value) -> Result<(), Failure> {
        let now = self.now_ms();
        let id = &confirm.transaction_id;
        let mut all = self.pool.begin().await?;
        expire(&mut all, now).await?;
        let state = state_of(&mut all, id).await?;
        if state.as_deref() != Some("open") {
            // The transactions that ran out stay so, whatever becomes of this message.
            all.commit().await?;
            return Err(not_open(state.as_deref()).into());
        }
        let mut moved = Moved::default();
        let mut member = None;
        for service in Service::ALL {
            let hold = hold_of(&mut all, id, service).await?;
            let yes = confirm.yes.contains(&service);
            let applied = match (&hold, yes) {
                (None, true) => return Err(nothing_held(service).into()),
                (Some((_, won)), true) => *won,
                (Some(_) | None, false) => 0,
            };
            // What is paid with points, a coupon or a gift card is what was held for this order, to the won.
            if !confirm.payments.is_empty()
                && let Some(tender) = service.tender()
                && confirm.paid_with(tender) != applied
            {
                return Err(not_what_was_held(tender, confirm.paid_with(tender), applied).into());
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
        let state = state_of(&mut all, id).await?;
        if state.as_deref() != Some("settled") {
            all.commit().await?;
            return Err(not_settled(state.as_deref()).into());
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
}

fn nothing_held(service: Service) -> Refusal {
    let field = format!("data.{}", service.flag_name());
    let name = service.name();
    Refusal::of(
        field,
        service.flag_code(),
        format!("{name}의 대기가 없어서 \"Y\"일 수 없어요"),
        format!("\"Y\" without a hold of {name}"),
    )
}

fn not_what_was_held(tender: Tender, paid: i64, held: i64) -> Refusal {
    let name = tender.name();
    Refusal::of(
        "data.paymentList",
        codes::BAD_PAYMENT_PRICE,
        format!("{name}의 paymentPrice는 \"Y\"로 확정하는 대기 금액 {held}이어야 해요. 온 값: {paid}"),
        format!("{held} is expected for {name}, as held and said Y to; found: {paid}"),
    )
}

fn not_settled(state: Option<&str>) -> Refusal {
    let (ko, en) = match state {
        None => ("모르는 transactionID예요", "this transactionID was never seen"),
        Some("cancelled") => ("이미 취소한 거래예요", "it is cancelled already"),
        Some(_) => ("거래 처리된 것이 없는 거래예요", "nothing was settled under it"),
    };
    Refusal::of("data.transactionID", codes::BAD_TRANSACTION_ID, ko, en)
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

async fn set_state(all: &mut SqliteConnection, id: &str, state: &str) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE transactions SET state = ? WHERE transaction_id = ?").bind(state).bind(id).execute(all).await?;
    Ok(())
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

async fn add_points(all: &mut SqliteConnection, phone: &str, won: i64) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE members SET points = points + ? WHERE phone = ?").bind(won).bind(phone).execute(all).await?;
    Ok(())
}
