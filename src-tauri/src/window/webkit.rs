//! WebKitGTK's widget around the page.

use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, Instant},
};

use gtk::{
    gdk::{Event, EventType},
    gio::Cancellable,
    glib::{ControlFlow, Propagation, object::Cast as _, timeout_add_local, timeout_add_local_once},
    prelude::{GtkWindowExt as _, WidgetExt as _},
};
use tauri::WebviewWindow;
use till::{
    Till,
    config::{KeyUse, Keypad, Scanner},
};
use webkit2gtk::{
    AuthenticationRequestExt as _, ColorChooserRequestExt as _, FileChooserRequestExt as _, HardwareAccelerationPolicy,
    PermissionRequestExt as _, PolicyDecisionExt as _, PolicyDecisionType, ResponsePolicyDecision,
    ResponsePolicyDecisionExt as _, SettingsExt as _, URIRequestExt as _, URIResponseExt as _, WebView,
    WebViewExt as _,
};

use super::{Page, Refusals, is_own};
use crate::{Error, reader::Reader};

/// Where the kiosk's own page is.
pub(super) const OWN: &str = "tauri://localhost";
/// Is it also asked what a frame may load?
pub(super) const ASKS_FOR_FRAMES: bool = true;
/// What may be missing when there is no window.
pub(crate) const NEEDS: &str = "check that WebKitGTK is installed; the lines before this one may say more";

/// Before anything else: Tauri would panic without a display.
pub(crate) fn begin() -> Result<(), Error> {
    gtk::init().map_err(|source| Error::Display { source })
}

/// Is there a graphics processor that the web view could draw with?
fn has_gpu() -> bool {
    let devices = std::fs::read_dir("/dev/dri").into_iter().flatten().flatten();
    devices.into_iter().any(|device| device.file_name().to_string_lossy().starts_with("render"))
}

/// What only the widget around the page sees: touches in the frame too, a web process that died or hangs, a page that
/// left.
pub(super) fn watch(
    window: &WebviewWindow,
    till: Till,
    own: Page,
    refusals: Refusals,
    keypad: Keypad,
    scanner: Option<&Scanner>,
) -> tauri::Result<()> {
    let reader = scanner.and_then(Reader::of);
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
            let own = own.clone();
            timeout_add_local_once(pause, move || {
                own.is_loaded_again(Instant::now());
                // One that ended while it was loaded has left nothing that could be loaded again.
                page.load_uri(OWN);
            });
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
    use super::*;

    #[test]
    fn a_page_that_dies_on_loading_is_loaded_ever_more_rarely_and_one_that_lived_at_once() {
        let (mut endings, began) = (Endings::default(), Instant::now());
        let at = |second| began + Duration::from_secs(second);
        let pauses: Vec<u64> = (0..8).map(|second| endings.pause(at(second)).as_secs()).collect();
        assert_eq!(pauses, [0, 1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(endings.pause(at(7 + 60)), Duration::ZERO);
        assert_eq!(endings.pause(at(7 + 61)), Duration::from_secs(1));
    }
}
