//! Very many orders go right, and the bugs that are put in on purpose are found.
#![allow(clippy::panic)]

use simulation::{
    run::{run, shrink, tell},
    sabotage::Sabotage,
};

#[test]
fn whatever_goes_wrong_nothing_is_lost_or_taken_twice() {
    let found = run(10_000, 1, None);
    let told: Vec<_> = found.failures.iter().map(|f| (&f.violation, f.words.join(" · "))).collect();
    assert!(told.is_empty(), "{told:#?}");
    assert_eq!(found.never_met(), [""; 0], "the world hasn't tried everything");
    assert!(found.orders >= 10_000);
}

#[test]
fn the_same_seed_tells_the_same_stories() {
    assert_eq!(run(200, 7, None), run(200, 7, None));
    assert_ne!(run(200, 7, None).struck, run(200, 8, None).struck);
}

/// The bug is found, by what is said of it, and nothing is found without it; and a short story of it can be told.
#[track_caller]
fn finds(bug: Sabotage, violations: &[&str]) {
    let found = run(2_000, 1, Some(bug));
    let is_it = |violation: &str| violations.iter().any(|known| violation.contains(known));
    let failure = found.failures.iter().find(|failure| is_it(&failure.violation));
    let others: Vec<_> = found.failures.iter().map(|failure| &failure.violation).take(9).collect();
    let failure = failure.unwrap_or_else(|| panic!("{bug:?} wasn't found, but {others:#?}"));
    let story = shrink(&failure.words, &failure.violation, Some(bug));
    assert!(story.len() <= 16, "{bug:?}: {}", story.join(" · "));
    assert!(is_it(&tell(&story, Some(bug)).violations[0]), "{bug:?}: {}", story.join(" · "));
    let without = tell(&story, None).violations;
    assert!(without.is_empty(), "without {bug:?}: {without:?} in {}", story.join(" · "));
}

macro_rules! finds {
    ($($test:ident: $bug:ident, $($violation:literal)|+;)*) => {
        $(#[test]
        fn $test() {
            finds(Sabotage::$bug, &[$($violation),+]);
        })*
    };
}

finds! {
    an_effect_before_its_row_is_found: EffectBeforeRow, "without a durable row" | "without its row" | "no row has in flight";
    unknown_treated_as_declined_is_found: UnknownIsDeclined, "won of a card" | "is charged again" | "releases a paid order";
    a_confirm_repeated_with_another_payload_is_found: OtherPayload, "a repeat is another text";
    a_late_charge_that_is_overheard_is_found: LateChargeOverheard, "won of a card";
    a_charge_that_is_not_looked_for_is_found: NoSecondLook, "never asked again";
    a_release_while_a_card_is_in_doubt_is_found: DoubtIsCancelled, "while a card is in doubt" | "releases a paid order";
    an_order_handed_over_twice_is_found: HandOverTwice, "after it was taken on";
    an_order_that_is_void_and_nobody_is_told_is_found: VoidUntold, "and is made" | "is made twice";
    a_hold_confirmed_twice_is_found: SettledTwice, "no row has in flight" | "confirmed twice";
    a_transaction_forgotten_at_a_restart_is_found: ForgottenAtRestart, "never at rest" | "neither closed nor with staff";
    a_deadline_by_the_wall_clock_is_found: WallClock, "its holds live" | "which isn't so";
    selling_on_with_a_dying_disk_is_found: SecondSyncIgnored, "dying disk";
    a_log_that_is_not_written_anew_is_found: LogKept, "told durable is lost";
    a_refund_under_another_name_each_time_is_found: RefundRenamed, "given back twice";
    any_answer_taken_for_a_yes_is_found: AnyAnswerIsYes, "closed settled";
}
