//! The loop: one task owns the kiosk's state, makes what it decides durable, and only then does it.
//!
//! Everything else (page, scanner, payment agent, clock) sends it events through one queue.

mod damage;
mod day;
mod equipment;
mod health;
mod kitchen;
mod look;
mod noise;
mod outside;
mod people;
mod print;
mod scans;
#[cfg(debug_assertions)]
mod stop;
mod update;
mod watch;
mod write;

use std::{
    collections::{BTreeSet, VecDeque},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use checkout::{
    deed::{Deed, Did, HouseRules, Written},
    entry::Record,
    ids::{AttemptId, OrderId, RefundId, TransactionId},
    kiosk::{Event, Found, Fresh, Kiosk, Look, Shop},
    protocol::Auth,
    time::Now,
    transaction::Transaction,
    view::{Act, FromModule, OutOfService, ToPage, View},
};
use equipment::{Equipment, equipment, nothing_sold};
use look::Searched;
use noise::Noise;
use tokio::{
    runtime::Handle,
    sync::{
        OwnedSemaphorePermit,
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    time::{Instant, sleep_until},
};
use uuid::Uuid;
pub use watch::{Sign, Watch};

use crate::{
    boot::Clock,
    config::{Config, ConfigErrors},
    journal::{Journal, JournalError},
    kitchen::Job,
    payment::PaymentAgent,
    record::{NoFold, closed_summary, deed, fold, left_to_staff, read_deed, row, summary},
    scanner::ScannerEvent,
};

/// Events that wait. A full queue drops touches, never an answer of a device.
const QUEUE: usize = 256;
/// The first and the longest pause before a journal that failed is opened again.
const REOPEN: Duration = Duration::from_secs(1);
const LONGEST_REOPEN: Duration = Duration::from_secs(32);

/// Among so many that were opened last, those that are closed are looked at after a restart.
const LAST_CLOSED: u32 = 64;

/// A page that is told what to show.
pub type Page = Box<dyn Fn(ToPage) + Send + Sync>;

/// The kiosk without its window. Cheap to clone.
#[derive(Clone)]
pub struct Till {
    queue: mpsc::Sender<Message>,
    /// What must not be dropped, in its order, until the queue has room.
    kept: mpsc::UnboundedSender<Message>,
}

#[allow(clippy::large_enum_variant)] // the queue is short, and nearly all of it is events
enum Message {
    Event(Event),
    /// A scan, with its place among those that may wait.
    Scan(Event, OwnedSemaphorePermit),
    /// What this look has found beside the loop.
    Found(u64, Found),
    Answer(people::Answer),
    Update(update::Ask),
    Connect(Page),
    Stop(oneshot::Sender<()>),
}

impl Till {
    /// Starts the loop, the scanner and the rest on `runtime`, and returns at once: a page that connects before the
    /// journal is open gets its first view then. Never fails: a fault is a view.
    pub fn start(config: Result<Config, ConfigErrors>, clock: Clock, runtime: &Handle) -> Till {
        Till::watched(config, clock, runtime, Watch::nobody())
    }

    /// The same, with somebody who watches over the loop.
    pub fn watched(config: Result<Config, ConfigErrors>, clock: Clock, runtime: &Handle, watch: Watch) -> Till {
        let (queue, messages) = mpsc::channel(QUEUE);
        let (kept, mut waiting) = mpsc::unbounded_channel();
        let to_loop = queue.clone();
        runtime.spawn(async move {
            while let Some(message) = waiting.recv().await {
                if to_loop.send(message).await.is_err() {
                    return;
                }
            }
        });
        let mut desk = Desk { watch, ..Desk::new(clock, queue.clone()) };
        runtime.spawn(async move {
            desk.begin(config).await;
            desk.run(messages).await;
        });
        Till { queue, kept }
    }

    /// A page was (re)loaded: it gets every view and post from now on, the page before it nothing more.
    pub fn connect(&self, page: Page) {
        self.keep(Message::Connect(page));
    }

    /// A touch on our page, made on that view.
    pub fn act(&self, view: u32, act: Act) {
        self.touch(Event::Act { view, act });
    }

    /// A sign of life anywhere in the window.
    pub fn input(&self) {
        self.touch(Event::Input);
    }

    /// A reader that types like a keyboard was heard by the window, which has the keys. Never dropped.
    pub fn scanned(&self, scan: ScannerEvent) {
        self.keep(Message::Event(scans::event(scan)));
    }

    /// The page tells of a frame. Never dropped: it may be an answer.
    pub fn module(&self, session: u32, event: FromModule) {
        self.keep(Message::Event(Event::Module { session, event }));
    }

    /// Closes the journal in order.
    pub async fn stop(&self) {
        let (done, wait) = oneshot::channel();
        if self.queue.send(Message::Stop(done)).await.is_ok() {
            // An error means that the loop ended before: then the journal is closed as well.
            let _ended = wait.await;
        }
    }

    fn keep(&self, message: Message) {
        if self.kept.send(message).is_err() {
            tracing::debug!("the page spoke to a till that has ended");
        }
    }

    fn touch(&self, event: Event) {
        match self.queue.try_send(Message::Event(event)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => tracing::warn!("a touch was dropped: too many events wait"),
            Err(TrySendError::Closed(_)) => tracing::debug!("a touch on a till that has ended"),
        }
    }
}

/// Files that are read and written beside the journal.
#[derive(Clone, Debug)]
struct Files {
    configuration: PathBuf,
    catalog: PathBuf,
    exports: PathBuf,
}

/// What the loop works with.
struct Desk {
    clock: Clock,
    kiosk: Kiosk,
    shop: Arc<Shop>,
    journal: Option<Journal>,
    journal_path: Option<PathBuf>,
    /// Is it open, and since when: unix ms of the wall clock.
    journal_is: Option<(bool, i64)>,
    agent: Option<PaymentAgent>,
    press: Option<print::Press>,
    kitchen: Option<mpsc::Sender<Job>>,
    /// Where the configuration and the menu are read from, and where things are written to.
    files: Option<Files>,
    /// When this program began: unix ms of the wall clock.
    started_ms: i64,
    auth: Auth,
    page: Option<Page>,
    shown: Option<View>,
    sent: u32,
    queue: mpsc::Sender<Message>,
    soon: VecDeque<Event>,
    /// What was told while nothing could be written down, and isn't told again.
    held: Vec<Event>,
    reopen_at: Option<Instant>,
    /// When some more of the journal is checked, if nobody is in the middle of anything.
    check_at: Instant,
    /// How often the journal failed since a commit succeeded.
    setbacks: u32,
    /// What the log says already of why the journal can't be opened.
    complained: Option<String>,
    /// Where PINs are looked at, and who may act is decided.
    people: Option<mpsc::Sender<people::Ask>>,
    /// The PIN that is looked at.
    checking: Option<String>,
    /// What staff wait for. Whoever asks for something else before it is there wants only that.
    look: Option<Look>,
    /// What staff wait for to be written.
    to_write: VecDeque<Written>,
    /// How many looks there were.
    looks: u64,
    searched: Searched,
    noise: Noise,
    watch: Watch,
    /// Where it is said that the kiosk is well.
    mark: update::Mark,
    #[cfg(debug_assertions)]
    stop: stop::StopPoint,
}

impl Desk {
    fn new(clock: Clock, queue: mpsc::Sender<Message>) -> Desk {
        let started_ms = clock().wall_ms;
        let shop = Arc::new(nothing_sold());
        let kiosk = Kiosk::out_of_service(shop.clone(), OutOfService::Configuration, "configuration".into(), &clock());
        Desk {
            clock,
            kiosk,
            shop,
            journal: None,
            journal_path: None,
            journal_is: None,
            agent: None,
            press: None,
            kitchen: None,
            files: None,
            started_ms,
            auth: Auth { application_key: String::new(), passwd: String::new(), terminal_id: String::new() },
            page: None,
            shown: None,
            sent: 0,
            queue,
            soon: VecDeque::new(),
            held: Vec::new(),
            reopen_at: None,
            check_at: Instant::now() + damage::FIRST_CHECK,
            setbacks: 0,
            complained: None,
            people: None,
            checking: None,
            look: None,
            to_write: VecDeque::new(),
            looks: 0,
            searched: Searched::default(),
            noise: Noise::default(),
            watch: Watch::nobody(),
            mark: update::Mark::from_environment(),
            #[cfg(debug_assertions)]
            stop: stop::StopPoint::from_environment(),
        }
    }

    async fn begin(&mut self, config: Result<Config, ConfigErrors>) {
        let config = match config {
            Ok(config) => config,
            Err(errors) => {
                tracing::error!("out of service: the configuration can't be used:\n{errors}\n{}", errors.hint());
                let first = errors.mistakes.first().map(ToString::to_string).unwrap_or_default();
                return self.without_configuration(first);
            }
        };
        match equipment(&config) {
            Ok(Equipment { shop, auth, agent, staff, kitchen }) => {
                if let Some(kitchen) = kitchen {
                    self.begin_kitchen(kitchen);
                }
                self.people = Some(people::answer_all(staff, self.queue.clone()));
                self.shop = Arc::new(shop);
                self.auth = auth;
                self.agent = Some(agent);
                let starting = OutOfService::Recovering { left: 0 };
                self.kiosk = Kiosk::out_of_service(self.shop.clone(), starting, "starting".into(), &self.now());
            }
            Err(unusable) => {
                tracing::error!(hint = unusable.hint(), "out of service: {unusable}");
                return self.without_configuration(unusable.to_string());
            }
        }
        self.journal_path = Some(config.journal.clone());
        self.files = Some(Files {
            configuration: config.path.clone(),
            catalog: config.catalog_path.clone(),
            exports: config.exports.clone(),
        });
        self.open_journal().await;
        if let Some(scanner) = config.scanner {
            self.read_scanner(scanner);
        }
        if let Some(printer) = &config.printer {
            self.begin_printing(printer.clone());
        }
        if let (Some(update), Some(data)) = (&config.update, config.journal.parent()) {
            self.begin_updates(update, data);
        }
        self.probe_module();
        self.probe_terminal();
    }

    fn without_configuration(&mut self, code: String) {
        self.kiosk = Kiosk::out_of_service(self.shop.clone(), OutOfService::Configuration, code, &self.now());
    }

    fn now(&self) -> Now {
        (self.clock)()
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
        let opened = match opened {
            // It opens well, and what is to be written then fails again: not on and on without a pause.
            Ok(journal) if self.setbacks > 1 && self.reopen_at.is_none() => {
                close(journal).await;
                return self.reopen_later();
            }
            opened => opened,
        };
        let loaded = match opened {
            Ok(journal) => self.loaded(journal).await,
            Err(error) => Err(error),
        };
        match loaded {
            Ok((journal, kiosk)) => {
                self.journal = Some(journal);
                self.journal_is(true);
                self.kiosk = kiosk.following(&self.kiosk);
                self.reopen_at = None;
                // What waits to be handled was decided by a kiosk that is gone.
                self.soon.clear();
                self.soon.push_back(Event::Resume);
                if self.page.is_some() {
                    self.soon.push_back(Event::PageConnected);
                }
                self.soon.extend(self.held.drain(..));
            }
            Err(error) => {
                self.complain(&error);
                self.kiosk = self.kiosk.without_journal(error.code().to_owned(), &self.now());
                self.journal_is(false);
                self.setbacks = self.setbacks.saturating_add(1);
                self.reopen_later();
            }
        }
    }

    fn journal_is(&mut self, open: bool) {
        if self.journal_is.is_none_or(|(before, _)| before != open) {
            self.journal_is = Some((open, self.now().wall_ms));
        }
    }

    fn reopen_later(&mut self) {
        self.reopen_at = Some(Instant::now() + reopen_pause(self.setbacks));
    }

    /// Says why nothing is sold; once, for as long as it stays the same.
    fn complain(&mut self, error: &JournalError) {
        let why = error.to_string();
        if self.complained.as_ref() != Some(&why) {
            tracing::error!(hint = error.hint(), "out of service: {why}");
            self.complained = Some(why);
        }
    }

    /// The journal, and the kiosk that goes on from what is in it. One that can't be read is closed: it would stay
    /// locked, and the next try would find it taken.
    async fn loaded(&self, mut journal: Journal) -> Result<(Journal, Kiosk), JournalError> {
        match self.load(&mut journal).await {
            Ok(kiosk) => Ok((journal, kiosk)),
            Err(error) => {
                close(journal).await;
                Err(error)
            }
        }
    }

    async fn load(&self, journal: &mut Journal) -> Result<Kiosk, JournalError> {
        let at = self.now();
        let mut open = Vec::new();
        let mut damaged = 0;
        for chain in journal.open_transactions().await? {
            match fold(chain) {
                Ok(transaction) => open.push(transaction),
                Err(no_fold) => {
                    tracing::error!(hint = no_fold.hint(), "a transaction is left to staff: {no_fold}");
                    leave_to_staff(journal, &no_fold.transaction_id).await?;
                    match barring(no_fold) {
                        Some(transaction) => open.push(transaction),
                        None => damaged += 1,
                    }
                }
            }
        }
        // One that can't be read any more owes nobody anything: it was closed.
        open.extend(journal.last_closed(LAST_CLOSED).await?.into_iter().filter_map(|chain| fold(chain).ok()));
        open.extend(self.closed_meanwhile(journal).await?);
        // A first kiosk only to ask it which day it is.
        let day = Kiosk::new(self.shop.clone(), Vec::new(), 0, (String::new(), 0), &at).business_day(&at);
        let last = journal.last_order_number(&day).await?;
        let (undecided, closed) = damage::at_start(journal).await?;
        let rules = rules(journal).await?;
        let kiosk = Kiosk::new(self.shop.clone(), open, damaged + closed, (day, last), &at);
        Ok(kiosk.beside_damage(undecided).under(rules))
    }

    /// What is open in mind, and was closed by a commit that failed and is there all the same: a charge may still turn
    /// up for it.
    async fn closed_meanwhile(&self, journal: &mut Journal) -> Result<Vec<Transaction>, JournalError> {
        let mut closed = Vec::new();
        for t in self.kiosk.transactions().filter(|t| t.closed.is_none()) {
            let is_closed = journal.summary(t.id.as_str()).await?.is_some_and(|found| !found.open && !found.with_staff);
            if !is_closed {
                continue;
            }
            match journal.transaction(t.id.as_str()).await {
                Ok(rows) => closed.extend(fold(Ok(rows)).ok()),
                // Nothing waits for what is closed, not even for what can't be read of it.
                Err(JournalError::Damaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(closed)
    }

    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut ticked = Instant::now();
        loop {
            loop {
                if let Some(event) = self.soon.pop_front() {
                    self.handle(event).await;
                } else if let Some(look) = self.look.take() {
                    self.look_up(look).await;
                } else if let Some(what) = self.to_write.pop_front() {
                    if let Err(error) = self.write_out(what).await {
                        self.journal_failed(&error).await;
                    }
                } else {
                    break;
                }
            }
            self.watch.turned(Instant::now());
            tokio::select! {
                // Time first: whatever a page sends, and however often, no clock stands still for it.
                biased;
                () = sleep_until(self.due(ticked)) => {
                    ticked = Instant::now();
                    self.tick().await;
                }
                message = messages.recv() => match message {
                    None => break,
                    Some(Message::Event(event)) => self.handle(event).await,
                    Some(Message::Scan(event, _place)) => self.handle(event).await,
                    // Whoever looks at something else by now, or at the same anew, waits for another.
                    Some(Message::Found(look, found)) if look == self.looks => self.handle(Event::Found(found)).await,
                    Some(Message::Found(..)) => {}
                    Some(Message::Answer(answer)) => self.answered(answer).await,
                    Some(Message::Update(ask)) => self.update(ask).await,
                    Some(Message::Connect(page)) => {
                        self.page = Some(page);
                        self.shown = None;
                        self.handle(Event::PageConnected).await;
                        self.show();
                    }
                    Some(Message::Stop(done)) => {
                        self.noise.tell_all();
                        if let Some(journal) = self.journal.take() {
                            close(journal).await;
                        }
                        // Nobody waits any more when this fails.
                        let _told = done.send(());
                        return;
                    }
                },
            }
        }
    }

    /// When time alone may change something again, after the last tick.
    fn due(&self, ticked: Instant) -> Instant {
        let at = self.now();
        let pause = self.kiosk.wake_ms(&at) - at.boot_ms;
        let due = ticked + Duration::from_millis(u64::try_from(pause).unwrap_or(0));
        [self.reopen_at, self.noise.due(), self.watch.due(), Some(self.check_at)]
            .into_iter()
            .flatten()
            .fold(due, Instant::min)
    }

    async fn tick(&mut self) {
        self.noise.tell(Instant::now());
        if self.reopen_at.is_some_and(|at| Instant::now() >= at) {
            self.open_journal().await;
            // What was interrupted comes first.
            return self.show();
        }
        if Instant::now() >= self.check_at {
            self.check().await;
        }
        self.handle(Event::Tick).await;
    }

    /// One event: decide, make durable, become, do, show.
    async fn handle(&mut self, event: Event) {
        let at = self.now();
        if self.journal.is_none() && event.is_of_the_terminal() {
            // It may tell of money, which the journal must hear of once it is there.
            self.held.push(event);
            return;
        }
        let done = match self.numbers(&at).await {
            Ok(None) => Ok(()),
            Ok(Some(numbers)) => self.step(numbers, &at).await,
            Err(error) => Err(error),
        };
        let done = match done {
            Ok(()) => self.step(event.clone(), &at).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            if let Some((attempt, approval)) = event.charge() {
                // Should the program end before it can be: staff find the charge by this.
                let (amount, number) = (approval.amount.grouped(), approval.approval_number.as_str());
                tracing::error!(
                    "attempt {attempt} charged {amount}, approval number {number}, and it isn't written down"
                );
            }
            if event.is_of_the_terminal() || event.is_of_the_world() {
                self.held.push(event);
            }
            self.journal_failed(&error).await;
        }
    }

    /// On a business day whose last order number isn't known, what the journal says of it. The day may have had orders
    /// before: a clock that is set right after the start goes to a day that the kiosk didn't begin with.
    async fn numbers(&mut self, at: &Now) -> Result<Option<Event>, JournalError> {
        let business_day = self.kiosk.business_day(at);
        match &mut self.journal {
            Some(journal) if business_day != self.kiosk.numbered_day() => {
                let last = journal.last_order_number(&business_day).await?;
                Ok(Some(Event::Numbers { business_day, last }))
            }
            Some(_) | None => Ok(None),
        }
    }

    async fn step(&mut self, event: Event, at: &Now) -> Result<(), JournalError> {
        let step = self.kiosk.handle(event, at, fresh());
        #[cfg(debug_assertions)]
        self.stop.at(stop::Moment::BeforeCommit, &step.record).await;
        if !(step.record.is_empty() && step.deeds.is_empty()) {
            self.commit(&step.kiosk, &step.record, &step.deeds).await?;
        }
        #[cfg(debug_assertions)]
        self.stop.at(stop::Moment::AfterCommit, &step.record).await;
        self.kiosk = step.kiosk;
        self.tell_when_well();
        if step.deeds.iter().any(|deed| matches!(deed.did, Did::TookMenu { .. })) {
            // What is sold now is sold on when the journal is opened anew.
            self.shop = self.kiosk.shop();
        }
        if step.show {
            self.show();
        }
        for effect in step.then {
            self.perform(effect);
        }
        #[cfg(debug_assertions)]
        self.stop.at(stop::Moment::AfterEffects, &step.record).await;
        Ok(())
    }

    async fn commit(&mut self, next: &Kiosk, records: &[Record], deeds: &[Deed]) -> Result<(), JournalError> {
        let done = self.write(next, records, deeds).await;
        match &done {
            Ok(()) => (self.setbacks, self.complained) = (0, None),
            Err(_) => self.setbacks = self.setbacks.saturating_add(1),
        }
        done
    }

    async fn write(&mut self, next: &Kiosk, records: &[Record], deeds: &[Deed]) -> Result<(), JournalError> {
        let journal = self.journal.as_mut().ok_or(JournalError::Refusing { since: "it isn't open".to_owned() })?;
        let rows = records.iter().map(row).collect::<Result<_, _>>()?;
        let deeds = deeds.iter().map(deed).collect::<Result<_, _>>()?;
        let touched: BTreeSet<&TransactionId> = records.iter().map(|record| &record.transaction).collect();
        let summaries = touched
            .into_iter()
            // What closed in this step is no longer open in the next state: its fold is the records'.
            .filter_map(|id| next.transaction(id).map(summary).or_else(|| closed_summary(&self.kiosk, id, records)))
            .collect();
        journal.commit(rows, summaries, deeds).await
    }

    /// Nothing after a failed commit happens: out of service, and then on from what is really there.
    async fn journal_failed(&mut self, error: &JournalError) {
        self.complain(error);
        // Nothing of the step that failed became true; what was true before is what the customer is told.
        self.kiosk = self.kiosk.without_journal(error.code().to_owned(), &self.now());
        self.journal_is(false);
        self.show();
        if let Some(journal) = self.journal.take() {
            let recovered = journal.recover().await;
            self.go_on_with(recovered).await;
        }
        self.show();
    }

    fn show(&mut self) {
        let mut view = self.kiosk.view(&self.now());
        if self.shown.as_ref() == Some(&view) {
            return;
        }
        self.noise.shows(view.module.as_ref().map(|frame| frame.session), Instant::now());
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
}

async fn close(journal: Journal) {
    if let Err(error) = journal.close().await {
        tracing::warn!("the journal didn't close in order: {error}");
    }
}

/// How long a journal rests that failed so often without a commit in between.
fn reopen_pause(setbacks: u32) -> Duration {
    let doubled = 1u32.checked_shl(setbacks.saturating_sub(1)).unwrap_or(u32::MAX);
    REOPEN.saturating_mul(doubled).min(LONGEST_REOPEN)
}

/// Puts a transaction whose entries prove no state on the staff's list.
async fn leave_to_staff(journal: &mut Journal, id: &str) -> Result<(), JournalError> {
    let Some(found) = journal.summary(id).await? else { return Ok(()) };
    let left = left_to_staff(found.clone());
    if left == found {
        return Ok(());
    }
    journal.commit(Vec::new(), vec![left], Vec::new()).await
}

/// What holds since staff said so.
async fn rules(journal: &mut Journal) -> Result<HouseRules, JournalError> {
    let mut rules = HouseRules::default();
    for row in journal.deeds_of(&HouseRules::KINDS).await? {
        match row.map_err(|damaged| damaged.to_string()).and_then(|row| read_deed(&row)) {
            Ok((_, deed)) => rules.apply(&deed.did),
            Err(why) => tracing::error!("what staff said isn't known any more: {why}"),
        }
    }
    Ok(rules)
}

/// As far as it can be read its card is in doubt: then it bars the terminal, as it would if it were whole.
fn barring(no_fold: NoFold) -> Option<Transaction> {
    let before = *no_fold.before?;
    before.card_in_doubt()?;
    Some(before.before_damage())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::boot::now;

    #[tokio::test]
    async fn what_is_to_be_kept_without_a_journal_is_an_error() {
        let (queue, _messages) = mpsc::channel(1);
        let mut desk = Desk::new(Box::new(now), queue);
        let (transaction, next) = (fresh().transaction, desk.kiosk.clone());
        let record = Record { transaction, seq: 0, at: now(), entry: checkout::entry::Entry::Left };
        let error = desk.commit(&next, &[record], &[]).await.unwrap_err();
        assert!(matches!(error, JournalError::Refusing { .. }), "{error}");
    }

    #[test]
    fn a_journal_that_fails_again_and_again_rests_longer_each_time() {
        let pauses: Vec<u64> = (1..9).map(|setbacks| reopen_pause(setbacks).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 32, 32]);
        assert_eq!(reopen_pause(u32::MAX), LONGEST_REOPEN);
    }
}
