//! What happens to the journal's files outside SQLite: who may hold them, and the write-ahead log
//! that is written anew before SQLite sees it.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{JournalError, error::is_failed_sync};
use crate::system;

/// The size in bytes that the write-ahead log has from the start, so that a commit overwrites
/// blocks that the file has already and never waits for the file system to find new ones. It holds
/// what SQLite writes before it starts again at the front.
pub(super) const WAL_BYTES: usize = 5 << 20;

/// Linux keeps a file in memory in pieces as large as the writes that made them, and each later
/// write, however short, goes through the whole list of its piece's blocks. Small pieces make the
/// commits quicker by a third.
const PAGE: usize = 4096;
/// A page in the log, with what stands before it.
const FRAME: usize = 24 + PAGE;

/// Proof that this process alone uses the journal, for as long as it lives.
///
/// SQLite's own exclusive lock comes too late for this: the write-ahead log is replaced before
/// SQLite opens anything, and a second program must not do that to the first one's log.
#[derive(Debug)]
pub(super) struct Lock {
    // Held, never read: the lock ends when the file is closed.
    _file: File,
}

/// Takes the journal's lock and makes sure that its file, where there is one, is ours alone to read.
/// The path comes back without symbolic links, so that two names for one file are one lock.
pub(super) fn claim(path: &Path) -> Result<(PathBuf, Lock), JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    let path = resolve(path).map_err(fail)?;
    let file = private().open(beside(&path, "-lock")).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(JournalError::InUse { path }),
        Err(TryLockError::Error(error)) => return Err(fail(error)),
    }
    // Closed again before SQLite opens the file: closing it later would drop SQLite's locks.
    match OpenOptions::new().write(true).open(&path) {
        Ok(journal) => system::restrict(&journal).map_err(fail)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fail(error)),
    }
    Ok((path, Lock { _file: file }))
}

/// Whether the journal was ever made. An empty file is none.
pub(super) fn is_made(path: &Path) -> Result<bool, JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    match fs::metadata(path) {
        Ok(file) if file.len() > 0 => return Ok(true),
        // One that was made is whole before it has its name: somebody or something has emptied it.
        Ok(_) => return Err(JournalError::Corrupt { path: path.to_owned(), source: "it is empty".into() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fail(error)),
    }
    // A log holds what isn't in the journal yet, and SQLite would remove it.
    if read_log(path)?.iter().any(|byte| *byte != 0) {
        let source = "it is gone, and its write-ahead log is there".into();
        return Err(JournalError::Corrupt { path: path.to_owned(), source });
    }
    Ok(false)
}

/// An empty file for SQLite to make a new journal in, and nothing beside it that an earlier try left. It has a name of
/// its own: a journal that is half made must never be taken for one.
pub(super) fn begin_new(path: &Path) -> Result<PathBuf, JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    let new = beside(path, "-new");
    for left in [beside(&new, "-wal"), beside(&new, "-journal")] {
        remove(&left).map_err(fail)?;
    }
    private().truncate(true).open(&new).map_err(fail)?;
    Ok(new)
}

/// Makes a new journal, which SQLite has closed, safe on the disk, and only then gives it its name.
///
/// It is written once more by our own hand: SQLite closes without an error also what it couldn't sync.
pub(super) fn put_in_place(path: &Path, new: &Path) -> Result<(), JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    if fs::exists(beside(new, "-wal")).map_err(fail)? {
        return Err(fail(io::Error::other("the new journal couldn't be finished")));
    }
    let content = fs::read(new).map_err(fail)?;
    write_whole(path, new, &content)?;
    fs::rename(new, path).map_err(fail)?;
    sync_directory(path).map_err(|error| failed_sync(path, error))
}

/// A journal as it was found, to be read before anything is written.
#[derive(Debug)]
pub(super) struct View {
    /// Another name of the journal's file. It is opened for reading only, so that the system itself refuses to change it.
    pub file: PathBuf,
    /// A copy of its write-ahead log, which SQLite may do with as it likes, stands beside it.
    pub has_log: bool,
}

/// Makes a view of the journal. What this costs doesn't grow with the history.
pub(super) fn view(path: &Path) -> Result<View, JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    end_view(path).map_err(fail)?;
    let file = beside(path, "-look");
    let log = read_log(path)?;
    // Most of a log may be zeros, which say nothing behind its last frame. That one ends in zeros itself when its page
    // does, and a frame that isn't whole would be none: the commit that it ends would be missing.
    let end = log.iter().rposition(|byte| *byte != 0).map_or(0, |last| (last + 1 + FRAME).min(log.len()));
    if let Some(log @ [_, ..]) = log.get(..end) {
        private().truncate(true).open(beside(&file, "-wal")).and_then(|mut copy| copy.write_all(log)).map_err(fail)?;
    }
    fs::hard_link(path, &file).map_err(fail)?;
    Ok(View { file, has_log: end > 0 })
}

/// Takes a view away.
pub(super) fn end_view(path: &Path) -> io::Result<()> {
    ["-look", "-look-shm", "-look-wal"].iter().try_for_each(|suffix| remove(&beside(path, suffix)))
}

/// Copies the journal and its write-ahead log as they are, durably, under a name that tells of the damage called `name`;
/// once. The files that were read come back, to be closed only after SQLite has closed its own: closing one ends every
/// lock that this program has on it.
pub(super) fn set_aside(path: &Path, name: &str) -> Result<Vec<File>, JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    let aside = aside(path, name);
    if fs::exists(&aside).map_err(fail)? {
        return Ok(Vec::new());
    }
    let mut read = Vec::new();
    // The journal last: where it is, all is.
    for suffix in ["-wal", ""] {
        let mut from = match File::open(beside(path, suffix)) {
            Ok(from) => from,
            Err(error) if error.kind() == io::ErrorKind::NotFound && suffix == "-wal" => continue,
            Err(error) => return Err(fail(error)),
        };
        let new = beside(path, "-damaged.tmp");
        let copied = copy(path, &mut from, &new).and_then(|()| fs::rename(&new, beside(&aside, suffix)).map_err(fail));
        if let Err(error) = copied {
            // The first error is the one to report.
            let _removed = fs::remove_file(&new);
            return Err(error);
        }
        read.push(from);
    }
    sync_directory(path).map_err(|error| failed_sync(path, error))?;
    Ok(read)
}

/// Where the journal is set aside for the damage called `name`.
pub(super) fn aside(path: &Path, name: &str) -> PathBuf {
    beside(path, &format!("-damaged-{name}"))
}

fn copy(path: &Path, from: &mut File, to: &Path) -> Result<(), JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    let mut file = private().truncate(true).open(to).map_err(fail)?;
    let mut piece = vec![0; 1 << 16];
    loop {
        let (piece, _) = match from.read(&mut piece).map_err(fail)? {
            0 => break,
            length => piece.split_at(length),
        };
        file.write_all(piece).map_err(fail)?;
    }
    system::forbid_writing(&file).map_err(fail)?;
    file.sync_all().map_err(|error| failed_sync(path, error))
}

/// Writes the write-ahead log anew, with the same content, and puts it in place of the old one.
///
/// After a failed sync Linux counts the pages as written although they are not. SQLite would read
/// the lost rows from memory, trust them and append behind them, and a power cut would then take
/// both. A copy is dirty again, so its sync is one that means something.
///
/// A journal that has no log gets one of zeros, which SQLite reads as empty.
pub(super) fn rewrite_wal(path: &Path) -> Result<(), JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    let wal = beside(path, "-wal");
    let mut content = read_log(path)?;
    // Zeros follow no frame, so SQLite stops reading where the old content ended.
    content.resize(content.len().max(WAL_BYTES), 0);
    let new = beside(path, "-wal.tmp");
    let replaced = write_whole(path, &new, &content).and_then(|()| fs::rename(&new, &wal).map_err(fail));
    if let Err(error) = replaced {
        // On a full disk what was written of it would be in the way of everything else. The first error is the one
        // to report.
        let _removed = fs::remove_file(&new);
        return Err(error);
    }
    sync_directory(path).map_err(|error| failed_sync(path, error))
}

/// The write-ahead log, empty where there is none.
fn read_log(path: &Path) -> Result<Vec<u8>, JournalError> {
    match fs::read(beside(path, "-wal")) {
        Ok(content) => Ok(content),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(JournalError::from_io(path, error)),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn write_whole(path: &Path, new: &Path, content: &[u8]) -> Result<(), JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    let mut file = private().truncate(true).open(new).map_err(fail)?;
    system::restrict(&file).map_err(fail)?;
    for page in content.chunks(PAGE) {
        file.write_all(page).map_err(fail)?;
    }
    file.sync_all().map_err(|error| failed_sync(path, error))
}

/// The syncs that failed since the program started, for each journal: they are counted across
/// reopening, because a disk that fails a second time is dying.
static FAILED_SYNCS: Mutex<BTreeMap<PathBuf, u32>> = Mutex::new(BTreeMap::new());

/// Counts a sync that failed under the journal at `path`.
pub(super) fn count_failed_sync(path: &Path) {
    let mut failed = FAILED_SYNCS.lock().unwrap_or_else(PoisonError::into_inner);
    let count = failed.entry(path.to_owned()).or_default();
    *count = count.saturating_add(1);
    if *count > 1 {
        // So that a restart, which nobody may have decided on, isn't what puts the disk in use again. This disk may
        // refuse it; then the count has to do.
        let marked = private().open(distrusted(path)).and_then(|mark| mark.sync_all());
        if let Err(error) = marked {
            tracing::warn!(path = %path.display(), %error, "writing down that the disk failed");
        }
    }
}

/// Refuses a journal whose disk failed to sync more than once, until staff decide.
pub(super) fn trust_disk(path: &Path) -> Result<(), JournalError> {
    let failed = FAILED_SYNCS.lock().unwrap_or_else(PoisonError::into_inner);
    let counted = failed.get(path).copied().unwrap_or(0);
    let marked = fs::exists(distrusted(path)).map_err(|error| JournalError::from_io(path, error))?;
    if counted > 1 || marked {
        return Err(JournalError::DyingDisk { path: path.to_owned(), failed_syncs: counted.max(2) });
    }
    Ok(())
}

/// Staff decided to go on with this disk. Says whether there was something to decide.
pub(super) fn trust_again(path: &Path) -> Result<bool, JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    let marked = fs::exists(distrusted(path)).map_err(fail)?;
    if marked {
        remove(&distrusted(path)).and_then(|()| sync_directory(path)).map_err(fail)?;
    }
    Ok(forget(path) > 1 || marked)
}

/// Counts from the front again, as a program does that has just been started. Says how many syncs had failed.
pub(super) fn forget(path: &Path) -> u32 {
    FAILED_SYNCS.lock().unwrap_or_else(PoisonError::into_inner).remove(path).unwrap_or(0)
}

fn distrusted(path: &Path) -> PathBuf {
    beside(path, "-failed-syncs")
}

/// The file that SQLite or we keep beside the journal.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// A sync that failed under the journal at `path`, counted.
pub(super) fn failed_sync(path: &Path, error: io::Error) -> JournalError {
    // A file system that finds its room only when it syncs says so here; that disk is full, not dying.
    if !matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        count_failed_sync(path);
    }
    JournalError::from_io(path, error)
}

/// What SQLite answered when something went wrong under the journal at `path`; a failed sync is counted.
pub(super) fn failed_query(path: &Path, error: sqlx::Error) -> JournalError {
    if is_failed_sync(&error) {
        count_failed_sync(path);
    }
    JournalError::from_sqlx(path, error)
}

fn resolve(path: &Path) -> io::Result<PathBuf> {
    if path.exists() {
        return fs::canonicalize(path);
    }
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => fs::canonicalize(parent)?,
        Some(_) | None => fs::canonicalize(".")?,
    };
    Ok(directory.join(name))
}

fn sync_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(directory) => system::sync_folder(directory),
        None => Ok(()),
    }
}

/// How every file of the journal is opened: written, made where missing, nobody else's to read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    system::only_ours(&mut options);
    options
}
