//! The printer, with what a receipt must say of the shop.

use std::path::Path;

use checkout::receipt::Seller;
use toml::de::DeValue;

use super::{Printer, SIMULATOR, demonstration_only};
use crate::{
    printer::{self, Bitmap, Drawn, Letters, NoPicture, Style},
    system,
    toml_file::{Section, text, whole, word},
};

/// What a file of a picture or a font may have at most, bytes.
const LARGEST_FILE: u64 = 32 << 20;

pub(super) fn printer(section: Section<'_>, demonstration: bool, folder: &Path) -> Option<Printer> {
    const PORT: &str = "a device such as \"/dev/usb/lp0\", or a serial one with its baud";
    let path = section.optional("port", PORT, text(4096));
    let baud = section.optional("baud", "bits per second, 1200 to 921600", whole(1200..=921_600));
    let tcp = section.optional("tcp", "host and port such as \"192.168.0.50:9100\"", address);
    let columns = section.optional("columns", "48, 42 or 32", |value| {
        whole(32..=48)(value).filter(|columns| matches!(columns, 32 | 42 | 48))
    });
    let encoding = section.optional("encoding", "\"cp949\" or \"raster\"", word(&[("cp949", false), ("raster", true)]));
    let drawn = encoding == Some(true);
    let font = section.optional("font", "the path of a font with Korean letters", text(4096));
    let logo = section.optional("logo", "the path of a PNG", text(4096));
    let port = match (path, tcp, baud) {
        (Some(path), None, None) if path == SIMULATOR => {
            demonstration_only(&section, "port", demonstration).then_some(printer::Port::Simulator)
        }
        (Some(path), None, Some(baud)) => {
            Some(printer::Port::Serial { path: system::device(folder, &path), baud: u32::try_from(baud).ok()? })
        }
        (Some(path), None, None) => Some(printer::Port::Device(system::device(folder, &path))),
        (None, Some((host, port)), None) => Some(printer::Port::Tcp { host, port }),
        (None, Some(_), Some(_)) => {
            section.wrong("baud", "a speed of a printer on the network", "none, or port in place of tcp");
            None
        }
        (Some(_), Some(_), _) => {
            section.wrong("tcp", "port and tcp", "one of them");
            None
        }
        (None, None, _) => {
            // What is there and can't be read was told already.
            if !section.has("port") && !section.has("tcp") {
                section.wrong("port", "nothing", PORT);
            }
            None
        }
    };
    let letters = match (drawn, font) {
        (true, Some(font)) => file(&section, "font", folder, &font, "a font with Korean letters", |bytes| {
            Drawn::from_bytes(&folder.join(&font), bytes)
        })
        .map(Letters::Drawn),
        (true, None) => {
            if !section.has("font") {
                section.wrong("font", "nothing", "the path of a font with Korean letters, to draw them with");
            }
            None
        }
        (false, _) => Some(Letters::Cp949),
    };
    let logo = match logo {
        Some(path) => {
            const EXPECTED: &str = "a PNG of at most 576 × 800 dots";
            Some(file(&section, "logo", folder, &path, EXPECTED, |bytes| Bitmap::from_png(&bytes))?)
        }
        None => None,
    };
    section.close();
    let columns = u8::try_from(columns.unwrap_or(42)).ok()?;
    Some(Printer { port: port?, style: Style { columns, letters: letters?, logo } })
}

/// What is made of a file that is named.
fn file<T>(
    section: &Section<'_>,
    key: &str,
    folder: &Path,
    path: &str,
    expected: &str,
    make: impl FnOnce(Vec<u8>) -> Result<T, NoPicture>,
) -> Option<T> {
    let path = folder.join(path);
    let read = || -> Result<Vec<u8>, NoPicture> {
        let about = std::fs::metadata(&path)?;
        if !about.is_file() || about.len() > LARGEST_FILE {
            return Err(std::io::Error::other("it is no file, or too large").into());
        }
        Ok(std::fs::read(&path)?)
    };
    match read().and_then(make) {
        Ok(made) => Some(made),
        Err(why) => {
            section.wrong(key, format!("{}: {why}", path.display()), expected);
            None
        }
    }
}

fn address(value: &DeValue<'_>) -> Option<(String, u16)> {
    let (host, port) = value.as_str()?.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let plain =
        !host.is_empty() && host.len() <= 253 && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    let port: u16 = port.parse().ok().filter(|port| *port > 0)?;
    plain.then(|| (host.to_owned(), port))
}

/// What the law wants on a receipt: needed where one is printed.
pub(super) fn seller(section: &Section<'_>, prints: bool) -> Option<Seller> {
    let said = |key: &'static str, expected: &str, most: usize| {
        let found = section.optional(key, expected, text(most));
        if found.is_none() && prints && !section.has(key) {
            section.wrong(key, "nothing", &format!("{expected}, because receipts are printed"));
        }
        found.or((!prints).then(String::new))
    };
    let representative = said("representative", "대표자: a name of 1 to 60 characters", 60);
    let address = said("address", "주소: 1 to 200 characters", 200);
    let phone = section.optional("phone", "전화번호: 1 to 30 characters", text(30));
    const NUMBER: &str = "사업자등록번호: ten digits such as \"123-45-67891\", of which the last fits the others";
    let number = section.optional("business_number", NUMBER, business_number);
    if number.is_none() && prints && !section.has("business_number") {
        section.wrong("business_number", "nothing", &format!("{NUMBER}, because receipts are printed"));
    }
    Some(Seller {
        business_number: number.or((!prints).then(String::new))?,
        representative: representative?,
        address: address?,
        phone: phone.unwrap_or_default(),
    })
}

/// Ten digits, the last of which is checked as the tax office does.
fn business_number(value: &DeValue<'_>) -> Option<String> {
    const WEIGHTS: [u32; 9] = [1, 3, 7, 1, 3, 7, 1, 3, 5];
    let written: String = value.as_str()?.chars().filter(|c| *c != '-').collect();
    let digits: Vec<u32> = written.chars().map(|c| c.to_digit(10)).collect::<Option<_>>()?;
    let [first @ .., ninth, last] = digits.as_slice() else { return None };
    if first.len() != 8 {
        return None;
    }
    let weighed: u32 = first.iter().chain([ninth]).zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let check = (10 - (weighed + ninth * 5 / 10) % 10) % 10;
    (check == *last).then_some(written)
}
