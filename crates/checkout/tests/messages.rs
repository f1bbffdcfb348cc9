//! The wire form of every message to the module (guide 2.6, 3.1 to 3.5), byte for byte but for white space: which field
//! stands where, as which type, and what is absent or `null`.
#![allow(clippy::unwrap_used)]

use checkout::{
    card::{Approval, MaskedCard},
    catalog::{Names, Tax},
    ids::{ApprovalNumber, ItemId, OptionId, TransactionId},
    money::Won,
    order::{Line, LineOption},
    protocol::{self, Auth, AutoClose, Payload, Question},
    service::{PerService, Service},
};
use serde_json::Value;

#[test]
fn points_to_use() {
    is_posted(
        &asked(Service::PointRedeem, 7000),
        r#"{
            "type": "connection",
            "data": {
                "supportMode": "POINT_REDEEM",
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03",
                "payAmount": 7000
            },
            "autoCloseTime": 300000
        }"#,
    );
}

#[test]
fn points_to_earn() {
    is_posted(
        &asked(Service::PointEarn, 5000),
        r#"{
            "type": "connection",
            "data": {
                "supportMode": "POINT_EARN",
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03",
                "payAmount": 5000
            },
            "autoCloseTime": 300000
        }"#,
    );
}

#[test]
fn a_gift_card_is_asked_for_with_an_amount_and_without_items() {
    is_posted(
        &asked(Service::Prepaid, 15_000),
        r#"{
            "type": "connection",
            "data": {
                "supportMode": "PREPAID",
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03",
                "payAmount": 15000
            },
            "autoCloseTime": 300000
        }"#,
    );
}

/// The guide's own order, but that a counted option is per cup here: two shots in each of three cups are six.
#[test]
fn a_coupon_is_asked_for_with_the_items_and_without_an_amount() {
    is_posted(
        &asked(Service::Coupon, 12_000),
        r#"{
            "type": "connection",
            "data": {
                "supportMode": "COUPON",
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03",
                "itemList": [
                    {
                        "itemID": "KD101111",
                        "itemName": "아메리카노",
                        "itemUnitPrice": 3000,
                        "itemCount": 3,
                        "itemPrice": 9000,
                        "itemOptionList": [
                            {
                                "itemOptionID": "KD101111-01",
                                "itemOptionName": "샷추가",
                                "itemOptionUnitPrice": 500,
                                "itemOptionCount": 6,
                                "itemOptionPrice": 3000
                            }
                        ]
                    }
                ]
            },
            "autoCloseTime": 300000
        }"#,
    );
}

#[test]
fn without_an_option_there_is_no_list_of_options() {
    let payload = connection(Service::Coupon, Won::new(2500), &[cake()], AutoClose::Connection);
    is_posted(
        &payload,
        r#"{
            "type": "connection",
            "data": {
                "supportMode": "COUPON",
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03",
                "itemList": [
                    {"itemID": "KD102222", "itemName": "치즈케이크", "itemUnitPrice": 2500, "itemCount": 1, "itemPrice": 2500}
                ]
            },
            "autoCloseTime": 300000
        }"#,
    );
}

#[test]
fn a_scan_is_posted_as_it_is() {
    assert_eq!(protocol::barcode("8801234567890"), r#"{"type":"barcode","data":"8801234567890"}"#);
    assert_eq!(protocol::barcode("00\"가 \\7"), r#"{"type":"barcode","data":"00\"가 \\7"}"#);
}

#[test]
fn an_order_that_is_paid_by_card_and_earns_points() {
    let held = PerService { point_earn: Some(Won::new(600)), ..PerService::default() };
    is_posted(
        &settle(&[americanos()], &held, Some(&approval(12_000, 0)), false),
        r#"{
            "type": "confirm",
            "data": {
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03",
                "pointRedeemConfirmedYN": "N",
                "pointEarnConfirmedYN": "Y",
                "couponConfirmedYN": "N",
                "prepaidConfirmedYN": "N",
                "eReceiptIssueYN": "N",
                "itemList": [
                    {
                        "itemID": "KD101111",
                        "itemName": "아메리카노",
                        "itemUnitPrice": 3000,
                        "itemCount": 3,
                        "itemPrice": 9000,
                        "itemOptionList": [
                            {
                                "itemOptionID": "KD101111-01",
                                "itemOptionName": "샷추가",
                                "itemOptionUnitPrice": 500,
                                "itemOptionCount": 6,
                                "itemOptionPrice": 3000
                            }
                        ]
                    }
                ],
                "paymentList": [
                    {
                        "payment": "CARD",
                        "paymentID": "123456******7890",
                        "transactionID": "30001234",
                        "paymentIssuer": "국민카드",
                        "cardPaymentPeriod": "일시불",
                        "cardMerchantID": "987654321",
                        "paymentPrice": 12000,
                        "prepaidBalance": null,
                        "pointBalance": null,
                        "paymentMemo": null
                    }
                ],
                "netAmount": 10909,
                "tax": 1091,
                "discount": 0,
                "customerPaid": 12000,
                "totalPaid": 12000,
                "memo1": "",
                "memo2": "",
                "memo3": "",
                "memo4": "",
                "memo5": ""
            },
            "autoCloseTime": 30000
        }"#,
    );
}

/// A gift card is money: it stands in `customerPaid`. Points and coupon are a discount. Of the cheesecake no VAT is due.
#[test]
fn an_order_with_coupon_points_gift_card_and_card() {
    let held = PerService {
        coupon: Some(Won::new(500)),
        point_redeem: Some(Won::new(1000)),
        prepaid: Some(Won::new(2000)),
        point_earn: Some(Won::new(650)),
    };
    let free = Line { tax: Tax::Free, ..cake() };
    is_posted(
        &settle(&[americanos(), free], &held, Some(&approval(11_000, 3)), true),
        r#"{
            "type": "confirm",
            "data": {
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03",
                "pointRedeemConfirmedYN": "Y",
                "pointEarnConfirmedYN": "Y",
                "couponConfirmedYN": "Y",
                "prepaidConfirmedYN": "Y",
                "eReceiptIssueYN": "Y",
                "itemList": [
                    {
                        "itemID": "KD101111",
                        "itemName": "아메리카노",
                        "itemUnitPrice": 3000,
                        "itemCount": 3,
                        "itemPrice": 9000,
                        "itemOptionList": [
                            {
                                "itemOptionID": "KD101111-01",
                                "itemOptionName": "샷추가",
                                "itemOptionUnitPrice": 500,
                                "itemOptionCount": 6,
                                "itemOptionPrice": 3000
                            }
                        ]
                    },
                    {"itemID": "KD102222", "itemName": "치즈케이크", "itemUnitPrice": 2500, "itemCount": 1, "itemPrice": 2500}
                ],
                "paymentList": [
                    {
                        "payment": "CARD",
                        "paymentID": "123456******7890",
                        "transactionID": "30001234",
                        "paymentIssuer": "국민카드",
                        "cardPaymentPeriod": "할부",
                        "cardMerchantID": "987654321",
                        "paymentPrice": 11000,
                        "prepaidBalance": null,
                        "pointBalance": null,
                        "paymentMemo": null
                    },
                    {
                        "payment": "PREPAID",
                        "paymentID": null,
                        "transactionID": null,
                        "paymentIssuer": null,
                        "cardPaymentPeriod": null,
                        "cardMerchantID": null,
                        "paymentPrice": 2000,
                        "prepaidBalance": null,
                        "pointBalance": null,
                        "paymentMemo": null
                    },
                    {
                        "payment": "POINT",
                        "paymentID": null,
                        "transactionID": null,
                        "paymentIssuer": null,
                        "cardPaymentPeriod": null,
                        "cardMerchantID": null,
                        "paymentPrice": 1000,
                        "prepaidBalance": null,
                        "pointBalance": null,
                        "paymentMemo": null
                    },
                    {
                        "payment": "COUPON",
                        "paymentID": null,
                        "transactionID": null,
                        "paymentIssuer": null,
                        "cardPaymentPeriod": null,
                        "cardMerchantID": null,
                        "paymentPrice": 500,
                        "prepaidBalance": null,
                        "pointBalance": null,
                        "paymentMemo": null
                    }
                ],
                "netAmount": 13409,
                "tax": 1091,
                "discount": 1500,
                "customerPaid": 13000,
                "totalPaid": 14500,
                "memo1": "",
                "memo2": "",
                "memo3": "",
                "memo4": "",
                "memo5": ""
            },
            "autoCloseTime": 30000
        }"#,
    );
}

#[test]
fn an_order_with_nothing_left_to_pay() {
    let held = PerService { point_redeem: Some(Won::new(2500)), ..PerService::default() };
    is_posted(
        &settle(&[cake()], &held, None, false),
        r#"{
            "type": "confirm",
            "data": {
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03",
                "pointRedeemConfirmedYN": "Y",
                "pointEarnConfirmedYN": "N",
                "couponConfirmedYN": "N",
                "prepaidConfirmedYN": "N",
                "eReceiptIssueYN": "N",
                "itemList": [
                    {"itemID": "KD102222", "itemName": "치즈케이크", "itemUnitPrice": 2500, "itemCount": 1, "itemPrice": 2500}
                ],
                "paymentList": [
                    {
                        "payment": "POINT",
                        "paymentID": null,
                        "transactionID": null,
                        "paymentIssuer": null,
                        "cardPaymentPeriod": null,
                        "cardMerchantID": null,
                        "paymentPrice": 2500,
                        "prepaidBalance": null,
                        "pointBalance": null,
                        "paymentMemo": null
                    }
                ],
                "netAmount": 2273,
                "tax": 227,
                "discount": 2500,
                "customerPaid": 0,
                "totalPaid": 2500,
                "memo1": "",
                "memo2": "",
                "memo3": "",
                "memo4": "",
                "memo5": ""
            },
            "autoCloseTime": 30000
        }"#,
    );
}

#[test]
fn a_release_says_no_to_all_and_that_nothing_was_paid() {
    is_posted(
        &protocol::release(&id(), &[cake()]),
        r#"{
            "type": "confirm",
            "data": {
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03",
                "pointRedeemConfirmedYN": "N",
                "pointEarnConfirmedYN": "N",
                "couponConfirmedYN": "N",
                "prepaidConfirmedYN": "N",
                "eReceiptIssueYN": "N",
                "itemList": [
                    {"itemID": "KD102222", "itemName": "치즈케이크", "itemUnitPrice": 2500, "itemCount": 1, "itemPrice": 2500}
                ],
                "paymentList": [],
                "netAmount": 0,
                "tax": 0,
                "discount": 0,
                "customerPaid": 0,
                "totalPaid": 0,
                "memo1": "",
                "memo2": "",
                "memo3": "",
                "memo4": "",
                "memo5": ""
            },
            "autoCloseTime": 30000
        }"#,
    );
}

#[test]
fn a_cancel_names_the_transaction_and_nothing_else() {
    is_posted(
        &protocol::cancel(&id()),
        r#"{
            "type": "cancel",
            "data": {
                "auth": {"applicationKey": "7xeqow8o6qooa0h6ongiyx28manj08ps", "passwd": "b97kvtiu", "accessType": "X6PM2UQU5MR60001"},
                "transactionID": "1c27375780c811ef9e03"
            },
            "autoCloseTime": 30000
        }"#,
    );
}

#[test]
fn what_the_terminal_does_not_tell_of_a_card_is_null() {
    let silent = Approval {
        issuer: String::new(),
        masked_card: MaskedCard::default(),
        merchant_id: String::new(),
        ..approval(2500, 0)
    };
    let message = value(&settle(&[cake()], &PerService::default(), Some(&silent), false));
    let card = &message["data"]["paymentList"][0];
    for field in ["paymentID", "paymentIssuer", "cardMerchantID"] {
        assert_eq!(card.get(field), Some(&Value::Null), "{field}");
    }
    assert_eq!(card["transactionID"], "30001234");
}

#[test]
fn each_way_of_paying_alone_is_the_only_entry_of_its_list() {
    for (service, name) in [(Service::Prepaid, "PREPAID"), (Service::PointRedeem, "POINT"), (Service::Coupon, "COUPON")]
    {
        let mut held = PerService::default();
        *held.get_mut(service) = Some(Won::new(2500));
        let message = value(&settle(&[cake()], &held, None, false));
        let list = message["data"]["paymentList"].as_array().unwrap();
        assert_eq!(list.len(), 1, "{name}");
        assert_eq!((&list[0]["payment"], &list[0]["paymentPrice"]), (&name.into(), &2500.into()));
        let paid = if service == Service::Prepaid { 2500 } else { 0 };
        assert_eq!(
            (&message["data"]["customerPaid"], &message["data"]["discount"]),
            (&paid.into(), &(2500 - paid).into())
        );
    }
}

#[test]
fn a_service_is_said_yes_to_in_its_own_field() {
    let fields = [
        (Service::PointRedeem, "pointRedeemConfirmedYN"),
        (Service::PointEarn, "pointEarnConfirmedYN"),
        (Service::Coupon, "couponConfirmedYN"),
        (Service::Prepaid, "prepaidConfirmedYN"),
    ];
    for (service, _) in fields {
        let mut held = PerService::default();
        *held.get_mut(service) = Some(Won::new(100));
        let message = value(&settle(&[cake()], &held, None, false));
        for (other, field) in fields {
            assert_eq!(message["data"][field], if other == service { "Y" } else { "N" }, "{field} of {service:?}");
        }
        assert_eq!(message["data"]["eReceiptIssueYN"], "N");
    }
}

/// Points that are earned are no way of paying.
#[test]
fn what_is_only_earned_stands_in_no_list() {
    let held = PerService { point_earn: Some(Won::new(125)), ..PerService::default() };
    let message = value(&settle(&[cake()], &held, Some(&approval(2500, 0)), false));
    assert_eq!(message["data"]["pointEarnConfirmedYN"], "Y");
    assert_eq!(message["data"]["paymentList"].as_array().map(Vec::len), Some(1));
    assert_eq!(message["data"]["paymentList"][0]["payment"], "CARD");
}

#[test]
fn one_month_is_no_instalment() {
    for (months, period) in [(0, "일시불"), (1, "일시불"), (2, "할부"), (12, "할부")] {
        let message = value(&settle(&[cake()], &PerService::default(), Some(&approval(2500, months)), false));
        assert_eq!(message["data"]["paymentList"][0]["cardPaymentPeriod"], period, "{months}");
    }
}

#[test]
fn the_time_to_close_stands_beside_the_data_and_the_answer_is_waited_for_five_seconds_longer() {
    let lines = [americanos()];
    let all = [
        (connection(Service::PointRedeem, Won::new(1), &lines, AutoClose::Connection), 300_000),
        (connection(Service::Coupon, Won::new(1), &lines, AutoClose::Assisted), 600_000),
        (settle(&lines, &PerService::default(), None, false), 30_000),
        (protocol::release(&id(), &lines), 30_000),
        (protocol::cancel(&id()), 30_000),
    ];
    for (payload, close_ms) in all {
        let message = value(&payload);
        assert_eq!(message["autoCloseTime"], close_ms);
        assert_eq!(message["data"].get("autoCloseTime"), None);
        assert_eq!(payload.watchdog_ms(), close_ms + 5_000);
        let fields: Vec<&str> = message.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["type", "data", "autoCloseTime"]);
    }
}

/// What is journalled is what is posted, apart from who we are.
#[test]
fn who_we_are_is_in_no_message_before_it_is_posted_and_in_no_debug_text() {
    let all = [
        asked(Service::PointRedeem, 7000),
        asked(Service::Coupon, 12_000),
        settle(&[americanos()], &PerService::default(), None, false),
        protocol::release(&id(), &[americanos()]),
        protocol::cancel(&id()),
    ];
    for payload in all {
        let kept = serde_json::to_string(&payload).unwrap() + &format!("{payload:?}{:?}", auth());
        for secret in [auth().application_key, auth().passwd, auth().terminal_id, "applicationKey".into()] {
            assert!(!kept.contains(&secret), "{secret} in {kept}");
        }
        let mut posted: Value = serde_json::from_str(&payload.with_auth(&auth())).unwrap();
        assert!(posted["data"].as_object_mut().unwrap().shift_remove("auth").is_some());
        assert_eq!(posted.to_string(), payload.as_str());
        assert_eq!(payload.with_auth(&auth()), payload.with_auth(&auth()), "a repeat is the same text");
    }
}

#[test]
fn items_and_options_are_called_by_their_korean_names_whatever_the_customer_reads() {
    let foreign = |ko: &str| Names { ko: ko.into(), en: Some("Coffee".into()), zh: Some("咖啡".into()), ja: None };
    let mut line = americanos();
    line.names = foreign("커피");
    line.options[0].names = foreign("샷");
    let text = connection(Service::Coupon, Won::new(1), &[line], AutoClose::Connection).as_str().to_owned();
    assert!(text.contains("\"커피\"") && text.contains("\"샷\""), "{text}");
    assert!(!text.contains("Coffee") && !text.contains("咖啡"), "{text}");
}

// The messages' arguments, all in one place.

fn asked(service: Service, won: i64) -> Payload {
    connection(service, Won::new(won), &[americanos()], AutoClose::Connection)
}

fn connection(service: Service, most: Won, lines: &[Line], auto_close: AutoClose) -> Payload {
    protocol::connection(&id(), Question::new(service, most, lines).unwrap(), auto_close)
}

fn settle(lines: &[Line], held: &PerService<Option<Won>>, approval: Option<&Approval>, e_receipt: bool) -> Payload {
    protocol::settle(&id(), lines, held, approval, e_receipt)
}

#[track_caller]
fn is_posted(payload: &Payload, golden: &str) {
    let golden: Value = serde_json::from_str(golden).unwrap();
    let posted = payload.with_auth(&auth());
    assert_eq!(posted, golden.to_string(), "\nposted: {:#}", serde_json::from_str::<Value>(&posted).unwrap());
}

fn value(payload: &Payload) -> Value {
    serde_json::from_str(payload.as_str()).unwrap()
}

fn id() -> TransactionId {
    TransactionId::new("1c27375780c811ef9e03").unwrap()
}

fn auth() -> Auth {
    Auth {
        application_key: "7xeqow8o6qooa0h6ongiyx28manj08ps".into(),
        passwd: "b97kvtiu".into(),
        terminal_id: "X6PM2UQU5MR60001".into(),
    }
}

fn names(ko: &str) -> Names {
    Names { ko: ko.into(), en: None, zh: None, ja: None }
}

fn americanos() -> Line {
    let shot = LineOption {
        option: OptionId::new("KD101111-01").unwrap(),
        names: names("샷추가"),
        price: Won::new(500),
        per_piece: 2,
    };
    Line {
        item: ItemId::new("KD101111").unwrap(),
        names: names("아메리카노"),
        picture: "americano".into(),
        price: Won::new(3000),
        tax: Tax::Taxable,
        options: vec![shot],
        pieces: 3,
    }
}

fn cake() -> Line {
    Line {
        item: ItemId::new("KD102222").unwrap(),
        names: names("치즈케이크"),
        picture: "cheesecake".into(),
        price: Won::new(2500),
        tax: Tax::Taxable,
        options: Vec::new(),
        pieces: 1,
    }
}

fn approval(won: i64, instalment_months: u32) -> Approval {
    Approval {
        amount: Won::new(won),
        approval_number: ApprovalNumber::new("30001234").unwrap(),
        approved_at: "2026-11-24T12:00:00+09:00".into(),
        method: "CARD".into(),
        issuer: "국민카드".into(),
        acquirer: "비씨카드".into(),
        masked_card: MaskedCard::of("123456******7890"),
        merchant_id: "987654321".into(),
        instalment_months,
    }
}
