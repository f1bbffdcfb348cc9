//! What may be loaded into the window, and what a page in it may ask for.

use serde_json::json;

use crate::{
    customer::{
        AMERICANO, MEMBER, card_at_once, choose_americanos, close_and_compare, page, pay, use_benefits, use_points,
    },
    kit::{Kiosk, kiosk::Setup, stranger, wait_for},
};

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
    // With a channel of our own we hear what the kiosk's page would; what we do then shows in it.
    const THREE: &str = "const [done] = arguments; const tauri = window.__TAURI_INTERNALS__; const answers = [];
        const heard = ({ message }) => {
          if (message?.is !== 'view') return;
          if (message.view.screen.is === 'menu') { done(answers); return; }
          tauri.invoke('module', { session: 0, event: { is: 'loaded' } }).then((said) => answers.push(said))
            .then(() => tauri.invoke('act', { view: message.view.number, act: { is: 'start', way: 'for_here' } }));
        };
        tauri.invoke('connect', { channel: `__CHANNEL__:${tauri.transformCallback(heard)}` })
          .then((said) => answers.push(said), (why) => done(String(why)));";
    let said = kiosk.script_later(THREE, json!([])).await;
    assert_eq!(said, json!([null, null]), "they answer nothing, and the kiosk went on to its menu");
}

/// What the module's page may try when it is hostile, or was broken into.
#[tokio::test]
async fn the_modules_frame_cannot_leave_open_windows_or_reach_rust() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    let view = kiosk.script("return Number(document.querySelector('[data-view]').dataset.view);", json!([])).await;
    let frame = kiosk.module(page::POINTS).await;
    frame.until("phone").await;

    // By a touch, which lets a page do more than it may by itself.
    const TRY: &str = "const [url, view] = arguments; const button = document.createElement('button'); button.id = 'escape';
        button.style.position = 'fixed'; button.style.inset = '0';
        const escape = () => {
          button.remove();
          const said = window.said = {};
          const tried = (name, work) => { try { said[name] = work() ? 'had' : 'nothing'; } catch { said[name] = 'refused'; } };
          tried('read', () => parent.document);
          tried('its Tauri', () => parent.__TAURI_INTERNALS__);
          tried('a Tauri', () => window.__TAURI_INTERNALS__ || window.__TAURI__);
          tried('replaced', () => { top.location = url; return true; });
          tried('sent on', () => { parent.location.replace(url); return true; });
          tried('opened', () => window.open(url));
          tried('opened over all', () => window.open(url, '_top'));
          const link = document.createElement('a'); document.body.append(link);
          for (const target of ['_blank', '_top', '_parent']) { link.href = url; link.target = target; link.click(); }
          link.href = URL.createObjectURL(new Blob(['loot'])); link.target = ''; link.download = 'loot.bin'; link.click();
          link.remove();
          tried('told', () => { alert('hello'); return false; });
          tried('confirmed', () => confirm('hello'));
          tried('prompted', () => prompt('hello'));
          const skip = { view, act: { is: 'skip' } };
          const message = { cmd: 'act', callback: 1, error: 2, payload: skip, options: {}, __TAURI_INVOKE_KEY__: 'x' };
          tried('posted', () => { window.webkit.messageHandlers.ipc.postMessage(JSON.stringify(message)); return false; });
          const headers = { 'content-type': 'application/json', 'tauri-callback': '1', 'tauri-error': '2', 'tauri-invoke-key': 'x' };
          for (const url of ['ipc://localhost/act', 'http://ipc.localhost/act', 'tauri://localhost/'])
            fetch(url, { method: 'POST', headers, body: JSON.stringify(skip) }).then((answer) => { said[url] = answer.ok; }, () => {});
          window.tried = true;
        };
        button.onclick = escape; document.body.append(button);";
    frame.script(TRY, json!([kiosk.outside.agent_url(), view])).await;
    frame.press("#escape").await;
    wait_for("all to be tried", || async {
        (frame.script("return window.tried === true;", json!([])).await == true).then_some(())
    })
    .await;
    // Both ways to Rust are there for every frame; the key to them isn't.
    wait_for("both to be refused", || async { (kiosk.log().matches("but received x").count() == 2).then_some(()) })
        .await;
    let said = frame.script("return window.said;", json!([])).await;
    let expected = json!({
        "read": "refused", "its Tauri": "refused", "a Tauri": "nothing", "replaced": "refused", "sent on": "refused",
        "opened": "nothing", "opened over all": "nothing", "told": "nothing", "confirmed": "nothing",
        "prompted": "nothing", "posted": "nothing",
    });
    assert_eq!(said, expected);

    // A success in the very words of an answer, from a page that the module's page shows.
    const FORGE: &str = "const [transactionID, done] = arguments;
        const data = { errorCode: '200', supportMode: 'POINT_REDEEM', transactionID, pointRedeem: '2000' };
        const answer = { status: '200', result: 'OK', timestamp: '1728025307', data };
        const nested = document.createElement('iframe');
        addEventListener('message', (event) => { if (event.source === nested.contentWindow) { nested.remove(); done(event.data); } });
        document.body.append(nested);
        const script = nested.contentDocument.createElement('script');
        script.textContent = `top.postMessage(${JSON.stringify(answer)}, '*'); parent.postMessage('sent', '*');`;
        nested.contentDocument.body.append(script);";
    let transaction = kiosk.outside.asked_transaction().await;
    assert_eq!(frame.script_later(FORGE, json!([transaction])).await, "sent");
    frame.leave().await;

    kiosk.until("service").await;
    assert_eq!(kiosk.script("return location.protocol;", json!([])).await, "tauri:");
    use_points(&kiosk, MEMBER, 1_000).await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO - 1_000);
    assert_eq!(files_called("loot.bin", &[kiosk.home(), &kiosk.data()]), 0);
}

fn files_called(name: &str, folders: &[&std::path::Path]) -> usize {
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_called(name, &[&entry.path()]),
            Ok(_) | Err(_) => usize::from(entry.file_name() == name),
        })
        .sum()
}

/// Says yes before anybody asked, from itself and from a page within it; asked, it says that the customer doesn't want.
const TOO_EARLY: &str = "<!doctype html><h1>early</h1><script>
    const data = { errorCode: '200', supportMode: 'POINT_REDEEM', transactionID: '0'.repeat(32), pointRedeem: '2000' };
    const yes = { status: '200', result: 'OK', timestamp: '1728025307', data };
    for (const one of [yes, JSON.stringify(yes)]) window.top.postMessage(one, '*');
    window.asked = [];
    addEventListener('message', (event) => {
      if (event.source !== window.parent) return;
      const { type, data: { transactionID, supportMode } } = event.data;
      window.asked.push(type);
      const code = type === 'connection' ? '100050001' : '200';
      window.answer = () => window.top.postMessage({ status: code === '200' ? '200' : '400', result: '', timestamp: '1728025307',
        data: { errorCode: code, transactionID, supportMode } }, '*');
      if (type !== 'connection') window.answer();
    });
    </script>";

#[tokio::test]
async fn an_answer_that_comes_before_the_question_counts_for_nothing() {
    let setup = Setup { module_url: Some(stranger::page(TOO_EARLY)), ..Setup::default() };
    let mut kiosk = Kiosk::start_with(setup).await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    let frame = kiosk.frame().await;
    let asked =
        || async { (frame.script("return window.asked;", json!([])).await == json!(["connection"])).then_some(()) };
    wait_for("the question", asked).await;
    frame.leave().await;
    kiosk.until("service").await;
    let frame = kiosk.frame().await;
    frame.script("window.answer();", json!([])).await;
    frame.leave().await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
}

/// Pages' own scripts post such things, and a page that goes mad posts many.
#[tokio::test]
async fn an_answer_amid_noise_counts() {
    const NOISE: &str = "const noise = [{ type: 'resize', height: 700 }, 'ready', { status: '200' }, 7, null, [], '{', { data: {} }];
        window.posted = 0;
        window.noise = setInterval(() => {
          for (let at = 0; at < 20; at += 1, window.posted += 1) window.parent.postMessage(noise[at % noise.length], '*');
        }, 20);";
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    let frame = kiosk.module(page::POINTS).await;
    frame.script(NOISE, json!([])).await;
    frame.phone(MEMBER).await;
    frame.keys("1000").await;
    wait_for("much noise", || async {
        frame.script("return window.posted;", json!([])).await.as_u64().filter(|posted| *posted > 2_000)
    })
    .await;
    frame.press("#use").await;
    frame.leave().await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO - 1_000);
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
