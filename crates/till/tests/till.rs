//! The whole kiosk behind the window: the real loop, a real journal, the simulator over TCP, and a page that is a script.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "till/kitchen.rs"]
mod kitchen;
#[path = "till/paper.rs"]
mod paper;
#[path = "till/scans.rs"]
mod scans;
mod serial;
#[path = "till/shop.rs"]
mod shop;
#[path = "till/tls.rs"]
mod tls;

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use checkout::{
    entry::Closed,
    service::Service,
    staff::{Person, Role},
    view::{
        Act, CaseState, FromModule, OutOfService, PaidOrder, PeopleOutcome, Receipt, Screen, Search, StaffAct,
        StaffCase, StaffPage, StaffTab, StateFilter, Tender, ToPage, View, Way,
    },
};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use prbiti_simulator::{Settings, Simulator};
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use till::{
    Page, Till,
    boot::{Clock, now},
    config::{self, Config, Secret},
    inspect,
    journal::{Copy, Journal, NewRow, Row, Summary, Wanted},
    staff::{Pin, Staff},
};
use tokio::{runtime::Handle, sync::watch, time::timeout};

const DAY_MS: i64 = 24 * 60 * 60_000;

#[tokio::test]
async fn a_page_that_connects_gets_the_view_and_the_page_before_it_nothing_more() {
    let stage = Stage::new().await;
    let till = stage.till();
    let (first, second) = (Glass::new(), Glass::new());
    till.connect(first.page());
    first.until("the start", attract).await;
    till.connect(second.page());
    let view = second.until("the start", attract).await;
    let told = first.told();
    till.act(view.number, Act::Start { way: Way::ToGo });
    second.until("the menu", menu).await;
    assert_eq!(first.told(), told);
    till.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_page_says_is_heard_in_its_order() {
    let stage = Stage::new().await;
    let till = stage.till();
    // Far more than the queue has room for.
    let order = Arc::new(Mutex::new(Vec::new()));
    for page in 0..2_000 {
        let order = order.clone();
        till.connect(Box::new(move |_| order.lock().unwrap().push(page)));
    }
    let glass = Glass::new();
    till.connect(glass.page());
    glass.until("the start", attract).await;
    let mut heard = order.lock().unwrap().clone();
    assert!(heard.is_sorted(), "{heard:?}");
    heard.dedup();
    assert_eq!(heard.len(), 2_000);

    // An answer that came before its question's `loaded` would be noise.
    choose(&till, &glass).await;
    touch(&till, &glass, Act::UseBenefits);
    let view = glass.until("the benefits", |view| matches!(view.screen, Screen::Benefits { .. })).await;
    let Screen::Benefits { services } = view.screen else { panic!("{:?}", view.screen) };
    for tick in &services {
        till.act(view.number, Act::Tick { service: tick.service, on: true });
    }
    till.act(view.number, Act::Next);
    let mut session = 0;
    for _ in services {
        let view =
            glass.until("the next session", |view| view.module.as_ref().is_some_and(|m| m.session > session)).await;
        session = view.module.unwrap().session;
        till.module(session, FromModule::Loaded);
        // Of a frame that is gone, and so no answer of this one.
        let doubtful = r#"{"status":"500","data":{"errorCode":300030001}}"#;
        till.module(session - 1, FromModule::Message { text: doubtful.into() });
        till.module(session, FromModule::Message { text: declined() });
    }
    glass.until("the payment", pay_confirm).await;
    till.stop().await;
}

#[tokio::test]
async fn a_page_that_never_stops_talking_stops_no_clock() {
    let stage = Stage::new().await;
    let till = stage.till();
    let glass = Glass::new();
    till.connect(glass.page());
    let view = glass.until("the start", attract).await;
    till.act(view.number, Act::Start { way: Way::ToGo });
    let view = glass.until("the menu", menu).await;
    till.act(view.number, Act::Item { id: "KD2".to_owned().try_into().unwrap() });
    glass.until("a note that it is sold out", |view| view.note.is_some()).await;

    let talking = tokio::spawn({
        let till = till.clone();
        async move {
            loop {
                till.module(77, FromModule::Message { text: "noise".into() });
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    });
    stage.boot_ms.fetch_add(10_000, Ordering::SeqCst);
    glass.until("the note to end", |view| view.note.is_none()).await;
    talking.abort();
    till.stop().await;
}

#[tokio::test]
async fn whoever_has_just_paid_gets_the_number_also_after_a_restart() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    let number = sell(&till, &glass).await;
    till.stop().await;

    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    let view = glass.until("the end", |view| matches!(view.screen, Screen::Done { .. })).await;
    assert!(matches!(view.screen, Screen::Done { order_number, .. } if order_number == number));
    till.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_set_right_after_the_start_gives_no_order_number_twice() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    assert_eq!(sell(&till, &glass).await, "A1");
    till.stop().await;

    stage.wall_ms.fetch_sub(DAY_MS, Ordering::SeqCst);
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    opens(&till, &glass).await;
    stage.wall_ms.fetch_add(DAY_MS, Ordering::SeqCst);
    assert_eq!(sell(&till, &glass).await, "A2");
    till.stop().await;
}

#[tokio::test]
async fn nothing_is_done_after_a_failed_commit_and_it_sells_again_when_the_disk_is_fine() {
    let stage = Stage::new().await;
    let simulator = stage.simulator.as_ref().unwrap();
    // A program of its own, because a limit on files is the whole program's, and ignoring its signal is inherited.
    let answer = tokio::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "on_a_disk_that_is_full_for_a_while", "--ignored", "--nocapture"])
        .env("KIOSK_FOLDER", stage.folder.path())
        .env("KIOSK_SIMULATOR", simulator.base_url())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&answer.stdout);
    assert!(
        answer.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&answer.stderr)
    );
}

#[tokio::test]
#[ignore = "started by nothing_is_done_after_a_failed_commit_and_it_sells_again_when_the_disk_is_fine"]
async fn on_a_disk_that_is_full_for_a_while() {
    let folder = PathBuf::from(std::env::var("KIOSK_FOLDER").unwrap());
    let outside = Outside(std::env::var("KIOSK_SIMULATOR").unwrap());
    let till = start(&folder, Box::new(now), |_| {});
    let glass = Glass::new();
    till.connect(glass.page());
    choose(&till, &glass).await;
    touch(&till, &glass, Act::PayNow);
    glass.until("the payment", pay_confirm).await;

    let (_, most) = getrlimit(Resource::RLIMIT_FSIZE).unwrap();
    setrlimit(Resource::RLIMIT_FSIZE, 0, most).unwrap();
    touch(&till, &glass, Act::Pay);
    // First the commit fails, and then the log can't be written anew either.
    glass.until("a journal that can't be opened", |view| code(view) == "disk error").await;
    assert_eq!(outside.payments().await, Vec::<Value>::new());
    let left_behind = folder.join("journal.db-wal.tmp");
    until("half a log to be taken away", async || !left_behind.exists()).await;

    setrlimit(Resource::RLIMIT_FSIZE, most, most).unwrap();
    glass.until("the start", attract).await;
    assert_eq!(sell(&till, &glass).await, "A1");
    let payments = outside.payments().await;
    assert_eq!(payments.len(), 1, "{payments:?}");
    till.stop().await;
}

#[tokio::test]
async fn a_customer_whose_approval_cannot_be_written_is_not_sent_to_the_counter() {
    let stage = Stage::new().await;
    stage.leave_at_payment(&[]).await;
    let until_ms = now().wall_ms + 60 * 60_000;
    stage
        .alter(&format!(
            "CREATE TRIGGER refused BEFORE INSERT ON entries
             WHEN NEW.kind = 'payment_approved' AND NEW.at_ms < {until_ms} BEGIN SELECT RAISE(ABORT, 'not now'); END"
        ))
        .await
        .unwrap();
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    choose(&till, &glass).await;
    touch(&till, &glass, Act::PayNow);
    glass.until("the payment", pay_confirm).await;
    touch(&till, &glass, Act::Pay);
    let unknown = |view: &View| matches!(view.screen, Screen::Unknown { amount: Some(_), .. });
    let view = glass.until("the screen of a payment in doubt", unknown).await;
    assert!(view.dock.calling, "staff are called");

    stage.wall_ms.fetch_add(2 * 60 * 60_000, Ordering::SeqCst);
    let view = glass.until("the order number", |view| matches!(view.screen, Screen::Done { .. })).await;
    let Screen::Done { order_number, .. } = view.screen else { panic!("{:?}", view.screen) };
    assert_eq!(order_number, "A1");
    assert_eq!(stage.outside().payments().await.len(), 1);
    till.stop().await;
}

#[tokio::test]
async fn a_charge_after_the_terminal_had_said_no_is_found_and_left_to_staff() {
    let stage = Stage::new().await;
    stage.outside().post("terminal", &json!({"mode": "manual"})).await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    choose(&till, &glass).await;
    touch(&till, &glass, Act::PayNow);
    glass.until("the payment", pay_confirm).await;
    touch(&till, &glass, Act::Pay);
    glass.until("the card", |view| matches!(view.screen, Screen::Card { .. })).await;
    touch(&till, &glass, Act::DontPay);
    glass.until("the payment to stop", |view| matches!(view.screen, Screen::Declined { .. })).await;
    touch(&till, &glass, Act::Stop);
    glass.until("the start", attract).await;
    let attempt = stage.outside().payments().await[0]["attemptId"].clone();
    stage.outside().post("terminal/late", &json!({ "attemptId": attempt })).await;

    stage.boot_ms.fetch_add(2 * 60_000, Ordering::SeqCst);
    glass.until("a case for staff", |view| view.staff_waiting == 1).await;
    till.stop().await;
    assert_eq!(stage.with_staff().await, ["late_approval"]);
}

#[tokio::test]
async fn a_terminal_that_cannot_charge_is_told_before_an_order() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    glass.until("the start", attract).await;
    stage.outside().post("terminal", &json!({"status": {"terminal": "off"}})).await;
    let why = OutOfService::Terminal;
    glass.until("a terminal that is away", |view| out_of_service(view) == Some(&why)).await;
    stage.outside().post("terminal", &json!({"status": {"terminal": "ready"}})).await;
    glass.until("the start", attract).await;
    till.stop().await;
}

#[tokio::test]
async fn a_commit_that_fails_each_time_keeps_nobody_from_being_heard_and_goes_on_by_itself() {
    let stage = Stage::new().await;
    stage.leave_at_payment(&[]).await;
    // What the start itself has to write is refused for an hour.
    let until_ms = now().wall_ms + 60 * 60_000;
    stage
        .alter(&format!(
            "CREATE TRIGGER refused BEFORE INSERT ON entries WHEN NEW.at_ms < {until_ms}
             BEGIN SELECT RAISE(ABORT, 'not now'); END"
        ))
        .await
        .unwrap();
    let till = stage.till();
    for _ in 0..2 {
        let glass = Glass::new();
        till.connect(glass.page());
        glass.until("out of service", journal_is_out).await;
    }
    stage.wall_ms.fetch_add(2 * 60 * 60_000, Ordering::SeqCst);
    let glass = Glass::new();
    till.connect(glass.page());
    glass.until("the start", attract).await;
    till.stop().await;
}

#[tokio::test]
async fn a_journal_that_cannot_be_gone_on_from_is_closed_until_the_next_try() {
    let stage = Stage::new().await;
    stage.leave_at_payment(&["from_the_future"]).await;
    stage
        .alter(
            "CREATE TRIGGER refused BEFORE UPDATE ON transactions WHEN NEW.state = 'journal_impossible'
             BEGIN SELECT RAISE(ABORT, 'not now'); END",
        )
        .await
        .unwrap();
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    glass.until("out of service", journal_is_out).await;
    until("the file to be free", async || stage.alter("DROP TRIGGER refused").await.is_ok()).await;
    glass.until("the start", attract).await;
    till.stop().await;
}

#[tokio::test]
async fn a_transaction_that_cannot_be_read_is_on_the_staffs_list_and_the_shop_sells_on() {
    let stage = Stage::new().await;
    stage.leave_at_payment(&["from_the_future"]).await;
    for _ in 0..2 {
        let (till, glass) = (stage.till(), Glass::new());
        till.connect(glass.page());
        let view = opens(&till, &glass).await;
        assert_eq!(view.staff_waiting, 1);
        sell(&till, &glass).await;
        till.stop().await;
        assert_eq!(stage.with_staff().await, ["journal_impossible"]);
    }
}

#[tokio::test]
async fn a_transaction_that_cannot_be_read_and_may_have_charged_a_card_bars_the_terminal() {
    let stage = Stage::new().await;
    stage.leave_at_payment(&["payment_started", "from_the_future"]).await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    let why = OutOfService::CardInDoubt;
    let view = glass.until("a card in doubt", |view| out_of_service(view) == Some(&why)).await;
    assert_eq!(view.staff_waiting, 1);
    till.stop().await;
    assert_eq!(stage.with_staff().await, ["journal_impossible"]);
    assert_eq!(stage.outside().payments().await, Vec::<Value>::new());
}

#[tokio::test]
async fn damage_of_an_open_order_shuts_the_shop_until_staff_decide_and_what_is_whole_goes_on() {
    let stage = Stage::new().await;
    stage.leave_at_payment(&[]).await;
    stage.leave_another().await;
    stage.damage(0).await;
    let why = OutOfService::Damage;
    let mut name = String::new();
    // A restart decides nothing.
    for _ in 0..2 {
        let (till, glass) = (stage.till(), Glass::new());
        till.connect(glass.page());
        let view = glass.until("a shop that is shut", |view| out_of_service(view) == Some(&why)).await;
        assert_eq!(view.staff_waiting, 1);
        till.stop().await;
        let Screen::OutOfService { code, .. } = view.screen else { panic!("{:?}", view.screen) };
        name = code;
        assert_eq!(stage.with_staff().await, ["journal_impossible"]);
    }
    assert!(PathBuf::from(format!("{}-damaged-{name}", stage.journal().display())).exists());
    // The other order, of which nothing was asked or paid, was brought to its end.
    assert_eq!(stage.open().await, 1);

    stage.accept(&name).await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    let view = glass.until("the start", attract).await;
    assert_eq!(view.staff_waiting, 1);
    sell(&till, &glass).await;
    till.stop().await;
}

#[tokio::test]
async fn damage_of_a_closed_order_is_found_while_nobody_waits_and_shuts_the_shop_too() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    sell(&till, &glass).await;
    till.stop().await;
    stage.damage(1).await;

    let why = OutOfService::Damage;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    // Nothing that is open is damaged, so the shop opens first.
    glass.until("the start", attract).await;
    let view = glass.until("a shop that is shut", |view| out_of_service(view) == Some(&why)).await;
    assert_eq!(view.staff_waiting, 1);
    till.stop().await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    let view = glass.until("a shop that is still shut", |view| out_of_service(view) == Some(&why)).await;
    till.stop().await;
    let Screen::OutOfService { code, .. } = view.screen else { panic!("{:?}", view.screen) };

    stage.accept(&code).await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    assert_eq!(sell(&till, &glass).await, "A2");
    till.stop().await;
    assert_eq!(stage.with_staff().await, ["journal_impossible"]);
}

/// What the till writes is what those who look into its journal prove.
#[tokio::test]
async fn what_is_copied_of_a_kiosk_that_sells_is_a_whole_journal() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    assert_eq!(sell(&till, &glass).await, "A1");
    touch(&till, &glass, Act::Done);
    assert_eq!(sell(&till, &glass).await, "A2");
    touch(&till, &glass, Act::Done);
    choose(&till, &glass).await;
    touch(&till, &glass, Act::PayNow);
    glass.until("the payment", pay_confirm).await;

    let folder = tempfile::tempdir().unwrap();
    let copied = folder.path().join("journal.db");
    fs::copy(stage.journal(), &copied).unwrap();
    fs::copy(stage.folder.path().join("journal.db-wal"), folder.path().join("journal.db-wal")).unwrap();
    till.stop().await;
    for path in [copied, stage.journal()] {
        let (mut out, mut copy) = (Vec::new(), Copy::of(&path).await.unwrap());
        let verdict = inspect::verify(&mut copy, &mut out).await.unwrap();
        let said = String::from_utf8(out).unwrap();
        assert_eq!(verdict.problems, 0, "{said}");
        assert_eq!(verdict.transactions, 3, "{said}");
    }
}

#[tokio::test]
async fn after_five_wrong_pins_none_is_looked_at_for_minutes() {
    let stage = Stage::new().await;
    let till = stage.practice();
    let glass = Glass::new();
    till.connect(glass.page());
    let number = sell(&till, &glass).await;
    touch(&till, &glass, Act::Done);
    let view = glass.until("the start", attract).await;
    let enter = |pin: &str| till.act(view.number, Act::StaffEnter { pin: pin.to_owned() });
    let tries = stage.folder.path().join("tries.json");
    let counted = |what: &str| fs::read_to_string(&tries).is_ok_and(|tries| tries.contains(what));
    // While one is looked at another isn't, and costs no try: it is given again until it is its turn.
    for (guess, count) in [
        ("000000", "\"in_a_row\": 1"),
        ("000001", "\"in_a_row\": 2"),
        ("000002", "\"in_a_row\": 3"),
        ("000003", "\"in_a_row\": 4"),
        ("000004", "\"pauses\": 1"),
    ] {
        until(count, async || {
            enter(guess);
            counted(count) || counted("\"pauses\": 1")
        })
        .await;
    }
    enter("246810");
    touch(&till, &glass, Act::CallStaff);
    let after = glass.until("the call that came after them", |view| view.dock.calling).await;
    assert_eq!(after.screen, Screen::Attract);

    stage.boot_ms.fetch_add(5 * 60_000, Ordering::SeqCst);
    let view = staff_in(&till, &glass, "246810").await;
    let Screen::Staff { person, .. } = &view.screen else { panic!("{:?}", view.screen) };
    assert_eq!((person.name.as_str(), person.role), ("demonstration", Role::Manager));
    let orders = go_to_orders(&till, &glass).await;
    assert_eq!(orders.iter().map(|order| &order.order_number).collect::<Vec<_>>(), [&number]);
    assert_eq!(orders[0].lines, ["아메리카노 × 1"]);
    till.stop().await;
}

#[tokio::test]
async fn a_wrong_pin_shows_nothing_and_a_right_one_lets_in() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    let view = glass.until("the start", attract).await;
    let shown = glass.told();
    till.act(view.number, Act::StaffEnter { pin: "135791".to_owned() });
    let tries = stage.folder.path().join("tries.json");
    until("the try", async || tries.exists()).await;
    assert_eq!(glass.told(), shown);
    let view = staff_in(&till, &glass, "135790").await;
    let Screen::Staff { person, page, .. } = view.screen else { panic!("{:?}", view.screen) };
    assert_eq!(person, Person { name: "하나".to_owned(), role: Role::Manager });
    assert!(matches!(page, StaffPage::Attention { .. }), "{page:?}");
    assert!(!tries.exists(), "the right one ends the row");
    till.stop().await;
}

/// The file of people is a pipe, so that a look at a PIN lasts until somebody writes to it.
#[tokio::test]
async fn the_kiosk_goes_on_while_a_pin_is_looked_at() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let file = stage.folder.path().join("staff.json");
    let people = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    let view = glass.until("the start", attract).await;
    till.act(view.number, Act::StaffEnter { pin: "135790".to_owned() });
    till.act(view.number, Act::CallStaff);
    let called = glass.until("a call", |view| view.dock.calling).await;
    assert_eq!(called.screen, Screen::Attract);
    tokio::task::spawn_blocking(move || fs::write(file, people)).await.unwrap().unwrap();
    glass.until("staff to be in", is_staff).await;
    till.stop().await;
}

#[tokio::test]
async fn a_manager_decides_who_may_act_and_nobody_else_does() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    staff_in(&till, &glass, "135790").await;
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::People }));
    glass.until("the people", |view| people(view).is_some()).await;
    let set =
        |name: &str, role, pin: &str| staff(StaffAct::SetPerson { name: name.to_owned(), role, pin: pin.to_owned() });
    let remove = |name: &str| staff(StaffAct::RemovePerson { name: name.to_owned() });
    let (one, two) = (("하나", Role::Manager), ("두리", Role::Staff));
    for (act, outcome, then) in [
        (set("두리", Role::Staff, "846205"), PeopleOutcome::Done, vec![two, one]),
        (set("세찬", Role::Staff, "846205"), PeopleOutcome::PinTaken, vec![two, one]),
        (set("세찬", Role::Staff, "123456"), PeopleOutcome::PinRefused, vec![two, one]),
        (set("", Role::Staff, "950173"), PeopleOutcome::NameRefused, vec![two, one]),
        (set("하나", Role::Staff, "950173"), PeopleOutcome::LastManager, vec![two, one]),
        (set("세찬", Role::Staff, "950173"), PeopleOutcome::Done, vec![two, ("세찬", Role::Staff), one]),
        (remove("하나"), PeopleOutcome::LastManager, vec![two, ("세찬", Role::Staff), one]),
        (remove("세찬"), PeopleOutcome::Done, vec![two, one]),
    ] {
        let then: Vec<Person> = then.into_iter().map(|(name, role)| Person { name: name.to_owned(), role }).collect();
        let what = format!("{act:?}: {outcome:?}, {then:?}");
        touch(&till, &glass, act);
        glass.until(&what, |view| people(view) == Some((&then, Some(outcome)))).await;
    }

    touch(&till, &glass, staff(StaffAct::Lock));
    glass.until("the start", attract).await;
    let view = staff_in(&till, &glass, "846205").await;
    // What the screen doesn't offer is refused all the same.
    for act in [
        StaffAct::Go { tab: StaffTab::People },
        StaffAct::SetPerson { name: "두리".to_owned(), role: Role::Manager, pin: "846205".to_owned() },
        StaffAct::RemovePerson { name: "하나".to_owned() },
    ] {
        till.act(view.number, staff(act));
    }
    assert_eq!(go_to_orders(&till, &glass).await, []);
    touch(&till, &glass, staff(StaffAct::Lock));
    glass.until("the start", attract).await;
    // Whoever is let in now is so by one who looks at PINs after all that was asked before.
    staff_in(&till, &glass, "135790").await;
    till.stop().await;
    let kept = Staff::beside(&stage.journal()).people().unwrap();
    assert_eq!(kept.iter().map(|person| (person.name.as_str(), person.role)).collect::<Vec<_>>(), [two, one]);
}

#[tokio::test]
async fn staff_find_a_transaction_among_all_and_look_into_it() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.practice(), Glass::new());
    till.connect(glass.page());
    for _ in 0..2 {
        sell(&till, &glass).await;
        touch(&till, &glass, Act::Done);
    }
    // One that goes nowhere.
    choose(&till, &glass).await;
    touch(&till, &glass, Act::PayNow);
    glass.until("the payment", pay_confirm).await;
    till.stop().await;

    let (till, glass) = (stage.practice(), Glass::new());
    till.connect(glass.page());
    opens(&till, &glass).await;
    staff_in(&till, &glass, "246810").await;
    let any = Search::default;
    let all = look(&till, &glass, any()).await;
    let numbers = |rows: &[StaffCase]| rows.iter().map(|row| row.order_number.clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&all.0), [None, Some("A2".to_owned()), Some("A1".to_owned())]);
    assert!(!all.1);
    assert_eq!(all.0[0].state, CaseState::Ended { how: Closed::Unused });
    assert_eq!(all.0[1].state, CaseState::Ended { how: Closed::Settled });
    let a1 = &all.0[2];
    let with = |text: &str| Search { text: text.to_owned(), ..any() };
    for search in [with("A1"), with(&a1.reference), with(a1.transaction.as_str())] {
        assert_eq!(look(&till, &glass, search).await.0, std::slice::from_ref(a1));
    }
    for (search, found) in [
        (with("3,000"), 3),
        (Search { tender: Some(Tender::Card), ..any() }, 2),
        (Search { tender: Some(Tender::Points), ..any() }, 0),
        (Search { service: Some(Service::Coupon), ..any() }, 0),
        (Search { state: StateFilter::Settled, ..any() }, 2),
        (Search { state: StateFilter::Unpaid, ..any() }, 1),
        (Search { state: StateFilter::ByHand, ..any() }, 0),
        (Search { day: Some("1999-12-31".to_owned()), ..any() }, 0),
        // Nobody turned the pages that far.
        (Search { page: 7, state: StateFilter::Refunded, ..any() }, 0),
    ] {
        assert_eq!(look(&till, &glass, search.clone()).await.0.len(), found, "{search:?}");
    }

    touch(&till, &glass, staff(StaffAct::Open { transaction: a1.transaction.clone() }));
    let view = glass.until("the transaction", |view| matches!(page(view), Some(StaffPage::Transaction { .. }))).await;
    let Some(StaffPage::Transaction { about }) = page(&view) else { panic!("{:?}", view.screen) };
    assert_eq!(about.case, *a1);
    assert_eq!(about.lines, ["아메리카노 × 1"]);
    assert!(about.moments.len() > 5, "{:?}", about.moments);
    let nobody = "0".repeat(32).try_into().unwrap();
    touch(&till, &glass, staff(StaffAct::Open { transaction: nobody }));
    glass.until("the list instead", |view| matches!(page(view), Some(StaffPage::Attention { .. }))).await;
    till.stop().await;
}

#[tokio::test]
async fn a_long_history_comes_in_pages() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.practice(), Glass::new());
    till.connect(glass.page());
    sell(&till, &glass).await;
    till.stop().await;
    stage.repeat(44).await;

    let (till, glass) = (stage.practice(), Glass::new());
    till.connect(glass.page());
    opens(&till, &glass).await;
    staff_in(&till, &glass, "246810").await;
    let mut found: Vec<String> = Vec::new();
    for (number, rows, more) in [(0, 20, true), (1, 20, true), (2, 5, false)] {
        let page = look(&till, &glass, Search { page: number, ..Search::default() }).await;
        assert_eq!((page.0.len(), page.1), (rows, more), "{number}");
        found.extend(page.0.iter().map(|row| row.transaction.as_str().to_owned()));
    }
    assert!(found[..44].is_sorted_by(|one, next| one > next), "{found:?}");
    let again = look(&till, &glass, Search { page: 1, ..Search::default() }).await;
    assert_eq!(again.0[0].transaction.as_str(), found[20]);
    till.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_listed_as_that() {
    let stage = Stage::new().await;
    stage.leave_at_payment(&["from_the_future"]).await;
    let (till, glass) = (stage.practice(), Glass::new());
    till.connect(glass.page());
    opens(&till, &glass).await;
    let view = staff_in(&till, &glass, "246810").await;
    let Some(StaffPage::Attention { needs_you, .. }) = page(&view) else { panic!("{:?}", view.screen) };
    assert_eq!(needs_you.iter().map(|case| case.state).collect::<Vec<_>>(), [CaseState::Unreadable]);
    let all = look(&till, &glass, Search::default()).await;
    assert_eq!(all.0, *needs_you);
    till.stop().await;
}

#[tokio::test]
async fn damage_that_a_search_meets_is_written_down_and_shuts_the_shop() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.practice(), Glass::new());
    till.connect(glass.page());
    sell(&till, &glass).await;
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    staff_in(&till, &glass, "246810").await;
    till.stop().await;
    stage.damage(1).await;

    let (till, glass) = (stage.practice(), Glass::new());
    till.connect(glass.page());
    opens(&till, &glass).await;
    staff_in(&till, &glass, "246810").await;
    let all = look(&till, &glass, Search::default()).await;
    assert_eq!(all.0.iter().map(|case| case.state).collect::<Vec<_>>(), [CaseState::Unreadable]);
    touch(&till, &glass, staff(StaffAct::Lock));
    glass.until("a shop that is shut", |view| out_of_service(view) == Some(&OutOfService::Damage)).await;
    till.stop().await;
    assert_eq!(stage.with_staff().await, ["journal_impossible"]);
}

#[tokio::test]
async fn a_journal_that_fails_while_staff_look_is_opened_anew_and_it_sells_on() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.practice(), Glass::new());
    till.connect(glass.page());
    glass.until("the start", attract).await;
    till.stop().await;
    stage.alter("DROP INDEX closed_by_total").await.unwrap();

    let (till, glass) = (stage.practice(), Glass::new());
    till.connect(glass.page());
    staff_in(&till, &glass, "246810").await;
    let search = Search { text: "3,000".to_owned(), ..Search::default() };
    touch(&till, &glass, staff(StaffAct::Look { search }));
    glass.until("the start", attract).await;
    assert_eq!(sell(&till, &glass).await, "A1");
    till.stop().await;
}

#[tokio::test]
async fn a_shop_without_a_pin_lets_nobody_in() {
    let stage = Stage::new().await;
    let till = stage.till();
    let glass = Glass::new();
    till.connect(glass.page());
    let view = glass.until("the start", attract).await;
    till.act(view.number, Act::StaffEnter { pin: "246810".to_owned() });
    till.act(view.number, Act::CallStaff);
    let after = glass.until("the call that came after it", |view| view.dock.calling).await;
    assert_eq!(after.screen, Screen::Attract);
    till.stop().await;
}

#[tokio::test]
async fn an_agent_that_cannot_be_spoken_to_is_a_mistake_in_the_configuration() {
    let spoil: [fn(&mut Config); 2] = [
        |config| config.secrets.as_mut().unwrap().agent_token = Secret::new("two\nlines"),
        |config| config.payment.agent_url = config::Endpoint::Simulator,
    ];
    for spoil in spoil {
        let stage = Stage::new().await;
        let till = start(stage.folder.path(), stage.clock(), spoil);
        let glass = Glass::new();
        till.connect(glass.page());
        let why = OutOfService::Configuration;
        glass.until("out of service", |view| out_of_service(view) == Some(&why)).await;
        till.stop().await;
    }
}

/// A shop without a window: a configuration, a clock that can be set, and the simulator outside.
struct Stage {
    simulator: Option<Simulator>,
    wall_ms: Arc<AtomicI64>,
    boot_ms: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.db");
        let settings = Settings { ledger, scanner_pty: true, ..Settings::default() };
        let secrets = format!(
            "application_key = {:?}\npasswd = {:?}\nterminal_id = {:?}\nagent_token = {:?}\n",
            settings.application_key, settings.passwd, settings.terminal_id, settings.agent_token
        );
        let simulator = Simulator::start(settings).await.unwrap();
        for (name, text) in [
            ("kiosk.toml", kiosk_toml(&simulator.module_url(), &simulator.agent_url())),
            ("catalog.toml", CATALOG.to_owned()),
            ("secrets.toml", secrets),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        let stage = Stage { simulator: Some(simulator), wall_ms: Arc::default(), boot_ms: Arc::default(), folder };
        stage.outside().post("terminal", &json!({"mode": "auto", "autoAfterMs": 1})).await;
        stage
    }

    fn outside(&self) -> Outside {
        Outside(self.simulator.as_ref().unwrap().base_url())
    }

    fn clock(&self) -> Clock {
        let (wall_ms, boot_ms) = (self.wall_ms.clone(), self.boot_ms.clone());
        Box::new(move || {
            let mut at = now();
            at.wall_ms += wall_ms.load(Ordering::SeqCst);
            at.boot_ms += boot_ms.load(Ordering::SeqCst);
            at
        })
    }

    fn till(&self) -> Till {
        start(self.folder.path(), self.clock(), |_| {})
    }

    fn practice(&self) -> Till {
        start(self.folder.path(), self.clock(), |config| {
            config.simulator = Some(config::Simulator { port: 0, ledger: PathBuf::new() });
        })
    }

    fn set(&self, name: &str, role: Role, pin: &str) {
        let person = Person { name: name.to_owned(), role };
        Staff::beside(&self.journal()).set(&person, &Pin::new(pin).unwrap()).unwrap();
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.db")
    }

    /// An order whose customer is at the payment when the kiosk ends, with entries of these kinds behind it.
    async fn leave_at_payment(&self, kinds: &[&str]) {
        let (till, glass) = (self.till(), Glass::new());
        till.connect(glass.page());
        choose(&till, &glass).await;
        touch(&till, &glass, Act::PayNow);
        glass.until("the payment", pay_confirm).await;
        till.stop().await;

        let mut journal = Journal::open(&self.journal()).await.unwrap();
        let rows = journal.open_transactions().await.unwrap().remove(0).unwrap();
        let last = rows.last().unwrap().clone();
        let summary = journal.summary(&last.transaction_id).await.unwrap().unwrap();
        for (seq, kind) in (last.seq + 1..).zip(kinds) {
            let body = match *kind {
                "payment_started" => json!({
                    "attempt": "attempt-1", "amount": 3000, "tax_free": 0, "tax": 273, "months": 0, "store": "store-1",
                    "receipt": Receipt::None,
                }),
                _ => json!({}),
            };
            let row = NewRow {
                transaction_id: last.transaction_id.clone(),
                seq,
                at_ms: last.at_ms,
                boot_ms: last.boot_ms,
                boot_id: last.boot_id.clone(),
                kind: (*kind).to_owned(),
                body: body.to_string(),
            };
            journal.commit(vec![row], vec![summary.clone()], Vec::new()).await.unwrap();
        }
        journal.close().await.unwrap();
    }

    async fn alter(&self, sql: &str) -> sqlx::Result<()> {
        let options = SqliteConnectOptions::new().filename(self.journal()).busy_timeout(Duration::ZERO);
        let mut connection = options.connect().await?;
        let done = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await;
        connection.close().await?;
        done.map(drop)
    }

    /// One more such order.
    async fn leave_another(&self) {
        let mut journal = Journal::open(&self.journal()).await.unwrap();
        let rows = journal.open_transactions().await.unwrap().remove(0).unwrap();
        let mut summary = journal.summary(&rows[0].transaction_id).await.unwrap().unwrap();
        summary.transaction_id = "0".repeat(32);
        let rows = rows
            .into_iter()
            .map(|Row { seq, at_ms, boot_ms, boot_id, kind, body, .. }| NewRow {
                transaction_id: "0".repeat(32),
                seq,
                at_ms,
                boot_ms,
                boot_id,
                kind,
                body,
            })
            .collect();
        journal.commit(rows, vec![summary], Vec::new()).await.unwrap();
        journal.close().await.unwrap();
    }

    /// So many more orders like the first, which is closed.
    async fn repeat(&self, count: u32) {
        let mut journal = Journal::open(&self.journal()).await.unwrap();
        let page = journal.search(&Wanted { limit: 1, ..Wanted::default() }).await.unwrap();
        let rows = page.chains.into_iter().next().unwrap().unwrap();
        let summary = journal.summary(&rows[0].transaction_id).await.unwrap().unwrap();
        for number in 1..=count {
            let transaction_id = format!("f{number:031}");
            let rows = rows.iter().map(|row| NewRow {
                transaction_id: transaction_id.clone(),
                seq: row.seq,
                at_ms: row.at_ms,
                boot_ms: row.boot_ms,
                boot_id: row.boot_id.clone(),
                kind: row.kind.clone(),
                body: row.body.clone(),
            });
            let order_seq = summary.order_seq.map(|first| first + number);
            let summary = Summary {
                transaction_id: transaction_id.clone(),
                order_id: transaction_id.clone(),
                order_seq,
                ..summary.clone()
            };
            journal.commit(rows.collect(), vec![summary], Vec::new()).await.unwrap();
        }
        journal.close().await.unwrap();
    }

    /// What a disk does to an entry of the first transaction.
    async fn damage(&self, seq: u32) {
        self.alter("DROP TRIGGER entries_are_not_changed").await.unwrap();
        self.alter(&format!("UPDATE entries SET at_ms = at_ms + 1 WHERE number = 1 AND seq = {seq}")).await.unwrap();
    }

    async fn accept(&self, name: &str) {
        let mut journal = Journal::open(&self.journal()).await.unwrap();
        assert!(journal.accept(name).await.unwrap(), "{name}");
        journal.close().await.unwrap();
    }

    async fn open(&self) -> usize {
        let mut journal = Journal::open(&self.journal()).await.unwrap();
        let open = journal.open_transactions().await.unwrap().len();
        journal.close().await.unwrap();
        open
    }

    async fn with_staff(&self) -> Vec<String> {
        let mut journal = Journal::open(&self.journal()).await.unwrap();
        let waiting: Vec<Summary> = journal.with_staff().await.unwrap();
        journal.close().await.unwrap();
        waiting.into_iter().map(|summary| summary.state).collect()
    }
}

/// The simulator's own controls.
struct Outside(String);

impl Outside {
    async fn post(&self, control: &str, body: &Value) {
        let request = reqwest::Client::new().post(format!("{}/control/{control}", self.0)).json(body);
        request.send().await.unwrap().error_for_status().unwrap();
    }

    /// Every payment that the terminal's agent has heard of.
    async fn payments(&self) -> Vec<Value> {
        let ledger = reqwest::get(format!("{}/control/ledger", self.0)).await.unwrap();
        let ledger: Value = ledger.json().await.unwrap();
        ledger["payments"].as_array().expect("a list of payments").clone()
    }
}

fn start(folder: &Path, clock: Clock, change: impl FnOnce(&mut Config)) -> Till {
    let mut config = Config::load(&folder.join("kiosk.toml"), None).unwrap();
    change(&mut config);
    Till::start(Ok(config), clock, &Handle::current())
}

/// What a page was told.
#[derive(Clone)]
struct Glass(watch::Sender<(usize, Option<View>)>);

impl Glass {
    fn new() -> Glass {
        Glass(watch::Sender::new((0, None)))
    }

    fn page(&self) -> Page {
        let glass = self.0.clone();
        Box::new(move |told| {
            glass.send_modify(|(count, view)| {
                *count += 1;
                if let ToPage::View { view: new } = told {
                    *view = Some(*new);
                }
            });
        })
    }

    fn told(&self) -> usize {
        self.0.borrow().0
    }

    /// The view that stands there, as soon as it is this one.
    async fn until(&self, what: &str, fits: impl Fn(&View) -> bool) -> View {
        let mut told = self.0.subscribe();
        let found = timeout(TOO_LONG, told.wait_for(|(_, view)| view.as_ref().is_some_and(&fits))).await;
        match found {
            Ok(found) => found.unwrap().1.clone().unwrap(),
            Err(_) => panic!("waited in vain for {what}; there is {:?}", self.0.borrow().1),
        }
    }
}

const TOO_LONG: Duration = Duration::from_secs(20);

async fn until(what: &str, fits: impl AsyncFn() -> bool) {
    let waiting = async {
        while !fits().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(TOO_LONG, waiting).await.unwrap_or_else(|_| panic!("waited in vain for {what}"));
}

/// A touch on what stands there.
fn touch(till: &Till, glass: &Glass, act: Act) {
    let number = glass.0.borrow().1.as_ref().unwrap().number;
    till.act(number, act);
}

/// The first screen; whoever had just paid before a restart has the number first.
async fn opens(till: &Till, glass: &Glass) -> View {
    let done = |view: &View| matches!(view.screen, Screen::Done { .. });
    let view = glass.until("the start", |view| attract(view) || done(view)).await;
    if done(&view) {
        touch(till, glass, Act::Done);
    }
    glass.until("the start", attract).await
}

/// One coffee in the cart, and the cart on the screen.
async fn choose(till: &Till, glass: &Glass) {
    glass.until("the start", attract).await;
    touch(till, glass, Act::Start { way: Way::ToGo });
    glass.until("the menu", menu).await;
    touch(till, glass, Act::Item { id: "KD1".to_owned().try_into().unwrap() });
    glass.until("a coffee in the cart", |view| view.money.is_some()).await;
    touch(till, glass, Act::Review);
    glass.until("the cart", |view| matches!(view.screen, Screen::Review { .. })).await;
}

/// A whole order, paid by card; its number.
async fn sell(till: &Till, glass: &Glass) -> String {
    choose(till, glass).await;
    touch(till, glass, Act::PayNow);
    glass.until("the payment", pay_confirm).await;
    touch(till, glass, Act::Pay);
    let view = glass.until("the end", |view| matches!(view.screen, Screen::Done { .. })).await;
    let Screen::Done { order_number, .. } = view.screen else { panic!("{:?}", view.screen) };
    order_number
}

const fn staff(act: StaffAct) -> Act {
    Act::Staff { act }
}

fn is_staff(view: &View) -> bool {
    page(view).is_some_and(|page| !matches!(page, StaffPage::Looking { .. }))
}

fn page(view: &View) -> Option<&StaffPage> {
    if let Screen::Staff { page, .. } = &view.screen { Some(page) } else { None }
}

fn people(view: &View) -> Option<(&Vec<Person>, Option<PeopleOutcome>)> {
    if let Some(StaffPage::People { people, outcome }) = page(view) { Some((people, *outcome)) } else { None }
}

/// Somebody gives this PIN until it is looked at, and is in.
async fn staff_in(till: &Till, glass: &Glass, pin: &str) -> View {
    glass.until("any screen", |_| true).await;
    until("staff to be in", async || {
        touch(till, glass, Act::StaffEnter { pin: pin.to_owned() });
        glass.0.borrow().1.as_ref().is_some_and(is_staff)
    })
    .await;
    glass.until("what staff see first", is_staff).await
}

async fn go_to_orders(till: &Till, glass: &Glass) -> Vec<PaidOrder> {
    touch(till, glass, staff(StaffAct::Go { tab: StaffTab::Orders }));
    let view = glass.until("today's orders", |view| matches!(page(view), Some(StaffPage::Orders { .. }))).await;
    let Some(StaffPage::Orders { orders }) = page(&view) else { panic!("{:?}", view.screen) };
    orders.clone()
}

/// What a search finds, and whether there is more.
async fn look(till: &Till, glass: &Glass, search: Search) -> (Vec<StaffCase>, bool) {
    let text = search.text.clone();
    touch(till, glass, staff(StaffAct::Go { tab: StaffTab::Orders }));
    glass.until("another page", |view| matches!(page(view), Some(StaffPage::Orders { .. }))).await;
    touch(till, glass, staff(StaffAct::Look { search }));
    let view = glass.until(&text, |view| matches!(page(view), Some(StaffPage::All { .. }))).await;
    let Some(StaffPage::All { rows, more, .. }) = page(&view) else { panic!("{:?}", view.screen) };
    (rows.clone(), *more)
}

fn attract(view: &View) -> bool {
    view.screen == Screen::Attract
}

fn menu(view: &View) -> bool {
    matches!(view.screen, Screen::Menu { .. })
}

fn pay_confirm(view: &View) -> bool {
    matches!(view.screen, Screen::PayConfirm { .. })
}

fn out_of_service(view: &View) -> Option<&OutOfService> {
    if let Screen::OutOfService { why, .. } = &view.screen { Some(why) } else { None }
}

fn code(view: &View) -> &str {
    if let Screen::OutOfService { why: OutOfService::Journal, code } = &view.screen { code } else { "" }
}

fn journal_is_out(view: &View) -> bool {
    out_of_service(view) == Some(&OutOfService::Journal)
}

/// The customer said no.
fn declined() -> String {
    json!({"status": "500", "result": "FAIL", "timestamp": "", "data": {"errorCode": "100050001"}}).to_string()
}

fn kiosk_toml(module: &str, agent: &str) -> String {
    include_str!("shop/kiosk.toml").replace("MODULE", module).replace("AGENT", agent)
}

const CATALOG: &str = include_str!("shop/catalog.toml");
