//! The pages' own logic: the real scripts, run by Node.js in a document made of next to nothing, against a real
//! simulator. `tests/page/drive.mjs` holds the sentences for the module, `tests/page/panel.mjs` those for the panel.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod world;

use std::path::Path;
use world::World;

async fn all_good(script: &str, sentences: usize) {
    let world = World::new().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = tokio::process::Command::new("node")
        .arg(root.join("tests/page").join(script))
        .env("PAGE", root.join("page"))
        .env("BASE", world.simulator().base_url())
        .kill_on_drop(true)
        .output()
        .await
        .expect("Node.js is needed to run the pages' scripts");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains(&format!("{sentences} of {sentences}")), "{text}");
}

#[tokio::test]
async fn the_module_leads_a_customer_and_posts_one_answer() {
    all_good("drive.mjs", 24).await;
}

#[tokio::test]
async fn the_panel_does_what_it_shows() {
    all_good("panel.mjs", 10).await;
}

/// Whatever the panel's page asks for is there; what it doesn't ask for isn't kept.
#[tokio::test]
async fn every_file_of_the_panel_is_served() {
    let world = World::new().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("page/panel");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        let path = if name == "panel.html" { "/panel".to_owned() } else { format!("/panel/{name}") };
        let answer = world.http.get(world.url(&path)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.text().await.unwrap(), std::fs::read_to_string(file.path()).unwrap(), "{path}");
    }
}
