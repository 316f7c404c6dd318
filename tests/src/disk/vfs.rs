//! The disks as SQLite's virtual file system (sqlite.org/vfs.html), under a name of its own, so that databases on real
//! files go on beside it. It does what SQLite's own for Unix does, with files that are in memory.
//!
//! Written here, because `sqlite-plugin`, which wraps these calls, needs libclang to be built, and keeps from its users
//! whether a deletion is to be synced.

// SQLite is told of functions and of memory by their addresses: no safe interface to that exists.
#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::ffi;

use super::Code;
use super::files::{Files, Handle};

/// What to write after `?vfs=` in a path.
pub(super) const NAME: &str = "disk";
const NAME_FOR_SQLITE: &CStr = c"disk";

/// Longer than any path here: a number and a short name.
const PATH_BYTES_MAX: c_int = 128;

/// As on Linux: a file's other bytes are safe while some are written.
const CHARACTERISTICS: c_int = ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE;
const SECTOR_BYTES: c_int = 4096;

/// Noon of 22 November 2026, in milliseconds since SQLite's day zero, 4,714 years before Christ. Time stands still here.
const NOW_MS: i64 = 212_662_108_800_000;

/// What SQLite holds for each open file. It begins as SQLite's own does.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    open: *mut Open,
}

struct Open {
    files: Arc<Mutex<Files>>,
    handle: Handle,
}

type Mounted = BTreeMap<u64, Arc<Mutex<Files>>>;

fn mounted() -> MutexGuard<'static, (u64, Mounted)> {
    static MOUNTED: Mutex<(u64, Mounted)> = Mutex::new((0, Mounted::new()));
    lock(&MOUNTED)
}

/// Gives a disk the number that its paths begin with.
pub(super) fn mount(files: Arc<Mutex<Files>>) -> u64 {
    static REGISTERED: OnceLock<()> = OnceLock::new();
    REGISTERED.get_or_init(register);
    let mut mounted = mounted();
    mounted.0 += 1;
    let number = mounted.0;
    mounted.1.insert(number, files);
    number
}

/// Forgets a disk. What is open on it stays open.
pub(super) fn unmount(number: u64) {
    mounted().1.remove(&number);
}

/// The disk that a path begins with, and the file's name on it.
fn find(path: &str) -> Option<(Arc<Mutex<Files>>, &str)> {
    let (number, name) = path.strip_prefix('/')?.split_once('/')?;
    let files = mounted().1.get(&number.parse().ok()?)?.clone();
    Some((files, name))
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn register() {
    let vfs = ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: size_of::<File>() as c_int,
        mxPathname: PATH_BYTES_MAX,
        pNext: ptr::null_mut(),
        zName: NAME_FOR_SQLITE.as_ptr(),
        pAppData: ptr::null_mut(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_path),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: Some(current_time_ms),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    };
    // SAFETY: SQLite keeps the address, and what is leaked lives as long as the process.
    let code = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 0) };
    assert_eq!(code, ffi::SQLITE_OK, "SQLite takes the file system");
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock_file),
    xCheckReservedLock: Some(is_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shared_map),
    xShmLock: Some(shared_lock),
    xShmBarrier: Some(shared_barrier),
    xShmUnmap: Some(shared_unmap),
    xFetch: None,
    xUnfetch: None,
};

fn code(result: Result<(), Code>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

/// Lets `work` do something to an open file.
///
/// # Safety
/// `file` is one that `open` has filled and `close` has not emptied: SQLite gives no others to its methods.
unsafe fn with<T>(file: *mut ffi::sqlite3_file, work: impl FnOnce(&mut Files, Handle) -> T) -> T {
    // SAFETY: as above, and `open` is valid until `close`.
    let open = unsafe { &*(*file.cast::<File>()).open };
    work(&mut lock(&open.files), open.handle)
}

/// # Safety
/// `name` is null, or a string that ends in a zero and outlives the call.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    // SAFETY: as above.
    if name.is_null() { None } else { unsafe { CStr::from_ptr(name) }.to_str().ok() }
}

/// A number that SQLite counts as signed and that is never below zero.
fn length(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or_default()
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let file = file.cast::<File>();
    // SAFETY: SQLite gives `szOsFile` bytes. Without methods it does not close what was not opened.
    unsafe { (*file).base.pMethods = ptr::null() };
    // SAFETY: SQLite's strings end in a zero.
    let found = match unsafe { text(name) } {
        Some(path) => match find(path) {
            Some((files, name)) => Some((files, Some(name))),
            None => return ffi::SQLITE_CANTOPEN,
        },
        None => None,
    };
    // What has no name belongs to no disk.
    let (files, name) = found.unwrap_or_else(|| (Arc::new(Mutex::new(Files::new(&super::Image::new()))), None));
    let opened = lock(&files).open(name, flags);
    let handle = match opened {
        Ok(handle) => handle,
        Err(code) => return code,
    };
    let open = Box::into_raw(Box::new(Open { files, handle }));
    // SAFETY: as above; `out_flags` may be null.
    unsafe {
        file.write(File { base: ffi::sqlite3_file { pMethods: &raw const METHODS }, open });
        if let Some(out) = out_flags.as_mut() {
            *out = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, syncs_names: c_int) -> c_int {
    // SAFETY: SQLite's strings end in a zero.
    match unsafe { text(name) }.and_then(find) {
        Some((files, name)) => code(lock(&files).delete(name, syncs_names != 0)),
        None => ffi::SQLITE_IOERR_DELETE_NOENT,
    }
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int, out: *mut c_int) -> c_int {
    // SAFETY: SQLite's strings end in a zero.
    let found = unsafe { text(name) }.and_then(find);
    let exists = found.map_or(Ok(false), |(files, name)| lock(&files).exists(name));
    // SAFETY: SQLite gives room for the answer.
    code(exists.map(|exists| unsafe { *out = exists.into() }))
}

unsafe extern "C" fn full_path(_: *mut ffi::sqlite3_vfs, name: *const c_char, room: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite's strings end in a zero.
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if bytes.len() > length(room) {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: SQLite gives so much room, and it is none of the name's.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len()) };
    ffi::SQLITE_OK
}

/// SQLite asks only the default file system for randomness.
unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, bytes: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite gives so much room.
    unsafe { ptr::write_bytes(out, 7, length(bytes)) };
    bytes
}

/// Whoever waits for a lock has waited at once: nobody else is there who would give it up.
unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    std::thread::yield_now();
    microseconds
}

unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *out = NOW_MS as f64 / 86_400_000.0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_ms(_: *mut ffi::sqlite3_vfs, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *out = NOW_MS };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes what `open` opened, once; the box is taken back from where `open` put it.
    let open = unsafe {
        with(file, |files, handle| files.close(handle));
        (*file).pMethods = ptr::null();
        Box::from_raw((*file.cast::<File>()).open)
    };
    drop(open);
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, bytes: c_int, at: i64) -> c_int {
    // SAFETY: SQLite gives an open file and so much room, in which any bytes are good ones.
    code(unsafe {
        ptr::write_bytes(into.cast::<u8>(), 0, length(bytes));
        let into = std::slice::from_raw_parts_mut(into.cast::<u8>(), length(bytes));
        with(file, |files, handle| files.read(handle, length(at), into))
    })
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, bytes: c_int, at: i64) -> c_int {
    // SAFETY: SQLite gives an open file and so many bytes.
    code(unsafe {
        let from = std::slice::from_raw_parts(from.cast::<u8>(), length(bytes));
        with(file, |files, handle| files.write(handle, length(at), from))
    })
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, bytes: i64) -> c_int {
    // SAFETY: SQLite gives an open file.
    code(unsafe { with(file, |files, handle| files.truncate(handle, length(bytes))) })
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    code(unsafe { with(file, Files::sync) })
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, out: *mut i64) -> c_int {
    // SAFETY: SQLite gives an open file, and room for the answer.
    unsafe { code(with(file, Files::size).map(|bytes| *out = bytes as i64)) }
}

unsafe extern "C" fn lock_file(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    code(unsafe { with(file, |files, handle| files.lock(handle, level)) })
}

unsafe extern "C" fn unlock_file(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    code(unsafe { with(file, |files, handle| files.unlock(handle, level)) })
}

unsafe extern "C" fn is_reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite gives an open file, and room for the answer.
    unsafe { code(with(file, Files::is_reserved).map(|is_reserved| *out = is_reserved.into())) }
}

unsafe extern "C" fn control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    SECTOR_BYTES
}

unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    CHARACTERISTICS
}

unsafe extern "C" fn shared_map(
    file: *mut ffi::sqlite3_file,
    nth: c_int,
    bytes: c_int,
    makes: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite gives an open file, and room for the answer. The region is made of atomics, which may be written
    // through a shared address; it stays where it is until the last connection has left.
    unsafe {
        let region = with(file, |files, handle| files.region(handle, length(nth), length(bytes), makes != 0));
        code(region.map(|region| *out = region.unwrap_or(ptr::null()).cast_mut().cast()))
    }
}

unsafe extern "C" fn shared_lock(file: *mut ffi::sqlite3_file, first: c_int, count: c_int, flags: c_int) -> c_int {
    let slots = length(first)..length(first + count);
    // SAFETY: SQLite gives an open file.
    code(unsafe {
        with(file, |files, handle| match flags & ffi::SQLITE_SHM_UNLOCK != 0 {
            true => files.release_slots(handle, slots),
            false => files.take_slots(handle, slots, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0),
        })
    })
}

unsafe extern "C" fn shared_barrier(_: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shared_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite gives an open file.
    code(unsafe { with(file, Files::leave) })
}
