//! The guide's error codes (section 2.3) and the answers built from them (section 2.2).

mod texts;

use serde_json::{Map, Value, json};

pub(crate) use texts::TEXTS;

/// One of the guide's error codes, or a code that a test made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(pub(crate) i64);

/// Success: the guide answers `errorCode` 200.
pub(crate) const OK: Code = Code(200);
pub(crate) const BAD_SUPPORT_MODE: Code = Code(100_010_001);
pub(crate) const BAD_APPLICATION_KEY: Code = Code(100_010_002);
pub(crate) const BAD_TRANSACTION_ID: Code = Code(100_010_003);
pub(crate) const BAD_REDEEM_AMOUNT: Code = Code(100_010_004);
pub(crate) const BAD_EARN_AMOUNT: Code = Code(100_010_005);
pub(crate) const BAD_PREPAID_AMOUNT: Code = Code(100_010_006);
pub(crate) const BAD_MESSAGE: Code = Code(100_010_007);
pub(crate) const BAD_BARCODE: Code = Code(100_010_008);
pub(crate) const BAD_ITEM_ID: Code = Code(100_010_009);
pub(crate) const BAD_ITEM_NAME: Code = Code(100_010_010);
pub(crate) const BAD_ITEM_UNIT_PRICE: Code = Code(100_010_011);
pub(crate) const BAD_ITEM_COUNT: Code = Code(100_010_012);
pub(crate) const BAD_ITEM_PRICE: Code = Code(100_010_013);
pub(crate) const BAD_OPTION_ID: Code = Code(100_010_014);
pub(crate) const BAD_OPTION_NAME: Code = Code(100_010_015);
pub(crate) const BAD_OPTION_UNIT_PRICE: Code = Code(100_010_016);
pub(crate) const BAD_OPTION_COUNT: Code = Code(100_010_017);
pub(crate) const BAD_OPTION_PRICE: Code = Code(100_010_018);
pub(crate) const BAD_TYPE: Code = Code(100_010_019);
pub(crate) const BAD_REDEEM_FLAG: Code = Code(100_010_020);
pub(crate) const BAD_EARN_FLAG: Code = Code(100_010_021);
pub(crate) const BAD_COUPON_FLAG: Code = Code(100_010_022);
pub(crate) const BAD_PREPAID_FLAG: Code = Code(100_010_023);
pub(crate) const BAD_RECEIPT_FLAG: Code = Code(100_010_024);
pub(crate) const BAD_PAYMENT: Code = Code(100_010_025);
pub(crate) const BAD_PAYMENT_PRICE: Code = Code(100_010_026);
pub(crate) const NO_PASSWD: Code = Code(100_020_001);
pub(crate) const NO_ACCESS_TYPE: Code = Code(100_020_002);
pub(crate) const NO_AUTH: Code = Code(100_020_003);
pub(crate) const NO_ITEM_LIST: Code = Code(100_020_004);
pub(crate) const NO_PAYMENT_LIST: Code = Code(100_020_005);
pub(crate) const NO_REDEEM_HOLD: Code = Code(300_020_004);
pub(crate) const NO_EARN_HOLD: Code = Code(300_020_005);
pub(crate) const NO_PREPAID_HOLD: Code = Code(300_020_008);
pub(crate) const NO_COUPON: Code = Code(300_020_009);
pub(crate) const NO_COUPON_HOLD: Code = Code(300_020_010);
pub(crate) const UNKNOWN_APPLICATION_KEY: Code = Code(300_010_002);
pub(crate) const WRONG_TERMINAL_OR_PASSWD: Code = Code(300_010_003);
pub(crate) const SYSTEM_FAULT: Code = Code(300_030_002);

impl Code {
    /// Text for developers and text for the merchant.
    pub(crate) fn texts(self) -> (&'static str, &'static str) {
        TEXTS.iter().find(|(code, _, _)| *code == self.0).map_or(
            ("알 수 없는 코드입니다", "요청 처리 중 오류가 발생했습니다."),
            |(_, developer, merchant)| (developer, merchant),
        )
    }
}

/// What an answer repeats from the request, as far as the request could be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Echo {
    pub(crate) support_mode: Option<String>,
    pub(crate) transaction_id: Option<String>,
}

impl Echo {
    /// Takes what is there from any message, however broken.
    pub(crate) fn of(message: &Value) -> Self {
        let text = |name: &str| message["data"][name].as_str().map(|text| text.chars().take(64).collect());
        Self { support_mode: text("supportMode"), transaction_id: text("transactionID") }
    }
}

/// An answer in the guide's shape (section 2.2): `status` and `timestamp` as strings, `errorCode` as an integer,
/// followed by the fields of the message that it answers.
pub(crate) fn answer(code: Code, echo: &Echo, now_ms: i64, fields: &Map<String, Value>) -> Value {
    let (developer, merchant) = code.texts();
    let mut data = Map::new();
    data.insert("errorCode".into(), json!(code.0));
    data.insert("errorMsg".into(), json!(developer));
    data.insert("errorMsgUser".into(), json!(merchant));
    if let Some(mode) = &echo.support_mode {
        data.insert("supportMode".into(), json!(mode));
    }
    if let Some(id) = &echo.transaction_id {
        data.insert("transactionID".into(), json!(id));
    }
    for (name, value) in fields {
        data.insert(name.clone(), value.clone());
    }
    json!({
        "status": if code == OK { "200" } else { "400" },
        "result": if code == OK { "OK" } else { developer },
        "timestamp": (now_ms / 1000).to_string(),
        "data": data,
    })
}

/// A refusal in the guide's shape.
pub(crate) fn refusal(code: Code, echo: &Echo, now_ms: i64) -> Value {
    answer(code, echo, now_ms, &Map::new())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn every_code_of_the_guide_is_there_once() {
        let codes: Vec<i64> = TEXTS.iter().map(|(code, _, _)| *code).collect();
        assert_eq!(codes.len(), 70);
        assert!(codes.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn an_answer_has_the_guides_types() {
        let echo =
            Echo { support_mode: Some("POINT_REDEEM".into()), transaction_id: Some("1c27375780c811ef9e03".into()) };
        let answer = answer(OK, &echo, 1_728_025_307_999, json!({"pointRedeem": 3500}).as_object().unwrap());
        assert_eq!(
            answer,
            json!({
                "status": "200", "result": "OK", "timestamp": "1728025307",
                "data": {"errorCode": 200, "errorMsg": "OK", "errorMsgUser": "OK", "supportMode": "POINT_REDEEM",
                         "transactionID": "1c27375780c811ef9e03", "pointRedeem": 3500}
            })
        );
    }
}
