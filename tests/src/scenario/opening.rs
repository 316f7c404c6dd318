//! An application starts: the database is opened and the list of documents read. No document is opened for it.

use std::time::Instant;

use sync_engine::store::Durability;

use super::catching_up::write;
use super::stage::Stage;
use super::{Documents, Figures, ScenarioError};

/// How many starts the times are taken from.
const STARTS: usize = 10;

pub(super) async fn open(options: &Documents) -> Result<Figures, ScenarioError> {
    let stage = Stage::new().await?;
    let (device, space) = stage.founder().await?;
    let mut device = stage.prepare(device, |device| write(device, &space, options))?;
    device.sync().await?;

    let meter = stage.meter()?;
    let (mut times, mut listed) = (Vec::with_capacity(STARTS), 0);
    for _ in 0..STARTS {
        let begun = Instant::now();
        device = device.reopen(Durability::Full)?;
        listed = device.engine().documents(None)?.len();
        times.push(begun.elapsed());
    }
    Ok(stage.stop(meter)?.with_times(&times).that_match(listed == options.documents))
}
