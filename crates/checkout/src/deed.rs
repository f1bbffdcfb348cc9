//! What staff did at a kiosk: one line each in a book of its own that nobody can take a line out of. What holds for the shop
//! since (sold out, closed for a while) is the fold of these.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    catalog::{Catalog, GroupKind},
    close::DayClose,
    ids::{AttemptId, GroupId, ItemId, OptionId, TransactionId},
    staff::{Action, Person, Role},
    time::Now,
    view::PeopleOutcome,
};

/// What somebody did, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Now,
    /// Who.
    pub by: Person,
    /// What.
    pub did: Did,
}

/// What was done. Each is written down before it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Did {
    /// Gave the right PIN, and is in.
    CameIn,
    /// Locked the screen, or left it alone.
    Locked {
        /// It locked by itself.
        idle: bool,
    },
    /// Decided about a transaction; its own journal has the same.
    Acted {
        /// Of which.
        transaction: TransactionId,
        /// What.
        action: Action,
    },
    /// Gave somebody a role and a PIN.
    SetPerson {
        /// Whom.
        name: String,
        /// Which.
        role: Role,
    },
    /// Took somebody's PIN away.
    RemovedPerson {
        /// Whose.
        name: String,
    },
    /// What was to be changed about people stayed as it was.
    PeopleUnchanged {
        /// Why.
        why: PeopleOutcome,
    },
    /// Said that something is sold out, or is there again.
    SetSoldOut {
        /// What.
        ware: Ware,
        /// It is sold out.
        sold_out: bool,
    },
    /// Stopped selling, or went on with it.
    SetPaused {
        /// Nothing is sold.
        paused: bool,
    },
    /// Chose how loud the kiosk is.
    SetVolume {
        /// 1 to 5.
        volume: u8,
    },
    /// Took over the menu as it is in its file.
    TookMenu {
        /// How many things it has.
        items: u32,
    },
    /// Closed a business day.
    ClosedDay(Box<DayClose>),
    /// Had something written to a stick or a folder.
    Wrote {
        /// What.
        what: Written,
    },
    /// Had something printed.
    Printed {
        /// What.
        what: Printout,
    },
}

/// What staff can have printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Printout {
    /// A paid order's receipt, again.
    Receipt {
        /// Whose.
        transaction: TransactionId,
    },
    /// The receipt of an order's own money that was given back.
    Refund {
        /// Whose.
        transaction: TransactionId,
    },
    /// The receipt of a stray charge that was given back.
    StrayRefund {
        /// Whose.
        transaction: TransactionId,
        /// Which attempt's charge.
        attempt: AttemptId,
    },
    /// A closed day.
    Close {
        /// Its close's number.
        number: u32,
    },
    /// What shows whether the printer prints as it should.
    Test,
}

/// What can be written to a stick or a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Written {
    /// A closed day, for the books.
    Day {
        /// Its close's number.
        number: u32,
    },
    /// What somebody who helps needs to know: logs, health, configuration without secrets, and these transactions.
    Support {
        /// Which, beside what is open.
        transactions: Vec<TransactionId>,
    },
}

/// Something on the menu that can be sold out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Ware {
    /// An item, with whatever options.
    Item {
        /// Which.
        item: ItemId,
    },
    /// An option, of every item that offers it.
    Option {
        /// Of which group.
        group: GroupId,
        /// Which.
        option: OptionId,
    },
}

/// What holds for the shop since staff said so, over restarts and new menus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseRules {
    /// What staff said is sold out, or is there although the menu says otherwise.
    sold_out: BTreeMap<Ware, bool>,
    /// Nothing is sold.
    pub paused: bool,
    /// How loud the kiosk is for whoever comes, 1 to 5.
    pub volume: u8,
}

impl Default for HouseRules {
    fn default() -> HouseRules {
        HouseRules { sold_out: BTreeMap::new(), paused: false, volume: 3 }
    }
}

impl HouseRules {
    /// The kinds of deeds that change them, as the journal names them.
    pub const KINDS: [&str; 3] = ["set_sold_out", "set_paused", "set_volume"];

    /// What holds after this, too.
    pub fn apply(&mut self, did: &Did) {
        match did {
            Did::SetSoldOut { ware, sold_out } => {
                self.sold_out.insert(ware.clone(), *sold_out);
            }
            Did::SetPaused { paused } => self.paused = *paused,
            Did::SetVolume { volume } => self.volume = (*volume).clamp(1, 5),
            Did::CameIn
            | Did::Locked { .. }
            | Did::Acted { .. }
            | Did::SetPerson { .. }
            | Did::RemovedPerson { .. }
            | Did::PeopleUnchanged { .. }
            | Did::TookMenu { .. }
            | Did::ClosedDay(_)
            | Did::Wrote { .. }
            | Did::Printed { .. } => {}
        }
    }

    /// Marks the menu by them. What is no longer on it is remembered for the day when it is again; the last option of a
    /// choice is never marked, for its items couldn't be ordered.
    pub fn mark(&self, catalog: &mut Catalog) {
        // What is there first: else the last of a choice might seem to be what is the last no more.
        for wanted in [false, true] {
            for (ware, _) in self.sold_out.iter().filter(|(_, sold_out)| **sold_out == wanted) {
                set_sold_out(catalog, ware, wanted);
            }
        }
    }
}

/// Marks something as sold out or not. False when it isn't on the menu, or is the last option of a choice.
pub fn set_sold_out(catalog: &mut Catalog, ware: &Ware, sold_out: bool) -> bool {
    match ware {
        Ware::Item { item } => {
            let found = catalog.items.iter_mut().find(|known| known.id == *item);
            found.map(|found| found.sold_out = sold_out).is_some()
        }
        Ware::Option { group, option } => {
            let Some(found) = catalog.groups.iter_mut().find(|known| known.id == *group) else { return false };
            match &mut found.kind {
                GroupKind::Choice(options) => {
                    let last = options.iter().all(|other| other.id == *option || other.sold_out);
                    let Some(found) = options.iter_mut().find(|known| known.id == *option) else { return false };
                    if sold_out && last {
                        return false;
                    }
                    found.sold_out = sold_out;
                    true
                }
                GroupKind::Count { option: counted, .. } if counted.id == *option => {
                    counted.sold_out = sold_out;
                    true
                }
                GroupKind::Count { .. } => false,
            }
        }
    }
}
