//! What Prbiti said that staff, or whoever set the kiosk up, should hear of: refusals of what we sent, and answers that
//! don't fit what was asked. The journal keeps the evidence; this is what they are told.

use super::{Kiosk, Turn};
use crate::{
    answer::Evidence,
    codes::Class,
    ids::TransactionId,
    protocol::Request,
    settlement::Heard,
    time::{MINUTE_MS, Now},
    view::{Notice, PrbitiSaid},
};

/// So many are kept, the newest, and for so long, ms.
const KEPT: usize = 20;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

impl Turn<'_> {
    /// What staff should know of an answer, if anything: that it was a refusal, or doesn't fit what was asked.
    pub(super) fn heard(&mut self, id: &TransactionId, request: Request, heard: &Evidence, misfit: Option<&str>) {
        let class = heard.code.class();
        match misfit {
            Some(what) => self.does_not_fit(id, request, heard, what),
            // A customer's no is between the customer and Prbiti.
            None if heard.code.is_success() || class == Class::ByCustomer => {}
            None => self.refused(id, request, heard),
        }
    }

    fn does_not_fit(&mut self, id: &TransactionId, request: Request, heard: &Evidence, what: &str) {
        if self.notice(id, heard, PrbitiSaid::Misfit { what: what.to_owned() }) {
            self.alert(format!("Prbiti's answer to {} of {id} doesn't fit: {what}", request.name()));
        }
    }

    /// Staff are alerted where only people can help.
    fn refused(&mut self, id: &TransactionId, request: Request, heard: &Evidence) {
        let code = &heard.code;
        let class = code.class();
        let meaning = class.meaning();
        let alerts = match request {
            Request::Connect(_) => meaning.connection.alerts(),
            Request::Settle | Request::Release | Request::Cancel => meaning.message == Heard::Refused,
        };
        let known = code.known();
        let field = known.and_then(|known| known.field);
        let said = PrbitiSaid::Refused { code: code.as_str().to_owned(), class, field: field.map(str::to_owned) };
        if self.notice(id, heard, said) && alerts {
            let what = field.map(|field| format!("{field}: ")).unwrap_or_default();
            let words = known.map_or("", |known| known.developer);
            self.alert(format!("Prbiti refused {} of {id}: {} ({what}{words})", request.name(), code.as_str()));
        }
    }

    /// Is it new? The same again only comes to the top of the list.
    fn notice(&mut self, id: &TransactionId, heard: &Evidence, said: PrbitiSaid) -> bool {
        let notice = Notice {
            at_ms: self.now.wall_ms,
            reference: id.reference(),
            said,
            timestamp: heard.timestamp.clone(),
            result: heard.result.clone(),
        };
        let notices = &mut self.k.notices;
        let before = notices.len();
        notices.retain(|kept| (&kept.reference, &kept.said) != (&notice.reference, &notice.said));
        let new = notices.len() == before;
        notices.insert(0, notice);
        notices.truncate(KEPT);
        new
    }
}

impl Kiosk {
    /// Those of the last day, for the staff's list.
    pub(super) fn notices(&self, now: &Now) -> Vec<Notice> {
        let since = now.wall_ms - DAY_MS;
        self.notices.iter().filter(|notice| notice.at_ms >= since).cloned().collect()
    }
}
