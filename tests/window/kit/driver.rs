//! As much of the WebDriver protocol as the journeys need.

use std::time::Duration;

use serde_json::{Value, json};

use super::{LIMIT, stage::Window, wait_for};

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

/// Why there is no answer.
enum Failure {
    /// It may be asked again.
    Refused(Refused),
    /// The driver, its session or the program is gone: no question will ever be answered.
    Dead(String),
}

impl Driver {
    /// Connects to the window's web view.
    pub async fn connect(window: &mut Window) -> Driver {
        let http = reqwest::Client::builder().timeout(LIMIT).build().expect("an HTTP client");
        let base = format!("http://127.0.0.1:{}", window.port);
        let session = async {
            wait_for("WebKitWebDriver", || async {
                let status = http.get(format!("{base}/status")).send().await;
                status.ok().filter(|answer| answer.status().is_success())
            })
            .await;
            let wish = json!({"capabilities": {"alwaysMatch": {"timeouts": {"script": 50_000}}}});
            call(&http, reqwest::Method::POST, &format!("{base}/session"), Some(wish)).await
        };
        let ended = async {
            while !window.has_ended() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let answer = tokio::select! {
            answer = session => answer,
            () = ended => panic!("the program or WebKitWebDriver ended as soon as it was started"),
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(Failure::Refused(why) | Failure::Dead(why)) => panic!("no session with the window: {why}"),
        };
        let id = answer["sessionId"].as_str().unwrap_or_else(|| panic!("no session in {answer}"));
        Driver { session: format!("{base}/session/{id}"), http }
    }

    // A dead session fails the journey here and now; whoever asks again and again would wait for nothing.
    async fn post(&self, path: &str, body: Value) -> Result<Value, Refused> {
        match call(&self.http, reqwest::Method::POST, &format!("{}/{path}", self.session), Some(body)).await {
            Ok(value) => Ok(value),
            Err(Failure::Refused(why)) => Err(why),
            Err(Failure::Dead(why)) => panic!("the window is lost: {why}"),
        }
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
) -> Result<Value, Failure> {
    let request = http.request(method, url);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let dead = |error: reqwest::Error| Failure::Dead(error.to_string());
    let answer = request.send().await.map_err(dead)?;
    let well = answer.status().is_success();
    let mut answer: Value = answer.json().await.map_err(dead)?;
    let value = answer["value"].take();
    if well {
        return Ok(value);
    }
    let word = value["error"].as_str().unwrap_or("unknown error");
    let why = format!("{word}: {}", value["message"].as_str().unwrap_or_default());
    Err(if word == "invalid session id" { Failure::Dead(why) } else { Failure::Refused(why) })
}
