//! A stranger in the module's place: at its address, with its page, and with scripts of its own in it.
//!
//! What a script doesn't take for itself goes on to the simulator, so that what is held and settled is real.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
};

use super::{Simulator, wait_for};

/// What every script of a stranger may call.
const WORDS: &str = r#"
    const say = (what) => parent.postMessage(what, '*');
    // Also from a page without an origin.
    const tell = (what) => fetch(`${HERE}/told`, { method: 'POST', mode: 'no-cors', keepalive: true, body: JSON.stringify(what) });
    // The question for this service, kept from the module's own script, whose patience ends as well.
    const question = (service) => new Promise((found) => addEventListener('message', (event) => {
      if (event.source !== parent || event.data?.data?.supportMode !== service) return;
      event.stopImmediatePropagation();
      for (let timer = 0; timer < 1000; timer += 1) clearTimeout(timer);
      found(event.data);
    }));
    // Holds 1,000 points as the module does, and says what it would answer.
    const hold = async (message) => {
      const ask = async (path, body) => {
        const headers = { 'content-type': 'application/json' };
        return (await fetch(`/module/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json();
      };
      const { session } = await ask('open', { message });
      await ask('find', { session, text: '01012345678' });
      return (await ask('use', { session, amount: 1000 })).post[0];
    };
"#;

/// A server that is asked instead of the simulator's.
pub struct Stranger {
    address: SocketAddr,
    mind: Arc<Mutex<Mind>>,
}

#[derive(Default)]
struct Mind {
    behind: Option<String>,
    script: String,
    /// In place of a page, under its path: a whole answer.
    answers: BTreeMap<String, String>,
    told: Vec<String>,
    asked: Vec<String>,
}

impl Stranger {
    /// Listens until the program ends.
    pub fn start() -> Stranger {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("its number");
        let mind = Arc::new(Mutex::new(Mind::default()));
        let shared = mind.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let mind = shared.clone();
                // The kiosk also looks whether somebody is there, and then says nothing.
                std::thread::spawn(move || answer(connection, address, &mind));
            }
        });
        Stranger { address, mind }
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn module_url(&self) -> String {
        format!("{}/module", self.origin())
    }

    /// From here on it stands before that module.
    pub fn stands_before(&self, module: &Simulator) {
        self.mind().behind = Some(module.module_url());
    }

    /// From here on this runs in the module's page, before anything of its own.
    pub fn runs(&self, script: &str) {
        self.mind().script = script.to_owned();
    }

    /// From here on this is what is answered to whoever asks for `path`.
    pub fn answers(&self, path: &str, status: &str, headers: &str, body: &str) {
        let answer = reply(status, headers, body);
        self.mind().answers.insert(path.to_owned(), answer);
    }

    /// From here on `path` is as it was.
    pub fn no_answer(&self, path: &str) {
        self.mind().answers.remove(path);
    }

    /// A page under `path` in which this runs.
    pub fn has_page(&self, path: &str, headers: &str, script: &str) {
        let page = format!("<!doctype html><meta charset=utf-8><h1>stranger</h1>{}", self.script(script));
        self.answers(path, "200 OK", &format!("content-type: text/html\r\n{headers}"), &page);
    }

    /// What its pages told it.
    pub fn told(&self) -> Vec<String> {
        self.mind().told.clone()
    }

    /// Waits until they told it so many things.
    pub async fn until_told(&self, times: usize) {
        let told = || async { (self.mind().told.len() >= times).then_some(()) };
        wait_for("a stranger's page to tell what it did", told).await;
    }

    /// The paths that it was asked for.
    pub fn asked(&self) -> Vec<String> {
        self.mind().asked.clone()
    }

    fn script(&self, script: &str) -> String {
        tag(self.address, script)
    }

    fn mind(&self) -> MutexGuard<'_, Mind> {
        self.mind.lock().expect("nobody panics with it")
    }
}

fn tag(address: SocketAddr, script: &str) -> String {
    format!("<script>{{ const HERE = 'http://{address}'; {WORDS} {script} }}</script>")
}

fn reply(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\ncache-control: no-store\r\nconnection: close\r\n{headers}\r\n{body}"
    )
}

fn answer(mut connection: TcpStream, address: SocketAddr, mind: &Mutex<Mind>) -> std::io::Result<()> {
    let Some(request) = Request::read(&connection)? else { return Ok(()) };
    let lock = || mind.lock().expect("nobody panics with it");
    lock().asked.push(request.path.clone());
    if request.path == "/told" {
        lock().told.push(String::from_utf8_lossy(&request.body).into_owned());
        return connection.write_all(reply("204 No Content", "", "").as_bytes());
    }
    let prepared = lock().answers.get(&request.path).cloned();
    if let Some(prepared) = prepared {
        return connection.write_all(prepared.as_bytes());
    }
    let Some(behind) = lock().behind.clone() else { return Ok(()) };
    let passed = request.pass_on(&behind)?;
    if request.path == "/module" {
        let script = lock().script.clone();
        let page = String::from_utf8_lossy(&passed).into_owned();
        let (_, page) = page.split_once("\r\n\r\n").unwrap_or_default();
        let page = page.replacen("<meta", &format!("{}<meta", tag(address, &script)), 1);
        return connection.write_all(reply("200 OK", "content-type: text/html; charset=utf-8\r\n", &page).as_bytes());
    }
    connection.write_all(&passed)
}

struct Request {
    method: String,
    path: String,
    kind: String,
    body: Vec<u8>,
}

impl Request {
    fn read(connection: &TcpStream) -> std::io::Result<Option<Request>> {
        let mut input = BufReader::new(connection);
        let mut first = String::new();
        input.read_line(&mut first)?;
        let mut words = first.split_whitespace().map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
        let mut request = Request { method, path, kind: String::new(), body: Vec::new() };
        let mut length = 0;
        loop {
            let mut line = String::new();
            input.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or_default(),
                "content-type" => request.kind = value.trim().to_owned(),
                _ => {}
            }
        }
        request.body.resize(length, 0);
        input.read_exact(&mut request.body)?;
        Ok(Some(request))
    }

    /// The whole answer of the server behind.
    fn pass_on(&self, behind: &str) -> std::io::Result<Vec<u8>> {
        let host = behind.trim_start_matches("http://").split('/').next().unwrap_or_default();
        let mut server = TcpStream::connect(host)?;
        write!(
            server,
            "{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: {}\r\ncontent-length: {}\r\n\r\n",
            self.method,
            self.path,
            self.kind,
            self.body.len()
        )?;
        server.write_all(&self.body)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        Ok(answer)
    }
}
