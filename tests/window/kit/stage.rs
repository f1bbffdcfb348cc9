//! Processes around the program: an X server with a display of its own, and WebKit's driver on it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, SocketAddr},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc,
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio::net::TcpSocket;

use super::LIMIT;

/// A process and all that it started; killed when dropped.
pub struct Group {
    child: Child,
    /// What comes after its first line; kept so that its writing never fails.
    _output: Option<BufReader<ChildStdout>>,
}

impl Group {
    pub fn spawn(command: &mut Command) -> Group {
        let child = command.process_group(0).spawn().unwrap_or_else(|error| {
            panic!("{} doesn't start: {error}; `make test` installs it", command.get_program().to_string_lossy())
        });
        Group { child, _output: None }
    }

    /// The first line that it prints.
    pub fn first_line(&mut self) -> String {
        let mut output = BufReader::new(self.child.stdout.take().expect("its output is piped"));
        let (tell, hear) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let read = output.read_line(&mut line).map(|_| line);
            // Nobody waits any more when this fails.
            let _ = tell.send((read, output));
        });
        let (line, output) = hear
            .recv_timeout(LIMIT)
            .unwrap_or_else(|_| panic!("waited {} s in vain for a first line", LIMIT.as_secs()));
        self._output = Some(output);
        line.expect("its first line").trim().to_owned()
    }

    /// What is written to it and what it writes, when both are piped.
    fn pipes(&mut self) -> (ChildStdin, BufReader<ChildStdout>) {
        let input = self.child.stdin.take().expect("its input is piped");
        (input, BufReader::new(self.child.stdout.take().expect("its output is piped")))
    }

    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_some())
    }

    pub fn kill(&mut self) {
        let _ = killpg(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The panel and where it hangs: what `[screen]` says.
#[derive(Clone, Copy, Debug)]
pub struct Panel {
    pub width: u32,
    pub height: u32,
    pub inch: f64,
    pub lower_edge_mm: u32,
}

impl Default for Panel {
    /// The reference panel, as high as the demonstration hangs it.
    fn default() -> Panel {
        Panel { width: 1080, height: 1920, inch: 27.0, lower_edge_mm: 780 }
    }
}

#[allow(clippy::float_arithmetic)] // sizes, not money
impl Panel {
    /// The size of a pixel, mm.
    pub fn pitch_mm(&self) -> f64 {
        self.inch * 25.4 / f64::from(self.width).hypot(f64::from(self.height))
    }

    /// So many px from the upper edge is this height above the floor, mm.
    pub fn px_at_mm(&self, above_floor_mm: u32) -> f64 {
        let above_edge_mm = f64::from(above_floor_mm) - f64::from(self.lower_edge_mm);
        f64::from(self.height) - above_edge_mm / self.pitch_mm()
    }
}

/// What has xdotool give the kiosk's window the focus.
const FOCUS: [&str; 6] = ["search", "--onlyvisible", "--name", "prbiti-kiosk", "windowfocus", "--sync"];

/// An X server without a screen.
pub struct Display {
    _server: Group,
    /// `:N`.
    pub name: String,
}

impl Display {
    pub fn start(Panel { width, height, .. }: Panel) -> Display {
        // It says its number when it is ready, and picks one that is free.
        let mut server = Group::spawn(
            Command::new("Xvfb")
                // Without -noreset it begins anew when its last window is gone, and refuses the kiosk that starts just then.
                .args(["-displayfd", "1", "-noreset", "-nolisten", "tcp"])
                .args(["-screen", "0", &format!("{width}x{height}x24")])
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let number = server.first_line();
        assert!(!number.is_empty(), "Xvfb found no display number");
        Display { _server: server, name: format!(":{number}") }
    }

    /// A picture of all that is on it.
    pub fn picture(&self, file: &Path) {
        let taken = Command::new("import").args(["-display", &self.name, "-window", "root"]).arg(file).status();
        assert!(taken.is_ok_and(|status| status.success()), "no picture {}", file.display());
    }

    /// The colour of every pixel that is on it.
    pub fn pixels(&self) -> Vec<u8> {
        let taken = Command::new("import")
            .args(["-display", &self.name, "-window", "root", "-depth", "8", "rgb:-"])
            .output()
            .expect("ImageMagick's import");
        assert!(taken.status.success() && !taken.stdout.is_empty(), "no picture of {}", self.name);
        taken.stdout
    }

    /// How many windows stand on it.
    pub fn windows(&self) -> usize {
        let found = Command::new("xdotool")
            .args(["search", "--onlyvisible", "--maxdepth", "1", "--name", ""])
            .env("DISPLAY", &self.name)
            .output()
            .expect("xdotool; `make test` installs it");
        String::from_utf8_lossy(&found.stdout).lines().count()
    }

    /// A hand that does many things at once.
    pub fn hand(&self) -> Hand {
        let mut process = Group::spawn(
            Command::new("xdotool").arg("-").env("DISPLAY", &self.name).stdin(Stdio::piped()).stdout(Stdio::piped()),
        );
        let (input, output) = process.pipes();
        Hand { _process: process, input, output }
    }

    /// The window that is there has the focus.
    pub fn focus(&self) {
        let focused = Command::new("xdotool").args(FOCUS).env("DISPLAY", &self.name).status();
        assert!(focused.is_ok_and(|status| status.success()), "xdotool finds no window; `make test` installs it");
    }

    /// A key, for the window that is there.
    pub fn key(&self, name: &str) {
        let pressed = Command::new("xdotool").args(FOCUS).args(["key", name]).env("DISPLAY", &self.name).status();
        assert!(pressed.is_ok_and(|status| status.success()), "xdotool can't press {name}; `make test` installs it");
    }

    /// A finger on the glass: an event of the X server itself, which no web view can tell from a real one.
    pub fn touch(&self, x: i64, y: i64, times: u32) {
        // As fast as a hurried hand.
        let repeat = ["click", "--repeat", &times.to_string(), "--delay", "120", "1"].map(str::to_owned);
        let touched = Command::new("xdotool")
            .args(["mousemove", &x.to_string(), &y.to_string()])
            .args(repeat)
            .env("DISPLAY", &self.name)
            .status();
        assert!(touched.is_ok_and(|status| status.success()), "xdotool can't touch; `make test` installs it");
    }
}

/// A hand at a display: what xdotool can do (`mousemove 5 9 mousedown 1`), line by line, as fast as the server takes it.
pub struct Hand {
    _process: Group,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Hand {
    /// Does all of it, and returns when the server has it.
    pub fn does(&mut self, lines: &str) {
        let written = writeln!(self.input, "{lines}\ngetmouselocation").and_then(|()| self.input.flush());
        written.expect("xdotool listens");
        let mut done = String::new();
        self.output.read_line(&mut done).expect("xdotool says where the finger is");
        assert!(done.contains("screen:"), "xdotool can't do that: {done:?}");
    }
}

/// The program in a session of its own, and WebKit's driver, which reaches it through a port that both are told. (Left
/// to itself the driver picks one that is free and lets it go again: taken by somebody else in between, it waits for
/// an answer of theirs for ever.)
pub struct Window {
    program: Group,
    driver: Group,
    /// Where the driver is asked.
    pub port: u16,
    /// Where the driver finds the program.
    inspected: SocketAddr,
    /// Nobody else is given their numbers.
    _held: [TcpSocket; 2],
}

impl Window {
    /// Runs `command`, which writes into `log` and stands still where it is told to.
    pub fn open(display: &Display, home: &Path, log: &Path, command: &[String], stop: Option<&str>) -> Window {
        let held = [held_port(0), held_port(0)];
        let [asked, inspected] = held.each_ref().map(|socket| socket.local_addr().expect("its number"));
        let file = std::fs::OpenOptions::new().create(true).append(true).open(log).expect("the log");
        let program = Group::spawn(
            Command::new("dbus-run-session")
                .arg("--")
                .args(command)
                .envs(stop.map(|place| ("PRBITI_KIOSK_STOP", place)))
                .env("DISPLAY", &display.name)
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .env("WEBKIT_INSPECTOR_SERVER", inspected.to_string())
                .env("HOME", home)
                .env("XDG_DATA_HOME", home.join("data"))
                .env("XDG_CACHE_HOME", home.join("cache"))
                .env("XDG_CONFIG_HOME", home.join("config"))
                .env("XDG_RUNTIME_DIR", home)
                .env("NO_AT_BRIDGE", "1")
                .env("GTK_USE_PORTAL", "0")
                .env("LANG", "C.UTF-8")
                .env("RUST_LOG", std::env::var("RUST_LOG").unwrap_or_else(|_| "info".into()))
                .env_remove("WAYLAND_DISPLAY")
                .env_remove("DBUS_SESSION_BUS_ADDRESS")
                .stdout(file.try_clone().expect("the log"))
                .stderr(file),
        );
        let driver = start_driver(asked.port(), inspected);
        Window { program, driver, port: asked.port(), inspected, _held: held }
    }

    /// Another driver in place of the one whose session died.
    pub fn another_driver(&mut self) {
        self.driver.kill();
        self.driver = start_driver(self.port, self.inspected);
    }

    /// The program or the driver isn't there any more.
    pub fn has_ended(&mut self) -> bool {
        self.program.has_ended() || self.driver.has_ended()
    }

    pub fn kill(&mut self) {
        self.driver.kill();
        self.program.kill();
    }
}

fn start_driver(port: u16, target: SocketAddr) -> Group {
    Group::spawn(
        Command::new("WebKitWebDriver")
            .args([format!("--port={port}"), format!("--target={target}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )
}

/// The ids of the processes that this one started.
pub fn children_of(parent: i32) -> Vec<i32> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let ids = processes.flatten().filter_map(|process| process.file_name().to_str()?.parse().ok());
    let is_child = |id: &i32| {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let its_parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        its_parent.is_some_and(|id| id.trim().parse() == Ok(parent))
    };
    ids.filter(is_child).collect()
}

/// How many threads a process has: the further it has come, the more.
pub fn threads_of(id: i32) -> usize {
    std::fs::read_dir(format!("/proc/{id}/task")).map_or(0, Iterator::count)
}

/// The program that a process runs.
pub fn program_of(id: i32) -> String {
    let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let path = String::from_utf8_lossy(line.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned();
    Path::new(&path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The ids of the processes that run this program and were given this word.
pub fn processes_of(program: &str, word: &str) -> Vec<i32> {
    let mut found = Vec::new();
    let Ok(processes) = std::fs::read_dir("/proc") else { return found };
    for process in processes.flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Ok(line) = std::fs::read(process.path().join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line);
        let mut parts = line.split('\0');
        if parts.next() == Some(program) && parts.any(|part| part == word) {
            found.push(id);
        }
    }
    found
}

/// A port (0: any that is free) that is bound and not listened on: connections to it are refused, nobody else is given
/// it, and whoever names it can listen there.
pub fn held_port(port: u16) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("that another may listen there");
    socket.bind((Ipv4Addr::LOCALHOST, port).into()).expect("a free port");
    socket
}
