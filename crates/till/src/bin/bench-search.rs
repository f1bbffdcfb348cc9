//! What a page of a search costs among very many transactions.
//!
//! `bench-search [DIRECTORY] [TRANSACTIONS]`: makes a journal through the journal's own commits, many transactions to a
//! commit, whose summaries are like a shop's (each with three entries, where a real one has about ten), and asks for pages
//! of each kind. A line for each kind: how often, and the least, median and longest time in ms.
#![allow(clippy::print_stdout, clippy::float_arithmetic)]

use std::{
    error::Error,
    fs, io,
    path::PathBuf,
    time::{Duration, Instant},
};

use till::journal::{Booked, Day, Facets, FoundBy, Journal, NewRow, Summary, Text, Wanted};

type Failure = Box<dyn Error + Send + Sync>;

const TRANSACTIONS: u32 = 1_000_000;
/// So many are made in one commit.
const AT_ONCE: u32 = 500;
/// Entries of each.
const ENTRIES: u32 = 3;
/// Orders of a day.
const DAILY: u32 = 600;
/// How often each kind of search is asked, each time for something else where there is something else.
const TIMES: u32 = 40;
/// How far somebody turns the pages.
const PAGES: u32 = 2_000;
/// So many transactions are opened and closed at the end.
const COMMITS: u32 = 500;
/// What a page of the kiosk shows.
const ROWS: u32 = 20;
/// The first order, in ms since 1970; what is ordered then counts for that business day.
const BEGAN_MS: i64 = 1_790_035_200_000;
const DAY_MS: i64 = 86_400_000;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args_os().skip(1);
    let directory = match arguments.next() {
        Some(directory) => PathBuf::from(directory),
        None => beside_the_program()?,
    };
    let transactions = match arguments.next() {
        Some(transactions) => transactions.to_string_lossy().parse()?,
        None => TRANSACTIONS,
    };
    let directory = directory.join(format!("bench-search-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    let place = directory.clone();
    let measured = tokio::spawn(async move { measure(&place.join("journal.db"), transactions).await }).await?;
    fs::remove_dir_all(&directory)?;
    let slowest = measured?;
    println!("search: {transactions} rows, slowest {} ms", ms(slowest));
    Ok(())
}

async fn measure(path: &std::path::Path, transactions: u32) -> Result<Duration, Failure> {
    let mut journal = Journal::open(path).await?;
    let began = Instant::now();
    for first in (0..transactions).step_by(AT_ONCE as usize) {
        let these = first..transactions.min(first + AT_ONCE);
        let rows = these.clone().flat_map(|at| (0..ENTRIES).map(move |seq| row(at, seq))).collect();
        journal.commit(rows, these.map(|at| summary(at, transactions)).collect(), Vec::new()).await?;
    }
    journal.close().await?;
    let bytes = fs::metadata(path)?.len();
    println!("made {transactions} transactions in {:.0?}, {} MiB", began.elapsed(), bytes >> 20);

    // As the kiosk finds it after a restart.
    let mut journal = Journal::open(path).await?;
    let mut slowest = Duration::ZERO;
    for (kind, wanted) in kinds(transactions) {
        let mut times = Vec::new();
        let mut found = 0;
        for at in 0..TIMES {
            let wanted = wanted(sample(at, transactions));
            let began = Instant::now();
            let page = journal.search(&wanted).await?;
            times.push(began.elapsed());
            found += page.chains.len();
        }
        slowest = slowest.max(line(kind, &mut times, found));
    }
    for (kind, facets) in [("2,000 pages of all", Facets::default()), ("2,000 pages of coupons", Facets::COUPON)] {
        let (mut times, mut found) = (Vec::new(), 0);
        let mut wanted = Wanted { facets, limit: ROWS, ..Wanted::default() };
        for _ in 0..PAGES {
            let began = Instant::now();
            let page = journal.search(&wanted).await?;
            times.push(began.elapsed());
            found += page.chains.len();
            wanted.before = page.next;
            if page.next.is_none() {
                break;
            }
        }
        slowest = slowest.max(line(kind, &mut times, found));
    }
    commits(&mut journal, transactions).await?;
    journal.close().await?;
    Ok(slowest)
}

/// What keeps a search fast is written when a transaction closes: what that costs, beside another entry.
async fn commits(journal: &mut Journal, transactions: u32) -> Result<(), Failure> {
    let (mut goes_on, mut closes) = (Vec::new(), Vec::new());
    for at in transactions..transactions + COMMITS {
        let open = Summary { open: true, ..summary(at, 0) };
        for (seq, summary) in [(0, open.clone()), (1, open), (2, summary(at, 0))] {
            let began = Instant::now();
            journal.commit(vec![row(at, seq)], vec![summary], Vec::new()).await?;
            match seq {
                1 => goes_on.push(began.elapsed()),
                2 => closes.push(began.elapsed()),
                _ => {}
            }
        }
    }
    line("a commit beside it that goes on", &mut goes_on, 0);
    line("a commit beside it that closes", &mut closes, 0);
    Ok(())
}

fn line(kind: &str, times: &mut [Duration], found: usize) -> Duration {
    times.sort_unstable();
    let at = |place: usize| times.get(place).copied().unwrap_or_default();
    let (least, median, longest) = (at(0), at(times.len() / 2), at(times.len().saturating_sub(1)));
    println!("search: {kind}: {} times, {found} found, {} {} {} ms", times.len(), ms(least), ms(median), ms(longest));
    longest
}

fn ms(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

type Kind = (&'static str, Box<dyn Fn(u32) -> Wanted + Send>);

/// Each kind of search, for a transaction that there is.
fn kinds(transactions: u32) -> Vec<Kind> {
    fn all() -> Wanted {
        Wanted { limit: ROWS, ..Wanted::default() }
    }
    fn text(text: &str) -> Wanted {
        Wanted { text: Text::read(text), ..all() }
    }
    fn day(at: u32) -> Option<Day> {
        Some(Day { business_day: business_day(at), shift_ms: 0 })
    }
    let reference = |at| {
        let id = id(at);
        id.get(27..).unwrap_or_default().to_owned()
    };
    let mut kinds: Vec<Kind> = vec![
        ("all", Box::new(|_| all())),
        ("a transactionID", Box::new(|at| text(&id(at)))),
        ("a reference", Box::new(move |at| text(&reference(at)))),
        ("an order number", Box::new(|at| text(&format!("A{}", at % DAILY + 1)))),
        (
            "an approval number",
            Box::new(move |at| text(summary(at, transactions).approval_number.as_deref().unwrap_or("30000000"))),
        ),
        ("the last four digits, perhaps an amount", Box::new(|at| text(&last_four(at)))),
        ("an amount of very many", Box::new(|_| text("3,000"))),
        ("an amount of few", Box::new(|at| text(&summary(at, 0).total_won.to_string()))),
        ("an amount of nobody", Box::new(|_| text("12,345,678"))),
        ("a word of nobody", Box::new(|_| text("nothing"))),
        ("a day", Box::new(|at| Wanted { day: day(at), ..all() })),
        ("a day, nothing paid", Box::new(|at| Wanted { day: day(at), facets: Facets::UNPAID, ..all() })),
        ("a day and an amount", Box::new(|at| Wanted { day: day(at), ..text("3,000") })),
        ("an amount of very many, by hand", Box::new(|_| Wanted { facets: Facets::BY_HAND, ..text("3,000") })),
        (
            "an amount of very many, refunded, by points",
            Box::new(|_| Wanted { facets: Facets::REFUNDED.and(Facets::POINTS), ..text("3,000") }),
        ),
        (
            "an order number, by hand",
            Box::new(|at| Wanted { facets: Facets::BY_HAND, ..text(&format!("A{}", at % DAILY + 1)) }),
        ),
    ];
    for (kind, facets) in [
        ("with staff", Facets::WITH_STAFF),
        ("open", Facets::OPEN),
        ("paid", Facets::PAID),
        ("refunded", Facets::REFUNDED),
        ("nothing paid", Facets::UNPAID),
        ("by hand", Facets::BY_HAND),
        ("with a coupon asked for", Facets::service(1)),
        ("with points earned", Facets::service(8)),
        ("by card", Facets::CARD),
        ("by gift card", Facets::GIFT_CARD),
        ("by coupon and gift card, which nobody has", Facets::COUPON.and(Facets::GIFT_CARD)),
        ("by gift card, refunded", Facets::GIFT_CARD.and(Facets::REFUNDED)),
        ("by coupon, nothing paid, by hand", Facets::COUPON.and(Facets::UNPAID).and(Facets::BY_HAND)),
    ] {
        kinds.push((kind, Box::new(move |_| Wanted { facets, ..all() })));
    }
    kinds
}

/// One of them, anywhere.
fn sample(at: u32, transactions: u32) -> u32 {
    u32::try_from(mixed(at, 99) % u64::from(transactions.max(1))).unwrap_or(0)
}

/// Always the same for the same, and otherwise anything (splitmix64).
fn mixed(at: u32, salt: u64) -> u64 {
    let mut x = u64::from(at).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt << 32);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn id(at: u32) -> String {
    format!("{:016x}{:016x}", u64::from(at), mixed(at, 1))
}

fn last_four(at: u32) -> String {
    format!("{:04}", mixed(at, 2) % 10_000)
}

fn business_day(at: u32) -> String {
    checkout::time::day(opened_ms(at))
}

fn opened_ms(at: u32) -> i64 {
    BEGAN_MS + i64::from(at / DAILY) * DAY_MS + i64::from(at % DAILY) * 60_000
}

fn row(at: u32, seq: u32) -> NewRow {
    NewRow {
        transaction_id: id(at),
        seq,
        at_ms: opened_ms(at) + i64::from(seq),
        boot_ms: i64::from(at),
        boot_id: "00000000-0000-0000-0000-000000000000".to_owned(),
        kind: "step".to_owned(),
        body: format!("{{\"payload\":\"{}\"}}", "x".repeat(200)),
    }
}

/// A shop's: of a hundred five paid nothing, twelve had a coupon, eight points and three a gift card; of ten thousand
/// twenty were refunded, and five staff had a hand in. The last thirty are open.
fn summary(at: u32, transactions: u32) -> Summary {
    let of = |salt, parts| mixed(at, salt) % parts;
    let unpaid = of(3, 100) < 5;
    let refunded = !unpaid && of(4, 10_000) < 20;
    let by_hand = of(5, 10_000) < 5;
    let open = at + 30 >= transactions && transactions > 0;
    // Most cost one of forty sums, a fifth of them the same.
    let total_won = match of(6, 100) {
        0..20 => 3_000,
        20..70 => i64::try_from(of(7, 40)).unwrap_or(0) * 500 + 3_500,
        _ => i64::try_from(of(8, 50_000)).unwrap_or(0) * 10 + 1_500,
    };
    let (coupon, points, gift_card) = match of(9, 100) {
        0..12 => (true, false, false),
        12..20 => (false, true, false),
        20..23 => (false, false, true),
        _ => (false, false, false),
    };
    let part = |is: bool, won| if is { won } else { 0 };
    let (coupon_won, points_won) = (part(coupon, 1_000), part(points, 500));
    let gift_card_won = part(gift_card, total_won);
    let card_won = part(!unpaid, total_won - coupon_won - points_won - gift_card_won);
    let earned = of(10, 100) < 30;
    let paid = !unpaid && !open;
    Summary {
        transaction_id: id(at),
        order_id: format!("{:032x}", mixed(at, 11)),
        opened_ms: opened_ms(at),
        open,
        with_staff: false,
        state: if open {
            "open"
        } else if unpaid {
            "released"
        } else if refunded {
            "refunded"
        } else {
            "settled"
        }
        .to_owned(),
        total_won,
        card_won,
        approval_number: (card_won > 0).then(|| format!("{:08}", mixed(at, 12) % 100_000_000)),
        order_number: paid.then(|| format!("A{}", at % DAILY + 1)),
        business_day: paid.then(|| business_day(at)),
        order_seq: paid.then_some(at % DAILY + 1),
        deadline_ms: coupon.then(|| opened_ms(at) + 1_800_000),
        handed_over: paid,
        live_attempt: paid && !refunded,
        found_by: Some(FoundBy {
            last_four: (card_won > 0).then(|| last_four(at)),
            coupon_won,
            points_won,
            gift_card_won,
            services: u8::from(coupon) + 2 * u8::from(points) + 4 * u8::from(gift_card) + 8 * u8::from(earned),
            by_hand,
        }),
        booked: Some(Booked { sold_ms: paid.then(|| opened_ms(at)), refunded_ms: refunded.then(|| opened_ms(at)) }),
    }
}

/// The directory of the program itself: a build directory is on a disk, where /tmp may not be.
fn beside_the_program() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.parent().unwrap_or(std::path::Path::new(".")).to_owned())
}
