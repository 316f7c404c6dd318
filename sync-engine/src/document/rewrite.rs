//! Makes paragraphs of a note's body read as they did in another version: by small splices of the text, and by
//! writing of markers and marks only what differs. So what others typed in between stays.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use automerge::{ObjId, ObjType, ROOT, Value, transaction::Transactable};

use super::{
    DocumentError,
    note::{BODY, put_block, put_mark, write_block},
    paragraphs::{Paragraph, Run, paragraphs},
    text_diff::{Splice, splices},
    value::{Plain, Scalar},
    view::{View, units},
};

/// Stands for a block marker while two versions are compared: no letter, and no part of one.
const MARKER: char = '\u{2029}';

/// Makes the paragraphs in `range`, in UTF-16 code units as the transaction sees them, read as `wanted`.
pub(super) fn rewrite(
    tx: &mut impl Transactable,
    body: &ObjId,
    range: Range<usize>,
    wanted: &[Paragraph],
) -> Result<(), DocumentError> {
    let present = within(paragraphs(tx, None), &range);
    let (old, new) = (flat(&present), flat(wanted));
    // From the end, so that no splice moves the place of the next.
    for (splice, insert) in with_inserts(differing(&present, wanted, &old.text, &new.text)).into_iter().rev() {
        let at = range.start + splice.at;
        tx.splice_text(body, at, splice.delete as isize, "")?;
        put_text(tx, body, at, &splice.insert, insert, &new, wanted)?;
    }
    let mut at = range.start;
    for paragraph in wanted {
        if paragraph.at.is_some() {
            match tx.get(body, at)? {
                Some((Value::Object(ObjType::Map), marker)) => write_block(tx, &marker, &paragraph.block)?,
                _ => return Err(DocumentError::NotAParagraph(at)),
            }
        }
        at += paragraph.units();
    }
    write_marks(tx, body, range.start..at, wanted)
}

/// The text object of a note's body; none in a document that has none.
pub(super) fn body_of(tx: &impl Transactable) -> Option<ObjId> {
    let view = View::new(tx, None);
    view.shown_text(&view.children(&[ROOT], BODY, ObjType::Text))
}

/// The paragraphs that begin in a range.
fn within(paragraphs: Vec<Paragraph>, range: &Range<usize>) -> Vec<Paragraph> {
    let mut end = 0;
    let mut within = Vec::new();
    for paragraph in paragraphs {
        let start = end;
        end += paragraph.units();
        if range.contains(&start) && end <= range.end {
            within.push(paragraph);
        }
    }
    within
}

/// Paragraphs as one text, and where their markers are in it.
struct Flat {
    text: String,
    /// In UTF-16 code units, each with the number of its paragraph.
    markers: BTreeMap<usize, usize>,
}

fn flat(paragraphs: &[Paragraph]) -> Flat {
    let (mut text, mut markers, mut at) = (String::new(), BTreeMap::new(), 0);
    for (nth, paragraph) in paragraphs.iter().enumerate() {
        if paragraph.at.is_some() {
            markers.insert(at, nth);
            text.push(MARKER);
        }
        text.push_str(&paragraph.text());
        at += paragraph.units();
    }
    Flat { text, markers }
}

fn differing(present: &[Paragraph], wanted: &[Paragraph], old: &str, new: &str) -> Vec<Splice> {
    let is_ambiguous = present.iter().chain(wanted).any(|paragraph| paragraph.text().contains(MARKER));
    if is_ambiguous && old != new {
        return vec![Splice { at: 0, delete: old.encode_utf16().count(), insert: new.to_owned() }];
    }
    splices(old, new)
}

/// Each splice with the place of what it inserts in the new text, in UTF-16 code units.
fn with_inserts(splices: Vec<Splice>) -> Vec<(Splice, usize)> {
    let (mut deleted, mut inserted) = (0, 0);
    let place = |splice: Splice| {
        let at = splice.at - deleted + inserted;
        deleted += splice.delete;
        inserted += splice.insert.encode_utf16().count();
        (splice, at)
    };
    splices.into_iter().map(place).collect()
}

/// Inserts a part of the new text, which begins at unit `from` there, with the block markers in it.
fn put_text(
    tx: &mut impl Transactable,
    body: &ObjId,
    at: usize,
    text: &str,
    from: usize,
    new: &Flat,
    wanted: &[Paragraph],
) -> Result<(), DocumentError> {
    let (mut next, mut pending, mut pending_at) = (at, String::new(), at);
    for (unit, letter) in units(text) {
        match new.markers.get(&(from + unit)) {
            Some(nth) => {
                tx.splice_text(body, pending_at, 0, &std::mem::take(&mut pending))?;
                put_block(tx, body, next, &wanted[*nth].block)?;
                pending_at = next + 1;
            }
            None => pending.push(letter),
        }
        next += letter.len_utf16();
    }
    Ok(tx.splice_text(body, pending_at, 0, &pending)?)
}

/// Makes the marks of a range those of the wanted paragraphs, which have the same text by now.
fn write_marks(
    tx: &mut impl Transactable,
    body: &ObjId,
    range: Range<usize>,
    wanted: &[Paragraph],
) -> Result<(), DocumentError> {
    let present = paragraphs(tx, None);
    let (mut present, wanted) = (marked(&present, 0), marked(wanted, range.start));
    present.retain(|(at, _)| at.end > range.start && at.start < range.end);
    let names: BTreeSet<&String> = present.iter().chain(&wanted).flat_map(|(_, run)| run.marks.keys()).collect();
    let mut borders: Vec<usize> = present.iter().chain(&wanted).flat_map(|(at, _)| [at.start, at.end]).collect();
    borders.iter_mut().for_each(|border| *border = (*border).clamp(range.start, range.end));
    borders.sort_unstable();
    borders.dedup();
    for name in names {
        // The longest stretches that lack the same: one mark of three words, not three.
        let mut changes: Vec<(Range<usize>, Option<&Plain>)> = Vec::new();
        for border in borders.windows(2) {
            let at = border[0]..border[1];
            let (is, wanted) = (value_at(&present, &at, name), value_at(&wanted, &at, name));
            match changes.last_mut() {
                _ if is == wanted => {}
                Some((last, value)) if last.end == at.start && *value == wanted => last.end = at.end,
                _ => changes.push((at, wanted)),
            }
        }
        for (at, value) in changes {
            put_mark(tx, body, at, name, value.map(Scalar::to_scalar))?;
        }
    }
    Ok(())
}

/// The runs of some paragraphs, each with its place in UTF-16 code units.
fn marked(paragraphs: &[Paragraph], start: usize) -> Vec<(Range<usize>, &Run)> {
    let mut at = start;
    let mut runs = Vec::new();
    for paragraph in paragraphs {
        at += usize::from(paragraph.at.is_some());
        for run in &paragraph.runs {
            let end = at + run.text.encode_utf16().count();
            runs.push((at..end, run));
            at = end;
        }
    }
    runs
}

/// The value of a mark on a stretch that lies within one run, or between two paragraphs.
fn value_at<'r>(runs: &[(Range<usize>, &'r Run)], at: &Range<usize>, name: &str) -> Option<&'r Plain> {
    let after = runs.partition_point(|(of, _)| of.start <= at.start);
    let (of, run) = runs.get(after.checked_sub(1)?)?;
    if at.end <= of.end { run.marks.get(name) } else { None }
}
