//! Putting new files where they belong, whole or not at all, and never over something that is there.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use till::system::{self, Readers};

use super::kiosk::NoKiosk;

pub(super) fn fail(path: &Path) -> impl FnOnce(io::Error) -> NoKiosk {
    let path = path.to_owned();
    move |source| NoKiosk::File { path, source }
}

/// A new file with this content, durable, and of these readers from its first moment.
pub(super) fn write(path: &Path, content: &[u8], readers: Readers) -> Result<(), NoKiosk> {
    let written = || -> io::Result<()> {
        let mut file = system::create(path, readers)?;
        file.write_all(content)?;
        file.sync_all()
    };
    written().map_err(fail(path))
}

/// Whom the data folder belongs to is whom the kiosk runs as: the one who reads this file.
pub(super) fn give_to_owner_of(folder: &Path, file: &Path) -> Result<(), NoKiosk> {
    system::give_to_owner_of(folder, file).map_err(fail(file))
}

pub(super) fn sync(folder: &Path) -> Result<(), NoKiosk> {
    system::sync_folder(folder).map_err(fail(folder))
}

/// A file that is written, and where it is to be.
pub(super) struct NewFile {
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
}

impl NewFile {
    /// Puts it there. What stands there is kept under another name, which is told, or nothing is done: unless it is the
    /// same to the letter.
    pub(super) fn put(self, replace: bool) -> Result<Option<PathBuf>, NoKiosk> {
        let Self { from, to } = self;
        // A link is made or not, also when somebody else makes the file in this very moment.
        match fs::hard_link(&from, &to) {
            Ok(()) => return Ok(None),
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(fail(&to)(error)),
            Err(_) => {}
        }
        let same = || -> io::Result<bool> { Ok(fs::read(&from)? == fs::read(&to)?) };
        if same().map_err(fail(&to))? {
            return Ok(None);
        }
        if !replace {
            return Err(NoKiosk::There(to));
        }
        let kept = keep(&to).map_err(fail(&to))?;
        fs::rename(&from, &to).map_err(fail(&to))?;
        Ok(Some(kept))
    }
}

/// Gives it a second name that nothing has yet.
fn keep(path: &Path) -> io::Result<PathBuf> {
    for number in 1_u32.. {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".old{number}"));
        let name = PathBuf::from(name);
        match fs::hard_link(path, &name) {
            Ok(()) => return Ok(name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
