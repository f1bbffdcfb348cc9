//! The table of error codes, whole, against the protocol's close reading (§5), said a second time; and the page that is
//! made of it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{fmt::Write as _, path::PathBuf};

use checkout::{
    codes::{Class, Code, ERROR_CODES, MEANINGS, ToConnection},
    service::Service,
    settlement::{ANSWERS, Heard, Lead},
};

#[test]
fn every_code_of_the_guide_stands_in_it_once() {
    assert!(ERROR_CODES.is_sorted_by(|a, b| a.number < b.number));
    // By the guide's groups, with the count of each.
    for (first, count) in [
        (100_010_001, 26),
        (100_020_001, 5),
        (100_030_001, 1),
        (100_040_001, 3),
        (100_050_001, 2),
        (200_010_001, 4),
        (200_020_001, 1),
        (300_010_001, 4),
        (300_020_001, 12),
        (300_030_001, 11),
    ] {
        let group: Vec<u32> = ERROR_CODES.iter().map(|code| code.number).filter(|n| n / 1000 == first / 1000).collect();
        assert_eq!(group, (first..first + count).collect::<Vec<u32>>());
    }
    assert!(ERROR_CODES.iter().all(|code| !code.developer.is_empty() && !code.merchant.is_empty()));
}

/// The first table of §5, by its numbers.
fn meant(number: u32) -> ToConnection {
    match number {
        100_050_001 | 100_050_002 => ToConnection::ByCustomer,
        100_030_001 | 300_020_001..=300_020_003 | 300_020_006 | 300_020_007 | 300_020_009 => ToConnection::NotNow,
        100_040_001..=100_040_003 => ToConnection::NotOffered,
        100_010_001..=100_010_026 | 100_020_001..=100_020_005 => ToConnection::OurFault,
        300_010_001..=300_010_004 => ToConnection::Credentials,
        _ => ToConnection::Unknown,
    }
}

/// The rows of its second table, by their numbers.
fn heard(number: u32) -> Heard {
    match number {
        100_010_003 => Heard::TransactionRefused,
        100_010_001..=100_010_026
        | 100_020_001..=100_020_005
        | 100_040_001..=100_040_003
        | 300_010_001..=300_010_004 => Heard::Refused,
        _ => Heard::Nothing,
    }
}

#[test]
fn every_code_means_what_the_protocol_says() {
    let others = [1, 199, 201, 400, 100_010_000, 100_010_027, 100_060_001, 300_020_013, 999_999_999];
    for number in ERROR_CODES.iter().map(|code| code.number).chain(others) {
        let meaning = Code::new(&number.to_string()).class().meaning();
        assert_eq!((meaning.connection, meaning.message), (meant(number), heard(number)), "{number}");
    }
}

#[test]
fn every_class_stands_in_the_table_once() {
    let mut classes: Vec<Class> = MEANINGS.iter().map(|meaning| meaning.class).collect();
    for code in &ERROR_CODES {
        assert_eq!(classes.iter().filter(|class| **class == code.class).count(), 1, "{code:?}");
    }
    classes.retain(|class| !ERROR_CODES.iter().any(|code| code.class == *class));
    assert_eq!(classes, [], "a class that no code has");
}

#[test]
fn both_spellings_of_the_first_page_are_one_code() {
    let short: Vec<String> = ERROR_CODES.iter().filter_map(|code| code.short_spelling()).collect();
    assert_eq!(short.len(), 18);
    for text in short {
        assert_eq!(Code::new(&text).as_str(), format!("1{text}"));
        assert!(Code::new(&text).known().is_some());
    }
    // No other page lost anything.
    assert_eq!(Code::new("00030001").as_str(), "00030001");
}

#[test]
fn a_code_that_no_guide_knows_is_kept_as_it_came() {
    for text in ["100060001", "E77", "-1", "4.5", "오류", "+100050001", "0100050001"] {
        assert_eq!(Code::new(text).as_str(), text);
        assert_eq!(Code::new(text).class(), Class::MayHaveHappened);
    }
    assert_eq!(Code::new(&"9".repeat(500)).as_str().len(), 32, "bounded");
}

/// The Korean words of the page under `key`, such as `note.notNow.COUPON`.
fn korean(key: &str) -> String {
    let source = std::fs::read_to_string(root().join("ui/src/text/ko.ts")).unwrap();
    let mut lines = source.lines().peekable();
    let mut depth = 0;
    for name in key.split('.') {
        depth += 2;
        let head = format!("{}{name}:", " ".repeat(depth));
        let line = lines.find(|line| line.starts_with(&head)).unwrap_or_else(|| panic!("no {key} in the page's texts"));
        // The next one must still be within this one.
        if let Some((_, text)) = line.split_once(": '") {
            return text.trim_end_matches(',').trim_end_matches('\'').replace("\\n", " ");
        }
    }
    panic!("{key} is no sentence")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::BadField => "bad field",
        Class::BadTransaction => "bad transaction",
        Class::NothingReceived => "nothing received",
        Class::NotOffered => "not offered",
        Class::ByCustomer => "by the customer",
        Class::Credentials => "credentials",
        Class::LookUpFailed => "look-up failed",
        Class::MayHaveHappened => "may have happened",
    }
}

fn to_connection(meaning: ToConnection) -> &'static str {
    match meaning {
        ToConnection::ByCustomer => "declined: the customer didn't want it",
        ToConnection::NotNow => "declined: it doesn't work just now",
        ToConnection::NotOffered => "declined; the service is hidden until the next start, staff are told",
        ToConnection::OurFault => "declined; staff are told the field",
        ToConnection::Credentials => "declined; all services are off until the next start, staff are told",
        ToConnection::Unknown => "**unknown**: priced as not used, settled with N",
    }
}

fn led(lead: Lead) -> &'static str {
    match lead {
        Lead::Through => "through",
        Lead::RepeatThenStaff(_) => "again, then staff",
        Lead::RepeatThenLapse => "again, then lapsed",
        Lead::Repeat => "again",
        Lead::WaitThenLapse => "wait, then lapsed",
        Lead::Lapse => "lapsed",
        Lead::Staff(_) => "staff",
    }
}

fn page() -> String {
    let mut page = String::from(
        "# Prbiti's error codes\n\n\
         Guide 2.3, and what this kiosk makes of each code. Made from the table in `crates/checkout/src/codes.rs` by\n\
         `UPDATE_DOCS=1 cargo test -p checkout --test codes`; a test holds that both are the same, and another one\n\
         (`crates/checkout/tests/stories/codes.rs`) sends every code as an answer to every message.\n\n\
         What a code means depends on the message that it answers. A code that isn't in the guide is kept as it came and\n\
         means *may have happened*. 100010001 to 100010018 are also read without their leading 1, as the guide's first page\n\
         prints them.\n\n\
         ## By class\n\n\
         | class | to `connection` | to a `confirm` that settles | without a Y | that releases | to `cancel` |\n\
         |---|---|---|---|---|---|\n",
    );
    for meaning in &MEANINGS {
        let (_, leads) = ANSWERS.iter().find(|(heard, _)| *heard == meaning.message).unwrap();
        let leads: Vec<&str> = leads.iter().map(|(_, lead)| led(*lead)).collect();
        let (class, connection) = (class_name(meaning.class), to_connection(meaning.connection));
        writeln!(page, "| {class} | {connection} | {} |", leads.join(" | ")).unwrap();
    }
    page.push_str(
        "\n*Again*: the same text, with growing pauses, until the holds' 30 minutes are over (a `cancel`: for ever). *Lapsed*:\n\
         Prbiti has given everything back by itself, and nobody was to get anything.\n\n\
         ## What people read\n\n\
         The customer, when a service is answered with it (here for points; each service has its own words, in four\n\
         languages), and staff, on their list:\n\n\
         | class | customer | staff |\n|---|---|---|\n",
    );
    for meaning in &MEANINGS {
        let customer =
            korean(&format!("{}.{}", meaning.connection.customer_reads().key(), Service::PointRedeem.support_mode()));
        let class = serde_json::to_value(meaning.class).unwrap();
        // What a customer doesn't want is nothing that staff must hear of.
        let staff = if meaning.class == Class::ByCustomer {
            "–".to_owned()
        } else {
            korean(&format!("staff.said.{}", class.as_str().unwrap())).replace("{{field}}", "*field*")
        };
        writeln!(page, "| {} | {customer} | {staff} |", class_name(meaning.class)).unwrap();
    }
    page.push_str(
        "\nBeside a hold, *credentials* and *bad transaction* lead to a screen of their own: what is held can't be settled any\n\
         more, so the customer begins the benefits anew or goes on without them.\n\n\
         ## By number\n\n| code | class | field | 오류 메시지 | 가맹점 오류 메시지 |\n|---|---|---|---|---|\n",
    );
    for code in &ERROR_CODES {
        let short = code.short_spelling().map(|short| format!(" ({short})")).unwrap_or_default();
        let field = code.field.map(|field| format!("`{field}`")).unwrap_or_default();
        let (number, class) = (code.number, class_name(code.class));
        writeln!(page, "| {number}{short} | {class} | {field} | {} | {} |", code.developer, code.merchant).unwrap();
    }
    page
}

/// `UPDATE_DOCS=1` writes it.
#[test]
fn the_page_of_codes_says_what_the_table_says() {
    let path = root().join("docs/error-codes.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == kept, "run: UPDATE_DOCS=1 cargo test -p checkout --test codes");
}
