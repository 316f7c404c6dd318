//! Processes may be killed at any moment.

use tests::kills::{Plan, play};

/// They take about a minute.
const KILLS: u64 = 1000;

/// Far more than the planted bug survives.
const PLANTED_KILLS_MAX: u64 = 500;

fn plan(kills: u64, is_too_early: bool) -> Plan {
    Plan { program: env!("CARGO_BIN_EXE_kills").into(), kills, seed: 1, is_too_early }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_devices_and_server_are_killed() {
    let outcome = play(plan(KILLS, false)).await.expect("nothing is lost");
    println!("{outcome:?}");
    assert_eq!(outcome.device_kills + outcome.server_kills, KILLS);
    assert!(outcome.server_kills > 0 && outcome.kept > 0, "{outcome:?}");
    assert!(outcome.edits >= KILLS, "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_says_stored_too_early_is_found_out() {
    let lost = play(plan(PLANTED_KILLS_MAX, true)).await.expect_err("words are lost");
    assert!(lost.to_string().contains("was told of"), "{lost:#}");
}
