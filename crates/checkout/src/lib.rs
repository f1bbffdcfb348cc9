//! The checkout: everything the kiosk decides, and nothing it does. No clock, no disk, no network, no window.
//!
//! Read in this order: what is bought and what it costs ([`order`], [`money`], [`catalog`]); what is said to Prbiti
//! ([`protocol`]) and how its answers are judged ([`answer`]); the fact that is journalled ([`entry`]), the state
//! that is the fold of such facts ([`transaction`]) and the tables that say what follows from it ([`settlement`]);
//! then the whole kiosk as one function of state and event ([`kiosk`]), and what its screen shows ([`view`]).

pub mod money;
pub mod ids;
pub mod time;
pub mod catalog;
pub mod order;
pub mod service;
pub mod card;
pub mod protocol;
pub mod answer;
pub mod entry;
pub mod transaction;
pub mod settlement;
pub mod view;
