//! The module's answers as a host may meet them (guide 2.2, 3.1 to 3.5): what is read of each, and what is believed.
#![allow(clippy::unwrap_used)]

use checkout::{
    answer::{self, Answer, Cancelled, Declined, MessageOutcome, ServiceOutcome, WhyUnknown},
    catalog::{Names, Tax},
    entry::Entry,
    ids::{ItemId, OrderId, TransactionId},
    money::Won,
    order::{Line, Order},
    protocol::{self, Request},
    service::Service,
    settlement::cancel_differs,
    time::Now,
    transaction::Transaction,
    view::{Receipt, Way},
};
use serde_json::{Value, json};

const ID: &str = "1c27375780c811ef9e03";

#[test]
fn each_service_says_its_amount_in_a_field_of_its_own_as_number_or_text() {
    for (service, field) in FIELDS {
        for amount in [json!(3500), json!("3500")] {
            assert_eq!(ask(service, 7000, &success(service, field, &amount)), held(3500), "{field}: {amount}");
        }
        let other = if field == "pointRedeem" { "prepaidPayPrice" } else { "pointRedeem" };
        assert!(is_violation(&ask(service, 7000, &success(service, other, &json!(3500)))), "{service:?} from {other}");
    }
}

#[test]
fn what_was_asked_for_may_be_used_whole_and_not_a_won_more() {
    for (service, field) in FIELDS {
        assert_eq!(ask(service, 7000, &success(service, field, &json!(7000))), held(7000), "{field}");
        assert!(is_violation(&ask(service, 7000, &success(service, field, &json!(7001)))), "{field}");
    }
}

#[test]
fn points_earned_are_read_under_both_names_and_the_tables_own_is_preferred() {
    let mut answer = success(Service::PointEarn, "pointEarnNum", &json!(250));
    assert_eq!(ask(Service::PointEarn, 5000, &answer), held(250));
    answer["data"]["pointEarn"] = Value::Null;
    assert_eq!(ask(Service::PointEarn, 5000, &answer), held(250));
    answer["data"]["pointEarn"] = json!(300);
    assert_eq!(ask(Service::PointEarn, 5000, &answer), held(300));
}

#[test]
fn status_and_code_are_read_as_number_or_text() {
    for (status, code) in [(json!("200"), json!(200)), (json!(200), json!("200")), (json!(200), json!(200))] {
        let mut answer = success(Service::PointRedeem, "pointRedeem", &json!(1));
        answer["status"] = status;
        answer["data"]["errorCode"] = code;
        assert_eq!(ask(Service::PointRedeem, 1, &answer), held(1), "{answer}");
    }
    for code in [json!(100_050_001), json!("100050001")] {
        let answer = json!({"status": "400", "data": {"errorCode": code}});
        assert_eq!(ask(Service::PointRedeem, 1, &answer), declined(Declined::ByCustomer));
    }
}

#[test]
fn fields_that_nobody_knows_change_nothing() {
    let mut answer = success(Service::PointRedeem, "pointRedeem", &json!(1));
    answer["version"] = json!({"of": ["the", "module"]});
    answer["data"]["memberGrade"] = json!("VIP");
    answer["data"]["payAmount"] = json!(-1);
    assert_eq!(ask(Service::PointRedeem, 1, &answer), held(1));
}

#[test]
fn a_success_says_whose_and_which_it_is_and_an_error_need_not() {
    for (service, field) in FIELDS {
        for missing in ["transactionID", "supportMode"] {
            let mut answer = success(service, field, &json!(1));
            answer["data"].as_object_mut().unwrap().remove(missing);
            assert!(is_violation(&ask(service, 1, &answer)), "{service:?} without {missing}");
        }
        let error = json!({"status": "400", "data": {"errorCode": 100_050_001}});
        assert_eq!(ask(service, 1, &error), declined(Declined::ByCustomer));
        let another = if service == Service::PointEarn { "POINT_REDEEM" } else { "POINT_EARN" };
        for (name, other) in [("transactionID", "1c27375780c811ef9e04"), ("supportMode", another)] {
            for mut answer in [success(service, field, &json!(1)), error.clone()] {
                answer["data"][name] = json!(other);
                assert!(is_violation(&ask(service, 1, &answer)), "{service:?}: {answer}");
            }
        }
    }
}

#[test]
fn a_refusal_is_one_for_every_service() {
    for (service, field) in FIELDS {
        let mut answer = success(service, field, &json!(1));
        answer["status"] = json!("400");
        answer["data"]["errorCode"] = json!("100050001");
        assert_eq!(ask(service, 1, &answer), declined(Declined::ByCustomer), "an amount in a refusal is none");
    }
}

#[test]
fn a_coupon_that_takes_nothing_off_may_say_what_it_is_for() {
    let mut answer = success(Service::Coupon, "couponDiscountPrice", &json!("0"));
    assert_eq!(ask(Service::Coupon, 5000, &answer), declined(Declined::Nothing));
    answer["data"]["couponItemCodes"] = json!(["KD101111", 7, "KD101112"]);
    let items = vec!["KD101111".to_owned(), "KD101112".to_owned()];
    assert_eq!(ask(Service::Coupon, 5000, &answer), declined(Declined::CouponFor { items }));
    answer["data"]["couponDiscountPrice"] = json!("3000");
    assert_eq!(ask(Service::Coupon, 5000, &answer), held(3000));
    answer["data"]["couponItemCodes"] = Value::Null;
    assert_eq!(ask(Service::Coupon, 5000, &answer), held(3000));
}

#[test]
fn status_result_timestamp_code_and_message_are_kept_and_nothing_else() {
    for timestamp in [json!(1_728_025_307), json!("1728025307")] {
        let answer = json!({"status": "400", "result": "올바르지 않은 값", "timestamp": timestamp, "data": {
            "errorCode": 100_010_012, "errorMsg": "올바르지 않은 itemCount입니다", "errorMsgUser": "상품 정보가 올바르지 않습니다.",
            "memberName": "김하나"}});
        let kept = serde_json::to_value(read(&answer).evidence).unwrap();
        let expected = json!({"status": "400", "result": "올바르지 않은 값", "timestamp": "1728025307",
            "code": "100010012", "message": "올바르지 않은 itemCount입니다"});
        assert_eq!(kept, expected);
    }
}

#[test]
fn a_text_of_any_length_is_kept_short() {
    let long = "가".repeat(1000);
    let answer = read(&json!({"status": "400", "result": long, "data": {"errorCode": 1, "errorMsg": long}}));
    assert_eq!((answer.evidence.result.chars().count(), answer.evidence.message.chars().count()), (200, 200));
    assert_eq!(
        answer::read(&json!({"status": "400", "more": "x".repeat(64 * 1024), "data": {"errorCode": 1}}).to_string()),
        None
    );
}

#[test]
fn a_confirm_is_done_only_when_both_say_200_under_our_transaction() {
    for request in [Request::Settle, Request::Release, Request::Cancel] {
        let good = json!({"status": "200", "result": "OK", "data": {"errorCode": 200, "transactionID": ID}});
        assert_eq!(tell(request, &good), MessageOutcome::Done);
        let changes: [fn(&mut Value); 4] = [
            |answer| answer["status"] = json!("400"),
            |answer| answer["data"]["errorCode"] = json!(100_010_012),
            |answer| answer["data"]["transactionID"] = json!("1c27375780c811ef9e04"),
            |answer| answer["data"]["transactionID"] = Value::Null,
        ];
        for change in changes {
            let mut answer = good.clone();
            change(&mut answer);
            assert!(matches!(tell(request, &answer), MessageOutcome::Again { .. }), "{request:?}: {answer}");
        }
    }
}

#[test]
fn an_error_without_a_transaction_counts_for_the_confirm_that_waits() {
    let error = |code: i64| json!({"status": "400", "data": {"errorCode": code}});
    assert_eq!(tell(Request::Settle, &error(100_010_003)), MessageOutcome::TransactionRefused);
    assert!(matches!(tell(Request::Settle, &error(100_010_026)), MessageOutcome::Refused { .. }));
    assert!(matches!(tell(Request::Settle, &error(300_030_001)), MessageOutcome::Again { .. }));
}

#[test]
fn what_a_cancel_gave_back_is_read_as_number_or_text_and_may_be_left_out() {
    let of = |data: Value| read(&json!({"status": "200", "data": data})).cancelled();
    // The guide's own example: points earned and a gift card, no coupon.
    let example = json!({"errorCode": 200, "errorMsg": "OK", "errorMsgUser": "OK", "transactionID": ID,
        "pointRedeemCanceledNum": 0, "pointEarnCanceledNum": 500, "couponCanceledID": null, "couponCanceledName": null,
        "prepaidCanceledNum": 8500});
    let won = |won| Some(Won::new(won));
    let expected = Cancelled { point_redeem: won(0), point_earn: won(500), prepaid: won(8500), coupon: false };
    assert_eq!(of(example), expected);
    let texts = json!({"errorCode": "200", "pointRedeemCanceledNum": "1000", "prepaidCanceledNum": "0",
        "couponCanceledID": "C-1", "couponCanceledName": "2,000원 할인"});
    let expected = Cancelled { point_redeem: won(1000), point_earn: None, prepaid: won(0), coupon: true };
    assert_eq!(of(texts), expected);
    assert_eq!(of(json!({"errorCode": 200, "couponCanceledID": ""})), Cancelled::default());
}

#[test]
fn what_was_given_back_is_compared_with_what_was_settled() {
    let won = |won| Some(Won::new(won));
    let all = Cancelled { point_redeem: won(1000), point_earn: won(35), prepaid: won(3500), coupon: true };
    let t = settled(&[
        (Service::Coupon, 500),
        (Service::PointRedeem, 1000),
        (Service::Prepaid, 3500),
        (Service::PointEarn, 35),
    ]);
    assert!(!cancel_differs(&t, &all));
    for other in [
        Cancelled { point_redeem: won(999), ..all.clone() },
        Cancelled { point_redeem: None, ..all.clone() },
        Cancelled { point_earn: won(0), ..all.clone() },
        Cancelled { prepaid: won(3501), ..all.clone() },
        Cancelled { coupon: false, ..all.clone() },
    ] {
        assert!(cancel_differs(&t, &other), "{other:?}");
    }
    let points = settled(&[(Service::PointRedeem, 5000)]);
    let nothing_else = Cancelled { point_redeem: won(5000), point_earn: won(0), ..Cancelled::default() };
    assert!(!cancel_differs(&points, &nothing_else), "0 and nothing said are the same");
    assert!(cancel_differs(&points, &Cancelled { coupon: true, ..nothing_else }));
}

#[test]
fn a_code_that_the_guide_does_not_have_is_kept_as_it_is() {
    let unknown = |code: Value| {
        let answer = json!({"status": "400", "data": {"errorCode": code}});
        let outcome = ask(Service::PointRedeem, 1, &answer);
        let ServiceOutcome::Unknown { why: WhyUnknown::MayHaveHappened { code } } = outcome else { return None };
        Some(code.as_str().to_owned())
    };
    assert_eq!(unknown(json!("E-77/b")), Some("E-77/b".into()));
    assert_eq!(unknown(json!(987_654_321)), Some("987654321".into()));
}

const FIELDS: [(Service, &str); 4] = [
    (Service::PointRedeem, "pointRedeem"),
    (Service::PointEarn, "pointEarn"),
    (Service::Coupon, "couponDiscountPrice"),
    (Service::Prepaid, "prepaidPayPrice"),
];

fn success(service: Service, field: &str, amount: &Value) -> Value {
    let mut answer = json!({"status": "200", "result": "OK", "timestamp": "1728025307", "data": {
        "errorCode": 200, "errorMsg": "OK", "errorMsgUser": "OK",
        "supportMode": service.support_mode(), "transactionID": ID}});
    answer["data"][field] = amount.clone();
    answer
}

/// An order of 5000 won that these paid for, and that Prbiti has settled.
fn settled(services: &[(Service, i64)]) -> Transaction {
    let id = TransactionId::new(ID).unwrap();
    let line = Line {
        item: ItemId::new("coffee").unwrap(),
        names: Names { ko: "커피".into(), en: None, zh: None, ja: None },
        picture: String::new(),
        price: Won::new(5000),
        tax: Tax::Taxable,
        options: Vec::new(),
        pieces: 1,
    };
    let order = Order { id: OrderId::new("order-1").unwrap(), way: Way::ForHere, lines: vec![line] };
    let evidence = || read(&json!({"status": "200", "data": {"errorCode": 200}})).evidence;
    let payload = protocol::cancel(&id);
    let mut entries = vec![Entry::Began { order }];
    for (service, won) in services {
        let (request, limit) = (Request::Connect(*service), Some(Won::new(5000)));
        entries.push(Entry::Opened { request, limit, payload: payload.clone() });
        entries.push(Entry::Asked);
        entries.push(Entry::Answered { evidence: evidence(), outcome: held(*won) });
    }
    entries.push(Entry::OrderFinished { receipt: Receipt::None });
    entries.push(Entry::Prepared { request: Request::Settle, payload: payload.clone() });
    entries.push(Entry::Opened { request: Request::Settle, limit: None, payload });
    entries.push(Entry::Asked);
    entries.push(Entry::MessageAnswered { evidence: evidence(), outcome: MessageOutcome::Done, cancelled: None });
    let now = Now { wall_ms: 1, boot_ms: 1, boot_id: "boot-1".into() };
    Transaction::fold(&id, entries.into_iter().map(|entry| (now.clone(), entry))).unwrap()
}

fn held(won: i64) -> ServiceOutcome {
    ServiceOutcome::Held { amount: Won::new(won) }
}

fn declined(why: Declined) -> ServiceOutcome {
    ServiceOutcome::Declined { why }
}

fn is_violation(outcome: &ServiceOutcome) -> bool {
    matches!(outcome, ServiceOutcome::Unknown { why: WhyUnknown::Violation { .. } })
}

// What is asked of the core, all in one place.

fn read(answer: &Value) -> Answer {
    answer::read(&answer.to_string()).unwrap()
}

fn ask(service: Service, limit: i64, answer: &Value) -> ServiceOutcome {
    read(answer).judge_connection(&TransactionId::new(ID).unwrap(), service, Won::new(limit))
}

fn tell(request: Request, answer: &Value) -> MessageOutcome {
    read(answer).judge_message(&TransactionId::new(ID).unwrap(), request)
}
