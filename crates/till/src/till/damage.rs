//! What is found damaged in the journal: it is left to staff, nothing is sold until they decide, and what is whole goes on.
//!
//! What is open is checked at each start. What is closed, however much it is, is checked in small portions while nobody
//! is in the middle of anything.

use std::time::Duration;

use checkout::kiosk::Event;
use tokio::time::Instant;

use super::{Desk, leave_to_staff};
use crate::journal::{Damaged, Journal, JournalError, KnownDamage};

/// From the start to the first portion, and from one to the next.
pub(super) const FIRST_CHECK: Duration = Duration::from_secs(1);
const NEXT_CHECK: Duration = Duration::from_secs(1);
/// From a whole check to the next.
const CHECK_AGAIN: Duration = Duration::from_secs(24 * 60 * 60);

/// What names the first damage that staff haven't decided about, and how many closed transactions wait for them.
pub(super) async fn at_start(journal: &mut Journal) -> Result<(Option<String>, u32), JournalError> {
    let undecided = journal.undecided().await?;
    for KnownDamage { name, transaction_id, seq, what, accepted: _ } in &undecided {
        let aside = aside(journal, name);
        tracing::error!(
            hint = Damaged::HINT,
            "damage {name}{aside}: {what}, transaction {transaction_id}, entry {seq}"
        );
        // Power may have been cut between the two.
        leave_to_staff(journal, transaction_id).await?;
    }
    let closed = journal.with_staff().await?.iter().filter(|summary| !summary.open).count();
    Ok((undecided.into_iter().next().map(|first| first.name), u32::try_from(closed).unwrap_or(u32::MAX)))
}

fn aside(journal: &Journal, name: &str) -> String {
    journal.aside(name).map(|path| format!(" (the journal as it was: {})", path.display())).unwrap_or_default()
}

impl Desk {
    /// Checks some more of the journal, if nobody waits for anything.
    pub(super) async fn check(&mut self) {
        self.check_at = Instant::now() + NEXT_CHECK;
        let Some(journal) = self.journal.as_mut().filter(|_| self.kiosk.is_idle()) else { return };
        let checked = journal.check_on().await;
        if checked.as_ref().is_ok_and(|checked| checked.done) {
            self.check_at = Instant::now() + CHECK_AGAIN;
        }
        if let Err(error) = self.found(checked.map(|checked| checked.damaged)).await {
            self.journal_failed(&error).await;
        }
    }

    /// Damage that wasn't known: left to staff, and nothing is sold until they decide.
    pub(super) async fn found(&mut self, damaged: Result<Vec<Damaged>, JournalError>) -> Result<(), JournalError> {
        let damaged = damaged?;
        let Some(journal) = self.journal.as_mut().filter(|_| !damaged.is_empty()) else { return Ok(()) };
        let mut more = 0;
        for damage in &damaged {
            let aside = aside(journal, &damage.name);
            tracing::error!(hint = Damaged::HINT, "damage {}{aside}: {damage}", damage.name);
            let open = journal.summary(&damage.transaction_id).await?.is_some_and(|summary| summary.open);
            leave_to_staff(journal, &damage.transaction_id).await?;
            more += u32::from(!open);
        }
        let undecided = journal.undecided().await?.into_iter().next().map(|first| first.name);
        self.handle(Event::JournalDamage { undecided, more }).await;
        Ok(())
    }
}
