//! A barcode scanner on a pseudo terminal: what is scanned comes out of it as the text and a carriage return.

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::{ttyname, write};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Both ends of the pseudo terminal. Ours stays open on the far side too, so that a kiosk may come and go.
#[derive(Debug)]
struct Cable {
    device: PathBuf,
    near: OwnedFd,
    _far: OwnedFd,
}

/// The scanner, plugged in or not.
#[derive(Debug)]
pub(crate) struct Scanner {
    link: PathBuf,
    cable: Mutex<Option<Cable>>,
}

impl Scanner {
    /// Opens a pseudo terminal and names it by a link that stays the same across restarts.
    pub(crate) fn open(link: &Path) -> io::Result<Self> {
        let scanner = Self { link: link.to_owned(), cable: Mutex::new(None) };
        scanner.plug()?;
        Ok(scanner)
    }

    /// The path to open as a serial port.
    pub(crate) fn path(&self) -> &Path {
        &self.link
    }

    pub(crate) fn is_plugged(&self) -> bool {
        self.cable.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Plugs the scanner in; a new device behind the same name, as with a real one.
    pub(crate) fn plug(&self) -> io::Result<()> {
        let mut cable = self.cable.lock().unwrap_or_else(PoisonError::into_inner);
        if cable.is_some() {
            return Ok(());
        }
        let ends = openpty(None, None)?;
        let mut settings = tcgetattr(&ends.slave)?;
        cfmakeraw(&mut settings);
        tcsetattr(&ends.slave, SetArg::TCSANOW, &settings)?;
        // A scanner doesn't wait for a listener: what nobody reads is lost.
        fcntl(&ends.master, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        for end in [&ends.master, &ends.slave] {
            fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
        }
        let device = ttyname(&ends.slave)?;
        remove(&self.link)?;
        std::os::unix::fs::symlink(&device, &self.link)?;
        *cable = Some(Cable { device, near: ends.master, _far: ends.slave });
        Ok(())
    }

    /// Pulls the plug: the link is gone, and whoever has it open reads the end.
    pub(crate) fn unplug(&self) -> io::Result<()> {
        let Some(cable) = self.cable.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Ok(());
        };
        // Another simulator may have put its own link there since.
        if fs::read_link(&self.link).is_ok_and(|device| device == cable.device) { remove(&self.link) } else { Ok(()) }
    }

    /// Scans a code.
    pub(crate) fn scan(&self, code: &str) -> io::Result<()> {
        let cable = self.cable.lock().unwrap_or_else(PoisonError::into_inner);
        let cable =
            cable.as_ref().ok_or_else(|| io::Error::new(io::ErrorKind::NotConnected, "the scanner is unplugged"))?;
        let bytes = [code.as_bytes(), b"\r"].concat();
        let written = write(&cable.near, &bytes)?;
        if written < bytes.len() {
            return Err(io::Error::new(io::ErrorKind::WouldBlock, "nobody reads the scanner"));
        }
        Ok(())
    }
}

impl Drop for Scanner {
    fn drop(&mut self) {
        // Nothing can be done about a link that stays; the next start replaces it.
        let _ = self.unplug();
    }
}

fn remove(link: &Path) -> io::Result<()> {
    match fs::remove_file(link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
