//! One life of the program: the journal is opened, written to, may fail and recover, and ends in some way.

use std::{fs, path::Path, sync::Arc, time::Duration};

use fastrand::Rng;
use till::journal::{Journal, JournalError, trust_disk_again};

use crate::{
    Error,
    disk::{self, Disk},
    ledger::Ledger,
    recording::{Call, Fault, How, Op, Recording, Role},
    sqlite,
};

/// What is taken away from the journal, to see that its loss is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Nothing.
    Whole,
    /// SQLite is told `synchronous=NORMAL` once the journal has made sure of FULL.
    Normal,
    /// The log that was written anew doesn't take the old one's place.
    NoRewrite,
}

/// How lives go.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    pub control: Control,
    /// A sync fails early under each life, and the program is killed at once: only then does the next one find in
    /// memory what the disk refused. A program that recovers copies the log away first.
    pub killed_after_failed_sync: bool,
}

/// Where a life begins.
#[derive(Clone, Debug)]
pub struct Start {
    pub disk: Disk,
    /// It holds one of these.
    pub known: Vec<Arc<Ledger>>,
}

impl Start {
    /// Nothing was ever written.
    pub fn empty() -> Self {
        Self { disk: Disk::default(), known: vec![Arc::default()] }
    }
}

/// What was recorded of a life.
#[derive(Debug)]
pub struct Life {
    /// The disk at its start.
    pub start: Disk,
    pub log: Vec<Op>,
    /// Whether something was made to fail.
    pub failed: bool,
    /// What the journal itself did wrong, no power being cut.
    pub wrong: Option<String>,
}

/// A checkpoint comes each 200 commits: every other life has one or two, and the log begins again at its front.
fn commits(rng: &mut Rng) -> usize {
    if rng.bool() { rng.usize(5..60) } else { rng.usize(201..430) }
}

/// Lives in `directory`.
pub async fn live(directory: &Path, start: Start, manner: Manner, rng: &mut Rng) -> Result<Life, Error> {
    let Start { disk: start, known } = start;
    disk::write(&start.shown(), directory)?;
    let recording = Recording::start(directory, &start, manner.control == Control::NoRewrite);
    recording.promise(known.clone());
    if manner.killed_after_failed_sync || rng.u32(0..3) > 0 {
        recording.fail(fault(manner, rng));
    }
    let mut living = Living { journal: None, recording: recording.clone(), known, manner, directory };
    let ended = living.run(rng).await;
    match &mut living.journal {
        // A checkpoint that runs beside ends first. The answer is of no interest.
        Some(journal) => drop(journal.last_order_number("").await),
        None => all_closed(&recording).await?,
    }
    let failed = recording.failed() > 0;
    let log = recording.stop();
    let mut end = start.clone();
    log.iter().for_each(|op| end.apply(op));
    let overlooked = end.shown() != disk::read(directory)?;
    if let Some(journal) = living.journal {
        journal.close().await?;
    }
    if overlooked {
        return Err("what was recorded doesn't explain what is in the files".into());
    }
    let wrong = match ended {
        Ok(()) => None,
        // Out of service is a right answer to a failure.
        Err(Ended::OutOfService(_)) if failed => None,
        Err(Ended::OutOfService(error)) => Some(format!("out of service: {error}")),
        Err(Ended::Wrong(what)) => Some(what),
    };
    fs::remove_dir_all(directory)?;
    Ok(Life { start, log, failed, wrong })
}

/// A connection that couldn't be opened is closed by a thread that nobody waits for.
pub async fn all_closed(recording: &Arc<Recording>) -> Result<(), Error> {
    for _ in 0..10_000 {
        if !recording.is_in_use() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Err("the journal is closed and keeps its files open".into())
}

/// One call that will fail: mostly a sync under a commit.
fn fault(manner: Manner, rng: &mut Rng) -> Fault {
    let once =
        |call, role, after, errno| Fault { call, role: Some(role), after, how: How::Refused(errno), lasts: false };
    if manner.killed_after_failed_sync {
        return once(Call::Sync, Role::Log, rng.u32(0..20), libc::EIO);
    }
    let call = if rng.u32(0..4) == 0 { Call::Write } else { Call::Sync };
    let (role, after) = match rng.u32(0..10) {
        0..6 => (Role::Log, rng.u32(0..150)),
        6 => (Role::Database, rng.u32(0..4)),
        7 => (Role::NewDatabase, rng.u32(0..4)),
        8 => (Role::NewLog, rng.u32(0..3)),
        _ => (Role::Directory, rng.u32(0..4)),
    };
    let errno = if call == Call::Write && rng.bool() { libc::ENOSPC } else { libc::EIO };
    once(call, role, after, errno)
}

enum Ended {
    OutOfService(JournalError),
    Wrong(String),
}

struct Living<'a> {
    journal: Option<Journal>,
    recording: Arc<Recording>,
    /// What the journal may hold as far as anybody can know.
    known: Vec<Arc<Ledger>>,
    manner: Manner,
    directory: &'a Path,
}

impl Living<'_> {
    async fn run(&mut self, rng: &mut Rng) -> Result<(), Ended> {
        // The life before may have ended with a disk that only staff put in use again.
        trust_disk_again(&self.directory.join(crate::JOURNAL)).await.map_err(Ended::OutOfService)?;
        let journal = Journal::open(&self.directory.join(crate::JOURNAL)).await.map_err(Ended::OutOfService)?;
        let mut ledger = self.opened(journal).await?;
        for _ in 0..commits(rng) {
            let (told, after) = ledger.next(rng);
            let after = Arc::new(after);
            self.known = vec![ledger.clone(), after.clone()];
            self.recording.promise(self.known.clone());
            let Some(journal) = &mut self.journal else { return Ok(()) };
            match journal.commit(told.rows, told.summaries, told.deeds).await {
                Ok(()) => {
                    self.known = vec![after.clone()];
                    self.recording.promise(self.known.clone());
                    ledger = after;
                }
                // What a commit that failed has left is for the next life to see.
                Err(_) if self.manner.killed_after_failed_sync || rng.bool() => return Ok(()),
                Err(_) => ledger = self.recover(rng).await?,
            }
        }
        // Half of the lives end by being switched off.
        if rng.bool()
            && let Some(journal) = self.journal.take()
        {
            journal.close().await.map_err(Ended::OutOfService)?;
        }
        Ok(())
    }

    async fn recover(&mut self, rng: &mut Rng) -> Result<Arc<Ledger>, Ended> {
        let Some(journal) = self.journal.take() else {
            return Err(Ended::Wrong("there is nothing to recover".to_owned()));
        };
        if rng.u32(0..3) == 0 {
            self.recording.fail(fault(self.manner, rng));
        }
        let journal = journal.recover().await.map_err(Ended::OutOfService)?;
        self.opened(journal).await
    }

    /// Reads what there is. From then on it counts as told: the kiosk goes on from it.
    async fn opened(&mut self, mut journal: Journal) -> Result<Arc<Ledger>, Ended> {
        if self.manner.control == Control::Normal {
            sqlite::sync_less(&self.directory.join(crate::JOURNAL)).map_err(Ended::Wrong)?;
        }
        let found = Ledger::read(&mut journal).await.map_err(Ended::Wrong)?;
        self.journal = Some(journal);
        let Some(found) = self.known.iter().find(|known| ***known == found).cloned() else {
            return Err(Ended::Wrong(format!("{} rows were read that nobody wrote so", found.rows())));
        };
        self.known = vec![found.clone()];
        self.recording.promise(self.known.clone());
        Ok(found)
    }
}
