//! What only the widget around the page sees: its process dies, and touches of the glass itself.

use serde_json::json;

use crate::{
    customer::{
        AMERICANO, MEMBER, card_at_once, card_by_hand, choose_americanos, close_and_compare, pay, use_benefits,
        use_points,
    },
    kit::{Kiosk, wait_for},
};

#[tokio::test]
async fn a_page_that_dies_before_it_has_shown_anything_is_followed_by_one_that_does() {
    let mut kiosk = Kiosk::start().await;
    kiosk.restart_with_pages_that_die().await;
    kiosk.until("attract").await;
}

#[tokio::test]
async fn a_page_whose_process_was_killed_comes_back_to_the_same_bill() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    use_points(&kiosk, MEMBER, 1_000).await;
    kiosk.until("payConfirm").await;
    kiosk.until_words("2,000").await;
    let (words, glass) = (kiosk.words().await, kiosk.at_rest().await);
    assert_eq!(kiosk.pages(), 1);
    kiosk.kill_page();
    wait_for("another page", || async { (kiosk.pages() == 2).then_some(()) }).await;
    kiosk.until_it_looks_like(&glass).await;
    kiosk.meet_again().await;
    kiosk.until("payConfirm").await;
    assert_eq!(kiosk.words().await, words);
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO - 1_000);
}

/// Where one button was, another stands a moment later: what starts the payment is followed by what stops it.
#[tokio::test]
async fn a_hurried_hand_pays_once_and_stops_nothing() {
    let mut kiosk = Kiosk::start().await;
    card_by_hand(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    kiosk.touch("payNow").await;
    kiosk.until("payConfirm").await;
    kiosk.touch_glass_twice(kiosk.spot("[data-act=\"pay\"]").await);
    kiosk.until("card").await;
    kiosk.outside.insert_card(json!("approve")).await;
    kiosk.until("done").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
    assert_eq!(kiosk.outside.count("payments", "state", "cancelled").await, 0);
}
