//! The shop's day at the screen: closed to the won, with what differs found and named.

use std::fs;

use serde_json::{Value, json};

use super::{MANAGER, does, open_the_youngest, order_by_card, order_with_points, shop, the_money_comes_back};
use crate::kit::{Kiosk, wait_for};

async fn go_to_the_close(kiosk: &Kiosk) {
    kiosk.touch_on("go", "orders").await;
    kiosk.touch_on("go", "close").await;
    kiosk.until_words("주문 합계").await;
}

/// The kinds of differences that stand there, all pages of them.
async fn kinds(kiosk: &Kiosk) -> Vec<String> {
    let found = kiosk
        .script("return [...document.querySelectorAll('[data-kind]')].map((one) => one.dataset.kind)", json!([]))
        .await;
    serde_json::from_value(found).expect("a list of kinds")
}

/// Is there something for this act that does something?
async fn can(kiosk: &Kiosk, act: &str) -> bool {
    let one = "const one = document.querySelector(`[data-act=\"${arguments[0]}\"]`);
        return one !== null && one.getAttribute('aria-disabled') !== 'true'";
    kiosk.script(one, json!([act])).await == true
}

async fn is_closed(kiosk: &Kiosk) -> String {
    wait_for("the day to be closed", || async {
        let day =
            "const day = document.querySelector('[data-day]'); const closed = document.querySelector('[data-closed]');
            return day && closed && document.querySelector('[data-wrote=\"done\"]') ? day.dataset.day : null";
        kiosk.script(day, json!([])).await.as_str().map(str::to_owned)
    })
    .await
}

#[tokio::test]
async fn a_day_in_which_all_agrees_is_closed_to_the_won() {
    let mut kiosk = shop().await;
    order_with_points(&kiosk).await;
    kiosk.outside.until("the settlement", "settlements", |_| true).await;
    order_by_card(&kiosk).await;
    kiosk.come_in(MANAGER).await;
    go_to_the_close(&kiosk).await;
    kiosk.until_words("서로 맞음").await;
    kiosk.screenshot("staff-close");
    kiosk.touch("askClose").await;
    kiosk.touch("closeDay").await;
    let day = is_closed(&kiosk).await;
    kiosk.screenshot("staff-closed");

    kiosk.kill().await;
    // Summed once more, from what the journal has of each transaction.
    let journal = kiosk.journal().await;
    let (total, card): (i64, i64) =
        journal.paid().iter().fold((0, 0), |(total, card), one| (total + one.total, card + one.card));
    let file = kiosk.data().join(format!("exports/close-000001-{day}.json"));
    let all: Value = serde_json::from_slice(&fs::read(&file).expect("the close")).expect("JSON");
    let sales = &all["close"]["day"]["sales"];
    assert_eq!((sales["orders"]["amount"].as_i64(), sales["card"]["amount"].as_i64()), (Some(total), Some(card)));
    assert_eq!(total - card, 1_000, "the points");
    assert_eq!(all["closedBy"]["name"], "점장");

    // It stays closed, also for whoever comes after the crash.
    kiosk.restart().await;
    kiosk.until("attract").await;
    kiosk.come_in(MANAGER).await;
    go_to_the_close(&kiosk).await;
    kiosk.until_words("점장").await;
    assert!(!can(&kiosk, "askClose").await, "a day is closed once");
    kiosk.stop().await;
    kiosk.verify_journal();
}

#[tokio::test]
async fn each_kind_of_difference_is_found_and_named() {
    let mut kiosk = shop().await;
    // The terminal forgets one charge, and has another amount for the next.
    order_by_card(&kiosk).await;
    order_by_card(&kiosk).await;
    let payments = kiosk.outside.ledger().await["payments"].clone();
    let attempt = |at: usize| payments[at]["attemptId"].as_str().expect("an attempt").to_owned();
    kiosk.outside.tamper(&format!("DELETE FROM payments WHERE attempt_id = '{}'", attempt(0))).await;
    let other = "json_set(outcome, '$.amount', 2900)";
    kiosk.outside.tamper(&format!("UPDATE payments SET outcome = {other} WHERE attempt_id = '{}'", attempt(1))).await;
    // A card is charged past the kiosk.
    kiosk.outside.charge_past_the_kiosk(8_300).await;
    // Prbiti doesn't confirm one order's points, and doesn't give another's back.
    kiosk.outside.fault(json!({"on": "confirm", "do": "code", "code": 100_010_004, "after": false, "times": 1})).await;
    order_with_points(&kiosk).await;
    order_with_points(&kiosk).await;
    kiosk.outside.until("the settlement", "settlements", |_| true).await;
    kiosk.outside.fault(json!({"on": "cancel", "do": "code", "code": 100_010_004, "after": false, "times": 9})).await;
    open_the_youngest(&kiosk, MANAGER).await;
    does(&kiosk, "refund").await;
    the_money_comes_back(&kiosk).await;
    kiosk.outside.until_received("cancel").await;
    go_to_the_close(&kiosk).await;
    let wanted = [
        "amounts_differ",
        "approval_without_order",
        "order_without_approval",
        "order_without_settlement",
        "refund_without_cancel",
    ];
    let mut found = kinds(&kiosk).await;
    kiosk.screenshot("staff-close-differs");
    while can(&kiosk, "nextPage").await && found.len() < wanted.len() {
        kiosk.touch("nextPage").await;
        found.extend(kinds(&kiosk).await);
    }
    found.sort();
    found.dedup();
    assert_eq!(found, wanted);
    // It isn't closed without a word.
    kiosk.touch("askClose").await;
    kiosk.until_words("까닭").await;
    kiosk.touch_on("choose", "checked").await;
    kiosk.touch("closeDay").await;
    is_closed(&kiosk).await;
    kiosk.stop().await;
    kiosk.verify_journal();
}

#[tokio::test]
async fn what_is_sold_out_is_so_for_the_next_customer() {
    let kiosk = shop().await;
    kiosk.until("attract").await;
    kiosk.come_in(MANAGER).await;
    kiosk.touch_on("go", "shop").await;
    kiosk.touch_on("go", "menu").await;
    kiosk.until_words("아메리카노").await;
    kiosk.screenshot("staff-menu");
    kiosk.touch("setSoldOut").await;
    kiosk.until_words("품절").await;
    kiosk.touch_on("go", "shop").await;
    kiosk.touch_on("go", "health").await;
    kiosk.until_words("결제기").await;
    kiosk.screenshot("staff-health");
    kiosk.touch_on("go", "shop").await;
    kiosk.screenshot("staff-shop");
    kiosk.touch_on("go", "deeds").await;
    kiosk.until_words("품절").await;
    kiosk.screenshot("staff-deeds");
    kiosk.touch("lock").await;
    kiosk.until("attract").await;
    kiosk.touch_on("start", "for_here").await;
    kiosk.until("menu").await;
    kiosk.until_words("품절").await;
}
