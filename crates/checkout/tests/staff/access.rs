//! Who is let in, what is asked of whom, and that nothing is done without it.

use checkout::{
    card::{TerminalAnswer, TerminalOutcome},
    entry::{Closed, Entry, StaffReason},
    kiosk::{Effect, Event, Found, Kiosk},
    money::Won,
    staff::{Action, Finding, FoundIn, Person, Role, WhyNot},
    transaction::{CardState, HandOver},
    view::{Act, CaseState, PeopleOutcome, Search, StaffAct, StaffPage, StaffTab},
};

use super::{Glass, manager, staff};

const PAID: &str = "order coffee · card only · pay · done";
const UNANSWERED: &str = "points 1000 · settle silent always · order coffee · ask points · pay · still 31m";
const CARD_UNKNOWN: &str = "after paying agent forgets · card silent · order coffee · card only · pay · still 3m";

fn found(finding: Finding, number: &str) -> StaffAct {
    StaffAct::Resolve {
        finding,
        found_in: FoundIn::VanRecords,
        number: number.into(),
        amount: None,
        words: "기록 확인".into(),
        pin: "135790".into(),
    }
}

#[test]
fn a_pin_is_looked_at_before_anybody_is_in() {
    let mut glass = Glass::after(PAID);
    glass.touch(Act::StaffEnter { pin: "135790".into() });
    assert_eq!(glass.effects, [Effect::CheckPin("135790".into())]);
    assert_eq!(glass.screen(), "attract");
    glass.send(Event::NotProved);
    assert_eq!(glass.screen(), "attract");
    glass.send(Event::Proved(staff()));
    assert!(matches!(glass.page(), StaffPage::Attention { .. }));
    glass.act(StaffAct::Lock);
    assert_eq!(glass.screen(), "attract");
}

#[test]
fn nobody_is_let_in_over_a_customers_order() {
    for story in ["order coffee", "order coffee · ask points", "card waits · order coffee · card only · pay"] {
        let mut glass = Glass::after(story);
        let before = glass.screen();
        glass.send(Event::Proved(manager()));
        assert_eq!(glass.screen(), before, "{story}");
    }
}

#[test]
fn staff_come_in_from_the_unknown_screen_and_it_comes_back() {
    let mut glass = Glass::after("after paying agent silent · card silent · order coffee · card only · pay");
    assert_eq!(glass.screen(), "unknown");
    glass.send(Event::Proved(staff()));
    assert_eq!(glass.screen(), "staff");
    glass.act(StaffAct::Lock);
    assert_eq!(glass.screen(), "unknown");
}

#[test]
fn without_a_touch_it_locks() {
    let mut glass = Glass::open(PAID, staff());
    glass.pass(299_000);
    assert_eq!(glass.screen(), "staff");
    glass.send(Event::Input);
    glass.pass(299_999);
    assert_eq!(glass.screen(), "staff");
    glass.pass(1);
    assert_eq!(glass.screen(), "attract");
}

#[test]
fn nothing_is_done_for_whoever_is_not_in() {
    let mut glass = Glass::after(UNANSWERED);
    let transaction = glass.youngest();
    for act in [
        StaffAct::Open { transaction },
        StaffAct::Ask { action: Action::SettleAgain },
        StaffAct::Do { action: Action::SettleAgain },
        StaffAct::Go { tab: StaffTab::People },
        StaffAct::SetPerson { name: "나".into(), role: Role::Manager, pin: "135790".into() },
        StaffAct::RemovePerson { name: "점장".into() },
        found(Finding::SettledElsewhere, "1"),
    ] {
        glass.act(act);
    }
    assert_eq!((glass.screen().as_str(), &glass.written, &glass.effects), ("attract", &vec![], &vec![]));
}

#[test]
fn what_a_manager_may_staff_may_not_whatever_the_screen_sends() {
    let mut glass = Glass::open(PAID, staff());
    glass.does(Action::Refund);
    assert_eq!(glass.about().refused, Some(WhyNot::ManagerOnly));
    glass.act(StaffAct::Go { tab: StaffTab::People });
    glass.act(StaffAct::SetPerson { name: "나".into(), role: Role::Manager, pin: "135790".into() });
    glass.act(StaffAct::RemovePerson { name: "점장".into() });
    assert!(!matches!(glass.page(), StaffPage::People { .. }));
    assert_eq!(glass.written, []);
    assert!(glass.effects.iter().all(|effect| matches!(effect, Effect::AskPayment(_))), "{:?}", glass.effects);
}

#[test]
fn an_action_is_asked_about_before_it_is_done() {
    let mut glass = Glass::open(UNANSWERED, staff());
    glass.act(StaffAct::Do { action: Action::SettleAgain });
    assert_eq!(glass.written, []);
    glass.act(StaffAct::Ask { action: Action::SettleAgain });
    assert_eq!(glass.about().asked, Some(Action::SettleAgain));
    glass.act(StaffAct::No);
    assert_eq!(glass.about().asked, None);
    glass.act(StaffAct::Ask { action: Action::SettleAgain });
    glass.act(StaffAct::Do { action: Action::Release });
    assert_eq!(glass.written, []);
    glass.act(StaffAct::Do { action: Action::SettleAgain });
    let by = staff();
    assert_eq!(glass.written.first(), Some(&Entry::StaffActed { by, action: Action::SettleAgain }));
    assert_eq!(glass.about().asked, None);
    // It goes on at once, with the same text.
    assert!(matches!(glass.written.get(1), Some(Entry::Opened { .. })), "{:?}", glass.written);
    // And the second time is refused.
    glass.written.clear();
    glass.does(Action::SettleAgain);
    assert_eq!((glass.about().refused, &glass.written), (Some(WhyNot::InFlight), &vec![]));
}

#[test]
fn a_manager_vouches_with_a_pin_and_a_number() {
    let mut glass = Glass::open(CARD_UNKNOWN, staff());
    assert_eq!(glass.about().findings, [Finding::CardNotCharged, Finding::CardCharged, Finding::CardChargedOther]);
    glass.act(StaffAct::Ask { action: Action::ResolveByHand });
    glass.effects.clear();
    glass.act(found(Finding::CardCharged, "30001234"));
    assert_eq!(glass.effects, [Effect::CheckPin("135790".into())]);
    glass.send(Event::Proved(staff()));
    assert_eq!((glass.about().refused, glass.written.len()), (Some(WhyNot::ManagerOnly), 0));
    glass.act(found(Finding::CardCharged, "30001234"));
    assert_eq!(glass.about().refused, None, "what was refused before isn't an answer to this");
    glass.send(Event::NotProved);
    assert_eq!((glass.about().refused, glass.written.len()), (Some(WhyNot::WrongPin), 0));
    assert_eq!(glass.about().asked, Some(Action::ResolveByHand), "the next PIN may be the right one");
    // Whoever thinks better of it while the PIN is looked at has said nothing.
    glass.act(found(Finding::CardCharged, "30001234"));
    glass.act(StaffAct::No);
    // A PIN that nothing was said with does nothing.
    glass.send(Event::Proved(manager()));
    assert_eq!(glass.written, []);
    for number in ["", "  ", "4111-1111-1111-1111", "010-1234-5678"] {
        glass.act(found(Finding::CardCharged, number));
        glass.send(Event::Proved(manager()));
        assert_eq!((glass.about().refused, glass.written.len()), (Some(WhyNot::NoEvidence), 0));
    }
    glass.act(found(Finding::RefundDone, "30001234"));
    glass.send(Event::Proved(manager()));
    assert_eq!((glass.about().refused, glass.written.len()), (Some(WhyNot::SomethingElseFirst), 0));

    glass.act(found(Finding::CardCharged, " 30001234 "));
    glass.send(Event::Proved(manager()));
    let Some(Entry::ResolvedByHand { by, finding: Finding::CardCharged, number, words, .. }) = glass.written.first()
    else {
        panic!("{:?}", glass.written)
    };
    assert_eq!((by, number.as_str(), words.as_str()), (&manager(), "30001234", "기록 확인"));
    let t = glass.folds.last().unwrap();
    assert!(matches!(&t.card, CardState::Approved(_, approval) if approval.amount == Won::new(5000)));
    assert!(t.by_hand);
    assert_eq!(glass.about().refused, None);
}

#[test]
fn whoever_stands_there_goes_on_when_staff_have_found_out() {
    let story = "after paying agent forgets · card silent · order coffee · card only · pay · wait 20s";
    let mut glass = Glass::open(story, manager());
    glass.act(found(Finding::CardNotCharged, "0"));
    glass.send(Event::Proved(manager()));
    assert_eq!(glass.about().case.state, CaseState::Ended { how: Closed::Unused });
    glass.act(StaffAct::Lock);
    assert_eq!(glass.screen(), "attract");

    let mut glass = Glass::open(story, manager());
    glass.act(found(Finding::CardCharged, "30001234"));
    glass.send(Event::Proved(manager()));
    assert_eq!(glass.screen(), "staff");
    glass.act(StaffAct::Lock);
    assert_eq!(glass.screen(), "settling");
    glass.send(Event::HandedOver(glass.youngest(), Ok(())));
    assert_eq!(glass.screen(), "done");
}

#[test]
fn what_was_not_charged_gives_the_holds_back_and_opens_the_terminal() {
    let story = "points 1000 · after paying agent forgets · card silent · order coffee · ask points · pay · still 3m";
    let mut glass = Glass::open(story, manager());
    assert_eq!(glass.about().case.state, CaseState::NeedsYou { reason: StaffReason::CardUnknown });
    glass.act(found(Finding::CardNotCharged, "0"));
    glass.send(Event::Proved(manager()));
    assert!(
        matches!(
            glass.written.as_slice(),
            [Entry::ResolvedByHand { .. }, Entry::Prepared { .. }, Entry::Opened { .. }]
        ),
        "{:?}",
        glass.written
    );
    glass.act(StaffAct::Lock);
    assert_ne!(glass.screen(), "outOfService");
}

#[test]
fn another_amount_that_was_found_is_given_back() {
    let mut glass = Glass::open(CARD_UNKNOWN, manager());
    let other = |amount| StaffAct::Resolve {
        finding: Finding::CardChargedOther,
        found_in: FoundIn::TerminalSlip,
        number: "30001234".into(),
        amount,
        words: String::new(),
        pin: String::new(),
    };
    for none in [None, Some(Won::ZERO), Some(Won::new(5000))] {
        glass.act(other(none));
        glass.send(Event::Proved(manager()));
        assert_eq!((glass.about().refused, glass.written.len()), (Some(WhyNot::SomethingElseFirst), 0));
    }
    glass.act(other(Some(Won::new(4900))));
    glass.send(Event::Proved(manager()));
    assert_eq!(glass.about().case.state, CaseState::NeedsYou { reason: StaffReason::CardOtherAmount });
    assert_eq!(glass.about().case.suggested, Some(Action::RefundStray));
}

#[test]
fn it_is_closed_by_hand_only_when_nothing_can_be_sent_any_more() {
    let mut glass = Glass::open(UNANSWERED, manager());
    assert_eq!(glass.about().findings, []);
    glass.act(found(Finding::SettledElsewhere, "Q-1"));
    glass.send(Event::Proved(manager()));
    assert_eq!((glass.about().refused, glass.written.len()), (Some(WhyNot::SomethingElseFirst), 0));
    let refused = "settle done silently · points 1000 · order coffee · ask points · pay · still 3m";
    let mut glass = Glass::open(refused, manager());
    assert_eq!(glass.about().findings, [Finding::SettledElsewhere]);
    glass.act(found(Finding::SettledElsewhere, "Q-1"));
    glass.send(Event::Proved(manager()));
    assert_eq!(glass.written.last(), Some(&Entry::Closed { how: Closed::ByHand }));
    let about = glass.about();
    assert_eq!((about.case.state, about.case.by_hand), (CaseState::Ended { how: Closed::ByHand }, true));
}

#[test]
fn nobody_vouches_while_the_terminal_can_still_tell() {
    let story = "after paying agent silent · card silent · order coffee · card only · pay · wait 20s";
    let mut glass = Glass::open(story, manager());
    assert_eq!(glass.about().findings, []);
    glass.act(found(Finding::CardNotCharged, "0"));
    glass.send(Event::Proved(manager()));
    assert_eq!((glass.about().refused, glass.written.len()), (Some(WhyNot::SomethingElseFirst), 0));
}

#[test]
fn what_a_manager_says_was_not_charged_is_asked_about_again() {
    let mut glass = Glass::open(CARD_UNKNOWN, manager());
    glass.act(found(Finding::CardNotCharged, "0"));
    glass.send(Event::Proved(manager()));
    glass.act(StaffAct::Lock);
    let wait = |glass: &Glass| glass.kiosk.wake_ms(&glass.now) - glass.now.boot_ms;
    assert_eq!(wait(&glass), 30_000);
    for later in [60_000, 240_000, 1_500_000, 5_400_000] {
        glass.effects.clear();
        glass.pass(later - 1_000);
        assert_eq!(wait(&glass), 1_000);
        glass.pass(999);
        assert_eq!(wait(&glass), 250);
        assert_eq!(glass.effects, []);
        glass.pass(1);
        assert!(matches!(glass.effects.as_slice(), [Effect::AskPayment(_)]), "{:?}", glass.effects);
    }
}

#[test]
fn what_a_manager_says_was_not_charged_is_asked_about_again_after_a_restart_too() {
    let mut glass = Glass::open(CARD_UNKNOWN, manager());
    glass.act(found(Finding::CardNotCharged, "0"));
    glass.send(Event::Proved(manager()));
    let asked = |glass: &Glass| glass.effects.iter().filter(|e| matches!(e, Effect::AskPayment(_))).count();
    for (gone_ms, looks) in [(6_000_000, [1, 1, 1, 1, 1]), (7_200_000, [0; 5])] {
        glass.now.boot_ms += gone_ms;
        glass.kiosk = Kiosk::new(glass.kiosk.shop(), glass.folds.clone(), 0, (String::new(), 0), &glass.now);
        for (later, look) in [0, 60_000, 240_000, 1_500_000, 5_400_000].into_iter().zip(looks) {
            glass.effects.clear();
            glass.pass(later);
            assert_eq!(asked(&glass), look, "{gone_ms} ms after it, {later} ms later");
        }
    }
}

#[test]
fn a_word_of_the_terminal_throws_nobody_out() {
    let story = "after paying agent silent · card silent · order coffee · card only · pay · wait 20s";
    let mut glass = Glass::open(story, manager());
    let attempt = glass.folds.last().unwrap().card_in_doubt().unwrap().clone();
    let outcome = TerminalOutcome::Declined { code: "51".into(), message: String::new() };
    glass.send(Event::PaymentAsked(attempt.id, Ok(TerminalAnswer { store: attempt.store, outcome })));
    assert_eq!(glass.screen(), "staff");
    glass.act(StaffAct::Lock);
    assert_eq!(glass.screen(), "declined");
}

#[test]
fn a_refund_that_was_declined_can_be_given_up() {
    let declined = "points 1000 · order coffee · ask points · pay · done · refund declined · REFUND";
    let mut glass = Glass::open(declined, staff());
    glass.does(Action::KeepSale);
    assert_eq!(glass.about().refused, Some(WhyNot::ManagerOnly));
    let mut glass = Glass::open(declined, manager());
    glass.does(Action::KeepSale);
    assert_eq!(glass.about().case.state, CaseState::Ended { how: Closed::Settled });
    // What was withdrawn for the refund's sake is for staff to hand over or make.
    let withdrawn = "kitchen refuses · order coffee · card only · pay · still 3m · refund declined · REFUND";
    let mut glass = Glass::open(withdrawn, manager());
    glass.does(Action::KeepSale);
    assert_eq!(glass.about().case.state, CaseState::NeedsYou { reason: StaffReason::HandOverFailed });
    assert_eq!(glass.about().case.suggested, Some(Action::HandOverAgain));
    glass.does(Action::Make);
    assert_eq!(glass.about().case.state, CaseState::Ended { how: Closed::Settled });
    // What was declared void is made by them: nobody else will.
    let void = "kitchen silent · order coffee · card only · pay · still 11m · refund declined · REFUND · kitchen works · still 1m";
    let mut glass = Glass::open(void, manager());
    glass.does(Action::KeepSale);
    assert_eq!(glass.about().case.state, CaseState::Ended { how: Closed::Settled });
    assert!(glass.folds[0].made_by_staff);
}

#[test]
fn staff_tell_by_mouth_what_the_kitchen_does_not_take_on() {
    let void = "order coffee · card only · pay · done · kitchen silent · REFUND · still 2m";
    let mut glass = Glass::open(void, staff());
    assert!(matches!(glass.about().case.state, CaseState::WorkedOn { .. }), "{:?}", glass.about().case);
    glass.effects.clear();
    glass.does(Action::VoidTold);
    assert_eq!(glass.about().case.state, CaseState::Ended { how: Closed::Refunded });
    assert_eq!(glass.folds[0].hand_over, HandOver::Voided);
    assert_eq!(glass.effects, [], "nobody is told again");
    glass.does(Action::VoidTold);
    assert_eq!(glass.about().refused, Some(WhyNot::Done));
}

#[test]
fn while_the_terminal_is_asked_about_one_nothing_of_that_one_is_decided() {
    let story = "order coffee · card only · pay · done · order milk · card only · pay · done · \
                 refund not found · REFUND · agent forgets · still 3m";
    let mut glass = Glass::open(story, manager());
    let why_not =
        |glass: &Glass, action| glass.about().actions.iter().find(|offered| offered.action == action).unwrap().why_not;
    assert_eq!(why_not(&glass, Action::ResolveByHand), None);
    glass.effects.clear();
    glass.does(Action::AskTerminal);
    assert!(matches!(glass.effects.as_slice(), [Effect::AskRefund(..)]), "{:?}", glass.effects);
    assert_eq!(why_not(&glass, Action::ResolveByHand), Some(WhyNot::InFlight));
    glass.act(found(Finding::RefundNotDone, "0"));
    glass.send(Event::Proved(manager()));
    assert_eq!(glass.about().refused, Some(WhyNot::InFlight));
    // Another order is another matter.
    let first = glass.folds[0].id.clone();
    glass.act(StaffAct::Open { transaction: first });
    assert_eq!(why_not(&glass, Action::Refund), None);
}

#[test]
fn nothing_is_sent_again_while_prbiti_is_away() {
    let mut glass = Glass::open(UNANSWERED, staff());
    glass.send(Event::Reachable(false));
    glass.does(Action::SettleAgain);
    assert_eq!((glass.about().refused, glass.written.len()), (Some(WhyNot::PrbitiAway), 0));
    glass.send(Event::Reachable(true));
    glass.does(Action::SettleAgain);
    assert_eq!(glass.about().refused, None);
}

#[test]
fn words_are_kept_short_and_plain() {
    let mut glass = Glass::open(CARD_UNKNOWN, manager());
    glass.act(StaffAct::Resolve {
        finding: Finding::CardNotCharged,
        found_in: FoundIn::Telephone,
        number: "30001234".into(),
        amount: None,
        words: format!("\u{7}010-1234-5678{}", "가".repeat(300)),
        pin: String::new(),
    });
    glass.send(Event::Proved(manager()));
    let Some(Entry::ResolvedByHand { words, .. }) = glass.written.first() else { panic!("{:?}", glass.written) };
    assert_eq!(*words, format!("***-****-****{}", "가".repeat(187)), "nobody's number stays");
}

#[test]
fn nothing_is_decided_while_nothing_can_be_written_down() {
    let mut glass = Glass::open(UNANSWERED, manager());
    glass.kiosk = glass.kiosk.without_journal("disk full".into(), &glass.now);
    glass.send(Event::Proved(manager()));
    glass.act(StaffAct::Open { transaction: glass.youngest() });
    glass.does(Action::SettleAgain);
    assert_eq!((glass.about().refused, glass.written.len()), (Some(WhyNot::NoJournal), 0));
}

#[test]
fn people_are_a_managers_to_change() {
    let mut glass = Glass::open(PAID, manager());
    glass.act(StaffAct::Go { tab: StaffTab::People });
    assert!(matches!(glass.page(), StaffPage::People { outcome: None, .. }));
    glass.effects.clear();
    let person = Person { name: "오후".into(), role: Role::Staff };
    glass.act(StaffAct::SetPerson { name: "오후".into(), role: Role::Staff, pin: "246802".into() });
    glass.act(StaffAct::RemovePerson { name: "오전".into() });
    let set = Effect::SetPerson { person: person.clone(), pin: "246802".into() };
    assert_eq!(glass.effects, [set, Effect::RemovePerson("오전".into())]);
    glass.send(Event::Found(Found::People(vec![manager(), person], Some(PeopleOutcome::Done))));
    let StaffPage::People { people, outcome } = glass.page() else { panic!("{:?}", glass.page()) };
    assert_eq!((people.len(), outcome), (2, Some(PeopleOutcome::Done)));
}

/// A page of the journal, on the day that it is in the simulated shop.
fn all(search: &Search) -> StaffPage {
    StaffPage::All { search: search.clone(), rows: Vec::new(), more: true, today: "2025-10-09".into() }
}

#[test]
fn each_list_is_looked_up_and_comes_back_after_a_transaction() {
    let mut glass = Glass::open(PAID, staff());
    let search = Search { text: "A1".into(), page: 2, ..Search::default() };
    glass.act(StaffAct::Look { search: search.clone() });
    assert_eq!(glass.page(), all(&search));
    glass.act(StaffAct::Open { transaction: glass.youngest() });
    glass.act(StaffAct::Back);
    assert_eq!(glass.page(), all(&search));
    glass.act(StaffAct::Go { tab: StaffTab::All });
    assert_eq!(glass.page(), all(&Search::default()));
    glass.act(StaffAct::Go { tab: StaffTab::Orders });
    assert_eq!(glass.page(), StaffPage::Orders { orders: Vec::new() });
    glass.act(StaffAct::Open { transaction: glass.youngest() });
    glass.act(StaffAct::Back);
    assert_eq!(glass.page(), StaffPage::Orders { orders: Vec::new() });
    glass.act(StaffAct::Go { tab: StaffTab::Attention });
    assert!(matches!(glass.page(), StaffPage::Attention { .. }));
    // What isn't there leads back to the first page.
    glass.act(StaffAct::Open { transaction: checkout::ids::TransactionId::new("nothing000000000000").unwrap() });
    assert!(matches!(glass.page(), StaffPage::Attention { .. }));
}
