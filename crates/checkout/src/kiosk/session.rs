//! The module sessions: which is opened next, what the page tells of its frame, and how one ends (protocol.md §2).

use super::{Effect, Front, Kiosk, Session, Turn};
use crate::{
    answer::{self, MessageOutcome, ServiceOutcome, WhyUnknown},
    entry::{Entry, NotPosted},
    ids::TransactionId,
    protocol::{self, LOAD_LIMIT_MS, Request},
    settlement::{self, Next},
    time::{MINUTE_MS, Now},
    transaction::{Deadline, Transaction},
    view::{FromModule, Ignored, Note, Scans},
};

/// In its last ten minutes a paid order that isn't settled keeps other orders' module sessions waiting, ms.
const LAST_CALL_MS: i64 = 10 * MINUTE_MS;

impl Turn<'_> {
    /// One module session at a time: paid orders first, then the customer, then what is to be given back.
    pub(super) fn open_session_next(&mut self) -> bool {
        if self.k.session.is_some() || !self.k.page {
            return false;
        }
        let last_call = self.k.last_call(self.now);
        let sends = self.k.sends(self.now);
        if !self.k.membership() {
            // No frame would load. Tried again when one may.
            for (id, _) in &sends {
                self.back_off(id);
            }
            return !last_call && self.open_wanted();
        }
        if let Some(id) = self.k.settles_first(self.now) {
            return self.send(&id, Request::Settle);
        }
        if last_call {
            return false;
        }
        if self.open_wanted() {
            return true;
        }
        if let Some((id, request)) = sends.first().filter(|_| !matches!(self.k.front, Front::Service(_))) {
            return self.send(id, *request);
        }
        false
    }

    /// Posts a `confirm` or `cancel`: the text that was fixed when it was first due.
    fn send(&mut self, id: &TransactionId, request: Request) -> bool {
        let Some(t) = self.k.transaction(id) else { return false };
        let payload = match t.message(request) {
            Some(message) => message.payload.clone(),
            None => {
                let payload = settlement::payload(t, request);
                self.enter(id, Entry::Prepared { request, payload: payload.clone() });
                payload
            }
        };
        if let Some(tracked) = self.k.open.get_mut(id) {
            tracked.sent_ms = self.now.boot_ms;
        }
        self.open_session(id, Entry::Opened { request, limit: None, payload })
    }

    /// Notes that a session is opened and shows its frame.
    pub(super) fn open_session(&mut self, id: &TransactionId, entry: Entry) -> bool {
        let Entry::Opened { request, .. } = entry else { return false };
        if !self.enter(id, entry) {
            return false;
        }
        self.k.sessions += 1;
        self.k.session = Some(Session {
            number: self.k.sessions,
            transaction: id.clone(),
            request,
            asked: false,
            until_ms: self.now.boot_ms + i64::from(LOAD_LIMIT_MS),
        });
        true
    }

    /// The page tells of a frame. What can't be an answer, or isn't waited for, is counted and changes nothing.
    pub(super) fn module(&mut self, number: u32, event: &FromModule) {
        let session = self.k.session.clone().filter(|session| session.number == number);
        match (event, session) {
            (FromModule::Loaded, Some(session)) if !session.asked => self.loaded(session),
            // Loaded again, or too late: the text was posted once, and is for nobody else.
            (FromModule::Loaded, _) => {}
            (FromModule::Message { text }, Some(session)) if session.asked => match answer::read(text) {
                Some(answer) => self.answered(&session, &answer),
                None => self.ignored(number, Ignored { unreadable: 1, ..Ignored::default() }),
            },
            (FromModule::Message { .. }, _) => self.ignored(number, Ignored { unasked: 1, ..Ignored::default() }),
            (FromModule::Ignored { counts }, _) => self.ignored(number, *counts),
        }
    }

    fn loaded(&mut self, session: Session) {
        let Some(flight) = self.k.transaction(&session.transaction).and_then(|t| t.in_flight.clone()) else { return };
        self.k.module_failed_ms = None;
        if !self.may_still_be_posted(&session) {
            // The holds' time ran out while the page was loading: the table says what follows.
            self.k.session = None;
            self.enter(&session.transaction, Entry::NotPosted { why: NotPosted::NotLoaded });
            return;
        }
        if !self.enter(&session.transaction, Entry::Asked) {
            self.k.session = None;
            return;
        }
        let until_ms = self.now.boot_ms + flight.payload.watchdog_ms();
        self.then.push(Effect::Post { session: session.number, payload: flight.payload });
        self.k.session = Some(Session { asked: true, until_ms, ..session });
    }

    /// The deadline binds what the machine says by itself, and not what staff decide; a `cancel` has none.
    fn may_still_be_posted(&self, session: &Session) -> bool {
        let t = self.k.transaction(&session.transaction);
        if t.is_some_and(|t| t.decided.is_some()) {
            return true;
        }
        let deadline = t.map(|t| t.deadline(self.now));
        match (session.request, deadline) {
            (Request::Connect(_) | Request::Settle | Request::Release, Some(Deadline::Passed)) => false,
            (Request::Connect(_) | Request::Settle | Request::Release | Request::Cancel, _) => true,
        }
    }

    fn ignored(&mut self, session: u32, counts: Ignored) {
        self.then.push(Effect::Ignored { session, counts });
    }

    fn answered(&mut self, session: &Session, answer: &answer::Answer) {
        let id = &session.transaction;
        let Some(flight) = self.k.transaction(id).and_then(|t| t.in_flight.clone()) else { return };
        self.k.session = None;
        let evidence = answer.evidence.clone();
        match session.request {
            Request::Connect(service) => {
                let outcome = answer.judge_connection(id, service, flight.limit);
                self.heard(id, session.request, &evidence, outcome.misfit());
                self.enter(id, Entry::Answered { evidence, outcome: outcome.clone() });
                self.service_answered(id, service, &outcome);
            }
            Request::Settle | Request::Release | Request::Cancel => {
                let outcome = answer.judge_message(id, session.request);
                let cancelled =
                    (session.request == Request::Cancel && outcome == MessageOutcome::Done).then(|| answer.cancelled());
                self.heard(id, session.request, &evidence, outcome.misfit());
                if let (Some(cancelled), Some(t)) = (&cancelled, self.k.transaction(id))
                    && settlement::cancel_differs(t, cancelled)
                {
                    self.alert(format!("Prbiti gave back something else than was settled under {id}: {cancelled:?}"));
                }
                self.enter(id, Entry::MessageAnswered { evidence, outcome: outcome.clone(), cancelled });
                if let Some(tracked) = self.k.open.get_mut(id) {
                    match outcome {
                        MessageOutcome::Again { .. } => tracked.back_off(self.now, 60),
                        MessageOutcome::Done | MessageOutcome::TransactionRefused | MessageOutcome::Refused { .. } => {
                            tracked.heard();
                        }
                    }
                }
            }
        }
    }

    /// Ends the open session without an answer.
    pub(super) fn end_session(&mut self, not_posted: NotPosted, unknown: WhyUnknown) {
        let Some(session) = self.k.session.take() else { return };
        let id = session.transaction;
        if session.asked {
            self.enter(&id, Entry::Unanswered { why: unknown.clone() });
        } else {
            self.enter(&id, Entry::NotPosted { why: not_posted });
        }
        match session.request {
            Request::Connect(service) if session.asked => {
                let outcome = ServiceOutcome::Unknown { why: unknown };
                self.service_answered(&id, service, &outcome);
            }
            Request::Connect(service) => {
                if not_posted == NotPosted::NotLoaded && self.k.front == Front::Service(service) {
                    self.k.front = Front::ServiceFailed(service);
                }
            }
            Request::Settle | Request::Release | Request::Cancel => {
                if let Some(tracked) = self.k.open.get_mut(&id) {
                    tracked.back_off(self.now, 60);
                }
                if not_posted == NotPosted::NotLoaded && !session.asked {
                    self.k.module_failed_ms = Some(self.now.boot_ms);
                }
            }
        }
    }

    /// A scan: an item on the menu, text for the customer's own waiting session, refused anywhere else.
    pub(super) fn scanned(&mut self, code: &str) {
        self.k.customer.last_input_ms = self.now.boot_ms;
        let taken = match (&self.k.front, &self.k.session) {
            (Front::Service(service), Some(session))
                if session.asked && session.request == Request::Connect(*service) =>
            {
                self.then.push(Effect::PostBarcode { session: session.number, text: protocol::barcode(code) });
                Ok(())
            }
            (Front::Menu { .. }, _) if self.k.customer.sheet.is_none() => self.scanned_item(code),
            (Front::Staff(_), _) => self.scanned_by_staff(code),
            (_, _) => Err(Note::ScanRefused),
        };
        self.scan_came(taken);
    }

    /// Each scan is seen and heard, whatever comes of it.
    pub(super) fn scan_came(&mut self, taken: Result<(), Note>) {
        self.k.scans = Scans { count: self.k.scans.count.wrapping_add(1), taken: taken.is_ok() };
        if let Err(why_not) = taken {
            self.note(why_not);
        }
    }
}

impl Kiosk {
    /// What is to be posted now for transactions that nobody attends.
    fn sends(&self, now: &Now) -> Vec<(TransactionId, Request)> {
        let send = |(id, next): (TransactionId, Next)| match next {
            Next::Send(request) => Some((id, request)),
            Next::AskTerminal(_)
            | Next::StartRefund(_)
            | Next::AskRefund(..)
            | Next::HandOver
            | Next::Close(_)
            | Next::Staff(_)
            | Next::Wait
            | Next::Rest => None,
        };
        let mut sends: Vec<_> = self.due(now).into_iter().filter_map(send).collect();
        // Who waited longest comes first, so that nobody who is answered with silence keeps the others from their turn.
        sends.sort_by_key(|(id, _)| self.open.get(id).map(|tracked| tracked.sent_ms));
        sends
    }

    /// A paid order that waits to be settled, when it may be tried now; and each of them once more before the first
    /// session of the next order, whatever its pause.
    fn settles_first(&self, now: &Now) -> Option<TransactionId> {
        let new_order = matches!(self.front, Front::Service(_))
            .then(|| self.mine())
            .flatten()
            .filter(|t| !t.asked_anything())
            .map(|t| t.began.boot_ms);
        let waiting = self.open.values().filter(|tracked| {
            let may = now.boot_ms >= tracked.due_ms || new_order.is_some_and(|began| tracked.sent_ms < began);
            may && self.gives(&tracked.t, now)
        });
        waiting.min_by_key(|tracked| tracked.sent_ms).map(|tracked| tracked.t.id.clone())
    }

    /// Is there a paid order whose holds end soon, and that isn't settled? Then no other order's session is opened.
    pub(super) fn last_call(&self, now: &Now) -> bool {
        self.transactions().any(|t| {
            let soon = match t.deadline(now) {
                Deadline::Left(left) => left < LAST_CALL_MS,
                Deadline::NotRunning | Deadline::Passed | Deadline::Unknown => false,
            };
            soon && self.gives(t, now)
        })
    }

    /// Does it wait for a `confirm` that gives somebody something?
    pub(super) fn gives(&self, t: &Transaction, now: &Now) -> bool {
        t.is_paid() && t.holds() && settlement::next(t, now) == Next::Send(Request::Settle)
    }
}
