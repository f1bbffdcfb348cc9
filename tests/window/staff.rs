//! Staff at the screen: they come in with a PIN, find what happened, and bring it to its end.

mod access;
mod day;
mod kitchen;
mod suggested;

use serde_json::json;

use crate::{
    customer::{AMERICANO, MEMBER, card_at_once, choose_americanos, close_and_compare, pay, use_benefits, use_points},
    kit::{Kiosk, kiosk::Setup},
};

const MANAGER: &str = "246802";

/// A kiosk with a manager, and a terminal that takes every card.
async fn shop() -> Kiosk {
    let kiosk = Kiosk::start().await;
    kiosk.set_up_manager("점장", MANAGER);
    card_at_once(&kiosk).await;
    kiosk
}

/// An americano, until the terminal is to be asked.
async fn begin_to_pay(kiosk: &Kiosk) {
    choose_americanos(kiosk, 1).await;
    kiosk.touch("payNow").await;
    kiosk.until("payConfirm").await;
    kiosk.touch("pay").await;
}

/// An americano, by card alone.
async fn order_by_card(kiosk: &Kiosk) {
    begin_to_pay(kiosk).await;
    kiosk.until("done").await;
    kiosk.touch("done").await;
    kiosk.until("attract").await;
}

/// An americano, 1,000 won of it with points.
async fn order_with_points(kiosk: &Kiosk) {
    choose_americanos(kiosk, 1).await;
    use_benefits(kiosk, &["POINT_REDEEM"]).await;
    use_points(kiosk, MEMBER, 1_000).await;
    pay(kiosk).await;
    kiosk.touch("done").await;
    kiosk.until("attract").await;
}

/// Does what is suggested, or one of the others.
async fn does(kiosk: &Kiosk, action: &str) {
    kiosk.touch_on("ask", action).await;
    kiosk.touch_on("do", action).await;
}

/// Whoever has this PIN comes in, and opens the youngest transaction.
async fn open_the_youngest(kiosk: &Kiosk, pin: &str) {
    kiosk.come_in(pin).await;
    open_the_youngest_from_here(kiosk).await;
}

async fn open_the_youngest_from_here(kiosk: &Kiosk) {
    kiosk.touch_on("go", "all").await;
    kiosk.touch("open").await;
    kiosk.until_words("돈의 흐름").await;
}

async fn the_money_comes_back(kiosk: &Kiosk) {
    kiosk.outside.until("the money back", "refunds", |one| one["state"] == "approved").await;
}

/// A manager vouches for what was found, with its number.
async fn vouches(kiosk: &Kiosk, finding: &str, found_in: &str) {
    kiosk.touch_on("ask", "resolve_by_hand").await;
    kiosk.touch_on("choose", finding).await;
    kiosk.touch_on("choose", found_in).await;
    kiosk.touch("nextStep").await;
    for key in ["4", "2"] {
        kiosk.touch_on("key", key).await;
    }
    kiosk.touch("nextStep").await;
    kiosk.touch_on("choose", "other").await;
    // 전화.
    for key in "wjsghk".chars() {
        kiosk.touch_on("key", &key.to_string()).await;
    }
    kiosk.screenshot("staff-evidence-words");
    kiosk.touch("nextStep").await;
    // A mistyped PIN costs nothing that was said before. It begins as the right one does: a touch where a letter was touched half
    // a second ago would be taken for one that was meant for that letter, and nobody but a driver is so quick.
    let mistyped = format!("{}1", &MANAGER[..5]);
    for (pin, then) in [(mistyped.as_str(), "비밀번호가 다르거나 잠시 잠겼어요"), (MANAGER, "직원이 확인하고 적음")]
    {
        for digit in pin.chars() {
            kiosk.touch_on("digit", &digit.to_string()).await;
        }
        kiosk.touch("resolve").await;
        kiosk.until_words(then).await;
    }
}

/// Leaves the staff screens, and compares the three accounts.
async fn leave_and_compare(mut kiosk: Kiosk) -> crate::kit::accounts::Journal {
    kiosk.touch("lock").await;
    close_and_compare(&mut kiosk).await
}

#[tokio::test]
async fn they_find_the_paid_order_behind_their_pin() {
    let kiosk = Kiosk::start_with(Setup { demonstration: true, ..Setup::default() }).await;
    kiosk.until("attract").await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 2).await;
    kiosk.touch("payNow").await;
    pay(&kiosk).await;
    kiosk.touch("done").await;
    kiosk.until("attract").await;
    kiosk.hold_shop_name().await;
    kiosk.enter_pin("000000").await;
    assert_eq!(kiosk.screen().await.as_deref(), Some("attract"), "a wrong number opens nothing");
    kiosk.enter_pin("246810").await;
    kiosk.until("staff").await;
    kiosk.touch_on("go", "orders").await;
    kiosk.until_words("아메리카노 × 2").await;
    kiosk.touch("lock").await;
    kiosk.until("attract").await;
}

#[tokio::test]
async fn a_settlement_that_prbiti_did_not_take_is_sent_again_and_taken() {
    let kiosk = shop().await;
    kiosk.outside.fault(json!({"on": "confirm", "do": "code", "code": 100_010_004, "after": false, "times": 1})).await;
    order_with_points(&kiosk).await;
    kiosk.come_in(MANAGER).await;
    kiosk.until_words("확정 다시 보내기").await;
    kiosk.screenshot("staff-attention");
    kiosk.touch("open").await;
    kiosk.until_words("돈의 흐름").await;
    kiosk.screenshot("staff-transaction");
    kiosk.touch_on("ask", "settle_again").await;
    kiosk.until_words("무슨 일이 생기나요?").await;
    kiosk.touch_on("do", "settle_again").await;
    kiosk.outside.until("the settlement", "settlements", |_| true).await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.paid()[0].state, "settled");
    assert!(journal.entries.iter().any(|(_, kind)| kind == "staff_acted"));
}

#[tokio::test]
async fn a_settled_order_is_refunded_card_and_points() {
    let kiosk = shop().await;
    order_with_points(&kiosk).await;
    kiosk.outside.until("the settlement", "settlements", |_| true).await;
    open_the_youngest(&kiosk, MANAGER).await;
    does(&kiosk, "refund").await;
    the_money_comes_back(&kiosk).await;
    kiosk.outside.until_received("cancel").await;
    kiosk.until_words("환불").await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.paid().len(), 0);
    assert_eq!(journal.transactions[0].state, "refunded");
}

#[tokio::test]
async fn a_refund_that_the_terminal_declines_is_tried_again() {
    let kiosk = shop().await;
    kiosk.outside.terminal(json!({"mode": "auto", "autoAfterMs": 100, "nextRefunds": ["decline"]})).await;
    order_by_card(&kiosk).await;
    open_the_youngest(&kiosk, MANAGER).await;
    does(&kiosk, "refund").await;
    kiosk.outside.until("the refusal", "refunds", |one| one["state"] == "declined").await;
    does(&kiosk, "refund").await;
    the_money_comes_back(&kiosk).await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.transactions[0].state, "refunded");
}

#[tokio::test]
async fn a_card_that_the_terminal_forgot_is_vouched_for_and_the_kiosk_sells_again() {
    let mut kiosk = shop().await;
    kiosk.outside.terminal(json!({"mode": "manual"})).await;
    begin_to_pay(&kiosk).await;
    kiosk.outside.until("the terminal to wait", "payments", |one| one["state"] == "in_progress").await;
    kiosk.outside.forget();
    kiosk.until("unknown").await;
    kiosk.until_logged("CardUnknown").await;
    kiosk.come_in(MANAGER).await;
    kiosk.touch("open").await;
    vouches(&kiosk, "card_not_charged", "van_records").await;
    let of = |journal: &crate::kit::accounts::Journal, kind: &str| journal.entries.iter().any(|(_, one)| one == kind);
    kiosk.touch("lock").await;
    // The terminal is free: the next customer pays.
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    kiosk.touch("payNow").await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert!(of(&journal, "resolved_by_hand"), "{journal:#?}");
    assert_eq!(journal.paid()[0].card, AMERICANO);
}
