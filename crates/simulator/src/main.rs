//! The simulator as a program of its own; `USAGE` says how it is called.

use prbiti_simulator::{Settings, Simulator};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: prbiti-simulator [--port N] [--module-port N] [--ledger FILE] [--agent-token-file FILE] [--printer-port N] [--kitchen-port N] [--kitchen-printer-port N] \
     [--scanner]";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "prbiti-simulator: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let settings = settings(std::env::args().skip(1))?;
    // Before the line that says "ready": whoever reads it may tell us to end at once.
    let asked = asked_to_end().map_err(|error| error.to_string())?;
    let simulator = Simulator::start(settings).await.map_err(|error| format!("{error}\n  hint: {}", error.hint()))?;
    let scanner = simulator.scanner_path().map_or_else(String::new, |path| format!(", scanner {}", path.display()));
    writeln!(
        std::io::stdout(),
        "prbiti-simulator: listening on {} (agent /agent, panel /panel), module {}, printer {}, kitchen {}, kitchen printer {}{scanner}",
        simulator.base_url(),
        simulator.module_url(),
        simulator.printer_address(),
        simulator.order_hook_url(),
        simulator.kitchen_printer_address()
    )
    .map_err(|error| error.to_string())?;
    asked.await;
    simulator.stop().await;
    Ok(())
}

#[cfg(target_os = "linux")]
fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(windows)]
fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move { interrupt.recv().await.unwrap_or_default() })
}

fn settings(mut arguments: impl Iterator<Item = String>) -> Result<Settings, String> {
    let mut settings = Settings { port: 8787, module_port: 8788, ..Settings::default() };
    let mut module_port = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        match argument.as_str() {
            "--port" => {
                settings.port = value()?.parse().map_err(|error| format!("--port: {error}\n{USAGE}"))?;
                // Whoever chooses a port may have others running: the module then takes any that is free.
                settings.module_port = 0;
            }
            "--module-port" => {
                module_port = Some(value()?.parse().map_err(|error| format!("--module-port: {error}\n{USAGE}"))?);
            }
            "--ledger" => settings.ledger = PathBuf::from(value()?),
            "--agent-token-file" => {
                let path = value()?;
                let token = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
                token.trim().clone_into(&mut settings.agent_token);
            }
            "--kitchen-port" => {
                settings.kitchen_port =
                    value()?.parse().map_err(|error| format!("--kitchen-port: {error}\n{USAGE}"))?;
            }
            "--kitchen-printer-port" => {
                settings.kitchen_printer_port =
                    value()?.parse().map_err(|error| format!("--kitchen-printer-port: {error}\n{USAGE}"))?;
            }
            "--printer-port" => {
                settings.printer_port =
                    value()?.parse().map_err(|error| format!("--printer-port: {error}\n{USAGE}"))?;
            }
            "--scanner" => settings.scanner_pty = true,
            other => return Err(format!("unknown argument {other}\n{USAGE}")),
        }
    }
    settings.module_port = module_port.unwrap_or(settings.module_port);
    Ok(settings)
}
