//! `prbiti-kiosk journal` as a program of its own, where there is neither display nor configuration.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use till::journal::{Journal, JournalError, NewRow, Summary};

#[tokio::test]
async fn each_command_works_without_a_display_and_says_by_its_exit_code_how_it_went() {
    let shop = Shop::new().await;
    let (code, said, _) = shop.ask(&["verify", "journal.db"]);
    assert_eq!((code, said.as_str()), (0, "journal: 1 transactions, 2 entries, 0 problems\n"));
    let (code, said, _) = shop.ask(&["list", "journal.db", "--utc-offset", "+09:00", "--state", "unused"]);
    assert!(code == 0 && said.contains("2025-10-09 12:00:00") && said.contains(ID), "{said}");
    let (code, said, _) = shop.ask(&["show", "journal.db", "c5e-6f70"]);
    assert!(code == 1 && said.starts_with("nothing is called 'c5e-6f70'"), "{said}");
    let (code, said, _) = shop.ask(&["show", "journal.db", "E6F-70"]);
    assert!(code == 0 && said.contains("closed: nothing was ever asked or paid"), "{said}");
    let (code, said, _) = shop.ask(&["export", "journal.db", "--format", "csv"]);
    assert!(code == 0 && said.lines().count() == 2 && said.contains(ID), "{said}");
    let (code, said, _) = shop.ask(&["export", "journal.db", "--format", "jsonl"]);
    assert!(code == 0 && said.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{said}");

    let (code, said, complaint) = shop.ask(&["verify", "nowhere.db"]);
    assert!(code == 2 && said.is_empty() && complaint.contains("hint: "), "{complaint}");
    let (code, _, complaint) = shop.ask(&["repair", "journal.db"]);
    assert!(code == 2 && complaint.contains("usage: prbiti-kiosk journal"), "{complaint}");

    // The same change in the journal and, where SQLite keeps an older page, there.
    let path = shop.folder.path().join("journal.db");
    let text = fs::read(&path).unwrap();
    let from = b"nused\"}".as_slice();
    let mut changed = text.clone();
    for at in (0..text.len() - from.len()).filter(|at| text[*at..].starts_with(from)) {
        changed[at] = b'm';
    }
    assert_ne!(changed, text);
    fs::write(&path, changed).unwrap();
    let (code, said, _) = shop.ask(&["verify", "journal.db"]);
    assert!(code == 1 && said.contains("entry 1: its checksum is wrong"), "{said}");
    assert!(said.ends_with("journal: 1 transactions, 2 entries, 1 problems\n"), "{said}");
}

#[tokio::test]
async fn a_program_that_is_older_than_the_journal_admits_is_told_before_it_is_installed() {
    let shop = Shop::new().await;
    let usable = |by| shop.ask(&["usable", "journal.db", "--by", by]);
    assert_eq!(usable("0.1.0"), (0, String::new(), String::new()));
    assert_eq!(usable("0.1.0~beta2").0, 0);
    let (code, _, complaint) = usable("0.0.9");
    assert!(code == 1 && complaint.contains("needs program 0.1.0 or newer, and 0.0.9 isn't"), "{complaint}");
    assert_eq!(usable("new").0, 1, "what can't be read is too old for everything");
    let (code, _, complaint) = shop.ask(&["usable", "nowhere.db", "--by", "0.1.0"]);
    assert!(code == 2 && complaint.contains("hint: "), "{complaint}");
    // A migration of a newer program, which this one can't use any more: it is answered all the same.
    let path = shop.folder.path().join("journal.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut newer = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("INSERT INTO compatibility VALUES (99, '7.1.0')").execute(&mut newer).await.unwrap();
    sqlx::Connection::close(newer).await.unwrap();
    assert_eq!(usable("7.1.0").0, 0);
    let (code, _, complaint) = usable("7.0.9");
    assert!(code == 1 && complaint.contains("needs program 7.1.0"), "{complaint}");
}

#[tokio::test]
async fn damage_is_accepted_by_its_name_and_by_no_other() {
    let shop = Shop::new().await;
    let path = shop.folder.path().join("journal.db");
    let text = fs::read(&path).unwrap();
    let changed: Vec<u8> = {
        let from = b"nused\"}".as_slice();
        let mut changed = text.clone();
        for at in (0..text.len() - from.len()).filter(|at| text[*at..].starts_with(from)) {
            changed[at] = b'm';
        }
        changed
    };
    fs::write(&path, changed).unwrap();
    let mut journal = open(&path).await;
    while !journal.check_on().await.unwrap().done {}
    let name = journal.undecided().await.unwrap().remove(0).name;
    let (code, _, complaint) = shop.ask(&["accept", "journal.db", &name]);
    assert!(code == 2 && complaint.contains("another kiosk program uses this journal"), "{complaint}");
    journal.close().await.unwrap();

    let (code, _, complaint) = shop.ask(&["accept", "journal.db", "another"]);
    assert!(code == 1 && complaint.contains(&format!("left to decide: {name} (transaction {ID}")), "{complaint}");
    let (code, said, _) = shop.ask(&["accept", "journal.db", &name]);
    assert_eq!((code, said), (0, format!("accepted: {name}; nothing is left to decide\n")));
    let (code, _, complaint) = shop.ask(&["accept", "journal.db", "disk"]);
    assert!(code == 1 && complaint.contains("there is nothing to decide"), "{complaint}");
    let (code, _, complaint) = shop.ask(&["accept", "nowhere.db", &name]);
    assert!(code == 2 && complaint.contains("there is no journal"), "{complaint}");
}

#[tokio::test]
async fn a_running_kiosks_journal_is_refused_with_what_to_do() {
    let shop = Shop::new().await;
    let journal = open(&shop.folder.path().join("journal.db")).await;
    for ask in [&["verify", "journal.db"][..], &["list", "journal.db"], &["show", "journal.db", ID]] {
        let (code, said, complaint) = shop.ask(ask);
        assert!(code == 2 && said.is_empty(), "{said}");
        assert!(complaint.contains("a running kiosk uses this journal"), "{complaint}");
        assert!(complaint.contains("copy journal.db and journal.db-wal together"), "{complaint}");
    }
    journal.close().await.unwrap();
    assert_eq!(shop.ask(&["verify", "journal.db"]).0, 0);
}

/// A program that another test is just starting has our open files for a moment, and so the journal's lock.
async fn open(path: &Path) -> Journal {
    loop {
        match Journal::open(path).await {
            Err(JournalError::InUse { .. }) => tokio::time::sleep(Duration::from_millis(5)).await,
            opened => return opened.unwrap(),
        }
    }
}

#[tokio::test]
async fn nobody_listening_is_no_error_to_complain_about() {
    let shop = Shop::new().await;
    let mut child = shop
        .program(&["export", "journal.db", "--format", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended: Output = child.wait_with_output().unwrap();
    let complaint = String::from_utf8(ended.stderr).unwrap();
    assert!(!complaint.contains("prbiti-kiosk:"), "{complaint}");
}

const ID: &str = "0192f0c4a7b87d3e8f1a2b3c4d5e6f70";

/// A folder with a journal in it: one order, begun and closed.
struct Shop {
    folder: TempDir,
}

impl Shop {
    async fn new() -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(&folder.path().join("journal.db")).await.unwrap();
        let rows =
            vec![row(0, &golden("began")), row(1, &serde_json::json!({"kind": "closed", "body": {"how": "unused"}}))];
        let order = &golden("began")["body"]["order"];
        let summary = Summary {
            transaction_id: ID.to_owned(),
            order_id: order["id"].as_str().unwrap().to_owned(),
            opened_ms: OPENED_MS,
            open: false,
            with_staff: false,
            state: "unused".to_owned(),
            total_won: 12_000,
            card_won: 0,
            approval_number: None,
            order_number: None,
            business_day: None,
            order_seq: None,
            deadline_ms: None,
            handed_over: false,
            live_attempt: false,
            found_by: None,
            booked: None,
        };
        journal.commit(rows, vec![summary], Vec::new()).await.unwrap();
        journal.close().await.unwrap();
        Shop { folder }
    }

    fn program(&self, words: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_prbiti-kiosk"));
        program.arg("journal").args(words).current_dir(self.folder.path()).env_clear();
        program
    }

    /// Its exit code, what it says and what it complains about.
    fn ask(&self, words: &[&str]) -> (i32, String, String) {
        let ended = self.program(words).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
    }
}

/// 2025-10-09 12:00:00 in Korea.
const OPENED_MS: i64 = 1_759_978_800_000;

fn row(seq: u32, entry: &Value) -> NewRow {
    NewRow {
        transaction_id: ID.to_owned(),
        seq,
        at_ms: OPENED_MS + i64::from(seq),
        boot_ms: 5_000,
        boot_id: "boot-one".to_owned(),
        kind: entry["kind"].as_str().unwrap().to_owned(),
        body: entry["body"].to_string(),
    }
}

/// An entry as it is kept for ever.
fn golden(kind: &str) -> Value {
    let golden: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/checkout/tests/golden");
    serde_json::from_str(&fs::read_to_string(golden.join(format!("{kind}.json"))).unwrap()).unwrap()
}
