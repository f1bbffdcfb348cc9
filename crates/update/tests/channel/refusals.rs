//! What isn't installed: by the kiosk, which doesn't download it, and by the helper, to which somebody hands it over who
//! has taken the kiosk over.

use std::fs;

use release::keys::Key;
use till::updates::{Asked, FetchError};
use update::{
    judge::WhyNot,
    record::Became,
    release::{Line, at},
};

use crate::{
    kiosk::{Install, Kiosk, version},
    program::Behaves,
};

/// A kiosk with 0.2.0 that can go back to it.
fn kiosk() -> Kiosk {
    let mut kiosk = Kiosk::new();
    kiosk.publish("0.2.0", Behaves::Well);
    kiosk.publish("0.3.0", Behaves::Well);
    kiosk.keep_way_back();
    kiosk
}

/// The helper refuses what was handed over, says so, and touches nothing; only the way back stays.
fn refused(kiosk: &Kiosk, why: &str) {
    refused_so(kiosk, why, 1);
}

fn refused_so(kiosk: &Kiosk, why: &str, packages: usize) {
    let pid = kiosk.pid();
    let done = kiosk.helper(60, None);
    assert!(done.status.success(), "{done:?}");
    let Some(last) = kiosk.record().last else { panic!("{done:?}") };
    assert!(matches!(&last.became, Became::Refused { why: told } if told.contains(why)), "{why}: {last:?}");
    assert_eq!((kiosk.installed_wholly(), kiosk.pid()), ((version("0.2.0"), true), pid), "{why}");
    assert_eq!(fs::read_dir(kiosk.at("spool")).unwrap().count(), 0, "it is taken away: {why}");
    assert_eq!(fs::read_dir(kiosk.at("helper/packages")).unwrap().count(), packages, "{why}");
}

#[test]
fn nothing_is_installed_whose_signature_doesnt_fit() {
    let kiosk = kiosk();
    let other = Key::passing().unwrap();
    kiosk.force("0.3.0", |list, _, _| list[20] ^= 1);
    refused(&kiosk, "it isn't what the key");
    kiosk.force("0.3.0", |_, signature, _| signature.clear());
    refused(&kiosk, "no signature of minisign");
    // The same list, signed by somebody else.
    let mut theirs = Kiosk::new();
    theirs.key = other;
    theirs.publish("0.3.0", Behaves::Well);
    theirs.force("0.3.0", |_, _, _| {});
    let pid = theirs.pid();
    assert!(theirs.helper(60, None).status.success());
    let last = theirs.record().last.unwrap();
    assert!(matches!(last.became, Became::Refused { why } if why.contains("doesn't trust")));
    assert_eq!((theirs.installed(), theirs.pid()), (version("0.2.0"), pid));
    assert!(matches!(theirs.ask(), Err(FetchError::Unsigned { .. })));
}

#[test]
fn a_kiosk_downloads_nothing_whose_signature_doesnt_fit() {
    let kiosk = kiosk();
    let before = kiosk.server.ranges().len();
    let path = kiosk.at("web/stable/latest.json");
    let list = fs::read_to_string(&path).unwrap();
    fs::write(&path, list.replace("\"percent\": 100", "\"percent\": 101")).unwrap();
    assert!(matches!(kiosk.ask(), Err(FetchError::NotBelieved { .. })));
    fs::write(&path, " ".repeat(20_000)).unwrap();
    assert!(matches!(kiosk.ask(), Err(FetchError::TooLong { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(kiosk.ask(), Err(FetchError::Refused { .. })));
    assert_eq!(kiosk.server.ranges().len(), before);
}

#[test]
fn another_package_than_the_one_that_was_signed_isnt_installed() {
    let kiosk = kiosk();
    kiosk.force("0.3.0", |_, _, package| package[1_000] ^= 1);
    refused(&kiosk, "its sha256 differs");
    kiosk.force("0.3.0", |_, _, package| package.truncate(20_000));
    refused(&kiosk, "bytes");
    kiosk.force("0.3.0", |_, _, package| package.push(0));
    refused(&kiosk, "bytes");
    // The kiosk finds it out by itself.
    let path = kiosk.at("web").join(at::package(&version("0.3.0")));
    let mut package = fs::read(&path).unwrap();
    package[1_000] ^= 1;
    fs::write(&path, &package).unwrap();
    assert!(matches!(kiosk.ask(), Err(FetchError::AnotherPackage { .. })));
    package.push(0);
    fs::write(&path, &package).unwrap();
    assert!(matches!(kiosk.ask(), Err(FetchError::TooLong { .. })));
}

#[test]
fn nothing_older_is_installed() {
    let mut kiosk = kiosk();
    kiosk.publish_so("0.1.9", Behaves::Well, Install::Usual, |publication| publication.line = Line::Beta);
    kiosk.force("0.1.9", |_, _, _| {});
    refused(&kiosk, "0.1.9 is older than 0.2.0");
    kiosk.follow("0.1.9");
    kiosk.force("0.1.9", |_, _, _| {});
    refused(&kiosk, "0.1.9 is older than 0.2.0");
    assert!(matches!(kiosk.ask(), Ok(Asked::Nothing(WhyNot::Older { .. }))));
}

#[test]
fn what_is_published_elsewhere_isnt_installed_until_the_kiosk_follows_it() {
    let mut kiosk = kiosk();
    kiosk.publish_so("0.4.0-beta.1", Behaves::Well, Install::Usual, |publication| publication.line = Line::Beta);
    kiosk.force("0.4.0-beta.1", |_, _, _| {});
    refused(&kiosk, "published in beta, and this kiosk follows stable");
    fs::remove_file(kiosk.at("kiosk.toml")).unwrap();
    kiosk.force("0.3.0", |_, _, _| {});
    refused(&kiosk, "can't be read");
    fs::write(kiosk.at("kiosk.toml"), "[shop]\n").unwrap();
    kiosk.force("0.3.0", |_, _, _| {});
    refused(&kiosk, "isn't updated");
    kiosk.follow("beta");
    kiosk.hand_over();
    assert!(kiosk.helper(60, None).status.success());
    kiosk.works("0.4.0-beta.1");
}

#[test]
fn a_list_that_was_replaced_isnt_used_again() {
    let mut kiosk = kiosk();
    // For no kiosk so far: it is seen, and refused.
    kiosk.publish_so("0.4.0", Behaves::Well, Install::Usual, |publication| publication.percent = 0);
    kiosk.force("0.4.0", |_, _, _| {});
    refused(&kiosk, "0.4.0 is for 0 of a hundred kiosks");
    // Whoever replaces the publisher's files by older ones, which were signed.
    kiosk.force("0.3.0", |_, _, _| {});
    refused(&kiosk, "the list of 0.3.0 was published before one that this kiosk has seen");
    for name in ["latest.json".to_owned(), at::signature("latest.json", &kiosk.key.name())] {
        let old = name.replace("latest.json", "0.3.0.json");
        fs::copy(kiosk.at("web/releases").join(old), kiosk.at("web/stable").join(name)).unwrap();
    }
    assert!(matches!(kiosk.ask(), Ok(Asked::Nothing(WhyNot::Replayed { .. }))));
}

#[test]
fn nothing_is_installed_from_which_there_is_no_way_back() {
    let mut kiosk = kiosk();
    kiosk.publish_so("0.4.0", Behaves::Well, Install::Usual, |publication| {
        publication.journal_needs = version("0.3.0");
    });
    kiosk.force("0.4.0", |_, _, _| {});
    refused(&kiosk, "after 0.4.0 the journal needs 0.3.0");
    assert!(matches!(kiosk.ask(), Ok(Asked::Nothing(WhyNot::NoWayBack { .. }))));
    // The disk has lost what it was to keep.
    fs::write(kiosk.at("helper/packages/prbiti-kiosk_0.2.0_amd64.deb"), "").unwrap();
    kiosk.publish("0.5.0", Behaves::Well);
    kiosk.force("0.5.0", |_, _, _| {});
    refused_so(&kiosk, "the package of 0.2.0, which is installed, isn't kept", 0);
    // The kiosk brings it again.
    kiosk.keep_way_back();
    kiosk.hand_over();
    assert!(kiosk.helper(60, None).status.success());
    kiosk.works("0.5.0");
}

#[test]
fn a_release_that_names_another_version_than_its_package_isnt_installed() {
    let kiosk = kiosk();
    // What only whoever has the key can do, by mistake.
    let mut list: serde_json::Value =
        serde_json::from_slice(&fs::read(kiosk.at("web/releases/0.3.0.json")).unwrap()).unwrap();
    list["version"] = "0.3.1".into();
    let text = serde_json::to_vec(&list).unwrap();
    let signed = kiosk.key.sign(&text, "by mistake").unwrap();
    kiosk.force("0.3.0", |list, signature, _| (*list, *signature) = (text, signed));
    refused(&kiosk, "the package holds prbiti-kiosk 0.3.0");
}

#[test]
fn a_pinned_kiosk_goes_to_its_version_and_stays() {
    let mut kiosk = kiosk();
    kiosk.publish("0.4.0", Behaves::Well);
    kiosk.follow("0.3.0");
    kiosk.hand_over();
    assert!(kiosk.helper(60, None).status.success());
    kiosk.works("0.3.0");
    assert!(matches!(kiosk.ask(), Ok(Asked::Nothing(WhyNot::Installed { .. }))));
}

#[test]
fn a_new_key_comes_with_a_release_that_the_old_one_signed() {
    let mut kiosk = kiosk();
    let (old, new) = (&kiosk.key, Key::passing().unwrap());
    let new_file = kiosk.at("keys/two.pub");
    // Its package brings the new key; until then only the old one counts.
    let public = new.public().unwrap();
    assert_ne!(public, old.public().unwrap());
    kiosk.key = new;
    kiosk.publish("0.3.1", Behaves::Well);
    assert!(matches!(kiosk.ask(), Err(FetchError::Unsigned { .. })));
    fs::write(new_file, public).unwrap();
    fs::remove_file(kiosk.at("keys/one.pub")).unwrap();
    kiosk.hand_over();
    assert!(kiosk.helper(60, None).status.success());
    kiosk.works("0.3.1");
}
