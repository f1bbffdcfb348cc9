//! `kiosk.toml` and the secrets' file: wrong in whatever way, every mistake is told with its place, and no secret is.

use std::path::Path;

use till::{
    config::{Config, ConfigErrors, Endpoint, Mistake},
    reading::{self, Files},
    scanner::Port,
};

/// Small, for it is read each time.
const CATALOG: &[u8] = include_bytes!("../corpus/catalog/small");
/// Stands between the one file and the other.
const NEXT_FILE: &str = "\n# ---- the secrets' file\n";
/// Every secret of the corpus holds this word.
const HUSH: &str = "hush";

/// `kiosk.toml`, and after a line of its own the secrets' file.
pub fn run(data: &[u8]) {
    let text = str::from_utf8(data).unwrap_or_default();
    let (kiosk, secrets) = match text.split_once(NEXT_FILE) {
        Some((kiosk, secrets)) => (kiosk.as_bytes(), secrets.as_bytes()),
        None => (data, &b""[..]),
    };
    let path = Path::new("etc/kiosk.toml");
    let read = || reading::config(path, Files { kiosk, secrets, catalog: CATALOG });
    let config = read();
    let told = match &config {
        Ok(config) => {
            right(config);
            format!("{config:?}")
        }
        Err(errors) => {
            for mistake in &errors.mistakes {
                let bytes = if mistake.file == path { kiosk } else { secrets };
                check(mistake, lines(bytes).max(if mistake.file == path { 0 } else { lines(CATALOG) }));
            }
            in_order(errors);
            format!("{errors}\n{}\n{errors:?}", errors.hint())
        }
    };
    let open = String::from_utf8_lossy(kiosk).to_lowercase();
    assert!(open.contains(HUSH) || !told.contains(HUSH), "a secret is told: {told}");
    assert_eq!(read(), config, "the same files are another configuration");
}

pub fn lines(bytes: &[u8]) -> usize {
    1 + bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// A mistake is somewhere in its file, and fits into a line of the log.
pub fn check(mistake: &Mistake, lines: usize) {
    let Mistake { file: _, line, field, found, expected, todo: _ } = mistake;
    assert!(*line <= lines, "{mistake}, in {lines} lines");
    assert!(!found.is_empty() && !expected.is_empty(), "{mistake}");
    for text in [field, found, expected] {
        assert!(!text.chars().any(char::is_control), "more than a line of the log: {text:?}");
        assert!(text.chars().count() <= 500, "{} characters of the log", text.chars().count());
    }
}

/// There is a mistake, and those of one file stand together by line.
pub fn in_order(errors: &ConfigErrors) {
    assert!(!errors.mistakes.is_empty(), "it is refused, and nobody is told why");
    for pair in errors.mistakes.windows(2) {
        assert!(pair[0].file != pair[1].file || pair[0].line <= pair[1].line, "{errors}");
    }
}

fn right(config: &Config) {
    let Config { shop, prbiti, payment, scanner, screen, simulator, secrets, .. } = config;
    assert!(!shop.ways.is_empty() && shop.ways.len() <= 2 && shop.ways.first() != shop.ways.get(1));
    assert!(shop.kiosk_prefix.len() <= 3 && shop.business_day_starts_min < 24 * 60);
    assert!((-12..=14).contains(&shop.utc_offset_hours));
    assert!(prbiti.services.windows(2).all(|pair| pair[0] < pair[1]), "each service once, in the order of asking");
    assert!((10_000..=300_000).contains(&payment.timeout_ms));
    assert!(screen.pitch_nm() > 0, "{screen:?}");
    let real_scanner = match scanner.as_ref().map(|scanner| &scanner.port) {
        Some(Port::Serial(serial)) => {
            assert!((1_200..=921_600).contains(&serial.line.baud));
            true
        }
        Some(Port::Keyboard { gap_ms, .. }) => {
            assert!((10..=200).contains(gap_ms));
            true
        }
        Some(Port::Simulator) | None => false,
    };
    match (&prbiti.module_url, &payment.agent_url) {
        (Endpoint::Simulator, Endpoint::Simulator) => assert!(simulator.is_some(), "it falls back to the simulator"),
        (Endpoint::At(module), Endpoint::At(agent)) => {
            assert!(simulator.is_none() && secrets.is_some(), "practice with what is real, or without a secret");
            let here = |host: Option<&str>| host.is_some_and(|host| host.starts_with("127.") || host == "[::1]");
            assert!(module.scheme() == "https" || here(module.host_str()), "in the open: {module}");
            assert!(agent.scheme() == "http" && here(agent.host_str()), "elsewhere: {agent}");
            assert!(module.username().is_empty() && module.password().is_none());
            assert!(till::config::origin(module).is_some_and(|origin| origin.starts_with("http")));
        }
        (_, _) => panic!("half of it is real: {config:?}"),
    }
    assert!(simulator.is_some() || scanner.is_none() || real_scanner, "a scanner that isn't there");
    for secret in secrets.iter().flat_map(|s| [&s.application_key, &s.passwd, &s.terminal_id, &s.agent_token]) {
        assert!((1..=512).contains(&secret.expose().len()) && secret.expose().bytes().all(|b| b.is_ascii_graphic()));
    }
}
