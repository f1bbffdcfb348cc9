//! Every code of the guide, as an answer to every message: the customer, the staff and the transaction are led where
//! the tables say.

use checkout::{
    codes::{Class, Code, CustomerReads, ERROR_CODES},
    entry::{Closed, StaffReason},
    settlement::{ANSWERS, Lead, Said},
    view::{Note, PrbitiSaid, Screen, StaffPage},
};

use simulation::world::World;

/// Those of the guide, one of its first page as printed there, and two that no guide knows.
fn codes() -> Vec<String> {
    let known = ERROR_CODES.iter().map(|code| code.number.to_string());
    known.chain(["00010004", "123456789", "40010001"].map(str::to_owned)).collect()
}

fn told(script: &str) -> World {
    let mut world = World::new();
    world.run(script);
    world
}

/// What the customer reads then, as the page's texts name it.
fn reads(world: &World) -> Option<CustomerReads> {
    let view = world.kiosk.view(&world.now);
    match (&view.screen, &view.note) {
        (Screen::ServiceUnknown { .. }, None) => Some(CustomerReads::Unknown),
        (Screen::PayConfirm { .. }, Some(Note::NotUsed { .. })) => Some(CustomerReads::NotUsed),
        (Screen::PayConfirm { .. }, Some(Note::NotNow { .. })) => Some(CustomerReads::NotNow),
        (_, _) => None,
    }
}

#[test]
fn as_an_answer_to_a_connection() {
    for code in codes() {
        let class = Code::new(&code).class();
        let meaning = class.meaning().connection;
        for service in ["coupon", "points", "gift", "earn"] {
            let world = told(&format!("{service} {code} · order · ask {service}"));
            assert_eq!(reads(&world), Some(meaning.customer_reads()), "{code} to {service}");
            let alerts: Vec<_> = world.log.iter().filter(|line| line.starts_with("alert")).collect();
            assert_eq!(alerts.len(), usize::from(meaning.alerts()), "{code} to {service}: {alerts:?}");
            // Whatever it was, the order can be paid by card, and nothing of the service is used.
            let mut world = world;
            world.run(if class == Class::MayHaveHappened { "go on · pay · done" } else { "pay · done" });
            world.rest();
            world.check_end();
            assert_eq!(world.violations, [""; 0], "{code} to {service}");
            assert!(!world.log.iter().any(|line| line.contains("Y:") && !line.contains("Y:none")), "{code}");
        }
    }
}

#[test]
fn beside_a_hold_that_can_not_be_settled_any_more_the_customer_chooses_again() {
    for code in codes() {
        let world = told(&format!("coupon 500 · points {code} · order · ask coupon points"));
        let lost = matches!(world.kiosk.view(&world.now).screen, Screen::BenefitsLost);
        let class = Code::new(&code).class();
        assert_eq!(lost, matches!(class, Class::Credentials | Class::BadTransaction), "{code}");
    }
}

/// What the tables say of a code as an answer to what was said.
fn lead(code: &str, said: Said) -> Lead {
    let heard = Code::new(code).class().meaning().message;
    let (_, leads) = ANSWERS.iter().find(|(row, _)| *row == heard).unwrap();
    leads.iter().find(|(column, _)| *column == said).unwrap().1
}

/// How the one transaction of a story ends.
fn led(script: &str, ends: bool) -> (Option<Closed>, Option<StaffReason>) {
    let mut world = told(script);
    world.rest();
    if ends {
        world.check_end();
        assert_eq!(world.violations, [""; 0], "{script}");
    }
    let all: Vec<_> = world.folds().iter().map(|t| (t.closed, t.with_staff)).collect();
    assert_eq!(all.len(), 1, "{script}");
    all[0]
}

#[test]
fn as_an_answer_to_a_confirm_and_a_cancel() {
    for code in codes() {
        for (said, script, through) in [
            (Said::Settle, "points 1000 · settle CODE always · order · ask points · pay", Closed::Settled),
            (
                Said::SettleNothing,
                "points 999999 · settle CODE always · order · ask points · go on · pay",
                Closed::Settled,
            ),
            (Said::Release, "points 1000 · release CODE always · order · ask points · start over", Closed::Released),
            (
                Said::Cancel,
                "points 1000 · cancel CODE always · order · ask points · pay · done · REFUND",
                Closed::Refunded,
            ),
        ] {
            let lead = lead(&code, said);
            let ended = led(&script.replace("CODE", &code), lead != Lead::Repeat);
            let meant = match lead {
                Lead::Through => (Some(through), None),
                Lead::RepeatThenLapse | Lead::WaitThenLapse | Lead::Lapse => (Some(Closed::Lapsed), None),
                Lead::RepeatThenStaff(reason) | Lead::Staff(reason) => (None, Some(reason)),
                // Without a deadline: it goes on, and staff know.
                Lead::Repeat => (None, Some(StaffReason::CancelUnanswered)),
            };
            assert_eq!(ended, meant, "{code} to {said:?}");
        }
    }
}

#[test]
fn staff_are_told_the_field_that_a_refusal_is_about() {
    let script = "points 100010004 · earn 99999 · order · ask points earn · go on · pay · done";
    let mut world = told(script);
    assert!(
        world.log.iter().any(|line| line.contains("(payAmount: 올바르지 않은 포인트 사용 금액입니다)")),
        "{:?}",
        world.log
    );
    world.run("STAFF");
    let Screen::Staff { page: StaffPage::Attention { notices, .. }, .. } = world.kiosk.view(&world.now).screen else {
        panic!("no list")
    };
    // Prbiti's own times of them, which Prbiti wants to hear in enquiries.
    let times: Vec<&str> = notices.iter().map(|notice| notice.timestamp.as_str()).collect();
    assert_eq!(times, ["1728025307", "1"]);
    let said: Vec<_> = notices.into_iter().map(|notice| notice.said).collect();
    let refused =
        PrbitiSaid::Refused { code: "100010004".into(), class: Class::BadField, field: Some("payAmount".to_owned()) };
    let misfit = PrbitiSaid::Misfit { what: "pointEarn is 99999, and 5000 was asked for at most".into() };
    assert_eq!(said, [misfit, refused]);
}
