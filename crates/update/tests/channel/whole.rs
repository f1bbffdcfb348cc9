//! An update from the publisher to the kiosk, the good and the bad.

use till::updates::{Asked, FetchError};
use update::{judge::WhyNot, record::Became, stage::End};

use crate::{
    kiosk::{Install, Kiosk, version},
    program::Behaves,
};

/// A kiosk that runs 0.2.0, can go back to it, and to which 0.3.0 was handed over.
pub fn about_to_install(behaves: Behaves, install: Install) -> Kiosk {
    let mut kiosk = Kiosk::new();
    kiosk.publish("0.2.0", Behaves::Well);
    kiosk.publish_so("0.3.0", behaves, install, |_| {});
    kiosk.keep_way_back();
    kiosk.hand_over();
    kiosk
}

/// A kiosk that runs 0.2.0, for which 0.3.0 is published.
fn behind() -> Kiosk {
    let mut kiosk = Kiosk::new();
    kiosk.publish("0.2.0", Behaves::Well);
    kiosk.publish("0.3.0", Behaves::Well);
    kiosk
}

#[test]
fn a_good_release_is_installed_and_nothing_is_lost() {
    let kiosk = about_to_install(Behaves::WellWithMigration, Install::Usual);
    let done = kiosk.helper(60, None);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(String::from_utf8_lossy(&done.stdout), "0.3.0: installed, and well\n");
    kiosk.works("0.3.0");
    let record = kiosk.record();
    assert_eq!(record.last.unwrap().became, Became::Ended { end: End::Healthy });
    assert_eq!(record.way_back.unwrap().version, version("0.3.0"), "the next one can be rolled back, too");
    assert!(matches!(kiosk.ask(), Ok(Asked::Nothing(WhyNot::Installed { .. }))));
    kiosk.service("stop");
    assert_eq!(kiosk.sold(), ["0.2.0", "0.3.0"]);
    assert_eq!(kiosk.sold_before_the_update(), ["0.2.0"]);
}

#[test]
fn a_helper_to_which_nothing_was_handed_over_does_nothing() {
    let kiosk = Kiosk::new();
    let pid = kiosk.pid();
    assert_eq!(String::from_utf8_lossy(&kiosk.helper(60, None).stdout), "nothing was handed over\n");
    assert_eq!(kiosk.pid(), pid);
}

/// 0.3.0 is rolled back; what it sold in between is there, and it isn't tried again.
fn is_rolled_back(behaves: Behaves, install: Install, why: &str, sold_in_between: &[&str]) {
    let kiosk = about_to_install(behaves, install);
    // Only one that hangs is waited for so long.
    let done = kiosk.helper(15, None);
    assert!(done.status.success(), "{done:?}");
    kiosk.works("0.2.0");
    let record = kiosk.record();
    let Became::Ended { end: End::RolledBack { why: told } } = record.last.unwrap().became else { panic!("{done:?}") };
    assert!(told.contains(why), "{told}");
    assert_eq!(record.memory.failed, [version("0.3.0")]);
    assert!(matches!(kiosk.ask(), Ok(Asked::Nothing(WhyNot::Failed { .. }))), "it isn't downloaded again");
    let pid = kiosk.pid();
    kiosk.force("0.3.0", |_, _, _| {});
    assert!(kiosk.helper(60, None).status.success());
    assert_eq!((kiosk.installed(), kiosk.pid()), (version("0.2.0"), pid), "nor installed, whoever hands it over");
    kiosk.service("stop");
    let sold: Vec<&str> = ["0.2.0"].iter().chain(sold_in_between).chain(&["0.2.0"]).copied().collect();
    assert_eq!(kiosk.sold(), sold);
    assert_eq!(kiosk.sold_before_the_update(), ["0.2.0"]);
}

#[test]
fn a_version_that_crashes_at_its_start_is_rolled_back() {
    is_rolled_back(Behaves::Crashes, Install::Usual, "0.3.0 ended by itself", &["0.3.0"]);
}

#[test]
fn a_version_that_hangs_is_rolled_back() {
    is_rolled_back(Behaves::Hangs, Install::Usual, "0.3.0 didn't show its first screen within 15 s", &["0.3.0"]);
}

#[test]
fn a_version_whose_migration_fails_is_rolled_back() {
    is_rolled_back(Behaves::FailsToMigrate, Install::Usual, "0.3.0 ended by itself", &[]);
}

#[test]
fn a_package_that_cant_be_installed_is_rolled_back() {
    for script in ["preinst", "postinst"] {
        is_rolled_back(Behaves::Well, Install::FailsIn(script), "it fails", &[]);
    }
}

#[test]
fn after_a_version_that_failed_the_next_one_is_installed() {
    let mut kiosk = about_to_install(Behaves::Crashes, Install::Usual);
    assert!(kiosk.helper(60, None).status.success());
    kiosk.works("0.2.0");
    kiosk.publish("0.3.1", Behaves::WellWithMigration);
    kiosk.hand_over();
    assert!(kiosk.helper(60, None).status.success());
    kiosk.works("0.3.1");
    assert_eq!(kiosk.record().memory.failed, [], "what is older than what is installed needn't be remembered");
}

#[test]
fn a_download_that_is_cut_off_goes_on_where_it_was() {
    let kiosk = behind();
    kiosk.keep_way_back();
    kiosk.server.cut_packages_after(Some(20_000));
    for have in [20_000, 40_000] {
        let error = kiosk.ask().unwrap_err();
        assert!(matches!(error, FetchError::CutOff { have: had, .. } if had == have), "{error}");
    }
    kiosk.server.cut_packages_after(None);
    kiosk.hand_over();
    let asked = kiosk.server.ranges().split_off(1);
    assert_eq!(asked, [None, Some("bytes=20000-".to_owned()), Some("bytes=40000-".to_owned())]);
    assert!(kiosk.helper(60, None).status.success());
    kiosk.works("0.3.0");
}

#[test]
fn a_server_that_cant_go_on_sends_all_of_it_again() {
    let kiosk = behind();
    kiosk.server.know_no_ranges();
    kiosk.server.cut_packages_after(Some(20_000));
    assert!(matches!(kiosk.ask(), Err(FetchError::CutOff { .. })));
    kiosk.server.cut_packages_after(None);
    kiosk.keep_way_back();
}

#[test]
fn what_is_taken_back_after_it_was_downloaded_isnt_offered_any_more() {
    let mut kiosk = behind();
    kiosk.keep_way_back();
    let ready = kiosk.ready();
    assert!(kiosk.still_offered(&ready).unwrap());
    kiosk.publish_again("0.3.0", 0);
    assert!(!kiosk.still_offered(&ready).unwrap(), "nobody is to get it any more");
    kiosk.publish_again("0.3.0", 100);
    assert!(kiosk.still_offered(&ready).unwrap());
    kiosk.publish("0.3.1", Behaves::Well);
    assert!(!kiosk.still_offered(&ready).unwrap(), "there is a better one");
    std::fs::remove_dir_all(kiosk.at("web")).unwrap();
    assert!(kiosk.still_offered(&ready).is_err(), "nobody can tell");
}
