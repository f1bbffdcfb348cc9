//! Names of things, each a type of its own, so that none can be taken for another.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use ts_rs::TS;

/// A text that isn't a valid name of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("'{found}' is not a {kind}: {expected}")]
pub struct BadId {
    /// Which kind of name was wanted.
    pub kind: &'static str,
    /// The text that was given.
    pub found: String,
    /// What would have been right.
    pub expected: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $range:expr, $allowed:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(try_from = "String", into = "String")]
        #[ts(type = "string")]
        pub struct $name(String);

        impl $name {
            /// The name, when the text is one.
            pub fn new(text: impl Into<String>) -> Result<Self, BadId> {
                let text = text.into();
                let fits = $range.contains(&text.chars().count()) && text.chars().all($allowed);
                if fits {
                    Ok(Self(text))
                } else {
                    Err(BadId { kind: stringify!($name), found: text, expected: $expected })
                }
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

fn plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn printable(c: char) -> bool {
    !c.is_control()
}

id!(
    /// One attempt to settle an order at Prbiti, shared by every message of it (guide 3.1.2: 16 to 36 characters).
    TransactionId, (16..=36), |c: char| c.is_ascii_alphanumeric(), "16 to 36 letters and digits"
);
id!(
    /// What the customer buys; stays the same when a transaction is released and begun again.
    OrderId, (1..=64), plain, "1 to 64 letters, digits, '-', '_' or '.'"
);
id!(
    /// One attempt to charge a card; minted and journalled before the terminal is asked.
    AttemptId, (1..=64), plain, "1 to 64 letters, digits, '-', '_' or '.'"
);
id!(
    /// One attempt to refund a card payment.
    RefundId, (1..=64), plain, "1 to 64 letters, digits, '-', '_' or '.'"
);
id!(
    /// Names the payment agent's memory: as long as it is the same, the agent has forgotten nothing.
    StoreId, (1..=128), printable, "1 to 128 printable characters"
);
id!(
    /// The number under which the card's issuer approved a payment.
    ApprovalNumber, (1..=64), printable, "1 to 64 printable characters"
);
id!(
    /// An item of the catalog (guide 3.2.2, `itemID`).
    ItemId, (1..=64), plain, "1 to 64 letters, digits, '-', '_' or '.'"
);
id!(
    /// An option of an item (guide 3.2.2, `itemOptionID`).
    OptionId, (1..=64), plain, "1 to 64 letters, digits, '-', '_' or '.'"
);
id!(
    /// A group of options of which an item offers one choice or a count.
    GroupId, (1..=64), plain, "1 to 64 letters, digits, '-', '_' or '.'"
);
id!(
    /// A category of the menu.
    CategoryId, (1..=64), plain, "1 to 64 letters, digits, '-', '_' or '.'"
);

impl TransactionId {
    /// 확인 번호: its end, as it can be read aloud.
    pub fn reference(&self) -> String {
        let id = self.as_str().to_uppercase();
        let tail: String = id.chars().skip(id.chars().count().saturating_sub(5)).collect();
        let (first, last) = tail.split_at(tail.len().min(3));
        format!("{first}-{last}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_id_has_16_to_36_letters_and_digits() {
        assert!(TransactionId::new("0192f0c4a7b87d3e8f1a2b3c4d5e6f70").is_ok());
        assert!(TransactionId::new("short").is_err());
        assert!(TransactionId::new("0192f0c4-a7b8-7d3e").is_err());
        assert!(TransactionId::new("a".repeat(37)).is_err());
    }
}
