//! Staff at the screen: who is let in where and until when, what they see of a transaction, what they may do with it,
//! and what is written down of that.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod access;
mod offers;
mod pages;
mod shop;
mod table;

use checkout::{
    close::{Candidate, Day, Listed},
    deed::{Deed, Did},
    entry::{Entry, Record},
    ids::TransactionId,
    kiosk::{DayFound, Effect, Event, Found, Kiosk, Look, Step},
    staff::{Action, Person, Role},
    time::Now,
    transaction::Transaction,
    view::{Act, Screen, StaffAct, StaffPage, StaffTransaction},
};
use simulation::{shop::fresh, world::World};

/// A kiosk to which a story has happened, and whoever stands before it now.
struct Glass {
    kiosk: Kiosk,
    now: Now,
    folds: Vec<Transaction>,
    records: Vec<Record>,
    /// What was written since.
    written: Vec<Entry>,
    /// What staff did since.
    deeds: Vec<Deed>,
    /// What was to be done since, and not by this glass.
    effects: Vec<Effect>,
    minted: u32,
    /// What the terminal's list says; none while it doesn't answer.
    listed: Option<Vec<Listed>>,
    /// The first day that isn't closed, when that isn't the one that is looked at.
    first_open: Option<String>,
}

fn staff() -> Person {
    Person { name: "오전".into(), role: Role::Staff }
}

fn manager() -> Person {
    Person { name: "점장".into(), role: Role::Manager }
}

impl Glass {
    /// After this story, and a minute and a half in which nobody touches anything.
    fn after(story: &str) -> Glass {
        Glass::after_in(World::new(), story)
    }

    fn after_in(mut world: World, story: &str) -> Glass {
        for word in story.split('·') {
            world.word(word.trim());
        }
        assert_eq!(world.violations, Vec::<String>::new(), "{story}");
        let folds = world.folds();
        let records = folds.iter().flat_map(|t| world.records(&t.id)).collect();
        let (kiosk, now) = (world.kiosk, world.now);
        Glass {
            kiosk,
            now,
            folds,
            records,
            written: Vec::new(),
            deeds: Vec::new(),
            effects: Vec::new(),
            minted: 900,
            listed: None,
            first_open: None,
        }
    }

    fn send(&mut self, event: Event) {
        self.minted += 1;
        let Step { kiosk, record, deeds, then, .. } = self.kiosk.handle(event, &self.now, fresh(self.minted));
        self.kiosk = kiosk;
        self.deeds.extend(deeds);
        for record in record {
            let t = self.folds.iter_mut().find(|t| t.id == record.transaction).unwrap();
            t.apply(&record.entry, &record.at).unwrap();
            self.written.push(record.entry.clone());
            self.records.push(record);
        }
        for effect in then {
            match effect {
                Effect::Look(look) => {
                    let found = self.look(look);
                    self.send(Event::Found(found));
                }
                Effect::Alert(_) => {}
                other => self.effects.push(other),
            }
        }
    }

    fn look(&self, look: Look) -> Found {
        match look {
            Look::Attention => Found::Attention(Vec::new()),
            Look::Orders => Found::Orders(Vec::new()),
            Look::All(search) => Found::All(search, Vec::new(), true),
            Look::People => Found::People(vec![manager(), staff()], None),
            Look::Day(wanted) => Found::Day(Box::new(self.day(wanted))),
            Look::Health => Found::Health(Box::new(shop::health())),
            Look::Deeds(page) => {
                let numbered = self.deeds.iter().enumerate().map(|(number, deed)| (number as i64 + 1, deed.clone()));
                Found::Deeds(numbered.rev().collect(), page, false)
            }
            Look::One(id) => match self.folds.iter().find(|t| t.id == id) {
                Some(t) => {
                    let own = self.records.iter().filter(|record| record.transaction == id).cloned();
                    Found::One(Box::new(t.clone()), own.collect())
                }
                None => Found::Nothing,
            },
        }
    }

    /// The one business day that all of it belongs to, and a terminal that doesn't answer.
    fn day(&self, wanted: Option<String>) -> DayFound {
        let today = "2026-11-24".to_owned();
        let candidate = |t: &Transaction| Candidate { t: t.clone(), sale: t.is_paid(), refund: t.is_refunded() };
        let candidates: Vec<Candidate> = self.folds.iter().map(candidate).collect();
        let closed = self.deeds.iter().find_map(|deed| match &deed.did {
            Did::ClosedDay(close) => Some((deed, close)),
            _ => None,
        });
        let listed = self.listed.as_deref();
        DayFound {
            day: Day::of(wanted.unwrap_or_else(|| today.clone()), &candidates, listed),
            is_today: true,
            has_begun: true,
            closed: closed.map(|(deed, close)| checkout::close::ClosedBy {
                number: close.number,
                at_ms: deed.at.wall_ms,
                by: deed.by.clone(),
                reason: close.reason.clone(),
                open: close.open,
            }),
            earlier: None,
            later: None,
            first_open: self.first_open.clone().unwrap_or(today),
            next_number: 7,
        }
    }

    fn touch(&mut self, act: Act) {
        let view = self.kiosk.view(&self.now).number;
        self.send(Event::Act { view, act });
    }

    fn act(&mut self, act: StaffAct) {
        self.touch(Act::Staff { act });
    }

    fn pass(&mut self, ms: i64) {
        (self.now.wall_ms, self.now.boot_ms) = (self.now.wall_ms + ms, self.now.boot_ms + ms);
        self.send(Event::Tick);
    }

    /// The youngest transaction, opened by this person.
    fn open(story: &str, person: Person) -> Glass {
        let mut glass = Glass::after(story);
        glass.send(Event::Proved(person));
        glass.act(StaffAct::Open { transaction: glass.youngest() });
        glass
    }

    fn youngest(&self) -> TransactionId {
        self.folds.last().unwrap().id.clone()
    }

    fn screen(&self) -> String {
        simulation::world::screen(&self.kiosk, &self.now)
    }

    fn page(&self) -> StaffPage {
        match self.kiosk.view(&self.now).screen {
            Screen::Staff { page, .. } => page,
            other => panic!("staff aren't in: {other:?}"),
        }
    }

    fn about(&self) -> StaffTransaction {
        match self.page() {
            StaffPage::Transaction { about } => *about,
            other => panic!("no transaction is open: {other:?}"),
        }
    }

    /// Asks what an action would do, and does it.
    fn does(&mut self, action: Action) {
        self.act(StaffAct::Ask { action });
        self.act(StaffAct::Do { action });
    }
}
