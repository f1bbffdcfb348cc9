//! The terminal as a device: what it does with the next cards, what it is busy with, what its display would show.

use super::{Agent, Told, millis};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Whether cards insert themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mode {
    /// A card appears after `autoAfterMs`.
    Auto,
    /// A card appears when a test or a person inserts one.
    Manual,
}

/// What the terminal will do with a card, or with a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Script {
    Approve,
    Decline {
        code: String,
        message: String,
    },
    /// Approves, and the call is never answered. Asking tells.
    ApproveSilently,
    /// Reads the card and gets no further. Cancelling ends it.
    Hang,
    /// Reads the card and gets no further; can't be cancelled either. Another insert decides it.
    Stuck,
}

impl Script {
    /// `"approve"`, `{"do": "decline", "code": "51", "message": "…"}` and so on; the words stand in the README.
    pub(crate) fn read(value: &Value) -> Result<Self, String> {
        let name = value.as_str().or_else(|| value["do"].as_str()).unwrap_or_default();
        match name {
            "approve" => Ok(Self::Approve),
            "decline" => Ok(Self::Decline {
                code: value["code"].as_str().unwrap_or("51").to_owned(),
                message: value["message"].as_str().unwrap_or("잔액이 부족합니다").to_owned(),
            }),
            "approveSilently" => Ok(Self::ApproveSilently),
            "hang" => Ok(Self::Hang),
            "stuck" => Ok(Self::Stuck),
            other => Err(format!("unknown outcome {other:?}: approve, decline, approveSilently, hang or stuck")),
        }
    }
}

/// What the terminal's display would show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Insert,
    Read,
    Verify,
    Remove,
}

impl Phase {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Read => "read",
            Self::Verify => "verify",
            Self::Remove => "remove",
        }
    }
}

/// The payment that the terminal is busy with.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) attempt_id: String,
    pub(super) amount: i64,
    /// The display is large and the terminal speaks; the panel shows it.
    pub(super) accessible: bool,
    pub(super) deadline: Instant,
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) insert: mpsc::Sender<Script>,
    pub(super) cancel: CancellationToken,
    /// Can't be stopped; so a cancel doesn't wait for its end.
    pub(super) stuck: watch::Receiver<bool>,
    pub(super) done: watch::Receiver<Option<Told>>,
}

/// The device's settings and what it is busy with.
#[derive(Debug)]
pub(super) struct Terminal {
    pub(super) mode: Mode,
    pub(super) auto_after: Duration,
    pub(super) phase_time: Duration,
    pub(super) next: VecDeque<Script>,
    pub(super) next_refunds: VecDeque<Script>,
    pub(super) status: Value,
    pub(super) current: Option<Current>,
}

impl Terminal {
    pub(super) fn new() -> Self {
        Self {
            mode: Mode::Auto,
            auto_after: Duration::from_millis(2_500),
            phase_time: Duration::from_millis(250),
            next: VecDeque::new(),
            next_refunds: VecDeque::new(),
            status: json!({"terminal": "ready", "reader": "ready", "paper": "ok", "network": "ok"}),
            current: None,
        }
    }
}

impl Agent {
    /// `POST /control/terminal`.
    pub(crate) async fn set(&self, wish: &Value) -> Result<Value, String> {
        let scripts = |name: &str| match &wish[name] {
            Value::Null => Ok(None),
            Value::Array(list) => list.iter().map(Script::read).collect::<Result<VecDeque<_>, _>>().map(Some),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Err(format!("{name}: a list")),
        };
        let (next, next_refunds) = (scripts("next")?, scripts("nextRefunds")?);
        let mode = match wish["mode"].as_str() {
            None => None,
            Some("auto") => Some(Mode::Auto),
            Some("manual") => Some(Mode::Manual),
            Some(other) => return Err(format!("mode {other:?}: auto or manual")),
        };
        let mut terminal = self.terminal.lock().await;
        if let Some(mode) = mode {
            terminal.mode = mode;
        }
        if let Some(ms) = wish["autoAfterMs"].as_u64() {
            terminal.auto_after = Duration::from_millis(ms);
        }
        if let Some(ms) = wish["phaseMs"].as_u64() {
            terminal.phase_time = Duration::from_millis(ms);
        }
        if let Some(next) = next {
            terminal.next = next;
        }
        if let Some(next) = next_refunds {
            terminal.next_refunds = next;
        }
        if let Some(parts) = wish["status"].as_object() {
            for (name, value) in parts {
                terminal.status[name] = value.clone();
            }
        }
        drop(terminal);
        Ok(self.shown().await)
    }

    /// The terminal as the control interface shows it.
    pub(crate) async fn shown(&self) -> Value {
        let terminal = self.terminal.lock().await;
        json!({
            "mode": match terminal.mode { Mode::Auto => "auto", Mode::Manual => "manual" },
            "autoAfterMs": millis(terminal.auto_after),
            "phaseMs": millis(terminal.phase_time),
            "next": terminal.next.len(),
            "nextRefunds": terminal.next_refunds.len(),
            "status": terminal.status,
            "waiting": terminal.current.as_ref().map(|current| json!({
                "attemptId": current.attempt_id, "phase": current.phase.borrow().name(), "amount": current.amount,
                "accessible": current.accessible,
            })),
        })
    }

    /// Puts a card in. `None` when nothing waits for one.
    pub(crate) async fn insert(&self, script: Option<Script>) -> Option<()> {
        let mut terminal = self.terminal.lock().await;
        let next = if script.is_none() && terminal.current.is_some() { terminal.next.pop_front() } else { None };
        let insert = terminal.current.as_ref()?.insert.clone();
        drop(terminal);
        insert.send(script.or(next).unwrap_or(Script::Approve)).await.ok()
    }
}
