//! The kitchen as staff meet it: what hasn't arrived, and what they do about it.

use serde_json::json;

use super::{
    MANAGER, begin_to_pay, does, leave_and_compare, open_the_youngest, open_the_youngest_from_here, order_by_card,
    the_money_comes_back,
};
use crate::{
    customer::card_at_once,
    kit::{Kiosk, kiosk::Setup},
};

/// A kiosk whose orders are posted to the simulator's kitchen.
async fn shop() -> Kiosk {
    let kiosk = Kiosk::start_with(Setup { kitchen: true, ..Setup::default() }).await;
    kiosk.until("attract").await;
    kiosk.set_up_manager("점장", MANAGER);
    card_at_once(&kiosk).await;
    kiosk
}

#[tokio::test]
async fn an_order_that_the_kitchen_refused_is_handed_over_again() {
    let kiosk = shop().await;
    kiosk.outside.kitchen(json!({"mode": "refuse", "times": 1})).await;
    order_by_card(&kiosk).await;
    kiosk.until_logged("HandOverFailed").await;
    open_the_youngest(&kiosk, MANAGER).await;
    does(&kiosk, "hand_over_again").await;
    kiosk.outside.until_kitchen_has("the order", |order| order["state"] == "toMake" && order["arrived"] == 1).await;
    kiosk.until_words("주문 접수됨").await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.paid()[0].state, "settled");
    assert!(journal.entries.iter().any(|(_, kind)| kind == "hand_over_failed"));
}

#[tokio::test]
async fn an_order_that_does_not_arrive_is_seen_and_heard_within_the_minute_and_made_by_staff() {
    let kiosk = shop().await;
    kiosk.outside.kitchen(json!({"mode": "lost"})).await;
    order_by_card(&kiosk).await;
    kiosk.come_in(MANAGER).await;
    // It takes a minute, longer than anything else is waited for.
    kiosk.until_in_two_minutes("[data-missing=order][data-count=\"1\"]").await;
    kiosk.until_it_says("document.documentElement.dataset.sound === 'missing'").await;
    kiosk.screenshot("staff-not-arrived");
    open_the_youngest_from_here(&kiosk).await;
    does(&kiosk, "make").await;
    kiosk.outside.kitchen(json!({"mode": "ready"})).await;
    // It may have been heard: the kitchen is told not to make it, and never gets it.
    let order = kiosk.outside.until_kitchen_has("the void", |order| order["state"] == "void").await;
    assert_eq!((order["arrived"].as_u64(), order["reason"].as_str()), (Some(0), Some("made_by_staff")));
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.paid()[0].state, "settled");
    assert!(journal.entries.iter().any(|(_, kind)| kind == "made_by_staff"));
}

#[tokio::test]
async fn money_given_back_at_the_screen_makes_the_order_void_in_the_kitchen() {
    let kiosk = shop().await;
    order_by_card(&kiosk).await;
    kiosk.outside.until_kitchen_has("the order", |order| order["state"] == "toMake").await;
    open_the_youngest(&kiosk, MANAGER).await;
    does(&kiosk, "refund").await;
    the_money_comes_back(&kiosk).await;
    let order = kiosk.outside.until_kitchen_has("the void", |order| order["state"] == "void").await;
    assert_eq!((order["arrived"].as_u64(), order["reason"].as_str()), (Some(1), Some("refunded")));
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.transactions[0].state, "refunded");
}

#[tokio::test]
async fn a_kiosk_that_is_killed_before_the_kitchens_answer_hands_the_same_order_over() {
    let mut kiosk = shop().await;
    kiosk.outside.kitchen(json!({"mode": "slow", "delayMs": 60_000})).await;
    begin_to_pay(&kiosk).await;
    kiosk.outside.until_kitchen_has("the order", |order| order["arrived"] == 1).await;
    kiosk.kill().await;
    kiosk.outside.kitchen(json!({"mode": "ready"})).await;
    kiosk.restart().await;
    kiosk.until("done").await;
    kiosk.touch("done").await;
    kiosk.until("attract").await;
    let order = kiosk.outside.until_kitchen_has("the repeat", |order| order["arrived"] != 1).await;
    assert_eq!(order["state"], "toMake");
    kiosk.come_in(MANAGER).await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!((journal.paid().len(), journal.open().count()), (1, 0));
}
