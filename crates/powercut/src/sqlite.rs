//! What is asked of SQLite past the journal: the control without full syncs, and whether a file's structure is whole.
#![expect(unsafe_code, reason = "SQLite's own functions, which sqlx doesn't offer")]

use std::{
    collections::BTreeMap,
    ffi::{CStr, CString, c_char, c_int, c_void},
    os::unix::ffi::OsStrExt as _,
    path::Path,
    ptr,
    sync::{Mutex, PoisonError},
};

use libsqlite3_sys as ffi;

/// The newest connection to each database, by its path.
static CONNECTIONS: Mutex<BTreeMap<Vec<u8>, Connection>> = Mutex::new(BTreeMap::new());

#[derive(Clone, Copy)]
struct Connection(*mut ffi::sqlite3);

// SAFETY: the pointer is only handed on; `sync_less` says when it may be used.
unsafe impl Send for Connection {}

/// Has SQLite tell of each connection that is opened from now on.
pub fn watch_connections() {
    // SAFETY: `opened` is a function of the kind that SQLite asks for and is there for ever.
    unsafe { ffi::sqlite3_auto_extension(Some(opened)) };
}

unsafe extern "C" fn opened(
    connection: *mut ffi::sqlite3,
    _error: *mut *mut c_char,
    _api: *const ffi::sqlite3_api_routines,
) -> c_int {
    // SAFETY: SQLite passes a connection that it has just opened; the name is a text that lives as long as it does.
    let name = unsafe {
        let name = ffi::sqlite3_db_filename(connection, c"main".as_ptr());
        if name.is_null() {
            return ffi::SQLITE_OK;
        }
        CStr::from_ptr(name).to_bytes().to_vec()
    };
    CONNECTIONS.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Connection(connection));
    ffi::SQLITE_OK
}

/// Turns the connection of the journal at `path` to `synchronous=NORMAL`, which the journal itself would refuse.
///
/// To be called only while that journal is open and nobody asks anything of it.
pub fn sync_less(path: &Path) -> Result<(), String> {
    let connections = CONNECTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(Connection(connection)) = connections.get(path.as_os_str().as_bytes()).copied() else {
        return Err("SQLite told of no connection".to_owned());
    };
    // SAFETY: the newest connection to this path is the one that the open journal holds; its thread waits.
    match unsafe { ask(connection, c"PRAGMA synchronous=NORMAL; PRAGMA synchronous") }?.as_slice() {
        [normal] if normal == "1" => Ok(()),
        other => Err(format!("SQLite stays at synchronous={other:?}")),
    }
}

/// Looks through the structure of a database that nobody has open.
pub fn check_structure(path: &Path) -> Result<(), String> {
    let name = CString::new(path.as_os_str().as_bytes()).map_err(|error| error.to_string())?;
    let mut connection = ptr::null_mut();
    // SAFETY: the connection is used by nobody else and closed in the end, also when it couldn't be opened.
    let answer = unsafe {
        let opened = ffi::sqlite3_open_v2(name.as_ptr(), &raw mut connection, ffi::SQLITE_OPEN_READWRITE, ptr::null());
        let answer = if opened == ffi::SQLITE_OK {
            ask(connection, c"PRAGMA integrity_check; PRAGMA foreign_key_check")
        } else {
            Err(format!("SQLite answers {opened}"))
        };
        ffi::sqlite3_close(connection);
        answer
    };
    match answer?.as_slice() {
        [ok] if ok == "ok" => Ok(()),
        other => Err(format!("the structure is broken: {other:?}")),
    }
}

/// The first column of each row of the answer.
///
/// # Safety
/// The connection must be open, and nobody else may use it meanwhile.
unsafe fn ask(connection: *mut ffi::sqlite3, sql: &CStr) -> Result<Vec<String>, String> {
    let mut rows: Vec<String> = Vec::new();
    // SAFETY: as promised by the caller; `keep` gets the list that it expects, which outlives the call.
    let answer = unsafe {
        ffi::sqlite3_exec(connection, sql.as_ptr(), Some(keep), (&raw mut rows).cast::<c_void>(), ptr::null_mut())
    };
    if answer == ffi::SQLITE_OK { Ok(rows) } else { Err(format!("SQLite answers {answer} to {sql:?}")) }
}

unsafe extern "C" fn keep(rows: *mut c_void, columns: c_int, values: *mut *mut c_char, _: *mut *mut c_char) -> c_int {
    // SAFETY: `ask` passes its list, which nobody else touches until SQLite returns; SQLite passes as many texts as
    // there are columns, each of which may be null.
    unsafe {
        if columns > 0 && !(*values).is_null() {
            (*rows.cast::<Vec<String>>()).push(CStr::from_ptr(*values).to_string_lossy().into_owned());
        }
    }
    ffi::SQLITE_OK
}
