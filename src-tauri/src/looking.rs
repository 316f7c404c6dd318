//! Finding: in everything by words, in a document by time, and in a statement its items.

use sync_engine::engine::{DocumentName, Hit, Since, Version};
use sync_engine::ids::SpaceId;
use sync_engine::statement::{Proposal, read_statement};

use crate::app::App;
use crate::error::{Code, CommandError};
use crate::events::AppEvent;
use crate::heads::Heads;

/// 50 places are more than anyone reads before typing on.
const HITS_MAX: usize = 50;
/// 1 MiB of statement, a hundred times the longest.
const STATEMENT_BYTES_MAX: usize = 1 << 20;

impl App {
    pub fn search(&self, query: &str, space: Option<&SpaceId>) -> Result<Vec<Hit>, CommandError> {
        Ok(self.lock()?.search(query, space, HITS_MAX)?)
    }

    pub fn read_statement(&self, text: &str) -> Result<Vec<Proposal>, CommandError> {
        if text.len() > STATEMENT_BYTES_MAX {
            return Err(CommandError::new(Code::TooLarge, "the statement is above 1 MiB"));
        }
        Ok(read_statement(text))
    }

    pub fn history(&self, name: &DocumentName) -> Result<Vec<Version>, CommandError> {
        Ok(self.lock()?.history(name)?)
    }

    /// From what was seen last to what is there now, where they are none.
    pub fn since(&self, name: &DocumentName, from: Option<&Heads>, to: Option<&Heads>) -> Result<Since, CommandError> {
        let at = |heads: Option<&Heads>| heads.map(|heads| heads.0.clone());
        Ok(self.lock()?.since(name, at(from).as_deref(), at(to).as_deref())?)
    }

    /// Sets back what one line of `since(from, to)` did, as a new edit.
    pub fn undo_line(&self, name: &DocumentName, from: &Heads, to: &Heads, line: usize) -> Result<(), CommandError> {
        self.check_may_write(&name.space)?;
        let now_ms = self.now_ms();
        self.lock()?.undo_line(name, &from.0, &to.0, line, now_ms)?;
        self.on_edited(*name);
        Ok(())
    }

    /// Makes the document read as it did, as a new edit.
    pub fn restore_version(&self, name: &DocumentName, heads: &Heads) -> Result<(), CommandError> {
        self.check_may_write(&name.space)?;
        let now_ms = self.now_ms();
        self.lock()?.restore_version(name, &heads.0, now_ms)?;
        self.on_edited(*name);
        Ok(())
    }

    pub fn mark_seen(&self, name: &DocumentName, heads: &Heads) -> Result<(), CommandError> {
        self.lock()?.mark_seen(name, &heads.0)?;
        self.tell(vec![AppEvent::DocumentsChanged]);
        Ok(())
    }
}
