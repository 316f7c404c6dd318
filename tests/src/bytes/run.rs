//! Plays inputs of one border in a row, and says how deep they came, what they cost at most, and which were wrong.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::watch::{self, Mark, Played};
use super::{Border, Plant, Reach, corpus};
use crate::sim::random::Random;

/// What an input is begun with, apart from its seed.
const PURPOSE: u64 = 0x6279_7465;

/// A seed that is slow is tried again before it is called slow: the machine may have been busy with something else.
const TRIES: usize = 3;

/// What one input may cost at most.
#[derive(Clone, Copy, Debug)]
pub struct Bars {
    /// Allocated at once.
    pub memory_bytes: u64,
    /// Allocated in all: the measure of work that is the same on every machine.
    pub work_bytes: u64,
    /// On the processor; none where the machine's speed is not to count.
    pub cpu: Option<Duration>,
    /// After that long on the processor, an input is held to be endless.
    pub endless: Duration,
}

/// Inputs in a row.
#[derive(Clone, Debug)]
pub struct Run {
    pub border: Border,
    pub from: u64,
    pub inputs: u64,
    pub bars: Bars,
    pub plant: Option<Plant>,
    /// Where one input for each kind of answer is kept.
    pub keep: Option<PathBuf>,
    /// A file that names the input that is played now.
    pub mark: Option<PathBuf>,
}

/// An input that is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub seed: u64,
    pub what: String,
}

/// What a run came to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    pub inputs: u64,
    /// How many came how deep.
    pub depths: Vec<u64>,
    pub answers: BTreeMap<String, u64>,
    /// The largest of each, and the seed of its input.
    pub memory_bytes: (u64, u64),
    pub work_bytes: (u64, u64),
    pub cpu_micros: (u64, u64),
    pub found: Vec<Found>,
}

impl Report {
    /// Takes another part of the same run in.
    pub fn add(&mut self, other: Self) {
        self.inputs += other.inputs;
        self.depths.resize(self.depths.len().max(other.depths.len()), 0);
        self.depths.iter_mut().zip(other.depths).for_each(|(sum, count)| *sum += count);
        other.answers.into_iter().for_each(|(answer, count)| *self.answers.entry(answer).or_default() += count);
        self.memory_bytes = self.memory_bytes.max(other.memory_bytes);
        self.work_bytes = self.work_bytes.max(other.work_bytes);
        self.cpu_micros = self.cpu_micros.max(other.cpu_micros);
        self.found.extend(other.found);
    }

    fn note(&mut self, seed: u64, played: &Played, bars: &Bars) {
        self.inputs += 1;
        if let Some(Reach { depth, answer }) = &played.reach {
            self.depths.resize(self.depths.len().max(depth + 1), 0);
            self.depths[*depth] += 1;
            *self.answers.entry(answer.clone()).or_default() += 1;
        }
        let (memory, work) = (played.allocated.peak_bytes, played.allocated.all_bytes);
        self.memory_bytes = self.memory_bytes.max((memory, seed));
        self.work_bytes = self.work_bytes.max((work, seed));
        self.cpu_micros = self.cpu_micros.max((played.cpu_micros, seed));
        let mut found = |what: String| self.found.push(Found { seed, what });
        if played.has_panicked {
            found("it panics".into());
        }
        if memory > bars.memory_bytes {
            found(format!("it allocates {} MiB at once", memory >> 20));
        }
        if work > bars.work_bytes {
            found(format!("it allocates {} MiB in all", work >> 20));
        }
        if bars.cpu.is_some_and(|bar| played.cpu_micros as u128 > bar.as_micros()) {
            found(format!("it takes {} ms", played.cpu_micros / 1000));
        }
    }
}

/// The bytes of one seed.
fn random(border: Border, seed: u64) -> Random {
    Random::new(seed, PURPOSE << 8 | border as u64)
}

/// Plays a run; what it came to is told at its end, or by its mark.
pub fn play(run: &Run) -> std::io::Result<Report> {
    watch::count_panics();
    watch::end_if_longer(run.bars.endless);
    let mark = Mark::at(run.mark.as_deref())?;
    let row = run.border.row();
    let open = || match run.plant {
        Some(plant) => plant.before(run.border.open()),
        None => run.border.open(),
    };
    let mut target = open();
    let mut report = Report::default();
    // Where inputs change a state, those before in the same row come first.
    let first = run.from - run.from % row;
    let mut answers = corpus::Answers::new(run.keep.clone(), run.border);
    let begun = Instant::now();
    for seed in first..run.from + run.inputs {
        if row > 1 && seed % row == 0 && seed != first {
            target = open();
        }
        mark.set(seed);
        let bytes = target.make(&mut random(run.border, seed));
        let mut played = watch::play(&mut *target, &bytes);
        let is_slow = |played: &Played| run.bars.cpu.is_some_and(|bar| u128::from(played.cpu_micros) > bar.as_micros());
        for _ in 1..TRIES {
            if row > 1 || !is_slow(&played) {
                break;
            }
            played.cpu_micros = watch::play(&mut *target, &bytes).cpu_micros.min(played.cpu_micros);
        }
        if seed < run.from {
            continue;
        }
        if let Some(reach) = &played.reach {
            answers.keep(seed, reach, &bytes)?;
        }
        report.note(seed, &played, &run.bars);
    }
    tracing::debug!(seconds = begun.elapsed().as_secs_f64(), "played");
    Ok(report)
}
