//! Reading what a host posts, strictly, against the guide (sections 3.1 to 3.5). Whatever is wrong with a message is
//! answered with the guide's own error code (section 2.3). Nothing here knows a ledger.

use crate::codes::{self, Code};
use serde_json::{Map, Value};

/// The four services that a connection can ask for (`supportMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    PointRedeem,
    PointEarn,
    Coupon,
    Prepaid,
}

impl Service {
    pub(crate) const ALL: [Self; 4] = [Self::PointRedeem, Self::PointEarn, Self::Coupon, Self::Prepaid];

    /// The `supportMode` of the guide.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PointRedeem => "POINT_REDEEM",
            Self::PointEarn => "POINT_EARN",
            Self::Coupon => "COUPON",
            Self::Prepaid => "PREPAID",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.name() == name)
    }

    /// The code for a flag of `confirm` that can't be right for this service.
    pub(crate) const fn flag_code(self) -> Code {
        match self {
            Self::PointRedeem => codes::BAD_REDEEM_FLAG,
            Self::PointEarn => codes::BAD_EARN_FLAG,
            Self::Coupon => codes::BAD_COUPON_FLAG,
            Self::Prepaid => codes::BAD_PREPAID_FLAG,
        }
    }

    const fn flag_name(self) -> &'static str {
        match self {
            Self::PointRedeem => "pointRedeemConfirmedYN",
            Self::PointEarn => "pointEarnConfirmedYN",
            Self::Coupon => "couponConfirmedYN",
            Self::Prepaid => "prepaidConfirmedYN",
        }
    }

    /// How a hold of this service is paid for in `paymentList`; earning pays for nothing.
    pub(crate) const fn tender(self) -> Option<Tender> {
        match self {
            Self::PointRedeem => Some(Tender::Point),
            Self::PointEarn => None,
            Self::Coupon => Some(Tender::Coupon),
            Self::Prepaid => Some(Tender::Prepaid),
        }
    }
}

/// A means of payment in `paymentList` (section 3.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tender {
    Card,
    Cash,
    Point,
    Prepaid,
    Coupon,
}

impl Tender {
    fn named(name: &str) -> Option<Self> {
        match name {
            "CARD" => Some(Self::Card),
            "CASH" => Some(Self::Cash),
            "POINT" => Some(Self::Point),
            "PREPAID" => Some(Self::Prepaid),
            "COUPON" => Some(Self::Coupon),
            _ => None,
        }
    }
}

/// What the host must know to be let in.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) application_key: String,
    pub(crate) passwd: String,
    pub(crate) terminal_id: String,
}

/// One line of an order; prices in won. `options_price` is the sum of its options' prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) unit_price: i64,
    pub(crate) price: i64,
    pub(crate) options_price: i64,
}

/// A transaction request (sections 3.1 to 3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) service: Service,
    pub(crate) transaction_id: String,
    /// Won; 0 for a coupon, which carries `items` instead.
    pub(crate) pay_amount: i64,
    pub(crate) items: Vec<Item>,
    /// Without the customer's input for so long, the page answers 100050002.
    pub(crate) auto_close_ms: i64,
}

/// One tender of `paymentList`, in won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) tender: Tender,
    pub(crate) price: i64,
}

/// A transaction's settlement (section 3.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Confirm {
    pub(crate) transaction_id: String,
    /// The services that are said Y to.
    pub(crate) yes: Vec<Service>,
    pub(crate) e_receipt: bool,
    pub(crate) payments: Vec<Payment>,
}

impl Confirm {
    /// Won paid with one kind of tender.
    pub(crate) fn paid_with(&self, tender: Tender) -> i64 {
        self.payments.iter().filter(|payment| payment.tender == tender).map(|payment| payment.price).sum()
    }
}

/// A message that the guide allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    Connection(Connection),
    Confirm(Confirm),
    Cancel { transaction_id: String },
}

/// The guide's default for `autoCloseTime`, in milliseconds.
const AUTO_CLOSE_MS: i64 = 30_000;

/// No order is worth more; keeps every sum far away from an overflow.
const MOST_WON: i64 = 1_000_000_000;

/// Reads a message. The first thing that is wrong with it decides the code.
pub(crate) fn read(message: &Value, credentials: &Credentials) -> Result<Request, Code> {
    let message = message.as_object().ok_or(codes::BAD_MESSAGE)?;
    let kind = message.get("type").and_then(Value::as_str).ok_or(codes::BAD_TYPE)?;
    if !matches!(kind, "connection" | "confirm" | "cancel") {
        return Err(codes::BAD_TYPE);
    }
    let data = message.get("data").and_then(Value::as_object).ok_or(codes::BAD_MESSAGE)?;
    let auto_close_ms = match message.get("autoCloseTime") {
        None => AUTO_CLOSE_MS,
        Some(value) => value.as_i64().filter(|ms| (1..=86_400_000).contains(ms)).ok_or(codes::BAD_MESSAGE)?,
    };
    let service = match kind {
        "connection" => {
            let mode = data.get("supportMode").and_then(Value::as_str).ok_or(codes::BAD_SUPPORT_MODE)?;
            Some(Service::named(mode).ok_or(codes::BAD_SUPPORT_MODE)?)
        }
        _ => None,
    };
    let auth = Auth::read(data)?;
    let transaction_id = transaction_id(data)?;
    let request = match service {
        Some(service) => Request::Connection(Connection {
            service,
            transaction_id,
            pay_amount: pay_amount(service, data)?,
            items: if service == Service::Coupon { items(data)?.ok_or(codes::NO_ITEM_LIST)? } else { Vec::new() },
            auto_close_ms,
        }),
        None if kind == "confirm" => Request::Confirm(confirm(transaction_id, data)?),
        None => Request::Cancel { transaction_id },
    };
    // A message must make sense before anybody asks who sent it: so every wrong field can be told from a wrong key.
    auth.check(credentials)?;
    Ok(request)
}

struct Auth<'a> {
    application_key: &'a str,
    passwd: &'a str,
    access_type: &'a str,
}

impl<'a> Auth<'a> {
    fn read(data: &'a Map<String, Value>) -> Result<Self, Code> {
        let auth = data.get("auth").and_then(Value::as_object).ok_or(codes::NO_AUTH)?;
        let text =
            |name: &str, code: Code| auth.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or(code);
        let application_key = text("applicationKey", codes::BAD_APPLICATION_KEY)?;
        if application_key.len() > 64
            || !application_key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        {
            return Err(codes::BAD_APPLICATION_KEY);
        }
        Ok(Self {
            application_key,
            passwd: text("passwd", codes::NO_PASSWD)?,
            access_type: text("accessType", codes::NO_ACCESS_TYPE)?,
        })
    }

    fn check(&self, credentials: &Credentials) -> Result<(), Code> {
        if self.application_key != credentials.application_key {
            return Err(codes::UNKNOWN_APPLICATION_KEY);
        }
        if self.passwd != credentials.passwd || self.access_type != credentials.terminal_id {
            return Err(codes::WRONG_TERMINAL_OR_PASSWD);
        }
        Ok(())
    }
}

/// 16 to 36 characters (section 3.1.2); printable ASCII without spaces, since the guide names no alphabet.
fn transaction_id(data: &Map<String, Value>) -> Result<String, Code> {
    data.get("transactionID")
        .and_then(Value::as_str)
        .filter(|id| (16..=36).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()))
        .map(str::to_owned)
        .ok_or(codes::BAD_TRANSACTION_ID)
}

fn pay_amount(service: Service, data: &Map<String, Value>) -> Result<i64, Code> {
    let code = match service {
        Service::PointRedeem => codes::BAD_REDEEM_AMOUNT,
        Service::PointEarn => codes::BAD_EARN_AMOUNT,
        Service::Prepaid => codes::BAD_PREPAID_AMOUNT,
        Service::Coupon => return Ok(0),
    };
    whole(data, "payAmount", 1, code)
}

/// A JSON integer of at least `least`; a number in a string or with a fraction isn't an `Int`.
fn whole(fields: &Map<String, Value>, name: &str, least: i64, code: Code) -> Result<i64, Code> {
    fields.get(name).and_then(Value::as_i64).filter(|won| (least..=MOST_WON).contains(won)).ok_or(code)
}

fn text(fields: &Map<String, Value>, name: &str, code: Code) -> Result<String, Code> {
    fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned).ok_or(code)
}

/// `itemList`: `None` when it is absent. Present, it is a list with something in it.
fn items(data: &Map<String, Value>) -> Result<Option<Vec<Item>>, Code> {
    let Some(list) = data.get("itemList") else {
        return Ok(None);
    };
    let list = list.as_array().filter(|list| !list.is_empty()).ok_or(codes::NO_ITEM_LIST)?;
    list.iter().map(item).collect::<Result<Vec<_>, _>>().map(Some)
}

fn item(value: &Value) -> Result<Item, Code> {
    let fields = value.as_object().ok_or(codes::BAD_MESSAGE)?;
    let id = text(fields, "itemID", codes::BAD_ITEM_ID)?;
    let name = text(fields, "itemName", codes::BAD_ITEM_NAME)?;
    let unit_price = whole(fields, "itemUnitPrice", 0, codes::BAD_ITEM_UNIT_PRICE)?;
    let count = whole(fields, "itemCount", 1, codes::BAD_ITEM_COUNT)?;
    let price = whole(fields, "itemPrice", 0, codes::BAD_ITEM_PRICE)?;
    if unit_price.checked_mul(count) != Some(price) {
        return Err(codes::BAD_ITEM_PRICE);
    }
    let options_price = match fields.get("itemOptionList") {
        None => 0,
        // Section 3.2.2: without a chosen option the list isn't sent at all.
        Some(options) => options
            .as_array()
            .filter(|options| !options.is_empty())
            .ok_or(codes::BAD_MESSAGE)?
            .iter()
            .map(option_price)
            .sum::<Result<i64, _>>()?,
    };
    Ok(Item { id, name, unit_price, price, options_price })
}

fn option_price(value: &Value) -> Result<i64, Code> {
    let fields = value.as_object().ok_or(codes::BAD_MESSAGE)?;
    text(fields, "itemOptionID", codes::BAD_OPTION_ID)?;
    text(fields, "itemOptionName", codes::BAD_OPTION_NAME)?;
    let unit_price = whole(fields, "itemOptionUnitPrice", 0, codes::BAD_OPTION_UNIT_PRICE)?;
    let count = whole(fields, "itemOptionCount", 1, codes::BAD_OPTION_COUNT)?;
    let price = whole(fields, "itemOptionPrice", 0, codes::BAD_OPTION_PRICE)?;
    if unit_price.checked_mul(count) != Some(price) {
        return Err(codes::BAD_OPTION_PRICE);
    }
    Ok(price)
}

fn yes_or_no(data: &Map<String, Value>, name: &str, code: Code) -> Result<bool, Code> {
    match data.get(name).and_then(Value::as_str) {
        Some("Y") => Ok(true),
        Some("N") => Ok(false),
        Some(_) | None => Err(code),
    }
}

fn confirm(transaction_id: String, data: &Map<String, Value>) -> Result<Confirm, Code> {
    let mut yes = Vec::new();
    for service in Service::ALL {
        if yes_or_no(data, service.flag_name(), service.flag_code())? {
            yes.push(service);
        }
    }
    let e_receipt = yes_or_no(data, "eReceiptIssueYN", codes::BAD_RECEIPT_FLAG)?;
    let items = items(data)?;
    if e_receipt && items.is_none() {
        return Err(codes::NO_ITEM_LIST);
    }
    let list = data.get("paymentList").and_then(Value::as_array).ok_or(codes::NO_PAYMENT_LIST)?;
    let payments = list.iter().map(payment).collect::<Result<Vec<_>, _>>()?;
    for memo in ["memo1", "memo2", "memo3", "memo4", "memo5"] {
        if data.get(memo).is_some_and(|memo| !memo.is_string()) {
            return Err(codes::BAD_MESSAGE);
        }
    }
    let confirm = Confirm { transaction_id, yes, e_receipt, payments };
    let sums = Sums::read(data)?;
    if confirm.yes.is_empty() && confirm.payments.is_empty() {
        // A release: nothing was paid, so nothing may be said to have been.
        return if sums.is_some_and(|sums| sums.customer_paid != 0) {
            Err(codes::BAD_PAYMENT_PRICE)
        } else {
            Ok(confirm)
        };
    }
    if confirm.payments.is_empty() {
        return Err(codes::NO_PAYMENT_LIST);
    }
    if let Some(sums) = sums {
        sums.check(&confirm, items.as_deref())?;
    }
    Ok(confirm)
}

/// One entry of `paymentList`. `payment` and `paymentPrice` are required, the rest may be `null` or absent.
fn payment(value: &Value) -> Result<Payment, Code> {
    let fields = value.as_object().ok_or(codes::BAD_PAYMENT)?;
    let tender = fields.get("payment").and_then(Value::as_str).and_then(Tender::named).ok_or(codes::BAD_PAYMENT)?;
    let price = whole(fields, "paymentPrice", 0, codes::BAD_PAYMENT_PRICE)?;
    for name in ["paymentID", "transactionID", "paymentIssuer", "cardPaymentPeriod", "cardMerchantID", "paymentMemo"] {
        if fields.get(name).is_some_and(|value| !value.is_null() && !value.is_string()) {
            return Err(codes::BAD_PAYMENT);
        }
    }
    for name in ["prepaidBalance", "pointBalance"] {
        if fields.get(name).is_some_and(|value| !value.is_null() && !value.is_i64()) {
            return Err(codes::BAD_PAYMENT);
        }
    }
    // A card's whole number must not travel. Gift cards and coupons have numbers of 16 digits that may.
    let digits =
        fields.get("paymentID").and_then(Value::as_str).unwrap_or("").bytes().filter(u8::is_ascii_digit).count();
    if tender == Tender::Card && digits > 10 {
        return Err(codes::BAD_PAYMENT);
    }
    Ok(Payment { tender, price })
}

/// `netAmount`, `tax`, `discount`, `customerPaid`, `totalPaid` in won. The guide marks all five optional: so all of
/// them, or none.
struct Sums {
    net: i64,
    tax: i64,
    discount: i64,
    customer_paid: i64,
    total: i64,
}

impl Sums {
    const NAMES: [&'static str; 5] = ["netAmount", "tax", "discount", "customerPaid", "totalPaid"];

    fn read(data: &Map<String, Value>) -> Result<Option<Self>, Code> {
        if Self::NAMES.iter().all(|name| !data.contains_key(*name)) {
            return Ok(None);
        }
        let won = |name: &str| whole(data, name, 0, codes::BAD_PAYMENT_PRICE);
        Ok(Some(Self {
            net: won("netAmount")?,
            tax: won("tax")?,
            discount: won("discount")?,
            customer_paid: won("customerPaid")?,
            total: won("totalPaid")?,
        }))
    }

    fn check(&self, confirm: &Confirm, items: Option<&[Item]>) -> Result<(), Code> {
        let paid =
            confirm.paid_with(Tender::Card) + confirm.paid_with(Tender::Cash) + confirm.paid_with(Tender::Prepaid);
        let reduced = confirm.paid_with(Tender::Point) + confirm.paid_with(Tender::Coupon);
        let fits = self.total == self.net + self.tax
            && self.customer_paid == self.total - self.discount
            && self.customer_paid == paid
            && self.discount == reduced
            && items.is_none_or(|items| {
                self.total == items.iter().map(|item| item.price + item.options_price).sum::<i64>()
            });
        if fits { Ok(()) } else { Err(codes::BAD_PAYMENT_PRICE) }
    }
}

/// The same message without its secrets, for the message log.
pub(crate) fn redacted(message: &Value) -> Value {
    match message {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match name.as_str() {
                "auth" | "applicationKey" | "passwd" | "accessType" => (name.clone(), Value::from("***")),
                _ => (name.clone(), redacted(value)),
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(values) => values.iter().map(redacted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => message.clone(),
    }
}
