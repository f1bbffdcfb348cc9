//! What those who look into a journal read: a transaction entry by entry in plain words, what follows from it now, and
//! its place in the books.
#![allow(clippy::unwrap_used, clippy::panic)]

use checkout::{
    answer::{self, Cancelled, Declined, MessageOutcome, ServiceOutcome, WhyUnknown},
    books::{self, Sums},
    card::{Approval, MaskedCard},
    catalog::{Names, Tax},
    codes::Code,
    entry::{Closed, Entry, NotPosted, StaffReason},
    ids::{ApprovalNumber, AttemptId, ItemId, OptionId, OrderId, RefundId, StoreId, TransactionId},
    money::Won,
    order::{Line, LineOption, Order},
    protocol::{self, AutoClose, Question, Request},
    service::Service,
    settlement,
    time::Now,
    timeline,
    transaction::Transaction,
    view::{Receipt, Way},
};
use expect_test::{Expect, expect};

#[test]
fn a_paid_order_from_its_first_line_to_its_refund() {
    let mut story = Story::paid_with_everything();
    story.pass(1);
    story.tell(Entry::Unanswered { why: WhyUnknown::Watchdog });
    story.outlook();
    story.send(Request::Settle);
    story.message(MessageOutcome::Done, None);
    story.outlook();
    assert_eq!(
        story.sums(),
        Sums {
            total: Won::new(12_000),
            coupon: Won::new(500),
            points: Won::new(1000),
            gift_card: Won::new(700),
            card: Won::new(9800),
            refunded: Won::ZERO,
            given_back: Won::ZERO
        }
    );
    assert_eq!(books::differences(&story.t), [""; 0]);
    story.tell(Entry::RefundBegun { attempt: Some(attempt()) });
    story.outlook();
    story.tell(Entry::RefundStarted { refund: refund(), store: store() });
    story.outlook();
    story.tell(Entry::RefundDone { refund: refund(), approval: Some(cancellation()) });
    story.outlook();
    assert_eq!((story.sums().refunded, story.sums().given_back), (Won::new(9800), Won::new(9800)));
    story.send(Request::Cancel);
    let said = Cancelled {
        point_redeem: Some(Won::new(1000)),
        point_earn: Some(Won::new(30)),
        prepaid: Some(Won::new(700)),
        coupon: true,
    };
    story.message(MessageOutcome::Done, Some(said));
    story.tell(Entry::HandOverVoidStarted);
    story.tell(Entry::HandOverVoided);
    story.outlook();
    story.tell(Entry::Closed { how: Closed::Refunded });
    story.outlook();
    assert_eq!(books::differences(&story.t), [""; 0]);
    story.check(expect![[r#"
        the order was fixed: 12,000 won, taken away
          order order-1
          아메리카노 × 3 (샷 추가 × 2): 12,000 won
        a session of COUPON, at most 12,000 won is about to be shown; nothing was posted yet
          text …
        the text of COUPON was handed over
        Prbiti answered COUPON: it holds 500 won
          status 200, code 200, result 'OK', timestamp '1728025307'
        a session of POINT_REDEEM, at most 11,500 won is about to be shown; nothing was posted yet
          text …
        the text of POINT_REDEEM was handed over
        Prbiti answered POINT_REDEEM: it holds 1,000 won
          status 200, code 200, result 'OK', timestamp '1728025307'
        a session of PREPAID, at most 10,500 won is about to be shown; nothing was posted yet
          text …
        the text of PREPAID was handed over
        Prbiti answered PREPAID: it holds 700 won
          status 200, code 200, result 'OK', timestamp '1728025307'
        a session of POINT_EARN, at most 10,500 won is about to be shown; nothing was posted yet
          text …
        the text of POINT_EARN was handed over
        Prbiti answered POINT_EARN: it holds 30 won
          status 200, code 200, result 'OK', timestamp '1728025307'
        the terminal is about to be asked to charge 9,800 won
          attempt attempt-1, in 3 months, receipt: on paper
          tax free 0 won, VAT 890 won
          the agent's memory: store-1
        the card was charged 9,800 won
          attempt attempt-1: 9,800 won, approval number 30001234, at 2025-10-09T12:00:00+09:00
          card 123456******7890 of '은행', acquirer '매입사', merchant 'M-1', in full
        the order is about to be handed over as A7
          number 7 of business day 2025-10-09
        the order was taken on
        the text of the confirm that settles was fixed once and for all; nothing was posted yet
          text …
        a session of the confirm that settles is about to be shown; nothing was posted yet
          the text that was fixed before
        the text of the confirm that settles was handed over
        the confirm that settles ended without an answer: no answer in time
            | the settlement table says of each service:
            |   COUPON       Y     held: 500 won
            |   POINT_REDEEM Y     held: 1,000 won
            |   PREPAID      Y     held: 700 won
            |   POINT_EARN   Y     held: 30 won
            | deadline: the holds end in 1740 s
            | recovery table, row 8: paid, `confirm` not answered
            |   then: post the journalled `confirm`, the same text each time, until it is answered or the 30 minutes are over; then staff. One without a Y gives nobody anything: then it lapses
            | the kiosk would next: post the confirm that settles in a session of its own
        a session of the confirm that settles is about to be shown; nothing was posted yet
          the text that was fixed before
        the text of the confirm that settles was handed over, for the 2. time: a repeat
        Prbiti answered the confirm that settles: done
          status 200, code 200, result 'OK', timestamp '1728025307'
            | the settlement table says of each service:
            |   COUPON       Y     held: 500 won
            |   POINT_REDEEM Y     held: 1,000 won
            |   PREPAID      Y     held: 700 won
            |   POINT_EARN   Y     held: 30 won
            | deadline: the holds end in 1740 s
            | recovery table, row 11: paid, settled or nothing to settle, handed over or made by staff
            |   then: close
            | the kiosk would next: close it: paid, settled where anything was asked, and handed over or made by staff
        a refund was begun; what was tried to confirm ends here
          the charge of attempt attempt-1
            | the settlement table says of each service:
            |   COUPON       Y     held: 500 won
            |   POINT_REDEEM Y     held: 1,000 won
            |   PREPAID      Y     held: 700 won
            |   POINT_EARN   Y     held: 30 won
            | deadline: the holds end in 1740 s
            | recovery table, row 2: a refund was begun, its outcome isn't known
            |   then: ask the terminal; refused, or what it can't tell, is for staff; what surely never began is asked for again under the same name
            | the kiosk would next: ask the terminal to give back the 9,800 won of attempt attempt-1
        the terminal is about to be asked to give the money back
          refund refund-1, the agent's memory: store-1
            | the settlement table says of each service:
            |   COUPON       Y     held: 500 won
            |   POINT_REDEEM Y     held: 1,000 won
            |   PREPAID      Y     held: 700 won
            |   POINT_EARN   Y     held: 30 won
            | deadline: the holds end in 1740 s
            | recovery table, row 2: a refund was begun, its outcome isn't known
            |   then: ask the terminal; refused, or what it can't tell, is for staff; what surely never began is asked for again under the same name
            | the kiosk would next: ask the terminal what became of refund refund-1 of attempt attempt-1
        the money was given back
          refund refund-1: 9,800 won, approval number 40005678, at 2025-10-09T12:00:00+09:00
          card 123456******7890 of '은행', acquirer '매입사', merchant 'M-1', in full
            | the settlement table says of each service:
            |   COUPON       Y     held: 500 won
            |   POINT_REDEEM Y     held: 1,000 won
            |   PREPAID      Y     held: 700 won
            |   POINT_EARN   Y     held: 30 won
            | deadline: the holds end in 1740 s
            | recovery table, row 3: the refund is done, or none was needed
            |   then: nothing was asked of Prbiti: close; never confirmed: release; settled or in doubt: `cancel`; beside that, an order which the shop has taken on is declared void
            | the kiosk would next: post the cancel in a session of its own
        the text of the cancel was fixed once and for all; nothing was posted yet
          text …
        a session of the cancel is about to be shown; nothing was posted yet
          the text that was fixed before
        the text of the cancel was handed over
        Prbiti answered the cancel: done
          status 200, code 200, result 'OK', timestamp '1728025307'
          Prbiti says that it gave back: points 1,000 won, earned points 30 won, gift card 700 won, coupon yes
        the shop is about to be told that the order is void
        the shop knows that the order is void
            | the settlement table says of each service:
            |   COUPON       Y     held: 500 won
            |   POINT_REDEEM Y     held: 1,000 won
            |   PREPAID      Y     held: 700 won
            |   POINT_EARN   Y     held: 30 won
            | deadline: the holds end in 1740 s
            | recovery table, row 3: the refund is done, or none was needed
            |   then: nothing was asked of Prbiti: close; never confirmed: release; settled or in doubt: `cancel`; beside that, an order which the shop has taken on is declared void
            | the kiosk would next: close it: the money is given back
        closed: the money is given back
            | the settlement table says of each service:
            |   COUPON       Y     held: 500 won
            |   POINT_REDEEM Y     held: 1,000 won
            |   PREPAID      Y     held: 700 won
            |   POINT_EARN   Y     held: 30 won
            | recovery table, row 1: closed, or with staff
            |   then: it rests; beside a late charge, what became of an attempt that is open is asked all the same; what only isn't answered for 10 minutes goes on
            | the kiosk would next: do nothing: it is at rest
    "#]]);
}

#[test]
fn what_prbiti_gives_back_is_compared_with_what_was_settled() {
    let right = Cancelled {
        point_redeem: Some(Won::new(1000)),
        point_earn: Some(Won::new(30)),
        prepaid: Some(Won::new(700)),
        coupon: true,
    };
    for (said, differs) in [
        (right.clone(), false),
        (Cancelled { point_redeem: Some(Won::new(999)), ..right.clone() }, true),
        (Cancelled { point_redeem: None, ..right.clone() }, true),
        (Cancelled { point_earn: Some(Won::ZERO), ..right.clone() }, true),
        (Cancelled { prepaid: Some(Won::new(701)), ..right.clone() }, true),
        (Cancelled { coupon: false, ..right }, true),
    ] {
        let mut story = Story::paid_with_everything();
        story.message(MessageOutcome::Done, None);
        story.tell(Entry::RefundBegun { attempt: Some(attempt()) });
        story.tell(Entry::RefundStarted { refund: refund(), store: store() });
        story.tell(Entry::RefundDone { refund: refund(), approval: Some(cancellation()) });
        story.send(Request::Cancel);
        story.message(MessageOutcome::Done, Some(said.clone()));
        let told = books::differences(&story.t);
        let found = ["Prbiti gave back something else than was settled".to_owned()];
        assert_eq!(told, found[..usize::from(differs)], "{said:?}");
    }
}

#[test]
fn what_does_not_add_up_in_the_books_is_told_with_its_amounts() {
    let right = Sums {
        total: Won::new(12_000),
        coupon: Won::new(500),
        points: Won::new(1000),
        gift_card: Won::new(700),
        card: Won::new(9800),
        refunded: Won::new(9800),
        given_back: Won::new(9800),
    };
    assert_eq!(right.differences(), [""; 0]);
    let twice = right.plus(right);
    assert_eq!((twice.paid(), twice.differences()), (Won::new(24_000), vec![]));
    let wrong = Sums { card: Won::new(9700), given_back: Won::new(100), ..right };
    assert_eq!(
        wrong.differences(),
        [
            "orders cost 12,000 won, and 11,900 won paid for them (coupons 500 won, points 1,000 won, gift cards 700 won, cards 9,700 won)",
            "9,800 won was paid by card for what is refunded, and 100 won was given back",
        ]
    );
}

#[test]
fn an_order_that_was_left_while_prbiti_may_hold_something() {
    let mut story = Story::new();
    story.outlook();
    story.open(Service::PointRedeem);
    story.outlook();
    story.tell(Entry::NotPosted { why: NotPosted::NotLoaded });
    story.open(Service::PointRedeem);
    story.tell(Entry::Asked);
    story.outlook();
    story.tell(Entry::Unanswered { why: WhyUnknown::LeftByCustomer });
    story.outlook();
    story.tell(Entry::Left);
    story.send(Request::Release);
    let misfit = Some("transactionID is another".to_owned());
    story.message(MessageOutcome::Again { code: Code::new("200"), misfit }, None);
    story.pass(30);
    story.outlook();
    story.tell(Entry::Closed { how: Closed::Lapsed });
    assert_eq!(story.sums(), Sums::default());
    story.check(expect![[r#"
        the order was fixed: 12,000 won, taken away
          order order-1
          아메리카노 × 3 (샷 추가 × 2): 12,000 won
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM N     not asked
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: none, nothing was asked of Prbiti
            | recovery table, row 5: nothing was asked, nothing paid
            |   then: close
            | the kiosk would next: close it: nothing was ever asked or paid
        a session of POINT_REDEEM, at most 12,000 won is about to be shown; nothing was posted yet
          text …
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM wait  its session is loading; nothing was posted
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: none, nothing was asked of Prbiti
            | recovery table, row 6: something was asked, nothing paid
            |   then: release; past the 30 minutes Prbiti has given it back by itself: close as lapsed
            | the kiosk would next: wait: something is under way, or only time can tell
        the session of POINT_REDEEM ended and nothing was posted: the module's page didn't load in time
        a session of POINT_REDEEM, at most 12,000 won is about to be shown; nothing was posted yet
          text …
        the text of POINT_REDEEM was handed over
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM wait  asked, no answer yet
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: the holds end in 1800 s
            | recovery table, row 6: something was asked, nothing paid
            |   then: release; past the 30 minutes Prbiti has given it back by itself: close as lapsed
            | the kiosk would next: wait: something is under way, or only time can tell
        POINT_REDEEM ended without an answer: the customer left while it waited
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM N     unknown, so never used: the customer left while it waited
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: the holds end in 1800 s
            | recovery table, row 6: something was asked, nothing paid
            |   then: release; past the 30 minutes Prbiti has given it back by itself: close as lapsed
            | the kiosk would next: post the confirm that releases in a session of its own
        the customer is done with it: walked away, stopped or began again
        the text of the confirm that releases was fixed once and for all; nothing was posted yet
          text …
        a session of the confirm that releases is about to be shown; nothing was posted yet
          the text that was fixed before
        the text of the confirm that releases was handed over
        Prbiti answered the confirm that releases: it may not be done (200; it doesn't fit: transactionID is another), so the same text again
          status 200, code 200, result 'OK', timestamp '1728025307'
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM N     unknown, so never used: the customer left while it waited
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: the holds' 30 minutes are over
            | recovery table, row 6: something was asked, nothing paid
            |   then: release; past the 30 minutes Prbiti has given it back by itself: close as lapsed
            | the kiosk would next: close it: what may have been held ended by itself after 30 minutes; what was paid stays paid
        closed: what may have been held ended by itself after 30 minutes; what was paid stays paid
    "#]]);
}

#[test]
fn money_that_turned_up_after_it_was_proven_not_to_have() {
    let mut story = Story::new();
    story.start(12_000);
    story.outlook();
    story.tell(Entry::PaymentDeclined { attempt: attempt(), code: "51".into(), message: "한도 초과".into() });
    assert_eq!(books::stray(&story.t), Won::ZERO);
    story.tell(Entry::LateApproval { attempt: attempt(), approval: approval(12_000) });
    assert_eq!(books::stray(&story.t), Won::new(12_000));
    story.outlook();
    story.tell(Entry::WithStaff { reason: StaffReason::LateApproval });
    story.outlook();
    story.check(expect![[r#"
        the order was fixed: 12,000 won, taken away
          order order-1
          아메리카노 × 3 (샷 추가 × 2): 12,000 won
        the terminal is about to be asked to charge 12,000 won
          attempt attempt-1, in 3 months, receipt: on paper
          tax free 0 won, VAT 1,090 won
          the agent's memory: store-1
            | the settlement table says of each service:
            |   COUPON       wait  not asked
            |   POINT_REDEEM wait  not asked
            |   PREPAID      wait  not asked
            |   POINT_EARN   wait  not asked
            | deadline: none, nothing was asked of Prbiti
            | recovery table, row 4: the card is in doubt, or a charge turned up that pays for nothing
            |   then: ask the terminal, past the deadline too; what it can't tell is for staff, and the terminal charges nobody until then
            | the kiosk would next: ask the terminal what became of attempt attempt-1
        nothing was charged: refused
          attempt attempt-1, code 51, '한도 초과'
        12,000 won turned out to be charged by an attempt that was proven otherwise
          attempt attempt-1: 12,000 won, approval number 30001234, at 2025-10-09T12:00:00+09:00
          card 123456******7890 of '은행', acquirer '매입사', merchant 'M-1', in full
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM N     not asked
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: none, nothing was asked of Prbiti
            | recovery table, row 4: the card is in doubt, or a charge turned up that pays for nothing
            |   then: ask the terminal, past the deadline too; what it can't tell is for staff, and the terminal charges nobody until then
            | the kiosk would next: leave it to staff: a card was charged after the terminal had said that it wasn't: give it back
        only staff can go on: a card was charged after the terminal had said that it wasn't: give it back
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM N     not asked
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: none, nothing was asked of Prbiti
            | recovery table, row 1: closed, or with staff
            |   then: it rests; beside a late charge, what became of an attempt that is open is asked all the same; what only isn't answered for 10 minutes goes on
            | the kiosk would next: do nothing: it is at rest
            | for staff to do: cancel that charge on the terminal; nothing was made for it
    "#]]);
}

#[test]
fn a_free_order_and_its_clock() {
    let mut story = Story::new();
    story.hold(Service::PointRedeem, 12_000);
    story.tell(Entry::OrderFinished { receipt: Receipt::Phone });
    story.outlook();
    story.now = Now { wall_ms: story.now.wall_ms - 60_000, boot_ms: 1, boot_id: "boot-2".into() };
    story.outlook();
    story.tell(Entry::WithStaff { reason: StaffReason::DeadlineUnknown });
    story.outlook();
    story.check(expect![[r#"
        the order was fixed: 12,000 won, taken away
          order order-1
          아메리카노 × 3 (샷 추가 × 2): 12,000 won
        a session of POINT_REDEEM, at most 12,000 won is about to be shown; nothing was posted yet
          text …
        the text of POINT_REDEEM was handed over
        Prbiti answered POINT_REDEEM: it holds 12,000 won
          status 200, code 200, result 'OK', timestamp '1728025307'
        nothing was left to pay, and the customer finished the order
          receipt: on the phone
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM Y     held: 12,000 won
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: the holds end in 1800 s
            | recovery table, row 8: paid, `confirm` not answered
            |   then: post the journalled `confirm`, the same text each time, until it is answered or the 30 minutes are over; then staff. One without a Y gives nobody anything: then it lapses
            | the kiosk would next: post the confirm that settles in a session of its own
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM Y     held: 12,000 won
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: the clock went back over a restart, so nobody can tell whether the holds still live
            | recovery table, row 8: paid, `confirm` not answered
            |   then: post the journalled `confirm`, the same text each time, until it is answered or the 30 minutes are over; then staff. One without a Y gives nobody anything: then it lapses
            | the kiosk would next: leave it to staff: paid, and nobody can tell whether the holds still live
            |   and beside that: leave it to staff: paid, and not handed over in ten minutes
        only staff can go on: paid, and nobody can tell whether the holds still live
            | the settlement table says of each service:
            |   COUPON       N     not asked
            |   POINT_REDEEM Y     held: 12,000 won
            |   PREPAID      N     not asked
            |   POINT_EARN   N     not asked
            | deadline: the clock went back over a restart, so nobody can tell whether the holds still live
            | recovery table, row 1: closed, or with staff
            |   then: it rests; beside a late charge, what became of an attempt that is open is asked all the same; what only isn't answered for 10 minutes goes on
            | the kiosk would next: do nothing: it is at rest
            | for staff to do: set the machine's clock; see at Prbiti whether it is settled, if not ask them to
    "#]]);
}

/// Every word that stands for an answer, a reason or an end.
#[test]
fn every_answer_reason_and_end_has_words_of_its_own() {
    let code = || Code::new("300020004");
    let declined = [
        Declined::ByCustomer,
        Declined::Nothing,
        Declined::CouponFor { items: vec!["A-1".into(), "A-2".into()] },
        Declined::NotNow { code: code() },
        Declined::NotOffered { code: code() },
        Declined::OurFault { code: code() },
        Declined::Credentials { code: code() },
    ];
    let unknown = [
        WhyUnknown::MayHaveHappened { code: code() },
        WhyUnknown::Violation { what: "pointRedeem is missing".into() },
        WhyUnknown::Watchdog,
        WhyUnknown::LeftByCustomer,
        WhyUnknown::PageGone,
        WhyUnknown::Restarted,
    ];
    let messages = [
        MessageOutcome::Done,
        MessageOutcome::Again { code: code(), misfit: None },
        MessageOutcome::TransactionRefused,
        MessageOutcome::Refused { code: code() },
    ];
    let not_posted = [NotPosted::NotLoaded, NotPosted::LeftByCustomer, NotPosted::PageGone, NotPosted::Restarted];
    let reasons = [
        StaffReason::SettleUnanswered,
        StaffReason::SettleRefused,
        StaffReason::SettleRejected,
        StaffReason::DeadlineUnknown,
        StaffReason::CardUnknown,
        StaffReason::LateApproval,
        StaffReason::HandOverLate,
        StaffReason::HandOverFailed,
        StaffReason::RefundDeclined,
        StaffReason::RefundUnknown,
        StaffReason::CancelRefused,
        StaffReason::JournalImpossible,
    ];
    let ends = [Closed::Settled, Closed::Unused, Closed::Released, Closed::Lapsed, Closed::Refunded];
    let answered = |outcome| Entry::Answered { evidence: evidence("300020004", "failed"), outcome };
    let entries = declined
        .map(|why| answered(ServiceOutcome::Declined { why }))
        .into_iter()
        .chain(unknown.map(|why| answered(ServiceOutcome::Unknown { why })))
        .chain(messages.map(|outcome| Entry::MessageAnswered {
            evidence: evidence("300020004", "failed"),
            outcome,
            cancelled: None,
        }))
        .chain(not_posted.map(|why| Entry::NotPosted { why }))
        .chain(reasons.map(|reason| Entry::WithStaff { reason }))
        .chain(ends.map(|how| Entry::Closed { how }));
    let told: Vec<String> = entries.map(|entry| timeline::tell(None, &entry).what).collect();
    expect![[r#"
        Prbiti answered a session: nothing is held: the customer said no, or let the time run out
        Prbiti answered a session: nothing is held: a success that uses nothing
        Prbiti answered a session: nothing is held: a coupon for items that weren't bought (A-1, A-2)
        Prbiti answered a session: nothing is held: it doesn't work just now (300020004)
        Prbiti answered a session: nothing is held: this terminal doesn't have it (300020004)
        Prbiti answered a session: nothing is held: Prbiti didn't accept what was sent (300020004)
        Prbiti answered a session: nothing is held: key, terminal or tenant refused (300020004)
        Prbiti answered a session: something may be held: an error after which it may be done (300020004)
        Prbiti answered a session: something may be held: the answer doesn't fit what was asked (pointRedeem is missing)
        Prbiti answered a session: something may be held: no answer in time
        Prbiti answered a session: something may be held: the customer left while it waited
        Prbiti answered a session: something may be held: the kiosk's page was loaded anew while it waited
        Prbiti answered a session: something may be held: the kiosk was started anew while it waited
        Prbiti answered a session: done
        Prbiti answered a session: it may not be done (300020004), so the same text again
        Prbiti answered a session: that transactionID is settled, released, lapsed or unknown (100010003)
        Prbiti answered a session: it will never be accepted like this (300020004)
        the session of a session ended and nothing was posted: the module's page didn't load in time
        the session of a session ended and nothing was posted: the customer left before it had loaded
        the session of a session ended and nothing was posted: the kiosk's page was loaded anew
        the session of a session ended and nothing was posted: the kiosk was started anew
        only staff can go on: paid, and Prbiti didn't confirm within 30 minutes
        only staff can go on: paid, and Prbiti says that this transactionID is settled or has lapsed
        only staff can go on: paid, and Prbiti doesn't accept the confirm as it is
        only staff can go on: paid, and nobody can tell whether the holds still live
        only staff can go on: the agent remembers nothing of it, so nobody knows whether the card was charged
        only staff can go on: a card was charged after the terminal had said that it wasn't: give it back
        only staff can go on: paid, and not handed over in ten minutes
        only staff can go on: paid, and the order wasn't taken on
        only staff can go on: the terminal refused the refund
        only staff can go on: nobody knows whether the money was given back
        only staff can go on: the money is given back, and Prbiti doesn't take the benefits back
        only staff can go on: its entries are damaged, contradict each other or are of a newer program
        closed: paid, settled where anything was asked, and handed over or made by staff
        closed: nothing was ever asked or paid
        closed: what was held is given back
        closed: what may have been held ended by itself after 30 minutes; what was paid stays paid
        closed: the money is given back"#]]
    .assert_eq(&told.join("\n"));
}

/// A transaction, and what is told of it.
struct Story {
    t: Transaction,
    now: Now,
    told: Vec<String>,
}

impl Story {
    fn new() -> Story {
        let now = Now { wall_ms: 1_760_000_000_000, boot_ms: 3_600_000, boot_id: "boot-1".into() };
        let order = Order { id: OrderId::new("order-1").unwrap(), way: Way::ToGo, lines: lines() };
        let id = TransactionId::new("0192f0c4a7b87d3e8f1a2b3c4d5e6f70").unwrap();
        let t = Transaction::new(id, order.clone(), now.clone());
        let mut story = Story { t, now, told: Vec::new() };
        story.keep(timeline::tell(None, &Entry::Began { order }));
        story
    }

    fn keep(&mut self, told: timeline::Told) {
        self.told.push(told.what);
        // Messages have tests of their own.
        let short =
            |line: String| if line.starts_with("text, ") { "  text …".to_owned() } else { format!("  {line}") };
        self.told.extend(told.details.into_iter().map(short));
    }

    fn tell(&mut self, entry: Entry) {
        self.keep(timeline::tell(Some(&self.t), &entry));
        self.t.apply(&entry, &self.now).unwrap();
    }

    fn outlook(&mut self) {
        let lines = timeline::outlook(&self.t, &self.now);
        self.told.extend(lines.into_iter().map(|line| format!("    | {line}")));
    }

    fn open(&mut self, service: Service) {
        let limit = self.t.limit(service);
        let lines = lines();
        let question = Question::new(service, limit, &lines).unwrap();
        let payload = protocol::connection(&self.t.id, question, AutoClose::Connection);
        self.tell(Entry::Opened { request: Request::Connect(service), limit: Some(limit), payload });
    }

    fn hold(&mut self, service: Service, won: i64) {
        self.open(service);
        self.tell(Entry::Asked);
        let outcome = ServiceOutcome::Held { amount: Won::new(won) };
        self.tell(Entry::Answered { evidence: evidence("200", ""), outcome });
    }

    fn start(&mut self, won: i64) {
        self.tell(Entry::PaymentStarted {
            attempt: attempt(),
            amount: Won::new(won),
            tax_free: Won::ZERO,
            tax: Won::new(won / 11),
            months: 3,
            store: store(),
            receipt: Receipt::Paper,
        });
    }

    fn charge(&mut self, won: i64) {
        self.start(won);
        self.tell(Entry::PaymentApproved { attempt: attempt(), approval: approval(won) });
    }

    fn hand_over(&mut self) {
        self.tell(Entry::HandOverStarted { business_day: "2025-10-09".into(), number: 7, order_number: "A7".into() });
        self.tell(Entry::HandedOver);
    }

    fn send(&mut self, request: Request) {
        let fixed = self.t.message(request).map(|message| message.payload.clone());
        let payload = fixed.unwrap_or_else(|| {
            let payload = settlement::payload(&self.t, request);
            self.tell(Entry::Prepared { request, payload: payload.clone() });
            payload
        });
        self.tell(Entry::Opened { request, limit: None, payload });
        self.tell(Entry::Asked);
    }

    fn message(&mut self, outcome: MessageOutcome, cancelled: Option<Cancelled>) {
        self.tell(Entry::MessageAnswered { evidence: evidence("200", ""), outcome, cancelled });
    }

    fn pass(&mut self, minutes: i64) {
        self.now.wall_ms += minutes * 60_000;
        self.now.boot_ms += minutes * 60_000;
    }

    fn sums(&self) -> Sums {
        Sums::of(&self.t)
    }

    /// All four services, a card, handed over, and asked to settle.
    fn paid_with_everything() -> Story {
        let mut story = Story::new();
        story.hold(Service::Coupon, 500);
        story.hold(Service::PointRedeem, 1000);
        story.hold(Service::Prepaid, 700);
        story.hold(Service::PointEarn, 30);
        story.charge(9800);
        story.hand_over();
        story.send(Request::Settle);
        story
    }

    fn check(&self, expected: Expect) {
        expected.assert_eq(&(self.told.join("\n") + "\n"));
    }
}

fn lines() -> Vec<Line> {
    let names = |ko: &str| Names { ko: ko.into(), en: None, zh: None, ja: None };
    vec![Line {
        item: ItemId::new("coffee").unwrap(),
        names: names("아메리카노"),
        picture: String::new(),
        price: Won::new(3000),
        tax: Tax::Taxable,
        options: vec![LineOption {
            option: OptionId::new("shot").unwrap(),
            names: names("샷 추가"),
            price: Won::new(500),
            per_piece: 2,
        }],
        pieces: 3,
    }]
}

fn attempt() -> AttemptId {
    AttemptId::new("attempt-1").unwrap()
}

fn refund() -> RefundId {
    RefundId::new("refund-1").unwrap()
}

fn store() -> StoreId {
    StoreId::new("store-1").unwrap()
}

fn evidence(code: &str, message: &str) -> answer::Evidence {
    let text = format!(
        r#"{{"status":"200","result":"OK","timestamp":1728025307,"data":{{"errorCode":{code},"errorMsg":"{message}"}}}}"#
    );
    answer::read(&text).unwrap().evidence
}

fn approval(won: i64) -> Approval {
    Approval {
        amount: Won::new(won),
        approval_number: ApprovalNumber::new("30001234").unwrap(),
        approved_at: "2025-10-09T12:00:00+09:00".into(),
        method: "card".into(),
        issuer: "은행".into(),
        acquirer: "매입사".into(),
        masked_card: MaskedCard::of("123456******7890"),
        merchant_id: "M-1".into(),
        instalment_months: 0,
    }
}

/// What the issuer approves of giving all of it back.
fn cancellation() -> Approval {
    Approval { approval_number: ApprovalNumber::new("40005678").unwrap(), ..approval(9800) }
}

/// What can't have happened is found, whatever wrote it (protocol.md §6: at most one attempt that isn't proven to have
/// ended).
#[test]
fn facts_that_contradict_each_other_are_refused() {
    let started = |story: &Story| Entry::PaymentStarted {
        attempt: AttemptId::new("attempt-2").unwrap(),
        amount: story.t.due(),
        tax_free: Won::ZERO,
        tax: Won::ZERO,
        months: 0,
        store: store(),
        receipt: Receipt::None,
    };
    let refused = |story: &Story, entry: &Entry| story.t.clone().apply(entry, &story.now).is_err();
    let mut story = Story::new();
    let finished = Entry::OrderFinished { receipt: Receipt::None };
    let late = Entry::LateApproval { attempt: attempt(), approval: approval(12_000) };
    assert!(refused(&story, &finished), "something is left to pay");
    assert!(refused(&story, &late), "no attempt ended without a charge");
    assert!(!refused(&story, &started(&story)));
    story.start(12_000);
    assert!(refused(&story, &started(&story)), "another attempt may charge");
    assert!(refused(&story, &late), "it is in doubt, so nothing was proven");
    story.tell(Entry::PaymentDeclined { attempt: attempt(), code: "51".into(), message: String::new() });
    assert!(!refused(&story, &started(&story)), "another card");
    assert!(!refused(&story, &late));
    story.tell(Entry::Left);
    assert!(refused(&story, &started(&story)), "nobody is there to pay");
    let mut paid = Story::new();
    paid.charge(12_000);
    assert!(refused(&paid, &started(&paid)), "it is paid");
    assert!(refused(&paid, &finished));
    let mut free = Story::new();
    free.hold(Service::PointRedeem, 12_000);
    assert!(!refused(&free, &finished));
}
