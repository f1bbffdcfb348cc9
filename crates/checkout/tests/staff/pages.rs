//! What staff see of a transaction from whatever state it is in.

use checkout::view::{CaseState, StaffPage, StaffTransaction};
use expect_test::{Expect, expect};
use serde::Serialize;

use super::{Glass, manager, staff};

/// A word of the screen's, as the page gets it.
fn word(of: impl Serialize) -> String {
    let value = serde_json::to_value(of).unwrap();
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn told(about: &StaffTransaction) -> String {
    let StaffTransaction { case, goods, legs, approval, row, actions, findings, terminal_says, moments, .. } = about;
    let state = match case.state {
        CaseState::NeedsYou { reason } => format!("needs you: {}", word(reason)),
        CaseState::WorkedOn { doing, next_in_s } => format!("worked on: {} in {next_in_s} s", word(doing)),
        CaseState::Ended { how } => format!("ended: {}", word(how)),
        CaseState::Unreadable => "unreadable".into(),
    };
    let held =
        case.held_until_ms.map_or_else(String::new, |until| format!(", held for {} s", (until - case.at_ms) / 1000));
    let mut lines = vec![format!(
        "{state}{held}; row {row}; goods {}; {}suggested {}",
        word(goods),
        if case.by_hand { "by hand; " } else { "" },
        case.suggested.map_or_else(|| "-".into(), word)
    )];
    let legs = legs.iter().map(|leg| format!("{} {} {}", word(leg.of), leg.amount, word(leg.state)));
    lines.push(legs.collect::<Vec<_>>().join(", "));
    lines.push(format!(
        "approval {}; terminal {}",
        approval.as_ref().map_or("-", |line| &line.number),
        word(terminal_says)
    ));
    for action in actions {
        let preview = action.preview.iter().map(|p| format!("{} {} {}", word(p.of), p.amount, word(p.fate)));
        let late = if action.late { " late" } else { "" };
        let why_not = action.why_not.map_or_else(|| "yes".into(), word);
        lines.push(format!("  {}: {why_not}{late} [{}]", word(action.action), preview.collect::<Vec<_>>().join(", ")));
    }
    if !findings.is_empty() {
        lines.push(format!("  found: {}", findings.iter().map(word).collect::<Vec<_>>().join(", ")));
    }
    for moment in moments {
        let mut line = format!("{} {} {}", moment.seq, word(moment.what), word(moment.tone));
        let more = [
            moment.service.map(word),
            moment.message.map(word),
            moment.amount.map(|amount| amount.to_string()),
            (moment.repeat > 0).then(|| format!("again {}", moment.repeat)),
            moment.code.clone(),
            moment.by.as_ref().map(|by| by.name.clone()),
            moment.action.map(word),
            moment.finding.map(word),
            moment.found_in.map(word),
            moment.reason.map(word),
            moment.how.map(word),
        ];
        for part in more.into_iter().flatten() {
            line += &format!(" {part}");
        }
        lines.push(line);
    }
    lines.join("\n")
}

fn check(story: &str, expected: &Expect) {
    expected.assert_eq(&told(&Glass::open(story, manager()).about()));
}

#[test]
fn the_two_lists_are_not_mixed() {
    let mut glass = Glass::after(
        "points 1000 · settle silent always · order coffee · ask points · pay · wait 40s · done · still 40s · \
         order milk · kitchen refuses · card only · pay · still 40s",
    );
    glass.send(checkout::kiosk::Event::Proved(staff()));
    let StaffPage::Attention { needs_you, worked_on, .. } = glass.page() else { panic!("{:?}", glass.page()) };
    assert!(
        matches!(needs_you.as_slice(), [case] if matches!(case.state, CaseState::NeedsYou { .. })),
        "{needs_you:?}"
    );
    assert!(
        matches!(worked_on.as_slice(), [case] if matches!(case.state, CaseState::WorkedOn { .. })),
        "{worked_on:?}"
    );
}

#[test]
fn a_settled_order() {
    check(
        "points 1000 · earn 50 · order coffee · ask points earn · pay · done",
        &expect![[r#"
            ended: settled; row 1; goods handedOut; suggested -
            coupon 0 won notUsed, points 1000 won used, giftCard 0 won notUsed, earn 50 won used, card 4000 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: done [points 1000 won settled, earn 50 won settled, card 4000 won stays]
              release: over [points 1000 won givenBack, earn 50 won takenBack, card 4000 won stays]
              ask_terminal: nothingInDoubt [points 1000 won stays, earn 50 won stays, card 4000 won asked]
              refund_stray: nothingTaken [points 1000 won stays, earn 50 won stays]
              refund: yes [points 1000 won givenBack, earn 50 won takenBack, card 4000 won givenBack]
              keep_sale: notRefunded [points 1000 won stays, earn 50 won stays, card 4000 won stays]
              cancel_again: notRefunded [points 1000 won givenBack, earn 50 won takenBack, card 4000 won stays]
              hand_over_again: done [points 1000 won stays, earn 50 won stays, card 4000 won stays]
              make: done [points 1000 won stays, earn 50 won stays, card 4000 won stays]
              void_told: notVoid [points 1000 won stays, earn 50 won stays, card 4000 won stays]
              resolve_by_hand: over [points 1000 won asFound, earn 50 won asFound, card 4000 won asFound]
            0 began plain 5000 won
            1 opened plain POINT_REDEEM connect 5000 won
            2 asked plain POINT_REDEEM connect
            3 held good POINT_REDEEM connect 1000 won 200
            4 opened plain POINT_EARN connect 4000 won
            5 asked plain POINT_EARN connect
            6 held good POINT_EARN connect 50 won 200
            7 paymentStarted plain 4000 won
            8 paymentApproved good 4000 won 30001234
            9 prepared plain settle
            10 handOverStarted plain A1
            11 opened plain settle
            12 handedOver good
            13 asked plain settle
            14 messageDone good settle 200
            15 closed good settled"#]],
    );
}

#[test]
fn an_order_by_card_only() {
    check(
        "order latte+shot×2 milk · card only · pay · done",
        &expect![[r#"
            ended: settled; row 1; goods handedOut; suggested -
            coupon 0 won notUsed, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 14360 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: nothingAsked [card 14360 won stays]
              release: nothingAsked [card 14360 won stays]
              ask_terminal: nothingInDoubt [card 14360 won asked]
              refund_stray: nothingTaken []
              refund: yes [card 14360 won givenBack]
              keep_sale: notRefunded [card 14360 won stays]
              cancel_again: notRefunded [card 14360 won stays]
              hand_over_again: done [card 14360 won stays]
              make: done [card 14360 won stays]
              void_told: notVoid [card 14360 won stays]
              resolve_by_hand: over [card 14360 won asFound]
            0 began plain 14360 won
            1 paymentStarted plain 14360 won
            2 paymentApproved good 14360 won 30001234
            3 handOverStarted plain A1
            4 handedOver good
            5 closed good settled"#]],
    );
}

#[test]
fn a_settlement_that_is_not_answered() {
    check(
        "points 1000 · settle silent always · order coffee · ask points · pay · wait 40s · done · still 40s",
        &expect![[r#"
            worked on: waits in 0 s, held for 1800 s; row 8; goods handedOut; suggested -
            coupon 0 won notUsed, points 1000 won unknown, giftCard 0 won notUsed, earn 0 won notUsed, card 4000 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: inFlight [points 1000 won settled, card 4000 won stays]
              release: paid [points 1000 won givenBack, card 4000 won stays]
              ask_terminal: nothingInDoubt [points 1000 won stays, card 4000 won asked]
              refund_stray: nothingTaken [points 1000 won stays]
              refund: inFlight [points 1000 won givenBack, card 4000 won givenBack]
              keep_sale: notRefunded [points 1000 won stays, card 4000 won stays]
              cancel_again: notRefunded [points 1000 won givenBack, card 4000 won stays]
              hand_over_again: done [points 1000 won stays, card 4000 won stays]
              make: done [points 1000 won stays, card 4000 won stays]
              void_told: notVoid [points 1000 won stays, card 4000 won stays]
              resolve_by_hand: somethingElseFirst [points 1000 won asFound, card 4000 won asFound]
            0 began plain 5000 won
            1 opened plain POINT_REDEEM connect 5000 won
            2 asked plain POINT_REDEEM connect
            3 held good POINT_REDEEM connect 1000 won 200
            4 paymentStarted plain 4000 won
            5 paymentApproved good 4000 won 30001234
            6 prepared plain settle
            7 handOverStarted plain A1
            8 opened plain settle
            9 handedOver good
            10 asked plain settle
            11 unanswered doubt settle
            12 opened plain settle
            13 asked plain settle again 1
            14 unanswered doubt settle
            15 opened plain settle
            16 asked plain settle again 2"#]],
    );
}

#[test]
fn a_settlement_that_was_never_answered() {
    check(
        "points 1000 · settle silent always · order coffee · ask points · pay · still 31m",
        &expect![[r#"
            needs you: settle_unanswered, held for 1800 s; row 1; goods handedOut; suggested settle_again
            coupon 0 won notUsed, points 1000 won unknown, giftCard 0 won notUsed, earn 0 won notUsed, card 4000 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: yes late [points 1000 won settled, card 4000 won stays]
              release: paid late [points 1000 won givenBack, card 4000 won stays]
              ask_terminal: nothingInDoubt [points 1000 won stays, card 4000 won asked]
              refund_stray: nothingTaken [points 1000 won stays]
              refund: yes [points 1000 won givenBack, card 4000 won givenBack]
              keep_sale: notRefunded [points 1000 won stays, card 4000 won stays]
              cancel_again: notRefunded [points 1000 won givenBack, card 4000 won stays]
              hand_over_again: done [points 1000 won stays, card 4000 won stays]
              make: done [points 1000 won stays, card 4000 won stays]
              void_told: notVoid [points 1000 won stays, card 4000 won stays]
              resolve_by_hand: somethingElseFirst [points 1000 won asFound, card 4000 won asFound]
            0 began plain 5000 won
            1 opened plain POINT_REDEEM connect 5000 won
            2 asked plain POINT_REDEEM connect
            3 held good POINT_REDEEM connect 1000 won 200
            4 paymentStarted plain 4000 won
            5 paymentApproved good 4000 won 30001234
            6 prepared plain settle
            7 handOverStarted plain A1
            8 opened plain settle
            9 handedOver good
            10 asked plain settle
            11 unanswered doubt settle
            12 opened plain settle
            13 asked plain settle again 1
            14 unanswered doubt settle
            15 opened plain settle
            16 asked plain settle again 2
            17 unanswered doubt settle
            18 opened plain settle
            19 asked plain settle again 3
            20 unanswered doubt settle
            21 opened plain settle
            22 asked plain settle again 4
            23 unanswered doubt settle
            24 opened plain settle
            25 asked plain settle again 5
            26 unanswered doubt settle
            27 opened plain settle
            28 asked plain settle again 6
            29 unanswered doubt settle
            30 opened plain settle
            31 asked plain settle again 7
            32 unanswered doubt settle
            33 opened plain settle
            34 asked plain settle again 8
            35 unanswered doubt settle
            36 opened plain settle
            37 asked plain settle again 9
            38 unanswered doubt settle
            39 opened plain settle
            40 asked plain settle again 10
            41 unanswered doubt settle
            42 opened plain settle
            43 asked plain settle again 11
            44 unanswered doubt settle
            45 opened plain settle
            46 asked plain settle again 12
            47 unanswered doubt settle
            48 opened plain settle
            49 asked plain settle again 13
            50 unanswered doubt settle
            51 opened plain settle
            52 asked plain settle again 14
            53 unanswered doubt settle
            54 opened plain settle
            55 asked plain settle again 15
            56 unanswered doubt settle
            57 opened plain settle
            58 asked plain settle again 16
            59 unanswered doubt settle
            60 opened plain settle
            61 asked plain settle again 17
            62 unanswered doubt settle
            63 opened plain settle
            64 asked plain settle again 18
            65 unanswered doubt settle
            66 opened plain settle
            67 asked plain settle again 19
            68 unanswered doubt settle
            69 opened plain settle
            70 asked plain settle again 20
            71 unanswered doubt settle
            72 opened plain settle
            73 asked plain settle again 21
            74 unanswered doubt settle
            75 withStaff doubt settle_unanswered"#]],
    );
}

#[test]
fn a_settlement_that_prbiti_has_done_already() {
    check(
        "settle done silently · points 1000 · order coffee · ask points · pay · still 3m",
        &expect![[r#"
            needs you: settle_refused, held for 1800 s; row 1; goods handedOut; suggested resolve_by_hand
            coupon 0 won notUsed, points 1000 won unknown, giftCard 0 won notUsed, earn 0 won notUsed, card 4000 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: prbitiRefused [points 1000 won settled, card 4000 won stays]
              release: paid [points 1000 won givenBack, card 4000 won stays]
              ask_terminal: nothingInDoubt [points 1000 won stays, card 4000 won asked]
              refund_stray: nothingTaken [points 1000 won stays]
              refund: yes [points 1000 won givenBack, card 4000 won givenBack]
              keep_sale: notRefunded [points 1000 won stays, card 4000 won stays]
              cancel_again: notRefunded [points 1000 won givenBack, card 4000 won stays]
              hand_over_again: done [points 1000 won stays, card 4000 won stays]
              make: done [points 1000 won stays, card 4000 won stays]
              void_told: notVoid [points 1000 won stays, card 4000 won stays]
              resolve_by_hand: yes [points 1000 won asFound, card 4000 won asFound]
              found: settled_elsewhere
            0 began plain 5000 won
            1 opened plain POINT_REDEEM connect 5000 won
            2 asked plain POINT_REDEEM connect
            3 held good POINT_REDEEM connect 1000 won 200
            4 paymentStarted plain 4000 won
            5 paymentApproved good 4000 won 30001234
            6 prepared plain settle
            7 handOverStarted plain A1
            8 opened plain settle
            9 handedOver good
            10 asked plain settle
            11 unanswered doubt settle
            12 opened plain settle
            13 asked plain settle again 1
            14 messageRefused bad settle 100010003
            15 withStaff doubt settle_refused"#]],
    );
}

#[test]
fn a_settlement_that_prbiti_does_not_take() {
    check(
        "settle 100010004 · coupon 2000 · order coffee · ask coupon · pay · still 3m",
        &expect![[r#"
            needs you: settle_rejected, held for 1800 s; row 1; goods handedOut; suggested settle_again
            coupon 2000 won held, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 3000 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: yes [coupon 2000 won settled, card 3000 won stays]
              release: paid [coupon 2000 won givenBack, card 3000 won stays]
              ask_terminal: nothingInDoubt [coupon 2000 won stays, card 3000 won asked]
              refund_stray: nothingTaken [coupon 2000 won stays]
              refund: yes [coupon 2000 won givenBack, card 3000 won givenBack]
              keep_sale: notRefunded [coupon 2000 won stays, card 3000 won stays]
              cancel_again: notRefunded [coupon 2000 won givenBack, card 3000 won stays]
              hand_over_again: done [coupon 2000 won stays, card 3000 won stays]
              make: done [coupon 2000 won stays, card 3000 won stays]
              void_told: notVoid [coupon 2000 won stays, card 3000 won stays]
              resolve_by_hand: somethingElseFirst [coupon 2000 won asFound, card 3000 won asFound]
            0 began plain 5000 won
            1 opened plain COUPON connect 5000 won
            2 asked plain COUPON connect
            3 held good COUPON connect 2000 won 200
            4 paymentStarted plain 3000 won
            5 paymentApproved good 3000 won 30001234
            6 prepared plain settle
            7 handOverStarted plain A1
            8 opened plain settle
            9 handedOver good
            10 asked plain settle
            11 messageRefused bad settle 100010004
            12 withStaff doubt settle_rejected"#]],
    );
}

#[test]
fn a_card_that_nobody_knows_of() {
    check(
        "points 1000 · after paying agent forgets · card silent · order coffee · ask points · pay · still 3m",
        &expect![[r#"
            needs you: card_unknown, held for 1800 s; row 1; goods wait; suggested resolve_by_hand
            coupon 0 won notUsed, points 1000 won held, giftCard 0 won notUsed, earn 0 won notUsed, card 4000 won unknown
            approval -; terminal {"is":"asking"}
              settle_again: cardInDoubt [points 1000 won settled]
              release: cardInDoubt [points 1000 won givenBack]
              ask_terminal: yes [points 1000 won stays, card 4000 won asked]
              refund_stray: nothingTaken [points 1000 won stays]
              refund: cardInDoubt [points 1000 won givenBack]
              keep_sale: notRefunded [points 1000 won stays]
              cancel_again: notRefunded [points 1000 won givenBack]
              hand_over_again: cardInDoubt [points 1000 won stays]
              make: cardInDoubt [points 1000 won stays]
              void_told: notVoid [points 1000 won stays]
              resolve_by_hand: yes [points 1000 won asFound, card 4000 won asFound]
              found: card_not_charged, card_charged, card_charged_other
            0 began plain 5000 won
            1 opened plain POINT_REDEEM connect 5000 won
            2 asked plain POINT_REDEEM connect
            3 held good POINT_REDEEM connect 1000 won 200
            4 paymentStarted plain 4000 won
            5 paymentUnknown doubt
            6 withStaff doubt card_unknown
            7 left plain"#]],
    );
}

#[test]
fn a_silent_terminal() {
    check(
        "after paying agent silent · card silent · order coffee · card only · pay · still 12m",
        &expect![[r#"
            needs you: terminal_silent; row 4; goods wait; suggested ask_terminal
            coupon 0 won notUsed, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 5000 won unknown
            approval -; terminal {"is":"asking"}
              settle_again: cardInDoubt []
              release: nothingAsked []
              ask_terminal: yes [card 5000 won asked]
              refund_stray: nothingTaken []
              refund: cardInDoubt []
              keep_sale: notRefunded []
              cancel_again: notRefunded []
              hand_over_again: cardInDoubt []
              make: cardInDoubt []
              void_told: notVoid []
              resolve_by_hand: yes [card 5000 won asFound]
              found: card_not_charged, card_charged, card_charged_other
            0 began plain 5000 won
            1 paymentStarted plain 5000 won
            2 paymentUnknown doubt
            3 left plain
            4 withStaff doubt terminal_silent"#]],
    );
}

#[test]
fn another_amount() {
    check(
        "gift 1000 · card charged wrongly · order coffee · ask gift · pay · still 3m",
        &expect![[r#"
            needs you: card_other_amount, held for 1800 s; row 1; goods wait; suggested refund_stray
            coupon 0 won notUsed, points 0 won notUsed, giftCard 1000 won held, earn 0 won notUsed, card 3900 won stray
            approval -; terminal {"is":"asking"}
              settle_again: cardInDoubt [giftCard 1000 won settled]
              release: cardInDoubt [giftCard 1000 won givenBack]
              ask_terminal: nothingInDoubt [giftCard 1000 won stays, card 4000 won asked]
              refund_stray: yes [giftCard 1000 won stays, card 3900 won givenBack]
              refund: cardInDoubt [giftCard 1000 won givenBack]
              keep_sale: notRefunded [giftCard 1000 won stays]
              cancel_again: notRefunded [giftCard 1000 won givenBack]
              hand_over_again: cardInDoubt [giftCard 1000 won stays]
              make: cardInDoubt [giftCard 1000 won stays]
              void_told: notVoid [giftCard 1000 won stays]
              resolve_by_hand: somethingElseFirst [giftCard 1000 won asFound, card 4000 won asFound]
            0 began plain 5000 won
            1 opened plain PREPAID connect 5000 won
            2 asked plain PREPAID connect
            3 held good PREPAID connect 1000 won 200
            4 paymentStarted plain 4000 won
            5 paymentUnknown doubt 3900 won
            6 withStaff doubt card_other_amount
            7 left plain"#]],
    );
}

#[test]
fn a_charge_after_all() {
    check(
        "card declines · order coffee · card only · pay · stop · late charge",
        &expect![[r#"
            needs you: late_approval; row 1; goods keep; suggested refund_stray
            coupon 0 won notUsed, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 0 won declined, card 1000 won stray
            approval -; terminal {"is":"asking"}
              settle_again: notPaid []
              release: nothingAsked []
              ask_terminal: nothingInDoubt []
              refund_stray: yes [card 1000 won givenBack]
              refund: notPaid []
              keep_sale: notRefunded []
              cancel_again: notRefunded []
              hand_over_again: notPaid []
              make: notPaid []
              void_told: notVoid []
              resolve_by_hand: somethingElseFirst []
            0 began plain 5000 won
            1 paymentStarted plain 5000 won
            2 paymentDeclined bad 51
            3 left plain
            4 closed good unused
            5 lateApproval bad 1000 won 30001234
            6 withStaff doubt late_approval"#]],
    );
}

#[test]
fn an_order_that_nobody_took_on() {
    check(
        "kitchen silent · order milk · card only · pay · still 12m",
        &expect![[r#"
            needs you: hand_over_late; row 1; goods handOut; suggested make
            coupon 0 won notUsed, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 3000 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: nothingAsked [card 3000 won stays]
              release: nothingAsked [card 3000 won stays]
              ask_terminal: nothingInDoubt [card 3000 won asked]
              refund_stray: nothingTaken []
              refund: yes [card 3000 won givenBack]
              keep_sale: notRefunded [card 3000 won stays]
              cancel_again: notRefunded [card 3000 won stays]
              hand_over_again: yes [card 3000 won stays]
              make: yes [card 3000 won stays]
              void_told: notVoid [card 3000 won stays]
              resolve_by_hand: somethingElseFirst [card 3000 won asFound]
            0 began plain 3000 won
            1 paymentStarted plain 3000 won
            2 paymentApproved good 3000 won 30001234
            3 handOverStarted plain A1
            4 withStaff doubt hand_over_late"#]],
    );
}

#[test]
fn an_order_that_was_refused_by_the_kitchen() {
    check(
        "kitchen refuses · order milk · card only · pay · still 3m",
        &expect![[r#"
            needs you: hand_over_failed; row 1; goods handOut; suggested hand_over_again
            coupon 0 won notUsed, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 3000 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: nothingAsked [card 3000 won stays]
              release: nothingAsked [card 3000 won stays]
              ask_terminal: nothingInDoubt [card 3000 won asked]
              refund_stray: nothingTaken []
              refund: yes [card 3000 won givenBack]
              keep_sale: notRefunded [card 3000 won stays]
              cancel_again: notRefunded [card 3000 won stays]
              hand_over_again: yes [card 3000 won stays]
              make: yes [card 3000 won stays]
              void_told: notVoid [card 3000 won stays]
              resolve_by_hand: somethingElseFirst [card 3000 won asFound]
            0 began plain 3000 won
            1 paymentStarted plain 3000 won
            2 paymentApproved good 3000 won 30001234
            3 handOverStarted plain A1
            4 handOverFailed bad
            5 withStaff doubt hand_over_failed"#]],
    );
}

#[test]
fn a_refund_that_was_declined() {
    check(
        "order coffee · card only · pay · done · refund declined · REFUND",
        &expect![[r#"
            needs you: refund_declined; row 1; goods handedOut; by hand; suggested refund
            coupon 0 won notUsed, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 5000 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: refundBegun [card 5000 won stays]
              release: nothingAsked [card 5000 won stays]
              ask_terminal: nothingInDoubt [card 5000 won asked]
              refund_stray: nothingTaken []
              refund: yes [card 5000 won givenBack]
              keep_sale: yes [card 5000 won stays]
              cancel_again: notRefunded [card 5000 won stays]
              hand_over_again: refundBegun [card 5000 won stays]
              make: refundBegun [card 5000 won stays]
              void_told: notVoid [card 5000 won stays]
              resolve_by_hand: yes [card 5000 won asFound]
              found: refund_done
            0 began plain 5000 won
            1 paymentStarted plain 5000 won
            2 paymentApproved good 5000 won 30001234
            3 handOverStarted plain A1
            4 handedOver good
            5 closed good settled
            6 staffActed hand 점장 refund
            7 refundBegun plain 5000 won
            8 refundStarted plain
            9 refundDeclined bad R1
            10 withStaff doubt refund_declined"#]],
    );
}

#[test]
fn a_refund_that_nobody_knows_of() {
    check(
        "order coffee · card only · pay · done · refund not found · REFUND · agent forgets · still 3m",
        &expect![[r#"
            needs you: refund_unknown; row 1; goods handedOut; by hand; suggested resolve_by_hand
            coupon 0 won notUsed, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 5000 won unknown
            approval 30001234; terminal {"is":"asking"}
              settle_again: refundBegun [card 5000 won stays]
              release: nothingAsked [card 5000 won stays]
              ask_terminal: yes [card 5000 won asked]
              refund_stray: nothingTaken []
              refund: refundBegun [card 5000 won givenBack]
              keep_sale: refundBegun [card 5000 won stays]
              cancel_again: notRefunded [card 5000 won stays]
              hand_over_again: refundBegun [card 5000 won stays]
              make: refundBegun [card 5000 won stays]
              void_told: notVoid [card 5000 won stays]
              resolve_by_hand: yes [card 5000 won asFound]
              found: refund_done, refund_not_done
            0 began plain 5000 won
            1 paymentStarted plain 5000 won
            2 paymentApproved good 5000 won 30001234
            3 handOverStarted plain A1
            4 handedOver good
            5 closed good settled
            6 staffActed hand 점장 refund
            7 refundBegun plain 5000 won
            8 refundStarted plain
            9 refundUnknown doubt
            10 withStaff doubt refund_unknown"#]],
    );
}

#[test]
fn a_cancel_that_prbiti_does_not_take() {
    check(
        "points 1000 · cancel 100010004 · order coffee · ask points · pay · done · REFUND · still 3m",
        &expect![[r#"
            needs you: cancel_refused; row 1; goods keep; by hand; suggested cancel_again
            coupon 0 won notUsed, points 1000 won unknown, giftCard 0 won notUsed, earn 0 won notUsed, card 4000 won givenBack
            approval 30001234; terminal {"is":"asking"}
              settle_again: refundBegun [points 1000 won settled]
              release: somethingElseFirst [points 1000 won givenBack]
              ask_terminal: nothingInDoubt [points 1000 won stays]
              refund_stray: nothingTaken [points 1000 won stays]
              refund: done [points 1000 won givenBack]
              keep_sale: refundBegun [points 1000 won stays]
              cancel_again: yes [points 1000 won givenBack]
              hand_over_again: refundBegun [points 1000 won stays]
              make: refundBegun [points 1000 won stays]
              void_told: done [points 1000 won stays]
              resolve_by_hand: somethingElseFirst [points 1000 won asFound]
            0 began plain 5000 won
            1 opened plain POINT_REDEEM connect 5000 won
            2 asked plain POINT_REDEEM connect
            3 held good POINT_REDEEM connect 1000 won 200
            4 paymentStarted plain 4000 won
            5 paymentApproved good 4000 won 30001234
            6 prepared plain settle
            7 handOverStarted plain A1
            8 opened plain settle
            9 handedOver good
            10 asked plain settle
            11 messageDone good settle 200
            12 closed good settled
            13 staffActed hand 점장 refund
            14 refundBegun plain 4000 won
            15 refundStarted plain
            16 refundDone good 30001234
            17 handOverVoidStarted plain
            18 prepared plain cancel
            19 opened plain cancel
            20 handOverVoided good
            21 asked plain cancel
            22 messageRefused bad cancel 100010004
            23 withStaff doubt cancel_refused"#]],
    );
}

#[test]
fn a_cancel_that_is_not_answered() {
    check(
        "points 1000 · cancel silent always · order coffee · ask points · pay · done · REFUND · still 12m",
        &expect![[r#"
            needs you: cancel_unanswered; row 3; goods keep; by hand; suggested cancel_again
            coupon 0 won notUsed, points 1000 won unknown, giftCard 0 won notUsed, earn 0 won notUsed, card 4000 won givenBack
            approval 30001234; terminal {"is":"asking"}
              settle_again: refundBegun [points 1000 won settled]
              release: somethingElseFirst [points 1000 won givenBack]
              ask_terminal: nothingInDoubt [points 1000 won stays]
              refund_stray: nothingTaken [points 1000 won stays]
              refund: done [points 1000 won givenBack]
              keep_sale: refundBegun [points 1000 won stays]
              cancel_again: yes [points 1000 won givenBack]
              hand_over_again: refundBegun [points 1000 won stays]
              make: refundBegun [points 1000 won stays]
              void_told: done [points 1000 won stays]
              resolve_by_hand: somethingElseFirst [points 1000 won asFound]
            0 began plain 5000 won
            1 opened plain POINT_REDEEM connect 5000 won
            2 asked plain POINT_REDEEM connect
            3 held good POINT_REDEEM connect 1000 won 200
            4 paymentStarted plain 4000 won
            5 paymentApproved good 4000 won 30001234
            6 prepared plain settle
            7 handOverStarted plain A1
            8 opened plain settle
            9 handedOver good
            10 asked plain settle
            11 messageDone good settle 200
            12 closed good settled
            13 staffActed hand 점장 refund
            14 refundBegun plain 4000 won
            15 refundStarted plain
            16 refundDone good 30001234
            17 handOverVoidStarted plain
            18 prepared plain cancel
            19 opened plain cancel
            20 handOverVoided good
            21 asked plain cancel
            22 unanswered doubt cancel
            23 opened plain cancel
            24 asked plain cancel again 1
            25 unanswered doubt cancel
            26 opened plain cancel
            27 asked plain cancel again 2
            28 unanswered doubt cancel
            29 opened plain cancel
            30 asked plain cancel again 3
            31 unanswered doubt cancel
            32 opened plain cancel
            33 asked plain cancel again 4
            34 unanswered doubt cancel
            35 opened plain cancel
            36 asked plain cancel again 5
            37 unanswered doubt cancel
            38 opened plain cancel
            39 asked plain cancel again 6
            40 unanswered doubt cancel
            41 opened plain cancel
            42 asked plain cancel again 7
            43 unanswered doubt cancel
            44 opened plain cancel
            45 asked plain cancel again 8
            46 unanswered doubt cancel
            47 opened plain cancel
            48 asked plain cancel again 9
            49 unanswered doubt cancel
            50 withStaff doubt cancel_unanswered
            51 opened plain cancel
            52 asked plain cancel again 10
            53 unanswered doubt cancel"#]],
    );
}

#[test]
fn a_refunded_order() {
    check(
        "points 1000 · order coffee · ask points · pay · done · REFUND · still 3m",
        &expect![[r#"
            ended: refunded; row 1; goods keep; by hand; suggested -
            coupon 0 won notUsed, points 1000 won givenBack, giftCard 0 won notUsed, earn 0 won notUsed, card 4000 won givenBack
            approval 30001234; terminal {"is":"asking"}
              settle_again: refundBegun [points 1000 won settled]
              release: over [points 1000 won givenBack]
              ask_terminal: nothingInDoubt [points 1000 won stays]
              refund_stray: nothingTaken [points 1000 won stays]
              refund: done [points 1000 won givenBack]
              keep_sale: refundBegun [points 1000 won stays]
              cancel_again: done [points 1000 won givenBack]
              hand_over_again: refundBegun [points 1000 won stays]
              make: refundBegun [points 1000 won stays]
              void_told: done [points 1000 won stays]
              resolve_by_hand: over [points 1000 won asFound]
            0 began plain 5000 won
            1 opened plain POINT_REDEEM connect 5000 won
            2 asked plain POINT_REDEEM connect
            3 held good POINT_REDEEM connect 1000 won 200
            4 paymentStarted plain 4000 won
            5 paymentApproved good 4000 won 30001234
            6 prepared plain settle
            7 handOverStarted plain A1
            8 opened plain settle
            9 handedOver good
            10 asked plain settle
            11 messageDone good settle 200
            12 closed good settled
            13 staffActed hand 점장 refund
            14 refundBegun plain 4000 won
            15 refundStarted plain
            16 refundDone good 30001234
            17 handOverVoidStarted plain
            18 prepared plain cancel
            19 opened plain cancel
            20 handOverVoided good
            21 asked plain cancel
            22 messageDone good cancel 200
            23 closed good refunded"#]],
    );
}

#[test]
fn a_free_order() {
    check(
        "points 5000 · order coffee · ask points · pay · done",
        &expect![[r#"
            ended: settled; row 1; goods handedOut; suggested -
            coupon 0 won notUsed, points 5000 won used, giftCard 0 won notUsed, earn 0 won notUsed, card 0 won notUsed
            approval -; terminal {"is":"nothing"}
              settle_again: done [points 5000 won settled]
              release: over [points 5000 won givenBack]
              ask_terminal: nothingInDoubt [points 5000 won stays]
              refund_stray: nothingTaken [points 5000 won stays]
              refund: yes [points 5000 won givenBack]
              keep_sale: notRefunded [points 5000 won stays]
              cancel_again: notRefunded [points 5000 won givenBack]
              hand_over_again: done [points 5000 won stays]
              make: done [points 5000 won stays]
              void_told: notVoid [points 5000 won stays]
              resolve_by_hand: over [points 5000 won asFound]
            0 began plain 5000 won
            1 opened plain POINT_REDEEM connect 5000 won
            2 asked plain POINT_REDEEM connect
            3 held good POINT_REDEEM connect 5000 won 200
            4 orderFinished good
            5 prepared plain settle
            6 opened plain settle
            7 asked plain settle
            8 messageDone good settle 200
            9 handOverStarted plain A1
            10 handedOver good
            11 closed good settled"#]],
    );
}

#[test]
fn what_is_given_back_because_the_customer_left() {
    check(
        "coupon 1000 · release silent always · order coffee · ask coupon · start over",
        &expect![[r#"
            worked on: waits in 0 s, held for 1800 s; row 6; goods keep; suggested -
            coupon 1000 won held, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 0 won notUsed
            approval -; terminal {"is":"nothing"}
              settle_again: notPaid [coupon 1000 won settled]
              release: inFlight [coupon 1000 won givenBack]
              ask_terminal: nothingInDoubt [coupon 1000 won stays]
              refund_stray: nothingTaken [coupon 1000 won stays]
              refund: notPaid [coupon 1000 won givenBack]
              keep_sale: notRefunded [coupon 1000 won stays]
              cancel_again: notRefunded [coupon 1000 won givenBack]
              hand_over_again: notPaid [coupon 1000 won stays]
              make: notPaid [coupon 1000 won stays]
              void_told: notVoid [coupon 1000 won stays]
              resolve_by_hand: somethingElseFirst [coupon 1000 won asFound]
            0 began plain 5000 won
            1 opened plain COUPON connect 5000 won
            2 asked plain COUPON connect
            3 held good COUPON connect 1000 won 200
            4 left plain
            5 prepared plain release
            6 opened plain release
            7 asked plain release"#]],
    );
}

#[test]
fn what_lapsed() {
    check(
        "coupon 1000 · release silent always · order coffee · ask coupon · start over · still 31m",
        &expect![[r#"
            ended: lapsed; row 1; goods keep; suggested -
            coupon 1000 won givenBack, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 0 won notUsed
            approval -; terminal {"is":"nothing"}
              settle_again: notPaid late [coupon 1000 won settled]
              release: over late [coupon 1000 won givenBack]
              ask_terminal: nothingInDoubt [coupon 1000 won stays]
              refund_stray: nothingTaken [coupon 1000 won stays]
              refund: notPaid [coupon 1000 won givenBack]
              keep_sale: notRefunded [coupon 1000 won stays]
              cancel_again: notRefunded [coupon 1000 won givenBack]
              hand_over_again: notPaid [coupon 1000 won stays]
              make: notPaid [coupon 1000 won stays]
              void_told: notVoid [coupon 1000 won stays]
              resolve_by_hand: over [coupon 1000 won asFound]
            0 began plain 5000 won
            1 opened plain COUPON connect 5000 won
            2 asked plain COUPON connect
            3 held good COUPON connect 1000 won 200
            4 left plain
            5 prepared plain release
            6 opened plain release
            7 asked plain release
            8 unanswered doubt release
            9 opened plain release
            10 asked plain release again 1
            11 unanswered doubt release
            12 opened plain release
            13 asked plain release again 2
            14 unanswered doubt release
            15 opened plain release
            16 asked plain release again 3
            17 unanswered doubt release
            18 opened plain release
            19 asked plain release again 4
            20 unanswered doubt release
            21 opened plain release
            22 asked plain release again 5
            23 unanswered doubt release
            24 opened plain release
            25 asked plain release again 6
            26 unanswered doubt release
            27 opened plain release
            28 asked plain release again 7
            29 unanswered doubt release
            30 opened plain release
            31 asked plain release again 8
            32 unanswered doubt release
            33 opened plain release
            34 asked plain release again 9
            35 unanswered doubt release
            36 opened plain release
            37 asked plain release again 10
            38 unanswered doubt release
            39 opened plain release
            40 asked plain release again 11
            41 unanswered doubt release
            42 opened plain release
            43 asked plain release again 12
            44 unanswered doubt release
            45 opened plain release
            46 asked plain release again 13
            47 unanswered doubt release
            48 opened plain release
            49 asked plain release again 14
            50 unanswered doubt release
            51 opened plain release
            52 asked plain release again 15
            53 unanswered doubt release
            54 opened plain release
            55 asked plain release again 16
            56 unanswered doubt release
            57 opened plain release
            58 asked plain release again 17
            59 unanswered doubt release
            60 opened plain release
            61 asked plain release again 18
            62 unanswered doubt release
            63 opened plain release
            64 asked plain release again 19
            65 unanswered doubt release
            66 opened plain release
            67 asked plain release again 20
            68 unanswered doubt release
            69 opened plain release
            70 asked plain release again 21
            71 unanswered doubt release
            72 closed good lapsed"#]],
    );
}

#[test]
fn an_order_made_by_staff() {
    check(
        "kitchen refuses · order milk · card only · pay · still 3m · STAFF ACT · kitchen works · still 3m",
        &expect![[r#"
            needs you: hand_over_failed; row 1; goods handOut; by hand; suggested hand_over_again
            coupon 0 won notUsed, points 0 won notUsed, giftCard 0 won notUsed, earn 0 won notUsed, card 3000 won used
            approval 30001234; terminal {"is":"asking"}
              settle_again: nothingAsked [card 3000 won stays]
              release: nothingAsked [card 3000 won stays]
              ask_terminal: nothingInDoubt [card 3000 won asked]
              refund_stray: nothingTaken []
              refund: yes [card 3000 won givenBack]
              keep_sale: notRefunded [card 3000 won stays]
              cancel_again: notRefunded [card 3000 won stays]
              hand_over_again: yes [card 3000 won stays]
              make: yes [card 3000 won stays]
              void_told: notVoid [card 3000 won stays]
              resolve_by_hand: somethingElseFirst [card 3000 won asFound]
            0 began plain 3000 won
            1 paymentStarted plain 3000 won
            2 paymentApproved good 3000 won 30001234
            3 handOverStarted plain A1
            4 handOverFailed bad
            5 withStaff doubt hand_over_failed
            6 staffActed hand 점장 hand_over_again
            7 handOverFailed bad
            8 withStaff doubt hand_over_failed"#]],
    );
}
