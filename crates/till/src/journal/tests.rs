//! What only the journal itself can bring about: a full disk, a dying one, each statement.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeSet, fs, path::Path};

use sqlx::{AssertSqlSafe, Row as _};

use super::*;

fn row(id: &str, seq: u32, length: usize) -> NewRow {
    NewRow {
        transaction_id: id.to_owned(),
        seq,
        at_ms: 1,
        boot_ms: 2,
        boot_id: "boot".to_owned(),
        kind: "step".to_owned(),
        body: "x".repeat(length),
    }
}

fn summary(id: &str) -> Summary {
    Summary {
        transaction_id: id.to_owned(),
        order_id: "order".to_owned(),
        opened_ms: 1,
        open: true,
        with_staff: false,
        state: "open".to_owned(),
        total_won: 1_000,
        card_won: 1_000,
        approval_number: None,
        order_number: None,
        business_day: None,
        order_seq: None,
        deadline_ms: None,
        handed_over: false,
        live_attempt: false,
        found_by: None,
        booked: None,
    }
}

async fn tell(journal: &Journal, sql: String) {
    let mut desk = journal.desk.lock().await;
    sqlx::query(AssertSqlSafe(sql)).execute(desk.connection().unwrap()).await.unwrap();
}

#[tokio::test]
async fn the_last_commit_is_looked_at_also_when_its_page_ends_in_zeros() {
    let directory = tempfile::tempdir().unwrap();
    let (path, found) = (directory.path().join("journal.db"), directory.path().join("found.db"));
    let journal = Journal::open(&path).await.unwrap();
    tell(&journal, "CREATE TABLE zeros (one BLOB)".to_owned()).await;
    tell(&journal, "INSERT INTO zeros VALUES (zeroblob(900))".to_owned()).await;
    for suffix in ["", "-wal"] {
        fs::copy(format!("{}{suffix}", path.display()), format!("{}{suffix}", found.display())).unwrap();
    }
    journal.close().await.unwrap();
    let view = disk::view(&found).unwrap();
    let mut connection = sql::connect_to_view(&view).await.unwrap();
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM zeros").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn after_a_failed_commit_everything_is_refused_until_recovered() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let mut journal = Journal::open(&path).await.unwrap();
    let first = journal.commit(vec![row("t1", 0, 10)], vec![summary("t1")], Vec::new());
    first.await.unwrap();
    tell(&journal, "PRAGMA max_page_count = 1".to_owned()).await;

    let error = journal.commit(vec![row("t1", 1, 100_000)], vec![summary("t1")], Vec::new()).await.unwrap_err();
    assert!(matches!(error, JournalError::DiskFull { .. }), "{error}");

    // There is room for this one, and it is refused all the same.
    let error = journal.commit(vec![row("t1", 1, 1)], vec![summary("t1")], Vec::new()).await.unwrap_err();
    assert!(matches!(&error, JournalError::Refusing { since } if since.contains("no space")), "{error}");
    // Reading too: the connection may still show rows that were never durable.
    let error = journal.transaction("t1").await.unwrap_err();
    assert!(matches!(error, JournalError::Refusing { .. }), "{error}");

    let mut journal = journal.recover().await.unwrap();
    assert_eq!(journal.transaction("t1").await.unwrap().len(), 1);
    let again = journal.commit(vec![row("t1", 1, 100_000)], vec![summary("t1")], Vec::new());
    again.await.unwrap();
    assert_eq!(journal.transaction("t1").await.unwrap().len(), 2);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_checkpoint_that_fails_stops_the_next_commit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let mut journal = Journal::open(&path).await.unwrap();
    let first = journal.commit(vec![row("t1", 0, 10)], vec![summary("t1")], Vec::new());
    first.await.unwrap();
    {
        let mut desk = journal.desk.lock().await;
        let connection = desk.connection.take();
        desk.checkpoint().await;
        desk.connection = connection;
    }
    let error = journal.commit(vec![row("t1", 1, 1)], vec![summary("t1")], Vec::new()).await.unwrap_err();
    assert!(matches!(error, JournalError::Refusing { .. }), "{error}");
    journal.recover().await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn one_failed_sync_is_recovered_from_and_a_second_is_a_dying_disk() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = Journal::open(&path).await.unwrap();
    let path = journal.path.clone();
    disk::count_failed_sync(&path);
    let journal = journal.recover().await.unwrap();
    disk::count_failed_sync(&path);
    let error = journal.recover().await.unwrap_err();
    assert!(matches!(error, JournalError::DyingDisk { failed_syncs: 2, .. }), "{error}");
    let error = Journal::open(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::DyingDisk { .. }), "{error}");
    // A restart doesn't decide it.
    disk::forget(&path);
    let error = Journal::open(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::DyingDisk { .. }), "{error}");
    assert!(trust_disk_again(&path).await.unwrap());
    let journal = Journal::open(&path).await.unwrap();
    // From then on the first failure is a first one.
    disk::count_failed_sync(&path);
    journal.recover().await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn a_disk_that_finds_no_room_when_it_syncs_is_full_and_not_dying() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = Journal::open(&path).await.unwrap();
    for kind in [std::io::ErrorKind::StorageFull, std::io::ErrorKind::QuotaExceeded] {
        let error = disk::failed_sync(&journal.path, kind.into());
        assert!(matches!(error, JournalError::DiskFull { .. }), "{error}");
    }
    let journal = journal.recover().await.unwrap();
    disk::failed_sync(&journal.path, std::io::ErrorKind::Other.into());
    disk::failed_sync(&journal.path, std::io::ErrorKind::Other.into());
    assert!(matches!(journal.recover().await, Err(JournalError::DyingDisk { failed_syncs: 2, .. })));
}

#[tokio::test]
async fn a_setting_that_is_not_taken_is_named() {
    // In memory SQLite keeps another kind of journal, as it does where it can't keep a log.
    let error = sql::connect(Path::new(":memory:"), Path::new(":memory:")).await.unwrap_err();
    assert!(
        matches!(&error, JournalError::Pragma { name: "journal_mode", wanted: "wal", got, .. }
            if got == "memory"),
        "{error}"
    );
}

#[tokio::test]
async fn each_statement_runs_on_a_migrated_journal_and_none_reads_the_whole_history() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let mut journal = Journal::open(&path).await.unwrap();
    for at in 0..50 {
        let id = format!("{at:032}");
        let mut summary = summary(&id);
        summary.open = at % 10 == 0;
        journal.commit(vec![row(&id, 0, 10)], vec![summary], Vec::new()).await.unwrap();
    }
    let mut desk = journal.desk.lock().await;
    let connection = desk.connection().unwrap();
    sqlx::query("ANALYZE").execute(&mut *connection).await.unwrap();
    sqlx::query(sql::CHECKPOINT).execute(&mut *connection).await.unwrap();
    for (statement, wanted) in [
        (sql::OPEN_TRANSACTIONS, "USING INDEX open_transactions"),
        (sql::LAST_CLOSED, "USING INTEGER PRIMARY KEY (rowid>?)"),
        (sql::WITH_STAFF, "USING INDEX transactions_with_staff"),
        (sql::PAID_ORDERS, "USING INDEX order_numbers (business_day=?"),
        (sql::PAID_HEADS, "USING INDEX order_numbers (business_day=?"),
        (sql::LAST_ORDER_NUMBER, "order_numbers (business_day=?"),
        (sql::SUMMARY, "(transaction_id=?)"),
        (sql::HEAD, "(transaction_id=?)"),
        (sql::LAST_NUMBER, "SEARCH transactions"),
        (sql::SUMMARIES_AFTER, "USING INTEGER PRIMARY KEY (rowid>?)"),
        (sql::SUMMARIES_BEFORE, "USING INTEGER PRIMARY KEY (rowid<?)"),
        (sql::ENTRIES_BETWEEN, "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (sql::ENTRIES, "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (sql::HEADS_BETWEEN, "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (sql::LOST_BETWEEN, "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        (sql::DAMAGE, ""),
        (sql::HAS_DAMAGE, ""),
        (sql::INSERT_DAMAGE, ""),
        (sql::ACCEPT_DAMAGE, "(name=?)"),
        (sql::INSERT_STEP, ""),
        (sql::INSERT_SUMMARY, ""),
        (sql::INSERT_ENTRY, ""),
        (sql::COMPATIBILITY, ""),
        (sql::HAS_COMPATIBILITY, ""),
        (search::OPEN, "USING INDEX open_transactions"),
        (search::OF_A_DAY, "USING INDEX unnumbered_by_time (opened_ms>? AND opened_ms<?)"),
        (search::ALL, "USING INDEX closed_by_facets (facets=? AND rowid>? AND rowid<?)"),
        (search::BY_ID, "(transaction_id=?)"),
        (search::BY_REFERENCE, "USING INDEX closed_by_reference (<expr>=? AND rowid<?)"),
        (
            search::BY_ORDER_NUMBER,
            "USING INDEX closed_by_order_number (order_number=? AND facets=? AND rowid>? AND rowid<?)",
        ),
        (search::BY_APPROVAL, "USING INDEX closed_by_approval (approval_number=? AND rowid<?)"),
        (search::BY_LAST_FOUR, "USING INDEX closed_by_last_four (last_four=? AND rowid<?)"),
        (search::BY_TOTAL, "USING INDEX closed_by_total (total_won=? AND facets=? AND rowid>? AND rowid<?)"),
        (search::BY_CARD, "USING INDEX closed_by_card (card_won=? AND facets=? AND rowid>? AND rowid<?)"),
        (search::BY_COUPON, "USING INDEX closed_by_coupon (coupon_won=? AND facets=? AND rowid>?"),
        (search::BY_POINTS, "USING INDEX closed_by_points (points_won=? AND facets=? AND rowid>?"),
        (search::BY_GIFT_CARD, "USING INDEX closed_by_gift_card (gift_card_won=? AND facets=? AND rowid>?"),
        (search::HEADS, "USING INTEGER PRIMARY KEY (rowid=?)"),
        (deeds::BEFORE, "USING INTEGER PRIMARY KEY (rowid<?)"),
        (deeds::AFTER, "USING INTEGER PRIMARY KEY (rowid>?)"),
        (deeds::OF_KINDS, "USING INDEX deeds_by_kind (kind=?)"),
        (deeds::CLOSE_OF_DAY, "USING INDEX closes_by_day (close_day=?)"),
        (deeds::CLOSE_NUMBERED, "USING INDEX closes_by_number (close_number=?)"),
        (deeds::LAST_CLOSE, "USING INDEX closes_by_number"),
        (deeds::CLOSE_BEFORE, "USING INDEX closes_by_day (close_day<?)"),
        (deeds::CLOSE_AFTER, "USING INDEX closes_by_day (close_day>?)"),
        (deeds::LAST_DEED, ""),
        (deeds::LAST_CLOSE_NUMBER, "closes_by_number"),
        (deeds::BOOKABLE, "(transaction_id=?)"),
        (deeds::UNCLOSED, "unclosed_sales"),
        (deeds::UNCLOSED, "unclosed_refunds"),
        (deeds::UNNUMBERED_BETWEEN, "USING INDEX unnumbered_by_time (opened_ms>? AND opened_ms<?)"),
        (deeds::UNBOOKED, "unbooked"),
        (deeds::HAS_DEEDS, ""),
        (deeds::INSERT_DEED, ""),
        (deeds::CLOSE_SALES, "unclosed_sales"),
        (deeds::CLOSE_REFUNDS, "unclosed_refunds"),
    ] {
        let plan: Vec<String> = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")))
            .fetch_all(&mut *connection)
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"))
            .iter()
            .map(|row| row.get("detail"))
            .collect();
        let plan = plan.join("; ");
        assert!(plan.contains(wanted), "{statement}: {plan}");
        assert!(
            !plan.split("; ").any(|step| ["SCAN transactions", "SCAN entries", "SCAN deeds"].contains(&step)),
            "{statement}: {plan}"
        );
    }
    drop(desk);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_journal_that_changes_while_it_is_copied_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    Journal::open(&path).await.unwrap().close().await.unwrap();
    copy::copy(&path, || {}).unwrap();
    let wal = disk::beside(&path, "-wal");
    let appended = || fs::write(&wal, "more").unwrap();
    assert!(matches!(copy::copy(&path, appended), Err(CopyError::Changed { .. })));
    // As it stands, it is one to copy again.
    copy::copy(&path, || {}).unwrap();

    let mut kiosk = None;
    let started = || kiosk = Some(disk::claim(&path).unwrap());
    assert!(matches!(copy::copy(&path, started), Err(CopyError::Held { .. })));
}

#[test]
fn each_migration_in_the_directory_is_built_in() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let there: BTreeSet<String> =
        fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let built_in: BTreeSet<String> =
        sql::MIGRATIONS.iter().map(|(version, name, _)| format!("{version:04}_{name}.sql")).collect();
    assert_eq!(there, built_in);
    for (version, name, text) in sql::MIGRATIONS {
        let says = format!("INSERT INTO compatibility (migration, oldest_usable) VALUES ({version},");
        assert!(text.contains(&says), "{name} doesn't say who can use it");
    }
}

#[test]
fn each_field_counts_in_the_checksum() {
    let one = row("t1", 1, 3);
    let base = chain::link(7, &one);
    let changed = [
        chain::link(8, &one),
        chain::link(7, &NewRow { transaction_id: "t2".to_owned(), ..one.clone() }),
        chain::link(7, &NewRow { seq: 2, ..one.clone() }),
        chain::link(7, &NewRow { at_ms: 9, ..one.clone() }),
        chain::link(7, &NewRow { boot_ms: 9, ..one.clone() }),
        chain::link(7, &NewRow { boot_id: "boo".to_owned(), kind: "tstep".to_owned(), ..one.clone() }),
        chain::link(7, &NewRow { kind: "other".to_owned(), ..one.clone() }),
        chain::link(7, &NewRow { body: "xxy".to_owned(), ..one.clone() }),
    ];
    assert!(changed.iter().all(|sum| *sum != base));
    // On disk for years: this value may never change.
    assert_eq!(chain::link(chain::START, &row("t1", 0, 3)), 8_301_132_684_598_046_353);
}
