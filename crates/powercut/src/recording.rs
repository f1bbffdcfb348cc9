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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Database,
    Log,
    NewLog,
    /// A journal that is being made.
    NewDatabase,
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
        } else if name.ends_with(".db-new") {
            Self::NewDatabase
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
    /// A file has one more name.
    Link {
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
    /// Something was done outside.
    Did(String),
    /// From here on the journal must hold one of these.
    Promised(Vec<Arc<Ledger>>),
}

/// A call that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub call: Call,
    /// On which file; none: on any.
    pub role: Option<Role>,
    /// How many such calls go well first.
    pub after: u32,
    pub how: How,
    /// Every such call after it fails too, until the disk is well again.
    pub lasts: bool,
}

/// A call that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Open,
    Read,
    Write,
    Sync,
    Truncate,
    Link,
    Rename,
    Unlink,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Nothing is done, and this is why.
    Refused(c_int),
    /// Half of what was asked is done, as a system may.
    Short,
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
    /// What had been done when a call first failed.
    failed_at: usize,
    /// How many calls of a kind were made on what.
    calls: BTreeMap<(Call, Role), u32>,
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
            failed_at: 0,
            calls: BTreeMap::new(),
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

    /// Something is done outside.
    pub fn did(&self, what: String) {
        self.lock().log.push(Op::Did(what));
    }

    pub fn fail(&self, fault: Fault) {
        self.lock().fault = Some(fault);
    }

    /// How many calls were made to fail.
    pub fn failed(&self) -> u32 {
        self.lock().failed
    }

    /// How much had been done when a call first failed.
    pub fn failed_at(&self) -> usize {
        self.lock().failed_at
    }

    /// Nothing fails any more.
    pub fn mend(&self) {
        self.lock().fault = None;
    }

    /// How many calls of a kind were made on what.
    pub fn calls(&self) -> BTreeMap<(Call, Role), u32> {
        self.lock().calls.clone()
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
    /// A call is made: how it must fail, if it must.
    fn fault(&mut self, call: Call, role: Role) -> Option<How> {
        *self.calls.entry((call, role)).or_default() += 1;
        let fault = self.fault.as_mut().filter(|fault| fault.call == call && fault.role.is_none_or(|of| of == role))?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        let how = fault.how;
        if !fault.lasts {
            self.fault = None;
        }
        if self.failed == 0 {
            self.failed_at = self.log.len();
        }
        self.failed += 1;
        Some(how)
    }

    /// The same for a call that is done whole or not at all.
    fn refused(&mut self, call: Call, role: Role) -> Result<(), c_int> {
        match self.fault(call, role) {
            Some(How::Refused(errno)) => Err(errno),
            Some(How::Short) | None => Ok(()),
        }
    }

    /// How much of `length` bytes is done.
    fn length(&mut self, call: Call, role: Role, length: usize) -> Result<usize, c_int> {
        match self.fault(call, role) {
            Some(How::Refused(errno)) => Err(errno),
            Some(How::Short) => Ok(length.div_ceil(2)),
            None => Ok(length),
        }
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
    /// Reads as many bytes as it may, unless it must fail: then the answer is why.
    pub fn read<T>(&self, length: usize, read: impl FnOnce(usize) -> T) -> Result<T, c_int> {
        let length = self.recording.lock().length(Call::Read, self.role, length)?;
        Ok(read(length))
    }

    /// Writes as many bytes as it may, unless it must fail: then the answer is why. `written` tells where to and what.
    pub fn write<'a>(
        &self,
        length: usize,
        write: impl FnOnce(usize) -> Option<usize>,
        written: impl FnOnce(usize) -> (usize, &'a [u8]),
    ) -> Result<Option<usize>, c_int> {
        let mut inner = self.recording.lock();
        let length = inner.length(Call::Write, self.role, length)?;
        let answer = write(length);
        if let Some(count) = answer {
            let (at, data) = written(count);
            inner.log.push(Op::Write { role: self.role, file: self.file, at, bytes: Arc::new(Bytes::of(data)) });
        }
        Ok(answer)
    }

    pub fn truncate(&self, length: usize, truncate: impl FnOnce() -> c_int) -> Result<c_int, c_int> {
        let mut inner = self.recording.lock();
        inner.refused(Call::Truncate, self.role)?;
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
        if let Err(errno) = inner.refused(Call::Sync, self.role) {
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
    inner.refused(Call::Open, name.as_deref().map_or(Role::Directory, Role::of))?;
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

pub fn link(from: &Path, to: &Path, link: impl FnOnce() -> c_int) -> Result<c_int, c_int> {
    let (Some((recording, Some(from))), Some((_, Some(to)))) = (recorded(from), recorded(to)) else {
        return Ok(link());
    };
    let mut inner = recording.lock();
    inner.refused(Call::Link, Role::of(&from))?;
    let answer = link();
    if answer == 0
        && let Some(file) = inner.names.get(&from).copied()
    {
        inner.names.insert(to.clone(), file);
        inner.log.push(Op::Link { name: to, file });
    }
    Ok(answer)
}

pub fn rename(from: &Path, to: &Path, rename: impl FnOnce() -> c_int) -> Result<c_int, c_int> {
    let (Some((recording, Some(from))), Some((_, Some(to)))) = (recorded(from), recorded(to)) else {
        return Ok(rename());
    };
    let mut inner = recording.lock();
    inner.refused(Call::Rename, Role::of(&from))?;
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
    inner.refused(Call::Unlink, Role::of(&name))?;
    let answer = unlink();
    if answer == 0 {
        inner.names.remove(&name);
        inner.log.push(Op::Unlink { name });
    }
    Ok(answer)
}
