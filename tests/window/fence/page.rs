//! What may be loaded into the window, and what the kiosk's own page may ask for.

use serde_json::json;

use crate::kit::Kiosk;

#[tokio::test]
async fn the_page_cannot_leave_open_windows_or_reach_out() {
    let kiosk = Kiosk::start().await;
    let outside = kiosk.outside.module_url();
    // By a touch: without one, WebKit itself refuses windows and asks nobody.
    const TRY: &str = "const [url, done] = arguments; const button = document.createElement('button');
        button.dataset.act = 'escape'; button.style.cssText = 'position: fixed; inset: 0; z-index: 9';
        button.onclick = () => {
          button.remove(); const said = window.said = {};
          try { said.opened = window.open(url) !== null; } catch { said.opened = false; }
          try { location.href = url; } catch {}
          fetch(url).then(() => { said.fetched = true; }, () => { said.fetched = false; });
        };
        document.body.append(button); done();";
    kiosk.script_later(TRY, json!([outside])).await;
    kiosk.touch("escape").await;
    kiosk.until_logged("a new window was refused").await;
    kiosk.until_logged("a page that was to replace the kiosk's own was refused").await;
    let said = kiosk.script("return [window.said, location.protocol];", json!([])).await;
    assert_eq!(said, json!([{"opened": false, "fetched": false}, "tauri:"]));
    kiosk.until("attract").await;
}

#[tokio::test]
async fn the_page_has_four_commands_and_none_of_tauris() {
    let kiosk = Kiosk::start().await;
    const TRY: &str = "const [command, done] = arguments;
        window.__TAURI_INTERNALS__.invoke(command, {}).then(() => done('allowed'), (why) => done(String(why)));";
    for command in
        ["plugin:window|close", "plugin:event|emit", "plugin:app|version", "plugin:webview|internal_toggle_devtools"]
    {
        let said = kiosk.script_later(TRY, json!([command])).await;
        assert!(said.as_str().is_some_and(|said| said.contains("not allowed")), "{command}: {said}");
    }
    // With a channel of our own we hear what the kiosk's page would; what we do then shows in it.
    const FOUR: &str = "const [done] = arguments; const tauri = window.__TAURI_INTERNALS__; const answers = [];
        const heard = ({ message }) => {
          if (message?.is !== 'view') return;
          if (message.view.screen.is === 'menu') { done(answers); return; }
          tauri.invoke('module', { session: 0, event: { is: 'loaded' } }).then((said) => answers.push(said))
            .then(() => tauri.invoke('speak', { utterance: null })).then((said) => answers.push(said))
            .then(() => tauri.invoke('act', { view: message.view.number, act: { is: 'start', way: 'for_here' } }));
        };
        tauri.invoke('connect', { channel: `__CHANNEL__:${tauri.transformCallback(heard)}` })
          .then((said) => answers.push(said), (why) => done(String(why)));";
    let said = kiosk.script_later(FOUR, json!([])).await;
    assert_eq!(said, json!([null, null, null]), "they answer nothing, and the kiosk went on to its menu");
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
