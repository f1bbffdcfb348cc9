//! Stories: a script in words against the real kiosk and a world with ledgers of its own. Each is told again with a
//! crash after every durable step, once before and once after its effects, and must end as well.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod codes;
mod found;

use expect_test::{Expect, expect};
use simulation::world::{self, World};

/// What happens in `script`, and after "…" what happens until everything is at rest.
#[track_caller]
fn check(script: &str, expected: Expect) {
    let mut world = World::new();
    // A mutant first meets every story without (`scripts/mutants`).
    world.crashes = std::env::var_os("WITHOUT_CRASHES").is_none().then(Vec::new);
    world.run(script);
    let screen = world::screen(&world.kiosk, &world.now);
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
            world.everybody_answers();
            world.restart(power, 0);
            world.run("still 1s");
            world.rest();
            world.check_end();
            let log = folded(&world.log);
            wrong.extend(world.violations.iter().map(|what| format!("power {power} {crash:?}: {what}\n    {log}")));
        }
    }
    assert!(wrong.is_empty(), "in: {script}\n{}", wrong[..wrong.len().min(5)].join("\n"));
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
            "ask points of 5000 → held 5000 · finished · settle Y:points → silence · unanswered: Watchdog · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · settle Y:points again → 200 · hand over → taken · closed settled [attract]"
        ],
    );
    check(
        "points 5000 · settle silent always · order · ask points · finish",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → silence [settling] … unanswered: Watchdog · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · (settle Y:points again → silence · unanswered: Watchdog) ×20 · staff SettleUnanswered"
        ],
    );
    check(
        "points 5000 · settle done silently · order · ask points · finish",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → silence [settling] … unanswered: Watchdog · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · settle Y:points again → 100010003 · staff SettleRefused"
        ],
    );
    check(
        "points 5000 · settle not loaded · order · ask points · finish · wait 15s",
        expect![
            "ask points of 5000 → held 5000 · finished · not posted: NotLoaded · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### [unknown] … settle Y:points → 200 · hand over → taken · closed settled"
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
            "ask gift of 5000 → 100040003 · alert: Prbiti refused PREPAID of transaction#########: ######### (기프트카드 시스템을 지원하지 않는 단말기입니다) · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [payConfirm] … left · closed unused"
        ],
    );
    check(
        "points 100010004 · order · ask points · pay",
        expect![
            "ask points of 5000 → 100010004 · alert: Prbiti refused POINT_REDEEM of transaction#########: ######### (payAmount: 올바르지 않은 포인트 사용 금액입니다) · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "points 300010002 · order · ask points · pay",
        expect![
            "ask points of 5000 → 300010002 · alert: Prbiti refused POINT_REDEEM of transaction#########: ######### (applicationKey: 잘못된 application key입니다) · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "coupon 500 · points 300010002 · order · ask coupon points",
        expect![
            "ask coupon → held 500 · ask points of 4500 → 300010002 · alert: Prbiti refused POINT_REDEEM of transaction#########: ######### (applicationKey: 잘못된 application key입니다) [benefitsLost] … left · release → 200 · closed released"
        ],
    );
    check(
        "coupon 500 · points 300010002 · order · ask coupon points · without benefits · pay",
        expect![
            "ask coupon → held 500 · ask points of 4500 → 300010002 · alert: Prbiti refused POINT_REDEEM of transaction#########: ######### (applicationKey: 잘못된 application key입니다) · left · release → 200 · closed released · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
    check(
        "coupon 500 · points 100010003 · order · ask coupon points · stop",
        expect![
            "ask coupon → held 500 · ask points of 4500 → 100010003 · alert: Prbiti refused POINT_REDEEM of transaction#########: ######### (transactionID: 올바르지 않은 transactionID입니다) · left · release → 200 · closed released [attract]"
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
            "ask points of 5000 → nonsense · alert: Prbiti's answer to POINT_REDEEM of transaction######### doesn't fit: pointRedeem is ########, and #### was asked for at most · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
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
            "ask points of 5000 → held 1000 · left · release → 100010008 · alert: Prbiti refused the confirm that releases of transaction#########: ######### (barcode: 바코드 메세지의 형식이 올바르지 않습니다) [attract] … closed lapsed"
        ],
    );
    check(
        "points 1000 · release 300010001 · order · ask points · start over",
        expect![
            "ask points of 5000 → held 1000 · left · release → 300010001 · alert: Prbiti refused the confirm that releases of transaction#########: ######### (잘못된 Tenant API URL/KEY 입니다) [attract] … closed lapsed"
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
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → half · alert: Prbiti's answer to the confirm that settles of transaction######### doesn't fit: status is ### and errorCode #: only one of them is ### · settle Y:points again → 200 · closed settled [done]"
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
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused the confirm that settles of transaction#########: ######### (itemCount: 올바르지 않은 itemCount입니다) [done]"
        ],
    );
    check(
        "points 1000 · settle 300010003 · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 300010003 · staff SettleRejected · alert: Prbiti refused the confirm that settles of transaction#########: ######### (accessType, passwd: 단말기 ID 혹은 비밀번호가 올바르지 않습니다) [done]"
        ],
    );
    check(
        "points 1000 · settle 100040001 · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100040001 · staff SettleRejected · alert: Prbiti refused the confirm that settles of transaction#########: ######### (포인트 시스템을 지원하지 않는 단말기입니다) [done]"
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
            "ask points of 5000 → silence · unanswered: LeftByCustomer · charge 5000 → approved 5000 · hand over → taken · settle Y:none → silence [done] … (unanswered: Watchdog · settle Y:none again → silence) ×20 · unanswered: Watchdog · closed lapsed"
        ],
    );
    check(
        "points 900 silently · settle 100010003 · order · ask points · skip · pay",
        expect![
            "ask points of 5000 → silence · unanswered: LeftByCustomer · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 100010003 · closed lapsed [done]"
        ],
    );
    check(
        "points 900 silently · settle 100010012 · order · ask points · skip · pay",
        expect![
            "ask points of 5000 → silence · unanswered: LeftByCustomer · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 100010012 · alert: Prbiti refused the confirm that settles of transaction#########: ######### (itemCount: 올바르지 않은 itemCount입니다) [done] … closed lapsed"
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
            "ask points of 5000 → held 1000 · charge 4000 → declined · what became of it → declined · left · release → 200 · closed released [attract]"
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
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
    check(
        "points 1000 · card charged silently · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · card silent · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found [declined] … what became of it → not found · left · release → 200 · closed released"
        ],
    );
    check(
        "card silent · order · card only · pay · another card",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
    check(
        "card silent · after paying agent forgets · order · card only · pay",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · staff CardUnknown [unknown]"
        ],
    );
    check(
        "points 1000 · card charged wrongly · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 3900 · staff CardOtherAmount · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### [unknown]"
        ],
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
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · staff CardUnknown [unknown]"
        ],
    );
    check(
        "points 1000 · card waits · order · ask points · pay · agent silent · CRASH · wait 2m · agent answers",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → waits · RESTART · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence · charge → silence · what became of it → silence ×2 [outOfService] … what became of it → declined · release → 200 · closed released"
        ],
    );
}

#[test]
fn a_terminal_that_is_silent_for_long_is_staffs_and_is_asked_on() {
    check(
        "card charged silently · after paying agent silent · order · card only · pay · wait 11m",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left · what became of it → silence ×16 · staff TerminalSilent · what became of it → silence ×2 [outOfService]"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · wait 11m · order · card only · pay",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left · what became of it → silence ×16 · staff TerminalSilent · what became of it → silence ×2 [outOfService]"
        ],
    );
    check(
        "points 1000 · card silent · after paying agent silent · order · ask points · pay · wait 11m · agent answers · wait 40s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left · what became of it → silence ×16 · staff TerminalSilent · what became of it → silence ×2 · what became of it → not found · stop → not found · release → 200 · closed released [attract]"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · wait 11m · POWER CUT · agent answers · wait 40s",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left · what became of it → silence ×16 · staff TerminalSilent · what became of it → silence ×2 · RESTART · what became of it → silence · what became of it → approved 5000 · staff HandOverLate [attract]"
        ],
    );
    check(
        "card charged wrongly · after paying agent silent · order · card only · pay · wait 11m · agent answers · wait 40s · REFUND the late charge",
        expect![
            "charge 5000 → approved 4900 · staff CardOtherAmount · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · left · REFUND · refund → approved 4900 · closed unused [attract]"
        ],
    );
    check(
        "card silent · after paying agent silent · order · card only · pay · wait 11m · agent forgets · agent answers · wait 40s",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left · what became of it → silence ×16 · staff TerminalSilent · what became of it → silence ×2 · what became of it → not found · stop → not found · staff CardUnknown [outOfService]"
        ],
    );
    check(
        "order · card only · pay · done · agent silent · REFUND · wait 11m · agent answers · wait 40s",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · staff TerminalSilent · refund → approved 5000 · void → known · closed refunded [attract]"
        ],
    );
}

#[test]
fn a_cancel_that_is_not_answered_for_long_is_staffs_and_is_repeated() {
    check(
        "points 1000 · cancel silent always · order · ask points · pay · done · REFUND · wait 11m · cancel answered · wait 2m",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · REFUND · refund → approved 4000 · void → known · cancel → silence · (unanswered: Watchdog · cancel again → silence) ×9 · unanswered: Watchdog · staff CancelUnanswered · cancel again → 200 · closed refunded [attract]"
        ],
    );
    check(
        "points 1000 · cancel silent always · order · ask points · pay · done · REFUND · wait 11m · POWER CUT · cancel answered · wait 2m",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · REFUND · refund → approved 4000 · void → known · cancel → silence · (unanswered: Watchdog · cancel again → silence) ×9 · unanswered: Watchdog · staff CancelUnanswered · RESTART · cancel again → silence · unanswered: Watchdog · cancel again → 200 · closed refunded [attract]"
        ],
    );
    check(
        "points 1000 · order · ask points · pay · done · module away · REFUND · wait 11m · module back · wait 2m",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · REFUND · refund → approved 4000 · void → known · staff CancelUnanswered · cancel → 200 · closed refunded [attract]"
        ],
    );
    check(
        "points 1000 · cancel silent · cancel silent · cancel silent · cancel silent · cancel silent · cancel silent · cancel silent · cancel silent · cancel silent · cancel silent · cancel silent · cancel 100010003 · order · ask points · pay · done · REFUND · wait 13m",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · REFUND · refund → approved 4000 · void → known · cancel → silence · (unanswered: Watchdog · cancel again → silence) ×9 · unanswered: Watchdog · staff CancelUnanswered · cancel again → silence · unanswered: Watchdog · cancel again → 100010003 · staff CancelRefused [attract]"
        ],
    );
}

#[test]
fn a_late_charge_is_for_staff() {
    check(
        "points 1000 · card silent · release silent always · order · ask points · pay · stop · late charge",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · left · release → silence · staff LateApproval [attract] … unanswered: Watchdog"
        ],
    );
    check(
        "card silent · order · card only · pay · late charge · another card",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · staff LateApproval · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### [unknown]"
        ],
    );
    check(
        "card silent · order · card only · pay · stop · late charge",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · left · closed unused · staff LateApproval [attract]"
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
        "points 1000 · settle silent · order · ask points · pay · module away · POWER CUT · wait 10s · done · order · card only · pay · done · module back",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · RESTART · unanswered: Restarted · not posted: NotLoaded · charge 5000 → approved 5000 · hand over → taken · closed settled [attract] … settle Y:points again → 200 · closed settled"
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
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left [outOfService] … what became of it → approved 5000 · hand over → taken · closed settled"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · wait 12m · agent answers · wait 40s",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left · what became of it → silence ×16 · staff TerminalSilent · what became of it → silence ×4 · what became of it → approved 5000 · staff HandOverLate [attract]"
        ],
    );
    check(
        "card charged silently · after paying agent silent · points 1000 · order · ask points · pay · wait 40m · agent answers · wait 40s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left · what became of it → silence ×16 · staff TerminalSilent · what became of it → silence ×60 · what became of it → approved 4000 · staff SettleUnanswered [attract]"
        ],
    );
    check(
        "card silent · after paying agent silent · points 1000 · order · ask points · pay · wait 40m · agent answers · wait 40s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left · what became of it → silence ×16 · staff TerminalSilent · what became of it → silence ×60 · what became of it → not found · stop → not found · closed lapsed [attract]"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · away 12m · agent answers · wait 40s",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence · RESTART · what became of it → silence · staff TerminalSilent · what became of it → approved 5000 · staff HandOverLate [attract]"
        ],
    );
    check(
        "card silent · after paying agent silent · order · card only · pay · wait 3m · order · card only · agent answers",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → silence ×3 · left · what became of it → silence ×2 [outOfService] … what became of it → not found · stop → not found · closed unused"
        ],
    );
    check(
        "points 5000 · settle silent always · order · ask points · finish · wait 11m",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → silence · unanswered: Watchdog · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · (settle Y:points again → silence · unanswered: Watchdog) ×9 [attract] … (settle Y:points again → silence · unanswered: Watchdog) ×12 · staff SettleUnanswered"
        ],
    );
    check(
        "kitchen refuses · order · card only · pay",
        expect![
            "charge 5000 → approved 5000 · hand over → refused · staff HandOverFailed · alert: transaction transaction######### is paid, and its order wasn't taken on: no [done]"
        ],
    );
    check(
        "kitchen refuses · points 1000 · order · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → refused · alert: transaction transaction######### is paid, and its order wasn't taken on: no · settle Y:points → 200 · staff HandOverFailed [done]"
        ],
    );
}

#[test]
fn after_a_restart_the_customer_still_gets_the_number() {
    check(
        "order · card only · pay · CRASH",
        expect!["charge 5000 → approved 5000 · hand over → taken · closed settled · RESTART [done]"],
    );
    check(
        "order · card only · pay · POWER CUT · wait 30s",
        expect!["charge 5000 → approved 5000 · hand over → taken · closed settled · RESTART [attract]"],
    );
    check(
        "points 1000 · settle silent · order · ask points · pay · POWER CUT",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · RESTART · unanswered: Restarted · settle Y:points again → 200 · closed settled [done]"
        ],
    );
    check(
        "points 5000 · settle silent · order · ask points · finish · POWER CUT",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → silence · RESTART · unanswered: Restarted · settle Y:points again → 200 · hand over → taken · closed settled [done]"
        ],
    );
    check(
        "kitchen silent · order · card only · pay · POWER CUT",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · RESTART · hand over → silence [settling] … alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence ×2 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence ×19 · staff HandOverLate"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · CRASH · wait 20s · agent answers · wait 30s",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence · RESTART · what became of it → silence ×5 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
    // Not for whoever has surely gone, nor where somebody else came after.
    check(
        "order · card only · pay · done · wait 2m · CRASH",
        expect!["charge 5000 → approved 5000 · hand over → taken · closed settled · RESTART [attract]"],
    );
    check(
        "kitchen silent · order · card only · pay · away 11m",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · RESTART · staff HandOverLate · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on [attract]"
        ],
    );
    check(
        "order · card only · pay · done · points 1000 · order · ask points · CRASH",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · ask points of 5000 → held 1000 · RESTART · release → 200 · closed released [attract]"
        ],
    );
    check(
        "kitchen refuses · order · card only · pay · REFUND · CRASH",
        expect![
            "charge 5000 → approved 5000 · hand over → refused · staff HandOverFailed · alert: transaction transaction######### is paid, and its order wasn't taken on: no · REFUND · refund → approved 5000 · closed refunded · RESTART [attract]"
        ],
    );
}

#[test]
fn after_a_restart_the_terminal_is_asked_once_more_about_what_it_denied() {
    check(
        "card declines · order · card only · pay · stop · charged after all · CRASH · wait 1s",
        expect![
            "charge 5000 → declined · left · closed unused · charged after all · RESTART · what became of it → approved 5000 · staff LateApproval [attract]"
        ],
    );
    check(
        "card declines · points 1000 · order · ask points · pay · stop · charged after all · POWER CUT · wait 5s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → declined · left · release → 200 · closed released · charged after all · RESTART · what became of it → approved 4000 · staff LateApproval [attract]"
        ],
    );
    check(
        "card declines · order · card only · pay · another card · done · charged after all · wait 1m · CRASH · wait 5s",
        expect![
            "charge 5000 → declined · charge 5000 → approved 5000 · hand over → taken · closed settled · charged after all · what became of it → approved 5000 · staff LateApproval · RESTART · what became of it → approved 5000 [attract]"
        ],
    );
    check(
        "card declines · order · card only · pay · stop · wait 2m · away 11m",
        expect!["charge 5000 → declined · left · closed unused · what became of it → declined · RESTART [attract]"],
    );
}

#[test]
fn who_waits_in_doubt_is_told_what_is_not_known() {
    for (script, why) in [
        ("card charged silently · after paying agent silent · order · card only · pay", "noAnswer"),
        ("card silent · after paying agent forgets · order · card only · pay", "forgotten"),
        ("card charged wrongly · order · card only · pay", "otherAmount"),
        ("card declines · order · card only · pay · late charge", "lateCharge"),
        ("card declines · order · card only · pay · another card · late charge of the first", "lateCharge"),
        ("points 5000 · settle silent always · order · ask points · finish · wait 40s", "benefits"),
    ] {
        let mut world = World::new();
        world.run(script);
        let screen = serde_json::to_value(world.kiosk.view(&world.now).screen).unwrap();
        assert_eq!((screen["is"].as_str(), screen["why"].as_str()), (Some("unknown"), Some(why)), "{script}");
        let shut = world.kiosk.without_journal("code".into(), &world.now).view(&world.now).screen;
        assert_eq!(serde_json::to_value(shut).unwrap()["why"], "notWritten", "{script}");
    }
}

/// On the clock on the wall, wherever something is or may be held and given back.
#[test]
fn the_customer_sees_until_when_a_hold_is_returned() {
    for (script, screen, shown) in [
        ("points 1000 · order · ask points", "payConfirm", true),
        ("points silent · order · ask points", "service", true),
        ("points 1000 but 300020004 · order · ask points", "serviceUnknown", true),
        ("coupon 500 · points 300010002 · order · ask coupon points", "benefitsLost", true),
        ("points 1000 · release silent · order · ask points · wait 1501s", "timeShort", true),
        ("points 1000 · order · ask points · wait 1501s", "timeShort", false),
        ("points 1000 · release silent · order · ask points · back", "returning", true),
        ("points 1000 · card declines · order · ask points · pay", "declined", true),
        ("points 1000 · card silent · after paying agent silent · order · ask points · pay", "unknown", true),
        ("points 5000 · settle silent always · order · ask points · finish · wait 40s", "unknown", true),
        ("points 1000 · order · ask points · pay", "done", false),
        ("points 100050001 · order · ask points", "payConfirm", false),
        ("points silent · order · ask points · skip", "payConfirm", false),
    ] {
        let mut world = World::new();
        let asked_ms = world.now.wall_ms;
        world.run(script);
        assert_eq!(world::screen(&world.kiosk, &world.now), screen, "{script}");
        let until_ms = world.kiosk.view(&world.now).money.and_then(|money| money.returned_by_ms);
        assert_eq!(until_ms, shown.then_some(asked_ms + 30 * 60_000), "{script}");
    }
}

#[test]
fn staff_make_what_was_not_taken_on() {
    check(
        "kitchen refuses · order · card only · pay · done · MAKE",
        expect![
            "charge 5000 → approved 5000 · hand over → refused · staff HandOverFailed · alert: transaction transaction######### is paid, and its order wasn't taken on: no · MAKE · closed settled [attract]"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · away 12m · agent answers · wait 40s · MAKE",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence · RESTART · what became of it → silence · staff TerminalSilent · what became of it → approved 5000 · staff HandOverLate · MAKE · closed settled [attract]"
        ],
    );
    check(
        "kitchen refuses · points 1000 · settle silent · order · ask points · pay · done · MAKE",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → refused · alert: transaction transaction######### is paid, and its order wasn't taken on: no · settle Y:points → silence · MAKE [settling] … unanswered: Watchdog · settle Y:points again → 200 · closed settled"
        ],
    );
    check(
        "kitchen silent · order · card only · pay · wait 11m · MAKE · REFUND · kitchen works",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence ×3 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence ×22 · staff HandOverLate · MAKE · void → silence · REFUND · refund → approved 5000 [attract] … void → known · closed refunded"
        ],
    );
    check(
        "kitchen silent · order · card only · pay · wait 11m · MAKE · kitchen works",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence ×3 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence ×22 · staff HandOverLate · MAKE · void → silence [attract] … void → known · closed settled"
        ],
    );
    check(
        "kitchen silent · order · card only · pay · wait 11m · REFUND · kitchen works",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence ×3 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence ×22 · staff HandOverLate · REFUND · void → silence · refund → approved 5000 [attract] … void → known · closed refunded"
        ],
    );
    check(
        "kitchen silent · points 1000 · settle 100010012 · order · ask points · pay · wait 11m · MAKE · kitchen works",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → silence · settle Y:points → 100010012 · alert: Prbiti refused the confirm that settles of transaction#########: ######### (itemCount: 올바르지 않은 itemCount입니다) · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence ×3 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence ×22 · staff SettleRejected · MAKE · void → silence [attract]"
        ],
    );
    check(
        "points 5000 · settle 100010012 · order · ask points · finish · wait 1m · MAKE",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused the confirm that settles of transaction#########: ######### (itemCount: 올바르지 않은 itemCount입니다) · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · MAKE [unknown]"
        ],
    );
    check(
        "order · card only · pay · done · MAKE",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · MAKE · alert: what staff decided isn't done: Make: Done [attract]"
        ],
    );
    check(
        "kitchen refuses · order · card only · pay · done · REFUND · MAKE",
        expect![
            "charge 5000 → approved 5000 · hand over → refused · staff HandOverFailed · alert: transaction transaction######### is paid, and its order wasn't taken on: no · REFUND · refund → approved 5000 · closed refunded · MAKE · alert: what staff decided isn't done: Make: RefundBegun [attract]"
        ],
    );
    check(
        "kitchen refuses · order · card only · pay · done · MAKE · MAKE",
        expect![
            "charge 5000 → approved 5000 · hand over → refused · staff HandOverFailed · alert: transaction transaction######### is paid, and its order wasn't taken on: no · MAKE · closed settled · MAKE · alert: what staff decided isn't done: Make: Done [attract]"
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
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · (unanswered: Watchdog · settle Y:points again → silence) ×17 · unanswered: Watchdog [service] … settle Y:points again → silence · unanswered: Watchdog · left · closed unused · (settle Y:points again → silence · unanswered: Watchdog) ×3 · staff SettleUnanswered"
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
            "charge 5000 → approved 5000 · hand over → refused · staff HandOverFailed · alert: transaction transaction######### is paid, and its order wasn't taken on: no · REFUND · refund → approved 5000 · closed refunded [done]"
        ],
    );
    check(
        "kitchen refuses · points 1000 · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → refused · alert: transaction transaction######### is paid, and its order wasn't taken on: no · settle Y:points → 200 · staff HandOverFailed · REFUND · refund → approved 4000 · cancel → 200 · closed refunded [done]"
        ],
    );
    check(
        "points 1000 · settle 100010012 · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused the confirm that settles of transaction#########: ######### (itemCount: 올바르지 않은 itemCount입니다) · REFUND · refund → approved 4000 · void → known · cancel → 100010003 · release → 200 · closed refunded [done]"
        ],
    );
    check(
        "points 1000 · settle done silently · order · ask points · pay · wait 45s · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · unanswered: Watchdog · settle Y:points again → 100010003 · staff SettleRefused · REFUND · refund → approved 4000 · void → known · cancel → 200 · closed refunded [done]"
        ],
    );
    check(
        "points 1000 · settle 100010012 · order · ask points · pay · refund declined · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused the confirm that settles of transaction#########: ######### (itemCount: 올바르지 않은 itemCount입니다) · REFUND · refund → declined · staff RefundDeclined [done]"
        ],
    );
    check(
        "points 1000 · settle 100010012 · cancel silent · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused the confirm that settles of transaction#########: ######### (itemCount: 올바르지 않은 itemCount입니다) · REFUND · refund → approved 4000 · void → known · cancel → silence [done] … unanswered: Watchdog · cancel again → 100010003 · release → 200 · closed refunded"
        ],
    );
    check(
        "points 1000 · settle 100010012 · cancel 100010007 · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused the confirm that settles of transaction#########: ######### (itemCount: 올바르지 않은 itemCount입니다) · REFUND · refund → approved 4000 · void → known · cancel → 100010007 · staff CancelRefused · alert: Prbiti refused the cancel of transaction#########: ######### (data: 요청 메세지의 형식이 올바르지 않습니다) [done]"
        ],
    );
}

#[test]
fn money_is_given_back_from_wherever_the_order_stands() {
    // Never confirmed: what is held is released, not cancelled; past the 30 minutes it has lapsed.
    check(
        "points 1000 · order · ask points · module dies · pay · wait 15s · REFUND · module back · wait 20s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · not posted: NotLoaded · REFUND · refund → approved 4000 · void → known · release → 200 · closed refunded [attract]"
        ],
    );
    check(
        "points 1000 · order · ask points · module dies · pay · away 40m · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · RESTART · not posted: Restarted · staff SettleUnanswered · REFUND · refund → approved 4000 · void → known · closed refunded [attract]"
        ],
    );
    // The confirm is on its way: nobody starts another message, so no refund yet.
    check(
        "points 1000 · settle silent · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · REFUND · alert: what staff decided isn't done: Refund: InFlight [settling] … unanswered: Watchdog · settle Y:points again → 200 · closed settled"
        ],
    );
    check(
        "points 1000 · settle 300030001 always · order · ask points · pay · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 300030001 · REFUND · refund → approved 4000 · void → known · cancel → 100010003 · release → 200 · closed refunded [done]"
        ],
    );
    // A free order: undelivered, and in doubt.
    check(
        "kitchen refuses · points 5000 · order · ask points · finish · REFUND",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → 200 · hand over → refused · staff HandOverFailed · alert: transaction transaction######### is paid, and its order wasn't taken on: no · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · REFUND · cancel → 200 · closed refunded [unknown]"
        ],
    );
    check(
        "points 5000 · settle 100010012 · order · ask points · finish · REFUND",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → 100010012 · staff SettleRejected · alert: Prbiti refused the confirm that settles of transaction#########: ######### (itemCount: 올바르지 않은 itemCount입니다) · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · REFUND · cancel → 100010003 · release → 200 · closed refunded [unknown]"
        ],
    );
    // A refund that nobody can tell of isn't begun again.
    check(
        "order · card only · pay · done · refund not found · REFUND · agent forgets · wait 5s · REFUND",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · refund → not found · what became of the refund → not found · staff RefundUnknown · REFUND · alert: what staff decided isn't done: Refund: RefundBegun [attract]"
        ],
    );
    check(
        "order · card only · pay · done · refund told to nobody · REFUND · agent forgets · wait 5s · REFUND",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · refund → silence · what became of the refund → not found · staff RefundUnknown · REFUND · alert: what staff decided isn't done: Refund: RefundBegun [attract]"
        ],
    );
    check(
        "order · card only · pay · done · refund told to nobody · REFUND · POWER CUT · wait 5s",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · refund → silence · RESTART · what became of the refund → done · void → known · closed refunded [attract]"
        ],
    );
}

#[test]
fn a_touch_is_for_the_screen_that_it_was_made_on() {
    check(
        "coupon silent · points 500 · order · ask coupon points · taps skip skip · pay",
        expect![
            "ask coupon → silence · unanswered: LeftByCustomer · ask points of 5000 → held 500 · charge 4500 → approved 4500 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "coupon 500 · points silent · order · ask coupon points · taps skip skip · pay",
        expect![
            "ask coupon → held 500 · ask points of 4500 → silence · unanswered: LeftByCustomer · charge 4500 → approved 4500 · hand over → taken · settle Y:coupon → 200 · closed settled [done]"
        ],
    );
    check(
        "agent slowly ready · points 1000 · order · ask points · pay · tap back · answers · yes",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "agent slowly ready · points 1000 · order · ask points · pay · home · answers · yes",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "agent slowly ready · points 1000 · order · ask points · taps pay pay · answers",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "agent slowly ready · points 1000 · order · ask points · pay · module away · answers",
        expect!["ask points of 5000 → held 1000 [benefitsLost] … left · closed lapsed"],
    );
    check(
        "agent slowly ready · points 1000 · order · ask points · wait 22m · pay · wait 5m · answers",
        expect!["ask points of 5000 → held 1000 · left · release → 200 · closed released [timeShort]"],
    );
}

#[test]
fn the_warning_ends_with_what_was_touched() {
    check(
        "points 1000 · order · ask points · still 70s · stop",
        expect!["ask points of 5000 → held 1000 · left · release → 200 · closed released [attract]"],
    );
    check(
        "points 1000 · order · ask points · still 70s · touch · wait 2s · pay",
        expect!["ask points of 5000 → held 1000 [payConfirm] … left · release → 200 · closed released"],
    );
    check(
        "card declines · order · card only · pay · still 70s",
        expect!["charge 5000 → declined · what became of it → declined [declined] … left · closed unused"],
    );
    check(
        "card declines · order · card only · pay · still 95s",
        expect!["charge 5000 → declined · what became of it → declined · left · closed unused [attract]"],
    );
}

#[test]
fn a_page_that_does_not_load_while_something_is_held() {
    check(
        "coupon 500 · points silent · order · ask coupon points · skip · pay",
        expect![
            "ask coupon → held 500 · ask points of 4500 → silence · unanswered: LeftByCustomer · charge 4500 → approved 4500 · hand over → taken · settle Y:coupon → 200 · closed settled [done]"
        ],
    );
    check(
        "points not loaded always · order · ask points · reload · reload · reload · reload · without service · pay",
        expect!["not posted: PageGone ×3 · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"],
    );
}

#[test]
fn time_that_is_short_is_told_once_the_old_hold_is_given_back() {
    check(
        "points 1000 · points 800 · order · ask points · wait 26m · try again · ask points · pay",
        expect![
            "ask points of 5000 → held 1000 · left · release → 200 · closed released · ask points of 5000 → held 800 · charge 4200 → approved 4200 · hand over → taken · settle Y:points → 200 · closed settled [done]"
        ],
    );
    check(
        "points 1000 · release silent always · order · ask points · wait 26m · try again",
        expect![
            "ask points of 5000 → held 1000 · left · release → silence · unanswered: Watchdog · release again → silence [returning] … (unanswered: Watchdog · release again → silence) ×4 · unanswered: Watchdog · closed lapsed"
        ],
    );
    check(
        "coupon 100050001 · order · ask coupon · wait 26m · pay",
        expect![
            "ask coupon → 100050001 · charge 5000 → approved 5000 · hand over → taken · settle Y:none → 200 · closed settled [done]"
        ],
    );
    check(
        "coupon 500 · points 300010002 · release 300010002 · order · ask coupon points · without benefits · pay",
        expect![
            "ask coupon → held 500 · ask points of 4500 → 300010002 · alert: Prbiti refused POINT_REDEEM of transaction#########: ######### (applicationKey: 잘못된 application key입니다) · left · release → 300010002 · charge 5000 → approved 5000 · hand over → taken · closed settled [done] … closed lapsed"
        ],
    );
}

#[test]
fn what_the_agent_says_counts_only_from_the_memory_that_was_asked() {
    check(
        "card charged silently · after paying agent silent · order · card only · pay · agent cancelled by another memory · agent answers · wait 40s",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence · what became of it → cancelled · stop → cancelled · staff CardUnknown [unknown]"
        ],
    );
}

#[test]
fn a_kitchen_that_is_silent_holds_nothing_up() {
    check(
        "kitchen silent · points 1000 · order · ask points · pay · wait 12s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → silence · settle Y:points → 200 · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence [done] … hand over → silence ×3 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence ×18 · staff HandOverLate"
        ],
    );
    check(
        "kitchen silent · order · card only · pay · wait 12s · done · order · card only",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence [payConfirm] … hand over → silence ×3 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence · left · closed unused · hand over → silence ×17 · staff HandOverLate"
        ],
    );
    check(
        "kitchen silent · points 1000 · settle silent always · order · ask points · pay · wait 11m",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → silence · settle Y:points → silence · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence ×2 · unanswered: Watchdog · settle Y:points again → silence · hand over → silence · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence · unanswered: Watchdog · settle Y:points again → silence · hand over → silence ×2 · unanswered: Watchdog · settle Y:points again → silence · hand over → silence · unanswered: Watchdog · hand over → silence · settle Y:points again → silence · hand over → silence · unanswered: Watchdog · hand over → silence · settle Y:points again → silence · hand over → silence · unanswered: Watchdog · hand over → silence ×2 · settle Y:points again → silence · hand over → silence · unanswered: Watchdog · hand over → silence ×2 · settle Y:points again → silence · hand over → silence ×2 · unanswered: Watchdog · hand over → silence ×2 · settle Y:points again → silence · hand over → silence ×2 · unanswered: Watchdog · hand over → silence ×2 · settle Y:points again → silence · hand over → silence · alert: transaction transaction######### is paid, and its order isn't taken on · unanswered: Watchdog [attract] … (settle Y:points again → silence · unanswered: Watchdog) ×12 · staff SettleUnanswered"
        ],
    );
}

#[test]
fn a_kitchen_that_does_not_answer_is_asked_again_in_the_order_of_the_numbers() {
    check(
        "kitchen away · order · card only · pay · wait 12s · done · order · card only · pay · wait 12s · done · kitchen works · still 20s",
        expect![
            "charge 5000 → approved 5000 · hand over → nobody there ×4 · alert: transaction transaction######### is paid, and its order isn't taken on yet · charge 5000 → approved 5000 · hand over → nobody there · alert: transaction transaction######### is paid, and its order isn't taken on yet · (hand over → taken · closed settled) ×2 [attract]"
        ],
    );
    // It has the first, and its answer was lost: the repeat is the same order.
    check(
        "kitchen silent · order · card only · pay · wait 12s · done · kitchen works · still 20s",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence · hand over → taken · closed settled [attract]"
        ],
    );
    // The first is refused, and staff's: it holds nobody up.
    check(
        "kitchen refuses · order · card only · pay · done · kitchen works · order · card only · pay · done",
        expect![
            "charge 5000 → approved 5000 · hand over → refused · staff HandOverFailed · alert: transaction transaction######### is paid, and its order wasn't taken on: no · charge 5000 → approved 5000 · hand over → taken · closed settled [attract]"
        ],
    );
    // Nobody answers for ten minutes: staff's, also when it is there again afterwards.
    check(
        "kitchen away · order · card only · pay · done · still 11m · kitchen works · still 5m",
        expect![
            "charge 5000 → approved 5000 · hand over → nobody there ×3 · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → nobody there ×4 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → nobody there ×36 · staff HandOverLate [attract]"
        ],
    );
}

#[test]
fn what_is_withdrawn_and_may_have_arrived_is_declared_void() {
    // In flight when staff give the money back, or make it themselves: taken on a moment later.
    check(
        "kitchen slow · order · card only · pay · REFUND · still 20s",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · REFUND · refund → approved 5000 · void → known · closed refunded [attract]"
        ],
    );
    check(
        "kitchen slow · order · card only · pay · MAKE · still 20s",
        expect!["charge 5000 → approved 5000 · hand over → taken · MAKE · void → known · closed settled [done]"],
    );
    // Lost on its way, or only its answer: nobody knows.
    check(
        "kitchen unheard · order · card only · pay · still 5s · REFUND · kitchen works · still 20s",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · REFUND · refund → approved 5000 · void → known · closed refunded [attract]"
        ],
    );
    check(
        "kitchen silent · order · card only · pay · still 3m · MAKE · still 1m · kitchen works · still 20s",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence ×3 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence ×5 · MAKE · void → silence ×2 · void → known · alert: transaction transaction######### is void, and for a minute the shop hasn't heard of it · closed settled [attract]"
        ],
    );
    // It surely never arrived: there is nothing to be void.
    check(
        "kitchen away · order · card only · pay · still 5m · REFUND · kitchen works · still 20s",
        expect![
            "charge 5000 → approved 5000 · hand over → nobody there ×3 · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → nobody there ×4 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → nobody there ×16 · REFUND · refund → approved 5000 · closed refunded [attract]"
        ],
    );
    check(
        "kitchen away · order · card only · pay · still 11m · MAKE · kitchen works · still 20s",
        expect![
            "charge 5000 → approved 5000 · hand over → nobody there ×3 · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → nobody there ×4 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → nobody there ×36 · staff HandOverLate · MAKE · closed settled [attract]"
        ],
    );
    // After a restart nobody knows any more that it didn't.
    check(
        "kitchen away · order · card only · pay · still 1m · CRASH · MAKE · kitchen works · still 20s",
        expect![
            "charge 5000 → approved 5000 · hand over → nobody there ×4 · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → nobody there ×4 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · RESTART · hand over → nobody there · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · MAKE · void → known · closed settled [done]"
        ],
    );
}

#[test]
fn a_charge_that_turns_up_late() {
    check(
        "card declines · card waits · order · card only · pay · another card · late charge of the first",
        expect![
            "charge 5000 → declined · charge 5000 → waits · staff LateApproval · stop → cancelled · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### [unknown]"
        ],
    );
    check(
        "card declines · order · card only · pay · another card · late charge of the first",
        expect![
            "charge 5000 → declined · charge 5000 → approved 5000 · hand over → taken · closed settled · staff LateApproval · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### [unknown]"
        ],
    );
    check(
        "card declines · order · card only · pay · another card · done · late charge of the first · REFUND the late charge",
        expect![
            "charge 5000 → declined · charge 5000 → approved 5000 · hand over → taken · closed settled · staff LateApproval · REFUND · refund → approved 1000 · closed settled [attract]"
        ],
    );
    check(
        "card silent · order · card only · pay · stop · late charge · REFUND the late charge",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · left · closed unused · staff LateApproval · REFUND · refund → approved 1000 · closed unused [attract]"
        ],
    );
    check(
        "points 1000 · card silent · order · ask points · pay · stop · late charge · REFUND the late charge",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · left · release → 200 · closed released · staff LateApproval · REFUND · refund → approved 1000 · closed released [attract]"
        ],
    );
    check(
        "card silent · order · card only · pay · tap back · late charge",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · staff LateApproval · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### [unknown]"
        ],
    );
    check(
        "card declines · order · card only · pay · stop · stop answered late",
        expect!["charge 5000 → declined · left · closed unused · staff LateApproval [attract]"],
    );
    check(
        "points 1000 · card charged wrongly · order · ask points · pay · REFUND the late charge",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 3900 · staff CardOtherAmount · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · REFUND · refund → approved 3900 [declined] … left · release → 200 · closed released"
        ],
    );
}

#[test]
fn money_is_given_back_once() {
    check(
        "order · card only · pay · done · REFUND",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · refund → approved 5000 · void → known · closed refunded [attract]"
        ],
    );
    check(
        "points 1000 · order · ask points · pay · done · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · REFUND · refund → approved 4000 · void → known · cancel → 200 · closed refunded [attract]"
        ],
    );
    check(
        "points 1000 · cancel short · order · ask points · pay · done · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · REFUND · refund → approved 4000 · void → known · cancel → 200 · closed refunded · alert: Prbiti gave back something else than was settled under transaction#########: Cancelled { point_redeem: Some(Won(###)), point_earn: Some(Won(#)), prepaid: Some(Won(#)), coupon: false } [attract]"
        ],
    );
    check(
        "points 1000 · cancel silent always · order · ask points · pay · done · REFUND · wait 12m · cancel answered",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · REFUND · refund → approved 4000 · void → known · cancel → silence · (unanswered: Watchdog · cancel again → silence) ×9 · unanswered: Watchdog · staff CancelUnanswered · cancel again → silence · unanswered: Watchdog [attract]"
        ],
    );
    check(
        "points 5000 · order · ask points · finish · done · REFUND",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → 200 · hand over → taken · closed settled · REFUND · void → known · cancel → 200 · closed refunded [attract]"
        ],
    );
    check(
        "order · card only · pay · done · agent silent · REFUND · agent answers",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND [attract] … refund → approved 5000 · void → known · closed refunded"
        ],
    );
    check(
        "order · card only · pay · done · refund not found · REFUND · wait 5s",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · refund → not found · what became of the refund → not found · refund → approved 5000 · void → known · closed refunded [attract]"
        ],
    );
    check(
        "order · card only · pay · done · refund declined · REFUND · refund accepted · REFUND",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · refund → declined · staff RefundDeclined · REFUND · refund → approved 5000 · void → known · closed refunded [attract]"
        ],
    );
    check(
        "order · card only · pay · done · REFUND · REFUND",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · refund → approved 5000 · void → known · closed refunded · REFUND · alert: what staff decided isn't done: Refund: Done [attract]"
        ],
    );
    check(
        "kitchen silent · points 1000 · module dies · order · card only · pay · REFUND · kitchen works",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · REFUND · refund → approved 5000 [attract] … void → known · closed refunded"
        ],
    );
}

#[test]
fn a_settle_that_gives_somebody_something_goes_before_a_new_order() {
    check(
        "points 1000 · settle 300030001 always · order · ask points · pay · wait 3m · done · order · ask points",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 300030001 · settle Y:points again → 300030001 ×8 · ask points of 5000 → 100050001 [payConfirm] … settle Y:points again → 300030001 · left · release → 200 · closed released · settle Y:points again → 300030001 ×25 · staff SettleUnanswered"
        ],
    );
}

#[test]
fn when_the_journal_fails() {
    check("order · JOURNAL FAILS", expect!["JOURNAL FAILS · [outOfService] [attract]"]);
    check(
        "points 1000 · order · ask points · JOURNAL FAILS",
        expect![
            "ask points of 5000 → held 1000 · JOURNAL FAILS · [outOfService] · release → 200 · closed released [attract]"
        ],
    );
    check(
        "card waits · order · card only · pay · JOURNAL FAILS",
        expect![
            "charge 5000 → waits · JOURNAL FAILS · [unknown] · what became of it → in progress [unknown] … what became of it → in progress ×4 · alert: transaction transaction######### is in doubt, and the terminal doesn't say whether money was taken · what became of it → in progress · charge → declined · what became of it → declined · left · closed unused"
        ],
    );
    check(
        "card charged silently · after paying agent silent · order · card only · pay · JOURNAL FAILS · agent answers · wait 40s",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence · JOURNAL FAILS · [unknown] · what became of it → silence · what became of it → approved 5000 · hand over → taken · closed settled [attract]"
        ],
    );
    check(
        "points 1000 · settle silent · order · ask points · pay · JOURNAL FAILS · wait 5s",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → silence · JOURNAL FAILS · [unknown] · unanswered: Restarted · settle Y:points again → 200 · closed settled [done]"
        ],
    );
    check(
        "order · card only · pay · JOURNAL FAILS",
        expect!["charge 5000 → approved 5000 · hand over → taken · closed settled · JOURNAL FAILS · [done] [done]"],
    );
}

#[test]
fn the_screen_says_what_the_terminal_waits_for() {
    check(
        "card waits · order · card only · pay · card charged in silence · wait 2s",
        expect!["charge 5000 → waits · the screen: verify · hand over → taken · closed settled [done]"],
    );
    check("terminal off · order · card only", expect![" [outOfService]"]);
    check(
        "order · terminal off · card only · pay",
        expect!["charge 5000 → approved 5000 · hand over → taken · closed settled [done]"],
    );
}

#[test]
fn the_terminals_lane_is_free_again_however_the_charge_is_told() {
    check(
        "stop lost · card waits · order · card only · pay · stop answered first · done · order · card only · pay",
        expect![
            "charge 5000 → waits · stop → lost · hand over → taken · closed settled · charge 5000 → approved 5000 · hand over → taken · closed settled [done]"
        ],
    );
}

#[test]
fn money_of_its_own_and_money_that_turned_up_are_given_back_apart() {
    check(
        "card declines · order · card only · pay · another card · done · REFUND · late charge of the first",
        expect![
            "charge 5000 → declined · charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · refund → approved 5000 · void → known · closed refunded · staff LateApproval [attract]"
        ],
    );
    check(
        "card declines · order · card only · pay · another card · done · late charge of the first · REFUND",
        expect![
            "charge 5000 → declined · charge 5000 → approved 5000 · hand over → taken · closed settled · staff LateApproval · REFUND · refund → approved 5000 · staff LateApproval · void → known [attract]"
        ],
    );
    check(
        "card declines · order · card only · pay · another card · done · late charge of the first · REFUND · REFUND the late charge",
        expect![
            "charge 5000 → declined · charge 5000 → approved 5000 · hand over → taken · closed settled · staff LateApproval · REFUND · refund → approved 5000 · staff LateApproval · void → known · REFUND · refund → approved 1000 · closed refunded [attract]"
        ],
    );
    check(
        "card declines · points 1000 · order · ask points · pay · another card · done · late charge of the first · refund declined · REFUND · refund accepted · REFUND the late charge",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → declined · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · staff LateApproval · REFUND · refund → declined · staff RefundDeclined · REFUND · refund → approved 1000 · staff RefundDeclined [attract]"
        ],
    );
    check(
        "card silent · order · card only · pay · stop · late charge · REFUND the late charge · late charge",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · left · closed unused · staff LateApproval · REFUND · refund → approved 1000 · closed unused [attract]"
        ],
    );
    check(
        "card silent · order · card only · pay · tap back · yes · card only · late charge",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → not found · stop → not found · staff LateApproval · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### [unknown]"
        ],
    );
}

#[test]
fn an_order_is_declared_void_beside_what_prbiti_says() {
    check(
        "points 1000 · cancel silent always · order · ask points · pay · done · REFUND · wait 5s · cancel answered",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · REFUND · refund → approved 4000 · void → known · cancel → silence [attract] … unanswered: Watchdog · cancel again → 200 · closed refunded"
        ],
    );
    check(
        "points 1000 · cancel 100010007 · order · ask points · pay · done · REFUND",
        expect![
            "ask points of 5000 → held 1000 · charge 4000 → approved 4000 · hand over → taken · settle Y:points → 200 · closed settled · REFUND · refund → approved 4000 · void → known · cancel → 100010007 · staff CancelRefused · alert: Prbiti refused the cancel of transaction#########: ######### (data: 요청 메세지의 형식이 올바르지 않습니다) [attract]"
        ],
    );
}
