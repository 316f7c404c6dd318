//! What a device does when the server's log is not the one that it has read: after a restore, or a fork. Both
//! sides compare the tips of every branch of every chain, and each gives what the other lacks.

use std::collections::BTreeMap;

use super::{Engine, EngineError, Event, ServerFault};
use minicbor::bytes::ByteVec;

use crate::envelope::Envelope;
use crate::frame::{PAGE_BYTES_MAX, PUSH_BYTES_MAX, PageRow, write_page};
use crate::ids::{Cursor, EnvelopeId, Incarnation, Position, SpaceId};
use crate::roster::Roster;
use crate::store::{SpaceRow, Written};
use crate::wire::{Return, SignedHead, Tip};

/// The server's log is not the one that this device has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reset {
    pub space: SpaceId,
    /// What comes later in the log as it was read here, the server may lack.
    pub after: Position,
}

impl Engine {
    /// The server says that this device's cursor does not fit its log. The server may take back what it lost, see
    /// `give_back`; otherwise the two are compared, see `repair`.
    pub fn on_reset(&self, head: &SignedHead) -> Result<Reset, EngineError> {
        let space = self.asked(&head.space)?;
        self.check_head(&space, head)?;
        // The start fits every log: without end, this one would be compared again and again.
        if space.cursor == Cursor::START {
            return Err(EngineError::BadServer(ServerFault::Fork(head.cursor.position)));
        }
        Ok(Reset { space: head.space, after: head.cursor.position })
    }

    /// What a server that was restored from a backup takes back at once: the rows that it lacks, up to the last
    /// head that it had signed for this device. None if this device has nothing of the kind, or lacks a payload or
    /// attachment of these rows: whoever has it would never learn that the server lost it.
    pub fn give_back(&self, reset: &Reset) -> Result<Option<Return>, EngineError> {
        let space = self.asked(&reset.space)?;
        let Some(signed) = space.signed_head.filter(|signed| signed.cursor.position > reset.after) else {
            return Ok(None);
        };
        let (mut frames, mut bytes, mut after) = (Vec::<ByteVec>::new(), 0, reset.after);
        while after < signed.cursor.position {
            let rows = self.store.rows_after(space.key, after, PAGE_BYTES_MAX)?;
            let mut page = Vec::with_capacity(rows.len());
            for row in rows {
                let Some(placed) = row.placed.filter(|placed| placed.position <= signed.cursor.position) else { break };
                let is_whole = self.has_all_bytes(&space, &row.envelope)?;
                if placed.position.0 != after.0 + 1 || !is_whole {
                    return Ok(None);
                }
                after = placed.position;
                page.push(PageRow::Envelope { envelope: row.envelope, server_ms: placed.server_ms });
            }
            if page.is_empty() {
                return Ok(None);
            }
            let frame = write_page(&reset.space, &page);
            bytes += frame.len();
            // More than one request takes is repaired by the tips of chains.
            if bytes > PUSH_BYTES_MAX {
                return Ok(None);
            }
            frames.push(frame.into());
        }
        Ok(Some(Return { space: reset.space, after: reset.after, frames, head: signed }))
    }

    /// The server took the rows back. Their payloads and attachments are to be uploaded again.
    pub fn on_given_back(&mut self, space: &SpaceId) -> Result<(), EngineError> {
        let row = self.space(space)?;
        Ok(self.store.write(|tx| tx.offer_all_blobs(row.key))?)
    }

    /// Whether an envelope's payload and all attachments that it names are on this device.
    fn has_all_bytes(&self, space: &SpaceRow, envelope: &Envelope) -> Result<bool, EngineError> {
        for hash in &envelope.header().blobs {
            if !self.has_blob(space, hash)? {
                return Ok(false);
            }
        }
        self.has_payload(space, envelope)
    }

    /// The server lacks what an envelope follows. First it is asked whether its log is still the one that was read:
    /// a restored server takes its rows back at their own places, under the membership of that time. Only if it
    /// says so and lacks the same again, the two are compared.
    pub fn doubt(&mut self, space: &SpaceId) -> Result<(), EngineError> {
        if !self.doubted.insert(*space) {
            return self.repair(space);
        }
        self.sent.retain(|(of, _), _| of != space);
        Ok(())
    }

    /// Compares from the start. Nothing here has a confirmed place any more: the log is read again, what is here
    /// comes as bare ids, and what stays without a place is sent.
    pub fn repair(&mut self, space: &SpaceId) -> Result<(), EngineError> {
        let space = self.space(space)?;
        self.store.write(|tx| {
            tx.displace_all(space.key)?;
            tx.set_cursor(space.key, Cursor::START)?;
            tx.set_signed_head(space.key, None)?;
            tx.offer_all_blobs(space.key)?;
            tx.set_meta(&mark(&space.space), &[1])
        })?;
        self.rosters.insert(space.space, Roster::new(space.space));
        self.sent.retain(|(of, _), _| *of != space.space);
        self.doubted.remove(&space.space);
        self.passed.remove(&space.space);
        self.events.push(Event::Repairing { space: space.space });
        Ok(())
    }

    /// What the server has of this device's own rows, by their tips, where it gives nothing else of the space.
    pub(super) fn compare_own(&mut self, space: &SpaceRow, tips: &[Tip]) -> Result<Option<Reset>, EngineError> {
        let ids: Vec<EnvelopeId> = tips.iter().map(|tip| tip.id).collect();
        let kept = self.store.ancestry(space.key, &ids)?;
        // One that is not here comes after all that an older copy of this database holds of its chain.
        let mut known_to: BTreeMap<Incarnation, u64> = BTreeMap::new();
        for tip in tips.iter().filter(|tip| !kept.contains(&tip.id)) {
            let counter = known_to.entry(tip.chain.incarnation).or_default();
            *counter = tip.counter.max(*counter);
        }
        let (mut after, mut has_lost) = (Position::START, false);
        for Written { id, incarnation, counter, position } in self.store.written_by(space.key, &self.device())? {
            let is_kept = kept.contains(&id) || known_to.get(&incarnation).is_some_and(|last| counter <= *last);
            match (is_kept, position) {
                (true, position) => after = after.max(position.unwrap_or_default()),
                (false, Some(_)) => has_lost = true,
                (false, None) => {
                    self.sent.remove(&(space.space, id));
                }
            }
        }
        Ok(has_lost.then_some(Reset { space: space.space, after }))
    }

    /// Whether the log is being read again since a reset.
    pub(super) fn is_repairing(&self, space: &SpaceRow) -> Result<bool, EngineError> {
        Ok(self.store.meta(&mark(&space.space))?.is_some_and(|value| value == [1]))
    }

    /// The log has been read again. Where two changes claimed one actor and sequence number, the lower row wins,
    /// and the order of the rows may be another one now.
    pub(super) fn finish_repair(&mut self, space: &SpaceRow) -> Result<(), EngineError> {
        if !self.is_repairing(space)? {
            return Ok(());
        }
        for document in self.store.documents_with_duplicates(space.key)? {
            let device = self.device();
            self.store.write(|tx| tx.replay(document, &device))?;
            self.cache.forget(document);
            let (_, name) = self.store.document_name(document)?;
            self.settle_again(space, &name)?;
        }
        self.store.write(|tx| tx.set_meta(&mark(&space.space), &[0]))?;
        Ok(())
    }
}

fn mark(space: &SpaceId) -> String {
    format!("repairing {space}")
}
