//! The printers, of receipts and of the kitchen's order tickets: how each is, what came out of it, and what a person does to
//! it.

use crate::Shared;
use crate::printer::{Change, Printer};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    one("/control/printer", |shared| &shared.printer)
        .merge(one("/control/kitchen-printer", |shared| &shared.kitchen_printer))
}

fn one(path: &str, of: fn(&Shared) -> &Printer) -> Router<Arc<Shared>> {
    let tell = async move |State(shared): State<Arc<Shared>>| Json(of(&shared).tell());
    let change = async move |State(shared): State<Arc<Shared>>, Json(change): Json<Change>| {
        of(&shared).change(&change);
        Json(of(&shared).tell())
    };
    let picture = async move |State(shared): State<Arc<Shared>>, Path(number): Path<u32>| {
        png(tokio::task::spawn_blocking(move || of(&shared).picture(number)).await.ok().flatten())
    };
    Router::new().route(path, get(tell).post(change)).route(&format!("{path}/papers/{{number}}"), get(picture))
}

fn png(drawn: Option<Vec<u8>>) -> Response {
    match drawn {
        Some(png) => {
            ([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "max-age=86400")], png).into_response()
        }
        None => (StatusCode::NOT_FOUND, Json(json!({"error": "there is no such paper (any more)"}))).into_response(),
    }
}
