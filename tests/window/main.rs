//! The kiosk in its real window: each journey is a customer, each fault is a real one.
//!
//! `make test-window` runs all of them, `make test-window JOURNEY=order` one group; any part of a name does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod anybody;
mod configuration;
mod customer;
mod devices;
mod fence;
mod keypad;
mod kills;
mod kit;
mod order;
mod recovery;
mod staff;
mod voice;
mod widget;
