//! A page that doesn't load, isn't the module's, or stands still: the customer is told, and can pay without it.

use serde_json::json;

use crate::{
    customer::{AMERICANO, card_at_once, choose_americanos, close_and_compare, pay, use_benefits},
    kit::{Kiosk, accounts::Journal, kiosk::Setup, stranger::Stranger, wait_for},
};

/// How many entries of this kind the journal has.
fn entries(journal: &Journal, kind: &str) -> usize {
    journal.entries.iter().filter(|(_, one)| one == kind).count()
}

#[tokio::test]
async fn at_a_name_that_nobody_has_the_kiosk_sells_without_benefits() {
    let setup = Setup { module_url: Some("https://nowhere.invalid/module".into()), ..Setup::default() };
    let mut kiosk = Kiosk::start_with(setup).await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    wait_for("no benefits to be offered", || async { (!kiosk.offers("useBenefits").await).then_some(()) }).await;
    kiosk.touch("payNow").await;
    kiosk.until("payConfirm").await;
    // In the same place: touched at once it would be taken for the second touch of a hurried hand.
    kiosk.touch("callStaff").await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!((journal.paid()[0].card, entries(&journal, "opened")), (AMERICANO, 0));
}

#[tokio::test]
async fn a_page_that_does_not_come_is_tried_again_and_left_out() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    // It says nothing, it breaks off, and then nobody is there.
    kiosk.outside.fault(json!({"on": "load", "do": "hang"})).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    kiosk.until("serviceFailed").await;
    kiosk.until_words("다시 열거나 포인트 없이").await;
    kiosk.outside.no_more_faults().await;
    kiosk.outside.fault(json!({"on": "load", "do": "reset"})).await;
    kiosk.touch("tryAgain").await;
    kiosk.until("service").await;
    kiosk.until("serviceFailed").await;
    kiosk.outside.gate().shut().await;
    kiosk.touch("tryAgain").await;
    kiosk.until("service").await;
    kiosk.until("serviceFailed").await;
    assert!(!kiosk.offers("tryAgain").await, "it was tried often enough");
    kiosk.touch("withoutService").await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
    assert_eq!((entries(&journal, "not_posted"), entries(&journal, "asked")), (3, 0), "{journal:#?}");
    assert!(kiosk.outside.log().await.is_empty(), "Prbiti was told something");
}

/// Whatever stands at its address instead: an error of its server, a way to somebody else, a question for a password.
#[tokio::test]
async fn a_page_that_is_not_the_modules_is_told_nothing() {
    let (stranger, elsewhere) = (Stranger::start(), Stranger::start());
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    stranger.answers("/module", "500 Internal Server Error", "content-type: text/html\r\n", "<h1>broken</h1>");
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    kiosk.until("serviceFailed").await;
    for (status, header) in [
        ("302 Found", format!("location: {}/module\r\n", elsewhere.origin())),
        ("401 Unauthorized", "content-type: text/html\r\nwww-authenticate: Basic realm=\"STRANGER\"\r\n".to_owned()),
    ] {
        stranger.answers("/module", status, &header, "<h1>not here</h1>");
        kiosk.touch("tryAgain").await;
        kiosk.until("service").await;
        kiosk.until("serviceFailed").await;
    }
    // On the glass itself: nothing lies over it.
    kiosk.touch_glass(kiosk.spot("[data-act=\"withoutService\"]").await);
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
    assert_eq!((entries(&journal, "not_posted"), entries(&journal, "asked")), (3, 0), "{journal:#?}");
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_page_that_stands_still_and_the_kiosks_own_with_it_is_ended() {
    let stranger = Stranger::start();
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;
    stranger.runs("question('POINT_REDEEM').then(hold).then(() => tell('held')).then(() => { for (;;); });");
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    stranger.until_told(1).await;
    wait_for("another page", || async { (kiosk.pages() == 2).then_some(()) }).await;
    stranger.runs("");
    kiosk.meet_again().await;
    kiosk.until("serviceUnknown").await;
    kiosk.touch("goOn").await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
    assert_eq!(journal.outcomes[0].1["why"]["is"], "page_gone");
    assert_eq!(kiosk.outside.count("holds", "state", "released").await, 1);
}
