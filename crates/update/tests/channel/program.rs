//! The program in the packages: it opens the journal as a kiosk does, sells something, and is well; or it isn't.

use std::{env, fs, path::Path, time::Duration};

use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};
use till::journal::{Journal, NewRow, Summary};

/// How a version behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaves {
    /// It opens the journal, sells, and says that it is well.
    Well,
    /// As a newer version, which has a migration of its own.
    WellWithMigration,
    /// It migrates the journal, sells something, and then dies.
    Crashes,
    /// It migrates the journal, sells something, and then stands still.
    Hangs,
    /// Its migration fails.
    FailsToMigrate,
}

const ALL: [Behaves; 5] =
    [Behaves::Well, Behaves::WellWithMigration, Behaves::Crashes, Behaves::Hangs, Behaves::FailsToMigrate];

impl Behaves {
    /// Is it any good?
    pub fn is_well(self) -> bool {
        matches!(self, Behaves::Well | Behaves::WellWithMigration)
    }
}

/// The script in a package, which runs this very test program.
pub fn script(version: &str, behaves: Behaves) -> String {
    let test = env::current_exe().unwrap();
    format!(
        "#!/bin/sh\nexec env SELLS_AS='{version}' BEHAVES={behaves:?} '{}' program::sells --exact --ignored --nocapture\n",
        test.display()
    )
}

#[test]
#[ignore = "run as the program in the packages"]
fn sells() {
    let told = |name: &str| env::var(name).unwrap();
    let (version, journal, healthy) = (told("SELLS_AS"), told("JOURNAL"), told("HEALTHY"));
    let behaves = ALL.into_iter().find(|behaves| format!("{behaves:?}") == told("BEHAVES")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(sell(&version, Path::new(&journal), behaves));
    if behaves == Behaves::Crashes {
        std::process::abort();
    }
    if behaves.is_well() {
        // As the till does: whole under another name first.
        let new = format!("{healthy}.new");
        fs::write(&new, format!("{version}\n")).unwrap();
        fs::rename(new, healthy).unwrap();
    }
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}

/// Opens the journal and writes a sale. The journal is open until the program ends, as a kiosk's is.
async fn sell(version: &str, path: &Path, behaves: Behaves) {
    let mut journal = Journal::open(path).await.unwrap();
    if behaves != Behaves::Well {
        journal.close().await.unwrap();
        migrate(path, behaves == Behaves::FailsToMigrate).await;
        journal = Journal::open(path).await.unwrap();
    }
    let id = format!("sold-by-{version}-{}", uuid_like());
    let row = NewRow {
        transaction_id: id.clone(),
        seq: 0,
        at_ms: 1,
        boot_ms: 1,
        boot_id: "boot".into(),
        kind: "sold".into(),
        body: format!("{{\"by\":\"{version}\"}}"),
    };
    let summary = Summary {
        transaction_id: id.clone(),
        order_id: id,
        opened_ms: 1,
        open: true,
        with_staff: false,
        state: "sold".into(),
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
    };
    journal.commit(vec![row], vec![summary], Vec::new()).await.unwrap();
    std::mem::forget(journal);
}

/// What tells one run of a program from the next.
fn uuid_like() -> String {
    format!("{:020}", std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos())
}

/// A migration as a newer program has it: additive, and it says that older programs may still use the journal.
async fn migrate(path: &Path, fails: bool) {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
    let done: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE version = 99")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    if done == 0 {
        let last = if fails { "INSERT INTO there_is_no_such_table VALUES (1);" } else { "" };
        let migration = format!(
            "BEGIN; CREATE TABLE of_a_newer_program (x INTEGER) STRICT;
             INSERT INTO compatibility (migration, oldest_usable) VALUES (99, '0.1.0');
             INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (99, 'newer', 1, x'00', 0); {last} COMMIT;"
        );
        sqlx::raw_sql(AssertSqlSafe(migration)).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}
