//! The journal as it was before an update: a copy of its files, byte for byte, made while nobody writes them.
//!
//! A kiosk that runs holds its journal alone, so that it can't be copied through SQLite before the kiosk has ended; and
//! once it has, opening the journal would write to it. So the two files are copied under the kiosk's own lock: what the
//! kiosk would find is what is in the copy. To root they are anybody's files: no link is followed, and they aren't opened
//! as a database.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use nix::{fcntl::OFlag, sys::statvfs::statvfs};
use thiserror::Error;

use crate::durable;

/// So many copies are kept, the newest.
const KEPT: usize = 2;

/// Why the journal wasn't copied.
#[derive(Debug, Error)]
pub enum NotCopied {
    /// A program uses it.
    #[error("the journal {path} is in use")]
    InUse {
        /// The journal's file.
        path: PathBuf,
    },
    /// There is no room for a copy that leaves room for the kiosk.
    #[error("{free} bytes are free, and a copy of the journal {path} needs twice its {bytes}")]
    NoRoom {
        /// The journal's file.
        path: PathBuf,
        /// How large it is.
        bytes: u64,
        /// How much room there is.
        free: u64,
    },
    /// A file can't be read or written.
    #[error("{path}: {source}")]
    Disk {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Copies the journal to a folder of that name below `copies`, and removes the oldest copies. A kiosk that never ran has
/// no journal: then there is nothing to copy. Names sort by age.
pub fn keep(journal: &Path, copies: &Path, name: &str) -> Result<(), NotCopied> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        move |source| NotCopied::Disk { path, source }
    };
    let Some(main) = open(journal).map_err(fail(journal))? else { return Ok(()) };
    let _lock = lock(journal)?;
    let log_path = beside(journal, "-wal");
    let log = open(&log_path).map_err(fail(&log_path))?;
    private_folder(copies).map_err(fail(copies))?;
    let part = copies.join("part");
    remove_folder(&part).and_then(|()| private_folder(&part)).map_err(fail(&part))?;
    let length = |file: &File| file.metadata().map(|about| about.len());
    let bytes = length(&main).and_then(|main| Ok(main + log.as_ref().map_or(Ok(0), length)?)).map_err(fail(journal))?;
    let disk = statvfs(&part).map_err(io::Error::from).map_err(fail(&part))?;
    let free = disk.blocks_available().saturating_mul(disk.fragment_size());
    if free / 2 < bytes {
        return Err(NotCopied::NoRoom { path: journal.to_owned(), bytes, free });
    }
    for (from, suffix) in [(Some(main), ""), (log, "-wal")] {
        let Some(from) = from else { continue };
        let to = part.join(format!("journal.db{suffix}"));
        copy(from, &to).map_err(fail(&to))?;
    }
    let path = copies.join(name);
    let placed = remove_folder(&path)
        .and_then(|()| File::open(&part)?.sync_all())
        .and_then(|()| fs::rename(&part, &path))
        .and_then(|()| durable::sync_folder_of(&path));
    placed.map_err(fail(&path))?;
    tidy(copies).map_err(fail(copies))
}

/// The journal's lock, which every kiosk holds that uses it.
fn lock(journal: &Path) -> Result<File, NotCopied> {
    let path = beside(journal, "-lock");
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits());
    let file = options.open(&path).map_err(|source| NotCopied::Disk { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(NotCopied::InUse { path: journal.to_owned() }),
        Err(TryLockError::Error(source)) => Err(NotCopied::Disk { path, source }),
    }
}

fn open(path: &Path) -> io::Result<Option<File>> {
    let flags = (OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    Ok(Some(file))
}

fn copy(from: File, to: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let length = from.metadata()?.len();
    // Not more than there was room for, whatever somebody appends.
    io::copy(&mut from.take(length), &mut file)?;
    file.sync_all()
}

fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn remove_folder(path: &Path) -> io::Result<()> {
    if fs::exists(path)? { fs::remove_dir_all(path) } else { Ok(()) }
}

fn tidy(copies: &Path) -> io::Result<()> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(copies)?.map(|copy| copy.map(|copy| copy.path())).collect::<Result<_, _>>()?;
    all.sort();
    let old = all.len().saturating_sub(KEPT);
    all.iter().take(old).try_for_each(fs::remove_dir_all)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    struct Kiosk {
        folder: tempfile::TempDir,
        journal: PathBuf,
        copies: PathBuf,
    }

    fn kiosk() -> Kiosk {
        let folder = tempfile::tempdir().unwrap();
        let (journal, copies) = (folder.path().join("journal.db"), folder.path().join("copies"));
        Kiosk { folder, journal, copies }
    }

    impl Kiosk {
        fn sold(&self, main: &str, log: &str) {
            fs::write(&self.journal, main).unwrap();
            fs::write(beside(&self.journal, "-wal"), log).unwrap();
            fs::write(beside(&self.journal, "-lock"), "").unwrap();
        }

        fn copied(&self, name: &str) -> [String; 2] {
            ["journal.db", "journal.db-wal"].map(|file| fs::read_to_string(self.copies.join(name).join(file)).unwrap())
        }
    }

    #[test]
    fn both_files_are_copied_and_the_two_newest_copies_stay() {
        let kiosk = kiosk();
        for (name, sold) in [("1", "a"), ("2", "b"), ("3", "c"), ("3", "d")] {
            kiosk.sold(sold, &format!("log of {sold}"));
            keep(&kiosk.journal, &kiosk.copies, name).unwrap();
        }
        assert_eq!(kiosk.copied("2"), ["b", "log of b"]);
        assert_eq!(kiosk.copied("3"), ["d", "log of d"]);
        assert_eq!(fs::read_dir(&kiosk.copies).unwrap().count(), 2);
        assert_eq!(fs::metadata(&kiosk.copies).unwrap().permissions().mode() & 0o077, 0, "nobody else's to read");
    }

    #[test]
    fn without_a_journal_there_is_nothing_to_copy() {
        let kiosk = kiosk();
        keep(&kiosk.journal, &kiosk.copies, "1").unwrap();
        assert!(!kiosk.copies.exists());
    }

    #[test]
    fn a_journal_in_use_isnt_copied() {
        let kiosk = kiosk();
        kiosk.sold("a", "log");
        let used = File::open(beside(&kiosk.journal, "-lock")).unwrap();
        used.lock().unwrap();
        assert!(matches!(keep(&kiosk.journal, &kiosk.copies, "1"), Err(NotCopied::InUse { .. })));
        drop(used);
        keep(&kiosk.journal, &kiosk.copies, "1").unwrap();
    }

    #[test]
    fn what_a_link_leads_to_isnt_copied_nor_what_fills_the_disk() {
        let kiosk = kiosk();
        symlink("/etc/passwd", &kiosk.journal).unwrap();
        assert!(matches!(keep(&kiosk.journal, &kiosk.copies, "1"), Err(NotCopied::Disk { .. })));
        fs::remove_file(&kiosk.journal).unwrap();
        kiosk.sold("a", "log");
        OpenOptions::new().write(true).open(&kiosk.journal).unwrap().set_len(1 << 43).unwrap();
        assert!(matches!(keep(&kiosk.journal, &kiosk.copies, "1"), Err(NotCopied::NoRoom { .. })));
        drop(kiosk.folder);
    }
}
