//! What a customer waits for, measured in the real window: one line `bench: NAME ours reference ratio` each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::float_arithmetic)]
#![allow(clippy::cast_precision_loss)]

#[path = "../tests/window/customer.rs"]
#[allow(dead_code)]
mod customer;
#[path = "../tests/window/kit/mod.rs"]
mod kit;

use customer::{choose_americanos, page, use_benefits};
use kit::{Kiosk, kiosk::timed, stage::children_of};
use serde_json::json;

/// One frame of a 60 Hz panel, in ms.
const FRAME_MS: f64 = 1000.0 / 60.0;

#[tokio::main]
async fn main() {
    let (started, kiosk) = timed(Kiosk::start()).await;
    // With the display, the driver and the simulator, which a kiosk in a shop doesn't start.
    line("start-to-attract-ms", started.as_secs_f64() * 1000.0, None);
    line("memory-pss-mib", memory_mib(&kiosk), None);
    taps(&kiosk).await;
    scans(&kiosk).await;
}

async fn taps(kiosk: &Kiosk) {
    const TAP: &str = "const [act, done] = arguments; const root = document.documentElement;
        const control = document.querySelector(`[data-act=\"${act}\"]:not([disabled])`);
        const began = performance.now();
        new MutationObserver((_, observer) => { observer.disconnect(); done(performance.now() - began); })
          .observe(root, { attributes: true, attributeFilter: ['data-painted'] });
        control.click();";
    kiosk.touch_on("start", "for_here").await;
    kiosk.until("menu").await;
    let mut took = Vec::new();
    for _ in 0..40 {
        for (act, then) in [("item", "options"), ("closeOptions", "menu")] {
            took.push(kiosk.script_later(TAP, json!([act])).await.as_f64().expect("a time"));
            kiosk.until(then).await;
        }
    }
    // The second animation frame after the view is applied.
    line("tap-to-painted-p50-ms", percentile(&mut took, 50), Some(2.0 * FRAME_MS));
    line("tap-to-painted-p99-ms", percentile(&mut took, 99), Some(2.0 * FRAME_MS));
    kiosk.touch("home").await;
    kiosk.until("attract").await;
}

async fn scans(kiosk: &Kiosk) {
    const LISTEN: &str = "window.heard = []; window.addEventListener('message', (event) => {
        if (event.data && event.data.type === 'barcode') window.heard.push(performance.timeOrigin + performance.now());
      });";
    choose_americanos(kiosk, 1).await;
    use_benefits(kiosk, &["COUPON"]).await;
    let module = kiosk.module(page::COUPON).await;
    module.until("card").await;
    module.script(LISTEN, json!([])).await;
    let mut took = Vec::new();
    for count in 1..=100_u32 {
        let began =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs_f64() * 1000.0;
        // Nobody's coupon: the page looks it up, says so and waits for the next.
        kiosk.outside.scan("7700000000000000").await;
        let heard = kit::wait_for("the scan in the frame", || async {
            let heard = module.script("return window.heard;", json!([])).await;
            heard.as_array().filter(|all| all.len() >= count as usize)?.last()?.as_f64()
        })
        .await;
        took.push(heard - began);
        module.until("card").await;
    }
    module.leave().await;
    // With the simulator's HTTP request that makes the scan. The reference is the aim.
    line("scan-to-frame-p50-ms", percentile(&mut took, 50), Some(5.0));
    line("scan-to-frame-p99-ms", percentile(&mut took, 99), Some(5.0));
}

/// What the program and its web view's processes take, shared pages counted by share.
fn memory_mib(kiosk: &Kiosk) -> f64 {
    let mut family = kiosk.processes();
    let mut at = 0;
    while at < family.len() {
        family.extend(children_of(family[at]));
        at += 1;
    }
    let kib: u64 = family
        .iter()
        .filter_map(|id| {
            let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
            rollup
                .lines()
                .find_map(|line| line.strip_prefix("Pss:"))?
                .trim()
                .trim_end_matches(" kB")
                .parse::<u64>()
                .ok()
        })
        .sum();
    kib as f64 / 1024.0
}

fn percentile(took: &mut [f64], percent: usize) -> f64 {
    took.sort_by(f64::total_cmp);
    took[(took.len() - 1) * percent / 100]
}

fn line(name: &str, ours: f64, reference: Option<f64>) {
    match reference {
        Some(reference) => println!("bench: {name} {ours:.1} {reference:.1} {:.2}", ours / reference),
        None => println!("bench: {name} {ours:.1} - -"),
    }
}
