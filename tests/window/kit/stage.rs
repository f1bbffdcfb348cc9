//! Processes around the program: an X server with a display of its own, and WebKit's driver on it.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

/// A process and all that it started; killed when dropped.
pub struct Group(Child);

impl Group {
    pub fn spawn(command: &mut Command) -> Group {
        let child = command.process_group(0).spawn().unwrap_or_else(|error| {
            panic!("{} doesn't start: {error}; `make test` installs it", command.get_program().to_string_lossy())
        });
        Group(child)
    }

    /// The first line that it prints.
    pub fn first_line(&mut self) -> String {
        let mut line = String::new();
        let output = self.0.stdout.as_mut().expect("its output is piped");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        line.trim().to_owned()
    }

    pub fn kill(&mut self) {
        let _ = killpg(Pid::from_raw(self.0.id().cast_signed()), Signal::SIGKILL);
        let _ = self.0.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// An X server without a screen.
pub struct Display {
    _server: Group,
    /// `:N`.
    pub name: String,
}

impl Display {
    pub fn start(width: u32, height: u32) -> Display {
        // It says its number when it is ready, and picks one that is free.
        let mut server = Group::spawn(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &format!("{width}x{height}x24")])
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
}

/// WebKit's driver. The program that it starts writes into `log`.
pub struct WebDriver {
    group: Group,
    pub port: u16,
}

impl WebDriver {
    pub fn start(display: &Display, home: &Path, log: &Path) -> WebDriver {
        let port = free_port();
        let file = std::fs::OpenOptions::new().create(true).append(true).open(log).expect("the log");
        let group = Group::spawn(
            Command::new("dbus-run-session")
                .args(["--", "WebKitWebDriver", &format!("--port={port}")])
                .env("DISPLAY", &display.name)
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
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
        WebDriver { group, port }
    }

    pub fn kill(&mut self) {
        self.group.kill();
    }
}

/// The ids of the processes whose command line has all of `words`.
pub fn processes_with(words: &[&str]) -> Vec<i32> {
    let mut found = Vec::new();
    let Ok(processes) = std::fs::read_dir("/proc") else { return found };
    for process in processes.flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Ok(line) = std::fs::read(process.path().join("cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line);
        if words.iter().all(|word| line.split('\0').any(|part| part == *word)) {
            found.push(id);
        }
    }
    found
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its number").port()
}
