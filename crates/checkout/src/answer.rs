//! Reading the module's answers leniently, and judging them strictly (guide 2.2, 2.3; protocol.md §4 and §5).

mod evidence;

pub use evidence::Evidence;
use evidence::brief;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    codes::{Code, ToConnection},
    ids::{ItemId, TransactionId},
    money::Won,
    protocol::Request,
    service::Service,
    settlement::Heard,
};

/// Longest message that is read at all, in bytes.
pub const LONGEST: usize = 64 * 1024;

/// An answer of the module, read but not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What is kept of it.
    pub evidence: Evidence,
    data: Map<String, Value>,
}

/// Reads a message. `None` is noise: not an object (or a string that parses to one) with `status` and
/// `data.errorCode`.
pub fn read(text: &str) -> Option<Answer> {
    if text.len() > LONGEST {
        return None;
    }
    let mut value = parse(text)?;
    if let Value::String(inner) = &value {
        value = parse(inner)?;
    }
    let message = value.as_object()?;
    let data = message.get("data")?.as_object()?.clone();
    let evidence = Evidence::of(message, &data)?;
    Some(Answer { evidence, data })
}

/// A text that was cut in the middle of a character (half an emoji) is still an answer's text.
fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&whole_characters(text))).ok()
}

/// The JSON with a mark in place of each escape that is only half of a character.
fn whole_characters(text: &str) -> String {
    let escape = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut out = String::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match (escape(at), escape(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                out.push('\u{FFFD}');
                at += 6;
                continue;
            }
            // A backslash takes what follows it along, be it another one.
            (_, _) if rest.starts_with('\\') => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            (_, _) => rest.chars().next().map_or(1, char::len_utf8),
        };
        out.push_str(text.get(at..at + length).unwrap_or_default());
        at += length;
    }
    out
}

/// Written as text or as number: the guide shows both.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What an answer to a `connection` means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ServiceOutcome {
    /// Prbiti holds this much for the order.
    Held {
        /// Won, or points to be earned.
        amount: Won,
    },
    /// Nothing is held.
    Declined {
        /// Why.
        why: Declined,
    },
    /// Nobody knows whether something is held.
    Unknown {
        /// Why.
        why: WhyUnknown,
    },
}

impl ServiceOutcome {
    /// What of the answer doesn't fit what was asked, when that is what it means.
    pub fn misfit(&self) -> Option<&str> {
        match self {
            ServiceOutcome::Unknown { why: WhyUnknown::Violation { what } } => Some(what),
            ServiceOutcome::Unknown { .. } | ServiceOutcome::Declined { .. } | ServiceOutcome::Held { .. } => None,
        }
    }
}

/// Why nothing is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Declined {
    /// The customer said no or let the time run out (10005…).
    ByCustomer,
    /// A success that uses nothing.
    Nothing,
    /// A coupon for items that the order doesn't have.
    CouponFor {
        /// Their item codes.
        items: Vec<String>,
    },
    /// A look-up failed before anything was held: it doesn't work just now.
    NotNow {
        /// Which answer.
        code: Code,
    },
    /// This terminal doesn't have that service (10004…).
    NotOffered {
        /// Which answer.
        code: Code,
    },
    /// Prbiti didn't accept what we sent (10001…, 10002…).
    OurFault {
        /// Which answer; its text names the field.
        code: Code,
    },
    /// Key, terminal or tenant refused (30001…).
    Credentials {
        /// Which answer.
        code: Code,
    },
}

/// Why nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum WhyUnknown {
    /// An error that may have come after the hold was made, or one that isn't in the table.
    MayHaveHappened {
        /// Which answer.
        code: Code,
    },
    /// The answer doesn't fit what was asked.
    Violation {
        /// What doesn't fit.
        what: String,
    },
    /// No answer in time.
    Watchdog,
    /// The customer left while it waited: no warning, no alert.
    LeftByCustomer,
    /// Our page was loaded anew while it waited.
    PageGone,
    /// The kiosk was started anew while it waited.
    Restarted,
}

/// What an answer to `confirm` or `cancel` means (protocol.md §5, second table).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum MessageOutcome {
    /// 200.
    Done,
    /// It may not have been done: the same payload again.
    Again {
        /// Which answer.
        code: Code,
        /// What of it doesn't fit what was asked, when that is why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        misfit: Option<String>,
    },
    /// 100010003: that transactionID is settled, released, lapsed or unknown.
    TransactionRefused,
    /// It will never be accepted like this.
    Refused {
        /// Which answer; its text names the field.
        code: Code,
    },
}

impl MessageOutcome {
    /// What of the answer doesn't fit what was asked, when that is why it counts for nothing.
    pub fn misfit(&self) -> Option<&str> {
        match self {
            MessageOutcome::Again { misfit, .. } => misfit.as_deref(),
            MessageOutcome::Done | MessageOutcome::TransactionRefused | MessageOutcome::Refused { .. } => None,
        }
    }
}

/// What Prbiti says it gave back in a `cancel` (guide 3.5.1), in won and points. Absent where it doesn't say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Cancelled {
    /// `pointRedeemCanceledNum`.
    pub point_redeem: Option<Won>,
    /// `pointEarnCanceledNum`.
    pub point_earn: Option<Won>,
    /// `prepaidCanceledNum`.
    pub prepaid: Option<Won>,
    /// Is a coupon named in `couponCanceledID`?
    pub coupon: bool,
}

impl Answer {
    /// A whole number of won, written as number or decimal string.
    fn won(&self, field: &str) -> Option<Won> {
        let number = match self.data.get(field)? {
            Value::Number(number) => number.as_i64()?,
            Value::String(text) => {
                // Without a sign. Of no digits at all nothing is read.
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| text.parse().ok()).flatten()?
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        Won::checked(number)
    }

    fn is_success(&self) -> bool {
        self.evidence.status == "200" && self.evidence.code.is_success()
    }

    /// What of an answer doesn't fit what was asked, whatever it says. An error may leave out whose it is.
    fn misfit(&self, transaction: &TransactionId, service: Option<Service>) -> Option<String> {
        let names = [
            Some(("transactionID", transaction.as_str())),
            service.map(|service| ("supportMode", service.support_mode())),
        ];
        for (field, asked) in names.into_iter().flatten() {
            match self.data.get(field).filter(|found| !found.is_null()) {
                None if self.is_success() => return Some(format!("{field} is missing")),
                None => {}
                Some(found) if found == asked => {}
                Some(found) => return Some(format!("{field} is {}, not {asked}", shown(found))),
            }
        }
        let (status, code) = (&self.evidence.status, &self.evidence.code);
        let half = (status == "200") != code.is_success();
        half.then(|| {
            format!("status is {} and errorCode {}: only one of them is 200", brief(status), brief(code.as_str()))
        })
    }

    /// Judges an answer to `connection` for `service`, of which at most `limit` could be used (for earning: the
    /// amount that points are earned on).
    pub fn judge_connection(&self, transaction: &TransactionId, service: Service, limit: Won) -> ServiceOutcome {
        let violation = |what| ServiceOutcome::Unknown { why: WhyUnknown::Violation { what } };
        if let Some(what) = self.misfit(transaction, Some(service)) {
            return violation(what);
        }
        if self.is_success() {
            return self.judge_amount(service, limit).unwrap_or_else(violation);
        }
        let code = self.evidence.code.clone();
        let why = match code.class().meaning().connection {
            ToConnection::ByCustomer => Declined::ByCustomer,
            ToConnection::NotNow => Declined::NotNow { code },
            ToConnection::NotOffered => Declined::NotOffered { code },
            ToConnection::OurFault => Declined::OurFault { code },
            ToConnection::Credentials => Declined::Credentials { code },
            ToConnection::Unknown => {
                return ServiceOutcome::Unknown { why: WhyUnknown::MayHaveHappened { code } };
            }
        };
        ServiceOutcome::Declined { why }
    }

    /// What a success gives, or what of its amount doesn't fit.
    fn judge_amount(&self, service: Service, limit: Won) -> Result<ServiceOutcome, String> {
        let field = match service {
            Service::Coupon => "couponDiscountPrice",
            Service::PointRedeem => "pointRedeem",
            Service::Prepaid => "prepaidPayPrice",
            // The summary table calls it pointEarnNum (protocol.md §4).
            Service::PointEarn if self.data.get("pointEarn").is_some_and(|earn| !earn.is_null()) => "pointEarn",
            Service::PointEarn => "pointEarnNum",
        };
        let Some(amount) = self.won(field) else {
            return Err(match self.data.get(field) {
                None | Some(Value::Null) => format!("{field} is missing"),
                Some(found) => format!("{field} is {}, which is no amount of won", shown(found)),
            });
        };
        if amount > limit {
            return Err(format!("{field} is {}, and {} was asked for at most", amount.get(), limit.get()));
        }
        if amount.is_zero() {
            let items = if service == Service::Coupon { self.coupon_items() } else { Vec::new() };
            let why = if items.is_empty() { Declined::Nothing } else { Declined::CouponFor { items } };
            return Ok(ServiceOutcome::Declined { why });
        }
        Ok(ServiceOutcome::Held { amount })
    }

    fn coupon_items(&self) -> Vec<String> {
        let Some(Value::Array(items)) = self.data.get("couponItemCodes") else { return Vec::new() };
        let codes = items.iter().filter_map(Value::as_str).filter_map(|item| ItemId::new(item).ok());
        codes.take(20).map(String::from).collect()
    }

    /// What an answer to `cancel` says was given back.
    pub fn cancelled(&self) -> Cancelled {
        Cancelled {
            point_redeem: self.won("pointRedeemCanceledNum"),
            point_earn: self.won("pointEarnCanceledNum"),
            prepaid: self.won("prepaidCanceledNum"),
            coupon: self.data.get("couponCanceledID").and_then(scalar).is_some_and(|id| !id.is_empty()),
        }
    }

    /// Judges an answer to `confirm` or `cancel`.
    pub fn judge_message(&self, transaction: &TransactionId, request: Request) -> MessageOutcome {
        let code = self.evidence.code.clone();
        // Somebody else's answer, or half a one, proves nothing about ours.
        if let Some(misfit) = self.misfit(transaction, None) {
            return MessageOutcome::Again { code, misfit: Some(misfit) };
        }
        if self.is_success() {
            return match request {
                Request::Settle | Request::Release | Request::Cancel => MessageOutcome::Done,
                Request::Connect(_) => MessageOutcome::Again { code, misfit: None },
            };
        }
        match code.class().meaning().message {
            Heard::TransactionRefused => MessageOutcome::TransactionRefused,
            Heard::Refused => MessageOutcome::Refused { code },
            Heard::Nothing | Heard::Done => MessageOutcome::Again { code, misfit: None },
        }
    }
}

/// A value of the module's in a sentence, bounded and without what may be somebody's.
fn shown(found: &Value) -> String {
    match found {
        Value::String(text) => format!("\"{}\"", brief(text)),
        Value::Number(number) => brief(&number.to_string()),
        Value::Null | Value::Bool(_) => found.to_string(),
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    const ID: &str = "1c27375780c811ef9e03";

    fn judge(service: Service, limit: i64, status: &str, data: &str) -> ServiceOutcome {
        let text = format!(r#"{{"status":{status},"result":"OK","timestamp":1728025307,"data":{{{data}}}}}"#);
        let id = TransactionId::new(ID).unwrap();
        read(&text).unwrap().judge_connection(&id, service, Won::new(limit))
    }

    fn points(amount: &str) -> ServiceOutcome {
        let data =
            format!(r#""errorCode":200,"supportMode":"POINT_REDEEM","transactionID":"{ID}","pointRedeem":{amount}"#);
        judge(Service::PointRedeem, 7000, r#""200""#, &data)
    }

    fn refused(code: &str) -> ServiceOutcome {
        judge(Service::PointRedeem, 7000, "400", &format!(r#""errorCode":{code}"#))
    }

    #[test]
    fn amounts_are_read_as_number_or_decimal_string() {
        assert_eq!(points("3500"), ServiceOutcome::Held { amount: Won::new(3500) });
        assert_eq!(points(r#""3500""#), ServiceOutcome::Held { amount: Won::new(3500) });
    }

    #[test]
    fn an_amount_that_does_not_fit_is_unknown_never_applied() {
        for amount in ["7001", "-1", "1.5", r#""1,000""#, "null", "[]", r#""""#, "1e3", "99999999999999999999"] {
            assert!(matches!(points(amount), ServiceOutcome::Unknown { .. }), "{amount}");
        }
    }

    #[test]
    fn nothing_used_is_a_decline() {
        assert_eq!(points("0"), ServiceOutcome::Declined { why: Declined::Nothing });
    }

    #[test]
    fn half_a_success_is_unknown() {
        let data = format!(r#""errorCode":200,"supportMode":"POINT_REDEEM","transactionID":"{ID}","pointRedeem":1"#);
        assert!(matches!(judge(Service::PointRedeem, 1, "400", &data), ServiceOutcome::Unknown { .. }));
        assert!(matches!(
            judge(Service::PointRedeem, 1, "200", r#""errorCode":100050001"#),
            ServiceOutcome::Unknown { .. }
        ));
    }

    fn misfit(outcome: ServiceOutcome) -> String {
        let ServiceOutcome::Unknown { why: WhyUnknown::Violation { what } } = outcome else { panic!("{outcome:?}") };
        what
    }

    #[test]
    fn what_does_not_fit_is_said_with_its_field() {
        let mode = format!(r#""supportMode":"POINT_REDEEM","transactionID":"{ID}""#);
        for (status, data, said) in [
            ("200", r#""supportMode":"POINT_REDEEM","pointRedeem":1"#.to_owned(), "transactionID is missing"),
            ("200", format!(r#""transactionID":"{ID}","pointRedeem":1"#), "supportMode is missing"),
            (
                "200",
                r#""transactionID":7,"supportMode":"POINT_REDEEM""#.to_owned(),
                "transactionID is 7, not 1c27375780c811ef9e03",
            ),
            (
                "200",
                format!(r#""transactionID":"{ID}","supportMode":"COUPON""#),
                r#"supportMode is "COUPON", not POINT_REDEEM"#,
            ),
            ("200", mode.clone(), "pointRedeem is missing"),
            ("200", format!(r#"{mode},"pointRedeem":7001"#), "pointRedeem is 7001, and 7000 was asked for at most"),
            ("200", format!(r#"{mode},"pointRedeem":"1,000""#), r#"pointRedeem is "1,000", which is no amount of won"#),
            ("200", format!(r#"{mode},"pointRedeem":[1]"#), "pointRedeem is a list, which is no amount of won"),
            ("400", format!(r#"{mode},"pointRedeem":1"#), "status is 400 and errorCode 200: only one of them is 200"),
        ] {
            let found = judge(Service::PointRedeem, 7000, status, &format!(r#""errorCode":200,{data}"#));
            assert_eq!(misfit(found), said);
        }
    }

    #[test]
    fn what_does_not_fit_is_said_briefly_however_long_it_is() {
        let long = "가".repeat(1000);
        let whole = format!(r#""errorCode":200,"supportMode":"{long}","transactionID":"{ID}""#);
        let texts = [
            misfit(judge(Service::PointRedeem, 1, &format!("\"{long}\""), r#""errorCode":200"#)),
            misfit(judge(Service::PointRedeem, 1, "200", &whole)),
        ];
        assert!(texts.iter().all(|text| text.chars().count() < 120), "{texts:?}");
    }

    #[test]
    fn an_error_may_leave_out_whose_it_is_but_never_name_another() {
        assert_eq!(refused("100050001"), ServiceOutcome::Declined { why: Declined::ByCustomer });
        let nulls = r#""errorCode":100050001,"transactionID":null,"supportMode":null"#;
        let by_customer = ServiceOutcome::Declined { why: Declined::ByCustomer };
        assert_eq!(judge(Service::PointRedeem, 7000, "400", nulls), by_customer);
        for other in [r#""transactionID":"0000000000000000""#, r#""supportMode":"PREPAID""#, r#""supportMode":{}"#] {
            let data = format!(r#""errorCode":100050001,{other}"#);
            assert!(!misfit(judge(Service::PointRedeem, 7000, "400", &data)).is_empty(), "{other}");
        }
    }

    #[test]
    fn both_names_of_earned_points_are_read_and_the_shorter_goes_first() {
        let earn = |fields: &str| {
            let data = format!(r#""errorCode":"200","supportMode":"POINT_EARN","transactionID":"{ID}",{fields}"#);
            judge(Service::PointEarn, 7000, "200", &data)
        };
        assert_eq!(earn(r#""pointEarn":250"#), ServiceOutcome::Held { amount: Won::new(250) });
        assert_eq!(earn(r#""pointEarnNum":"250""#), ServiceOutcome::Held { amount: Won::new(250) });
        assert_eq!(earn(r#""pointEarn":null,"pointEarnNum":250"#), ServiceOutcome::Held { amount: Won::new(250) });
        assert_eq!(earn(r#""pointEarn":1,"pointEarnNum":250"#), ServiceOutcome::Held { amount: Won::new(1) });
        assert_eq!(
            misfit(earn(r#""pointEarn":"x","pointEarnNum":250"#)),
            r#"pointEarn is "x", which is no amount of won"#
        );
    }

    #[test]
    fn a_coupon_of_nothing_says_what_it_is_for() {
        let data = format!(
            r#""errorCode":200,"supportMode":"COUPON","transactionID":"{ID}","couponDiscountPrice":"0",
               "couponItemCodes":["KD101111","010-1234-5678 김하나",7,"<b>"]"#
        );
        let items = vec!["KD101111".to_owned()];
        assert_eq!(
            judge(Service::Coupon, 7000, "200", &data),
            ServiceOutcome::Declined { why: Declined::CouponFor { items } },
            "what is no item code isn't kept"
        );
    }

    #[test]
    fn a_text_that_was_cut_within_a_character_is_still_an_answers() {
        for cut in [r"취소 \ud83d", r"\ude00", r"\ud83d\ud83d\ude00", r"\\ud83d", r"\ud83d\u0041"] {
            let text = format!(r#"{{"status":"400","data":{{"errorCode":100050001,"errorMsgUser":"{cut}"}}}}"#);
            assert_eq!(read(&text).map(|answer| answer.evidence.code), Some(Code::new("100050001")), "{cut}");
        }
        assert_eq!(read(r#"{"status":"\ud83"#), None);
    }

    #[test]
    fn what_is_no_answer_is_noise() {
        for text in ["", "hello", "[]", "{}", r#"{"status":"200"}"#, r#"{"status":"200","data":{}}"#, "\"{\"", "null"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(read(r#""{\"status\":\"200\",\"data\":{\"errorCode\":200}}""#).is_some());
    }

    #[test]
    fn an_answer_for_another_transaction_never_counts() {
        let text = r#"{"status":"200","data":{"errorCode":200,"transactionID":"0000000000000000"}}"#;
        let id = TransactionId::new(ID).unwrap();
        let outcome = read(text).unwrap().judge_message(&id, Request::Settle);
        assert!(matches!(outcome, MessageOutcome::Again { misfit: Some(_), .. }));
    }
}
