//! The kiosk without its window: the loop that owns the state, the journal, and the devices.
//!
//! Start at [`till`]: one queue of events in; rows, effects and views out. Then [`journal`] (what is kept) and `record`
//! (facts as rows, and back), [`config`] (what it starts from), [`scanner`], [`payment`] and [`printer`] (what it speaks
//! to),
//! [`boot`] (what time it is), [`staff`] (who may act). [`reading`] is what is read from outside, without the outside;
//! [`inspect`] is for people who look into a copy of a journal, [`check_agent`] for those who write an adapter,
//! [`check_module`] for those who set up a kiosk; [`updates`] is how the kiosk comes by a newer version of itself. What differs
//! between operating systems is in [`system`].

mod books_file;
pub mod boot;
mod catalog_file;
pub mod check_agent;
pub mod check_module;
pub mod config;
pub mod inspect;
pub mod journal;
pub mod kitchen;
pub mod order_hook;
pub mod payment;
pub mod printer;
pub mod reading;
pub mod recent;
mod record;
pub mod scanner;
pub mod staff;
mod support;
pub mod system;
pub mod till;
mod toml_file;
pub mod updates;
mod whole_body;

pub use till::{Page, Sign, Till, Watch};
