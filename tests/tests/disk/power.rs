//! Power is lost somewhere among the calls that change the disk, and chance says what of the unsynced is left. One run
//! is recorded, and every disk that a loss of power can leave behind follows from it.
//!
//! `DISK_CRASH_POINTS=50000 cargo test -p tests --no-default-features --test disk loses_power -- --nocapture`

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use tests::disk::{Disk, Walk};

use super::keeper::{Facts, Keeper, Run, reopen};
use super::ledger::Ledger;
use super::phone::Phone;

/// The last steps are left for the store to do when it has come back.
const STEPS_AFTER: usize = 3;

/// One in so many goes on afterwards.
const GOING_ON: u64 = 3;

/// Crash points of both stores together, and half as many of an encrypted device; `DISK_CRASH_POINTS` asks for another number.
const CRASH_POINTS: usize = 1200;

/// A long run says every so many points how far it is.
const PROGRESS: usize = 1000;

fn crash_points() -> usize {
    let asked = std::env::var("DISK_CRASH_POINTS").ok();
    asked.map_or(CRASH_POINTS, |asked| asked.parse().expect("a number of crash points"))
}

/// Loses power at so many points of a run, and says what was lost.
fn crash<K: Keeper>(run: &Run<K>, points: usize) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let end = run.marks[run.marks.len() - 1 - STEPS_AFTER].changes as u64;
    let mut points: Vec<(usize, u64)> =
        (0..points).map(|_| ((random.next_u64() % (end + 1)) as usize, random.next_u64())).collect();
    points.sort_unstable();
    let (mut walk, mut lost) = (run.trace.walk(), Vec::new());
    for (nth, (at, seed)) in (1..).zip(points) {
        if let Err(what) = come_back(run, walk.to(at), at, seed) {
            lost.push(format!("after {at} changes, seed {seed}: {what}"));
        }
        if nth % PROGRESS == 0 {
            println!("{}: {nth} crash points, {} with a loss", K::FILE, lost.len());
        }
    }
    lost
}

/// What is left when the power is lost there holds all that was acknowledged, and the next step wholly or not at all.
/// Some stores go on from there, and then lose power once more.
fn come_back<K: Keeper>(run: &Run<K>, walk: &Walk<'_>, at: usize, seed: u64) -> Result<(), String> {
    let said = |error: K::Error| error.to_string();
    let done = run.marks.iter().rposition(|mark| mark.changes <= at).unwrap_or(0);
    let (disk, mut keeper) = reopen(&run.keeper, &walk.lose_power(seed), run.marks[done].told)?;
    keeper.check()?;
    let facts = keeper.facts().map_err(said)?;
    let done = match &run.marks[done..] {
        [mark, ..] if mark.facts == facts => done,
        [_, next, ..] if next.facts == facts => done + 1,
        _ => return same(&run.marks[done].facts, &facts, || format!("step {done} was acknowledged")),
    };
    if !seed.is_multiple_of(GOING_ON) {
        return Ok(());
    }
    let last = done + STEPS_AFTER;
    for step in done..last {
        keeper.step(&disk, step).map_err(|error| format!("step {step} afterwards: {error}"))?;
    }
    let expected = &run.marks[last];
    let facts = keeper.facts().map_err(said)?;
    same(&expected.facts, &facts, || format!("after step {last}"))?;
    let left = disk.trace().walk().to(disk.changes()).synced_only();
    let (_disk, mut keeper) = reopen(&keeper, &left, keeper.told())?;
    let facts = keeper.facts().map_err(said)?;
    same(&expected.facts, &facts, || "after another loss of power".into())
}

/// Says which line is not as expected.
pub(crate) fn same(expected: &Facts, found: &Facts, when: impl FnOnce() -> String) -> Result<(), String> {
    let lines = expected.len().max(found.len());
    match (0..lines).find(|line| expected.get(*line) != found.get(*line)) {
        Some(line) => Err(format!("{}: {:?}, and not {:?}", when(), found.get(line), expected.get(line))),
        None => Ok(()),
    }
}

fn nothing_is_lost<K: Keeper>(keeper: K) {
    let begun = std::time::Instant::now();
    let run = Run::on(&Disk::new(), keeper);
    let points = crash_points() / 2;
    let lost = crash(&run, points);
    println!("{points} crash points in {} changes: {:.1} s", run.trace.len(), begun.elapsed().as_secs_f64());
    assert!(lost.is_empty(), "{} of {points}: {:#?}", lost.len(), &lost[..lost.len().min(5)]);
}

#[test]
fn a_device_that_loses_power_has_all_that_it_acknowledged_and_goes_on() {
    nothing_is_lost(Phone::new(true));
}

#[test]
fn an_encrypted_device_that_loses_power_has_all_that_it_acknowledged_and_goes_on() {
    nothing_is_lost(Phone::new(true).encrypted());
}

#[test]
fn a_server_that_loses_power_has_every_row_at_its_place_and_goes_on() {
    nothing_is_lost(Ledger::new(true));
}

#[test]
fn a_device_that_does_not_wait_for_the_disk_is_caught_losing_edits() {
    let run = Run::on(&Disk::new(), Phone::new(true).careless());
    let lost = crash(&run, 40);
    assert!(lost.len() > 10, "{lost:?}");
}

#[test]
fn a_disk_that_lies_about_its_syncs_is_caught_losing_rows() {
    let disk = Disk::new();
    disk.lie();
    let lost = crash(&Run::on(&disk, Ledger::new(true)), 40);
    assert!(lost.len() > 10, "{lost:?}");
}
