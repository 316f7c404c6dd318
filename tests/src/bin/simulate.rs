//! Runs the simulation over many seeds, or one of them with everything that happens in it.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tests::sim::{Plan, Plant, run, run_seed};

/// Simulates worlds of devices and a server, each from one seed.
#[derive(Parser)]
struct Options {
    /// How many seeds to run.
    #[arg(long, default_value_t = 2000)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Run only this seed.
    #[arg(long)]
    seed: Option<u64>,
    /// Say everything that happens in it.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Plant a bug, by its name.
    #[arg(long, value_parser = plant)]
    plant: Option<Plant>,
    /// Seeds at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

fn plant(name: &str) -> Result<Plant, String> {
    let names = Plant::ALL.map(Plant::name).join(", ");
    Plant::named(name).ok_or_else(|| format!("the planted bugs are {names}"))
}

fn main() -> ExitCode {
    let options = Options::parse();
    if let Some(seed) = options.seed {
        let (tally, result) = run_seed(seed, options.plant, options.trace);
        println!("{tally:?}");
        return match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(what) => {
                println!("seed {seed}: {what}");
                ExitCode::FAILURE
            }
        };
    }
    let begun = Instant::now();
    let Options { from, seeds, jobs, plant, .. } = options;
    let summary = run(Plan { from, seeds, jobs, plant, stops_early: false });
    let seconds = begun.elapsed().as_secs_f64();
    for (what, count) in &summary.tally {
        println!("{count:>9}  {what}");
    }
    for (seed, what) in summary.failures.iter().take(40) {
        println!("seed {seed}: {what}");
    }
    let (seeds, failures) = (summary.seeds, summary.failures.len());
    println!("{seeds} seeds in {seconds:.1} s, {:.0} a second; {failures} failed", seeds as f64 / seconds);
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
