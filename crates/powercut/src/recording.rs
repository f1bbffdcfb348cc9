//! What the journal did to the files of one directory, in order, and what was made to fail under it.

use std::{
    collections::BTreeMap,
    ffi::c_int,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    disk::{Bytes, Disk, FileId},
    ledger::Ledger,
};

/// What a file is to the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Database,
    Log,
    NewLog,
    Directory,
    Other,
}

impl Role {
    fn of(name: &str) -> Self {
        if name.ends_with("-wal") {
            Self::Log
        } else if name.ends_with("-wal.tmp") {
            Self::NewLog
        } else if name.ends_with(".db") {
            Self::Database
        } else {
            Self::Other
        }
    }
}

/// One thing that was done.
#[derive(Clone, Debug)]
pub enum Op {
    Create {
        name: String,
        file: FileId,
    },
    Rename {
        from: String,
        to: String,
    },
    Unlink {
        name: String,
    },
    DirectorySynced,
    Write {
        role: Role,
        file: FileId,
        at: usize,
        bytes: Arc<Bytes>,
    },
    Truncate {
        file: FileId,
        length: usize,
    },
    Synced {
        file: FileId,
    },
    SyncFailed {
        file: FileId,
    },
    /// From here on the journal must hold one of these.
    Promised(Vec<Arc<Ledger>>),
}

/// A call that fails, once.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub call: Call,
    pub role: Role,
    /// How many such calls go well first.
    pub after: u32,
    pub errno: c_int,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Write,
    Sync,
}

/// What is recorded of one directory.
#[derive(Debug)]
pub struct Recording {
    directory: PathBuf,
    /// The control: the log that was written anew doesn't take the old one's place.
    keeps_old_log: bool,
    stopped: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    log: Vec<Op>,
    names: BTreeMap<String, FileId>,
    next: FileId,
    fault: Option<Fault>,
    failed: u32,
    /// Nothing is written any more.
    read_only: bool,
}

static RECORDINGS: RwLock<Vec<Arc<Recording>>> = RwLock::new(Vec::new());
static HANDLES: RwLock<BTreeMap<c_int, Handle>> = RwLock::new(BTreeMap::new());

impl Recording {
    /// Records what is done in `directory` from now on, which holds what `disk` shows.
    pub fn start(directory: &Path, disk: &Disk, keeps_old_log: bool) -> Arc<Self> {
        let inner = Inner {
            log: Vec::new(),
            names: disk.names(),
            next: disk.next_file(),
            fault: None,
            failed: 0,
            read_only: false,
        };
        let recording = Arc::new(Self {
            directory: directory.to_owned(),
            keeps_old_log,
            stopped: AtomicBool::new(false),
            inner: Mutex::new(inner),
        });
        RECORDINGS.write().unwrap_or_else(PoisonError::into_inner).push(recording.clone());
        recording
    }

    /// Ends it; what is done afterwards is nobody's business.
    pub fn stop(self: &Arc<Self>) -> Vec<Op> {
        self.stopped.store(true, Ordering::SeqCst);
        RECORDINGS.write().unwrap_or_else(PoisonError::into_inner).retain(|other| !Arc::ptr_eq(self, other));
        std::mem::take(&mut self.lock().log)
    }

    pub fn promise(&self, held: Vec<Arc<Ledger>>) {
        self.lock().log.push(Op::Promised(held));
    }

    pub fn fail(&self, fault: Fault) {
        self.lock().fault = Some(fault);
    }

    /// How many calls were made to fail.
    pub fn failed(&self) -> u32 {
        self.lock().failed
    }

    /// Whether the file system has given up.
    pub fn is_read_only(&self) -> bool {
        self.lock().read_only
    }

    /// Whether anybody has one of the files open.
    pub fn is_in_use(self: &Arc<Self>) -> bool {
        let handles = HANDLES.read().unwrap_or_else(PoisonError::into_inner);
        handles.values().any(|handle| Arc::ptr_eq(self, &handle.recording))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The name of `path` in the directory; none for the directory itself.
    fn name(&self, path: &Path) -> Option<Option<String>> {
        if path == self.directory {
            return Some(None);
        }
        (path.parent() == Some(&self.directory)).then(|| path.file_name().map(|name| name.display().to_string()))
    }
}

impl Inner {
    /// Refuses what a file system doesn't do that has given up.
    fn writable(&self) -> Result<(), c_int> {
        if self.read_only { Err(libc::EROFS) } else { Ok(()) }
    }

    fn fault(&mut self, call: Call, role: Role) -> Option<c_int> {
        if self.read_only {
            return Some(libc::EROFS);
        }
        let fault = self.fault.as_mut().filter(|fault| (fault.call, fault.role) == (call, role))?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        self.failed += 1;
        // Where Linux can't write the names of files, the file system turns itself read-only until it is mounted anew.
        // SQLite counts on that: it doesn't look at the answer of a directory's sync.
        self.read_only = role == Role::Directory;
        self.fault.take().map(|fault| fault.errno)
    }
}

/// An open file or directory that is recorded.
#[derive(Clone, Debug)]
pub struct Handle {
    recording: Arc<Recording>,
    role: Role,
    file: FileId,
}

impl Handle {
    /// Writes, unless it must fail: then the answer is why. `written` tells where to and what.
    pub fn write<'a>(
        &self,
        write: impl FnOnce() -> Option<usize>,
        written: impl FnOnce(usize) -> (usize, &'a [u8]),
    ) -> Result<Option<usize>, c_int> {
        let mut inner = self.recording.lock();
        if let Some(errno) = inner.fault(Call::Write, self.role) {
            return Err(errno);
        }
        let answer = write();
        if let Some(count) = answer {
            let (at, data) = written(count);
            inner.log.push(Op::Write { role: self.role, file: self.file, at, bytes: Arc::new(Bytes::of(data)) });
        }
        Ok(answer)
    }

    pub fn truncate(&self, length: usize, truncate: impl FnOnce() -> c_int) -> Result<c_int, c_int> {
        let mut inner = self.recording.lock();
        inner.writable()?;
        let answer = truncate();
        if answer == 0 {
            inner.log.push(Op::Truncate { file: self.file, length });
        }
        Ok(answer)
    }

    /// Syncs, unless it must fail: then the answer is why.
    pub fn sync(&self, sync: impl FnOnce() -> c_int) -> Result<c_int, c_int> {
        let mut inner = self.recording.lock();
        let directory = self.role == Role::Directory;
        if let Some(errno) = inner.fault(Call::Sync, self.role) {
            if !directory {
                inner.log.push(Op::SyncFailed { file: self.file });
            }
            return Err(errno);
        }
        let answer = sync();
        if answer == 0 {
            inner.log.push(if directory { Op::DirectorySynced } else { Op::Synced { file: self.file } });
        }
        Ok(answer)
    }
}

/// The recorded file behind a descriptor.
pub fn handle(file: c_int) -> Option<Handle> {
    let handles = HANDLES.read().unwrap_or_else(PoisonError::into_inner);
    handles.get(&file).filter(|handle| !handle.recording.stopped.load(Ordering::SeqCst)).cloned()
}

fn recorded(path: &Path) -> Option<(Arc<Recording>, Option<String>)> {
    let recordings = RECORDINGS.read().unwrap_or_else(PoisonError::into_inner);
    recordings.iter().find_map(|recording| Some((recording.clone(), recording.name(path)?)))
}

pub fn open(path: &Path, truncates: bool, open: impl FnOnce() -> c_int) -> Result<c_int, c_int> {
    let Some((recording, name)) = recorded(path) else {
        return Ok(open());
    };
    let mut inner = recording.lock();
    if name.as_ref().is_some_and(|name| truncates || !inner.names.contains_key(name)) {
        inner.writable()?;
    }
    let descriptor = open();
    if descriptor < 0 {
        return Ok(descriptor);
    }
    let (role, file) = match name {
        None => (Role::Directory, 0),
        Some(name) => (Role::of(&name), inner.opened(name, truncates)),
    };
    drop(inner);
    let handle = Handle { recording, role, file };
    HANDLES.write().unwrap_or_else(PoisonError::into_inner).insert(descriptor, handle);
    Ok(descriptor)
}

impl Inner {
    fn opened(&mut self, name: String, truncates: bool) -> FileId {
        if let Some(file) = self.names.get(&name).copied() {
            if truncates {
                self.log.push(Op::Truncate { file, length: 0 });
            }
            return file;
        }
        let file = self.next;
        self.next += 1;
        self.names.insert(name.clone(), file);
        self.log.push(Op::Create { name, file });
        file
    }
}

pub fn close(file: c_int) {
    if HANDLES.read().unwrap_or_else(PoisonError::into_inner).contains_key(&file) {
        HANDLES.write().unwrap_or_else(PoisonError::into_inner).remove(&file);
    }
}

pub fn rename(from: &Path, to: &Path, rename: impl FnOnce() -> c_int) -> Result<c_int, c_int> {
    let (Some((recording, Some(from))), Some((_, Some(to)))) = (recorded(from), recorded(to)) else {
        return Ok(rename());
    };
    let mut inner = recording.lock();
    inner.writable()?;
    if recording.keeps_old_log && Role::of(&from) == Role::NewLog && inner.names.contains_key(&to) {
        return Ok(0);
    }
    let answer = rename();
    if answer == 0 {
        if let Some(file) = inner.names.remove(&from) {
            inner.names.insert(to.clone(), file);
        }
        inner.log.push(Op::Rename { from, to });
    }
    Ok(answer)
}

pub fn unlink(path: &Path, unlink: impl FnOnce() -> c_int) -> Result<c_int, c_int> {
    let Some((recording, Some(name))) = recorded(path) else {
        return Ok(unlink());
    };
    let mut inner = recording.lock();
    inner.writable()?;
    let answer = unlink();
    if answer == 0 {
        inner.names.remove(&name);
        inner.log.push(Op::Unlink { name });
    }
    Ok(answer)
}
