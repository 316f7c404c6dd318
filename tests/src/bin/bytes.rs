//! Millions of wrong bytes at every border: each input from a number, by which it is played again.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use tests::bytes::{Bars, Border, Plant, Report, Run, Share, memory, play, play_corpus, play_share};

#[global_allocator]
static COUNTING: memory::Counting = memory::Counting;

/// Plays wrong bytes.
#[derive(Parser)]
struct Options {
    /// How many inputs, shared out among the borders.
    #[arg(long, default_value_t = 1_000_000)]
    inputs: u64,
    /// Only this border.
    #[arg(long, value_parser = border)]
    target: Option<Border>,
    /// Play only this input.
    #[arg(long, requires = "target")]
    seed: Option<u64>,
    /// The first input.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Processes at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// What one input may allocate at once.
    #[arg(long, default_value_t = 64)]
    memory_mib: u64,
    /// What one input may allocate in all.
    #[arg(long, default_value_t = 512)]
    work_mib: u64,
    /// How long one input may take on the processor; 0 where the machine's speed is not to count.
    #[arg(long, default_value_t = 100)]
    cpu_ms: u64,
    /// After how long on the processor an input is held to be endless.
    #[arg(long, default_value_t = 60_000)]
    endless_ms: u64,
    /// Plant a bug, by its name.
    #[arg(long, value_parser = plant)]
    plant: Option<Plant>,
    /// Keep one input for each kind of answer in this folder.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Say how many inputs got which answer.
    #[arg(long)]
    answers: bool,
    /// Play what is kept in this folder, and nothing else.
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Be one of the processes that others share inputs out to.
    #[arg(long, hide = true, requires = "target")]
    mark: Option<PathBuf>,
}

fn border(name: &str) -> Result<Border, String> {
    Border::named(name).ok_or_else(|| format!("the borders are {}", Border::ALL.map(Border::name).join(", ")))
}

fn plant(name: &str) -> Result<Plant, String> {
    Plant::named(name).ok_or_else(|| format!("the planted bugs are {}", Plant::ALL.map(Plant::name).join(", ")))
}

fn main() -> anyhow::Result<ExitCode> {
    let options = Options::parse();
    let bars = Bars {
        memory_bytes: options.memory_mib << 20,
        work_bytes: options.work_mib << 20,
        cpu: (options.cpu_ms > 0).then(|| Duration::from_millis(options.cpu_ms)),
        endless: Duration::from_millis(options.endless_ms),
    };
    if let Some(folder) = &options.corpus {
        let (played, wrong) = play_corpus(folder, &bars)?;
        wrong.iter().for_each(|(path, found)| println!("{}: {}", path.display(), found.what));
        println!("{played} inputs that are kept; {} wrong", wrong.len());
        return Ok(code(&(wrong.is_empty() && played > 0)));
    }
    let Options { plant, keep, mark, .. } = options;
    if let (Some(border), Some(mark)) = (options.target, mark) {
        let run = Run { border, from: options.from, inputs: options.inputs, bars, plant, keep, mark: Some(mark) };
        serde_json::to_writer(std::io::stdout(), &play(&run)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let (Some(border), Some(seed)) = (options.target, options.seed) {
        let run = Run { border, from: seed, inputs: 1, bars, plant, keep, mark: None };
        let report = play(&run)?;
        say(border, &report, true);
        return Ok(code(&report.found.is_empty()));
    }
    let begun = Instant::now();
    let share = Share {
        program: std::env::current_exe()?,
        borders: options.target.map_or_else(|| Border::ALL.to_vec(), |border| vec![border]),
        inputs: options.inputs,
        from: options.from,
        jobs: options.jobs,
        bars,
        plant,
        keep,
    };
    let reports = play_share(&share, |border, report| {
        for found in &report.found {
            println!("--target {} --seed {}: {}", border.name(), found.seed, found.what);
        }
    })?;
    reports.iter().for_each(|(border, report)| say(*border, report, options.answers));
    let (inputs, seconds) =
        (reports.iter().map(|(_, report)| report.inputs).sum::<u64>(), begun.elapsed().as_secs_f64());
    let found: usize = reports.iter().map(|(_, report)| report.found.len()).sum();
    println!("{inputs} inputs in {seconds:.0} s, {:.0} a second; {found} wrong", inputs as f64 / seconds);
    Ok(code(&(found == 0)))
}

fn code(is_right: &bool) -> ExitCode {
    if *is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How deep the inputs of a border came, and the largest costs with the seeds that they are of.
fn say(border: Border, report: &Report, has_answers: bool) {
    println!("{}: {} inputs", border.name(), report.inputs);
    for (depth, name) in border.depths().iter().enumerate() {
        let count: u64 = report.depths.iter().skip(depth).sum();
        println!("{:>9} %  {name}", format!("{:.1}", 100.0 * count as f64 / report.inputs.max(1) as f64));
    }
    let ((memory, of_memory), (work, of_work)) = (report.memory_bytes, report.work_bytes);
    let (micros, of_time) = report.cpu_micros;
    println!(
        "  at most {:.1} MiB at once (seed {of_memory}), {:.1} MiB in all (seed {of_work})",
        mib(memory),
        mib(work)
    );
    println!("  at most {:.1} ms (seed {of_time})", micros as f64 / 1000.0);
    if has_answers {
        report.answers.iter().for_each(|(answer, count)| println!("{count:>11}  {answer}"));
    }
    for found in &report.found {
        println!("  seed {}: {}", found.seed, found.what);
    }
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
