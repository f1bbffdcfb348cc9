//! The question on the screen: one variant per screen, with all that it shows.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{StaffPage, StaffPrint, Way};
use crate::{
    codes::Class,
    ids::{CategoryId, GroupId, ItemId, OptionId},
    money::Won,
    service::Service,
    staff::Person,
};

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
        /// The printer has no paper, or doesn't print: 영수증이 나오지 않아요.
        no_paper: bool,
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
        /// 종이 영수증.
        paper: PaperOffer,
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
        /// What isn't known.
        why: WhyInDoubt,
        /// 확인증.
        slip: PaperOffer,
    },
    /// 16.
    OutOfService {
        /// The second line.
        why: OutOfService,
        /// For staff.
        code: String,
    },
    /// 41 to 45: staff are in.
    Staff {
        /// Who.
        person: Person,
        /// It locks by itself in so many minutes without input.
        locks_in_min: u32,
        /// What they look at.
        page: StaffPage,
        /// Something can be printed now; none when this kiosk has no printer.
        printer: Option<bool>,
        /// What became of the last paper that was printed from this page.
        print: Option<StaffPrint>,
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
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
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
        /// Can't be had now.
        sold_out: bool,
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

/// A paper that whoever stands there may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PaperOffer {
    /// This kiosk has no printer.
    Absent,
    /// It can be had.
    Offered,
    /// It is being printed.
    Printing,
    /// It came out.
    Printed {
        /// One more can be had.
        more: bool,
    },
    /// It didn't come out, or nobody knows; the printer prints again, and it can be had once more.
    Failed,
    /// It can't be had: 영수증이 나오지 않아요.
    Out,
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

/// What isn't known while a customer waits for staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WhyInDoubt {
    /// The agent hasn't said what became of the charge; it is asked on.
    NoAnswer,
    /// The agent was started anew and knows nothing of the charge.
    Forgotten,
    /// Another amount was charged. Staff give it back.
    OtherAmount,
    /// A charge was made after the terminal had denied it. Staff give it back.
    LateCharge,
    /// What was done couldn't be written down.
    NotWritten,
    /// Whether the benefits that pay for a free order are used.
    Benefits,
    /// Something else that staff look at.
    Other,
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
    /// 저장된 기록을 직원이 확인하고 있어요: something in the journal is damaged, and staff haven't decided; the code
    /// names it.
    Damage,
    /// 설정을 확인해 주세요.
    Configuration,
    /// A card payment of an earlier order is in doubt: nothing else may be charged on the terminal.
    CardInDoubt,
    /// 결제기를 확인하고 있어요: no card can be charged.
    Terminal,
    /// 지금은 주문을 쉬고 있어요: staff paused it.
    Paused,
    /// 새 프로그램으로 바꾸고 있어요: an update is about to be installed, or is.
    Updating,
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

/// Something that Prbiti said, for staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Unix ms of the wall clock.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// 확인 번호: the end of the transactionID.
    pub reference: String,
    /// What.
    pub said: PrbitiSaid,
    /// Prbiti's time of it, which Prbiti wants to hear in enquiries (guide 2.2).
    pub timestamp: String,
    /// Its `result`, as far as it is kept.
    pub result: String,
}

/// What Prbiti said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase")]
pub enum PrbitiSaid {
    /// It refused a message of ours for the message's own sake.
    Refused {
        /// Its code, verbatim.
        code: String,
        /// What kind of answer that is.
        class: Class,
        /// The field of ours that it is about.
        field: Option<String>,
    },
    /// Its answer doesn't fit what was asked.
    Misfit {
        /// What of it, in English, as the journal has it.
        what: String,
    },
}
