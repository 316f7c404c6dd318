//! Moves documents, their log and the cursor together, or none of them: what a page of the space's log brings.

use std::collections::{BTreeMap, BTreeSet};

use super::settle::Settled;
use super::{DocumentName, Engine, EngineError, Event, ServerFault, roster_row};
use crate::envelope::Envelope;
use crate::frame::{PageRow, read_page};
use crate::ids::{Cursor, DocumentId, EnvelopeId, Position, SpaceId};
use crate::roster::{Roster, Standing};
use crate::store::{Applied, Placed, SpaceRow};

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

impl Engine {
    /// Takes in consecutive pages of one space's log; several at once cost each document about what one does.
    pub fn on_pages(&mut self, space: &SpaceId, pages: &[(Position, &[u8])]) -> Result<PageEffect, EngineError> {
        let row = self.asked(space)?;
        let Some(plan) = self.plan(&row, pages)? else { return Ok(PageEffect::NeedsOwn) };
        if plan.rows.is_empty() {
            return Ok(PageEffect::Stale);
        }
        let settled = self.settle_all(&row, &plan.work)?;
        self.store_plan(&row, plan, settled)?;
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
}
