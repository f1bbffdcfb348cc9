//! What is offered in each state that staff meet: the suggestion, what a manager may vouch for, and of each action whether
//! it can be done, or why not. `offers.txt` is to be read: `UPDATE_EXPECT=1` writes it anew.

use std::{fs, path::Path};

use checkout::{
    staff::{self, Action, Role, WhyNot},
    transaction::Transaction,
};
use simulation::world::World;

const STORIES: [&str; 46] = [
    "order coffee",
    "order coffee · ask points · skip",
    "points 1000 · order coffee · ask points",
    "card waits · order coffee · card only · pay",
    "points 1000 · card waits · order coffee · ask points · pay",
    "card declines · order coffee · card only · pay",
    "order coffee · card only · pay",
    "order coffee · card only · pay · done",
    "points 1000 · order coffee · ask points · pay · done",
    "points 1000 · order coffee · ask points · start over · REST",
    "points 1000 · release silent always · order coffee · ask points · start over · wait 3s",
    "points 1000 · release 200090001 always · order coffee · ask points · start over · still 2m",
    "points 1000 · settle silent always · order coffee · ask points · pay · wait 20s",
    "points 1000 · settle silent always · order coffee · ask points · pay · still 31m",
    "points 1000 · settle silent always · order coffee · ask points · pay · still 31m · STAFF ACT · still 2m",
    "points 1000 · settle silent always · order coffee · ask points · pay · still 31m · STAFF ACT · still 2m · STAFF ACT",
    "points 1000 · settle 100010003 always · order coffee · ask points · pay · still 2m",
    "points 1000 · settle 100010003 always · order coffee · ask points · pay · still 2m · MAKE",
    "points 1000 · settle 100020001 always · order coffee · ask points · pay · still 2m",
    "points 5000 · settle silent always · order coffee · ask points · finish · still 31m",
    "points 1000 · settle silent always · order coffee · ask points · pay · off 5m, clock -60 · still 2m",
    "after paying agent forgets · card silent · order coffee · card only · pay · still 3m",
    "points 1000 · after paying agent forgets · card silent · order coffee · ask points · pay · still 3m",
    "after paying agent silent · card silent · order coffee · card only · pay · wait 20s",
    "after paying agent silent · card silent · order coffee · card only · pay · still 12m",
    "card charged wrongly · order coffee · card only · pay · still 3m",
    "points 1000 · card charged wrongly · order coffee · ask points · pay · still 3m",
    "card charged wrongly · order coffee · card only · pay · still 3m · STAFF ACT · still 2m",
    "card charged wrongly · order coffee · card only · pay · still 3m · refund declined · STAFF ACT · still 2m",
    "card declines · order coffee · card only · pay · late charge · still 2m",
    "card declines · order coffee · card only · pay · late charge · still 2m · REFUND the late charge · still 2m",
    "kitchen silent · order coffee · card only · pay · wait 20s",
    "kitchen silent · order coffee · card only · pay · still 11m",
    "kitchen refuses · order coffee · card only · pay · still 2m",
    "kitchen refuses · order coffee · card only · pay · still 2m · STAFF ACT",
    "kitchen refuses · order coffee · card only · pay · still 2m · MAKE",
    "points 1000 · kitchen refuses · order coffee · ask points · pay · still 2m",
    "order coffee · card only · pay · done · refund declined · REFUND · still 2m",
    "order coffee · card only · pay · done · refund declined · REFUND · still 2m · KEEP",
    "order coffee · card only · pay · done · refund told to nobody · REFUND · wait 3s",
    "order coffee · card only · pay · done · refund told to nobody · refund not found · REFUND · agent forgets · still 12m",
    "points 1000 · order coffee · ask points · pay · done · REFUND · still 2m",
    "points 1000 · cancel silent always · order coffee · ask points · pay · done · REFUND · still 1m",
    "points 1000 · cancel silent always · order coffee · ask points · pay · done · REFUND · still 12m",
    "points 1000 · cancel 100020001 always · order coffee · ask points · pay · done · REFUND · still 2m",
    "points 1000 · cancel 100020001 always · order coffee · ask points · pay · done · REFUND · still 2m · STAFF ACT · still 2m",
];

fn word(of: impl serde::Serialize) -> String {
    serde_json::to_value(of).unwrap().as_str().unwrap().to_owned()
}

fn why(why_not: Option<WhyNot>) -> String {
    why_not.map_or_else(|| "yes".to_owned(), word)
}

fn offers(t: &Transaction, world: &World) -> String {
    let reason = t.with_staff.map_or_else(|| "nobody's".to_owned(), word);
    let state = t.closed.map_or(reason, |how| format!("closed {}", word(how)));
    let suggested = staff::suggested(t).map_or_else(|| "nothing".to_owned(), word);
    let findings: Vec<String> = staff::findings(t).into_iter().map(word).collect();
    let mut told = format!("  {state}; suggested: {suggested}; to vouch for: {}\n", findings.join(", "));
    for action in Action::ALL {
        let [manager, staff, busy] = [(Role::Manager, false), (Role::Staff, false), (Role::Manager, true)]
            .map(|(role, busy)| why(staff::why_not(t, action, role, busy)));
        let late = if staff::is_late(t, action, &world.now) { ", late" } else { "" };
        let staff = if staff == manager { String::new() } else { format!(", staff: {staff}") };
        let busy = if busy == manager { String::new() } else { format!(", while the terminal is at work: {busy}") };
        let preview: Vec<String> = staff::preview(t, action)
            .into_iter()
            .map(|preview| format!("{} {} {}", word(preview.of), preview.amount.get(), word(preview.fate)))
            .collect();
        told += &format!("    {}: {manager}{staff}{busy}{late} [{}]\n", word(action), preview.join(", "));
    }
    told
}

#[test]
fn each_state_offers_what_can_be_done_in_it() {
    let mut told = String::new();
    for story in STORIES {
        let mut world = World::new();
        for word in story.split('·') {
            world.word(word.trim());
        }
        assert_eq!(world.violations, Vec::<String>::new(), "{story}");
        told += &format!("{story}\n");
        for t in world.folds() {
            told += &offers(&t, &world);
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/staff/offers.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &told).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differs = told.lines().zip(kept.lines()).find(|(told, kept)| told != kept);
    assert!(told == kept, "run: UPDATE_EXPECT=1 cargo test -p checkout --test staff; {differs:?}");
}
