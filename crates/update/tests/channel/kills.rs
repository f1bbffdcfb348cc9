//! The helper is killed at every moment of an update, alone or with the power; and dpkg with it, in the middle of its work.

use update::{record::Became, stage::End};

use crate::{
    kiosk::{Install, Kiosk, was_killed},
    program::Behaves,
    whole::about_to_install,
};

/// Kills the helper at each moment in turn, and runs it again, as its unit does. A version that works must be there at the
/// end, and everything that was sold.
fn killed_at_every_moment(behaves: Behaves, power: bool) {
    let mut killed = 0;
    for moment in 1.. {
        let kiosk = about_to_install(behaves, Install::Usual);
        let done = kiosk.helper(60, Some(moment));
        if !was_killed(done.status) {
            assert!(done.status.success(), "{done:?}");
            ends_well(&kiosk, behaves);
            break;
        }
        killed += 1;
        if power {
            kiosk.power_cut();
        }
        let again = kiosk.helper(60, None);
        assert!(again.status.success(), "killed at moment {moment}: {again:?}");
        ends_well(&kiosk, behaves);
    }
    // Two for each of what is written: the package, and the record at each stage; and one for what is done at it.
    assert!(killed >= 15, "the helper was killed at {killed} moments only");
}

fn ends_well(kiosk: &Kiosk, behaves: Behaves) {
    // Whoever is killed before the release is taken finds it again; then it is as if nothing had been.
    kiosk.works(if behaves.is_well() { "0.3.0" } else { "0.2.0" });
    let became = kiosk.record().last.unwrap().became;
    let Became::Ended { end } = became else { panic!("it is told how the update ended: {became:?}") };
    assert_eq!(end == End::Healthy, behaves.is_well(), "{end:?}");
    kiosk.service("stop");
    let sold = kiosk.sold();
    assert_eq!(sold.first().map(String::as_str), Some("0.2.0"));
    assert_eq!(kiosk.sold_before_the_update().first().map(String::as_str), Some("0.2.0"));
    assert!(sold.iter().any(|by| by == "0.3.0"), "what the new version sold is there: {sold:?}");
}

#[test]
fn a_helper_that_is_killed_at_any_moment_of_a_good_update_brings_it_to_its_end() {
    killed_at_every_moment(Behaves::WellWithMigration, false);
}

#[test]
fn a_power_cut_at_any_moment_of_a_good_update_leaves_a_version_that_works() {
    killed_at_every_moment(Behaves::WellWithMigration, true);
}

#[test]
fn a_helper_that_is_killed_at_any_moment_of_a_roll_back_brings_it_to_its_end() {
    killed_at_every_moment(Behaves::Crashes, false);
}

#[test]
fn a_power_cut_at_any_moment_of_a_roll_back_leaves_a_version_that_works() {
    killed_at_every_moment(Behaves::Crashes, true);
}

#[test]
fn dpkg_killed_with_the_helper_in_the_middle_of_its_work_goes_on() {
    for (script, wholly) in [("preinst", false), ("postinst", false)] {
        let kiosk = about_to_install(Behaves::WellWithMigration, Install::KilledIn(script));
        let done = kiosk.helper(60, None);
        assert!(was_killed(done.status), "{done:?}");
        assert_eq!(kiosk.installed_wholly().1, wholly, "dpkg was killed in {script}");
        kiosk.power_cut();
        let again = kiosk.helper(60, None);
        assert!(again.status.success(), "{again:?}");
        kiosk.works("0.3.0");
    }
}

#[test]
fn whoever_blocks_the_spool_doesnt_keep_an_update_from_its_end() {
    let kiosk = about_to_install(Behaves::WellWithMigration, Install::KilledIn("postinst"));
    assert!(was_killed(kiosk.helper(60, None).status));
    for blocked in ["release.json", "release.json.minisig/by", "package.deb/by"] {
        std::fs::create_dir_all(kiosk.at("spool").join(blocked).join("somebody")).unwrap();
    }
    let again = kiosk.helper(60, None);
    assert!(!again.status.success(), "it is told that the spool can't be cleared");
    kiosk.works("0.3.0");
}
