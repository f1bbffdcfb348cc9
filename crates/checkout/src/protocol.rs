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

/// `autoCloseTime` of a connection, ms: longer than the kiosk's own idle clock, so that only one time-out is met.
pub const AUTO_CLOSE_MS: u32 = 300_000;
/// The same while large text, voice or a keypad is used.
pub const AUTO_CLOSE_ASSISTED_MS: u32 = 600_000;
/// `autoCloseTime` of `confirm` and `cancel`, ms.
pub const AUTO_CLOSE_MESSAGE_MS: u32 = 30_000;
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
            .unwrap_or(i64::from(AUTO_CLOSE_MESSAGE_MS));
        close + i64::from(WATCHDOG_SLACK_MS)
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

    fn of(kind: &'static str, data: impl Serialize, auto_close_ms: u32) -> Payload {
        let message = Message { kind, data, auto_close_ms };
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

#[derive(Serialize)]
struct Message<D> {
    #[serde(rename = "type")]
    kind: &'static str,
    data: D,
    #[serde(rename = "autoCloseTime")]
    auto_close_ms: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection<'a> {
    support_mode: &'static str,
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

/// Asks for a service: `amount` is what may be used at most, or what points are earned on. A coupon is asked for
/// with the items instead.
pub fn connection(
    transaction: &TransactionId,
    service: Service,
    amount: Won,
    lines: &[Line],
    auto_close_ms: u32,
) -> Payload {
    let coupon = service == Service::Coupon;
    let data = Connection {
        support_mode: service.support_mode(),
        transaction_id: transaction.as_str(),
        pay_amount: (!coupon).then_some(amount),
        item_list: coupon.then(|| items(lines)),
    };
    Payload::of("connection", data, auto_close_ms)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Confirm<'a> {
    #[serde(rename = "transactionID")]
    transaction_id: &'a str,
    #[serde(rename = "pointRedeemConfirmedYN")]
    point_redeem: &'static str,
    #[serde(rename = "pointEarnConfirmedYN")]
    point_earn: &'static str,
    #[serde(rename = "couponConfirmedYN")]
    coupon: &'static str,
    #[serde(rename = "prepaidConfirmedYN")]
    prepaid: &'static str,
    #[serde(rename = "eReceiptIssueYN")]
    e_receipt: &'static str,
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
#[serde(rename_all = "camelCase")]
struct Payment<'a> {
    payment: &'static str,
    #[serde(rename = "paymentID")]
    payment_id: Option<&'a str>,
    #[serde(rename = "transactionID")]
    approval_number: Option<&'a str>,
    payment_issuer: Option<&'a str>,
    card_payment_period: Option<&'static str>,
    #[serde(rename = "cardMerchantID")]
    card_merchant_id: Option<&'a str>,
    payment_price: Won,
    prepaid_balance: Option<Won>,
    point_balance: Option<Won>,
    payment_memo: Option<&'a str>,
}

fn tender(payment: &'static str, price: Won) -> Payment<'static> {
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
        payment_id: known(&approval.masked_card),
        approval_number: Some(approval.approval_number.as_str()),
        payment_issuer: known(&approval.issuer),
        card_payment_period: Some(if approval.instalment_months > 1 { "할부" } else { "일시불" }),
        card_merchant_id: known(&approval.merchant_id),
        ..tender("CARD", approval.amount)
    }
}

const fn yn(yes: bool) -> &'static str {
    if yes { "Y" } else { "N" }
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
        [("PREPAID", prepaid), ("POINT", points), ("COUPON", coupon)]
            .into_iter()
            .filter(|(_, price)| !price.is_zero())
            .map(|(payment, price)| tender(payment, price)),
    );
    let total_paid = total(lines);
    let tax = vat_within(taxable(lines));
    let discount = coupon.plus(points);
    let data = Confirm {
        transaction_id: transaction.as_str(),
        point_redeem: yn(held.point_redeem.is_some()),
        point_earn: yn(held.point_earn.is_some()),
        coupon: yn(held.coupon.is_some()),
        prepaid: yn(held.prepaid.is_some()),
        e_receipt: yn(e_receipt),
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
    Payload::of("confirm", data, AUTO_CLOSE_MESSAGE_MS)
}

/// Gives every hold back: N for all four, nothing paid.
pub fn release(transaction: &TransactionId, lines: &[Line]) -> Payload {
    let data = Confirm {
        transaction_id: transaction.as_str(),
        point_redeem: "N",
        point_earn: "N",
        coupon: "N",
        prepaid: "N",
        e_receipt: "N",
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
    Payload::of("confirm", data, AUTO_CLOSE_MESSAGE_MS)
}

/// Undoes everything that was settled under a transactionID (guide 3.5.1).
pub fn cancel(transaction: &TransactionId) -> Payload {
    #[derive(Serialize)]
    struct Cancel<'a> {
        #[serde(rename = "transactionID")]
        transaction_id: &'a str,
    }
    Payload::of("cancel", Cancel { transaction_id: transaction.as_str() }, AUTO_CLOSE_MESSAGE_MS)
}

/// A scan for the waiting session (guide 2.6): text to post.
pub fn barcode(code: &str) -> String {
    serde_json::json!({ "type": "barcode", "data": code }).to_string()
}
