//! Where orders go when they are paid: the address that they are posted to, and what they are signed with.

use std::net::IpAddr;

use reqwest::Url;
use toml::de::DeValue;

use super::{OrderHook, Secret, endpoint};
use crate::toml_file::{Section, whole};

pub(super) fn order_hook(section: Section<'_>, demonstration: bool) -> Option<OrderHook> {
    let url = endpoint(
        &section,
        "url",
        demonstration,
        |url| url.scheme() == "https" || url.scheme() == "http" && is_in_the_shop(url),
        "an https address, or an http address by number on this machine or in the shop's own network",
    );
    let timeout_ms = section.optional("timeout_ms", "1000 to 30000 (ms)", whole(1_000..=30_000));
    section.close();
    Some(OrderHook { url: url?, timeout_ms: u32::try_from(timeout_ms.unwrap_or(10_000)).ok()? })
}

/// Never leaves the shop: this machine, or an address that no router passes on.
fn is_in_the_shop(url: &Url) -> bool {
    let bare = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
        Err(_) => false,
    }
}

/// The inner one is absent where no orders are posted.
pub(super) fn secret(top: &Section<'_>, posts: bool) -> Option<Option<Secret>> {
    const EXPECTED: &str =
        "a text of 32 to 512 printable ASCII characters, no blanks, that the receiver of orders has too";
    let read = |value: &DeValue<'_>| {
        let text = value.as_str()?;
        let fits = (32..=512).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Secret::new(text))
    };
    if posts {
        return top.required("order_hook_secret", EXPECTED, read).map(Some);
    }
    let unused = top.optional("order_hook_secret", EXPECTED, read);
    Some(unused)
}
