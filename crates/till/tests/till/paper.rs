//! Receipts of the whole kiosk, out of the simulator's printer: the order's to the won, and nothing of money waits for them.

use checkout::{
    deed::Printout,
    staff::Action,
    view::{DeviceOf, DeviceState, PaperOffer, ShopAct, StaffPrint},
};
use till::{
    config::Printer,
    printer::{Letters, Port, Style},
};

use super::*;

impl Stage {
    fn printing(&self) -> Till {
        let address = self.simulator.as_ref().unwrap().printer_address();
        start(self.folder.path(), self.clock(), |config| {
            config.printer = Some(Printer {
                port: Port::Tcp { host: address.ip().to_string(), port: address.port() },
                style: Style { columns: 42, letters: Letters::Cp949, logo: None },
            });
        })
    }

    /// What came out of the printer, each as its rows, the oldest first.
    async fn papers(&self) -> Vec<Vec<String>> {
        let url = format!("{}/control/printer", self.simulator.as_ref().unwrap().base_url());
        let told: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        let rows = |paper: &Value| {
            let rows = paper["rows"].as_array().unwrap().iter();
            rows.map(|row| row.as_str().unwrap().trim().to_owned()).collect()
        };
        told["papers"].as_array().unwrap().iter().rev().map(rows).collect()
    }

    async fn printer(&self, change: Value) {
        self.outside().post("printer", &change).await;
    }
}

fn offer(view: &View) -> Option<PaperOffer> {
    if let Screen::Done { paper, .. } = view.screen { Some(paper) } else { None }
}

/// The bill, with or without paper.
async fn bill(till: &Till, glass: &Glass, paper: bool) {
    choose(till, glass).await;
    touch(till, glass, Act::PayNow);
    glass
        .until("the bill", |view| matches!(&view.screen, Screen::PayConfirm { no_paper, .. } if *no_paper != paper))
        .await;
    if paper {
        touch(till, glass, Act::Receipt { receipt: Receipt::Paper });
        let on_paper = |view: &View| matches!(view.screen, Screen::PayConfirm { receipt: Receipt::Paper, .. });
        glass.until("the choice of paper", on_paper).await;
    }
}

fn figure(rows: &[String], word: &str) -> i64 {
    let row = rows.iter().find(|row| row.starts_with(word)).unwrap_or_else(|| panic!("no {word} in {rows:#?}"));
    row.rsplit(' ').next().unwrap().replace(',', "").parse().unwrap()
}

#[tokio::test]
async fn a_receipt_comes_out_with_the_orders_sums_and_once() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.printing(), Glass::new());
    till.connect(glass.page());
    bill(&till, &glass, true).await;
    touch(&till, &glass, Act::Pay);
    let printed = |view: &View| offer(view) == Some(PaperOffer::Printed { more: true });
    let view = glass.until("the receipt", printed).await;
    let Screen::Done { order_number, .. } = &view.screen else { panic!("{:?}", view.screen) };
    let papers = stage.papers().await;
    assert_eq!(papers.len(), 1);
    let payment = stage.outside().payments().await[0].clone();
    assert_eq!(figure(&papers[0], "승인 금액"), payment["amount"].as_i64().unwrap());
    assert_eq!(figure(&papers[0], "주문 합계"), view.money.unwrap().order.get());
    assert!(papers[0].contains(order_number), "{papers:#?}");
    // After a restart whoever stands there gets none but by asking.
    till.stop().await;
    let (till, glass) = (stage.printing(), Glass::new());
    till.connect(glass.page());
    glass.until("the number again", |view| offer(view) == Some(PaperOffer::Failed)).await;
    touch(&till, &glass, Act::Paper);
    glass.until("a second one", printed).await;
    let papers = stage.papers().await;
    assert_eq!((papers.len(), papers[1].iter().any(|row| row.contains("재발행"))), (2, true));
    till.stop().await;
}

#[tokio::test]
async fn without_paper_the_order_is_paid_and_made_all_the_same() {
    let stage = Stage::new().await;
    stage.printer(json!({"paper": "out"})).await;
    let (till, glass) = (stage.printing(), Glass::new());
    till.connect(glass.page());
    bill(&till, &glass, false).await;
    touch(&till, &glass, Act::Pay);
    let out = |view: &View| offer(view) == Some(PaperOffer::Out);
    let view = glass.until("the number", out).await;
    assert!(matches!(view.screen, Screen::Done { handed_over: true, ends_in_ms: 30_000.., .. }), "{:?}", view.screen);
    // The roll ends in the middle of the next one's.
    stage.printer(json!({"paper": "ok"})).await;
    touch(&till, &glass, Act::Done);
    bill(&till, &glass, true).await;
    stage.printer(json!({"outAfterLines": 4})).await;
    touch(&till, &glass, Act::Pay);
    glass.until("the number", out).await;
    // A new one: what hung there comes out, and nothing again.
    stage.printer(json!({"paper": "ok"})).await;
    glass.until("an offer", |view| offer(view) == Some(PaperOffer::Failed)).await;
    let titles = async || stage.papers().await.concat().iter().filter(|row| row.starts_with("영수증")).count();
    assert_eq!(titles().await, 1);
    touch(&till, &glass, Act::Paper);
    glass.until("another", |view| matches!(offer(view), Some(PaperOffer::Printed { .. }))).await;
    assert_eq!(titles().await, 2);
    assert_eq!(stage.outside().payments().await.len(), 2);
    till.stop().await;
}

#[tokio::test]
async fn a_printer_that_hangs_keeps_nobody_from_paying() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.printing(), Glass::new());
    till.connect(glass.page());
    bill(&till, &glass, true).await;
    stage.printer(json!({"hangs": true})).await;
    touch(&till, &glass, Act::Pay);
    let view = glass.until("the number", |view| matches!(view.screen, Screen::Done { .. })).await;
    assert!(matches!(view.screen, Screen::Done { handed_over: true, .. }));
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    till.stop().await;
}

#[tokio::test]
async fn staff_print_again_and_it_stands_among_what_they_did() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.printing(), Glass::new());
    till.connect(glass.page());
    bill(&till, &glass, true).await;
    touch(&till, &glass, Act::Receipt { receipt: Receipt::None });
    touch(&till, &glass, Act::Pay);
    glass.until("the number", |view| matches!(view.screen, Screen::Done { .. })).await;
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    staff_in(&till, &glass, "135790").await;
    let shop = |act| staff(StaffAct::Shop { act });
    let came = |view: &View| matches!(&view.screen, Screen::Staff { print: Some(StaffPrint::Printed), .. });

    let (found, _) = look(&till, &glass, Search::default()).await;
    touch(&till, &glass, staff(StaffAct::Open { transaction: found[0].transaction.clone() }));
    let view = glass.until("the order", |view| matches!(page(view), Some(StaffPage::Transaction { .. }))).await;
    let Some(StaffPage::Transaction { about }) = page(&view) else { panic!("{:?}", view.screen) };
    let [what @ Printout::Receipt { .. }] = about.printouts.as_slice() else { panic!("{:?}", about.printouts) };
    touch(&till, &glass, shop(ShopAct::Print { what: what.clone() }));
    glass.until("the receipt", came).await;

    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Health }));
    let health = |view: &View| matches!(page(view), Some(StaffPage::Health { .. }));
    let view = glass.until("the devices", health).await;
    let Some(StaffPage::Health { health: about }) = page(&view) else { panic!("{:?}", view.screen) };
    let printer = about.devices.iter().find(|device| device.of == DeviceOf::Printer).unwrap();
    assert_eq!((printer.state, printer.since_ms.is_some()), (DeviceState::Ready, true));
    touch(&till, &glass, shop(ShopAct::Print { what: Printout::Test }));
    glass.until("the test", came).await;

    // Closing a day prints it.
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Close }));
    glass.until("the day", |view| matches!(page(view), Some(StaffPage::Close { .. }))).await;
    touch(&till, &glass, shop(ShopAct::CloseDay { reason: None }));
    glass.until("the close", came).await;

    let titles: Vec<String> = stage
        .papers()
        .await
        .into_iter()
        .flat_map(|rows| {
            rows.into_iter().filter(|row| ["영수증 (재발행)", "시험 인쇄", "하루 마감"].contains(&row.as_str()))
        })
        .collect();
    assert_eq!(titles, ["영수증 (재발행)", "시험 인쇄", "하루 마감"]);
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Deeds }));
    let view = glass.until("what was done", |view| matches!(page(view), Some(StaffPage::Deeds { .. }))).await;
    let said = serde_json::to_string(&view.screen).unwrap();
    for did in ["printedReceipt", "printedTest", "printedClose"] {
        assert!(said.contains(did), "{said}");
    }
    till.stop().await;
}

/// Each kind of paper that staff have, as a picture; with `PICTURES` in that folder, to be looked at.
#[tokio::test]
async fn a_refund_has_its_receipt_and_each_paper_is_a_picture() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.printing(), Glass::new());
    till.connect(glass.page());
    bill(&till, &glass, true).await;
    touch(&till, &glass, Act::Pay);
    let printed = |view: &View| matches!(offer(view), Some(PaperOffer::Printed { .. }));
    glass.until("the receipt", printed).await;
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    staff_in(&till, &glass, "135790").await;
    let came = |view: &View| matches!(&view.screen, Screen::Staff { print: Some(StaffPrint::Printed), .. });
    let (found, _) = look(&till, &glass, Search::default()).await;
    touch(&till, &glass, staff(StaffAct::Open { transaction: found[0].transaction.clone() }));
    let about = |view: &View| match page(view) {
        Some(StaffPage::Transaction { about }) => Some((**about).clone()),
        _ => None,
    };
    glass.until("the order", |view| about(view).is_some()).await;
    touch(&till, &glass, staff(StaffAct::Ask { action: Action::Refund }));
    glass.until("the question", |view| about(view).is_some_and(|about| about.asked.is_some())).await;
    touch(&till, &glass, staff(StaffAct::Do { action: Action::Refund }));
    let view = glass.until("the refund", |view| about(view).is_some_and(|about| about.printouts.len() == 2)).await;
    let what = about(&view).unwrap().printouts.pop().unwrap();
    touch(&till, &glass, staff(StaffAct::Shop { act: ShopAct::Print { what } }));
    glass.until("its receipt", came).await;
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Health }));
    glass.until("the devices", |view| matches!(page(view), Some(StaffPage::Health { .. }))).await;
    touch(&till, &glass, staff(StaffAct::Shop { act: ShopAct::Print { what: Printout::Test } }));
    glass.until("the test", came).await;
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Close }));
    glass.until("the day", |view| matches!(page(view), Some(StaffPage::Close { .. }))).await;
    touch(&till, &glass, staff(StaffAct::Shop { act: ShopAct::CloseDay { reason: None } }));
    glass.until("the close", came).await;
    let papers = stage.papers().await;
    let [_, refund, _, _] = papers.as_slice() else { panic!("{papers:#?}") };
    let payment = stage.outside().payments().await[0].clone();
    assert_eq!(figure(refund, "취소 금액"), -payment["amount"].as_i64().unwrap());
    assert_eq!(figure(refund, "주문 합계"), -payment["amount"].as_i64().unwrap());
    for number in 1..=papers.len() {
        let url = format!("{}/control/printer/papers/{number}", stage.simulator.as_ref().unwrap().base_url());
        let png = reqwest::get(url).await.unwrap().bytes().await.unwrap();
        assert_eq!(png.get(1..4), Some(b"PNG".as_slice()), "paper {number}");
        if let Ok(folder) = std::env::var("PICTURES") {
            fs::write(Path::new(&folder).join(format!("paper-{number}.png")), png).unwrap();
        }
    }
    till.stop().await;
}
