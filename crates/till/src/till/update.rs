//! The kiosk's part in its own updates: it asks the publisher, waits for a moment in which nobody and no money is in
//! between, stops selling, and hands the release over. And it says when it is well, which ends an update to it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use ::update::{
    key::TrustedKeys,
    record::{self, Became, Last, Record},
    spool,
    stage::End,
    window::{NotNow, Window, may_install},
};
use checkout::{
    kiosk::{Busy, Event},
    view::{LastUpdate, UpdateEnd},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep},
};

use super::{Desk, Message};
use crate::{
    config, system,
    updates::{Asked, PROGRAM, Ready, Updates},
};

/// What systemd names the folder of this service's runtime files in, and what in it says that the kiosk is well.
const RUNTIME_FOLDER: &str = "RUNTIME_DIRECTORY";
const HEALTHY: &str = "healthy";

/// A moment for an update is looked for so often.
const LOOK: Duration = Duration::from_secs(60);
/// What failed is tried again after so long, if the publisher isn't asked sooner.
const RETRY: Duration = Duration::from_secs(15 * 60);
/// So long the helper has to end the program or to say why not; then the kiosk sells on.
const AWAITED: Duration = Duration::from_secs(10 * 60);
/// How often it is looked at what the helper says.
const POLL: Duration = Duration::from_secs(5);

/// What the updates want of the loop.
#[derive(Debug)]
pub(super) enum Ask {
    /// To be handed over now: if it may be, nothing is sold from here on.
    MayInstall(Window, oneshot::Sender<Result<(), NotNow<Busy>>>),
    /// It wasn't installed: the kiosk sells on.
    NotInstalled,
}

/// Says once that the kiosk is well, where somebody wants to know.
#[derive(Debug, Default)]
pub(super) struct Mark {
    path: Option<PathBuf>,
}

impl Mark {
    pub(super) fn from_environment() -> Mark {
        Mark { path: std::env::var_os(RUNTIME_FOLDER).map(|folder| Path::new(&folder).join(HEALTHY)) }
    }

    fn tell(&mut self) {
        let Some(path) = self.path.take() else { return };
        let new = path.with_extension("new");
        let written = fs::write(&new, format!("{PROGRAM}\n")).and_then(|()| fs::rename(&new, &path));
        if let Err(error) = written {
            tracing::error!(path = %path.display(), %error, "nobody hears that the kiosk is well; an update is rolled back");
        }
    }
}

impl Desk {
    /// Once the journal is open, what was interrupted is resumed, and the first screen is there.
    pub(super) fn tell_when_well(&mut self) {
        if self.kiosk.is_up() {
            self.mark.tell();
        }
    }

    pub(super) async fn update(&mut self, ask: Ask) {
        match ask {
            Ask::MayInstall(window, answer) => {
                let at = self.now();
                let minute = minute_of_day(at.wall_ms, self.shop.utc_offset_min);
                let may = may_install(minute, window, self.kiosk.busy(&at));
                if may.is_ok() {
                    self.handle(Event::Updating(true)).await;
                }
                // Who asked and has gone leaves a kiosk that sells nothing.
                if answer.send(may).is_err() {
                    self.handle(Event::Updating(false)).await;
                }
            }
            Ask::NotInstalled => self.handle(Event::Updating(false)).await,
        }
    }

    /// Keeps the kiosk up to date from here on, as the configuration says.
    pub(super) fn begin_updates(&self, config: &config::Update, data: &Path) {
        match updates(config, data) {
            Ok(updates) => {
                let check = Duration::from_secs(u64::from(config.check_hours) * 3600);
                let (window, queue) = (config.window, self.queue.clone());
                tokio::spawn(async move { keep_up_to_date(&updates, window, check, &queue).await });
            }
            Err(error) => tracing::error!("this kiosk isn't updated: {error}"),
        }
    }
}

fn updates(config: &config::Update, data: &Path) -> io::Result<Updates> {
    let keys = system::update_keys()?;
    Ok(Updates {
        url: config.url.clone(),
        channel: config.channel.clone(),
        installed: PROGRAM.parse().map_err(io::Error::other)?,
        machine: system::machine_id()?,
        keys: TrustedKeys::read(keys.iter().map(String::as_str)).map_err(io::Error::other)?,
        downloads: data.join("updates"),
        spool: spool::FOLDER.into(),
        helper: record::FOLDER.into(),
    })
}

async fn keep_up_to_date(updates: &Updates, window: Window, check: Duration, queue: &mpsc::Sender<Message>) {
    tell_last(&updates.helper);
    loop {
        let pause = match updates.ask().await {
            Ok(Asked::Nothing(why)) if why.is_usual() => {
                tracing::info!("no update: {why}");
                check
            }
            Ok(Asked::Nothing(why)) => {
                tracing::warn!(hint = why.hint(), "no update: {why}");
                check
            }
            Ok(Asked::Ready(ready)) if ready.is_way_back => {
                hand_over(updates, &ready);
                sleep(LOOK).await;
                // With the way back there, what is newer may follow at once; without a helper nothing ever does.
                let kept = Record::read(&updates.helper)
                    .is_ok_and(|record| record.way_back.is_some_and(|package| package.version == updates.installed));
                if kept { Duration::ZERO } else { check }
            }
            Ok(Asked::Ready(ready)) => {
                install(updates, &ready, window, check, queue).await;
                RETRY.min(check)
            }
            Err(error) => {
                tracing::warn!(hint = error.hint(), "the publisher of updates: {error}");
                RETRY.min(check)
            }
        };
        sleep(pause).await;
    }
}

/// Waits for a moment, hands over, and waits for what comes of it: nearly always that the program ends.
async fn install(updates: &Updates, ready: &Ready, window: Window, check: Duration, queue: &mpsc::Sender<Message>) {
    tracing::info!("{} is here, and is installed between {window} when nobody is there", ready.version());
    let until = Instant::now() + check;
    while Instant::now() < until {
        let (answer, wait) = oneshot::channel();
        if queue.send(Message::Update(Ask::MayInstall(window, answer))).await.is_err() {
            return;
        }
        match wait.await {
            Ok(Ok(())) => {
                if is_still_offered(updates, ready).await && hand_over(updates, ready) {
                    await_helper(updates).await;
                }
                // Nobody is left to tell when the loop has ended.
                let _told = queue.send(Message::Update(Ask::NotInstalled)).await;
                return;
            }
            Ok(Err(NotNow::Busy(_) | NotNow::OutsideWindow(_))) => sleep(LOOK).await,
            Err(_) => return,
        }
    }
}

async fn is_still_offered(updates: &Updates, ready: &Ready) -> bool {
    let version = ready.version();
    match updates.still_offered(ready).await {
        Ok(true) => true,
        Ok(false) => {
            tracing::warn!("{version} isn't offered to this kiosk any more, and isn't installed");
            false
        }
        Err(error) => {
            tracing::warn!(hint = error.hint(), "{version} isn't installed now: is it still offered? {error}");
            false
        }
    }
}

fn hand_over(updates: &Updates, ready: &Ready) -> bool {
    let handed = updates.hand_over(ready);
    match &handed {
        Ok(()) => tracing::info!("{} is handed over to be installed", ready.version()),
        Err(error) => tracing::error!(hint = error.hint(), "{} isn't handed over: {error}", ready.version()),
    }
    handed.is_ok()
}

/// Until the helper has written what became of it.
async fn await_helper(updates: &Updates) {
    let last = || Record::read(&updates.helper).ok().and_then(|record| record.last);
    let (before, until) = (last(), Instant::now() + AWAITED);
    while last() == before && Instant::now() < until {
        sleep(POLL).await;
    }
    tell_last(&updates.helper);
}

/// What became of the last update, for staff. The package that is kept as the way back is none.
pub(super) fn last(helper: &Path) -> Option<LastUpdate> {
    let Last { version, at_s, became } = Record::read(helper).ok()?.last?;
    let ended = match became {
        Became::WayBack => return None,
        Became::Ended { end: End::Healthy } => UpdateEnd::Installed,
        Became::Ended { end: End::RolledBack { .. } } => UpdateEnd::RolledBack,
        Became::Ended { end: End::GaveUp { .. } } | Became::Refused { .. } => UpdateEnd::NotInstalled,
    };
    let version = version.map(|version| version.to_string()).unwrap_or_default();
    Some(LastUpdate { version, at_ms: i64::try_from(at_s).ok()?.checked_mul(1000)?, ended })
}

/// What became of the last update, for whoever reads the log.
fn tell_last(helper: &Path) {
    if let Some(last) = Record::read(helper).ok().and_then(|record| record.last) {
        let version = last.version.map_or_else(|| "a release".to_owned(), |version| version.to_string());
        tracing::info!("the last update, {version}: {}", last.became.told());
    }
}

/// Minutes after midnight on the shop's clock.
fn minute_of_day(wall_ms: i64, utc_offset_min: i32) -> u16 {
    let minute = (wall_ms.div_euclid(60_000) + i64::from(utc_offset_min)).rem_euclid(24 * 60);
    u16::try_from(minute).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use checkout::view::{OutOfService, Screen};

    use super::*;
    use crate::{boot::now, journal::Journal};

    /// A kiosk whose journal is open, before a page is there.
    async fn desk(folder: &tempfile::TempDir) -> Desk {
        let (queue, _messages) = mpsc::channel(1);
        let mut desk = Desk::new(Box::new(now), queue);
        desk.mark = Mark { path: Some(folder.path().join(HEALTHY)) };
        desk.go_on_with(Journal::open(&folder.path().join("journal.db")).await).await;
        while let Some(event) = desk.soon.pop_front() {
            desk.handle(event).await;
        }
        desk
    }

    async fn may(desk: &mut Desk, window: &str) -> Result<(), NotNow<Busy>> {
        let (answer, wait) = oneshot::channel();
        desk.update(Ask::MayInstall(window.parse().unwrap(), answer)).await;
        wait.await.unwrap()
    }

    fn rests(desk: &Desk) -> bool {
        matches!(desk.kiosk.view(&now()).screen, Screen::OutOfService { why: OutOfService::Updating, .. })
    }

    #[tokio::test]
    async fn a_kiosk_says_that_it_is_well_once_its_first_screen_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(&folder).await;
        let healthy = folder.path().join(HEALTHY);
        assert!(!healthy.exists(), "the journal is open, and nobody sees anything");
        desk.handle(Event::PageConnected).await;
        assert_eq!(fs::read_to_string(&healthy).unwrap(), format!("{PROGRAM}\n"));
        fs::remove_file(&healthy).unwrap();
        desk.handle(Event::Tick).await;
        assert!(!healthy.exists(), "it is said once");
    }

    #[tokio::test]
    async fn nothing_is_sold_while_an_update_comes_and_on_again_when_it_doesnt() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(&folder).await;
        assert!(matches!(may(&mut desk, "00:00-24:00").await, Err(NotNow::Busy(Busy::Recovering))));
        desk.handle(Event::PageConnected).await;
        assert!(!rests(&desk));
        // The shop of this kiosk has no offset: its clock is UTC.
        let minute = minute_of_day(now().wall_ms, 0);
        let past = (minute + 24 * 60 - 5) % (24 * 60);
        let before = (past + 24 * 60 - 5) % (24 * 60);
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let over = format!("{}-{}", clock(before), clock(past.max(1)));
        assert!(matches!(may(&mut desk, &over).await, Err(NotNow::OutsideWindow(_))));
        assert!(!rests(&desk));
        assert_eq!(may(&mut desk, "00:00-24:00").await, Ok(()));
        assert!(rests(&desk), "whoever comes now sees why");
        desk.update(Ask::NotInstalled).await;
        assert!(!rests(&desk));
    }

    #[test]
    fn staff_see_what_became_of_the_last_update_and_not_of_the_way_back() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(last(folder.path()), None);
        let (well, ill) = (End::Healthy, End::RolledBack { why: "it hangs".into() });
        for (became, ended) in [
            (Became::Ended { end: well }, Some(UpdateEnd::Installed)),
            (Became::Ended { end: ill }, Some(UpdateEnd::RolledBack)),
            (Became::Refused { why: "older".into() }, Some(UpdateEnd::NotInstalled)),
            (Became::WayBack, None),
        ] {
            let version = Some("0.3.0".parse().unwrap());
            let record = Record { last: Some(Last { version, at_s: 1_796_000_000, became }), ..Record::default() };
            fs::write(folder.path().join("state.json"), serde_json::to_vec(&record).unwrap()).unwrap();
            let seen = last(folder.path());
            assert_eq!(seen.as_ref().map(|seen| seen.ended), ended);
            assert!(seen.is_none_or(|seen| (seen.version.as_str(), seen.at_ms) == ("0.3.0", 1_796_000_000_000)));
        }
    }

    #[tokio::test]
    async fn whoever_asked_and_has_gone_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut desk = desk(&folder).await;
        desk.handle(Event::PageConnected).await;
        let (answer, _) = oneshot::channel();
        desk.update(Ask::MayInstall("00:00-24:00".parse().unwrap(), answer)).await;
        assert!(!rests(&desk));
    }

    #[test]
    fn the_minute_of_the_day_is_the_shops() {
        assert_eq!(minute_of_day(0, 0), 0);
        assert_eq!(minute_of_day(59_999, 9 * 60), 540);
        assert_eq!(minute_of_day(15 * 3_600_000, 9 * 60), 0);
        assert_eq!(minute_of_day(0, -60), 23 * 60);
    }
}
