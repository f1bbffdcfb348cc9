//! What one durable commit costs, against the disk's own price for it.
//!
//! `bench-commit [DIRECTORY] [COMMITS]`: the journal commits one entry and its summary; next to
//! each commit the same number of bytes is written over a file that has them already, and synced
//! with fdatasync. The two take turns in one process, so that both see the same disk. The times are
//! in µs, the last number is the first divided by the second.
#![allow(clippy::print_stdout, clippy::float_arithmetic)]

use std::{
    error::Error,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use till::journal::{Booked, FoundBy, Journal, NewRow, Summary};

/// Entries of one transaction, a usual order's.
const ENTRIES: u32 = 12;
/// Commits before the measurement, so that statements are prepared and pages are there.
const WARM_UP: u32 = 240;
/// The file that the reference overwrites is as long as the journal's write-ahead log.
const REFERENCE_BYTES: u64 = 5 << 20;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = std::env::args_os().skip(1);
    let directory = match arguments.next() {
        Some(directory) => PathBuf::from(directory),
        None => beside_the_program()?,
    };
    let commits = match arguments.next() {
        Some(commits) => commits.to_string_lossy().parse()?,
        None => 6_000,
    };
    let directory = directory.join(format!("bench-commit-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    // As the kiosk does it: in a task, on a thread of the runtime.
    let place = directory.clone();
    let measured = tokio::spawn(async move { measure(&place, commits).await }).await?;
    fs::remove_dir_all(&directory)?;
    let (mut ours, mut reference) = measured?;
    ours.sort_unstable();
    reference.sort_unstable();
    for percent in [50, 99] {
        let (ours, reference) = (rank(&ours, percent), rank(&reference, percent));
        let ratio = ours.as_secs_f64() / reference.as_secs_f64();
        println!("bench: commit-p{percent} {} {} {ratio:.2}", ours.as_micros(), reference.as_micros());
    }
    Ok(())
}

async fn measure(
    directory: &Path,
    commits: u32,
) -> Result<(Vec<Duration>, Vec<Duration>), Box<dyn Error + Send + Sync>> {
    let mut journal = Journal::open(&directory.join("journal.db")).await?;
    let bytes = usual_bytes(&mut journal).await?;
    let mut reference = Reference::new(&directory.join("reference"), bytes)?;
    let mut times = (Vec::new(), Vec::new());
    for at in 0..commits {
        // Who goes first changes, because a sync can pay for what the other left behind.
        if at % 2 == 0 {
            times.1.push(reference.write()?);
        }
        times.0.push(commit(&mut journal, WARM_UP + at).await?);
        if at % 2 == 1 {
            times.1.push(reference.write()?);
        }
    }
    journal.close().await?;
    Ok(times)
}

/// Commits until warm, and says how many bytes the median commit hands to the disk.
async fn usual_bytes(journal: &mut Journal) -> Result<usize, Box<dyn Error + Send + Sync>> {
    let mut written = Vec::new();
    for at in 0..WARM_UP {
        let before = bytes_written()?;
        commit(journal, at).await?;
        written.push(bytes_written()?.saturating_sub(before));
    }
    written.sort_unstable();
    let median = written.get(written.len() / 2).copied().unwrap_or_default();
    Ok(median.try_into()?)
}

async fn commit(journal: &mut Journal, at: u32) -> Result<Duration, Box<dyn Error + Send + Sync>> {
    let (order, seq) = (at / ENTRIES, at % ENTRIES);
    let id = format!("{order:032x}");
    let row = NewRow {
        transaction_id: id.clone(),
        seq,
        at_ms: 1_790_000_000_000 + i64::from(at),
        boot_ms: i64::from(at),
        boot_id: "00000000-0000-0000-0000-000000000000".to_owned(),
        kind: "confirm_prepared".to_owned(),
        body: format!("{{\"payload\":\"{}\"}}", "x".repeat(400)),
    };
    let last = seq + 1 == ENTRIES;
    let summary = Summary {
        transaction_id: id,
        order_id: format!("order {order}"),
        opened_ms: 1_790_000_000_000 + i64::from(order),
        open: !last,
        with_staff: false,
        state: format!("step {seq}"),
        total_won: 12_500,
        card_won: 12_500,
        approval_number: last.then(|| "30012345".to_owned()),
        order_number: last.then(|| format!("A-{order}")),
        business_day: last.then(|| "2026-11-24".to_owned()),
        order_seq: last.then_some(order + 1),
        deadline_ms: Some(1_790_001_800_000),
        handed_over: last,
        live_attempt: seq > 6,
        found_by: Some(FoundBy {
            last_four: last.then(|| format!("{:04}", order % 10_000)),
            coupon_won: 1_000,
            services: 1,
            ..FoundBy::default()
        }),
        booked: Some(Booked { sold_ms: (seq > 7).then_some(1_790_000_000_000), refunded_ms: None }),
    };
    let start = Instant::now();
    journal.commit(vec![row], vec![summary], Vec::new()).await?;
    Ok(start.elapsed())
}

struct Reference {
    file: File,
    content: Vec<u8>,
    at: u64,
}

impl Reference {
    fn new(path: &Path, bytes: usize) -> io::Result<Self> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
        for _ in 0..REFERENCE_BYTES / 4096 {
            file.write_all(&[0; 4096])?;
        }
        file.sync_all()?;
        Ok(Self { file, content: vec![0x5a; bytes], at: 0 })
    }

    fn write(&mut self) -> io::Result<Duration> {
        let length = self.content.len() as u64;
        if self.at + length > REFERENCE_BYTES {
            self.at = 0;
        }
        let start = Instant::now();
        self.file.write_all_at(&self.content, self.at)?;
        self.file.sync_data()?;
        let taken = start.elapsed();
        self.at += length;
        Ok(taken)
    }
}

/// What this process handed to the system to write, so far.
fn bytes_written() -> Result<u64, Box<dyn Error + Send + Sync>> {
    let io = fs::read_to_string("/proc/self/io")?;
    let line = io.lines().find_map(|line| line.strip_prefix("wchar: "));
    Ok(line.ok_or("no wchar in /proc/self/io")?.parse()?)
}

/// The directory of the program itself: a build directory is on a disk, where /tmp may not be.
fn beside_the_program() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.parent().unwrap_or(Path::new(".")).to_owned())
}

fn rank(sorted: &[Duration], percent: usize) -> Duration {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}
