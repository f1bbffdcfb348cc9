//! Prbiti: what it is sent, and what it really holds, settles and gives back.

use super::*;

impl World {
    pub(super) fn post(&mut self, session: u32, payload: &Payload) {
        let owner = self.kiosk.transactions().find(|t| t.in_flight.as_ref().is_some_and(|f| f.payload == *payload));
        let Some(id) = owner.map(|t| t.id.clone()) else {
            return self.violations.push("a text was posted that no transaction has in flight".into());
        };
        let flight = self.fold(&id).in_flight;
        if !flight.as_ref().is_some_and(|flight| flight.asked && flight.payload == *payload) {
            self.violations.push(format!("{id}: posted without a durable row"));
        }
        if !self.sessions_posted.insert((self.boots, session)) {
            self.violations.push(format!("session {session} was posted to twice"));
        }
        if self.mounted != Some(session) {
            return self.violations.push(format!("session {session} has no frame"));
        }
        let Some(request) = flight.map(|flight| flight.request) else { return };
        let message: Value = serde_json::from_str(payload.as_str()).unwrap();
        let data = &message["data"];
        assert_eq!(data["transactionID"], id.as_str());
        let reply = self.take_reply(request);
        let (said, answer) = match request {
            Request::Connect(service) => self.connection(&id, service, data, reply),
            Request::Settle | Request::Release | Request::Cancel => self.confirm(&id, request, data, reply),
        };
        let t = self.fold(&id);
        let mut through = vec![Request::Settle, Request::Release, Request::Cancel];
        through.retain(|known| t.message(*known).is_some_and(|message| message.answer == Some(MessageOutcome::Done)));
        self.posts.push(Posted { transaction: id.clone(), request, text: payload.as_str().to_owned(), through });
        let times = self.posted.entry(payload.as_str().to_owned()).or_default();
        *times += 1;
        let again = if *times > 1 { " again" } else { "" };
        self.say(format!("{said}{again} → {}", answer.as_ref().map_or("silence", |(short, _)| short)));
        if let Some((_, text)) = answer {
            self.queue.push_back(Event::Module { session, event: FromModule::Message { text } });
        }
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
        let at =
            self.prbiti.entry(id.clone()).or_insert_with(|| AtPrbiti { first_asked: elapsed, ..AtPrbiti::default() });
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
            Reply::Silent | Reply::DoneSilently | Reply::NotLoaded => None,
            Reply::Violation => {
                at.holds.insert(service, 999);
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
        let does = matches!(reply, None | Some(Reply::DoneSilently | Reply::Hold { .. }));
        let outcome = if does { self.do_confirm(id, request, yes) } else { "" };
        let answer = match reply {
            Some(Reply::Code(known)) => {
                if known == "100010003" {
                    // It is telling the truth: whatever was held is gone.
                    self.prbiti.entry(id.clone()).or_default().released = true;
                }
                Some(code(&known))
            }
            Some(Reply::Silent | Reply::DoneSilently | Reply::NotLoaded) => None,
            Some(Reply::Violation) => Some(("half".into(), r#"{"status":"200","data":{"errorCode":1}}"#.into())),
            Some(Reply::Hold { .. }) | None => {
                let amounts = if request == Request::Cancel { self.given_back(id) } else { String::new() };
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
        let t = self.fold(id);
        let total = t.total().get();
        let charged: i64 =
            self.attempts.values().filter(|a| a.transaction == *id).map(|a| a.charged - a.given_back).sum();
        let holds = self.prbiti.get(id).map(|at| at.holds.clone()).unwrap_or_default();
        let of = |service| if yes.contains(&service) { holds.get(&service).copied().unwrap_or(0) } else { 0 };
        let wrong = match request {
            Request::Settle => {
                let paid = charged + of(Service::Coupon) + of(Service::PointRedeem) + of(Service::Prepaid);
                let list: i64 =
                    data["paymentList"].as_array().unwrap().iter().map(|p| p["paymentPrice"].as_i64().unwrap()).sum();
                (paid != total)
                    .then(|| format!("settles {total} won with {paid} paid"))
                    .or_else(|| (list != total).then(|| format!("lists {list} of {total} won")))
                    .or_else(|| {
                        yes.iter().find(|s| !holds.contains_key(s)).map(|s| format!("Y for {s:?}, which isn't held"))
                    })
            }
            Request::Release => (charged != 0)
                .then(|| "releases a paid order".to_owned())
                .or_else(|| (!yes.is_empty()).then(|| "releases with a Y".to_owned())),
            Request::Cancel => (charged != 0).then(|| "cancels before the refund".to_owned()),
            Request::Connect(_) => None,
        };
        self.violations.extend(wrong.map(|what| format!("{id} {what}")));
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
