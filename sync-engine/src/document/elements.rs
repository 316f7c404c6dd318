//! Which element of the document stands at each place of a note's text, so that two versions can be compared letter
//! by letter and not by how they read. `list_range` gives marks as if they were elements, which is undone here.

use automerge::{ChangeHash, ObjId, ReadDoc, Value};

use super::{
    paragraphs::body,
    view::{View, units},
};

/// A letter or a block marker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) id: ObjId,
    /// Where it is, in UTF-16 code units.
    pub(crate) at: usize,
    pub(crate) units: usize,
}

/// The elements of a note's text in their order. One that cannot be told from a mark may be left out, or bear the
/// mark's id: it then only counts as another element.
pub(crate) fn elements(doc: &impl ReadDoc, heads: Option<&[ChangeHash]>) -> Vec<Element> {
    let view = View::new(doc, heads);
    let Some(body) = body(view) else {
        return Vec::new();
    };
    let reads = view.text(&body);
    let mut letters = units(&reads).peekable();
    let mut elements = Vec::new();
    for (value, id) in view.elements(&body) {
        let Some((at, next)) = letters.peek().copied() else {
            break;
        };
        let is_here = match &value {
            Value::Object(_) => next == '\u{fffc}',
            // A letter is one character. Longer ones are mostly links.
            Value::Scalar(scalar) => scalar.as_str().is_some_and(|text| text.chars().eq([next])),
        };
        if is_here {
            letters.next();
            elements.push(Element { id, at, units: next.len_utf16() });
        }
    }
    elements
}
