//! An answer's body, up to the most that the one who asked wants of it: a stranger at the address ends no kiosk by talking.

use reqwest::Response;

/// Why there is no whole body.
#[derive(Debug)]
pub(crate) enum NotWhole {
    /// It has more bytes than this.
    TooLarge(usize),
    /// The connection broke in the middle.
    Broken(reqwest::Error),
}

/// The whole body, unless it is larger than `largest` bytes.
pub(crate) async fn whole_body(mut response: Response, largest: usize) -> Result<Vec<u8>, NotWhole> {
    let mut body = Vec::new();
    // Without the address: it may carry what is nobody's to read, and makes the sentence unreadable.
    while let Some(chunk) = response.chunk().await.map_err(|error| NotWhole::Broken(error.without_url()))? {
        if body.len() + chunk.len() > largest {
            return Err(NotWhole::TooLarge(largest));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
