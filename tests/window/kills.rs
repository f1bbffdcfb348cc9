//! The kiosk is killed at every step that its journal knows, and started again: the three books agree, who paid has
//! what was paid for, and who didn't has everything back.
//!
//! A step is what one commit makes durable. The till is told to stand still in one: before the commit, after it and
//! before anything that follows, or after what follows was done outside and before anybody heard of it. Only then is it
//! killed. `make test` kills once in each step, `make kills` three times.

mod outside;
mod page;
mod stories;

use std::{collections::BTreeSet, future::Future, io::Write as _, path::Path, pin::Pin};

use checkout::entry::Entry;

use crate::{
    customer::{close_and_compare, stop_and_compare},
    kit::{
        Kiosk, Simulator,
        accounts::{Journal, Transaction},
        kiosk::Setup,
        project, wait_for,
    },
};

/// What a customer does, up to where nobody does anything any more.
type Customer<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A customer, and perhaps a first kill: then it is the start after it that is killed.
#[derive(Clone, Copy)]
pub struct Story {
    pub customer: for<'a> fn(&'a Kiosk) -> Customer<'a>,
    pub first: Option<Place>,
}

/// Where the till stands still when it is killed.
#[derive(Clone, Copy)]
pub struct Place {
    /// The kinds of the entries of the step. After a start more of them may follow: it depends on whether the page or the
    /// terminal's answer is there first.
    pub step: &'static str,
    /// The how-manieth entry of the first of them since the program started.
    pub nth: usize,
    pub moment: Moment,
    /// What is done outside after the effects, and waited for.
    pub done: Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    BeforeCommit,
    AfterCommit,
    AfterEffects,
}

/// What is done outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Done {
    Nothing,
    /// Prbiti holds so much, for a customer who typed on in the module. (What is scanned comes through the till.)
    Held(usize),
    /// The card is charged.
    Charged,
    /// Prbiti has settled.
    Settled,
    /// Prbiti has given back.
    Released,
    /// Prbiti has refused a `confirm` that it did before.
    Refused,
}

/// What must be true in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing was paid, nothing settled, and everything is given back.
    Unpaid,
    /// Paid once, settled once where anything was held, and handed over once.
    Paid,
    /// Settled, and a repeat was refused (guide 2.3, 100010003): only staff can tell whether it was. What was charged is
    /// handed over all the same.
    Refused,
    /// The same of an order without a card, which is handed over by staff alone.
    RefusedFree,
    /// A card was charged after it was declined: staff give it back.
    Late,
}

impl Moment {
    const fn word(self) -> &'static str {
        match self {
            Moment::BeforeCommit => "before_commit",
            Moment::AfterCommit => "after_commit",
            Moment::AfterEffects => "after_effects",
        }
    }
}

impl Place {
    fn told(self) -> String {
        let kind = self.step.split(' ').next().unwrap_or_default();
        format!("{kind} {} {}", self.nth, self.moment.word())
    }

    /// Waits until the till is there, and what was to be done is done.
    async fn reached(self, kiosk: &Kiosk) {
        let step = kiosk.until_it_stands_still().await;
        assert!(step.starts_with(self.step), "it stands still in {step}, not in {}", self.step);
        if self.moment == Moment::AfterEffects {
            self.done.wait(&kiosk.outside).await;
        }
    }
}

impl Done {
    async fn wait(self, outside: &Simulator) {
        let state = |state: &'static str| move |one: &serde_json::Value| one["state"] == state;
        match self {
            Done::Nothing => {}
            Done::Held(count) => {
                wait_for("the hold", || async {
                    (outside.count("holds", "state", "held").await == count).then_some(())
                })
                .await;
            }
            Done::Charged => drop(outside.until("the charge", "payments", state("approved")).await),
            Done::Settled => drop(outside.until("the settlement", "transactions", state("settled")).await),
            Done::Released => drop(outside.until("the release", "transactions", state("released")).await),
            Done::Refused => {
                wait_for("the refused repeat", || async {
                    outside.log().await.iter().any(|message| message["code"] == 100_010_003).then_some(())
                })
                .await;
            }
        }
    }
}

/// The story up to the kill.
pub async fn killed(story: Story, place: Place) -> Kiosk {
    let from_the_start = story.first.unwrap_or(place);
    let setup = Setup { stop: Some(from_the_start.told()), ..Setup::default() };
    let mut kiosk = Kiosk::start_with(setup).await;
    let customer = async {
        (story.customer)(&kiosk).await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = customer => {}
        () = from_the_start.reached(&kiosk) => {}
    }
    kiosk.kill().await;
    kiosk.outside.no_more_faults().await;
    if story.first.is_some() {
        kiosk.restart_to_stop_at(&place.told()).await;
        place.reached(&kiosk).await;
        kiosk.kill().await;
    }
    kiosk
}

/// Killed there, started again, and brought to rest.
async fn kill(story: Story, place: Place, end: End) {
    let mut kiosk = killed(story, place).await;
    kiosk.restart().await;
    see(&kiosk, end).await;
    compare(&mut kiosk, end).await;
    count(place.moment.word(), place.step);
}

/// The order's number: the first of the day.
const NUMBER: &str = "T1";

/// What the customer who may still stand there reads after the restart.
pub async fn see(kiosk: &Kiosk, end: End) {
    match end {
        End::Unpaid | End::Late => kiosk.until("attract").await,
        End::Paid | End::Refused => {
            kiosk.until("done").await;
            kiosk.until_words(NUMBER).await;
            let pending = kiosk.words().await.contains("직원이 확인해서 처리해요");
            assert_eq!(pending, end == End::Refused, "whether staff still have to see to the benefits");
        }
        // Nobody makes it before it is settled (protocol: a free order), and nobody is to pay for it.
        End::RefusedFree => {
            kiosk.until("unknown").await;
            kiosk.until_words("처리를 확인하고 있어요").await;
        }
    }
}

/// Waits until the kiosk has brought everything to rest, and fails where anything differs from what must be.
pub async fn compare(kiosk: &mut Kiosk, end: End) -> Journal {
    let journal = match end {
        End::RefusedFree => stop_and_compare(kiosk).await,
        End::Unpaid | End::Paid | End::Refused | End::Late => close_and_compare(kiosk).await,
    };
    kiosk.verify_journal();
    let ledger = kiosk.outside.ledger().await;
    let settled = ledger["settlements"].as_array().map_or(0, Vec::len);
    let charged = kiosk.outside.count("payments", "state", "approved").await;
    let (taken_on, others): (Vec<&Transaction>, Vec<&Transaction>) =
        journal.transactions.iter().partition(|one| one.order_number.is_some());
    let handed_over = journal.entries.iter().filter(|(_, kind)| kind == "handed_over").count();
    let with_staff: Vec<&str> =
        journal.transactions.iter().filter(|one| one.with_staff).map(|one| one.state.as_str()).collect();
    let given_back = others.iter().all(|one| ["unused", "released"].contains(&one.state.as_str()));
    let is_right = match end {
        End::Unpaid => taken_on.is_empty() && given_back && charged == 0 && settled == 0,
        End::Paid => {
            let [order] = taken_on.as_slice() else { panic!("one order: {journal:#?}") };
            let is_settled = settled == usize::from(order.total != order.card);
            let has_number = order.order_number.as_deref() == Some(NUMBER);
            has_number && order.state == "settled" && order.handed_over && handed_over == 1 && given_back && is_settled
        }
        End::Refused => with_staff == ["settle_refused"] && settled == 1 && (charged, handed_over) == (1, 1),
        End::RefusedFree => with_staff == ["settle_refused"] && settled == 1 && (charged, handed_over) == (0, 0),
        End::Late => with_staff == ["late_approval"] && charged == 1 && settled == 0 && taken_on.is_empty(),
    };
    let needs_staff = matches!(end, End::Refused | End::RefusedFree | End::Late);
    assert!(is_right && needs_staff != with_staff.is_empty(), "{end:?} must be true of\n{journal:#?}\n{ledger:#}");
    journal
}

/// A line for each kill that was survived, for `make kills` to count: what was killed, when, in which step.
pub fn count(moment: &str, step: &str) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kills.log");
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    let mut all = std::fs::OpenOptions::new().create(true).append(true).open(file).expect("the list of kills");
    writeln!(all, "{name} · {moment} · {step}").expect("a line in it");
}

/// Each step of each story, killed at each of its moments: once in each step always, at the others with `make kills`.
macro_rules! kills {
    ($($story:ident: $what:expr => { $($name:ident: $step:literal $nth:literal, $done:ident $(($count:literal))? =>
        $often_before:ident $before:ident, $often_after:ident $after:ident, $often_effects:ident $effects:ident;)* })*) => {
        $(mod $story {
            $(mod $name {
                use super::super::{Done, End, Moment, Place, kill, stories};
                const fn place(moment: Moment) -> Place {
                    Place { step: $step, nth: $nth, moment, done: Done::$done $(($count))? }
                }
                kills!(@test $often_before before_the_commit: stories::$story, BeforeCommit, $before);
                kills!(@test $often_after after_the_commit: stories::$story, AfterCommit, $after);
                kills!(@test $often_effects after_the_effects: stories::$story, AfterEffects, $effects);
            })*
        })*
        /// (story, the kinds of the step).
        const KILLED: &[(&str, &str)] = &[$($((stringify!($story), $step),)*)*];
    };
    (@test always $name:ident: $story:expr, $moment:ident, $end:ident) => {
        #[tokio::test]
        async fn $name() {
            kill($story, place(Moment::$moment), End::$end).await;
        }
    };
    (@test rarely $name:ident: $story:expr, $moment:ident, $end:ident) => {
        #[tokio::test]
        #[ignore = "one of many; `make kills`"]
        async fn $name() {
            kill($story, place(Moment::$moment), End::$end).await;
        }
    };
}

kills! {
    longest: "all four services, a card for the rest, the receipt on the phone" => {
        began: "began opened" 1, Nothing => rarely Unpaid, always Unpaid, rarely Unpaid;
        asked_for_a_coupon: "asked" 1, Nothing => rarely Unpaid, rarely Unpaid, always Unpaid;
        held_a_coupon: "answered opened" 1, Nothing => always Unpaid, rarely Unpaid, rarely Unpaid;
        asked_for_points: "asked" 2, Held(2) => rarely Unpaid, always Unpaid, rarely Unpaid;
        held_points: "answered opened" 2, Nothing => rarely Unpaid, rarely Unpaid, always Unpaid;
        asked_for_a_gift_card: "asked" 3, Nothing => always Unpaid, rarely Unpaid, rarely Unpaid;
        held_a_gift_card: "answered opened" 3, Nothing => rarely Unpaid, always Unpaid, rarely Unpaid;
        asked_for_points_to_be_earned: "asked" 4, Held(4) => rarely Unpaid, rarely Unpaid, always Unpaid;
        held_points_to_be_earned: "answered" 4, Nothing => rarely Unpaid, always Unpaid, rarely Unpaid;
        started_the_payment: "payment_started" 1, Charged => rarely Unpaid, always Unpaid, always Paid;
        heard_the_approval: "payment_approved prepared hand_over_started opened" 1, Nothing =>
            always Paid, always Paid, rarely Paid;
        handed_over: "handed_over" 1, Nothing => rarely Paid, rarely Paid, always Paid;
        asked_to_settle: "asked" 5, Settled => always Paid, rarely Paid, always Refused;
        settled: "message_answered closed" 1, Nothing => rarely Refused, always Paid, rarely Paid;
    }
    free: "points for everything" => {
        finished: "order_finished prepared opened" 1, Nothing => always Unpaid, rarely Paid, always Paid;
        asked_to_settle: "asked" 2, Settled => rarely Paid, always Paid, always RefusedFree;
        settled: "message_answered hand_over_started" 1, Nothing => rarely RefusedFree, always Paid, rarely Paid;
        handed_over: "handed_over closed" 1, Nothing => rarely Paid, rarely Paid, always Paid;
    }
    another_card: "a card that is declined, and one that is approved" => {
        began: "began" 1, Nothing => rarely Unpaid, always Unpaid, rarely Unpaid;
        was_declined: "payment_declined" 1, Nothing => always Unpaid, rarely Unpaid, rarely Unpaid;
        started_again: "payment_started" 2, Charged => rarely Unpaid, rarely Unpaid, always Paid;
        was_approved: "payment_approved hand_over_started" 1, Nothing => rarely Paid, always Paid, rarely Paid;
        handed_over: "handed_over closed" 1, Nothing => always Paid, rarely Paid, rarely Paid;
    }
    stopped_card: "the customer holds points, and stops the payment" => {
        was_stopped: "payment_cancelled" 1, Nothing => rarely Unpaid, always Unpaid, rarely Unpaid;
    }
    lost_answer_of_the_card: "charged, and the terminal's answer is lost" => {
        nobody_knows: "payment_unknown" 1, Nothing => rarely Paid, always Paid, rarely Paid;
    }
    left: "the customer holds points, and starts over" => {
        left: "left prepared opened" 1, Nothing => rarely Unpaid, always Unpaid, rarely Unpaid;
        asked_to_give_back: "asked" 2, Released => rarely Unpaid, rarely Unpaid, always Unpaid;
        given_back: "message_answered closed" 1, Nothing => always Unpaid, rarely Unpaid, rarely Unpaid;
    }
    skipped: "points are held, nobody is told, and the customer goes on without" => {
        nobody_answered: "unanswered" 1, Nothing => rarely Unpaid, rarely Unpaid, always Unpaid;
    }
    never_loaded: "the module's page doesn't come, and the customer goes on without" => {
        not_posted: "not_posted" 1, Nothing => rarely Unpaid, always Unpaid, rarely Unpaid;
    }
    late_charge: "a card is charged after the terminal has said that it was declined" => {
        charged_late: "late_approval with_staff" 1, Nothing => rarely Late, always Late, rarely Late;
    }
    again_before_it_was_posted: "paid, and the start after the kill is killed" => {
        not_posted: "not_posted" 1, Nothing => rarely Paid, rarely Paid, always Paid;
        handed_over: "handed_over" 1, Nothing => rarely Paid, always Paid, rarely Paid;
        asked_to_settle: "asked" 1, Settled => always Paid, rarely Paid, rarely Refused;
        settled: "message_answered closed" 1, Nothing => rarely Refused, rarely Paid, rarely Paid;
    }
    again_after_it_was_posted: "settled, and the start after the kill is killed" => {
        nobody_answered: "unanswered" 1, Nothing => rarely Refused, always Refused, rarely Refused;
        asked_again: "asked" 1, Refused => rarely Refused, rarely Refused, always Refused;
        left_to_staff: "message_answered with_staff" 1, Nothing => always Refused, rarely Refused, rarely Refused;
    }
    again_after_the_charge: "charged, and the start after the kill is killed" => {
        heard_the_approval: "payment_approved prepared hand_over_started" 1, Nothing =>
            always Paid, rarely Paid, rarely Paid;
    }
    again_after_the_payment_started: "about to be charged, and the start after the kill is killed" => {
        was_barred: "payment_cancelled" 1, Nothing => rarely Unpaid, always Unpaid, rarely Unpaid;
    }
}

/// Why an entry of this kind is written by no story.
const fn out_of_reach(entry: &Entry) -> Option<&'static str> {
    match entry {
        Entry::Began { .. }
        | Entry::Opened { .. }
        | Entry::NotPosted { .. }
        | Entry::Asked
        | Entry::Answered { .. }
        | Entry::MessageAnswered { .. }
        | Entry::Unanswered { .. }
        | Entry::Prepared { .. }
        | Entry::PaymentStarted { .. }
        | Entry::PaymentApproved { .. }
        | Entry::PaymentDeclined { .. }
        | Entry::PaymentCancelled { .. }
        | Entry::PaymentUnknown { .. }
        | Entry::LateApproval { .. }
        | Entry::OrderFinished { .. }
        | Entry::HandOverStarted { .. }
        | Entry::HandedOver
        | Entry::Left
        | Entry::WithStaff { .. }
        | Entry::Closed { .. } => None,
        Entry::MadeByStaff | Entry::StaffActed { .. } | Entry::ResolvedByHand { .. } => {
            Some("staff's own decision, which the core's own stories crash in")
        }
        Entry::HandOverFailed { .. } => Some("the list of paid orders is the journal itself, which refuses none"),
        Entry::HandOverWithdrawn
        | Entry::HandOverVoidStarted
        | Entry::HandOverVoided
        | Entry::RefundBegun { .. }
        | Entry::RefundStarted { .. }
        | Entry::RefundDone { .. }
        | Entry::RefundDeclined { .. }
        | Entry::RefundUnknown { .. } => Some("staff begin a refund; the core's own stories crash in each step of it"),
    }
}

/// One golden file per kind, so that none is forgotten here.
#[test]
fn every_kind_of_entry_is_killed_in_some_story_or_has_a_reason_why_not() {
    let killed: BTreeSet<&str> = KILLED.iter().flat_map(|(_, step)| step.split(' ')).collect();
    let golden = std::fs::read_dir(project().join("crates/checkout/tests/golden")).expect("the golden entries");
    let mut kinds = 0;
    for file in golden {
        let path = file.expect("a golden entry").path();
        let text = std::fs::read_to_string(&path).expect("its text");
        let entry: Entry = serde_json::from_str(&text).expect("an entry");
        let kind = path.file_stem().and_then(|kind| kind.to_str()).expect("the kind is its name");
        let why = out_of_reach(&entry);
        assert_eq!(killed.contains(kind), why.is_none(), "{kind}: {why:?}");
        kinds += 1;
    }
    assert!(kinds > 0);
}
