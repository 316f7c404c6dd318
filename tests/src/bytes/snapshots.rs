//! The border at which whole documents come in: the guard, Automerge's loading, and the trial of what it held.

use sync_engine::guard::{self, Limits};
use sync_engine::trial;

use super::{Reach, Target, chunk, documents};
use crate::sim::random::Random;

/// An input is one document as Automerge saves it.
pub(super) struct Snapshots;

impl Target for Snapshots {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let mut any = || {
            let saved = &documents::all()[random.below(documents::all().len())].saved;
            saved[random.below(saved.len())].clone()
        };
        let (saved, other) = (any(), any());
        if random.chance(2) { saved } else { chunk::document(random, &saved, &other) }
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        if let Err(error) = guard::document(bytes, &Limits::V1) {
            return Reach::error(0, &error);
        }
        let changes = match trial::changes_of(bytes) {
            Ok(changes) => changes,
            Err(reason) => return Reach::error(1, &reason),
        };
        let outcome = trial::apply(&trial::empty(), &changes);
        documents::look_at(&outcome.document, &[]);
        Reach::new(2, if outcome.quarantined.is_empty() { "loaded" } else { "loaded with bad changes" })
    }
}
