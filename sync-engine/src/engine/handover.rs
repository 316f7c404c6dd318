//! Two devices in one room, without a server in reach: a member hands the space's log to a newcomer, and takes
//! in what the newcomer has written, until either of them brings it to the server.

use std::collections::{BTreeMap, BTreeSet};

use super::{DocumentName, Engine, EngineError, Event, ServerFault, roster_row};
use crate::envelope::{Envelope, Payload};
use crate::frame::{FRAME_ROWS_MAX, PAGE_BYTES_MAX, PUSH_BYTES_MAX, PageRow, read_push, write_page, write_push};
use crate::ids::{DocumentId, Position, SpaceId};
use crate::roster::Standing;
use crate::store::Applied;
use crate::trial;

impl Engine {
    /// A page of the space's log as this device has read it, for `on_pages` of a device that has read up to
    /// `after`; none at the end.
    pub fn hand_page(&self, space: &SpaceId, after: Position) -> Result<Option<Vec<u8>>, EngineError> {
        let row = self.space(space)?;
        let rows = self.store.rows_after(row.key, after, PAGE_BYTES_MAX)?;
        let rows: Vec<PageRow> = rows
            .into_iter()
            .take(FRAME_ROWS_MAX)
            .filter_map(|row| {
                let server_ms = row.placed?.server_ms;
                Some(PageRow::Envelope { envelope: row.envelope, server_ms })
            })
            .collect();
        Ok((!rows.is_empty()).then(|| write_page(space, &rows)))
    }

    /// What this device has that the server has not confirmed, for `take_unplaced` of a member's device.
    pub fn hand_unplaced(&mut self, space: &SpaceId) -> Result<Vec<u8>, EngineError> {
        self.seal(space)?;
        let row = self.space(space)?;
        let (mut envelopes, mut bytes) = (Vec::new(), 0);
        for (_, unplaced) in self.store.unplaced(row.key, 0, FRAME_ROWS_MAX)? {
            let envelope = unplaced.envelope;
            // What is large waits for a server: this way is for words.
            let Payload::Inline(payload) = &envelope.payload else { break };
            bytes += envelope.signed.bytes().len() + payload.len();
            if bytes > PUSH_BYTES_MAX {
                break;
            }
            envelopes.push(envelope);
        }
        Ok(write_push(space, &envelopes))
    }

    /// Takes in what a newcomer handed over: as far as the log and the entries among it allow, it is shown at once
    /// and brought to the server with this device's own. Says how many envelopes were taken.
    pub fn take_unplaced(&mut self, space: &SpaceId, frame: &[u8]) -> Result<usize, EngineError> {
        let row = self.space(space)?;
        let handed = read_push(space, frame).map_err(|error| EngineError::BadServer(error.into()))?;
        let mut roster = self.roster(space)?;
        let mut taken: Vec<Envelope> = Vec::new();
        let mut ids = BTreeSet::new();
        for envelope in handed {
            envelope.verify().map_err(|error| EngineError::BadServer(ServerFault::Envelope(error)))?;
            if self.store.has_envelope(row.key, &envelope.id())? {
                ids.insert(envelope.id());
                continue;
            }
            let follows = match envelope.header().previous {
                Some(previous) => ids.contains(&previous) || self.store.has_envelope(row.key, &previous)?,
                None => true,
            };
            // Whether an invite has expired is the server's to say, by its own clock.
            if follows && roster.take(roster_row(&envelope, 0)).standing == Standing::Accepted {
                ids.insert(envelope.id());
                taken.push(envelope);
            }
        }
        let mut work: BTreeMap<DocumentId, Vec<Envelope>> = BTreeMap::new();
        for envelope in &taken {
            if let Some(document) = envelope.header().document {
                work.entry(document).or_default().push(envelope.clone());
            }
        }
        let mut settled = Vec::new();
        for (document, envelopes) in work {
            let base = match self.store.document_key(row.key, &document)? {
                Some(key) => self.taken(key)?,
                None => trial::empty(),
            };
            let result = self.settle(&row, base, envelopes)?;
            settled.push((document, result));
        }
        let keys = self.store.write(|tx| {
            for envelope in &taken {
                let document = envelope.header().document;
                let key = document.map(|document| tx.ensure_document(row.key, &document)).transpose()?;
                tx.add_envelope(row.key, envelope, key, Applied::Aside)?;
            }
            let mut keys = Vec::with_capacity(settled.len());
            for (document, settled) in &settled {
                let key = tx.ensure_document(row.key, document)?;
                settled.store(tx, &row, key)?;
                keys.push(key);
            }
            Ok(keys)
        })?;
        for (key, (document, settled)) in keys.into_iter().zip(settled) {
            self.show(key, DocumentName { space: *space, document }, settled)?;
        }
        if taken.iter().any(|envelope| envelope.header().document.is_none()) {
            self.events.push(Event::MembersChanged { space: *space });
        }
        Ok(taken.len())
    }
}
