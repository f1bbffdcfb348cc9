//! How strictly a host's messages are read: good ones are changed one field at a time, and each change must be refused
//! with its own code, and the log must name the field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod world;

use serde_json::{Map, Value, json};
use std::io::Write as _;
use world::World;

/// A change to a good message, the code that it must be answered with, and the field that must be blamed; an empty
/// field means the one that was changed.
type Mutation = (String, Value, i64, &'static str);

fn drop_it() -> Value {
    json!("\u{0}drop")
}

fn change(path: &str, value: Value, code: i64) -> Mutation {
    (path.to_owned(), value, code, "")
}

fn changed(mut message: Value, path: &str, value: &Value) -> Value {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = message.pointer_mut(parent).unwrap_or_else(|| panic!("no {path}"));
    if *value == drop_it() {
        assert!(parent.as_object_mut().unwrap().remove(name).is_some(), "no {path}");
    } else if let Some(list) = parent.as_array_mut() {
        list[name.parse::<usize>().unwrap()] = value.clone();
    } else {
        parent[name] = value.clone();
    }
    message
}

/// `/data/itemList/0/itemID` → `data.itemList[0].itemID`.
fn written(path: &str) -> String {
    let mut text = String::new();
    for step in path.split('/').skip(1) {
        if step.parse::<usize>().is_ok() {
            text += &format!("[{step}]");
        } else {
            text += if text.is_empty() { "" } else { "." };
            text += step;
        }
    }
    text
}

/// What no required text may be.
fn no_text(path: &str, code: i64) -> Vec<Mutation> {
    [drop_it(), json!(null), json!(""), json!("  "), json!(7), json!(true), json!(["text"]), json!({"text": "text"})]
        .map(|value| change(path, value, code))
        .into()
}

/// What no `Int` may be. The good value is known to be none of these.
fn no_int(path: &str, code: i64) -> Vec<Mutation> {
    [
        drop_it(),
        json!(null),
        json!("3000"),
        json!("삼천"),
        json!(1.5),
        json!(-1),
        json!(true),
        json!([1]),
        json!({"won": 1}),
        json!(9_000_000_000_000_000_i64),
    ]
    .map(|value| change(path, value, code))
    .into()
}

/// What no flag may be.
fn no_flag(path: &str, code: i64) -> Vec<Mutation> {
    [drop_it(), json!(null), json!(""), json!("y"), json!("yes"), json!("Y "), json!(true), json!(1), json!(["Y"])]
        .map(|value| change(path, value, code))
        .into()
}

async fn refuses(world: &World, good: &Value, mutations: &[Mutation]) -> usize {
    let mut seen = 0;
    for (path, value, code, field) in mutations {
        let message = changed(good.clone(), path, value);
        assert_ne!(&message, good, "{path} = {value} changes nothing");
        assert_eq!(world.code(message).await, *code, "{path} = {value}");
        let log = world.get(&format!("/control/log?after={seen}")).await;
        let log = log.as_array().unwrap();
        seen = log.last().unwrap()["id"].as_i64().unwrap();
        let verdict =
            log.iter().rev().find(|entry| !entry["why"].is_null()).unwrap_or_else(|| panic!("{path}: no why"));
        let field = if field.is_empty() { written(path) } else { (*field).to_owned() };
        assert_eq!(verdict["field"], field, "{path} = {value}: {verdict}");
        assert!(verdict["why"]["ko"].as_str().is_some_and(|words| words.chars().count() > 5), "{verdict}");
        assert!(verdict["why"]["en"].as_str().is_some_and(|words| words.len() > 5), "{verdict}");
    }
    mutations.len()
}

fn envelope() -> Vec<Mutation> {
    let mut all = Vec::new();
    for wrong in [drop_it(), json!(null), json!(1), json!("connect"), json!("Connection"), json!("CANCEL"), json!("")] {
        all.push(change("/type", wrong, 100_010_019));
    }
    for wrong in [drop_it(), json!(null), json!("data"), json!([]), json!(1)] {
        all.push(change("/data", wrong, 100_010_007));
    }
    for wrong in [json!(null), json!("20000"), json!(0), json!(-1), json!(1.5), json!(true), json!(86_400_001)] {
        all.push(change("/autoCloseTime", wrong, 100_010_007));
    }
    for wrong in [drop_it(), json!(null), json!("token"), json!([]), json!(true)] {
        all.push(change("/data/auth", wrong, 100_020_003));
    }
    all.extend(no_text("/data/auth/applicationKey", 100_010_002));
    all.push(change("/data/auth/applicationKey", json!("has space"), 100_010_002));
    all.push(change("/data/auth/applicationKey", json!("키"), 100_010_002));
    all.push(change("/data/auth/applicationKey", json!("k".repeat(65)), 100_010_002));
    all.extend(no_text("/data/auth/passwd", 100_020_001));
    all.extend(no_text("/data/auth/accessType", 100_020_002));
    all.extend(no_text("/data/transactionID", 100_010_003));
    for wrong in [
        "fifteen-chars-0",
        "thirty-seven-characters-0000000000000",
        "a space in a name 1",
        "열여섯글자보다긴거래번호입니다만",
        "tab\there-0000000000",
    ] {
        all.push(change("/data/transactionID", json!(wrong), 100_010_003));
    }
    all
}

/// A message that makes sense from somebody who isn't let in.
fn strangers() -> Vec<Mutation> {
    vec![
        change("/data/auth/applicationKey", json!("7xeqow8o6qooa0h6ongiyx28manj08ps"), 300_010_002),
        change("/data/auth/passwd", json!("wrong"), 300_010_003),
        change("/data/auth/accessType", json!("X6PM2UQU5MR60001"), 300_010_003),
    ]
}

fn items() -> Vec<Mutation> {
    let mut all = Vec::new();
    for wrong in [json!(null), json!([]), json!({}), json!("KD101111"), json!(1)] {
        all.push(change("/data/itemList", wrong, 100_020_004));
    }
    for wrong in [json!(null), json!("item"), json!([]), json!(1)] {
        all.push(change("/data/itemList/0", wrong, 100_010_007));
    }
    all.extend(no_text("/data/itemList/0/itemID", 100_010_009));
    all.extend(no_text("/data/itemList/0/itemName", 100_010_010));
    all.extend(no_int("/data/itemList/0/itemUnitPrice", 100_010_011));
    all.extend(no_int("/data/itemList/0/itemCount", 100_010_012));
    all.push(change("/data/itemList/0/itemCount", json!(0), 100_010_012));
    all.extend(no_int("/data/itemList/0/itemPrice", 100_010_013));
    all.push(change("/data/itemList/0/itemPrice", json!(9_001), 100_010_013));
    // With the options in it: the guide's own example keeps them apart.
    all.push(change("/data/itemList/0/itemPrice", json!(10_000), 100_010_013));
    for wrong in [json!(null), json!([]), json!({}), json!("샷추가")] {
        all.push(change("/data/itemList/0/itemOptionList", wrong, 100_010_007));
    }
    for wrong in [json!(null), json!("샷추가"), json!([])] {
        all.push(change("/data/itemList/0/itemOptionList/0", wrong, 100_010_007));
    }
    all.extend(no_text("/data/itemList/0/itemOptionList/0/itemOptionID", 100_010_014));
    all.extend(no_text("/data/itemList/0/itemOptionList/0/itemOptionName", 100_010_015));
    all.extend(no_int("/data/itemList/0/itemOptionList/0/itemOptionUnitPrice", 100_010_016));
    all.extend(no_int("/data/itemList/0/itemOptionList/0/itemOptionCount", 100_010_017));
    all.push(change("/data/itemList/0/itemOptionList/0/itemOptionCount", json!(0), 100_010_017));
    all.extend(no_int("/data/itemList/0/itemOptionList/0/itemOptionPrice", 100_010_018));
    all.push(change("/data/itemList/0/itemOptionList/0/itemOptionPrice", json!(500), 100_010_018));
    all
}

/// What can be wrong with a settlement of 3,500 points and 6,500 won by card.
fn settlement() -> Vec<Mutation> {
    let mut all = no_flag("/data/pointRedeemConfirmedYN", 100_010_020);
    all.extend(no_flag("/data/pointEarnConfirmedYN", 100_010_021));
    all.extend(no_flag("/data/couponConfirmedYN", 100_010_022));
    all.extend(no_flag("/data/prepaidConfirmedYN", 100_010_023));
    all.extend(no_flag("/data/eReceiptIssueYN", 100_010_024));
    all.push(change("/data/itemList", drop_it(), 100_020_004));
    for wrong in [drop_it(), json!(null), json!({}), json!("CARD"), json!([])] {
        all.push(change("/data/paymentList", wrong, 100_020_005));
    }
    for wrong in [json!(null), json!("POINT"), json!([])] {
        all.push(change("/data/paymentList/0", wrong, 100_010_025));
    }
    all.extend(no_text("/data/paymentList/0/payment", 100_010_025));
    for wrong in ["CHEQUE", "card", "POINT "] {
        all.push(change("/data/paymentList/0/payment", json!(wrong), 100_010_025));
    }
    for name in ["paymentID", "transactionID", "paymentIssuer", "cardPaymentPeriod", "cardMerchantID", "paymentMemo"] {
        for wrong in [json!(7), json!(true), json!(["text"]), json!({})] {
            all.push(change(&format!("/data/paymentList/1/{name}"), wrong, 100_010_025));
        }
    }
    for name in ["prepaidBalance", "pointBalance"] {
        for wrong in [json!("28000"), json!(0.5), json!(-1), json!(true), json!([])] {
            all.push(change(&format!("/data/paymentList/1/{name}"), wrong, 100_010_025));
        }
    }
    for wrong in ["1234-5678-9012-3456", "1234567890123456", "123456*78901234"] {
        all.push(change("/data/paymentList/1/paymentID", json!(wrong), 100_010_025));
    }
    for wrong in ["3개월", "일시불 ", "", "lump sum", "00"] {
        all.push(change("/data/paymentList/1/cardPaymentPeriod", json!(wrong), 100_010_025));
    }
    all.extend(no_int("/data/paymentList/0/paymentPrice", 100_010_026));
    all.extend(no_int("/data/paymentList/1/paymentPrice", 100_010_026));
    for name in ["netAmount", "tax", "discount", "customerPaid", "totalPaid"] {
        all.extend(no_int(&format!("/data/{name}"), 100_010_026));
    }
    for name in ["memo1", "memo2", "memo3", "memo4", "memo5"] {
        for wrong in [json!(null), json!(1), json!(false), json!(["memo"])] {
            all.push(change(&format!("/data/{name}"), wrong, 100_010_007));
        }
    }
    all.extend(sums());
    all
}

/// Numbers that are fine by themselves and don't agree with others; the sum that doesn't come out is blamed.
fn sums() -> Vec<Mutation> {
    let tender = |tender: &str, won: i64| json!({"payment": tender, "paymentPrice": won});
    let list = |tenders: &[(&str, i64)]| -> Value { tenders.iter().map(|(name, won)| tender(name, *won)).collect() };
    let wrong = |path: &str, value: Value, field: &'static str| (path.to_owned(), value, 100_010_026, field);
    vec![
        wrong("/data/netAmount", json!(9_092), "data.totalPaid"),
        wrong("/data/tax", json!(0), "data.totalPaid"),
        wrong("/data/totalPaid", json!(11_000), ""),
        wrong("/data/discount", json!(3_000), "data.customerPaid"),
        wrong("/data/customerPaid", json!(10_000), ""),
        wrong("/data/paymentList/0/paymentPrice", json!(3_499), "data.paymentList"),
        wrong("/data/paymentList/0/paymentPrice", json!(3_501), "data.discount"),
        wrong("/data/paymentList/1/paymentPrice", json!(6_501), "data.customerPaid"),
        wrong("/data/paymentList", list(&[("CARD", 6_500)]), "data.paymentList"),
        wrong("/data/paymentList", list(&[("POINT", 3_500)]), "data.customerPaid"),
        // The sums agree, and it isn't what was held.
        wrong("/data/paymentList", list(&[("COUPON", 3_500), ("CARD", 6_500)]), "data.paymentList"),
        wrong("/data/paymentList", list(&[("POINT", 3_500), ("PREPAID", 6_500)]), "data.paymentList"),
        wrong("/data/pointRedeemConfirmedYN", json!("N"), "data.paymentList"),
        (
            "/data/paymentList".to_owned(),
            list(&[("POINT", 3_000), ("CARD", 6_500), ("POINT", 500)]),
            100_010_025,
            "data.paymentList[2].payment",
        ),
        // Nothing was held for them.
        change("/data/pointEarnConfirmedYN", json!("Y"), 100_010_021),
        change("/data/couponConfirmedYN", json!("Y"), 100_010_022),
        change("/data/prepaidConfirmedYN", json!("Y"), 100_010_023),
    ]
}

#[tokio::test]
async fn every_wrong_field_is_refused_with_its_own_code_and_named_in_the_log() {
    let world = World::new().await;
    let mut refused = 0;
    let mut good = Vec::new();
    for (mode, code) in [("POINT_REDEEM", 100_010_004), ("POINT_EARN", 100_010_005), ("PREPAID", 100_010_006)] {
        let connection = world.connection(mode, "t-mutation-0000001", 7_000);
        refused += refuses(&world, &connection, &envelope()).await;
        refused += refuses(&world, &connection, &strangers()).await;
        refused += refuses(&world, &connection, &no_int("/data/payAmount", code)).await;
        refused += refuses(&world, &connection, &[change("/data/payAmount", json!(0), code)]).await;
        let mut mode = no_text("/data/supportMode", 100_010_001);
        mode.extend(
            ["POINT", "point_redeem", "CARD"].map(|mode| change("/data/supportMode", json!(mode), 100_010_001)),
        );
        refused += refuses(&world, &connection, &mode).await;
        good.push(connection);
    }
    let coupon = world.connection("COUPON", "t-mutation-0000001", 0);
    refused += refuses(&world, &coupon, &envelope()).await;
    refused += refuses(&world, &coupon, &strangers()).await;
    refused += refuses(&world, &coupon, &[change("/data/itemList", drop_it(), 100_020_004)]).await;
    refused += refuses(&world, &coupon, &items()).await;
    good.push(coupon);

    let id = "t-mutation-confirm";
    world.redeem(id, "01012345678", 3_500, 7_000).await;
    let mut confirm = world.confirm(id, &["POINT_REDEEM"], &[("POINT", 3_500), ("CARD", 6_500)]);
    confirm["data"]["eReceiptIssueYN"] = json!("Y");
    for mutations in [envelope(), strangers(), items(), settlement()] {
        refused += refuses(&world, &confirm, &mutations).await;
    }
    let cancel = world.cancel(id);
    refused += refuses(&world, &cancel, &envelope()).await;
    refused += refuses(&world, &cancel, &strangers()).await;
    let release = world.release(id);
    refused += refuses(&world, &release, &[change("/data/customerPaid", json!(6_500), 100_010_026)]).await;
    for (message, code) in [(json!("a text"), 100_010_007), (json!(null), 100_010_007), (json!([]), 100_010_007)] {
        assert_eq!(world.code(message).await, code);
        refused += 1;
    }
    refused += barcodes(&world).await;
    writeln!(std::io::stdout(), "{refused} wrong requests refused").unwrap();
    assert!(refused > 700, "{refused}");

    // After all that the very same messages, unchanged, are good.
    assert_eq!(world.member("01012345678").await, (12_000, 8_500));
    assert_eq!(world.code(confirm).await, 200);
    assert_eq!(world.code(cancel).await, 200);
    for good in good {
        assert!(world.open(good).await["flow"].is_object());
    }
}

/// Each ends its session with the guide's code for barcodes.
async fn barcodes(world: &World) -> usize {
    let wrong = [
        json!({"type": "barcode"}),
        json!({"type": "barcode", "data": null}),
        json!({"type": "barcode", "data": ""}),
        json!({"type": "barcode", "data": " \r"}),
        json!({"type": "barcode", "data": 8_801_234_567_890_i64}),
        json!({"type": "barcode", "data": {"code": "8801234567890"}}),
        json!({"type": "barcode", "data": ["8801234567890"]}),
    ];
    for message in &wrong {
        let (session, _) = world.begin(world.connection("POINT_REDEEM", "t-barcode-00000001", 7_000)).await;
        let answer = world.post("/module/api/find", json!({"session": session, "message": message})).await;
        assert_eq!(answer["post"][0]["data"]["errorCode"], 100_010_008, "{message}");
        let log = world.log().await;
        let entry = log.as_array().unwrap().iter().rev().find(|entry| entry["direction"] == "in").unwrap();
        assert_eq!((&entry["code"], &entry["field"]), (&json!(100_010_008), &json!("data")), "{message}");
    }
    let (session, _) = world.begin(world.connection("POINT_REDEEM", "t-barcode-00000001", 7_000)).await;
    let scan = json!({"session": session, "message": {"type": "barcode", "data": "550000000001"}});
    assert_eq!(world.post("/module/api/find", scan).await["member"]["most"], 7_000);
    wrong.len()
}

#[tokio::test]
async fn the_optional_fields_may_be_left_out() {
    let world = World::new().await;
    let id = "t-optional-0000001";
    world.redeem(id, "01012345678", 3_500, 7_000).await;
    let mut confirm = world.confirm(id, &["POINT_REDEEM"], &[("POINT", 3_500), ("CARD", 6_500)]);
    let sums = ["netAmount", "tax", "discount", "customerPaid", "totalPaid"];
    let memos = ["memo1", "memo2", "memo3", "memo4", "memo5"];
    for name in ["itemList"].into_iter().chain(sums).chain(memos) {
        confirm["data"].as_object_mut().unwrap().remove(name);
    }
    for entry in confirm["data"]["paymentList"].as_array_mut().unwrap() {
        entry.as_object_mut().unwrap().retain(|name, _| matches!(name.as_str(), "payment" | "paymentPrice"));
    }
    confirm.as_object_mut().unwrap().remove("autoCloseTime");
    assert_eq!(world.code(confirm).await, 200);
}

/// Sections 3.1 to 3.5, word for word but for the credentials.
#[tokio::test]
async fn the_guides_own_examples_are_good() {
    let world = World::new().await;
    let auth = world.cancel("x")["data"]["auth"].clone();
    let id = "1c27375780c811ef9e03";
    let items = json!([{
        "itemID": "KD101111", "itemName": "아메리카노", "itemUnitPrice": 3000, "itemCount": 3, "itemPrice": 9000,
        "itemOptionList": [{
            "itemOptionID": "KD101111-01", "itemOptionName": "샷추가", "itemOptionUnitPrice": 500,
            "itemOptionCount": 2, "itemOptionPrice": 1000,
        }],
    }]);
    let first = json!({"type": "connection", "data": {"supportMode": "POINT_REDEEM", "auth": auth,
        "transactionID": "123456789012345678901234567890123456", "payAmount": 5000}, "autoCloseTime": 20000});
    assert!(world.open(first).await["flow"].is_object());
    let coupon = json!({"type": "connection", "data": {"supportMode": "COUPON", "auth": auth, "transactionID": id,
        "itemList": items}, "autoCloseTime": 20000});
    assert!(world.open(coupon).await["flow"].is_object());
    // 5 % of 5,000, and a gift card for 8,500.
    assert_eq!(world.earn(id, "01012345678", 5_000).await["data"]["pointEarn"], 250);
    assert_eq!(world.card(id, "8800000000050000", 8_500, 15_000).await["data"]["prepaidPayPrice"], "8500");
    let confirm = json!({"type": "confirm", "data": {
        "auth": auth, "transactionID": id, "pointRedeemConfirmedYN": "N", "pointEarnConfirmedYN": "Y",
        "couponConfirmedYN": "N", "prepaidConfirmedYN": "Y", "eReceiptIssueYN": "Y", "itemList": items,
        "paymentList": [{
            "payment": "PREPAID", "paymentID": null, "transactionID": null, "paymentIssuer": null,
            "cardPaymentPeriod": null, "cardMerchantID": null, "paymentPrice": 8500, "prepaidBalance": 28000,
            "pointBalance": 5500, "paymentMemo": null,
        }],
        "netAmount": 9000, "tax": 1000, "discount": 1500, "customerPaid": 8500, "totalPaid": 10000,
        "memo1": "", "memo2": "", "memo3": "", "memo4": "", "memo5": "",
    }, "autoCloseTime": 20000});
    assert_eq!(world.code(confirm).await, 200);
    let cancel = json!({"type": "cancel", "data": {"auth": auth, "transactionID": id}, "autoCloseTime": 20000});
    let cancelled = world.ask(cancel).await;
    assert_eq!(
        (&cancelled["data"]["pointEarnCanceledNum"], &cancelled["data"]["prepaidCanceledNum"]),
        (&json!(250), &json!(8_500))
    );
    assert!(world.log().await.as_array().unwrap().iter().all(|entry| entry["unknown"].is_null()));
}

#[tokio::test]
async fn the_order_of_fields_means_nothing() {
    let world = World::new().await;
    let id = "t-backwards-000001";
    world.redeem(id, "01012345678", 3_500, 7_000).await;
    let confirm = world.confirm(id, &["POINT_REDEEM"], &[("POINT", 3_500), ("CARD", 6_500)]);
    assert_eq!(world.code(backwards(&confirm)).await, 200);
    assert_eq!(world.code(backwards(&world.cancel(id))).await, 200);
    let connection = world.connection("COUPON", "t-backwards-000002", 0);
    assert!(world.open(backwards(&connection)).await["flow"].is_object());
}

fn backwards(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().rev().map(|(name, value)| (name.clone(), backwards(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(values) => values.iter().map(backwards).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[tokio::test]
async fn fields_that_the_guide_does_not_have_are_ignored_and_listed() {
    let world = World::new().await;
    let id = "t-unknown-fields-1";
    world.redeem(id, "01012345678", 3_500, 7_000).await;
    let mut confirm = world.confirm(id, &["POINT_REDEEM"], &[("POINT", 3_500), ("CARD", 6_500)]);
    confirm["autoclosetime"] = json!(1);
    confirm["data"]["receiptIssueYN"] = json!("Y");
    confirm["data"]["auth"]["token"] = json!("t");
    confirm["data"]["itemList"][0]["vat"] = json!(1);
    confirm["data"]["itemList"][0]["itemOptionList"][0]["size"] = json!("L");
    confirm["data"]["paymentList"][1]["installments"] = json!(3);
    assert_eq!(world.code(confirm).await, 200);
    let log = world.log().await;
    let unknown = log.as_array().unwrap().iter().find(|entry| entry["body"]["type"] == "confirm").unwrap();
    assert_eq!(
        unknown["unknown"],
        json!([
            "autoclosetime",
            "data.receiptIssueYN",
            "data.auth.token",
            "data.itemList[0].vat",
            "data.itemList[0].itemOptionList[0].size",
            "data.paymentList[1].installments",
        ])
    );
    assert_eq!(log[0]["unknown"], json!(null));
}

#[tokio::test]
async fn two_cards_may_pay_and_what_the_guide_calls_a_period_is_taken() {
    let world = World::new().await;
    let id = "t-two-cards-000001";
    world.redeem(id, "01012345678", 3_500, 7_000).await;
    let mut confirm =
        world.confirm(id, &["POINT_REDEEM"], &[("POINT", 3_500), ("CARD", 6_000), ("CARD", 300), ("CASH", 200)]);
    confirm["data"]["paymentList"][1]["cardPaymentPeriod"] = json!("일시불");
    confirm["data"]["paymentList"][1]["paymentID"] = json!("123456******1234");
    confirm["data"]["paymentList"][2]["cardPaymentPeriod"] = json!("할부");
    assert_eq!(world.code(confirm).await, 200);
}

#[tokio::test]
async fn what_must_not_be_kept_is_not_kept_even_where_it_does_not_belong() {
    let world = World::new().await;
    let id = "t-secrets-00000001";
    world.redeem(id, "01012345678", 3_500, 7_000).await;
    let mut confirm = world.confirm(id, &["POINT_REDEEM"], &[("POINT", 3_500), ("CARD", 6_500)]);
    confirm["data"]["memo1"] = json!("demo1234");
    confirm["data"]["paymentList"][1]["paymentID"] = json!("1234-5678-9012-3456");
    assert_eq!(world.code(confirm.clone()).await, 100_010_025);
    confirm["data"]["paymentList"][1]["paymentID"] = json!(1_234_567_890_123_456_i64);
    assert_eq!(world.code(confirm).await, 100_010_025);
    let mut wrong = world.connection("POINT_REDEEM", id, 7_000);
    wrong["data"]["auth"]["passwd"] = json!(["secret-in-a-list"]);
    assert_eq!(world.code(wrong).await, 100_020_001);
    let text = world.log().await.to_string();
    assert!(text.contains("1234-56**-****-3456"), "{text}");
    for secret in ["demo1234", "secret-in-a-list", "5678-9012", "123456789012"] {
        assert!(!text.contains(secret), "{secret} is in the log: {text}");
    }
}
