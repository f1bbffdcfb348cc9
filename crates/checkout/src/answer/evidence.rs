//! What is kept of an answer: enough for an enquiry at Prbiti, bounded, and nobody's numbers.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::scalar;
use crate::codes::Code;

/// Longest text of the module's that is kept, in characters.
const LONGEST_KEPT: usize = 200;
/// As many digits in a row, however grouped, may be somebody's: a phone, a card, a coupon, a date of birth.
const SHORTEST_PERSONAL: usize = 8;

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

impl Evidence {
    /// Of an answer and its `data`; none when it is no answer.
    pub(super) fn of(message: &Map<String, Value>, data: &Map<String, Value>) -> Option<Evidence> {
        let text_of = |value: Option<&Value>| value.and_then(scalar).unwrap_or_default();
        Some(Evidence {
            status: kept(&scalar(message.get("status")?)?),
            result: kept(&text_of(message.get("result"))),
            timestamp: timestamp(&text_of(message.get("timestamp"))),
            code: Code::new(&code_of(&scalar(data.get("errorCode")?)?)),
            message: kept(&text_of(data.get("errorMsg"))),
        })
    }
}

/// A code is kept verbatim, unless it is as long as what may be somebody's.
fn code_of(text: &str) -> String {
    let is_code = text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    if is_code { text.to_owned() } else { kept(text) }
}

/// A text of the module's as it may be kept: bounded, on one line, nothing in it that may be somebody's.
fn kept(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    // One or two marks of any kind group the digits of one number. The line's end closes the last run.
    let mut marks = 0;
    for c in text.chars().filter(|c| !c.is_control()).take(LONGEST_KEPT).chain(['\n']) {
        marks = if c.is_numeric() { 0 } else { marks + 1 };
        if c.is_numeric() || !run.is_empty() && !c.is_alphabetic() && marks <= 2 && c != '\n' {
            run.push(c);
            continue;
        }
        let personal = run.chars().filter(|c| c.is_numeric()).count() >= SHORTEST_PERSONAL;
        let (number, after) = run.split_at(run.trim_end_matches(|c: char| !c.is_numeric()).len());
        out.push_str(if personal { "***" } else { number });
        out.push_str(after);
        run.clear();
        out.extend((c != '\n').then_some(c));
    }
    out
}

/// UNIX time, in seconds or ms. Anything else is a text like others.
fn timestamp(text: &str) -> String {
    // Not before 2017, not after 2050: a phone number without its 0 is below.
    let seconds = text.get(..10).and_then(|seconds| seconds.parse::<u32>().ok());
    let digits = matches!(text.len(), 10 | 13) && text.bytes().all(|b| b.is_ascii_digit());
    let is_time = digits && seconds.is_some_and(|seconds| (1_500_000_000..2_550_000_000).contains(&seconds));
    if is_time { text.to_owned() } else { kept(text) }
}

/// A text of the module's in a sentence.
pub(super) fn brief(text: &str) -> String {
    kept(text).chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{super::read, *};

    #[test]
    fn what_is_kept_is_bounded_and_names_nobody() {
        let text = format!(
            r#"{{"status":"200","result":"회원 010-1234-5678\n 카드 9410 1234 5678 9012, {}","timestamp":"01012345678",
                "data":{{"errorCode":"E77","errorMsg":"{{\"phone\":\"+82.10.1234.5678\"}} 3,500원 2024.11.7"}}}}"#,
            "가".repeat(1000)
        );
        let evidence = read(&text).unwrap().evidence;
        assert!(evidence.result.chars().count() <= LONGEST_KEPT);
        assert!(evidence.result.starts_with("회원 *** 카드 ***, 가"), "{}", evidence.result);
        assert_eq!(evidence.timestamp, "***");
        assert_eq!(evidence.message, r#"{"phone":"+***"} 3,500원 2024.11.7"#);
        assert_eq!(evidence.code.as_str(), "E77");
    }

    #[test]
    fn a_number_is_somebodys_however_it_is_grouped() {
        for number in [
            "010–1234–5678",
            "010/1234/5678",
            "010_1234_5678",
            "010·1234·5678",
            "010\u{a0}1234\u{200b}5678",
            "(010) 1234-5678",
        ] {
            assert!(!kept(&format!("회원 {number} 님")).contains("1234"), "{number}");
        }
        let answer =
            |code: &str| read(&format!(r#"{{"status":"400","timestamp":1012345678,"data":{{"errorCode":{code}}}}}"#));
        let evidence = answer(r#""010-1234-5678""#).unwrap().evidence;
        assert_eq!((evidence.code.as_str(), evidence.timestamp.as_str()), ("***", "***"));
        assert_eq!(answer("987654321").unwrap().evidence.code.as_str(), "987654321");
    }

    #[test]
    fn the_time_of_an_answer_is_kept_whole() {
        for time in ["1728025307", "1728025307123"] {
            let text = format!(r#"{{"status":"200","timestamp":{time},"data":{{"errorCode":200}}}}"#);
            assert_eq!(read(&text).unwrap().evidence.timestamp, time);
        }
    }
}
