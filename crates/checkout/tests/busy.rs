//! When the program may be ended for an update: never with a customer or money in between, and always once only staff can
//! go on.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use checkout::{
    kiosk::{Busy, Event, Kiosk},
    service::Service,
    view::OutOfService,
};
use simulation::{
    shop::{fresh, shop},
    world::World,
};

/// What an update waits for after this story: `nothing`, or what.
fn waits_for(story: &str) -> String {
    let mut world = World::new();
    world.run(story);
    assert_eq!(world.violations, Vec::<String>::new(), "{story}");
    told(world.kiosk.busy(&world.now))
}

fn told(busy: Option<Busy>) -> String {
    match busy {
        None => "nothing",
        Some(Busy::Journal) => "journal",
        Some(Busy::Recovering) => "recovering",
        Some(Busy::Customer) => "customer",
        Some(Busy::Staff) => "staff",
        Some(Busy::Transaction(_)) => "transaction",
    }
    .to_owned()
}

#[test]
fn whoever_stands_there_isnt_interrupted() {
    assert_eq!(waits_for("order"), "customer");
    assert_eq!(waits_for("order · ask points"), "customer");
    assert_eq!(waits_for("order · card only · card waits · pay"), "customer");
    assert_eq!(waits_for("order · card only · pay"), "customer", "the order's number is on the screen");
    assert_eq!(waits_for("order · card only · pay · done"), "nothing");
    assert_eq!(waits_for("order · start over"), "nothing");
    assert_eq!(waits_for("STAFF"), "staff");
    assert_eq!(waits_for("STAFF · STAFF LEAVE"), "nothing");
}

#[test]
fn what_a_machine_is_to_do_comes_first() {
    assert_eq!(
        waits_for("points 1000 · order · ask points · start over"),
        "nothing",
        "what was held is given back at once"
    );
    let held = "points 1000 · order · ask points · module away · start over";
    assert_eq!(waits_for(&format!("{held} · wait 2m")), "transaction", "it can't be given back yet");
    assert_eq!(waits_for(&format!("{held} · still 31m")), "nothing", "what was held has lapsed");
    let kitchen = "kitchen away · order · card only · pay · done · still 2m";
    assert_eq!(waits_for(kitchen), "transaction", "the kitchen hasn't the order");
}

#[test]
fn what_waits_for_staff_holds_nothing_back() {
    assert_eq!(
        waits_for("kitchen away · order · card only · pay · done · still 11m"),
        "nothing",
        "the order is staff's"
    );
    let silent = "card charged silently · after paying agent silent · order · card only · pay";
    assert_eq!(waits_for(&format!("{silent} · still 20s")), "customer", "who waits for what became of the card");
    assert_eq!(waits_for(&format!("{silent} · still 5m")), "transaction", "the terminal is asked on");
    assert_eq!(waits_for(&format!("{silent} · still 15m")), "nothing", "the terminal is silent for long");
}

#[test]
fn a_kiosk_without_its_journal_knows_of_nothing() {
    let world = World::new();
    let shut = world.kiosk.without_journal("x".into(), &world.now);
    assert_eq!((told(shut.busy(&world.now)).as_str(), shut.is_up()), ("journal", false));
}

#[test]
fn a_kiosk_is_up_once_its_page_shows_the_first_screen() {
    let now = World::new().now;
    let shop = Arc::new(shop(&Service::ALL));
    let starting = OutOfService::Recovering { left: 0 };
    assert!(!Kiosk::out_of_service(shop.clone(), starting, "starting".into(), &now).is_up());
    let mut kiosk = Kiosk::new(shop, Vec::new(), 0, (String::new(), 0), &now);
    for (event, up) in [(Event::Resume, false), (Event::PageConnected, true), (Event::TerminalAway(true), true)] {
        kiosk = kiosk.handle(event, &now, fresh(1)).kiosk;
        assert_eq!(kiosk.is_up(), up);
    }
}

#[test]
fn while_an_update_comes_nobody_begins_an_order() {
    let mut world = World::new();
    let mut tell = |event: Event| {
        world.kiosk = world.kiosk.handle(event, &world.now, fresh(900)).kiosk;
        (serde_json::to_value(world.kiosk.view(&world.now).screen).unwrap(), told(world.kiosk.busy(&world.now)))
    };
    let (screen, busy) = tell(Event::Updating(true));
    assert_eq!((screen["is"].as_str(), screen["why"]["is"].as_str()), (Some("outOfService"), Some("updating")));
    assert_eq!(busy, "nothing");
    assert_eq!(tell(Event::Tick).0["is"].as_str(), Some("outOfService"), "it stays so");
    assert_eq!(tell(Event::Updating(false)).0["is"].as_str(), Some("attract"));
}
