//! The barcode reader.

use std::path::Path;

use tokio_serial::{DataBits, Parity, StopBits};
use toml::de::DeValue;

use super::{SIMULATOR, Scanner, demonstration_only};
use crate::{
    scanner::{Aim, Ending, Form, GAP_MS, Line, Port, Serial, Usb, Which},
    system,
    toml_file::{Section, text, whole, word, yes_no},
};

/// What a prefix or suffix may have at most, characters.
const LONGEST_MARK: usize = 16;
/// The same code within a second is usually one that still lies before the reader.
const SAME_MS: i64 = 500;

pub(super) fn scanner(section: Section<'_>, demonstration: bool, folder: &Path) -> Option<Scanner> {
    let form = form(&section);
    let line = line(&section);
    let port = port(&section, demonstration, folder, line);
    section.close();
    Some(Scanner { port: port?, form: form? })
}

fn port(section: &Section<'_>, demonstration: bool, folder: &Path, line: Option<Line>) -> Option<Port> {
    const PORT: &str = "the path of a serial device, usb = \"1a86:7523\" or keyboard = true";
    let port = section.optional("port", "the path of a serial device", text(4096));
    let usb = section
        .optional("usb", "two numbers as lsusb writes them, such as \"1a86:7523\"", |value| Usb::read(value.as_str()?));
    let serial_number = section.optional("serial_number", "a text of 1 to 128 characters", text(128));
    let keyboard = section.optional("keyboard", "true or false", yes_no).unwrap_or(false);
    let gap_ms = section.optional("gap_ms", "ms, 10 to 200", whole(10..=200));
    // What is there and can't be read was told already.
    let told = ["port", "usb"].into_iter().any(|key| section.has(key)) && port.is_none() && usb.is_none();
    if serial_number.is_some() && !section.has("usb") {
        section.wrong("serial_number", "one without usb", "usb beside it, or none");
    }
    if gap_ms.is_some() && !keyboard {
        section.wrong("gap_ms", "one without a keyboard", "keyboard = true beside it, or none");
    }
    let usb = usb.map(|usb| Usb { serial_number, ..usb });
    if keyboard {
        for key in ["port", "baud", "parity", "data_bits", "stop_bits"].into_iter().filter(|key| section.has(key)) {
            section.wrong(key, "one of a serial device", "none, because it is a keyboard");
        }
        let gap_ms = gap_ms.and_then(|ms| u32::try_from(ms).ok()).unwrap_or(GAP_MS);
        let found = (!told).then_some(Port::Keyboard { usb, gap_ms })?;
        // Keys are keys: a demonstration may be played with a reader that types.
        return Some(found);
    }
    match (port, usb) {
        (Some(port), None) if port == SIMULATOR => {
            demonstration_only(section, "port", demonstration).then_some(Port::Simulator)
        }
        (Some(port), None) => {
            Some(Port::Serial(Serial { which: Which::At(system::device(folder, &port)), line: line? }))
        }
        (None, Some(usb)) => Some(Port::Serial(Serial { which: Which::Usb(usb), line: line? })),
        (Some(_), Some(_)) => {
            section.wrong("usb", "port and usb", "one of them");
            None
        }
        (None, None) => {
            if !told {
                section.wrong("port", "nothing", PORT);
            }
            None
        }
    }
}

fn line(section: &Section<'_>) -> Option<Line> {
    let usual = Line::default();
    let baud = section.optional("baud", "bits per second, 1200 to 921600", whole(1200..=921_600));
    let parity = [("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)];
    let parity = section.optional("parity", "\"none\", \"even\" or \"odd\"", word(&parity));
    let data_bits = section.optional("data_bits", "7 or 8", |value| match whole(7..=8)(value)? {
        7 => Some(DataBits::Seven),
        _ => Some(DataBits::Eight),
    });
    let stop_bits = section.optional("stop_bits", "1 or 2", |value| match whole(1..=2)(value)? {
        1 => Some(StopBits::One),
        _ => Some(StopBits::Two),
    });
    Some(Line {
        baud: match baud {
            Some(baud) => u32::try_from(baud).ok()?,
            None => usual.baud,
        },
        parity: parity.unwrap_or(usual.parity),
        data_bits: data_bits.unwrap_or(usual.data_bits),
        stop_bits: stop_bits.unwrap_or(usual.stop_bits),
    })
}

fn form(section: &Section<'_>) -> Option<Form> {
    let mark = |key| section.optional(key, "up to 16 characters", mark).unwrap_or_default();
    let (prefix, suffix) = (mark("prefix"), mark("suffix"));
    let ending = [("enter", Ending::Enter), ("tab", Ending::Tab), ("silence", Ending::Silence)];
    let ending = section.optional("ending", "\"enter\", \"tab\" or \"silence\"", word(&ending));
    let aim = section.optional("aim", "\"strip\" or \"keep\"", word(&[("strip", Aim::Strip), ("keep", Aim::Keep)]));
    let same_ms = section.optional("same_ms", "ms, 0 to 10000", whole(0..=10_000));
    Some(Form {
        prefix,
        suffix,
        ending: ending.unwrap_or_default(),
        aim: aim.unwrap_or_default(),
        same_ms: u32::try_from(same_ms.unwrap_or(SAME_MS)).ok()?,
    })
}

/// It may have control characters, such as STX and ETX, but none that ends a code.
fn mark(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str()?;
    let fits = text.chars().count() <= LONGEST_MARK && !text.contains(['\r', '\n', '\t']);
    fits.then(|| text.to_owned())
}
