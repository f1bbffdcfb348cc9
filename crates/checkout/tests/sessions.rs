//! One module session (guide 2.4 to 2.6): what is written down and posted when, what ends it, and which scans reach it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

use std::{collections::BTreeSet, sync::Arc};

use checkout::{
    card::{Approval, MaskedCard, TerminalAnswer, TerminalOutcome},
    entry::{Closed, Entry, Record, StaffReason},
    ids::{ApprovalNumber, ItemId, OrderId, StoreId},
    kiosk::{Effect, Event, Kiosk, Shop},
    money::Won,
    protocol::Request,
    service::Service,
    settlement::{self, Next},
    staff::{Action, Person, Role},
    time::Now,
    transaction::Transaction,
    view::{Act, FromModule, Ignored, Note, Receipt, Scans, Screen, Way},
};
use serde_json::{Value, json};
use simulation::shop::{fresh, shop};

/// How long Prbiti keeps a hold, ms; by the guide, not by the program.
const HOLD_MS: i64 = 30 * 60_000;

#[test]
fn a_message_is_posted_once_after_the_load_and_after_the_row_that_says_so() {
    let mut desk = Desk::new();
    desk.ask(&[Service::PointRedeem]);
    let session = desk.session().unwrap();
    assert_eq!(desk.rows(), ["began", "opened"]);
    assert_eq!(desk.posted.len(), 0, "the page may not be there yet");
    desk.loaded();
    assert_eq!(desk.rows(), ["began", "opened", "asked"]);
    assert_eq!(desk.posted.len(), 1);
    desk.send(Event::Module { session, event: FromModule::Loaded });
    assert_eq!(desk.posted.len(), 1, "it was loaded again, and asked already");
    assert_eq!(desk.session(), Some(session));
}

#[test]
fn the_first_answer_ends_the_session_and_its_frame_and_what_comes_later_is_noise() {
    let mut desk = Desk::new();
    desk.ask(&[Service::PointRedeem]);
    let session = desk.session().unwrap();
    desk.loaded();
    for noise in [r#"{"type":"resize"}"#, "ready", "", "[]", r#"{"status":"200"}"#] {
        desk.say(session, noise);
        assert_eq!(desk.session(), Some(session), "{noise}");
    }
    desk.send(Event::Module {
        session,
        event: FromModule::Ignored { counts: Ignored { too_long: 1, ..Ignored::default() } },
    });
    assert_eq!(desk.session(), Some(session));
    assert_eq!(desk.ignored.iter().filter(|(counted, _)| *counted == session).count(), 6, "each is counted");
    let answer = desk.held("POINT_REDEEM", "pointRedeem", 1000);
    desk.say(session, &answer);
    assert_eq!(desk.session(), None);
    assert_eq!(desk.rows(), ["began", "opened", "asked", "answered"]);
    assert_eq!(desk.money(), (5000, 4000));
    let more = desk.held("POINT_REDEEM", "pointRedeem", 2000);
    desk.say(session, &more);
    assert_eq!((desk.money(), desk.rows().len()), ((5000, 4000), 4));
}

#[test]
fn an_answer_before_the_question_is_none() {
    let mut desk = Desk::new();
    desk.ask(&[Service::PointRedeem]);
    let session = desk.session().unwrap();
    let answer = desk.held("POINT_REDEEM", "pointRedeem", 1000);
    desk.say(session, &answer);
    assert_eq!((desk.session(), desk.rows()), (Some(session), vec!["began", "opened"]));
    desk.loaded();
    desk.say(session - 1, &answer);
    desk.say(session + 1, &answer);
    assert_eq!(desk.session(), Some(session), "another frame's words");
}

#[test]
fn each_request_has_a_frame_of_its_own() {
    let mut desk = Desk::new();
    desk.ask(&[Service::PointRedeem, Service::PointEarn]);
    let first = desk.session().unwrap();
    desk.loaded();
    let answer = desk.held("POINT_REDEEM", "pointRedeem", 1000);
    desk.say(first, &answer);
    let second = desk.session().unwrap();
    assert_ne!(first, second);
    assert_eq!(desk.posted.len(), 1, "the second one isn't loaded yet");
}

#[test]
fn a_frame_may_take_ten_seconds_to_load_and_is_gone_before_that_is_told() {
    let mut desk = Desk::new();
    desk.ask(&[Service::PointRedeem]);
    desk.pass(9_999);
    assert!(desk.session().is_some());
    desk.pass(1);
    assert_eq!((desk.session(), desk.screen()), (None, "serviceFailed".to_owned()));
    assert_eq!(desk.rows(), ["began", "opened", "not_posted"]);
    assert_eq!(desk.posted.len(), 0);
}

#[test]
fn an_answer_is_waited_for_five_seconds_longer_than_the_module_may_take() {
    let mut desk = Desk::new();
    desk.ask(&[Service::PointRedeem]);
    desk.loaded();
    assert_eq!(desk.posted[0]["autoCloseTime"], 300_000);
    desk.touch_for(304_999);
    assert!(desk.session().is_some());
    desk.pass(1);
    assert_eq!((desk.session(), desk.screen()), (None, "serviceUnknown".to_owned()));
    assert_eq!(desk.rows().last().copied(), Some("unanswered"));
}

#[test]
fn who_needs_more_time_gets_ten_minutes() {
    for settings in [Act::Large { on: true }, Act::Voice { on: true }] {
        let mut desk = Desk::new();
        desk.act(settings);
        desk.ask(&[Service::PointRedeem]);
        desk.loaded();
        assert_eq!(desk.posted[0]["autoCloseTime"], 600_000);
    }
}

#[test]
fn a_page_that_is_loaded_anew_ends_its_session_which_is_never_posted_again() {
    let mut desk = Desk::new();
    desk.ask(&[Service::PointRedeem]);
    desk.loaded();
    desk.send(Event::PageConnected);
    assert_eq!((desk.session(), desk.screen()), (None, "serviceUnknown".to_owned()));
    desk.act(Act::GoOn);
    desk.pass(1_000);
    assert_eq!((desk.screen(), desk.posted.len()), ("payConfirm".to_owned(), 1));
}

#[test]
fn a_scan_reaches_the_module_only_while_the_customers_session_waits() {
    let mut desk = Desk::new();
    desk.scan("1");
    desk.ask(&[Service::PointRedeem]);
    desk.scan("2");
    assert_eq!(desk.scans.len(), 0, "nothing waits for it yet");
    desk.loaded();
    let session = desk.session().unwrap();
    for code in ["8801234567890", "8801234567890", "A-7"] {
        desk.scan(code);
    }
    let posted = |code: &str| (session, json!({"type": "barcode", "data": code}).to_string());
    assert_eq!(desk.scans, [posted("8801234567890"), posted("8801234567890"), posted("A-7")]);
    assert_eq!(desk.kiosk.view(&desk.now).scans, Scans { count: 5, taken: true }, "each is heard");
    let answer = desk.held("POINT_REDEEM", "pointRedeem", 1000);
    desk.say(session, &answer);
    desk.scan("3");
    desk.pay();
    desk.loaded();
    assert_eq!(desk.posted.last().unwrap()["type"], "confirm");
    desk.scan("4");
    assert_eq!(desk.scans.len(), 3, "a confirm is no customer's");
}

#[test]
fn one_transaction_id_is_in_every_message_of_an_order_and_in_none_of_another() {
    let mut desk = Desk::new();
    let mut seen = BTreeSet::new();
    for _ in 0..2 {
        desk.ask(&[Service::Coupon, Service::PointRedeem, Service::Prepaid, Service::PointEarn]);
        for (mode, field, won) in [
            ("COUPON", "couponDiscountPrice", 500),
            ("POINT_REDEEM", "pointRedeem", 1000),
            ("PREPAID", "prepaidPayPrice", 700),
            ("POINT_EARN", "pointEarn", 35),
        ] {
            desk.loaded();
            let answer = desk.held(mode, field, won);
            desk.say(desk.session().unwrap(), &answer);
        }
        desk.pay();
        desk.loaded();
        let done = desk.done();
        desk.say(desk.session().unwrap(), &done);
        desk.act(Act::Done);
        let posted = std::mem::take(&mut desk.posted);
        let kinds: Vec<&str> = posted
            .iter()
            .map(|message| message["data"]["supportMode"].as_str().unwrap_or(message["type"].as_str().unwrap()))
            .collect();
        assert_eq!(kinds, ["COUPON", "POINT_REDEEM", "PREPAID", "POINT_EARN", "confirm"]);
        let amounts: Vec<&Value> = posted[..4].iter().map(|message| &message["data"]["payAmount"]).collect();
        // What is left of 5000 after the coupon, after the points; earned on what the gift card pays too.
        assert_eq!(amounts, [&Value::Null, &json!(4500), &json!(3500), &json!(3500)]);
        let ids: BTreeSet<String> =
            posted.iter().map(|message| message["data"]["transactionID"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), 1, "{ids:?}");
        assert!(seen.is_disjoint(&ids), "{ids:?} was used before");
        seen.extend(ids);
    }
}

#[test]
fn to_choose_again_is_another_transaction_of_the_same_order() {
    let mut desk = Desk::new();
    desk.hold_points();
    desk.act(Act::Back);
    desk.act(Act::YesStartOver);
    desk.loaded();
    assert_eq!(desk.posted.last().unwrap()["type"], "confirm");
    assert_eq!(desk.posted.last().unwrap()["data"]["pointRedeemConfirmedYN"], "N");
    let done = desk.done();
    desk.say(desk.session().unwrap(), &done);
    desk.pass(1_000);
    desk.tick_and_go(&[Service::PointRedeem]);
    desk.loaded();
    let (first, again) = (&desk.posted[0], desk.posted.last().unwrap());
    assert_eq!(again["type"], "connection");
    assert_ne!(first["data"]["transactionID"], again["data"]["transactionID"]);
    let orders: BTreeSet<&OrderId> = desk.records.iter().filter_map(began).collect();
    assert_eq!(orders.len(), 1, "the same cart");
}

#[test]
fn what_is_not_given_back_yet_is_told_with_its_end() {
    let mut desk = Desk::new();
    desk.hold_points();
    let ends_ms = desk.now.wall_ms + 30 * 60_000;
    desk.act(Act::Back);
    desk.act(Act::YesStartOver);
    desk.loaded();
    assert_eq!(desk.screen(), "returning");
    desk.pass(34_999);
    assert_eq!(desk.screen(), "returning");
    desk.pass(1);
    assert_eq!(desk.screen(), "review");
    assert_eq!(desk.kiosk.view(&desk.now).note, Some(Note::StillHeld { until_ms: ends_ms }));
}

#[test]
fn a_receipt_on_the_phone_is_offered_where_points_name_a_member_and_is_asked_for_in_the_confirm() {
    for (service, mode, field, offered) in [
        (Service::PointRedeem, "POINT_REDEEM", "pointRedeem", true),
        (Service::PointEarn, "POINT_EARN", "pointEarn", true),
        (Service::Coupon, "COUPON", "couponDiscountPrice", false),
        (Service::Prepaid, "PREPAID", "prepaidPayPrice", false),
    ] {
        for chosen in [Receipt::Phone, Receipt::None] {
            let mut desk = Desk::new();
            desk.ask(&[service]);
            desk.loaded();
            let answer = desk.held(mode, field, 100);
            desk.say(desk.session().unwrap(), &answer);
            let Screen::PayConfirm { receipts, .. } = desk.kiosk.view(&desk.now).screen else { panic!("no bill") };
            assert_eq!(receipts.contains(&Receipt::Phone), offered, "{mode}");
            desk.act(Act::Receipt { receipt: chosen });
            desk.pay();
            desk.loaded();
            let confirm = &desk.posted.last().unwrap()["data"];
            let wanted = if offered && chosen == Receipt::Phone { "Y" } else { "N" };
            assert_eq!(confirm["eReceiptIssueYN"], wanted, "{mode}");
            assert!(confirm["itemList"].as_array().is_some_and(|items| !items.is_empty()));
        }
    }
}

#[test]
fn what_was_never_confirmed_is_released_after_the_refund_and_what_was_is_cancelled() {
    for confirmed in [false, true] {
        let mut desk = Desk::new();
        desk.hold_points();
        desk.pay();
        if confirmed {
            desk.loaded();
        }
        let t = desk.kiosk.transactions().next().unwrap().clone();
        // The frame of the confirm never loads, or never answers.
        desk.pass(40_000);
        let by = Person { name: "점장".into(), role: Role::Manager };
        desk.send(Event::StaffDecided { by, transaction: Box::new(t), action: Action::Refund });
        for _ in 0..120 {
            desk.send(Event::Reachable(true));
            desk.pass(1_000);
            if desk.session().is_some() {
                break;
            }
        }
        desk.loaded();
        let last = desk.posted.last().unwrap();
        assert_eq!(last["type"], if confirmed { "cancel" } else { "confirm" });
        assert_eq!(last["data"]["pointRedeemConfirmedYN"], if confirmed { Value::Null } else { json!("N") });
    }
}

#[test]
fn a_service_that_the_shop_does_not_have_is_not_offered_and_not_asked() {
    let mut desk = Desk::with(&[Service::PointEarn]);
    assert_eq!(desk.offered(), [Service::PointEarn]);
    desk.tick_and_go(&[Service::Coupon, Service::PointEarn]);
    desk.loaded();
    assert_eq!(desk.posted[0]["data"]["supportMode"], "POINT_EARN");
}

#[test]
fn what_this_terminal_may_not_do_is_offered_to_nobody_after() {
    for (code, left) in [
        ("100040003", vec![Service::Coupon, Service::PointRedeem, Service::PointEarn]),
        ("300010002", vec![]),
        ("100010006", Service::ALL.to_vec()),
        ("300020007", Service::ALL.to_vec()),
    ] {
        let mut desk = Desk::new();
        desk.ask(&[Service::Prepaid]);
        desk.loaded();
        let answer = json!({"status": "400", "data": {"errorCode": code}}).to_string();
        desk.say(desk.session().unwrap(), &answer);
        let told = desk.alerts.iter().any(|alert| alert.contains(code));
        assert_eq!(told, code != "300020007", "{code}: {:?}", desk.alerts);
        desk.pay();
        if let Some(session) = desk.session() {
            desk.loaded();
            let done = desk.done();
            desk.say(session, &done);
        }
        desk.act(Act::Done);
        assert_eq!(desk.offered(), left, "{code}");
    }
}

#[test]
fn the_thirty_minutes_begin_when_the_first_question_is_posted() {
    let mut desk = Desk::new();
    desk.ask(&[Service::PointRedeem]);
    desk.pass(9_000);
    desk.loaded();
    let asked_ms = desk.now.wall_ms;
    let answer = desk.held("POINT_REDEEM", "pointRedeem", 1000);
    desk.touch_for(60_000);
    desk.say(desk.session().unwrap(), &answer);
    let money = desk.kiosk.view(&desk.now).money.unwrap();
    assert_eq!(money.held_until_ms, Some(asked_ms + 30 * 60_000));
}

#[test]
fn with_five_minutes_left_all_is_well_and_with_a_moment_less_the_hold_is_given_back() {
    let mut desk = Desk::new();
    desk.hold_points();
    desk.touch_for(25 * 60_000);
    assert_eq!(desk.screen(), "payConfirm");
    desk.pass(1);
    assert_eq!(desk.screen(), "timeShort");
    desk.loaded();
    let release = &desk.posted.last().unwrap()["data"];
    assert_eq!((&release["pointRedeemConfirmedYN"], &release["paymentList"]), (&json!("N"), &json!([])));
}

/// A terminal that may take five minutes, twice 35 s for the confirm, and a minute.
#[test]
fn no_card_is_asked_for_unless_there_is_time_to_settle_after_it() {
    for (late_ms, screen) in [(0, "settling"), (1, "timeShort")] {
        let mut shop = shop(&Service::ALL);
        shop.payment_timeout_ms = 300_000;
        let mut desk = Desk::of(shop);
        desk.hold_points();
        desk.touch_for(30 * 60_000 - (300_000 + 70_000 + 60_000) + late_ms);
        assert_eq!(desk.screen(), "payConfirm");
        desk.pay();
        assert_eq!(desk.screen(), screen);
        let charged = desk.records.iter().any(|record| matches!(record.entry, Entry::PaymentStarted { .. }));
        assert_eq!(charged, screen == "settling");
    }
}

#[test]
fn a_journal_that_is_there_again_opens_one_frame_for_what_was_interrupted_and_lets_it_stand() {
    let mut desk = Desk::new();
    desk.hold_points();
    let out_of_service = desk.kiosk.without_journal("code".into(), &desk.now);
    let id = desk.records[0].transaction.clone();
    let entries = desk.records.drain(..).map(|record| (record.at, record.entry));
    let held = Transaction::fold(&id, entries).unwrap();
    let shop = Arc::new(shop(&Service::ALL));
    desk.kiosk = Kiosk::new(shop, vec![held], 0, (String::new(), 0), &desk.now).following(&out_of_service);
    desk.send(Event::Resume);
    desk.send(Event::PageConnected);
    let written: Vec<&Entry> = desk.records.iter().map(|record| &record.entry).collect();
    assert!(matches!(written[..], [Entry::Prepared { .. }, Entry::Opened { .. }]), "{written:?}");
    assert!(desk.session().is_some(), "the release waits for its frame");
    assert!(matches!(desk.kiosk.view(&desk.now).screen, Screen::OutOfService { .. }), "it isn't tried yet");
}

/// The same with a free order: no terminal to wait for.
#[test]
fn no_free_order_is_finished_unless_there_is_time_to_settle_it() {
    for (late_ms, screen) in [(0, "settling"), (1, "timeShort")] {
        let mut desk = Desk::new();
        let asked = desk.hold(5000);
        desk.jump_to(&asked, HOLD_MS - (70_000 + 60_000) + late_ms);
        desk.pay();
        assert_eq!(desk.screen(), screen);
    }
}

#[test]
fn another_card_needs_as_much_time_as_the_first() {
    for (late_ms, charged) in [(0, 2), (1, 1)] {
        let mut desk = Desk::new();
        let asked = desk.hold(1000);
        desk.declines = true;
        desk.pay();
        assert_eq!(desk.screen(), "declined");
        desk.jump_to(&asked, HOLD_MS - (60_000 + 70_000 + 60_000) + late_ms);
        desk.act(Act::AnotherCard);
        assert_eq!(desk.screen(), if charged == 2 { "declined" } else { "timeShort" });
        let started = |record: &&Record| matches!(record.entry, Entry::PaymentStarted { .. });
        assert_eq!(desk.records.iter().filter(started).count(), charged);
    }
}

#[test]
fn a_clock_that_is_set_changes_no_deadline_and_what_the_screen_says_goes_with_it() {
    for set_ms in [-10 * 3_600_000, 10 * 3_600_000] {
        let mut desk = Desk::new();
        desk.hold_points();
        desk.now.wall_ms += set_ms;
        desk.touch_for(20 * 60_000);
        let until_ms = desk.kiosk.view(&desk.now).money.unwrap().held_until_ms;
        assert_eq!(until_ms, Some(desk.now.wall_ms + 10 * 60_000), "on the clock that the customer sees");
        desk.touch_for(5 * 60_000);
        assert_eq!(desk.screen(), "payConfirm");
        desk.pass(1);
        assert_eq!(desk.screen(), "timeShort");
    }
}

/// The page may load for ten seconds: what may still be asked for may be over when it is there.
#[test]
fn what_settles_or_releases_is_posted_until_the_last_moment_and_not_after_it() {
    for (at_ms, posted) in [(HOLD_MS - 1, 1), (HOLD_MS, 0)] {
        for paid in [true, false] {
            let mut desk = Desk::new();
            let asked = desk.hold(1000);
            let before = desk.posted.len();
            if paid {
                desk.pay();
            } else {
                desk.act(Act::Home);
                desk.act(Act::YesStartOver);
            }
            desk.jump_to(&asked, at_ms);
            desk.loaded();
            assert_eq!(desk.posted.len() - before, posted, "{at_ms}, paid {paid}");
            let t = desk.folded();
            match (posted, paid) {
                (0, true) => assert_eq!(t.with_staff, Some(StaffReason::SettleUnanswered)),
                (0, false) => assert_eq!(t.closed, Some(Closed::Lapsed)),
                (_, _) => assert_eq!((t.with_staff, t.closed), (None, None)),
            }
        }
    }
}

#[test]
fn across_boots_the_wall_clock_decides_and_one_that_went_back_leaves_it_unknown() {
    let (mut paid, mut left) = (Desk::new(), Desk::new());
    let asked = paid.hold(1000);
    paid.pay();
    left.hold(1000);
    left.act(Act::Home);
    left.act(Act::YesStartOver);
    for desk in [&mut paid, &mut left] {
        desk.loaded();
        desk.send(Event::PageConnected);
    }
    let (paid, left) = (paid.closed_session(), left.closed_session());
    let next = |t: &Transaction, wall_ms: i64, boot_ms: i64| {
        settlement::next(t, &Now { wall_ms: asked.wall_ms + wall_ms, boot_ms, boot_id: "boot-2".into() })
    };
    assert_eq!(next(&paid, HOLD_MS - 1, 1_000), Next::Send(Request::Settle));
    assert_eq!(next(&paid, HOLD_MS, 1_000), Next::Staff(StaffReason::SettleUnanswered));
    assert_eq!(next(&left, HOLD_MS - 1, 1_000), Next::Send(Request::Release));
    assert_eq!(next(&left, HOLD_MS, 1_000), Next::Close(Closed::Lapsed));
    // Went back: paid is for staff; what is to be given back is sent until this boot alone proves that it has lapsed.
    assert_eq!(next(&paid, -1, 1_000), Next::Staff(StaffReason::DeadlineUnknown));
    assert_eq!(next(&left, -1, HOLD_MS - 1), Next::Send(Request::Release));
    assert_eq!(next(&left, -1, HOLD_MS), Next::Close(Closed::Lapsed));
}

/// A kiosk with a coffee for 5000 won, and what it did.
struct Desk {
    kiosk: Kiosk,
    now: Now,
    minted: u32,
    records: Vec<Record>,
    /// What was handed to the module, without who we are.
    posted: Vec<Value>,
    scans: Vec<(u32, String)>,
    alerts: Vec<String>,
    ignored: Vec<(u32, Ignored)>,
    /// The issuer's word on every card.
    declines: bool,
}

impl Desk {
    fn new() -> Desk {
        Desk::with(&Service::ALL)
    }

    fn with(services: &[Service]) -> Desk {
        Desk::of(shop(services))
    }

    fn of(shop: Shop) -> Desk {
        let now = Now { wall_ms: 1_760_000_000_000, boot_ms: 3_600_000, boot_id: "boot-1".into() };
        let kiosk = Kiosk::new(Arc::new(shop), Vec::new(), 0, (String::new(), 0), &now);
        let mut desk = Desk {
            kiosk,
            now,
            minted: 0,
            records: Vec::new(),
            posted: Vec::new(),
            scans: Vec::new(),
            alerts: Vec::new(),
            ignored: Vec::new(),
            declines: false,
        };
        desk.send(Event::Resume);
        desk.send(Event::PageConnected);
        desk
    }

    /// An event and what follows from it; the terminal approves and gives back, the kitchen does as it is told.
    fn send(&mut self, event: Event) {
        self.minted += 1;
        let step = self.kiosk.handle(event, &self.now, fresh(self.minted));
        self.kiosk = step.kiosk;
        let asked = step.record.iter().any(|record| matches!(record.entry, Entry::Asked));
        self.records.extend(step.record);
        for effect in step.then {
            match effect {
                Effect::Post { payload, .. } => {
                    assert!(asked, "posted without its row");
                    self.posted.push(serde_json::from_str(payload.as_str()).unwrap());
                }
                Effect::PostBarcode { session, text } => self.scans.push((session, text)),
                Effect::Alert(what) => self.alerts.push(what),
                Effect::Ignored { session, counts } => self.ignored.push((session, counts)),
                Effect::AskReady => self.send(Event::TerminalReady(Ok(store()))),
                Effect::Pay(payment) => {
                    let outcome = if self.declines {
                        TerminalOutcome::Declined { code: "51".into(), message: String::new() }
                    } else {
                        TerminalOutcome::Approved(approval(payment.amount))
                    };
                    self.send(Event::PaymentAnswered(payment.attempt, Ok(TerminalAnswer { store: store(), outcome })));
                }
                Effect::Refund(refund) => {
                    let outcome = TerminalOutcome::Approved(approval(refund.approval.amount));
                    self.send(Event::RefundAnswered(refund.refund, Ok(TerminalAnswer { store: store(), outcome })));
                }
                Effect::VoidHandOver(id) => self.send(Event::HandOverVoided(id, Ok(()))),
                Effect::HandOver { transaction, .. } => self.send(Event::HandedOver(transaction, Ok(()))),
                other => panic!("not in these scripts: {other:?}"),
            }
        }
    }

    fn act(&mut self, act: Act) {
        let view = self.kiosk.view(&self.now).number;
        self.send(Event::Act { view, act });
    }

    fn scan(&mut self, code: &str) {
        self.send(Event::Scanned(code.to_owned()));
    }

    /// From the first touch to the first service's question.
    fn ask(&mut self, services: &[Service]) {
        self.choose();
        self.tick_and_go(services);
    }

    /// An order with 1000 points held, at the bill.
    fn hold_points(&mut self) {
        self.hold(1000);
    }

    /// The same with so many points, and when they were asked for.
    fn hold(&mut self, points: i64) -> Now {
        self.ask(&[Service::PointRedeem]);
        self.loaded();
        let asked = self.now.clone();
        let answer = self.held("POINT_REDEEM", "pointRedeem", points);
        self.say(self.session().unwrap(), &answer);
        asked
    }

    /// So long after `then`, with nothing heard in between.
    fn jump_to(&mut self, then: &Now, ms: i64) {
        self.now = Now { wall_ms: then.wall_ms + ms, boot_ms: then.boot_ms + ms, ..then.clone() };
    }

    /// The transaction as its rows prove it.
    fn folded(&self) -> Transaction {
        let id = &self.records.first().unwrap().transaction;
        Transaction::fold(id, self.records.iter().map(|record| (record.at.clone(), record.entry.clone()))).unwrap()
    }

    /// The same after the session that is open has ended with the program.
    fn closed_session(&self) -> Transaction {
        let mut t = self.folded();
        t.in_flight = None;
        t
    }

    fn choose(&mut self) {
        self.act(Act::Start { way: Way::ForHere });
        self.act(Act::Item { id: ItemId::new("coffee").unwrap() });
        self.act(Act::Review);
    }

    fn tick_and_go(&mut self, services: &[Service]) {
        self.act(Act::UseBenefits);
        for service in services {
            self.act(Act::Tick { service: *service, on: true });
        }
        self.act(Act::Next);
    }

    /// What a new customer may tick.
    fn offered(&mut self) -> Vec<Service> {
        self.choose();
        self.act(Act::UseBenefits);
        match self.kiosk.view(&self.now).screen {
            Screen::Benefits { services } => services.iter().map(|tick| tick.service).collect(),
            _ => Vec::new(),
        }
    }

    fn pay(&mut self) {
        self.act(Act::Pay);
    }

    fn session(&self) -> Option<u32> {
        self.kiosk.view(&self.now).module.map(|frame| frame.session)
    }

    fn loaded(&mut self) {
        let session = self.session().unwrap();
        self.send(Event::Module { session, event: FromModule::Loaded });
    }

    fn say(&mut self, session: u32, text: &str) {
        self.send(Event::Module { session, event: FromModule::Message { text: text.to_owned() } });
    }

    /// A success for the transaction that is in flight.
    fn held(&self, mode: &str, field: &str, won: i64) -> String {
        let mut answer = json!({"status": "200", "result": "OK", "timestamp": "1728025307", "data": {
            "errorCode": 200, "supportMode": mode, "transactionID": self.transaction()}});
        answer["data"][field] = json!(won);
        answer.to_string()
    }

    fn done(&self) -> String {
        json!({"status": "200", "data": {"errorCode": 200, "transactionID": self.transaction()}}).to_string()
    }

    fn transaction(&self) -> String {
        let asks = |record: &&Record| matches!(record.entry, Entry::Opened { .. });
        self.records.iter().rev().find(asks).unwrap().transaction.as_str().to_owned()
    }

    fn pass(&mut self, ms: i64) {
        self.now.wall_ms += ms;
        self.now.boot_ms += ms;
        self.send(Event::Tick);
    }

    /// Time goes by, and the customer is there.
    fn touch_for(&mut self, ms: i64) {
        let mut left = ms;
        while left > 0 {
            let step = left.min(10_000);
            self.pass(step);
            self.send(Event::Input);
            left -= step;
        }
    }

    fn screen(&self) -> String {
        let view = serde_json::to_value(self.kiosk.view(&self.now).screen).unwrap();
        view["is"].as_str().unwrap().to_owned()
    }

    /// What is ordered, and what is left to pay.
    fn money(&self) -> (i64, i64) {
        let money = self.kiosk.view(&self.now).money.unwrap();
        (money.order.get(), money.due.get())
    }

    /// The kinds of what was written down.
    fn rows(&self) -> Vec<&'static str> {
        let name = |record: &Record| match &record.entry {
            Entry::Began { .. } => "began",
            Entry::Opened { request: Request::Connect(_), .. } => "opened",
            Entry::Asked => "asked",
            Entry::Answered { .. } => "answered",
            Entry::NotPosted { .. } => "not_posted",
            Entry::Unanswered { .. } => "unanswered",
            _ => "another",
        };
        self.records.iter().map(name).collect()
    }
}

fn began(record: &Record) -> Option<&OrderId> {
    match &record.entry {
        Entry::Began { order } => Some(&order.id),
        _ => None,
    }
}

fn store() -> StoreId {
    StoreId::new("store-1").unwrap()
}

fn approval(amount: Won) -> Approval {
    Approval {
        amount,
        approval_number: ApprovalNumber::new("30001234").unwrap(),
        approved_at: "2025-10-09T12:00:00+09:00".into(),
        method: "CARD".into(),
        issuer: String::new(),
        acquirer: String::new(),
        masked_card: MaskedCard::default(),
        merchant_id: String::new(),
        instalment_months: 0,
    }
}
