//! What somebody who helps needs to know of a kiosk, in one file without secrets: the log's last lines, how the devices
//! are, the configuration and the menu, and the entries of the transactions in question.

use std::io::{self, Write};

use serde_json::json;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{books_file::NewFile, journal::Row};

/// What goes into it.
pub(crate) struct Contents {
    /// For its name: `20261129-131500`.
    pub(crate) stamp: String,
    /// The log's last lines.
    pub(crate) log: Vec<String>,
    /// How the kiosk is.
    pub(crate) health: serde_json::Value,
    /// The configuration's file and the catalog's, which hold no secrets; those have a file of their own.
    pub(crate) configuration: Vec<(String, String)>,
    /// Transactions, each with its rows.
    pub(crate) transactions: Vec<Vec<Row>>,
}

/// Packs it.
pub(crate) fn pack(contents: &Contents) -> io::Result<NewFile> {
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    let mut add = |name: &str, text: &str| -> io::Result<()> {
        zip.start_file(name, SimpleFileOptions::default()).map_err(io::Error::other)?;
        zip.write_all(text.as_bytes())
    };
    add("log.txt", &(contents.log.join("\n") + "\n"))?;
    add("health.json", &format!("{:#}\n", contents.health))?;
    for (name, text) in &contents.configuration {
        add(&format!("configuration/{name}"), text)?;
    }
    for rows in &contents.transactions {
        let Some(first) = rows.first() else { continue };
        let lines: Vec<String> = rows.iter().map(line).collect();
        add(&format!("transactions/{}.jsonl", first.transaction_id), &(lines.join("\n") + "\n"))?;
    }
    let bytes = zip.finish().map_err(io::Error::other)?.into_inner();
    Ok(NewFile { name: format!("support-{}.zip", contents.stamp), bytes })
}

/// An entry as it is: nothing personal is ever in one.
fn line(row: &Row) -> String {
    let body: serde_json::Value = serde_json::from_str(&row.body).unwrap_or_else(|_| json!(row.body));
    json!({ "seq": row.seq, "atMs": row.at_ms, "bootMs": row.boot_ms, "boot": row.boot_id, "kind": row.kind, "body": body })
        .to_string()
}

/// A configuration as others may read it: it holds no secrets, and should somebody have put one into it, not that either.
pub(crate) fn without_secrets(text: &str) -> String {
    let secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["pass", "secret", "token", "key", "pin"].iter().any(|word| name.contains(word))
    };
    let line = |line: &str| match line.split_once('=') {
        Some((name, value)) if secret(name) && value.contains(['"', '\'']) => format!("{name}= \"…\""),
        Some(_) | None => without_login(line),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n"
}

/// An address without who logs in there.
fn without_login(line: &str) -> String {
    let Some((before, after)) = line.split_once("//") else { return line.to_owned() };
    let host = after.find(['/', '"', '\'']).unwrap_or(after.len());
    match after.get(..host).and_then(|login| login.rfind('@')) {
        Some(at) => format!("{before}//…{}", &after[at..]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_secret_that_strayed_into_the_configuration_goes_no_further() {
        let text = "[payment]\nagent_url = \"http://me:hush@127.0.0.1:9/v\"\npasswd = \"hush\"\ntimeout_ms = 60000\n";
        let told = without_secrets(text);
        assert!(!told.contains("hush"), "{told}");
        assert!(told.contains("@127.0.0.1:9/v") && told.contains("timeout_ms = 60000"), "{told}");
    }

    #[test]
    fn what_is_packed_can_be_unpacked() {
        let contents = Contents {
            stamp: "20261129-131500".into(),
            log: vec!["a line".into()],
            health: json!({ "version": "0.1.0" }),
            configuration: vec![("kiosk.toml".into(), "[shop]\n".into())],
            transactions: vec![vec![Row {
                transaction_id: "t1".into(),
                seq: 0,
                at_ms: 1,
                boot_ms: 2,
                boot_id: "b".into(),
                kind: "left".into(),
                body: "null".into(),
                checksum: 3,
            }]],
        };
        let file = pack(&contents).unwrap();
        assert_eq!(file.name, "support-20261129-131500.zip");
        let mut zip = zip::ZipArchive::new(io::Cursor::new(file.bytes)).unwrap();
        let mut names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        names.sort();
        assert_eq!(names, ["configuration/kiosk.toml", "health.json", "log.txt", "transactions/t1.jsonl"]);
        let mut text = String::new();
        zip.by_name("transactions/t1.jsonl").unwrap().read_to_string(&mut text).unwrap();
        assert!(text.contains("\"kind\":\"left\""), "{text}");
    }
}
