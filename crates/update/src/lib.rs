//! Updates of an installed kiosk: which release is for it, and how it is installed so that a version that works is there
//! whatever happens meanwhile.
//!
//! Read in this order. What is decided, without a clock, a disk or a network: [`version`], [`release`] (what a publisher
//! signs) and [`key`] (who that is), [`judge`] (is it for this kiosk?), [`window`] (may it be now?) and [`stage`] (what
//! follows, wherever the helper was killed). What is done: [`spool`] (the one way from the kiosk to root), [`record`] (what
//! is written down), [`journal_copy`], [`machine`] (dpkg and systemd), and [`helper`], which the program
//! `prbiti-kiosk-update` runs as root. What runs as root is for Linux alone; what a kiosk asks and reads is everywhere the same.

#[cfg(target_os = "linux")]
mod durable;
#[cfg(target_os = "linux")]
pub mod helper;
#[cfg(target_os = "linux")]
pub mod journal_copy;
pub mod judge;
pub mod key;
#[cfg(target_os = "linux")]
pub mod machine;
#[cfg(target_os = "linux")]
mod package;
pub mod record;
pub mod release;
#[cfg(test)]
mod sample;
pub mod settings;
pub mod spool;
pub mod stage;
pub mod version;
pub mod window;
