//! A package becomes static files: the package, a list that tells of it, and a signature of the list by each key.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest as _, Sha256};
use thiserror::Error;
use update::{
    key::TrustedKeys,
    release::{Channel, Line, List, PACKAGE, Release, at},
    version::Version,
};

use crate::keys::Key;

/// What is to be published.
pub struct Publication<'a> {
    /// The package's file.
    pub package: &'a Path,
    /// In which line.
    pub line: Line,
    /// For so many of a hundred kiosks.
    pub percent: u8,
    /// The oldest program that can use the journal after the package's migrations.
    pub journal_needs: Version,
    /// All of them sign. While a new key takes an old one's place, both.
    pub keys: &'a [Key],
    /// The wall clock, in seconds since 1970.
    pub now_s: u64,
}

/// Why something isn't published. Nothing of it is, then.
#[derive(Debug, Error)]
pub enum NotPublished {
    /// A file can't be read or written.
    #[error("{path}: {source}")]
    Disk {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no package of the kiosk.
    #[error("{path} is no package of {PACKAGE} with a version of ours: {why}")]
    NotAPackage {
        /// The file.
        path: PathBuf,
        /// What it is.
        why: String,
    },
    /// Another package of that version was published.
    #[error("{version} was published with another package: a version is published once")]
    Published {
        /// The version.
        version: Version,
    },
    /// It isn't newer than what is there.
    #[error("{line} has {newest} already, and kiosks never go back to {version}")]
    Older {
        /// The line.
        line: Line,
        /// What is there.
        newest: Version,
        /// What was to be published.
        version: Version,
    },
    /// A list that is there can't be read.
    #[error("{path} is there and is no list of a release: {why}")]
    BadList {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Nobody signs it, or minisign refuses.
    #[error("it can't be signed: {why}")]
    NotSigned {
        /// Why.
        why: String,
    },
    /// Kiosks wouldn't believe it.
    #[error("kiosks would refuse it: {why}")]
    Refused {
        /// Why.
        why: String,
    },
}

/// Writes the files of a publication below `to`, what kiosks look at last.
pub fn publish(to: &Path, publication: &Publication<'_>) -> Result<List, NotPublished> {
    let Publication { package, line, percent, journal_needs, keys, now_s } = publication;
    let version = packed(package)?;
    let (bytes, sha256) = measure(package).map_err(disk(package))?;
    let (mut last_s, latest) = (0, at::list(&Channel::Line(*line)));
    for other in Line::ALL.map(|line| at::list(&Channel::Line(line))) {
        let Some(list) = list(&to.join(&other))? else { continue };
        last_s = list.published_s.max(last_s);
        if other == latest && list.version > version {
            return Err(NotPublished::Older { line: *line, newest: list.version, version });
        }
    }
    if let Some(before) = list(&to.join(at::release(&version)))?
        && before.sha256 != sha256
    {
        return Err(NotPublished::Published { version });
    }
    let list = List {
        format: List::format(),
        package: PACKAGE.to_owned(),
        version: version.clone(),
        line: *line,
        // Later than all that was published, also on a machine whose clock goes wrong.
        published_s: (*now_s).max(last_s + 1),
        bytes,
        sha256,
        percent: *percent,
        journal_needs: journal_needs.clone(),
    };
    let text =
        serde_json::to_string_pretty(&list).map_err(|error| NotPublished::NotSigned { why: error.to_string() })?;
    let signatures = sign(text.as_bytes(), keys, &format!("{PACKAGE} {version} {line}"))?;

    let target = to.join(at::package(&version));
    write(&target, |new| fs::copy(package, new).map(drop))?;
    for name in [at::release(&version), latest] {
        for (key, signature) in &signatures {
            write(&to.join(at::signature(&name, key)), |new| fs::write(new, signature))?;
        }
        let target = to.join(&name);
        write(&target, |new| fs::write(new, &text))?;
        let own: Vec<PathBuf> = signatures.iter().map(|(key, _)| to.join(at::signature(&name, key))).collect();
        drop_other_signatures(&target, &own).map_err(disk(&target))?;
    }
    Ok(list)
}

/// A signature of the list that was here before, by a key that signs no more, fits nothing now.
fn drop_other_signatures(list: &Path, own: &[PathBuf]) -> io::Result<()> {
    let of_it = format!("{}.", list.file_name().unwrap_or_default().to_string_lossy());
    for file in list.parent().map_or_else(|| fs::read_dir("."), fs::read_dir)? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(&of_it) && name.ends_with(".minisig") && !own.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// A signature by each key, with its name; and what a kiosk would say to it.
fn sign(text: &[u8], keys: &[Key], comment: &str) -> Result<Vec<(String, String)>, NotPublished> {
    let failed = |error: minisign::PError| NotPublished::NotSigned { why: error.to_string() };
    let mut signatures = Vec::new();
    for key in keys {
        let signature = key.sign(text, comment).map_err(failed)?;
        let public = key.public().map_err(failed)?;
        let refused = |why: String| NotPublished::Refused { why };
        let trusted = TrustedKeys::read([public.as_str()]).map_err(|error| refused(error.to_string()))?;
        Release::verified(text, &signature, &trusted).map_err(|error| refused(error.to_string()))?;
        signatures.push((key.name(), signature));
    }
    if signatures.is_empty() {
        return Err(NotPublished::NotSigned { why: "there is no key".to_owned() });
    }
    Ok(signatures)
}

/// The version of a package of ours.
fn packed(package: &Path) -> Result<Version, NotPublished> {
    let not = |why: String| NotPublished::NotAPackage { path: package.to_owned(), why };
    let asked = Command::new("dpkg-deb").args(["--show", "--showformat=${Package} ${Version}"]).arg(package).output();
    let answer = asked.map_err(|error| not(format!("dpkg-deb: {error}")))?;
    let said = String::from_utf8_lossy(&answer.stdout);
    match said.trim().split_once(' ') {
        Some((PACKAGE, version)) => Version::from_debian(version).map_err(|error| not(error.to_string())),
        Some((name, _)) => Err(not(format!("it is one of {name}"))),
        None => Err(not(String::from_utf8_lossy(&answer.stderr).trim().to_owned())),
    }
}

fn measure(package: &Path) -> io::Result<(u64, String)> {
    let (mut file, mut hash, mut bytes, mut piece) = (File::open(package)?, Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let (piece, _) = match file.read(&mut piece)? {
            0 => break,
            length => piece.split_at(length),
        };
        hash.update(piece);
        bytes += piece.len() as u64;
    }
    Ok((bytes, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

fn list(path: &Path) -> Result<Option<List>, NotPublished> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| NotPublished::BadList { path: path.to_owned(), why: error.to_string() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(disk(path)(error)),
    }
}

/// A file is there whole, or as it was: kiosks look at any time.
fn write(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), NotPublished> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let new = PathBuf::from(new);
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fill(&new)).and_then(|()| fs::rename(&new, path)).map_err(disk(path))
}

fn disk(path: &Path) -> impl Fn(io::Error) -> NotPublished {
    move |source| NotPublished::Disk { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tempfile::TempDir;

    use super::*;

    /// A package without anything in it but a text.
    fn package(folder: &TempDir, name: &str, version: &str, text: &str) -> PathBuf {
        let tree = folder.path().join("tree");
        fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        let control =
            format!("Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: x\nDescription: x\n");
        fs::write(tree.join("DEBIAN/control"), control).unwrap();
        fs::write(tree.join("text"), text).unwrap();
        let path = folder.path().join(format!("{version}-{text}.deb"));
        let built = Command::new("dpkg-deb").args(["--build", "--root-owner-group"]).arg(&tree).arg(&path).output();
        assert!(built.unwrap().status.success());
        path
    }

    fn publication<'a>(package: &'a Path, keys: &'a [Key]) -> Publication<'a> {
        let journal_needs = "0.1.0".parse().unwrap();
        Publication { package, line: Line::Stable, percent: 100, journal_needs, keys, now_s: 1_000 }
    }

    fn believed(to: &Path, list: &str, key: &Key) -> Release {
        let text = fs::read(to.join(list)).unwrap();
        let signature = fs::read_to_string(to.join(at::signature(list, &key.name()))).unwrap();
        let public = key.public().unwrap();
        Release::verified(&text, &signature, &TrustedKeys::read([public.as_str()]).unwrap()).unwrap()
    }

    #[test]
    fn what_is_published_is_believed_by_whoever_trusts_one_of_its_keys() {
        let (folder, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let keys = [Key::passing().unwrap(), Key::passing().unwrap()];
        let deb = package(&folder, PACKAGE, "0.3.0~beta.1", "a");
        publish(to.path(), &Publication { percent: 10, ..publication(&deb, &keys) }).unwrap();
        for key in &keys {
            for list in ["stable/latest.json", "releases/0.3.0-beta.1.json"] {
                let release = believed(to.path(), list, key);
                let (bytes, sha256) = measure(&to.path().join("packages").join(release.file())).unwrap();
                assert_eq!((release.bytes(), release.sha256(), release.percent()), (bytes, sha256.as_str(), 10));
            }
        }
    }

    #[test]
    fn a_key_that_signs_no_more_leaves_no_signature() {
        let (folder, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let keys = [Key::passing().unwrap(), Key::passing().unwrap()];
        publish(to.path(), &publication(&package(&folder, PACKAGE, "0.3.0", "a"), &keys)).unwrap();
        publish(to.path(), &publication(&package(&folder, PACKAGE, "0.3.1", "a"), &keys[1..])).unwrap();
        let left = |list: &str| keys.each_ref().map(|key| to.path().join(at::signature(list, &key.name())).exists());
        assert_eq!(left("stable/latest.json"), [false, true]);
        assert_eq!(left("releases/0.3.1.json"), [false, true]);
        assert_eq!(left("releases/0.3.0.json"), [true, true], "what isn't published anew stays as it is");
    }

    #[test]
    fn a_share_is_raised_by_publishing_again_which_is_a_later_publication() {
        let (folder, to, keys) = (TempDir::new().unwrap(), TempDir::new().unwrap(), [Key::passing().unwrap()]);
        let deb = package(&folder, PACKAGE, "0.3.0", "a");
        let published = |line, percent, now_s| {
            publish(to.path(), &Publication { line, percent, now_s, ..publication(&deb, &keys) }).unwrap().published_s
        };
        assert_eq!(published(Line::Beta, 100, 1_000), 1_000);
        assert_eq!(published(Line::Stable, 10, 5), 1_001, "a clock that went back, and another line");
        assert_eq!(published(Line::Stable, 100, 2_000), 2_000);
        assert_eq!(believed(to.path(), "stable/latest.json", &keys[0]).percent(), 100);
    }

    #[test]
    fn what_kiosks_would_refuse_isnt_published() {
        let (folder, to, keys) = (TempDir::new().unwrap(), TempDir::new().unwrap(), [Key::passing().unwrap()]);
        let refused = |name: &str, version: &str, text: &str, percent| {
            let deb = package(&folder, name, version, text);
            publish(to.path(), &Publication { percent, ..publication(&deb, &keys) }).unwrap_err()
        };
        let first = package(&folder, PACKAGE, "0.3.0", "a");
        publish(to.path(), &publication(&first, &keys)).unwrap();
        let before = fs::read(to.path().join("stable/latest.json")).unwrap();
        assert!(matches!(refused(PACKAGE, "0.3.0", "b", 100), NotPublished::Published { .. }));
        assert!(matches!(refused(PACKAGE, "0.2.9", "a", 100), NotPublished::Older { .. }));
        assert!(matches!(refused(PACKAGE, "0.3.1-1", "a", 100), NotPublished::NotAPackage { .. }));
        assert!(matches!(refused("other", "0.3.1", "a", 100), NotPublished::NotAPackage { .. }));
        assert!(matches!(refused(PACKAGE, "0.3.1", "a", 101), NotPublished::Refused { .. }));
        let unsigned = publish(to.path(), &publication(&package(&folder, PACKAGE, "0.3.1", "a"), &[]));
        assert!(matches!(unsigned, Err(NotPublished::NotSigned { .. })));
        assert_eq!(fs::read(to.path().join("stable/latest.json")).unwrap(), before);
        assert_eq!(fs::read_dir(to.path().join("packages")).unwrap().count(), 1);
    }
}
