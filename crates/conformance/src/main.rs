//! `docs/conformance.md`: what the guide demands of a host, one row each, and what the tests of this very run say of it.
//!
//! The rows are `requirements.toml` (read in [`requirements`]); [`run`] reads what `scripts/test` left in
//! `target/test-logs`; [`page`] joins the two.
//!
//! `conformance all` is the last step of `make test`: it fails when a test that a row names didn't run or didn't pass,
//! and when the page in `docs/` isn't the one that this run proves. `conformance fast` looks only at the suites that
//! ran. `conformance write` writes the page from the logs of the last `make test`.

mod page;
mod requirements;
mod run;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use thiserror::Error;

use crate::{page::Verdict, requirements::Requirements, run::Run};

const PAGE: &str = "docs/conformance.md";
const REWRITE: &str = "cargo run -p conformance -- write";

/// What keeps the page from being made.
#[derive(Debug, Error)]
enum Fault {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("{path}: {why}")]
    Unreadable { path: PathBuf, why: String },
    #[error("the page is written from a whole run: `make test` first, then `{REWRITE}`; not run: {0}")]
    NotWhole(String),
    #[error("usage: conformance all | fast | write")]
    Usage,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq)]
enum What {
    All,
    Fast,
    Write,
}

fn main() -> ExitCode {
    let (said, good) = match conform() {
        Ok(said) => said,
        Err(fault) => (format!("conformance: {fault}\n"), false),
    };
    let heard = io::stdout().write_all(said.as_bytes()).is_ok();
    if good && heard { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is to be said, and whether all is well.
fn conform() -> Result<(String, bool), Fault> {
    let what = match std::env::args().nth(1).as_deref() {
        Some("all") => What::All,
        Some("fast") => What::Fast,
        Some("write") => What::Write,
        Some(_) | None => return Err(Fault::Usage),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let requirements = Requirements::read(&root)?;
    let run = Run::read(&root.join("target/test-logs"))?;
    let verdict = Verdict::of(&requirements, &run);
    let mut said = verdict.complaints(what == What::Fast);
    let mut good = said.is_empty();
    let path = root.join(PAGE);
    let page = page::render(&requirements, &verdict);
    match what {
        What::Write if !verdict.not_run.is_empty() => return Err(Fault::NotWhole(verdict.suites_not_run())),
        What::Write => fs::write(&path, &page).map_err(|source| Fault::File { path, source })?,
        What::All => {
            if text(&path).unwrap_or_default() != page {
                said += &format!("{PAGE} isn't what this run proves; to write it: {REWRITE}\n");
                good = false;
            }
        }
        What::Fast if verdict.not_run.is_empty() => {}
        What::Fast => {
            said += &format!("not run: {}; so {PAGE} is neither compared nor written\n", verdict.suites_not_run());
        }
    }
    Ok((said + &verdict.summary() + "\n", good))
}

fn text(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path).map_err(|source| Fault::File { path: path.to_owned(), source })
}
