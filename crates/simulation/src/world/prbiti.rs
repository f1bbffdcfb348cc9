//! Prbiti: what it is sent, and what it really holds, settles and gives back.

use super::*;

/// What is held when the answer to it doesn't fit, won; no other hold is as much.
const UNFIT: i64 = 999;

/// What Prbiti really knows of a transaction, and what it has said of it.
#[derive(Clone, Default)]
pub(super) struct AtPrbiti {
    pub(super) holds: BTreeMap<Service, i64>,
    pub(super) first_asked: i64,
    /// Which boot that was in, and how far the clock was set off.
    pub(super) boot_id: String,
    pub(super) set_off: i64,
    pub(super) settled: Option<BTreeSet<Service>>,
    pub(super) released: bool,
    pub(super) cancelled: bool,
    /// When the customer finished an order with nothing left to pay.
    pub(super) finished: Option<i64>,
    /// When the transaction was closed the clock had been set while the machine was off.
    pub(super) closed_by_a_wrong_clock: bool,
    /// Each message, without `auth`.
    pub(super) posts: Vec<(Request, String)>,
    /// How often each text was posted.
    times: BTreeMap<String, u32>,
    /// The codes of the answers that the kiosk has heard.
    pub(super) heard: Vec<(Request, String)>,
}

impl World {
    pub(super) fn post(&mut self, session: u32, payload: &Payload) {
        let asks = |t: &&Transaction| t.in_flight.as_ref().is_some_and(|flight| flight.payload == *payload);
        let Some(t) = self.journal.folds().find(asks).cloned() else {
            return self.violate("a text was posted that no row has in flight");
        };
        let id = t.id.clone();
        let Some(flight) = t.in_flight.as_ref().filter(|flight| flight.asked) else {
            return self.violate(format!("{id}: posted without a durable row"));
        };
        if !self.sessions_posted.insert((self.lives, session)) {
            self.violate(format!("session {session} was posted to twice"));
        }
        if self.mounted != Some(session) {
            return self.violate(format!("session {session} has no frame"));
        }
        let request = flight.request;
        let mut text = payload.as_str().to_owned();
        if self.sabotage == Some(Sabotage::OtherPayload) && t.settle.as_ref().is_some_and(|settle| settle.posted > 1) {
            text = text.replace(r#""memo1":"""#, r#""memo1":"again""#);
        }
        let message: Value = serde_json::from_str(&text).unwrap();
        let data = &message["data"];
        assert_eq!(data["transactionID"], id.as_str());
        self.check_post(&t, request, &text);
        let (elapsed, boot_id, set_off) = (self.elapsed, self.now.boot_id.clone(), self.set_off);
        let at = self.prbiti.entry(id.clone()).or_insert_with(|| AtPrbiti {
            first_asked: elapsed,
            boot_id,
            set_off,
            ..AtPrbiti::default()
        });
        at.posts.push((request, text.clone()));
        let times = at.times.entry(text).or_default();
        *times += 1;
        let again = if *times > 1 { " again" } else { "" };
        let reply = if self.away { Some(Reply::Silent) } else { self.take_reply(request) };
        self.count_reply(request, reply.as_ref());
        let (said, answer) = match request {
            Request::Connect(service) => self.connection(&id, service, data, reply),
            Request::Settle | Request::Release | Request::Cancel => self.confirm(&id, request, data, reply),
        };
        self.say(format!("{said}{again} → {}", answer.as_ref().map_or("silence", |(short, _)| short)));
        if let Some((_, text)) = answer {
            self.answer(Event::Module { session, event: FromModule::Message { text } });
        }
    }

    fn count_reply(&mut self, request: Request, reply: Option<&Reply>) {
        let is_service = matches!(request, Request::Connect(_));
        let fault = match reply {
            None | Some(Reply::NotLoaded | Reply::Hold { silent: false, code: None, .. }) => return,
            Some(Reply::Hold { silent: true, .. }) => Fault::HeldSilently,
            Some(Reply::Hold { code: Some(_), .. }) => Fault::CodeWithHold,
            Some(Reply::Code(_)) if is_service => Fault::CodeWithoutHold,
            Some(Reply::Code(_)) => Fault::MessageRefused,
            Some(Reply::DoneBut(_)) => Fault::MessageDoneButRefused,
            Some(Reply::Silent) if is_service => Fault::ServiceSilent,
            Some(Reply::Silent) => Fault::MessageSilent,
            Some(Reply::DoneSilently) => Fault::MessageDoneSilently,
            Some(Reply::Violation) => Fault::AnswerUnfit,
        };
        self.struck.count(fault);
    }

    pub(super) fn connection(
        &mut self,
        id: &TransactionId,
        service: Service,
        data: &Value,
        reply: Option<Reply>,
    ) -> (String, Option<(String, String)>) {
        assert_eq!(data["supportMode"], service.support_mode());
        let said = match data.get("payAmount") {
            Some(most) => format!("ask {} of {most}", name(service)),
            None => format!("ask {}", name(service)),
        };
        let elapsed = self.elapsed;
        let at = self.prbiti.get_mut(id).unwrap();
        if at.settled.is_some() || at.released || elapsed - at.first_asked >= HOLD_MS {
            return (said, Some(code("100010003")));
        }
        let answer = match reply.unwrap_or_else(|| Reply::Code("100050001".into())) {
            Reply::Hold { amount, silent, code: other } => {
                if amount > 0 && at.holds.insert(service, amount).is_some() {
                    self.violations.push(format!("{id}: {} was held twice", name(service)));
                }
                match (silent, other) {
                    (true, _) => None,
                    (false, Some(other)) => Some(code(&other)),
                    (false, None) => Some((format!("held {amount}"), held(id, service, amount))),
                }
            }
            Reply::Code(known) => Some(code(&known)),
            Reply::Silent | Reply::DoneSilently | Reply::DoneBut(_) | Reply::NotLoaded => None,
            Reply::Violation => {
                at.holds.insert(service, UNFIT);
                Some(("nonsense".into(), held(id, service, 99_999_999)))
            }
        };
        (said, answer)
    }

    pub(super) fn confirm(
        &mut self,
        id: &TransactionId,
        request: Request,
        data: &Value,
        reply: Option<Reply>,
    ) -> (String, Option<(String, String)>) {
        let yes: BTreeSet<Service> = Service::ALL
            .into_iter()
            .filter(|service| {
                let field = match service {
                    Service::Coupon => "couponConfirmedYN",
                    Service::PointRedeem => "pointRedeemConfirmedYN",
                    Service::Prepaid => "prepaidConfirmedYN",
                    Service::PointEarn => "pointEarnConfirmedYN",
                };
                data.get(field).is_some_and(|mark| mark == "Y")
            })
            .collect();
        let word = who(request);
        let said = if request == Request::Settle {
            let marks: Vec<&str> = yes.iter().map(|service| name(*service)).collect();
            format!("{word} Y:{}", if marks.is_empty() { "none".into() } else { marks.join("+") })
        } else {
            word
        };
        self.check_confirm(id, request, &yes, data);
        let does = matches!(reply, None | Some(Reply::DoneSilently | Reply::DoneBut(_) | Reply::Hold { .. }));
        let outcome = if does { self.do_confirm(id, request, yes) } else { "" };
        let answer = match reply {
            Some(Reply::Code(known)) => {
                if known == "100010003" {
                    // It is telling the truth: whatever was held is gone.
                    self.prbiti.entry(id.clone()).or_default().released = true;
                }
                Some(code(&known))
            }
            Some(Reply::DoneBut(known)) => Some(code(&known)),
            Some(Reply::Silent | Reply::DoneSilently | Reply::NotLoaded) => None,
            Some(Reply::Violation) => Some(("half".into(), r#"{"status":"200","data":{"errorCode":1}}"#.into())),
            Some(Reply::Hold { .. }) | None => {
                let amounts = if request == Request::Cancel { self.given_back(id) } else { String::new() };
                if request == Request::Cancel && self.cancel_is_short {
                    self.struck.count(Fault::CancelShort);
                }
                let text = format!(
                    r#"{{"status":"200","result":"","timestamp":1,"data":{{"errorCode":200,"transactionID":"{id}"{amounts}}}}}"#
                );
                if outcome == "200" { Some((outcome.into(), text)) } else { Some(code(outcome)) }
            }
        };
        (said, answer)
    }

    /// What a `cancel` says it gave back.
    pub(super) fn given_back(&self, id: &TransactionId) -> String {
        let at = self.prbiti.get(id).cloned().unwrap_or_default();
        let settled = at.settled.unwrap_or_default();
        let of = |service| {
            let amount = at.holds.get(&service).copied().filter(|_| settled.contains(&service)).unwrap_or(0);
            if self.cancel_is_short { amount / 2 } else { amount }
        };
        let coupon = if of(Service::Coupon) > 0 { r#""C-1""# } else { "null" };
        format!(
            r#","pointRedeemCanceledNum":{},"pointEarnCanceledNum":{},"prepaidCanceledNum":{},"couponCanceledID":{coupon}"#,
            of(Service::PointRedeem),
            of(Service::PointEarn),
            of(Service::Prepaid),
        )
    }

    /// Not idempotent: a second one is refused, as the guide doesn't say otherwise.
    pub(super) fn do_confirm(&mut self, id: &TransactionId, request: Request, yes: BTreeSet<Service>) -> &'static str {
        let elapsed = self.elapsed;
        let Some(at) = self.prbiti.get_mut(id) else { return "100010003" };
        let alive = elapsed - at.first_asked < HOLD_MS;
        match request {
            Request::Cancel if at.settled.is_some() && !at.cancelled => at.cancelled = true,
            Request::Settle if at.settled.is_none() && !at.released && alive => at.settled = Some(yes),
            Request::Release if at.settled.is_none() && !at.released && alive => at.released = true,
            Request::Cancel | Request::Settle | Request::Release | Request::Connect(_) => return "100010003",
        }
        "200"
    }

    pub(super) fn check_confirm(
        &mut self,
        id: &TransactionId,
        request: Request,
        yes: &BTreeSet<Service>,
        data: &Value,
    ) {
        let total = self.fold(id).total().get();
        let mine = || self.attempts.values().filter(|a| a.transaction == *id);
        // What turned up late, or that nobody told of, doesn't pay for it.
        let charged: i64 = mine().filter(|a| !a.told_ended).map(|a| a.charged - a.given_back).sum();
        let open = mine().any(|a| !a.told_ended && !a.told_charged);
        let holds = self.prbiti.get(id).map(|at| at.holds.clone()).unwrap_or_default();
        let of = |service| if yes.contains(&service) { holds.get(&service).copied().unwrap_or(0) } else { 0 };
        let mut wrong = Vec::new();
        match request {
            Request::Settle => {
                let paid = charged + of(Service::Coupon) + of(Service::PointRedeem) + of(Service::Prepaid);
                let list: i64 =
                    data["paymentList"].as_array().unwrap().iter().map(|p| p["paymentPrice"].as_i64().unwrap()).sum();
                if paid != total {
                    wrong.push(format!("settles {total} won with {paid} paid"));
                }
                if list != total {
                    wrong.push(format!("lists {list} of {total} won"));
                }
                let unheld = yes.iter().filter(|service| !holds.contains_key(service));
                wrong.extend(unheld.map(|service| format!("Y for {service:?}, which isn't held")));
                // An answer that says more than was paid doesn't fit.
                let most = total - of(Service::Coupon) - of(Service::PointRedeem);
                let earns = self.prbiti.get(id).is_some_and(|at| {
                    let told = (Request::Connect(Service::PointEarn), "200".to_owned());
                    let fits = |held: &i64| *held != UNFIT && *held <= most;
                    at.holds.get(&Service::PointEarn).is_some_and(fits) && at.heard.contains(&told)
                });
                if earns && !yes.contains(&Service::PointEarn) {
                    wrong.push("N for what is to be earned, and Prbiti has said that it is".to_owned());
                }
            }
            Request::Release => {
                if charged != 0 {
                    wrong.push("releases a paid order".to_owned());
                }
                if !yes.is_empty() {
                    wrong.push("releases with a Y".to_owned());
                }
            }
            Request::Cancel if charged != 0 => wrong.push("cancels before the refund".to_owned()),
            Request::Cancel | Request::Connect(_) => {}
        }
        if open {
            wrong.push(format!("{request:?} while a card is in doubt"));
        }
        self.violations.extend(wrong.into_iter().map(|what| format!("{id} {what}")));
    }
}

fn code(code: &str) -> (String, String) {
    let text = format!(r#"{{"status":"400","result":"","timestamp":"1","data":{{"errorCode":"{code}"}}}}"#);
    (code.to_owned(), text)
}

fn held(id: &TransactionId, service: Service, amount: i64) -> String {
    let field = match service {
        Service::Coupon => "couponDiscountPrice",
        Service::PointRedeem => "pointRedeem",
        Service::Prepaid => "prepaidPayPrice",
        Service::PointEarn => "pointEarn",
    };
    let mode = service.support_mode();
    format!(
        r#"{{"status":"200","result":"OK","timestamp":1728025307,"data":{{"errorCode":200,"supportMode":"{mode}","transactionID":"{id}","{field}":{amount}}}}}"#
    )
}
