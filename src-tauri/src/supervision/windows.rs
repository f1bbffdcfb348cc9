//! What Windows is told of the till's turns: nothing yet.

use till::Watch;

use crate::window::Page;

/// Nobody watches, and nobody starts the program again.
pub(crate) fn watch(_: Page) -> Watch {
    tracing::warn!("not available on Windows yet: nobody starts the kiosk again when it ends or stands still");
    Watch::nobody()
}
