//! Sharing: a copy of a document's present content in another space, as a new document without the history of the
//! first.

use automerge::Automerge;
use automerge::transaction::CommitOptions;

use super::record::{NewChange, change_of, head_bytes};
use super::settle::text_of;
use super::{DocumentName, Engine, EngineError};
use crate::document::{self, DocumentError};
use crate::ids::{BlobHash, DocumentId, SpaceId};
use crate::store::SpaceKey;
use crate::trial;

/// A copy that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    pub name: DocumentName,
    /// Files that the copy names and that are not on this device: it has to be shared again once they are.
    pub absent: Vec<BlobHash>,
}

impl Engine {
    /// Copies a document into another space, with its attachments. A link to the document itself leads to the copy;
    /// one to another document stays where the other space has that document, and is left out where it hasn't.
    /// `now_ms` is the device's own clock, in Unix milliseconds.
    pub fn share(&mut self, name: &DocumentName, to: &SpaceId, now_ms: i64) -> Result<Shared, EngineError> {
        let (from_row, to_row) = (self.space(&name.space)?, self.space(to)?);
        self.check_version(to)?;
        let key = self.document_key(name)?;
        self.opened(key)?;
        let shared = DocumentName { space: *to, document: DocumentId(self.random()) };
        let tiebreak = shared.document.to_string();
        let there = |id: &str| {
            let id: DocumentId = id.parse().ok()?;
            let is_there = || self.store.document_key(to_row.key, &id).is_ok_and(|key| key.is_some());
            match id == name.document {
                true => Some(shared.document.to_string()),
                false => is_there().then(|| id.to_string()),
            }
        };
        let copy = self.cache.peek(key).and_then(|doc| document::copy(doc, there));
        let Some(copy) = copy else { return Err(EngineError::NoSuchDocument(name.document)) };
        let blobs: Vec<BlobHash> = copy.blobs.iter().filter_map(|hash| hash.parse().ok()).collect();
        let (doc, changes) = self.written(copy, &tiebreak, now_ms)?;
        // Files first and one by one: they may be large, and without a document that names them they harm nobody.
        let mut absent = Vec::new();
        for hash in &blobs {
            if !self.copy_blob(from_row.key, to_row.key, hash)? {
                absent.push(*hash);
            }
        }
        let (text, heads) = (text_of(&doc), head_bytes(&doc));
        let key = self.store.write(|tx| {
            let key = tx.ensure_document(to_row.key, &shared.document)?;
            for change in &changes {
                tx.add_change(key, &change.hash, &change.bytes)?;
            }
            for hash in blobs.iter().filter(|hash| !absent.contains(hash)) {
                tx.add_attachment(key, hash)?;
            }
            tx.set_document_text(key, &text)?;
            tx.set_seen(key, &heads, false)?;
            Ok(key)
        })?;
        self.cache.put(key, doc);
        Ok(Shared { name: shared, absent })
    }

    /// The copy as a document, in as many changes as the format's limits ask for.
    fn written(
        &self,
        mut copy: document::Copy,
        tiebreak: &str,
        now_ms: i64,
    ) -> Result<(Automerge, Vec<NewChange>), EngineError> {
        let mut doc = trial::empty().with_actor(self.actor.clone());
        let mut changes = Vec::new();
        let mut is_begun = false;
        loop {
            let mut tx = doc.transaction();
            let is_written = match is_begun {
                false => document::create(&mut tx, copy.kind, &copy.title).map(|()| true),
                true => copy.write_next(&mut tx, tiebreak),
            };
            let is_written = is_written.map_err(|error: DocumentError| EngineError::Document(error))?;
            is_begun = true;
            let (hash, _) = tx.commit_with(CommitOptions::default().with_time(now_ms));
            changes.extend(hash.map(|hash| change_of(&doc, hash)).transpose()?);
            if !is_written {
                return Ok((doc, changes));
            }
        }
    }

    /// Whether the file is in the other space now.
    fn copy_blob(&mut self, from: SpaceKey, to: SpaceKey, hash: &BlobHash) -> Result<bool, EngineError> {
        if self.store.blob_bytes(to, hash)?.is_some_and(|(total, stored)| stored == total) {
            return Ok(true);
        }
        let Some(bytes) = self.store.blob(from, hash)? else { return Ok(false) };
        self.store.write(|tx| tx.add_blob(to, hash, &bytes))?;
        Ok(true)
    }
}
