//! What the program was started with, read.

mod set_up;

use std::{ffi::OsString, path::PathBuf};

use lexopt::{Arg, Parser, ValueExt as _};
use prbiti_kiosk::Arguments;
pub(crate) use set_up::{NewKiosk, SETUP_USAGE, SetUp};
use till::inspect::{Filter, Format, Zone};

/// Where the installed package has it.
const INSTALLED: &str = "/etc/prbiti-kiosk/kiosk.toml";

pub(crate) const USAGE: &str = "usage: prbiti-kiosk [--config FILE] [--data DIR]
       prbiti-kiosk journal verify|list|show|export|accept ...
       prbiti-kiosk setup kiosk | manager NAME | unlock [--config FILE] [--data DIR] ...
       prbiti-kiosk check-agent --url URL --token-file FILE [--charge]
  --config FILE  the configuration (/etc/prbiti-kiosk/kiosk.toml)
  --data DIR     where the journal is kept (the configuration's own folder)
  --version      which program this is
  --help         this; `prbiti-kiosk journal --help` for looking into a journal";

pub(crate) const CHECK_AGENT_USAGE: &str = "usage: prbiti-kiosk check-agent --url URL --token-file FILE [--charge]
Does an adapter for a card terminal keep what docs/payment-agent.md promises? For whoever writes one, at a terminal.
A line for each promise: kept, BROKEN or unchecked; exit code 0: none is broken, 1: some, 2: it can't be looked at.
Payments of 1,000 won wait at the terminal for some seconds: keep cards away until you are asked for one.
Before one is charged (1,000 won, given back at once) you are asked on the terminal that this runs on.
  --url URL          where /v1 is, on this machine, such as http://127.0.0.1:9100
  --token-file FILE  its bearer token, in the first line of a file that only you can read
  --charge           don't ask whether a card may be charged; still asks for the card";

pub(crate) const JOURNAL_USAGE: &str = "usage: prbiti-kiosk journal verify FILE
       prbiti-kiosk journal list FILE [--open] [--staff] [--day DAY] [--state STATE]
       prbiti-kiosk journal show FILE NAME
       prbiti-kiosk journal export FILE --format csv|jsonl [--from DAY] [--to DAY]
       prbiti-kiosk journal usable FILE --by VERSION
       prbiti-kiosk journal path CONFIGURATION [--data DIR]
       prbiti-kiosk journal accept FILE NAME
Looks into a copy of a journal: journal.db with its journal.db-wal beside it. Changes nothing.
  verify         is it whole? A line for each problem; exit code 0: none, 1: some, 2: it can't be read
  list           its transactions, the newest first
  show           what happened to one, and what would happen next; NAME is its transactionID, its
                 reference (607-18), an order number or an approval number
  export         csv: a row for each transaction; jsonl: a line for each entry
  usable         may a program of this version, an older one, be installed and use it? exit code 0: yes, 1: no
  path           where the journal of the kiosk with this configuration is
  accept         not for a copy: the kiosk, which was ended, may sell on beside the damage NAME that its screen and
                 its log name, or with a disk that refused syncs (NAME is disk); exit code 1: there is no such thing
  --open         only those for which something is still to be done
  --staff        only those that wait for staff
  --day DAY      only those of this business day, YYYY-MM-DD; without an order number: opened that day
  --state STATE  only those in this state: open, paid, settled, unused, released, lapsed, refunded, or
                 what staff wait for (docs/operate.md)
  --from, --to   only those of these days, both included
  --utc-offset   the shop's clock for list, show and export: +09:00 in Korea (UTC)";

/// What is wanted of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// To be a kiosk.
    Run(Arguments),
    /// To say this.
    Say(String),
    /// To look into a journal.
    Look(Look),
    /// To decide who may act at a kiosk.
    SetUp(Arguments, SetUp),
    /// To sell on beside damage.
    Accept(Accept),
    /// To know whether another program may use a journal.
    Usable(Usable),
    /// To know where a kiosk's journal is.
    JournalPath(Arguments),
    /// To see whether a payment agent keeps its contract.
    CheckAgent(CheckAgent),
}

/// Which agent, and what may be done with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CheckAgent {
    pub(crate) url: String,
    /// Has its token.
    pub(crate) token_file: PathBuf,
    /// A card may be charged without asking.
    pub(crate) charge: bool,
}

/// What staff decided about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Accept {
    /// The kiosk's own journal.
    pub(crate) file: PathBuf,
    /// The damage, or the disk.
    pub(crate) name: String,
}

/// Who is to use which journal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Usable {
    pub(crate) file: PathBuf,
    /// The program's version.
    pub(crate) by: String,
}

/// What is wanted of a journal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// The journal's file.
    pub(crate) file: PathBuf,
    /// The shop's clock.
    pub(crate) zone: Zone,
    /// What to do.
    pub(crate) task: Task,
}

/// What to do with a journal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Verify,
    List(Filter),
    Show { name: String },
    Export { format: Format, from: Option<String>, to: Option<String> },
}

/// What isn't understood, and which usage helps.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misread {
    pub(crate) message: String,
    pub(crate) of: Part,
}

/// Which part of the program was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Kiosk,
    Journal,
    SetUp,
    CheckAgent,
}

impl Part {
    fn misread(self) -> impl Fn(lexopt::Error) -> Misread {
        move |error| Misread { message: error.to_string(), of: self }
    }
}

pub(crate) fn read(given: impl IntoIterator<Item = OsString>) -> Result<Wish, Misread> {
    let mut parser = Parser::from_args(given);
    let mut arguments = Arguments { config: PathBuf::from(INSTALLED), data: None };
    let misread = Part::Kiosk.misread();
    let mut is_first = true;
    while let Some(argument) = parser.next().map_err(&misread)? {
        match argument {
            Arg::Long("config") => arguments.config = parser.value().map_err(&misread)?.into(),
            Arg::Long("data") => arguments.data = Some(parser.value().map_err(&misread)?.into()),
            Arg::Long("help") | Arg::Short('h') => return Ok(Wish::Say(USAGE.to_owned())),
            Arg::Long("version") => {
                return Ok(Wish::Say(concat!("prbiti-kiosk ", env!("CARGO_PKG_VERSION")).to_owned()));
            }
            // Not behind the kiosk's own arguments, which mean nothing to it.
            Arg::Value(word) if is_first && word == "journal" => {
                return read_look(&mut parser).map_err(Part::Journal.misread());
            }
            Arg::Value(word) if is_first && word == "setup" => {
                return set_up::read(&mut parser, arguments).map_err(Part::SetUp.misread());
            }
            Arg::Value(word) if is_first && word == "check-agent" => {
                return read_check_agent(&mut parser).map_err(Part::CheckAgent.misread());
            }
            Arg::Long(_) | Arg::Short(_) | Arg::Value(_) => return Err(misread(argument.unexpected())),
        }
        is_first = false;
    }
    Ok(Wish::Run(arguments))
}

/// Everything behind `check-agent`.
fn read_check_agent(parser: &mut Parser) -> Result<Wish, lexopt::Error> {
    let (mut url, mut token_file, mut charge) = (None, None, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("url") => url = Some(parser.value()?.string()?),
            Arg::Long("token-file") => token_file = Some(parser.value()?.into()),
            Arg::Long("charge") => charge = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(Wish::Say(CHECK_AGENT_USAGE.to_owned())),
            Arg::Long(_) | Arg::Short(_) | Arg::Value(_) => return Err(argument.unexpected()),
        }
    }
    Ok(Wish::CheckAgent(CheckAgent {
        url: url.ok_or("which agent? --url is missing")?,
        token_file: token_file.ok_or("what lets the kiosk in? --token-file is missing")?,
        charge,
    }))
}

/// Everything behind `journal`.
fn read_look(parser: &mut Parser) -> Result<Wish, lexopt::Error> {
    let (mut words, mut zone, mut filter) = (Vec::new(), Zone::default(), Filter::default());
    let (mut format, mut from, mut to, mut by, mut data) = (None, None, None, None, None);
    while let Some(argument) = parser.next()? {
        // The task comes first, and only its own options are understood.
        let task: Option<String> = words.first().and_then(|word: &OsString| word.to_str()).map(str::to_owned);
        match (argument, task.as_deref()) {
            (Arg::Long("help") | Arg::Short('h'), _) => return Ok(Wish::Say(JOURNAL_USAGE.to_owned())),
            (Arg::Value(word), _) => words.push(word),
            (Arg::Long("utc-offset"), Some("list" | "show" | "export")) => {
                let text = parser.value()?.string()?;
                zone = Zone::read(&text).ok_or_else(|| format!("'{text}' is no offset like +09:00"))?;
            }
            (Arg::Long("open"), Some("list")) => filter.open = true,
            (Arg::Long("staff"), Some("list")) => filter.staff = true,
            (Arg::Long("day"), Some("list")) => filter.day = Some(day(parser)?),
            (Arg::Long("state"), Some("list")) => filter.state = Some(parser.value()?.string()?),
            (Arg::Long("format"), Some("export")) => {
                format = Some(match parser.value()?.string()?.as_str() {
                    "csv" => Format::Csv,
                    "jsonl" => Format::JsonLines,
                    other => return Err(format!("'{other}' is no format; there are csv and jsonl").into()),
                });
            }
            (Arg::Long("from"), Some("export")) => from = Some(day(parser)?),
            (Arg::Long("to"), Some("export")) => to = Some(day(parser)?),
            (Arg::Long("by"), Some("usable")) => by = Some(parser.value()?.string()?),
            (Arg::Long("data"), Some("path")) => data = Some(parser.value()?.into()),
            (argument, _) => return Err(argument.unexpected()),
        }
    }
    let mut words = words.into_iter();
    let task = words.next().ok_or("what is to be done with the journal?")?.string()?;
    let file = words.next().ok_or("which journal? FILE is missing");
    if task == "accept" {
        let name = words.next().ok_or("which damage? NAME is missing")?.string()?;
        return match words.next() {
            Some(more) => Err(Arg::Value(more).unexpected()),
            None => Ok(Wish::Accept(Accept { file: file?.into(), name })),
        };
    }
    if task == "path" {
        return match words.next() {
            Some(more) => Err(Arg::Value(more).unexpected()),
            None => Ok(Wish::JournalPath(Arguments { config: file?.into(), data })),
        };
    }
    if task == "usable" {
        let by = by.ok_or("by which program? --by VERSION is missing")?;
        return match words.next() {
            Some(more) => Err(Arg::Value(more).unexpected()),
            None => Ok(Wish::Usable(Usable { file: file?.into(), by })),
        };
    }
    let (file, task) = match task.as_str() {
        "verify" => (file?, Task::Verify),
        "list" => (file?, Task::List(filter)),
        "show" => (file?, Task::Show { name: words.next().ok_or("which transaction? NAME is missing")?.string()? }),
        "export" if from.is_some() && to.is_some() && from > to => return Err("--from is after --to".into()),
        "export" => (file?, Task::Export { format: format.ok_or("--format csv or --format jsonl?")?, from, to }),
        other => return Err(format!("a journal can't be asked to '{other}'").into()),
    };
    match words.next() {
        Some(more) => Err(Arg::Value(more).unexpected()),
        None => Ok(Wish::Look(Look { file: file.into(), zone, task })),
    }
}

/// A day, or nothing would ever be found for it.
fn day(parser: &mut Parser) -> Result<String, lexopt::Error> {
    let text = parser.value()?.string()?;
    let is_day = text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
    if is_day { Ok(text) } else { Err(format!("'{text}' is no day like 2026-11-24").into()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn read_text(text: &str) -> Result<Wish, Misread> {
        read(text.split_whitespace().map(OsString::from))
    }

    fn task(text: &str) -> Task {
        match read_text(text) {
            Ok(Wish::Look(look)) => look.task,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_kiosk_is_started_as_ever() {
        let run = |config: &str, data: Option<&str>| {
            Ok(Wish::Run(Arguments { config: config.into(), data: data.map(PathBuf::from) }))
        };
        assert_eq!(read_text(""), run(INSTALLED, None));
        assert_eq!(read_text("--config demo/kiosk.toml --data .run"), run("demo/kiosk.toml", Some(".run")));
        assert_eq!(read_text("--data=.run"), run(INSTALLED, Some(".run")));
        assert!(matches!(read_text("--help"), Ok(Wish::Say(text)) if text == USAGE));
        assert!(matches!(read_text("--version"), Ok(Wish::Say(text)) if text.starts_with("prbiti-kiosk 0")));
        for text in ["--config", "--confg x", "x", "--data .run journal verify x", "-c"] {
            assert!(matches!(read_text(text), Err(Misread { of: Part::Kiosk, .. })), "{text}");
        }
    }

    #[test]
    fn a_journal_is_looked_into_as_the_usage_says() {
        assert_eq!(task("journal verify copy.db"), Task::Verify);
        assert_eq!(task("journal list copy.db"), Task::List(Filter::default()));
        let filter = Filter {
            open: true,
            staff: true,
            day: Some("2026-11-24".to_owned()),
            state: Some("late_approval".to_owned()),
        };
        let picked = "journal list --open copy.db --staff --day 2026-11-24 --state late_approval";
        assert_eq!(task(picked), Task::List(filter));
        let usable = Usable { file: "copy.db".into(), by: "0.2.0".to_owned() };
        assert_eq!(read_text("journal usable copy.db --by 0.2.0"), Ok(Wish::Usable(usable)));
        let of = Arguments { config: "kiosk.toml".into(), data: Some("data".into()) };
        assert_eq!(read_text("journal path kiosk.toml --data data"), Ok(Wish::JournalPath(of)));
        assert_eq!(task("journal show copy.db 607-18"), Task::Show { name: "607-18".to_owned() });
        let (from, to) = (Some("2026-11-01".to_owned()), Some("2026-11-30".to_owned()));
        let days = "journal export copy.db --format csv --from 2026-11-01 --to 2026-11-30";
        assert_eq!(task(days), Task::Export { format: Format::Csv, from, to });
        let zone = Zone { utc_offset_min: -210 };
        let look = Look { file: "copy.db".into(), zone, task: Task::List(Filter::default()) };
        assert_eq!(read_text("journal list copy.db --utc-offset -3:30"), Ok(Wish::Look(look)));
        let accept = Accept { file: "journal.db".into(), name: "5f3a91c0".to_owned() };
        assert_eq!(read_text("journal accept journal.db 5f3a91c0"), Ok(Wish::Accept(accept)));
        assert!(matches!(read_text("journal list --help"), Ok(Wish::Say(text)) if text == JOURNAL_USAGE));
    }

    #[test]
    fn what_a_journal_cannot_be_asked_is_told() {
        for (text, why) in [
            ("journal", "what is to be done"),
            ("journal repair copy.db", "can't be asked to 'repair'"),
            ("journal verify", "FILE is missing"),
            ("journal show copy.db", "NAME is missing"),
            ("journal accept journal.db", "NAME is missing"),
            ("journal accept journal.db 5f3a91c0 more", "more"),
            ("journal verify copy.db more", "more"),
            ("journal verify copy.db --open", "--open"),
            ("journal list copy.db --day today", "no day"),
            ("journal list copy.db --day 2026/11/24", "no day"),
            ("journal list copy.db --utc-offset KST", "no offset"),
            ("journal usable copy.db", "--by VERSION is missing"),
            ("journal export copy.db", "--format"),
            ("journal export copy.db --format xml", "'xml'"),
        ] {
            match read_text(text) {
                Err(Misread { message, of: Part::Journal }) => assert!(message.contains(why), "{text}: {message}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_agent_is_named_by_its_address_and_its_token_by_a_file() {
        let check = |charge| CheckAgent { url: "http://127.0.0.1:9100".into(), token_file: "token".into(), charge };
        let named = "check-agent --url http://127.0.0.1:9100 --token-file token";
        assert_eq!(read_text(named), Ok(Wish::CheckAgent(check(false))));
        assert_eq!(read_text(&format!("{named} --charge")), Ok(Wish::CheckAgent(check(true))));
        assert!(matches!(read_text("check-agent --help"), Ok(Wish::Say(text)) if text == CHECK_AGENT_USAGE));
        for (text, why) in [
            ("check-agent", "--url is missing"),
            ("check-agent --url http://127.0.0.1:9100", "--token-file is missing"),
            ("check-agent --url a --token-file b --token secret", "--token"),
            ("check-agent http://127.0.0.1:9100", "127.0.0.1"),
        ] {
            match read_text(text) {
                Err(Misread { message, of: Part::CheckAgent }) => assert!(message.contains(why), "{text}: {message}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
