//! Each of the first calls to the disk fails once, in each way: whoever asked is told so, nothing that was acknowledged
//! is lost, and the same store goes on.

use tests::disk::{Disk, Fault};

use super::keeper::{Keeper, Run, reopen};
use super::ledger::Ledger;
use super::phone::Phone;
use super::power::same;

/// Calls of which each fails once in each way, for each store.
const CALLS: u64 = 500;

/// What is done after the last of them.
const STEPS_AFTER: usize = 3;

/// What became of the calls that failed.
#[derive(Debug, Default)]
struct Tally {
    /// SQLite did without.
    absorbed: u64,
    /// A step failed and was done again.
    said: u64,
    /// The store could not be opened, and was opened again.
    unopened: u64,
}

/// How many steps there are up to the last call that is to fail, and a few after it.
fn steps_to_do<K: Keeper>() -> usize {
    let (disk, mut keeper) = (Disk::new(), K::new(false));
    let said = |error: K::Error| -> ! { panic!("nothing goes wrong here: {error}") };
    keeper.open(&disk).unwrap_or_else(|error| said(error));
    let mut done = 0;
    while disk.calls() < CALLS {
        keeper.step(&disk, done).unwrap_or_else(|error| said(error));
        done += 1;
    }
    done + STEPS_AFTER
}

/// Does so many steps while one call fails, as somebody does who tries again what has failed.
fn fail_once<K: Keeper>(run: &Run<K>, steps: usize, call: u64, fault: Fault, tally: &mut Tally) -> Result<(), String> {
    let disk = Disk::new();
    disk.fail_at(call, fault);
    let mut keeper = run.keeper.restarted(0);
    let mut has_failed = false;
    let fails = |has_failed: &mut bool, error: &K::Error, what: &str| {
        let is_first = !std::mem::replace(has_failed, true);
        match is_first && disk.has_failed() && K::is_fair(error, fault) {
            true => Ok(()),
            false => Err(format!("{what}: {error}")),
        }
    };
    if let Err(error) = keeper.open(&disk) {
        fails(&mut has_failed, &error, "opening")?;
        tally.unopened += 1;
        keeper.open(&disk).map_err(|error| format!("opening again: {error}"))?;
    }
    let mut nth = 0;
    // When what had failed was first acknowledged, and how much those around had been told by then.
    let mut done_again = None;
    while nth < steps {
        let Err(error) = keeper.step(&disk, nth) else {
            nth += 1;
            if has_failed && done_again.is_none() {
                done_again = Some((disk.changes(), nth, keeper.told()));
            }
            continue;
        };
        fails(&mut has_failed, &error, &format!("step {nth}"))?;
        if keeper.is_open() {
            tally.said += 1;
        } else {
            tally.unopened += 1;
            keeper.open(&disk).map_err(|error| format!("opening again: {error}"))?;
        }
        let facts = keeper.facts().map_err(|error| format!("after step {nth} has failed: {error}"))?;
        same(&run.marks[nth].facts, &facts, || format!("step {nth} has failed"))?;
    }
    tally.absorbed += u64::from(!has_failed && disk.has_failed());
    let facts = keeper.facts().map_err(|error| format!("at the end: {error}"))?;
    same(&run.marks[nth].facts, &facts, || "at the end".into())?;
    let (at, nth, told) = done_again.unwrap_or((disk.changes(), nth, keeper.told()));
    let left = disk.trace().walk().to(at).synced_only();
    let (_disk, mut keeper) = reopen(&keeper, &left, told)?;
    keeper.check()?;
    let facts = keeper.facts().map_err(|error| format!("after the power was lost: {error}"))?;
    same(&run.marks[nth].facts, &facts, || format!("the power was lost after step {nth} was done again"))
}

fn each_call_fails<K: Keeper>(fault: Fault) {
    let begun = std::time::Instant::now();
    let (run, steps) = (Run::on(&Disk::new(), K::new(false)), steps_to_do::<K>());
    let (mut tally, mut wrong) = (Tally::default(), Vec::new());
    for call in 1..=CALLS {
        if let Err(what) = fail_once(&run, steps, call, fault, &mut tally) {
            wrong.push(format!("call {call}: {what}"));
        }
    }
    println!("{fault:?}: {tally:?} in {:.1} s", begun.elapsed().as_secs_f64());
    assert!(wrong.is_empty(), "{} of {CALLS}: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    assert!(tally.said > 0 && tally.unopened > 0, "{tally:?}");
}

/// A full disk stays full: everything can be read, nothing is taken, and all goes on when there is room again.
fn waits_for_room<K: Keeper>() -> Result<(), String> {
    let disk = Disk::new();
    let run = Run::on(&Disk::new(), K::new(false));
    let mut keeper = run.keeper.restarted(0);
    let said = |error: K::Error| error.to_string();
    keeper.open(&disk).map_err(said)?;
    let mut refused = 0;
    for nth in 0..keeper.steps() {
        disk.set_full(true);
        if let Err(error) = keeper.step(&disk, nth) {
            refused += 1;
            assert!(K::is_fair(&error, Fault::Full), "step {nth}: {error}");
            let facts = keeper.facts().map_err(said)?;
            same(&run.marks[nth].facts, &facts, || format!("step {nth} found the disk full"))?;
            disk.set_full(false);
            keeper.step(&disk, nth).map_err(said)?;
        }
        disk.set_full(false);
    }
    assert!(refused > keeper.steps() / 2, "{refused} of {} steps were refused", keeper.steps());
    same(&run.marks[keeper.steps()].facts, &keeper.facts().map_err(said)?, || "at the end".into())
}

/// What a loss of power left behind is being read when a call fails.
fn each_call_of_coming_back_fails<K: Keeper>() -> Result<(), String> {
    let run = Run::on(&Disk::new(), K::new(false));
    let mut walk = run.trace.walk();
    for (nth, mark) in run.marks.iter().enumerate().step_by(9) {
        let left = walk.to(mark.changes).lose_power(nth as u64);
        for fault in Fault::ALL {
            for call in 1.. {
                let (disk, mut keeper) = (Disk::with(&left), run.keeper.restarted(mark.told));
                disk.fail_at(call, fault);
                let opened = keeper.open(&disk);
                if !disk.has_failed() {
                    break;
                }
                if let Err(error) = opened {
                    assert!(K::is_fair(&error, fault), "after step {nth}, call {call}: {error}");
                    keeper.open(&disk).map_err(|error| format!("opening again: {error}"))?;
                }
                let facts = keeper.facts().map_err(|error| format!("after step {nth}, call {call}: {error}"))?;
                same(&mark.facts, &facts, || format!("after step {nth}, call {call}, {fault:?}"))?;
            }
        }
    }
    Ok(())
}

#[test]
fn what_is_acknowledged_after_a_failed_sync_outlives_the_index_written_before_it() {
    let run = Run::on(&Disk::new(), Phone::new(false));
    let indexed = run.keeper.indexed().expect("the words are indexed");
    let (disk, mut phone) = (Disk::new(), Phone::new(false));
    phone.open(&disk).expect("opened");
    let calls: Vec<u64> = (0..indexed + 2)
        .map(|nth| {
            phone.step(&disk, nth).expect("done");
            disk.calls()
        })
        .collect();
    let mut tally = Tally::default();
    for call in calls[indexed] + 1..=calls[indexed + 1] {
        assert_eq!(fail_once(&run, indexed + 2, call, Fault::Sync, &mut tally), Ok(()), "call {call}");
    }
    assert!(tally.said > 0, "{tally:?}");
}

#[test]
fn a_device_whose_disk_is_full_can_be_read_and_goes_on_when_there_is_room() {
    assert_eq!(waits_for_room::<Phone>(), Ok(()));
}

#[test]
fn a_server_whose_disk_is_full_can_be_read_and_goes_on_when_there_is_room() {
    assert_eq!(waits_for_room::<Ledger>(), Ok(()));
}

#[test]
fn a_device_survives_each_call_that_fails_while_it_comes_back() {
    assert_eq!(each_call_of_coming_back_fails::<Phone>(), Ok(()));
}

#[test]
fn a_server_survives_each_call_that_fails_while_it_comes_back() {
    assert_eq!(each_call_of_coming_back_fails::<Ledger>(), Ok(()));
}

#[test]
fn a_device_survives_each_call_that_finds_the_disk_full() {
    each_call_fails::<Phone>(Fault::Full);
}

#[test]
fn a_device_survives_each_call_that_cannot_read() {
    each_call_fails::<Phone>(Fault::Read);
}

#[test]
fn a_device_survives_each_call_that_cannot_write() {
    each_call_fails::<Phone>(Fault::Write);
}

#[test]
fn a_device_survives_each_call_that_cannot_sync() {
    each_call_fails::<Phone>(Fault::Sync);
}

#[test]
fn a_device_survives_each_call_that_finds_no_memory() {
    each_call_fails::<Phone>(Fault::Memory);
}

#[test]
fn a_server_survives_each_call_that_finds_the_disk_full() {
    each_call_fails::<Ledger>(Fault::Full);
}

#[test]
fn a_server_survives_each_call_that_cannot_read() {
    each_call_fails::<Ledger>(Fault::Read);
}

#[test]
fn a_server_survives_each_call_that_cannot_write() {
    each_call_fails::<Ledger>(Fault::Write);
}

#[test]
fn a_server_survives_each_call_that_cannot_sync() {
    each_call_fails::<Ledger>(Fault::Sync);
}

#[test]
fn a_server_survives_each_call_that_finds_no_memory() {
    each_call_fails::<Ledger>(Fault::Memory);
}
