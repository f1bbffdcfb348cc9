//! The chain of checksums that runs through the entries of one transaction.
//!
//! SQLite's pages carry none, so a bit that flips on the disk inside a body would be read as truth.
//! Each checksum covers every field of its entry and the checksum before it: an entry that was
//! changed, exchanged, left out or moved breaks the chain where it happened. It is SHA-256 cut to
//! 64 bits: already built for the database driver's migrations, quick beside one disk write, and
//! without the blind spots that a linear code such as a CRC has when it covers its own output. It
//! detects accidents, not forgery: who can write the file can write the checksums.

use sha2::{Digest, Sha256};

use super::NewRow;

/// The checksum that the first entry of a transaction is chained to.
pub(super) const START: u64 = 0;

/// The checksum of `row`, following an entry with the checksum `before`.
pub(super) fn link(before: u64, row: &NewRow) -> u64 {
    let NewRow { transaction_id, seq, at_ms, boot_ms, boot_id, kind, body } = row;
    let mut sum = Sha256::new();
    sum.update(before.to_le_bytes());
    sum.update(seq.to_le_bytes());
    sum.update(at_ms.to_le_bytes());
    sum.update(boot_ms.to_le_bytes());
    for text in [transaction_id, boot_id, kind, body] {
        // The length first, so that text moved from one field to the next changes the sum.
        sum.update((text.len() as u64).to_le_bytes());
        sum.update(text.as_bytes());
    }
    first(sum)
}

/// A short name for all of this, in hexadecimal digits.
pub(super) fn name<'a>(parts: impl Iterator<Item = &'a [u8]>) -> String {
    let mut sum = Sha256::new();
    for part in parts {
        sum.update((part.len() as u64).to_le_bytes());
        sum.update(part);
    }
    format!("{:08x}", first(sum) >> 32)
}

fn first(sum: Sha256) -> u64 {
    let sum = sum.finalize();
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(sum.iter()) {
        *to = *from;
    }
    u64::from_le_bytes(first)
}
