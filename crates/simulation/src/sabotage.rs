//! Bugs put in on purpose, to show that the world would notice them. They sit between the kiosk and the world, so that
//! the kiosk's own code carries nothing of them.

/// One bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Effects happen before their rows are durable.
    EffectBeforeRow,
    /// "No answer" from the terminal counts as "declined".
    UnknownIsDeclined,
    /// A repeated `confirm` isn't the text that was journalled.
    OtherPayload,
    /// A charge that turns up late is overheard.
    LateChargeOverheard,
    /// The terminal is never asked again about what it has refused.
    NoSecondLook,
    /// A card that is in doubt counts as cancelled.
    DoubtIsCancelled,
    /// An order is handed over again after it was taken on.
    HandOverTwice,
    /// The kitchen isn't told that an order is void.
    VoidUntold,
    /// A settlement that was answered is posted again.
    SettledTwice,
    /// A transaction is forgotten at a restart.
    ForgottenAtRestart,
    /// The wall clock decides within a boot, too.
    WallClock,
    /// After a second failed sync the kiosk sells on.
    SecondSyncIgnored,
    /// The log isn't written anew after a failed sync.
    LogKept,
    /// A repeated refund has another name each time.
    RefundRenamed,
    /// An answer that doesn't say yes counts as a yes to `confirm`.
    AnyAnswerIsYes,
}
