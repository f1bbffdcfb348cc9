//! Windows. Compiled, and not run yet: `docs/install.md` says what that leaves open.

mod calls;

use std::{
    fs::{File, OpenOptions},
    io,
    os::windows::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
use windows_registry::CURRENT_USER;
use windows_sys::Win32::Storage::FileSystem::FILE_FLAG_BACKUP_SEMANTICS;

use super::{Readers, Shared};

/// A key of the registry that is made volatile: it is gone once the user has logged off or the machine was started anew.
const BOOT: &str = r"Software\PrbitiKioskBoot";

/// What nobody has written for Windows.
fn not_yet(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("{what} isn't available on Windows yet"))
}

/// ms since the machine started, suspend included.
pub(crate) fn boot_ms() -> Option<i64> {
    i64::try_from(calls::ticks_ms()).ok()
}

/// What names this start of the machine, as far as the user hasn't logged off since: the first program that asks makes it up.
///
/// Windows itself has no such name. A log-off gives a new one, with which only the wall clock bridges a restart: too careful,
/// and never wrong.
pub(crate) fn boot_id() -> io::Result<String> {
    let key = CURRENT_USER.options().read().write().create().volatile().open(BOOT)?;
    if let Ok(id) = key.get_string("id")
        && !id.is_empty()
    {
        return Ok(id);
    }
    let id = uuid::Uuid::now_v7().to_string();
    key.set_string("id", &id)?;
    Ok(id)
}

/// What tells this machine from all others, for updates.
pub(crate) fn machine_id() -> io::Result<String> {
    Err(not_yet("an update"))
}

/// The keys of those whose updates are trusted.
pub(crate) fn update_keys() -> io::Result<Vec<String>> {
    Err(not_yet("an update"))
}

/// Room for a program like this one on the disk below a folder.
pub(crate) fn bytes_free(folder: &Path) -> Option<u64> {
    calls::bytes_free(folder)
}

/// Where files can be written that somebody takes away.
pub(crate) fn sticks() -> Vec<PathBuf> {
    calls::removable_drives()
}

/// Nothing to ask for: a file has the access of the folder that it is made in.
pub(crate) fn only_ours(_: &mut OpenOptions) {}

/// Takes nothing away: see [`only_ours`]. A file that others can use is told.
pub(crate) fn restrict(file: &File) -> io::Result<()> {
    if let Some(group) = calls::open_to(file)? {
        tracing::warn!(group, "others can read the journal: give its folder to the kiosk's user alone (icacls)");
    }
    Ok(())
}

/// From now on it is nobody's to change, the kiosk's neither.
pub(crate) fn forbid_writing(file: &File) -> io::Result<()> {
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)
}

/// Nothing to ask for: see [`only_ours`].
pub(crate) fn everybody_may_read(_: &mut tempfile::Builder<'_, '_>) {}

/// A new file, with the access of its folder. A secret that others can read in it is refused by whoever reads it: [`shared`].
pub fn create(path: &Path, _: Readers) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Who else can use this file, which is at `path`: a group that everybody is in who uses the machine. Of single users who
/// were let in by name, somebody decided so.
pub fn shared(file: &File, path: &Path) -> io::Result<Option<Shared>> {
    Ok(calls::open_to(file)?.map(|group| Shared {
        found: format!("access for {group}, so that others can use it"),
        expected: "access for the kiosk's user, the administrators and the system alone",
        todo: format!(
            "icacls \"{}\" /inheritance:r /grant:r \"%USERNAME%:F\" *S-1-5-32-544:F *S-1-5-18:F",
            path.display()
        ),
    }))
}

/// Nothing to give: a file has the access of the folder that it is made in, and keeps it.
pub fn give_to_owner_of(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes what was renamed, made or removed in a folder durable, as far as Windows does so: what flushing a folder keeps is
/// not written down anywhere, and no power was cut under it.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // A folder is opened with this flag only, and flushed only if it could be written to.
    OpenOptions::new().write(true).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(folder)?.sync_all()
}

/// Keeps others who do so away from a folder for as long as what comes back lives. A folder itself can't be locked.
pub(crate) fn hold(folder: &Path) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join("folder.lock"))?;
    file.lock()?;
    Ok(file)
}

/// The device that a configuration names: `COM3`, which is in no folder.
pub(crate) fn device(_: &Path, name: &str) -> PathBuf {
    name.into()
}

/// A device that bytes are written to and read from as they are.
pub(crate) fn open_device(_: &Path) -> io::Result<tokio::fs::File> {
    Err(not_yet("a printer that is neither on the network nor on a serial line"))
}

/// The input devices that this machine has now, a paragraph for each.
pub(crate) fn input_devices() -> io::Result<String> {
    keys_are_heard().map(|()| String::new())
}

/// Can the window take the keys of a reader that types away from its pages?
pub(crate) fn keys_are_heard() -> io::Result<()> {
    Err(not_yet("a reader that types"))
}

/// Ends when the system asks this program to end. Heard from the call on.
pub fn asked_to_end() -> io::Result<impl Future<Output = ()> + Send> {
    let (mut interrupt, mut pause, mut close, mut shutdown) =
        (ctrl_c()?, ctrl_break()?, ctrl_close()?, ctrl_shutdown()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = pause.recv() => {}
            _ = close.recv() => {}
            _ = shutdown.recv() => {}
        }
    })
}

/// When somebody last touched this machine, in ms that start anew every 49 days: whatever has the focus, a strange page's
/// frame too.
pub fn last_input_ms() -> Option<u32> {
    calls::last_input_ms()
}
