//! The catalog: refused with every mistake, or whole, so that all of it can be shown and bought.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use checkout::{
    catalog::{Catalog, GroupKind, ItemOption},
    kiosk::{Event, Kiosk, Shop},
    money::Won,
    order::{Draft, total, vat_within},
    view::{Act, Way},
};
use till::reading::{self, Files};

use crate::{
    config::{check, in_order, lines},
    kiosk::fresh,
    shop::{KIOSK, SHOP, noon},
};

/// The catalog's file.
pub fn run(data: &[u8]) {
    let path = Path::new("etc/kiosk.toml");
    match reading::config(path, Files { kiosk: KIOSK, secrets: b"", catalog: data }) {
        Ok(config) => {
            whole(&config.catalog);
            shown(&config.catalog);
        }
        Err(errors) => {
            for mistake in &errors.mistakes {
                assert_eq!(mistake.file, Path::new("etc/catalog.toml"));
                check(mistake, lines(data));
            }
            in_order(&errors);
        }
    }
}

fn whole(catalog: &Catalog) {
    let Catalog { categories, items, groups } = catalog;
    assert!(!categories.is_empty() && !items.is_empty());
    once(categories.iter().map(|category| category.id.as_str()));
    once(groups.iter().map(|group| group.id.as_str()));
    once(items.iter().map(|item| item.id.as_str()));
    once(items.iter().filter_map(|item| item.barcode.as_deref()));
    let options: Vec<&ItemOption> = groups
        .iter()
        .flat_map(|group| match &group.kind {
            GroupKind::Choice(options) => options.iter().collect(),
            GroupKind::Count { option, most } => {
                assert!((1..=20).contains(most));
                vec![option]
            }
        })
        .collect();
    once(options.iter().map(|option| option.id.as_str()));
    let prices = items.iter().map(|item| item.price).chain(options.iter().map(|option| option.price));
    for price in prices {
        assert!((Won::ZERO..=Won::LIMIT).contains(&price), "{price}");
    }
    for item in items {
        assert!(!item.categories.is_empty());
        assert!(item.categories.iter().all(|id| categories.iter().any(|category| category.id == *id)));
        assert!(item.groups.iter().all(|id| catalog.group(id).is_some()));
        let mut draft = Draft::preset(catalog, item);
        assert_eq!(draft.answers.len(), item.groups.len(), "a question without an answer");
        draft.pieces = checkout::order::MOST_PIECES;
        let line = draft.line(catalog).expect("a line");
        let sum = total(&vec![line; checkout::order::MOST_LINES]);
        assert!(sum >= Won::ZERO && vat_within(sum) <= sum);
    }
}

fn once<'a>(names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(seen.insert(name), "{name} twice");
    }
}

/// Every category and every item's sheet can be shown, and what can be bought gets into the cart.
fn shown(catalog: &Catalog) {
    let shop = Shop { catalog: catalog.clone(), ..(**SHOP).clone() };
    let now = noon();
    let kiosk = Kiosk::new(Arc::new(shop), Vec::new(), 0, (String::new(), 0), &now);
    let act = |kiosk: &Kiosk, act| {
        let view = kiosk.view(&now).number;
        kiosk.handle(Event::Act { view, act }, &now, fresh(1)).kiosk
    };
    let mut kiosk = kiosk.handle(Event::Resume, &now, fresh(0)).kiosk;
    kiosk = act(&kiosk, Act::Start { way: Way::ForHere });
    for category in catalog.categories.iter().take(8) {
        kiosk = act(&kiosk, Act::Category { id: category.id.clone() });
        serde_json::to_string(&kiosk.view(&now)).expect("JSON");
    }
    for item in catalog.items.iter().take(8) {
        kiosk = act(&kiosk, Act::Item { id: item.id.clone() });
        serde_json::to_string(&kiosk.view(&now)).expect("JSON");
        kiosk = act(&kiosk, Act::AddToCart);
        kiosk = act(&kiosk, Act::CloseOptions);
    }
    serde_json::to_string(&act(&kiosk, Act::Review).view(&now)).expect("JSON");
}
