//! The border of a device: what an envelope's payload holds, and which of its changes are its signer's own. What
//! the changes do to a document is tried in `trial`.

use automerge::ChangeHash;

use crate::envelope::{Encoding, Envelope, HEADER_VERSION, Payload};
use crate::guard::{self, Limits};
use crate::ids::DeviceId;
use crate::inflate::inflate;
use crate::payload;
use crate::store::{SpaceKey, Store, StoreError};
use crate::trial;

/// What an envelope's payload holds for its document.
#[derive(Debug)]
pub enum Received {
    /// Changes, one chunk each.
    Changes(Vec<Vec<u8>>),
    /// The payload is on its way.
    NotHere,
    /// A newer version of the app will read it.
    Newer,
    /// Nothing that can ever be read.
    Unreadable(String),
}

/// Reads an envelope's payload, from the blobs where it is large.
pub(super) fn receive(store: &Store, space: SpaceKey, envelope: &Envelope) -> Result<Received, StoreError> {
    Ok(read(envelope, fetched(store, space, envelope)?.as_deref(), |_| false))
}

/// The payload that lies among the blobs, as far as it is here.
pub(super) fn fetched(store: &Store, space: SpaceKey, envelope: &Envelope) -> Result<Option<Vec<u8>>, StoreError> {
    match envelope.payload {
        Payload::Blob => store.blob(space, &envelope.header().payload_hash),
        Payload::Inline(_) | Payload::Dropped => Ok(None),
    }
}

/// Reads an envelope's payload; `fetched` is the one that lay among the blobs.
///
/// To list the changes of a snapshot takes many times as long as to look at its heads. Where `has` says that the
/// document has them all, the snapshot brings it nothing, whatever else it may hold, and no change is listed.
pub(super) fn read(envelope: &Envelope, fetched: Option<&[u8]>, has: impl FnMut(&[ChangeHash]) -> bool) -> Received {
    let header = envelope.header();
    if header.version > HEADER_VERSION || header.key_epoch != 0 {
        return Received::Newer;
    }
    let bytes = match &envelope.payload {
        Payload::Inline(bytes) => Some(bytes.as_slice()),
        Payload::Blob => fetched,
        Payload::Dropped => return Received::Changes(vec![]),
    };
    bytes.map_or(Received::NotHere, |bytes| unpacked(header.encoding, bytes, has))
}

fn unpacked(encoding: Encoding, bytes: &[u8], mut has: impl FnMut(&[ChangeHash]) -> bool) -> Received {
    let changes = match encoding {
        Encoding::CHANGES | Encoding::SPLICES => payload::unpack(bytes, &Limits::V1).map_err(|error| error.to_string()),
        Encoding::CHANGES_ZSTD | Encoding::SPLICES_ZSTD => inflate(bytes, Limits::V1.payload_bytes)
            .map_err(|error| error.to_string())
            .and_then(|packed| payload::unpack(&packed, &Limits::V1).map_err(|error| error.to_string())),
        Encoding::SNAPSHOT => {
            guard::document(bytes, &Limits::V1).map_err(|error| error.to_string()).and_then(|facts| {
                match has(&facts.heads) {
                    true => Ok(vec![]),
                    false => trial::changes_of(bytes).map_err(|error| error.to_string()),
                }
            })
        }
        _ => return Received::Newer,
    };
    changes.map_or_else(Received::Unreadable, Received::Changes)
}

/// What Automerge puts before an actor, followed by a level in LEB128, where a change is made at heads that don't
/// cover the actor's own last one (`ActorId::with_concurrency` in its source).
const CONCURRENCY_MAGIC: [u8; 4] = [0x13, 0xb2, 0x23, 0x09];

/// Whether `actor` is one of `device`'s.
pub(super) fn is_actor_of(actor: &[u8], device: &DeviceId) -> bool {
    device_prefix(actor).is_some_and(|prefix| prefix == device.as_bytes()[..16])
}

/// The first 16 bytes of the device that an actor belongs to: its own first 16, after what Automerge puts there.
pub(super) fn device_prefix(actor: &[u8]) -> Option<[u8; 16]> {
    let own = match actor.strip_prefix(&CONCURRENCY_MAGIC) {
        Some(rest) => {
            let level_bytes = rest.iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
            rest.get(level_bytes..).unwrap_or_default()
        }
        None => actor,
    };
    own.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_belongs_to_its_device_also_when_automerge_has_split_it() {
        let (device, other) = (DeviceId([7; 32]), DeviceId([8; 32]));
        let actor = [7; 24];
        let split = [&CONCURRENCY_MAGIC[..], &[0x81, 0x01], &actor].concat();
        for bytes in [actor.to_vec(), split] {
            assert!(is_actor_of(&bytes, &device));
            assert!(!is_actor_of(&bytes, &other));
        }
        assert!(!is_actor_of(&actor[..15], &device));
        assert!(!is_actor_of(&CONCURRENCY_MAGIC, &device));
    }
}
