//! What the customer buys: lines with the prices that were shown, and the arithmetic of their sum.

use serde::{Deserialize, Serialize};

use crate::{
    catalog::{Catalog, GroupKind, Item, Names, Tax},
    ids::{GroupId, ItemId, OptionId, OrderId},
    money::Won,
    view::Way,
};

/// The most pieces of one line.
pub const MOST_PIECES: u32 = 20;
/// The most lines of one order.
pub const MOST_LINES: usize = 40;

/// An order whose lines are fixed, as it is journalled with its transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Stays the same when its transaction is released and begun again.
    pub id: OrderId,
    /// Eaten here or taken away.
    pub way: Way,
    /// At least one.
    pub lines: Vec<Line>,
}

/// Some pieces of one item, all with the same options, at the prices that the customer was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What Prbiti knows it by.
    pub item: ItemId,
    /// What the customer reads; Prbiti is sent the Korean one.
    pub names: Names,
    /// Name of a drawn picture.
    pub picture: String,
    /// Price of one without options.
    pub price: Won,
    /// Is VAT in the price, and in its options'?
    pub tax: Tax,
    /// What was chosen with it.
    pub options: Vec<LineOption>,
    /// Pieces, at least 1.
    pub pieces: u32,
}

/// An option of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineOption {
    /// What Prbiti knows it by.
    pub option: OptionId,
    /// What the customer reads; Prbiti is sent the Korean one.
    pub names: Names,
    /// Price of one.
    pub price: Won,
    /// So many per piece, at least 1.
    pub per_piece: u32,
}

impl LineOption {
    /// How many of it in a line of so many pieces (protocol.md §3: counted options are per cup).
    pub const fn count(&self, pieces: u32) -> u32 {
        self.per_piece.saturating_mul(pieces)
    }
}

impl Line {
    /// Price of one piece with its options.
    pub fn each(&self) -> Won {
        self.price.plus(self.options.iter().map(|option| option.price.times(option.per_piece)).sum())
    }

    /// Price of the line.
    pub fn total(&self) -> Won {
        self.each().times(self.pieces)
    }
}

/// What the lines cost together.
pub fn total(lines: &[Line]) -> Won {
    lines.iter().map(Line::total).sum()
}

/// How many pieces the lines have together.
pub fn pieces(lines: &[Line]) -> u32 {
    lines.iter().fold(0, |sum, line| sum.saturating_add(line.pieces))
}

/// An item with its options before it is in the cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Which item.
    pub item: ItemId,
    /// The answers, one for each of the item's groups, in their order.
    pub answers: Vec<(GroupId, Chosen)>,
    /// Pieces, 1 to [`MOST_PIECES`].
    pub pieces: u32,
}

/// The answer to one option group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// This one.
    Option(OptionId),
    /// So many per piece.
    Count(u32),
}

impl Draft {
    /// One piece with every choice preset, so that it can be added as it is.
    pub fn preset(catalog: &Catalog, item: &Item) -> Draft {
        let answers = item.groups.iter().filter_map(|id| {
            let chosen = match &catalog.group(id)?.kind {
                GroupKind::Choice(options) => {
                    let first = options.iter().find(|option| !option.sold_out).or(options.first())?;
                    Chosen::Option(first.id.clone())
                }
                GroupKind::Count { .. } => Chosen::Count(0),
            };
            Some((id.clone(), chosen))
        });
        Draft { item: item.id.clone(), answers: answers.collect(), pieces: 1 }
    }

    /// The line it becomes; `None` when the item is no longer in the catalog.
    pub fn line(&self, catalog: &Catalog) -> Option<Line> {
        let item = catalog.item(&self.item)?;
        let options = self.answers.iter().filter_map(|(group, chosen)| {
            let (option, per_piece) = match (&catalog.group(group)?.kind, chosen) {
                (GroupKind::Choice(options), Chosen::Option(id)) => {
                    (options.iter().find(|option| &option.id == id)?, 1)
                }
                (GroupKind::Count { option, most }, Chosen::Count(count)) => (option, *count.min(most)),
                (GroupKind::Choice(_), Chosen::Count(_)) | (GroupKind::Count { .. }, Chosen::Option(_)) => {
                    return None;
                }
            };
            (per_piece > 0).then(|| LineOption {
                option: option.id.clone(),
                names: option.names.clone(),
                price: option.price,
                per_piece,
            })
        });
        Some(Line {
            item: item.id.clone(),
            names: item.names.clone(),
            picture: item.picture.clone(),
            price: item.price,
            tax: item.tax,
            options: options.collect(),
            pieces: self.pieces,
        })
    }
}

/// The VAT in an amount that contains it (protocol.md §3: supply = round(taxable × 10 / 11)).
pub fn vat_within(taxable: Won) -> Won {
    taxable.minus(taxable.share(Won::new(10), Won::new(11)))
}

/// The part of the lines' sum that contains VAT.
pub fn taxable(lines: &[Line]) -> Won {
    lines
        .iter()
        .filter(|line| match line.tax {
            Tax::Taxable => true,
            Tax::Free => false,
        })
        .map(Line::total)
        .sum()
}

/// What the card has to pay, and how it divides for the tax office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardAmount {
    /// All of it.
    pub amount: Won,
    /// The part without VAT (면세).
    pub tax_free: Won,
    /// The VAT contained in the rest.
    pub tax: Won,
}

/// The card's amount when `reduction` won are paid otherwise (coupon, points, gift card): the reduction is split
/// over taxable and tax-free by gross amount, the remainder to taxable (protocol.md §3).
pub fn card_amount(lines: &[Line], reduction: Won) -> CardAmount {
    let total = total(lines);
    let reduction = reduction.min(total);
    let free = total.minus(taxable(lines));
    // Rounded down: what doesn't divide goes to the taxable part.
    let off_free = free.portion(reduction, total);
    let tax_free = free.minus(off_free);
    let amount = total.minus(reduction);
    CardAmount { amount, tax_free, tax: vat_within(amount.minus(tax_free)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    pub(super) fn line(price: i64, tax: Tax, pieces: u32, option: Option<(i64, u32)>) -> Line {
        let names = Names { ko: "이름".into(), en: None, zh: None, ja: None };
        Line {
            item: ItemId::new("A").unwrap(),
            names: names.clone(),
            picture: String::new(),
            price: Won::new(price),
            tax,
            options: option
                .map(|(price, per_piece)| LineOption {
                    option: OptionId::new("A-1").unwrap(),
                    names,
                    price: Won::new(price),
                    per_piece,
                })
                .into_iter()
                .collect(),
            pieces,
        }
    }

    #[test]
    fn counted_options_are_per_cup() {
        let two_shots = line(3000, Tax::Taxable, 3, Some((500, 2)));
        assert_eq!(two_shots.total(), Won::new(12_000));
        assert_eq!(two_shots.options[0].count(3), 6);
        assert_eq!(two_shots.options[0].count(u32::MAX), u32::MAX);
    }

    #[test]
    fn vat_is_a_tenth_of_the_supply() {
        assert_eq!(vat_within(Won::new(11_000)), Won::new(1000));
        assert_eq!(vat_within(Won::new(10_000)), Won::new(909));
    }

    #[test]
    fn a_mixed_cart_splits_the_reduction_by_gross_amount() {
        let lines = [line(3000, Tax::Taxable, 1, None), line(1000, Tax::Free, 1, None)];
        let card = card_amount(&lines, Won::new(1001));
        assert_eq!(card, CardAmount { amount: Won::new(2999), tax_free: Won::new(750), tax: Won::new(204) });
    }

    proptest! {
        #[test]
        fn the_card_never_pays_more_tax_free_than_there_is(
            a in 0i64..100_000, b in 0i64..100_000, part in 0i64..=1000,
        ) {
            let lines = [line(a, Tax::Taxable, 1, None), line(b, Tax::Free, 1, None)];
            let reduction = Won::new((a + b) * part / 1000);
            let card = card_amount(&lines, reduction);
            prop_assert_eq!(card.amount.plus(reduction), total(&lines));
            prop_assert!(card.tax_free >= Won::ZERO && card.tax_free.get() <= b);
            let taxable = card.amount.minus(card.tax_free);
            prop_assert!(taxable >= Won::ZERO && taxable.get() <= a);
            prop_assert!(card.tax >= Won::ZERO && card.tax <= taxable);
        }
    }
}
