//! What a configuration tells the kiosk.

use crate::{
    catalog::{Catalog, Language, Names},
    receipt::Seller,
    service::Service,
    time::MINUTE_MS,
    view::{Place, Way},
};

/// What the kiosk knows of its shop and itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// The shop's name.
    pub names: Names,
    /// Before every order number.
    pub prefix: String,
    /// At least one.
    pub ways: Vec<Way>,
    /// When a business day begins, minutes after midnight.
    pub day_starts_min: u32,
    /// The shop's clock against UTC, minutes.
    pub utc_offset_min: i32,
    /// The services that the shop has.
    pub services: Vec<Service>,
    /// The module's page (guide 2.1).
    pub module_url: String,
    /// Its origin.
    pub module_origin: String,
    /// How long the terminal waits for a card, ms.
    pub payment_timeout_ms: u32,
    /// Where the terminal is.
    pub terminal_place: Place,
    /// The panel's width, px.
    pub width_px: u32,
    /// The panel's height, px.
    pub height_px: u32,
    /// The size of one of its pixels, nm.
    pub pitch_nm: u32,
    /// Its lower edge above the floor, mm.
    pub lower_edge_mm: u32,
    /// So long without a touch or key, and the kiosk asks whether somebody is there, ms. Twice as long for whoever reads
    /// large text or listens. Between [`super::LEAST_IDLE_MS`] and [`super::MOST_IDLE_MS`].
    pub idle_ms: u32,
    /// The simulator stands in for Prbiti and the terminal.
    pub practice: bool,
    /// There should be a barcode reader.
    pub scanner: bool,
    /// In which there is a voice.
    pub speaks: Vec<Language>,
    /// There should be a receipt printer.
    pub printer: bool,
    /// Orders are posted to an address.
    pub order_hook: bool,
    /// There should be a printer of order tickets.
    pub kitchen_printer: bool,
    /// Who sells, for receipts.
    pub seller: Seller,
    /// What is sold.
    pub catalog: Catalog,
}

impl Shop {
    /// From UTC to a clock that shows midnight when a business day begins, ms.
    pub fn day_shift_ms(&self) -> i64 {
        (i64::from(self.utc_offset_min) - i64::from(self.day_starts_min)) * MINUTE_MS
    }
}
