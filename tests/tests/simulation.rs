//! The simulation over enough seeds for every change, and proof that its checker checks.

use std::time::Instant;

use tests::sim::{KINDS, Plan, Plant, run, run_seed};

/// Some minutes on two cores.
const SEEDS: u64 = 10_000;

/// Of every planted bug, this many worlds show it at least once.
const PLANTED_SEEDS_MAX: u64 = 1000;

/// Seeds of longer runs that found something, and what it was.
const FOUND: [(u64, &str); 3] = [
    (2592, "the checker did not know the rows that every world begins with"),
    (4311, "a backup of a server that a large payload had not come back to could not be restored"),
    (37346, "somebody whose joining waited was removed, which meant nothing in the log"),
];

fn jobs() -> usize {
    std::thread::available_parallelism().map_or(2, |cores| cores.get())
}

#[test]
fn nothing_is_lost_doubled_revived_or_different_in_ten_thousand_worlds() {
    let begun = Instant::now();
    let summary = run(Plan { from: 0, seeds: SEEDS, jobs: jobs(), plant: None, stops_early: false });
    println!("{:#?}", summary.tally);
    println!("{:.0} seeds a second", summary.seeds as f64 / begun.elapsed().as_secs_f64());
    assert_eq!(summary.seeds, SEEDS);
    assert!(summary.failures.is_empty(), "{:#?}", summary.failures);
    // A fault that never happened has shown nothing.
    let missing: Vec<_> = KINDS.iter().filter(|kind| !summary.tally.contains_key(*kind)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}

#[test]
fn what_longer_runs_found_stays_mended() {
    for (seed, found) in FOUND {
        let (_, result) = run_seed(seed, None, false);
        assert_eq!(result, Ok(()), "seed {seed}: {found}");
    }
}

#[test]
fn every_planted_bug_is_caught() {
    for plant in Plant::ALL {
        let plan = Plan { from: 0, seeds: PLANTED_SEEDS_MAX, jobs: jobs(), plant: Some(plant), stops_early: true };
        let summary = run(plan);
        let (name, seeds) = (plant.name(), summary.seeds);
        let (seed, what) = summary.failures.first().unwrap_or_else(|| panic!("{name} is not caught"));
        println!("{name}: after {seeds} seeds, in seed {seed}: {what}");
    }
}
