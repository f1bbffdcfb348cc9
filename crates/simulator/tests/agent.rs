//! What the payment terminal's agent promises: one charge for one attemptId, and a memory that nothing takes away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod world;

use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use world::World;

impl World {
    async fn pay(&self, attempt: &str, amount: i64) -> Value {
        self.agent(Method::POST, "/v1/payments", Some(order(attempt, amount))).await
    }

    async fn ask_payment(&self, attempt: &str) -> Value {
        self.agent(Method::GET, &format!("/v1/payments/{attempt}"), None).await
    }

    async fn stop_payment(&self, attempt: &str) -> Value {
        self.agent(Method::POST, &format!("/v1/payments/{attempt}/cancel"), Some(json!({}))).await
    }

    async fn refund(&self, attempt: &str, refund: &str, approval: &Value) -> Value {
        let body = json!({"refundId": refund, "amount": approval["amount"], "approvalNumber": approval["approvalNumber"],
                          "approvedAt": approval["approvedAt"], "merchantId": approval["merchantId"]});
        self.agent(Method::POST, &format!("/v1/payments/{attempt}/refund"), Some(body)).await
    }

    async fn terminal(&self, wish: Value) {
        let shown = self.post("/control/terminal", wish).await;
        assert!(shown["mode"].is_string(), "{shown}");
    }

    /// Manual, without time to spend.
    async fn by_hand() -> Self {
        let world = Self::new().await;
        world.terminal(json!({"mode": "manual", "phaseMs": 0})).await;
        world
    }

    /// Begins a payment and drops the connection at once, as a kiosk that crashes does.
    async fn begin_and_crash(&self, attempt: &str, amount: i64) {
        let sent = self.agent_request(Method::POST, "/v1/payments", Some(order(attempt, amount))).send();
        let begun = async { while self.ask_payment(attempt).await["outcome"] == "not_found" {} };
        tokio::select! {
            answer = sent => panic!("answered: {answer:?}"),
            () = begun => {}
        }
    }

    async fn until(&self, attempt: &str, outcome: &str) -> Value {
        let found = async {
            loop {
                let answer = self.ask_payment(attempt).await;
                if answer["outcome"] == outcome {
                    return answer;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), found)
            .await
            .unwrap_or_else(|_| panic!("{attempt} never became {outcome}"))
    }

    async fn until_phase(&self, attempt: &str, phase: &str) {
        let found = async { while self.ask_payment(attempt).await["phase"] != phase {} };
        tokio::time::timeout(Duration::from_secs(20), found)
            .await
            .unwrap_or_else(|_| panic!("{attempt} was never at {phase}"));
    }

    async fn insert(&self, outcome: Value) {
        let answer = self.post("/control/terminal/insert", json!({"outcome": outcome})).await;
        assert_eq!(answer, json!({}));
    }

    async fn today(&self) -> String {
        let now = self.ledger().await["nowMs"].as_i64().unwrap();
        // Korean date by hand, so that the agent's own arithmetic is checked.
        let days = (now + 9 * 3_600_000).div_euclid(86_400_000);
        let (mut year, mut left) = (1970, days);
        let length = |year: i64| {
            if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) { 366 } else { 365 }
        };
        while left >= length(year) {
            left -= length(year);
            year += 1;
        }
        let mut month = 1;
        for days in [31, length(year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if left < days {
                break;
            }
            left -= days;
            month += 1;
        }
        format!("{year:04}-{month:02}-{:02}", left + 1)
    }
}

fn order(attempt: &str, amount: i64) -> Value {
    json!({"attemptId": attempt, "amount": amount, "taxFree": 0, "tax": amount / 11, "installmentMonths": 0,
           "timeoutMs": 60_000, "accessible": false})
}

#[tokio::test]
async fn a_card_inserts_itself_and_is_approved() {
    let world = World::new().await;
    world.terminal(json!({"mode": "auto", "autoAfterMs": 0, "phaseMs": 0})).await;
    let answer = world.pay("a-1", 7_000).await;
    assert_eq!(answer["outcome"], "approved");
    assert_eq!(answer["amount"], 7_000);
    assert_eq!(answer["maskedCard"], "123456******1234");
    assert!(answer["approvedAt"].as_str().unwrap().ends_with("+09:00"));
    for name in ["storeId", "approvalNumber", "method", "issuer", "acquirer", "merchantId"] {
        assert!(answer[name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    assert_eq!(answer["installmentMonths"], 0);
    assert_eq!(world.ask_payment("a-1").await, answer);
}

#[tokio::test]
async fn a_repeat_with_the_same_id_never_charges_twice() {
    let world = World::by_hand().await;
    let (first, second) = tokio::join!(
        async {
            let (first, second) = tokio::join!(world.pay("a-1", 7_000), world.pay("a-1", 7_000));
            assert_eq!(first, second);
            first
        },
        async {
            world.until("a-1", "in_progress").await;
            world.insert(json!("approve")).await;
            world.until("a-1", "approved").await
        }
    );
    assert_eq!(first, second);
    assert_eq!(world.pay("a-1", 7_000).await, first);
    assert_eq!(world.ledger().await["payments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_dropped_connection_does_not_stop_the_payment() {
    let world = World::by_hand().await;
    world.begin_and_crash("a-1", 7_000).await;
    let waiting = world.ask_payment("a-1").await;
    assert_eq!((&waiting["outcome"], &waiting["phase"]), (&json!("in_progress"), &json!("insert")));
    assert!((1..=60_000).contains(&waiting["timeLeftMs"].as_i64().unwrap()));
    world.insert(json!("approve")).await;
    assert_eq!(world.until("a-1", "approved").await["amount"], 7_000);
}

#[tokio::test]
async fn the_terminal_remembers_across_its_own_restart() {
    let world = World::by_hand().await;
    world.terminal(json!({"mode": "auto", "autoAfterMs": 0, "phaseMs": 0})).await;
    let approved = world.pay("a-1", 7_000).await;
    world.terminal(json!({"mode": "manual"})).await;
    world.begin_and_crash("a-2", 5_000).await;
    let world = world.restart().await;
    assert_eq!(world.ask_payment("a-1").await, approved);
    // Nobody put a card in before the power went: nobody was charged, and the terminal is free.
    assert_eq!(world.ask_payment("a-2").await["code"], "RESTARTED");
    world.terminal(json!({"mode": "auto", "autoAfterMs": 0, "phaseMs": 0})).await;
    let next = world.pay("a-3", 1_000).await;
    assert_eq!(next["outcome"], "approved");
    assert_ne!(next["approvalNumber"], approved["approvalNumber"]);
}

#[tokio::test]
async fn without_a_card_the_payment_times_out() {
    let world = World::by_hand().await;
    let mut order = order("a-1", 7_000);
    order["timeoutMs"] = json!(20);
    let answer = world.agent(Method::POST, "/v1/payments", Some(order)).await;
    assert_eq!((&answer["outcome"], &answer["code"]), (&json!("declined"), &json!("TIMEOUT")));
}

#[tokio::test]
async fn a_decline_carries_its_code() {
    let world = World::by_hand().await;
    world.begin_and_crash("a-1", 7_000).await;
    world.insert(json!({"do": "decline", "code": "14", "message": "카드를 확인해 주세요"})).await;
    let answer = world.until("a-1", "declined").await;
    assert_eq!((&answer["code"], &answer["message"]), (&json!("14"), &json!("카드를 확인해 주세요")));
}

#[tokio::test]
async fn a_cancel_ends_the_waiting() {
    let world = World::by_hand().await;
    let (paid, cancelled) = tokio::join!(world.pay("a-1", 7_000), async {
        world.until("a-1", "in_progress").await;
        world.stop_payment("a-1").await
    });
    assert_eq!(paid["outcome"], "cancelled");
    assert_eq!(cancelled["outcome"], "cancelled");
    assert_eq!(world.pay("a-1", 7_000).await["outcome"], "cancelled");
}

#[tokio::test]
async fn a_cancel_bars_an_id_that_was_never_used() {
    let world = World::by_hand().await;
    assert_eq!(world.ask_payment("a-1").await["outcome"], "not_found");
    assert_eq!(world.stop_payment("a-1").await["outcome"], "not_found");
    assert_eq!(world.ask_payment("a-1").await["outcome"], "not_found");
    assert_eq!(world.pay("a-1", 7_000).await["outcome"], "cancelled");
    assert_eq!(world.post("/control/terminal/insert", json!({})).await["error"], "nothing waits for a card");
}

#[tokio::test]
async fn a_cancel_too_late_answers_the_approval() {
    let world = World::by_hand().await;
    world.terminal(json!({"mode": "manual", "phaseMs": 300})).await;
    world.begin_and_crash("a-1", 7_000).await;
    world.insert(json!("approve")).await;
    for phase in ["read", "verify", "remove"] {
        world.until_phase("a-1", phase).await;
    }
    assert_eq!(world.stop_payment("a-1").await["outcome"], "approved");
}

#[tokio::test]
async fn one_payment_at_a_time() {
    let world = World::by_hand().await;
    world.begin_and_crash("a-1", 7_000).await;
    let busy = world.pay("a-2", 5_000).await;
    assert_eq!((&busy["outcome"], &busy["code"]), (&json!("declined"), &json!("BUSY")));
    assert_eq!(world.ask_payment("a-2").await, busy);
}

#[tokio::test]
async fn a_silent_approval_is_found_by_asking() {
    let world = World::by_hand().await;
    world.terminal(json!({"next": ["approveSilently"]})).await;
    let answered = world.agent_request(Method::POST, "/v1/payments", Some(order("a-1", 7_000))).send();
    tokio::select! {
        answer = answered => panic!("answered: {answer:?}"),
        approved = async {
            world.until("a-1", "in_progress").await;
            world.insert(Value::Null).await;
            world.until("a-1", "approved").await
        } => assert_eq!(approved["amount"], 7_000),
    }
}

#[tokio::test]
async fn a_hanging_terminal_can_be_cancelled_and_a_stuck_one_can_not() {
    let world = World::by_hand().await;
    world.begin_and_crash("a-1", 7_000).await;
    world.insert(json!("hang")).await;
    world.until_phase("a-1", "verify").await;
    assert_eq!(world.stop_payment("a-1").await["outcome"], "cancelled");

    world.begin_and_crash("a-2", 7_000).await;
    world.insert(json!("stuck")).await;
    world.until_phase("a-2", "verify").await;
    assert_eq!(world.stop_payment("a-2").await["outcome"], "in_progress");
    assert_eq!(world.pay("a-3", 5_000).await["code"], "BUSY");
    world.insert(json!("approve")).await;
    assert_eq!(world.until("a-2", "approved").await["amount"], 7_000);
}

#[tokio::test]
async fn a_terminal_that_lied_approves_late() {
    let world = World::by_hand().await;
    world.begin_and_crash("a-1", 7_000).await;
    assert_eq!(world.stop_payment("a-1").await["outcome"], "cancelled");
    assert_eq!(world.post("/control/terminal/late", json!({"attemptId": "a-1"})).await, json!({}));
    assert_eq!(world.ask_payment("a-1").await["outcome"], "approved");
}

#[tokio::test]
async fn a_refund_is_done_once() {
    let world = World::by_hand().await;
    world.terminal(json!({"mode": "auto", "autoAfterMs": 0})).await;
    let approval = world.pay("a-1", 7_000).await;
    let refund = "/v1/payments/a-1/refund/r-1";
    assert_eq!(world.agent(Method::GET, refund, None).await["outcome"], "not_found");
    let refunded = world.refund("a-1", "r-1", &approval).await;
    assert_eq!((&refunded["outcome"], &refunded["amount"]), (&json!("approved"), &json!(7_000)));
    assert_ne!(refunded["approvalNumber"], approval["approvalNumber"]);
    assert_eq!(world.refund("a-1", "r-1", &approval).await, refunded);
    assert_eq!(world.agent(Method::GET, refund, None).await, refunded);
    assert_eq!(world.refund("a-1", "r-2", &approval).await["code"], "ALREADY_REFUNDED");

    let second = world.pay("a-2", 5_000).await;
    world.terminal(json!({"nextRefunds": [{"do": "decline", "code": "NO"}]})).await;
    assert_eq!(world.refund("a-2", "r-3", &second).await["code"], "NO");
    assert_eq!(world.refund("a-2", "r-4", &second).await["outcome"], "approved");

    let approvals = world.agent(Method::GET, &format!("/v1/approvals?date={}", world.today().await), None).await;
    let ids = |list: &str, name: &str| -> Vec<String> {
        approvals[list].as_array().unwrap().iter().map(|entry| entry[name].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids("approvals", "attemptId"), ["a-1", "a-2"]);
    assert_eq!(ids("refunds", "refundId"), ["r-1", "r-4"]);
    let other_day = world.agent(Method::GET, "/v1/approvals?date=2001-01-01", None).await;
    assert_eq!(other_day["approvals"], json!([]));
}

#[tokio::test]
async fn a_refund_needs_an_approval_of_that_amount() {
    let world = World::by_hand().await;
    world.terminal(json!({"mode": "auto", "autoAfterMs": 0})).await;
    let mut approval = world.pay("a-1", 7_000).await;
    let unknown = json!({"amount": 7_000, "approvalNumber": "99999999"});
    assert_eq!(world.refund("a-9", "r-1", &unknown).await["code"], "NO_APPROVAL");
    approval["amount"] = json!(7_001);
    assert_eq!(world.refund("a-1", "r-2", &approval).await["code"], "AMOUNT");
    approval["amount"] = json!(7_000);
    // An agent that forgot the attempt still finds the approval by its number.
    assert_eq!(world.refund("a-forgotten", "r-3", &approval).await["outcome"], "approved");
}

#[tokio::test]
async fn nobody_gets_in_without_the_token() {
    let world = World::new().await;
    for path in ["/v1/status", "/v1/payments/a-1", "/v1/approvals?date=2026-11-24"] {
        let answer = world.http.get(world.url(&format!("/agent{path}"))).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{path}");
    }
    let status = world.agent(Method::GET, "/v1/status", None).await;
    assert_eq!(
        (&status["terminal"], &status["reader"], &status["paper"], &status["network"]),
        (&json!("ready"), &json!("ready"), &json!("ok"), &json!("ok"))
    );
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused() {
    let world = World::by_hand().await;
    for (name, value) in [
        ("amount", json!(0)),
        ("amount", json!(-1)),
        ("tax", json!(8_000)),
        ("timeoutMs", json!(0)),
        ("attemptId", json!("")),
    ] {
        let mut order = order("a-1", 7_000);
        order[name] = value.clone();
        let answer = world.agent_request(Method::POST, "/v1/payments", Some(order)).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{name} = {value}");
    }
    assert_eq!(world.ledger().await["payments"], json!([]));
}

#[tokio::test]
async fn a_reset_is_another_memory() {
    let world = World::by_hand().await;
    let before = world.agent(Method::GET, "/v1/status", None).await["storeId"].clone();
    world.post("/control/reset", json!({})).await;
    assert_ne!(world.agent(Method::GET, "/v1/status", None).await["storeId"], before);
}

#[tokio::test]
async fn the_agent_fails_on_demand_before_and_after_the_charge() {
    let world = World::new().await;
    world.terminal(json!({"mode": "auto", "autoAfterMs": 0, "phaseMs": 0})).await;

    world.fault(json!({"on": "agent", "call": "pay", "do": "reset", "after": true, "times": 1})).await;
    assert!(world.agent_request(Method::POST, "/v1/payments", Some(order("a-1", 7_000))).send().await.is_err());
    assert_eq!(world.ask_payment("a-1").await["outcome"], "approved");

    world.fault(json!({"on": "agent", "call": "pay", "do": "reset", "times": 1})).await;
    assert!(world.agent_request(Method::POST, "/v1/payments", Some(order("a-2", 7_000))).send().await.is_err());
    assert_eq!(world.ask_payment("a-2").await["outcome"], "not_found");

    world.fault(json!({"on": "agent", "call": "pay", "do": "500", "after": true, "times": 1})).await;
    assert_eq!(
        world.agent_request(Method::POST, "/v1/payments", Some(order("a-3", 7_000))).send().await.unwrap().status(),
        500
    );
    assert_eq!(world.ask_payment("a-3").await["outcome"], "approved");

    world.fault(json!({"on": "agent", "call": "pay", "do": "tooMuch", "times": 1})).await;
    assert_eq!(world.pay("a-4", 7_000).await["amount"], 8_000);

    world.fault(json!({"on": "agent", "do": "hang"})).await;
    let answered =
        world.agent_request(Method::GET, "/v1/status", None).timeout(Duration::from_millis(100)).send().await;
    assert!(answered.unwrap_err().is_timeout());
    world.http.delete(world.url("/control/faults")).send().await.unwrap();
    assert_eq!(world.ask_payment("a-1").await["outcome"], "approved");
}

#[tokio::test]
async fn the_agents_answers_can_be_spoilt_and_the_charge_is_remembered() {
    let world = World::new().await;
    world.terminal(json!({"mode": "auto", "autoAfterMs": 0, "phaseMs": 0})).await;
    for (at, (kind, amount)) in [
        ("tooMuch", json!(8_000)),
        ("negative", json!(-7_000)),
        ("fractional", json!(7000.5)),
        ("zero", json!(0)),
        ("noAmount", Value::Null),
        ("notANumber", json!("천 원")),
        ("numbersAsText", json!("7000")),
        ("nonsenseTypes", json!([7_000, true])),
    ]
    .into_iter()
    .enumerate()
    {
        let attempt = format!("a-{at}");
        world.fault(json!({"on": "agent", "call": "pay", "do": kind, "times": 1})).await;
        assert_eq!(world.pay(&attempt, 7_000).await["amount"], amount, "{kind}");
        assert_eq!(world.ask_payment(&attempt).await["amount"], 7_000, "{kind}");
    }
    world.fault(json!({"on": "agent", "call": "pay", "do": "markup", "times": 1})).await;
    assert!(world.pay("a-markup", 7_000).await["issuer"].as_str().unwrap().contains("<script>"));
    world.fault(json!({"on": "agent", "call": "pay", "do": "huge", "times": 1})).await;
    assert!(world.pay("a-huge", 7_000).await["message"].as_str().unwrap().len() > 1024 * 1024);
    world.fault(json!({"on": "agent", "call": "pay", "do": "set", "field": "approvalNumber", "times": 1})).await;
    assert!(world.pay("a-set", 7_000).await.get("approvalNumber").is_none());
    for kind in ["noise", "otherTypes", "notJson"] {
        world.fault(json!({"on": "agent", "call": "pay", "do": kind, "times": 1})).await;
        let answer = world.agent_request(Method::POST, "/v1/payments", Some(order(kind, 7_000))).send().await.unwrap();
        assert!(answer.json::<Value>().await.is_err(), "{kind}");
        assert_eq!(world.ask_payment(kind).await["outcome"], "approved", "{kind}");
    }
    world.fault(json!({"on": "agent", "call": "pay", "do": "asText", "times": 1})).await;
    let answer = world.agent_request(Method::POST, "/v1/payments", Some(order("a-text", 7_000))).send().await.unwrap();
    assert!(answer.json::<Value>().await.unwrap().is_string());
}

#[tokio::test]
async fn the_agent_is_slow_silent_or_declines_on_demand() {
    let world = World::new().await;
    world.terminal(json!({"mode": "auto", "autoAfterMs": 0, "phaseMs": 0})).await;
    world.fault(json!({"on": "agent", "call": "pay", "do": "code", "code": 14, "times": 1})).await;
    let declined = world.pay("a-1", 7_000).await;
    assert_eq!((&declined["outcome"], &declined["code"]), (&json!("declined"), &json!("14")));
    assert_eq!(world.ask_payment("a-1").await["outcome"], "not_found");
    world.fault(json!({"on": "agent", "call": "ask", "do": "slow", "delayMs": 80, "times": 1})).await;
    let before = std::time::Instant::now();
    assert_eq!(world.ask_payment("a-1").await["outcome"], "not_found");
    assert!(before.elapsed() >= Duration::from_millis(80));
    world.fault(json!({"on": "agent", "call": "pay", "do": "silent", "times": 1})).await;
    let paid = world.agent_request(Method::POST, "/v1/payments", Some(order("a-2", 7_000))).send();
    tokio::select! {
        answer = paid => panic!("answered: {answer:?}"),
        approved = world.until("a-2", "approved") => assert_eq!(approved["amount"], 7_000),
    }
}
