//! What must always be true, looked at in the moment in which something reaches the outside world.

use super::*;

impl World {
    /// What the outside world has said to the kiosk, and the kiosk has kept.
    pub(super) fn hears(&mut self, event: &Event) {
        match event {
            Event::PaymentAnswered(id, Ok(answer)) => self.hears_of_attempt(id, answer, false),
            Event::PaymentAsked(id, Ok(answer)) => {
                self.hears_of_attempt(id, answer, false);
                if let Some(attempt) = self.attempts.get_mut(id) {
                    attempt.answered_again |= attempt.asked_again;
                }
            }
            Event::PaymentStopped(id, Ok(answer)) => self.hears_of_attempt(id, answer, true),
            Event::RefundAnswered(id, Ok(answer)) => {
                let Some(given) = self.refunds.get_mut(id) else {
                    // It never reached the terminal; is it another memory than the one that would know?
                    let begun_elsewhere = |refund: &Refund| {
                        matches!(&refund.state, RefundState::Started { refund, store } if refund == id && *store != answer.store)
                            || matches!(&refund.state, RefundState::Unknown { refund } if refund == id)
                    };
                    let open = self.journal.folds().filter(|t| t.refunds().any(begun_elsewhere));
                    self.never_given.extend(open.map(|t| t.id.clone()).collect::<Vec<_>>());
                    return;
                };
                given.told_other_memory |= answer.store != given.begun_with;
                given.told_declined |= matches!(answer.outcome, TerminalOutcome::Declined { .. });
            }
            Event::HandedOver(id, outcome) => {
                let Some(order) = self.journal.fold(id).map(|t| t.order.id.clone()) else { return };
                let order = self.orders.entry(order).or_default();
                order.refused = matches!(outcome, Err(not_taken) if not_taken.refused);
                order.taken |= outcome.is_ok();
            }
            Event::Module { session, event: FromModule::Message { text } } => {
                // What comes from a frame that is gone is heard by nobody.
                let shown = self.sessions.get(session).filter(|_| self.mounted == Some(*session));
                let Some((id, request)) = shown.cloned() else { return };
                let code = serde_json::from_str::<Value>(text).ok().map(|answer| answer["data"]["errorCode"].clone());
                let code = match code {
                    Some(Value::String(code)) => code,
                    Some(other) => other.to_string(),
                    None => return,
                };
                self.prbiti.entry(id).or_default().heard.push((request, code));
            }
            _ => {}
        }
    }

    fn hears_of_attempt(&mut self, id: &AttemptId, answer: &TerminalAnswer, stopped: bool) {
        let Some(attempt) = self.attempts.get_mut(id) else {
            let mut open = self.journal.folds().filter_map(Transaction::card_in_doubt);
            if open.any(|open| open.id == *id && open.store != answer.store) {
                self.never_begun.insert(id.clone());
            }
            return;
        };
        let same = answer.store == attempt.store;
        let written = self.journal.fold(&attempt.transaction).is_some_and(|t| t.ended_attempts.contains(id));
        attempt.told_other_memory |= !same;
        match answer.outcome {
            TerminalOutcome::Approved(_) => {
                attempt.told_charged = true;
                // While a customer stops, the answer to the charge decides: a "no" before it, which no row keeps, is overtaken.
                attempt.told_ended &= written;
            }
            // A word that was overtaken by the charge itself.
            _ if attempt.told_charged => {}
            TerminalOutcome::Declined { .. } => attempt.told_ended = true,
            TerminalOutcome::Cancelled => attempt.told_ended |= same,
            TerminalOutcome::NotFound => attempt.told_ended |= same && stopped,
            TerminalOutcome::InProgress { .. } => {}
        }
    }

    /// The terminal is asked to charge: after its row, as it says, in time, and nothing else may be charged for the order.
    pub(super) fn check_charge(&mut self, payment: &PaymentRequest) -> Option<Transaction> {
        let begun = |t: &&Transaction| matches!(&t.card, CardState::Started(a) if a.id == payment.attempt);
        let Some(t) = self.journal.folds().find(begun).cloned() else {
            self.violate("the terminal was asked without a durable row");
            return None;
        };
        let mut wrong = Vec::new();
        if t.card_in_doubt()
            .is_some_and(|a| (a.amount, a.tax, a.tax_free) != (payment.amount, payment.tax, payment.tax_free))
        {
            wrong.push(format!("{}: the terminal is asked for another amount than was written down", t.id));
        }
        if self.shown_due.is_some_and(|due| due != payment.amount.get()) {
            wrong.push(format!("{}: the terminal is asked for another amount than the customer saw", t.id));
        }
        if (payment.tax_free.get(), payment.tax.get()) != divided(&t, payment.amount.get()) {
            wrong.push(format!("{}: the amount isn't divided as the tax office has it", t.id));
        }
        for other in self.journal.folds().filter(|other| other.id != t.id && other.card_in_doubt().is_some()) {
            wrong.push(format!("{} charges while {} is in doubt", t.id, other.id));
        }
        for (id, other) in self.attempts.iter().filter(|(_, other)| other.order == t.order.id) {
            let open = !other.told_ended && other.given_back == 0;
            let taken = other.told_charged && other.charged > other.given_back;
            if *id == payment.attempt {
                wrong.push(format!("{id} is charged again"));
            } else if open || taken {
                wrong.push(format!(
                    "order {} is charged again, and {id} isn't proven to have charged nothing",
                    t.order.id
                ));
            }
        }
        if self.orders.get(&t.order.id).is_some_and(Taken::is_made) || self.is_made_by_staff(&t.order.id) {
            wrong.push(format!("order {} is charged, and was handed over", t.order.id));
        }
        let needed =
            i64::from(payment.timeout_ms) + 2 * i64::from(AutoClose::Message.ms() + WATCHDOG_SLACK_MS) + 60_000;
        let left = self.prbiti.get(&t.id).map(|at| at.first_asked + HOLD_MS - self.elapsed);
        if t.may_hold() && left.is_some_and(|left| left < needed) && !self.is_deceived(&t.id) {
            wrong.push(format!("{} charges with too little time left to settle", t.id));
        }
        self.violations.extend(wrong);
        Some(t)
    }

    pub(super) fn check_attempt_is_durable(&mut self, id: &AttemptId) {
        let knows = |t: &Transaction| {
            t.card_in_doubt().is_some_and(|open| open.id == *id)
                || t.ended_attempts.contains(id)
                || t.stray_given_back(id).is_some()
                || t.approved().is_some_and(|(paid, _)| paid.id == *id)
        };
        let damaged = self.attempts.get(id).is_some_and(|a| self.journal.is_damaged(&a.transaction));
        if !damaged && !self.journal.folds().any(knows) {
            self.violate(format!("the terminal is asked about {id}, of which no row tells"));
        }
    }

    /// What is said to Prbiti: after its row, in the guide's order, the same text every time, and true.
    pub(super) fn check_post(&mut self, t: &Transaction, request: Request, text: &str) {
        let mut wrong = Vec::new();
        let said = self.prbiti.get(&t.id).map(|at| at.posts.clone()).unwrap_or_default();
        let was_said = |request: Request| said.iter().any(|(other, _)| *other == request);
        let through =
            |request: Request| t.message(request).is_some_and(|message| message.answer == Some(MessageOutcome::Done));
        if said.iter().any(|(other, before)| *other == request && before != text) {
            wrong.push("a repeat is another text");
        }
        let left = self.prbiti.get(&t.id).map(|at| at.first_asked + HOLD_MS - self.elapsed);
        match request {
            Request::Connect(_) => {
                if was_said(request) {
                    wrong.push("a service is asked twice");
                }
                if [Request::Settle, Request::Release, Request::Cancel].into_iter().any(was_said) {
                    wrong.push("a service is asked after the end");
                }
                // The frame may take as long as it may take to load.
                let least = 5 * 60_000 - i64::from(LOAD_LIMIT_MS) - 10_000;
                if left.is_some_and(|left| left < least) && !self.is_deceived(&t.id) {
                    wrong.push("a service is asked with too little time left");
                }
            }
            Request::Settle => {
                if through(Request::Settle) {
                    wrong.push("a hold is confirmed twice");
                }
                if was_said(Request::Release) || was_said(Request::Cancel) {
                    wrong.push("settled after the end");
                }
                let by_staff = t.acted.contains(&Action::SettleAgain);
                if t.holds() && left.is_some_and(|left| left <= -20_000) && !by_staff && !self.is_deceived(&t.id) {
                    wrong.push("settled by itself after the 30 minutes");
                }
                wrong.extend(adds_up(text));
            }
            Request::Release => {
                if through(Request::Release) || through(Request::Settle) {
                    wrong.push("released after the end");
                }
                if was_said(Request::Settle) && !was_said(Request::Cancel) {
                    wrong.push("released what may be settled");
                }
            }
            Request::Cancel => {
                // It counts as sent from its row on, also when the program died between the two.
                let counts_as_sent = t.message(Request::Settle).is_some_and(|message| message.posted > 0);
                if !(was_said(Request::Settle) || counts_as_sent) || through(Request::Cancel) {
                    wrong.push("nothing to cancel");
                }
            }
        }
        self.violations.extend(wrong.into_iter().map(|what| format!("{}: {what}", t.id)));
    }

    /// The last screen is shown for what is paid, as the rows prove.
    pub(super) fn check_screen(&mut self, screen: &Screen) {
        let Screen::Done { order_number, handed_over, .. } = screen else { return };
        let numbered = |t: &&Transaction| t.order_number.as_ref().is_some_and(|number| number.text == *order_number);
        let proven = self
            .journal
            .folds()
            .filter(numbered)
            .any(|t| t.is_paid() && (!handed_over || !matches!(t.hand_over, HandOver::NotDue | HandOver::Started)));
        if !proven && !self.journal.ids().any(|id| self.journal.is_damaged(id)) {
            self.violate(format!("the customer sees number {order_number}, and no row proves that it is paid"));
        }
    }

    /// May the kiosk take the holds' end to be elsewhere than it is? Only when the clock was set while it was off, or
    /// before it went off: nobody could tell that from time.
    pub(super) fn is_deceived(&self, id: &TransactionId) -> bool {
        self.prbiti.get(id).is_some_and(|at| at.set_off != self.set_off && at.boot_id != self.now.boot_id)
    }
}

/// The part of `amount` that is free of tax, and the VAT in the rest (protocol.md §3), reckoned once more from the order.
fn divided(t: &Transaction, amount: i64) -> (i64, i64) {
    let (mut total, mut free) = (0, 0);
    for line in &t.order.lines {
        let options: i64 = line.options.iter().map(|o| o.price.get() * i64::from(o.per_piece)).sum();
        let price = (line.price.get() + options) * i64::from(line.pieces);
        total += price;
        free += if line.tax == Tax::Free { price } else { 0 };
    }
    let free = free - free * (total - amount) / total;
    let supply = ((amount - free) * 20 + 11) / 22;
    (free, amount - free - supply)
}

/// The identities of a `confirm` that settles (protocol.md §3).
fn adds_up(text: &str) -> Option<&'static str> {
    let message: Value = serde_json::from_str(text).unwrap();
    let data = &message["data"];
    let amount = |field: &str| data[field].as_i64().unwrap();
    let mut items = 0;
    for item in data["itemList"].as_array().unwrap() {
        items += item["itemPrice"].as_i64().unwrap();
        let options = item.get("itemOptionList").and_then(Value::as_array).into_iter().flatten();
        items += options.map(|option| option["itemOptionPrice"].as_i64().unwrap()).sum::<i64>();
    }
    let paid = |tenders: &[&str]| -> i64 {
        let list = data["paymentList"].as_array().unwrap().iter();
        let those = list.filter(|entry| tenders.contains(&entry["payment"].as_str().unwrap()));
        those.map(|entry| entry["paymentPrice"].as_i64().unwrap()).sum()
    };
    let holds = amount("totalPaid") == items
        && amount("totalPaid") == amount("netAmount") + amount("tax")
        && amount("customerPaid") == amount("totalPaid") - amount("discount")
        && amount("customerPaid") == paid(&["CARD", "PREPAID"])
        && amount("discount") == paid(&["POINT", "COUPON"]);
    (!holds).then_some("what is settled doesn't add up")
}
