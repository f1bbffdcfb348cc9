//! What whoever makes the orders is told, and what stands on their paper: complete, the same each time, and as
//! `docs/order-hook.md` shows it.
#![allow(clippy::unwrap_used, clippy::panic)]

use checkout::{
    kiosk::Shop,
    order_hook::{self, Message},
    paper::{Paper, width},
    service::Service,
    transaction::Transaction,
};
use expect_test::{Expect, expect};
use serde_json::Value;
use simulation::world::World;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/order-hook.md");

fn shop() -> Shop {
    simulation::shop::shop(&Service::ALL)
}

/// The last transaction of a story.
fn after(story: &str) -> Transaction {
    let mut world = World::new();
    world.run(story);
    assert_eq!(world.violations, Vec::<String>::new(), "{story}");
    world.folds().pop().unwrap()
}

const SOLD: &str = "points 1000 · order latte+shot×2 milk · ask points · pay · done";
const REFUNDED: &str = "order latte+shot×2 milk · card only · pay · done · REFUND · still 2m";
const MADE: &str = "kitchen silent · order coffee · card only · pay · still 11m · MAKE · kitchen works · still 1m";

fn json(message: &Message) -> Value {
    serde_json::from_str(&message.body).unwrap()
}

/// The page shows what is really posted; `UPDATE_DOCS=1` writes it there.
#[test]
fn the_page_shows_the_messages_as_they_are() {
    let mut page = std::fs::read_to_string(PAGE).unwrap();
    for (event, message) in [
        ("order.paid", order_hook::paid(&shop(), &after(SOLD)).unwrap()),
        ("order.void", order_hook::void(&after(REFUNDED)).unwrap()),
    ] {
        assert_eq!(json(&message)["event"], event);
        let begins = format!("<!-- example {event} -->\n");
        let from = page.find(&begins).unwrap() + begins.len();
        let to = from + page[from..].find("<!-- /example -->").unwrap();
        let shown = format!("```json\n{}\n```\n", serde_json::to_string_pretty(&json(&message)).unwrap());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            page.replace_range(from..to, &shown);
            std::fs::write(PAGE, &page).unwrap();
        } else {
            assert_eq!(&page[from..to], shown, "run: UPDATE_DOCS=1 cargo test -p checkout --test order_hook");
        }
    }
}

/// Each field that a message has stands in the page, and no other.
#[test]
fn the_page_names_every_field() {
    fn fields(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    into.push(name.clone());
                    fields(inner, into);
                }
            }
            Value::Array(list) => list.iter().for_each(|inner| fields(inner, into)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let page = std::fs::read_to_string(PAGE).unwrap();
    let described: String = page.lines().filter(|line| !line.starts_with([' ', '{', '}'])).collect();
    let mut names = Vec::new();
    fields(&json(&order_hook::paid(&shop(), &after(SOLD)).unwrap()), &mut names);
    fields(&json(&order_hook::void(&after(REFUNDED)).unwrap()), &mut names);
    names.sort();
    names.dedup();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        let said = [
            format!("`{name}`"),
            format!(".{name}`"),
            format!("….{name}`"),
            format!(".{name}[]`"),
            format!("[].{name}`"),
        ];
        assert!(said.iter().any(|said| described.contains(said)), "{name} isn't described");
    }
}

#[test]
fn a_message_is_the_same_whenever_it_is_built() {
    let t = after("kitchen silent · order latte+shot×2 milk · card only · pay · still 5s");
    let later = after("kitchen silent · order latte+shot×2 milk · card only · pay · still 5s · CRASH · still 3m");
    let first = order_hook::paid(&shop(), &t).unwrap();
    assert_eq!(first, order_hook::paid(&shop(), &later).unwrap());
    assert_eq!(first.id, t.order.id.as_str());
    let void = order_hook::void(&after(REFUNDED)).unwrap();
    assert_eq!(void.id, format!("{}-void", after(REFUNDED).order.id));
    assert_eq!(
        (json(&void)["reason"].as_str(), json(&order_hook::void(&after(MADE)).unwrap())["reason"].as_str()),
        (Some("refunded"), Some("made_by_staff"))
    );
    // Without a number there is nothing to be called.
    assert_eq!(order_hook::paid(&shop(), &after("order · card only")), None);
}

fn check(paper: &Paper, columns: usize, expected: Expect) {
    let text = paper.text(columns);
    assert!(text.lines().all(|line| width(line) <= columns), "{text}");
    expected.assert_eq(&text);
}

#[test]
fn a_ticket_says_what_to_make_in_letters_that_are_read_from_afar() {
    check(
        &order_hook::ticket(&shop(), &after(SOLD), false),
        42,
        expect![[r#"
                          주문서

                            A1

                   2025-10-09 17:53:20
        ------------------------------------------
                        먹고 가기
        ------------------------------------------
        latte                                 × 2
          + shot × 2
        milk                                  × 1
    "#]],
    );
    check(
        &order_hook::ticket(&shop(), &after(SOLD), false),
        32,
        expect![[r#"
                     주문서

                       A1

              2025-10-09 17:53:20
        --------------------------------
                   먹고 가기
        --------------------------------
        latte                       × 2
          + shot × 2
        milk                        × 1
    "#]],
    );
}

#[test]
fn a_ticket_that_may_be_the_second_says_so() {
    check(
        &order_hook::ticket(&shop(), &after(SOLD), true),
        42,
        expect![[r#"
                    주문서 (다시 인쇄)

                            A1

                   2025-10-09 17:53:20
        ------------------------------------------
        같은 번호의 주문서가 이미 나왔으면 만들지
        마세요.
        ------------------------------------------
                        먹고 가기
        ------------------------------------------
        latte                                 × 2
          + shot × 2
        milk                                  × 1
    "#]],
    );
}

#[test]
fn a_void_slip_says_what_not_to_make_and_why() {
    check(
        &order_hook::void_slip(&shop(), &after(REFUNDED)),
        42,
        expect![[r#"
                        주문 취소

                            A1

                   2025-10-09 17:53:20
        ------------------------------------------
        이 번호는 만들지 마세요. 환불된
        주문이에요.
        ------------------------------------------
        latte                                 × 2
          + shot × 2
        milk                                  × 1
    "#]],
    );
    check(
        &order_hook::void_slip(&shop(), &after(MADE)),
        42,
        expect![[r#"
                        주문 취소

                            A1

                   2025-10-09 17:53:20
        ------------------------------------------
        이 번호는 만들지 마세요. 직원이 직접
        만들어요.
        ------------------------------------------
        coffee                                × 1
    "#]],
    );
}
