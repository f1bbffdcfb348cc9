//! Faults and scenarios: what may be asked for, what waits, and taking it back.

use super::mistake;
use crate::Shared;
use crate::codes::TEXTS;
use crate::faults::{Fault, KINDS};
use crate::scenarios::{SCENARIOS, Scenario};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/catalog", get(catalog))
        .route("/control/faults", get(faults).post(add).delete(clear))
        .route("/control/faults/{id}", delete(remove))
        .route("/control/scenarios", get(scenarios))
        .route("/control/scenario", post(play))
}

/// Everything that may be asked for: the guide's codes and the kinds of faults.
async fn catalog() -> Response {
    let codes: Vec<Value> = TEXTS
        .iter()
        .map(|(code, developer, merchant)| json!({"code": code, "developer": developer, "merchant": merchant}))
        .collect();
    let kinds: Vec<Value> = KINDS
        .iter()
        .map(|kind| json!({"do": kind.name, "group": kind.what.group(), "on": kind.on, "words": kind.what.words()}))
        .collect();
    Json(json!({"codes": codes, "faults": kinds})).into_response()
}

async fn faults(State(shared): State<Arc<Shared>>) -> Response {
    let waiting: Vec<Value> = shared.faults.waiting().iter().map(crate::faults::Waiting::shown).collect();
    Json(waiting).into_response()
}

async fn add(State(shared): State<Arc<Shared>>, Json(wish): Json<Value>) -> Response {
    let fault = match serde_json::from_value::<Fault>(wish) {
        Ok(fault) => fault,
        Err(error) => return mistake(error.to_string()),
    };
    if let Some(wrong) = fault.mistake() {
        return mistake(wrong);
    }
    let id = shared.add_fault(fault).await;
    Json(json!({"id": id, "waiting": shared.faults.waiting().len()})).into_response()
}

async fn remove(State(shared): State<Arc<Shared>>, Path(id): Path<u64>) -> Response {
    if !shared.faults.remove(id) {
        return (StatusCode::NOT_FOUND, Json(json!({"error": format!("no fault {id} waits")}))).into_response();
    }
    shared.follow_faults().await;
    Json(json!({"waiting": shared.faults.waiting().len()})).into_response()
}

async fn clear(State(shared): State<Arc<Shared>>) -> Response {
    shared.faults.clear();
    shared.follow_faults().await;
    Json(json!({"waiting": 0})).into_response()
}

async fn scenarios(State(shared): State<Arc<Shared>>) -> Response {
    let all: Vec<Value> = SCENARIOS.iter().map(Scenario::shown).collect();
    Json(json!({"current": shared.faults.scenario(), "scenarios": all})).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Play {
    name: String,
}

async fn play(State(shared): State<Arc<Shared>>, Json(Play { name }): Json<Play>) -> Response {
    let Some(scenario) = Scenario::named(&name) else {
        return mistake(format!("no scenario {name:?}: GET /control/scenarios lists them"));
    };
    match scenario.play(&shared).await {
        Ok(ids) => Json(json!({"name": name, "faults": ids})).into_response(),
        Err(error) => mistake(error),
    }
}
