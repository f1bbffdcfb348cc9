//! The web process is killed under the customer's hands, and the program lives: the page comes back to where it was.

use serde_json::json;

use super::count;
use crate::{
    customer::{
        AMERICANO, MEMBER, card_at_once, card_by_hand, choose_americanos, close_and_compare, pay, use_benefits,
        use_points,
    },
    kit::{Kiosk, wait_for},
};

async fn page_dies(kiosk: &mut Kiosk) {
    let pages = kiosk.pages();
    kiosk.kill_page();
    wait_for("another page", || async { (kiosk.pages() > pages).then_some(()) }).await;
    kiosk.meet_again().await;
}

/// 1,000 points are held, and the card is charged at once.
async fn hold_points(kiosk: &Kiosk) {
    card_at_once(kiosk).await;
    choose_americanos(kiosk, 1).await;
    use_benefits(kiosk, &["POINT_REDEEM"]).await;
    use_points(kiosk, MEMBER, 1_000).await;
    kiosk.until("payConfirm").await;
}

#[tokio::test]
async fn on_the_menu_the_cart_is_still_full() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 2).await;
    kiosk.touch("addMore").await;
    kiosk.until("menu").await;
    page_dies(&mut kiosk).await;
    kiosk.until("menu").await;
    kiosk.touch("review").await;
    kiosk.until("review").await;
    kiosk.touch("payNow").await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    count("page", "");
    assert_eq!(journal.paid()[0].card, 2 * AMERICANO);
}

#[tokio::test]
async fn in_the_module_nothing_is_taken_for_used_and_what_was_held_is_given_back() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    // The hold is made, and the page dies before it hears of it.
    kiosk.outside.fault(json!({"on": "POINT_REDEEM", "do": "silent", "times": 1})).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    use_points(&kiosk, MEMBER, 1_000).await;
    kiosk.outside.until("the hold", "holds", |hold| hold["state"] == "held").await;
    page_dies(&mut kiosk).await;
    kiosk.until("serviceUnknown").await;
    kiosk.touch("goOn").await;
    pay(&kiosk).await;
    kiosk.outside.until("the hold to be given back", "holds", |hold| hold["state"] == "released").await;
    let journal = close_and_compare(&mut kiosk).await;
    count("page", "");
    assert_eq!(journal.paid()[0].card, AMERICANO);
}

#[tokio::test]
async fn while_the_card_is_awaited_the_payment_goes_on() {
    let mut kiosk = Kiosk::start().await;
    hold_points(&kiosk).await;
    card_by_hand(&kiosk).await;
    kiosk.touch("pay").await;
    kiosk.until("card").await;
    page_dies(&mut kiosk).await;
    kiosk.until("card").await;
    kiosk.outside.insert_card(json!("approve")).await;
    kiosk.until("done").await;
    let journal = close_and_compare(&mut kiosk).await;
    count("page", "");
    assert_eq!(journal.paid()[0].card, AMERICANO - 1_000);
}

#[tokio::test]
async fn while_it_settles_the_same_confirm_is_posted_again() {
    let mut kiosk = Kiosk::start().await;
    hold_points(&kiosk).await;
    kiosk.outside.fault(json!({"on": "confirm", "do": "silent", "after": false, "times": 1})).await;
    kiosk.touch("pay").await;
    kiosk.outside.until_received("confirm").await;
    page_dies(&mut kiosk).await;
    kiosk.until("done").await;
    kiosk.outside.until("the settlement", "settlements", |_| true).await;
    let journal = close_and_compare(&mut kiosk).await;
    count("page", "");
    assert_eq!(journal.paid()[0].card, AMERICANO - 1_000);
    assert_eq!(journal.paid()[0].state, "settled");
}

#[tokio::test]
async fn on_the_last_screen_the_number_is_still_there() {
    let mut kiosk = Kiosk::start().await;
    hold_points(&kiosk).await;
    pay(&kiosk).await;
    let words = kiosk.words().await;
    page_dies(&mut kiosk).await;
    kiosk.until("done").await;
    let number = |words: &str| words.lines().find(|line| line.starts_with('T')).map(str::to_owned);
    assert!(number(&words).is_some(), "{words}");
    assert_eq!(number(&kiosk.words().await), number(&words));
    close_and_compare(&mut kiosk).await;
    count("page", "");
}
