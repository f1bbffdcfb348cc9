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

#[tokio::test]
async fn a_wrong_fault_is_refused() {
    let world = World::new().await;
    for wrong in [
        json!({"on": "everything", "do": "500"}),
        json!({"on": "confirm", "do": "explode"}),
        json!({"on": "confirm", "do": "500", "tims": 1}),
    ] {
        assert!(world.post("/control/faults", wrong).await["error"].is_string());
    }
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
