//! What the shop sells. Read from a file of its own by the till, which validates it whole.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{CategoryId, GroupId, ItemId, OptionId},
    money::Won,
};

/// A language of the customer's screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Korean, the source of all texts.
    #[default]
    Ko,
    /// English.
    En,
    /// Chinese, simplified.
    Zh,
    /// Japanese.
    Ja,
}

/// A name in four languages; one that is missing falls back to Korean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Korean; this is also what Prbiti is sent.
    pub ko: String,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
    /// Chinese, simplified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
    /// Japanese.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ja: Option<String>,
}

impl Names {
    /// The name in `language`, else in Korean.
    pub fn get(&self, language: Language) -> &str {
        let name = match language {
            Language::Ko => None,
            Language::En => self.en.as_deref(),
            Language::Zh => self.zh.as_deref(),
            Language::Ja => self.ja.as_deref(),
        };
        name.unwrap_or(&self.ko)
    }
}

/// Is VAT of 10 % contained in the price?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tax {
    /// 과세: the price contains 10 % VAT.
    Taxable,
    /// 면세: the price contains no VAT.
    Free,
}

/// The whole menu. What refers to something refers to something that exists: the till's loader checks it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// In the order of the screen.
    pub categories: Vec<Category>,
    /// In the order of the file, which is the order within a category.
    pub items: Vec<Item>,
    /// The groups of options that items offer.
    pub groups: Vec<OptionGroup>,
}

/// A tab of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its name in the file.
    pub id: CategoryId,
    /// What the customer reads.
    pub names: Names,
}

/// Something to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What Prbiti knows it by (`itemID`).
    pub id: ItemId,
    /// What the customer reads; the Korean one is `itemName`.
    pub names: Names,
    /// Unit price without options, VAT included where taxable.
    pub price: Won,
    /// Is VAT in the price?
    pub tax: Tax,
    /// Name of a drawn picture that the UI has.
    pub picture: String,
    /// Barcode of the packaged product, when it has one.
    pub barcode: Option<String>,
    /// Wears the 추천 tag.
    pub recommended: bool,
    /// Can't be bought now.
    pub sold_out: bool,
    /// The tabs it stands under.
    pub categories: Vec<CategoryId>,
    /// The option groups it offers, in the order of the sheet.
    pub groups: Vec<GroupId>,
}

/// One question on the options sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionGroup {
    /// Its name in the file.
    pub id: GroupId,
    /// What the customer reads.
    pub names: Names,
    /// One of several, or how many.
    pub kind: GroupKind,
}

/// How a group is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// Exactly one of these; the first that isn't sold out is preset.
    Choice(Vec<ItemOption>),
    /// 0 to `most` of this one per cup.
    Count {
        /// What is counted.
        option: ItemOption,
        /// The most per cup.
        most: u32,
    },
}

/// Something that can be had with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemOption {
    /// What Prbiti knows it by (`itemOptionID`).
    pub id: OptionId,
    /// What the customer reads; the Korean one is `itemOptionName`.
    pub names: Names,
    /// Price of one, on top of the item's, with the item's tax. Nothing for options that are free.
    pub price: Won,
    /// Can't be had now.
    pub sold_out: bool,
}

impl Catalog {
    /// The item of that name.
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.items.iter().find(|item| &item.id == id)
    }

    /// The option group of that name.
    pub fn group(&self, id: &GroupId) -> Option<&OptionGroup> {
        self.groups.iter().find(|group| &group.id == id)
    }

    /// The item that carries this barcode.
    pub fn by_barcode(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.barcode.as_deref() == Some(code))
    }

    /// The items of a category, in the catalog's order.
    pub fn items_of<'a>(&'a self, category: &'a CategoryId) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| item.categories.contains(category))
    }
}
