//! The whole world round the checkout's core.
// It stands in for the world, and finds fault: what can't be in it ends it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

pub mod shop;
pub mod world;
