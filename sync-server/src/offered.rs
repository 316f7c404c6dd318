//! What a push offers: its envelopes, and which of them are what they say. Role, chain and quota are the log's.

use sync_engine::envelope::Envelope;
use sync_engine::frame::{FrameError, read_push};
use sync_engine::ids::SpaceId;
use sync_engine::wire::{LaterReason, Outcome};

/// The envelopes of one push.
#[derive(Debug)]
pub struct Offered {
    /// Those whose signatures and payload hashes hold.
    pub envelopes: Vec<Envelope>,
    is_valid: Vec<bool>,
}

impl Offered {
    /// Reads a push's frame. One bad envelope is passed over by itself: those of other authors beside it are not
    /// its fault.
    pub fn read(space: &SpaceId, frame: &[u8]) -> Result<Self, FrameError> {
        let all = read_push(space, frame)?;
        let is_valid: Vec<bool> = all.iter().map(|envelope| envelope.verify().is_ok()).collect();
        let valid = all.into_iter().zip(&is_valid).filter(|(_, is_valid)| **is_valid);
        Ok(Self { envelopes: valid.map(|(envelope, _)| envelope).collect(), is_valid })
    }

    /// The answer to everything that was offered, from what became of the valid ones.
    pub fn outcomes(&self, taken: Vec<Outcome>) -> Vec<Outcome> {
        let mut taken = taken.into_iter();
        let invalid = Outcome::Later { reason: LaterReason::Invalid };
        self.is_valid.iter().filter_map(|is_valid| if *is_valid { taken.next() } else { Some(invalid) }).collect()
    }
}
