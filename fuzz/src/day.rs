//! What the payment agent says of a business day and of its terminal.

use serde_json::Value;
use till::{payment::ApprovalRow, reading};

use crate::{
    agent::{answered, approval},
    shop::could_be_a_card,
};

/// An answer: the status on a line of its own when it isn't 200, and the body.
pub fn run(data: &[u8]) {
    let (status, body) = answered(data);
    // What nobody reads of it may be no text.
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    match reading::approvals(status, body) {
        Ok(_) if said.is_null() => {}
        Ok(day) => {
            let rows = |list: &str| said[list].as_array().cloned().unwrap_or_default();
            let (payments, refunds) = (rows("approvals"), rows("refunds"));
            assert_eq!(day.rows.len(), payments.len() + refunds.len(), "no row is left out and none made up");
            for (ApprovalRow { attempt, refund, approval: approved }, said) in
                day.rows.iter().zip(payments.iter().chain(&refunds))
            {
                assert_eq!(said["attemptId"].as_str(), Some(attempt.as_str()));
                approval(approved, said);
                if let Some(refund) = refund {
                    assert_eq!(said["refundId"].as_str(), Some(refund.as_str()));
                }
            }
            let given_back = day.rows.iter().filter(|row| row.refund.is_some()).count();
            assert_eq!(given_back, refunds.len(), "a payment is taken for a refund, or a refund for a payment");
        }
        Err(none) => assert!(!could_be_a_card(&none.why), "it could be a card's number: {}", none.why),
    }
    if let Ok(terminal) = reading::agent_status(status, body) {
        let ready = said["terminal"] == "ready" && said["reader"] == "ready" && said["network"] == "ok";
        assert!(said.is_null() || terminal.can_charge() == (status == 200 && ready), "{said}");
    }
}
