//! Before the money: menu, options, cart, scans, settings, the dock, the sheets and the idle clock.

use checkout::{
    catalog::Language,
    kiosk::{Effect, Event, Shop},
    money::Won,
    service::Service,
    staff::{Person, Role},
    time::Now,
    view::{
        Act, Band, DockButton, Fit, GroupAnswer, LineView, Note, Screen, Settings, Sheet, Speed, StaffAct, Step, Way,
    },
};

use super::{Glass, category, group, option, shop};

#[test]
fn an_order_begins_in_a_way_that_the_shop_has() {
    let mut glass = Glass::of(Shop { ways: vec![Way::ToGo], ..shop() });
    glass.act(Act::Start { way: Way::ForHere });
    assert_eq!(glass.screen(), "attract");
    glass.act(Act::Start { way: Way::ToGo });
    assert_eq!(glass.screen(), "menu");
    glass.touch("tea");
    glass.act(Act::Start { way: Way::ToGo });
    glass.act(Act::Review);
    glass.act(Act::Way { way: Way::ForHere });
    let Screen::Review { way, .. } = glass.view().screen else { panic!("no review") };
    assert_eq!(way, Way::ToGo);
}

#[test]
fn the_same_again_is_one_line_and_with_other_options_another() {
    let mut glass = Glass::ordering();
    glass.touch("tea");
    glass.touch("tea");
    glass.touch("latte");
    glass.act(Act::AddToCart);
    glass.touch("latte");
    glass.act(Act::Choose { group: group("size"), option: option("large") });
    glass.act(Act::AddToCart);
    glass.touch("latte");
    glass.act(Act::Pieces { count: 2 });
    glass.act(Act::AddToCart);
    assert_eq!(glass.screen(), "menu");
    glass.act(Act::Review);
    assert_eq!(glass.lines(), ["차 × 2: 6000", "라테 (보통) × 3: 12000", "라테 (크게) × 1: 4500"]);
    let money = glass.view().money.unwrap();
    assert_eq!((money.pieces, money.order, money.due), (6, Won::new(22_500), Won::new(22_500)));
}

#[test]
fn what_has_options_asks_for_them_with_what_can_be_had_chosen() {
    let mut glass = Glass::ordering();
    glass.touch("latte");
    assert_eq!(glass.draft(), ("보통".into(), 0, 1, 4000, 4000), "what is sold out isn't chosen before");
    glass.act(Act::Choose { group: group("size"), option: option("large") });
    glass.act(Act::Count { group: group("shots"), count: 2 });
    glass.act(Act::Pieces { count: 3 });
    assert_eq!(glass.draft(), ("크게".into(), 2, 3, 16_500, 5500));
    glass.act(Act::Choose { group: group("size"), option: option("small") });
    glass.act(Act::Choose { group: group("size"), option: option("shot") });
    glass.act(Act::Choose { group: group("shots"), option: option("shot") });
    glass.act(Act::Count { group: group("size"), count: 1 });
    glass.act(Act::Choose { group: group("nothing"), option: option("large") });
    assert_eq!(glass.draft(), ("크게".into(), 2, 3, 16_500, 5500), "sold out, or no choice of that group");
    glass.act(Act::Count { group: group("shots"), count: 9 });
    glass.act(Act::Pieces { count: 0 });
    assert_eq!(glass.draft(), ("크게".into(), 3, 1, 6000, 6000));
    glass.act(Act::Pieces { count: 21 });
    assert_eq!(glass.draft(), ("크게".into(), 3, 20, 120_000, 6000));
    glass.act(Act::CloseOptions);
    assert_eq!((glass.screen().as_str(), glass.view().money.unwrap().pieces), ("menu", 0));
    glass.touch("latte");
    glass.act(Act::Count { group: group("shots"), count: 1 });
    glass.act(Act::Back);
    assert_eq!((glass.screen().as_str(), glass.view().money.unwrap().pieces), ("menu", 0));
    glass.touch("latte");
    glass.act(Act::Count { group: group("shots"), count: 2 });
    glass.act(Act::AddToCart);
    glass.act(Act::Review);
    assert_eq!(glass.lines(), ["라테 (보통, 샷 × 2) × 1: 5000"]);
}

#[test]
fn what_is_sold_out_is_told_and_not_added() {
    let mut glass = Glass::ordering();
    glass.act(Act::Language { language: Language::En });
    glass.touch("cake");
    assert_eq!(glass.view().note, Some(Note::SoldOut { item: "Cake".into() }));
    glass.scan("888");
    assert_eq!(glass.view().note, Some(Note::SoldOut { item: "Cake".into() }));
    glass.pass(3_999);
    assert!(glass.view().note.is_some());
    glass.pass(1);
    assert_eq!(glass.view().note, None);
    glass.touch("nothing that is sold");
    assert_eq!((glass.screen().as_str(), glass.view().money.unwrap().pieces), ("menu", 0));
    glass.act(Act::Review);
    assert_eq!(glass.screen(), "menu", "there is nothing to look at");
}

#[test]
fn a_scan_on_the_menu_adds_what_it_names() {
    let mut glass = Glass::new();
    glass.scan("777");
    assert_eq!(glass.view().note, Some(Note::ScanRefused));
    glass.act(Act::Start { way: Way::ForHere });
    assert_eq!(glass.view().note, None, "it was said on another screen");
    glass.scan("777");
    assert_eq!(glass.view().note, Some(Note::Added { item: "차".into() }));
    glass.scan("776");
    assert_eq!(glass.view().note, Some(Note::NotOnMenu));
    glass.act(Act::OpenSettings { sound: false });
    glass.scan("777");
    assert_eq!(glass.view().note, Some(Note::ScanRefused), "under a sheet");
    glass.act(Act::CloseSheet);
    for _ in 1..20 {
        glass.scan("777");
    }
    assert_eq!(glass.view().note, Some(Note::Added { item: "차".into() }));
    assert_eq!(glass.view().money.unwrap().pieces, 20);
    glass.scan("777");
    assert_eq!((glass.view().note, glass.view().money.unwrap().pieces), (Some(Note::CartFull), 20));
    glass.send(Event::ScanRefused);
    assert_eq!(glass.view().note, Some(Note::ScanRefused));
}

#[test]
fn a_cart_has_forty_lines_of_twenty_pieces_at_most() {
    let mut glass = Glass::ordering();
    glass.act(Act::Category { id: category("many") });
    for n in 0..39 {
        glass.touch(&format!("many-{n}"));
    }
    glass.touch("latte");
    glass.act(Act::Pieces { count: 19 });
    glass.act(Act::AddToCart);
    assert_eq!((glass.view().note, glass.view().money.unwrap().pieces), (None, 58));
    glass.touch("many-39");
    assert_eq!((glass.view().note, glass.view().money.unwrap().pieces), (Some(Note::CartFull), 58));
    glass.touch("latte");
    glass.act(Act::Pieces { count: 2 });
    glass.act(Act::AddToCart);
    assert_eq!((glass.view().note, glass.view().money.unwrap().pieces), (Some(Note::CartFull), 58));
    glass.touch("many-0");
    assert_eq!(glass.view().money.unwrap().pieces, 59, "there is room in a line that is there");
    let Screen::Menu { pictures, .. } = glass.view().screen else { panic!("no menu") };
    assert_eq!(pictures, ["many-0.webp", "many-1.webp", "many-2.webp"]);
}

#[test]
fn a_list_is_turned_page_by_page_and_a_tab_begins_at_its_first() {
    let many = |page: &str, first: usize, last: usize| {
        let items: Vec<String> = (first..=last).map(|n| format!("{n}번")).collect();
        format!("many {page}: {}", items.join(" "))
    };
    let mut glass = Glass::ordering();
    assert_eq!(glass.menu(), "drinks 1/1: 차 라테 케이크");
    glass.act(Act::Page { forward: true });
    assert_eq!(glass.menu(), "drinks 1/1: 차 라테 케이크");
    glass.act(Act::Category { id: category("many") });
    assert_eq!(glass.menu(), many("1/5", 0, 8));
    glass.act(Act::Page { forward: false });
    assert_eq!(glass.menu(), many("1/5", 0, 8));
    for _ in 0..7 {
        glass.act(Act::Page { forward: true });
    }
    assert_eq!(glass.menu(), many("5/5", 36, 39));
    glass.act(Act::Page { forward: false });
    assert_eq!(glass.menu(), many("4/5", 27, 35));
    glass.act(Act::Category { id: category("nothing") });
    assert_eq!(glass.menu(), many("4/5", 27, 35));
    // Smaller text has fewer pages.
    glass.act(Act::Large { on: true });
    assert_eq!(glass.menu(), many("4/14", 9, 11));
    for _ in 0..14 {
        glass.act(Act::Page { forward: true });
    }
    assert_eq!(glass.menu(), many("14/14", 39, 39));
    glass.act(Act::Large { on: false });
    assert_eq!(glass.menu(), many("5/5", 36, 39));
    glass.act(Act::Category { id: category("drinks") });
    assert_eq!(glass.menu(), "drinks 1/1: 차 라테 케이크");
    // Back from the options to where they were asked.
    glass.act(Act::Category { id: category("many") });
    glass.act(Act::Page { forward: true });
    glass.touch("latte");
    glass.act(Act::CloseOptions);
    assert_eq!(glass.menu(), many("2/5", 9, 17));
}

#[test]
fn a_line_is_changed_removed_and_brought_back_where_it_was() {
    let mut glass = Glass::ordering();
    glass.act(Act::LinePieces { index: 0, count: 9 });
    glass.act(Act::RemoveLine { index: 0 });
    for n in 0..6 {
        glass.touch(&format!("many-{n}"));
    }
    glass.act(Act::LinePieces { index: 0, count: 9 });
    assert_eq!(glass.view().money.unwrap().pieces, 6, "that is the review's");
    glass.act(Act::Review);
    glass.act(Act::LinePieces { index: 1, count: 0 });
    glass.act(Act::LinePieces { index: 2, count: 21 });
    glass.act(Act::LinePieces { index: 6, count: 2 });
    assert_eq!(glass.lines(), ["0번 × 1: 1000", "1번 × 1: 1000", "2번 × 20: 20000", "3번 × 1: 1000"]);
    glass.act(Act::Page { forward: true });
    assert_eq!(glass.lines(), ["4번 × 1: 1000", "5번 × 1: 1000"]);
    assert_eq!(glass.review(), (2, 2, false));
    glass.act(Act::RemoveLine { index: 6 });
    assert_eq!(glass.review(), (2, 2, false));
    glass.act(Act::RemoveLine { index: 4 });
    assert_eq!(glass.lines(), ["5번 × 1: 1000"]);
    glass.act(Act::RemoveLine { index: 4 });
    assert_eq!(glass.review(), (1, 1, true), "the second page is gone");
    glass.act(Act::RemoveLine { index: 1 });
    assert_eq!(glass.lines(), ["0번 × 1: 1000", "2번 × 20: 20000", "3번 × 1: 1000"]);
    glass.pass(4_999);
    glass.act(Act::Undo);
    assert_eq!(glass.lines(), ["0번 × 1: 1000", "1번 × 1: 1000", "2번 × 20: 20000", "3번 × 1: 1000"]);
    glass.act(Act::Undo);
    assert_eq!(glass.view().money.unwrap().pieces, 23, "once");
    glass.act(Act::RemoveLine { index: 0 });
    glass.pass(5_000);
    assert!(!glass.review().2);
    glass.act(Act::Undo);
    assert_eq!(glass.lines(), ["1번 × 1: 1000", "2번 × 20: 20000", "3번 × 1: 1000"]);
    glass.act(Act::Way { way: Way::ToGo });
    let Screen::Review { way, blocked, benefits, .. } = glass.view().screen else { panic!("no review") };
    assert_eq!((way, blocked, benefits), (Way::ToGo, false, true));
    glass.act(Act::AddMore);
    assert_eq!(glass.menu(), "drinks 1/1: 차 라테 케이크");
    glass.act(Act::Review);
    for _ in 0..3 {
        glass.act(Act::RemoveLine { index: 0 });
    }
    let Screen::Review { blocked, .. } = glass.view().screen else { panic!("no review") };
    assert!(blocked, "nothing is left to buy");
    glass.act(Act::UseBenefits);
    glass.act(Act::PayNow);
    assert_eq!(glass.screen(), "review");
}

#[test]
fn a_touch_for_a_line_that_moved_up_does_nothing() {
    let mut glass = Glass::ordering();
    glass.touch("many-0");
    glass.touch("many-1");
    glass.act(Act::Review);
    let seen = glass.view().number;
    glass.send(Event::Act { view: seen, act: Act::RemoveLine { index: 0 } });
    glass.send(Event::Act { view: seen, act: Act::RemoveLine { index: 0 } });
    assert_eq!(glass.lines(), ["1번 × 1: 1000"]);
}

#[test]
fn the_settings_work_on_every_screen_and_last_for_one_order() {
    let mut glass = Glass::ordering();
    let usual = Settings { volume: 3, ..Settings::default() };
    assert_eq!(glass.view().settings, usual);
    glass.act(Act::OpenSettings { sound: true });
    assert_eq!(glass.view().sheet, Some(Sheet::ScreenAndSound { sound: true }));
    glass.act(Act::Language { language: Language::Ja });
    glass.act(Act::Large { on: true });
    glass.act(Act::Contrast { on: true });
    glass.act(Act::Low { on: true });
    glass.act(Act::Voice { on: true });
    glass.act(Act::Speed { speed: Speed::Slow });
    glass.act(Act::Keypad);
    glass.act(Act::Earphones { on: true });
    for (asked, set) in [(0, 1), (1, 1), (4, 4), (5, 5), (6, 5)] {
        glass.act(Act::Volume { volume: asked });
        assert_eq!(glass.view().settings.volume, set);
    }
    let chosen = Settings {
        language: Language::Ja,
        large: true,
        contrast: true,
        low: true,
        voice: true,
        volume: 5,
        speed: Speed::Slow,
        keypad: true,
        earphones: true,
    };
    assert_eq!(glass.view().settings, chosen);
    glass.touch("tea");
    assert_eq!(glass.view().money.unwrap().pieces, 0, "a sheet lies over the menu");
    glass.act(Act::CloseSheet);
    assert_eq!(glass.view().shop.name, "店");
    glass.act(Act::Large { on: false });
    glass.act(Act::Voice { on: false });
    assert!(!glass.view().settings.large && !glass.view().settings.voice);
    glass.act(Act::Home);
    assert_eq!((glass.screen().as_str(), glass.view().settings), ("attract", usual));
}

#[test]
fn earphones_turn_the_voice_on_and_end_it_at_once_when_they_are_pulled_out() {
    let mut glass = Glass::ordering();
    glass.act(Act::Earphones { on: true });
    let settings = glass.view().settings;
    assert!(settings.voice && settings.earphones && glass.view().note.is_none());
    glass.act(Act::Earphones { on: false });
    let settings = glass.view().settings;
    assert!(!settings.voice && !settings.earphones, "what was for one ear isn't for the shop's");
    assert_eq!(glass.view().note, Some(Note::EarphonesOut));
}

#[test]
fn staff_are_called_until_they_are_not() {
    let mut glass = Glass::new();
    glass.act(Act::CallStaff);
    assert!(glass.view().dock.calling);
    assert_eq!(glass.alerts(), ["a customer calls staff to the kiosk"]);
    glass.act(Act::CallStaff);
    assert!(!glass.view().dock.calling);
    assert_eq!(glass.alerts().len(), 1);
    glass.act(Act::CallStaff);
    glass.act(Act::Large { on: true });
    glass.pass(119_999);
    assert!(glass.view().dock.calling);
    glass.pass(1);
    assert_eq!((glass.view().dock.calling, glass.view().settings.large), (false, false), "whoever it was is gone");
}

#[test]
fn home_asks_before_a_cart_is_lost_and_back_goes_one_screen() {
    let mut glass = Glass::ordering();
    let dock = |glass: &Glass| (glass.view().dock.home, glass.view().dock.back);
    assert_eq!(dock(&glass), (DockButton::Ready, DockButton::Nothing));
    glass.act(Act::Back);
    assert_eq!(glass.screen(), "menu");
    glass.touch("tea");
    glass.act(Act::Home);
    assert_eq!(glass.view().sheet, Some(Sheet::StartOver { pieces: 1, held: false, back: false }));
    glass.act(Act::Home);
    glass.act(Act::Review);
    glass.act(Act::Continue);
    assert_eq!((glass.view().sheet, glass.screen().as_str()), (None, "menu"));
    glass.act(Act::YesStartOver);
    assert_eq!(glass.screen(), "menu", "nobody asked");
    glass.act(Act::Review);
    assert_eq!(dock(&glass), (DockButton::Ready, DockButton::Ready));
    glass.act(Act::UseBenefits);
    assert_eq!((glass.screen().as_str(), glass.view().step), ("benefits", Some(Step::Benefits)));
    glass.act(Act::Undo);
    glass.act(Act::Back);
    assert_eq!((glass.screen().as_str(), glass.view().step), ("review", Some(Step::Review)));
    glass.act(Act::PayNow);
    assert_eq!((glass.screen().as_str(), glass.view().step), ("payConfirm", Some(Step::Payment)));
    glass.act(Act::Back);
    assert_eq!(glass.screen(), "review");
    glass.act(Act::Back);
    assert_eq!((glass.screen().as_str(), glass.view().step), ("menu", Some(Step::Order)));
    glass.act(Act::Home);
    glass.act(Act::YesStartOver);
    assert_eq!((glass.screen().as_str(), glass.view().money, glass.view().step), ("attract", None, None));
    assert_eq!(dock(&glass), (DockButton::Nothing, DockButton::Nothing));
    glass.act(Act::Home);
    glass.act(Act::Back);
    assert_eq!((glass.screen().as_str(), glass.view().sheet), ("attract", None));
}

#[test]
fn who_went_away_is_asked_for_and_then_the_next_one_may_come() {
    let mut glass = Glass::ordering();
    glass.touch("tea");
    glass.pass(59_999);
    assert_eq!(glass.view().sheet, None);
    glass.pass(1);
    assert_eq!(glass.view().sheet, Some(Sheet::Idle { ends_in_ms: 30_000, held: false }));
    glass.pass(29_999);
    assert_eq!(glass.view().sheet, Some(Sheet::Idle { ends_in_ms: 1, held: false }));
    glass.act(Act::Continue);
    assert_eq!((glass.view().sheet, glass.screen().as_str()), (None, "menu"));
    glass.pass(60_000);
    glass.act(Act::Stop);
    assert_eq!(glass.screen(), "attract");

    let mut glass = Glass::ordering();
    glass.touch("tea");
    glass.pass(60_000);
    glass.pass(1_000);
    // Somebody touched the glass beside every button.
    glass.send(Event::Input);
    glass.pass(499);
    assert!(glass.view().sheet.is_some());
    glass.pass(1);
    assert_eq!((glass.view().sheet, glass.screen().as_str()), (None, "menu"));
    glass.pass(60_000);
    glass.pass(29_999);
    assert_eq!(glass.screen(), "menu");
    glass.pass(1);
    assert_eq!((glass.screen().as_str(), glass.view().sheet), ("attract", None));
}

#[test]
fn who_reads_slowly_or_listens_is_asked_for_later() {
    for idle_ms in [30_000, 60_000, 120_000] {
        for (assisted, limit_ms) in [
            (Act::Contrast { on: true }, idle_ms),
            (Act::Large { on: true }, 2 * idle_ms),
            (Act::Voice { on: true }, 2 * idle_ms),
            (Act::Keypad, 2 * idle_ms),
        ] {
            let mut glass = Glass::of(Shop { idle_ms, ..shop() });
            glass.act(Act::Start { way: Way::ForHere });
            glass.act(assisted);
            glass.pass(i64::from(limit_ms) - 1);
            assert_eq!(glass.view().sheet, None);
            glass.pass(1);
            assert_eq!(glass.view().sheet, Some(Sheet::Idle { ends_in_ms: 30_000, held: false }));
        }
    }
}

#[test]
fn staff_see_their_list_where_no_customer_stands_and_it_closes_by_itself() {
    let entered = || Event::Proved(Person { name: "직원".into(), role: Role::Staff });
    let mut glass = Glass::ordering();
    glass.send(entered());
    assert_eq!(glass.screen(), "menu");
    let mut glass = Glass::new();
    glass.send(entered());
    assert_eq!((glass.screen().as_str(), glass.view().step), ("staff", None));
    assert_eq!(glass.view().dock.home, DockButton::Paying);
    glass.act(Act::Staff { act: StaffAct::Lock });
    assert_eq!(glass.screen(), "attract");
    glass.act(Act::Staff { act: StaffAct::Lock });
    glass.send(entered());
    glass.send(Event::Input);
    glass.pass(299_999);
    assert_eq!(glass.screen(), "staff");
    glass.pass(1);
    assert_eq!(glass.screen(), "attract");
}

/// Widths and heights in mm, one pixel each.
#[test]
fn how_much_is_on_a_page_follows_from_the_panel() {
    use Fit::{L, M, S, Xs};
    for (width, height, fit, menu, review) in [
        (209, 249, Xs, 2, 1),
        (209, 250, Xs, 3, 1),
        (209, 329, Xs, 3, 1),
        (209, 330, Xs, 3, 2),
        (210, 400, S, 6, 2),
        (289, 400, S, 6, 2),
        (290, 449, M, 6, 2),
        (290, 450, M, 9, 4),
        (419, 300, M, 6, 2),
        (420, 300, L, 8, 4),
        (420, 299, Xs, 3, 1),
        (420, 419, L, 8, 4),
        (420, 420, M, 6, 2),
        (600, 800, M, 9, 4),
    ] {
        let mut glass = Glass::of(Shop { width_px: width, height_px: height, pitch_nm: 1_000_000, ..shop() });
        glass.act(Act::Start { way: Way::ForHere });
        glass.act(Act::Category { id: category("many") });
        for n in 0..5 {
            glass.touch(&format!("many-{n}"));
        }
        assert_eq!((glass.view().fit, glass.on_the_page()), (fit, menu), "{width} × {height}");
        glass.act(Act::Review);
        assert_eq!(glass.lines().len(), review, "{width} × {height}");
    }
}

#[test]
fn large_text_halves_the_room_and_the_low_position_ends_where_an_arm_does() {
    for (large, low, fit, menu) in [
        (false, false, Fit::M, 9),
        (true, false, Fit::Xs, 3),
        // From 780 mm above the floor to 1,220 mm.
        (false, true, Fit::M, 6),
        (true, true, Fit::Xs, 2),
    ] {
        let mut glass = Glass::ordering();
        glass.act(Act::Category { id: category("many") });
        glass.act(Act::Large { on: large });
        glass.act(Act::Low { on: low });
        assert_eq!((glass.view().fit, glass.on_the_page()), (fit, menu), "large {large}, low {low}");
    }
}

/// Widths and heights in mm, one pixel each: large text is no larger than the room it needs.
#[test]
fn large_text_is_as_large_as_every_screen_still_fits() {
    for (width, height, fit, menu) in [
        (336, 598, Fit::Xs, 3),
        (268, 476, Fit::Xs, 3),
        (194, 345, Fit::Xs, 3),
        (598, 336, Fit::Xs, 2),
        (860, 900, Fit::M, 9),
    ] {
        let shop = Shop { width_px: width, height_px: height, pitch_nm: 1_000_000, ..shop() };
        let mut glass = Glass::of(shop);
        glass.act(Act::Start { way: Way::ForHere });
        glass.act(Act::Category { id: category("many") });
        glass.act(Act::Large { on: true });
        assert_eq!((glass.view().fit, glass.on_the_page()), (fit, menu), "{width} × {height}");
    }
}

#[test]
fn a_band_says_what_can_not_be_had() {
    let mut glass = Glass::of(Shop { practice: true, ..shop() });
    assert_eq!(glass.view().bands, [Band::Practice]);
    glass.send(Event::Reachable(false));
    assert_eq!(glass.view().bands, [Band::Practice, Band::NoMembership]);
    glass.act(Act::Start { way: Way::ForHere });
    assert_eq!(glass.view().bands, [Band::Practice]);
    glass.touch("tea");
    glass.act(Act::Review);
    assert_eq!(glass.view().bands, [Band::Practice, Band::NoMembership]);
    let Screen::Review { benefits, .. } = glass.view().screen else { panic!("no review") };
    assert!(!benefits);
    glass.act(Act::UseBenefits);
    assert_eq!(glass.screen(), "review");
    glass.send(Event::Reachable(true));
    assert_eq!(glass.view().bands, [Band::Practice]);
    // A shop without benefits lacks none.
    let mut glass = Glass::of(Shop { services: Vec::new(), ..shop() });
    glass.send(Event::Reachable(false));
    assert_eq!(glass.view().bands, []);
}

#[test]
fn a_reader_that_is_off_is_told_where_one_is_needed() {
    for (scanner, ready, bands) in [(true, false, vec![Band::ScannerOff]), (true, true, vec![]), (false, false, vec![])]
    {
        let mut glass = Glass::of(Shop { scanner, ..shop() });
        glass.send(Event::ScannerIs { ready, says: String::new() });
        glass.act(Act::Start { way: Way::ForHere });
        glass.touch("tea");
        glass.act(Act::Review);
        glass.act(Act::UseBenefits);
        glass.act(Act::Tick { service: Service::Coupon, on: true });
        assert_eq!(glass.view().bands, []);
        glass.act(Act::Next);
        assert_eq!((glass.screen().as_str(), glass.view().bands), ("service", bands));
    }
}

#[test]
fn benefits_are_ticked_and_unticked_in_the_order_in_which_they_are_asked() {
    let mut glass = Glass::ordering();
    glass.touch("tea");
    glass.act(Act::Review);
    glass.act(Act::UseBenefits);
    for (service, on) in [
        (Service::PointEarn, true),
        (Service::PointRedeem, true),
        (Service::Prepaid, true),
        (Service::Prepaid, false),
        (Service::PointRedeem, true),
    ] {
        glass.act(Act::Tick { service, on });
    }
    let Screen::Benefits { services } = glass.view().screen else { panic!("no benefits") };
    let ticked: Vec<_> = services.iter().map(|tick| (tick.service, tick.ticked)).collect();
    use Service::{Coupon, PointEarn, PointRedeem, Prepaid};
    assert_eq!(ticked, [(Coupon, false), (PointRedeem, true), (Prepaid, false), (PointEarn, true)]);
    glass.act(Act::Next);
    let asked: Vec<Service> = glass.view().pills.iter().map(|pill| pill.service).collect();
    assert_eq!(asked, [PointRedeem, PointEarn]);
}

#[test]
fn a_touch_that_changes_nothing_needs_no_new_picture() {
    let mut glass = Glass::ordering();
    glass.send(Event::Input);
    assert!(!glass.shown);
    glass.act(Act::Page { forward: false });
    assert!(!glass.shown);
    glass.touch("tea");
    assert!(glass.shown);
    let number = glass.view().number;
    glass.send(Event::Act { view: number - 1, act: Act::Review });
    assert_eq!(glass.screen(), "menu", "a touch is for the screen that it was made on");
}

#[test]
fn time_is_watched_closely_only_while_somebody_is_there() {
    let mut glass = Glass::new();
    let wait = |glass: &Glass| glass.kiosk.wake_ms(&glass.now) - glass.now.boot_ms;
    assert_eq!(wait(&glass), 30_000);
    glass.scan("777");
    assert_eq!(wait(&glass), 250, "a note stands");
    glass.pass(4_000);
    assert_eq!(wait(&glass), 30_000);
    glass.act(Act::Start { way: Way::ForHere });
    assert_eq!(wait(&glass), 250);
}

#[test]
fn a_business_day_begins_at_the_shops_hour_and_never_comes_again() {
    let at = |hour: i64, minute: i64| Now {
        // The second of March 2026 in Seoul.
        wall_ms: 1_772_377_200_000 + (hour * 60 + minute) * 60_000,
        boot_ms: 0,
        boot_id: "boot-1".into(),
    };
    let mut glass = Glass::of(Shop { day_starts_min: 5 * 60, ..shop() });
    assert_eq!(glass.kiosk.business_day(&at(4, 59)), "2026-03-01");
    assert_eq!(glass.kiosk.business_day(&at(5, 0)), "2026-03-02");
    glass.send(Event::Numbers { business_day: "2026-03-02".into(), last: 7 });
    assert_eq!(glass.kiosk.business_day(&at(4, 59)), "2026-03-02", "the clock was set back");
    assert_eq!(glass.kiosk.numbered_day(), "2026-03-02");
}

impl Glass {
    fn alerts(&self) -> Vec<String> {
        let alert = |effect: &Effect| if let Effect::Alert(what) = effect { Some(what.clone()) } else { None };
        self.then.iter().filter_map(alert).collect()
    }

    /// The current tab, the page, how many there are, and the items on it.
    fn menu(&self) -> String {
        let Screen::Menu { categories, items, page, pages, .. } = self.view().screen else { panic!("no menu") };
        let current: Vec<&str> = categories.iter().filter(|tab| tab.current).map(|tab| tab.id.as_str()).collect();
        let items: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
        format!("{} {page}/{pages}: {}", current.join(" "), items.join(" "))
    }

    fn on_the_page(&self) -> usize {
        let Screen::Menu { items, .. } = self.view().screen else { panic!("no menu") };
        items.len()
    }

    /// What is chosen of size and shots, how many pieces, what they cost and one of them.
    fn draft(&self) -> (String, u32, u32, i64, i64) {
        let Screen::Options { groups, count, price, each, .. } = self.view().screen else { panic!("no options") };
        let [size, shots] = &groups[..] else { panic!("two groups") };
        let GroupAnswer::Choice { options } = &size.answer else { panic!("a size") };
        let chosen: Vec<_> = options.iter().filter(|option| option.chosen).map(|option| option.name.clone()).collect();
        let GroupAnswer::Count { count: shots, most: 3, .. } = shots.answer else { panic!("a count") };
        (chosen.join(" "), shots, count, price.get(), each.get())
    }

    /// The lines of the page.
    fn lines(&self) -> Vec<String> {
        let Screen::Review { lines, .. } = self.view().screen else { panic!("no review") };
        let words = |line: &LineView| {
            let options =
                if line.options.is_empty() { String::new() } else { format!(" ({})", line.options.join(", ")) };
            format!("{}{options} × {}: {}", line.name, line.count, line.price.get())
        };
        lines.iter().map(words).collect()
    }

    /// The page, how many there are, and whether a line can be brought back.
    fn review(&self) -> (u32, u32, bool) {
        let Screen::Review { page, pages, undo, .. } = self.view().screen else { panic!("no review") };
        (page, pages, undo)
    }
}
