//! A search among all transactions, a page at a time, with the statements for it.
//!
//! Each statement finds the numbers of the newest that fit below a number, through an index that holds them in that order;
//! the pages of each are put together here. What is open is in none of these indexes (`migrations/0004_search.sql` says
//! why) and looked through each time.

use std::cmp::Reverse;

use sqlx::{Sqlite, SqliteConnection, query::Query, sqlite::SqliteArguments};

use super::{Damaged, Row, sql};

/// What is looked for: all of it must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What somebody typed; none for whatever it may be.
    pub text: Option<Text>,
    /// What it is filtered by.
    pub facets: Facets,
    /// Only those of this day.
    pub day: Option<Day>,
    /// Only what was opened before that transaction: the end of the page before, see [`Page::next`].
    pub before: Option<i64>,
    /// So many to a page.
    pub limit: u32,
}

/// What somebody typed, in each of its possible meanings: a transactionID, its 확인 번호, an order number, an approval
/// number, an amount in won, the last four digits of a card. One of them must fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    written: String,
    /// The end of a transactionID.
    reference: Option<String>,
    amount_won: Option<i64>,
    last_four: Option<String>,
}

impl Text {
    /// What this may mean; none when nothing is written.
    #[must_use]
    pub fn read(text: &str) -> Option<Text> {
        let written = text.trim();
        if written.is_empty() {
            return None;
        }
        let digits: String = written.trim_end_matches('원').chars().filter(|c| *c != ',').collect();
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let end: String = written.chars().filter(|c| *c != '-').collect();
        Some(Text {
            written: written.to_owned(),
            reference: Some(end).filter(|end| end.chars().count() == 5),
            // Nothing costs nothing, and most is paid with nothing of most tenders.
            amount_won: digits.parse().ok().filter(|amount| is_number && *amount > 0),
            last_four: Some(written.to_owned()).filter(|text| text.len() == 4 && is_number),
        })
    }
}

/// A business day, for a search. What never got an order number counts for the day on which it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// `YYYY-MM-DD`.
    pub business_day: String,
    /// What is added to a wall clock in UTC so that it shows the date of its business day, in ms.
    pub shift_ms: i64,
}

/// What a transaction is filtered by, as the column `facets` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    mask: i64,
    bits: i64,
}

impl Facets {
    /// Paid with a card.
    pub const CARD: Facets = Facets::flag(16);
    /// Paid with a coupon.
    pub const COUPON: Facets = Facets::flag(32);
    /// Paid with points.
    pub const POINTS: Facets = Facets::flag(64);
    /// Paid with a gift card.
    pub const GIFT_CARD: Facets = Facets::flag(128);
    /// Staff had a hand in it.
    pub const BY_HAND: Facets = Facets::flag(256);
    /// Closed, and nothing was paid.
    pub const UNPAID: Facets = Facets::outcome(1);
    /// Closed, and paid.
    pub const PAID: Facets = Facets::outcome(2);
    /// Closed, and the money is given back.
    pub const REFUNDED: Facets = Facets::outcome(3);
    /// Only staff can resolve it.
    pub const WITH_STAFF: Facets = Facets::outcome(4);
    /// Something is still to be done, and not by staff.
    pub const OPEN: Facets = Facets::outcome(5);

    /// One of the four services was used, or may have been; see [`super::FoundBy::services`].
    #[must_use]
    pub const fn service(bit: u8) -> Facets {
        Facets::flag(bit as i64)
    }

    const fn flag(bit: i64) -> Facets {
        Facets { mask: bit, bits: bit }
    }

    const fn outcome(outcome: i64) -> Facets {
        Facets { mask: 7 * 512, bits: outcome * 512 }
    }

    /// Both this and that. Of two outcomes that exclude each other nothing is both.
    #[must_use]
    pub const fn and(self, other: Facets) -> Facets {
        Facets { mask: self.mask | other.mask, bits: self.bits | other.bits }
    }
}

/// A page of what a search finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Their rows, the newest transaction first.
    pub chains: Vec<Result<Vec<Row>, Damaged>>,
    /// Before what the next page begins; none when there is no more.
    pub next: Option<i64>,
}

/// What each statement is given, by its place: the mask and the bits of the facets, the number below which is looked, how
/// many are wanted; the text as it is written, as a reference, as an amount, as four digits; the day and its shift.
fn ask<'q>(statement: &'static str, wanted: &Wanted) -> Query<'q, Sqlite, SqliteArguments> {
    let Wanted { text, facets, day, before, limit } = wanted;
    let text = text.as_ref();
    sqlx::query(statement)
        .bind(facets.mask)
        .bind(facets.bits)
        .bind(before.unwrap_or(i64::MAX))
        // One more tells whether there is more.
        .bind(i64::from(*limit) + 1)
        .bind(text.map(|text| text.written.clone()))
        .bind(text.and_then(|text| text.reference.clone()))
        .bind(text.and_then(|text| text.amount_won))
        .bind(text.and_then(|text| text.last_four.clone()))
        .bind(day.as_ref().map(|day| day.business_day.clone()))
        .bind(day.as_ref().map(|day| day.shift_ms))
}

/// What fits the facets, and comes before.
macro_rules! fits {
    () => {
        "(facets & ?1) = ?2 AND number < ?3"
    };
}

/// Does the text fit, in any of its meanings?
macro_rules! text_fits {
    () => {
        "(?5 IS NULL OR transaction_id = lower(?5) OR order_number = ?5 COLLATE NOCASE OR approval_number = ?5
    OR substr(transaction_id, -5) = ?6 COLLATE NOCASE OR last_four = ?8
    OR ?7 IN (total_won, card_won, coupon_won, points_won, gift_card_won))"
    };
}

/// Was it opened on that day?
macro_rules! opened_then {
    () => {
        "opened_ms >= unixepoch(?9) * 1000 - ?10 AND opened_ms < unixepoch(?9) * 1000 - ?10 + 86400000"
    };
}

/// For what few are found by, whatever is asked: each of them is looked at.
macro_rules! few {
    ($index:literal, $is:literal) => {
        concat!(
            "SELECT number FROM transactions INDEXED BY ",
            $index,
            " WHERE open = 0 AND ",
            $is,
            " AND ",
            fits!(),
            " ORDER BY number DESC LIMIT ?4"
        )
    };
}

/// For what very many may be found by: in the index those with the same facets stand together, in the order of opening.
/// The newest of each such run that fits are taken, and the others aren't even looked at.
macro_rules! many {
    ($index:literal, $is:literal) => {
        concat!(
            "
WITH RECURSIVE runs (run) AS (
    SELECT (SELECT facets FROM transactions INDEXED BY ",
            $index,
            " WHERE ",
            $is,
            " ORDER BY facets LIMIT 1)
    UNION ALL
    SELECT (SELECT facets FROM transactions INDEXED BY ",
            $index,
            " WHERE ",
            $is,
            " AND facets > run ORDER BY facets LIMIT 1) FROM runs WHERE run IS NOT NULL
)
SELECT number FROM runs CROSS JOIN transactions INDEXED BY ",
            $index,
            "
WHERE (run & ?1) = ?2 AND ",
            $is,
            " AND facets = run AND number < ?3
    AND number >= ifnull((SELECT number FROM transactions INDEXED BY ",
            $index,
            " WHERE ",
            $is,
            " AND facets = run AND number < ?3 ORDER BY number DESC LIMIT 1 OFFSET ?4 - 1), 0)
ORDER BY number DESC LIMIT ?4"
        )
    };
}

pub(super) const OPEN: &str = concat!(
    "SELECT number FROM transactions INDEXED BY open_transactions WHERE open = 1 AND ",
    fits!(),
    " AND ",
    text_fits!(),
    " AND (?9 IS NULL OR business_day = ?9 OR (business_day IS NULL AND ",
    opened_then!(),
    ")) ORDER BY number DESC LIMIT ?4"
);

pub(super) const OF_A_DAY: &str = concat!(
    "SELECT number FROM transactions INDEXED BY order_numbers
WHERE business_day = ?9 AND order_seq IS NOT NULL AND open = 0 AND ",
    fits!(),
    " AND ",
    text_fits!(),
    " UNION ALL SELECT number FROM transactions INDEXED BY unnumbered_by_time
WHERE open = 0 AND business_day IS NULL AND ",
    opened_then!(),
    " AND ",
    fits!(),
    " AND ",
    text_fits!(),
    " ORDER BY number DESC LIMIT ?4"
);

pub(super) const ALL: &str = many!("closed_by_facets", "open = 0");

pub(super) const BY_ID: &str =
    concat!("SELECT number FROM transactions WHERE transaction_id = lower(?5) AND open = 0 AND ", fits!());

pub(super) const BY_REFERENCE: &str = few!("closed_by_reference", "substr(transaction_id, -5) = ?6 COLLATE NOCASE");

pub(super) const BY_ORDER_NUMBER: &str =
    many!("closed_by_order_number", "open = 0 AND order_number = ?5 COLLATE NOCASE");

pub(super) const BY_APPROVAL: &str = few!("closed_by_approval", "approval_number = ?5");

pub(super) const BY_LAST_FOUR: &str = few!("closed_by_last_four", "last_four = ?8");

pub(super) const BY_TOTAL: &str = many!("closed_by_total", "open = 0 AND total_won = ?7");

// What the card paid whole is found by the total.
pub(super) const BY_CARD: &str =
    many!("closed_by_card", "open = 0 AND card_won > 0 AND card_won <> total_won AND card_won = ?7");

pub(super) const BY_COUPON: &str = many!("closed_by_coupon", "open = 0 AND coupon_won > 0 AND coupon_won = ?7");

pub(super) const BY_POINTS: &str = many!("closed_by_points", "open = 0 AND points_won > 0 AND points_won = ?7");

pub(super) const BY_GIFT_CARD: &str =
    many!("closed_by_gift_card", "open = 0 AND gift_card_won > 0 AND gift_card_won = ?7");

pub(super) const HEADS: &str = "
SELECT transaction_id, number, entries, head FROM json_each(?) CROSS JOIN transactions ON number = value
ORDER BY number DESC";

/// The statements that together find what is wanted.
fn statements(wanted: &Wanted) -> Vec<&'static str> {
    let Wanted { text, day, .. } = wanted;
    let mut statements = vec![OPEN];
    match (day, text) {
        // A day has so few that whatever else is wanted is looked for among them.
        (Some(_), _) => statements.push(OF_A_DAY),
        (None, None) => statements.push(ALL),
        (None, Some(Text { written: _, reference, amount_won, last_four })) => {
            statements.extend([BY_ID, BY_ORDER_NUMBER, BY_APPROVAL]);
            statements.extend(reference.as_ref().map(|_| BY_REFERENCE));
            statements.extend(last_four.as_ref().map(|_| BY_LAST_FOUR));
            if amount_won.is_some() {
                statements.extend([BY_TOTAL, BY_CARD, BY_COUPON, BY_POINTS, BY_GIFT_CARD]);
            }
        }
    }
    statements
}

/// A page of what is wanted.
pub(super) async fn page(connection: &mut SqliteConnection, wanted: &Wanted) -> sqlx::Result<Page> {
    let mut numbers: Vec<i64> = Vec::new();
    for statement in statements(wanted) {
        let found = ask(statement, wanted).fetch_all(&mut *connection).await?;
        for row in found {
            numbers.push(sqlx::Row::try_get(&row, 0)?);
        }
    }
    numbers.sort_unstable_by_key(|number| Reverse(*number));
    // It may fit in more than one meaning.
    numbers.dedup();
    let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
    let more = numbers.len() > limit;
    numbers.truncate(limit);
    let next = numbers.last().copied().filter(|_| more);
    let list = serde_json::Value::from(numbers).to_string();
    let heads = sqlx::query(HEADS).bind(list).fetch_all(&mut *connection).await?;
    let chains = sql::chains(connection, sql::read_heads(&heads)?).await?;
    Ok(Page { chains, next })
}
