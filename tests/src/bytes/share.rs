//! Shares many inputs out among processes: one that dies (by an abort, out of stack, endless) takes nothing else with
//! it, and is known by the input that it was at.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;

use super::run::{Bars, Found, Report};
use super::watch::Mark;
use super::{Border, Plant};

/// A process plays as many inputs, so that what it says of them comes now and then.
const PART_INPUTS: u64 = 100_000;

/// Inputs, and who plays them.
#[derive(Clone, Debug)]
pub struct Share {
    /// The binary `bytes`.
    pub program: PathBuf,
    pub borders: Vec<Border>,
    /// In all; each border gets its share of them.
    pub inputs: u64,
    pub from: u64,
    pub jobs: usize,
    pub bars: Bars,
    pub plant: Option<Plant>,
    pub keep: Option<PathBuf>,
}

struct Part {
    border: Border,
    from: u64,
    inputs: u64,
}

impl Share {
    fn parts(&self) -> VecDeque<Part> {
        let whole: u64 = self.borders.iter().map(|border| border.share()).sum();
        let mut parts = VecDeque::new();
        for &border in &self.borders {
            let inputs = (self.inputs * border.share()).div_ceil(whole);
            // Every process gets some, and rows stay whole.
            let part = inputs.div_ceil(self.jobs as u64).min(PART_INPUTS).next_multiple_of(border.row());
            let mut done = 0;
            while done < inputs {
                let inputs = part.min(inputs - done);
                parts.push_back(Part { border, from: self.from + done, inputs });
                done += inputs;
            }
        }
        parts
    }
}

/// Plays all of them. `told` hears of each part, as it is done.
pub fn play_share(share: &Share, told: impl Fn(Border, &Report) + Sync) -> anyhow::Result<Vec<(Border, Report)>> {
    let parts = Mutex::new(share.parts());
    let reports = Mutex::new(Vec::<(Border, Report)>::new());
    let folder = tempfile::tempdir()?;
    let work = |job: usize| -> anyhow::Result<()> {
        let mark = folder.path().join(job.to_string());
        loop {
            let part = parts.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some(part) = part else { return Ok(()) };
            let report = play_part(share, &part, &mark)?;
            told(part.border, &report);
            let mut reports = reports.lock().unwrap_or_else(PoisonError::into_inner);
            match reports.iter_mut().find(|(border, _)| *border == part.border) {
                Some((_, sum)) => sum.add(report),
                None => reports.push((part.border, report)),
            }
        }
    };
    std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..share.jobs).map(|job| scope.spawn(move || work(job))).collect();
        jobs.into_iter().try_for_each(|job| job.join().map_err(|_| anyhow::anyhow!("a job panicked"))?)
    })?;
    let mut reports = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
    reports.sort_by_key(|(border, _)| *border);
    Ok(reports)
}

fn play_part(share: &Share, part: &Part, mark: &std::path::Path) -> anyhow::Result<Report> {
    let Bars { memory_bytes, work_bytes, cpu, endless } = share.bars;
    let mut command = Command::new(&share.program);
    command.args(["--target", part.border.name(), "--from", &part.from.to_string()]);
    command.args(["--inputs", &part.inputs.to_string(), "--mark"]).arg(mark);
    command.args(["--memory-mib", &(memory_bytes >> 20).to_string(), "--work-mib", &(work_bytes >> 20).to_string()]);
    command.args(["--cpu-ms", &cpu.map_or(0, |cpu| cpu.as_millis()).to_string()]);
    command.args(["--endless-ms", &endless.as_millis().to_string()]);
    if let Some(plant) = share.plant {
        command.args(["--plant", plant.name()]).env("RUST_BACKTRACE", "0");
    }
    if let Some(keep) = &share.keep {
        command.arg("--keep").arg(keep);
    }
    let output = command.stderr(Stdio::inherit()).output().context("starting a process")?;
    if let Ok(report) = serde_json::from_slice::<Report>(&output.stdout) {
        return Ok(report);
    }
    let seed = Mark::read(mark).context("a process died before its first input")?;
    let what = format!("the process dies: {}", output.status);
    // What it played before is not told of, and what comes after is not played: first this one is to be mended.
    Ok(Report { inputs: seed - part.from, found: vec![Found { seed, what }], ..Report::default() })
}
