//! What the module's back end promises a host: holds, settling, releasing, cancelling, and every refusal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod world;

use serde_json::{Value, json};
use world::World;

const MINUTE_MS: i64 = 60_000;

#[tokio::test]
async fn points_are_held_and_settled_and_cancelled() {
    let world = World::new().await;
    let answer = world.redeem("t-redeem-00000001", "01012345678", 3500, 7000).await;
    assert_eq!(answer["status"], "200");
    assert_eq!(answer["data"]["errorCode"], 200);
    assert_eq!(answer["data"]["pointRedeem"], 3500);
    assert_eq!(answer["data"]["supportMode"], "POINT_REDEEM");
    assert_eq!(answer["data"]["transactionID"], "t-redeem-00000001");
    assert_eq!(world.member("01012345678").await, (12_000, 8_500));

    let confirm = world.confirm("t-redeem-00000001", &["POINT_REDEEM"], &[("POINT", 3500), ("CARD", 6500)]);
    assert_eq!(world.ask(confirm.clone()).await["data"]["errorCode"], 200);
    assert_eq!(world.member("01012345678").await, (8_500, 8_500));
    assert_eq!(world.ask(confirm).await["data"]["errorCode"], 100_010_003);

    let cancelled = world.ask(world.cancel("t-redeem-00000001")).await;
    assert_eq!(
        cancelled["data"],
        json!({"errorCode": 200, "errorMsg": "OK", "errorMsgUser": "OK", "transactionID": "t-redeem-00000001",
               "pointRedeemCanceledNum": 3500, "pointEarnCanceledNum": 0, "couponCanceledID": null,
               "couponCanceledName": null, "prepaidCanceledNum": 0})
    );
    assert_eq!(world.member("01012345678").await, (12_000, 12_000));
    assert_eq!(world.code(world.cancel("t-redeem-00000001")).await, 100_010_003);
}

#[tokio::test]
async fn all_four_services_of_one_order_are_settled_and_undone_together() {
    let world = World::new().await;
    let id = "t-everything-00001";
    let coupon = world.coupon(id, "7700000000002001").await;
    assert_eq!(coupon["data"]["couponDiscountPrice"], "2000");
    assert_eq!(coupon["data"]["couponItemCodes"], json!([]));
    assert_eq!(world.redeem(id, "01012345678", 1_000, 8_000).await["data"]["pointRedeem"], 1_000);
    assert_eq!(world.card(id, "8800000000003000", 3_000, 7_000).await["data"]["prepaidPayPrice"], "3000");
    assert_eq!(world.earn(id, "01022223333", 7_000).await["data"]["pointEarn"], 350);

    let tenders = [("COUPON", 2_000), ("POINT", 1_000), ("PREPAID", 3_000), ("CARD", 4_000)];
    let mut confirm = world.confirm(id, &["POINT_REDEEM", "POINT_EARN", "COUPON", "PREPAID"], &tenders);
    confirm["data"]["eReceiptIssueYN"] = json!("Y");
    assert_eq!(world.code(confirm).await, 200);
    let ledger = world.ledger().await;
    assert_eq!(world.member("01012345678").await, (11_000, 11_000));
    assert_eq!(world.member("01022223333").await, (850, 850));
    assert_eq!(find(&ledger["coupons"], "number", "7700000000002001")["state"], "used");
    assert_eq!(find(&ledger["giftCards"], "number", "8800000000003000")["balance"], 0);
    assert_eq!(ledger["eReceipts"].as_array().unwrap().len(), 1);

    let cancelled = world.ask(world.cancel(id)).await;
    assert_eq!(cancelled["data"]["pointRedeemCanceledNum"], 1_000);
    assert_eq!(cancelled["data"]["pointEarnCanceledNum"], 350);
    assert_eq!(cancelled["data"]["couponCanceledID"], "7700000000002001");
    assert_eq!(cancelled["data"]["couponCanceledName"], "2,000원 할인");
    assert_eq!(cancelled["data"]["prepaidCanceledNum"], 3_000);
    let ledger = world.ledger().await;
    assert_eq!(world.member("01022223333").await, (500, 500));
    assert_eq!(find(&ledger["coupons"], "number", "7700000000002001")["state"], "usable");
    assert_eq!(find(&ledger["giftCards"], "number", "8800000000003000")["balance"], 3_000);
}

#[tokio::test]
async fn what_is_said_n_to_is_given_back() {
    let world = World::new().await;
    let id = "t-half-and-half-01";
    world.coupon(id, "7700000000002001").await;
    world.redeem(id, "01012345678", 1_000, 8_000).await;
    let confirm = world.confirm(id, &["COUPON"], &[("COUPON", 2_000), ("CARD", 8_000)]);
    assert_eq!(world.code(confirm).await, 200);
    assert_eq!(world.member("01012345678").await, (12_000, 12_000));
    assert_eq!(find(&world.ledger().await["coupons"], "number", "7700000000002001")["state"], "used");
}

#[tokio::test]
async fn a_release_gives_everything_back_and_ends_the_transaction() {
    let world = World::new().await;
    let id = "t-released-0000001";
    world.redeem(id, "01012345678", 1_000, 8_000).await;
    assert_eq!(world.code(world.release(id)).await, 200);
    assert_eq!(world.member("01012345678").await, (12_000, 12_000));
    assert_eq!(world.code(world.release(id)).await, 100_010_003);
    assert_eq!(world.code(world.cancel(id)).await, 100_010_003);
    assert_eq!(world.code(world.connection("POINT_REDEEM", id, 5_000)).await, 100_010_003);
}

#[tokio::test]
async fn a_transaction_that_was_asked_but_never_held_can_be_released() {
    let world = World::new().await;
    world.open(world.connection("POINT_REDEEM", "t-asked-only-00001", 5_000)).await;
    assert_eq!(world.code(world.release("t-asked-only-00001")).await, 200);
    assert_eq!(world.code(world.release("t-never-seen-00001")).await, 100_010_003);
}

#[tokio::test]
async fn a_hold_lasts_thirty_minutes_from_the_first_connection() {
    let world = World::new().await;
    let id = "t-thirty-minutes-1";
    world.open(world.connection("COUPON", id, 0)).await;
    world.advance(29 * MINUTE_MS).await;
    world.redeem(id, "01012345678", 1_000, 8_000).await;
    assert_eq!(world.member("01012345678").await, (12_000, 11_000));
    world.advance(MINUTE_MS).await;
    assert_eq!(world.member("01012345678").await, (12_000, 12_000));
    let confirm = world.confirm(id, &["POINT_REDEEM"], &[("POINT", 1_000), ("CARD", 9_000)]);
    assert_eq!(world.code(confirm).await, 100_010_003);
    assert_eq!(world.code(world.connection("PREPAID", id, 5_000)).await, 100_010_003);
}

#[tokio::test]
async fn what_is_held_is_not_there_for_anybody_else() {
    let world = World::new().await;
    world.redeem("t-first-comer-0001", "01012345678", 10_000, 10_000).await;
    world.coupon("t-first-comer-0001", "7700000000002001").await;
    world.card("t-first-comer-0001", "8800000000003000", 3_000, 5_000).await;

    let (session, _) = world.begin(world.connection("POINT_REDEEM", "t-second-comer-001", 10_000)).await;
    let found = world.find(&session, "01012345678").await;
    assert_eq!(found["member"]["most"], 2_000);
    // A page that asks for more than it was told about is refused by the books themselves.
    assert_eq!(world.take(&session, json!({"amount": 2_001})).await["post"][0]["data"]["errorCode"], 300_020_004);

    let (session, _) = world.begin(world.connection("COUPON", "t-second-comer-001", 0)).await;
    assert_eq!(world.find(&session, "7700000000002001").await["coupons"][0]["usable"], false);
    assert!(world.take(&session, json!({"coupon": "7700000000002001"})).await["refused"].is_string());
    let (session, _) = world.begin(world.connection("PREPAID", "t-second-comer-001", 5_000)).await;
    assert!(world.find(&session, "8800000000003000").await["refused"].is_string());
}

#[tokio::test]
async fn two_customers_racing_for_the_same_points_never_get_more_than_there_is() {
    let world = World::new().await;
    let mut keys = Vec::new();
    for at in 0..8 {
        let (session, _) = world.begin(world.connection("POINT_REDEEM", &format!("t-racing-{at:08}"), 5_000)).await;
        world.find(&session, "01012345678").await;
        keys.push(session);
    }
    let all = keys.iter().map(|key| world.take(key, json!({"amount": 5_000})));
    let answers = futures_all(all).await;
    let held = answers.iter().filter(|answer| answer["post"][0]["data"]["errorCode"] == 200).count();
    assert_eq!(held, 2);
    assert_eq!(world.member("01012345678").await, (12_000, 2_000));
}

async fn futures_all<F: Future<Output = Value>>(all: impl Iterator<Item = F>) -> Vec<Value> {
    let mut waiting: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<Value>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, slot) in waiting.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn a_service_is_held_once_under_one_transaction() {
    let world = World::new().await;
    let id = "t-only-once-000001";
    world.redeem(id, "01012345678", 1_000, 8_000).await;
    assert_eq!(world.code(world.connection("POINT_REDEEM", id, 8_000)).await, 100_010_003);
}

#[tokio::test]
async fn two_frames_of_one_transaction_make_one_hold() {
    let world = World::new().await;
    let id = "t-two-frames-00001";
    let (first, _) = world.begin(world.connection("POINT_REDEEM", id, 8_000)).await;
    let (second, _) = world.begin(world.connection("POINT_REDEEM", id, 8_000)).await;
    for session in [&first, &second] {
        world.find(session, "01012345678").await;
    }
    assert_eq!(world.take(&first, json!({"amount": 100})).await["post"][0]["data"]["errorCode"], 200);
    assert_eq!(world.take(&second, json!({"amount": 100})).await["post"][0]["data"]["errorCode"], 100_010_003);
}

#[tokio::test]
async fn a_settlement_says_what_was_held_to_the_won() {
    let world = World::new().await;
    let id = "t-to-the-won-00001";
    world.redeem(id, "01012345678", 1_000, 8_000).await;
    let off_by_one = world.confirm(id, &["POINT_REDEEM"], &[("POINT", 999), ("CARD", 9_001)]);
    assert_eq!(world.code(off_by_one).await, 100_010_026);
    let paid_but_said_n = world.confirm(id, &[], &[("POINT", 1_000), ("CARD", 9_000)]);
    assert_eq!(world.code(paid_but_said_n).await, 100_010_026);
    for (service, code) in [("COUPON", 100_010_022), ("PREPAID", 100_010_023), ("POINT_EARN", 100_010_021)] {
        let never_held = world.confirm(id, &["POINT_REDEEM", service], &[("POINT", 1_000), ("CARD", 9_000)]);
        assert_eq!(world.code(never_held).await, code);
    }
    assert_eq!(world.member("01012345678").await, (12_000, 11_000));
    assert_eq!(world.code(world.confirm(id, &["POINT_REDEEM"], &[("POINT", 1_000), ("CARD", 9_000)])).await, 200);
}

#[tokio::test]
async fn a_card_payment_without_a_benefit_settles_with_no_y() {
    let world = World::new().await;
    let id = "t-no-benefit-00001";
    world.open(world.connection("POINT_REDEEM", id, 10_000)).await;
    assert_eq!(world.code(world.confirm(id, &[], &[("CARD", 10_000)])).await, 200);
}

#[tokio::test]
async fn coupons_say_what_they_are_for() {
    let world = World::new().await;
    let exchange = world.coupon("t-exchange-0000001", "7700000000001011").await;
    assert_eq!(exchange["data"]["couponDiscountPrice"], "3000");
    assert_eq!(exchange["data"]["couponItemCodes"], json!(["KD101111"]));

    let fits_nothing = world.coupon("t-exchange-0000002", "7700000000009991").await;
    assert_eq!(fits_nothing["status"], "200");
    assert_eq!(fits_nothing["data"]["couponDiscountPrice"], "0");
    assert_eq!(fits_nothing["data"]["couponItemCodes"], json!(["KD999999"]));
    assert_eq!(find(&world.ledger().await["coupons"], "number", "7700000000009991")["state"], "usable");

    let (session, _) = world.begin(world.connection("COUPON", "t-exchange-0000003", 0)).await;
    assert_eq!(world.find(&session, "7700000000008881").await["coupons"][0]["note"], "기간이 지난 쿠폰이에요");
    assert!(world.find(&session, "7700000000000000").await["refused"].is_string());
    let owned = world.find(&session, "550000000001").await;
    assert_eq!(owned["coupons"][0]["number"], "7700000000003001");
}

#[tokio::test]
async fn points_spent_since_can_not_be_taken_back_and_never_go_negative() {
    let world = World::new().await;
    let earned = "t-earned-000000001";
    world.earn(earned, "01022223333", 20_000).await;
    let confirm = world.confirm(earned, &["POINT_EARN"], &[("CARD", 10_000)]);
    assert_eq!(world.code(confirm).await, 200);
    world.redeem("t-spent-0000000001", "01022223333", 1_200, 8_000).await;
    let cancelled = world.ask(world.cancel(earned)).await;
    assert_eq!(cancelled["data"]["pointEarnCanceledNum"], 300);
    assert_eq!(world.member("01022223333").await, (1_200, 0));
}

#[tokio::test]
async fn the_books_and_the_clock_survive_a_restart() {
    let world = World::new().await;
    world.redeem("t-restart-00000001", "01012345678", 1_000, 8_000).await;
    let before = world.advance(10 * MINUTE_MS).await;
    let world = world.restart().await;
    assert!(world.ledger().await["nowMs"].as_i64().unwrap() >= before);
    assert_eq!(world.member("01012345678").await, (12_000, 11_000));
    let confirm = world.confirm("t-restart-00000001", &["POINT_REDEEM"], &[("POINT", 1_000), ("CARD", 9_000)]);
    assert_eq!(world.code(confirm).await, 200);
}

#[tokio::test]
async fn the_log_keeps_every_message_and_no_secret() {
    let world = World::new().await;
    world.redeem("t-logged-000000001", "01012345678", 1_000, 8_000).await;
    let mut wrong = world.connection("POINT_REDEEM", "short", 8_000);
    wrong["data"]["extra"] = json!({"passwd": "demo1234"});
    world.open(wrong).await;
    world.open(json!(world.connection("POINT_REDEEM", "t-logged-000000001", 1).to_string())).await;
    let log = world.log().await;
    let verdicts: Vec<_> =
        log.as_array().unwrap().iter().map(|entry| (entry["direction"].clone(), entry["code"].clone())).collect();
    assert_eq!(
        verdicts,
        [
            (json!("in"), json!(200)),
            (json!("out"), json!(200)),
            (json!("in"), json!(100_010_003)),
            (json!("out"), json!(100_010_003)),
            (json!("in"), json!(100_010_007)),
            (json!("out"), json!(100_010_007)),
        ]
    );
    let text = log.to_string();
    assert!(text.contains("\"auth\":\"***\""));
    for secret in ["demo1234", "prbitidemonstrationkey0000000001", "DEMOKIOSK0001"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}

fn find<'a>(list: &'a Value, name: &str, value: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|entry| entry[name] == value).unwrap()
}
