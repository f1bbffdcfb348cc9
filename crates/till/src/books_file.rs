//! A closed day for other programs and for paper: CSV that a Korean Excel opens, JSON with all of it, and a slip of 42
//! columns. Nothing is decided here: what is written is what the close says.

use checkout::{
    card::Approval,
    close::{DayClose, Differs, Tally},
    deed::Deed,
    kiosk::Shop,
    money::Won,
    receipt::{self, tallies},
    time::on_the_wall,
    transaction::Transaction,
};
use serde_json::json;

/// Columns of a slip: what an 80 mm printer has.
const SLIP: usize = 42;
/// What Excel knows UTF-8 by.
const BOM: &str = "\u{feff}";

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewFile {
    /// Its name, without a folder.
    pub(crate) name: String,
    /// What is in it.
    pub(crate) bytes: Vec<u8>,
}

/// The files of a close: its sums, its orders, all of it, and the slip. `booked` are the transactions that it counts, as
/// far as they can be read. What was only practised says so, in the names of the files already.
pub(crate) fn files(
    shop: &Shop,
    deed: &Deed,
    close: &DayClose,
    booked: &[Transaction],
) -> Result<Vec<NewFile>, csv::Error> {
    let utc_offset_min = shop.utc_offset_min;
    let practice = if shop.practice { "practice-" } else { "" };
    let name = |rest: &str| format!("{practice}close-{:06}-{}{rest}", close.number, close.day.day);
    let all = json!({
        "practice": shop.practice,
        "closedAt": on_the_wall(deed.at.wall_ms, utc_offset_min),
        "closedBy": deed.by,
        "close": close,
        "byHand": booked.iter().filter(|t| t.by_hand).map(|t| t.id.as_str()).collect::<Vec<_>>(),
    });
    let file = |rest: &str, bytes: Vec<u8>| NewFile { name: name(rest), bytes };
    Ok(vec![
        file("-sums.csv", table(&sums(close))?),
        file("-orders.csv", table(&orders(close, booked, utc_offset_min))?),
        file(".json", format!("{all:#}\n").into_bytes()),
        file(".txt", slip(shop, deed, close).into_bytes()),
    ])
}

fn table(rows: &[Vec<String>]) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BOM.as_bytes().to_vec());
    for row in rows {
        table.write_record(row)?;
    }
    table.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn sums(close: &DayClose) -> Vec<Vec<String>> {
    let head = ["마감번호", "영업일", "항목", "판매 건수", "판매 금액", "환불 건수", "환불 금액", "합계"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut row = |what: &str, sold: Tally, back: Tally| {
        let number = close.number.to_string();
        let figures = [won(sold.amount), back.count.to_string(), won(back.amount), won(sold.amount.minus(back.amount))];
        let front = [number, close.day.day.clone(), what.to_owned(), sold.count.to_string()];
        rows.push(front.into_iter().chain(figures).collect());
    };
    for (what, sold, back) in tallies(close) {
        row(what, sold, back);
    }
    if let Some(terminal) = close.day.terminal {
        row("결제기", terminal.approved, terminal.refunded);
    }
    rows
}

fn orders(close: &DayClose, booked: &[Transaction], utc_offset_min: i32) -> Vec<Vec<String>> {
    let head = [
        "마감번호",
        "영업일",
        "구분",
        "주문번호",
        "거래번호",
        "때",
        "주문 금액",
        "쿠폰",
        "포인트",
        "기프트카드",
        "카드",
        "카드 부가세",
        "카드 면세",
        "승인번호",
        "원승인번호",
        "서로 다름",
        "직접 처리",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for booking in &close.day.bookings {
        use checkout::service::Service;
        let t = booked.iter().find(|t| t.id == booking.transaction);
        let differs =
            close.day.differences.iter().filter(|found| found.transaction.as_ref() == Some(&booking.transaction));
        let differs: Vec<&str> = differs.map(|found| in_words(found.kind)).collect();
        let at = t.and_then(|t| match booking.refund {
            true => t.refund.as_ref().map(|refund| refund.since.wall_ms),
            false => t.paid_at.as_ref().map(|paid| paid.wall_ms),
        });
        let sign = |amount: Won| won(if booking.refund { Won::ZERO.minus(amount) } else { amount });
        let of = |figure: &dyn Fn(&Transaction) -> Won| t.map(|t| sign(figure(t))).unwrap_or_default();
        let charged = t.and_then(Transaction::approval);
        let given = t.and_then(|t| t.refund.as_ref()?.given.as_ref());
        let number = |of: Option<&Approval>| of.map(|of| as_text(of.approval_number.as_str())).unwrap_or_default();
        let held = |service| move |t: &Transaction| t.held(service).unwrap_or_default();
        rows.push(vec![
            close.number.to_string(),
            close.day.day.clone(),
            if booking.refund { "환불" } else { "판매" }.to_owned(),
            t.and_then(|t| t.order_number.as_ref()).map(|number| as_text(&number.text)).unwrap_or_default(),
            as_text(booking.transaction.as_str()),
            at.map(|at| on_the_wall(at, utc_offset_min)).unwrap_or_default(),
            of(&Transaction::total),
            of(&held(Service::Coupon)),
            of(&held(Service::PointRedeem)),
            of(&held(Service::Prepaid)),
            of(&|t| t.approval().map_or(Won::ZERO, |approval| approval.amount)),
            of(&|t| t.approved().map_or(Won::ZERO, |(attempt, _)| attempt.tax)),
            of(&|t| t.approved().map_or(Won::ZERO, |(attempt, _)| attempt.tax_free)),
            number(if booking.refund { given } else { charged }),
            number(charged.filter(|_| booking.refund)),
            differs.join("; "),
            if t.is_some_and(|t| t.by_hand) { "예" } else { "" }.to_owned(),
        ]);
    }
    rows
}

/// What the three accounts don't agree on.
const fn in_words(kind: Differs) -> &'static str {
    match kind {
        Differs::ApprovalWithoutOrder => "주문 없는 카드 결제",
        Differs::OrderWithoutApproval => "결제기에 없는 결제",
        Differs::AmountsDiffer => "카드와 주문의 금액이 다름",
        Differs::OrderWithoutSettlement => "확정되지 않은 혜택",
        Differs::SettlementWithoutOrder => "결제 없이 확정된 혜택",
        Differs::RefundWithoutCancel => "돌려주지 않은 혜택",
        Differs::CancelDiffers => "쓴 것과 다르게 돌려준 혜택",
        Differs::RefundNotListed => "결제기에 없는 환불",
        Differs::RefundWithoutOrder => "결제기에만 있는 환불",
    }
}

/// The close as a printer has it.
fn slip(shop: &Shop, deed: &Deed, close: &DayClose) -> String {
    receipt::close(shop, deed.at.wall_ms, &deed.by, close).text(SLIP)
}

/// Excel makes figures of what looks like them, without the zeros in front, and runs what looks like a formula. A formula that
/// is a text is left as it is.
fn as_text(name: &str) -> String {
    format!("=\"{}\"", name.replace('"', "\"\""))
}

fn won(amount: Won) -> String {
    amount.get().to_string()
}
