//! Cuts the power under the journal, many times: `powercut IMAGES SEED`, or `powercut IMAGES SEED FROM` for the histories
//! from that one on, each of a hundred images, where a loss was told. Lets its disk fail at every call in turn:
//! `powercut faults STRIDE SEED` (`faults`).
//!
//! The real journal (open, commit, checkpoint, recover, the log written anew) runs on real files, and every system call
//! that it makes is recorded (`calls`, `recording`). From what was recorded comes what a power cut at any moment could
//! leave on the disk (`disk`). Each such image is opened by the real journal again: every row that was told durable must
//! be there, whole and in order, with its summary; at most the one commit in flight may be there besides (`ledger`).
//! Some images are written on and checked again; some are where the next life begins, so that starts and recoveries are
//! cut as well (`life`).
//!
//! The same is done with a journal whose commits don't sync and with one that keeps its log: both must lose something,
//! or this shows nothing. The last line says how it went. The same seed does the same again.
#![allow(clippy::print_stdout)]

mod calls;
mod disk;
mod faults;
mod ledger;
mod life;
mod recording;
mod shop;
mod sqlite;
#[cfg(test)]
mod tests;

use std::{
    error, fs,
    ops::{AddAssign, RangeInclusive},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use fastrand::Rng;
use tempfile::TempDir;
use till::journal::{Journal, trust_disk_again};
use tokio::runtime::{Builder, Runtime};

use disk::{Disk, Files};
use ledger::Ledger;
use life::{Control, Life, Manner, Start};
use recording::{Op, Role};

type Error = Box<dyn error::Error + Send + Sync>;

const JOURNAL: &str = "journal.db";
/// The lives of one journal, one after the other.
const LIVES: u64 = 4;
const IMAGES_PER_LIFE: u64 = 25;
/// Each so many images one is written on after it was checked.
const THOROUGH: u64 = 10;
/// The losses that are told of.
const TOLD: u64 = 20;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let faults = arguments.first().is_some_and(|first| first == "faults");
    arguments.drain(..usize::from(faults));
    let numbers: Option<Vec<u64>> = arguments.iter().map(|argument| argument.parse().ok()).collect();
    let done = match numbers.as_deref() {
        Some([stride, seed]) if faults => let_fail(usize::try_from(*stride).unwrap_or(1).max(1), *seed),
        Some([images, seed]) if !faults => run(*images, *seed),
        Some([images, seed, from]) if !faults => again(*images, *seed, *from),
        Some(_) | None => {
            println!("powercut IMAGES SEED [FROM], or powercut faults STRIDE SEED");
            return ExitCode::FAILURE;
        }
    };
    match done {
        Ok(held) if held => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            println!("powercut: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Lets the disk fail at each `stride`-th call.
fn let_fail(stride: usize, seed: u64) -> Result<bool, Error> {
    let mut tally = faults::run(stride, seed, faults::Manners::Heeds)?;
    println!("under the journal:\n{tally}");
    let orders = shop::run((24 / stride).max(2), seed)?;
    println!("under a kiosk with an order:\n{orders}");
    tally.add(orders);
    let control = faults::run(stride.max(20), seed, faults::Manners::Heedless)?;
    let (injected, violations) = (tally.injected(), tally.violations.len());
    let control = control.violations.len();
    println!("diskfaults: {injected} failures injected, {violations} violations, control violations {control}");
    Ok(injected > 0 && violations == 0 && control > 0)
}

/// Cuts again what another run has cut, from a history on.
fn again(images: u64, seed: u64, from: u64) -> Result<bool, Error> {
    sqlite::watch_connections();
    let whole = cut_from(from, images, seed, Control::Whole)?;
    println!("{whole}");
    Ok(whole.lost == 0)
}

fn run(images: u64, seed: u64) -> Result<bool, Error> {
    println!("seed {seed}");
    sqlite::watch_connections();
    let for_control = (images / 10).clamp(200, 1_000);
    let whole = cut(images, seed, Control::Whole)?;
    println!("{whole}");
    let normal = cut(for_control, seed, Control::Normal)?;
    println!("with synchronous=NORMAL: {normal}");
    let no_rewrite = cut(for_control, seed, Control::NoRewrite)?;
    println!("without the log written anew: {no_rewrite}");
    println!(
        "powercut: {} images, {} lost, control lost NORMAL={} NOREWRITE={}",
        whole.images, whole.lost, normal.lost, no_rewrite.lost
    );
    Ok(whole.images == images && whole.lost == 0 && normal.lost > 0 && no_rewrite.lost > 0)
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    images: u64,
    lost: u64,
    /// Images of a moment with writes that weren't synced, with writes whose sync had failed, with names that weren't
    /// synced.
    unsynced: u64,
    forsaken: u64,
    names: u64,
    lives: u64,
    /// Lives under which a call failed.
    failed: u64,
    /// System calls that were recorded.
    calls: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        let Self { images, lost, unsynced, forsaken, names, lives, failed, calls } = other;
        self.images += images;
        self.lost += lost;
        self.unsynced += unsynced;
        self.forsaken += forsaken;
        self.names += names;
        self.lives += lives;
        self.failed += failed;
        self.calls += calls;
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { images, lost, unsynced, forsaken, names, lives, failed, calls } = self;
        writeln!(out, "{lives} lives, {failed} of them with a failure; {calls} calls recorded")?;
        write!(
            out,
            "{images} images: {unsynced} with unsynced writes, {forsaken} with writes whose sync had failed, "
        )?;
        write!(out, "{names} with unsynced names; {lost} lost")
    }
}

/// Cuts the power until there are so many images, on all processors.
fn cut(images: u64, seed: u64, control: Control) -> Result<Count, Error> {
    cut_from(0, images, seed, control)
}

fn cut_from(from: u64, images: u64, seed: u64, control: Control) -> Result<Count, Error> {
    let next = AtomicU64::new(from);
    let of_one = LIVES * IMAGES_PER_LIFE;
    let images = images + from * of_one;
    let work = || -> Result<Count, Error> {
        let place = place()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut count = Count::default();
        loop {
            let history = next.fetch_add(1, Ordering::Relaxed);
            let Some(left) = images.checked_sub(history * of_one).filter(|left| *left > 0) else {
                return Ok(count);
            };
            let history = History {
                name: format!("seed {seed}, history {history}"),
                manner: Manner {
                    control,
                    killed_after_failed_sync: match control {
                        Control::Whole => history.is_multiple_of(3),
                        Control::Normal => false,
                        Control::NoRewrite => true,
                    },
                },
                place: place.path(),
                runtime: &runtime,
                rng: Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ history),
            };
            count += history.run(left.min(of_one))?;
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let mut count = Count::default();
        for worker in workers {
            count += worker.join().map_err(|_| "a worker broke off")??;
        }
        Ok(count)
    })
}

/// In memory where that is possible: nothing here waits for a disk.
fn place() -> Result<TempDir, Error> {
    let memory = Path::new("/dev/shm");
    Ok(tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir())?)
}

/// The lives of one journal and the power cuts in them.
struct History<'a> {
    name: String,
    manner: Manner,
    place: &'a Path,
    runtime: &'a Runtime,
    rng: Rng,
}

impl History<'_> {
    fn run(mut self, images: u64) -> Result<Count, Error> {
        let mut count = Count::default();
        let mut start = Start::empty();
        while count.images < images {
            let directory = self.fresh("life")?;
            let life = self.runtime.block_on(life::live(&directory, start, self.manner, &mut self.rng))?;
            count.lives += 1;
            count.failed += u64::from(life.failed);
            count.calls += life.log.len() as u64;
            let wanted = IMAGES_PER_LIFE.min(images - count.images);
            let lost_before = count.lost;
            let survivor = self.cut(&life, wanted, &mut count)?;
            if let Some(what) = &life.wrong {
                // Counted with the image that it spoils, so that there are never more losses than images.
                self.tell(count.lives, what);
                count.lost += u64::from(count.lost == lost_before);
            }
            let killed = match life.failed {
                true => self.manner.killed_after_failed_sync || self.rng.u32(0..3) > 0,
                false => self.rng.u32(0..3) == 0,
            };
            start = match survivor {
                Some(image) if !killed => image,
                _ if life.wrong.is_some() => Start::empty(),
                _ => self.kill(life),
            };
        }
        Ok(count)
    }

    /// A kill loses nothing of what the system was told, safe or not: the next life sees all of it.
    fn kill(&mut self, life: Life) -> Start {
        let at = if life.failed || self.rng.bool() { life.log.len() } else { self.rng.usize(1..=life.log.len()) };
        let mut disk = life.start;
        let mut known = Vec::new();
        for op in life.log.iter().take(at) {
            disk.apply(op);
            if let Op::Promised(held) = op {
                known.clone_from(held);
            }
        }
        Start { disk, known }
    }

    /// Cuts the power at some moments of a life. The last image that held is where another life may begin.
    fn cut(&mut self, life: &Life, images: u64, count: &mut Count) -> Result<Option<Start>, Error> {
        let mut survivor = None;
        let mut disk = life.start.clone();
        let mut known: &[Arc<Ledger>] = &[];
        let mut done = 0;
        for at in moments(&life.log, images, &mut self.rng) {
            for op in life.log.get(done..at).unwrap_or_default() {
                disk.apply(op);
                if let Op::Promised(held) = op {
                    known = held;
                }
            }
            done = at;
            count.images += 1;
            let stake = disk.at_stake();
            count.unsynced += u64::from(stake.unsynced);
            count.forsaken += u64::from(stake.forsaken);
            count.names += u64::from(stake.names);
            let thorough = count.images.is_multiple_of(THOROUGH);
            let image = disk.after_cut(&mut self.rng);
            match self.check(&image, known, thorough)? {
                Ok(held) => survivor = Some(Start { disk: Disk::holding(image), known: vec![held] }),
                Err(what) => {
                    count.lost += 1;
                    self.tell(count.lives, &format!("after call {at}: {what}"));
                }
            }
        }
        Ok(survivor)
    }

    /// Opens what a power cut left, and looks whether it holds what was promised.
    fn check(
        &mut self,
        image: &Files,
        known: &[Arc<Ledger>],
        thorough: bool,
    ) -> Result<Result<Arc<Ledger>, String>, Error> {
        let directory = self.fresh("image")?;
        disk::write(image, &directory)?;
        let path = directory.join(JOURNAL);
        let held = self.runtime.block_on(async {
            let held = held(&path, known).await?;
            if thorough {
                go_on(&path, &held, &mut self.rng).await?;
                sqlite::check_structure(&path)?;
            }
            Ok(held)
        });
        fs::remove_dir_all(&directory)?;
        Ok(held)
    }

    /// A loss is told so that it can be brought about again; those of a control are its purpose.
    fn tell(&self, life: u64, what: &str) {
        static LOSSES: AtomicU64 = AtomicU64::new(0);
        if self.manner.control == Control::Whole && LOSSES.fetch_add(1, Ordering::Relaxed) < TOLD {
            println!("{}, life {life}, {what}", self.name);
        }
    }

    /// An empty directory. Each has a name of its own, because the journal counts failed syncs by its file's.
    fn fresh(&self, what: &str) -> Result<PathBuf, Error> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let directory = self.place.join(format!("{what}{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir(&directory)?;
        Ok(directory)
    }
}

async fn held(path: &Path, known: &[Arc<Ledger>]) -> Result<Arc<Ledger>, String> {
    // A disk that refused more than one sync is used again once staff say so.
    trust_disk_again(path).await.map_err(|error| error.to_string())?;
    let mut journal = Journal::open(path).await.map_err(|error| error.to_string())?;
    let found = Ledger::read(&mut journal).await;
    journal.close().await.map_err(|error| error.to_string())?;
    let found = found?;
    let held = known.iter().find(|known| ***known == found).cloned();
    held.ok_or_else(|| {
        let promised: Vec<usize> = known.iter().map(|known| known.rows()).collect();
        format!("{} rows are there where {promised:?} were promised", found.rows())
    })
}

/// What survived is a journal like any other: it takes commits and keeps them.
async fn go_on(path: &Path, held: &Arc<Ledger>, rng: &mut Rng) -> Result<(), String> {
    let mut journal = Journal::open(path).await.map_err(|error| error.to_string())?;
    let mut ledger = Ledger::clone(held);
    for _ in 0..3 {
        let (told, after) = ledger.next(rng);
        journal.commit(told.rows, told.summaries, told.deeds).await.map_err(|error| error.to_string())?;
        ledger = after;
    }
    journal.close().await.map_err(|error| error.to_string())?;
    self::held(path, &[Arc::new(ledger)]).await.map(drop)
}

/// The moments of the cuts, as numbers of calls that were made before, in order.
fn moments(log: &[Op], images: u64, rng: &mut Rng) -> Vec<usize> {
    let whole = Moments::since(0, log);
    let after_failure = log.iter().position(|op| matches!(op, Op::SyncFailed { .. })).map(|at| Moments::since(at, log));
    let mut moments: Vec<usize> = (0..images)
        .filter_map(|_| match &after_failure {
            Some(after_failure) if rng.bool() => after_failure.draw(rng).or_else(|| whole.draw(rng)),
            Some(_) | None => whole.draw(rng),
        })
        .collect();
    moments.sort_unstable();
    moments
}

/// A life is mostly commits that are all alike, and a log written anew is more than a thousand writes in a row. So what
/// is drawn is a stretch of calls without a sync between them, and then a moment in it.
#[derive(Default)]
struct Moments {
    /// Everything is safe, or should be.
    settled: Vec<usize>,
    /// A commit writes.
    commits: Vec<RangeInclusive<usize>>,
    /// The journal is made, copied together, recovered or closed, or a log is written anew.
    others: Vec<RangeInclusive<usize>>,
}

impl Moments {
    fn since(first: usize, log: &[Op]) -> Self {
        let mut moments = Self::default();
        let settles = |op: &Op| matches!(op, Op::Synced { .. } | Op::DirectorySynced | Op::Promised(_));
        let mut done = first;
        for stretch in log.get(first..).unwrap_or_default().split_inclusive(settles) {
            let end = done + stretch.len();
            let last = if stretch.last().is_some_and(settles) { end - 1 } else { end };
            if last < end {
                moments.settled.push(end);
            }
            if last > done {
                let usual = |op: &Op| matches!(op, Op::Write { role: Role::Log, .. }) || settles(op);
                let of = if stretch.iter().all(usual) { &mut moments.commits } else { &mut moments.others };
                of.push(done + 1..=last);
            }
            done = end;
        }
        moments
    }

    /// Half of the cuts come where a life is busy with something else than a commit.
    fn draw(&self, rng: &mut Rng) -> Option<usize> {
        let stretch = match rng.u32(0..4) {
            0 => None,
            1 => rng.choice(&self.commits),
            _ => rng.choice(&self.others),
        };
        stretch.map(|stretch| rng.usize(stretch.clone())).or_else(|| rng.choice(&self.settled).copied())
    }
}
