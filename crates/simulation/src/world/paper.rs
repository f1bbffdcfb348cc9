//! The printer: what it is told to print must be true, and no receipt may come out twice without somebody asking.

use checkout::paper::{Line, Paper, PrintOutcome};

use super::*;

/// What becomes of what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum PrintPlan {
    /// It comes out.
    #[default]
    Comes,
    /// The roll ends in the middle of it.
    Tears,
    /// Nothing is heard of it.
    Silent,
}

impl World {
    pub(super) fn printer(&mut self, what: &str) {
        let (state, plan) = match what {
            "ready" => (PrinterState::Ready, PrintPlan::Comes),
            "low" => (PrinterState::PaperLow, PrintPlan::Comes),
            "tears" => (PrinterState::Ready, PrintPlan::Tears),
            "silent" => (PrinterState::Ready, PrintPlan::Silent),
            "out" => (PrinterState::PaperOut, PrintPlan::Comes),
            "off" => (PrinterState::Away, PrintPlan::Comes),
            _ => panic!("no such printer: {what}"),
        };
        (self.print_plan, self.printer_says) = (plan, state);
        self.send(Event::PrinterIs(state));
    }

    /// The kiosk has something printed.
    pub(super) fn print(&mut self, name: u32, paper: &Paper) {
        if name <= self.last_paper {
            self.violate(format!("paper {name} is printed again"));
        }
        self.last_paper = name;
        self.check_paper(paper);
        match self.print_plan {
            PrintPlan::Comes => self.queue.push_back(Event::Printed(name, PrintOutcome::Printed)),
            PrintPlan::Tears => {
                self.printer_says = PrinterState::PaperOut;
                self.queue.push_back(Event::PrinterIs(PrinterState::PaperOut));
                self.queue.push_back(Event::Printed(name, PrintOutcome::Unknown));
            }
            PrintPlan::Silent => {}
        }
    }

    /// An order's receipt has the order's sums and what its card was really charged; the first one comes once.
    fn check_paper(&mut self, paper: &Paper) {
        let mut title =
            paper.0.iter().filter_map(|line| if let Line::Title(text) = line { Some(text.as_str()) } else { None });
        let title = title.next_back().unwrap_or_default().to_owned();
        let code = paper.0.iter().find_map(|line| if let Line::Code(text) = line { Some(text.clone()) } else { None });
        let Some(t) = code.and_then(|code| self.journal.folds().find(|t| t.id.as_str() == code).cloned()) else {
            return self.violate(format!("{title} names no transaction"));
        };
        self.say(format!("printed: {title}"));
        if title == "확인증" {
            return;
        }
        if title == "영수증" && !self.receipts.insert(t.id.clone()) {
            self.violate(format!("{}: the receipt came out twice by itself", t.id));
        }
        let sum = |of: &str| {
            paper.0.iter().find_map(|line| match line {
                Line::Sum(left, right) if left == of => right.replace(',', "").parse::<i64>().ok(),
                _ => None,
            })
        };
        if sum("주문 합계") != Some(checkout::order::total(&t.order.lines).get()) {
            self.violate(format!("{}: the receipt has another sum than the order", t.id));
        }
        let charged: i64 = self.attempts.values().filter(|a| a.transaction == t.id).map(|a| a.charged).sum();
        let on_paper = sum("승인 금액").unwrap_or_default();
        if title == "환불 영수증" {
            return self.violate("nobody asked for a refund's receipt");
        }
        let own = t.approval().map_or(0, |approval| approval.amount.get());
        if on_paper != own || own > charged && !t.by_hand {
            self.violate(format!("{}: the receipt says {on_paper} won by card, {charged} were charged", t.id));
        }
    }
}
