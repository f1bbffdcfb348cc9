//! The payment agent's client against a server that answers byte by byte what the test wants.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use checkout::{
    card::{Approval, MaskedCard, NoAnswer, PaymentRequest, RefundRequest, TerminalAnswer, TerminalOutcome},
    ids::{ApprovalNumber, AttemptId, RefundId, StoreId},
    money::Won,
    view::CardPhase,
};
use serde_json::{Value, json};
use till::{
    config::Secret,
    payment::{BadAgent, PaymentAgent},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

/// Longer than anything here may take; only a failing test waits for it.
const TOO_LONG: Duration = Duration::from_secs(20);

/// What the server does with a request.
#[derive(Clone)]
enum Reply {
    /// These bytes, then it keeps the connection for the next request.
    Bytes(Vec<u8>),
    /// These bytes, then it closes the connection.
    Closing(Vec<u8>),
    /// Nothing, ever.
    Silence,
}

/// A server of our own: nothing between the test and the wire.
struct Agent {
    url: String,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Agent {
    async fn start(reply: Reply) -> Agent {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/agent", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let agent = Agent { url, requests: Arc::clone(&requests), connections: Arc::clone(&connections) };
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(connection, reply.clone(), Arc::clone(&requests)));
            }
        });
        agent
    }

    async fn answering(body: &str) -> Agent {
        Agent::start(Reply::Bytes(response("200 OK", body))).await
    }

    fn client(&self) -> PaymentAgent {
        PaymentAgent::new(&self.url, &Secret::new("hush")).unwrap()
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    async fn ask(&self) -> Result<TerminalAnswer, NoAnswer> {
        timeout(TOO_LONG, self.client().ask(&attempt())).await.expect("an end")
    }
}

async fn serve(mut connection: TcpStream, reply: Reply, requests: Arc<Mutex<Vec<String>>>) {
    while let Some(request) = request(&mut connection).await {
        requests.lock().unwrap().push(request);
        match &reply {
            Reply::Bytes(bytes) => connection.write_all(bytes).await.unwrap_or_default(),
            Reply::Closing(bytes) => {
                connection.write_all(bytes).await.unwrap_or_default();
                return;
            }
            Reply::Silence => std::future::pending().await,
        }
    }
}

/// One request with its body, as it came over the wire.
async fn request(connection: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text);
            }
        }
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn response(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

fn attempt() -> AttemptId {
    AttemptId::new("attempt-1").unwrap()
}

fn approved() -> Value {
    json!({
        "storeId": "store-1", "outcome": "approved", "amount": 12500, "approvalNumber": "30001234",
        "approvedAt": "2026-11-24T10:15:30+09:00", "method": "card", "issuer": "신한카드", "acquirer": "비씨카드",
        "maskedCard": "123456******1234", "merchantId": "987654321", "installmentMonths": 3,
    })
}

fn approval() -> Approval {
    Approval {
        amount: Won::new(12_500),
        approval_number: ApprovalNumber::new("30001234").unwrap(),
        approved_at: "2026-11-24T10:15:30+09:00".into(),
        method: "card".into(),
        issuer: "신한카드".into(),
        acquirer: "비씨카드".into(),
        masked_card: MaskedCard::of("123456******1234"),
        merchant_id: "987654321".into(),
        instalment_months: 3,
    }
}

fn payment(timeout_ms: u32) -> PaymentRequest {
    PaymentRequest {
        attempt: attempt(),
        amount: Won::new(12_500),
        tax_free: Won::new(1_500),
        tax: Won::new(1_000),
        months: 3,
        timeout_ms,
        accessible: true,
    }
}

fn refund() -> RefundRequest {
    RefundRequest { attempt: attempt(), refund: RefundId::new("refund-1").unwrap(), approval: approval() }
}

/// The request's first line, whether it was let in, and its body.
fn parts(request: &str) -> (String, bool, Value) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let let_in = head.lines().any(|line| line == "authorization: Bearer hush");
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() };
    (head.lines().next().unwrap().to_owned(), let_in, body)
}

#[tokio::test]
async fn each_call_is_sent_as_the_contract_says_over_a_connection_of_its_own() {
    let agent = Agent::answering(&approved().to_string()).await;
    let client = agent.client();
    let answers = [
        client.pay(&payment(60_000)).await,
        client.ask(&attempt()).await,
        client.cancel(&attempt()).await,
        client.refund(&refund()).await,
        client.ask_refund(&attempt(), &RefundId::new("refund-1").unwrap()).await,
    ];
    for answer in answers {
        let expected =
            TerminalAnswer { store: StoreId::new("store-1").unwrap(), outcome: TerminalOutcome::Approved(approval()) };
        assert_eq!(answer, Ok(expected));
    }
    let sent: Vec<(String, bool, Value)> = agent.requests().iter().map(|request| parts(request)).collect();
    let expected = [
        (
            "POST /agent/v1/payments",
            json!({
                "attemptId": "attempt-1", "amount": 12500, "taxFree": 1500, "tax": 1000, "installmentMonths": 3,
                "timeoutMs": 60000, "accessible": true,
            }),
        ),
        ("GET /agent/v1/payments/attempt-1", Value::Null),
        ("POST /agent/v1/payments/attempt-1/cancel", Value::Null),
        (
            "POST /agent/v1/payments/attempt-1/refund",
            json!({
                "refundId": "refund-1", "amount": 12500, "approvalNumber": "30001234",
                "approvedAt": "2026-11-24T10:15:30+09:00", "merchantId": "987654321",
            }),
        ),
        ("GET /agent/v1/payments/attempt-1/refund/refund-1", Value::Null),
    ];
    assert_eq!(sent, expected.map(|(line, body)| (format!("{line} HTTP/1.1"), true, body)));
    assert_eq!(agent.connections.load(Ordering::SeqCst), 5, "on one that was kept a request may be sent twice");
}

#[tokio::test]
async fn each_outcome_of_the_contract_is_understood() {
    let cases = [
        (
            json!({"outcome": "declined", "code": "51", "message": "한도초과"}),
            TerminalOutcome::Declined { code: "51".into(), message: "한도초과".into() },
        ),
        (json!({"outcome": "cancelled", "more": [1]}), TerminalOutcome::Cancelled),
        (json!({"outcome": "not_found"}), TerminalOutcome::NotFound),
        (
            json!({"outcome": "in_progress", "phase": "insert", "timeLeftMs": 59000}),
            TerminalOutcome::InProgress { phase: CardPhase::Insert, left_ms: 59_000 },
        ),
        (
            json!({"outcome": "in_progress", "phase": "remove", "timeLeftMs": 0}),
            TerminalOutcome::InProgress { phase: CardPhase::Remove, left_ms: 0 },
        ),
    ];
    for (mut body, outcome) in cases {
        body["storeId"] = json!("store-2");
        let answer = Agent::answering(&body.to_string()).await.ask().await;
        assert_eq!(answer, Ok(TerminalAnswer { store: StoreId::new("store-2").unwrap(), outcome }));
    }
}

#[tokio::test]
async fn an_approval_without_what_only_describes_it_is_still_one() {
    let mut body = approved();
    for field in ["method", "issuer", "acquirer", "maskedCard", "merchantId", "installmentMonths"] {
        body.as_object_mut().unwrap().remove(field);
    }
    let answer = Agent::answering(&body.to_string()).await.ask().await.unwrap();
    let TerminalOutcome::Approved(approval) = answer.outcome else { panic!("{answer:?}") };
    assert_eq!((approval.amount, approval.issuer.as_str(), approval.instalment_months), (Won::new(12_500), "", 0));
}

#[tokio::test]
async fn an_answer_that_does_not_make_sense_is_no_answer() {
    let mut bodies: Vec<String> =
        ["", "null", "[]", "{}", "<html>", "{\"storeId\":", "\"approved\""].map(str::to_owned).into();
    let spoil = |field: &str, value: Value| {
        let mut body = approved();
        body[field] = value;
        body.to_string()
    };
    for amount in [
        json!(-1),
        json!(12500.5),
        json!(12500.0),
        json!("12500"),
        json!(null),
        json!(100_000_001),
        json!(u64::MAX),
        json!(1e300),
    ] {
        bodies.push(spoil("amount", amount));
    }
    for field in ["storeId", "outcome", "amount", "approvalNumber", "approvedAt"] {
        let mut body = approved();
        body.as_object_mut().unwrap().remove(field);
        bodies.push(body.to_string());
        bodies.push(spoil(field, json!("")));
        bodies.push(spoil(field, json!({})));
    }
    bodies.push(spoil("outcome", json!("APPROVED")));
    bodies.push(spoil("outcome", json!("perhaps")));
    bodies.push(spoil("installmentMonths", json!(-3)));
    bodies.push(spoil("maskedCard", json!(1_234_561_234)));
    bodies.push(approved().to_string().replacen('{', "{\"amount\":1,", 1));
    bodies.push(format!("{} {{}}", approved()));
    bodies.push(json!({"storeId": "s", "outcome": "in_progress", "phase": "dance", "timeLeftMs": 1}).to_string());
    bodies.push(json!({"storeId": "s", "outcome": "in_progress", "phase": "read", "timeLeftMs": -1}).to_string());
    bodies.push(json!({"storeId": "s", "outcome": "declined"}).to_string());
    for body in bodies {
        let agent = Agent::answering(&body).await;
        let answer = agent.ask().await;
        assert!(answer.is_err(), "{body} gave {answer:?}");
        assert_eq!(agent.requests().len(), 1);
    }
}

#[tokio::test]
async fn any_status_but_200_is_no_answer() {
    let body = approved().to_string();
    for status in [
        "201 Created",
        "302 Found\r\nlocation: /agent/v1/payments/other",
        "400 Bad Request",
        "404 Not Found",
        "409 Conflict",
        "500 Internal Server Error",
        "503 Service Unavailable",
    ] {
        let agent = Agent::start(Reply::Bytes(response(status, &body))).await;
        assert!(agent.ask().await.is_err(), "{status}");
        assert_eq!(agent.requests().len(), 1, "{status} isn't followed and not repeated");
    }
    let agent = Agent::start(Reply::Bytes(response("401 Unauthorized", "{}"))).await;
    let why = agent.ask().await.unwrap_err().why;
    assert!(why.contains("token") && !why.contains("hush"), "{why}");
}

#[tokio::test]
async fn a_connection_that_breaks_is_no_answer_and_nothing_is_sent_twice() {
    let whole = response("200 OK", &approved().to_string());
    for kept in [0, 5, 40, whole.len() - 1] {
        let agent = Agent::start(Reply::Closing(whole[..kept].to_vec())).await;
        let answer = timeout(TOO_LONG, agent.client().pay(&payment(60_000))).await.unwrap();
        assert!(answer.is_err(), "{kept} bytes gave {answer:?}");
        assert_eq!(agent.requests().len(), 1);
        assert_eq!(agent.connections.load(Ordering::SeqCst), 1);
    }
}

/// An HTTP library may send a request again when the connection turns out to be closed before anything was answered: not
/// one that charges.
#[tokio::test]
async fn a_payment_is_sent_once_also_when_the_agent_hangs_up_on_it() {
    // It is closed when it was just accepted; in the middle of the request; and after a call that was answered, on a
    // connection that another client would have kept.
    for taken in [0, 1, 40] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let agent = PaymentAgent::new(&url, &Secret::new("hush")).unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let serving = tokio::spawn(async move {
            let body = json!({"storeId": "s", "terminal": "ready", "reader": "ready", "paper": "ok", "network": "ok"});
            let (mut first, _) = listener.accept().await.unwrap();
            request(&mut first).await.unwrap();
            first.write_all(&response("200 OK", &body.to_string())).await.unwrap();
            let mut kept = vec![first];
            while let Ok((mut connection, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                kept.clear();
                let mut bytes = vec![0; taken];
                let _read = connection.read_exact(&mut bytes).await;
            }
        });
        agent.status().await.unwrap();
        let answer = timeout(TOO_LONG, agent.pay(&payment(60_000))).await.unwrap();
        assert!(answer.is_err(), "{answer:?}");
        assert_eq!(connections.load(Ordering::SeqCst), 1, "after {taken} bytes it was sent again");
        serving.abort();
    }
}

#[tokio::test]
async fn bytes_that_are_not_http_are_no_answer() {
    let agent = Agent::start(Reply::Closing(b"\x00\xff\x7fgarbage\r\n\r\n".to_vec())).await;
    assert!(agent.ask().await.is_err());
}

#[tokio::test]
async fn an_answer_without_end_is_given_up_early() {
    let mut body = approved();
    body["more"] = json!("x".repeat(70_000));
    assert!(Agent::answering(&body.to_string()).await.ask().await.is_err());

    // No length is announced and the connection stays open: only the bound can end it.
    let mut endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..70 {
        endless.extend_from_slice(format!("400\r\n{}\r\n", " ".repeat(1024)).as_bytes());
    }
    let why = Agent::start(Reply::Bytes(endless)).await.ask().await.unwrap_err().why;
    assert!(why.contains("larger"), "{why}");
}

#[tokio::test]
async fn an_agent_that_says_nothing_is_given_up_after_the_time_of_the_call() {
    let agent = Agent::start(Reply::Silence).await;
    let client = agent.client();
    let request = payment(60_000);
    let waited = until_given_up(&agent, client.pay(&request)).await;
    assert!(
        waited >= Duration::from_secs(80),
        "the issuer answers after the terminal has waited for a card: {waited:?}"
    );
    assert!(waited <= Duration::from_secs(120), "{waited:?}");

    let attempt = attempt();
    let waited = until_given_up(&agent, client.ask(&attempt)).await;
    assert!(waited <= Duration::from_secs(10), "{waited:?}");
}

/// How long the client waits for its answer, on a clock that is wound forward once the request has arrived.
async fn until_given_up(agent: &Agent, call: impl Future<Output = Result<TerminalAnswer, NoAnswer>>) -> Duration {
    let before = agent.requests().len();
    let arrived = async {
        while agent.requests().len() == before {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
        tokio::time::Instant::now()
    };
    let (answer, arrived) = tokio::join!(call, arrived);
    assert!(answer.is_err(), "{answer:?}");
    let waited = arrived.elapsed();
    tokio::time::resume();
    waited
}

#[tokio::test]
async fn nobody_at_the_address_is_no_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let agent = PaymentAgent::new(&url, &Secret::new("hush")).unwrap();
    let why = agent.status().await.unwrap_err().why;
    assert!(why.contains("can't be reached"), "{why}");
}

#[tokio::test]
async fn more_of_a_card_number_than_six_and_four_digits_is_masked_on_receipt() {
    let cases = [
        ("1234567890123456", "123456******3456"),
        ("1234-5678-9012-3456", "1234-56**-****-3456"),
        ("123456******3456", "123456******3456"),
        ("12345678****3456", "123456******3456"),
        ("374245455400126", "374245*****0126"),
        ("1234567890", "******7890"),
        ("１２３４５６７８９０１２３４５６", "****************"),
        ("4111111111111111=25121010000", "411111******************0000"),
        ("", ""),
    ];
    for (sent, kept) in cases {
        let mut body = approved();
        body["maskedCard"] = json!(sent);
        let answer = Agent::answering(&body.to_string()).await.ask().await.unwrap();
        let TerminalOutcome::Approved(approval) = answer.outcome else { panic!("{answer:?}") };
        assert_eq!(approval.masked_card.as_str(), kept, "{sent}");
    }
    let body = json!({"storeId": "s", "outcome": "declined", "code": "14", "message": "카드 1234 5678 9012 3456 오류, 문의 1588-1234"});
    let answer = Agent::answering(&body.to_string()).await.ask().await.unwrap();
    let TerminalOutcome::Declined { message, .. } = answer.outcome else { panic!("{answer:?}") };
    assert_eq!(message, "카드 1234 56** **** 3456 오류, 문의 1588-1234");
    let body = json!({"storeId": "s", "outcome": "declined", "code": "14:1234567890123456", "message": ""});
    let answer = Agent::answering(&body.to_string()).await.ask().await.unwrap();
    let TerminalOutcome::Declined { code, .. } = answer.outcome else { panic!("{answer:?}") };
    assert_eq!(code, "14:1234567890123456".replace("789012", "******"), "a code may be anything");
    let mut body = approved();
    body["amount"] = json!(1_234_567_890_123_456_i64);
    let NoAnswer { why } = Agent::answering(&body.to_string()).await.ask().await.unwrap_err();
    assert!(!why.contains("123456789"), "{why}");
}

#[tokio::test]
async fn the_terminal_says_how_it_is() {
    let body = json!({"storeId": "store-1", "terminal": "ready", "reader": "ready", "paper": "out", "network": "ok"});
    let agent = Agent::answering(&body.to_string()).await;
    let status = agent.client().status().await.unwrap();
    assert_eq!((status.store_id.as_str(), status.paper.as_str(), status.can_charge()), ("store-1", "out", true));
    for (field, value) in [("terminal", "busy"), ("reader", "absent"), ("network", "down")] {
        let mut body = body.clone();
        body[field] = json!(value);
        assert!(!Agent::answering(&body.to_string()).await.client().status().await.unwrap().can_charge(), "{field}");
    }
}

#[tokio::test]
async fn a_days_approvals_and_refunds_are_listed() {
    let mut paid = approved();
    paid["attemptId"] = json!("attempt-1");
    let mut back = approved();
    back["attemptId"] = json!("attempt-1");
    back["refundId"] = json!("refund-1");
    let many = vec![paid.clone(); 1000];
    let body = json!({"storeId": "store-1", "date": "2026-11-24", "approvals": many, "refunds": [back]});
    let agent = Agent::answering(&body.to_string()).await;
    let list = agent.client().approvals("2026-11-24").await.unwrap();
    assert!(agent.requests()[0].starts_with("GET /agent/v1/approvals?date=2026-11-24 HTTP/1.1\r\n"));
    assert_eq!(list.rows.len(), 1001);
    assert_eq!((&list.rows[0].attempt, &list.rows[0].refund, &list.rows[0].approval), (&attempt(), &None, &approval()));
    assert_eq!(list.rows[1000].refund, Some(RefundId::new("refund-1").unwrap()));

    for spoilt in [
        json!({"storeId": "s", "approvals": [paid]}),
        json!({"storeId": "s", "approvals": [{}], "refunds": []}),
        json!({"storeId": "s", "approvals": [], "refunds": [paid]}),
    ] {
        assert!(
            Agent::answering(&spoilt.to_string()).await.client().approvals("2026-11-24").await.is_err(),
            "{spoilt}"
        );
    }
}

#[test]
fn an_address_or_a_token_that_cannot_be_used_is_refused() {
    let agent = |url: &str, token: &str| PaymentAgent::new(url, &Secret::new(token));
    assert!(matches!(agent("nowhere", "hush"), Err(BadAgent::Address(_))));
    assert!(matches!(agent("mailto:agent", "hush"), Err(BadAgent::Address(_))));
    assert!(matches!(agent("http://127.0.0.1:1", "hu\nsh"), Err(BadAgent::Token)));
    let debug = format!("{:?}", agent("http://127.0.0.1:1", "hush").unwrap());
    assert!(!debug.contains("hush"), "{debug}");
}
