//! The scanner against a real pseudo terminal: what is scanned arrives, whatever happens to the cable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    io::Write,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::Duration,
};

use nix::{
    pty::openpty,
    sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr},
    unistd::ttyname,
};
use till::scanner::{LONGEST_CODE, Refusal, ScannerEvent, run};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

/// Longer than anything here may take; only a failing test waits for it.
const TOO_LONG: Duration = Duration::from_secs(20);

/// A serial device: what is written to it comes out of the device at `path`. Dropped, it is unplugged.
struct Device {
    cable: fs::File,
    path: PathBuf,
}

impl Device {
    fn new() -> Device {
        let pty = openpty(None, None).unwrap();
        let mut settings = tcgetattr(&pty.slave).unwrap();
        cfmakeraw(&mut settings);
        tcsetattr(&pty.slave, SetArg::TCSANOW, &settings).unwrap();
        Device { path: ttyname(&pty.slave).unwrap(), cable: pty.master.into() }
    }

    /// Waits in a thread of its own when the device's buffer is full.
    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let mut cable = self.cable.try_clone().unwrap();
        let bytes = bytes.as_ref().to_owned();
        tokio::task::spawn_blocking(move || cable.write_all(&bytes)).await.unwrap().unwrap();
    }
}

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
        let task = tokio::spawn(run(link.clone(), 9600, sender));
        Scanner { events, task, link, _folder: folder }
    }

    async fn ready(device: &Device) -> Scanner {
        let mut scanner = Scanner::start(Some(device), 16);
        assert_eq!(scanner.next().await, ScannerEvent::Ready);
        scanner
    }

    async fn next(&mut self) -> ScannerEvent {
        timeout(TOO_LONG, self.events.recv()).await.expect("an event").expect("the task runs")
    }

    async fn code(&mut self) -> String {
        match self.next().await {
            ScannerEvent::Code(code) => code.into_string(),
            other @ (ScannerEvent::Ready | ScannerEvent::Absent { .. } | ScannerEvent::Refused { .. }) => {
                panic!("a code, not {other:?}")
            }
        }
    }

    async fn refusal(&mut self) -> Refusal {
        match self.next().await {
            ScannerEvent::Refused { reason } => reason,
            other @ (ScannerEvent::Ready | ScannerEvent::Absent { .. } | ScannerEvent::Code(_)) => {
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
    let mut device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    device.send("8801\r8802\n8803\r\n\r\n\n8804 가나\r").await;
    for code in ["8801", "8802", "8803", "8804 가나"] {
        assert_eq!(scanner.code().await, code);
    }
}

#[tokio::test]
async fn of_a_thousand_codes_at_once_none_is_lost_even_when_the_till_is_slow() {
    let mut device = Device::new();
    let mut scanner = Scanner::start(Some(&device), 1);
    assert_eq!(scanner.next().await, ScannerEvent::Ready);
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
    let mut device = Device::new();
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
    let mut device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    device.send("88012345").await;
    assert_eq!(scanner.refusal().await, Refusal::CutOff);
    device.send("8802\r").await;
    assert_eq!(scanner.code().await, "8802");
}

#[tokio::test]
async fn what_is_no_text_is_refused() {
    let mut device = Device::new();
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
            event @ (ScannerEvent::Absent { .. } | ScannerEvent::Ready | ScannerEvent::Code(_)) => {
                assert!(matches!(event, ScannerEvent::Absent { .. }), "{event:?}");
            }
        }
        device = Device::new();
        scanner.plug(&device);
        loop {
            match scanner.next().await {
                ScannerEvent::Ready => break,
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
    let mut device = Device::new();
    scanner.plug(&device);
    assert_eq!(scanner.next().await, ScannerEvent::Ready);
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
    let mut device = Device::new();
    let mut scanner = Scanner::ready(&device).await;
    device.send("01012345678\r").await;
    assert_eq!(format!("{:?}", scanner.next().await), "Code(Code(11 characters))");
}

#[tokio::test]
async fn something_that_is_no_serial_device_is_absent() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (sender, mut events) = mpsc::channel(1);
    let task = tokio::spawn(run(Path::new(file.path()).to_owned(), 9600, sender));
    let event = timeout(TOO_LONG, events.recv()).await.unwrap().unwrap();
    assert!(matches!(event, ScannerEvent::Absent { .. }), "{event:?}");
    task.abort();
}
