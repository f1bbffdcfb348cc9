//! Orders on their way to the simulator's kitchen, over TCP: each once and in order whatever fails, none late by itself, and
//! void what isn't to be made.

use checkout::{
    staff::Action,
    view::{Device, DeviceOf, DeviceState, KitchenTest, NotArrived, ShopAct},
};
use till::{
    config::{Endpoint, OrderHook, Printer},
    printer::{Letters, Port, Style},
};

use super::*;

const MINUTE_MS: i64 = 60_000;

impl Stage {
    /// A till with an order hook, and with a printer of order tickets when there is to be one.
    fn posting(&self, tickets: bool) -> Till {
        let simulator = self.simulator.as_ref().unwrap();
        let (hook, address) = (simulator.order_hook_url(), simulator.kitchen_printer_address());
        start(self.folder.path(), self.clock(), |config| {
            config.order_hook = Some(OrderHook { url: Endpoint::At(hook.parse().unwrap()), timeout_ms: 3_000 });
            config.secrets.as_mut().unwrap().order_hook = Some(Secret::new(Settings::default().order_hook_secret));
            config.kitchen_printer = tickets.then(|| Printer {
                port: Port::Tcp { host: address.ip().to_string(), port: address.port() },
                style: Style { columns: 42, letters: Letters::Cp949, logo: None },
            });
        })
    }

    async fn kitchen(&self, change: Value) {
        self.outside().post("kitchen", &change).await;
    }

    async fn told(&self, what: &str) -> Value {
        let url = format!("{}/control/{what}", self.simulator.as_ref().unwrap().base_url());
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }

    /// What the kitchen has: number, state, how often it came, how often it was said to be void.
    async fn orders(&self) -> Vec<(String, String, u64, u64)> {
        let told = self.told("kitchen").await;
        let order = |order: &Value| {
            let text = |field: &str| order[field].as_str().unwrap().to_owned();
            (text("number"), text("state"), order["arrived"].as_u64().unwrap(), order["voided"].as_u64().unwrap())
        };
        told["orders"].as_array().unwrap().iter().map(order).collect()
    }

    async fn orders_are(&self, what: &str, fits: impl Fn(&[(String, String, u64, u64)]) -> bool) {
        let waiting = async {
            loop {
                if fits(&self.orders().await) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if timeout(3 * TOO_LONG, waiting).await.is_err() {
            panic!("waited in vain for {what}; the kitchen has {:?}", self.orders().await);
        }
    }

    /// The tickets that came out, each as its rows, the oldest first.
    async fn tickets(&self) -> Vec<Vec<String>> {
        let told = self.told("kitchen-printer").await;
        let rows = |paper: &Value| {
            let rows = paper["rows"].as_array().unwrap().iter();
            rows.map(|row| row.as_str().unwrap().trim().to_owned()).filter(|row| !row.is_empty()).collect()
        };
        told["papers"].as_array().unwrap().iter().rev().map(rows).collect()
    }

    /// While the kitchen is down: so many orders, each paid `apart_ms` after the one before. The first is sold, the others
    /// are as it is in the journal.
    async fn sell_many(&self, count: u32, apart_ms: i64) {
        let (till, glass) = (self.posting(false), Glass::new());
        till.connect(glass.page());
        choose(&till, &glass).await;
        touch(&till, &glass, Act::PayNow);
        glass.until("the payment", pay_confirm).await;
        touch(&till, &glass, Act::Pay);
        glass.until("the payment to be settled", |view| matches!(view.screen, Screen::Settling { .. })).await;
        till.stop().await;
        let mut journal = Journal::open(&self.journal()).await.unwrap();
        let rows = journal.open_transactions().await.unwrap().remove(0).unwrap();
        let first = journal.summary(&rows[0].transaction_id).await.unwrap().unwrap();
        for another in 1..count {
            let later_ms = i64::from(another) * apart_ms;
            let (id, number) = (format!("f{another:031}"), another + 1);
            let copy = |row: &Row| {
                let mut body: Value = serde_json::from_str(&row.body).unwrap();
                match row.kind.as_str() {
                    "began" => body["order"]["id"] = json!(id),
                    "payment_started" | "payment_approved" => body["attempt"] = json!(format!("attempt-{another}")),
                    "hand_over_started" => {
                        body["number"] = json!(number);
                        body["order_number"] = json!(format!("A{number}"));
                    }
                    other => panic!("what is {other}?"),
                }
                NewRow {
                    transaction_id: id.clone(),
                    seq: row.seq,
                    at_ms: row.at_ms + later_ms,
                    boot_ms: row.boot_ms + later_ms,
                    boot_id: row.boot_id.clone(),
                    kind: row.kind.clone(),
                    body: body.to_string(),
                }
            };
            let summary =
                Summary { transaction_id: id.clone(), order_id: id.clone(), order_seq: Some(number), ..first.clone() };
            journal.commit(rows.iter().map(copy).collect(), vec![summary], Vec::new()).await.unwrap();
        }
        journal.close().await.unwrap();
    }

    fn pass(&self, ms: i64) {
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
        self.boot_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

async fn pay(till: &Till, glass: &Glass) {
    choose(till, glass).await;
    touch(till, glass, Act::PayNow);
    glass.until("the payment", pay_confirm).await;
    touch(till, glass, Act::Pay);
}

fn handed_over(view: &View) -> bool {
    matches!(view.screen, Screen::Done { handed_over: true, .. })
}

fn not_arrived(view: &View) -> Option<&Vec<NotArrived>> {
    if let Some(StaffPage::Attention { not_arrived, .. }) = page(view) { Some(not_arrived) } else { None }
}

/// Staff go to the last order, and have this done with it.
async fn decide(till: &Till, glass: &Glass, action: Action) {
    let (found, _) = look(till, glass, Search::default()).await;
    touch(till, glass, staff(StaffAct::Open { transaction: found[0].transaction.clone() }));
    glass.until("the order", |view| matches!(page(view), Some(StaffPage::Transaction { .. }))).await;
    touch(till, glass, staff(StaffAct::Ask { action }));
    let asked =
        |view: &View| matches!(page(view), Some(StaffPage::Transaction { about }) if about.asked == Some(action));
    glass.until("the question", asked).await;
    touch(till, glass, staff(StaffAct::Do { action }));
}

fn ended(view: &View) -> Option<Closed> {
    match page(view) {
        Some(StaffPage::Transaction { about }) => {
            if let CaseState::Ended { how } = about.case.state {
                Some(how)
            } else {
                None
            }
        }
        _ => None,
    }
}

#[tokio::test]
async fn an_order_is_in_the_kitchen_and_on_its_paper_before_the_customer_is_told_so() {
    let stage = Stage::new().await;
    stage.kitchen(json!({"mode": "slow", "delayMs": 400})).await;
    let (till, glass) = (stage.posting(true), Glass::new());
    till.connect(glass.page());
    pay(&till, &glass).await;
    glass.until("the payment to be settled", |view| matches!(view.screen, Screen::Settling { .. })).await;
    glass.until("the order to be in", handed_over).await;
    assert_eq!(stage.orders().await, [("A1".to_owned(), "toMake".to_owned(), 1, 0)]);
    let told = stage.told("kitchen").await;
    let [message] = told["messages"].as_array().unwrap().as_slice() else { panic!("{told:#}") };
    assert_eq!(
        (message["answered"].as_u64(), &message["message"]),
        (Some(200), &told["orders"][0]["id"]),
        "{message:#}"
    );
    let tickets = stage.tickets().await;
    let [ticket] = tickets.as_slice() else { panic!("{tickets:#?}") };
    for row in ["주문서", "A1", "가져가기"] {
        assert!(ticket.iter().any(|found| found == row), "{ticket:#?}");
    }
    assert!(ticket.iter().any(|row| row.starts_with("아메리카노") && row.ends_with("× 1")), "{ticket:#?}");
    till.stop().await;
}

#[tokio::test]
async fn after_eight_minutes_without_a_kitchen_two_hundred_orders_arrive_once_each_and_in_order() {
    let stage = Stage::new().await;
    stage.kitchen(json!({"mode": "down"})).await;
    stage.sell_many(200, 2_200).await;
    stage.pass(8 * MINUTE_MS);
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.posting(false), Glass::new());
    till.connect(glass.page());
    // It sells on meanwhile.
    opens(&till, &glass).await;
    pay(&till, &glass).await;
    glass.until("the payment to be settled", |view| matches!(view.screen, Screen::Settling { .. })).await;
    stage.pass(11_000);
    let done = |view: &View| matches!(&view.screen, Screen::Done { order_number, handed_over: false, .. } if order_number == "A201");
    let view = glass.until("its number", done).await;
    assert!(view.not_arrived > 150 && view.staff_waiting >= view.not_arrived, "{}", view.not_arrived);
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    let view = staff_in(&till, &glass, "135790").await;
    assert_eq!(
        not_arrived(&view).and_then(|missing| missing.first()).map(|first| first.order_number.as_str()),
        Some("A1")
    );
    assert_eq!(stage.orders().await, []);

    stage.kitchen(json!({"mode": "ready"})).await;
    stage.orders_are("all of them", |orders| orders.len() == 201).await;
    let expected: Vec<_> = (1..=201).map(|n| (format!("A{n}"), "toMake".to_owned(), 1, 0)).collect();
    assert_eq!(stage.orders().await, expected);
    glass.until("nothing to be missing", |view| view.not_arrived == 0).await;
    let told = stage.told("kitchen").await;
    assert!(told["messages"].as_array().unwrap().iter().all(|message| message["repeated"] == false), "{told:#}");
    till.stop().await;
    assert_eq!((stage.open().await, stage.with_staff().await), (0, Vec::<String>::new()));
}

#[tokio::test]
async fn after_an_hour_without_a_kitchen_all_are_with_staff_and_none_comes_late_by_itself() {
    let stage = Stage::new().await;
    stage.kitchen(json!({"mode": "down"})).await;
    stage.sell_many(200, 10_000).await;
    stage.pass(60 * MINUTE_MS);
    let (till, glass) = (stage.posting(false), Glass::new());
    till.connect(glass.page());
    glass.until("all of them to be with staff", |view| view.staff_waiting == 200).await;
    stage.kitchen(json!({"mode": "ready"})).await;
    // One that is paid now is made now: nothing before it comes along.
    opens(&till, &glass).await;
    pay(&till, &glass).await;
    glass.until("the order to be in", handed_over).await;
    stage.pass(5 * MINUTE_MS);
    glass.until("another screen", attract).await;
    assert_eq!(stage.orders().await, [("A201".to_owned(), "toMake".to_owned(), 1, 0)]);
    till.stop().await;
    assert_eq!(stage.with_staff().await, vec!["hand_over_late"; 200]);
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_comes_again_under_its_name_and_is_made_once() {
    let stage = Stage::new().await;
    stage.kitchen(json!({"mode": "answerLost"})).await;
    let (till, glass) = (stage.posting(true), Glass::new());
    till.connect(glass.page());
    pay(&till, &glass).await;
    stage.orders_are("the order", |orders| orders.len() == 1).await;
    until("its ticket", async || stage.tickets().await.len() == 1).await;
    // The program ends between the post and its answer.
    till.stop().await;
    stage.kitchen(json!({"mode": "ready"})).await;
    let (till, glass) = (stage.posting(true), Glass::new());
    till.connect(glass.page());
    glass.until("the order to be in", handed_over).await;
    let orders = stage.orders().await;
    let [(number, state, arrived, 0)] = orders.as_slice() else { panic!("{orders:?}") };
    assert!(number == "A1" && state == "toMake" && *arrived > 1, "{orders:?}");
    let told = stage.told("kitchen").await;
    let messages = told["messages"].as_array().unwrap();
    let last = messages.last().unwrap();
    assert_eq!((&last["repeated"], &last["answered"]), (&json!(true), &json!(409)), "{told:#}");
    assert!(messages.iter().all(|message| message["message"] == last["message"]), "{told:#}");
    // Nobody knows whether its ticket came out before: the second one says so.
    let tickets = stage.tickets().await;
    assert_eq!(tickets.iter().filter(|ticket| ticket.contains(&"주문서".to_owned())).count(), 1, "{tickets:#?}");
    assert!(tickets[1..].iter().all(|ticket| ticket.contains(&"주문서 (다시 인쇄)".to_owned())), "{tickets:#?}");
    till.stop().await;
}

#[tokio::test]
async fn money_given_back_while_the_order_is_on_its_way_makes_it_void() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    stage.kitchen(json!({"mode": "answerLost"})).await;
    let (till, glass) = (stage.posting(true), Glass::new());
    till.connect(glass.page());
    pay(&till, &glass).await;
    stage.orders_are("the order", |orders| orders.len() == 1).await;
    stage.pass(MINUTE_MS);
    glass.until("the start", |view| matches!(view.screen, Screen::Done { .. })).await;
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    stage.kitchen(json!({"mode": "slow", "delayMs": 2000})).await;
    staff_in(&till, &glass, "135790").await;
    decide(&till, &glass, Action::Refund).await;
    stage.orders_are("it to be void", |orders| orders[0].1 == "void").await;
    glass.until("the end", |view| ended(view) == Some(Closed::Refunded)).await;
    let slips = stage.tickets().await;
    assert!(slips.last().unwrap().contains(&"주문 취소".to_owned()), "{slips:#?}");
    till.stop().await;
    assert_eq!(stage.open().await, 0);
}

#[tokio::test]
async fn money_given_back_for_what_the_kitchen_has_makes_it_void_however_often_that_is_said() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.posting(true), Glass::new());
    till.connect(glass.page());
    pay(&till, &glass).await;
    glass.until("the order to be in", handed_over).await;
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    stage.kitchen(json!({"mode": "answerLost"})).await;
    staff_in(&till, &glass, "135790").await;
    decide(&till, &glass, Action::Refund).await;
    stage.orders_are("it to be void", |orders| orders[0].1 == "void").await;
    stage.kitchen(json!({"mode": "ready"})).await;
    stage.pass(MINUTE_MS);
    glass.until("the end", |view| ended(view) == Some(Closed::Refunded)).await;
    let told = stage.told("kitchen").await;
    assert_eq!(told["orders"][0]["reason"], "refunded");
    assert!(told["orders"][0]["voided"].as_u64().unwrap() > 1, "{told:#}");
    let slips = stage.tickets().await.concat().into_iter().filter(|row| row == "주문 취소").count();
    assert_eq!(slips, 1, "paper is told once");
    till.stop().await;
}

#[tokio::test]
async fn a_kitchen_that_does_not_take_on_what_is_void_is_told_by_mouth() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.posting(false), Glass::new());
    till.connect(glass.page());
    pay(&till, &glass).await;
    glass.until("the order to be in", handed_over).await;
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    stage.kitchen(json!({"mode": "refuse"})).await;
    staff_in(&till, &glass, "135790").await;
    decide(&till, &glass, Action::Refund).await;
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Attention }));
    // At once, and it isn't told again by itself.
    glass.until("it to be missed", |view| not_arrived(view).is_some_and(|all| all.len() == 1 && all[0].void)).await;
    stage.pass(MINUTE_MS);
    glass.until("a minute", |view| view.not_arrived == 1).await;
    let messages = stage.told("kitchen").await["messages"].as_array().unwrap().len();
    assert_eq!(messages, 2, "the order, and once that it is void");
    decide(&till, &glass, Action::VoidTold).await;
    glass.until("the end", |view| ended(view) == Some(Closed::Refunded)).await;
    till.stop().await;
    assert_eq!(stage.open().await, 0);
}

#[tokio::test]
async fn an_order_that_is_refused_is_staffs_at_once_and_comes_by_their_word() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    stage.kitchen(json!({"mode": "refuse"})).await;
    let (till, glass) = (stage.posting(false), Glass::new());
    till.connect(glass.page());
    pay(&till, &glass).await;
    glass.until("it to be with staff", |view| view.staff_waiting == 1).await;
    stage.pass(MINUTE_MS);
    glass.until("the number", |view| matches!(view.screen, Screen::Done { .. })).await;
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    // It was posted once, and isn't again by itself; the next order isn't held up.
    stage.kitchen(json!({"mode": "ready"})).await;
    assert_eq!(sell(&till, &glass).await, "A2");
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    assert_eq!(stage.orders().await.len(), 1);
    staff_in(&till, &glass, "135790").await;
    let search = Search { text: "A1".to_owned(), ..Search::default() };
    let (found, _) = look(&till, &glass, search).await;
    touch(&till, &glass, staff(StaffAct::Open { transaction: found[0].transaction.clone() }));
    let suggested = |view: &View| matches!(page(view), Some(StaffPage::Transaction { about }) if about.case.suggested == Some(Action::HandOverAgain));
    glass.until("the order", suggested).await;
    touch(&till, &glass, staff(StaffAct::Ask { action: Action::HandOverAgain }));
    touch(&till, &glass, staff(StaffAct::Do { action: Action::HandOverAgain }));
    glass.until("the end", |view| ended(view) == Some(Closed::Settled)).await;
    let numbers: Vec<String> = stage.orders().await.into_iter().map(|(number, ..)| number).collect();
    assert_eq!(numbers, ["A2", "A1"]);
    till.stop().await;
}

#[tokio::test]
async fn what_staff_make_themselves_the_kitchen_does_not() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    stage.kitchen(json!({"mode": "lost"})).await;
    let (till, glass) = (stage.posting(false), Glass::new());
    till.connect(glass.page());
    pay(&till, &glass).await;
    glass.until("the payment to be settled", |view| matches!(view.screen, Screen::Settling { .. })).await;
    stage.pass(MINUTE_MS);
    glass.until("the number", |view| matches!(view.screen, Screen::Done { .. }) && view.not_arrived == 1).await;
    touch(&till, &glass, Act::Done);
    glass.until("the start", attract).await;
    staff_in(&till, &glass, "135790").await;
    decide(&till, &glass, Action::Make).await;
    stage.kitchen(json!({"mode": "ready"})).await;
    // It may have been heard: that it is void comes, and the order itself never does. The first word of it may have been
    // lost like the order; then it is said again half a minute later.
    until("the kitchen to have heard it", async || {
        let heard = matches!(stage.orders().await.as_slice(), [(_, state, ..)] if state == "void");
        if !heard {
            stage.pass(1_000);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        heard
    })
    .await;
    glass.until("the end", |view| ended(view) == Some(Closed::Settled)).await;
    let orders = stage.orders().await;
    assert!(matches!(orders.as_slice(), [(_, state, 0, 1..)] if state == "void"), "{orders:?}");
    assert_eq!(stage.told("kitchen").await["orders"][0]["reason"], "made_by_staff");
    till.stop().await;
}

#[tokio::test]
async fn a_ticket_that_may_have_come_out_is_printed_again_as_that() {
    let stage = Stage::new().await;
    let (till, glass) = (stage.posting(true), Glass::new());
    till.connect(glass.page());
    glass.until("the start", attract).await;
    // The roll ends in the middle of it.
    stage.outside().post("kitchen-printer", &json!({"outAfterLines": 3})).await;
    pay(&till, &glass).await;
    stage.orders_are("the order", |orders| orders.len() == 1).await;
    until("the roll to have ended", async || stage.told("kitchen-printer").await["paper"] == "out").await;
    // And whoever puts a new one in pulls its plug.
    stage.outside().post("kitchen-printer", &json!({"plugged": false})).await;
    stage.outside().post("kitchen-printer", &json!({"plugged": true, "paper": "ok"})).await;
    glass.until("the order to be in", handed_over).await;
    let all = stage.tickets().await.concat();
    let count = |title: &str| all.iter().filter(|row| *row == title).count();
    assert_eq!((count("주문서"), count("주문서 (다시 인쇄)")), (1, 1), "{all:#?}");
    // What the kitchen had acknowledged isn't posted to it again.
    assert_eq!(stage.orders().await, [("A1".to_owned(), "toMake".to_owned(), 1, 0)]);
    till.stop().await;
}

/// A device as 기기 상태 has it.
fn device(view: &View, of: DeviceOf) -> Option<Device> {
    match page(view) {
        Some(StaffPage::Health { health }) => health.devices.iter().find(|device| device.of == of).cloned(),
        _ => None,
    }
}

#[tokio::test]
async fn a_kitchen_printer_that_prints_is_told_to_be_well() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let (till, glass) = (stage.posting(true), Glass::new());
    till.connect(glass.page());
    glass.until("the start", attract).await;
    staff_in(&till, &glass, "135790").await;
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Health }));
    let printer = |view: &View, state: DeviceState, says: &str| {
        device(view, DeviceOf::KitchenPrinter).is_some_and(|printer| printer.state == state && printer.says == says)
    };
    glass.until("a printer that is well", |view| printer(view, DeviceState::Ready, "")).await;
    stage.outside().post("kitchen-printer", &json!({"paper": "low"})).await;
    glass.until("little paper", |view| printer(view, DeviceState::Troubled, "paper low")).await;
    stage.outside().post("kitchen-printer", &json!({"paper": "ok"})).await;
    glass.until("a new roll", |view| printer(view, DeviceState::Ready, "")).await;
    till.stop().await;
}

#[tokio::test]
async fn a_wrong_secret_is_told_to_staff_and_the_test_says_so() {
    let stage = Stage::new().await;
    stage.set("하나", Role::Manager, "135790");
    let hook = stage.simulator.as_ref().unwrap().order_hook_url();
    let till = start(stage.folder.path(), stage.clock(), |config| {
        config.order_hook = Some(OrderHook { url: Endpoint::At(hook.parse().unwrap()), timeout_ms: 3_000 });
        config.secrets.as_mut().unwrap().order_hook = Some(Secret::new("a secret that the kitchen doesn't have"));
    });
    let glass = Glass::new();
    till.connect(glass.page());
    glass.until("the start", attract).await;
    staff_in(&till, &glass, "135790").await;
    touch(&till, &glass, staff(StaffAct::Go { tab: StaffTab::Health }));
    let hook = |view: &View| device(view, DeviceOf::OrderHook);
    let view = glass.until("the devices", |view| hook(view).is_some_and(|hook| hook.state == DeviceState::Ready)).await;
    assert!(hook(&view).unwrap().since_ms.is_some());
    touch(&till, &glass, staff(StaffAct::Shop { act: ShopAct::TestKitchen }));
    let refused = |view: &View| hook(view).is_some_and(|hook| hook.says.contains("webhook-signature doesn't fit"));
    glass.until("the refusal", refused).await;
    let told = |view: &View, word: &str| match page(view) {
        Some(StaffPage::Health { health }) => {
            matches!(&health.kitchen, Some(KitchenTest::NotArrived { says }) if says.contains(word))
        }
        _ => false,
    };
    glass.until("what came of it", |view| told(view, "webhook-signature doesn't fit")).await;
    stage.kitchen(json!({"mode": "down"})).await;
    let away = |view: &View| hook(view).is_some_and(|hook| hook.state == DeviceState::Away);
    touch(&till, &glass, staff(StaffAct::Shop { act: ShopAct::TestKitchen }));
    glass.until("the hook to be away", away).await;
    glass.until("what came of it", |view| told(view, "it can't be reached")).await;
    till.stop().await;
}
