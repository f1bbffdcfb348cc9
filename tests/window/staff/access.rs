//! Who is let in, and what is kept from them.

use serde_json::json;

use super::{MANAGER, open_the_youngest, order_by_card, shop};
use crate::kit::{Kiosk, wait_for};

const CLERK: &str = "135791";

/// The manager makes somebody staff, at the screen.
async fn make_a_clerk(kiosk: &Kiosk) {
    kiosk.come_in(MANAGER).await;
    kiosk.touch_on("go", "shop").await;
    kiosk.touch_on("go", "people").await;
    kiosk.touch("add").await;
    kiosk.touch_on("role", "staff").await;
    kiosk.touch("nextStep").await;
    for _ in 0..2 {
        for digit in CLERK.chars() {
            kiosk.touch_on("digit", &digit.to_string()).await;
        }
        kiosk.touch("enterPin").await;
    }
    kiosk.until_words("직원 1").await;
    kiosk.touch("lock").await;
    kiosk.until("attract").await;
}

/// Tells Rust what the page never would.
async fn command(kiosk: &Kiosk, act: serde_json::Value) {
    const COMMAND: &str = "const [act, done] = arguments;
        const view = Number(document.querySelector('.kiosk').dataset.view);
        window.__TAURI_INTERNALS__.invoke('act', { view, act: { is: 'staff', act } }).then(() => done(true), (why) => done(String(why)));";
    assert_eq!(kiosk.script_later(COMMAND, json!([act])).await, true);
}

#[tokio::test]
async fn what_only_a_manager_may_is_kept_from_the_others_also_past_the_page() {
    let mut kiosk = shop().await;
    order_by_card(&kiosk).await;
    make_a_clerk(&kiosk).await;
    open_the_youngest(&kiosk, CLERK).await;
    let refund = "const one = document.querySelector('[data-act=\"ask\"][data-id=\"refund\"]');
        return [one.getAttribute('aria-disabled'), one.textContent.includes('점장만 할 수 있어요')];";
    assert_eq!(kiosk.script(refund, json!([])).await, json!(["true", true]));
    for act in [json!({"do": "ask", "action": "refund"}), json!({"do": "do", "action": "refund"})] {
        command(&kiosk, act).await;
    }
    kiosk.until_words("점장만 할 수 있어요").await;
    // Nobody is added past the page either, and the people's page isn't shown.
    command(&kiosk, json!({"do": "setPerson", "name": "점장 2", "role": "manager", "pin": "999999"})).await;
    command(&kiosk, json!({"do": "go", "tab": "people"})).await;
    command(&kiosk, json!({"do": "go", "tab": "orders"})).await;
    wait_for("the orders", || async {
        let tab = kiosk.script("return document.querySelector('.staff-pages').dataset.tab ?? null;", json!([])).await;
        (tab == "orders").then_some(())
    })
    .await;
    kiosk.touch("lock").await;
    kiosk.until("attract").await;
    kiosk.hold_shop_name().await;
    kiosk.enter_pin("999999").await;
    assert_eq!(kiosk.screen().await.as_deref(), Some("attract"), "a person was added past the page");
    kiosk.stop().await;
    let journal = kiosk.journal().await;
    assert!(!journal.entries.iter().any(|(_, kind)| kind == "refund_begun"));
    assert_eq!(kiosk.outside.ledger().await["refunds"], json!([]));
}

#[tokio::test]
async fn too_many_wrong_numbers_lock_the_door_also_over_a_restart() {
    let mut kiosk = shop().await;
    kiosk.until("attract").await;
    kiosk.hold_shop_name().await;
    for times in 1..=6 {
        kiosk.enter_pin("000001").await;
        wait_for("the number to be refused", || async {
            (kiosk.log().matches("a staff PIN was refused").count() == times).then_some(())
        })
        .await;
    }
    assert!(kiosk.log().contains("too many PINs were wrong"), "the sixth isn't looked at");
    kiosk.kill().await;
    kiosk.restart().await;
    kiosk.until("attract").await;
    kiosk.hold_shop_name().await;
    kiosk.enter_pin(MANAGER).await;
    kiosk.until_logged("too many PINs were wrong").await;
    kiosk.screenshot("staff-locked-out");
    assert_eq!(kiosk.screen().await.as_deref(), Some("attract"), "the right number opens nothing while it is locked");
    kiosk.unlock();
    kiosk.enter_pin(MANAGER).await;
    kiosk.until("staff").await;
}
