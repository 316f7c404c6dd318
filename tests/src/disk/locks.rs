//! Which connection of this process holds what: the locks of a file, and those of the index that the connections to
//! one write-ahead log share. Written after SQLite's own rules for `xLock` and `xShmLock`.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::atomic::AtomicU64;

use rusqlite::ffi;

/// One opening of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HandleId(pub(super) u64);

/// The locks on a file, each connection's level.
#[derive(Debug, Default)]
pub(super) struct Locks(BTreeMap<HandleId, c_int>);

impl Locks {
    /// Raises a connection's lock; false where another's is in the way.
    pub(super) fn raise(&mut self, handle: HandleId, level: c_int) -> bool {
        let highest = self.highest_but(handle);
        let is_free = match level {
            ffi::SQLITE_LOCK_SHARED => highest < ffi::SQLITE_LOCK_PENDING,
            ffi::SQLITE_LOCK_EXCLUSIVE => highest == ffi::SQLITE_LOCK_NONE,
            _ => highest < ffi::SQLITE_LOCK_RESERVED,
        };
        let own = self.0.entry(handle).or_default();
        if is_free {
            *own = level.max(*own);
        } else if level == ffi::SQLITE_LOCK_EXCLUSIVE && highest < ffi::SQLITE_LOCK_RESERVED {
            // Those who read may finish; nobody else begins.
            *own = ffi::SQLITE_LOCK_PENDING;
        }
        is_free
    }

    pub(super) fn lower(&mut self, handle: HandleId, level: c_int) {
        self.0.insert(handle, level);
    }

    pub(super) fn close(&mut self, handle: HandleId) {
        self.0.remove(&handle);
    }

    pub(super) fn is_reserved(&self) -> bool {
        self.0.values().any(|level| *level >= ffi::SQLITE_LOCK_RESERVED)
    }

    fn highest_but(&self, handle: HandleId) -> c_int {
        let others = self.0.iter().filter(|(other, _)| **other != handle);
        others.map(|(_, level)| *level).max().unwrap_or(ffi::SQLITE_LOCK_NONE)
    }
}

const SLOTS: usize = ffi::SQLITE_SHM_NLOCK as usize;

/// How a connection holds a slot of the shared index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Held {
    #[default]
    Not,
    Shared,
    Alone,
}

/// Memory that the connections to one database share. It is gone when the last of them has left.
#[derive(Debug, Default)]
pub(super) struct Shared {
    regions: Vec<Box<[AtomicU64]>>,
    held: BTreeMap<HandleId, [Held; SLOTS]>,
}

impl Shared {
    /// The start of a region of so many bytes; none where it is not there and is not to be made.
    pub(super) fn region(&mut self, handle: HandleId, nth: usize, bytes: usize, makes: bool) -> Option<*const u8> {
        self.held.entry(handle).or_default();
        while self.regions.len() <= nth && makes {
            self.regions.push((0..bytes.div_ceil(size_of::<AtomicU64>())).map(|_| AtomicU64::new(0)).collect());
        }
        self.regions.get(nth).map(|region| region.as_ptr().cast())
    }

    /// Takes slots alone or with others; false where another's hold is in the way.
    pub(super) fn take(&mut self, handle: HandleId, slots: std::ops::Range<usize>, is_alone: bool) -> bool {
        let is_in_the_way = |held: &Held| *held == Held::Alone || is_alone && *held == Held::Shared;
        let mut others = self.held.iter().filter(|(other, _)| **other != handle);
        if others.any(|(_, held)| held[slots.clone()].iter().any(is_in_the_way)) {
            return false;
        }
        let held = if is_alone { Held::Alone } else { Held::Shared };
        self.held.entry(handle).or_default()[slots].fill(held);
        true
    }

    pub(super) fn release(&mut self, handle: HandleId, slots: std::ops::Range<usize>) {
        self.held.entry(handle).or_default()[slots].fill(Held::Not);
    }

    /// A connection leaves.
    pub(super) fn leave(&mut self, handle: HandleId) {
        self.held.remove(&handle);
        if self.held.is_empty() {
            self.regions.clear();
        }
    }
}
