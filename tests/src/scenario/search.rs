//! Somebody searches as they type: how long each letter waits for its hits, and what the index costs.

use std::time::Instant;

use sync_engine::document;

use super::figures::milliseconds;
use super::stage::Stage;
use super::writing::Writer;
use super::{Figures, ScenarioError, Search, now_ms, progress};

/// How many words are typed, letter by letter; every third after another word.
const TYPED_WORDS: usize = 60;
const HITS: usize = 50;
/// What a quiet moment indexes at once.
const PORTION: usize = 64;

/// An hour after everything was written: nobody is typing any more.
const LATER_MS: i64 = 3_600_000;

pub(super) async fn search(options: &Search) -> Result<Figures, ScenarioError> {
    let stage = Stage::new().await?;
    let (device, space) = stage.founder().await?;
    let mut writer = Writer::new(5);
    progress("writing the notes");
    let device = stage.prepare(device, |device| {
        for _ in 0..options.documents {
            let note = device.note(&space, writer.words(3).trim())?;
            let text = writer.text(options.characters);
            device.engine().edit(&note, None, now_ms().cast_signed(), |tx| document::insert_text(tx, 1, &text))?;
        }
        Ok(())
    })?;

    progress("indexing them");
    let bytes = device.engine().size_bytes()?;
    let begun = Instant::now();
    while device.engine().index(PORTION, now_ms().cast_signed() + LATER_MS)? > 0 {}
    let indexing_ms = milliseconds(begun.elapsed());
    let index_bytes = device.engine().size_bytes()?.saturating_sub(bytes);

    progress("searching as one types");
    let device = device.reopen(sync_engine::store::Durability::Full)?;
    let meter = stage.meter()?;
    let (mut times, mut has_all) = (Vec::new(), true);
    for nth in 0..TYPED_WORDS {
        let before = if nth % 3 == 2 { format!("{} ", writer.word()) } else { String::new() };
        let word = writer.word();
        for (at, letter) in word.char_indices() {
            let typed = format!("{before}{}", &word[..at + letter.len_utf8()]);
            let begun = Instant::now();
            let hits = device.engine().search(&typed, None, HITS)?;
            times.push(begun.elapsed());
            has_all &= hits.iter().all(|hit| !hit.marks.is_empty()) && (!before.is_empty() || !hits.is_empty());
        }
    }
    let figures = stage.stop(meter)?.with_times(&times);

    progress("searching right after an edit");
    let note = device.note(&space, "محضر")?;
    device.engine().edit(&note, None, now_ms().cast_signed(), |tx| document::insert_text(tx, 1, "قسطنطينية"))?;
    let begun = Instant::now();
    has_all &= device.engine().search("قسطنطين", None, HITS)?.iter().any(|hit| hit.name == note);
    let after_edit_ms = milliseconds(begun.elapsed());
    let each = |whole: f64| whole / options.documents.max(1) as f64;
    Ok(figures
        .that_match(has_all)
        .with("slowest_ms", times.iter().max().copied().map_or(0.0, milliseconds))
        .with("after_edit_ms", after_edit_ms)
        .with("index_ms_per_document", each(indexing_ms))
        .with("index_bytes_per_document", each(index_bytes as f64)))
}
