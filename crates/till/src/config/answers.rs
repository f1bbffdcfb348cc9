//! What a new kiosk must be told, as questions, and the files that the answers become. What they may say is judged by
//! reading these files as the kiosk does; here nothing is.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    path::Path,
};

use toml::Value;

use super::{Secret, Secrets};

/// Something that a new kiosk must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is called on a command line.
    pub flag: &'static str,
    /// How a person is asked.
    pub asks: &'static str,
    /// What most shops say; without it somebody has to answer.
    pub usual: Option<&'static str>,
    section: &'static str,
    key: &'static str,
    form: Form,
}

/// How an answer stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    /// A name, in Korean.
    Name,
    /// Words with blanks between them.
    Words,
    Number,
    /// `1080x1920`.
    Size,
    Scanner,
    Printer,
    /// Belongs to receipts: it isn't asked where none are printed.
    OfReceipts,
}

/// Stands for a device that isn't there, and for a list without an entry.
const NONE: &str = "none";

const fn question(
    flag: &'static str,
    section: &'static str,
    key: &'static str,
    form: Form,
    usual: Option<&'static str>,
    asks: &'static str,
) -> Question {
    Question { flag, asks, usual, section, key, form }
}

/// In the order in which they are asked.
pub const QUESTIONS: [Question; 18] = [
    question("shop-name", "shop", "name", Form::Name, None, "The shop's name, in Korean"),
    question("kiosk-prefix", "shop", "kiosk_prefix", Form::Text, Some(""), "A letter before each order number"),
    question(
        "ways",
        "shop",
        "ways",
        Form::Words,
        Some("for_here to_go"),
        "What customers choose from, with a blank between them: for_here, to_go",
    ),
    question("day-starts", "shop", "business_day_starts", Form::Text, Some("05:00"), "When a business day begins"),
    question("module-url", "prbiti", "module_url", Form::Text, None, "The module's address, from Prbiti"),
    question(
        "services",
        "prbiti",
        "services",
        Form::Words,
        Some("COUPON POINT_REDEEM PREPAID POINT_EARN"),
        "Prbiti's services that the shop has, or none",
    ),
    question(
        "agent-url",
        "payment",
        "agent_url",
        Form::Text,
        Some("http://127.0.0.1:9100"),
        "The payment agent's address",
    ),
    question(
        "terminal-place",
        "payment",
        "terminal_place",
        Form::Text,
        Some("right-below"),
        "Where a customer finds the terminal: right-below, left-below, below, right or left",
    ),
    question(
        "scanner",
        "scanner",
        "port",
        Form::Scanner,
        Some(NONE),
        "The barcode reader: a device such as /dev/prbiti-scanner, usb:0c2e:0901, keyboard or none",
    ),
    question(
        "printer",
        "printer",
        "port",
        Form::Printer,
        Some(NONE),
        "The receipt printer: a device such as /dev/usb/lp0, tcp:192.168.0.50:9100 or none",
    ),
    question("business-number", "shop", "business_number", Form::OfReceipts, None, "사업자등록번호, for receipts"),
    question("representative", "shop", "representative", Form::OfReceipts, None, "대표자, for receipts"),
    question("address", "shop", "address", Form::OfReceipts, None, "주소, for receipts"),
    question("phone", "shop", "phone", Form::OfReceipts, None, "전화번호, for receipts"),
    question("panel", "screen", "", Form::Size, Some("1080x1920"), "The panel's pixels, width and height"),
    question("panel-inch", "screen", "panel_inch", Form::Number, None, "The panel's diagonal, in inches"),
    question(
        "lower-edge",
        "screen",
        "lower_edge_mm",
        Form::Number,
        None,
        "The panel's lower edge above the floor, in mm",
    ),
    question("idle", "screen", "idle_s", Form::Number, Some("60"), "Seconds without a touch until the kiosk asks"),
];

/// In the order in which they stand in the file.
const SECTIONS: [&str; 5] = ["shop", "prbiti", "payment", "scanner", "printer"];

/// What was answered, by the question's flag.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<&'static str, String>);

impl Answers {
    /// This is the answer to that question.
    pub fn give(&mut self, question: &Question, answer: impl Into<String>) {
        self.0.insert(question.flag, answer.into());
    }

    /// The answer that was given to the question with that flag.
    pub fn to(&self, flag: &str) -> Option<&str> {
        self.0.get(flag).map(String::as_str)
    }

    /// Takes back the answer that this field of `kiosk.toml` comes from; says whether there was one.
    pub fn take_back(&mut self, field: &str) -> bool {
        let mut names = field.split(['.', '[']);
        let (section, key) = (names.next(), names.next());
        let of = |question: &&Question| {
            section == Some(question.section)
                && match question.form {
                    // One answer, several fields.
                    Form::Size => matches!(key, Some("width" | "height")),
                    Form::Scanner | Form::Printer => true,
                    Form::Text | Form::Name | Form::Words | Form::Number | Form::OfReceipts => {
                        key == Some(question.key)
                    }
                }
        };
        QUESTIONS.iter().find(of).is_some_and(|question| self.0.remove(question.flag).is_some())
    }

    /// What is still to be answered, as far as can be told from what was.
    pub fn open(&self) -> impl Iterator<Item = &'static Question> {
        let prints = self.to("printer").is_some_and(|printer| printer != NONE);
        let asked = move |question: &&Question| question.form != Form::OfReceipts || prints;
        QUESTIONS.iter().filter(asked).filter(|question| self.to(question.flag).is_none())
    }

    /// `kiosk.toml`, with the journal at that place and catalog and secrets beside it.
    pub fn kiosk_toml(&self, journal: &Path) -> String {
        let mut text = String::from("# Written by `prbiti-kiosk setup kiosk`. Every field: docs/configuration.md\n");
        for section in SECTIONS.into_iter().chain(["screen"]) {
            let lines: Vec<(&str, Value)> = QUESTIONS
                .iter()
                .filter(|question| question.section == section)
                .filter_map(|question| Some((question, self.to(question.flag)?)))
                .flat_map(|(question, answer)| lines(question, answer))
                .collect();
            write_section(&mut text, section, lines);
        }
        write_section(&mut text, "journal", vec![("path", Value::from(journal.to_string_lossy().into_owned()))]);
        write_section(&mut text, "catalog", vec![("path", Value::from(super::CATALOG))]);
        write_section(&mut text, "secrets", vec![("path", Value::from(super::SECRETS))]);
        text
    }
}

fn write_section(text: &mut String, name: &str, lines: Vec<(&str, Value)>) {
    if lines.is_empty() {
        return;
    }
    // Writing to a text never fails.
    let _ = writeln!(text, "\n[{name}]");
    for (key, value) in lines {
        let _ = writeln!(text, "{key} = {value}");
    }
}

/// The lines that an answer becomes. What doesn't have its form stands there as it was given, to be refused when it is read.
fn lines(question: &Question, answer: &str) -> Vec<(&'static str, Value)> {
    let key = question.key;
    match question.form {
        Form::Text | Form::OfReceipts if answer.is_empty() => Vec::new(),
        Form::Text | Form::OfReceipts => vec![(key, Value::from(answer))],
        Form::Name => vec![(key, Value::Table([("ko".to_owned(), Value::from(answer))].into_iter().collect()))],
        Form::Words if answer == NONE => vec![(key, Value::Array(Vec::new()))],
        Form::Words => vec![(
            key,
            Value::Array(answer.split([' ', ',']).filter(|word| !word.is_empty()).map(Value::from).collect()),
        )],
        Form::Number => vec![(key, number(answer))],
        Form::Size => {
            let (width, height) = answer.split_once(['x', '×']).unwrap_or((answer, answer));
            vec![("width", number(width)), ("height", number(height))]
        }
        Form::Scanner | Form::Printer if answer == NONE => Vec::new(),
        Form::Scanner if answer == "keyboard" => vec![("keyboard", Value::Boolean(true))],
        Form::Scanner => match answer.strip_prefix("usb:") {
            Some(numbers) => vec![("usb", Value::from(numbers))],
            None => vec![(key, Value::from(answer))],
        },
        Form::Printer => match answer.strip_prefix("tcp:") {
            Some(address) => vec![("tcp", Value::from(address))],
            None => vec![(key, Value::from(answer))],
        },
    }
}

fn number(text: &str) -> Value {
    let text = text.trim();
    let whole = text.parse().map(Value::Integer);
    whole.or_else(|_| text.parse().map(Value::Float)).unwrap_or_else(|_: std::num::ParseFloatError| Value::from(text))
}

impl Secrets {
    /// The secrets' file.
    pub fn toml(&self) -> String {
        let Secrets { application_key, passwd, terminal_id, agent_token, order_hook } = self;
        let lines = [
            ("application_key", Some(application_key)),
            ("passwd", Some(passwd)),
            ("terminal_id", Some(terminal_id)),
            ("agent_token", Some(agent_token)),
            ("order_hook_secret", order_hook.as_ref()),
        ];
        let line = |(key, secret): (&str, Option<&Secret>)| {
            secret.map(|secret| format!("{key} = {}\n", Value::from(secret.expose())))
        };
        lines.into_iter().filter_map(line).collect()
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.usual {
            Some(usual) => write!(f, "{} [{usual}]", self.asks),
            None => f.write_str(self.asks),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, os::unix::fs::PermissionsExt as _};

    use checkout::view::{Place, Way};

    use super::*;
    use crate::{
        config::{Config, ConfigErrors, Endpoint},
        printer, scanner,
    };

    const CATALOG: &str = include_str!("../../../../demo/catalog.toml");

    fn answered(given: &[(&str, &str)]) -> Answers {
        let mut answers = Answers::default();
        for (flag, answer) in given {
            answers.give(QUESTIONS.iter().find(|question| question.flag == *flag).unwrap(), *answer);
        }
        while let Some(question) = { answers.open().find(|question| question.usual.is_some()) } {
            answers.give(question, question.usual.unwrap());
        }
        answers
    }

    fn secrets() -> Secrets {
        let secret = |text: &str| Secret::new(text);
        Secrets {
            application_key: secret("a\"b\\c"),
            passwd: secret("p#1='x'"),
            terminal_id: secret("KIOSK0001"),
            agent_token: secret("token"),
            order_hook: None,
        }
    }

    /// What the kiosk reads of the files that these answers become.
    fn read(answers: &Answers) -> Result<Config, ConfigErrors> {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        fs::write(file("kiosk.toml"), answers.kiosk_toml(&file("data/journal.db"))).unwrap();
        fs::write(file(super::super::CATALOG), CATALOG).unwrap();
        fs::write(file(super::super::SECRETS), secrets().toml()).unwrap();
        fs::set_permissions(file(super::super::SECRETS), fs::Permissions::from_mode(0o600)).unwrap();
        Config::load(&file("kiosk.toml"), None)
    }

    const NEEDED: [(&str, &str); 4] = [
        ("shop-name", "모퉁이 \"커피\" \\ #1"),
        ("module-url", "https://module.example/kiosk"),
        ("panel-inch", "23.8"),
        ("lower-edge", "780"),
    ];

    #[test]
    fn what_is_written_is_what_the_kiosk_reads() {
        let config = read(&answered(&NEEDED)).unwrap();
        assert_eq!(config.shop.name.ko, "모퉁이 \"커피\" \\ #1");
        assert_eq!(config.shop.ways, [Way::ForHere, Way::ToGo]);
        assert_eq!(config.prbiti.module_url, Endpoint::At("https://module.example/kiosk".parse().unwrap()));
        assert_eq!(config.prbiti.services.len(), 4);
        assert_eq!(config.payment.terminal_place, Place::RightBelow);
        assert_eq!((config.screen.width, config.screen.height, config.screen.lower_edge_mm), (1080, 1920, 780));
        assert_eq!(config.screen.pitch_nm(), 274_419);
        assert_eq!((config.scanner, config.printer, config.simulator), (None, None, None));
        assert!(config.journal.ends_with("data/journal.db"));
        assert_eq!(config.secrets, Some(secrets()));
    }

    #[test]
    fn what_doesnt_fit_is_taken_back_and_asked_for_again() {
        let wrong = [
            ("shop-name", ""),
            ("ways", "both"),
            ("day-starts", "25:99"),
            ("module-url", "nowhere"),
            ("services", "COUPON MONEY"),
            ("terminal-place", "above"),
            ("scanner", "usb:x"),
            ("panel", "huge"),
            ("panel-inch", "-3"),
            ("lower-edge", "high"),
        ];
        let mut answers = answered(&wrong);
        let errors = read(&answers).unwrap_err();
        for mistake in &errors.mistakes {
            answers.take_back(&mistake.field);
        }
        let again: Vec<&str> = answers.open().map(|question| question.flag).collect();
        assert_eq!(again, wrong.map(|(flag, _)| flag), "{errors:?}");
        assert!(!answers.take_back("shop.name.ko"), "it is taken back already");
        assert!(!answers.take_back("item[3].price"), "nobody was asked for it");
    }

    #[test]
    fn devices_are_named_in_one_word() {
        let with = |flag, answer| {
            let receipts = [
                ("business-number", "123-45-67891"),
                ("representative", "김모퉁"),
                ("address", "종로구"),
                ("phone", ""),
            ];
            read(&answered(&[&NEEDED[..], &receipts, &[(flag, answer)]].concat())).unwrap()
        };
        let scanner = |answer| with("scanner", answer).scanner.unwrap().port;
        assert!(matches!(scanner("/dev/prbiti-scanner"), scanner::Port::Serial(_)));
        assert!(matches!(scanner("usb:0c2e:0901"), scanner::Port::Serial(_)));
        assert!(matches!(scanner("keyboard"), scanner::Port::Keyboard { usb: None, .. }));
        let printer = |answer| with("printer", answer).printer.unwrap().port;
        assert_eq!(printer("/dev/usb/lp0"), printer::Port::Device("/dev/usb/lp0".into()));
        let (host, port) = ("192.168.0.50".to_owned(), 9100);
        assert_eq!(printer("tcp:192.168.0.50:9100"), printer::Port::Tcp { host, port });
    }

    #[test]
    fn what_does_not_fit_is_told_by_the_field_when_it_is_read() {
        let wrong =
            [("panel", "large"), ("panel-inch", "27\""), ("module-url", "http://module.example"), ("ways", "by_car")];
        let errors = read(&answered(&[&NEEDED[..], &wrong].concat())).unwrap_err();
        let fields: Vec<&str> = errors.mistakes.iter().map(|mistake| mistake.field.as_str()).collect();
        for field in ["screen.width", "screen.height", "screen.panel_inch", "prbiti.module_url", "shop.ways"] {
            assert!(fields.iter().any(|found| found.starts_with(field)), "{field}: {fields:?}");
        }
    }

    #[test]
    fn what_receipts_say_is_asked_where_some_are_printed() {
        let open = |printer| -> Vec<&str> {
            let answers = answered(&[&NEEDED[..], &[("printer", printer)]].concat());
            answers.open().map(|question| question.flag).collect()
        };
        assert_eq!(open("none"), [""; 0]);
        assert_eq!(open("/dev/usb/lp0"), ["business-number", "representative", "address", "phone"]);
    }
}
