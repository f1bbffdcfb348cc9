//! What a spoilt answer looks like. Only answers are made here; nothing is decided.

use super::{Fault, On, Spoil};
use crate::codes::{self, Echo};
use crate::protocol::Service;
use serde_json::{Map, Value, json};

const AMOUNTS: [&str; 7] = [
    "pointRedeem",
    "pointEarn",
    "couponDiscountPrice",
    "prepaidPayPrice",
    "pointRedeemCanceledNum",
    "pointEarnCanceledNum",
    "prepaidCanceledNum",
];

/// A transactionID that nobody has.
const NOBODYS: &str = "00000000000000000000000000000000";

/// Two MiB: longer than any text that a host should keep or show.
const HUGE_BYTES: usize = 2 * 1024 * 1024;

const MARKUP: &str = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script><b>굵게</b>{{7*7}}";

/// What the page posts in place of `answer`, in this order.
pub(crate) fn posts(answer: &Value, fault: &Fault, kind: Spoil, echo: &Echo) -> Vec<Value> {
    let one = |change: &dyn Fn(&mut Value)| {
        let mut changed = answer.clone();
        change(&mut changed);
        vec![changed]
    };
    match kind {
        Spoil::Noise => noise().into_iter().chain([answer.clone()]).collect(),
        Spoil::NoiseAfter => [answer.clone()].into_iter().chain(noise()).collect(),
        Spoil::Twice => vec![answer.clone(), answer.clone()],
        Spoil::OutOfOrder => vec![of_another_service(fault.on, echo, answer), answer.clone()],
        Spoil::WrongTransaction => one(&|answer| answer["data"]["transactionID"] = json!(NOBODYS)),
        Spoil::WrongMode => one(&|answer| answer["data"]["supportMode"] = json!(other_service(fault.on).name())),
        Spoil::OtherTypes => {
            one(&|answer| numeric(answer, &|value| number_as_text(value).or_else(|| text_as_number(value))))
        }
        Spoil::NumbersAsText => one(&|answer| numeric(answer, &number_as_text)),
        Spoil::TextAsNumbers => one(&|answer| numeric(answer, &text_as_number)),
        Spoil::NonsenseTypes => one(&nonsense),
        Spoil::TooMuch => one(&|answer| too_much(&mut answer["data"], 1_000_000)),
        Spoil::Negative | Spoil::Fractional | Spoil::Zero | Spoil::NoAmount | Spoil::NotANumber => {
            one(&|answer| amounts(&mut answer["data"], kind))
        }
        Spoil::Huge => one(&|answer| texts(answer, &"가".repeat(HUGE_BYTES / "가".len() + 1))),
        Spoil::Markup => one(&|answer| texts(answer, MARKUP)),
        Spoil::NotJson => vec![json!(cut(answer))],
        Spoil::AsText => vec![json!(answer.to_string())],
        Spoil::OnlyStatus => one(&|answer| {
            answer["status"] = json!("200");
            answer["data"]["errorCode"] = json!(codes::SYSTEM_FAULT.0);
        }),
        Spoil::OnlyErrorCode => one(&|answer| {
            answer["status"] = json!("400");
            answer["data"]["errorCode"] = json!(codes::OK.0);
        }),
        Spoil::Set => one(&|answer| set(answer, fault)),
    }
}

/// The same for the payment agent, whose amount is called `amount`. A text stands for a body that is no JSON.
pub(crate) fn spoilt_outcome(outcome: Value, fault: &Fault, kind: Spoil) -> Result<Value, String> {
    let mut changed = outcome;
    match kind {
        Spoil::Noise | Spoil::OtherTypes => return Err("<html>not what was asked for</html>".to_owned()),
        Spoil::NotJson => return Err(cut(&changed)),
        Spoil::AsText => return Err(json!(changed.to_string()).to_string()),
        Spoil::NumbersAsText => each(&mut changed, &number_as_text),
        Spoil::NonsenseTypes => each(&mut changed, &|value| Some(json!([value, true]))),
        Spoil::TooMuch => too_much(&mut changed, 1_000),
        Spoil::Negative | Spoil::Fractional | Spoil::Zero | Spoil::NoAmount | Spoil::NotANumber => {
            amounts(&mut changed, kind);
        }
        Spoil::Huge => changed["message"] = json!("가".repeat(HUGE_BYTES / "가".len() + 1)),
        Spoil::Markup => {
            for name in ["message", "issuer", "acquirer"] {
                changed[name] = json!(MARKUP);
            }
        }
        Spoil::Set => set(&mut changed, fault),
        Spoil::NoiseAfter
        | Spoil::Twice
        | Spoil::OutOfOrder
        | Spoil::WrongTransaction
        | Spoil::WrongMode
        | Spoil::TextAsNumbers
        | Spoil::OnlyStatus
        | Spoil::OnlyErrorCode => {}
    }
    Ok(changed)
}

/// An answer to a message that hasn't come yet, for the newest order that is known.
pub(crate) fn early(on: On, transaction_id: Option<String>, now_ms: i64) -> Value {
    let echo = Echo {
        support_mode: on.service().map(|service| service.name().to_owned()),
        transaction_id: Some(transaction_id.unwrap_or_else(|| NOBODYS.to_owned())),
    };
    let fields = match (on.service(), on) {
        (Some(service), _) => benefit(service, 1_000),
        (None, On::Cancel) => Map::from_iter([
            ("pointRedeemCanceledNum".to_owned(), json!(0)),
            ("pointEarnCanceledNum".to_owned(), json!(0)),
            ("couponCanceledID".to_owned(), Value::Null),
            ("couponCanceledName".to_owned(), Value::Null),
            ("prepaidCanceledNum".to_owned(), json!(0)),
        ]),
        (None, _) => Map::new(),
    };
    codes::answer(codes::OK, &echo, now_ms, &fields)
}

fn benefit(service: Service, won: i64) -> Map<String, Value> {
    match service {
        Service::PointRedeem => Map::from_iter([("pointRedeem".to_owned(), json!(won))]),
        Service::PointEarn => Map::from_iter([("pointEarn".to_owned(), json!(won))]),
        Service::Prepaid => Map::from_iter([("prepaidPayPrice".to_owned(), json!(won.to_string()))]),
        Service::Coupon => Map::from_iter([
            ("couponDiscountPrice".to_owned(), json!(won.to_string())),
            ("couponItemCodes".to_owned(), json!([])),
        ]),
    }
}

fn other_service(on: On) -> Service {
    if on == On::PointRedeem { Service::PointEarn } else { Service::PointRedeem }
}

/// A success of another service under the same transactionID.
fn of_another_service(on: On, echo: &Echo, answer: &Value) -> Value {
    let service = other_service(on);
    let echo = Echo { support_mode: Some(service.name().to_owned()), transaction_id: echo.transaction_id.clone() };
    let seconds: i64 = answer["timestamp"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    codes::answer(codes::OK, &echo, seconds * 1_000, &benefit(service, 1_000))
}

/// What pages' own scripts post, none of it an answer.
fn noise() -> [Value; 3] {
    [json!("ready"), json!({"type": "resize", "height": 700}), json!({"status": "200"})]
}

fn number_as_text(value: &Value) -> Option<Value> {
    value.as_number().map(|number| json!(number.to_string()))
}

fn text_as_number(value: &Value) -> Option<Value> {
    value.as_str()?.parse::<i64>().ok().map(|number| json!(number))
}

fn each(object: &mut Value, change: &dyn Fn(&Value) -> Option<Value>) {
    for value in object.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
        if let Some(changed) = change(value) {
            *value = changed;
        }
    }
}

/// Changes what is a number in the guide: status, timestamp, errorCode and the amounts. Names stay texts even where
/// they are all digits.
fn numeric(answer: &mut Value, change: &dyn Fn(&Value) -> Option<Value>) {
    let named = |object: &mut Value, names: &[&str]| {
        for (name, value) in object.as_object_mut().into_iter().flatten() {
            if names.contains(&name.as_str())
                && let Some(changed) = change(value)
            {
                *value = changed;
            }
        }
    };
    named(answer, &["status", "timestamp"]);
    named(&mut answer["data"], &["errorCode"]);
    named(&mut answer["data"], &AMOUNTS);
}

fn nonsense(answer: &mut Value) {
    answer["status"] = json!(["200"]);
    answer["timestamp"] = json!({"now": true});
    answer["data"]["errorCode"] = json!([200]);
    each_amount(&mut answer["data"], |value| Some(json!({"won": value})));
}

fn each_amount(object: &mut Value, change: impl Fn(&Value) -> Option<Value>) {
    let Some(fields) = object.as_object_mut() else { return };
    for name in AMOUNTS.into_iter().chain(["amount"]) {
        if let Some(value) = fields.get(name).filter(|value| !value.is_null()) {
            match change(value) {
                Some(changed) => {
                    fields.insert(name.to_owned(), changed);
                }
                None => {
                    fields.shift_remove(name);
                }
            }
        }
    }
}

fn won(value: &Value) -> i64 {
    value.as_i64().or_else(|| value.as_str()?.parse().ok()).unwrap_or(0)
}

/// In the type that the amount had.
fn like(before: &Value, text: &str) -> Value {
    if before.is_string() { json!(text) } else { serde_json::from_str(text).unwrap_or_else(|_| json!(text)) }
}

fn too_much(object: &mut Value, more: i64) {
    each_amount(object, |value| Some(like(value, &(won(value) + more).to_string())));
}

fn amounts(object: &mut Value, kind: Spoil) {
    each_amount(object, |value| {
        if kind == Spoil::Negative {
            Some(like(value, &format!("-{}", won(value).max(1))))
        } else if kind == Spoil::Fractional {
            Some(like(value, &format!("{}.5", won(value))))
        } else if kind == Spoil::Zero {
            Some(like(value, "0"))
        } else if kind == Spoil::NotANumber {
            Some(json!("천 원"))
        } else {
            None
        }
    });
}

fn texts(answer: &mut Value, text: &str) {
    answer["result"] = json!(text);
    answer["data"]["errorMsg"] = json!(text);
    answer["data"]["errorMsgUser"] = json!(text);
}

fn cut(answer: &Value) -> String {
    let text = answer.to_string();
    text.chars().take(text.chars().count() / 2).collect()
}

/// Puts anything at a path like `data.pointRedeem`, or takes away what is there.
fn set(answer: &mut Value, fault: &Fault) {
    let path = fault.field.as_deref().unwrap_or_default();
    let (parent, name) = path.rsplit_once('.').unwrap_or(("", path));
    let mut object = answer;
    for step in parent.split('.').filter(|step| !step.is_empty()) {
        if !object[step].is_object() {
            object[step] = json!({});
        }
        object = &mut object[step];
    }
    let Some(fields) = object.as_object_mut() else { return };
    match &fault.value {
        Some(value) => {
            fields.insert(name.to_owned(), value.clone());
        }
        None => {
            fields.shift_remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_field_can_be_anything_or_nothing() {
        let answer = json!({"status": "200", "data": {"errorCode": 200, "pointRedeem": 1}});
        let made = |fault: Value| {
            let fault: Fault = serde_json::from_value(fault).unwrap();
            posts(&answer, &fault, Spoil::Set, &Echo::default()).remove(0)
        };
        let shorter = made(json!({"on": "POINT_REDEEM", "do": "set", "field": "data.pointRedeem"}));
        assert_eq!(shorter["data"], json!({"errorCode": 200}));
        let null = made(json!({"on": "POINT_REDEEM", "do": "set", "field": "data", "value": null}));
        assert_eq!(null, json!({"status": "200", "data": null}));
        let deep = made(json!({"on": "POINT_REDEEM", "do": "set", "field": "data.a.b", "value": [1]}));
        assert_eq!(deep["data"]["a"], json!({"b": [1]}));
    }
}
