//! A search among all transactions, on a real disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use till::journal::{Damaged, Day, Facets, FoundBy, Journal, NewRow, Row, Summary, Text, Wanted};

fn row(id: &str, seq: u32) -> NewRow {
    NewRow {
        transaction_id: id.to_owned(),
        seq,
        at_ms: 1_790_035_200_000,
        boot_ms: 5_000,
        boot_id: "boot-one".to_owned(),
        kind: "step".to_owned(),
        body: "{}".to_owned(),
    }
}

/// The name of a transaction, whose reference is ABC-01 and on.
fn id(number: u32) -> String {
    format!("{number:027}{:05x}", 0xab_c00 + number)
}

/// A closed transaction of a day's first minute and on, paid by card.
fn sold(number: u32) -> Summary {
    Summary {
        transaction_id: id(number),
        order_id: format!("order {number}"),
        opened_ms: 1_790_035_200_000 + i64::from(number) * 60_000,
        open: false,
        with_staff: false,
        state: "settled".to_owned(),
        total_won: 3_000,
        card_won: 3_000,
        approval_number: Some(format!("30{number:06}")),
        order_number: Some(format!("A{number}")),
        business_day: Some("2026-09-22".to_owned()),
        order_seq: Some(number),
        deadline_ms: None,
        handed_over: true,
        live_attempt: false,
        found_by: Some(FoundBy { last_four: Some(format!("{:04}", 7_000 + number)), ..FoundBy::default() }),
        booked: None,
    }
}

async fn searched(journal: &mut Journal, wanted: &Wanted) -> (Vec<String>, Option<i64>) {
    let page = journal.search(wanted).await.unwrap();
    let id = |chain: Result<Vec<Row>, Damaged>| chain.unwrap()[0].transaction_id.clone();
    (page.chains.into_iter().map(id).collect(), page.next)
}

async fn with_sold(these: &[Summary]) -> (TempDir, Journal) {
    let directory = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(&directory.path().join("journal.db")).await.unwrap();
    for summary in these {
        journal.commit(vec![row(&summary.transaction_id, 0)], vec![summary.clone()], Vec::new()).await.unwrap();
    }
    (directory, journal)
}

#[tokio::test]
async fn a_transaction_is_found_by_whatever_somebody_may_have_of_it() {
    let mixed = Summary {
        total_won: 9_900,
        card_won: 2_100,
        found_by: Some(FoundBy {
            coupon_won: 1_100,
            points_won: 2_200,
            gift_card_won: 4_500,
            ..sold(2).found_by.unwrap()
        }),
        ..sold(2)
    };
    // Neither its number nor an amount, and open.
    let open = Summary {
        open: true,
        state: "open".to_owned(),
        order_number: None,
        order_seq: None,
        business_day: None,
        approval_number: Some("30777777".to_owned()),
        total_won: 8_800,
        card_won: 700,
        ..sold(3)
    };
    let all = [sold(1), mixed, open];
    let (_directory, mut journal) = with_sold(&all).await;
    let [one, mixed, open] = all.map(|summary| summary.transaction_id);
    for (text, wanted) in [
        ("", vec![&open, &mixed, &one]),
        ("  ", vec![&open, &mixed, &one]),
        (one.as_str(), vec![&one]),
        (&one.to_uppercase(), vec![&one]),
        (&open, vec![&open]),
        ("abc-01", vec![&one]),
        ("ABC02", vec![&mixed]),
        ("abc-03", vec![&open]),
        (" A1 ", vec![&one]),
        ("a2", vec![&mixed]),
        ("30000001", vec![&one]),
        ("30777777", vec![&open]),
        ("7001", vec![&one]),
        ("7003", vec![&open]),
        ("3,000", vec![&one]),
        ("3000원", vec![&one]),
        ("9,900", vec![&mixed]),
        ("2100", vec![&mixed]),
        ("1100", vec![&mixed]),
        ("2,200", vec![&mixed]),
        ("4500", vec![&mixed]),
        ("8800", vec![&open]),
        ("700", vec![&open]),
        ("0", vec![]),
        ("1", vec![]),
        ("7004", vec![]),
        ("A", vec![]),
        ("' OR 1 = 1 --", vec![]),
        ("%", vec![]),
    ] {
        let found = searched(&mut journal, &Wanted { text: Text::read(text), limit: 20, ..Wanted::default() }).await;
        assert_eq!(found, (wanted.into_iter().cloned().collect(), None), "{text:?}");
    }
    journal.close().await.unwrap();
}

#[tokio::test]
async fn four_digits_are_a_card_an_amount_and_an_order_number_and_each_is_found_once() {
    let by_number = Summary { order_number: Some("3000".to_owned()), ..sold(1) };
    let by_card = Summary {
        total_won: 1,
        card_won: 1,
        found_by: Some(FoundBy { last_four: Some("3000".to_owned()), ..FoundBy::default() }),
        ..sold(2)
    };
    let by_all = Summary {
        order_number: Some("3000".to_owned()),
        found_by: Some(FoundBy { last_four: Some("3000".to_owned()), coupon_won: 3_000, ..FoundBy::default() }),
        ..sold(4)
    };
    let all = [by_number, by_card, Summary { total_won: 2, card_won: 2, ..sold(3) }, by_all];
    let (_directory, mut journal) = with_sold(&all).await;
    let wanted = Wanted { text: Text::read("3000"), limit: 20, ..Wanted::default() };
    let found = searched(&mut journal, &wanted).await.0;
    assert_eq!(found, [3, 1, 0].map(|at: usize| all[at].transaction_id.clone()));
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_search_is_filtered_by_what_became_of_it_by_service_and_by_tender() {
    let found_by = |found_by| Some(found_by);
    let unnumbered = |summary: Summary, state: &str| Summary {
        state: state.to_owned(),
        order_number: None,
        business_day: None,
        order_seq: None,
        card_won: 0,
        found_by: Some(FoundBy::default()),
        ..summary
    };
    let all = [
        sold(1),
        Summary { found_by: found_by(FoundBy { coupon_won: 500, services: 1, ..FoundBy::default() }), ..sold(2) },
        Summary {
            state: "refunded".to_owned(),
            found_by: found_by(FoundBy { points_won: 500, services: 2, by_hand: true, ..FoundBy::default() }),
            ..sold(3)
        },
        unnumbered(sold(4), "released"),
        unnumbered(sold(5), "lapsed"),
        Summary { state: "lapsed".to_owned(), ..sold(6) },
        Summary { open: true, with_staff: true, state: "card_unknown".to_owned(), ..sold(7) },
        // What is damaged and closed waits for staff too.
        Summary { with_staff: true, state: "journal_impossible".to_owned(), ..sold(8) },
        Summary { open: true, state: "paid".to_owned(), ..sold(9) },
        Summary {
            state: "by_hand".to_owned(),
            card_won: 0,
            found_by: found_by(FoundBy { gift_card_won: 3_000, services: 12, by_hand: true, ..FoundBy::default() }),
            ..sold(10)
        },
        // Of an older program.
        Summary { found_by: None, ..sold(11) },
    ];
    let (_directory, mut journal) = with_sold(&all).await;
    for (name, facets, wanted) in [
        ("any", Facets::default(), (1..=11).rev().collect::<Vec<_>>()),
        ("with staff", Facets::WITH_STAFF, vec![8, 7]),
        ("open", Facets::OPEN, vec![9]),
        ("paid", Facets::PAID, vec![11, 6, 2, 1]),
        ("refunded", Facets::REFUNDED, vec![3]),
        ("unpaid", Facets::UNPAID, vec![5, 4]),
        ("by hand", Facets::BY_HAND, vec![10, 3]),
        ("a coupon", Facets::service(1), vec![2]),
        ("points", Facets::service(2), vec![3]),
        ("a gift card", Facets::service(4), vec![10]),
        ("points earned", Facets::service(8), vec![10]),
        ("by card", Facets::CARD, vec![11, 9, 8, 7, 6, 3, 2, 1]),
        ("by coupon", Facets::COUPON, vec![2]),
        ("by points", Facets::POINTS, vec![3]),
        ("by gift card", Facets::GIFT_CARD, vec![10]),
        ("by hand and refunded", Facets::BY_HAND.and(Facets::REFUNDED), vec![3]),
        ("by card, coupon and paid", Facets::CARD.and(Facets::COUPON).and(Facets::PAID), vec![2]),
        ("by coupon and refunded", Facets::COUPON.and(Facets::REFUNDED), vec![]),
    ] {
        for text in ["", "3,000"] {
            let wanted_ids: Vec<_> = wanted.iter().map(|number| id(*number)).collect();
            let wanted = Wanted { text: Text::read(text), facets, limit: 20, ..Wanted::default() };
            assert_eq!(searched(&mut journal, &wanted).await, (wanted_ids, None), "{name} {text}");
        }
    }
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_day_is_the_one_it_counts_for_or_began_on() {
    // A shop at +09:00 whose day begins at 05:00.
    let shift_ms = 4 * 60 * 60_000;
    let midnight = 1_790_035_200_000;
    let opened = |number, opened_ms, day: Option<&str>, open| Summary {
        opened_ms,
        open,
        order_number: day.map(|_| format!("A{number}")),
        order_seq: day.map(|_| number),
        business_day: day.map(str::to_owned),
        ..sold(number)
    };
    let all = [
        opened(1, midnight - shift_ms - 1, None, false),
        opened(2, midnight - shift_ms, None, false),
        // Begun before the day did, and paid in it.
        opened(3, midnight - shift_ms - 1, Some("2026-09-22"), false),
        opened(4, midnight, Some("2026-09-22"), true),
        opened(5, midnight - shift_ms + 86_399_999, None, true),
        opened(6, midnight - shift_ms + 86_400_000, None, true),
        opened(7, midnight, Some("2026-09-23"), false),
        opened(8, midnight - shift_ms + 86_399_999, None, false),
        opened(9, midnight - shift_ms + 86_400_000, None, false),
    ];
    let (_directory, mut journal) = with_sold(&all).await;
    for (day, text, wanted) in [
        ("2026-09-22", "", vec![8, 5, 4, 3, 2]),
        ("2026-09-22", "A3", vec![3]),
        ("2026-09-22", "7008", vec![8]),
        ("2026-09-22", "A7", vec![]),
        ("2026-09-23", "", vec![9, 7, 6]),
        ("2026-09-24", "", vec![]),
        ("yesterday", "", vec![]),
    ] {
        let day = Some(Day { business_day: day.to_owned(), shift_ms });
        let wanted_ids: Vec<_> = wanted.into_iter().map(id).collect();
        let wanted = Wanted { text: Text::read(text), day: day.clone(), limit: 20, ..Wanted::default() };
        assert_eq!(searched(&mut journal, &wanted).await.0, wanted_ids, "{day:?} {text}");
    }
    journal.close().await.unwrap();
}

#[tokio::test]
async fn pages_together_are_everything_once_and_the_newest_first() {
    // Runs of different facets, and open ones in between.
    let some = |number: u32| Summary {
        open: number.is_multiple_of(5),
        state: if number.is_multiple_of(3) { "refunded" } else { "settled" }.to_owned(),
        found_by: Some(FoundBy { by_hand: number.is_multiple_of(4), ..FoundBy::default() }),
        ..sold(number)
    };
    let all: Vec<_> = (1..=41).map(some).collect();
    let (_directory, mut journal) = with_sold(&all).await;
    for text in ["", "3000"] {
        let mut wanted = Wanted { text: Text::read(text), limit: 4, ..Wanted::default() };
        let (mut found, mut pages) = (Vec::new(), 0);
        loop {
            let (ids, next) = searched(&mut journal, &wanted).await;
            assert_eq!(ids.len(), if next.is_some() { 4 } else { 1 });
            found.extend(ids);
            pages += 1;
            wanted.before = next;
            if next.is_none() {
                break;
            }
        }
        let newest_first: Vec<_> = all.iter().rev().map(|summary| summary.transaction_id.clone()).collect();
        assert_eq!((found, pages), (newest_first, 11), "{text:?}");
    }
    journal.close().await.unwrap();
}

#[tokio::test]
async fn what_is_opened_again_and_closed_otherwise_is_found_as_it_is_now() {
    let (_directory, mut journal) = with_sold(&[sold(1)]).await;
    let id = id(1);
    let late = Summary { open: true, with_staff: true, state: "late_approval".to_owned(), ..sold(1) };
    let refunded = Summary { state: "refunded".to_owned(), ..sold(1) };
    for (seq, line, facets) in [(1, late, Facets::WITH_STAFF), (2, refunded, Facets::REFUNDED)] {
        journal.commit(vec![row(&id, seq)], vec![line], Vec::new()).await.unwrap();
        for (asked, found) in [(facets, vec![id.clone()]), (Facets::PAID, vec![])] {
            for text in ["", "A1", "3000"] {
                let wanted = Wanted { text: Text::read(text), facets: asked, limit: 20, ..Wanted::default() };
                assert_eq!(searched(&mut journal, &wanted).await.0, found, "{seq} {text}");
            }
        }
    }
    journal.close().await.unwrap();
}

#[tokio::test]
async fn one_that_is_damaged_hides_no_other_from_a_search() {
    let (directory, journal) = with_sold(&[sold(1), sold(2), sold(3)]).await;
    journal.close().await.unwrap();
    let path = directory.path().join("journal.db");
    let mut other = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    for sql in ["DROP TRIGGER entries_are_not_changed", "UPDATE entries SET at_ms = 7 WHERE number = 2"] {
        sqlx::query(sql).execute(&mut other).await.unwrap();
    }
    other.close().await.unwrap();
    let mut journal = Journal::open(&path).await.unwrap();
    let page = journal.search(&Wanted { limit: 20, ..Wanted::default() }).await.unwrap();
    let [three, two, one] = page.chains.try_into().unwrap();
    assert!(three.is_ok() && one.is_ok());
    assert_eq!(two.unwrap_err().transaction_id, id(2));
    journal.close().await.unwrap();
}
