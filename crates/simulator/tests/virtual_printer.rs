//! The receipt printer, byte by byte: what it answers, what waits in it, and what comes out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use prbiti_simulator::{Settings, Simulator};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const TOO_LONG: Duration = Duration::from_secs(20);

struct Shop {
    simulator: Simulator,
    _folder: TempDir,
}

impl Shop {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let settings = Settings { ledger: folder.path().join("ledger.sqlite"), ..Settings::default() };
        Self { simulator: Simulator::start(settings).await.unwrap(), _folder: folder }
    }

    async fn cable(&self) -> TcpStream {
        TcpStream::connect(self.simulator.printer_address()).await.unwrap()
    }

    async fn set(&self, change: Value) -> Value {
        let url = format!("{}/control/printer", self.simulator.base_url());
        reqwest::Client::new().post(url).json(&change).send().await.unwrap().json().await.unwrap()
    }

    async fn papers(&self) -> Vec<Value> {
        self.set(json!({})).await["papers"].as_array().unwrap().clone()
    }
}

async fn ask(cable: &mut TcpStream, what: &[u8]) -> u8 {
    cable.write_all(what).await.unwrap();
    timeout(TOO_LONG, cable.read_u8()).await.expect("an answer").unwrap()
}

#[tokio::test]
async fn it_says_how_it_is_at_once_also_when_it_cannot_print() {
    let shop = Shop::new().await;
    let mut cable = shop.cable().await;
    for (change, on_line, why, roll) in [
        (json!({}), 0x12, 0x12, 0x12),
        (json!({"paper": "low"}), 0x12, 0x12, 0x1e),
        (json!({"paper": "out"}), 0x1a, 0x32, 0x7e),
        (json!({"paper": "ok", "coverOpen": true}), 0x1a, 0x16, 0x12),
        (json!({"coverOpen": false}), 0x12, 0x12, 0x12),
    ] {
        shop.set(change.clone()).await;
        let mut said = [0; 3];
        for (what, said) in [1, 2, 4].into_iter().zip(&mut said) {
            *said = ask(&mut cable, &[0x10, 0x04, what]).await;
        }
        assert_eq!(said, [on_line, why, roll], "{change}");
    }
}

#[tokio::test]
async fn what_it_cannot_print_waits_in_it_also_when_its_sender_is_gone() {
    let shop = Shop::new().await;
    shop.set(json!({"paper": "out"})).await;
    let mut cable = shop.cable().await;
    cable.write_all(b"\x1b@waits\n\x1dVA\0").await.unwrap();
    // It has taken all of it when it answers what is asked behind it.
    assert_eq!(ask(&mut cable, b"\x10\x04\x01").await, 0x1a);
    drop(cable);
    assert_eq!(shop.papers().await, Vec::<Value>::new());
    shop.set(json!({"paper": "ok"})).await;
    let papers = shop.papers().await;
    assert_eq!((papers.len(), &papers[0]["rows"][0], &papers[0]["whole"]), (1, &json!("waits"), &json!(true)));
}

#[tokio::test]
async fn it_answers_in_its_turn_when_all_before_is_printed() {
    let shop = Shop::new().await;
    let mut cable = shop.cable().await;
    let order = b"\x1b@\x1d!\x11\xb0\xa1\n\x1d(k\x05\x00\x31\x50\x30ab\x1d(k\x03\x00\x31\x51\x30\x1dVA\0\x1dr\x01";
    assert_eq!(ask(&mut cable, order).await, 0);
    let papers = shop.papers().await;
    assert_eq!((&papers[0]["rows"][0], &papers[0]["codes"]), (&json!("가"), &json!(["ab"])));
    assert_eq!(papers[0]["unknown"], json!([]));
    let url = format!("{}/control/printer/papers/1", shop.simulator.base_url());
    let png = reqwest::get(&url).await.unwrap().bytes().await.unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(png.to_vec())).read_info().unwrap();
    let mut dots = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut dots).unwrap();
    assert!(dots.iter().filter(|dot| **dot < 64).count() > 300, "letters and a code are black");
    // Taken away, they are gone, and the next has the next number.
    shop.set(json!({"clear": true})).await;
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 404);
    assert_eq!(ask(&mut cable, b"b\n\x1dVA\0\x1dr\x01").await, 0);
    assert_eq!(shop.papers().await[0]["number"], 2);
}

#[tokio::test]
async fn a_command_that_printers_do_not_have_is_named() {
    let shop = Shop::new().await;
    let mut cable = shop.cable().await;
    assert_eq!(ask(&mut cable, b"\x1b\x7fx\n\x1dVA\0\x1dr\x01").await, 0);
    assert_eq!(shop.papers().await[0]["unknown"], json!(["1b 7f"]));
}
