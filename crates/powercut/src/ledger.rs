//! What the journal was told, kept beside it: what it must show afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use fastrand::Rng;
use till::journal::{Booked, DeedRow, Journal, NewClose, NewDeed, NewRow, Row, Summary};

const DAY: &str = "2026-11-24";
const CLOSED_DAY: &str = "closed_day";
/// As in a shop where some orders are settled beside the selling.
const OPEN_AT_ONCE: usize = 3;

/// Every transaction with all its rows and its summary, what staff did, and whose sale no close counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    transactions: BTreeMap<String, Transaction>,
    deeds: Vec<Arc<NewDeed>>,
    unclosed: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Transaction {
    rows: Vec<Arc<NewRow>>,
    summary: Summary,
}

/// What is told in one commit.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub rows: Vec<NewRow>,
    pub summaries: Vec<Summary>,
    pub deeds: Vec<NewDeed>,
}

impl Ledger {
    pub fn rows(&self) -> usize {
        self.transactions.values().map(|transaction| transaction.rows.len()).sum::<usize>() + self.deeds.len()
    }

    /// Some next commit and what is there after it: one row, several, of one transaction or two, or a summary alone,
    /// which costs no reader a row; beside it or by itself now and then what staff did.
    pub fn next(&self, rng: &mut Rng) -> (Told, Self) {
        let mut after = self.clone();
        let mut told = Told::default();
        if rng.u32(0..8) == 0 {
            told.deeds = after.done(rng);
            if rng.bool() {
                return (told, after);
            }
        }
        if let Some(summary) = after.summed_up(rng) {
            told.summaries.push(summary);
            return (told, after);
        }
        let first = after.somebody(rng);
        after.step(&first, rng, &mut told.rows);
        match rng.u32(0..10) {
            0 | 1 => after.step(&first, rng, &mut told.rows),
            2 => {
                let second = after.somebody(rng);
                after.step(&second, rng, &mut told.rows);
            }
            _ => {}
        }
        for row in &told.rows {
            if let Some(transaction) = after.transactions.get(&row.transaction_id)
                && !told.summaries.contains(&transaction.summary)
            {
                told.summaries.push(transaction.summary.clone());
            }
        }
        (told, after)
    }

    /// Something that staff did, and sometimes the close of a day after it. A close counts what was sold before.
    fn done(&mut self, rng: &mut Rng) -> Vec<NewDeed> {
        let mut deeds = vec![deed("came_in", "null", rng)];
        if rng.bool() {
            let closes = self.deeds.iter().filter(|deed| deed.kind == CLOSED_DAY).count();
            let number = u32::try_from(closes).unwrap_or(u32::MAX).saturating_add(1);
            let did = format!(r#"{{"number":{number},"day":{{"day":"day {number:09}"}}}}"#);
            let bookings = std::mem::take(&mut self.unclosed).into_iter().map(|id| (id, false)).collect();
            let close = Some(NewClose { number, bookings });
            deeds.push(NewDeed { close, ..deed(CLOSED_DAY, &did, rng) });
        }
        // What is read doesn't name what it counts: what nobody counts any more does.
        self.deeds.extend(deeds.iter().map(|deed| Arc::new(NewDeed { close: None, ..deed.clone() })));
        deeds
    }

    /// Half of the time, a transaction of which only the summary changes.
    fn summed_up(&mut self, rng: &mut Rng) -> Option<Summary> {
        let transaction = rng.choice(self.transactions.values_mut()).filter(|_| rng.bool())?;
        transaction.summary.state = format!("seen {}", rng.u32(..));
        Some(transaction.summary.clone())
    }

    /// An open transaction, or a new one.
    fn somebody(&self, rng: &mut Rng) -> String {
        let open: Vec<&String> =
            self.transactions.iter().filter(|(_, transaction)| transaction.summary.open).map(|(id, _)| id).collect();
        let new = || format!("{:032}", self.transactions.len());
        if open.len() < OPEN_AT_ONCE && rng.u32(0..4) == 0 {
            return new();
        }
        rng.choice(open).cloned().unwrap_or_else(new)
    }

    fn step(&mut self, id: &str, rng: &mut Rng, rows: &mut Vec<NewRow>) {
        let paid = self.transactions.values().filter(|transaction| transaction.summary.order_seq.is_some()).count();
        let number = self.transactions.len();
        let transaction = self
            .transactions
            .entry(id.to_owned())
            .or_insert_with(|| Transaction { rows: Vec::new(), summary: opened(id, number) });
        let row = row(id, transaction.rows.len(), rng);
        rows.push(row.clone());
        transaction.rows.push(Arc::new(row));
        let summary = &mut transaction.summary;
        summary.state = format!("step {}", transaction.rows.len());
        summary.live_attempt = transaction.rows.len() >= 3;
        summary.with_staff = rng.u32(0..12) == 0;
        if summary.open && transaction.rows.len() >= rng.usize(6..20) {
            summary.open = false;
            summary.handed_over = true;
            summary.approval_number = Some(format!("3001{paid:04}"));
            summary.order_number = Some(format!("A-{paid:03}"));
            summary.business_day = Some(DAY.to_owned());
            summary.order_seq = u32::try_from(paid).ok().map(|paid| paid + 1);
            summary.booked = Some(Booked { sold_ms: Some(1_790_000_000_000), refunded_ms: None });
            self.unclosed.insert(id.to_owned());
        }
    }

    /// All that the journal shows, read as the kiosk reads it; what it can't trust is an error.
    pub async fn read(journal: &mut Journal) -> Result<Self, String> {
        let say = |error: till::journal::JournalError| error.to_string();
        let mut chains = journal.open_transactions().await.map_err(say)?;
        chains.extend(journal.paid_orders(DAY, u32::MAX).await.map_err(say)?);
        let mut ledger = Self::default();
        for chain in chains {
            let rows: Vec<Arc<NewRow>> =
                chain.map_err(|error| error.to_string())?.into_iter().map(|row| Arc::new(told(row))).collect();
            let id = rows.first().map(|row| row.transaction_id.clone()).ok_or("a transaction without a row")?;
            let summary = journal.summary(&id).await.map_err(say)?.ok_or("a transaction without a summary")?;
            ledger.transactions.insert(id, Transaction { rows, summary });
        }
        let with_staff = journal.with_staff().await.map_err(say)?;
        let ours = ledger.transactions.values().filter(|transaction| transaction.summary.with_staff).count();
        if with_staff.len() != ours || journal.last_order_number(DAY).await.map_err(say)? != ledger.last_number() {
            return Err("the lists don't agree with the transactions".to_owned());
        }
        for deed in journal.deeds(None, u32::MAX).await.map_err(say)?.into_iter().rev() {
            ledger.deeds.push(Arc::new(told_deed(deed.map_err(|error| error.to_string())?)));
        }
        for unclosed in journal.unclosed().await.map_err(say)? {
            let rows = unclosed.chain.map_err(|error| error.to_string())?;
            ledger.unclosed.extend(rows.first().map(|row| row.transaction_id.clone()));
        }
        let closes = ledger.deeds.iter().rfind(|deed| deed.kind == CLOSED_DAY);
        if journal.last_close().await.map_err(say)?.map(told_deed).as_ref() != closes.map(Arc::as_ref) {
            return Err("the last close isn't the last deed that closed a day".to_owned());
        }
        Ok(ledger)
    }

    fn last_number(&self) -> u32 {
        self.transactions.values().filter_map(|transaction| transaction.summary.order_seq).max().unwrap_or(0)
    }
}

fn told(row: Row) -> NewRow {
    // The journal has checked the checksum, which covers all the others.
    let Row { transaction_id, seq, at_ms, boot_ms, boot_id, kind, body, checksum: _ } = row;
    NewRow { transaction_id, seq, at_ms, boot_ms, boot_id, kind, body }
}

fn told_deed(deed: DeedRow) -> NewDeed {
    let DeedRow { number: _, at_ms, boot_ms, boot_id, kind, body, checksum: _ } = deed;
    NewDeed { at_ms, boot_ms, boot_id, kind, body, close: None }
}

fn deed(kind: &str, did: &str, rng: &mut Rng) -> NewDeed {
    let length = if rng.u32(0..8) == 0 { rng.usize(1_000..9_000) } else { rng.usize(20..400) };
    NewDeed {
        at_ms: 1_790_000_000_000 + rng.i64(0..1_000_000),
        boot_ms: rng.i64(0..1_000_000),
        boot_id: "boot-one".to_owned(),
        kind: kind.to_owned(),
        body: format!(r#"{{"by":"{}","did":{did}}}"#, rng.alphanumeric().to_string().repeat(length)),
        close: None,
    }
}

fn row(id: &str, seq: usize, rng: &mut Rng) -> NewRow {
    // Mostly short; a message may need pages of its own.
    let length = if rng.u32(0..8) == 0 { rng.usize(1_000..9_000) } else { rng.usize(20..400) };
    NewRow {
        transaction_id: id.to_owned(),
        seq: u32::try_from(seq).unwrap_or(u32::MAX),
        at_ms: 1_790_000_000_000 + rng.i64(0..1_000_000),
        boot_ms: rng.i64(0..1_000_000),
        boot_id: "boot-one".to_owned(),
        kind: "step".to_owned(),
        body: format!("\"{}\"", rng.alphanumeric().to_string().repeat(length)),
    }
}

fn opened(id: &str, number: usize) -> Summary {
    Summary {
        transaction_id: id.to_owned(),
        order_id: format!("order of {id}"),
        opened_ms: 1_790_000_000_000 + i64::try_from(number).unwrap_or(0),
        open: true,
        with_staff: false,
        state: "opened".to_owned(),
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
        booked: Some(Booked::default()),
    }
}
