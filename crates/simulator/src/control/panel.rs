//! The panel's files, served from the binary, and the page for those who go where they shouldn't.

use crate::Shared;
use crate::module::asset;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const PAGE: &str = "text/html; charset=utf-8";

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/panel", get(|| async { asset(PAGE, include_str!("../../page/panel/panel.html")) }))
        .route(
            "/panel/panel.css",
            get(|| async { asset("text/css; charset=utf-8", include_str!("../../page/panel/panel.css")) }),
        )
        .route("/panel/panel.js", get(|| async { asset(SCRIPT, include_str!("../../page/panel/panel.js")) }))
        .route("/panel/parts.js", get(|| async { asset(SCRIPT, include_str!("../../page/panel/parts.js")) }))
        .route("/panel/faults.js", get(|| async { asset(SCRIPT, include_str!("../../page/panel/faults.js")) }))
        .route("/panel/devices.js", get(|| async { asset(SCRIPT, include_str!("../../page/panel/devices.js")) }))
        .route("/panel/kitchen.js", get(|| async { asset(SCRIPT, include_str!("../../page/panel/kitchen.js")) }))
        .route("/panel/ledger.js", get(|| async { asset(SCRIPT, include_str!("../../page/panel/ledger.js")) }))
        .route("/panel/log.js", get(|| async { asset(SCRIPT, include_str!("../../page/panel/log.js")) }))
        .route("/elsewhere", get(|| async { asset(PAGE, include_str!("../../page/elsewhere.html")) }))
}
