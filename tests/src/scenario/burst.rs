//! Changes received into a long note that is open: one at a time, and many at once.

use std::time::{Duration, Instant};

use sync_engine::engine::{DocumentName, Event};

use super::figures::percentile;
use super::keystrokes::{append, write_long};
use super::peer::Peer;
use super::stage::Stage;
use super::writing::Writer;
use super::{Burst, Figures, ScenarioError, progress};

/// How often one change is received, and how often a burst.
const SINGLES: usize = 10;
const BURSTS: usize = 3;
/// How often the reader is looked at.
const LOOK: Duration = Duration::from_millis(1);

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
    let median = |times: &[Received], of: fn(&Received) -> Duration| {
        percentile(&times.iter().map(of).collect::<Vec<_>>(), 50).unwrap_or_default()
    };
    let (one_ms, burst_ms) = (median(&singles, |one| one.shown), median(&bursts, |burst| burst.shown));
    let figures = figures.with("one_ms", one_ms).with("burst_ms", burst_ms).with("burst_to_one", burst_ms / one_ms);
    // A burst may be followed by a snapshot, which every device makes for itself to vouch for it.
    Ok(figures.with("burst_settled_ms", median(&bursts, |burst| burst.settled)))
}

/// How long a device takes until it shows what is new, and until it has nothing left to do.
struct Received {
    shown: Duration,
    settled: Duration,
}

/// How long a device takes that asks for so many new changes, each in an envelope of its own.
async fn received(
    writer: &Peer,
    reader: &Peer,
    note: &DocumentName,
    words: &mut Writer,
    changes: usize,
) -> Result<Received, ScenarioError> {
    for _ in 0..changes {
        append(writer, note, &words.words(1))?;
        writer.engine().seal(&note.space)?;
    }
    writer.sync().await?;
    let newest = writer.engine().heads(note)?;
    reader.engine().take_events();
    let begun = Instant::now();
    let (mut shown, mut syncing) = (None, std::pin::pin!(reader.sync()));
    loop {
        tokio::select! {
            synced = &mut syncing => {
                synced?;
                let settled = begun.elapsed();
                return Ok(Received { shown: shown.unwrap_or(settled), settled });
            }
            () = tokio::time::sleep(LOOK), if shown.is_none() => {
                let mut engine = reader.engine();
                let has_changed = engine.take_events().iter().any(|event| matches!(event, Event::DocumentChanged { .. }));
                if has_changed && engine.heads(note)? == newest {
                    shown = Some(begun.elapsed());
                }
            }
        }
    }
}
