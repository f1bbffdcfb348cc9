//! The one way from the kiosk to root: a folder that the kiosk's user writes, with a package, its list and the signature.
//!
//! Whoever takes the kiosk over can write anything there. So root follows no link there, waits for nothing, reads no more
//! than was signed, and works on with its own copy alone.

#[cfg(target_os = "linux")]
mod root;

use std::{fs, io, path::Path};

#[cfg(target_os = "linux")]
pub(crate) use root::Spool;

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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs::File, os::unix::fs::symlink};

    use nix::{sys::stat::Mode, unistd::mkfifo};

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
