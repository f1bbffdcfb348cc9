//! The simulator: a process of its own that lives on when the kiosk is killed, or the one inside the kiosk.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};

use super::{gate::Gate, stage::Group, wait_for};

/// What is outside the kiosk: Prbiti, the card terminal and the scanner.
pub struct Simulator {
    process: Option<Group>,
    base: String,
    ledger: PathBuf,
    /// Where the receipt printer is.
    printer: String,
    /// Where the kiosk finds the module; the agent and the journeys' own questions pass it by.
    gate: Option<Gate>,
    http: reqwest::Client,
}

impl Simulator {
    /// Starts a process with its ledger in `folder`.
    pub fn start(folder: &Path) -> Simulator {
        let ledger = folder.join("ledger.db");
        let (process, base, printer) = spawn(0, "0", &ledger);
        let gate = Gate::before(SocketAddr::from((Ipv4Addr::LOCALHOST, port(&base))));
        Simulator { process: Some(process), base, ledger, printer, gate: Some(gate), http: client() }
    }

    /// The one that runs inside the kiosk.
    pub fn inside(base: String) -> Simulator {
        Simulator { process: None, base, ledger: PathBuf::new(), printer: String::new(), gate: None, http: client() }
    }

    pub fn module_url(&self) -> String {
        let port = self.gate.as_ref().map_or_else(|| port(&self.base), |gate| gate.port);
        format!("http://127.0.0.1:{port}/module")
    }

    /// Prbiti's way in, to be shut.
    pub fn gate(&self) -> &Gate {
        self.gate.as_ref().expect("a simulator of its own has a gate")
    }

    pub fn agent_url(&self) -> String {
        format!("{}/agent", self.base)
    }

    /// Host and port.
    pub fn printer_address(&self) -> &str {
        &self.printer
    }

    pub fn scanner(&self) -> PathBuf {
        self.ledger.with_file_name("scanner")
    }

    /// As a power cut would.
    pub fn kill(&mut self) {
        self.process = None;
        // As with a plug that is pulled its name goes: the number behind it may soon be another journey's scanner. It
        // isn't there when there was no scanner.
        let _ = std::fs::remove_file(self.scanner());
    }

    /// Under the same address, with the same ledger.
    pub fn restart(&mut self) {
        self.kill();
        let printer = self.printer.rsplit(':').next().expect("its port");
        self.process = Some(spawn(port(&self.base), printer, &self.ledger).0);
        // The connections of the one before are dead.
        self.http = client();
    }

    /// It dies with its memory, and another comes in its place: nothing that it did is known any more.
    pub fn forget(&mut self) {
        self.kill();
        for end in ["", "-wal", "-shm"] {
            // What isn't there is forgotten already.
            let _ = std::fs::remove_file(format!("{}{end}", self.ledger.display()));
        }
        self.restart();
    }

    async fn control(&self, what: &str, wish: Value) {
        let answer = self.http.post(format!("{}/control/{what}", self.base)).json(&wish).send().await;
        let answer = answer.unwrap_or_else(|error| panic!("/control/{what}: {error}"));
        let status = answer.status();
        let text = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "/control/{what} {wish}: {status} {text}");
    }

    /// Sets the terminal: `{"mode", "autoAfterMs", "next"}`.
    pub async fn terminal(&self, wish: Value) {
        self.control("terminal", wish).await;
    }

    /// Something is to go wrong.
    pub async fn fault(&self, wish: Value) {
        self.control("faults", wish).await;
    }

    pub async fn no_more_faults(&self) {
        let answer = self.http.delete(format!("{}/control/faults", self.base)).send().await;
        assert!(answer.is_ok_and(|answer| answer.status().is_success()), "DELETE /control/faults");
    }

    /// Puts a card into the terminal, once it waits for one.
    pub async fn insert_card(&self, outcome: Value) {
        let url = format!("{}/control/terminal/insert", self.base);
        wait_for("the terminal to wait for a card", || async {
            let answer = self.http.post(&url).json(&json!({"outcome": outcome})).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// Puts a card into the terminal, if it waits for one.
    pub async fn insert_card_if_asked(&self, outcome: Value) {
        let url = format!("{}/control/terminal/insert", self.base);
        let answer =
            self.http.post(url).json(&json!({"outcome": outcome})).send().await.expect("the terminal is there");
        let status = answer.status();
        assert!(status.is_success() || status == reqwest::StatusCode::CONFLICT, "{status}");
    }

    /// Somebody charges a card at the terminal, past the kiosk.
    pub async fn charge_past_the_kiosk(&self, won: i64) {
        let order = json!({"attemptId": "past-the-kiosk", "amount": won, "timeoutMs": 5_000});
        let request =
            self.http.post(format!("{}/v1/payments", self.agent_url())).bearer_auth(super::kiosk::AGENT_TOKEN);
        let answer = request.json(&order).send().await.expect("the agent answers");
        let answer: Value = answer.json().await.expect("JSON");
        assert_eq!(answer["outcome"], "approved", "{answer}");
    }

    /// Changes what it remembers.
    pub async fn tamper(&self, sql: &str) {
        let options = SqliteConnectOptions::new().filename(&self.ledger).busy_timeout(Duration::from_secs(5));
        let mut ledger = options.connect().await.expect("the ledger opens");
        let done = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut ledger).await.expect(sql);
        assert_eq!(done.rows_affected(), 1, "{sql}");
        ledger.close().await.expect("the ledger closes");
    }

    /// Holds a code under the scanner.
    pub async fn scan(&self, code: &str) {
        self.control("scan", json!({"code": code})).await;
    }

    /// Pulls the scanner's plug, or puts it back as a new device.
    pub async fn plug_scanner(&self, plugged: bool) {
        self.control("scanner", json!({"plugged": plugged})).await;
    }

    /// What a person does to the receipt printer.
    pub async fn printer(&self, wish: Value) {
        self.control("printer", wish).await;
    }

    /// The papers that came out of it, the oldest first: what stands on each, row by row, and whether it is whole.
    pub async fn papers(&self) -> Vec<(Vec<String>, bool)> {
        let printer = self.get("printer").await;
        let row = |row: &Value| row.as_str().unwrap_or_default().trim().to_owned();
        let paper = |paper: &Value| {
            let rows = paper["rows"].as_array().expect("rows").iter().map(row).collect();
            (rows, paper["whole"] == true)
        };
        printer["papers"].as_array().expect("papers").iter().rev().map(paper).collect()
    }

    pub async fn ledger(&self) -> Value {
        self.get("ledger").await
    }

    /// Every message that it got and gave.
    pub async fn log(&self) -> Vec<Value> {
        let log = self.get("log").await;
        let messages = log.as_array().or_else(|| log["messages"].as_array());
        // It also says which of its faults struck.
        messages.into_iter().flatten().filter(|entry| entry["direction"] != "fault").cloned().collect()
    }

    async fn get(&self, what: &str) -> Value {
        let url = format!("{}/control/{what}", self.base);
        wait_for(&url, || async { self.http.get(&url).send().await.ok()?.json().await.ok() }).await
    }

    /// Where the kitchen takes orders.
    pub async fn order_hook_url(&self) -> String {
        self.get("addresses").await["kitchen"].as_str().expect("the kitchen's address").to_owned()
    }

    /// What the kitchen does with what it is told: `{"mode", "times", "delayMs"}`.
    pub async fn kitchen(&self, wish: Value) {
        self.control("kitchen", wish).await;
    }

    /// Waits until the kitchen has an order like this.
    pub async fn until_kitchen_has(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let asked = || async { self.get("kitchen").await["orders"].as_array()?.iter().find(|one| fits(one)).cloned() };
        wait_for(&format!("{what} in the kitchen"), asked).await
    }

    /// Waits until the ledger's table has a row like this.
    pub async fn until(&self, what: &str, table: &str, fits: impl Fn(&Value) -> bool) -> Value {
        wait_for(what, || async { self.ledger().await[table].as_array()?.iter().find(|row| fits(row)).cloned() }).await
    }

    /// Waits until the ledger's table has no row like this.
    pub async fn until_none(&self, what: &str, table: &str, fits: impl Fn(&Value) -> bool) {
        wait_for(&format!("{what} to be gone"), || async {
            let ledger = self.ledger().await;
            (!ledger[table].as_array()?.iter().any(&fits)).then_some(())
        })
        .await;
    }

    /// Waits until a message of this type came in.
    pub async fn until_received(&self, kind: &str) {
        let word = format!("\"type\":\"{kind}\"");
        wait_for(&format!("a {kind} at Prbiti"), || async {
            let log = self.log().await;
            log.iter()
                .any(|message| {
                    message["direction"] == "in" && message.to_string().replace(['\\', ' '], "").contains(&word)
                })
                .then_some(())
        })
        .await;
    }

    /// The transaction that Prbiti was asked about last.
    pub async fn asked_transaction(&self) -> String {
        wait_for("a message with a transaction", || async {
            let log = self.log().await;
            let message = log.iter().rev().find(|message| message["direction"] == "in")?;
            message["transactionID"].as_str().map(str::to_owned)
        })
        .await
    }

    /// How many rows a table has in which `field` is `value`.
    pub async fn count(&self, table: &str, field: &str, value: &str) -> usize {
        let ledger = self.ledger().await;
        ledger[table].as_array().map_or(0, |rows| rows.iter().filter(|row| row[field] == value).count())
    }
}

// None of its answers waits for anything outside.
fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(Duration::from_secs(20)).build().expect("an HTTP client")
}

fn port(base: &str) -> u16 {
    base.rsplit(':').next().and_then(|port| port.parse().ok()).expect("an address with a port")
}

fn spawn(port: u16, printer: &str, ledger: &Path) -> (Group, String, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_prbiti-kiosk")).with_file_name("prbiti-simulator");
    assert!(program.exists(), "{} is missing: cargo build -p prbiti-simulator", program.display());
    let mut process = Group::spawn(
        Command::new(program)
            .args(["--port", &port.to_string(), "--printer-port", printer, "--scanner", "--ledger"])
            .arg(ledger)
            .stdout(Stdio::piped()),
    );
    let line = process.first_line();
    let base = line.split_whitespace().find(|word| word.starts_with("http://"));
    let base = base.unwrap_or_else(|| panic!("the simulator said {line:?}")).to_owned();
    let printer = line.split_once("printer ").and_then(|(_, rest)| rest.split([',', ' ']).next());
    let printer = printer.unwrap_or_else(|| panic!("the simulator said {line:?}")).to_owned();
    (process, base, printer)
}
