//! A kitchen that orders are posted to: it reads `docs/order-hook.md` by itself, trusts nothing that isn't signed, makes
//! each order once, and fails on demand.

use crate::server::Line;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A message may be so much older or younger than this clock, s.
const TOLERANCE: i64 = 300;
/// Messages that are kept.
const MOST_KEPT: usize = 2000;

/// What it does with what is posted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Mode {
    /// Takes it on and says so.
    #[default]
    Ready,
    /// Takes no connection.
    Down,
    /// Takes it on, and answers later.
    Slow,
    /// Answers 500, and keeps nothing.
    Error,
    /// Answers 400, and keeps nothing.
    Refuse,
    /// Takes it on, and cuts the connection instead of answering.
    AnswerLost,
    /// Cuts the connection, and keeps nothing.
    Lost,
}

/// What a person or a test does to it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Change {
    mode: Option<Mode>,
    /// Only so often; then it is ready again. For ever when absent.
    times: Option<u32>,
    /// How much later it answers, ms.
    delay_ms: Option<u64>,
    /// What it has is forgotten.
    #[serde(default)]
    clear: bool,
}

/// One order, as it is made.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    id: String,
    number: String,
    /// `toMake`, or `void`: also one that was void before it came.
    state: &'static str,
    /// How often it came.
    arrived: u32,
    /// How often it was said to be void.
    voided: u32,
    /// What came; none when only the void did.
    order: Option<Value>,
    reason: Option<String>,
}

/// One message, as it came in.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Came {
    at_ms: i64,
    message: String,
    event: String,
    order: String,
    number: String,
    /// It had been heard before.
    repeated: bool,
    /// What was answered; null when nothing was.
    answered: Option<u16>,
    /// Why it was refused.
    why: Option<String>,
}

#[derive(Debug, Default)]
struct Kept {
    mode: Mode,
    left: Option<u32>,
    delay: Duration,
    /// In the order in which they came first.
    orders: Vec<Order>,
    messages: Vec<Came>,
    heard: std::collections::BTreeSet<String>,
}

/// The kitchen.
#[derive(Debug)]
pub(crate) struct Kitchen {
    secret: String,
    kept: Mutex<Kept>,
}

impl Kitchen {
    pub(crate) fn new(secret: String) -> Self {
        Self { secret, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does it take connections?
    pub(crate) fn is_open(&self) -> bool {
        self.kept().mode != Mode::Down
    }

    pub(crate) fn change(&self, change: &Change) {
        let mut kept = self.kept();
        if let Some(mode) = change.mode {
            (kept.mode, kept.left) = (mode, change.times);
        }
        if let Some(delay) = change.delay_ms {
            kept.delay = Duration::from_millis(delay);
        }
        if change.clear {
            kept.orders.clear();
            kept.messages.clear();
            kept.heard.clear();
        }
    }

    pub(crate) fn reset(&self) {
        *self.kept() = Kept::default();
    }

    pub(crate) fn tell(&self) -> Value {
        let kept = self.kept();
        json!({
            "mode": kept.mode, "left": kept.left, "delayMs": kept.delay.as_millis() as u64,
            "orders": kept.orders, "messages": kept.messages,
        })
    }
}

impl Kept {
    /// What it does with the next one.
    fn turn(&mut self) -> Mode {
        let mode = self.mode;
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                (self.mode, self.left) = (Mode::Ready, None);
            }
        }
        mode
    }

    fn order(&mut self, id: &str, number: &str) -> &mut Order {
        let at = self.orders.iter().position(|order| order.id == id).unwrap_or_else(|| {
            let (id, number) = (id.to_owned(), number.to_owned());
            let order = Order { id, number, state: "toMake", arrived: 0, voided: 0, order: None, reason: None };
            self.orders.push(order);
            self.orders.len() - 1
        });
        &mut self.orders[at]
    }

    fn note(&mut self, came: Came) {
        if self.messages.len() >= MOST_KEPT {
            self.messages.remove(0);
        }
        self.messages.push(came);
    }

    /// An order is made once, and not when it is void, whichever came first.
    fn take(&mut self, read: &Read) {
        match read.event.as_str() {
            "order.paid" => {
                let order = self.order(&read.order, &read.number);
                order.arrived += 1;
                order.order.get_or_insert_with(|| read.body["order"].clone());
            }
            "order.void" => {
                let order = self.order(&read.order, &read.number);
                order.voided += 1;
                order.state = "void";
                order.reason = read.body["reason"].as_str().map(str::to_owned);
            }
            _ => {}
        }
    }
}

/// A message that reads as the page says.
#[derive(Debug)]
struct Read {
    event: String,
    order: String,
    number: String,
    body: Value,
}

pub(crate) fn routes(kitchen: Arc<Kitchen>) -> Router {
    Router::new().route("/orders", post(take)).with_state(kitchen)
}

async fn take(
    State(kitchen): State<Arc<Kitchen>>,
    Extension(line): Extension<Line>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now_ms = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let message = header("webhook-id");
    let read = match genuine(&kitchen.secret, &header, &body, now_ms / 1000).and_then(|()| read(&body)) {
        Ok(read) => read,
        Err((status, why)) => {
            let came = Came {
                at_ms: now_ms,
                message,
                event: String::new(),
                order: String::new(),
                number: String::new(),
                repeated: false,
                answered: Some(status.as_u16()),
                why: Some(why.clone()),
            };
            kitchen.kept().note(came);
            return (status, why).into_response();
        }
    };
    let (mode, delay, repeated) = {
        let mut kept = kitchen.kept();
        let mode = kept.turn();
        let keeps = matches!(mode, Mode::Ready | Mode::Slow | Mode::AnswerLost);
        let repeated = kept.heard.contains(&message);
        if keeps {
            kept.take(&read);
            kept.heard.insert(message.clone());
        }
        let answered = match mode {
            Mode::Ready | Mode::Slow if repeated => Some(409),
            Mode::Ready | Mode::Slow => Some(200),
            Mode::Error => Some(500),
            Mode::Refuse => Some(400),
            Mode::Down | Mode::AnswerLost | Mode::Lost => None,
        };
        let Read { event, order, number, body: _ } = read;
        kept.note(Came {
            at_ms: now_ms,
            message: message.clone(),
            event,
            order,
            number,
            repeated,
            answered,
            why: None,
        });
        (mode, kept.delay, repeated)
    };
    match mode {
        Mode::Ready | Mode::Slow => {
            if mode == Mode::Slow {
                tokio::time::sleep(delay).await;
            }
            let status = if repeated { StatusCode::CONFLICT } else { StatusCode::OK };
            (status, Json(json!({"id": message}))).into_response()
        }
        Mode::Error => (StatusCode::INTERNAL_SERVER_ERROR, "simulated fault").into_response(),
        Mode::Refuse => (StatusCode::BAD_REQUEST, "not on the menu").into_response(),
        Mode::Down | Mode::AnswerLost | Mode::Lost => line.cut().await,
    }
}

/// Is it signed with the secret, and of now?
fn genuine(secret: &str, header: &impl Fn(&str) -> String, body: &[u8], now: i64) -> Result<(), (StatusCode, String)> {
    let refused = |why: &str| Err((StatusCode::UNAUTHORIZED, why.to_owned()));
    let (id, timestamp, signatures) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    if id.is_empty() {
        return refused("webhook-id is missing");
    }
    let Ok(at) = timestamp.parse::<i64>() else { return refused("webhook-timestamp is no number of seconds") };
    if (now - at).abs() > TOLERANCE {
        return refused("webhook-timestamp is too far from now");
    }
    let signed = signatures.split(' ').filter_map(|one| one.strip_prefix("v1,")).any(|one| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
        mac.update(id.as_bytes());
        mac.update(b".");
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        STANDARD.decode(one).is_ok_and(|claimed| mac.verify_slice(&claimed).is_ok())
    });
    if signed { Ok(()) } else { refused("webhook-signature doesn't fit") }
}

/// Every field that the page names, of its type.
fn read(body: &[u8]) -> Result<Read, (StatusCode, String)> {
    let wrong = |what: &str| (StatusCode::UNPROCESSABLE_ENTITY, format!("{what} is missing or no such thing"));
    let body: Value = serde_json::from_slice(body).map_err(|_| wrong("the body as JSON"))?;
    if body["schema"] != "prbiti-kiosk/order/1" {
        return Err(wrong("schema"));
    }
    let text = |value: &Value, what: &str| {
        value.as_str().filter(|text| !text.is_empty()).map(str::to_owned).ok_or_else(|| wrong(what))
    };
    let event = text(&body["event"], "event")?;
    let order = &body["order"];
    match event.as_str() {
        "test" => return Ok(Read { event, order: String::new(), number: String::new(), body }),
        "order.void" => {
            if !["refunded", "made_by_staff"].contains(&text(&body["reason"], "reason")?.as_str()) {
                return Err(wrong("reason"));
            }
        }
        "order.paid" => {
            text(&order["paidAt"], "order.paidAt")?;
            if !["for_here", "to_go"].contains(&text(&order["way"], "order.way")?.as_str()) {
                return Err(wrong("order.way"));
            }
            let items = order["items"].as_array().filter(|items| !items.is_empty()).ok_or(wrong("order.items"))?;
            let mut sum = 0;
            for item in items {
                sum += worth(item).ok_or(wrong("an item"))?;
            }
            if order["total"].as_i64() != Some(sum) {
                return Err(wrong("order.total"));
            }
        }
        _ => return Err(wrong("event")),
    }
    let (id, number) = (text(&order["id"], "order.id")?, text(&order["number"], "order.number")?);
    text(&order["businessDay"], "order.businessDay")?;
    Ok(Read { event, order: id, number, body })
}

/// What an item costs with its options, when that is what it says.
fn worth(item: &Value) -> Option<i64> {
    let (_id, _name) = (item["id"].as_str()?, item["name"].as_str()?);
    let mut each = item["unitPrice"].as_i64()?;
    for option in item["options"].as_array()? {
        let (_id, _name) = (option["id"].as_str()?, option["name"].as_str()?);
        each += option["unitPrice"].as_i64()? * option["countPerItem"].as_i64().filter(|count| *count > 0)?;
    }
    let sum = each * item["count"].as_i64().filter(|count| *count > 0)?;
    (item["total"].as_i64()? == sum).then_some(sum)
}
