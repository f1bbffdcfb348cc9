//! The stand-alone program: says where it listens, keeps its ledger, ends when told to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use serde_json::Value;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

async fn start(folder: &TempDir, extra: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_prbiti-simulator"))
        .args(["--port", "0", "--ledger"])
        .arg(folder.path().join("ledger.sqlite"))
        .args(extra)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    let address = line.strip_prefix("prbiti-simulator: listening on ").unwrap_or_else(|| panic!("{line}"));
    (child, address.split_whitespace().next().unwrap().to_owned())
}

async fn store(base: &str, token: &str) -> reqwest::Response {
    reqwest::Client::new().get(format!("{base}/agent/v1/status")).bearer_auth(token).send().await.unwrap()
}

#[tokio::test]
async fn it_listens_keeps_its_memory_when_killed_and_ends_when_told() {
    let folder = TempDir::new().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "another-token\n").unwrap();
    let arguments = ["--scanner", "--agent-token-file", token.to_str().unwrap()];
    let (mut child, base) = start(&folder, &arguments).await;
    assert_eq!(store(&base, "demonstration-agent-token").await.status(), 401);
    let before: Value = store(&base, "another-token").await.json().await.unwrap();
    assert!(folder.path().join("scanner").exists());
    child.kill().await.unwrap();

    let (mut child, base) = start(&folder, &arguments).await;
    let after: Value = store(&base, "another-token").await.json().await.unwrap();
    assert_eq!(before["storeId"], after["storeId"]);
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::SIGTERM).unwrap();
    assert!(child.wait().await.unwrap().success());
    assert!(!folder.path().join("scanner").is_symlink());
}

#[tokio::test]
async fn a_wrong_argument_or_an_unusable_ledger_is_said() {
    let run = async |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_prbiti-simulator")).args(arguments).output().await.unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(run(&["--prot", "1"]).await.contains("usage:"));
    assert!(run(&["--port", "many"]).await.contains("--port"));
    let text = run(&["--port", "0", "--ledger", "/nowhere/at/all/ledger.sqlite"]).await;
    assert!(text.contains("/nowhere/at/all/ledger.sqlite") && text.contains("hint:"), "{text}");
}
