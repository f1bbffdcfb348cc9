//! Staff at the screen: they do what the tables suggest, and what a manager vouches for is what really is.

use checkout::staff::{self, FoundIn};

use super::*;

impl World {
    /// Staff go to the screen and do what is suggested for the first case that waits for them, if they can.
    pub(super) fn staff_do_what_is_suggested(&mut self) {
        let waiting = self.journal.folds().find_map(|t| Some((t.id.clone(), staff::suggested(t)?)));
        let Some((id, action)) = waiting else { return };
        self.send(Event::Proved(words::manager()));
        if !matches!(self.kiosk.view(&self.now).screen, Screen::Staff { .. }) {
            let shown = screen(&self.kiosk, &self.now);
            self.say(format!("staff can't come in at {shown}"));
            return;
        }
        self.struck.count(Fault::StaffSuggested);
        self.say(format!("STAFF {action:?}"));
        self.staff(StaffAct::Open { transaction: id.clone() });
        if action == Action::ResolveByHand {
            self.vouch(&id);
        } else {
            self.staff(StaffAct::Ask { action });
            self.staff(StaffAct::Do { action });
            if let Screen::Staff { page: StaffPage::Transaction { about }, .. } = self.kiosk.view(&self.now).screen
                && let Some(why_not) = about.refused
            {
                self.say(format!("refused: {why_not:?}"));
            }
        }
        self.staff(StaffAct::Lock);
    }

    /// With nothing broken any more, what the screen suggests brings every case to its end.
    pub fn staff_end_everything(&mut self) {
        // Without a journal nothing is decided; it is back within hours.
        for _ in 0..200 {
            if self.journal.down_until.is_some() {
                self.pass(60_000, false);
            }
        }
        // One that was taken for charged after all may have to be given back, cancelled and vouched for.
        for _ in 0..8 * self.journal.folds().count() {
            if self.open_cases().is_empty() || !self.violations.is_empty() {
                break;
            }
            self.staff_do_what_is_suggested();
            self.pass(150_000, false);
            self.rest();
        }
        for (id, reason) in self.open_cases() {
            self.violate(format!("{id} is with staff for {reason:?}, and nothing that is suggested ends it"));
        }
    }

    fn open_cases(&self) -> Vec<(TransactionId, Option<StaffReason>)> {
        self.journal.folds().filter(|t| t.closed.is_none()).map(|t| (t.id.clone(), t.with_staff)).collect()
    }

    fn staff(&mut self, act: StaffAct) {
        self.act(Act::Staff { act });
    }

    /// A manager looks into the VAN's and Prbiti's records, and puts right there what nobody else can.
    fn vouch(&mut self, id: &TransactionId) {
        let Some(t) = self.journal.fold(id).cloned() else { return };
        let findings = staff::findings(&t);
        let charged: i64 = t.card_in_doubt().map_or(0, |open| self.attempts.get(&open.id).map_or(0, |a| a.charged));
        let given: i64 = t
            .refunds()
            .find(|refund| refund.state != RefundState::Done)
            .and_then(|refund| self.attempts.get(&refund.charge.as_ref()?.attempt))
            .map_or(0, |attempt| attempt.given_back);
        let finding = match findings.first() {
            Some(Finding::CardNotCharged | Finding::CardCharged | Finding::CardChargedOther) => match t.card_in_doubt()
            {
                Some(_) if charged == 0 => Finding::CardNotCharged,
                Some(open) if open.amount.get() == charged => Finding::CardCharged,
                Some(_) | None => Finding::CardChargedOther,
            },
            Some(Finding::RefundDone | Finding::RefundNotDone) if given > 0 => Finding::RefundDone,
            // The shop gives it back in another way.
            Some(Finding::RefundDone) if findings.len() == 1 => Finding::RefundDone,
            Some(Finding::RefundDone | Finding::RefundNotDone) => Finding::RefundNotDone,
            Some(Finding::SettledElsewhere) => Finding::SettledElsewhere,
            None => return,
        };
        self.say(format!("found: {finding:?}"));
        self.put_right(&t, finding);
        self.vouched.insert((id.clone(), finding));
        self.staff(StaffAct::Resolve {
            finding,
            found_in: FoundIn::VanRecords,
            number: "30001234".into(),
            amount: (finding == Finding::CardChargedOther).then(|| Won::new(charged)),
            words: String::new(),
            pin: "135790".into(),
        });
    }

    fn put_right(&mut self, t: &Transaction, finding: Finding) {
        match finding {
            Finding::CardCharged | Finding::CardNotCharged | Finding::CardChargedOther => {
                let Some(attempt) = t.card_in_doubt().and_then(|open| self.attempts.get_mut(&open.id)) else { return };
                if finding == Finding::CardNotCharged { attempt.told_ended = true } else { attempt.told_charged = true }
            }
            Finding::RefundDone => {
                let refund = t.refunds().find(|refund| refund.state != RefundState::Done);
                let attempt = refund.and_then(|refund| Some(refund.charge.as_ref()?.attempt.clone()));
                if let Some(attempt) = attempt.and_then(|attempt| self.attempts.get_mut(&attempt)) {
                    attempt.given_back = attempt.charged;
                }
            }
            Finding::RefundNotDone => {}
            Finding::SettledElsewhere => {
                let Some(at) = self.prbiti.get_mut(&t.id) else { return };
                if t.is_refunded() {
                    (at.cancelled, at.released) = (true, true);
                } else {
                    let held = Service::ALL.into_iter().filter(|service| t.held(*service).is_some());
                    at.settled = Some(held.collect());
                }
            }
        }
    }
}
