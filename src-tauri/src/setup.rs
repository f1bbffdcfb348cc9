//! `prbiti-kiosk setup`: a new kiosk, who may act at it, the first manager, and what was forgotten or tried too often, settled on
//! the machine itself.
//!
//! Reading order: this file, then `kiosk` (a new one), `ask` (whoever sets it up) and `files` (what is written).

mod ask;
mod files;
mod kiosk;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use prbiti_kiosk::Arguments;
use till::{
    config::{Config, ConfigErrors},
    staff::{NoPin, Person, Role, Staff, StaffError},
};

use crate::{FAILED, arguments::SetUp, complain};

/// Why nothing was set up.
#[derive(Debug, thiserror::Error)]
enum NotSetUp {
    #[error("{0}")]
    Configuration(ConfigErrors),
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    #[error("this configuration is a demonstration, whose PIN is in the README")]
    Demonstration,
    #[error(transparent)]
    NoKiosk(#[from] kiosk::NoKiosk),
    #[error("the answer can't be read: {0}")]
    Unread(#[from] io::Error),
    #[error(transparent)]
    NoPin(#[from] NoPin),
    #[error("that was another PIN than before")]
    Another,
    #[error(transparent)]
    Staff(#[from] StaffError),
}

impl NotSetUp {
    fn hint(&self) -> String {
        match self {
            Self::Configuration(errors) => errors.hint(),
            Self::NoFolder(_) => "name the kiosk's own folder with --data, as the kiosk is started with".to_owned(),
            Self::Demonstration => "name the shop's configuration with --config".to_owned(),
            Self::NoKiosk(why) => why.hint().to_owned(),
            Self::Unread(_) | Self::NoPin(_) | Self::Another => "begin again; nothing was changed".to_owned(),
            Self::Staff(error) => error.hint().to_owned(),
        }
    }
}

pub(crate) fn set_up(arguments: &Arguments, what: SetUp) -> ExitCode {
    match done(arguments, what) {
        Ok(done) => match writeln!(io::stdout(), "{done}") {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(error) => complain(&format!("{error}\n  hint: {}", error.hint()), FAILED),
    }
}

fn done(arguments: &Arguments, what: SetUp) -> Result<String, NotSetUp> {
    if let Some(folder) = arguments.data.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(NotSetUp::NoFolder(folder.clone()));
    }
    let what = match what {
        SetUp::Kiosk(new) => return kiosk::make(&arguments.config, arguments.data.as_deref(), *new),
        SetUp::Manager { name } => Some(name),
        SetUp::Unlock => None,
    };
    let config = Config::load(&arguments.config, arguments.data.as_deref()).map_err(NotSetUp::Configuration)?;
    if config.simulator.is_some() {
        return Err(NotSetUp::Demonstration);
    }
    let mut staff = Staff::beside(&config.journal);
    match what {
        None => {
            staff.unlock()?;
            Ok("the next PIN is looked at".to_owned())
        }
        Some(name) => {
            staff.set(&Person { name: name.clone(), role: Role::Manager }, &ask::pin()?)?;
            Ok(format!("{name} is a manager from now on, of the kiosk whose journal is {}", config.journal.display()))
        }
    }
}
