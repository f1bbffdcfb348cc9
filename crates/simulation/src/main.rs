//! Sells very many orders in a world in which everything goes wrong: `simulation ORDERS SEED`, or
//! `simulation --story "order · card only · pay"` to tell one story again.
#![allow(clippy::print_stdout)]

use std::process::ExitCode;

use simulation::run::{Failure, Found, run, shrink, tell, to_be_told};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ends_well = match arguments.as_slice() {
        ["--story", story] => again(story),
        [orders, seed] => match (orders.parse(), seed.parse()) {
            (Ok(orders), Ok(seed)) => simulate(orders, seed),
            _ => usage(),
        },
        _ => usage(),
    };
    if ends_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage() -> bool {
    println!("simulation ORDERS SEED\nsimulation --story \"order · card only · pay\"");
    false
}

fn again(story: &str) -> bool {
    let words: Vec<String> = story.split('·').map(|word| word.trim().to_owned()).collect();
    let world = tell(&words, None);
    log(&world.log);
    for violation in &world.violations {
        println!("violation: {violation}");
    }
    world.violations.is_empty()
}

fn simulate(orders: u64, seed: u64) -> bool {
    println!("seed {seed}");
    let found = run(orders, seed, None);
    let Found { orders, stories, struck, reasons, untold, failures } = &found;
    for (name, count) in struck.by_kind() {
        println!("{count:>12}  {name}");
    }
    println!("to staff:");
    for (reason, count) in reasons {
        println!("{count:>12}  {reason}");
    }
    println!("{stories} stories; {untold} charges that came after a \"no\" and of which the kiosk was never told");
    for failure in to_be_told(failures) {
        report(failure, seed);
    }
    let never = found.never_met();
    for what in &never {
        println!("never met, though it should have been: {what}");
    }
    let violations = failures.len() + never.len();
    println!("simulate: {orders} orders, {} faults, {violations} violations, seed {seed}", struck.sum());
    violations == 0
}

fn report(failure: &Failure, seed: u64) {
    let words = shrink(&failure.words, &failure.violation, None);
    println!("seed {seed}, day {}: {}", failure.day, failure.violation);
    println!("  story: {}", words.join(" · "));
    log(&tell(&words, None).log);
}

/// What happened, line by line; what comes again and again once.
fn log(lines: &[String]) {
    for same in lines.chunk_by(|a, b| a == b) {
        let times = if same.len() > 1 { format!(" ×{}", same.len()) } else { String::new() };
        println!("    {}{times}", same[0]);
    }
}
