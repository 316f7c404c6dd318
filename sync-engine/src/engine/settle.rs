//! Brings a document and its envelopes together: what is stored becomes a document again, and what has come is
//! tried on a copy first. Nothing here moves a cursor.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, Change};

use super::admit::{Received, is_actor_of, receive};
use super::{DocumentName, Engine, EngineError, Event};
use crate::document;
use crate::envelope::{Encoding, Envelope, Payload};
use crate::guard::{self, Limits};
use crate::ids::{DeviceId, DocumentId, EnvelopeId};
use crate::store::{Applied, DocumentKey, DocumentText, EnvelopeRow, SpaceRow};
use crate::trial;

/// Four processors at most: the others of a phone are slow ones, and somebody is typing.
const THREADS_MAX: usize = 4;

/// A document with more of its envelopes in it.
pub(super) struct Settled {
    document: Automerge,
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
        base: &Automerge,
        envelopes: &[&Envelope],
    ) -> Result<Settled, EngineError> {
        let received = self.receive_all(space, envelopes)?;
        let mut settled = settled(base, envelopes, received);
        self.mark_unseen(space, [&mut settled]);
        Ok(settled)
    }

    /// Notes which documents somebody else has changed. A person's own other devices are nobody else.
    fn mark_unseen<'s>(&self, space: &SpaceRow, settled: impl IntoIterator<Item = &'s mut Settled>) {
        let roster = self.rosters.get(&space.space);
        let own = self.device();
        let member = |device: &DeviceId| roster.and_then(|roster| roster.member_of(device)).map(|(member, _)| member);
        let own_member = member(&own);
        for settled in settled {
            let is_other = |by: &DeviceId| *by != own && (own_member.is_none() || member(by) != own_member);
            settled.is_unseen = settled.by.iter().any(is_other);
        }
    }

    fn receive_all(&self, space: &SpaceRow, envelopes: &[&Envelope]) -> Result<Vec<Received>, EngineError> {
        let received = envelopes.iter().map(|envelope| receive(&self.store, space.key, envelope));
        Ok(received.collect::<Result<_, _>>()?)
    }

    /// The same for several documents, on as many processors as there are: a first sync is mostly this.
    pub(super) fn settle_all(
        &mut self,
        space: &SpaceRow,
        work: &BTreeMap<DocumentId, Vec<Envelope>>,
    ) -> Result<Vec<(DocumentId, Settled)>, EngineError> {
        let mut tasks = Vec::with_capacity(work.len());
        for (document, envelopes) in work {
            let key = self.store.document_key(space.key, document)?;
            let (base, waiting) = match key {
                Some(key) => (self.taken(key)?, self.store.tail(key, Applied::Waiting)?),
                None => (trial::empty(), vec![]),
            };
            let is_new = |row: &EnvelopeRow| envelopes.iter().all(|envelope| envelope.id() != row.envelope.id());
            let mut all: Vec<Envelope> = waiting.into_iter().filter(is_new).map(|row| row.envelope).collect();
            all.extend_from_slice(envelopes);
            let received = self.receive_all(space, &all.iter().collect::<Vec<_>>())?;
            tasks.push(Task { document: *document, base, envelopes: all, received });
        }
        let processors = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let share = tasks.len().div_ceil(processors).max(1);
        let mut shares = Vec::with_capacity(processors);
        while !tasks.is_empty() {
            shares.push(tasks.split_off(tasks.len().saturating_sub(share)));
        }
        let mut done = std::thread::scope(|scope| {
            let last = shares.pop();
            let others: Vec<_> = shares.into_iter().map(|share| scope.spawn(|| settle_share(share))).collect();
            let mut done = last.map(settle_share).unwrap_or_default();
            for other in others {
                // A panic within is our own bug: what Automerge does with others' bytes is caught in the trial.
                done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            done
        });
        done.sort_by_key(|(document, _)| *document);
        self.mark_unseen(space, done.iter_mut().map(|(_, settled)| settled));
        Ok(done)
    }

    /// Tries again what a document's envelopes were waiting for.
    pub(super) fn settle_again(&mut self, space: &SpaceRow, document: &DocumentId) -> Result<(), EngineError> {
        let Some(key) = self.store.document_key(space.key, document)? else { return Ok(()) };
        let waiting = self.store.tail(key, Applied::Waiting)?;
        let base = self.taken(key)?;
        let envelopes: Vec<&Envelope> = waiting.iter().map(|row| &row.envelope).collect();
        let settled = self.settle(space, &base, &envelopes)?;
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
                let envelopes: Vec<&Envelope> = waiting.iter().map(|row| &row.envelope).collect();
                document = self.settle(&row, &document, &envelopes)?.document;
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
        let snapshot = if self.has_long_tail(key)? { Some(settled.document.save()) } else { None };
        // First of all, as it is stored already: what is in memory must not stay behind if the disk is full now.
        if self.cache.has(key) {
            self.cache.put(key, settled.document);
        }
        if let Some(snapshot) = snapshot {
            self.store.write(|tx| tx.set_snapshot(key, &snapshot))?;
            self.long.insert(name);
        }
        Ok(())
    }
}

/// One document's share of the work.
struct Task {
    document: DocumentId,
    base: Automerge,
    envelopes: Vec<Envelope>,
    received: Vec<Received>,
}

fn settle_share(tasks: Vec<Task>) -> Vec<(DocumentId, Settled)> {
    let settle = |task: Task| {
        let envelopes: Vec<&Envelope> = task.envelopes.iter().collect();
        (task.document, settled(&task.base, &envelopes, task.received))
    };
    tasks.into_iter().map(settle).collect()
}

fn settled(base: &Automerge, envelopes: &[&Envelope], received: Vec<Received>) -> Settled {
    let mut changes = Vec::new();
    let mut owners: Vec<usize> = Vec::new();
    let mut quarantined = Vec::new();
    let mut applied = vec![Applied::Tail; envelopes.len()];
    let mut wanted = Vec::new();
    let mut bytes = 0;
    for (owner, (envelope, received)) in envelopes.iter().zip(received).enumerate() {
        let header = envelope.header();
        let mut bad = |hash: [u8; 32], reason: String, is_duplicate: bool| {
            quarantined.push(Bad { hash, envelope: envelope.id(), reason, is_duplicate });
        };
        match received {
            Received::Changes(chunks) => {
                if matches!(envelope.payload, Payload::Dropped) {
                    applied[owner] = Applied::Aside;
                }
                let is_vouched_for = header.encoding == Encoding::SNAPSHOT;
                for change in chunks {
                    let is_foreign = !is_vouched_for
                        && guard::change(&change, &Limits::V1)
                            .is_ok_and(|facts| !is_actor_of(facts.actor.to_bytes(), &header.device));
                    if is_foreign {
                        let hash = crate::ids::BlobHash::of(&change).0;
                        bad(hash, "the change claims another device's actor".into(), false);
                    } else {
                        bytes += change.len();
                        changes.push(change);
                        owners.push(owner);
                    }
                }
            }
            Received::NotHere => {
                applied[owner] = Applied::Waiting;
                wanted.push((*envelope).clone());
            }
            Received::Newer => applied[owner] = Applied::Waiting,
            Received::Unreadable(reason) => {
                applied[owner] = Applied::Aside;
                bad(header.payload_hash.0, reason, false);
            }
        }
    }
    let before = base.get_heads();
    let outcome = trial::apply(base, &changes);
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
    let by = envelopes.iter().filter(|_| is_changed).map(|envelope| envelope.header().device).collect();
    let applied = envelopes.iter().map(|envelope| envelope.id()).zip(applied).collect();
    let text = text_of(&outcome.document);
    Settled { document: outcome.document, text, applied, quarantined, wanted, bytes, by, is_unseen: false }
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
        tx.add_tail(key, self.bytes, self.applied.len())?;
        if self.is_unseen {
            tx.set_unseen(key)?;
        }
        tx.set_document_text(key, &self.text)
    }
}

/// What the list of documents shows of this one.
pub(super) fn text_of(document: &Automerge) -> DocumentText {
    document::summarise(document).into()
}
