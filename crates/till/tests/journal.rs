//! The journal as the rest of the kiosk sees it, on a real disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
};

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use till::journal::{Journal, JournalError, NewRow, Summary, not_in_use};

fn row(id: &str, seq: u32) -> NewRow {
    NewRow {
        transaction_id: id.to_owned(),
        seq,
        at_ms: 1_790_000_000_000 + i64::from(seq),
        boot_ms: 5_000 + i64::from(seq),
        boot_id: "boot-one".to_owned(),
        kind: "step".to_owned(),
        body: format!("{{\"of\":\"{id}\",\"step\":{seq}}}"),
    }
}

fn summary(id: &str) -> Summary {
    Summary {
        transaction_id: id.to_owned(),
        order_id: format!("order of {id}"),
        opened_ms: 1_790_000_000_000,
        open: true,
        with_staff: false,
        state: "settling".to_owned(),
        total_won: 12_500,
        card_won: 11_500,
        approval_number: None,
        order_number: None,
        business_day: None,
        order_seq: None,
        deadline_ms: Some(1_790_001_800_000),
        handed_over: false,
        live_attempt: false,
        found_by: None,
        booked: None,
    }
}

fn paid(id: &str, day: &str, order_seq: u32) -> Summary {
    Summary {
        approval_number: Some("30012345".to_owned()),
        order_number: Some(format!("A-{order_seq:03}")),
        business_day: Some(day.to_owned()),
        order_seq: Some(order_seq),
        ..summary(id)
    }
}

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    (directory, path)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

async fn raw(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

/// What a kill leaves of a journal that is open: its files as the system has them, without the program. A power cut
/// leaves less: `crates/powercut` tries that.
fn kill(path: &Path) -> (TempDir, PathBuf) {
    let (directory, copy) = place();
    fs::copy(path, &copy).unwrap();
    fs::copy(beside(path, "-wal"), beside(&copy, "-wal")).unwrap();
    (directory, copy)
}

#[tokio::test]
async fn what_is_committed_is_there_after_reopening() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    let both = vec![row("t1", 0), row("t1", 1)];
    journal.commit(both, vec![summary("t1")], Vec::new()).await.unwrap();
    journal.commit(vec![row("t1", 2)], vec![paid("t1", "2026-11-24", 7)], Vec::new()).await.unwrap();
    journal.close().await.unwrap();

    let mut journal = Journal::open(&path).await.unwrap();
    let rows = journal.transaction("t1").await.unwrap();
    assert_eq!(rows.len(), 3);
    for (seq, found) in (0..).zip(&rows) {
        let wanted = row("t1", seq);
        assert_eq!(
            (found.seq, &found.body, found.at_ms, found.boot_ms),
            (seq, &wanted.body, wanted.at_ms, wanted.boot_ms)
        );
        assert_eq!((&found.kind, &found.boot_id), (&wanted.kind, &wanted.boot_id));
    }
    assert_eq!(journal.summary("t1").await.unwrap(), Some(paid("t1", "2026-11-24", 7)));
    assert!(journal.transaction("unknown").await.unwrap().is_empty());
    journal.close().await.unwrap();
}

#[tokio::test]
async fn what_is_committed_survives_the_program() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    for seq in 0..300 {
        journal.commit(vec![row("t1", seq)], vec![summary("t1")], Vec::new()).await.unwrap();
    }
    let (_other, copy) = kill(&path);
    journal.close().await.unwrap();

    let mut journal = Journal::open(&copy).await.unwrap();
    let open = journal.open_transactions().await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].as_ref().unwrap().len(), 300);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn open_transactions_come_back_oldest_deadline_first_and_closed_ones_do_not() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    for (id, deadline_ms) in [("none", None), ("late", Some(20)), ("soon", Some(10))] {
        let summary = Summary { deadline_ms, ..summary(id) };
        journal.commit(vec![row(id, 0)], vec![summary], Vec::new()).await.unwrap();
    }
    journal.commit(vec![row("done", 0)], vec![summary("done")], Vec::new()).await.unwrap();
    let closed = Summary { open: false, handed_over: true, ..summary("done") };
    journal.commit(vec![row("done", 1)], vec![closed.clone()], Vec::new()).await.unwrap();
    let ids: Vec<_> = journal
        .open_transactions()
        .await
        .unwrap()
        .into_iter()
        .map(|rows| rows.unwrap()[0].transaction_id.clone())
        .collect();
    assert_eq!(ids, ["soon", "late", "none"]);
    assert_eq!(journal.summary("done").await.unwrap(), Some(closed));
    assert_eq!(journal.transaction("done").await.unwrap().len(), 2);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_transaction_with_staff_is_listed_until_it_is_resolved() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    let with_staff = Summary { with_staff: true, ..summary("t1") };
    journal.commit(vec![row("t1", 0)], vec![with_staff.clone()], Vec::new()).await.unwrap();
    journal.commit(vec![row("t2", 0)], vec![summary("t2")], Vec::new()).await.unwrap();
    assert_eq!(journal.with_staff().await.unwrap(), [with_staff]);
    journal.commit(vec![row("t1", 1)], vec![summary("t1")], Vec::new()).await.unwrap();
    assert_eq!(journal.with_staff().await.unwrap(), []);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn order_numbers_count_up_per_business_day() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    assert_eq!(journal.last_order_number("2026-11-24").await.unwrap(), 0);
    for (id, day, number) in
        [("t1", "2026-11-24", 1), ("t2", "2026-11-24", 2), ("t3", "2026-11-24", 3), ("t4", "2026-11-25", 1)]
    {
        journal.commit(vec![row(id, 0)], vec![summary(id)], Vec::new()).await.unwrap();
        let paid = paid(id, day, number);
        journal.commit(vec![row(id, 1)], vec![paid], Vec::new()).await.unwrap();
    }
    assert_eq!(journal.last_order_number("2026-11-24").await.unwrap(), 3);
    assert_eq!(journal.last_order_number("2026-11-25").await.unwrap(), 1);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn the_newest_paid_orders_of_a_day_come_with_all_their_entries() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    for (id, day, number) in
        [("t1", "2026-11-24", 1), ("t2", "2026-11-25", 1), ("t3", "2026-11-24", 2), ("t4", "2026-11-24", 3)]
    {
        let rows = (0..3).map(|seq| row(id, seq)).collect();
        journal.commit(rows, vec![paid(id, day, number)], Vec::new()).await.unwrap();
    }
    journal.commit(vec![row("t5", 0)], vec![summary("t5")], Vec::new()).await.unwrap();
    let mut whole = Vec::new();
    for id in ["t4", "t3"] {
        whole.push(Ok(journal.transaction(id).await.unwrap()));
    }
    assert_eq!(journal.paid_orders("2026-11-24", 2).await.unwrap(), whole);
    assert_eq!(journal.paid_orders("2026-11-26", 2).await.unwrap(), []);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_damaged_paid_order_hides_no_other() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    for (id, number) in [("t1", 1), ("t2", 2), ("t3", 3)] {
        journal.commit(vec![row(id, 0), row(id, 1)], vec![paid(id, "2026-11-24", number)], Vec::new()).await.unwrap();
    }
    journal.close().await.unwrap();
    edit(&path, row("t2", 1).body.as_bytes(), b"{\"of\":\"tx");
    let mut connection = raw(&path).await;
    sqlx::query("DROP TRIGGER entries_are_not_removed").execute(&mut connection).await.unwrap();
    sqlx::query("DELETE FROM entries WHERE number = 1").execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let mut journal = Journal::open(&path).await.unwrap();
    let found = journal.paid_orders("2026-11-24", 9).await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|chain| match chain {
            Ok(rows) => (rows[0].transaction_id.as_str(), rows.len(), true),
            Err(damaged) => (damaged.transaction_id.as_str(), damaged.whole.len(), false),
        })
        .collect();
    assert_eq!(told, [("t3", 2, true), ("t2", 1, false), ("t1", 0, false)]);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn an_order_number_is_never_given_twice() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    for id in ["t1", "t2"] {
        journal.commit(vec![row(id, 0)], vec![summary(id)], Vec::new()).await.unwrap();
    }
    journal.commit(vec![row("t1", 1)], vec![paid("t1", "2026-11-24", 1)], Vec::new()).await.unwrap();
    let error = journal.commit(vec![row("t2", 1)], vec![paid("t2", "2026-11-24", 1)], Vec::new()).await.unwrap_err();
    assert!(matches!(error, JournalError::Contradiction { .. }), "{error}");

    let mut journal = journal.recover().await.unwrap();
    assert_eq!(journal.transaction("t2").await.unwrap().len(), 1);
    assert_eq!(journal.last_order_number("2026-11-24").await.unwrap(), 1);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn an_order_has_one_transaction_that_may_have_charged_a_card() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    let of_one_order = |id: &str, live_attempt| Summary { order_id: "order".to_owned(), live_attempt, ..summary(id) };
    journal.commit(vec![row("t1", 0)], vec![of_one_order("t1", true)], Vec::new()).await.unwrap();
    journal.commit(vec![row("t2", 0)], vec![of_one_order("t2", false)], Vec::new()).await.unwrap();
    let error = journal.commit(vec![row("t2", 1)], vec![of_one_order("t2", true)], Vec::new()).await.unwrap_err();
    assert!(matches!(error, JournalError::Contradiction { .. }), "{error}");

    let mut journal = journal.recover().await.unwrap();
    assert_eq!(journal.transaction("t2").await.unwrap().len(), 1);
    // Once the first is proven to have charged nothing, the second may.
    journal.commit(vec![row("t1", 1)], vec![of_one_order("t1", false)], Vec::new()).await.unwrap();
    journal.commit(vec![row("t2", 1)], vec![of_one_order("t2", true)], Vec::new()).await.unwrap();
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_gap_is_refused_and_nothing_of_the_commit_is_written() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    journal.commit(vec![row("t1", 0)], vec![summary("t1")], Vec::new()).await.unwrap();
    let error = journal.commit(vec![row("t1", 1), row("t1", 3)], vec![summary("t1")], Vec::new()).await.unwrap_err();
    assert!(matches!(&error, JournalError::Contradiction { what } if what.contains("t1")), "{error}");
    let mut journal = journal.recover().await.unwrap();
    assert_eq!(journal.transaction("t1").await.unwrap().len(), 1);
    // Neither may a row come again, nor one without its summary, nor a summary of nothing.
    for (rows, summaries) in
        [(vec![row("t1", 0)], vec![summary("t1")]), (vec![row("t1", 1)], vec![]), (vec![], vec![summary("t2")])]
    {
        let error = journal.commit(rows, summaries, Vec::new()).await.unwrap_err();
        assert!(matches!(error, JournalError::Contradiction { .. }), "{error}");
        journal = journal.recover().await.unwrap();
    }
    journal.commit(vec![row("t1", 1)], vec![summary("t1")], Vec::new()).await.unwrap();
    journal.close().await.unwrap();
}

#[tokio::test]
async fn the_file_itself_refuses_to_change_or_lose_an_entry() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    let both = vec![row("t1", 0), row("t1", 1)];
    journal.commit(both, vec![summary("t1")], Vec::new()).await.unwrap();
    journal.close().await.unwrap();

    let mut connection = raw(&path).await;
    for (sql, wanted) in [
        ("UPDATE entries SET body = '{}'", "never changed"),
        ("DELETE FROM entries", "never removed"),
        ("INSERT OR REPLACE INTO entries VALUES (1000001, 1, 1, 0, 0, '', '', '{}', 0)", "does not follow"),
        ("INSERT INTO entries VALUES (1000003, 1, 3, 0, 0, '', '', '{}', 0)", "does not follow"),
        ("DELETE FROM transactions", "FOREIGN KEY"),
    ] {
        let error = sqlx::query(sql).execute(&mut connection).await.unwrap_err();
        assert!(error.to_string().contains(wanted), "{sql}: {error}");
    }
    connection.close().await.unwrap();
}

/// Changes the first place in the file where `from` stands.
fn edit(path: &Path, from: &[u8], to: &[u8]) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_flipped_bit_is_noticed_and_the_other_transactions_are_whole() {
    let from = row("t2", 1).body;
    let mut wrong_letter = from.clone().into_bytes();
    wrong_letter[3] ^= 1;
    let mut no_letter = from.clone().into_bytes();
    no_letter[3] = 0xff;
    for to in [wrong_letter, no_letter] {
        let (_directory, path) = place();
        let mut journal = Journal::open(&path).await.unwrap();
        for id in ["t1", "t2", "t3"] {
            let rows = (0..3).map(|seq| row(id, seq)).collect();
            journal.commit(rows, vec![summary(id)], Vec::new()).await.unwrap();
        }
        journal.close().await.unwrap();
        edit(&path, from.as_bytes(), &to);

        let mut journal = Journal::open(&path).await.unwrap();
        let open = journal.open_transactions().await.unwrap();
        let whole: Vec<_> = open.iter().flatten().map(Vec::len).collect();
        assert_eq!(whole, [3, 3]);
        let damaged = open.into_iter().find_map(Result::err).unwrap();
        assert_eq!((damaged.transaction_id.as_str(), damaged.seq), ("t2", 1));
        assert_eq!(damaged.whole.len(), 1);
        let error = journal.transaction("t2").await.unwrap_err();
        assert!(matches!(error, JournalError::Damaged(_)), "{error}");
        // Reading damage is no failure of the journal: the others go on, and staff can be told.
        journal.commit(vec![row("t1", 3)], vec![summary("t1")], Vec::new()).await.unwrap();
        let with_staff = Summary { with_staff: true, ..summary("t2") };
        journal.commit(vec![], vec![with_staff.clone()], Vec::new()).await.unwrap();
        assert_eq!(journal.with_staff().await.unwrap(), [with_staff]);
        journal.close().await.unwrap();
    }
}

#[tokio::test]
async fn entries_lost_from_the_end_or_from_the_middle_are_noticed() {
    for (lost, seq) in [(2, 2), (1, 1), (0, 0)] {
        let (_directory, path) = place();
        let mut journal = Journal::open(&path).await.unwrap();
        let rows = (0..3).map(|seq| row("t1", seq)).collect();
        journal.commit(rows, vec![summary("t1")], Vec::new()).await.unwrap();
        journal.close().await.unwrap();

        let mut connection = raw(&path).await;
        sqlx::query("DROP TRIGGER entries_are_not_removed").execute(&mut connection).await.unwrap();
        sqlx::query("DELETE FROM entries WHERE seq = ?").bind(lost).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();

        let mut journal = Journal::open(&path).await.unwrap();
        let open = journal.open_transactions().await.unwrap();
        let damaged = open.into_iter().find_map(Result::err).unwrap();
        assert_eq!(damaged.seq, seq, "{damaged}");
        journal.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_second_program_is_refused_and_does_no_harm() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    journal.commit(vec![row("t1", 0)], vec![summary("t1")], Vec::new()).await.unwrap();
    let log = fs::metadata(beside(&path, "-wal")).unwrap().ino();

    let error = Journal::open(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("another kiosk program"), "{error}");
    assert!(!error.hint().is_empty());
    let error = not_in_use(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");

    let answer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_another_program", "--ignored"])
        .env("KIOSK_JOURNAL", &path)
        .output()
        .unwrap();
    assert!(answer.status.success(), "{answer:?}");
    assert!(String::from_utf8_lossy(&answer.stdout).contains("1 passed"));

    // The log was not replaced under the first program.
    assert_eq!(fs::metadata(beside(&path, "-wal")).unwrap().ino(), log);
    journal.commit(vec![row("t1", 1)], vec![summary("t1")], Vec::new()).await.unwrap();
    let ending = tokio::spawn({
        let path = path.clone();
        async move { not_in_use(&path).await }
    });
    journal.close().await.unwrap();
    ending.await.unwrap().unwrap();
    Journal::open(&path).await.unwrap().close().await.unwrap();
}

#[tokio::test]
#[ignore = "started by a_second_program_is_refused_and_does_no_harm"]
async fn as_another_program() {
    let path = PathBuf::from(std::env::var("KIOSK_JOURNAL").unwrap());
    let error = Journal::open(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    // SQLite's own lock holds too, for a tool that knows nothing of ours.
    let mut connection = raw(&path).await;
    let error = sqlx::query("SELECT * FROM entries").fetch_all(&mut connection).await.unwrap_err();
    assert!(error.to_string().contains("locked"), "{error}");
}

#[tokio::test]
async fn two_names_for_one_file_are_one_journal() {
    let (directory, path) = place();
    let journal = Journal::open(&path).await.unwrap();
    let link = directory.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let error = Journal::open(&link).await.unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    journal.close().await.unwrap();
    Journal::open(&link).await.unwrap().close().await.unwrap();
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_named() {
    let (directory, _) = place();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let mut places = vec![
        directory.path().join("missing/journal.db"),
        // Nobody creates a file here, not even root.
        PathBuf::from("/proc/journal.db"),
    ];
    if fs::write(directory.path().join("probe"), "").is_err() {
        places.push(directory.path().join("journal.db"));
    }
    for path in places {
        let error = Journal::open(&path).await.unwrap_err();
        assert!(matches!(&error, JournalError::NotWritable { path: named, .. } if *named == path), "{path:?}: {error}");
    }
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_journal_is_refused_and_kept() {
    let (_directory, path) = place();
    let content = "this is a shopping list, and no database at all\n".repeat(200);
    fs::write(&path, &content).unwrap();
    let error = Journal::open(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::Corrupt { .. }), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), content);
}

#[tokio::test]
async fn the_files_are_nobody_elses_to_read() {
    let (_directory, path) = place();
    Journal::open(&path).await.unwrap().close().await.unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let mut journal = Journal::open(&path).await.unwrap();
    journal.commit(vec![row("t1", 0)], vec![summary("t1")], Vec::new()).await.unwrap();
    for suffix in ["", "-wal", "-lock"] {
        let file = beside(&path, suffix);
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
    }
    for suffix in ["-shm", "-wal.tmp", "-journal"] {
        assert!(!beside(&path, suffix).exists(), "{suffix}");
    }
    journal.close().await.unwrap();
}

#[tokio::test]
async fn the_log_is_written_anew_at_each_start_and_loses_nothing() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    journal.commit(vec![row("t1", 0)], vec![summary("t1")], Vec::new()).await.unwrap();
    let (_other, copy) = kill(&path);
    journal.close().await.unwrap();

    let wal = beside(&copy, "-wal");
    // Held open, so that its number can't be given to the new file.
    let old = fs::File::open(&wal).unwrap();
    let mut journal = Journal::open(&copy).await.unwrap();
    assert_ne!(fs::metadata(&wal).unwrap().ino(), old.metadata().unwrap().ino());
    assert_eq!(journal.transaction("t1").await.unwrap().len(), 1);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn when_the_log_cannot_be_written_anew_nothing_is_opened() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    journal.commit(vec![row("t1", 0)], vec![summary("t1")], Vec::new()).await.unwrap();
    let (_other, copy) = kill(&path);
    journal.close().await.unwrap();

    let wal = beside(&copy, "-wal");
    let before = (fs::read(&copy).unwrap(), fs::read(&wal).unwrap());
    fs::create_dir(beside(&copy, "-wal.tmp")).unwrap();
    let error = Journal::open(&copy).await.unwrap_err();
    assert!(matches!(error, JournalError::NotWritable { .. }), "{error}");
    assert!(before == (fs::read(&copy).unwrap(), fs::read(&wal).unwrap()));

    fs::remove_dir(beside(&copy, "-wal.tmp")).unwrap();
    let mut journal = Journal::open(&copy).await.unwrap();
    assert_eq!(journal.transaction("t1").await.unwrap().len(), 1);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_commit_overwrites_the_log_and_never_makes_it_grow() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    let size = || fs::metadata(beside(&path, "-wal")).unwrap().len();
    let before = size();
    assert!(before > 0);
    for transaction in 0..150 {
        let id = format!("{transaction:032}");
        for seq in 0..10 {
            let mut row = row(&id, seq);
            row.body = format!("{{\"message\":\"{}\"}}", "x".repeat(1_500));
            journal.commit(vec![row], vec![summary(&id)], Vec::new()).await.unwrap();
        }
    }
    assert_eq!(size(), before);
    journal.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_future_is_dropped_happens_all_the_same() {
    let (_directory, path) = place();
    let mut journal = Journal::open(&path).await.unwrap();
    for seq in 0..100 {
        let before = journal.transaction("t1").await.unwrap().len();
        assert_eq!(before, seq as usize);
        // Polled once, and then dropped.
        tokio::select! {
            biased;
            _ = journal.commit(vec![row("t1", seq)], vec![summary("t1")], Vec::new()) => {}
            () = std::future::ready(()) => {}
        }
    }
    journal.close().await.unwrap();
    let mut journal = Journal::open(&path).await.unwrap();
    assert_eq!(journal.transaction("t1").await.unwrap().len(), 100);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_newer_journal_is_used_only_when_it_says_so() {
    for (oldest_usable, usable) in [("0.0.9", true), ("99.0.0", false), ("unreadable", false)] {
        let (_directory, path) = place();
        Journal::open(&path).await.unwrap().close().await.unwrap();
        let mut connection = raw(&path).await;
        sqlx::query("INSERT INTO compatibility VALUES (9, ?)")
            .bind(oldest_usable)
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9, 'from the future', TRUE, x'00', 1)",
        )
        .execute(&mut connection)
        .await
        .unwrap();
        connection.close().await.unwrap();

        match Journal::open(&path).await {
            Ok(journal) => {
                assert!(usable, "{oldest_usable}");
                journal.close().await.unwrap();
            }
            Err(JournalError::TooNew { oldest_usable: named, .. }) => {
                assert!(!usable, "{oldest_usable}");
                assert_eq!(named, oldest_usable);
            }
            Err(other) => panic!("{other}"),
        }
    }
}
