//! Vouching for the snapshots of others: a device says whether one holds exactly the envelopes that it covers, by
//! its own copies of them. Only then may their payloads be dropped.

use std::collections::{BTreeSet, HashSet};

use automerge::{Automerge, ChangeHash};

use super::admit::{Received, fetched, read, receive};
use super::compact::{heads, heads_hash};
use super::{Engine, EngineError};
use crate::entry::Entry;
use crate::envelope::{Cover, Encoding, Payload};
use crate::guard::{self, Limits};
use crate::ids::SpaceId;
use crate::store::{DocumentKey, EnvelopeRow, SpaceRow};

impl Engine {
    /// Checks the covering snapshots of others that this device has said nothing of yet, and vouches for each or
    /// objects to it. Says how many.
    pub fn vouch(&mut self, space: &SpaceId) -> Result<usize, EngineError> {
        let row = self.space(space)?;
        let snapshots = self.store.covering(row.key)?;
        let mut said = 0;
        for snapshot in snapshots {
            let id = snapshot.envelope.id();
            let is_own = snapshot.envelope.header().device == self.device();
            let roster = self.roster(space)?;
            let was_said = roster
                .vouching(&id)
                .is_some_and(|vouching| vouching.is_objected || vouching.vouched_by.contains(&self.device()));
            if is_own || was_said || roster.role(&self.device()).is_none() {
                continue;
            }
            if let Some(is_true) = self.is_true_snapshot(&row, &snapshot)? {
                let entry = if is_true { Entry::Vouch { snapshot: id } } else { Entry::Object { snapshot: id } };
                self.say(space, &entry)?;
                said += 1;
            }
        }
        Ok(said)
    }

    /// Whether a snapshot holds exactly what it says it covers; none if this device can't tell, because it does
    /// not hold everything that is covered.
    fn is_true_snapshot(&self, space: &SpaceRow, snapshot: &EnvelopeRow) -> Result<Option<bool>, EngineError> {
        let (Some(document), Some(cover)) = (snapshot.document, &snapshot.envelope.header().cover) else {
            return Ok(None);
        };
        let held = match receive(&self.store, space.key, &snapshot.envelope)? {
            _ if matches!(snapshot.envelope.payload, Payload::Dropped) => return Ok(None),
            Received::NotHere | Received::Newer => return Ok(None),
            Received::Changes(changes) if snapshot.envelope.header().encoding == Encoding::SNAPSHOT => changes,
            Received::Changes(_) | Received::Unreadable(_) => return Ok(Some(false)),
        };
        let Some(covered) = self.covered(space, document, cover)? else { return Ok(None) };
        let mut told = Changes::default();
        let is_told = told.add(held) && heads_hash(&told.heads()) == cover.heads;
        if is_told && self.store.quarantined(document)?.is_empty() {
            let added = self.changes_of(space, &covered)?;
            // A change's hash covers its content and what is before it, so equal hashes are equal documents.
            if added.is_some_and(|added| added.hashes == told.hashes) {
                return Ok(Some(true));
            }
        }
        // Only building it tells a snapshot that lies from envelopes that don't fit together here.
        let Some(rebuilt) = self.rebuilt(space, &covered)? else { return Ok(None) };
        Ok(Some(is_told && told.heads() == heads(&rebuilt)))
    }

    /// The changes of envelopes, by their hashes; none if a payload is missing or can't be read.
    pub(super) fn changes_of(&self, space: &SpaceRow, rows: &[EnvelopeRow]) -> Result<Option<Changes>, EngineError> {
        let mut added = Changes::default();
        let is_snapshot = |row: &&EnvelopeRow| row.envelope.header().encoding == Encoding::SNAPSHOT;
        let (snapshots, others): (Vec<_>, Vec<_>) = rows.iter().partition(is_snapshot);
        // An older snapshot brings nothing, unless payloads that it covers have been dropped.
        for row in others.into_iter().chain(snapshots) {
            let fetched = fetched(&self.store, space.key, &row.envelope)?;
            let has = |heads: &[ChangeHash]| heads.iter().all(|head| added.hashes.contains(head));
            let Received::Changes(changes) = read(&row.envelope, fetched.as_deref(), has) else { return Ok(None) };
            if !added.add(changes) {
                return Ok(None);
            }
        }
        Ok(Some(added))
    }

    /// The accepted envelopes of a document that a cover names: each tip and what is before it in its chain.
    fn covered(
        &self,
        space: &SpaceRow,
        document: DocumentKey,
        cover: &Cover,
    ) -> Result<Option<Vec<EnvelopeRow>>, EngineError> {
        let rows = self.store.accepted(document)?;
        let mut covered = BTreeSet::new();
        for tip in &cover.tips {
            let Some(row) = rows.iter().find(|row| row.envelope.id() == *tip) else { return Ok(None) };
            covered.extend(self.before(space, &rows, &row.envelope)?);
        }
        Ok(Some(rows.into_iter().filter(|row| covered.contains(&row.envelope.id())).collect()))
    }
}

/// Changes by their hashes.
#[derive(Default)]
pub(super) struct Changes {
    hashes: HashSet<ChangeHash>,
    /// What they depend on directly.
    deps: HashSet<ChangeHash>,
}

impl Changes {
    /// False if one of them is no change.
    fn add(&mut self, changes: Vec<Vec<u8>>) -> bool {
        changes.iter().all(|bytes| {
            let facts = guard::change(bytes, &Limits::V1);
            facts.is_ok_and(|facts| {
                self.hashes.insert(facts.hash);
                self.deps.extend(facts.deps);
                true
            })
        })
    }

    /// Whether a document has them, and no others: its heads stand for all that is before them.
    pub(super) fn are_all_of(&self, document: &Automerge) -> bool {
        self.deps.is_subset(&self.hashes) && self.heads() == heads(document)
    }

    /// Those that no other depends on, in their order.
    fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<_> = self.hashes.difference(&self.deps).copied().collect();
        heads.sort();
        heads
    }
}
