//! What staff see of the shop: the day and its close, what is sold out, how the devices are, and what was done here.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    close::{ClosedBy, Day},
    deed::{Printout, Ware, Written},
    ids::TransactionId,
    money::Won,
    staff::{Action, Person, Role},
    view::PeopleOutcome,
};

/// 44. A business day, open or closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DayPage {
    /// What it was, as far as it goes.
    pub day: Day,
    /// What the card had to bring: orders less coupons, points and gift cards, without what was given back.
    pub card_due: Won,
    /// It is the day that goes on.
    pub is_today: bool,
    /// It is closed.
    pub closed: Option<ClosedBy>,
    /// The day before it that has something to show, `YYYY-MM-DD`.
    pub earlier: Option<String>,
    /// The day after it that has something to show.
    pub later: Option<String>,
    /// Transactions that aren't through.
    pub open: u32,
    /// What its close needs, or why there is none.
    pub closing: Closing,
    /// What became of the last thing that was to be written.
    pub wrote: Option<WriteOutcome>,
}

/// What a day's close needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Closing {
    /// Nothing: all agrees.
    Ready,
    /// Something is open or differs, or the terminal didn't answer: a manager writes why it is closed all the same.
    WithReason,
    /// The same, and whoever is in is no manager.
    ManagerOnly,
    /// An earlier day first.
    EarlierFirst {
        /// Which, `YYYY-MM-DD`.
        day: String,
    },
    /// It is the day after one that was closed already, and begins later.
    NotBegun,
    /// Nothing was sold or given back on it.
    Nothing,
    /// It is closed.
    Closed,
    /// Nothing can be written down.
    NoJournal,
}

/// What became of something that was to be written to a stick or a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum WriteOutcome {
    /// It is being written.
    Writing,
    /// It is there.
    Done {
        /// Where.
        folder: String,
        /// On a stick that can be taken away.
        stick: bool,
    },
    /// It couldn't be written; the log says why.
    Failed,
}

/// 메뉴: something that is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WareLine {
    /// What.
    pub ware: Ware,
    /// Its Korean name.
    pub name: String,
    /// Of an option: the Korean name of its group.
    pub group: Option<String>,
    /// Of one.
    pub price: Won,
    /// Can't be had now.
    pub sold_out: bool,
    /// The last one of a choice that can be had: it stays.
    pub last: bool,
}

/// What came of taking over the menu from its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum MenuOutcome {
    /// The file is being read.
    Reading,
    /// It is what is sold now.
    Taken {
        /// How many things it has.
        items: u32,
        /// How many of them cost something else than before, are new or are gone.
        changed: u32,
    },
    /// All that is wrong with it, each with its line, in English: what was sold goes on being sold.
    Wrong {
        /// One sentence each.
        mistakes: Vec<String>,
    },
}

/// 45. How the kiosk is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// The program's.
    pub version: String,
    /// When it was started: unix ms of the wall clock.
    #[ts(type = "number")]
    pub started_ms: i64,
    /// Each device and server that it needs.
    pub devices: Vec<Device>,
    /// The journal's file with its log, in kilobytes.
    #[ts(type = "number")]
    pub journal_kb: u64,
    /// Left on its disk, in megabytes.
    #[ts(type = "number | null")]
    pub free_mb: Option<u64>,
    /// How many transactions it holds.
    #[ts(type = "number")]
    pub transactions: u64,
    /// What became of the last update that was tried here; none before the first.
    pub update: Option<LastUpdate>,
    /// The last scan on this page; none before the first.
    pub scanned: Option<TestScan>,
    /// What became of the last thing that was to be written.
    pub wrote: Option<WriteOutcome>,
    /// What came of trying the kitchen; none before the first time on this page.
    pub kitchen: Option<KitchenTest>,
}

/// What came of trying whether an order would arrive in the kitchen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum KitchenTest {
    /// It is being told.
    Trying,
    /// It took the message, on every way that there is.
    Arrived,
    /// It didn't, or may not have.
    NotArrived {
        /// Why, in English, as the order hook or the printer says it.
        says: String,
    },
}

/// The last update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LastUpdate {
    /// To this version; empty when that couldn't be read.
    pub version: String,
    /// When: unix ms of the wall clock.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// What became of it.
    pub ended: UpdateEnd,
}

/// What became of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum UpdateEnd {
    /// 설치됨: the new version is well.
    Installed,
    /// 되돌림: it wasn't, and the version before it is there again.
    RolledBack,
    /// 설치하지 않음.
    NotInstalled,
}

/// A scan to see whether the reader works. What it says may name a person, so it isn't shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestScan {
    /// How long it was.
    pub characters: u32,
    /// Which of this page it was, from 1.
    pub times: u32,
}

/// A device or server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Which.
    pub of: DeviceOf,
    /// How it is.
    pub state: DeviceState,
    /// Since when, as far as the kiosk saw it: unix ms of the wall clock.
    #[ts(type = "number | null")]
    pub since_ms: Option<i64>,
    /// What it says of itself, in its own words; empty when it says nothing.
    pub says: String,
}

/// Which device or server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum DeviceOf {
    /// 결제기.
    Terminal,
    /// Prbiti's server.
    Prbiti,
    /// 바코드 리더.
    Scanner,
    /// 영수증 프린터.
    Printer,
    /// 기록: the journal.
    Journal,
    /// 주문 전달: the address that orders are posted to.
    OrderHook,
    /// 주방 프린터: it prints order tickets.
    KitchenPrinter,
}

/// How a device or server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum DeviceState {
    /// It works.
    Ready,
    /// It works, and something of it doesn't.
    Troubled,
    /// It isn't there, or doesn't answer.
    Away,
    /// This kiosk has none.
    None,
}

/// One line of what staff did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeedLine {
    /// Counts up, without a gap.
    #[ts(type = "number")]
    pub number: i64,
    /// Unix ms of the wall clock.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Who.
    pub by: Person,
    /// What.
    pub did: DidWhat,
    /// Of which transaction.
    pub transaction: Option<TransactionId>,
    /// What was decided about it.
    pub action: Option<Action>,
    /// Whom it was about; of a close the business day.
    pub name: Option<String>,
    /// The role that they got.
    pub role: Option<Role>,
    /// Why nothing changed.
    pub why: Option<PeopleOutcome>,
    /// The Korean name of what was sold out; its name in the file when it is off the menu.
    pub ware: Option<String>,
    /// How loud, how many, which number.
    pub figure: Option<u32>,
    /// Why a day was closed although something didn't agree.
    pub words: Option<String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each is the kind of deed of that name, or one side of it")]
pub enum DidWhat {
    CameIn,
    Locked,
    LeftAlone,
    Acted,
    SetPerson,
    RemovedPerson,
    PeopleUnchanged,
    SoldOut,
    ThereAgain,
    Paused,
    WentOn,
    SetVolume,
    TookMenu,
    ClosedDay,
    WroteDay,
    WroteSupport,
    PrintedReceipt,
    PrintedRefund,
    PrintedClose,
    PrintedTest,
}

/// What became of a paper that staff had printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum StaffPrint {
    /// It is being printed.
    Printing,
    /// It came out.
    Printed,
    /// Nothing of it came out.
    NotBegun,
    /// Nobody knows how much of it came out.
    Unknown,
}

/// What staff touch about the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "to", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ShopAct {
    /// Another business day, `YYYY-MM-DD`; none for the one that is to be closed next.
    Day {
        /// Which.
        day: Option<String>,
    },
    /// 마감하기: the day that is shown.
    CloseDay {
        /// Why, although something is open or differs.
        reason: Option<String>,
    },
    /// To a stick or a folder.
    Write {
        /// What.
        what: Written,
    },
    /// 다시 인쇄, 시험 인쇄: of what is looked at.
    Print {
        /// What.
        what: Printout,
    },
    /// 품절.
    SetSoldOut {
        /// What.
        ware: Ware,
        /// It is, or is there again.
        sold_out: bool,
    },
    /// 메뉴 새로 읽기.
    TakeMenu,
    /// 주문 전달 시험: tells the kitchen something that isn't to be made.
    TestKitchen,
    /// 판매 멈춤.
    SetPaused {
        /// Or on again.
        paused: bool,
    },
    /// 소리 크기.
    SetVolume {
        /// 1 to 5.
        volume: u8,
    },
    /// A page of what was done.
    Deeds {
        /// From 0, the newest first.
        page: u32,
    },
}
