//! The map in `docs/architecture.md` tells the truth: what it names exists, and what it says is absent is absent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What the page may not know: the names of fields in Prbiti's messages (guide 2.2, 3.1 to 3.5).
const PROTOCOL_FIELDS: [&str; 54] = [
    "supportMode",
    "applicationKey",
    "passwd",
    "accessType",
    "transactionID",
    "payAmount",
    "autoCloseTime",
    "itemList",
    "itemID",
    "itemName",
    "itemUnitPrice",
    "itemCount",
    "itemPrice",
    "itemOptionList",
    "itemOptionID",
    "itemOptionName",
    "itemOptionUnitPrice",
    "itemOptionCount",
    "itemOptionPrice",
    "pointRedeemConfirmedYN",
    "pointEarnConfirmedYN",
    "couponConfirmedYN",
    "prepaidConfirmedYN",
    "eReceiptIssueYN",
    "receiptIssueYN",
    "paymentList",
    "paymentPrice",
    "paymentID",
    "paymentIssuer",
    "cardPaymentPeriod",
    "cardMerchantID",
    "prepaidBalance",
    "pointBalance",
    "paymentMemo",
    "netAmount",
    "customerPaid",
    "totalPaid",
    "memo1",
    "memo2",
    "memo3",
    "memo4",
    "memo5",
    "errorCode",
    "errorMsg",
    "errorMsgUser",
    "pointRedeem",
    "pointEarn",
    "pointEarnNum",
    "couponDiscountPrice",
    "couponItemCodes",
    "prepaidPayPrice",
    "pointRedeemCanceledNum",
    "couponCanceledID",
    "prepaidCanceledNum",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file under `folder` whose name ends in one of `endings`. There must be one.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no file under {folder}");
    found
}

/// The text without its comments, as far as a reader without a grammar can tell: a `//` in a text ends its line too.
fn code(text: &str) -> String {
    let mut rest = text;
    let mut bare = String::new();
    while let Some(begin) = rest.find("/*") {
        bare.push_str(&rest[..begin]);
        rest = rest[begin..].find("*/").map_or("", |end| &rest[begin + end + 2..]);
    }
    bare.push_str(rest);
    bare.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The names that stand in `section` of a manifest.
fn dependencies(manifest: &str, section: &str) -> BTreeSet<String> {
    read(&root().join(manifest))
        .lines()
        .skip_while(|line| *line != format!("[{section}]"))
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Those of this project.
fn ours(manifest: &str, section: &str) -> Vec<String> {
    let all = dependencies(manifest, section);
    ["checkout", "till", "prbiti-simulator", "powercut", "simulation", "update", "release", "prbiti-kiosk"]
        .into_iter()
        .filter(|name| all.contains(*name))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_path_that_the_map_names_exists() {
    let map = read(&root().join("docs/architecture.md"));
    // What stands between backticks, outside of the blocks.
    let prose: String = map.split("```").step_by(2).collect();
    let named: Vec<&str> = prose
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| !word.contains([' ', '{', '?', '…']) && !word.starts_with('/'))
        .filter(|word| word.contains('/') || word.ends_with(".rs") || word.ends_with(".md"))
        .collect();
    assert!(named.len() > 30, "the map names only {named:?}");
    let missing: Vec<&&str> = named.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(missing.is_empty(), "the map names what isn't there: {missing:?}");
}

#[test]
fn the_map_names_every_crate_and_every_part_of_the_core() {
    let map = read(&root().join("docs/architecture.md"));
    for folder in ["crates", "migrations", "src-tauri", "ui", "tests", "bench", "demo", "fuzz", "scripts", "packaging"]
    {
        let path = root().join(folder);
        let inside = if folder == "crates" || folder == "tests" {
            fs::read_dir(path).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir()).collect()
        } else {
            Vec::new()
        };
        if inside.is_empty() {
            assert!(map.contains(&format!("`{folder}/`")), "{folder}/ isn't on the map");
        }
        for entry in inside {
            let name = format!("`{folder}/{}/`", entry.file_name().display());
            assert!(map.contains(&name), "{name} isn't on the map");
        }
    }
}

#[test]
fn dependencies_point_one_way() {
    for (manifest, section, allowed) in [
        ("crates/checkout/Cargo.toml", "dependencies", &[][..]),
        ("crates/checkout/Cargo.toml", "dev-dependencies", &["simulation"]),
        ("crates/till/Cargo.toml", "dependencies", &["checkout", "update"]),
        ("crates/till/Cargo.toml", "dev-dependencies", &["prbiti-simulator"]),
        ("crates/simulator/Cargo.toml", "dependencies", &[]),
        ("crates/simulator/Cargo.toml", "dev-dependencies", &[]),
        ("crates/conformance/Cargo.toml", "dependencies", &[]),
        ("crates/powercut/Cargo.toml", "dependencies", &["checkout", "till", "prbiti-simulator"]),
        ("crates/powercut/Cargo.toml", "dev-dependencies", &[]),
        ("crates/simulation/Cargo.toml", "dependencies", &["checkout"]),
        ("crates/simulation/Cargo.toml", "dev-dependencies", &[]),
        ("crates/update/Cargo.toml", "dependencies", &[]),
        ("crates/update/Cargo.toml", "dev-dependencies", &["till", "release"]),
        ("crates/release/Cargo.toml", "dependencies", &["update"]),
        ("crates/release/Cargo.toml", "dev-dependencies", &[]),
        ("Cargo.toml", "dependencies", &["checkout", "till", "prbiti-simulator", "update"]),
    ] {
        assert_eq!(ours(manifest, section), allowed, "[{section}] of {manifest}");
    }
}

#[test]
fn the_core_can_do_nothing_but_decide() {
    let allowed = ["jiff", "serde", "serde_json", "thiserror", "ts-rs"].map(str::to_owned);
    let used = dependencies("crates/checkout/Cargo.toml", "dependencies");
    assert_eq!(used, BTreeSet::from(allowed), "each of these must be without disk, network, clock, async and window");
    // What the standard library offers, and jiff's clock.
    let doing = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "std::io",
        "std::time",
        "SystemTime",
        "Instant",
        "async ",
        "Timestamp::now",
        "Zoned::now",
        "println!",
    ];
    for file in files("crates/checkout/src", &[".rs"]) {
        let code = code(&read(&file));
        for word in doing {
            assert!(!code.contains(word), "{word} in {}", file.display());
        }
    }
}

#[test]
fn what_is_decided_about_updates_is_decided_without_the_machine() {
    let doing =
        ["std::fs", "std::net", "std::env", "std::process", "std::thread", "std::io", "std::time", "nix::", "async "];
    for part in ["version", "release", "key", "judge", "window", "stage"] {
        let text = read(&root().join(format!("crates/update/src/{part}.rs")));
        // What a test may do is another thing.
        let code = code(text.split("#[cfg(test)]").next().unwrap_or_default());
        for word in doing {
            assert!(!code.contains(word), "{word} in {part}");
        }
    }
}

#[test]
fn what_runs_as_root_speaks_to_no_network() {
    let used = dependencies("crates/update/Cargo.toml", "dependencies");
    for no in ["reqwest", "tokio", "sqlx", "till"] {
        assert!(!used.contains(no), "{no} is linked into what runs as root");
    }
}

#[test]
fn a_release_build_of_what_runs_as_root_is_killed_nowhere() {
    let durable = read(&root().join("crates/update/src/durable.rs"));
    assert!(durable.contains("\n#[cfg(debug_assertions)]\nmod kill {\n"), "the moments are in every build");
    for file in files("crates/update/src", &[".rs"]).into_iter().filter(|file| !file.ends_with("durable.rs")) {
        assert!(!read(&file).contains("PRBITI_KIOSK_UPDATE_KILL"), "a moment in {}", file.display());
    }
}

#[test]
fn the_page_knows_no_field_of_prbitis_protocol() {
    for file in files("ui/src", &[".ts", ".svelte"]) {
        let code = code(&read(&file));
        let words: BTreeSet<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let known: Vec<&str> = PROTOCOL_FIELDS.into_iter().filter(|field| words.contains(field)).collect();
        assert!(known.is_empty(), "{known:?} in {}", file.display());
    }
}

#[test]
fn a_release_build_stands_still_nowhere() {
    let folder = root().join("crates/till/src/till");
    let till = read(&folder.with_extension("rs"));
    // Without its module nothing that uses it compiles.
    assert!(till.contains("\n#[cfg(debug_assertions)]\nmod stop;\n"), "the stops are in every build");
    let name = "PRBITI_KIOSK_STOP";
    assert!(read(&folder.join("stop.rs")).contains(name));
    for file in files("crates/till/src", &[".rs"]).into_iter().filter(|file| !file.ends_with("till/stop.rs")) {
        assert!(!read(&file).contains(name), "a stop in {}", file.display());
    }
    let manifest = read(&root().join("Cargo.toml"));
    let careful = manifest.split("\n[").filter(|section| section.contains("debug-assertions"));
    // What the simulation is built with, which is no part of a kiosk.
    assert!(careful.into_iter().all(|section| section.starts_with("profile.simulate]")), "a profile is careful");
}

#[test]
fn the_kiosks_sql_is_in_one_place() {
    for folder in ["crates/checkout/src", "crates/till/src", "src-tauri/src"] {
        for file in files(folder, &[".rs"]) {
            let journal = root().join("crates/till/src/journal");
            if file.starts_with(&journal) || file == journal.with_extension("rs") {
                continue;
            }
            assert!(!code(&read(&file)).contains("sqlx::"), "SQL in {}", file.display());
        }
    }
}
