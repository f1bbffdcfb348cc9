//! Messages from the kiosk to the Prbiti module (guide 3.1–3.5), built without `auth`, which is put in only when
//! a text is handed to the frame: it is never journalled.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    card::Approval,
    ids::TransactionId,
    money::Won,
    order::{Line, taxable, total, vat_within},
    service::{PerService, Service},
};

/// `autoCloseTime`: when the module's page gives up by itself (guide 3.1.2, beside `data`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoClose {
    /// Of a connection: longer than the kiosk's own idle clock, so that a customer meets only one time-out.
    Connection,
    /// The same while large text, voice or a keypad is used.
    Assisted,
    /// Of `confirm` and `cancel`, which nobody touches.
    Message,
}

impl AutoClose {
    /// In ms.
    pub const fn ms(self) -> u32 {
        match self {
            AutoClose::Connection => 300_000,
            AutoClose::Assisted => 600_000,
            AutoClose::Message => 30_000,
        }
    }
}

/// How much longer than `autoCloseTime` an answer is waited for, ms.
pub const WATCHDOG_SLACK_MS: u32 = 5_000;
/// How long a frame may take to load, ms.
pub const LOAD_LIMIT_MS: u32 = 10_000;

/// What a module session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// `connection` (guide 3.1.2, 3.1.3, 3.2.2, 3.3.2).
    Connect(Service),
    /// `confirm` with the truth about each service (guide 3.4.1).
    Settle,
    /// `confirm` with N for every service: the holds are given back.
    Release,
    /// `cancel` (guide 3.5.1).
    Cancel,
}

impl Request {
    /// What it is called in a sentence for staff.
    pub const fn name(self) -> &'static str {
        match self {
            Request::Connect(service) => service.support_mode(),
            Request::Settle => "the confirm that settles",
            Request::Release => "the confirm that releases",
            Request::Cancel => "the cancel",
        }
    }
}

/// A message as JSON text without `auth`: what is journalled, and what a repeat posts again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Payload(String);

impl Payload {
    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How long the module may take for it, ms: its `autoCloseTime` and the slack.
    pub fn watchdog_ms(&self) -> i64 {
        let close = serde_json::from_str::<Value>(&self.0)
            .ok()
            .and_then(|message| message.get("autoCloseTime").and_then(Value::as_i64))
            .unwrap_or(i64::from(AutoClose::Message.ms()));
        close.saturating_add(i64::from(WATCHDOG_SLACK_MS))
    }

    /// The text to post: this message with `auth`, the fields in the guide's order.
    pub fn with_auth(&self, auth: &Auth) -> String {
        let mut message: Value = serde_json::from_str(&self.0).unwrap_or_default();
        if let Some(data) = message.get_mut("data").and_then(Value::as_object_mut) {
            let mut ordered = Map::new();
            if let Some(mode) = data.shift_remove("supportMode") {
                ordered.insert("supportMode".into(), mode);
            }
            ordered.insert(
                "auth".into(),
                serde_json::json!({
                    "applicationKey": auth.application_key,
                    "passwd": auth.passwd,
                    "accessType": auth.terminal_id,
                }),
            );
            ordered.extend(std::mem::take(data));
            *data = ordered;
        }
        message.to_string()
    }

    fn of(kind: Kind, data: impl Serialize, auto_close: AutoClose) -> Payload {
        let message = Message { kind, data, auto_close_ms: auto_close.ms() };
        // Can't fail: plain structs of text and numbers with text keys.
        Payload(serde_json::to_string(&message).unwrap_or_default())
    }
}

/// Who we are to Prbiti (guide 3.1.2, `auth`). Never printed.
#[derive(Clone)]
pub struct Auth {
    /// `applicationKey`.
    pub application_key: String,
    /// `passwd`.
    pub passwd: String,
    /// `accessType`: the terminal's ID.
    pub terminal_id: String,
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Auth(***)")
    }
}

/// The guide's `type`; `barcode` is built apart, for its `data` is a text.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Connection,
    Confirm,
    Cancel,
}

#[derive(Serialize)]
struct Message<D> {
    #[serde(rename = "type")]
    kind: Kind,
    data: D,
    #[serde(rename = "autoCloseTime")]
    auto_close_ms: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection<'a> {
    support_mode: Service,
    #[serde(rename = "transactionID")]
    transaction_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_amount: Option<Won>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item_list: Option<Vec<Item<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    #[serde(rename = "itemID")]
    id: &'a str,
    item_name: &'a str,
    item_unit_price: Won,
    item_count: u32,
    item_price: Won,
    // Absent, not empty, when no option was chosen (guide 3.2.2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    item_option_list: Vec<ItemOption<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemOption<'a> {
    #[serde(rename = "itemOptionID")]
    id: &'a str,
    item_option_name: &'a str,
    item_option_unit_price: Won,
    item_option_count: u32,
    item_option_price: Won,
}

fn items(lines: &[Line]) -> Vec<Item<'_>> {
    lines
        .iter()
        .map(|line| Item {
            id: line.item.as_str(),
            item_name: &line.names.ko,
            item_unit_price: line.price,
            item_count: line.pieces,
            item_price: line.price.times(line.pieces),
            item_option_list: line
                .options
                .iter()
                .map(|option| ItemOption {
                    id: option.option.as_str(),
                    item_option_name: &option.names.ko,
                    item_option_unit_price: option.price,
                    item_option_count: option.count(line.pieces),
                    item_option_price: option.price.times(option.count(line.pieces)),
                })
                .collect(),
        })
        .collect()
}

/// What a connection asks for. There is none about nothing: no amount of 0, no coupon without items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    service: Service,
    about: About<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About<'a> {
    /// `payAmount`: what may be used at most, or what points are earned on.
    Amount(Won),
    /// `itemList`.
    Items(&'a [Line]),
}

impl<'a> Question<'a> {
    /// Asks for `service`, of which at most `amount` could be used for an order of `lines`.
    pub fn new(service: Service, amount: Won, lines: &'a [Line]) -> Option<Question<'a>> {
        let about = match service {
            Service::Coupon => About::Items(lines),
            Service::PointRedeem | Service::Prepaid | Service::PointEarn => About::Amount(amount),
        };
        (amount > Won::ZERO && !lines.is_empty()).then_some(Question { service, about })
    }
}

/// `connection` (guide 3.1.2, 3.1.3, 3.2.2, 3.3.2).
pub fn connection(transaction: &TransactionId, question: Question<'_>, auto_close: AutoClose) -> Payload {
    let (pay_amount, item_list) = match question.about {
        About::Amount(amount) => (Some(amount), None),
        About::Items(lines) => (None, Some(items(lines))),
    };
    let transaction_id = transaction.as_str();
    let data = Connection { support_mode: question.service, transaction_id, pay_amount, item_list };
    Payload::of(Kind::Connection, data, auto_close)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Confirm<'a> {
    #[serde(rename = "transactionID")]
    transaction_id: &'a str,
    #[serde(rename = "pointRedeemConfirmedYN")]
    point_redeem: Yn,
    #[serde(rename = "pointEarnConfirmedYN")]
    point_earn: Yn,
    #[serde(rename = "couponConfirmedYN")]
    coupon: Yn,
    #[serde(rename = "prepaidConfirmedYN")]
    prepaid: Yn,
    #[serde(rename = "eReceiptIssueYN")]
    e_receipt: Yn,
    item_list: Vec<Item<'a>>,
    payment_list: Vec<Payment<'a>>,
    net_amount: Won,
    tax: Won,
    discount: Won,
    customer_paid: Won,
    total_paid: Won,
    memo1: &'static str,
    memo2: &'static str,
    memo3: &'static str,
    memo4: &'static str,
    memo5: &'static str,
}

#[derive(Serialize)]
enum Yn {
    Y,
    N,
}

impl Yn {
    const fn of(yes: bool) -> Yn {
        if yes { Yn::Y } else { Yn::N }
    }
}

/// 결제수단. The guide also knows CASH, which a kiosk doesn't take.
#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Tender {
    Card,
    Prepaid,
    Point,
    Coupon,
}

#[derive(Serialize)]
enum Period {
    #[serde(rename = "일시불")]
    InFull,
    #[serde(rename = "할부")]
    Instalments,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payment<'a> {
    payment: Tender,
    #[serde(rename = "paymentID")]
    payment_id: Option<&'a str>,
    #[serde(rename = "transactionID")]
    approval_number: Option<&'a str>,
    payment_issuer: Option<&'a str>,
    card_payment_period: Option<Period>,
    #[serde(rename = "cardMerchantID")]
    card_merchant_id: Option<&'a str>,
    payment_price: Won,
    prepaid_balance: Option<Won>,
    point_balance: Option<Won>,
    payment_memo: Option<&'a str>,
}

fn tender(payment: Tender, price: Won) -> Payment<'static> {
    Payment {
        payment,
        payment_id: None,
        approval_number: None,
        payment_issuer: None,
        card_payment_period: None,
        card_merchant_id: None,
        payment_price: price,
        prepaid_balance: None,
        point_balance: None,
        payment_memo: None,
    }
}

fn card(approval: &Approval) -> Payment<'_> {
    fn known(text: &str) -> Option<&str> {
        (!text.is_empty()).then_some(text)
    }
    Payment {
        payment_id: known(approval.masked_card.as_str()),
        approval_number: Some(approval.approval_number.as_str()),
        payment_issuer: known(&approval.issuer),
        card_payment_period: Some(if approval.instalment_months > 1 { Period::Instalments } else { Period::InFull }),
        card_merchant_id: known(&approval.merchant_id),
        ..tender(Tender::Card, approval.amount)
    }
}

/// Settles an order: Y for each service that is `held` (its amount inside), N for every other (guide 3.4.1).
pub fn settle(
    transaction: &TransactionId,
    lines: &[Line],
    held: &PerService<Option<Won>>,
    approval: Option<&Approval>,
    e_receipt: bool,
) -> Payload {
    let amount = |service| held.get(service).unwrap_or(Won::ZERO);
    let (coupon, points, prepaid) = (amount(Service::Coupon), amount(Service::PointRedeem), amount(Service::Prepaid));
    let mut payment_list: Vec<Payment<'_>> = approval.map(card).into_iter().collect();
    payment_list.extend(
        [(Tender::Prepaid, prepaid), (Tender::Point, points), (Tender::Coupon, coupon)]
            .into_iter()
            .filter(|(_, price)| !price.is_zero())
            .map(|(payment, price)| tender(payment, price)),
    );
    let total_paid = total(lines);
    let tax = vat_within(taxable(lines));
    let discount = coupon.plus(points);
    // An e-receipt goes to a member; a coupon or a gift card may name nobody.
    let member = held.point_redeem.is_some() || held.point_earn.is_some();
    let data = Confirm {
        transaction_id: transaction.as_str(),
        point_redeem: Yn::of(held.point_redeem.is_some()),
        point_earn: Yn::of(held.point_earn.is_some()),
        coupon: Yn::of(held.coupon.is_some()),
        prepaid: Yn::of(held.prepaid.is_some()),
        e_receipt: Yn::of(e_receipt && member),
        item_list: items(lines),
        payment_list,
        net_amount: total_paid.minus(tax),
        tax,
        discount,
        customer_paid: total_paid.minus(discount),
        total_paid,
        memo1: "",
        memo2: "",
        memo3: "",
        memo4: "",
        memo5: "",
    };
    Payload::of(Kind::Confirm, data, AutoClose::Message)
}

/// Gives every hold back: N for all four, nothing paid.
pub fn release(transaction: &TransactionId, lines: &[Line]) -> Payload {
    let data = Confirm {
        transaction_id: transaction.as_str(),
        point_redeem: Yn::N,
        point_earn: Yn::N,
        coupon: Yn::N,
        prepaid: Yn::N,
        e_receipt: Yn::N,
        item_list: items(lines),
        payment_list: Vec::new(),
        net_amount: Won::ZERO,
        tax: Won::ZERO,
        discount: Won::ZERO,
        customer_paid: Won::ZERO,
        total_paid: Won::ZERO,
        memo1: "",
        memo2: "",
        memo3: "",
        memo4: "",
        memo5: "",
    };
    Payload::of(Kind::Confirm, data, AutoClose::Message)
}

/// Undoes everything that was settled under a transactionID (guide 3.5.1).
pub fn cancel(transaction: &TransactionId) -> Payload {
    #[derive(Serialize)]
    struct Cancel<'a> {
        #[serde(rename = "transactionID")]
        transaction_id: &'a str,
    }
    Payload::of(Kind::Cancel, Cancel { transaction_id: transaction.as_str() }, AutoClose::Message)
}

/// A scan for the waiting session (guide 2.6): text to post.
pub fn barcode(code: &str) -> String {
    serde_json::json!({ "type": "barcode", "data": code }).to_string()
}
