//! For those who don't see or touch the screen: what speaks, and the keys of a keypad.

use std::path::PathBuf;

use checkout::catalog::Language;
use xkeysym::Keysym;

use crate::toml_file::{Section, text};

/// `[speech]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    /// The program that reads aloud what it is given, with the arguments of espeak-ng.
    pub program: PathBuf,
    /// The program that turns Japanese into kana before that, with the arguments of kakasi. Without it nothing is said in
    /// Japanese.
    pub kana: Option<PathBuf>,
    /// The sound server's name for the earphones, where they are an output of their own. Without it they have whatever the
    /// loudspeaker has, as with a jack that switches the speaker off.
    pub earphones: Option<String>,
}

impl Speech {
    /// What it can read aloud.
    pub fn languages(&self) -> Vec<Language> {
        let japanese = self.kana.iter().map(|_| Language::Ja);
        [Language::Ko, Language::En, Language::Zh].into_iter().chain(japanese).collect()
    }
}

pub(super) fn speech(section: Section<'_>) -> Option<Speech> {
    let program = section.required("program", "a program such as espeak-ng, or its path", text(4096));
    let kana = section.optional("kana", "a program such as kakasi, or its path", text(4096));
    let earphones = section.optional("earphones", "an output of the sound server, by name", text(256));
    section.close();
    Some(Speech { program: program?.into(), kana: kana.map(PathBuf::from), earphones })
}

/// What a key of the keypad does, wherever the focus is. Arrows and Enter go to whichever page has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each is named for what it does.
pub enum KeyUse {
    Back,
    Home,
    Staff,
    Again,
    Quieter,
    Louder,
    Slower,
    Faster,
    Contrast,
    Large,
    EarphonesIn,
    EarphonesOut,
}

/// Each use, its name in the file, and the key that it has unless the file names another.
const USES: [(KeyUse, &str, Keysym); 12] = [
    (KeyUse::Back, "back", Keysym::Escape),
    (KeyUse::Home, "home", Keysym::Home),
    (KeyUse::Staff, "staff", Keysym::F1),
    (KeyUse::Again, "again", Keysym::F2),
    (KeyUse::Quieter, "quieter", Keysym::F3),
    (KeyUse::Louder, "louder", Keysym::F4),
    (KeyUse::Slower, "slower", Keysym::F7),
    (KeyUse::Faster, "faster", Keysym::F8),
    (KeyUse::Contrast, "contrast", Keysym::F9),
    (KeyUse::Large, "large", Keysym::F10),
    (KeyUse::EarphonesIn, "earphones_in", Keysym::F15),
    (KeyUse::EarphonesOut, "earphones_out", Keysym::F16),
];

/// `[keypad]`: which key has which use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keypad(Vec<(Keysym, KeyUse)>);

impl Default for Keypad {
    fn default() -> Self {
        Self(USES.map(|(of, _, key)| (key, of)).to_vec())
    }
}

impl Keypad {
    /// The use of the key with this number, as X11 and GDK number keys.
    pub fn use_of(&self, keysym: u32) -> Option<KeyUse> {
        self.0.iter().find_map(|(key, of)| (key.raw() == keysym).then_some(*of))
    }
}

pub(super) fn keypad(section: Section<'_>) -> Option<Keypad> {
    const EXPECTED: &str = "a key's name as X11 has it, such as \"F5\" or \"KP_Add\", that has no other use here";
    let mut keys: Vec<(Keysym, KeyUse)> = Vec::with_capacity(USES.len());
    let mut well = true;
    for (of, name, usual) in USES {
        let named = section.optional(name, EXPECTED, |value| value.as_str().and_then(key_of));
        well &= named.is_some() || !section.has(name);
        let key = named.unwrap_or(usual);
        if keys.iter().any(|(taken, _)| *taken == key) {
            section.wrong(name, key.name().unwrap_or_default(), EXPECTED);
            well = false;
        }
        keys.push((key, of));
    }
    section.close();
    well.then_some(Keypad(keys))
}

/// The key of this name. The arrows and Enter are every page's.
fn key_of(name: &str) -> Option<Keysym> {
    const EVERYBODYS: [Keysym; 6] =
        [Keysym::Up, Keysym::Down, Keysym::Left, Keysym::Right, Keysym::Return, Keysym::KP_Enter];
    // Those of Latin letters, signs and function keys, and those of multimedia keyboards.
    let known = (0x20..=0xFFFF).chain(0x1008_FE01..=0x1008_FFFF);
    known.map(Keysym::new).find(|key| has_name(*key, name)).filter(|key| !EVERYBODYS.contains(key))
}

/// Names as X11's programs show them: without the prefixes that its headers have.
fn has_name(key: Keysym, name: &str) -> bool {
    key.name().is_some_and(|full| match name.strip_prefix("XF86") {
        Some(name) => full.strip_prefix("XF86XK_") == Some(name),
        None => full.strip_prefix("XK_") == Some(name),
    })
}
