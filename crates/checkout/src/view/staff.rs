//! What staff see: pages of their own, over the screen that customers come back to. Nothing personal is on them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DayPage, DeedLine, Health, MenuOutcome, Notice, PaidOrder, ShopAct, WareLine, Way, WriteOutcome};
use crate::{
    deed::Printout,
    entry::{Closed, StaffReason},
    ids::TransactionId,
    money::Won,
    protocol::Request,
    service::Service,
    staff::{Action, Finding, FoundIn, Person, Role, WhyNot},
};

/// The pages that can be gone to at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum StaffTab {
    /// 확인 필요: what needs somebody, and what the kiosk works on.
    Attention,
    /// 오늘 주문: today's paid orders, with everything to make them.
    Orders,
    /// 모든 거래.
    All,
    /// 하루 마감.
    Close,
    /// 가게: selling, loudness, and the way to what follows here.
    Shop,
    /// 메뉴·품절.
    Menu,
    /// 기기 상태.
    Health,
    /// 직원이 한 일. Managers only.
    Deeds,
    /// 직원: who may do what. Managers only.
    People,
}

/// The page that staff look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StaffPage {
    /// It is being looked up.
    Looking {
        /// Where it was gone to; none for one transaction.
        tab: Option<StaffTab>,
    },
    /// 41. Two lists that aren't mixed.
    Attention {
        /// Orders that haven't arrived where they are made for a minute, the oldest first: somebody tells them in person.
        not_arrived: Vec<NotArrived>,
        /// What no machine could resolve, by deadline.
        needs_you: Vec<StaffCase>,
        /// What the kiosk goes on with by itself, by what comes next.
        worked_on: Vec<StaffCase>,
        /// What Prbiti said in the last day that staff should hear of, the newest first; since the program started.
        notices: Vec<Notice>,
    },
    /// Today's paid orders, the newest first.
    Orders {
        /// At most a few hundred.
        orders: Vec<PaidOrder>,
    },
    /// All transactions that a search finds, the newest first.
    All {
        /// What was looked for.
        search: Search,
        /// One page of it.
        rows: Vec<StaffCase>,
        /// There are more after this page.
        more: bool,
        /// The business day that it is, `YYYY-MM-DD`.
        today: String,
    },
    /// 42. One transaction.
    Transaction {
        /// All about it.
        about: Box<StaffTransaction>,
    },
    /// 44. A business day.
    Close {
        /// All about it.
        about: Box<DayPage>,
    },
    /// 가게.
    Shop {
        /// Nothing is sold.
        paused: bool,
        /// How loud the kiosk is for whoever comes, 1 to 5.
        volume: u8,
    },
    /// 메뉴·품절.
    Menu {
        /// Items in the order of the menu, then the options of the groups.
        wares: Vec<WareLine>,
        /// What came of taking over the menu's file.
        outcome: Option<MenuOutcome>,
    },
    /// 45. How the kiosk is.
    Health {
        /// All about it.
        health: Box<Health>,
    },
    /// 직원이 한 일, the newest first.
    Deeds {
        /// One page of it.
        deeds: Vec<DeedLine>,
        /// From 0.
        page: u32,
        /// There are more after this page.
        more: bool,
    },
    /// Who may do what.
    People {
        /// By name.
        people: Vec<Person>,
        /// What came of the last change; none before the first.
        outcome: Option<PeopleOutcome>,
    },
}

/// An order that hasn't arrived where it is made, or that it is void.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NotArrived {
    /// Whose.
    pub transaction: TransactionId,
    /// With the kiosk's prefix.
    pub order_number: String,
    /// When it was paid, or since when it is void: unix ms of the wall clock.
    #[ts(type = "number")]
    pub since_ms: i64,
    /// It was taken on, or may have been, and isn't to be made any more.
    pub void: bool,
}

/// What came of a change of who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PeopleOutcome {
    /// It is kept.
    Done,
    /// Somebody else has that PIN.
    PinTaken,
    /// It isn't six digits, or too easy to guess.
    PinRefused,
    /// No name, or one that is too long.
    NameRefused,
    /// The last manager stays.
    LastManager,
    /// It couldn't be kept.
    Failed,
}

/// What is looked for among all transactions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Search {
    /// An order number, 확인 번호, transactionID, approval number, amount in won or the last four digits of a card; empty
    /// for all.
    pub text: String,
    /// Only those.
    pub state: StateFilter,
    /// Only those that used this service.
    pub service: Option<Service>,
    /// Only those of this business day, `YYYY-MM-DD`.
    pub day: Option<String>,
    /// Only those paid like this.
    pub tender: Option<Tender>,
    /// Counts from 0.
    pub page: u32,
}

/// Which transactions by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum StateFilter {
    /// All.
    #[default]
    Any,
    /// 확인 필요.
    NeedsYou,
    /// 처리 중.
    Open,
    /// 끝남: paid.
    Settled,
    /// 환불.
    Refunded,
    /// Given back, lapsed or never used.
    Unpaid,
    /// 직접 처리.
    ByHand,
}

/// How something was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Tender {
    /// Card.
    Card,
    /// Coupon.
    Coupon,
    /// Points.
    Points,
    /// Gift card.
    GiftCard,
}

/// A transaction in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StaffCase {
    /// Its name at Prbiti.
    pub transaction: TransactionId,
    /// 확인 번호: the end of that, as the customer's screen shows it.
    pub reference: String,
    /// With the kiosk's prefix, when it has one.
    pub order_number: Option<String>,
    /// When it began: unix ms of the wall clock.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// Sum of the order.
    pub total: Won,
    /// What became of it.
    pub state: CaseState,
    /// Staff had a hand in it.
    pub by_hand: bool,
    /// Until when Prbiti keeps what is or may be held: unix ms of the wall clock. Perhaps over.
    #[ts(type = "number | null")]
    pub held_until_ms: Option<i64>,
    /// What the tables suggest.
    pub suggested: Option<Action>,
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CaseState {
    /// 확인 필요.
    NeedsYou {
        /// The true reason.
        reason: StaffReason,
    },
    /// 처리 중: the kiosk goes on by itself.
    WorkedOn {
        /// With this.
        doing: Doing,
        /// In so many seconds; 0 for now.
        next_in_s: u32,
    },
    /// Over.
    Ended {
        /// How.
        how: Closed,
    },
    /// Its entries can't be read.
    Unreadable,
}

/// What the kiosk goes on with by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Doing {
    /// A customer stands in front of it.
    WithCustomer,
    /// It asks the terminal what became of a charge.
    AsksTerminal,
    /// It gives money back.
    Refunds,
    /// It settles.
    Settles,
    /// It gives what is held back.
    Releases,
    /// It takes back what was settled.
    Cancels,
    /// It hands the order over.
    HandsOver,
    /// It tells the shop that the order is void.
    Voids,
    /// It waits for an answer, or for the 30 minutes to be over.
    Waits,
}

/// One transaction, all about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StaffTransaction {
    /// In one line.
    pub case: StaffCase,
    /// Eaten here or taken away.
    pub way: Way,
    /// Korean names with options and pieces, one line each.
    pub lines: Vec<String>,
    /// May the customer have what was ordered?
    pub goods: Goods,
    /// 돈의 흐름: coupon, points, gift card, earned points, card.
    pub legs: Vec<Leg>,
    /// What the terminal says of the charge, as far as it is known.
    pub approval: Option<ApprovalLine>,
    /// The row of the recovery table that applies, from 1; 0 when none can.
    pub row: u8,
    /// What can be done, all of it, each with why not when it can't.
    pub actions: Vec<ActionView>,
    /// What was found that staff can vouch for, when they resolve by hand; the first is suggested.
    pub findings: Vec<Finding>,
    /// What the terminal answered when it was asked for this page.
    pub terminal_says: TerminalSays,
    /// 있었던 일, the oldest first.
    pub moments: Vec<Moment>,
    /// What is asked before it is done: 무슨 일이 생기는지.
    pub asked: Option<Action>,
    /// The last thing that was done here was refused.
    pub refused: Option<WhyNot>,
    /// What can be printed of it.
    pub printouts: Vec<Printout>,
    /// What became of a support bundle with this transaction in it.
    pub wrote: Option<WriteOutcome>,
}

/// May the customer have what was ordered?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Goods {
    /// 드려도 돼요: it is paid.
    HandOut,
    /// 드렸어요: it was handed over.
    HandedOut,
    /// 기다려 주세요: nobody knows yet whether it is paid.
    Wait,
    /// 드리지 마세요: it isn't paid, or the money is given back.
    Keep,
}

/// One tender's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Leg {
    /// Which.
    pub of: LegOf,
    /// How much; for earned points how many.
    pub amount: Won,
    /// What became of it.
    pub state: LegState,
}

/// Whose way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LegOf {
    /// 쿠폰.
    Coupon,
    /// 포인트.
    Points,
    /// 기프트카드.
    GiftCard,
    /// 적립.
    Earn,
    /// 카드.
    Card,
}

/// What became of a tender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LegState {
    /// 안 씀.
    NotUsed,
    /// 보류: held, and neither settled nor given back.
    Held,
    /// 모름: it may be held, settled or charged.
    Unknown,
    /// 씀: settled, or charged.
    Used,
    /// 돌려줌: given back, or on its way there by itself.
    GivenBack,
    /// 거절.
    Declined,
    /// 잘못 나감: charged, and it pays for nothing.
    Stray,
}

/// A card's approval as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalLine {
    /// 승인번호.
    pub number: String,
    /// The issuer, in the agent's words.
    pub issuer: String,
    /// With most digits hidden.
    pub masked_card: String,
    /// 0 for in full.
    pub months: u32,
}

/// What the terminal said when it was asked for this page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum TerminalSays {
    /// There is nothing to ask it about.
    Nothing,
    /// It is being asked, or busy with something else.
    Asking,
    /// It charged so much.
    Charged {
        /// Of money.
        amount: Won,
    },
    /// It charged nothing.
    NotCharged,
    /// It is at work on it.
    AtWork,
    /// It knows of no such charge; `forgot` when its memory isn't the one that was asked to charge.
    Unknown {
        /// So its word proves nothing.
        forgot: bool,
    },
    /// It doesn't answer.
    Silent,
}

/// One thing that can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ActionView {
    /// Which.
    pub action: Action,
    /// The tables suggest it.
    pub suggested: bool,
    /// Why it can't be done.
    pub why_not: Option<WhyNot>,
    /// After the 30 minutes: Prbiti may have given the holds back by itself.
    pub late: bool,
    /// What it would do to each tender that there is, in the order of the legs.
    pub preview: Vec<Preview>,
}

/// What an action would do to one tender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// Which.
    pub of: LegOf,
    /// How much.
    pub amount: Won,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a tender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Fate {
    /// 그대로.
    Stays,
    /// 쓴 것으로 확정.
    Settled,
    /// 손님에게 돌려줌.
    GivenBack,
    /// 거둬들임: points that were earned.
    TakenBack,
    /// 확인함: what became of it is asked.
    Asked,
    /// 적은 대로: what staff found counts.
    AsFound,
}

/// One entry of the journal, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// Its place, from 0.
    pub seq: u32,
    /// Unix ms of the wall clock.
    #[ts(type = "number")]
    pub at_ms: i64,
    /// What happened.
    pub what: What,
    /// How it is to be looked at.
    pub tone: Tone,
    /// To which service.
    pub service: Option<Service>,
    /// By which message.
    pub message: Option<Message>,
    /// How much money it is about.
    pub amount: Option<Won>,
    /// How often the same was sent before: 0 for the first time.
    pub repeat: u32,
    /// An answer's code, an order's or an approval's number.
    pub code: Option<String>,
    /// Who of the staff.
    pub by: Option<Person>,
    /// What they did.
    pub action: Option<Action>,
    /// What they found.
    pub finding: Option<Finding>,
    /// Where they found it.
    pub found_in: Option<FoundIn>,
    /// Why it is with staff.
    pub reason: Option<StaffReason>,
    /// How it ended.
    pub how: Option<Closed>,
    /// What was sent and received, without secrets, and what staff wrote: English, as the journal has it.
    pub details: Vec<String>,
}

/// How a moment is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Tone {
    /// Something was begun.
    Plain,
    /// Something is through.
    Good,
    /// Nobody knows.
    Doubt,
    /// Refused.
    Bad,
    /// Staff did it.
    Hand,
}

/// A message to Prbiti.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Message {
    /// `connection`.
    Connect,
    /// `confirm` that settles.
    Settle,
    /// `confirm` that is all N.
    Release,
    /// `cancel`.
    Cancel,
}

impl Message {
    /// The message of a request.
    pub const fn of(request: Request) -> Message {
        match request {
            Request::Connect(_) => Message::Connect,
            Request::Settle => Message::Settle,
            Request::Release => Message::Release,
            Request::Cancel => Message::Cancel,
        }
    }
}

/// What happened: one for each kind of entry, and for each outcome that is another story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "each is the kind of entry of that name, or one outcome of it")]
pub enum What {
    Began,
    Opened,
    NotPosted,
    Asked,
    Held,
    ServiceDeclined,
    ServiceUnknown,
    MessageDone,
    MessageAgain,
    MessageRefused,
    Unanswered,
    Prepared,
    PaymentStarted,
    PaymentApproved,
    PaymentDeclined,
    PaymentCancelled,
    PaymentUnknown,
    LateApproval,
    OrderFinished,
    HandOverStarted,
    HandedOver,
    HandOverFailed,
    HandOverWithdrawn,
    MadeByStaff,
    HandOverVoidStarted,
    HandOverVoided,
    RefundBegun,
    RefundStarted,
    RefundDone,
    RefundDeclined,
    RefundUnknown,
    Left,
    WithStaff,
    StaffActed,
    ResolvedByHand,
    Closed,
}

/// What staff touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum StaffAct {
    /// 잠그기.
    Lock,
    /// To a page.
    Go {
        /// Which.
        tab: StaffTab,
    },
    /// Among all transactions.
    Look {
        /// For what.
        search: Search,
    },
    /// One transaction.
    Open {
        /// Which.
        transaction: TransactionId,
    },
    /// Back from one transaction to the list that it was opened from.
    Back,
    /// What would this do?
    Ask {
        /// Which action.
        action: Action,
    },
    /// Not that.
    No,
    /// Do what was asked about.
    Do {
        /// The same action.
        action: Action,
    },
    /// 처리된 것으로: what was found.
    Resolve {
        /// What.
        finding: Finding,
        /// Where.
        found_in: FoundIn,
        /// Its number there: an approval number, an enquiry's.
        number: String,
        /// How much was charged, for another amount than was asked for.
        amount: Option<Won>,
        /// In one's own words.
        words: String,
        /// A manager's.
        pin: String,
    },
    /// Somebody gets a role and a PIN, in place of what they had.
    SetPerson {
        /// Their name.
        name: String,
        /// What they may do.
        role: Role,
        /// Six digits.
        pin: String,
    },
    /// Somebody may do nothing any more.
    RemovePerson {
        /// Their name.
        name: String,
    },
    /// About the shop.
    Shop {
        /// What.
        act: ShopAct,
    },
}
