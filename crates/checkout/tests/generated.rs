//! The UI's types are generated from [`checkout::view`] and checked in; this holds them fresh.
//! `GENERATE=1 cargo test -p checkout --test generated` writes them.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, fs, path::Path};

use checkout::view::{Act, FromModule, ToPage};
use ts_rs::{Config, TS};

fn files(folder: &Path) -> BTreeMap<String, String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap())
        .map(|file| (file.file_name().into_string().unwrap(), fs::read_to_string(file.path()).unwrap()))
        .collect()
}

#[test]
fn the_ui_has_the_types_of_the_view() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/generated");
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
    let _gone_before = fs::remove_dir_all(&fresh);
    let config = Config::new().with_out_dir(&fresh);
    ToPage::export_all(&config).unwrap();
    Act::export_all(&config).unwrap();
    FromModule::export_all(&config).unwrap();
    if std::env::var_os("GENERATE").is_some() {
        fs::create_dir_all(&kept).unwrap();
        for (name, text) in files(&fresh) {
            fs::write(kept.join(name), text).unwrap();
        }
    }
    assert_eq!(files(&fresh), files(&kept), "run: GENERATE=1 cargo test -p checkout --test generated");
}
