//! Wrong bytes at every border. `make bytes INPUTS=5000000` plays more of them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sync_engine::guard::{self, Limits};
use sync_engine::ids::DeviceId;
use sync_engine::trial::{self, Reason};
use tests::bombs;
use tests::bytes::{Bars, Border, Plant, Share, play_share};

/// They take half a minute, as this code is built for tests.
const INPUTS: u64 = 100_000;

/// Among as many there are some of each kind of wrong number.
const PLANTED_INPUTS: u64 = 2000;

/// What one input may cost, on whatever machine.
const BARS: Bars = Bars { memory_bytes: 64 << 20, work_bytes: 256 << 20, cpu: None, endless: Duration::from_secs(60) };

fn program() -> std::path::PathBuf {
    env!("CARGO_BIN_EXE_bytes").into()
}

fn share(inputs: u64) -> Share {
    let borders = Border::ALL.to_vec();
    Share { program: program(), borders, inputs, from: 0, jobs: 2, bars: BARS, plant: None, keep: None }
}

#[test]
fn wrong_bytes_break_nothing_at_any_border_and_cost_little() {
    let reports = play_share(&share(INPUTS), |_, _| {}).expect("played");
    assert_eq!(reports.len(), Border::ALL.len());
    for (border, report) in reports {
        let name = border.name();
        assert_eq!(report.found, [], "--target {name} --seed …");
        // Where nothing comes to the end, nothing was shown of what stands there.
        let depths = border.depths();
        assert_eq!(report.depths.len(), depths.len(), "{name}: nothing came as far as {:?}", depths.last());
        let (deepest, inputs) = (report.depths[depths.len() - 1], report.inputs);
        assert!(deepest * 50 >= inputs, "{name}: {deepest} of {inputs} inputs came to the end");
        println!("{name}: {inputs} inputs, {deepest} of them to the end");
    }
}

#[test]
fn every_input_that_is_kept_is_read_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    // In a process of its own, as panics are counted there.
    let output = Command::new(program()).args(["--cpu-ms", "0", "--corpus"]).arg(folder).output().expect("played");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_careless_reader_is_found_out_and_its_input_is_played_again() {
    for plant in Plant::ALL {
        let bars = Bars { endless: Duration::from_secs(2), ..BARS };
        let careless = Share { borders: vec![Border::Wire], bars, plant: Some(plant), ..share(PLANTED_INPUTS) };
        let reports = play_share(&careless, |_, _| {}).expect("played");
        let found = reports.iter().flat_map(|(_, report)| &report.found).next();
        let seed = found.unwrap_or_else(|| panic!("{plant:?} was not found")).seed.to_string();
        let play = |planted: &[&str]| {
            let again = ["--target", "wire", "--seed", &seed, "--cpu-ms", "0", "--endless-ms", "2000"];
            let mut command = Command::new(program());
            command.args(again).args(planted).env("RUST_BACKTRACE", "0").output().expect("played").status
        };
        assert!(!play(&["--plant", plant.name()]).success(), "{plant:?} is found by its seed");
        assert!(play(&[]).success(), "without {plant:?}, nothing is wrong with its seed");
    }
}

/// Found by `--target changes --seed 3700`: 74 bytes that were a change like any other, and made each look at the
/// document read 65,535 values.
#[test]
fn values_of_one_key_that_do_not_know_of_each_other_are_not_taken() {
    let device = DeviceId([1; 32]);
    let bomb = bombs::change_of(&device, 65_535);
    assert!(guard::change(&bomb, &Limits::V1).is_ok(), "it is well formed");
    let outcome = trial::apply(&trial::empty(), std::slice::from_ref(&bomb));
    assert_eq!(outcome.quarantined.len(), 1);
    assert_eq!(outcome.quarantined[0].reason, Reason::Beside);
    assert!(outcome.document.is_empty());
    // A few of them are strange, and harm nobody.
    let few = bombs::change_of(&device, 20);
    assert_eq!(trial::apply(&trial::empty(), &[few]).applied.len(), 1);
}

/// As above, with deletions of one element.
#[test]
fn one_element_is_not_deleted_a_hundred_thousand_times() {
    let device = DeviceId([1; 32]);
    let (text, bomb) = bombs::deletions_of(&device, 100_000);
    let base = trial::apply(&trial::empty(), &[text]);
    assert_eq!(base.applied.len(), 1);
    let outcome = trial::apply(&base.document, &[bomb]);
    assert_eq!(outcome.quarantined.iter().map(|bad| &bad.reason).collect::<Vec<_>>(), [&Reason::Beside]);
}

/// Found by `--target snapshots --seed 1000429`: a document that Automerge loads, and panics when it lists its changes.
#[test]
fn a_document_whose_changes_cannot_be_listed_is_refused_without_a_panic() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/snapshots/guarded-panics-when-listed.input");
    let bytes = std::fs::read(kept).expect("it is kept");
    assert!(guard::document(&bytes, &Limits::V1).is_ok() && trial::load(&bytes).is_ok(), "it looks like any other");
    assert_eq!(trial::changes_of(&bytes), Err(Reason::Panicked));
}
