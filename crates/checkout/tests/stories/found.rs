//! What the simulation has found: each of these stories once went wrong.

use checkout::entry::StaffReason;
use expect_test::expect;
use simulation::world::World;

use super::check;

#[test]
fn the_shop_is_told_again_that_an_order_is_void_until_it_says_that_it_knows() {
    check(
        "order · card only · pay · done · answer at once · answer at once · answer lost · REFUND",
        expect![
            "charge 5000 → approved 5000 · hand over → taken · closed settled · REFUND · refund → approved 5000 · void → known · the answer is lost [attract] … void → known · closed refunded"
        ],
    );
}

#[test]
fn a_charge_that_turns_up_after_the_commit_that_closed_its_transaction_failed_is_for_staff() {
    check(
        "card declines · after 3 steps commit fails, kept · order · card only · pay · stop · late charge",
        expect![
            "charge 5000 → declined · left · closed unused · JOURNAL FAILS · [outOfService] · what became of it → declined · staff LateApproval [attract]"
        ],
    );
    check(
        "card declines · order · card only · pay · JOURNAL FAILS · charged after all · still 2m",
        expect![
            "charge 5000 → declined · JOURNAL FAILS · [outOfService] · closed unused · what became of it → declined · charged after all · what became of it → approved 5000 · staff LateApproval · what became of it → approved 5000 [attract]"
        ],
    );
}

#[test]
fn who_left_by_a_commit_that_failed_and_is_there_all_the_same_does_not_pay_any_more() {
    check(
        "card silent · after paying agent silent · order · card only · pay · after 0 steps sync fails · tap paper · agent answers · still 40s · another card",
        expect![
            "charge 5000 → silence · alert: a customer waits at the kiosk: it isn't known what became of transaction transaction######### · what became of it → silence · left · JOURNAL FAILS · [unknown] · what became of it → silence · what became of it → not found · stop → not found · closed unused [attract]"
        ],
    );
}

#[test]
fn a_shop_that_takes_on_what_was_withdrawn_is_told_that_it_is_void_also_of_a_free_order() {
    check(
        "points 5000 · order · ask points · kitchen silent · finish · wait 2m · REFUND · kitchen works",
        expect![
            "ask points of 5000 → held 5000 · finished · settle Y:points → 200 · hand over → silence · alert: transaction transaction######### is paid, and its order isn't taken on yet · hand over → silence ×4 · alert: transaction transaction######### is paid, and for a minute the shop hasn't taken its order on · hand over → silence ×2 · REFUND · cancel → 200 [attract] … void → known · closed refunded"
        ],
    );
}

/// The terminal says no, charges all the same, and a second look finds it: whatever happens in between.
#[test]
fn a_charge_after_a_no_is_looked_for_until_the_terminal_answers() {
    for story in [
        // The row that ended the attempt was in a commit that failed, and is there all the same.
        "card declines · after 2 steps commit fails, kept · order · card only · pay · still 20s · charged after all · still 3m",
        // The kiosk started anew before the look was due.
        "card declines · order · card only · pay · CRASH · still 10s · charged after all · still 3m",
        // It started anew long before.
        "card declines · order · card only · pay · still 90m · CRASH · still 20m · charged after all · still 11m",
        // Nobody answered the look.
        "card declines · order · card only · pay · still 20s · charged after all · agent silent · still 2m · agent answers · still 3m",
    ] {
        let mut world = World::new();
        for word in story.split('·') {
            world.word(word.trim());
        }
        world.rest();
        assert_eq!(world.violations, Vec::<String>::new(), "{story}");
        let reason = world.folds().last().unwrap().with_staff;
        assert_eq!(reason, Some(StaffReason::LateApproval), "{story}");
    }
}

#[test]
fn a_sale_is_kept_and_made_by_staff_whose_order_the_shop_was_told_is_void() {
    check(
        "kitchen silent · order · card only · pay · wait 2s · refund declined · REFUND · wait 2s · kitchen works · wait 2s · KEEP · wait 2s · kitchen works",
        expect![
            "charge 5000 → approved 5000 · hand over → silence · REFUND · refund → declined · staff RefundDeclined · KEEP [attract] … void → known · closed settled"
        ],
    );
}
