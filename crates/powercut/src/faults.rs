//! A disk that fails under the journal at every call in turn: `powercut faults STRIDE SEED`.
//!
//! A life of the journal (its first start, or a later one with its log, a checkpoint and its end) is lived once to count
//! its calls, and then once for each of them: that call fails, once, or from then on until the disk is well again.
//! Whoever lives it does what the kiosk does: nothing after an error, recover, open again, go on from what is there.
//! What was told durable must be there then, and in what a power cut leaves right after the failure, and later. The order
//! must come to its end without a restart of the program once the disk is well; after a second failed sync once
//! somebody has decided.
//!
//! The control takes an error for no answer: it must lose something, or this shows nothing.

use std::{
    fmt, fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use fastrand::Rng;
use till::journal::{Journal, JournalError, trust_disk_again};
use tokio::runtime::{Builder, Runtime};

use crate::{
    Error, JOURNAL,
    disk::{self, Disk},
    held,
    ledger::Ledger,
    life::{Start, all_closed},
    place,
    recording::{Call, Fault, How, Op, Recording},
};

/// Ways to fail: of which call, and how.
pub const KINDS: [(&str, Call, How); 12] = [
    ("no space", Call::Write, How::Refused(libc::ENOSPC)),
    ("write", Call::Write, How::Refused(libc::EIO)),
    ("short write", Call::Write, How::Short),
    ("sync", Call::Sync, How::Refused(libc::EIO)),
    ("truncate", Call::Truncate, How::Refused(libc::EIO)),
    ("open", Call::Open, How::Refused(libc::EIO)),
    ("rename", Call::Rename, How::Refused(libc::EIO)),
    ("link", Call::Link, How::Refused(libc::EIO)),
    ("remove", Call::Unlink, How::Refused(libc::EIO)),
    ("read", Call::Read, How::Refused(libc::EIO)),
    ("short read", Call::Read, How::Short),
    ("no descriptor", Call::Open, How::Refused(libc::EMFILE)),
];

/// So often a disk that fails on is tried before it is well again.
const TRIES: u32 = 2;
/// The violations that are told of.
const TOLD: usize = 20;

/// What came of it.
#[derive(Debug, Default)]
pub struct Tally {
    /// By kind: calls that were made to fail once, and lives under which they failed on.
    pub kinds: Vec<(&'static str, u64, u64)>,
    pub images: u64,
    pub violations: Vec<String>,
}

impl Tally {
    pub fn injected(&self) -> u64 {
        self.kinds.iter().map(|(_, once, on)| once + on).sum()
    }

    pub fn add(&mut self, other: Self) {
        for (kind, once, on) in other.kinds {
            self.count(kind, once, on);
        }
        self.images += other.images;
        self.violations.extend(other.violations);
    }

    pub fn count(&mut self, kind: &'static str, once: u64, on: u64) {
        match self.kinds.iter_mut().find(|(known, ..)| *known == kind) {
            Some((_, counted, counted_on)) => {
                *counted += once;
                *counted_on += on;
            }
            None => self.kinds.push((kind, once, on)),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, once, on) in &self.kinds {
            writeln!(out, "{kind}: {once} once, {on} until the disk was well")?;
        }
        write!(out, "{} images of a power cut; {} violations", self.images, self.violations.len())?;
        self.violations.iter().take(TOLD).try_for_each(|what| write!(out, "\n{what}"))
    }
}

/// Whoever lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    /// As the kiosk does.
    Heeds,
    /// The control: an error is taken for an answer.
    Heedless,
}

/// A life that is lived again and again.
struct Script {
    name: &'static str,
    start: Start,
    commits: usize,
}

/// Lets each `stride`-th call fail in each way. The calls that a log is written anew with are alike, and many.
pub fn run(stride: usize, seed: u64, manners: Manners) -> Result<Tally, Error> {
    let scripts = scripts(seed)?;
    let mut all = Vec::new();
    for script in &scripts {
        let counted = live(script, None, seed, manners)?;
        for (kind, call, how) in KINDS {
            let calls: u32 = counted.calls.iter().filter(|((of, _), _)| *of == call).map(|(_, count)| count).sum();
            for after in (0..calls).step_by(if calls > 200 { stride } else { 1 }) {
                for lasts in [false, true] {
                    all.push((script, kind, Fault { call, role: None, after, how, lasts }));
                }
            }
        }
    }
    let next = AtomicUsize::new(0);
    let work = || -> Result<Tally, Error> {
        let mut tally = Tally::default();
        while let Some((script, kind, fault)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            let lived = live(script, Some(*fault), seed, manners)?;
            tally.images += lived.images;
            tally.count(kind, u64::from(lived.failed && !fault.lasts), u64::from(lived.failed && fault.lasts));
            tally.violations.extend(lived.wrong.into_iter().map(|what| format!("{}, {fault:?}: {what}", script.name)));
        }
        Ok(tally)
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut tally = Tally::default();
        for worker in workers {
            tally.add(worker.join().map_err(|_| "a worker broke off")??);
        }
        Ok(tally)
    })
}

/// A first start, and a later one as a kill leaves the journal: with all of its log, which is used up once more.
fn scripts(seed: u64) -> Result<[Script; 2], Error> {
    let first = Script { name: "the first start", start: Start::empty(), commits: 12 };
    let place = place()?;
    let directory = fs::canonicalize(place.path())?;
    let recording = Recording::start(&directory, &Disk::default(), false);
    let ledger = runtime()?.block_on(async {
        let mut journal = Journal::open(&directory.join(JOURNAL)).await?;
        let (mut ledger, mut rng) = (Ledger::default(), Rng::with_seed(seed));
        for _ in 0..12 {
            let (told, after) = ledger.next(&mut rng);
            journal.commit(told.rows, told.summaries, told.deeds).await?;
            ledger = after;
        }
        let killed = disk::read(&directory)?;
        journal.close().await?;
        Ok::<_, Error>((killed, ledger))
    });
    recording.stop();
    let (killed, ledger) = ledger?;
    let start = Start { disk: Disk::holding(killed), known: vec![Arc::new(ledger)] };
    Ok([first, Script { name: "a later start", start, commits: 203 }])
}

fn runtime() -> Result<Runtime, Error> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

#[derive(Default)]
struct Lived {
    calls: std::collections::BTreeMap<(Call, crate::recording::Role), u32>,
    failed: bool,
    images: u64,
    wrong: Option<String>,
}

fn live(script: &Script, fault: Option<Fault>, seed: u64, manners: Manners) -> Result<Lived, Error> {
    let place = place()?;
    // A name of its own, because the journal counts failed syncs by its file's.
    let directory = fs::canonicalize(place.path())?;
    disk::write(&script.start.disk.shown(), &directory)?;
    let recording = Recording::start(&directory, &script.start.disk, false);
    recording.promise(script.start.known.clone());
    if let Some(fault) = fault {
        recording.fail(fault);
    }
    let runtime = runtime()?;
    let mut living = Living {
        path: directory.join(JOURNAL),
        recording: recording.clone(),
        known: script.start.known.clone(),
        fault,
        manners,
        errors: 0,
        decided: 0,
    };
    let ended = runtime.block_on(async {
        let ended = living.run(script.commits, &mut Rng::with_seed(seed)).await;
        all_closed(&recording).await?;
        Ok::<_, Error>(ended)
    });
    let (failed, failed_at, calls) = (recording.failed() > 0, recording.failed_at(), recording.calls());
    let log = recording.stop();
    let mut lived = Lived { calls, failed, images: 0, wrong: ended?.err() };
    if lived.wrong.is_none() && failed {
        lived.wrong = cut(&runtime, script, &log, failed_at, seed, &mut lived.images)?;
    }
    Ok(lived)
}

/// Cuts the power right after the failure and at a later moment; says what was lost.
fn cut(
    runtime: &Runtime,
    script: &Script,
    log: &[Op],
    failed_at: usize,
    seed: u64,
    images: &mut u64,
) -> Result<Option<String>, Error> {
    let mut rng = Rng::with_seed(seed ^ failed_at as u64);
    let mut disk = script.start.disk.clone();
    let mut known: &[Arc<Ledger>] = &[];
    let mut done = 0;
    for at in [failed_at, rng.usize(failed_at..=log.len())] {
        for op in log.get(done..at).unwrap_or_default() {
            disk.apply(op);
            if let Op::Promised(held) = op {
                known = held;
            }
        }
        done = at;
        let place = place()?;
        disk::write(&disk.after_cut(&mut rng), place.path())?;
        *images += 1;
        if let Err(lost) = runtime.block_on(held(&place.path().join(JOURNAL), known)) {
            return Ok(Some(format!("after a power cut at call {at}: {lost}")));
        }
    }
    Ok(None)
}

/// Does with the journal what the kiosk does with it.
struct Living {
    path: std::path::PathBuf,
    recording: Arc<Recording>,
    /// What the journal may hold as far as anybody can know.
    known: Vec<Arc<Ledger>>,
    fault: Option<Fault>,
    manners: Manners,
    errors: u32,
    decided: u32,
}

impl Living {
    async fn run(&mut self, commits: usize, rng: &mut Rng) -> Result<(), String> {
        let (mut journal, mut ledger) = self.open().await?;
        for _ in 0..commits {
            let (told, after) = ledger.next(rng);
            let after = Arc::new(after);
            self.hold(vec![ledger.clone(), after.clone()]);
            match journal.commit(told.rows, told.summaries, told.deeds).await {
                Ok(()) => {
                    self.hold(vec![after.clone()]);
                    ledger = after;
                }
                Err(error) => {
                    if self.manners == Manners::Heedless {
                        self.hold(vec![after]);
                    }
                    self.out_of_service(&error).await?;
                    (journal, ledger) = match journal.recover().await {
                        Ok(journal) => self.read(journal).await?,
                        Err(error) => {
                            self.out_of_service(&error).await?;
                            self.open().await?
                        }
                    };
                }
            }
        }
        if let Err(error) = journal.close().await {
            self.out_of_service(&error).await?;
        }
        // What failed on until here fails no more.
        self.recording.mend();
        held(&self.path, &[ledger]).await.map(drop)
    }

    /// Opens it, again and again, as long as that fails.
    async fn open(&mut self) -> Result<(Journal, Arc<Ledger>), String> {
        loop {
            match Journal::open(&self.path).await {
                Ok(journal) => return self.read(journal).await,
                Err(error) => self.out_of_service(&error).await?,
            }
        }
    }

    /// Goes on from what is there, which counts as told from then on. What can't be read is closed and opened again.
    async fn read(&mut self, mut journal: Journal) -> Result<(Journal, Arc<Ledger>), String> {
        loop {
            match Ledger::read(&mut journal).await {
                Ok(found) => {
                    let rows = found.rows();
                    let Some(found) = self.known.iter().find(|known| ***known == found).cloned() else {
                        return Err(format!("{rows} rows were read that nobody was told of"));
                    };
                    self.hold(vec![found.clone()]);
                    return Ok((journal, found));
                }
                Err(why) if self.recording.failed() == 0 => return Err(why),
                Err(_) => {
                    self.errors += 1;
                    self.mend_in_time();
                    let _closed = journal.close().await;
                    journal = Box::pin(self.open()).await?.0;
                }
            }
        }
    }

    fn hold(&mut self, known: Vec<Arc<Ledger>>) {
        self.known.clone_from(&known);
        self.recording.promise(known);
    }

    fn mend_in_time(&self) {
        if self.errors > TRIES {
            self.recording.mend();
        }
    }

    /// Nothing is sold: there must be a reason for it, and an end to it.
    async fn out_of_service(&mut self, error: &JournalError) -> Result<(), String> {
        self.errors += 1;
        if self.recording.failed() == 0 {
            return Err(format!("out of service on a disk that is well: {error}"));
        }
        if error.hint().is_empty() {
            return Err(format!("nobody is told what to do about: {error}"));
        }
        if self.errors > 4 * TRIES {
            return Err(format!("still out of service on a disk that is well: {error}"));
        }
        self.mend_in_time();
        if let JournalError::DyingDisk { .. } = error {
            let of_syncs = self.fault.is_some_and(|fault| fault.call == Call::Sync && fault.lasts);
            if !of_syncs || self.recording.failed() < 2 || self.decided > 0 {
                return Err(format!("one failure, and: {error}"));
            }
            // Staff decide when they have looked at it.
            self.recording.mend();
            self.decided += 1;
            trust_disk_again(Path::new(&self.path)).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}
