//! From the benefits to the last screen: what the customer is told of the money, and for how long.

use checkout::{
    card::{Approval, MaskedCard, NoAnswer, TerminalAnswer, TerminalOutcome},
    entry::Entry,
    ids::{ApprovalNumber, AttemptId, StoreId, TransactionId},
    kiosk::{Effect, Event, Found, Kiosk, NotTaken, Shop},
    money::Won,
    service::Service,
    staff::{Person, Role},
    view::{
        Act, CardPhase, DeclineReason, DockButton, FromModule, LineState, Note, OutOfService, PillState, Receipt,
        Screen, Sheet, StaffAct, StaffPage, Step,
    },
};
use serde_json::json;

use super::{Glass, shop};

#[test]
fn each_service_has_its_pill_from_the_choice_to_the_end() {
    use PillState::{NotUsed, Now, ToCome, Unknown, Used};
    let mut glass = Glass::ordering();
    glass.ask(&Service::ALL);
    assert_eq!(glass.pills(), [Now, ToCome, ToCome, ToCome]);
    assert_eq!(glass.open(), Some((Service::Coupon, false)), "its page isn't there yet");
    glass.loaded();
    assert_eq!(glass.open(), Some((Service::Coupon, true)));
    let frame = glass.view().module.unwrap();
    assert_eq!((frame.url.as_str(), frame.origin.as_str()), ("https://module.example/", "https://module.example"));
    assert!(frame.for_customer);
    glass.held("COUPON", "couponDiscountPrice", 500);
    assert_eq!(glass.pills(), [Used { amount: Won::new(500) }, Now, ToCome, ToCome]);
    glass.loaded();
    glass.act(Act::Skip);
    assert_eq!(glass.pills(), [Used { amount: Won::new(500) }, NotUsed, Now, ToCome]);
    glass.loaded();
    glass.say(json!({"status": "200", "data": {"errorCode": 300020008}}));
    assert_eq!((glass.screen().as_str(), glass.pills()[2]), ("serviceUnknown", Unknown));
    glass.act(Act::GoOn);
    glass.loaded();
    glass.held("POINT_EARN", "pointEarn", 25);
    let money = glass.view().money.unwrap();
    assert_eq!((money.coupon, money.points, money.discount), (Won::new(500), Won::ZERO, Won::new(500)));
    assert_eq!((money.gift_card, money.due, money.earn), (Won::ZERO, Won::new(2500), Some(Won::new(25))));
    assert_eq!(glass.view().step, Some(Step::Payment));
}

#[test]
fn what_is_held_is_said_before_it_is_given_back() {
    let mut glass = Glass::ordering();
    glass.hold_points(1000);
    glass.act(Act::Home);
    assert_eq!(glass.view().sheet, Some(Sheet::StartOver { pieces: 1, held: true, back: false }));
    glass.act(Act::CloseSheet);
    glass.act(Act::Back);
    assert_eq!(glass.view().sheet, Some(Sheet::StartOver { pieces: 1, held: true, back: true }));
    glass.act(Act::CloseSheet);
    glass.pass(60_000);
    assert_eq!(glass.view().sheet, Some(Sheet::Idle { ends_in_ms: 30_000, held: true }));
    glass.act(Act::Stop);
    assert_eq!(glass.screen(), "attract");
    let frame = glass.view().module.unwrap();
    assert!(!frame.for_customer, "the kiosk gives it back by itself");
    glass.loaded();
    assert!(matches!(glass.then.last(), Some(Effect::Post { payload, .. }) if payload.as_str().contains("\"N\"")));
}

/// However often: at the bill, and over the module's frame, where only the window sees a touch or key.
#[test]
fn who_says_each_time_that_they_are_there_keeps_what_is_held() {
    let mut glass = Glass::ordering();
    glass.ask(&[Service::PointRedeem, Service::Prepaid]);
    glass.loaded();
    glass.held("POINT_REDEEM", "pointRedeem", 1000);
    glass.loaded();
    let (screen, pills, session) = (glass.screen(), glass.pills(), glass.view().module);
    assert_eq!(screen, "service");
    for _ in 0..3 {
        glass.pass(60_000);
        assert_eq!(glass.view().sheet, Some(Sheet::Idle { ends_in_ms: 30_000, held: true }));
        glass.pass(29_000);
        glass.send(Event::Input);
        glass.pass(500);
        assert_eq!((glass.view().sheet, glass.view().module.as_ref()), (None, session.as_ref()));
    }
    glass.act(Act::Skip);
    assert_eq!(glass.screen(), "payConfirm");
    for _ in 0..10 {
        glass.pass(60_000);
        assert_eq!(glass.view().sheet, Some(Sheet::Idle { ends_in_ms: 30_000, held: true }));
        glass.pass(29_000);
        glass.act(Act::Continue);
        assert_eq!((glass.view().sheet, glass.screen().as_str()), (None, "payConfirm"));
    }
    assert_eq!((glass.pills()[0], glass.view().money.unwrap().points), (pills[0], Won::new(1000)));
    let released =
        |effect: &Effect| matches!(effect, Effect::Post { payload, .. } if payload.as_str().contains("\"N\""));
    assert!(!glass.then.iter().any(released), "{:?}", glass.then);
}

#[test]
fn instalments_are_offered_from_fifty_thousand_won_on_and_asked_for_only_then() {
    for (pieces, offered, asked) in [(16, vec![], 0), (17, vec![0, 2, 3, 6, 12], 6)] {
        let mut glass = Glass::ordering();
        for _ in 0..pieces {
            glass.touch("tea");
        }
        glass.bill();
        let Screen::PayConfirm { instalments, months, receipts, receipt, no_paper: false, busy } = glass.view().screen
        else {
            panic!("no bill")
        };
        assert_eq!((&instalments, months, busy), (&offered, 0, false));
        assert_eq!((receipts, receipt), (vec![Receipt::None], Receipt::None));
        glass.act(Act::Months { months: 6 });
        glass.act(Act::Months { months: 5 });
        glass.act(Act::Receipt { receipt: Receipt::Phone });
        glass.act(Act::Pay);
        let Screen::PayConfirm { busy, receipt, .. } = glass.view().screen else { panic!("no bill") };
        assert!(busy);
        assert_eq!(receipt, Receipt::None, "no member is named");
        assert_eq!(glass.view().dock.home, DockButton::Paying);
        // While the terminal is asked nothing is changed any more.
        glass.act(Act::Months { months: 3 });
        glass.act(Act::Pay);
        glass.act(Act::Home);
        glass.act(Act::Back);
        assert_eq!((glass.screen().as_str(), glass.view().sheet), ("payConfirm", None));
        glass.ready();
        let Some(Effect::Pay(payment)) = glass.then.last() else { panic!("nothing is charged") };
        assert_eq!((payment.months, payment.amount), (asked, Won::new(pieces * 3000)));
        assert_eq!((payment.timeout_ms, payment.accessible), (60_000, false));
    }
}

#[test]
fn who_reads_slowly_or_listens_is_told_to_the_terminal_too() {
    for assisted in [Act::Large { on: true }, Act::Voice { on: true }, Act::Keypad] {
        let mut glass = Glass::ordering();
        glass.act(assisted);
        glass.charge();
        assert!(matches!(glass.then.last(), Some(Effect::Pay(payment)) if payment.accessible));
    }
}

#[test]
fn the_card_screen_counts_down_and_shows_what_the_terminal_waits_for() {
    let mut glass = Glass::ordering();
    glass.charge();
    let attempt = glass.attempt();
    assert_eq!(glass.card(), (60_000, false, CardPhase::Insert));
    assert_eq!((glass.view().dock.home, glass.view().dock.back), (DockButton::Ready, DockButton::Ready));
    let asks = |glass: &Glass| glass.then.iter().filter(|effect| matches!(effect, Effect::AskPayment(_))).count();
    glass.pass(499);
    assert_eq!(asks(&glass), 0);
    glass.pass(1);
    assert_eq!(asks(&glass), 1);
    glass.asked(&attempt, TerminalOutcome::InProgress { phase: CardPhase::Verify, left_ms: 1 });
    assert_eq!(glass.card(), (59_500, false, CardPhase::Verify));
    glass.pass(499);
    assert_eq!(asks(&glass), 1);
    glass.pass(1);
    assert_eq!(asks(&glass), 2);
    glass.pass(60_000);
    assert_eq!(glass.card().0, 0, "it doesn't count below nothing");
    glass.act(Act::DontPay);
    assert_eq!((glass.card().1, glass.view().dock.home), (true, DockButton::Stopping));
    let stops = |glass: &Glass| glass.then.iter().filter(|effect| matches!(effect, Effect::StopPayment(_))).count();
    assert_eq!(stops(&glass), 1);
    glass.act(Act::DontPay);
    glass.act(Act::Home);
    glass.act(Act::Back);
    assert_eq!(stops(&glass), 1, "once is enough");
    glass.answered(&attempt, TerminalOutcome::Cancelled);
    let Screen::Declined { reason, .. } = glass.view().screen else { panic!("{}", glass.screen()) };
    assert_eq!(reason, DeclineReason::Stopped);
}

#[test]
fn why_nothing_was_charged_is_told_and_another_card_may_be_tried() {
    for (code, told) in
        [("51", DeclineReason::Issuer), ("TIMEOUT", DeclineReason::TimeOut), ("TERMINAL", DeclineReason::Terminal)]
    {
        let mut glass = Glass::ordering();
        glass.charge();
        let attempt = glass.attempt();
        glass.pass(20_000);
        glass.answered(&attempt, TerminalOutcome::Declined { code: code.into(), message: String::new() });
        let Screen::Declined { reason, ends_in_ms } = glass.view().screen else { panic!("{}", glass.screen()) };
        assert_eq!((reason, ends_in_ms), (told, 60_000), "the terminal was touched, if not the screen");
        assert_eq!((glass.view().dock.home, glass.view().dock.back), (DockButton::Ready, DockButton::Nothing));
        glass.act(Act::AnotherCard);
        glass.ready();
        assert_ne!(glass.attempt(), attempt);
        assert_eq!(glass.screen(), "card");
        glass.answered(&glass.attempt(), TerminalOutcome::Declined { code: code.into(), message: String::new() });
        glass.act(Act::Stop);
        assert_eq!(glass.screen(), "attract");
    }
}

#[test]
fn a_minute_after_a_card_was_refused_the_terminal_is_asked_once_more() {
    let mut glass = Glass::ordering();
    glass.charge();
    let attempt = glass.attempt();
    glass.answered(&attempt, TerminalOutcome::Declined { code: "51".into(), message: String::new() });
    glass.then.clear();
    glass.pass(59_999);
    assert_eq!(glass.then, []);
    glass.pass(1);
    assert_eq!(glass.then, [Effect::AskPayment(attempt.clone())]);
    glass.pass(60_000);
    assert_eq!(glass.then.iter().filter(|effect| matches!(effect, Effect::AskPayment(_))).count(), 1);
}

#[test]
fn a_paid_order_ends_with_its_number_when_the_shop_has_taken_it_on() {
    let mut glass = Glass::ordering();
    glass.charge();
    glass.approve();
    assert_eq!(glass.settling(), (Some(LineState::Done), None, LineState::Waiting, false));
    assert_eq!((glass.view().dock.home, glass.view().step), (DockButton::Paying, Some(Step::Payment)));
    glass.pass(4_999);
    assert!(!glass.settling().3);
    glass.pass(1);
    assert!(glass.settling().3, "it takes longer");
    glass.take_on();
    assert_eq!(glass.done(), ("A1".into(), true, false, None, 25_000));
    assert_eq!(glass.view().step, Some(Step::Done));
    glass.pass(24_999);
    assert_eq!(glass.done().4, 1);
    glass.pass(1);
    assert_eq!(glass.screen(), "attract");
}

#[test]
fn numbers_count_up_within_a_day() {
    let mut glass = Glass::new();
    for (number, days) in [("A1", 0), ("A2", 1), ("A1", 0)] {
        glass.start();
        glass.charge();
        glass.approve();
        glass.take_on();
        assert_eq!(glass.done().0, number);
        glass.act(Act::Done);
        glass.pass(days * 24 * 3_600_000);
    }
}

#[test]
fn an_order_that_the_shop_does_not_take_on_keeps_nobody_waiting() {
    let mut glass = Glass::ordering();
    glass.charge();
    glass.approve();
    glass.pass(9_999);
    assert_eq!(glass.screen(), "settling");
    glass.pass(1);
    assert_eq!(glass.done(), ("A1".into(), false, false, None, 25_000));
    let mut glass = Glass::ordering();
    glass.charge();
    glass.approve();
    let id = glass.transaction();
    glass.send(Event::HandedOver(id, Err(NotTaken::refused("no paper"))));
    assert!(!glass.done().1);
    assert_eq!(glass.view().staff_waiting, 1);
}

#[test]
fn points_that_are_confirmed_are_earned_and_those_that_are_not_are_pending() {
    for confirmed in [true, false] {
        let mut glass = Glass::ordering();
        glass.ask(&[Service::PointEarn]);
        glass.loaded();
        glass.held("POINT_EARN", "pointEarn", 30);
        glass.pay();
        glass.approve();
        glass.take_on();
        assert_eq!(glass.settling(), (Some(LineState::Done), Some(LineState::Waiting), LineState::Done, false));
        let frame = glass.view().module.unwrap();
        assert!(!frame.for_customer);
        glass.loaded();
        if confirmed {
            let id = glass.transaction();
            glass.say(json!({"status": "200", "data": {"errorCode": 200, "transactionID": id.as_str()}}));
        } else {
            glass.pass(35_000);
        }
        let earned = confirmed.then(|| Won::new(30));
        assert_eq!(glass.done(), ("A1".into(), true, !confirmed, earned, 25_000));
    }
}

#[test]
fn who_may_have_paid_is_told_the_amount_and_what_to_say_to_staff() {
    let mut glass = Glass::ordering();
    glass.charge();
    let attempt = glass.attempt();
    glass.send(Event::PaymentAnswered(attempt.clone(), Err(NoAnswer { why: "no answer".into() })));
    let reference = glass.transaction().reference();
    let Screen::Unknown { amount, reference: told, since_ms, .. } = glass.view().screen else { panic!("not in doubt") };
    assert_eq!((amount, told, since_ms), (Some(Won::new(3000)), reference, 0));
    assert!(glass.view().dock.calling, "staff are called");
    assert_eq!((glass.view().dock.home, glass.view().step), (DockButton::Paying, None));
    glass.act(Act::CallStaff);
    glass.act(Act::CallAgain);
    assert!(glass.view().dock.calling);
    glass.pass(119_999);
    let Screen::Unknown { since_ms, .. } = glass.view().screen else { panic!("not in doubt") };
    assert_eq!(since_ms, 119_999);
    glass.pass(1);
    // Nothing is sold that needs the terminal until it is known.
    assert_eq!(glass.out_of_service(), (OutOfService::CardInDoubt, "card-in-doubt".into()));
    glass.asked(&attempt, TerminalOutcome::Declined { code: "51".into(), message: String::new() });
    assert_eq!(glass.screen(), "attract");
}

#[test]
fn who_waits_in_doubt_hears_how_it_ended() {
    for (outcome, screen) in [
        (TerminalOutcome::Approved(approval(3000)), "settling"),
        (TerminalOutcome::Declined { code: "TIMEOUT".into(), message: String::new() }, "declined"),
        (TerminalOutcome::Cancelled, "declined"),
    ] {
        let mut glass = Glass::ordering();
        glass.charge();
        let attempt = glass.attempt();
        glass.send(Event::PaymentAnswered(attempt.clone(), Err(NoAnswer { why: "no answer".into() })));
        assert_eq!(glass.screen(), "unknown");
        glass.asked(&attempt, outcome);
        assert_eq!(glass.screen(), screen);
    }
}

#[test]
fn a_charge_of_another_amount_is_shown_as_it_is_and_is_for_staff() {
    let mut glass = Glass::ordering();
    glass.charge();
    let attempt = glass.attempt();
    glass.answered(&attempt, TerminalOutcome::Approved(approval(30_000)));
    let Screen::Unknown { amount, .. } = glass.view().screen else { panic!("not in doubt") };
    assert_eq!(amount, Some(Won::new(30_000)));
    let why =
        glass.rows.iter().find_map(|row| if let Entry::PaymentUnknown { why, .. } = row { Some(why) } else { None });
    assert_eq!(why.unwrap(), "30000 won was approved, 3000 won was asked for");
    assert_eq!(glass.view().staff_waiting, 1);
}

#[test]
fn a_terminal_that_is_away_is_told_and_nothing_is_charged() {
    let mut glass = Glass::ordering();
    glass.touch("tea");
    glass.bill();
    glass.act(Act::Pay);
    glass.send(Event::TerminalReady(Err(NoAnswer { why: "refused".into() })));
    assert_eq!((glass.screen().as_str(), glass.view().note), ("payConfirm", Some(Note::TerminalAway)));
    assert!(!glass.rows.iter().any(|row| matches!(row, Entry::PaymentStarted { .. })));
    glass.act(Act::Home);
    glass.act(Act::YesStartOver);
    glass.send(Event::TerminalAway(true));
    assert_eq!(glass.out_of_service(), (OutOfService::Terminal, "terminal".into()));
    glass.send(Event::TerminalAway(false));
    assert_eq!(glass.screen(), "attract");
}

#[test]
fn what_keeps_the_shop_shut_does_so_until_it_is_over() {
    let damage = |name: Option<&str>| Event::JournalDamage { undecided: name.map(str::to_owned), more: 0 };
    for (shuts, opens, why, code) in [
        (damage(Some("5f3a91c0")), damage(None), OutOfService::Damage, "5f3a91c0"),
        (Event::TerminalAway(true), Event::TerminalAway(false), OutOfService::Terminal, "terminal"),
    ] {
        let mut glass = Glass::new();
        glass.send(shuts);
        for _ in 0..3 {
            assert_eq!(glass.out_of_service(), (why.clone(), code.to_owned()));
            glass.pass(60_000);
            glass.send(Event::ScannerIs { ready: true, says: String::new() });
            glass.act(Act::Start { way: checkout::view::Way::ForHere });
        }
        glass.send(opens);
        assert_eq!(glass.screen(), "attract");
    }
}

#[test]
fn a_card_in_doubt_keeps_the_shop_shut_until_it_is_known() {
    let mut glass = Glass::ordering();
    glass.charge();
    let attempt = glass.attempt();
    glass.send(Event::PaymentAnswered(attempt.clone(), Err(NoAnswer { why: "lost".into() })));
    glass.pass(180_000);
    glass.send(Event::TerminalAway(false));
    assert_eq!(glass.out_of_service().0, OutOfService::CardInDoubt);
    glass.pass(60_000);
    assert_eq!(glass.out_of_service().0, OutOfService::CardInDoubt);
}

#[test]
fn a_page_that_does_not_load_may_be_tried_again_or_done_without() {
    let mut glass = Glass::ordering();
    glass.ask(&[Service::PointRedeem]);
    for again in [true, true, false] {
        glass.pass(10_000);
        let Screen::ServiceFailed { service, again: offered } = glass.view().screen else { panic!("it loaded") };
        assert_eq!((service, offered), (Service::PointRedeem, again));
        assert_eq!((glass.view().step, glass.pills()), (Some(Step::Benefits), vec![PillState::Now]));
        glass.act(Act::TryAgain);
        assert_eq!(glass.screen() == "service", again);
    }
    glass.act(Act::WithoutService);
    let note = Some(Note::NotUsed { service: Service::PointRedeem });
    assert_eq!((glass.screen().as_str(), glass.view().note), ("payConfirm", note));
}

#[test]
fn what_prbiti_refuses_is_told_in_the_customers_words() {
    for (code, note) in [
        (100_050_001, Note::NotUsed { service: Service::Coupon }),
        (300_020_009, Note::NotNow { service: Service::Coupon }),
        (100_040_002, Note::NotNow { service: Service::Coupon }),
    ] {
        let mut glass = Glass::ordering();
        glass.ask(&[Service::Coupon]);
        glass.loaded();
        glass.say(json!({"status": "400", "data": {"errorCode": code}}));
        assert_eq!((glass.screen().as_str(), glass.view().note), ("payConfirm", Some(note)));
    }
    let mut glass = Glass::ordering();
    glass.ask(&[Service::Coupon]);
    glass.loaded();
    let id = glass.transaction();
    glass.say(json!({"status": "200", "data": {"errorCode": 200, "supportMode": "COUPON",
        "transactionID": id.as_str(), "couponDiscountPrice": 0, "couponItemCodes": ["latte", "sandwich"]}}));
    assert_eq!(glass.view().note, Some(Note::CouponFor { items: vec!["라테".into()] }), "what isn't sold has no name");
}

#[test]
fn when_nothing_can_be_written_down_nothing_is_sold_and_nobody_who_paid_is_sent_away() {
    let code = || "journal".to_owned();
    let mut glass = Glass::ordering();
    glass.touch("tea");
    glass.kiosk = glass.kiosk.without_journal(code(), &glass.now);
    assert_eq!(glass.out_of_service(), (OutOfService::Journal, code()));
    assert_eq!(glass.view().money, None);

    let mut glass = Glass::ordering();
    glass.charge();
    glass.kiosk = glass.kiosk.without_journal(code(), &glass.now);
    assert_eq!(glass.screen(), "unknown");
    assert!(glass.view().dock.calling);
    let attempt = glass.attempt();
    let rows = glass.rows.len();
    glass.answered(&attempt, TerminalOutcome::Approved(approval(3000)));
    assert_eq!((glass.screen().as_str(), glass.rows.len()), ("unknown", rows), "it is asked again later");

    let mut glass = Glass::ordering();
    glass.charge();
    glass.approve();
    glass.take_on();
    let shown = glass.view().screen;
    glass.kiosk = glass.kiosk.without_journal(code(), &glass.now);
    assert_eq!(glass.view().screen, shown, "the number stays to be read");
    glass.act(Act::Done);
    assert_eq!(glass.out_of_service(), (OutOfService::Journal, code()));
}

#[test]
fn a_kiosk_without_a_configuration_says_so() {
    let glass = Glass::new();
    let shop = std::sync::Arc::new(shop());
    let kiosk = Kiosk::out_of_service(shop, OutOfService::Configuration, "no catalog".into(), &glass.now);
    let glass = Glass { kiosk, ..glass };
    assert_eq!(glass.out_of_service(), (OutOfService::Configuration, "no catalog".into()));
    assert_eq!((glass.view().dock.home, glass.view().step), (DockButton::Nothing, None));
}

/// With 5 minutes for a card, and what is needed to settle after it.
#[test]
fn a_free_order_is_finished_while_there_is_time_to_settle_it() {
    for (late_ms, screen) in [(0, "settling"), (1, "timeShort")] {
        let mut glass = Glass::of(Shop { payment_timeout_ms: 300_000, ..shop() });
        glass.start();
        glass.hold_points(3000);
        // What is held ends in 5 minutes; until then nothing but finishing it is possible.
        let mut left = 25 * 60_000 + late_ms;
        while left > 0 {
            let step = left.min(30_000);
            glass.pass(step);
            glass.send(Event::Input);
            left -= step;
        }
        glass.act(Act::Pay);
        assert_eq!(glass.screen(), screen);
    }
}

#[test]
fn the_next_customers_question_waits_for_the_session_that_gives_back() {
    let mut glass = Glass::ordering();
    glass.hold_points(1000);
    glass.act(Act::Home);
    glass.act(Act::YesStartOver);
    let release = glass.view().module.unwrap().session;
    let first = glass.transaction();
    glass.loaded();
    glass.start();
    glass.ask(&[Service::PointRedeem]);
    let frame = glass.view().module.unwrap();
    assert_eq!((frame.session, frame.for_customer), (release, false), "one at a time");
    glass.say(json!({"status": "200", "data": {"errorCode": 200, "transactionID": first.as_str()}}));
    let frame = glass.view().module.unwrap();
    assert!(frame.session > release && frame.for_customer);
}

/// The time may run out between two ticks of the clock.
#[test]
fn with_less_than_five_minutes_left_no_other_service_is_asked() {
    for (left_ms, screen) in [(5 * 60_000, "service"), (5 * 60_000 - 1, "timeShort")] {
        let mut glass = Glass::ordering();
        glass.ask(&[Service::PointRedeem, Service::PointEarn]);
        glass.loaded();
        glass.now.boot_ms += 30 * 60_000 - left_ms;
        glass.now.wall_ms += 30 * 60_000 - left_ms;
        glass.held("POINT_REDEEM", "pointRedeem", 1000);
        assert_eq!(glass.screen(), screen);
    }
}

#[test]
fn to_choose_again_where_nothing_is_offered_any_more_is_to_pay_without() {
    let mut glass = Glass::ordering();
    glass.ask(&[Service::PointRedeem]);
    glass.loaded();
    glass.say(json!({"status": "200", "data": {"errorCode": 300020004}}));
    assert_eq!(glass.screen(), "serviceUnknown");
    glass.send(Event::Reachable(false));
    glass.act(Act::StartAgain);
    assert_eq!((glass.screen().as_str(), glass.pills()), ("payConfirm", vec![]));
}

#[test]
fn when_the_journal_is_back_who_paid_sees_the_number_still_and_no_old_touch_counts() {
    let mut glass = Glass::ordering();
    glass.charge();
    glass.approve();
    glass.take_on();
    let shown = glass.view();
    let open = glass.kiosk.transactions().cloned().collect();
    glass.kiosk = glass.kiosk.without_journal("journal".into(), &glass.now);
    let shut = glass.view();
    assert!(shut.number > shown.number);
    let fresh = Kiosk::new(std::sync::Arc::new(shop()), open, 0, (String::new(), 0), &glass.now);
    glass.kiosk = fresh.following(&glass.kiosk);
    glass.send(Event::Resume);
    glass.send(Event::PageConnected);
    assert_eq!(glass.view().screen, shown.screen);
    assert!(glass.view().number > shut.number);
    glass.send(Event::Act { view: shown.number, act: Act::Done });
    assert_eq!(glass.view().screen, shown.screen, "a touch of before");
    glass.act(Act::Done);
    assert_eq!(glass.screen(), "attract");

    let mut glass = Glass::ordering();
    glass.touch("tea");
    glass.bill();
    let open = glass.kiosk.transactions().cloned().collect();
    let fresh = Kiosk::new(std::sync::Arc::new(shop()), open, 0, (String::new(), 0), &glass.now);
    glass.kiosk = fresh.following(&glass.kiosk);
    glass.send(Event::Resume);
    glass.send(Event::PageConnected);
    assert_eq!(glass.screen(), "attract", "whose money isn't in question begins again");
}

#[test]
fn what_prbiti_refused_stands_in_the_staffs_list_for_a_day() {
    let mut glass = Glass::ordering();
    glass.ask(&[Service::PointRedeem]);
    glass.loaded();
    glass.say(json!({"status": "400", "timestamp": 1_728_025_307, "data": {"errorCode": 100_010_004}}));
    glass.act(Act::Home);
    glass.act(Act::YesStartOver);
    let entered = || Event::Proved(Person { name: "직원".into(), role: Role::Staff });
    let listed = |glass: &mut Glass| {
        glass.send(Event::Found(Found::Attention(Vec::new())));
        let Screen::Staff { page: StaffPage::Attention { notices, .. }, .. } = glass.view().screen else {
            panic!("{}", glass.screen())
        };
        notices.len()
    };
    glass.pass(24 * 3_600_000);
    glass.send(entered());
    assert_eq!(listed(&mut glass), 1);
    glass.act(Act::Staff { act: StaffAct::Lock });
    glass.pass(1);
    glass.send(entered());
    assert_eq!(listed(&mut glass), 0);
}

#[test]
fn what_is_told_of_the_terminal_and_of_the_world_is_known_from_what_is_touched() {
    let attempt = || AttemptId::new("attempt-1").unwrap();
    let lost = || NoAnswer { why: String::new() };
    for (event, terminal, world) in [
        (Event::PaymentAnswered(attempt(), Err(lost())), true, false),
        (Event::PaymentAsked(attempt(), Err(lost())), true, false),
        (Event::PaymentStopped(attempt(), Err(lost())), true, false),
        (Event::Reachable(true), false, true),
        (Event::ScannerIs { ready: true, says: String::new() }, false, true),
        (Event::TerminalAway(true), false, true),
        (Event::Tick, false, false),
        (Event::Input, false, false),
    ] {
        assert_eq!((event.is_of_the_terminal(), event.is_of_the_world()), (terminal, world), "{event:?}");
    }
}

impl Glass {
    fn start(&mut self) {
        self.act(Act::Start { way: checkout::view::Way::ForHere });
    }

    /// From the cart to the bill, without benefits.
    pub(super) fn bill(&mut self) {
        self.act(Act::Review);
        self.act(Act::PayNow);
    }

    /// A tea, and the terminal is about to be asked for a card.
    pub(super) fn charge(&mut self) {
        self.touch("tea");
        self.bill();
        self.pay();
    }

    pub(super) fn pay(&mut self) {
        self.act(Act::Pay);
        self.ready();
    }

    pub(super) fn ready(&mut self) {
        self.send(Event::TerminalReady(Ok(store())));
    }

    pub(super) fn approve(&mut self) {
        let attempt = self.attempt();
        let amount = self.view().money.unwrap().due.get();
        self.answered(&attempt, TerminalOutcome::Approved(approval(amount)));
    }

    pub(super) fn take_on(&mut self) {
        let id = self.transaction();
        self.send(Event::HandedOver(id, Ok(())));
    }

    /// The attempt that was begun last.
    pub(super) fn attempt(&self) -> AttemptId {
        let begun = |row: &Entry| {
            if let Entry::PaymentStarted { attempt, .. } = row { Some(attempt.clone()) } else { None }
        };
        self.rows.iter().rev().find_map(begun).unwrap()
    }

    fn answered(&mut self, attempt: &AttemptId, outcome: TerminalOutcome) {
        self.send(Event::PaymentAnswered(attempt.clone(), Ok(TerminalAnswer { store: store(), outcome })));
    }

    fn asked(&mut self, attempt: &AttemptId, outcome: TerminalOutcome) {
        self.send(Event::PaymentAsked(attempt.clone(), Ok(TerminalAnswer { store: store(), outcome })));
    }

    /// A tea, and the first of these services is about to be asked.
    fn ask(&mut self, services: &[Service]) {
        self.touch("tea");
        self.act(Act::Review);
        self.act(Act::UseBenefits);
        for service in services {
            self.act(Act::Tick { service: *service, on: true });
        }
        self.act(Act::Next);
    }

    fn hold_points(&mut self, won: i64) {
        self.ask(&[Service::PointRedeem]);
        self.loaded();
        self.held("POINT_REDEEM", "pointRedeem", won);
    }

    fn loaded(&mut self) {
        let session = self.view().module.unwrap().session;
        self.send(Event::Module { session, event: FromModule::Loaded });
    }

    fn say(&mut self, answer: serde_json::Value) {
        let session = self.view().module.unwrap().session;
        self.send(Event::Module { session, event: FromModule::Message { text: answer.to_string() } });
    }

    fn held(&mut self, mode: &str, field: &str, won: i64) {
        let id = self.transaction();
        self.say(json!({"status": "200", "data": {"errorCode": 200, "supportMode": mode,
            "transactionID": id.as_str(), field: won}}));
    }

    /// The newest transaction.
    fn transaction(&self) -> TransactionId {
        self.kiosk.transactions().last().unwrap().id.clone()
    }

    fn pills(&self) -> Vec<PillState> {
        self.view().pills.iter().map(|pill| pill.state).collect()
    }

    fn open(&self) -> Option<(Service, bool)> {
        if let Screen::Service { service, open } = self.view().screen { Some((service, open)) } else { None }
    }

    fn card(&self) -> (u32, bool, CardPhase) {
        let Screen::Card { left_ms, stopping, phase } = self.view().screen else { panic!("{}", self.screen()) };
        (left_ms, stopping, phase)
    }

    fn settling(&self) -> (Option<LineState>, Option<LineState>, LineState, bool) {
        let Screen::Settling { card, benefits, hand_over, slow } = self.view().screen else {
            panic!("{}", self.screen())
        };
        (card, benefits, hand_over, slow)
    }

    fn done(&self) -> (String, bool, bool, Option<Won>, u32) {
        let Screen::Done { order_number, handed_over, benefits_pending, earned, paper: _, ends_in_ms } =
            self.view().screen
        else {
            panic!("{}", self.screen())
        };
        (order_number, handed_over, benefits_pending, earned, ends_in_ms)
    }

    fn out_of_service(&self) -> (OutOfService, String) {
        let Screen::OutOfService { why, code } = self.view().screen else { panic!("{}", self.screen()) };
        (why, code)
    }
}

fn store() -> StoreId {
    StoreId::new("store-1").unwrap()
}

fn approval(won: i64) -> Approval {
    Approval {
        amount: Won::new(won),
        approval_number: ApprovalNumber::new("30001234").unwrap(),
        approved_at: "2025-10-09T12:00:00+09:00".into(),
        method: "card".into(),
        issuer: String::new(),
        acquirer: String::new(),
        masked_card: MaskedCard::default(),
        merchant_id: String::new(),
        instalment_months: 0,
    }
}
