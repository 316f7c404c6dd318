//! Moves documents, their log and the cursor together, or none of them: what a page of the space's log brings.

use std::collections::{BTreeMap, BTreeSet};

use super::heads::{Estranged, Passed, estranged_mark};
use super::settle::{Settled, Task};
use super::spread::{spread, spread_in_order};
use super::{DocumentName, Engine, EngineError, Event, ServerFault, roster_row};
use crate::envelope::{Envelope, Payload};
use crate::frame::{PageRow, read_page};
use crate::ids::{BlobHash, Cursor, DeviceId, DocumentId, EnvelopeId, Position, SpaceId};
use crate::roster::{HeldReason, Roster, Standing};
use crate::store::{Applied, DocumentKey, EnvelopeRow, Placed, SpaceRow, StoreError};

/// A dozen signatures take about half a millisecond.
const VERIFIED_AT_ONCE: usize = 12;

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
    /// Payloads that travel apart: with their rows, the server has them.
    uploaded: Vec<BlobHash>,
    /// Rows of this device's own that it doesn't hold: its database is a copy of an older one.
    has_met_its_future: bool,
    /// The places that these rows pass; none while the log is read for the first time.
    passed: Option<Passed>,
    estranged: Option<Estranged>,
}

/// A row as it came.
struct Come {
    id: EnvelopeId,
    server_ms: u64,
    /// Its envelope, verified, unless that is here already or the server takes it to be.
    sent: Option<Envelope>,
    stored: Option<EnvelopeRow>,
}

struct PlannedRow {
    id: EnvelopeId,
    author: DeviceId,
    document: Option<DocumentId>,
    /// None where the store holds it already.
    new: Option<Envelope>,
    placed: Placed,
    standing: Standing,
}

impl Engine {
    /// Takes in consecutive pages of one space's log; several at once cost each document about what one does.
    pub fn on_pages(&mut self, space: &SpaceId, pages: &[(Position, &[u8])]) -> Result<PageEffect, EngineError> {
        let row = self.asked(space)?;
        let Some(plan) = self.plan(&row, pages)? else { return Ok(PageEffect::NeedsOwn) };
        if plan.rows.is_empty() {
            return Ok(PageEffect::Stale);
        }
        self.store_plan(&row, plan)?;
        Ok(PageEffect::Applied)
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
            uploaded: vec![],
            has_met_its_future: false,
            passed: row.signed_head.is_some().then(Passed::default),
            estranged: None,
        };
        if let Some(passed) = &mut plan.passed {
            passed.add(row.cursor);
        }
        let mut ids = BTreeSet::new();
        for (after, frame) in pages {
            if *after != plan.cursor.position {
                continue;
            }
            let rows = read_page(&row.space, frame).map_err(|error| EngineError::BadServer(error.into()))?;
            let Some(come) = self.verified(row, rows)? else { return Ok(None) };
            for come in come {
                if !self.plan_row(row, &mut plan, &mut ids, come)? {
                    return Ok(None);
                }
            }
        }
        Ok(Some(plan))
    }

    /// Looks which rows are here already, and verifies the others. None if one is missing that the server takes to
    /// be here.
    fn verified(&self, space: &SpaceRow, rows: Vec<PageRow>) -> Result<Option<Vec<Come>>, EngineError> {
        let mut come = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, server_ms, sent) = match row {
                PageRow::Known { id, server_ms, rows } => {
                    let Some(chain) = self.store.chain_up_to(space.key, &id, rows)? else { return Ok(None) };
                    for id in chain {
                        let stored = self.store.envelope(space.key, &id)?;
                        come.push(Come { id, server_ms, sent: None, stored });
                    }
                    continue;
                }
                PageRow::Envelope { envelope, server_ms } => (envelope.id(), server_ms, Some(envelope)),
            };
            let stored = self.store.envelope(space.key, &id)?;
            come.push(Come { id, server_ms, sent: sent.filter(|_| stored.is_none()), stored });
        }
        let new: Vec<&Envelope> = come.iter().filter_map(|come| come.sent.as_ref()).collect();
        // By the dozen, as a signature takes less time than to hand it to another processor.
        let dozens = new.chunks(VERIFIED_AT_ONCE).collect();
        for verified in spread_in_order(dozens, |dozen: &[&Envelope]| dozen.iter().try_for_each(|new| new.verify())) {
            verified.map_err(|error| EngineError::BadServer(error.into()))?;
        }
        Ok(Some(come))
    }

    /// Judges one row. False if the row is one of this device's own that it doesn't hold.
    fn plan_row(
        &self,
        space: &SpaceRow,
        plan: &mut Plan,
        ids: &mut BTreeSet<EnvelopeId>,
        Come { id, server_ms, sent, stored }: Come,
    ) -> Result<bool, EngineError> {
        let fault = |error: ServerFault| EngineError::BadServer(error);
        let (envelope, is_new, is_aside) = match (stored, sent) {
            (Some(stored), _) => (stored.envelope, false, stored.is_aside),
            (None, Some(sent)) => (sent, true, true),
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
        if let Some(passed) = &mut plan.passed {
            let is_contradicted = header.seen.position >= position
                || passed.contradicts(header)
                || self.passed.get(&space.space).is_some_and(|before| before.contradicts(header));
            if is_contradicted && header.device != self.device() {
                plan.estranged = Some(Estranged { position, by: header.device });
            }
            passed.add(plan.cursor);
        }
        let taken = plan.roster.take(roster_row(&envelope, server_ms));
        plan.has_membership |= header.document.is_none() || taken.standing != Standing::Accepted;
        for admitted in taken.admitted {
            self.plan_admitted(space, plan, admitted)?;
        }
        for device in taken.let_in {
            for held in self.held_of(space, plan, device)? {
                self.plan_admitted(space, plan, held)?;
            }
        }
        for refused in taken.refused {
            // What is accepted by now, or comes only later, is not refused.
            if self.is_held(space, plan, &refused)? {
                plan.refused.push(refused);
            }
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
        if matches!(envelope.payload, Payload::Blob) {
            plan.uploaded.push(header.payload_hash);
        }
        ids.insert(id);
        let (author, document) = (header.device, header.document);
        let placed = Placed { position, server_ms };
        plan.rows.push(PlannedRow {
            id,
            author,
            document,
            new: is_new.then_some(envelope),
            placed,
            standing: taken.standing,
        });
        Ok(true)
    }

    /// What a device wrote into documents before it was a member, up to here.
    fn held_of(&self, space: &SpaceRow, plan: &Plan, device: DeviceId) -> Result<Vec<EnvelopeId>, EngineError> {
        let stored =
            self.store.held(space.key)?.into_iter().filter(|row| {
                row.device == device && row.document.is_some() && row.reason == Some(HeldReason::NotAMember)
            });
        let planned = plan.rows.iter().filter(|row| {
            let is_held = row.standing == Standing::Held(HeldReason::NotAMember);
            row.author == device && row.document.is_some() && is_held
        });
        Ok(stored.map(|row| row.envelope).chain(planned.map(|row| row.id)).collect())
    }

    /// An admitted envelope goes into its document now, at the place of its admission.
    fn plan_admitted(&self, space: &SpaceRow, plan: &mut Plan, id: EnvelopeId) -> Result<(), EngineError> {
        let in_plan = plan.rows.iter().find(|row| row.id == id).and_then(|row| row.new.clone());
        let stored = match in_plan {
            Some(envelope) => Some(envelope),
            None => self.store.envelope(space.key, &id)?.map(|row| row.envelope),
        };
        let Some(envelope) = stored else { return Ok(()) };
        if self.is_held(space, plan, &id)? {
            plan.admitted.push(id);
            if let Some(document) = envelope.header().document {
                plan.work.entry(document).or_default().push(envelope);
            }
        }
        Ok(())
    }

    /// Whether an envelope has a place by now, and is held there.
    fn is_held(&self, space: &SpaceRow, plan: &Plan, id: &EnvelopeId) -> Result<bool, EngineError> {
        if plan.admitted.contains(id) || plan.refused.contains(id) {
            return Ok(false);
        }
        match plan.rows.iter().find(|row| row.id == *id) {
            Some(row) => Ok(row.standing != Standing::Accepted),
            None => Ok(self.store.standing_of(space.key, id)? == Some(2)),
        }
    }

    /// Stores the rows while their changes are tried on copies of their documents, and then what came of that.
    fn store_plan(&mut self, space: &SpaceRow, mut plan: Plan) -> Result<(), EngineError> {
        let work = std::mem::take(&mut plan.work);
        let to_apply: BTreeSet<EnvelopeId> = work.values().flatten().map(Envelope::id).collect();
        let tasks = self.tasks(space, work)?;
        let home = plan.roster.home().cloned();
        let device = self.device();
        let mut done: BTreeMap<DocumentId, (DocumentKey, Settled)> = BTreeMap::new();
        self.store.write(|tx| {
            let keep_rows = || {
                for row in &plan.rows {
                    match &row.new {
                        Some(envelope) => {
                            let document = envelope.header().document;
                            let key = document.map(|document| tx.ensure_document(space.key, &document)).transpose()?;
                            // What becomes of almost all of them; the others are set right when they are settled.
                            let applied = if to_apply.contains(&row.id) { Applied::Tail } else { Applied::Aside };
                            tx.add_placed(space.key, envelope, key, applied, (row.placed, row.standing))?;
                        }
                        None => tx.place(space.key, &row.id, row.placed, row.standing)?,
                    }
                }
                for id in &plan.admitted {
                    tx.admit_held(space.key, id)?;
                }
                for id in &plan.refused {
                    tx.refuse_held(space.key, id)?;
                }
                Ok::<(), StoreError>(())
            };
            let settle = |(document, task): (DocumentId, Task)| (document, task.settled());
            spread(tasks, settle, keep_rows, |(document, settled)| {
                let key = tx.ensure_document(space.key, &document)?;
                settled.store(tx, space, key)?;
                done.insert(document, (key, settled));
                Ok(())
            })?;
            for document in &plan.rebuild {
                let key = tx.ensure_document(space.key, document)?;
                tx.replay(key, &device)?;
            }
            tx.set_cursor(space.key, plan.cursor)?;
            if let Some(estranged) = &plan.estranged {
                let bytes = minicbor::to_vec(estranged).unwrap_or_default();
                tx.set_meta(&estranged_mark(&space.space), &bytes)?;
            }
            if let Some(home) = &home
                && (space.server != Some(home.server) || space.url != home.url)
            {
                tx.set_home(space.key, &home.server, &home.url)?;
            }
            Ok(())
        })?;
        self.rosters.insert(space.space, plan.roster);
        if let Some(passed) = &plan.passed {
            self.passed.entry(space.space).or_default().extend(passed);
        }
        if let Some(Estranged { position, by }) = plan.estranged {
            self.events.push(Event::Estranged { space: space.space, position: position.0, by });
        }
        for row in &plan.rows {
            self.sent.remove(&(space.space, row.id));
        }
        for hash in plan.uploaded {
            self.absent.remove(&(space.space, hash));
        }
        for (document, (key, settled)) in done {
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
}
