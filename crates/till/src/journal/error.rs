//! What can go wrong with the journal, one variant for each thing that somebody does about it.

use std::{io, path::PathBuf};

use sqlx::migrate::MigrateError;

use super::{Damaged, DamagedDeed, disk};

/// What lies underneath an error, for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the journal can't be used. After any of these nothing was acknowledged, and a commit that
/// failed may still have survived: only reading it again tells.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another program holds the file.
    #[error("another kiosk program uses this journal: {path}")]
    InUse {
        /// The journal's file.
        path: PathBuf,
    },
    /// The file or its directory is missing or may not be written.
    #[error("the journal {path} can't be written: {source}")]
    NotWritable {
        /// The journal's file.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
    /// There is no space left.
    #[error("no space is left for the journal {path}: {source}")]
    DiskFull {
        /// The journal's file.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
    /// A read, a write or a sync failed.
    #[error("the disk failed under the journal {path}: {source}")]
    Disk {
        /// The journal's file.
        path: PathBuf,
        /// What the system said.
        source: Cause,
    },
    /// More than one sync failed since this program started.
    #[error("the disk under the journal {path} refused {failed_syncs} syncs")]
    DyingDisk {
        /// The journal's file.
        path: PathBuf,
        /// How many syncs failed since this program started.
        failed_syncs: u32,
    },
    /// The file is not a journal, or its structure is broken.
    #[error("the journal {path} is damaged: {source}")]
    Corrupt {
        /// The journal's file.
        path: PathBuf,
        /// What was found.
        source: Cause,
    },
    /// The entries of one transaction can't be trusted; the others can.
    #[error(transparent)]
    Damaged(#[from] Damaged),
    /// One deed can't be trusted; the others can.
    #[error(transparent)]
    DamagedDeed(#[from] DamagedDeed),
    /// A newer program changed the journal in a way that this one can't follow.
    #[error("the journal {path} needs program {oldest_usable} or newer, and this is program {program}")]
    TooNew {
        /// The journal's file.
        path: PathBuf,
        /// The oldest program that may use the journal.
        oldest_usable: String,
        /// The version of this program.
        program: &'static str,
    },
    /// SQLite did not take a setting that durability rests on.
    #[error("the journal {path} runs with {name}={got} and needs {wanted}")]
    Pragma {
        /// The journal's file.
        path: PathBuf,
        /// The setting.
        name: &'static str,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        got: String,
    },
    /// What was to be written contradicts what is there. Nothing of it was written.
    #[error("the journal refuses what contradicts it: {what}")]
    Contradiction {
        /// The contradiction, with the transaction where one is known.
        what: String,
    },
    /// An entry can't be told as a row. Nothing of its commit was written.
    #[error("entry {seq} of transaction {transaction_id} can't be written as a row: {why}")]
    NotARow {
        /// The transaction.
        transaction_id: String,
        /// The entry's place in it.
        seq: u32,
        /// What is wrong with it.
        why: Box<str>,
    },
    /// Something that staff did can't be told as a row. Nothing of its commit was written.
    #[error("what staff did can't be written as a row: {why}")]
    NotADeed {
        /// What is wrong with it.
        why: Box<str>,
    },
    /// An earlier error: the journal must be recovered before anything else is asked of it.
    #[error("the journal refuses everything until it is recovered, since: {since}")]
    Refusing {
        /// The earlier error.
        since: String,
    },
}

impl Damaged {
    /// What a person can do about it.
    pub const HINT: &str = "settle this order by hand from the terminal's and the module's records; then end the kiosk, \
                            and say so with `prbiti-kiosk journal accept`";
}

impl JournalError {
    /// What stands on the screen, in front of customers: short, and explained in docs/operate.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "journal in use",
            Self::NotWritable { .. } => "journal not writable",
            Self::DiskFull { .. } => "disk full",
            Self::Disk { .. } => "disk error",
            Self::DyingDisk { .. } => "disk failing",
            Self::Corrupt { .. } | Self::Damaged(_) | Self::DamagedDeed(_) => "journal damaged",
            Self::TooNew { .. } => "program too old",
            Self::Pragma { .. } => "journal settings",
            Self::Contradiction { .. } | Self::NotARow { .. } | Self::NotADeed { .. } | Self::Refusing { .. } => {
                "journal refused"
            }
        }
    }

    /// What a person can do about it, for the staff screen and the log.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "close the other kiosk program, or wait until it has ended; only one may run",
            Self::NotWritable { .. } => "create the directory and give it to the user that the kiosk runs as",
            Self::DiskFull { .. } => "free disk space; the kiosk then goes on by itself",
            Self::Disk { .. } => "look at the system log for disk errors; copy the journal away",
            Self::DyingDisk { .. } => {
                "copy the journal away and replace the disk; to go on with this one all the same, end the kiosk and say \
                 so with `prbiti-kiosk journal accept FILE disk`"
            }
            Self::Corrupt { .. } => "keep the file and call the maintainer; never delete it, it holds open orders",
            Self::Damaged(_) => Damaged::HINT,
            Self::DamagedDeed(_) => {
                "keep the file and call the maintainer; `prbiti-kiosk journal verify` says what is damaged"
            }
            Self::TooNew { .. } => "install the newer program again",
            Self::Pragma { .. } => "keep the journal on a local disk, not on a network share",
            Self::Contradiction { .. } | Self::NotARow { .. } | Self::NotADeed { .. } => {
                "restart the kiosk; if it comes again, call the maintainer"
            }
            Self::Refusing { .. } => "the kiosk recovers by itself; if it does not, restart it",
        }
    }

    pub(super) fn from_io(path: &std::path::Path, error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        let path = path.to_owned();
        let kind = error.kind();
        let source = error.into();
        if [Kind::StorageFull, Kind::QuotaExceeded].contains(&kind) {
            Self::DiskFull { path, source }
        } else if [
            Kind::PermissionDenied,
            Kind::ReadOnlyFilesystem,
            Kind::NotFound,
            Kind::NotADirectory,
            Kind::IsADirectory,
        ]
        .contains(&kind)
        {
            Self::NotWritable { path, source }
        } else {
            Self::Disk { path, source }
        }
    }

    pub(super) fn from_sqlx(path: &std::path::Path, error: sqlx::Error) -> Self {
        let path = path.to_owned();
        let Some(code) = code(&error) else {
            return Self::Disk { path, source: error.into() };
        };
        // The low byte is the class of the error, https://sqlite.org/rescode.html.
        match code & 0xff {
            5 | 6 => Self::InUse { path },
            8 | 14 | 23 => Self::NotWritable { path, source: error.into() },
            13 => Self::DiskFull { path, source: error.into() },
            11 | 26 => Self::Corrupt { path, source: error.into() },
            19 => Self::Contradiction { what: error.to_string() },
            _ => Self::Disk { path, source: error.into() },
        }
    }

    pub(super) fn from_migrate(path: &std::path::Path, error: MigrateError) -> Self {
        if let MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) = error {
            return disk::failed_query(path, error);
        }
        Self::Corrupt { path: path.to_owned(), source: error.into() }
    }
}

/// The extended result code of an error that SQLite gave.
pub(super) fn code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Whether a sync failed: Linux then forgets what was to be written, and a later sync succeeds
/// without writing it.
pub(super) fn is_failed_sync(error: &sqlx::Error) -> bool {
    const IOERR_FSYNC: i32 = 1034;
    const IOERR_DIR_FSYNC: i32 = 1290;
    code(error).is_some_and(|code| code == IOERR_FSYNC || code == IOERR_DIR_FSYNC)
}
