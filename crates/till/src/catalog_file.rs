//! The catalog's file: what is sold, in which words and at which price. Read and judged whole.
//!
//! A price typed wrong or a reference to nothing must show at the start and not at the first customer, so every
//! mistake is reported, each with its line.

use std::collections::BTreeMap;

use checkout::{
    catalog::{Catalog, Category, GroupKind, Item, ItemOption, OptionGroup, Tax},
    ids::{BadId, CategoryId, GroupId, ItemId, OptionId},
    money::Won,
};
use toml::de::DeValue;

use crate::{
    config::names,
    toml_file::{Mistakes, Section, Source, text, whole, word, yes_no},
};

/// The drawn pictures that the UI has.
pub const PICTURES: [&str; 14] = [
    "americano",
    "latte",
    "vanilla",
    "grapefruit",
    "greentea",
    "coldbrew",
    "cappuccino",
    "cheesecake",
    "croissant",
    "muffin",
    "lemonade",
    "hot-latte",
    "caramel",
    "espresso",
];

/// Reads the catalog; what is wrong with it goes to `mistakes`. What is returned then is incomplete.
pub(crate) fn read(source: &Source, mistakes: &Mistakes) -> Catalog {
    source.sections(mistakes, catalog)
}

fn catalog(top: Section<'_>) -> Catalog {
    let mut seen = Seen::default();
    let categories: Vec<Category> =
        top.list("category").into_iter().filter_map(|section| category(section, &mut seen)).collect();
    let groups: Vec<OptionGroup> =
        top.list("group").into_iter().filter_map(|section| group(section, &mut seen)).collect();
    let items: Vec<Item> = top.list("item").into_iter().filter_map(|section| item(section, &mut seen)).collect();
    if !top.has("category") {
        top.wrong("category", "nothing", "at least one [[category]]");
    }
    if !top.has("item") {
        top.wrong("item", "nothing", "at least one [[item]]");
    }
    top.close();
    Catalog { categories, items, groups }
}

/// The names met so far, each with its line, by what they name. Those of entries that have other mistakes count
/// too: a reference to one of them is none.
#[derive(Default)]
struct Seen(BTreeMap<(&'static str, String), usize>);

impl Seen {
    /// Notes the name; when it was met before, that is a mistake of this section.
    fn note(&mut self, what: &'static str, section: &Section<'_>, key: &'static str, name: &str) {
        let line = section.line_of(key);
        match self.0.get(&(what, name.to_owned())) {
            Some(first) => {
                section.wrong(key, format!("{name:?}, which line {first} has already"), "one that is used only once");
            }
            None => {
                self.0.insert((what, name.to_owned()), line);
            }
        }
    }

    fn knows(&self, what: &'static str, name: &str) -> bool {
        self.0.contains_key(&(what, name.to_owned()))
    }
}

fn category(section: Section<'_>, seen: &mut Seen) -> Option<Category> {
    let id = id(&section, CategoryId::new);
    if let Some(id) = &id {
        seen.note("category", &section, "id", id.as_str());
    }
    let names = names(&section, "name");
    section.close();
    Some(Category { id: id?, names: names? })
}

fn group(section: Section<'_>, seen: &mut Seen) -> Option<OptionGroup> {
    let id = id(&section, GroupId::new);
    if let Some(id) = &id {
        seen.note("group", &section, "id", id.as_str());
    }
    let names = names(&section, "name");
    let kind = match (section.has("choice"), section.has("count")) {
        (true, false) => choice(&section, seen),
        (false, true) => count(&section, seen),
        (false, false) => {
            section.wrong("choice", "nothing", "either choice (one of several) or count (how many per cup)");
            None
        }
        (true, true) => {
            section.wrong("count", "count beside choice", "one of the two");
            None
        }
    };
    section.close();
    Some(OptionGroup { id: id?, names: names?, kind: kind? })
}

fn choice(section: &Section<'_>, seen: &mut Seen) -> Option<GroupKind> {
    let sections = section.list("choice");
    let offered = sections.len();
    let options: Vec<ItemOption> = sections
        .into_iter()
        .filter_map(|inside| {
            let option = option(&inside, seen);
            inside.close();
            option
        })
        .collect();
    if !(2..=6).contains(&offered) {
        section.wrong("choice", format!("{offered} options"), "2 to 6 options to choose from");
        return None;
    }
    if options.len() < offered {
        return None;
    }
    if options.iter().all(|option| option.sold_out) {
        section.wrong("choice", "only options that are sold out", "one that can be preset");
        return None;
    }
    Some(GroupKind::Choice(options))
}

fn count(section: &Section<'_>, seen: &mut Seen) -> Option<GroupKind> {
    let inside = section.section("count")?;
    let option = option(&inside, seen);
    let most = inside.required("most", "the most per cup, 1 to 20", whole(1..=20));
    inside.close();
    Some(GroupKind::Count { option: option?, most: u32::try_from(most?).ok()? })
}

fn option(inside: &Section<'_>, seen: &mut Seen) -> Option<ItemOption> {
    let id = id(inside, OptionId::new);
    if let Some(id) = &id {
        seen.note("option", inside, "id", id.as_str());
    }
    let names = names(inside, "name");
    // Left out, it is free; written wrong, it is a mistake and never free.
    let price = if inside.has("price") { price(inside) } else { Some(Won::ZERO) };
    let sold_out = inside.optional("sold_out", "true or false", yes_no);
    Some(ItemOption { id: id?, names: names?, price: price?, sold_out: sold_out.unwrap_or(false) })
}

fn item(section: Section<'_>, seen: &mut Seen) -> Option<Item> {
    let id = id(&section, ItemId::new);
    if let Some(id) = &id {
        seen.note("item", &section, "id", id.as_str());
    }
    let names = names(&section, "name");
    let price = price(&section);
    let tax = section.required("tax", "taxable or free", word(&[("taxable", Tax::Taxable), ("free", Tax::Free)]));
    let picture = section.required("picture", &format!("one of {}", PICTURES.join(", ")), |value| {
        let picture = value.as_str()?;
        PICTURES.contains(&picture).then(|| picture.to_owned())
    });
    let expected = "the barcode as a text of 1 to 64 letters, digits and signs without blanks";
    let barcode = section.optional("barcode", expected, |value| {
        let code = value.as_str()?;
        let fits = (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| code.to_owned())
    });
    if let Some(code) = &barcode {
        seen.note("barcode", &section, "barcode", code);
    }
    let recommended = section.optional("recommended", "true or false", yes_no);
    let sold_out = section.optional("sold_out", "true or false", yes_no);
    let categories = references(&section, "categories", "category", seen, CategoryId::new);
    if !section.has("categories") {
        section.wrong("categories", "nothing", "the categories it stands under");
    } else if section.required("categories", "a list", |value| value.as_array().map(|list| list.is_empty()))
        == Some(true)
    {
        section.wrong("categories", "an empty list", "at least one category, or nobody would see it");
    }
    let groups = references(&section, "groups", "group", seen, GroupId::new);
    section.close();
    Some(Item {
        id: id?,
        names: names?,
        price: price?,
        tax: tax?,
        picture: picture?,
        barcode,
        recommended: recommended.unwrap_or(false),
        sold_out: sold_out.unwrap_or(false),
        categories,
        groups,
    })
}

const PRICE: &str = "whole won, 0 to 100000000";

fn price(section: &Section<'_>) -> Option<Won> {
    section.required("price", PRICE, won)
}

fn won(value: &DeValue<'_>) -> Option<Won> {
    whole(0..=Won::LIMIT.get())(value).and_then(Won::checked)
}

fn id<T>(section: &Section<'_>, new: impl Fn(String) -> Result<T, BadId>) -> Option<T> {
    section.required("id", "1 to 64 letters, digits, '-', '_' or '.'", |value| new(value.as_str()?.to_owned()).ok())
}

fn references<T: PartialEq>(
    section: &Section<'_>,
    key: &'static str,
    what: &'static str,
    seen: &Seen,
    new: impl Fn(String) -> Result<T, BadId>,
) -> Vec<T> {
    let mut known: Vec<T> = Vec::new();
    for (line, name) in section.each(key, &format!("the id of a {what}"), text(64)) {
        let reference = new(name.clone()).ok().filter(|_| seen.knows(what, &name));
        match reference {
            Some(reference) if known.contains(&reference) => {
                section.wrong_at(line, key, format!("{name:?} twice"), "each at most once");
            }
            Some(reference) => known.push(reference),
            None => section.wrong_at(line, key, format!("{name:?}"), &format!("the id of a [[{what}]] in this file")),
        }
    }
    known
}
