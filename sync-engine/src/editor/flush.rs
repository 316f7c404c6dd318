//! One flush of a page: what is to be written, and what the page is told afterwards. The caller writes in between,
//! and makes it durable.

use automerge::transaction::Transactable;
use automerge::{Automerge, ChangeHash};

use super::body::{Body, NoteText};
use super::write::{Step, Writing};
use super::{ChangedBlocks, EditorError, FlushAnswer, Selection};
use crate::document::DocumentError;

/// A flush that has been compared with the body at the heads that the page shows.
pub(crate) struct Flush {
    writing: Option<Writing>,
    selection: Option<Selection>,
    /// The body after this edit alone, where it is known without reading the document.
    own: Option<Body>,
}

/// What the page is told, and the body that it shows then, where it is at hand.
pub(crate) struct Answer {
    pub(crate) told: FlushAnswer,
    pub(crate) merged: Option<Body>,
}

impl Flush {
    /// `shown` is the body at the heads that the page names.
    pub(crate) fn new(
        shown: Body,
        changed: Option<&ChangedBlocks>,
        selection: Option<Selection>,
    ) -> Result<Self, EditorError> {
        let caret = selection.map(|selection| selection.head);
        let writing = changed.map(|changed| Writing::new(&shown, changed, caret)).transpose()?.flatten();
        let units = writing.as_ref().map_or(&shown, |writing| &writing.wanted).units();
        let ends = selection.map(|selection| [selection.anchor, selection.head]);
        match ends.into_iter().flatten().find(|index| *index > units) {
            Some(index) => Err(EditorError::OutOfRange { index, units }),
            None => {
                let own = if writing.is_some() { None } else { Some(shown) };
                Ok(Self { writing, selection, own })
            }
        }
    }

    /// Whether there is anything to write.
    pub(crate) fn is_change(&self) -> bool {
        self.writing.is_some()
    }

    /// Writes the `nth` part of it, each into a change of its own, and says whether there is another.
    pub(crate) fn step(&mut self, tx: &mut impl Transactable, nth: usize) -> Result<bool, DocumentError> {
        let Some(writing) = &self.writing else { return Ok(false) };
        let step = writing.step(tx, nth)?;
        if step == Step::AsShown {
            self.own = self.writing.take().map(|writing| writing.wanted);
        }
        Ok(step == Step::More)
    }

    /// What the page is told, once `own` are the heads after its edit.
    pub(crate) fn answer(self, doc: &Automerge, own: Vec<ChangeHash>) -> Answer {
        let merged = doc.get_heads();
        if is_same(&own, &merged) {
            let told = FlushAnswer { own, merged, edits: Vec::new(), selection: self.selection };
            return Answer { told, merged: self.own };
        }
        let before = self.own.unwrap_or_else(|| Body::at(doc, &own));
        let before = NoteText::of(before, doc, &own);
        let after = NoteText::of(Body::at(doc, &merged), doc, &merged);
        let difference = before.until(&after);
        let selection = self.selection.map(|selection| Selection {
            anchor: difference.caret(selection.anchor),
            head: difference.caret(selection.head),
        });
        let told = FlushAnswer { own, merged, edits: difference.edits, selection };
        Answer { told, merged: Some(after.body) }
    }
}

/// Whether both name the same version.
pub(crate) fn is_same(a: &[ChangeHash], b: &[ChangeHash]) -> bool {
    let sorted = |heads: &[ChangeHash]| {
        let mut heads = heads.to_vec();
        heads.sort();
        heads.dedup();
        heads
    };
    sorted(a) == sorted(b)
}
