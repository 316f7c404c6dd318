//! Changes received into a long note that is open: one at a time, and many at once.

use std::time::{Duration, Instant};

use sync_engine::engine::DocumentName;

use super::figures::percentile;
use super::keystrokes::{append, write_long};
use super::peer::Peer;
use super::stage::Stage;
use super::writing::Writer;
use super::{Burst, Figures, ScenarioError, progress};

/// How often one change is received, and how often a burst.
const SINGLES: usize = 10;
const BURSTS: usize = 3;

pub(super) async fn burst(options: &Burst) -> Result<Figures, ScenarioError> {
    let stage = Stage::new().await?;
    let (writer, space) = stage.founder().await?;
    let reader = stage.member(&writer, &space, "karbala").await?;
    let note = writer.note(&space, "محضر الجلسة")?;
    let mut words = Writer::new(4);
    progress("writing the note");
    let writer = stage.prepare(writer, |writer| write_long(writer, &note, &mut words, options.characters))?;
    writer.sync().await?;
    reader.sync().await?;
    // From here on it is open.
    reader.engine().heads(&note)?;

    progress("receiving into it");
    let meter = stage.meter()?;
    let mut singles = Vec::with_capacity(SINGLES);
    for _ in 0..SINGLES {
        singles.push(received(&writer, &reader, &note, &mut words, 1).await?);
    }
    let mut bursts = Vec::with_capacity(BURSTS);
    for _ in 0..BURSTS {
        bursts.push(received(&writer, &reader, &note, &mut words, options.changes).await?);
    }
    let figures = stage.stop(meter)?.that_match(reader.fingerprint()? == writer.fingerprint()?);
    let median = |times: &[Duration]| percentile(times, 50).unwrap_or_default();
    let (one_ms, burst_ms) = (median(&singles), median(&bursts));
    Ok(figures.with("one_ms", one_ms).with("burst_ms", burst_ms).with("burst_to_one", burst_ms / one_ms))
}

/// How long a device takes that asks for so many new changes, each in an envelope of its own.
async fn received(
    writer: &Peer,
    reader: &Peer,
    note: &DocumentName,
    words: &mut Writer,
    changes: usize,
) -> Result<Duration, ScenarioError> {
    for _ in 0..changes {
        append(writer, note, &words.words(1))?;
        writer.engine().seal(&note.space)?;
    }
    writer.sync().await?;
    let begun = Instant::now();
    reader.sync().await?;
    Ok(begun.elapsed())
}
