//! What Prbiti said that staff, or whoever set the kiosk up, should hear of: refusals of what we sent, and answers that
//! don't fit what was asked. The journal keeps the evidence; this is what they are told.

use super::{Kiosk, Turn};
use crate::{
    codes::Code,
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
    /// Prbiti refused a message. Staff are alerted where only people can help.
    pub(super) fn refused(&mut self, id: &TransactionId, request: Request, code: &Code) {
        let class = code.class();
        let alerts = match request {
            Request::Connect(_) => class.meaning().connection.alerts(),
            Request::Settle | Request::Release | Request::Cancel => class.meaning().message == Heard::Refused,
        };
        let known = code.known();
        let field = known.and_then(|known| known.field);
        let words = known.map_or("", |known| known.developer);
        let said = PrbitiSaid::Refused { code: code.as_str().into(), class, field: field.map(str::to_owned) };
        if self.notice(id, said) && alerts {
            let what = field.map(|field| format!("{field}: ")).unwrap_or_default();
            self.alert(format!("Prbiti refused {} of {id}: {} ({what}{words})", request.name(), code.as_str()));
        }
    }

    /// An answer doesn't fit what was asked.
    pub(super) fn does_not_fit(&mut self, id: &TransactionId, request: Request, what: &str) {
        if self.notice(id, PrbitiSaid::Misfit { what: what.to_owned() }) {
            self.alert(format!("Prbiti's answer to {} of {id} doesn't fit: {what}", request.name()));
        }
    }

    /// Is it new? The same again only comes to the top of the list.
    fn notice(&mut self, id: &TransactionId, said: PrbitiSaid) -> bool {
        let notice = Notice { at_ms: self.now.wall_ms, reference: id.reference(), said };
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
