//! Inputs that are kept: one for each kind of answer that a border gave, and every one that was wrong once. Files in
//! a folder for each border.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::run::{Bars, Found};
use super::{Border, Reach, watch};

/// Larger ones are not kept: the corpus stays small enough to be played in every run.
const KEPT_BYTES_MAX: usize = 4096;

/// Answers of which an input is kept already.
pub(super) struct Answers {
    folder: Option<PathBuf>,
    border: Border,
    known: BTreeSet<String>,
}

impl Answers {
    pub(super) fn new(folder: Option<PathBuf>, border: Border) -> Self {
        let folder = folder.map(|folder| folder.join(border.name()));
        let files = folder.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
        let names = files.filter_map(|file| file.file_name().into_string().ok());
        let known = names.filter_map(|name| Some(name.rsplit_once('.')?.0.to_owned())).collect();
        Self { folder, border, known }
    }

    pub(super) fn keep(&mut self, _seed: u64, reach: &Reach, bytes: &[u8]) -> std::io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let letters = reach.answer.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' });
        let depth = self.border.depths().get(reach.depth).copied().unwrap_or("beyond");
        let name = format!("{}-{}", depth.replace(' ', "-"), letters.collect::<String>()).to_lowercase();
        if bytes.len() > KEPT_BYTES_MAX || !self.known.insert(name.clone()) {
            return Ok(());
        }
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(format!("{name}.input")), bytes)
    }
}

/// Plays every kept input, each on a fresh state; says how many there were, and which were wrong.
pub fn play_corpus(folder: &Path, bars: &Bars) -> std::io::Result<(usize, Vec<(PathBuf, Found)>)> {
    watch::count_panics();
    let (mut played, mut wrong) = (0, Vec::new());
    for border in Border::ALL {
        let Ok(files) = std::fs::read_dir(folder.join(border.name())) else { continue };
        let mut paths: Vec<PathBuf> = files.map(|file| file.map(|file| file.path())).collect::<Result<_, _>>()?;
        paths.sort();
        let mut target = border.open();
        for path in paths {
            let bytes = std::fs::read(&path)?;
            let input = watch::play(&mut *target, &bytes);
            played += 1;
            let what = match () {
                () if input.has_panicked => "it panics",
                () if input.allocated.peak_bytes > bars.memory_bytes => "it allocates too much at once",
                () if input.allocated.all_bytes > bars.work_bytes => "it allocates too much in all",
                () => continue,
            };
            wrong.push((path, Found { seed: 0, what: what.into() }));
        }
    }
    Ok((played, wrong))
}
