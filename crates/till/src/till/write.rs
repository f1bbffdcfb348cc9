//! What staff have written to a stick or a folder, and the menu that is read anew.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use checkout::{
    catalog::Catalog, deed::Written, ids::TransactionId, kiosk::Event, time::on_the_wall, view::WriteOutcome,
};
use tempfile::Builder;
use thiserror::Error;
use tokio::time::{Duration, timeout};

use super::{Desk, Files, Message};
use crate::{
    books_file::{self, NewFile},
    catalog_file,
    config::Mistake,
    journal::{DamagedDeed, JournalError, Row},
    recent::RECENT,
    support::{self, Contents},
    system,
    toml_file::{Contents as Kind, Mistakes, Source},
};

/// So many transactions that wait for something are put into a support file.
const MOST_OPEN: usize = 50;

/// A stick that doesn't take it in so long won't: nobody stands before it for ever.
const LONGEST_WRITE: Duration = Duration::from_secs(60);

/// Why something couldn't be written.
#[derive(Debug, Error)]
enum NotWritten {
    #[error("there is no such close in the journal")]
    NoClose,
    #[error(transparent)]
    Damaged(#[from] DamagedDeed),
    #[error("it can't be told as CSV: {0}")]
    Csv(#[from] csv::Error),
    #[error("{folder}: {source}")]
    Disk { folder: PathBuf, source: io::Error },
    #[error("it can't be packed: {0}")]
    Pack(#[source] io::Error),
    #[error("there is no configuration")]
    NoConfiguration,
}

impl Desk {
    /// Writes it beside the loop; what becomes of it is an event.
    pub(super) async fn write_out(&mut self, what: Written) -> Result<(), JournalError> {
        let files = match &what {
            Written::Day { number } => self.day_files(*number).await?,
            Written::Support { transactions } => self.support_file(transactions).await?.map(|file| vec![file]),
        };
        let (queue, folder) = (self.queue.clone(), self.files.clone());
        tokio::spawn(async move {
            let writes = tokio::task::spawn_blocking(move || {
                let files = files?;
                let Files { exports, .. } = folder.ok_or(NotWritten::NoConfiguration)?;
                write(system::sticks(), &exports, &files)
            });
            let written = match timeout(LONGEST_WRITE, writes).await {
                Ok(Ok(written)) => written.map_err(|error| error.to_string()),
                Ok(Err(error)) => Err(error.to_string()),
                Err(_) => Err(format!("it takes longer than {} s", LONGEST_WRITE.as_secs())),
            };
            let outcome = match written {
                Ok((folder, stick)) => WriteOutcome::Done { folder: folder.display().to_string(), stick },
                Err(why) => {
                    tracing::error!("what staff wanted wasn't written: {why}");
                    WriteOutcome::Failed
                }
            };
            // Nobody waits any more when the till has ended.
            let _told = queue.send(Message::Event(Event::Wrote(outcome))).await;
        });
        Ok(())
    }

    async fn day_files(&mut self, number: u32) -> Result<Result<Vec<NewFile>, NotWritten>, JournalError> {
        let (deed, close, orders) = match self.close_with_orders(number).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Err(NotWritten::NoClose)),
            Err(JournalError::DamagedDeed(damaged)) => return Ok(Err(damaged.into())),
            Err(error) => return Err(error),
        };
        Ok(books_file::files(&self.shop, &deed, &close, &orders).map_err(NotWritten::from))
    }

    /// What is open, and what was asked for beside it.
    async fn support_file(&mut self, wanted: &[TransactionId]) -> Result<Result<NewFile, NotWritten>, JournalError> {
        let open = self.kiosk.transactions().filter(|t| t.closed.is_none()).map(|t| t.id.clone()).take(MOST_OPEN);
        let all: BTreeSet<TransactionId> = wanted.iter().take(MOST_OPEN).cloned().chain(open).collect();
        let mut transactions: Vec<Vec<Row>> = Vec::new();
        for id in &all {
            let Some(journal) = &mut self.journal else { break };
            match journal.transaction(id.as_str()).await {
                Ok(rows) => transactions.push(rows),
                Err(JournalError::Damaged(damaged)) => transactions.push(damaged.whole),
                Err(error) => return Err(error),
            }
        }
        let health = serde_json::to_value(self.health().await).unwrap_or_default();
        let configuration = self.files.iter().flat_map(|files| [&files.configuration, &files.catalog]);
        let configuration = configuration
            .filter_map(|path| Some((path.file_name()?.to_string_lossy().into_owned(), fs::read_to_string(path).ok()?)))
            .map(|(name, text)| (name, support::without_secrets(&text)))
            .collect();
        let stamp: String = on_the_wall(self.now().wall_ms, self.shop.utc_offset_min)
            .chars()
            .filter_map(|c| match c {
                ' ' => Some('-'),
                c if c.is_ascii_digit() => Some(c),
                _ => None,
            })
            .collect();
        let contents = Contents { stamp, log: RECENT.lines(), health, configuration, transactions };
        Ok(support::pack(&contents).map_err(NotWritten::Pack))
    }

    /// Reads the menu's file, whole, beside the loop.
    pub(super) fn read_menu(&mut self) {
        let (queue, files) = (self.queue.clone(), self.files.clone());
        tokio::spawn(async move {
            let read = tokio::task::spawn_blocking(move || files.map(|files| menu(&files.catalog)));
            let read = match read.await {
                Ok(Some(read)) => read,
                Ok(None) => Err(vec![NotWritten::NoConfiguration.to_string()]),
                Err(error) => Err(vec![error.to_string()]),
            };
            let _told = queue.send(Message::Event(Event::MenuRead(read.map(Box::new)))).await;
        });
    }
}

/// The menu as its file has it, or all that is wrong with it.
fn menu(path: &Path) -> Result<Catalog, Vec<String>> {
    let mistakes = Mistakes::default();
    let catalog = Source::read(path, Kind::Open, &mistakes).map(|source| catalog_file::read(&source, &mistakes));
    match (catalog, mistakes.into_vec()) {
        (Some(catalog), mistakes) if mistakes.is_empty() => Ok(catalog),
        (_, mistakes) => Err(mistakes.iter().map(Mistake::to_string).collect()),
    }
}

/// Writes the files to the folder, and beside it to the first stick that takes them; says where they can be taken from, and
/// whether that is a stick.
fn write(sticks: Vec<PathBuf>, folder: &Path, files: &[NewFile]) -> Result<(PathBuf, bool), NotWritten> {
    let failed = |source| NotWritten::Disk { folder: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    write_all(folder, files).map_err(failed)?;
    for stick in sticks {
        match write_all(&stick, files) {
            Ok(()) => return Ok((stick, true)),
            Err(error) => tracing::warn!("{} can't be written to: {error}", stick.display()),
        }
    }
    Ok((folder.to_owned(), false))
}

/// Each file is whole under its name, or not there: a stick may be pulled at any moment. Nothing that stands there is
/// written through.
fn write_all(folder: &Path, files: &[NewFile]) -> io::Result<()> {
    for NewFile { name, bytes } in files {
        let mut new = Builder::new();
        system::everybody_may_read(&mut new);
        let mut new = new.tempfile_in(folder)?;
        new.write_all(bytes)?;
        new.as_file().sync_all()?;
        new.persist(folder.join(name)).map_err(|error| error.error)?;
    }
    system::sync_folder(folder)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use checkout::{
        close::{Day, DayClose},
        deed::{Deed, Did},
        kiosk::Shop,
        staff::{Person, Role},
        time::Now,
    };

    use super::*;
    use crate::till::equipment::nothing_sold;

    #[test]
    fn a_practised_day_is_no_days_books() {
        let close = DayClose { number: 7, day: Day::of("2026-11-24".into(), &[], None), reason: None, open: 0 };
        let by = Person { name: "하나".into(), role: Role::Manager };
        let at = Now { wall_ms: 0, boot_ms: 0, boot_id: String::new() };
        let deed = Deed { at, by, did: Did::ClosedDay(Box::new(close.clone())) };
        let names = |practice| {
            let shop = Shop { practice, ..nothing_sold() };
            let files = books_file::files(&shop, &deed, &close, &[]).unwrap();
            files.into_iter().map(|file| file.name).collect::<Vec<_>>()
        };
        let real = ["-sums.csv", "-orders.csv", ".json", ".txt"].map(|end| format!("close-000007-2026-11-24{end}"));
        assert_eq!(names(false), real);
        assert_eq!(names(true), real.map(|name| format!("practice-{name}")));
    }

    #[test]
    fn files_are_written_whole_and_nothing_is_left_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        let file = NewFile { name: "close-000001-2026-11-29.json".into(), bytes: b"{}".to_vec() };
        let (where_to, stick) = write(Vec::new(), &below, std::slice::from_ref(&file)).unwrap();
        assert_eq!((where_to.as_path(), stick), (below.as_path(), false));
        let names: Vec<_> = fs::read_dir(&below).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [file.name.as_str()]);
        assert_eq!(fs::read(below.join(&file.name)).unwrap(), file.bytes);
        // A stick has them beside it, unless it takes nothing; what stands there in a file's place isn't written through.
        let other = folder.path().join("other");
        fs::write(&other, "mine").unwrap();
        std::os::unix::fs::symlink(&other, folder.path().join(&file.name)).unwrap();
        let sticks = vec![folder.path().join("not there"), folder.path().to_owned()];
        let (where_to, stick) = write(sticks, &below, &[file]).unwrap();
        assert_eq!((where_to.as_path(), stick), (folder.path(), true));
        assert_eq!(fs::read(&other).unwrap(), b"mine");
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken");
        fs::write(&taken, "").unwrap();
        let error = write(Vec::new(), &taken, &[]).unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
    }
}
