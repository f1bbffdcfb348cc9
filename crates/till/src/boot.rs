//! What time it is, on both of the machine's clocks.

use std::{
    io,
    path::Path,
    sync::OnceLock,
    time::{SystemTime, UNIX_EPOCH},
};

use checkout::time::Now;
use nix::time::{ClockId, clock_gettime};

/// Where the time comes from: [`now`], or whatever a test has in its place.
pub type Clock = Box<dyn Fn() -> Now + Send + Sync>;

/// Where Linux says which start of the machine this is.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// This moment.
///
/// A machine that won't say when it was started gets a boot of its own for each run of the program: then only
/// the wall clock can bridge a restart, which is what is true.
pub fn now() -> Now {
    static BOOT: OnceLock<String> = OnceLock::new();
    let boot_id = BOOT.get_or_init(|| {
        boot_id(Path::new(BOOT_ID)).unwrap_or_else(|error| {
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
    match clock_gettime(ClockId::CLOCK_BOOTTIME) {
        Ok(time) => time.tv_sec().saturating_mul(1000).saturating_add(time.tv_nsec() / 1_000_000),
        // Kernels before 2.6.39 have no such clock. Counting from the program's start then is at least monotonic.
        Err(_) => {
            let since = FIRST.get_or_init(std::time::Instant::now).elapsed();
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        }
    }
}

fn boot_id(path: &Path) -> io::Result<String> {
    let text = std::fs::read_to_string(path)?;
    let id = text.trim();
    if id.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "an empty boot id"));
    }
    Ok(id.to_owned())
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

    #[test]
    fn the_boot_clock_counts_from_the_machines_start_and_not_the_programs() {
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
        let seconds: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
        let ms: i64 = seconds.trunc().to_string().parse::<i64>().unwrap() * 1000;
        assert!(boot_ms() >= ms);
    }

    #[test]
    fn the_boot_is_named_as_the_kernel_names_it() {
        assert_eq!(now().boot_id, std::fs::read_to_string(BOOT_ID).unwrap().trim());
        let nothing = tempfile::NamedTempFile::new().unwrap();
        assert!(boot_id(nothing.path()).is_err());
    }
}
