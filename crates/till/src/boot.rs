//! What time it is, on both of the machine's clocks.

use std::{
    sync::OnceLock,
    time::{SystemTime, UNIX_EPOCH},
};

use checkout::time::Now;

use crate::system;

/// Where the time comes from: [`now`], or whatever a test has in its place.
pub type Clock = Box<dyn Fn() -> Now + Send + Sync>;

/// This moment.
///
/// A machine that won't say when it was started gets a boot of its own for each run of the program: then only
/// the wall clock can bridge a restart, which is what is true.
pub fn now() -> Now {
    static BOOT: OnceLock<String> = OnceLock::new();
    let boot_id = BOOT.get_or_init(|| {
        system::boot_id().unwrap_or_else(|error| {
            tracing::warn!(%error, "the machine doesn't name its boot; only the wall clock bridges a restart");
            uuid::Uuid::now_v7().to_string()
        })
    });
    Now { wall_ms: wall_ms(), boot_ms: boot_ms(), boot_id: boot_id.clone() }
}

fn wall_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

/// ms since the machine started, suspend included.
fn boot_ms() -> i64 {
    static FIRST: OnceLock<std::time::Instant> = OnceLock::new();
    system::boot_ms().unwrap_or_else(|| {
        // Counting from the program's start is at least monotonic.
        let since = FIRST.get_or_init(std::time::Instant::now).elapsed();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use checkout::time::Age;

    #[test]
    fn two_moments_of_one_boot_are_told_apart_by_the_boot_clock() {
        let (before, after) = (now(), now());
        assert_eq!(before.boot_id, after.boot_id);
        assert!(before.boot_ms > 0);
        assert!(before.boot_ms <= after.boot_ms);
        assert_eq!(after.since(&before), Age::Known(after.boot_ms - before.boot_ms));
    }
}
