//! `prbiti-kiosk-update`: what systemd runs as root when the kiosk hands over a release, and when the machine starts.

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use lexopt::{Arg, Parser, ValueExt as _};
use update::{
    helper::{self, Places},
    machine::{Debian, PATIENCE, Service},
    record::{self, Record},
    settings, spool,
};

const USAGE: &str = "usage: prbiti-kiosk-update [options]
Goes on with an update that was interrupted, and installs the release that the kiosk has handed over, if it is one.
  --spool DIR          where the kiosk hands it over (/var/spool/prbiti-kiosk-update)
  --folder DIR         what this program keeps (/var/lib/prbiti-kiosk-update)
  --keys DIR           the keys that are trusted (/usr/share/prbiti-kiosk/update-keys)
  --config FILE        the kiosk's configuration, what it follows (/etc/prbiti-kiosk/kiosk.toml)
  --data DIR           the kiosk's data, below which its journal is (/var/lib/prbiti-kiosk)
  --healthy FILE       where the kiosk says that it is well (/run/prbiti-kiosk/healthy)
  --machine-id FILE    (/etc/machine-id)
  --within SECONDS     how long a new version has to get well (300)
  --service PROGRAM    starts and ends the kiosk where systemd doesn't: called with start, stop or failed
  --root DIR           the system that is updated, when it isn't the one that runs
  --help, --version";

enum Wish {
    Say(&'static str),
    Update { places: Box<Places>, service: Service, root: Option<PathBuf>, within: Duration },
}

fn main() -> ExitCode {
    match read(Parser::from_env()) {
        Ok(Wish::Say(text)) => say(text),
        Ok(Wish::Update { places, service, root, within }) => {
            let mut machine = Debian { service, root, log: places.folder.join("dpkg.log"), patience: PATIENCE };
            let before = Record::read(&places.folder).ok().and_then(|record| record.last);
            if let Err(error) = helper::run(&places, &mut machine, within) {
                return complain(&format!("{error}\n  hint: {}", error.hint()));
            }
            match Record::read(&places.folder).ok().and_then(|record| record.last) {
                Some(last) if Some(&last) != before.as_ref() => {
                    let version = last.version.map_or("a release".to_owned(), |version| version.to_string());
                    say(&format!("{version}: {}", last.became.told()))
                }
                Some(_) | None => say("nothing was handed over"),
            }
        }
        Err(error) => complain(&format!("{error}\n{USAGE}")),
    }
}

fn read(mut parser: Parser) -> Result<Wish, lexopt::Error> {
    let mut places = Places {
        spool: spool::FOLDER.into(),
        folder: record::FOLDER.into(),
        keys: helper::KEYS.into(),
        configuration: settings::CONFIGURATION.into(),
        data: "/var/lib/prbiti-kiosk".into(),
        healthy: "/run/prbiti-kiosk/healthy".into(),
        machine_id: "/etc/machine-id".into(),
    };
    let (mut service, mut root, mut within) = (Service::Systemd, None, Duration::from_secs(300));
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("spool") => places.spool = parser.value()?.into(),
            Arg::Long("folder") => places.folder = parser.value()?.into(),
            Arg::Long("keys") => places.keys = parser.value()?.into(),
            Arg::Long("config") => places.configuration = parser.value()?.into(),
            Arg::Long("data") => places.data = parser.value()?.into(),
            Arg::Long("healthy") => places.healthy = parser.value()?.into(),
            Arg::Long("machine-id") => places.machine_id = parser.value()?.into(),
            Arg::Long("within") => within = Duration::from_secs(parser.value()?.parse()?),
            Arg::Long("service") => service = Service::Program(parser.value()?.into()),
            Arg::Long("root") => root = Some(parser.value()?.into()),
            Arg::Long("help") | Arg::Short('h') => return Ok(Wish::Say(USAGE)),
            Arg::Long("version") => return Ok(Wish::Say(concat!("prbiti-kiosk-update ", env!("CARGO_PKG_VERSION")))),
            Arg::Long(_) | Arg::Short(_) | Arg::Value(_) => return Err(argument.unexpected()),
        }
    }
    Ok(Wish::Update { places: Box::new(places), service, root, within })
}

fn say(text: &str) -> ExitCode {
    // Nobody is left to tell when this fails.
    let _said = writeln!(io::stdout(), "{text}");
    ExitCode::SUCCESS
}

fn complain(text: &str) -> ExitCode {
    let _said = writeln!(io::stderr(), "prbiti-kiosk-update: {text}");
    ExitCode::FAILURE
}
