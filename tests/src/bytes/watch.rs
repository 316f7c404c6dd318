//! Watches one input after the other: panics, wherever they are caught; memory; time on the processor; and inputs that
//! never end. Knows nothing of what is read.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::memory::{Allocated, Since};
use super::{Reach, Target};

/// Panics that were not caught by the trial, which alone may answer by one.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// When the input that is played now began, on the processor; 0 while none is.
static BEGUN_MICROS: AtomicU64 = AtomicU64::new(0);

/// What one input cost.
#[derive(Clone, Debug)]
pub(super) struct Played {
    /// None if it panicked.
    pub(super) reach: Option<Reach>,
    pub(super) has_panicked: bool,
    pub(super) allocated: Allocated,
    pub(super) cpu_micros: u64,
}

/// Time of all this process's threads on the processors: what else the machine does is not in it.
fn cpu_micros() -> u64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec.unsigned_abs() * 1_000_000 + now.tv_nsec.unsigned_abs() / 1000
}

/// Counts panics from here on. Has to come before the trial's first work, which keeps its own from us.
pub(super) fn count_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            PANICS.fetch_add(1, Relaxed);
            print(panic);
        }));
    });
}

/// Ends this process when one input takes longer on the processor than that. Whoever started it knows which one.
pub(super) fn end_if_longer(cpu_max: Duration) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(100));
            let begun = BEGUN_MICROS.load(Relaxed);
            if begun != 0 && cpu_micros().saturating_sub(begun) > cpu_max.as_micros() as u64 {
                eprintln!("an input does not come to an end within {} s", cpu_max.as_secs());
                std::process::abort();
            }
        }
    });
}

pub(super) fn play(target: &mut dyn Target, bytes: &[u8]) -> Played {
    let panics = PANICS.load(Relaxed);
    let begun = cpu_micros();
    BEGUN_MICROS.store(begun.max(1), Relaxed);
    let since = Since::now();
    let reach = catch_unwind(AssertUnwindSafe(|| target.take(bytes))).ok();
    let allocated = since.allocated();
    BEGUN_MICROS.store(0, Relaxed);
    let cpu_micros = cpu_micros().saturating_sub(begun);
    let has_panicked = reach.is_none() || PANICS.load(Relaxed) != panics;
    Played { reach, has_panicked, allocated, cpu_micros }
}

/// Where a process writes which input it plays, so that this is known when it dies.
#[derive(Debug)]
pub(super) struct Mark(Option<File>);

impl Mark {
    pub(super) fn at(path: Option<&std::path::Path>) -> std::io::Result<Self> {
        path.map(|path| File::options().write(true).create(true).truncate(false).open(path)).transpose().map(Self)
    }

    pub(super) fn set(&self, seed: u64) {
        if let Some(file) = &self.0 {
            file.write_all_at(&seed.to_le_bytes(), 0).expect("a mark is written");
        }
    }

    pub(super) fn read(path: &std::path::Path) -> Option<u64> {
        Some(u64::from_le_bytes(std::fs::read(path).ok()?.try_into().ok()?))
    }
}
