//! Fields that the guide doesn't have. They are ignored, since the guide's own examples carry more than its tables;
//! the log names them, because a misspelt optional field is otherwise never noticed.

use serde_json::Value;

const ENVELOPE: &[&str] = &["type", "data", "autoCloseTime"];
const AUTH: &[&str] = &["applicationKey", "passwd", "accessType"];
// The summary of section 3.3.2 names itemList for PREPAID too.
const CONNECTION: &[&str] = &["supportMode", "auth", "transactionID", "payAmount", "itemList"];
const CANCEL: &[&str] = &["auth", "transactionID"];
const CONFIRM: &[&str] = &[
    "auth",
    "transactionID",
    "pointRedeemConfirmedYN",
    "pointEarnConfirmedYN",
    "couponConfirmedYN",
    "prepaidConfirmedYN",
    "eReceiptIssueYN",
    "itemList",
    "paymentList",
    "netAmount",
    "tax",
    "discount",
    "customerPaid",
    "totalPaid",
    "memo1",
    "memo2",
    "memo3",
    "memo4",
    "memo5",
];
const ITEM: &[&str] = &["itemID", "itemName", "itemUnitPrice", "itemCount", "itemPrice", "itemOptionList"];
const OPTION: &[&str] =
    &["itemOptionID", "itemOptionName", "itemOptionUnitPrice", "itemOptionCount", "itemOptionPrice"];
const PAYMENT: &[&str] = &[
    "payment",
    "paymentID",
    "transactionID",
    "paymentIssuer",
    "cardPaymentPeriod",
    "cardMerchantID",
    "paymentPrice",
    "prepaidBalance",
    "pointBalance",
    "paymentMemo",
];
/// Names beyond these are not listed: a log is read by people.
const MOST: usize = 20;

/// The paths of the fields that the guide doesn't have.
pub(crate) fn unknown_fields(message: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let data = &message["data"];
    let known = match message["type"].as_str() {
        Some("confirm") => CONFIRM,
        Some("cancel") => CANCEL,
        Some("connection") => CONNECTION,
        // What an unknown message should have in it nobody knows.
        Some(_) | None => return found,
    };
    look(message, "", ENVELOPE, &mut found);
    look(data, "data.", known, &mut found);
    look(&data["auth"], "data.auth.", AUTH, &mut found);
    entries(&data["itemList"], "data.itemList", ITEM, &mut found);
    for (index, item) in data["itemList"].as_array().into_iter().flatten().enumerate() {
        entries(&item["itemOptionList"], &format!("data.itemList[{index}].itemOptionList"), OPTION, &mut found);
    }
    entries(&data["paymentList"], "data.paymentList", PAYMENT, &mut found);
    found.truncate(MOST);
    found
}

fn entries(list: &Value, path: &str, known: &[&str], found: &mut Vec<String>) {
    for (index, entry) in list.as_array().into_iter().flatten().enumerate() {
        look(entry, &format!("{path}[{index}]."), known, found);
    }
}

fn look(value: &Value, path: &str, known: &[&str], found: &mut Vec<String>) {
    for name in value.as_object().into_iter().flat_map(|fields| fields.keys()) {
        if !known.contains(&name.as_str()) {
            found.push(format!("{path}{}", name.chars().take(60).collect::<String>()));
        }
    }
}
