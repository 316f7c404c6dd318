//! Turns what a person did into a change and writes it to the device's log, durably, before anyone is told
//! that it happened.

use automerge::transaction::{CommitOptions, Transaction};
use automerge::{Automerge, ChangeHash, PatchLog, ReadDoc};

use super::apply::text_of;
use super::{DocumentName, Engine, EngineError};
use crate::document::{self, DocumentError, Kind, Scalar};
use crate::guard::{self, Limits};
use crate::ids::{DocumentId, SpaceId};
use crate::store::{DocumentKey, DocumentText};
use crate::trial;

impl Engine {
    /// Makes a document. `now_ms` is the device's own clock, in Unix milliseconds.
    pub fn create(
        &mut self,
        space: &SpaceId,
        kind: Kind,
        title: &str,
        now_ms: i64,
    ) -> Result<DocumentName, EngineError> {
        let row = self.space(space)?;
        self.check_version(space)?;
        let name = DocumentName { space: *space, document: DocumentId(self.random()) };
        let mut doc = trial::empty().with_actor(self.actor.clone());
        let mut tx = doc.transaction();
        document::create(&mut tx, kind, title)?;
        let (hash, _) = tx.commit_with(CommitOptions::default().with_time(now_ms));
        let change = self.guarded(&doc, hash)?;
        let text = text_of(&doc);
        let key = self.store.write(|tx| {
            let key = tx.ensure_document(row.key, &name.document)?;
            if let Some((hash, bytes)) = &change {
                tx.add_change(key, hash, bytes)?;
            }
            tx.set_document_text(key, &text)?;
            Ok(key)
        })?;
        self.cache.put(key, doc);
        Ok(name)
    }

    /// Edits a document as it was at `heads`, or as it is. The change is on the disk when this returns; on an
    /// error nothing of it happened.
    pub fn edit<T>(
        &mut self,
        name: &DocumentName,
        heads: Option<&[ChangeHash]>,
        now_ms: i64,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, DocumentError>,
    ) -> Result<T, EngineError> {
        self.check_version(&name.space)?;
        let key = self.document_key(name)?;
        let actor = self.actor.clone();
        let doc = self.opened(key)?;
        doc.set_actor(actor);
        let result = edited(doc, heads, now_ms, work);
        match result.and_then(|(result, hash)| self.store_edit(key, hash).map(|()| result)) {
            Ok(result) => Ok(result),
            Err(error) => {
                // What is in memory must never be ahead of the disk.
                self.cache.forget(key);
                Err(error)
            }
        }
    }

    fn store_edit(&mut self, key: DocumentKey, hash: Option<ChangeHash>) -> Result<(), EngineError> {
        let Some(doc) = self.cache.get(key) else { return Ok(()) };
        let text = text_of(doc);
        let change = change_of(doc, hash)?;
        let Some((hash, bytes)) = change else { return Ok(()) };
        guard::change(&bytes, &Limits::V1).map_err(EngineError::TooLarge)?;
        self.store.write(|tx| {
            tx.add_change(key, &hash, &bytes)?;
            tx.set_document_text(key, &text)
        })?;
        Ok(())
    }

    fn guarded(&self, doc: &Automerge, hash: Option<ChangeHash>) -> Result<Option<([u8; 32], Vec<u8>)>, EngineError> {
        let change = change_of(doc, hash)?;
        if let Some((_, bytes)) = &change {
            guard::change(bytes, &Limits::V1).map_err(EngineError::TooLarge)?;
        }
        Ok(change)
    }

    /// Whether this version understands enough of the space to write in it.
    pub(super) fn check_version(&self, space: &SpaceId) -> Result<(), EngineError> {
        let is_too_old = self.rosters.get(space).is_some_and(|roster| roster.has_unknown_entries());
        if is_too_old { Err(EngineError::UpdateNeeded) } else { Ok(()) }
    }
}

/// Runs `work` in one transaction, at old heads only where they are not the tip: isolating costs a walk over
/// the document.
fn edited<T>(
    doc: &mut Automerge,
    heads: Option<&[ChangeHash]>,
    now_ms: i64,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<T, DocumentError>,
) -> Result<(T, Option<ChangeHash>), EngineError> {
    let mut tip = doc.get_heads();
    tip.sort();
    let mut at = heads.map(<[ChangeHash]>::to_vec).unwrap_or_else(|| tip.clone());
    at.sort();
    if let Some(absent) = at.iter().find(|hash| doc.get_change_meta_by_hash(hash).is_none()) {
        return Err(EngineError::NoSuchVersion(absent.to_string()));
    }
    let mut tx = if at == tip {
        doc.transaction()
    } else {
        let at_heads = doc.transaction_at(PatchLog::inactive(), &at);
        at_heads.map_err(|error| EngineError::NoSuchVersion(error.to_string()))?
    };
    match work(&mut tx) {
        Ok(result) => {
            let (hash, _) = tx.commit_with(CommitOptions::default().with_time(now_ms));
            Ok((result, hash))
        }
        Err(error) => {
            tx.rollback();
            Err(error.into())
        }
    }
}

fn change_of(doc: &Automerge, hash: Option<ChangeHash>) -> Result<Option<([u8; 32], Vec<u8>)>, EngineError> {
    let Some(hash) = hash else { return Ok(None) };
    let change = doc.get_change_by_hash(&hash).ok_or_else(|| EngineError::NoSuchVersion(hash.to_string()))?;
    Ok(Some((hash.0, change.raw_bytes().to_vec())))
}

impl From<document::Summary> for DocumentText {
    fn from(summary: document::Summary) -> Self {
        Self {
            // A document whose beginning is not here yet has no kind, and is in no list until it has.
            kind: summary.kind.and_then(|kind| kind.to_scalar().as_str().map(str::to_owned)).unwrap_or_default(),
            title: summary.title,
            first_words: summary.first_words,
            last_edit_ms: summary.last_edit_ms,
            is_binned: summary.is_binned,
        }
    }
}
