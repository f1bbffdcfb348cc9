//! Menu, options, review; the dock, the sheets and the idle clock: everything before and beside the money.

use super::{Effect, Front, Then, Turn, staff::LOCK_MS};
use crate::{
    catalog::GroupKind,
    entry::Entry,
    order::{Chosen, Draft, MOST_LINES, MOST_PIECES, pieces},
    protocol::AutoClose,
    view::{Act, Fit, Note, Sheet},
};

/// Above the floor, mm: in the low position everything stays below it.
const LOW_MM: u32 = 1_220;

/// The least room, in mm of width and height, that every screen fits in: the reference panel's at 200 % in the low position.
const LEAST_MM: (u64, u64) = (168, 220);

/// A layout that is lower than this, in mm, shows one thing under the other, however wide it is.
const SHORT_MM: u64 = 300;
/// How long a removed line can be brought back, ms.
const UNDO_MS: i64 = 5_000;
/// How long the warning stands before the order ends, ms.
const WARNING_MS: u32 = 30_000;
/// The least that a shop may wait before it asks whether somebody is there, ms: reading a screen takes some time.
pub const LEAST_IDLE_MS: u32 = 30_000;
/// The most, ms.
pub const MOST_IDLE_MS: u32 = 120_000;
// Whoever is gone is sent to the start by the kiosk, before the module's page gives up by itself: also when large text was
// chosen after it was asked.
const _: () = assert!(2 * MOST_IDLE_MS + WARNING_MS < AutoClose::Connection.ms());
/// A touch while the warning stands means that somebody is there. So long is waited for what it was a touch of, ms.
const TOUCH_MS: i64 = 500;

impl Turn<'_> {
    pub(super) fn act(&mut self, act: Act) {
        if self.settings(&act) || self.sheets(&act) {
            return;
        }
        // A sheet lies over everything else.
        if self.k.customer.sheet.is_some() {
            return;
        }
        match act {
            Act::Start { way } => {
                if self.k.front == Front::Attract && self.k.shop.ways.contains(&way) {
                    self.k.awaited = None;
                    self.k.customer.way = way;
                    self.k.customer.order = Some(self.fresh.order.clone());
                    self.k.front = Front::Menu { category: 0, page: 1 };
                }
            }
            Act::Category { id } => {
                let found = self.k.shop.catalog.categories.iter().position(|category| category.id == id);
                if let (Front::Menu { category, page }, Some(found)) = (&mut self.k.front, found) {
                    (*category, *page) = (found, 1);
                }
            }
            Act::Page { forward } => self.turn_page(forward),
            Act::Item { id } => self.touch_item(&id),
            Act::Choose { .. } | Act::Count { .. } | Act::Pieces { .. } => self.change_draft(&act),
            Act::CloseOptions => self.close_options(),
            Act::AddToCart => {
                if let Front::Options { draft, .. } = self.k.front.clone() {
                    self.add_or_say(&draft);
                    self.close_options();
                }
            }
            Act::Review => {
                if matches!(self.k.front, Front::Menu { .. }) && !self.k.customer.lines.is_empty() {
                    self.k.front = Front::Review { page: 1 };
                }
            }
            Act::LinePieces { .. } | Act::RemoveLine { .. } | Act::Undo | Act::AddMore | Act::Way { .. } => {
                self.change_review(act);
            }
            Act::UseBenefits
            | Act::PayNow
            | Act::Tick { .. }
            | Act::Next
            | Act::NoBenefits
            | Act::Skip
            | Act::TryAgain
            | Act::WithoutService
            | Act::GoOn
            | Act::StartAgain
            | Act::Stop
            | Act::WithoutBenefits => self.benefits_act(act),
            Act::Receipt { .. }
            | Act::Months { .. }
            | Act::Pay
            | Act::DontPay
            | Act::AnotherCard
            | Act::Done
            | Act::Paper
            | Act::PrintSlip
            | Act::CallAgain => self.payment_act(act),
            Act::Staff { act } => self.staff_act(act),
            // Whoever is in needs no PIN to come in.
            Act::StaffEnter { pin } if !matches!(self.k.front, Front::Staff(_)) => {
                self.then.push(Effect::CheckPin(pin));
            }
            Act::StaffEnter { .. } => {}
            Act::Home => self.home(),
            Act::Back => self.back(),
            // Told apart above.
            Act::Language { .. }
            | Act::Large { .. }
            | Act::Contrast { .. }
            | Act::Low { .. }
            | Act::Voice { .. }
            | Act::Volume { .. }
            | Act::Speed { .. }
            | Act::Keypad
            | Act::Earphones { .. }
            | Act::OpenSettings { .. }
            | Act::CallStaff
            | Act::Continue
            | Act::YesStartOver
            | Act::CloseSheet
            | Act::Resized { .. } => {}
        }
    }

    /// What works on any screen.
    #[allow(clippy::wildcard_enum_match_arm, clippy::collapsible_match)] // every other touch goes on to where it belongs
    fn settings(&mut self, act: &Act) -> bool {
        let customer = &mut self.k.customer;
        let settings = &mut customer.settings;
        match act {
            Act::Language { language } => settings.language = *language,
            Act::Large { on } => settings.large = *on,
            Act::Contrast { on } => settings.contrast = *on,
            Act::Low { on } => settings.low = *on,
            Act::Voice { on } => settings.voice = *on,
            Act::Volume { volume } => settings.volume = (*volume).clamp(1, 5),
            Act::Speed { speed } => settings.speed = *speed,
            Act::Keypad => settings.keypad = true,
            Act::Earphones { on } => {
                settings.earphones = *on;
                settings.voice = *on;
                if !on {
                    self.note(Note::EarphonesOut);
                }
            }
            Act::OpenSettings { sound } => customer.sheet = Some(Sheet::ScreenAndSound { sound: *sound }),
            Act::CallStaff => {
                customer.calling = !customer.calling;
                if customer.calling {
                    self.alert("a customer calls staff to the kiosk");
                }
            }
            _ => return false,
        }
        self.keep_to_pages();
        true
    }

    fn sheets(&mut self, act: &Act) -> bool {
        let Some(sheet) = self.k.customer.sheet else { return false };
        match (sheet, act) {
            (_, Act::Continue | Act::CloseSheet) => self.k.customer.sheet = None,
            (Sheet::Idle { .. }, Act::Stop) => self.leave(),
            (Sheet::StartOver { back, .. }, Act::YesStartOver) => {
                self.k.customer.sheet = None;
                // What is being paid, or is paid, isn't begun again.
                let settled = self.mine().is_some_and(|t| !self.k.attended(t));
                match (settled, back) {
                    (true, _) => {}
                    (false, true) => self.give_back_then(Then::Review),
                    (false, false) => self.leave(),
                }
            }
            (_, _) => return false,
        }
        true
    }

    pub(super) fn scanned_item(&mut self, code: &str) -> Result<(), Note> {
        let language = self.k.customer.settings.language;
        let shop = self.k.shop.clone();
        match shop.catalog.by_barcode(code) {
            None => Err(Note::NotOnMenu),
            Some(item) if item.sold_out => Err(Note::SoldOut { item: item.names.get(language).into() }),
            Some(item) if self.add(&Draft::preset(&shop.catalog, item)) => {
                self.note(Note::Added { item: item.names.get(language).into() });
                Ok(())
            }
            Some(_) => Err(Note::CartFull),
        }
    }

    fn touch_item(&mut self, id: &crate::ids::ItemId) {
        let Front::Menu { category, page } = self.k.front else { return };
        let shop = self.k.shop.clone();
        let Some(item) = shop.catalog.item(id) else { return };
        if item.sold_out {
            let name = item.names.get(self.k.customer.settings.language).to_owned();
            return self.note(Note::SoldOut { item: name });
        }
        let draft = Draft::preset(&shop.catalog, item);
        if item.groups.is_empty() {
            self.add_or_say(&draft);
        } else {
            self.k.front = Front::Options { draft, category, page };
        }
    }

    fn add_or_say(&mut self, draft: &Draft) {
        if !self.add(draft) {
            self.note(Note::CartFull);
        }
    }

    /// Adds to the line with the same options, or as a new line. False when there is no room for all of it.
    fn add(&mut self, draft: &Draft) -> bool {
        let Some(line) = draft.line(&self.k.shop.catalog) else { return false };
        let lines = &mut self.k.customer.lines;
        let room = lines.len() < MOST_LINES;
        let same = lines
            .iter_mut()
            .find(|old| old.item == line.item && old.options == line.options && old.price == line.price);
        match same {
            Some(old) if old.pieces + line.pieces <= MOST_PIECES => old.pieces += line.pieces,
            None if room => lines.push(line),
            Some(_) | None => return false,
        }
        true
    }

    fn change_draft(&mut self, act: &Act) {
        let shop = self.k.shop.clone();
        let Front::Options { draft, .. } = &mut self.k.front else { return };
        if let Act::Pieces { count } = act {
            draft.pieces = (*count).clamp(1, MOST_PIECES);
        }
        let (Act::Choose { group, .. } | Act::Count { group, .. }) = act else { return };
        let Some(kind) = shop.catalog.group(group).map(|group| &group.kind) else { return };
        let chosen = match (kind, act) {
            (GroupKind::Choice(options), Act::Choose { option, .. }) => options
                .iter()
                .find(|known| known.id == *option && !known.sold_out)
                .map(|known| Chosen::Option(known.id.clone())),
            (GroupKind::Count { option, most }, Act::Count { count, .. }) if !option.sold_out || *count == 0 => {
                Some(Chosen::Count(*count.min(most)))
            }
            (_, _) => None,
        };
        let answer = draft.answers.iter_mut().find(|(known, _)| known == group);
        if let (Some((_, answer)), Some(chosen)) = (answer, chosen) {
            *answer = chosen;
        }
    }

    fn close_options(&mut self) {
        if let Front::Options { category, page, .. } = self.k.front {
            self.k.front = Front::Menu { category, page };
        }
    }

    fn turn_page(&mut self, forward: bool) {
        let pages = self.k.pages();
        if let Front::Menu { page, .. } | Front::Review { page } = &mut self.k.front {
            *page = if forward { (*page + 1).min(pages) } else { page.saturating_sub(1).max(1) };
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, clippy::collapsible_match)] // called with these five only
    fn change_review(&mut self, act: Act) {
        if !matches!(self.k.front, Front::Review { .. }) {
            return;
        }
        let undo_until = self.now.boot_ms + UNDO_MS;
        let customer = &mut self.k.customer;
        match act {
            Act::LinePieces { index, count } => {
                if let Some(line) = customer.lines.get_mut(index as usize) {
                    line.pieces = count.clamp(1, MOST_PIECES);
                }
            }
            Act::RemoveLine { index } => {
                let index = index as usize;
                if index < customer.lines.len() {
                    customer.undo = Some((index, customer.lines.remove(index), undo_until));
                }
            }
            Act::Undo => {
                if let Some((index, line, _)) = customer.undo.take() {
                    customer.lines.insert(index.min(customer.lines.len()), line);
                }
            }
            Act::AddMore => self.k.front = Front::Menu { category: 0, page: 1 },
            Act::Way { way } => {
                if self.k.shop.ways.contains(&way) {
                    customer.way = way;
                }
            }
            _ => {}
        }
        self.keep_to_pages();
    }

    /// The list may have fewer pages now than the one that is shown.
    fn keep_to_pages(&mut self) {
        let pages = self.k.pages();
        if let Front::Menu { page, .. } | Front::Options { page, .. } | Front::Review { page } = &mut self.k.front {
            *page = (*page).min(pages);
        }
    }

    /// 처음으로.
    fn home(&mut self) {
        match &self.k.front {
            Front::Menu { .. } | Front::Options { .. } | Front::Review { .. } if self.k.customer.lines.is_empty() => {
                self.leave();
            }
            Front::Menu { .. }
            | Front::Options { .. }
            | Front::Review { .. }
            | Front::Benefits
            | Front::Service(_)
            | Front::ServiceFailed(_)
            | Front::ServiceUnknown(_)
            | Front::BenefitsLost
            | Front::PayConfirm { busy: false, .. }
            | Front::Declined { .. } => self.ask_start_over(false),
            Front::TimeShort { .. } | Front::Done { .. } | Front::Returning { .. } => self.leave(),
            Front::Card { .. } => self.stop_card(),
            Front::PayConfirm { busy: true, .. }
            | Front::Recovering
            | Front::OutOfService { .. }
            | Front::Attract
            | Front::Settling { .. }
            | Front::Unknown { .. }
            | Front::Staff(_) => {}
        }
    }

    /// 이전.
    fn back(&mut self) {
        match &self.k.front {
            Front::Options { .. } => self.close_options(),
            Front::Review { .. } => self.k.front = Front::Menu { category: 0, page: 1 },
            Front::Benefits => self.k.front = Front::Review { page: 1 },
            Front::Service(_)
            | Front::ServiceFailed(_)
            | Front::ServiceUnknown(_)
            | Front::PayConfirm { busy: false, .. } => {
                if self.mine().is_some_and(|t| t.asked_anything()) {
                    self.ask_start_over(true);
                } else {
                    self.give_back_then(Then::Review);
                }
            }
            Front::Card { .. } => self.stop_card(),
            Front::PayConfirm { busy: true, .. }
            | Front::Recovering
            | Front::OutOfService { .. }
            | Front::Attract
            | Front::Menu { .. }
            | Front::BenefitsLost
            | Front::TimeShort { .. }
            | Front::Returning { .. }
            | Front::Declined { .. }
            | Front::Settling { .. }
            | Front::Done { .. }
            | Front::Unknown { .. }
            | Front::Staff(_) => {}
        }
    }

    fn ask_start_over(&mut self, back: bool) {
        let held = self.mine().is_some_and(|t| t.asked_anything());
        let pieces = pieces(&self.k.customer.lines);
        self.k.customer.sheet = Some(Sheet::StartOver { pieces, held, back });
    }

    /// The customer is gone, or done: what is held is given back, and the next one may come.
    pub(super) fn leave(&mut self) {
        self.detach();
        self.k.customer = self.k.nobody(self.now);
        self.k.front = Front::Attract;
    }

    /// The idle clock: a warning first, then the start.
    pub(super) fn idle(&mut self) {
        let watched = match self.k.front {
            Front::Menu { .. }
            | Front::Options { .. }
            | Front::Review { .. }
            | Front::Benefits
            | Front::Service(_)
            | Front::ServiceFailed(_)
            | Front::ServiceUnknown(_)
            | Front::BenefitsLost
            | Front::TimeShort { .. }
            | Front::Returning { .. }
            | Front::PayConfirm { busy: false, .. }
            | Front::Declined { .. } => true,
            Front::Recovering
            | Front::OutOfService { .. }
            | Front::Attract
            | Front::PayConfirm { busy: true, .. }
            | Front::Card { .. }
            | Front::Settling { .. }
            | Front::Done { .. }
            | Front::Unknown { .. }
            | Front::Staff(_) => false,
        };
        let now = self.now.boot_ms;
        let still_ms = now - self.k.customer.last_input_ms;
        if still_ms >= LOCK_MS {
            self.lock(true);
        }
        let limit_ms = self.k.idle_limit_ms();
        if self.k.front == Front::Attract && still_ms >= limit_ms {
            // Whoever chose large text or called staff here is gone.
            let settings = self.k.customer.settings;
            let used = self.k.customer.calling || self.k.customer.sheet.is_some();
            let nobody = self.k.nobody(self.now);
            if used || settings != nobody.settings {
                self.k.customer = nobody;
            }
        }
        match self.k.customer.sheet {
            Some(Sheet::Idle { .. }) => {
                let touched = self.k.customer.last_input_ms > self.k.customer.idle_ends_ms - i64::from(WARNING_MS);
                if touched && still_ms >= TOUCH_MS {
                    self.k.customer.sheet = None;
                } else if !touched && now >= self.k.customer.idle_ends_ms {
                    self.leave();
                }
            }
            Some(Sheet::StartOver { .. } | Sheet::ScreenAndSound { .. }) | None => {
                if watched && still_ms >= limit_ms {
                    let held = self.mine().is_some_and(|t| t.asked_anything());
                    self.k.customer.idle_ends_ms = now + i64::from(WARNING_MS);
                    self.k.customer.sheet = Some(Sheet::Idle { ends_in_ms: WARNING_MS, held });
                }
            }
        }
    }

    /// Takes the transaction out of the customer's hands.
    pub(super) fn detach(&mut self) {
        let Some(id) = self.k.customer.transaction.take() else { return };
        if self.k.session.as_ref().is_some_and(|session| {
            session.transaction == id && matches!(session.request, crate::protocol::Request::Connect(_))
        }) {
            self.end_session(crate::entry::NotPosted::LeftByCustomer, crate::answer::WhyUnknown::LeftByCustomer);
        }
        let Some(t) = self.k.transaction(&id).filter(|t| !t.is_paid() && t.closed.is_none()) else { return };
        let (left, attempt) = (t.left, t.card_in_doubt().map(|open| open.id.clone()));
        if !left {
            self.enter(&id, Entry::Left);
        }
        if let (Some(attempt), Some(super::Call::Pay(_))) = (attempt, &self.k.terminal) {
            // Nobody is there to put a card in.
            self.then.push(super::Effect::StopPayment(attempt));
        }
    }
}

impl super::Kiosk {
    /// So long without a touch, and the warning comes, ms.
    pub(super) fn idle_limit_ms(&self) -> i64 {
        i64::from(self.shop.idle_ms) * if self.customer.assisted() { 2 } else { 1 }
    }

    /// How many pages the list on the screen has.
    pub(super) fn pages(&self) -> u32 {
        let count = match &self.front {
            Front::Menu { category, .. } | Front::Options { category, .. } => {
                let category = self.shop.catalog.categories.get(*category);
                category.map_or(0, |category| self.shop.catalog.items_of(&category.id).count())
            }
            Front::Review { .. } => self.customer.lines.len(),
            Front::Recovering
            | Front::OutOfService { .. }
            | Front::Attract
            | Front::Benefits
            | Front::Service(_)
            | Front::ServiceFailed(_)
            | Front::ServiceUnknown(_)
            | Front::BenefitsLost
            | Front::TimeShort { .. }
            | Front::Returning { .. }
            | Front::PayConfirm { .. }
            | Front::Card { .. }
            | Front::Declined { .. }
            | Front::Settling { .. }
            | Front::Done { .. }
            | Front::Unknown { .. }
            | Front::Staff(_) => 0,
        };
        u32::try_from(count.div_ceil(self.page_size())).unwrap_or(u32::MAX).max(1)
    }

    /// How many pieces of the list on the screen fit on one page (ui.md §4), whatever the language: what doesn't fit
    /// goes to the next page.
    pub(super) fn page_size(&self) -> usize {
        let height = self.height_mm();
        match (&self.front, self.fit()) {
            (Front::Review { .. }, Fit::Xs) if height < 330 => 1,
            (Front::Review { .. }, Fit::M) if height < 450 => 2,
            (Front::Review { .. }, Fit::Xs | Fit::S) => 2,
            (Front::Review { .. }, Fit::M | Fit::L) => 4,
            (_, Fit::Xs) if height < 250 => 2,
            (_, Fit::M) if height < 450 => 6,
            (_, Fit::Xs) => 3,
            (_, Fit::S) => 6,
            (_, Fit::M) => 9,
            (_, Fit::L) => 8,
        }
    }

    /// How high the layout is, in its own millimetres: large text makes them larger, the low position ends at its line.
    fn height_mm(&self) -> u64 {
        self.glass_mm().1 * 100 / self.zoom_percent()
    }

    /// Width and height, in mm, of the glass that is used.
    fn glass_mm(&self) -> (u64, u64) {
        let mm = |px: u32| u64::from(px) * u64::from(self.shop.pitch_nm) / 1_000_000;
        let (width, height) = (mm(self.shop.width_px), mm(self.shop.height_px));
        let low = u64::from(LOW_MM.saturating_sub(self.shop.lower_edge_mm));
        (width, if self.customer.settings.low { height.min(low) } else { height })
    }

    /// How much larger large text is: twice, or as far as every screen still fits whole on a smaller panel.
    fn zoom_percent(&self) -> u64 {
        if !self.customer.settings.large {
            return 100;
        }
        let (width, height) = self.glass_mm();
        (width * 100 / LEAST_MM.0).min(height * 100 / LEAST_MM.1).clamp(100, 200)
    }

    /// How much room there is, from the panel's size and the customer's zoom (ui.md §3).
    pub(super) fn fit(&self) -> Fit {
        let landscape = self.shop.width_px > self.shop.height_px;
        match self.glass_mm().0 * 100 / self.zoom_percent() {
            _ if self.height_mm() < SHORT_MM => Fit::Xs,
            0..210 => Fit::Xs,
            210..290 => Fit::S,
            420.. if landscape => Fit::L,
            _ => Fit::M,
        }
    }
}
