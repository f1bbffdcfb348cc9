//! Which program can still use the journal once all migrations were applied.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;
use update::version::Version;

/// What each migration ends with.
const SAYS: &str = "INSERT INTO compatibility (migration, oldest_usable) VALUES (";

/// The migrations don't say it.
#[derive(Debug, Error)]
pub enum NoNeeds {
    /// They can't be read.
    #[error("{path}: {source}")]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// One of them doesn't name a program.
    #[error(
        "{path} doesn't say once, for its own number, which is the oldest program that can use the journal after it"
    )]
    Silent {
        /// The migration's file.
        path: PathBuf,
    },
    /// There are none.
    #[error("there are no migrations in {path}")]
    None {
        /// The folder.
        path: PathBuf,
    },
}

/// The oldest program that can use the journal after all migrations in a folder.
pub fn journal_needs(migrations: &Path) -> Result<Version, NoNeeds> {
    let disk = |path: &Path| {
        let path = path.to_owned();
        move |source| NoNeeds::Disk { path, source }
    };
    let mut newest = None;
    for file in fs::read_dir(migrations).map_err(disk(migrations))? {
        let path = file.map_err(disk(migrations))?.path();
        if path.extension().is_none_or(|ending| ending != "sql") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(disk(&path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(needs) = said(&name, &text) else { return Err(NoNeeds::Silent { path }) };
        newest = newest.max(Some(needs));
    }
    newest.ok_or_else(|| NoNeeds::None { path: migrations.to_owned() })
}

/// What a migration says of itself.
fn said(name: &str, text: &str) -> Option<Version> {
    let mut said = text.match_indices(SAYS).map(|(at, says)| &text[at + says.len()..]);
    let (values, None) = (said.next()?, said.next()) else { return None };
    let (number, version) = values.split_once(')')?.0.split_once(", ")?;
    let own: u32 = name.split('_').next()?.parse().ok()?;
    let is_own = number.parse() == Ok(own);
    is_own.then(|| version.trim_matches('\'').parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn needs(files: &[(&str, &str)]) -> Result<Version, NoNeeds> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        journal_needs(folder.path())
    }

    fn says(number: u32, version: &str) -> String {
        format!("CREATE TABLE x;\n{SAYS}{number}, '{version}');\n")
    }

    #[test]
    fn the_newest_program_that_any_migration_needs_counts() {
        let (one, two, three) = (says(1, "0.1.0"), says(2, "0.10.0"), says(3, "0.9.0"));
        let found = needs(&[("0001_a.sql", &one), ("0002_b.sql", &two), ("0003_c.sql", &three)]).unwrap();
        assert_eq!(found.to_string(), "0.10.0");
    }

    #[test]
    fn a_migration_that_says_nothing_or_of_another_is_told() {
        let (own, twice) = (says(1, "0.1.0"), says(1, "0.1.0") + &says(1, "0.2.0"));
        for (name, text) in
            [("0001_a.sql", ""), ("0002_a.sql", &own), ("0001_a.sql", &twice), ("0001_a.sql", &says(1, "x"))]
        {
            assert!(matches!(needs(&[(name, text)]), Err(NoNeeds::Silent { .. })), "{name} {text}");
        }
        assert!(matches!(needs(&[("readme.md", &own)]), Err(NoNeeds::None { .. })));
    }

    #[test]
    fn this_projects_own_migrations_say_it() {
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let own: Version = env!("CARGO_PKG_VERSION").parse().unwrap();
        assert!(journal_needs(&migrations).unwrap() <= own);
    }
}
