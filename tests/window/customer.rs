//! What customers do, step by step; the amounts are those of the demonstration's menu and members.

use serde_json::json;

use crate::kit::{Kiosk, accounts};

/// An americano without wishes, won.
pub const AMERICANO: i64 = 3_000;
/// 2,000 won off.
pub const COUPON: &str = "7700000000002001";
/// Good for an item that nobody sells.
pub const COUPON_FOR_NOTHING: &str = "7700000000009991";
/// 50,000 won.
pub const GIFT_CARD: &str = "8800000000050000";
/// 12,000 points; what follows 010.
pub const MEMBER: &str = "12345678";
/// 100,000 points.
pub const RICH_MEMBER: &str = "99990000";

/// The names by which the module calls its services.
pub mod page {
    pub const COUPON: &str = "쿠폰";
    pub const POINTS: &str = "포인트 사용";
    pub const GIFT_CARD: &str = "기프트카드";
    pub const EARN: &str = "포인트 적립";
}

/// The first screen; whoever had just paid before a restart has the number first.
pub async fn opens(kiosk: &Kiosk) {
    if kiosk.until_one_of(&["attract", "done"]).await == "done" {
        kiosk.touch("done").await;
    }
    kiosk.until("attract").await;
}

/// From the first touch to the review, with so many americanos.
pub async fn choose_americanos(kiosk: &Kiosk, cups: u32) {
    opens(kiosk).await;
    kiosk.touch_on("start", "for_here").await;
    for _ in 0..cups {
        kiosk.until("menu").await;
        kiosk.touch_on("item", "KD101111").await;
        kiosk.until("options").await;
        kiosk.touch("addToCart").await;
    }
    kiosk.until("menu").await;
    kiosk.touch("review").await;
    kiosk.until("review").await;
}

/// Ticks these services and goes on to the first.
pub async fn use_benefits(kiosk: &Kiosk, services: &[&str]) {
    kiosk.touch("useBenefits").await;
    kiosk.until("benefits").await;
    for service in services {
        kiosk.touch_on("tick", service).await;
    }
    kiosk.touch("next").await;
}

pub async fn scan_coupon(kiosk: &Kiosk, number: &str) {
    let page = kiosk.module(page::COUPON).await;
    page.until("card").await;
    kiosk.outside.scan(number).await;
    page.until("coupons").await;
    page.press("#use").await;
    page.leave().await;
}

pub async fn use_points(kiosk: &Kiosk, member: &str, points: i64) {
    let page = kiosk.module(page::POINTS).await;
    page.phone(member).await;
    page.keys(&points.to_string()).await;
    page.press("#use").await;
    page.leave().await;
}

pub async fn use_gift_card(kiosk: &Kiosk, number: &str, won: i64) {
    let page = kiosk.module(page::GIFT_CARD).await;
    page.until("card").await;
    kiosk.outside.scan(number).await;
    page.until("amount").await;
    page.keys(&won.to_string()).await;
    page.press("#use").await;
    page.leave().await;
}

pub async fn earn_points(kiosk: &Kiosk, member: &str) {
    let page = kiosk.module(page::EARN).await;
    page.phone(member).await;
    page.press("#use").await;
    page.leave().await;
}

/// The terminal takes a card by itself, at once.
pub async fn card_at_once(kiosk: &Kiosk) {
    kiosk.outside.terminal(json!({"mode": "auto", "autoAfterMs": 100})).await;
}

/// The terminal waits until a card is inserted.
pub async fn card_by_hand(kiosk: &Kiosk) {
    kiosk.outside.terminal(json!({"mode": "manual"})).await;
}

/// From the bill to the order number.
pub async fn pay(kiosk: &Kiosk) {
    kiosk.until("payConfirm").await;
    kiosk.touch("pay").await;
    kiosk.until("done").await;
}

/// The customer leaves, the kiosk is shut down, and the three accounts are compared.
pub async fn close_and_compare(kiosk: &mut Kiosk) -> accounts::Journal {
    if kiosk.until_one_of(&["done", "attract"]).await == "done" {
        kiosk.touch("done").await;
        kiosk.until("attract").await;
    }
    stop_and_compare(kiosk).await
}

/// The same while somebody still stands there.
pub async fn stop_and_compare(kiosk: &mut Kiosk) -> accounts::Journal {
    kiosk.until_no_frame().await;
    kiosk.stop().await;
    let journal = kiosk.journal().await;
    accounts::assert_agreement(&journal, &kiosk.outside.ledger().await);
    journal
}
