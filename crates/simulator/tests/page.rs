//! The page's own logic: the real script, run by Node.js in a document made of next to nothing, against a real
//! simulator. `tests/page/drive.mjs` holds the sentences.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod world;

use std::path::Path;
use world::World;

#[tokio::test]
async fn the_page_leads_a_customer_and_posts_one_answer() {
    let world = World::new().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = tokio::process::Command::new("node")
        .arg(root.join("tests/page/drive.mjs"))
        .env("PAGE", root.join("page"))
        .env("BASE", world.simulator().base_url())
        .kill_on_drop(true)
        .output()
        .await
        .expect("Node.js is needed to run the page's script");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("24 of 24"), "{text}");
}
