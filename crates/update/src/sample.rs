//! Publishers and lists for the tests.
#![allow(clippy::unwrap_used)]

use minisign::KeyPair;

use crate::{
    key::TrustedKeys,
    release::{Line, List, PACKAGE, Release},
};

/// Somebody who publishes, with a key of their own.
pub struct Publisher(KeyPair);

impl Publisher {
    /// With a new key.
    pub fn new() -> Publisher {
        Publisher(KeyPair::generate_unencrypted_keypair().unwrap())
    }

    /// The file of the public key.
    pub fn public(&self) -> String {
        self.0.pk.to_box().unwrap().into_string()
    }

    /// This one's key alone.
    pub fn trusted(&self) -> TrustedKeys {
        TrustedKeys::read([self.public().as_str()]).unwrap()
    }

    /// The file of a signature.
    pub fn sign(&self, text: &[u8]) -> String {
        minisign::sign(None, &self.0.sk, text, None, None).unwrap().into_string()
    }

    /// A release that this one published.
    pub fn release(&self, list: &List) -> Release {
        let text = serde_json::to_vec(list).unwrap();
        Release::verified(&text, &self.sign(&text), &self.trusted()).unwrap()
    }
}

/// For every kiosk of the stable line, whatever is installed.
pub fn list(version: &str) -> List {
    List {
        format: List::format(),
        package: PACKAGE.to_owned(),
        version: version.parse().unwrap(),
        line: Line::Stable,
        published_s: 1_800_000_000,
        bytes: 9,
        sha256: "0".repeat(64),
        percent: 100,
        journal_needs: "0.1.0".parse().unwrap(),
    }
}
