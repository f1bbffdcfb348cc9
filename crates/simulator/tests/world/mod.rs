//! A simulator over real TCP, and a host that speaks to it the way the page and the kiosk do.
#![allow(dead_code)] // Each test binary uses its own part.

use prbiti_simulator::{Settings, Simulator};
use reqwest::Client;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

pub struct World {
    folder: TempDir,
    simulator: Simulator,
    pub http: Client,
}

impl World {
    pub async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let simulator = Simulator::start(Self::settings(&folder)).await.unwrap();
        Self { folder, simulator, http: Client::new() }
    }

    fn settings(folder: &TempDir) -> Settings {
        Settings { ledger: folder.path().join("ledger.sqlite"), scanner_pty: true, ..Settings::default() }
    }

    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// The power goes and comes back: another process on the same ledger file.
    pub async fn restart(self) -> Self {
        let Self { folder, simulator, .. } = self;
        simulator.stop().await;
        let simulator = Simulator::start(Self::settings(&folder)).await.unwrap();
        Self { folder, simulator, http: Client::new() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.base_url())
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.http.post(self.url(path)).json(&body).send().await.unwrap().json().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.http.get(self.url(path)).send().await.unwrap().json().await.unwrap()
    }

    pub async fn ledger(&self) -> Value {
        self.get("/control/ledger").await
    }

    pub async fn log(&self) -> Value {
        self.get("/control/log").await
    }

    pub async fn advance(&self, ms: i64) -> i64 {
        self.post("/control/clock", json!({"advanceMs": ms})).await["nowMs"].as_i64().unwrap()
    }

    pub async fn fault(&self, fault: Value) {
        let answer = self.post("/control/faults", fault).await;
        assert!(answer["waiting"].is_u64(), "{answer}");
    }

    /// Points that a member has, and those that can be used.
    pub async fn member(&self, phone: &str) -> (i64, i64) {
        let ledger = self.ledger().await;
        let member = ledger["members"].as_array().unwrap().iter().find(|member| member["phone"] == phone).unwrap();
        (member["points"].as_i64().unwrap(), member["available"].as_i64().unwrap())
    }

    // What the page does.

    pub async fn open(&self, message: Value) -> Value {
        self.post("/module/api/open", json!({"message": message})).await
    }

    pub async fn begin(&self, message: Value) -> (String, Value) {
        let reply = self.open(message).await;
        (reply["session"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned(), reply["flow"].clone())
    }

    pub async fn find(&self, session: &str, text: &str) -> Value {
        self.post("/module/api/find", json!({"session": session, "text": text})).await
    }

    pub async fn take(&self, session: &str, wish: Value) -> Value {
        let mut body = wish;
        body["session"] = json!(session);
        self.post("/module/api/use", body).await
    }

    /// The answer to a message that is answered at once.
    pub async fn ask(&self, message: Value) -> Value {
        self.open(message).await["post"][0].clone()
    }

    pub async fn code(&self, message: Value) -> i64 {
        let answer = self.ask(message).await;
        answer["data"]["errorCode"].as_i64().unwrap_or_else(|| panic!("{answer}"))
    }

    pub async fn redeem(&self, id: &str, phone: &str, won: i64, pay_amount: i64) -> Value {
        let (session, _) = self.begin(self.connection("POINT_REDEEM", id, pay_amount)).await;
        self.find(&session, phone).await;
        self.take(&session, json!({"amount": won})).await["post"][0].clone()
    }

    pub async fn earn(&self, id: &str, phone: &str, pay_amount: i64) -> Value {
        let (session, _) = self.begin(self.connection("POINT_EARN", id, pay_amount)).await;
        self.find(&session, phone).await;
        self.take(&session, json!({})).await["post"][0].clone()
    }

    pub async fn coupon(&self, id: &str, number: &str) -> Value {
        let (session, _) = self.begin(self.connection("COUPON", id, 0)).await;
        self.find(&session, number).await;
        self.take(&session, json!({"coupon": number})).await["post"][0].clone()
    }

    pub async fn card(&self, id: &str, number: &str, won: i64, pay_amount: i64) -> Value {
        let (session, _) = self.begin(self.connection("PREPAID", id, pay_amount)).await;
        self.find(&session, number).await;
        self.take(&session, json!({"amount": won})).await["post"][0].clone()
    }

    // What the host posts. The order is worth 10,000 won: 3 × 3,000 and two extra shots.

    fn auth(&self) -> Value {
        let settings = Settings::default();
        json!({"applicationKey": settings.application_key, "passwd": settings.passwd, "accessType": settings.terminal_id})
    }

    fn items(&self) -> Value {
        json!([{
            "itemID": "KD101111", "itemName": "아메리카노", "itemUnitPrice": 3000, "itemCount": 3, "itemPrice": 9000,
            "itemOptionList": [{
                "itemOptionID": "KD101111-01", "itemOptionName": "샷추가", "itemOptionUnitPrice": 500,
                "itemOptionCount": 2, "itemOptionPrice": 1000,
            }],
        }])
    }

    pub fn connection(&self, mode: &str, id: &str, pay_amount: i64) -> Value {
        let mut data = json!({"supportMode": mode, "auth": self.auth(), "transactionID": id});
        if mode == "COUPON" {
            data["itemList"] = self.items();
        } else {
            data["payAmount"] = json!(pay_amount);
        }
        json!({"type": "connection", "data": data, "autoCloseTime": 20000})
    }

    pub fn confirm(&self, id: &str, yes: &[&str], tenders: &[(&str, i64)]) -> Value {
        let mut data = Map::new();
        data.insert("auth".into(), self.auth());
        data.insert("transactionID".into(), json!(id));
        for (service, name) in [
            ("POINT_REDEEM", "pointRedeemConfirmedYN"),
            ("POINT_EARN", "pointEarnConfirmedYN"),
            ("COUPON", "couponConfirmedYN"),
            ("PREPAID", "prepaidConfirmedYN"),
        ] {
            data.insert(name.into(), json!(if yes.contains(&service) { "Y" } else { "N" }));
        }
        data.insert("eReceiptIssueYN".into(), json!("N"));
        data.insert("itemList".into(), self.items());
        let list: Vec<Value> = tenders
            .iter()
            .map(|(tender, won)| {
                json!({
                    "payment": tender, "paymentID": null, "transactionID": null, "paymentIssuer": null,
                    "cardPaymentPeriod": null, "cardMerchantID": null, "paymentPrice": won, "prepaidBalance": null,
                    "pointBalance": null, "paymentMemo": null,
                })
            })
            .collect();
        data.insert("paymentList".into(), json!(list));
        let won =
            |names: &[&str]| tenders.iter().filter(|(name, _)| names.contains(name)).map(|(_, won)| won).sum::<i64>();
        let (discount, paid) = (won(&["POINT", "COUPON"]), won(&["CARD", "CASH", "PREPAID"]));
        let release = tenders.is_empty();
        data.insert("netAmount".into(), json!(if release { 0 } else { 9_091 }));
        data.insert("tax".into(), json!(if release { 0 } else { 909 }));
        data.insert("discount".into(), json!(discount));
        data.insert("customerPaid".into(), json!(paid));
        data.insert("totalPaid".into(), json!(discount + paid));
        for memo in 1..=5 {
            data.insert(format!("memo{memo}"), json!(""));
        }
        json!({"type": "confirm", "data": data, "autoCloseTime": 30000})
    }

    pub fn release(&self, id: &str) -> Value {
        self.confirm(id, &[], &[])
    }

    pub fn cancel(&self, id: &str) -> Value {
        json!({"type": "cancel", "data": {"auth": self.auth(), "transactionID": id}, "autoCloseTime": 30000})
    }

    // What the kiosk asks the payment agent.

    pub async fn agent(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let request = self.agent_request(method, path, body).send().await.unwrap();
        assert_eq!(request.status(), 200, "{path}");
        request.json().await.unwrap()
    }

    pub fn agent_request(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.simulator.agent_url()));
        let request = request.bearer_auth(Settings::default().agent_token);
        match body {
            Some(body) => request.json(&body),
            None => request,
        }
    }
}
