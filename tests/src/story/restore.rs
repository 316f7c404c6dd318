//! A phone breaks and is restored from yesterday's backup: what it had sent comes back from the server.

use sync_engine::document::{self, Block};
use sync_engine::engine::{DocumentName, Event};

use super::cast;
use super::hall::new_note;
use super::stage::Stage;
use super::telling::Telling;
use super::yesterday::BACKUP;

/// In the morning there is still a line: Hasan writes a note, and it is sent.
pub(super) async fn before(stage: &mut Stage, tell: &mut Telling<'_>) -> anyhow::Result<DocumentName> {
    tell.chapter("صباحًا: ما زال الخطّ قائمًا", "Morning: there is still a line");
    let space = stage.space;
    let note = new_note(&mut stage.hasan, &space, cast::HASANS_NOTE, cast::BEFORE_THE_BREAK)?;
    let trip = stage.hasan.syncs(&space, &[]).await?;
    tell.trip(&stage.hasan.who, &trip);
    Ok(note)
}

/// The restored phone learns that it has lived on since, and goes on under a new incarnation.
pub(super) async fn after(stage: &mut Stage, note: &DocumentName, tell: &mut Telling<'_>) -> anyhow::Result<bool> {
    tell.chapter("قاعدة بيانات الأمس", "Hasan's phone broke; the new one starts from yesterday's database");
    let (space, hasan) = (stage.space, &mut stage.hasan);
    hasan.device.restore(BACKUP);
    tell.line(&format!(
        "  Restored: read to {}, his note is {}.",
        hasan.position(&space)?,
        here(hasan.device.has(note))
    ));
    let trip = hasan.syncs(&space, &[]).await?;
    tell.trip(&hasan.who, &trip);
    tell.line(&format!("  Now: read to {}, his note is {}.", hasan.position(&space)?, here(hasan.device.has(note))));
    let is_renewed = trip.events.contains(&Event::NewIncarnation);
    hasan.edits(note, |tx| document::append_paragraph(tx, &Block::paragraph(), cast::AFTER_THE_BREAK))?;
    let trip = hasan.syncs(&space, &[]).await?;
    tell.trip(&hasan.who, &trip);
    Ok(is_renewed)
}

fn here(is_here: bool) -> &'static str {
    if is_here { "here" } else { "not here" }
}
