//! Demonstration mode: the simulator inside this process, spoken to over HTTP and a serial line like the real thing.

use std::path::Path;

use prbiti_simulator::{Settings, Simulator};
use till::{
    config::{Config, ConfigErrors, Endpoint, Mistake, Secret, Secrets},
    journal::{self, JournalError},
    printer,
    scanner::{Port, Serial},
};

/// Starts the simulator when the configuration says so, and puts its addresses where the configuration says
/// "simulator". One that doesn't start is a mistake in the configuration: nothing may be sold.
pub(crate) async fn with_simulator(
    config: Result<Config, ConfigErrors>,
    file: &Path,
) -> (Result<Config, ConfigErrors>, Option<Simulator>) {
    let mut config = match config {
        Ok(config) => config,
        Err(errors) => return (Err(errors), None),
    };
    let Some(wish) = config.simulator.clone() else { return (Ok(config), None) };
    // A second kiosk on the same data must not take the first one's scanner and ledger away.
    if let Err(error @ JournalError::InUse { .. }) = journal::not_in_use(&config.journal).await {
        return (Err(broken(file, error.to_string(), Some(error.hint().to_owned()))), None);
    }
    let mut settings = Settings {
        port: wish.port,
        ledger: wish.ledger,
        scanner_pty: config.scanner.as_ref().is_some_and(|scanner| scanner.port == Port::Simulator),
        ..Settings::default()
    };
    match &config.secrets {
        Some(secrets) => {
            secrets.application_key.expose().clone_into(&mut settings.application_key);
            secrets.passwd.expose().clone_into(&mut settings.passwd);
            secrets.terminal_id.expose().clone_into(&mut settings.terminal_id);
            secrets.agent_token.expose().clone_into(&mut settings.agent_token);
            if let Some(secret) = &secrets.order_hook {
                secret.expose().clone_into(&mut settings.order_hook_secret);
            }
        }
        None => {
            config.secrets = Some(Secrets {
                application_key: Secret::new(settings.application_key.clone()),
                passwd: Secret::new(settings.passwd.clone()),
                terminal_id: Secret::new(settings.terminal_id.clone()),
                agent_token: Secret::new(settings.agent_token.clone()),
                order_hook: Some(Secret::new(settings.order_hook_secret.clone())),
            });
        }
    }
    match Simulator::start(settings).await {
        Ok(simulator) => match put_addresses(&mut config, &simulator) {
            Ok(()) => {
                tracing::info!("practice: no money is taken; scan and insert cards at {}", simulator.panel_url());
                (Ok(config), Some(simulator))
            }
            Err(reason) => (Err(broken(file, reason, None)), None),
        },
        Err(error) => (Err(broken(file, error.to_string(), Some(error.hint().to_owned()))), None),
    }
}

fn put_addresses(config: &mut Config, simulator: &Simulator) -> Result<(), String> {
    let hook = config.order_hook.as_mut().map(|hook| (&mut hook.url, simulator.order_hook_url()));
    let places = [
        (&mut config.prbiti.module_url, simulator.module_url()),
        (&mut config.payment.agent_url, simulator.agent_url()),
    ];
    for (endpoint, address) in places.into_iter().chain(hook) {
        if *endpoint == Endpoint::Simulator {
            let url = address.parse().map_err(|error| format!("the simulator's address {address}: {error}"))?;
            *endpoint = Endpoint::At(url);
        }
    }
    if let Some(scanner) = &mut config.scanner
        && scanner.port == Port::Simulator
    {
        let path = simulator.scanner_path().ok_or("a simulator without a scanner")?;
        scanner.port = Port::Serial(Serial::at(path));
    }
    for (printer, address) in [
        (&mut config.printer, simulator.printer_address()),
        (&mut config.kitchen_printer, simulator.kitchen_printer_address()),
    ] {
        if let Some(printer) = printer
            && printer.port == printer::Port::Simulator
        {
            printer.port = printer::Port::Tcp { host: address.ip().to_string(), port: address.port() };
        }
    }
    Ok(())
}

fn broken(file: &Path, found: String, todo: Option<String>) -> ConfigErrors {
    ConfigErrors {
        mistakes: vec![Mistake {
            file: file.to_owned(),
            line: 0,
            field: "simulator".to_owned(),
            found,
            expected: "a simulator that starts".to_owned(),
            todo,
        }],
    }
}
