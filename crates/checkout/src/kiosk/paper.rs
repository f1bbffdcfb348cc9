//! What is printed, for whom, and what came of it. Money never waits for paper, and no entry tells of it: what is lost is
//! printed again by whoever wants it. Nothing is printed twice without being asked for.

use super::{Effect, Front, Kiosk, Turn, payment, seen};
use crate::{
    paper::{Paper, PrintOutcome, PrinterState},
    receipt,
    view::{Device, DeviceOf, DeviceState, PaperOffer, Receipt, StaffPrint},
};

/// Without paper the last screen stays so long, for its number to be remembered, ms.
const WITHOUT_PAPER_MS: i64 = 60_000;
/// So many receipts of one order a customer can have.
const MOST_RECEIPTS: u32 = 3;

/// A paper that was sent to the printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Print {
    /// Its name; 0 is none's.
    name: u32,
    /// What became of it; none while it is printed.
    came: Option<PrintOutcome>,
}

impl Print {
    /// One that was, or wasn't, printed before the program was started again.
    pub(super) const fn of_before() -> Print {
        Print { name: 0, came: Some(PrintOutcome::Unknown) }
    }

    /// What staff see of it.
    pub(super) const fn for_staff(self) -> StaffPrint {
        match self.came {
            None => StaffPrint::Printing,
            Some(PrintOutcome::Printed) => StaffPrint::Printed,
            Some(PrintOutcome::NotBegun) => StaffPrint::NotBegun,
            Some(PrintOutcome::Unknown) => StaffPrint::Unknown,
        }
    }

    /// Is this what became of it?
    fn comes(print: &mut Option<Print>, name: u32, outcome: PrintOutcome) -> bool {
        let Some(print) = print.as_mut().filter(|print| print.name == name && print.came.is_none()) else {
            return false;
        };
        print.came = Some(outcome);
        true
    }
}

impl Turn<'_> {
    pub(super) fn print(&mut self, paper: Paper) -> Print {
        self.k.papers = self.k.papers.saturating_add(1);
        let name = self.k.papers;
        self.then.push(Effect::Print { name, paper });
        Print { name, came: None }
    }

    /// On the last screen: what was chosen before paying.
    pub(super) fn first_receipt(&mut self) {
        let wanted = self.mine().is_some_and(|t| t.receipt == Receipt::Paper);
        if wanted && self.k.customer.receipt.is_none() && self.k.prints() {
            self.print_receipt();
        }
        self.stay_without_paper();
    }

    /// 종이도 받기, 한 장 더.
    pub(super) fn another_receipt(&mut self) {
        match self.k.receipt_can() {
            PaperOffer::Offered | PaperOffer::Printed { more: true } | PaperOffer::Failed => self.print_receipt(),
            PaperOffer::Absent | PaperOffer::Printing | PaperOffer::Printed { more: false } | PaperOffer::Out => return,
        }
        self.stay(payment::DONE_MS);
    }

    fn print_receipt(&mut self) {
        let Some(t) = self.mine() else { return };
        let again = self.k.customer.receipt.is_some() || self.k.customer.receipts > 0;
        let paper = receipt::receipt(&self.k.shop, t, again);
        self.k.customer.receipt = Some(self.print(paper));
        self.k.customer.receipts += 1;
    }

    /// 확인증 받기. Where none comes out the customer goes without one.
    pub(super) fn print_slip(&mut self) {
        match self.k.slip_can() {
            PaperOffer::Offered | PaperOffer::Failed => {
                let Some(t) = self.mine() else { return };
                let paper = receipt::slip(&self.k.shop, t, super::show::in_question(t), self.now);
                self.k.customer.slip = Some(self.print(paper));
            }
            PaperOffer::Printing => {}
            PaperOffer::Absent | PaperOffer::Printed { .. } | PaperOffer::Out => self.leave(),
        }
    }

    pub(super) fn printer_is(&mut self, state: PrinterState) {
        seen(&mut self.k.printer, state, &mut self.k.since.printer_ms, self.now);
        if state.prints() {
            return;
        }
        if let Front::PayConfirm { receipt: receipt @ Receipt::Paper, .. } = &mut self.k.front {
            *receipt = Receipt::None;
        }
        self.stay_without_paper();
    }

    /// What became of a paper: whoever waits for it sees that.
    pub(super) fn printed(&mut self, name: u32, outcome: PrintOutcome) {
        if outcome != PrintOutcome::Printed {
            self.alert(match outcome {
                PrintOutcome::Unknown => "a paper may not have come out whole; it isn't printed again by itself",
                PrintOutcome::NotBegun | PrintOutcome::Printed => "a paper wasn't printed",
            });
        }
        if Print::comes(&mut self.k.customer.receipt, name, outcome) && outcome != PrintOutcome::Printed {
            self.stay(WITHOUT_PAPER_MS);
        }
        let slip = Print::comes(&mut self.k.customer.slip, name, outcome);
        if slip && outcome == PrintOutcome::Printed && matches!(self.k.front, Front::Unknown { .. }) {
            self.leave();
        }
        if let Front::Staff(desk) = &mut self.k.front {
            Print::comes(&mut desk.print, name, outcome);
        }
    }

    fn stay_without_paper(&mut self) {
        let has_one = self.k.customer.receipt.is_some_and(|print| print.came == Some(PrintOutcome::Printed));
        if self.k.shop.printer && !self.k.prints() && !has_one {
            self.stay(WITHOUT_PAPER_MS);
        }
    }

    /// The last screen stays at least so long from now on.
    fn stay(&mut self, ms: i64) {
        if let Front::Done { until_ms } = &mut self.k.front {
            *until_ms = (*until_ms).max(self.now.boot_ms + ms);
        }
    }
}

impl Kiosk {
    /// Does what is printed now come out?
    pub(super) fn prints(&self) -> bool {
        self.shop.printer && self.printer.prints()
    }

    /// What the customer may have of the order's receipt.
    pub(super) fn receipt_can(&self) -> PaperOffer {
        self.offer(self.customer.receipt, self.customer.receipts < MOST_RECEIPTS)
    }

    /// What the customer may have of the slip.
    pub(super) fn slip_can(&self) -> PaperOffer {
        self.offer(self.customer.slip, false)
    }

    fn offer(&self, print: Option<Print>, more: bool) -> PaperOffer {
        match print.map(|print| print.came) {
            _ if !self.shop.printer => PaperOffer::Absent,
            Some(Some(PrintOutcome::Printed)) => PaperOffer::Printed { more: more && self.prints() },
            _ if !self.prints() => PaperOffer::Out,
            None => PaperOffer::Offered,
            Some(None) => PaperOffer::Printing,
            Some(Some(PrintOutcome::NotBegun | PrintOutcome::Unknown)) => PaperOffer::Failed,
        }
    }

    /// The printer among the devices.
    pub(super) fn printer_device(&self) -> Device {
        let state = match self.printer {
            _ if !self.shop.printer => DeviceState::None,
            PrinterState::Ready => DeviceState::Ready,
            PrinterState::PaperLow => DeviceState::Troubled,
            PrinterState::PaperOut | PrinterState::CoverOpen | PrinterState::Faulty | PrinterState::Away => {
                DeviceState::Away
            }
        };
        let says = if self.shop.printer { self.printer.words().to_owned() } else { String::new() };
        Device { of: DeviceOf::Printer, state, since_ms: self.since.printer_ms, says }
    }
}
