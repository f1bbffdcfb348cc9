//! A kiosk that isn't set up right sells nothing, and says why to whoever can put it right.

use crate::{
    customer::{AMERICANO, card_at_once, choose_americanos, close_and_compare, pay},
    kit::{
        Kiosk,
        kiosk::{Setup, demonstration_catalog, usual_configuration},
        stage::Panel,
    },
};

async fn out_of_service(setup: Setup, says: &[&str]) -> Kiosk {
    let kiosk = Kiosk::start_with(setup).await;
    kiosk.until("outOfService").await;
    let log = kiosk.log();
    for words in says {
        assert!(log.contains(words), "the log doesn't say {words}:\n{log}");
    }
    assert!(!kiosk.offers("start").await, "nothing may be sold");
    kiosk
}

#[tokio::test]
async fn no_configuration() {
    out_of_service(Setup { configuration: None, ..Setup::default() }, &["kiosk.toml"]).await;
}

#[tokio::test]
async fn a_configuration_that_is_no_toml() {
    let text = "[shop]\nname = \n".to_owned();
    out_of_service(Setup { configuration: Some(text), ..Setup::default() }, &["kiosk.toml:2"]).await;
}

#[tokio::test]
async fn a_configuration_with_a_wrong_field() {
    let text = "[shop]\nname = { ko = \"가게\" }\nkiosk_prefix = 7\n".to_owned();
    let says = ["kiosk.toml:3", "kiosk_prefix", "expected"];
    out_of_service(Setup { configuration: Some(text), ..Setup::default() }, &says).await;
}

#[tokio::test]
async fn a_catalog_with_a_wrong_price() {
    let catalog = demonstration_catalog().replacen("price = 3000", "price = \"three\"", 1);
    let says = ["catalog.toml:", "price", "expected"];
    out_of_service(Setup { catalog: Some(catalog), ..Setup::default() }, &says).await;
}

#[tokio::test]
async fn a_journal_that_cannot_be_opened() {
    let mut kiosk = Kiosk::start().await;
    kiosk.stop().await;
    let journal = kiosk.data().join("journal.db");
    for entry in std::fs::read_dir(kiosk.data()).unwrap().flatten() {
        if entry.file_name().to_string_lossy().starts_with("journal.db") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
    std::fs::create_dir(&journal).unwrap();
    kiosk.restart().await;
    kiosk.until("outOfService").await;
    assert!(kiosk.log().contains("journal.db"), "{}", kiosk.log());
}

#[tokio::test]
async fn a_second_start_remembers_and_sells_on() {
    let mut kiosk = Kiosk::start().await;
    card_at_once(&kiosk).await;
    for cups in [1, 2] {
        choose_americanos(&kiosk, cups).await;
        kiosk.touch("payNow").await;
        pay(&kiosk).await;
        kiosk.stop().await;
        kiosk.restart().await;
    }
    let journal = close_and_compare(&mut kiosk).await;
    let orders: Vec<_> = journal.paid().iter().map(|one| (one.order_number.as_deref(), one.total)).collect();
    assert_eq!(orders, [(Some("T1"), AMERICANO), (Some("T2"), 2 * AMERICANO)]);
}

/// One journal has one kiosk: another one sells nothing until it has the journal for itself.
#[tokio::test]
async fn a_second_kiosk_on_the_same_journal_stays_shut() {
    let mut first = Kiosk::start().await;
    card_at_once(&first).await;
    choose_americanos(&first, 1).await;
    let journal = first.data().join("journal.db").display().to_string();
    let configuration = usual_configuration(&first.outside, &first.outside.module_url(), Panel::default(), 60)
        .replace("\"journal.db\"", &format!("{journal:?}"))
        // A reader has one kiosk, too.
        .replace(&format!("[scanner]\nport = \"{}\"\nbaud = 9600\n", first.outside.scanner().display()), "");
    let says = ["another kiosk program uses this journal", &journal, "close the other kiosk program"];
    let second = out_of_service(Setup { configuration: Some(configuration), ..Setup::default() }, &says).await;

    first.touch("payNow").await;
    pay(&first).await;
    close_and_compare(&mut first).await;
    second.until("attract").await;
}
