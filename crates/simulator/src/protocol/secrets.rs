//! What of a message may be kept: no credential under whatever name it came, no card's whole number, and no text that
//! is longer than anybody reads.

use super::{Credentials, Tender};
use serde_json::{Map, Value, json};

/// Longer texts are cut in the log, in characters.
const KEPT: usize = 400;

/// The same message without its secrets, for the message log.
pub(crate) fn redacted(message: &Value, credentials: &Credentials) -> Value {
    match message {
        // A text may be a message in disguise, with its secrets in it.
        Value::String(_) => json!("(a text)"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            without(message, credentials)
        }
    }
}

fn without(value: &Value, credentials: &Credentials) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match name.as_str() {
                "auth" | "applicationKey" | "passwd" | "accessType" => (name.clone(), json!("***")),
                "paymentID" if is_card(fields) => (name.clone(), masked(value)),
                _ => (name.clone(), without(value, credentials)),
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(values) => values.iter().map(|value| without(value, credentials)).collect(),
        Value::String(text) if credentials.has(text) => json!("***"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn is_card(fields: &Map<String, Value>) -> bool {
    fields.get("payment").and_then(Value::as_str).and_then(Tender::named) == Some(Tender::Card)
}

/// `123456******1234`, however it was written.
fn masked(value: &Value) -> Value {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return value.clone(),
    };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits <= 10 {
        return value.clone();
    }
    let mut at = 0;
    let hidden = text.chars().map(|letter| {
        if letter.is_ascii_digit() {
            at += 1;
        }
        if letter.is_ascii_digit() && at > 6 && at + 4 <= digits { '*' } else { letter }
    });
    Value::String(hidden.collect())
}

/// A body with its longest texts cut.
pub(crate) fn shortened(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), shortened(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(values) => values.iter().map(shortened).collect(),
        Value::String(text) if text.chars().nth(KEPT).is_some() => {
            let head: String = text.chars().take(KEPT).collect();
            Value::String(format!("{head}… ({} characters)", text.chars().count()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
