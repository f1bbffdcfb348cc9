//! What is suggested, from the state that asks for it until everything is at rest.

use std::time::Duration;

use serde_json::json;

use super::{
    MANAGER, begin_to_pay, does, leave_and_compare, open_the_youngest, order_by_card, order_with_points, shop,
    the_money_comes_back, vouches,
};
use crate::kit::{Kiosk, machine::Machine};

/// The holds have ended by then.
const HALF_AN_HOUR: Duration = Duration::from_secs(31 * 60);
/// So long nobody has answered by then that staff are told.
const TEN_MINUTES: Duration = Duration::from_secs(11 * 60);

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

/// Paid, and Prbiti never says whether it has settled; then the power is cut.
async fn settlement_without_an_answer() -> Kiosk {
    let mut kiosk = shop().await;
    kiosk.outside.fault(json!({"on": "confirm", "do": "silent", "after": false})).await;
    order_with_points(&kiosk).await;
    kiosk.outside.until_received("confirm").await;
    kiosk.kill().await;
    kiosk
}

/// It is in the first list with what is suggested; that is done, and Prbiti takes it.
async fn settles_again(kiosk: Kiosk, why: &str) {
    kiosk.until_logged(why).await;
    kiosk.until("attract").await;
    kiosk.outside.no_more_faults().await;
    kiosk.come_in(MANAGER).await;
    kiosk.until_words("확정 다시 보내기").await;
    kiosk.touch("open").await;
    does(&kiosk, "settle_again").await;
    kiosk.outside.until("the settlement", "settlements", |_| true).await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.paid()[0].state, "settled");
    assert_eq!(journal.open().count(), 0);
}

#[tokio::test]
async fn a_settlement_that_nobody_answered_until_the_holds_ended_is_sent_again() {
    let mut kiosk = settlement_without_an_answer().await;
    kiosk.restart_on(Machine::Later(HALF_AN_HOUR)).await;
    settles_again(kiosk, "SettleUnanswered").await;
}

#[tokio::test]
async fn a_settlement_of_which_no_clock_tells_whether_the_holds_live_is_sent_again() {
    let mut kiosk = settlement_without_an_answer().await;
    kiosk.restart_on(Machine::AnotherBoot).await;
    settles_again(kiosk, "DeadlineUnknown").await;
}

#[tokio::test]
async fn a_terminal_that_says_nothing_of_a_charge_is_asked_until_it_does() {
    let mut kiosk = shop().await;
    kiosk.outside.terminal(json!({"next": ["approveSilently"]})).await;
    kiosk.outside.fault(json!({"on": "agent", "do": "reset", "call": "ask"})).await;
    begin_to_pay(&kiosk).await;
    kiosk.outside.until("the charge", "payments", |one| one["state"] == "approved").await;
    kiosk.kill().await;
    kiosk.restart_on(Machine::Later(TEN_MINUTES)).await;
    kiosk.until_logged("TerminalSilent").await;
    kiosk.until("outOfService").await;
    kiosk.come_in(MANAGER).await;
    kiosk.until_words("결제기에 다시 묻기").await;
    kiosk.touch("open").await;
    does(&kiosk, "ask_terminal").await;
    kiosk.outside.no_more_faults().await;
    // Paid after all, and too long ago to be made without somebody's word.
    kiosk.until_logged("HandOverLate").await;
    does(&kiosk, "make").await;
    let journal = leave_and_compare(kiosk).await;
    assert_eq!(journal.paid().first().map(|one| one.state.as_str()), Some("settled"), "{journal:#?}");
    assert!(journal.entries.iter().any(|(_, kind)| kind == "staff_acted"));
}
