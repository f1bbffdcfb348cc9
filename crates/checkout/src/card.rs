//! The words of the card terminal (architecture: the payment agent's contract).

use serde::{Deserialize, Serialize};

use crate::{
    ids::{ApprovalNumber, AttemptId, RefundId, StoreId},
    money::Won,
    view::CardPhase,
};

/// A card payment (or refund) that the issuer approved, as the agent tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// What was charged (or given back), in won.
    pub amount: Won,
    /// The issuer's number.
    pub approval_number: ApprovalNumber,
    /// When, RFC 3339.
    pub approved_at: String,
    /// Card, QR or phone, in the agent's word.
    #[serde(default)]
    pub method: String,
    /// The card's issuer.
    #[serde(default)]
    pub issuer: String,
    /// Who settles with the shop.
    #[serde(default)]
    pub acquirer: String,
    /// Empty when the agent doesn't say.
    #[serde(default)]
    pub masked_card: MaskedCard,
    /// The shop's number at the acquirer.
    #[serde(default)]
    pub merchant_id: String,
    /// 0 for in full.
    #[serde(default)]
    pub instalment_months: u32,
}

impl Approval {
    /// A charge that staff found in the VAN's records: what else is known of it stands there.
    pub fn by_hand(amount: Won, approval_number: ApprovalNumber, instalment_months: u32) -> Approval {
        Approval {
            amount,
            approval_number,
            approved_at: String::new(),
            method: String::new(),
            issuer: String::new(),
            acquirer: String::new(),
            masked_card: MaskedCard::default(),
            merchant_id: String::new(),
            instalment_months,
        }
    }
}

/// A card's number with at most its first six and last four digits to be seen: there is no other way to have one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct MaskedCard(String);

impl MaskedCard {
    /// The fewest digits that a card's number has.
    pub const SHORTEST: usize = 13;
    /// What is kept of one, in characters.
    const LONGEST: usize = 120;

    /// Masks a number, whatever of it is masked already.
    pub fn of(number: &str) -> MaskedCard {
        let is_mark = |c: char| !matches!(c, ' ' | '-');
        let number: String = number.chars().filter(|c| !c.is_control()).take(MaskedCard::LONGEST).collect();
        let marks = number.chars().filter(|c| is_mark(*c)).count();
        // Six and four of fewer than 13 would be nearly all of it.
        let (first, last) = if marks >= MaskedCard::SHORTEST { (6, 4) } else { (0, 4) };
        let mut place = 0;
        let mask = |c: char| {
            if !is_mark(c) {
                return c;
            }
            let seen = place < first || place + last >= marks;
            place += 1;
            if seen && c.is_ascii_digit() { c } else { '*' }
        };
        MaskedCard(number.chars().map(mask).collect())
    }

    /// The number as it may be seen.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for MaskedCard {
    fn from(number: String) -> MaskedCard {
        MaskedCard::of(&number)
    }
}

impl From<MaskedCard> for String {
    fn from(number: MaskedCard) -> String {
        number.0
    }
}

/// What the terminal is asked to charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRequest {
    /// Minted and journalled before this is sent; a repeat with it never charges twice.
    pub attempt: AttemptId,
    /// All of it, in won.
    pub amount: Won,
    /// The part without VAT.
    pub tax_free: Won,
    /// The VAT contained in the rest.
    pub tax: Won,
    /// 0 for in full.
    pub months: u32,
    /// How long the terminal waits for a card, ms.
    pub timeout_ms: u32,
    /// Longer times and speech where the terminal can.
    pub accessible: bool,
}

/// What the terminal is asked to give back: all that an agent which forgot the payment needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// The payment.
    pub attempt: AttemptId,
    /// Minted and journalled before this is sent.
    pub refund: RefundId,
    /// The approval that is undone.
    pub approval: Approval,
}

/// What the agent answered about a payment or a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalAnswer {
    /// Names the memory that answered.
    pub store: StoreId,
    /// What it says.
    pub outcome: TerminalOutcome,
}

/// What the agent says became of a payment or refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalOutcome {
    /// Charged (or given back).
    Approved(Approval),
    /// Not charged.
    Declined {
        /// The issuer's or the terminal's code.
        code: String,
        /// Its words.
        message: String,
    },
    /// Stopped before anything was charged.
    Cancelled,
    /// It goes on.
    InProgress {
        /// What it waits for.
        phase: CardPhase,
        /// Time left for the card, ms.
        left_ms: u32,
    },
    /// This memory knows of no such attempt.
    NotFound,
}

/// No answer, a broken one or a time-out: what happened is unknown, never "no".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// For the log.
    pub why: String,
}
