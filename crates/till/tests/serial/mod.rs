//! A real serial device, as far as a machine without one has it.

use std::{fs::File, io::Write as _, path::PathBuf};

use nix::{
    pty::openpty,
    sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr},
    unistd::ttyname,
};

/// A serial device: what is written to it comes out of the device at `path`. Dropped, it is unplugged.
pub struct Device {
    cable: File,
    pub path: PathBuf,
}

impl Device {
    pub fn new() -> Device {
        let pty = openpty(None, None).unwrap();
        let mut settings = tcgetattr(&pty.slave).unwrap();
        cfmakeraw(&mut settings);
        tcsetattr(&pty.slave, SetArg::TCSANOW, &settings).unwrap();
        Device { path: ttyname(&pty.slave).unwrap(), cable: pty.master.into() }
    }

    /// Waits in a thread of its own when the device's buffer is full.
    pub async fn send(&self, bytes: impl AsRef<[u8]>) {
        let mut cable = self.cable.try_clone().unwrap();
        let bytes = bytes.as_ref().to_owned();
        tokio::task::spawn_blocking(move || cable.write_all(&bytes)).await.unwrap().unwrap();
    }
}
