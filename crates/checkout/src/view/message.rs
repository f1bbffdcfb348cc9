//! What goes through the window's wall: views and posts to the page, touches and the module's words back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Receipt, Speed, StaffAct, View, Way};
use crate::{
    catalog::Language,
    ids::{CategoryId, GroupId, ItemId, OptionId},
    service::Service,
};

/// What Rust tells the page, all through one channel that dies with the page.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum ToPage {
    /// Show this.
    View {
        /// The whole of it.
        view: Box<View>,
    },
    /// Post this text, parsed as JSON, to the frame of this session and to no other.
    Post {
        /// Which frame.
        session: u32,
        /// A JSON object as text.
        text: String,
    },
}

/// What the page tells of the module's frame.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum FromModule {
    /// The frame's `load` fired.
    Loaded,
    /// A message came whose origin and source are the frame's, when one was waited for: its data as it is when that is a
    /// string, else as JSON text.
    Message {
        /// At most 64 KiB; the page counts what is longer.
        text: String,
    },
    /// The page ignored messages since it last said so: at most once a second, and when the frame goes. Under session 0
    /// those that came when there was no frame.
    Ignored {
        /// How many.
        counts: Ignored,
    },
}

/// How many messages were ignored, by why; never what they said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Ignored {
    /// From another window or origin than the frame's, or when there was no frame.
    pub strange: u32,
    /// Before the question, or when nobody waited for an answer any more.
    pub unasked: u32,
    /// Longer than is read.
    pub too_long: u32,
    /// More than are passed on in the time.
    pub too_many: u32,
    /// No answer can be read of it.
    pub unreadable: u32,
}

/// A touch (or key) of the customer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs)] // Each is named for the control that sends it; the screens document those.
pub enum Act {
    // 01 and settings
    Start {
        way: Way,
    },
    Language {
        language: Language,
    },
    Large {
        on: bool,
    },
    Contrast {
        on: bool,
    },
    Low {
        on: bool,
    },
    Voice {
        on: bool,
    },
    Volume {
        volume: u8,
    },
    Speed {
        speed: Speed,
    },
    /// A key was pressed in place of a finger.
    Keypad,
    /// Plugged in, or pulled out.
    Earphones {
        on: bool,
    },
    OpenSettings {
        sound: bool,
    },
    // menu, options, review
    Category {
        id: CategoryId,
    },
    Page {
        forward: bool,
    },
    Item {
        id: ItemId,
    },
    Choose {
        group: GroupId,
        option: OptionId,
    },
    Count {
        group: GroupId,
        count: u32,
    },
    Pieces {
        count: u32,
    },
    CloseOptions,
    AddToCart,
    Review,
    LinePieces {
        index: u32,
        count: u32,
    },
    RemoveLine {
        index: u32,
    },
    Undo,
    AddMore,
    Way {
        way: Way,
    },
    UseBenefits,
    PayNow,
    // benefits
    Tick {
        service: Service,
        on: bool,
    },
    Next,
    NoBenefits,
    Skip,
    TryAgain,
    WithoutService,
    GoOn,
    StartAgain,
    Stop,
    WithoutBenefits,
    // payment
    Receipt {
        receipt: Receipt,
    },
    Months {
        months: u32,
    },
    Pay,
    DontPay,
    AnotherCard,
    // end
    Done,
    Paper,
    PrintSlip,
    CallAgain,
    // dock and sheets
    Home,
    Back,
    CallStaff,
    Continue,
    YesStartOver,
    CloseSheet,
    /// The window's size in px, said once per page and when it changes.
    Resized {
        width: u32,
        height: u32,
    },
    /// The shop's name was held for 3 s; then six digits.
    StaffEnter {
        pin: String,
    },
    /// What staff touch, once they are in.
    Staff {
        act: StaffAct,
    },
}
