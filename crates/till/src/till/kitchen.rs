//! What the kitchen is told, handed to its own task, and what that says.

use checkout::{
    ids::TransactionId,
    kiosk::{Event, NotTaken},
    order_hook::{self, Message},
    paper::Paper,
    receipt,
    transaction::Transaction,
};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Desk, Message as ToLoop};
use crate::{
    kitchen::{self, Job, Kitchen, KitchenEvent, What},
    printer::Patience,
};

/// One order is on its way at a time; beside it somebody may try whether it arrives.
const MOST_WAITING: usize = 4;

impl Desk {
    pub(super) fn begin_kitchen(&mut self, kitchen: Kitchen) {
        let (jobs, to_do) = mpsc::channel(MOST_WAITING);
        let (events, mut said) = mpsc::channel(MOST_WAITING);
        tokio::spawn(kitchen::run(kitchen, Patience::default(), to_do, events));
        self.kitchen = Some(jobs);
        let queue = self.queue.clone();
        tokio::spawn(async move {
            while let Some(event) = said.recv().await {
                let event = match event {
                    KitchenEvent::Is(part, state) => Event::KitchenIs(part, state),
                    KitchenEvent::Came(What::Test, _, outcome) => Event::KitchenTried(outcome),
                    KitchenEvent::Came(what, transaction, outcome) => {
                        let Ok(transaction) = TransactionId::new(transaction) else { continue };
                        match what {
                            What::HandOver { .. } => Event::HandedOver(transaction, outcome),
                            What::Void | What::Test => Event::HandOverVoided(transaction, outcome),
                        }
                    }
                };
                if queue.send(ToLoop::Event(event)).await.is_err() {
                    return;
                }
            }
        });
    }

    pub(super) fn hand_over(&mut self, id: TransactionId, again: bool) {
        let told = self.tell_kitchen(&id, What::HandOver { again }, order_hook::paid, |desk, t, again| {
            order_hook::ticket(&desk.shop, t, again)
        });
        if let Some(outcome) = told {
            self.soon.push_back(Event::HandedOver(id, outcome));
        }
    }

    pub(super) fn void_hand_over(&mut self, id: TransactionId) {
        let told = self.tell_kitchen(
            &id,
            What::Void,
            |_, t| order_hook::void(t),
            |desk, t, _| order_hook::void_slip(&desk.shop, t),
        );
        if let Some(outcome) = told {
            self.soon.push_back(Event::HandOverVoided(id, outcome));
        }
    }

    /// Somebody wants to see whether an order would arrive.
    pub(super) fn test_kitchen(&mut self) {
        let tried = self.send_test();
        if let Err(why) = tried {
            self.soon.push_back(Event::KitchenTried(Err(NotTaken::not_sent(why))));
        }
    }

    fn send_test(&self) -> Result<(), &'static str> {
        let kitchen = self.kitchen.as_ref().ok_or("there is no kitchen to be told")?;
        let message = order_hook::test(&format!("test-{}", Uuid::now_v7().simple())).ok_or("it can't be written")?;
        let paper = receipt::test(&self.shop, &self.now());
        let job = Job { key: String::new(), message, paper: paper.clone(), paper_again: paper, what: What::Test };
        kitchen.try_send(job).map_err(|_busy| "the kitchen is being told of orders; try again in a moment")
    }

    /// Hands it to the kitchen's task and waits for nothing. What is known at once is returned.
    fn tell_kitchen(
        &self,
        id: &TransactionId,
        what: What,
        message: impl Fn(&checkout::kiosk::Shop, &Transaction) -> Option<Message>,
        paper: impl Fn(&Desk, &Transaction, bool) -> Paper,
    ) -> Option<Result<(), NotTaken>> {
        // Without a kitchen the list of paid orders is the journal itself, and the order is in it: it is taken on.
        let Some(kitchen) = &self.kitchen else { return Some(Ok(())) };
        let built = self.kiosk.transaction(id).and_then(|t| Some((message(&self.shop, t)?, t)));
        let Some((message, t)) = built else {
            return Some(Err(NotTaken::not_sent("it can't be written down for the kitchen")));
        };
        let (first, again) = (paper(self, t, false), paper(self, t, true));
        let job = Job { key: id.as_str().to_owned(), message, paper: first, paper_again: again, what };
        let sent = kitchen.try_send(job);
        sent.err().map(|_busy| Err(NotTaken::not_sent("the kitchen's task is busy")))
    }
}
