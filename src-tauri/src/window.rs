//! The kiosk's window: its size, what may be loaded into it, and the touches that keep an order alive.

use std::{
    cell::Cell,
    collections::BTreeMap,
    path::PathBuf,
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use gtk::{
    gdk::{Event, EventType},
    gio::Cancellable,
    glib::{ControlFlow, Propagation, object::Cast as _, timeout_add_local, timeout_add_local_once},
    prelude::{GtkWindowExt as _, WidgetExt as _},
};
use tauri::{AppHandle, LogicalSize, WebviewUrl, WebviewWindow, WebviewWindowBuilder, webview::NewWindowResponse};
use till::{
    Till,
    config::{KeyUse, Keypad, Screen},
};
use webkit2gtk::{
    AuthenticationRequestExt as _, ColorChooserRequestExt as _, FileChooserRequestExt as _, HardwareAccelerationPolicy,
    PermissionRequestExt as _, PolicyDecisionExt as _, PolicyDecisionType, ResponsePolicyDecision,
    ResponsePolicyDecisionExt as _, SettingsExt as _, URIRequestExt as _, URIResponseExt as _, WebView,
    WebViewExt as _,
};

use crate::reader::Reader;

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
    /// A reader that types, when there is one.
    pub(crate) reader: Option<Reader>,
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
pub(crate) fn open(app: &AppHandle, wish: Wish, till: Till) -> tauri::Result<()> {
    let Wish { screen, practice, module, web_data, keypad, reader } = wish;
    let (width, height) = match screen {
        Some(screen) => (screen.width, screen.height),
        None => whole_monitor(app).unwrap_or(USUAL_PX),
    };
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
    watch(&window, till, refusals, keypad, reader)
}

/// The app's own page, and in a frame the module's. Where the frame may go is also held by the policy's `frame-src`,
/// and that it stays in its frame by the frame's sandbox and by [`watch`].
fn may_load(url: &tauri::Url, module: Option<&str>) -> bool {
    is_own(url.as_str()) || module == Some(url.origin().ascii_serialization().as_str())
}

fn is_own(url: &str) -> bool {
    url == "tauri://localhost" || url.starts_with("tauri://localhost/")
}

/// All that there is, for whoever is to read what is wrong with the configuration, px.
fn whole_monitor(app: &AppHandle) -> Option<(u32, u32)> {
    let monitor = app.primary_monitor().ok()??;
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

/// Is there a graphics processor that the web view could draw with?
fn has_gpu() -> bool {
    let devices = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    devices.into_iter().any(|device| device.file_name().to_string_lossy().starts_with("render"))
}

/// What only the widget around the page sees: touches in the frame too, a web process that died or hangs, a page that
/// left.
fn watch(
    window: &WebviewWindow,
    till: Till,
    refusals: Refusals,
    keypad: Keypad,
    reader: Option<Reader>,
) -> tauri::Result<()> {
    window.with_webview(move |platform| {
        let page = platform.inner();
        if !has_gpu() {
            // Drawn by the processor either way; without the detour through an imitated GPU in a third of the time.
            if let Some(settings) = webkit2gtk::WebViewExt::settings(&page) {
                settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
            }
        }
        if let Some(settings) = webkit2gtk::WebViewExt::settings(&page) {
            // The arrows of a keypad, in a page that knows nothing of keypads.
            settings.set_enable_spatial_navigation(true);
        }
        let reader = reader.map(|reader| reader.listening(till.clone()));
        page.connect_event(move |page, event| {
            let kind = event.event_type();
            if kind == EventType::ButtonPress || kind == EventType::TouchBegin || kind == EventType::KeyPress {
                till.input();
            }
            allow_resizing(page, false);
            if let Some(reader) = &reader
                && reader.hears(page, event) == Propagation::Stop
            {
                return Propagation::Stop;
            }
            match ours(event, &keypad) {
                Some(key) => {
                    press(page, key, kind);
                    Propagation::Stop
                }
                None => Propagation::Proceed,
            }
        });
        page.connect_event_after(|page, _| allow_resizing(page, true));
        end_when_it_hangs(&page);
        let endings = Cell::new(Endings::default());
        page.connect_web_process_terminated(move |page, reason| {
            let mut counted = endings.get();
            let pause = counted.pause(Instant::now());
            endings.set(counted);
            tracing::error!(?reason, ?pause, "the web process ended; the page is loaded again");
            let page = page.clone();
            timeout_add_local_once(pause, move || page.reload());
        });
        fence_in(&page, &refusals);
    })
}

/// A key that is the kiosk's wherever the focus is, as its page calls it: the module's page must not keep whoever has no
/// finger to leave it with.
fn ours(event: &Event, keypad: &Keypad) -> Option<&'static str> {
    let pressed = matches!(event.event_type(), EventType::KeyPress | EventType::KeyRelease);
    let key = event.keyval().filter(|_| pressed)?;
    keypad.use_of(key).map(|of| match of {
        KeyUse::Back => "Escape",
        KeyUse::Home => "Home",
        KeyUse::Staff => "F1",
        KeyUse::Again => "F2",
        KeyUse::Quieter => "F3",
        KeyUse::Louder => "F4",
        KeyUse::Slower => "F7",
        KeyUse::Faster => "F8",
        KeyUse::Contrast => "F9",
        KeyUse::Large => "F10",
        KeyUse::EarphonesIn => "F15",
        KeyUse::EarphonesOut => "F16",
    })
}

/// Hands such a key to the kiosk's own page, whichever page has the focus.
fn press(page: &WebView, key: &str, kind: EventType) {
    let what = if kind == EventType::KeyPress { "keydown" } else { "keyup" };
    let script = format!("document.dispatchEvent(new KeyboardEvent('{what}', {{ key: '{key}', bubbles: true }}))");
    page.evaluate_javascript(&script, None, None, None::<&Cancellable>, |_| {});
}

/// Tauri takes a finger at the edge of a window without a border for one that wants another size of it. It doesn't while
/// the window says that it has one size; for good it can't say so, or some window managers wouldn't let it fill the screen.
fn allow_resizing(page: &WebView, allowed: bool) {
    if let Some(Ok(window)) = page.toplevel().map(|window| window.downcast::<gtk::Window>()) {
        window.set_resizable(allowed);
    }
}

/// What a page may ask of the widget around it: to be shown, if it is one that may be. Nothing that would cover the
/// screen or leave it: no dialog, no other window, no permission.
fn fence_in(page: &WebView, refusals: &Refusals) {
    let told = refusals.clone();
    page.connect_decide_policy(move |_, decision, kind| {
        let Some(response) = decision.downcast_ref::<ResponsePolicyDecision>() else { return false };
        let refused = if kind == PolicyDecisionType::Response { refuse(response) } else { None };
        if let Some(what) = refused {
            told.tell(what);
            decision.ignore();
        }
        refused.is_some()
    });
    page.connect_context_menu(|_, _, _, _| true);
    let told = refusals.clone();
    page.connect_authenticate(move |_, request| {
        told.tell("a server that asks for a password was refused");
        request.cancel();
        true
    });
    let told = refusals.clone();
    page.connect_run_file_chooser(move |_, request| {
        told.tell("a page that asks for files was refused");
        request.cancel();
        true
    });
    page.connect_run_color_chooser(|_, request| {
        request.cancel();
        true
    });
    let told = refusals.clone();
    page.connect_permission_request(move |_, request| {
        told.tell("a page that asks for a permission was refused");
        request.deny();
        true
    });
    page.connect_show_option_menu(|_, _, _, _| true);
    page.set_has_tooltip(false);
    keep_alone(page, refusals.clone());
    page.connect_print(|_, _| true);
    page.connect_script_dialog(|_, _| true);
    page.connect_enter_fullscreen(|_| true);
}

/// How soon a window over the kiosk's is gone, at the latest.
const ALONE: Duration = Duration::from_millis(100);

/// Hides every window but the kiosk's: a list of suggestions or a tip that a page's control opens is a window of its own,
/// may say anything, and stays when the page is gone.
fn keep_alone(page: &WebView, refusals: Refusals) {
    let page = page.clone();
    timeout_add_local(ALONE, move || {
        let own = page.toplevel();
        for other in gtk::Window::list_toplevels() {
            if Some(&other) != own.as_ref() && other.is_visible() {
                other.hide();
                refusals.tell("a window over the kiosk's was hidden");
            }
        }
        ControlFlow::Continue
    });
}

/// Why a page isn't shown. The module's origin may fill a frame, never the window; and only with a page of its own, not
/// with what stands in its place when its server is broken: a frame that doesn't load proves that nothing was posted.
fn refuse(decision: &ResponsePolicyDecision) -> Option<&'static str> {
    let own = decision.request().and_then(|request| request.uri()).is_some_and(|uri| is_own(&uri));
    if decision.is_main_frame_main_resource() {
        return (!own).then_some("a page that was to replace the kiosk's own was refused");
    }
    if own {
        // A frame of the kiosk's origin inside the module's could reach all that the kiosk's page can.
        return Some("the kiosk's own page within a frame was refused");
    }
    let broken = decision.response().is_some_and(|response| response.status_code() >= 500);
    broken.then_some("a page of a broken server was refused")
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

/// How often the web process is asked for a sign of life, and after how many in a row without one it is ended.
const HEARTBEAT: Duration = Duration::from_secs(5);
const MISSED: u32 = 3;

/// Ends a web process that runs and does nothing any more: the kiosk's page, or the module's in the same process, is
/// caught in itself. WebKit's own watch over it begins only with a key or a touch, and not with every one.
fn end_when_it_hangs(page: &WebView) {
    let (page, missed) = (page.clone(), Rc::new(Cell::new(0)));
    timeout_add_local(HEARTBEAT, move || {
        if missed.get() >= MISSED {
            tracing::error!("the web process hangs; it is ended");
            page.terminate_web_process();
            missed.set(0);
        }
        missed.set(missed.get() + 1);
        let answered = missed.clone();
        // An error is an answer too: then there is no process, or another one.
        page.evaluate_javascript("0", None, None, None::<&Cancellable>, move |_| answered.set(0));
        ControlFlow::Continue
    });
}

/// Web processes that ended soon after one another. A page that dies on loading must not be loaded without a pause.
#[derive(Clone, Copy, Debug, Default)]
struct Endings {
    in_a_row: u32,
    last: Option<Instant>,
}

impl Endings {
    /// One that lived for so long has shown that the page can be loaded.
    const LIVED: Duration = Duration::from_secs(60);
    const LONGEST_PAUSE: Duration = Duration::from_secs(30);

    /// How long to wait before the page is loaded again: not at all the first time, then ever longer.
    fn pause(&mut self, now: Instant) -> Duration {
        let soon = self.last.is_some_and(|last| now.duration_since(last) < Self::LIVED);
        self.in_a_row = if soon { self.in_a_row.saturating_add(1) } else { 0 };
        self.last = Some(now);
        match self.in_a_row {
            0 => Duration::ZERO,
            again => Duration::from_secs(1 << (again - 1).min(5)).min(Self::LONGEST_PAUSE),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

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
    fn a_page_that_dies_on_loading_is_loaded_ever_more_rarely_and_one_that_lived_at_once() {
        let (mut endings, began) = (Endings::default(), Instant::now());
        let at = |second| began + Duration::from_secs(second);
        let pauses: Vec<u64> = (0..8).map(|second| endings.pause(at(second)).as_secs()).collect();
        assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(endings.pause(at(7 + 60)), Duration::ZERO);
        assert_eq!(endings.pause(at(7 + 61)), Duration::from_secs(1));
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
