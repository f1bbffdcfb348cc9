//! What every journey stands on: a display of its own, the real program in its real window, and a simulator.
//!
//! Reading order: [`kiosk`] (start, touch, look, kill), [`simulator`] (what happened outside), [`accounts`] (do they
//! agree?), then `machine` (what becomes of it meanwhile), `gate` (how Prbiti goes away), `stranger` (who takes its place), `driver`, `stage` and `typing` (how the window is reached).

// Each program that includes these files uses a part of them.
#![allow(dead_code)]

pub mod accounts;
pub mod driver;
pub mod gate;
pub mod kiosk;
pub mod machine;
pub mod simulator;
pub mod stage;
pub mod stranger;
pub mod typing;

use std::{future::Future, path::PathBuf, time::Duration};

pub use kiosk::Kiosk;
pub use simulator::Simulator;

/// How long a condition may take. Generous: it is only ever reached by a failure.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer, or fails with `what` that was waited for.
pub async fn wait_for<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    match patiently(LIMIT, &mut ask).await {
        Some(answer) => answer,
        None => panic!("waited {} s in vain for {what}", LIMIT.as_secs()),
    }
}

/// Asks again and again until there is an answer or the time is over, also when it is over in the middle of a question.
pub async fn patiently<T, F: Future<Output = Option<T>>>(limit: Duration, ask: &mut impl FnMut() -> F) -> Option<T> {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    };
    tokio::time::timeout(limit, asking).await.ok()
}

/// The project's own folder.
pub fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Where pictures of the window go.
pub fn shots() -> PathBuf {
    let folder = project().join("shots");
    std::fs::create_dir_all(&folder).expect("the folder for pictures");
    folder
}
