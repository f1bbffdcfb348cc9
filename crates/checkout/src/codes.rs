//! Prbiti's error codes (guide 2.3): what each says, and what it means as an answer to what (protocol.md §5).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::settlement::Heard;

/// An error code, verbatim but for the leading 1 that the guide's first page lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(String);

impl Code {
    /// What is kept of a code that no guide knows, in characters.
    const LONGEST: usize = 32;

    /// A code as it came. Both spellings of the guide's first page are one.
    pub fn new(text: &str) -> Code {
        let text: String = text.trim().chars().filter(|c| !c.is_control()).take(Code::LONGEST).collect();
        let lost_its_one = text.len() == 8 && text.starts_with("0001") && text.bytes().all(|b| b.is_ascii_digit());
        Code(if lost_its_one { format!("1{text}") } else { text })
    }

    /// As it stands in the guide.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 200.
    pub fn is_success(&self) -> bool {
        self.0 == "200"
    }

    /// What the guide says of it; none when it isn't in the guide.
    pub fn known(&self) -> Option<&'static ErrorCode> {
        // "+1" and "01" are numbers, too, and no codes.
        let digits = self.0.bytes().all(|b| b.is_ascii_digit()) && !self.0.starts_with('0');
        let number: u32 = digits.then(|| self.0.parse().ok()).flatten()?;
        ERROR_CODES.iter().find(|code| code.number == number)
    }

    /// Its class. One that isn't in the guide may mean that it has happened.
    pub fn class(&self) -> Class {
        self.known().map_or(Class::MayHaveHappened, |code| code.class)
    }
}

/// What kind of answer a code is, whatever it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Class {
    /// A field of ours is wrong or missing.
    BadField,
    /// That transactionID is settled, released, lapsed or unknown.
    BadTransaction,
    /// Prbiti's page heard nothing from us in time.
    NothingReceived,
    /// This terminal doesn't have that service.
    NotOffered,
    /// The customer said no or let the time run out.
    ByCustomer,
    /// Tenant, key, terminal or password refused.
    Credentials,
    /// Something couldn't be looked up, before anything was held.
    LookUpFailed,
    /// Something went wrong, perhaps after it was done.
    MayHaveHappened,
}

/// What a class means as an answer to a `connection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToConnection {
    /// Nothing is held: the customer didn't want it.
    ByCustomer,
    /// Nothing is held: it doesn't work just now.
    NotNow,
    /// Nothing is held: this service is hidden until the kiosk is started again.
    NotOffered,
    /// Nothing is held: what we sent was refused.
    OurFault,
    /// Nothing is held, and no service works until somebody corrects the credentials.
    Credentials,
    /// Nobody knows whether something is held.
    Unknown,
}

impl ToConnection {
    /// What the customer reads then; something else stands there when something was held already and can't be settled
    /// any more.
    pub const fn customer_reads(self) -> CustomerReads {
        match self {
            ToConnection::ByCustomer => CustomerReads::NotUsed,
            ToConnection::NotNow | ToConnection::NotOffered | ToConnection::OurFault | ToConnection::Credentials => {
                CustomerReads::NotNow
            }
            ToConnection::Unknown => CustomerReads::Unknown,
        }
    }

    /// Is it told to staff?
    pub const fn alerts(self) -> bool {
        match self {
            ToConnection::NotOffered | ToConnection::OurFault | ToConnection::Credentials => true,
            ToConnection::ByCustomer | ToConnection::NotNow | ToConnection::Unknown => false,
        }
    }
}

/// What a customer reads after an answer to a `connection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerReads {
    /// A note for four seconds: the service wasn't used.
    NotUsed,
    /// A note for four seconds: it doesn't work just now.
    NotNow,
    /// A screen: it couldn't be found out whether it was used, and what one can do now.
    Unknown,
}

impl CustomerReads {
    /// Where the words are, in the page's texts; the service's name follows.
    pub const fn key(self) -> &'static str {
        match self {
            CustomerReads::NotUsed => "note.notUsed",
            CustomerReads::NotNow => "note.notNow",
            CustomerReads::Unknown => "unknownService.what",
        }
    }
}

/// What a class means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Which class.
    pub class: Class,
    /// As an answer to `connection`.
    pub connection: ToConnection,
    /// As an answer to a `confirm` or a `cancel`; the answers' table says what each of them then leads to.
    pub message: Heard,
}

/// The classes, each once.
pub static MEANINGS: [Meaning; 8] = {
    const fn means(class: Class, connection: ToConnection, message: Heard) -> Meaning {
        Meaning { class, connection, message }
    }
    [
        means(Class::BadField, ToConnection::OurFault, Heard::Refused),
        means(Class::BadTransaction, ToConnection::OurFault, Heard::TransactionRefused),
        means(Class::NothingReceived, ToConnection::NotNow, Heard::Nothing),
        means(Class::NotOffered, ToConnection::NotOffered, Heard::Refused),
        means(Class::ByCustomer, ToConnection::ByCustomer, Heard::Nothing),
        means(Class::Credentials, ToConnection::Credentials, Heard::Refused),
        means(Class::LookUpFailed, ToConnection::NotNow, Heard::Nothing),
        means(Class::MayHaveHappened, ToConnection::Unknown, Heard::Nothing),
    ]
};

impl Class {
    /// What it means.
    pub fn meaning(self) -> &'static Meaning {
        // The table is complete (its test enumerates it); a hole would be what claims least.
        MEANINGS.iter().find(|meaning| meaning.class == self).unwrap_or(&MEANINGS[7])
    }
}

/// One code of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// With its leading 1.
    pub number: u32,
    /// What kind of answer it is.
    pub class: Class,
    /// The field of ours that it is about.
    pub field: Option<&'static str>,
    /// 오류 메시지: the guide's text for developers.
    pub developer: &'static str,
    /// 가맹점 오류 메시지: the guide's text for the shop.
    pub merchant: &'static str,
}

impl ErrorCode {
    /// As the guide's first page prints it, without its leading 1; none for the codes of the other pages.
    pub fn short_spelling(&self) -> Option<String> {
        (100_010_001..=100_010_018).contains(&self.number).then(|| format!("{:08}", self.number - 100_000_000))
    }
}

const REQUEST: &str = "요청 정보가 올바르지 않습니다.";
const ITEM: &str = "상품 정보가 올바르지 않습니다.";
const MISSING: &str = "필수 정보가 누락되었습니다.";
const PROCESSING: &str = "요청 처리 중 오류가 발생했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.";
const TENANT: &str = "잘못된 가맹점 인증 정보입니다.";
const FAILED: &str = "요청 처리에 실패했습니다. 오류가 반복될 경우 관리자에게 문의해 주세요.";
const SYSTEM: &str = "시스템 오류가 발생했습니다. 관리자에게 문의해 주세요.";

/// Every code of guide 2.3, with the guide's own words.
pub static ERROR_CODES: [ErrorCode; 69] = {
    use Class::{
        BadField, BadTransaction, ByCustomer, Credentials, LookUpFailed, MayHaveHappened, NotOffered, NothingReceived,
    };
    const fn code(
        number: u32,
        class: Class,
        field: Option<&'static str>,
        developer: &'static str,
        merchant: &'static str,
    ) -> ErrorCode {
        ErrorCode { number, class, field, developer, merchant }
    }
    [
        code(100_010_001, BadField, Some("supportMode"), "올바르지 않은 거래 요청 타입입니다", REQUEST),
        code(100_010_002, BadField, Some("applicationKey"), "올바르지 않은 application key입니다", REQUEST),
        code(100_010_003, BadTransaction, Some("transactionID"), "올바르지 않은 transactionID입니다", REQUEST),
        code(100_010_004, BadField, Some("payAmount"), "올바르지 않은 포인트 사용 금액입니다", REQUEST),
        code(100_010_005, BadField, Some("payAmount"), "올바르지 않은 포인트 적립 금액입니다", REQUEST),
        code(100_010_006, BadField, Some("payAmount"), "올바르지 않은 기프트카드 결제 금액입니다", REQUEST),
        code(100_010_007, BadField, Some("data"), "요청 메세지의 형식이 올바르지 않습니다", REQUEST),
        code(100_010_008, BadField, Some("barcode"), "바코드 메세지의 형식이 올바르지 않습니다", REQUEST),
        code(100_010_009, BadField, Some("itemID"), "올바르지 않은 itemID입니다", ITEM),
        code(100_010_010, BadField, Some("itemName"), "올바르지 않은 itemName입니다", ITEM),
        code(100_010_011, BadField, Some("itemUnitPrice"), "올바르지 않은 itemUnitPrice입니다", ITEM),
        code(100_010_012, BadField, Some("itemCount"), "올바르지 않은 itemCount입니다", ITEM),
        code(100_010_013, BadField, Some("itemPrice"), "올바르지 않은 itemPrice입니다", ITEM),
        code(100_010_014, BadField, Some("itemOptionID"), "올바르지 않은 itemOptionId입니다", ITEM),
        code(100_010_015, BadField, Some("itemOptionName"), "올바르지 않은 itemOptionName입니다", ITEM),
        code(100_010_016, BadField, Some("itemOptionUnitPrice"), "올바르지 않은 itemOptionUnitPrice입니다", ITEM),
        code(100_010_017, BadField, Some("itemOptionCount"), "올바르지 않은 itemOptionCount입니다", ITEM),
        code(100_010_018, BadField, Some("itemOptionPrice"), "올바르지 않은 itemOptionPrice입니다", ITEM),
        code(100_010_019, BadField, Some("type"), "올바르지 않은 요청 메세지 유형입니다", REQUEST),
        code(
            100_010_020,
            BadField,
            Some("pointRedeemConfirmedYN"),
            "올바르지 않은 포인트 사용 확정 여부입니다",
            REQUEST,
        ),
        code(100_010_021, BadField, Some("pointEarnConfirmedYN"), "올바르지 않은 포인트 적립 확정 여부입니다", REQUEST),
        code(100_010_022, BadField, Some("couponConfirmedYN"), "올바르지 않은 쿠폰 확정 여부입니다", REQUEST),
        code(100_010_023, BadField, Some("prepaidConfirmedYN"), "올바르지 않은 기프트카드 확정 여부입니다", REQUEST),
        code(100_010_024, BadField, Some("eReceiptIssueYN"), "올바르지 않은 전자영수증 발행 여부입니다", REQUEST),
        code(100_010_025, BadField, Some("payment"), "올바르지 않은 결제수단입니다", REQUEST),
        code(100_010_026, BadField, Some("paymentPrice"), "올바르지 않은 결제금액(적용금액)입니다", REQUEST),
        code(100_020_001, BadField, Some("passwd"), "passwd가 존재하지 않습니다", MISSING),
        code(100_020_002, BadField, Some("accessType"), "accessType이 존재하지 않습니다", MISSING),
        code(100_020_003, BadField, Some("auth"), "인증 요청 정보가 존재하지 않습니다", MISSING),
        code(100_020_004, BadField, Some("itemList"), "itemList가 존재하지 않습니다", MISSING),
        code(100_020_005, BadField, Some("paymentList"), "paymentList가 존재하지 않습니다", MISSING),
        code(
            100_030_001,
            NothingReceived,
            None,
            "제한 시간 내에 메세지 수신을 하지 못했습니다",
            "요청 시간이 초과되었습니다. 다시 시도해 주세요.",
        ),
        code(
            100_040_001,
            NotOffered,
            None,
            "포인트 시스템을 지원하지 않는 단말기입니다",
            "멤버십(포인트) 서비스를 사용할 수 없습니다. 본사 관리자에게 설정 지원을 요청하세요.",
        ),
        code(
            100_040_002,
            NotOffered,
            None,
            "쿠폰 시스템을 지원하지 않는 단말기입니다",
            "멤버십(쿠폰) 서비스를 사용할 수 없습니다. 본사 관리자에게 설정 지원을 요청하세요.",
        ),
        code(
            100_040_003,
            NotOffered,
            None,
            "기프트카드 시스템을 지원하지 않는 단말기입니다",
            "멤버십(기프트카드) 서비스를 사용할 수 없습니다. 본사 관리자에게 설정 지원을 요청하세요.",
        ),
        code(100_050_001, ByCustomer, None, "사용자 취소입니다", "요청이 사용자에 의해 취소되었습니다."),
        code(100_050_002, ByCustomer, None, "사용자 입력 시간을 초과했습니다", "사용자 입력 시간을 초과했습니다."),
        code(
            200_010_001,
            MayHaveHappened,
            None,
            "알 수 없는 에러가 발생했습니다",
            "알 수 없는 오류가 발생했습니다. 관리자에게 문의해 주세요.",
        ),
        code(200_010_002, MayHaveHappened, None, "쿠폰 할인 적용 금액 계산 중 에러가 발생했습니다", PROCESSING),
        code(200_010_003, MayHaveHappened, None, "post message 처리 중 에러가 발생했습니다", PROCESSING),
        code(200_010_004, MayHaveHappened, None, "페이지 라우팅 에러가 발생했습니다", PROCESSING),
        code(200_020_001, MayHaveHappened, None, "message listner가 등록되지 않았습니다", PROCESSING),
        code(300_010_001, Credentials, None, "잘못된 Tenant API URL/KEY 입니다", TENANT),
        code(300_010_002, Credentials, Some("applicationKey"), "잘못된 application key입니다", TENANT),
        code(
            300_010_003,
            Credentials,
            Some("accessType, passwd"),
            "단말기 ID 혹은 비밀번호가 올바르지 않습니다",
            "아이디 혹은 비밀번호가 틀렸습니다. 다시 확인하시고 시도해 주세요.",
        ),
        code(
            300_010_004,
            Credentials,
            None,
            "잘못된 access Token입니다",
            "인증 정보가 잘못되었습니다. 다시 로그인해 주세요.",
        ),
        code(
            300_020_001,
            LookUpFailed,
            None,
            "토큰을 발급받는데 실패했습니다",
            "인증 과정에서 문제가 발생했습니다. 관리자에게 문의해 주세요.",
        ),
        code(300_020_002, LookUpFailed, None, "포인트 환경 설정 조회에 실패했습니다", FAILED),
        code(300_020_003, LookUpFailed, None, "고객 정보 조회에 실패했습니다", FAILED),
        code(300_020_004, MayHaveHappened, None, "포인트 사용 대기 요청에 실패했습니다", FAILED),
        code(300_020_005, MayHaveHappened, None, "포인트 적립 대기 요청에 실패했습니다", FAILED),
        code(300_020_006, LookUpFailed, None, "포인트 정보 조회 요청에 실패했습니다", FAILED),
        code(300_020_007, LookUpFailed, None, "기프트카드 조회에 실패했습니다", FAILED),
        code(300_020_008, MayHaveHappened, None, "기프트카드 사용 대기 요청에 실패했습니다", FAILED),
        code(300_020_009, LookUpFailed, None, "쿠폰 조회에 실패했습니다", FAILED),
        code(300_020_010, MayHaveHappened, None, "쿠폰 사용 대기 요청에 실패했습니다", FAILED),
        code(300_020_011, MayHaveHappened, None, "주문 취소 요청에 실패했습니다", FAILED),
        code(300_020_012, MayHaveHappened, None, "거래 처리 요청에 실패했습니다", FAILED),
        code(
            300_030_001,
            MayHaveHappened,
            None,
            "통신 에러가 발생했습니다",
            "통신 오류가 발생했습니다. 잠시 후 다시 시도해주세요.",
        ),
        code(300_030_002, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
        code(300_030_003, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
        code(300_030_004, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
        code(300_030_005, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
        code(300_030_006, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
        code(300_030_007, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
        code(300_030_008, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
        code(300_030_009, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
        code(300_030_010, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
        code(300_030_011, MayHaveHappened, None, "에러가 발생했습니다", SYSTEM),
    ]
};
