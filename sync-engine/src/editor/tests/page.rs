//! A page as it is without a browser: it shows a body cell by cell, is typed into, flushes what changed, and applies
//! an answer by itself. It shares no code with the engine's own comparing.

use std::collections::BTreeMap;

use automerge::{Automerge, ChangeHash, PatchLog};

use super::super::{
    Answer, Body, BodyEdit, ChangedBlocks, EditorError, Flush, FlushAnswer, NoteBlock, Selection, flush::is_same,
};
use crate::document::{Block, Plain, Run};

/// One unit of a flat body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Marker(Block),
    Unit(u16, BTreeMap<String, Plain>),
}

#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) heads: Vec<ChangeHash>,
    /// The body at those heads, as the page knows it.
    pub(super) base: Vec<Cell>,
    pub(super) cells: Vec<Cell>,
    pub(super) caret: usize,
}

impl Page {
    pub(super) fn open(doc: &Automerge) -> Self {
        let heads = doc.get_heads();
        let cells = cells_at(doc, &heads);
        Self { base: cells.clone(), cells, heads, caret: 1 }
    }

    pub(super) fn text(&self) -> String {
        text(&self.cells)
    }

    /// Types where the caret is, under the marks of the letter before.
    pub(super) fn type_text(&mut self, text: &str) {
        let marks = match self.caret.checked_sub(1).and_then(|before| self.cells.get(before)) {
            Some(Cell::Unit(_, marks)) => marks.clone(),
            _ => BTreeMap::new(),
        };
        let units: Vec<_> = text.encode_utf16().map(|unit| Cell::Unit(unit, marks.clone())).collect();
        let length = units.len();
        self.cells.splice(self.caret..self.caret, units);
        self.caret += length;
    }

    /// Presses Enter.
    pub(super) fn split(&mut self, block: Block) {
        self.cells.insert(self.caret, Cell::Marker(block));
        self.caret += 1;
    }

    /// Deletes cells, markers among them; the first one stays.
    pub(super) fn delete(&mut self, from: usize, to: usize) {
        self.cells.drain(from.max(1)..to.max(1));
        self.caret = from.max(1);
    }

    pub(super) fn mark(&mut self, from: usize, to: usize, name: &str, value: Option<Plain>) {
        for cell in &mut self.cells[from..to] {
            if let Cell::Unit(_, marks) = cell {
                match &value {
                    Some(value) => marks.insert(name.to_owned(), value.clone()),
                    None => marks.remove(name),
                };
            }
        }
    }

    /// Takes an answer as it comes after something else was typed: it keeps what it shows, on top of what it showed
    /// when it flushed.
    pub(super) fn take_own(&mut self, own: &[ChangeHash], shown: Vec<Cell>) {
        self.heads = own.to_vec();
        self.base = shown;
    }

    /// What the page sends: the blocks that are others than at its heads, seen from both ends.
    pub(super) fn changed(&self) -> Option<ChangedBlocks> {
        let old = blocks(&self.base);
        let new = blocks(&self.cells);
        let from = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let rest = old.len().min(new.len()) - from;
        let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
        let changed = ChangedBlocks { from, to: old.len() - end, blocks: new[from..new.len() - end].to_vec() };
        (from < changed.to || !changed.blocks.is_empty()).then_some(changed)
    }

    /// Sends a neighbour of the changed blocks along, unchanged.
    pub(super) fn widen(&self, changed: &mut ChangedBlocks) {
        let (old, new) = (blocks(&self.base), blocks(&self.cells));
        if changed.from > 0 {
            changed.from -= 1;
            changed.blocks.insert(0, new[changed.from].clone());
        }
        if changed.to < old.len() {
            changed.blocks.push(old[changed.to].clone());
            changed.to += 1;
        }
    }

    /// Wrong on purpose: takes out all that was there, and puts in all that is shown.
    pub(super) fn replace(&self, doc: &mut Automerge) -> Result<FlushAnswer, EditorError> {
        let first = |cells: &[Cell]| ChangedBlocks { from: 0, to: usize::MAX, blocks: blocks(&cells[..1]) };
        let all = blocks(&self.base).len();
        let none = flush(doc, &self.heads, Some(&ChangedBlocks { to: all, ..first(&self.cells) }), None)?;
        let whole = ChangedBlocks { from: 0, to: 1, blocks: blocks(&self.cells) };
        flush(doc, &none.own, Some(&whole), None)
    }

    pub(super) fn flush(&self, doc: &mut Automerge) -> FlushAnswer {
        let changed = self.changed();
        let selection = Some(Selection { anchor: self.caret, head: self.caret });
        flush(doc, &self.heads, changed.as_ref(), selection).expect("a page flushes what can be written")
    }

    /// Takes an answer as it comes before anything else was typed.
    pub(super) fn take(&mut self, answer: &FlushAnswer) {
        answer.edits.iter().for_each(|edit| apply(&mut self.cells, edit));
        self.heads = answer.merged.clone();
        self.base = self.cells.clone();
        self.caret = answer.selection.map_or(1, |selection| selection.head);
    }
}

/// As the engine does it, but with no store.
pub(super) fn flush(
    doc: &mut Automerge,
    heads: &[ChangeHash],
    changed: Option<&ChangedBlocks>,
    selection: Option<Selection>,
) -> Result<FlushAnswer, EditorError> {
    let mut flush = Flush::new(Body::at(doc, heads), changed, selection)?;
    let mut own = heads.to_vec();
    for nth in 0.. {
        let is_tip = is_same(&own, &doc.get_heads());
        let mut tx = match is_tip {
            true => doc.transaction(),
            false => doc.transaction_at(PatchLog::inactive(), &own).expect("heads of the document"),
        };
        let has_more = flush.step(&mut tx, nth).expect("written");
        if let (Some(hash), _) = tx.commit() {
            own = vec![hash];
        }
        if !has_more {
            break;
        }
    }
    let Answer { told, merged } = flush.answer(doc, own);
    assert!(merged.is_none_or(|body| body == Body::at(doc, &told.merged)));
    Ok(told)
}

pub(super) fn cells_at(doc: &Automerge, heads: &[ChangeHash]) -> Vec<Cell> {
    // Read through history, which the engine itself does only where it must.
    cells(&Body::read(doc, Some(heads)).blocks)
}

pub(super) fn cells(blocks: &[NoteBlock]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for block in blocks {
        cells.push(Cell::Marker(block.block.clone()));
        for run in &block.runs {
            cells.extend(run.text.encode_utf16().map(|unit| Cell::Unit(unit, run.marks.clone())));
        }
    }
    cells
}

fn blocks(cells: &[Cell]) -> Vec<NoteBlock> {
    let mut blocks: Vec<(Block, Vec<(Vec<u16>, BTreeMap<String, Plain>)>)> = Vec::new();
    for cell in cells {
        match (cell, blocks.last_mut()) {
            (Cell::Marker(block), _) => blocks.push((block.clone(), Vec::new())),
            (Cell::Unit(unit, marks), Some((_, runs))) => match runs.last_mut() {
                Some((units, last)) if last == marks => units.push(*unit),
                _ => runs.push((vec![*unit], marks.clone())),
            },
            (Cell::Unit(..), None) => panic!("a body begins with a marker"),
        }
    }
    let run = |(units, marks): (Vec<u16>, _)| Run { text: String::from_utf16(&units).expect("whole"), marks };
    let block = |(block, runs): (_, Vec<_>)| NoteBlock { block, runs: runs.into_iter().map(run).collect() };
    blocks.into_iter().map(block).collect()
}

/// The letters of some cells, markers left out.
pub(super) fn letters(cells: &[Cell]) -> Vec<char> {
    let units = cells.iter().filter_map(|cell| match cell {
        Cell::Marker(_) => None,
        Cell::Unit(unit, _) => Some(*unit),
    });
    char::decode_utf16(units).map(|letter| letter.expect("whole letters")).collect()
}

/// Blocks are parted by line breaks, and their kinds are not told.
pub(super) fn text(cells: &[Cell]) -> String {
    let units = cells.iter().map(|cell| match cell {
        Cell::Marker(_) => u16::from(b'\n'),
        Cell::Unit(unit, _) => *unit,
    });
    String::from_utf16(&units.skip(1).collect::<Vec<_>>()).expect("whole letters")
}

pub(super) fn apply(cells: &mut Vec<Cell>, edit: &BodyEdit) {
    match edit {
        BodyEdit::Insert { at, text, marks } => {
            assert!(*at > 0 && !text.is_empty());
            let units: Vec<_> = text.encode_utf16().map(|unit| Cell::Unit(unit, marks.clone())).collect();
            cells.splice(at..at, units);
        }
        BodyEdit::Delete { at, units } => {
            let gone: Vec<_> = cells.drain(*at..at + units).collect();
            assert!(!gone.is_empty() && gone.iter().all(|cell| matches!(cell, Cell::Unit(..))));
        }
        BodyEdit::Split { at, block } => {
            assert!(*at > 0);
            cells.insert(*at, Cell::Marker(block.clone()));
        }
        BodyEdit::Join { at } => {
            assert!(*at > 0 && matches!(cells.remove(*at), Cell::Marker(_)));
        }
        BodyEdit::SetBlock { at, block } => {
            let old = std::mem::replace(&mut cells[*at], Cell::Marker(block.clone()));
            assert!(matches!(old, Cell::Marker(_)));
        }
        BodyEdit::Mark { from, to, name, value } => {
            for cell in &mut cells[*from..*to] {
                let Cell::Unit(_, marks) = cell else { panic!("a marker has no marks") };
                match value {
                    Some(value) => marks.insert(name.clone(), value.clone()),
                    None => marks.remove(name),
                };
            }
        }
    }
}
