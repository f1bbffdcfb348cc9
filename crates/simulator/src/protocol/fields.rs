//! A JSON object that knows where it stands in the message: so a refusal names the field, and says in words what was
//! expected and what came.

use crate::codes::Code;
use crate::words::Words;
use serde_json::{Map, Value};

/// No order is worth more; keeps every sum far away from an overflow.
const MOST_WON: i64 = 1_000_000_000;

/// How much of a wrong value is shown, in characters.
const SHOWN: usize = 40;

/// Why something isn't done: the guide's code, the field that is to blame if one is, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) field: Option<String>,
    pub(crate) why: Words,
}

impl Refusal {
    /// For which no field is to blame.
    pub(crate) fn new(code: Code, ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, field: None, why: Words::new(ko, en) }
    }

    pub(crate) fn of(field: impl Into<String>, code: Code, ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, field: Some(field.into()), why: Words::new(ko, en) }
    }
}

/// An object within a message.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    path: String,
    map: &'a Map<String, Value>,
    /// What stands here is never repeated, not even when it is wrong.
    secret: bool,
}

impl<'a> Fields<'a> {
    /// The message itself.
    pub(super) fn root(map: &'a Map<String, Value>) -> Self {
        Self { path: String::new(), map, secret: false }
    }

    /// An entry of a list.
    pub(super) fn entry(path: String, value: &'a Value, code: Code) -> Result<Self, Refusal> {
        match value.as_object() {
            Some(map) => Ok(Self { path, map, secret: false }),
            None => Err(refusal(path, code, "객체여야 해요", "an object is expected", Some(value), false)),
        }
    }

    pub(super) fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name)
    }

    /// `data.auth.passwd`.
    pub(super) fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// A field that isn't what it should be.
    pub(super) fn wrong(&self, name: &str, code: Code, ko: &str, en: &str) -> Refusal {
        refusal(self.at(name), code, ko, en, self.get(name), self.secret)
    }

    pub(super) fn object(&self, name: &str, code: Code) -> Result<Fields<'a>, Refusal> {
        match self.get(name).and_then(Value::as_object) {
            Some(map) => Ok(Fields { path: self.at(name), map, secret: self.secret }),
            None => Err(self.wrong(name, code, "객체여야 해요", "an object is expected")),
        }
    }

    pub(super) fn list(&self, name: &str, code: Code) -> Result<&'a Vec<Value>, Refusal> {
        let list = self.get(name).and_then(Value::as_array);
        list.ok_or_else(|| self.wrong(name, code, "목록이어야 해요", "a list is expected"))
    }

    /// A text with something in it.
    pub(super) fn text(&self, name: &str, code: Code) -> Result<&'a str, Refusal> {
        let text = self.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| {
            self.wrong(name, code, "빈 값이 아닌 문자열이어야 해요", "a text that isn't empty is expected")
        })
    }

    /// A JSON integer of at least `least`; a number in a string or with a fraction isn't an `Int`.
    pub(super) fn whole(&self, name: &str, least: i64, code: Code) -> Result<i64, Refusal> {
        let whole = self.get(name).and_then(Value::as_i64).filter(|whole| (least..=MOST_WON).contains(whole));
        whole.ok_or_else(|| {
            let ko = format!("{least} 이상의 정수(Int)여야 해요");
            self.wrong(name, code, &ko, &format!("a whole number (Int) of at least {least} is expected"))
        })
    }

    /// `"Y"` or `"N"`.
    pub(super) fn flag(&self, name: &str, code: Code) -> Result<bool, Refusal> {
        match self.get(name).and_then(Value::as_str) {
            Some("Y") => Ok(true),
            Some("N") => Ok(false),
            Some(_) | None => Err(self.wrong(name, code, "\"Y\" 또는 \"N\"이어야 해요", "\"Y\" or \"N\" is expected")),
        }
    }
}

/// What was expected, followed by what came.
pub(super) fn refusal(field: String, code: Code, ko: &str, en: &str, found: Option<&Value>, secret: bool) -> Refusal {
    let found = found_words(found, secret);
    Refusal::of(field, code, format!("{ko}. 온 값: {}", found.ko), format!("{en}; found: {}", found.en))
}

fn found_words(found: Option<&Value>, secret: bool) -> Words {
    let shown: String = match found {
        Some(Value::String(text)) => text.chars().take(SHOWN).collect(),
        Some(value) => value.to_string().chars().take(SHOWN).collect(),
        None => String::new(),
    };
    match found {
        None => Words::new("없음", "nothing"),
        Some(Value::Null) => Words::new("null", "null"),
        Some(_) if secret => Words::new("(남기지 않아요)", "(not kept)"),
        Some(Value::String(text)) => Words::new(
            format!("문자열 \"{shown}\" ({}자)", text.chars().count()),
            format!("the text \"{shown}\" ({} characters)", text.chars().count()),
        ),
        Some(Value::Number(_)) => Words::new(format!("숫자 {shown}"), format!("the number {shown}")),
        Some(Value::Bool(_)) => Words::new(shown.clone(), shown),
        Some(Value::Array(list)) => {
            Words::new(format!("{}개짜리 목록", list.len()), format!("a list of {}", list.len()))
        }
        Some(Value::Object(_)) => Words::new("객체", "an object"),
    }
}
