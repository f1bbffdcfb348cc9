//! The disk and the recording, which the power cuts stand on, and a short run of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::FileExt as _,
};

use super::*;
use crate::{
    disk::Bytes,
    recording::{Call, Fault, How, Recording},
};

const DRAWN: u64 = 300;

/// What the power cuts leave of a disk after `ops`, each outcome once.
fn left(ops: &[Op]) -> Vec<Files> {
    let mut disk = Disk::default();
    ops.iter().for_each(|op| disk.apply(op));
    let mut left: Vec<Files> = Vec::new();
    for seed in 0..DRAWN {
        let files = disk.after_cut(&mut Rng::with_seed(seed));
        if !left.contains(&files) {
            left.push(files);
        }
    }
    left
}

fn create(name: &str, file: u32) -> Op {
    Op::Create { name: name.to_owned(), file }
}

fn write(at: usize, bytes: &[u8]) -> Op {
    Op::Write { role: Role::Other, file: 1, at, bytes: Arc::new(Bytes::of(bytes)) }
}

const SYNCED: Op = Op::Synced { file: 1 };

fn one_file(bytes: &[u8]) -> Files {
    Files::from([("one".to_owned(), Bytes::of(bytes))])
}

#[test]
fn a_write_is_lost_or_kept_sector_by_sector_until_its_file_is_synced() {
    let sectors = |first: u8, second: u8| one_file(&[[first; 512], [second; 512]].concat());
    let mut ops = vec![create("one", 1), write(0, &[1; 1024]), SYNCED, Op::DirectorySynced, write(0, &[2; 1024])];
    let torn = left(&ops);
    assert_eq!(torn.len(), 4);
    for (first, second) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
        assert!(torn.contains(&sectors(first, second)));
    }
    ops.push(SYNCED);
    assert_eq!(left(&ops), [sectors(2, 2)]);
}

#[test]
fn a_truncation_is_lost_or_kept_and_a_file_may_grow_without_what_was_written() {
    let ops = [create("one", 1), write(0, &[1; 512]), SYNCED, Op::DirectorySynced];
    let shorter = left(&[&ops[..], &[Op::Truncate { file: 1, length: 100 }]].concat());
    assert_eq!(shorter.len(), 2);
    assert!(shorter.contains(&one_file(&[1; 100])) && shorter.contains(&one_file(&[1; 512])));
    let longer = left(&[&ops[..], &[write(512, &[2; 512])]].concat());
    assert_eq!(longer.len(), 3);
    assert!(longer.contains(&one_file(&[[1; 512], [0; 512]].concat())));
}

#[test]
fn what_was_written_before_a_failed_sync_is_not_made_safe_by_the_next_one() {
    let failed = Op::SyncFailed { file: 1 };
    let ops = [create("one", 1), Op::DirectorySynced, write(0, &[1; 512]), failed, write(512, &[2; 512]), SYNCED];
    let outcomes = left(&ops);
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.contains(&one_file(&[[0; 512], [2; 512]].concat())));
    // A program that reads it sees all of it.
    let mut disk = Disk::default();
    ops.iter().for_each(|op| disk.apply(op));
    assert_eq!(disk.shown(), one_file(&[[1; 512], [2; 512]].concat()));
    // What is written there anew and synced is safe, whatever became of the old.
    let again = [&ops[..], &[write(0, &[3; 512]), SYNCED]].concat();
    assert_eq!(left(&again), [one_file(&[[3; 512], [2; 512]].concat())]);
}

#[test]
fn names_get_as_far_as_they_got_until_the_directory_is_synced() {
    let moved = Op::Rename { from: "two".to_owned(), to: "one".to_owned() };
    let gone = Op::Unlink { name: "one".to_owned() };
    let mut ops = vec![create("one", 1), write(0, &[1]), SYNCED, Op::DirectorySynced, create("two", 2), moved, gone];
    let two = ("two".to_owned(), Bytes::default());
    let outcomes = left(&ops);
    assert_eq!(outcomes.len(), 4);
    for files in [
        one_file(&[1]),
        Files::from_iter(one_file(&[1]).into_iter().chain([two])),
        Files::from([("one".to_owned(), Bytes::default())]),
        Files::default(),
    ] {
        assert!(outcomes.contains(&files), "{files:?}");
    }
    ops.push(Op::DirectorySynced);
    assert_eq!(left(&ops), [Files::default()]);
}

#[test]
fn whatever_is_done_to_recorded_files_is_recorded_and_explains_them() {
    let place = place().unwrap();
    let directory = fs::canonicalize(place.path()).unwrap();
    let recording = Recording::start(&directory, &Disk::default(), false);
    let mut one = File::create(directory.join("one")).unwrap();
    one.write_all(b"first").unwrap();
    one.seek(SeekFrom::Start(2)).unwrap();
    one.write_all(&[7; 600]).unwrap();
    one.write_at(b"at", 9_000).unwrap();
    one.set_len(8_000).unwrap();
    one.sync_all().unwrap();
    one.sync_data().unwrap();
    fs::rename(directory.join("one"), directory.join("two")).unwrap();
    fs::hard_link(directory.join("two"), directory.join("other")).unwrap();
    fs::remove_file(directory.join("other")).unwrap();
    fs::write(directory.join("three"), "gone").unwrap();
    fs::remove_file(directory.join("three")).unwrap();
    File::open(&directory).unwrap().sync_all().unwrap();
    let mut again = OpenOptions::new().append(true).open(directory.join("two")).unwrap();
    again.write_all(b"end").unwrap();
    drop(OpenOptions::new().write(true).truncate(true).create(true).open(directory.join("four")).unwrap());
    // What is elsewhere isn't recorded.
    fs::write(tempfile::tempdir().unwrap().path().join("five"), "5").unwrap();

    let log = recording.stop();
    let mut disk = Disk::default();
    log.iter().for_each(|op| disk.apply(op));
    assert_eq!(disk.shown(), disk::read(&directory).unwrap());
    one.write_all(b"after the end").unwrap();
    let told: Vec<String> = log
        .iter()
        .map(|op| match op {
            Op::Create { name, file } => format!("{file} is {name}"),
            Op::Link { name, file } => format!("{file} is also {name}"),
            Op::Rename { from, to } => format!("{from} to {to}"),
            Op::Unlink { name } => format!("no {name}"),
            Op::DirectorySynced => "names safe".to_owned(),
            Op::Write { file, at, .. } => format!("{file} at {at}"),
            Op::Truncate { file, length } => format!("{file} to {length}"),
            Op::Synced { file } => format!("{file} safe"),
            Op::SyncFailed { file } => format!("{file} not safe"),
            Op::Did(_) | Op::Promised(_) => "promised".to_owned(),
        })
        .collect();
    assert_eq!(
        told.join(", "),
        "1 is one, 1 at 0, 1 at 2, 1 at 9000, 1 to 8000, 1 safe, 1 safe, one to two, \
         1 is also other, no other, 2 is three, 2 at 0, no three, \
         names safe, 1 at 8000, 3 is four"
    );
}

#[test]
fn a_call_that_must_fail_does_nothing_and_fails_once_or_until_the_disk_is_well() {
    let place = place().unwrap();
    let directory = fs::canonicalize(place.path()).unwrap();
    let recording = Recording::start(&directory, &Disk::default(), false);
    let (old, new) = (directory.join("journal.db-wal"), directory.join("new"));
    let mut log = File::create(&old).unwrap();
    let fault =
        |call, after, errno| Fault { call, role: Some(Role::Log), after, how: How::Refused(errno), lasts: false };
    let errno = |answer: std::io::Result<()>| answer.unwrap_err().raw_os_error().unwrap();
    recording.fail(fault(Call::Sync, 1, libc::EIO));
    log.sync_all().unwrap();
    assert_eq!(errno(log.sync_data()), libc::EIO);
    log.sync_all().unwrap();
    recording.fail(fault(Call::Write, 0, libc::ENOSPC));
    assert_eq!(errno(log.write(b"full").map(drop)), libc::ENOSPC);
    log.write_all(b"kept").unwrap();
    recording.fail(Fault { lasts: true, ..fault(Call::Truncate, 0, libc::EIO) });
    for _ in 0..2 {
        assert_eq!(errno(log.set_len(1)), libc::EIO);
    }
    recording.mend();
    log.set_len(4).unwrap();
    recording.fail(Fault { how: How::Short, ..fault(Call::Write, 0, 0) });
    assert_eq!(log.write(b"more").unwrap(), 2);
    recording.fail(Fault { how: How::Short, ..fault(Call::Read, 0, 0) });
    let mut read = [0; 4];
    assert_eq!(File::open(&old).unwrap().read(&mut read).unwrap(), 2);
    for (call, done) in [
        (Call::Read, &(|| File::open(&old)?.read(&mut [0]).map(drop)) as &dyn Fn() -> std::io::Result<()>),
        (Call::Open, &|| File::open(&old).map(drop)),
        (Call::Rename, &|| fs::rename(&old, &new)),
        (Call::Unlink, &|| fs::remove_file(&old)),
    ] {
        recording.fail(fault(call, 0, libc::EIO));
        assert_eq!(errno(done()), libc::EIO, "{call:?}");
    }
    recording.fail(Fault { role: None, ..fault(Call::Sync, 0, libc::EIO) });
    assert_eq!(errno(File::open(&directory).unwrap().sync_all()), libc::EIO);
    File::open(&directory).unwrap().sync_all().unwrap();
    assert_eq!(recording.failed(), 11);
    assert_eq!(recording.calls()[&(Call::Sync, Role::Log)], 3);
    let ops = recording.stop();
    assert_eq!(ops.iter().filter(|op| matches!(op, Op::SyncFailed { .. })).count(), 1);
    assert_eq!(fs::read(&old).unwrap(), b"keptmo");
}

#[test]
fn a_power_cut_loses_nothing_and_would_without_full_syncs_or_without_the_log_written_anew() {
    assert!(run(1_000, 1).unwrap(), "make powercut IMAGES=1000 tells more");
}

#[test]
fn a_kiosk_whose_disk_fails_under_an_order_does_nothing_without_its_row_and_comes_back() {
    let tally = shop::run(2, 1).unwrap();
    assert!(tally.violations.is_empty(), "{tally}");
    assert!(tally.injected() > 50, "{tally}");
}
