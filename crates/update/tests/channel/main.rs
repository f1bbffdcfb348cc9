//! The update channel end to end: real packages, installed by the real dpkg into a root of their own; real signatures; a
//! web server on the loopback; the helper as the program that it is; and a program in the packages that sells into a real
//! journal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod kills;
mod kiosk;
mod program;
mod refusals;
mod server;
mod whole;
