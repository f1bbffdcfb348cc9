//! The rows of a transaction, read back: they prove a state or are refused, and what is done next moves nobody's money
//! on a guess.

use std::sync::LazyLock;

use checkout::{
    entry::{Entry, Record},
    kiosk::{Effect, Event, Kiosk},
    protocol::Request,
    service::Service,
    settlement::{self, Mark, Next},
    time::Now,
    transaction::{RefundState, Transaction},
};
use till::{journal::Row, reading};

use crate::{
    kiosk::fresh,
    shop::{ID, SHOP, id, kept, noon},
};

/// A row on each line: how many ms after the one before (with a `!` after a start of the machine), kind, body.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let rows = rows(text);
    let t = match reading::transaction(rows.clone()) {
        Ok(t) => t,
        Err(none) => {
            assert!(!none.to_string().is_empty());
            // What is whole before the row that isn't is what is known.
            let Some(before) = none.before else { return };
            let whole = rows.get(..before.entries as usize).unwrap_or_default().to_vec();
            assert_eq!(reading::transaction(whole).ok().as_ref(), Some(&*before));
            *before
        }
    };
    assert!(t.entries as usize <= rows.len());
    written_again(&rows[..t.entries as usize], &t);
    let last = rows.get(t.entries as usize - 1).map(at).expect("the last row");
    for now in moments(&last) {
        next(&t, &now);
        resumed(&t, &now);
    }
    assert_eq!(reading::summary(&t).transaction_id, ID);
}

/// Every line that a journal of the corpus has, to make others of.
pub fn lines() -> &'static [String] {
    static LINES: LazyLock<Vec<String>> =
        LazyLock::new(|| include_str!("../corpus/journal/one-of-each-kind").lines().map(str::to_owned).collect());
    &LINES
}

fn rows(text: &str) -> Vec<Row> {
    let mut at = noon();
    let mut rows = Vec::new();
    for (line, seq) in text.lines().zip(0..200) {
        let mut words = line.splitn(3, ' ');
        let (step, kind, body) = (words.next(), words.next(), words.next());
        let step = step.unwrap_or_default();
        if step.starts_with('!') {
            at.boot_id.push('+');
            at.boot_ms = 20_000;
        }
        let step = step.trim_start_matches('!').parse().unwrap_or(0);
        at.wall_ms = at.wall_ms.saturating_add(step);
        at.boot_ms = at.boot_ms.saturating_add(step.max(0));
        rows.push(Row {
            transaction_id: ID.to_owned(),
            seq,
            at_ms: at.wall_ms,
            boot_ms: at.boot_ms,
            boot_id: at.boot_id.clone(),
            kind: kind.unwrap_or_default().to_owned(),
            body: body.unwrap_or("null").to_owned(),
            checksum: 0,
        });
    }
    rows
}

fn at(row: &Row) -> Now {
    Now { wall_ms: row.at_ms, boot_ms: row.boot_ms, boot_id: row.boot_id.clone() }
}

/// What was read, written again, is read as the same.
fn written_again(rows: &[Row], t: &Transaction) {
    let again = rows.iter().map(|row| {
        let body: serde_json::Value = serde_json::from_str(&row.body).expect("it was read");
        let mut tagged = serde_json::json!({ "kind": row.kind });
        if !body.is_null() {
            tagged["body"] = body;
        }
        let entry: Entry = serde_json::from_value(tagged).expect("it was read");
        let written = kept(&Record { transaction: id(ID), seq: row.seq, at: at(row), entry });
        assert_eq!((&written.kind, written.seq, written.at_ms), (&row.kind, row.seq, row.at_ms));
        written
    });
    let again: Vec<Row> = again.collect();
    assert_eq!(reading::transaction(again).ok().as_ref(), Some(t), "written again it proves something else");
}

/// Now, before and after each of the limits, after another start, and with a clock that went back.
fn moments(last: &Now) -> Vec<Now> {
    const MINUTE: i64 = 60_000;
    // Whatever time a row names, this machine's clock is one that can be.
    const EVER: i64 = 10_000_000_000_000;
    let last = Now { wall_ms: last.wall_ms.clamp(0, EVER), boot_ms: last.boot_ms.clamp(0, EVER), ..last.clone() };
    let later = |ms: i64| Now {
        wall_ms: last.wall_ms.saturating_add(ms),
        boot_ms: last.boot_ms.saturating_add(ms),
        boot_id: last.boot_id.clone(),
    };
    let started = |wall_ms: i64, boot_ms| Now { wall_ms, boot_ms, boot_id: "another".into() };
    vec![
        last.clone(),
        later(9 * MINUTE),
        later(31 * MINUTE),
        started(last.wall_ms.saturating_add(MINUTE), 20_000),
        started(last.wall_ms.saturating_sub(60 * MINUTE), 20_000),
    ]
}

/// What is ordered to be done fits what is proven.
fn next(t: &Transaction, now: &Now) {
    let (row, next) = settlement::row(t, now);
    let said = format!("line {}: {next:?} with {t:#?}", row.number);
    let in_doubt = t.card_in_doubt().is_some();
    let own_refund = t.refund.is_some();
    match &next {
        Next::Send(Request::Settle) => {
            assert!(t.is_paid() && !in_doubt && !own_refund && t.in_flight.is_none(), "{said}");
            for service in Service::ALL {
                let yes = settlement::mark(t, service) == Mark::Y;
                assert_eq!(yes, t.held(service).is_some(), "{service:?} {said}");
            }
        }
        Next::Send(Request::Release) => {
            assert!(!in_doubt && (!t.is_paid() || t.is_refunded()) && t.in_flight.is_none(), "{said}");
        }
        Next::Send(Request::Cancel) => assert!(t.is_refunded() && !in_doubt && t.in_flight.is_none(), "{said}"),
        Next::Send(Request::Connect(_)) => panic!("a customer's question is asked without one: {said}"),
        Next::HandOver => assert!(t.is_paid() && !in_doubt && !own_refund, "{said}"),
        Next::Close(_) => assert!(!in_doubt && t.stray_charges.is_empty() && t.in_flight.is_none(), "{said}"),
        Next::AskTerminal(attempt) => assert!(t.card_in_doubt().is_some_and(|open| open.id == *attempt), "{said}"),
        Next::StartRefund(charge) => {
            let begun = |refund: &&checkout::transaction::Refund| refund.state == RefundState::Begun;
            assert!(t.refunds().filter(begun).any(|refund| refund.charge.as_ref() == Some(charge)), "{said}");
        }
        Next::AskRefund(_, refund) => {
            assert!(t.refunds().any(|open| open.state.in_doubt() == Some(refund)), "{said}");
        }
        Next::Staff(_) | Next::Wait | Next::Rest => {}
    }
    if in_doubt {
        let harmless = matches!(
            next,
            Next::AskTerminal(_) | Next::Staff(_) | Next::Rest | Next::StartRefund(_) | Next::AskRefund(..)
        );
        assert!(harmless, "the card is in doubt: {said}");
    }
}

/// A kiosk that starts with it charges nobody, writes what can be read again, and shows a screen.
fn resumed(t: &Transaction, now: &Now) {
    if t.closed.is_some() {
        return;
    }
    let kiosk = Kiosk::new(SHOP.clone(), vec![t.clone()], 0, ("9999-12-31".into(), 0), now);
    let step = kiosk.handle(Event::Resume, now, fresh(1));
    let mut folded = t.clone();
    for Record { transaction, seq, entry, .. } in &step.record {
        assert_eq!((transaction, *seq), (&t.id, folded.entries));
        folded.apply(entry, now).expect("what is written can follow");
    }
    assert!(step.kiosk.transaction(&t.id).is_none_or(|kept| *kept == folded), "the journal proves something else");
    for effect in &step.then {
        assert!(!matches!(effect, Effect::Pay(_) | Effect::Post { .. } | Effect::Refund(_)), "{effect:?}");
    }
    serde_json::to_string(&step.kiosk.view(now)).expect("JSON");
}
