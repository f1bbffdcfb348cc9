//! The card terminal: what it does with the next cards, and putting one in.

use super::{conflict, done, mistake};
use crate::Shared;
use crate::agent::Script;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/terminal", get(terminal).post(set_terminal))
        .route("/control/terminal/insert", post(insert))
        .route("/control/terminal/late", post(late))
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
