//! `prbiti-kiosk setup kiosk`: what a new kiosk must be told, asked for, tried, and written down. Nothing is written before
//! all of it fits: a kiosk that was set up half is one that fails before a customer.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use till::{
    check_module::{self, NoModule},
    config::{Answers, CATALOG, Config, ConfigErrors, Mistake, Question, SECRETS, Secret, Secrets},
    payment::{BadAgent, PaymentAgent},
    staff::{Person, Pin, Role, Staff},
    system::Readers,
};

use super::{
    NotSetUp, ask,
    files::{self, NewFile},
};
use crate::{
    arguments::NewKiosk,
    private_file::{self, NotPrivate},
};

const JOURNAL: &str = "journal.db";
const KIOSK: &str = "kiosk.toml";
const MODULE: &str = "prbiti.module_url";

/// Why there is no new kiosk.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoKiosk {
    #[error("nobody is there to ask for {}", .0.join(", "))]
    Unanswered(Vec<String>),
    #[error("{}", .0.join("\n"))]
    Unfit(Vec<String>),
    #[error("there is no menu: neither {} nor --catalog", .0.display())]
    NoMenu(PathBuf),
    #[error(transparent)]
    Private(#[from] NotPrivate),
    #[error(transparent)]
    Module(#[from] NoModule),
    #[error(transparent)]
    BadAgent(#[from] BadAgent),
    #[error("{0}")]
    Agent(String),
    #[error("{} is there already", .0.display())]
    There(PathBuf),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
}

impl NoKiosk {
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Unanswered(_) => "answer with these flags, or run it on a terminal",
            Self::Unfit(_) => "put these right and begin again; nothing was written",
            Self::NoMenu(_) => {
                "name one with --catalog; /usr/share/prbiti-kiosk/demonstration/catalog.toml is one to begin with"
            }
            Self::Private(why) => why.hint(),
            Self::Module(why) => why.hint(),
            Self::BadAgent(why) => why.hint(),
            Self::Agent(_) => {
                "look at the payment agent: its address, its token, its terminal; with --anyway it needn't be there yet"
            }
            Self::There(_) => "this kiosk is set up; --replace keeps what is there under another name",
            Self::File { .. } => "look at the path, and run it as root; nothing that was there is lost",
        }
    }
}

/// What doesn't fit, by field: the lines of a file that nobody has are of no use.
fn by_field(mistake: &Mistake) -> String {
    format!("{}: found {}, expected {}", mistake.field, mistake.found, mistake.expected)
}

/// Makes the kiosk whose configuration is to be at `config`; says what was done.
pub(super) fn make(config: &Path, data: Option<&Path>, new: NewKiosk) -> Result<String, NotSetUp> {
    let folder = config.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let data = data.unwrap_or(folder);
    let place = Place { config, folder, data: &absolute(data)? };
    place.refuse_what_is_there(&new)?;

    let NewKiosk { answers, secrets, catalog, manager, pin, replace, anyway } = new;
    let person = ask::somebody();
    let mut answers = all_answers(answers, person, secrets.is_some(), manager.is_some())?;
    // What can't be seen as it is typed comes last, and is typed once.
    while person && place.takes_back(&mut answers, catalog.as_deref(), anyway)? {
        answers = all_answers(answers, person, true, true)?;
    }
    let secrets = match secrets {
        Some(file) => private_file::read(&file).map_err(NoKiosk::from)?,
        None => ask_secrets()?.toml(),
    };
    let name = match manager {
        Some(name) => name,
        None => ask::line("The first manager's name")?,
    };
    let pin = match pin {
        Some(file) => Pin::new(&private_file::first_line(&file).map_err(NoKiosk::from)?)?,
        None => ask::pin()?,
    };

    let staged = place.stage(&answers, &secrets, catalog.as_deref())?;
    let read = place.read(staged.path(), catalog.as_deref())?;
    let tried = try_outside(&read, anyway)?;

    let mut staff = Staff::beside(&place.journal());
    staff.set(&Person { name: name.clone(), role: Role::Manager }, &pin)?;
    let put_aside = place.put(staged.path(), replace)?;

    let mut said: Vec<String> = tried;
    said.extend(put_aside.iter().map(|path| format!("kept: {}", path.display())));
    said.push(format!("written: {}, {SECRETS} and {CATALOG} beside it", config.display()));
    said.push(format!("{name} is a manager; the journal is {}", place.journal().display()));
    Ok(said.join("\n"))
}

/// Where the kiosk's files are to be.
struct Place<'a> {
    config: &'a Path,
    folder: &'a Path,
    data: &'a Path,
}

impl Place<'_> {
    fn journal(&self) -> PathBuf {
        self.data.join(JOURNAL)
    }

    /// Before anything is asked: nobody wants to have answered for nothing.
    fn refuse_what_is_there(&self, new: &NewKiosk) -> Result<(), NoKiosk> {
        let menu = self.folder.join(CATALOG);
        if new.catalog.is_none() && !menu.exists() {
            return Err(NoKiosk::NoMenu(menu));
        }
        let written = [self.config.to_owned(), self.folder.join(SECRETS)];
        let there = written.into_iter().chain(new.catalog.is_some().then_some(menu)).find(|path| path.exists());
        match there {
            Some(path) if !new.replace => Err(NoKiosk::There(path)),
            Some(_) | None => Ok(()),
        }
    }

    /// The menu as it was given.
    fn menu(&self, catalog: Option<&Path>) -> PathBuf {
        catalog.map_or_else(|| self.folder.join(CATALOG), Path::to_owned)
    }

    fn load(&self, staged: &Path) -> Result<Config, ConfigErrors> {
        Config::load(&staged.join(KIOSK), Some(self.data))
    }

    /// What the kiosk would read. The menu is a file that somebody has.
    fn read(&self, staged: &Path, catalog: Option<&Path>) -> Result<Config, NoKiosk> {
        let told = |mistake: Mistake| match mistake.file.ends_with(CATALOG) {
            true => Mistake { file: self.menu(catalog), ..mistake }.to_string(),
            false => by_field(&mistake),
        };
        self.load(staged).map_err(|errors| NoKiosk::Unfit(errors.mistakes.into_iter().map(told).collect()))
    }

    /// Says which answers don't fit and takes them back, to be asked for again; tells whether there are any.
    fn takes_back(&self, answers: &mut Answers, catalog: Option<&Path>, anyway: bool) -> Result<bool, NotSetUp> {
        let staged = self.stage(answers, &not_asked_yet().toml(), catalog)?;
        let said = match self.load(staged.path()) {
            Ok(_) if anyway => Vec::new(),
            Ok(config) => match runtime()?.block_on(try_module(&config)) {
                Ok(_) => Vec::new(),
                Err(why) if answers.take_back(MODULE) => vec![format!("{why}\n  hint: {}", why.hint())],
                Err(why) => return Err(why.into()),
            },
            Err(errors) => {
                let answered = |one: &&Mistake| one.file.ends_with(KIOSK) && answers.take_back(&one.field);
                errors.mistakes.iter().filter(answered).map(by_field).collect()
            }
        };
        for line in &said {
            ask::tell(line)?;
        }
        Ok(!said.is_empty())
    }

    /// All of it in a folder that is nobody else's to read, beside where it belongs, so that it can be read as the kiosk
    /// reads it and then be moved.
    fn stage(&self, answers: &Answers, secrets: &str, catalog: Option<&Path>) -> Result<tempfile::TempDir, NoKiosk> {
        let staged = tempfile::Builder::new().prefix(".setup-").tempdir_in(self.folder);
        let staged = staged.map_err(files::fail(self.folder))?;
        let menu = self.menu(catalog);
        let menu = fs::read(&menu).map_err(files::fail(&menu))?;
        for (name, content, readers) in [
            (KIOSK, answers.kiosk_toml(&self.journal()).as_bytes(), Readers::Everybody),
            (CATALOG, &menu, Readers::Everybody),
            (SECRETS, secrets.as_bytes(), Readers::Owner),
        ] {
            files::write(&staged.path().join(name), content, readers)?;
        }
        Ok(staged)
    }

    /// Moves it to where the kiosk looks; tells under which names older files are kept.
    fn put(&self, staged: &Path, replace: bool) -> Result<Vec<PathBuf>, NoKiosk> {
        let secrets = staged.join(SECRETS);
        files::give_to_owner_of(self.data, &secrets)?;
        let menu = self.folder.join(CATALOG);
        // The configuration last: without it there is no kiosk, and it names the others.
        let moved = [
            NewFile { from: staged.join(CATALOG), to: menu },
            NewFile { from: secrets, to: self.folder.join(SECRETS) },
            NewFile { from: staged.join(KIOSK), to: self.config.to_owned() },
        ];
        let mut kept = Vec::new();
        for file in moved {
            kept.extend(file.put(replace)?);
        }
        files::sync(self.folder)?;
        Ok(kept)
    }
}

/// What the flags say, what a person answers, and what most shops say where nobody is there to ask.
fn all_answers(mut answers: Answers, person: bool, secrets: bool, manager: bool) -> Result<Answers, NotSetUp> {
    let mut unanswered: Vec<String> = Vec::new();
    // One after the other: what is still open hangs on what was answered.
    while let Some(question) = { answers.open().find(|question| !unanswered.contains(&flag(question))) } {
        match (person, question.usual) {
            (true, _) => {
                let answer = ask::line(&question.to_string())?;
                let usual = question.usual.filter(|_| answer.is_empty());
                answers.give(question, usual.unwrap_or(&answer));
            }
            (false, Some(usual)) => answers.give(question, usual),
            (false, None) => unanswered.push(flag(question)),
        }
    }
    let needed = [(secrets, "--secrets-file"), (manager, "--manager")];
    unanswered.extend(needed.into_iter().filter(|(given, _)| !given && !person).map(|(_, flag)| flag.to_owned()));
    if unanswered.is_empty() { Ok(answers) } else { Err(NoKiosk::Unanswered(unanswered).into()) }
}

fn flag(question: &Question) -> String {
    format!("--{}", question.flag)
}

/// In the place of secrets, as long as it is only the answers that are looked at.
fn not_asked_yet() -> Secrets {
    let none = || Secret::new("not-asked-yet");
    Secrets { application_key: none(), passwd: none(), terminal_id: none(), agent_token: none(), order_hook: None }
}

fn ask_secrets() -> io::Result<Secrets> {
    Ok(Secrets {
        application_key: Secret::new(ask::hidden("application key, from Prbiti")?),
        passwd: Secret::new(ask::hidden("passwd, from Prbiti")?),
        terminal_id: Secret::new(ask::line("Terminal ID, from Prbiti")?),
        agent_token: Secret::new(ask::hidden("The payment agent's token")?),
        order_hook: None,
    })
}

/// Asks module and agent whether they are there; tells what they say.
fn try_outside(config: &Config, anyway: bool) -> Result<Vec<String>, NotSetUp> {
    let (module, agent) = runtime()?.block_on(async { (try_module(config).await, try_agent(config).await) });
    [module, agent]
        .into_iter()
        .map(|said| match said {
            Err(why) if anyway => Ok(format!("not there yet: {why}")),
            said => Ok(said?),
        })
        .collect()
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

async fn try_module(config: &Config) -> Result<String, NoKiosk> {
    // No simulator is ever written, so that there is an address.
    let Some(url) = config.prbiti.module_url.address() else { return Ok(String::new()) };
    check_module::check(url).await?;
    Ok(format!(
        "the module answers: {url}; whether it takes these keys and this terminal ID shows with the first order"
    ))
}

async fn try_agent(config: &Config) -> Result<String, NoKiosk> {
    let (Some(url), Some(secrets)) = (config.payment.agent_url.address(), &config.secrets) else {
        return Ok(String::new());
    };
    let agent = PaymentAgent::new(url.as_str(), &secrets.agent_token)?;
    let status = agent.status().await.map_err(|none| NoKiosk::Agent(format!("{} ({url})", none.why)))?;
    if !status.can_charge() {
        let why = format!(
            "the payment agent answers, and no card can be charged: terminal {}, reader {}, network {}",
            status.terminal, status.reader, status.network
        );
        return Err(NoKiosk::Agent(why));
    }
    Ok(format!("the payment agent answers, and its terminal can charge: {url}"))
}

fn absolute(path: &Path) -> Result<PathBuf, NoKiosk> {
    fs::canonicalize(path).map_err(files::fail(path))
}
