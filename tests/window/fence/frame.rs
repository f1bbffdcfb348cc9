//! What the module's page may not do, tried from inside its frame.

use serde_json::json;

use crate::{
    customer::{
        AMERICANO, MEMBER, card_at_once, choose_americanos, close_and_compare, page, pay, use_benefits, use_points,
    },
    kit::{Kiosk, stranger::Stranger, wait_for},
};

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
          const loot = 'LOOT'.repeat(1 << 16);
          const much = JSON.stringify({ cmd: 'act', callback: 1, error: 2, payload: {}, options: {}, __TAURI_INVOKE_KEY__: loot });
          tried('flooded', () => { for (let at = 0; at < 20; at += 1) window.webkit.messageHandlers.ipc.postMessage(much); return false; });
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
    let said = frame.script("return window.said;", json!([])).await;
    let expected = json!({
        "read": "refused", "its Tauri": "refused", "a Tauri": "nothing", "replaced": "refused", "sent on": "refused",
        "opened": "nothing", "opened over all": "nothing", "told": "nothing", "confirmed": "nothing",
        "prompted": "nothing", "flooded": "nothing", "posted": "nothing",
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
    // Neither the key that Rust is called with nor what was tried in its place.
    assert!(!kiosk.log().contains("INVOKE_KEY") && !kiosk.log().contains("LOOT"));
}

/// Whatever would cover the screen, ask the customer for something, or take the kiosk's page away from under it.
#[tokio::test]
async fn the_modules_frame_opens_no_dialog_and_goes_nowhere() {
    const TRY: &str = "
        const tries = {
          list: () => add(many('select')).showPicker(),
          own: () => frame('tauri://localhost/index.html'),
          files: () => input('file').click(),
          chooser: () => input('file').showPicker(),
          colour: () => input('color').click(),
          saving: () => showSaveFilePicker(),
          printing: () => print(),
          whole: () => document.body.requestFullscreen(),
          pointer: () => document.body.requestPointerLock(),
          place: () => navigator.geolocation.getCurrentPosition(() => tell('place')),
          camera: () => navigator.mediaDevices.getUserMedia({ video: true, audio: true }).then(() => tell('camera')),
          display: () => navigator.mediaDevices.getDisplayMedia().then(() => tell('display')),
          notes: () => Notification.requestPermission((given) => given === 'granted' && tell('notes')),
          storage: () => document.requestStorageAccess(),
          sharing: () => navigator.share({ text: 'STRANGER' }),
          closing: () => { window.close(); top.close(); parent.close(); },
          back: () => { history.back(); history.go(-5); },
          password: () => fetch('/locked'),
          nested: () => frame('/locked'),
          saved: () => frame('/loot'),
          mail: () => frame('mailto:a@b.c'),
          local: () => frame('file:///etc/passwd'),
          script: () => frame('javascript:top.location = HERE'),
          data: () => frame('data:text/html,STRANGER'),
          gone: () => { location = '/loot'; },
        };
        const option = (at) => Object.assign(document.createElement('option'), { value: `STRANGER ${at}`, textContent: 'STRANGER' });
        const many = (kind) => { const made = document.createElement(kind); made.append(...Array.from({ length: 99 }, (_, at) => option(at))); return made; };
        const add = (made) => { document.body.append(made); return made; };
        const input = (type) => add(Object.assign(document.createElement('input'), { type }));
        const frame = (src) => add(Object.assign(document.createElement('iframe'), { src }));
        onload = () => {
          onbeforeunload = (event) => { event.preventDefault(); return 'stay'; };
          const names = Object.keys(tries);
          const button = add(document.createElement('button'));
          button.id = 'next';
          button.style = 'position: fixed; inset: 0; z-index: 9';
          button.dataset.at = '0';
          // One with each touch: most need a touch of their own.
          button.onclick = async () => {
            const name = names[Number(button.dataset.at)];
            try { await Promise.race([tries[name](), new Promise((over) => setTimeout(over, 100))]); } catch {}
            button.dataset.at = String(Number(button.dataset.at) + 1);
            if (Number(button.dataset.at) === names.length) tell('tried');
          };
        };";
    let stranger = Stranger::start();
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;
    stranger.runs(TRY);
    stranger.answers("/locked", "401 Unauthorized", "www-authenticate: Basic realm=\"STRANGER\"\r\n", "locked");
    stranger.answers("/loot", "200 OK", "content-disposition: attachment; filename=loot.bin\r\n", "loot");
    let windows = kiosk.windows();
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    let frame = kiosk.frame().await;
    for at in 0.. {
        frame.press(&format!("#next[data-at=\"{at}\"]")).await;
        let next = || async {
            let now = frame.script("return document.querySelector('#next').dataset.at;", json!([])).await;
            (now != at.to_string().as_str()).then_some(())
        };
        wait_for("the next", next).await;
        if !stranger.told().is_empty() {
            break;
        }
    }
    frame.leave().await;
    assert_eq!(stranger.told(), ["\"tried\""]);
    kiosk.until_logged("the kiosk's own page within a frame was refused").await;
    wait_for("no other window", || async { (kiosk.windows() == windows).then_some(()) }).await;
    kiosk.until("service").await;
    // On the glass itself: nothing lies over it.
    kiosk.touch_glass(kiosk.spot("[data-act=\"skip\"]").await);
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid()[0].card, AMERICANO);
    assert_eq!(files_called("loot.bin", &[kiosk.home(), &kiosk.data()]), 0);
}

/// A list of suggestions is a window of its own, which a page may fill as it likes and which would outlive it.
#[tokio::test]
async fn a_list_that_a_control_opens_is_gone_at_once() {
    let stranger = Stranger::start();
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;
    stranger.runs(
        "question('POINT_REDEEM').then(() => {
           const words = Object.assign(document.createElement('datalist'), { id: 'words' });
           for (let at = 0; at < 60; at += 1) words.append(Object.assign(document.createElement('option'), { value: `STRANGER ${at}` }));
           const field = document.createElement('input');
           field.setAttribute('list', 'words');
           field.style = 'position: fixed; inset: 0; z-index: 9; width: 100%; height: 100%';
           document.body.append(words, field);
           tell('ready');
         });",
    );
    let windows = kiosk.windows();
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    stranger.until_told(1).await;
    kiosk.until("service").await;
    kiosk.touch_glass(kiosk.spot("iframe").await);
    kiosk.until_logged("a window over the kiosk's was hidden").await;
    wait_for("no other window", || async { (kiosk.windows() == windows).then_some(()) }).await;
    kiosk.touch_glass(kiosk.spot("[data-act=\"skip\"]").await);
    pay(&kiosk).await;
    close_and_compare(&mut kiosk).await;
}

/// Nor does what a customer leaves in it, or a worker that answers for its server, wait there for the next one.
#[tokio::test]
async fn what_the_modules_page_keeps_is_gone_for_the_next_customer() {
    let stranger = Stranger::start();
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;
    stranger.runs(
        "question('POINT_REDEEM').then(() => {
           tell(`${localStorage.who ?? 'nobody'} ${document.cookie || 'nothing'}`);
           localStorage.who = '010-1234-5678';
           document.cookie = 'who=1; max-age=99999';
         });",
    );
    for order in 1..=2 {
        choose_americanos(&kiosk, 1).await;
        use_benefits(&kiosk, &["POINT_REDEEM"]).await;
        stranger.until_told(order).await;
        kiosk.until("service").await;
        kiosk.touch("skip").await;
        pay(&kiosk).await;
        kiosk.touch("done").await;
        kiosk.until("attract").await;
    }
    assert_eq!(stranger.told(), ["\"nobody nothing\"", "\"nobody nothing\""]);
    close_and_compare(&mut kiosk).await;
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
