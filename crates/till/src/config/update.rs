//! Where updates come from, and when they may be installed.

use reqwest::Url;
use toml::de::DeValue;

use super::{Update, on_this_machine};
use crate::toml_file::{Section, text, whole};

pub(super) fn update(section: Section<'_>) -> Option<Update> {
    const URL: &str = "an https address (http only on this machine), whose folders stable, beta, releases and packages \
                       are the publisher's";
    let url = section.required("url", URL, text(2048)).and_then(|found| {
        let plain = |url: &Url| {
            let bare = url.username().is_empty() && url.password().is_none();
            bare && url.fragment().is_none() && url.query().is_none() && !url.cannot_be_a_base()
        };
        let allowed = |url: &Url| url.scheme() == "https" || (url.scheme() == "http" && on_this_machine(url));
        match Url::parse(&found) {
            Ok(url) if plain(&url) && allowed(&url) => Some(folder(url)),
            // Not repeated: somebody may have put a password into it.
            Ok(_) | Err(_) => {
                section.wrong("url", "no address that may be used", URL);
                None
            }
        }
    });
    let channel = section.required("channel", "\"stable\", \"beta\", or a version to stay with", parsed);
    let window = section.optional("window", "two times of the day such as \"03:00-05:00\"", parsed);
    let check_hours = section.optional("check_hours", "hours, 1 to 168", whole(1..=168));
    section.close();
    Some(Update {
        url: url?,
        channel: channel?,
        window: match window {
            Some(window) => window,
            None => "03:00-05:00".parse().ok()?,
        },
        check_hours: u32::try_from(check_hours.unwrap_or(6)).ok()?,
    })
}

fn parsed<T: std::str::FromStr>(value: &DeValue<'_>) -> Option<T> {
    value.as_str()?.parse().ok()
}

/// The same address as one of a folder, so that what is in it is found below it.
fn folder(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}
