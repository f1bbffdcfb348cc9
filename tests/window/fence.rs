//! What may be loaded into the window, and what a page in it may ask for.

use serde_json::json;

use crate::kit::Kiosk;

#[tokio::test]
async fn the_page_cannot_leave_open_windows_or_reach_out() {
    let kiosk = Kiosk::start().await;
    let outside = kiosk.outside.module_url();
    const TRY: &str = "const [url, done] = arguments; const said = {};
        try { said.opened = window.open(url) !== null; } catch { said.opened = false; }
        try { location.href = url; } catch {}
        fetch(url).then(() => { said.fetched = true; }, () => { said.fetched = false; })
          .then(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))))
          .then(() => { said.at = location.protocol; done(said); });";
    let said = kiosk.script_later(TRY, json!([outside])).await;
    assert_eq!(said, json!({"opened": false, "fetched": false, "at": "tauri:"}));
    kiosk.until("attract").await;
}

#[tokio::test]
async fn the_page_has_three_commands_and_none_of_tauris() {
    let kiosk = Kiosk::start().await;
    const TRY: &str = "const [command, done] = arguments;
        window.__TAURI_INTERNALS__.invoke(command, {}).then(() => done('allowed'), (why) => done(String(why)));";
    for command in
        ["plugin:window|close", "plugin:event|emit", "plugin:app|version", "plugin:webview|internal_toggle_devtools"]
    {
        let said = kiosk.script_later(TRY, json!([command])).await;
        assert!(said.as_str().is_some_and(|said| said.contains("not allowed")), "{command}: {said}");
    }
}

#[tokio::test]
async fn a_frame_of_another_origin_is_not_even_asked_for() {
    let kiosk = Kiosk::start().await;
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    stranger.set_nonblocking(true).unwrap();
    let url = format!("http://{}/", stranger.local_addr().unwrap());
    const TRY: &str = "const [url, done] = arguments;
        document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true });
        const frame = document.createElement('iframe'); frame.src = url; document.body.append(frame);";
    assert_eq!(kiosk.script_later(TRY, json!([url])).await, "frame-src");
    assert!(stranger.accept().is_err(), "the stranger was asked");
}
