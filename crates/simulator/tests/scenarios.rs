//! Named scenarios: each is played, and does what its name says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod world;

use serde_json::{Value, json};
use world::World;

impl World {
    async fn play(&self, name: &str) {
        let answer = self.post("/control/scenario", json!({"name": name})).await;
        assert_eq!(answer["name"], name, "{answer}");
    }

    async fn current(&self) -> Value {
        self.get("/control/scenarios").await["current"].clone()
    }
}

#[tokio::test]
async fn a_scenario_takes_the_place_of_what_waited() {
    let world = World::new().await;
    assert_eq!(world.current().await, Value::Null);
    world.fault(json!({"on": "cancel", "do": "500"})).await;
    world.post("/control/terminal", json!({"mode": "manual", "next": ["hang"]})).await;
    world.play("credentials-refused").await;
    assert_eq!(world.current().await, "credentials-refused");
    for mode in ["POINT_REDEEM", "POINT_EARN", "COUPON", "PREPAID"] {
        assert_eq!(world.code(world.connection(mode, "t-credentials-0001", 8_000)).await, 300_010_003, "{mode}");
    }
    assert_eq!(world.code(world.cancel("t-credentials-0001")).await, 300_010_003);
    let terminal = world.get("/control/terminal").await;
    assert_eq!((&terminal["mode"], &terminal["next"]), (&json!("auto"), &json!(0)));

    world.fault(json!({"on": "cancel", "do": "500"})).await;
    assert_eq!(world.current().await, Value::Null, "somebody changed it");
    world.play("everything-works").await;
    assert_eq!(world.get("/control/faults").await, json!([]));
    assert_eq!(world.redeem("t-everything-works", "01012345678", 1_000, 8_000).await["data"]["errorCode"], 200);
    let nobody = world.post("/control/scenario", json!({"name": "nothing-works"})).await;
    assert!(nobody["error"].as_str().unwrap().contains("nothing-works"));
}

#[tokio::test]
async fn every_scenario_can_be_played_and_says_what_to_look_for() {
    let world = World::new().await;
    let all = world.get("/control/scenarios").await;
    let all = all["scenarios"].as_array().unwrap();
    assert!(all.len() >= 15);
    for scenario in all {
        let name = scenario["name"].as_str().unwrap();
        world.play(name).await;
        let waiting = world.get("/control/faults").await;
        assert_eq!(waiting.as_array().unwrap().len(), scenario["faults"].as_array().unwrap().len(), "{name}");
        for words in ["words", "look"] {
            assert!(scenario[words]["ko"].is_string() && scenario[words]["en"].is_string(), "{name}");
        }
    }
    world.play("everything-works").await;
    assert_eq!(world.get("/control/addresses").await["moduleOpen"], true);
}

#[tokio::test]
async fn prbiti_is_away_and_the_card_terminal_is_not() {
    let world = World::new().await;
    world.play("prbiti-away").await;
    let fetched = world.http.get(world.simulator().module_url()).send().await;
    assert!(fetched.unwrap_err().is_connect());
    assert_eq!(world.agent(reqwest::Method::GET, "/v1/status", None).await["terminal"], "ready");
}

#[tokio::test]
async fn a_confirm_goes_unanswered_though_it_was_done() {
    let world = World::new().await;
    let id = "t-unanswered-00001";
    world.redeem(id, "01012345678", 1_000, 8_000).await;
    world.play("confirm-unanswered").await;
    let confirm = world.confirm(id, &["POINT_REDEEM"], &[("POINT", 1_000), ("CARD", 9_000)]);
    assert_eq!(world.open(confirm.clone()).await["post"], json!([]));
    assert_eq!(world.member("01012345678").await, (11_000, 11_000));
    assert_eq!(world.code(confirm).await, 100_010_003);
}

#[tokio::test]
async fn a_hold_is_made_and_its_answer_lost() {
    let world = World::new().await;
    world.play("hold-answer-lost").await;
    let (session, _) = world.begin(world.connection("POINT_REDEEM", "t-answer-lost-0001", 8_000)).await;
    world.find(&session, "01012345678").await;
    assert_eq!(world.take(&session, json!({"amount": 1_000})).await["post"], json!([]));
    assert_eq!(world.member("01012345678").await, (12_000, 11_000));
    assert_eq!(world.code(world.release("t-answer-lost-0001")).await, 200);
    assert_eq!(world.member("01012345678").await, (12_000, 12_000));
}

#[tokio::test]
async fn a_hold_runs_out_before_it_is_settled() {
    let world = World::new().await;
    let id = "t-too-late-0000001";
    world.redeem(id, "01012345678", 1_000, 8_000).await;
    world.play("hold-expired").await;
    let confirm = world.confirm(id, &["POINT_REDEEM"], &[("POINT", 1_000), ("CARD", 9_000)]);
    assert_eq!(world.code(confirm).await, 100_010_003);
}

#[tokio::test]
async fn the_terminal_plays_its_part() {
    let world = World::new().await;
    for (name, next) in [("card-declined", 1), ("card-answer-lost", 1), ("terminal-stuck", 1), ("everything-works", 0)]
    {
        world.play(name).await;
        assert_eq!(world.get("/control/terminal").await["next"], next, "{name}");
    }
    world.play("terminal-away").await;
    assert!(world.agent_request(reqwest::Method::GET, "/v1/status", None).send().await.is_err());
}
