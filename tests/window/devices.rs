//! Orders whose devices go away in the middle: the barcode reader, the printer, the card terminal's agent; and a reader that
//! types.

use serde_json::{Value, json};

use crate::{
    customer::{
        AMERICANO, COUPON, MEMBER, card_at_once, card_by_hand, choose_americanos, close_and_compare, opens, page, pay,
        scan_coupon, use_benefits, use_points,
    },
    kit::{Kiosk, Simulator, kiosk::Setup, wait_for},
};

/// The americano's.
const AMERICANO_CODE: &str = "8801234511117";

/// Pulled and put back: the kiosk notices by itself.
async fn pull_and_put_back(kiosk: &Kiosk) {
    kiosk.outside.plug_scanner(false).await;
    kiosk.outside.plug_scanner(true).await;
}

/// Scans until the kiosk, whose reader may still be on its way back, says something of it.
async fn scan_until_noted(kiosk: &Kiosk, code: &str, note: &str) {
    let there = format!("return document.querySelector('[data-note={note}]') !== null;");
    wait_for(&format!("the note {note}"), || async {
        kiosk.outside.scan(code).await;
        (kiosk.script(&there, json!([])).await == true).then_some(())
    })
    .await;
}

async fn until_reader_is_said_off(kiosk: &Kiosk, off: bool) {
    const THERE: &str = "return document.querySelector('[data-band=scannerOff]') !== null;";
    wait_for(&format!("the band of a missing reader: {off}"), || async {
        (kiosk.script(THERE, json!([])).await == off).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_reader_is_pulled_and_put_back_in_each_step_and_the_order_goes_its_way() {
    let mut kiosk = Kiosk::start().await;
    card_by_hand(&kiosk).await;
    pull_and_put_back(&kiosk).await;
    scan_until_noted(&kiosk, AMERICANO_CODE, "scanRefused").await;
    kiosk.touch_on("start", "for_here").await;
    kiosk.until("menu").await;
    pull_and_put_back(&kiosk).await;
    // Only the menu knows that nobody sells it: the reader reads again, and nothing was added.
    scan_until_noted(&kiosk, "0000000000000", "notOnMenu").await;
    kiosk.outside.scan(AMERICANO_CODE).await;
    kiosk.touch("review").await;
    kiosk.until("review").await;
    pull_and_put_back(&kiosk).await;
    scan_until_noted(&kiosk, AMERICANO_CODE, "scanRefused").await;
    use_benefits(&kiosk, &["COUPON", "POINT_REDEEM"]).await;
    kiosk.until("service").await;
    kiosk.module(page::COUPON).await.leave().await;
    kiosk.outside.plug_scanner(false).await;
    until_reader_is_said_off(&kiosk, true).await;
    kiosk.outside.plug_scanner(true).await;
    until_reader_is_said_off(&kiosk, false).await;
    scan_coupon(&kiosk, COUPON).await;
    // With the plug out the telephone number does as well.
    kiosk.outside.plug_scanner(false).await;
    use_points(&kiosk, MEMBER, 500).await;
    kiosk.until("payConfirm").await;
    kiosk.outside.plug_scanner(true).await;
    kiosk.touch("pay").await;
    kiosk.until("card").await;
    kiosk.outside.plug_scanner(false).await;
    kiosk.outside.insert_card(json!("approve")).await;
    kiosk.until("done").await;
    kiosk.outside.plug_scanner(true).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!((journal.paid()[0].total, journal.paid()[0].card), (AMERICANO, AMERICANO - 2_000 - 500));
    assert_eq!(journal.paid().len(), 1, "{journal:#?}");
}

fn with_printer(outside: &Simulator, usual: String) -> String {
    let seller = "business_number = \"123-45-67891\"\nrepresentative = \"김모퉁\"\naddress = \"서울특별시 종로구 모퉁이길 12\"\n";
    let printer = format!("[printer]\ntcp = \"{}\"\n\n[screen]", outside.printer_address());
    usual.replacen("[prbiti]", &format!("{seller}\n[prbiti]"), 1).replacen("[screen]", &printer, 1)
}

/// Two americanos with 1,000 points, and the bill with paper chosen.
async fn bill_with_paper(kiosk: &Kiosk) {
    choose_americanos(kiosk, 2).await;
    use_benefits(kiosk, &["POINT_REDEEM"]).await;
    use_points(kiosk, MEMBER, 1_000).await;
    kiosk.until("payConfirm").await;
    kiosk.touch_on("receipt", "paper").await;
}

/// The figure behind these words, won.
fn figure(rows: &[String], words: &str) -> i64 {
    let row = rows.iter().find(|row| row.starts_with(words)).unwrap_or_else(|| panic!("no {words} in {rows:#?}"));
    let digits: String = row.rsplit(' ').next().unwrap_or_default().chars().filter(|c| *c != ',').collect();
    digits.parse().unwrap_or_else(|_| panic!("no figure: {row}"))
}

#[tokio::test]
async fn paper_runs_out_before_in_and_after_a_receipt_and_what_is_printed_is_the_order_to_the_won() {
    let mut kiosk = Kiosk::start_with(Setup { change: with_printer, ..Setup::default() }).await;
    card_at_once(&kiosk).await;
    // Before: the order is paid and handed over all the same, and the screen says that no paper comes.
    bill_with_paper(&kiosk).await;
    kiosk.outside.printer(json!({"paper": "out"})).await;
    kiosk.touch("pay").await;
    kiosk.until("done").await;
    kiosk.until_words("영수증이 나오지 않아요").await;
    assert!(kiosk.outside.papers().await.is_empty());
    kiosk.outside.printer(json!({"paper": "ok"})).await;
    kiosk.touch("done").await;
    // In the middle: it is never printed again by itself.
    bill_with_paper(&kiosk).await;
    kiosk.outside.printer(json!({"outAfterLines": 6})).await;
    kiosk.touch("pay").await;
    kiosk.until("done").await;
    wait_for("a paper that ended in the middle", || async {
        kiosk.log().contains("it stopped in the middle of a paper").then_some(())
    })
    .await;
    // Somebody puts in a roll, tears off what hangs out, and turns it off and on.
    kiosk.outside.printer(json!({"paper": "ok", "plugged": false})).await;
    wait_for("a paper that was torn", || async {
        kiosk.outside.papers().await.last().is_some_and(|(_, whole)| !whole).then_some(())
    })
    .await;
    kiosk.outside.printer(json!({"plugged": true})).await;
    // By itself after a while, or with a touch.
    kiosk.try_touch("[data-act=done]").await;
    kiosk.until("attract").await;
    // After: this one came out.
    bill_with_paper(&kiosk).await;
    kiosk.touch("pay").await;
    kiosk.until("done").await;
    let rows = wait_for("a whole receipt", || async {
        kiosk.outside.papers().await.into_iter().rev().find(|(rows, whole)| *whole && rows.len() > 10)
    })
    .await
    .0;
    kiosk.outside.printer(json!({"paper": "out"})).await;
    let journal = close_and_compare(&mut kiosk).await;
    let paid = journal.paid();
    assert!(paid.len() == 3 && paid.iter().all(|one| one.handed_over), "{journal:#?}");
    let printed: Vec<_> =
        paid.iter().filter(|one| rows.contains(&one.order_number.clone().unwrap_or_default())).collect();
    assert_eq!(printed.len(), 1, "the receipt is one order's: {rows:#?}");
    let order = printed[0];
    assert_eq!(figure(&rows, "주문 합계"), order.total);
    assert_eq!(figure(&rows, "카드 "), order.card);
    assert_eq!(figure(&rows, "승인번호").to_string(), order.approval.clone().unwrap_or_default());
    assert_eq!(figure(&rows, "공급가액") + figure(&rows, "부가세"), order.total);
    let holds: i64 = figure(&rows, "포인트");
    assert_eq!(order.total + holds, order.card, "{rows:#?}");
}

#[tokio::test]
async fn the_terminals_agent_dies_before_in_and_after_a_charge_and_the_order_is_paid_once() {
    let mut kiosk = Kiosk::start().await;
    card_by_hand(&kiosk).await;
    choose_americanos(&kiosk, 2).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    use_points(&kiosk, MEMBER, 1_000).await;
    // Before: nothing begins, and what is held stays.
    kiosk.until("payConfirm").await;
    kiosk.outside.kill();
    kiosk.touch("pay").await;
    wait_for("a note that the terminal is away", || async {
        let there = "return document.querySelector('[data-note=terminalAway]') !== null;";
        (kiosk.script(there, json!([])).await == true).then_some(())
    })
    .await;
    kiosk.outside.restart();
    card_by_hand(&kiosk).await;
    // In the middle: a card that wasn't read was not charged, and the agent says so when it is back.
    wait_for("the terminal to wait for a card", || async {
        if kiosk.screen().await.as_deref() == Some("payConfirm") {
            kiosk.try_touch("[data-act=pay]").await;
        }
        (kiosk.screen().await.as_deref() == Some("card")).then_some(())
    })
    .await;
    kiosk.outside.until("the terminal to wait", "payments", |one| one["state"] == "in_progress").await;
    kiosk.outside.kill();
    kiosk.outside.restart();
    kiosk.until("declined").await;
    // After: the card is charged, the answer is lost, and the agent dies.
    card_by_hand(&kiosk).await;
    kiosk.touch("anotherCard").await;
    kiosk.until("card").await;
    kiosk.outside.insert_card(json!("approveSilently")).await;
    kiosk.outside.until("the charge", "payments", |one| one["state"] == "approved").await;
    kiosk.outside.kill();
    kiosk.outside.restart();
    kiosk.until("done").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!((journal.paid()[0].total, journal.paid()[0].card), (2 * AMERICANO, 2 * AMERICANO - 1_000));
    assert_eq!(kiosk.outside.count("payments", "state", "approved").await, 1);
}

fn with_typing_reader(_: &Simulator, usual: String) -> String {
    let (before, rest) = usual.split_once("[scanner]").expect("a scanner");
    let (_, after) = rest.split_once("[screen]").expect("a screen");
    // The journey reads the same thing again at once.
    format!("{before}[scanner]\nkeyboard = true\nsame_ms = 0\n\n[screen]{after}")
}

/// Keys that a page gets, and what is pressed in it, from now on.
const LISTEN: &str = "window.heard = [];
    for (const kind of ['keydown', 'keyup', 'click'])
      addEventListener(kind, (event) => window.heard.push(kind + ' ' + (event.key ?? '')), true);";
const HEARD: &str = "return window.heard;";

#[tokio::test]
async fn a_reader_that_types_presses_nothing_and_is_read_in_the_modules_frame_too() {
    let mut kiosk = Kiosk::start_with(Setup { change: with_typing_reader, ..Setup::default() }).await;
    opens(&kiosk).await;
    kiosk.script(LISTEN, json!([])).await;
    // The focus is on the button that would begin an order.
    kiosk.script("document.querySelector('[data-act=start]').focus();", json!([])).await;
    kiosk.types(AMERICANO_CODE);
    wait_for("the note of a refused scan", || async {
        (kiosk.script("return document.querySelector('[data-note=scanRefused]') !== null;", json!([])).await == true)
            .then_some(())
    })
    .await;
    assert_eq!(kiosk.screen().await.as_deref(), Some("attract"));
    kiosk.touch_on("start", "for_here").await;
    kiosk.until("menu").await;
    // A finger's key reaches the page, once.
    kiosk.script("window.heard = [];", json!([])).await;
    kiosk.key("8");
    wait_for("a finger's key", || async {
        let heard = kiosk.script(HEARD, json!([])).await;
        heard.as_array().is_some_and(|all| all.contains(&json!("keyup 8"))).then_some(())
    })
    .await;
    assert_eq!(kiosk.script(HEARD, json!([])).await, json!(["keydown 8", "keyup 8"]));
    // The page has made nothing of it, and the scan begins with the same key at once.
    kiosk.types(AMERICANO_CODE);
    kiosk.until_words("아메리카노 · 담았어요").await;
    kiosk.touch("review").await;
    kiosk.until("review").await;
    use_benefits(&kiosk, &["COUPON"]).await;
    let module = kiosk.module(page::COUPON).await;
    module.until("card").await;
    module.script(LISTEN, json!([])).await;
    // The focus is within the frame, on a button of the module's.
    module.script("document.querySelector('[data-key=\"1\"]').focus();", json!([])).await;
    kiosk.types(COUPON);
    module.until("coupons").await;
    assert_eq!(module.script(HEARD, json!([])).await, Value::Array(Vec::new()), "nothing of it reached the frame");
    module.press("#use").await;
    module.leave().await;
    card_at_once(&kiosk).await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!((journal.paid()[0].total, journal.paid()[0].card), (AMERICANO, AMERICANO - 2_000));
}
