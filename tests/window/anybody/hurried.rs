//! Nothing that a hurried hand does breaks an order: all of it on the glass itself.

use std::fmt::Write as _;

use serde_json::json;

use crate::{
    customer::{AMERICANO, card_at_once, card_by_hand, choose_americanos, close_and_compare},
    kit::{Kiosk, kiosk::Spot, wait_for},
};

/// Touches this control twice, once it is there and still.
async fn twice(kiosk: &Kiosk, screen: &str, css: &str) {
    kiosk.until(screen).await;
    wait_for(css, || async { kiosk.is_there(css).await.then_some(()) }).await;
    kiosk.until_still().await;
    kiosk.touch_glass_twice(kiosk.spot(css).await);
    kiosk.rest().await;
}

/// As a line for the hand.
fn tap(Spot { x, y }: Spot) -> String {
    format!("mousemove {x} {y}\nmousedown 1\nmouseup 1\n")
}

/// Nothing that a browser does with fingers is left on the glass.
async fn assert_quiet(kiosk: &Kiosk, windows: usize) {
    const QUIET: &str = "const { scrollX, scrollY, visualViewport: port } = window;
        return [String(getSelection()), scrollX, scrollY, port.scale, port.offsetTop, innerWidth, innerHeight];";
    let quiet = json!(["", 0, 0, 1, 0, kiosk.panel.width, kiosk.panel.height]);
    assert_eq!(kiosk.script(QUIET, json!([])).await, quiet);
    assert_eq!(kiosk.windows(), windows, "no menu, no list, nothing that is dragged");
}

/// What would be paid if nothing more were done: the menu's cart.
async fn cart(kiosk: &Kiosk) -> Option<i64> {
    let sum = "return document.querySelector('[data-act=\"review\"]')?.parentElement.innerText ?? '';";
    let words = kiosk.script(sum, json!([])).await;
    let digits: String =
        words.as_str()?.lines().find(|line| line.contains(','))?.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[tokio::test]
async fn an_order_in_which_everything_is_touched_twice_is_the_same_order() {
    let mut kiosk = Kiosk::start().await;
    card_by_hand(&kiosk).await;
    for (screen, css) in [
        ("attract", "[data-id=\"to_go\"]"),
        ("menu", "[data-act=\"item\"][data-id=\"KD101111\"]"),
        ("options", "[data-act=\"addToCart\"]"),
        ("menu", "[data-act=\"review\"]"),
        ("review", "[data-act=\"payNow\"]"),
        ("payConfirm", "[data-act=\"pay\"]"),
    ] {
        twice(&kiosk, screen, css).await;
    }
    kiosk.until("card").await;
    kiosk.outside.insert_card(json!("approve")).await;
    twice(&kiosk, "done", "[data-act=\"done\"]").await;
    assert_eq!(kiosk.screen().await.as_deref(), Some("attract"), "the second touch begins no order");
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.transactions.len(), 1, "{journal:#?}");
    assert_eq!((journal.paid()[0].total, journal.paid()[0].card), (AMERICANO, AMERICANO));
    assert_eq!(kiosk.outside.ledger().await["payments"].as_array().map(Vec::len), Some(1));
}

/// Five fingers come down together, again and again, one of them on the button: where it was, another stands soon.
#[tokio::test]
async fn five_fingers_pay_once_and_stop_nothing() {
    let mut kiosk = Kiosk::start().await;
    card_by_hand(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    kiosk.touch("payNow").await;
    kiosk.until("payConfirm").await;
    kiosk.until_still().await;
    let pay = kiosk.spot("[data-act=\"pay\"]").await;
    let mut together = String::new();
    for (right, up) in [(0, 0), (-150, 260), (-20, 380), (110, 400), (230, 330)] {
        together += &tap(Spot { x: pay.x + right, y: pay.y - up });
    }
    let mut hand = kiosk.hand();
    hand.does(&format!("{together}sleep 0.12\n").repeat(4));
    kiosk.until("card").await;
    kiosk.outside.until("the terminal to wait", "payments", |one| one["state"] == "in_progress").await;
    kiosk.outside.insert_card(json!("approve")).await;
    kiosk.until("done").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
    assert_eq!(kiosk.outside.count("payments", "state", "cancelled").await, 0);
}

#[tokio::test]
async fn a_finger_that_slides_presses_nothing_and_one_that_rests_presses_once() {
    let mut kiosk = Kiosk::start().await;
    let windows = kiosk.windows();
    card_at_once(&kiosk).await;
    kiosk.touch_on("start", "to_go").await;
    kiosk.until("menu").await;
    kiosk.until_still().await;
    let item = kiosk.spot("[data-act=\"item\"][data-id=\"KD101111\"]").await;
    let other = kiosk.spot("[data-act=\"item\"][data-id=\"KD101112\"]").await;
    let (width, height) = (i64::from(kiosk.panel.width), i64::from(kiosk.panel.height));
    let mut hand = kiosk.hand();
    // From one to another, over the whole glass each way, from outside in, and off the edge.
    let ways = [
        (item, other),
        (Spot { x: width / 2, y: height - 1 }, Spot { x: width / 2, y: 0 }),
        (Spot { x: width / 2, y: 1 }, Spot { x: width / 2, y: height - 1 }),
        (Spot { x: 0, y: height / 2 }, Spot { x: width - 1, y: height / 2 }),
        (item, Spot { x: width - 1, y: item.y }),
    ];
    for (from, to) in ways {
        let mut slide = format!("mousemove {} {}\nmousedown 1\n", from.x, from.y);
        for step in 1..=8 {
            let at = |from: i64, to: i64| from + (to - from) * step / 8;
            let _ = writeln!(slide, "mousemove {} {}\nsleep 0.01", at(from.x, to.x), at(from.y, to.y));
        }
        hand.does(&format!("{slide}mouseup 1\n"));
    }
    assert_quiet(&kiosk, windows).await;
    assert_eq!(kiosk.screen().await.as_deref(), Some("menu"));
    assert_eq!(cart(&kiosk).await, None);
    // A finger that rests has a browser open a menu.
    hand.does(&format!("mousemove {} {}\nmousedown 1\nsleep 1.5\nmouseup 1\n", item.x, item.y));
    kiosk.until("options").await;
    kiosk.until_still().await;
    assert_quiet(&kiosk, windows).await;
    kiosk.touch("addToCart").await;
    kiosk.until("menu").await;
    kiosk.until_still().await;
    assert_eq!(cart(&kiosk).await, Some(AMERICANO));
    // What a hand's heel does to a panel: the other buttons of a mouse, and its wheel.
    for button in [2, 3, 4, 5, 8, 9] {
        hand.does(&format!("mousemove {} {}\nmousedown {button}\nmouseup {button}\n", item.x, item.y));
    }
    assert_quiet(&kiosk, windows).await;
    kiosk.touch("review").await;
    kiosk.until("review").await;
    kiosk.touch("payNow").await;
    kiosk.until("payConfirm").await;
    kiosk.touch("pay").await;
    kiosk.until("done").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!((journal.paid()[0].total, journal.transactions.len()), (AMERICANO, 1));
}

/// A finger comes down on one screen, and goes up when another stands there.
#[tokio::test]
async fn a_finger_that_rests_while_the_screen_changes_presses_nothing_on_the_next() {
    let mut kiosk = Kiosk::start().await;
    card_by_hand(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    kiosk.touch("payNow").await;
    kiosk.until("payConfirm").await;
    kiosk.touch("pay").await;
    kiosk.until("card").await;
    kiosk.until_still().await;
    let stop = kiosk.spot("[data-act=\"dontPay\"]").await;
    let mut hand = kiosk.hand();
    hand.does(&format!("mousemove {} {}\nmousedown 1\n", stop.x, stop.y));
    kiosk.outside.insert_card(json!("approve")).await;
    kiosk.until("done").await;
    kiosk.until_still().await;
    hand.does("mouseup 1\n");
    // What follows it in the page's own order has come after it.
    kiosk.script("return 0;", json!([])).await;
    assert_eq!(kiosk.screen().await.as_deref(), Some("done"));
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
    assert_eq!(kiosk.outside.count("payments", "state", "cancelled").await, 0);
}
