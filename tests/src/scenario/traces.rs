//! Replays a real editing history through devices and the server, and opens the result again.

use std::time::Instant;

use sync_engine::store::Durability;

use super::peer::Peer;
use super::stage::Stage;
use super::{Figures, ScenarioError, Trace, now_ms, progress};
use crate::replay::Replay;
use crate::trace::{self, Step};

pub(super) async fn trace(options: &Trace) -> Result<Figures, ScenarioError> {
    let trace = trace::Trace::read(&options.file)?;
    let stage = Stage::new().await?;
    let (founder, space) = stage.founder().await?;
    let mut devices = vec![founder];
    for nth in 1..trace.agents {
        let device = stage.member(&devices[0], &space, &format!("device {nth}")).await?;
        devices.push(device);
    }
    let mut replay = Replay::begin(&trace, &mut devices[0].engine(), &space, now_ms().cast_signed())?;
    let mut round_trips = sync_all(&devices).await?;

    let steps = trace.steps(options.group as usize);
    let meter = stage.meter()?;
    let mut times = Vec::new();
    for (nth, step) in steps.iter().enumerate() {
        if nth % 1000 == 0 {
            progress(format_args!("step {nth} of {}", steps.len()));
        }
        match step {
            Step::Edit { agent, transactions } => {
                let begun = Instant::now();
                replay.edit(&mut devices[*agent].engine(), transactions.clone(), now_ms().cast_signed())?;
                times.push(begun.elapsed());
            }
            Step::Deliver { from, to } => {
                round_trips += devices[*from].sync().await?.round_trips;
                round_trips += devices[*to].sync().await?.round_trips;
            }
        }
    }
    // Whoever wrote last is read by the others in the second round.
    for _ in 0..2 {
        round_trips += sync_all(&devices).await?;
    }
    let figures = stage.stop(meter)?.with_round_trips(round_trips).with_times(&times);

    let mut is_same = true;
    for device in devices {
        let device = device.reopen(Durability::Full)?;
        is_same &= replay.matches(&mut device.engine())?;
    }
    Ok(figures.with("edits", times.len() as f64).that_match(is_same))
}

async fn sync_all(devices: &[Peer]) -> Result<u64, ScenarioError> {
    let mut round_trips = 0;
    for device in devices {
        round_trips += device.sync().await?.round_trips;
    }
    Ok(round_trips)
}
