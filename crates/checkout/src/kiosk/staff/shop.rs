//! Staff at the screen, about the shop: the day and its close, what is sold out, whether it sells, the devices, what was
//! done here.

use super::{Desk, Look, Page, Person, Role, StaffTab, is_personal, kept_words};
use crate::{
    catalog::{Catalog, GroupKind},
    close::{ClosedBy, Day, DayClose},
    deed::{Deed, Did, Printout, Ware, Written, set_sold_out},
    ids::{ApprovalNumber, TransactionId},
    kiosk::{Effect, Front, Kiosk, NotTaken, Turn},
    paper::Paper,
    receipt,
    view::{
        Closing, DayPage, DeedLine, Device, DeviceOf, DeviceState, DidWhat, Health, KitchenTest, MenuOutcome, Note,
        Search, ShopAct, StaffPage, TestScan, WareLine, WriteOutcome,
    },
};
use std::sync::Arc;

/// A business day as the till finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayFound {
    /// What it was, as far as it goes.
    pub day: Day,
    /// It is the day that goes on.
    pub is_today: bool,
    /// It goes on, or is over.
    pub has_begun: bool,
    /// Its close, when it is closed.
    pub closed: Option<ClosedBy>,
    /// The day before it that has something to show.
    pub earlier: Option<String>,
    /// The day after it.
    pub later: Option<String>,
    /// The first day that isn't closed and has something to close.
    pub first_open: String,
    /// The number of the next close.
    pub next_number: u32,
}

impl Turn<'_> {
    pub(super) fn go(&mut self, tab: StaffTab, role: Role) {
        if let Front::Staff(desk) = &mut self.k.front {
            desk.print = None;
        }
        match tab {
            StaffTab::Attention => self.look(Look::Attention),
            StaffTab::Orders => self.look(Look::Orders),
            StaffTab::All => self.look(Look::All(Search::default())),
            StaffTab::Close => self.look(Look::Day(None)),
            StaffTab::Health => self.look(Look::Health),
            StaffTab::Shop => self.turn_to(Page::Shop),
            StaffTab::Menu => self.turn_to(Page::Menu(None)),
            StaffTab::Deeds if role == Role::Manager => self.look(Look::Deeds(0)),
            StaffTab::People if role == Role::Manager => self.look(Look::People),
            StaffTab::Deeds | StaffTab::People => {}
        }
    }

    /// A page that nothing has to be looked up for.
    fn turn_to(&mut self, page: Page) {
        if let Front::Staff(desk) = &mut self.k.front {
            (desk.page, desk.unproven) = (page, None);
            desk.forget_outcomes();
        }
    }

    pub(super) fn shop_act(&mut self, by: &Person, act: ShopAct) {
        let Front::Staff(desk) = &self.k.front else { return };
        match act {
            ShopAct::Day { day } => self.look(Look::Day(day)),
            ShopAct::CloseDay { reason } => self.close_day(by, reason),
            ShopAct::Write { what } => self.write(by, what),
            ShopAct::Print { what } => self.print_for_staff(by, what),
            ShopAct::Deeds { page } if by.role == Role::Manager => self.look(Look::Deeds(page)),
            ShopAct::SetSoldOut { ware, sold_out } if matches!(desk.page, Page::Menu(_)) => {
                let mut shop = self.k.shop.clone();
                if set_sold_out(&mut Arc::make_mut(&mut shop).catalog, &ware, sold_out)
                    && self.did(by, Did::SetSoldOut { ware, sold_out })
                {
                    self.k.shop = shop;
                }
            }
            ShopAct::TakeMenu if by.role == Role::Manager && matches!(desk.page, Page::Menu(_)) => {
                self.turn_to(Page::Menu(Some(MenuOutcome::Reading)));
                self.then.push(Effect::ReadMenu);
            }
            ShopAct::TestKitchen => self.try_kitchen(),
            ShopAct::SetPaused { paused } if paused != self.k.rules.paused => {
                self.did(by, Did::SetPaused { paused });
            }
            ShopAct::SetVolume { volume } if (1..=5).contains(&volume) && volume != self.k.rules.volume => {
                if self.did(by, Did::SetVolume { volume }) {
                    self.k.customer.settings.volume = volume;
                }
            }
            ShopAct::Deeds { .. }
            | ShopAct::SetSoldOut { .. }
            | ShopAct::TakeMenu
            | ShopAct::SetPaused { .. }
            | ShopAct::SetVolume { .. } => {}
        }
    }

    /// 마감하기: what was looked at is what is closed.
    fn close_day(&mut self, by: &Person, reason: Option<String>) {
        let Front::Staff(desk) = &self.k.front else { return };
        let Page::Day(found) = &desk.page else { return };
        if desk.stale {
            // What is closed is what is shown.
            return;
        }
        let reason = reason.map(|reason| kept_words(&reason)).filter(|reason| !reason.is_empty());
        let reason = match (self.k.closing(found, by.role), reason) {
            (Closing::Ready, _) => None,
            (Closing::WithReason, Some(reason)) => Some(reason),
            (_, _) => return,
        };
        let (number, day) = (found.next_number, found.day.day.clone());
        let close = DayClose { number, day: found.day.clone(), reason, open: self.k.not_through() };
        let paper = receipt::close(&self.k.shop, self.now.wall_ms, by, &close);
        if self.did(by, Did::ClosedDay(Box::new(close))) {
            if let Front::Staff(desk) = &mut self.k.front {
                desk.closed = Some(day.clone());
            }
            self.look(Look::Day(Some(day)));
            self.write(by, Written::Day { number });
            self.print_it(by, Printout::Close { number }, paper);
        }
    }

    fn write(&mut self, by: &Person, what: Written) {
        if self.did(by, Did::Wrote { what: what.clone() })
            && let Front::Staff(desk) = &mut self.k.front
        {
            desk.wrote = Some(WriteOutcome::Writing);
            self.then.push(Effect::Write(what));
        }
    }

    /// 다시 인쇄, 시험 인쇄: of what is looked at.
    fn print_for_staff(&mut self, by: &Person, what: Printout) {
        let shop = self.k.shop.clone();
        let mut on_the_desk = |wanted: &TransactionId| self.on_the_desk().filter(|t| t.id == *wanted);
        let paper = match &what {
            Printout::Receipt { transaction } => {
                on_the_desk(transaction).filter(|t| t.is_paid()).map(|t| receipt::receipt(&shop, &t, true))
            }
            Printout::Refund { transaction } => on_the_desk(transaction).and_then(|t| receipt::refund(&shop, &t)),
            Printout::StrayRefund { transaction, attempt } => {
                on_the_desk(transaction).and_then(|t| receipt::stray_refund(&shop, &t, attempt))
            }
            Printout::Close { number } => self.closed_day(*number),
            Printout::Test => {
                let Front::Staff(desk) = &self.k.front else { return };
                matches!(desk.page, Page::Health(_)).then(|| receipt::test(&shop, self.now))
            }
        };
        if let Some(paper) = paper {
            self.print_it(by, what, paper);
        }
    }

    /// The close that is looked at.
    fn closed_day(&self, wanted: u32) -> Option<Paper> {
        let Front::Staff(desk) = &self.k.front else { return None };
        let Page::Day(found) = &desk.page else { return None };
        let ClosedBy { number, at_ms, by, reason, open } =
            found.closed.clone().filter(|closed| closed.number == wanted)?;
        let close = DayClose { number, day: found.day.clone(), reason, open };
        Some(receipt::close(&self.k.shop, at_ms, &by, &close))
    }

    /// Who has what printed stands among what staff did; where nothing would come out, nothing is done.
    fn print_it(&mut self, by: &Person, what: Printout, paper: Paper) {
        if self.k.prints() && self.did(by, Did::Printed { what }) {
            let print = self.print(paper);
            if let Front::Staff(desk) = &mut self.k.front {
                desk.print = Some(print);
            }
        }
    }

    /// 주방 시험: would an order arrive?
    fn try_kitchen(&mut self) {
        if let Front::Staff(desk) = &mut self.k.front
            && matches!(desk.page, Page::Health(_))
            && desk.kitchen != Some(KitchenTest::Trying)
        {
            desk.kitchen = Some(KitchenTest::Trying);
            self.then.push(Effect::TestKitchen);
        }
    }

    /// What came of it.
    pub(in crate::kiosk) fn kitchen_tried(&mut self, outcome: Result<(), NotTaken>) {
        if let Front::Staff(desk) = &mut self.k.front
            && desk.kitchen == Some(KitchenTest::Trying)
        {
            desk.kitchen = Some(match outcome {
                Ok(()) => KitchenTest::Arrived,
                Err(not_taken) => KitchenTest::NotArrived { says: not_taken.why },
            });
        }
    }

    /// What became of what was to be written.
    pub(in crate::kiosk) fn wrote(&mut self, outcome: WriteOutcome) {
        if let Front::Staff(desk) = &mut self.k.front
            && desk.wrote == Some(WriteOutcome::Writing)
        {
            desk.wrote = Some(outcome);
        }
    }

    /// The menu's file was read: it is what is sold from now on, or nothing changes.
    pub(in crate::kiosk) fn menu_read(&mut self, read: Result<Box<Catalog>, Vec<String>>) {
        let Front::Staff(desk) = &self.k.front else { return };
        if desk.page != Page::Menu(Some(MenuOutcome::Reading)) {
            return;
        }
        let by = desk.person.clone();
        let outcome = match read {
            Ok(mut catalog) => {
                let items = u32::try_from(catalog.items.len()).unwrap_or(u32::MAX);
                let changed = changed(&self.k.shop.catalog, &catalog);
                if !self.did(&by, Did::TookMenu { items }) {
                    return self.turn_to(Page::Menu(None));
                }
                self.k.rules.mark(&mut catalog);
                Arc::make_mut(&mut self.k.shop).catalog = *catalog;
                MenuOutcome::Taken { items, changed }
            }
            Err(mistakes) => MenuOutcome::Wrong { mistakes },
        };
        self.turn_to(Page::Menu(Some(outcome)));
    }

    /// A receipt's barcode, which is the transactionID, or an approval number that somebody has as one: it is looked for.
    /// On the devices' page a scan is a test of the reader.
    pub(in crate::kiosk) fn scanned_by_staff(&mut self, code: &str) -> Result<(), Note> {
        let Front::Staff(desk) = &mut self.k.front else { return Err(Note::ScanRefused) };
        if let Page::Health(health) = &mut desk.page {
            let times = health.scanned.map_or(0, |scanned| scanned.times);
            let characters = u32::try_from(code.chars().count()).unwrap_or(u32::MAX);
            health.scanned = Some(TestScan { characters, times: times.saturating_add(1) });
            return Ok(());
        }
        let ours = code.len() == 32 && TransactionId::new(code).is_ok();
        let approval = code.len() <= 12 && ApprovalNumber::new(code).is_ok() && !is_personal(code);
        if !(ours || approval) {
            return Err(Note::ScanRefused);
        }
        self.look(Look::All(Search { text: code.to_owned(), ..Search::default() }));
        if let Front::Staff(desk) = &mut self.k.front {
            desk.scanned = true;
        }
        Ok(())
    }

    /// A day that goes on while it is looked at is looked up anew, and isn't closed before that is shown.
    pub(super) fn day_goes_on(&mut self) {
        let Front::Staff(desk) = &mut self.k.front else { return };
        if let Page::Day(found) = &desk.page
            && found.closed.is_none()
            && !self.record.is_empty()
        {
            desk.stale = true;
            self.then.push(Effect::Look(Look::Day(Some(found.day.day.clone()))));
        }
    }
}

/// How many items are new, gone, or cost something else.
fn changed(old: &Catalog, new: &Catalog) -> u32 {
    let gone = old.items.iter().filter(|item| new.item(&item.id).is_none()).count();
    let other = |item: &&crate::catalog::Item| old.item(&item.id).is_none_or(|known| known.price != item.price);
    u32::try_from(gone + new.items.iter().filter(other).count()).unwrap_or(u32::MAX)
}

impl Kiosk {
    /// What a day's close needs.
    fn closing(&self, found: &DayFound, role: Role) -> Closing {
        if found.closed.is_some() {
            Closing::Closed
        } else if self.shut.is_some() {
            Closing::NoJournal
        } else if found.first_open < found.day.day {
            Closing::EarlierFirst { day: found.first_open.clone() }
        } else if found.first_open > found.day.day || found.day.bookings.is_empty() {
            // Days are closed in their order, and none for nothing: what a wrong clock brings up stands behind no close.
            Closing::Nothing
        } else if !found.has_begun && role != Role::Manager {
            Closing::NotBegun
        } else if found.has_begun && found.day.agrees() && self.not_through() == 0 {
            Closing::Ready
        } else if role == Role::Manager {
            Closing::WithReason
        } else {
            Closing::ManagerOnly
        }
    }

    /// Transactions that aren't closed, and those that can't be read.
    fn not_through(&self) -> u32 {
        let open = self.transactions().filter(|t| t.closed.is_none()).count();
        u32::try_from(open).unwrap_or(u32::MAX).saturating_add(self.damaged)
    }

    pub(super) fn wares(&self) -> Vec<WareLine> {
        let catalog = &self.shop.catalog;
        let item = |item: &crate::catalog::Item| WareLine {
            ware: Ware::Item { item: item.id.clone() },
            name: item.names.ko.clone(),
            group: None,
            price: item.price,
            sold_out: item.sold_out,
            last: false,
        };
        let mut wares: Vec<WareLine> = catalog.items.iter().map(item).collect();
        for group in &catalog.groups {
            let (options, chosen) = match &group.kind {
                GroupKind::Choice(options) => (options.as_slice(), true),
                GroupKind::Count { option, .. } => (std::slice::from_ref(option), false),
            };
            let there = options.iter().filter(|option| !option.sold_out).count();
            wares.extend(options.iter().map(|option| WareLine {
                ware: Ware::Option { group: group.id.clone(), option: option.id.clone() },
                name: option.names.ko.clone(),
                group: Some(group.names.ko.clone()),
                price: option.price,
                sold_out: option.sold_out,
                last: chosen && there == 1 && !option.sold_out,
            }));
        }
        wares
    }

    fn ware_name(&self, ware: &Ware) -> String {
        let known = self.wares().into_iter().find(|line| line.ware == *ware).map(|line| line.name);
        known.unwrap_or_else(|| match ware {
            Ware::Item { item } => item.as_str().to_owned(),
            Ware::Option { option, .. } => option.as_str().to_owned(),
        })
    }

    fn scanner(&self) -> Device {
        let state = match (self.shop.scanner, self.scanner_ready) {
            (false, _) => DeviceState::None,
            (true, true) => DeviceState::Ready,
            (true, false) => DeviceState::Away,
        };
        Device { of: DeviceOf::Scanner, state, since_ms: self.since.scanner_ms, says: self.scanner_says.clone() }
    }

    pub(super) fn deed_line(&self, number: i64, deed: &Deed) -> DeedLine {
        let mut line = DeedLine {
            number,
            at_ms: deed.at.wall_ms,
            by: deed.by.clone(),
            did: DidWhat::CameIn,
            transaction: None,
            action: None,
            name: None,
            role: None,
            why: None,
            ware: None,
            figure: None,
            words: None,
        };
        line.did = match &deed.did {
            Did::CameIn => DidWhat::CameIn,
            Did::Locked { idle: true } => DidWhat::LeftAlone,
            Did::Locked { idle: false } => DidWhat::Locked,
            Did::Acted { transaction, action } => {
                (line.transaction, line.action) = (Some(transaction.clone()), Some(*action));
                DidWhat::Acted
            }
            Did::SetPerson { name, role } => {
                (line.name, line.role) = (Some(name.clone()), Some(*role));
                DidWhat::SetPerson
            }
            Did::RemovedPerson { name } => {
                line.name = Some(name.clone());
                DidWhat::RemovedPerson
            }
            Did::PeopleUnchanged { why } => {
                line.why = Some(*why);
                DidWhat::PeopleUnchanged
            }
            Did::SetSoldOut { ware, sold_out } => {
                line.ware = Some(self.ware_name(ware));
                if *sold_out { DidWhat::SoldOut } else { DidWhat::ThereAgain }
            }
            Did::SetPaused { paused: true } => DidWhat::Paused,
            Did::SetPaused { paused: false } => DidWhat::WentOn,
            Did::SetVolume { volume } => {
                line.figure = Some((*volume).into());
                DidWhat::SetVolume
            }
            Did::TookMenu { items } => {
                line.figure = Some(*items);
                DidWhat::TookMenu
            }
            Did::ClosedDay(close) => {
                (line.figure, line.name) = (Some(close.number), Some(close.day.day.clone()));
                line.words.clone_from(&close.reason);
                DidWhat::ClosedDay
            }
            Did::Wrote { what: Written::Day { number } } => {
                line.figure = Some(*number);
                DidWhat::WroteDay
            }
            Did::Wrote { what: Written::Support { .. } } => DidWhat::WroteSupport,
            Did::Printed { what: Printout::Receipt { transaction } } => {
                line.transaction = Some(transaction.clone());
                DidWhat::PrintedReceipt
            }
            Did::Printed { what: Printout::Refund { transaction } | Printout::StrayRefund { transaction, .. } } => {
                line.transaction = Some(transaction.clone());
                DidWhat::PrintedRefund
            }
            Did::Printed { what: Printout::Close { number } } => {
                line.figure = Some(*number);
                DidWhat::PrintedClose
            }
            Did::Printed { what: Printout::Test } => DidWhat::PrintedTest,
        };
        line
    }
}

impl Desk {
    /// What became of things that were done on another page is no news on this one.
    pub(super) fn forget_outcomes(&mut self) {
        (self.wrote, self.kitchen, self.print) = (None, None, None);
    }

    pub(super) fn day_page(&self, k: &Kiosk, found: &DayFound) -> StaffPage {
        let about = DayPage {
            card_due: found.day.card_due(),
            is_today: found.is_today,
            closed: found.closed.clone(),
            earlier: found.earlier.clone(),
            later: found.later.clone(),
            open: k.not_through(),
            closing: k.closing(found, self.person.role),
            wrote: self.wrote.clone(),
            day: found.day.clone(),
        };
        StaffPage::Close { about: Box::new(about) }
    }

    pub(super) fn health_page(&self, k: &Kiosk, health: &Health) -> StaffPage {
        let mut health = health.clone();
        for device in &mut health.devices {
            device.since_ms = match device.of {
                DeviceOf::Terminal => k.since.terminal_ms,
                DeviceOf::Prbiti => k.since.prbiti_ms,
                DeviceOf::Scanner
                | DeviceOf::Printer
                | DeviceOf::Journal
                | DeviceOf::OrderHook
                | DeviceOf::KitchenPrinter => device.since_ms,
            };
        }
        health.devices.extend([k.scanner(), k.printer_device()]);
        health.devices.extend(k.kitchen_devices());
        health.wrote.clone_from(&self.wrote);
        health.kitchen.clone_from(&self.kitchen);
        StaffPage::Health { health: Box::new(health) }
    }
}
