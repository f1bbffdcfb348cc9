//! The verdict on each row, and the page that prints it. Nothing in it changes with the day or the machine.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{
    requirements::{Requirements, Row, Whose},
    run::{Ended, Run},
};

/// What a run proves of the rows.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    proved: BTreeSet<String>,
    failing: BTreeSet<String>,
    /// Neither: a suite that it needs didn't run.
    pub(crate) not_run: BTreeSet<String>,
    /// Each test that proves nothing, with the row that names it and why.
    wrong: Vec<(String, String, Ended)>,
}

impl Verdict {
    /// A row is proved when each of its tests passed.
    pub(crate) fn of(requirements: &Requirements, run: &Run) -> Verdict {
        let mut verdict = Verdict::default();
        for (number, row) in requirements.rows() {
            let wrong: Vec<(&String, Ended)> =
                row.tests.iter().map(|test| (test, run.ended(test))).filter(|(_, how)| *how != Ended::Passed).collect();
            let set = if wrong.is_empty() {
                &mut verdict.proved
            } else if wrong.iter().all(|(_, how)| *how == Ended::NotRun) {
                &mut verdict.not_run
            } else {
                &mut verdict.failing
            };
            set.insert(number.clone());
            verdict.wrong.extend(wrong.into_iter().map(|(test, how)| (number.clone(), test.clone(), how)));
        }
        verdict
    }

    /// One line for each test that proves nothing; those that didn't run may be excused.
    pub(crate) fn complaints(&self, excuse_not_run: bool) -> String {
        let mut said = String::new();
        for (number, test, how) in &self.wrong {
            let why = match how {
                Ended::Failed => "didn't pass",
                Ended::NoSuchTest => "doesn't exist",
                Ended::Ambiguous => "is the name of two tests",
                Ended::NotRun if excuse_not_run => continue,
                Ended::NotRun => "wasn't run",
                Ended::Passed => continue,
            };
            said += &format!("{number}: {test} {why}\n");
        }
        said
    }

    /// The suites that are missing, for people.
    pub(crate) fn suites_not_run(&self) -> String {
        let missing = self.wrong.iter().filter(|(_, _, how)| *how == Ended::NotRun);
        let suites: BTreeSet<&str> = missing.filter_map(|(_, test, _)| test.split("::").next()).collect();
        suites.into_iter().collect::<Vec<_>>().join(", ")
    }

    /// The line that stands at the top of the page and at the end of the run.
    pub(crate) fn summary(&self) -> String {
        let (proved, failing, not_run) = (self.proved.len(), self.failing.len(), self.not_run.len());
        let rest = if not_run > 0 { format!(", {not_run} not run") } else { String::new() };
        format!("conformance: {} requirements, {proved} proved, {failing} failing{rest}", proved + failing + not_run)
    }

    fn word(&self, number: &str) -> &'static str {
        if self.proved.contains(number) {
            "proved"
        } else if self.failing.contains(number) {
            "**FAILING**"
        } else {
            "not run"
        }
    }
}

const HEAD: &str = "\
# Conformance

What Prbiti's integration guide (프비티 통합 I/F 연동 가이드, 1.0.3) demands of a host or promises to one, in its order, how this
kiosk reads it, and which test proves that it does so. This page is printed by a run of the tests, and `make test` fails when
a test that it names is gone or fails, or when it isn't what the run proves. It is written anew by
`cargo run -p conformance -- write` after a `make test`; its rows are `crates/conformance/requirements.toml`.

* *Whose*: **guide** where the guide says so in words or in an example; **ruling** where it is silent or says two things, and this
  project decides. Either way only Prbiti knows what its server does: what must be asked before a shop opens is linked to
  [go-live.md](go-live.md).
* *Proved by*: `suite::program::test`. `checkout`, `till` and `prbiti-simulator` are the tests under `crates/*/tests/`, `rust` the unit
  tests beside the code, `window` the real program in a real window (`tests/window/`), `vitest` the page's (`ui/tests/`).
* The tests prove what the kiosk does against this reading of the guide and against a simulator that reads it by itself.
  They don't prove that Prbiti reads it so.
";

/// The page.
pub(crate) fn render(requirements: &Requirements, verdict: &Verdict) -> String {
    let mut page = format!("{HEAD}\n**{}**\n", verdict.summary());
    for section in &requirements.sections {
        let _ = write!(page, "\n## {} {}\n\n", section.guide, section.title);
        page += "| | the guide | here | whose | proved by | result |\n|---|---|---|---|---|---|\n";
        for (row, at) in section.row.iter().zip(1..) {
            let number = format!("{}/{at}", section.guide);
            let word = verdict.word(&number);
            let _ = writeln!(page, "| {number} | {} | {} | {word} |", cell(&row.says), cells(row));
        }
    }
    page
}

fn cells(row: &Row) -> String {
    let whose = match row.whose {
        Whose::Guide => "guide",
        Whose::Ruling => "ruling",
    };
    let ask = row.ask.as_ref().map_or_else(String::new, |ask| format!(" · [ask](go-live.md#{ask})"));
    let tests: Vec<String> = row.tests.iter().map(|test| format!("`{test}`")).collect();
    format!("{} | {whose}{ask} | {}", cell(&row.reading), tests.join("<br>"))
}

/// A table's cell is one line.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LOG: &str = "     Running tests/sums.rs (target/debug/deps/sums-0)\ntest good ... ok\ntest bad ... FAILED\n";

    fn rows(tests: &[&str]) -> Requirements {
        let row = |test: &&str| {
            format!("[[section.row]]\nsays = \"a | b\"\nreading = \"c\"\nwhose = \"guide\"\ntests = [{test}]\n")
        };
        let rows: String = tests.iter().map(row).collect();
        toml::from_str(&format!("[[section]]\nguide = \"9.9\"\ntitle = \"All\"\n{rows}")).unwrap()
    }

    #[test]
    fn a_row_is_proved_only_when_each_of_its_tests_passed() {
        let all = rows(&[
            "'checkout::sums::good'",
            "'checkout::sums::good', 'checkout::sums::bad'",
            "'checkout::sums::good', 'window::window::x'",
            "'checkout::sums::gone'",
        ]);
        let verdict = Verdict::of(&all, &Run::of("checkout", LOG));
        assert_eq!(verdict.summary(), "conformance: 4 requirements, 1 proved, 2 failing, 1 not run");
        assert_eq!(
            verdict.complaints(true),
            "9.9/2: checkout::sums::bad didn't pass\n9.9/4: checkout::sums::gone doesn't exist\n"
        );
        assert!(verdict.complaints(false).contains("9.9/3: window::window::x wasn't run\n"));
        assert_eq!(verdict.suites_not_run(), "window");
        let page = render(&all, &verdict);
        assert!(page.contains("| 9.9/1 | a \\| b | c | guide | `checkout::sums::good` | proved |\n"), "{page}");
        assert!(page.contains("`checkout::sums::gone` | **FAILING** |\n"), "{page}");
        assert!(page.contains("| not run |\n"), "{page}");
    }

    #[test]
    fn a_run_in_which_nothing_fails_has_nothing_to_complain_of() {
        let verdict = Verdict::of(&rows(&["'checkout::sums::good'"]), &Run::of("checkout", LOG));
        assert_eq!(verdict.summary(), "conformance: 1 requirements, 1 proved, 0 failing");
        assert_eq!(verdict.complaints(false), "");
    }
}
