//! Stories: a script in words against the real kiosk and a world with ledgers of its own. Each is told again with a
//! crash after every durable step, once before and once after its effects, and must end as well.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod world;

use expect_test::{Expect, expect};
use world::World;

/// What happens in `script`, and after "…" what happens until everything is at rest.
#[track_caller]
fn check(script: &str, expected: Expect) {
    let mut world = World::new();
    world.crashes = Some(Vec::new());
    world.run(script);
    let screen = screen(&world);
    let told = world.log.len();
    world.rest();
    world.check_end();
    let before = folded(&world.log[..told]);
    let after = folded(&world.log[told..]);
    let rest = if after.is_empty() { String::new() } else { format!(" … {after}") };
    expected.assert_eq(&format!("{before} [{screen}]{rest}"));
    let mut wrong: Vec<String> = world.violations.iter().map(|what| format!("without a crash: {what}")).collect();
    for (crash, at_crash) in world.crashes.take().unwrap_or_default() {
        for power in [false, true] {
            let mut world = at_crash.clone();
            world.agent_answers();
            world.restart(power, 0);
            world.rest();
            world.check_end();
            let log = folded(&world.log);
            wrong.extend(world.violations.iter().map(|what| format!("power {power} {crash:?}: {what}\n    {log}")));
        }
    }
    assert!(wrong.is_empty(), "in: {script}\n{}", wrong[..wrong.len().min(5)].join("\n"));
}

fn screen(world: &World) -> String {
    let view = serde_json::to_value(world.kiosk.view(&world.now).screen).unwrap();
    view["is"].as_str().unwrap().to_owned()
}

/// The log in one line, repetitions of one or two lines counted.
fn folded(log: &[String]) -> String {
    let mut lines = Vec::new();
    let mut rest = log;
    while !rest.is_empty() {
        let repeats =
            |period: usize| rest.chunks(period).take_while(|chunk| *chunk == &rest[..period.min(rest.len())]).count();
        let (period, count) = if repeats(1) == 1 && repeats(2) > 1 { (2, repeats(2)) } else { (1, repeats(1)) };
        let told = rest[..period].join(" · ");
        lines.push(match (period, count) {
            (_, 1) => told,
            (1, count) => format!("{told} ×{count}"),
            (_, count) => format!("({told}) ×{count}"),
        });
        rest = &rest[period * count..];
    }
    lines.join(" · ")
}

#[test]
fn card_only_sends_prbiti_nothing() {
    check(
        "order · card only · pay",
        expect!["charge 5000 → approved 5000 · hand over → taken · closed settled [done]"],
    );
    check(
        "order · card only · pay · done",
        expect!["charge 5000 → approved 5000 · hand over → taken · closed settled [attract]"],
    );
    check(
        "module away · order · card only · pay · done",
        expect!["charge 5000 → approved 5000 · hand over → taken · closed settled [attract]"],
    );
}

#[test]
fn all_four_services_and_a_card() {
    check(
        "coupon 500 · points 1000 · gift 700 · earn 30 · order both · ask coupon points gift earn · phone receipt · pay · done",
        expect![
            "ask coupon → held 500 · ask points of 7500 → held 1000 · ask gift of 6500 → held 700 · ask earn of 6500 → held 30 · charge 5800 → approved 5800 · hand over → taken · settle Y:coupon+points+gift+earn → 200 · closed settled [attract]"
        ],
    );
    check(
        "earn 50 · order · ask earn · pay · done",
        expect![
            "ask earn of 5000 → held 50 · charge 5000 → approved 5000 · hand over → taken · settle Y:earn → 200 · closed settled [attract]"
        ],
    );
    check(
        "gift 5000 · earn 50 · order · ask gift earn · finish · done",
        expect![
            "ask gift of 5000 → held 5000 · ask earn of 5000 → held 50 · finished · settle Y:gift+earn → 200 · hand over → taken · closed settled [attract]"
        ],
    );
}

#[test]
fn a_free_order_is_handed_over_when_its_confirm_is_answered() {
    check(
        "points 5000 · order · ask points · finish · done",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → 200 · hand over → taken · closed settled [attract]"
        ],
    );
    check(
        "points 5000 · order · ask points earn · finish · done",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → 200 · hand over → taken · closed settled [attract]"
        ],
    );
    check(
        "points 5000 · settle silent · order · ask points · finish · wait 40s · wait 60s",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → silence · unanswered: Watchdog · settle Y:points again → 200 · hand over → taken · closed settled [unknown]"
        ],
    );
    check(
        "points 5000 · settle silent always · order · ask points · finish",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → silence [settling] … (unanswered: Watchdog · settle Y:points again → silence) ×20 · unanswered: Watchdog · staff SettleUnanswered"
        ],
    );
    check(
        "points 5000 · settle done silently · order · ask points · finish",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → silence [settling] … unanswered: Watchdog · settle Y:points again → 100010003 · staff SettleRefused"
        ],
    );
    check(
        "points 5000 · settle not loaded · order · ask points · finish · wait 15s",
        expect![
            "ask points of 5000 → held 5000 · finished · not posted: NotLoaded [unknown] … settle Y:points → 200 · hand over → taken · closed settled"
        ],
    );
}

#[test]
fn a_service_that_is_refused_costs_nothing_and_is_settled_with_n() {
    check(
        "coupon 100050001 · points 500 · order · ask coupon points · pay · done",
        expect![
            "ask coupon → 100050001 · ask points of 5000 → held 500 · charge 4500 → approved 4500 · hand over → taken · settle Y:points → 200 · closed settled [attract]"
        ],
    );
    check(
        "coupon 100050002 · order · ask coupon · pay",
        expect![
            "ask coupon → 100050002 · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "coupon 0 · order · ask coupon · pay",
        expect![
            "ask coupon → held 0 · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 300020006 · order · ask points · pay",
        expect![
            "ask points of 5000 → 300020006 · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 100030001 · order · ask points · pay",
        expect![
            "ask points of 5000 → 100030001 · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "gift 100040003 · order · ask gift · pay · done · order · ask gift",
        expect![
            "ask gift of 5000 → 100040003 · alert: Prbiti refused PREPAID: ######### · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [payConfirm] … left · closed unused"
        ],
    );
    check(
        "points 100010004 · order · ask points · pay",
        expect![
            "ask points of 5000 → 100010004 · alert: Prbiti refused POINT_REDEEM: ######### · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 300010002 · order · ask points · pay",
        expect![
            "ask points of 5000 → 300010002 · alert: Prbiti refused POINT_REDEEM: ######### · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "coupon 500 · points 300010002 · order · ask coupon points",
        expect![
            "ask coupon → held 500 · ask points of 4500 → 300010002 · alert: Prbiti refused POINT_REDEEM: ######### [benefitsLost] … left · release → 200 · closed released"
        ],
    );
    check(
        "coupon 500 · points 300010002 · order · ask coupon points · without benefits · pay",
        expect![
            "ask coupon → held 500 · ask points of 4500 → 300010002 · alert: Prbiti refused POINT_REDEEM: ######### · left · release → 200 · closed released · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
    check(
        "coupon 500 · points 100010003 · order · ask coupon points · stop",
        expect![
            "ask coupon → held 500 · ask points of 4500 → 100010003 · alert: Prbiti refused POINT_REDEEM: ######### · left · release → 200 · closed released [attract]"
        ],
    );
}

#[test]
fn a_service_that_may_have_happened_is_never_applied() {
    check(
        "points 1000 but 300020004 · order · ask points · go on · pay",
        expect![
            "ask points of 5000 → 300020004 · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 but 300020004 · order · ask points · start again · card only",
        expect!["ask points of 5000 → 300020004 · left · release → 200 · closed released [benefits]"],
    );
    check(
        "points 1000 but 300020004 · points 800 · order · ask points · start again · ask points · pay",
        expect![
            "ask points of 5000 → 300020004 · left · release → 200 · closed released · ask points of 5000 → held 800 · charge 4200 → approved 4200 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 but 987654321 · order · ask points · go on · pay",
        expect![
            "ask points of 5000 → 987654321 · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 200010001 · coupon 700 · order · ask coupon points · go on · pay",
        expect![
            "ask coupon → held 700 · ask points of 4300 → 200010001 · charge 4300 → approved 4300 · hand over → taken · settle Y:coupon → 200 · closed settled [done]"
        ],
    );
    check(
        "points violates · order · ask points · go on · pay",
        expect![
            "ask points of 5000 → nonsense · alert: Prbiti's answer to POINT_REDEEM doesn't fit: the amount is more than was asked for · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 900 silently · order · ask points · wait 306s · go on · pay",
        expect![
            "ask points of 5000 → silence · unanswered: Watchdog · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 900 silently · order · ask points · wait 306s · stop",
        expect![
            "ask points of 5000 → silence · unanswered: Watchdog · left · release → 200 · closed released [attract]"
        ],
    );
    check(
        "points 900 silently · order · ask points · reload · go on · pay",
        expect![
            "ask points of 5000 → silence · unanswered: PageGone · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 900 silently · order · ask points · skip · pay",
        expect![
            "ask points of 5000 → silence · unanswered: LeftByCustomer · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 900 silently · earn 10 · order · ask points earn · skip · pay",
        expect![
            "ask points of 5000 → silence · unanswered: LeftByCustomer · ask earn of 5000 → held 10 · charge 5000 → approved 5000 · hand over → taken · settle Y:earn → 200 · closed settled [done]"
        ],
    );
    check(
        "points 900 silently · order · ask points · idle",
        expect![
            "ask points of 5000 → silence · unanswered: LeftByCustomer · left · release → 200 · closed released [attract]"
        ],
    );
    check(
        "points 900 silently · order · ask points · start over",
        expect![
            "ask points of 5000 → silence · unanswered: LeftByCustomer · left · release → 200 · closed released [attract]"
        ],
    );
}

#[test]
fn a_page_that_does_not_load_is_tried_at_most_twice_more() {
    check(
        "points not loaded · points 500 · order · ask points · wait 11s · try again · pay",
        expect![
            "not posted: NotLoaded · ask points of 5000 → held 500 · charge 4500 → approved 4500 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points not loaded always · order · ask points · wait 11s · try again · wait 11s · try again · wait 11s · try again · wait 11s",
        expect!["not posted: NotLoaded ×3 [serviceFailed] … left · closed unused"],
    );
    check(
        "points not loaded always · order · ask points · wait 11s · without service · pay",
        expect!["not posted: NotLoaded · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"],
    );
    check(
        "coupon 500 · points not loaded always · order · ask coupon points · wait 11s · without service · without benefits · pay",
        expect![
            "ask coupon → held 500 · not posted: NotLoaded · left · release → 200 · closed released · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
    check(
        "points not loaded · points 500 · order · ask points · reload · pay",
        expect![
            "not posted: PageGone · ask points of 5000 → held 500 · charge 4500 → approved 4500 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points not loaded · order · ask points · skip · pay",
        expect!["not posted: LeftByCustomer · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"],
    );
}

#[test]
fn what_is_held_is_given_back_when_the_customer_leaves() {
    check(
        "points 1000 · order · ask points · start over",
        expect!["ask points of 5000 → held 1000 · left · release → 200 · closed released [attract]"],
    );
    check(
        "points 1000 · order · ask points · idle",
        expect!["ask points of 5000 → held 1000 · left · release → 200 · closed released [attract]"],
    );
    check(
        "points 1000 · order · ask points · back · ask points",
        expect![
            "ask points of 5000 → held 1000 · left · release → 200 · closed released · ask points of 5000 → 100050001 [payConfirm] … left · release → 200 · closed released"
        ],
    );
    check(
        "points 1000 · points 700 · order · ask points · back · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · left · release → 200 · closed released · ask points of 5000 → held 700 · charge 4300 → approved 4300 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · release silent · order · ask points · start over",
        expect![
            "ask points of 5000 → held 1000 · left · release → silence [attract] … unanswered: Watchdog · release again → 200 · closed released"
        ],
    );
    check(
        "points 1000 · release silent always · order · ask points · start over",
        expect![
            "ask points of 5000 → held 1000 · left · release → silence [attract] … (unanswered: Watchdog · release again → silence) ×20 · unanswered: Watchdog · closed lapsed"
        ],
    );
    check(
        "points 1000 · release silent always · order · ask points · back · wait 40s · card only · pay",
        expect![
            "ask points of 5000 → held 1000 · left · release → silence · unanswered: Watchdog · release again → silence · charge 5000 → approved 5000 · hand over → taken · closed settled [done] … (unanswered: Watchdog · release again → silence) ×19 · unanswered: Watchdog · closed lapsed"
        ],
    );
    check(
        "points 1000 · release done silently · order · ask points · start over",
        expect![
            "ask points of 5000 → held 1000 · left · release → silence [attract] … unanswered: Watchdog · release again → 100010003 · closed released"
        ],
    );
    check(
        "points 1000 · release 100010003 · order · ask points · start over",
        expect!["ask points of 5000 → held 1000 · left · release → 100010003 · closed released [attract]"],
    );
    check(
        "points 1000 · release 300030001 · order · ask points · start over",
        expect![
            "ask points of 5000 → held 1000 · left · release → 300030001 [attract] … release again → 200 · closed released"
        ],
    );
    check(
        "points 1000 · release 100010008 · order · ask points · start over",
        expect![
            "ask points of 5000 → held 1000 · left · release → 100010008 · alert: Prbiti refused a message of transaction#########: ######### [attract] … closed lapsed"
        ],
    );
    check(
        "points 1000 · release 300010001 · order · ask points · start over",
        expect![
            "ask points of 5000 → held 1000 · left · release → 300010001 · alert: Prbiti refused a message of transaction#########: ######### [attract] … closed lapsed"
        ],
    );
    check(
        "points 1000 · order · ask points · module away · start over · wait 2m · module back",
        expect!["ask points of 5000 → held 1000 · left · release → 200 · closed released [attract]"],
    );
    check(
        "points 1000 · order · ask points · module away · start over",
        expect!["ask points of 5000 → held 1000 · left [attract] … closed lapsed"],
    );
}

#[test]
fn a_settle_is_repeated_unchanged_until_it_is_answered() {
    check(
        "points 1000 · settle silent · order · ask points · pay · wait 45s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · unanswered: Watchdog · settle Y:points again → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · settle 300030001 · order · ask points · pay · wait 5s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 300030001 · settle Y:points again → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · settle 200010001 · order · ask points · pay · wait 5s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200010001 · settle Y:points again → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · settle 300020012 · order · ask points · pay · wait 5s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 300020012 · settle Y:points again → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · settle violates · order · ask points · pay · wait 5s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → half · settle Y:points again → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · settle silent always · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence [settling] … (unanswered: Watchdog · settle Y:points again → silence) ×20 · unanswered: Watchdog · staff SettleUnanswered"
        ],
    );
    check(
        "points 1000 · settle done silently · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence [settling] … unanswered: Watchdog · settle Y:points again → 100010003 · staff SettleRefused"
        ],
    );
    check(
        "points 1000 · settle 100010003 · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010003 · staff SettleRefused [done]"
        ],
    );
    check(
        "points 1000 · settle 100010012 · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused a message of transaction#########: ######### [done]"
        ],
    );
    check(
        "points 1000 · settle 300010003 · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 300010003 · staff SettleRejected · alert: Prbiti refused a message of transaction#########: ######### [done]"
        ],
    );
    check(
        "points 1000 · settle 100040001 · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100040001 · staff SettleRejected · alert: Prbiti refused a message of transaction#########: ######### [done]"
        ],
    );
    check(
        "points 1000 · settle not loaded · order · ask points · pay · wait 15s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · not posted: NotLoaded [done] … settle Y:points → 200 · closed settled"
        ],
    );
    check(
        "points 1000 · order · ask points · module dies · pay · wait 60s · module back",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · not posted: NotLoaded · settle Y:points → 200 · closed settled [attract]"
        ],
    );
    check(
        "points 1000 · order · ask points · module dies · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken [settling] … not posted: NotLoaded · staff SettleUnanswered"
        ],
    );
    check(
        "points 1000 · settle silent · order · ask points · pay · reload · wait 5s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · unanswered: PageGone · settle Y:points again → 200 · closed settled [done]"
        ],
    );
}

#[test]
fn a_settle_without_a_yes_holds_nobody_up() {
    check(
        "points 900 silently · settle silent always · order · ask points · skip · pay",
        expect![
            "ask points of 5000 → silence · unanswered: LeftByCustomer · charge 5000 → approved 5000 · hand over → taken · settle Y:none → silence [settling] … (unanswered: Watchdog · settle Y:none again → silence) ×20 · unanswered: Watchdog · closed settled"
        ],
    );
    check(
        "points 900 silently · settle 100010003 · order · ask points · skip · pay",
        expect![
            "ask points of 5000 → silence · unanswered: LeftByCustomer · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 100010003 · closed settled [done]"
        ],
    );
    check(
        "points 900 silently · settle 100010012 · order · ask points · skip · pay",
        expect![
            "ask points of 5000 → silence · unanswered: LeftByCustomer · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 100010012 · alert: Prbiti refused a message of transaction#########: ######### [settling] … closed settled"
        ],
    );
    check(
        "points 100050001 · order · ask points · pay",
        expect![
            "ask points of 5000 → 100050001 · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
}

#[test]
fn a_card_that_is_declined_can_be_followed_by_another() {
    check(
        "card declines · order · card only · pay · another card · done",
        expect!["charge 5000 → declined · charge 5000 → approved 5000 · hand over → taken · closed settled [attract]"],
    );
    check(
        "points 1000 · card declines · order · ask points · pay · another card",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → declined · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · card declines · order · ask points · pay · stop",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → declined · left · release → 200 · closed released [attract]"
        ],
    );
    check(
        "points 1000 · card declines · order · ask points · pay · idle",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → declined · left · release → 200 · closed released [attract]"
        ],
    );
    check(
        "card waits · order · card only · pay · don't pay · another card",
        expect![
            "charge 5000 → waits · stop → cancelled · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
    check(
        "points 1000 · card waits · order · ask points · pay · don't pay · stop",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → waits · stop → cancelled · left · release → 200 · closed released [attract]"
        ],
    );
    check(
        "points 1000 · card waits · order · ask points · pay · wait 61s · stop",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → waits · charge → declined · left · release → 200 · closed released [attract]"
        ],
    );
    check(
        "agent silent · order · card only · pay · agent answers · pay",
        expect!["charge 5000 → approved 5000 · hand over → taken · closed settled [done]"],
    );
}

#[test]
fn a_card_in_doubt_is_asked_about_until_it_is_known() {
    check(
        "card charged silently · order · card only · pay",
        expect![
            "charge 5000 → silence · what became of it → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
    check(
        "points 1000 · card charged silently · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · what became of it → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · card silent · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · what became of it → not found · stop → not found [declined] … left · release → 200 · closed released"
        ],
    );
    check(
        "card silent · order · card only · pay · another card",
        expect![
            "charge 5000 → silence · what became of it → not found · stop → not found · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
    check(
        "card silent · after paying agent forgets · order · card only · pay",
        expect![
            "charge 5000 → silence · what became of it → not found · stop → not found · staff CardUnknown [unknown]"
        ],
    );
    check(
        "points 1000 · card charged wrongly · order · ask points · pay",
        expect!["ask points of 5000 → held 1000 · charge 4000 → approved 3900 · staff CardUnknown [unknown]"],
    );
    check(
        "card waits · order · card only · pay · CRASH",
        expect![
            "charge 5000 → waits · RESTART · what became of it → in progress · stop → cancelled · closed unused [attract]"
        ],
    );
    check(
        "card waits · order · card only · pay · agent forgets · CRASH · order · card only · pay",
        expect![
            "charge 5000 → waits · RESTART · what became of it → not found · stop → cancelled · staff CardUnknown [outOfService]"
        ],
    );
    check(
        "card charged silently · after paying agent forgets · order · card only · pay",
        expect![
            "charge 5000 → silence · what became of it → not found · stop → not found · staff CardUnknown [unknown]"
        ],
    );
    check(
        "points 1000 · card waits · order · ask points · pay · agent silent · CRASH · wait 2m · agent answers",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → waits · RESTART · what became of it → silence ×6 · charge → silence · what became of it → silence ×2 [outOfService] … what became of it → declined · release → 200 · closed released"
        ],
    );
}

#[test]
fn a_late_charge_is_for_staff() {
    check(
        "points 1000 · card silent · release silent always · order · ask points · pay · stop · late charge",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · what became of it → not found · stop → not found · left · release → silence · staff LateApproval [attract] … unanswered: Watchdog"
        ],
    );
    check(
        "card silent · order · card only · pay · late charge · another card",
        expect![
            "charge 5000 → silence · what became of it → not found · stop → not found · staff LateApproval [unknown]"
        ],
    );
    check(
        "card silent · order · card only · pay · stop · late charge",
        expect![
            "charge 5000 → silence · what became of it → not found · stop → not found · left · closed unused · alert: a charge turned up for attempt-#, which is closed [attract]"
        ],
    );
}

#[test]
fn the_thirty_minutes_are_kept() {
    check(
        "points 1000 · order · ask points · wait 26m",
        expect!["ask points of 5000 → held 1000 · left · release → 200 · closed released [timeShort]"],
    );
    check(
        "points 1000 · order · ask points · wait 26m · try again · card only",
        expect!["ask points of 5000 → held 1000 · left · release → 200 · closed released [benefits]"],
    );
    check(
        "points 1000 · coupon silent · order · ask coupon points · wait 6m · go on · wait 18m · pay",
        expect![
            "ask coupon → silence · unanswered: Watchdog · ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · earn waits · order · ask points earn · wait 5m · wait 5m · wait 16m",
        expect![
            "ask points of 5000 → held 1000 · ask earn of 4000 → silence · unanswered: Watchdog · left · release → 200 · closed released [timeShort]"
        ],
    );
    check(
        "points 1000 · order · ask points · wait 24m · card declines · pay · wait 50s · another card",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → declined · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · settle silent always · order · ask points · wait 24m · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence [settling] … (unanswered: Watchdog · settle Y:points again → silence) ×6 · unanswered: Watchdog · staff SettleUnanswered"
        ],
    );
    check(
        "points 1000 · order · ask points · module dies · pay · away 40m",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · RESTART · not posted: Restarted · staff SettleUnanswered [attract]"
        ],
    );
    check(
        "points 1000 · order · ask points · away 40m",
        expect!["ask points of 5000 → held 1000 · RESTART · closed lapsed [attract]"],
    );
    check(
        "points 1000 · settle silent always · order · ask points · pay · POWER CUT, clock back",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · RESTART · unanswered: Restarted · staff DeadlineUnknown [attract]"
        ],
    );
    check(
        "points 1000 · release silent always · order · ask points · start over · POWER CUT, clock back",
        expect![
            "ask points of 5000 → held 1000 · left · release → silence · RESTART · unanswered: Restarted · release again → silence [outOfService] … (unanswered: Watchdog · release again → silence) ×20 · unanswered: Watchdog · closed lapsed"
        ],
    );
    check(
        "card waits · points 1000 · order · ask points · pay · POWER CUT, clock back",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → waits · RESTART · what became of it → in progress · stop → cancelled · release → 200 · closed released [attract]"
        ],
    );
}

#[test]
fn after_a_restart_prbiti_may_be_away() {
    check(
        "points 1000 · order · ask points · module away · CRASH · wait 30s · module back",
        expect![
            "ask points of 5000 → held 1000 · RESTART · not posted: NotLoaded · release → 200 · closed released [attract]"
        ],
    );
    check(
        "points 1000 · settle silent · order · ask points · pay · module away · POWER CUT · wait 3m · module back",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · RESTART · unanswered: Restarted · not posted: NotLoaded · settle Y:points again → 200 · closed settled [attract]"
        ],
    );
    check(
        "points 1000 · settle silent · order · ask points · pay · module away · POWER CUT · wait 10s · order · card only · pay · done · module back",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · RESTART · unanswered: Restarted · not posted: NotLoaded · charge 5000 → approved 5000 · hand over → taken · closed settled · settle Y:points again → 200 · closed settled [attract]"
        ],
    );
}

#[test]
fn an_order_that_is_handed_over_late_is_for_staff() {
    check(
        "card waits · order · card only · pay · CRASH · wait 5s",
        expect![
            "charge 5000 → waits · RESTART · what became of it → in progress · stop → cancelled · closed unused [attract]"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · wait 2m · agent answers",
        expect![
            "charge 5000 → silence · what became of it → silence ×8 · left [outOfService] … what became of it → approved 5000 · hand over → taken · closed settled"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · wait 12m · agent answers",
        expect![
            "charge 5000 → silence · what became of it → silence ×8 · left · what became of it → silence ×20 [outOfService] … what became of it → approved 5000 · staff HandOverLate"
        ],
    );
    check(
        "card charged silently · after paying agent silent · points 1000 · order · ask points · pay · wait 40m · agent answers",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · what became of it → silence ×8 · left · what became of it → silence ×76 [outOfService] … what became of it → approved 4000 · staff SettleUnanswered"
        ],
    );
    check(
        "card silent · after paying agent silent · points 1000 · order · ask points · pay · wait 40m · agent answers",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · what became of it → silence ×8 · left · what became of it → silence ×76 [outOfService] … what became of it → not found · stop → not found · closed lapsed"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · away 12m · agent answers",
        expect![
            "charge 5000 → silence · what became of it → silence · RESTART · what became of it → silence [outOfService] … what became of it → approved 5000 · staff HandOverLate"
        ],
    );
    check(
        "card silent · after paying agent silent · order · card only · pay · wait 3m · order · card only · agent answers",
        expect![
            "charge 5000 → silence · what became of it → silence ×8 · left · what became of it → silence ×2 [outOfService] … what became of it → not found · stop → not found · closed unused"
        ],
    );
    check(
        "points 5000 · settle silent always · order · ask points · finish · wait 11m",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → silence · (unanswered: Watchdog · settle Y:points again → silence) ×9 · unanswered: Watchdog [attract] … (settle Y:points again → silence · unanswered: Watchdog) ×12 · staff SettleUnanswered"
        ],
    );
    check(
        "kitchen refuses · order · card only · pay",
        expect!["charge 5000 → approved 5000 · hand over → refused · staff HandOverFailed [done]"],
    );
    check(
        "kitchen refuses · points 1000 · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → refused · settle Y:points → 200 · staff HandOverFailed [done]"
        ],
    );
}

#[test]
fn two_customers_do_not_disturb_each_other() {
    check(
        "points 1000 · settle silent · points 500 · order · ask points · pay · wait 40s · done · order · ask points · pay · done",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · unanswered: Watchdog · settle Y:points again → 200 · closed settled · ask points of 5000 → held 500 · charge 4500 → approved 4500 · hand over → taken · settle Y:points → 200 · closed settled [attract]"
        ],
    );
    check(
        "points 1000 · release silent · order · ask points · start over · order · card only · pay · done",
        expect![
            "ask points of 5000 → held 1000 · left · release → silence · charge 5000 → approved 5000 · hand over → taken · closed settled [attract] … unanswered: Watchdog · release again → 200 · closed released"
        ],
    );
    check(
        "points 1000 · points 600 · release silent · order · ask points · start over · order · ask points · wait 40s · pay",
        expect![
            "ask points of 5000 → held 1000 · left · release → silence · unanswered: Watchdog · ask points of 5000 → held 600 · release again → 200 · closed released · charge 4400 → approved 4400 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
}

#[test]
fn an_order_that_must_be_settled_soon_goes_first() {
    check(
        "points 1000 · settle silent always · points 500 · order · ask points · pay · wait 40s · done · wait 21m · order · ask points · wait 50s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · (unanswered: Watchdog · settle Y:points again → silence) ×17 [service] … unanswered: Watchdog · settle Y:points again → silence · left · closed unused · (unanswered: Watchdog · settle Y:points again → silence) ×3 · unanswered: Watchdog · staff SettleUnanswered"
        ],
    );
    check(
        "points 1000 · settle silent always · order · ask points · pay · wait 40s · done · wait 22m · order · card only · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · (unanswered: Watchdog · settle Y:points again → silence) ×17 · charge 5000 → approved 5000 · hand over → taken · closed settled [done] … (unanswered: Watchdog · settle Y:points again → silence) ×4 · unanswered: Watchdog · staff SettleUnanswered"
        ],
    );
}

#[test]
fn money_is_given_back_before_the_benefits() {
    check(
        "kitchen refuses · order · card only · pay · REFUND",
        expect![
            "charge 5000 → approved 5000 · hand over → refused · staff HandOverFailed · RESTART · refund → approved 5000 · closed refunded [attract]"
        ],
    );
    check(
        "kitchen refuses · points 1000 · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → refused · settle Y:points → 200 · staff HandOverFailed · RESTART · refund → approved 4000 · cancel → 200 · closed refunded [attract]"
        ],
    );
    check(
        "points 1000 · settle 100010012 · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused a message of transaction#########: ######### · RESTART · refund → approved 4000 · cancel → 100010003 · release → 200 · closed refunded [attract]"
        ],
    );
    check(
        "points 1000 · settle done silently · order · ask points · pay · wait 45s · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · unanswered: Watchdog · settle Y:points again → 100010003 · staff SettleRefused · RESTART · refund → approved 4000 · cancel → 200 · closed refunded [attract]"
        ],
    );
    check(
        "points 1000 · settle 100010012 · order · ask points · pay · refund declined · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused a message of transaction#########: ######### · RESTART · refund → declined · staff RefundDeclined [attract]"
        ],
    );
    check(
        "points 1000 · settle 100010012 · cancel silent · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused a message of transaction#########: ######### · RESTART · refund → approved 4000 · cancel → silence [outOfService] … unanswered: Watchdog · cancel again → 100010003 · release → 200 · closed refunded"
        ],
    );
    check(
        "points 1000 · settle 100010012 · cancel 100010007 · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused a message of transaction#########: ######### · RESTART · refund → approved 4000 · cancel → 100010007 · staff CancelRefused · alert: Prbiti refused a message of transaction#########: ######### [attract]"
        ],
    );
}
