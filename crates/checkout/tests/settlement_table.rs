//! The settlement table, whole, against the words of the protocol's close reading (§6, Settling): Y for each service
//! held, N for every other, unknown included; nothing while a card is in doubt or a service's session is open.
#![allow(clippy::unwrap_used)]

use checkout::settlement::{CardRow, Mark, SETTLEMENT, ServiceColumn};

const CARDS: [CardRow; 3] = [CardRow::NotPaid, CardRow::Paid, CardRow::InDoubt];
const SERVICES: [ServiceColumn; 5] = [
    ServiceColumn::NotAsked,
    ServiceColumn::Open,
    ServiceColumn::Held,
    ServiceColumn::Declined,
    ServiceColumn::Unknown,
];

/// The protocol's words, said a second time.
fn meant(card: CardRow, service: ServiceColumn) -> Mark {
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
            assert_eq!(marks, [meant(card, service)], "{card:?} × {service:?}");
        }
    }
    assert_eq!(SETTLEMENT.len(), CARDS.len());
}
