//! What is read aloud, as a program of the system's gets it.

use crate::{
    customer::{AMERICANO, MEMBER, card_at_once, close_and_compare, opens, pay, use_benefits, use_points},
    kit::{Kiosk, kiosk::Setup, wait_for},
};

#[tokio::test]
async fn an_order_in_english_is_told_step_by_step() {
    let mut kiosk = Kiosk::start_with(Setup { speaks: true, ..Setup::default() }).await;
    card_at_once(&kiosk).await;
    opens(&kiosk).await;
    kiosk.touch_on("language", "en").await;
    kiosk.touch("voice").await;
    kiosk.until_said("Voice guidance is on. This is the order kiosk of Corner Coffee.").await;
    kiosk.touch_on("start", "to_go").await;
    kiosk.until("menu").await;
    kiosk.until_said("Order, step one of five. Best menu, page one of").await;
    kiosk.touch_on("item", "KD101111").await;
    kiosk.until_said("Americano Temperature, Iced chosen.").await;
    kiosk.touch_on("pieces", "pieces+").await;
    kiosk.touch("addToCart").await;
    kiosk.until("menu").await;
    kiosk.until_said("In your order: two, six thousand won.").await;
    kiosk.touch("review").await;
    kiosk
        .until_said("Step two, Check. two Americano, six thousand won. two in all, six thousand won. Is this right?")
        .await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    kiosk
        .until_said(
            "Use points? To pay: six thousand won. Enter your phone number on the screen, or scan your barcode.",
        )
        .await;
    use_points(&kiosk, MEMBER, 1_000).await;
    kiosk.until("payConfirm").await;
    kiosk.until_said("Step four, Pay. You pay five thousand won by card. After paying you cannot cancel here.").await;
    pay(&kiosk).await;
    kiosk.until_said("Your order is complete. Order number T one, T, one. We will call your number.").await;

    let said = kiosk.said();
    for (how, text) in &said {
        assert!(how.starts_with("-v en-us -s 150 -a 100"), "{how}: {text}");
        // What was typed in the module's page, and whose points they are, is nobody's to hear.
        assert!(!text.contains(MEMBER) && !text.chars().any(|sign| sign.is_ascii_digit()), "{text}");
    }
    kiosk.touch("done").await;
    kiosk.until("attract").await;
    let before = kiosk.said().len();
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, 2 * AMERICANO - 1_000);
    // The next customer hasn't asked for a voice.
    assert_eq!(kiosk.said().len(), before);
}

#[tokio::test]
async fn the_voice_reads_what_the_keys_come_to_says_it_again_and_can_be_made_louder_and_slower() {
    let kiosk = Kiosk::start_with(Setup { speaks: true, ..Setup::default() }).await;
    opens(&kiosk).await;
    kiosk.touch("voice").await;
    kiosk.until_said("음성 안내를 시작합니다. 모퉁이커피 주문기입니다.").await;
    kiosk.key("F4");
    kiosk.until_said("크기 사").await;
    kiosk.key("F7");
    kiosk.until_said("느리게").await;
    kiosk.key("F2");
    kiosk.until_said("모퉁이커피 주문기입니다. 화살표").await;
    let (how, _) = kiosk.said().pop().unwrap();
    assert!(how.starts_with("-v ko -s 110 -a 140"), "{how}");
    kiosk.touch_on("start", "for_here").await;
    kiosk.until("menu").await;
    // First the question, then what is below it.
    kiosk.key("Down");
    kiosk.until_said("메뉴를 골라 주세요").await;
    kiosk.key("Down");
    wait_for("the first item to be read", || async {
        let (_, said) = kiosk.said().pop()?;
        (said == "아메리카노, 삼천 원").then_some(())
    })
    .await;
}

#[tokio::test]
async fn earphones_turn_the_voice_on_and_it_is_theirs_alone_until_they_are_pulled_out() {
    let kiosk = Kiosk::start_with(Setup { speaks: true, ..Setup::default() }).await;
    opens(&kiosk).await;
    kiosk.key("F11");
    kiosk.until_said("음성 안내를 시작합니다. 모퉁이커피 주문기입니다.").await;
    kiosk.touch_on("start", "for_here").await;
    kiosk.until("menu").await;
    kiosk.until_said("인기 메뉴").await;
    let said = kiosk.said();
    assert!(said.iter().all(|(how, _)| how.ends_with(" to keypad")), "the whole shop would hear it: {said:#?}");
    kiosk.key("F12");
    kiosk.until_words("이어폰이 빠졌어요").await;
    kiosk.touch_on("item", "KD101111").await;
    kiosk.until("options").await;
    assert_eq!(kiosk.said().len(), said.len(), "nothing is said to nobody");
}

#[tokio::test]
async fn a_kiosk_without_a_voice_offers_none() {
    let kiosk = Kiosk::start().await;
    let touched =
        kiosk.script("return document.querySelector('[data-act=voice]').click();", serde_json::json!([])).await;
    assert!(touched.is_null());
    kiosk.until_words("이 말로는 소리 안내가 없어요").await;
}
