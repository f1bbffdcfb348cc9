//! The journal: what a read shows, what a power cut leaves, and what it does when the disk fails.
//!
//! A row is durable when its commit returned. A commit that failed may be there all the same; after a failed sync it is
//! seen by every read, and gone with the next power cut, and everything behind it, unless the log was written anew.

use super::*;

/// A transaction's rows.
#[derive(Clone, Default)]
struct Chain {
    rows: Vec<Row>,
    /// What they prove.
    fold: Option<Transaction>,
    /// So many were told durable, or read and built on.
    told: usize,
    /// The last of them can't be read.
    damaged: bool,
}

#[derive(Clone)]
struct Row {
    at: Now,
    json: String,
    /// Surely on the disk.
    safe: bool,
}

#[derive(Clone, Default)]
pub(super) struct Journal {
    chains: BTreeMap<TransactionId, Chain>,
    /// Something in the log isn't on the disk, and nothing behind it is.
    torn: bool,
    /// Since the program started.
    pub(super) failed_syncs: u32,
    /// It can't be opened before then.
    pub(super) down_until: Option<i64>,
    /// So long can it not be opened after it fails next, ms.
    pub(super) next_down: i64,
    /// After a failure the log is used as it is.
    pub(super) keeps_its_log: bool,
}

impl Journal {
    /// Every transaction that can be read.
    pub(super) fn folds(&self) -> impl Iterator<Item = &Transaction> {
        self.chains.values().filter(|chain| !chain.damaged).filter_map(|chain| chain.fold.as_ref())
    }

    /// What the list of all transactions says, also of those whose rows can't be read.
    pub(super) fn summaries(&self) -> impl Iterator<Item = &Transaction> {
        self.chains.values().filter_map(|chain| chain.fold.as_ref())
    }

    pub(super) fn fold(&self, id: &TransactionId) -> Option<&Transaction> {
        self.chains.get(id).and_then(|chain| chain.fold.as_ref())
    }

    /// A transaction's rows, as they are read.
    pub(super) fn records(&self, id: &TransactionId) -> Vec<Record> {
        let rows = self.chains.get(id).map(|chain| chain.rows.as_slice()).unwrap_or_default();
        let record = |(seq, row): (usize, &Row)| Record {
            transaction: id.clone(),
            seq: u32::try_from(seq).unwrap(),
            at: row.at.clone(),
            entry: serde_json::from_str(&row.json).unwrap(),
        };
        rows.iter().enumerate().map(record).collect()
    }

    pub(super) fn is_damaged(&self, id: &TransactionId) -> bool {
        self.chains.get(id).is_some_and(|chain| chain.damaged)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &TransactionId> {
        self.chains.keys()
    }

    /// Adds rows; `told` when the commit returned.
    pub(super) fn commit(&mut self, records: &[Record], told: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        self.torn |= !told;
        for record in records {
            let id = &record.transaction;
            let chain = self.chains.entry(id.clone()).or_default();
            if chain.damaged {
                wrong.push(format!("{id}: a row behind its damage"));
            }
            if chain.rows.len() != record.seq as usize {
                wrong.push(format!("seq {} of {id} after {} rows", record.seq, chain.rows.len()));
            }
            let json = serde_json::to_string(&record.entry).unwrap();
            let read: Entry = serde_json::from_str(&json).unwrap();
            if read != record.entry {
                wrong.push(format!("{id}: a row reads otherwise than it was written: {json}"));
            }
            chain.add(id, &record.at, &read).unwrap_or_else(|why| wrong.push(why));
            chain.rows.push(Row { at: record.at.clone(), json, safe: !self.torn });
            if told {
                chain.told = chain.rows.len();
            }
        }
        wrong
    }

    /// What is lost with the power, and what is wrong with that.
    pub(super) fn lose_power(&mut self) -> (Vec<String>, Vec<TransactionId>) {
        let (mut wrong, mut lost) = (Vec::new(), Vec::new());
        for (id, chain) in &mut self.chains {
            let safe = chain.rows.iter().take_while(|row| row.safe).count();
            if safe < chain.told {
                wrong.push(format!("{id}: a row that was told durable is lost"));
            }
            if safe < chain.rows.len() {
                lost.push(id.clone());
            }
            chain.rows.truncate(safe);
            chain.told = safe;
        }
        self.chains.retain(|_, chain| !chain.rows.is_empty());
        self.torn = false;
        (wrong, lost)
    }

    /// Does it prove that the shop has taken this order on?
    pub(super) fn is_taken_on(&self, order: &OrderId) -> bool {
        let told = |t: &Transaction| {
            t.made_by_staff || matches!(t.hand_over, HandOver::Done | HandOver::Voiding | HandOver::Voided)
        };
        self.folds().any(|t| t.order.id == *order && told(t))
    }

    /// Opens it as a start or a recovery does, and reads all rows again.
    pub(super) fn open(&mut self) {
        self.down_until = None;
        self.torn &= self.keeps_its_log;
        for (id, chain) in &mut self.chains {
            let rows = std::mem::take(&mut chain.rows);
            chain.fold = None;
            for mut row in rows {
                row.safe |= !self.torn;
                let read: Entry = serde_json::from_str(&row.json).unwrap();
                chain.add(id, &row.at, &read).unwrap();
                chain.rows.push(row);
            }
            chain.told = chain.rows.len();
        }
    }

    /// The disk reads the last row of the youngest open transaction otherwise than it was written.
    pub(super) fn damage(&mut self) -> Option<TransactionId> {
        let open = |chain: &Chain| {
            chain.fold.as_ref().is_some_and(|t| t.closed.is_none() && t.with_staff.is_none() && t.entries > 1)
        };
        let (id, chain) = self.chains.iter_mut().rev().find(|(_, chain)| !chain.damaged && open(chain))?;
        chain.damaged = true;
        Some(id.clone())
    }

    /// Of the damaged ones: those whose card is in doubt as far as they can be read, and how many others.
    pub(super) fn damaged(&self) -> (Vec<Transaction>, u32) {
        let mut barring = Vec::new();
        let mut others = 0;
        for (id, chain) in self.chains.iter().filter(|(_, chain)| chain.damaged) {
            let whole = chain.rows.iter().take(chain.rows.len() - 1);
            let entries = whole.map(|row| (row.at.clone(), serde_json::from_str(&row.json).unwrap()));
            let before = Transaction::fold(id, entries).unwrap();
            if before.card_in_doubt().is_some() {
                barring.push(before.before_damage());
            } else {
                others += 1;
            }
        }
        (barring, others)
    }
}

impl Chain {
    fn add(&mut self, id: &TransactionId, at: &Now, entry: &Entry) -> Result<(), String> {
        match (&mut self.fold, entry) {
            (None, Entry::Began { order }) => {
                self.fold = Some(Transaction::new(id.clone(), order.clone(), at.clone()));
            }
            (None, _) => return Err(format!("{id}: its first row is no beginning")),
            (Some(fold), entry) => fold.apply(entry, at).map_err(|impossible| impossible.to_string())?,
        }
        Ok(())
    }
}
