//! `prbiti-kiosk-release`: for whoever publishes the kiosk. `make release-keys` and `make release` call it.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use lexopt::{Arg, Parser, ValueExt as _};
use release::{
    keys::{self, Key, KeyError},
    needs::{self, NoNeeds},
    publish::{NotPublished, Publication, publish},
};
use update::release::Line;

const USAGE: &str = "usage: prbiti-kiosk-release keys --secret FILE --public DIR [--password-file FILE]
       prbiti-kiosk-release publish PACKAGE --line stable|beta --to DIR --key FILE... [--percent N]
  keys                  makes a key: the secret file, and in DIR the public one, which the package brings to kiosks
  publish               signs a package and writes what kiosks look at: DIR is what a web server serves
  --line LINE           for kiosks that follow stable, or beta
  --percent N           for so many of a hundred of them (100); the same package again raises it
  --key FILE            a secret key; several while a new key takes an old one's place
  --migrations DIR      those of the package's own source (migrations)
  --password-file FILE  its first line is the keys' password, which is asked for otherwise";

/// What is wanted.
enum Wish {
    Say(&'static str),
    Keys { secret: PathBuf, public: PathBuf, password_file: Option<PathBuf> },
    Publish(Wanted),
}

struct Wanted {
    package: PathBuf,
    line: Line,
    to: PathBuf,
    keys: Vec<PathBuf>,
    percent: u8,
    migrations: PathBuf,
    password_file: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("{0}\n{USAGE}")]
    Misread(#[from] lexopt::Error),
    #[error("the password can't be read: {0}")]
    Password(io::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Needs(#[from] NoNeeds),
    #[error(transparent)]
    NotPublished(#[from] NotPublished),
}

fn main() -> ExitCode {
    match read(Parser::from_env()).map_err(Failed::from).and_then(fulfil) {
        Ok(said) => {
            // Nobody is left to tell when this fails.
            let _said = writeln!(io::stdout(), "{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _said = writeln!(io::stderr(), "prbiti-kiosk-release: {error}");
            ExitCode::FAILURE
        }
    }
}

fn fulfil(wish: Wish) -> Result<String, Failed> {
    match wish {
        Wish::Say(text) => Ok(text.to_owned()),
        Wish::Keys { secret, public, password_file } => {
            let made = keys::make(&secret, &public, password(password_file)?)?;
            Ok(format!(
                "secret: {}, to be kept where only the publisher is\npublic: {}, which the next package brings to kiosks",
                made.secret.display(),
                made.public.display()
            ))
        }
        Wish::Publish(Wanted { package, line, to, keys, percent, migrations, password_file }) => {
            let password = password(password_file)?;
            let keys: Vec<Key> = keys.iter().map(|path| Key::read(path, password.clone())).collect::<Result<_, _>>()?;
            let journal_needs = needs::journal_needs(&migrations)?;
            let now_s = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
            let publication = Publication { package: &package, line, percent, journal_needs, keys: &keys, now_s };
            let list = publish(&to, &publication)?;
            Ok(format!(
                "release: {} in {line} for {percent} of a hundred, signed with {}, {} bytes; the journal then needs {}",
                list.version,
                keys.iter().map(Key::name).collect::<Vec<_>>().join(" and "),
                list.bytes,
                list.journal_needs
            ))
        }
    }
}

fn password(file: Option<PathBuf>) -> Result<Option<String>, Failed> {
    let Some(file) = file else { return Ok(None) };
    let text = fs::read_to_string(file).map_err(Failed::Password)?;
    Ok(Some(text.lines().next().unwrap_or_default().to_owned()))
}

fn read(mut parser: Parser) -> Result<Wish, lexopt::Error> {
    let mut words = Vec::new();
    let (mut secret, mut public, mut line, mut to, mut password_file) = (None, None, None, None, None);
    let (mut keys, mut percent, mut migrations) = (Vec::new(), 100, PathBuf::from("migrations"));
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("secret") => secret = Some(parser.value()?.into()),
            Arg::Long("public") => public = Some(parser.value()?.into()),
            Arg::Long("line") => line = Some(parser.value()?.parse_with(named)?),
            Arg::Long("to") => to = Some(parser.value()?.into()),
            Arg::Long("key") => keys.push(parser.value()?.into()),
            Arg::Long("percent") => percent = parser.value()?.parse()?,
            Arg::Long("migrations") => migrations = parser.value()?.into(),
            Arg::Long("password-file") => password_file = Some(parser.value()?.into()),
            Arg::Long("help") | Arg::Short('h') => return Ok(Wish::Say(USAGE)),
            Arg::Value(word) => words.push(word.string()?),
            Arg::Long(_) | Arg::Short(_) => return Err(argument.unexpected()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match (words.as_slice(), secret, public, line, to) {
        (["keys"], Some(secret), Some(public), None, None) => Ok(Wish::Keys { secret, public, password_file }),
        (["publish", package], None, None, Some(line), Some(to)) => {
            Ok(Wish::Publish(Wanted { package: package.into(), line, to, keys, percent, migrations, password_file }))
        }
        _ => Err("what is to be done?".into()),
    }
}

fn named(text: &str) -> Result<Line, String> {
    Line::ALL.into_iter().find(|line| line.name() == text).ok_or_else(|| "stable or beta".to_owned())
}
