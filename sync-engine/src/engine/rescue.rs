//! What was built on a change that an admin has refused: its text would wait for ever, on every device. So whoever
//! wrote it, or an admin, says it once more together with what it builds on: as a snapshot that covers nothing, in
//! their own name.

use std::collections::{BTreeSet, HashMap, HashSet};

use automerge::ChangeHash;

use super::admit::{Received, receive};
use super::seal::Content;
use super::{Engine, EngineError};
use crate::entry::Role;
use crate::envelope::{BLOBS_MAX, Encoding};
use crate::guard::{self, Limits};
use crate::ids::{BlobHash, EnvelopeId, SpaceId};
use crate::store::{Applied, DocumentKey, EnvelopeRow, SpaceRow};
use crate::trial;

/// A change by its bytes, and the refused envelope that it is in, if any.
struct Known {
    bytes: Vec<u8>,
    deps: Vec<ChangeHash>,
    refused: Option<EnvelopeId>,
}

/// What is to be said once more.
struct Rescue {
    payload: Vec<u8>,
    blobs: Vec<BlobHash>,
    envelopes: Vec<EnvelopeId>,
}

impl Engine {
    /// Says what waits for refused changes once more, where it is this device's own, or this device is an admin's.
    /// What waits for held ones is left alone: an admin has yet to decide. Says in how many documents.
    pub(super) fn rescue(&mut self, space: &SpaceId) -> Result<usize, EngineError> {
        let row = self.space(space)?;
        let role = self.rosters.get(space).and_then(|roster| roster.role(&self.device()));
        let Some(role) = role.filter(|role| *role >= Role::Editor && self.check_version(space).is_ok()) else {
            return Ok(0);
        };
        let mut rescued = 0;
        for key in self.store.documents_waiting(row.key)? {
            let Some(rescue) = self.rescue_of(&row, key, role == Role::Admin)? else { continue };
            let (_, document) = self.store.document_name(key)?;
            let content = Content {
                document: Some(document),
                encoding: Encoding::SNAPSHOT,
                payload: rescue.payload,
                blobs: rescue.blobs,
                cover: None,
            };
            self.seal_one(&row, content, Applied::Waiting)?;
            // The server let go of what the refused ones had brought.
            self.store.write(|tx| tx.offer_all_blobs(row.key))?;
            self.rescued.extend(rescue.envelopes);
            self.settle_again(&row, &document)?;
            rescued += 1;
        }
        Ok(rescued)
    }

    fn rescue_of(&self, space: &SpaceRow, key: DocumentKey, is_admin: bool) -> Result<Option<Rescue>, EngineError> {
        let refused = self.store.refused(key)?;
        if refused.is_empty() {
            return Ok(None);
        }
        let accepted: Vec<EnvelopeRow> =
            self.store.accepted(key)?.into_iter().filter(|row| row.placed.is_some()).collect();
        let (mut known, mut changes, mut targets) = (HashMap::new(), Vec::new(), Vec::new());
        for (rows, is_refused) in [(&refused, true), (&accepted, false)] {
            for row in rows {
                let Received::Changes(received) = receive(&self.store, space.key, &row.envelope)? else { continue };
                let id = row.envelope.id();
                let mut hashes = Vec::with_capacity(received.len());
                for bytes in received {
                    let Ok(facts) = guard::change(&bytes, &Limits::V1) else { continue };
                    hashes.push(facts.hash);
                    if !is_refused {
                        changes.push(bytes.clone());
                    }
                    known.insert(facts.hash, Known { bytes, deps: facts.deps, refused: is_refused.then_some(id) });
                }
                let is_mine = is_admin || row.envelope.header().device == self.device();
                if !is_refused && is_mine && !self.rescued.contains(&id) {
                    targets.push((id, hashes));
                }
            }
        }
        let (mut needed, mut envelopes, mut wanted) = (HashSet::new(), Vec::new(), BTreeSet::new());
        for (id, hashes) in targets {
            if let Some(found) = refused_below(&known, &hashes)
                && !found.is_empty()
            {
                wanted.extend(found.iter().filter_map(|hash| known.get(hash)?.refused));
                needed.extend(found);
                envelopes.push(id);
            }
        }
        if envelopes.is_empty() {
            return Ok(None);
        }
        changes.extend(needed.iter().filter_map(|hash| Some(known.get(hash)?.bytes.clone())));
        let document = trial::apply(&trial::empty(), &changes).document;
        if needed.iter().any(|hash| document.get_change_meta_by_hash(hash).is_none()) {
            return Ok(None);
        }
        let named = refused.iter().filter(|row| wanted.contains(&row.envelope.id()));
        let blobs: BTreeSet<BlobHash> = named.flat_map(|row| row.envelope.header().blobs.iter().copied()).collect();
        let blobs = blobs.into_iter().take(BLOBS_MAX).collect();
        Ok(Some(Rescue { payload: document.save(), blobs, envelopes }))
    }
}

/// The refused changes on which these build; none if they build on something that is not known at all.
fn refused_below(known: &HashMap<ChangeHash, Known>, hashes: &[ChangeHash]) -> Option<HashSet<ChangeHash>> {
    let (mut seen, mut found, mut next) = (HashSet::new(), HashSet::new(), hashes.to_vec());
    while let Some(hash) = next.pop() {
        if !seen.insert(hash) {
            continue;
        }
        let change = known.get(&hash)?;
        if change.refused.is_some() {
            found.insert(hash);
        }
        next.extend(&change.deps);
    }
    Some(found)
}
