//! What becomes of a kiosk's machine while the program is down. The kernel does it: nothing in the program knows.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path, time::Duration};

/// How old another boot is, s: more than passes between a kill and the start, and less than a hold lives.
const YOUNG_S: i64 = 300;

/// The machine on which the program is started (again).
#[derive(Clone, Copy, Debug)]
pub enum Machine {
    /// Nothing has happened to it.
    Same,
    /// So long has passed on its boot clock.
    Later(Duration),
    /// It was started again some minutes ago, by its wall clock before the program was killed: that clock went backwards.
    AnotherBoot,
}

impl Machine {
    /// The command that runs `program` on it, with what that needs in `folder`.
    pub fn runs(self, folder: &Path, program: &[&str]) -> Vec<String> {
        let boot_id = folder.join("boot_id").display().to_string();
        let (later_s, named) = match self {
            Machine::Same => return program.iter().map(|word| (*word).to_owned()).collect(),
            Machine::Later(passed) => (i64::try_from(passed.as_secs()).expect("seconds"), ""),
            Machine::AnotherBoot => {
                fs::write(&boot_id, "6f9f3c52-0d3b-4c62-9a0e-2b1f6f1f7a55\n").expect("a boot's name");
                (YOUNG_S - uptime_s(), "mount --bind \"$0\" /proc/sys/kernel/random/boot_id && ")
            }
        };
        let script = format!("{named}exec \"$@\"");
        let later = format!("--boottime={later_s}");
        let mut command = vec!["unshare", "--mount", "--time", &later, "sh", "-c", &script, &boot_id];
        // Only root may do that; in a user namespace of their own everybody is.
        if !is_root() {
            command.insert(1, "--map-root-user");
        }
        command.iter().chain(program).map(|word| (*word).to_owned()).collect()
    }
}

fn uptime_s() -> i64 {
    let line = fs::read_to_string("/proc/uptime").expect("the machine's age");
    line.split('.').next().and_then(|seconds| seconds.parse().ok()).expect("its seconds")
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
