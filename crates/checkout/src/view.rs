//! What the screen shows: one [`View`], pushed after every step, and the touches ([`Act`]) that come back.
//!
//! The shape that we *show*: nothing is kept in it and nothing is decided by it. The UI is a function of it and
//! adds only words, pictures and layout. Amounts are won, times are ms from the moment the view was sent.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    catalog::Language,
    ids::{CategoryId, GroupId, ItemId, OptionId},
    money::Won,
    service::Service,
};

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
    /// Transactions that wait for staff: the mark before the shop's name.
    pub staff_waiting: u32,
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
#[serde(tag = "is", rename_all = "camelCase")]
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
        /// Names in the customer's language.
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
    /// The scanned item was added.
    Added {
        /// Name in the customer's language.
        item: String,
    },
    /// 결제기와 연결이 안 돼요: payment can't start now.
    TerminalAway,
}

/// The question on the screen.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Screen {
    /// 01.
    Attract,
    /// 02.
    Menu {
        /// The tabs.
        categories: Vec<CategoryTab>,
        /// The items of this page.
        items: Vec<ItemCard>,
        /// From 1.
        page: u32,
        /// At least 1.
        pages: u32,
        /// What is in the cart: pictures of at most three lines.
        pictures: Vec<String>,
    },
    /// 03, a sheet over the menu: everything about one item.
    Options {
        /// The item.
        item: ItemCard,
        /// The questions. In `xs` one per page.
        groups: Vec<GroupView>,
        /// Pieces.
        count: u32,
        /// Live price: (item + options) × pieces.
        price: Won,
        /// Whole price without `count`: for one piece.
        each: Won,
    },
    /// 04.
    Review {
        /// The lines of this page.
        lines: Vec<LineView>,
        /// From 1.
        page: u32,
        /// At least 1.
        pages: u32,
        /// 가져가기 or 먹고 가기.
        way: Way,
        /// A line was removed less than 5 s ago and can be brought back.
        undo: bool,
        /// Is any service offered now?
        benefits: bool,
        /// The scene to confirm: an item became sold out and must be taken out first.
        blocked: bool,
    },
    /// 05a.
    Benefits {
        /// What this kiosk offers now.
        services: Vec<Tick>,
    },
    /// 05–06: the module's own page in its frame.
    Service {
        /// Which.
        service: Service,
        /// The frame has loaded.
        open: bool,
    },
    /// 05c.
    ServiceUnknown {
        /// Which.
        service: Service,
    },
    /// 08: the page doesn't open and nothing was posted.
    ServiceFailed {
        /// Which.
        service: Service,
        /// May it be tried again?
        again: bool,
    },
    /// Prbiti refuses or can't be reached while something is held.
    BenefitsLost,
    /// 05d.
    TimeShort,
    /// What was held is being given back before the order goes on.
    Returning,
    /// 09, or its free twin.
    PayConfirm {
        /// How the receipt may be had.
        receipts: Vec<Receipt>,
        /// The choice.
        receipt: Receipt,
        /// Months offered, 0 for in full; empty when there is nothing to choose.
        instalments: Vec<u32>,
        /// The choice.
        months: u32,
        /// The terminal is being asked whether it is ready.
        busy: bool,
    },
    /// 10.
    Card {
        /// Time left for the card, ms.
        left_ms: u32,
        /// The terminal has been asked to stop.
        stopping: bool,
        /// What the terminal is doing.
        phase: CardPhase,
    },
    /// 19.
    Declined {
        /// The reason in our words.
        reason: DeclineReason,
        /// Goes back to the start after so many ms.
        ends_in_ms: u32,
    },
    /// 11.
    Settling {
        /// 카드 결제; absent for a free order.
        card: Option<LineState>,
        /// 쿠폰·포인트 처리; absent when nothing was asked.
        benefits: Option<LineState>,
        /// 주문 보내기.
        hand_over: LineState,
        /// 조금 더 걸려요.
        slow: bool,
    },
    /// 12.
    Done {
        /// With the kiosk's prefix.
        order_number: String,
        /// 번호를 부르면 …, or 직원에게 번호를 보여 주세요.
        handed_over: bool,
        /// 포인트는 직원이 확인해서 처리해요.
        benefits_pending: bool,
        /// Points that were earned.
        earned: Option<Won>,
        /// Goes back to the start after so many ms.
        ends_in_ms: u32,
    },
    /// 15.
    Unknown {
        /// In doubt, by card; absent for a free order.
        amount: Option<Won>,
        /// 확인 번호.
        reference: String,
        /// Since when, ms ago.
        since_ms: u32,
    },
    /// 16.
    OutOfService {
        /// The second line.
        why: OutOfService,
        /// For staff.
        code: String,
    },
    /// The staff's list of paid orders, read only.
    StaffOrders {
        /// Newest first.
        orders: Vec<PaidOrder>,
        /// What waits for staff.
        waiting: Vec<StaffCase>,
    },
}

/// A tab of the menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CategoryTab {
    /// Which.
    pub id: CategoryId,
    /// In the customer's language.
    pub name: String,
    /// Its items are shown.
    pub current: bool,
}

/// An item as a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ItemCard {
    /// Which.
    pub id: ItemId,
    /// In the customer's language.
    pub name: String,
    /// Without options.
    pub price: Won,
    /// Name of a drawn picture.
    pub picture: String,
    /// 추천.
    pub recommended: bool,
    /// 품절.
    pub sold_out: bool,
}

/// A question on the options sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GroupView {
    /// Which.
    pub id: GroupId,
    /// In the customer's language.
    pub name: String,
    /// How it is answered.
    pub answer: GroupAnswer,
}

/// How a question is answered, and its answer now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum GroupAnswer {
    /// One of several.
    Choice {
        /// Which there are.
        options: Vec<OptionView>,
    },
    /// So many per cup.
    Count {
        /// Price of one.
        price: Won,
        /// Now.
        count: u32,
        /// At most.
        most: u32,
    },
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OptionView {
    /// Which.
    pub id: OptionId,
    /// In the customer's language.
    pub name: String,
    /// On top of the item's.
    pub price: Won,
    /// Is it the answer now?
    pub chosen: bool,
    /// Can't be had now.
    pub sold_out: bool,
}

/// A line of the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LineView {
    /// Its place in the cart, from 0.
    pub index: u32,
    /// Name in the customer's language.
    pub name: String,
    /// Names of what was chosen with it, with "× n" for counted ones.
    pub options: Vec<String>,
    /// Name of a drawn picture.
    pub picture: String,
    /// Pieces.
    pub count: u32,
    /// (item + options) × pieces.
    pub price: Won,
    /// It became sold out while in the cart.
    pub sold_out: bool,
}

/// A service to tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tick {
    /// Which.
    pub service: Service,
    /// Is it ticked?
    pub ticked: bool,
}

/// How the customer gets the receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Receipt {
    /// 종이.
    Paper,
    /// 휴대폰: Prbiti's e-receipt.
    Phone,
    /// 안 받기.
    #[default]
    None,
}

/// What the terminal waits for or does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CardPhase {
    /// For the card.
    #[default]
    Insert,
    /// It reads it.
    Read,
    /// It asks the issuer.
    Verify,
    /// The card has to be taken out.
    Remove,
}

/// Why a card was declined, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum DeclineReason {
    /// The issuer said no.
    Issuer,
    /// No card came in time.
    TimeOut,
    /// The customer stopped it.
    Stopped,
    /// The terminal couldn't do it.
    Terminal,
}

/// One line of the settling screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LineState {
    /// Not recorded as done yet.
    Waiting,
    /// ✓.
    Done,
    /// It takes longer, or staff look at it.
    Pending,
}

/// Why nothing is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum OutOfService {
    /// 앞선 결제 n건을 안전하게 마무리하고 있어요.
    Recovering {
        /// Transactions that are left.
        left: u32,
    },
    /// 기록을 저장할 수 없어요.
    Journal,
    /// 설정을 확인해 주세요.
    Configuration,
    /// A card payment of an earlier order is in doubt: nothing else may be charged on the terminal.
    CardInDoubt,
}

/// A paid order on the staff's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PaidOrder {
    /// With the kiosk's prefix.
    pub order_number: String,
    /// Unix ms of the wall clock.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Korean names with options and pieces, one line each.
    pub lines: Vec<String>,
    /// 먹고 가기 or 가져가기.
    pub way: Way,
    /// Sum of the order.
    pub total: Won,
}

/// A transaction that waits for staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StaffCase {
    /// Its transactionID.
    pub transaction_id: String,
    /// With the kiosk's prefix, when it has one.
    pub order_number: Option<String>,
    /// A reason of the closed list, in code form.
    pub reason: String,
    /// Sum of the order.
    pub total: Won,
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
    /// A message came whose origin and source are the frame's: its data as it is when that is a string, else as JSON text.
    Message {
        /// At most 64 KiB; the page drops what is longer and sends `TooLong`.
        text: String,
    },
    /// A message of more than 64 KiB came.
    TooLong,
}

/// A touch (or key) of the customer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[allow(missing_docs)] // Each is named for the control that sends it; view.rs's screens document those.
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
    StaffLeave,
}
