//! Linux.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown},
    path::{Path, PathBuf},
};

use nix::{
    fcntl::OFlag,
    sys::statvfs::statvfs,
    time::{ClockId, clock_gettime},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::unix::pipe,
    signal::unix::{SignalKind, signal},
};
use update::helper;

use super::{Readers, Shared};

/// Where Linux says which start of the machine this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// Where the system names this machine.
const MACHINE_ID: &str = "/etc/machine-id";
/// Where sticks appear that can be taken away, each in a folder of its own below.
const STICKS: [&str; 2] = ["/media", "/run/media"];

/// ms since the machine started, suspend included. Kernels before 2.6.39 have no such clock.
pub(crate) fn boot_ms() -> Option<i64> {
    let time = clock_gettime(ClockId::CLOCK_BOOTTIME).ok()?;
    Some(time.tv_sec().saturating_mul(1000).saturating_add(time.tv_nsec() / 1_000_000))
}

/// What names this start of the machine.
pub(crate) fn boot_id() -> io::Result<String> {
    boot_id_in(Path::new(BOOT_ID))
}

fn boot_id_in(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    let id = text.trim();
    if id.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "an empty boot id"));
    }
    Ok(id.to_owned())
}

/// What tells this machine from all others, for updates.
pub(crate) fn machine_id() -> io::Result<String> {
    fs::read_to_string(MACHINE_ID).map(|id| id.trim().to_owned()).map_err(|error| named(MACHINE_ID, error))
}

/// The keys of those whose updates are trusted.
pub(crate) fn update_keys() -> io::Result<Vec<String>> {
    helper::keys(Path::new(helper::KEYS)).map_err(|error| named(helper::KEYS, error))
}

fn named(path: &str, error: io::Error) -> io::Error {
    io::Error::other(format!("{path}: {error}"))
}

/// Room for a program like this one on the disk below a folder.
pub(crate) fn bytes_free(folder: &Path) -> Option<u64> {
    let disk = statvfs(folder).ok()?;
    Some(disk.blocks_available() * disk.fragment_size())
}

/// Where files can be written that somebody takes away.
pub(crate) fn sticks() -> Vec<PathBuf> {
    mounted_below(&STICKS.map(Path::new))
}

/// File systems that are mounted below one of these.
fn mounted_below(below: &[&Path]) -> Vec<PathBuf> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let mounted = mounts.lines().filter_map(|line| line.split(' ').nth(1)).map(|path| PathBuf::from(spaces(path)));
    mounted.filter(|path| below.iter().any(|root| path.starts_with(root) && path != root)).collect()
}

/// A path as the table of mounts writes it.
fn spaces(path: &str) -> String {
    path.replace("\\040", " ")
}

/// A file that is made so is nobody else's to read.
pub(crate) fn only_ours(options: &mut OpenOptions) {
    options.mode(0o600);
}

/// Takes away what others may do with a file that was there before.
pub(crate) fn restrict(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o600))
}

/// From now on it is nobody's to change, the kiosk's neither.
pub(crate) fn forbid_writing(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o400))
}

/// A temporary file that is made so can be read by everybody.
pub(crate) fn everybody_may_read(file: &mut tempfile::Builder<'_, '_>) {
    file.permissions(Permissions::from_mode(0o644));
}

/// A new file, of these readers from its first moment.
pub fn create(path: &Path, readers: Readers) -> io::Result<File> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Everybody => 0o644,
    };
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    // Whatever the umask took away.
    file.set_permissions(Permissions::from_mode(mode))?;
    Ok(file)
}

/// Who else can use this file, which is at `path`, when anybody can.
pub fn shared(file: &File, path: &Path) -> io::Result<Option<Shared>> {
    let mode = file.metadata()?.permissions().mode() & 0o7777;
    Ok((mode & 0o077 != 0).then(|| Shared {
        found: format!("mode {mode:04o}, so that others can use it"),
        expected: "mode 0600",
        todo: format!("chmod 600 {}", path.display()),
    }))
}

/// Whom the folder belongs to is whom the kiosk runs as: the one who reads this file.
pub fn give_to_owner_of(folder: &Path, file: &Path) -> io::Result<()> {
    let owner = fs::metadata(folder)?;
    if fs::metadata(file)?.uid() == owner.uid() {
        return Ok(());
    }
    chown(file, Some(owner.uid()), Some(owner.gid()))
}

/// Makes what was renamed, made or removed in a folder durable.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Keeps others who do so away from a folder for as long as what comes back lives.
pub(crate) fn hold(folder: &Path) -> io::Result<File> {
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(folder)
}

/// The device that a configuration in `folder` names.
pub(crate) fn device(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}

/// A device that bytes are written to and read from as they are. May take its time.
pub(crate) fn open_device(path: &Path) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>> {
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = OpenOptions::new().read(true).write(true).custom_flags(flags.bits()).open(path)?;
    // Twice: it can be opened once only, and is read from while it is written to.
    let (read, write) = (file.try_clone()?, file);
    Ok(tokio::io::join(pipe::Receiver::from_file_unchecked(read)?, pipe::Sender::from_file_unchecked(write)?))
}

/// The input devices that this machine has now, a paragraph for each.
pub(crate) fn input_devices() -> io::Result<String> {
    fs::read_to_string("/proc/bus/input/devices")
}

/// Can the window take the keys of a reader that types away from its pages?
pub(crate) fn keys_are_heard() -> io::Result<()> {
    Ok(())
}

/// Ends when the system asks this program to end. Heard from the call on.
pub fn asked_to_end() -> io::Result<impl Future<Output = ()> + Send> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_boot_clock_counts_from_the_machines_start_and_not_the_programs() {
        let uptime = fs::read_to_string("/proc/uptime").unwrap();
        let seconds: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
        let ms: i64 = seconds.trunc().to_string().parse::<i64>().unwrap() * 1000;
        assert!(boot_ms().unwrap() >= ms);
    }

    #[test]
    fn the_boot_is_named_as_the_kernel_names_it() {
        assert_eq!(boot_id().unwrap(), fs::read_to_string(BOOT_ID).unwrap().trim());
        let nothing = tempfile::NamedTempFile::new().unwrap();
        assert!(boot_id_in(nothing.path()).is_err());
    }

    #[test]
    fn only_what_is_mounted_below_is_a_stick() {
        let root = Path::new("/");
        let found = mounted_below(&[root]);
        assert!(found.contains(&PathBuf::from("/proc")) && !found.contains(&root.to_owned()), "{found:?}");
        assert_eq!(mounted_below(&[Path::new("/proc/self/nothing")]), Vec::<PathBuf>::new());
    }
}
