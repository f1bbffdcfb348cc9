//! Do the journal, Prbiti's ledger and the terminal's list agree to the won?

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;
use sqlx::{
    Connection as _, Row as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

/// What the kiosk wrote down, read from a copy of its file.
#[derive(Debug)]
pub struct Journal {
    pub transactions: Vec<Transaction>,
    /// (transaction, kind) in the order of writing.
    pub entries: Vec<(String, String)>,
    /// What became of each question for a service that was posted, and of each message that nobody answered, in the
    /// same order: (transaction, what was written down).
    pub outcomes: Vec<(String, Value)>,
    /// What was charged and pays for no order: (approval number, won).
    pub stray_charges: Vec<(String, i64)>,
}

/// One line about a transaction.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub id: String,
    pub order: String,
    pub open: bool,
    pub with_staff: bool,
    pub state: String,
    pub total: i64,
    pub card: i64,
    pub approval: Option<String>,
    pub order_number: Option<String>,
    pub handed_over: bool,
}

impl Journal {
    pub async fn read(file: &Path) -> Journal {
        let copy = tempfile::tempdir().expect("a folder");
        let path = copy.path().join("journal.db");
        std::fs::copy(file, &path).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let wal = |path: &Path| path.with_file_name(format!("{}-wal", path.file_name().unwrap_or_default().display()));
        if wal(file).exists() {
            std::fs::copy(wal(file), wal(&path)).expect("a copy of the write-ahead log");
        }
        let mut all = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(&path))
            .await
            .expect("the journal's copy opens");
        let rows = sqlx::query("SELECT * FROM transactions ORDER BY opened_ms, transaction_id")
            .fetch_all(&mut all)
            .await
            .expect("its transactions");
        let transactions = rows
            .iter()
            .map(|row| Transaction {
                id: row.get("transaction_id"),
                order: row.get("order_id"),
                open: row.get("open"),
                with_staff: row.get("with_staff"),
                state: row.get("state"),
                total: row.get("total_won"),
                card: row.get("card_won"),
                approval: row.get("approval_number"),
                order_number: row.get("order_number"),
                handed_over: row.get("handed_over"),
            })
            .collect();
        let rows = sqlx::query("SELECT transaction_id, kind, body FROM history ORDER BY at_ms, transaction_id, seq")
            .fetch_all(&mut all)
            .await
            .expect("its entries");
        let entries: Vec<(String, String)> =
            rows.iter().map(|row| (row.get("transaction_id"), row.get("kind"))).collect();
        let body = |row: &SqliteRow| -> Value { serde_json::from_str(row.get("body")).expect("a body is JSON") };
        let outcomes = rows
            .iter()
            .zip(&entries)
            .filter(|(_, (_, kind))| ["answered", "unanswered"].contains(&kind.as_str()))
            .map(|(row, (transaction, _))| (transaction.clone(), body(row)))
            .collect();
        let stray_charges = rows
            .iter()
            .zip(&entries)
            .filter(|(_, (_, kind))| kind == "late_approval")
            .map(|(row, _)| {
                let approval = &body(row)["approval"];
                let number = approval["approvalNumber"].as_str().unwrap_or_default().to_owned();
                (number, approval["amount"].as_i64().unwrap_or_default())
            })
            .collect();
        Journal { transactions, entries, outcomes, stray_charges }
    }

    /// The transactions that aren't at their end.
    #[allow(dead_code)] // the journeys compare; the demonstration counts
    pub fn open(&self) -> impl Iterator<Item = &Transaction> {
        self.transactions.iter().filter(|one| one.open)
    }

    /// The transactions that took an order: by card, or finished for nothing; without those whose money was given back.
    pub fn paid(&self) -> Vec<&Transaction> {
        let paid = |one: &&Transaction| one.order_number.is_some() && one.state != "refunded";
        self.transactions.iter().filter(paid).collect()
    }
}

/// Every difference between the three, in words. None when they agree.
pub fn differences(journal: &Journal, ledger: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let rows = |table: &str| ledger[table].as_array().cloned().unwrap_or_default();
    let text = |row: &Value, field: &str| row[field].as_str().unwrap_or_default().to_owned();
    let won = |row: &Value, field: &str| row[field].as_i64().unwrap_or_default();

    for hold in rows("holds").iter().filter(|hold| hold["state"] == "held") {
        found.push(format!("Prbiti still holds {hold}"));
    }
    for one in journal.transactions.iter().filter(|one| one.open && !one.with_staff) {
        found.push(format!("the journal has an open transaction {one:?}"));
    }

    let refunded: Vec<String> = rows("refunds")
        .iter()
        .filter(|refund| refund["state"] == "approved")
        .map(|refund| text(refund, "approvalNumber"))
        .collect();
    let charged: BTreeMap<String, i64> = rows("payments")
        .iter()
        .filter(|payment| payment["state"] == "approved")
        .map(|payment| (text(payment, "approvalNumber"), won(payment, "amount")))
        .filter(|(number, _)| !refunded.contains(number))
        .collect();
    let kept = journal.transactions.iter().filter(|one| one.state != "refunded");
    let for_orders = kept.filter_map(|one| one.approval.clone().map(|number| (number, one.card)));
    let strays = journal.stray_charges.iter().filter(|(number, _)| !refunded.contains(number)).cloned();
    let written: BTreeMap<String, i64> = for_orders.chain(strays).collect();
    if charged != written {
        found.push(format!("the terminal charged {charged:?}, the journal has {written:?}"));
    }

    let settled = rows("settlements");
    let cancelled: Vec<String> = rows("cancels").iter().map(|cancel| text(cancel, "transactionID")).collect();
    for one in journal.transactions.iter().filter(|one| one.state == "refunded" && !cancelled.contains(&one.id)) {
        if settled.iter().any(|settlement| text(settlement, "transactionID") == one.id) {
            found.push(format!("the money of {} is given back, and its settlement stands", one.id));
        }
    }
    for settlement in &settled {
        let id = text(settlement, "transactionID");
        let applied = won(settlement, "couponAmount") + won(settlement, "pointRedeem") + won(settlement, "prepaid");
        match journal.transactions.iter().find(|one| one.id == id) {
            None => found.push(format!("the journal doesn't know the settled transaction {id}")),
            Some(one) if one.total - one.card != applied => found.push(format!(
                "Prbiti settled {applied} won of {id}; the journal has {} - {} by card",
                one.total, one.card
            )),
            Some(_) => {}
        }
    }
    for one in journal.paid() {
        let applied = one.total - one.card;
        if applied > 0 && !settled.iter().any(|settlement| text(settlement, "transactionID") == one.id) {
            found.push(format!("{applied} won of {} were taken off and never settled at Prbiti", one.id));
        }
    }

    let mut numbers: Vec<&String> = journal.transactions.iter().filter_map(|one| one.order_number.as_ref()).collect();
    let all = numbers.len();
    numbers.sort();
    numbers.dedup();
    if numbers.len() != all {
        found.push(format!("an order number was given twice: {numbers:?}"));
    }
    found
}

/// Fails when the three don't agree.
pub fn assert_agreement(journal: &Journal, ledger: &Value) {
    let found = differences(journal, ledger);
    assert!(found.is_empty(), "{}\n{journal:#?}\n{ledger:#}", found.join("\n"));
}
