//! What differs from one operating system to the next, as one module for each with the same functions: the clock since the
//! machine's start, who may use a file, what is plugged in. Nothing else in this crate asks which system it is.
//!
//! What there isn't on Windows yet is an error that says so, never something that only looks done.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as here;
#[cfg(windows)]
use windows as here;

#[cfg(windows)]
pub use here::last_input_ms;
pub use here::{asked_to_end, create, give_to_owner_of, shared, sync_folder};
pub(crate) use here::{
    boot_id, boot_ms, bytes_free, device, everybody_may_read, forbid_writing, hold, input_devices, keys_are_heard,
    machine_id, only_ours, open_device, restrict, sticks, update_keys,
};

/// Whose a new file is to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner's alone.
    Owner,
    /// Everybody's.
    Everybody,
}

/// A file that others than its owner can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Who can, as the system says it.
    pub found: String,
    /// How it must be.
    pub expected: &'static str,
    /// What makes it so.
    pub todo: String,
}
