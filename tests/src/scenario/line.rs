//! Two devices with a day's work each, whose lines are bad for a while and then mended.

use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sync_engine::document::{self, Block};
use sync_engine::ids::SpaceId;
use sync_engine::session::Mode;
use tokio::sync::watch;

use super::catching_up::write;
use super::figures::{Figures, milliseconds};
use super::peer::Peer;
use super::stage::Stage;
use super::weather::{Line, Weather};
use super::{Documents, ScenarioError, Storm, now_ms, progress};
use crate::letters;

/// Between two looks at how far the devices are.
const LOOK: Duration = Duration::from_millis(50);

/// Five minutes after the line was mended: they will not meet any more.
const AFTER_MAX: Duration = Duration::from_secs(300);

pub(super) async fn line(options: &Storm) -> Result<Figures, ScenarioError> {
    let stage = Stage::new().await?;
    let (najaf, space) = stage.founder().await?;
    let karbala = stage.member(&najaf, &space, "karbala").await?;
    najaf.sync().await?;
    karbala.sync().await?;
    let mut seed = 0;
    let mut work = |peer: &Peer| {
        seed += 1;
        day(peer, &space, options, seed)
    };
    let mut najaf = stage.prepare(najaf, &mut work)?;
    let mut karbala = stage.prepare(karbala, &mut work)?;

    let meter = stage.meter()?;
    let lines = [stage.line(options.weather.into()).await?, stage.line(options.weather.into()).await?];
    for (peer, line) in [&mut najaf, &mut karbala].into_iter().zip(&lines) {
        peer.go_by(&line.addr)?;
    }
    let (stop, stopped) = watch::channel(false);
    let mut drivers = Vec::new();
    for peer in [&najaf, &karbala] {
        let (mut driver, stopped) = (peer.driver(Mode::Live)?, stopped.clone());
        drivers.push(tokio::spawn(async move { driver.run(stopped).await.map(|()| driver.report()) }));
    }
    let begun = Instant::now();
    let bad = Duration::from_secs(options.seconds);
    let is_whole_before = wait(&najaf, &karbala, &space, begun + bad).await?;
    let bad_ms = milliseconds(begun.elapsed());
    progress(format_args!("{} after {:.0} s", if is_whole_before { "whole" } else { "mended" }, bad_ms / 1000.0));
    lines.iter().for_each(|line: &Line| line.set(Weather::GOOD));
    let mended = Instant::now();
    let is_whole = wait(&najaf, &karbala, &space, mended + AFTER_MAX).await?;
    let after_ms = if is_whole_before { 0.0 } else { milliseconds(mended.elapsed()) };
    let figures = stage.stop(meter)?;

    stop.send_replace(true);
    let mut round_trips = 0;
    for driver in drivers {
        round_trips += driver.await??.round_trips;
    }
    let is_same = is_whole && najaf.fingerprint()? == karbala.fingerprint()?;
    let figures = figures.with("bad_ms", bad_ms).with("after_repair_ms", after_ms);
    Ok(figures.with_round_trips(round_trips).that_match(is_same))
}

/// Notes, a long paste, and a photograph.
fn day(peer: &Peer, space: &SpaceId, options: &Storm, seed: u64) -> Result<(), ScenarioError> {
    write(peer, space, &Documents { documents: options.documents, changes: 20 })?;
    let note = peer.note(space, "صورة السبورة")?;
    let paste = letters(seed, options.paste_characters);
    let block = Block::paragraph();
    peer.engine().edit(&note, None, now_ms().cast_signed(), |tx| document::append_paragraph(tx, &block, &paste))?;
    let mut photograph = vec![0; options.photograph_bytes];
    ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut photograph);
    peer.engine().attach(&note, &photograph)?;
    Ok(())
}

/// Whether both devices have all of both before `until`.
async fn wait(najaf: &Peer, karbala: &Peer, space: &SpaceId, until: Instant) -> Result<bool, ScenarioError> {
    loop {
        let is_sent = !najaf.has_work(space)? && !karbala.has_work(space)?;
        if is_sent && najaf.position(space)? == karbala.position(space)? {
            return Ok(true);
        }
        if Instant::now() >= until {
            return Ok(false);
        }
        tokio::time::sleep(LOOK).await;
    }
}
