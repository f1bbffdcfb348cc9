//! The receipt printer: how it is, what came out of it, and what a person does to it.

use crate::Shared;
use crate::printer::Change;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/printer", get(printer).post(change))
        .route("/control/printer/papers/{number}", get(picture))
}

async fn printer(State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.printer.tell()).into_response()
}

async fn change(State(shared): State<Arc<Shared>>, Json(change): Json<Change>) -> Response {
    shared.printer.change(&change);
    Json(shared.printer.tell()).into_response()
}

/// As PNG.
async fn picture(State(shared): State<Arc<Shared>>, Path(number): Path<u32>) -> Response {
    let drawn = tokio::task::spawn_blocking(move || shared.printer.picture(number)).await;
    match drawn.ok().flatten() {
        Some(png) => {
            ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "max-age=86400")], png).into_response()
        }
        None => (StatusCode::NOT_FOUND, Json(json!({"error": "there is no such paper (any more)"}))).into_response(),
    }
}
