//! The simulation: real sessions, engines and a real server's log on a virtual clock and network, in one thread,
//! moved by one seed. What goes wrong can be replayed from the seed.

mod act;
mod carry;
mod check;
mod custody;
mod device;
mod gate;
mod plant;
mod planted;
pub(crate) mod random;
mod server;
mod token;
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub use plant::Plant;
use world::World;

/// How often each kind of thing happened.
pub type Tally = BTreeMap<&'static str, u64>;

/// What a run does.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub from: u64,
    pub seeds: u64,
    pub jobs: usize,
    pub plant: Option<Plant>,
    /// Stop at the first failing seed.
    pub stops_early: bool,
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Summary {
    pub seeds: u64,
    pub tally: Tally,
    /// Failing seeds and what was wrong, in the seeds' order.
    pub failures: Vec<(u64, String)>,
}

/// Everything that must have happened in a run of some length: where one is missing, nothing was shown of it.
pub const KINDS: [&str; 33] = [
    "typed",
    "typed at old heads",
    "deleted",
    "created",
    "lost request",
    "lost reply",
    "late reply",
    "duplicated request",
    "duplicated page",
    "reordered request",
    "broken stream",
    "silent stream",
    "partition",
    "timeout",
    "crash before commit",
    "crash after commit",
    "disk full",
    "device crash",
    "server crash",
    "device restore",
    "server restore",
    "reset",
    "rows given back",
    "own rows read again",
    "clone",
    "snapshot",
    "payloads dropped",
    "long text",
    "long value",
    "removal",
    "admitted",
    "refused",
    "join",
];

/// Lives through one seed. An error says what was wrong at its end, or on the way.
pub fn run_seed(seed: u64, plant: Option<Plant>, is_traced: bool) -> (Tally, Result<(), String>) {
    let tally = Mutex::new(Tally::new());
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(seed, plant, is_traced);
        let result = live(&mut world);
        *tally.lock().expect("no panic here") = std::mem::take(&mut world.tally);
        result
    }));
    let result = lived.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(format!("panic: {}", text.or(panic.downcast_ref::<&str>().map(|s| (*s).into())).unwrap_or_default()))
    });
    (tally.into_inner().unwrap_or_default(), result)
}

fn live(world: &mut World) -> Result<(), String> {
    let steps = 20 + world.random.below(41);
    for _ in 0..steps {
        world.step()?;
    }
    world.heal()?;
    world.check()
}

/// Lives through many seeds, on several threads.
pub fn run(plan: Plan) -> Summary {
    let next = AtomicU64::new(plan.from);
    let is_over = AtomicBool::new(false);
    let summary = Mutex::new(Summary::default());
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs.max(1) {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= plan.from + plan.seeds {
                        return;
                    }
                    let (tally, result) = run_seed(seed, plan.plant, false);
                    let mut summary = summary.lock().expect("no panic here");
                    summary.seeds += 1;
                    tally.into_iter().for_each(|(what, count)| *summary.tally.entry(what).or_default() += count);
                    if let Err(what) = result {
                        summary.failures.push((seed, what));
                        is_over.fetch_or(plan.stops_early, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut summary = summary.into_inner().expect("no panic here");
    summary.failures.sort();
    summary
}
