//! Whose words count, when, and how many of them; and who is told the question.

use serde_json::json;

use crate::{
    customer::{AMERICANO, MEMBER, card_at_once, choose_americanos, close_and_compare, page, pay, use_benefits},
    kit::{Kiosk, stranger::Stranger, wait_for},
};

/// A success in the very words of an answer.
const YES: &str = "const yes = (transactionID) => ({ status: '200', result: 'OK', timestamp: '1728025307',
    data: { errorCode: '200', supportMode: 'POINT_REDEEM', transactionID, pointRedeem: '2000' } });";

/// One order for an americano, from the first touch to the bill, whose points were asked for and left out.
async fn leave_points_out(kiosk: &Kiosk, during: impl AsyncFnOnce()) {
    choose_americanos(kiosk, 1).await;
    use_benefits(kiosk, &["POINT_REDEEM"]).await;
    kiosk.until("service").await;
    during().await;
    kiosk.until("service").await;
    kiosk.touch("skip").await;
}

async fn pay_and_leave(kiosk: &Kiosk) {
    pay(kiosk).await;
    kiosk.touch("done").await;
    kiosk.until("attract").await;
}

/// How many messages the log says were ignored of one session.
fn ignored(kiosk: &Kiosk, session: u32, why: &str) -> u64 {
    let (of, field) = (format!("session={session} "), format!("{why}="));
    let log = kiosk.log();
    let lines = log.lines().filter(|line| line.contains("messages were ignored") && line.contains(&of));
    let counts = lines.filter_map(|line| line.split(&field).nth(1)?.split_whitespace().next()?.parse::<u64>().ok());
    counts.sum()
}

async fn until_ignored(kiosk: &Kiosk, session: u32, why: &str, times: u64) {
    let logged = || async { (ignored(kiosk, session, why) == times).then_some(()) };
    wait_for(&format!("the log to count {times} that were {why}"), logged).await;
}

#[tokio::test]
async fn only_the_frame_that_was_asked_is_heard_and_only_after_the_question() {
    let (stranger, elsewhere) = (Stranger::start(), Stranger::start());
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;

    // To a window without a frame.
    kiosk.script("for (let times = 0; times < 3; times += 1) postMessage('hello', '*');", json!([])).await;
    until_ignored(&kiosk, 0, "strange", 3).await;

    // Before the question, from the frame itself.
    stranger.runs(&format!("{YES} say(yes('0'.repeat(32))); say(JSON.stringify(yes('0'.repeat(32))));"));
    leave_points_out(&kiosk, async || kiosk.module(page::POINTS).await.leave().await).await;
    until_ignored(&kiosk, 1, "unasked", 2).await;
    pay_and_leave(&kiosk).await;

    // From pages inside the frame: of the module's origin, of none, and of another, which doesn't even load; and from
    // another frame beside it.
    let nested = format!(
        "{YES} addEventListener('message', ({{ data }}) => {{ top.postMessage(yes(data), '*'); tell('nested'); }});"
    );
    for server in [&stranger, &elsewhere] {
        server.has_page("/nested", "", &nested);
    }
    stranger.runs(&format!(
        "question('POINT_REDEEM').then(({{ data }}) => {{
           for (const [sandbox, src] of [['', '/nested'], ['allow-scripts', '/nested'], ['', '{}/nested']]) {{
             const nested = Object.assign(document.createElement('iframe'), {{ src }});
             if (sandbox) nested.setAttribute('sandbox', sandbox);
             nested.onload = () => nested.contentWindow.postMessage(data.transactionID, '*');
             document.body.append(nested);
           }}
           tell({{ id: data.transactionID }});
         }});",
        elsewhere.origin()
    ));
    const BESIDE: &str = "const [src, id] = arguments; const beside = document.createElement('iframe');
        window.beside = beside; beside.onload = () => beside.contentWindow.postMessage(id, '*'); beside.src = src; document.body.append(beside);";
    leave_points_out(&kiosk, async || {
        stranger.until_told(3).await;
        let told = stranger.told();
        let id = told.iter().find_map(|one| one.strip_prefix("{\"id\":\"")?.strip_suffix("\"}")).unwrap();
        kiosk.script(BESIDE, json!([format!("{}/nested", stranger.origin()), id])).await;
        stranger.until_told(4).await;
        kiosk.script("window.beside.remove();", json!([])).await;
        kiosk.until_logged("a page of a strange origin was refused").await;
    })
    .await;
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
    // The second session settled the first order.
    until_ignored(&kiosk, 3, "strange", 3).await;
    pay_and_leave(&kiosk).await;

    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid().iter().map(|one| one.card).collect::<Vec<_>>(), [AMERICANO; 2]);
}

/// What answered one question says the same to another.
#[tokio::test]
async fn an_answer_to_one_question_is_none_to_another() {
    let stranger = Stranger::start();
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;
    // Twice at once, and again to the next question of this order and to the same one of the next order.
    stranger.runs(
        "question('POINT_REDEEM').then(async (message) => {
           const answer = JSON.stringify(await hold(message));
           localStorage.answer = answer;
           tell(answer);
           say(answer);
           say(answer);
         });
         question('PREPAID').then(() => say(localStorage.answer));",
    );
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM", "PREPAID"]).await;
    kiosk.until("serviceUnknown").await;
    kiosk.touch("goOn").await;
    pay_and_leave(&kiosk).await;
    until_ignored(&kiosk, 1, "unasked", 1).await;
    let told = stranger.told();
    stranger.runs(&format!("question('POINT_REDEEM').then(() => say({}));", told[0]));
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    kiosk.until("serviceUnknown").await;
    kiosk.touch("goOn").await;
    pay_and_leave(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid().iter().map(|one| one.card).collect::<Vec<_>>(), [AMERICANO - 1_000, AMERICANO]);
    let misfit = |at: usize| journal.outcomes[at].1["outcome"]["why"]["what"].as_str().unwrap_or_default();
    assert_eq!((journal.outcomes.len(), misfit(0)), (3, ""));
    assert_eq!(misfit(1), "supportMode is \"POINT_REDEEM\", not PREPAID");
    assert!(misfit(2).starts_with("transactionID is \""), "{}", misfit(2));
}

/// Counts what our page hands to the frame.
async fn watch_posts(kiosk: &Kiosk) {
    const WATCH: &str = "const parse = JSON.parse; window.posts = 0;
        JSON.parse = (...given) => { const read = parse(...given); if (read?.type === 'connection') window.posts += 1; return read; };";
    kiosk.script(WATCH, json!([])).await;
}

async fn until_posted(kiosk: &Kiosk, times: u64) {
    let posted = || async { (kiosk.script("return window.posts;", json!([])).await == times).then_some(()) };
    wait_for("the question to be posted", posted).await;
}

/// The question holds our key: only the module's origin may read it, once, wherever the frame has gone meanwhile.
#[tokio::test]
async fn the_question_is_posted_once_and_read_by_nobody_else() {
    let (stranger, elsewhere) = (Stranger::start(), Stranger::start());
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;
    watch_posts(&kiosk).await;
    const LISTEN: &str =
        "addEventListener('message', ({ data }) => tell(data.type)); const listening = tell('listens');";

    // A page under the module's address that has no origin; nor is it heard.
    const NO: &str = "say({ status: '400', data: { errorCode: 100050001 } });";
    let none = "content-security-policy: sandbox allow-scripts\r\n";
    stranger.has_page("/module", none, &format!("{LISTEN} setInterval(() => {{ {NO} tell('still'); }}, 50);"));
    leave_points_out(&kiosk, async || {
        until_posted(&kiosk, 1).await;
        let before = stranger.told().len();
        stranger.until_told(before + 3).await;
    })
    .await;
    assert!(!stranger.told().iter().any(|told| told.contains("connection")), "{:?}", stranger.told());
    kiosk.until("payConfirm").await;
    stranger.no_answer("/module");
    pay_and_leave(&kiosk).await;

    // Pages that go away: loaded anew, elsewhere on the same server, elsewhere altogether; before the question and after it.
    stranger.has_page("/other", "", LISTEN);
    elsewhere.has_page("/other", "", LISTEN);
    let mut posted = 1;
    let strange = format!("{}/other", elsewhere.origin());
    for (to, loads) in [("/module", 2), ("/other", 2), (strange.as_str(), 1)] {
        for when in ["onload = go;", "asked.then(go);"] {
            let told = stranger.told().len();
            let heard = |what: &str| stranger.told()[told..].iter().filter(|one| one.contains(what)).count();
            stranger.runs(&format!(
                "{LISTEN} const asked = question('POINT_REDEEM');
                 // What it told is there before it goes.
                 const go = () => listening.then(() => {{ if (sessionStorage.gone !== '{posted}') {{ sessionStorage.gone = '{posted}'; location = '{to}'; }} }});
                 {when}"
            ));
            posted += 1;
            leave_points_out(&kiosk, async || {
                until_posted(&kiosk, posted).await;
                wait_for("the pages to load", || async { (heard("listens") == loads).then_some(()) }).await;
            })
            .await;
            pay_and_leave(&kiosk).await;
            assert!(heard("connection") <= 1, "{when} {to}: {:?}", &stranger.told()[told..]);
        }
    }
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
    until_posted(&kiosk, posted).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid().iter().map(|one| one.card).collect::<Vec<_>>(), [AMERICANO; 7]);
}

#[tokio::test]
async fn a_flood_is_counted_to_the_last_drop_and_neither_the_screen_nor_an_answer_drowns_in_it() {
    // Pages' own scripts post such things, and a page that goes mad posts many.
    const POUR: &str = "
        const drops = [{ type: 'resize', height: 700 }, 'ready', { status: '200' }, 7, null, [], '{', { data: {} }];
        window.poured = 0;
        const pour = (times) => { for (let at = 0; at < times; at += 1, window.poured += 1) say(drops[at % drops.length]); };";
    let stranger = Stranger::start();
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;
    stranger.runs(&format!("{POUR} question('POINT_REDEEM').then(() => {{ pour(10000); tell('poured'); }});"));
    leave_points_out(&kiosk, async || stranger.until_told(1).await).await;
    pay_and_leave(&kiosk).await;
    let all = || async {
        let whys = ["strange", "unasked", "too_long", "too_many", "unreadable"];
        let counts = (0..3).flat_map(|session| whys.map(|why| ignored(&kiosk, session, why)));
        (counts.sum::<u64>() == 10_000).then_some(())
    };
    wait_for("every message to be counted", all).await;
    // Most of them reached nobody but the page, however long a slow machine took over them.
    assert!(ignored(&kiosk, 1, "too_many") > 5_000, "{}", kiosk.log());

    stranger.runs(&format!("{POUR} setInterval(() => pour(20), 20);"));
    choose_americanos(&kiosk, 1).await;
    use_benefits(&kiosk, &["POINT_REDEEM"]).await;
    let frame = kiosk.module(page::POINTS).await;
    frame.phone(MEMBER).await;
    frame.keys("1000").await;
    wait_for("much noise", || async {
        frame.script("return window.poured;", json!([])).await.as_u64().filter(|poured| *poured > 2_000)
    })
    .await;
    frame.press("#use").await;
    frame.leave().await;
    pay(&kiosk).await;
    let journal = close_and_compare(&mut kiosk).await;
    assert_eq!(journal.paid().iter().map(|one| one.card).collect::<Vec<_>>(), [AMERICANO, AMERICANO - 1_000]);
}
