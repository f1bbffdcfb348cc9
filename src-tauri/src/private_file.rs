//! A file with a secret in it, named on a command line: the secret itself would be everybody's to read there.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use till::system;

/// Why what is in it isn't used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotPrivate {
    #[error("{}: {source}", path.display())]
    Unread { path: PathBuf, source: io::Error },
    #[error("{} can be read by others", .0.display())]
    Open(PathBuf),
}

impl NotPrivate {
    pub(crate) const fn hint(&self) -> &'static str {
        match self {
            Self::Unread { .. } => "name a file that is there and that you may read",
            Self::Open(_) => {
                "let nobody but yourself read it (chmod 600), and a new secret if others have seen this one"
            }
        }
    }
}

/// What stands in it, if nobody else can read it.
pub(crate) fn read(path: &Path) -> Result<String, NotPrivate> {
    let unread = |source| NotPrivate::Unread { path: path.to_owned(), source };
    // The opened file is judged, not its name: what is read is what was looked at.
    let file = File::open(path).map_err(unread)?;
    if system::shared(&file, path).map_err(unread)?.is_some() {
        return Err(NotPrivate::Open(path.to_owned()));
    }
    io::read_to_string(file).map_err(unread)
}

/// Its first line.
pub(crate) fn first_line(path: &Path) -> Result<String, NotPrivate> {
    Ok(read(path)?.lines().next().unwrap_or_default().trim().to_owned())
}
