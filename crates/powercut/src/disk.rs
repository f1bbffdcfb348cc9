//! The disk as a power cut finds it: what is safe, and what may be lost.
//!
//! The model is harsher than a real disk. Every 512-byte sector of every write since the file's last sync is kept or
//! lost on its own, so that of two writes to one sector the second may be there without the first. A file may have
//! grown without what was written there. A file's sync says nothing of its name: creations, renames and removals are
//! kept in order, as far as they got, until the directory is synced. What was written before a sync that failed is not
//! made safe by a later one, though reads show it, as Linux has it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};

use fastrand::Rng;

use crate::recording::Op;

pub type FileId = u32;

/// A row of bytes, its trailing zeros only counted: most of a log is zeros.
#[derive(Clone, Debug, Default)]
pub struct Bytes {
    data: Vec<u8>,
    length: usize,
}

/// Equal when they read the same.
impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        let common = self.data.len().min(other.data.len());
        let (ours, theirs) = (self.data.split_at(common), other.data.split_at(common));
        let zeros = |rest: &[u8]| rest.iter().all(|byte| *byte == 0);
        self.length == other.length && ours.0 == theirs.0 && zeros(ours.1) && zeros(theirs.1)
    }
}

impl Bytes {
    pub fn of(data: &[u8]) -> Self {
        let end = data.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        Self { data: data.get(..end).unwrap_or_default().to_vec(), length: data.len() }
    }

    /// Puts the bytes `from..to` of `bytes` at `at + from`.
    fn put(&mut self, at: usize, bytes: &Self, from: usize, to: usize) {
        let held = |place: usize| place.min(bytes.data.len());
        let data = bytes.data.get(held(from)..held(to)).unwrap_or_default();
        let (begin, end) = (at + from, at + from + data.len());
        if !data.is_empty() && self.data.len() < end {
            self.data.resize(end, 0);
        }
        if let Some(place) = self.data.get_mut(begin..end) {
            place.copy_from_slice(data);
        }
        let zeros = end.max(begin).min(self.data.len())..(at + to).min(self.data.len());
        if let Some(place) = self.data.get_mut(zeros) {
            place.fill(0);
        }
        self.length = self.length.max(at + to);
    }

    fn truncate(&mut self, length: usize) {
        self.data.truncate(length);
        self.length = length;
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(&self.data)?;
        file.set_len(self.length as u64)
    }
}

/// What was done to a file since the last moment at which all of it was safe.
#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Arc<Bytes> },
    Truncate { length: usize },
}

/// What a power cut makes of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Kept or lost; the next sync makes it safe.
    Open,
    /// Kept or lost, for good: its sync failed.
    Forsaken,
    Safe,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    safe: Bytes,
    changes: Vec<(Change, Fate)>,
}

impl Kept {
    fn sync(&mut self) {
        for (_, fate) in &mut self.changes {
            if *fate == Fate::Open {
                *fate = Fate::Safe;
            }
        }
        // What follows a forsaken change stays behind it, so that the order is kept.
        let first = self.changes.iter().position(|(_, fate)| *fate != Fate::Safe).unwrap_or(self.changes.len());
        for (change, _) in self.changes.drain(..first) {
            change.apply(&mut self.safe);
        }
    }

    fn forsake(&mut self) {
        for (_, fate) in &mut self.changes {
            if *fate == Fate::Open {
                *fate = Fate::Forsaken;
            }
        }
    }

    /// What a program that reads it sees.
    fn shown(&self) -> Bytes {
        let mut bytes = self.safe.clone();
        for (change, _) in &self.changes {
            change.apply(&mut bytes);
        }
        bytes
    }

    fn after_cut(&self, rng: &mut Rng) -> Bytes {
        let mut bytes = self.safe.clone();
        let odds = odds(rng);
        for (change, fate) in &self.changes {
            match fate {
                Fate::Safe => change.apply(&mut bytes),
                Fate::Open | Fate::Forsaken => change.apply_torn(&mut bytes, odds, rng),
            }
        }
        bytes
    }
}

/// How many of a thousand sectors are kept. All and none are as likely as something between.
fn odds(rng: &mut Rng) -> u32 {
    rng.choice([0, 20, 500, 980, 1000]).unwrap_or(500)
}

fn kept(odds: u32, rng: &mut Rng) -> bool {
    rng.u32(0..1000) < odds
}

const SECTOR: usize = 512;

impl Change {
    fn apply(&self, bytes: &mut Bytes) {
        match self {
            Self::Write { at, bytes: written } => bytes.put(*at, written, 0, written.length),
            Self::Truncate { length } => bytes.truncate(*length),
        }
    }

    fn apply_torn(&self, bytes: &mut Bytes, odds: u32, rng: &mut Rng) {
        match self {
            Self::Write { at, bytes: written } => {
                let mut from = 0;
                while from < written.length {
                    let to = written.length.min((at + from) / SECTOR * SECTOR + SECTOR - at);
                    if kept(odds, rng) {
                        bytes.put(*at, written, from, to);
                    }
                    from = to;
                }
                // The file may know of its new length and hold nothing there.
                if rng.u32(0..4) == 0 {
                    bytes.length = bytes.length.max(at + written.length);
                }
            }
            Self::Truncate { length } => {
                if kept(odds, rng) {
                    bytes.truncate(*length);
                }
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Naming {
    Create { name: String, file: FileId },
    Rename { from: String, to: String },
    Unlink { name: String },
}

impl Naming {
    fn apply(&self, names: &mut BTreeMap<String, FileId>) {
        match self {
            Self::Create { name, file } => {
                names.insert(name.clone(), *file);
            }
            Self::Rename { from, to } => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Self::Unlink { name } => {
                names.remove(name);
            }
        }
    }
}

/// The files by their names.
pub type Files = BTreeMap<String, Bytes>;

/// One directory of the disk.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    names: BTreeMap<String, FileId>,
    namings: Vec<Naming>,
    files: BTreeMap<FileId, Kept>,
}

impl Disk {
    /// A disk on which all of this is safe.
    pub fn holding(files: Files) -> Self {
        let mut disk = Self::default();
        for (file, (name, safe)) in (1..).zip(files) {
            disk.names.insert(name, file);
            disk.files.insert(file, Kept { safe, changes: Vec::new() });
        }
        disk
    }

    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Create { name, file } => {
                self.files.insert(*file, Kept::default());
                self.namings.push(Naming::Create { name: name.clone(), file: *file });
            }
            Op::Link { name, file } => self.namings.push(Naming::Create { name: name.clone(), file: *file }),
            Op::Rename { from, to } => self.namings.push(Naming::Rename { from: from.clone(), to: to.clone() }),
            Op::Unlink { name } => self.namings.push(Naming::Unlink { name: name.clone() }),
            Op::DirectorySynced => {
                for naming in self.namings.drain(..) {
                    naming.apply(&mut self.names);
                }
                // A file that has no name any more is in nobody's way.
                let named: BTreeSet<FileId> = self.names.values().copied().collect();
                self.files.retain(|file, _| named.contains(file));
            }
            Op::Write { file, at, bytes, role: _ } => {
                self.change(*file, Change::Write { at: *at, bytes: bytes.clone() })
            }
            Op::Truncate { file, length } => self.change(*file, Change::Truncate { length: *length }),
            Op::Synced { file } => {
                if let Some(kept) = self.files.get_mut(file) {
                    kept.sync();
                }
            }
            Op::SyncFailed { file } => {
                if let Some(kept) = self.files.get_mut(file) {
                    kept.forsake();
                }
            }
            Op::Did(_) | Op::Promised(_) => {}
        }
    }

    fn change(&mut self, file: FileId, change: Change) {
        if let Some(kept) = self.files.get_mut(&file) {
            kept.changes.push((change, Fate::Open));
        }
    }

    /// The names that a running program sees.
    pub fn names(&self) -> BTreeMap<String, FileId> {
        let mut names = self.names.clone();
        for naming in &self.namings {
            naming.apply(&mut names);
        }
        names
    }

    /// The number that the next new file gets.
    pub fn next_file(&self) -> FileId {
        self.files.keys().next_back().map_or(1, |last| last + 1)
    }

    /// What a running program sees.
    pub fn shown(&self) -> Files {
        self.names().into_iter().map(|(name, file)| (name, self.content(file, Kept::shown))).collect()
    }

    /// What a power cut would decide on now.
    pub fn at_stake(&self) -> Stake {
        let any = |fate| self.files.values().any(|kept| kept.changes.iter().any(|(_, of)| *of == fate));
        Stake { unsynced: any(Fate::Open), forsaken: any(Fate::Forsaken), names: !self.namings.is_empty() }
    }

    /// What one power cut leaves.
    pub fn after_cut(&self, rng: &mut Rng) -> Files {
        let mut names = self.names.clone();
        for naming in self.namings.iter().take(rng.usize(0..=self.namings.len())) {
            naming.apply(&mut names);
        }
        names.into_iter().map(|(name, file)| (name, self.content(file, |kept| kept.after_cut(rng)))).collect()
    }

    fn content(&self, file: FileId, content: impl FnOnce(&Kept) -> Bytes) -> Bytes {
        self.files.get(&file).map(content).unwrap_or_default()
    }
}

/// What isn't safe.
#[derive(Clone, Copy, Debug)]
pub struct Stake {
    pub unsynced: bool,
    /// Written before a sync that failed.
    pub forsaken: bool,
    /// Whether a file has the name that a program sees.
    pub names: bool,
}

/// Makes `directory` hold these files and no other.
pub fn write(files: &Files, directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if !files.contains_key(&entry.file_name().display().to_string()) {
            fs::remove_file(entry.path())?;
        }
    }
    files.iter().try_for_each(|(name, bytes)| bytes.write(&directory.join(name)))
}

/// The files of `directory`.
pub fn read(directory: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        files.insert(entry.file_name().display().to_string(), Bytes::of(&fs::read(entry.path())?));
    }
    Ok(files)
}
