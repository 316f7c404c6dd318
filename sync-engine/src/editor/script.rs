//! The small edits that turn one flat body into another, once it is known what both have in common.

use super::BodyEdit;
use super::flat::{Flat, Kept, Marks, Piece, gaps};
use crate::document::{PORTION_UNITS_MAX, Plain, portions};

/// Edits of text and blocks: in order, each index valid after the edits before. `base` is where both sequences begin
/// in the body.
pub(super) fn text_edits(old: &Flat<'_>, new: &Flat<'_>, kept: &[Kept], base: usize) -> Vec<BodyEdit> {
    let mut edits = Vec::new();
    for (gone, come, next) in gaps(kept, old.len(), new.len()) {
        // All before this index reads as in the new sequence by now.
        let at = base + come.start;
        for (_, piece) in old.pieces(gone) {
            match piece {
                Piece::Marker(_) => edits.push(BodyEdit::Join { at }),
                Piece::Text(text, _) => {
                    portions(&text, PORTION_UNITS_MAX).iter().for_each(|text| delete(&mut edits, at, text))
                }
            }
        }
        for (range, piece) in new.pieces(come) {
            let mut at = base + range.start;
            match piece {
                Piece::Marker(block) => edits.push(BodyEdit::Split { at, block: block.clone() }),
                Piece::Text(text, marks) => {
                    for text in portions(&text, PORTION_UNITS_MAX) {
                        edits.push(BodyEdit::Insert { at, text: text.to_owned(), marks: marks.clone() });
                        at += text.encode_utf16().count();
                    }
                }
            }
        }
        for (at, block) in new.markers(next.new..next.new + next.units) {
            if old.marker(at - next.new + next.old).is_some_and(|old| old != block) {
                edits.push(BodyEdit::SetBlock { at: base + at, block: block.clone() });
            }
        }
    }
    edits
}

/// Runs that are deleted together are one edit, up to what one change may well hold.
fn delete(edits: &mut Vec<BodyEdit>, deleted_at: usize, text: &str) {
    let more = text.encode_utf16().count();
    match edits.last_mut() {
        Some(BodyEdit::Delete { at, units }) if *at == deleted_at && *units + more <= PORTION_UNITS_MAX => {
            *units += more
        }
        _ => edits.push(BodyEdit::Delete { at: deleted_at, units: more }),
    }
}

/// Edits of marks on what both have in common, to be made once the text reads as in the new sequence.
pub(super) fn mark_edits(old: &Flat<'_>, new: &Flat<'_>, kept: &[Kept], base: usize) -> Vec<BodyEdit> {
    let mut edits = Vec::new();
    for Kept { old: old_at, new: new_at, units } in kept {
        let mut done = 0;
        while done < *units {
            let (at, then) = (new_at + done, old_at + done);
            let ((wanted, end), (had, old_end)) = (new.marks(at), old.marks(then));
            let length = (end - at).min(old_end - then).min(units - done);
            if let (Some(wanted), Some(had)) = (wanted, had) {
                for (name, value) in differences(had, wanted) {
                    put_mark(&mut edits, base + at, base + at + length, name, value);
                }
            }
            done += length;
        }
    }
    edits
}

fn differences<'m>(had: &'m Marks, wanted: &'m Marks) -> impl Iterator<Item = (&'m str, Option<&'m Plain>)> {
    let put = wanted.iter().filter(|(name, value)| had.get(*name) != Some(value));
    let gone = had.keys().filter(|name| !wanted.contains_key(*name));
    put.map(|(name, value)| (name.as_str(), Some(value))).chain(gone.map(|name| (name.as_str(), None)))
}

/// Marks that touch become one, so that a run over several others is marked once.
fn put_mark(edits: &mut Vec<BodyEdit>, start: usize, end: usize, named: &str, valued: Option<&Plain>) {
    // Marks of one place have different names, so the one to lengthen is among the last few.
    for edit in edits.iter_mut().rev().take(8) {
        if let BodyEdit::Mark { to, name, value, .. } = edit
            && (*to, name.as_str(), value.as_ref()) == (start, named, valued)
        {
            *to = end;
            return;
        }
    }
    edits.push(BodyEdit::Mark { from: start, to: end, name: named.to_owned(), value: valued.cloned() });
}
