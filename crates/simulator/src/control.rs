//! What tests and people do to the simulator: `/control/…` in JSON, and the panel at `/panel`. See the README.
//!
//! Here are the world's own things (clock, ledger, log, scanner, reset); `faults`, `terminal`, `printer` and `panel`
//! beside it.

mod faults;
mod kitchen;
mod panel;
mod printer;
mod terminal;

use crate::Shared;
use axum::extract::{Query, State};
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
        .merge(faults::routes())
        .merge(kitchen::routes())
        .merge(panel::routes())
        .merge(printer::routes())
        .merge(terminal::routes())
        .route("/control/addresses", get(addresses))
        .route("/control/clock", get(clock).post(advance))
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

/// Where everything is, and whether the module's port is open.
async fn addresses(State(shared): State<Arc<Shared>>) -> Response {
    let base = format!("http://{}", shared.address);
    let module = format!("http://{}/module", shared.door.address());
    Json(json!({
        "module": module, "moduleOpen": shared.door.is_open(), "agent": format!("{base}/agent"),
        "panel": format!("{base}/panel"), "printer": shared.printer.address().to_string(),
        "kitchen": shared.kitchen_url(), "kitchenOpen": shared.kitchen_door.is_open(),
        "kitchenPrinter": shared.kitchen_printer.address().to_string(),
    }))
    .into_response()
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Advance {
    advance_ms: i64,
}

async fn clock(State(shared): State<Arc<Shared>>) -> Response {
    Json(json!({"nowMs": shared.ledger.now_ms(), "offsetMs": shared.ledger.offset_ms()})).into_response()
}

async fn advance(State(shared): State<Arc<Shared>>, Json(Advance { advance_ms }): Json<Advance>) -> Response {
    done(shared.ledger.advance(advance_ms).await.map(|now| json!({"nowMs": now})))
}

async fn ledger(State(shared): State<Arc<Shared>>) -> Response {
    done(shared.ledger.dump().await)
}

#[derive(Debug, Deserialize)]
struct Since {
    /// The id of the last entry that is known already.
    #[serde(default)]
    after: i64,
}

async fn log(State(shared): State<Arc<Shared>>, Query(Since { after }): Query<Since>) -> Response {
    done(shared.ledger.messages(after).await)
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
    let scanner = shared.scanner.as_ref();
    Json(json!({
        "path": scanner.map(|scanner| scanner.path().display().to_string()),
        "plugged": scanner.is_some_and(crate::scanner::Scanner::is_plugged),
    }))
    .into_response()
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
    shared.follow_faults().await;
    shared.sessions.clear();
    shared.agent.reset().await;
    shared.printer.reset();
    shared.kitchen_printer.reset();
    shared.kitchen.reset();
    shared.follow_kitchen().await;
    done(shared.ledger.reset().await.map(|()| json!({})))
}
