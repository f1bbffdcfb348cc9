//! The payment terminal and its agent: what became of a payment is in the ledger file before anybody is told, and no
//! connection is needed for a payment to go on.
//!
//! Reading order: this file (a payment, from its order to its outcome), `terminal` (the device), `refunds`, and `routes`,
//! the contract that the kiosk speaks over loopback HTTP.

mod refunds;
mod routes;
mod terminal;

use crate::ledger::Ledger;
use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use refunds::RefundOrder;
use terminal::{Current, Mode, Phase, Terminal};

pub(crate) use routes::routes;
pub(crate) use terminal::Script;

/// The terminal with its memory.
#[derive(Debug)]
pub(crate) struct Agent {
    ledger: Arc<Ledger>,
    terminal: Arc<Mutex<Terminal>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentOrder {
    attempt_id: String,
    amount: i64,
    #[serde(default)]
    tax_free: i64,
    #[serde(default)]
    tax: i64,
    #[serde(default)]
    installment_months: i64,
    #[serde(default = "sixty_seconds")]
    timeout_ms: u64,
    #[serde(default)]
    accessible: bool,
}

const fn sixty_seconds() -> u64 {
    60_000
}

impl PaymentOrder {
    /// What is wrong with it, if anything.
    fn mistake(&self) -> Option<&'static str> {
        if self.attempt_id.is_empty() || self.attempt_id.len() > 64 {
            Some("attemptId: 1 to 64 characters")
        } else if self.amount <= 0 {
            Some("amount: a positive number of won")
        } else if self.tax < 0 || self.tax_free < 0 || self.tax + self.tax_free > self.amount {
            Some("tax, taxFree: won within the amount")
        } else if !(0..=36).contains(&self.installment_months) {
            Some("installmentMonths: 0 to 36")
        } else if self.timeout_ms == 0 || self.timeout_ms > 600_000 {
            Some("timeoutMs: 1 to 600000")
        } else {
            None
        }
    }
}

/// What the memory holds of an attempt.
enum Known {
    Nothing,
    /// Cancelled before it was ever begun: it may not begin any more.
    Marked,
    InProgress,
    Decided(Value),
}

impl Agent {
    /// Starts the terminal. A payment that was waiting for a card when the terminal lost power charged nobody.
    pub(crate) async fn start(ledger: Arc<Ledger>, stop: CancellationToken) -> Result<Self, sqlx::Error> {
        let outcome = json!({"outcome": "declined", "code": "RESTARTED", "message": "단말기가 다시 시작되었습니다"});
        sqlx::query("UPDATE payments SET state = 'declined', outcome = ? WHERE state = 'in_progress'")
            .bind(outcome.to_string())
            .execute(ledger.pool())
            .await?;
        Ok(Self { ledger, terminal: Arc::new(Mutex::new(Terminal::new())), tasks: TaskTracker::new(), stop })
    }

    /// Waits for the terminal's own tasks; they end with the stop token.
    pub(crate) async fn stopped(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Makes an approval of an attempt that was told to be something else: a terminal that lied.
    pub(crate) async fn approve_late(&self, attempt_id: &str) -> Result<bool, sqlx::Error> {
        let amount: Option<i64> = sqlx::query_scalar(
            "SELECT amount FROM payments WHERE attempt_id = ? AND state <> 'approved' AND amount > 0",
        )
        .bind(attempt_id)
        .fetch_optional(self.ledger.pool())
        .await?;
        match amount {
            None => Ok(false),
            Some(amount) => {
                self.decide(attempt_id, amount, 0, &Script::Approve).await?;
                Ok(true)
            }
        }
    }

    /// A fresh terminal, for a ledger that was reset. What waits for a card is dropped.
    pub(crate) async fn reset(&self) {
        let mut terminal = self.terminal.lock().await;
        if let Some(current) = terminal.current.take() {
            current.cancel.cancel();
        }
        *terminal = Terminal::new();
    }

    async fn known(&self, attempt_id: &str) -> Result<Known, sqlx::Error> {
        let row: Option<(String, Option<String>)> =
            sqlx::query_as("SELECT state, outcome FROM payments WHERE attempt_id = ?")
                .bind(attempt_id)
                .fetch_optional(self.ledger.pool())
                .await?;
        Ok(match row {
            None => Known::Nothing,
            Some((state, outcome)) => match (state.as_str(), outcome) {
                ("marked", _) => Known::Marked,
                (_, Some(outcome)) => Known::Decided(serde_json::from_str(&outcome).unwrap_or_default()),
                (_, None) => Known::InProgress,
            },
        })
    }

    /// Begins a payment, or finds the one that this attemptId began. `None` is never answered.
    async fn pay(&self, order: PaymentOrder) -> Result<Option<Value>, sqlx::Error> {
        let mut terminal = self.terminal.lock().await;
        match self.known(&order.attempt_id).await? {
            Known::Decided(outcome) => return Ok(Some(outcome)),
            Known::Marked => return Ok(Some(json!({"outcome": "cancelled"}))),
            Known::InProgress => {
                let done = terminal
                    .current
                    .as_ref()
                    .filter(|current| current.attempt_id == order.attempt_id)
                    .map(|c| c.done.clone());
                drop(terminal);
                return match done {
                    Some(done) => Ok(told(done).await),
                    None => Ok(None),
                };
            }
            Known::Nothing => {}
        }
        if terminal.current.is_some() {
            let outcome = json!({"outcome": "declined", "code": "BUSY", "message": "다른 결제를 진행하고 있습니다"});
            self.begin_row(&order, "declined", Some(&outcome)).await?;
            return Ok(Some(outcome));
        }
        self.begin_row(&order, "in_progress", None).await?;
        let (phase_tx, phase) = watch::channel(Phase::Insert);
        let (stuck_tx, stuck) = watch::channel(false);
        let (done_tx, done) = watch::channel(None);
        let (insert, inserted) = mpsc::channel(4);
        let cancel = CancellationToken::new();
        let deadline = Instant::now() + Duration::from_millis(order.timeout_ms);
        terminal.current = Some(Current {
            attempt_id: order.attempt_id.clone(),
            amount: order.amount,
            accessible: order.accessible,
            deadline,
            phase,
            insert,
            cancel: cancel.clone(),
            stuck,
            done: done.clone(),
        });
        let auto_after = (terminal.mode == Mode::Auto).then_some(terminal.auto_after);
        let phase_time = terminal.phase_time;
        drop(terminal);
        let run = Run {
            order,
            deadline,
            auto_after,
            phase_time,
            cancel,
            inserted,
            phase: phase_tx,
            stuck: stuck_tx,
            done: done_tx,
        };
        let agent = Self {
            ledger: Arc::clone(&self.ledger),
            terminal: Arc::clone(&self.terminal),
            tasks: self.tasks.clone(),
            stop: self.stop.clone(),
        };
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = agent.run(run) => {}
            }
        });
        Ok(told(done).await)
    }

    async fn begin_row(&self, order: &PaymentOrder, state: &str, outcome: Option<&Value>) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO payments (attempt_id, amount, tax_free, tax, started_at, state, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(&order.attempt_id)
            .bind(order.amount)
            .bind(order.tax_free)
            .bind(order.tax)
            .bind(self.ledger.now_ms())
            .bind(state)
            .bind(outcome.map(Value::to_string))
            .execute(self.ledger.pool())
            .await?;
        Ok(())
    }

    /// One payment from the empty slot to its outcome.
    async fn run(&self, mut run: Run) {
        let script = self.card(&mut run).await;
        let silently = script == Some(Script::ApproveSilently);
        let outcome = match script {
            Some(script) => {
                self.decide(&run.order.attempt_id, run.order.amount, run.order.installment_months, &script).await
            }
            None => self.end(&run.order.attempt_id, "cancelled", json!({"outcome": "cancelled"})).await,
        };
        let mut terminal = self.terminal.lock().await;
        if terminal.current.as_ref().is_some_and(|current| current.attempt_id == run.order.attempt_id) {
            terminal.current = None;
        }
        drop(terminal);
        match outcome {
            Ok(outcome) => {
                // Nobody may be listening any more; the memory has it all the same.
                run.done.send_replace(Some(Told { outcome, silently }));
            }
            Err(error) => tracing::error!(%error, "the terminal could not remember an outcome"),
        }
    }

    /// Waits for a card and reads it. `None` when it was cancelled.
    async fn card(&self, run: &mut Run) -> Option<Script> {
        let timed_out = Script::Decline {
            code: "TIMEOUT".into(),
            message: "카드를 넣지 않아 시간이 지났습니다".into(),
        };
        let script = tokio::select! {
            biased;
            () = run.cancel.cancelled() => return None,
            Some(script) = run.inserted.recv() => script,
            () = tokio::time::sleep(run.auto_after.unwrap_or(Duration::MAX)), if run.auto_after.is_some() => {
                self.terminal.lock().await.next.pop_front().unwrap_or(Script::Approve)
            }
            () = tokio::time::sleep_until(run.deadline) => return Some(timed_out),
        };
        run.phase.send_replace(Phase::Read);
        tokio::time::sleep(run.phase_time).await;
        run.phase.send_replace(Phase::Verify);
        tokio::time::sleep(run.phase_time).await;
        match script {
            Script::Approve | Script::Decline { .. } | Script::ApproveSilently => {
                // What the issuer says is told when the card is out; people take their time.
                run.phase.send_replace(Phase::Remove);
                tokio::time::sleep(run.phase_time / 2).await;
                Some(script)
            }
            Script::Hang => {
                run.cancel.cancelled().await;
                None
            }
            Script::Stuck => {
                run.stuck.send_replace(true);
                // Without a sender left there is nobody who could ever decide it: it stays stuck.
                match run.inserted.recv().await {
                    Some(script) => Some(script),
                    None => std::future::pending().await,
                }
            }
        }
    }

    /// Writes what became of a card, and only then says it.
    async fn decide(
        &self,
        attempt_id: &str,
        amount: i64,
        installment_months: i64,
        script: &Script,
    ) -> Result<Value, sqlx::Error> {
        match script {
            Script::Decline { code, message } => {
                self.end(attempt_id, "declined", json!({"outcome": "declined", "code": code, "message": message})).await
            }
            Script::Hang | Script::Stuck => self.end(attempt_id, "cancelled", json!({"outcome": "cancelled"})).await,
            Script::Approve | Script::ApproveSilently => {
                let mut all = self.ledger.pool().begin().await?;
                let number = next_approval(&mut all).await?;
                let now = self.ledger.now_ms();
                let outcome = approval(amount, &number, now, installment_months);
                sqlx::query(
                    "UPDATE payments SET state = 'approved', approval_number = ?, business_date = ?, outcome = ? WHERE attempt_id = ?",
                )
                .bind(&number)
                .bind(date(now))
                .bind(outcome.to_string())
                .bind(attempt_id)
                .execute(&mut *all)
                .await?;
                all.commit().await?;
                Ok(outcome)
            }
        }
    }

    async fn end(&self, attempt_id: &str, state: &str, outcome: Value) -> Result<Value, sqlx::Error> {
        sqlx::query("UPDATE payments SET state = ?, outcome = ? WHERE attempt_id = ?")
            .bind(state)
            .bind(outcome.to_string())
            .bind(attempt_id)
            .execute(self.ledger.pool())
            .await?;
        Ok(outcome)
    }

    async fn ask(&self, attempt_id: &str) -> Result<Value, sqlx::Error> {
        let terminal = self.terminal.lock().await;
        Ok(match self.known(attempt_id).await? {
            Known::Nothing | Known::Marked => json!({"outcome": "not_found"}),
            Known::Decided(outcome) => outcome,
            Known::InProgress => {
                let current = terminal.current.as_ref().filter(|current| current.attempt_id == attempt_id);
                let phase = current.map_or("verify", |current| current.phase.borrow().name());
                let left =
                    current.map_or(0, |current| millis(current.deadline.saturating_duration_since(Instant::now())));
                json!({"outcome": "in_progress", "phase": phase, "timeLeftMs": left})
            }
        })
    }

    /// Stops waiting for a card if that is still possible, and bars the attemptId if it was never used.
    async fn cancel(&self, attempt_id: &str) -> Result<Value, sqlx::Error> {
        let terminal = self.terminal.lock().await;
        match self.known(attempt_id).await? {
            Known::Nothing => {
                sqlx::query("INSERT INTO payments (attempt_id, amount, tax_free, tax, started_at, state) VALUES (?, 0, 0, 0, ?, 'marked')")
                    .bind(attempt_id)
                    .bind(self.ledger.now_ms())
                    .execute(self.ledger.pool())
                    .await?;
                Ok(json!({"outcome": "not_found"}))
            }
            Known::Marked => Ok(json!({"outcome": "not_found"})),
            Known::Decided(outcome) => Ok(outcome),
            Known::InProgress => {
                let Some(current) = terminal.current.as_ref().filter(|current| current.attempt_id == attempt_id) else {
                    drop(terminal);
                    return self.ask(attempt_id).await;
                };
                current.cancel.cancel();
                let (mut stuck, mut done) = (current.stuck.clone(), current.done.clone());
                drop(terminal);
                tokio::select! {
                    // An error here means that the task is gone, and with it the simulator.
                    _ = done.wait_for(Option::is_some) => {}
                    _ = stuck.wait_for(|stuck| *stuck) => {}
                }
                self.ask(attempt_id).await
            }
        }
    }
}

/// An outcome, and whether the call that began it gets to hear it.
#[derive(Debug, Clone)]
struct Told {
    pub(super) outcome: Value,
    pub(super) silently: bool,
}

/// What a payment's task needs.
struct Run {
    order: PaymentOrder,
    deadline: Instant,
    auto_after: Option<Duration>,
    phase_time: Duration,
    cancel: CancellationToken,
    inserted: mpsc::Receiver<Script>,
    phase: watch::Sender<Phase>,
    stuck: watch::Sender<bool>,
    done: watch::Sender<Option<Told>>,
}

/// The outcome once there is one. `None` when the caller isn't to hear it, or nobody will ever know.
async fn told(mut done: watch::Receiver<Option<Told>>) -> Option<Value> {
    let told = done.wait_for(Option::is_some).await.ok()?.clone()?;
    (!told.silently).then_some(told.outcome)
}

async fn next_approval(all: &mut sqlx::SqliteConnection) -> Result<String, sqlx::Error> {
    sqlx::query_scalar(
        "INSERT INTO meta (name, value) VALUES ('next_approval', '30000002') \
         ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) RETURNING CAST(CAST(value AS INTEGER) - 1 AS TEXT)",
    )
    .fetch_one(all)
    .await
}

fn approval(amount: i64, number: &str, at_ms: i64, installment_months: i64) -> Value {
    json!({
        "outcome": "approved",
        "amount": amount,
        "approvalNumber": number,
        "approvedAt": rfc3339(at_ms),
        "method": "card",
        "issuer": "연습카드",
        "acquirer": "연습카드",
        "maskedCard": "123456******1234",
        "merchantId": "987654321",
        "installmentMonths": installment_months,
    })
}

/// Korean time, to the second.
fn rfc3339(ms: i64) -> String {
    let second = Timestamp::from_second(ms.div_euclid(1000)).unwrap_or(Timestamp::UNIX_EPOCH);
    second.display_with_offset(Offset::constant(9)).to_string()
}

/// The Korean date, `YYYY-MM-DD`.
fn date(ms: i64) -> String {
    rfc3339(ms).chars().take(10).collect()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
