//! Turns what a person did into a change and writes it to the device's log, durably, before anyone is told
//! that it happened.

use automerge::transaction::{CommitOptions, Transaction};
use automerge::{Automerge, ChangeHash, PatchLog, ReadDoc};

use super::settle::text_of;
use super::{DocumentName, Engine, EngineError};
use crate::document::{self, ClosedMinutes, DocumentError, Kind, PORTION_UNITS_MAX, portions};
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
        let change = hash.map(|hash| change_of(&doc, hash)).transpose()?;
        let text = text_of(&doc);
        let key = self.store.write(|tx| {
            let key = tx.ensure_document(row.key, &name.document)?;
            if let Some(change) = &change {
                tx.add_change(key, &change.hash, &change.bytes)?;
            }
            tx.set_document_text(key, &text)?;
            tx.set_seen(key, &head_bytes(&doc), false)?;
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
        let edit = |doc: &mut Automerge| {
            let (result, hash) = edited(doc, heads, now_ms, work)?;
            Ok((result, hash.into_iter().collect()))
        };
        self.record(name, edit)
    }

    /// As `edit`, and gives the heads after it alone: the document as whoever edited has it, without what others wrote
    /// since `heads`.
    pub fn edit_from(
        &mut self,
        name: &DocumentName,
        heads: &[ChangeHash],
        now_ms: i64,
        mut work: impl FnMut(&mut Transaction<'_>) -> Result<(), DocumentError>,
    ) -> Result<Vec<ChangeHash>, EngineError> {
        self.edit_in_steps(name, heads, now_ms, |tx, _| work(tx).map(|()| false))
    }

    /// As `edit`, in as many changes as the work has steps, each on top of the one before: on an error, none of them
    /// happened. `step` is told which one it is and says whether there is another. Gives the heads after it all.
    pub(super) fn edit_in_steps(
        &mut self,
        name: &DocumentName,
        heads: &[ChangeHash],
        now_ms: i64,
        mut step: impl FnMut(&mut Transaction<'_>, usize) -> Result<bool, DocumentError>,
    ) -> Result<Vec<ChangeHash>, EngineError> {
        let edit = |doc: &mut Automerge| {
            let (mut own, mut hashes) = (heads.to_vec(), Vec::new());
            for nth in 0.. {
                let (has_more, hash) = edited(doc, Some(&own), now_ms, |tx| step(tx, nth))?;
                if let Some(hash) = hash {
                    own = vec![hash];
                    hashes.push(hash);
                }
                if !has_more {
                    break;
                }
            }
            Ok((own, hashes))
        };
        self.record(name, edit)
    }

    /// Makes changes in memory, and then durable.
    fn record<T>(
        &mut self,
        name: &DocumentName,
        edit: impl FnOnce(&mut Automerge) -> Result<(T, Vec<ChangeHash>), EngineError>,
    ) -> Result<T, EngineError> {
        self.check_version(&name.space)?;
        let key = self.document_key(name)?;
        let actor = self.actor.clone();
        let doc = self.opened(key)?;
        doc.set_actor(actor);
        let result = edit(doc);
        match result.and_then(|(result, hashes)| self.store_edit(key, &hashes).map(|()| result)) {
            Ok(result) => Ok(result),
            Err(error) => {
                // What is in memory must never be ahead of the disk.
                self.cache.forget(key);
                Err(error)
            }
        }
    }

    /// Inserts a text of any length into a note, at an index in UTF-16 code units: as many changes as the format's
    /// limits ask for. After an error, what went in before is there.
    pub fn paste(&mut self, name: &DocumentName, at: usize, text: &str, now_ms: i64) -> Result<(), EngineError> {
        let mut at = at;
        for piece in portions(text, PORTION_UNITS_MAX) {
            self.edit(name, None, now_ms, |tx| document::insert_text(tx, at, piece))?;
            at += piece.encode_utf16().count();
        }
        Ok(())
    }

    fn store_edit(&mut self, key: DocumentKey, hashes: &[ChangeHash]) -> Result<(), EngineError> {
        let Some(doc) = self.cache.get(key) else { return Ok(()) };
        if hashes.is_empty() {
            return Ok(());
        }
        let text = text_of(doc);
        let changes = hashes.iter().map(|hash| change_of(doc, *hash)).collect::<Result<Vec<_>, _>>()?;
        let heads = head_bytes(doc);
        self.store.write(|tx| {
            for change in &changes {
                tx.add_change(key, &change.hash, &change.bytes)?;
            }
            tx.keep_seen(key, &heads)?;
            tx.set_document_text(key, &text)
        })?;
        Ok(())
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
    // As this device knows them now: whoever still sees an older version learns that they were closed since.
    let are_closed = document::are_closed(doc, None);
    let mut tx = if at == tip {
        doc.transaction()
    } else {
        let at_heads = doc.transaction_at(PatchLog::inactive(), &at);
        at_heads.map_err(|error| EngineError::NoSuchVersion(error.to_string()))?
    };
    let closed = are_closed.then(|| ClosedMinutes::of(&tx));
    let result = work(&mut tx).and_then(|result| match &closed {
        Some(closed) => closed.check(&tx).map(|()| result),
        None => Ok(result),
    });
    match result {
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

/// A change of this device's own, as it goes into the store.
pub(super) struct NewChange {
    pub(super) hash: [u8; 32],
    pub(super) bytes: Vec<u8>,
}

/// A document's heads, as the store keeps them.
pub(super) fn head_bytes(doc: &Automerge) -> Vec<[u8; 32]> {
    doc.get_heads().into_iter().map(|head| head.0).collect()
}

/// The change that a commit made, held to the same limits as one that comes from elsewhere.
pub(super) fn change_of(doc: &Automerge, hash: ChangeHash) -> Result<NewChange, EngineError> {
    let change = doc.get_change_by_hash(&hash).ok_or_else(|| EngineError::NoSuchVersion(hash.to_string()))?;
    let bytes = change.raw_bytes().to_vec();
    guard::change(&bytes, &Limits::V1).map_err(EngineError::TooLarge)?;
    Ok(NewChange { hash: hash.0, bytes })
}

impl From<document::Summary> for DocumentText {
    fn from(summary: document::Summary) -> Self {
        Self {
            // A document whose beginning is not here yet has no kind, and is in no list until it has.
            kind: summary.kind.map(|kind| kind.word().to_owned()).unwrap_or_default(),
            title: summary.title,
            first_words: summary.first_words,
            last_edit_ms: summary.last_edit_ms,
            is_binned: summary.is_binned,
            conference: summary.conference.and_then(|conference| conference.parse().ok()),
            agenda_item: summary.agenda_item.map(|link| link.to_string()),
            tags: summary.tags,
        }
    }
}
