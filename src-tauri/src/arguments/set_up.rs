//! Everything behind `setup`.

use std::path::{Path, PathBuf};

use lexopt::{Arg, Parser, ValueExt as _};
use prbiti_kiosk::Arguments;
use till::config::{Answers, QUESTIONS};

use super::{INSTALLED, Wish};

/// Where the installed package keeps the journal.
const DATA: &str = "/var/lib/prbiti-kiosk";

pub(crate) const SETUP_USAGE: &str = "usage: prbiti-kiosk setup kiosk [--FLAG ANSWER]... [--config FILE] [--data DIR]
       prbiti-kiosk setup manager NAME [--config FILE] [--data DIR]
       prbiti-kiosk setup unlock [--config FILE] [--data DIR]
Run it as the user that the kiosk runs as, or as root, with the kiosk's own --config and --data; the kiosk may run.
  kiosk          makes a new kiosk: asks for what no flag answers, asks module and agent whether they are there,
                 writes configuration, secrets and menu, and gives the first manager a PIN. Changes nothing until
                 all of it fits. Without a terminal nothing is asked, and what most shops say is taken
  manager NAME   gives NAME a manager's PIN, in place of one that was forgotten. It is asked for
                 without an echo; without a terminal it is the first line of standard input
  unlock         after too many wrong PINs: lets the next one be tried at once
For a new kiosk, each asked for when it is missing:
  --shop-name NAME  --kiosk-prefix LETTER  --ways \"for_here to_go\"  --day-starts 05:00
  --module-url URL  --services \"COUPON POINT_REDEEM PREPAID POINT_EARN\"|none
  --agent-url URL  --terminal-place right-below|left-below|below|right|left
  --scanner DEVICE|usb:NUMBERS|keyboard|none  --printer DEVICE|tcp:HOST:PORT|none
  --business-number N  --representative NAME  --address TEXT  --phone N      (with a printer)
  --panel 1080x1920  --panel-inch N  --lower-edge MM  --idle SECONDS
  --secrets-file FILE  application_key, passwd, terminal_id and agent_token as in docs/configuration.md, chmod 600
  --catalog FILE       the menu; without it a catalog.toml beside the configuration stays
  --manager NAME       the first manager
  --pin-file FILE      with the manager's PIN in its first line, chmod 600
  --replace            what is there already is kept under another name, and told
  --anyway             also when module or agent don't answer yet";

/// What is to be set up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SetUp {
    Kiosk(Box<NewKiosk>),
    Manager { name: String },
    Unlock,
}

/// What the flags say of a new kiosk.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct NewKiosk {
    pub(crate) answers: Answers,
    pub(crate) secrets: Option<PathBuf>,
    pub(crate) catalog: Option<PathBuf>,
    pub(crate) manager: Option<String>,
    pub(crate) pin: Option<PathBuf>,
    /// What is there already may be put aside.
    pub(crate) replace: bool,
    /// Module and agent needn't be there.
    pub(crate) anyway: bool,
}

pub(super) fn read(parser: &mut Parser, mut arguments: Arguments) -> Result<Wish, lexopt::Error> {
    let (mut words, mut new, mut of_new) = (Vec::new(), NewKiosk::default(), None);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("config") => arguments.config = parser.value()?.into(),
            Arg::Long("data") => arguments.data = Some(parser.value()?.into()),
            Arg::Long("help") | Arg::Short('h') => return Ok(Wish::Say(SETUP_USAGE.to_owned())),
            Arg::Value(word) => words.push(word.string()?),
            Arg::Long(flag) => {
                let flag = flag.to_owned();
                if !read_of_new(parser, &flag, &mut new)? {
                    return Err(Arg::Long(&flag).unexpected());
                }
                of_new = Some(flag);
            }
            Arg::Short(_) => return Err(argument.unexpected()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let what = match (words.as_slice(), of_new) {
        (["kiosk"], _) => {
            if arguments.data.is_none() && arguments.config == Path::new(INSTALLED) {
                arguments.data = Some(PathBuf::from(DATA));
            }
            SetUp::Kiosk(Box::new(new))
        }
        (_, Some(flag)) => return Err(Arg::Long(&flag).unexpected()),
        (["manager", name], None) => SetUp::Manager { name: (*name).to_owned() },
        (["manager"], None) => return Err("who is to be a manager? NAME is missing".into()),
        (["unlock"], None) => SetUp::Unlock,
        ([], None) => return Err("what is to be set up?".into()),
        ([other, ..], None) => return Err(format!("'{other}' can't be set up like this").into()),
    };
    Ok(Wish::SetUp(arguments, what))
}

/// One of a new kiosk's flags; says whether it is one.
fn read_of_new(parser: &mut Parser, flag: &str, new: &mut NewKiosk) -> Result<bool, lexopt::Error> {
    match flag {
        "secrets-file" => new.secrets = Some(parser.value()?.into()),
        "catalog" => new.catalog = Some(parser.value()?.into()),
        "manager" => new.manager = Some(parser.value()?.string()?),
        "pin-file" => new.pin = Some(parser.value()?.into()),
        "replace" => new.replace = true,
        "anyway" => new.anyway = true,
        flag => match QUESTIONS.iter().find(|question| question.flag == flag) {
            Some(question) => new.answers.give(question, parser.value()?.string()?),
            None => return Ok(false),
        },
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use std::ffi::OsString;

    use super::{
        super::{Misread, Part},
        *,
    };

    fn read_text(text: &str) -> Result<Wish, Misread> {
        super::super::read(text.split_whitespace().map(OsString::from))
    }

    fn kiosk(config: &str, data: Option<&str>) -> Arguments {
        Arguments { config: config.into(), data: data.map(PathBuf::from) }
    }

    #[test]
    fn a_manager_is_set_up_for_the_kiosk_that_is_named() {
        let manager = |name: &str| SetUp::Manager { name: name.to_owned() };
        assert_eq!(read_text("setup manager 하나"), Ok(Wish::SetUp(kiosk(INSTALLED, None), manager("하나"))));
        let named = kiosk("k.toml", Some(".run"));
        assert_eq!(
            read_text("setup manager 하나 --config k.toml --data .run"),
            Ok(Wish::SetUp(named, manager("하나")))
        );
        assert_eq!(read_text("setup unlock"), Ok(Wish::SetUp(kiosk(INSTALLED, None), SetUp::Unlock)));
        for text in ["setup", "setup manager", "setup manager a b", "setup staff a", "setup manager a --pin 135790"] {
            assert!(matches!(read_text(text), Err(Misread { of: Part::SetUp, .. })), "{text}");
        }
    }

    #[test]
    fn a_new_kiosk_is_told_what_flags_say_and_never_a_secret() {
        let set_up = |text: &str| match read_text(text) {
            Ok(Wish::SetUp(arguments, SetUp::Kiosk(new))) => (arguments, *new),
            other => panic!("{text}: {other:?}"),
        };
        let (arguments, new) = set_up("setup kiosk");
        assert_eq!((arguments, new), (kiosk(INSTALLED, Some(DATA)), NewKiosk::default()));
        let (arguments, new) = set_up("setup kiosk --config k.toml --panel-inch 27 --secrets-file s --replace");
        assert_eq!((arguments, new.answers.to("panel-inch")), (kiosk("k.toml", None), Some("27")));
        assert_eq!((new.secrets, new.replace, new.anyway), (Some("s".into()), true, false));
        for text in [
            "setup kiosk --passwd secret",
            "setup kiosk --pin 135790",
            "setup kiosk more",
            "setup kiosk --panel-inch",
            "setup manager a --panel-inch 27",
            "setup unlock --anyway",
        ] {
            assert!(matches!(read_text(text), Err(Misread { of: Part::SetUp, .. })), "{text}");
        }
    }

    #[test]
    fn the_usage_names_every_flag() {
        for question in &QUESTIONS {
            assert!(SETUP_USAGE.contains(&format!("--{} ", question.flag)), "{}", question.flag);
        }
    }
}
