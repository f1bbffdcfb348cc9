//! The demonstration as a program: `one` drives one whole order through the real window; without it a second order is
//! cut off by a kill right after its card was approved, and the kiosk is started again.
//!
//! It needs no display: the window opens on a screen of its own, and pictures of it go to `shots/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "../window/customer.rs"]
#[allow(dead_code)]
mod customer;
#[path = "../window/kit/mod.rs"]
mod kit;

use std::process::ExitCode;

use customer::{
    COUPON, GIFT_CARD, MEMBER, choose_americanos, earn_points, page, scan_coupon, use_benefits, use_gift_card,
    use_points,
};
use kit::{Kiosk, accounts, kiosk::Setup, project};
use serde_json::json;

#[tokio::main]
async fn main() -> ExitCode {
    let one = std::env::args().any(|argument| argument == "one");
    // Its own data, so that the orders of somebody who tries the kiosk are left alone, and new ones every time.
    let folder = project().join(".run/demo");
    let _ = std::fs::remove_dir_all(&folder);
    let setup = Setup { demonstration: true, ..Setup::default() };
    let mut demo = Demo { kiosk: Kiosk::start_in(setup, folder, None).await, steps: 0 };
    demo.first_order().await;
    let mut interrupted = Vec::new();
    if !one {
        interrupted = demo.second_order().await;
    }
    demo.end(one, &interrupted).await
}

struct Demo {
    kiosk: Kiosk,
    steps: u32,
}

impl Demo {
    fn step(&mut self, name: &str, words: &str) {
        self.steps += 1;
        let file = self.kiosk.screenshot(&format!("{:02}-{name}", self.steps));
        let file = file.strip_prefix(project()).unwrap_or(&file).display().to_string();
        println!("{:>3}. {words}  [{file}]", self.steps);
    }

    async fn first_order(&mut self) {
        self.kiosk.until("attract").await;
        self.step("attract", "The kiosk waits for a customer (연습 모드).");
        choose_americanos(&self.kiosk, 4).await;
        self.step("review", "Four americanos, 12,000원.");
        use_benefits(&self.kiosk, &["COUPON", "POINT_REDEEM", "PREPAID", "POINT_EARN"]).await;
        scan_coupon(&self.kiosk, COUPON).await;
        self.kiosk.module(page::POINTS).await.leave().await;
        self.step("coupon", "A scanned coupon takes 2,000원 off.");
        use_points(&self.kiosk, MEMBER, 1_000).await;
        self.kiosk.module(page::GIFT_CARD).await.leave().await;
        self.step("points", "1,000 points of the member 010-1234-5678.");
        use_gift_card(&self.kiosk, GIFT_CARD, 3_000).await;
        self.kiosk.module(page::EARN).await.leave().await;
        self.step("gift-card", "3,000원 from a scanned gift card.");
        earn_points(&self.kiosk, MEMBER).await;
        self.kiosk.until("payConfirm").await;
        self.step("bill", "Points will be earned; 6,000원 are left for the card.");
        self.kiosk.outside.terminal(json!({"mode": "manual"})).await;
        self.kiosk.touch("pay").await;
        self.kiosk.until("card").await;
        self.step("card", "The terminal waits for the card.");
        self.kiosk.outside.insert_card(json!("approve")).await;
        self.kiosk.until("done").await;
        self.kiosk.outside.until("the settlement", "settlements", |_| true).await;
        self.step("done", "Approved, confirmed at Prbiti, handed over: the order has its number.");
        self.kiosk.touch("done").await;
        self.kiosk.until("attract").await;
    }

    /// Says which transactions the kill left open.
    async fn second_order(&mut self) -> Vec<String> {
        choose_americanos(&self.kiosk, 2).await;
        use_benefits(&self.kiosk, &["POINT_REDEEM"]).await;
        use_points(&self.kiosk, MEMBER, 500).await;
        self.kiosk.until("payConfirm").await;
        self.step("second-bill", "A second order: 6,000원 with 500 points, 5,500원 by card.");
        // Prbiti's page doesn't come, so that nothing is confirmed before the kill; the simulator forgets it with the kiosk.
        self.kiosk.outside.fault(json!({"on": "load", "do": "hang"})).await;
        self.kiosk.touch("pay").await;
        self.kiosk.outside.insert_card(json!("approve")).await;
        self.kiosk
            .outside
            .until("the approval", "payments", |one| one["state"] == "approved" && one["amount"] == 5_500)
            .await;
        // On its way between the card's approval and Prbiti's confirmation.
        self.kiosk.kill().await;
        println!("   . The card was approved, and the kiosk was killed (SIGKILL) before Prbiti confirmed.");
        let interrupted: Vec<String> = self.kiosk.journal().await.open().map(|one| one.id.clone()).collect();
        self.kiosk.restart().await;
        self.kiosk
            .outside
            .until("the settlement after the restart", "settlements", |one| one["pointRedeem"] == 500)
            .await;
        // Whoever had just paid has the number first.
        self.kiosk.until("done").await;
        self.kiosk.touch("done").await;
        self.kiosk.until("attract").await;
        self.kiosk.until_no_frame().await;
        self.step(
            "recovered",
            "Started again: the order was found in the journal and confirmed before the next customer.",
        );
        interrupted
    }

    async fn end(&mut self, one: bool, interrupted: &[String]) -> ExitCode {
        self.kiosk.until_no_frame().await;
        let ledger = self.kiosk.outside.ledger().await;
        self.kiosk.stop().await;
        let journal = self.kiosk.journal().await;
        for one in journal.paid() {
            println!(
                "     order {}: {}원, card {}원, approval {}, {}",
                one.order_number.as_deref().unwrap_or("-"),
                one.total,
                one.card,
                one.approval.as_deref().unwrap_or("-"),
                one.state
            );
        }
        let recovered = journal.paid().iter().filter(|one| !one.open && interrupted.contains(&one.id)).count();
        let differences = accounts::differences(&journal, &ledger);
        for difference in &differences {
            println!("     difference: {difference}");
        }
        let (orders, differences) = (journal.paid().len(), differences.len());
        println!("demo: {orders} orders, {recovered} recovered, {differences} differences");
        let expected = if one { (1, 0, 0) } else { (2, 1, 0) };
        if (orders, recovered, differences) == expected { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
