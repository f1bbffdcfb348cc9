//! `itemList` (sections 3.2.2 and 3.4.1): what was ordered, and that its prices add up.

use super::fields::{Fields, Refusal};
use crate::codes;
use serde_json::Value;

/// One line of an order; prices in won. `options_price` is the sum of its options' prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) unit_price: i64,
    pub(crate) price: i64,
    pub(crate) options_price: i64,
}

/// `itemList`: `None` when it is absent. Present, it is a list with something in it.
pub(super) fn items(data: &Fields<'_>) -> Result<Option<Vec<Item>>, Refusal> {
    if data.get("itemList").is_none() {
        return Ok(None);
    }
    let list = data.list("itemList", codes::NO_ITEM_LIST)?;
    if list.is_empty() {
        return Err(data.wrong("itemList", codes::NO_ITEM_LIST, "상품이 있어야 해요", "at least one item is expected"));
    }
    let at = data.at("itemList");
    let items = list.iter().enumerate().map(|(index, value)| item(format!("{at}[{index}]"), value));
    items.collect::<Result<_, _>>().map(Some)
}

fn item(path: String, value: &Value) -> Result<Item, Refusal> {
    let item = Fields::entry(path, value, codes::BAD_MESSAGE)?;
    let id = item.text("itemID", codes::BAD_ITEM_ID)?.to_owned();
    let name = item.text("itemName", codes::BAD_ITEM_NAME)?.to_owned();
    let unit_price = item.whole("itemUnitPrice", 0, codes::BAD_ITEM_UNIT_PRICE)?;
    let count = item.whole("itemCount", 1, codes::BAD_ITEM_COUNT)?;
    let price = item.whole("itemPrice", 0, codes::BAD_ITEM_PRICE)?;
    if unit_price.checked_mul(count) != Some(price) {
        return Err(item.wrong(
            "itemPrice",
            codes::BAD_ITEM_PRICE,
            "itemUnitPrice × itemCount와 같아야 해요",
            "itemUnitPrice × itemCount is expected",
        ));
    }
    Ok(Item { id, name, unit_price, price, options_price: options_price(&item)? })
}

/// Section 3.2.2: without a chosen option the list isn't sent at all.
fn options_price(item: &Fields<'_>) -> Result<i64, Refusal> {
    if item.get("itemOptionList").is_none() {
        return Ok(0);
    }
    let list = item.list("itemOptionList", codes::BAD_MESSAGE)?;
    if list.is_empty() {
        let (ko, en) = ("옵션이 없으면 보내지 않아야 해요", "without options it isn't sent at all");
        return Err(item.wrong("itemOptionList", codes::BAD_MESSAGE, ko, en));
    }
    let at = item.at("itemOptionList");
    list.iter().enumerate().map(|(index, value)| option_price(format!("{at}[{index}]"), value)).sum()
}

fn option_price(path: String, value: &Value) -> Result<i64, Refusal> {
    let option = Fields::entry(path, value, codes::BAD_MESSAGE)?;
    option.text("itemOptionID", codes::BAD_OPTION_ID)?;
    option.text("itemOptionName", codes::BAD_OPTION_NAME)?;
    let unit_price = option.whole("itemOptionUnitPrice", 0, codes::BAD_OPTION_UNIT_PRICE)?;
    let count = option.whole("itemOptionCount", 1, codes::BAD_OPTION_COUNT)?;
    let price = option.whole("itemOptionPrice", 0, codes::BAD_OPTION_PRICE)?;
    if unit_price.checked_mul(count) != Some(price) {
        return Err(option.wrong(
            "itemOptionPrice",
            codes::BAD_OPTION_PRICE,
            "itemOptionUnitPrice × itemOptionCount와 같아야 해요",
            "itemOptionUnitPrice × itemOptionCount is expected",
        ));
    }
    Ok(price)
}
