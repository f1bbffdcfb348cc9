//! What a manager vouches for: what no machine could find out, with where they saw it, its number there, why, and their PIN.

use super::{Front, Person, Turn, is_personal, kept_words};
use crate::{
    deed::Did,
    entry::{Closed, Entry},
    ids::{ApprovalNumber, TransactionId},
    money::Won,
    staff::{self, Action, Finding, FoundIn, WhyNot},
};

/// What a manager vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Of which transaction.
    pub transaction: TransactionId,
    /// What they found.
    pub finding: Finding,
    /// Where.
    pub found_in: FoundIn,
    /// Its number there.
    pub number: String,
    /// How much was charged, for another amount than was asked for.
    pub amount: Option<Won>,
    /// Why, in their words.
    pub words: String,
}

impl Turn<'_> {
    /// It is their PIN.
    pub(super) fn vouch(&mut self, by: &Person, resolution: Resolution) {
        let done = self.resolve(by, resolution);
        self.vouched(done);
    }

    /// What came of a manager's word. As long as it can be said better, it is still asked for.
    pub(super) fn vouched(&mut self, done: Result<(), WhyNot>) {
        match (done, self.one()) {
            (Err(why @ (WhyNot::WrongPin | WhyNot::ManagerOnly | WhyNot::NoEvidence)), Some(one)) => {
                one.refused = Some(why);
            }
            (done, _) => self.answer(done),
        }
    }

    /// A manager vouches for what no machine could find out.
    fn resolve(&mut self, by: &Person, resolution: Resolution) -> Result<(), WhyNot> {
        let Resolution { transaction: id, finding, found_in, number, amount, words } = resolution;
        let t = self.k.transaction(&id).cloned().ok_or(WhyNot::Done)?;
        if let Some(why_not) = self.k.why_not(&t, Action::ResolveByHand, by.role) {
            return Err(why_not);
        }
        if !staff::findings(&t).contains(&finding) {
            return Err(WhyNot::SomethingElseFirst);
        }
        let number = number.trim().to_owned();
        if ApprovalNumber::new(number.clone()).is_err() || is_personal(&number) {
            return Err(WhyNot::NoEvidence);
        }
        let words = kept_words(&words);
        let mut entries = vec![Entry::ResolvedByHand { by: by.clone(), finding, found_in, number, amount, words }];
        entries.extend((finding == Finding::SettledElsewhere).then_some(Entry::Closed { how: Closed::ByHand }));
        self.all_or_nothing(t.clone(), entries)?;
        self.did(by, Did::Acted { transaction: id.clone(), action: Action::ResolveByHand });
        match finding {
            Finding::CardCharged => self.paid(&id),
            // The order is over, and whoever stood before it can begin another.
            Finding::CardNotCharged if self.k.customer.transaction.as_ref() == Some(&id) => {
                self.detach();
                self.k.customer = self.k.nobody(self.now);
                self.behind_staff(Front::Attract);
            }
            Finding::CardNotCharged
            | Finding::CardChargedOther
            | Finding::RefundDone
            | Finding::RefundNotDone
            | Finding::SettledElsewhere => {}
        }
        if let Some(tracked) = self.k.open.get_mut(&id) {
            tracked.heard();
            // A terminal that comes to itself may charge it all the same.
            if let Some(open) = t.card_in_doubt().filter(|_| finding == Finding::CardNotCharged) {
                tracked.look_for_long(&open.id, self.now);
            }
        }
        Ok(())
    }
}
