//! A shop that sells a coffee and, tax free, a milk; a cake, and a latte with shots.

use checkout::{
    catalog::{Catalog, Category, GroupKind, Item, ItemOption, Names, OptionGroup, Tax},
    ids::{AttemptId, CategoryId, GroupId, ItemId, OptionId, OrderId, RefundId, TransactionId},
    kiosk::{Fresh, Shop},
    money::Won,
    receipt::Seller,
    service::Service,
    view::{Place, Way},
};

/// Such a shop with these services.
pub fn shop(services: &[Service]) -> Shop {
    let names = |ko: &str| Names { ko: ko.into(), en: None, zh: None, ja: None };
    let item = |id: &str, price, tax| Item {
        id: ItemId::new(id).unwrap(),
        names: names(id),
        price: Won::new(price),
        tax,
        picture: String::new(),
        barcode: None,
        recommended: false,
        sold_out: false,
        categories: vec![CategoryId::new("all").unwrap()],
        groups: Vec::new(),
    };
    Shop {
        names: names("가게"),
        prefix: "A".into(),
        ways: vec![Way::ForHere, Way::ToGo],
        day_starts_min: 0,
        utc_offset_min: 540,
        services: services.to_vec(),
        module_url: "https://module.example/".into(),
        module_origin: "https://module.example".into(),
        payment_timeout_ms: 60_000,
        terminal_place: Place::default(),
        width_px: 1080,
        height_px: 1920,
        pitch_nm: 311_300,
        lower_edge_mm: 780,
        idle_ms: 60_000,
        practice: false,
        scanner: false,
        speaks: Vec::new(),
        printer: false,
        order_hook: false,
        kitchen_printer: false,
        seller: Seller::default(),
        catalog: Catalog {
            categories: vec![Category { id: CategoryId::new("all").unwrap(), names: names("all") }],
            items: vec![
                item("coffee", 5000, Tax::Taxable),
                item("milk", 3000, Tax::Free),
                item("cake", 33_330, Tax::Taxable),
                Item { groups: vec![GroupId::new("shots").unwrap()], ..item("latte", 4700, Tax::Taxable) },
            ],
            groups: vec![OptionGroup {
                id: GroupId::new("shots").unwrap(),
                names: names("shots"),
                kind: GroupKind::Count {
                    option: ItemOption {
                        id: OptionId::new("shot").unwrap(),
                        names: names("shot"),
                        price: Won::new(490),
                        sold_out: false,
                    },
                    most: 3,
                },
            }],
        },
    }
}

/// Names for what the `n`th event may begin, counting up.
pub fn fresh(n: u32) -> Fresh {
    Fresh {
        transaction: TransactionId::new(format!("transaction{n:09}")).unwrap(),
        order: OrderId::new(format!("order-{n}")).unwrap(),
        attempt: AttemptId::new(format!("attempt-{n}")).unwrap(),
        refund: RefundId::new(format!("refund-{n}")).unwrap(),
    }
}
