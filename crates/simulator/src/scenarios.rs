//! Named scenarios: a whole state of the world in one word. Each begins with everything as it should be, and then lets
//! its own faults wait.

use crate::Shared;
use crate::faults::Fault;
use serde_json::{Value, json};

/// Something that can be played.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) ko: &'static str,
    pub(crate) en: &'static str,
    /// What to look for, in words.
    pub(crate) look_ko: &'static str,
    pub(crate) look_en: &'static str,
    /// A list of faults, as `POST /control/faults` takes them.
    faults: &'static str,
    /// As `POST /control/terminal` takes it.
    terminal: &'static str,
}

/// The terminal of a day on which everything works.
const READY: &str = r#"{"mode": "auto", "autoAfterMs": 2500, "phaseMs": 250, "next": [], "nextRefunds": [],
    "status": {"terminal": "ready", "reader": "ready", "paper": "ok", "network": "ok"}}"#;

/// Every scenario, the ordinary one first.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "everything-works",
        ko: "모두 정상",
        en: "Everything works",
        look_ko: "고장이 없고, 카드는 스스로 들어가요.",
        look_en: "No fault waits; cards insert themselves.",
        faults: "[]",
        terminal: "{}",
    },
    Scenario {
        name: "prbiti-away",
        ko: "프비티 연결 안 됨",
        en: "Prbiti is away",
        look_ko: "모듈 화면의 포트가 연결을 거부해요. 카드만으로 팔 수 있어야 해요.",
        look_en: "The module's port refuses connections. Selling by card must go on.",
        faults: r#"[{"on": "load", "do": "refused"}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "module-broken",
        ko: "모듈 화면 오류(500)",
        en: "The module's page answers 500",
        look_ko: "화면은 load 되지만 메시지를 듣지 않아요.",
        look_en: "The frame loads, and nobody in it listens.",
        faults: r#"[{"on": "load", "do": "500"}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "slow-network",
        ko: "느린 네트워크",
        en: "Slow network",
        look_ko: "화면, 대기, 거래 처리, 취소가 4초씩 늦어요.",
        look_en: "Page, holds, settling and cancelling take 4 seconds longer.",
        faults: r#"[{"on": "load", "do": "slow", "delayMs": 4000},
            {"on": "POINT_REDEEM", "do": "slow", "delayMs": 4000}, {"on": "POINT_EARN", "do": "slow", "delayMs": 4000},
            {"on": "COUPON", "do": "slow", "delayMs": 4000}, {"on": "PREPAID", "do": "slow", "delayMs": 4000},
            {"on": "confirm", "do": "slow", "delayMs": 4000}, {"on": "cancel", "do": "slow", "delayMs": 4000}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "hold-answer-lost",
        ko: "대기는 되었는데 응답이 사라짐",
        en: "The hold is made, its answer is lost",
        look_ko: "장부에 대기가 남아요. 호스트는 N으로 거래 처리해 돌려주어야 해요.",
        look_en: "The ledger keeps the hold. The host must give it back with an explicit N.",
        faults: r#"[{"on": "POINT_REDEEM", "do": "silent"}, {"on": "POINT_EARN", "do": "silent"},
            {"on": "COUPON", "do": "silent"}, {"on": "PREPAID", "do": "silent"}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "hold-expired",
        ko: "거래 처리 전에 30분이 지남",
        en: "The hold runs out before it is settled",
        look_ko: "거래 처리가 오는 순간 대기가 끝나 있어요(100010003).",
        look_en: "When confirm comes, the 30 minutes are over (100010003).",
        faults: r#"[{"on": "confirm", "do": "expired"}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "confirm-unanswered",
        ko: "거래 처리되었는데 응답 없음(한 번)",
        en: "confirm is done and not answered (once)",
        look_ko: "다시 보내면 100010003: 두 번 처리되지 않아요.",
        look_en: "A repeat is answered 100010003: nothing is done twice.",
        faults: r#"[{"on": "confirm", "do": "silent", "times": 1}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "confirm-lost",
        ko: "거래 처리가 두 번 사라짐",
        en: "confirm is lost twice",
        look_ko: "처리되지 않았어요. 세 번째에 처리돼요.",
        look_en: "Nothing was done; the third attempt settles.",
        faults: r#"[{"on": "confirm", "do": "hang", "times": 2}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "cancel-unanswered",
        ko: "주문 취소되었는데 응답 없음(한 번)",
        en: "cancel is done and not answered (once)",
        look_ko: "환불 뒤의 주문 취소를 다시 보내면 100010003이에요.",
        look_en: "A repeat of the cancel is answered 100010003.",
        faults: r#"[{"on": "cancel", "do": "silent", "times": 1}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "credentials-refused",
        ko: "인증 정보 거절",
        en: "The credentials are refused",
        look_ko: "모든 요청에 300010003으로 응답해요.",
        look_en: "Every request is answered 300010003.",
        faults: r#"[{"on": "POINT_REDEEM", "do": "code", "code": 300010003},
            {"on": "POINT_EARN", "do": "code", "code": 300010003}, {"on": "COUPON", "do": "code", "code": 300010003},
            {"on": "PREPAID", "do": "code", "code": 300010003}, {"on": "confirm", "do": "code", "code": 300010003},
            {"on": "cancel", "do": "code", "code": 300010003}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "not-offered",
        ko: "이 단말기가 지원하지 않음",
        en: "This terminal offers none of it",
        look_ko: "포인트, 쿠폰, 기프트카드가 10004000x로 응답해요.",
        look_en: "Points, coupons and gift cards are answered 10004000x.",
        faults: r#"[{"on": "POINT_REDEEM", "do": "code", "code": 100040001},
            {"on": "POINT_EARN", "do": "code", "code": 100040001}, {"on": "COUPON", "do": "code", "code": 100040002},
            {"on": "PREPAID", "do": "code", "code": 100040003}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "hold-in-doubt",
        ko: "대기 요청 실패라면서 대기가 남음",
        en: "“The hold failed”, and yet it is there",
        look_ko: "3000200xx로 응답하지만 장부에는 대기가 있어요.",
        look_en: "Answered 3000200xx, and the ledger has the hold.",
        faults: r#"[{"on": "POINT_REDEEM", "do": "code", "code": 300020004, "after": true},
            {"on": "POINT_EARN", "do": "code", "code": 300020005, "after": true},
            {"on": "COUPON", "do": "code", "code": 300020010, "after": true},
            {"on": "PREPAID", "do": "code", "code": 300020008, "after": true}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "wrong-amounts",
        ko: "말이 안 되는 금액",
        en: "Amounts that make no sense",
        look_ko: "요청보다 많거나, 음수거나, 없거나, 소수예요. 주문에 쓰이면 안 돼요.",
        look_en: "Too much, negative, missing, fractional. None may reach the order.",
        faults: r#"[{"on": "POINT_REDEEM", "do": "tooMuch"}, {"on": "POINT_EARN", "do": "negative"},
            {"on": "COUPON", "do": "noAmount"}, {"on": "PREPAID", "do": "fractional"}, {"on": "cancel", "do": "notANumber"}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "module-mad",
        ko: "모듈이 제정신이 아님",
        en: "The module goes mad",
        look_ko: "묻기 전에 답하고, 창을 띄우고, 두 번 답하고, HTML을 보내요.",
        look_en: "Answers unasked, opens windows, answers twice, sends HTML.",
        faults: r#"[{"on": "POINT_REDEEM", "do": "early"}, {"on": "load", "do": "dialog"},
            {"on": "load", "do": "popup"}, {"on": "load", "do": "takeOver"}, {"on": "POINT_REDEEM", "do": "twice"},
            {"on": "POINT_EARN", "do": "outOfOrder"}, {"on": "COUPON", "do": "markup", "code": 300020009},
            {"on": "PREPAID", "do": "huge"}, {"on": "confirm", "do": "noise"}, {"on": "cancel", "do": "otherTypes"}]"#,
        terminal: "{}",
    },
    Scenario {
        name: "card-declined",
        ko: "카드 거절(한 번)",
        en: "The card is declined (once)",
        look_ko: "첫 카드는 잔액이 부족해요.",
        look_en: "The first card is short of money.",
        faults: "[]",
        terminal: r#"{"next": ["decline"]}"#,
    },
    Scenario {
        name: "card-answer-lost",
        ko: "카드 승인되었는데 응답 없음",
        en: "The card is approved, the answer is lost",
        look_ko: "물어보면 승인을 알 수 있어요. 두 번 결제하면 안 돼요.",
        look_en: "Asking tells of the approval. Nobody may be charged twice.",
        faults: "[]",
        terminal: r#"{"next": ["approveSilently"]}"#,
    },
    Scenario {
        name: "terminal-stuck",
        ko: "단말기가 멈춤",
        en: "The terminal is stuck",
        look_ko: "취소도 안 돼요. 카드를 다시 넣으면 끝나요.",
        look_en: "Not even cancelling helps; another insert decides.",
        faults: "[]",
        terminal: r#"{"next": ["stuck"]}"#,
    },
    Scenario {
        name: "terminal-away",
        ko: "결제 에이전트 연결 끊김",
        en: "The payment agent is away",
        look_ko: "모든 호출의 연결이 끊겨요.",
        look_en: "Every call is reset.",
        faults: r#"[{"on": "agent", "do": "reset"}]"#,
        terminal: "{}",
    },
];

impl Scenario {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }

    fn faults(&self) -> Result<Vec<Fault>, String> {
        serde_json::from_str(self.faults).map_err(|error| format!("{}: {error}", self.name))
    }

    fn terminal(&self) -> Result<Value, String> {
        serde_json::from_str(self.terminal).map_err(|error| format!("{}: {error}", self.name))
    }

    /// As the control interface shows it.
    pub(crate) fn shown(&self) -> Value {
        json!({
            "name": self.name,
            "words": {"ko": self.ko, "en": self.en},
            "look": {"ko": self.look_ko, "en": self.look_en},
            "faults": self.faults().unwrap_or_default(),
            "terminal": self.terminal().unwrap_or_default(),
        })
    }

    /// Makes the world so. What waited before is gone; a payment that is under way goes on.
    pub(crate) async fn play(&'static self, shared: &Shared) -> Result<Vec<u64>, String> {
        let faults = self.faults()?;
        shared.faults.clear();
        for wish in [serde_json::from_str(READY).map_err(|error| error.to_string())?, self.terminal()?] {
            shared.agent.set(&wish).await?;
        }
        let ids = faults.into_iter().map(|fault| shared.faults.add(fault)).collect();
        shared.faults.name_scenario(self.name);
        shared.follow_faults().await;
        Ok(ids)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_scenario_can_be_played_and_is_in_the_readme() {
        let readme = include_str!("../README.md");
        for scenario in SCENARIOS {
            for fault in scenario.faults().unwrap() {
                assert_eq!(fault.mistake(), None, "{}", scenario.name);
            }
            assert!(scenario.terminal().unwrap().is_object());
            assert!(readme.contains(&format!("`{}`", scenario.name)), "{} isn't in the README", scenario.name);
        }
        assert!(serde_json::from_str::<Value>(READY).unwrap().is_object());
    }
}
