//! What is suggested, from the state that asks for it until everything is at rest.

use serde_json::json;

use super::{
    MANAGER, begin_to_pay, does, leave_and_compare, open_the_youngest, order_by_card, order_with_points, shop,
    the_money_comes_back, vouches,
};

#[tokio::test]
async fn a_charge_that_turns_up_after_a_no_is_given_back() {
    let mut kiosk = shop().await;
    order_by_card(&kiosk).await;
    kiosk.outside.terminal(json!({"next": ["decline"]})).await;
    begin_to_pay(&kiosk).await;
    kiosk.until("declined").await;
    kiosk.touch("stop").await;
    kiosk.until("attract").await;
    let outcome = "(SELECT json_set(outcome, '$.approvalNumber', '39999999') FROM payments WHERE state = 'approved')";
    let charged = format!("state = 'approved', approval_number = '39999999', outcome = {outcome}");
    kiosk.outside.tamper(&format!("UPDATE payments SET {charged} WHERE state = 'declined'")).await;
    kiosk.kill().await;
    kiosk.restart().await;
    kiosk.until_logged("LateApproval").await;
    kiosk.until("attract").await;
    open_the_youngest(&kiosk, MANAGER).await;
    kiosk.screenshot("staff-late-charge");
    does(&kiosk, "refund_stray").await;
    the_money_comes_back(&kiosk).await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.paid().len(), 1);
    assert_eq!(journal.open().count(), 0);
}

#[tokio::test]
async fn a_charge_of_another_amount_is_given_back_and_the_order_can_be_paid_again() {
    let kiosk = shop().await;
    kiosk.outside.terminal(json!({"next": ["approveSilently"]})).await;
    kiosk.outside.fault(json!({"on": "agent", "do": "reset", "call": "ask"})).await;
    begin_to_pay(&kiosk).await;
    kiosk.outside.until("the charge", "payments", |one| one["state"] == "approved").await;
    let other = "amount = 2900, outcome = json_set(outcome, '$.amount', 2900)";
    kiosk.outside.tamper(&format!("UPDATE payments SET {other} WHERE state = 'approved'")).await;
    kiosk.outside.no_more_faults().await;
    kiosk.until_logged("CardOtherAmount").await;
    kiosk.until("unknown").await;
    open_the_youngest(&kiosk, MANAGER).await;
    does(&kiosk, "refund_stray").await;
    the_money_comes_back(&kiosk).await;
    kiosk.touch("lock").await;
    kiosk.until("declined").await;
    kiosk.touch("anotherCard").await;
    kiosk.until("done").await;
    kiosk.touch("done").await;
    kiosk.until("attract").await;
    kiosk.come_in(MANAGER).await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.paid().len(), 1);
    assert_eq!(journal.open().count(), 0);
}

#[tokio::test]
async fn benefits_that_prbiti_did_not_give_back_are_asked_back_again() {
    let kiosk = shop().await;
    order_with_points(&kiosk).await;
    kiosk.outside.until("the settlement", "settlements", |_| true).await;
    kiosk.outside.fault(json!({"on": "cancel", "do": "code", "code": 100_010_004, "after": false, "times": 1})).await;
    open_the_youngest(&kiosk, MANAGER).await;
    does(&kiosk, "refund").await;
    the_money_comes_back(&kiosk).await;
    kiosk.until_logged("CancelRefused").await;
    does(&kiosk, "cancel_again").await;
    kiosk.outside.until("the points back", "cancels", |_| true).await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.transactions[0].state, "refunded");
}

#[tokio::test]
async fn a_refund_that_the_terminal_forgot_is_vouched_for() {
    let mut kiosk = shop().await;
    order_by_card(&kiosk).await;
    kiosk.outside.terminal(json!({"nextRefunds": ["hang"]})).await;
    open_the_youngest(&kiosk, MANAGER).await;
    does(&kiosk, "refund").await;
    kiosk.until_words("결제기에 환불 보냄").await;
    kiosk.outside.forget();
    kiosk.until_logged("RefundUnknown").await;
    vouches(&kiosk, "refund_done", "van_records").await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.transactions[0].state, "refunded");
    assert!(journal.entries.iter().any(|(_, kind)| kind == "resolved_by_hand"));
}

#[tokio::test]
async fn a_settlement_that_prbiti_has_already_is_vouched_for() {
    let kiosk = shop().await;
    // Prbiti has taken it, and says that it can't.
    kiosk.outside.fault(json!({"on": "confirm", "do": "code", "code": 100_010_003, "after": true, "times": 1})).await;
    order_with_points(&kiosk).await;
    kiosk.until_logged("SettleRefused").await;
    open_the_youngest(&kiosk, MANAGER).await;
    vouches(&kiosk, "settled_elsewhere", "prbiti_records").await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.paid()[0].state, "by_hand");
}
