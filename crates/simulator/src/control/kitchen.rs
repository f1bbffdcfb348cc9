//! The kitchen: what it has, and how it fails; and its printer of order tickets.

use crate::Shared;
use crate::{kitchen, printer};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/kitchen", get(tell).post(change))
        .route("/control/kitchen-printer", get(printer_tell).post(printer_change))
        .route("/control/kitchen-printer/papers/{number}", get(picture))
}

async fn tell(State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.kitchen.tell()).into_response()
}

async fn change(State(shared): State<Arc<Shared>>, Json(change): Json<kitchen::Change>) -> Response {
    shared.kitchen.change(&change);
    shared.follow_kitchen().await;
    Json(shared.kitchen.tell()).into_response()
}

async fn printer_tell(State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.kitchen_printer.tell()).into_response()
}

async fn printer_change(State(shared): State<Arc<Shared>>, Json(change): Json<printer::Change>) -> Response {
    shared.kitchen_printer.change(&change);
    Json(shared.kitchen_printer.tell()).into_response()
}

/// As PNG.
async fn picture(State(shared): State<Arc<Shared>>, Path(number): Path<u32>) -> Response {
    let drawn = tokio::task::spawn_blocking(move || shared.kitchen_printer.picture(number)).await;
    match drawn.ok().flatten() {
        Some(png) => {
            ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "max-age=86400")], png).into_response()
        }
        None => (StatusCode::NOT_FOUND, Json(json!({"error": "there is no such paper (any more)"}))).into_response(),
    }
}
