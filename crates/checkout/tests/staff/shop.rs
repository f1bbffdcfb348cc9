//! Staff and the shop: the day's close, what is sold out, the menu, whether it sells, and that all of it is written down.

use checkout::{
    books,
    close::Listed,
    deed::{Did, HouseRules, Printout, Ware, Written},
    ids::{GroupId, ItemId, OptionId},
    kiosk::{Effect, Event, NotTaken},
    money::Won,
    paper::PrinterState,
    staff::{Action, Role},
    view::{
        Act, Closing, DayPage, Device, DeviceOf, DeviceState, DidWhat, Health, KitchenTest, MenuOutcome, OutOfService,
        PeopleOutcome, Screen, ShopAct, StaffAct, StaffPage, StaffTab, TestScan, WriteOutcome,
    },
};

use super::{Glass, World, manager, staff};

const PAID: &str = "order coffee · card only · pay · done";
const UNANSWERED: &str = "points 1000 · settle silent always · order coffee · ask points · pay · still 31m";

pub(super) fn health() -> Health {
    let terminal =
        Device { of: DeviceOf::Terminal, state: DeviceState::Ready, since_ms: None, says: "reader ready".into() };
    Health {
        version: "1".into(),
        started_ms: 1,
        devices: vec![terminal],
        journal_kb: 1,
        free_mb: Some(2),
        transactions: 3,
        update: None,
        scanned: None,
        wrote: None,
        kitchen: None,
    }
}

impl Glass {
    fn shop(&mut self, act: ShopAct) {
        self.act(StaffAct::Shop { act });
    }

    fn go(&mut self, tab: StaffTab) {
        self.act(StaffAct::Go { tab });
    }

    /// With a terminal whose list agrees.
    fn agreeing(story: &str) -> Glass {
        let mut glass = Glass::after(story);
        glass.listed = Some(
            glass
                .folds
                .iter()
                .filter_map(|t| t.approved())
                .map(|(attempt, approval)| Listed {
                    attempt: attempt.id.clone(),
                    refund: None,
                    amount: approval.amount,
                    approval_number: approval.approval_number.as_str().into(),
                })
                .collect(),
        );
        glass
    }

    fn day_page(&self) -> DayPage {
        match self.page() {
            StaffPage::Close { about } => *about,
            other => panic!("no day is open: {other:?}"),
        }
    }

    fn did(&self) -> Vec<&Did> {
        self.deeds.iter().map(|deed| &deed.did).collect()
    }

    fn closes(&self) -> usize {
        self.did().iter().filter(|did| matches!(did, Did::ClosedDay(_))).count()
    }
}

fn item(id: &str) -> Ware {
    Ware::Item { item: ItemId::new(id).unwrap() }
}

#[test]
fn a_day_that_agrees_is_closed_by_anybody_once_and_written_out() {
    let mut glass = Glass::agreeing(PAID);
    glass.send(Event::Proved(staff()));
    glass.go(StaffTab::Close);
    assert_eq!(glass.day_page().closing, Closing::Ready);
    assert_eq!(glass.day_page().card_due, Won::new(5_000));
    glass.shop(ShopAct::CloseDay { reason: None });
    let Some(Did::ClosedDay(close)) = glass.did().into_iter().find(|did| matches!(did, Did::ClosedDay(_))) else {
        panic!("it isn't closed: {:?}", glass.deeds);
    };
    assert_eq!((close.number, close.open, &close.reason), (7, 0, &None));
    assert_eq!(close.day.bookings.len(), 1);
    assert!(glass.effects.contains(&Effect::Write(Written::Day { number: 7 })));
    assert_eq!(glass.day_page().closing, Closing::Closed);
    assert_eq!(glass.day_page().wrote, Some(WriteOutcome::Writing));
    glass.send(Event::Wrote(WriteOutcome::Done { folder: "/media/stick".into(), stick: true }));
    assert!(matches!(glass.day_page().wrote, Some(WriteOutcome::Done { stick: true, .. })));
    glass.shop(ShopAct::CloseDay { reason: None });
    assert_eq!(glass.closes(), 1, "closed is closed");
}

#[test]
fn where_nothing_would_come_out_nothing_is_printed_or_written_down() {
    let mut glass = Glass::agreeing(PAID);
    glass.send(Event::Proved(manager()));
    glass.go(StaffTab::Close);
    glass.shop(ShopAct::CloseDay { reason: None });
    assert_eq!(glass.closes(), 1, "a day is closed without a printer too");
    glass.shop(ShopAct::Print { what: Printout::Close { number: 7 } });
    glass.go(StaffTab::Health);
    glass.shop(ShopAct::Print { what: Printout::Test });
    assert!(!glass.effects.iter().any(|effect| matches!(effect, Effect::Print { .. })));
    assert!(!glass.did().iter().any(|did| matches!(did, Did::Printed { .. })));
}

#[test]
fn the_receipt_of_a_stray_charge_that_was_given_back_is_printed() {
    let given_back = "card declines · order coffee · card only · pay · another card · done · late charge of the first \
                      · REFUND the late charge · still 2m";
    let mut glass = Glass::after_in(World::new().with_printer(), given_back);
    glass.send(Event::PrinterIs(PrinterState::Ready));
    glass.send(Event::Proved(staff()));
    glass.act(StaffAct::Open { transaction: glass.youngest() });
    let t = &glass.folds[0];
    assert_eq!((books::stray(t), books::stray_given_back(t)), (Won::ZERO, Won::new(1000)));
    assert_eq!(t.charged().unwrap().amount, Won::new(5000), "the order's own money stays");
    let printouts = glass.about().printouts;
    let [Printout::Receipt { .. }, Printout::StrayRefund { .. }] = &printouts[..] else { panic!("{printouts:?}") };
    for what in printouts {
        glass.effects.clear();
        glass.shop(ShopAct::Print { what: what.clone() });
        assert!(glass.effects.iter().any(|effect| matches!(effect, Effect::Print { .. })), "{what:?}");
        assert!(glass.did().contains(&&Did::Printed { what }));
    }
}

#[test]
fn what_differs_or_is_open_needs_a_manager_with_a_reason() {
    for (mut glass, why) in [
        (Glass::after(PAID), "the terminal doesn't answer"),
        (Glass::agreeing(UNANSWERED), "a case is open"),
        (
            {
                let mut glass = Glass::agreeing(PAID);
                glass.listed.as_mut().unwrap().clear();
                glass
            },
            "the terminal has no such charge",
        ),
    ] {
        glass.send(Event::Proved(staff()));
        glass.go(StaffTab::Close);
        assert_eq!(glass.day_page().closing, Closing::ManagerOnly, "{why}");
        glass.shop(ShopAct::CloseDay { reason: Some("바빠서".into()) });
        assert_eq!(glass.closes(), 0, "{why}");
        glass.act(StaffAct::Lock);

        glass.send(Event::Proved(manager()));
        glass.go(StaffTab::Close);
        assert_eq!(glass.day_page().closing, Closing::WithReason, "{why}");
        for nothing in [None, Some("  ".into())] {
            glass.shop(ShopAct::CloseDay { reason: nothing });
            assert_eq!(glass.closes(), 0, "{why}");
        }
        glass.shop(ShopAct::CloseDay { reason: Some("VAN 기록 확인 010-1234".into()) });
        assert_eq!(glass.closes(), 1, "{why}");
        let kept = glass.did().into_iter().find_map(|did| match did {
            Did::ClosedDay(close) => close.reason.clone(),
            _ => None,
        });
        assert_eq!(kept.as_deref(), Some("VAN 기록 확인 ***-****"), "nobody's numbers are kept");
    }
}

#[test]
fn an_earlier_day_is_closed_first() {
    let mut glass = Glass::agreeing(PAID);
    glass.first_open = Some("2026-11-23".into());
    glass.send(Event::Proved(manager()));
    glass.go(StaffTab::Close);
    assert_eq!(glass.day_page().closing, Closing::EarlierFirst { day: "2026-11-23".into() });
    glass.shop(ShopAct::CloseDay { reason: Some("나중에".into()) });
    assert_eq!(glass.closes(), 0);
}

#[test]
fn a_day_that_goes_on_while_it_is_looked_at_is_looked_at_anew() {
    let mut glass = Glass::agreeing(UNANSWERED);
    glass.send(Event::Proved(staff()));
    glass.go(StaffTab::Close);
    let before = glass.day_page();
    let t = glass.folds.last().unwrap().clone();
    glass.send(Event::StaffDecided { by: staff(), transaction: Box::new(t), action: Action::SettleAgain });
    assert_ne!(glass.day_page().day.differences, before.day.differences, "what is closed is what is shown");
}

#[test]
fn what_is_sold_out_is_so_at_once_and_after_a_restart() {
    let mut glass = Glass::after(PAID);
    glass.send(Event::Proved(staff()));
    glass.go(StaffTab::Menu);
    let StaffPage::Menu { wares, .. } = glass.page() else { panic!("no menu") };
    let ware = wares.first().unwrap().ware.clone();
    assert!(!wares.first().unwrap().sold_out);
    glass.shop(ShopAct::SetSoldOut { ware: ware.clone(), sold_out: true });
    let StaffPage::Menu { wares, .. } = glass.page() else { panic!("no menu") };
    assert!(wares.first().unwrap().sold_out);
    glass.act(StaffAct::Lock);
    let Ware::Item { item } = &ware else { panic!("an item comes first") };
    assert!(glass.kiosk.shop().catalog.item(item).unwrap().sold_out);

    // After a restart the same holds, from what was written down, whatever the menu's file says.
    let mut rules = HouseRules::default();
    glass.deeds.iter().for_each(|deed| rules.apply(&deed.did));
    let mut catalog = simulation::shop::shop(&[]).catalog.clone();
    rules.mark(&mut catalog);
    assert!(catalog.item(item).unwrap().sold_out);
    rules.apply(&Did::SetSoldOut { ware: ware.clone(), sold_out: false });
    rules.mark(&mut catalog);
    assert!(!catalog.item(item).unwrap().sold_out);
}

#[test]
fn nothing_is_marked_that_is_not_on_the_menu_nor_the_last_of_a_choice() {
    let mut glass = Glass::after(PAID);
    glass.send(Event::Proved(staff()));
    glass.go(StaffTab::Menu);
    let before = glass.deeds.len();
    glass.shop(ShopAct::SetSoldOut { ware: item("NOTHING"), sold_out: true });
    let nothing = Ware::Option { group: GroupId::new("nothing").unwrap(), option: OptionId::new("X").unwrap() };
    glass.shop(ShopAct::SetSoldOut { ware: nothing, sold_out: true });
    assert_eq!(glass.deeds.len(), before);
    // Of each choice all but one can go.
    let StaffPage::Menu { wares, .. } = glass.page() else { panic!("no menu") };
    for line in wares.iter().filter(|line| line.group.is_some()) {
        glass.shop(ShopAct::SetSoldOut { ware: line.ware.clone(), sold_out: true });
    }
    let StaffPage::Menu { wares, .. } = glass.page() else { panic!("no menu") };
    for line in wares.iter().filter(|line| line.last) {
        assert!(!line.sold_out);
        glass.shop(ShopAct::SetSoldOut { ware: line.ware.clone(), sold_out: true });
    }
    let StaffPage::Menu { wares: after, .. } = glass.page() else { panic!("no menu") };
    assert_eq!(after, wares);
}

#[test]
fn a_paused_shop_sells_nothing_until_somebody_goes_on() {
    let mut glass = Glass::after(PAID);
    glass.send(Event::Proved(staff()));
    glass.go(StaffTab::Shop);
    glass.shop(ShopAct::SetPaused { paused: true });
    glass.shop(ShopAct::SetPaused { paused: true });
    glass.act(StaffAct::Lock);
    let paused = |glass: &Glass| match glass.kiosk.view(&glass.now).screen {
        Screen::OutOfService { why, .. } => why == OutOfService::Paused,
        _ => false,
    };
    assert!(paused(&glass));
    glass.touch(Act::Start { way: checkout::view::Way::ForHere });
    assert!(paused(&glass));
    glass.send(Event::Proved(staff()));
    glass.go(StaffTab::Shop);
    glass.shop(ShopAct::SetPaused { paused: false });
    glass.act(StaffAct::Lock);
    assert_eq!(glass.screen(), "attract");
    let set = glass.did().into_iter().filter(|did| matches!(did, Did::SetPaused { .. })).count();
    assert_eq!(set, 2, "what changes nothing is no deed");
}

#[test]
fn how_loud_it_is_holds_for_whoever_comes() {
    let mut glass = Glass::after(PAID);
    glass.send(Event::Proved(staff()));
    glass.go(StaffTab::Shop);
    for volume in [0, 6, 5] {
        glass.shop(ShopAct::SetVolume { volume });
    }
    assert!(matches!(glass.page(), StaffPage::Shop { volume: 5, .. }));
    glass.act(StaffAct::Lock);
    assert_eq!(glass.kiosk.view(&glass.now).settings.volume, 5);
}

#[test]
fn a_new_menu_is_taken_over_by_a_manager_whole_or_not_at_all() {
    let mut glass = Glass::after(PAID);
    glass.send(Event::Proved(staff()));
    glass.go(StaffTab::Menu);
    glass.shop(ShopAct::TakeMenu);
    assert!(!glass.effects.contains(&Effect::ReadMenu), "prices are a manager's");
    glass.act(StaffAct::Lock);

    glass.send(Event::Proved(manager()));
    glass.go(StaffTab::Menu);
    let StaffPage::Menu { wares, .. } = glass.page() else { panic!("no menu") };
    let first = wares.first().unwrap().ware.clone();
    glass.shop(ShopAct::SetSoldOut { ware: first.clone(), sold_out: true });
    glass.shop(ShopAct::TakeMenu);
    assert!(glass.effects.contains(&Effect::ReadMenu));
    let before = glass.kiosk.shop().catalog.clone();
    glass.send(Event::MenuRead(Err(vec!["line 3: price".into()])));
    assert!(matches!(glass.page(), StaffPage::Menu { outcome: Some(MenuOutcome::Wrong { .. }), .. }));
    assert_eq!(glass.kiosk.shop().catalog, before);

    glass.shop(ShopAct::TakeMenu);
    let mut new = simulation::shop::shop(&[]).catalog.clone();
    new.items[1].price = Won::new(9_900);
    glass.send(Event::MenuRead(Ok(Box::new(new))));
    let StaffPage::Menu { wares, outcome: Some(MenuOutcome::Taken { changed: 1, .. }) } = glass.page() else {
        panic!("it isn't taken over: {:?}", glass.page());
    };
    assert_eq!(wares[1].price, Won::new(9_900));
    assert!(wares[0].sold_out, "what is sold out stays so");
    // What comes when nobody waits for it changes nothing.
    glass.send(Event::MenuRead(Ok(Box::new(simulation::shop::shop(&[]).catalog.clone()))));
    assert_eq!(glass.kiosk.shop().catalog.items[1].price, Won::new(9_900));
}

#[test]
fn each_thing_that_staff_do_is_a_line_with_a_name() {
    let mut glass = Glass::agreeing(UNANSWERED);
    glass.send(Event::Proved(manager()));
    glass.act(StaffAct::Open { transaction: glass.youngest() });
    glass.does(Action::SettleAgain);
    glass.act(StaffAct::SetPerson { name: "두리".into(), role: Role::Staff, pin: "846205".into() });
    glass.act(StaffAct::RemovePerson { name: "두리".into() });
    glass.go(StaffTab::People);
    glass.send(Event::Found(checkout::kiosk::Found::People(vec![manager()], Some(PeopleOutcome::LastManager))));
    glass.go(StaffTab::Deeds);
    let StaffPage::Deeds { deeds, page: 0, more: false } = glass.page() else { panic!("{:?}", glass.page()) };
    let did: Vec<DidWhat> = deeds.iter().rev().map(|line| line.did).collect();
    assert_eq!(
        did,
        [DidWhat::CameIn, DidWhat::Acted, DidWhat::SetPerson, DidWhat::RemovedPerson, DidWhat::PeopleUnchanged]
    );
    assert!(deeds.iter().all(|line| line.by == manager()));
    assert_eq!(deeds.iter().find_map(|line| line.transaction.clone()), Some(glass.youngest()));
    let all = serde_json::to_string(&glass.deeds.iter().map(|deed| &deed.did).collect::<Vec<_>>()).unwrap();
    assert!(!all.contains("846205"), "no PIN is ever written down");
    glass.pass(300_001);
    assert_eq!(glass.deeds.last().unwrap().did, Did::Locked { idle: true });
}

#[test]
fn only_a_manager_sees_what_was_done() {
    let mut glass = Glass::after(PAID);
    glass.send(Event::Proved(staff()));
    glass.go(StaffTab::Deeds);
    glass.shop(ShopAct::Deeds { page: 0 });
    assert!(matches!(glass.page(), StaffPage::Attention { .. }));
}

#[test]
fn a_scanned_receipt_opens_its_transaction_and_a_scan_at_the_devices_is_a_test() {
    let mut glass = Glass::after(PAID);
    glass.send(Event::Proved(staff()));
    glass.send(Event::Scanned("0192f0c4a7b87d3e8f1a2b3c4d5e6f70".into()));
    let StaffPage::All { search, .. } = glass.page() else { panic!("{:?}", glass.page()) };
    assert_eq!(search.text, "0192f0c4a7b87d3e8f1a2b3c4d5e6f70");
    glass.go(StaffTab::Orders);
    // What could be somebody's telephone or card is shown nowhere.
    for personal in ["01012345678", "1234567890123456"] {
        glass.send(Event::Scanned(personal.into()));
        assert!(matches!(glass.page(), StaffPage::Orders { .. }), "{personal}");
    }
    glass.go(StaffTab::Health);
    glass.send(Event::Scanned("01012345678".into()));
    let StaffPage::Health { health } = glass.page() else { panic!("{:?}", glass.page()) };
    assert_eq!(health.scanned, Some(TestScan { characters: 11, times: 1 }));
    assert!(health.devices.iter().any(|device| device.of == DeviceOf::Scanner));
}

#[test]
fn trying_the_kitchen_says_what_came_of_it() {
    let mut glass = Glass::open(PAID, staff());
    let tried = |glass: &Glass| match glass.page() {
        StaffPage::Health { health } => health.kitchen,
        other => panic!("{other:?}"),
    };
    // From another page nothing is tried.
    glass.shop(ShopAct::TestKitchen);
    assert!(!glass.effects.contains(&Effect::TestKitchen));
    glass.go(StaffTab::Health);
    assert_eq!(tried(&glass), None);
    for _ in 0..2 {
        glass.shop(ShopAct::TestKitchen);
        assert_eq!(tried(&glass), Some(KitchenTest::Trying));
    }
    assert_eq!(glass.effects.iter().filter(|effect| **effect == Effect::TestKitchen).count(), 1, "once at a time");
    glass.send(Event::KitchenTried(Err(NotTaken::refused("HTTP 401"))));
    assert_eq!(tried(&glass), Some(KitchenTest::NotArrived { says: "HTTP 401".into() }));
    glass.shop(ShopAct::TestKitchen);
    glass.send(Event::KitchenTried(Ok(())));
    assert_eq!(tried(&glass), Some(KitchenTest::Arrived));
    glass.go(StaffTab::Orders);
    glass.go(StaffTab::Health);
    assert_eq!(tried(&glass), None);
}

#[test]
fn a_support_bundle_is_made_of_the_transaction_that_is_looked_at() {
    let mut glass = Glass::open(PAID, staff());
    let what = Written::Support { transactions: vec![glass.youngest()] };
    glass.shop(ShopAct::Write { what: what.clone() });
    assert!(glass.effects.contains(&Effect::Write(what)));
    assert_eq!(glass.about().wrote, Some(WriteOutcome::Writing));
    glass.send(Event::Wrote(WriteOutcome::Failed));
    assert_eq!(glass.about().wrote, Some(WriteOutcome::Failed));
    glass.act(StaffAct::Open { transaction: glass.youngest() });
    assert_eq!(glass.about().wrote, None);
}

#[test]
fn without_a_journal_nothing_is_decided_about_the_shop() {
    let mut glass = Glass::after(PAID);
    glass.kiosk = glass.kiosk.without_journal("full".into(), &glass.now);
    glass.send(Event::Proved(manager()));
    for act in [
        ShopAct::SetPaused { paused: true },
        ShopAct::SetVolume { volume: 1 },
        ShopAct::Write { what: Written::Support { transactions: Vec::new() } },
        ShopAct::CloseDay { reason: Some("x".into()) },
    ] {
        glass.shop(act);
    }
    assert_eq!(glass.deeds, []);
    assert!(!glass.effects.iter().any(|effect| matches!(effect, Effect::Write(_))));
}
