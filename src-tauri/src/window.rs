//! The kiosk's window: its size, what may be loaded into it, and the touches that keep an order alive.

#[cfg(target_os = "linux")]
mod webkit;
#[cfg(windows)]
mod webview2;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tauri::{AppHandle, LogicalSize, WebviewUrl, WebviewWindow, WebviewWindowBuilder, webview::NewWindowResponse};
use till::{
    Till,
    config::{Keypad, Scanner, Screen},
};

#[cfg(target_os = "linux")]
use webkit as widget;
#[cfg(windows)]
use webview2 as widget;
pub(crate) use widget::{NEEDS, begin};

/// The window's name in the capabilities.
const LABEL: &str = "kiosk";
/// The reference panel, for a kiosk whose configuration can't be read and whose monitor isn't known either.
const USUAL_PX: (u32, u32) = (1080, 1920);

/// What the window is opened with.
pub(crate) struct Wish {
    /// The panel; absent when the configuration can't be read.
    pub(crate) screen: Option<Screen>,
    /// In demonstration mode the window shrinks to fit an ordinary monitor.
    pub(crate) practice: bool,
    /// The module's origin: the only stranger that may be shown, in a frame.
    pub(crate) module: Option<String>,
    /// Where the web view keeps its files.
    pub(crate) web_data: Option<PathBuf>,
    /// The keys that are the kiosk's.
    pub(crate) keypad: Keypad,
    /// The barcode reader, which may be one that types.
    pub(crate) scanner: Option<Scanner>,
}

/// The content security policy: everything from the program itself, and one frame from the module's origin.
pub(crate) fn policy(module: Option<&str>) -> String {
    let frames = module.unwrap_or("'none'");
    format!(
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
         connect-src 'self' ipc: http://ipc.localhost; frame-src {frames}; \
         object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// Opens the window on the app's own page.
pub(crate) fn open(app: &AppHandle, wish: Wish, till: Till, page: Page) -> tauri::Result<()> {
    let Wish { screen, practice, module, web_data, keypad, scanner } = wish;
    let monitor = whole_monitor(app);
    let (width, height) = match screen {
        Some(screen) => (screen.width, screen.height),
        None => monitor.unwrap_or(USUAL_PX),
    };
    if let Some((monitor_width, monitor_height)) = monitor.filter(|monitor| !practice && *monitor != (width, height)) {
        // Tauri's own span around this would be told with all that is in the program.
        tracing::warn!(
            parent: None,
            "the monitor has {monitor_width}x{monitor_height} px, and the screen is {width}x{height}: put right screen.width \
             and height, or turn the picture (docs/install.md)"
        );
    }
    let refusals = Refusals::default();
    let (of_pages, of_windows) = (refusals.clone(), refusals.clone());
    let mut builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("prbiti-kiosk")
        .decorations(false)
        .inner_size(f64::from(width), f64::from(height))
        .position(0.0, 0.0)
        .fullscreen(screen.is_none_or(|screen| screen.fullscreen))
        .devtools(false)
        .zoom_hotkeys_enabled(false)
        .on_navigation(move |url| {
            let allowed = may_load(url, module.as_deref());
            if !allowed && url.as_str() != "about:blank" {
                of_pages.tell("a page of a strange origin was refused");
            }
            allowed
        })
        .on_new_window(move |_, _| {
            of_windows.tell("a new window was refused");
            NewWindowResponse::Deny
        })
        .on_download(|_, _| false);
    if let Some(folder) = web_data {
        builder = builder.data_directory(folder);
    }
    let window = builder.build()?;
    if practice {
        fit_monitor(&window, width, height)?;
    }
    widget::watch(&window, till, page, refusals, keypad, scanner.as_ref())
}

/// Whether a page of the kiosk's is there, or since when one is awaited. Without a page the screen shows nothing, whatever
/// else goes on.
#[derive(Clone)]
pub(crate) struct Page(Arc<Mutex<Option<Instant>>>);

impl Page {
    /// One that is about to be loaded.
    pub(crate) fn awaited(now: Instant) -> Page {
        Page(Arc::new(Mutex::new(Some(now))))
    }

    /// It said that it is there.
    pub(crate) fn is_there(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Who watches over it. On Windows nobody does yet.
#[cfg(target_os = "linux")]
impl Page {
    /// So long a page has to load and to say that it is there.
    const LOADS: Duration = Duration::from_secs(60);

    /// It ended; another one is loaded.
    fn is_loaded_again(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// None is there, and none comes any more.
    pub(crate) fn is_missing(&self, now: Instant) -> bool {
        let awaited = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        awaited.is_some_and(|since| now.duration_since(since) >= Self::LOADS)
    }
}

/// The app's own page, and in a frame the module's. Where the frame may go is also held by the policy's `frame-src`,
/// and that it stays in its frame by the frame's sandbox and by [`widget::watch`].
fn may_load(url: &tauri::Url, module: Option<&str>) -> bool {
    let in_frame = widget::ASKS_FOR_FRAMES && module == Some(url.origin().ascii_serialization().as_str());
    in_frame || is_own(url.as_str())
}

fn is_own(url: &str) -> bool {
    url.strip_prefix(widget::OWN).is_some_and(|path| path.is_empty() || path.starts_with('/'))
}

/// All that there is, for whoever is to read what is wrong with the configuration, px.
fn whole_monitor(app: &AppHandle) -> Option<(u32, u32)> {
    // Under Wayland none of them is the first.
    let first = || app.available_monitors().ok()?.into_iter().next();
    let monitor = app.primary_monitor().ok()?.or_else(first)?;
    let size = monitor.size().to_logical::<u32>(monitor.scale_factor());
    Some((size.width, size.height))
}

/// Shrinks window and page alike, so that a panel of 1080 × 1920 can be tried on a desktop monitor.
#[allow(clippy::float_arithmetic)]
fn fit_monitor(window: &WebviewWindow, width: u32, height: u32) -> tauri::Result<()> {
    let Some(monitor) = window.primary_monitor()? else { return Ok(()) };
    let room = monitor.size().to_logical::<f64>(monitor.scale_factor());
    let (width, height) = (f64::from(width), f64::from(height));
    let scale = (room.width / width).min(room.height / height);
    if scale < 1.0 {
        window.set_zoom(scale)?;
        window.set_size(LogicalSize::new(width * scale, height * scale))?;
    }
    Ok(())
}

/// What pages were refused, for the log: one line a minute for each thing, for a page that goes mad must not fill the
/// disk that the journal is on.
#[derive(Clone, Default)]
struct Refusals(Arc<Mutex<BTreeMap<&'static str, Refused>>>);

#[derive(Default)]
struct Refused {
    told: Option<Instant>,
    since: u32,
}

impl Refusals {
    const EVERY: Duration = Duration::from_secs(60);

    fn tell(&self, what: &'static str) {
        if let Some(times) = self.count(what, Instant::now()) {
            tracing::warn!(times, "{what}");
        }
    }

    /// How often it happened since it was told, when it is to be told now.
    fn count(&self, what: &'static str, now: Instant) -> Option<u32> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let one = all.entry(what).or_default();
        one.since = one.since.saturating_add(1);
        if one.told.is_some_and(|told| now.duration_since(told) < Self::EVERY) {
            return None;
        }
        one.told = Some(now);
        Some(std::mem::take(&mut one.since))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_page_is_missing_once_it_was_awaited_for_too_long() {
        let began = Instant::now();
        let at = |second| began + Duration::from_secs(second);
        let page = Page::awaited(at(0));
        assert_eq!((page.is_missing(at(59)), page.is_missing(at(60))), (false, true));
        page.is_there();
        assert!(!page.is_missing(at(3_600)));
        page.is_loaded_again(at(3_600));
        assert_eq!((page.is_missing(at(3_659)), page.is_missing(at(3_660))), (false, true));
    }

    fn loads(url: &str) -> bool {
        may_load(&url.parse().unwrap(), Some("https://module.example"))
    }

    #[test]
    fn only_the_app_and_the_modules_exact_origin_are_loaded() {
        assert!(loads("tauri://localhost"));
        assert!(loads("tauri://localhost/index.html"));
        assert!(loads("https://module.example/module?x=1"));
        assert!(!loads("https://module.example:8443/module"));
        assert!(!loads("http://module.example/module"));
        assert!(!loads("https://module.example.evil.example/"));
        assert!(!loads("tauri://localhost.evil.example/"));
        assert!(!loads("file:///etc/passwd"));
        assert!(!loads("data:text/html,x"));
    }

    #[test]
    fn what_is_refused_over_and_over_is_told_once_a_minute() {
        let (refusals, began) = (Refusals::default(), Instant::now());
        let lines: Vec<_> = (0..130).filter_map(|s| refusals.count("a", began + Duration::from_secs(s))).collect();
        assert_eq!(lines, [1, 60, 60]);
        assert_eq!(refusals.count("b", began), Some(1));
    }

    #[test]
    fn without_a_module_no_frame_is_allowed() {
        assert!(policy(None).contains("frame-src 'none'"));
        assert!(!may_load(&"https://module.example/".parse().unwrap(), None));
    }

    #[test]
    fn the_policy_names_one_frame_and_lets_no_script_in() {
        let policy = policy(Some("https://module.example"));
        assert!(policy.contains("frame-src https://module.example;"));
        assert!(policy.contains("script-src 'self';"));
        assert!(!policy.contains("unsafe"));
    }
}
