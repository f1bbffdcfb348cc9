//! stub

pub mod boot;
pub mod catalog_file;
pub mod config;
pub mod payment;
pub mod scanner;
mod toml_file;
pub mod journal;
