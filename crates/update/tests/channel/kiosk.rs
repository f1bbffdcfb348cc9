//! A kiosk with a root of its own, and whoever publishes for it.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Output},
    thread,
    time::{Duration, Instant},
};

use release::{
    keys::Key,
    publish::{Publication, publish},
};
use tempfile::TempDir;
use till::{
    journal::Copy,
    updates::{Asked, FetchError, Ready, Updates},
};
use update::{
    helper,
    key::TrustedKeys,
    record::{Became, Record},
    release::{Line, at},
    spool,
    version::Version,
};

use crate::{
    program::{Behaves, script},
    server::Server,
};

/// So long anything is waited for; far longer than it takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a package does beside bringing its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Install {
    Usual,
    /// dpkg and the helper are killed in the script of that name, once.
    KilledIn(&'static str),
    /// Its script of that name fails.
    FailsIn(&'static str),
}

/// Everything that an update has to do with, in one folder.
pub struct Kiosk {
    folder: TempDir,
    pub server: Server,
    pub key: Key,
    published_s: u64,
}

pub fn version(text: &str) -> Version {
    text.parse().unwrap()
}

impl Kiosk {
    /// Runs 0.2.0, which was installed by hand, and follows the stable line.
    pub fn new() -> Kiosk {
        let folder = TempDir::new().unwrap();
        for inside in ["root/var/lib/dpkg/info", "root/var/lib/dpkg/updates", "spool", "keys", "data", "run", "web"] {
            fs::create_dir_all(folder.path().join(inside)).unwrap();
        }
        let server = Server::of(&folder.path().join("web"));
        let kiosk = Kiosk { folder, server, key: Key::passing().unwrap(), published_s: 1_000 };
        fs::write(kiosk.at("root/var/lib/dpkg/status"), "").unwrap();
        fs::write(kiosk.at("machine-id"), "0123456789abcdef0123456789abcdef\n").unwrap();
        fs::write(kiosk.at("keys/one.pub"), kiosk.key.public().unwrap()).unwrap();
        kiosk.follow("stable");
        kiosk.service_script();
        let first = kiosk.package("0.2.0", Behaves::Well, Install::Usual);
        kiosk.dpkg(&first);
        kiosk.service("start");
        kiosk.wait_until("0.2.0 is well", || kiosk.is_well("0.2.0"));
        kiosk
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn follow(&self, channel: &str) {
        fs::write(
            self.at("kiosk.toml"),
            format!("[journal]\npath = \"journal.db\"\n\n[update]\nchannel = \"{channel}\"\n"),
        )
        .unwrap();
    }

    /// Starts and ends the program as a service does: as a process of its own.
    fn service_script(&self) {
        let text = "#!/bin/sh
cd \"$(dirname \"$0\")\" || exit 1
# What has ended but isn't waited for by anybody has no thread but its first, and that one is a zombie.
lives() {
    [ -s pid ] && of=/proc/$(cat pid) && [ -d $of ] || return 1
    [ \"$(ls $of/task 2>/dev/null | wc -l)\" -gt 1 ] || ! grep -q '^State:.Z' $of/status 2>/dev/null
}
case $1 in
start)
    lives && exit 0
    JOURNAL=$PWD/data/journal.db HEALTHY=$PWD/run/healthy setsid root/usr/lib/kiosk/program </dev/null >>program.log 2>&1 &
    echo $! >pid ;;
stop|kill)
    lives && kill $([ $1 = stop ] || echo -9) \"$(cat pid)\"
    while lives; do sleep 0.01; done
    # As a service's runtime folder: what was said there isn't true of the next one.
    rm -f pid run/healthy ;;
failed)
    [ -s pid ] && ! lives ;;
esac
";
        script_file(&self.at("service"), text);
    }

    pub fn service(&self, what: &str) {
        assert!(Command::new(self.at("service")).arg(what).status().unwrap().success());
    }

    /// The program that runs, as the system numbers it.
    pub fn pid(&self) -> String {
        fs::read_to_string(self.at("pid")).unwrap()
    }

    /// The power fails: nothing ends in order, and what is in memory is gone. Then the machine starts, and the kiosk with it.
    pub fn power_cut(&self) {
        self.service("kill");
        let _gone = fs::remove_file(self.at("run/healthy"));
        self.service("start");
    }

    pub fn package(&self, version: &str, behaves: Behaves, install: Install) -> PathBuf {
        let tree = self.at(&format!("trees/{version}"));
        let debian = crate::kiosk::version(version).debian();
        fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        fs::create_dir_all(tree.join("usr/lib/kiosk")).unwrap();
        let control = format!(
            "Package: prbiti-kiosk\nVersion: {debian}\nArchitecture: all\nMaintainer: nobody\nDescription: sells\n"
        );
        fs::write(tree.join("DEBIAN/control"), control).unwrap();
        script_file(&tree.join("usr/lib/kiosk/program"), &script(version, behaves));
        // Something to download.
        fs::write(tree.join("usr/lib/kiosk/ballast"), random_bytes(version)).unwrap();
        match install {
            Install::Usual => {}
            Install::FailsIn(name) => {
                script_file(&tree.join("DEBIAN").join(name), "#!/bin/sh\necho it fails >&2\nexit 1\n")
            }
            Install::KilledIn(name) => {
                let once = self.at("killed-once");
                let text = format!(
                    "#!/bin/sh\n[ -e '{once}' ] && exit 0\ntouch '{once}'\n\
                     helper=$(sed -n 's/^PPid:.//p' /proc/$PPID/status)\nkill -9 $helper $PPID\n",
                    once = once.display()
                );
                script_file(&tree.join("DEBIAN").join(name), &text);
            }
        }
        let path = self.at(&format!("{version}.deb"));
        let built = Command::new("dpkg-deb").args(["--build", "--root-owner-group"]).arg(&tree).arg(&path).output();
        assert!(built.as_ref().unwrap().status.success(), "{built:?}");
        path
    }

    fn dpkg(&self, package: &Path) {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--root={}", self.at("root").display()));
        dpkg.args(["--force-script-chrootless", "--force-not-root", "--force-bad-path", "--install"]).arg(package);
        let done = dpkg.output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    /// Publishes a version in the stable line, for all, later than everything before.
    pub fn publish(&mut self, version: &str, behaves: Behaves) {
        self.publish_so(version, behaves, Install::Usual, |_| {});
    }

    pub fn publish_so(
        &mut self,
        version: &str,
        behaves: Behaves,
        install: Install,
        so: impl FnOnce(&mut Publication<'_>),
    ) {
        let package = self.package(version, behaves, install);
        self.publish_package(&package, so);
    }

    /// The same package once more, and for so many of a hundred.
    pub fn publish_again(&mut self, version: &str, percent: u8) {
        self.publish_package(&self.at(&format!("{version}.deb")), |publication| publication.percent = percent);
    }

    fn publish_package(&mut self, package: &Path, so: impl FnOnce(&mut Publication<'_>)) {
        self.published_s += 1;
        let mut publication = Publication {
            package,
            line: Line::Stable,
            percent: 100,
            journal_needs: crate::kiosk::version("0.1.0"),
            keys: std::slice::from_ref(&self.key),
            now_s: self.published_s,
        };
        so(&mut publication);
        publish(&self.at("web"), &publication).unwrap();
    }

    /// The kiosk's side of it.
    pub fn updates(&self) -> Updates {
        let keys = helper::keys(&self.at("keys")).unwrap();
        let configuration = fs::read_to_string(self.at("kiosk.toml")).unwrap();
        Updates {
            url: self.server.url().parse().unwrap(),
            channel: update::settings::channel(&configuration).unwrap(),
            installed: self.installed(),
            machine: fs::read_to_string(self.at("machine-id")).unwrap().trim().to_owned(),
            keys: TrustedKeys::read(keys.iter().map(String::as_str)).unwrap(),
            downloads: self.at("downloads"),
            spool: self.at("spool"),
            helper: self.at("helper"),
        }
    }

    pub fn ask(&self) -> Result<Asked, FetchError> {
        block_on(self.updates().ask())
    }

    pub fn still_offered(&self, ready: &Ready) -> Result<bool, FetchError> {
        block_on(self.updates().still_offered(ready))
    }

    pub fn ready(&self) -> Ready {
        match self.ask() {
            Ok(Asked::Ready(ready)) => *ready,
            other => panic!("{other:?}"),
        }
    }

    /// Asks, downloads and hands over, and the helper has the way back: as the kiosk does the first time.
    pub fn keep_way_back(&self) {
        let ready = self.ready();
        assert!(ready.is_way_back);
        self.updates().hand_over(&ready).unwrap();
        assert!(self.helper(60, None).status.success());
        assert_eq!(self.record().last.unwrap().became, Became::WayBack);
    }

    /// Asks, downloads and hands over what is newer.
    pub fn hand_over(&self) {
        let ready = self.ready();
        assert!(!ready.is_way_back);
        self.updates().hand_over(&ready).unwrap();
    }

    /// Hands over what is published as `version`, past all that a kiosk would look at, as somebody might who has taken it
    /// over; changed before that.
    pub fn force(&self, version: &str, change: impl FnOnce(&mut Vec<u8>, &mut String, &mut Vec<u8>)) {
        let list_name = at::release(&crate::kiosk::version(version));
        let mut list = fs::read(self.at("web").join(&list_name)).unwrap();
        let signature = self.at("web").join(at::signature(&list_name, &self.key.name()));
        let mut signature = fs::read_to_string(signature).unwrap();
        let mut package = fs::read(self.at("web").join(at::package(&crate::kiosk::version(version)))).unwrap();
        change(&mut list, &mut signature, &mut package);
        let file = self.at("forced.deb");
        fs::write(&file, package).unwrap();
        spool::put(&self.at("spool"), &list, &signature, &file).unwrap();
    }

    /// Runs the helper as its unit does; killed at the how manyth moment, if at any.
    pub fn helper(&self, within_s: u32, kill_at: Option<u32>) -> Output {
        let mut helper = Command::new(env!("CARGO_BIN_EXE_prbiti-kiosk-update"));
        for (option, path) in [
            ("--spool", "spool"),
            ("--folder", "helper"),
            ("--keys", "keys"),
            ("--config", "kiosk.toml"),
            ("--data", "data"),
            ("--healthy", "run/healthy"),
            ("--machine-id", "machine-id"),
            ("--service", "service"),
            ("--root", "root"),
        ] {
            helper.arg(option).arg(self.at(path));
        }
        if let Some(moment) = kill_at {
            helper.env("PRBITI_KIOSK_UPDATE_KILL", moment.to_string());
        }
        helper.args(["--within", &within_s.to_string()]).output().unwrap()
    }

    pub fn record(&self) -> Record {
        Record::read(&self.at("helper")).unwrap()
    }

    /// The version that dpkg says is installed, and whether it is so wholly.
    pub fn installed_wholly(&self) -> (Version, bool) {
        let said = Command::new("dpkg-query")
            .arg(format!("--root={}", self.at("root").display()))
            .args(["--show", "--showformat=${Version} ${Status}", "prbiti-kiosk"])
            .output()
            .unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let (version, status) = said.split_once(' ').unwrap();
        (Version::from_debian(version).unwrap(), status == "install ok installed")
    }

    pub fn installed(&self) -> Version {
        self.installed_wholly().0
    }

    pub fn is_well(&self, version: &str) -> bool {
        fs::read_to_string(self.at("run/healthy")).is_ok_and(|said| said.trim() == version)
    }

    /// A version that works is installed wholly, runs, and says itself that it is well.
    pub fn works(&self, wanted: &str) {
        assert_eq!(self.installed_wholly(), (version(wanted), true), "{}", self.story());
        self.wait_until(&format!("{wanted} is well"), || self.is_well(wanted));
        assert_eq!(self.record().update, None, "nothing is under way");
    }

    /// Who sold what, in its order, as a whole journal tells it. The program has to be ended.
    pub fn sold(&self) -> Vec<String> {
        sold(&self.at("data/journal.db"))
    }

    /// The same of the copy that was made last before an update, and how many copies there are.
    pub fn sold_before_the_update(&self) -> Vec<String> {
        let copies = fs::read_dir(self.at("helper/journals")).unwrap();
        let last = copies.map(|copy| copy.unwrap().path()).max().unwrap();
        sold(&last.join("journal.db"))
    }

    pub fn wait_until(&self, what: &str, is: impl Fn() -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is() {
            assert!(Instant::now() < until, "waited in vain until {what}\n{}", self.story());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn story(&self) -> String {
        ["helper/state.json", "helper/dpkg.log", "program.log"]
            .map(|file| format!("{file}:\n{}\n", fs::read_to_string(self.at(file)).unwrap_or_default()))
            .concat()
    }
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        if self.at("pid").exists() {
            let _ended = Command::new(self.at("service")).arg("stop").status();
        }
    }
}

/// Whoever sold, in the journal's order; every chain must be whole.
fn sold(journal: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let kept = runtime.block_on(async {
        let mut copy = Copy::of(journal).await.unwrap();
        assert_eq!(copy.structure().await.unwrap(), [""; 0]);
        copy.chains_after(0).await.unwrap()
    });
    let ordered: BTreeMap<i64, String> = kept
        .into_iter()
        .map(|kept| {
            let rows = kept.chain.unwrap().unwrap();
            assert_eq!(rows.len(), 1);
            (kept.number, rows[0].body.trim_start_matches("{\"by\":\"").trim_end_matches("\"}").to_owned())
        })
        .collect();
    ordered.into_values().collect()
}

fn script_file(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// So that a package doesn't shrink to nothing.
fn random_bytes(seed: &str) -> Vec<u8> {
    let mut state = seed.bytes().fold(0x9e37_79b9_7f4a_7c15_u64, |state, byte| state.rotate_left(7) ^ u64::from(byte));
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..8_192).flat_map(|_| next()).collect()
}

/// Was it killed, rather than ended?
pub fn was_killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal() == Some(9)
}

fn block_on<T>(asking: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(asking)
}
