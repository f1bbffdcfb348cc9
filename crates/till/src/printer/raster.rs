//! Pictures for a printer: rows of text that are drawn here, and the shop's own.

use std::{fmt, io, path::Path, sync::Arc};

use ab_glyph::{Font as _, FontArc, PxScale, ScaleFont as _, point};
use checkout::paper::{width, width_of};
use thiserror::Error;

/// Dots of a column: printers of 203 dots an inch have letters of 12 × 24.
const COLUMN_DOTS: usize = 12;
const ROW_DOTS: usize = 30;
/// A picture may be so wide and high, dots: as wide as the paper.
const WIDEST: u32 = 576;
const HIGHEST: u32 = 800;

/// Black and white, eight dots a byte, the first one highest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bitmap {
    /// Bytes of a row.
    across: usize,
    dots: Vec<u8>,
}

/// A font that rows are drawn with.
#[derive(Clone)]
pub struct Drawn {
    path: Arc<Path>,
    font: FontArc,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Drawn({})", self.path.display())
    }
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Drawn) -> bool {
        self.path == other.path
    }
}

/// Why nothing can be drawn with a file.
#[derive(Debug, Error)]
pub enum NoPicture {
    /// The file.
    #[error("{0}")]
    File(#[from] io::Error),
    /// No font.
    #[error("it is no TrueType or OpenType font")]
    Font,
    /// No Korean letters.
    #[error("it has no Korean letters")]
    NotKorean,
    /// No picture.
    #[error("it is no PNG: {0}")]
    Png(#[from] png::DecodingError),
    /// Too large.
    #[error("it has {0} × {1} dots")]
    TooLarge(u32, u32),
}

impl Bitmap {
    fn blank(width: usize, height: usize) -> Bitmap {
        let across = width.div_ceil(8);
        Bitmap { across, dots: vec![0; across * height] }
    }

    fn black(&mut self, x: usize, y: usize) {
        if x / 8 < self.across
            && let Some(byte) = self.dots.get_mut(y * self.across + x / 8)
        {
            *byte |= 0x80 >> (x % 8);
        }
    }

    /// A picture that is printed as it is: what is dark is black.
    pub fn from_png(bytes: &[u8]) -> Result<Bitmap, NoPicture> {
        let mut decoder = png::Decoder::new_with_limits(io::Cursor::new(bytes), png::Limits { bytes: 16 << 20 });
        decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
        let mut reader = decoder.read_info()?;
        let (width, height) = (reader.info().width, reader.info().height);
        if width > WIDEST || height > HIGHEST {
            return Err(NoPicture::TooLarge(width, height));
        }
        let mut pixels = vec![0; reader.output_buffer_size().unwrap_or_default()];
        let frame = reader.next_frame(&mut pixels)?;
        let samples = frame.color_type.samples();
        let mut bitmap = Bitmap::blank(width as usize, height as usize);
        for (y, row) in pixels.chunks(frame.line_size).take(height as usize).enumerate() {
            for (x, pixel) in row.chunks_exact(samples).enumerate() {
                let Some((alpha, colour)) = pixel.split_last() else { continue };
                let light =
                    colour.iter().map(|part| u32::from(*part)).sum::<u32>() / u32::try_from(colour.len()).unwrap_or(1);
                if light < 128 && *alpha >= 128 {
                    bitmap.black(x, y);
                }
            }
        }
        Ok(bitmap)
    }

    /// What a printer is sent of it (GS v 0).
    pub(super) fn command(&self) -> Vec<u8> {
        let low_high = |number: usize| u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes();
        let [across, height] = [self.across, self.dots.len() / self.across.max(1)].map(low_high);
        [&[0x1d, b'v', b'0', 0][..], &across, &height, &self.dots].concat()
    }
}

impl Drawn {
    /// The font of this file.
    pub fn from_bytes(path: &Path, bytes: Vec<u8>) -> Result<Drawn, NoPicture> {
        let font = FontArc::try_from_vec(bytes).map_err(|_| NoPicture::Font)?;
        if font.glyph_id('가').0 == 0 {
            return Err(NoPicture::NotKorean);
        }
        Ok(Drawn { path: path.into(), font })
    }

    /// A row of so many columns: every letter in the middle of its own.
    #[allow(
        clippy::float_arithmetic,
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    pub(super) fn row(&self, text: &str, size: u8, bold: bool, columns: u8) -> Bitmap {
        let size = usize::from(size);
        let mut bitmap = Bitmap::blank(usize::from(columns) * COLUMN_DOTS, ROW_DOTS * size);
        let scale = PxScale::from((24 * size) as f32);
        let font = self.font.as_scaled(scale);
        let base = ((ROW_DOTS * size) as f32 - font.height()) / 2.0 + font.ascent();
        // What is larger stands in the middle.
        let whole = usize::from(columns) * COLUMN_DOTS;
        let indent = if size > 1 { whole.saturating_sub(width(text) * COLUMN_DOTS * size) / 2 } else { 0 };
        let mut column = 0;
        for character in text.chars() {
            let cell = (width_of(character) * COLUMN_DOTS * size) as f32;
            let id = self.font.glyph_id(character);
            let left = (indent + column * COLUMN_DOTS * size) as f32 + (cell - font.h_advance(id)) / 2.0;
            column += width_of(character);
            let Some(outline) = self.font.outline_glyph(id.with_scale_and_position(scale, point(left, base))) else {
                continue;
            };
            let bounds = outline.px_bounds();
            outline.draw(|x, y, covered| {
                let (x, y) = (bounds.min.x + x as f32, bounds.min.y + y as f32);
                if covered >= 0.45 && x >= 0.0 && y >= 0.0 {
                    bitmap.black(x as usize, y as usize);
                    if bold {
                        bitmap.black(x as usize + 1, y as usize);
                    }
                }
            });
        }
        bitmap
    }
}
