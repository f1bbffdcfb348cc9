//! The agent over HTTP, as the kiosk calls it, but with an eye for what it says when a call isn't right.

use std::{fmt, time::Duration};

use checkout::ids::AttemptId;
use reqwest::{Client, Method, StatusCode, Url, header::AUTHORIZATION};
use serde_json::Value;

use crate::{
    config::Secret,
    // What the kiosk itself gives an agent.
    payment::{BadAgent, CANCEL, LARGEST_LIST, QUICK, REFUND},
    whole_body::{NotWhole, whole_body},
};

/// The adapter that is looked at.
#[derive(Clone)]
pub struct Target {
    client: Client,
    base: Url,
    token: Secret,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.base)
    }
}

/// Which token a call brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Right,
    Wrong,
    None,
}

/// A call.
#[derive(Clone, Debug)]
pub(super) struct Way<'a> {
    method: Method,
    path: &'a [&'a str],
    query: Option<(&'static str, &'a str)>,
    body: Option<String>,
    token: Token,
    patience: Duration,
    /// The attempt that may be charged by it, or may turn out to be.
    pub(super) charges: Option<&'a AttemptId>,
}

impl<'a> Way<'a> {
    pub(super) fn get(path: &'a [&'a str]) -> Way<'a> {
        Way { method: Method::GET, path, query: None, body: None, token: Token::Right, patience: QUICK, charges: None }
    }

    pub(super) fn post(path: &'a [&'a str]) -> Way<'a> {
        let patience = if path.last() == Some(&"cancel") { CANCEL } else { REFUND };
        Way { method: Method::POST, patience, ..Way::get(path) }
    }

    pub(super) fn with(self, body: &Value) -> Way<'a> {
        self.with_text(body.to_string())
    }

    pub(super) fn with_text(self, body: String) -> Way<'a> {
        Way { body: Some(body), ..self }
    }

    pub(super) fn on(self, date: &'a str) -> Way<'a> {
        Way { query: Some(("date", date)), ..self }
    }

    pub(super) fn bringing(self, token: Token) -> Way<'a> {
        Way { token, ..self }
    }

    pub(super) fn within(self, patience: Duration) -> Way<'a> {
        Way { patience, ..self }
    }

    pub(super) fn which_may_charge(self, attempt: &'a AttemptId) -> Way<'a> {
        Way { charges: Some(attempt), ..self }
    }
}

impl fmt::Display for Way<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} /v1/{}", self.method, self.path.join("/"))
    }
}

/// What came back, whole.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// The body as JSON, whatever is in it.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Target {
    /// The adapter at the address `url`, under which its `/v1/…` is found: http on this machine, as the kiosk wants it.
    pub fn new(url: &str, token: Secret) -> Result<Target, BadAgent> {
        let base = Url::parse(url).ok().filter(|url| crate::config::on_this_machine(url) && url.scheme() == "http");
        let base = base.ok_or_else(|| BadAgent::Address(url.to_owned()))?;
        let printable = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable(token.expose()) {
            return Err(BadAgent::Token);
        }
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .build()
            .map_err(BadAgent::Client)?;
        Ok(Target { client, base, token })
    }

    /// The answer, whatever its status, or why there is none.
    pub(super) async fn call(&self, way: &Way<'_>) -> Result<Reply, String> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("v1").extend(way.path);
        }
        let mut request = self.client.request(way.method.clone(), url);
        if let Some(query) = way.query {
            request = request.query(&[query]);
        }
        match way.token {
            Token::Right => request = request.header(AUTHORIZATION, format!("Bearer {}", self.token.expose())),
            Token::Wrong => request = request.header(AUTHORIZATION, "Bearer not-the-token"),
            Token::None => {}
        }
        if let Some(body) = &way.body {
            request = request.header("content-type", "application/json").body(body.clone());
        }
        let whole = async {
            let response = request.send().await.map_err(|error| NotWhole::Broken(error.without_url()))?;
            let status = response.status();
            Ok(Reply { status, body: whole_body(response, LARGEST_LIST).await? })
        };
        match tokio::time::timeout(way.patience, whole).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(NotWhole::TooLarge(largest))) => Err(format!("{way}: more than {largest} bytes came")),
            Ok(Err(NotWhole::Broken(error))) => Err(format!("{way}: {error}")),
            Err(_) => Err(format!("{way}: no answer within {} s", way.patience.as_secs())),
        }
    }
}
