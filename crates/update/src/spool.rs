//! The one way from the kiosk to root: a folder that the kiosk's user writes, with a package, its list and the signature.
//!
//! Whoever takes the kiosk over can write anything there. So root follows no link there, waits for nothing, reads no more
//! than was signed, and works on with its own copy alone.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    os::fd::OwnedFd,
    path::Path,
};

use nix::{
    fcntl::{OFlag, open, openat},
    sys::stat::Mode,
    unistd::{UnlinkatFlags, unlinkat},
};

use crate::release::{LARGEST_LIST, LARGEST_SIGNATURE};

/// The spool where the package puts it.
pub const FOLDER: &str = "/var/spool/prbiti-kiosk-update";
/// The package.
const PACKAGE: &str = "package.deb";
/// The list that was signed.
const LIST: &str = "release.json";
/// The signature. It comes last: when it is there, all is.
pub const SIGNATURE: &str = "release.json.minisig";

/// Hands a release over, as the kiosk's user. What lay there before is gone.
pub fn put(folder: &Path, list: &[u8], signature: &str, package: &Path) -> io::Result<()> {
    let new = folder.join("new");
    for name in [SIGNATURE, LIST, PACKAGE] {
        match fs::remove_file(folder.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    fs::copy(package, &new)?;
    fs::rename(&new, folder.join(PACKAGE))?;
    fs::write(&new, list)?;
    fs::rename(&new, folder.join(LIST))?;
    fs::write(&new, signature)?;
    fs::rename(&new, folder.join(SIGNATURE))
}

/// The spool as root sees it.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: OwnedFd,
}

impl Spool {
    /// Opens the folder, which must be one.
    pub(crate) fn open(path: &Path) -> io::Result<Spool> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        Ok(Spool { folder: open(path, flags, Mode::empty())? })
    }

    /// The list and its signature; none when nothing was handed over.
    pub(crate) fn told(&self) -> io::Result<Option<(Vec<u8>, String)>> {
        let signature = match self.read(SIGNATURE, LARGEST_SIGNATURE) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read?,
        };
        let signature = String::from_utf8(signature).map_err(|_| io::Error::other("the signature is no text"))?;
        Ok(Some((self.read(LIST, LARGEST_LIST)?, signature)))
    }

    /// The package.
    pub(crate) fn package(&self) -> io::Result<File> {
        self.file(PACKAGE)
    }

    /// Takes away what was handed over, whatever it is.
    pub(crate) fn clear(&self) -> io::Result<()> {
        for name in [SIGNATURE, LIST, PACKAGE] {
            let removed = unlinkat(&self.folder, name, UnlinkatFlags::NoRemoveDir);
            // Somebody may have made a folder of that name.
            let removed = removed.or_else(|_| unlinkat(&self.folder, name, UnlinkatFlags::RemoveDir));
            match removed {
                Ok(()) | Err(nix::Error::ENOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn read(&self, name: &str, most: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        self.file(name)?.take(most + 1).read_to_end(&mut content)?;
        if content.len() as u64 > most {
            return Err(io::Error::other(format!("{name} has more than {most} bytes")));
        }
        Ok(content)
    }

    /// A file that is one: no link, which may lead anywhere, and no pipe, at which one may wait for ever.
    fn file(&self, name: &str) -> io::Result<File> {
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let file = File::from(openat(&self.folder, name, flags, Mode::empty())?);
        if !file.metadata()?.is_file() {
            return Err(io::Error::other(format!("{name} is no file")));
        }
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::symlink;

    use nix::unistd::mkfifo;

    use super::*;

    fn with(make: impl FnOnce(&Path)) -> (tempfile::TempDir, Spool) {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path());
        let spool = Spool::open(folder.path()).unwrap();
        (folder, spool)
    }

    #[test]
    fn what_is_handed_over_is_read_and_taken_away() {
        let package = tempfile::NamedTempFile::new().unwrap();
        fs::write(package.path(), "package").unwrap();
        let (folder, spool) = with(|folder| put(folder, b"list", "signature", package.path()).unwrap());
        assert_eq!(spool.told().unwrap(), Some((b"list".to_vec(), "signature".to_owned())));
        assert_eq!(io::read_to_string(spool.package().unwrap()).unwrap(), "package");
        spool.clear().unwrap();
        assert_eq!(spool.told().unwrap(), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_counts_without_its_signature() {
        let (_folder, spool) = with(|folder| fs::write(folder.join(LIST), "list").unwrap());
        assert_eq!(spool.told().unwrap(), None);
    }

    #[test]
    fn links_pipes_folders_and_endless_files_are_refused_and_taken_away() {
        let secret = tempfile::NamedTempFile::new().unwrap();
        type Make = fn(&Path, &Path);
        let makes: [(&str, Make); 4] = [
            ("link", |path, secret| symlink(secret, path).unwrap()),
            ("pipe", |path, _| mkfifo(path, Mode::S_IRWXU).unwrap()),
            ("folder", |path, _| fs::create_dir(path).unwrap()),
            ("endless", |path, _| File::create(path).unwrap().set_len(1 << 40).unwrap()),
        ];
        for (what, make) in makes {
            let (folder, spool) = with(|folder| make(&folder.join(SIGNATURE), secret.path()));
            fs::write(folder.path().join(LIST), "list").unwrap();
            assert!(spool.told().is_err(), "{what}");
            spool.clear().unwrap();
            assert_eq!(spool.told().unwrap(), None, "{what}");
        }
        let (_folder, spool) = with(|folder| symlink(secret.path(), folder.join(PACKAGE)).unwrap());
        assert!(spool.package().is_err());
        spool.clear().unwrap();
        assert!(secret.path().exists(), "what a link leads to stays");
    }

    #[test]
    fn a_spool_that_is_a_link_isnt_opened() {
        let (folder, _spool) = with(|folder| symlink("/", folder.join("spool")).unwrap());
        assert!(Spool::open(&folder.path().join("spool")).is_err());
    }
}
