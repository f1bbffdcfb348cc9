//! The system calls of this program, SQLite's and the journal's own among them, on their way through the recording.
//!
//! A program's own symbol goes before the C library's, for everything that is linked into it: Rust's standard library
//! and the bundled SQLite both call what stands here. So the journal runs as it is shipped, on SQLite's own Unix layer,
//! and neither has a seam for this. A stand-in below SQLite alone wouldn't see the log being written anew.
//!
//! A call that is missing here isn't overlooked: each life ends with a comparison of what was recorded and the files.
#![expect(unsafe_code, reason = "system calls are replaced and made here, and nowhere else")]

use std::{
    ffi::{CStr, OsStr},
    os::unix::ffi::OsStrExt as _,
    path::Path,
    slice,
};

use libc::{AT_FDCWD, c_char, c_int, c_long, c_void, mode_t, off_t, off64_t, size_t, ssize_t};

use crate::recording::{self, Handle};

/// What a call answers that was refused on purpose.
fn refuse(errno: c_int) -> c_int {
    // SAFETY: the C library promises a valid place of this thread's own.
    unsafe { *libc::__errno_location() = errno };
    -1
}

/// Makes a system call. The C library sets `errno` and answers -1 where the kernel refuses.
macro_rules! kernel {
    ($number:ident $(, $argument:expr)*) => {
        // SAFETY: the arguments are those that this call was made with, so whoever made it vouches for them.
        unsafe { libc::syscall(libc::$number $(, $argument)*) }
    };
}

/// The kernel answers a call that answers an `int` with one.
#[expect(clippy::cast_possible_truncation, reason = "a file descriptor, 0 or -1")]
fn int(answer: c_long) -> c_int {
    answer as c_int
}

fn path<'a>(path: *const c_char) -> &'a Path {
    // SAFETY: whoever calls a function of the C library with a path passes a text that ends in zero and outlives the
    // call; nothing here keeps it longer.
    Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(path) }.to_bytes()))
}

/// As the C library declares it, this takes any number of arguments after the second, of which it reads at most one.
/// Rust can't define such a function; on the 64-bit platforms of Linux that one argument comes in the same register.
///
/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(name: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    recording::open(path(name), flags & libc::O_TRUNC != 0, || {
        int(kernel!(SYS_openat, AT_FDCWD, name, flags | libc::O_LARGEFILE, mode))
    })
    .unwrap_or_else(refuse)
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(name: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    // SAFETY: the same arguments.
    unsafe { open64(name, flags, mode) }
}

#[unsafe(no_mangle)]
pub extern "C" fn close(file: c_int) -> c_int {
    recording::close(file);
    int(kernel!(SYS_close, file))
}

fn wrote(handle: &Handle, data: *const c_void, length: size_t, at: Option<off64_t>, file: c_int) -> ssize_t {
    let write = |length: size_t| match at {
        Some(at) => kernel!(SYS_pwrite64, file, data, length, at),
        None => kernel!(SYS_write, file, data, length),
    };
    let written = handle.write(
        length,
        |length| usize::try_from(write(length)).ok(),
        |written| {
            // SAFETY: the kernel has just read as many bytes from there.
            let data = unsafe { slice::from_raw_parts(data.cast::<u8>(), written) };
            let end = kernel!(SYS_lseek, file, 0 as off64_t, libc::SEEK_CUR);
            let at = at.and_then(|at| usize::try_from(at).ok());
            (at.unwrap_or_else(|| usize::try_from(end).unwrap_or(0).saturating_sub(written)), data)
        },
    );
    match written {
        Ok(written) => written.and_then(|written| ssize_t::try_from(written).ok()).unwrap_or(-1),
        Err(errno) => refuse(errno) as ssize_t,
    }
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(file: c_int, data: *const c_void, length: size_t) -> ssize_t {
    match recording::handle(file) {
        Some(handle) => wrote(&handle, data, length, None, file),
        None => kernel!(SYS_write, file, data, length) as ssize_t,
    }
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(file: c_int, data: *const c_void, length: size_t, at: off64_t) -> ssize_t {
    match recording::handle(file) {
        Some(handle) => wrote(&handle, data, length, Some(at), file),
        None => kernel!(SYS_pwrite64, file, data, length, at) as ssize_t,
    }
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(file: c_int, data: *const c_void, length: size_t, at: off_t) -> ssize_t {
    // SAFETY: the same arguments.
    unsafe { pwrite64(file, data, length, at) }
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read(file: c_int, data: *mut c_void, length: size_t) -> ssize_t {
    let read = |length: size_t| kernel!(SYS_read, file, data, length) as ssize_t;
    match recording::handle(file) {
        Some(handle) => handle.read(length, read).unwrap_or_else(|errno| refuse(errno) as ssize_t),
        None => read(length),
    }
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pread64(file: c_int, data: *mut c_void, length: size_t, at: off64_t) -> ssize_t {
    let read = |length: size_t| kernel!(SYS_pread64, file, data, length, at) as ssize_t;
    match recording::handle(file) {
        Some(handle) => handle.read(length, read).unwrap_or_else(|errno| refuse(errno) as ssize_t),
        None => read(length),
    }
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pread(file: c_int, data: *mut c_void, length: size_t, at: off_t) -> ssize_t {
    // SAFETY: the same arguments.
    unsafe { pread64(file, data, length, at) }
}

#[unsafe(no_mangle)]
pub extern "C" fn ftruncate64(file: c_int, length: off64_t) -> c_int {
    let truncate = || int(kernel!(SYS_ftruncate, file, length));
    match recording::handle(file) {
        Some(handle) => handle.truncate(usize::try_from(length).unwrap_or(0), truncate).unwrap_or_else(refuse),
        None => truncate(),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn ftruncate(file: c_int, length: off_t) -> c_int {
    ftruncate64(file, length)
}

#[unsafe(no_mangle)]
pub extern "C" fn fsync(file: c_int) -> c_int {
    let sync = || int(kernel!(SYS_fsync, file));
    match recording::handle(file) {
        Some(handle) => handle.sync(sync).unwrap_or_else(refuse),
        None => sync(),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn fdatasync(file: c_int) -> c_int {
    let sync = || int(kernel!(SYS_fdatasync, file));
    match recording::handle(file) {
        // What it leaves out, the times of a file, nobody reads.
        Some(handle) => handle.sync(sync).unwrap_or_else(refuse),
        None => sync(),
    }
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    recording::rename(path(from), path(to), || int(kernel!(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0)))
        .unwrap_or_else(refuse)
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(name: *const c_char) -> c_int {
    recording::unlink(path(name), || int(kernel!(SYS_unlinkat, AT_FDCWD, name, 0))).unwrap_or_else(refuse)
}

/// # Safety
/// As for the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn linkat(
    from_at: c_int,
    from: *const c_char,
    to_at: c_int,
    to: *const c_char,
    flags: c_int,
) -> c_int {
    let link = || int(kernel!(SYS_linkat, from_at, from, to_at, to, flags));
    // Paths from a directory that is open nobody here uses.
    if from_at != AT_FDCWD || to_at != AT_FDCWD {
        return link();
    }
    recording::link(path(from), path(to), link).unwrap_or_else(refuse)
}
