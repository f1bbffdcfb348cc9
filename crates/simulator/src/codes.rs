//! The guide's error codes (section 2.3) and the answers built from them (section 2.2).

use serde_json::{Map, Value, json};

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
pub(crate) const UNKNOWN_APPLICATION_KEY: Code = Code(300_010_002);
pub(crate) const WRONG_TERMINAL_OR_PASSWD: Code = Code(300_010_003);
pub(crate) const SYSTEM_FAULT: Code = Code(300_030_002);

/// Code, text for developers, text for the merchant. The guide's first page of this table lost the leading 1 of
/// 100010001–18; it is put back here. Spelling is the guide's own.
const TEXTS: &[(i64, &str, &str)] = &[
    (200, "OK", "OK"),
    (100_010_001, "올바르지 않은 거래 요청 타입입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_002, "올바르지 않은 application key입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_003, "올바르지 않은 transactionID입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_004, "올바르지 않은 포인트 사용 금액입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_005, "올바르지 않은 포인트 적립 금액입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_006, "올바르지 않은 기프트카드 결제 금액입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_007, "요청 메세지의 형식이 올바르지 않습니다", "요청 정보가 올바르지 않습니다."),
    (100_010_008, "바코드 메세지의 형식이 올바르지 않습니다", "요청 정보가 올바르지 않습니다."),
    (100_010_009, "올바르지 않은 itemID입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_010, "올바르지 않은 itemName입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_011, "올바르지 않은 itemUnitPrice입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_012, "올바르지 않은 itemCount입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_013, "올바르지 않은 itemPrice입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_014, "올바르지 않은 itemOptionId입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_015, "올바르지 않은 itemOptionName입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_016, "올바르지 않은 itemOptionUnitPrice입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_017, "올바르지 않은 itemOptionCount입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_018, "올바르지 않은 itemOptionPrice입니다", "상품 정보가 올바르지 않습니다."),
    (100_010_019, "올바르지 않은 요청 메세지 유형입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_020, "올바르지 않은 포인트 사용 확정 여부입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_021, "올바르지 않은 포인트 적립 확정 여부입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_022, "올바르지 않은 쿠폰 확정 여부입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_023, "올바르지 않은 기프트카드 확정 여부입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_024, "올바르지 않은 전자영수증 발행 여부입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_025, "올바르지 않은 결제수단입니다", "요청 정보가 올바르지 않습니다."),
    (100_010_026, "올바르지 않은 결제금액(적용금액)입니다", "요청 정보가 올바르지 않습니다."),
    (100_020_001, "passwd가 존재하지 않습니다", "필수 정보가 누락되었습니다."),
    (100_020_002, "accessType이 존재하지 않습니다", "필수 정보가 누락되었습니다."),
    (100_020_003, "인증 요청 정보가 존재하지 않습니다", "필수 정보가 누락되었습니다."),
    (100_020_004, "itemList가 존재하지 않습니다", "필수 정보가 누락되었습니다."),
    (100_020_005, "paymentList가 존재하지 않습니다", "필수 정보가 누락되었습니다."),
    (100_030_001, "제한 시간 내에 메세지 수신을 하지 못했습니다", "요청 시간이 초과되었습니다. 다시 시도해 주세요."),
    (
        100_040_001,
        "포인트 시스템을 지원하지 않는 단말기입니다",
        "멤버십(포인트) 서비스를 사용할 수 없습니다. 본사 관리자에게 설정 지원을 요청하세요.",
    ),
    (
        100_040_002,
        "쿠폰 시스템을 지원하지 않는 단말기입니다",
        "멤버십(쿠폰) 서비스를 사용할 수 없습니다. 본사 관리자에게 설정 지원을 요청하세요.",
    ),
    (
        100_040_003,
        "기프트카드 시스템을 지원하지 않는 단말기입니다",
        "멤버십(기프트카드) 서비스를 사용할 수 없습니다. 본사 관리자에게 설정 지원을 요청하세요.",
    ),
    (100_050_001, "사용자 취소입니다", "요청이 사용자에 의해 취소되었습니다."),
    (100_050_002, "사용자 입력 시간을 초과했습니다", "사용자 입력 시간을 초과했습니다."),
    (200_010_001, "알 수 없는 에러가 발생했습니다", "알 수 없는 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (
        200_010_002,
        "쿠폰 할인 적용 금액 계산 중 에러가 발생했습니다",
        "요청 처리 중 오류가 발생했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        200_010_003,
        "post message 처리 중 에러가 발생했습니다",
        "요청 처리 중 오류가 발생했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        200_010_004,
        "페이지 라우팅 에러가 발생했습니다",
        "요청 처리 중 오류가 발생했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        200_020_001,
        "message listner가 등록되지 않았습니다",
        "요청 처리 중 오류가 발생했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (300_010_001, "잘못된 Tenant API URL/KEY 입니다", "잘못된 가맹점 인증 정보입니다."),
    (300_010_002, "잘못된 application key입니다", "잘못된 가맹점 인증 정보입니다."),
    (
        300_010_003,
        "단말기 ID 혹은 비밀번호가 올바르지 않습니다",
        "아이디 혹은 비밀번호가 틀렸습니다. 다시 확인하시고 시도해 주세요.",
    ),
    (300_010_004, "잘못된 access Token입니다", "인증 정보가 잘못되었습니다. 다시 로그인해 주세요."),
    (300_020_001, "토큰을 발급받는데 실패했습니다", "인증 과정에서 문제가 발생했습니다. 관리자에게 문의해 주세요."),
    (
        300_020_002,
        "포인트 환경 설정 조회에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        300_020_003,
        "고객 정보 조회에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        300_020_004,
        "포인트 사용 대기 요청에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        300_020_005,
        "포인트 적립 대기 요청에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        300_020_006,
        "포인트 정보 조회 요청에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        300_020_007,
        "기프트카드 조회에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        300_020_008,
        "기프트카드 사용 대기 요청에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (300_020_009, "쿠폰 조회에 실패했습니다", "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요."),
    (
        300_020_010,
        "쿠폰 사용 대기 요청에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        300_020_011,
        "주문 취소 요청에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (
        300_020_012,
        "거래 처리 요청에 실패했습니다",
        "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.",
    ),
    (300_030_001, "통신 에러가 발생했습니다", "통신 오류가 발생했습니다. 잠시 후 다시 시도해주세요."),
    (300_030_002, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (300_030_003, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (300_030_004, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (300_030_005, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (300_030_006, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (300_030_007, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (300_030_008, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (300_030_009, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (300_030_010, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
    (300_030_011, "에러가 발생했습니다", "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요."),
];

impl Code {
    /// Text for developers and text for the merchant.
    fn texts(self) -> (&'static str, &'static str) {
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
