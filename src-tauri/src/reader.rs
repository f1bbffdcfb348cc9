//! A barcode reader that types like a keyboard: its keys are taken out of the window before any page sees them, whichever
//! page has the focus. Which keys are its own is decided in [`till::scanner::Keyboard`].

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use gtk::{
    gdk::{Event, EventKey, EventType, ModifierType, keys::constants},
    glib::{ControlFlow, Priority, Propagation, timeout_add_local_full},
    prelude::WidgetExt as _,
};
use till::{
    Till, config,
    scanner::{Form, Key, Keyboard, Port, Stroke, Verdict},
};
use webkit2gtk::WebView;

/// How long after the last letter's own time it is looked whether another one came, beyond the gap, ms: what came
/// in the meantime is handled before.
const SPARE_MS: u32 = 10;

/// How the reader types.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    form: Form,
    gap_ms: u32,
}

impl Reader {
    /// The reader that is configured, when it types.
    pub(crate) fn of(scanner: &config::Scanner) -> Option<Reader> {
        match &scanner.port {
            Port::Keyboard { usb: _, gap_ms } => Some(Reader { form: scanner.form.clone(), gap_ms: *gap_ms }),
            Port::Serial(_) | Port::Simulator => None,
        }
    }

    pub(crate) fn listening(self, till: Till) -> Listening {
        Listening(Rc::new(Desk {
            keyboard: RefCell::new(Keyboard::new(self.form, self.gap_ms)),
            pause: Duration::from_millis((self.gap_ms + SPARE_MS).into()),
            till,
            handing_on: Cell::new(false),
            heard: Cell::new(0),
            given: RefCell::default(),
        }))
    }
}

/// A reader whose keys are listened for.
#[derive(Clone)]
pub(crate) struct Listening(Rc<Desk>);

struct Desk {
    keyboard: RefCell<Keyboard<Numbered>>,
    pause: Duration,
    till: Till,
    /// A key that waited is on its way to the page: it is nobody's scan any more.
    handing_on: Cell<bool>,
    /// Keys so far.
    heard: Cell<u64>,
    /// Which keys went down for the page last, and when, ms. One that the page makes nothing of comes from it again, for
    /// whatever holds the page; as a new key it would be typed twice, or be missing from the next scan.
    given: RefCell<VecDeque<(u16, u32)>>,
}

/// So many keys are on their way through the page at most.
const ON_THEIR_WAY: usize = 32;

/// A key with its number: two copies of one event aren't equal.
struct Numbered(u64, Event);

impl Listening {
    /// Takes a key, unless it goes on to the page as it is.
    pub(crate) fn hears(&self, page: &WebView, event: &Event) -> Propagation {
        let desk = &self.0;
        if desk.handing_on.get() {
            return Propagation::Proceed;
        }
        let number = desk.heard.get() + 1;
        let Some(key) = key(event, number) else { return Propagation::Proceed };
        if key.pressed && desk.comes_again((key.code, key.at_ms)) {
            return Propagation::Proceed;
        }
        desk.heard.set(number);
        let verdict = desk.keyboard.borrow_mut().key(key);
        if let Verdict { typed, scan: None } = &verdict
            && let [only] = typed.as_slice()
            && only.0 == number
        {
            // The usual key of a finger, at once and untouched.
            desk.gives(&only.1);
            return Propagation::Proceed;
        }
        self.follow(page, verdict);
        if desk.keyboard.borrow().waits() {
            self.look_later(page.clone());
        }
        Propagation::Stop
    }

    fn follow(&self, page: &WebView, verdict: Verdict<Numbered>) {
        if let Some(scan) = verdict.scan {
            self.0.till.scanned(scan);
        }
        self.0.handing_on.set(true);
        for Numbered(_, typed) in verdict.typed {
            self.0.gives(&typed);
            page.event(&typed);
        }
        self.0.handing_on.set(false);
    }

    /// Looks whether nothing followed the last key. After every event that waits: a window that was busy first hears what
    /// was typed meanwhile.
    fn look_later(&self, page: WebView) {
        let (this, heard) = (self.clone(), self.0.heard.get());
        timeout_add_local_full(self.0.pause, Priority::DEFAULT_IDLE, move || {
            if this.0.heard.get() == heard {
                let verdict = this.0.keyboard.borrow_mut().silence();
                this.follow(&page, verdict);
            }
            ControlFlow::Break
        });
    }
}

impl Desk {
    /// The page is given this event.
    fn gives(&self, event: &Event) {
        let Some(Key { code, at_ms, .. }) = key(event, 0).filter(|key| key.pressed) else { return };
        let mut given = self.given.borrow_mut();
        given.truncate(ON_THEIR_WAY - 1);
        given.push_front((code, at_ms));
    }

    /// Was the page given this key, and is it here from there?
    fn comes_again(&self, key: (u16, u32)) -> bool {
        let mut given = self.given.borrow_mut();
        let place = given.iter().position(|one| *one == key);
        place.is_some_and(|place| given.remove(place).is_some())
    }
}

/// The key in an event, when there is one.
fn key(event: &Event, number: u64) -> Option<Key<Numbered>> {
    let pressed = event.event_type() == EventType::KeyPress;
    if !pressed && event.event_type() != EventType::KeyRelease {
        return None;
    }
    let of_key = event.clone().downcast::<EventKey>().ok()?;
    let stroke = stroke(&of_key);
    Some(Key {
        code: of_key.hardware_keycode(),
        pressed,
        stroke,
        at_ms: of_key.time(),
        event: Numbered(number, event.clone()),
    })
}

fn stroke(key: &EventKey) -> Stroke {
    if key.is_modifier() {
        return Stroke::Modifier;
    }
    let value = key.keyval();
    if [constants::Return, constants::KP_Enter, constants::Tab, constants::ISO_Left_Tab].contains(&value) {
        return Stroke::End;
    }
    let commands = ModifierType::CONTROL_MASK | ModifierType::MOD1_MASK | ModifierType::SUPER_MASK;
    match value.to_unicode() {
        Some(letter) if !letter.is_control() && !key.state().intersects(commands) => Stroke::Letter(letter),
        Some(_) | None => Stroke::Other,
    }
}
