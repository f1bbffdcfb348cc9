//! The demonstration's customers, coupons and gift cards. A new ledger starts with them; the README lists them.

/// A member of the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoMember {
    /// The mobile number, digits only.
    pub phone: &'static str,
    /// The full name; the page shows it masked.
    pub name: &'static str,
    /// The membership barcode, 12 digits.
    pub barcode: &'static str,
    /// Points at the start, in won.
    pub points: i64,
}

/// What a demonstration coupon is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoBenefit {
    /// Takes a fixed amount (won) off the order, at most the order's total.
    AmountOff(i64),
    /// Exchanges one of these items: worth the unit price of one of them that is in the order.
    Exchange(&'static [&'static str]),
}

/// A coupon of the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoCoupon {
    /// The 16-digit number, which is its barcode too.
    pub number: &'static str,
    /// Its name on the page.
    pub name: &'static str,
    /// What it is good for.
    pub benefit: DemoBenefit,
    /// The owner's phone number; `None` for a bearer coupon.
    pub owner: Option<&'static str>,
    /// Whether it ran out before the demonstration began.
    pub expired: bool,
}

/// A gift card of the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoCard {
    /// The 16-digit number, which is its barcode too.
    pub number: &'static str,
    /// Balance at the start, in won.
    pub balance: i64,
}

/// Everything a new ledger starts with.
#[derive(Debug, Clone, Copy)]
pub struct Demonstration {
    /// The members.
    pub members: &'static [DemoMember],
    /// The coupons.
    pub coupons: &'static [DemoCoupon],
    /// The gift cards.
    pub gift_cards: &'static [DemoCard],
}

const fn two_thousand_off(number: &'static str) -> DemoCoupon {
    DemoCoupon { number, name: "2,000원 할인", benefit: DemoBenefit::AmountOff(2_000), owner: None, expired: false }
}

/// The demonstration's data.
pub const DEMONSTRATION: Demonstration = Demonstration {
    members: &[
        DemoMember { phone: "01012345678", name: "김하나", barcode: "550000000001", points: 12_000 },
        DemoMember { phone: "01022223333", name: "이두리", barcode: "550000000002", points: 500 },
        DemoMember { phone: "01099990000", name: "박세찬", barcode: "550000000003", points: 100_000 },
    ],
    coupons: &[
        two_thousand_off("7700000000002001"),
        two_thousand_off("7700000000002002"),
        two_thousand_off("7700000000002003"),
        two_thousand_off("7700000000002004"),
        two_thousand_off("7700000000002005"),
        DemoCoupon {
            number: "7700000000001011",
            name: "아메리카노 교환권",
            benefit: DemoBenefit::Exchange(&["KD101111"]),
            owner: None,
            expired: false,
        },
        DemoCoupon {
            number: "7700000000009991",
            name: "한정판 텀블러 교환권",
            benefit: DemoBenefit::Exchange(&["KD999999"]),
            owner: None,
            expired: false,
        },
        DemoCoupon {
            number: "7700000000008881",
            name: "여름 1,000원 할인",
            benefit: DemoBenefit::AmountOff(1_000),
            owner: None,
            expired: true,
        },
        DemoCoupon {
            number: "7700000000003001",
            name: "생일 3,000원 할인",
            benefit: DemoBenefit::AmountOff(3_000),
            owner: Some("01012345678"),
            expired: false,
        },
    ],
    gift_cards: &[
        DemoCard { number: "8800000000050000", balance: 50_000 },
        DemoCard { number: "8800000000003000", balance: 3_000 },
        DemoCard { number: "8800000000000000", balance: 0 },
    ],
};
