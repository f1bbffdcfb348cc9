//! The kiosk's program: `prbiti-kiosk [--config FILE] [--data DIR]`.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use prbiti_kiosk::Arguments;

/// Where the installed package has it.
const INSTALLED: &str = "/etc/prbiti-kiosk/kiosk.toml";

const USAGE: &str = "usage: prbiti-kiosk [--config FILE] [--data DIR]
  --config FILE  the configuration (/etc/prbiti-kiosk/kiosk.toml)
  --data DIR     where the journal is kept (the configuration's own folder)
  --version      which program this is";

fn main() -> ExitCode {
    let arguments = match read(std::env::args_os().skip(1)) {
        Ok(Wish::Run(arguments)) => arguments,
        Ok(Wish::Say(text)) => {
            let said = writeln!(std::io::stdout(), "{text}");
            return if said.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        Err(message) => return complain(&format!("{message}\n{USAGE}")),
    };
    match prbiti_kiosk::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("{error}\n  hint: {}", error.hint())),
    }
}

enum Wish {
    Run(Arguments),
    Say(String),
}

fn read(mut given: impl Iterator<Item = std::ffi::OsString>) -> Result<Wish, String> {
    let mut arguments = Arguments { config: PathBuf::from(INSTALLED), data: None };
    while let Some(name) = given.next() {
        let name = name.to_string_lossy().into_owned();
        let mut value = || given.next().map(PathBuf::from).ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--config" => arguments.config = value()?,
            "--data" => arguments.data = Some(value()?),
            "--help" | "-h" => return Ok(Wish::Say(USAGE.to_owned())),
            "--version" => {
                return Ok(Wish::Say(concat!("prbiti-kiosk ", env!("CARGO_PKG_VERSION")).to_owned()));
            }
            other => return Err(format!("unknown argument {other}")),
        }
    }
    Ok(Wish::Run(arguments))
}

fn complain(message: &str) -> ExitCode {
    // Nobody is left to tell when this fails.
    let _ = writeln!(std::io::stderr(), "prbiti-kiosk: {message}");
    ExitCode::FAILURE
}
