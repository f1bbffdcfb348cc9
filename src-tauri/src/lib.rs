//! The shell: a window around the till.
//!
//! It starts things in order (log, configuration, simulator, till, window), carries the page's three messages to the
//! till, and fences the window in. It decides nothing about orders or money.
//!
//! Reading order: [`run`], then `commands` (what the page may say) and `window` (what the page may do).

mod commands;
mod demonstration;
mod window;

use std::path::PathBuf;

use tauri::{RunEvent, utils::config::Csp};
use thiserror::Error;
use till::{Till, config::Config};
use tracing_subscriber::EnvFilter;

/// What the program was started with.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// The configuration's file.
    pub config: PathBuf,
    /// Where data are kept; the configuration's own folder when absent.
    pub data: Option<PathBuf>,
}

/// Why there is no window. Everything else that is wrong is a screen of the till.
#[derive(Debug, Error)]
pub enum Error {
    /// No display, or a web view that doesn't start.
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
            Error::Window { .. } => {
                "check that a display is there (DISPLAY or WAYLAND_DISPLAY) and that WebKitGTK is installed"
            }
        }
    }
}

/// Runs the kiosk until its window is closed or the system asks it to end.
///
/// # Errors
/// When there is no window to show anything in.
pub fn run(arguments: &Arguments) -> Result<(), Error> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .init();

    let config = Config::load(&arguments.config, arguments.data.as_deref());
    let (config, simulator) = tauri::async_runtime::block_on(demonstration::with_simulator(config, &arguments.config));
    if let Err(errors) = &config {
        tracing::error!("the configuration can't be used:\n{errors}\n{}", errors.hint());
    }
    let screen = config.as_ref().ok().map(|config| config.screen);
    let practice = config.as_ref().is_ok_and(|config| config.simulator.is_some());
    let module = config.as_ref().ok().and_then(|config| till::config::origin(config.prbiti.module_url.address("")));
    let till = tauri::async_runtime::block_on(Till::start(config));

    let mut context = tauri::generate_context!();
    context.config_mut().app.security.csp = Some(Csp::Policy(window::policy(module.as_deref())));

    let window_till = till.clone();
    let web_data = arguments.data.as_ref().map(|data| data.join("web"));
    let app = tauri::Builder::default()
        .manage(till.clone())
        .invoke_handler(tauri::generate_handler![commands::connect, commands::act, commands::module])
        .setup(move |app| {
            let wish = window::Wish { screen, practice, module, web_data };
            window::open(app.handle(), wish, window_till)?;
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

/// The system's request to end closes the journal in order, as closing the window does.
fn end_when_asked(app: tauri::AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    tauri::async_runtime::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            tracing::warn!("requests of the system to end aren't heard; a kill is survived as well");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        app.exit(0);
    });
}
