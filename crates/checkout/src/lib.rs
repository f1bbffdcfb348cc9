//! The checkout: everything the kiosk decides, and nothing it does.
pub mod money;
pub mod ids;
pub mod time;
pub mod catalog;
pub mod service;
pub mod view;
