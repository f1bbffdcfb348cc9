//! Files that are there whole or not at all, also after a power cut.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Writes a file in the place of one of that name, readable as `mode` says.
pub(crate) fn write(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    moment();
    fs::rename(&new, path)?;
    sync_folder_of(path)?;
    moment();
    Ok(())
}

/// Makes what was renamed, made or removed in a file's folder durable.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// Where a test may have this program killed: it names the how manyth moment it is to be. Only in debug builds.
pub(crate) fn moment() {
    #[cfg(debug_assertions)]
    kill::at_this_moment();
}

#[cfg(debug_assertions)]
mod kill {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };

    use nix::sys::signal::{Signal, raise};

    static AT: LazyLock<Option<u32>> =
        LazyLock::new(|| std::env::var("PRBITI_KIOSK_UPDATE_KILL").ok().and_then(|at| at.parse().ok()));
    static PASSED: AtomicU32 = AtomicU32::new(0);

    pub(super) fn at_this_moment() {
        let passed = PASSED.fetch_add(1, Ordering::Relaxed) + 1;
        if *AT == Some(passed) {
            let _killed = raise(Signal::SIGKILL);
        }
    }
}
