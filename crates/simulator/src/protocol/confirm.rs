//! `confirm` (section 3.4): what is said Y to, how it was paid, and that the sums agree.

use super::fields::{Fields, Refusal, refusal};
use super::order::{Item, items};
use super::{Service, Tender};
use crate::codes;
use serde_json::Value;

/// Digits of a card's number that may travel: the first six and the last four.
const CARD_DIGITS: usize = 10;

/// One tender of `paymentList`, in won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) tender: Tender,
    pub(crate) price: i64,
}

/// A transaction's settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Confirm {
    pub(crate) transaction_id: String,
    /// The services that are said Y to.
    pub(crate) yes: Vec<Service>,
    pub(crate) e_receipt: bool,
    pub(crate) payments: Vec<Payment>,
    pub(crate) auto_close_ms: i64,
}

impl Confirm {
    /// Won paid with one kind of tender.
    pub(crate) fn paid_with(&self, tender: Tender) -> i64 {
        self.payments.iter().filter(|payment| payment.tender == tender).map(|payment| payment.price).sum()
    }
}

pub(super) fn confirm(transaction_id: String, auto_close_ms: i64, data: &Fields<'_>) -> Result<Confirm, Refusal> {
    let mut yes = Vec::new();
    for service in Service::ALL {
        if data.flag(service.flag_name(), service.flag_code())? {
            yes.push(service);
        }
    }
    let e_receipt = data.flag("eReceiptIssueYN", codes::BAD_RECEIPT_FLAG)?;
    let items = items(data)?;
    if e_receipt && items.is_none() {
        let (ko, en) = ("전자영수증을 발행하려면 필수예요", "required for an e-receipt");
        return Err(data.wrong("itemList", codes::NO_ITEM_LIST, ko, en));
    }
    let payments = payments(data)?;
    for memo in ["memo1", "memo2", "memo3", "memo4", "memo5"] {
        if data.get(memo).is_some_and(|memo| !memo.is_string()) {
            return Err(data.wrong(
                memo,
                codes::BAD_MESSAGE,
                "문자열이거나 없어야 해요",
                "a text or nothing is expected",
            ));
        }
    }
    let confirm = Confirm { transaction_id, yes, e_receipt, payments, auto_close_ms };
    let sums = Sums::read(data)?;
    if confirm.yes.is_empty() && confirm.payments.is_empty() {
        // A release: nothing was paid, so nothing may be said to have been.
        if sums.is_some_and(|sums| sums.customer_paid != 0) {
            let (ko, en) = ("낸 것이 없으면 0이어야 해요", "0 is expected where nothing was paid");
            return Err(data.wrong("customerPaid", codes::BAD_PAYMENT_PRICE, ko, en));
        }
        return Ok(confirm);
    }
    if confirm.payments.is_empty() {
        let (ko, en) = ("결제수단이 있어야 해요", "at least one tender is expected");
        return Err(data.wrong("paymentList", codes::NO_PAYMENT_LIST, ko, en));
    }
    if let Some(sums) = sums {
        sums.check(data, &confirm, items.as_deref())?;
    }
    Ok(confirm)
}

fn payments(data: &Fields<'_>) -> Result<Vec<Payment>, Refusal> {
    let list = data.list("paymentList", codes::NO_PAYMENT_LIST)?;
    let at = data.at("paymentList");
    let mut payments: Vec<Payment> = Vec::new();
    for (index, value) in list.iter().enumerate() {
        let entry = Fields::entry(format!("{at}[{index}]"), value, codes::BAD_PAYMENT)?;
        let payment = payment(&entry)?;
        // Each is held once under a transactionID. A customer may pay with two cards.
        let once = matches!(payment.tender, Tender::Point | Tender::Prepaid | Tender::Coupon);
        if once && payments.iter().any(|earlier| earlier.tender == payment.tender) {
            let (ko, en) =
                ("POINT, PREPAID, COUPON은 한 번씩만 올 수 있어요", "POINT, PREPAID and COUPON come once each");
            return Err(entry.wrong("payment", codes::BAD_PAYMENT, ko, en));
        }
        payments.push(payment);
    }
    Ok(payments)
}

/// `payment` and `paymentPrice` are required, the rest may be `null` or absent.
fn payment(entry: &Fields<'_>) -> Result<Payment, Refusal> {
    let tender = entry.get("payment").and_then(Value::as_str).and_then(Tender::named).ok_or_else(|| {
        let words = (
            "CARD, CASH, POINT, PREPAID, COUPON 중 하나여야 해요",
            "one of CARD, CASH, POINT, PREPAID, COUPON is expected",
        );
        entry.wrong("payment", codes::BAD_PAYMENT, words.0, words.1)
    })?;
    let price = entry.whole("paymentPrice", 0, codes::BAD_PAYMENT_PRICE)?;
    for name in ["paymentID", "transactionID", "paymentIssuer", "cardPaymentPeriod", "cardMerchantID", "paymentMemo"] {
        if entry.get(name).is_some_and(|value| !value.is_null() && !value.is_string()) {
            // A number here may be a card's.
            let entry = if name == "paymentID" { entry.clone().secret() } else { entry.clone() };
            return Err(entry.wrong(
                name,
                codes::BAD_PAYMENT,
                "문자열이나 null이어야 해요",
                "a text or null is expected",
            ));
        }
    }
    for name in ["prepaidBalance", "pointBalance"] {
        if entry.get(name).is_some_and(|value| !value.is_null() && value.as_i64().is_none_or(|won| won < 0)) {
            let (ko, en) = ("0 이상의 정수(Int)나 null이어야 해요", "a whole number of at least 0 or null is expected");
            return Err(entry.wrong(name, codes::BAD_PAYMENT, ko, en));
        }
    }
    if entry.get("cardPaymentPeriod").and_then(Value::as_str).is_some_and(|text| !matches!(text, "일시불" | "할부"))
    {
        let (ko, en) = ("\"일시불\"이나 \"할부\"여야 해요", "\"일시불\" or \"할부\" is expected");
        return Err(entry.wrong("cardPaymentPeriod", codes::BAD_PAYMENT, ko, en));
    }
    // A card's whole number must not travel. Gift cards and coupons have numbers of 16 digits that may.
    let digits =
        entry.get("paymentID").and_then(Value::as_str).unwrap_or("").bytes().filter(u8::is_ascii_digit).count();
    if tender == Tender::Card && digits > CARD_DIGITS {
        return Err(Refusal::of(
            entry.at("paymentID"),
            codes::BAD_PAYMENT,
            format!("카드번호는 가려서 보내야 해요(앞 6자리와 뒤 4자리까지). 온 값: 숫자 {digits}개"),
            format!("a card's number must be masked (first six and last four at most); found: {digits} digits"),
        ));
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

    fn read(data: &Fields<'_>) -> Result<Option<Self>, Refusal> {
        if Self::NAMES.iter().all(|name| data.get(name).is_none()) {
            return Ok(None);
        }
        let won = |name: &str| data.whole(name, 0, codes::BAD_PAYMENT_PRICE);
        Ok(Some(Self {
            net: won("netAmount")?,
            tax: won("tax")?,
            discount: won("discount")?,
            customer_paid: won("customerPaid")?,
            total: won("totalPaid")?,
        }))
    }

    fn check(&self, data: &Fields<'_>, confirm: &Confirm, items: Option<&[Item]>) -> Result<(), Refusal> {
        let paid =
            confirm.paid_with(Tender::Card) + confirm.paid_with(Tender::Cash) + confirm.paid_with(Tender::Prepaid);
        let reduced = confirm.paid_with(Tender::Point) + confirm.paid_with(Tender::Coupon);
        let ordered = items.map(|items| items.iter().map(|item| item.price + item.options_price).sum::<i64>());
        let equations = [
            ("totalPaid", self.total, self.net + self.tax, "netAmount + tax"),
            ("customerPaid", self.customer_paid, self.total - self.discount, "totalPaid − discount"),
            // A shop may have discounts of its own: the guide's example has one.
            ("discount", self.discount, self.discount.max(reduced), "at least paymentList: POINT + COUPON"),
            ("customerPaid", self.customer_paid, paid, "paymentList: CARD + CASH + PREPAID"),
            ("totalPaid", self.total, ordered.unwrap_or(self.total), "itemList"),
        ];
        match equations.iter().find(|(_, is, expected, _)| is != expected) {
            None => Ok(()),
            Some((name, _, expected, of)) => {
                let ko = format!("{expected}이어야 해요({of})");
                let en = format!("{expected} is expected ({of})");
                Err(refusal(data.at(name), codes::BAD_PAYMENT_PRICE, &ko, &en, data.get(name), false))
            }
        }
    }
}
