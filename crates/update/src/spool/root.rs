//! The folder as root sees it.

use std::{
    fs::File,
    io::{self, Read as _},
    os::fd::OwnedFd,
    path::Path,
};

use nix::{
    fcntl::{OFlag, open, openat},
    sys::stat::Mode,
    unistd::{UnlinkatFlags, unlinkat},
};

use super::{LIST, PACKAGE, SIGNATURE};
use crate::release::{LARGEST_LIST, LARGEST_SIGNATURE};

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
