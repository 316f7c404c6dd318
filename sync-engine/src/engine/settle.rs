//! Brings a document and its envelopes together: what is stored becomes a document again, and what has come is
//! tried on a copy first. Nothing here moves a cursor.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use automerge::{Automerge, Change};

use super::admit::{self, Received, fetched, is_actor_of, receive};
use super::tidy::is_long;
use super::{DocumentName, Engine, EngineError, Event};
use crate::document;
use crate::envelope::{Encoding, Envelope, Payload};
use crate::guard::{self, Limits};
use crate::ids::{DeviceId, DocumentId, EnvelopeId};
use crate::store::{Applied, DocumentKey, DocumentText, EnvelopeRow, SpaceRow};
use crate::trial;

/// A document with more of its envelopes in it.
pub(super) struct Settled {
    /// None if nobody needs it before it is opened.
    document: Option<Automerge>,
    text: DocumentText,
    applied: Vec<(EnvelopeId, Applied)>,
    quarantined: Vec<Bad>,
    wanted: Vec<Envelope>,
    bytes: usize,
    by: BTreeSet<DeviceId>,
    /// Whether somebody else's changes came in.
    is_unseen: bool,
}

struct Bad {
    hash: [u8; 32],
    envelope: EnvelopeId,
    reason: String,
    is_duplicate: bool,
}

impl Engine {
    /// Tries the changes of `envelopes` on a copy of `base`, and says what became of each.
    pub(super) fn settle(
        &self,
        space: &SpaceRow,
        base: Automerge,
        envelopes: Vec<Envelope>,
    ) -> Result<Settled, EngineError> {
        let fetched = self.fetched_all(space, &envelopes)?;
        let own = Arc::new(self.own_devices(space));
        Ok(Task { base, envelopes, fetched, tail: None, own }.settled())
    }

    /// The devices of this device's own person: what they write need not be shown to that person as news.
    fn own_devices(&self, space: &SpaceRow) -> BTreeSet<DeviceId> {
        let device = self.device();
        let mut own = BTreeSet::from([device]);
        let roster = self.rosters.get(&space.space);
        if let Some((roster, (member, _))) = roster.and_then(|roster| Some((roster, roster.member_of(&device)?))) {
            let devices = roster.devices().iter();
            own.extend(devices.filter(|(_, other)| other.member == member).map(|(id, _)| *id));
        }
        own
    }

    fn fetched_all(&self, space: &SpaceRow, envelopes: &[Envelope]) -> Result<Vec<Option<Vec<u8>>>, EngineError> {
        let fetched = envelopes.iter().map(|envelope| fetched(&self.store, space.key, envelope));
        Ok(fetched.collect::<Result<_, _>>()?)
    }

    /// The same for several documents, as work that can be done on any processor: a first sync is mostly this.
    pub(super) fn tasks(
        &mut self,
        space: &SpaceRow,
        work: BTreeMap<DocumentId, Vec<Envelope>>,
    ) -> Result<Vec<(DocumentId, Task)>, EngineError> {
        let own = Arc::new(self.own_devices(space));
        let mut tasks = Vec::with_capacity(work.len());
        for (document, mut envelopes) in work {
            let (mut base, mut tail) = (trial::empty(), Some((0, 0)));
            if let Some(key) = self.store.document_key(space.key, &document)? {
                base = self.taken(key)?;
                tail = if self.cache.has(key) { None } else { Some(self.store.tail_size(key)?) };
                let is_new = |row: &EnvelopeRow| envelopes.iter().all(|envelope| envelope.id() != row.envelope.id());
                let waiting = self.store.tail(key, Applied::Waiting)?;
                let mut all: Vec<_> = waiting.into_iter().filter(is_new).map(|row| row.envelope).collect();
                all.append(&mut envelopes);
                envelopes = all;
            }
            let fetched = self.fetched_all(space, &envelopes)?;
            tasks.push((document, Task { base, envelopes, fetched, tail, own: own.clone() }));
        }
        Ok(tasks)
    }

    /// Tries again what a document's envelopes were waiting for.
    pub(super) fn settle_again(&mut self, space: &SpaceRow, document: &DocumentId) -> Result<(), EngineError> {
        let Some(key) = self.store.document_key(space.key, document)? else { return Ok(()) };
        let waiting = self.store.tail(key, Applied::Waiting)?;
        let base = self.taken(key)?;
        let settled = self.settle(space, base, waiting.into_iter().map(|row| row.envelope).collect())?;
        self.store.write(|tx| settled.store(tx, space, key))?;
        self.show(key, DocumentName { space: space.space, document: *document }, settled)
    }

    /// A copy of a document to try changes on; whether it was open is not changed by that.
    pub(super) fn taken(&mut self, key: DocumentKey) -> Result<Automerge, EngineError> {
        match self.cache.get(key) {
            Some(document) => {
                let actor = document.get_actor().clone();
                Ok(document.clone().with_actor(actor))
            }
            None => self.load(key),
        }
    }

    /// Reads a document from the store: its snapshot, and everything that came after.
    pub(super) fn load(&self, key: DocumentKey) -> Result<Automerge, EngineError> {
        let (space, _) = self.store.document_name(key)?;
        let mut document = match self.store.snapshot(key)? {
            Some(bytes) => trial::load(&bytes)
                .map_err(|error| crate::store::StoreError::Corrupt(format!("a stored document: {error}")))?,
            None => trial::empty(),
        };
        let bad: BTreeSet<[u8; 32]> = self.store.quarantined(key)?.into_iter().collect();
        let mut chunks = Vec::new();
        for row in self.store.tail(key, Applied::Tail)? {
            if let Received::Changes(changes) = receive(&self.store, space, &row.envelope)? {
                let device = row.envelope.header().device;
                let is_vouched_for = row.envelope.header().encoding == Encoding::SNAPSHOT;
                chunks.extend(changes.into_iter().map(|change| (change, (!is_vouched_for).then_some(device))));
            }
        }
        let mut changes = Vec::with_capacity(chunks.len());
        for (bytes, device) in chunks {
            // Envelopes are stored with the bad changes that they hold, bombs among them, so each is guarded
            // again before Automerge sees it.
            let Ok(facts) = guard::change(&bytes, &Limits::V1) else { continue };
            let is_own_actor = device.is_none_or(|device| is_actor_of(facts.actor.to_bytes(), &device));
            if is_own_actor
                && !bad.contains(&facts.hash.0)
                && let Ok(change) = Change::try_from(bytes.as_slice())
            {
                changes.push(change);
            }
        }
        document
            .apply_changes(changes)
            .map_err(|error| crate::store::StoreError::Corrupt(format!("a stored change: {error}")))?;
        let waiting = self.store.tail(key, Applied::Waiting)?;
        if !waiting.is_empty() {
            let row = self.store.spaces()?.into_iter().find(|row| row.key == space);
            if let Some(row) = row {
                let envelopes = waiting.into_iter().map(|row| row.envelope).collect();
                let settled = self.settle(&row, document.clone(), envelopes)?;
                document = settled.document.unwrap_or(document);
            }
        }
        // All at once: each batch walks over the whole document.
        let (mut unsent, mut hashes) = (Vec::new(), BTreeSet::new());
        for change in self.store.unsealed(key)? {
            let Ok(change) = Change::try_from(change.bytes.as_slice()) else { continue };
            // One that builds on what an admin has yet to admit waits with it; it is sealed and sent all the same.
            let is_here = |dep| hashes.contains(dep) || document.get_change_meta_by_hash(dep).is_some();
            if change.deps().iter().all(is_here) {
                hashes.insert(change.hash());
                unsent.push(change);
            }
        }
        document
            .apply_changes(unsent)
            .map_err(|error| crate::store::StoreError::Corrupt(format!("an unsent change: {error}")))?;
        Ok(document.with_actor(self.actor.clone()))
    }

    /// Puts a settled document where readers see it, once it is stored, and says who changed it.
    pub(super) fn show(&mut self, key: DocumentKey, name: DocumentName, settled: Settled) -> Result<(), EngineError> {
        if !settled.quarantined.is_empty() {
            self.events.push(Event::Quarantined { name });
        }
        if !settled.by.is_empty() {
            self.events.push(Event::DocumentChanged { name, by: settled.by.into_iter().collect() });
        }
        let Some(document) = settled.document else { return Ok(()) };
        let snapshot = if self.has_long_tail(key)? { Some(document.save()) } else { None };
        // First of all, as it is stored already: what is in memory must not stay behind if the disk is full now.
        if self.cache.has(key) {
            self.cache.put(key, document);
        }
        if let Some(snapshot) = snapshot {
            self.store.write(|tx| tx.set_snapshot(key, &snapshot))?;
            self.long.insert(name);
        }
        Ok(())
    }
}

/// Envelopes that are to be tried on one document.
pub(super) struct Task {
    base: Automerge,
    envelopes: Vec<Envelope>,
    /// Those of their payloads that lay among the blobs.
    fetched: Vec<Option<Vec<u8>>>,
    /// The bytes and rows after the document's snapshot; none if the document is open.
    tail: Option<(u64, u64)>,
    /// The devices whose changes are no news here.
    own: Arc<BTreeSet<DeviceId>>,
}

impl Task {
    pub(super) fn settled(self) -> Settled {
        let Self { base, envelopes, fetched, tail, own } = self;
        let mut changes = Vec::new();
        let mut owners: Vec<usize> = Vec::new();
        let mut quarantined = Vec::new();
        let mut applied = vec![Applied::Tail; envelopes.len()];
        let mut wanted = Vec::new();
        for (owner, (envelope, fetched)) in envelopes.iter().zip(fetched).enumerate() {
            match admit::read(envelope, fetched.as_deref()) {
                Received::Changes(chunks) => {
                    if matches!(envelope.payload, Payload::Dropped) {
                        applied[owner] = Applied::Aside;
                    }
                    owners.extend(std::iter::repeat_n(owner, chunks.len()));
                    changes.extend(chunks);
                }
                Received::NotHere => {
                    applied[owner] = Applied::Waiting;
                    wanted.push(envelope.clone());
                }
                Received::Newer => applied[owner] = Applied::Waiting,
                Received::Unreadable(reason) => {
                    applied[owner] = Applied::Aside;
                    let hash = envelope.header().payload_hash.0;
                    quarantined.push(Bad { hash, envelope: envelope.id(), reason, is_duplicate: false });
                }
            }
        }
        let before = base.get_heads();
        let outcome = trial::apply_if(&base, &changes, |place, facts| {
            let header = envelopes[owners[place]].header();
            header.encoding == Encoding::SNAPSHOT || is_actor_of(facts.actor.to_bytes(), &header.device)
        });
        for parked in &outcome.parked {
            applied[owners[parked.place]] = Applied::Waiting;
        }
        for bad in outcome.quarantined {
            let envelope = envelopes[owners[bad.place]].id();
            let hash = bad.hash.map_or_else(|| crate::ids::BlobHash::of(&changes[bad.place]).0, |hash| hash.0);
            let is_duplicate = bad.reason == trial::Reason::DuplicateSequence;
            quarantined.push(Bad { hash, envelope, reason: bad.reason.to_string(), is_duplicate });
        }
        let is_changed = outcome.document.get_heads() != before;
        let by: BTreeSet<_> =
            envelopes.iter().filter(|_| is_changed).map(|envelope| envelope.header().device).collect();
        let is_unseen = by.iter().any(|device| !own.contains(device));
        let bytes = changes.iter().map(Vec::len).sum();
        let rows = envelopes.len() as u64;
        // A first sync brings thousands of documents; each is closed where it was settled.
        let is_needed = tail.is_none_or(|(tail_bytes, tail_rows)| is_long(tail_bytes + bytes as u64, tail_rows + rows));
        Settled {
            text: text_of(&outcome.document),
            document: is_needed.then_some(outcome.document),
            applied: envelopes.iter().map(Envelope::id).zip(applied).collect(),
            quarantined,
            wanted,
            bytes,
            by,
            is_unseen,
        }
    }
}

impl Settled {
    pub(super) fn store(
        &self,
        tx: &crate::store::Tx<'_>,
        space: &SpaceRow,
        key: DocumentKey,
    ) -> Result<(), crate::store::StoreError> {
        for (id, applied) in &self.applied {
            tx.set_applied(space.key, id, *applied)?;
        }
        for bad in &self.quarantined {
            tx.add_quarantine(key, &bad.hash, &bad.envelope, &bad.reason, bad.is_duplicate)?;
        }
        for envelope in &self.wanted {
            tx.want_blob(space.key, &envelope.header().payload_hash, envelope.header().payload_bytes)?;
        }
        tx.set_settled(key, self.bytes, self.applied.len(), &self.text)?;
        if self.is_unseen { tx.set_unseen(key) } else { Ok(()) }
    }
}

/// What the list of documents shows of this one.
pub(super) fn text_of(document: &Automerge) -> DocumentText {
    document::summarise(document).into()
}
