//! Plain edits of a text: a new wording becomes small splices against what the transaction sees, never
//! against a copy that someone held. Automerge's `update_text` is not used, because it parts letters
//! from their harakat.

use std::ops::Range;

use automerge::{ObjId, transaction::Transactable};
use unicode_segmentation::UnicodeSegmentation;

use super::{DocumentError, text_diff::splices};

/// 50,000 letters a change: a fifth of what one change may hold, so that others take it in without a pause.
pub(crate) const PORTION_UNITS_MAX: usize = 50_000;

/// Makes a text object read as `new`.
pub fn replace_text(tx: &mut impl Transactable, text: &ObjId, new: &str) -> Result<(), DocumentError> {
    let length = tx.length(text);
    replace_range(tx, text, 0..length, new)
}

/// Makes a range of a text object, in UTF-16 code units at the transaction's heads, read as `new`. A
/// block marker reads as U+FFFC and stays where the new text has one in the same place.
pub fn replace_range(
    tx: &mut impl Transactable,
    text: &ObjId,
    range: Range<usize>,
    new: &str,
) -> Result<(), DocumentError> {
    let whole = tx.text(text)?;
    let old = slice(&whole, &range)?;
    // From the end, so that no splice moves the place of the next.
    for splice in splices(old, new).into_iter().rev() {
        tx.splice_text(text, range.start + splice.at, splice.delete as isize, &splice.insert)?;
    }
    Ok(())
}

/// The part of a text between two UTF-16 indexes, neither of them inside a surrogate pair.
fn slice<'t>(text: &'t str, range: &Range<usize>) -> Result<&'t str, DocumentError> {
    let (start, end) = (byte_at(text, range.start)?, byte_at(text, range.end)?);
    text.get(start..end).ok_or(DocumentError::OutOfRange { index: range.end, length: range.start })
}

fn byte_at(text: &str, index: usize) -> Result<usize, DocumentError> {
    let mut units = 0;
    for (byte, c) in text.char_indices() {
        if units >= index {
            break;
        }
        units += c.len_utf16();
        if units == index {
            return Ok(byte + c.len_utf8());
        }
    }
    match units == index {
        true => Ok(0),
        false => Err(DocumentError::OutOfRange { index, length: units }),
    }
}

/// Cuts a text into portions of whole letters with their harakat, each of at most about `units_max` UTF-16 code units.
pub(crate) fn portions(text: &str, units_max: usize) -> Vec<&str> {
    let (mut pieces, mut start, mut units) = (Vec::new(), 0, 0);
    for (at, letter) in text.grapheme_indices(true) {
        let length = letter.encode_utf16().count();
        if units + length > units_max && at > start {
            pieces.push(&text[start..at]);
            (start, units) = (at, 0);
        }
        units += length;
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_letters_only() {
        let text = "مُدَّ".repeat(10);
        for units_max in 1..20 {
            let pieces = portions(&text, units_max);
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| piece.starts_with(['م', 'د'])), "{pieces:?}");
        }
        assert!(portions("", 5).is_empty());
    }
}
