//! An event's way through the kiosk: which part of it is whose, and how a fact becomes a row.

use super::{Effect, Event, Fresh, Kiosk, seen};
use crate::{
    answer::WhyUnknown,
    deed::Deed,
    entry::{Closed, Entry, NotPosted, Record, StaffReason},
    ids::TransactionId,
    time::Now,
    transaction::Transaction,
    view::Note,
};

/// One event's way through the kiosk: the state as it becomes, and what it leads to.
pub(super) struct Turn<'a> {
    pub(super) k: Kiosk,
    pub(super) now: &'a Now,
    pub(super) fresh: Fresh,
    pub(super) record: Vec<Record>,
    pub(super) deeds: Vec<Deed>,
    pub(super) then: Vec<Effect>,
}

impl Turn<'_> {
    pub(super) fn on(&mut self, event: Event) {
        if self.k.shut.is_some() && event.is_answer() {
            // Nothing could be written down of it. What is asked is asked again when the journal is there.
            if matches!(event, Event::Scanned(_) | Event::ScanRefused) {
                self.scan_came(Err(Note::ScanRefused));
            }
            return;
        }
        match event {
            Event::Resume => self.resume(),
            Event::Tick => self.tick(),
            Event::Numbers { business_day, last } => self.k.last_number = (business_day, last),
            Event::Input => self.k.customer.last_input_ms = self.now.boot_ms,
            Event::Act { view, act } => {
                self.k.customer.last_input_ms = self.now.boot_ms;
                if view == self.k.generation {
                    self.act(act);
                }
            }
            Event::PageConnected => {
                self.k.page = true;
                self.end_session(NotPosted::PageGone, WhyUnknown::PageGone);
            }
            Event::Module { session, event } => self.module(session, &event),
            Event::Reachable(reachable) => {
                if reachable && !self.k.reachable {
                    for tracked in self.k.open.values_mut() {
                        tracked.due_ms = i64::MIN;
                    }
                }
                seen(&mut self.k.reachable, reachable, &mut self.k.since.prbiti_ms, self.now);
            }
            Event::ScannerIs { ready, says } => {
                seen(&mut self.k.scanner_ready, ready, &mut self.k.since.scanner_ms, self.now);
                self.k.scanner_says = says;
            }
            Event::PrinterIs(state) => self.printer_is(state),
            Event::Printed(paper, outcome) => self.printed(paper, outcome),
            Event::TerminalAway(away) => seen(&mut self.k.terminal_away, away, &mut self.k.since.terminal_ms, self.now),
            Event::JournalDamage { undecided, more } => {
                self.k.undecided = undecided;
                self.k.damaged = self.k.damaged.saturating_add(more);
            }
            Event::Updating(updating) => self.k.updating = updating,
            Event::Scanned(code) => self.scanned(&code),
            Event::ScanRefused => self.scan_came(Err(Note::ScanRefused)),
            Event::TerminalReady(answer) => self.terminal_ready(answer),
            Event::PaymentAnswered(attempt, answer) => self.payment_answered(&attempt, answer),
            Event::PaymentAsked(attempt, answer) => {
                self.told_for_the_page(&attempt, &answer);
                self.payment_asked(&attempt, answer);
            }
            Event::PaymentStopped(attempt, answer) => self.payment_stopped(&attempt, answer),
            Event::StaffDecided { by, transaction, action } => {
                if let Err(why_not) = self.decide(&by, *transaction, action) {
                    self.alert(format!("what staff decided isn't done: {action:?}: {why_not:?}"));
                }
            }
            Event::Proved(person) => self.proved(person),
            Event::NotProved => self.not_proved(),
            Event::Found(found) => self.found(found),
            Event::MenuRead(read) => self.menu_read(read),
            Event::Wrote(outcome) => self.wrote(outcome),
            Event::RefundAnswered(refund, answer) => self.refund_answered(&refund, answer),
            Event::HandedOver(id, outcome) => self.handed_over(&id, outcome),
            Event::HandOverVoided(id, outcome) => self.hand_over_voided(&id, outcome),
            Event::KitchenIs(part, state) => self.kitchen_is(part, state),
            Event::KitchenTried(outcome) => self.kitchen_tried(outcome),
        }
    }

    /// Notes a fact: it is applied now and made durable before anything that follows from it happens. A fact that
    /// can't be sends its transaction to staff instead; then, as it isn't noted, nothing may follow from it.
    pub(super) fn enter(&mut self, id: &TransactionId, entry: Entry) -> bool {
        if self.k.shut.is_some() {
            return false;
        }
        let Some(tracked) = self.k.open.get_mut(id) else { return false };
        if tracked.t.damaged {
            // No row is written behind damage: what is heard of its money is for whoever reads the log.
            self.then
                .push(Effect::Alert(format!("transaction {id} is damaged, and this isn't written down: {entry:?}")));
            return false;
        }
        let by_hand = matches!(entry, Entry::ResolvedByHand { .. } | Entry::Closed { how: Closed::ByHand });
        if tracked.t.with_staff == Some(StaffReason::JournalImpossible) && !entry.is_of_money() && !by_hand {
            // Nothing goes on behind what can't be, but that money was taken is never lost.
            return false;
        }
        let mut changed = tracked.t.clone();
        let (entry, noted) = match changed.apply(&entry, self.now) {
            Ok(()) => (entry, true),
            Err(impossible) => {
                self.then.push(Effect::Alert(impossible.to_string()));
                if tracked.t.closed.is_some() || tracked.t.with_staff.is_some() {
                    return false;
                }
                let entry = Entry::WithStaff { reason: StaffReason::JournalImpossible };
                changed = tracked.t.clone();
                // Can't fail: the transaction isn't closed.
                let _applied = changed.apply(&entry, self.now);
                (entry, false)
            }
        };
        let seq = tracked.t.entries;
        tracked.t = changed;
        self.record.push(Record { transaction: id.clone(), seq, at: self.now.clone(), entry });
        noted
    }

    pub(super) fn alert(&mut self, what: impl Into<String>) {
        self.then.push(Effect::Alert(what.into()));
    }

    pub(super) fn note(&mut self, note: Note) {
        self.k.customer.note = Some((note, self.now.boot_ms + 4_000));
    }

    /// The customer's transaction.
    pub(super) fn mine(&self) -> Option<&Transaction> {
        self.k.mine()
    }
}
