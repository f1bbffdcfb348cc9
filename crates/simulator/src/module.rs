//! The module: the page at `/module`, and the back end that the page asks. The page decides nothing: what a customer
//! may use, and what is answered to the host, is decided here.
//!
//! Reading order: this file (the page and the first message), `find` (who is it), `holding` (the hold is made),
//! `delivery` (how an answer gets out, and what a fault makes of it), `sessions`.

mod delivery;
mod find;
mod holding;
mod sessions;

use crate::Shared;
use crate::codes::Echo;
use crate::faults::{Act, At, Do, On, Waiting, early};
use crate::ledger::{Cancelled, Failure};
use crate::protocol::{self, Connection, Refusal, Request};
use crate::server::Line;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use delivery::{Delivery, Reply, failed, refuse};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(crate) use sessions::Sessions;

/// Points earned, in percent of what is paid, rounded down (section 3.1.3 shows 250 of 5,000).
const EARNED_PERCENT: i64 = 5;

/// Where the page's template takes in what the page is to do wrong.
const MISCHIEF: &str = "<!-- mischief -->";

/// The page and its back end.
pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/module", get(page))
        .route(
            "/module/module.css",
            get(|| async { asset("text/css; charset=utf-8", include_str!("../page/module.css")) }),
        )
        .route(
            "/module/module.js",
            get(|| async { asset("text/javascript; charset=utf-8", include_str!("../page/module.js")) }),
        )
        .route(
            "/module/mischief.js",
            get(|| async { asset("text/javascript; charset=utf-8", include_str!("../page/mischief.js")) }),
        )
        .route("/module/api/open", post(open))
        .route("/module/api/find", post(find::find))
        .route("/module/api/use", post(holding::use_it))
        .route("/module/api/close", post(close))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), away))
}

pub(crate) fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// The main port can't refuse connections, because control and agent live there: it cuts the module's instead.
async fn away(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    request: HttpRequest,
    next: Next,
) -> Response {
    if shared.faults.refuses() {
        line.cut().await;
    }
    next.run(request).await
}

async fn page(State(shared): State<Arc<Shared>>, Extension(line): Extension<Line>) -> Reply {
    if let Some(fault) = shared.faults.take(On::Load, At::Open) {
        if fault.fault.kind == Do::Act(Act::Navigate) {
            shared.log_fault(&fault, None).await?;
            return Ok(mischievous(&[json!({"do": "navigate", "to": shared.elsewhere()})]));
        }
        let echo = Echo::default();
        if let Some(response) = Delivery::new(&shared, &line, &echo, Some(fault), 0).at_once().await? {
            return Ok(response);
        }
    }
    let mut acts = Vec::new();
    for fault in shared.faults.take_page() {
        acts.push(act(&shared, &fault).await?);
    }
    Ok(mischievous(&acts))
}

/// What the page is told to do wrong as soon as it is there.
async fn act(shared: &Shared, fault: &Waiting) -> Result<Value, Response> {
    let newest = shared.ledger.newest_open().await.map_err(|error| failed(&error))?;
    shared.log_fault(fault, None).await?;
    let mut act = json!({"do": fault.fault.kind.name(), "to": shared.elsewhere()});
    if fault.fault.kind == Do::Act(Act::Early) {
        act["post"] = json!([early(fault.fault.on, newest, shared.ledger.now_ms())]);
    }
    Ok(act)
}

fn mischievous(acts: &[Value]) -> Response {
    let script = if acts.is_empty() {
        String::new()
    } else {
        let json = json!(acts).to_string().replace('<', "\\u003c");
        format!("<script id=\"mischief\" type=\"application/json\">{json}</script>")
    };
    let text = include_str!("../page/module.html").replace(MISCHIEF, &script);
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

#[derive(Debug, Deserialize)]
struct Open {
    message: Value,
}

/// The first message of the host: `connection` begins a flow, `confirm` and `cancel` are done at once.
async fn open(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    Json(Open { message }): Json<Open>,
) -> Reply {
    let echo = Echo::of(&message);
    let verdict = judged(&shared, &message).await?;
    shared.log_in(&message, verdict.as_ref().err(), &echo).await?;
    match verdict {
        Err(refusal) => refuse(&shared, &echo, &refusal).await,
        Ok(Request::Connection(connection)) => begin(&shared, &line, connection, echo).await,
        Ok(Request::Confirm(confirm)) => {
            let fault = shared.faults.take(On::Confirm, At::Open);
            let delivery = Delivery::new(&shared, &line, &echo, fault, confirm.auto_close_ms);
            if let Some(response) = delivery.before().await? {
                return Ok(response);
            }
            let body = protocol::redacted(&message, &shared.credentials);
            let done = shared.ledger.settle(&confirm, &body).await.map(|()| Map::new());
            delivery.after(done, "처리했어요").await
        }
        Ok(Request::Cancel { transaction_id, auto_close_ms }) => {
            let fault = shared.faults.take(On::Cancel, At::Open);
            let delivery = Delivery::new(&shared, &line, &echo, fault, auto_close_ms);
            if let Some(response) = delivery.before().await? {
                return Ok(response);
            }
            let done = shared.ledger.cancel(&transaction_id).await.map(cancelled);
            delivery.after(done, "취소했어요").await
        }
    }
}

/// What the ledger refuses of a connection is judged here, too, so that the log shows one verdict for each message.
async fn judged(shared: &Shared, message: &Value) -> Result<Result<Request, Refusal>, Response> {
    let request = match protocol::read(message, &shared.credentials) {
        Ok(request) => request,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Request::Connection(connection) = &request {
        match shared.ledger.connect(connection).await {
            Ok(()) => {}
            Err(Failure::Refused(refusal)) => return Ok(Err(refusal)),
            Err(Failure::Ledger(error)) => return Err(failed(&error)),
        }
    }
    Ok(Ok(request))
}

fn cancelled(cancelled: Cancelled) -> Map<String, Value> {
    let (id, name) = cancelled.coupon.unzip();
    Map::from_iter([
        ("pointRedeemCanceledNum".to_owned(), json!(cancelled.point_redeem)),
        ("pointEarnCanceledNum".to_owned(), json!(cancelled.point_earn)),
        ("couponCanceledID".to_owned(), json!(id)),
        ("couponCanceledName".to_owned(), json!(name)),
        ("prepaidCanceledNum".to_owned(), json!(cancelled.prepaid)),
    ])
}

async fn begin(shared: &Shared, line: &Line, connection: Connection, echo: Echo) -> Reply {
    let fault = shared.faults.take(On::of(connection.service), At::Open);
    let delivery = Delivery::new(shared, line, &echo, fault, connection.auto_close_ms);
    if let Some(response) = delivery.at_once().await? {
        return Ok(response);
    }
    let flow = json!({
        "supportMode": connection.service.name(),
        "payAmount": connection.pay_amount,
        "autoCloseMs": connection.auto_close_ms,
    });
    let session = shared.sessions.begin(connection, echo);
    Ok(Json(json!({"session": session, "flow": flow})).into_response())
}

fn words(text: impl Into<String>) -> Response {
    Json(json!({"refused": text.into()})).into_response()
}

fn over() -> Response {
    (StatusCode::GONE, "this session is over").into_response()
}

#[derive(Debug, Deserialize)]
struct Close {
    /// Absent when no message ever came.
    session: Option<String>,
    /// What the page answered by itself: no message in time, cancelled, timed out.
    answer: Value,
}

/// The page ended by itself; its answer is kept in the log.
async fn close(State(shared): State<Arc<Shared>>, Json(Close { session, answer }): Json<Close>) -> Reply {
    let ended = session.as_deref().and_then(|key| shared.sessions.end(key));
    let echo = ended.map(|session| session.echo).unwrap_or_default();
    shared.log_out(&answer, &answer, None, &echo).await?;
    Ok(Json(json!({})).into_response())
}
