//! Faults on demand: what the page is told, and what the books say all the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod world;

use serde_json::{Value, json};
use std::io::Read as _;
use std::time::Duration;
use world::World;

impl World {
    /// Posts as the page does; `None` when the server gave no answer in its own shape.
    async fn try_open(&self, message: Value) -> Option<Value> {
        let request = self.http.post(self.url("/module/api/open")).json(&json!({"message": message}));
        let answer = request.send().await.ok()?;
        if answer.status() == 200 { answer.json().await.ok() } else { None }
    }

    /// Returns once a message of this kind has arrived, and once it is settled if it is to be.
    async fn arrived(&self, id: &str, settled: bool) {
        let has = |list: &Value, kind: Option<&str>| {
            list.as_array()
                .unwrap()
                .iter()
                .any(|entry| entry["transactionID"] == id && kind.is_none_or(|kind| entry["body"]["type"] == kind))
        };
        loop {
            let there = if settled {
                has(&self.ledger().await["settlements"], None)
            } else {
                has(&self.log().await, Some("confirm"))
            };
            if there {
                return;
            }
        }
    }
}

#[tokio::test]
async fn a_settlement_that_is_done_may_never_be_answered() {
    let world = World::new().await;
    for (at, fault) in ["silent", "hang", "reset", "500"].into_iter().enumerate() {
        for after in [false, true] {
            let id = format!("t-fault-{fault}-{at}-{after}");
            world.redeem(&id, "01099990000", 1_000, 8_000).await;
            let (points, _) = world.member("01099990000").await;
            world.fault(json!({"on": "confirm", "do": fault, "after": after, "times": 1})).await;
            let confirm = world.confirm(&id, &["POINT_REDEEM"], &[("POINT", 1_000), ("CARD", 9_000)]);
            let answer = tokio::select! {
                answer = world.try_open(confirm.clone()) => answer,
                // The host gives up on what hangs.
                () = world.arrived(&id, after), if fault == "hang" => None,
            };
            match fault {
                "silent" => assert_eq!(answer.unwrap()["post"], json!([])),
                _ => assert_eq!(answer, None, "{fault}"),
            }
            let (left, _) = world.member("01099990000").await;
            assert_eq!(points - left, if after { 1_000 } else { 0 }, "{fault} after={after}");
            // A repeat is refused where it was settled, and settles where it wasn't.
            assert_eq!(world.code(confirm).await, if after { 100_010_003 } else { 200 }, "{fault} after={after}");
        }
    }
}

#[tokio::test]
async fn a_hold_may_be_made_and_never_told() {
    let world = World::new().await;
    let (session, _) = world.begin(world.connection("POINT_REDEEM", "t-silent-hold-0001", 8_000)).await;
    world.find(&session, "01012345678").await;
    world.fault(json!({"on": "POINT_REDEEM", "do": "silent", "times": 1})).await;
    assert_eq!(world.take(&session, json!({"amount": 1_000})).await["post"], json!([]));
    assert_eq!(world.member("01012345678").await, (12_000, 11_000));
    assert_eq!(world.code(world.release("t-silent-hold-0001")).await, 200);
    assert_eq!(world.member("01012345678").await, (12_000, 12_000));
}

#[tokio::test]
async fn codes_strike_before_and_after_the_hold() {
    let world = World::new().await;
    world.fault(json!({"on": "COUPON", "do": "code", "code": 300_020_009, "times": 1})).await;
    assert_eq!(world.code(world.connection("COUPON", "t-code-at-open-001", 0)).await, 300_020_009);

    for (id, before, available) in [("t-code-before-0001", true, 12_000), ("t-code-after-00001", false, 11_000)] {
        let (session, _) = world.begin(world.connection("POINT_REDEEM", id, 8_000)).await;
        world.find(&session, "01012345678").await;
        let fault = json!({"on": "POINT_REDEEM", "do": "code", "code": 300_020_004, "before_hold": before, "times": 1});
        world.fault(fault).await;
        let answer = world.take(&session, json!({"amount": 1_000})).await["post"][0].clone();
        assert_eq!((&answer["status"], &answer["data"]["errorCode"]), (&json!("400"), &json!(300_020_004)));
        assert_eq!(answer["data"]["errorMsg"], "포인트 사용 대기 요청에 실패했습니다");
        assert_eq!(world.member("01012345678").await.1, available, "{id}");
    }
}

const SERVICES: [&str; 4] = ["POINT_REDEEM", "POINT_EARN", "COUPON", "PREPAID"];

impl World {
    /// One of the four services, used for 1,000 won (a coupon: 2,000), as the page does. What the page is told.
    async fn use_service(&self, service: &str, id: &str) -> Value {
        let (session, _) = self.begin(self.connection(service, id, 8_000)).await;
        let (who, wish) = match service {
            "COUPON" => ("7700000000002001", json!({"coupon": "7700000000002001"})),
            "PREPAID" => ("8800000000050000", json!({"amount": 1_000})),
            _ => ("01099990000", json!({"amount": 1_000})),
        };
        self.find(&session, who).await;
        self.take(&session, wish).await
    }

    async fn held(&self, id: &str) -> bool {
        let ledger = self.ledger().await;
        ledger["holds"].as_array().unwrap().iter().any(|hold| hold["transactionID"] == id && hold["state"] == "held")
    }

    /// What is posted to the host when this fault strikes points that are used; the hold is there all the same.
    async fn spoilt(&self, mut fault: Value) -> Vec<Value> {
        let id = format!("t-{}-{}", fault["do"].as_str().unwrap(), uuid());
        let id = &id[..id.len().min(36)];
        fault["on"] = json!("POINT_REDEEM");
        fault["times"] = json!(1);
        self.fault(fault.clone()).await;
        let reply = self.use_service("POINT_REDEEM", id).await;
        assert!(self.held(id).await, "{fault}");
        assert_eq!(self.code(self.release(id)).await, 200);
        reply["post"].as_array().unwrap().clone()
    }

    async fn one_spoilt(&self, kind: &str) -> Value {
        let posts = self.spoilt(json!({"do": kind})).await;
        assert_eq!(posts.len(), 1, "{kind}");
        posts[0].clone()
    }

    /// Returns once a fault struck this transaction, and once it holds something if it is to.
    async fn struck(&self, id: &str, held: bool) {
        let fault = |log: &Value| {
            log.as_array().unwrap().iter().any(|entry| entry["direction"] == "fault" && entry["transactionID"] == id)
        };
        while !fault(&self.log().await) || (held && !self.held(id).await) {}
    }

    async fn waiting(&self) -> Vec<Value> {
        self.get("/control/faults").await.as_array().unwrap().clone()
    }
}

/// Sixteen characters that no other test uses.
fn uuid() -> String {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    format!("{:016}", NEXT.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
}

#[tokio::test]
async fn answers_can_be_spoilt() {
    let world = World::new().await;
    for (kind, posts) in [("noise", 4), ("twice", 2), ("wrongTransaction", 1), ("tooMuch", 1), ("otherTypes", 1)] {
        let id = format!("t-spoilt-{kind}-01");
        let (session, _) = world.begin(world.connection("POINT_REDEEM", &id, 8_000)).await;
        world.find(&session, "01012345678").await;
        world.fault(json!({"on": "POINT_REDEEM", "do": kind, "times": 1})).await;
        let reply = world.take(&session, json!({"amount": 1_000})).await;
        let list = reply["post"].as_array().unwrap();
        assert_eq!(list.len(), posts, "{kind}");
        let last = list.last().unwrap();
        assert_eq!(last["data"]["transactionID"] == json!(id), kind != "wrongTransaction");
        let amount = match kind {
            "tooMuch" => json!(1_001_000),
            "otherTypes" => json!("1000"),
            _ => json!(1_000),
        };
        assert_eq!(last["data"]["pointRedeem"], amount, "{kind}");
        assert_eq!(last["status"], if kind == "otherTypes" { json!(200) } else { json!("200") });
        world.code(world.release(&id)).await;
    }
}

#[tokio::test]
async fn an_amount_can_be_wrong_in_every_way() {
    let world = World::new().await;
    for (kind, amount) in [
        ("tooMuch", json!(1_001_000)),
        ("negative", json!(-1_000)),
        ("fractional", json!(1000.5)),
        ("zero", json!(0)),
        ("noAmount", Value::Null),
        ("notANumber", json!("천 원")),
    ] {
        let answer = world.one_spoilt(kind).await;
        assert_eq!((&answer["status"], &answer["data"]["errorCode"]), (&json!("200"), &json!(200)), "{kind}");
        assert_eq!(answer["data"]["pointRedeem"], amount, "{kind}");
        assert_eq!(answer["data"].get("pointRedeem").is_none(), kind == "noAmount");
    }
    // Amounts that the guide writes as texts stay texts.
    for (service, name) in [("COUPON", "couponDiscountPrice"), ("PREPAID", "prepaidPayPrice")] {
        for (kind, ends) in [("negative", "-"), ("fractional", ".5"), ("tooMuch", "100"), ("zero", "0")] {
            let id = format!("t-text-{kind}-{}", uuid());
            world.fault(json!({"on": service, "do": kind, "times": 1})).await;
            let reply = world.use_service(service, &id).await;
            let amount = reply["post"][0]["data"][name].as_str().unwrap_or_else(|| panic!("{kind}: {reply}"));
            assert!(amount.contains(ends), "{service} {kind}: {amount}");
            world.code(world.release(&id)).await;
        }
    }
    // What a cancel gives back is an amount too.
    let id = "t-cancel-amounts-1";
    world.redeem(id, "01012345678", 1_000, 8_000).await;
    world.code(world.confirm(id, &["POINT_REDEEM"], &[("POINT", 1_000), ("CARD", 9_000)])).await;
    world.fault(json!({"on": "cancel", "do": "negative", "times": 1})).await;
    assert_eq!(world.ask(world.cancel(id)).await["data"]["pointRedeemCanceledNum"], -1_000);
    assert_eq!(world.member("01012345678").await, (12_000, 12_000));
}

#[tokio::test]
async fn types_can_be_wrong_each_way() {
    let world = World::new().await;
    let numbers = world.one_spoilt("numbersAsText").await;
    assert_eq!((&numbers["data"]["errorCode"], &numbers["data"]["pointRedeem"]), (&json!("200"), &json!("1000")));
    assert!(numbers["status"] == "200" && numbers["timestamp"].is_string());
    let texts = world.one_spoilt("textAsNumbers").await;
    assert!(texts["status"] == 200 && texts["timestamp"].is_i64());
    assert_eq!((&texts["data"]["errorCode"], &texts["data"]["pointRedeem"]), (&json!(200), &json!(1_000)));
    let other = world.one_spoilt("otherTypes").await;
    assert_eq!((&other["status"], &other["data"]["errorCode"]), (&json!(200), &json!("200")));
    let nonsense = world.one_spoilt("nonsenseTypes").await;
    assert!(nonsense["status"].is_array() && nonsense["timestamp"].is_object(), "{nonsense}");
    assert!(nonsense["data"]["errorCode"].is_array() && nonsense["data"]["pointRedeem"].is_object(), "{nonsense}");
}

#[tokio::test]
async fn what_an_answer_is_made_of_can_be_wrong() {
    let world = World::new().await;
    assert_eq!(world.one_spoilt("wrongMode").await["data"]["supportMode"], "POINT_EARN");
    assert_eq!(world.one_spoilt("wrongTransaction").await["data"]["transactionID"].as_str().unwrap().len(), 32);
    let status = world.one_spoilt("onlyStatus").await;
    assert_eq!((&status["status"], &status["data"]["errorCode"]), (&json!("200"), &json!(300_030_002)));
    let code = world.one_spoilt("onlyErrorCode").await;
    assert_eq!((&code["status"], &code["data"]["errorCode"]), (&json!("400"), &json!(200)));
    let text = world.one_spoilt("asText").await;
    let opened: Value = serde_json::from_str(text.as_str().unwrap()).unwrap();
    assert_eq!(opened["data"]["pointRedeem"], 1_000);
    let cut = world.one_spoilt("notJson").await;
    assert!(cut.as_str().unwrap().starts_with("{\"status\""));
    assert!(serde_json::from_str::<Value>(cut.as_str().unwrap()).is_err());
    let huge = world.one_spoilt("huge").await;
    for text in [&huge["result"], &huge["data"]["errorMsg"], &huge["data"]["errorMsgUser"]] {
        assert!(text.as_str().unwrap().len() >= 1024 * 1024);
    }
    let markup = world.one_spoilt("markup").await;
    for text in [&markup["result"], &markup["data"]["errorMsg"], &markup["data"]["errorMsgUser"]] {
        assert!(text.as_str().unwrap().contains("<script>"), "{text}");
    }
    let set = world.spoilt(json!({"do": "set", "field": "data.pointRedeem", "value": {"won": null}})).await;
    assert_eq!(set[0]["data"]["pointRedeem"], json!({"won": null}));
    let left_out = world.spoilt(json!({"do": "set", "field": "status"})).await;
    assert_eq!(left_out[0].get("status"), None);
    // The log is for people: a text that nobody reads is cut there, and only there.
    let log = world.log().await.to_string();
    assert!(log.contains("… (") && log.len() < 200_000, "{}", log.len());
}

#[tokio::test]
async fn what_is_posted_beside_the_answer_comes_in_the_order_that_was_asked_for() {
    let world = World::new().await;
    let order = world.spoilt(json!({"do": "outOfOrder"})).await;
    let modes: Vec<_> = order.iter().map(|post| post["data"]["supportMode"].as_str().unwrap()).collect();
    assert_eq!(modes, ["POINT_EARN", "POINT_REDEEM"]);
    assert_eq!(order[0]["data"]["transactionID"], order[1]["data"]["transactionID"]);
    assert_eq!((&order[0]["status"], &order[0]["data"]["pointEarn"]), (&json!("200"), &json!(1_000)));
    let before = world.spoilt(json!({"do": "noise"})).await;
    let after = world.spoilt(json!({"do": "noiseAfter"})).await;
    assert_eq!(before[3]["data"]["pointRedeem"], 1_000);
    assert_eq!(after[0]["data"]["pointRedeem"], 1_000);
    assert_eq!(before[..3], after[1..]);
    let twice = world.spoilt(json!({"do": "twice"})).await;
    assert_eq!(twice[0], twice[1]);

    // The same for what is answered at once.
    world.open(world.connection("POINT_EARN", "t-order-confirm-01", 8_000)).await;
    world.fault(json!({"on": "confirm", "do": "outOfOrder", "times": 1})).await;
    let reply = world.open(world.release("t-order-confirm-01")).await;
    assert_eq!(reply["post"][0]["data"]["supportMode"], "POINT_REDEEM");
    assert_eq!(reply["post"][1]["data"].get("supportMode"), None);
}

#[tokio::test]
async fn every_code_of_the_guide_and_others_can_be_answered_before_and_after_the_hold() {
    let world = World::new().await;
    let catalog = world.get("/control/catalog").await;
    let listed: Vec<i64> =
        catalog["codes"].as_array().unwrap().iter().map(|entry| entry["code"].as_i64().unwrap()).collect();
    assert_eq!(listed.len(), 70);
    let others = [0, -1, 7, 999_999_999, 9_007_199_254_740_993];
    for (at, code) in listed.into_iter().filter(|code| *code != 200).chain(others).enumerate() {
        let service = SERVICES[at % 4];
        for after in [false, true] {
            let id = format!("t-code-{at}-{after}-{}", uuid());
            let fault = json!({"on": service, "do": "code", "code": code, "at": "use", "after": after, "times": 1});
            world.fault(fault).await;
            let reply = world.use_service(service, &id).await;
            assert_eq!(reply["post"][0]["data"]["errorCode"], code, "{code} {after}");
            assert_eq!(reply["post"][0]["status"], "400");
            assert_eq!(world.held(&id).await, after, "{code}");
            assert_eq!(world.code(world.release(&id)).await, 200);
        }
    }
}

#[tokio::test]
async fn settlements_and_cancels_answer_codes_before_and_after_they_are_done() {
    let world = World::new().await;
    for after in [false, true] {
        let id = format!("t-settle-code-{after}-{}", uuid());
        world.redeem(&id, "01099990000", 1_000, 8_000).await;
        let confirm = world.confirm(&id, &["POINT_REDEEM"], &[("POINT", 1_000), ("CARD", 9_000)]);
        world.fault(json!({"on": "confirm", "do": "code", "code": 300_020_012, "after": after, "times": 1})).await;
        assert_eq!(world.code(confirm.clone()).await, 300_020_012);
        assert_eq!(world.code(confirm).await, if after { 100_010_003 } else { 200 });
        world.fault(json!({"on": "cancel", "do": "code", "code": 300_020_011, "after": after, "times": 1})).await;
        assert_eq!(world.code(world.cancel(&id)).await, 300_020_011);
        assert_eq!(world.code(world.cancel(&id)).await, if after { 100_010_003 } else { 200 });
    }
}

#[tokio::test]
async fn an_error_can_be_spoilt_too() {
    let world = World::new().await;
    let answer = world.spoilt(json!({"do": "markup", "code": 300_020_004})).await;
    assert_eq!(answer[0]["data"]["errorCode"], 300_020_004);
    assert!(answer[0]["data"]["errorMsgUser"].as_str().unwrap().contains("<script>"));
    // Before the hold there is nothing but the code.
    let id = "t-markup-before-01";
    world
        .fault(json!({"on": "COUPON", "do": "wrongTransaction", "code": 100_050_001, "after": false, "times": 1}))
        .await;
    let reply = world.use_service("COUPON", id).await;
    assert_eq!(reply["post"][0]["data"]["errorCode"], 100_050_001);
    assert_ne!(reply["post"][0]["data"]["transactionID"], id);
    assert!(!world.held(id).await);
}

#[tokio::test]
async fn a_late_answer_comes_to_whoever_still_waits_and_to_nobody_else() {
    let world = World::new().await;
    // Nobody here waits for the message's own time and ten seconds: the time is given.
    world.fault(json!({"on": "POINT_REDEEM", "do": "late", "delayMs": 30, "times": 1})).await;
    let reply = world.use_service("POINT_REDEEM", "t-late-but-there-1").await;
    assert_eq!(reply["post"][0]["data"]["pointRedeem"], 1_000);

    world.fault(json!({"on": "COUPON", "do": "late", "times": 1})).await;
    let id = "t-late-and-gone-01";
    let used = world.use_service("COUPON", id);
    let gone = async { while !world.held(id).await {} };
    tokio::select! {
        reply = used => panic!("answered: {reply}"),
        () = gone => {}
    }
    let log = world.log().await;
    let of: Vec<_> = log.as_array().unwrap().iter().filter(|entry| entry["transactionID"] == id).collect();
    let ways: Vec<_> = of.iter().map(|entry| entry["direction"].as_str().unwrap()).collect();
    assert_eq!(ways, ["in", "fault"], "{log}");
    assert_eq!(of[1]["body"]["do"], "late");
}

#[tokio::test]
async fn a_back_end_fails_with_or_without_a_hold() {
    let world = World::new().await;
    for kind in ["500", "reset", "hang", "silent"] {
        for after in [false, true] {
            for service in SERVICES {
                let id = format!("t-{kind}-{after}-{}", uuid());
                let (session, _) = world.begin(world.connection(service, &id, 8_000)).await;
                let who = if service == "PREPAID" { "8800000000050000" } else { "01099990000" };
                world.find(&session, who).await;
                world.fault(json!({"on": service, "do": kind, "after": after, "times": 1})).await;
                let wish = json!({"session": session, "amount": 1_000, "coupon": "7700000000002001"});
                let asked = world.http.post(world.url("/module/api/use")).json(&wish);
                match kind {
                    "500" => assert_eq!(asked.send().await.unwrap().status(), 500),
                    "reset" => assert!(asked.send().await.is_err()),
                    "silent" => {
                        assert_eq!(asked.send().await.unwrap().json::<Value>().await.unwrap()["post"], json!([]))
                    }
                    _ => tokio::select! {
                        answer = asked.send() => panic!("answered: {answer:?}"),
                        () = world.struck(&id, after) => {}
                    },
                }
                assert_eq!(world.held(&id).await, after, "{service} {kind}");
                assert_eq!(world.code(world.release(&id)).await, 200);
            }
        }
    }
}

#[tokio::test]
async fn a_slow_page_comes_all_the_same() {
    let world = World::new().await;
    world.fault(json!({"on": "load", "do": "slow", "delayMs": 80, "times": 1})).await;
    let before = std::time::Instant::now();
    let page = world.http.get(world.simulator().module_url()).send().await.unwrap().text().await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(80));
    assert!(page.contains("id=\"screen\""));
}

#[tokio::test]
async fn a_slow_answer_is_right_and_takes_its_time() {
    let world = World::new().await;
    world.fault(json!({"on": "PREPAID", "do": "slow", "delayMs": 80, "times": 1})).await;
    let before = std::time::Instant::now();
    let reply = world.use_service("PREPAID", "t-slow-000000000001").await;
    assert!(before.elapsed() >= Duration::from_millis(80));
    assert_eq!(reply["post"][0]["data"]["prepaidPayPrice"], "1000");
}

#[tokio::test]
async fn a_hold_runs_out_on_demand_or_by_the_clock() {
    let world = World::new().await;
    let settled = |id: &str| world.confirm(id, &["POINT_REDEEM"], &[("POINT", 1_000), ("CARD", 9_000)]);
    world.fault(json!({"on": "POINT_REDEEM", "do": "expired", "times": 1})).await;
    let reply = world.use_service("POINT_REDEEM", "t-runs-out-at-once").await;
    assert_eq!(reply["post"][0]["data"]["pointRedeem"], 1_000);
    assert!(!world.held("t-runs-out-at-once").await);
    assert_eq!(world.code(settled("t-runs-out-at-once")).await, 100_010_003);

    world.use_service("POINT_REDEEM", "t-runs-out-at-last").await;
    world.fault(json!({"on": "confirm", "do": "expired", "times": 1})).await;
    assert!(world.held("t-runs-out-at-last").await);
    assert_eq!(world.code(settled("t-runs-out-at-last")).await, 100_010_003);
    assert_eq!(world.member("01099990000").await, (100_000, 100_000));

    world.use_service("POINT_REDEEM", "t-runs-out-by-time").await;
    world.advance(30 * 60 * 1000).await;
    assert_eq!(world.code(settled("t-runs-out-by-time")).await, 100_010_003);
    let clock = world.get("/control/clock").await;
    assert!(clock["offsetMs"].as_i64() >= Some(30 * 60 * 1000) && clock["nowMs"].is_i64());
}

#[tokio::test]
async fn the_page_itself_fails_on_demand() {
    let world = World::new().await;
    world.fault(json!({"on": "load", "do": "500", "times": 1})).await;
    assert_eq!(world.http.get(world.url("/module")).send().await.unwrap().status(), 500);
    world.fault(json!({"on": "load", "do": "reset", "times": 1})).await;
    assert!(world.http.get(world.url("/module")).send().await.is_err());
    world.fault(json!({"on": "load", "do": "hang", "times": 1})).await;
    let hung = world.http.get(world.url("/module")).timeout(Duration::from_millis(100)).send().await;
    assert!(hung.unwrap_err().is_timeout());
    let page = world.http.get(world.simulator().module_url()).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let text = page.text().await.unwrap();
    assert!(text.contains("id=\"screen\"") && text.contains("/module/module.js"));
}

async fn refused(world: &World) -> bool {
    let fetched = world.http.get(world.simulator().module_url()).send().await;
    fetched.is_err_and(|error| error.is_connect())
}

#[tokio::test]
async fn connections_to_the_module_are_refused_while_everything_else_answers() {
    let world = World::new().await;
    assert!(!refused(&world).await);
    let id = world.post("/control/faults", json!({"on": "load", "do": "refused"})).await["id"].as_u64().unwrap();
    assert!(refused(&world).await);
    assert!(refused(&world).await, "it is no fault for once");
    // The same page on the main port can only be cut.
    let cut = world.http.get(world.url("/module")).send().await.unwrap_err();
    assert!(!cut.is_connect(), "{cut}");
    assert_eq!(world.get("/control/addresses").await["moduleOpen"], false);
    assert_eq!(world.agent(reqwest::Method::GET, "/v1/status", None).await["terminal"], "ready");

    let url = world.url(&format!("/control/faults/{id}"));
    assert_eq!(world.http.delete(&url).send().await.unwrap().status(), 200);
    assert!(!refused(&world).await);
    assert_eq!(world.get("/control/addresses").await["moduleOpen"], true);

    // For a time: it opens again by itself.
    world.post("/control/faults", json!({"on": "load", "do": "refused", "delayMs": 50})).await;
    while !world.waiting().await.is_empty() || refused(&world).await {}
    world.post("/control/faults", json!({"on": "load", "do": "refused"})).await;
    world.post("/control/reset", json!({})).await;
    assert!(!refused(&world).await);
}

#[tokio::test]
async fn a_connection_that_was_open_does_not_outlive_the_refusal() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let world = World::new().await;
    let url = world.simulator().module_url();
    let address = url.trim_start_matches("http://").trim_end_matches("/module").to_owned();
    let mut line = tokio::net::TcpStream::connect(&address).await.unwrap();
    line.write_all(b"GET /module HTTP/1.1\r\nHost: module\r\n\r\n").await.unwrap();
    assert!(line.read(&mut [0; 4096]).await.unwrap() > 0);
    world.post("/control/faults", json!({"on": "load", "do": "refused"})).await;
    let mut rest = Vec::new();
    // It ends, with or without an error; kept alive it would never.
    let _ = line.read_to_end(&mut rest).await;
}

#[tokio::test]
async fn the_page_is_told_what_to_do_wrong() {
    let world = World::new().await;
    let told = async || {
        let page = world.http.get(world.simulator().module_url()).send().await.unwrap().text().await.unwrap();
        let json = page.split_once("application/json\">").and_then(|(_, rest)| rest.split_once("</script>"));
        json.map_or(json!([]), |(json, _)| serde_json::from_str(json).unwrap())
    };
    assert_eq!(told().await, json!([]));
    for kind in ["popup", "dialog", "takeOver"] {
        world.fault(json!({"on": "load", "do": kind, "times": 1})).await;
    }
    let elsewhere = world.url("/elsewhere");
    let acts = told().await;
    assert_eq!(acts[0], json!({"do": "popup", "to": elsewhere}));
    assert_eq!((&acts[1]["do"], &acts[2]["do"]), (&json!("dialog"), &json!("takeOver")));
    assert_eq!(told().await, json!([]));
    assert_eq!(world.http.get(&elsewhere).send().await.unwrap().status(), 200);

    world.begin(world.connection("COUPON", "t-newest-open-0001", 0)).await;
    for (on, name, amount) in [
        ("PREPAID", "prepaidPayPrice", json!("1000")),
        ("confirm", "errorCode", json!(200)),
        ("cancel", "pointEarnCanceledNum", json!(0)),
    ] {
        world.fault(json!({"on": on, "do": "early", "times": 1})).await;
        let post = told().await[0]["post"][0].clone();
        assert_eq!((&post["status"], &post["data"]["transactionID"]), (&json!("200"), &json!("t-newest-open-0001")));
        assert_eq!(post["data"][name], amount, "{on}");
    }
}

#[tokio::test]
async fn the_page_goes_elsewhere_with_or_without_a_hold() {
    let world = World::new().await;
    for after in [false, true] {
        let id = format!("t-elsewhere-{after}-{}", uuid());
        world.fault(json!({"on": "COUPON", "do": "navigate", "after": after, "times": 1})).await;
        let reply = world.use_service("COUPON", &id).await;
        assert_eq!(reply["act"], json!({"do": "navigate", "to": world.url("/elsewhere")}));
        assert_eq!(reply["post"], json!([]));
        assert_eq!(world.held(&id).await, after);
        world.code(world.release(&id)).await;
    }
    for kind in ["parting", "cyclic"] {
        let id = format!("t-{kind}-{}", uuid());
        world.fault(json!({"on": "PREPAID", "do": kind, "times": 1})).await;
        let reply = world.use_service("PREPAID", &id).await;
        assert_eq!((&reply["post"], &reply["act"]["do"]), (&json!([]), &json!(kind)));
        assert_eq!(reply["act"]["post"][0]["data"]["prepaidPayPrice"], "1000");
        assert!(world.held(&id).await);
    }
}

#[tokio::test]
async fn faults_are_listed_and_taken_back_one_by_one() {
    let world = World::new().await;
    assert_eq!(world.waiting().await, [] as [Value; 0]);
    let first = world.post("/control/faults", json!({"on": "confirm", "do": "silent", "times": 2})).await["id"].clone();
    let second = world.post("/control/faults", json!({"on": "cancel", "do": "500"})).await["id"].clone();
    world.open(world.connection("POINT_EARN", "t-listed-000000001", 8_000)).await;
    world.open(world.release("t-listed-000000001")).await;
    let waiting = world.waiting().await;
    assert_eq!((&waiting[0]["id"], &waiting[1]["id"]), (&first, &second));
    assert_eq!(
        (&waiting[0]["struck"], &waiting[0]["left"], &waiting[0]["after"]),
        (&json!(1), &json!(1), &json!(true))
    );
    assert_eq!((&waiting[1]["struck"], &waiting[1]["left"]), (&json!(0), &Value::Null));
    assert_eq!(waiting[0]["words"]["ko"], "응답 없음");

    let remove =
        async |id: &Value| world.http.delete(world.url(&format!("/control/faults/{id}"))).send().await.unwrap();
    assert_eq!(remove(&first).await.status(), 200);
    assert_eq!(remove(&first).await.status(), 404);
    let waiting = world.waiting().await;
    assert_eq!((waiting.len(), &waiting[0]["id"]), (1, &second));
}

#[tokio::test]
async fn the_log_tells_which_fault_struck() {
    let world = World::new().await;
    world.fault(json!({"on": "POINT_REDEEM", "do": "silent", "times": 1})).await;
    world.use_service("POINT_REDEEM", "t-struck-000000001").await;
    let log = world.log().await;
    let ways: Vec<_> = log.as_array().unwrap().iter().map(|entry| entry["direction"].as_str().unwrap()).collect();
    assert_eq!(ways, ["in", "fault"]);
    assert_eq!((&log[1]["body"]["do"], &log[1]["transactionID"]), (&json!("silent"), &json!("t-struck-000000001")));
    let after = world.get(&format!("/control/log?after={}", log[0]["id"])).await;
    assert_eq!(after.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_wrong_fault_is_refused() {
    let world = World::new().await;
    for wrong in [
        json!({"on": "everything", "do": "500"}),
        json!({"on": "confirm", "do": "explode"}),
        json!({"on": "confirm", "do": "500", "tims": 1}),
        // These could never do what they say.
        json!({"on": "confirm", "do": "tooMuch"}),
        json!({"on": "load", "do": "silent"}),
        json!({"on": "COUPON", "do": "popup"}),
        json!({"on": "agent", "do": "early"}),
        json!({"on": "confirm", "do": "500", "times": 0}),
        json!({"on": "load", "do": "refused", "times": 1}),
        json!({"on": "COUPON", "do": "set", "value": 1}),
        json!({"on": "COUPON", "do": "twice", "after": false}),
        json!({"on": "COUPON", "do": "twice", "at": "open"}),
        json!({"on": "COUPON", "do": "hang", "code": 1}),
    ] {
        assert!(world.post("/control/faults", wrong.clone()).await["error"].is_string(), "{wrong}");
    }
    assert_eq!(world.waiting().await, [] as [Value; 0]);
}

#[tokio::test]
async fn scans_come_out_of_the_serial_port() {
    let world = World::new().await;
    let path = world.simulator().scanner_path().unwrap();
    let read = |length: usize| {
        let path = path.clone();
        tokio::task::spawn_blocking(move || {
            let mut bytes = vec![0; length];
            std::fs::File::open(path).unwrap().read_exact(&mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        })
    };
    assert_eq!(world.post("/control/scan", json!({"code": "7700000000002001"})).await, json!({}));
    assert_eq!(read(17).await.unwrap(), "7700000000002001\r");

    let before = std::fs::read_link(&path).unwrap();
    let held = std::fs::File::open(&path).unwrap();
    world.post("/control/scanner", json!({"plugged": false})).await;
    assert!(!path.exists());
    assert!(world.post("/control/scan", json!({"code": "1"})).await["error"].is_string());
    world.post("/control/scanner", json!({"plugged": true})).await;
    assert_ne!(std::fs::read_link(&path).unwrap(), before);
    drop(held);
    world.post("/control/scan", json!({"code": "550000000001"})).await;
    assert_eq!(read(13).await.unwrap(), "550000000001\r");
}

#[tokio::test]
async fn stopping_frees_the_port_whoever_is_still_waiting() {
    let world = World::new().await;
    world.fault(json!({"on": "load", "do": "hang"})).await;
    let port = world.simulator().base_url().rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
    let waiting = tokio::spawn(world.http.get(world.url("/module")).send());
    let world = world.restart().await;
    assert!(waiting.await.unwrap().is_err());
    assert!(
        std::net::TcpListener::bind(("127.0.0.1", port)).is_ok()
            || world.simulator().base_url().ends_with(&port.to_string())
    );
}
