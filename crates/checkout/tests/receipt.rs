//! What stands on paper: all that the law asks for, and each sum the order's own, to the won.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

use checkout::{
    close::{Candidate, Day, DayClose},
    kiosk::Shop,
    money::Won,
    order::{Line as Ordered, LineOption, Order, taxable, total, vat_within},
    paper::{Line, Paper, Printed, width},
    receipt::{self, Seller},
    service::Service,
    staff::{Person, Role},
    time::Now,
    transaction::Transaction,
};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use simulation::world::World;

fn shop() -> Shop {
    let mut shop = simulation::shop::shop(&Service::ALL);
    shop.names.ko = "모퉁이커피".into();
    shop.seller = Seller {
        business_number: "1234567891".into(),
        representative: "김모퉁".into(),
        address: "서울특별시 종로구 모퉁이길 12, 1층".into(),
        phone: "02-1234-5678".into(),
    };
    shop
}

/// The last transaction of a story.
fn after(story: &str) -> Transaction {
    let mut world = World::new();
    world.run(story);
    assert_eq!(world.violations, Vec::<String>::new(), "{story}");
    world.folds().pop().unwrap()
}

const ALL: &str = "coupon 2000 · points 1000 · gift 500 · earn 30 · order latte+shot×2 milk · ask coupon points gift earn · pay · done";
const REFUNDED: &str = "points 1000 · order coffee · ask points · pay · done · REFUND · still 2m";

/// The figure behind a word.
fn figure(paper: &Paper, word: &str) -> Vec<i64> {
    let said = paper.0.iter().filter_map(|line| match line {
        Line::Pair(left, right) | Line::Sum(left, right) if left.trim() == word => {
            Some(right.replace([',', '점'], "").parse().unwrap())
        }
        _ => None,
    });
    said.collect()
}

fn check(paper: &Paper, columns: usize, expected: Expect) {
    let text = paper.text(columns);
    assert!(text.lines().all(|line| width(line) <= columns), "{text}");
    expected.assert_eq(&text);
}

#[test]
fn a_receipt_has_what_the_law_asks_for() {
    check(
        &receipt::receipt(&shop(), &after(ALL), false),
        42,
        expect![[r#"
                        모퉁이커피

        사업자등록번호 123-45-67891  대표 김모퉁
        서울특별시 종로구 모퉁이길 12, 1층
        전화 02-1234-5678
        ------------------------------------------
                          영수증

                         주문번호
                            A1

        2025-10-09 17:53:20              먹고 가기
        ------------------------------------------
        latte × 2                           9,400
          shot × 4                          1,960
        *milk × 1                           3,000
        * 부가세가 없는 물품
        ------------------------------------------
        주문 합계                           14,360
          공급가액                          10,327
          부가세                             1,033
          면세                               3,000
        쿠폰 할인                           -2,000
        포인트 사용                         -1,000
        기프트카드                            -500
        카드                                10,860
        ------------------------------------------
                    신용카드 매출전표
        카드사                                은행
        카드번호                  123456******7890
        가맹점번호                              M1
        승인번호                          30001234
        승인 시각              2025-10-09 12:00:00
        할부                                일시불
        공급가액                             7,810
        부가세                                 781
        면세                                 2,269
        승인 금액                           10,860
        ------------------------------------------
        적립한 포인트                         30점
        ------------------------------------------
        transaction000000015
                     확인 번호 000-15
            환불할 때 이 영수증을 보여 주세요
    "#]],
    );
}

#[test]
fn a_narrow_printer_has_the_same_on_it() {
    check(
        &receipt::receipt(&shop(), &after("order cake · card only · months 3 · pay · done"), true),
        32,
        expect![[r#"
                   모퉁이커피

        사업자등록번호 123-45-67891
        대표 김모퉁
        서울특별시 종로구 모퉁이길 12,
        1층
        전화 02-1234-5678
        --------------------------------
                영수증 (재발행)

                    주문번호
                       A1

        2025-10-09 17:53:20    먹고 가기
        --------------------------------
        cake × 1                 33,330
        --------------------------------
        주문 합계                 33,330
          공급가액                30,300
          부가세                   3,030
        카드                      33,330
        --------------------------------
               신용카드 매출전표
        카드사                      은행
        카드번호        123456******7890
        가맹점번호                    M1
        승인번호                30001234
        승인 시각    2025-10-09 12:00:00
        할부                      일시불
        공급가액                  30,300
        부가세                     3,030
        승인 금액                 33,330
        --------------------------------
        transaction000000006
                확인 번호 000-06
           환불할 때 이 영수증을 보여
                     주세요
    "#]],
    );
}

#[test]
fn a_refund_has_a_receipt_of_its_own() {
    let t = after(REFUNDED);
    check(
        &receipt::refund(&shop(), &t).unwrap(),
        42,
        expect![[r#"
                            모퉁이커피

            사업자등록번호 123-45-67891  대표 김모퉁
            서울특별시 종로구 모퉁이길 12, 1층
            전화 02-1234-5678
            ------------------------------------------
                           환불 영수증

            환불                   2025-10-09 17:53:20
            주문                   2025-10-09 17:53:20
            주문번호                                A1
            ------------------------------------------
            coffee × 1                          5,000
            ------------------------------------------
            주문 합계                           -5,000
              공급가액                          -4,545
              부가세                              -455
            포인트 사용                          1,000
            카드                                -4,000
            ------------------------------------------
                        신용카드 취소전표
            카드사                                은행
            카드번호                  123456******7890
            가맹점번호                              M1
            승인번호                          30001234
            승인 시각              2025-10-09 12:00:00
            할부                                일시불
            공급가액                            -3,636
            부가세                                -364
            취소 승인번호                     30001234
            취소 시각              2025-10-09 12:00:00
            취소 금액                           -4,000
            ------------------------------------------
            쓴 혜택도 돌려 드렸어요
            ------------------------------------------
            transaction000000008
                         확인 번호 000-08
        "#]],
    );
    assert_eq!(receipt::refund(&shop(), &after(ALL)), None, "nothing was given back");
}

const LATE: &str = "card declines · order coffee · card only · pay · stop · late charge";

#[test]
fn a_stray_charge_that_was_given_back_has_a_receipt() {
    let t = after(&format!("{LATE} · REFUND the late charge · still 2m"));
    let (given_back, _) = &t.strays_given_back[0];
    check(
        &receipt::stray_refund(&shop(), &t, &given_back.attempt).unwrap(),
        42,
        expect![[r#"
                        모퉁이커피

        사업자등록번호 123-45-67891  대표 김모퉁
        서울특별시 종로구 모퉁이길 12, 1층
        전화 02-1234-5678
        ------------------------------------------
                       환불 영수증

        환불                   2025-10-09 17:53:20
        주문                   2025-10-09 17:53:20
        ------------------------------------------
        주문과 관계없이 결제된 돈을 돌려 드렸어요
                    신용카드 취소전표
        카드사                                은행
        카드번호                  123456******7890
        가맹점번호                              M1
        승인번호                          30001234
        승인 시각              2025-10-09 12:00:00
        취소 승인번호                     30001234
        취소 시각              2025-10-09 12:00:00
        취소 금액                           -1,000
        ------------------------------------------
        transaction000000006
                     확인 번호 000-06
    "#]],
    );
    assert_eq!(receipt::refund(&shop(), &t), None, "the order itself took nothing");
    let not_yet = after(LATE);
    assert_eq!(receipt::stray_refund(&shop(), &not_yet, &not_yet.stray_charges[0].attempt), None);
}

#[test]
fn what_is_in_doubt_has_a_slip() {
    let t = after("card silent · order coffee · card only · pay");
    let now = Now { wall_ms: 1_760_000_000_000, boot_ms: 0, boot_id: String::new() };
    check(
        &receipt::slip(&shop(), &t, Some(Won::new(5000)), &now),
        42,
        expect![[r#"
                        모퉁이커피

        사업자등록번호 123-45-67891  대표 김모퉁
        서울특별시 종로구 모퉁이길 12, 1층
        전화 02-1234-5678
        ------------------------------------------
                          확인증

        결제가 어떻게 되었는지 아직 확인하고
        있어요. 직원에게 이 종이를 보여 주세요.

                        확인 번호
                          000-06

        시각                   2025-10-09 17:53:20
        확인하는 금액                        5,000
        주문 금액                            5,000
        ------------------------------------------
        확인될 때까지 이 주문을 다시 결제하지
        마세요.

        transaction000000006
    "#]],
    );
    check(
        &receipt::test(&shop(), &now),
        42,
        expect![[r#"
                        모퉁이커피

        사업자등록번호 123-45-67891  대표 김모퉁
        서울특별시 종로구 모퉁이길 12, 1층
        전화 02-1234-5678
        ------------------------------------------
                        시험 인쇄
                   2025-10-09 17:53:20
        ------------------------------------------
        아메리카노 × 2                      6,000
        가나다라마바사아자차카타파하     1,234,567
        합계                             1,240,567
        ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789
        !#%&()*+,-./:;<=>?@
        ------------------------------------------
                           127

        PRINTER-TEST
         위의 줄이 나란하고 코드가 읽히면 좋아요
    "#]],
    );
}

#[test]
fn a_close_has_the_days_sums() {
    let t = after(REFUNDED);
    let day = Day::of("2026-11-24".into(), &[Candidate { sale: true, refund: true, t }], None);
    let close = DayClose { number: 7, day, reason: Some("VAN 기록으로 확인".into()), open: 1 };
    let by = Person { name: "하나".into(), role: Role::Manager };
    check(
        &receipt::close(&shop(), 1_760_000_000_000, &by, &close),
        42,
        expect![[r#"
                            하루 마감
                            모퉁이커피
            제 7 호                  영업일 2026-11-24
            마감 하나              2025-10-09 17:53:20
            ------------------------------------------
            주문 1                               5,000
              환불 1                            -5,000
            쿠폰                                     0
            포인트 1                             1,000
              환불 1                            -1,000
            기프트카드                               0
            카드 1                               4,000
              환불 1                            -4,000
            공급가액(주문)                       4,545
              환불                              -4,545
            부가세(주문)                           455
              환불                                -455
            면세(주문)                               0
            공급가액(카드)                       3,636
              환불                              -3,636
            부가세(카드)                           364
              환불                                -364
            면세(카드)                               0
            적립(점)                                 0
            ------------------------------------------
            카드로 받을 돈                           0
            결제기가 답하지 않았음
            서로 다른 것                             0
            끝나지 않은 것                           1
            ------------------------------------------
            까닭: VAN 기록으로 확인
        "#]],
    );
}

#[test]
fn what_is_not_known_yet_is_not_claimed() {
    let t = after("points 1000 · earn 30 · settle silent always · order coffee · ask points earn · pay · wait 40s");
    let paper = receipt::receipt(&shop(), &t, false);
    assert!(!paper.text(42).contains("적립한"), "{}", paper.text(42));
    assert!(paper.text(42).contains("직원이 확인해서"), "{}", paper.text(42));
}

#[test]
fn nothing_is_sold_in_practice_and_the_paper_says_so() {
    let practice = Shop { practice: true, ..shop() };
    let by = Person { name: "하나".into(), role: Role::Manager };
    let close = DayClose { number: 7, day: Day::of("2026-11-24".into(), &[], None), reason: None, open: 0 };
    for paper in [receipt::receipt(&practice, &after(ALL), false), receipt::close(&practice, 0, &by, &close)] {
        assert!(paper.text(42).trim_start().starts_with("** 연습 모드"), "{}", paper.text(42));
    }
}

#[test]
fn no_card_stands_on_paper_as_a_whole_number() {
    let t = after(ALL);
    let text = receipt::receipt(&shop(), &t, false).text(42);
    let digits = |line: &str| {
        line.split(' ')
            .any(|word| word.chars().filter(char::is_ascii_digit).count() > 12 && !word.contains("transaction"))
    };
    assert!(!text.lines().any(digits), "{text}");
}

/// A line of any price, with any option.
fn a_line() -> impl Strategy<Value = (usize, i64, u32, Option<(i64, u32)>)> {
    (0usize..4, 0i64..200_000, 1u32..20, proptest::option::of((-500i64..5_000, 1u32..4)))
}

proptest! {
    #[test]
    fn every_sum_is_the_orders_to_the_won(lines in prop::collection::vec(a_line(), 1..12), columns in 32usize..49) {
        let shop = shop();
        let mut t = after("order coffee · card only · pay · done");
        let lines: Vec<Ordered> = lines.into_iter().map(|(item, price, pieces, option)| {
            let item = &shop.catalog.items[item];
            let options = option.into_iter().map(|(price, per_piece)| LineOption {
                option: checkout::ids::OptionId::new("o").unwrap(),
                names: item.names.clone(),
                price: Won::new(price),
                per_piece,
            });
            Ordered {
                item: item.id.clone(),
                names: item.names.clone(),
                picture: String::new(),
                price: Won::new(price),
                tax: item.tax,
                options: options.collect(),
                pieces,
            }
        }).collect();
        t.order = Order { lines, ..t.order };
        let paper = receipt::receipt(&shop, &t, false);
        let all = total(&t.order.lines);
        // What stands between the first two rules behind the time is what was bought.
        let bought: i64 = paper.0.iter().filter_map(|line| match line {
            Line::Pair(left, right) if left.contains(" × ") => right.replace(',', "").parse::<i64>().ok(),
            _ => None,
        }).sum();
        prop_assert_eq!(bought, all.get());
        prop_assert_eq!(figure(&paper, "주문 합계"), [all.get()]);
        let vat = vat_within(taxable(&t.order.lines));
        prop_assert_eq!(figure(&paper, "부가세")[0], vat.get());
        let free = figure(&paper, "면세").first().copied().unwrap_or_default();
        prop_assert_eq!(figure(&paper, "공급가액")[0] + figure(&paper, "부가세")[0] + free, all.get());
        // As it is printed nothing of it is lost or wider than the paper.
        for line in paper.laid(columns) {
            if let Printed::Row { text, size, .. } = line {
                prop_assert!(width(&text) * usize::from(size) <= columns, "{}", text);
            }
        }
    }
}

#[test]
fn benefits_and_card_make_up_the_order() {
    for story in [
        ALL,
        "order latte+shot×3 · card only · pay · done",
        "gift 5000 · order coffee · ask gift · finish · done",
        "coupon 333 · order both · ask coupon · pay · done",
    ] {
        let t = after(story);
        let paper = receipt::receipt(&shop(), &t, false);
        let one = |word| figure(&paper, word).first().copied().unwrap_or_default();
        let used = one("쿠폰 할인") + one("포인트 사용") + one("기프트카드");
        let left = one("카드") + one("낸 돈");
        assert_eq!(one("주문 합계") + used, left, "{story}\n{}", paper.text(42));
        assert_eq!(left, t.due().get());
        if let Some((attempt, approval)) = t.approved() {
            assert_eq!(one("승인 금액"), approval.amount.get());
            let of_the_card = |word| figure(&paper, word).last().copied().unwrap_or_default();
            assert_eq!(of_the_card("부가세"), attempt.tax.get(), "{story}");
            let free = if attempt.tax_free.is_zero() { 0 } else { of_the_card("면세") };
            assert_eq!(of_the_card("공급가액") + of_the_card("부가세") + free, approval.amount.get(), "{story}");
        }
    }
}
