//! A journal that a disk has changed, or a newer program: what is noticed, what is left as it was, and who decides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use till::journal::{Journal, JournalError, NewRow, Row, Summary, trust_disk_again};

const DAY: &str = "2026-11-24";
/// Open, and closed.
const OPEN: &str = "00000000000000000000000000000002";
const CLOSED: &str = "00000000000000000000000000000003";

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

fn summary(id: &str, open: bool) -> Summary {
    let order_seq = (!open).then(|| id[30..].parse().unwrap());
    Summary {
        transaction_id: id.to_owned(),
        order_id: format!("order of {id}"),
        opened_ms: 1_790_000_000_000,
        open,
        with_staff: false,
        state: "settling".to_owned(),
        total_won: 12_500,
        card_won: 11_500,
        approval_number: None,
        order_number: order_seq.map(|number: u32| format!("A{number}")),
        business_day: order_seq.map(|_| DAY.to_owned()),
        order_seq,
        deadline_ms: Some(1_790_001_800_000),
        handed_over: !open,
        live_attempt: false,
        found_by: None,
        booked: None,
    }
}

/// A journal of one open transaction among closed ones, as a kiosk leaves it that has ended.
async fn journal() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let mut journal = Journal::open(&path).await.unwrap();
    for number in 1..=4 {
        let id = format!("{number:032}");
        let rows = (0..3).map(|seq| row(&id, seq)).collect();
        journal.commit(rows, vec![summary(&id, id == OPEN)], Vec::new()).await.unwrap();
    }
    journal.close().await.unwrap();
    (directory, path)
}

async fn tell(path: &Path, statements: &[&str]) {
    let mut connection = SqliteConnectOptions::new().filename(path).foreign_keys(false).connect().await.unwrap();
    for statement in statements {
        sqlx::query(AssertSqlSafe((*statement).to_owned())).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// Every file beside the journal, but for the lock, which says nothing.
fn files(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for file in fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        files.insert(file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap());
    }
    files.remove("journal.db-lock");
    files
}

fn put(files: &BTreeMap<String, Vec<u8>>) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(directory.path().join(name), content).unwrap();
    }
    let path = directory.path().join("journal.db");
    (directory, path)
}

/// All rows that can be read.
async fn rows(journal: &mut Journal) -> Vec<Row> {
    let mut chains = journal.open_transactions().await.unwrap();
    chains.extend(journal.paid_orders(DAY, 99).await.unwrap());
    chains.into_iter().flatten().flatten().collect()
}

async fn check_all(journal: &mut Journal) -> Result<(), JournalError> {
    while !journal.check_on().await?.done {}
    Ok(())
}

/// Where the whole row of an entry stands in the file, as SQLite keeps it: lengths, key, types and values.
fn cell(file: &[u8], id: &str, seq: u32, number: i64) -> std::ops::Range<usize> {
    let body = row(id, seq).body;
    let starts = (0..file.len() - body.len()).filter(|at| file[*at..].starts_with(body.as_bytes()));
    let starts: Vec<usize> = starts.collect();
    // The checksum of 8 bytes is the last.
    let end = starts.last().unwrap() + body.len() + 8;
    let number_at = |mut at: usize| {
        let mut value = 0;
        loop {
            value = value << 7 | i64::from(file[at] & 0x7f);
            at += 1;
            if file[at - 1] & 0x80 == 0 {
                return (value, at);
            }
        }
    };
    let is_cell = |at: &usize| {
        let (length, key_at) = number_at(*at);
        let (key, values) = number_at(key_at);
        key == number * 1_000_000 + i64::from(seq) && values + usize::try_from(length).unwrap() == end
    };
    (end - 300..end).find(is_cell).unwrap()..end
}

#[tokio::test]
async fn a_bit_that_flips_in_any_byte_of_an_entry_is_noticed_and_the_files_are_set_aside_as_they_were() {
    let (_directory, path) = journal().await;
    let whole = files(&path);
    let mut journal = Journal::open(&path).await.unwrap();
    let wanted = rows(&mut journal).await;
    journal.close().await.unwrap();

    for (id, number) in [(OPEN, 2), (CLOSED, 3)] {
        let mut unread = Vec::new();
        for at in cell(&whole["journal.db"], id, 1, number) {
            let mut files = whole.clone();
            files.get_mut("journal.db").unwrap()[at] ^= 1 << (at % 8);
            let (_directory, path) = put(&files);
            let name = match Journal::open(&path).await {
                Ok(mut journal) => {
                    if id == CLOSED {
                        // Nothing is known of it yet, and the check finds it.
                        assert!(journal.undecided().await.unwrap().is_empty());
                        check_all(&mut journal).await.unwrap();
                    }
                    let undecided = journal.undecided().await.unwrap();
                    let read = rows(&mut journal).await;
                    let path = undecided.first().map(|damage| journal.aside(&damage.name).unwrap());
                    journal.close().await.unwrap();
                    if path.is_none() {
                        // A bit that SQLite doesn't look at.
                        assert_eq!(read, wanted, "byte {at} of {id}");
                        unread.push(at);
                        continue;
                    }
                    path.unwrap()
                }
                Err(JournalError::Corrupt { .. }) => {
                    let aside = fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
                    aside.into_iter().find(|path| path.to_string_lossy().contains("-damaged-")).unwrap()
                }
                Err(other) => panic!("byte {at} of {id}: {other}"),
            };
            let found = fs::read(&name).unwrap();
            assert!(found == files["journal.db"], "byte {at} of {id}: {}", name.display());
        }
        // The type of the key's own place, which SQLite keeps elsewhere, and whether text is called text.
        assert!(unread.len() <= 4, "{id}: {unread:?}");
    }
}

#[tokio::test]
async fn what_is_damaged_is_set_aside_with_its_log_before_anything_is_written_and_nobody_may_change_it() {
    let (_directory, path) = journal().await;
    let mut whole = files(&path);
    let text = row(OPEN, 1).body;
    let at = whole["journal.db"].windows(text.len()).position(|part| part == text.as_bytes()).unwrap();
    whole.get_mut("journal.db").unwrap()[at + 3] ^= 1;
    // An empty log of another length than a start makes.
    whole.insert("journal.db-wal".to_owned(), vec![0; 4096]);

    let (_directory, path) = put(&whole);
    let mut journal = Journal::open(&path).await.unwrap();
    let damage = journal.undecided().await.unwrap().remove(0);
    assert_eq!((damage.transaction_id.as_str(), damage.seq, damage.what.as_str()), (OPEN, 1, "its checksum is wrong"));
    let aside = journal.aside(&damage.name).unwrap();
    for (suffix, name) in [("", "journal.db"), ("-wal", "journal.db-wal")] {
        let file = PathBuf::from(format!("{}{suffix}", aside.display()));
        assert!(fs::read(&file).unwrap() == whole[name], "{name}");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o400);
    }
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_decision_is_durable_and_about_this_damage_alone() {
    let (_directory, path) = journal().await;
    let damage = |seq| format!("UPDATE entries SET body = replace(body, 'of', 'xx') WHERE number = 2 AND seq = {seq}");
    tell(&path, &["DROP TRIGGER entries_are_not_changed", &damage(2)]).await;
    let mut journal = Journal::open(&path).await.unwrap();
    let first = journal.undecided().await.unwrap().remove(0);
    assert!(!journal.accept("another").await.unwrap());
    assert!(journal.accept(&first.name).await.unwrap());
    assert!(!journal.accept(&first.name).await.unwrap());
    journal.close().await.unwrap();
    let mut journal = Journal::open(&path).await.unwrap();
    check_all(&mut journal).await.unwrap();
    assert_eq!(journal.undecided().await.unwrap(), []);
    journal.close().await.unwrap();

    tell(&path, &[&damage(1)]).await;
    let mut journal = Journal::open(&path).await.unwrap();
    let further = journal.undecided().await.unwrap();
    assert_eq!(further.len(), 1);
    assert_ne!(further[0].name, first.name);
    // One copy for each time that staff were asked.
    tell_aside(&journal, [&first.name, &further[0].name]);
    journal.close().await.unwrap();
}

fn tell_aside<'a>(journal: &Journal, names: impl IntoIterator<Item = &'a String>) {
    for name in names {
        assert!(journal.aside(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn while_staff_have_not_decided_more_damage_is_told_and_the_disk_is_not_filled_with_copies() {
    let (_directory, path) = journal().await;
    tell(&path, &["DROP TRIGGER entries_are_not_changed", "UPDATE entries SET at_ms = 0 WHERE seq = 1"]).await;
    let mut journal = Journal::open(&path).await.unwrap();
    assert_eq!(journal.undecided().await.unwrap().len(), 1);
    check_all(&mut journal).await.unwrap();
    let names: Vec<String> = journal.undecided().await.unwrap().into_iter().map(|damage| damage.name).collect();
    assert_eq!(names.len(), 4);
    assert_eq!(names.iter().filter(|name| journal.aside(name).is_some()).count(), 1);
    // The next round tells of nothing new.
    check_all(&mut journal).await.unwrap();
    assert_eq!(journal.undecided().await.unwrap().len(), 4);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn entries_whose_summary_is_lost_are_noticed() {
    let (_directory, path) = journal().await;
    tell(&path, &["DELETE FROM transactions WHERE number = 3"]).await;
    let mut journal = Journal::open(&path).await.unwrap();
    check_all(&mut journal).await.unwrap();
    let undecided = journal.undecided().await.unwrap();
    let told: Vec<_> = undecided.iter().map(|damage| damage.transaction_id.as_str()).collect();
    assert_eq!(told, ["number 3"]);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_journal_that_needs_a_newer_program_is_refused_and_not_a_byte_of_any_file_changes() {
    for oldest_usable in ["99.0.0", "unreadable"] {
        let (_directory, path) = journal().await;
        let before_update = files(&path);
        // What the newer program did last is still in its log, as a kill leaves it.
        let mut newer = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
        for statement in [
            format!("INSERT INTO compatibility VALUES (9, '{oldest_usable}')"),
            "ALTER TABLE transactions ADD COLUMN mood TEXT NOT NULL DEFAULT ''".to_owned(),
        ] {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut newer).await.unwrap();
        }
        let mut killed = files(&path);
        killed.remove("journal.db-shm");
        newer.close().await.unwrap();
        assert!(killed["journal.db"] == before_update["journal.db"] && !killed["journal.db-wal"].is_empty());
        let ended = files(&path);
        assert_eq!(ended.len(), 1);
        for found in [killed, ended] {
            let (_directory, path) = put(&found);
            for _ in 0..2 {
                match Journal::open(&path).await {
                    Err(JournalError::TooNew { oldest_usable: named, .. }) => assert_eq!(named, oldest_usable),
                    other => panic!("{other:?}"),
                }
                let left = files(&path);
                assert!(left == found, "{:?}", left.keys());
            }
        }
    }
}

#[tokio::test]
async fn a_journal_of_a_newer_program_that_only_adds_is_used() {
    let (_directory, path) = journal().await;
    tell(
        &path,
        &[
            "INSERT INTO compatibility VALUES (9, '0.1.0')",
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9, 'from the future', TRUE, x'00', 1)",
            "ALTER TABLE transactions ADD COLUMN mood TEXT NOT NULL DEFAULT ''",
            "CREATE TABLE moods (mood TEXT) STRICT",
        ],
    )
    .await;
    let mut journal = Journal::open(&path).await.unwrap();
    journal.commit(vec![row(OPEN, 3)], vec![summary(OPEN, true)], Vec::new()).await.unwrap();
    assert_eq!(journal.transaction(OPEN).await.unwrap().len(), 4);
    check_all(&mut journal).await.unwrap();
    assert_eq!(journal.undecided().await.unwrap(), []);
    journal.close().await.unwrap();
}

#[tokio::test]
async fn a_log_without_its_journal_is_not_taken_for_a_first_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let mut journal = Journal::open(&path).await.unwrap();
    journal.commit(vec![row(OPEN, 0)], vec![summary(OPEN, true)], Vec::new()).await.unwrap();
    let mut found = files(&path);
    journal.close().await.unwrap();
    found.remove("journal.db");
    let (_directory, path) = put(&found);
    let error = Journal::open(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::Corrupt { .. }), "{error}");
    assert!(files(&path) == found);
}

#[tokio::test]
async fn an_emptied_journal_is_not_taken_for_a_first_start() {
    let (_directory, path) = journal().await;
    std::fs::write(&path, "").unwrap();
    let error = Journal::open(&path).await.unwrap_err();
    assert!(matches!(error, JournalError::Corrupt { .. }), "{error}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
}

#[tokio::test]
async fn a_disk_that_nobody_distrusts_is_nothing_to_decide() {
    let (_directory, path) = journal().await;
    assert!(!trust_disk_again(&path).await.unwrap());
}
