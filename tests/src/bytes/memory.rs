//! Counts what a program allocates: how much of it stands at most, and how much it comes to. What libraries in C
//! allocate is not counted.

#![expect(unsafe_code, reason = "an allocator is made of promises to the compiler; all of them are the system's here")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

/// The system's allocator, with counts. A program that is to be measured names it as its own.
#[derive(Debug)]
pub struct Counting;

static STANDING: AtomicI64 = AtomicI64::new(0);
static PEAK: AtomicI64 = AtomicI64::new(0);
static ALL: AtomicU64 = AtomicU64::new(0);

fn took(bytes: usize) {
    let standing = STANDING.fetch_add(bytes as i64, Relaxed) + bytes as i64;
    PEAK.fetch_max(standing, Relaxed);
    ALL.fetch_add(bytes as u64, Relaxed);
}

fn gave(bytes: usize) {
    STANDING.fetch_sub(bytes as i64, Relaxed);
}

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        gave(layout.size());
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        gave(layout.size());
        took(bytes);
        unsafe { System.realloc(at, layout, bytes) }
    }
}

/// A moment from which on is counted.
#[derive(Debug)]
pub(super) struct Since {
    standing: i64,
    all: u64,
}

/// What was allocated since a moment, in all threads.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allocated {
    /// At most at once, beyond what stood there before.
    pub(super) peak_bytes: u64,
    pub(super) all_bytes: u64,
}

impl Since {
    pub(super) fn now() -> Self {
        let standing = STANDING.load(Relaxed);
        PEAK.store(standing, Relaxed);
        Self { standing, all: ALL.load(Relaxed) }
    }

    pub(super) fn allocated(&self) -> Allocated {
        let peak_bytes = (PEAK.load(Relaxed) - self.standing).max(0).unsigned_abs();
        Allocated { peak_bytes, all_bytes: ALL.load(Relaxed) - self.all }
    }
}
