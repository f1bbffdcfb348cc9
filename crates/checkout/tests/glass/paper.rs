//! Receipts and slips: what is offered, what is printed of it and when, and what the screen says when nothing comes out.

use super::*;
use checkout::{
    card::NoAnswer,
    paper::{Line, Paper, PrintOutcome, PrinterState},
    view::{PaperOffer, Receipt, Screen},
};
use simulation::world::World;

impl Glass {
    /// A kiosk with a printer that says that it is like this.
    fn with_printer(state: PrinterState) -> Glass {
        let mut glass = Glass::of(Shop { printer: true, ..shop() });
        glass.send(Event::PrinterIs(state));
        glass.act(Act::Start { way: Way::ForHere });
        glass.touch("tea");
        glass
    }

    /// The order is paid, and the shop has it.
    fn paid(&mut self) {
        self.approve();
        self.take_on();
    }

    /// The papers that were printed, with their names.
    fn papers(&self) -> Vec<(u32, Paper)> {
        let printed = |effect: &Effect| {
            if let Effect::Print { name, paper } = effect { Some((*name, paper.clone())) } else { None }
        };
        self.then.iter().filter_map(printed).collect()
    }

    fn titles(&self) -> Vec<String> {
        let title = |paper: &Paper| {
            let mut titles =
                paper.0.iter().filter_map(|line| if let Line::Title(text) = line { Some(text.clone()) } else { None });
            titles.next_back()
        };
        self.papers().iter().filter_map(|(_, paper)| title(paper)).collect()
    }

    fn came(&mut self, outcome: PrintOutcome) {
        let (name, _) = self.papers().pop().unwrap();
        self.send(Event::Printed(name, outcome));
    }

    fn offer(&self) -> PaperOffer {
        let screen = self.view().screen;
        let (Screen::Done { paper: offer, .. } | Screen::Unknown { slip: offer, .. }) = screen else {
            panic!("{screen:?}")
        };
        offer
    }

    fn ends_in_s(&self) -> u32 {
        let Screen::Done { ends_in_ms, .. } = self.view().screen else { panic!("{}", self.screen()) };
        ends_in_ms / 1000
    }
}

#[test]
fn paper_is_offered_while_the_printer_prints_and_comes_once_when_the_order_is_in() {
    let mut glass = Glass::with_printer(PrinterState::Ready);
    glass.bill();
    let Screen::PayConfirm { receipts, receipt, no_paper, .. } = glass.view().screen else { panic!("no bill") };
    assert_eq!((receipts, receipt, no_paper), (vec![Receipt::Paper, Receipt::None], Receipt::Paper, false));
    glass.pay();
    glass.approve();
    assert_eq!(glass.titles(), Vec::<String>::new(), "nothing is printed before the order is in");
    glass.take_on();
    assert_eq!((glass.screen().as_str(), glass.titles()), ("done", vec!["영수증".to_owned()]));
    assert_eq!(glass.offer(), PaperOffer::Printing);
    glass.act(Act::Paper);
    assert_eq!(glass.titles().len(), 1, "a second touch while it comes is none");
    glass.came(PrintOutcome::Printed);
    assert_eq!(glass.offer(), PaperOffer::Printed { more: true });
    assert_eq!(glass.ends_in_s(), 25);
}

#[test]
fn who_wants_no_paper_has_none_and_may_change_their_mind() {
    let mut glass = Glass::with_printer(PrinterState::PaperLow);
    glass.bill();
    glass.act(Act::Receipt { receipt: Receipt::None });
    glass.pay();
    glass.paid();
    assert_eq!((glass.titles(), glass.offer()), (Vec::new(), PaperOffer::Offered));
    for again in [false, true, true] {
        glass.act(Act::Paper);
        assert_eq!(glass.titles().pop().unwrap().contains("재발행"), again);
        glass.came(PrintOutcome::Printed);
    }
    assert_eq!(glass.offer(), PaperOffer::Printed { more: false });
    glass.act(Act::Paper);
    assert_eq!(glass.papers().len(), 3, "three are enough");
    let names: Vec<u32> = glass.papers().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [1, 2, 3]);
}

#[test]
fn without_paper_the_customer_knows_before_paying_and_pays_all_the_same() {
    for state in [PrinterState::PaperOut, PrinterState::CoverOpen, PrinterState::Faulty, PrinterState::Away] {
        let mut glass = Glass::with_printer(state);
        glass.bill();
        let Screen::PayConfirm { receipts, receipt, no_paper, .. } = glass.view().screen else { panic!("no bill") };
        assert_eq!((receipts, receipt, no_paper), (vec![Receipt::None], Receipt::None, true), "{state:?}");
        glass.act(Act::Receipt { receipt: Receipt::Paper });
        glass.pay();
        glass.paid();
        assert_eq!((glass.screen().as_str(), glass.offer()), ("done", PaperOffer::Out), "{state:?}");
        glass.act(Act::Paper);
        assert_eq!((glass.papers().len(), glass.ends_in_s()), (0, 60), "{state:?}");
        // Somebody puts a new roll in.
        glass.send(Event::PrinterIs(PrinterState::Ready));
        assert_eq!((glass.papers().len(), glass.offer()), (0, PaperOffer::Offered), "{state:?}");
    }
}

#[test]
fn the_roll_that_ends_on_the_bill_takes_the_choice_away() {
    let mut glass = Glass::with_printer(PrinterState::Ready);
    glass.bill();
    glass.send(Event::PrinterIs(PrinterState::PaperOut));
    let Screen::PayConfirm { receipts, receipt, no_paper, .. } = glass.view().screen else { panic!("no bill") };
    assert_eq!((receipts, receipt, no_paper), (vec![Receipt::None], Receipt::None, true));
}

#[test]
fn what_may_not_have_come_out_is_printed_again_only_when_it_is_asked_for() {
    for outcome in [PrintOutcome::Unknown, PrintOutcome::NotBegun] {
        let mut glass = Glass::with_printer(PrinterState::Ready);
        glass.bill();
        glass.pay();
        glass.paid();
        glass.send(Event::PrinterIs(PrinterState::PaperOut));
        assert_eq!(glass.offer(), PaperOffer::Out);
        glass.came(outcome);
        assert_eq!((glass.offer(), glass.ends_in_s()), (PaperOffer::Out, 60), "the number is to be remembered");
        glass.send(Event::PrinterIs(PrinterState::Ready));
        glass.pass(5_000);
        assert_eq!((glass.offer(), glass.papers().len()), (PaperOffer::Failed, 1), "nothing by itself");
        glass.act(Act::Paper);
        assert_eq!(glass.titles(), ["영수증", "영수증 (재발행)"]);
        // What is heard late of the first is nothing of the second.
        glass.send(Event::Printed(1, PrintOutcome::Printed));
        assert_eq!(glass.offer(), PaperOffer::Printing);
    }
}

#[test]
fn a_printer_that_says_nothing_holds_nobody_up() {
    let mut glass = Glass::with_printer(PrinterState::Ready);
    glass.bill();
    glass.pay();
    glass.paid();
    glass.pass(24_000);
    assert_eq!(glass.screen(), "done");
    glass.pass(1_000);
    assert_eq!(glass.screen(), "attract");
}

#[test]
fn whoever_takes_a_slip_of_what_is_in_doubt_can_go() {
    for printed in [true, false] {
        let mut glass = Glass::with_printer(PrinterState::Ready);
        glass.bill();
        glass.pay();
        let attempt = glass.attempt();
        glass.send(Event::PaymentAnswered(attempt, Err(NoAnswer { why: "silence".into() })));
        assert_eq!((glass.screen().as_str(), glass.offer()), ("unknown", PaperOffer::Offered));
        glass.act(Act::PrintSlip);
        glass.act(Act::PrintSlip);
        assert_eq!((glass.titles(), glass.offer()), (vec!["확인증".to_owned()], PaperOffer::Printing));
        let (_, slip) = glass.papers().pop().unwrap();
        let text = slip.text(42);
        let Screen::Unknown { reference, .. } = glass.view().screen else { panic!("{}", glass.screen()) };
        assert!(text.contains(&reference) && text.contains("3,000"), "{text}");
        glass.came(if printed { PrintOutcome::Printed } else { PrintOutcome::Unknown });
        if printed {
            assert_ne!(glass.screen(), "unknown");
        } else {
            assert_eq!((glass.screen().as_str(), glass.offer()), ("unknown", PaperOffer::Failed));
        }
    }
}

#[test]
fn after_a_restart_a_receipt_does_not_come_out_again_by_itself() {
    let told = |world: &World| world.log.iter().filter(|line| line.starts_with("printed")).count();
    let mut world = World::new().with_printer();
    world.run("printer ready · order coffee · card only · pay · CRASH · wait 5s");
    assert_eq!(world.violations, Vec::<String>::new());
    assert!(world.log.iter().any(|line| line == "RESTART"));
    assert_eq!(told(&world), 1, "{:#?}", world.log);
    world.run("one more");
    assert_eq!(told(&world), 2, "{:#?}", world.log);
    assert_eq!(world.log.last().unwrap(), "printed: 영수증 (재발행)");
}
