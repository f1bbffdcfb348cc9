//! What staff did and what the closes of days count, as the journal keeps it, on a real disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use till::journal::{Booked, DamagedDeed, DeedRow, Journal, JournalError, NewClose, NewDeed, NewRow, Summary};

const SOLD_MS: i64 = 1_790_000_060_000;

fn row(id: &str, seq: u32) -> NewRow {
    NewRow {
        transaction_id: id.to_owned(),
        seq,
        at_ms: 1_790_000_000_000 + i64::from(seq),
        boot_ms: 5_000,
        boot_id: "boot-one".to_owned(),
        kind: "step".to_owned(),
        body: "null".to_owned(),
    }
}

fn summary(id: &str, booked: Option<Booked>) -> Summary {
    Summary {
        transaction_id: id.to_owned(),
        order_id: format!("order of {id}"),
        opened_ms: 1_790_000_000_000,
        open: true,
        with_staff: false,
        state: "paid".to_owned(),
        total_won: 12_500,
        card_won: 11_500,
        approval_number: None,
        order_number: None,
        business_day: None,
        order_seq: None,
        deadline_ms: None,
        handed_over: false,
        live_attempt: false,
        found_by: None,
        booked,
    }
}

const UNPAID: Booked = Booked { sold_ms: None, refunded_ms: None };
const SOLD: Booked = Booked { sold_ms: Some(SOLD_MS), refunded_ms: None };
const REFUNDED: Booked = Booked { sold_ms: Some(SOLD_MS), refunded_ms: Some(SOLD_MS + 1) };

fn deed(kind: &str, did: &str) -> NewDeed {
    NewDeed {
        at_ms: 1_790_000_000_000,
        boot_ms: 5_000,
        boot_id: "boot-one".to_owned(),
        kind: kind.to_owned(),
        body: format!(r#"{{"by":{{"name":"점장","role":"manager"}},"did":{did}}}"#),
        close: None,
    }
}

fn close(number: u32, day: &str, bookings: &[(&str, bool)]) -> NewDeed {
    let bookings = bookings.iter().map(|(id, refund)| ((*id).to_owned(), *refund)).collect();
    let did = format!(r#"{{"number":{number},"day":{{"day":"{day}"}}}}"#);
    NewDeed { close: Some(NewClose { number, bookings }), ..deed("closed_day", &did) }
}

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    (directory, path)
}

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

/// A journal with these transactions.
async fn with(these: &[(&str, Booked)]) -> (TempDir, PathBuf, Journal) {
    let (directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    for (id, booked) in these {
        journal.commit(vec![row(id, 0)], vec![summary(id, Some(*booked))], Vec::new()).await.unwrap();
    }
    (directory, path, journal)
}

/// What no close counts: each with whether that is its sale, and whether it is its refund.
async fn unclosed(journal: &mut Journal) -> Vec<(String, bool, bool)> {
    let found = journal.unclosed().await.unwrap();
    let told = |one: till::journal::Unclosed| {
        let id = one.chain.unwrap()[0].transaction_id.clone();
        (id, one.sold_ms.is_some(), one.refunded_ms.is_some())
    };
    found.into_iter().map(told).collect()
}

async fn kinds(journal: &mut Journal) -> Vec<(i64, String)> {
    let deeds = journal.deeds(None, 100).await.unwrap();
    deeds.into_iter().map(|deed| deed.map(|deed| (deed.number, deed.kind)).unwrap()).collect()
}

fn is_contradiction(error: &JournalError, part: &str) {
    assert!(matches!(error, JournalError::Contradiction { what } if what.contains(part)), "{part}: {error}");
}

#[tokio::test]
async fn what_staff_did_is_there_after_reopening_and_goes_on_counting() {
    let (_directory, path, mut journal) = with(&[]).await;
    let two = vec![deed("came_in", "null"), deed("set_volume", r#"{"volume":4}"#)];
    journal.commit(Vec::new(), Vec::new(), two.clone()).await.unwrap();
    journal.close().await.unwrap();
    let mut journal = Journal::open(&path).await.unwrap();
    journal.commit(vec![row("t1", 0)], vec![summary("t1", None)], vec![deed("locked", "{}")]).await.unwrap();

    let found: Vec<DeedRow> = journal.deeds(None, 2).await.unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(found.iter().map(|deed| deed.number).collect::<Vec<_>>(), [3, 2]);
    let DeedRow { at_ms, boot_ms, boot_id, kind, body, .. } = found[1].clone();
    assert_eq!(NewDeed { at_ms, boot_ms, boot_id, kind, body, close: None }, two[1]);
    let rest = journal.deeds(Some(2), 2).await.unwrap();
    assert_eq!(rest.iter().map(|deed| deed.as_ref().unwrap().kind.as_str()).collect::<Vec<_>>(), ["came_in"]);
    let of = journal.deeds_of(&["locked", "came_in", "unknown"]).await.unwrap();
    assert_eq!(of.into_iter().map(|deed| deed.unwrap().number).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(journal.count().await.unwrap(), 1);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn deeds_rows_and_summaries_are_written_together_or_not_at_all() {
    let (_directory, _path, mut journal) = with(&[("t1", SOLD)]).await;
    for (rows, deeds) in [
        (vec![row("t1", 2)], vec![deed("came_in", "null")]),
        (vec![row("t1", 1)], vec![deed("came_in", "null"), close(2, "2026-11-24", &[("t1", false)])]),
        (vec![row("t1", 1)], vec![deed("came_in", "null"), deed("locked", "no JSON")]),
    ] {
        let error = journal.commit(rows, vec![summary("t1", Some(REFUNDED))], deeds).await.unwrap_err();
        assert!(matches!(error, JournalError::Contradiction { .. }), "{error}");
        journal = journal.recover().await.unwrap();
        assert_eq!(journal.transaction("t1").await.unwrap().len(), 1);
        assert_eq!(journal.summary("t1").await.unwrap().unwrap().booked, Some(SOLD));
        assert_eq!(kinds(&mut journal).await, []);
    }
    let deeds = vec![deed("came_in", "null"), close(1, "2026-11-24", &[("t1", false)])];
    journal.commit(vec![row("t1", 1)], vec![summary("t1", Some(REFUNDED))], deeds).await.unwrap();
    assert_eq!(kinds(&mut journal).await, [(2, "closed_day".to_owned()), (1, "came_in".to_owned())]);
    assert_eq!(journal.transaction("t1").await.unwrap().len(), 2);
    assert_eq!(unclosed(&mut journal).await, [("t1".to_owned(), false, true)]);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_sale_and_a_refund_are_each_counted_in_one_close() {
    let all = [("t1", SOLD), ("t2", UNPAID), ("t3", REFUNDED)];
    let (_directory, path, mut journal) = with(&all).await;
    let (t1, t3) = ("t1".to_owned(), "t3".to_owned());
    assert_eq!(unclosed(&mut journal).await, [(t1.clone(), true, false), (t3.clone(), true, true)]);
    for (bookings, part) in [
        (vec![("t2", false)], "has no sale"),
        (vec![("t1", true)], "has no refund"),
        (vec![("t1", false), ("t1", false)], "twice"),
        (vec![("t9", false)], "isn't there"),
    ] {
        let deeds = vec![close(1, "2026-11-24", &bookings)];
        is_contradiction(&journal.commit(Vec::new(), Vec::new(), deeds).await.unwrap_err(), part);
        journal = journal.recover().await.unwrap();
    }
    let first = close(1, "2026-11-24", &[("t1", false), ("t3", false)]);
    journal.commit(Vec::new(), Vec::new(), vec![first]).await.unwrap();
    assert_eq!(unclosed(&mut journal).await, [(t3, false, true)]);
    let again = close(2, "2026-11-25", &[("t3", true), ("t1", false)]);
    let error = journal.commit(Vec::new(), Vec::new(), vec![again]).await.unwrap_err();
    is_contradiction(&error, "t1 has its sale in close 1 already");
    journal = journal.recover().await.unwrap();
    journal.commit(Vec::new(), Vec::new(), vec![close(2, "2026-11-25", &[("t3", true)])]).await.unwrap();
    assert_eq!(unclosed(&mut journal).await, []);
    // What is refunded after its sale was closed is for a later close.
    journal.commit(vec![row("t1", 1)], vec![summary("t1", Some(REFUNDED))], Vec::new()).await.unwrap();
    assert_eq!(unclosed(&mut journal).await, [(t1, false, true)]);
    journal.close().await.unwrap();

    let mut connection = raw(&path).await;
    for column in ["sale_close = 2", "sale_close = NULL", "refund_close = NULL, sale_close = NULL"] {
        let update = format!("UPDATE transactions SET {column} WHERE transaction_id = 't3'");
        let error = sqlx::query(AssertSqlSafe(update)).execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains("counted in one close"), "{column}: {error}");
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_day_is_closed_once_and_closes_count_up() {
    let (_directory, _path, mut journal) = with(&[]).await;
    assert_eq!(journal.last_close().await.unwrap(), None);
    for (number, day) in [(1, "2026-11-20"), (2, "2026-11-23"), (3, "2026-11-22")] {
        journal.commit(Vec::new(), Vec::new(), vec![close(number, day, &[])]).await.unwrap();
    }
    let uncounted = NewDeed { close: None, ..close(4, "2026-11-24", &[]) };
    let other_number = NewDeed { close: close(4, "2026-11-24", &[]).close, ..close(5, "2026-11-24", &[]) };
    let no_close = NewDeed { close: close(4, "2026-11-24", &[]).close, ..deed("came_in", "null") };
    for (deeds, part) in [
        (vec![close(4, "2026-11-22", &[])], "a day is closed once"),
        (vec![close(4, "2026-11-24", &[]), close(5, "2026-11-24", &[])], "a day is closed once"),
        (vec![close(3, "2026-11-24", &[])], "doesn't follow"),
        (vec![close(5, "2026-11-24", &[])], "doesn't follow"),
        (vec![uncounted], "doesn't say what it counts"),
        (vec![other_number], "another number"),
        (vec![no_close], "counts nothing"),
    ] {
        is_contradiction(&journal.commit(Vec::new(), Vec::new(), deeds).await.unwrap_err(), part);
        journal = journal.recover().await.unwrap();
    }
    let number = |deed: Option<DeedRow>| deed.map(|deed| deed.number);
    assert_eq!(number(journal.close_of_day("2026-11-22").await.unwrap()), Some(3));
    assert_eq!(number(journal.close_of_day("2026-11-21").await.unwrap()), None);
    assert_eq!(number(journal.close_numbered(2).await.unwrap()), Some(2));
    assert_eq!(number(journal.close_numbered(4).await.unwrap()), None);
    assert_eq!(number(journal.last_close().await.unwrap()), Some(3));
    assert_eq!(number(journal.close_before("2026-11-23").await.unwrap()), Some(3));
    assert_eq!(number(journal.close_before("2026-11-20").await.unwrap()), None);
    assert_eq!(number(journal.close_after("2026-11-20").await.unwrap()), Some(3));
    assert_eq!(number(journal.close_after("2026-11-23").await.unwrap()), None);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn the_file_itself_refuses_to_change_or_lose_a_deed() {
    let (_directory, path, mut journal) = with(&[]).await;
    let two = vec![deed("came_in", "null"), close(1, "2026-11-24", &[])];
    journal.commit(Vec::new(), Vec::new(), two).await.unwrap();
    journal.close().await.unwrap();

    let mut connection = raw(&path).await;
    let insert = |or: &str, number: i64, kind: &str, body: &str| {
        let columns = "(number, at_ms, boot_ms, boot_id, kind, body, checksum)";
        format!("INSERT {or} INTO deeds {columns} VALUES ({number}, 0, 0, '', '{kind}', '{body}', 0)")
    };
    let closed = |number: u32, day: &str| format!(r#"{{"did":{{"number":{number},"day":{{"day":"{day}"}}}}}}"#);
    for (sql, wanted) in [
        ("UPDATE deeds SET body = '{}'".to_owned(), "never changed"),
        ("UPDATE OR REPLACE deeds SET number = 2 WHERE number = 1".to_owned(), "never changed"),
        ("DELETE FROM deeds".to_owned(), "never removed"),
        (insert("OR REPLACE", 1, "came_in", "{}"), "does not follow"),
        (insert("OR REPLACE", 2, "came_in", "{}"), "does not follow"),
        (insert("", 4, "came_in", "{}"), "does not follow"),
        (insert("OR REPLACE", 3, "closed_day", &closed(2, "2026-11-24")), "closed once"),
        (insert("OR REPLACE", 3, "closed_day", &closed(1, "2026-11-25")), "closed once"),
        (insert("", 3, "closed_day", "{}"), "CHECK"),
        (insert("", 3, "came_in", "no JSON"), "CHECK"),
    ] {
        let error = sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains(wanted), "{sql}: {error}");
    }
    connection.close().await.unwrap();
    let mut journal = Journal::open(&path).await.unwrap();
    assert_eq!(kinds(&mut journal).await.len(), 2);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_flipped_bit_in_a_deed_is_noticed_and_the_others_are_whole() {
    let (_directory, path, mut journal) = with(&[]).await;
    let deeds =
        vec![deed("set_volume", r#"{"volume":1}"#), close(1, "2026-11-24", &[]), deed("set_volume", r#"{"volume":3}"#)];
    journal.commit(Vec::new(), Vec::new(), deeds).await.unwrap();
    journal.close().await.unwrap();
    let mut bytes = fs::read(&path).unwrap();
    // The body: in the index stands the day without a quote before it.
    let part = br#""day":"2026-11-24"#;
    let at = bytes.windows(part.len()).position(|found| found == part).unwrap();
    bytes[at + part.len() - 1] ^= 1;
    fs::write(&path, bytes).unwrap();

    let damaged = DamagedDeed { number: 2, what: "its checksum is wrong" };
    let mut journal = Journal::open(&path).await.unwrap();
    let found = journal.deeds(None, 9).await.unwrap();
    let told: Vec<_> = found.iter().map(|deed| deed.as_ref().map(|deed| deed.number)).collect();
    assert_eq!(told, [Ok(3), Err(&damaged), Ok(1)]);
    let error = journal.close_of_day("2026-11-24").await.unwrap_err();
    assert!(matches!(&error, JournalError::DamagedDeed(found) if *found == damaged), "{error}");
    // The chain goes on beside it, and so does the journal.
    journal.commit(Vec::new(), Vec::new(), vec![deed("came_in", "null")]).await.unwrap();
    assert!(journal.deeds(None, 1).await.unwrap()[0].is_ok());
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_lost_deed_is_noticed_by_the_one_after_it() {
    let (_directory, path, mut journal) = with(&[]).await;
    let three = ["came_in", "locked", "came_in"].map(|kind| deed(kind, "null")).to_vec();
    journal.commit(Vec::new(), Vec::new(), three).await.unwrap();
    journal.close().await.unwrap();
    let mut connection = raw(&path).await;
    sqlx::query("DROP TRIGGER deeds_are_not_removed").execute(&mut connection).await.unwrap();
    sqlx::query("DELETE FROM deeds WHERE number = 2").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let mut journal = Journal::open(&path).await.unwrap();
    let found = journal.deeds(None, 9).await.unwrap();
    assert!(matches!(&found[0], Err(DamagedDeed { number: 3, what }) if what.contains("missing")), "{found:?}");
    assert!(found[1].is_ok());
    journal.close().await.unwrap();
}

#[tokio::test]
async fn what_was_closed_without_an_order_number_is_found_by_when_it_was_opened() {
    let (_directory, _path, mut journal) = with(&[]).await;
    for (id, opened_ms, open, business_day) in [
        ("t1", 999, false, None),
        ("t2", 1_000, false, None),
        ("t3", 1_500, true, None),
        ("t4", 1_500, false, Some("2026-11-24".to_owned())),
        ("t5", 1_999, false, None),
        ("t6", 2_000, false, None),
    ] {
        let order_seq = business_day.as_ref().map(|_| 1);
        let line = Summary { opened_ms, open, business_day, order_seq, ..summary(id, Some(UNPAID)) };
        journal.commit(vec![row(id, 0)], vec![line], Vec::new()).await.unwrap();
    }
    let found = journal.between(1_000, 2_000).await.unwrap();
    let ids: Vec<_> = found.into_iter().map(|rows| rows.unwrap()[0].transaction_id.clone()).collect();
    assert_eq!(ids, ["t2", "t5"]);
    assert_eq!(journal.count().await.unwrap(), 6);
    journal.close().await.unwrap();
}

async fn unbooked(journal: &mut Journal, limit: u32) -> Vec<String> {
    let found = journal.unbooked(limit).await.unwrap();
    found.into_iter().map(|rows| rows.unwrap()[0].transaction_id.clone()).collect()
}

#[tokio::test]
async fn a_journal_from_before_closes_is_migrated_and_what_it_sold_is_found() {
    let (_directory, path) = place();
    // As the program before wrote it.
    let mut connection = SqliteConnectOptions::new().filename(&path).create_if_missing(true).connect().await.unwrap();
    let names = ["0001_journal", "0002_one_live_attempt", "0003_damage", "0004_search"];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let before = tempfile::tempdir().unwrap();
    for name in names {
        let file = format!("{name}.sql");
        fs::copy(folder.join(&file), before.path().join(&file)).unwrap();
    }
    let migrator = sqlx::migrate::Migrator::new(before.path()).await.unwrap();
    migrator.run_direct(None, &mut connection, false).await.unwrap();
    let (_other, newer, mut journal) = with(&[("t1", SOLD), ("t2", UNPAID), ("t3", SOLD)]).await;
    journal.close().await.unwrap();
    sqlx::query("ATTACH ? AS newer").bind(newer.to_str().unwrap()).execute(&mut connection).await.unwrap();
    for copy in [
        "INSERT INTO transactions SELECT number, transaction_id, order_id, opened_ms, open, with_staff, state, total_won,
            card_won, approval_number, order_number, business_day, order_seq, deadline_ms, handed_over, entries, head,
            live_attempt, last_four, coupon_won, points_won, gift_card_won, services, by_hand FROM newer.transactions",
        "INSERT INTO entries SELECT * FROM newer.entries",
    ] {
        sqlx::query(copy).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();

    journal = Journal::open(&path).await.unwrap();
    assert_eq!(journal.summary("t1").await.unwrap().unwrap().booked, None);
    assert_eq!(unbooked(&mut journal, 2).await, ["t1", "t2"]);
    assert_eq!(unclosed(&mut journal).await, []);
    let lines = vec![summary("t1", Some(SOLD)), summary("t2", Some(UNPAID))];
    journal.commit(Vec::new(), lines, Vec::new()).await.unwrap();
    assert_eq!(unbooked(&mut journal, 2).await, ["t3"]);
    assert_eq!(unclosed(&mut journal).await, [("t1".to_owned(), true, false)]);
    assert_eq!(journal.summary("t2").await.unwrap().unwrap().booked, Some(UNPAID));
    journal.close().await.unwrap();
}

#[tokio::test]
async fn what_an_older_program_adds_to_a_line_is_found_too() {
    let (_directory, path, journal) = with(&[("t1", UNPAID), ("t2", UNPAID)]).await;
    journal.close().await.unwrap();
    // It knows nothing of the new columns, and an order that was begun before it was put back is paid under it.
    let mut connection = raw(&path).await;
    let update = "UPDATE transactions SET entries = entries + 1, head = 0 WHERE transaction_id = 't2'";
    sqlx::query(update).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let mut journal = Journal::open(&path).await.unwrap();
    assert_eq!(journal.summary("t1").await.unwrap().unwrap().booked, Some(UNPAID));
    assert_eq!(journal.summary("t2").await.unwrap().unwrap().booked, None);
    let found = journal.unbooked(9).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].as_ref().unwrap_err().transaction_id, "t2");
    // It is damaged, and a summary alone puts it out of the way all the same.
    journal.commit(Vec::new(), vec![summary("t2", Some(UNPAID))], Vec::new()).await.unwrap();
    assert_eq!(journal.unbooked(9).await.unwrap(), []);
    journal.close().await.unwrap();
}
