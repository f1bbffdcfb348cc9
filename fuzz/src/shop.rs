//! The demonstration shop, and what the other targets have in common.

use std::{
    path::Path,
    sync::{Arc, LazyLock},
};

use checkout::{
    catalog::Language,
    entry::{Entry, Record},
    ids::TransactionId,
    kiosk::Shop,
    service::Service,
    time::Now,
    transaction::Transaction,
    view::Place,
};
use till::{
    journal::{NewRow, Row},
    reading::{self, Files, NoFold},
};

/// The transaction that answers are answers to.
pub const ID: &str = "1c27375780c811ef9e03";

pub const KIOSK: &[u8] = include_bytes!("../../demo/kiosk.toml");
pub const CATALOG: &[u8] = include_bytes!("../../demo/catalog.toml");

/// The shop that everything is tried in.
pub static SHOP: LazyLock<Arc<Shop>> = LazyLock::new(|| {
    let files = Files { kiosk: KIOSK, secrets: b"", catalog: CATALOG };
    let config = reading::config(Path::new("kiosk.toml"), files).expect("the demonstration's configuration");
    Arc::new(Shop {
        names: config.shop.name,
        prefix: config.shop.kiosk_prefix,
        ways: config.shop.ways,
        day_starts_min: u32::from(config.shop.business_day_starts_min),
        utc_offset_min: i32::from(config.shop.utc_offset_hours) * 60,
        services: Service::ALL.to_vec(),
        module_url: "https://module.example/".into(),
        module_origin: "https://module.example".into(),
        payment_timeout_ms: config.payment.timeout_ms,
        terminal_place: Place::default(),
        width_px: config.screen.width,
        height_px: config.screen.height,
        pitch_nm: config.screen.pitch_nm(),
        lower_edge_mm: config.screen.lower_edge_mm,
        idle_ms: config.screen.idle_ms,
        practice: false,
        scanner: true,
        speaks: vec![Language::Ko],
        printer: true,
        order_hook: false,
        kitchen_printer: false,
        seller: checkout::receipt::Seller::default(),
        catalog: config.catalog,
    })
});

/// A transaction's name.
pub fn id(text: &str) -> TransactionId {
    TransactionId::new(text).expect("16 to 36 letters and digits")
}

/// The moment at which everything begins.
pub fn noon() -> Now {
    Now { wall_ms: 1_760_000_000_000, boot_ms: 3_600_000, boot_id: "boot-1".into() }
}

/// The row that a record is kept as.
pub fn kept(record: &Record) -> Row {
    let NewRow { transaction_id, seq, at_ms, boot_ms, boot_id, kind, body } = reading::row(record).expect("a row");
    Row { transaction_id, seq, at_ms, boot_ms, boot_id, kind, body, checksum: 0 }
}

/// What the journal proves after it has kept these entries and read them again.
pub fn folded(transaction: &TransactionId, entries: impl IntoIterator<Item = Entry>) -> Result<Transaction, NoFold> {
    let rows = (0..)
        .zip(entries)
        .map(|(seq, entry)| kept(&Record { transaction: transaction.clone(), seq, at: noon(), entry }));
    reading::transaction(rows.collect())
}

/// Does the text hold so many digits in a row, however they are grouped, that they could be a card's number?
pub fn could_be_a_card(text: &str) -> bool {
    let mut digits = 0;
    text.chars().any(|c| {
        match c {
            ' ' | '-' => {}
            c if c.is_numeric() => digits += 1,
            _ => digits = 0,
        }
        digits >= 13
    })
}
