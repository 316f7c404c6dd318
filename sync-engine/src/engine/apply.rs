//! Moves documents, their log and the cursor together, or none of them: what a page of the space's log brings.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, Change};

use super::admit::{Received, is_actor_of, receive};
use super::{DocumentName, Engine, EngineError, Event, ServerFault, roster_row};
use crate::document;
use crate::envelope::{Encoding, Envelope, Payload};
use crate::frame::{PageRow, read_page};
use crate::guard::{self, Limits};
use crate::ids::{Cursor, DeviceId, DocumentId, EnvelopeId, Position, SpaceId};
use crate::roster::{Roster, Standing};
use crate::store::{Applied, DocumentKey, DocumentText, Placed, SpaceRow};
use crate::trial;
use crate::wire::{NoAccess, SignedHead};

/// 256 KiB or 400 envelopes after the last snapshot: replaying more than that would be felt when a document opens.
const TAIL_BYTES_MAX: u64 = 256 << 10;
const TAIL_ROWS_MAX: u64 = 400;

/// What became of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageEffect {
    /// Its rows are stored and applied.
    Applied,
    /// It doesn't start where this device has read to: an answer to an older question.
    Stale,
    /// It names rows of this device's own that are not here, because the database is an older copy: ask again,
    /// for the rows themselves.
    NeedsOwn,
}

/// What the rows of some pages come to, before anything is stored.
struct Plan {
    cursor: Cursor,
    roster: Roster,
    rows: Vec<PlannedRow>,
    admitted: Vec<EnvelopeId>,
    refused: Vec<EnvelopeId>,
    /// Envelopes whose changes are to go into their documents now.
    work: BTreeMap<DocumentId, Vec<Envelope>>,
    has_membership: bool,
    /// Documents that hold changes of envelopes which were shown before they had a place, and are held there.
    rebuild: BTreeSet<DocumentId>,
    /// Rows of this device's own that it doesn't hold: its database is a copy of an older one.
    has_met_its_future: bool,
}

struct PlannedRow {
    id: EnvelopeId,
    /// None where the store holds it already.
    new: Option<Envelope>,
    placed: Placed,
    standing: Standing,
}

/// A document with more of its envelopes in it.
pub(super) struct Settled {
    document: Automerge,
    text: DocumentText,
    applied: Vec<(EnvelopeId, Applied)>,
    quarantined: Vec<Bad>,
    wanted: Vec<Envelope>,
    bytes: usize,
    by: BTreeSet<DeviceId>,
}

struct Bad {
    hash: [u8; 32],
    envelope: EnvelopeId,
    reason: String,
    is_duplicate: bool,
}

impl Engine {
    /// Takes in consecutive pages of one space's log; several at once cost each document about what one does.
    pub fn on_pages(&mut self, space: &SpaceId, pages: &[(Position, &[u8])]) -> Result<PageEffect, EngineError> {
        let row = self.asked(space)?;
        let Some(plan) = self.plan(&row, pages)? else { return Ok(PageEffect::NeedsOwn) };
        if plan.rows.is_empty() {
            return Ok(PageEffect::Stale);
        }
        let mut settled = Vec::new();
        for (document, envelopes) in &plan.work {
            let key = self.store.document_key(row.key, document)?;
            let (base, mut waiting) = match key {
                Some(key) => (self.taken(key)?, self.store.tail(key, Applied::Waiting)?),
                None => (trial::empty(), vec![]),
            };
            waiting.retain(|row| envelopes.iter().all(|envelope| envelope.id() != row.envelope.id()));
            let mut all: Vec<&Envelope> = waiting.iter().map(|row| &row.envelope).collect();
            all.extend(envelopes);
            match self.settle(&row, &base, &all) {
                Ok(result) => settled.push((*document, result)),
                Err(error) => return Err(error),
            }
        }
        self.store_plan(&row, plan, settled)?;
        Ok(PageEffect::Applied)
    }

    /// The server says where a space's log ends: what the progress of reading it is measured by.
    pub fn expect_head(&mut self, space: &SpaceId, head: Position) {
        self.heads.insert(*space, head);
    }

    fn plan(&self, row: &SpaceRow, pages: &[(Position, &[u8])]) -> Result<Option<Plan>, EngineError> {
        let roster = self.rosters.get(&row.space).cloned().unwrap_or_else(|| Roster::new(row.space));
        let mut plan = Plan {
            cursor: row.cursor,
            roster,
            rows: vec![],
            admitted: vec![],
            refused: vec![],
            work: BTreeMap::new(),
            has_membership: false,
            rebuild: BTreeSet::new(),
            has_met_its_future: false,
        };
        let mut ids = BTreeSet::new();
        for (after, frame) in pages {
            if *after != plan.cursor.position {
                continue;
            }
            let rows = read_page(&row.space, frame).map_err(|error| EngineError::BadServer(error.into()))?;
            for page_row in rows {
                if !self.plan_row(row, &mut plan, &mut ids, page_row)? {
                    return Ok(None);
                }
            }
        }
        Ok(Some(plan))
    }

    /// Judges one row. False if the row is one of this device's own that it doesn't hold.
    fn plan_row(
        &self,
        space: &SpaceRow,
        plan: &mut Plan,
        ids: &mut BTreeSet<EnvelopeId>,
        page_row: PageRow,
    ) -> Result<bool, EngineError> {
        let fault = |error: ServerFault| EngineError::BadServer(error);
        let (id, server_ms, sent) = match page_row {
            PageRow::Known { id, server_ms } => (id, server_ms, None),
            PageRow::Envelope { envelope, server_ms } => (envelope.id(), server_ms, Some(envelope)),
        };
        let (envelope, is_new, is_aside) = match (self.store.envelope(space.key, &id)?, sent) {
            (Some(stored), _) => (stored.envelope, false, stored.is_aside),
            (None, Some(sent)) => {
                sent.verify().map_err(|error| fault(error.into()))?;
                (sent, true, true)
            }
            (None, None) => return Ok(false),
        };
        plan.cursor = plan.cursor.step(&id, server_ms);
        let position = plan.cursor.position;
        let header = envelope.header();
        if let Some(previous) = &header.previous
            && !ids.contains(previous)
            && !self.store.has_envelope(space.key, previous)?
        {
            return Err(fault(ServerFault::Withheld(position)));
        }
        plan.has_met_its_future |= is_new && header.device == self.device();
        let taken = plan.roster.take(roster_row(&envelope, server_ms));
        plan.has_membership |= header.document.is_none() || taken.standing != Standing::Accepted;
        for admitted in taken.admitted {
            self.plan_admitted(space, plan, admitted)?;
        }
        for refused in taken.refused {
            plan.work.values_mut().for_each(|envelopes| envelopes.retain(|envelope| envelope.id() != refused));
            plan.refused.push(refused);
        }
        // One that is here already may have been held where the log stood before it was restored.
        if let (Some(document), Standing::Accepted, true) = (header.document, taken.standing, is_aside) {
            plan.work.entry(document).or_default().push(envelope.clone());
        }
        if let (Some(document), Standing::Held(_), false) = (header.document, taken.standing, is_new)
            && header.device != self.device()
        {
            plan.rebuild.insert(document);
        }
        ids.insert(id);
        let placed = Placed { position, server_ms };
        plan.rows.push(PlannedRow { id, new: is_new.then_some(envelope), placed, standing: taken.standing });
        Ok(true)
    }

    /// An admitted envelope goes into its document now, at the place of its admission.
    fn plan_admitted(&self, space: &SpaceRow, plan: &mut Plan, id: EnvelopeId) -> Result<(), EngineError> {
        let in_plan = plan.rows.iter().find(|row| row.id == id).and_then(|row| row.new.clone());
        let stored = match in_plan {
            Some(envelope) => Some(envelope),
            None => self.store.envelope(space.key, &id)?.map(|row| row.envelope),
        };
        let Some(envelope) = stored else { return Ok(()) };
        let was_held = plan.rows.iter().any(|row| row.id == id && row.standing != Standing::Accepted)
            || self.store.standing_of(space.key, &id)? == Some(2);
        if was_held {
            plan.admitted.push(id);
            if let Some(document) = envelope.header().document {
                plan.work.entry(document).or_default().push(envelope);
            }
        }
        Ok(())
    }

    fn store_plan(
        &mut self,
        space: &SpaceRow,
        plan: Plan,
        settled: Vec<(DocumentId, Settled)>,
    ) -> Result<(), EngineError> {
        let home = plan.roster.home().cloned();
        let device = self.device();
        let keys = self.store.write(|tx| {
            for row in &plan.rows {
                if let Some(envelope) = &row.new {
                    let document = envelope.header().document;
                    let key = document.map(|document| tx.ensure_document(space.key, &document)).transpose()?;
                    tx.add_envelope(space.key, envelope, key, Applied::Aside)?;
                }
                tx.place(space.key, &row.id, row.placed, row.standing)?;
            }
            for id in &plan.admitted {
                tx.admit_held(space.key, id)?;
            }
            for id in &plan.refused {
                tx.refuse_held(space.key, id)?;
            }
            let mut keys = Vec::with_capacity(settled.len());
            for (document, settled) in &settled {
                let key = tx.ensure_document(space.key, document)?;
                settled.store(tx, space, key)?;
                keys.push(key);
            }
            for document in &plan.rebuild {
                let key = tx.ensure_document(space.key, document)?;
                tx.replay(key, &device)?;
            }
            tx.set_cursor(space.key, plan.cursor)?;
            if let Some(home) = &home
                && (space.server != Some(home.server) || space.url != home.url)
            {
                tx.set_home(space.key, &home.server, &home.url)?;
            }
            Ok(keys)
        })?;
        self.rosters.insert(space.space, plan.roster);
        for row in &plan.rows {
            self.sent.remove(&(space.space, row.id));
        }
        for (key, (document, settled)) in keys.into_iter().zip(settled) {
            self.show(key, DocumentName { space: space.space, document }, settled)?;
        }
        for document in &plan.rebuild {
            if let Some(key) = self.store.document_key(space.key, document)? {
                self.cache.forget(key);
                self.settle_again(space, document)?;
            }
        }
        if plan.has_membership {
            self.events.push(Event::MembersChanged { space: space.space });
        }
        let position = plan.cursor.position.0;
        let head = self.heads.get(&space.space).map_or(position, |head| head.0.max(position));
        self.events.push(Event::Progress { space: space.space, position, head });
        if plan.has_met_its_future {
            self.renew_incarnation()?;
        }
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

    /// Tries the changes of `envelopes` on a copy of `base`, and says what became of each.
    pub(super) fn settle(
        &self,
        space: &SpaceRow,
        base: &Automerge,
        envelopes: &[&Envelope],
    ) -> Result<Settled, EngineError> {
        let mut changes = Vec::new();
        let mut owners: Vec<usize> = Vec::new();
        let mut quarantined = Vec::new();
        let mut applied = vec![Applied::Tail; envelopes.len()];
        let mut wanted = Vec::new();
        let mut bytes = 0;
        for (owner, envelope) in envelopes.iter().enumerate() {
            let header = envelope.header();
            let mut bad = |hash: [u8; 32], reason: String, is_duplicate: bool| {
                quarantined.push(Bad { hash, envelope: envelope.id(), reason, is_duplicate });
            };
            match receive(&self.store, space.key, envelope)? {
                Received::Changes(received) => {
                    if matches!(envelope.payload, Payload::Dropped) {
                        applied[owner] = Applied::Aside;
                    }
                    let is_vouched_for = header.encoding == Encoding::SNAPSHOT;
                    for change in received {
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
        Ok(Settled { document: outcome.document, text, applied, quarantined, wanted, bytes, by })
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

    /// The server says that this device has all rows up to `head`.
    pub fn on_caught_up(&mut self, head: &SignedHead) -> Result<(), EngineError> {
        let space = self.asked(&head.space)?;
        let position = head.cursor.position;
        self.check_head(&space, head)?;
        if position < space.cursor.position {
            // An answer to an older question.
            return Ok(());
        }
        if head.cursor != space.cursor {
            return Err(EngineError::BadServer(ServerFault::Fork(position)));
        }
        if space.signed_head.as_ref().map(|head| head.cursor) != Some(head.cursor) || space.no_access.is_some() {
            self.store.write(|tx| tx.set_signed_head(space.key, Some(head)))?;
        }
        self.rereading.remove(&head.space);
        // The log has passed the place that the server named, and the envelope is not there: send it again.
        self.sent.retain(|(of, _), sent| *of != head.space || sent.position > position);
        self.finish_repair(&space)?;
        self.vouch(&head.space)?;
        self.compact_long(&head.space)?;
        self.events.push(Event::CaughtUp { space: head.space, position: position.0 });
        Ok(())
    }

    pub(super) fn check_head(&self, space: &SpaceRow, head: &SignedHead) -> Result<(), EngineError> {
        let is_signed = space.server.is_some_and(|server| head.is_signed_by(&server));
        if is_signed { Ok(()) } else { Err(EngineError::BadServer(ServerFault::Head(head.cursor.position))) }
    }

    /// The server gives this device nothing of a space.
    pub fn on_no_access(&mut self, space: &SpaceId, reason: NoAccess) -> Result<(), EngineError> {
        let row = self.asked(space)?;
        if reason == NoAccess::NoSuchSpace {
            // What was answered is gone with the space.
            self.sent.retain(|(of, _), _| of != space);
        }
        if row.no_access != Some(reason) {
            self.store.write(|tx| tx.set_no_access(row.key, reason))?;
            self.events.push(Event::NoAccess { space: *space, reason });
        }
        Ok(())
    }

    /// Writes snapshots of up to `limit` open documents whose tails have grown long; says how many.
    pub fn tidy(&mut self, limit: usize) -> Result<usize, EngineError> {
        let mut written = 0;
        for key in self.cache.keys() {
            if written < limit && self.has_long_tail(key)? {
                let snapshot = self.opened(key)?.save();
                self.store.write(|tx| tx.set_snapshot(key, &snapshot))?;
                let (space, document) = self.store.document_name(key)?;
                let space = self.store.spaces()?.into_iter().find(|row| row.key == space);
                self.long.extend(space.map(|row| DocumentName { space: row.space, document }));
                written += 1;
            }
        }
        Ok(written)
    }

    fn has_long_tail(&self, key: DocumentKey) -> Result<bool, EngineError> {
        let (bytes, rows) = self.store.tail_size(key)?;
        Ok(bytes >= TAIL_BYTES_MAX || rows >= TAIL_ROWS_MAX)
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
        tx.add_tail(key, self.bytes, self.applied.len())?;
        tx.set_document_text(key, &self.text)
    }
}

/// What the list of documents shows of this one.
pub(super) fn text_of(document: &Automerge) -> DocumentText {
    document::summarise(document).into()
}
