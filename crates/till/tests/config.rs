//! What a configuration may say, and that whoever gets it wrong is told everything at once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use checkout::{
    catalog::{GroupKind, Language, Tax},
    money::Won,
    service::Service,
    view::{Place, Way},
};
use till::{
    config::{Config, ConfigErrors, Endpoint, KeyUse, Mistake, Printer, origin},
    printer::{self, Letters, Style},
    scanner::{Aim, Ending, Form, Line, Port, Serial, Usb, Which},
};
use tokio_serial::{DataBits, Parity, StopBits};

const KIOSK: &str = r#"
[shop]
name = { ko = "모퉁이커피", en = "Corner Coffee" }
kiosk_prefix = "A"
ways = ["to_go"]
business_day_starts = "05:30"

[prbiti]
module_url = "https://module.example/kiosk?tenant=7"
services = ["POINT_EARN", "COUPON"]

[payment]
agent_url = "http://127.0.0.1:9100/agent"
terminal_place = "left-below"

[scanner]
port = "/dev/serial/by-id/scanner"
baud = 115200

[speech]
program = "espeak-ng"

[screen]
width = 1080
height = 1920
panel_inch = 27
lower_edge_mm = 780

[journal]
path = "journal.db"

[catalog]
path = "catalog.toml"

[secrets]
path = "secrets.toml"
"#;

const SECRETS: &str = r#"
application_key = "APPKEY-hush"
passwd = "PASSWD-hush"
terminal_id = "TERMINAL-hush"
agent_token = "TOKEN-hush"
"#;

const CATALOG: &str = r#"
[[category]]
id = "best"
name = { ko = "인기" }

[[group]]
id = "size"
name = { ko = "크기" }
choice = [
  { id = "REGULAR", name = { ko = "보통" } },
  { id = "LARGE", name = { ko = "크게" }, price = 500 },
]

[[item]]
id = "KD1"
name = { ko = "아메리카노" }
price = 3000
tax = "taxable"
picture = "americano"
barcode = "8801"
categories = ["best"]
groups = ["size"]
"#;

/// A folder with a right configuration, to be spoilt.
struct Setup(tempfile::TempDir);

impl Setup {
    fn new() -> Setup {
        let setup = Setup(tempfile::tempdir().unwrap());
        setup.write("kiosk.toml", KIOSK);
        setup.write("secrets.toml", SECRETS);
        setup.write("catalog.toml", CATALOG);
        setup
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn replace(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(old), "{old:?} is not in {name}");
        self.write(name, &text.replacen(old, new, 1));
    }

    fn load(&self) -> Result<Config, ConfigErrors> {
        Config::load(&self.path("kiosk.toml"), None)
    }

    fn mistakes(&self) -> Vec<Mistake> {
        self.load().expect_err("a mistake").mistakes
    }

    fn only_mistake(&self) -> Mistake {
        let mut mistakes = self.mistakes();
        assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
        mistakes.remove(0)
    }
}

fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).expect("the part")
}

#[test]
fn a_data_folder_is_made_and_one_that_cannot_be_is_a_mistake() {
    let setup = Setup::new();
    let data = setup.path("not/there/yet");
    Config::load(&setup.path("kiosk.toml"), Some(&data)).unwrap();
    assert!(data.is_dir());
    let file = setup.path("kiosk.toml");
    let errors = Config::load(&file, Some(&file)).unwrap_err();
    assert_eq!(errors.mistakes.len(), 1, "{errors}");
    assert!(errors.mistakes[0].hint().contains("--data"), "{errors}");
}

#[test]
fn a_right_configuration_is_read_whole() {
    let setup = Setup::new();
    let config = setup.load().unwrap();
    assert_eq!(config.shop.name.ko, "모퉁이커피");
    assert_eq!(config.shop.kiosk_prefix, "A");
    assert_eq!(config.shop.ways, [Way::ToGo]);
    assert_eq!(config.shop.business_day_starts_min, 330);
    assert_eq!(config.shop.utc_offset_hours, 9);
    assert_eq!(config.prbiti.services, [Service::Coupon, Service::PointEarn]);
    assert_eq!(config.prbiti.module_url.address().unwrap().as_str(), "https://module.example/kiosk?tenant=7");
    assert_eq!(config.payment.agent_url.address().unwrap().as_str(), "http://127.0.0.1:9100/agent");
    assert_eq!(config.payment.timeout_ms, 60_000);
    assert_eq!(config.payment.terminal_place, Place::LeftBelow);
    let scanner = config.scanner.unwrap();
    let line = Line { baud: 115_200, ..Line::default() };
    assert_eq!(scanner.port, Port::Serial(Serial { which: Which::At("/dev/serial/by-id/scanner".into()), line }));
    assert_eq!(scanner.form, Form { same_ms: 500, ..Form::default() });
    let speech = config.speech.unwrap();
    assert_eq!(speech.languages(), [Language::Ko, Language::En, Language::Zh], "no kana, no Japanese");
    assert_eq!(config.screen.pitch_nm(), 311_316);
    assert!(config.screen.fullscreen);
    assert_eq!(config.screen.idle_ms, 60_000);
    assert_eq!(config.journal, setup.path("journal.db"));
    assert_eq!(config.simulator, None);
    let secrets = config.secrets.unwrap();
    assert_eq!(secrets.application_key.expose(), "APPKEY-hush");
    assert_eq!(secrets.passwd.expose(), "PASSWD-hush");
    assert_eq!(secrets.terminal_id.expose(), "TERMINAL-hush");
    assert_eq!(secrets.agent_token.expose(), "TOKEN-hush");
    let item = config.catalog.by_barcode("8801").unwrap();
    assert_eq!((item.price, item.tax), (Won::new(3000), Tax::Taxable));
    let size = config.catalog.group(&item.groups[0]).unwrap();
    let GroupKind::Choice(options) = &size.kind else { panic!("{size:?}") };
    assert_eq!((options[0].price, options[1].price), (Won::ZERO, Won::new(500)));
}

#[test]
fn data_goes_to_the_data_folder_and_the_rest_stays_with_the_configuration() {
    let setup = Setup::new();
    let config = Config::load(&setup.path("kiosk.toml"), Some(Path::new("/var/lib/kiosk"))).unwrap();
    assert_eq!(config.journal, Path::new("/var/lib/kiosk/journal.db"));
    setup.replace("kiosk.toml", "\"journal.db\"", "\"/srv/journal.db\"");
    let config = Config::load(&setup.path("kiosk.toml"), Some(Path::new("/var/lib/kiosk"))).unwrap();
    assert_eq!(config.journal, Path::new("/srv/journal.db"));
}

#[test]
fn all_mistakes_of_all_three_files_are_reported_at_once_with_file_line_and_field() {
    let setup = Setup::new();
    setup.replace("kiosk.toml", "\"05:30\"", "\"25:00\"");
    setup.replace("kiosk.toml", "panel_inch = 27", "panel_inches = 27");
    setup.replace("secrets.toml", "passwd", "password");
    setup.replace("catalog.toml", "price = 3000", "price = -1");
    let kiosk = fs::read_to_string(setup.path("kiosk.toml")).unwrap();
    let found: Vec<(String, usize, String)> = setup
        .mistakes()
        .into_iter()
        .map(|m| (m.file.file_name().unwrap().to_string_lossy().into_owned(), m.line, m.field))
        .collect();
    let expected = [
        ("kiosk.toml", line_of(&kiosk, "25:00"), "shop.business_day_starts"),
        ("kiosk.toml", line_of(&kiosk, "[screen]"), "screen.panel_inch"),
        ("kiosk.toml", line_of(&kiosk, "panel_inches"), "screen.panel_inches"),
        ("catalog.toml", line_of(CATALOG, "price = 3000"), "item[1].price"),
        ("secrets.toml", 0, "passwd"),
        ("secrets.toml", line_of(SECRETS, "passwd"), ""),
    ];
    assert_eq!(found, expected.map(|(file, line, field)| (file.to_owned(), line, field.to_owned())));
    let told = setup.load().unwrap_err();
    let first = told.to_string().lines().next().unwrap().to_owned();
    assert!(
        first.contains("kiosk.toml:6: shop.business_day_starts: found \"25:00\", expected a time of day"),
        "{first}"
    );
    assert!(told.hint().contains("put right line 6 of"), "{}", told.hint());
}

#[test]
fn each_wrong_value_is_a_mistake_of_its_field() {
    let cases = [
        ("ko = \"모퉁이커피\"", "ko = \" \"", "shop.name.ko"),
        ("ko = \"모퉁이커피\", ", "", "shop.name.ko"),
        ("\"A\"", "\"가\"", "shop.kiosk_prefix"),
        ("[\"to_go\"]", "[]", "shop.ways"),
        ("[\"to_go\"]", "[\"to_go\", \"to_go\"]", "shop.ways"),
        ("business_day_starts = \"05:30\"", "business_day_starts = \"5:30\"", "shop.business_day_starts"),
        ("\"05:30\"", "\"05:30\"\nutc_offset_hours = 15", "shop.utc_offset_hours"),
        ("https://module.example", "http://module.example", "prbiti.module_url"),
        ("https://module.example", "http://localhost", "prbiti.module_url"),
        ("https://module.example", "https://user:word@module.example", "prbiti.module_url"),
        ("https://module.example/kiosk?tenant=7", "module", "prbiti.module_url"),
        ("https://module.example/kiosk?tenant=7", "file:///module", "prbiti.module_url"),
        ("https://module.example/kiosk?tenant=7", "simulator", "prbiti.module_url"),
        ("\"POINT_EARN\"", "\"POINTS\"", "prbiti.services"),
        ("\"POINT_EARN\"", "\"COUPON\"", "prbiti.services"),
        ("services = [\"POINT_EARN\", \"COUPON\"]", "", "prbiti.services"),
        ("http://127.0.0.1:9100", "http://192.168.0.7:9100", "payment.agent_url"),
        ("http://127.0.0.1:9100", "https://agent.example", "payment.agent_url"),
        ("http://127.0.0.1:9100", "https://127.0.0.1:9100", "payment.agent_url"),
        ("http://127.0.0.1:9100/agent", "simulator", "payment.agent_url"),
        ("\"left-below\"", "\"left-below\"\ntimeout_ms = 9999", "payment.timeout_ms"),
        ("\"left-below\"", "\"under\"", "payment.terminal_place"),
        ("/dev/serial/by-id/scanner", "simulator", "scanner.port"),
        ("baud = 115200", "baud = \"fast\"", "scanner.baud"),
        ("program = \"espeak-ng\"", "program = 7", "speech.program"),
        ("[screen]", "[keypad]\nback = \"Escap\"\n[screen]", "keypad.back"),
        ("[screen]", "[keypad]\nback = \"Up\"\n[screen]", "keypad.back"),
        ("[screen]", "[keypad]\nback = \"Home\"\n[screen]", "keypad.home"),
        ("[screen]", "[keypad]\nforward = \"F5\"\n[screen]", "keypad.forward"),
        ("width = 1080", "width = 1080.5", "screen.width"),
        ("panel_inch = 27", "panel_inch = nan", "screen.panel_inch"),
        ("lower_edge_mm = 780", "lower_edge_mm = 780\nfullscreen = 1", "screen.fullscreen"),
        ("lower_edge_mm = 780", "lower_edge_mm = 780\nidle_s = 29", "screen.idle_s"),
        ("lower_edge_mm = 780", "lower_edge_mm = 780\nidle_s = 121", "screen.idle_s"),
        ("[journal]\npath = \"journal.db\"", "", "journal"),
        ("[secrets]\npath = \"secrets.toml\"", "", "secrets"),
        ("[screen]", "[theme]\nink = 1\n[screen]", "theme"),
        ("[shop]", "[simulator]\nenabled = \"no\"\n[shop]", "simulator.enabled"),
    ];
    for (old, new, field) in cases {
        let setup = Setup::new();
        setup.replace("kiosk.toml", old, new);
        let mistakes = setup.mistakes();
        assert!(
            mistakes.len() == 1 && mistakes[0].field == field && (mistakes[0].line > 0 || !field.contains('.')),
            "{new:?} should be a mistake in {field}: {mistakes:#?}"
        );
    }
}

/// As X11 and GDK number them.
const ESCAPE: u32 = 0xFF1B;
const F2: u32 = 0xFFBF;
const KP_ADD: u32 = 0xFFAB;
const AUDIO_RAISE_VOLUME: u32 = 0x1008_FF13;
const RETURN: u32 = 0xFF0D;

#[test]
fn the_keys_of_a_keypad_are_the_usual_ones_unless_others_are_named() {
    let usual = Setup::new().load().unwrap().keypad;
    assert_eq!((usual.use_of(ESCAPE), usual.use_of(F2)), (Some(KeyUse::Back), Some(KeyUse::Again)));
    assert_eq!((usual.use_of(KP_ADD), usual.use_of(RETURN)), (None, None));

    let setup = Setup::new();
    let keys = "[keypad]\nback = \"KP_Add\"\nlouder = \"XF86AudioRaiseVolume\"\n[screen]";
    setup.replace("kiosk.toml", "[screen]", keys);
    let own = setup.load().unwrap().keypad;
    assert_eq!((own.use_of(KP_ADD), own.use_of(AUDIO_RAISE_VOLUME)), (Some(KeyUse::Back), Some(KeyUse::Louder)));
    assert_eq!((own.use_of(ESCAPE), own.use_of(F2)), (None, Some(KeyUse::Again)), "one has one key");
}

impl Setup {
    fn with_scanner(scanner: &str) -> Setup {
        let setup = Setup::new();
        setup.replace("kiosk.toml", "port = \"/dev/serial/by-id/scanner\"\nbaud = 115200", scanner);
        setup
    }
}

#[test]
fn a_scanner_is_a_device_by_name_or_number_or_a_keyboard() {
    let usb = |serial_number: Option<&str>| Usb {
        serial_number: serial_number.map(str::to_owned),
        ..Usb::read("1a86:7523").unwrap()
    };
    let serial = |which, line| Port::Serial(Serial { which, line });
    let seven = Line { baud: 19_200, parity: Parity::Even, data_bits: DataBits::Seven, stop_bits: StopBits::Two };
    for (written, port) in [
        ("port = \"/dev/ttyS0\"", serial(Which::At("/dev/ttyS0".into()), Line::default())),
        ("usb = \"1A86:7523\"", serial(Which::Usb(usb(None)), Line::default())),
        ("usb = \"1a86:7523\"\nserial_number = \"A1\"", serial(Which::Usb(usb(Some("A1"))), Line::default())),
        (
            "port = \"/dev/ttyS0\"\nbaud = 19200\nparity = \"even\"\ndata_bits = 7\nstop_bits = 2",
            serial(Which::At("/dev/ttyS0".into()), seven),
        ),
        ("keyboard = true", Port::Keyboard { usb: None, gap_ms: 50 }),
        ("keyboard = true\nusb = \"1a86:7523\"\ngap_ms = 80", Port::Keyboard { usb: Some(usb(None)), gap_ms: 80 }),
    ] {
        assert_eq!(Setup::with_scanner(written).load().unwrap().scanner.unwrap().port, port, "{written}");
    }
    let form = "prefix = \"\\u0002\"\nsuffix = \"~\\u0003\"\nending = \"silence\"\naim = \"keep\"\nsame_ms = 0";
    let read = Setup::with_scanner(&format!("keyboard = true\n{form}")).load().unwrap().scanner.unwrap().form;
    let (prefix, suffix) = ("\u{2}".into(), "~\u{3}".into());
    assert_eq!(read, Form { prefix, suffix, ending: Ending::Silence, aim: Aim::Keep, same_ms: 0 });
}

#[test]
fn each_wrong_word_about_the_scanner_is_a_mistake_of_its_field() {
    for (written, field) in [
        ("baud = 9600", "scanner.port"),
        ("keyboard = false", "scanner.port"),
        ("port = \"/dev/a\"\nusb = \"1a86:7523\"", "scanner.usb"),
        ("usb = \"1a86-7523\"", "scanner.usb"),
        ("keyboard = true\nusb = \"1a86\"", "scanner.usb"),
        ("port = \"/dev/a\"\nserial_number = \"A1\"", "scanner.serial_number"),
        ("port = \"/dev/a\"\ngap_ms = 50", "scanner.gap_ms"),
        ("keyboard = true\ngap_ms = 5", "scanner.gap_ms"),
        ("keyboard = true\nbaud = 9600", "scanner.baud"),
        ("keyboard = true\nport = \"/dev/a\"", "scanner.port"),
        ("keyboard = 1", "scanner.keyboard"),
        ("port = \"/dev/a\"\nparity = \"mark\"", "scanner.parity"),
        ("port = \"/dev/a\"\ndata_bits = 6", "scanner.data_bits"),
        ("port = \"/dev/a\"\nstop_bits = 0", "scanner.stop_bits"),
        ("port = \"/dev/a\"\nprefix = \"a\\tb\"", "scanner.prefix"),
        ("port = \"/dev/a\"\nsuffix = \"12345678901234567\"", "scanner.suffix"),
        ("port = \"/dev/a\"\nending = \"etx\"", "scanner.ending"),
        ("port = \"/dev/a\"\naim = true", "scanner.aim"),
        ("port = \"/dev/a\"\nsame_ms = -1", "scanner.same_ms"),
    ] {
        let fields: Vec<String> =
            Setup::with_scanner(written).mistakes().into_iter().map(|mistake| mistake.field).collect();
        assert!(fields.contains(&field.to_owned()) && fields.len() <= 2, "{written}: {fields:?}");
    }
}

/// What a receipt must say, and a printer.
const SELLER: &str = r#"business_number = "123-45-67891"
representative = "김모퉁"
address = "서울특별시 종로구 모퉁이길 12"
"#;

impl Setup {
    fn with_printer(printer: &str) -> Setup {
        let setup = Setup::new();
        setup.replace("kiosk.toml", "[prbiti]", &format!("{SELLER}\n[printer]\n{printer}\n\n[prbiti]"));
        setup
    }
}

#[test]
fn a_printer_is_a_device_a_serial_line_or_on_the_network() {
    for (written, port) in [
        ("port = \"/dev/usb/lp0\"", printer::Port::Device("/dev/usb/lp0".into())),
        ("port = \"/dev/ttyS1\"\nbaud = 19200", printer::Port::Serial { path: "/dev/ttyS1".into(), baud: 19_200 }),
        ("tcp = \"192.168.0.50:9100\"", printer::Port::Tcp { host: "192.168.0.50".into(), port: 9100 }),
        ("tcp = \"printer.local:9100\"", printer::Port::Tcp { host: "printer.local".into(), port: 9100 }),
        ("tcp = \"[::1]:9100\"", printer::Port::Tcp { host: "::1".into(), port: 9100 }),
    ] {
        let config = Setup::with_printer(written).load().unwrap();
        let style = Style { columns: 42, letters: Letters::Cp949, logo: None };
        assert_eq!(config.printer, Some(Printer { port, style }), "{written}");
        assert_eq!(config.shop.seller.business_number(), "123-45-67891");
    }
    assert_eq!(Setup::new().load().unwrap().printer, None);
}

#[test]
fn each_wrong_word_about_the_printer_is_a_mistake_of_its_field() {
    for (written, field) in [
        ("columns = 42", "port"),
        ("port = \"/dev/usb/lp0\"\ntcp = \"a:1\"", "tcp"),
        ("tcp = \"a:1\"\nbaud = 9600", "baud"),
        ("tcp = \"192.168.0.50\"", "tcp"),
        ("tcp = \"a b:9100\"", "tcp"),
        ("tcp = \"a:0\"", "tcp"),
        ("port = \"simulator\"", "port"),
        ("port = \"/dev/usb/lp0\"\ncolumns = 40", "columns"),
        ("port = \"/dev/usb/lp0\"\nencoding = \"utf-8\"", "encoding"),
        ("port = \"/dev/usb/lp0\"\nencoding = \"raster\"", "font"),
        ("port = \"/dev/usb/lp0\"\nencoding = \"raster\"\nfont = \"kiosk.toml\"", "font"),
        ("port = \"/dev/usb/lp0\"\nlogo = \"kiosk.toml\"", "logo"),
        ("port = \"/dev/usb/lp0\"\nlogo = \"/dev/zero\"", "logo"),
    ] {
        let mistake = Setup::with_printer(written).only_mistake();
        assert!(mistake.field.ends_with(field), "{written}: {mistake}");
    }
}

#[test]
fn who_prints_receipts_says_who_sells_with_a_number_that_can_be_one() {
    let setup = Setup::with_printer("port = \"/dev/usb/lp0\"");
    setup.replace("kiosk.toml", SELLER, "");
    let fields: Vec<String> = setup.mistakes().into_iter().map(|mistake| mistake.field).collect();
    for field in ["business_number", "representative", "address"] {
        assert_eq!(fields.iter().filter(|found| found.ends_with(field)).count(), 1, "{fields:?}");
    }
    // Real ones, of which only the right last digit makes a number.
    for (number, right) in [
        ("123-45-67891", true),
        ("1234567891", true),
        ("220-81-62517", true),
        ("124-81-00998", true),
        ("123-45-67890", false),
        ("220-81-62518", false),
        ("123-45-6789", false),
        ("123-45-678910", false),
        ("12a-45-67891", false),
    ] {
        let setup = Setup::with_printer("port = \"/dev/usb/lp0\"");
        setup.replace("kiosk.toml", "123-45-67891", number);
        assert_eq!(setup.load().is_ok(), right, "{number}");
    }
}

#[test]
fn http_is_for_this_machine_only() {
    let setup = Setup::new();
    setup.replace("kiosk.toml", "https://module.example/kiosk?tenant=7", "http://127.0.0.1:8080/module");
    setup.replace("kiosk.toml", "http://127.0.0.1:9100/agent", "http://[::1]:9100/agent");
    setup.load().unwrap();
}

#[test]
fn an_ipv6_address_that_no_frame_can_show_is_refused() {
    for address in ["http://[::1]:8080/module", "https://[2001:db8::7]/kiosk"] {
        let setup = Setup::new();
        setup.replace("kiosk.toml", "https://module.example/kiosk?tenant=7", address);
        let mistake = setup.only_mistake();
        assert_eq!(mistake.field, "prbiti.module_url");
        assert!(
            mistake.to_string().ends_with("found an IPv6 address, expected a name or an IPv4 address"),
            "{mistake}"
        );
    }
}

#[test]
fn mistakes_are_told_in_the_order_of_the_lines() {
    let setup = Setup::new();
    // Fields are looked at in another order than this: [simulator] first, [shop] before [prbiti].
    let kiosk = fs::read_to_string(setup.path("kiosk.toml")).unwrap();
    let (shop, rest) = kiosk.split_once("[prbiti]").unwrap();
    setup.write("kiosk.toml", &format!("[prbiti]{rest}{shop}[simulator]\nenabled = 1\n"));
    setup.replace("kiosk.toml", "\"05:30\"", "\"25:00\"");
    setup.replace("kiosk.toml", "\"POINT_EARN\"", "\"POINTS\"");
    setup.replace("kiosk.toml", "panel_inch = 27", "panel_inch = 1");
    let fields: Vec<String> = setup.mistakes().into_iter().map(|mistake| mistake.field).collect();
    assert_eq!(fields, ["prbiti.services", "screen.panel_inch", "shop.business_day_starts", "simulator.enabled"]);
}

#[test]
fn secrets_that_others_can_read_are_refused_and_the_way_out_is_named() {
    let setup = Setup::new();
    for mode in [0o640, 0o604, 0o644, 0o620, 0o666] {
        fs::set_permissions(setup.path("secrets.toml"), fs::Permissions::from_mode(mode)).unwrap();
        let mistake = setup.only_mistake();
        assert!(mistake.found.contains(&format!("{mode:04o}")), "{mistake}");
        assert_eq!(mistake.hint(), format!("chmod 600 {}", setup.path("secrets.toml").display()));
    }
    fs::set_permissions(setup.path("secrets.toml"), fs::Permissions::from_mode(0o400)).unwrap();
    assert!(setup.load().is_ok());
}

#[test]
fn no_secret_ever_reaches_a_message() {
    let spoilt = [
        SECRETS.replace("\"PASSWD-hush\"", "\"PASSWD-hush with blanks\""),
        SECRETS.replace("\"TOKEN-hush\"", "[\"TOKEN-hush\"]"),
        SECRETS.replace("passwd = \"PASSWD-hush\"", "PASSWD-hush = \"passwd\""),
        SECRETS.replace("\"APPKEY-hush\"", "APPKEY-hush"),
        SECRETS.replace("\"APPKEY-hush\"", "\"APPKEY-hush"),
        SECRETS.replace("passwd = ", "passwd.hush = "),
        format!("{SECRETS}\npasswd = \"TWICE-hush\""),
        format!("{SECRETS}\nTOKEN-hush"),
    ];
    for text in spoilt {
        let setup = Setup::new();
        setup.write("secrets.toml", &text);
        let errors = setup.load().unwrap_err();
        let told = format!("{errors}\n{errors:?}\n{}", errors.hint());
        assert!(!told.contains("hush"), "{told}");
        assert!(told.contains("secrets.toml"), "{told}");
    }
    let config = Setup::new().load().unwrap();
    let told = format!("{config:?}");
    assert!(told.contains("***") && !told.contains("hush"), "{told}");
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let setup = Setup::new();
    fs::remove_file(setup.path("catalog.toml")).unwrap();
    fs::remove_file(setup.path("secrets.toml")).unwrap();
    let files: Vec<PathBuf> = setup.mistakes().into_iter().map(|mistake| mistake.file).collect();
    assert_eq!(files, [setup.path("catalog.toml"), setup.path("secrets.toml")]);
    let nowhere = Config::load(&setup.path("nowhere.toml"), None).unwrap_err();
    assert_eq!(nowhere.mistakes.len(), 1);
    fs::write(setup.path("kiosk.toml"), b"[shop]\nname = \"\xff\"").unwrap();
    let mistake = setup.only_mistake();
    assert_eq!((mistake.line, mistake.expected.as_str()), (2, "text saved as UTF-8"));
}

#[test]
fn where_the_file_is_not_toml_only_that_is_reported() {
    let setup = Setup::new();
    setup.replace("kiosk.toml", "kiosk_prefix = \"A\"", "kiosk_prefix = \"A");
    setup.replace("kiosk.toml", "width = 1080", "width = = 1080");
    let kiosk = fs::read_to_string(setup.path("kiosk.toml")).unwrap();
    let lines: Vec<usize> = setup.mistakes().iter().map(|mistake| mistake.line).collect();
    assert!(lines.contains(&line_of(&kiosk, "kiosk_prefix")), "{lines:?}");
    assert!(lines.contains(&line_of(&kiosk, "width")), "{lines:?}");
    assert!(setup.mistakes().iter().all(|mistake| mistake.expected == "TOML"));
}

#[test]
fn demonstration_needs_no_secrets_and_reaches_nothing_real() {
    let setup = Setup::new();
    setup.replace("kiosk.toml", "[shop]", "[simulator]\nenabled = true\nport = 4711\nledger = \"sim.db\"\n[shop]");
    let fields: Vec<String> = setup.mistakes().into_iter().map(|mistake| mistake.field).collect();
    assert_eq!(fields, ["prbiti.module_url", "payment.agent_url"]);

    setup.replace("kiosk.toml", "https://module.example/kiosk?tenant=7", "simulator");
    setup.replace("kiosk.toml", "http://127.0.0.1:9100/agent", "simulator");
    setup.replace("kiosk.toml", "/dev/serial/by-id/scanner", "simulator");
    setup.replace("kiosk.toml", "[secrets]\npath = \"secrets.toml\"", "");
    let config = Config::load(&setup.path("kiosk.toml"), Some(Path::new("/data"))).unwrap();
    assert_eq!(config.secrets, None);
    assert_eq!(config.prbiti.module_url, Endpoint::Simulator);
    assert_eq!(config.payment.agent_url.address(), None);
    assert_eq!(config.scanner.unwrap().port, Port::Simulator);
    let simulator = config.simulator.unwrap();
    assert_eq!((simulator.port, simulator.ledger.as_path()), (4711, Path::new("/data/sim.db")));

    setup.replace("kiosk.toml", "enabled = true", "enabled = false");
    let fields: Vec<String> = setup.mistakes().into_iter().map(|mistake| mistake.field).collect();
    assert_eq!(fields, ["secrets", "prbiti.module_url", "payment.agent_url", "scanner.port"]);
}

#[test]
fn each_mistake_in_the_catalog_is_named() {
    let second = CATALOG.split("[[item]]").nth(1).map(|item| format!("[[item]]{item}")).unwrap();
    let cases = [
        (CATALOG.replace("ko = \"아메리카노\"", "en = \"Americano\""), "item[1].name.ko"),
        (CATALOG.replace("price = 3000", "price = 3000.0"), "item[1].price"),
        (CATALOG.replace("price = 3000", "price = \"3000\""), "item[1].price"),
        (CATALOG.replace("price = 3000", "price = 100000001"), "item[1].price"),
        (CATALOG.replace("price = 500", "price = -500"), "group[1].choice[2].price"),
        (CATALOG.replace("price = 3000", ""), "item[1].price"),
        (CATALOG.replace("\"taxable\"", "\"reduced\""), "item[1].tax"),
        (CATALOG.replace("\"americano\"", "\"tea\""), "item[1].picture"),
        (CATALOG.replace("\"8801\"", "8801"), "item[1].barcode"),
        (CATALOG.replace("[\"best\"]", "[\"rest\"]"), "item[1].categories"),
        (CATALOG.replace("[\"best\"]", "[\"best\", \"best\"]"), "item[1].categories"),
        (CATALOG.replace("[\"best\"]", "[]"), "item[1].categories"),
        (CATALOG.replace("categories = [\"best\"]", ""), "item[1].categories"),
        (CATALOG.replace("[\"size\"]", "[\"sizes\"]"), "item[1].groups"),
        (CATALOG.replace("tax = ", "soldout = true\ntax = "), "item[1].soldout"),
        (CATALOG.replace("id = \"KD1\"", "id = \"KD 1\""), "item[1].id"),
        (CATALOG.replace("id = \"LARGE\"", "id = \"REGULAR\""), "group[1].choice[2].id"),
        (CATALOG.replace("  { id = \"LARGE\", name = { ko = \"크게\" }, price = 500 },\n", ""), "group[1].choice"),
        (
            CATALOG
                .replace("name = { ko = \"보통\" }", "sold_out = true, name = { ko = \"보통\" }")
                .replace("price = 500", "sold_out = true"),
            "group[1].choice",
        ),
        (
            CATALOG.replace("choice = [", "count = { id = \"S\", name = { ko = \"샷\" }, most = 2 }\nchoice = ["),
            "group[1].count",
        ),
        (format!("{CATALOG}{}", second.replace("8801", "8802")), "item[2].id"),
        (format!("{CATALOG}{}", second.replace("KD1", "KD2")), "item[2].barcode"),
        (format!("{CATALOG}\n[[category]]\nid = \"best\"\nname = {{ ko = \"인기\" }}"), "category[2].id"),
        (format!("{CATALOG}\n[[group]]\nid = \"shot\"\nname = {{ ko = \"샷\" }}"), "group[2].choice"),
        (
            format!(
                "{CATALOG}\n[[group]]\nid = \"shot\"\nname = {{ ko = \"샷\" }}\ncount = {{ id = \"S\", name = {{ ko = \"샷\" }}, most = 0 }}"
            ),
            "group[2].count.most",
        ),
    ];
    for (text, field) in cases {
        let setup = Setup::new();
        setup.write("catalog.toml", &text);
        let mistake = setup.only_mistake();
        assert_eq!(mistake.field, field, "{text}");
        assert!(mistake.line > 0, "{mistake}");
        assert_eq!(mistake.file, setup.path("catalog.toml"));
    }
    let setup = Setup::new();
    setup.write("catalog.toml", "");
    let fields: Vec<String> = setup.mistakes().into_iter().map(|mistake| mistake.field).collect();
    assert_eq!(fields, ["category", "item"]);
}

#[test]
fn the_demonstration_shop_is_complete() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/kiosk.toml");
    let config = Config::load(&demo, Some(Path::new("/data"))).map_err(|errors| errors.to_string()).unwrap();
    assert!(config.simulator.is_some());
    let catalog = &config.catalog;
    assert!(catalog.items.len() >= 14);
    let americano = catalog.items.first().unwrap();
    assert_eq!((americano.id.as_str(), americano.price), ("KD101111", Won::new(3000)));
    assert!(catalog.items.iter().any(|item| item.tax == Tax::Free));
    assert!(catalog.items.iter().any(|item| item.sold_out));
    let names =
        catalog.categories.iter().map(|category| &category.names).chain(catalog.items.iter().map(|item| &item.names));
    for names in names {
        assert!(names.en.is_some() && names.zh.is_some() && names.ja.is_some(), "{names:?}");
    }
    for item in &catalog.items {
        let code: Vec<u32> = item.barcode.as_ref().unwrap().chars().map(|c| c.to_digit(10).unwrap()).collect();
        let sum: u32 = code.iter().enumerate().map(|(n, digit)| if n % 2 == 0 { *digit } else { 3 * digit }).sum();
        assert!(code.len() == 13 && sum.is_multiple_of(10), "{item:?}");
    }
}

#[test]
fn an_origin_is_what_a_browser_says() {
    let origin = |url: &str| origin(&url.parse().unwrap());
    assert_eq!(origin("https://module.example/kiosk?tenant=7").as_deref(), Some("https://module.example"));
    assert_eq!(origin("http://127.0.0.1:4711/module").as_deref(), Some("http://127.0.0.1:4711"));
    assert_eq!(origin("file:///module"), None);
}

#[test]
fn a_mistake_is_one_short_line_whatever_stands_in_the_file() {
    let setup = Setup::new();
    setup.write("kiosk.toml", &format!("\"two\\nlines\" = 1\n{} = 2\n{KIOSK}", "long".repeat(1000)));
    setup.replace("kiosk.toml", "panel_inch = 27", &format!("panel_inch = 0.{}", "0".repeat(5000)));
    let mistakes = setup.mistakes();
    assert_eq!(mistakes.len(), 3, "{mistakes:#?}");
    assert_eq!(mistakes[0].field, r#""two\nlines""#);
    for mistake in mistakes {
        let line = mistake.to_string();
        assert!(!line.contains('\n') && line.chars().count() < 500, "{line}");
    }
}

/// An order hook, and what its orders are signed with.
fn with_hook(hook: &str, secret: &str) -> Setup {
    let setup = Setup::new();
    setup.replace("kiosk.toml", "[prbiti]", &format!("[order_hook]\n{hook}\n\n[prbiti]"));
    setup.write("secrets.toml", &format!("{SECRETS}{secret}\n"));
    setup
}

const HOOK_SECRET: &str = "order_hook_secret = \"0123456789abcdef0123456789abcdef\"";

#[test]
fn orders_are_posted_to_where_nobody_else_reads_them() {
    for url in [
        "http://127.0.0.1:8080/orders?shop=7",
        "http://192.168.0.7/orders",
        "http://10.1.2.3/",
        "http://[fd00::7]/",
        "https://kitchen.example/orders",
    ] {
        let config = with_hook(&format!("url = {url:?}\ntimeout_ms = 2000"), HOOK_SECRET).load().unwrap();
        let hook = config.order_hook.unwrap();
        assert_eq!((hook.url.address().map(|url| url.to_string()), hook.timeout_ms), (Some(url.to_owned()), 2_000));
        assert_eq!(config.secrets.unwrap().order_hook.unwrap().expose(), "0123456789abcdef0123456789abcdef");
    }
    assert_eq!(Setup::new().load().unwrap().order_hook, None);
    for url in ["http://kitchen.example/", "http://8.8.8.8/", "ftp://127.0.0.1/", "simulator"] {
        let mistake = with_hook(&format!("url = {url:?}"), HOOK_SECRET).only_mistake().to_string();
        assert!(mistake.contains("order_hook.url"), "{url}: {mistake}");
    }
    let mistake = with_hook("url = \"http://u:hush@127.0.0.1/\"", HOOK_SECRET).only_mistake().to_string();
    assert!(mistake.contains("order_hook.url") && !mistake.contains("hush"), "{mistake}");
    let mistake = with_hook("url = \"http://127.0.0.1/\"\ntimeout_ms = 500", HOOK_SECRET).only_mistake().to_string();
    assert!(mistake.contains("order_hook.timeout_ms"), "{mistake}");
}

#[test]
fn orders_are_posted_with_a_secret_that_is_worth_the_name() {
    let hook = "url = \"http://127.0.0.1/\"";
    for secret in ["", "order_hook_secret = \"short-hush\"", "order_hook_secret = 7"] {
        let mistake = with_hook(hook, secret).only_mistake().to_string();
        assert!(mistake.contains("order_hook_secret") && !mistake.contains("hush"), "{mistake}");
    }
}

#[test]
fn a_kitchen_printer_is_a_printer_of_its_own() {
    let setup = Setup::new();
    setup.replace("kiosk.toml", "[prbiti]", "[kitchen_printer]\ntcp = \"192.168.0.51:9100\"\n\n[prbiti]");
    let config = setup.load().unwrap();
    let port = printer::Port::Tcp { host: "192.168.0.51".into(), port: 9100 };
    assert_eq!((config.printer, config.kitchen_printer.map(|printer| printer.port)), (None, Some(port)));
    let setup = Setup::new();
    setup.replace("kiosk.toml", "[prbiti]", "[kitchen_printer]\ncolumns = 42\n\n[prbiti]");
    assert!(setup.only_mistake().to_string().contains("kitchen_printer.port"));
}

/// A kiosk that is updated, with this in the section.
fn with_update(update: &str) -> Setup {
    let setup = Setup::new();
    setup.replace("kiosk.toml", "[prbiti]", &format!("[update]\n{update}\n\n[prbiti]"));
    setup
}

#[test]
fn updates_come_from_where_the_configuration_says_and_else_not_at_all() {
    assert_eq!(Setup::new().load().unwrap().update, None);
    let update = with_update("url = \"https://updates.example/kiosk\"\nchannel = \"stable\"").load().unwrap().update;
    let update = update.unwrap();
    assert_eq!(
        update.url.join("stable/latest.json").unwrap().as_str(),
        "https://updates.example/kiosk/stable/latest.json"
    );
    assert_eq!(update.channel.to_string(), "stable");
    assert_eq!((update.window.to_string().as_str(), update.check_hours), ("03:00-05:00", 6));
    let other = "url = \"http://127.0.0.1:9/\"\nchannel = \"0.3.0-beta.1\"\nwindow = \"23:30-01:00\"\ncheck_hours = 1";
    let update = with_update(other).load().unwrap().update.unwrap();
    assert_eq!(update.channel.to_string(), "0.3.0-beta.1");
    assert_eq!((update.window.to_string().as_str(), update.check_hours), ("23:30-01:00", 1));
}

#[test]
fn a_publisher_is_named_so_that_nobody_listens_and_nothing_is_given_away() {
    let good = "channel = \"beta\"";
    for url in ["http://updates.example/", "https://u:hush@updates.example/", "https://updates.example/?hush", "x"] {
        let mistake = with_update(&format!("url = {url:?}\n{good}")).only_mistake().to_string();
        assert!(mistake.contains("update.url") && !mistake.contains("hush"), "{mistake}");
    }
    for (field, wrong) in [
        ("update.channel", "channel = \"nightly\""),
        ("update.channel", ""),
        ("update.window", "channel = \"beta\"\nwindow = \"3-5\""),
        ("update.check_hours", "channel = \"beta\"\ncheck_hours = 0"),
    ] {
        let mistake = with_update(&format!("url = \"https://updates.example\"\n{wrong}")).only_mistake().to_string();
        assert!(mistake.contains(field), "{mistake}");
    }
}
