//! What can be sold out: items, counted options, and all but the last option of a choice.
#![allow(clippy::unwrap_used)]

use checkout::{
    catalog::{Catalog, GroupKind, ItemOption, Names, OptionGroup},
    deed::{Did, HouseRules, Ware, set_sold_out},
    ids::{GroupId, ItemId, OptionId},
    money::Won,
};

fn option(id: &str, names: &Names) -> ItemOption {
    ItemOption { id: OptionId::new(id).unwrap(), names: names.clone(), price: Won::ZERO, sold_out: false }
}

/// Beside what the simulated shop has: hot or iced, and two counted options.
fn menu() -> Catalog {
    let mut catalog = simulation::shop::shop(&[]).catalog;
    let names = catalog.groups[0].names.clone();
    let group = |id: &str, kind| OptionGroup { id: GroupId::new(id).unwrap(), names: names.clone(), kind };
    let heat = GroupKind::Choice(vec![option("hot", &names), option("iced", &names)]);
    let syrup = GroupKind::Count { option: option("vanilla", &names), most: 2 };
    catalog.groups.extend([group("heat", heat), group("syrup", syrup)]);
    catalog
}

fn item(id: &str) -> Ware {
    Ware::Item { item: ItemId::new(id).unwrap() }
}

fn of(group: &str, option: &str) -> Ware {
    Ware::Option { group: GroupId::new(group).unwrap(), option: OptionId::new(option).unwrap() }
}

/// The names of all that is sold out.
fn missing(catalog: &Catalog) -> Vec<String> {
    let items = catalog.items.iter().filter(|item| item.sold_out).map(|item| item.id.as_str().to_owned());
    let options = catalog.groups.iter().flat_map(|group| match &group.kind {
        GroupKind::Choice(options) => options.clone(),
        GroupKind::Count { option, .. } => vec![option.clone()],
    });
    items.chain(options.filter(|option| option.sold_out).map(|option| option.id.as_str().to_owned())).collect()
}

#[test]
fn what_is_named_is_marked_and_nothing_else() {
    for (ware, name) in [
        (item("milk"), "milk"),
        (of("heat", "iced"), "iced"),
        (of("syrup", "vanilla"), "vanilla"),
        (of("shots", "shot"), "shot"),
    ] {
        let mut catalog = menu();
        assert!(set_sold_out(&mut catalog, &ware, true), "{name}");
        assert_eq!(missing(&catalog), [name]);
        assert!(set_sold_out(&mut catalog, &ware, false), "{name}");
        assert_eq!(missing(&catalog), [""; 0]);
    }
}

#[test]
fn what_is_not_on_the_menu_is_not_marked() {
    for ware in [item("tea"), of("heat", "shot"), of("syrup", "shot"), of("shots", "vanilla"), of("tea", "hot")] {
        let mut catalog = menu();
        assert!(!set_sold_out(&mut catalog, &ware, true), "{ware:?}");
        assert_eq!(missing(&catalog), [""; 0]);
    }
}

#[test]
fn the_last_option_of_a_choice_stays() {
    let mut catalog = menu();
    assert!(set_sold_out(&mut catalog, &of("heat", "hot"), true));
    assert!(!set_sold_out(&mut catalog, &of("heat", "iced"), true));
    assert!(set_sold_out(&mut catalog, &of("heat", "hot"), true), "it is so already");
    assert_eq!(missing(&catalog), ["hot"]);
    // What is there again comes first: then the other isn't the last.
    let mut rules = HouseRules::default();
    rules.apply(&Did::SetSoldOut { ware: of("heat", "hot"), sold_out: false });
    rules.apply(&Did::SetSoldOut { ware: of("heat", "iced"), sold_out: true });
    rules.mark(&mut catalog);
    assert_eq!(missing(&catalog), ["iced"]);
}
