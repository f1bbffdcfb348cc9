//! What the screen shows: one [`View`], pushed after every step, and the touches ([`Act`]) that come back.
//!
//! The shape that we *show*: nothing is kept in it and nothing is decided by it. The UI is a function of it and
//! adds only words, pictures and layout. Amounts are won, times are ms from the moment the view was sent.

mod message;
mod screen;
mod shop;
mod staff;

pub use message::{Act, FromModule, Ignored, ToPage};
pub use screen::{
    CardPhase, CategoryTab, DeclineReason, GroupAnswer, GroupView, ItemCard, LineState, LineView, Notice, OptionView,
    OutOfService, PaidOrder, PaperOffer, PrbitiSaid, Receipt, Screen, Tick, WhyInDoubt,
};
use serde::{Deserialize, Serialize};
pub use shop::{
    Closing, DayPage, DeedLine, Device, DeviceOf, DeviceState, DidWhat, Health, KitchenTest, LastUpdate, MenuOutcome,
    ShopAct, StaffPrint, TestScan, UpdateEnd, WareLine, WriteOutcome,
};
pub use staff::{
    ActionView, ApprovalLine, CaseState, Doing, Fate, Goods, Leg, LegOf, LegState, Message, Moment, NotArrived,
    PeopleOutcome, Preview, Search, StaffAct, StaffCase, StaffPage, StaffTab, StaffTransaction, StateFilter, Tender,
    TerminalSays, Tone, What,
};
use ts_rs::TS;

use crate::{catalog::Language, money::Won, service::Service};

/// Everything on the glass.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Counts screens; an [`Act`] names the one it was touched on, so that a touch on a screen that is gone does nothing.
    pub number: u32,
    /// Counts every view that is sent to a page.
    pub sent: u32,
    /// The shop and its panel.
    pub shop: ShopView,
    /// The customer's settings; back to the usual after each order.
    pub settings: Settings,
    /// How much room there is.
    pub fit: Fit,
    /// The step that the strip shows as the current one; none on screens outside the way (attract, out of service).
    pub step: Option<Step>,
    /// The five controls at the bottom.
    pub dock: Dock,
    /// Transactions that wait for staff, and orders that haven't arrived: the mark before the shop's name.
    pub staff_waiting: u32,
    /// Orders that whoever makes them hasn't taken on for a minute, or hasn't heard that they are void: it is heard as well.
    pub not_arrived: u32,
    /// Full-width lines under the strip.
    pub bands: Vec<Band>,
    /// What is ordered, taken off and left to pay; from the cart on.
    pub money: Option<Ledger>,
    /// One pill per ticked service; from the choice of benefits on.
    pub pills: Vec<Pill>,
    /// A sentence that goes away by itself.
    pub note: Option<Note>,
    /// The question.
    pub screen: Screen,
    /// A sheet over the screen.
    pub sheet: Option<Sheet>,
    /// The module's frame to mount, keyed by its session; removed when absent.
    pub module: Option<ModuleFrame>,
    /// Each scan is heard: by this the page knows that there was one.
    pub scans: Scans,
}

/// The scans since the program started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Scans {
    /// How many, readable or not.
    pub count: u32,
    /// The last one was of use: it chose an item, went to the module, or was looked for.
    pub taken: bool,
}

/// What never changes while the program runs.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShopView {
    /// In the customer's language.
    pub name: String,
    /// 먹고 갈게요, 가져갈게요: one or both.
    pub ways: Vec<Way>,
    /// Size of one pixel of the panel, in nanometres.
    pub pitch_nm: u32,
    /// Height of the panel's lower edge above the floor, in mm.
    pub lower_edge_mm: u32,
    /// Where the card terminal is, seen from the customer.
    pub terminal_place: Place,
    /// There is a printer: without one nothing on paper is offered.
    pub printer: bool,
    /// There is a voice in the customer's language: without one nothing offers it, its loudness or its speed.
    pub speaks: bool,
    /// The shop's clock against UTC, in minutes: times of day are the shop's, whatever the machine's zone.
    pub utc_offset_min: i32,
}

/// Where something is, seen from the customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// 화면 오른쪽 아래.
    #[default]
    RightBelow,
    /// 화면 왼쪽 아래.
    LeftBelow,
    /// 화면 아래.
    Below,
    /// 화면 오른쪽.
    Right,
    /// 화면 왼쪽.
    Left,
}

/// Eaten here or taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// 먹고 갈게요.
    #[default]
    ForHere,
    /// 가져갈게요.
    ToGo,
}

/// What the customer has set for this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Language of screens and speech.
    pub language: Language,
    /// 큰 글씨: everything at 200 %.
    pub large: bool,
    /// 고대비.
    pub contrast: bool,
    /// 낮은 화면: everything below 1,220 mm.
    pub low: bool,
    /// 음성 안내.
    pub voice: bool,
    /// 1 to 5.
    pub volume: u8,
    /// How fast speech is.
    pub speed: Speed,
    /// Keys are used in place of fingers: whoever does needs longer, as with large text.
    pub keypad: bool,
    /// Earphones are plugged in: what is personal may be said.
    pub earphones: bool,
}

/// How fast speech is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Speed {
    /// 느리게.
    Slow,
    /// 보통.
    #[default]
    Usual,
    /// 빠르게.
    Fast,
}

/// How much room there is, in mm of layout width (ui.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// Under 210 mm.
    Xs,
    /// Under 290 mm.
    S,
    /// Under 420 mm, or portrait.
    M,
    /// Landscape with 420 mm and more.
    L,
}

/// The strip: 주문 · 확인 · 혜택 · 결제 · 완료.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// 주문.
    Order,
    /// 확인.
    Review,
    /// 혜택.
    Benefits,
    /// 결제.
    Payment,
    /// 완료.
    Done,
}

/// The five controls: 처음으로 · 이전 · 소리 · 화면 · 직원 호출. Sound and screen always work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Dock {
    /// 처음으로.
    pub home: DockButton,
    /// 이전.
    pub back: DockButton,
    /// The staff have been called and haven't come yet.
    pub calling: bool,
}

/// Whether a dock button does something now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum DockButton {
    /// It does.
    Ready,
    /// There is nothing before this screen.
    Nothing,
    /// 결제가 끝나는 중이라 기다려 주세요.
    Paying,
    /// The terminal has been asked to stop.
    Stopping,
}

/// A line under the strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Band {
    /// 연습 모드 · 돈이 나가지 않아요.
    Practice,
    /// 바코드 읽는 기계가 꺼져 있어요.
    ScannerOff,
    /// Prbiti can't be reached: no coupon, points or gift card today.
    NoMembership,
}

/// 주문 − 할인 − 기프트카드 = 낼 돈.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// How many pieces are ordered.
    pub pieces: u32,
    /// Sum of the order.
    pub order: Won,
    /// Taken off by a coupon.
    pub coupon: Won,
    /// Paid with points.
    pub points: Won,
    /// 할인: coupon and points together.
    pub discount: Won,
    /// Paid with a gift card.
    pub gift_card: Won,
    /// Left to pay by card.
    pub due: Won,
    /// Points that will be earned.
    pub earn: Option<Won>,
    /// Until when Prbiti keeps what is held: unix ms of the wall clock, for showing as a time of day.
    #[ts(type = "number | null")]
    pub held_until_ms: Option<i64>,
    /// When Prbiti has given back by itself, at the latest, what is or may be held and isn't used in the end: unix ms
    /// of the wall clock.
    #[ts(type = "number | null")]
    pub returned_by_ms: Option<i64>,
}

/// 쿠폰 포인트 기프트카드 적립.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Pill {
    /// Which.
    pub service: Service,
    /// What became of it.
    pub state: PillState,
}

/// What became of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum PillState {
    /// It comes later.
    ToCome,
    /// Its question stands now.
    Now,
    /// ✓ with its amount.
    Used {
        /// Won, or points.
        amount: Won,
    },
    /// –.
    NotUsed,
    /// "?": nobody knows.
    Unknown,
}

/// A sentence shown for 4 s.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Note {
    /// 포인트를 쓰지 않았어요, and so on for each service.
    NotUsed {
        /// Which.
        service: Service,
    },
    /// It doesn't work just now.
    NotNow {
        /// Which.
        service: Service,
    },
    /// The coupon is for these items, and none of them is in the cart.
    CouponFor {
        /// Names in the customer's language; none when none of them is sold here.
        items: Vec<String>,
    },
    /// 이 바코드는 메뉴에 없어요.
    NotOnMenu,
    /// The scanned item is sold out.
    SoldOut {
        /// Name in the customer's language.
        item: String,
    },
    /// A scan on a screen that has no use for one, or a code that couldn't be read.
    ScanRefused,
    /// 이어폰이 빠졌어요: nothing is read aloud any more.
    EarphonesOut,
    /// It is nobody's PIN, or none is looked at for some minutes.
    PinRefused,
    /// The scanned item was added.
    Added {
        /// Name in the customer's language.
        item: String,
    },
    /// There is no room for more in the cart.
    CartFull,
    /// What the order that was begun before held isn't given back yet: Prbiti does it by itself, then.
    StillHeld {
        /// Unix ms of the wall clock, for showing as a time of day.
        #[ts(type = "number")]
        until_ms: i64,
    },
    /// 결제기와 연결이 안 돼요: payment can't start now.
    TerminalAway,
}

/// A sheet over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Sheet {
    /// 13.
    Idle {
        /// Back to the start after so many ms.
        ends_in_ms: u32,
        /// Is something held at Prbiti?
        held: bool,
    },
    /// 14.
    StartOver {
        /// Pieces that are removed.
        pieces: u32,
        /// Is something held at Prbiti?
        held: bool,
        /// Asked by 이전 (going back to change the order) or by 처음으로.
        back: bool,
    },
    /// 17.
    ScreenAndSound {
        /// Which half has the focus.
        sound: bool,
    },
}

/// The module's frame to mount (guide 2.4). Outside a service's own screen it is small, inert and hidden from
/// screen readers, but whole and visible: a covered frame is throttled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ModuleFrame {
    /// The module session: the key of the frame.
    pub session: u32,
    /// What to load.
    pub url: String,
    /// The only origin that may be posted to and heard.
    pub origin: String,
    /// Does the customer use it, or only the kiosk?
    pub for_customer: bool,
}
