//! The sums of a `confirm` (guide 3.4.1, protocol.md §3) for any cart and any way of paying it.
#![allow(clippy::unwrap_used)]

use checkout::{
    card::{Approval, MaskedCard},
    catalog::{Names, Tax},
    ids::{ApprovalNumber, ItemId, OptionId, TransactionId},
    money::Won,
    order::{Line, LineOption, card_amount, total},
    protocol::settle,
    service::PerService,
};
use proptest::prelude::*;
use serde_json::Value;

fn names() -> Names {
    Names { ko: "이름".into(), en: None, zh: None, ja: None }
}

prop_compose! {
    fn line()(
        price in 0i64..200_000,
        free in any::<bool>(),
        pieces in 1u32..=20,
        options in prop::collection::vec((0i64..5_000, 1u32..=4), 0..3),
    ) -> Line {
        Line {
            item: ItemId::new("item").unwrap(),
            names: names(),
            picture: String::new(),
            price: Won::new(price),
            tax: if free { Tax::Free } else { Tax::Taxable },
            options: options
                .into_iter()
                .map(|(price, per_piece)| LineOption {
                    option: OptionId::new("option").unwrap(),
                    names: names(),
                    price: Won::new(price),
                    per_piece,
                })
                .collect(),
            pieces,
        }
    }
}

/// A part of `of`, in thousandths.
fn part(of: Won, thousandths: i64) -> Option<Won> {
    let won = Won::new(of.get() * thousandths / 1000);
    (!won.is_zero()).then_some(won)
}

fn sum(list: &Value, kinds: &[&str]) -> i64 {
    let of = |entry: &&Value| kinds.contains(&entry["payment"].as_str().unwrap());
    list.as_array().unwrap().iter().filter(of).map(|entry| entry["paymentPrice"].as_i64().unwrap()).sum()
}

proptest! {
    #[test]
    fn what_is_settled_adds_up(
        lines in prop::collection::vec(line(), 1..6),
        coupon in 0i64..=1000, points in 0i64..=1000, prepaid in 0i64..=1000, earn in 0i64..=1000,
    ) {
        let all = total(&lines);
        let coupon = part(all, coupon);
        let after_coupon = all.less(coupon.unwrap_or_default());
        let points = part(after_coupon, points);
        let after_points = after_coupon.less(points.unwrap_or_default());
        let prepaid = part(after_points, prepaid);
        let due = after_points.less(prepaid.unwrap_or_default());
        let held = PerService { coupon, point_redeem: points, prepaid, point_earn: part(all, earn) };
        let reduction = all.minus(due);
        let card = card_amount(&lines, reduction);
        prop_assert_eq!(card.amount, due);
        let approval = (!due.is_zero()).then(|| Approval {
            amount: card.amount,
            approval_number: ApprovalNumber::new("1").unwrap(),
            approved_at: String::new(),
            method: String::new(),
            issuer: String::new(),
            acquirer: String::new(),
            masked_card: MaskedCard::default(),
            merchant_id: String::new(),
            instalment_months: 0,
        });
        let id = TransactionId::new("0192f0c4a7b87d3e8f1a").unwrap();
        let payload = settle(&id, &lines, &held, approval.as_ref(), false);
        let message: Value = serde_json::from_str(payload.as_str()).unwrap();
        let data = &message["data"];
        let won = |field: &str| data[field].as_i64().unwrap();
        let list = &data["paymentList"];

        prop_assert_eq!(won("totalPaid"), won("netAmount") + won("tax"));
        prop_assert_eq!(won("customerPaid"), won("totalPaid") - won("discount"));
        prop_assert_eq!(won("totalPaid"), all.get());
        prop_assert_eq!(sum(list, &["CARD", "PREPAID"]), won("customerPaid"));
        prop_assert_eq!(sum(list, &["POINT", "COUPON"]), won("discount"));
        prop_assert_eq!(sum(list, &["CARD", "CASH", "POINT", "PREPAID", "COUPON"]), won("totalPaid"));
        prop_assert!(list.as_array().unwrap().iter().all(|entry| entry["paymentPrice"].as_i64().unwrap() > 0));

        let mark = |yes: bool| if yes { "Y" } else { "N" };
        prop_assert_eq!(&data["couponConfirmedYN"], mark(held.coupon.is_some()));
        prop_assert_eq!(&data["pointRedeemConfirmedYN"], mark(held.point_redeem.is_some()));
        prop_assert_eq!(&data["prepaidConfirmedYN"], mark(held.prepaid.is_some()));
        prop_assert_eq!(&data["pointEarnConfirmedYN"], mark(held.point_earn.is_some()));
        prop_assert!(data.get("auth").is_none(), "auth is put in only when the text is handed over");

        let items = data["itemList"].as_array().unwrap();
        let mut listed = 0;
        for item in items {
            let of = |value: &Value, field: &str| value[field].as_i64().unwrap();
            prop_assert_eq!(of(item, "itemPrice"), of(item, "itemUnitPrice") * of(item, "itemCount"));
            listed += of(item, "itemPrice");
            match item.get("itemOptionList") {
                None => {}
                Some(options) => {
                    let options = options.as_array().unwrap();
                    prop_assert!(!options.is_empty(), "absent, not empty");
                    for option in options {
                        let price = of(option, "itemOptionUnitPrice") * of(option, "itemOptionCount");
                        prop_assert_eq!(of(option, "itemOptionPrice"), price);
                        listed += price;
                    }
                }
            }
        }
        prop_assert_eq!(listed, all.get());
    }
}
