//! The whole world round the checkout's core, and very many orders in it while everything goes wrong.
//!
//! The core is the real one. The journal, Prbiti, the terminal, the shop, the clocks, customers and staff are models
//! ([`world`]), each with a truth of its own, which knows what was really held, settled, charged, given back and handed
//! over, whatever anybody was told. Whatever reaches them is judged at once; what is left when all is at rest is judged
//! then. A story is a script in words; the same words lead to the same.
//!
//! The words of a run are drawn from a seed by customers who look at the screen ([`customer`]), a few at a time, on all
//! processors ([`run`]). Which faults struck is counted ([`fault`]), and bugs put in on purpose show that they
//! would be found ([`sabotage`]).
// It stands in for the world, and finds fault: what can't be in it ends it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

pub mod customer;
pub mod fault;
pub mod run;
pub mod sabotage;
pub mod shop;
pub mod world;
