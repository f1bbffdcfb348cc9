//! Does the module's page answer? For whoever sets up a kiosk: later only the frame loads it, and a mistake in the address
//! would be a shop that sells without Prbiti.

use std::{error::Error as _, time::Duration};

use reqwest::{Client, StatusCode, Url, header::CONTENT_TYPE};
use thiserror::Error;

use crate::config::origin;

/// A server that takes longer keeps customers waiting, too.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why the module's page wasn't seen.
#[derive(Debug, Error)]
pub enum NoModule {
    /// Nobody answers there, or not with a certificate that this machine trusts.
    #[error("the module at {url} can't be reached: {why}")]
    Unreachable {
        /// The address.
        url: String,
        /// All that was said about it.
        why: String,
    },
    /// It isn't there, or its server is broken.
    #[error("the module at {url} answers HTTP {status}")]
    Status {
        /// The address.
        url: String,
        /// What it answers.
        status: StatusCode,
    },
    /// It leads to another origin, which the frame wouldn't show.
    #[error("the module at {url} leads to {to}, which isn't the same origin")]
    Elsewhere {
        /// The address.
        url: String,
        /// Where it leads.
        to: String,
    },
    /// It is something else than a page.
    #[error("the module at {url} answers {found} instead of a page")]
    NoPage {
        /// The address.
        url: String,
        /// What it says that it is.
        found: String,
    },
}

impl NoModule {
    /// What somebody can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            NoModule::Unreachable { .. } => {
                "look at the network, the machine's clock and the address; its certificate must be one that the system trusts"
            }
            NoModule::Status { .. } | NoModule::NoPage { .. } => "compare the address with the one from Prbiti",
            NoModule::Elsewhere { .. } => "name the address that it leads to, if it is Prbiti's",
        }
    }
}

/// Asks for the page, as the frame will.
///
/// # Errors
/// When no page of that origin is there.
pub async fn check(asked: &Url) -> Result<(), NoModule> {
    let url = asked.to_string();
    let unreachable = |error: reqwest::Error| NoModule::Unreachable { url: url.clone(), why: chain(error) };
    // As the kiosk connects: directly.
    let client = Client::builder().no_proxy().timeout(PATIENCE).build().map_err(unreachable)?;
    let answer = client.get(asked.clone()).send().await.map_err(unreachable)?;
    if origin(answer.url()) != origin(asked) {
        return Err(NoModule::Elsewhere { url, to: answer.url().to_string() });
    }
    if !answer.status().is_success() {
        return Err(NoModule::Status { url, status: answer.status() });
    }
    let found = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !found.starts_with("text/html") {
        let found = if found.is_empty() { "something without a type".to_owned() } else { found.to_owned() };
        return Err(NoModule::NoPage { url, found });
    }
    Ok(())
}

/// The error with everything below it: what is wrong with a certificate is said at the very bottom.
fn chain(error: reqwest::Error) -> String {
    // Without the address, which stands before it already.
    let error = error.without_url();
    let mut said = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        said = format!("{said}: {cause}");
        below = cause.source();
    }
    said
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    /// What is said of a server that answers each call like this.
    async fn said(answer: &'static str) -> Result<(), NoModule> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/kiosk", listener.local_addr().unwrap()).parse().unwrap();
        let server = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _request = stream.read(&mut [0; 4096]).await;
                let _sent = stream.write_all(answer.as_bytes()).await;
            }
        });
        let said = check(&url).await;
        server.abort();
        said
    }

    #[tokio::test]
    async fn a_page_is_a_module_and_anything_else_is_named() {
        let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: 2\r\n\r\nhi";
        assert!(said(page).await.is_ok());
        let missing = said("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
        assert!(matches!(missing, Err(NoModule::Status { status: StatusCode::NOT_FOUND, .. })), "{missing:?}");
        let text = said("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}").await;
        assert!(matches!(text, Err(NoModule::NoPage { ref found, .. }) if found == "application/json"), "{text:?}");
        assert!(matches!(said("").await, Err(NoModule::Unreachable { .. })));
    }

    #[tokio::test]
    async fn a_page_that_leads_to_another_origin_would_not_be_shown() {
        let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = format!(
            "HTTP/1.1 302 Found\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n",
            other.local_addr().unwrap()
        );
        tokio::spawn(async move {
            let (mut stream, _) = other.accept().await.unwrap();
            let _request = stream.read(&mut [0; 4096]).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        });
        let said = said(to.leak()).await;
        assert!(matches!(said, Err(NoModule::Elsewhere { .. })), "{said:?}");
    }
}
