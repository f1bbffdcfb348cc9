//! What happens to the journal's files outside SQLite: who may hold them, and the write-ahead log
//! that is written anew before SQLite sees it.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File, OpenOptions, Permissions, TryLockError},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::JournalError;

/// The size in bytes that the write-ahead log has from the start, so that a commit overwrites
/// blocks that the file has already and never waits for the file system to find new ones. It holds
/// what SQLite writes before it starts again at the front.
pub(super) const WAL_BYTES: usize = 5 << 20;

/// Linux keeps a file in memory in pieces as large as the writes that made them, and each later
/// write, however short, goes through the whole list of its piece's blocks. Small pieces make the
/// commits quicker by a third.
const PAGE: usize = 4096;

/// Proof that this process alone uses the journal, for as long as it lives.
///
/// SQLite's own exclusive lock comes too late for this: the write-ahead log is replaced before
/// SQLite opens anything, and a second program must not do that to the first one's log.
#[derive(Debug)]
pub(super) struct Lock {
    // Held, never read: the lock ends when the file is closed.
    _file: File,
}

/// Takes the journal's lock and makes sure that its file exists and is ours alone to read.
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
    let journal = private().open(&path).map_err(fail)?;
    restrict(&journal).map_err(fail)?;
    drop(journal);
    Ok((path, Lock { _file: file }))
}

/// Writes the write-ahead log anew, with the same content, and puts it in place of the old one.
///
/// After a failed sync Linux counts the pages as written although they are not. SQLite would read
/// the lost rows from memory, trust them and append behind them, and a power cut would then take
/// both. A copy is dirty again, so its sync is one that means something.
///
/// A journal that has no log gets one of zeros, which SQLite reads as empty. A file that SQLite has
/// not written to yet gets none, because SQLite would remove it; then the answer is `true`.
pub(super) fn rewrite_wal(path: &Path) -> Result<bool, JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    if fs::metadata(path).map_err(fail)?.len() == 0 {
        return Ok(true);
    }
    let wal = beside(path, "-wal");
    let mut content = match fs::read(&wal) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(fail(error)),
    };
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
    sync_directory(path).map_err(|error| failed_sync(path, error))?;
    Ok(false)
}

fn write_whole(path: &Path, new: &Path, content: &[u8]) -> Result<(), JournalError> {
    let fail = |error| JournalError::from_io(path, error);
    let mut file = private().truncate(true).open(new).map_err(fail)?;
    restrict(&file).map_err(fail)?;
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
}

/// Refuses a journal whose disk failed to sync more than once.
pub(super) fn trust_disk(path: &Path) -> Result<(), JournalError> {
    let failed = FAILED_SYNCS.lock().unwrap_or_else(PoisonError::into_inner);
    let failed_syncs = failed.get(path).copied().unwrap_or(0);
    if failed_syncs > 1 {
        return Err(JournalError::DyingDisk { path: path.to_owned(), failed_syncs });
    }
    Ok(())
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
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

/// How every file of the journal is opened: written, made where missing, nobody else's to read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).mode(0o600);
    options
}

/// Takes away what others may do with a file that was there before.
fn restrict(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o600))
}
