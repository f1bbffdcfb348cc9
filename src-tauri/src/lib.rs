//! The shell: a window around the till.
//!
//! It starts things in order (log, configuration, simulator, till, window), carries the page's messages to the
//! till, and fences the window in. It decides nothing about orders or money.
//!
//! Reading order: [`run`], then `commands` (what the page may say), `window` (what the page may do), `reader` (a scan
//! among the keys) and `supervision` (what systemd is told).

mod commands;
mod demonstration;
#[cfg(target_os = "linux")]
mod reader;
mod speech;
#[cfg_attr(windows, path = "supervision/windows.rs")]
mod supervision;
mod window;

use std::{io::IsTerminal as _, path::PathBuf, time::Instant};

use tauri::{RunEvent, utils::config::Csp};
use thiserror::Error;
use till::{
    Till, boot,
    config::{self, Config},
    recent::RECENT,
    system,
};
use tracing_subscriber::EnvFilter;

/// What the program was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// The configuration's file.
    pub config: PathBuf,
    /// Where data are kept; the configuration's own folder when absent.
    pub data: Option<PathBuf>,
}

/// Why there is no window. Everything else that is wrong is a screen of the till.
#[derive(Debug, Error)]
pub enum Error {
    /// No display, or one that may not be used.
    #[cfg(target_os = "linux")]
    #[error("the kiosk has no display to open its window on: {source}")]
    Display {
        /// What GTK said.
        source: gtk::glib::BoolError,
    },
    /// A web view that doesn't start.
    #[error("the kiosk's window can't be opened: {source}")]
    Window {
        /// What Tauri said.
        source: tauri::Error,
    },
}

impl Error {
    /// What somebody can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            #[cfg(target_os = "linux")]
            Error::Display { .. } => "check that a display is there (DISPLAY or WAYLAND_DISPLAY)",
            Error::Window { .. } => window::NEEDS,
        }
    }
}

/// Runs the kiosk until its window is closed or the system asks it to end.
///
/// # Errors
/// When there is no window to show anything in.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
    tracing_subscriber::fmt()
        .with_writer(|| RECENT.beside(std::io::stderr()))
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(log_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"))))
        .init();
    end_on_panic();
    // Before anything else: there is nothing to start without a window.
    window::begin()?;

    let config = Config::load(&arguments.config, arguments.data.as_deref());
    let (config, simulator) = tauri::async_runtime::block_on(demonstration::with_simulator(config, &arguments.config));
    let (config, voice) = match config {
        Ok(config) => {
            let (speech, voice) = speech::start(config.speech.clone(), tauri::async_runtime::handle().inner());
            (Ok(Config { speech, ..config }), voice)
        }
        Err(errors) => (Err(errors), speech::Voice::default()),
    };
    let screen = config.as_ref().ok().map(|config| config.screen);
    let practice = config.as_ref().is_ok_and(|config| config.simulator.is_some());
    let keypad = config.as_ref().map(|config| config.keypad.clone()).unwrap_or_default();
    let module = config.as_ref().ok().and_then(|config| config.prbiti.module_url.address()).and_then(config::origin);
    let scanner = config.as_ref().ok().and_then(|config| config.scanner.clone());
    let page = window::Page::awaited(Instant::now());
    let till = Till::watched(
        config,
        Box::new(boot::now),
        tauri::async_runtime::handle().inner(),
        supervision::watch(page.clone()),
    );

    let mut context = tauri::generate_context!();
    context.config_mut().app.security.csp = Some(Csp::Policy(window::policy(module.as_deref())));

    let window_till = till.clone();
    let web_data = arguments.data.as_ref().filter(|data| data.is_dir()).map(|data| data.join("web"));
    let app = tauri::Builder::default()
        .manage(till.clone())
        .manage(voice)
        .manage(page.clone())
        .invoke_handler(tauri::generate_handler![commands::connect, commands::act, commands::module, commands::speak])
        .setup(move |app| {
            let wish = window::Wish { screen, practice, module, web_data, keypad, scanner };
            window::open(app.handle(), wish, window_till, page)?;
            end_when_asked(app.handle().clone());
            Ok(())
        })
        .build(context)
        .map_err(|source| Error::Window { source })?;

    let mut simulator = simulator;
    app.run(move |_, event| {
        if matches!(event, RunEvent::Exit) {
            tauri::async_runtime::block_on(till.stop());
            if let Some(simulator) = simulator.take() {
                tauri::async_runtime::block_on(simulator.stop());
            }
        }
    });
    Ok(())
}

/// Without what Tauri says of calls that came with a wrong key: it would write the right one, and as much of the wrong one
/// as a hostile page likes.
fn log_filter(asked: EnvFilter) -> EnvFilter {
    // The directive is a constant that a test parses.
    ["tauri::webview=off"].iter().filter_map(|directive| directive.parse().ok()).fold(asked, EnvFilter::add_directive)
}

/// A panic in any task or thread ends the program. A kiosk that goes on without its loop, or without the task that an
/// answer was to come from, stands still for ever; one that is started again goes on from its journal.
///
/// Here and not as `panic = "abort"` in the profile, so that it holds in every build and the log has the reason.
fn end_on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let trace = std::backtrace::Backtrace::capture();
        tracing::error!("the program ends and wants to be started again: {panic}\n{trace}");
        std::process::abort();
    }));
}

/// The system's request to end closes the journal in order, as closing the window does.
fn end_when_asked(app: tauri::AppHandle) {
    tauri::async_runtime::spawn(async move {
        let Ok(asked) = system::asked_to_end() else {
            tracing::warn!("requests of the system to end aren't heard; a kill is survived as well");
            return;
        };
        asked.await;
        app.exit(0);
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::{os::unix::process::ExitStatusExt as _, process::Command};

    #[test]
    fn a_panic_in_any_task_ends_the_program() {
        let ended = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::in_a_program_of_its_own", "--ignored", "--nocapture"])
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.signal(), Some(nix::sys::signal::Signal::SIGABRT as i32), "{log}");
        assert!(log.contains("wants to be started again") && log.contains("out of order"), "{log}");
    }

    #[test]
    fn the_log_leaves_out_what_tauri_says_of_keys_whatever_is_asked_for() {
        let filter = super::log_filter(tracing_subscriber::EnvFilter::new("tauri::webview=trace"));
        assert_eq!(filter.to_string(), "tauri::webview=off");
    }

    #[test]
    #[ignore = "started by a_panic_in_any_task_ends_the_program"]
    fn in_a_program_of_its_own() {
        tracing_subscriber::fmt().with_writer(std::io::stderr).init();
        super::end_on_panic();
        tauri::async_runtime::block_on(async {
            let task = tauri::async_runtime::spawn(async { panic!("out of order") });
            // Survived, as a runtime survives a task: then the test above sees a program that ends well.
            let _ended = task.await;
        });
    }
}
