//! What stands on the glass, and what a touch of it does.
#![allow(clippy::unwrap_used, clippy::panic)]

mod menu;
mod paper;
mod screens;

use std::sync::Arc;

use checkout::{
    catalog::{Catalog, Category, GroupKind, Item, ItemOption, Names, OptionGroup, Tax},
    entry::Entry,
    ids::{CategoryId, GroupId, ItemId, OptionId},
    kiosk::{Effect, Event, Kiosk, Shop},
    money::Won,
    receipt::Seller,
    service::Service,
    time::Now,
    view::{Act, Place, View, Way},
};
use simulation::shop::fresh;

/// A kiosk, what is touched on it, and what it did. Whatever it asks, the test answers.
struct Glass {
    kiosk: Kiosk,
    now: Now,
    minted: u32,
    rows: Vec<Entry>,
    then: Vec<Effect>,
    shown: bool,
}

impl Glass {
    fn new() -> Glass {
        Glass::of(shop())
    }

    fn of(shop: Shop) -> Glass {
        let now = Now { wall_ms: 1_760_000_000_000, boot_ms: 3_600_000, boot_id: "boot-1".into() };
        let kiosk = Kiosk::new(Arc::new(shop), Vec::new(), 0, (String::new(), 0), &now);
        let mut glass = Glass { kiosk, now, minted: 0, rows: Vec::new(), then: Vec::new(), shown: false };
        glass.send(Event::Resume);
        glass.send(Event::PageConnected);
        glass
    }

    fn ordering() -> Glass {
        let mut glass = Glass::new();
        glass.act(Act::Start { way: Way::ForHere });
        glass
    }

    fn send(&mut self, event: Event) {
        self.minted += 1;
        let step = self.kiosk.handle(event, &self.now, fresh(self.minted));
        self.shown = step.show;
        self.kiosk = step.kiosk;
        self.rows.extend(step.record.into_iter().map(|record| record.entry));
        self.then.extend(step.then);
    }

    fn act(&mut self, act: Act) {
        self.send(Event::Act { view: self.kiosk.view(&self.now).number, act });
    }

    fn touch(&mut self, item: &str) {
        self.act(Act::Item { id: ItemId::new(item.replace(' ', "-")).unwrap() });
    }

    fn scan(&mut self, code: &str) {
        self.send(Event::Scanned(code.to_owned()));
    }

    fn pass(&mut self, ms: i64) {
        self.now.wall_ms += ms;
        self.now.boot_ms += ms;
        self.send(Event::Tick);
    }

    fn view(&self) -> View {
        self.kiosk.view(&self.now)
    }

    fn screen(&self) -> String {
        serde_json::to_value(self.view().screen).unwrap()["is"].as_str().unwrap().to_owned()
    }
}

fn category(id: &str) -> CategoryId {
    CategoryId::new(id).unwrap()
}

fn group(id: &str) -> GroupId {
    GroupId::new(id).unwrap()
}

fn option(id: &str) -> OptionId {
    OptionId::new(id).unwrap()
}

fn names(ko: &str) -> Names {
    Names { ko: ko.into(), en: None, zh: None, ja: None }
}

/// Tea, a latte with a size and shots, a cake that is sold out; and forty more, a thousand won each.
fn shop() -> Shop {
    let item = |id: &str, ko: &str, price, tab: &str| Item {
        id: ItemId::new(id).unwrap(),
        names: names(ko),
        price: Won::new(price),
        tax: Tax::Taxable,
        picture: format!("{id}.webp"),
        barcode: None,
        recommended: false,
        sold_out: false,
        categories: vec![category(tab)],
        groups: Vec::new(),
    };
    let choice = |id: &str, ko: &str, price, sold_out| ItemOption {
        id: option(id),
        names: names(ko),
        price: Won::new(price),
        sold_out,
    };
    let sizes = vec![
        choice("small", "작게", -500, true),
        choice("usual", "보통", 0, false),
        choice("large", "크게", 500, false),
    ];
    let mut items = vec![
        Item { barcode: Some("777".into()), ..item("tea", "차", 3000, "drinks") },
        Item { groups: vec![group("size"), group("shots")], ..item("latte", "라테", 4000, "drinks") },
        Item {
            barcode: Some("888".into()),
            sold_out: true,
            names: Names { en: Some("Cake".into()), ..names("케이크") },
            ..item("cake", "케이크", 5000, "drinks")
        },
    ];
    items.extend((0..40).map(|n| item(&format!("many-{n}"), &format!("{n}번"), 1000, "many")));
    Shop {
        names: Names { ja: Some("店".into()), ..names("가게") },
        prefix: "A".into(),
        ways: vec![Way::ForHere, Way::ToGo],
        day_starts_min: 0,
        utc_offset_min: 540,
        services: Service::ALL.to_vec(),
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
            categories: ["drinks", "many"].map(|id| Category { id: category(id), names: names(id) }).into(),
            items,
            groups: vec![
                OptionGroup { id: group("size"), names: names("크기"), kind: GroupKind::Choice(sizes) },
                OptionGroup {
                    id: group("shots"),
                    names: names("샷"),
                    kind: GroupKind::Count { option: choice("shot", "샷", 500, false), most: 3 },
                },
            ],
        },
    }
}
