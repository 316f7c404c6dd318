//! The border of the guard: single changes, looked through before Automerge sees them. What passes is packed for an
//! envelope and unpacked again, and must come out the same.

use sync_engine::guard::{self, Limits};
use sync_engine::payload;

use super::{Reach, Target, chunk, documents};
use crate::sim::random::Random;

/// An input is one chunk.
pub(super) struct Chunks;

impl Target for Chunks {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let changes = &documents::all()[random.below(documents::all().len())].changes;
        let mut any = || &changes[random.below(changes.len())];
        let (change, other) = (any(), any());
        chunk::change(random, change, other)
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        let unpacked = payload::unpack(&payload::pack(&[bytes]), &Limits::V1);
        match guard::plain_change(bytes, &Limits::V1) {
            Ok((facts, plain)) => {
                assert_eq!(unpacked.as_deref(), Ok(&[plain.into_owned()][..]), "a change is unpacked as it was packed");
                assert_eq!(guard::changes(bytes, &Limits::V1).map(|all| all.len()), Ok(1));
                Reach::new(1, if facts.ops == 0 { "empty" } else { "guarded" })
            }
            Err(error) => {
                assert_eq!(unpacked.as_deref(), Ok(&[bytes.to_vec()][..]), "what is no change is left as it is");
                Reach::error(0, &error)
            }
        }
    }
}
