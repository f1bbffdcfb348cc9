//! The kiosk as a customer meets it: the real program in its window, touched and looked at through the web view.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};

use super::{
    Simulator,
    accounts::Journal,
    driver::Driver,
    machine::Machine,
    patiently, project, shots,
    stage::{Display, Hand, Panel, Window, children_of, processes_of, program_of, threads_of},
    stranger::Stranger,
    wait_for,
};

/// What the program logs once its page runs.
const CONNECTED: &str = "a page is connected";
const PROGRAM: &str = env!("CARGO_BIN_EXE_prbiti-kiosk");

/// What a kiosk is started with.
pub struct Setup {
    /// Lines in place of the usual `kiosk.toml`; `None` writes no file.
    pub configuration: Option<String>,
    /// The catalog's text; the demonstration's when absent.
    pub catalog: Option<String>,
    /// The demonstration's own configuration, with the simulator inside the kiosk.
    pub demonstration: bool,
    /// Something else in the place of the simulator's module.
    pub module_url: Option<String>,
    /// Where the till stands still when it is started first: `asked 5 after_commit`.
    pub stop: Option<String>,
    /// There is a voice, which writes down what it would say.
    pub speaks: bool,
    /// Orders are posted to the simulator's kitchen.
    pub kitchen: bool,
    pub panel: Panel,
    /// After so many seconds without a touch or key somebody is asked for.
    pub idle_s: u32,
    /// Makes of the usual configuration what this kiosk has.
    pub change: fn(&Simulator, String) -> String,
}

impl Default for Setup {
    fn default() -> Setup {
        Setup {
            configuration: Some(String::new()),
            catalog: None,
            demonstration: false,
            module_url: None,
            stop: None,
            speaks: false,
            kitchen: false,
            panel: Panel::default(),
            idle_s: 60,
            change: |_, usual| usual,
        }
    }
}

/// A kiosk, its customer's finger, and the world around it.
pub struct Kiosk {
    pub outside: Simulator,
    pub panel: Panel,
    folder: PathBuf,
    _folder: Option<tempfile::TempDir>,
    /// Where the program's session keeps its sockets, whose paths must be short.
    home: tempfile::TempDir,
    config: PathBuf,
    display: Display,
    running: Option<Running>,
    starts: u32,
    demonstration: bool,
}

struct Running {
    driver: Driver,
    window: Window,
}

impl Kiosk {
    /// A kiosk with a simulator of its own beside it, ready for its first customer.
    pub async fn start() -> Kiosk {
        let kiosk = Kiosk::start_with(Setup::default()).await;
        kiosk.until("attract").await;
        kiosk
    }

    /// A kiosk with a stranger before its module.
    pub async fn start_behind(stranger: &Stranger) -> Kiosk {
        let setup = Setup { module_url: Some(stranger.module_url()), ..Setup::default() };
        let kiosk = Kiosk::start_with(setup).await;
        stranger.stands_before(&kiosk.outside);
        kiosk.until("attract").await;
        kiosk
    }

    /// A kiosk that is set up in some other way.
    pub async fn start_with(setup: Setup) -> Kiosk {
        let folder = tempfile::Builder::new().prefix("kiosk").tempdir_in(target()).expect("a folder");
        Kiosk::start_in(setup, folder.path().to_owned(), Some(folder)).await
    }

    /// A kiosk whose data are kept in `folder`.
    pub async fn start_in(setup: Setup, folder: PathBuf, kept: Option<tempfile::TempDir>) -> Kiosk {
        std::fs::create_dir_all(folder.join("data")).expect("the data folder");
        let Setup { configuration, catalog, demonstration, module_url, stop, speaks, kitchen, panel, idle_s, change } =
            setup;
        let mut config = folder.join("kiosk.toml");
        let outside = if demonstration {
            config = project().join("demo/kiosk.toml");
            Simulator::inside(String::new())
        } else {
            let outside = Simulator::start(&folder);
            write_secrets(&folder.join("secrets.toml"));
            let catalog = catalog.unwrap_or_else(demonstration_catalog);
            std::fs::write(folder.join("catalog.toml"), catalog).expect("the catalog");
            if let Some(text) = configuration {
                let module_url = module_url.unwrap_or_else(|| outside.module_url());
                let usual = || change(&outside, usual_configuration(&outside, &module_url, panel, idle_s));
                let mut text = if text.is_empty() { usual() } else { text };
                if speaks {
                    let voice = write_voice(&folder);
                    text.push_str(&format!("\n[speech]\nprogram = {voice:?}\nearphones = \"keypad\"\n"));
                    // What a keypad sends is the shop's to say.
                    text.push_str("\n[keypad]\nearphones_in = \"F11\"\nearphones_out = \"F12\"\n");
                }
                if kitchen {
                    let url = outside.order_hook_url().await;
                    text.push_str(&format!("\n[order_hook]\nurl = {url:?}\ntimeout_ms = 5000\n"));
                }
                std::fs::write(&config, text).expect("the configuration");
            }
            outside
        };
        let mut kiosk = Kiosk {
            outside,
            panel,
            folder,
            _folder: kept,
            home: tempfile::Builder::new().prefix("kiosk").tempdir().expect("a home"),
            config,
            display: Display::start(panel),
            running: None,
            starts: 0,
            demonstration,
        };
        kiosk.run(stop.as_deref(), Machine::Same).await;
        kiosk
    }

    /// Starts the program (again), with the same data.
    pub async fn restart(&mut self) {
        self.run(None, Machine::Same).await;
    }

    /// The same, on what has become of its machine meanwhile.
    pub async fn restart_on(&mut self, machine: Machine) {
        self.run(None, machine).await;
    }

    /// The same, and there it stands still.
    pub async fn restart_to_stop_at(&mut self, place: &str) {
        self.run(Some(place), Machine::Same).await;
    }

    /// Starts the program again, and its page's process dies before it has shown anything, again and again.
    pub async fn restart_with_pages_that_die(&mut self) {
        self.end();
        let mut window = self.open(None, Machine::Same);
        // With fewer threads it is one that WebKit itself can't bear to lose; with more its page is there.
        let runs = || self.page_processes().into_iter().any(|page| threads_of(page) >= 8);
        for _ in 0..3 {
            wait_for("a page's process", || async { runs().then_some(()) }).await;
            self.kill_page();
            wait_for("it to be gone", || async { self.page_processes().is_empty().then_some(()) }).await;
        }
        let driver = Driver::connect(&mut window).await;
        self.running = Some(Running { driver, window });
    }

    async fn run(&mut self, stop: Option<&str>, machine: Machine) {
        self.end();
        let mut window = self.open(stop, machine);
        let driver = Driver::connect(&mut window).await;
        self.running = Some(Running { driver, window });
        if self.demonstration {
            let base = wait_for("the simulator's address in the log", || async {
                let log = self.log();
                let line = log.lines().rev().find(|line| line.contains("/panel"))?;
                let from = line.find("http://")?;
                line[from..].split("/panel").next().map(str::to_owned)
            })
            .await;
            self.outside = Simulator::inside(base);
        }
    }

    fn open(&mut self, stop: Option<&str>, machine: Machine) -> Window {
        let program =
            [PROGRAM, "--config", &self.config.display().to_string(), "--data", &self.data().display().to_string()];
        let command = machine.runs(&self.folder, &program);
        self.starts += 1;
        Window::open(&self.display, self.home.path(), &self.log_file(), &command, stop)
    }

    /// The power is cut: the program gets no chance to do anything more.
    pub async fn kill(&mut self) {
        let processes = self.processes();
        assert!(!processes.is_empty(), "the kiosk isn't running");
        self.cut();
        // One that has no command line any more may still hold its files.
        let is_there = |process: &i32| Path::new(&format!("/proc/{process}")).exists();
        wait_for("the killed kiosk to be gone", || async { (!processes.iter().any(is_there)).then_some(()) }).await;
        self.end();
    }

    /// The system asks the program to end, as at a shutdown.
    pub async fn stop(&mut self) {
        let processes = self.processes();
        assert!(!processes.is_empty(), "the kiosk ended before it was asked to");
        for process in processes {
            kill(Pid::from_raw(process), Signal::SIGTERM).expect("it can be asked to end");
        }
        wait_for("the kiosk to end", || async { self.processes().is_empty().then_some(()) }).await;
        self.end();
        self.assert_no_panic();
    }

    /// The page's own process dies, and the program lives.
    pub fn kill_page(&self) {
        let pages = self.page_processes();
        assert_eq!(pages.len(), 1, "the page has one process");
        kill(Pid::from_raw(pages[0]), Signal::SIGKILL).expect("it can be killed");
    }

    fn page_processes(&self) -> Vec<i32> {
        let children = self.processes().into_iter().flat_map(children_of);
        children.filter(|id| program_of(*id) == "WebKitWebProcess").collect()
    }

    /// A driver's session dies with its page's process; another one meets the page that runs now.
    pub async fn meet_again(&mut self) {
        let running = self.running.as_mut().expect("the kiosk runs");
        running.window.another_driver();
        running.driver = Driver::connect(&mut running.window).await;
    }

    fn assert_no_panic(&self) {
        for start in 1..=self.starts {
            let log = std::fs::read_to_string(self.log_of(start)).unwrap_or_default();
            assert!(!log.contains("panicked at"), "the kiosk panicked:\n{log}");
        }
    }

    /// The processes of the program itself, without its web view's.
    pub fn processes(&self) -> Vec<i32> {
        processes_of(PROGRAM, &self.data().display().to_string())
    }

    fn cut(&self) {
        for process in self.processes() {
            // One that ended by itself in the meantime is as dead.
            let _ = kill(Pid::from_raw(process), Signal::SIGKILL);
        }
    }

    fn end(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.window.kill();
        }
    }

    fn driver(&self) -> &Driver {
        &self.running.as_ref().expect("the kiosk runs").driver
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The home of the program's user.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    fn log_file(&self) -> PathBuf {
        self.log_of(self.starts)
    }

    fn log_of(&self, start: u32) -> PathBuf {
        self.folder.join(format!("kiosk-{start}.log"))
    }

    /// How often a page said that it runs, since the program was started last.
    pub fn pages(&self) -> usize {
        self.log().matches(CONNECTED).count()
    }

    /// What the program has logged since it was started last.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// The journal, once the program is dead.
    pub async fn journal(&self) -> Journal {
        assert!(self.running.is_none(), "the journal is read when nobody writes it");
        Journal::read(&self.data().join("journal.db")).await
    }

    /// Has the program itself look into its journal: is every entry whole, and every summary what its entries prove?
    pub fn verify_journal(&self) {
        let file = self.data().join("journal.db");
        let looked = std::process::Command::new(PROGRAM).args(["journal", "verify"]).arg(&file).output();
        let looked = looked.expect("the program runs");
        assert!(looked.status.success(), "{}", String::from_utf8_lossy(&looked.stdout));
    }

    /// Waits until the program has logged these words.
    pub async fn until_logged(&self, words: &str) {
        wait_for(&format!("the log to say {words}"), || async { self.log().contains(words).then_some(()) }).await;
    }

    /// Waits until the till stands still where it was told to, and says the kinds of the entries in that step.
    pub async fn until_it_stands_still(&self) -> String {
        wait_for("the till to stand still", || async {
            let log = self.log();
            let (_, step) = log.split_once("the till stands still in the step: ")?;
            Some(step.split_once('\n')?.0.to_owned())
        })
        .await
    }

    /// The screen that is painted now.
    pub async fn screen(&self) -> Option<String> {
        const ASK: &str = "const root = document.querySelector('[data-screen]');
            const painted = root && document.documentElement.dataset.painted === root.dataset.view;
            return painted ? root.dataset.screen : null;";
        self.driver().script(ASK, json!([])).await.ok()?.as_str().map(str::to_owned)
    }

    /// Waits until this screen is painted.
    pub async fn until(&self, screen: &str) {
        self.until_one_of(&[screen]).await;
    }

    /// Waits until one of these screens is painted, and says which.
    pub async fn until_one_of(&self, screens: &[&str]) -> String {
        let mut ask = || async { self.screen().await.filter(|now| screens.contains(&now.as_str())) };
        match patiently(super::LIMIT, &mut ask).await {
            Some(screen) => screen,
            None => self.fail(&format!("the screen {}", screens.join(" or "))).await,
        }
    }

    /// Everything that is written on the screen, without the module's frame.
    pub async fn words(&self) -> String {
        let words = self.driver().script("return document.body.innerText;", json!([])).await;
        words.ok().and_then(|words| words.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Waits until these words stand somewhere.
    pub async fn until_words(&self, words: &str) {
        let mut ask = || async { self.words().await.contains(words).then_some(()) };
        if patiently(super::LIMIT, &mut ask).await.is_none() {
            self.fail(&format!("the words {words}")).await;
        }
    }

    /// Touches the control for this act.
    pub async fn touch(&self, act: &str) {
        self.touch_css(&format!("[data-act=\"{act}\"]")).await;
    }

    /// Touches the control for this act on this thing (an item, a service, a way …).
    pub async fn touch_on(&self, act: &str, thing: &str) {
        const MARK: &str =
            "for (const old of document.querySelectorAll('[data-meant]')) old.removeAttribute('data-meant');
            for (const one of document.querySelectorAll(`[data-act=\"${arguments[0]}\"]`)) {
              if (Object.values(one.dataset).includes(arguments[1]) || one.value === arguments[1]) {
                one.setAttribute('data-meant', ''); return true;
              }
            }
            return false;";
        let mut ask = || async {
            let found = self.driver().script(MARK, json!([act, thing])).await.ok()?;
            if found != true {
                return None;
            }
            self.try_touch("[data-meant]").await
        };
        if patiently(super::LIMIT, &mut ask).await.is_none() {
            self.fail(&format!("something to touch for {act} on {thing}")).await;
        }
    }

    /// Touches the control that is found like this.
    pub async fn touch_css(&self, css: &str) {
        let mut ask = || self.try_touch(css);
        if patiently(super::LIMIT, &mut ask).await.is_none() {
            self.fail(&format!("something to touch at {css}")).await;
        }
    }

    // A control that moves, is replaced or covered at this moment is looked for again; a touch that arrived isn't repeated.
    pub async fn try_touch(&self, css: &str) -> Option<()> {
        // The driver touches where the control was when it looked: on a sheet that still rises that is another one.
        const STILL: &str = "const control = document.querySelector(arguments[0]);
            return document.getAnimations().every((one) => !one.effect.target.contains(control)
              || one.playState !== 'running' || one.effect.getTiming().iterations === Infinity);";
        let css = format!("{css}:not([disabled]):not([aria-disabled=\"true\"])");
        let element = self.driver().find(&css).await.ok()?;
        let still = self.driver().script(STILL, json!([css])).await.ok()?;
        if still != true {
            return None;
        }
        self.driver().click(&element).await.ok()
    }

    /// Makes a manager with this PIN on the machine, as whoever sets the kiosk up does.
    pub fn set_up_manager(&self, name: &str, pin: &str) {
        self.set_up(&["manager", name], pin);
    }

    /// Lets the next PIN be tried at once, as the machine's administrator does.
    pub fn unlock(&self) {
        self.set_up(&["unlock"], "");
    }

    fn set_up(&self, wish: &[&str], input: &str) {
        let mut setup = std::process::Command::new(PROGRAM)
            .arg("setup")
            .args(wish)
            .arg("--config")
            .arg(&self.config)
            .arg("--data")
            .arg(self.data())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("the set-up starts");
        std::io::Write::write_all(&mut setup.stdin.take().expect("its input"), input.as_bytes()).expect("it takes it");
        assert!(setup.wait().expect("the set-up ends").success());
    }

    /// Staff come in: they hold the shop's name and give a PIN.
    pub async fn come_in(&self, pin: &str) {
        self.hold_shop_name().await;
        self.enter_pin(pin).await;
        self.until("staff").await;
    }

    /// Holds the shop's name until the staff's number pad is there.
    pub async fn hold_shop_name(&self) {
        const PRESS: &str = "document.querySelector('[data-act=\"staff\"]').dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));";
        self.script(PRESS, json!([])).await;
        wait_for("the staff's number pad", || async { self.offers("digit").await.then_some(()) }).await;
    }

    /// Enters a staff number on the pad.
    pub async fn enter_pin(&self, pin: &str) {
        for digit in pin.chars() {
            self.touch_on("digit", &digit.to_string()).await;
        }
        self.touch("staffEnter").await;
    }

    /// The sheet that lies over the screen.
    pub async fn sheet(&self) -> Option<String> {
        let sheet =
            self.script("return document.querySelector('[data-screen]').dataset.sheet ?? null;", json!([])).await;
        sheet.as_str().map(str::to_owned)
    }

    /// Is there such a thing on the page?
    pub async fn is_there(&self, css: &str) -> bool {
        self.driver().find(css).await.is_ok()
    }

    /// Waits for what takes a minute by itself.
    pub async fn until_in_two_minutes(&self, css: &str) {
        let mut ask = || async { self.is_there(css).await.then_some(()) };
        if patiently(2 * super::LIMIT, &mut ask).await.is_none() {
            self.fail(&format!("waited two minutes in vain for {css}")).await;
        }
    }

    /// Waits until what the screen says is painted, and nothing on it moves that comes to rest.
    pub async fn until_still(&self) {
        const STILL: &str = "const root = document.querySelector('[data-screen]');
            const moves = (one) => one.playState === 'running' && one.effect.getTiming().iterations !== Infinity;
            return document.documentElement.dataset.painted === root.dataset.view && !document.getAnimations().some(moves);";
        wait_for("the screen to be still", || async { (self.script(STILL, json!([])).await == true).then_some(()) })
            .await;
    }

    /// Waits until this is true in the page.
    pub async fn until_it_says(&self, condition: &str) {
        let body = format!("return {condition};");
        wait_for(condition, || async { (self.script(&body, json!([])).await == true).then_some(()) }).await;
    }

    /// The hand rests: what it touches next at the same place is meant for what stands there then.
    pub async fn rest(&self) {
        tokio::time::sleep(Duration::from_millis(600)).await;
    }

    /// Waits until this sheet lies over the screen, or none does.
    pub async fn until_sheet(&self, wanted: Option<&str>) {
        let mut ask = || async { (self.sheet().await.as_deref() == wanted).then_some(()) };
        if patiently(super::LIMIT, &mut ask).await.is_none() {
            self.fail(&format!("the sheet {wanted:?}")).await;
        }
    }

    /// Is there something to touch for this act now?
    pub async fn offers(&self, act: &str) -> bool {
        self.driver().find(&format!("[data-act=\"{act}\"]")).await.is_ok()
    }

    /// The module's page for this service (as it calls itself), once the customer can use it.
    pub async fn module(&self, service: &str) -> Page<'_> {
        // Such is the simulator's page.
        const READY: &str =
            "const name = document.getElementById('service'), screen = document.getElementById('screen');
            return name && screen && name.textContent === arguments[0] ? screen.dataset.screen : null;";
        let mut ask = || async {
            let driver = self.driver();
            driver.leave().await.ok()?;
            let frame = driver.find("[data-session] iframe").await.ok()?;
            driver.enter(&frame).await.ok()?;
            let screen = driver.script(READY, json!([service])).await.ok()?;
            screen.as_str().filter(|screen| *screen != "working").map(drop)
        };
        match patiently(super::LIMIT, &mut ask).await {
            Some(()) => Page { kiosk: self },
            None => {
                let _ = self.driver().leave().await;
                self.fail(&format!("the module's page for {service}")).await
            }
        }
    }

    /// Whatever page stands in the module's frame.
    pub async fn frame(&self) -> Page<'_> {
        wait_for("the module's frame", || async {
            let frame = self.driver().find("[data-session] iframe").await.ok()?;
            self.driver().enter(&frame).await.ok()
        })
        .await;
        Page { kiosk: self }
    }

    /// Where the middle of each of these in the module's frame is on the glass; none while there is no page in it.
    pub async fn spots_in_frame(&self, css: &str) -> Vec<Spot> {
        const PARTS: &str = "return [...document.querySelectorAll(arguments[0])].map((one) => {
            const box = one.getBoundingClientRect();
            return [(box.left + box.width / 2) / innerWidth, (box.top + box.height / 2) / innerHeight];
          });";
        const WHERE: &str = "const box = document.querySelector('iframe')?.getBoundingClientRect();
            return box ? arguments[0].map((part) =>
              [box.left + box.width * part[0], box.top + box.height * part[1]].map((px) => Math.round(px * devicePixelRatio))) : [];";
        let parts = async {
            let frame = self.driver().find("[data-session] iframe").await?;
            self.driver().enter(&frame).await?;
            self.driver().script(PARTS, json!([css])).await
        };
        let parts = parts.await.unwrap_or(json!([]));
        // A frame that went in the meantime is left all the same.
        let _ = self.driver().leave().await;
        let found = self.script(WHERE, json!([parts])).await;
        let px = |value: &Value| value.as_i64().expect("px");
        found.as_array().into_iter().flatten().map(|spot| Spot { x: px(&spot[0]), y: px(&spot[1]) }).collect()
    }

    /// Waits until no module's frame is mounted.
    pub async fn until_no_frame(&self) {
        wait_for("the module's frame to go", || async {
            let _ = self.driver().leave().await;
            let there =
                self.driver().script("return document.querySelector('iframe') !== null;", json!([])).await.ok()?;
            (there == false).then_some(())
        })
        .await;
    }

    /// What was read aloud so far: the voice's arguments, and the text.
    pub fn said(&self) -> Vec<(String, String)> {
        let all = std::fs::read_to_string(self.folder.join("said")).unwrap_or_default();
        let whole = all.split("\n=\n").filter_map(|one| one.split_once('\n'));
        whole.map(|(how, text)| (how.to_owned(), text.to_owned())).collect()
    }

    /// Waits until this was read aloud.
    pub async fn until_said(&self, words: &str) {
        let said = || self.said().iter().any(|(_, text)| text.contains(words));
        wait_for(&format!("\"{words}\" to be said; so far: {:#?}", self.said()), || async { said().then_some(()) })
            .await;
    }

    pub async fn script(&self, body: &str, arguments: Value) -> Value {
        self.driver().script(body, arguments).await.unwrap_or_else(|why| panic!("{why}"))
    }

    pub async fn script_later(&self, body: &str, arguments: Value) -> Value {
        self.driver().script_later(body, arguments).await.unwrap_or_else(|why| panic!("{why}"))
    }

    /// Touches the glass itself, past the driver.
    pub fn touch_glass(&self, spot: Spot) {
        self.display.touch(spot.x, spot.y, 1);
    }

    /// Touches it twice, as a hurried hand does.
    pub fn touch_glass_twice(&self, spot: Spot) {
        self.display.touch(spot.x, spot.y, 2);
    }

    /// A hand on the glass that does many things at once.
    pub fn hand(&self) -> Hand {
        self.display.hand()
    }

    /// A reader types this, and Enter.
    pub fn types(&self, code: &str) {
        self.display.focus();
        super::typing::types(&self.display.name, code);
    }

    /// Presses a key of the keypad, by X's name for it.
    pub fn key(&self, name: &str) {
        self.display.key(name);
    }

    /// How many windows stand on the glass.
    pub fn windows(&self) -> usize {
        self.display.windows()
    }

    /// Where the middle of this is on the glass.
    pub async fn spot(&self, css: &str) -> Spot {
        const WHERE: &str = "const box = document.querySelector(arguments[0]).getBoundingClientRect();
            return [box.left + box.width / 2, box.top + box.height / 2].map((px) => Math.round(px * devicePixelRatio));";
        let found = self.script(WHERE, json!([css])).await;
        Spot { x: found[0].as_i64().expect("px"), y: found[1].as_i64().expect("px") }
    }

    /// What stands on the glass once nothing on it moves.
    pub async fn at_rest(&self) -> Vec<u8> {
        let mut before = Vec::new();
        loop {
            let now = self.display.pixels();
            if now == before {
                return now;
            }
            before = now;
        }
    }

    /// Waits until the glass shows this again. A new page smooths the edges of letters a little otherwise; another
    /// digit changes hundreds of pixels from light to dark.
    pub async fn until_it_looks_like(&self, before: &[u8]) {
        let mut ask = || async {
            let now = self.display.pixels();
            let changed = now.iter().zip(before).filter(|(now, before)| now.abs_diff(**before) > 80).count();
            (now.len() == before.len() && changed < 100).then_some(())
        };
        if patiently(super::LIMIT, &mut ask).await.is_none() {
            let file = self.screenshot(&format!("failed-{}", journey()));
            panic!("waited in vain for what was on the glass before; now there is {}", file.display());
        }
    }

    /// A picture of the window, in `shots/`.
    pub fn screenshot(&self, name: &str) -> PathBuf {
        let file = shots().join(format!("{name}.png"));
        self.display.picture(&file);
        file
    }

    /// Ends the journey, with what there is in the place of `what` was waited for.
    pub async fn fail(&self, what: &str) -> ! {
        let screen = self.screen().await;
        let words = self.words().await;
        let file = self.screenshot(&format!("failed-{}", journey()));
        panic!("waited in vain for {what}; the screen is {screen:?} ({}) and says:\n{words}", file.display())
    }
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        self.cut();
        self.end();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> =
                log.lines().filter(|line| !line.contains("dbus") && !line.contains("portal")).collect();
            eprintln!("the kiosk's log ends with:\n{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        } else {
            self.assert_no_panic();
        }
    }
}

/// A place on the glass, px from its upper left corner.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    pub x: i64,
    pub y: i64,
}

impl Spot {
    /// So many px nearer to the upper edge.
    pub const fn up(self, px: i64) -> Spot {
        Spot { y: self.y - px, ..self }
    }
}

/// The module's own page, inside its frame.
pub struct Page<'a> {
    kiosk: &'a Kiosk,
}

impl Page<'_> {
    /// Waits until the page asks this: phone, amount, coupons, card.
    pub async fn until(&self, screen: &str) {
        let css = format!("#screen[data-screen=\"{screen}\"]");
        wait_for(&format!("the module to show {screen}"), || async { self.kiosk.driver().find(&css).await.ok() }).await;
    }

    pub async fn press(&self, css: &str) {
        let css = format!("{css}:not([disabled])");
        wait_for(&format!("{css} in the module"), || async {
            let element = self.kiosk.driver().find(&css).await.ok()?;
            self.kiosk.driver().click(&element).await.ok()
        })
        .await;
    }

    /// Types on the page's own pad.
    pub async fn keys(&self, digits: &str) {
        for digit in digits.chars() {
            self.press(&format!("[data-key=\"{digit}\"]")).await;
        }
    }

    /// Types a phone number (what follows 010) and says so.
    pub async fn phone(&self, digits: &str) {
        self.until("phone").await;
        self.keys(digits).await;
        self.press("[data-key=\"ok\"]").await;
        self.until("amount").await;
    }

    /// Looks at something in the page.
    pub async fn script(&self, body: &str, arguments: Value) -> Value {
        self.kiosk.driver().script(body, arguments).await.unwrap_or_else(|why| panic!("{why}"))
    }

    pub async fn script_later(&self, body: &str, arguments: Value) -> Value {
        self.kiosk.driver().script_later(body, arguments).await.unwrap_or_else(|why| panic!("{why}"))
    }

    /// Where the middle of this is on the glass: the frame is scaled as one piece.
    pub async fn spot(&self, css: &str) -> Spot {
        const PART: &str = "const box = document.querySelector(arguments[0]).getBoundingClientRect();
            return [(box.left + box.width / 2) / innerWidth, (box.top + box.height / 2) / innerHeight];";
        const WHERE: &str = "const [part] = arguments; const box = document.querySelector('iframe').getBoundingClientRect();
            return [box.left + box.width * part[0], box.top + box.height * part[1]].map((px) => Math.round(px * devicePixelRatio));";
        let part = self.script(PART, json!([css])).await;
        self.kiosk.driver().leave().await.expect("the kiosk's own page");
        let found = self.script(WHERE, json!([part])).await;
        self.kiosk.frame().await;
        Spot { x: found[0].as_i64().expect("px"), y: found[1].as_i64().expect("px") }
    }

    /// Back to the kiosk's own page.
    pub async fn leave(self) {
        wait_for("the kiosk's own page", || async { self.kiosk.driver().leave().await.ok() }).await;
    }
}

/// The name of the journey, for files.
fn journey() -> String {
    std::thread::current().name().unwrap_or("test").replace("::", "-")
}

/// How long something took.
pub async fn timed<T>(work: impl Future<Output = T>) -> (Duration, T) {
    let began = Instant::now();
    let done = work.await;
    (began.elapsed(), done)
}

/// `kiosk.toml` of a kiosk whose counterparts are processes of their own, as in a shop.
pub fn usual_configuration(outside: &Simulator, module_url: &str, panel: Panel, idle_s: u32) -> String {
    let Panel { width, height, inch, lower_edge_mm } = panel;
    format!(
        r#"[shop]
name = {{ ko = "모퉁이커피", en = "Corner Coffee", zh = "街角咖啡", ja = "街角コーヒー" }}
kiosk_prefix = "T"
ways = ["for_here", "to_go"]
business_day_starts = "05:00"

[prbiti]
module_url = "{module_url}"
services = ["COUPON", "POINT_REDEEM", "PREPAID", "POINT_EARN"]

[payment]
agent_url = "{agent_url}"
timeout_ms = 60000
terminal_place = "right-below"

[scanner]
port = "{scanner}"
baud = 9600

[screen]
width = {width}
height = {height}
panel_inch = {inch}
lower_edge_mm = {lower_edge_mm}
fullscreen = false
idle_s = {idle_s}

[journal]
path = "journal.db"

[catalog]
path = "catalog.toml"

[secrets]
path = "secrets.toml"
"#,
        agent_url = outside.agent_url(),
        scanner = outside.scanner().display()
    )
}

pub fn demonstration_catalog() -> String {
    std::fs::read_to_string(project().join("demo/catalog.toml")).expect("the demonstration's catalog")
}

/// What the terminal's agent lets a kiosk in with.
pub const AGENT_TOKEN: &str = "demonstration-agent-token";

fn write_secrets(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let text = format!(
        "application_key = \"prbitidemonstrationkey0000000001\"\npasswd = \"demo1234\"\n\
        terminal_id = \"DEMOKIOSK0001\"\nagent_token = \"{AGENT_TOKEN}\"\n\
        order_hook_secret = \"demonstration-order-hook-secret-01\"\n"
    );
    std::fs::write(file, text).expect("the secrets");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).expect("their mode");
}

/// A voice that writes down what it would say: a line of its arguments, the text, and a mark.
fn write_voice(folder: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let (file, said) = (folder.join("voice"), folder.join("said"));
    let text = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] || {{ echo \"$*${{PULSE_SINK:+ to $PULSE_SINK}}\"; cat; echo; echo =; }} >> '{}'\n",
        said.display()
    );
    std::fs::write(&file, text).expect("the voice");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o700)).expect("its mode");
    file
}

// On the disk that is built on, not in memory: the journal must be able to sync.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).to_owned()
}
