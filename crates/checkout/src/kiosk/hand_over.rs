//! The order's way to whoever makes it: in the order of the numbers, one at a time, until it is acknowledged, handed to
//! staff or withdrawn. What was withdrawn and may have arrived is declared void, so that nothing is made twice or after its
//! money was given back (protocol.md §6, Hand-over).
//!
//! The journal is the outbox: an order waits here for as long as no row says that it was taken on.

use super::{Effect, Kiosk, KitchenPart, KitchenState, NotTaken, Tracked, Turn};
use crate::{
    entry::Entry,
    ids::TransactionId,
    settlement::{self, Next},
    time::{Age, MINUTE_MS, Now},
    transaction::{HandOver, Transaction},
    view::{Device, DeviceOf, DeviceState, NotArrived},
};

/// What hasn't arrived for so long is shown to staff, and heard, ms.
pub const MISSING_AFTER_MS: i64 = MINUTE_MS;
/// The longest pause before a shop that doesn't answer is tried again, s.
const LONGEST_PAUSE_S: i64 = 15;
/// Between two attempts to tell the shop that an order is void, ms: another one may go before it.
const VOID_AGAIN_MS: i64 = 30_000;

/// What the kiosk knows of the devices that orders are handed over to. None of it is durable: after a restart whatever
/// isn't acknowledged is handed over again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kitchen {
    /// What it was told and hasn't answered. One thing at a time, so that nothing overtakes anything.
    telling: Option<Telling>,
    /// Attempts in a row that weren't answered.
    unanswered: u32,
    /// Not told anything before, on the boot clock.
    due_ms: Option<i64>,
    hook: Seen,
    printer: Seen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Telling {
    transaction: TransactionId,
    /// It might have had the order before.
    may_have_arrived: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    state: Option<KitchenState>,
    since_ms: Option<i64>,
}

/// An order that the shop is to know as void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Void {
    since_ms: i64,
    /// None when the shop doesn't take that on: it isn't told again by itself.
    due_ms: Option<i64>,
}

impl Kitchen {
    /// Was anything tried since the program started?
    pub(super) const fn is_tried(&self) -> bool {
        self.telling.is_some() || self.unanswered > 0
    }

    /// Somebody wants it tried at once.
    pub(super) const fn try_now(&mut self) {
        self.due_ms = None;
    }

    /// It answered: what waits behind is told at once.
    const fn heard(&mut self) {
        (self.unanswered, self.due_ms) = (0, None);
    }

    fn back_off(&mut self, now: &Now) {
        let seconds = (1i64 << self.unanswered.min(16)).min(LONGEST_PAUSE_S);
        self.unanswered += 1;
        self.due_ms = Some(now.boot_ms + seconds * 1000);
    }

    /// The same as seen by a kiosk that goes on from what the journal holds: what it was told is told again.
    pub(super) fn in_another_life(&self) -> Kitchen {
        Kitchen { telling: None, ..self.clone() }
    }

    /// Its answer came: what was known of the order before.
    fn answers(&mut self, id: &TransactionId) -> Option<bool> {
        self.telling.take_if(|telling| telling.transaction == *id).map(|telling| telling.may_have_arrived)
    }
}

impl Turn<'_> {
    /// The next thing that the shop is to be told, if it may be told now. False when nothing is left to do.
    pub(super) fn tell_the_shop(&mut self) -> bool {
        // Each order has its number when it is paid, whatever is before it.
        if let Some(id) = self.k.to_be_numbered(self.now) {
            let started = self.numbered();
            self.enter(&id, started);
            return true;
        }
        let kitchen = &self.k.kitchen;
        if kitchen.telling.is_some() || kitchen.due_ms.is_some_and(|due| self.now.boot_ms < due) {
            return false;
        }
        if let Some(id) = self.k.hand_over_due(self.now) {
            self.hand_over(id);
            return true;
        }
        match self.k.void_due(self.now) {
            Some(id) => self.void_hand_over(id),
            None => return false,
        }
        true
    }

    fn hand_over(&mut self, id: TransactionId) {
        let Some(tracked) = self.k.open.get_mut(&id) else { return };
        let again = std::mem::replace(&mut tracked.may_have_arrived, true);
        self.k.kitchen.telling = Some(Telling { transaction: id.clone(), may_have_arrived: again });
        self.then.push(Effect::HandOver { transaction: id, again });
    }

    fn void_hand_over(&mut self, id: TransactionId) {
        let now = self.now.boot_ms;
        if let Some(tracked) = self.k.open.get_mut(&id) {
            let since_ms = tracked.void.map_or(now, |void| void.since_ms);
            tracked.void = Some(Void { since_ms, due_ms: Some(now + VOID_AGAIN_MS) });
        }
        let begun = self.k.transaction(&id).is_some_and(|t| t.hand_over == HandOver::Voiding);
        if begun || self.enter(&id, Entry::HandOverVoidStarted) {
            self.k.kitchen.telling = Some(Telling { transaction: id.clone(), may_have_arrived: true });
            self.then.push(Effect::VoidHandOver(id));
        }
    }

    /// The beginning of a hand-over, with the day's next number.
    pub(super) fn numbered(&mut self) -> Entry {
        let business_day = self.k.business_day(self.now);
        let number = if self.k.last_number.0 == business_day { self.k.last_number.1 + 1 } else { 1 };
        self.k.last_number = (business_day.clone(), number);
        let order_number = format!("{}{number}", self.k.shop.prefix);
        Entry::HandOverStarted { business_day, number, order_number }
    }

    /// The shop took the order on, or didn't.
    pub(super) fn handed_over(&mut self, id: &TransactionId, outcome: Result<(), NotTaken>) {
        let before = self.k.kitchen.answers(id);
        self.shop_answered(&outcome);
        if let (Some(before), Err(not_taken), Some(tracked)) = (before, &outcome, self.k.open.get_mut(id)) {
            tracked.may_have_arrived = before || not_taken.perhaps;
        }
        let state = self.k.transaction(id).map(|t| t.hand_over);
        match (state, outcome) {
            // Also when it was refused meanwhile: the shop has it.
            (Some(HandOver::Started | HandOver::Failed), Ok(())) => {
                self.enter(id, Entry::HandedOver);
            }
            (Some(HandOver::Started), Err(NotTaken { why, refused: true, .. })) => {
                self.alert(format!("transaction {id} is paid, and its order wasn't taken on: {why}"));
                self.enter(id, Entry::HandOverFailed { why });
            }
            // Taken on after all: then it must be declared void.
            (Some(HandOver::Withdrawn), Ok(())) => {
                self.enter(id, Entry::HandOverVoidStarted);
            }
            (_, _) => {}
        }
    }

    /// The shop knows that the order is void, or doesn't.
    pub(super) fn hand_over_voided(&mut self, id: &TransactionId, outcome: Result<(), NotTaken>) {
        self.k.kitchen.answers(id);
        self.shop_answered(&outcome);
        // Staff may have told them meanwhile.
        let untold = self.k.transaction(id).is_some_and(|t| t.hand_over == HandOver::Voiding);
        match outcome {
            Ok(()) if untold => {
                self.enter(id, Entry::HandOverVoided);
            }
            Err(NotTaken { why, refused: true, .. }) if untold => {
                if let Some(void) = self.k.open.get_mut(id).and_then(|tracked| tracked.void.as_mut()) {
                    void.due_ms = None;
                }
                self.alert(format!("transaction {id} is void, and the shop doesn't take that on: {why}"));
            }
            Ok(()) | Err(_) => {}
        }
    }

    fn shop_answered(&mut self, outcome: &Result<(), NotTaken>) {
        match outcome {
            Err(not_taken) if !not_taken.refused => self.k.kitchen.back_off(self.now),
            Ok(()) | Err(_) => self.k.kitchen.heard(),
        }
    }

    pub(super) fn kitchen_is(&mut self, part: KitchenPart, state: KitchenState) {
        let kitchen = &mut self.k.kitchen;
        let about = match part {
            KitchenPart::OrderHook => &mut kitchen.hook,
            KitchenPart::Printer => &mut kitchen.printer,
        };
        let before = about.state.as_ref().map(|before| before.ready);
        if before != Some(state.ready) {
            about.since_ms = Some(self.now.wall_ms);
        }
        let back = state.ready && before == Some(false);
        about.state = Some(state);
        if back {
            kitchen.try_now();
        }
    }
}

/// Is it paid, and for a minute nobody has taken it on to make it?
pub(super) fn is_missing(tracked: &Tracked, now: &Now) -> bool {
    let t = &tracked.t;
    // A free order is nobody's to make before Prbiti has said yes; then it gets its number.
    let due = t.is_paid() && (t.approval().is_some() || t.hand_over != HandOver::NotDue);
    let open = t.closed.is_none() && t.refund.is_none() && !t.damaged;
    let undelivered = matches!(t.hand_over, HandOver::NotDue | HandOver::Started | HandOver::Failed);
    due && open && undelivered && t.paid_at.as_ref().is_some_and(|paid| is_long(now.since(paid)))
}

/// Is it void, and the shop hasn't heard of that for a minute, or doesn't take it on?
pub(super) fn is_void_missing(tracked: &Tracked, now: &Now) -> bool {
    let untold = tracked.void.filter(|_| settlement::to_be_voided(&tracked.t));
    untold.is_some_and(|void| void.due_ms.is_none() || now.boot_ms - void.since_ms >= MISSING_AFTER_MS)
}

const fn is_long(age: Age) -> bool {
    let (Age::Known(age_ms) | Age::Unknown { at_least_ms: age_ms }) = age;
    age_ms >= MISSING_AFTER_MS
}

impl Kiosk {
    /// A paid order that is to be handed over and has no number yet.
    fn to_be_numbered(&self, now: &Now) -> Option<TransactionId> {
        let due = |t: &&Transaction| t.hand_over == HandOver::NotDue;
        self.to_be_handed_over(now).find(due).map(|t| t.id.clone())
    }

    /// The first in the order of the numbers. A later one waits for it until it is taken on, refused, withdrawn or staff's.
    fn hand_over_due(&self, now: &Now) -> Option<TransactionId> {
        let place = |t: &&Transaction| t.order_number.as_ref().map(|n| (n.business_day.clone(), n.number));
        self.to_be_handed_over(now).min_by_key(place).map(|t| t.id.clone())
    }

    fn to_be_handed_over(&self, now: &Now) -> impl Iterator<Item = &Transaction> {
        self.transactions().filter(|t| settlement::hand_over(t, now) == Some(Next::HandOver))
    }

    /// An order that the shop may still make, and is to know as void: the one that it wasn't told of for longest.
    fn void_due(&self, now: &Now) -> Option<TransactionId> {
        let untold = self.open.values().filter(|tracked| settlement::to_be_voided(&tracked.t));
        let due =
            untold.filter_map(|tracked| Some((tracked.void.map_or(Some(i64::MIN), |void| void.due_ms)?, tracked)));
        due.filter(|(due_ms, _)| now.boot_ms >= *due_ms)
            .min_by_key(|(due_ms, _)| *due_ms)
            .map(|(_, tracked)| tracked.t.id.clone())
    }

    /// May the shop have this order?
    pub(super) fn may_have_arrived(&self, id: &TransactionId) -> bool {
        self.open.get(id).is_some_and(|tracked| tracked.may_have_arrived)
    }

    /// What hasn't arrived for a minute or isn't taken on, the oldest first.
    pub(super) fn not_arrived(&self, now: &Now) -> Vec<NotArrived> {
        let mut missing: Vec<NotArrived> = self.open.values().filter_map(|tracked| not_arrived(tracked, now)).collect();
        missing.sort_by_key(|missing| missing.since_ms);
        missing
    }

    /// How many they are, and how many of them staff aren't told of as a case of its own.
    pub(super) fn count_not_arrived(&self, now: &Now) -> (u32, u32) {
        let missing = self.open.values().filter(|tracked| is_missing(tracked, now) || is_void_missing(tracked, now));
        missing.fold((0, 0), |(all, no_case), tracked| (all + 1, no_case + u32::from(tracked.t.with_staff.is_none())))
    }

    /// The kitchen's devices, those that there are.
    pub(super) fn kitchen_devices(&self) -> Vec<Device> {
        let device = |of, seen: &Seen| {
            let state = match &seen.state {
                None => DeviceState::Troubled,
                // It takes connections, and not what it was told last.
                Some(KitchenState { ready: true, says }) if !says.is_empty() => DeviceState::Troubled,
                Some(KitchenState { ready: true, .. }) => DeviceState::Ready,
                Some(KitchenState { ready: false, .. }) => DeviceState::Away,
            };
            let says = seen.state.as_ref().map(|state| state.says.clone()).unwrap_or_default();
            Device { of, state, since_ms: seen.since_ms, says }
        };
        let kitchen = &self.kitchen;
        let hook = self.shop.order_hook.then(|| device(DeviceOf::OrderHook, &kitchen.hook));
        let printer = self.shop.kitchen_printer.then(|| device(DeviceOf::KitchenPrinter, &kitchen.printer));
        hook.into_iter().chain(printer).collect()
    }
}

fn not_arrived(tracked: &Tracked, now: &Now) -> Option<NotArrived> {
    let t = &tracked.t;
    let order_number = t.order_number.as_ref().map(|number| number.text.clone()).unwrap_or_default();
    let transaction = t.id.clone();
    if is_missing(tracked, now) {
        let since_ms = t.paid_at.as_ref().map_or(t.began.wall_ms, |paid| paid.wall_ms);
        return Some(NotArrived { transaction, order_number, since_ms, void: false });
    }
    let void = tracked.void.filter(|_| is_void_missing(tracked, now))?;
    let since_ms = now.wall_ms - (now.boot_ms - void.since_ms);
    Some(NotArrived { transaction, order_number, since_ms, void: true })
}
