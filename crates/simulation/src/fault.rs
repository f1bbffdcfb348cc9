//! What can go wrong, by name, and how often it did.

/// One kind of fault. A run counts those that really struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each has its words below.
pub enum Fault {
    Killed,
    KilledInStep,
    PowerCut,
    CutInStepKept,
    CutInStepLost,
    OffForMinutes,
    CommitFails,
    CommitFailsKept,
    SyncFails,
    SecondSyncFails,
    ReopeningFails,
    RowDamaged,
    AnswerLost,
    AnswerLate,
    AnswerDoubled,
    AnswerReordered,
    CardDeclined,
    CardChargedSilently,
    CardSilent,
    CardLeftWaiting,
    OtherAmount,
    ChargedAfterAll,
    AgentSilent,
    AgentForgets,
    CodeWithoutHold,
    CodeWithHold,
    HeldSilently,
    ServiceSilent,
    AnswerUnfit,
    FrameNotLoaded,
    MessageRefused,
    MessageDoneButRefused,
    MessageDoneSilently,
    MessageSilent,
    CancelShort,
    NetworkGone,
    PageGone,
    ClockAhead,
    ClockBack,
    ClockAheadWhileOff,
    ClockBackWhileOff,
    HandOverSilent,
    HandOverUnheard,
    KitchenAway,
    HandOverRefused,
    StaffLook,
    StaffRefund,
    StaffRefundInFlight,
    StaffMake,
    /// Staff do at the screen what the tables suggest.
    StaffSuggested,
    RefundDeclined,
    RefundNotFound,
    RefundAnswerLost,
}

impl Fault {
    /// All of them, with what a run calls them.
    pub const ALL: [(Fault, &'static str); 53] = [
        (Fault::Killed, "the program is killed"),
        (Fault::KilledInStep, "the program is killed between a commit and what follows from it"),
        (Fault::PowerCut, "the power is cut"),
        (Fault::CutInStepKept, "the power is cut in a commit that survives"),
        (Fault::CutInStepLost, "the power is cut in a commit that is lost"),
        (Fault::OffForMinutes, "the machine is off for minutes to hours"),
        (Fault::CommitFails, "a commit fails and isn't there"),
        (Fault::CommitFailsKept, "a commit fails and is there"),
        (Fault::SyncFails, "a sync fails"),
        (Fault::SecondSyncFails, "a second sync fails: a dying disk"),
        (Fault::ReopeningFails, "the journal can't be opened again for a while"),
        (Fault::RowDamaged, "a row can't be read any more"),
        (Fault::AnswerLost, "an answer is lost"),
        (Fault::AnswerLate, "an answer is late"),
        (Fault::AnswerDoubled, "an answer comes twice"),
        (Fault::AnswerReordered, "answers overtake each other"),
        (Fault::CardDeclined, "a card is declined"),
        (Fault::CardChargedSilently, "a card is charged without a word"),
        (Fault::CardSilent, "a card isn't charged, without a word"),
        (Fault::CardLeftWaiting, "nobody puts a card in"),
        (Fault::OtherAmount, "another amount is approved"),
        (Fault::ChargedAfterAll, "a charge after it was said that there is none"),
        (Fault::AgentSilent, "the payment agent is silent"),
        (Fault::AgentForgets, "the payment agent forgets"),
        (Fault::CodeWithoutHold, "a service answers with a code, nothing held"),
        (Fault::CodeWithHold, "a service answers with a code after it held"),
        (Fault::HeldSilently, "a service holds without a word"),
        (Fault::ServiceSilent, "a service doesn't answer"),
        (Fault::AnswerUnfit, "an answer that doesn't fit"),
        (Fault::FrameNotLoaded, "a frame doesn't load"),
        (Fault::MessageRefused, "a confirm or cancel answered with a code, not done"),
        (Fault::MessageDoneButRefused, "a confirm or cancel answered with a code, done all the same"),
        (Fault::MessageDoneSilently, "a confirm or cancel done without a word"),
        (Fault::MessageSilent, "a confirm or cancel neither done nor answered"),
        (Fault::CancelShort, "a cancel gives back less"),
        (Fault::NetworkGone, "the network is gone"),
        (Fault::PageGone, "the page is loaded anew"),
        (Fault::ClockAhead, "the clock is set ahead"),
        (Fault::ClockBack, "the clock is set back"),
        (Fault::ClockAheadWhileOff, "the clock is ahead after a start"),
        (Fault::ClockBackWhileOff, "the clock is back after a start"),
        (Fault::HandOverSilent, "a hand-over, or that it is void, isn't answered"),
        (Fault::HandOverUnheard, "a hand-over, or that it is void, is lost on its way"),
        (Fault::KitchenAway, "the kitchen takes no connection"),
        (Fault::HandOverRefused, "a hand-over is refused"),
        (Fault::StaffLook, "staff look at the list"),
        (Fault::StaffRefund, "staff give money back"),
        (Fault::StaffRefundInFlight, "staff give money back while a message is in flight"),
        (Fault::StaffMake, "staff make an order that wasn't taken on"),
        (Fault::StaffSuggested, "staff do what is suggested"),
        (Fault::RefundDeclined, "a refund is declined"),
        (Fault::RefundNotFound, "a refund never reaches the bank"),
        (Fault::RefundAnswerLost, "a refund is done without a word"),
    ];
}

/// How often each struck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struck([u64; Fault::ALL.len()]);

impl Default for Struck {
    fn default() -> Self {
        Struck([0; Fault::ALL.len()])
    }
}

impl Struck {
    pub(crate) fn count(&mut self, fault: Fault) {
        self.0[fault as usize] += 1;
    }

    pub(crate) fn add(&mut self, other: &Struck) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }

    /// All together.
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    /// By kind.
    pub fn by_kind(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Fault::ALL.iter().map(|(fault, name)| (*name, self.0[*fault as usize]))
    }
}
