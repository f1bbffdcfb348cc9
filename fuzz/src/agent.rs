//! The payment agent's answers about a payment or a refund, and what the kiosk makes of them.

use std::sync::LazyLock;

use checkout::{
    card::{Approval, TerminalAnswer, TerminalOutcome},
    entry::{Entry, Record},
    ids::{AttemptId, StoreId},
    kiosk::{Effect, Event, Kiosk},
    money::Won,
    transaction::Transaction,
    view::Receipt,
};
use serde_json::Value;
use till::reading;

use crate::{
    answer,
    kiosk::fresh,
    shop::{ID, SHOP, could_be_a_card, folded, id, noon},
};

/// What the terminal was asked to charge.
const ASKED: Won = Won::new(5_000);
/// The most characters of a descriptive text that are kept.
const LONGEST_TEXT: usize = 120;

/// An answer: the status on a line of its own when it isn't 200, and the body.
pub fn run(data: &[u8]) {
    let (status, body) = answered(data);
    let read = reading::terminal_answer(status, body);
    match &read {
        Ok(answer) => {
            assert_eq!(status, 200, "only 200 is an answer");
            check(answer, body);
        }
        Err(none) => assert!(!could_be_a_card(&none.why), "it could be a card's number: {}", none.why),
    }
    let (attempt, now) = (attempt(), noon());
    let step = KIOSK.handle(Event::PaymentAsked(attempt.clone(), read.clone()), &now, fresh(9));
    let charged = step.record.iter().any(|Record { entry, .. }| match entry {
        Entry::PaymentApproved { attempt: paid, approval } => {
            assert_eq!((paid, approval.amount), (&attempt, ASKED), "approved, and not what was asked for");
            true
        }
        _ => false,
    });
    let approved = matches!(
        &read, Ok(TerminalAnswer { outcome: TerminalOutcome::Approved(approval), .. }) if approval.amount == ASKED
    );
    assert_eq!(charged, approved, "{read:?}");
    assert!(!step.then.iter().any(|effect| matches!(effect, Effect::Pay(_))), "nobody stands there, and it charges");
    let t = step.kiosk.transaction(&id(ID)).expect("the transaction");
    if read.is_err() {
        assert!(t.card_in_doubt().is_some(), "no answer proves nothing");
    }
}

/// Status and body.
pub fn answered(data: &[u8]) -> (u16, &[u8]) {
    let first = data.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match std::str::from_utf8(first).ok().and_then(|line| line.strip_prefix("HTTP ")?.parse().ok()) {
        Some(status) => (status, data.get(first.len() + 1..).unwrap_or_default()),
        None => (200, data),
    }
}

fn check(answer: &TerminalAnswer, body: &[u8]) {
    // What nobody reads of it may be no text.
    let Ok(said) = serde_json::from_slice::<Value>(body) else { return };
    assert_eq!(said["storeId"].as_str(), Some(answer.store.as_str()));
    match &answer.outcome {
        TerminalOutcome::Approved(approved) => {
            assert_eq!(said["outcome"], "approved");
            approval(approved, &said);
        }
        TerminalOutcome::Declined { code, message } => {
            assert_eq!(said["outcome"], "declined");
            words(message);
            words(code);
        }
        TerminalOutcome::Cancelled => assert_eq!(said["outcome"], "cancelled"),
        TerminalOutcome::InProgress { .. } => assert_eq!(said["outcome"], "in_progress"),
        TerminalOutcome::NotFound => assert_eq!(said["outcome"], "not_found"),
    }
}

/// What is believed of an approval, and `said`, which it was read from.
pub fn approval(approval: &Approval, said: &Value) {
    assert_eq!(said["amount"].as_i64(), Some(approval.amount.get()), "another amount than was said");
    assert!((0..=Won::LIMIT.get()).contains(&approval.amount.get()));
    let Approval { approved_at, method, issuer, acquirer, masked_card, merchant_id, .. } = approval;
    let masked_card = masked_card.as_str();
    for text in [method.as_str(), issuer.as_str(), acquirer.as_str(), masked_card] {
        words(text);
    }
    assert!(!approved_at.is_empty() && merchant_id.chars().count() <= LONGEST_TEXT);
    let (digits, marks) = masked_card
        .chars()
        .filter(|c| !matches!(c, ' ' | '-'))
        .fold((0, 0), |(digits, marks), c| (digits + usize::from(c.is_numeric()), marks + 1));
    assert!(digits <= 10 && (marks >= 13 || digits <= 4), "a card's number is kept: {masked_card}");
    let row = serde_json::to_string(approval).expect("JSON");
    assert_eq!(serde_json::from_str::<Approval>(&row).ok().as_ref(), Some(approval), "it is kept as something else");
}

fn words(text: &str) {
    assert!(text.chars().count() <= LONGEST_TEXT && !text.chars().any(char::is_control), "{text:?} is kept");
    assert!(!could_be_a_card(text), "it could be a card's number: {text}");
}

fn attempt() -> AttemptId {
    AttemptId::new("attempt-1").expect("a name")
}

/// A kiosk that was started anew while a card was charged, and asks what became of it.
static KIOSK: LazyLock<Kiosk> = LazyLock::new(|| {
    let kiosk = Kiosk::new(SHOP.clone(), vec![started()], 0, (String::new(), 0), &noon());
    let step = kiosk.handle(Event::Resume, &noon(), fresh(1));
    assert_eq!(step.then, [Effect::AskPayment(attempt())]);
    step.kiosk
});

fn started() -> Transaction {
    let store = StoreId::new("store-1").expect("a name");
    let (tax_free, tax, months, receipt) = (Won::ZERO, Won::new(455), 0, Receipt::None);
    let entry = Entry::PaymentStarted { attempt: attempt(), amount: ASKED, tax_free, tax, months, store, receipt };
    folded(&id(ID), [Entry::Began { order: answer::order() }, entry]).expect("rows that can be read")
}
