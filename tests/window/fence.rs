//! The module is somebody else's page: what may be loaded into the window, what a page in it may do, and what is
//! believed of what it says.
//!
//! Each journey ends with an order that is paid, and with the journal, Prbiti and the terminal agreeing about it.

mod answers;
mod frame;
mod loading;
mod messages;
mod page;
