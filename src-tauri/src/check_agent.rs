//! `prbiti-kiosk check-agent`: does an adapter for a card terminal keep the contract? For whoever writes it, at the terminal.

use std::{
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    process::ExitCode,
};

use till::{
    check_agent::{Ask, Line, Patience, Report, Target, check as go_through},
    config::Secret,
    payment::BadAgent,
};

use crate::{
    FAILED,
    arguments::CheckAgent,
    complain,
    private_file::{self, NotPrivate},
};

/// The agent can't be looked at.
pub(crate) const NOT_LOOKED_AT: u8 = 2;

/// Why nothing can be said of the agent.
#[derive(Debug, thiserror::Error)]
enum NotLookedAt {
    #[error(transparent)]
    NoToken(#[from] NotPrivate),
    #[error(transparent)]
    BadAgent(#[from] BadAgent),
    #[error("{0}")]
    NoRuntime(io::Error),
}

impl NotLookedAt {
    fn hint(&self) -> &'static str {
        match self {
            Self::NoToken(why) => why.hint(),
            Self::BadAgent(BadAgent::Address(_)) => {
                "an agent is on this machine, by number and without a password: --url http://127.0.0.1:9100"
            }
            Self::BadAgent(BadAgent::Token) => "a token is printable ASCII characters without blanks",
            Self::BadAgent(BadAgent::Client(_)) | Self::NoRuntime(_) => "try again",
        }
    }
}

pub(crate) fn check(wish: &CheckAgent) -> ExitCode {
    match looked_at(wish) {
        Ok(report) => tell_end(&report),
        Err(error) => complain(&format!("{error}\n  hint: {}", error.hint()), NOT_LOOKED_AT),
    }
}

fn looked_at(wish: &CheckAgent) -> Result<Report, NotLookedAt> {
    let token = private_file::first_line(&wish.token_file)?;
    let target = Target::new(&wish.url, Secret::new(token))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(NotLookedAt::NoRuntime)?;
    let charge = wish.charge;
    let person = async |ask: Ask| asked(ask, charge);
    Ok(runtime.block_on(go_through(&target, Patience::default(), person, |line: &Line| say(&line.to_string()))))
}

/// What the person says; who isn't there says no to whatever needs a hand or costs money.
fn asked(ask: Ask, charge: bool) -> bool {
    match ask {
        Ask::KeepCardsAway => {
            say("Payments wait at the terminal now. Keep cards away from it until one is asked for.");
            true
        }
        Ask::MayCharge(_) if charge => true,
        Ask::MayCharge(won) => yes(&format!("May a card be charged {won} won, and be given it back at once?")),
        Ask::PutCardIn => {
            say("Put a card into the terminal now.");
            true
        }
        Ask::Restart => yes("End the agent and start it again, with its memory kept. Is it started again?"),
    }
}

fn yes(question: &str) -> bool {
    if !io::stdin().is_terminal() {
        return false;
    }
    say(&format!("{question} [y/N]"));
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).is_ok() && matches!(line.trim(), "y" | "Y" | "yes")
}

fn tell_end(report: &Report) -> ExitCode {
    for number in &report.owed {
        say(&format!("NOT GIVEN BACK: approval number {number}. Give it back at the terminal."));
    }
    let (kept, broken, unchecked) = report.counts();
    say(&format!("check-agent: {kept} kept, {broken} broken, {unchecked} unchecked"));
    if report.is_good() { ExitCode::SUCCESS } else { FAILED.into() }
}

fn say(what: &str) {
    // Who doesn't listen any more still gets the exit code.
    let _ = writeln!(io::stdout(), "{what}");
}
