//! Who may act at this kiosk: people with a role and a PIN, kept in a file beside the journal, and how often somebody
//! guessed.
//!
//! The first manager is made on the machine itself (`prbiti-kiosk setup manager`), never at the screen; until then the
//! staff screens stay shut. From then on managers decide at the screen who may act. Whoever may run that command may also
//! replace a PIN that was forgotten: it needs the user that the kiosk runs as, or root.
//!
//! Reading order: this file, then `pin` (what a PIN is, and how it is kept), `tries` (how guessing is slowed down).

mod pin;
mod tries;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

pub use checkout::staff::{Person, Role};
use checkout::time::Now;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use pin::Hash;
pub use pin::{NoPin, Pin};
use tries::Tries;

use crate::system;

/// Why nobody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nobody has a PIN yet.
    #[error("nobody has a PIN yet")]
    NobodyYet,
    /// Too many were wrong.
    #[error("too many PINs were wrong; none is looked at for {for_ms} ms")]
    Shut {
        /// For how long none is looked at, ms.
        for_ms: i64,
    },
    /// It is nobody's.
    #[error("nobody has this PIN")]
    Wrong,
}

/// What is wrong with the file of people or of tries.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// It can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Its content makes no sense.
    #[error("{} isn't what this program writes: {source}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What was found.
        source: serde_json::Error,
    },
    /// Somebody else has this PIN, and a PIN says who somebody is.
    #[error("this PIN can't be used; choose another")]
    Taken,
    /// A name without a letter, longer than a list shows, or not of one line.
    #[error("a name has 1 to {MOST_LETTERS} letters, in one line")]
    NoName,
    /// Without a manager nobody could let anybody in any more.
    #[error("the last manager stays one")]
    LastManager,
    /// The PIN can't be kept.
    #[error("the PIN can't be hashed: {0}")]
    Hash(Box<str>),
}

impl StaffError {
    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::File { .. } => "run it as root or as the user that the kiosk runs as, on a disk with room",
            Self::Content { .. } => "move the file away and set up the managers anew",
            Self::Taken => "each person has a PIN of their own, by which the kiosk knows them",
            Self::NoName => "use the name that colleagues know",
            Self::LastManager => "make somebody else a manager first",
            Self::Hash(_) => "see how much memory is left",
        }
    }
}

const MOST_LETTERS: usize = 40;

/// One line of the file of people.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    role: Role,
    pin: Hash,
}

/// The people of one kiosk. The files are read at each use, so that what was set up meanwhile counts.
#[derive(Debug)]
pub struct Staff {
    people: People,
    tries: PathBuf,
    /// The tries that the disk didn't take: they count for as long as the program runs.
    unkept: Tries,
}

#[derive(Debug)]
enum People {
    Of(PathBuf),
    /// At first one manager whose PIN everybody knows, where no money is taken. What is changed lasts as long as the
    /// program runs, so that the screen can be tried and each demonstration begins alike.
    Demonstration(Vec<Entry>),
}

impl People {
    fn read(&self) -> Result<Vec<Entry>, StaffError> {
        match self {
            People::Of(file) => Ok(read(file)?.unwrap_or_default()),
            People::Demonstration(people) => Ok(people.clone()),
        }
    }

    /// Changes who may act. Two who do so at the same time, also from another program, don't lose each other's people.
    fn change(&mut self, change: impl FnOnce(&mut Vec<Entry>) -> Result<(), StaffError>) -> Result<(), StaffError> {
        let held = match self {
            People::Of(file) => Some(system::hold(folder_of(file)).map_err(fail(file))?),
            People::Demonstration(_) => None,
        };
        let mut people = self.read()?;
        let had_manager = has_manager(&people);
        change(&mut people)?;
        if had_manager && !has_manager(&people) {
            return Err(StaffError::LastManager);
        }
        match self {
            People::Of(file) => replace(file, &people)?,
            People::Demonstration(kept) => *kept = people,
        }
        drop(held);
        Ok(())
    }
}

fn has_manager(people: &[Entry]) -> bool {
    people.iter().any(|entry| entry.role == Role::Manager)
}

impl Staff {
    /// The people of the kiosk whose journal this is.
    pub fn beside(journal: &Path) -> Staff {
        Staff::of(People::Of(journal.with_file_name("staff.json")), journal)
    }

    /// The demonstration's one manager, who is guessed at no more often than another.
    pub fn demonstration(journal: &Path) -> Result<Staff, StaffError> {
        let pin = Hash::of(&Pin::demonstration())?;
        let manager = Entry { name: "demonstration".to_owned(), role: Role::Manager, pin };
        Ok(Staff::of(People::Demonstration(vec![manager]), journal))
    }

    fn of(people: People, journal: &Path) -> Staff {
        Staff { people, tries: journal.with_file_name("tries.json"), unkept: Tries::default() }
    }

    /// Who has this PIN. Slow by intention (argon2id).
    ///
    /// A try counts before the PIN is looked at, durably, so that pulling the plug gives nobody another one.
    pub fn enter(&mut self, given: &str, now: &Now) -> Result<Result<Person, Refused>, StaffError> {
        let people = self.people.read()?;
        if people.is_empty() {
            return Ok(Err(Refused::NobodyYet));
        }
        let tries: Tries = read(&self.tries)?.unwrap_or_default();
        let for_ms = tries.shut_for_ms(now).max(self.unkept.shut_for_ms(now));
        if for_ms > 0 {
            return Ok(Err(Refused::Shut { for_ms }));
        }
        if let Err(error) = replace(&self.tries, &tries.one_more(now)) {
            // Staff must see what a disk that is full keeps from being sold.
            tracing::warn!(hint = error.hint(), "a try of a PIN is kept in memory only: {error}");
            self.unkept = self.unkept.one_more(now);
        }
        let given = Pin::new(given).ok();
        let Some(known) = given.and_then(|pin| people.into_iter().find(|entry| entry.pin.is_of(&pin))) else {
            return Ok(Err(Refused::Wrong));
        };
        match known.role {
            Role::Manager => self.unlock()?,
            // Whoever has a PIN of their own doesn't buy guesses at a manager's with it.
            Role::Staff => replace(&self.tries, &tries)?,
        }
        Ok(Ok(Person { name: known.name, role: known.role }))
    }

    /// Who may act, by name.
    pub fn people(&self) -> Result<Vec<Person>, StaffError> {
        let mut people: Vec<Person> =
            self.people.read()?.into_iter().map(|entry| Person { name: entry.name, role: entry.role }).collect();
        people.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(people)
    }

    /// Gives somebody a role and a PIN, in place of what they had. Refuses to leave nobody who is a manager.
    pub fn set(&mut self, person: &Person, pin: &Pin) -> Result<(), StaffError> {
        let name = person.name.trim();
        if !name.chars().any(char::is_alphanumeric)
            || name.chars().count() > MOST_LETTERS
            || name.contains(|c: char| c.is_control() || is_invisible(c))
        {
            return Err(StaffError::NoName);
        }
        self.people.change(|people| {
            people.retain(|entry| entry.name != name);
            if people.iter().any(|entry| entry.pin.is_of(pin)) {
                return Err(StaffError::Taken);
            }
            people.push(Entry { name: name.to_owned(), role: person.role, pin: Hash::of(pin)? });
            Ok(())
        })
    }

    /// Lets somebody act no more; who has no PIN already couldn't. Refuses to leave nobody who is a manager.
    pub fn remove(&mut self, name: &str) -> Result<(), StaffError> {
        self.people.change(|people| {
            people.retain(|entry| entry.name != name);
            Ok(())
        })
    }

    /// Forgets all wrong tries.
    pub fn unlock(&mut self) -> Result<(), StaffError> {
        self.unkept = Tries::default();
        match fs::remove_file(&self.tries) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(fail(&self.tries)(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Marks that turn a line round or can't be seen: in a name they hide who did something.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn fail(path: &Path) -> impl FnOnce(io::Error) -> StaffError {
    let path = path.to_owned();
    move |source| StaffError::File { path, source }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, StaffError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(path)(error)),
    };
    let content = serde_json::from_slice(&text);
    content.map(Some).map_err(|source| StaffError::Content { path: path.to_owned(), source })
}

/// Puts this content in the file's place, durably, whole or not at all.
fn replace(path: &Path, content: &impl Serialize) -> Result<(), StaffError> {
    let folder = folder_of(path);
    let text = serde_json::to_vec_pretty(content);
    let text = text.map_err(|source| StaffError::Content { path: path.to_owned(), source })?;
    let written = || -> io::Result<()> {
        // Nobody else's to read from the start: that is how temporary files are made.
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(&text)?;
        // Set up by root, and read by the user that the kiosk runs as.
        system::give_to_owner_of(folder, new.path())?;
        new.as_file().sync_all()?;
        new.persist(path).map_err(|error| error.error)?;
        system::sync_folder(folder)
    };
    written().map_err(fail(path))
}

#[cfg(test)]
mod tests;
