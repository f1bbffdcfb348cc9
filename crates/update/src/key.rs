//! Whom a kiosk trusts: the public keys that its own package brought.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use minisign_verify::{PublicKey, Signature};
use thiserror::Error;

/// What a public key's file is called at the end.
pub const KEY_ENDING: &str = ".pub";
/// The most that such a file may have, bytes.
pub const LARGEST_KEY: u64 = 1 << 10;

/// The name of a key, as minisign writes it: 16 digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    /// Of the key in the file of a public key, or of the one that made a signature.
    fn read(text: &str) -> Option<KeyName> {
        let bytes = STANDARD.decode(text.lines().nth(1)?.trim()).ok()?;
        // Two bytes of the algorithm, then the name.
        let name: [u8; 8] = bytes.get(2..10)?.try_into().ok()?;
        Some(KeyName(format!("{:016X}", u64::from_le_bytes(name))))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The keys of which one must have signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKeys {
    keys: Vec<(KeyName, PublicKey)>,
}

/// A key that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoKey {
    /// It is no file that minisign writes.
    #[error("this is no public key of minisign")]
    Unreadable,
    /// There is none at all.
    #[error("there is no key to verify releases with")]
    None,
}

/// Why a signature isn't believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Untrusted {
    /// It is none.
    #[error("this is no signature of minisign: {why}")]
    NoSignature {
        /// What is wrong with it.
        why: String,
    },
    /// Somebody else's.
    #[error("it is signed with the key {key}, which this kiosk doesn't trust")]
    UnknownKey {
        /// The key's name, or what stands in its place.
        key: String,
    },
    /// What it signs is something else.
    #[error("it isn't what the key {key} signed")]
    NotItsSignature {
        /// The key's name.
        key: String,
    },
}

impl TrustedKeys {
    /// The keys in these files' texts; at least one.
    pub fn read<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<TrustedKeys, NoKey> {
        let read = |text: &str| Some((KeyName::read(text)?, PublicKey::decode(text).ok()?));
        let keys: Vec<_> =
            texts.into_iter().map(|text| read(text).ok_or(NoKey::Unreadable)).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(NoKey::None) } else { Ok(TrustedKeys { keys }) }
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &KeyName> {
        self.keys.iter().map(|(name, _)| name)
    }

    /// Did one of them sign this?
    pub(crate) fn verify(&self, signed: &[u8], signature: &str) -> Result<(), Untrusted> {
        let none = |why: String| Untrusted::NoSignature { why };
        let decoded = Signature::decode(signature).map_err(|error| none(error.to_string()))?;
        let key = KeyName::read(signature).ok_or_else(|| none("it names no key".to_owned()))?;
        let Some((_, trusted)) = self.keys.iter().find(|(name, _)| *name == key) else {
            return Err(Untrusted::UnknownKey { key: key.0 });
        };
        // Only signatures of a hash, as minisign makes them today.
        trusted.verify(signed, &decoded, false).map_err(|_| Untrusted::NotItsSignature { key: key.0 })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::sample::Publisher;

    #[test]
    fn a_key_is_named_as_minisign_names_it() {
        let publisher = Publisher::new();
        let keys = publisher.trusted();
        let named: Vec<&str> = keys.names().map(KeyName::as_str).collect();
        // Its comment says it, too.
        assert!(publisher.public().contains(&format!("minisign public key: {}\n", named[0])));
    }

    #[test]
    fn without_a_key_nothing_is_trusted() {
        assert_eq!(TrustedKeys::read([]), Err(NoKey::None));
        assert_eq!(TrustedKeys::read(["untrusted comment: x\nRWQ="]), Err(NoKey::Unreadable));
    }

    #[test]
    fn each_of_several_keys_may_sign() {
        let (old, new) = (Publisher::new(), Publisher::new());
        let both = TrustedKeys::read([old.public().as_str(), new.public().as_str()]).unwrap();
        for publisher in [&old, &new] {
            assert_eq!(both.verify(b"text", &publisher.sign(b"text")), Ok(()));
        }
        let error = old.trusted().verify(b"text", &new.sign(b"text")).unwrap_err();
        assert!(matches!(error, Untrusted::UnknownKey { .. }), "{error}");
    }
}
