//! What is kept and shown of what comes from outside: never a whole card number, no half character, nothing too long.
#![allow(clippy::unwrap_used)]

use checkout::{
    answer::{self, LONGEST, ServiceOutcome},
    card::MaskedCard,
    ids::{ApprovalNumber, StoreId, TransactionId},
    money::Won,
    protocol::Auth,
    service::Service,
};

#[test]
fn of_a_card_number_at_most_six_and_four_digits_are_seen() {
    for (number, seen) in [
        ("4012888888881881", "401288******1881"),
        ("4012-8888 8888-1881", "4012-88** ****-1881"),
        ("401288******1881", "401288******1881"),
        ("1234567890123", "123456***0123"),
        ("123456789012", "********9012"),
        ("1234 5678-9012", "**** ****-9012"),
        ("1234", "1234"),
        ("4012\u{7}88\n8888881881", "401288******1881"),
        ("40128888abcd1881", "401288******1881"),
        ("４０１２８８８８", "********"),
        ("", ""),
    ] {
        assert_eq!(MaskedCard::of(number).as_str(), seen, "{number:?}");
    }
    let long = MaskedCard::of(&"4".repeat(500));
    assert_eq!(long.as_str().chars().count(), 120);
    assert_eq!(long.as_str().chars().filter(|c| *c == '4').count(), 10);
}

#[test]
fn the_number_that_is_read_aloud_is_the_end_of_the_transaction_id() {
    let id = TransactionId::new("0192f0c4a7b87d3e8f1a2b3c4d5e6f70").unwrap();
    assert_eq!(id.reference(), "E6F-70");
}

#[test]
fn a_name_from_the_agent_has_no_control_characters() {
    assert!(StoreId::new("store 1 · 서울").is_ok());
    assert!(StoreId::new("store\n1").is_err());
    assert!(ApprovalNumber::new("3000\u{0}1234").is_err());
}

/// A text that a module cut in the middle of a character, as it stands in the journal.
#[test]
fn half_a_character_is_a_mark_and_nothing_else_is_changed() {
    let said = |escaped: &str| {
        let text = format!(r#"{{"status":"400","result":"{escaped}","data":{{"errorCode":100050001}}}}"#);
        answer::read(&text).map(|answer| answer.evidence.result)
    };
    for (escaped, kept) in [
        (r"취소 \ud83d", "취소 \u{fffd}"),
        (r"\ude00 취소", "\u{fffd} 취소"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
        (r"\ud83d\u0041\ude00", "\u{fffd}A\u{fffd}"),
        // A backslash takes what follows it along: this is no escape, whatever stands after it.
        (r"\\ud83d \ud83d", "\\ud83d \u{fffd}"),
        (r"\\\ud83d", "\\\u{fffd}"),
        (r"\n\\\\ud83d\ud83d", "\\\\ud83d\u{fffd}"),
        (r#"\"\ud83d\""#, "\"\u{fffd}\""),
    ] {
        assert_eq!(said(escaped).as_deref(), Some(kept), "{escaped}");
    }
    assert_eq!(said(r"\가\ud83d"), None, "no JSON, with or without the mark");
}

/// A phone number may stand where a code or a time should.
#[test]
fn what_may_be_somebodys_number_is_kept_nowhere() {
    let kept = |code: &str, timestamp: &str| {
        let text = format!(r#"{{"status":"400","timestamp":"{timestamp}","data":{{"errorCode":"{code}"}}}}"#);
        let evidence = answer::read(&text).unwrap().evidence;
        (evidence.code.as_str().to_owned(), evidence.timestamp)
    };
    assert_eq!(kept("100050001", "1728025307"), ("100050001".into(), "1728025307".into()));
    assert_eq!(kept("0101234567", "17280253071"), ("***".into(), "***".into()));
    assert_eq!(kept("E77", "1728025307abc"), ("E77".into(), "***abc".into()));
    assert_eq!(kept("01012345678", "1012345678"), ("***".into(), "***".into()));
}

#[test]
fn who_we_are_to_prbiti_is_printed_nowhere() {
    let auth = Auth { application_key: "key".into(), passwd: "secret".into(), terminal_id: "T-1".into() };
    assert_eq!(format!("{auth:?}"), "Auth(***)");
}

#[test]
fn an_amount_is_digits_and_nothing_else() {
    let id = TransactionId::new("0192f0c4a7b87d3e8f1a2b3c4d5e6f70").unwrap();
    let held = |amount: &str| {
        let text = format!(
            r#"{{"status":"200","data":{{"errorCode":200,"supportMode":"POINT_REDEEM","transactionID":"{id}","pointRedeem":{amount}}}}}"#
        );
        answer::read(&text).unwrap().judge_connection(&id, Service::PointRedeem, Won::new(1000))
    };
    for amount in ["5", r#""5""#, r#""005""#] {
        assert_eq!(held(amount), ServiceOutcome::Held { amount: Won::new(5) }, "{amount}");
    }
    for amount in [r#""+5""#, r#""-5""#, "-5", r#""""#, r#""5 ""#, r#""5.0""#, "5.5", "true", "null", "1001"] {
        assert!(matches!(held(amount), ServiceOutcome::Unknown { .. }), "{amount}: {:?}", held(amount));
    }
}

#[test]
fn an_answer_may_be_so_long_and_no_longer() {
    let of = |length: usize| {
        let text = r#"{"status":"200","data":{"errorCode":200}}"#;
        text.to_owned() + &" ".repeat(length - text.len())
    };
    assert!(answer::read(&of(LONGEST)).is_some());
    assert!(answer::read(&of(LONGEST + 1)).is_none());
}

#[test]
fn what_is_no_text_and_no_number_is_no_answer() {
    for status in ["true", "null", "[]", "{}"] {
        let text = format!(r#"{{"status":{status},"data":{{"errorCode":200}}}}"#);
        assert_eq!(answer::read(&text), None, "{status}");
        let text = format!(r#"{{"status":"200","result":{status},"data":{{"errorCode":200}}}}"#);
        assert_eq!(answer::read(&text).unwrap().evidence.result, "", "{status}");
    }
}
