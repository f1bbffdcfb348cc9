//! What a run of the tests left behind: each test's name and whether it passed.
//!
//! A suite is a file in `target/test-logs`, named as `scripts/test` names it. Of cargo's the lines "Running …" part the
//! test programs, whose names are the ones before the hash; a test is `suite::program::path`. Of vitest's a test is
//! `vitest::file::full name`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde::Deserialize;

use crate::{Fault, text};

/// What ran, and how it ended.
#[derive(Debug, Default)]
pub(crate) struct Run {
    suites: BTreeSet<String>,
    /// More than one where two programs of one suite have the same name.
    ended: BTreeMap<String, Vec<bool>>,
}

/// What became of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It ran, and passed.
    Passed,
    /// It ran and didn't pass, or was left out.
    Failed,
    /// Its suite ran, and it isn't there.
    NoSuchTest,
    /// Two tests have this name, so that nobody can tell which one is meant.
    Ambiguous,
    /// Its suite didn't run.
    NotRun,
}

impl Run {
    /// Reads every log in `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Run, Fault> {
        let file = |source| Fault::File { path: folder.to_owned(), source };
        let mut run = Run::default();
        for entry in fs::read_dir(folder).map_err(file)? {
            let path = entry.map_err(file)?.path();
            let (Some(name), Some(kind)) = (path.file_stem(), path.extension()) else { continue };
            let suite = name.to_string_lossy();
            if suite == "vitest" && kind == "json" {
                run.vitest(&text(&path)?).map_err(|why| Fault::Unreadable { path, why })?;
            } else if suite != "vitest" && kind == "log" {
                run.cargo(&suite, &text(&path)?);
            }
        }
        Ok(run)
    }

    /// What became of the test of this name.
    pub(crate) fn ended(&self, test: &str) -> Ended {
        let suite = test.split("::").next().unwrap_or_default();
        match self.ended.get(test).map(Vec::as_slice) {
            Some([true]) => Ended::Passed,
            Some([false]) => Ended::Failed,
            Some(_) => Ended::Ambiguous,
            None if self.suites.contains(suite) => Ended::NoSuchTest,
            None => Ended::NotRun,
        }
    }

    fn cargo(&mut self, suite: &str, log: &str) {
        let mut program = None;
        for line in log.lines() {
            let running = line.trim_start().strip_prefix("Running ").or(line.trim_start().strip_prefix("Doc-tests "));
            if let Some(running) = running {
                program = running.rsplit_once('/').and_then(|(_, file)| file.rsplit_once('-')).map(|(name, _)| name);
            }
            let Some((name, how)) = line.strip_prefix("test ").and_then(|line| line.split_once(" ... ")) else {
                continue;
            };
            self.suites.insert(suite.to_owned());
            // What should panic says so after its name.
            let name = name.strip_suffix(" - should panic").unwrap_or(name);
            if let Some(program) = program {
                self.ended.entry(format!("{suite}::{program}::{name}")).or_default().push(how == "ok");
            }
        }
    }

    fn vitest(&mut self, json: &str) -> Result<(), String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Report {
            test_results: Vec<File>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct File {
            name: String,
            assertion_results: Vec<Test>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Test {
            full_name: String,
            status: String,
        }
        let report: Report = serde_json::from_str(json).map_err(|error| error.to_string())?;
        self.suites.insert("vitest".into());
        for File { name, assertion_results } in report.test_results {
            let file = name.rsplit('/').next().unwrap_or_default();
            for Test { full_name, status } in assertion_results {
                self.ended.entry(format!("vitest::{file}::{full_name}")).or_default().push(status == "passed");
            }
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn of(suite: &str, log: &str) -> Run {
        let mut run = Run::default();
        run.cargo(suite, log);
        run
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LOG: &str = "   Compiling till v0.1.0 (/somewhere/crates/till)
     Running tests/config.rs (target/debug/deps/config-afa395336a6c85b4)

running 2 tests
test a_thing ... ok
test another ... FAILED

     Running unittests src/lib.rs (target/debug/deps/prbiti_kiosk-ca2e4ceb8d5c9ae2)

running 2 tests
test deep::tests::a_thing ... ok
test left_out ... ignored, started by another
test it_panics - should panic ... ok
";

    #[test]
    fn a_test_is_named_by_its_suite_its_program_and_its_path() {
        let run = Run::of("till", LOG);
        assert_eq!(run.ended("till::config::a_thing"), Ended::Passed);
        assert_eq!(run.ended("till::prbiti_kiosk::deep::tests::a_thing"), Ended::Passed);
        assert_eq!(run.ended("till::prbiti_kiosk::it_panics"), Ended::Passed);
    }

    #[test]
    fn what_failed_or_was_left_out_or_is_not_there_did_not_pass() {
        let run = Run::of("till", LOG);
        assert_eq!(run.ended("till::config::another"), Ended::Failed);
        assert_eq!(run.ended("till::prbiti_kiosk::left_out"), Ended::Failed);
        assert_eq!(run.ended("till::prbiti_kiosk::a_thing"), Ended::NoSuchTest);
        assert_eq!(run.ended("till::a_thing"), Ended::NoSuchTest);
        assert_eq!(run.ended("window::window::a_thing"), Ended::NotRun);
    }

    #[test]
    fn two_tests_of_one_name_prove_nothing() {
        let run = Run::of("till", &format!("{LOG}{LOG}"));
        assert_eq!(run.ended("till::config::a_thing"), Ended::Ambiguous);
    }

    #[test]
    fn vitest_names_file_and_sentence() {
        let mut run = Run::default();
        let json = r#"{"testResults": [{"name": "/ui/tests/map.test.ts", "assertionResults": [
            {"fullName": "the page is :: there", "status": "passed"}, {"fullName": "is gone", "status": "skipped"}]}]}"#;
        run.vitest(json).unwrap();
        assert_eq!(run.ended("vitest::map.test.ts::the page is :: there"), Ended::Passed);
        assert_eq!(run.ended("vitest::map.test.ts::is gone"), Ended::Failed);
        assert_eq!(run.ended("vitest::map.test.ts::nothing"), Ended::NoSuchTest);
        assert!(run.vitest("nonsense").is_err());
    }
}
