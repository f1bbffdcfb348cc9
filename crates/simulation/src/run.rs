//! A run: very many orders, cut into days that know nothing of each other, on all processors.

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use fastrand::Rng;

use crate::{
    customer,
    fault::Struck,
    sabotage::Sabotage,
    world::{REASONS, World},
};

/// Orders of one day.
const OF_A_DAY: u64 = 20;
/// A run of so many must have met every fault and every reason.
const ENOUGH: u64 = 10_000;
/// So many failures are shrunk and told.
const TOLD: usize = 5;

/// What a run found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Orders that were begun.
    pub orders: u64,
    /// Stories that they belong to.
    pub stories: u64,
    /// The faults that struck.
    pub struck: Struck,
    /// How often each reason sent a transaction to staff.
    pub reasons: BTreeMap<&'static str, u64>,
    /// Charges after a "no" that the kiosk was never told of.
    pub untold: u64,
    /// What shouldn't have happened.
    pub failures: Vec<Failure>,
}

/// A story that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Of which day.
    pub day: u64,
    /// Its words.
    pub words: Vec<String>,
    /// What went wrong first.
    pub violation: String,
}

impl Found {
    fn add(&mut self, other: Found) {
        let Found { orders, stories, struck, reasons, untold, failures } = other;
        self.orders += orders;
        self.stories += stories;
        self.struck.add(&struck);
        for (reason, count) in reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        self.untold += untold;
        self.failures.extend(failures);
    }

    /// Faults and reasons that a run of this size should have met, and didn't.
    pub fn never_met(&self) -> Vec<&'static str> {
        if self.orders < ENOUGH {
            return Vec::new();
        }
        let faults = self.struck.by_kind().filter(|(_, count)| *count == 0).map(|(name, _)| name);
        let reasons = REASONS.into_iter().filter(|reason| !self.reasons.contains_key(reason));
        faults.chain(reasons).collect()
    }
}

/// So many orders. The same seed finds the same, on however many processors.
pub fn run(orders: u64, seed: u64, sabotage: Option<Sabotage>) -> Found {
    let next = AtomicU64::new(0);
    let found = Mutex::new(Found::default());
    let work = || {
        let mut mine = Found::default();
        loop {
            let day = next.fetch_add(1, Ordering::Relaxed);
            let Some(left) = orders.checked_sub(day * OF_A_DAY).filter(|left| *left > 0) else { break };
            mine.add(self::day(seed, day, left.min(OF_A_DAY), sabotage));
        }
        found.lock().unwrap().add(mine);
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut found = found.into_inner().unwrap();
    found.failures.sort_by_key(|failure| failure.day);
    found
}

/// One day's orders, in stories of a few customers each.
fn day(seed: u64, day: u64, orders: u64, sabotage: Option<Sabotage>) -> Found {
    let mut found = Found::default();
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ day);
    while found.orders < orders && found.failures.is_empty() {
        found.stories += 1;
        let customers = u32::try_from((orders - found.orders).min(rng.u64(1..4))).unwrap();
        let mut words = Vec::new();
        let mut world = World::with(sabotage).with_printer();
        let ended = catch_unwind(AssertUnwindSafe(|| {
            customer::come(&mut world, &mut rng, customers, &mut words);
            end(&mut world);
        }));
        if let Err(why) = ended {
            world.violations.insert(0, panicked(why.as_ref()));
        }
        found.orders += world.orders_begun();
        found.struck.add(&world.struck);
        for (reason, count) in &world.reasons {
            *found.reasons.entry(reason).or_default() += count;
        }
        found.untold += world.untold() as u64;
        if let Some(violation) = world.violations.first() {
            found.failures.push(Failure { day, words, violation: violation.clone() });
        }
    }
    // A day that went wrong is over; its other orders count as tried.
    found.orders = found.orders.max(orders);
    found
}

fn end(world: &mut World) {
    if world.violations.is_empty() {
        world.everything_is_repaired();
        world.rest();
        world.check_end();
        world.staff_end_everything();
        world.check_looks();
        world.check_end();
    }
}

/// Tells a story to its end. What the core couldn't do is a violation as well.
pub fn tell(words: &[String], sabotage: Option<Sabotage>) -> World {
    let mut world = World::with(sabotage).with_printer();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        for word in words {
            if world.violations.is_empty() {
                world.word(word);
            }
        }
        end(&mut world);
    }));
    if let Err(why) = ended {
        world.violations.insert(0, panicked(why.as_ref()));
    }
    world
}

fn panicked(why: &dyn Any) -> String {
    let text = why.downcast_ref::<String>().map(String::as_str).or(why.downcast_ref::<&str>().copied());
    format!("it broke: {}", text.unwrap_or("?"))
}

/// The shortest story, made from `words` by leaving some out, that goes wrong in the same way.
pub fn shrink(words: &[String], violation: &str, sabotage: Option<Sabotage>) -> Vec<String> {
    let goes_wrong = |words: &[String]| {
        let world = tell(words, sabotage);
        world.violations.first().is_some_and(|other| kind(other) == kind(violation))
    };
    let mut words = words.to_vec();
    let mut size = words.len().div_ceil(2).max(1);
    loop {
        let mut shorter = false;
        let mut at = 0;
        while at < words.len() {
            let mut without = words.clone();
            without.drain(at..(at + size).min(words.len()));
            if goes_wrong(&without) {
                (words, shorter) = (without, true);
            } else {
                at += size;
            }
        }
        match (size, shorter) {
            (1, false) => return words,
            (1, true) => {}
            (_, _) => size = size.div_ceil(2),
        }
    }
}

/// What is wrong, without whose it is.
fn kind(violation: &str) -> String {
    violation.replace(|c: char| c.is_ascii_digit(), "#")
}

/// The failures that are worth telling: one of each kind.
pub fn to_be_told(failures: &[Failure]) -> Vec<&Failure> {
    let mut kinds = BTreeSet::new();
    failures.iter().filter(|failure| kinds.insert(kind(&failure.violation))).take(TOLD).collect()
}
