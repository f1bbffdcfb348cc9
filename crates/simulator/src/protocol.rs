//! Reading what a host posts, strictly, against the guide (sections 3.1 to 3.5). Whatever is wrong with a message is
//! answered with the guide's own error code (section 2.3), and the field is named in words. Nothing here knows a ledger.
//!
//! Reading order: this file (what there is, the envelope, `connection`), `order` (`itemList`), `confirm`, `fields` (how
//! a field is read and blamed), `unknown` and `secrets` (what the log says and keeps of a message).

mod confirm;
mod fields;
mod order;
mod secrets;
mod unknown;

use crate::codes::{self, Code};
use fields::Fields;
use serde_json::Value;

pub(crate) use confirm::Confirm;
pub(crate) use fields::Refusal;
pub(crate) use order::Item;
pub(crate) use secrets::{redacted, shortened};
pub(crate) use unknown::unknown_fields;

/// The four services that a connection can ask for (`supportMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    PointRedeem,
    PointEarn,
    Coupon,
    Prepaid,
}

impl Service {
    pub(crate) const ALL: [Self; 4] = [Self::PointRedeem, Self::PointEarn, Self::Coupon, Self::Prepaid];

    /// The `supportMode` of the guide.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PointRedeem => "POINT_REDEEM",
            Self::PointEarn => "POINT_EARN",
            Self::Coupon => "COUPON",
            Self::Prepaid => "PREPAID",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
    }

    /// The code for a flag of `confirm` that can't be right for this service.
    pub(crate) const fn flag_code(self) -> Code {
        match self {
            Self::PointRedeem => codes::BAD_REDEEM_FLAG,
            Self::PointEarn => codes::BAD_EARN_FLAG,
            Self::Coupon => codes::BAD_COUPON_FLAG,
            Self::Prepaid => codes::BAD_PREPAID_FLAG,
        }
    }

    pub(crate) const fn flag_name(self) -> &'static str {
        match self {
            Self::PointRedeem => "pointRedeemConfirmedYN",
            Self::PointEarn => "pointEarnConfirmedYN",
            Self::Coupon => "couponConfirmedYN",
            Self::Prepaid => "prepaidConfirmedYN",
        }
    }

    /// How a hold of this service is paid for in `paymentList`; earning pays for nothing.
    pub(crate) const fn tender(self) -> Option<Tender> {
        match self {
            Self::PointRedeem => Some(Tender::Point),
            Self::PointEarn => None,
            Self::Coupon => Some(Tender::Coupon),
            Self::Prepaid => Some(Tender::Prepaid),
        }
    }
}

/// A means of payment in `paymentList` (section 3.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tender {
    Card,
    Cash,
    Point,
    Prepaid,
    Coupon,
}

impl Tender {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Card => "CARD",
            Self::Cash => "CASH",
            Self::Point => "POINT",
            Self::Prepaid => "PREPAID",
            Self::Coupon => "COUPON",
        }
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "CARD" => Some(Self::Card),
            "CASH" => Some(Self::Cash),
            "POINT" => Some(Self::Point),
            "PREPAID" => Some(Self::Prepaid),
            "COUPON" => Some(Self::Coupon),
            _ => None,
        }
    }
}

/// What the host must know to be let in.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) application_key: String,
    pub(crate) passwd: String,
    pub(crate) terminal_id: String,
}

impl Credentials {
    /// Whether a text is one of them.
    fn has(&self, text: &str) -> bool {
        [&self.application_key, &self.passwd, &self.terminal_id].into_iter().any(|secret| secret == text)
    }
}

/// A transaction request (sections 3.1 to 3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) service: Service,
    pub(crate) transaction_id: String,
    /// Won; 0 for a coupon, which carries `items` instead.
    pub(crate) pay_amount: i64,
    pub(crate) items: Vec<Item>,
    /// Without the customer's input for so long, the page answers 100050002.
    pub(crate) auto_close_ms: i64,
}

/// A message that the guide allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    Connection(Connection),
    Confirm(Confirm),
    Cancel { transaction_id: String, auto_close_ms: i64 },
}

/// The guide's default for `autoCloseTime`, in milliseconds.
const AUTO_CLOSE_MS: i64 = 30_000;

/// Reads a message. The first thing that is wrong with it decides the code.
pub(crate) fn read(message: &Value, credentials: &Credentials) -> Result<Request, Refusal> {
    let message = envelope(message)?;
    let kind = message.get("type").and_then(Value::as_str).unwrap_or_default();
    if !matches!(kind, "connection" | "confirm" | "cancel") {
        let (ko, en) =
            ("connection, confirm, cancel 중 하나여야 해요", "one of connection, confirm, cancel is expected");
        return Err(message.wrong("type", codes::BAD_TYPE, ko, en));
    }
    let data = message.object("data", codes::BAD_MESSAGE)?;
    let auto_close_ms = auto_close(&message)?;
    let service = if kind == "connection" { Some(service(&data)?) } else { None };
    let auth = Auth::read(&data)?;
    let transaction_id = transaction_id(&data)?;
    let request = match service {
        Some(service) => Request::Connection(Connection {
            service,
            transaction_id,
            pay_amount: pay_amount(service, &data)?,
            items: if service == Service::Coupon { coupon_items(&data)? } else { Vec::new() },
            auto_close_ms,
        }),
        None if kind == "confirm" => Request::Confirm(confirm::confirm(transaction_id, auto_close_ms, &data)?),
        None => Request::Cancel { transaction_id, auto_close_ms },
    };
    // A message must make sense before anybody asks who sent it: so every wrong field can be told from a wrong key.
    auth.check(credentials)?;
    Ok(request)
}

/// A scan (section 2.6): `data` is the scanned text itself.
pub(crate) fn scanned(message: &Value) -> Result<String, Refusal> {
    envelope(message)?.text("data", codes::BAD_BARCODE).map(|text| text.trim().to_owned())
}

fn envelope(message: &Value) -> Result<Fields<'_>, Refusal> {
    let object = message.as_object().map(Fields::root);
    object.ok_or_else(|| {
        let words = (
            "메시지는 JSON 객체여야 해요(JSON 문자열이 아니라)",
            "a message is a JSON object, not a text with one in it",
        );
        Refusal::new(codes::BAD_MESSAGE, words.0, words.1)
    })
}

fn auto_close(message: &Fields<'_>) -> Result<i64, Refusal> {
    match message.get("autoCloseTime") {
        None => Ok(AUTO_CLOSE_MS),
        Some(value) => value.as_i64().filter(|ms| (1..=86_400_000).contains(ms)).ok_or_else(|| {
            let words = (
                "밀리초 단위의 1 이상 정수(Int)여야 해요",
                "milliseconds as a whole number (Int) of at least 1 are expected",
            );
            message.wrong("autoCloseTime", codes::BAD_MESSAGE, words.0, words.1)
        }),
    }
}

fn service(data: &Fields<'_>) -> Result<Service, Refusal> {
    data.get("supportMode").and_then(Value::as_str).and_then(Service::named).ok_or_else(|| {
        let words = (
            "POINT_REDEEM, POINT_EARN, COUPON, PREPAID 중 하나여야 해요",
            "one of POINT_REDEEM, POINT_EARN, COUPON, PREPAID is expected",
        );
        data.wrong("supportMode", codes::BAD_SUPPORT_MODE, words.0, words.1)
    })
}

struct Auth<'a> {
    application_key: &'a str,
    passwd: &'a str,
    access_type: &'a str,
}

impl<'a> Auth<'a> {
    fn read(data: &Fields<'a>) -> Result<Self, Refusal> {
        let auth = data.clone().secret().object("auth", codes::NO_AUTH)?;
        let application_key = auth.text("applicationKey", codes::BAD_APPLICATION_KEY)?;
        if application_key.len() > 64
            || !application_key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        {
            let (ko, en) =
                ("64자까지의 영문자, 숫자, -, _여야 해요", "at most 64 letters, digits, - and _ are expected");
            return Err(auth.wrong("applicationKey", codes::BAD_APPLICATION_KEY, ko, en));
        }
        Ok(Self {
            application_key,
            passwd: auth.text("passwd", codes::NO_PASSWD)?,
            access_type: auth.text("accessType", codes::NO_ACCESS_TYPE)?,
        })
    }

    fn check(&self, credentials: &Credentials) -> Result<(), Refusal> {
        let unknown = |name: &str, code: Code| {
            Err(Refusal::of(
                format!("data.auth.{name}"),
                code,
                "등록되지 않은 값이에요",
                "not the one that is registered",
            ))
        };
        if self.application_key != credentials.application_key {
            return unknown("applicationKey", codes::UNKNOWN_APPLICATION_KEY);
        }
        if self.passwd != credentials.passwd {
            return unknown("passwd", codes::WRONG_TERMINAL_OR_PASSWD);
        }
        if self.access_type != credentials.terminal_id {
            return unknown("accessType", codes::WRONG_TERMINAL_OR_PASSWD);
        }
        Ok(())
    }
}

/// 16 to 36 characters (section 3.1.2); printable ASCII without spaces, since the guide names no alphabet.
fn transaction_id(data: &Fields<'_>) -> Result<String, Refusal> {
    let id = data.get("transactionID").and_then(Value::as_str);
    let id = id.filter(|id| (16..=36).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()));
    id.map(str::to_owned).ok_or_else(|| {
        let words = ("공백 없는 ASCII 16~36자여야 해요", "16 to 36 ASCII characters without spaces are expected");
        data.wrong("transactionID", codes::BAD_TRANSACTION_ID, words.0, words.1)
    })
}

fn pay_amount(service: Service, data: &Fields<'_>) -> Result<i64, Refusal> {
    let code = match service {
        Service::PointRedeem => codes::BAD_REDEEM_AMOUNT,
        Service::PointEarn => codes::BAD_EARN_AMOUNT,
        Service::Prepaid => codes::BAD_PREPAID_AMOUNT,
        Service::Coupon => return Ok(0),
    };
    data.whole("payAmount", 1, code)
}

fn coupon_items(data: &Fields<'_>) -> Result<Vec<Item>, Refusal> {
    let words = ("쿠폰 요청에는 필수예요", "required for a coupon");
    order::items(data)?.ok_or_else(|| data.wrong("itemList", codes::NO_ITEM_LIST, words.0, words.1))
}
