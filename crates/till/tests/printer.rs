//! The printer over real TCP and a real pseudo terminal: what is printed comes once, whatever happens to cable and roll.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    io::{Read as _, Write as _},
    path::PathBuf,
    time::Duration,
};

use checkout::paper::{Line, Paper, PrintOutcome, PrinterState};
use nix::{
    pty::openpty,
    sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr},
    unistd::ttyname,
};
use prbiti_simulator::{Settings, Simulator};
use serde_json::{Value, json};
use till::printer::{Bitmap, Drawn, Job, Letters, Patience, Port, PrinterEvent, Style, encode, run};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};

/// Longer than anything here may take; only a failing test waits for it.
const TOO_LONG: Duration = Duration::from_secs(30);

/// So little that a test needn't wait, and enough for a busy machine to answer.
const IMPATIENT: Patience = Patience {
    looks: Duration::from_millis(20),
    answers: Duration::from_secs(3),
    takes: Duration::from_secs(3),
    comes: Duration::from_secs(6),
    waits: Duration::from_millis(300),
};

const STYLE: Style = Style { columns: 42, letters: Letters::Cp949, logo: None };

/// A running task of the printer.
struct Printing {
    jobs: mpsc::Sender<Job>,
    events: mpsc::Receiver<PrinterEvent>,
    task: JoinHandle<()>,
}

impl Printing {
    fn start(port: Port, patience: Patience) -> Printing {
        let (jobs, to_print) = mpsc::channel(8);
        let (say, events) = mpsc::channel(64);
        Printing { jobs, events, task: tokio::spawn(run(port, patience, to_print, say)) }
    }

    async fn print(&self, name: u32, lines: &[&str]) {
        let lines = lines.iter().map(|text| Line::Text((*text).to_owned())).collect();
        self.print_paper(name, Paper(lines), &STYLE).await;
    }

    async fn print_paper(&self, name: u32, paper: Paper, style: &Style) {
        self.jobs.send(Job { name, bytes: encode(&paper, style).unwrap() }).await.unwrap();
    }

    async fn next(&mut self) -> PrinterEvent {
        timeout(TOO_LONG, self.events.recv()).await.expect("an event").expect("the task runs")
    }

    /// What became of that paper, whatever the printer says of itself meanwhile.
    async fn came(&mut self, name: u32) -> PrintOutcome {
        loop {
            if let PrinterEvent::Came(of, outcome) = self.next().await {
                assert_eq!(of, name, "each has one end, in its turn");
                return outcome;
            }
        }
    }

    async fn is(&mut self, state: PrinterState) {
        loop {
            match self.next().await {
                PrinterEvent::Is(found) if found == state => return,
                PrinterEvent::Is(_) => {}
                came @ PrinterEvent::Came(..) => panic!("{came:?} before the printer is {state:?}"),
            }
        }
    }
}

/// The simulator with its printer, and what a person does to that.
struct Shop {
    simulator: Simulator,
    _folder: tempfile::TempDir,
}

impl Shop {
    async fn new() -> (Shop, Printing) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { ledger: folder.path().join("ledger.db"), ..Settings::default() };
        let simulator = Simulator::start(settings).await.unwrap();
        let address = simulator.printer_address();
        let port = Port::Tcp { host: address.ip().to_string(), port: address.port() };
        let mut printing = Printing::start(port, IMPATIENT);
        printing.is(PrinterState::Ready).await;
        (Shop { simulator, _folder: folder }, printing)
    }

    async fn set(&self, change: Value) {
        let url = format!("{}/control/printer", self.simulator.base_url());
        reqwest::Client::new().post(url).json(&change).send().await.unwrap().error_for_status().unwrap();
    }

    async fn printer(&self) -> Value {
        reqwest::get(format!("{}/control/printer", self.simulator.base_url())).await.unwrap().json().await.unwrap()
    }

    /// The rows of each paper, the oldest first.
    async fn papers(&self) -> Vec<Vec<String>> {
        let printer = self.printer().await;
        let papers = printer["papers"].as_array().unwrap().iter().rev();
        papers
            .map(|paper| {
                assert_eq!(paper["unknown"], json!([]), "every command is one that printers have");
                let rows = paper["rows"].as_array().unwrap().iter().map(|row| row.as_str().unwrap().to_owned());
                rows.filter(|row| !row.is_empty()).collect()
            })
            .collect()
    }
}

#[tokio::test]
async fn what_is_printed_comes_out_as_it_was_meant() {
    let (shop, mut printing) = Shop::new().await;
    let paper = Paper(vec![
        Line::Title("모퉁이커피".into()),
        Line::Pair("아메리카노 × 2".into(), "6,000".into()),
        Line::Number("A127".into()),
        Line::Code("0192f0c4a7b87d3e8f1a2b3c4d5e6f70".into()),
    ]);
    printing.print_paper(1, paper.clone(), &STYLE).await;
    assert_eq!(printing.came(1).await, PrintOutcome::Printed);
    let papers = shop.papers().await;
    let text = paper.text(42);
    let (expected, came): (Vec<&str>, Vec<&str>) =
        (text.lines().map(str::trim).collect(), papers[0].iter().map(|row| row.trim()).collect());
    assert_eq!(papers.len(), 1);
    assert_eq!(came[..3], expected[..3]);
    assert_eq!(papers[0][3], "[0192f0c4a7b87d3e8f1a2b3c4d5e6f70]");
    let url = format!("{}/control/printer/papers/1", shop.simulator.base_url());
    let png = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    assert_eq!(&png[1..4], b"PNG");
}

#[tokio::test]
async fn without_paper_nothing_is_sent_and_what_waited_is_not_printed_later() {
    let (shop, mut printing) = Shop::new().await;
    for (change, state) in [
        (json!({"paper": "out"}), PrinterState::PaperOut),
        (json!({"paper": "ok", "coverOpen": true}), PrinterState::CoverOpen),
    ] {
        shop.set(change).await;
        printing.is(state).await;
        printing.print(1, &["nobody's"]).await;
        assert_eq!(printing.came(1).await, PrintOutcome::NotBegun);
    }
    shop.set(json!({"coverOpen": false, "paper": "low"})).await;
    printing.is(PrinterState::PaperLow).await;
    printing.print(2, &["somebody's"]).await;
    assert_eq!(printing.came(2).await, PrintOutcome::Printed);
    assert_eq!(shop.papers().await, [["somebody's"]]);
}

#[tokio::test]
async fn the_roll_that_ends_in_the_middle_is_told_and_nothing_is_printed_again() {
    let (shop, mut printing) = Shop::new().await;
    shop.set(json!({"outAfterLines": 2})).await;
    printing.print(1, &["one", "two", "three", "four"]).await;
    assert_eq!(printing.next().await, PrinterEvent::Is(PrinterState::PaperOut));
    assert_eq!(printing.came(1).await, PrintOutcome::Unknown);
    shop.set(json!({"paper": "ok"})).await;
    printing.is(PrinterState::Ready).await;
    printing.print(2, &["another"]).await;
    assert_eq!(printing.came(2).await, PrintOutcome::Printed);
    let rows: Vec<String> = shop.papers().await.concat();
    assert_eq!(rows, ["one", "two", "three", "four", "another"], "each line once");
    // What is left of the first hangs at nobody else's paper.
    assert_eq!(shop.papers().await.last().unwrap(), &["another"]);
}

#[tokio::test]
async fn a_roll_that_ends_behind_a_paper_is_told_too() {
    let (shop, mut printing) = Shop::new().await;
    printing.print(1, &["whole"]).await;
    assert_eq!(printing.came(1).await, PrintOutcome::Printed);
    shop.set(json!({"paper": "out"})).await;
    printing.is(PrinterState::PaperOut).await;
    assert_eq!(shop.papers().await, [["whole"]]);
}

#[tokio::test]
async fn papers_come_in_their_turn() {
    let (shop, mut printing) = Shop::new().await;
    for name in 1..=5 {
        printing.print(name, &[&format!("paper {name}")]).await;
    }
    for name in 1..=5 {
        assert_eq!(printing.came(name).await, PrintOutcome::Printed);
    }
    assert_eq!(shop.papers().await.concat(), ["paper 1", "paper 2", "paper 3", "paper 4", "paper 5"]);
}

#[tokio::test]
async fn a_printer_that_hangs_is_away_and_comes_back() {
    let (shop, mut printing) = Shop::new().await;
    shop.set(json!({"hangs": true})).await;
    printing.is(PrinterState::Away).await;
    printing.print(1, &["nobody's"]).await;
    assert_eq!(printing.came(1).await, PrintOutcome::NotBegun);
    shop.set(json!({"hangs": false})).await;
    printing.is(PrinterState::Ready).await;
    assert_eq!(shop.papers().await, Vec::<Vec<String>>::new());
}

#[tokio::test]
async fn unplugged_and_plugged_in_again_it_goes_on() {
    let (shop, mut printing) = Shop::new().await;
    for name in [1, 2] {
        shop.set(json!({"plugged": false})).await;
        printing.is(PrinterState::Away).await;
        shop.set(json!({"plugged": true})).await;
        printing.is(PrinterState::Ready).await;
        printing.print(name, &[&format!("paper {name}")]).await;
        assert_eq!(printing.came(name).await, PrintOutcome::Printed);
    }
    assert_eq!(shop.papers().await.concat(), ["paper 1", "paper 2"]);
}

/// What a printer on the network does until it has taken so many bytes of a paper; then its cable is pulled.
async fn until_it_is_pulled(listener: &TcpListener, most: usize) -> Vec<u8> {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut paper = Vec::new();
    while paper.len() < most {
        let Some(byte) = answered(&mut stream).await else { break };
        paper.extend(byte);
    }
    paper
}

/// The next byte of a paper; what is asked is answered.
async fn answered(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut byte = [0];
    stream.read_exact(&mut byte).await.ok()?;
    let mut rest = [0; 2];
    match byte[0] {
        0x10 => {
            stream.read_exact(&mut rest).await.ok()?;
            stream.write_all(&[0b0001_0010]).await.ok()?;
            Some(Vec::new())
        }
        0x1d => {
            stream.read_exact(&mut rest[..1]).await.ok()?;
            if rest[0] == b'r' {
                stream.read_exact(&mut rest[1..]).await.ok()?;
                stream.write_all(&[0]).await.ok()?;
                return Some(Vec::new());
            }
            Some(vec![0x1d, rest[0]])
        }
        other => Some(vec![other]),
    }
}

#[tokio::test]
async fn what_was_sent_before_the_cable_was_pulled_is_not_sent_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = Port::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    let mut printing = Printing::start(port, IMPATIENT);
    let long = "x".repeat(3_000);
    printing.print(1, &[&long]).await;
    let sent = timeout(TOO_LONG, until_it_is_pulled(&listener, 100)).await.unwrap();
    assert!(sent.len() >= 100);
    assert_eq!(printing.came(1).await, PrintOutcome::Unknown);
    // Plugged in again, it is sent nothing but what comes now, behind what is left of the other.
    let second = tokio::spawn(async move { until_it_is_pulled(&listener, 30).await });
    printing.is(PrinterState::Ready).await;
    printing.print(2, &["another"]).await;
    let sent = timeout(TOO_LONG, second).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&sent).into_owned();
    assert!(!text.contains('x') && text.contains("another"), "{text}");
    assert!(sent.starts_with(&[0x1b, b'@', 0x1b, b'd', 4, 0x1d, b'V']), "the rest is cut off first: {sent:?}");
}

#[tokio::test]
async fn one_that_takes_nothing_more_in_the_middle_holds_nothing_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = Port::Tcp { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
    let impatient = Patience { takes: Duration::from_millis(200), answers: Duration::from_millis(400), ..IMPATIENT };
    let mut printing = Printing::start(port, impatient);
    // More than all buffers on the way have room for.
    printing.jobs.send(Job { name: 1, bytes: vec![b'x'; 32 << 20] }).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut taken = 0;
    while taken < 10 {
        taken += answered(&mut stream).await.unwrap().len();
    }
    assert_eq!(printing.came(1).await, PrintOutcome::Unknown);
    printing.is(PrinterState::Away).await;
}

/// A printer on a serial line: a pseudo terminal, with a thread that answers and keeps what it is sent.
struct OnALine {
    path: PathBuf,
    kept: std::sync::Arc<std::sync::Mutex<Vec<u8>>>,
    _far: std::os::fd::OwnedFd,
}

impl OnALine {
    fn new() -> OnALine {
        let pty = openpty(None, None).unwrap();
        let mut settings = tcgetattr(&pty.slave).unwrap();
        cfmakeraw(&mut settings);
        tcsetattr(&pty.slave, SetArg::TCSANOW, &settings).unwrap();
        let path = ttyname(&pty.slave).unwrap();
        let mut near: fs::File = pty.master.into();
        let kept = std::sync::Arc::<std::sync::Mutex<Vec<u8>>>::default();
        let keeps = kept.clone();
        std::thread::spawn(move || {
            let mut byte = [0];
            let mut said = Vec::new();
            while near.read_exact(&mut byte).is_ok() {
                keeps.lock().unwrap().push(byte[0]);
                said.push(byte[0]);
                // Flow control of a serial line, which is no answer.
                let answer: &[u8] = match said.as_slice() {
                    [.., 0x10, 0x04, 1 | 2 | 4] => &[0x11, 0b0001_0010],
                    [.., 0x1d, b'r', 1] => &[0x13, 0x11, 0],
                    _ => continue,
                };
                said.clear();
                if near.write_all(answer).is_err() {
                    return;
                }
            }
        });
        OnALine { path, kept, _far: pty.slave }
    }
}

#[tokio::test]
async fn it_prints_over_a_serial_line_and_a_device_file() {
    for serial in [true, false] {
        let printer = OnALine::new();
        let path = printer.path.clone();
        let port = if serial { Port::Serial { path, baud: 115_200 } } else { Port::Device(path) };
        let mut printing = Printing::start(port, IMPATIENT);
        printing.is(PrinterState::Ready).await;
        printing.print(1, &["모퉁이커피"]).await;
        assert_eq!(printing.came(1).await, PrintOutcome::Printed);
        let kept = printer.kept.lock().unwrap().clone();
        let korean = [0xb8, 0xf0, 0xc5, 0xfc, 0xc0, 0xcc, 0xc4, 0xbf, 0xc7, 0xc7];
        assert!(kept.windows(korean.len()).any(|bytes| bytes == korean), "in CP949: {kept:x?}");
    }
}

#[tokio::test]
async fn what_is_no_printer_is_away_and_the_task_ends_with_its_last_job() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for port in [
        Port::Device("/nowhere/lp0".into()),
        Port::Device(file.path().to_owned()),
        Port::Serial { path: file.path().to_owned(), baud: 9600 },
        Port::Tcp { host: "127.0.0.1".into(), port: 1 },
        Port::Simulator,
    ] {
        let mut printing = Printing::start(port.clone(), IMPATIENT);
        assert_eq!(printing.next().await, PrinterEvent::Is(PrinterState::Away), "{port}");
        printing.print(1, &["nobody's"]).await;
        assert_eq!(printing.came(1).await, PrintOutcome::NotBegun, "{port}");
        drop(printing.jobs);
        timeout(TOO_LONG, printing.task).await.expect("it ends").unwrap();
    }
}

#[tokio::test]
async fn a_printer_without_korean_letters_is_sent_pictures_and_the_shops_own() {
    let (shop, mut printing) = Shop::new().await;
    let path = PathBuf::from("/usr/share/fonts/truetype/nanum/NanumGothicCoding.ttf");
    let font = Drawn::from_bytes(&path, fs::read(&path).unwrap()).unwrap();
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, 16, 16);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[0; 256]).unwrap();
    let style = Style { columns: 42, letters: Letters::Drawn(font), logo: Some(Bitmap::from_png(&png).unwrap()) };
    let paper = Paper(vec![Line::Logo, Line::Title("모퉁이커피".into()), Line::Pair("라떼".into(), "4,000".into())]);
    printing.print_paper(1, paper, &style).await;
    assert_eq!(printing.came(1).await, PrintOutcome::Printed);
    assert_eq!(shop.papers().await, [["[picture]"; 3]]);
}
