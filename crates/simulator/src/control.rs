//! What tests and people do to the simulator: `/control/…` in JSON, and the panel at `/panel`. See the README.

use crate::Shared;
use crate::agent::Script;
use crate::faults::Fault;
use crate::module::asset;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// The control interface and the panel.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/panel", get(|| async { asset("text/html; charset=utf-8", include_str!("../page/panel.html")) }))
        .route(
            "/panel/panel.css",
            get(|| async { asset("text/css; charset=utf-8", include_str!("../page/panel.css")) }),
        )
        .route(
            "/panel/panel.js",
            get(|| async { asset("text/javascript; charset=utf-8", include_str!("../page/panel.js")) }),
        )
        .route("/control/terminal", get(terminal).post(set_terminal))
        .route("/control/terminal/insert", post(insert))
        .route("/control/terminal/late", post(late))
        .route("/control/faults", post(add_fault).delete(clear_faults))
        .route("/control/clock", post(clock))
        .route("/control/ledger", get(ledger))
        .route("/control/log", get(log))
        .route("/control/scan", post(scan))
        .route("/control/scanner", get(scanner).post(plug))
        .route("/control/reset", post(reset))
}

fn mistake(message: impl Into<String>) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": message.into()}))).into_response()
}

fn conflict(message: impl Into<String>) -> Response {
    (StatusCode::CONFLICT, Json(json!({"error": message.into()}))).into_response()
}

fn done(result: Result<Value, sqlx::Error>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"error": error.to_string()}))).into_response(),
    }
}

async fn terminal(State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.agent.shown().await).into_response()
}

async fn set_terminal(State(shared): State<Arc<Shared>>, Json(wish): Json<Value>) -> Response {
    match shared.agent.set(&wish).await {
        Ok(shown) => Json(shown).into_response(),
        Err(message) => mistake(message),
    }
}

async fn insert(State(shared): State<Arc<Shared>>, Json(wish): Json<Value>) -> Response {
    let outcome = wish.get("outcome").filter(|outcome| !outcome.is_null());
    let script = match outcome.map(Script::read).transpose() {
        Ok(script) => script,
        Err(message) => return mistake(message),
    };
    match shared.agent.insert(script).await {
        Some(()) => Json(json!({})).into_response(),
        None => conflict("nothing waits for a card"),
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Late {
    attempt_id: String,
}

async fn late(State(shared): State<Arc<Shared>>, Json(Late { attempt_id }): Json<Late>) -> Response {
    match shared.agent.approve_late(&attempt_id).await {
        Ok(true) => Json(json!({})).into_response(),
        Ok(false) => conflict("no such attempt, or it is approved already"),
        Err(error) => done(Err(error)),
    }
}

async fn add_fault(State(shared): State<Arc<Shared>>, Json(wish): Json<Value>) -> Response {
    match serde_json::from_value::<Fault>(wish) {
        Ok(fault) => {
            shared.faults.add(fault);
            Json(json!({"waiting": shared.faults.count()})).into_response()
        }
        Err(error) => mistake(error.to_string()),
    }
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Response {
    shared.faults.clear();
    Json(json!({"waiting": 0})).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Advance {
    advance_ms: i64,
}

async fn clock(State(shared): State<Arc<Shared>>, Json(Advance { advance_ms }): Json<Advance>) -> Response {
    done(shared.ledger.advance(advance_ms).await.map(|now| json!({"nowMs": now})))
}

async fn ledger(State(shared): State<Arc<Shared>>) -> Response {
    done(shared.ledger.dump().await)
}

async fn log(State(shared): State<Arc<Shared>>) -> Response {
    done(shared.ledger.messages().await)
}

#[derive(Debug, Deserialize)]
struct Scan {
    code: String,
}

async fn scan(State(shared): State<Arc<Shared>>, Json(Scan { code }): Json<Scan>) -> Response {
    match &shared.scanner {
        None => conflict("started without a scanner"),
        Some(scanner) => match scanner.scan(&code) {
            Ok(()) => Json(json!({})).into_response(),
            Err(error) => conflict(error.to_string()),
        },
    }
}

async fn scanner(State(shared): State<Arc<Shared>>) -> Response {
    Json(json!({"path": shared.scanner.as_ref().map(|scanner| scanner.path().display().to_string())})).into_response()
}

#[derive(Debug, Deserialize)]
struct Plug {
    plugged: bool,
}

async fn plug(State(shared): State<Arc<Shared>>, Json(Plug { plugged }): Json<Plug>) -> Response {
    let Some(scanner) = &shared.scanner else {
        return conflict("started without a scanner");
    };
    match if plugged { scanner.plug() } else { scanner.unplug() } {
        Ok(()) => Json(json!({})).into_response(),
        Err(error) => conflict(error.to_string()),
    }
}

async fn reset(State(shared): State<Arc<Shared>>) -> Response {
    shared.faults.clear();
    shared.sessions.clear();
    shared.agent.reset().await;
    done(shared.ledger.reset().await.map(|()| json!({})))
}
