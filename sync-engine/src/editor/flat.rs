//! A stretch of a body as one flat sequence of UTF-16 code units and markers, which can be cut and compared anywhere.

use std::collections::BTreeMap;
use std::ops::Range;

use super::NoteBlock;
use crate::document::{Block, Plain};

pub(super) type Marks = BTreeMap<String, Plain>;

/// Blocks end to end.
pub(super) struct Flat<'b> {
    /// A marker is one unit, of no meaning.
    units: Vec<u16>,
    markers: BTreeMap<usize, &'b Block>,
    /// Where each run of text begins; none is empty, and a marker ends the one before it.
    runs: BTreeMap<usize, &'b Marks>,
}

/// What stands between two indexes.
pub(super) enum Piece<'b> {
    Marker(&'b Block),
    Text(String, &'b Marks),
}

impl<'b> Flat<'b> {
    pub(super) fn of(blocks: impl IntoIterator<Item = &'b NoteBlock>) -> Self {
        let mut flat = Self { units: Vec::new(), markers: BTreeMap::new(), runs: BTreeMap::new() };
        for NoteBlock { block, runs } in blocks {
            flat.markers.insert(flat.units.len(), block);
            flat.units.push(0);
            for run in runs.iter().filter(|run| !run.text.is_empty()) {
                flat.runs.insert(flat.units.len(), &run.marks);
                flat.units.extend(run.text.encode_utf16());
            }
        }
        flat
    }

    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    pub(super) fn marker(&self, at: usize) -> Option<&'b Block> {
        self.markers.get(&at).copied()
    }

    pub(super) fn markers(&self, range: Range<usize>) -> impl Iterator<Item = (usize, &'b Block)> + '_ {
        self.markers.range(range).map(|(at, block)| (*at, *block))
    }

    /// The marks of the text at an index, and where text with these marks ends at the latest.
    pub(super) fn marks(&self, at: usize) -> (Option<&'b Marks>, usize) {
        if self.marker(at).is_some() {
            return (None, at + 1);
        }
        let after = at + 1..;
        let run_end = self.runs.range(after.clone()).next().map(|(at, _)| *at);
        let block_end = self.markers.range(after).next().map(|(at, _)| *at);
        let end = [run_end, block_end].into_iter().flatten().min().unwrap_or(self.len());
        (self.runs.range(..=at).next_back().map(|(_, marks)| *marks), end)
    }

    /// Everything in a range, cut where a block or a run ends.
    pub(super) fn pieces(&self, range: Range<usize>) -> Vec<(Range<usize>, Piece<'b>)> {
        let (mut pieces, mut at) = (Vec::new(), range.start);
        while at < range.end {
            let (marks, end) = self.marks(at);
            let here = at..end.min(range.end);
            at = here.end;
            let piece = match (self.marker(here.start), marks) {
                (Some(block), _) => Piece::Marker(block),
                // Between the ends of whole characters there are no halves of surrogate pairs.
                (None, Some(marks)) => Piece::Text(String::from_utf16_lossy(&self.units[here.clone()]), marks),
                (None, None) => continue,
            };
            pieces.push((here, piece));
        }
        pieces
    }

    /// Whether the same stands at both indexes; of markers, whether there is one at both.
    pub(super) fn is_same_at(&self, at: usize, other: &Flat<'_>, other_at: usize) -> bool {
        self.units[at] == other.units[other_at] && self.marker(at).is_some() == other.marker(other_at).is_some()
    }
}

/// So many units that stand in the old sequence and in the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) old: usize,
    pub(super) new: usize,
    pub(super) units: usize,
}

/// Adds a stretch that ascends in both sequences, and joins it to the one before where they touch.
pub(super) fn keep(kept: &mut Vec<Kept>, more: Kept) {
    match kept.last_mut() {
        _ if more.units == 0 => (),
        Some(last) if (last.old + last.units, last.new + last.units) == (more.old, more.new) => {
            last.units += more.units
        }
        _ => kept.push(more),
    }
}

/// What lies between the kept stretches, as ranges of the old and of the new sequence, with the kept stretch that
/// follows.
pub(super) fn gaps(
    kept: &[Kept],
    old_len: usize,
    new_len: usize,
) -> impl Iterator<Item = (Range<usize>, Range<usize>, Kept)> {
    let end = Kept { old: old_len, new: new_len, units: 0 };
    let starts = std::iter::once((0, 0)).chain(kept.iter().map(|kept| (kept.old + kept.units, kept.new + kept.units)));
    let ends = kept.iter().copied().chain([end]);
    starts.zip(ends).map(|((old, new), next)| (old..next.old, new..next.new, next))
}
