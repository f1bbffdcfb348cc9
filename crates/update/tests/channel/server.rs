//! A web server that serves a folder, can go on where it is asked to, and can be told to cut an answer off.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

/// What it was asked, and what it is to do.
#[derive(Default)]
struct State {
    /// Path and Range of each request.
    asked: Vec<(String, Option<String>)>,
    /// Packages end after so many bytes of an answer.
    cut_after: Option<usize>,
    /// It sends all of a file, whatever is asked.
    knows_no_ranges: bool,
}

/// Serves until the test ends.
pub struct Server {
    address: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub fn of(folder: &Path) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let (folder, state) = (folder.to_owned(), Arc::<Mutex<State>>::default());
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Whoever goes away before the end is no matter.
                let _answered = answer(&stream, &folder, &shared);
            }
        });
        Server { address, state }
    }

    pub fn url(&self) -> &str {
        &self.address
    }

    pub fn cut_packages_after(&self, bytes: Option<usize>) {
        self.state.lock().unwrap().cut_after = bytes;
    }

    pub fn know_no_ranges(&self) {
        self.state.lock().unwrap().knows_no_ranges = true;
    }

    /// The ranges that were asked of packages.
    pub fn ranges(&self) -> Vec<Option<String>> {
        let state = self.state.lock().unwrap();
        state.asked.iter().filter(|(path, _)| path.ends_with(".deb")).map(|(_, range)| range.clone()).collect()
    }
}

fn answer(stream: &TcpStream, folder: &Path, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut range = None;
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some(asked) = line.to_lowercase().strip_prefix("range: ") {
            range = Some(asked.to_owned());
        }
    }
    let mut state = state.lock().unwrap();
    state.asked.push((path.clone(), range.clone()));
    let (cut, ranged) = (state.cut_after.filter(|_| path.ends_with(".deb")), !state.knows_no_ranges);
    drop(state);
    let file: PathBuf = folder.join(path.trim_start_matches('/'));
    let mut stream = stream;
    let Ok(content) = fs::read(file) else {
        return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
    let from = range.filter(|_| ranged).and_then(|range| {
        let from: usize = range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()?;
        (from < content.len()).then_some(from)
    });
    let (status, content) = match from {
        Some(from) => ("206 Partial Content", &content[from..]),
        None => ("200 OK", &content[..]),
    };
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", content.len())?;
    stream.write_all(&content[..cut.unwrap_or(content.len()).min(content.len())])
}
