//! What is offered in each state that staff meet: the suggestion, what a manager may vouch for, and of each action whether
//! it can be done, or why not; and what may be written down next. `offers.txt` and `refusals.txt` are to be read:
//! `UPDATE_EXPECT=1` writes them anew.

use std::{fs, path::Path};

use checkout::{
    entry::{Closed, Entry, StaffReason},
    ids::AttemptId,
    money::Won,
    protocol::Request,
    settlement,
    staff::{self, Action, Finding, FoundIn, Person, Role, WhyNot},
    transaction::Transaction,
    view::Receipt,
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

/// What may be written down next, beside what the tables lead to: staff's decisions, and what they consist of.
fn decisions(t: &Transaction) -> Vec<Entry> {
    let by = || Person { name: "점장".into(), role: Role::Manager };
    let attempt = || t.approved().map(|(attempt, _)| attempt.id.clone());
    let resolved = Finding::ALL.into_iter().flat_map(|finding| {
        [None, Some(Won::new(1))].map(|amount| {
            let (found_in, number, words) = (FoundIn::VanRecords, "77".to_owned(), String::new());
            Entry::ResolvedByHand { by: by(), finding, found_in, number, amount, words }
        })
    });
    let requests = [Request::Settle, Request::Release, Request::Cancel];
    let prepared = requests.map(|request| Entry::Prepared { request, payload: settlement::payload(t, request) });
    let opened = requests.map(|request| {
        let payload = t.message(request).map_or_else(|| settlement::payload(t, request), |sent| sent.payload.clone());
        Entry::Opened { request, limit: None, payload }
    });
    let others = [
        Entry::MadeByStaff,
        Entry::HandOverWithdrawn,
        Entry::HandedOver,
        Entry::HandOverVoidStarted,
        Entry::HandOverVoided,
        Entry::HandOverFailed { why: String::new() },
        Entry::OrderFinished { receipt: Receipt::None },
        Entry::RefundBegun { attempt: attempt() },
        Entry::RefundBegun { attempt: None },
        Entry::RefundBegun { attempt: Some(AttemptId::new("nobodys").unwrap()) },
        Entry::RefundBegun { attempt: t.stray_charges.first().map(|charge| charge.attempt.clone()) },
        Entry::PaymentCancelled { attempt: AttemptId::new("nobodys").unwrap() },
        Entry::Left,
        Entry::WithStaff { reason: StaffReason::CardUnknown },
        Entry::Closed { how: Closed::ByHand },
    ];
    let acted = Action::ALL.map(|action| Entry::StaffActed { by: by(), action });
    acted.into_iter().chain(resolved).chain(prepared).chain(opened).chain(others).collect()
}

/// What of it can't be, and why.
fn refusals(t: &Transaction, world: &World) -> String {
    let mut told = String::new();
    for entry in decisions(t) {
        let mut tried = t.clone();
        let what = match &entry {
            Entry::StaffActed { action, .. } => word(action),
            Entry::ResolvedByHand { finding, amount, .. } => {
                format!("found {}{}", word(finding), if amount.is_some() { " of an amount" } else { "" })
            }
            Entry::Prepared { request, .. } => format!("prepared {}", word(request)),
            Entry::Opened { request, .. } => format!("opened {}", word(request)),
            Entry::RefundBegun { attempt } => {
                format!("refund begun of {}", attempt.as_ref().map_or("none", |id| id.as_str()))
            }
            other => serde_json::to_value(other).unwrap()["kind"].as_str().unwrap().to_owned(),
        };
        match tried.apply(&entry, &world.now) {
            Ok(()) => told += &format!("    {what}\n"),
            Err(impossible) => told += &format!("    not {what}: {}\n", impossible.why),
        }
    }
    told
}

/// Each of the stories, and what is told of the transactions that it ends with.
fn of_each(tell: impl Fn(&Transaction, &World) -> String) -> String {
    let mut told = String::new();
    for story in STORIES {
        let mut world = World::new();
        for word in story.split('·') {
            world.word(word.trim());
        }
        assert_eq!(world.violations, Vec::<String>::new(), "{story}");
        told += &format!("{story}\n");
        for t in world.folds() {
            told += &tell(&t, &world);
        }
    }
    told
}

#[test]
fn each_state_offers_what_can_be_done_in_it() {
    is_kept("offers.txt", &of_each(offers));
}

#[test]
fn each_state_admits_what_can_follow_it_and_nothing_else() {
    is_kept("refusals.txt", &of_each(refusals));
}

fn is_kept(name: &str, told: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/staff").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, told).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differs = told.lines().zip(kept.lines()).find(|(told, kept)| told != kept);
    assert!(told == kept, "run: UPDATE_EXPECT=1 cargo test -p checkout --test staff; {differs:?}");
}
