//! `prbiti-kiosk setup` as a program of its own: the first manager is made on the machine, by whoever may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
};

use prbiti_simulator::{Settings, Simulator};
use tempfile::TempDir;
use till::{
    boot,
    config::Config,
    staff::{Refused, Role, Staff},
};

#[test]
fn a_manager_who_was_set_up_is_let_in_and_can_be_given_another_pin() {
    let shop = Shop::new(&kiosk_toml("https://module.example/kiosk", "http://127.0.0.1:9100"));
    assert_eq!(shop.enter("135790"), Err(Refused::NobodyYet));
    let (code, said, complaint) = shop.set_up(&["manager", "하나"], "135790\n");
    assert_eq!(
        (code, said.as_str(), complaint.as_str()),
        (0, "하나 is a manager from now on, of the kiosk whose journal is journal.db\n", "")
    );
    assert_eq!(shop.enter("135790"), Ok(("하나".to_owned(), Role::Manager)));
    assert_eq!(shop.set_up(&["manager", "하나"], "864209").0, 0);
    assert_eq!(shop.enter("135790"), Err(Refused::Wrong));
    for _ in 0..4 {
        let _wrong = shop.enter("000001");
    }
    assert!(matches!(shop.enter("864209"), Err(Refused::Shut { .. })));
    assert_eq!(shop.set_up(&["unlock"], "").0, 0);
    assert_eq!(shop.enter("864209"), Ok(("하나".to_owned(), Role::Manager)));
}

#[test]
fn what_is_no_pin_or_somebody_elses_sets_nobody_up_and_is_not_repeated() {
    let shop = Shop::new(&kiosk_toml("https://module.example/kiosk", "http://127.0.0.1:9100"));
    assert_eq!(shop.set_up(&["manager", "하나"], "135790").0, 0);
    for (given, why) in [("13579", "six"), ("", "six"), ("123456", "guess"), ("135790", "choose another")] {
        let (code, said, complaint) = shop.set_up(&["manager", "두리"], given);
        assert!(code == 1 && said.is_empty(), "{given}: {said}");
        assert!(complaint.replace("has 6 digits", "six").contains(why) && complaint.contains("hint: "), "{complaint}");
        assert!(given.is_empty() || !complaint.contains(given), "{complaint}");
    }
    assert_eq!(shop.enter("135790").unwrap().0, "하나");
    assert_eq!(shop.set_up(&["manager", "두\n리"], "975310").0, 1, "a name in two lines");
    let (code, _, complaint) = shop.set_up(&["manager", "두리", "--data", "typo"], "975310");
    assert!(code == 1 && complaint.contains("there is no folder typo"), "{complaint}");
    assert!(!shop.folder.path().join("typo").exists());
    let text = fs::read_to_string(shop.folder.path().join("staff.json")).unwrap();
    assert!(!text.contains("두"), "{text}");
}

#[test]
fn a_demonstration_and_a_configuration_that_cannot_be_used_have_no_managers() {
    let demonstration =
        kiosk_toml("simulator", "simulator") + "\n[simulator]\nenabled = true\nport = 0\nledger = \"simulator.db\"\n";
    for (config, why) in [(demonstration.as_str(), "README"), ("[shop]", "kiosk.toml")] {
        let (code, _, complaint) = Shop::new(config).set_up(&["manager", "하나"], "135790");
        assert!(code == 1 && complaint.contains(why), "{complaint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_kiosk_is_written_when_module_and_agent_answer_and_its_manager_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator(folder.path()).await;
    let new = NewKiosk::new(folder.path(), &simulator);
    let (code, said, complaint) = new.set_up(&[]);
    assert_eq!((code, complaint.as_str()), (0, ""), "{said}");
    assert!(said.contains("the module answers: http") && said.contains("its terminal can charge"), "{said}");
    let config = Config::load(&folder.path().join("kiosk.toml"), None).unwrap();
    assert_eq!(config.prbiti.module_url.address().map(ToString::to_string), Some(simulator.module_url()));
    assert_eq!((config.screen.width, config.screen.lower_edge_mm), (1080, 780));
    assert_eq!(config.journal, folder.path().canonicalize().unwrap().join("journal.db"));
    for (file, mode) in [("kiosk.toml", 0o644), ("catalog.toml", 0o644), ("secrets.toml", 0o600)] {
        assert_eq!(fs::metadata(folder.path().join(file)).unwrap().permissions().mode() & 0o777, mode, "{file}");
    }
    let mut staff = Staff::beside(&config.journal);
    assert_eq!(staff.enter("135790", &boot::now()).unwrap().map(|person| person.name), Ok("하나".to_owned()));
    let names: Vec<String> = fs::read_dir(folder.path()).unwrap().map(|entry| name(&entry.unwrap())).collect();
    assert!(names.iter().all(|name| !name.starts_with(".setup")), "{names:?}");

    // What stands there is never written over.
    let before = fs::read_to_string(folder.path().join("kiosk.toml")).unwrap();
    let (code, _, complaint) = new.set_up(&["--idle", "90"]);
    assert!(code == 1 && complaint.contains("kiosk.toml is there already"), "{complaint}");
    assert_eq!(fs::read_to_string(folder.path().join("kiosk.toml")).unwrap(), before);
    let (code, said, complaint) = new.set_up(&["--idle", "90", "--replace"]);
    assert!(code == 0 && said.contains("kiosk.toml.old1"), "{said}{complaint}");
    assert_eq!(fs::read_to_string(folder.path().join("kiosk.toml.old1")).unwrap(), before);
    assert_eq!(Config::load(&folder.path().join("kiosk.toml"), None).unwrap().screen.idle_ms, 90_000);
    assert!(!folder.path().join("secrets.toml.old1").exists(), "it is the same to the letter");
    simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_of_a_kiosk_that_could_not_sell() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator(folder.path()).await;
    let new = NewKiosk::new(folder.path(), &simulator);
    let (nowhere, no_page) = ("http://127.0.0.1:9/", format!("{}/nothing", simulator.base_url()));
    for (flags, why) in [
        (vec!["--panel", "large"], "screen.width"),
        (vec!["--module-url", "http://module.example/"], "prbiti.module_url"),
        (vec!["--module-url", nowhere], "can't be reached"),
        (vec!["--module-url", &no_page], "HTTP 404"),
        (vec!["--agent-url", nowhere], "the payment agent can't be reached"),
        (vec!["--scanner", "/dev/ttyS0", "--printer", "tcp:127.0.0.1:9100"], "--business-number, --representative"),
    ] {
        let (code, _, complaint) = new.set_up(&flags);
        assert!(code == 1 && complaint.contains(why) && complaint.contains("hint: "), "{flags:?}: {complaint}");
    }
    let (code, _, complaint) = new.set_up_with("another-token", "135790", &[]);
    assert!(code == 1 && complaint.contains("refused the kiosk's token"), "{complaint}");
    assert!(!complaint.contains("another-token"), "{complaint}");
    let (code, _, complaint) = new.set_up_with(TOKEN, "123456", &[]);
    assert!(code == 1 && complaint.contains("guess"), "{complaint}");
    fs::set_permissions(folder.path().join("given.toml"), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, _, complaint) = new.set_up(&[]);
    assert!(code == 1 && complaint.contains("can be read by others"), "{complaint}");
    for file in ["kiosk.toml", "secrets.toml", "catalog.toml", "staff.json"] {
        assert!(!folder.path().join(file).exists(), "{file}");
    }
    let (code, said, complaint) = new.set_up_with(TOKEN, "135790", &["--agent-url", nowhere, "--anyway"]);
    assert!(code == 0 && said.contains("not there yet: the payment agent"), "{said}{complaint}");
    simulator.stop().await;
}

#[test]
fn without_a_terminal_everything_that_is_missing_is_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("catalog.toml"), include_str!("../demo/catalog.toml")).unwrap();
    let (code, _, complaint) = run(folder.path(), &["kiosk"], "");
    let missing = "--shop-name, --module-url, --panel-inch, --lower-edge, --secrets-file, --manager";
    assert!(code == 1 && complaint.contains(missing), "{complaint}");
    fs::remove_file(folder.path().join("catalog.toml")).unwrap();
    let (code, _, complaint) = run(folder.path(), &["kiosk"], "");
    assert!(code == 1 && complaint.contains("there is no menu"), "{complaint}");
}

const TOKEN: &str = "demonstration-agent-token";

async fn simulator(folder: &Path) -> Simulator {
    let ledger = folder.join("ledger.db");
    Simulator::start(Settings { ledger, ..Settings::default() }).await.unwrap()
}

fn name(entry: &fs::DirEntry) -> String {
    entry.file_name().to_string_lossy().into_owned()
}

/// A kiosk that is to be, in a folder with what whoever sets it up has at hand.
struct NewKiosk<'a> {
    folder: &'a Path,
    module: String,
    agent: String,
}

impl<'a> NewKiosk<'a> {
    fn new(folder: &'a Path, simulator: &Simulator) -> NewKiosk<'a> {
        fs::write(folder.join("menu.toml"), include_str!("../demo/catalog.toml")).unwrap();
        NewKiosk { folder, module: simulator.module_url(), agent: simulator.agent_url() }
    }

    fn set_up(&self, more: &[&str]) -> (i32, String, String) {
        let secrets = self.folder.join("given.toml");
        if secrets.exists() { self.call(more) } else { self.set_up_with(TOKEN, "135790", more) }
    }

    fn set_up_with(&self, token: &str, pin: &str, more: &[&str]) -> (i32, String, String) {
        for (name, content) in
            [("given.toml", SECRETS.replace("\"token\"", &format!("\"{token}\""))), ("pin", pin.to_owned())]
        {
            let path = self.folder.join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        self.call(more)
    }

    fn call(&self, more: &[&str]) -> (i32, String, String) {
        let usual = [
            ("--shop-name", "모퉁이커피"),
            ("--module-url", &self.module),
            ("--agent-url", &self.agent),
            ("--panel-inch", "27"),
            ("--lower-edge", "780"),
            ("--secrets-file", "given.toml"),
            ("--catalog", "menu.toml"),
            ("--manager", "하나"),
            ("--pin-file", "pin"),
        ];
        let flags = usual.iter().filter(|(flag, _)| !more.contains(flag)).flat_map(|(flag, answer)| [*flag, answer]);
        let words: Vec<&str> = ["kiosk"].into_iter().chain(flags).chain(more.iter().copied()).collect();
        run(self.folder, &words, "")
    }
}

fn kiosk_toml(module: &str, agent: &str) -> String {
    include_str!("../crates/till/tests/shop/kiosk.toml").replace("MODULE", module).replace("AGENT", agent)
}

struct Shop {
    folder: TempDir,
}

impl Shop {
    fn new(config: &str) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("kiosk.toml"), config).unwrap();
        fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/demo/catalog.toml"), folder.path().join("catalog.toml"))
            .unwrap();
        let secrets = folder.path().join("secrets.toml");
        fs::write(&secrets, SECRETS).unwrap();
        fs::set_permissions(&secrets, fs::Permissions::from_mode(0o600)).unwrap();
        Shop { folder }
    }

    fn set_up(&self, words: &[&str], given: &str) -> (i32, String, String) {
        run(self.folder.path(), words, given)
    }

    /// Somebody at the screen.
    fn enter(&self, pin: &str) -> Result<(String, Role), Refused> {
        let mut staff = Staff::beside(&self.folder.path().join("journal.db"));
        staff.enter(pin, &boot::now()).unwrap().map(|person| (person.name, person.role))
    }
}

/// The command, without a terminal.
fn run(folder: &Path, words: &[&str], given: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_prbiti-kiosk"))
        .arg("setup")
        .args(words)
        .args(["--config", "kiosk.toml"])
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that has no use for it may have ended.
    let _taken = child.stdin.take().unwrap().write_all(given.as_bytes());
    let ended = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ended.status.code().unwrap(), text(ended.stdout), text(ended.stderr))
}

const SECRETS: &str = r#"
application_key = "key"
passwd = "password"
terminal_id = "terminal"
agent_token = "token"
"#;
