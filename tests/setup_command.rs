//! `prbiti-kiosk setup` as a program of its own: the first manager is made on the machine, by whoever may.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use tempfile::TempDir;
use till::{
    boot,
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
        let mut child = Command::new(env!("CARGO_BIN_EXE_prbiti-kiosk"))
            .arg("setup")
            .args(words)
            .args(["--config", "kiosk.toml"])
            .current_dir(self.folder.path())
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

    /// Somebody at the screen.
    fn enter(&self, pin: &str) -> Result<(String, Role), Refused> {
        let mut staff = Staff::beside(&self.folder.path().join("journal.db"));
        staff.enter(pin, &boot::now()).unwrap().map(|person| (person.name, person.role))
    }
}

const SECRETS: &str = r#"
application_key = "key"
passwd = "password"
terminal_id = "terminal"
agent_token = "token"
"#;
