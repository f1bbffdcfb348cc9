//! A business day's close: its sums are what an independent sum says, and each kind of difference between terminal, Prbiti
//! and orders is found and named.
#![allow(clippy::unwrap_used, clippy::panic)]

use checkout::{
    close::{Candidate, Day, Differs, Listed, PrbitiSide},
    entry::Closed,
    ids::{AttemptId, RefundId},
    money::Won,
    service::Service,
    transaction::{CardState, Transaction},
};
use simulation::world::World;

/// What is left of a story: the transactions, and a terminal whose list agrees with them.
fn after(story: &str) -> (Vec<Candidate>, Vec<Listed>) {
    let mut world = World::new();
    for word in story.split('·') {
        world.word(word.trim());
    }
    assert_eq!(world.violations, Vec::<String>::new(), "{story}");
    let candidates: Vec<Candidate> = world.folds().into_iter().map(counted).collect();
    let mut listed = Vec::new();
    for candidate in &candidates {
        let Some((attempt, approval)) = candidate.t.approved() else { continue };
        let line = line(attempt.id.as_str(), approval.amount.get());
        if candidate.refund {
            listed.push(Listed { refund: Some(RefundId::new("r1").unwrap()), ..line.clone() });
        }
        listed.push(line);
    }
    (candidates, listed)
}

fn counted(t: Transaction) -> Candidate {
    Candidate { sale: t.is_paid(), refund: t.is_refunded(), t }
}

fn line(attempt: &str, amount: i64) -> Listed {
    let attempt = AttemptId::new(attempt).unwrap();
    Listed { attempt, refund: None, amount: Won::new(amount), approval_number: "30001234".into() }
}

fn day(candidates: &[Candidate], listed: Option<&[Listed]>) -> Day {
    Day::of("2026-11-24".into(), candidates, listed)
}

fn found(candidates: &[Candidate], listed: &[Listed]) -> Vec<Differs> {
    day(candidates, Some(listed)).differences.into_iter().map(|found| found.kind).collect()
}

const BENEFITS: &str =
    "coupon 2000 · points 1000 · gift 500 · earn 30 · order latte · ask coupon points gift earn · pay · done";
const CARD: &str = "order coffee · card only · pay · done";
const REFUNDED: &str = "points 1000 · order coffee · ask points · pay · done · REFUND · still 2m";

#[test]
fn a_day_is_the_sum_of_its_orders() {
    let (mut candidates, mut listed) = after(BENEFITS);
    let (more, also) = after(CARD);
    candidates.extend(more.into_iter().map(|mut candidate| {
        // Another world begins with the same names.
        if let CardState::Approved(attempt, _) = &mut candidate.t.card {
            attempt.id = AttemptId::new("another").unwrap();
        }
        candidate
    }));
    listed.extend(also.into_iter().map(|line| Listed { attempt: AttemptId::new("another").unwrap(), ..line }));
    let day = day(&candidates, Some(&listed));
    assert_eq!((day.differences.as_slice(), day.agreed), ([].as_slice(), 2));
    let sum = |of: &dyn Fn(&Transaction) -> i64| candidates.iter().map(|candidate| of(&candidate.t)).sum::<i64>();
    let held = |service| move |t: &Transaction| t.held(service).map_or(0, Won::get);
    assert_eq!(day.sales.orders.amount.get(), sum(&|t| t.total().get()));
    assert_eq!(day.sales.coupon.amount.get(), sum(&held(Service::Coupon)));
    assert_eq!(day.sales.points.amount.get(), sum(&held(Service::PointRedeem)));
    assert_eq!(day.sales.gift_card.amount.get(), sum(&held(Service::Prepaid)));
    assert_eq!((day.sales.earn.count, day.sales.earn.amount.get()), (1, 30));
    assert_eq!((day.sales.orders.count, day.sales.card.count, day.sales.coupon.count), (2, 2, 1));
    let terminal = day.terminal.unwrap();
    assert_eq!(day.card_due(), terminal.approved.amount);
    assert_eq!(day.sales.card, terminal.approved);
    // 11 parts are 10 of supply and 1 of VAT, to the won.
    let vat = |amount: i64| amount - (amount * 20 + 11) / 22;
    assert_eq!(day.sales.vat.get(), sum(&|t| vat(t.total().get())), "{:?}", day.sales);
    assert_eq!(day.sales.card_vat.get(), sum(&|t| vat(t.approval().unwrap().amount.get())));
}

#[test]
fn what_is_given_back_is_counted_on_its_own_day() {
    let (mut candidates, listed) = after(REFUNDED);
    let both = day(&candidates, Some(&listed));
    assert_eq!((both.differences.as_slice(), both.card_due()), ([].as_slice(), Won::ZERO));
    assert_eq!(both.sales.orders, both.refunds.orders);
    assert_eq!(both.bookings.len(), 2);
    // The next day has the refund alone; of the sale's line, should the terminal list it again, it says nothing.
    candidates[0].sale = false;
    let next = day(&candidates, Some(&listed));
    assert_eq!((next.differences.as_slice(), next.sales.orders.count), ([].as_slice(), 0));
    assert_eq!(next.card_due().get(), -next.refunds.card.amount.get());
    assert_eq!(next.terminal.unwrap().approved.count, 0);
    // And the day of the sale has nothing of the refund.
    (candidates[0].sale, candidates[0].refund) = (true, false);
    let first = day(&candidates, Some(&listed));
    assert_eq!((first.differences.as_slice(), first.refunds.orders.count), ([].as_slice(), 0));
}

#[test]
fn an_approval_without_an_order_is_found() {
    let (candidates, mut listed) = after(CARD);
    listed.push(line("nobodys", 8_300));
    let day = day(&candidates, Some(&listed));
    let [found] = day.differences.as_slice() else { panic!("{:?}", day.differences) };
    assert_eq!((found.kind, found.terminal, found.order), (Differs::ApprovalWithoutOrder, Some(Won::new(8_300)), None));
    assert_eq!((&found.transaction, found.approval_number.as_deref()), (&None, Some("30001234")));
    assert_eq!(day.terminal.unwrap().approved.amount.get() - day.card_due().get(), 8_300);
    // What the terminal charged and gave back by itself is nobody's loss.
    listed.push(Listed { refund: Some(RefundId::new("r9").unwrap()), ..line("nobodys", 8_300) });
    assert_eq!(found_none(&candidates, &listed), 0);
}

fn found_none(candidates: &[Candidate], listed: &[Listed]) -> usize {
    found(candidates, listed).len()
}

#[test]
fn a_charge_of_an_order_that_is_not_paid_by_it_names_the_order() {
    let (candidates, _) = after("card declines · order coffee · card only · pay");
    let attempt = candidates[0].t.ended_attempts.first().unwrap().as_str().to_owned();
    let day = day(&candidates, Some(&[line(&attempt, 5_000)]));
    let [found] = day.differences.as_slice() else { panic!("{:?}", day.differences) };
    assert_eq!((found.kind, found.transaction.as_ref()), (Differs::ApprovalWithoutOrder, Some(&candidates[0].t.id)));
}

#[test]
fn an_order_without_an_approval_is_found() {
    let (candidates, _) = after(CARD);
    assert_eq!(found(&candidates, &[]), [Differs::OrderWithoutApproval]);
    // A terminal that doesn't answer has no list that anything could be missing from.
    let silent = day(&candidates, None);
    assert_eq!((silent.differences.as_slice(), silent.terminal, silent.agrees()), ([].as_slice(), None, false));
}

#[test]
fn amounts_that_differ_are_found() {
    let (candidates, mut listed) = after(CARD);
    listed[0].amount = Won::new(4_999);
    let day = day(&candidates, Some(&listed));
    let [found] = day.differences.as_slice() else { panic!("{:?}", day.differences) };
    assert_eq!(found.kind, Differs::AmountsDiffer);
    assert_eq!((found.terminal, found.order), (Some(Won::new(4_999)), Some(Won::new(5_000))));
}

#[test]
fn an_order_without_a_settlement_is_found_with_what_to_do() {
    let (candidates, listed) =
        after("points 1000 · settle silent always · order coffee · ask points · pay · still 31m");
    let day = day(&candidates, Some(&listed));
    let [found] = day.differences.as_slice() else { panic!("{:?}", day.differences) };
    assert_eq!((found.kind, found.prbiti), (Differs::OrderWithoutSettlement, PrbitiSide::Unanswered));
    assert!(found.suggested.is_some());
}

#[test]
fn a_settlement_without_an_order_is_found() {
    let (mut candidates, _) = after(BENEFITS);
    // No story leads here: the kiosk confirms nothing that isn't paid. So it is made, as a journal might hold it.
    candidates[0].t.card = CardState::Cancelled;
    candidates[0].sale = false;
    let day = day(&candidates, Some(&[]));
    let [found] = day.differences.as_slice() else { panic!("{:?}", day.differences) };
    assert_eq!((found.kind, found.prbiti), (Differs::SettlementWithoutOrder, PrbitiSide::Settled));
}

#[test]
fn a_refund_without_a_cancel_is_found() {
    let (candidates, listed) =
        after("points 1000 · order coffee · ask points · pay · done · cancel silent always · REFUND · still 11m");
    let kinds = found(&candidates, &listed);
    assert_eq!(kinds, [Differs::RefundWithoutCancel]);
}

#[test]
fn a_refund_that_only_one_side_knows_is_found() {
    let (mut candidates, listed) = after(REFUNDED);
    let charges: Vec<Listed> = listed.iter().filter(|line| line.refund.is_none()).cloned().collect();
    assert_eq!(found(&candidates, &charges), [Differs::RefundNotListed]);
    candidates[0].refund = false;
    candidates[0].t.refund = None;
    candidates[0].t.closed = Some(Closed::Settled);
    assert_eq!(found(&candidates, &listed), [Differs::RefundWithoutOrder]);
}

#[test]
fn money_that_went_back_twice_is_found() {
    let (candidates, mut listed) = after(REFUNDED);
    let again = listed.iter().find(|line| line.refund.is_some()).unwrap().clone();
    listed.push(Listed { refund: Some(RefundId::new("r2").unwrap()), ..again });
    let day = day(&candidates, Some(&listed));
    let [found] = day.differences.as_slice() else { panic!("{:?}", day.differences) };
    assert_eq!((found.kind, found.transaction.as_ref()), (Differs::RefundWithoutOrder, Some(&candidates[0].t.id)));
    assert_eq!(day.terminal.unwrap().refunded.count, 2);
}
