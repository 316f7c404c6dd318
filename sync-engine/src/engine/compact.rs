//! Snapshots that stand for older envelopes, made from exactly the accepted ones that they name.

use std::collections::BTreeSet;

use automerge::{Automerge, ChangeHash, SaveOptions};

use super::admit::{Received, receive};
use super::seal::Content;
use super::tidy::is_long;
use super::{DocumentName, Engine, EngineError};
use crate::entry::Role;
use crate::envelope::{Cover, Encoding, Envelope, Payload};
use crate::ids::{BlobHash, EnvelopeId, SpaceId};
use crate::store::{Applied, EnvelopeRow, SpaceRow};
use crate::trial;

impl Engine {
    /// Seals a snapshot of a document that stands for all its envelopes in the log so far. Refused while anything
    /// of the document is unsent, held, parked or quarantined, or its payload is not here.
    pub fn compact(&mut self, name: &DocumentName) -> Result<EnvelopeId, EngineError> {
        let space = self.space(&name.space)?;
        let key = self.document_key(name)?;
        let rows = self.store.accepted(key)?;
        let refused = EngineError::NotCompactable(name.document);
        let is_settled = self.store.unsealed(key)?.is_empty()
            && self.store.quarantined(key)?.is_empty()
            && self.store.tail(key, Applied::Waiting)?.is_empty()
            && rows.iter().all(|row| row.placed.is_some());
        let tips = self.tips(&space, &rows)?;
        if !is_settled || rows.len() < 2 {
            return Err(refused);
        }
        let document = self.taken(key)?;
        // What this device shows, if that is what the rows say; it nearly always is.
        let is_told = self.changes_of(&space, &rows)?.is_some_and(|changes| changes.are_all_of(&document));
        let rebuilt = if is_told { Some(document) } else { self.rebuilt(&space, &rows)? };
        let Some(document) = rebuilt else { return Err(refused) };
        let cover = Cover { tips, heads: heads_hash(&heads(&document)) };
        let content = Content {
            document: Some(name.document),
            encoding: Encoding::SNAPSHOT,
            payload: document.save_with_options(SaveOptions { retain_orphans: false, ..SaveOptions::default() }),
            blobs: vec![],
            cover: Some(cover),
        };
        self.seal_one(&space, content, Applied::Tail)
    }

    /// Compacts the documents whose logs have grown long since their last snapshot, if this device wrote their last
    /// row: one device is enough, and it has just been there.
    pub(super) fn compact_long(&mut self, space: &SpaceId) -> Result<(), EngineError> {
        let is_editor = self.rosters.get(space).and_then(|roster| roster.role(&self.device())) >= Some(Role::Editor);
        let (here, elsewhere): (BTreeSet<_>, BTreeSet<_>) =
            std::mem::take(&mut self.long).into_iter().partition(|name| name.space == *space);
        self.long = elsewhere;
        for name in here.into_iter().filter(|_| is_editor) {
            let key = self.document_key(&name)?;
            if self.store.is_on_device_only(key)? {
                self.long.insert(name);
                continue;
            }
            let rows = self.store.accepted(key)?;
            let last = rows.iter().rev().find(|row| row.placed.is_some());
            let is_own = last.is_some_and(|row| row.envelope.header().device == self.device());
            if is_own && self.has_long_log(space, &rows)? {
                match self.compact(&name) {
                    Ok(_) | Err(EngineError::NotCompactable(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Whether as much came since the last snapshot as makes another one worth its bytes. That one may be long
    /// itself, and is no reason for the next.
    fn has_long_log(&self, space: &SpaceId, rows: &[EnvelopeRow]) -> Result<bool, EngineError> {
        let roster = self.roster(space)?;
        let (mut snapshot_bytes, mut bytes, mut count) = (0, 0, 0);
        for row in rows {
            let header = row.envelope.header();
            if header.cover.is_none() {
                (bytes, count) = (bytes + header.payload_bytes, count + 1);
            } else if !roster.vouching(&row.envelope.id()).is_some_and(|vouching| vouching.is_objected) {
                (snapshot_bytes, bytes, count) = (header.payload_bytes, 0, 0);
            }
        }
        // So all snapshots together are never longer than what was written.
        Ok(is_long(bytes, count) && bytes >= snapshot_bytes)
    }

    /// The last envelopes among these: those that no other of them has before it in its chain.
    fn tips(&self, space: &SpaceRow, rows: &[EnvelopeRow]) -> Result<Vec<EnvelopeId>, EngineError> {
        let mut from_last: Vec<&EnvelopeRow> = rows.iter().collect();
        from_last.sort_by_key(|row| std::cmp::Reverse(row.envelope.header().counter));
        let (mut tips, mut covered) = (BTreeSet::new(), BTreeSet::new());
        for row in from_last {
            if !covered.contains(&row.envelope.id()) {
                tips.insert(row.envelope.id());
                covered.extend(self.before(space, rows, &row.envelope)?);
            }
        }
        Ok(tips.into_iter().collect())
    }

    /// Those of `rows` that are at or before `tip` in its chain.
    pub(super) fn before(
        &self,
        space: &SpaceRow,
        rows: &[EnvelopeRow],
        tip: &Envelope,
    ) -> Result<Vec<EnvelopeId>, EngineError> {
        let chain = tip.header().chain();
        let of_chain = rows.iter().map(|row| &row.envelope).filter(|envelope| envelope.header().chain() == chain);
        if !self.store.is_branched(space.key, &chain)? {
            let before = of_chain.filter(|envelope| envelope.header().counter <= tip.header().counter);
            return Ok(before.map(Envelope::id).collect());
        }
        // A restored or cloned database met its past: only the walk tells which branch an envelope is on.
        let of_chain: BTreeSet<EnvelopeId> = of_chain.map(Envelope::id).collect();
        let (mut before, mut at) = (Vec::new(), Some(tip.id()));
        while let Some(id) = at {
            before.extend(of_chain.contains(&id).then_some(id));
            at = self.store.previous(space.key, &id)?;
        }
        Ok(before)
    }

    /// The document that these envelopes add up to; none if a payload is missing or a change does not apply.
    pub(super) fn rebuilt(&self, space: &SpaceRow, rows: &[EnvelopeRow]) -> Result<Option<Automerge>, EngineError> {
        let mut changes = Vec::new();
        for row in rows {
            if matches!(row.envelope.payload, Payload::Dropped) {
                // An earlier snapshot among the rows stands for it; if none does, its changes will be missing.
                continue;
            }
            match receive(&self.store, space.key, &row.envelope)? {
                Received::Changes(received) => changes.extend(received),
                _ => return Ok(None),
            }
        }
        let outcome = trial::apply(&trial::empty(), &changes);
        let is_whole = outcome.parked.is_empty() && outcome.quarantined.is_empty();
        Ok(is_whole.then_some(outcome.document))
    }
}

pub(super) fn heads(document: &Automerge) -> Vec<ChangeHash> {
    let mut heads = document.get_heads();
    heads.sort();
    heads
}

pub(super) fn heads_hash(heads: &[ChangeHash]) -> BlobHash {
    let bytes: Vec<u8> = heads.iter().flat_map(|head| head.0).collect();
    BlobHash::of(&bytes)
}
