//! The border at which whole documents come in: the guard, and Automerge's loading.

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
        let document = match trial::load(bytes) {
            Ok(document) => document,
            Err(reason) => return Reach::error(1, &reason),
        };
        // As a snapshot's changes are taken in where the document is here already.
        let changes: Vec<Vec<u8>> =
            document.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect();
        let outcome = trial::apply(&trial::empty(), &changes);
        documents::look_at(&document, &[]);
        documents::look_at(&outcome.document, &[]);
        Reach::new(2, if outcome.quarantined.is_empty() { "loaded" } else { "loaded with bad changes" })
    }
}
