//! The tables, whole, against the words of the protocol's close reading (§5 and §6): the settlement table, the answers'
//! table and the recovery table; and that the map prints them as they are.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use checkout::{
    entry::{Entry, StaffReason},
    ids::{OrderId, TransactionId},
    money::Won,
    order::Order,
    protocol::{self, Request},
    service::Service,
    settlement::{self, ANSWERS, CardRow, Heard, Lead, Mark, Next, RECOVERY, SETTLEMENT, Said, ServiceColumn},
    time::Now,
    transaction::Transaction,
    view::{Receipt, Way},
};

const CARDS: [CardRow; 3] = [CardRow::NotPaid, CardRow::Paid, CardRow::InDoubt];
const SERVICES: [ServiceColumn; 5] = [
    ServiceColumn::NotAsked,
    ServiceColumn::Open,
    ServiceColumn::Held,
    ServiceColumn::Declined,
    ServiceColumn::Unknown,
];
const SAID: [Said; 4] = [Said::Settle, Said::SettleNothing, Said::Release, Said::Cancel];
const HEARD: [Heard; 4] = [Heard::Done, Heard::Nothing, Heard::TransactionRefused, Heard::Refused];

/// The protocol's words, said a second time: Y for each service held, N for every other, unknown included; nothing
/// while a card is in doubt or a service's session is open.
fn mark_meant(card: CardRow, service: ServiceColumn) -> Mark {
    match (card, service) {
        (CardRow::InDoubt, _) | (_, ServiceColumn::Open) => Mark::Wait,
        (CardRow::Paid, ServiceColumn::Held) => Mark::Y,
        (
            CardRow::NotPaid | CardRow::Paid,
            ServiceColumn::NotAsked | ServiceColumn::Held | ServiceColumn::Declined | ServiceColumn::Unknown,
        ) => Mark::N,
    }
}

#[test]
fn every_card_and_every_service_stand_in_it_exactly_once() {
    for card in CARDS {
        let rows: Vec<_> = SETTLEMENT.iter().filter(|(row, _)| *row == card).collect();
        assert_eq!(rows.len(), 1, "{card:?}");
        for service in SERVICES {
            let marks: Vec<Mark> =
                rows[0].1.iter().filter(|(column, _)| *column == service).map(|(_, mark)| *mark).collect();
            assert_eq!(marks, [mark_meant(card, service)], "{card:?} × {service:?}");
        }
    }
    assert_eq!(SETTLEMENT.len(), CARDS.len());
}

/// The protocol's second table of §5, said a second time.
fn lead_meant(heard: Heard, said: Said) -> Lead {
    use StaffReason::{CancelRefused, SettleRefused, SettleRejected, SettleUnanswered};
    match (heard, said) {
        (Heard::Done, _) | (Heard::TransactionRefused, Said::Release) => Lead::Through,
        (Heard::Nothing, Said::Settle) => Lead::RepeatThenStaff(SettleUnanswered),
        (Heard::Nothing, Said::SettleNothing | Said::Release) => Lead::RepeatThenLapse,
        (Heard::Nothing, Said::Cancel) => Lead::Repeat,
        (Heard::TransactionRefused, Said::Settle) => Lead::Staff(SettleRefused),
        (Heard::TransactionRefused, Said::SettleNothing) => Lead::Lapse,
        (Heard::TransactionRefused | Heard::Refused, Said::Cancel) => Lead::Staff(CancelRefused),
        (Heard::Refused, Said::Settle) => Lead::Staff(SettleRejected),
        (Heard::Refused, Said::SettleNothing | Said::Release) => Lead::WaitThenLapse,
    }
}

#[test]
fn every_answer_to_every_message_leads_to_one_thing() {
    for heard in HEARD {
        let rows: Vec<_> = ANSWERS.iter().filter(|(row, _)| *row == heard).collect();
        assert_eq!(rows.len(), 1, "{heard:?}");
        for said in SAID {
            let leads: Vec<Lead> =
                rows[0].1.iter().filter(|(column, _)| *column == said).map(|(_, lead)| *lead).collect();
            assert_eq!(leads, [lead_meant(heard, said)], "{heard:?} to {said:?}");
        }
    }
    assert_eq!(ANSWERS.len(), HEARD.len());
}

fn in_words(lead: Lead) -> &'static str {
    match lead {
        Lead::Through => "through",
        Lead::RepeatThenStaff(_) => "the same text again; after the 30 minutes staff",
        Lead::RepeatThenLapse => "the same text again; after the 30 minutes lapsed",
        Lead::Repeat => "the same text again",
        Lead::WaitThenLapse => "wait; after the 30 minutes lapsed",
        Lead::Lapse => "lapsed",
        Lead::Staff(_) => "staff",
    }
}

/// `UPDATE_DOCS=1` writes them.
#[test]
fn the_map_prints_the_tables_as_they_are() {
    let map = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/architecture.md");
    let kept = std::fs::read_to_string(&map).unwrap();
    let answers = ANSWERS.iter().map(|(heard, leads)| {
        let heard = match heard {
            Heard::Done => "200",
            Heard::Nothing => "none, or one after which it may be done or not",
            Heard::TransactionRefused => "100010003: that transactionID is settled, released, lapsed or unknown",
            Heard::Refused => "it will never be accepted like this",
        };
        let cells: Vec<&str> = leads.iter().map(|(_, lead)| in_words(*lead)).collect();
        format!("| {heard} | {} |\n", cells.join(" | "))
    });
    let recovery = RECOVERY.iter().map(|row| format!("| {} | {} | {} |\n", row.number, row.proves, row.then));
    let mut printed = kept.clone();
    for (name, rows) in [("answers", answers.collect::<String>()), ("recovery", recovery.collect())] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let from = printed.find(&begin).unwrap() + begin.len();
        let to = printed.find(&end).unwrap();
        let head = printed[from..to].lines().take(2).map(|line| format!("{line}\n")).collect::<String>();
        printed.replace_range(from..to, &(head + &rows));
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&map, &printed).unwrap();
    }
    assert_eq!(printed, kept, "run: UPDATE_DOCS=1 cargo test -p checkout --test settlement_table");
}

#[test]
fn nothing_is_closed_while_a_session_is_open() {
    let id = TransactionId::new("0192f0c4a7b87d3e8f1a2b3c4d5e6f70").unwrap();
    let at = Now { wall_ms: 1_760_000_000_000, boot_ms: 3_600_000, boot_id: "boot-1".into() };
    let order = Order { id: OrderId::new("order-1").unwrap(), way: Way::ForHere, lines: Vec::new() };
    // What stands in the text doesn't matter here.
    let (request, payload) = (Request::Connect(Service::Coupon), protocol::cancel(&id));
    let entries = [
        Entry::Began { order },
        Entry::Opened { request, limit: Some(Won::ZERO), payload },
        Entry::OrderFinished { receipt: Receipt::None },
        Entry::HandOverWithdrawn,
    ];
    let t = Transaction::fold(&id, entries.map(|entry| (at.clone(), entry))).unwrap();
    assert_eq!(settlement::next(&t, &at), Next::Wait);
}
