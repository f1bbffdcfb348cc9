//! Time: whoever needs it has it, and whoever is gone leaves nothing behind.

use std::time::{Duration, Instant};

use serde_json::json;

use super::look::session;
use crate::{
    customer::{MEMBER, choose_americanos, close_and_compare, page, use_benefits, use_points},
    kit::{
        Kiosk,
        kiosk::{Setup, timed},
        wait_for,
    },
};

/// The least that a shop can set.
const IDLE_S: u32 = 30;
/// The least that a warning may stand.
const LEAST_WARNING: Duration = Duration::from_secs(20);

/// The question whether somebody is there.
const ASKED: &str = "[data-sheet=idle]";

/// How somebody shows that they are there.
#[derive(Clone, Copy, Debug)]
enum Sign {
    /// Where there is no control.
    TouchesBesideAll,
    /// Where the module's frame is, under the question.
    TouchesOverTheFrame,
    PressesAKey,
    TouchesContinue,
}

async fn seconds_left(kiosk: &Kiosk) -> u32 {
    let shown = kiosk.script("return document.querySelector('.ring b').textContent;", json!([])).await;
    shown.as_str().and_then(|shown| shown.parse().ok()).expect("a number of seconds")
}

#[tokio::test]
async fn whoever_is_asked_inside_the_modules_frame_goes_on_and_whoever_is_gone_keeps_nothing() {
    let mut kiosk = Kiosk::start_with(Setup { idle_s: IDLE_S, ..Setup::default() }).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM", "PREPAID"]).await;
    use_points(&kiosk, MEMBER, 1_000).await;
    let frame = kiosk.module(page::GIFT_CARD).await;
    frame.until("card").await;
    let one = frame.spot("[data-key=\"1\"]").await;
    frame.leave().await;
    let asked_in = session(&kiosk).await;
    assert_eq!(kiosk.outside.count("holds", "state", "held").await, 1);

    use Sign::{PressesAKey, TouchesBesideAll, TouchesContinue, TouchesOverTheFrame};
    for sign in [TouchesBesideAll, PressesAKey, TouchesOverTheFrame, TouchesContinue] {
        // Whoever pressed a key has twice the time: a minute.
        kiosk.until_in_two_minutes(ASKED).await;
        let left = seconds_left(&kiosk).await;
        wait_for("the countdown", || async { (seconds_left(&kiosk).await < left).then_some(()) }).await;
        let covered = "const box = document.querySelector('iframe').getBoundingClientRect();
            return document.elementFromPoint(box.left + box.width / 2, box.top + 20) !== document.querySelector('iframe');";
        assert_eq!(kiosk.script(covered, json!([])).await, true, "the question stands over the frame");
        match sign {
            TouchesBesideAll => kiosk.touch_glass(kiosk.spot(".scrim").await.up(600)),
            TouchesOverTheFrame => kiosk.touch_glass(one),
            PressesAKey => kiosk.key("Right"),
            TouchesContinue => kiosk.touch("continue").await,
        }
        kiosk.until_sheet(None).await;
        assert_eq!(session(&kiosk).await, asked_in, "{sign:?}: the module's page is the same");
        assert_eq!(kiosk.outside.count("holds", "state", "held").await, 1, "{sign:?}");
    }
    let frame = kiosk.module(page::GIFT_CARD).await;
    let typed = frame.script("return document.querySelector('.field').textContent.includes('1');", json!([])).await;
    frame.leave().await;
    assert_eq!(typed, false, "a touch on the question isn't one on what lies under it");

    kiosk.until_in_two_minutes(ASKED).await;
    let (warned, ()) = timed(kiosk.until("attract")).await;
    assert!(warned >= LEAST_WARNING, "the warning stood for {warned:?}");
    kiosk.outside.until("the hold to be given back", "holds", |hold| hold["state"] == "released").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert!(journal.paid().is_empty());
    assert!(journal.transactions.iter().all(|one| !one.open && !one.with_staff), "{journal:#?}");
}

/// Only the glass is touched, and real keys are pressed: what the driver does might count otherwise than a finger.
#[tokio::test]
async fn whoever_types_in_the_modules_frame_is_not_taken_for_gone() {
    const LONGER_THAN_IDLE: Duration = Duration::from_secs(IDLE_S as u64 + 2);
    let kiosk = Kiosk::start_with(Setup { idle_s: IDLE_S, ..Setup::default() }).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    let frame = kiosk.module(page::POINTS).await;
    frame.until("phone").await;
    let (one, clear) = (frame.spot("[data-key=\"1\"]").await, frame.spot("[data-key=\"clear\"]").await);
    const TYPED: &str = "return document.querySelector('.field').textContent.includes('●');";
    for by_keys in [false, true] {
        let began = Instant::now();
        while began.elapsed() < LONGER_THAN_IDLE {
            for (key, spot, typed) in [("1", one, true), ("BackSpace", clear, false)] {
                if by_keys {
                    kiosk.key(key)
                } else {
                    kiosk.touch_glass(spot)
                }
                // Covered by the question whether somebody is there, the frame would get neither.
                wait_for("the key in the module", || async {
                    (frame.script(TYPED, json!([])).await == typed).then_some(())
                })
                .await;
            }
        }
    }
    frame.leave().await;
    assert_eq!((kiosk.screen().await.as_deref(), kiosk.sheet().await), (Some("service"), None));
}
