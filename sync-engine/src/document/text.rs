//! Plain edits of a text: a new wording becomes small splices against what the transaction sees, never
//! against a copy that someone held. Automerge's `update_text` is not used, because it parts letters
//! from their harakat.

use std::ops::Range;

use automerge::{ObjId, transaction::Transactable};

use super::{DocumentError, text_diff::splices};

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
