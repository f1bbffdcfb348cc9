//! Paper as the bytes of ESC/POS: Korean in CP949, or drawn, for printers that have no Korean letters of their own.

use std::cell::RefCell;

use checkout::paper::{Paper, Printed, width_of};
use encoding_rs::EUC_KR;
use escpos::{
    driver::Driver,
    errors::PrinterError,
    printer::Printer,
    utils::{JustifyMode, Protocol, QRCodeCorrectionLevel, QRCodeModel, QRCodeOption},
};
use thiserror::Error;

use super::raster::{Bitmap, Drawn};

/// Korean letters of two bytes, as Korean printers have them (FS &).
const TWO_BYTES: [u8; 2] = [0x1c, b'&'];
/// What stands for a character that CP949 doesn't have.
const UNKNOWN: &str = "？";
/// The size of a code's squares, dots.
const CODE_DOTS: u8 = 6;

/// How a printer prints.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// How many letters of the alphabet stand in a line.
    pub columns: u8,
    /// Where letters come from.
    pub letters: Letters,
    /// The shop's picture.
    pub logo: Option<Bitmap>,
}

/// Where letters come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Letters {
    /// The printer has Korean ones, in CP949.
    Cp949,
    /// They are drawn here.
    Drawn(Drawn),
}

/// Why a paper can't be told to a printer.
#[derive(Debug, Error)]
#[error("it can't be told to a printer: {0}")]
pub struct Unprintable(#[from] PrinterError);

/// The bytes of a paper: begun anew, and cut off behind it.
pub fn encode(paper: &Paper, style: &Style) -> Result<Vec<u8>, Unprintable> {
    let mut printer = Printer::new(Buffer::default(), Protocol::default(), None);
    printer.init()?.custom(&TWO_BYTES)?;
    for line in paper.laid(style.columns.into()) {
        match line {
            Printed::Row { text, size, bold } => match &style.letters {
                Letters::Cp949 => {
                    let justify = if size > 1 { JustifyMode::CENTER } else { JustifyMode::LEFT };
                    printer.justify(justify)?.size(size, size)?.bold(bold)?.custom(&cp949(&text))?.feed()?;
                }
                Letters::Drawn(drawn) => {
                    printer.custom(&drawn.row(&text, size, bold, style.columns).command())?;
                }
            },
            Printed::Code(text) => {
                let option = QRCodeOption::new(QRCodeModel::Model2, CODE_DOTS, QRCodeCorrectionLevel::M);
                printer.size(1, 1)?.justify(JustifyMode::CENTER)?.qrcode_option(&text, option)?;
                printer.justify(JustifyMode::LEFT)?;
            }
            Printed::Logo => {
                if let Some(logo) = &style.logo {
                    printer.justify(JustifyMode::CENTER)?.custom(&logo.command())?.justify(JustifyMode::LEFT)?;
                }
            }
        }
    }
    printer.size(1, 1)?.feed()?.print_cut()?;
    Ok(printer.driver().0.into_inner())
}

/// The text in CP949, every character as wide as it was laid out.
fn cp949(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut encoded = [0; 4];
    for character in text.chars() {
        let (found, _, lacking) = EUC_KR.encode(character.encode_utf8(&mut encoded));
        if lacking || found.len() != width_of(character) {
            bytes.extend_from_slice(&EUC_KR.encode(UNKNOWN).0);
        } else {
            // Nothing in a text is an order to the printer.
            bytes.extend(found.iter().map(|byte| if byte.is_ascii_control() { b' ' } else { *byte }));
        }
    }
    bytes
}

/// Bytes that are kept for whoever sends them.
#[derive(Default)]
struct Buffer(RefCell<Vec<u8>>);

impl Driver for Buffer {
    fn name(&self) -> String {
        "buffer".to_owned()
    }

    fn write(&self, data: &[u8]) -> Result<(), PrinterError> {
        self.0.try_borrow_mut()?.extend_from_slice(data);
        Ok(())
    }

    fn read(&self, _buf: &mut [u8]) -> Result<usize, PrinterError> {
        Ok(0)
    }

    fn flush(&self) -> Result<(), PrinterError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use checkout::paper::Line;

    #[test]
    fn korean_is_two_bytes_a_syllable_and_what_cp949_lacks_keeps_its_width() {
        assert_eq!(cp949("가A"), [0xb0, 0xa1, b'A']);
        // 뷁 is in CP949, and not in the older standard that it widens.
        assert_eq!(cp949("뷁").len(), 2);
        assert_eq!(cp949("🙂"), cp949("？"));
        assert_eq!(cp949("é"), cp949("？"));
    }

    #[test]
    fn nothing_that_is_written_on_paper_is_an_order_to_the_printer() {
        let evil = Line::Text("a\u{1b}p0\u{1d}V\u{10}\u{4}\u{1}".into());
        let style = Style { columns: 42, letters: Letters::Cp949, logo: None };
        let bytes = encode(&Paper(vec![evil]), &style).unwrap();
        let ours = encode(&Paper(vec![Line::Text("a p0 V   ".into())]), &style).unwrap();
        assert_eq!(bytes, ours);
    }
}
