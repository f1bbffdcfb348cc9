//! Everything that fingers can do, by the keys of a keypad alone: they are pressed at the X server.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    customer::{AMERICANO, MEMBER, card_at_once, close_and_compare, opens, page},
    kit::{Kiosk, kiosk::Page, patiently, wait_for},
};

/// An arrow that has led nowhere for so long won't any more.
const EDGE: Duration = Duration::from_millis(600);

/// What the keys are on, and where what is looked for lies from there: here, or an arrow.
const WHERE: &str = "
    const here = document.activeElement, there = document.querySelector(arguments[0]);
    if (!there) return 'absent';
    if (here === there) return 'here';
    if (here?.matches('iframe')) return 'Escape';
    if (!here || here === document.body) return 'Down';
    const a = here.getBoundingClientRect(), b = there.getBoundingClientRect();
    const beside = b.top < a.bottom - 2 && b.bottom > a.top + 2;
    const across = b.left + b.right > a.left + a.right ? 'Right' : 'Left';
    const along = b.top + b.bottom > a.top + a.bottom ? 'Down' : 'Up';
    return beside !== arguments[1] ? across : along;";

/// How many keys the page has had, and whether the module's page has the focus.
const KEYS: &str = "return [document.documentElement.dataset.keys ?? '0', document.activeElement?.matches('iframe')];";

/// Presses a key and waits until the page has had it, or the module's has taken the focus to itself.
async fn press(kiosk: &Kiosk, key: &str) {
    let before = kiosk.script(KEYS, json!([])).await;
    kiosk.key(key);
    wait_for(&format!("the page to have {key}"), || async {
        let now = kiosk.script(KEYS, json!([])).await;
        (now != before || now[1] == true).then_some(())
    })
    .await;
}

/// The arrows lead to this control, as somebody would press them who sees where it is.
async fn walk(kiosk: &Kiosk, css: &str) {
    let mut around = false;
    let mut focus = Value::Null;
    for _ in 0..40 {
        let step = wait_for(css, || async {
            let step = kiosk.script(WHERE, json!([css, around])).await;
            step.as_str().filter(|step| *step != "absent").map(str::to_owned)
        })
        .await;
        if step == "here" {
            return;
        }
        press(kiosk, &step).await;
        let now = kiosk.script("return document.activeElement?.outerHTML;", json!([])).await;
        around = now == focus && !around;
        focus = now;
    }
    panic!("the arrows don't lead to {css}; they are on {focus}");
}

async fn choose(kiosk: &Kiosk, css: &str) {
    walk(kiosk, css).await;
    press(kiosk, "Return").await;
}

fn control(act: &str, thing: &str) -> String {
    format!(r#"[data-act="{act}"][data-id="{thing}"]"#)
}

const ON: &str = "return document.activeElement?.matches(arguments[0]) ?? false;";

/// From inside the module's page onto its frame.
async fn leave_module(kiosk: &Kiosk) {
    press(kiosk, "Escape").await;
    wait_for("the keys to be on the frame", || async {
        (kiosk.script(ON, json!([".frame"])).await == true).then_some(())
    })
    .await;
}

/// Through its frame, also when the module's page has taken the focus to itself.
async fn enter_module(kiosk: &Kiosk) {
    choose(kiosk, ".frame").await;
    wait_for("the keys to be in the module", || async {
        (kiosk.script(ON, json!(["iframe"])).await == true).then_some(())
    })
    .await;
}

/// The same inside the module's page, which knows nothing of keypads.
async fn choose_in(kiosk: &Kiosk, module: &Page<'_>, css: &str) {
    let mut around = false;
    let mut focus = Value::Null;
    for _ in 0..40 {
        let step = module.script(WHERE, json!([css, around])).await;
        match step.as_str() {
            Some("here") => return kiosk.key("Return"),
            Some("absent") | None => panic!("no {css} in the module"),
            Some(arrow) => kiosk.key(arrow),
        }
        // At the edge it stays where it is.
        let moved = patiently(EDGE, &mut || async {
            let now = module.script("return document.activeElement?.outerHTML;", json!([])).await;
            (now != focus).then_some(now)
        })
        .await;
        around = moved.is_none() && !around;
        focus = moved.unwrap_or(focus);
    }
    panic!("the arrows don't lead to {css} in the module; they are on {focus}");
}

#[tokio::test]
async fn a_whole_order_with_points_by_keys_alone() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    opens(&kiosk).await;
    choose(&kiosk, &control("start", "for_here")).await;
    kiosk.until("menu").await;
    choose(&kiosk, &control("item", "KD101111")).await;
    kiosk.until("options").await;
    choose(&kiosk, &control("pieces", "pieces+")).await;
    choose(&kiosk, "[data-act=addToCart]").await;
    kiosk.until("menu").await;
    choose(&kiosk, ".primary[data-act=review]").await;
    kiosk.until("review").await;
    choose(&kiosk, "[data-act=useBenefits]").await;
    kiosk.until("benefits").await;
    choose(&kiosk, &control("tick", "POINT_REDEEM")).await;
    choose(&kiosk, "[data-act=next]").await;

    // The driver, once in a frame, keeps the keys there: only now that they have come by themselves may it look.
    kiosk.until("service").await;
    enter_module(&kiosk).await;
    let module = kiosk.module(page::POINTS).await;
    for digit in MEMBER.chars() {
        choose_in(&kiosk, &module, &format!("[data-key=\"{digit}\"]")).await;
    }
    module.leave().await;
    // Out of the frame and into it again: what was typed stays.
    leave_module(&kiosk).await;
    press(&kiosk, "Return").await;
    let module = kiosk.module(page::POINTS).await;
    choose_in(&kiosk, &module, "[data-key=ok]").await;
    module.until("amount").await;
    for digit in "1000".chars() {
        choose_in(&kiosk, &module, &format!("[data-key=\"{digit}\"]")).await;
    }
    choose_in(&kiosk, &module, "#use").await;
    module.leave().await;

    kiosk.until("payConfirm").await;
    choose(&kiosk, "[data-act=pay]").await;
    kiosk.until("done").await;
    choose(&kiosk, "[data-act=done]").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!((journal.paid()[0].total, journal.paid()[0].card), (2 * AMERICANO, 2 * AMERICANO - 1_000));
}

#[tokio::test]
async fn keys_call_staff_change_the_looks_and_lead_home_from_inside_the_module() {
    let kiosk = Kiosk::start().await;
    crate::customer::choose_americanos(&kiosk, 1).await;
    crate::customer::use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    kiosk.until("service").await;
    enter_module(&kiosk).await;
    press(&kiosk, "F1").await;
    kiosk.until_words("부르는 중").await;
    press(&kiosk, "F9").await;
    press(&kiosk, "F10").await;
    let looks = "const { theme } = document.documentElement.dataset;
        return [theme, document.documentElement.style.getPropertyValue('--zoom')];";
    wait_for("the looks", || async {
        (kiosk.script(looks, json!([])).await == json!(["contrast", "2"])).then_some(())
    })
    .await;
    press(&kiosk, "Home").await;
    wait_for("the question whether to start again", || async {
        (kiosk.sheet().await.as_deref() == Some("startOver")).then_some(())
    })
    .await;
    // The question has the keys, on the way that loses nothing.
    assert_eq!(kiosk.script("return document.activeElement.dataset.act;", json!([])).await, "closeSheet");
    press(&kiosk, "Escape").await;
    wait_for("no question", || async { kiosk.sheet().await.is_none().then_some(()) }).await;
    press(&kiosk, "Home").await;
    choose(&kiosk, "[data-act=yesStartOver]").await;
    kiosk.until("attract").await;
    assert_eq!(kiosk.script(looks, json!([])).await, json!([null, "1"]));
}
