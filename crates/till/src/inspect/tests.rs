//! Journals that the kiosk's own code wrote, whole and damaged, as those see them who look into them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use checkout::{
    answer::{self, Declined, MessageOutcome, ServiceOutcome, WhyUnknown},
    card::{Approval, MaskedCard},
    catalog::{Names, Tax},
    close::{Candidate, Day, DayClose},
    deed::{Deed, Did},
    entry::{Closed, Entry, Record, StaffReason},
    ids::{ApprovalNumber, AttemptId, ItemId, OrderId, RefundId, StoreId, TransactionId},
    money::Won,
    order::{Line, Order},
    protocol::{self, AutoClose, Question, Request},
    service::Service,
    settlement,
    staff::{Action, Person, Role},
    time::Now,
    transaction::{ServiceState, Transaction},
    view::{Receipt, Way},
};
use tempfile::TempDir;

use super::*;
use crate::{
    journal::{Copy, CopyError, FoundBy, Journal, damage::tell},
    record,
};

const OPENED_MS: i64 = 1_790_000_000_000;
const SEOUL: Zone = Zone { utc_offset_min: 540 };
const DAY: &str = "2026-09-21";

#[tokio::test]
async fn a_whole_journal_has_no_problem_and_its_last_line_says_so() {
    let shop = Shop::closed().await;
    let (said, verdict) = shop.verify().await;
    assert_eq!(said, "journal: 3 transactions, 26 entries, 0 problems\n");
    assert_eq!(verdict, Verdict { transactions: 3, entries: 26, problems: 0 });
}

#[tokio::test]
async fn what_stands_only_in_the_log_is_read_too() {
    let mut shop = Shop::open().await;
    let copy = shop.copied();
    assert!(fs::metadata(wal(&copy.path)).unwrap().len() > 0);
    let (said, _) = copy.verify().await;
    assert_eq!(said, "journal: 3 transactions, 26 entries, 0 problems\n");
    // Without its log the copy is no journal yet, or an older one; never one with problems.
    fs::remove_file(wal(&copy.path)).unwrap();
    match Copy::of(&copy.path).await {
        Ok(without) => assert!(!without.has_wal),
        Err(error) => assert!(matches!(error, CopyError::NotAJournal { .. }), "{error}"),
    }
    shop.journal.take().unwrap().close().await.unwrap();
}

#[tokio::test]
async fn looking_changes_no_byte_and_leaves_nothing_behind() {
    let mut shop = Shop::open().await;
    let copy = shop.copied();
    shop.journal.take().unwrap().close().await.unwrap();
    let before = files(copy.folder.path());
    copy.verify().await;
    copy.list(&Filter::default()).await;
    copy.show("607-01").await;
    copy.export(Format::Csv, (None, None)).await;
    copy.export(Format::JsonLines, (None, None)).await;
    assert_eq!(files(copy.folder.path()), before);
    assert_eq!(before.len(), 2, "the journal and its log: {before:?}");
}

#[tokio::test]
async fn a_journal_that_a_kiosk_holds_is_refused() {
    let mut shop = Shop::open().await;
    let error = Copy::of(&shop.path).await.unwrap_err();
    assert!(matches!(error, CopyError::Held { .. }), "{error}");
    assert!(error.hint().contains("copy journal.db and journal.db-wal together"), "{}", error.hint());
    // By another name it is the same journal.
    let link = shop.folder.path().join("link.db");
    std::os::unix::fs::symlink(&shop.path, &link).unwrap();
    assert!(matches!(Copy::of(&link).await, Err(CopyError::Held { .. })));
    // And the kiosk goes on: nothing was taken from it.
    write(shop.journal.as_mut().unwrap(), "4", |_| {}).await;
    shop.journal.take().unwrap().close().await.unwrap();
    assert!(shop.verify().await.0.starts_with("journal: 4 transactions"));
}

#[tokio::test]
async fn what_is_no_journal_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let refused = async || Copy::of(&path).await.unwrap_err().to_string();
    assert!(refused().await.contains("can't be read"), "not there");
    fs::write(&path, "").unwrap();
    assert!(refused().await.contains("it is empty"));
    fs::write(&path, "not a journal\n".repeat(500)).unwrap();
    assert!(refused().await.contains("no SQLite file"));
    fs::remove_file(&path).unwrap();
    tell(&path, &["CREATE TABLE cats (name TEXT)"]).await;
    assert!(refused().await.contains("a database of something else"));
    let folder_itself = Copy::of(folder.path()).await.unwrap_err();
    assert!(matches!(folder_itself, CopyError::NotReadable { .. }), "{folder_itself}");
}

#[tokio::test]
async fn a_journal_of_a_newer_program_is_refused_only_when_it_must_be() {
    for (oldest_usable, readable) in [("0.0.9", true), ("99.0.0", false)] {
        let shop = Shop::closed().await;
        let newer = format!("INSERT INTO compatibility VALUES (9, '{oldest_usable}')");
        let column = "ALTER TABLE transactions ADD COLUMN mood TEXT";
        tell(&shop.path, &[&newer, column]).await;
        match Copy::of(&shop.path).await {
            Ok(_) => {
                assert!(readable);
                assert!(shop.verify().await.0.ends_with(" 0 problems\n"));
            }
            Err(error) => {
                assert!(!readable && matches!(error, CopyError::TooNew { .. }), "{error}");
                assert!(error.to_string().contains("99.0.0"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_journal_of_the_first_migration_is_read_as_it_is() {
    let shop = Shop::closed().await;
    tell(
        &shop.path,
        &[
            "DROP INDEX closed_by_facets",
            "DROP INDEX closed_by_order_number",
            "DROP INDEX closed_by_last_four",
            "DROP INDEX closed_by_total",
            "DROP INDEX closed_by_card",
            "DROP INDEX closed_by_coupon",
            "DROP INDEX closed_by_points",
            "DROP INDEX closed_by_gift_card",
            "ALTER TABLE transactions DROP COLUMN facets",
            "ALTER TABLE transactions DROP COLUMN last_four",
            "ALTER TABLE transactions DROP COLUMN coupon_won",
            "ALTER TABLE transactions DROP COLUMN points_won",
            "ALTER TABLE transactions DROP COLUMN gift_card_won",
            "ALTER TABLE transactions DROP COLUMN services",
            "ALTER TABLE transactions DROP COLUMN by_hand",
            "DROP INDEX one_live_attempt",
            "ALTER TABLE transactions DROP COLUMN live_attempt",
            "DROP TABLE deeds",
            "DROP TRIGGER what_is_closed_stays_closed",
            "DROP INDEX unclosed_sales",
            "DROP INDEX unclosed_refunds",
            "DROP INDEX unbooked",
            "ALTER TABLE transactions DROP COLUMN sold_ms",
            "ALTER TABLE transactions DROP COLUMN refunded_ms",
            "ALTER TABLE transactions DROP COLUMN booked",
            "ALTER TABLE transactions DROP COLUMN sale_close",
            "ALTER TABLE transactions DROP COLUMN refund_close",
            "DELETE FROM compatibility WHERE migration IN (2, 4, 5)",
        ],
    )
    .await;
    assert!(shop.verify().await.0.ends_with(" 0 problems\n"));
}

#[tokio::test]
async fn what_an_older_program_wrote_lacks_what_only_a_search_wants_and_is_whole() {
    let shop = Shop::closed().await;
    let unsaid = "UPDATE transactions SET last_four = NULL, coupon_won = 0, points_won = 0, gift_card_won = 0,
        services = NULL, by_hand = 0, sold_ms = NULL, refunded_ms = NULL, booked = NULL";
    tell(&shop.path, &[unsaid]).await;
    assert!(shop.verify().await.0.ends_with(" 0 problems\n"));
}

#[tokio::test]
async fn a_truncated_journal_cannot_be_read_and_says_so() {
    let shop = Shop::closed().await;
    let length = fs::metadata(&shop.path).unwrap().len();
    fs::File::options().write(true).open(&shop.path).unwrap().set_len(length / 2).unwrap();
    let error = Copy::of(&shop.path).await.unwrap_err();
    assert!(matches!(error, CopyError::Broken { .. }), "{error}");
    assert!(error.to_string().contains("malformed"), "{error}");
}

#[tokio::test]
async fn a_page_that_is_destroyed_is_a_problem_of_the_file() {
    let shop = Shop::closed().await;
    let mut bytes = fs::read(&shop.path).unwrap();
    // The last page is one of the entries' or of an index, and no longer any.
    let last = bytes.len() - 4096;
    bytes[last..last + 100].fill(0xff);
    fs::write(&shop.path, bytes).unwrap();
    let (said, verdict) = shop.verify().await;
    assert!(said.contains("the file: "), "{said}");
    assert!(verdict.problems > 0 && said.lines().last().unwrap().starts_with("journal: "), "{said}");
}

#[tokio::test]
async fn a_flipped_bit_in_a_body_is_found_by_its_entry() {
    let shop = Shop::closed().await;
    let mut bytes = fs::read(&shop.path).unwrap();
    let body = br#""approvalNumber":"30000601""#;
    // Where the file keeps an older copy of a page, that one too.
    let places: Vec<usize> = (0..bytes.len() - body.len()).filter(|at| bytes[*at..].starts_with(body)).collect();
    for at in places {
        bytes[at + body.len() - 2] ^= 1;
    }
    fs::write(&shop.path, bytes).unwrap();
    let (said, verdict) = shop.verify().await;
    let problem = format!("transaction {}, entry 5: its checksum is wrong. To do: trust only", id("01"));
    assert!(said.starts_with(&problem), "{said}");
    assert_eq!(verdict.problems, 1, "{said}");
    assert_eq!(verdict.entries, 26, "those after it are there all the same");
}

#[tokio::test]
async fn an_entry_that_was_removed_is_found_by_its_place() {
    for (seq, found) in [(3, "entry 3: the one expected here is missing"), (15, "entry 15: the summary knows of")] {
        let shop = Shop::closed().await;
        let delete = format!("DELETE FROM entries WHERE number = 1 AND seq = {seq}");
        tell(&shop.path, &["DROP TRIGGER entries_are_not_removed", &delete]).await;
        let (said, verdict) = shop.verify().await;
        assert!(said.starts_with(&format!("transaction {}, {found}", id("01"))), "{said}");
        assert_eq!((verdict.problems, verdict.entries), (1, 25), "{said}");
    }
}

#[tokio::test]
async fn a_transaction_that_was_removed_leaves_entries_that_are_found() {
    for (number, entries) in [(2, 2), (3, 8)] {
        let shop = Shop::closed().await;
        tell(&shop.path, &[&format!("DELETE FROM transactions WHERE number = {number}")]).await;
        let (said, verdict) = shop.verify().await;
        let problem = format!("transaction number {number} ({entries} entries): its summary can't be read: it isn't");
        assert!(said.starts_with(&problem), "{said}");
        assert_eq!(verdict, Verdict { transactions: 2, entries: 26, problems: 1 }, "{said}");
    }
}

#[tokio::test]
async fn what_the_tables_forbid_is_a_problem_of_the_file() {
    let shop = Shop::closed().await;
    // Read as yes, which is what the entries prove too.
    let two = "UPDATE transactions SET with_staff = 2 WHERE number = 3";
    tell(&shop.path, &["PRAGMA ignore_check_constraints = ON", two]).await;
    let (said, verdict) = shop.verify().await;
    assert!(said.starts_with("the file: CHECK constraint failed in transactions"), "{said}");
    assert_eq!(verdict.problems, 1, "{said}");
}

#[tokio::test]
async fn a_change_of_any_column_of_a_summary_is_found_by_its_name() {
    for (column, value) in [
        ("order_id", "'another'"),
        ("opened_ms", "1"),
        ("open", "1"),
        ("with_staff", "1"),
        ("state", "'lapsed'"),
        ("total_won", "1"),
        ("card_won", "1"),
        ("approval_number", "'1'"),
        ("order_number", "'B1'"),
        ("business_day", "'2026-09-22'"),
        ("order_seq", "77"),
        ("deadline_ms", "NULL"),
        ("handed_over", "0"),
        ("live_attempt", "0"),
        ("last_four", "'1234'"),
        ("coupon_won", "coupon_won + 1"),
        ("points_won", "points_won + 1"),
        ("gift_card_won", "gift_card_won + 1"),
        ("services", "15 - services"),
        ("by_hand", "1"),
    ] {
        let shop = Shop::closed().await;
        tell(&shop.path, &[&format!("UPDATE transactions SET {column} = {value} WHERE number = 1")]).await;
        let (said, verdict) = shop.verify().await;
        let problem = format!("transaction {}: its summary says {column} = ", id("01"));
        assert!(said.starts_with(&problem), "{said}");
        assert_eq!(verdict.problems, 1, "{said}");
    }
    // Its name is in every checksum, where it ends in every other.
    for (column, found) in [("transaction_id", "entry 0: its checksum is wrong"), ("head", "knows of another last")] {
        let shop = Shop::closed().await;
        let value = if column == "head" { "7".to_owned() } else { format!("'{}'", id("99")) };
        tell(&shop.path, &[&format!("UPDATE transactions SET {column} = {value} WHERE number = 1")]).await;
        assert!(shop.verify().await.0.contains(found), "{column}");
    }
}

#[tokio::test]
async fn the_line_of_a_transaction_has_what_a_search_wants() {
    let shop = Shop::closed().await;
    let mut journal = Journal::open(&shop.path).await.unwrap();
    let mut found_by = async |end: &str| journal.summary(id(end).as_str()).await.unwrap().unwrap().found_by.unwrap();
    let by_card_and_points =
        FoundBy { last_four: Some("7890".to_owned()), points_won: 2_000, services: 2, ..FoundBy::default() };
    assert_eq!(found_by("01").await, by_card_and_points);
    assert_eq!(found_by("02").await, FoundBy::default());
    journal.close().await.unwrap();

    let mut t = Transaction::new(id("04"), order("04"), at(0));
    t.services.coupon = ServiceState::Held(Won::new(1_000));
    t.services.point_redeem = ServiceState::Declined(Declined::ByCustomer);
    t.services.prepaid = ServiceState::Unknown(WhyUnknown::Watchdog);
    t.services.point_earn = ServiceState::Asked;
    t.acted = vec![Action::SettleAgain];
    let doubtful = FoundBy { coupon_won: 1_000, services: 1 + 4 + 8, by_hand: true, ..FoundBy::default() };
    assert_eq!(record::summary(&t).found_by, Some(doubtful));
    t.services.prepaid = ServiceState::Held(Won::new(500));
    t.services.point_earn = ServiceState::Opened;
    (t.acted, t.by_hand) = (Vec::new(), true);
    let held = FoundBy { coupon_won: 1_000, gift_card_won: 500, services: 1 + 4, by_hand: true, ..FoundBy::default() };
    assert_eq!(record::summary(&t).found_by, Some(held));
}

#[tokio::test]
async fn an_entry_that_cannot_follow_the_others_is_found_though_its_checksum_is_right() {
    let mut shop = Shop::open().await;
    let journal = shop.journal.as_mut().unwrap();
    let mut scribe = Scribe::new("9");
    scribe.enter(journal, Entry::Began { order: order("9") }).await;
    let line = record::summary(scribe.t.as_ref().unwrap());
    let handed_over = Record { transaction: scribe.id.clone(), seq: 1, at: at(1), entry: Entry::HandedOver };
    journal.commit(vec![record::row(&handed_over).unwrap()], vec![line.clone()], Vec::new()).await.unwrap();
    let mut unknown = record::row(&Record { seq: 2, ..handed_over }).unwrap();
    "from_the_future".clone_into(&mut unknown.kind);
    journal.commit(vec![unknown], vec![line], Vec::new()).await.unwrap();
    shop.journal.take().unwrap().close().await.unwrap();
    let (said, verdict) = shop.verify().await;
    assert!(said.contains(&format!("transaction {}, entry 1: ", id("9"))), "{said}");
    assert!(said.contains("the hand-over isn't that far"), "{said}");
    assert_eq!(verdict.problems, 1, "{said}");
}

#[tokio::test]
async fn an_order_number_given_twice_and_an_order_charged_twice_are_found() {
    let mut shop = Shop::open().await;
    shop.journal.take().unwrap().close().await.unwrap();
    tell(&shop.path, &["DROP INDEX one_live_attempt", "DROP INDEX order_numbers"]).await;
    let mut journal = Journal::open(&shop.path).await.unwrap();
    // The kiosk itself never writes this, and with the file's indexes couldn't.
    let mut again = Scribe::new("09");
    again.number = 1;
    again.pays_by_card(&mut journal, "01").await;
    journal.close().await.unwrap();
    let (said, verdict) = shop.verify().await;
    let (first, second) = (id("01"), id("09"));
    assert!(said.contains(&format!("{second}: its order number A1 of {DAY} is transaction {first}'s too")), "{said}");
    assert!(said.contains(&format!("{second}: a card was or may have been charged for its order, and by")), "{said}");
    assert_eq!(verdict.problems, 2, "{said}");
}

#[tokio::test]
async fn an_order_that_was_paid_with_too_little_is_found_and_its_day_too() {
    let mut shop = Shop::open().await;
    let journal = shop.journal.as_mut().unwrap();
    let mut scribe = Scribe::new("9");
    scribe.amount = Won::new(17_000);
    scribe.pays_by_card(journal, "9").await;
    shop.journal.take().unwrap().close().await.unwrap();
    let (said, verdict) = shop.verify().await;
    let by_card = "orders cost 17,500 won, and 17,000 won paid for them";
    assert!(said.contains(&format!("transaction {}: {by_card}", id("9"))), "{said}");
    assert!(said.contains(&format!("business day {DAY}: orders cost 35,000 won, and 34,500 won paid")), "{said}");
    assert_eq!(verdict.problems, 2, "{said}");
}

#[tokio::test]
async fn closes_whose_sums_are_what_they_count_have_no_problem() {
    let shop = Shop::with_closes(|_| {}).await;
    let (said, verdict) = shop.verify().await;
    assert_eq!(verdict.problems, 0, "{said}");
    let mut journal = Journal::open(&shop.path).await.unwrap();
    assert!(journal.unclosed().await.unwrap().is_empty());
    let last = journal.last_close().await.unwrap().unwrap();
    let (number, read) = record::read_deed(&last).unwrap();
    let Did::ClosedDay(close) = read.did else { panic!("{read:?}") };
    assert_eq!((number, close.number, close.day.refunds.orders.amount), (3, 2, Won::new(17_500)));
    assert_eq!(read.by.name, "점장");
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_close_that_says_other_sums_than_it_counts_is_found() {
    let shop = Shop::with_closes(|close| close.day.sales.points.amount = Won::new(1_000)).await;
    let (said, verdict) = shop.verify().await;
    assert!(said.contains("close 1: its sales are 2 orders of 35,000 won, and what it counts proves"), "{said}");
    assert_eq!(verdict.problems, 1, "{said}");
}

#[tokio::test]
async fn what_the_lines_and_the_deeds_say_of_closes_is_held_against_each_other() {
    let (first, second, unpaid) = (id("01"), id("08"), id("02"));
    let set =
        |column: &str, id: &TransactionId| format!("UPDATE transactions SET {column} WHERE transaction_id = '{id}'");
    let lost = "DELETE FROM deeds WHERE number = 3".to_owned();
    let other_day = "UPDATE deeds SET body = replace(body, '2026-09-22', '2026-09-23') WHERE number = 3".to_owned();
    let summary_says = |what: &str| format!("its summary says {what}");
    for (change, of, wanted, problems) in [
        (set("sale_close = NULL", &first), format!("transaction {first}"), summary_says("none"), 1),
        (set("sale_close = 2", &first), format!("transaction {first}"), summary_says("2"), 1),
        (set("sale_close = 2", &unpaid), format!("transaction {unpaid}"), "and that close doesn't".to_owned(), 1),
        (set("refund_close = 7", &first), "close 7".to_owned(), "1 sales and refunds are counted".to_owned(), 1),
        (set("sold_ms = sold_ms + 1", &first), format!("transaction {first}"), summary_says("sold_ms = "), 1),
        (set("refunded_ms = NULL", &second), format!("transaction {second}"), summary_says("refunded_ms = none"), 1),
        // The deed that counted the refund isn't there, or isn't what was written.
        (lost, "close 2".to_owned(), "1 sales and refunds are counted in it, and no deed".to_owned(), 1),
        (other_day, "deed 3".to_owned(), "its checksum is wrong".to_owned(), 2),
    ] {
        let shop = Shop::with_closes(|_| {}).await;
        let triggers = ["what_is_closed_stays_closed", "deeds_are_not_changed", "deeds_are_not_removed"];
        let mut statements: Vec<String> = triggers.iter().map(|name| format!("DROP TRIGGER {name}")).collect();
        statements.push(change.clone());
        tell(&shop.path, &statements.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let (said, verdict) = shop.verify().await;
        let line = said.lines().find(|line| line.starts_with(&format!("{of}: ")));
        assert!(line.is_some_and(|line| line.contains(&wanted)), "{change}: {said}");
        assert_eq!(verdict.problems, problems, "{change}: {said}");
    }
}

#[tokio::test]
async fn transactions_are_listed_newest_first_and_picked_by_what_is_asked() {
    let shop = Shop::closed().await;
    let all = shop.list(&Filter::default()).await;
    let lines: Vec<&str> = all.lines().collect();
    assert!(lines[0].starts_with("opened (UTC+09:00)"), "{all}");
    assert!(lines[1].contains(id("03").as_str()) && lines[3].contains(id("01").as_str()), "{all}");
    let sold = "2026-09-21 23:13:20  A1";
    assert!(lines[3].starts_with(sold), "{all}");
    for word in ["settled", "17,500 won", "15,500 won", "30000601", "2026-09-21 23:43:21"] {
        assert!(lines[3].contains(word), "{word}: {all}");
    }
    for (filter, wanted) in [
        (Filter { open: true, ..Filter::default() }, vec!["03"]),
        (Filter { staff: true, ..Filter::default() }, vec!["03"]),
        (Filter { state: Some("unused".to_owned()), ..Filter::default() }, vec!["02"]),
        (Filter { day: Some(DAY.to_owned()), ..Filter::default() }, vec!["03", "02", "01"]),
        (Filter { day: Some("2026-09-20".to_owned()), ..Filter::default() }, vec![]),
        (Filter { open: true, state: Some("unused".to_owned()), ..Filter::default() }, vec![]),
    ] {
        let said = shop.list(&filter).await;
        let found: Vec<&str> = said.lines().skip(1).collect();
        assert_eq!(found.len(), wanted.len(), "{filter:?}: {said}");
        for (line, end) in found.iter().zip(wanted) {
            assert!(line.contains(id(end).as_str()), "{filter:?}: {said}");
        }
    }
}

#[tokio::test]
async fn a_long_list_is_read_a_page_at_a_time() {
    let (folder, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    let many = 20_000;
    for chunk in 0..many / 500 {
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        for place in 0..500 {
            let id = id(&format!("{:05}", chunk * 500 + place));
            let began = Entry::Began { order: order("01") };
            let t = Transaction::fold(&id, [(at(0), began.clone())]).unwrap();
            rows.push(record::row(&Record { transaction: id, seq: 0, at: at(0), entry: began }).unwrap());
            lines.push(record::summary(&t));
        }
        journal.commit(rows, lines, Vec::new()).await.unwrap();
    }
    journal.close().await.unwrap();
    let shop = Shop { folder, path, journal: None };
    let said = shop.list(&Filter::default()).await;
    assert_eq!(said.lines().count(), many + 1);
    assert!(said.lines().nth(1).unwrap().contains(id("19999").as_str()));
    assert_eq!(shop.verify().await.1, Verdict { transactions: many, entries: many, problems: 0 });

    let mut copy = Copy::of(&shop.path).await.unwrap();
    assert!(copy.summaries_before(i64::MAX).await.unwrap().len() <= 200);
    assert!(copy.chains_after(0).await.unwrap().len() <= 200);
    // Who stops listening isn't told the rest, and what isn't told isn't read.
    let mut deaf = Deaf { lines: 3 };
    let error = list(&mut copy, &Filter::default(), SEOUL, &mut deaf).await.unwrap_err();
    assert!(matches!(error, InspectError::Say(_)), "{error}");
}

#[tokio::test]
async fn a_transaction_is_shown_entry_by_entry_with_what_follows() {
    let shop = Shop::closed().await;
    let (said, shown) = shop.show(id("01").as_str()).await;
    assert_eq!(shown, Shown::One);
    for words in [
        "reference 606-01",
        "times: UTC+09:00, then how long the machine had been up",
        "   0  2026-09-21 23:13:20.000    0:01:40.000  the order was fixed: 17,500 won, taken away",
        "아메리카노 × 5: 17,500 won",
        "a session of POINT_REDEEM, at most 17,500 won is about to be shown; nothing was posted yet",
        "text, without auth: {\"type\":\"connection\"",
        "Prbiti answered POINT_REDEEM: it holds 2,000 won",
        "status 200, code 200, result 'OK', timestamp '1728025307'",
        "the card was charged 15,500 won",
        "approval number 30000601",
        "the order is about to be handed over as A1",
        "the text of the confirm that settles was fixed once and for all",
        "the confirm that settles ended without an answer: no answer in time",
        "the text of the confirm that settles was handed over, for the 2. time: a repeat",
        "closed: paid, settled where anything was asked, and handed over",
        "POINT_REDEEM Y     held: 2,000 won",
        "COUPON       N     not asked",
        "recovery table, row 1: closed, or with staff",
        "the kiosk would next: do nothing: it is at rest",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[tokio::test]
async fn what_the_kiosk_would_do_next_is_told_for_the_time_that_it_is() {
    let mut shop = Shop::open().await;
    let mut scribe = Scribe::new("9");
    scribe.until_the_confirm(shop.journal.as_mut().unwrap(), "9").await;
    shop.journal.take().unwrap().close().await.unwrap();
    let outlook = async |minutes: i64| {
        let now = Now { wall_ms: OPENED_MS + minutes * 60_000, boot_ms: 9_000_000_000, boot_id: "elsewhere".into() };
        let (mut out, mut copy) = (Vec::new(), Copy::of(&shop.path).await.unwrap());
        show(&mut copy, id("9").as_str(), &now, SEOUL, &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    };
    let soon = outlook(5).await;
    assert!(soon.contains("recovery table, row 8: paid, `confirm` not answered"), "{soon}");
    assert!(soon.contains("the kiosk would next: post the confirm that settles in a session of its own"), "{soon}");
    assert!(soon.contains("deadline: the holds end in 1501 s"), "{soon}");
    let late = outlook(31).await;
    assert!(late.contains("deadline: the holds' 30 minutes are over"), "{late}");
    assert!(late.contains("the kiosk would next: leave it to staff: paid, and Prbiti didn't confirm within"), "{late}");
}

#[tokio::test]
async fn a_transaction_is_found_by_each_of_its_names_and_ambiguity_is_told() {
    let shop = Shop::closed().await;
    for name in [id("01").as_str(), &id("01").as_str().to_uppercase(), "606-01", "60601", "A1", "a1", "30000601"] {
        let (said, shown) = shop.show(name).await;
        assert!(shown == Shown::One && said.starts_with(&format!("transaction {}", id("01"))), "{name}: {said}");
    }
    // A charge that pays for nothing is known to the entries alone.
    let (said, shown) = shop.show("39999999").await;
    assert!(shown == Shown::One && said.contains("39999999"), "{said}");
    for name in ["A2", "607-99", "", "%", "' OR 1=1"] {
        let (said, shown) = shop.show(name).await;
        assert!(shown == Shown::None && said.contains("an order number"), "{name}: {said}");
    }

    let mut shop = Shop::open().await;
    let journal = shop.journal.as_mut().unwrap();
    let mut scribe = Scribe::new("9");
    (scribe.business_day, scribe.number) = ("2026-09-22", 1);
    scribe.pays_by_card(journal, "9").await;
    shop.journal.take().unwrap().close().await.unwrap();
    let (said, shown) = shop.show("A1").await;
    assert_eq!(shown, Shown::Several);
    assert!(said.contains(id("9").as_str()) && said.contains(id("01").as_str()), "{said}");
}

#[tokio::test]
async fn damage_is_shown_where_it_is() {
    let shop = Shop::closed().await;
    tell(
        &shop.path,
        &[
            "DROP TRIGGER entries_are_not_changed",
            "UPDATE entries SET body = '{\"what\":1}' || char(27) || '[2J' WHERE number = 1 AND seq = 5",
        ],
    )
    .await;
    let (said, _) = shop.show("A1").await;
    assert!(said.contains("the terminal is about to be asked to charge 15,500 won"), "{said}");
    assert!(said.contains("from here on nothing can be trusted: ") && said.contains("at entry 5"), "{said}");
    assert!(said.contains("payment_approved {\"what\":1}") && said.contains("hand_over_started"), "{said}");
    assert!(!said.contains("recovery table"), "{said}");
    // Nor does it clear the screen that it is read on.
    assert!(!said.contains('\u{1b}') && said.contains("[2J"), "{said}");
}

#[tokio::test]
async fn the_books_have_a_row_for_each_transaction() {
    let shop = Shop::closed().await;
    let said = shop.export(Format::Csv, (None, None)).await;
    let mut table = csv::Reader::from_reader(said.as_bytes());
    let head: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<BTreeMap<String, String>> = table.deserialize().map(Result::unwrap).collect();
    assert_eq!((head[0].as_str(), rows.len()), ("transaction_id", 3));
    for (column, value) in [
        ("transaction_id", id("01").as_str()),
        ("opened", "2026-09-21T23:13:20+09:00"),
        ("business_day", DAY),
        ("order_number", "A1"),
        ("state", "settled"),
        ("total_won", "17500"),
        ("points_won", "2000"),
        ("coupon_won", "0"),
        ("card_won", "15500"),
        ("card_vat_won", "1409"),
        ("approval_number", "30000601"),
        ("acquirer", "은행, \"갑\""),
        ("problem", ""),
    ] {
        assert_eq!(rows[0][column], value, "{column}");
    }
    assert_eq!((rows[1]["state"].as_str(), rows[1]["card_won"].as_str()), ("unused", "0"));
    assert_eq!((rows[2]["stray_won"].as_str(), rows[2]["stray_given_back_won"].as_str()), ("15500", "0"));

    tell(&shop.path, &["DROP TRIGGER entries_are_not_changed", "UPDATE entries SET at_ms = 1 WHERE key = 1000003"])
        .await;
    let said = shop.export(Format::Csv, (None, None)).await;
    assert!(said.contains("its checksum is wrong") && said.contains("17500"), "{said}");
}

#[tokio::test]
async fn every_entry_is_a_line_of_json_and_days_are_picked() {
    let shop = Shop::closed().await;
    let said = shop.export(Format::JsonLines, (Some(DAY), Some(DAY))).await;
    let lines: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 26);
    assert_eq!(lines[5]["kind"], "payment_approved");
    assert_eq!(lines[5]["body"]["approval"]["approvalNumber"], "30000601");
    assert_eq!((lines[5]["seq"].as_u64(), lines[5]["transaction_id"].as_str()), (Some(5), Some(id("01").as_str())));
    for range in [(Some("2026-09-22"), None), (None, Some("2026-09-20"))] {
        assert_eq!(shop.export(Format::JsonLines, range).await, "");
        let head = shop.export(Format::Csv, range).await;
        assert!(head.starts_with("transaction_id,order_id,opened") && head.lines().count() == 1, "{head}");
    }
}

#[test]
fn a_zone_is_read_as_people_write_it() {
    let read = |text| Zone::read(text).map(|zone| zone.utc_offset_min);
    assert_eq!([read("+09:00"), read("-3:30"), read("Z"), read("+00:00")], [Some(540), Some(-210), Some(0), Some(0)]);
    for text in ["", "9", "+9", "09:00", "+15:00", "+09:60", "+0 9:00", "+:00", "KST", "é"] {
        assert_eq!(read(text), None, "{text}");
    }
}

/// A journal in a folder of its own.
struct Shop {
    folder: TempDir,
    path: PathBuf,
    journal: Option<Journal>,
}

impl Shop {
    /// One order that was settled after a repeat, one that was left, and one whose charge turned up late.
    async fn open() -> Shop {
        let (folder, path) = place();
        let mut journal = Journal::open(&path).await.unwrap();
        let mut first = Scribe::new("01");
        first.settles(&mut journal).await;
        write(&mut journal, "02", |entries| entries.push(Entry::Closed { how: Closed::Unused })).await;
        let mut late = Scribe::new("03");
        late.charged_late(&mut journal).await;
        Shop { folder, path, journal: Some(journal) }
    }

    /// Two days that are closed: two sales on the first, the refund of one of them on the second.
    async fn with_closes(change: impl FnOnce(&mut DayClose)) -> Shop {
        let mut shop = Shop::open().await;
        let mut journal = shop.journal.take().unwrap();
        let mut first = Scribe::new("01");
        first.t = Some(record::fold(Ok(journal.transaction(id("01").as_str()).await.unwrap())).unwrap());
        let mut second = Scribe::new("08");
        second.pays_by_card(&mut journal, "08").await;
        let sale = |of: &Scribe| Candidate { t: of.t.clone().unwrap(), sale: true, refund: false };
        let mut close = close(1, DAY, &[sale(&first), sale(&second)]);
        change(&mut close);
        let came_in = record::deed(&by_the_manager(Did::CameIn)).unwrap();
        let closed = record::deed(&by_the_manager(Did::ClosedDay(Box::new(close)))).unwrap();
        journal.commit(Vec::new(), Vec::new(), vec![came_in, closed]).await.unwrap();
        second.refunds(&mut journal).await;
        let refund = Candidate { t: second.t.clone().unwrap(), sale: false, refund: true };
        let close = by_the_manager(Did::ClosedDay(Box::new(self::close(2, "2026-09-22", &[refund]))));
        journal.commit(Vec::new(), Vec::new(), vec![record::deed(&close).unwrap()]).await.unwrap();
        journal.close().await.unwrap();
        shop
    }

    async fn closed() -> Shop {
        let mut shop = Shop::open().await;
        shop.journal.take().unwrap().close().await.unwrap();
        shop
    }

    /// What support gets: both files, copied.
    fn copied(&self) -> Shop {
        let (folder, path) = place();
        fs::copy(&self.path, &path).unwrap();
        fs::copy(wal(&self.path), wal(&path)).unwrap();
        Shop { folder, path, journal: None }
    }

    async fn verify(&self) -> (String, Verdict) {
        let (mut out, mut copy) = (Vec::new(), Copy::of(&self.path).await.unwrap());
        let verdict = verify(&mut copy, &mut out).await.unwrap();
        (String::from_utf8(out).unwrap(), verdict)
    }

    async fn list(&self, filter: &Filter) -> String {
        let (mut out, mut copy) = (Vec::new(), Copy::of(&self.path).await.unwrap());
        list(&mut copy, filter, SEOUL, &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    }

    async fn show(&self, name: &str) -> (String, Shown) {
        let (mut out, mut copy) = (Vec::new(), Copy::of(&self.path).await.unwrap());
        let shown = show(&mut copy, name, &at(600), SEOUL, &mut out).await.unwrap();
        (String::from_utf8(out).unwrap(), shown)
    }

    async fn export(&self, format: Format, range: (Option<&str>, Option<&str>)) -> String {
        let (mut out, mut copy) = (Vec::new(), Copy::of(&self.path).await.unwrap());
        export(&mut copy, format, range, SEOUL, &mut out).await.unwrap();
        String::from_utf8(out).unwrap()
    }
}

/// Writes one transaction's entries as the till does: each with the summary of the fold that it leads to.
struct Scribe {
    id: TransactionId,
    t: Option<Transaction>,
    /// What the card is charged.
    amount: Won,
    business_day: &'static str,
    /// The order's number on that day.
    number: u32,
}

impl Scribe {
    fn new(end: &str) -> Scribe {
        Scribe { id: id(end), t: None, amount: Won::new(17_500), business_day: DAY, number: 2 }
    }

    async fn enter(&mut self, journal: &mut Journal, entry: Entry) {
        let seq = self.t.as_ref().map_or(0, |t| t.entries);
        let at = at(seq);
        match &mut self.t {
            Some(t) => t.apply(&entry, &at).unwrap(),
            None => self.t = Some(Transaction::fold(&self.id, [(at.clone(), entry.clone())]).unwrap()),
        }
        let row = record::row(&Record { transaction: self.id.clone(), seq, at, entry }).unwrap();
        journal.commit(vec![row], vec![record::summary(self.t.as_ref().unwrap())], Vec::new()).await.unwrap();
    }

    async fn all(&mut self, journal: &mut Journal, entries: Vec<Entry>) {
        for entry in entries {
            self.enter(journal, entry).await;
        }
    }

    fn started(&self) -> Entry {
        Entry::PaymentStarted {
            attempt: attempt(&self.id),
            amount: self.amount,
            tax_free: Won::ZERO,
            tax: Won::new(1_409),
            months: 0,
            store: StoreId::new("store-1").unwrap(),
            receipt: Receipt::None,
        }
    }

    fn approved(&self) -> Entry {
        let end = &self.id.as_str()[self.id.as_str().len() - 3..];
        Entry::PaymentApproved { attempt: attempt(&self.id), approval: approval(self.amount, &format!("30000{end}")) }
    }

    fn handed_over(&self, number: u32) -> [Entry; 2] {
        let business_day = self.business_day.to_owned();
        [Entry::HandOverStarted { business_day, number, order_number: format!("A{number}") }, Entry::HandedOver]
    }

    async fn pays_by_card(&mut self, journal: &mut Journal, order_end: &str) {
        let began = Entry::Began { order: order(order_end) };
        let mut entries = vec![began, self.started(), self.approved()];
        entries.extend(self.handed_over(self.number));
        entries.push(Entry::Closed { how: Closed::Settled });
        self.all(journal, entries).await;
    }

    /// 2,000 won of points, the rest by card, handed over, and the text that settles fixed.
    async fn until_the_confirm(&mut self, journal: &mut Journal, order_end: &str) {
        let order = order(order_end);
        let question = Question::new(Service::PointRedeem, Won::new(17_500), &order.lines).unwrap();
        let payload = protocol::connection(&self.id, question, AutoClose::Connection);
        let request = Request::Connect(Service::PointRedeem);
        self.amount = Won::new(15_500);
        let mut entries = vec![
            Entry::Began { order: order.clone() },
            Entry::Opened { request, limit: Some(Won::new(17_500)), payload },
            Entry::Asked,
            Entry::Answered { evidence: evidence(), outcome: ServiceOutcome::Held { amount: Won::new(2_000) } },
            self.started(),
            self.approved(),
        ];
        entries.extend(self.handed_over(self.number));
        self.all(journal, entries).await;
        let payload = settlement::payload(self.t.as_ref().unwrap(), Request::Settle);
        self.enter(journal, Entry::Prepared { request: Request::Settle, payload }).await;
    }

    async fn settles(&mut self, journal: &mut Journal) {
        self.number = 1;
        self.until_the_confirm(journal, "01").await;
        let payload = settlement::payload(self.t.as_ref().unwrap(), Request::Settle);
        let opened = Entry::Opened { request: Request::Settle, limit: None, payload };
        let entries = vec![
            opened.clone(),
            Entry::Asked,
            Entry::Unanswered { why: WhyUnknown::Watchdog },
            opened,
            Entry::Asked,
            Entry::MessageAnswered { evidence: evidence(), outcome: MessageOutcome::Done, cancelled: None },
            Entry::Closed { how: Closed::Settled },
        ];
        self.all(journal, entries).await;
    }

    async fn refunds(&mut self, journal: &mut Journal) {
        let refund = RefundId::new(format!("refund-{}", self.id)).unwrap();
        let entries = vec![
            Entry::RefundBegun { attempt: Some(attempt(&self.id)) },
            Entry::RefundStarted { refund: refund.clone(), store: StoreId::new("store-1").unwrap() },
            Entry::RefundDone { refund, approval: None },
            Entry::Closed { how: Closed::Refunded },
        ];
        self.all(journal, entries).await;
    }

    async fn charged_late(&mut self, journal: &mut Journal) {
        let attempt = attempt(&self.id);
        let entries = vec![
            Entry::Began { order: order("03") },
            self.started(),
            Entry::PaymentCancelled { attempt: attempt.clone() },
            Entry::Left,
            Entry::Closed { how: Closed::Unused },
            Entry::LateApproval { attempt, approval: approval(Won::new(15_500), "39999999") },
            Entry::Left,
            Entry::WithStaff { reason: StaffReason::LateApproval },
        ];
        self.all(journal, entries).await;
    }
}

fn close(number: u32, day: &str, of: &[Candidate]) -> DayClose {
    DayClose { number, day: Day::of(day.to_owned(), of, None), reason: None, open: 0 }
}

fn by_the_manager(did: Did) -> Deed {
    Deed { at: at(100), by: Person { name: "점장".into(), role: Role::Manager }, did }
}

/// A transaction that began, and whatever else.
async fn write(journal: &mut Journal, end: &str, more: impl FnOnce(&mut Vec<Entry>)) {
    let mut entries = vec![Entry::Began { order: order(end) }];
    more(&mut entries);
    Scribe::new(end).all(journal, entries).await;
}

fn id(end: &str) -> TransactionId {
    let start = "0192f0c4a7b87d3e8f1a2b3c4d5e6f70";
    let start = if end.len() == 2 { format!("{}606", &start[..27]) } else { start[..32 - end.len()].to_owned() };
    TransactionId::new(format!("{start}{end}")).unwrap()
}

fn attempt(id: &TransactionId) -> AttemptId {
    AttemptId::new(format!("attempt-{id}")).unwrap()
}

fn order(end: &str) -> Order {
    let line = Line {
        item: ItemId::new("coffee").unwrap(),
        names: Names { ko: "아메리카노".into(), en: None, zh: None, ja: None },
        picture: "coffee".into(),
        price: Won::new(3_500),
        tax: Tax::Taxable,
        options: vec![],
        pieces: 5,
    };
    Order { id: OrderId::new(format!("order-{end}")).unwrap(), way: Way::ToGo, lines: vec![line] }
}

fn approval(amount: Won, number: &str) -> Approval {
    Approval {
        amount,
        approval_number: ApprovalNumber::new(number).unwrap(),
        approved_at: "2026-09-21T23:13:25+09:00".into(),
        method: "card".into(),
        issuer: "은행".into(),
        acquirer: "은행, \"갑\"".into(),
        masked_card: MaskedCard::of("123456******7890"),
        merchant_id: "M-1".into(),
        instalment_months: 0,
    }
}

fn evidence() -> checkout::answer::Evidence {
    let text = r#"{"status":"200","result":"OK","timestamp":1728025307,"data":{"errorCode":200,"errorMsg":"ok"}}"#;
    answer::read(text).unwrap().evidence
}

/// The time of a transaction's entry.
fn at(seq: u32) -> Now {
    let ms = i64::from(seq) * 500;
    Now { wall_ms: OPENED_MS + ms, boot_ms: 100_000 + ms, boot_id: "boot-one".into() }
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    (folder, path)
}

fn wal(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}-wal", path.display()))
}

/// Every file in a folder: what is in it, and when it was written.
fn files(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let written = fs::metadata(&path).unwrap().modified().unwrap();
            (path.clone(), (fs::read(path).unwrap(), written))
        })
        .collect()
}

/// A listener that goes away after some lines.
struct Deaf {
    lines: usize,
}

impl io::Write for Deaf {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.lines = self
            .lines
            .checked_sub(text.iter().filter(|byte| **byte == b'\n').count())
            .ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
