//! A note's body, as the editor asks for it and hands in what was typed.

use sync_engine::editor::{ChangedBlocks, FlushAnswer, NoteBody, Selection};
use sync_engine::engine::DocumentName;

use crate::app::App;
use crate::error::CommandError;
use crate::heads::Heads;

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
}
