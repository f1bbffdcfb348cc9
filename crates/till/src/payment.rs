//! The client of the payment agent, the program on this machine that drives the card terminal
//! (architecture: "The payment agent").
//!
//! A call either brings an answer that was read whole and makes sense, or [`NoAnswer`], which means *unknown*:
//! a card may have been charged. Nothing is ever sent a second time from here.

use std::{fmt, time::Duration};

use checkout::{
    card::{Approval, MaskedCard, NoAnswer, PaymentRequest, RefundRequest, TerminalAnswer, TerminalOutcome},
    ids::{ApprovalNumber, AttemptId, RefundId, StoreId},
    money::Won,
    view::CardPhase,
};
use reqwest::{
    Client, Method, RequestBuilder, StatusCode, Url,
    header::{AUTHORIZATION, HeaderValue},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

use crate::{
    config::Secret,
    whole_body::{NotWhole, whole_body},
};

/// No answer about one payment is larger.
const LARGEST_ANSWER: usize = 64 << 10;
/// A business day's list is longer: room for some ten thousand payments.
pub(crate) const LARGEST_LIST: usize = 4 << 20;
/// An agent on this machine takes a connection at once or not at all.
const CONNECT: Duration = Duration::from_secs(2);
/// For what the agent knows without asking anybody.
pub(crate) const QUICK: Duration = Duration::from_secs(5);
/// For `cancel`, which may have to wait for the terminal.
pub(crate) const CANCEL: Duration = Duration::from_secs(15);
/// For `refund`, which goes to the issuer.
pub(crate) const REFUND: Duration = Duration::from_secs(60);
/// How much longer than the terminal itself a payment may take: the issuer's answer comes after the card.
const PAY_MARGIN: Duration = Duration::from_secs(30);

/// An address or a token that can't be used.
#[derive(Debug, Error)]
pub enum BadAgent {
    /// The address.
    #[error("'{0}' is not an address of a payment agent")]
    Address(String),
    /// The token.
    #[error("the payment agent's token has characters that can't be sent")]
    Token,
    /// The HTTP client couldn't be made.
    #[error("the client of the payment agent could not be made: {0}")]
    Client(reqwest::Error),
}

impl BadAgent {
    /// What somebody can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            BadAgent::Address(_) => "put right agent_url in [payment]",
            BadAgent::Token => "put right agent_token in the secrets' file",
            BadAgent::Client(_) => "start the kiosk again; if it stays, install it anew",
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Error)]
enum Why {
    #[error("the payment agent can't be reached: {0}")]
    Unreachable(reqwest::Error),
    #[error("the payment agent didn't answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("the connection to the payment agent broke: {0}")]
    Broken(reqwest::Error),
    #[error("the payment agent refused the kiosk's token")]
    Token,
    #[error("the payment agent answered HTTP {}", .0.as_u16())]
    Status(StatusCode),
    #[error("the payment agent's answer is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the payment agent's answer can't be read: {0}")]
    Unreadable(String),
}

impl Why {
    /// What somebody can do about it.
    fn hint(&self) -> &'static str {
        match self {
            Why::Unreachable(_) => "is the payment agent running, and is agent_url in [payment] its address?",
            Why::TimedOut(_) | Why::Broken(_) | Why::Status(_) => "look into the payment agent's own log",
            Why::Token => "put the payment agent's token into agent_token in the secrets' file",
            Why::TooLarge(_) | Why::Unreadable(_) => "does the payment agent's adapter fit this version of the kiosk?",
        }
    }
}

/// How the terminal is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgentStatus {
    /// Names the agent's memory; belongs into the entry that a payment was started.
    pub store_id: StoreId,
    /// `ready` when it can be used.
    pub terminal: String,
    /// `ready` when cards can be read.
    pub reader: String,
    /// `ok` while there is some.
    pub paper: String,
    /// `ok` when issuers can be reached.
    pub network: String,
}

impl AgentStatus {
    /// Can a card be charged now? Paper isn't needed for that.
    pub fn can_charge(&self) -> bool {
        self.terminal == "ready" && self.reader == "ready" && self.network == "ok"
    }
}

/// Everything that was approved on a business day, for the day's close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approvals {
    /// Names the memory that answered.
    pub store: StoreId,
    /// Payments, then refunds, each in the agent's order.
    pub rows: Vec<ApprovalRow>,
}

/// A payment or a refund that was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRow {
    /// The attempt to pay.
    pub attempt: AttemptId,
    /// The refund, when this is one.
    pub refund: Option<RefundId>,
    /// What was approved.
    pub approval: Approval,
}

/// The payment agent. Cheap to clone.
#[derive(Clone)]
pub struct PaymentAgent {
    client: Client,
    base: Url,
    authorization: HeaderValue,
}

impl fmt::Debug for PaymentAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PaymentAgent({})", self.base)
    }
}

impl PaymentAgent {
    /// The agent at the address `agent_url`, under which its `/v1/…` is found.
    pub fn new(agent_url: &str, token: &Secret) -> Result<PaymentAgent, BadAgent> {
        let base = Url::parse(agent_url).ok().filter(|url| !url.cannot_be_a_base());
        let base = base.ok_or_else(|| BadAgent::Address(agent_url.to_owned()))?;
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| BadAgent::Token)?;
        authorization.set_sensitive(true);
        let client = Client::builder()
            // The agent is on this machine: no proxy, and no other place it could send us to.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            // No second try: not by reqwest, and not by the client below it, which sends a request again when a
            // connection that it had kept turns out to be closed. So none is kept.
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .build()
            .map_err(BadAgent::Client)?;
        Ok(PaymentAgent { client, base, authorization })
    }

    /// How the terminal is. Asked over and over: whoever asks says when it changes.
    pub async fn status(&self) -> Result<AgentStatus, NoAnswer> {
        let request = self.request(Method::GET, &["status"]);
        let answer = answer(request, QUICK, LARGEST_ANSWER, parse).await;
        answer.map_err(|why| NoAnswer { why: why.to_string() })
    }

    /// Charges a card; returns when the terminal is through. Repeated with the same attempt it never charges twice.
    pub async fn pay(&self, payment: &PaymentRequest) -> Result<TerminalAnswer, NoAnswer> {
        let request = self.request(Method::POST, &["payments"]).json(&PaymentBody {
            attempt_id: &payment.attempt,
            amount: payment.amount,
            tax_free: payment.tax_free,
            tax: payment.tax,
            installment_months: payment.months,
            timeout_ms: payment.timeout_ms,
            accessible: payment.accessible,
        });
        let patience = Duration::from_millis(payment.timeout_ms.into()) + PAY_MARGIN;
        self.outcome("pay", request, patience).await
    }

    /// What became of a payment.
    pub async fn ask(&self, attempt: &AttemptId) -> Result<TerminalAnswer, NoAnswer> {
        self.outcome("ask", self.request(Method::GET, &["payments", attempt.as_str()]), QUICK).await
    }

    /// Stops waiting for the card if that is still possible, and has a later payment with this attempt refused.
    pub async fn cancel(&self, attempt: &AttemptId) -> Result<TerminalAnswer, NoAnswer> {
        let request = self.request(Method::POST, &["payments", attempt.as_str(), "cancel"]);
        self.outcome("cancel", request, CANCEL).await
    }

    /// Gives a payment back. Repeated with the same refund it never gives back twice.
    pub async fn refund(&self, refund: &RefundRequest) -> Result<TerminalAnswer, NoAnswer> {
        let request = self.request(Method::POST, &["payments", refund.attempt.as_str(), "refund"]).json(&RefundBody {
            refund_id: &refund.refund,
            amount: refund.approval.amount,
            approval_number: &refund.approval.approval_number,
            approved_at: &refund.approval.approved_at,
            merchant_id: &refund.approval.merchant_id,
        });
        self.outcome("refund", request, REFUND).await
    }

    /// What became of a refund.
    pub async fn ask_refund(&self, attempt: &AttemptId, refund: &RefundId) -> Result<TerminalAnswer, NoAnswer> {
        let path = ["payments", attempt.as_str(), "refund", refund.as_str()];
        self.outcome("ask refund", self.request(Method::GET, &path), QUICK).await
    }

    /// Every approval and refund of a business day, written `2026-11-24`.
    pub async fn approvals(&self, date: &str) -> Result<Approvals, NoAnswer> {
        let request = self.request(Method::GET, &["approvals"]).query(&[("date", date)]);
        said("approvals", answer(request, CANCEL, LARGEST_LIST, approvals).await)
    }

    fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.base.clone();
        // A base that can't have a path was refused by `new`.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(path);
        }
        self.client.request(method, url).header(AUTHORIZATION, self.authorization.clone())
    }

    async fn outcome(
        &self,
        call: &'static str,
        request: RequestBuilder,
        patience: Duration,
    ) -> Result<TerminalAnswer, NoAnswer> {
        said(call, answer(request, patience, LARGEST_ANSWER, terminal_answer).await)
    }
}

/// The answer, read; within `patience`.
async fn answer<T>(
    request: RequestBuilder,
    patience: Duration,
    largest: usize,
    read: impl FnOnce(&[u8]) -> Result<T, Why>,
) -> Result<T, Why> {
    let whole = async {
        let body = body(request, largest).await?;
        read(&body)
    };
    tokio::time::timeout(patience, whole).await.unwrap_or(Err(Why::TimedOut(patience)))
}

/// Says in the log why there is no answer.
fn said<T>(call: &'static str, answer: Result<T, Why>) -> Result<T, NoAnswer> {
    answer.map_err(|why| {
        tracing::warn!(call, %why, hint = why.hint(), "no answer from the payment agent");
        NoAnswer { why: why.to_string() }
    })
}

/// The whole body of an answer with status 200, unless it is larger than `largest` bytes.
async fn body(request: RequestBuilder, largest: usize) -> Result<Vec<u8>, Why> {
    let sort = |error: reqwest::Error| {
        if error.is_connect() { Why::Unreachable(error) } else { Why::Broken(error) }
    };
    // Without the address: it holds the attempt, which the journal has anyway, and makes the sentence unreadable.
    let response = request.send().await.map_err(|error| sort(error.without_url()))?;
    accept(response.status())?;
    whole_body(response, largest).await.map_err(|not_whole| match not_whole {
        NotWhole::TooLarge(largest) => Why::TooLarge(largest),
        NotWhole::Broken(error) => sort(error),
    })
}

const fn accept(status: StatusCode) -> Result<(), Why> {
    match status {
        StatusCode::OK => Ok(()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Why::Token),
        other => Err(Why::Status(other)),
    }
}

/// What an answer about a payment or a refund says that came whole.
pub(crate) fn outcome(status: StatusCode, body: &[u8]) -> Result<TerminalAnswer, NoAnswer> {
    whole(status, body, terminal_answer)
}

/// What a business day's list says that came whole.
pub(crate) fn list(status: StatusCode, body: &[u8]) -> Result<Approvals, NoAnswer> {
    whole(status, body, approvals)
}

/// What the agent says of the terminal, when that came whole.
pub(crate) fn status(status: StatusCode, body: &[u8]) -> Result<AgentStatus, NoAnswer> {
    whole(status, body, parse)
}

fn whole<T>(status: StatusCode, body: &[u8], read: fn(&[u8]) -> Result<T, Why>) -> Result<T, NoAnswer> {
    accept(status).and_then(|()| read(body)).map_err(|why| NoAnswer { why: why.to_string() })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentBody<'a> {
    attempt_id: &'a AttemptId,
    amount: Won,
    tax_free: Won,
    tax: Won,
    installment_months: u32,
    timeout_ms: u32,
    accessible: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefundBody<'a> {
    refund_id: &'a RefundId,
    amount: Won,
    approval_number: &'a ApprovalNumber,
    approved_at: &'a str,
    merchant_id: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    store_id: StoreId,
    outcome: Word,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Approved,
    Declined,
    Cancelled,
    InProgress,
    NotFound,
}

/// An approval as it travels. What only describes it may be missing; what identifies money may not.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApprovedBody {
    amount: i64,
    approval_number: ApprovalNumber,
    approved_at: String,
    method: Option<String>,
    issuer: Option<String>,
    acquirer: Option<String>,
    masked_card: Option<String>,
    merchant_id: Option<String>,
    installment_months: Option<u32>,
}

#[derive(Deserialize)]
struct DeclinedBody {
    code: String,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InProgressBody {
    phase: CardPhase,
    time_left_ms: u32,
}

fn terminal_answer(body: &[u8]) -> Result<TerminalAnswer, Why> {
    let Head { store_id, outcome } = parse(body)?;
    let outcome = match outcome {
        Word::Approved => TerminalOutcome::Approved(approval(parse(body)?)?),
        Word::Declined => {
            let DeclinedBody { code, message } = parse(body)?;
            TerminalOutcome::Declined { code: without_card(&code), message: without_card(&message.unwrap_or_default()) }
        }
        Word::Cancelled => TerminalOutcome::Cancelled,
        Word::InProgress => {
            let InProgressBody { phase, time_left_ms } = parse(body)?;
            TerminalOutcome::InProgress { phase, left_ms: time_left_ms }
        }
        Word::NotFound => TerminalOutcome::NotFound,
    };
    Ok(TerminalAnswer { store: store_id, outcome })
}

fn approval(body: ApprovedBody) -> Result<Approval, Why> {
    let ApprovedBody {
        amount,
        approval_number,
        approved_at,
        method,
        issuer,
        acquirer,
        masked_card,
        merchant_id,
        installment_months,
    } = body;
    let amount = Won::checked(amount).ok_or_else(|| Why::Unreadable("amount is no amount to charge".into()))?;
    if approved_at.is_empty() || approved_at.chars().count() > LONGEST_TEXT || approved_at.chars().any(char::is_control)
    {
        return Err(Why::Unreadable("approvedAt is no time".into()));
    }
    let words = |text: Option<String>| text.as_deref().map(without_card).unwrap_or_default();
    Ok(Approval {
        amount,
        approval_number,
        approved_at,
        method: words(method),
        issuer: words(issuer),
        acquirer: words(acquirer),
        masked_card: masked_card.map(MaskedCard::from).unwrap_or_default(),
        merchant_id: merchant_id.as_deref().map(plain).unwrap_or_default(),
        instalment_months: installment_months.unwrap_or(0),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListBody {
    store_id: StoreId,
    approvals: Vec<serde_json::Value>,
    refunds: Vec<serde_json::Value>,
}

/// Whose approval a row of the list is; the rest of the row is the approval itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PaymentHead {
    attempt_id: AttemptId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefundHead {
    attempt_id: AttemptId,
    refund_id: RefundId,
}

fn approvals(body: &[u8]) -> Result<Approvals, Why> {
    let ListBody { store_id, approvals, refunds } = parse(body)?;
    let mut rows = Vec::new();
    for row in &approvals {
        let PaymentHead { attempt_id } = part(row)?;
        rows.push(ApprovalRow { attempt: attempt_id, refund: None, approval: approval(part(row)?)? });
    }
    for row in &refunds {
        let RefundHead { attempt_id, refund_id } = part(row)?;
        rows.push(ApprovalRow { attempt: attempt_id, refund: Some(refund_id), approval: approval(part(row)?)? });
    }
    Ok(Approvals { store: store_id, rows })
}

fn part<'a, T: Deserialize<'a>>(row: &'a serde_json::Value) -> Result<T, Why> {
    T::deserialize(row).map_err(|_| Why::Unreadable("a field of an approval is missing or doesn't fit".into()))
}

/// Reads JSON. The message names the place, never what stood there: it could be a card's number.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Why> {
    serde_json::from_slice(body).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => "a field is missing or doesn't fit",
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => "it is not JSON",
        };
        Why::Unreadable(format!("{what} (line {}, column {})", error.line(), error.column()))
    })
}

/// The most characters of a descriptive text that are kept.
const LONGEST_TEXT: usize = 120;

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect()
}

/// The text, with every run of digits that could be a card's number masked.
fn without_card(text: &str) -> String {
    let text = plain(text);
    let mut out = String::new();
    let mut run = String::new();
    // A card's number may be written in groups; the space after the text ends the last run.
    for c in text.chars().chain(['\n']) {
        if c.is_numeric() || (!run.is_empty() && matches!(c, ' ' | '-')) {
            run.push(c);
            continue;
        }
        let long = run.chars().filter(|c| c.is_numeric()).count() >= MaskedCard::SHORTEST;
        let card = MaskedCard::of(&run);
        out.push_str(if long { card.as_str() } else { &run });
        run.clear();
        if c != '\n' {
            out.push(c);
        }
    }
    out
}
