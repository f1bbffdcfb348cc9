//! WebView2's widget around the page. Compiled, and not run yet.
//!
//! Much of what WebKitGTK's widget keeps away from customers isn't written for this one; the log says so at each start.

use std::{io, time::Duration};

use tauri::WebviewWindow;
use till::{
    Till,
    config::{Keypad, Scanner},
    system,
};

use super::{Page, Refusals};
use crate::Error;

/// Where the kiosk's own page is.
pub(super) const OWN: &str = "http://tauri.localhost";
/// Is it also asked what a frame may load? Only the policy's `frame-src` holds that here.
pub(super) const ASKS_FOR_FRAMES: bool = false;
/// What may be missing when there is no window.
pub(crate) const NEEDS: &str = "check that the WebView2 runtime is installed; the lines before this one may say more";

/// How often it is looked whether somebody touched the machine.
const LOOK: Duration = Duration::from_millis(250);

/// Before anything else: without a web view there is nothing to start.
pub(crate) fn begin() -> Result<(), Error> {
    let there = tauri::webview_version();
    there.map(drop).map_err(|missing| Error::Window { source: io::Error::other(missing.to_string()).into() })
}

/// Sees touches in the frame too, for Windows tells of any in any window: none other is there in front of a customer.
pub(super) fn watch(
    _: &WebviewWindow,
    till: Till,
    _: Page,
    _: Refusals,
    _: Keypad,
    _: Option<&Scanner>,
) -> tauri::Result<()> {
    tracing::warn!(
        "not available on Windows yet: dialogs, menus, permissions and lists of the module's page are kept from nobody; a \
         web process that ends or hangs isn't started again; the keypad's keys are heard only while the kiosk's own page has \
         the focus"
    );
    tauri::async_runtime::spawn(async move {
        let mut last = system::last_input_ms();
        if last.is_none() {
            tracing::error!(
                "Windows doesn't say when somebody touched the machine; whoever is in the module's page looks away"
            );
        }
        loop {
            tokio::time::sleep(LOOK).await;
            let now = system::last_input_ms();
            if now != last {
                till.input();
                last = now;
            }
        }
    });
    Ok(())
}
