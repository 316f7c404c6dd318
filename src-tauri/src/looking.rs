//! Looking back: a document's versions, and what changed in it since it was seen.

use sync_engine::engine::{DocumentName, Since, Version};

use crate::app::App;
use crate::error::CommandError;
use crate::events::AppEvent;
use crate::heads::Heads;

impl App {
    pub fn history(&self, name: &DocumentName) -> Result<Vec<Version>, CommandError> {
        Ok(self.lock()?.history(name)?)
    }

    /// From what was seen last to what is there now, where they are none.
    pub fn since(&self, name: &DocumentName, from: Option<&Heads>, to: Option<&Heads>) -> Result<Since, CommandError> {
        let at = |heads: Option<&Heads>| heads.map(|heads| heads.0.clone());
        Ok(self.lock()?.since(name, at(from).as_deref(), at(to).as_deref())?)
    }

    pub fn mark_seen(&self, name: &DocumentName, heads: &Heads) -> Result<(), CommandError> {
        self.lock()?.mark_seen(name, &heads.0)?;
        self.tell(vec![AppEvent::DocumentsChanged]);
        Ok(())
    }
}
