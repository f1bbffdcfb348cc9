//! `prbiti-kiosk journal`: looking into a copy of a journal, and deciding about damage of the kiosk's own, without a window,
//! a display or a configuration.

use std::{
    fs,
    io::{self, BufWriter, Write as _},
    path::Path,
    process::ExitCode,
};

use prbiti_kiosk::Arguments;
use till::{
    boot,
    inspect::{self, InspectError, Shown},
    journal::{Copy, Journal, JournalError, KnownDamage, trust_disk_again},
};
use update::settings;

use crate::{
    arguments::{Accept, Look, Task, Usable},
    complain,
};

/// There is something to look at by hand: problems, or no transaction of that name.
const NOT_GOOD: u8 = 1;
/// Nothing can be said of the journal.
pub(crate) const NOT_READ: u8 = 2;

/// Does it, and says how it went.
pub(crate) fn look(look: &Look) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.to_string(), NOT_READ),
    };
    match runtime.block_on(done(look)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(code) => code.into(),
        // Whoever reads has enough: `| head`.
        Err(InspectError::Say(error)) if error.kind() == io::ErrorKind::BrokenPipe => NOT_READ.into(),
        Err(error @ InspectError::Say(_)) => complain(&error.to_string(), NOT_READ),
        Err(InspectError::Copy(error)) => complain(&format!("{error}\n  hint: {}", error.hint()), NOT_READ),
    }
}

/// Says whether a program, an older one, may go on from this journal.
pub(crate) fn may_use(usable: &Usable) -> ExitCode {
    let Usable { file, by } = usable;
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.to_string(), NOT_READ),
    };
    match runtime.block_on(Copy::newer_needed_than(by, file)) {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(oldest)) => {
            complain(&format!("{} needs program {oldest} or newer, and {by} isn't", file.display()), NOT_GOOD)
        }
        Err(error) => complain(&format!("{error}\n  hint: {}", error.hint()), NOT_READ),
    }
}

/// Says where the journal of the kiosk with this configuration is, for the package's scripts. All else in it may be wrong.
pub(crate) fn tell_path(of: &Arguments) -> ExitCode {
    let Arguments { config, data } = of;
    let folder = data.as_deref().or(config.parent()).unwrap_or(Path::new(""));
    let text = match fs::read_to_string(config) {
        Ok(text) => text,
        Err(error) => return complain(&format!("{}: {error}", config.display()), NOT_READ),
    };
    match settings::journal(&text, folder) {
        Ok(path) if writeln!(io::stdout(), "{}", path.display()).is_ok() => ExitCode::SUCCESS,
        Ok(_) => NOT_READ.into(),
        Err(error) => complain(&format!("{}: {error}", config.display()), NOT_READ),
    }
}

/// What a disk is called that refused more than one sync.
const DISK: &str = "disk";

/// Writes down that staff decided, and says what is left to decide.
pub(crate) fn accept(accept: &Accept) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error.to_string(), NOT_READ),
    };
    if !accept.file.exists() {
        return complain(&format!("there is no journal {}", accept.file.display()), NOT_READ);
    }
    match runtime.block_on(accepted(accept)) {
        Ok((true, left)) => {
            let left = if left.is_empty() { "nothing is left to decide".to_owned() } else { list(&left) };
            let said = writeln!(io::stdout(), "accepted: {}; {left}", accept.name);
            if said.is_ok() { ExitCode::SUCCESS } else { NOT_READ.into() }
        }
        Ok((false, left)) => {
            let left = if left.is_empty() { "there is nothing to decide".to_owned() } else { list(&left) };
            complain(&format!("'{}' isn't to be decided; {left}", accept.name), NOT_GOOD)
        }
        Err(error) => complain(&format!("{error}\n  hint: {}", error.hint()), NOT_READ),
    }
}

async fn accepted(accept: &Accept) -> Result<(bool, Vec<KnownDamage>), JournalError> {
    let Accept { file, name } = accept;
    if name == DISK {
        return Ok((trust_disk_again(file).await?, Vec::new()));
    }
    let mut journal = Journal::open(file).await?;
    let done = journal.accept(name).await?;
    let left = journal.undecided().await?;
    journal.close().await?;
    Ok((done, left))
}

fn list(left: &[KnownDamage]) -> String {
    let left: Vec<String> = left
        .iter()
        .map(|KnownDamage { name, transaction_id, seq, what, accepted: _ }| {
            format!("{name} (transaction {transaction_id}, entry {seq}: {what})")
        })
        .collect();
    format!("left to decide: {}", left.join(", "))
}

async fn done(look: &Look) -> Result<u8, InspectError> {
    let Look { file, zone, task } = look;
    let mut journal = Copy::of(file).await?;
    if !journal.has_wal {
        let note =
            "no write-ahead log (-wal) stands beside it: complete only if the kiosk had ended when it was copied";
        writeln!(io::stderr(), "note: {note}")?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let good = match task {
        Task::Verify => inspect::verify(&mut journal, &mut out).await?.problems == 0,
        Task::List(filter) => inspect::list(&mut journal, filter, *zone, &mut out).await.map(|()| true)?,
        Task::Show { name } => inspect::show(&mut journal, name, &boot::now(), *zone, &mut out).await? == Shown::One,
        Task::Export { format, from, to } => {
            let days = (from.as_deref(), to.as_deref());
            inspect::export(&mut journal, *format, days, *zone, &mut out).await.map(|()| true)?
        }
    };
    out.flush()?;
    Ok(if good { 0 } else { NOT_GOOD })
}
