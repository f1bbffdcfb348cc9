//! The check of an adapter: it finds nothing in the simulator's agent, and every broken promise by its name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use prbiti_simulator::{Settings, Simulator};
use serde_json::{Value, json};
use till::{
    check_agent::{Ask, Patience, Promise, Report, Target, Verdict, check},
    config::Secret,
};
use tokio::{net::TcpListener, sync::Mutex as Gate};

/// A right agent with a terminal, and in front of it an adapter that breaks something.
struct Stage {
    simulator: Gate<Option<Simulator>>,
    settings: Settings,
    base: String,
    url: String,
    _folder: tempfile::TempDir,
}

/// What an adapter does with a call, and with its answer.
trait Adapter: Send + Sync {
    /// Before the call; an answer of its own when there is one.
    fn call(&self, _call: &mut Call) -> Option<(u16, Value)> {
        None
    }

    /// After it.
    fn answer(&self, _call: &Call, _status: &mut u16, _answer: &mut Value) {}

    /// Does a payment end when nobody holds its call any more?
    fn ends_with_its_caller(&self) -> bool {
        false
    }
}

/// A payment's call that is open. Dropped before it was answered, it takes the payment along.
struct Caller(Option<(reqwest::RequestBuilder, Arc<dyn Adapter>)>);

impl Drop for Caller {
    fn drop(&mut self) {
        if let Some((cancel, adapter)) = self.0.take()
            && adapter.ends_with_its_caller()
        {
            tokio::spawn(cancel.send());
        }
    }
}

#[derive(Clone)]
struct Call {
    method: Method,
    /// Below `/v1/`.
    path: Vec<String>,
    query: String,
    token: Option<String>,
    body: Value,
    raw: Bytes,
}

impl Call {
    fn is(&self, method: &str, path: &[&str]) -> bool {
        let fits = |(mine, wanted): (&String, &&str)| *wanted == "*" || mine == wanted;
        self.method == method && self.path.len() == path.len() && self.path.iter().zip(path).all(fits)
    }

    fn pays(&self) -> bool {
        self.is("POST", &["payments"])
    }
}

#[derive(Clone)]
struct Before {
    adapter: Arc<dyn Adapter>,
    agent: String,
    client: reqwest::Client,
}

async fn adapt(State(before): State<Before>, method: Method, uri: Uri, headers: HeaderMap, raw: Bytes) -> Response {
    let path = uri.path().trim_start_matches("/v1/").split('/').map(str::to_owned).collect();
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let body = serde_json::from_slice(&raw).unwrap_or_default();
    let mut call = Call { method, path, query, token, body, raw };
    if let Some((status, answer)) = before.adapter.call(&mut call) {
        return (StatusCode::from_u16(status).unwrap(), answer.to_string()).into_response();
    }
    let url = format!("{}/v1/{}{}", before.agent, call.path.join("/"), call.query);
    let mut request = before.client.request(call.method.clone(), url);
    if let Some(token) = &call.token {
        request = request.header("authorization", token);
    }
    if call.method == Method::POST && !call.raw.is_empty() {
        let body = if call.body.is_null() { call.raw.to_vec() } else { call.body.to_string().into_bytes() };
        request = request.header("content-type", "application/json").body(body);
    }
    let cancel = call.body["attemptId"].as_str().filter(|_| call.pays()).map(|attempt| {
        let cancel = before.client.post(format!("{}/v1/payments/{attempt}/cancel", before.agent));
        (cancel.header("authorization", call.token.clone().unwrap_or_default()), Arc::clone(&before.adapter))
    });
    let mut caller = Caller(cancel);
    let answered = request.send().await;
    caller.0 = None;
    let Ok(answered) = answered else { return StatusCode::BAD_GATEWAY.into_response() };
    let mut status = answered.status().as_u16();
    let mut answer: Value = answered.json().await.unwrap_or_default();
    before.adapter.answer(&call, &mut status, &mut answer);
    (StatusCode::from_u16(status).unwrap(), answer.to_string()).into_response()
}

impl Stage {
    async fn new(adapter: impl Adapter + 'static) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { ledger: folder.path().join("ledger.db"), ..Settings::default() };
        let simulator = Simulator::start(settings.clone()).await.unwrap();
        let base = simulator.base_url();
        let port = base.rsplit(':').next().unwrap().parse().unwrap();
        let settings = Settings { port, ..settings };
        let agent = simulator.agent_url();
        let before = Before { adapter: Arc::new(adapter), agent, client: reqwest::Client::new() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(adapt).with_state(before);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let stage = Stage { simulator: Gate::new(Some(simulator)), settings, base, url, _folder: folder };
        stage.terminal(json!({"mode": "manual", "autoAfterMs": 50, "phaseMs": 1})).await;
        stage
    }

    async fn terminal(&self, wish: Value) {
        let request = reqwest::Client::new().post(format!("{}/control/terminal", self.base)).json(&wish);
        request.send().await.unwrap().error_for_status().unwrap();
    }

    async fn check(&self) -> Report {
        let target = Target::new(&self.url, Secret::new(self.settings.agent_token.clone())).unwrap();
        let patience = Patience {
            no_card_ms: 300,
            card_ms: 20_000,
            margin: Duration::from_secs(3),
            watch: Duration::from_millis(200),
        };
        check(&target, patience, async |ask| self.asked(ask).await, |_| {}).await
    }

    /// A person who does as they are asked.
    async fn asked(&self, ask: Ask) -> bool {
        match ask {
            Ask::KeepCardsAway => self.terminal(json!({"mode": "manual"})).await,
            Ask::PutCardIn => self.terminal(json!({"mode": "auto", "autoAfterMs": 50, "phaseMs": 1})).await,
            Ask::MayCharge(won) => assert_eq!(won, 1_000),
            Ask::Restart => {
                let mut simulator = self.simulator.lock().await;
                simulator.take().unwrap().stop().await;
                *simulator = Some(Simulator::start(self.settings.clone()).await.unwrap());
            }
        }
        true
    }

    /// What is charged and not given back, won.
    async fn owed(&self) -> i64 {
        let ledger: Value = reqwest::get(format!("{}/control/ledger", self.base)).await.unwrap().json().await.unwrap();
        let sum = |table: &str| -> i64 {
            let rows = ledger[table].as_array().unwrap().iter();
            rows.filter(|row| row["state"] == "approved").map(|row| row["amount"].as_i64().unwrap()).sum()
        };
        sum("payments") - sum("refunds")
    }
}

fn broken(report: &Report) -> BTreeSet<&'static str> {
    let broken = |line: &&till::check_agent::Line| matches!(line.verdict, Verdict::Broken(_));
    report.lines.iter().filter(broken).map(|line| line.promise.name()).collect()
}

/// Breaks nothing.
struct Faithful;

impl Adapter for Faithful {}

#[tokio::test]
async fn the_simulators_agent_keeps_every_promise_and_gets_everything_back() {
    let stage = Stage::new(Faithful).await;
    let report = stage.check().await;
    let names: Vec<Promise> = report.lines.iter().map(|line| line.promise).collect();
    assert_eq!(names, Promise::ALL, "each is looked at, in its order");
    assert_eq!((report.counts(), report.is_good()), ((Promise::ALL.len(), 0, 0), true), "{:#?}", report.lines);
    assert_eq!(stage.owed().await, 0);
}

#[tokio::test]
async fn whoever_says_no_is_charged_nothing_and_told_what_was_left_out() {
    let stage = Stage::new(Faithful).await;
    let target = Target::new(&stage.url, Secret::new(stage.settings.agent_token.clone())).unwrap();
    let patience =
        Patience { no_card_ms: 300, card_ms: 20_000, margin: Duration::from_secs(3), watch: Duration::from_millis(50) };
    let report = check(&target, patience, async |ask| ask == Ask::KeepCardsAway, |_| {}).await;
    assert_eq!(report.counts(), (12, 0, 7), "{:#?}", report.lines);
    assert!(report.is_good());
    let ledger: Value = reqwest::get(format!("{}/control/ledger", stage.base)).await.unwrap().json().await.unwrap();
    assert!(!ledger["payments"].as_array().unwrap().iter().any(|row| row["state"] == "approved"), "{ledger}");
}

/// An adapter that breaks one thing, said in functions.
struct Breaks {
    call: fn(&mut Call, &AtomicU32) -> Option<(u16, Value)>,
    answer: fn(&Call, &mut u16, &mut Value),
    count: AtomicU32,
}

impl Breaks {
    fn calls(call: fn(&mut Call, &AtomicU32) -> Option<(u16, Value)>) -> Breaks {
        Breaks { call, answer: |_, _, _| {}, count: AtomicU32::new(0) }
    }

    fn answers(answer: fn(&Call, &mut u16, &mut Value)) -> Breaks {
        Breaks { call: |_, _| None, answer, count: AtomicU32::new(0) }
    }
}

impl Adapter for Breaks {
    fn call(&self, call: &mut Call) -> Option<(u16, Value)> {
        (self.call)(call, &self.count)
    }

    fn answer(&self, call: &Call, status: &mut u16, answer: &mut Value) {
        (self.answer)(call, status, answer);
    }
}

/// Each agent breaks something; what is found must have this name, and nothing may stay charged that the agent let be given
/// back.
async fn finds(name: &str, adapter: impl Adapter + 'static) -> Stage {
    let stage = Stage::new(adapter).await;
    let report = stage.check().await;
    let found = broken(&report);
    assert!(found.contains(name) && !report.is_good(), "{name} isn't found, but {found:?}: {:#?}", report.lines);
    stage
}

#[tokio::test]
async fn an_agent_that_lets_anybody_in_is_found() {
    let let_in = |call: &mut Call, _: &AtomicU32| {
        call.token = Some(format!("Bearer {}", Settings::default().agent_token));
        None
    };
    let stage = finds("token", Breaks::calls(let_in)).await;
    assert_eq!(stage.owed().await, 0);
    // One that forgets it at a single call is found as well.
    let at_one = |call: &mut Call, _: &AtomicU32| {
        if call.is("POST", &["payments", "*", "refund"]) {
            call.token = Some(format!("Bearer {}", Settings::default().agent_token));
        }
        None
    };
    finds("token", Breaks::calls(at_one)).await;
}

#[tokio::test]
async fn an_agent_whose_answers_do_not_fit_is_found() {
    finds(
        "status",
        Breaks::answers(|call, _, answer| {
            if call.is("GET", &["status"]) {
                answer.as_object_mut().unwrap().remove("reader");
            }
        }),
    )
    .await;
    finds(
        "not-found",
        Breaks::answers(|_, status, answer| {
            if answer["outcome"] == "not_found" {
                *status = 404;
            }
        }),
    )
    .await;
    finds(
        "lists",
        Breaks::answers(|call, status, _| {
            if call.is("GET", &["approvals"]) && call.query.contains("2001") {
                *status = 404;
            }
        }),
    )
    .await;
    finds(
        "same-store",
        Breaks::answers(|call, _, answer| {
            if call.is("POST", &["payments", "*", "cancel"]) {
                answer["storeId"] = json!("another");
            }
        }),
    )
    .await;
    finds(
        "waits",
        Breaks::answers(|_, _, answer| {
            if answer["outcome"] == "in_progress" {
                answer["timeLeftMs"] = json!(5_000);
            }
        }),
    )
    .await;
}

#[tokio::test]
async fn an_agent_that_begins_what_is_not_right_is_found() {
    let mends = |call: &mut Call, _: &AtomicU32| {
        if call.pays() && call.body["amount"] == 0 {
            call.body["amount"] = json!(1_000);
        }
        None
    };
    let stage = finds("refuses", Breaks::calls(mends)).await;
    assert_eq!(stage.owed().await, 0);
}

/// Under another name for each call: nothing that was said of the first holds for the next.
fn renamed(call: &mut Call, count: &AtomicU32) {
    let number = count.fetch_add(1, Ordering::SeqCst);
    call.body["attemptId"] = json!(format!("{}-{number}", call.body["attemptId"].as_str().unwrap()));
}

#[tokio::test]
async fn an_agent_that_does_not_bar_is_found() {
    // A cancelling of what it doesn't know is forgotten.
    let forgets = |call: &mut Call, _: &AtomicU32| {
        let unknown = call.is("POST", &["payments", "*", "cancel"]);
        unknown.then(|| (200, json!({"storeId": "store", "outcome": "not_found"})))
    };
    finds("bars", Breaks::calls(forgets)).await;
}

#[tokio::test]
async fn an_agent_that_charges_again_is_found_and_what_it_charged_is_named() {
    let again = |call: &mut Call, count: &AtomicU32| {
        if call.pays() {
            renamed(call, count);
        }
        None
    };
    let stage = Stage::new(Breaks::calls(again)).await;
    let report = stage.check().await;
    // It can't even be asked about what it does.
    assert!(broken(&report).contains("waits"), "{:#?}", report.lines);

    // Only when a card is in the terminal, and only at a repeat.
    let repeats = |call: &mut Call, count: &AtomicU32| {
        if call.pays() && call.body["timeoutMs"] == 20_000 && count.fetch_add(1, Ordering::SeqCst) >= 3 {
            renamed(call, count);
        }
        None
    };
    let stage = finds("charges-once", Breaks::calls(repeats)).await;
    assert_eq!(stage.owed().await, 0, "also what was charged twice is given back");
}

#[tokio::test]
async fn an_agent_that_charges_beside_a_payment_or_loses_one_is_found() {
    // The first is ended when a second comes.
    static FIRST: Mutex<Option<String>> = Mutex::new(None);
    let ends = |call: &mut Call, _: &AtomicU32| {
        if call.pays() && call.body["timeoutMs"] == 20_000 {
            *FIRST.lock().unwrap() = call.body["attemptId"].as_str().map(str::to_owned);
        }
        let second = call.pays() && call.body["timeoutMs"] == 300 && FIRST.lock().unwrap().is_some();
        second.then(|| (200, json!({"storeId": "store", "outcome": "cancelled"})))
    };
    finds("one-at-a-time", Breaks::calls(ends)).await;
}

#[tokio::test]
async fn an_agent_whose_payment_ends_with_its_caller_is_found() {
    struct EndsWithItsCaller;
    impl Adapter for EndsWithItsCaller {
        fn ends_with_its_caller(&self) -> bool {
            true
        }
    }
    finds("goes-on", EndsWithItsCaller).await;
}

#[tokio::test]
async fn an_agent_that_cannot_be_stopped_is_found() {
    let deaf = |call: &mut Call, _: &AtomicU32| {
        call.is("POST", &["payments", "*", "cancel"]).then(|| (200, json!({"storeId": "s", "outcome": "cancelled"})))
    };
    finds("cancels", Breaks::calls(deaf)).await;
    let waits_on = |call: &mut Call, _: &AtomicU32| {
        if call.pays() && call.body["timeoutMs"] == 300 {
            call.body["timeoutMs"] = json!(600_000);
        }
        None
    };
    let stage = Stage::new(Breaks::calls(waits_on)).await;
    let target = Target::new(&stage.url, Secret::new(stage.settings.agent_token.clone())).unwrap();
    let patience =
        Patience { no_card_ms: 300, card_ms: 20_000, margin: Duration::from_secs(3), watch: Duration::from_millis(50) };
    let late = AtomicU32::new(0);
    let report = check(
        &target,
        patience,
        async |ask| ask == Ask::KeepCardsAway,
        |line| {
            if line.promise == Promise::Cancels {
                late.store(1, Ordering::SeqCst);
            }
        },
    );
    let report = tokio::time::timeout(Duration::from_secs(60), report).await.expect("it is given up");
    assert_eq!(late.load(Ordering::SeqCst), 1);
    assert!(broken(&report).contains("times-out"), "{:#?}", report.lines);
}

#[tokio::test]
async fn an_approval_that_is_not_whole_is_found() {
    let spoilt: [fn(&mut Value); 5] = [
        |answer| answer["amount"] = json!(900),
        |answer| answer["approvedAt"] = json!("20261124101530"),
        |answer| answer["issuer"] = json!(""),
        |answer| answer["maskedCard"] = json!("1234567890123456"),
        |answer| {
            answer.as_object_mut().unwrap().remove("merchantId");
        },
    ];
    static WHICH: Mutex<Option<fn(&mut Value)>> = Mutex::new(None);
    for spoil in spoilt {
        *WHICH.lock().unwrap() = Some(spoil);
        let stage = finds(
            "approves",
            Breaks::answers(|call, _, answer| {
                if call.pays() && answer["outcome"] == "approved" {
                    WHICH.lock().unwrap().unwrap()(answer);
                }
            }),
        )
        .await;
        drop(stage);
    }
}

#[tokio::test]
async fn an_agent_that_undoes_gives_back_wrongly_or_twice_is_found() {
    finds(
        "stays-approved",
        Breaks::answers(|call, _, answer| {
            if call.is("POST", &["payments", "*", "cancel"]) && answer["outcome"] == "approved" {
                *answer = json!({"storeId": answer["storeId"], "outcome": "cancelled"});
            }
        }),
    )
    .await;
    // It gives back whatever it was, all of it.
    finds(
        "refunds-exactly",
        Breaks::calls(|call, _| {
            if call.is("POST", &["payments", "*", "refund"]) {
                call.body["amount"] = json!(1_000);
            }
            None
        }),
    )
    .await;
    // A second refund is said to be done.
    finds(
        "refunds-once",
        Breaks::answers(|call, _, answer| {
            if call.is("POST", &["payments", "*", "refund"]) && answer["code"] == "ALREADY_REFUNDED" {
                *answer = json!({"storeId": answer["storeId"], "outcome": "approved", "amount": 1_000,
                "approvalNumber": "99999999", "approvedAt": "2026-11-24T10:15:30+09:00"});
            }
        }),
    )
    .await;
    finds(
        "lists-both",
        Breaks::answers(|call, _, answer| {
            if call.is("GET", &["approvals"]) {
                answer["refunds"] = json!([]);
            }
        }),
    )
    .await;
}

/// Forgets everything when it is started again.
struct Forgets {
    ledger: PathBuf,
}

#[tokio::test]
async fn an_agent_that_forgets_over_a_restart_is_found() {
    let stage = Stage::new(Faithful).await;
    let forgets = Forgets { ledger: stage.settings.ledger.clone() };
    let target = Target::new(&stage.url, Secret::new(stage.settings.agent_token.clone())).unwrap();
    let patience =
        Patience { no_card_ms: 300, card_ms: 20_000, margin: Duration::from_secs(3), watch: Duration::from_millis(50) };
    let person = async |ask| {
        if ask != Ask::Restart {
            return stage.asked(ask).await;
        }
        let mut simulator = stage.simulator.lock().await;
        simulator.take().unwrap().stop().await;
        for end in ["", "-wal", "-shm"] {
            let _gone = std::fs::remove_file(format!("{}{end}", forgets.ledger.display()));
        }
        *simulator = Some(Simulator::start(stage.settings.clone()).await.unwrap());
        drop(simulator);
        stage.terminal(json!({"mode": "manual"})).await;
        true
    };
    let report = check(&target, patience, person, |_| {}).await;
    assert_eq!(broken(&report), BTreeSet::from(["remembers", "same-store"]), "{:#?}", report.lines);
}

#[tokio::test]
async fn what_cannot_be_given_back_is_told_with_its_approval_number() {
    let refuses = |call: &mut Call, _: &AtomicU32| {
        let refund = call.method == Method::POST && call.path.last().is_some_and(|last| last == "refund");
        (refund && call.token.as_deref().is_some_and(|token| !token.contains("not-the")))
            .then(|| (200, json!({"storeId": "s", "outcome": "declined", "code": "99", "message": ""})))
    };
    let stage = Stage::new(Breaks::calls(refuses)).await;
    let report = stage.check().await;
    assert!(report.owed.len() == 1 && !report.is_good(), "{report:#?}");
}

#[test]
fn the_contracts_page_names_every_promise() {
    let page = include_str!("../../../docs/payment-agent.md");
    for promise in Promise::ALL {
        assert!(page.contains(&format!("| `{promise}` |")), "docs/payment-agent.md says nothing of {promise}");
    }
}

#[test]
fn only_an_agent_on_this_machine_is_looked_at() {
    let target = |url: &str, token: &str| Target::new(url, Secret::new(token));
    assert!(target("http://127.0.0.1:9100/agent", "hush").is_ok());
    for url in ["http://192.168.0.7:9100", "https://127.0.0.1:9100", "http://localhost:9100", "nowhere"] {
        assert!(target(url, "hush").is_err(), "{url}");
    }
    assert!(target("http://127.0.0.1:9100", "").is_err() && target("http://127.0.0.1:9100", "two words").is_err());
    assert!(!format!("{:?}", target("http://127.0.0.1:9100", "hush")).contains("hush"));
}
