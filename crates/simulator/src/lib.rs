//! A Prbiti and a card terminal to run against: the module's web page with its back end, and the payment terminal's
//! agent, with a ledger that outlives the process and faults on demand.
//!
//! It shares nothing with the kiosk, not even types. It reads the guide by itself, so that host and simulator can
//! disagree.
//!
//! Reading order: `protocol` (what may be said), `codes` (what is answered), `ledger` (what is kept),
//! `module` (the page's back end), `agent` (the terminal), `scanner` and `printer` (the devices), `kitchen` (who makes the orders), `faults`, `scenarios` and `control` (what tests and people
//! ask for), `server` and `door` (how connections come in).

mod agent;
mod codes;
mod control;
mod demonstration;
mod door;
mod faults;
mod kitchen;
mod ledger;
mod module;
mod printer;
mod protocol;
#[cfg_attr(windows, path = "scanner/windows.rs")]
mod scanner;
mod scenarios;
mod server;
mod words;

pub use demonstration::{DEMONSTRATION, DemoBenefit, DemoCard, DemoCoupon, DemoMember, Demonstration};

use crate::agent::Agent;
use crate::door::Door;
use crate::faults::{Fault, Faults};
use crate::kitchen::Kitchen;
use crate::ledger::Ledger;
use crate::module::Sessions;
use crate::printer::Printer;
use crate::protocol::Credentials;
use crate::scanner::Scanner;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How a simulator is started. `Settings::default()` is the demonstration.
#[derive(Clone)]
pub struct Settings {
    /// TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// TCP port of the module alone, which can refuse connections; 0 takes any free one.
    pub module_port: u16,
    /// The ledger file; made, with the demonstration's data, when it isn't there.
    pub ledger: PathBuf,
    /// The `applicationKey` that is let in (guide 3.1.2).
    pub application_key: String,
    /// The `passwd` that is let in.
    pub passwd: String,
    /// The terminal ID that is let in (`accessType`).
    pub terminal_id: String,
    /// The payment agent's bearer token.
    pub agent_token: String,
    /// TCP port of the receipt printer; 0 takes any free one.
    pub printer_port: u16,
    /// TCP port of the kitchen that orders are posted to, which can refuse connections; 0 takes any free one.
    pub kitchen_port: u16,
    /// TCP port of the kitchen's printer of order tickets; 0 takes any free one.
    pub kitchen_printer_port: u16,
    /// What orders are signed with.
    pub order_hook_secret: String,
    /// Whether to open a pseudo terminal as a barcode scanner, named `scanner` beside the ledger file.
    pub scanner_pty: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            module_port: 0,
            ledger: PathBuf::from("prbiti-simulator.sqlite"),
            application_key: "prbitidemonstrationkey0000000001".into(),
            passwd: "demo1234".into(),
            terminal_id: "DEMOKIOSK0001".into(),
            agent_token: "demonstration-agent-token".into(),
            printer_port: 0,
            kitchen_port: 0,
            kitchen_printer_port: 0,
            order_hook_secret: "demonstration-order-hook-secret-01".into(),
            scanner_pty: false,
        }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("port", &self.port)
            .field("module_port", &self.module_port)
            .field("ledger", &self.ledger)
            .field("printer_port", &self.printer_port)
            .field("kitchen_port", &self.kitchen_port)
            .field("kitchen_printer_port", &self.kitchen_printer_port)
            .field("scanner_pty", &self.scanner_pty)
            .finish_non_exhaustive()
    }
}

/// Why a simulator didn't start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The port is taken, most likely.
    #[error("the simulator can't listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The ledger file can't be used.
    #[error("the simulator's ledger {path} can't be opened: {source}")]
    Ledger {
        /// The file.
        path: PathBuf,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The pseudo terminal can't be made.
    #[error("the simulated scanner {path} can't be made: {source}")]
    Scanner {
        /// The link that was to be made.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Error {
    /// What somebody can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Listen { .. } => "stop what uses the port, or choose others with --port and --module-port",
            Self::Ledger { .. } => {
                "check that the folder exists and can be written, or name another file with --ledger"
            }
            Self::Scanner { .. } => "check that the ledger's folder can be written",
        }
    }
}

/// Everything that requests share.
struct Shared {
    address: SocketAddr,
    door: Door,
    /// Keeps two changes of the door in the order in which the faults changed.
    following: tokio::sync::Mutex<()>,
    credentials: Credentials,
    agent_token: String,
    ledger: Arc<Ledger>,
    faults: Faults,
    sessions: Sessions,
    agent: Agent,
    scanner: Option<Scanner>,
    printer: Printer,
    kitchen: Arc<Kitchen>,
    kitchen_door: Door,
    kitchen_printer: Printer,
    /// Faults that end by themselves.
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Shared {
    /// Where a page goes that has no business there.
    fn elsewhere(&self) -> String {
        format!("http://{}/elsewhere", self.address)
    }

    /// Lets a fault wait, and answers its id.
    async fn add_fault(self: &Arc<Self>, fault: Fault) -> u64 {
        let ends = fault.refuses_for();
        let id = self.faults.add(fault);
        self.follow_faults().await;
        if let Some(ends) = ends {
            let shared = Arc::clone(self);
            self.tasks.spawn(async move {
                tokio::select! {
                    () = shared.stop.cancelled() => {}
                    () = tokio::time::sleep(ends) => {
                        shared.faults.remove(id);
                        shared.follow_faults().await;
                    }
                }
            });
        }
        id
    }

    /// Where orders are posted to.
    fn kitchen_url(&self) -> String {
        format!("http://{}/orders", self.kitchen_door.address())
    }

    /// The kitchen's port is open unless it is down. To be called after every change of it.
    async fn follow_kitchen(&self) {
        let _turn = self.following.lock().await;
        self.kitchen_door.set(self.kitchen.is_open()).await;
    }

    /// The module's port is open unless a fault says otherwise. To be called after every change of the faults.
    async fn follow_faults(&self) {
        let _turn = self.following.lock().await;
        self.door.set(!self.faults.refuses()).await;
    }
}

/// A running simulator. Dropping it stops it; [`Simulator::stop`] also waits for the end.
pub struct Simulator {
    address: SocketAddr,
    shared: Arc<Shared>,
    scanner_path: Option<PathBuf>,
    stop: CancellationToken,
    servers: Vec<JoinHandle<()>>,
}

impl Simulator {
    /// Starts on the current tokio runtime, on 127.0.0.1 only. It answers as soon as this returns.
    ///
    /// # Errors
    /// When the port, the ledger file or the pseudo terminal can't be had.
    pub async fn start(settings: Settings) -> Result<Self, Error> {
        let ledger = Ledger::open(&settings.ledger)
            .await
            .map_err(|source| Error::Ledger { path: settings.ledger.clone(), source })?;
        let ledger = Arc::new(ledger);
        let scanner = if settings.scanner_pty {
            let path = std::path::absolute(settings.ledger.with_file_name("scanner")).unwrap_or_default();
            Some(Scanner::open(&path).map_err(|source| Error::Scanner { path, source })?)
        } else {
            None
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port))
            .await
            .map_err(|source| Error::Listen { port: settings.port, source })?;
        let address = listener.local_addr().map_err(|source| Error::Listen { port: settings.port, source })?;
        let (door, doorkeeper) = Door::reserve(settings.module_port)
            .map_err(|source| Error::Listen { port: settings.module_port, source })?;
        let stop = CancellationToken::new();
        let agent = Agent::start(Arc::clone(&ledger), stop.clone())
            .await
            .map_err(|source| Error::Ledger { path: settings.ledger.clone(), source })?;
        let printer = Printer::start(settings.printer_port, stop.clone())
            .await
            .map_err(|source| Error::Listen { port: settings.printer_port, source })?;
        let kitchen_printer = Printer::start(settings.kitchen_printer_port, stop.clone())
            .await
            .map_err(|source| Error::Listen { port: settings.kitchen_printer_port, source })?;
        let (kitchen_door, kitchen_doorkeeper) = Door::reserve(settings.kitchen_port)
            .map_err(|source| Error::Listen { port: settings.kitchen_port, source })?;
        let kitchen = Arc::new(Kitchen::new(settings.order_hook_secret));
        let scanner_path = scanner.as_ref().map(|scanner| scanner.path().to_owned());
        let shared = Arc::new(Shared {
            address,
            door,
            following: tokio::sync::Mutex::default(),
            credentials: Credentials {
                application_key: settings.application_key,
                passwd: settings.passwd,
                terminal_id: settings.terminal_id,
            },
            agent_token: settings.agent_token,
            ledger,
            faults: Faults::default(),
            sessions: Sessions::default(),
            agent,
            scanner,
            printer,
            kitchen: Arc::clone(&kitchen),
            kitchen_door,
            kitchen_printer,
            tasks: TaskTracker::new(),
            stop: stop.clone(),
        });
        let router = axum::Router::new()
            .merge(module::routes(&shared))
            .merge(control::routes())
            .nest("/agent", agent::routes(&shared))
            .with_state(Arc::clone(&shared));
        let module_alone = module::routes(&shared).with_state(Arc::clone(&shared));
        let servers = vec![
            tokio::spawn(server::serve(listener, router, stop.clone())),
            doorkeeper.spawn(module_alone, stop.clone()),
            kitchen_doorkeeper.spawn(kitchen::routes(kitchen), stop.clone()),
        ];
        Ok(Self { address, shared, scanner_path, stop, servers })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where the module's page is: a port of its own, which can refuse connections.
    #[must_use]
    pub fn module_url(&self) -> String {
        format!("http://{}/module", self.shared.door.address())
    }

    /// The payment agent's base URL; `/v1/…` follows.
    #[must_use]
    pub fn agent_url(&self) -> String {
        format!("{}/agent", self.base_url())
    }

    /// The panel for people.
    #[must_use]
    pub fn panel_url(&self) -> String {
        format!("{}/panel", self.base_url())
    }

    /// Where the receipt printer takes connections.
    #[must_use]
    pub fn printer_address(&self) -> SocketAddr {
        self.shared.printer.address()
    }

    /// Where the kitchen takes orders: a port of its own, which can refuse connections.
    #[must_use]
    pub fn order_hook_url(&self) -> String {
        self.shared.kitchen_url()
    }

    /// Where the kitchen's printer of order tickets takes connections.
    #[must_use]
    pub fn kitchen_printer_address(&self) -> SocketAddr {
        self.shared.kitchen_printer.address()
    }

    /// The serial port to open for the simulated scanner.
    #[must_use]
    pub fn scanner_path(&self) -> Option<PathBuf> {
        self.scanner_path.clone()
    }

    /// Stops as a power cut would: every connection is dropped where it is. Returns when port and file are free again.
    pub async fn stop(mut self) {
        self.stop.cancel();
        for server in std::mem::take(&mut self.servers) {
            // A server that panicked is over as well.
            let _ = server.await;
        }
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
        self.shared.agent.stopped().await;
        self.shared.ledger.close().await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
