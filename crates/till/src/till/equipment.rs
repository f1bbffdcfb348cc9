//! What the loop works with, made from the configuration.

use std::time::Duration;

use checkout::{kiosk::Shop, protocol::Auth};
use reqwest::Url;
use thiserror::Error;

use crate::{
    config::{Config, Secret, Secrets, Speech, origin},
    kitchen::Kitchen,
    order_hook::{BadHook, OrderHook},
    payment::{BadAgent, PaymentAgent},
    staff::{Staff, StaffError},
};

/// Why a configuration without a mistake can't be worked with.
#[derive(Debug, Error)]
pub(super) enum Unusable {
    #[error("the configuration counts on the simulator, which wasn't started")]
    NoSimulator,
    #[error(transparent)]
    Agent(#[from] BadAgent),
    #[error(transparent)]
    Hook(#[from] BadHook),
    #[error(transparent)]
    Staff(#[from] StaffError),
}

impl Unusable {
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Unusable::NoSimulator => "start the kiosk as a program of its own; it starts the simulator itself",
            Unusable::Agent(bad) => bad.hint(),
            Unusable::Hook(bad) => bad.hint(),
            Unusable::Staff(error) => error.hint(),
        }
    }
}

/// What a configuration that can be worked with leads to.
pub(super) struct Equipment {
    pub(super) shop: Shop,
    pub(super) auth: Auth,
    pub(super) agent: PaymentAgent,
    pub(super) staff: Staff,
    /// Where orders go; nowhere where staff read their list alone.
    pub(super) kitchen: Option<Kitchen>,
}

/// What it leads to, or why it can't be worked with.
pub(super) fn equipment(config: &Config) -> Result<Equipment, Unusable> {
    let (Some(module), Some(agent), Some(secrets)) =
        (config.prbiti.module_url.address(), config.payment.agent_url.address(), &config.secrets)
    else {
        return Err(Unusable::NoSimulator);
    };
    let text = |secret: &Secret| secret.expose().to_owned();
    Ok(Equipment {
        shop: shop(config, module),
        auth: Auth {
            application_key: text(&secrets.application_key),
            passwd: text(&secrets.passwd),
            terminal_id: text(&secrets.terminal_id),
        },
        kitchen: kitchen(config, secrets)?,
        agent: PaymentAgent::new(agent.as_str(), &secrets.agent_token)?,
        staff: match config.simulator {
            Some(_) => Staff::demonstration(&config.journal)?,
            None => Staff::beside(&config.journal),
        },
    })
}

fn kitchen(config: &Config, secrets: &Secrets) -> Result<Option<Kitchen>, Unusable> {
    let hook = match (&config.order_hook, &secrets.order_hook) {
        (None, _) => None,
        (Some(hook), Some(secret)) => {
            let url = hook.url.address().ok_or(Unusable::NoSimulator)?;
            let time_out = Duration::from_millis(hook.timeout_ms.into());
            Some(OrderHook::new(url.clone(), secret.clone(), time_out)?)
        }
        // A configuration without it was refused, but for a simulator's that wasn't started.
        (Some(_), None) => return Err(Unusable::NoSimulator),
    };
    let printer = config.kitchen_printer.clone();
    let is_any = hook.is_some() || printer.is_some();
    Ok(is_any.then_some(Kitchen { hook, printer }))
}

/// The shop as the checkout thinks of it.
fn shop(config: &Config, module: &Url) -> Shop {
    Shop {
        names: config.shop.name.clone(),
        prefix: config.shop.kiosk_prefix.clone(),
        ways: config.shop.ways.clone(),
        day_starts_min: u32::from(config.shop.business_day_starts_min),
        utc_offset_min: i32::from(config.shop.utc_offset_hours) * 60,
        services: config.prbiti.services.clone(),
        module_origin: origin(module).unwrap_or_default(),
        module_url: module.as_str().to_owned(),
        payment_timeout_ms: config.payment.timeout_ms,
        terminal_place: config.payment.terminal_place,
        width_px: config.screen.width,
        height_px: config.screen.height,
        pitch_nm: config.screen.pitch_nm(),
        lower_edge_mm: config.screen.lower_edge_mm,
        idle_ms: config.screen.idle_ms,
        practice: config.simulator.is_some(),
        scanner: config.scanner.is_some(),
        speaks: config.speech.as_ref().map(Speech::languages).unwrap_or_default(),
        printer: config.printer.is_some(),
        order_hook: config.order_hook.is_some(),
        kitchen_printer: config.kitchen_printer.is_some(),
        seller: config.shop.seller.clone(),
        catalog: config.catalog.clone(),
    }
}

/// A shop without a configuration.
pub(super) fn nothing_sold() -> Shop {
    Shop {
        names: checkout::catalog::Names { ko: String::new(), en: None, zh: None, ja: None },
        prefix: String::new(),
        ways: Vec::new(),
        day_starts_min: 0,
        utc_offset_min: 0,
        services: Vec::new(),
        module_url: String::new(),
        module_origin: String::new(),
        payment_timeout_ms: 60_000,
        terminal_place: checkout::view::Place::default(),
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
        seller: checkout::receipt::Seller::default(),
        catalog: checkout::catalog::Catalog::default(),
    }
}
