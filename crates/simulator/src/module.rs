//! The module: the page at `/module`, and the back end that the page asks. The page decides nothing: what a customer
//! may use, and what is answered to the host, is decided here.

use crate::Shared;
use crate::codes::{self, Code, Echo};
use crate::faults::{At, Do, Fault, On};
use crate::ledger::{Coupon, CouponState, Direction, Failure};
use crate::protocol::{self, Connection, Request, Service};
use crate::server::Line;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Points earned, in percent of what is paid, rounded down (section 3.1.3 shows 250 of 5,000).
const EARNED_PERCENT: i64 = 5;

/// The flows that customers are in, by the key that their page got.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

#[derive(Debug, Clone)]
struct Session {
    connection: Connection,
    echo: Echo,
    /// The member's phone or the card's number, once it is known.
    subject: Option<String>,
}

impl Sessions {
    fn begin(&self, connection: Connection, echo: Echo) -> String {
        let key = uuid::Uuid::now_v7().simple().to_string();
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(key.clone(), Session { connection, echo, subject: None });
        key
    }

    fn get(&self, key: &str) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn identify(&self, key: &str, subject: &str) {
        if let Some(session) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            session.subject = Some(subject.to_owned());
        }
    }

    fn end(&self, key: &str) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key)
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A reply to the page, or the HTTP error that stands for a back end that failed.
type Reply = Result<Response, Response>;

fn failed(error: &sqlx::Error) -> Response {
    tracing::error!(%error, "the simulator's ledger failed");
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
}

/// The page and its back end.
pub(crate) fn routes() -> Router<Arc<Shared>> {
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
        .route("/module/api/open", post(open))
        .route("/module/api/find", post(find))
        .route("/module/api/use", post(use_it))
        .route("/module/api/close", post(close))
}

pub(crate) fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

async fn page(State(shared): State<Arc<Shared>>, Extension(line): Extension<Line>) -> Response {
    if let Some(fault) = shared.faults.take(On::Load, At::Open)
        && let Some(response) = strike(&fault, &line, || (StatusCode::INTERNAL_SERVER_ERROR, "").into_response()).await
    {
        return response;
    }
    asset("text/html; charset=utf-8", include_str!("../page/module.html"))
}

/// Lets a fault have its way; `None` when things go on after all.
async fn strike(fault: &Fault, line: &Line, refuse: impl FnOnce() -> Response) -> Option<Response> {
    match fault.kind {
        Do::Code => Some(refuse()),
        Do::Silent => Some(Json(json!({"post": [], "screen": "working"})).into_response()),
        Do::Slow => {
            tokio::time::sleep(fault.delay()).await;
            None
        }
        Do::Hang => std::future::pending().await,
        Do::ServerError => Some((StatusCode::INTERNAL_SERVER_ERROR, "simulated fault").into_response()),
        Do::Reset => line.cut().await,
        Do::Noise | Do::Twice | Do::WrongTransaction | Do::TooMuch | Do::OtherTypes => None,
    }
}

/// What the page posts to the host: the answer, or what a fault made of it.
fn posts(answer: &Value, fault: Option<&Fault>) -> Vec<Value> {
    let mut changed = answer.clone();
    let amounts = ["pointRedeem", "pointEarn", "couponDiscountPrice", "prepaidPayPrice"];
    match fault.map(|fault| fault.kind) {
        Some(Do::Noise) => {
            return vec![
                json!("ready"),
                json!({"type": "resize", "height": 700}),
                json!({"status": "200"}),
                answer.clone(),
            ];
        }
        Some(Do::Twice) => return vec![answer.clone(), answer.clone()],
        Some(Do::WrongTransaction) => changed["data"]["transactionID"] = json!("00000000000000000000000000000000"),
        Some(Do::TooMuch) => {
            for name in amounts {
                match &changed["data"][name] {
                    Value::Number(won) => changed["data"][name] = json!(won.as_i64().unwrap_or(0) + 1_000_000),
                    Value::String(_) => changed["data"][name] = json!("1000000"),
                    Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {}
                }
            }
        }
        Some(Do::OtherTypes) => {
            let other = |value: &Value| match value {
                Value::Number(number) => json!(number.to_string()),
                Value::String(text) => text.parse::<i64>().map_or_else(|_| value.clone(), |number| json!(number)),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => value.clone(),
            };
            for name in ["status", "timestamp"] {
                changed[name] = other(&changed[name]);
            }
            for name in amounts.into_iter().chain(["errorCode"]) {
                if !changed["data"][name].is_null() {
                    changed["data"][name] = other(&changed["data"][name]);
                }
            }
        }
        Some(Do::Code | Do::Silent | Do::Slow | Do::Hang | Do::ServerError | Do::Reset) | None => {}
    }
    vec![changed]
}

/// Tells the page what to post, and keeps what was posted.
async fn deliver(shared: &Shared, echo: &Echo, answer: &Value, fault: Option<&Fault>, words: &str) -> Reply {
    let posts = posts(answer, fault);
    let code = Code(answer["data"]["errorCode"].as_i64().unwrap_or(0));
    for post in &posts {
        shared
            .ledger
            .log(Direction::Out, echo.transaction_id.as_deref(), code, post)
            .await
            .map_err(|error| failed(&error))?;
    }
    let (screen, words) = if code == codes::OK {
        ("done", words)
    } else {
        ("error", answer["data"]["errorMsgUser"].as_str().unwrap_or(""))
    };
    Ok(Json(json!({"post": posts, "screen": screen, "words": words})).into_response())
}

async fn refuse(shared: &Shared, echo: &Echo, code: Code) -> Reply {
    deliver(shared, echo, &codes::refusal(code, echo, shared.ledger.now_ms()), None, "").await
}

/// A fault's turn, before or after the effect. `Some` is the end of the request.
async fn turn(
    shared: &Shared,
    line: &Line,
    fault: Option<&Fault>,
    after: bool,
    echo: &Echo,
) -> Result<Option<Response>, Response> {
    let Some(fault) = fault.filter(|fault| fault.is_after() == after) else {
        return Ok(None);
    };
    if fault.kind == Do::Code {
        return refuse(shared, echo, fault.code.map_or(codes::SYSTEM_FAULT, Code)).await.map(Some);
    }
    Ok(strike(fault, line, || StatusCode::INTERNAL_SERVER_ERROR.into_response()).await)
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
    let verdict = protocol::read(&message, &shared.credentials);
    // What the ledger refuses is judged first, too, so that the log shows one verdict for each message.
    let verdict = match verdict {
        Ok(Request::Connection(connection)) => match shared.ledger.connect(&connection).await {
            Ok(()) => Ok(Request::Connection(connection)),
            Err(Failure::Refused(code)) => Err(code),
            Err(Failure::Ledger(error)) => return Err(failed(&error)),
        },
        Ok(Request::Confirm(confirm)) => Ok(Request::Confirm(confirm)),
        Ok(Request::Cancel { transaction_id }) => Ok(Request::Cancel { transaction_id }),
        Err(code) => Err(code),
    };
    // A text may be a message in disguise, with its secrets in it.
    let body = if message.is_string() { json!("(a text)") } else { protocol::redacted(&message) };
    let judged = verdict.as_ref().err().copied().unwrap_or(codes::OK);
    shared
        .ledger
        .log(Direction::In, echo.transaction_id.as_deref(), judged, &body)
        .await
        .map_err(|error| failed(&error))?;
    match verdict {
        Err(code) => refuse(&shared, &echo, code).await,
        Ok(Request::Connection(connection)) => begin(&shared, &line, connection, echo).await,
        Ok(Request::Confirm(confirm)) => {
            let fault = shared.faults.take(On::Confirm, At::Open);
            if let Some(response) = turn(&shared, &line, fault.as_ref(), false, &echo).await? {
                return Ok(response);
            }
            let answer = match shared.ledger.settle(&confirm, &body).await {
                Ok(()) => codes::answer(codes::OK, &echo, shared.ledger.now_ms(), &Map::new()),
                Err(Failure::Refused(code)) => codes::refusal(code, &echo, shared.ledger.now_ms()),
                Err(Failure::Ledger(error)) => return Err(failed(&error)),
            };
            if let Some(response) = turn(&shared, &line, fault.as_ref(), true, &echo).await? {
                return Ok(response);
            }
            deliver(&shared, &echo, &answer, fault.as_ref(), "처리했어요").await
        }
        Ok(Request::Cancel { transaction_id }) => {
            let fault = shared.faults.take(On::Cancel, At::Open);
            if let Some(response) = turn(&shared, &line, fault.as_ref(), false, &echo).await? {
                return Ok(response);
            }
            let answer = match shared.ledger.cancel(&transaction_id).await {
                Ok(cancelled) => {
                    let mut fields = Map::new();
                    fields.insert("pointRedeemCanceledNum".into(), json!(cancelled.point_redeem));
                    fields.insert("pointEarnCanceledNum".into(), json!(cancelled.point_earn));
                    let (id, name) = cancelled.coupon.unzip();
                    fields.insert("couponCanceledID".into(), json!(id));
                    fields.insert("couponCanceledName".into(), json!(name));
                    fields.insert("prepaidCanceledNum".into(), json!(cancelled.prepaid));
                    codes::answer(codes::OK, &echo, shared.ledger.now_ms(), &fields)
                }
                Err(Failure::Refused(code)) => codes::refusal(code, &echo, shared.ledger.now_ms()),
                Err(Failure::Ledger(error)) => return Err(failed(&error)),
            };
            if let Some(response) = turn(&shared, &line, fault.as_ref(), true, &echo).await? {
                return Ok(response);
            }
            deliver(&shared, &echo, &answer, fault.as_ref(), "취소했어요").await
        }
    }
}

async fn begin(shared: &Shared, line: &Line, connection: Connection, echo: Echo) -> Reply {
    let fault = shared.faults.take(service_fault(connection.service), At::Open);
    for after in [false, true] {
        if let Some(response) = turn(shared, line, fault.as_ref(), after, &echo).await? {
            return Ok(response);
        }
    }
    let flow = json!({
        "supportMode": connection.service.name(),
        "payAmount": connection.pay_amount,
        "autoCloseMs": connection.auto_close_ms,
    });
    let session = shared.sessions.begin(connection, echo);
    Ok(Json(json!({"session": session, "flow": flow})).into_response())
}

const fn service_fault(service: Service) -> On {
    match service {
        Service::PointRedeem => On::PointRedeem,
        Service::PointEarn => On::PointEarn,
        Service::Coupon => On::Coupon,
        Service::Prepaid => On::Prepaid,
    }
}

fn words(text: impl Into<String>) -> Response {
    Json(json!({"refused": text.into()})).into_response()
}

fn over() -> Response {
    (StatusCode::GONE, "this session is over").into_response()
}

#[derive(Debug, Deserialize)]
struct Find {
    session: String,
    /// What was scanned or typed.
    text: String,
}

/// Somebody scanned or typed a phone number, a membership barcode, a coupon or a gift card.
async fn find(State(shared): State<Arc<Shared>>, Json(Find { session: key, text }): Json<Find>) -> Reply {
    let session = shared.sessions.get(&key).ok_or_else(over)?;
    let text = text.trim();
    match session.connection.service {
        Service::PointRedeem | Service::PointEarn => find_member(&shared, &key, &session.connection, text).await,
        Service::Coupon => find_coupons(&shared, &session.connection, text).await,
        Service::Prepaid => find_card(&shared, &key, &session.connection, text).await,
    }
}

async fn find_member(shared: &Shared, key: &str, connection: &Connection, text: &str) -> Reply {
    let Some(member) = shared.ledger.member(text).await.map_err(|error| failed(&error))? else {
        return Ok(words("등록되지 않은 회원이에요. 번호를 다시 확인해 주세요."));
    };
    let most = match connection.service {
        Service::PointEarn => earned(connection.pay_amount),
        Service::PointRedeem | Service::Coupon | Service::Prepaid => member.available.min(connection.pay_amount),
    };
    if most <= 0 {
        return Ok(words(match connection.service {
            Service::PointEarn => "적립할 포인트가 없는 금액이에요.",
            Service::PointRedeem | Service::Coupon | Service::Prepaid => "지금 쓸 수 있는 포인트가 없어요.",
        }));
    }
    shared.sessions.identify(key, &member.phone);
    Ok(Json(json!({"member": {"name": masked_name(&member.name), "points": member.available, "most": most}}))
        .into_response())
}

async fn find_coupons(shared: &Shared, connection: &Connection, text: &str) -> Reply {
    let owner = shared.ledger.member(text).await.map_err(|error| failed(&error))?;
    let wanted = owner.as_ref().map_or(text, |member| &member.phone);
    let coupons = shared.ledger.coupons(wanted, &connection.items).await.map_err(|error| failed(&error))?;
    if coupons.is_empty() {
        return Ok(words(if owner.is_some() {
            "쓸 수 있는 쿠폰이 없어요."
        } else {
            "없는 번호예요. 다시 확인해 주세요."
        }));
    }
    let coupons: Vec<Value> = coupons.iter().map(shown).collect();
    Ok(Json(json!({"coupons": coupons})).into_response())
}

fn shown(coupon: &Coupon) -> Value {
    let (usable, note) = match coupon.state {
        CouponState::Used => (false, "이미 쓴 쿠폰이에요".to_owned()),
        CouponState::Held => (false, "다른 주문에서 쓰고 있는 쿠폰이에요".to_owned()),
        CouponState::Expired => (false, "기간이 지난 쿠폰이에요".to_owned()),
        // It may be chosen all the same: the answer then tells the host which items it is for.
        CouponState::Usable if coupon.benefit == 0 => (true, "이 주문에는 맞는 상품이 없어요".to_owned()),
        CouponState::Usable => (true, "이 주문에 쓸 수 있어요".to_owned()),
    };
    json!({"number": coupon.number, "name": coupon.name, "benefit": coupon.benefit, "usable": usable, "note": note,
           "expiresAt": coupon.expires_at})
}

async fn find_card(shared: &Shared, key: &str, connection: &Connection, text: &str) -> Reply {
    let Some(card) = shared.ledger.card(text).await.map_err(|error| failed(&error))? else {
        return Ok(words("없는 기프트카드예요. 번호를 다시 확인해 주세요."));
    };
    if card.available <= 0 {
        return Ok(words("잔액이 없는 기프트카드예요."));
    }
    shared.sessions.identify(key, &card.number);
    let most = card.available.min(connection.pay_amount);
    let number: String = card.number.chars().skip(12).collect();
    Ok(Json(json!({"card": {"number": format!("···· {number}"), "balance": card.available, "most": most}}))
        .into_response())
}

#[derive(Debug, Deserialize)]
struct Use {
    session: String,
    /// Won, for points and gift cards.
    #[serde(default)]
    amount: i64,
    /// The coupon that was chosen.
    #[serde(default)]
    coupon: String,
}

/// The customer pressed 사용하기 or 적립하기: the hold is made here.
async fn use_it(State(shared): State<Arc<Shared>>, Extension(line): Extension<Line>, Json(wish): Json<Use>) -> Reply {
    let Session { connection, echo, subject } = shared.sessions.get(&wish.session).ok_or_else(over)?;
    if connection.service == Service::Coupon
        && let Some(coupon) = unusable(&shared, &connection, &wish.coupon).await?
    {
        return Ok(words(coupon));
    }
    // From here on the session is through, whatever comes of it: one request makes one hold at most.
    shared.sessions.end(&wish.session).ok_or_else(over)?;
    let fault = shared.faults.take(service_fault(connection.service), At::Use);
    if let Some(response) = turn(&shared, &line, fault.as_ref(), false, &echo).await? {
        return Ok(response);
    }
    let subject = subject.unwrap_or_default();
    let done = match connection.service {
        Service::PointRedeem => redeem(&shared, &connection, &subject, wish.amount).await,
        Service::PointEarn => earn(&shared, &connection, &subject).await,
        Service::Coupon => use_coupon(&shared, &connection, &wish.coupon).await,
        Service::Prepaid => use_card(&shared, &connection, &subject, wish.amount).await,
    };
    let (answer, words) = match done {
        Ok((fields, words)) => (codes::answer(codes::OK, &echo, shared.ledger.now_ms(), &fields), words),
        Err(Failure::Refused(code)) => (codes::refusal(code, &echo, shared.ledger.now_ms()), String::new()),
        Err(Failure::Ledger(error)) => return Err(failed(&error)),
    };
    if let Some(response) = turn(&shared, &line, fault.as_ref(), true, &echo).await? {
        return Ok(response);
    }
    deliver(&shared, &echo, &answer, fault.as_ref(), &words).await
}

type Done = Result<(Map<String, Value>, String), Failure>;

fn field(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

async fn redeem(shared: &Shared, connection: &Connection, phone: &str, won: i64) -> Done {
    if phone.is_empty() || won > connection.pay_amount {
        return Err(Code(300_020_004).into());
    }
    shared.ledger.hold_points(connection, phone, won).await?;
    Ok((field("pointRedeem", json!(won)), format!("{} 포인트를 써요", grouped(won))))
}

async fn earn(shared: &Shared, connection: &Connection, phone: &str) -> Done {
    if phone.is_empty() {
        return Err(Code(300_020_005).into());
    }
    let won = earned(connection.pay_amount);
    shared.ledger.hold_earning(connection, phone, won).await?;
    Ok((field("pointEarn", json!(won)), format!("{} 포인트를 쌓아요", grouped(won))))
}

async fn use_card(shared: &Shared, connection: &Connection, number: &str, won: i64) -> Done {
    if number.is_empty() || won > connection.pay_amount {
        return Err(Code(300_020_008).into());
    }
    shared.ledger.hold_card(connection, number, won).await?;
    Ok((field("prepaidPayPrice", json!(won.to_string())), format!("기프트카드 {}원을 써요", grouped(won))))
}

/// A coupon that fits nothing is answered as a success of "0" with the items that it is for (section 3.2.2's
/// couponItemCodes); it isn't held.
async fn use_coupon(shared: &Shared, connection: &Connection, number: &str) -> Done {
    let found =
        shared.ledger.coupons(number, &connection.items).await?.into_iter().find(|coupon| coupon.number == number);
    let coupon = found.ok_or(Code(300_020_009))?;
    if coupon.benefit > 0 {
        shared.ledger.hold_coupon(connection, number).await?;
    }
    let mut fields = field("couponDiscountPrice", json!(coupon.benefit.to_string()));
    fields.insert("couponItemCodes".into(), json!(coupon.item_codes));
    let words = if coupon.benefit > 0 {
        format!("{}원을 할인해요", grouped(coupon.benefit))
    } else {
        "이 주문에는 맞는 상품이 없어요".into()
    };
    Ok((fields, words))
}

/// Why a coupon can't be chosen at all, in words for the customer, who may then choose another.
async fn unusable(shared: &Shared, connection: &Connection, number: &str) -> Result<Option<String>, Response> {
    let coupons = shared.ledger.coupons(number, &connection.items).await.map_err(|error| failed(&error))?;
    let Some(coupon) = coupons.iter().find(|coupon| coupon.number == number) else {
        return Ok(Some("없는 쿠폰이에요.".into()));
    };
    let shown = shown(coupon);
    Ok((shown["usable"] == json!(false)).then(|| shown["note"].as_str().unwrap_or_default().to_owned()))
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
    let id = ended.and_then(|session| session.echo.transaction_id);
    let code = Code(answer["data"]["errorCode"].as_i64().unwrap_or(0));
    shared.ledger.log(Direction::Out, id.as_deref(), code, &answer).await.map_err(|error| failed(&error))?;
    Ok(Json(json!({})).into_response())
}

const fn earned(pay_amount: i64) -> i64 {
    pay_amount * EARNED_PERCENT / 100
}

/// 김하나 → 김*나.
fn masked_name(name: &str) -> String {
    let last = name.chars().count().saturating_sub(1);
    name.chars().enumerate().map(|(at, letter)| if at == 0 || at == last && last > 1 { letter } else { '*' }).collect()
}

/// 12000 → 12,000.
fn grouped(won: i64) -> String {
    let digits = won.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
