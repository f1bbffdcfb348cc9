//! As much of the WebDriver protocol as the journeys need.

use std::time::Duration;

use serde_json::{Value, json};

use super::wait_for;

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session with the program's web view.
pub struct Driver {
    http: reqwest::Client,
    session: String,
}

/// An element of the page.
#[derive(Clone, Debug)]
pub struct Element(String);

/// What the driver refused, in its own word: "no such element", "stale element reference" and so on.
pub type Refused = String;

impl Driver {
    /// Starts the program and connects to its web view.
    pub async fn start(port: u16, program: &str, arguments: &[String]) -> Result<Driver, Refused> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(70)).build().expect("an HTTP client");
        let base = format!("http://127.0.0.1:{port}");
        wait_for("WebKitWebDriver", || async {
            http.get(format!("{base}/status")).send().await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
        let wish = json!({"capabilities": {"alwaysMatch": {
            "webkitgtk:browserOptions": {"binary": program, "args": arguments},
            "timeouts": {"script": 60_000},
        }}});
        let answer = call(&http, reqwest::Method::POST, &format!("{base}/session"), Some(wish)).await?;
        let id = answer["sessionId"].as_str().ok_or_else(|| format!("no session in {answer}"))?;
        Ok(Driver { session: format!("{base}/session/{id}"), http })
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, Refused> {
        call(&self.http, reqwest::Method::POST, &format!("{}/{path}", self.session), Some(body)).await
    }

    pub async fn find(&self, css: &str) -> Result<Element, Refused> {
        let found = self.post("element", json!({"using": "css selector", "value": css})).await?;
        found[ELEMENT].as_str().map(|id| Element(id.to_owned())).ok_or_else(|| format!("no element in {found}"))
    }

    /// A touch where the element is: the driver refuses it when something lies over it.
    pub async fn click(&self, element: &Element) -> Result<(), Refused> {
        self.post(&format!("element/{}/click", element.0), json!({})).await.map(drop)
    }

    pub async fn script(&self, body: &str, arguments: Value) -> Result<Value, Refused> {
        self.post("execute/sync", json!({"script": body, "args": arguments})).await
    }

    /// The script calls its last argument with the answer.
    pub async fn script_later(&self, body: &str, arguments: Value) -> Result<Value, Refused> {
        self.post("execute/async", json!({"script": body, "args": arguments})).await
    }

    /// Everything that follows happens in this frame.
    pub async fn enter(&self, frame: &Element) -> Result<(), Refused> {
        self.post("frame", json!({"id": {ELEMENT: frame.0}})).await.map(drop)
    }

    /// Back to the page around all frames.
    pub async fn leave(&self) -> Result<(), Refused> {
        self.post("frame", json!({"id": null})).await.map(drop)
    }
}

async fn call(
    http: &reqwest::Client,
    method: reqwest::Method,
    url: &str,
    body: Option<Value>,
) -> Result<Value, Refused> {
    let request = http.request(method, url);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let well = answer.status().is_success();
    let mut answer: Value = answer.json().await.map_err(|error| error.to_string())?;
    let value = answer["value"].take();
    if well {
        return Ok(value);
    }
    let word = value["error"].as_str().unwrap_or("unknown error");
    Err(format!("{word}: {}", value["message"].as_str().unwrap_or_default()))
}
