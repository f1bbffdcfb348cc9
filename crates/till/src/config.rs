//! How this kiosk is set up: `kiosk.toml`, the secrets in a file of their own, and the catalog it names.
//!
//! All of it is read and judged before anything is sold, and every mistake is reported at once. A broken
//! configuration stays broken: nothing here ever falls back to the simulator.

mod access;
mod answers;
mod devices;
mod kitchen;
mod reader;
mod update;

use std::{
    fmt,
    net::IpAddr,
    path::{Path, PathBuf},
};

use ::update::{release::Channel, window::Window};
use checkout::{
    catalog::{Catalog, Names},
    kiosk::{LEAST_IDLE_MS, MOST_IDLE_MS},
    receipt::Seller,
    service::Service,
    view::{Place, Way},
};
use reqwest::Url;
use thiserror::Error;
use toml::de::DeValue;

pub use self::{
    access::{KeyUse, Keypad, Speech},
    answers::{Answers, QUESTIONS, Question},
};
pub use crate::toml_file::Mistake;
use crate::{
    catalog_file,
    printer::{self, Style},
    scanner,
    toml_file::{Contents, Mistakes, Section, Source, number, text, whole, word, yes_no},
};

/// What a new kiosk's menu and secrets are called, beside its configuration.
pub const CATALOG: &str = "catalog.toml";
/// As [`CATALOG`].
pub const SECRETS: &str = "secrets.toml";

/// The word that stands in place of an address when the simulator is meant.
const SIMULATOR: &str = "simulator";

/// Everything that is set from outside. Read once, at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The shop and how it sells.
    pub shop: Shop,
    /// The Prbiti module.
    pub prbiti: Prbiti,
    /// The agent that drives the card terminal.
    pub payment: Payment,
    /// The barcode reader, when there is one.
    pub scanner: Option<Scanner>,
    /// What speaks, when anything does.
    pub speech: Option<Speech>,
    /// The keys of a keypad.
    pub keypad: Keypad,
    /// The receipt printer, when there is one.
    pub printer: Option<Printer>,
    /// Where paid orders are posted to, when they are.
    pub order_hook: Option<OrderHook>,
    /// The printer of order tickets, when there is one.
    pub kitchen_printer: Option<Printer>,
    /// Where updates come from, when any do.
    pub update: Option<Update>,
    /// The panel.
    pub screen: Screen,
    /// The journal's file.
    pub journal: PathBuf,
    /// What is sold.
    pub catalog: Catalog,
    /// Its file.
    pub catalog_path: PathBuf,
    /// This configuration's own file.
    pub path: PathBuf,
    /// Where closed days and what helpers need are written when no stick is there.
    pub exports: PathBuf,
    /// In demonstration mode, how the simulator is started. The screen then wears the 연습 모드 band.
    pub simulator: Option<Simulator>,
    /// What the kiosk identifies itself with. Absent only in demonstration mode: then the simulator's own are used.
    pub secrets: Option<Secrets>,
}

/// `[shop]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// What customers read above the door.
    pub name: Names,
    /// Stands before every order number of this kiosk, so that two kiosks never call the same one. May be empty.
    pub kiosk_prefix: String,
    /// 먹고 갈게요, 가져갈게요: one or both, each once.
    pub ways: Vec<Way>,
    /// When a business day begins, in minutes after midnight.
    pub business_day_starts_min: u16,
    /// The shop's time, in hours east of UTC.
    pub utc_offset_hours: i8,
    /// Who sells, for receipts; all of it is there where something is printed.
    pub seller: Seller,
}

/// `[prbiti]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prbiti {
    /// The module's page (guide 1.2): https, or http on this machine.
    pub module_url: Endpoint,
    /// What customers are offered, each once. In the order in which services are asked.
    pub services: Vec<Service>,
}

/// `[payment]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Base address of the payment agent, on this machine.
    pub agent_url: Endpoint,
    /// How long the terminal waits for a card, in ms.
    pub timeout_ms: u32,
    /// Where the terminal is, seen from the customer.
    pub terminal_place: Place,
}

/// `[scanner]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanner {
    /// Where its codes come from.
    pub port: scanner::Port,
    /// How it writes them.
    pub form: scanner::Form,
}

/// `[printer]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Printer {
    /// Where it is.
    pub port: printer::Port,
    /// How it prints.
    pub style: Style,
}

/// `[order_hook]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderHook {
    /// Where orders are posted to: https, or http on this machine or in the shop's own network.
    pub url: Endpoint,
    /// How long an answer is waited for, ms.
    pub timeout_ms: u32,
}

/// `[update]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The publisher's folder, with a slash at its end: https, or http on this machine.
    pub url: Url,
    /// What this kiosk follows.
    pub channel: Channel,
    /// When an update may be installed, on the shop's clock.
    pub window: Window,
    /// How often the publisher is asked, in hours.
    pub check_hours: u32,
}

/// `[screen]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screen {
    /// Width of the window, in pixels.
    pub width: u32,
    /// Height of the window, in pixels.
    pub height: u32,
    /// The panel's diagonal, in inches.
    pub panel_inch: f64,
    /// Height of the panel's lower edge above the floor, in mm.
    pub lower_edge_mm: u32,
    /// Does the window fill the panel?
    pub fullscreen: bool,
    /// After so long without a touch or key the kiosk asks whether somebody is there, in ms.
    pub idle_ms: u32,
}

impl Screen {
    /// Size of one pixel, in nanometres: diagonal ÷ √(width² + height²).
    #[allow(clippy::float_arithmetic, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn pitch_nm(&self) -> u32 {
        let diagonal_px = f64::from(self.width).hypot(f64::from(self.height));
        (self.panel_inch * 25_400_000.0 / diagonal_px).round() as u32
    }
}

/// `[simulator]`, when it is enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulator {
    /// The TCP port it listens on; 0 for any that is free.
    pub port: u16,
    /// The file of its ledger.
    pub ledger: PathBuf,
}

/// Where a counterpart is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// At this address.
    At(Url),
    /// Wherever the simulator listens.
    Simulator,
}

impl Endpoint {
    /// The address; none while it is up to a simulator that hasn't started.
    pub fn address(&self) -> Option<&Url> {
        match self {
            Endpoint::At(url) => Some(url),
            Endpoint::Simulator => None,
        }
    }
}

/// A text that appears in no message, log or debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` from now on.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What the kiosk identifies itself with; from a file that only its own user can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// `auth.applicationKey` (guide 3.1.2).
    pub application_key: Secret,
    /// `auth.passwd`.
    pub passwd: Secret,
    /// `auth.accessType`: the terminal's id.
    pub terminal_id: Secret,
    /// The payment agent's bearer token.
    pub agent_token: Secret,
    /// What orders are signed with, where they are posted.
    pub order_hook: Option<Secret>,
}

/// Every mistake in the configuration, in the order of the files and the lines in them.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", list(mistakes))]
pub struct ConfigErrors {
    /// At least one.
    pub mistakes: Vec<Mistake>,
}

impl ConfigErrors {
    /// What somebody can do about them, each once.
    pub fn hint(&self) -> String {
        let mut hints: Vec<String> = Vec::new();
        for hint in self.mistakes.iter().map(Mistake::hint) {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints.join("\n")
    }
}

fn list(mistakes: &[Mistake]) -> String {
    let lines: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
    lines.join("\n")
}

/// The exact origin of a page, as a browser writes it; `None` for what isn't an http or https address.
pub fn origin(url: &Url) -> Option<String> {
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

impl Config {
    /// Reads the configuration and what it names.
    ///
    /// Relative paths are relative to the configuration's own folder, those of data (journal, the simulator's
    /// ledger) to `data_dir` when one is given; that folder is made where it is missing.
    pub fn load(path: &Path, data_dir: Option<&Path>) -> Result<Config, ConfigErrors> {
        let mistakes = Mistakes::default();
        if let Some(data) = data_dir
            && let Err(error) = std::fs::create_dir_all(data)
        {
            mistakes.add(Mistake {
                file: data.to_owned(),
                line: 0,
                field: String::new(),
                found: error.to_string(),
                expected: "a folder to keep data in".to_owned(),
                todo: Some("name another folder with --data, or make this one writable".to_owned()),
            });
        }
        Config::from_sources(path, data_dir, mistakes, Source::read)
    }

    /// The same, with `read` to get at each file.
    pub(crate) fn from_sources(
        path: &Path,
        data_dir: Option<&Path>,
        mistakes: Mistakes,
        read: impl Fn(&Path, Contents, &Mistakes) -> Option<Source>,
    ) -> Result<Config, ConfigErrors> {
        let here = path.parent().unwrap_or(Path::new("."));
        let folders = Folders { configuration: here, data: data_dir.unwrap_or(here) };
        let config = read(path, Contents::Open, &mistakes)
            .map(|source| source.sections(&mistakes, |top| Kiosk::read(top, folders)))
            .and_then(|kiosk| kiosk.with_what_it_names(path, &mistakes, read));
        match (config, mistakes.into_vec()) {
            (Some(config), mistakes) if mistakes.is_empty() => Ok(config),
            (Some(_) | None, mistakes) => Err(ConfigErrors { mistakes }),
        }
    }
}

#[derive(Clone, Copy)]
struct Folders<'a> {
    configuration: &'a Path,
    data: &'a Path,
}

/// `kiosk.toml` as far as it could be read. What is missing here has been recorded as a mistake.
struct Kiosk {
    shop: Option<Shop>,
    prbiti: Option<Prbiti>,
    payment: Option<Payment>,
    /// The inner one is absent in a kiosk without a scanner.
    scanner: Option<Option<Scanner>>,
    /// The inner one is absent in a kiosk that doesn't speak.
    speech: Option<Option<Speech>>,
    keypad: Option<Keypad>,
    /// The inner one is absent in a kiosk without a printer.
    printer: Option<Option<Printer>>,
    /// The inner one is absent in a kiosk that posts no orders.
    order_hook: Option<Option<OrderHook>>,
    /// The inner one is absent in a kiosk that prints no order tickets.
    kitchen_printer: Option<Option<Printer>>,
    /// The inner one is absent in a kiosk that isn't updated by itself.
    update: Option<Option<Update>>,
    screen: Option<Screen>,
    journal: Option<PathBuf>,
    catalog: Option<PathBuf>,
    exports: Option<PathBuf>,
    /// The inner one is absent outside of demonstration mode.
    simulator: Option<Option<Simulator>>,
    secrets: Option<PathBuf>,
}

impl Kiosk {
    fn read(top: Section<'_>, folders: Folders<'_>) -> Kiosk {
        let simulator = match top.section("simulator") {
            Some(section) => simulator(section, folders),
            None => Some(None),
        };
        let demonstration = matches!(simulator, Some(Some(_)));
        let scanner = match top.section("scanner") {
            Some(section) => reader::scanner(section, demonstration, folders.configuration).map(Some),
            None => Some(None),
        };
        let printer = match top.section("printer") {
            Some(section) => devices::printer(section, demonstration, folders.configuration).map(Some),
            None => Some(None),
        };
        let order_hook = match top.section("order_hook") {
            Some(section) => kitchen::order_hook(section, demonstration).map(Some),
            None => Some(None),
        };
        let kitchen_printer = match top.section("kitchen_printer") {
            Some(section) => devices::printer(section, demonstration, folders.configuration).map(Some),
            None => Some(None),
        };
        let prints = !matches!(printer, Some(None));
        let kiosk = Kiosk {
            shop: top.required_section("shop", "the section [shop]").and_then(|section| shop(section, prints)),
            prbiti: top
                .required_section("prbiti", "the section [prbiti]")
                .and_then(|section| prbiti(section, demonstration)),
            payment: top
                .required_section("payment", "the section [payment]")
                .and_then(|section| payment(section, demonstration)),
            scanner,
            speech: match top.section("speech") {
                Some(section) => access::speech(section).map(Some),
                None => Some(None),
            },
            keypad: match top.section("keypad") {
                Some(section) => access::keypad(section),
                None => Some(Keypad::default()),
            },
            printer,
            order_hook,
            kitchen_printer,
            update: match top.section("update") {
                Some(section) => update::update(section).map(Some),
                None => Some(None),
            },
            screen: top.required_section("screen", "the section [screen]").and_then(screen),
            journal: top
                .required_section("journal", "the section [journal]")
                .and_then(|section| only_path(section, folders.data)),
            catalog: top
                .required_section("catalog", "the section [catalog]")
                .and_then(|section| only_path(section, folders.configuration)),
            exports: match top.section("exports") {
                Some(section) => only_path(section, folders.data),
                None => Some(folders.data.join("exports")),
            },
            simulator,
            secrets: if demonstration {
                top.section("secrets").and_then(|section| only_path(section, folders.configuration))
            } else {
                top.required_section("secrets", "the section [secrets] with the path of the secrets' file")
                    .and_then(|section| only_path(section, folders.configuration))
            },
        };
        top.close();
        kiosk
    }

    fn with_what_it_names(
        self,
        path: &Path,
        mistakes: &Mistakes,
        read: impl Fn(&Path, Contents, &Mistakes) -> Option<Source>,
    ) -> Option<Config> {
        let Kiosk {
            shop,
            prbiti,
            payment,
            scanner,
            speech,
            keypad,
            printer,
            order_hook,
            kitchen_printer,
            update,
            screen,
            journal,
            catalog,
            exports,
            simulator,
            secrets,
        } = self;
        let posts = matches!(order_hook, Some(Some(_)));
        let catalog_path = catalog.clone();
        // Both are read before anything is given up, so that their mistakes are reported along with the others.
        let catalog = catalog.and_then(|path| {
            let source = read(&path, Contents::Open, mistakes)?;
            Some(catalog_file::read(&source, mistakes))
        });
        let secrets = secrets.map(|path| {
            let source = read(&path, Contents::Secret, mistakes)?;
            source.sections(mistakes, |top| read_secrets(top, posts))
        });
        Some(Config {
            shop: shop?,
            prbiti: prbiti?,
            payment: payment?,
            scanner: scanner?,
            speech: speech?,
            keypad: keypad?,
            printer: printer?,
            order_hook: order_hook?,
            kitchen_printer: kitchen_printer?,
            update: update?,
            screen: screen?,
            journal: journal?,
            catalog: catalog?,
            catalog_path: catalog_path?,
            path: path.to_owned(),
            exports: exports?,
            simulator: simulator?,
            secrets: match secrets {
                Some(secrets) => Some(secrets?),
                None => None,
            },
        })
    }
}

fn shop(section: Section<'_>, prints: bool) -> Option<Shop> {
    let name = names(&section, "name");
    let kiosk_prefix = section.optional("kiosk_prefix", "up to 3 capital letters A to Z, or \"\"", |value| {
        let text = value.as_str()?;
        (text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| text.to_owned())
    });
    let ways =
        section.each("ways", "\"for_here\" or \"to_go\"", word(&[("for_here", Way::ForHere), ("to_go", Way::ToGo)]));
    let ways = each_once(&section, "ways", ways);
    if ways.is_empty() {
        section.wrong("ways", "no way to sell", "[\"for_here\"], [\"to_go\"] or both");
    }
    let starts = section.required("business_day_starts", "a time of day such as \"05:00\"", time_of_day);
    let offset = section.optional("utc_offset_hours", "hours east of UTC, -12 to 14", whole(-12..=14));
    let seller = devices::seller(&section, prints);
    section.close();
    Some(Shop {
        name: name?,
        kiosk_prefix: kiosk_prefix.unwrap_or_default(),
        ways,
        business_day_starts_min: starts?,
        utc_offset_hours: i8::try_from(offset.unwrap_or(9)).ok()?,
        seller: seller?,
    })
}

fn prbiti(section: Section<'_>, demonstration: bool) -> Option<Prbiti> {
    let module_url = endpoint(
        &section,
        "module_url",
        demonstration,
        |url| on_this_machine(url) || url.scheme() == "https",
        "an https address (http only on this machine)",
    );
    // The policy that lets the page into its frame has no words for one, so the page would never be shown.
    let module_url = module_url.filter(|endpoint| {
        let by_number = endpoint.address().and_then(Url::host_str).is_some_and(|host| host.starts_with('['));
        if by_number {
            section.wrong("module_url", "an IPv6 address", "a name or an IPv4 address");
        }
        !by_number
    });
    let services = section.each("services", "COUPON, POINT_REDEEM, PREPAID or POINT_EARN", |value| {
        let text = value.as_str()?;
        Service::ALL.into_iter().find(|service| service.support_mode() == text)
    });
    let mut services = each_once(&section, "services", services);
    if !section.has("services") {
        section.wrong("services", "nothing", "the services to offer, or [] for none");
    }
    services.sort_unstable();
    section.close();
    Some(Prbiti { module_url: module_url?, services })
}

fn payment(section: Section<'_>, demonstration: bool) -> Option<Payment> {
    let agent_url = endpoint(
        &section,
        "agent_url",
        demonstration,
        |url| on_this_machine(url) && url.scheme() == "http" && url.query().is_none(),
        "an http address on this machine, such as http://127.0.0.1:9100",
    );
    let timeout_ms = section.optional("timeout_ms", "10000 to 300000 (ms)", whole(10_000..=300_000));
    let terminal_place = section.required(
        "terminal_place",
        "right-below, left-below, below, right or left",
        word(&[
            ("right-below", Place::RightBelow),
            ("left-below", Place::LeftBelow),
            ("below", Place::Below),
            ("right", Place::Right),
            ("left", Place::Left),
        ]),
    );
    section.close();
    Some(Payment {
        agent_url: agent_url?,
        timeout_ms: u32::try_from(timeout_ms.unwrap_or(60_000)).ok()?,
        terminal_place: terminal_place?,
    })
}

fn screen(section: Section<'_>) -> Option<Screen> {
    let width = section.required("width", "pixels, 320 to 7680", whole(320..=7680));
    let height = section.required("height", "pixels, 320 to 7680", whole(320..=7680));
    let panel_inch = section.required("panel_inch", "the panel's diagonal in inches, 5 to 100", number(5.0..=100.0));
    let lower_edge_mm = section.required("lower_edge_mm", "mm above the floor, 0 to 2000", whole(0..=2000));
    let fullscreen = section.optional("fullscreen", "true or false", yes_no);
    let seconds = i64::from(LEAST_IDLE_MS / 1_000)..=i64::from(MOST_IDLE_MS / 1_000);
    let expected = format!("seconds, {} to {}", seconds.start(), seconds.end());
    let idle_s = section.optional("idle_s", &expected, whole(seconds));
    section.close();
    Some(Screen {
        width: u32::try_from(width?).ok()?,
        height: u32::try_from(height?).ok()?,
        panel_inch: panel_inch?,
        lower_edge_mm: u32::try_from(lower_edge_mm?).ok()?,
        fullscreen: fullscreen.unwrap_or(true),
        idle_ms: u32::try_from(idle_s.unwrap_or(60)).ok()? * 1_000,
    })
}

fn simulator(section: Section<'_>, folders: Folders<'_>) -> Option<Option<Simulator>> {
    let enabled = section.required("enabled", "true or false", yes_no);
    let port = section.optional("port", "a TCP port, or 0 for any that is free", whole(0..=65_535));
    let ledger = section.optional("ledger", "the path of a file", text(4096));
    if enabled == Some(true) && !section.has("ledger") {
        section.wrong("ledger", "nothing", "the path of a file");
    }
    section.close();
    if !enabled? {
        return Some(None);
    }
    Some(Some(Simulator { port: u16::try_from(port.unwrap_or(0)).ok()?, ledger: folders.data.join(ledger?) }))
}

fn only_path(section: Section<'_>, folder: &Path) -> Option<PathBuf> {
    let path = section.required("path", "the path of a file", text(4096));
    section.close();
    path.map(|path| folder.join(path))
}

fn read_secrets(top: Section<'_>, posts: bool) -> Option<Secrets> {
    // Header-safe and without blanks at the ends: a pasted line break would only show as a refused log-in.
    let secret = |key: &'static str| {
        top.required(key, "a text of 1 to 512 printable ASCII characters, no blanks", |value: &DeValue<'_>| {
            let text = value.as_str()?;
            let fits = (1..=512).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
            fits.then(|| Secret::new(text))
        })
    };
    let application_key = secret("application_key");
    let passwd = secret("passwd");
    let terminal_id = secret("terminal_id");
    let agent_token = secret("agent_token");
    let order_hook = kitchen::secret(&top, posts);
    top.close();
    Some(Secrets {
        application_key: application_key?,
        passwd: passwd?,
        terminal_id: terminal_id?,
        agent_token: agent_token?,
        order_hook: order_hook?,
    })
}

/// A name in four languages, of which Korean must be there: it is what Prbiti is sent.
pub(crate) fn names(section: &Section<'_>, key: &'static str) -> Option<Names> {
    const EXPECTED: &str = "a name of 1 to 60 characters";
    let inside = section.required_section(key, "names such as { ko = \"…\", en = \"…\", zh = \"…\", ja = \"…\" }")?;
    let ko = inside.required("ko", EXPECTED, text(60));
    let en = inside.optional("en", EXPECTED, text(60));
    let zh = inside.optional("zh", EXPECTED, text(60));
    let ja = inside.optional("ja", EXPECTED, text(60));
    inside.close();
    Some(Names { ko: ko?, en, zh, ja })
}

fn endpoint(
    section: &Section<'_>,
    key: &'static str,
    demonstration: bool,
    allowed: impl Fn(&Url) -> bool,
    expected: &str,
) -> Option<Endpoint> {
    let found = section.required(key, expected, text(2048))?;
    if found == SIMULATOR {
        return demonstration_only(section, key, demonstration).then_some(Endpoint::Simulator);
    }
    if demonstration {
        // The screen says that no money is taken, so nothing real may be reached.
        section.wrong(key, "an address of its own", "\"simulator\", because [simulator] is enabled");
        return None;
    }
    let plain = |url: &Url| url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    match Url::parse(&found) {
        Ok(url) if plain(&url) && allowed(&url) => Some(Endpoint::At(url)),
        // Not repeated: somebody may have put a password into it.
        Ok(url) if !plain(&url) => {
            section.wrong(key, "an address with a name, a password or a # in it", expected);
            None
        }
        Ok(_) => {
            section.wrong(key, "an address that may not be used", expected);
            None
        }
        Err(error) => {
            section.wrong(key, format!("no address ({error})"), expected);
            None
        }
    }
}

fn demonstration_only(section: &Section<'_>, key: &'static str, demonstration: bool) -> bool {
    if !demonstration {
        section.wrong(key, "\"simulator\"", "the real one, or a section [simulator] with enabled = true");
    }
    demonstration
}

pub(crate) fn on_this_machine(url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    // `localhost` isn't taken: what it means is up to a file that others may edit.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    matches!(url.scheme(), "http" | "https") && bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn each_once<T: Copy + PartialEq>(section: &Section<'_>, key: &'static str, entries: Vec<(usize, T)>) -> Vec<T> {
    let mut seen = Vec::new();
    for (line, entry) in entries {
        if seen.contains(&entry) {
            section.wrong_at(line, key, "the same one twice", "each at most once");
        } else {
            seen.push(entry);
        }
    }
    seen
}

fn time_of_day(value: &DeValue<'_>) -> Option<u16> {
    let (hours, minutes) = value.as_str()?.split_once(':')?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}
