//! What releases are signed with.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};
use thiserror::Error;
use update::key::KEY_ENDING;

/// Why a key can't be made or used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A file can't be read or written.
    #[error("{path}: {source}")]
    Disk {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// minisign refuses it.
    #[error("{path}: {why}")]
    Refused {
        /// The key's file.
        path: PathBuf,
        /// What minisign said.
        why: String,
    },
}

/// A key that signs.
pub struct Key {
    secret: SecretKey,
    public: PublicKey,
}

/// Where a new key's two files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// For the publisher alone.
    pub secret: PathBuf,
    /// For every kiosk.
    pub public: PathBuf,
}

/// Makes a key: the secret file at `secret`, the public one in the folder `public`, named after the key. Neither may be
/// there. Without a password one is asked for.
pub fn make(secret: &Path, public: &Path, password: Option<String>) -> Result<NewKey, KeyError> {
    let refused = |error: minisign::PError| KeyError::Refused { path: secret.to_owned(), why: error.to_string() };
    let KeyPair { pk, sk } = KeyPair::generate_encrypted_keypair(password).map_err(refused)?;
    let name = name(&pk);
    let comment = format!("prbiti-kiosk release key {name}, secret");
    let new = NewKey { secret: secret.to_owned(), public: public.join(format!("{name}{KEY_ENDING}")) };
    let files = [
        (&new.secret, sk.to_box(Some(&comment)).map_err(refused)?.into_string(), 0o600),
        (&new.public, pk.to_box().map_err(refused)?.into_string(), 0o644),
    ];
    for (path, text, mode) in files {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|source| KeyError::Disk { path: path.clone(), source })?;
    }
    Ok(new)
}

impl Key {
    /// Reads a secret key. Without a password one is asked for.
    pub fn read(path: &Path, password: Option<String>) -> Result<Key, KeyError> {
        let text = fs::read_to_string(path).map_err(|source| KeyError::Disk { path: path.to_owned(), source })?;
        let read = SecretKeyBox::from_string(&text).and_then(|text| text.into_secret_key(password));
        let read = read.and_then(Key::of);
        read.map_err(|error| KeyError::Refused { path: path.to_owned(), why: error.to_string() })
    }

    /// A key that is kept nowhere, for trying things out.
    pub fn passing() -> Result<Key, minisign::PError> {
        Key::of(KeyPair::generate_unencrypted_keypair()?.sk)
    }

    fn of(secret: SecretKey) -> Result<Key, minisign::PError> {
        let public = PublicKey::from_secret_key(&secret)?;
        Ok(Key { secret, public })
    }

    /// Its name, as minisign writes it: 16 digits.
    pub fn name(&self) -> String {
        name(&self.public)
    }

    /// The file of the public key.
    pub fn public(&self) -> Result<String, minisign::PError> {
        Ok(self.public.to_box()?.into_string())
    }

    /// The file of a signature of `text`; `comment` is for people, and signed with it.
    pub fn sign(&self, text: &[u8], comment: &str) -> Result<String, minisign::PError> {
        let untrusted = format!("signature from prbiti-kiosk release key {}", self.name());
        Ok(minisign::sign(Some(&self.public), &self.secret, text, Some(comment), Some(&untrusted))?.into_string())
    }
}

fn name(public: &PublicKey) -> String {
    let bytes: [u8; 8] = public.keynum().try_into().unwrap_or_default();
    format!("{:016X}", u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt as _;

    use update::key::{KeyName, TrustedKeys};

    use super::*;

    fn password(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_key_is_made_once_and_opened_with_its_password_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (secret, public) = (folder.path().join("away/release.key"), folder.path().join("keys"));
        let new = make(&secret, &public, password("correct horse")).unwrap();
        assert_eq!(fs::metadata(&new.secret).unwrap().permissions().mode() & 0o777, 0o600);
        let key = Key::read(&secret, password("correct horse")).unwrap();
        let trusted = fs::read_to_string(&new.public).unwrap();
        assert_eq!(key.public().unwrap(), trusted);
        let trusted = TrustedKeys::read([trusted.as_str()]).unwrap();
        assert_eq!(trusted.names().map(KeyName::as_str).collect::<Vec<_>>(), [key.name()]);
        assert_eq!(new.public.file_name().unwrap().to_string_lossy(), format!("{}.pub", key.name()));

        assert!(matches!(Key::read(&secret, password("wrong")), Err(KeyError::Refused { .. })));
        let again = make(&secret, &public, password("x"));
        assert!(matches!(again, Err(KeyError::Disk { .. })), "a key in use is never written over");
        Key::read(&secret, password("correct horse")).unwrap();
    }
}
