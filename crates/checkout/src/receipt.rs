//! What paper says: an order's receipt, a refund's, the slip of an order that isn't settled yet, a day's close, a test.
//! In Korean, as the law and the shop's books want it; each figure is the order's or the journal's own.

use crate::{
    close::{DayClose, Tally},
    entry::Closed,
    ids::AttemptId,
    kiosk::Shop,
    money::Won,
    order::{Line as Ordered, taxable, vat_within},
    paper::{Line, Paper},
    service::Service,
    staff::Person,
    time::{Now, on_the_wall, read},
    transaction::{Attempt, Refund, Transaction},
    view::Way,
};

use crate::{card::Approval, catalog::Tax};

/// Who sells, as the law wants it on a receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seller {
    /// 사업자등록번호: ten digits.
    pub business_number: String,
    /// 대표자.
    pub representative: String,
    /// 주소.
    pub address: String,
    /// 전화번호.
    pub phone: String,
}

impl Seller {
    /// `123-45-67891`.
    pub fn business_number(&self) -> String {
        let digits: Vec<char> = self.business_number.chars().collect();
        match digits.as_slice() {
            [a, b, c, d, e, rest @ ..] if digits.len() == 10 => {
                format!("{a}{b}{c}-{d}{e}-{}", rest.iter().collect::<String>())
            }
            _ => self.business_number.clone(),
        }
    }
}

/// The words above what an order owes for points and the like, in the order in which they are used.
const BENEFITS: [(Service, &str); 3] =
    [(Service::Coupon, "쿠폰 할인"), (Service::PointRedeem, "포인트 사용"), (Service::Prepaid, "기프트카드")];

/// A paid order's receipt. `again` when it may not be the first one.
pub fn receipt(shop: &Shop, t: &Transaction, again: bool) -> Paper {
    let mut lines = head(shop);
    lines.push(Line::Title(if again { "영수증 (재발행)" } else { "영수증" }.to_owned()));
    if let Some(number) = &t.order_number {
        lines.extend([Line::Space, Line::Centre("주문번호".into()), Line::Number(number.text.clone()), Line::Space]);
    }
    let paid = t.paid_at.as_ref().unwrap_or(&t.began);
    let way = match t.order.way {
        Way::ForHere => "먹고 가기",
        Way::ToGo => "가져가기",
    };
    lines.extend([pair(&clock(shop, paid), way), Line::Rule]);
    lines.extend(goods(t));
    lines.push(Line::Rule);
    lines.extend(sums(t, Won::get));
    if let Some((attempt, approval)) = t.approved() {
        lines.push(Line::Rule);
        lines.push(Line::Centre("신용카드 매출전표".into()));
        lines.extend(card(shop, attempt, approval, Won::get));
        lines.push(sum("승인 금액", approval.amount.get()));
    }
    let benefits = benefits(t);
    if !benefits.is_empty() {
        lines.push(Line::Rule);
        lines.extend(benefits);
    }
    lines.extend(foot(t, "환불할 때 이 영수증을 보여 주세요"));
    Paper(lines)
}

/// The receipt of an order's own money that was given back.
pub fn refund(shop: &Shop, t: &Transaction) -> Option<Paper> {
    let given_back = t.refund.as_ref().filter(|_| t.is_refunded())?;
    let mut lines = given_back_head(shop, t, given_back);
    if let Some(number) = &t.order_number {
        lines.push(pair("주문번호", &number.text));
    }
    lines.push(Line::Rule);
    lines.extend(goods(t));
    lines.push(Line::Rule);
    lines.extend(sums(t, minus));
    if let Some((attempt, approval)) = t.approved() {
        lines.extend([Line::Rule, Line::Centre("신용카드 취소전표".into())]);
        lines.extend(card(shop, attempt, approval, minus));
        lines.extend(cancelled(shop, given_back, approval.amount));
    }
    if t.holds() {
        lines.push(Line::Rule);
        let word = match t.closed {
            Some(Closed::Refunded) => "쓴 혜택도 돌려 드렸어요",
            _ => "쓴 혜택은 돌려 드리는 중이에요",
        };
        lines.push(Line::Text(word.into()));
    }
    lines.extend(foot(t, ""));
    Some(Paper(lines))
}

/// The receipt of a stray charge that was given back; the order is another matter, and may be paid.
pub fn stray_refund(shop: &Shop, t: &Transaction, attempt: &AttemptId) -> Option<Paper> {
    let (charge, given_back) = t.stray_given_back(attempt)?;
    let mut lines = given_back_head(shop, t, given_back);
    lines.extend([Line::Rule, Line::Text("주문과 관계없이 결제된 돈을 돌려 드렸어요".into())]);
    lines.push(Line::Centre("신용카드 취소전표".into()));
    lines.extend(approved(shop, &charge.approval));
    lines.extend(cancelled(shop, given_back, charge.approval.amount));
    lines.extend(foot(t, ""));
    Some(Paper(lines))
}

fn given_back_head(shop: &Shop, t: &Transaction, given_back: &Refund) -> Vec<Line> {
    let mut lines = head(shop);
    lines.extend([Line::Title("환불 영수증".into()), Line::Space]);
    lines.push(pair("환불", &clock(shop, &given_back.since)));
    lines.push(pair("주문", &clock(shop, t.paid_at.as_ref().unwrap_or(&t.began))));
    lines
}

const fn minus(amount: Won) -> i64 {
    -amount.get()
}

/// 확인증: what a customer takes along who paid, or may have, and whose order isn't settled yet.
pub fn slip(shop: &Shop, t: &Transaction, amount: Option<Won>, now: &Now) -> Paper {
    let mut lines = head(shop);
    lines.extend([Line::Title("확인증".into()), Line::Space]);
    lines.push(Line::Text("결제가 어떻게 되었는지 아직 확인하고 있어요. 직원에게 이 종이를 보여 주세요.".into()));
    lines.extend([Line::Space, Line::Centre("확인 번호".into()), Line::Number(t.id.reference()), Line::Space]);
    lines.push(pair("시각", &clock(shop, now)));
    if let Some(amount) = amount {
        lines.push(sum("확인하는 금액", amount.get()));
    }
    lines.push(pair("주문 금액", &won(t.total().get())));
    lines.extend([Line::Rule, Line::Text("확인될 때까지 이 주문을 다시 결제하지 마세요.".into()), Line::Space]);
    lines.push(Line::Code(t.id.as_str().to_owned()));
    Paper(lines)
}

/// What came in, what went back and what is left, each tender and tax, with its Korean word.
pub fn tallies(close: &DayClose) -> Vec<(&'static str, Tally, Tally)> {
    let (sales, refunds) = (&close.day.sales, &close.day.refunds);
    let tax = |amount: Won| Tally { count: 0, amount };
    let supply = |vat: Won, free: Won, all: Won| tax(all.minus(free).minus(vat));
    vec![
        ("주문", sales.orders, refunds.orders),
        ("쿠폰", sales.coupon, refunds.coupon),
        ("포인트", sales.points, refunds.points),
        ("기프트카드", sales.gift_card, refunds.gift_card),
        ("카드", sales.card, refunds.card),
        (
            "공급가액(주문)",
            supply(sales.vat, sales.vat_free, sales.orders.amount),
            supply(refunds.vat, refunds.vat_free, refunds.orders.amount),
        ),
        ("부가세(주문)", tax(sales.vat), tax(refunds.vat)),
        ("면세(주문)", tax(sales.vat_free), tax(refunds.vat_free)),
        (
            "공급가액(카드)",
            supply(sales.card_vat, sales.card_vat_free, sales.card.amount),
            supply(refunds.card_vat, refunds.card_vat_free, refunds.card.amount),
        ),
        ("부가세(카드)", tax(sales.card_vat), tax(refunds.card_vat)),
        ("면세(카드)", tax(sales.card_vat_free), tax(refunds.card_vat_free)),
        ("적립(점)", sales.earn, refunds.earn),
    ]
}

/// A day that was closed, then and by them.
pub fn close(shop: &Shop, closed_ms: i64, by: &Person, close: &DayClose) -> Paper {
    let mut lines = practice(shop);
    lines.extend([
        Line::Title("하루 마감".into()),
        Line::Centre(shop.names.ko.clone()),
        pair(&format!("제 {} 호", close.number), &format!("영업일 {}", close.day.day)),
        pair(&format!("마감 {}", by.name), &on_the_wall(closed_ms, shop.utc_offset_min)),
        Line::Rule,
    ]);
    let counted = |what: &str, count: u32| if count > 0 { format!("{what} {count}") } else { what.to_owned() };
    for (what, sold, back) in tallies(close) {
        lines.push(pair(&counted(what, sold.count), &won(sold.amount.get())));
        if back.amount != Won::ZERO {
            lines.push(pair(&counted("  환불", back.count), &won(-back.amount.get())));
        }
    }
    lines.push(Line::Rule);
    lines.push(sum("카드로 받을 돈", close.day.card_due().get()));
    lines.push(match close.day.terminal {
        Some(terminal) => sum("결제기가 받은 돈", terminal.approved.amount.minus(terminal.refunded.amount).get()),
        None => Line::Text("결제기가 답하지 않았음".into()),
    });
    lines.push(pair("서로 다른 것", &close.day.differences.len().to_string()));
    lines.push(pair("끝나지 않은 것", &close.open.to_string()));
    if let Some(reason) = &close.reason {
        lines.extend([Line::Rule, Line::Text(format!("까닭: {reason}"))]);
    }
    Paper(lines)
}

/// A paper that shows whether all comes out as it should.
pub fn test(shop: &Shop, now: &Now) -> Paper {
    let mut lines = head(shop);
    lines.extend([Line::Title("시험 인쇄".into()), Line::Centre(clock(shop, now)), Line::Rule]);
    lines.push(pair("아메리카노 × 2", "6,000"));
    lines.push(pair("가나다라마바사아자차카타파하", "1,234,567"));
    lines.push(sum("합계", 1_240_567));
    lines.push(Line::Text("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 !#%&()*+,-./:;<=>?@".into()));
    lines.extend([Line::Rule, Line::Number("127".into()), Line::Space, Line::Code("PRINTER-TEST".into())]);
    lines.push(Line::Centre("위의 줄이 나란하고 코드가 읽히면 좋아요".into()));
    Paper(lines)
}

/// Nothing is sold where only the simulator is.
fn practice(shop: &Shop) -> Vec<Line> {
    let says = || vec![Line::Centre("** 연습 모드 · 돈이 나가지 않았어요 **".into()), Line::Space];
    shop.practice.then(says).unwrap_or_default()
}

/// Who sells.
fn head(shop: &Shop) -> Vec<Line> {
    let Seller { business_number: _, representative, address, phone } = &shop.seller;
    let mut lines = practice(shop);
    lines.extend([Line::Logo, Line::Title(shop.names.ko.clone()), Line::Space]);
    lines.push(Line::Text(format!("사업자등록번호 {}  대표 {representative}", shop.seller.business_number())));
    lines.push(Line::Text(address.clone()));
    if !phone.is_empty() {
        lines.push(Line::Text(format!("전화 {phone}")));
    }
    lines.push(Line::Rule);
    lines
}

/// What readers and people find it by.
fn foot(t: &Transaction, words: &str) -> Vec<Line> {
    let mut lines = vec![Line::Rule, Line::Code(t.id.as_str().to_owned())];
    lines.push(Line::Centre(format!("확인 번호 {}", t.id.reference())));
    lines.extend((!words.is_empty()).then(|| Line::Centre(words.to_owned())));
    lines
}

/// What was bought: each line with its options, at the prices that were shown.
fn goods(t: &Transaction) -> Vec<Line> {
    let is_free = |line: &Ordered| line.tax == Tax::Free;
    let mut lines = Vec::new();
    for line in &t.order.lines {
        let mark = if is_free(line) { "*" } else { "" };
        let name = format!("{mark}{} × {}", line.names.ko, line.pieces);
        lines.push(pair(&name, &won(line.price.times(line.pieces).get())));
        for option in &line.options {
            let count = option.count(line.pieces);
            let name = format!("  {} × {count}", option.names.ko);
            lines.push(pair(&name, &won(option.price.times(count).get())));
        }
    }
    if t.order.lines.iter().any(is_free) {
        lines.push(Line::Text("* 부가세가 없는 물품".into()));
    }
    lines
}

/// The order's sum with its taxes, what was used for it, and what was left to pay.
fn sums(t: &Transaction, figure: fn(Won) -> i64) -> Vec<Line> {
    let taxed = taxable(&t.order.lines);
    let vat = vat_within(taxed);
    let mut lines = vec![sum("주문 합계", figure(t.total()))];
    lines.push(pair("  공급가액", &won(figure(taxed.minus(vat)))));
    lines.push(pair("  부가세", &won(figure(vat))));
    let free = t.total().minus(taxed);
    lines.extend((!free.is_zero()).then(|| pair("  면세", &won(figure(free)))));
    for (service, word) in BENEFITS {
        lines.extend(t.held(service).map(|amount| pair(word, &won(-figure(amount)))));
    }
    lines.push(sum(if t.approval().is_some() { "카드" } else { "낸 돈" }, figure(t.due())));
    lines
}

/// The card's slip.
fn card(shop: &Shop, attempt: &Attempt, approval: &Approval, figure: fn(Won) -> i64) -> Vec<Line> {
    let mut lines = approved(shop, approval);
    let months = match approval.instalment_months {
        0 => "일시불".to_owned(),
        months => format!("{months}개월"),
    };
    lines.push(pair("할부", &months));
    lines.push(pair("공급가액", &won(figure(approval.amount.minus(attempt.tax_free).minus(attempt.tax)))));
    lines.push(pair("부가세", &won(figure(attempt.tax))));
    lines.extend((!attempt.tax_free.is_zero()).then(|| pair("면세", &won(figure(attempt.tax_free)))));
    lines
}

/// How much is given back, and what the issuer approved of it, as far as that is known.
fn cancelled(shop: &Shop, refund: &Refund, amount: Won) -> Vec<Line> {
    let approved = |given: &Approval| {
        let at = issued(shop, given);
        known([("취소 승인번호", given.approval_number.as_str()), ("취소 시각", at.as_str())])
    };
    let mut lines = refund.given.as_ref().map(approved).unwrap_or_default();
    lines.push(sum("취소 금액", minus(amount)));
    lines
}

/// When the issuer approved, by the shop's clock; empty when that isn't known.
fn issued(shop: &Shop, approval: &Approval) -> String {
    read(&approval.approved_at).map(|at_ms| on_the_wall(at_ms, shop.utc_offset_min)).unwrap_or_default()
}

/// What the terminal said of it, as far as it did.
fn approved(shop: &Shop, approval: &Approval) -> Vec<Line> {
    let at = issued(shop, approval);
    known([
        ("카드사", approval.issuer.as_str()),
        ("매입사", approval.acquirer.as_str()),
        ("카드번호", approval.masked_card.as_str()),
        ("가맹점번호", approval.merchant_id.as_str()),
        ("승인번호", approval.approval_number.as_str()),
        ("승인 시각", at.as_str()),
    ])
}

/// A line for each of these that somebody said.
fn known<const N: usize>(said: [(&str, &str); N]) -> Vec<Line> {
    said.into_iter().filter(|(_, said)| !said.is_empty()).map(|(word, said)| pair(word, said)).collect()
}

/// What is known of points: Prbiti tells no balance.
fn benefits(t: &Transaction) -> Vec<Line> {
    let settled = t.settle_is_done() || t.closed == Some(Closed::Settled);
    let earned = t.held(Service::PointEarn).map(|points| format!("{}점", won(points.get())));
    match (earned, settled) {
        (Some(points), true) => vec![pair("적립한 포인트", &points)],
        (Some(points), false) => {
            vec![pair("적립할 포인트", &points), Line::Text("포인트는 직원이 확인해서 처리해요".into())]
        }
        (None, false) if t.holds() => vec![Line::Text("쓴 혜택은 직원이 확인해서 처리해요".into())],
        (None, _) => Vec::new(),
    }
}

fn clock(shop: &Shop, at: &Now) -> String {
    on_the_wall(at.wall_ms, shop.utc_offset_min)
}

fn pair(left: &str, right: &str) -> Line {
    Line::Pair(left.to_owned(), right.to_owned())
}

fn sum(left: &str, amount: i64) -> Line {
    Line::Sum(left.to_owned(), won(amount))
}

/// `-17,500`.
fn won(amount: i64) -> String {
    Won::new(amount).grouped().trim_end_matches(" won").to_owned()
}
