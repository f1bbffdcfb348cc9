//! The state as the screen shows it: data only, the words are the UI's.

use super::{Front, Kiosk, payment};
use crate::{
    catalog::{GroupKind, Item},
    entry::{Closed, StaffReason},
    money::Won,
    order::{Chosen, Draft, Line, pieces, total},
    protocol::Request,
    service::Service,
    time::Now,
    transaction::{CardState, Deadline, HandOver, ServiceState, Transaction},
    view::{
        Band, CategoryTab, Dock, DockButton, GroupAnswer, GroupView, ItemCard, Ledger, LineState, LineView,
        ModuleFrame, OptionView, OutOfService, Pill, PillState, Screen, Sheet, ShopView, Step, Tick, View, WhyInDoubt,
    },
};

pub(super) fn view(k: &Kiosk, now: &Now) -> View {
    let (not_arrived, no_case) = k.count_not_arrived(now);
    View {
        number: k.generation,
        sent: 0,
        shop: shop(k),
        settings: k.customer.settings,
        fit: k.fit(),
        step: step(&k.front),
        dock: dock(k),
        staff_waiting: staff_waiting(k).saturating_add(no_case),
        not_arrived,
        bands: bands(k),
        money: money(k, now),
        pills: pills(k),
        note: k.customer.note.as_ref().map(|(note, _)| note.clone()),
        screen: screen(k, now),
        sheet: k.customer.sheet.map(|sheet| sheet_now(k, sheet, now)),
        module: module(k),
        scans: k.scans,
    }
}

fn left_ms(until_ms: i64, now: &Now) -> u32 {
    u32::try_from((until_ms - now.boot_ms).max(0)).unwrap_or(u32::MAX)
}

fn shop(k: &Kiosk) -> ShopView {
    ShopView {
        name: k.shop.names.get(k.customer.settings.language).to_owned(),
        ways: k.shop.ways.clone(),
        pitch_nm: k.shop.pitch_nm,
        lower_edge_mm: k.shop.lower_edge_mm,
        terminal_place: k.shop.terminal_place,
        printer: k.shop.printer,
        speaks: k.shop.speaks.contains(&k.customer.settings.language),
        utc_offset_min: k.shop.utc_offset_min,
    }
}

const fn step(front: &Front) -> Option<Step> {
    match front {
        Front::Recovering | Front::OutOfService { .. } | Front::Attract | Front::Unknown { .. } | Front::Staff(_) => {
            None
        }
        Front::Menu { .. } | Front::Options { .. } => Some(Step::Order),
        Front::Review { .. } => Some(Step::Review),
        Front::Benefits
        | Front::Service(_)
        | Front::ServiceFailed(_)
        | Front::ServiceUnknown(_)
        | Front::BenefitsLost
        | Front::TimeShort { .. }
        | Front::Returning { .. } => Some(Step::Benefits),
        Front::PayConfirm { .. } | Front::Card { .. } | Front::Declined { .. } | Front::Settling { .. } => {
            Some(Step::Payment)
        }
        Front::Done { .. } => Some(Step::Done),
    }
}

fn dock(k: &Kiosk) -> Dock {
    use DockButton::{Nothing, Paying, Ready, Stopping};
    let (home, back) = match k.front {
        Front::Recovering | Front::OutOfService { .. } | Front::Attract => (Nothing, Nothing),
        Front::Menu { .. }
        | Front::BenefitsLost
        | Front::TimeShort { .. }
        | Front::Returning { .. }
        | Front::Done { .. }
        | Front::Declined { .. } => (Ready, Nothing),
        Front::Options { .. }
        | Front::Review { .. }
        | Front::Benefits
        | Front::Service(_)
        | Front::ServiceFailed(_)
        | Front::ServiceUnknown(_)
        | Front::PayConfirm { busy: false, .. }
        | Front::Card { stopping: false, .. } => (Ready, Ready),
        Front::Card { stopping: true, .. } => (Stopping, Stopping),
        Front::PayConfirm { busy: true, .. } | Front::Settling { .. } | Front::Unknown { .. } | Front::Staff(_) => {
            (Paying, Paying)
        }
    };
    Dock { home, back, calling: k.customer.calling }
}

fn staff_waiting(k: &Kiosk) -> u32 {
    let waiting = k.transactions().filter(|t| t.with_staff.is_some() && t.closed.is_none()).count();
    u32::try_from(waiting).unwrap_or(u32::MAX).saturating_add(k.damaged)
}

fn bands(k: &Kiosk) -> Vec<Band> {
    let mut bands = Vec::new();
    if k.shop.practice {
        bands.push(Band::Practice);
    }
    match k.front {
        Front::Service(_) if k.shop.scanner && !k.scanner_ready => bands.push(Band::ScannerOff),
        Front::Attract | Front::Review { .. } if !k.shop.services.is_empty() && k.offered().is_empty() => {
            bands.push(Band::NoMembership);
        }
        Front::Recovering
        | Front::OutOfService { .. }
        | Front::Attract
        | Front::Menu { .. }
        | Front::Options { .. }
        | Front::Review { .. }
        | Front::Benefits
        | Front::Service(_)
        | Front::ServiceFailed(_)
        | Front::ServiceUnknown(_)
        | Front::BenefitsLost
        | Front::TimeShort { .. }
        | Front::Returning { .. }
        | Front::PayConfirm { .. }
        | Front::Card { .. }
        | Front::Declined { .. }
        | Front::Settling { .. }
        | Front::Done { .. }
        | Front::Unknown { .. }
        | Front::Staff(_) => {}
    }
    bands
}

/// What is known of the order's money: of the transaction when there is one, else of the cart.
fn money(k: &Kiosk, now: &Now) -> Option<Ledger> {
    let lines = &k.customer.lines;
    let mine = k.mine();
    if let Some(t) = mine.or_else(|| given_back(k)) {
        let of = |service| t.held(service).unwrap_or_default();
        // A moment on the wall clock, for showing only.
        let ends_ms = match t.deadline(now) {
            Deadline::Left(left) => Some(now.wall_ms + left),
            Deadline::NotRunning | Deadline::Passed | Deadline::Unknown => None,
        };
        let held_until_ms = ends_ms.filter(|_| mine.is_some() && t.holds());
        let returned_by_ms = ends_ms.filter(|_| t.closed.is_none() && !t.settle_is_done() && may_be_held(t));
        return Some(Ledger {
            pieces: pieces(&t.order.lines),
            order: t.total(),
            coupon: of(Service::Coupon),
            points: of(Service::PointRedeem),
            discount: t.discount(),
            gift_card: of(Service::Prepaid),
            due: t.due(),
            earn: t.held(Service::PointEarn),
            held_until_ms,
            returned_by_ms,
        });
    }
    (!matches!(k.front, Front::Recovering | Front::OutOfService { .. } | Front::Attract)).then(|| Ledger {
        pieces: pieces(lines),
        order: total(lines),
        coupon: Default::default(),
        points: Default::default(),
        discount: Default::default(),
        gift_card: Default::default(),
        due: total(lines),
        earn: None,
        held_until_ms: None,
        returned_by_ms: None,
    })
}

/// The transaction whose holds are given back while the customer waits or reads why.
fn given_back(k: &Kiosk) -> Option<&Transaction> {
    let (Front::TimeShort { old: Some(old) } | Front::Returning { old, .. }) = &k.front else { return None };
    k.transaction(old)
}

/// Does Prbiti hold something, or may it, that the customer didn't walk out on?
fn may_be_held(t: &Transaction) -> bool {
    t.may_hold() || Service::ALL.into_iter().any(|service| *t.services.get(service) == ServiceState::Asked)
}

fn pills(k: &Kiosk) -> Vec<Pill> {
    let Some(t) = k.mine() else { return Vec::new() };
    let asked = |service: Service| *t.services.get(service) != ServiceState::NotAsked;
    Service::ALL
        .into_iter()
        .filter(|service| k.customer.ticked.contains(service) || asked(*service))
        .map(|service| {
            let state = match t.services.get(service) {
                ServiceState::NotAsked | ServiceState::Opened | ServiceState::Asked
                    if k.front == Front::Service(service) || k.front == Front::ServiceFailed(service) =>
                {
                    PillState::Now
                }
                ServiceState::NotAsked | ServiceState::Opened | ServiceState::Asked => PillState::ToCome,
                ServiceState::Held(amount) => PillState::Used { amount: *amount },
                ServiceState::Declined(_) => PillState::NotUsed,
                ServiceState::Unknown(crate::answer::WhyUnknown::LeftByCustomer) => PillState::NotUsed,
                ServiceState::Unknown(_) => PillState::Unknown,
            };
            Pill { service, state }
        })
        .collect()
}

fn sheet_now(k: &Kiosk, sheet: Sheet, now: &Now) -> Sheet {
    match sheet {
        Sheet::Idle { held, .. } => Sheet::Idle { ends_in_ms: left_ms(k.customer.idle_ends_ms, now), held },
        Sheet::StartOver { .. } | Sheet::ScreenAndSound { .. } => sheet,
    }
}

fn module(k: &Kiosk) -> Option<ModuleFrame> {
    k.session.as_ref().map(|session| ModuleFrame {
        session: session.number,
        url: k.shop.module_url.clone(),
        origin: k.shop.module_origin.clone(),
        for_customer: match session.request {
            Request::Connect(_) => true,
            Request::Settle | Request::Release | Request::Cancel => false,
        },
    })
}

fn card(k: &Kiosk, item: &Item) -> ItemCard {
    ItemCard {
        id: item.id.clone(),
        name: item.names.get(k.customer.settings.language).to_owned(),
        price: item.price,
        picture: item.picture.clone(),
        recommended: item.recommended,
        sold_out: item.sold_out,
    }
}

fn page<T>(all: impl Iterator<Item = T>, page: u32, size: usize) -> Vec<T> {
    all.skip((page.saturating_sub(1) as usize) * size).take(size).collect()
}

fn screen(k: &Kiosk, now: &Now) -> Screen {
    match &k.front {
        Front::Recovering => {
            Screen::OutOfService { why: OutOfService::Recovering { left: k.resumable(now) }, code: "recovering".into() }
        }
        Front::OutOfService { why, code } => Screen::OutOfService { why: why.clone(), code: code.clone() },
        Front::Attract => Screen::Attract,
        Front::Menu { category, page } => menu(k, *category, *page),
        Front::Options { draft, category, page } => options(k, draft).unwrap_or_else(|| menu(k, *category, *page)),
        Front::Review { page } => review(k, *page),
        Front::Benefits => {
            let tick = |service| Tick { service, ticked: k.customer.ticked.contains(&service) };
            Screen::Benefits { services: k.offered().into_iter().map(tick).collect() }
        }
        Front::Service(service) => Screen::Service {
            service: *service,
            open: k
                .session
                .as_ref()
                .is_some_and(|session| session.asked && session.request == Request::Connect(*service)),
        },
        Front::ServiceFailed(service) => Screen::ServiceFailed { service: *service, again: k.may_open_again(*service) },
        Front::ServiceUnknown(service) => Screen::ServiceUnknown { service: *service },
        Front::BenefitsLost => Screen::BenefitsLost,
        Front::TimeShort { .. } => Screen::TimeShort,
        Front::Returning { .. } => Screen::Returning,
        Front::PayConfirm { receipt, months, busy } => {
            let instalments = match k.mine() {
                Some(t) if t.due() >= payment::INSTALMENTS_FROM => payment::INSTALMENTS.to_vec(),
                Some(_) | None => Vec::new(),
            };
            Screen::PayConfirm {
                receipts: k.receipts(),
                receipt: *receipt,
                no_paper: k.shop.printer && !k.prints(),
                instalments,
                months: *months,
                busy: *busy,
            }
        }
        Front::Card { stopping, started_ms, phase, .. } => Screen::Card {
            left_ms: left_ms(started_ms + i64::from(k.shop.payment_timeout_ms), now),
            stopping: *stopping,
            phase: *phase,
        },
        Front::Declined { reason } => {
            let warned_ms = k.customer.last_input_ms + k.idle_limit_ms();
            Screen::Declined { reason: *reason, ends_in_ms: left_ms(warned_ms, now) }
        }
        Front::Settling { slow, .. } => k.mine().map_or(Screen::Returning, |t| settling(t, *slow)),
        Front::Done { until_ms } => done(k, *until_ms, now),
        Front::Staff(desk) => desk.screen(k, now),
        Front::Unknown { since_ms } => Screen::Unknown {
            amount: k.mine().and_then(in_question),
            reference: k.mine().map(|t| t.id.reference()).unwrap_or_default(),
            since_ms: u32::try_from(now.boot_ms - since_ms).unwrap_or(0),
            why: why_in_doubt(k),
            slip: k.slip_can(),
        },
    }
}

fn menu(k: &Kiosk, category: usize, number: u32) -> Screen {
    let language = k.customer.settings.language;
    let categories = &k.shop.catalog.categories;
    let items = categories.get(category).map(|category| {
        page(k.shop.catalog.items_of(&category.id), number, k.page_size())
            .into_iter()
            .map(|item| card(k, item))
            .collect()
    });
    let tabs = categories.iter().enumerate().map(|(index, tab)| CategoryTab {
        id: tab.id.clone(),
        name: tab.names.get(language).to_owned(),
        current: index == category,
    });
    Screen::Menu {
        categories: tabs.collect(),
        items: items.unwrap_or_default(),
        page: number,
        pages: k.pages(),
        pictures: k.customer.lines.iter().take(3).map(|line| line.picture.clone()).collect(),
    }
}

fn options(k: &Kiosk, draft: &Draft) -> Option<Screen> {
    let language = k.customer.settings.language;
    let catalog = &k.shop.catalog;
    let item = catalog.item(&draft.item)?;
    let line = draft.line(catalog)?;
    let groups = draft.answers.iter().filter_map(|(id, chosen)| {
        let group = catalog.group(id)?;
        let answer = match (&group.kind, chosen) {
            (GroupKind::Choice(options), Chosen::Option(chosen)) => GroupAnswer::Choice {
                options: options
                    .iter()
                    .map(|option| OptionView {
                        id: option.id.clone(),
                        name: option.names.get(language).to_owned(),
                        price: option.price,
                        chosen: option.id == *chosen,
                        sold_out: option.sold_out,
                    })
                    .collect(),
            },
            (GroupKind::Count { option, most }, Chosen::Count(count)) => {
                GroupAnswer::Count { price: option.price, count: *count, most: *most, sold_out: option.sold_out }
            }
            (GroupKind::Choice(_), Chosen::Count(_)) | (GroupKind::Count { .. }, Chosen::Option(_)) => return None,
        };
        Some(GroupView { id: id.clone(), name: group.names.get(language).to_owned(), answer })
    });
    Some(Screen::Options {
        item: card(k, item),
        groups: groups.collect(),
        count: draft.pieces,
        price: line.total(),
        each: line.each(),
    })
}

fn review(k: &Kiosk, number: u32) -> Screen {
    let lines = k.customer.lines.iter().enumerate().map(|(index, line)| line_view(k, index, line));
    Screen::Review {
        lines: page(lines, number, k.page_size()),
        page: number,
        pages: k.pages(),
        way: k.customer.way,
        undo: k.customer.undo.is_some(),
        benefits: !k.offered().is_empty(),
        blocked: k.customer.lines.is_empty() || k.customer.lines.iter().any(|line| k.sold_out(line)),
    }
}

fn line_view(k: &Kiosk, index: usize, line: &Line) -> LineView {
    let language = k.customer.settings.language;
    let option = |option: &crate::order::LineOption| {
        let name = option.names.get(language);
        if option.per_piece > 1 { format!("{name} × {}", option.per_piece) } else { name.to_owned() }
    };
    LineView {
        index: u32::try_from(index).unwrap_or(u32::MAX),
        name: line.names.get(language).to_owned(),
        options: line.options.iter().map(option).collect(),
        picture: line.picture.clone(),
        count: line.pieces,
        price: line.total(),
        sold_out: k.sold_out(line),
    }
}

/// The money of a card that was taken, or may have been, for nothing yet.
pub(super) fn in_question(t: &Transaction) -> Option<Won> {
    let stray = t.stray_charges.last().map(|charge| charge.approval.amount);
    stray.or_else(|| t.card_in_doubt().map(|attempt| attempt.amount)).or_else(|| t.charged().map(|paid| paid.amount))
}

/// What the customer who waits for staff is told of it.
fn why_in_doubt(k: &Kiosk) -> WhyInDoubt {
    let Some(t) = k.mine() else { return WhyInDoubt::Other };
    let charged_before = |other: &Transaction| other.order.id == t.order.id && !other.stray_charges.is_empty();
    match t.card_in_doubt() {
        _ if k.shut.is_some() => WhyInDoubt::NotWritten,
        Some(open) if t.stray_charge(&open.id).is_some() => WhyInDoubt::OtherAmount,
        _ if k.transactions().any(charged_before) => WhyInDoubt::LateCharge,
        Some(_) if t.with_staff == Some(StaffReason::CardUnknown) => WhyInDoubt::Forgotten,
        Some(_) => WhyInDoubt::NoAnswer,
        None if t.card == CardState::NotDue => WhyInDoubt::Benefits,
        None => WhyInDoubt::Other,
    }
}

fn settling(t: &Transaction, slow: bool) -> Screen {
    let benefits = t.asked_anything().then(|| match &t.settle {
        Some(settle) if settle.answer == Some(crate::answer::MessageOutcome::Done) => LineState::Done,
        Some(_) | None if t.with_staff.is_some() => LineState::Pending,
        Some(_) | None => LineState::Waiting,
    });
    let hand_over = match t.hand_over {
        HandOver::Done => LineState::Done,
        HandOver::NotDue | HandOver::Started => LineState::Waiting,
        HandOver::Failed | HandOver::Withdrawn | HandOver::Voiding | HandOver::Voided => LineState::Pending,
    };
    Screen::Settling { card: t.approval().map(|_| LineState::Done), benefits, hand_over, slow }
}

fn done(k: &Kiosk, until_ms: i64, now: &Now) -> Screen {
    let t = k.mine();
    let pending = t.is_some_and(|t| t.holds() && !t.settle_is_done());
    let earned = t.and_then(|t| t.held(Service::PointEarn)).filter(|_| !pending);
    Screen::Done {
        order_number: t.and_then(|t| t.order_number.as_ref()).map(|number| number.text.clone()).unwrap_or_default(),
        handed_over: t
            .is_some_and(|t| t.hand_over == HandOver::Done || t.made_by_staff || t.closed == Some(Closed::Settled)),
        benefits_pending: pending,
        earned,
        paper: k.receipt_can(),
        ends_in_ms: left_ms(until_ms, now),
    }
}
