//! A flush into a long note, made durable; and how much of the log a keystroke takes.

use std::path::Path;
use std::time::Instant;

use rusqlite::{Connection, OpenFlags};
use sync_engine::engine::DocumentName;
use sync_engine::ids::SpaceId;

use super::peer::{self, Peer};
use super::stage::Stage;
use super::typing::{flushes, sent_together};
use super::writing::Writer;
use super::{Edit, Figures, ScenarioError, now_ms, progress};

/// How many flushes are timed.
const FLUSHES: usize = 200;
const FLUSH_CHARACTERS: usize = 20;

/// How much is typed while the log is watched: some minutes.
const KEYSTROKES: usize = 2000;

/// The note is made of edits of this length.
const PREPARED_CHARACTERS: usize = 500;

/// What the device's database holds.
struct Stored {
    /// Headers, signatures and payloads of all envelopes.
    log_bytes: u64,
    /// All of the database's pages in use.
    file_bytes: u64,
}

pub(super) async fn edit(options: &Edit) -> Result<Figures, ScenarioError> {
    let stage = Stage::new().await?;
    let (device, space) = stage.founder().await?;
    let note = device.note(&space, "محضر الجلسة")?;
    let mut writer = Writer::new(3);
    progress("writing the note");
    let device = stage.prepare(device, |device| write_long(device, &note, &mut writer, options.characters))?;
    device.sync().await?;

    progress("flushing into it");
    let meter = stage.meter()?;
    let mut times = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        let text = writer.text(FLUSH_CHARACTERS);
        let begun = Instant::now();
        device.engine().edit(&note, None, now_ms().cast_signed(), |tx| writer.flush(tx, &text))?;
        times.push(begun.elapsed());
    }
    let report = device.sync().await?;
    let figures = stage.stop(meter)?.with_round_trips(report.round_trips).with_times(&times);

    progress("typing at normal speed");
    // With a line, what is typed within some seconds shares an envelope; without one, all of it does.
    let online = share(&device, &space, &note, &mut writer, true)?;
    let offline = share(&device, &space, &note, &mut writer, false)?;
    Ok(figures
        .with("online_log_bytes_per_keystroke", online.0)
        .with("online_file_bytes_per_keystroke", online.1)
        .with("offline_log_bytes_per_keystroke", offline.0)
        .with("offline_file_bytes_per_keystroke", offline.1))
}

/// What a keystroke adds to the device's envelopes, and to its database.
fn share(
    device: &Peer,
    space: &SpaceId,
    note: &DocumentName,
    writer: &mut Writer,
    is_online: bool,
) -> Result<(f64, f64), ScenarioError> {
    let before = stored(device)?;
    let mut keystrokes = 0_usize;
    for sending in sent_together(flushes(writer, KEYSTROKES)) {
        for flush in &sending {
            append(device, note, &flush.text)?;
            keystrokes += flush.text.chars().count();
        }
        if is_online {
            device.engine().seal(space)?;
        }
    }
    device.engine().seal(space)?;
    let after = stored(device)?;
    let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / keystrokes as f64;
    Ok((each(before.log_bytes, after.log_bytes), each(before.file_bytes, after.file_bytes)))
}

/// Makes a note about so long.
pub(super) fn write_long(
    device: &Peer,
    note: &DocumentName,
    writer: &mut Writer,
    characters: usize,
) -> Result<(), ScenarioError> {
    for _ in 0..characters / PREPARED_CHARACTERS {
        append(device, note, &writer.text(PREPARED_CHARACTERS))?;
    }
    Ok(())
}

pub(super) fn append(device: &Peer, note: &DocumentName, text: &str) -> Result<(), ScenarioError> {
    Ok(device.engine().edit(note, None, now_ms().cast_signed(), |tx| Writer::append(tx, text))?)
}

fn stored(device: &Peer) -> Result<Stored, ScenarioError> {
    let log_bytes = log_bytes(device.path())?;
    Ok(Stored { log_bytes, file_bytes: device.engine().size_bytes()? })
}

fn log_bytes(path: &Path) -> Result<u64, ScenarioError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if let Some(key) = peer::key() {
        connection.pragma_update(None, "key", key)?;
    }
    let sql = "select sum(length(header) + length(signature) + coalesce(length(payload), 0)) from envelope";
    let bytes: i64 = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(bytes.unsigned_abs())
}
