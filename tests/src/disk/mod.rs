//! A disk in memory, for SQLite: its calls fail and its power is lost when a test says so. Knows nothing of what is
//! stored on it.
//!
//! ```ignore
//! let disk = Disk::new();
//! let engine = Engine::open(&disk.path("device.db"), Durability::Full, entropy)?;
//! let at = disk.changes();                       // acknowledged so far
//! let left = disk.trace().walk().to(at).lose_power(seed);
//! let disk = Disk::with(&left);
//! let engine = Engine::open(&disk.path("device.db"), Durability::Full, entropy)?;
//! ```

mod crash;
mod files;
mod locks;
mod vfs;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::ffi;

pub use crash::{Trace, Walk};
use files::Files;

/// What stands on a disk: the bytes of each file, by its name. They are copied only where they become others.
pub type Image = BTreeMap<String, Bytes>;

type Bytes = Arc<Vec<u8>>;

/// How a call fails. Of a write that fails, half is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Full,
    Read,
    Write,
    /// What had not reached the disk before never will, though it still reads as if it had: so Linux treats pages
    /// that it could not write (Rebello et al., "Can Applications Recover from fsync Failures?", 2020).
    Sync,
    Memory,
}

impl Fault {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Full, Self::Read, Self::Write, Self::Sync, Self::Memory];

    /// What SQLite is told, whatever it had asked for.
    fn code(self) -> Code {
        match self {
            Self::Full => ffi::SQLITE_FULL,
            Self::Read => ffi::SQLITE_IOERR_READ,
            Self::Write => ffi::SQLITE_IOERR_WRITE,
            Self::Sync => ffi::SQLITE_IOERR_FSYNC,
            Self::Memory => ffi::SQLITE_IOERR_NOMEM,
        }
    }
}

/// One of SQLite's result codes, of a failure.
type Code = std::ffi::c_int;

/// A disk that SQLite finds by its paths, as long as this lives.
#[derive(Debug)]
pub struct Disk {
    number: u64,
    files: Arc<Mutex<Files>>,
}

impl Disk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::with(&Image::new())
    }

    /// A disk on which all of this has long been safe.
    pub fn with(image: &Image) -> Self {
        let files = Arc::new(Mutex::new(Files::new(image)));
        let number = vfs::mount(files.clone());
        Self { number, files }
    }

    /// What to open for the file of that name.
    pub fn path(&self, name: &str) -> PathBuf {
        format!("file:/{}/{name}?vfs={}", self.number, vfs::NAME).into()
    }

    /// How many calls that can fail there have been.
    pub fn calls(&self) -> u64 {
        self.files().calls
    }

    /// The n-th call from the first on is to fail, once.
    pub fn fail_at(&self, call: u64, fault: Fault) {
        self.files().fault = Some((call, fault));
    }

    /// Whether the call that was to fail has done so.
    pub fn has_failed(&self) -> bool {
        self.files().fault.is_none()
    }

    /// Whether from here on every write finds the disk full.
    pub fn set_full(&self, is_full: bool) {
        self.files().is_full = is_full;
    }

    /// From here on a sync says that it is done, and does nothing.
    pub fn lie(&self) {
        self.files().is_lying = true;
    }

    /// How often the disk was changed or synced.
    pub fn changes(&self) -> usize {
        self.files().trace.len()
    }

    /// Everything that has happened to the disk, in order.
    pub fn trace(&self) -> Trace {
        self.files().trace.clone()
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        vfs::unmount(self.number);
    }
}
