//! A paper as a picture.
#![allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use super::font::font;
use super::page::{LETTER, Letter, Paper, Printed};
use ab_glyph::{Font as _, PxScale, ScaleFont as _, point};
use qrcode::{Color, EcLevel, QrCode};

/// White round what is printed, dots.
const MARGIN: usize = 30;
/// From line to line, dots.
const LINE: usize = 30;
const WHITE: u8 = 252;

/// Grey, a byte a dot.
pub(super) struct Picture {
    width: usize,
    dots: Vec<u8>,
}

impl Picture {
    pub(super) fn of(paper: &Paper) -> Self {
        let inner = paper.columns * LETTER.0;
        let mut picture = Self { width: inner + 2 * MARGIN, dots: Vec::new() };
        picture.grow(MARGIN);
        for printed in &paper.printed {
            match printed {
                Printed::Row { letters, justify } => picture.row(letters, *justify, inner),
                Printed::Code { data, dots, justify } => picture.code(data, *dots, *justify, inner),
                Printed::Raster { across, dots, justify } => {
                    let left = beginning(across * 8, *justify, inner);
                    let top = picture.grow(dots.len() / (*across).max(1));
                    for (at, byte) in dots.iter().enumerate() {
                        for bit in 0..8 {
                            if byte & (0x80 >> bit) != 0 {
                                picture.darken(left + at % across * 8 + bit, top + at / across, 255);
                            }
                        }
                    }
                }
            }
        }
        picture.grow(MARGIN);
        picture
    }

    fn height(&self) -> usize {
        self.dots.len() / self.width
    }

    /// More paper, and where it begins.
    fn grow(&mut self, lines: usize) -> usize {
        let top = self.height();
        self.dots.resize(self.dots.len() + lines * self.width, WHITE);
        top
    }

    fn darken(&mut self, x: usize, y: usize, by: u8) {
        if x < self.width
            && let Some(dot) = self.dots.get_mut(y * self.width + x)
        {
            *dot = (*dot).min(255 - by);
        }
    }

    fn row(&mut self, letters: &[Letter], justify: u8, inner: usize) {
        let high = letters.iter().map(|letter| letter.size.1).max().unwrap_or(1);
        let width: usize = letters.iter().map(|letter| letter.columns * letter.size.0 * LETTER.0).sum();
        let top = self.grow(LINE.max(high * LETTER.1 + LINE - LETTER.1));
        let mut left = beginning(width, justify, inner);
        for letter in letters {
            self.letter(letter, left, top + (high - letter.size.1) * LETTER.1);
            left += letter.columns * letter.size.0 * LETTER.0;
        }
    }

    /// In the middle of its place, whatever the font thinks of its width.
    fn letter(&mut self, letter: &Letter, left: usize, top: usize) {
        let cell = (letter.columns * LETTER.0 * letter.size.0, LETTER.1 * letter.size.1);
        let Some(font) = font() else { return self.frame(letter.letter, left, top, cell) };
        let scale = PxScale { x: (LETTER.1 * letter.size.0) as f32, y: (LETTER.1 * letter.size.1) as f32 };
        let scaled = font.as_scaled(scale);
        let id = font.glyph_id(letter.letter);
        let x = left as f32 + (cell.0 as f32 - scaled.h_advance(id)) / 2.0;
        let base = top as f32 + (cell.1 as f32 - scaled.height()) / 2.0 + scaled.ascent();
        let Some(outline) = font.outline_glyph(id.with_scale_and_position(scale, point(x, base))) else { return };
        let bounds = outline.px_bounds();
        outline.draw(|x, y, covered| {
            let (x, y) = (bounds.min.x + x as f32, bounds.min.y + y as f32);
            if x >= 0.0 && y >= 0.0 {
                let dark = (covered.clamp(0.0, 1.0) * 240.0) as u8;
                // Bold letters are printed twice, a little apart.
                let apart = if letter.bold { letter.size.0 } else { 0 };
                for further in 0..=apart {
                    self.darken(x as usize + further, y as usize, dark);
                }
            }
        });
    }

    /// Without a font: where something stands.
    fn frame(&mut self, letter: char, left: usize, top: usize, (width, height): (usize, usize)) {
        if letter == ' ' {
            return;
        }
        for x in left + 2..left + width - 2 {
            self.darken(x, top + 4, 160);
            self.darken(x, top + height - 4, 160);
        }
        for y in top + 4..top + height - 4 {
            self.darken(left + 2, y, 160);
            self.darken(left + width - 3, y, 160);
        }
    }

    fn code(&mut self, data: &str, dots: usize, justify: u8, inner: usize) {
        let Ok(code) = QrCode::with_error_correction_level(data, EcLevel::M) else { return };
        let side = code.width();
        let quiet = 2 * dots;
        let left = beginning(side * dots, justify, inner);
        let top = self.grow(side * dots + 2 * quiet) + quiet;
        for (at, colour) in code.to_colors().into_iter().enumerate() {
            if colour == Color::Dark {
                for dot in 0..dots * dots {
                    self.darken(left + at % side * dots + dot % dots, top + at / side * dots + dot / dots, 240);
                }
            }
        }
    }

    pub(super) fn png(&self) -> Option<Vec<u8>> {
        let mut file = Vec::new();
        let size = (u32::try_from(self.width).ok()?, u32::try_from(self.height()).ok()?);
        let mut encoder = png::Encoder::new(&mut file, size.0, size.1);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().ok()?;
        writer.write_image_data(&self.dots).ok()?;
        writer.finish().ok()?;
        Some(file)
    }
}

/// Where something of that width begins.
const fn beginning(width: usize, justify: u8, inner: usize) -> usize {
    let room = inner.saturating_sub(width);
    MARGIN
        + match justify {
            1 => room / 2,
            2 => room,
            _ => 0,
        }
}
