//! Answers that aren't what they should be, to a question after which 1,000 points were really held.

use serde_json::{Value, json};

use crate::{
    customer::{AMERICANO, card_at_once, choose_americanos, close_and_compare, pay, use_benefits},
    kit::{Kiosk, stranger::Stranger},
};

/// What an answer is taken for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum TakenFor {
    /// Nobody knows whether anything is held: the customer is told so, and it is settled with N. The journal says this of
    /// why.
    Doubt(&'static str),
    /// Not an answer: the question stays open until the customer leaves it.
    Noise,
    /// 1,000 points are used.
    Held,
    /// The customer said no.
    No,
}
use TakenFor::{Doubt, Held, No, Noise};

const NOT_AN_AMOUNT: TakenFor = Doubt("which is no amount of won");
const HALF: TakenFor = Doubt("only one of them is 200");

/// What the page makes of the `answer` that it should post (whose `data` it is) before it posts it.
const ANSWERS: [(&str, TakenFor); 26] = [
    ("data.transactionID = '0'.repeat(32);", Doubt("transactionID is \"***\", not ")),
    ("delete data.transactionID;", Doubt("transactionID is missing")),
    ("data.transactionID = [data.transactionID];", Doubt("transactionID is a list, not ")),
    ("data.supportMode = 'PREPAID';", Doubt("supportMode is \"PREPAID\", not POINT_REDEEM")),
    ("delete data.supportMode;", Doubt("supportMode is missing")),
    ("data.pointRedeem = 3001;", Doubt("pointRedeem is 3001, and 3000 was asked for at most")),
    ("data.pointRedeem = -1000;", NOT_AN_AMOUNT),
    ("data.pointRedeem = 999.5;", NOT_AN_AMOUNT),
    ("data.pointRedeem = '1,000';", NOT_AN_AMOUNT),
    ("data.pointRedeem = { toString: '1000' };", NOT_AN_AMOUNT),
    ("delete data.pointRedeem;", Doubt("pointRedeem is missing")),
    ("answer.status = '400';", HALF),
    ("data.errorCode = 100050001;", HALF),
    // Texts from outside: never on the screen, and never more than text.
    (
        "answer.status = '500'; data.errorCode = '<img src=x onerror=alert(1)>';
         for (const name of ['errorMsg', 'errorMsgUser']) data[name] = answer.result = '<h1>STRANGER</h1><script>STRANGER<\\/script>';",
        Doubt("<img src=x onerror=alert(1)>"),
    ),
    (
        "answer = { status: '400', result: '', data: { errorCode: 100050001, errorMsgUser: '<b>STRANGER</b>' } };",
        No,
    ),
    // Not an answer.
    ("answer.padding = ' '.repeat(1 << 20);", Noise),
    ("answer = JSON.stringify(answer) + ' '.repeat(1 << 20);", Noise),
    ("answer = JSON.stringify(answer).slice(1);", Noise),
    ("answer = [answer];", Noise),
    ("answer.status = true;", Noise),
    ("answer.data = JSON.stringify(data);", Noise),
    ("answer.data = [data];", Noise),
    ("answer = new Map(Object.entries(answer));", Noise),
    ("answer.big = 1n;", Noise),
    // Good enough.
    ("answer = JSON.stringify(answer);", Held),
    ("answer.status = 200; data.errorCode = '200'; data.pointRedeem = '1000'; delete answer.timestamp; data.more = [{}];", Held),
];

async fn each_is_taken_for_what_it_is(answers: &[(&str, TakenFor)]) {
    let stranger = Stranger::start();
    let mut kiosk = Kiosk::start_behind(&stranger).await;
    card_at_once(&kiosk).await;
    for (change, taken_for) in answers {
        stranger.runs(&format!(
            "question('POINT_REDEEM').then(hold).then((answer) => {{
               const {{ data }} = answer;
               {change}
               say(answer);
               tell('answered');
             }});"
        ));
        let before = stranger.told().len();
        choose_americanos(&kiosk, 1).await;
        use_benefits(&kiosk, &["POINT_REDEEM"]).await;
        match taken_for {
            Doubt(_) => {
                kiosk.until("serviceUnknown").await;
                kiosk.until_words("확인하지 못했어요").await;
                stranger_is_not_shown(&kiosk).await;
                kiosk.touch("goOn").await;
            }
            Noise => {
                stranger.until_told(before + 1).await;
                kiosk.until("service").await;
                kiosk.touch("skip").await;
            }
            Held | No => {}
        }
        kiosk.until("payConfirm").await;
        stranger_is_not_shown(&kiosk).await;
        pay(&kiosk).await;
        kiosk.touch("done").await;
        // Whoever looks too soon still sees the number of the order before.
        kiosk.until("attract").await;
    }
    let journal = close_and_compare(&mut kiosk).await;
    let too_long = answers.iter().filter(|(change, _)| change.contains("1 << 20")).count();
    assert_eq!(kiosk.log().matches("too_long=1 ").count(), too_long, "{}", kiosk.log());

    let paid: Vec<i64> = journal.paid().iter().map(|one| one.card).collect();
    let due = |taken_for: &TakenFor| if *taken_for == Held { AMERICANO - 1_000 } else { AMERICANO };
    assert_eq!(paid, answers.iter().map(|(_, taken_for)| due(taken_for)).collect::<Vec<_>>());
    for ((change, taken_for), (_, body)) in answers.iter().zip(&journal.outcomes) {
        let (why, expected) = (why(body), expected(taken_for));
        assert!(why.as_str().is_some_and(|why| why.contains(expected)), "{change}: {why}, not {expected}");
    }
    let ledger = kiosk.outside.ledger().await;
    let held = |state: &str| ledger["holds"].as_array().unwrap().iter().filter(|hold| hold["state"] == state).count();
    let used = answers.iter().filter(|(_, taken_for)| *taken_for == Held).count();
    assert_eq!((held("settled"), held("released")), (used, answers.len() - used), "{ledger:#}");
}

/// What the journal says became of a question.
fn why(body: &Value) -> Value {
    let unknown = &body["outcome"]["why"];
    match (&body["outcome"]["is"], &unknown["is"]) {
        (Value::Null, _) => body["why"]["is"].clone(),
        (is, Value::Null) => is.clone(),
        (_, is) if is == "violation" => unknown["what"].clone(),
        (_, is) if is == "may_have_happened" => unknown["code"].clone(),
        (_, is) => is.clone(),
    }
}

const fn expected(taken_for: &TakenFor) -> &'static str {
    match taken_for {
        Doubt(what) => what,
        Noise => "left_by_customer",
        Held => "held",
        No => "by_customer",
    }
}

async fn stranger_is_not_shown(kiosk: &Kiosk) {
    let page = kiosk.script("return document.documentElement.outerHTML;", json!([])).await;
    let page = page.as_str().unwrap();
    assert!(!page.contains("STRANGER") && !page.contains("onerror"), "{page}");
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_never_applied() {
    each_is_taken_for_what_it_is(&ANSWERS[..13]).await;
}

#[tokio::test]
async fn a_strangers_words_are_not_shown_and_what_is_no_answer_is_none() {
    each_is_taken_for_what_it_is(&ANSWERS[13..]).await;
}
