//! What is on disk outlives the code that wrote it: one golden file per kind of entry. Each must be read as the same
//! entry and written as the same bytes for ever. `UPDATE_GOLDEN=1` writes files that are missing, never others.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{fs, path::Path};

use checkout::{
    answer::{self, Cancelled, Declined, MessageOutcome, ServiceOutcome, WhyUnknown},
    card::{Approval, MaskedCard},
    catalog::{Names, Tax},
    entry::{Closed, Entry, NotPosted, StaffReason},
    ids::{ApprovalNumber, AttemptId, ItemId, OptionId, OrderId, RefundId, StoreId, TransactionId},
    money::Won,
    order::{Line, LineOption, Order},
    protocol::{self, AutoClose, Question, Request},
    service::Service,
    staff::{Action, Finding, FoundIn, Person, Role},
    timeline,
    view::{Receipt, Way},
};

fn names(ko: &str) -> Names {
    Names { ko: ko.into(), en: Some("Name".into()), zh: None, ja: None }
}

fn approval() -> Approval {
    Approval {
        amount: Won::new(4000),
        approval_number: ApprovalNumber::new("30001234").unwrap(),
        approved_at: "2025-10-09T12:00:00+09:00".into(),
        method: "card".into(),
        issuer: "은행".into(),
        acquirer: "은행".into(),
        masked_card: MaskedCard::of("123456******7890"),
        merchant_id: "M-1".into(),
        instalment_months: 3,
    }
}

/// One of each kind.
fn all() -> Vec<Entry> {
    let id = TransactionId::new("0192f0c4a7b87d3e8f1a2b3c4d5e6f70").unwrap();
    let attempt = AttemptId::new("attempt-1").unwrap();
    let refund = RefundId::new("refund-1").unwrap();
    let store = StoreId::new("store-1").unwrap();
    let by = Person { name: "김하늘".into(), role: Role::Manager };
    let lines = vec![Line {
        item: ItemId::new("coffee").unwrap(),
        names: names("아메리카노"),
        picture: "coffee".into(),
        price: Won::new(3000),
        tax: Tax::Taxable,
        options: vec![LineOption {
            option: OptionId::new("shot").unwrap(),
            names: names("샷 추가"),
            price: Won::new(500),
            per_piece: 2,
        }],
        pieces: 3,
    }];
    let evidence = answer::read(
        r#"{"status":"200","result":"OK","timestamp":1728025307,"data":{"errorCode":200,"errorMsg":"ok"}}"#,
    )
    .unwrap()
    .evidence;
    let question = Question::new(Service::PointRedeem, Won::new(12_000), &lines).unwrap();
    let payload = protocol::connection(&id, question, AutoClose::Connection);
    vec![
        Entry::Began { order: Order { id: OrderId::new("order-1").unwrap(), way: Way::ToGo, lines: lines.clone() } },
        Entry::Opened { request: Request::Connect(Service::PointRedeem), limit: Some(Won::new(12_000)), payload },
        Entry::NotPosted { why: NotPosted::NotLoaded },
        Entry::Asked,
        Entry::Answered { evidence: evidence.clone(), outcome: ServiceOutcome::Held { amount: Won::new(1000) } },
        Entry::MessageAnswered {
            evidence: evidence.clone(),
            outcome: MessageOutcome::Again { code: evidence.code.clone(), misfit: None },
            cancelled: None,
        },
        Entry::Unanswered { why: WhyUnknown::MayHaveHappened { code: evidence.code.clone() } },
        Entry::Prepared { request: Request::Release, payload: protocol::release(&id, &lines) },
        Entry::PaymentStarted {
            attempt: attempt.clone(),
            amount: Won::new(11_000),
            tax_free: Won::ZERO,
            tax: Won::new(1000),
            months: 3,
            store: store.clone(),
            receipt: Receipt::Phone,
        },
        Entry::PaymentApproved { attempt: attempt.clone(), approval: approval() },
        Entry::PaymentDeclined { attempt: attempt.clone(), code: "51".into(), message: "한도 초과".into() },
        Entry::PaymentCancelled { attempt: attempt.clone() },
        Entry::PaymentUnknown { attempt: attempt.clone(), why: "no answer".into(), charged: None },
        Entry::LateApproval { attempt: attempt.clone(), approval: approval() },
        Entry::OrderFinished { receipt: Receipt::None },
        Entry::HandOverStarted { business_day: "2025-10-09".into(), number: 7, order_number: "A7".into() },
        Entry::HandedOver,
        Entry::HandOverFailed { why: "the printer has no paper".into() },
        Entry::HandOverWithdrawn,
        Entry::HandOverVoidStarted,
        Entry::HandOverVoided,
        Entry::RefundBegun { attempt: Some(attempt) },
        Entry::RefundStarted { refund: refund.clone(), store },
        Entry::RefundDone { refund: refund.clone(), approval: None },
        Entry::RefundDeclined { refund: refund.clone(), code: "R1".into() },
        Entry::RefundUnknown { refund, why: "another memory".into() },
        Entry::Left,
        Entry::WithStaff { reason: StaffReason::SettleUnanswered },
        Entry::Closed { how: Closed::Settled },
        Entry::MadeByStaff,
        Entry::StaffActed { by: by.clone(), action: Action::SettleAgain },
        Entry::ResolvedByHand {
            by,
            finding: Finding::CardNotCharged,
            found_in: FoundIn::VanRecords,
            number: "30001234".into(),
            amount: None,
            words: "전화로도 확인".into(),
        },
    ]
}

/// A kind that is added and not listed above doesn't compile here.
const fn listed(entry: &Entry) -> usize {
    match entry {
        Entry::Began { .. } => 0,
        Entry::Opened { .. } => 1,
        Entry::NotPosted { .. } => 2,
        Entry::Asked => 3,
        Entry::Answered { .. } => 4,
        Entry::MessageAnswered { .. } => 5,
        Entry::Unanswered { .. } => 6,
        Entry::Prepared { .. } => 7,
        Entry::PaymentStarted { .. } => 8,
        Entry::PaymentApproved { .. } => 9,
        Entry::PaymentDeclined { .. } => 10,
        Entry::PaymentCancelled { .. } => 11,
        Entry::PaymentUnknown { .. } => 12,
        Entry::LateApproval { .. } => 13,
        Entry::OrderFinished { .. } => 14,
        Entry::HandOverStarted { .. } => 15,
        Entry::HandedOver => 16,
        Entry::HandOverFailed { .. } => 17,
        Entry::HandOverWithdrawn => 18,
        Entry::HandOverVoidStarted => 19,
        Entry::HandOverVoided => 20,
        Entry::RefundBegun { .. } => 21,
        Entry::RefundStarted { .. } => 22,
        Entry::RefundDone { .. } => 23,
        Entry::RefundDeclined { .. } => 24,
        Entry::RefundUnknown { .. } => 25,
        Entry::Left => 26,
        Entry::WithStaff { .. } => 27,
        Entry::Closed { .. } => 28,
        Entry::MadeByStaff => 29,
        Entry::StaffActed { .. } => 30,
        Entry::ResolvedByHand { .. } => 31,
    }
}

#[test]
fn every_kind_is_read_and_written_as_it_always_was() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for (place, entry) in all().into_iter().enumerate() {
        assert_eq!(listed(&entry), place);
        let written = serde_json::to_string_pretty(&entry).unwrap() + "\n";
        let kind: serde_json::Value = serde_json::from_str(&written).unwrap();
        let path = folder.join(format!("{}.json", kind["kind"].as_str().unwrap()));
        if std::env::var_os("UPDATE_GOLDEN").is_some() && !path.exists() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &written).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(serde_json::from_str::<Entry>(&kept).unwrap(), entry, "{}", path.display());
        assert_eq!(written, kept, "{}", path.display());
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), all().len());
}

/// What was added to a kind later is absent in what was written before, and says more where it is there.
#[test]
fn what_was_added_later_is_read_too() {
    for entry in [
        Entry::RefundDone { refund: RefundId::new("refund-1").unwrap(), approval: Some(approval()) },
        Entry::PaymentUnknown {
            attempt: AttemptId::new("attempt-1").unwrap(),
            why: "another amount".into(),
            charged: Some(approval()),
        },
        Entry::MessageAnswered {
            evidence: answer::read(r#"{"status":"200","data":{"errorCode":200}}"#).unwrap().evidence,
            outcome: MessageOutcome::Done,
            cancelled: Some(Cancelled { point_redeem: Some(Won::new(1000)), coupon: true, ..Cancelled::default() }),
        },
    ] {
        let written = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&written).unwrap(), entry, "{written}");
    }
}

/// Words inside the entries are as durable as the entries: none may be renamed.
#[test]
fn every_word_is_kept() {
    fn word(value: impl serde::Serialize) -> String {
        serde_json::to_value(value).unwrap().to_string()
    }
    let reasons = [
        (StaffReason::SettleUnanswered, "settle_unanswered"),
        (StaffReason::SettleRefused, "settle_refused"),
        (StaffReason::SettleRejected, "settle_rejected"),
        (StaffReason::DeadlineUnknown, "deadline_unknown"),
        (StaffReason::CardUnknown, "card_unknown"),
        (StaffReason::CardOtherAmount, "card_other_amount"),
        (StaffReason::TerminalSilent, "terminal_silent"),
        (StaffReason::LateApproval, "late_approval"),
        (StaffReason::HandOverLate, "hand_over_late"),
        (StaffReason::HandOverFailed, "hand_over_failed"),
        (StaffReason::RefundDeclined, "refund_declined"),
        (StaffReason::RefundUnknown, "refund_unknown"),
        (StaffReason::CancelRefused, "cancel_refused"),
        (StaffReason::CancelUnanswered, "cancel_unanswered"),
        (StaffReason::JournalImpossible, "journal_impossible"),
    ];
    for (reason, kept) in reasons {
        assert_eq!(word(reason), format!("\"{kept}\""));
    }
    let ends = [
        (Closed::Settled, "settled"),
        (Closed::Unused, "unused"),
        (Closed::Released, "released"),
        (Closed::Lapsed, "lapsed"),
        (Closed::Refunded, "refunded"),
    ];
    for (how, kept) in ends {
        assert_eq!(word(how), format!("\"{kept}\""));
    }
    let not_posted = [
        (NotPosted::NotLoaded, "not_loaded"),
        (NotPosted::LeftByCustomer, "left_by_customer"),
        (NotPosted::PageGone, "page_gone"),
        (NotPosted::Restarted, "restarted"),
    ];
    for (why, kept) in not_posted {
        assert_eq!(word(why), format!("\"{kept}\""));
    }
    assert_eq!(
        word(ServiceOutcome::Declined { why: Declined::ByCustomer }),
        r#"{"is":"declined","why":{"is":"by_customer"}}"#
    );
    assert_eq!(
        word(ServiceOutcome::Unknown { why: WhyUnknown::Watchdog }),
        r#"{"is":"unknown","why":{"is":"watchdog"}}"#
    );
    assert_eq!(word(MessageOutcome::TransactionRefused), r#"{"is":"transaction_refused"}"#);
    assert_eq!(word(Request::Connect(Service::Prepaid)), r#"{"connect":"PREPAID"}"#);
}

/// Those who look into a journal read every kind in plain words, and never less than the entry says.
#[test]
fn every_kind_is_told_in_plain_words() {
    for entry in all() {
        let told = timeline::tell(None, &entry);
        let text = format!("{}\n{}", told.what, told.details.join("\n"));
        let kept = serde_json::to_value(&entry).unwrap();
        for said in values(&kept["body"]) {
            assert!(text.contains(&said), "{said} of {kept} isn't in {text}");
        }
        assert!(!told.what.is_empty() && !told.what.contains('{'), "{}", told.what);
    }
}

/// What staff did and found each have words of their own, with who it was.
#[test]
fn each_decision_of_staff_is_told_in_words_of_its_own() {
    let by = || Person { name: "점장".into(), role: Role::Manager };
    let told = |entry: &Entry| {
        let told = timeline::tell(None, entry);
        format!("{}\n{}", told.what, told.details.join("\n"))
    };
    let acts = Action::ALL.map(|action| told(&Entry::StaffActed { by: by(), action }));
    let places = [FoundIn::VanRecords, FoundIn::TerminalSlip, FoundIn::PrbitiRecords, FoundIn::Telephone];
    let resolved = Finding::ALL.into_iter().flat_map(|finding| {
        places.map(|found_in| {
            let (number, words) = ("77".to_owned(), "seen".to_owned());
            told(&Entry::ResolvedByHand { by: by(), finding, found_in, number, amount: None, words })
        })
    });
    let mut all: Vec<String> = acts.into_iter().chain(resolved).collect();
    assert!(all.iter().all(|text| text.contains("점장")), "{all:?}");
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "two are told alike: {all:?}");
}

/// Behind the end only what reopens it can follow.
#[test]
fn what_is_closed_stays_closed_but_for_money_and_refunds() {
    let reopens = ["late_approval", "refund_begun", "hand_over_void_started"];
    for entry in all() {
        let kept = serde_json::to_value(&entry).unwrap();
        let kind = kept["kind"].as_str().unwrap();
        let refunds = matches!(entry, Entry::StaffActed { action: Action::Refund, .. });
        assert_eq!(entry.reopens(), reopens.contains(&kind) || refunds, "{kind}");
        let of_money = ["payment_", "refund_", "late_approval"].iter().any(|word| kind.starts_with(word));
        assert_eq!(entry.is_of_money(), of_money && kind != "payment_started", "{kind}");
    }
}

/// The names and numbers that stand in a body: what no word of ours may stand for.
fn values(body: &serde_json::Value) -> Vec<String> {
    let Some(body) = body.as_object() else { return Vec::new() };
    let named = ["attempt", "refund", "store", "code", "message", "why", "order_number", "business_day", "payload"];
    let mut found: Vec<String> = named.iter().filter_map(|name| body.get(*name)?.as_str().map(str::to_owned)).collect();
    found.retain(|said| said != "not_loaded");
    for within in ["evidence", "approval"] {
        for name in ["status", "result", "timestamp", "code", "message", "approvalNumber", "approvedAt", "merchantId"] {
            found.extend(body.get(within).and_then(|of| of.get(name)?.as_str()).map(str::to_owned));
        }
    }
    found
}
