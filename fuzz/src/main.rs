//! Everything that the kiosk reads from outside, tried with bytes that nobody has thought of. What must hold of each is
//! said as assertions; libFuzzer looks for bytes that break one. Start at [`TARGETS`]; `make fuzz` runs them all.
//!
//! There is one program for all targets, so that there is one to build: `FUZZ_TARGET` names the one that is tried.
#![no_main]

mod agent;
mod answer;
mod catalog;
mod change;
mod config;
mod day;
mod journal;
mod kiosk;

mod scanner;
mod shop;

use std::sync::OnceLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

/// What is tried with bytes from outside.
struct Target {
    name: &'static str,
    /// Panics when something doesn't hold.
    run: fn(&[u8]),
    /// Lines that its inputs are made of, when they are made of lines.
    lines: fn() -> &'static [String],
}

fn no_lines() -> &'static [String] {
    &[]
}

/// Each has inputs to begin with in `corpus/NAME/`, and words that may stand in them in `words/NAME`.
const TARGETS: [Target; 8] = [
    Target { name: "agent", run: agent::run, lines: no_lines },
    Target { name: "answer", run: answer::run, lines: no_lines },
    Target { name: "catalog", run: catalog::run, lines: no_lines },
    Target { name: "config", run: config::run, lines: no_lines },
    Target { name: "day", run: day::run, lines: no_lines },
    Target { name: "journal", run: journal::run, lines: journal::lines },
    Target { name: "kiosk", run: kiosk::run, lines: kiosk::lines },
    Target { name: "scanner", run: scanner::run, lines: no_lines },
];

/// The one that this process tries.
fn target() -> &'static Target {
    static TARGET: OnceLock<&'static Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let found = TARGETS.iter().find(|target| target.name == name);
        found.unwrap_or_else(|| {
            let names = TARGETS.map(|target| target.name).join(", ");
            eprintln!("FUZZ_TARGET must be one of {names}; it is {name:?}");
            std::process::exit(2)
        })
    })
}

fuzz_target!(init: { target(); }, |data: &[u8]| (target().run)(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    change::change((target().lines)(), data, size, max_size, seed)
        .unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});
