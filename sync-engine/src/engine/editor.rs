//! What a page that edits a note asks of the engine: the body at some heads, and to take in what was typed.

use automerge::{Automerge, ChangeHash};

use super::{DocumentName, Engine, EngineError};
use crate::document::{Kind, kind_of};
use crate::editor::{Answer, Body, ChangedBlocks, EditorError, Flush, FlushAnswer, NoteBody, Selection};

/// The body that a page was told of last. It is that of its heads for ever.
pub(super) struct Shown {
    name: DocumentName,
    heads: Vec<ChangeHash>,
    body: Body,
}

impl Engine {
    /// A note as it was at `heads`, or as it is.
    pub fn note_body(&mut self, name: &DocumentName, heads: Option<&[ChangeHash]>) -> Result<NoteBody, EngineError> {
        let doc = self.note(name)?;
        let heads = heads.map_or_else(|| doc.get_heads(), <[ChangeHash]>::to_vec);
        let body = body_at(doc, &heads)?;
        let blocks = body.blocks.clone();
        self.shown = Some(Shown { name: *name, heads: heads.clone(), body });
        Ok(NoteBody { heads, blocks })
    }

    /// Takes in what the page changed, given the heads that it shows: the edit is on the disk when this returns, and
    /// on an error nothing of it happened. What is too much for one change becomes several, one on top of the other.
    pub fn flush(
        &mut self,
        name: &DocumentName,
        heads: &[ChangeHash],
        changed: Option<&ChangedBlocks>,
        selection: Option<Selection>,
        now_ms: i64,
    ) -> Result<FlushAnswer, EngineError> {
        let shown = self.shown.take().filter(|shown| shown.name == *name && shown.heads == heads);
        let doc = self.note(name)?;
        let shown = shown.map_or_else(|| body_at(doc, heads), |shown| Ok(shown.body))?;
        let mut flush = Flush::new(shown, changed, selection)?;
        let own = match flush.is_change() {
            true => self.edit_in_steps(name, heads, now_ms, |tx, nth| flush.step(tx, nth))?,
            false => heads.to_vec(),
        };
        let Answer { told, merged } = flush.answer(self.note(name)?, own);
        self.shown = merged.map(|body| Shown { name: *name, heads: told.merged.clone(), body });
        Ok(told)
    }

    fn note(&mut self, name: &DocumentName) -> Result<&Automerge, EngineError> {
        let key = self.document_key(name)?;
        let doc = self.opened(key)?;
        match kind_of(doc, None) {
            Some(Kind::Note) => Ok(doc),
            _ => Err(EditorError::NotANote.into()),
        }
    }
}

fn body_at(doc: &Automerge, heads: &[ChangeHash]) -> Result<Body, EngineError> {
    match heads.iter().find(|hash| doc.get_change_meta_by_hash(hash).is_none()) {
        Some(absent) => Err(EngineError::NoSuchVersion(absent.to_string())),
        None => Ok(Body::at(doc, heads)),
    }
}
