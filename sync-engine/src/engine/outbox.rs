//! What this device has to send: envelopes that have no place in the log as far as it has read. One stays here
//! until its own row has come back, whatever a push answered.

use super::{Engine, EngineError};
use crate::envelope::{Envelope, Payload};
use crate::frame::{FRAME_ROWS_MAX, write_push};
use crate::ids::{EnvelopeId, Position, SpaceId};
use crate::wire::{LaterReason, Outcome, Pull, PullSpace, Push, PushReply};

/// Envelopes read from the store at once, while a push is filled.
const READ_MAX: usize = 1024;

/// An envelope that the server answered for, and whose row has not come back yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub position: Position,
}

/// A push, and which envelopes it offers.
#[derive(Clone, Debug)]
pub struct PushBatch {
    pub push: Push,
    pub ids: Vec<EnvelopeId>,
}

/// What a push's reply asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    pub accepted: usize,
    pub held: usize,
    /// The first reason why some were not taken.
    pub later: Option<LaterReason>,
    /// The server lacks what these envelopes follow: the two logs are to be compared.
    pub needs_repair: bool,
}

impl Engine {
    /// The question for everything after this device's cursors, in spaces on that server.
    pub fn pull(&mut self, server: &crate::ids::ServerId, is_following: bool) -> Result<Pull, EngineError> {
        let rows = self.store.spaces()?;
        // Whatever was answered before this question and is not among its rows will be sent again. Where this device
        // may not read, no rows will come, and sending it again would have no end.
        let is_read = |of: &SpaceId| rows.iter().any(|row| row.space == *of && row.no_access.is_none());
        self.sent.retain(|(of, _), _| !is_read(of));
        let mut spaces = Vec::new();
        for space in rows.into_iter().filter(|space| space.server.as_ref() == Some(server)) {
            let known = if self.is_repairing(&space)? {
                Some(self.store.tips(space.key)?.into_iter().map(|tip| tip.id).collect())
            } else {
                None
            };
            let has_own = !self.rereading.contains(&space.space);
            spaces.push(PullSpace { space: space.space, cursor: space.cursor, known, has_own });
        }
        Ok(Pull { spaces, is_following })
    }

    /// The space's own rows are to be sent whole from now on, as this device's database is an older copy.
    pub fn reread_own(&mut self, space: &SpaceId) {
        self.rereading.insert(*space);
    }

    /// Whether a space has something to send that was not answered yet.
    pub fn has_outbox(&self, space: &SpaceId) -> Result<bool, EngineError> {
        let row = self.space(space)?;
        if self.store.has_unsealed(row.key)? {
            return Ok(true);
        }
        let sent = self.sent.keys().filter(|(of, _)| of == space).count() as u64;
        Ok(self.store.count_unplaced(row.key)? > sent)
    }

    /// The next envelopes to offer, sealing what is not sealed yet; none if there are none, or if the next one's
    /// payload has to be uploaded first. They are no more than `bytes_max` together, but always one.
    pub fn next_push(&mut self, space: &SpaceId, bytes_max: usize) -> Result<Option<PushBatch>, EngineError> {
        self.seal(space)?;
        let row = self.space(space)?;
        let (mut envelopes, mut lacks, mut bytes, mut after) = (Vec::<Envelope>::new(), vec![], 0, 0);
        'full: loop {
            let unplaced = self.store.unplaced(row.key, after, READ_MAX)?;
            let is_last = unplaced.len() < READ_MAX;
            for (id, unplaced) in unplaced {
                after = id;
                let envelope = unplaced.envelope;
                if self.sent.contains_key(&(*space, envelope.id())) {
                    continue;
                }
                if matches!(envelope.payload, Payload::Dropped) {
                    continue;
                }
                let is_blob = matches!(envelope.payload, Payload::Blob);
                if is_blob && self.store.blob_to_upload(row.key)?.is_some() {
                    break 'full;
                }
                let payload = if let Payload::Inline(payload) = &envelope.payload { payload.len() } else { 0 };
                bytes += envelope.signed.bytes().len() + payload;
                if !envelopes.is_empty() && bytes > bytes_max || envelopes.len() >= FRAME_ROWS_MAX {
                    break 'full;
                }
                if is_blob && !self.has_payload(&row, &envelope)? {
                    lacks.push(envelope.header().payload_hash);
                }
                envelopes.push(envelope);
            }
            if is_last {
                break;
            }
        }
        if envelopes.is_empty() {
            return Ok(None);
        }
        let ids = envelopes.iter().map(Envelope::id).collect();
        let frame = write_push(space, &envelopes).into();
        let lacks = (!lacks.is_empty()).then_some(lacks);
        Ok(Some(PushBatch { push: Push { space: *space, frame, lacks }, ids }))
    }

    /// What the server answered to a push.
    pub fn on_push_reply(&mut self, batch: &PushBatch, reply: &PushReply) -> Result<Pushed, EngineError> {
        let space = batch.push.space;
        let row = self.space(&space)?;
        let mut pushed = Pushed::default();
        let mut has_branched = false;
        for (id, outcome) in batch.ids.iter().zip(&reply.outcomes) {
            let mut at = |position: Position, is_branch: bool| {
                self.sent.insert((space, *id), Sent { position });
                has_branched |= is_branch;
            };
            match *outcome {
                Outcome::Accepted { position, is_branch } => {
                    at(position, is_branch);
                    pushed.accepted += 1;
                }
                Outcome::Held { position, is_branch, .. } => {
                    at(position, is_branch);
                    pushed.held += 1;
                }
                Outcome::Refused { position } => at(position, false),
                Outcome::Later { reason } => {
                    // What follows one that was not taken lacks its predecessor for that reason only.
                    pushed.needs_repair |= pushed.later.is_none() && reason == LaterReason::MissingPredecessor;
                    pushed.later = pushed.later.or(Some(reason));
                    if reason == LaterReason::MissingPayload {
                        self.store.write(|tx| tx.offer_all_blobs(row.key))?;
                    }
                }
            }
        }
        if !pushed.needs_repair {
            self.doubted.remove(&space);
        }
        if has_branched {
            let chain = crate::envelope::Chain { device: self.device(), incarnation: self.incarnation };
            if self.store.chain_end(row.key, &chain)?.is_some() {
                self.renew_incarnation()?;
            }
        }
        Ok(pushed)
    }
}
