//! The flows that customers are in, by the key that their page got.

use crate::codes::Echo;
use crate::protocol::Connection;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// All flows.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

/// One customer's flow.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) connection: Connection,
    pub(super) echo: Echo,
    /// The member's phone or the card's number, once it is known.
    pub(super) subject: Option<String>,
}

impl Sessions {
    pub(super) fn begin(&self, connection: Connection, echo: Echo) -> String {
        let key = uuid::Uuid::now_v7().simple().to_string();
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.insert(key.clone(), Session { connection, echo, subject: None });
        key
    }

    pub(super) fn get(&self, key: &str) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub(super) fn identify(&self, key: &str, subject: &str) {
        if let Some(session) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(key) {
            session.subject = Some(subject.to_owned());
        }
    }

    pub(super) fn end(&self, key: &str) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key)
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
