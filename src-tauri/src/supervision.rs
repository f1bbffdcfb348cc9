//! What systemd is told: that the kiosk is up, and that its till, its window and its page go on. When one of them stands still,
//! or no page comes, the program is ended and started again by the watchdog of the unit that it runs in.

use std::{
    sync::mpsc::{self, TrySendError},
    thread,
    time::Instant,
};

use sd_notify::NotifyState;
use till::{Sign, Watch};

use crate::window::Page;

/// Two signs may get lost before systemd misses one.
const SIGNS_IN_A_LIMIT: u32 = 3;

/// A turn of the till that is to be passed on.
type Turned = Box<dyn FnOnce() + Send>;

/// Watches for whoever started the program, if it wants to hear of it; started by hand nobody does. Each turn of the till
/// goes by way of the window's thread: a window that stands still passes nothing on, nor does one without a page.
pub(crate) fn watch(page: Page) -> Watch {
    watch_by_way_of(move |turn| {
        let page = page.clone();
        gtk::glib::MainContext::default().invoke(move || {
            if page.is_missing(Instant::now()) {
                tracing::error!("no page comes, and nothing is shown; the program is to be started again");
            } else {
                turn();
            }
        });
    })
}

fn watch_by_way_of(window: impl Fn(Turned) + Send + Sync + 'static) -> Watch {
    let every = sd_notify::watchdog_enabled().map(|limit| limit / SIGNS_IN_A_LIMIT);
    let (tell, signs) = mpsc::sync_channel(SIGNS_IN_A_LIMIT as usize);
    // systemd may be busy; the till waits for nobody, so that a thread of its own does. It only passes on what the till
    // says: without a turn of the till there is nothing to pass on.
    let passing_on = thread::Builder::new().name("supervision".to_owned()).spawn(move || {
        for sign in signs {
            pass_on(sign);
        }
    });
    if let Err(error) = passing_on {
        tracing::error!("systemd can't be told that the kiosk is up, and will start it again: {error}");
    }
    Watch::new(every, move |sign| {
        let tell = tell.clone();
        let pass_on = move || match tell.try_send(sign) {
            // Of turns that weren't passed on yet one more tells nothing.
            Ok(()) | Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
        };
        match sign {
            // The window may be yet to come.
            Sign::Up => pass_on(),
            Sign::Turn => window(Box::new(pass_on)),
        }
    })
}

fn pass_on(sign: Sign) {
    let state = match sign {
        Sign::Up => NotifyState::Ready,
        Sign::Turn => NotifyState::Watchdog,
    };
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!("systemd wasn't told that the till goes on: {error}");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{
        io::{self, Write as _},
        os::unix::net::UnixDatagram,
        process::{Command, Stdio},
        sync::mpsc,
        thread,
        time::{Duration, Instant},
    };

    use till::{Till, boot, config::ConfigErrors};

    use super::{Turned, watch_by_way_of};

    const STANDS_STILL: &str = "PRBITI_TEST_STANDS_STILL";

    /// After so long without a sign systemd would end the program.
    const LIMIT: Duration = Duration::from_millis(300);

    #[test]
    fn systemd_hears_of_the_tills_turns_and_of_nothing_once_it_stands_still() {
        hears_until_it_stands_still("the till");
    }

    #[test]
    fn systemd_hears_of_nothing_once_the_window_stands_still() {
        hears_until_it_stands_still("the window");
    }

    fn hears_until_it_stands_still(what: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let systemd = UnixDatagram::bind(&path).unwrap();
        let mut kiosk = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "supervision::tests::in_a_program_of_its_own", "--ignored", "--nocapture"])
            .env("NOTIFY_SOCKET", &path)
            .env("WATCHDOG_USEC", LIMIT.as_micros().to_string())
            .env(STANDS_STILL, what)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let first = hears(&systemd, Duration::from_secs(20), 1);
        assert_eq!(first, ["READY=1"]);
        let turns = hears(&systemd, LIMIT * 5, usize::MAX);
        assert!(turns.len() >= 5 && turns.iter().all(|sign| sign == "WATCHDOG=1"), "{turns:?}");

        kiosk.stdin.take().unwrap().write_all(b"\n").unwrap();
        // What was on its way.
        let _late = hears(&systemd, LIMIT, usize::MAX);
        assert_eq!(hears(&systemd, LIMIT * 5, usize::MAX), [""; 0], "{what} stands still");
        assert!(kiosk.try_wait().unwrap().is_none(), "the program is there all the same");
        kiosk.kill().unwrap();
        kiosk.wait().unwrap();
    }

    /// What comes for so long, at most so many.
    fn hears(systemd: &UnixDatagram, during: Duration, most: usize) -> Vec<String> {
        let (until, mut heard) = (Instant::now() + during, Vec::new());
        let mut message = [0; 256];
        while heard.len() < most
            && let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
        {
            systemd.set_read_timeout(Some(left)).unwrap();
            if let Ok(length) = systemd.recv(&mut message) {
                heard.push(String::from_utf8_lossy(&message[..length]).trim_end().to_owned());
            }
        }
        heard
    }

    #[test]
    #[ignore = "started by those above"]
    fn in_a_program_of_its_own() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let nothing = Err(ConfigErrors { mistakes: Vec::new() });
        let (to_the_window, turns) = mpsc::channel::<Turned>();
        let watch = watch_by_way_of(move |turn| to_the_window.send(turn).unwrap());
        let till = Till::watched(nothing, Box::new(boot::now), runtime.handle(), watch);
        let (stand_still, stands_still) = mpsc::channel::<()>();
        thread::spawn(move || {
            while stands_still.try_recv().is_err() {
                if let Ok(turn) = turns.recv_timeout(LIMIT / 10) {
                    turn();
                }
            }
            thread::sleep(Duration::from_secs(60));
        });
        io::stdin().read_line(&mut String::new()).unwrap();
        // In a program whose other threads go on.
        if std::env::var(STANDS_STILL).unwrap() == "the window" {
            stand_still.send(()).unwrap();
        } else {
            // A page that keeps the loop for ever.
            till.connect(Box::new(|_| thread::sleep(Duration::from_secs(60))));
        }
        thread::sleep(Duration::from_secs(60));
    }
}
