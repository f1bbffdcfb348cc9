//! The machine that a kiosk runs on: its packages and its services.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use nix::{
    fcntl::{FcntlArg, fcntl},
    libc,
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use thiserror::Error;

use crate::{release::PACKAGE, version::Version};

/// The kiosk's unit.
pub const UNIT: &str = "prbiti-kiosk.service";

/// Its screen's, without which it doesn't start. What that runs comes with the package, too.
const SCREEN_UNIT: &str = "prbiti-kiosk-display.service";

/// Tells a package's own scripts that the helper installs it: what an older program needs to use the journal was judged
/// before the newer one was installed, which may be too ill to be asked.
const JUDGED: (&str, &str) = ("PRBITI_KIOSK_UPDATE", "judged");

/// So long a command may take, with all that it starts.
pub const PATIENCE: Duration = Duration::from_secs(600);
/// So much of what a command says is told.
const TOLD: u64 = 600;

/// What the helper does to a machine. Each of it may have been done before.
pub trait Machine {
    /// The version that is installed.
    fn installed(&mut self) -> Result<Version, MachineError>;
    /// What is in a package: its name and its version.
    fn packed(&mut self, package: &Path) -> Result<(String, Version), MachineError>;
    /// Installs a package, whatever is installed.
    fn install(&mut self, package: &Path) -> Result<(), MachineError>;
    /// Ends the kiosk, and waits until it has ended.
    fn stop(&mut self) -> Result<(), MachineError>;
    /// Starts the kiosk if it doesn't run, and waits for nothing.
    fn start(&mut self) -> Result<(), MachineError>;
    /// Has the kiosk ended by itself, so often that nobody starts it any more?
    fn has_failed(&mut self) -> bool;
}

/// What a machine refuses.
#[derive(Debug, Error)]
pub enum MachineError {
    /// A program can't be run.
    #[error("{program} can't be run: {source}")]
    NotRun {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program failed.
    #[error("{program} failed ({how}): {said}")]
    Failed {
        /// The program with its arguments.
        program: String,
        /// Its exit status.
        how: String,
        /// The end of what it said.
        said: String,
    },
    /// What it says can't be understood.
    #[error("{program} says {said:?}, which is no {expected}")]
    Unclear {
        /// The program.
        program: String,
        /// What it says.
        said: String,
        /// What was expected.
        expected: &'static str,
    },
}

/// Who starts and ends the kiosk.
#[derive(Clone, Debug)]
pub enum Service {
    /// systemd, by the unit [`UNIT`].
    Systemd,
    /// A program that is called with `start`, `stop`, or `failed` (which succeeds if the kiosk has ended by itself), on a
    /// machine that systemd doesn't run.
    Program(PathBuf),
}

/// A machine with Debian.
#[derive(Clone, Debug)]
pub struct Debian {
    /// Who starts and ends the kiosk.
    pub service: Service,
    /// Where another system is installed than the one that runs, its root.
    pub root: Option<PathBuf>,
    /// Where what dpkg says is written to.
    pub log: PathBuf,
    /// So long a command may take: [`PATIENCE`].
    pub patience: Duration,
}

impl Machine for Debian {
    fn installed(&mut self) -> Result<Version, MachineError> {
        let mut query = self.dpkg("dpkg-query");
        // A package that is installed in part has a version, too.
        let said = self.run(query.args(["--show", "--showformat=${Version}", PACKAGE]))?;
        version("dpkg-query", said.trim())
    }

    fn packed(&mut self, package: &Path) -> Result<(String, Version), MachineError> {
        let mut command = Command::new("dpkg-deb");
        let said = self.run(command.args(["--show", "--showformat=${Package} ${Version}"]).arg(package))?;
        match said.trim().split_once(' ') {
            Some((name, text)) => Ok((name.to_owned(), version("dpkg-deb", text)?)),
            None => Err(MachineError::Unclear { program: "dpkg-deb".into(), said, expected: "name and version" }),
        }
    }

    fn install(&mut self, package: &Path) -> Result<(), MachineError> {
        self.wait_for_dpkg();
        let mut dpkg = self.dpkg("dpkg");
        // Nobody is there to be asked what becomes of a file that was edited: it stays.
        dpkg.args(["--force-confdef", "--force-confold", "--install"]).arg(package);
        self.run(&mut dpkg).map(drop)
    }

    fn stop(&mut self) -> Result<(), MachineError> {
        self.serve("stop", &[])
    }

    fn start(&mut self) -> Result<(), MachineError> {
        // A unit that failed too often doesn't start before that is forgotten; one that systemd doesn't know has nothing to
        // forget, and says so as an error.
        if let Service::Systemd = self.service {
            let _forgotten = self.run(Command::new("systemctl").args(["reset-failed", UNIT, SCREEN_UNIT]));
        }
        self.serve("start", &["--no-block"])
    }

    fn has_failed(&mut self) -> bool {
        // Said by an exit status, whose opposite is no error.
        let asked = match self.service {
            Service::Systemd => "is-failed",
            Service::Program(_) => "failed",
        };
        self.serve(asked, &["--quiet"]).is_ok()
    }
}

impl Debian {
    fn dpkg(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        if let Some(root) = &self.root {
            let mut option = OsString::from("--root=");
            option.push(root);
            command.arg(option);
            if program == "dpkg" {
                // That system has no shell to run a package's scripts with, and may be somebody else's than root's.
                command.args(["--force-script-chrootless", "--force-not-root", "--force-bad-path"]);
            }
        }
        command
    }

    fn serve(&self, what: &str, options: &[&str]) -> Result<(), MachineError> {
        let mut command = match &self.service {
            Service::Systemd => Command::new("systemctl"),
            Service::Program(path) => Command::new(path),
        };
        command.arg(what);
        if let Service::Systemd = self.service {
            command.args(options).arg(UNIT);
        }
        self.run(&mut command).map(drop)
    }

    /// A dpkg that a helper had started before it was killed may still be at work, or somebody's else.
    fn wait_for_dpkg(&self) {
        let admin = self.root.as_deref().unwrap_or(Path::new("/")).join("var/lib/dpkg");
        let until = Instant::now() + self.patience;
        while ["lock-frontend", "lock"].iter().any(|lock| is_locked(&admin.join(lock))) && Instant::now() < until {
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Runs a command to its end and gives what it says; what it complains of is in the log's file.
    fn run(&self, command: &mut Command) -> Result<String, MachineError> {
        let name = command.get_program().to_string_lossy().into_owned();
        let not_run = |source| MachineError::NotRun { program: name.clone(), source };
        let mut log = File::options().read(true).create(true).append(true).open(&self.log).map_err(not_run)?;
        let before = log.metadata().map_err(not_run)?.len();
        let said = self.log.with_extension("said");
        let output = File::options().read(true).write(true).create(true).truncate(true).open(&said).map_err(not_run)?;
        command
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env(JUDGED.0, JUDGED.1)
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(not_run)?)
            .stderr(log.try_clone().map_err(not_run)?)
            .process_group(0);
        let mut child = command.spawn().map_err(not_run)?;
        let until = Instant::now() + self.patience;
        let ended = loop {
            match child.try_wait().map_err(not_run)? {
                Some(ended) => break ended,
                None if Instant::now() < until => thread::sleep(Duration::from_millis(10)),
                None => {
                    // With what it has started: a package's script that hangs would go on beside what is done next.
                    killpg(Pid::from_raw(child.id().cast_signed()), Signal::SIGKILL)
                        .map_err(|errno| not_run(errno.into()))?;
                    break child.wait().map_err(not_run)?;
                }
            }
        };
        let text = fs::read_to_string(&said).map_err(not_run)?;
        if ended.success() {
            return Ok(text);
        }
        let program = std::iter::once(command.get_program()).chain(command.get_args());
        let program = program.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ");
        let complaint = end_of(&mut log, before).map_err(not_run)?;
        Err(MachineError::Failed { program, how: ended.to_string(), said: complaint })
    }
}

fn version(program: &str, text: &str) -> Result<Version, MachineError> {
    Version::from_debian(text).map_err(|_| MachineError::Unclear {
        program: program.to_owned(),
        said: text.to_owned(),
        expected: "version of the kiosk",
    })
}

/// What was written behind `from`, or its end.
fn end_of(log: &mut File, from: u64) -> io::Result<String> {
    let length = log.metadata()?.len();
    log.seek(SeekFrom::Start(from.max(length.saturating_sub(TOLD))))?;
    let mut text = Vec::new();
    log.take(TOLD).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).trim().to_owned())
}

/// Does a process hold the lock of this file, as dpkg locks?
fn is_locked(path: &Path) -> bool {
    let Ok(file) = File::options().read(true).write(true).open(path) else { return false };
    let mut lock = libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    fcntl(&file, FcntlArg::F_GETLK(&mut lock)).is_ok() && lock.l_type != libc::F_UNLCK as libc::c_short
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_takes_too_long_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let started = folder.path().join("started");
        let machine = Debian {
            service: Service::Systemd,
            root: None,
            log: folder.path().join("log"),
            patience: Duration::from_millis(300),
        };
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo $! >\"$1\"; wait", "sh"]).arg(&started);
        let failed = machine.run(&mut command).unwrap_err();
        assert!(matches!(&failed, MachineError::Failed { how, .. } if how.contains('9')), "{failed}");
        let child = fs::read_to_string(&started).unwrap();
        // Ended, and perhaps not yet taken note of by whoever is its parent now.
        let gone = || match fs::read_to_string(format!("/proc/{}/stat", child.trim())) {
            Ok(stat) => stat.contains(") Z "),
            Err(_) => true,
        };
        let until = Instant::now() + Duration::from_secs(20);
        while !gone() {
            assert!(Instant::now() < until, "{child} goes on");
            thread::sleep(Duration::from_millis(10));
        }
    }
}
