//! The shop's day in the real loop, over a real journal and a real terminal's list: its close, what is sold out, the menu,
//! what is written out.

use std::io::Read as _;

use checkout::{
    close::Differs,
    deed::{Ware, Written},
    view::{Closing, DayPage, DeviceOf, DeviceState, MenuOutcome, ShopAct, WriteOutcome},
};

use super::*;

const PIN: &str = "135790";

/// A shop with a manager, who sells so many coffees, and is in.
async fn after(stage: &Stage, coffees: u32) -> (Till, Glass) {
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    for _ in 0..coffees {
        opens(&till, &glass).await;
        sell(&till, &glass).await;
        touch(&till, &glass, Act::Done);
    }
    opens(&till, &glass).await;
    staff_in(&till, &glass, PIN).await;
    (till, glass)
}

const fn shop(act: ShopAct) -> Act {
    staff(StaffAct::Shop { act })
}

fn day(view: &View) -> Option<&DayPage> {
    if let Some(StaffPage::Close { about }) = page(view) { Some(about) } else { None }
}

/// The day that is shown when somebody goes to the close.
async fn go_to_close(till: &Till, glass: &Glass) -> DayPage {
    touch(till, glass, staff(StaffAct::Go { tab: StaffTab::Orders }));
    glass.until("another page", |view| matches!(page(view), Some(StaffPage::Orders { .. }))).await;
    touch(till, glass, staff(StaffAct::Go { tab: StaffTab::Close }));
    day(&glass.until("a day", |view| day(view).is_some()).await).unwrap().clone()
}

async fn close(till: &Till, glass: &Glass, reason: Option<&str>) -> DayPage {
    touch(till, glass, shop(ShopAct::CloseDay { reason: reason.map(str::to_owned) }));
    let written = |view: &View| {
        let done = |day: &DayPage| {
            day.closed.is_some() && day.wrote.as_ref().is_some_and(|wrote| *wrote != WriteOutcome::Writing)
        };
        day(view).is_some_and(done)
    };
    day(&glass.until("a close", written).await).unwrap().clone()
}

/// What the cards of a day brought, summed by another program over the entries.
async fn brought(stage: &Stage, of: &DayPage) -> i64 {
    let ids: Vec<String> =
        of.day.bookings.iter().map(|booking| format!("'{}'", booking.transaction.as_str())).collect();
    let sql = format!(
        "SELECT coalesce(sum(json_extract(body, '$.approval.amount')), 0) FROM history
        WHERE kind = 'payment_approved' AND transaction_id IN ({})",
        ids.join(", ")
    );
    let options = SqliteConnectOptions::new().filename(stage.journal());
    let mut connection = options.connect().await.unwrap();
    let sum = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    sum
}

#[tokio::test]
async fn a_day_is_closed_to_the_won_once_and_for_ever() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Staff, PIN);
    stage.set("점장", Role::Manager, "246802");
    let (till, glass) = after(&stage, 2).await;
    let open = go_to_close(&till, &glass).await;
    assert_eq!((&open.closing, open.day.agreed, open.open), (&Closing::Ready, 2, 0), "{open:?}");
    assert_eq!(open.day.terminal.unwrap().approved, open.day.sales.card);
    let closed = close(&till, &glass, None).await;
    let by = closed.closed.clone().unwrap();
    assert_eq!((by.number, by.by.name.as_str(), by.reason), (1, "하나", None));
    let Some(WriteOutcome::Done { folder, .. }) = &closed.wrote else { panic!("{:?}", closed.wrote) };
    till.stop().await;

    let sum = brought(&stage, &closed).await;
    assert_eq!((closed.card_due.get(), closed.day.bookings.len()), (sum, 2));
    let file = |end: &str| fs::read(Path::new(folder).join(format!("close-000001-{}{end}", closed.day.day))).unwrap();
    let all: Value = serde_json::from_slice(&file(".json")).unwrap();
    assert_eq!(all["close"]["day"]["sales"]["card"]["amount"], sum);
    let orders = String::from_utf8(file("-orders.csv")).unwrap();
    assert!(orders.starts_with("\u{feff}마감번호,"), "Excel knows UTF-8 by its mark");
    let of_the_orders: i64 =
        orders.lines().skip(1).map(|line| line.split(',').nth(10).unwrap().parse::<i64>().unwrap()).sum();
    assert_eq!(of_the_orders, sum);
    let approvals: Vec<&str> = orders.lines().skip(1).map(|line| line.split(',').nth(13).unwrap()).collect();
    assert!(approvals.iter().all(|text| text.starts_with("\"=\"\"") && text.ends_with("\"\"\"")), "{approvals:?}");
    assert!(String::from_utf8(file(".txt")).unwrap().contains("제 1 호"));

    // After a restart it is closed, and what is sold from now on counts for the day after.
    let (till, glass) = after(&stage, 1).await;
    let next = go_to_close(&till, &glass).await;
    assert_eq!((next.day.sales.orders.count, next.earlier.as_ref()), (1, Some(&closed.day.day)));
    assert_eq!(next.closing, Closing::NotBegun);
    touch(&till, &glass, shop(ShopAct::Day { day: Some(closed.day.day.clone()) }));
    let again = glass.until("the day before", |view| day(view).is_some_and(|day| day.closed.is_some())).await;
    assert_eq!(day(&again).unwrap().day, closed.day);
    till.stop().await;
}

#[tokio::test]
async fn what_only_the_terminal_knows_is_found_and_needs_a_managers_reason() {
    let stage = Stage::new().await;
    stage.set("점장", Role::Manager, PIN);
    let settings = Settings::default();
    let agent = stage.simulator.as_ref().unwrap().agent_url();
    let (till, glass) = after(&stage, 1).await;
    // Somebody charges a card past the kiosk.
    let body = json!({"attemptId": "past-the-kiosk", "amount": 8_300, "taxFree": 0, "tax": 0, "installmentMonths": 0, "timeoutMs": 5_000});
    let request =
        reqwest::Client::new().post(format!("{agent}/v1/payments")).bearer_auth(&settings.agent_token).json(&body);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["outcome"], "approved");
    let open = go_to_close(&till, &glass).await;
    let [found] = open.day.differences.as_slice() else { panic!("{:?}", open.day.differences) };
    assert_eq!((found.kind, found.terminal.unwrap().get()), (Differs::ApprovalWithoutOrder, 8_300));
    assert_eq!(open.closing, Closing::WithReason);
    let closed = close(&till, &glass, Some("VAN에서 취소함")).await;
    assert_eq!(closed.closed.unwrap().reason.as_deref(), Some("VAN에서 취소함"));
    till.stop().await;
}

#[tokio::test]
async fn a_terminal_that_does_not_answer_proves_nothing() {
    let mut stage = Stage::new().await;
    stage.set("점장", Role::Manager, PIN);
    let (till, glass) = after(&stage, 1).await;
    drop(stage.simulator.take());
    let open = go_to_close(&till, &glass).await;
    assert_eq!((open.day.terminal, open.closing), (None, Closing::WithReason));
    assert_eq!(open.day.differences, [], "what nobody says differs from nothing");
    till.stop().await;
}

#[tokio::test]
async fn each_sale_counts_once_over_midnight_a_clock_that_is_set_and_restarts() {
    let stage = Stage::new().await;
    stage.set("점장", Role::Manager, PIN);
    // Half a minute before a business day ends.
    let hour = 60 * 60_000;
    let since_the_day_began = (now().wall_ms + 4 * hour).rem_euclid(DAY_MS);
    stage.wall_ms.store(DAY_MS - 30_000 - since_the_day_began, Ordering::SeqCst);
    let (till, glass) = after(&stage, 1).await;
    let first = go_to_close(&till, &glass).await;
    assert!(first.is_today);
    till.stop().await;
    stage.wall_ms.fetch_add(60_000, Ordering::SeqCst);
    stage.boot_ms.fetch_add(60_000, Ordering::SeqCst);
    let (till, glass) = after(&stage, 1).await;
    let again = go_to_close(&till, &glass).await;
    assert_eq!((&again.day.day, again.is_today, again.day.bookings.len()), (&first.day.day, false, 1));
    let later = again.later.clone().unwrap();
    touch(&till, &glass, shop(ShopAct::Day { day: Some(later.clone()) }));
    let view = glass.until("the next day", |view| day(view).is_some_and(|day| day.day.day == later)).await;
    assert_eq!(day(&view).unwrap().closing, Closing::EarlierFirst { day: first.day.day.clone() });
    go_to_close(&till, &glass).await;
    let closed = close(&till, &glass, Some("단말기 시계가 다름")).await;
    till.stop().await;

    // The clock goes back two days over a restart: a closed day takes nothing in any more.
    stage.wall_ms.fetch_sub(2 * DAY_MS, Ordering::SeqCst);
    let (till, glass) = after(&stage, 1).await;
    let next = go_to_close(&till, &glass).await;
    assert_eq!((&next.day.day, next.day.bookings.len()), (&later, 2));
    till.stop().await;
    // It is set right, and the day is closed.
    stage.wall_ms.fetch_add(2 * DAY_MS, Ordering::SeqCst);
    let (till, glass) = after(&stage, 0).await;
    let next = go_to_close(&till, &glass).await;
    assert_eq!(next.day.bookings.len(), 2);
    let last = close(&till, &glass, Some("단말기 시계가 다름")).await;
    till.stop().await;
    let mut counted: Vec<&str> =
        closed.day.bookings.iter().chain(&last.day.bookings).map(|booking| booking.transaction.as_str()).collect();
    counted.sort_unstable();
    counted.dedup();
    assert_eq!(counted.len(), 3, "each once");
    assert_eq!((closed.closed.unwrap().number, last.closed.unwrap().number), (1, 2));
}

#[tokio::test]
async fn what_is_sold_out_stays_so_over_a_restart_and_a_new_menu() {
    let stage = Stage::new().await;
    stage.set("점장", Role::Manager, PIN);
    let (till, glass) = after(&stage, 0).await;
    let coffee = Ware::Item { item: "KD1".to_owned().try_into().unwrap() };
    let sold_out = |view: &View| match page(view) {
        Some(StaffPage::Menu { wares, .. }) => wares.iter().any(|line| line.ware == coffee && line.sold_out),
        _ => false,
    };
    let is_menu = |view: &View| matches!(page(view), Some(StaffPage::Menu { .. }));
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Menu }));
    glass.until("the menu", is_menu).await;
    touch(&till, &glass, shop(ShopAct::SetSoldOut { ware: coffee.clone(), sold_out: true }));
    glass.until("it to be sold out", sold_out).await;
    till.stop().await;

    let (till, glass) = after(&stage, 0).await;
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Menu }));
    glass.until("it to be sold out still", sold_out).await;
    // A price is wrong: nothing is taken over, and each mistake is named.
    let menu_file = stage.folder.path().join("catalog.toml");
    let menu_text = fs::read_to_string(&menu_file).unwrap();
    fs::write(&menu_file, menu_text.replacen("price = 3000", "price = -1", 1)).unwrap();
    touch(&till, &glass, shop(ShopAct::TakeMenu));
    let outcome = |view: &View| match page(view) {
        Some(StaffPage::Menu { outcome: Some(outcome), .. }) if *outcome != MenuOutcome::Reading => {
            Some(outcome.clone())
        }
        _ => None,
    };
    let view = glass.until("the mistakes", |view| outcome(view).is_some()).await;
    let Some(MenuOutcome::Wrong { mistakes }) = outcome(&view) else { panic!("{:?}", outcome(&view)) };
    assert!(mistakes.iter().any(|mistake| mistake.contains("price")), "{mistakes:?}");

    fs::write(&menu_file, menu_text.replacen("price = 3000", "price = 3300", 1)).unwrap();
    touch(&till, &glass, shop(ShopAct::TakeMenu));
    let view = glass.until("the new menu", |view| matches!(outcome(view), Some(MenuOutcome::Taken { .. }))).await;
    assert!(matches!(outcome(&view), Some(MenuOutcome::Taken { changed: 1, .. })));
    assert!(sold_out(&view));
    till.stop().await;
}

#[tokio::test]
async fn whoever_helps_gets_what_they_need_and_no_secret() {
    let stage = Stage::new().await;
    stage.set("점장", Role::Manager, PIN);
    let (till, glass) = after(&stage, 1).await;
    let sold = go_to_close(&till, &glass).await.day.bookings[0].transaction.clone();
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Health }));
    let health = |view: &View| match page(view) {
        Some(StaffPage::Health { health }) => Some(health.clone()),
        _ => None,
    };
    let view = glass.until("the devices", |view| health(view).is_some()).await;
    let state = |of| health(&view).unwrap().devices.iter().find(|device| device.of == of).map(|device| device.state);
    assert_eq!(state(DeviceOf::Terminal), Some(DeviceState::Ready));
    assert_eq!(state(DeviceOf::Prbiti), Some(DeviceState::Ready));
    assert_eq!(state(DeviceOf::Journal), Some(DeviceState::Ready));
    assert_eq!(health(&view).unwrap().transactions, 1);
    touch(&till, &glass, shop(ShopAct::Write { what: Written::Support { transactions: vec![sold.clone()] } }));
    let done = |view: &View| match health(view).and_then(|health| health.wrote) {
        Some(WriteOutcome::Done { folder, .. }) => Some(folder),
        _ => None,
    };
    let view = glass.until("it to be written", |view| done(view).is_some()).await;
    till.stop().await;
    let files: Vec<PathBuf> = fs::read_dir(done(&view).unwrap()).unwrap().map(|file| file.unwrap().path()).collect();
    let file = files.iter().find(|file| file.extension().is_some_and(|end| end == "zip")).unwrap();
    let mut zip = zip::ZipArchive::new(fs::File::open(file).unwrap()).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.contains(&format!("transactions/{}.jsonl", sold.as_str())), "{names:?}");
    let settings = Settings::default();
    for name in names {
        let mut text = String::new();
        zip.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
        for secret in [&settings.application_key, &settings.passwd, &settings.agent_token, &PIN.to_owned()] {
            assert!(!text.contains(secret.as_str()), "{name} tells a secret");
        }
    }
}

#[tokio::test]
async fn each_line_of_what_staff_did_is_there_after_a_restart() {
    let stage = Stage::new().await;
    stage.set("점장", Role::Manager, PIN);
    let (till, glass) = after(&stage, 0).await;
    touch(&till, &glass, shop(ShopAct::SetPaused { paused: true }));
    touch(&till, &glass, staff(StaffAct::Lock));
    glass.until("the shop to rest", |view| out_of_service(view) == Some(&OutOfService::Paused)).await;
    till.stop().await;
    let (till, glass) = (stage.till(), Glass::new());
    till.connect(glass.page());
    glass.until("the shop to rest still", |view| out_of_service(view) == Some(&OutOfService::Paused)).await;
    staff_in(&till, &glass, PIN).await;
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Deeds }));
    let view = glass.until("what was done", |view| matches!(page(view), Some(StaffPage::Deeds { .. }))).await;
    let Some(StaffPage::Deeds { deeds, .. }) = page(&view) else { panic!("{:?}", view.screen) };
    let did: Vec<_> = deeds.iter().rev().map(|deed| (deed.number, format!("{:?}", deed.did))).collect();
    let words = ["CameIn", "Paused", "Locked", "CameIn"];
    assert_eq!(did, words.iter().enumerate().map(|(at, word)| (at as i64 + 1, (*word).to_owned())).collect::<Vec<_>>());
    till.stop().await;
}

#[tokio::test]
async fn what_a_close_has_counted_is_no_strangers_charge_on_the_next_day() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Staff, PIN);
    // More than the kiosk keeps in mind over a restart.
    let (till, glass) = after(&stage, 20).await;
    go_to_close(&till, &glass).await;
    let closed = close(&till, &glass, None).await;
    assert_eq!(closed.day.agreed, 20);
    till.stop().await;
    let (till, glass) = after(&stage, 1).await;
    let next = go_to_close(&till, &glass).await;
    assert_eq!((next.day.differences.as_slice(), next.day.sales.orders.count), ([].as_slice(), 1));
    assert_eq!(next.day.terminal.unwrap().approved, next.day.sales.card);
    till.stop().await;
    // A clock that lost its time finds nothing to close that would come before what is closed.
    stage.wall_ms.fetch_sub(400 * DAY_MS, Ordering::SeqCst);
    let (till, glass) = after(&stage, 0).await;
    let view = go_to_close(&till, &glass).await;
    assert_eq!((view.day.bookings.len(), view.closing), (1, Closing::NotBegun));
    touch(&till, &glass, shop(ShopAct::Day { day: Some("2020-01-01".to_owned()) }));
    let view = glass.until("another day", |view| day(view).is_some_and(|day| day.day.day == "2020-01-01")).await;
    assert_eq!(day(&view).unwrap().closing, Closing::Nothing);
    till.stop().await;
}
