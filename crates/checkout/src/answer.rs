//! Reading the module's answers leniently, and judging them strictly (guide 2.2, 2.3; protocol.md §4 and §5).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{ids::TransactionId, money::Won, protocol::Request, service::Service};

/// Longest message that is read at all, in bytes.
pub const LONGEST: usize = 64 * 1024;
/// Longest text of the module's that is kept, in characters.
const LONGEST_KEPT: usize = 200;

/// An error code of guide 2.3, verbatim but for the leading 1 that the guide's first page lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(String);

impl Code {
    /// 올바르지 않은 transactionID: settled, released or lapsed earlier, or never known.
    pub const BAD_TRANSACTION: &'static str = "100010003";

    fn new(text: &str) -> Code {
        let text: String = text.trim().chars().take(32).collect();
        let lost_its_one = text.len() == 8 && text.starts_with("0001") && text.bytes().all(|b| b.is_ascii_digit());
        Code(if lost_its_one { format!("1{text}") } else { text })
    }

    /// As it stands in the guide.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_success(&self) -> bool {
        self.0 == "200"
    }
}

/// What is kept of an answer: what Prbiti wants to hear in enquiries, and nothing personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// `status`.
    pub status: String,
    /// `result`, bounded.
    pub result: String,
    /// `timestamp`.
    pub timestamp: String,
    /// `errorCode`.
    pub code: Code,
    /// `errorMsg`, bounded.
    pub message: String,
}

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
    let mut value: Value = serde_json::from_str(text).ok()?;
    if let Value::String(inner) = &value {
        value = serde_json::from_str(inner).ok()?;
    }
    let message = value.as_object()?;
    let status = scalar(message.get("status")?)?;
    let data = message.get("data")?.as_object()?.clone();
    let code = Code::new(&scalar(data.get("errorCode")?)?);
    let text_of = |value: Option<&Value>| value.and_then(scalar).unwrap_or_default();
    let evidence = Evidence {
        status,
        result: text_of(message.get("result")),
        timestamp: text_of(message.get("timestamp")),
        code,
        message: text_of(data.get("errorMsg")),
    };
    Some(Answer { evidence, data })
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.chars().take(LONGEST_KEPT).collect()),
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
        /// Which answer, or what didn't fit.
        code: Code,
    },
    /// 100010003: that transactionID is settled, released, lapsed or unknown.
    TransactionRefused,
    /// It will never be accepted like this.
    Refused {
        /// Which answer; its text names the field.
        code: Code,
    },
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

/// Which kind of answer a code is, whatever it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    BadField,
    NothingReceived,
    NotOffered,
    ByCustomer,
    Credentials,
    LookUpFailed,
    MayHaveHappened,
}

fn class(code: &Code) -> Class {
    let Ok(number) = code.0.parse::<u32>() else { return Class::MayHaveHappened };
    match number {
        100_010_001..=100_010_026 | 100_020_001..=100_020_005 => Class::BadField,
        100_030_001 => Class::NothingReceived,
        100_040_001..=100_040_003 => Class::NotOffered,
        100_050_001 | 100_050_002 => Class::ByCustomer,
        300_010_001..=300_010_004 => Class::Credentials,
        300_020_001..=300_020_003 | 300_020_006 | 300_020_007 | 300_020_009 => Class::LookUpFailed,
        _ => Class::MayHaveHappened,
    }
}

impl Answer {
    fn text(&self, field: &str) -> Option<&str> {
        self.data.get(field).and_then(Value::as_str)
    }

    /// A whole number of won, written as number or decimal string.
    fn won(&self, field: &str) -> Option<Won> {
        let number = match self.data.get(field)? {
            Value::Number(number) => number.as_i64()?,
            Value::String(text) => {
                let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| text.parse().ok()).flatten()?
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        Won::checked(number)
    }

    fn half_success(&self) -> bool {
        (self.evidence.status == "200") != self.evidence.code.is_success()
    }

    fn is_success(&self) -> bool {
        self.evidence.status == "200" && self.evidence.code.is_success()
    }

    /// Judges an answer to `connection` for `service`, of which at most `limit` could be used (for earning: the
    /// amount that points are earned on).
    pub fn judge_connection(&self, transaction: &TransactionId, service: Service, limit: Won) -> ServiceOutcome {
        let violation = |what: &str| ServiceOutcome::Unknown { why: WhyUnknown::Violation { what: what.into() } };
        let required = self.is_success();
        match self.text("transactionID") {
            Some(id) if id != transaction.as_str() => return violation("another transactionID"),
            None if required => return violation("no transactionID"),
            Some(_) | None => {}
        }
        match self.text("supportMode") {
            Some(mode) if mode != service.support_mode() => return violation("another supportMode"),
            None if required => return violation("no supportMode"),
            Some(_) | None => {}
        }
        if self.half_success() {
            return violation("only one of status and errorCode is 200");
        }
        if required {
            let field = match service {
                Service::Coupon => "couponDiscountPrice",
                Service::PointRedeem => "pointRedeem",
                Service::Prepaid => "prepaidPayPrice",
                // The summary table calls it pointEarnNum (protocol.md §4).
                Service::PointEarn if self.data.get("pointEarn").is_some_and(|earn| !earn.is_null()) => "pointEarn",
                Service::PointEarn => "pointEarnNum",
            };
            return match self.won(field) {
                None => violation("the amount is missing or not a whole number of won"),
                Some(amount) if amount > limit => violation("the amount is more than was asked for"),
                Some(amount) if amount.is_zero() => {
                    let items = self.coupon_items();
                    let why = if items.is_empty() { Declined::Nothing } else { Declined::CouponFor { items } };
                    ServiceOutcome::Declined { why }
                }
                Some(amount) => ServiceOutcome::Held { amount },
            };
        }
        let code = self.evidence.code.clone();
        let why = match class(&code) {
            Class::ByCustomer => Declined::ByCustomer,
            Class::NothingReceived | Class::LookUpFailed => Declined::NotNow { code },
            Class::NotOffered => Declined::NotOffered { code },
            Class::BadField => Declined::OurFault { code },
            Class::Credentials => Declined::Credentials { code },
            Class::MayHaveHappened => {
                return ServiceOutcome::Unknown { why: WhyUnknown::MayHaveHappened { code } };
            }
        };
        ServiceOutcome::Declined { why }
    }

    fn coupon_items(&self) -> Vec<String> {
        let Some(Value::Array(items)) = self.data.get("couponItemCodes") else { return Vec::new() };
        items.iter().filter_map(Value::as_str).map(|item| item.chars().take(64).collect()).take(20).collect()
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
        let other_id = self.text("transactionID").is_some_and(|id| id != transaction.as_str());
        if other_id || self.half_success() {
            // Somebody else's answer, or half a one, proves nothing about ours.
            return MessageOutcome::Again { code };
        }
        if self.is_success() {
            // The answer to `cancel` must say whose it is: it is matched by that alone.
            let named = self.text("transactionID").is_some();
            return match request {
                Request::Settle | Request::Release | Request::Cancel if named => MessageOutcome::Done,
                Request::Settle | Request::Release | Request::Cancel | Request::Connect(_) => {
                    MessageOutcome::Again { code }
                }
            };
        }
        if code.as_str() == Code::BAD_TRANSACTION {
            return MessageOutcome::TransactionRefused;
        }
        match class(&code) {
            Class::BadField | Class::NotOffered | Class::Credentials => MessageOutcome::Refused { code },
            Class::NothingReceived | Class::LookUpFailed | Class::MayHaveHappened | Class::ByCustomer => {
                MessageOutcome::Again { code }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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

    #[test]
    fn both_spellings_of_the_first_page_are_one_code() {
        let full = refused("100010004");
        assert!(matches!(&full, ServiceOutcome::Declined { why: Declined::OurFault { .. } }));
        assert_eq!(refused(r#""00010004""#), full);
    }

    #[test]
    fn every_code_of_the_guide_has_its_class() {
        use Declined::*;
        for (codes, expected) in [
            (vec!["100050001", "100050002"], "customer"),
            (
                vec!["100030001", "300020001", "300020002", "300020003", "300020006", "300020007", "300020009"],
                "not now",
            ),
            (vec!["100040001", "100040002", "100040003"], "not offered"),
            (vec!["100010001", "100010026", "100020001", "100020005"], "our fault"),
            (vec!["300010001", "300010004"], "credentials"),
            (
                vec![
                    "300020004",
                    "300020005",
                    "300020008",
                    "300020010",
                    "300020011",
                    "300020012",
                    "300030001",
                    "300030011",
                    "200010001",
                    "200010004",
                    "200020001",
                    "123456789",
                    r#""E77""#,
                ],
                "unknown",
            ),
        ] {
            for code in codes {
                let found = match refused(code) {
                    ServiceOutcome::Declined { why: ByCustomer } => "customer",
                    ServiceOutcome::Declined { why: NotNow { .. } } => "not now",
                    ServiceOutcome::Declined { why: NotOffered { .. } } => "not offered",
                    ServiceOutcome::Declined { why: OurFault { .. } } => "our fault",
                    ServiceOutcome::Declined { why: Credentials { .. } } => "credentials",
                    ServiceOutcome::Declined { why: Nothing | CouponFor { .. } } => "nothing",
                    ServiceOutcome::Unknown { .. } => "unknown",
                    ServiceOutcome::Held { .. } => "held",
                };
                assert_eq!(found, expected, "{code}");
            }
        }
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
        assert!(matches!(outcome, MessageOutcome::Again { .. }));
    }
}
