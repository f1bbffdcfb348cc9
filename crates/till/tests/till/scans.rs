//! Scans of a real serial device in the real loop: whatever happens to its cable, and however many come.

use checkout::view::{Device, DeviceOf, DeviceState, Note, TestScan};
use till::{
    config::Scanner,
    scanner::{Form, Port, Serial},
};

use super::{serial::Device as Cable, *};
use tokio::time::Instant;

/// The coffee's.
const COFFEE: &str = "8801234511117";

impl Stage {
    /// A kiosk with the simulator's reader, in which each scan counts.
    fn scanning(&self) -> Till {
        reading(self, &self.simulator.as_ref().unwrap().scanner_path().unwrap())
    }

    async fn scan(&self, code: &str) {
        self.outside().post("scan", &json!({"code": code})).await;
    }

    async fn plugged(&self, plugged: bool) {
        self.outside().post("scanner", &json!({"plugged": plugged})).await;
    }
}

/// A kiosk with a reader at `path`.
fn reading(stage: &Stage, path: &Path) -> Till {
    start(stage.folder.path(), stage.clock(), |config| {
        config.scanner = Some(Scanner { port: Port::Serial(Serial::at(path)), form: Form::default() });
    })
}

fn scanner(view: &View) -> Option<&Device> {
    let Some(StaffPage::Health { health }) = page(view) else { return None };
    health.devices.iter().find(|device| device.of == DeviceOf::Scanner)
}

async fn health(till: &Till, glass: &Glass, of_scanner: DeviceState) -> View {
    touch(till, glass, staff(StaffAct::Go { tab: StaffTab::Health }));
    glass.until("the reader's state", |view| scanner(view).is_some_and(|one| one.state == of_scanner)).await
}

fn tested(view: &View) -> Option<TestScan> {
    if let Some(StaffPage::Health { health }) = page(view) { health.scanned } else { None }
}

#[tokio::test]
async fn staff_see_the_truth_about_the_reader_within_two_seconds_and_try_it() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.scanning(), Glass::new());
    till.connect(glass.page());
    opens(&till, &glass).await;
    staff_in(&till, &glass, "135790").await;
    let view = health(&till, &glass, DeviceState::Ready).await;
    assert!(scanner(&view).unwrap().says.ends_with("/scanner"), "where it is: {view:?}");
    for times in 1..=2 {
        // The same code again is as much a sign of life.
        stage.scan(COFFEE).await;
        let view = glass.until("the scan", |view| tested(view) == Some(TestScan { characters: 13, times })).await;
        assert_eq!((view.scans.count, view.scans.taken), (times, true), "and heard");
    }
    for _ in 0..2 {
        for (plugged, state) in [(false, DeviceState::Away), (true, DeviceState::Ready)] {
            let began = Instant::now();
            stage.plugged(plugged).await;
            // The page that is open says so by itself.
            let of_scanner = |view: &View| scanner(view).is_some_and(|one| one.state == state);
            let view = glass.until("the truth", of_scanner).await;
            assert!(began.elapsed() < Duration::from_secs(2), "{state:?} after {:?}", began.elapsed());
            assert!(!scanner(&view).unwrap().says.is_empty() && scanner(&view).unwrap().since_ms.is_some());
        }
    }
    stage.scan("7700").await;
    glass.until("a scan after all that", |view| tested(view).is_some_and(|scan| scan.characters == 4)).await;
    till.stop().await;
}

#[tokio::test]
async fn an_order_goes_its_way_with_the_cable_pulled_and_put_back_in_each_step() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.scanning(), Glass::new());
    till.connect(glass.page());
    glass.until("the start", attract).await;
    // A reader that is back reads again; the kiosk notices by itself.
    let pulled = async |scans: u32| {
        stage.plugged(false).await;
        stage.plugged(true).await;
        let scanned = async || {
            stage.scan("no item's").await;
            let more = glass.until("a scan", |view| view.scans.count > scans);
            timeout(Duration::from_millis(200), more).await.is_ok()
        };
        until("a scan after the cable is back", scanned).await;
        glass.0.borrow().1.as_ref().unwrap().scans.count
    };
    let scans = pulled(0).await;
    touch(&till, &glass, Act::Start { way: Way::ToGo });
    glass.until("the menu", menu).await;
    let scans = pulled(scans).await;
    stage.scan(COFFEE).await;
    let added = |view: &View| matches!(view.note, Some(Note::Added { .. })) && view.money.is_some();
    glass.until("a scanned coffee", added).await;
    touch(&till, &glass, Act::Review);
    let cart = glass.until("the cart", |view| matches!(view.screen, Screen::Review { .. })).await;
    let due = cart.money.unwrap().order;
    let scans = pulled(scans).await;
    let refused = glass.until("a refusal", |view| view.note == Some(Note::ScanRefused)).await;
    assert!(!refused.scans.taken && refused.money.unwrap().order == due, "a scan in the cart changes nothing");
    touch(&till, &glass, Act::PayNow);
    glass.until("the bill", pay_confirm).await;
    let scans = pulled(scans).await;
    stage.outside().post("terminal", &json!({"mode": "manual"})).await;
    touch(&till, &glass, Act::Pay);
    glass.until("the card", |view| matches!(view.screen, Screen::Card { .. })).await;
    let scans = pulled(scans).await;
    stage.outside().post("terminal/insert", &json!({"outcome": "approve"})).await;
    glass.until("the end", |view| matches!(view.screen, Screen::Done { .. })).await;
    pulled(scans).await;
    let payments = stage.outside().payments().await;
    assert_eq!(payments.len(), 1, "{payments:?}");
    assert_eq!((payments[0]["state"].as_str(), payments[0]["amount"].as_i64()), (Some("approved"), Some(due.get())));
    till.stop().await;
    assert_eq!(stage.open().await, 0);
}

#[tokio::test]
async fn of_a_thousand_scans_none_is_lost_and_a_touch_among_them_counts() {
    let stage = Stage::new().await;
    let cable = Cable::new();
    let (till, glass) = (reading(&stage, &cable.path), Glass::new());
    till.connect(glass.page());
    glass.until("the start", attract).await;
    touch(&till, &glass, Act::Start { way: Way::ToGo });
    glass.until("the menu", menu).await;
    // The first comes when the reader is open; behind the coffee all that came before it is through.
    until("the reader", async || {
        cable.send("no item's\r").await;
        let first = glass.until("a scan", |view| view.scans.count > 0);
        timeout(Duration::from_millis(200), first).await.is_ok()
    })
    .await;
    cable.send(format!("{COFFEE}\r")).await;
    let coffee = glass.until("a coffee", |view| matches!(view.note, Some(Note::Added { .. }))).await;
    let before = coffee.scans.count;
    let burst: String = (0..1_000).map(|number| format!("99{number:04}\r")).collect();
    let sending = tokio::spawn(async move {
        cable.send(burst).await;
        cable
    });
    glass.until("some of them", |view| view.scans.count >= before + 50).await;
    touch(&till, &glass, Act::CallStaff);
    let called = glass.until("the call", |view| view.dock.calling).await;
    assert!(called.scans.count < before + 900, "the touch waited for {} scans", called.scans.count - before);
    let view = glass.until("all of them", |view| view.scans.count >= before + 1_000).await;
    assert_eq!((view.scans.count, view.note), (before + 1_000, Some(Note::NotOnMenu)));
    drop(sending.await.unwrap());
    till.stop().await;
}
