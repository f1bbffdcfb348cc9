//! The checkout: everything the kiosk decides, and nothing it does. No clock, no disk, no network, no window.
//!
//! Read in this order: what is bought and what it costs ([`order`], [`money`], [`catalog`]); what is said to Prbiti
//! ([`protocol`]) and how its answers are judged ([`answer`], [`codes`]); the fact that is journalled ([`entry`]), the state
//! that is the fold of such facts ([`transaction`]) and the tables that say what follows from it ([`settlement`]);
//! then the whole kiosk as one function of state and event ([`kiosk`]), what its screen shows ([`view`]), and what is
//! printed ([`receipt`], in the columns of [`paper`]) and told to whoever makes it ([`order_hook`]). For those who look into a journal: what a transaction is in the books ([`books`]) and in plain words ([`timeline`]).

pub mod answer;
pub mod books;
pub mod card;
pub mod catalog;
pub mod close;
pub mod codes;
pub mod deed;
pub mod entry;
pub mod ids;
pub mod kiosk;
pub mod money;
pub mod order;
pub mod order_hook;
pub mod paper;
pub mod protocol;
pub mod receipt;
pub mod service;
pub mod settlement;
pub mod staff;
pub mod time;
pub mod timeline;
pub mod transaction;
pub mod view;
