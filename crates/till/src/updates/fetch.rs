//! Reading a publisher's static files: lists whose signature fits, and packages, which go on where a download was cut off.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{Client, Response, StatusCode, Url, header, redirect};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use tokio::{
    fs::{self, OpenOptions},
    io::{AsyncReadExt as _, AsyncWriteExt as _},
};
use update::{
    key::TrustedKeys,
    release::{LARGEST_LIST, LARGEST_SIGNATURE, NoRelease, Release, at},
    version::Version,
};

/// So long nothing comes before a download is given up; the next one goes on from there.
const SILENCE: Duration = Duration::from_secs(30);

/// Why there is nothing from the publisher.
#[derive(Debug, Error)]
pub enum FetchError {
    /// It can't be reached, or falls silent.
    #[error("{url} can't be read: {source}")]
    Unreachable {
        /// What was read.
        url: String,
        /// What happened.
        source: reqwest::Error,
    },
    /// It answers with something else.
    #[error("{url} answers {status}")]
    Refused {
        /// What was read.
        url: String,
        /// The HTTP status.
        status: StatusCode,
    },
    /// It sends more than there can be.
    #[error("{url} has more than {most} bytes")]
    TooLong {
        /// What was read.
        url: String,
        /// The most that there may be.
        most: u64,
    },
    /// None of the trusted keys signed it.
    #[error("{url} is signed with none of the keys that this kiosk trusts")]
    Unsigned {
        /// The list.
        url: String,
    },
    /// It is signed by somebody and isn't believed.
    #[error("{url}: {source}")]
    NotBelieved {
        /// The list.
        url: String,
        /// Why.
        source: NoRelease,
    },
    /// The package isn't the one that was signed.
    #[error("the package of {version} isn't the one that was signed")]
    AnotherPackage {
        /// The version.
        version: Version,
    },
    /// Not all of the package came; the next try goes on from there.
    #[error("{have} of {bytes} bytes of the package of {version} have come")]
    CutOff {
        /// The version.
        version: Version,
        /// What is here.
        have: u64,
        /// What there is.
        bytes: u64,
    },
    /// A file can't be written.
    #[error("{path}: {source}")]
    Disk {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl FetchError {
    /// What somebody can do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            FetchError::Unreachable { .. } | FetchError::Refused { .. } => "look at the network and at `update.url`",
            FetchError::TooLong { .. } => "look whether `update.url` is the publisher's",
            FetchError::Unsigned { .. } | FetchError::NotBelieved { .. } => {
                "look whether `update.url` is the publisher's, and whether its key was changed while this kiosk was off"
            }
            FetchError::AnotherPackage { .. } => "the publisher has to put the package that it signed there",
            FetchError::CutOff { .. } => "wait: the next try goes on from there",
            FetchError::Disk { .. } => "look at the disk and at the folder's rights",
        }
    }
}

/// A list that is believed, as it was signed.
#[derive(Debug)]
pub(super) struct Signed {
    pub(super) list: Vec<u8>,
    pub(super) signature: String,
    pub(super) release: Release,
}

/// Where releases are published.
pub(super) struct Publisher {
    url: Url,
    client: Client,
}

impl Publisher {
    pub(super) fn new(url: &Url) -> Result<Publisher, FetchError> {
        let client = Client::builder()
            .user_agent(concat!("prbiti-kiosk/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(SILENCE)
            .read_timeout(SILENCE)
            // A publisher may have moved; what counts is the signature.
            .redirect(redirect::Policy::limited(3))
            .build();
        let client = client.map_err(|source| FetchError::Unreachable { url: url.to_string(), source })?;
        Ok(Publisher { url: url.clone(), client })
    }

    /// A list that one of the keys signed. Each key has a signature of its own beside the list: while the publisher changes
    /// its key, a kiosk finds the one that it knows.
    pub(super) async fn list(&self, name: &str, keys: &TrustedKeys) -> Result<Signed, FetchError> {
        let list = self.read(name, LARGEST_LIST).await?;
        let mut why = FetchError::Unsigned { url: self.address(name) };
        for key in keys.names() {
            let signature = match self.read(&at::signature(name, key.as_str()), LARGEST_SIGNATURE).await {
                Err(FetchError::Refused { status: StatusCode::NOT_FOUND, .. }) => continue,
                read => String::from_utf8_lossy(&read?).into_owned(),
            };
            match Release::verified(&list, &signature, keys) {
                Ok(release) => return Ok(Signed { list, signature, release }),
                // Another key's may fit.
                Err(source) => why = FetchError::NotBelieved { url: self.address(name), source },
            }
        }
        Err(why)
    }

    /// The package of a release, whole.
    pub(super) async fn package(&self, release: &Release, downloads: &Path) -> Result<PathBuf, FetchError> {
        let disk = |source| FetchError::Disk { path: downloads.to_owned(), source };
        fs::create_dir_all(downloads).await.map_err(disk)?;
        // Named after what it is to become: of another package nothing is gone on with.
        let path = downloads.join(format!("{}.deb", release.sha256()));
        self.tidy(downloads, &path).await.map_err(disk)?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).await.map_err(disk)?;
        let mut have = file.metadata().await.map_err(disk)?.len();
        if have < release.bytes() {
            have = self.go_on(release, &mut file, have).await?;
        }
        if have < release.bytes() {
            return Err(FetchError::CutOff { version: release.version().clone(), have, bytes: release.bytes() });
        }
        drop(file);
        if sha256(&path).await.map_err(disk)? != release.sha256() {
            // From the front the next time.
            fs::remove_file(&path).await.map_err(disk)?;
            return Err(FetchError::AnotherPackage { version: release.version().clone() });
        }
        Ok(path)
    }

    /// Appends what is missing behind `have` bytes, and tells how many there are then. What came before it was cut off
    /// stays.
    async fn go_on(&self, release: &Release, file: &mut fs::File, have: u64) -> Result<u64, FetchError> {
        let disk = |source| FetchError::Disk { path: PathBuf::from(release.file()), source };
        let name = at::package(release.version());
        let mut answer = self.get(&name, have).await?;
        let mut have = have;
        if answer.status() == StatusCode::OK && have > 0 {
            // A server that can't go on sends all of it.
            file.set_len(0).await.map_err(disk)?;
            have = 0;
        }
        while let Ok(Some(piece)) = answer.chunk().await {
            have += piece.len() as u64;
            if have > release.bytes() {
                file.set_len(0).await.map_err(disk)?;
                return Err(FetchError::TooLong { url: self.address(&name), most: release.bytes() });
            }
            file.write_all(&piece).await.map_err(disk)?;
        }
        file.sync_all().await.map_err(disk)?;
        Ok(have)
    }

    /// A short file, whole.
    async fn read(&self, name: &str, most: u64) -> Result<Vec<u8>, FetchError> {
        let (mut answer, mut content) = (self.get(name, 0).await?, Vec::new());
        loop {
            let piece = answer.chunk().await;
            let piece = piece.map_err(|source| FetchError::Unreachable { url: self.address(name), source })?;
            let Some(piece) = piece else { return Ok(content) };
            content.extend_from_slice(&piece);
            if content.len() as u64 > most {
                return Err(FetchError::TooLong { url: self.address(name), most });
            }
        }
    }

    async fn get(&self, name: &str, from: u64) -> Result<Response, FetchError> {
        let url = self.address(name);
        let mut request = self.client.get(&url);
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        let answer = request.send().await.map_err(|source| FetchError::Unreachable { url: url.clone(), source })?;
        match answer.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(answer),
            status => Err(FetchError::Refused { url, status }),
        }
    }

    fn address(&self, name: &str) -> String {
        format!("{}{name}", self.url)
    }

    /// Removes what other downloads have left.
    async fn tidy(&self, downloads: &Path, but: &Path) -> io::Result<()> {
        let mut left = fs::read_dir(downloads).await?;
        while let Some(file) = left.next_entry().await? {
            if file.path() != but {
                fs::remove_file(file.path()).await?;
            }
        }
        Ok(())
    }
}

async fn sha256(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut piece) = (fs::File::open(path).await?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        let (piece, _) = match file.read(&mut piece).await? {
            0 => break,
            length => piece.split_at(length),
        };
        hash.update(piece);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
