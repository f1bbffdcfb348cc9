//! What the helper reads of the kiosk's configuration: what the kiosk follows, and where its journal is.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::release::{Channel, NoChannel};

/// The configuration where the package puts it.
pub const CONFIGURATION: &str = "/etc/prbiti-kiosk/kiosk.toml";

/// Why it isn't known what this kiosk follows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSetting {
    /// The file can't be read as TOML.
    #[error("the configuration can't be read: {why}")]
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
    /// Nothing is to be installed.
    #[error("the configuration has no `update.channel`, so this kiosk isn't updated")]
    Off,
    /// It isn't known what is to be copied before an update.
    #[error("the configuration has no `journal.path`")]
    NoJournal,
    /// The channel is none.
    #[error("`update.channel`: {why}")]
    NoChannel {
        /// What is wrong with it.
        why: String,
    },
}

/// `update.channel` of a configuration's text.
pub fn channel(configuration: &str) -> Result<Channel, NoSetting> {
    let channel = text(configuration, "update", "channel")?.ok_or(NoSetting::Off)?;
    channel.parse().map_err(|error: NoChannel| NoSetting::NoChannel { why: error.to_string() })
}

/// `journal.path` of a configuration's text, below the folder of the kiosk's data unless it stands elsewhere.
pub fn journal(configuration: &str, data: &Path) -> Result<PathBuf, NoSetting> {
    let path = text(configuration, "journal", "path")?.ok_or(NoSetting::NoJournal)?;
    Ok(data.join(path))
}

/// A text in a section; none where nothing stands, or something else.
fn text(configuration: &str, section: &str, key: &str) -> Result<Option<String>, NoSetting> {
    let table: Table = configuration.parse().map_err(|error: toml::de::Error| {
        // The whole error would show the line, in which there may be anything.
        NoSetting::Unreadable { why: error.message().to_owned() }
    })?;
    let value = table.get(section).and_then(Value::as_table).and_then(|section| section.get(key));
    Ok(value.and_then(Value::as_str).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::Line;

    #[test]
    fn a_kiosk_follows_what_its_configuration_says_and_else_nothing() {
        assert_eq!(channel("[shop]\n[update]\nchannel = \"beta\"\n"), Ok(Channel::Line(Line::Beta)));
        assert_eq!(channel("[shop]\n"), Err(NoSetting::Off));
        assert_eq!(channel("[update]\nurl = \"https://x\"\n"), Err(NoSetting::Off));
        assert_eq!(channel("[update]\nchannel = 3\n"), Err(NoSetting::Off));
        assert!(matches!(channel("[update]\nchannel = \"nightly\"\n"), Err(NoSetting::NoChannel { .. })));
        assert!(matches!(channel("[update"), Err(NoSetting::Unreadable { .. })));
    }

    #[test]
    fn the_journal_is_where_the_configuration_has_it() {
        let found = |path: &str| journal(&format!("[journal]\npath = {path:?}\n"), Path::new("/data"));
        assert_eq!(found("journal.db"), Ok("/data/journal.db".into()));
        assert_eq!(found("/elsewhere/journal.db"), Ok("/elsewhere/journal.db".into()));
        assert_eq!(journal("[shop]\n", Path::new("/data")), Err(NoSetting::NoJournal));
    }
}
