//! A whole order, with benefits and the module's frame, card and number, for each way in which the kiosk can be used. Every
//! screen of it is looked at.

use serde_json::json;

use super::look::{Look, USUAL};
use crate::{
    customer::{AMERICANO, COUPON, MEMBER, card_by_hand, close_and_compare, page, scan_coupon, use_points},
    kit::{
        Kiosk,
        kiosk::{Setup, demonstration_catalog},
        stage::Panel,
    },
};

const SMALL: Panel = Panel { width: 720, height: 1280, inch: 15.6, lower_edge_mm: 900 };
const LANDSCAPE: Panel = Panel { width: 1920, height: 1080, inch: 27.0, lower_edge_mm: 780 };

/// One americano with a coupon, points and a card, by whoever chose `look`; then the next customer finds it as usual.
async fn orders(setup: Setup, look: Look) {
    let mut kiosk = Kiosk::start_with(setup).await;
    card_by_hand(&kiosk).await;
    USUAL.fits(&kiosk, "attract").await;
    look.choose(&kiosk).await;
    kiosk.touch_on("start", "to_go").await;
    look.fits(&kiosk, "menu").await;
    kiosk.touch_on("item", "KD101111").await;
    // Where there is little room, one question after the other.
    look.fits(&kiosk, "options").await;
    while kiosk.offers("nextQuestion").await {
        kiosk.touch("nextQuestion").await;
        look.fits(&kiosk, "options").await;
    }
    kiosk.touch("addToCart").await;
    look.fits(&kiosk, "menu").await;
    kiosk.touch("review").await;
    look.fits(&kiosk, "review").await;
    for (control, sheet) in [("[data-id=\"screen\"]", "screenAndSound"), ("[data-act=\"home\"]", "startOver")] {
        kiosk.touch_css(control).await;
        kiosk.until_sheet(Some(sheet)).await;
        look.fits(&kiosk, "review").await;
        kiosk.touch("closeSheet").await;
        kiosk.until_sheet(None).await;
        kiosk.rest().await;
    }
    kiosk.touch("useBenefits").await;
    look.fits(&kiosk, "benefits").await;
    for service in ["COUPON", "POINT_REDEEM"] {
        kiosk.touch_on("tick", service).await;
    }
    look.fits(&kiosk, "benefits").await;
    kiosk.touch("next").await;
    in_the_module(&kiosk, look, page::COUPON).await;
    scan_coupon(&kiosk, COUPON).await;
    in_the_module(&kiosk, look, page::POINTS).await;
    use_points(&kiosk, MEMBER, 500).await;
    look.fits(&kiosk, "payConfirm").await;
    kiosk.touch("pay").await;
    look.fits(&kiosk, "card").await;
    kiosk.outside.insert_card(json!("approve")).await;
    look.fits(&kiosk, "done").await;
    kiosk.touch("done").await;
    USUAL.fits(&kiosk, "attract").await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!((journal.paid()[0].total, journal.paid()[0].card), (AMERICANO, AMERICANO - 2_000 - 500));
}

/// Waits for the module's page of this service, and looks at the screen around it.
async fn in_the_module(kiosk: &Kiosk, look: Look, service: &str) {
    kiosk.module(service).await.leave().await;
    look.fits(kiosk, "service").await;
}

#[tokio::test]
async fn in_letters_of_twice_the_size() {
    orders(Setup::default(), Look { large: true, ..USUAL }).await;
}

#[tokio::test]
async fn sitting_below_the_low_line() {
    orders(Setup::default(), Look { low: true, ..USUAL }).await;
}

/// The tightest of all.
#[tokio::test]
async fn sitting_with_large_letters_in_high_contrast() {
    orders(Setup::default(), Look { large: true, low: true, contrast: true, ..USUAL }).await;
}

#[tokio::test]
async fn in_high_contrast() {
    orders(Setup::default(), Look { contrast: true, ..USUAL }).await;
}

#[tokio::test]
async fn on_a_small_panel() {
    orders(Setup { panel: SMALL, ..Setup::default() }, USUAL).await;
}

#[tokio::test]
async fn on_a_panel_that_lies_on_its_side() {
    orders(Setup { panel: LANDSCAPE, ..Setup::default() }, USUAL).await;
}

/// A shop that has no other name for one of its drinks.
async fn in_another_language(language: &'static str) {
    let latte = "{ ko = \"카페라떼\", en = \"Caffè latte\", zh = \"拿铁咖啡\", ja = \"カフェラテ\" }";
    let catalog = demonstration_catalog().replacen(latte, "{ ko = \"카페라떼\" }", 1);
    let look = Look { language, in_korean: &["카페라떼"], ..USUAL };
    orders(Setup { catalog: Some(catalog), ..Setup::default() }, look).await;
}

#[tokio::test]
async fn in_english() {
    in_another_language("en").await;
}

#[tokio::test]
async fn in_chinese() {
    in_another_language("zh").await;
}

#[tokio::test]
async fn in_japanese() {
    in_another_language("ja").await;
}
