//! What the page may say: three commands, each of which hands one thing to the till and answers nothing.

use checkout::view::{Act, FromModule, ToPage};
use tauri::{State, ipc::Channel};
use till::Till;

/// A page was loaded; everything for it goes through `channel` from now on.
#[tauri::command]
pub(crate) fn connect(till: State<'_, Till>, channel: Channel<ToPage>) {
    tracing::info!("a page is connected");
    till.connect(Box::new(move |message| {
        // A page that is gone is followed by another, which connects by itself.
        if let Err(error) = channel.send(message) {
            tracing::debug!(%error, "the page is gone");
        }
    }));
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
