//! Somebody is looked for: a member, a coupon or a gift card. What may be used is decided here; nothing is held yet.

use super::delivery::{Reply, failed, refuse};
use super::{EARNED_PERCENT, over, words};
use crate::Shared;
use crate::ledger::{Coupon, CouponState};
use crate::protocol::{self, Connection, Service};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Debug, Deserialize)]
pub(super) struct Find {
    session: String,
    /// What was typed.
    #[serde(default)]
    text: String,
    /// The host's barcode message, when something was scanned instead (section 2.6).
    #[serde(default)]
    message: Option<Value>,
}

/// Somebody scanned or typed a phone number, a membership barcode, a coupon or a gift card.
pub(super) async fn find(
    State(shared): State<Arc<Shared>>,
    Json(Find { session: key, text, message }): Json<Find>,
) -> Reply {
    let session = shared.sessions.get(&key).ok_or_else(over)?;
    let text = match message {
        None => text,
        Some(message) => {
            let scanned = protocol::scanned(&message);
            shared.log_in(&message, scanned.as_ref().err(), &session.echo).await?;
            match scanned {
                Ok(text) => text,
                Err(refusal) => {
                    shared.sessions.end(&key);
                    return refuse(&shared, &session.echo, &refusal).await;
                }
            }
        }
    };
    let text = text.trim();
    match session.connection.service {
        Service::PointRedeem | Service::PointEarn => find_member(&shared, &key, &session.connection, text).await,
        Service::Coupon => find_coupons(&shared, &session.connection, text).await,
        Service::Prepaid => find_card(&shared, &key, &session.connection, text).await,
    }
}

async fn find_member(shared: &Shared, key: &str, connection: &Connection, text: &str) -> Reply {
    let Some(member) = shared.ledger.member(text).await.map_err(|error| failed(&error))? else {
        return Ok(words("등록되지 않은 회원이에요. 번호를 다시 확인해 주세요."));
    };
    let most = match connection.service {
        Service::PointEarn => earned(connection.pay_amount),
        Service::PointRedeem | Service::Coupon | Service::Prepaid => member.available.min(connection.pay_amount),
    };
    if most <= 0 {
        return Ok(words(match connection.service {
            Service::PointEarn => "적립할 포인트가 없는 금액이에요.",
            Service::PointRedeem | Service::Coupon | Service::Prepaid => "지금 쓸 수 있는 포인트가 없어요.",
        }));
    }
    shared.sessions.identify(key, &member.phone);
    Ok(Json(json!({"member": {"name": masked_name(&member.name), "points": member.available, "most": most}}))
        .into_response())
}

async fn find_coupons(shared: &Shared, connection: &Connection, text: &str) -> Reply {
    let owner = shared.ledger.member(text).await.map_err(|error| failed(&error))?;
    let wanted = owner.as_ref().map_or(text, |member| &member.phone);
    let coupons = shared.ledger.coupons(wanted, &connection.items).await.map_err(|error| failed(&error))?;
    if coupons.is_empty() {
        return Ok(words(if owner.is_some() {
            "쓸 수 있는 쿠폰이 없어요."
        } else {
            "없는 번호예요. 다시 확인해 주세요."
        }));
    }
    let coupons: Vec<Value> = coupons.iter().map(shown).collect();
    Ok(Json(json!({"coupons": coupons})).into_response())
}

pub(super) fn shown(coupon: &Coupon) -> Value {
    let (usable, note) = match coupon.state {
        CouponState::Used => (false, "이미 쓴 쿠폰이에요".to_owned()),
        CouponState::Held => (false, "다른 주문에서 쓰고 있는 쿠폰이에요".to_owned()),
        CouponState::Expired => (false, "기간이 지난 쿠폰이에요".to_owned()),
        // It may be chosen all the same: the answer then tells the host which items it is for.
        CouponState::Usable if coupon.benefit == 0 => (true, "이 주문에는 맞는 상품이 없어요".to_owned()),
        CouponState::Usable => (true, "이 주문에 쓸 수 있어요".to_owned()),
    };
    json!({"number": coupon.number, "name": coupon.name, "benefit": coupon.benefit, "usable": usable, "note": note,
           "expiresAt": coupon.expires_at})
}

async fn find_card(shared: &Shared, key: &str, connection: &Connection, text: &str) -> Reply {
    let Some(card) = shared.ledger.card(text).await.map_err(|error| failed(&error))? else {
        return Ok(words("없는 기프트카드예요. 번호를 다시 확인해 주세요."));
    };
    if card.available <= 0 {
        return Ok(words("잔액이 없는 기프트카드예요."));
    }
    shared.sessions.identify(key, &card.number);
    let most = card.available.min(connection.pay_amount);
    let number: String = card.number.chars().skip(12).collect();
    Ok(Json(json!({"card": {"number": format!("···· {number}"), "balance": card.available, "most": most}}))
        .into_response())
}

pub(super) const fn earned(pay_amount: i64) -> i64 {
    pay_amount * EARNED_PERCENT / 100
}

/// 김하나 → 김*나.
fn masked_name(name: &str) -> String {
    let last = name.chars().count().saturating_sub(1);
    name.chars().enumerate().map(|(at, letter)| if at == 0 || at == last && last > 1 { letter } else { '*' }).collect()
}
