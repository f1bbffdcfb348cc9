//! How an answer comes to the page that posts it: with a fault's turn before the effect, after it, and on the answer
//! itself. Whatever is posted, and every fault that struck, is kept in the log.

use crate::Shared;
use crate::codes::{self, Code, Echo};
use crate::faults::{Act, Do, Fail, Fault, Waiting, posts};
use crate::ledger::{Entry, Failure};
use crate::protocol::{Refusal, redacted, unknown_fields};
use crate::server::Line;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A reply to the page, or the HTTP error that stands for a back end that failed.
pub(super) type Reply = Result<Response, Response>;

pub(super) fn failed(error: &sqlx::Error) -> Response {
    tracing::error!(%error, "the simulator's ledger failed");
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
}

/// One request on its way to its answer.
pub(super) struct Delivery<'a> {
    shared: &'a Shared,
    line: &'a Line,
    echo: &'a Echo,
    fault: Option<Waiting>,
    patience: Duration,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        line: &'a Line,
        echo: &'a Echo,
        fault: Option<Waiting>,
        auto_close_ms: i64,
    ) -> Self {
        let patience = Duration::from_millis(u64::try_from(auto_close_ms).unwrap_or_default());
        Self { shared, line, echo, fault, patience }
    }

    fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref().map(|waiting| &waiting.fault)
    }

    /// The fault's turn before the effect. `Some` is the end of the request.
    pub(super) async fn before(&self) -> Result<Option<Response>, Response> {
        if let Some(fault) = &self.fault {
            self.shared.log_fault(fault, self.echo.transaction_id.as_deref()).await?;
        }
        self.turn(false).await
    }

    /// The fault's turn after the effect, and then the answer to what was done.
    pub(super) async fn after(&self, done: Result<Map<String, Value>, Failure>, words: &str) -> Reply {
        let now = self.shared.ledger.now_ms();
        let (answer, refusal) = match done {
            Ok(fields) => (codes::answer(codes::OK, self.echo, now, &fields), None),
            Err(Failure::Refused(refusal)) => (codes::refusal(refusal.code, self.echo, now), Some(refusal)),
            Err(Failure::Ledger(error)) => return Err(failed(&error)),
        };
        if let Some(response) = self.turn(true).await? {
            return Ok(response);
        }
        self.deliver(&answer, refusal.as_ref(), words).await
    }

    /// The turn of a fault that strikes before there is anything to do: `None` when things go on after all.
    pub(super) async fn at_once(&self) -> Result<Option<Response>, Response> {
        match self.before().await? {
            Some(response) => Ok(Some(response)),
            None => self.turn(true).await,
        }
    }

    async fn turn(&self, after: bool) -> Result<Option<Response>, Response> {
        let Some(fault) = self.fault().filter(|fault| fault.is_after() == after) else {
            return Ok(None);
        };
        match fault.kind {
            Do::Fail(fail) => self.fail(fault, fail).await,
            Do::Act(Act::Navigate) => {
                let act = json!({"do": "navigate", "to": self.shared.elsewhere()});
                Ok(Some(Json(json!({"post": [], "act": act, "screen": "working"})).into_response()))
            }
            Do::Code => self.refuse_with(fault.code.map_or(codes::SYSTEM_FAULT, Code)).await.map(Some),
            Do::Spoil(_) | Do::Act(_) => match fault.code {
                Some(code) => self.refuse_with(Code(code)).await.map(Some),
                None => Ok(None),
            },
        }
    }

    async fn fail(&self, fault: &Fault, fail: Fail) -> Result<Option<Response>, Response> {
        match fail {
            Fail::Silent => Ok(Some(Json(json!({"post": [], "screen": "working"})).into_response())),
            Fail::Slow | Fail::Late => {
                tokio::time::sleep(fault.delay(self.patience)).await;
                Ok(None)
            }
            Fail::Hang => std::future::pending().await,
            Fail::ServerError => Ok(Some((StatusCode::INTERNAL_SERVER_ERROR, "simulated fault").into_response())),
            Fail::Reset | Fail::Refused => self.line.cut().await,
            Fail::Expired => {
                let id = self.echo.transaction_id.as_deref().unwrap_or_default();
                self.shared.ledger.run_out(id).await.map_err(|error| failed(&error))?;
                Ok(None)
            }
        }
    }

    async fn refuse_with(&self, code: Code) -> Reply {
        self.deliver(&codes::refusal(code, self.echo, self.shared.ledger.now_ms()), None, "").await
    }

    /// Tells the page what to post, and keeps what is posted.
    async fn deliver(&self, answer: &Value, refusal: Option<&Refusal>, words: &str) -> Reply {
        let posts = match self.fault() {
            Some(fault @ Fault { kind: Do::Spoil(kind), .. }) => posts(answer, fault, *kind, self.echo),
            Some(_) | None => vec![answer.clone()],
        };
        let act = match self.fault().map(|fault| fault.kind) {
            Some(Do::Act(Act::Parting)) => Some("parting"),
            Some(Do::Act(Act::Cyclic)) => Some("cyclic"),
            Some(Do::Act(_) | Do::Code | Do::Fail(_) | Do::Spoil(_)) | None => None,
        };
        for post in &posts {
            self.shared.log_out(post, answer, refusal, self.echo).await?;
        }
        let good = answer["data"]["errorCode"] == json!(codes::OK.0);
        let words = if good { words } else { answer["data"]["errorMsgUser"].as_str().unwrap_or("") };
        let screen = if good { "done" } else { "error" };
        Ok(Json(match act {
            None => json!({"post": posts, "screen": screen, "words": words}),
            Some(act) => json!({"post": [], "act": {"do": act, "post": posts}, "screen": screen, "words": words}),
        })
        .into_response())
    }
}

/// Answers a message that is refused as it is, without a fault's doing.
pub(super) async fn refuse(shared: &Shared, echo: &Echo, refusal: &Refusal) -> Reply {
    let answer = codes::refusal(refusal.code, echo, shared.ledger.now_ms());
    shared.log_out(&answer, &answer, Some(refusal), echo).await?;
    let words = answer["data"]["errorMsgUser"].clone();
    Ok(Json(json!({"post": [answer], "screen": "error", "words": words})).into_response())
}

impl Shared {
    /// Keeps a message of the host with its verdict, without its secrets.
    pub(super) async fn log_in(&self, message: &Value, refusal: Option<&Refusal>, echo: &Echo) -> Result<(), Response> {
        let body = redacted(message, &self.credentials);
        let unknown = unknown_fields(message);
        let code = refusal.map_or(codes::OK, |refusal| refusal.code);
        let entry = Entry { refusal, unknown: &unknown, ..Entry::new("in", code, &body) };
        self.keep(&Entry { transaction_id: echo.transaction_id.as_deref(), ..entry }).await
    }

    /// Keeps what is posted; the code is that of the answer before it was spoilt.
    pub(super) async fn log_out(
        &self,
        post: &Value,
        answer: &Value,
        refusal: Option<&Refusal>,
        echo: &Echo,
    ) -> Result<(), Response> {
        let code = Code(answer["data"]["errorCode"].as_i64().unwrap_or(0));
        let entry = Entry { refusal, ..Entry::new("out", code, post) };
        self.keep(&Entry { transaction_id: echo.transaction_id.as_deref(), ..entry }).await
    }

    async fn keep(&self, entry: &Entry<'_>) -> Result<(), Response> {
        self.ledger.log(entry).await.map_err(|error| failed(&error))
    }

    /// Keeps that a fault struck: so nobody who wonders about an answer takes it for the module's own.
    pub(crate) async fn log_fault(&self, fault: &Waiting, transaction_id: Option<&str>) -> Result<(), Response> {
        let body = fault.shown();
        let code = Code(fault.fault.code.unwrap_or(0));
        self.keep(&Entry { transaction_id, ..Entry::new("fault", code, &body) }).await
    }
}
