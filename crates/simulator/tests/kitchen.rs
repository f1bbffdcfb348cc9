//! The kitchen: it believes only what is signed and of now, makes an order once, and never one that is void.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use prbiti_simulator::{Settings, Simulator};
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

struct World {
    simulator: Simulator,
    secret: String,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let settings = Settings { ledger: folder.path().join("ledger.sqlite"), ..Settings::default() };
        let secret = settings.order_hook_secret.clone();
        Self { simulator: Simulator::start(settings).await.unwrap(), secret, _folder: folder }
    }

    async fn control(&self, change: Value) {
        let url = format!("{}/control/kitchen", self.simulator.base_url());
        reqwest::Client::new().post(url).json(&change).send().await.unwrap().error_for_status().unwrap();
    }

    async fn told(&self) -> Value {
        let url = format!("{}/control/kitchen", self.simulator.base_url());
        reqwest::get(url).await.unwrap().json().await.unwrap()
    }

    /// Posts a message signed like this, so many seconds ago; its status and answer.
    async fn post(&self, id: &str, body: &Value, secret: &str, ago: i64) -> reqwest::Result<(u16, String)> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let timestamp = i64::try_from(now).unwrap() - ago;
        let body = body.to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let request = reqwest::Client::new()
            .post(self.simulator.order_hook_url())
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            // Another one beside it, as while a secret is changed.
            .header("webhook-signature", format!("v1,AAAA v1,{signature}"))
            .body(body);
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }

    async fn say(&self, id: &str, body: &Value) -> reqwest::Result<(u16, String)> {
        self.post(id, body, &self.secret, 0).await
    }

    /// Number, state, how often it came and how often it was said to be void.
    async fn orders(&self) -> Vec<(String, String, u64, u64)> {
        let told = self.told().await;
        let text = |order: &Value, field: &str| order[field].as_str().unwrap().to_owned();
        let count = |order: &Value, field: &str| order[field].as_u64().unwrap();
        let all = told["orders"].as_array().unwrap().iter();
        all.map(|o| (text(o, "number"), text(o, "state"), count(o, "arrived"), count(o, "voided"))).collect()
    }
}

fn paid(id: &str, number: &str) -> Value {
    let options = json!([{"id": "SHOT", "name": "샷 추가", "countPerItem": 2, "unitPrice": 500}]);
    json!({"schema": "prbiti-kiosk/order/1", "event": "order.paid", "order": {
        "id": id, "number": number, "businessDay": "2026-11-24", "paidAt": "2026-11-24T13:25:01+09:00", "way": "to_go",
        "items": [{"id": "KD1", "name": "아메리카노", "count": 2, "unitPrice": 3000, "options": options, "total": 8000}],
        "total": 8000,
    }})
}

fn void(id: &str, number: &str) -> Value {
    let order = json!({"id": id, "number": number, "businessDay": "2026-11-24"});
    json!({"schema": "prbiti-kiosk/order/1", "event": "order.void", "order": order, "reason": "refunded"})
}

fn made(number: &str, state: &str, arrived: u64, voided: u64) -> (String, String, u64, u64) {
    (number.to_owned(), state.to_owned(), arrived, voided)
}

#[tokio::test]
async fn it_believes_only_what_is_signed_of_now_and_as_the_page_says() {
    let world = World::new().await;
    let order = paid("order-1", "A1");
    assert_eq!(world.post("order-1", &order, "another secret", 0).await.unwrap().0, 401);
    for ago in [301, -310] {
        assert_eq!(world.post("order-1", &order, &world.secret, ago).await.unwrap().0, 401, "{ago}");
    }
    for (field, value) in [
        ("/schema", json!("prbiti-kiosk/order/2")),
        ("/event", json!("order.eaten")),
        ("/order/number", json!("")),
        ("/order/way", json!("by_air")),
        ("/order/items", json!([])),
        ("/order/total", json!(8001)),
        ("/order/items/0/options/0/countPerItem", json!(0)),
    ] {
        let mut wrong = order.clone();
        *wrong.pointer_mut(field).unwrap() = value;
        assert_eq!(world.say("order-1", &wrong).await.unwrap().0, 422, "{field}");
    }
    assert_eq!(world.orders().await, []);
    assert_eq!(world.told().await["messages"].as_array().unwrap().len(), 10);
    assert_eq!(world.post("order-1", &order, &world.secret, 299).await.unwrap(), (200, r#"{"id":"order-1"}"#.into()));
    assert_eq!(world.orders().await, [made("A1", "toMake", 1, 0)]);
}

#[tokio::test]
async fn an_order_is_made_once_and_not_when_it_is_void_whichever_came_first() {
    let world = World::new().await;
    let (one, two) = (paid("order-1", "A1"), paid("order-2", "A2"));
    assert_eq!(world.say("order-1", &one).await.unwrap().0, 200);
    assert_eq!(world.say("order-1", &one).await.unwrap(), (409, r#"{"id":"order-1"}"#.into()));
    assert_eq!(world.say("order-1-void", &void("order-1", "A1")).await.unwrap().0, 200);
    assert_eq!(world.say("order-2-void", &void("order-2", "A2")).await.unwrap().0, 200);
    assert_eq!(world.say("order-2", &two).await.unwrap().0, 200);
    assert_eq!(world.orders().await, [made("A1", "void", 2, 1), made("A2", "void", 1, 1)]);
    assert_eq!(world.say("test-1", &json!({"schema": "prbiti-kiosk/order/1", "event": "test"})).await.unwrap().0, 200);
    assert_eq!(world.orders().await.len(), 2);
}

#[tokio::test]
async fn it_fails_as_it_is_told_and_as_often() {
    let world = World::new().await;
    let order = paid("order-1", "A1");
    world.control(json!({"mode": "error", "times": 2})).await;
    for status in [500, 500, 200] {
        assert_eq!(world.say("order-1", &order).await.unwrap().0, status);
    }
    world.control(json!({"mode": "refuse"})).await;
    assert_eq!(world.say("order-2", &paid("order-2", "A2")).await.unwrap().0, 400);
    world.control(json!({"mode": "lost"})).await;
    assert!(!world.say("order-2", &paid("order-2", "A2")).await.unwrap_err().is_connect());
    assert_eq!(world.orders().await.len(), 1);
    world.control(json!({"mode": "answerLost"})).await;
    assert!(!world.say("order-2", &paid("order-2", "A2")).await.unwrap_err().is_connect());
    assert_eq!(world.orders().await.len(), 2);
    world.control(json!({"mode": "down"})).await;
    assert!(world.say("order-2", &paid("order-2", "A2")).await.unwrap_err().is_connect());
    world.control(json!({"mode": "slow", "delayMs": 1, "clear": true})).await;
    assert_eq!(world.say("order-2", &paid("order-2", "A2")).await.unwrap().0, 200);
    assert_eq!(world.orders().await, [made("A2", "toMake", 1, 0)]);
}
