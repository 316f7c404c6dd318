//! Brings a document and its envelopes together: what is stored becomes a document again, and what has come is
//! tried on a copy first. Nothing here moves a cursor.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use automerge::{Automerge, Change, ChangeHash};

use super::admit::{self, Received, fetched, is_actor_of};
use super::tidy::is_long;
use super::{DocumentName, Engine, EngineError, Event};
use crate::document;
use crate::envelope::{Encoding, Envelope, Payload};
use crate::guard::{self, Limits};
use crate::ids::{DeviceId, DocumentId, EnvelopeId};
use crate::store::{Applied, DocumentKey, DocumentText, EnvelopeRow, SpaceKey, SpaceRow, StoreError, Tx};
use crate::trial::{self, Outcome};

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
            Some(bytes) => {
                trial::load(&bytes).map_err(|error| StoreError::Corrupt(format!("a stored document: {error}")))?
            }
            None => trial::empty(),
        };
        let bad: BTreeSet<[u8; 32]> = self.store.quarantined(key)?.into_iter().collect();
        let is_snapshot = |row: &EnvelopeRow| row.envelope.header().encoding == Encoding::SNAPSHOT;
        let (snapshots, changes): (Vec<_>, Vec<_>) =
            self.store.tail(key, Applied::Tail)?.into_iter().partition(is_snapshot);
        // Snapshots last: by then most of them bring nothing new.
        for rows in [changes, snapshots] {
            self.replay(&mut document, space, &rows, &bad)?;
        }
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
        document.apply_changes(unsent).map_err(|error| StoreError::Corrupt(format!("an unsent change: {error}")))?;
        Ok(document.with_actor(self.actor.clone()))
    }

    /// Puts the changes of settled envelopes into their document again, but for the bad ones.
    fn replay(
        &self,
        document: &mut Automerge,
        space: SpaceKey,
        rows: &[EnvelopeRow],
        bad: &BTreeSet<[u8; 32]>,
    ) -> Result<(), EngineError> {
        let mut changes = Vec::new();
        for row in rows {
            let header = row.envelope.header();
            let fetched = fetched(&self.store, space, &row.envelope)?;
            let read = admit::read(&row.envelope, fetched.as_deref(), |heads| has_all(document, heads));
            let Received::Changes(chunks) = read else { continue };
            let is_vouched_for = header.encoding == Encoding::SNAPSHOT;
            for bytes in chunks {
                // Envelopes are stored with the bad changes that they hold, bombs among them, so each is guarded
                // again before Automerge sees it.
                let Ok(facts) = guard::change(&bytes, &Limits::V1) else { continue };
                let is_own_actor = is_vouched_for || is_actor_of(facts.actor.to_bytes(), &header.device);
                if is_own_actor
                    && !bad.contains(&facts.hash.0)
                    && let Ok(change) = Change::try_from(bytes.as_slice())
                {
                    changes.push(change);
                }
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        document.apply_changes(changes).map_err(|error| StoreError::Corrupt(format!("a stored change: {error}")))?;
        Ok(())
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
        // Most snapshots bring nothing that the document doesn't have once the other envelopes are in it.
        let mut heads = Vec::new();
        let mut read = Read::of(&envelopes, &fetched, |of_snapshot| {
            heads.extend_from_slice(of_snapshot);
            true
        });
        let mut outcome = read.tried(&base, &envelopes);
        if !has_all(&outcome.document, &heads) {
            read = Read::of(&envelopes, &fetched, |of_snapshot| has_all(&outcome.document, of_snapshot));
            outcome = read.tried(&base, &envelopes);
        }
        let Read { changes, owners, mut applied, mut quarantined, wanted } = read;
        for parked in &outcome.parked {
            applied[owners[parked.place]] = Applied::Waiting;
        }
        for bad in outcome.quarantined {
            let envelope = envelopes[owners[bad.place]].id();
            let hash = bad.hash.map_or_else(|| crate::ids::BlobHash::of(&changes[bad.place]).0, |hash| hash.0);
            let is_duplicate = bad.reason == trial::Reason::DuplicateSequence;
            quarantined.push(Bad { hash, envelope, reason: bad.reason.to_string(), is_duplicate });
        }
        let is_changed = outcome.document.get_heads() != base.get_heads();
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

/// What envelopes hold for their document.
struct Read {
    changes: Vec<Vec<u8>>,
    /// Which of the envelopes each change came in.
    owners: Vec<usize>,
    /// What each envelope is as far as reading it tells.
    applied: Vec<Applied>,
    quarantined: Vec<Bad>,
    wanted: Vec<Envelope>,
}

impl Read {
    /// Reads all envelopes; of snapshots whose heads `has` knows, no changes.
    fn of(envelopes: &[Envelope], fetched: &[Option<Vec<u8>>], mut has: impl FnMut(&[ChangeHash]) -> bool) -> Self {
        let applied = vec![Applied::Tail; envelopes.len()];
        let mut read = Self { changes: vec![], owners: vec![], applied, quarantined: vec![], wanted: vec![] };
        for (owner, (envelope, fetched)) in envelopes.iter().zip(fetched).enumerate() {
            match admit::read(envelope, fetched.as_deref(), &mut has) {
                Received::Changes(chunks) => {
                    if matches!(envelope.payload, Payload::Dropped) {
                        read.applied[owner] = Applied::Aside;
                    }
                    read.owners.extend(std::iter::repeat_n(owner, chunks.len()));
                    read.changes.extend(chunks);
                }
                Received::NotHere => {
                    read.applied[owner] = Applied::Waiting;
                    read.wanted.push(envelope.clone());
                }
                Received::Newer => read.applied[owner] = Applied::Waiting,
                Received::Unreadable(reason) => {
                    read.applied[owner] = Applied::Aside;
                    let hash = envelope.header().payload_hash.0;
                    read.quarantined.push(Bad { hash, envelope: envelope.id(), reason, is_duplicate: false });
                }
            }
        }
        read
    }

    /// Tries the changes on a copy of `base`: of each envelope its device's own, and all of a snapshot.
    fn tried(&self, base: &Automerge, envelopes: &[Envelope]) -> Outcome {
        trial::apply_if(base, &self.changes, |place, facts| {
            let header = envelopes[self.owners[place]].header();
            header.encoding == Encoding::SNAPSHOT || is_actor_of(facts.actor.to_bytes(), &header.device)
        })
    }
}

impl Settled {
    pub(super) fn store(&self, tx: &Tx<'_>, space: &SpaceRow, key: DocumentKey) -> Result<(), StoreError> {
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

fn has_all(document: &Automerge, changes: &[ChangeHash]) -> bool {
    changes.iter().all(|change| trial::has(document, change))
}

/// What the list of documents shows of this one.
pub(super) fn text_of(document: &Automerge) -> DocumentText {
    document::summarise(document).into()
}
