//! Packages where only root writes them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use sha2::{Digest as _, Sha256};

use crate::{
    durable,
    record::{Package, Record},
    release::Release,
};

/// Why a package isn't kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It isn't the one that was signed.
    #[error("the package isn't the one that the list of {version} names: {why}")]
    Another {
        /// The version of the list.
        version: crate::version::Version,
        /// What differs.
        why: String,
    },
    /// It can't be read or written.
    #[error("the package can't be kept: {0}")]
    Disk(#[from] io::Error),
}

/// Copies a release's package and looks whether it is the one that was signed: the copy, which nobody else can change.
pub(crate) fn keep(folder: &Path, release: &Release, from: File) -> Result<Package, NotKept> {
    let package = Package { version: release.version().clone(), sha256: release.sha256().to_owned() };
    let path = package.path(folder);
    let part = path.with_extension("part");
    fs::create_dir_all(folder.join("packages"))?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    // One byte more tells that there is more.
    let found = copy(from.take(release.bytes() + 1), &mut file).and_then(|found| file.sync_all().map(|()| found));
    let another = |why: String| NotKept::Another { version: release.version().clone(), why };
    let fits = match found {
        Ok((bytes, _)) if bytes != release.bytes() => Err(another(format!("it hasn't {} bytes", release.bytes()))),
        Ok((_, sha256)) if sha256 != package.sha256 => Err(another("its sha256 differs".to_owned())),
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    };
    if let Err(why) = fits {
        // The first error is the one to report.
        let _removed = fs::remove_file(&part);
        return Err(why);
    }
    durable::moment();
    fs::rename(&part, &path)?;
    durable::sync_folder_of(&path)?;
    Ok(package)
}

/// Is it still there as it was kept?
pub(crate) fn is_whole(folder: &Path, package: &Package) -> io::Result<bool> {
    let file = match File::open(package.path(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    Ok(copy(file, &mut io::sink())?.1 == package.sha256)
}

/// Removes the packages that nothing leads to any more.
pub(crate) fn tidy(folder: &Path, record: &Record) -> io::Result<()> {
    let update = record.update.iter().flat_map(|update| [&update.from, &update.to]);
    let needed: Vec<_> = update.chain(&record.way_back).map(|package| package.path(folder)).collect();
    let packages = match fs::read_dir(folder.join("packages")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    for package in packages {
        let path = package?.path();
        if !needed.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Copies all of it; its size in bytes and its SHA-256 come back.
fn copy(mut from: impl Read, to: &mut impl io::Write) -> io::Result<(u64, String)> {
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let (piece, _) = match from.read(&mut piece)? {
            0 => break,
            length => piece.split_at(length),
        };
        hash.update(piece);
        to.write_all(piece)?;
        bytes += piece.len() as u64;
    }
    to.flush()?;
    let digits = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((bytes, digits))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::{
        release::List,
        sample::{Publisher, list},
    };

    /// `printf package-1 | sha256sum`
    const SHA256: &str = "fd61e83a54c7fe86def39246ced9d83d17ff4856683446913f9c4efcf8fd5fad";

    fn release(content: &[u8]) -> Release {
        let (bytes, sha256) = copy(content, &mut io::sink()).unwrap();
        Publisher::new().release(&List { bytes, sha256, ..list("0.3.0") })
    }

    fn file(content: &[u8]) -> File {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), content).unwrap();
        File::open(file.path()).unwrap()
    }

    #[test]
    fn the_package_that_was_signed_is_kept_until_nothing_leads_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let package = keep(folder.path(), &release(b"package-1"), file(b"package-1")).unwrap();
        assert!(is_whole(folder.path(), &package).unwrap());
        let record = Record { way_back: Some(package.clone()), ..Record::default() };
        tidy(folder.path(), &record).unwrap();
        assert!(is_whole(folder.path(), &package).unwrap());
        fs::write(package.path(folder.path()), "package-2").unwrap();
        assert!(!is_whole(folder.path(), &package).unwrap(), "a disk that forgets");
        tidy(folder.path(), &Record::default()).unwrap();
        assert!(!package.path(folder.path()).exists() && !is_whole(folder.path(), &package).unwrap());
    }

    #[test]
    fn another_package_isnt_kept_however_little_it_differs() {
        let folder = tempfile::tempdir().unwrap();
        for other in [&b"package-2"[..], b"package-", b"package-1+", b""] {
            let kept = keep(folder.path(), &release(b"package-1"), file(other));
            assert!(matches!(kept, Err(NotKept::Another { .. })), "{other:?}");
            assert_eq!(fs::read_dir(folder.path().join("packages")).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_checksum_is_the_one_that_everybody_computes() {
        assert_eq!(copy(&b"package-1"[..], &mut io::sink()).unwrap(), (9, SHA256.to_owned()));
    }
}
