//! The scanner against a real pseudo terminal: what is scanned arrives, whatever happens to the cable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod serial;

use std::{
    fs,
    os::unix::fs::symlink,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serial::Device;
use till::scanner::{
    Ending, Form, LONGEST_CODE, Line, Listed, Refusal, ScannerEvent, Serial, Usb, Which, run, serial_ports,
};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

/// Longer than anything here may take; only a failing test waits for it.
const TOO_LONG: Duration = Duration::from_secs(20);

/// A running scanner task and the stable name that it opens.
struct Scanner {
    events: mpsc::Receiver<ScannerEvent>,
    task: JoinHandle<()>,
    link: PathBuf,
    _folder: tempfile::TempDir,
}

impl Scanner {
    fn start(device: Option<&Device>, queue: usize) -> Scanner {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("scanner");
        if let Some(device) = device {
            symlink(&device.path, &link).unwrap();
        }
        let (sender, events) = mpsc::channel(queue);
        let task = tokio::spawn(run(Serial::at(&link), Form::default(), serial_ports, sender));
        Scanner { events, task, link, _folder: folder }
    }

    async fn ready(device: &Device) -> Scanner {
        let mut scanner = Scanner::start(Some(device), 16);
        scanner.is_ready().await;
        scanner
    }

    async fn next(&mut self) -> ScannerEvent {
        timeout(TOO_LONG, self.events.recv()).await.expect("an event").expect("the task runs")
    }

    async fn is_ready(&mut self) {
        let event = self.next().await;
        assert!(matches!(event, ScannerEvent::Ready { .. }), "{event:?}");
    }

    async fn code(&mut self) -> String {
        match self.next().await {
            ScannerEvent::Code(code) => code.into_string(),
            other @ (ScannerEvent::Ready { .. } | ScannerEvent::Absent { .. } | ScannerEvent::Refused { .. }) => {
                panic!("a code, not {other:?}")
            }
        }
    }

    async fn refusal(&mut self) -> Refusal {
        match self.next().await {
            ScannerEvent::Refused { reason } => reason,
            other @ (ScannerEvent::Ready { .. } | ScannerEvent::Absent { .. } | ScannerEvent::Code(_)) => {
                panic!("a refusal, not {other:?}")
            }
        }
    }

    async fn absent(&mut self) {
        let event = self.next().await;
        assert!(matches!(event, ScannerEvent::Absent { .. }), "{event:?}");
    }

    fn plug(&self, device: &Device) {
        let new = self.link.with_extension("new");
        symlink(&device.path, &new).unwrap();
        fs::rename(new, &self.link).unwrap();
    }
}

#[tokio::test]
async fn each_usual_line_end_ends_a_code_and_makes_no_empty_one() {
    let device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    device.send("8801\r8802\n8803\r\n\r\n\n8804 가나\r").await;
    for code in ["8801", "8802", "8803", "8804 가나"] {
        assert_eq!(scanner.code().await, code);
    }
}

#[tokio::test]
async fn of_a_thousand_codes_at_once_none_is_lost_even_when_the_till_is_slow() {
    let device = Device::new();
    let mut scanner = Scanner::start(Some(&device), 1);
    scanner.is_ready().await;
    let burst: String = (0..1000).map(|n| format!("88{n:011}\r\n")).collect();
    let sending = tokio::spawn(async move {
        device.send(burst).await;
        device
    });
    for n in 0..1000 {
        assert_eq!(scanner.code().await, format!("88{n:011}"));
    }
    drop(sending.await.unwrap());
}

#[tokio::test]
async fn the_longest_code_is_taken_and_one_character_more_is_refused() {
    let device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    for character in ["7", "가"] {
        let longest = character.repeat(LONGEST_CODE);
        device.send(format!("{longest}\r{longest}{character}\r8801\r")).await;
        assert_eq!(scanner.code().await, longest);
        assert_eq!(scanner.refusal().await, Refusal::TooLong);
        assert_eq!(scanner.code().await, "8801");
    }
}

#[tokio::test]
async fn a_scan_without_an_end_is_dropped_and_the_next_is_whole() {
    let device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    device.send("88012345").await;
    assert_eq!(scanner.refusal().await, Refusal::CutOff);
    device.send("8802\r").await;
    assert_eq!(scanner.code().await, "8802");
}

#[tokio::test]
async fn what_is_no_text_is_refused() {
    let device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    for garbage in [&b"\xff\xfe\x80"[..], b"88\x0001", b"\x1b[31m", b"88\x1d01", b"\xea\xb0", b"88\t01", b"\xc2\x85"] {
        device.send([garbage, b"\r"].concat()).await;
        assert_eq!(scanner.refusal().await, Refusal::NotText, "{garbage:?}");
    }
    let binary: Vec<u8> = (0..=255).filter(|byte| !matches!(byte, b'\r' | b'\n')).cycle().take(800).collect();
    device.send([&binary, &b"\r8801\r"[..]].concat()).await;
    assert_eq!(scanner.refusal().await, Refusal::NotText);
    assert_eq!(scanner.code().await, "8801");
}

#[tokio::test]
async fn unplugged_and_plugged_in_again_it_goes_on_and_a_half_scan_is_gone() {
    let mut device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    for _ in 0..3 {
        device.send("8801\r880").await;
        assert_eq!(scanner.code().await, "8801");
        drop(device);
        // The half scan may be noticed before the cable: either way no code comes of it.
        match scanner.next().await {
            ScannerEvent::Refused { reason } => {
                assert_eq!(reason, Refusal::CutOff);
                scanner.absent().await;
            }
            event @ (ScannerEvent::Absent { .. } | ScannerEvent::Ready { .. } | ScannerEvent::Code(_)) => {
                assert!(matches!(event, ScannerEvent::Absent { .. }), "{event:?}");
            }
        }
        device = Device::new();
        scanner.plug(&device);
        loop {
            match scanner.next().await {
                ScannerEvent::Ready { .. } => break,
                // The reason changes from "unplugged" to "no such device" while it is away.
                ScannerEvent::Absent { .. } => {}
                event @ (ScannerEvent::Code(_) | ScannerEvent::Refused { .. }) => {
                    panic!("{event:?}")
                }
            }
        }
        device.send("2\r").await;
        assert_eq!(scanner.code().await, "2");
    }
}

#[tokio::test]
async fn one_that_comes_later_is_found_and_its_absence_is_said_once() {
    let mut scanner = Scanner::start(None, 16);
    scanner.absent().await;
    // An hour of trying, on a clock that is wound forward.
    tokio::time::pause();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    tokio::time::resume();
    assert!(scanner.events.is_empty());
    let device = Device::new();
    scanner.plug(&device);
    scanner.is_ready().await;
    device.send("8801\r").await;
    assert_eq!(scanner.code().await, "8801");
}

#[tokio::test]
async fn the_task_ends_with_its_last_listener() {
    let device = Device::new();
    for scanner in [Scanner::ready(&device).await, Scanner::start(None, 1)] {
        drop(scanner.events);
        timeout(TOO_LONG, scanner.task).await.expect("it ends").unwrap();
    }
    // It let go of the device, which can be open only once.
    Scanner::ready(&device).await;
}

#[tokio::test]
async fn debug_output_does_not_show_what_was_scanned() {
    let device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    device.send("01012345678\r").await;
    assert_eq!(format!("{:?}", scanner.next().await), "Code(Code(11 characters))");
}

#[tokio::test]
async fn something_that_is_no_serial_device_is_absent() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (sender, mut events) = mpsc::channel(1);
    let task = tokio::spawn(run(Serial::at(file.path()), Form::default(), serial_ports, sender));
    let event = timeout(TOO_LONG, events.recv()).await.unwrap().unwrap();
    assert!(matches!(event, ScannerEvent::Absent { .. }), "{event:?}");
    task.abort();
}

/// What the system lists, as far as this machine has any of it.
type Ports = Arc<Mutex<Vec<Listed>>>;

/// A scanner that is known by its numbers, among what is listed.
fn by_numbers(ports: &Ports, form: Form) -> Scanner {
    let (sender, events) = mpsc::channel(16);
    let usb = Usb { serial_number: Some("S1".into()), ..Usb::read("1a86:7523").unwrap() };
    let serial = Serial { which: Which::Usb(usb), line: Line::default() };
    let listed = Arc::clone(ports);
    let task = tokio::spawn(run(serial, form, move || Ok(listed.lock().unwrap().clone()), sender));
    Scanner { events, task, link: PathBuf::new(), _folder: tempfile::tempdir().unwrap() }
}

fn plugged(device: &Device, serial_number: &str) -> Listed {
    let usb = Usb { serial_number: Some(serial_number.into()), ..Usb::read("1a86:7523").unwrap() };
    Listed { path: device.path.clone(), usb: Some(usb) }
}

#[tokio::test]
async fn plugged_into_another_port_it_is_found_under_its_new_name_within_two_seconds() {
    let ports: Ports = Ports::default();
    let mut scanner = by_numbers(&ports, Form::default());
    match scanner.next().await {
        ScannerEvent::Absent { why } => assert_eq!(why, "no serial device 1a86:7523 (S1) is plugged in"),
        other @ (ScannerEvent::Ready { .. } | ScannerEvent::Code(_) | ScannerEvent::Refused { .. }) => {
            panic!("{other:?}")
        }
    }
    // Another of the same kind is there all the while, and is never taken for it.
    let other = Device::new();
    let mut names = Vec::new();
    for _ in 0..3 {
        let device = Device::new();
        // Until now the machine gave each a new name.
        *ports.lock().unwrap() = vec![plugged(&other, "S2"), plugged(&device, "S1")];
        let began = Instant::now();
        loop {
            match scanner.next().await {
                ScannerEvent::Ready { at } => break assert_eq!(at, device.path.display().to_string()),
                ScannerEvent::Absent { .. } => {}
                event @ (ScannerEvent::Code(_) | ScannerEvent::Refused { .. }) => panic!("{event:?}"),
            }
        }
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        device.send("8801\r").await;
        assert_eq!(scanner.code().await, "8801");
        names.push(device.path.clone());
        let began = Instant::now();
        // The next one takes its number only if it is free; so that the names differ it isn't.
        let _taken = Device::new();
        *ports.lock().unwrap() = vec![plugged(&other, "S2")];
        drop(device);
        scanner.absent().await;
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_code_held_before_the_reader_is_one_scan_and_two_codes_in_turn_are_two() {
    let device = Device::new();
    let ports = Ports::new(Mutex::new(vec![plugged(&device, "S1")]));
    let mut scanner = by_numbers(&ports, Form { same_ms: 10_000, ..Form::default() });
    scanner.is_ready().await;
    device.send("8801\r".repeat(20) + "8802\r8801\r8801\r8803\r").await;
    for code in ["8801", "8802", "8801", "8803"] {
        assert_eq!(scanner.code().await, code);
    }
}

#[tokio::test]
async fn a_reader_that_sends_no_ending_is_read_by_its_pauses() {
    let device = Device::new();
    let ports = Ports::new(Mutex::new(vec![plugged(&device, "S1")]));
    let form = Form { ending: Ending::Silence, prefix: "\u{2}".into(), suffix: "\u{3}".into(), ..Form::default() };
    let mut scanner = by_numbers(&ports, form);
    scanner.is_ready().await;
    device.send("\u{2}]C18801\u{3}").await;
    assert_eq!(scanner.code().await, "8801");
    device.send("\u{2}88").await;
    assert_eq!(scanner.refusal().await, Refusal::CutOff);
}

#[tokio::test]
async fn noise_for_ever_is_refused_in_bounds_and_the_next_code_is_read() {
    let device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    // A megabyte without an ending, in one go.
    let sending = tokio::spawn(async move {
        device.send(vec![0xa5; 1 << 20]).await;
        device
    });
    assert_eq!(scanner.refusal().await, Refusal::TooLong);
    let device = sending.await.unwrap();
    device.send("\r8801\r").await;
    assert_eq!(scanner.code().await, "8801");
}
