//! What the page may say: three commands that hand one thing to the till, and one that is read aloud. None answers.

use std::{
    mem,
    sync::mpsc::{self, Receiver},
    thread,
};

use checkout::view::{Act, FromModule, Screen, ToPage};
use tauri::{State, WebviewWindow, ipc::Channel};
use till::Till;

use crate::{
    speech::{Utterance, Voice},
    window::Page,
};

/// A page was loaded; everything for it goes through `channel` from now on.
#[tauri::command]
pub(crate) fn connect(till: State<'_, Till>, page: State<'_, Page>, window: WebviewWindow, channel: Channel<ToPage>) {
    tracing::info!("a page is connected");
    page.is_there();
    let (tell, told) = mpsc::channel();
    // What is told waits for the window's thread, which may be busy, or wait for the till to end. The till waits for
    // neither.
    let telling = thread::Builder::new().name("page".to_owned()).spawn(move || tell_page(&told, &window, &channel));
    if let Err(error) = telling {
        tracing::error!("a page can't be told anything: {error}");
        return;
    }
    till.connect(Box::new(move |message| {
        if tell.send(message).is_err() {
            tracing::debug!("the page is gone");
        }
    }));
}

/// Tells the page all that it is to show, until another one is connected.
fn tell_page(told: &Receiver<ToPage>, window: &WebviewWindow, channel: &Channel<ToPage>) {
    // What the program that ran before has left counts, too.
    let mut left = true;
    for message in told {
        forget_the_modules(window, &mut left, &message);
        // A page that is gone is followed by another, which connects by itself.
        if let Err(error) = channel.send(message) {
            tracing::debug!(%error, "the page is gone");
        }
    }
}

/// What the module's page has stored (cookies, a store, a worker that answers in its server's place) is gone before the
/// next customer comes: on the first screen, when no frame of it is open.
fn forget_the_modules(window: &WebviewWindow, left: &mut bool, message: &ToPage) {
    let ToPage::View { view } = message else { return };
    if view.module.is_some() {
        *left = true;
    } else if view.screen == Screen::Attract && mem::take(left) {
        match window.clear_all_browsing_data() {
            Ok(()) => tracing::debug!("what the module's page stored is removed"),
            Err(error) => tracing::warn!(%error, "what the module's page stored can't be removed"),
        }
    }
}

/// The customer touched something on the view of this number.
#[tauri::command]
pub(crate) fn act(till: State<'_, Till>, view: u32, act: Act) {
    till.act(view, act);
}

/// Something came from the module's frame of this session.
#[tauri::command]
pub(crate) fn module(till: State<'_, Till>, session: u32, event: FromModule) {
    till.module(session, event);
}

/// This is read aloud, and whatever was being read stops; nothing is, when it is absent.
#[tauri::command]
pub(crate) fn speak(voice: State<'_, Voice>, utterance: Option<Utterance>) {
    voice.say(utterance);
}
