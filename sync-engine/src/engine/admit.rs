//! The border of a device: what an envelope's payload holds, and which of its changes are its signer's own. What
//! the changes do to a document is tried in `trial`.

use automerge::Automerge;

use crate::envelope::{Encoding, Envelope, HEADER_VERSION, Payload};
use crate::guard::{self, Limits};
use crate::ids::DeviceId;
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
    let header = envelope.header();
    if header.version > HEADER_VERSION || header.key_epoch != 0 {
        return Ok(Received::Newer);
    }
    let fetched;
    let bytes = match &envelope.payload {
        Payload::Inline(bytes) => bytes,
        Payload::Dropped => return Ok(Received::Changes(vec![])),
        Payload::Blob => match store.blob(space, &header.payload_hash)? {
            Some(bytes) => {
                fetched = bytes;
                &fetched
            }
            None => return Ok(Received::NotHere),
        },
    };
    Ok(unpacked(header.encoding, bytes))
}

fn unpacked(encoding: Encoding, bytes: &[u8]) -> Received {
    let changes = match encoding {
        Encoding::CHANGES => payload::unpack(bytes, &Limits::V1).map_err(|error| error.to_string()),
        Encoding::CHANGES_ZSTD => zstd::bulk::decompress(bytes, Limits::V1.payload_bytes)
            .map_err(|error| error.to_string())
            .and_then(|packed| payload::unpack(&packed, &Limits::V1).map_err(|error| error.to_string())),
        Encoding::SNAPSHOT => opened(bytes)
            .map(|document| document.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect()),
        _ => return Received::Newer,
    };
    changes.map_or_else(Received::Unreadable, Received::Changes)
}

/// A whole document from the bytes of a snapshot.
pub(super) fn opened(bytes: &[u8]) -> Result<Automerge, String> {
    guard::document(bytes, &Limits::V1).map_err(|error| error.to_string())?;
    trial::load(bytes).map_err(|error| error.to_string())
}

/// Whether `actor` is one of `device`'s: its first 16 bytes are the device's.
pub(super) fn is_actor_of(actor: &[u8], device: &DeviceId) -> bool {
    actor.get(..16) == Some(&device.as_bytes()[..16])
}
