//! How the kiosk is, asked now: its terminal, Prbiti's server, its journal and the disk under it.

use std::path::Path;

use checkout::{
    kiosk::Found,
    view::{Device, DeviceOf, DeviceState, Health},
};

use ::update::record;

use super::{Desk, Message, outside};
use crate::{
    payment::{AgentStatus, PaymentAgent},
    system,
};

impl Desk {
    /// Asks everything at once, beside the loop; what is found is an event.
    pub(super) async fn look_up_health(&mut self) {
        let health = self.health().await;
        let (agent, module) = (self.agent.clone(), self.shop.module_url.clone());
        let (queue, look) = (self.queue.clone(), self.looks);
        tokio::spawn(async move {
            let (terminal, prbiti) = tokio::join!(terminal(agent), prbiti(&module));
            let devices = [terminal, prbiti].into_iter().chain(health.devices).collect();
            let found = Found::Health(Box::new(Health { devices, ..health }));
            // Nobody waits any more when the till has ended.
            let _told = queue.send(Message::Found(look, found)).await;
        });
    }

    /// What is known without asking anybody.
    pub(super) async fn health(&mut self) -> Health {
        let transactions = match &mut self.journal {
            Some(journal) => journal.count().await.ok(),
            None => None,
        };
        let path = self.journal_path.clone().unwrap_or_default();
        let state = if transactions.is_some() { DeviceState::Ready } else { DeviceState::Away };
        let says = self.complained.clone().unwrap_or_default();
        Health {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_ms: self.started_ms,
            devices: vec![Device {
                of: DeviceOf::Journal,
                state,
                since_ms: self.journal_is.map(|(_, since_ms)| since_ms),
                says,
            }],
            journal_kb: kilobytes(&path),
            free_mb: free_mb(&path),
            transactions: transactions.unwrap_or(0),
            update: super::update::last(Path::new(record::FOLDER)),
            scanned: None,
            wrote: None,
            kitchen: None,
        }
    }
}

async fn terminal(agent: Option<PaymentAgent>) -> Device {
    let status = match agent {
        Some(agent) => agent.status().await,
        None => return device(DeviceOf::Terminal, DeviceState::None, String::new()),
    };
    match status {
        Ok(status) => {
            let state = match (status.can_charge(), status.paper == "ok") {
                (true, true) => DeviceState::Ready,
                (true, false) => DeviceState::Troubled,
                (false, _) => DeviceState::Away,
            };
            device(DeviceOf::Terminal, state, words(&status))
        }
        Err(no_answer) => device(DeviceOf::Terminal, DeviceState::Away, no_answer.why.to_string()),
    }
}

fn words(status: &AgentStatus) -> String {
    let AgentStatus { store_id: _, terminal, reader, paper, network } = status;
    format!("terminal {terminal}, reader {reader}, paper {paper}, network {network}")
}

async fn prbiti(module: &str) -> Device {
    let state = match outside::reaches(module).await {
        true => DeviceState::Ready,
        false => DeviceState::Away,
    };
    device(DeviceOf::Prbiti, state, String::new())
}

const fn device(of: DeviceOf, state: DeviceState, says: String) -> Device {
    Device { of, state, since_ms: None, says }
}

/// The journal's file with its log.
fn kilobytes(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
    (size(path) + size(Path::new(&log))) / 1024
}

/// Left for a program like this one on the disk below.
fn free_mb(path: &Path) -> Option<u64> {
    let folder = path.parent()?;
    system::bytes_free(folder).map(|bytes| bytes / 1_000_000)
}
