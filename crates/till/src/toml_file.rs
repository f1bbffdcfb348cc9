//! A TOML file read field by field, so that every mistake in it is found in one go and named with its line.
//!
//! Serde would stop at the first one, and whoever sets up a kiosk would meet them one restart at a time.

use std::{
    cell::RefCell,
    fmt,
    io::Read,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use crate::system;

/// A file of a megabyte is no configuration; it is refused before it is read.
const LARGEST_FILE: u64 = 1 << 20;
/// How much of a wrong text is repeated to the reader, in characters.
const SHOWN: usize = 60;

/// Something in a configuration file that isn't as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file it is in.
    pub file: PathBuf,
    /// Its line, counted from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// The field, with the sections around it: `item[3].price`. Empty when the file as a whole is meant.
    pub field: String,
    /// What stands there. Never the text of a secret.
    pub found: String,
    /// What would be right.
    pub expected: String,
    /// What to do about it, where that is more than to write what was expected.
    pub todo: Option<String>,
}

impl Mistake {
    /// What somebody can do about it.
    pub fn hint(&self) -> String {
        self.todo.clone().unwrap_or_else(|| match self.line {
            0 => format!("put right {}, then start the kiosk again", self.file.display()),
            line => format!("put right line {line} of {}, then start the kiosk again", self.file.display()),
        })
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": found {}, expected {}", self.found, self.expected)
    }
}

/// Every mistake met so far.
#[derive(Debug, Default)]
pub(crate) struct Mistakes(RefCell<Vec<Mistake>>);

impl Mistakes {
    pub(crate) fn add(&self, mistake: Mistake) {
        self.0.borrow_mut().push(mistake);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// File by file in the order of their first mistakes, and in each by line: fields are met in another order.
    pub(crate) fn into_vec(self) -> Vec<Mistake> {
        let mut mistakes = self.0.into_inner();
        let mut files: Vec<PathBuf> = Vec::new();
        for mistake in &mistakes {
            if !files.contains(&mistake.file) {
                files.push(mistake.file.clone());
            }
        }
        mistakes.sort_by_key(|mistake| (files.iter().position(|file| *file == mistake.file), mistake.line));
        mistakes
    }

    fn forget_after(&self, count: usize) {
        self.0.borrow_mut().truncate(count);
    }
}

/// May what stands in a file be repeated in messages?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    Open,
    /// Its values and unknown names never leave it, and nobody but its owner may read it.
    Secret,
}

/// The text of one file.
pub(crate) struct Source {
    path: PathBuf,
    text: String,
    contents: Contents,
}

impl Source {
    /// Reads the file; what is wrong with it as a whole goes to `mistakes`.
    pub(crate) fn read(path: &Path, contents: Contents, mistakes: &Mistakes) -> Option<Source> {
        let whole = |found: String, expected: &str, todo: Option<String>| {
            mistakes.add(Mistake {
                file: path.to_owned(),
                line: 0,
                field: String::new(),
                found,
                expected: expected.to_owned(),
                todo,
            });
        };
        // The opened file is judged, not its name: what is read is what was looked at.
        let (file, facts) = match std::fs::File::open(path).and_then(|file| Ok((file.metadata()?, file))) {
            Ok((facts, file)) => (file, facts),
            Err(error) => {
                whole(format!("nothing readable ({error})"), "a file that the kiosk's user can read", None);
                return None;
            }
        };
        if !facts.is_file() {
            whole("something that is not a file".into(), "a plain file", None);
            return None;
        }
        if contents == Contents::Secret {
            match system::shared(&file, path) {
                Ok(None) => {}
                Ok(Some(system::Shared { found, expected, todo })) => {
                    whole(found, expected, Some(todo));
                    return None;
                }
                Err(error) => {
                    whole(format!("a file of which nobody says who can use it ({error})"), "one that is private", None);
                    return None;
                }
            }
        }
        let mut bytes = Vec::new();
        if let Err(error) = file.take(LARGEST_FILE + 1).read_to_end(&mut bytes) {
            whole(format!("nothing readable ({error})"), "a file that can be read", None);
            return None;
        }
        Source::from_bytes(path, bytes, contents, mistakes)
    }

    /// The file at `path`, whose bytes these are.
    pub(crate) fn from_bytes(path: &Path, bytes: Vec<u8>, contents: Contents, mistakes: &Mistakes) -> Option<Source> {
        if bytes.len() as u64 > LARGEST_FILE {
            mistakes.add(Mistake {
                file: path.to_owned(),
                line: 0,
                field: String::new(),
                found: "more than 1 MiB".into(),
                expected: "a configuration file".into(),
                todo: None,
            });
            return None;
        }
        match String::from_utf8(bytes) {
            Ok(text) => Some(Source { path: path.to_owned(), text, contents }),
            Err(error) => {
                let before = error.utf8_error().valid_up_to();
                let line = 1 + error.as_bytes().iter().take(before).filter(|byte| **byte == b'\n').count();
                mistakes.add(Mistake {
                    file: path.to_owned(),
                    line,
                    field: String::new(),
                    found: "bytes that are not UTF-8".into(),
                    expected: "text saved as UTF-8".into(),
                    todo: None,
                });
                None
            }
        }
    }

    /// Hands the file's top section to `read`. When the file isn't TOML throughout, all of that is reported and
    /// nothing that `read` finds: it would only be the echo of it.
    pub(crate) fn sections<T>(&self, mistakes: &Mistakes, read: impl FnOnce(Section<'_>) -> T) -> T {
        let (parsed, errors) = DeTable::parse_recoverable(&self.text);
        for error in &errors {
            mistakes.add(Mistake {
                file: self.path.clone(),
                line: error.span().map_or(0, |span| self.line(span.start)),
                field: String::new(),
                found: match self.contents {
                    Contents::Open => error.message().to_owned(),
                    Contents::Secret => "something that is not TOML".to_owned(),
                },
                expected: "TOML".into(),
                todo: None,
            });
        }
        let before = mistakes.count();
        let top = Section {
            source: self,
            mistakes,
            name: String::new(),
            line: 0,
            fields: parsed.get_ref(),
            asked: RefCell::default(),
        };
        let value = read(top);
        if !errors.is_empty() {
            mistakes.forget_after(before);
        }
        value
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    fn describe(&self, value: &DeValue<'_>) -> String {
        if self.contents == Contents::Secret {
            return format!("a value of type {}", value.type_str());
        }
        if let Some(text) = value.as_str() {
            return format!("{:?}", shortened(text));
        }
        if let Some(number) = value.as_integer() {
            return shortened(&number.to_string());
        }
        if let Some(number) = value.as_float() {
            return shortened(number.as_str());
        }
        if let Some(yes) = value.as_bool() {
            return yes.to_string();
        }
        format!("a value of type {}", value.type_str())
    }
}

/// No more of a text than a reader needs to find it.
fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// A name as it stands in the file, if that is one short line.
fn printable(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if plain { shortened(name) } else { format!("{:?}", shortened(name)) }
}

/// A table of a file. Remembers which fields were asked for, so that [`Section::close`] can name the others.
pub(crate) struct Section<'a> {
    source: &'a Source,
    mistakes: &'a Mistakes,
    name: String,
    line: usize,
    fields: &'a DeTable<'a>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Section<'a> {
    /// A field that must be there and fit. `None` when it is a mistake, which is then recorded.
    pub(crate) fn required<T>(
        &self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        match self.value(key) {
            Some(_) => self.optional(key, expected, read),
            None => {
                self.wrong(key, "nothing", expected);
                None
            }
        }
    }

    /// A field that may be left out. `None` when it was, or when it is a mistake, which is then recorded.
    pub(crate) fn optional<T>(
        &self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&DeValue<'_>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let fits = read(value);
        if fits.is_none() {
            self.wrong(key, self.source.describe(value), expected);
        }
        fits
    }

    /// A list whose every entry must fit; each that doesn't is a mistake of its own. Empty when left out.
    pub(crate) fn each<T>(
        &self,
        key: &'static str,
        expected: &str,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> Vec<(usize, T)> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(list) = value.as_array() else {
            self.wrong(key, self.source.describe(value), &format!("a list, each of it {expected}"));
            return Vec::new();
        };
        let mut fitting = Vec::new();
        for entry in list.iter() {
            let line = self.source.line(entry.span().start);
            match read(entry.get_ref()) {
                Some(fits) => fitting.push((line, fits)),
                None => self.wrong_at(line, key, self.source.describe(entry.get_ref()), expected),
            }
        }
        fitting
    }

    /// The section of that name, when there is one.
    pub(crate) fn section(&self, key: &'static str) -> Option<Section<'a>> {
        let value = self.value(key)?;
        let inside = value.as_table().map(|fields| self.inner(fields, self.field(key), self.line_of(key)));
        if inside.is_none() {
            self.wrong(key, self.source.describe(value), "a section");
        }
        inside
    }

    /// The section of that name; without it, a mistake.
    pub(crate) fn required_section(&self, key: &'static str, expected: &str) -> Option<Section<'a>> {
        if self.value(key).is_none() {
            self.wrong(key, "nothing", expected);
        }
        self.section(key)
    }

    /// The repeated sections of that name (`[[item]]`, or a list of inline tables), in the order of the file.
    pub(crate) fn list(&self, key: &'static str) -> Vec<Section<'a>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(list) = value.as_array() else {
            self.wrong(key, self.source.describe(value), &format!("repeated sections [[{key}]]"));
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (n, entry) in list.iter().enumerate() {
            let line = self.source.line(entry.span().start);
            match entry.get_ref().as_table() {
                Some(fields) => sections.push(self.inner(fields, format!("{}[{}]", self.field(key), n + 1), line)),
                None => self.wrong_at(line, key, self.source.describe(entry.get_ref()), "a section"),
            }
        }
        sections
    }

    /// Is the field there at all?
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// Records a mistake in a field of this section.
    pub(crate) fn wrong(&self, key: &str, found: impl Into<String>, expected: &str) {
        self.wrong_at(self.line_of(key), key, found, expected);
    }

    /// Records a mistake in a field of this section, on a line of its own.
    pub(crate) fn wrong_at(&self, line: usize, key: &str, found: impl Into<String>, expected: &str) {
        self.mistakes.add(Mistake {
            file: self.source.path.clone(),
            line,
            field: self.field(key),
            found: found.into(),
            expected: expected.to_owned(),
            todo: None,
        });
    }

    /// Records every field that nobody asked for: a misspelt name is a mistake, not a default.
    pub(crate) fn close(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.fields.iter() {
            let name: &str = key.get_ref();
            if asked.contains(&name) {
                continue;
            }
            let line = self.source.line(key.span().start);
            let expected = format!("one of {}", asked.join(", "));
            match self.source.contents {
                Contents::Open => self.wrong_at(line, &printable(name), "a field that is not known", &expected),
                // A secret pasted on the wrong side of the '=' must not reach a message either.
                Contents::Secret => self.wrong_at(line, "", "a field that is not known", &expected),
            }
        }
    }

    /// The line on which the field stands, else the one of the section.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        self.fields
            .iter()
            .find(|(name, _)| name.get_ref() == key)
            .map_or(self.line, |(name, _)| self.source.line(name.span().start))
    }

    fn inner(&self, fields: &'a DeTable<'a>, name: String, line: usize) -> Section<'a> {
        Section { source: self.source, mistakes: self.mistakes, name, line, fields, asked: RefCell::default() }
    }

    fn value(&self, key: &'static str) -> Option<&'a DeValue<'a>> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        self.fields.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value.get_ref())
    }

    fn field(&self, key: &str) -> String {
        match (self.name.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (false, true) => self.name.clone(),
            (false, false) => format!("{}.{key}", self.name),
        }
    }
}

/// A text that isn't blank, without line breaks or other control characters, of at most `most` characters.
pub(crate) fn text(most: usize) -> impl Fn(&DeValue<'_>) -> Option<String> {
    move |value| {
        let text = value.as_str()?;
        let fits = !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
        fits.then(|| text.to_owned())
    }
}

/// A whole number within `range`.
pub(crate) fn whole(range: std::ops::RangeInclusive<i64>) -> impl Fn(&DeValue<'_>) -> Option<i64> {
    move |value| {
        let number = value.as_integer()?;
        i64::from_str_radix(number.as_str(), number.radix()).ok().filter(|number| range.contains(number))
    }
}

/// A number within `range`, written with or without a fraction.
pub(crate) fn number(range: std::ops::RangeInclusive<f64>) -> impl Fn(&DeValue<'_>) -> Option<f64> {
    move |value| {
        let number = match value.as_float() {
            Some(float) => float.as_str().parse().ok()?,
            None => f64::from(i32::try_from(whole(0..=i64::from(i32::MAX))(value)?).ok()?),
        };
        range.contains(&number).then_some(number)
    }
}

/// `true` or `false`.
pub(crate) fn yes_no(value: &DeValue<'_>) -> Option<bool> {
    value.as_bool()
}

/// One of the words given, as what it stands for.
pub(crate) fn word<T: Copy>(words: &[(&'static str, T)]) -> impl Fn(&DeValue<'_>) -> Option<T> {
    move |value| {
        let text = value.as_str()?;
        words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning)
    }
}
