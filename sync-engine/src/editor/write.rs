//! What a page changed, written into the document as many small edits. They are made against the engine's own body
//! at the heads that the page shows, never against what the page believes was there before.

use automerge::transaction::Transactable;

use super::align::common;
use super::body::Body;
use super::flat::{Flat, Kept};
use super::script::{mark_edits, text_edits};
use super::{BodyEdit, ChangedBlocks, EditorError, NoteBlock, UNITS_MAX};
use crate::document::{self, Block, DocumentError, PORTION_UNITS_MAX, Run};

/// A flush that is to be written.
pub(crate) struct Writing {
    /// The whole body as the page shows it.
    pub(crate) wanted: Body,
    /// The blocks of it that the page changed.
    from: usize,
    to: usize,
    /// Edits of text and blocks, in as many steps as the format's limits ask for.
    steps: Vec<Vec<BodyEdit>>,
    /// The first marker, where the note has none yet.
    first_marker: Option<Block>,
    /// Where the changed blocks begin in the flat body.
    base: usize,
}

impl NoteBlock {
    /// The same block as the engine would tell of it: no empty runs, none that could be one.
    fn tidy(&self) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for run in self.runs.iter().filter(|run| !run.text.is_empty()) {
            match runs.last_mut() {
                Some(last) if last.marks == run.marks => last.text.push_str(&run.text),
                _ => runs.push(run.clone()),
            }
        }
        Self { block: self.block.clone(), runs }
    }
}

impl Writing {
    /// Compares what the page shows with the body at the heads that it names; none if nothing differs.
    pub(crate) fn new(body: &Body, changed: &ChangedBlocks, caret: Option<usize>) -> Result<Option<Self>, EditorError> {
        let ChangedBlocks { from, to, blocks } = changed;
        let (from, mut to) = (*from, *to);
        let Some(mut old) = body.blocks.get(from..to) else {
            return Err(EditorError::NoSuchBlocks { from, to, blocks: body.blocks.len() });
        };
        if blocks.iter().flat_map(|block| &block.runs).map(|run| run.text.len()).sum::<usize>() > UNITS_MAX {
            return Err(EditorError::TooLong);
        }
        let mut new: Vec<NoteBlock> = blocks.iter().map(NoteBlock::tidy).collect();
        if from == 0 && (to == 0 || new.is_empty()) {
            // The first marker goes on to stand for the block that comes first now.
            let next = body.blocks.get(to).ok_or(EditorError::NoBlockLeft)?;
            new.push(next.clone());
            to += 1;
            old = &body.blocks[..to];
        }
        let base = body.blocks[..from].iter().map(NoteBlock::units).sum();
        let caret = caret.map(|caret| caret.saturating_sub(base));
        let kept = common(old, &new, caret, from == 0);
        let (old_flat, new_flat) = (Flat::of(old), Flat::of(&new));
        let edits = text_edits(&old_flat, &new_flat, &kept, base);
        if edits.is_empty() && mark_edits(&old_flat, &new_flat, &kept, base).is_empty() {
            return Ok(None);
        }
        let first_marker = new.first().filter(|_| body.is_implied && from == 0).map(|first| first.block.clone());
        let is_implied = body.is_implied && first_marker.is_none();
        let to_new = from + new.len();
        let blocks = [&body.blocks[..from], &new, &body.blocks[to..]].concat();
        let wanted = Body { blocks, is_implied };
        Ok(Some(Self { wanted, from, to: to_new, steps: steps(edits), first_marker, base }))
    }

    /// Makes the `nth` step, and says whether there is another.
    pub(crate) fn step(&self, tx: &mut impl Transactable, nth: usize) -> Result<Step, DocumentError> {
        if let (Some(block), 0) = (&self.first_marker, nth) {
            document::split_paragraph(tx, 0, block)?;
        }
        let shift = self.wanted.shift();
        for edit in self.steps.get(nth).into_iter().flatten() {
            apply(tx, edit, shift)?;
        }
        if nth + 1 < self.steps.len() {
            return Ok(Step::More);
        }
        let units = self.mark(tx, shift)?;
        // An element of several letters, as another app may write, goes as a whole with any of them.
        Ok(if units + shift == self.wanted.units() { Step::AsShown } else { Step::Otherwise })
    }

    /// Inserted text takes on some of its neighbours' marks, so the marks are compared with what is there by now.
    /// Gives the length of the text.
    fn mark(&self, tx: &mut impl Transactable, shift: usize) -> Result<usize, DocumentError> {
        let (mut marks, length) = document::marks(tx);
        let wanted = &self.wanted.blocks[self.from..self.to];
        let mut at = self.base;
        let mut is = wanted.to_vec();
        for block in &mut is {
            let text: String = block.runs.drain(..).map(|run| run.text).collect();
            at += 1;
            for c in text.chars() {
                let marks = marks.advance(at - shift);
                match block.runs.last_mut() {
                    Some(run) if run.marks == *marks => run.text.push(c),
                    _ => block.runs.push(Run { text: c.to_string(), marks: marks.clone() }),
                }
                at += c.len_utf16();
            }
        }
        let (is, wanted) = (Flat::of(&is), Flat::of(wanted));
        let end = self.base + wanted.len() - shift;
        if end <= length {
            for edit in mark_edits(&is, &wanted, &[Kept { old: 0, new: 0, units: wanted.len() }], self.base) {
                apply(tx, &edit, shift)?;
            }
        }
        Ok(length)
    }
}

/// What a step of the writing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    More,
    /// All is written, and the document reads as the page shows it.
    AsShown,
    /// All is written, but the document reads otherwise.
    Otherwise,
}

fn apply(tx: &mut impl Transactable, edit: &BodyEdit, shift: usize) -> Result<(), DocumentError> {
    match edit {
        BodyEdit::Insert { at, text, .. } => document::insert_text(tx, at - shift, text),
        BodyEdit::Delete { at, units } => document::delete_text(tx, at - shift..at - shift + units),
        BodyEdit::Split { at, block } => document::split_paragraph(tx, at - shift, block),
        BodyEdit::Join { at } => document::join_paragraph(tx, at - shift),
        BodyEdit::SetBlock { at, block } => document::set_block(tx, at - shift, block),
        BodyEdit::Mark { from, to, name, value: Some(value) } => {
            document::mark_named(tx, from - shift..to - shift, name, value)
        }
        BodyEdit::Mark { from, to, name, value: None } => document::unmark(tx, from - shift..to - shift, name),
    }
}

/// As many edits a step as one change may well hold. No edit is larger than that.
fn steps(edits: Vec<BodyEdit>) -> Vec<Vec<BodyEdit>> {
    let (mut steps, mut units) = (vec![Vec::new()], 0);
    for edit in edits {
        let more = match &edit {
            BodyEdit::Insert { text, .. } => text.encode_utf16().count(),
            BodyEdit::Delete { units, .. } => *units,
            // A block's fields, each of them an operation.
            _ => 16,
        };
        if units > 0 && units + more > PORTION_UNITS_MAX {
            steps.push(Vec::new());
            units = 0;
        }
        units += more;
        if let Some(step) = steps.last_mut() {
            step.push(edit);
        }
    }
    steps
}
