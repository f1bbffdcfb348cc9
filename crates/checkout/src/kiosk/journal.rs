//! When the journal fails: nothing is sold, a customer whose money is in question is told the truth, and the kiosk goes
//! on from what the journal really holds.

use super::{Front, Kiosk};
use crate::{time::Now, view::OutOfService};

impl Kiosk {
    /// This kiosk without a journal, `code` being what staff read. It decides nothing any more that would have to be
    /// written down. Whoever paid, or may have, isn't sent to the counter to pay again.
    #[must_use]
    pub fn without_journal(&self, code: String, now: &Now) -> Kiosk {
        let mut kiosk = self.clone();
        kiosk.session = None;
        kiosk.terminal = None;
        kiosk.generation += 1;
        kiosk.customer.sheet = None;
        kiosk.shut = Some((OutOfService::Journal, code.clone()));
        let money_in_question = kiosk.mine().is_some_and(|t| t.is_paid() || t.charges());
        if !money_in_question {
            kiosk.customer = kiosk.nobody(now);
            kiosk.front = Front::OutOfService { why: OutOfService::Journal, code };
        } else if !matches!(kiosk.front, Front::Done { .. } | Front::Unknown { .. }) {
            kiosk.customer.calling = true;
            kiosk.front = Front::Unknown { since_ms: now.boot_ms };
        }
        kiosk
    }

    /// This kiosk, made from what the journal holds (and holds of what was open in `before`, and is closed), in place of
    /// `before`: with what `before` knew of the world around it, and with the customer whose money is in question. That a
    /// page is there it is told anew: no frame is to be mounted before what was interrupted is resumed.
    #[must_use]
    pub fn following(mut self, before: &Kiosk) -> Kiosk {
        self.off.clone_from(&before.off);
        self.reachable = before.reachable;
        self.module_failed_ms = before.module_failed_ms;
        self.scanner_ready = before.scanner_ready;
        self.scanner_says.clone_from(&before.scanner_says);
        self.scans = before.scans;
        self.printer = before.printer;
        // Names of papers aren't used twice while one program runs.
        self.papers = before.papers;
        self.terminal_away = before.terminal_away;
        self.kitchen = before.kitchen.in_another_life();
        self.updating = before.updating;
        self.since = before.since;
        self.notices.clone_from(&before.notices);
        // Names of sessions and scenes aren't used twice while one page lives.
        self.sessions = before.sessions;
        self.generation = before.generation + 1;
        for (id, tracked) in &before.open {
            match self.open.get_mut(id) {
                // What ended in a commit that failed and is there all the same only this one knows of.
                Some(mine) => {
                    for look in &tracked.second_looks {
                        if !mine.second_looks.contains(look) {
                            mine.second_looks.push(look.clone());
                        }
                    }
                }
                // A charge may turn up for what is closed and kept in mind.
                None if tracked.t.closed.is_some() => {
                    self.open.insert(id.clone(), tracked.clone());
                }
                None => {}
            }
        }
        let Some(mine) = before.customer.transaction.clone() else { return self };
        // Whoever has left by what the journal holds isn't brought back to pay.
        let stays = self.open.get(&mine).is_some_and(|tracked| !tracked.t.left);
        if stays && matches!(before.front, Front::Done { .. } | Front::Unknown { .. }) {
            self.customer = before.customer.clone();
            self.front = before.front.clone();
        }
        self
    }
}
