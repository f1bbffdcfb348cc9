#![allow(clippy::unwrap_used)]

use super::*;

const BOOT: &str = "a";

fn at(minutes: i64) -> Now {
    Now { wall_ms: minutes * 60_000, boot_ms: minutes * 60_000, boot_id: BOOT.into() }
}

struct Shop {
    staff: Staff,
    folder: tempfile::TempDir,
}

fn shop() -> Shop {
    let folder = tempfile::tempdir().unwrap();
    Shop { staff: Staff::beside(&folder.path().join("journal.db")), folder }
}

impl Shop {
    fn set(&mut self, name: &str, role: Role, pin: &str) -> Result<(), StaffError> {
        self.staff.set(&Person { name: name.into(), role }, &Pin::new(pin).unwrap())
    }

    fn enter(&mut self, pin: &str, now: &Now) -> Result<String, Refused> {
        self.staff.enter(pin, now).unwrap().map(|person| person.name)
    }
}

#[test]
fn until_somebody_has_a_pin_nobody_is_let_in() {
    let mut shop = shop();
    assert_eq!(shop.enter("246810", &at(0)), Err(Refused::NobodyYet));
}

#[test]
fn a_pin_says_who_somebody_is_and_what_they_may_do() {
    let mut shop = shop();
    shop.set("하나", Role::Manager, "135790").unwrap();
    shop.set("두리", Role::Staff, "846205").unwrap();
    let entered = shop.staff.enter("846205", &at(0)).unwrap();
    assert_eq!(entered, Ok(Person { name: "두리".into(), role: Role::Staff }));
    assert_eq!(shop.enter("135790", &at(0)), Ok("하나".into()));
    assert_eq!(shop.enter("135791", &at(0)), Err(Refused::Wrong));
    assert!(matches!(shop.set("세찬", Role::Staff, "135790"), Err(StaffError::Taken)));
    assert_eq!(shop.enter("135790", &at(0)), Ok("하나".into()), "and nobody else");
}

#[test]
fn a_pin_that_was_forgotten_is_replaced_and_the_old_one_is_nobodys() {
    let mut shop = shop();
    shop.set("하나", Role::Manager, "135790").unwrap();
    shop.set("하나", Role::Manager, "846205").unwrap();
    assert_eq!(shop.enter("135790", &at(0)), Err(Refused::Wrong));
    assert_eq!(shop.enter("846205", &at(0)), Ok("하나".into()));
}

fn person(name: &str, role: Role) -> Person {
    Person { name: name.into(), role }
}

#[test]
fn people_are_listed_by_name() {
    let mut shop = shop();
    assert_eq!(shop.staff.people().unwrap(), []);
    shop.set("하나", Role::Manager, "135790").unwrap();
    shop.set("두리", Role::Staff, "846205").unwrap();
    assert_eq!(shop.staff.people().unwrap(), [person("두리", Role::Staff), person("하나", Role::Manager)]);
}

#[test]
fn whoever_is_removed_is_nobody_any_more() {
    let mut shop = shop();
    shop.set("하나", Role::Manager, "135790").unwrap();
    shop.set("두리", Role::Staff, "846205").unwrap();
    shop.staff.remove("두리").unwrap();
    assert_eq!(shop.enter("846205", &at(0)), Err(Refused::Wrong));
    assert_eq!(shop.staff.people().unwrap(), [person("하나", Role::Manager)]);
    shop.staff.remove("두리").unwrap();
    shop.set("세찬", Role::Staff, "846205").unwrap();
    assert_eq!(shop.enter("846205", &at(0)), Ok("세찬".into()), "the PIN is free again");
}

#[test]
fn the_last_manager_is_neither_removed_nor_made_staff() {
    let mut shop = shop();
    shop.set("하나", Role::Manager, "135790").unwrap();
    shop.set("두리", Role::Staff, "846205").unwrap();
    assert!(matches!(shop.staff.remove("하나"), Err(StaffError::LastManager)));
    assert!(matches!(shop.set("하나", Role::Staff, "135790"), Err(StaffError::LastManager)));
    assert_eq!(shop.staff.enter("135790", &at(0)).unwrap(), Ok(person("하나", Role::Manager)));
    shop.set("하나", Role::Manager, "950173").unwrap();

    shop.set("두리", Role::Manager, "846205").unwrap();
    shop.set("하나", Role::Staff, "950173").unwrap();
    assert!(matches!(shop.staff.remove("두리"), Err(StaffError::LastManager)));
    shop.staff.remove("하나").unwrap();
    assert_eq!(shop.staff.people().unwrap(), [person("두리", Role::Manager)]);
}

#[test]
fn the_file_of_people_is_read_as_it_was_always_written() {
    let mut shop = shop();
    shop.set("하나", Role::Manager, "135790").unwrap();
    let path = shop.folder.path().join("staff.json");
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let pin = &kept[0]["pin"];
    assert!(pin.as_str().unwrap().starts_with("$argon2id$"));
    assert_eq!(kept, serde_json::json!([{"name": "하나", "role": "manager", "pin": pin}]));
    let staff = serde_json::json!([{"name": "하나", "role": "manager", "pin": pin}, {"name": "두리", "role": "staff", "pin": ""}]);
    fs::write(&path, staff.to_string()).unwrap();
    assert_eq!(shop.staff.people().unwrap(), [person("두리", Role::Staff), person("하나", Role::Manager)]);
}

#[test]
fn what_is_changed_in_a_demonstration_lasts_as_long_as_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db");
    let mut staff = Staff::demonstration(&journal).unwrap();
    staff.set(&person("두리", Role::Staff), &Pin::new("846205").unwrap()).unwrap();
    assert_eq!(staff.enter("846205", &at(0)).unwrap(), Ok(person("두리", Role::Staff)));
    assert!(matches!(staff.remove("demonstration"), Err(StaffError::LastManager)));
    staff.remove("두리").unwrap();
    assert_eq!(staff.enter("846205", &at(0)).unwrap(), Err(Refused::Wrong));
    staff.set(&person("두리", Role::Manager), &Pin::new("846205").unwrap()).unwrap();
    assert!(!folder.path().join("staff.json").exists());
    let again = Staff::demonstration(&journal).unwrap();
    assert_eq!(again.people().unwrap(), [person("demonstration", Role::Manager)]);
}

#[test]
fn what_anybody_would_guess_first_is_no_pin() {
    for text in ["000000", "999999", "123456", "987654", "456789", "012345"] {
        assert_eq!(Pin::new(text), Err(NoPin::Guessable), "{text}");
    }
    for text in ["", "12345", "1234567", "12345a", "１２３４５６", " 13579"] {
        assert_eq!(Pin::new(text), Err(NoPin::NotSixDigits), "{text}");
    }
    assert!(Pin::new("123457").is_ok());
}

#[test]
fn after_five_wrong_ones_none_is_looked_at_and_each_pause_is_longer() {
    let mut shop = shop();
    shop.set("하나", Role::Manager, "135790").unwrap();
    let mut minute = 0;
    for pause in [5, 10, 20, 30, 30] {
        for _ in 0..5 {
            assert_eq!(shop.enter("111112", &at(minute)), Err(Refused::Wrong));
        }
        assert_eq!(shop.enter("135790", &at(minute)), Err(Refused::Shut { for_ms: pause * 60_000 }));
        let nearly = Now { boot_ms: (minute + pause) * 60_000 - 1, ..at(minute) };
        assert_eq!(shop.enter("135790", &nearly), Err(Refused::Shut { for_ms: 1 }));
        minute += pause;
    }
    assert_eq!(shop.enter("135790", &at(minute)), Ok("하나".into()));
    for _ in 0..4 {
        assert_eq!(shop.enter("111112", &at(minute)), Err(Refused::Wrong));
    }
    assert_eq!(shop.enter("135790", &at(minute)), Ok("하나".into()), "the right one ends the row");
}

#[test]
fn neither_a_restart_nor_a_clock_gives_another_try() {
    let mut shop = shop();
    shop.set("하나", Role::Manager, "135790").unwrap();
    for _ in 0..5 {
        assert_eq!(shop.enter("111112", &at(100)), Err(Refused::Wrong));
    }
    let mut again = Staff::beside(&shop.folder.path().join("journal.db"));
    let mut refused = |now: &Now| again.enter("135790", now).unwrap().unwrap_err();
    let ahead = Now { wall_ms: at(1000).wall_ms, ..at(101) };
    assert_eq!(refused(&ahead), Refused::Shut { for_ms: 4 * 60_000 }, "within a boot its own clock counts");
    let next_boot = |wall: i64, boot: i64| Now { wall_ms: wall * 60_000, boot_ms: boot * 60_000, boot_id: "b".into() };
    assert_eq!(refused(&next_boot(102, 1)), Refused::Shut { for_ms: 3 * 60_000 });
    assert_eq!(refused(&next_boot(50, 1)), Refused::Shut { for_ms: 4 * 60_000 }, "a clock set back");
    again.unlock().unwrap();
    assert_eq!(shop.enter("135790", &at(100)), Ok("하나".into()));
}

#[test]
fn the_demonstrations_pin_is_slowed_down_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut staff = Staff::demonstration(&folder.path().join("journal.db")).unwrap();
    for _ in 0..5 {
        assert_eq!(staff.enter("000000", &at(0)).unwrap(), Err(Refused::Wrong));
    }
    assert_eq!(staff.enter("246810", &at(0)).unwrap(), Err(Refused::Shut { for_ms: 5 * 60_000 }));
    assert_eq!(staff.enter("246810", &at(5)).unwrap().unwrap().role, Role::Manager);
}

#[test]
fn neither_file_is_anybody_elses_to_read_and_no_pin_is_in_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut shop = shop();
    shop.set("하나", Role::Manager, "135790").unwrap();
    let _refused = shop.enter("135791", &at(0));
    for name in ["staff.json", "tries.json"] {
        let path = shop.folder.path().join(name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("135790") && !text.contains("135791"), "{text}");
    }
    assert!(fs::read_to_string(shop.folder.path().join("staff.json")).unwrap().contains("$argon2id$"));
    assert_eq!(format!("{:?}", Pin::new("135790").unwrap()), "Pin(…)");
}

#[test]
fn a_file_that_makes_no_sense_lets_nobody_in_and_is_named() {
    let mut shop = shop();
    fs::write(shop.folder.path().join("staff.json"), "[{").unwrap();
    let error = shop.staff.enter("135790", &at(0)).unwrap_err();
    assert!(error.to_string().contains("staff.json"), "{error}");
}

#[test]
fn on_a_disk_that_takes_nothing_staff_are_let_in_and_guessing_is_slowed_down_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone/journal.db");
    let mut staff = Staff::demonstration(&gone).unwrap();
    for _ in 0..5 {
        assert_eq!(staff.enter("111112", &at(0)).unwrap(), Err(Refused::Wrong));
    }
    assert_eq!(staff.enter("246810", &at(0)).unwrap(), Err(Refused::Shut { for_ms: 5 * 60_000 }));
    assert_eq!(staff.enter("246810", &at(5)).unwrap().unwrap().role, Role::Manager);
}
