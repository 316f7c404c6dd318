//! A note's whole body at some heads, and what two bodies of one note have in common: the same elements of the
//! document, whatever they read as.

use std::collections::HashMap;

use automerge::{Automerge, ChangeHash, ObjId, ReadDoc};

use super::flat::{Flat, Kept, keep};
use super::flush::is_same;
use super::script::{mark_edits, text_edits};
use super::{BodyEdit, NoteBlock};
use crate::document::{self, Block, Element};

/// A body as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) blocks: Vec<NoteBlock>,
    /// Whether the first block stands for a marker that is not in the document.
    pub(super) is_implied: bool,
}

/// A body and the elements that it is made of, in its flat sequence.
pub(super) struct NoteText {
    pub(super) body: Body,
    elements: Vec<Element>,
}

/// How one body became another.
pub(super) struct Difference {
    pub(super) edits: Vec<BodyEdit>,
    kept: Vec<Kept>,
}

impl Body {
    /// The body at some heads, or as the transaction sees it.
    pub(crate) fn read(doc: &impl ReadDoc, heads: Option<&[ChangeHash]>) -> Self {
        let paragraphs = document::paragraphs(doc, heads);
        let is_implied = paragraphs.first().is_none_or(|first| first.at.is_none());
        let blocks = paragraphs.into_iter().map(|paragraph| NoteBlock { block: paragraph.block, runs: paragraph.runs });
        let mut blocks: Vec<_> = blocks.collect();
        if blocks.is_empty() {
            blocks.push(NoteBlock { block: Block::paragraph(), runs: Vec::new() });
        }
        Self { blocks, is_implied }
    }

    /// As `read`; what is there now needs no walk through its history.
    pub(crate) fn at(doc: &Automerge, heads: &[ChangeHash]) -> Self {
        Self::read(doc, (!is_same(heads, &doc.get_heads())).then_some(heads))
    }

    /// Units of the flat body.
    pub(crate) fn units(&self) -> usize {
        self.blocks.iter().map(NoteBlock::units).sum()
    }

    /// How far a unit of the document's text lies from where the page has it.
    pub(super) fn shift(&self) -> usize {
        usize::from(self.is_implied)
    }
}

impl NoteBlock {
    /// Units of the marker and the text.
    pub(super) fn units(&self) -> usize {
        1 + self.runs.iter().map(|run| run.text.encode_utf16().count()).sum::<usize>()
    }
}

impl NoteText {
    /// `body` is what the note reads as at these heads.
    pub(super) fn of(body: Body, doc: &Automerge, heads: &[ChangeHash]) -> Self {
        let is_now = is_same(heads, &doc.get_heads());
        let mut elements = document::elements(doc, (!is_now).then_some(heads));
        let shift = body.shift();
        elements.iter_mut().for_each(|element| element.at += shift);
        Self { body, elements }
    }

    /// How this body became a later one, element by element: what is typed among equal letters goes where it was
    /// typed.
    pub(super) fn until(&self, later: &Self) -> Difference {
        let (old, new) = (Flat::of(&self.body.blocks), Flat::of(&later.body.blocks));
        // The first marker stays for the page, whichever one it is.
        let mut kept = vec![Kept { old: 0, new: 0, units: 1 }];
        for (a, b) in same_elements(&self.elements, &later.elements) {
            let is_same = a.units == b.units && (0..a.units).all(|n| old.is_same_at(a.at + n, &new, b.at + n));
            if is_same && a.at > 0 && b.at > 0 {
                keep(&mut kept, Kept { old: a.at, new: b.at, units: a.units });
            }
        }
        let mut edits = text_edits(&old, &new, &kept, 0);
        edits.extend(mark_edits(&old, &new, &kept, 0));
        Difference { edits, kept }
    }
}

impl Difference {
    /// Where a caret is afterwards: behind the letter that was before it, or behind the nearest one before that is
    /// still there. So what others type at the caret comes after it.
    pub(super) fn caret(&self, at: usize) -> usize {
        let before = self.kept.iter().rev().find(|kept| kept.old < at);
        before.map_or(0, |kept| kept.new + (at - kept.old).min(kept.units))
    }
}

/// The pairs of one element in two versions of a text, in order. Elements never change places.
fn same_elements<'e>(old: &'e [Element], new: &'e [Element]) -> Vec<(&'e Element, &'e Element)> {
    let is_same = |(a, b): &(&Element, &Element)| a.id == b.id;
    let start = old.iter().zip(new).take_while(is_same).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(is_same).count();
    let (old_end, new_end) = (old_rest.len() - end, new_rest.len() - end);
    let places: HashMap<&ObjId, usize> =
        new_rest[..new_end].iter().enumerate().map(|(place, element)| (&element.id, place)).collect();
    let mut pairs: Vec<_> = old[..start].iter().zip(new).collect();
    let mut next = 0;
    for element in &old_rest[..old_end] {
        if let Some(place) = places.get(&element.id).copied().filter(|place| *place >= next) {
            pairs.push((element, &new_rest[place]));
            next = place + 1;
        }
    }
    pairs.extend(old_rest[old_end..].iter().zip(&new_rest[new_end..]));
    pairs
}
