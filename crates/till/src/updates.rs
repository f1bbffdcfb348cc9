//! Updates, as far as a kiosk has to do with them: it asks the publisher, downloads and verifies what is for it, and hands
//! it over to the helper, which believes none of it ([`update::helper`]). It can install nothing itself.

mod fetch;

use std::path::PathBuf;

use reqwest::Url;
use update::{
    judge::{Kiosk, WhyNot, judge},
    key::TrustedKeys,
    record::Record,
    release::{Channel, Release, at},
    spool,
    version::Version,
};

pub use fetch::FetchError;
use fetch::{Publisher, Signed};

/// This program's version.
pub const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What a kiosk needs to keep itself up to date.
#[derive(Clone, Debug)]
pub struct Updates {
    /// The publisher's folder, with a slash at its end.
    pub url: Url,
    /// What this kiosk follows.
    pub channel: Channel,
    /// The version that runs.
    pub installed: Version,
    /// What tells this machine from all others.
    pub machine: String,
    /// Whom it trusts.
    pub keys: TrustedKeys,
    /// Where a download grows until it is whole; the kiosk's own.
    pub downloads: PathBuf,
    /// Where the helper takes from.
    pub spool: PathBuf,
    /// Where the helper writes down what it remembers.
    pub helper: PathBuf,
}

/// A release whose package is downloaded and is the one that was signed.
#[derive(Debug)]
pub struct Ready {
    signed: Signed,
    package: PathBuf,
    /// It is what is installed: the helper wants it to be able to go back to it.
    pub is_way_back: bool,
}

impl Ready {
    /// Its version.
    pub fn version(&self) -> &Version {
        self.signed.release.version()
    }
}

/// What came of asking the publisher.
#[derive(Debug)]
pub enum Asked {
    /// There is nothing for this kiosk.
    Nothing(WhyNot),
    /// It is here, to be handed over.
    Ready(Box<Ready>),
}

impl Updates {
    /// Asks the publisher, and downloads what is for this kiosk. A download that was cut off goes on where it was.
    pub async fn ask(&self) -> Result<Asked, FetchError> {
        let record = Record::read(&self.helper).unwrap_or_default();
        let publisher = Publisher::new(&self.url)?;
        let signed = match self.offered(&publisher, &record).await? {
            Ok(signed) => signed,
            Err(why_not) => return Ok(Asked::Nothing(why_not)),
        };
        let has_way_back = record.way_back.is_some_and(|kept| kept.version == self.installed);
        let is_way_back = !has_way_back;
        // Without the package of what is installed the helper installs nothing, for it couldn't go back.
        let signed =
            if is_way_back { publisher.list(&at::release(&self.installed), &self.keys).await? } else { signed };
        let package = publisher.package(&signed.release, &self.downloads).await?;
        Ok(Asked::Ready(Box::new(Ready { signed, package, is_way_back })))
    }

    /// Does the publisher still offer this very release to this kiosk? Since it was downloaded it may have been taken back.
    pub async fn still_offered(&self, ready: &Ready) -> Result<bool, FetchError> {
        let record = Record::read(&self.helper).unwrap_or_default();
        let was = &ready.signed.release;
        let same = |is: &Release| is.version() == was.version() && is.sha256() == was.sha256();
        Ok(self.offered(&Publisher::new(&self.url)?, &record).await?.is_ok_and(|signed| same(&signed.release)))
    }

    /// The newest release of the channel, if it is for this kiosk.
    async fn offered(&self, publisher: &Publisher, record: &Record) -> Result<Result<Signed, WhyNot>, FetchError> {
        let signed = publisher.list(&at::list(&self.channel), &self.keys).await?;
        let (installed, channel) = (&self.installed, &self.channel);
        let kiosk = Kiosk { installed, channel, machine: &self.machine, memory: &record.memory };
        Ok(judge(kiosk, &signed.release).map(|()| signed))
    }

    /// Hands a release over to the helper, which begins at once.
    pub fn hand_over(&self, ready: &Ready) -> Result<(), FetchError> {
        let Signed { list, signature, .. } = &ready.signed;
        let handed = spool::put(&self.spool, list, signature, &ready.package);
        handed.map_err(|source| FetchError::Disk { path: self.spool.clone(), source })
    }
}
