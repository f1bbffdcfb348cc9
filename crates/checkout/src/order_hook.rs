//! What whoever makes the orders is told: the paid order, and that one is void. Built from the transaction alone, so that a
//! repeat says the same to the letter. `docs/order-hook.md` is its description for those who receive it.

use serde::Serialize;

use crate::{
    ids::{ItemId, OptionId, OrderId},
    kiosk::Shop,
    money::Won,
    order::Line,
    paper::{self, Paper},
    time::with_offset,
    transaction::Transaction,
    view::Way,
};

/// Names the shape of what is told. A field may be added to it; what changes the meaning of one is another schema.
pub const SCHEMA: &str = "prbiti-kiosk/order/1";

/// What is told, and under which name: a repeat has the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Names this message for ever: whoever has heard it needs no second one.
    pub id: String,
    /// JSON.
    pub body: String,
}

#[derive(Serialize)]
struct Told<T> {
    schema: &'static str,
    event: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Paid<'a> {
    id: &'a OrderId,
    number: &'a str,
    business_day: &'a str,
    paid_at: String,
    way: Way,
    items: Vec<Item<'a>>,
    total: Won,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    id: &'a ItemId,
    name: &'a str,
    count: u32,
    unit_price: Won,
    options: Vec<Chosen<'a>>,
    total: Won,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Chosen<'a> {
    id: &'a OptionId,
    name: &'a str,
    count_per_item: u32,
    unit_price: Won,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Named<'a> {
    id: &'a OrderId,
    number: &'a str,
    business_day: &'a str,
}

/// The order is paid: it is to be made.
pub fn paid(shop: &Shop, t: &Transaction) -> Option<Message> {
    let number = t.order_number.as_ref()?;
    let order = Paid {
        id: &t.order.id,
        number: &number.text,
        business_day: &number.business_day,
        paid_at: with_offset(t.paid_at.as_ref()?.wall_ms, shop.utc_offset_min),
        way: t.order.way,
        items: t.order.lines.iter().map(item).collect(),
        total: t.total(),
    };
    let told = Told { schema: SCHEMA, event: "order.paid", order: Some(order), reason: None };
    message(t.order.id.as_str().to_owned(), &told)
}

fn item(line: &Line) -> Item<'_> {
    let options = line.options.iter().map(|option| Chosen {
        id: &option.option,
        name: &option.names.ko,
        count_per_item: option.per_piece,
        unit_price: option.price,
    });
    Item {
        id: &line.item,
        name: &line.names.ko,
        count: line.pieces,
        unit_price: line.price,
        options: options.collect(),
        total: line.total(),
    }
}

/// The order is void: it isn't to be made, or not any more, and not when it should still come.
pub fn void(t: &Transaction) -> Option<Message> {
    let number = t.order_number.as_ref()?;
    let order = Named { id: &t.order.id, number: &number.text, business_day: &number.business_day };
    let reason = if t.made_by_staff { "made_by_staff" } else { "refunded" };
    let told = Told { schema: SCHEMA, event: "order.void", order: Some(order), reason: Some(reason) };
    message(format!("{}-void", t.order.id), &told)
}

/// Somebody looks whether what is posted arrives. Nothing is to be made.
pub fn test(id: &str) -> Option<Message> {
    let told = Told::<()> { schema: SCHEMA, event: "test", order: None, reason: None };
    message(id.to_owned(), &told)
}

fn message<T: Serialize>(id: String, told: &Told<T>) -> Option<Message> {
    Some(Message { id, body: serde_json::to_string(told).ok()? })
}

/// The ticket of a paid order. `again` when one of it may have come out before.
pub fn ticket(shop: &Shop, t: &Transaction, again: bool) -> Paper {
    let mut lines = head(shop, t, if again { "주문서 (다시 인쇄)" } else { "주문서" });
    if again {
        lines.push(paper::Line::Text("같은 번호의 주문서가 이미 나왔으면 만들지 마세요.".into()));
        lines.push(paper::Line::Rule);
    }
    let way = match t.order.way {
        Way::ForHere => "먹고 가기",
        Way::ToGo => "가져가기",
    };
    lines.extend([paper::Line::Title(way.into()), paper::Line::Rule]);
    lines.extend(to_be_made(t));
    Paper(lines)
}

/// The slip of an order that isn't to be made any more.
pub fn void_slip(shop: &Shop, t: &Transaction) -> Paper {
    let mut lines = head(shop, t, "주문 취소");
    let why = if t.made_by_staff { "직원이 직접 만들어요." } else { "환불된 주문이에요." };
    lines.push(paper::Line::Text(format!("이 번호는 만들지 마세요. {why}")));
    lines.push(paper::Line::Rule);
    lines.extend(to_be_made(t));
    Paper(lines)
}

fn head(shop: &Shop, t: &Transaction, title: &str) -> Vec<paper::Line> {
    let mut lines = Vec::new();
    if shop.practice {
        lines.push(paper::Line::Centre("** 연습 모드 · 만들지 마세요 **".into()));
    }
    let number = t.order_number.as_ref().map(|number| number.text.clone()).unwrap_or_default();
    let paid = t.paid_at.as_ref().unwrap_or(&t.began);
    lines.extend([
        paper::Line::Title(title.to_owned()),
        paper::Line::Space,
        paper::Line::Number(number),
        paper::Line::Space,
        paper::Line::Centre(crate::time::on_the_wall(paid.wall_ms, shop.utc_offset_min)),
        paper::Line::Rule,
    ]);
    lines
}

/// Each item with its count, and below it what was chosen with each one.
fn to_be_made(t: &Transaction) -> Vec<paper::Line> {
    let mut lines = Vec::new();
    for line in &t.order.lines {
        lines.push(paper::Line::Sum(line.names.ko.clone(), format!("× {}", line.pieces)));
        for option in &line.options {
            let count = if option.per_piece > 1 { format!(" × {}", option.per_piece) } else { String::new() };
            lines.push(paper::Line::Text(format!("  + {}{count}", option.names.ko)));
        }
    }
    lines
}
