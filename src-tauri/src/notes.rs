//! A note's body, as the editor asks for it and hands in what was typed.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use sync_engine::document;
use sync_engine::editor::{ChangedBlocks, FlushAnswer, NoteBody, Selection};
use sync_engine::engine::{DocumentName, EngineError};

use crate::app::App;
use crate::error::CommandError;
use crate::heads::Heads;

/// Two Automerge cursors: they stay with the words of a range while others type around and into them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub start: String,
    pub end: String,
}

impl App {
    pub fn note_body(&self, name: &DocumentName, heads: Option<&Heads>) -> Result<NoteBody, CommandError> {
        Ok(self.lock()?.note_body(name, heads.map(|heads| heads.0.as_slice()))?)
    }

    /// The edit is on the disk when this returns.
    pub fn note_flush(
        &self,
        name: &DocumentName,
        heads: &Heads,
        changed: Option<&ChangedBlocks>,
        selection: Option<Selection>,
    ) -> Result<FlushAnswer, CommandError> {
        if changed.is_some() {
            self.check_may_write(&name.space)?;
        }
        let now_ms = self.now_ms();
        let answer = self.lock()?.flush(name, &heads.0, changed, selection, now_ms)?;
        if changed.is_some() {
            self.on_edited(*name);
        }
        Ok(answer)
    }

    /// The cursors of ranges of a version's flat body, in UTF-16 code units.
    pub fn note_cursors(
        &self,
        name: &DocumentName,
        heads: &Heads,
        ranges: Vec<Range<usize>>,
    ) -> Result<Vec<Span>, CommandError> {
        let heads = heads.0.as_slice();
        let spans = self.lock()?.read(name, |doc| {
            if let Some(absent) = heads.iter().find(|hash| doc.get_change_meta_by_hash(hash).is_none()) {
                return Err(EngineError::NoSuchVersion(absent.to_string()));
            }
            let span = |range| Ok(document::span_cursors(doc, range, Some(heads))?);
            ranges.into_iter().map(span).collect::<Result<Vec<_>, EngineError>>()
        })??;
        Ok(spans.into_iter().map(|(start, end)| Span { start, end }).collect())
    }

    /// Where the words of a span are now; none if all of them are gone.
    pub fn note_range(&self, name: &DocumentName, span: &Span) -> Result<Option<Range<usize>>, CommandError> {
        Ok(self.lock()?.read(name, |doc| document::resolve_span(doc, &span.start, &span.end, None))?)
    }
}
