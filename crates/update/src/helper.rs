//! What runs as root: takes what the kiosk handed over, trusts nothing of it, and installs it so that a version that works
//! is there whatever happens meanwhile.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

use nix::fcntl::OFlag;
use thiserror::Error;

use crate::{
    durable, journal_copy,
    judge::{Kiosk, WhyNot, judge},
    key::{KEY_ENDING, LARGEST_KEY, NoKey, TrustedKeys},
    machine::{Machine, MachineError},
    package::{self, NotKept},
    record::{Became, Last, Package, Record, RecordError, Update},
    release::{NoRelease, PACKAGE, Release},
    settings::{self, NoSetting},
    spool::Spool,
    stage::{After, Do, Stage},
};

/// The keys that are trusted, where the package puts them.
pub const KEYS: &str = "/usr/share/prbiti-kiosk/update-keys";

/// It is looked so often whether a new version is well.
const LOOK: Duration = Duration::from_millis(250);

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Places {
    /// Where the kiosk hands releases over.
    pub spool: PathBuf,
    /// The helper's own folder: its record, the packages, copies of the journal.
    pub folder: PathBuf,
    /// The folder of the keys that are trusted.
    pub keys: PathBuf,
    /// The kiosk's configuration.
    pub configuration: PathBuf,
    /// The kiosk's data, below which its journal is.
    pub data: PathBuf,
    /// Where the kiosk says that it is well.
    pub healthy: PathBuf,
    /// What tells this machine from all others.
    pub machine_id: PathBuf,
}

/// What the helper couldn't do. What becomes of a release is no error: it is in the record.
#[derive(Debug, Error)]
pub enum HelperError {
    /// Another one is at work.
    #[error("another helper is at work in {folder}")]
    Busy {
        /// The helper's folder.
        folder: PathBuf,
    },
    /// A file can't be read or written.
    #[error("{path}: {source}")]
    Disk {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The record can't be used.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// Nothing but what was tried leads to a version that works, and it failed.
    #[error("the update isn't over: {why}")]
    NotOver {
        /// Why.
        why: String,
    },
}

impl HelperError {
    /// What somebody can do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            HelperError::Busy { .. } => "wait until it has ended",
            HelperError::Disk { .. } => "look at the disk and at the file's rights",
            HelperError::Record(error) => error.hint(),
            HelperError::NotOver { .. } => {
                "it is tried again when the helper is started: systemctl start prbiti-kiosk-update; what dpkg said is in \
                 dpkg.log in the helper's folder, and the package of the version before in packages"
            }
        }
    }
}

/// Why a release that was handed over isn't installed.
#[derive(Debug, Error)]
enum Refusal {
    #[error("what was handed over can't be read: {0}")]
    Spool(io::Error),
    #[error("the keys can't be read: {0}")]
    Keys(io::Error),
    #[error(transparent)]
    NoKey(#[from] NoKey),
    #[error(transparent)]
    NoRelease(#[from] NoRelease),
    #[error(transparent)]
    Setting(#[from] NoSetting),
    #[error("the configuration or the machine's id can't be read: {0}")]
    About(io::Error),
    #[error(transparent)]
    Machine(#[from] MachineError),
    #[error(transparent)]
    WhyNot(#[from] WhyNot),
    #[error(transparent)]
    NotKept(#[from] NotKept),
    #[error("the package holds {name} {version}, and not what its list says")]
    Mislabelled { name: String, version: crate::version::Version },
    #[error("the package of {version}, which is installed, isn't kept, so it couldn't be put back")]
    NothingToPutBack { version: crate::version::Version },
}

/// A release that may be installed, or kept as the way back.
enum Taken {
    Install { from: Package, to: Package },
    WayBack(Package),
}

/// Goes on with an update that was begun, then takes what was handed over. `healthy_within` says how long a new version has
/// to get well.
pub fn run(places: &Places, machine: &mut impl Machine, healthy_within: Duration) -> Result<(), HelperError> {
    let disk = |path: &Path| {
        let path = path.to_owned();
        move |source| HelperError::Disk { path, source }
    };
    fs::create_dir_all(&places.folder).map_err(disk(&places.folder))?;
    let _lock = lock(&places.folder)?;
    let record = Record::read(&places.folder)?;
    let mut helper = Helper { places, machine, healthy_within, record };
    if let Some(update) = helper.record.update.take() {
        // It may be this very release that still lies there; of another one the kiosk tells again. Somebody may have made
        // something of it that can't be cleared, and to go on matters more.
        let _cleared = Spool::open(&places.spool).and_then(|spool| spool.clear());
        let stage = update.stage.resumed();
        helper.go_on(Update { stage, ..update })?;
    }
    let spool = Spool::open(&places.spool).map_err(disk(&places.spool))?;
    helper.take(&spool)
}

struct Helper<'a, M> {
    places: &'a Places,
    machine: &'a mut M,
    healthy_within: Duration,
    record: Record,
}

impl<M: Machine> Helper<'_, M> {
    /// What was handed over is either refused, or kept before it is taken away.
    fn take(&mut self, spool: &Spool) -> Result<(), HelperError> {
        let told = match spool.told() {
            Ok(None) => return Ok(()),
            Ok(Some(told)) => Ok(told),
            Err(error) => Err(Refusal::Spool(error)),
        };
        let mut version = None;
        let taken = told.and_then(|(list, signature)| self.release(&list, &signature)).and_then(|release| {
            version = Some(release.version().clone());
            self.judge(&release, spool)
        });
        let update = match taken {
            Ok(Taken::Install { from, to }) => Some(Update { from, to, stage: Stage::Verified }),
            Ok(Taken::WayBack(package)) => {
                self.record.way_back = Some(package);
                self.record.last = Some(Last { version, at_s: now_s(), became: Became::WayBack });
                None
            }
            Err(refusal) => {
                let became = Became::Refused { why: refusal.to_string() };
                self.record.last = Some(Last { version, at_s: now_s(), became });
                None
            }
        };
        self.record.update.clone_from(&update);
        self.record.write(&self.places.folder)?;
        let cleared = spool.clear();
        cleared.map_err(|source| HelperError::Disk { path: self.places.spool.clone(), source })?;
        durable::moment();
        if let Some(update) = update {
            self.go_on(update)?;
        }
        self.tidy()
    }

    /// The release that was handed over, if somebody signed it whom this kiosk trusts.
    fn release(&mut self, list: &[u8], signature: &str) -> Result<Release, Refusal> {
        let keys = keys(&self.places.keys).map_err(Refusal::Keys)?;
        let keys = TrustedKeys::read(keys.iter().map(String::as_str))?;
        let release = Release::verified(list, signature, &keys)?;
        // Whoever shows an older list later is found out, whatever becomes of this one.
        self.record.memory.seen = self.record.memory.seen.and(&release);
        Ok(release)
    }

    fn judge(&mut self, release: &Release, spool: &Spool) -> Result<Taken, Refusal> {
        let configuration = fs::read_to_string(&self.places.configuration).map_err(Refusal::About)?;
        let channel = settings::channel(&configuration)?;
        let machine = fs::read_to_string(&self.places.machine_id).map_err(Refusal::About)?;
        let installed = self.machine.installed()?;
        let kiosk =
            Kiosk { installed: &installed, channel: &channel, machine: machine.trim(), memory: &self.record.memory };
        let judged = judge(kiosk, release);
        if let Err(why_not) = judged
            && !matches!(why_not, WhyNot::Installed { .. })
        {
            return Err(why_not.into());
        }
        self.forget_lost_way_back()?;
        let way_back = self.record.way_back.clone().filter(|kept| kept.version == installed);
        if *release.version() != installed && way_back.is_none() {
            return Err(Refusal::NothingToPutBack { version: installed });
        }
        let to = package::keep(&self.places.folder, release, spool.package().map_err(Refusal::Spool)?)?;
        let (name, version) = self.machine.packed(&to.path(&self.places.folder))?;
        if name != PACKAGE || version != to.version {
            return Err(Refusal::Mislabelled { name, version });
        }
        Ok(match way_back {
            Some(from) if to.version != installed => Taken::Install { from, to },
            Some(_) | None => Taken::WayBack(to),
        })
    }

    /// A package that the disk has lost is no way back; the kiosk sees that it isn't in the record, and brings it again.
    fn forget_lost_way_back(&mut self) -> Result<(), NotKept> {
        if let Some(kept) = &self.record.way_back
            && !package::is_whole(&self.places.folder, kept)?
        {
            self.record.way_back = None;
        }
        Ok(())
    }

    /// Brings an update to its end.
    fn go_on(&mut self, mut update: Update) -> Result<(), HelperError> {
        loop {
            self.record.update = Some(update.clone());
            self.record.write(&self.places.folder)?;
            let done = self.act(&update);
            durable::moment();
            match update.stage.clone().after(done) {
                After::Next(stage) => update.stage = stage,
                After::Over(end) => {
                    self.record.end(&update, end, now_s());
                    self.record.write(&self.places.folder)?;
                    return self.tidy();
                }
                After::Again { why } => {
                    // Whatever there is may still sell.
                    let _started = self.machine.start();
                    return Err(HelperError::NotOver { why });
                }
            }
        }
    }

    fn act(&mut self, update: &Update) -> Result<(), String> {
        let folder = &self.places.folder;
        let told = |error: MachineError| error.to_string();
        match update.stage.next() {
            Do::Stop => self.machine.stop().map_err(told),
            Do::KeepJournal => self.keep_journal(update).map_err(|why| format!("the journal wasn't copied: {why}")),
            Do::Install => self.machine.install(&update.to.path(folder)).map_err(told),
            Do::Begin => {
                self.machine.stop().map_err(told)?;
                match fs::remove_file(&self.places.healthy) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.to_string()),
                    Ok(()) | Err(_) => {}
                }
                self.machine.start().map_err(told)
            }
            Do::Await { start } => {
                if start {
                    self.machine.start().map_err(told)?;
                }
                self.get_well(update)
            }
            Do::Start => self.machine.start().map_err(told),
            Do::PutBack => {
                self.machine.stop().map_err(told)?;
                self.machine.install(&update.from.path(folder)).map_err(told)?;
                self.machine.start().map_err(told)
            }
        }
    }

    fn keep_journal(&self, update: &Update) -> Result<(), String> {
        let configuration = fs::read_to_string(&self.places.configuration).map_err(|error| error.to_string())?;
        let journal = settings::journal(&configuration, &self.places.data).map_err(|error| error.to_string())?;
        let name = format!("{:010}-before-{}", now_s(), update.to.version);
        let kept = journal_copy::keep(&journal, &self.places.folder.join("journals"), &name);
        kept.map_err(|error| error.to_string())
    }

    /// Waits until the kiosk says, in the name of the new version, that it is well.
    fn get_well(&mut self, update: &Update) -> Result<(), String> {
        let until = Instant::now() + self.healthy_within;
        let version = update.to.version.to_string();
        while read(&self.places.healthy, 64).ok().is_none_or(|said| said.trim() != version) {
            if Instant::now() >= until {
                let within_s = self.healthy_within.as_secs();
                return Err(format!("{version} didn't show its first screen within {within_s} s"));
            }
            if self.machine.has_failed() {
                return Err(format!("{version} ended by itself before it showed its first screen"));
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }

    fn tidy(&self) -> Result<(), HelperError> {
        let folder = &self.places.folder;
        package::tidy(folder, &self.record).map_err(|source| HelperError::Disk { path: folder.clone(), source })
    }
}

/// One helper at a time.
fn lock(folder: &Path) -> Result<File, HelperError> {
    let path = folder.join("lock");
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = opened.map_err(|source| HelperError::Disk { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(HelperError::Busy { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(HelperError::Disk { path, source }),
    }
}

/// The texts of the keys in a folder.
pub fn keys(folder: &Path) -> io::Result<Vec<String>> {
    let mut keys = Vec::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.to_string_lossy().ends_with(KEY_ENDING) {
            keys.push(read(&path, LARGEST_KEY)?);
        }
    }
    Ok(keys)
}

/// A short text of a file that somebody else may have put there.
fn read(path: &Path, most: u64) -> io::Result<String> {
    let flags = (OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let mut text = String::new();
    file.take(most).read_to_string(&mut text)?;
    Ok(text)
}

/// The wall clock, in seconds since 1970.
fn now_s() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
