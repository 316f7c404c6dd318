//! Brings the index of words up to date with the documents, a bounded portion at a time. An edit only marks its
//! document; nobody who types waits for this.

use automerge::Automerge;

use super::settle::text_of;
use super::{Engine, EngineError};
use crate::arabic::Terms;
use crate::document;
use crate::store::{DocumentText, Due, NewPassage, PassageRow, StoreError};

/// Ten seconds: whoever still types in a document then would have it indexed again and again.
const QUIET_MS: i64 = 10_000;
/// 200,000 letters of text, some tens of milliseconds, after which a portion is large enough.
const PORTION_BYTES_MAX: usize = 400_000;

/// What is to be written about one document.
struct Indexed {
    due: Due,
    text: Option<DocumentText>,
    removed: Vec<i64>,
    added: Vec<NewPassage>,
}

impl Engine {
    /// Indexes up to `limit` documents in which nobody has typed for a while, and says how many. For quiet moments; to
    /// index everything after an upgrade of the app or a first sync, it is called until it says none.
    pub fn index(&mut self, limit: usize, now_ms: i64) -> Result<usize, EngineError> {
        self.index_portion(limit, now_ms - QUIET_MS, now_ms)
    }

    /// Indexes up to `limit` documents, whether somebody types in them or not.
    pub(super) fn index_now(&mut self, limit: usize) -> Result<usize, EngineError> {
        // No time lies between these two.
        self.index_portion(limit, i64::MAX, i64::MIN)
    }

    fn index_portion(&mut self, limit: usize, quiet_since_ms: i64, now_ms: i64) -> Result<usize, EngineError> {
        let mut portion = Vec::new();
        let mut bytes = 0;
        for due in self.store.due(limit, quiet_since_ms, now_ms)? {
            let indexed = self.indexed(due)?;
            bytes += indexed.added.iter().map(|passage| passage.text.len()).sum::<usize>();
            portion.push(indexed);
            if bytes > PORTION_BYTES_MAX {
                break;
            }
        }
        if portion.is_empty() {
            return Ok(0);
        }
        self.store.write_derived(|tx| {
            for Indexed { due, text, removed, added } in &portion {
                removed.iter().try_for_each(|passage| tx.remove_passage(*passage))?;
                tx.touch_passages(due.document)?;
                added.iter().try_for_each(|passage| tx.add_passage(due.document, passage))?;
                if let Some(text) = text {
                    tx.set_belonging(due.document, text)?;
                }
                tx.remove_due(due.document)?;
            }
            Ok(())
        })?;
        Ok(portion.len())
    }

    fn indexed(&mut self, due: Due) -> Result<Indexed, EngineError> {
        let before = self.store.passages(due.document)?;
        let (text, passages) = if due.is_binned { (None, Vec::new()) } else { self.wording(&due)? };
        let (added, kept) = changed(&before, text.as_ref(), passages);
        let removed = before.iter().map(|row| row.id).filter(|id| !kept.contains(id)).collect();
        Ok(Indexed { due, text, removed, added })
    }

    /// What stands in a document. One that cannot be read has no words; reading it says why to whoever opens it.
    fn wording(&mut self, due: &Due) -> Result<(Option<DocumentText>, Vec<document::Passage>), EngineError> {
        let read = |doc: &Automerge| (Some(text_of(doc)), document::passages(doc));
        if let Some(doc) = self.cache.get(due.document) {
            return Ok(read(doc));
        }
        match self.load(due.document) {
            Ok(doc) => Ok(read(&doc)),
            Err(EngineError::Store(StoreError::Corrupt(reason))) => {
                tracing::warn!(%reason, "a document cannot be indexed");
                Ok((None, Vec::new()))
            }
            Err(error) => Err(error),
        }
    }
}

/// The passages that the index does not hold yet, and which of its rows stay as they are.
fn changed(
    before: &[PassageRow],
    text: Option<&DocumentText>,
    passages: Vec<document::Passage>,
) -> (Vec<NewPassage>, Vec<i64>) {
    let title = text.map_or("", |text| text.title.as_str());
    let title_terms = Terms::of(title);
    let is_renamed = before.iter().any(|row| row.at.is_empty() && row.title != title);
    let (mut added, mut kept) = (Vec::new(), Vec::new());
    let mut rows = before.iter().map(|row| (row.at.as_str(), row)).collect::<std::collections::BTreeMap<_, _>>();
    for document::Passage { at, text } in passages {
        let (is_root, at) = (at.is_empty(), at.join("/"));
        match rows.remove(at.as_str()) {
            Some(row) if row.text == text && !is_renamed => kept.push(row.id),
            _ => added.push(NewPassage {
                title: if is_root { title.to_owned() } else { String::new() },
                title_terms: if is_root { title_terms.clone() } else { Terms::default() },
                context: if is_root { Terms::default() } else { title_terms.clone() },
                text_terms: Terms::of(&text),
                at,
                text,
            }),
        }
    }
    (added, kept)
}
