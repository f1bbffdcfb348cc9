//! The world outside: effects go into it, and whatever it says becomes an event.

use std::time::Duration;

use checkout::{
    card::NoAnswer,
    ids::StoreId,
    kiosk::{Effect, Event, Look},
    view::ToPage,
};
use reqwest::Url;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

use super::{Desk, Message, people::Change};
use crate::payment::{AgentStatus, PaymentAgent};

/// Between two looks whether the module's server can be reached, and the terminal can charge.
const PROBE: Duration = Duration::from_secs(10);

/// Can this address be connected to?
pub(super) async fn reaches(url: &str) -> bool {
    match address(url) {
        Some((host, port)) => connects(&host, port).await,
        None => false,
    }
}

fn address(url: &str) -> Option<(String, u16)> {
    let url = Url::parse(url).ok()?;
    Some((url.host_str()?.to_owned(), url.port_or_known_default()?))
}

async fn connects(host: &str, port: u16) -> bool {
    matches!(timeout(Duration::from_secs(3), TcpStream::connect((host, port))).await, Ok(Ok(_)))
}

impl Desk {
    pub(super) fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Post { session, payload } => {
                self.tell(ToPage::Post { session, text: payload.with_auth(&self.auth) });
            }
            Effect::PostBarcode { session, text } => self.tell(ToPage::Post { session, text }),
            Effect::AskReady => self.call(|agent| async move {
                let status = match agent {
                    Ok(agent) => agent.status().await,
                    Err(none) => Err(none),
                };
                Event::TerminalReady(status.and_then(ready))
            }),
            Effect::Pay(payment) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.pay(&payment).await,
                    Err(none) => Err(none),
                };
                Event::PaymentAnswered(payment.attempt, answer)
            }),
            Effect::AskPayment(attempt) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.ask(&attempt).await,
                    Err(none) => Err(none),
                };
                Event::PaymentAsked(attempt, answer)
            }),
            Effect::StopPayment(attempt) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.cancel(&attempt).await,
                    Err(none) => Err(none),
                };
                Event::PaymentStopped(attempt, answer)
            }),
            Effect::Refund(refund) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.refund(&refund).await,
                    Err(none) => Err(none),
                };
                Event::RefundAnswered(refund.refund, answer)
            }),
            Effect::AskRefund(attempt, refund) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.ask_refund(&attempt, &refund).await,
                    Err(none) => Err(none),
                };
                Event::RefundAnswered(refund, answer)
            }),
            Effect::HandOver { transaction, again } => self.hand_over(transaction, again),
            Effect::VoidHandOver(id) => self.void_hand_over(id),
            Effect::TestKitchen => self.test_kitchen(),
            Effect::Look(look) => {
                self.looks += 1;
                match look {
                    Look::People => self.ask_people(None),
                    look @ (Look::Attention
                    | Look::Orders
                    | Look::All(_)
                    | Look::One(_)
                    | Look::Day(_)
                    | Look::Health
                    | Look::Deeds(_)) => self.look = Some(look),
                }
            }
            Effect::CheckPin(pin) => self.check_pin(pin),
            Effect::SetPerson { person, pin } => self.ask_people(Some(Change::Set { person, pin })),
            Effect::ReadMenu => self.read_menu(),
            Effect::Print { name, paper } => self.print(name, &paper),
            Effect::Write(what) => self.to_write.push_back(what),
            Effect::RemovePerson(name) => self.ask_people(Some(Change::Remove { name })),
            Effect::Ignored { session, counts } => self.noise.count(session, counts, Instant::now()),
            Effect::Alert(what) => tracing::warn!("for staff: {what}"),
        }
    }

    /// Asks the agent in a task of its own; its answer comes back as an event.
    fn call<F>(&self, ask: impl FnOnce(Result<PaymentAgent, NoAnswer>) -> F)
    where
        F: Future<Output = Event> + Send + 'static,
    {
        let agent = self.agent.clone().ok_or_else(|| NoAnswer { why: "no payment agent is configured".into() });
        let (queue, asked) = (self.queue.clone(), ask(agent));
        tokio::spawn(async move { queue.send(Message::Event(asked.await)).await });
    }

    /// Whether the module's server takes a connection: without it the kiosk opens without membership.
    pub(super) fn probe_module(&self) {
        let Some((host, port)) = address(&self.shop.module_url) else { return };
        let queue = self.queue.clone();
        tokio::spawn(async move {
            loop {
                let reachable = connects(&host, port).await;
                if queue.send(Message::Event(Event::Reachable(reachable))).await.is_err() {
                    return;
                }
                let pause = if reachable { PROBE } else { PROBE / 5 };
                tokio::time::sleep(pause).await;
            }
        });
    }

    /// Whether the terminal can charge: a kiosk that can't take a card says so before an order, not at its end.
    pub(super) fn probe_terminal(&self) {
        let Some(agent) = self.agent.clone() else { return };
        let queue = self.queue.clone();
        tokio::spawn(async move {
            let mut told = None;
            let mut failures = 0_u32;
            loop {
                let word = agent.status().await.and_then(ready);
                failures = if word.is_ok() { 0 } else { failures.saturating_add(1) };
                // One answer may get lost.
                let away = failures > 1;
                if told != Some(away) && failures != 1 {
                    match word {
                        Ok(_) if told.is_none() => {}
                        Ok(_) => tracing::info!("the terminal can charge again"),
                        Err(NoAnswer { why }) => tracing::warn!("no card can be charged: {why}"),
                    }
                    told = Some(away);
                    if queue.send(Message::Event(Event::TerminalAway(away))).await.is_err() {
                        return;
                    }
                }
                tokio::time::sleep(if failures == 0 { PROBE } else { PROBE / 5 }).await;
            }
        });
    }
}

/// The memory that a terminal which can charge names.
fn ready(status: AgentStatus) -> Result<StoreId, NoAnswer> {
    if status.can_charge() {
        return Ok(status.store_id);
    }
    let AgentStatus { store_id: _, terminal, reader, paper, network } = status;
    let why =
        format!("the terminal isn't ready: terminal {terminal}, reader {reader}, paper {paper}, network {network}");
    Err(NoAnswer { why })
}
