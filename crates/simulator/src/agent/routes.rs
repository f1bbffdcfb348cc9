//! The agent's contract over HTTP, with a token on every call, the faults that a test has set, and the name of the
//! memory in every answer.

use super::{PaymentOrder, RefundOrder};
use crate::Shared;
use crate::faults::{Call, Do, Fail, Fault, spoilt_outcome};
use crate::server::Line;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The agent's routes, below `/agent`.
pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/payments", post(pay))
        .route("/v1/payments/{attempt}", get(ask))
        .route("/v1/payments/{attempt}/cancel", post(cancel))
        .route("/v1/payments/{attempt}/refund", post(refund))
        .route("/v1/payments/{attempt}/refund/{refund}", get(ask_refund))
        .route("/v1/approvals", get(approvals))
        .route("/v1/status", get(status))
        .layer(middleware::from_fn_with_state(Arc::clone(shared), guard))
}

/// Lets nobody in without the token.
async fn guard(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given.and_then(|given| given.strip_prefix("Bearer ")) != Some(shared.agent_token.as_str()) {
        return answer(&shared, StatusCode::UNAUTHORIZED, json!({"error": "the bearer token is missing or wrong"}))
            .await;
    }
    next.run(request).await
}

/// Every answer names the memory that it comes from.
async fn answer(shared: &Shared, status: StatusCode, body: Value) -> Response {
    match shared.ledger.store_id().await {
        Ok(store) => {
            let mut fields = serde_json::Map::from_iter([("storeId".to_owned(), json!(store))]);
            if let Value::Object(body) = body {
                fields.extend(body);
            }
            (status, Json(Value::Object(fields))).into_response()
        }
        Err(error) => Broken(error).into_response(),
    }
}

/// A call with its fault: before the effect, the effect, after it.
async fn call(
    shared: &Arc<Shared>,
    line: &Line,
    which: Call,
    work: impl Future<Output = Result<Option<Value>, sqlx::Error>>,
) -> Response {
    let struck = shared.faults.take_agent(which);
    if let Some(fault) = &struck
        && let Err(response) = shared.log_fault(fault, None).await
    {
        return response;
    }
    let fault = struck.map(|struck| struck.fault);
    if let Some(response) = turn(shared, line, fault.as_ref(), false).await {
        return response;
    }
    let outcome = match work.await {
        Ok(outcome) => outcome,
        Err(error) => return Broken(error).into_response(),
    };
    if let Some(response) = turn(shared, line, fault.as_ref(), true).await {
        return response;
    }
    match outcome {
        Some(outcome) => match &fault {
            Some(fault @ Fault { kind: Do::Spoil(kind), .. }) => match spoilt_outcome(outcome, fault, *kind) {
                Ok(outcome) => answer(shared, StatusCode::OK, outcome).await,
                Err(text) => text.into_response(),
            },
            Some(_) | None => answer(shared, StatusCode::OK, outcome).await,
        },
        None => std::future::pending().await,
    }
}

async fn turn(shared: &Shared, line: &Line, fault: Option<&Fault>, after: bool) -> Option<Response> {
    let fault = fault.filter(|fault| fault.is_after() == after)?;
    match fault.kind {
        Do::Fail(Fail::Slow | Fail::Late) => {
            tokio::time::sleep(fault.delay(Duration::ZERO)).await;
            None
        }
        Do::Fail(Fail::Silent | Fail::Hang) => std::future::pending().await,
        Do::Fail(Fail::Reset | Fail::Refused) => line.cut().await,
        Do::Fail(Fail::ServerError) => Some((StatusCode::INTERNAL_SERVER_ERROR, "simulated fault").into_response()),
        Do::Code => {
            let code = fault.code.unwrap_or(51).to_string();
            let body = json!({"outcome": "declined", "code": code, "message": "거절되었습니다"});
            Some(answer(shared, StatusCode::OK, body).await)
        }
        // The page's own doings aren't the terminal's, and what is spoilt is the answer.
        Do::Fail(Fail::Expired) | Do::Spoil(_) | Do::Act(_) => None,
    }
}

async fn pay(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    Json(order): Json<PaymentOrder>,
) -> Response {
    if let Some(mistake) = order.mistake() {
        return answer(&shared, StatusCode::BAD_REQUEST, json!({"error": mistake})).await;
    }
    // In a task of its own: a caller that goes away in this very moment doesn't leave half a payment behind.
    let terminal = Arc::clone(&shared);
    let pay = async {
        let begun = shared.agent.tasks.spawn(async move { terminal.agent.pay(order).await });
        begun.await.unwrap_or(Ok(None))
    };
    call(&shared, &line, Call::Pay, pay).await
}

async fn ask(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    Path(attempt): Path<String>,
) -> Response {
    call(&shared, &line, Call::Ask, async { shared.agent.ask(&attempt).await.map(Some) }).await
}

async fn cancel(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    Path(attempt): Path<String>,
) -> Response {
    call(&shared, &line, Call::Cancel, async { shared.agent.cancel(&attempt).await.map(Some) }).await
}

async fn refund(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    Path(attempt): Path<String>,
    Json(order): Json<RefundOrder>,
) -> Response {
    tracing::debug!(approved_at = order.approved_at, merchant_id = order.merchant_id, "a refund is asked for");
    call(&shared, &line, Call::Refund, shared.agent.refund(&attempt, &order)).await
}

async fn ask_refund(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    Path((_, refund)): Path<(String, String)>,
) -> Response {
    call(&shared, &line, Call::AskRefund, async {
        Ok(Some(shared.agent.known_refund(&refund).await?.unwrap_or_else(|| json!({"outcome": "not_found"}))))
    })
    .await
}

#[derive(Debug, Deserialize)]
struct Day {
    date: String,
}

async fn approvals(
    State(shared): State<Arc<Shared>>,
    Extension(line): Extension<Line>,
    Query(day): Query<Day>,
) -> Response {
    call(&shared, &line, Call::Approvals, async { shared.agent.approvals(&day.date).await.map(Some) }).await
}

async fn status(State(shared): State<Arc<Shared>>, Extension(line): Extension<Line>) -> Response {
    call(&shared, &line, Call::Status, async { Ok(Some(shared.agent.terminal.lock().await.status.clone())) }).await
}

/// A failed ledger, told as HTTP.
struct Broken(sqlx::Error);

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        tracing::error!(error = %self.0, "the terminal's memory failed");
        (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"error": self.0.to_string()}))).into_response()
    }
}
