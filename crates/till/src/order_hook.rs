//! The order hook's client: posts what whoever makes the orders is told, signed, and reads whether it was taken on. It posts
//! once for each time that it is told to; whether and when again is the core's to decide. `docs/order-hook.md` describes the
//! wire for the other side.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use checkout::{kiosk::NotTaken, order_hook::Message};
use hmac::{Hmac, Mac as _};
use reqwest::{Client, StatusCode, Url, header::CONTENT_TYPE, redirect::Policy};
use serde::Deserialize;
use sha2::Sha256;
use thiserror::Error;
use tokio::net::TcpStream;

use crate::{
    boot::now,
    config::Secret,
    whole_body::{NotWhole, whole_body},
};

/// No acknowledgement is larger.
const LARGEST_ANSWER: usize = 16 << 10;
/// So long it is waited for when it is only looked at.
const LOOK_LIMIT: Duration = Duration::from_secs(3);
/// Of what a hook says beside a refusal staff read so many characters.
const LONGEST_WORD: usize = 120;

/// Why there can be no such client.
#[derive(Debug, Error)]
#[error("the client of the order hook could not be made: {0}")]
pub struct BadHook(#[source] reqwest::Error);

impl BadHook {
    /// What somebody can do about it.
    pub fn hint(&self) -> &'static str {
        "start the kiosk again; if it stays, install it anew"
    }
}

/// Where orders are posted to. Cheap to clone.
#[derive(Clone)]
pub struct OrderHook {
    client: Client,
    url: Url,
    secret: Secret,
    time_out: Duration,
}

impl fmt::Debug for OrderHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address may carry a token in its query.
        f.debug_struct("OrderHook").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl OrderHook {
    /// For what is posted to `url`, signed with `secret`, and is waited for until `time_out`.
    pub fn new(url: Url, secret: Secret, time_out: Duration) -> Result<OrderHook, BadHook> {
        // An order that was sent elsewhere has arrived nowhere.
        let client = Client::builder().redirect(Policy::none()).connect_timeout(time_out).no_proxy().build();
        Ok(OrderHook { client: client.map_err(BadHook)?, url, secret, time_out })
    }

    /// Does its address take a connection, and over https is it one that this machine trusts? Else why not, in words.
    pub async fn reached(&self) -> Result<(), String> {
        let reached = tokio::time::timeout(LOOK_LIMIT, async {
            if self.url.scheme() == "https" {
                // Whatever it answers, it was heard.
                let answered = self.client.head(self.url.origin().ascii_serialization()).send().await;
                return answered.map(drop).map_err(|error| format!("it can't be reached: {}", cause(&error)));
            }
            let (host, port) = (self.url.host_str().unwrap_or_default(), self.url.port_or_known_default());
            let host = host.trim_start_matches('[').trim_end_matches(']');
            let connected = TcpStream::connect((host, port.unwrap_or_default())).await;
            connected.map(drop).map_err(|_error| "it takes no connection".to_owned())
        });
        reached.await.unwrap_or_else(|_late| Err("it takes no connection".to_owned()))
    }

    /// Posts it once.
    pub async fn post(&self, message: &Message) -> Result<(), NotTaken> {
        let posted = tokio::time::timeout(self.time_out, self.answer(message)).await;
        let late = || NotTaken::unanswered(format!("no answer within {} s", self.time_out.as_secs()));
        let outcome = posted.unwrap_or_else(|_late| Err(late()));
        match &outcome {
            Ok(()) => tracing::info!(message = message.id, "the order hook has taken it on"),
            Err(NotTaken { why, .. }) => tracing::warn!(message = message.id, %why, "not taken on by the order hook"),
        }
        outcome
    }

    async fn answer(&self, message: &Message) -> Result<(), NotTaken> {
        // The true time: whoever receives it compares it with a clock of its own.
        let timestamp = now().wall_ms / 1000;
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature(&self.secret, &message.id, timestamp, &message.body))
            .body(message.body.clone());
        let broke = |error: &reqwest::Error| NotTaken::unanswered(format!("the connection broke: {}", cause(error)));
        let response = request.send().await.map_err(|error| {
            let error = error.without_url();
            match error.is_connect() {
                true => NotTaken::not_sent(format!("it can't be reached: {}", cause(&error))),
                false => broke(&error),
            }
        })?;
        let status = response.status();
        let body = whole_body(response, LARGEST_ANSWER).await.map_err(|not_whole| match not_whole {
            NotWhole::TooLarge(largest) => NotTaken::unanswered(format!("an answer of more than {largest} bytes")),
            NotWhole::Broken(error) => broke(&error),
        })?;
        judge(&message.id, status, &body)
    }
}

/// The innermost reason, which is the one that helps.
fn cause(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

#[derive(Deserialize)]
struct Acknowledged {
    id: String,
}

/// What an answer that came whole says of the message of that id. Only one that names it has heard it: whatever else may sit
/// at an address says 200 as well.
pub(crate) fn judge(id: &str, status: StatusCode, body: &[u8]) -> Result<(), NotTaken> {
    let number = status.as_u16();
    let again = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    if status.is_success() || status == StatusCode::CONFLICT {
        return match serde_json::from_slice::<Acknowledged>(body) {
            Ok(acknowledged) if acknowledged.id == id => Ok(()),
            Ok(_) => Err(NotTaken::unanswered(format!("HTTP {number}, and it names another message"))),
            Err(_) => Err(NotTaken::unanswered(format!("HTTP {number}, and it doesn't name the message"))),
        };
    }
    if status.is_client_error() && !again.contains(&status) {
        let words = String::from_utf8_lossy(body);
        let words: String = words.chars().filter(|c| !c.is_control()).take(LONGEST_WORD).collect();
        let beside = if words.is_empty() { String::new() } else { format!(": {words}") };
        return Err(NotTaken::refused(format!("HTTP {number}{beside}")));
    }
    Err(NotTaken::unanswered(format!("HTTP {number}")))
}

/// `v1,` and the HMAC-SHA256 of id, time and body, in Base64 (Standard Webhooks 1.0).
pub(crate) fn signature(secret: &Secret, id: &str, timestamp: i64, body: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("any length");
    for part in [id, ".", &timestamp.to_string(), ".", body] {
        mac.update(part.as_bytes());
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const PAGE: &str = include_str!("../../../docs/order-hook.md");

    /// What stands behind `word` in the page's worked example.
    fn example(word: &str) -> &'static str {
        let line = PAGE.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_else(|| unreachable!("no {word}"));
        line.trim().trim_matches('`')
    }

    #[test]
    fn the_worked_example_of_the_page_is_what_is_sent() {
        let timestamp = example("webhook-timestamp:").parse().unwrap();
        let signed = signature(&Secret::new(example("secret:")), example("webhook-id:"), timestamp, example("body:"));
        assert_eq!(signed, example("webhook-signature:"));
    }

    #[test]
    fn an_answer_counts_only_when_it_names_the_message() {
        let answer = |status: u16, body: &str| judge("order-1", StatusCode::from_u16(status).unwrap(), body.as_bytes());
        for status in [200, 201, 202, 409] {
            assert_eq!(answer(status, r#"{"id": "order-1", "more": true}"#), Ok(()), "{status}");
            // A portal, a proxy, another kiosk's.
            for body in ["", "<html>log in</html>", r#"{"id": "order-2"}"#, r#"{"id": 1}"#] {
                let not_taken = answer(status, body).unwrap_err();
                assert!(!not_taken.refused && not_taken.perhaps, "{status} {body}");
            }
        }
        for status in [400, 401, 403, 404, 410, 422] {
            let not_taken = answer(status, "no such item").unwrap_err();
            assert!(not_taken.refused && !not_taken.perhaps, "{status}");
            assert_eq!(not_taken.why, format!("HTTP {status}: no such item"));
        }
        for status in [302, 408, 425, 429, 500, 502, 503] {
            let not_taken = answer(status, r#"{"id": "order-1"}"#).unwrap_err();
            assert!(!not_taken.refused && not_taken.perhaps, "{status}");
        }
    }
}
