//! Everything that can go wrong, by name: where it makes sense, and what it does, in words. The panel and the README
//! are made from this table.

use crate::protocol::Service;
use crate::words::Words;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where something can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum On {
    #[serde(rename = "POINT_REDEEM")]
    PointRedeem,
    #[serde(rename = "POINT_EARN")]
    PointEarn,
    #[serde(rename = "COUPON")]
    Coupon,
    #[serde(rename = "PREPAID")]
    Prepaid,
    #[serde(rename = "confirm")]
    Confirm,
    #[serde(rename = "cancel")]
    Cancel,
    #[serde(rename = "load")]
    Load,
    #[serde(rename = "agent")]
    Agent,
}

impl On {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PointRedeem => "POINT_REDEEM",
            Self::PointEarn => "POINT_EARN",
            Self::Coupon => "COUPON",
            Self::Prepaid => "PREPAID",
            Self::Confirm => "confirm",
            Self::Cancel => "cancel",
            Self::Load => "load",
            Self::Agent => "agent",
        }
    }

    pub(crate) const fn of(service: Service) -> Self {
        match service {
            Service::PointRedeem => Self::PointRedeem,
            Service::PointEarn => Self::PointEarn,
            Service::Coupon => Self::Coupon,
            Service::Prepaid => Self::Prepaid,
        }
    }

    /// The service that this is, if it is one.
    pub(crate) const fn service(self) -> Option<Service> {
        match self {
            Self::PointRedeem => Some(Service::PointRedeem),
            Self::PointEarn => Some(Service::PointEarn),
            Self::Coupon => Some(Service::Coupon),
            Self::Prepaid => Some(Service::Prepaid),
            Self::Confirm | Self::Cancel | Self::Load | Self::Agent => None,
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Do {
    /// Answers a code.
    Code,
    /// The server fails its page, or keeps it waiting.
    Fail(Fail),
    /// The answer is spoilt.
    Spoil(Spoil),
    /// The page does something of its own.
    Act(Act),
}

/// How a server fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fail {
    Silent,
    Slow,
    Late,
    Hang,
    ServerError,
    Reset,
    Refused,
    Expired,
}

/// What an answer is made into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoil {
    Noise,
    NoiseAfter,
    Twice,
    OutOfOrder,
    WrongTransaction,
    WrongMode,
    OtherTypes,
    NumbersAsText,
    TextAsNumbers,
    NonsenseTypes,
    TooMuch,
    Negative,
    Fractional,
    Zero,
    NoAmount,
    NotANumber,
    Huge,
    NotJson,
    AsText,
    Markup,
    OnlyStatus,
    OnlyErrorCode,
    Set,
}

/// What a page does that it shouldn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Early,
    Parting,
    Cyclic,
    Navigate,
    Popup,
    Dialog,
    TakeOver,
}

/// A line of the table.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) what: Do,
    pub(crate) on: &'static [On],
    pub(crate) ko: &'static str,
    pub(crate) en: &'static str,
}

const SERVICES: &[On] = &[On::PointRedeem, On::PointEarn, On::Coupon, On::Prepaid];
const HELD_OR_SETTLED: &[On] = &[On::PointRedeem, On::PointEarn, On::Coupon, On::Prepaid, On::Confirm];
const ANSWERS: &[On] = &[On::PointRedeem, On::PointEarn, On::Coupon, On::Prepaid, On::Confirm, On::Cancel];
const ANSWERS_AND_LOAD: &[On] =
    &[On::PointRedeem, On::PointEarn, On::Coupon, On::Prepaid, On::Confirm, On::Cancel, On::Load];
const ANSWERS_AND_AGENT: &[On] =
    &[On::PointRedeem, On::PointEarn, On::Coupon, On::Prepaid, On::Confirm, On::Cancel, On::Agent];
const AMOUNTS: &[On] = &[On::PointRedeem, On::PointEarn, On::Coupon, On::Prepaid, On::Cancel, On::Agent];
const ALL: &[On] =
    &[On::PointRedeem, On::PointEarn, On::Coupon, On::Prepaid, On::Confirm, On::Cancel, On::Load, On::Agent];
const LOAD: &[On] = &[On::Load];

const fn kind(name: &'static str, what: Do, on: &'static [On], ko: &'static str, en: &'static str) -> Kind {
    Kind { name, what, on, ko, en }
}

/// Every kind of fault.
pub(crate) const KINDS: &[Kind] = &[
    kind("code", Do::Code, ANSWERS_AND_AGENT, "오류 코드로 응답", "answers an error code"),
    kind("silent", Do::Fail(Fail::Silent), ANSWERS_AND_AGENT, "응답 없음", "never answers"),
    kind("slow", Do::Fail(Fail::Slow), ALL, "느리게", "takes longer, then does what it should"),
    kind("late", Do::Fail(Fail::Late), ANSWERS, "기다림이 끝난 뒤 응답", "answers when the host has given up"),
    kind("hang", Do::Fail(Fail::Hang), ALL, "서버가 대답하지 않음", "the server never answers its page"),
    kind("500", Do::Fail(Fail::ServerError), ALL, "서버 오류 500", "the server answers 500"),
    kind("reset", Do::Fail(Fail::Reset), ALL, "연결이 끊김", "the server resets the connection"),
    kind("refused", Do::Fail(Fail::Refused), LOAD, "연결 거부(포트 닫힘)", "connections are refused"),
    kind("expired", Do::Fail(Fail::Expired), HELD_OR_SETTLED, "대기 30분이 지남", "the hold's 30 minutes are over"),
    kind(
        "noise",
        Do::Spoil(Spoil::Noise),
        ANSWERS_AND_AGENT,
        "다른 메시지 먼저, 응답은 나중",
        "posts noise, then the answer",
    ),
    kind("noiseAfter", Do::Spoil(Spoil::NoiseAfter), ANSWERS, "응답 뒤에 다른 메시지", "posts the answer, then noise"),
    kind("twice", Do::Spoil(Spoil::Twice), ANSWERS, "같은 응답 두 번", "posts the answer twice"),
    kind(
        "outOfOrder",
        Do::Spoil(Spoil::OutOfOrder),
        ANSWERS,
        "다른 서비스의 응답 먼저",
        "another service's answer first",
    ),
    kind(
        "wrongTransaction",
        Do::Spoil(Spoil::WrongTransaction),
        ANSWERS,
        "다른 transactionID",
        "another transactionID",
    ),
    kind("wrongMode", Do::Spoil(Spoil::WrongMode), SERVICES, "다른 supportMode", "another supportMode"),
    kind(
        "otherTypes",
        Do::Spoil(Spoil::OtherTypes),
        ANSWERS_AND_AGENT,
        "숫자와 문자열이 뒤바뀜",
        "numbers and texts swapped",
    ),
    kind(
        "numbersAsText",
        Do::Spoil(Spoil::NumbersAsText),
        ANSWERS_AND_AGENT,
        "숫자를 문자열로",
        "every number as a text",
    ),
    kind(
        "textAsNumbers",
        Do::Spoil(Spoil::TextAsNumbers),
        ANSWERS,
        "숫자 문자열을 숫자로",
        "every numeric text as a number",
    ),
    kind(
        "nonsenseTypes",
        Do::Spoil(Spoil::NonsenseTypes),
        ANSWERS_AND_AGENT,
        "말이 안 되는 타입",
        "lists, objects and booleans",
    ),
    kind("tooMuch", Do::Spoil(Spoil::TooMuch), AMOUNTS, "요청보다 큰 금액", "an amount above what was asked"),
    kind("negative", Do::Spoil(Spoil::Negative), AMOUNTS, "음수 금액", "a negative amount"),
    kind("fractional", Do::Spoil(Spoil::Fractional), AMOUNTS, "소수점 금액", "an amount with a fraction"),
    kind("zero", Do::Spoil(Spoil::Zero), AMOUNTS, "금액 0", "an amount of 0"),
    kind("noAmount", Do::Spoil(Spoil::NoAmount), AMOUNTS, "금액 없음", "the amount is missing"),
    kind("notANumber", Do::Spoil(Spoil::NotANumber), AMOUNTS, "숫자가 아닌 금액", "an amount that is no number"),
    kind("huge", Do::Spoil(Spoil::Huge), ANSWERS_AND_AGENT, "2 MiB짜리 글", "a text of 2 MiB"),
    kind("notJson", Do::Spoil(Spoil::NotJson), ANSWERS_AND_AGENT, "잘린 JSON 문자열", "a text, cut off in the middle"),
    kind(
        "asText",
        Do::Spoil(Spoil::AsText),
        ANSWERS_AND_AGENT,
        "응답 전체를 JSON 문자열로",
        "the whole answer as a JSON text",
    ),
    kind(
        "markup",
        Do::Spoil(Spoil::Markup),
        ANSWERS_AND_AGENT,
        "글에 HTML과 스크립트",
        "HTML and script in every text",
    ),
    kind("onlyStatus", Do::Spoil(Spoil::OnlyStatus), ANSWERS, "status만 200", "only status says 200"),
    kind("onlyErrorCode", Do::Spoil(Spoil::OnlyErrorCode), ANSWERS, "errorCode만 200", "only errorCode says 200"),
    kind("set", Do::Spoil(Spoil::Set), ANSWERS_AND_AGENT, "필드 하나를 마음대로", "one field as you like"),
    kind("early", Do::Act(Act::Early), ANSWERS, "묻기 전에 응답", "answers as soon as it is loaded, unasked"),
    kind(
        "parting",
        Do::Act(Act::Parting),
        ANSWERS,
        "화면이 사라질 때 응답",
        "answers in the moment its frame is removed",
    ),
    kind(
        "cyclic",
        Do::Act(Act::Cyclic),
        ANSWERS,
        "자기를 담은 응답(JSON 불가)",
        "an answer that contains itself: no JSON",
    ),
    kind(
        "navigate",
        Do::Act(Act::Navigate),
        ANSWERS_AND_LOAD,
        "다른 주소로 이동",
        "sends its frame to another address",
    ),
    kind("popup", Do::Act(Act::Popup), LOAD, "누를 때 새 창", "opens a window at every touch"),
    kind("dialog", Do::Act(Act::Dialog), LOAD, "alert와 confirm 창", "alert, confirm and prompt"),
    kind(
        "takeOver",
        Do::Act(Act::TakeOver),
        LOAD,
        "누를 때 전체 창을 이동",
        "sends the whole window away at every touch",
    ),
];

impl Do {
    fn line(self) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.what == self)
    }

    pub(crate) fn name(self) -> &'static str {
        self.line().map_or("", |kind| kind.name)
    }

    pub(crate) fn words(self) -> Words {
        self.line().map_or_else(|| Words::new("", ""), |kind| Words::new(kind.ko, kind.en))
    }

    pub(crate) fn fits(self, on: On) -> bool {
        self.line().is_some_and(|kind| kind.on.contains(&on))
    }

    /// Which sort it is, for those who choose.
    pub(crate) const fn group(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Fail(_) => "fail",
            Self::Spoil(_) => "spoil",
            Self::Act(_) => "act",
        }
    }

    /// Whether the page does it by itself as soon as it is there.
    pub(crate) const fn strikes_the_page(self) -> bool {
        matches!(self, Self::Act(Act::Early | Act::Popup | Act::Dialog | Act::TakeOver))
    }
}

impl Serialize for Do {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Do {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let kind = KINDS.iter().find(|kind| kind.name == name);
        kind.map(|kind| kind.what).ok_or_else(|| {
            let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            D::Error::custom(format!("do {name:?}: one of {}", names.join(", ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_in_the_table_once_and_in_the_readme() {
        let readme = include_str!("../../README.md");
        for (at, kind) in KINDS.iter().enumerate() {
            assert_eq!(KINDS.iter().position(|other| other.what == kind.what), Some(at), "{}", kind.name);
            assert_eq!(KINDS.iter().position(|other| other.name == kind.name), Some(at), "{}", kind.name);
            assert!(readme.contains(&format!("`{}`", kind.name)), "{} isn't in the README", kind.name);
        }
    }
}
