//! The letters that the printer prints with: a Korean font of the system's, as `make run` installs one.

use ab_glyph::{Font as _, FontArc};
use std::sync::LazyLock;

/// The first that is there: letters of one width come first, as printers have them.
const FONTS: [&str; 4] = [
    "/usr/share/fonts/truetype/nanum/NanumGothicCoding.ttf",
    "/usr/share/fonts/truetype/nanum/NanumGothic.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
];

static FONT: LazyLock<Option<FontArc>> = LazyLock::new(|| {
    let font = |path: &&str| FontArc::try_from_vec(std::fs::read(path).ok()?).ok();
    let found = FONTS.iter().find_map(font);
    match &found {
        None => tracing::warn!("there is no font to draw receipts with; fonts-nanum has one"),
        Some(font) if font.glyph_id('가').0 == 0 => {
            tracing::warn!("there is no Korean font to draw receipts with; fonts-nanum has one");
        }
        Some(_) => {}
    }
    found
});

/// None where the system has no font.
pub(super) fn font() -> Option<&'static FontArc> {
    FONT.as_ref()
}
