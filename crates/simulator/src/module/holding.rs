//! A hold is made, and answered to the host.

use super::delivery::{Delivery, Reply, failed};
use super::find::{earned, shown};
use super::sessions::Session;
use super::{over, words};
use crate::Shared;
use crate::codes::{self, Code};
use crate::faults::{At, On};
use crate::ledger::Failure;
use crate::protocol::{Connection, Refusal, Service};
use crate::server::Line;
use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

#[derive(Debug, Deserialize)]
pub(super) struct Use {
    session: String,
    /// Won, for points and gift cards.
    #[serde(default)]
    amount: i64,
    /// The coupon that was chosen.
    #[serde(default)]
    coupon: String,
}

/// The customer pressed 사용하기 or 적립하기: the hold is made here.
pub(super) async fn use_it(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    Json(wish): Json<Use>,
) -> Reply {
    let Session { connection, echo, subject } = shared.sessions.get(&wish.session).ok_or_else(over)?;
    if connection.service == Service::Coupon
        && let Some(reason) = unusable(&shared, &connection, &wish.coupon).await?
    {
        return Ok(words(reason));
    }
    // From here on the session is through, whatever comes of it: one request makes one hold at most.
    shared.sessions.end(&wish.session).ok_or_else(over)?;
    let fault = shared.faults.take(On::of(connection.service), At::Use);
    let delivery = Delivery::new(&shared, &line, &echo, fault, connection.auto_close_ms);
    if let Some(response) = delivery.before().await? {
        return Ok(response);
    }
    let subject = subject.unwrap_or_default();
    let done = match connection.service {
        Service::PointRedeem => redeem(&shared, &connection, &subject, wish.amount).await,
        Service::PointEarn => earn(&shared, &connection, &subject).await,
        Service::Coupon => use_coupon(&shared, &connection, &wish.coupon).await,
        Service::Prepaid => use_card(&shared, &connection, &subject, wish.amount).await,
    };
    let (done, words) = match done {
        Ok((fields, words)) => (Ok(fields), words),
        Err(failure) => (Err(failure), String::new()),
    };
    delivery.after(done, &words).await
}

type Done = Result<(Map<String, Value>, String), Failure>;

/// The page asked for something that it was never told it may have.
fn refused(code: Code) -> Failure {
    Refusal::new(code, "모듈 화면이 쓸 수 없는 것을 요청했어요", "the page asked for what it may not have").into()
}

fn field(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

async fn redeem(shared: &Shared, connection: &Connection, phone: &str, won: i64) -> Done {
    if phone.is_empty() || won > connection.pay_amount {
        return Err(refused(codes::NO_REDEEM_HOLD));
    }
    shared.ledger.hold_points(connection, phone, won).await?;
    Ok((field("pointRedeem", json!(won)), format!("{} 포인트를 써요", grouped(won))))
}

async fn earn(shared: &Shared, connection: &Connection, phone: &str) -> Done {
    if phone.is_empty() {
        return Err(refused(codes::NO_EARN_HOLD));
    }
    let won = earned(connection.pay_amount);
    shared.ledger.hold_earning(connection, phone, won).await?;
    Ok((field("pointEarn", json!(won)), format!("{} 포인트를 쌓아요", grouped(won))))
}

async fn use_card(shared: &Shared, connection: &Connection, number: &str, won: i64) -> Done {
    if number.is_empty() || won > connection.pay_amount {
        return Err(refused(codes::NO_PREPAID_HOLD));
    }
    shared.ledger.hold_card(connection, number, won).await?;
    Ok((field("prepaidPayPrice", json!(won.to_string())), format!("기프트카드 {}원을 써요", grouped(won))))
}

/// A coupon that fits nothing is answered as a success of "0" with the items that it is for (section 3.2.2's
/// couponItemCodes); it isn't held.
async fn use_coupon(shared: &Shared, connection: &Connection, number: &str) -> Done {
    let found =
        shared.ledger.coupons(number, &connection.items).await?.into_iter().find(|coupon| coupon.number == number);
    let coupon = found.ok_or_else(|| refused(codes::NO_COUPON))?;
    if coupon.benefit > 0 {
        shared.ledger.hold_coupon(connection, number).await?;
    }
    let mut fields = field("couponDiscountPrice", json!(coupon.benefit.to_string()));
    fields.insert("couponItemCodes".into(), json!(coupon.item_codes));
    let words = if coupon.benefit > 0 {
        format!("{}원을 할인해요", grouped(coupon.benefit))
    } else {
        "이 주문에는 맞는 상품이 없어요".into()
    };
    Ok((fields, words))
}

/// Why a coupon can't be chosen at all, in words for the customer, who may then choose another.
async fn unusable(shared: &Shared, connection: &Connection, number: &str) -> Result<Option<String>, Response> {
    let coupons = shared.ledger.coupons(number, &connection.items).await.map_err(|error| failed(&error))?;
    let Some(coupon) = coupons.iter().find(|coupon| coupon.number == number) else {
        return Ok(Some("없는 쿠폰이에요.".into()));
    };
    let shown = shown(coupon);
    Ok((shown["usable"] == json!(false)).then(|| shown["note"].as_str().unwrap_or_default().to_owned()))
}

/// 12000 → 12,000.
fn grouped(won: i64) -> String {
    let digits = won.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
