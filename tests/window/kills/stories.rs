//! Customers whose kiosk is killed.

use std::time::Duration;

use serde_json::json;

use super::{
    Customer,
    Done::{Charged, Nothing, Settled},
    Moment::{AfterCommit, AfterEffects},
    Place, Story,
};
use crate::{
    customer::{
        AMERICANO, COUPON, GIFT_CARD, MEMBER, RICH_MEMBER, card_at_once, card_by_hand, choose_americanos, earn_points,
        scan_coupon, use_benefits, use_gift_card, use_points,
    },
    kit::{Kiosk, wait_for},
};

const fn story(customer: for<'a> fn(&'a Kiosk) -> Customer<'a>) -> Story {
    Story { customer, first: None }
}

#[allow(non_upper_case_globals)] // named as their tests are
mod all {
    use super::*;

    pub const longest: Story = story(all_four_services_and_a_card);
    pub const free: Story = story(points_for_everything);
    pub const another_card: Story = story(declined_and_approved);
    pub const stopped_card: Story = story(stops_the_card);
    pub const lost_answer_of_the_card: Story = story(no_answer_of_the_card);
    pub const left: Story = story(starts_over);
    pub const skipped: Story = story(skips_what_is_held);
    pub const never_loaded: Story = story(skips_what_does_not_load);
    pub const late_charge: Story = story(charged_after_it_was_declined);
    pub const again_before_it_was_posted: Story = Story {
        first: Some(Place {
            step: "payment_approved prepared hand_over_started opened",
            nth: 1,
            moment: AfterCommit,
            done: Nothing,
        }),
        ..longest
    };
    pub const again_after_it_was_posted: Story =
        Story { first: Some(Place { step: "asked", nth: 5, moment: AfterEffects, done: Settled }), ..longest };
    pub const again_after_the_charge: Story = Story {
        first: Some(Place { step: "payment_started", nth: 1, moment: AfterEffects, done: Charged }),
        ..longest
    };
    pub const again_after_the_payment_started: Story =
        Story { first: Some(Place { step: "payment_started", nth: 1, moment: AfterCommit, done: Nothing }), ..longest };
}
pub use all::*;

fn all_four_services_and_a_card(kiosk: &Kiosk) -> Customer<'_> {
    Box::pin(async move {
        card_at_once(kiosk).await;
        choose_americanos(kiosk, 4).await;
        use_benefits(kiosk, &["COUPON", "POINT_REDEEM", "PREPAID", "POINT_EARN"]).await;
        scan_coupon(kiosk, COUPON).await;
        use_points(kiosk, MEMBER, 1_000).await;
        use_gift_card(kiosk, GIFT_CARD, 3_000).await;
        earn_points(kiosk, MEMBER).await;
        kiosk.until("payConfirm").await;
        kiosk.touch_on("receipt", "phone").await;
        kiosk.touch("pay").await;
    })
}

fn points_for_everything(kiosk: &Kiosk) -> Customer<'_> {
    Box::pin(async move {
        choose_americanos(kiosk, 1).await;
        use_benefits(kiosk, &["POINT_REDEEM"]).await;
        use_points(kiosk, RICH_MEMBER, AMERICANO).await;
        kiosk.until("payConfirm").await;
        kiosk.touch("pay").await;
    })
}

fn declined_and_approved(kiosk: &Kiosk) -> Customer<'_> {
    Box::pin(async move {
        card_by_hand(kiosk).await;
        choose_americanos(kiosk, 1).await;
        kiosk.touch("payNow").await;
        kiosk.until("payConfirm").await;
        kiosk.touch("pay").await;
        kiosk.outside.insert_card(json!({"do": "decline", "code": "51"})).await;
        kiosk.until("declined").await;
        kiosk.touch("anotherCard").await;
        kiosk.outside.insert_card(json!("approve")).await;
    })
}

/// 1,000 points held, before the last question.
async fn hold_points(kiosk: &Kiosk) {
    choose_americanos(kiosk, 1).await;
    use_benefits(kiosk, &["POINT_REDEEM"]).await;
    use_points(kiosk, MEMBER, 1_000).await;
    kiosk.until("payConfirm").await;
}

fn stops_the_card(kiosk: &Kiosk) -> Customer<'_> {
    Box::pin(async move {
        card_by_hand(kiosk).await;
        hold_points(kiosk).await;
        kiosk.touch("pay").await;
        kiosk.until("card").await;
        // A touch so soon after the last one, and so near to it, is taken for the same: as calm people touch.
        wait_for("the payment to be stopped", || async {
            kiosk.touch("dontPay").await;
            tokio::time::sleep(Duration::from_millis(600)).await;
            (kiosk.outside.count("payments", "state", "cancelled").await == 1).then_some(())
        })
        .await;
    })
}

fn no_answer_of_the_card(kiosk: &Kiosk) -> Customer<'_> {
    Box::pin(async move {
        card_at_once(kiosk).await;
        // Until the call has come to nothing nobody is told by the other way.
        kiosk.outside.fault(json!({"on": "agent", "call": "ask", "do": "reset"})).await;
        kiosk.outside.fault(json!({"on": "agent", "call": "pay", "do": "reset", "after": true})).await;
        hold_points(kiosk).await;
        kiosk.touch("pay").await;
    })
}

fn starts_over(kiosk: &Kiosk) -> Customer<'_> {
    Box::pin(async move {
        hold_points(kiosk).await;
        kiosk.touch("home").await;
        kiosk.touch("yesStartOver").await;
    })
}

fn skips_what_is_held(kiosk: &Kiosk) -> Customer<'_> {
    Box::pin(async move {
        kiosk.outside.fault(json!({"on": "POINT_REDEEM", "do": "silent", "times": 1})).await;
        choose_americanos(kiosk, 1).await;
        use_benefits(kiosk, &["POINT_REDEEM"]).await;
        use_points(kiosk, MEMBER, 1_000).await;
        kiosk.outside.until("the hold", "holds", |hold| hold["state"] == "held").await;
        kiosk.touch("skip").await;
    })
}

fn skips_what_does_not_load(kiosk: &Kiosk) -> Customer<'_> {
    Box::pin(async move {
        kiosk.outside.fault(json!({"on": "load", "do": "hang", "times": 1})).await;
        choose_americanos(kiosk, 1).await;
        use_benefits(kiosk, &["POINT_REDEEM"]).await;
        kiosk.touch("skip").await;
    })
}

fn charged_after_it_was_declined(kiosk: &Kiosk) -> Customer<'_> {
    Box::pin(async move {
        card_at_once(kiosk).await;
        // Who asks is told that it was declined; only then the call itself is answered, with the approval.
        kiosk.outside.fault(json!({"on": "agent", "call": "ask", "do": "code", "code": 51, "times": 1})).await;
        kiosk.outside.fault(json!({"on": "agent", "call": "pay", "do": "slow", "delayMs": 2000, "after": true})).await;
        choose_americanos(kiosk, 1).await;
        kiosk.touch("payNow").await;
        kiosk.until("payConfirm").await;
        kiosk.touch("pay").await;
    })
}
