//! Windows' own calls, for which no safe crate is kept up. The only code of this crate that is `unsafe`: each function asks
//! for one thing, changes nothing, and gives plain values back.
#![allow(unsafe_code)]

use std::{
    ffi::c_void,
    fs::File,
    io, mem,
    os::windows::{ffi::OsStrExt as _, io::AsRawHandle as _},
    path::{Path, PathBuf},
    ptr,
};

use windows_sys::Win32::{
    Foundation::{ERROR_SUCCESS, LocalFree},
    Security::{
        ACCESS_ALLOWED_ACE, ACE_HEADER, ACL,
        Authorization::{GetSecurityInfo, SE_FILE_OBJECT},
        DACL_SECURITY_INFORMATION, GetAce, INHERIT_ONLY_ACE, IsWellKnownSid, PSECURITY_DESCRIPTOR, PSID,
        WELL_KNOWN_SID_TYPE, WinAnonymousSid, WinAuthenticatedUserSid, WinBuiltinGuestsSid, WinBuiltinUsersSid,
        WinInteractiveSid, WinWorldSid,
    },
    Storage::FileSystem::{GetDiskFreeSpaceExW, GetDriveTypeW, GetLogicalDrives},
    System::{
        SystemInformation::GetTickCount64, SystemServices::ACCESS_ALLOWED_ACE_TYPE, WindowsProgramming::DRIVE_REMOVABLE,
    },
    UI::Input::KeyboardAndMouse::{GetLastInputInfo, LASTINPUTINFO},
};

/// Groups that everybody is in who uses the machine.
const EVERYBODY: [(WELL_KNOWN_SID_TYPE, &str); 6] = [
    (WinWorldSid, "Everyone"),
    (WinAuthenticatedUserSid, "Authenticated Users"),
    (WinBuiltinUsersSid, "Users"),
    (WinBuiltinGuestsSid, "Guests"),
    (WinInteractiveSid, "INTERACTIVE"),
    (WinAnonymousSid, "ANONYMOUS LOGON"),
];

/// ms since the machine started, time asleep included.
pub(super) fn ticks_ms() -> u64 {
    // SAFETY: it takes nothing and can't fail.
    unsafe { GetTickCount64() }
}

pub(super) fn bytes_free(folder: &Path) -> Option<u64> {
    let folder: Vec<u16> = folder.as_os_str().encode_wide().chain([0]).collect();
    let mut free = 0;
    // SAFETY: the name ends in a zero, the number outlives the call, and the two that are null aren't wanted.
    let asked = unsafe { GetDiskFreeSpaceExW(folder.as_ptr(), &mut free, ptr::null_mut(), ptr::null_mut()) };
    (asked != 0).then_some(free)
}

pub(super) fn removable_drives() -> Vec<PathBuf> {
    // SAFETY: it takes nothing; a failure is no drive at all.
    let drives = unsafe { GetLogicalDrives() };
    let letters = (b'A'..=b'Z').enumerate().filter(|(bit, _)| drives & (1 << bit) != 0).map(|(_, letter)| letter);
    letters
        .filter(|letter| {
            let root = [u16::from(*letter), u16::from(b':'), u16::from(b'\\'), 0];
            // SAFETY: the name ends in a zero and outlives the call.
            unsafe { GetDriveTypeW(root.as_ptr()) == DRIVE_REMOVABLE }
        })
        .map(|letter| PathBuf::from(format!("{}:\\", char::from(letter))))
        .collect()
}

/// The first of the groups that everybody is in, to which this file is open in whatever way.
pub(super) fn open_to(file: &File) -> io::Result<Option<&'static str>> {
    let (mut list, mut descriptor): (*mut ACL, PSECURITY_DESCRIPTOR) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: the handle is the file's, which is open meanwhile; what is null isn't wanted; the two pointers outlive the call.
    let asked = unsafe {
        GetSecurityInfo(
            file.as_raw_handle(),
            SE_FILE_OBJECT,
            DACL_SECURITY_INFORMATION,
            ptr::null_mut(),
            ptr::null_mut(),
            &mut list,
            ptr::null_mut(),
            &mut descriptor,
        )
    };
    if asked != ERROR_SUCCESS {
        return Err(io::Error::from_raw_os_error(asked.cast_signed()));
    }
    // SAFETY: the list is part of the descriptor, which is freed after the last look at it.
    let found = unsafe { group_in(list) };
    // SAFETY: Windows allocated it for this call, and nothing of it is kept.
    unsafe { LocalFree(descriptor) };
    Ok(found)
}

/// # Safety
/// `list` is null, or a list of Windows' own that stays where it is during the call.
unsafe fn group_in(list: *const ACL) -> Option<&'static str> {
    if list.is_null() {
        // Without a list everybody may do everything.
        return Some("Everyone");
    }
    // SAFETY: it isn't null, and the caller says what it is.
    let length = unsafe { (*list).AceCount };
    (0..u32::from(length)).find_map(|place| {
        let mut entry: *mut c_void = ptr::null_mut();
        // SAFETY: the pointer outlives the call; it is set only if the call says so.
        if unsafe { GetAce(list, place, &mut entry) } == 0 {
            return None;
        }
        // SAFETY: every entry begins with a header.
        let header = unsafe { ptr::read_unaligned(entry.cast::<ACE_HEADER>()) };
        let inherits_only = u32::from(header.AceFlags) & INHERIT_ONLY_ACE != 0;
        if u32::from(header.AceType) != ACCESS_ALLOWED_ACE_TYPE || inherits_only {
            return None;
        }
        // SAFETY: an entry of this type holds, from this field on, the one whom it lets in.
        let who: PSID = unsafe { entry.byte_add(mem::offset_of!(ACCESS_ALLOWED_ACE, SidStart)) };
        // SAFETY: `who` is within the entry.
        EVERYBODY.iter().find(|(group, _)| unsafe { IsWellKnownSid(who, *group) != 0 }).map(|(_, name)| *name)
    })
}

pub(super) fn last_input_ms() -> Option<u32> {
    let size = u32::try_from(mem::size_of::<LASTINPUTINFO>()).ok()?;
    let mut last = LASTINPUTINFO { cbSize: size, dwTime: 0 };
    // SAFETY: it says its own size, and outlives the call.
    let asked = unsafe { GetLastInputInfo(&mut last) };
    (asked != 0).then_some(last.dwTime)
}
