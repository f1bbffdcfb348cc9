//! Staff at the screen: who is in and until when, what they look at, and what they decide. Each touch is judged here,
//! against who is in and what they may do; what follows from a decision is the recovery table's (protocol.md §6).

mod moment;
mod page;
mod shop;
mod vouch;

pub use page::{case, paid_order};
pub use shop::DayFound;
pub use vouch::Resolution;

use super::{Effect, Front, Kiosk, Tracked, Turn, paper::Print};
use crate::{
    card::{NoAnswer, TerminalAnswer, TerminalOutcome},
    deed::{Deed, Did},
    entry::{Entry, Record},
    ids::{AttemptId, TransactionId},
    staff::{self, Action, Person, Role, WhyNot},
    transaction::{HandOver, Transaction},
    view::{
        Health, KitchenTest, MenuOutcome, PaidOrder, PeopleOutcome, Search, StaffAct, StaffCase, StaffTab,
        TerminalSays, WriteOutcome,
    },
};

/// Without input for so long it locks by itself, ms.
pub(super) const LOCK_MS: i64 = 300_000;
/// What is kept of staff's own words at most, characters.
const MOST_WORDS: usize = 200;

/// What staff have in front of them, over the screen that comes back after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Desk {
    /// Who is in.
    pub(super) person: Person,
    /// What they look at.
    pub(super) page: Page,
    /// The list that they come back to.
    from: Look,
    /// What customers come back to.
    back: Box<Front>,
    /// What a manager's PIN is waited for with.
    unproven: Option<Resolution>,
    /// What became of the last thing that was to be written to a stick or a folder.
    wrote: Option<WriteOutcome>,
    /// What came of trying the kitchen.
    kitchen: Option<KitchenTest>,
    /// The last paper that was printed from this page.
    pub(super) print: Option<Print>,
    /// What is looked for was scanned: the one that is found is opened.
    scanned: bool,
    /// The day that is shown has gone on, and is looked up anew.
    stale: bool,
    /// The day that was closed here last: what was found of it before isn't so any more.
    closed: Option<String>,
}

/// What staff look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// It is being looked up.
    Looking(Look),
    /// Beside what is in memory: what can't be read.
    Attention(Vec<StaffCase>),
    Orders(Vec<PaidOrder>),
    All {
        search: Search,
        rows: Vec<StaffCase>,
        more: bool,
    },
    One(Box<One>),
    /// A business day.
    Day(Box<DayFound>),
    Shop,
    Menu(Option<MenuOutcome>),
    Health(Box<Health>),
    Deeds {
        /// Each with its number.
        deeds: Vec<(i64, Deed)>,
        page: u32,
        more: bool,
    },
    People {
        people: Vec<Person>,
        outcome: Option<PeopleOutcome>,
    },
}

/// One transaction that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct One {
    /// As the journal proved it; when it is open, what is in memory counts.
    pub(super) t: Transaction,
    /// Its entries.
    pub(super) records: Vec<Record>,
    /// What the terminal says of its charge.
    pub(super) says: TerminalSays,
    /// What is asked before it is done.
    pub(super) asked: Option<Action>,
    /// Why the last thing wasn't done.
    pub(super) refused: Option<WhyNot>,
}

/// What is to be looked up for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// What can't be read.
    Attention,
    /// Today's paid orders.
    Orders,
    /// Among all transactions.
    All(Search),
    /// One transaction with its entries.
    One(TransactionId),
    /// A business day; none for the one that is to be closed next.
    Day(Option<String>),
    /// How the devices are, asked now.
    Health,
    /// A page of what staff did, from 0, the newest first.
    Deeds(u32),
    /// Who may do what.
    People,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// What can't be read.
    Attention(Vec<StaffCase>),
    /// Today's paid orders, the newest first.
    Orders(Vec<PaidOrder>),
    /// A page of what a search finds, and whether there is more.
    All(Search, Vec<StaffCase>, bool),
    /// A transaction, its entries in order.
    One(Box<Transaction>, Vec<Record>),
    /// A business day.
    Day(Box<DayFound>),
    /// How the devices are; of the reader the kiosk knows itself.
    Health(Box<Health>),
    /// What staff did, each with its number; which page it is, and whether there is more.
    Deeds(Vec<(i64, Deed)>, u32, bool),
    /// Who may do what, and what came of a change.
    People(Vec<Person>, Option<PeopleOutcome>),
    /// It isn't there, or can't be read.
    Nothing,
}

impl Turn<'_> {
    /// Somebody gave a right PIN: they are let in where no customer is in the middle of an order, or vouch for what they
    /// said.
    pub(super) fn proved(&mut self, person: Person) {
        if let Front::Staff(desk) = &mut self.k.front {
            if let Some(resolution) = desk.unproven.take() {
                self.vouch(&person, resolution);
            }
        } else if matches!(self.k.front, Front::Attract | Front::OutOfService { .. } | Front::Unknown { .. }) {
            let back = Box::new(self.k.front.clone());
            let page = Page::Looking(Look::Attention);
            self.k.customer.sheet = None;
            self.did(&person, Did::CameIn);
            let from = Look::Attention;
            self.k.front = Front::Staff(Box::new(Desk {
                person,
                page,
                from,
                back,
                unproven: None,
                wrote: None,
                kitchen: None,
                print: None,
                scanned: false,
                stale: false,
                closed: None,
            }));
            self.look(Look::Attention);
        }
    }

    /// No such PIN: nothing is done.
    pub(super) fn not_proved(&mut self) {
        if let Front::Staff(desk) = &mut self.k.front {
            if desk.unproven.take().is_some() {
                self.vouched(Err(WhyNot::WrongPin));
            }
        } else {
            self.note(super::Note::PinRefused);
        }
    }

    pub(super) fn staff_act(&mut self, act: StaffAct) {
        let Front::Staff(desk) = &mut self.k.front else { return };
        let person = desk.person.clone();
        match act {
            StaffAct::Lock => self.lock(false),
            StaffAct::Go { tab } => self.go(tab, person.role),
            StaffAct::Look { search } => self.look(Look::All(search)),
            StaffAct::Open { transaction } => self.look(Look::One(transaction)),
            StaffAct::Back => {
                let from = desk.from.clone();
                self.look(from);
            }
            StaffAct::Ask { action } => {
                if let Some(one) = self.one() {
                    (one.asked, one.refused) = (Some(action), None);
                }
            }
            StaffAct::No => {
                desk.unproven = None;
                if let Some(one) = self.one() {
                    (one.asked, one.refused) = (None, None);
                }
            }
            StaffAct::Do { action } => {
                let Some(t) = self.one().filter(|one| one.asked == Some(action)).map(|one| one.t.clone()) else {
                    return;
                };
                let done = self.decide(&person, t, action);
                self.answer(done);
            }
            StaffAct::Resolve { finding, found_in, number, amount, words, pin } => {
                let Page::One(one) = &mut desk.page else { return };
                one.refused = None;
                let transaction = one.t.id.clone();
                desk.unproven = Some(Resolution { transaction, finding, found_in, number, amount, words });
                self.then.push(Effect::CheckPin(pin));
            }
            StaffAct::SetPerson { name, role, pin } if person.role == Role::Manager => {
                // What nobody can take out again holds nobody's telephone, even where it is given as a name.
                let named = if is_personal(&name) { kept_words(&name) } else { name.clone() };
                if self.did(&person, Did::SetPerson { name: named.chars().take(MOST_WORDS).collect(), role }) {
                    self.then.push(Effect::SetPerson { person: Person { name, role }, pin });
                }
            }
            StaffAct::RemovePerson { name } if person.role == Role::Manager => {
                if self.did(&person, Did::RemovedPerson { name: name.clone() }) {
                    self.then.push(Effect::RemovePerson(name));
                }
            }
            StaffAct::SetPerson { .. } | StaffAct::RemovePerson { .. } => {}
            StaffAct::Shop { act } => self.shop_act(&person, act),
        }
    }

    /// What was looked up is there.
    pub(super) fn found(&mut self, found: Found) {
        let Front::Staff(desk) = &mut self.k.front else { return };
        if !desk.waits_for(&found) {
            // What was looked up for a page that is gone.
            return;
        }
        let (person, scanned) = (desk.person.clone(), std::mem::take(&mut desk.scanned));
        if let Found::People(_, Some(why)) = &found
            && *why != PeopleOutcome::Done
        {
            self.did(&person, Did::PeopleUnchanged { why: *why });
        }
        let Front::Staff(desk) = &mut self.k.front else { return };
        desk.page = match found {
            Found::Attention(unreadable) => Page::Attention(unreadable),
            Found::Orders(orders) => Page::Orders(orders),
            Found::All(search, rows, more) => {
                if let ([one], true) = (rows.as_slice(), scanned) {
                    let found = one.transaction.clone();
                    return self.look(Look::One(found));
                }
                Page::All { search, rows, more }
            }
            Found::Day(found) => {
                desk.stale = false;
                Page::Day(found)
            }
            Found::Health(health) => Page::Health(health),
            Found::Deeds(deeds, page, more) => Page::Deeds { deeds, page, more },
            Found::People(people, outcome) => Page::People { people, outcome },
            Found::One(t, records) => {
                let one = One { t: *t, records, says: TerminalSays::Nothing, asked: None, refused: None };
                desk.page = Page::One(Box::new(one));
                return self.ask_for_the_page();
            }
            Found::Nothing => {
                if matches!(desk.page, Page::Looking(Look::One(_))) {
                    return self.look(Look::Attention);
                }
                Page::Attention(Vec::new())
            }
        };
    }

    /// Asks the terminal what it says of the charge that staff look at.
    fn ask_for_the_page(&mut self) {
        let attempt = self.on_the_desk().and_then(|t| attempt(&t));
        let says = match attempt {
            // It is only looked at: that takes the terminal from nobody.
            Some(attempt) => {
                self.then.push(Effect::AskPayment(attempt));
                TerminalSays::Asking
            }
            None => TerminalSays::Nothing,
        };
        if let Some(one) = self.one() {
            one.says = says;
        }
    }

    /// The terminal answered what became of a charge: whoever looks at it sees that.
    pub(super) fn told_for_the_page(&mut self, asked: &AttemptId, answer: &Result<TerminalAnswer, NoAnswer>) {
        let Some(t) = self.on_the_desk() else { return };
        if attempt(&t).as_ref() != Some(asked) {
            return;
        }
        let known = t.card_in_doubt().map(|open| open.store.clone());
        let says = match answer {
            Err(_) => TerminalSays::Silent,
            Ok(TerminalAnswer { store, outcome }) => match outcome {
                TerminalOutcome::Approved(approval) => TerminalSays::Charged { amount: approval.amount },
                TerminalOutcome::Declined { .. } | TerminalOutcome::Cancelled => TerminalSays::NotCharged,
                TerminalOutcome::InProgress { .. } => TerminalSays::AtWork,
                TerminalOutcome::NotFound => {
                    TerminalSays::Unknown { forgot: known.is_some_and(|known| known != *store) }
                }
            },
        };
        if let Some(one) = self.one() {
            one.says = says;
        }
    }

    /// Staff decided: in one commit, what they did and what it leads to at once.
    pub(super) fn decide(&mut self, by: &Person, t: Transaction, action: Action) -> Result<(), WhyNot> {
        let id = t.id.clone();
        let t = self.k.transaction(&id).cloned().unwrap_or(t);
        if let Some(why_not) = self.k.why_not(&t, action, by.role) {
            return Err(why_not);
        }
        let mut entries = vec![Entry::StaffActed { by: by.clone(), action }];
        let undelivered = matches!(t.hand_over, HandOver::NotDue | HandOver::Started | HandOver::Failed);
        // Nobody knows whether the shop has what is withdrawn here: it must hear that it isn't to be made.
        let void =
            (undelivered && t.closed.is_none() && self.k.may_have_arrived(&id)).then_some(Entry::HandOverVoidStarted);
        match action {
            Action::RefundStray => {
                let attempt = t.stray_charges.first().map(|charge| charge.attempt.clone());
                entries.push(Entry::RefundBegun { attempt });
            }
            Action::Refund => {
                entries.extend((undelivered && t.closed.is_none()).then_some(Entry::HandOverWithdrawn));
                entries.push(Entry::RefundBegun { attempt: t.approved().map(|(attempt, _)| attempt.id.clone()) });
                entries.extend(void);
            }
            Action::Make => {
                entries.extend((t.hand_over == HandOver::NotDue).then(|| self.numbered()));
                entries.extend([Entry::HandOverWithdrawn, Entry::MadeByStaff]);
                entries.extend(void);
            }
            Action::HandOverAgain
            | Action::VoidTold
            | Action::KeepSale
            | Action::SettleAgain
            | Action::Release
            | Action::AskTerminal
            | Action::CancelAgain
            | Action::ResolveByHand => {}
        }
        self.all_or_nothing(t, entries)?;
        self.did(by, Did::Acted { transaction: id.clone(), action });
        if let Some(tracked) = self.k.open.get_mut(&id) {
            tracked.heard();
        }
        if action == Action::HandOverAgain {
            self.k.kitchen.try_now();
        }
        Ok(())
    }

    /// What staff decide of a transaction, all of it or nothing.
    fn all_or_nothing(&mut self, t: Transaction, entries: Vec<Entry>) -> Result<(), WhyNot> {
        if self.k.shut.is_some() {
            return Err(WhyNot::NoJournal);
        }
        let id = t.id.clone();
        let mut tried = t.clone();
        for entry in &entries {
            if let Err(impossible) = tried.apply(entry, self.now) {
                self.alert(format!("what staff decided can't be: {impossible}"));
                return Err(WhyNot::SomethingElseFirst);
            }
        }
        self.k.open.entry(id.clone()).or_insert_with(|| Tracked::new(t));
        for entry in entries {
            self.enter(&id, entry);
        }
        Ok(())
    }

    /// What customers see next: now, or when staff are gone.
    pub(super) fn behind_staff(&mut self, front: Front) {
        if let Front::Staff(desk) = &mut self.k.front {
            *desk.back = front;
        } else {
            self.k.front = front;
        }
    }

    /// What the screen says after something was done, or not.
    fn answer(&mut self, done: Result<(), WhyNot>) {
        if let Some(one) = self.one() {
            (one.asked, one.refused) = (None, done.err());
        }
    }

    /// What staff look at goes on with what was written of it in this step.
    pub(super) fn keep_up(&mut self) {
        self.day_goes_on();
        let Some(id) = self.one().map(|one| one.t.id.clone()) else { return };
        let new: Vec<Record> = self.record.iter().filter(|record| record.transaction == id).cloned().collect();
        let Some(one) = self.one() else { return };
        for record in new {
            // What is in the journal was decided: it applies.
            let _applied = one.t.apply(&record.entry, &record.at);
            one.records.push(record);
        }
    }

    fn look(&mut self, look: Look) {
        if let Front::Staff(desk) = &mut self.k.front {
            (desk.page, desk.unproven) = (Page::Looking(look.clone()), None);
            if !matches!(look, Look::One(_)) {
                desk.from = look.clone();
            }
            if !matches!(look, Look::Day(_) | Look::Health) {
                desk.forget_outcomes();
            }
            self.then.push(Effect::Look(look));
        }
    }

    /// 잠그기, or nobody is there any more.
    pub(super) fn lock(&mut self, idle: bool) {
        if let Front::Staff(desk) = &self.k.front {
            let (person, back) = (desk.person.clone(), (*desk.back).clone());
            self.did(&person, Did::Locked { idle });
            self.k.front = back;
        }
    }

    /// Writes down what somebody does. False when nothing can be written: then it isn't done either, but for what brings
    /// the kiosk on again.
    pub(super) fn did(&mut self, by: &Person, did: Did) -> bool {
        if self.k.shut.is_some() {
            self.alert(format!("this isn't written down: {did:?}"));
            return false;
        }
        self.k.rules.apply(&did);
        self.deeds.push(Deed { at: self.now.clone(), by: by.clone(), did });
        true
    }

    fn one(&mut self) -> Option<&mut One> {
        let Front::Staff(desk) = &mut self.k.front else { return None };
        let Page::One(one) = &mut desk.page else { return None };
        Some(one)
    }

    pub(super) fn on_the_desk(&mut self) -> Option<Transaction> {
        let t = self.one()?.t.clone();
        Some(self.k.transaction(&t.id).cloned().unwrap_or(t))
    }
}

impl Desk {
    fn waits_for(&self, found: &Found) -> bool {
        if let Found::Day(found) = found
            && found.closed.is_none()
            && self.closed.as_ref() == Some(&found.day.day)
        {
            return false;
        }
        match (&self.page, found) {
            (Page::Looking(Look::Attention), Found::Attention(_))
            | (Page::Looking(Look::Orders), Found::Orders(_))
            | (Page::Looking(Look::All(_)), Found::All(..))
            | (Page::Looking(Look::People) | Page::People { .. }, Found::People(..))
            | (Page::Looking(Look::Health), Found::Health(_))
            | (Page::Looking(Look::Deeds(_)), Found::Deeds(..))
            | (Page::Looking(_), Found::Nothing) => true,
            (Page::Looking(Look::One(id)), Found::One(t, _)) => t.id == *id,
            (Page::Looking(Look::Day(wanted)), Found::Day(found)) => {
                wanted.as_ref().is_none_or(|wanted| *wanted == found.day.day)
            }
            // It went on while it was looked at.
            (Page::Day(shown), Found::Day(found)) => shown.day.day == found.day.day,
            (_, _) => false,
        }
    }
}

impl Kiosk {
    /// Do customers see this, or will they when staff are gone?
    pub(super) fn is_shown(&self, what: impl Fn(&Front) -> bool) -> bool {
        what(if let Front::Staff(desk) = &self.front { &desk.back } else { &self.front })
    }

    /// Why somebody can't do this with it now.
    pub(super) fn why_not(&self, t: &Transaction, action: Action, role: Role) -> Option<WhyNot> {
        let busy = self.terminal.as_ref().is_some_and(|call| call.is_about(&t.id));
        let posts = matches!(action, Action::SettleAgain | Action::Release | Action::CancelAgain);
        let away = (posts && !self.membership()).then_some(WhyNot::PrbitiAway);
        staff::why_not(t, action, role, busy).or(away)
    }

    /// The transaction as it is: in memory while it is open.
    pub(super) fn live<'a>(&'a self, t: &'a Transaction) -> &'a Transaction {
        self.transaction(&t.id).unwrap_or(t)
    }
}

/// Somebody's own words as they are kept: what nobody can remove again holds nobody's numbers.
fn kept_words(words: &str) -> String {
    let plain = |c: char| if c.is_ascii_digit() { '*' } else { c };
    words.trim().chars().filter(|c| !c.is_control()).take(MOST_WORDS).map(plain).collect()
}

/// Could it be the number of a card or of a telephone? Approvals and enquiries have shorter ones.
fn is_personal(number: &str) -> bool {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let bare: String = number.chars().filter(|c| !matches!(c, '-' | ' ' | '.')).collect();
    digits >= 13 || bare.starts_with("01") && (10..=11).contains(&bare.len()) && digits == bare.len()
}

/// The charge that the terminal can be asked about.
fn attempt(t: &Transaction) -> Option<AttemptId> {
    let open = t.card_in_doubt().or(t.approved().map(|(attempt, _)| attempt)).map(|attempt| attempt.id.clone());
    open.or_else(|| t.ended_attempts.last().cloned())
}
