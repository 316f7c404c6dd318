//! A device that has something to send or to read catches up with the server: a backlog, a first start, and a
//! reconnection with nothing new.

use std::time::{Duration, Instant};

use sync_engine::ids::SpaceId;
use sync_engine::session::Mode;
use sync_engine::store::Durability;
use tokio::sync::watch;

use super::peer::Peer;
use super::process::own_cpu_ms;
use super::stage::Stage;
use super::writing::Writer;
use super::{Documents, Figures, ScenarioError, now_ms, progress};

/// How many reconnections the idle scenario's times are taken from.
const RECONNECTIONS: usize = 10;

/// Between two looks at how far a device has read.
const LOOK: Duration = Duration::from_millis(2);

pub(super) async fn backlog(options: &Documents) -> Result<Figures, ScenarioError> {
    let stage = Stage::new().await?;
    let (writer, space) = stage.founder().await?;
    let reader = stage.member(&writer, &space, "karbala").await?;
    writer.sync().await?;
    let writer = stage.prepare(writer, |writer| write(writer, &space, options))?;

    let meter = stage.meter()?;
    let (stop, stopped) = watch::channel(false);
    let mut driver = reader.driver(Mode::Live)?;
    let following = tokio::spawn(async move {
        let result = driver.run(stopped).await;
        result.map(|()| driver.report())
    });
    let sent = writer.sync().await?;
    let end = writer.position(&space)?;
    while reader.position(&space)? < end {
        if following.is_finished() {
            return Err(ScenarioError::NotFollowing);
        }
        tokio::time::sleep(LOOK).await;
    }
    let figures = stage.stop(meter)?;

    stop.send_replace(true);
    let followed = following.await??;
    let is_same = reader.fingerprint()? == writer.fingerprint()?;
    Ok(figures.with_round_trips(sent.round_trips + followed.round_trips).that_match(is_same))
}

pub(super) async fn bootstrap(options: &Documents) -> Result<Figures, ScenarioError> {
    let mut stage = Stage::new().await?;
    let (writer, space) = stage.founder().await?;
    let writer = stage.prepare(writer, |writer| write(writer, &space, options))?;
    let link = writer.invite(&space).await?;
    stage.restart_server().await?;
    let reader = stage.peer("karbala")?;

    let meter = stage.meter()?;
    reader.join(&link)?;
    let report = reader.sync().await?;
    let figures = stage.stop(meter)?;

    let is_same = reader.fingerprint()? == writer.fingerprint()?;
    Ok(figures.with_round_trips(report.round_trips).that_match(is_same))
}

pub(super) async fn idle(options: &Documents) -> Result<Figures, ScenarioError> {
    let stage = Stage::new().await?;
    let (device, space) = stage.founder().await?;
    let device = stage.prepare(device, |device| write(device, &space, options))?;
    progress("sending them to the server");
    device.sync().await?;
    let mut device = device.reopen(Durability::Full)?;

    let meter = stage.meter()?;
    let report = device.sync().await?;
    let figures = stage.stop(meter)?;

    let mut times = Vec::with_capacity(RECONNECTIONS);
    let cpu_ms = own_cpu_ms();
    for _ in 0..RECONNECTIONS {
        device.disconnect()?;
        let begun = Instant::now();
        device.sync().await?;
        times.push(begun.elapsed());
    }
    let work_ms = (own_cpu_ms() - cpu_ms) / RECONNECTIONS as f64;
    Ok(figures.with_round_trips(report.round_trips).with_times(&times).with("client_work_ms", work_ms))
}

/// Notes of a backlog, written one after the other.
pub(super) fn write(device: &Peer, space: &SpaceId, options: &Documents) -> Result<(), ScenarioError> {
    let mut writer = Writer::new(1);
    for nth in 0..options.documents {
        if nth % 1000 == 0 {
            progress(format_args!("writing note {nth} of {}", options.documents));
        }
        let title = writer.words(3);
        let note = device.note(space, title.trim())?;
        for _ in 0..options.changes {
            let mut engine = device.engine();
            engine.edit(&note, None, now_ms().cast_signed(), |tx| writer.change(tx))?;
        }
    }
    Ok(())
}
