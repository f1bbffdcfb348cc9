//! The kitchen: what it has, and how it fails.

use crate::{Shared, kitchen};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/control/kitchen", get(tell).post(change))
}

async fn tell(State(shared): State<Arc<Shared>>) -> Response {
    Json(shared.kitchen.tell()).into_response()
}

async fn change(State(shared): State<Arc<Shared>>, Json(change): Json<kitchen::Change>) -> Response {
    shared.kitchen.change(&change);
    shared.follow_kitchen().await;
    Json(shared.kitchen.tell()).into_response()
}
