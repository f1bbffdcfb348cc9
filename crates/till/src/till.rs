//! The loop: one task owns the kiosk's state, makes what it decides durable, and only then does it.
//!
//! Everything else (page, scanner, payment agent, clock) sends it events through one queue.

use std::{
    collections::{BTreeSet, VecDeque},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use checkout::{
    card::{NoAnswer, TerminalAnswer},
    entry::Record,
    ids::{AttemptId, OrderId, RefundId, TransactionId},
    kiosk::{Effect, Event, Fresh, Kiosk, Shop},
    protocol::Auth,
    view::{Act, FromModule, OutOfService, ToPage, View},
};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};
use uuid::Uuid;

use crate::{
    boot::now,
    config::{Config, ConfigErrors, Secret, origin},
    journal::{Journal, JournalError},
    payment::PaymentAgent,
    record::{closed_summary, fold, paid_order, row, staff_case, summary},
    scanner::{self, ScannerEvent},
};

/// Events that wait. A full queue drops touches, never an answer of a device.
const QUEUE: usize = 256;
/// Between two looks whether the module's server can be reached.
const PROBE: Duration = Duration::from_secs(10);
/// Between two attempts to open a journal that failed.
const REOPEN: Duration = Duration::from_secs(2);

/// What the staff's list shows at most.
const LISTED: u32 = 64;
/// The staff's PIN in demonstration mode; printed in the README.
const DEMONSTRATION_PIN: &str = "246810";

/// A page that is told what to show.
pub type Page = Box<dyn Fn(ToPage) + Send + Sync>;

/// The kiosk without its window. Cheap to clone.
#[derive(Clone)]
pub struct Till {
    queue: mpsc::Sender<Message>,
    /// The window's threads aren't the runtime's.
    runtime: tokio::runtime::Handle,
}

#[allow(clippy::large_enum_variant)] // the queue is short, and nearly all of it is events
enum Message {
    Event(Event),
    Connect(Page),
    Stop(oneshot::Sender<()>),
}

impl Till {
    /// Starts the loop, the scanner and the rest. Never fails: a fault is a view.
    pub async fn start(config: Result<Config, ConfigErrors>) -> Till {
        let (queue, events) = mpsc::channel(QUEUE);
        let desk = Desk::new(config, queue.clone()).await;
        tokio::spawn(desk.run(events));
        Till { queue, runtime: tokio::runtime::Handle::current() }
    }

    /// A page was (re)loaded: it gets every view and post from now on, the page before it nothing more.
    pub fn connect(&self, page: Page) {
        let queue = self.queue.clone();
        self.runtime.spawn(async move { queue.send(Message::Connect(page)).await });
    }

    /// A touch on our page, made on that view.
    pub fn act(&self, view: u32, act: Act) {
        self.touch(Event::Act { view, act });
    }

    /// A sign of life anywhere in the window.
    pub fn input(&self) {
        self.touch(Event::Input);
    }

    /// The page tells of a frame. Never dropped: it may be an answer.
    pub fn module(&self, session: u32, event: FromModule) {
        let queue = self.queue.clone();
        self.runtime.spawn(async move { queue.send(Message::Event(Event::Module { session, event })).await });
    }

    /// Closes the journal in order.
    pub async fn stop(&self) {
        let (done, wait) = oneshot::channel();
        if self.queue.send(Message::Stop(done)).await.is_ok() {
            // An error means that the loop ended before: then the journal is closed as well.
            let _ended = wait.await;
        }
    }

    fn touch(&self, event: Event) {
        if self.queue.try_send(Message::Event(event)).is_err() {
            tracing::warn!("a touch was dropped: too many events wait");
        }
    }
}

/// What the loop works with.
struct Desk {
    kiosk: Kiosk,
    shop: Arc<Shop>,
    journal: Option<Journal>,
    journal_path: Option<PathBuf>,
    agent: Option<PaymentAgent>,
    auth: Auth,
    page: Option<Page>,
    shown: Option<View>,
    sent: u32,
    queue: mpsc::Sender<Message>,
    soon: VecDeque<Event>,
    reopen_at: Option<Instant>,
}

impl Desk {
    async fn new(config: Result<Config, ConfigErrors>, queue: mpsc::Sender<Message>) -> Desk {
        let mut desk = Desk {
            kiosk: Kiosk::out_of_service(
                Arc::new(nothing_sold()),
                OutOfService::Configuration,
                "configuration".into(),
                &now(),
            ),
            shop: Arc::new(nothing_sold()),
            journal: None,
            journal_path: None,
            agent: None,
            auth: Auth { application_key: String::new(), passwd: String::new(), terminal_id: String::new() },
            page: None,
            shown: None,
            sent: 0,
            queue,
            soon: VecDeque::new(),
            reopen_at: None,
        };
        match config {
            Ok(config) => desk.equip(config).await,
            Err(errors) => {
                let first = errors.mistakes.first().map(ToString::to_string).unwrap_or_default();
                tracing::error!(hint = errors.hint(), "out of service: {errors}");
                desk.kiosk = Kiosk::out_of_service(desk.shop.clone(), OutOfService::Configuration, first, &now());
            }
        }
        desk
    }

    async fn equip(&mut self, config: Config) {
        self.shop = Arc::new(shop(&config));
        if let Some(secrets) = &config.secrets {
            let text = |secret: &Secret| secret.expose().to_owned();
            self.auth = Auth {
                application_key: text(&secrets.application_key),
                passwd: text(&secrets.passwd),
                terminal_id: text(&secrets.terminal_id),
            };
            match PaymentAgent::new(config.payment.agent_url.address(""), &secrets.agent_token) {
                Ok(agent) => self.agent = Some(agent),
                Err(error) => tracing::error!(hint = error.hint(), "{error}"),
            }
        }
        self.journal_path = Some(config.journal.clone());
        self.open_journal().await;
        if let Some(scanner) = &config.scanner {
            self.read_scanner(scanner.port.path(std::path::Path::new("")).to_owned(), scanner.baud);
        }
        self.probe_module();
    }

    /// Opens the journal and goes on from what is really in it.
    async fn open_journal(&mut self) {
        let Some(path) = self.journal_path.clone() else { return };
        if let Some(folder) = path.parent() {
            // An error here shows itself at once as a journal that can't be opened.
            let _made = tokio::fs::create_dir_all(folder).await;
        }
        let opened = Journal::open(&path).await;
        self.go_on_with(opened).await;
    }

    async fn go_on_with(&mut self, opened: Result<Journal, JournalError>) {
        let loaded = match opened {
            Ok(mut journal) => self.load(&mut journal).await.map(|kiosk| (journal, kiosk)),
            Err(error) => Err(error),
        };
        match loaded {
            Ok((journal, kiosk)) => {
                self.journal = Some(journal);
                self.kiosk = kiosk;
                self.reopen_at = None;
                self.soon.push_back(Event::Resume);
                if self.page.is_some() {
                    self.soon.push_back(Event::PageConnected);
                }
            }
            Err(error) => {
                tracing::error!(hint = error.hint(), "out of service: {error}");
                self.kiosk = Kiosk::out_of_service(self.shop.clone(), OutOfService::Journal, error.to_string(), &now());
                self.reopen_at = Some(Instant::now() + REOPEN);
            }
        }
    }

    async fn load(&self, journal: &mut Journal) -> Result<Kiosk, JournalError> {
        let mut open = Vec::new();
        let mut damaged = 0;
        for chain in journal.open_transactions().await? {
            match chain.map_err(|damage| damage.to_string()).and_then(|rows| fold(&rows).map_err(|why| why.to_string()))
            {
                Ok(transaction) => open.push(transaction),
                Err(why) => {
                    tracing::error!("a transaction is left to staff, unread: {why}");
                    damaged += 1;
                }
            }
        }
        let at = now();
        // A first kiosk only to ask it which day it is.
        let day = Kiosk::new(self.shop.clone(), Vec::new(), 0, (String::new(), 0), &at).business_day(&at);
        let last = journal.last_order_number(&day).await?;
        Ok(Kiosk::new(self.shop.clone(), open, damaged, (day, last), &at))
    }

    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        loop {
            while let Some(event) = self.soon.pop_front() {
                self.handle(event).await;
            }
            let at = now();
            let wake = Duration::from_millis(u64::try_from(self.kiosk.wake_ms(&at) - at.boot_ms).unwrap_or(0));
            let mut wake = Instant::now() + wake;
            if let Some(reopen) = self.reopen_at {
                wake = wake.min(reopen);
            }
            tokio::select! {
                message = messages.recv() => match message {
                    None => break,
                    Some(Message::Event(Event::Act { act: Act::StaffEnter { pin }, .. })) => self.staff(&pin).await,
                    Some(Message::Event(event)) => self.handle(event).await,
                    Some(Message::Connect(page)) => {
                        self.page = Some(page);
                        self.shown = None;
                        self.handle(Event::PageConnected).await;
                        self.show();
                    }
                    Some(Message::Stop(done)) => {
                        if let Some(journal) = self.journal.take()
                            && let Err(error) = journal.close().await
                        {
                            tracing::warn!("the journal didn't close in order: {error}");
                        }
                        // Nobody waits any more when this fails.
                        let _told = done.send(());
                        return;
                    }
                },
                () = sleep_until(wake) => {
                    if self.reopen_at.is_some_and(|at| Instant::now() >= at) {
                        self.open_journal().await;
                        self.show();
                    }
                    self.handle(Event::Tick).await;
                }
            }
        }
    }

    /// One event: decide, make durable, become, do, show.
    async fn handle(&mut self, event: Event) {
        let step = self.kiosk.handle(event, &now(), fresh());
        if !step.record.is_empty()
            && let Err(error) = self.commit(&step.kiosk, &step.record).await
        {
            return self.journal_failed(&error).await;
        }
        self.kiosk = step.kiosk;
        if step.show {
            self.show();
        }
        for effect in step.then {
            self.perform(effect);
        }
    }

    async fn commit(&mut self, next: &Kiosk, records: &[Record]) -> Result<(), JournalError> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let rows = records.iter().map(row).collect::<Result<_, _>>()?;
        let touched: BTreeSet<&TransactionId> = records.iter().map(|record| &record.transaction).collect();
        let summaries = touched
            .into_iter()
            // What closed in this step is no longer open in the next state: its fold is the records'.
            .filter_map(|id| next.transaction(id).map(summary).or_else(|| closed_summary(&self.kiosk, id, records)))
            .collect();
        journal.commit(rows, summaries).await
    }

    /// Staff want to see today's orders. Only the demonstration has a PIN: everywhere else the screen stays shut until
    /// the shop's own PINs are there.
    async fn staff(&mut self, pin: &str) {
        if !self.shop.practice || pin != DEMONSTRATION_PIN {
            tracing::warn!("a staff PIN was refused");
            return;
        }
        let day = self.kiosk.business_day(&now());
        let Some(journal) = &mut self.journal else { return };
        let listed = match journal.paid_orders(&day, LISTED).await {
            Ok(listed) => listed,
            Err(error) => return self.journal_failed(&error).await,
        };
        let mut orders = Vec::new();
        for paid in listed {
            match journal
                .transaction(&paid.transaction_id)
                .await
                .map_err(|error| error.to_string())
                .and_then(|rows| fold(&rows).map_err(|why| why.to_string()))
            {
                Ok(t) => orders.push(paid_order(&t)),
                Err(why) => tracing::error!("a paid order can't be listed: {why}"),
            }
        }
        let waiting = match journal.with_staff().await {
            Ok(waiting) => waiting.into_iter().take(LISTED as usize).map(staff_case).collect(),
            Err(error) => return self.journal_failed(&error).await,
        };
        self.handle(Event::StaffEntered { orders, waiting }).await;
    }

    /// Nothing after a failed commit happens: out of service, and then on from what is really there.
    async fn journal_failed(&mut self, error: &JournalError) {
        tracing::error!(hint = error.hint(), "out of service: {error}");
        self.kiosk = Kiosk::out_of_service(self.shop.clone(), OutOfService::Journal, error.to_string(), &now());
        self.show();
        if let Some(journal) = self.journal.take() {
            let recovered = journal.recover().await;
            self.go_on_with(recovered).await;
        }
        self.show();
    }

    fn show(&mut self) {
        let mut view = self.kiosk.view(&now());
        if self.shown.as_ref() == Some(&view) {
            return;
        }
        self.shown = Some(view.clone());
        self.sent += 1;
        view.sent = self.sent;
        self.tell(ToPage::View { view: Box::new(view) });
    }

    fn tell(&self, what: ToPage) {
        if let Some(page) = &self.page {
            page(what);
        }
    }

    fn perform(&mut self, effect: Effect) {
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
                Event::TerminalReady(status.and_then(|status| {
                    let why = || NoAnswer { why: "the terminal isn't ready".into() };
                    if status.can_charge() { Ok(status.store_id) } else { Err(why()) }
                }))
            }),
            Effect::Pay(payment) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.pay(&payment).await,
                    Err(none) => Err(none),
                };
                Event::PaymentAnswered(payment.attempt, logged(answer))
            }),
            Effect::AskPayment(attempt) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.ask(&attempt).await,
                    Err(none) => Err(none),
                };
                Event::PaymentAsked(attempt, logged(answer))
            }),
            Effect::StopPayment(attempt) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.cancel(&attempt).await,
                    Err(none) => Err(none),
                };
                Event::PaymentStopped(attempt, logged(answer))
            }),
            Effect::Refund(refund) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.refund(&refund).await,
                    Err(none) => Err(none),
                };
                Event::RefundAnswered(refund.refund, logged(answer))
            }),
            Effect::AskRefund(attempt, refund) => self.call(|agent| async move {
                let answer = match agent {
                    Ok(agent) => agent.ask_refund(&attempt, &refund).await,
                    Err(none) => Err(none),
                };
                Event::RefundAnswered(refund, logged(answer))
            }),
            // The list of paid orders is the journal itself, and the order is in it: it is taken on.
            Effect::HandOver(id) => self.soon.push_back(Event::HandedOver(id, Ok(()))),
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

    fn read_scanner(&self, port: PathBuf, baud: u32) {
        let (events, mut scans) = mpsc::channel(64);
        tokio::spawn(scanner::run(port, baud, events));
        let queue = self.queue.clone();
        tokio::spawn(async move {
            while let Some(scan) = scans.recv().await {
                let event = match scan {
                    ScannerEvent::Ready => Event::ScannerReady(true),
                    ScannerEvent::Absent { why } => {
                        tracing::warn!("the scanner is away: {why}");
                        Event::ScannerReady(false)
                    }
                    ScannerEvent::Code(code) => Event::Scanned(code.into_string()),
                    ScannerEvent::Refused { reason } => {
                        tracing::warn!("a scan was refused: {reason}");
                        Event::ScanRefused
                    }
                };
                if queue.send(Message::Event(event)).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Whether the module's server takes a connection: without it the kiosk opens without membership.
    fn probe_module(&self) {
        let Ok(url) = reqwest::Url::parse(&self.shop.module_url) else { return };
        let (Some(host), Some(port)) = (url.host_str().map(str::to_owned), url.port_or_known_default()) else { return };
        let queue = self.queue.clone();
        tokio::spawn(async move {
            loop {
                let connected = timeout(Duration::from_secs(3), TcpStream::connect((host.as_str(), port))).await;
                let reachable = matches!(connected, Ok(Ok(_)));
                if queue.send(Message::Event(Event::Reachable(reachable))).await.is_err() {
                    return;
                }
                let pause = if reachable { PROBE } else { PROBE / 5 };
                tokio::time::sleep(pause).await;
            }
        });
    }
}

fn logged(answer: Result<TerminalAnswer, NoAnswer>) -> Result<TerminalAnswer, NoAnswer> {
    if let Err(NoAnswer { why }) = &answer {
        tracing::warn!("no answer of the payment agent that can be used: {why}");
    }
    answer
}

/// Names for what the next event may begin.
fn fresh() -> Fresh {
    let mint = || Uuid::now_v7().simple().to_string();
    #[expect(clippy::expect_used, reason = "a UUID in simple form is 32 letters and digits, which every name admits")]
    Fresh {
        transaction: TransactionId::new(mint()).expect("32 letters and digits"),
        order: OrderId::new(mint()).expect("32 letters and digits"),
        attempt: AttemptId::new(mint()).expect("32 letters and digits"),
        refund: RefundId::new(mint()).expect("32 letters and digits"),
    }
}

/// The shop as the checkout thinks of it.
fn shop(config: &Config) -> Shop {
    let module_url = config.prbiti.module_url.address("").to_owned();
    Shop {
        names: config.shop.name.clone(),
        prefix: config.shop.kiosk_prefix.clone(),
        ways: config.shop.ways.clone(),
        day_starts_min: u32::from(config.shop.business_day_starts_min),
        utc_offset_min: i32::from(config.shop.utc_offset_hours) * 60,
        services: config.prbiti.services.clone(),
        module_origin: origin(&module_url).unwrap_or_default(),
        module_url,
        payment_timeout_ms: config.payment.timeout_ms,
        terminal_place: config.payment.terminal_place,
        width_px: config.screen.width,
        height_px: config.screen.height,
        pitch_nm: config.screen.pitch_nm(),
        lower_edge_mm: config.screen.lower_edge_mm,
        practice: config.simulator.is_some(),
        scanner: config.scanner.is_some(),
        catalog: config.catalog.clone(),
    }
}

/// A shop without a configuration.
fn nothing_sold() -> Shop {
    Shop {
        names: checkout::catalog::Names { ko: String::new(), en: None, zh: None, ja: None },
        prefix: String::new(),
        ways: Vec::new(),
        day_starts_min: 0,
        utc_offset_min: 0,
        services: Vec::new(),
        module_url: String::new(),
        module_origin: String::new(),
        payment_timeout_ms: 60_000,
        terminal_place: checkout::view::Place::default(),
        width_px: 1080,
        height_px: 1920,
        pitch_nm: 311_300,
        lower_edge_mm: 780,
        practice: false,
        scanner: false,
        catalog: checkout::catalog::Catalog::default(),
    }
}
