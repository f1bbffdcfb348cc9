//! Prbiti and the terminal's agent are killed, alone or together with the kiosk, and come back with their books.

use serde_json::json;

use super::{Done, End, Moment, Place, compare, count, killed, see, stories};
use crate::{
    customer::{
        AMERICANO, MEMBER, card_at_once, card_by_hand, choose_americanos, close_and_compare, page, pay, use_benefits,
        use_points,
    },
    kit::{Kiosk, Simulator},
};

fn die_and_come_back(outside: &mut Simulator) {
    outside.kill();
    outside.restart();
}

/// 1,000 points are held.
async fn hold_points(kiosk: &Kiosk) {
    choose_americanos(kiosk, 1).await;
    use_benefits(kiosk, &["POINT_REDEEM"]).await;
    use_points(kiosk, MEMBER, 1_000).await;
    kiosk.until("payConfirm").await;
}

#[tokio::test]
async fn in_the_module_the_customer_goes_on_without() {
    let mut kiosk = Kiosk::start().await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    let module = kiosk.module(page::POINTS).await;
    module.phone(MEMBER).await;
    module.leave().await;
    die_and_come_back(&mut kiosk.outside);
    card_at_once(&kiosk).await;
    kiosk.touch("skip").await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    count("outside", "");
    assert_eq!(journal.paid()[0].card, AMERICANO);
}

#[tokio::test]
async fn while_the_card_is_awaited_it_is_not_charged_and_another_may_be() {
    let mut kiosk = Kiosk::start().await;
    hold_points(&kiosk).await;
    card_by_hand(&kiosk).await;
    kiosk.touch("pay").await;
    kiosk.outside.until("the terminal to wait", "payments", |one| one["state"] == "in_progress").await;
    die_and_come_back(&mut kiosk.outside);
    card_at_once(&kiosk).await;
    kiosk.until("declined").await;
    kiosk.touch("anotherCard").await;
    kiosk.until("done").await;
    let journal = close_and_compare(&mut kiosk).await;
    count("outside", "");
    assert_eq!(journal.paid()[0].card, AMERICANO - 1_000);
}

#[tokio::test]
async fn after_a_charge_that_nobody_was_told_of_it_is_found() {
    let mut kiosk = Kiosk::start().await;
    hold_points(&kiosk).await;
    kiosk.outside.terminal(json!({"mode": "auto", "autoAfterMs": 100, "next": ["approveSilently"]})).await;
    kiosk.outside.fault(json!({"on": "agent", "call": "ask", "do": "hang"})).await;
    kiosk.touch("pay").await;
    kiosk.outside.until("the charge", "payments", |one| one["state"] == "approved").await;
    die_and_come_back(&mut kiosk.outside);
    kiosk.until("done").await;
    let journal = close_and_compare(&mut kiosk).await;
    count("outside", "");
    assert_eq!(journal.paid()[0].card, AMERICANO - 1_000);
}

#[tokio::test]
async fn while_it_settles_the_same_confirm_is_posted_again() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    hold_points(&kiosk).await;
    kiosk.outside.fault(json!({"on": "confirm", "do": "hang"})).await;
    kiosk.touch("pay").await;
    kiosk.outside.until_received("confirm").await;
    die_and_come_back(&mut kiosk.outside);
    kiosk.until("done").await;
    kiosk.outside.until("the settlement", "settlements", |_| true).await;
    let journal = close_and_compare(&mut kiosk).await;
    count("outside", "");
    assert_eq!(journal.paid()[0].state, "settled");
}

/// The kiosk and all that it speaks to are killed. It is there again before they are.
async fn kill_both(place: Place, end: End) {
    let mut kiosk = killed(stories::longest, place).await;
    kiosk.outside.kill();
    kiosk.restart().await;
    let in_doubt = place.step == "payment_started";
    if in_doubt {
        // Nobody is charged while it isn't known whether the card was.
        kiosk.until("outOfService").await;
        kiosk.until_words("앞선 카드 결제를").await;
    } else if end == End::Unpaid {
        // It opens without benefits; and when the terminal's silence is noticed, not at all.
        kiosk.until_one_of(&["attract", "outOfService"]).await;
    } else {
        // The number is known without the others, and that staff may have to see to the benefits.
        see(&kiosk, End::Refused).await;
    }
    kiosk.outside.restart();
    if end == End::Refused {
        Done::Refused.wait(&kiosk.outside).await;
    } else {
        Done::Held(0).wait(&kiosk.outside).await;
    }
    if in_doubt {
        see(&kiosk, end).await;
    }
    compare(&mut kiosk, end).await;
    count(place.moment.word(), place.step);
}

macro_rules! both {
    ($($name:ident: $step:literal $nth:literal $moment:ident, $done:expr => $end:ident;)*) => {
        mod with_the_kiosk {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                let place = Place { step: $step, nth: $nth, moment: Moment::$moment, done: $done };
                kill_both(place, End::$end).await;
            })*
        }
    };
}

both! {
    with_points_held: "answered" 2 AfterCommit, Done::Nothing => Unpaid;
    about_to_charge: "payment_started" 1 AfterCommit, Done::Nothing => Unpaid;
    charged: "payment_started" 1 AfterEffects, Done::Charged => Paid;
    approved: "payment_approved" 1 AfterCommit, Done::Nothing => Paid;
    about_to_settle: "asked" 5 AfterCommit, Done::Nothing => Paid;
    settled: "asked" 5 AfterEffects, Done::Settled => Refused;
}
