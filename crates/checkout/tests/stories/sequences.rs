//! Any customer, any answers, any faults, in any order: what is sent to Prbiti keeps to the guide, and the money is
//! where it belongs.

use std::collections::BTreeMap;

use checkout::{
    ids::TransactionId,
    protocol::Request,
    transaction::{CardState, Transaction},
};
use proptest::prelude::*;
use serde_json::Value;

use simulation::world::{Posted, World};

/// How Prbiti, the card and the network will behave.
const PLANS: [&str; 42] = [
    "coupon 500",
    "coupon 5000",
    "coupon 0",
    "coupon silent",
    "coupon 300020010",
    "points 1000",
    "points 5000",
    "points violates",
    "points 1000 silently",
    "points 1000 but 300020004",
    "points 100050001",
    "gift 700",
    "gift 5000",
    "gift not loaded",
    "gift 300010002",
    "gift 300030001",
    "earn 50",
    "earn silent",
    "earn 100030001",
    "settle silent",
    "settle silent always",
    "settle done silently",
    "settle 300020012",
    "settle 100010026",
    "settle violates",
    "settle not loaded",
    "release silent",
    "release done silently",
    "release 300030001",
    "release 100010007",
    "cancel silent",
    "cancel done silently",
    "cancel 300020011",
    "card declines",
    "card charged silently",
    "card silent",
    "card waits",
    "card charged wrongly",
    "agent silent",
    "agent answers",
    "module away",
    "module back",
];
const ASKS: [&str; 7] = [
    "card only",
    "ask points",
    "ask gift",
    "ask coupon points",
    "ask gift earn",
    "ask points earn",
    "ask coupon points gift earn",
];
/// What the customer does, and what happens meanwhile. A touch that finds no such button does nothing.
const ACTS: [&str; 28] = [
    "pay",
    "pay",
    "pay",
    "pay",
    "done",
    "skip",
    "go on",
    "go on",
    "start over",
    "back",
    "start again",
    "try again",
    "without service",
    "without benefits",
    "stop",
    "don't pay",
    "another card",
    "phone receipt",
    "reload",
    "wait 1s",
    "wait 40s",
    "wait 6m",
    "still 20s",
    "idle",
    "CRASH",
    "POWER CUT",
    "JOURNAL FAILS",
    "module dies",
];

/// What goes wrong with the kiosk and with answers on their way. A wall clock that was set ahead while the machine was
/// off isn't among it: nobody could tell it from time, and the holds then end by themselves.
const FAULTS: [&str; 17] = [
    "after 0 steps cut",
    "after 1 steps cut",
    "after 2 steps cut, kept",
    "after 3 steps cut",
    "after 0 steps killed",
    "after 1 steps killed",
    "after 2 steps killed",
    "after 4 steps killed",
    "after 0 steps commit fails",
    "after 1 steps commit fails, kept",
    "after 2 steps commit fails",
    "after 3 steps commit fails, kept",
    "answers doubled",
    "answers shuffled 7",
    "answers shuffled 11",
    "clock -120",
    "POWER CUT, clock back",
];

fn words(from: &'static [&'static str], count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(from), count)
}

/// One order: plans, what is bought, what is asked, and then acts among more plans.
fn order() -> impl Strategy<Value = Vec<&'static str>> {
    let bought = prop::sample::select(&["order", "order both"][..]);
    let then = prop::collection::vec(
        prop_oneof![
            6 => prop::sample::select(&ACTS[..]),
            2 => prop::sample::select(&PLANS[..]),
            1 => prop::sample::select(&FAULTS[..]),
        ],
        1..12,
    );
    (words(&PLANS, 0..8), bought, words(&ASKS, 1..2), then)
        .prop_map(|(plans, bought, ask, then)| [plans, vec![bought], ask, then].concat())
}

/// One order after the other, and whether staff give the money back at the end.
fn story() -> impl Strategy<Value = (Vec<&'static str>, bool)> {
    (prop::collection::vec(order(), 1..4).prop_map(|orders| orders.concat()), any::<bool>())
}

fn refundable(t: &Transaction) -> bool {
    matches!(t.card, CardState::Approved(..) | CardState::NotDue) && t.refund.is_none()
}

fn amount(message: &Value, field: &str) -> i64 {
    message["data"][field].as_i64().unwrap()
}

fn paid(message: &Value, tenders: &[&str]) -> i64 {
    let list = message["data"]["paymentList"].as_array().unwrap().iter();
    let those = list.filter(|entry| tenders.contains(&entry["payment"].as_str().unwrap()));
    those.map(|entry| entry["paymentPrice"].as_i64().unwrap()).sum()
}

/// The identities of a `confirm` that settles (protocol.md §3).
fn adds_up(text: &str) -> Result<(), TestCaseError> {
    let message: Value = serde_json::from_str(text).unwrap();
    let items: i64 =
        message["data"]["itemList"].as_array().unwrap().iter().map(|i| i["itemPrice"].as_i64().unwrap()).sum();
    prop_assert_eq!(amount(&message, "totalPaid"), items);
    prop_assert_eq!(amount(&message, "totalPaid"), amount(&message, "netAmount") + amount(&message, "tax"));
    prop_assert_eq!(amount(&message, "customerPaid"), amount(&message, "totalPaid") - amount(&message, "discount"));
    prop_assert_eq!(amount(&message, "customerPaid"), paid(&message, &["CARD", "PREPAID"]));
    prop_assert_eq!(amount(&message, "discount"), paid(&message, &["POINT", "COUPON"]));
    Ok(())
}

/// What may be said under one transactionID, in this order: each service once; then one text that settles or releases,
/// however often; then, after a settlement, `cancel`, and a release where that found nothing to cancel.
fn keeps_to_the_guide(posts: &[&Posted]) -> Result<(), TestCaseError> {
    for (at, post) in posts.iter().enumerate() {
        let before = &posts[..at];
        let said = |request: Request| before.iter().any(|other| other.request == request);
        let through = |request: Request| post.through.contains(&request);
        match post.request {
            Request::Connect(_) => {
                prop_assert!(!said(post.request), "a service is asked twice");
                let closing = [Request::Settle, Request::Release, Request::Cancel];
                prop_assert!(!closing.into_iter().any(said), "a service is asked after the end");
            }
            Request::Settle => {
                prop_assert!(!through(Request::Settle), "settled twice");
                prop_assert!(!said(Request::Release) && !said(Request::Cancel), "settled after the end");
                adds_up(&post.text)?;
            }
            Request::Release => {
                prop_assert!(!through(Request::Release) && !through(Request::Settle), "released after the end");
                prop_assert!(!said(Request::Settle) || said(Request::Cancel), "released what may be settled");
            }
            Request::Cancel => prop_assert!(said(Request::Settle) && !through(Request::Cancel), "nothing to cancel"),
        }
        let repeats = before.iter().filter(|other| other.request == post.request);
        for other in repeats {
            prop_assert_eq!(&other.text, &post.text, "a repeat is another text");
        }
    }
    Ok(())
}

fn tell((words, refunds): (Vec<&'static str>, bool)) -> Result<(), TestCaseError> {
    let mut world = World::new();
    world.run(&words.join(" · "));
    world.run("module back");
    world.everybody_answers();
    world.rest();
    if refunds && world.folds().iter().any(refundable) {
        world.run("REFUND");
        world.rest();
    }
    world.check_end();
    let mut posts = BTreeMap::<&TransactionId, Vec<&Posted>>::new();
    for post in &world.posts {
        posts.entry(&post.transaction).or_default().push(post);
    }
    for posts in posts.values() {
        keeps_to_the_guide(posts)?;
    }
    prop_assert_eq!(&world.violations, &[""; 0], "{:#?}", world.log);
    Ok(())
}

/// `PROPTEST_CASES` tells more of them.
fn stories() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: stories(), max_shrink_iters: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_prbiti_is_told_the_truth_in_the_guides_order(story in story()) {
        tell(story)?;
    }
}
