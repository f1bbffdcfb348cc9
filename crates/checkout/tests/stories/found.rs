//! What the simulation has found: each of these stories once went wrong.

use expect_test::expect;

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
