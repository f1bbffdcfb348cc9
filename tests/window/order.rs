//! Orders from the first touch to the order number.

use serde_json::json;

use crate::{
    customer::{
        AMERICANO, COUPON, COUPON_FOR_NOTHING, GIFT_CARD, MEMBER, RICH_MEMBER, card_at_once, card_by_hand,
        choose_americanos, close_and_compare, earn_points, page, pay, scan_coupon, use_benefits, use_gift_card,
        use_points,
    },
    kit::Kiosk,
};

#[tokio::test]
async fn all_four_services_and_a_card() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 4).await;
    use_benefits(&kiosk, &["COUPON", "POINT_REDEEM", "PREPAID", "POINT_EARN"]).await;
    scan_coupon(&kiosk, COUPON).await;
    use_points(&kiosk, MEMBER, 1_000).await;
    use_gift_card(&kiosk, GIFT_CARD, 3_000).await;
    earn_points(&kiosk, MEMBER).await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;

    let paid = journal.paid();
    assert_eq!(paid.len(), 1, "{journal:#?}");
    assert_eq!((paid[0].total, paid[0].card), (4 * AMERICANO, 4 * AMERICANO - 2_000 - 1_000 - 3_000));
    let ledger = kiosk.outside.ledger().await;
    let settlement = &ledger["settlements"][0];
    assert_eq!(settlement["couponAmount"], 2_000);
    assert_eq!(settlement["pointRedeem"], 1_000);
    assert_eq!(settlement["prepaid"], 3_000);
    // 5 % of what isn't paid with coupon and points.
    assert_eq!(settlement["pointEarn"], 450);
    assert_eq!(ledger["payments"][0]["amount"], 6_000);
}

#[tokio::test]
async fn card_only_asks_prbiti_nothing() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    kiosk.touch("payNow").await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
    assert!(kiosk.outside.log().await.is_empty());
}

#[tokio::test]
async fn points_for_everything_leave_nothing_to_pay() {
    let mut kiosk = Kiosk::start().await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    use_points(&kiosk, RICH_MEMBER, AMERICANO).await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!((journal.paid()[0].total, journal.paid()[0].card), (AMERICANO, 0));
    let ledger = kiosk.outside.ledger().await;
    assert_eq!(ledger["payments"].as_array().map(Vec::len), Some(0));
    assert_eq!(ledger["settlements"][0]["pointRedeem"], AMERICANO);
}

#[tokio::test]
async fn a_coupon_that_fits_nothing_is_not_used() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["COUPON"]).await;
    scan_coupon(&kiosk, COUPON_FOR_NOTHING).await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
}

#[tokio::test]
async fn the_customer_closes_the_module_and_pays_the_whole() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    let module = kiosk.module(page::POINTS).await;
    module.until("phone").await;
    module.press("#cancel").await;
    module.leave().await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
}

#[tokio::test]
async fn starting_over_after_a_hold_gives_it_back() {
    let mut kiosk = Kiosk::start().await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    use_points(&kiosk, MEMBER, 1_000).await;
    kiosk.until("payConfirm").await;
    kiosk.touch("home").await;
    kiosk.touch("yesStartOver").await;
    kiosk.until("attract").await;
    kiosk.outside.until("the hold to be given back", "holds", |hold| hold["state"] == "released").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert!(journal.paid().is_empty());
    assert!(journal.transactions.iter().all(|one| !one.open && !one.with_staff), "{journal:#?}");
}

#[tokio::test]
async fn a_module_that_never_answers_is_settled_with_no() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    // The hold is made and nobody is told.
    kiosk.outside.fault(json!({"on": "POINT_REDEEM", "do": "silent", "times": 1})).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    use_points(&kiosk, MEMBER, 1_000).await;
    kiosk.outside.until("the hold", "holds", |hold| hold["state"] == "held").await;
    kiosk.touch("skip").await;
    pay(&kiosk).await;
    kiosk.outside.until("the hold to be given back", "holds", |hold| hold["state"] == "released").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
}

#[tokio::test]
async fn a_declined_card_is_followed_by_another() {
    let mut kiosk = Kiosk::start().await;
    card_by_hand(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    kiosk.touch("payNow").await;
    kiosk.until("payConfirm").await;
    kiosk.touch("pay").await;
    kiosk.until("card").await;
    kiosk.outside.insert_card(json!({"do": "decline", "code": "51"})).await;
    kiosk.until("declined").await;
    kiosk.touch("anotherCard").await;
    kiosk.until("card").await;
    kiosk.outside.insert_card(json!("approve")).await;
    kiosk.until("done").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
    assert_eq!(kiosk.outside.count("payments", "state", "declined").await, 1);
}

#[tokio::test]
async fn a_scan_on_the_menu_adds_the_item() {
    let kiosk = Kiosk::start().await;
    kiosk.touch_on("start", "to_go").await;
    kiosk.until("menu").await;
    kiosk.outside.scan("8801234511117").await;
    kiosk.touch("review").await;
    kiosk.until("review").await;
    kiosk.until_words("아메리카노").await;
}

/// Something stands before it that takes connections all the while, so that no look of the kiosk's meets the gap.
#[tokio::test]
async fn prbiti_is_killed_and_comes_back_while_an_order_is_open() {
    let mut kiosk = Kiosk::start().await;
    choose_americanos(&kiosk, 2).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    use_points(&kiosk, MEMBER, 1_000).await;
    kiosk.until("payConfirm").await;
    kiosk.outside.kill();
    kiosk.outside.restart();
    card_at_once(&kiosk).await;
    pay(&kiosk).await;
    kiosk.outside.until("the settlement", "settlements", |_| true).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!((journal.paid()[0].total, journal.paid()[0].card), (2 * AMERICANO, 2 * AMERICANO - 1_000));
}
