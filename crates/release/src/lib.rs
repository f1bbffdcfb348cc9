//! Publishing releases: keys, and the static files that kiosks look at.
//!
//! Start at [`publish`]: a package becomes files that any web server can serve. [`keys`] makes what they are signed with;
//! [`needs`] reads in the migrations which programs can still use the journal.

pub mod keys;
pub mod needs;
pub mod publish;
