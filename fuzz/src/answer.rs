//! The module's answers: read leniently, judged strictly.

use checkout::{
    answer::{Answer, Cancelled, Declined, Evidence, LONGEST, MessageOutcome, ServiceOutcome, WhyUnknown, read},
    catalog::{Names, Tax},
    entry::Entry,
    ids::{ItemId, OrderId},
    money::Won,
    order::{Line, Order},
    protocol::{self, AutoClose, Question, Request},
    service::Service,
    transaction::ServiceState,
    view::Way,
};
use serde_json::Value;

use crate::shop::{ID, folded, id};

/// The most characters that are kept of a text of the module's.
const LONGEST_KEPT: usize = 200;

/// A message as the page forwards it.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some(answer) = read(text) else { return };
    assert!(text.len() <= LONGEST);
    let Some(data) = data_of(text) else { panic!("it is noise, and it was read: {answer:?}") };
    evidence(&answer.evidence);
    as_text(text, &answer);
    for service in Service::ALL {
        for limit in [0, 1, 7_000, Won::LIMIT.get()] {
            connection(&answer, &data, service, Won::new(limit));
        }
    }
    for request in [Request::Settle, Request::Release, Request::Cancel, Request::Connect(Service::Coupon)] {
        message(&answer, &data, request);
    }
    let Cancelled { point_redeem, point_earn, prepaid, coupon: _ } = answer.cancelled();
    for amount in [point_redeem, point_earn, prepaid].into_iter().flatten() {
        assert!((0..=Won::LIMIT.get()).contains(&amount.get()), "{amount} can't be given back");
    }
}

/// The answer's `data`, read without the kiosk's own eyes; nothing when it is no answer.
fn data_of(text: &str) -> Option<Value> {
    let parse =
        |text: &str| serde_json::from_str::<Value>(text).or_else(|_| serde_json::from_str(&without_halves(text)));
    let mut value = parse(text).ok()?;
    if let Value::String(inner) = &value {
        value = parse(inner).ok()?;
    }
    let scalar = |value: &Value| value.is_string() || value.is_number();
    let data = value.get("data").filter(|data| data.is_object())?.clone();
    (scalar(value.get("status")?) && scalar(data.get("errorCode")?)).then_some(data)
}

/// With a mark for every escape that is one half of a character, whether the other one follows or not.
fn without_halves(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let four: String = rest.clone().skip(1).take(4).collect();
        let half = u16::from_str_radix(&four, 16).is_ok_and(|unit| (0xD800..=0xDFFF).contains(&unit));
        if c != '\\' {
            out.push(c);
        } else if half && four.len() == 4 && rest.as_str().starts_with('u') {
            out.push('?');
            rest.nth(4);
        } else {
            out.push(c);
            out.extend(rest.next());
        }
    }
    out
}

/// What is kept for ever is bounded.
fn evidence(Evidence { status, result, timestamp, code, message }: &Evidence) {
    for kept in [status, result, timestamp, message] {
        assert!(kept.chars().count() <= LONGEST_KEPT, "{kept:?} is kept");
    }
    assert!(code.as_str().chars().count() <= 33, "{code:?} is kept");
}

/// Some post an object, some its text: both are the same answer.
fn as_text(text: &str, answer: &Answer) {
    if text.trim_start().starts_with('"') {
        return;
    }
    let wrapped = Value::from(text).to_string();
    if wrapped.len() <= LONGEST {
        assert_eq!(read(&wrapped).as_ref(), Some(answer), "as text it is another answer");
    }
}

fn is_success(answer: &Answer) -> bool {
    answer.evidence.status == "200" && answer.evidence.code.as_str() == "200"
}

fn connection(answer: &Answer, data: &Value, service: Service, limit: Won) {
    let transaction = id(ID);
    let outcome = answer.judge_connection(&transaction, service, limit);
    let named = |field: &str| data.get(field).and_then(Value::as_str);
    let says_other = |field: &str, ours: &str| data.get(field).is_some_and(|said| !said.is_null() && said != ours);
    let of_another = says_other("transactionID", ID) || says_other("supportMode", service.support_mode());
    match &outcome {
        ServiceOutcome::Held { amount } => {
            assert!(is_success(answer));
            assert_eq!(named("transactionID"), Some(ID), "held for another transaction");
            assert_eq!(named("supportMode"), Some(service.support_mode()), "held by another service");
            assert!(*amount > Won::ZERO && *amount <= limit, "{amount} is held, {limit} was asked for");
            let more = answer.judge_connection(&transaction, service, Won::LIMIT);
            assert_eq!(more, outcome, "what is held doesn't depend on what might have been");
        }
        ServiceOutcome::Declined { why } => {
            assert!(!of_another, "another's answer declines nothing of ours");
            let of_success = matches!(why, Declined::Nothing | Declined::CouponFor { .. });
            assert_eq!(of_success, is_success(answer), "{why:?}");
            let says_200 = answer.evidence.status == "200" || answer.evidence.code.as_str() == "200";
            assert!(of_success || !says_200, "half a success isn't a no: {why:?}");
            if let Declined::CouponFor { items } = why {
                assert!(!items.is_empty() && items.len() <= 20 && items.iter().all(|item| item.chars().count() <= 64));
            }
        }
        ServiceOutcome::Unknown { why: WhyUnknown::Violation { what } } => {
            assert!(what.chars().count() <= LONGEST_KEPT);
        }
        ServiceOutcome::Unknown { why: WhyUnknown::MayHaveHappened { .. } } => assert!(!is_success(answer)),
        ServiceOutcome::Unknown { why } => panic!("an answer came, and it is unknown for {why:?}"),
    }
    let expected = match outcome.clone() {
        ServiceOutcome::Held { amount } => ServiceState::Held(amount),
        ServiceOutcome::Declined { why } => ServiceState::Declined(why),
        ServiceOutcome::Unknown { why } => ServiceState::Unknown(why),
    };
    let lines = order().lines;
    // Nothing is asked about nothing.
    let Some(question) = Question::new(service, limit, &lines) else { return };
    let payload = protocol::connection(&transaction, question, AutoClose::Connection);
    let proven = folded(
        &transaction,
        [
            Entry::Began { order: order() },
            Entry::Opened { request: Request::Connect(service), limit: Some(limit), payload },
            Entry::Asked,
            Entry::Answered { evidence: answer.evidence.clone(), outcome },
        ],
    )
    .expect("rows that can be read");
    assert_eq!(*proven.services.get(service), expected, "the journal tells something else than was judged");
}

fn message(answer: &Answer, data: &Value, request: Request) {
    let outcome = answer.judge_message(&id(ID), request);
    let named = data.get("transactionID").filter(|named| !named.is_null());
    match outcome {
        MessageOutcome::Done => {
            assert!(is_success(answer) && named.is_some_and(|id| id == ID), "done, and not for us");
            assert!(!matches!(request, Request::Connect(_)));
        }
        MessageOutcome::TransactionRefused | MessageOutcome::Refused { .. } => {
            assert!(named.is_none_or(|id| id == ID), "another's answer refuses nothing of ours");
            assert!(answer.evidence.status != "200" && answer.evidence.code.as_str() != "200");
        }
        MessageOutcome::Again { misfit, .. } => {
            assert!(misfit.is_none_or(|what| what.chars().count() <= LONGEST_KEPT), "too much is kept");
        }
    }
}

/// Something that costs 7,000 won.
pub fn order() -> Order {
    let line = Line {
        item: ItemId::new("KD101111").expect("a name"),
        names: Names { ko: "아메리카노".into(), en: None, zh: None, ja: None },
        picture: "americano".into(),
        price: Won::new(7_000),
        tax: Tax::Taxable,
        options: Vec::new(),
        pieces: 1,
    };
    Order { id: OrderId::new("order-1").expect("a name"), way: Way::ForHere, lines: vec![line] }
}
