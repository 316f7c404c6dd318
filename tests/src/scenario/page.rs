//! A page's flushes into a long note of many paragraphs, made durable: alone, and beside somebody else's edit.

use std::time::{Duration, Instant};

use sync_engine::document::{self, Block, Run};
use sync_engine::editor::{ChangedBlocks, Selection};

use super::figures::percentile;
use super::stage::Stage;
use super::writing::Writer;
use super::{Edit, Figures, ScenarioError, now_ms, progress};

/// How many flushes are timed, of each kind.
const FLUSHES: usize = 200;
const FLUSHES_BESIDE: usize = 20;

const PARAGRAPH_CHARACTERS: usize = 100;

pub(super) async fn page(options: &Edit) -> Result<Figures, ScenarioError> {
    let stage = Stage::new().await?;
    let (device, space) = stage.founder().await?;
    let note = device.note(&space, "محضر الجلسة")?;
    let mut writer = Writer::new(5);
    progress("writing the note");
    let device = stage.prepare(device, |device| {
        for _ in 0..options.characters / PARAGRAPH_CHARACTERS {
            let text = writer.text(PARAGRAPH_CHARACTERS);
            let now = now_ms().cast_signed();
            device.engine().edit(&note, None, now, |tx| document::append_paragraph(tx, &Block::paragraph(), &text))?;
        }
        Ok(())
    })?;

    progress("flushing into it");
    let meter = stage.meter()?;
    let mut body = device.engine().note_body(&note, None)?;
    let (mut times, mut beside) = (Vec::with_capacity(FLUSHES), Vec::with_capacity(FLUSHES_BESIDE));
    for nth in 0..FLUSHES + FLUSHES_BESIDE {
        let is_beside = nth >= FLUSHES;
        let at = writer.below(body.blocks.len());
        let mut block = body.blocks[at].clone();
        block.runs.push(Run { text: writer.words(1), marks: Default::default() });
        if is_beside {
            // The page has not seen it.
            device.engine().edit(&note, None, now_ms().cast_signed(), |tx| document::insert_text(tx, 5, "…"))?;
        }
        let changed = ChangedBlocks { from: at, to: at + 1, blocks: vec![block] };
        let caret = Selection { anchor: 5, head: 5 };
        let begun = Instant::now();
        device.engine().flush(&note, &body.heads, Some(&changed), Some(caret), now_ms().cast_signed())?;
        if is_beside { &mut beside } else { &mut times }.push(begun.elapsed());
        body = device.engine().note_body(&note, None)?;
    }
    let figures = stage.stop(meter)?.with_times(&times);
    let median = |times: &[Duration]| percentile(times, 50).unwrap_or_default();
    Ok(figures.with("beside_p50_ms", median(&beside)))
}
