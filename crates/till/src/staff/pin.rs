//! A PIN, and what is kept of it.

use std::fmt;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use serde::{Deserialize, Serialize};

use super::StaffError;

const DIGITS: usize = 6;

/// Six digits that aren't the first ones anybody would guess. Never printed, logged or kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

/// Why these letters are no PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPin {
    /// Too few, too many, or other letters.
    #[error("a PIN has {DIGITS} digits")]
    NotSixDigits,
    /// One digit six times, or a run such as 123456 or 987654.
    #[error("this PIN is the first that somebody would guess; choose another")]
    Guessable,
}

impl Pin {
    /// The one of the demonstration, printed in the README.
    pub(super) fn demonstration() -> Pin {
        Pin("246810".to_owned())
    }

    /// This PIN, if it is one.
    pub fn new(text: &str) -> Result<Pin, NoPin> {
        if text.len() != DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoPin::NotSixDigits);
        }
        let steps: Vec<i16> = text.as_bytes().windows(2).map(|two| i16::from(two[1]) - i16::from(two[0])).collect();
        let is_run = [0, 1, -1].iter().any(|step| steps.iter().all(|other| other == step));
        if is_run { Err(NoPin::Guessable) } else { Ok(Pin(text.to_owned())) }
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// What is kept of a PIN: argon2id with a salt of its own, as a PHC string.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Hash(String);

impl Hash {
    pub(super) fn of(pin: &Pin) -> Result<Hash, StaffError> {
        let hash = Argon2::default().hash_password(pin.0.as_bytes());
        hash.map(|hash| Hash(hash.to_string())).map_err(|error| StaffError::Hash(error.to_string().into()))
    }

    /// A hash that can't be read is nobody's.
    pub(super) fn is_of(&self, pin: &Pin) -> bool {
        PasswordHash::new(&self.0).is_ok_and(|hash| Argon2::default().verify_password(pin.0.as_bytes(), &hash).is_ok())
    }
}
