//! Who gave a PIN, and who may act: asked and answered beside the loop, because to look at a PIN is slow by intention.
//!
//! One at a time and in their order, so that no two looks at a PIN share a try, and no change is lost.

use checkout::{
    kiosk::{Event, Found},
    staff::Person,
    time::Now,
    view::PeopleOutcome,
};
use tokio::sync::mpsc;

use super::{Desk, Message};
use crate::staff::{NoPin, Pin, Staff, StaffError};

/// So many are asked at most before the first is answered; a finger isn't that fast.
const MOST_ASKED: usize = 16;

/// What is asked.
pub(super) enum Ask {
    /// Whose PIN is this?
    Check { pin: String, at: Now },
    /// Who may act, after this change.
    People {
        change: Option<Change>,
        /// The look that it belongs to.
        look: u64,
    },
}

/// A change of who may act.
pub(super) enum Change {
    Set { person: Person, pin: String },
    Remove { name: String },
}

/// What is answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// Who gave the PIN that was checked, if it is anybody's.
    Checked(Option<Person>),
    /// Who may act, and what came of a change.
    People { people: Vec<Person>, outcome: Option<PeopleOutcome>, look: u64 },
}

/// Begins to answer what is asked through the channel that is handed back.
pub(super) fn answer_all(mut staff: Staff, queue: mpsc::Sender<Message>) -> mpsc::Sender<Ask> {
    let (asks, mut asked) = mpsc::channel::<Ask>(MOST_ASKED);
    tokio::spawn(async move {
        while let Some(ask) = asked.recv().await {
            let not_done = not_done(&ask);
            let looked = tokio::task::spawn_blocking(move || {
                let answer = answer(&mut staff, ask);
                (staff, answer)
            });
            let (answer, left) = match looked.await {
                Ok((staff, answer)) => (answer, Some(staff)),
                Err(error) => {
                    tracing::error!(
                        "looking at a PIN broke off; nobody is let in until the next start of the program: {error}"
                    );
                    (not_done, None)
                }
            };
            // Nobody waits for an answer any more when the till has ended.
            if queue.send(Message::Answer(answer)).await.is_err() {
                return;
            }
            let Some(left) = left else { return };
            staff = left;
        }
    });
    asks
}

/// The answer to what can't be looked at.
fn not_done(ask: &Ask) -> Answer {
    match ask {
        Ask::Check { .. } => Answer::Checked(None),
        Ask::People { look, .. } => {
            Answer::People { people: Vec::new(), outcome: Some(PeopleOutcome::Failed), look: *look }
        }
    }
}

fn answer(staff: &mut Staff, ask: Ask) -> Answer {
    match ask {
        Ask::Check { pin, at } => Answer::Checked(check(staff, &pin, &at)),
        Ask::People { change, look } => {
            let outcome = change.map(|change| outcome(changed(staff, change)));
            match staff.people() {
                Ok(people) => Answer::People { people, outcome, look },
                Err(error) => {
                    tracing::error!(hint = error.hint(), "nobody can tell who may act: {error}");
                    Answer::People { people: Vec::new(), outcome: Some(PeopleOutcome::Failed), look }
                }
            }
        }
    }
}

fn check(staff: &mut Staff, pin: &str, at: &Now) -> Option<Person> {
    match staff.enter(pin, at) {
        Ok(Ok(person)) => {
            tracing::info!(role = ?person.role, "a staff PIN was right");
            return Some(person);
        }
        Ok(Err(refused)) => tracing::warn!("a staff PIN was refused: {refused}"),
        Err(error) => tracing::error!(hint = error.hint(), "a staff PIN was refused: {error}"),
    }
    None
}

/// Why who may act didn't change.
#[derive(Debug, thiserror::Error)]
enum Unchanged {
    #[error(transparent)]
    Pin(#[from] NoPin),
    #[error(transparent)]
    Staff(#[from] StaffError),
}

fn changed(staff: &mut Staff, change: Change) -> Result<(), Unchanged> {
    match change {
        Change::Set { person, pin } => {
            staff.set(&person, &Pin::new(&pin)?)?;
            tracing::info!(role = ?person.role, "somebody was given a role and a PIN");
        }
        Change::Remove { name } => {
            staff.remove(&name)?;
            tracing::info!("somebody may act no more");
        }
    }
    Ok(())
}

fn outcome(changed: Result<(), Unchanged>) -> PeopleOutcome {
    match changed {
        Ok(()) => PeopleOutcome::Done,
        Err(Unchanged::Pin(NoPin::NotSixDigits | NoPin::Guessable)) => PeopleOutcome::PinRefused,
        Err(Unchanged::Staff(StaffError::Taken)) => PeopleOutcome::PinTaken,
        Err(Unchanged::Staff(StaffError::NoName)) => PeopleOutcome::NameRefused,
        Err(Unchanged::Staff(StaffError::LastManager)) => PeopleOutcome::LastManager,
        Err(Unchanged::Staff(error @ (StaffError::File { .. } | StaffError::Content { .. } | StaffError::Hash(_)))) => {
            tracing::error!(hint = error.hint(), "who may act wasn't changed: {error}");
            PeopleOutcome::Failed
        }
    }
}

impl Desk {
    /// Whose PIN is this? While one is looked at no other is: the same one has the answer that is coming, and another is
    /// refused unseen, which costs no try and so gives none away.
    pub(super) fn check_pin(&mut self, pin: String) {
        match &self.checking {
            Some(checked) if *checked == pin => return,
            Some(_) => {}
            None => {
                if self.asked(Ask::Check { pin: pin.clone(), at: self.now() }) {
                    self.checking = Some(pin);
                    return;
                }
            }
        }
        self.soon.push_back(Event::NotProved);
    }

    /// Who may act, after this change.
    pub(super) fn ask_people(&mut self, change: Option<Change>) {
        let ask = Ask::People { change, look: self.looks };
        let not_done = not_done(&ask);
        if !self.asked(ask)
            && let Answer::People { people, outcome, look: _ } = not_done
        {
            self.soon.push_back(Event::Found(Found::People(people, outcome)));
        }
    }

    fn asked(&self, ask: Ask) -> bool {
        self.people.as_ref().is_some_and(|people| people.try_send(ask).is_ok())
    }

    /// What was asked beside the loop is answered.
    pub(super) async fn answered(&mut self, answer: Answer) {
        match answer {
            Answer::Checked(person) => {
                self.checking = None;
                self.handle(person.map_or(Event::NotProved, Event::Proved)).await;
            }
            // Whoever looks at something else by now isn't brought back, nor is it shown to whoever came after them.
            Answer::People { look, .. } if look != self.looks => {}
            Answer::People { people, outcome, look: _ } => {
                self.handle(Event::Found(Found::People(people, outcome))).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use checkout::staff::Role;

    use super::*;
    use crate::boot::now;

    /// A desk whose looks nobody answers but the test.
    fn desk() -> (Desk, mpsc::Receiver<Ask>) {
        let (queue, _) = mpsc::channel(1);
        let mut desk = Desk::new(Box::new(now), queue);
        let (asks, asked) = mpsc::channel(MOST_ASKED);
        desk.people = Some(asks);
        (desk, asked)
    }

    fn looked_at(asked: &mut mpsc::Receiver<Ask>) -> Option<String> {
        match asked.try_recv() {
            Ok(Ask::Check { pin, .. }) => Some(pin),
            Ok(Ask::People { .. }) | Err(_) => None,
        }
    }

    #[tokio::test]
    async fn while_a_pin_is_looked_at_another_is_refused_unseen() {
        let (mut desk, mut asked) = desk();
        desk.check_pin("135790".to_owned());
        desk.check_pin("246810".to_owned());
        assert_eq!(desk.soon, [Event::NotProved]);
        // Whoever touches twice has one answer, which is the right one for both.
        desk.check_pin("135790".to_owned());
        assert_eq!(desk.soon, [Event::NotProved]);
        assert_eq!(looked_at(&mut asked).as_deref(), Some("135790"));
        assert_eq!(looked_at(&mut asked), None);

        desk.answered(Answer::Checked(None)).await;
        desk.check_pin("246810".to_owned());
        assert_eq!(looked_at(&mut asked).as_deref(), Some("246810"));
    }

    #[tokio::test]
    async fn where_no_pin_can_be_looked_at_each_is_refused() {
        let (mut desk, asked) = desk();
        drop(asked);
        desk.check_pin("135790".to_owned());
        desk.check_pin("135790".to_owned());
        assert_eq!(desk.soon, [Event::NotProved, Event::NotProved]);
        desk.soon.clear();
        desk.ask_people(None);
        assert_eq!(desk.soon, [Event::Found(Found::People(Vec::new(), Some(PeopleOutcome::Failed)))]);
    }

    #[tokio::test]
    async fn what_is_asked_is_answered_in_its_order() {
        let (queue, mut messages) = mpsc::channel(4);
        let folder = tempfile::tempdir().unwrap();
        let staff = Staff::demonstration(&folder.path().join("journal.db")).unwrap();
        let asks = answer_all(staff, queue);
        let person = Person { name: "두리".to_owned(), role: Role::Staff };
        let set = |pin: &str| Change::Set { person: person.clone(), pin: pin.to_owned() };
        for (change, outcome) in [
            (set("12"), PeopleOutcome::PinRefused),
            (set("846205"), PeopleOutcome::Done),
            (set("246810"), PeopleOutcome::PinTaken),
            (Change::Remove { name: "demonstration".to_owned() }, PeopleOutcome::LastManager),
        ] {
            asks.send(Ask::People { change: Some(change), look: 7 }).await.unwrap();
            let Some(Message::Answer(Answer::People { people, outcome: found, look: 7 })) = messages.recv().await
            else {
                panic!("no answer");
            };
            assert_eq!(found, Some(outcome));
            assert_eq!(people.contains(&person), outcome != PeopleOutcome::PinRefused);
        }
        asks.send(Ask::Check { pin: "846205".to_owned(), at: now() }).await.unwrap();
        let Some(Message::Answer(Answer::Checked(found))) = messages.recv().await else { panic!("no answer") };
        assert_eq!(found, Some(person));
    }
}
