//! What staff look up: from the journal, and of what is open from the kiosk's own state.

use checkout::{
    ids::TransactionId,
    kiosk::{self, Event, Found, Look},
    transaction::HandOver,
    view::{PaidOrder, Search, StaffCase, StateFilter, Tender},
};

use super::Desk;
use crate::{
    journal::{Damaged, DamagedDeed, Day, DeedRow, Facets, JournalError, Row, Summary, Text, Wanted},
    record::{self, NoFold, fold, is_left_to_staff, read_deed, service_bit, unreadable_case},
};

/// What the list of paid orders shows at most.
const LISTED: u32 = 64;
/// What a page of a search shows.
const ROWS: u32 = 20;
/// What a page of what staff did shows.
const DEEDS: u32 = 20;

/// Where the pages of the last search begin, as far as somebody turned them: each before the last transaction of the page
/// before it, so that a page is found as fast as the first, and one that was opened meanwhile moves none.
#[derive(Debug, Default)]
pub(super) struct Searched {
    /// Its first page.
    first: Search,
    /// For each page after the first.
    begins: Vec<i64>,
}

impl Searched {
    /// The page that can be gone to: a page is turned to from the one before it, and the first is always found anew.
    fn turn_to(&mut self, search: &Search) -> (Search, Option<i64>) {
        let first = Search { page: 0, ..search.clone() };
        if search.page == 0 || first != self.first {
            *self = Searched { first, begins: Vec::new() };
        }
        let known = u32::try_from(self.begins.len()).unwrap_or(u32::MAX);
        let page = search.page.min(known);
        let before = usize::try_from(page).ok().and_then(|page| self.begins.get(page.checked_sub(1)?)).copied();
        (Search { page, ..search.clone() }, before)
    }

    fn ends(&mut self, page: u32, next: Option<i64>) {
        self.begins.truncate(usize::try_from(page).unwrap_or(usize::MAX));
        self.begins.extend(next);
    }
}

impl Desk {
    /// Looks up what staff wait for.
    pub(super) async fn look_up(&mut self, look: Look) {
        let found = match look {
            // Each is found beside the loop, which asks the terminal first.
            Look::Day(day) => {
                return match self.look_up_day(day).await {
                    Ok(()) => {}
                    // The days around it can be looked at all the same.
                    Err(error @ JournalError::DamagedDeed(_)) => {
                        tracing::error!(hint = error.hint(), "a day can't be shown: {error}");
                        self.nothing_found().await;
                    }
                    Err(error) => self.journal_failed(&error).await,
                };
            }
            Look::Health => return self.look_up_health().await,
            look @ (Look::Attention | Look::Orders | Look::All(_) | Look::One(_) | Look::Deeds(_) | Look::People) => {
                self.find(look).await
            }
        };
        match found {
            Ok(found) => self.handle(Event::Found(found)).await,
            Err(error) => self.journal_failed(&error).await,
        }
    }

    /// Nothing is there to be found.
    pub(super) async fn nothing_found(&mut self) {
        self.handle(Event::Found(Found::Nothing)).await;
    }

    async fn find(&mut self, look: Look) -> Result<Found, JournalError> {
        let Some(journal) = &mut self.journal else { return Ok(Found::Nothing) };
        match look {
            Look::Attention => {
                let waiting = journal.with_staff().await?;
                Ok(Found::Attention(waiting.into_iter().filter(is_left_to_staff).filter_map(unreadable).collect()))
            }
            Look::Orders => self.orders().await.map(Found::Orders),
            Look::All(search) => self.search(&search).await,
            Look::One(id) => {
                match journal.transaction(id.as_str()).await {
                    Ok(rows) if rows.is_empty() => {}
                    Ok(rows) => return Ok(one(&id, rows)),
                    Err(JournalError::Damaged(damage)) => {
                        tracing::error!(hint = Damaged::HINT, "a transaction can't be shown: {damage}");
                        self.report(vec![damage]).await?;
                    }
                    Err(error) => return Err(error),
                }
                Ok(Found::Nothing)
            }
            Look::Deeds(page) => {
                let before = page.checked_mul(DEEDS).map(i64::from).unwrap_or(i64::MAX);
                let newest = match journal.deeds(None, 1).await?.first() {
                    Some(Ok(row)) => row.number,
                    Some(Err(damaged)) => damaged.number,
                    None => 0,
                };
                let rows = journal.deeds(Some(newest.saturating_add(1).saturating_sub(before)), DEEDS + 1).await?;
                let more = rows.len() > DEEDS as usize;
                let read = |row: Result<DeedRow, DamagedDeed>| read_deed(&row.map_err(|damaged| damaged.to_string())?);
                let deeds = rows.into_iter().take(DEEDS as usize).filter_map(|row| match read(row) {
                    Ok(deed) => Some(deed),
                    Err(why) => {
                        tracing::error!("a line of what staff did can't be read: {why}");
                        None
                    }
                });
                Ok(Found::Deeds(deeds.collect(), page, more))
            }
            // Kept elsewhere, and asked there; or found beside the loop.
            Look::People | Look::Day(_) | Look::Health => Ok(Found::Nothing),
        }
    }

    /// Today's paid orders, the newest first.
    async fn orders(&mut self) -> Result<Vec<PaidOrder>, JournalError> {
        let day = self.kiosk.business_day(&self.now());
        let Some(journal) = &mut self.journal else { return Ok(Vec::new()) };
        let listed = journal.paid_orders(&day, LISTED).await?;
        let (mut orders, mut damaged) = (Vec::new(), Vec::new());
        for chain in listed {
            damaged.extend(chain.as_ref().err().cloned());
            match fold(chain) {
                // What was given back is nobody's to make.
                Ok(t) if t.refund.is_some() || t.hand_over == HandOver::Withdrawn && !t.made_by_staff => {}
                Ok(t) => orders.push(kiosk::paid_order(&t)),
                Err(no_fold) => tracing::error!(hint = no_fold.hint(), "a paid order can't be listed: {no_fold}"),
            }
        }
        self.report(damaged).await?;
        Ok(orders)
    }

    /// A page of what a search finds.
    async fn search(&mut self, search: &Search) -> Result<Found, JournalError> {
        let (search, before) = self.searched.turn_to(search);
        let wanted = self.wanted(&search, before);
        let Some(journal) = &mut self.journal else { return Ok(Found::Nothing) };
        let page = journal.search(&wanted).await?;
        self.searched.ends(search.page, page.next);
        let now = self.now();
        let (mut rows, mut damaged) = (Vec::new(), Vec::new());
        for chain in page.chains {
            damaged.extend(chain.as_ref().err().cloned());
            match fold(chain) {
                Ok(t) => rows.push(kiosk::case(self.kiosk.transaction(&t.id).unwrap_or(&t), &now)),
                Err(no_fold) => rows.extend(self.not_read(&no_fold).await?),
            }
        }
        self.report(damaged).await?;
        Ok(Found::All(search, rows, page.next.is_some()))
    }

    fn wanted(&self, search: &Search, before: Option<i64>) -> Wanted {
        let Search { text, state, service, day, tender, page: _ } = search;
        let state = match state {
            StateFilter::Any => Facets::default(),
            StateFilter::NeedsYou => Facets::WITH_STAFF,
            StateFilter::Open => Facets::OPEN,
            StateFilter::Settled => Facets::PAID,
            StateFilter::Refunded => Facets::REFUNDED,
            StateFilter::Unpaid => Facets::UNPAID,
            StateFilter::ByHand => Facets::BY_HAND,
        };
        let tender = tender.map_or(Facets::default(), |tender| match tender {
            Tender::Card => Facets::CARD,
            Tender::Coupon => Facets::COUPON,
            Tender::Points => Facets::POINTS,
            Tender::GiftCard => Facets::GIFT_CARD,
        });
        let service = service.map_or(Facets::default(), |service| Facets::service(service_bit(service)));
        Wanted {
            text: Text::read(text),
            facets: state.and(tender).and(service),
            day: day.as_ref().map(|day| Day { business_day: day.clone(), shift_ms: self.shop.day_shift_ms() }),
            before,
            limit: ROWS,
        }
    }

    /// What is shown of a transaction that can't be read: what its last whole step wrote in its line.
    async fn not_read(&mut self, no_fold: &NoFold) -> Result<Option<StaffCase>, JournalError> {
        tracing::error!(hint = no_fold.hint(), "a transaction can't be listed: {no_fold}");
        let Some(journal) = &mut self.journal else { return Ok(None) };
        Ok(journal.summary(&no_fold.transaction_id).await?.and_then(unreadable))
    }

    /// Damage that was met while looking is written down, and nothing is sold until staff decide.
    pub(super) async fn report(&mut self, damaged: Vec<Damaged>) -> Result<(), JournalError> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let reported = journal.report(damaged).await;
        self.found(reported).await
    }
}

fn one(id: &TransactionId, rows: Vec<Row>) -> Found {
    let records = record::records(id, &rows);
    match (fold(Ok(rows)), records) {
        (Ok(t), Ok(records)) => Found::One(Box::new(t), records),
        (Err(no_fold), _) => {
            tracing::error!(hint = no_fold.hint(), "a transaction can't be shown: {no_fold}");
            Found::Nothing
        }
        (Ok(_), Err(why)) => {
            tracing::error!("a transaction can't be shown: {why}");
            Found::Nothing
        }
    }
}

fn unreadable(summary: Summary) -> Option<StaffCase> {
    let opened_ms = summary.opened_ms;
    let case = unreadable_case(summary);
    if case.is_none() {
        tracing::error!("a transaction that was opened at {opened_ms} can't be listed: its name can't be read");
    }
    case
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_turned_to_from_the_one_before_it() {
        let mut searched = Searched::default();
        let page = |page| Search { text: "A1".to_owned(), page, ..Search::default() };
        assert_eq!(searched.turn_to(&page(7)), (page(0), None));
        searched.ends(0, Some(80));
        assert_eq!(searched.turn_to(&page(7)), (page(1), Some(80)));
        searched.ends(1, Some(60));
        assert_eq!(searched.turn_to(&page(2)), (page(2), Some(60)));
        searched.ends(2, None);
        assert_eq!(searched.turn_to(&page(3)), (page(2), Some(60)), "there is no more");
        assert_eq!(searched.turn_to(&page(1)), (page(1), Some(80)), "and back");
        let other = Search { text: "A2".to_owned(), page: 1, ..Search::default() };
        assert_eq!(searched.turn_to(&other), (Search { page: 0, ..other }, None));
    }

    #[test]
    fn the_first_page_is_found_anew() {
        let mut searched = Searched::default();
        searched.turn_to(&Search::default());
        searched.ends(0, Some(80));
        searched.turn_to(&Search::default());
        assert_eq!(searched.turn_to(&Search { page: 1, ..Search::default() }), (Search::default(), None));
    }
}
