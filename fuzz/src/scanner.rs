//! Bytes from the serial scanner, in whatever pieces they come.

use serde_json::{Value, json};
use till::{
    reading::Scans,
    scanner::{LONGEST_CODE, Refusal, ScannerEvent},
};

/// Twice the longest code, and something after it: what is longer is only slower.
const LONGEST: usize = LONGEST_CODE * 4 * 2 + 64;
/// So many silences are enough.
const SILENCES: usize = 16;

/// The first byte says how the rest is cut into pieces.
pub fn run(data: &[u8]) {
    let Some((cut, bytes)) = data.get(..data.len().min(LONGEST)).and_then(<[u8]>::split_first) else { return };
    let at_once = events(&[bytes]);
    assert_eq!(at_once, plainly(bytes), "what comes at once is cut at its line ends");
    let pieces: Vec<&[u8]> = bytes.chunks(usize::from(*cut).max(1)).collect();
    assert_eq!(events(&pieces), at_once, "the same bytes are the same codes, in whatever pieces they come");
    for event in &at_once {
        check(event);
    }
    with_silence(&[bytes]);
    with_silence(&pieces[..pieces.len().min(SILENCES)]);
}

fn events(pieces: &[&[u8]]) -> Vec<ScannerEvent> {
    let mut scans = Scans::default();
    let mut events = Vec::new();
    for piece in pieces {
        events.extend(scans.come(piece));
        assert!(scans.kept() <= LONGEST_CODE * 4, "what is kept is bounded");
    }
    events
}

/// The same, said without a state. A refusal is announced for what hasn't ended yet when it is too long already.
fn plainly(bytes: &[u8]) -> Vec<ScannerEvent> {
    let mut frames: Vec<&[u8]> = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).collect();
    let open = frames.pop().filter(|open| open.len() > LONGEST_CODE * 4);
    let refused = |reason| ScannerEvent::Refused { reason };
    let mut events = Vec::new();
    for frame in frames.into_iter().filter(|frame| !frame.is_empty()).chain(open) {
        let scans = Scans::default().come(&[frame, b"\r"].concat());
        let [event] = &scans[..] else { panic!("{frame:?} is one scan, and not {scans:?}") };
        // A symbology identifier is taken off; what that leaves is judged by the reader's own tests.
        if matches!(frame, [b']', a, b, _, ..] if a.is_ascii_alphabetic() && b.is_ascii_alphanumeric()) {
            events.push(event.clone());
            continue;
        }
        let expected = match std::str::from_utf8(frame) {
            _ if frame.len() > LONGEST_CODE * 4 => refused(Refusal::TooLong),
            Ok(text) if text.chars().count() > LONGEST_CODE => refused(Refusal::TooLong),
            Ok(text) if !text.chars().any(char::is_control) => {
                assert!(matches!(event, ScannerEvent::Code(code) if code.as_str() == text), "{text:?} is a code");
                event.clone()
            }
            Ok(_) | Err(_) => refused(Refusal::NotText),
        };
        assert_eq!(*event, expected);
        events.push(expected);
    }
    events
}

fn check(event: &ScannerEvent) {
    let ScannerEvent::Code(code) = event else { return };
    let (text, shown) = (code.as_str(), format!("{event:?}"));
    assert!((1..=LONGEST_CODE).contains(&text.chars().count()) && !text.chars().any(char::is_control), "{text:?}");
    assert_eq!(shown, format!("Code(Code({} characters))", text.chars().count()), "a scan is shown");
    let posted: Value = serde_json::from_str(&checkout::protocol::barcode(text)).expect("JSON");
    assert_eq!(posted, json!({ "type": "barcode", "data": text }), "the module gets what was scanned");
}

/// After a silence the next scan is whole, whatever came before.
fn with_silence(pieces: &[&[u8]]) {
    let mut scans = Scans::default();
    for piece in pieces {
        scans.come(piece);
        let kept = scans.kept();
        let cut_off = ScannerEvent::Refused { reason: Refusal::CutOff };
        assert_eq!(scans.silence(), (kept > 0).then_some(cut_off), "what was cut off is said");
        let next = scans.come(b"8801\r\n");
        assert!(matches!(&next[..], [ScannerEvent::Code(code)] if code.as_str() == "8801"), "{next:?}");
        assert_eq!(scans.silence(), None);
    }
}
