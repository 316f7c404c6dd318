//! Runs the simulation over many seeds, or one of them with everything that happens in it.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tests::sim::{Plan, Plant, Tally, run, run_seed};

/// A long run says every so many seeds how far it is.
const CHUNK_SEEDS: u64 = 200;

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
    let (mut done, mut failures, mut tally) = (0, 0, Tally::new());
    while done < seeds && (plant.is_none() || failures == 0) {
        let part = CHUNK_SEEDS.min(seeds - done);
        let summary = run(Plan { from: from + done, seeds: part, jobs, plant, stops_early: plant.is_some() });
        done += summary.seeds;
        failures += summary.failures.len();
        summary.tally.into_iter().for_each(|(what, count)| *tally.entry(what).or_default() += count);
        summary.failures.iter().for_each(|(seed, what)| println!("seed {seed}: {what}"));
        let seconds = begun.elapsed().as_secs_f64();
        println!("{done} seeds in {seconds:.1} s, {:.0} a second; {failures} failed", done as f64 / seconds);
    }
    tally.iter().for_each(|(what, count)| println!("{count:>9}  {what}"));
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
