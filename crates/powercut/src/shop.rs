//! A disk that fails under the whole kiosk: the real loop, a customer with a hold and a card, the simulator's agent.
//!
//! Everything that the kiosk does outside (a text posted to Prbiti, a call to the agent, a finished order on the screen)
//! is put into the recording where it happened. After a failure, each of these is compared with what a power cut at that
//! very moment leaves: its row must be there. The kiosk must say why it is out of service (or show the unknown screen),
//! come back by itself once the disk is well, and bring the order to its end: one payment, taken on once, what was held
//! settled once or given back, and a journal without a problem.
//!
//! A whole order has some thousand calls, and a failure costs the seconds after which the kiosk tries again. So not every
//! call fails here, but some of each kind on each file, from the first to the last; `faults` has all.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use checkout::view::{Act, FromModule, OutOfService, Screen, ToPage, View, Way};
use prbiti_simulator::{Settings, Simulator};
use serde_json::{Value, json};
use till::{
    Till, boot,
    config::Config,
    inspect,
    journal::{Copy, Journal, JournalError, Row, trust_disk_again},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::mpsc,
    time::{Instant, timeout},
};

use crate::{
    Error, JOURNAL,
    disk::Disk,
    faults::{KINDS, Tally},
    place,
    recording::{Call, Fault, Op, Recording, Role},
};

/// So many kiosks run beside each other: they wait more than they work.
const AT_ONCE: usize = 12;
/// So long a disk that fails on is left ill, once that can be seen.
const ILL: Duration = Duration::from_millis(50);
/// Between two touches of a customer whom nothing answers.
const TOUCH: Duration = Duration::from_millis(20);
/// Nothing takes longer.
const TOO_LONG: Duration = Duration::from_secs(60);

/// Lets up to `each` calls of each kind fail on each file, in each way.
pub fn run(each: usize, seed: u64) -> Result<Tally, Error> {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build();
    let well = runtime()?.block_on(order(None, seed))?;
    let faults = faults(&well.calls, each);
    let next = AtomicUsize::new(0);
    let work = || -> Result<Tally, Error> {
        let mut tally = Tally::default();
        while let Some((kind, fault)) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
            let lived = runtime()?.block_on(order(Some(*fault), seed))?;
            tally.images += lived.images;
            tally.count(kind, u64::from(lived.failed && !fault.lasts), u64::from(lived.failed && fault.lasts));
            tally.violations.extend(lived.wrong.into_iter().map(|what| format!("an order, {fault:?}: {what}")));
        }
        Ok(tally)
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let mut tally = Tally::default();
        tally.violations.extend(well.wrong.iter().map(|what| format!("on a disk that is well: {what}")));
        for worker in workers {
            tally.add(worker.join().map_err(|_| "a worker broke off")??);
        }
        Ok(tally)
    })
}

fn faults(calls: &BTreeMap<(Call, Role), u32>, each: usize) -> Vec<(&'static str, Fault)> {
    let mut faults = Vec::new();
    for (kind, call, how) in KINDS {
        for ((_, role), count) in calls.iter().filter(|((of, _), _)| *of == call) {
            let chosen = each.min(*count as usize).max(1);
            for at in 0..chosen {
                // From the first to the last.
                let after = u32::try_from(at * (*count as usize - 1) / (chosen - 1).max(1)).unwrap_or(0);
                for lasts in [false, true] {
                    faults.push((kind, Fault { call, role: Some(*role), after, how, lasts }));
                }
            }
        }
    }
    faults
}

struct Lived {
    calls: BTreeMap<(Call, Role), u32>,
    failed: bool,
    images: u64,
    wrong: Option<String>,
}

/// A kiosk that starts for the first time, and an order.
async fn order(fault: Option<Fault>, seed: u64) -> Result<Lived, Error> {
    let place = place()?;
    let place = fs::canonicalize(place.path()).map(|path| (path, place))?;
    let directory = place.0.join("data");
    fs::create_dir(&directory)?;
    let settings = Settings { ledger: place.0.join("ledger.db"), ..Settings::default() };
    let secrets = format!(
        "application_key = {:?}\npasswd = {:?}\nterminal_id = {:?}\nagent_token = {:?}\n",
        settings.application_key, settings.passwd, settings.terminal_id, settings.agent_token
    );
    let simulator = Simulator::start(settings).await?;
    let address = simulator.base_url().replace("http://", "");
    http(&address, "POST", "/control/terminal", r#"{"mode":"auto","autoAfterMs":1}"#).await?;
    let recording = Recording::start(&directory, &Disk::default(), false);
    let (agent, forwarding) = forward(address.clone(), recording.clone()).await?;
    let config = KIOSK.replace("MODULE", &simulator.module_url()).replace("AGENT", &format!("http://{agent}/agent"));
    let config = config.replace("\"journal.db\"", "\"data/journal.db\"");
    for (name, text) in [("kiosk.toml", config.as_str()), ("catalog.toml", CATALOG), ("secrets.toml", &secrets)] {
        let path = place.0.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    }
    if let Some(fault) = fault {
        recording.fail(fault);
    }
    let path = directory.join(JOURNAL);
    let till =
        Till::start(Ok(Config::load(&place.0.join("kiosk.toml"), None)?), Box::new(boot::now), &Handle::current());
    let (page, told) = mpsc::unbounded_channel();
    till.connect(Box::new(move |what| drop(page.send(what))));
    let mut customer = Customer {
        till: till.clone(),
        recording: recording.clone(),
        path: path.clone(),
        lasts: fault.is_some_and(|fault| fault.lasts),
        told,
        loaded: 0,
        prbiti: BTreeMap::new(),
        seen_failure: false,
        ill_since: None,
        to_decide: false,
    };
    let ended = timeout(TOO_LONG, customer.order()).await.unwrap_or_else(|_| Err("the order never ended".to_owned()));
    till.stop().await;
    forwarding.abort();
    let (failed, failed_at, calls) = (recording.failed() > 0, recording.failed_at(), recording.calls());
    let log = recording.stop();
    let mut lived = Lived { calls, failed, images: 0, wrong: ended.err() };
    if lived.wrong.is_none() {
        let ledger = http(&address, "GET", "/control/ledger", "").await?;
        lived.wrong = settled(&path, &serde_json::from_str(&ledger)?, &customer.prbiti).await.err();
    }
    if lived.wrong.is_none() && failed {
        lived.wrong = never_ahead(&log, failed_at, seed, &mut lived.images).await?;
    }
    simulator.stop().await;
    Ok(lived)
}

/// What a page does, and the customer before it, and Prbiti behind it.
struct Customer {
    till: Till,
    recording: Arc<Recording>,
    path: PathBuf,
    lasts: bool,
    told: mpsc::UnboundedReceiver<ToPage>,
    loaded: u32,
    /// What each transaction holds and how it was settled: the `confirm`, and whether it took the hold.
    prbiti: BTreeMap<String, Option<(String, bool)>>,
    /// The screen has said that something is wrong.
    seen_failure: bool,
    ill_since: Option<Instant>,
    /// The screen says that staff must decide about the disk.
    to_decide: bool,
}

impl Customer {
    async fn order(&mut self) -> Result<(), String> {
        let mut view: Option<View> = None;
        let mut touched = Instant::now();
        let mut done = false;
        loop {
            self.mend().await?;
            match timeout(TOUCH, self.told.recv()).await {
                Ok(Some(ToPage::View { view: new })) => {
                    self.look(&new)?;
                    if view.as_ref().is_none_or(|old| old.number != new.number || old.money != new.money) {
                        touched -= TOUCH;
                    }
                    view = Some(*new);
                }
                Ok(Some(ToPage::Post { session, text })) => {
                    let answer = self.posted(&text)?;
                    self.till.module(session, FromModule::Message { text: answer });
                }
                Ok(None) => return Err("the kiosk ended".to_owned()),
                Err(_) => {}
            }
            // What wasn't heard, because something failed meanwhile, is touched again.
            let Some(view) = view.as_ref().filter(|_| touched.elapsed() >= TOUCH) else { continue };
            touched = Instant::now();
            done |= matches!(view.screen, Screen::Done { .. });
            if done && view.screen == Screen::Attract && self.prbiti.values().all(Option::is_some) && !self.is_ill() {
                return Ok(());
            }
            let acts = if done { vec![Act::Done] } else { next(view) };
            acts.into_iter().for_each(|act| self.till.act(view.number, act));
        }
    }

    fn is_ill(&self) -> bool {
        self.lasts && self.recording.failed() > 0 && self.ill_since.is_none()
    }

    /// A disk that fails on is well again some time after the screen has said that something is wrong, and staff decide
    /// about one that refused two syncs. What the screen never tells of does nobody any harm.
    async fn mend(&mut self) -> Result<(), String> {
        if self.recording.failed() == 0 {
            return Ok(());
        }
        let since = *self.ill_since.get_or_insert_with(Instant::now);
        let patience = if self.seen_failure { ILL } else { 40 * ILL };
        if since.elapsed() > patience {
            self.recording.mend();
        }
        if self.to_decide {
            self.recording.mend();
            match trust_disk_again(&self.path).await {
                Ok(_) => self.to_decide = false,
                // The till tries to open it meanwhile, and then holds it for a moment; or it needs nobody's decision.
                Err(JournalError::InUse { .. }) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(())
    }

    fn look(&mut self, view: &View) -> Result<(), String> {
        if let Screen::OutOfService { why, code } = &view.screen {
            match why {
                OutOfService::Journal => {
                    if self.recording.failed() == 0 {
                        return Err(format!("out of service on a disk that is well: {code}"));
                    }
                    if code.is_empty() {
                        return Err("out of service without a reason".to_owned());
                    }
                    self.seen_failure = true;
                    let dying = JournalError::DyingDisk { path: self.path.clone(), failed_syncs: 2 };
                    self.to_decide |= code == dying.code();
                }
                OutOfService::Damage | OutOfService::Configuration => return Err(format!("{why:?} {code}")),
                OutOfService::Recovering { .. }
                | OutOfService::CardInDoubt
                | OutOfService::Terminal
                | OutOfService::Paused
                | OutOfService::Updating => {}
            }
        } else if let Screen::Done { order_number, .. } = &view.screen {
            self.recording.did(format!("done {order_number}"));
        } else if let Screen::Unknown { since_ms, .. } = view.screen {
            self.seen_failure = true;
            // What the disk lacks isn't told to a customer: staff, who are called, find it in the log.
            self.to_decide |= since_ms > 1_000;
        } else {
            self.to_decide = false;
        }
        if let Some(frame) = view.module.as_ref().filter(|frame| frame.session != self.loaded) {
            self.loaded = frame.session;
            self.till.module(frame.session, FromModule::Loaded);
        }
        Ok(())
    }

    /// Prbiti's answer.
    fn posted(&mut self, text: &str) -> Result<String, String> {
        self.recording.did(format!("posted {text}"));
        let message: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let data = &message["data"];
        let id = data["transactionID"].as_str().unwrap_or_default().to_owned();
        let mut answer = json!({"errorCode": 200, "errorMsg": "", "errorMsgUser": "", "transactionID": id});
        if message["type"] == "connection" {
            if self.prbiti.insert(id.clone(), None).is_some() {
                return Err(format!("{id} was asked twice"));
            }
            answer["supportMode"] = data["supportMode"].clone();
            answer["pointRedeem"] = json!(1_000);
        } else {
            let used = data["pointRedeemConfirmedYN"] == "Y";
            let before = self.prbiti.insert(id.clone(), Some((text.to_owned(), used))).flatten();
            if before.is_some_and(|before| before != (text.to_owned(), used)) {
                return Err(format!("{id} was confirmed with two texts"));
            }
        }
        Ok(json!({"status": "200", "result": "SUCCESS", "timestamp": "1", "data": answer}).to_string())
    }
}

/// What the customer touches here; nothing where there is only to wait.
fn next(view: &View) -> Vec<Act> {
    use checkout::service::Service::PointRedeem;
    let item = || "KD1".to_owned().try_into().map(|id| Act::Item { id });
    match &view.screen {
        Screen::Attract => vec![Act::Start { way: Way::ToGo }],
        Screen::Menu { .. } => item().into_iter().chain([Act::Review]).collect(),
        Screen::Review { benefits: true, .. } => vec![Act::UseBenefits],
        Screen::Review { .. } => vec![Act::PayNow],
        Screen::Benefits { .. } => vec![Act::Tick { service: PointRedeem, on: true }, Act::Next],
        Screen::ServiceFailed { .. } => vec![Act::WithoutService],
        Screen::ServiceUnknown { .. } => vec![Act::GoOn],
        Screen::BenefitsLost => vec![Act::WithoutBenefits],
        Screen::PayConfirm { busy: false, .. } => vec![Act::Pay],
        Screen::TimeShort | Screen::Declined { .. } => vec![Act::Stop],
        Screen::Options { .. }
        | Screen::Service { .. }
        | Screen::Returning
        | Screen::PayConfirm { .. }
        | Screen::Card { .. }
        | Screen::Settling { .. }
        | Screen::Done { .. }
        | Screen::Unknown { .. }
        | Screen::OutOfService { .. }
        | Screen::Staff { .. } => Vec::new(),
    }
}

/// In the end: the money, the goods and the benefits of one order, in three books that agree.
async fn settled(path: &Path, ledger: &Value, prbiti: &BTreeMap<String, Option<(String, bool)>>) -> Result<(), String> {
    let say = |error: till::journal::CopyError| error.to_string();
    let mut copy = Copy::of(path).await.map_err(say)?;
    let mut said = Vec::new();
    let verdict = inspect::verify(&mut copy, &mut said).await.map_err(|error| error.to_string())?;
    if verdict.problems > 0 {
        return Err(String::from_utf8_lossy(&said).into_owned());
    }
    let approved = |payment: &&Value| payment["state"] == "approved";
    let charged = ledger["payments"].as_array().map_or(0, |payments| payments.iter().filter(approved).count());
    let (mut paid, mut used) = (0, 0);
    for kept in copy.chains_after(i64::MIN).await.map_err(say)? {
        let summary = kept.summary?;
        let id = &summary.transaction_id;
        if summary.with_staff {
            return Err(format!("{id} is left to staff: {}", summary.state));
        }
        let is_paid = summary.approval_number.is_some();
        paid += usize::from(is_paid && summary.handed_over);
        if is_paid && !summary.handed_over {
            return Err(format!("{id} is paid and nobody has it"));
        }
        let took = matches!(prbiti.get(id), Some(Some((_, true))));
        used += usize::from(took);
        if took != (is_paid && prbiti.contains_key(id)) {
            return Err(format!("{id}: paid {is_paid}, its hold was used {took}"));
        }
    }
    let took = prbiti.values().filter(|hold| matches!(hold, Some((_, true)))).count();
    if (charged, paid) != (1, 1) || took != used {
        return Err(format!("{charged} payments, {paid} orders, {took} holds used of {used} that the journal knows"));
    }
    Ok(())
}

/// Whatever was done outside after the failure has its row in what a power cut at that moment leaves.
async fn never_ahead(log: &[Op], failed_at: usize, seed: u64, images: &mut u64) -> Result<Option<String>, Error> {
    let mut disk = Disk::default();
    let mut rng = fastrand::Rng::with_seed(seed ^ failed_at as u64);
    let mut done: Vec<&str> = Vec::new();
    for (at, op) in log.iter().enumerate() {
        disk.apply(op);
        if let Op::Did(what) = op {
            done.push(what);
        }
        if at + 1 == failed_at || (at >= failed_at && matches!(op, Op::Did(_))) {
            let place = place()?;
            crate::disk::write(&disk.after_cut(&mut rng), place.path())?;
            *images += 1;
            if let Err(missing) = proves(&place.path().join(JOURNAL), &done).await {
                return Ok(Some(format!("a power cut after call {at}: {missing}")));
            }
        }
    }
    Ok(None)
}

async fn proves(path: &Path, done: &[&str]) -> Result<(), String> {
    let say = |error: JournalError| error.to_string();
    trust_disk_again(path).await.map_err(say)?;
    Journal::open(path).await.map_err(say)?.close().await.map_err(say)?;
    let mut copy = Copy::of(path).await.map_err(|error| error.to_string())?;
    let mut chains: BTreeMap<String, (Vec<Row>, Option<String>)> = BTreeMap::new();
    for kept in copy.chains_after(i64::MIN).await.map_err(|error| error.to_string())? {
        let summary = kept.summary?;
        let rows = kept.chain.ok_or("a summary without entries")?.map_err(|damaged| damaged.to_string())?;
        chains.insert(summary.transaction_id, (rows, summary.order_number));
    }
    let mut posts: BTreeMap<String, usize> = BTreeMap::new();
    for what in done {
        let there = if let Some(text) = what.strip_prefix("posted ") {
            let message: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
            let id = message["data"]["transactionID"].as_str().unwrap_or_default().to_owned();
            let posted = posts.entry(id.clone()).or_default();
            *posted += 1;
            let asked = |(rows, _): &(Vec<Row>, _)| rows.iter().filter(|row| row.kind == "asked").count();
            chains.get(&id).map_or(0, asked) >= *posted
        } else if let Some(number) = what.strip_prefix("done ") {
            chains.values().any(|(_, of)| of.as_deref() == Some(number))
        } else {
            let named =
                |row: &Row| row.kind == "payment_started" && attempt(what).is_some_and(|id| row.body.contains(id));
            attempt(what).is_none() || chains.values().any(|(rows, _)| rows.iter().any(named))
        };
        if !there {
            return Err(format!("no row for: {what}"));
        }
    }
    Ok(())
}

/// The attempt that a call to the agent is about: its readiness is about none.
fn attempt(request: &str) -> Option<&str> {
    let after = |mark: &str| request.split_once(mark).map(|(_, rest)| rest);
    let rest = after(r#""attemptId":""#).or_else(|| after("/v1/payments/"))?;
    rest.split(|c: char| !c.is_ascii_alphanumeric()).next().filter(|id| !id.is_empty())
}

/// Stands between the kiosk and the agent, and puts each call into the recording before the agent hears of it.
async fn forward(to: String, recording: Arc<Recording>) -> Result<(String, tokio::task::JoinHandle<()>), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let forwarding = tokio::spawn(async move {
        while let Ok((kiosk, _)) = listener.accept().await {
            let (to, recording) = (to.clone(), recording.clone());
            tokio::spawn(async move {
                let Ok(agent) = TcpStream::connect(&to).await else { return };
                let (mut asks, mut hears) = kiosk.into_split();
                let (mut answers, mut is_asked) = agent.into_split();
                let back = async { drop(tokio::io::copy(&mut answers, &mut hears).await) };
                let ask = async {
                    let mut piece = vec![0; 1 << 16];
                    while let Ok(length @ 1..) = asks.read(&mut piece).await {
                        let text = piece.get(..length).unwrap_or_default();
                        recording.did(format!("asked {}", String::from_utf8_lossy(text)));
                        if is_asked.write_all(text).await.is_err() {
                            return;
                        }
                    }
                };
                tokio::join!(back, ask);
            });
        }
    });
    Ok((address, forwarding))
}

/// A request to the simulator's own controls.
async fn http(address: &str, method: &str, path: &str, body: &str) -> Result<String, Error> {
    let mut stream = TcpStream::connect(address).await?;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let answer = String::from_utf8(answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    if head.contains(" 200 ") || head.contains(" 204 ") { Ok(body.to_owned()) } else { Err(head.to_owned().into()) }
}

const KIOSK: &str = include_str!("../../till/tests/shop/kiosk.toml");

const CATALOG: &str = include_str!("../../till/tests/shop/catalog.toml");
