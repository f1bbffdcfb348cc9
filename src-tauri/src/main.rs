//! The kiosk's program: `prbiti-kiosk [--config FILE] [--data DIR]`, `prbiti-kiosk journal` for those who look into what
//! it has left, `prbiti-kiosk setup` for a new one and for who may act at it, and `prbiti-kiosk check-agent` for whoever
//! connects a terminal.

mod arguments;
mod check_agent;
mod journal;
mod private_file;
mod setup;

use std::{io::Write as _, process::ExitCode};

use arguments::{CHECK_AGENT_USAGE, JOURNAL_USAGE, Misread, Part, SETUP_USAGE, USAGE, Wish};

/// The window couldn't be opened, or the arguments weren't understood.
const FAILED: u8 = 1;

fn main() -> ExitCode {
    let arguments = match arguments::read(std::env::args_os().skip(1)) {
        Ok(Wish::Run(arguments)) => arguments,
        Ok(Wish::Look(look)) => return journal::look(&look),
        Ok(Wish::SetUp(arguments, what)) => return setup::set_up(&arguments, what),
        Ok(Wish::Usable(usable)) => return journal::may_use(&usable),
        Ok(Wish::JournalPath(of)) => return journal::tell_path(&of),
        Ok(Wish::Accept(accept)) => return journal::accept(&accept),
        Ok(Wish::CheckAgent(wish)) => return check_agent::check(&wish),
        Ok(Wish::Say(text)) => {
            let said = writeln!(std::io::stdout(), "{text}");
            return if said.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        Err(Misread { message, of }) => {
            let (usage, code) = match of {
                Part::Kiosk => (USAGE, FAILED),
                Part::Journal => (JOURNAL_USAGE, journal::NOT_READ),
                Part::SetUp => (SETUP_USAGE, FAILED),
                Part::CheckAgent => (CHECK_AGENT_USAGE, check_agent::NOT_LOOKED_AT),
            };
            return complain(&format!("{message}\n{usage}"), code);
        }
    };
    match prbiti_kiosk::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("{error}\n  hint: {}", error.hint()), FAILED),
    }
}

fn complain(message: &str, code: u8) -> ExitCode {
    // Nobody is left to tell when this fails.
    let _ = writeln!(std::io::stderr(), "prbiti-kiosk: {message}");
    code.into()
}
