//! Kiosk and simulator each read the payment agent's contract by themselves; here they meet.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use checkout::{
    card::{Approval, PaymentRequest, RefundRequest, TerminalOutcome},
    ids::{AttemptId, RefundId},
    money::Won,
};
use prbiti_simulator::{Settings, Simulator};
use till::{config::Secret, payment::PaymentAgent};

struct Stage {
    simulator: Simulator,
    agent: PaymentAgent,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let settings =
            Settings { port: 0, ledger: folder.path().join("ledger.db"), scanner_pty: false, ..Settings::default() };
        let token = Secret::new(settings.agent_token.clone());
        let simulator = Simulator::start(settings).await.unwrap();
        let agent = PaymentAgent::new(&simulator.agent_url(), &token).unwrap();
        Stage { simulator, agent, _folder: folder }
    }

    async fn terminal(&self, setting: &'static str) {
        let answer = reqwest::Client::new()
            .post(format!("{}/control/terminal", self.simulator.base_url()))
            .header("content-type", "application/json")
            .body(setting)
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    async fn paid(&self, payment: &PaymentRequest) -> Approval {
        let answer = self.agent.pay(payment).await.unwrap();
        let TerminalOutcome::Approved(approval) = answer.outcome else { panic!("{answer:?}") };
        approval
    }
}

fn attempt(name: &str) -> AttemptId {
    AttemptId::new(name).unwrap()
}

fn payment(name: &str) -> PaymentRequest {
    PaymentRequest {
        attempt: attempt(name),
        amount: Won::new(12_500),
        tax_free: Won::new(1_500),
        tax: Won::new(1_000),
        months: 0,
        timeout_ms: 60_000,
        accessible: false,
    }
}

#[tokio::test]
async fn a_payment_is_charged_once_remembered_listed_and_given_back() {
    let stage = Stage::new().await;
    stage.terminal(r#"{"mode": "auto", "autoAfterMs": 1}"#).await;
    let status = stage.agent.status().await.unwrap();
    assert!(status.can_charge(), "{status:?}");

    let approval = stage.paid(&payment("a-1")).await;
    assert_eq!(approval.amount, Won::new(12_500));
    assert_eq!(stage.paid(&payment("a-1")).await, approval, "a repeat is the same payment");
    let asked = stage.agent.ask(&attempt("a-1")).await.unwrap();
    assert_eq!((asked.outcome, asked.store), (TerminalOutcome::Approved(approval.clone()), status.store_id));

    let refund = RefundId::new("r-1").unwrap();
    let not_yet = stage.agent.ask_refund(&attempt("a-1"), &refund).await.unwrap();
    assert_eq!(not_yet.outcome, TerminalOutcome::NotFound);
    let request = RefundRequest { attempt: attempt("a-1"), refund: refund.clone(), approval: approval.clone() };
    let given_back = stage.agent.refund(&request).await.unwrap();
    assert!(matches!(given_back.outcome, TerminalOutcome::Approved(_)), "{given_back:?}");
    assert_eq!(stage.agent.refund(&request).await.unwrap(), given_back, "a repeat is the same refund");
    assert_eq!(stage.agent.ask_refund(&attempt("a-1"), &refund).await.unwrap(), given_back);

    let day = approval.approved_at.get(..10).unwrap();
    let list = stage.agent.approvals(day).await.unwrap();
    let rows: Vec<_> = list.rows.iter().map(|row| (row.attempt.as_str(), row.refund.as_ref())).collect();
    assert_eq!(rows, [("a-1", None), ("a-1", Some(&refund))]);
    assert_eq!(list.rows[0].approval, approval);
}

#[tokio::test]
async fn an_attempt_that_was_cancelled_is_never_charged_later() {
    let stage = Stage::new().await;
    stage.terminal(r#"{"mode": "manual"}"#).await;
    let unknown = stage.agent.ask(&attempt("a-1")).await.unwrap();
    assert_eq!(unknown.outcome, TerminalOutcome::NotFound);

    let request = payment("a-1");
    let waiting = stage.agent.pay(&request);
    let stopping = async {
        while !matches!(stage.agent.ask(&attempt("a-1")).await.unwrap().outcome, TerminalOutcome::InProgress { .. }) {
            tokio::task::yield_now().await;
        }
        stage.agent.cancel(&attempt("a-1")).await.unwrap()
    };
    let (paid, stopped) = tokio::join!(waiting, stopping);
    assert_eq!((paid.unwrap().outcome, stopped.outcome), (TerminalOutcome::Cancelled, TerminalOutcome::Cancelled));

    // Marked before it was ever sent, too.
    let marked = stage.agent.cancel(&attempt("a-2")).await.unwrap();
    stage.terminal(r#"{"mode": "auto", "autoAfterMs": 1}"#).await;
    for name in ["a-1", "a-2"] {
        let late = stage.agent.pay(&payment(name)).await;
        assert!(!late.is_ok_and(|answer| matches!(answer.outcome, TerminalOutcome::Approved(_))), "{name}: {marked:?}");
        let after = stage.agent.ask(&attempt(name)).await.unwrap();
        assert!(!matches!(after.outcome, TerminalOutcome::Approved(_)), "{name}: {after:?}");
    }
}

#[tokio::test]
async fn a_wrong_token_is_no_answer() {
    let stage = Stage::new().await;
    let stranger = PaymentAgent::new(&stage.simulator.agent_url(), &Secret::new("another")).unwrap();
    assert!(stranger.status().await.unwrap_err().why.contains("token"));
}
