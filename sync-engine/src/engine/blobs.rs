//! Large payloads and attachments on their way: uploaded by their hash before the envelopes that name them, and
//! fetched in parts.

use super::{DocumentName, Engine, EngineError};
use crate::envelope::{Envelope, PAYLOAD_BYTES_MAX, Payload};
use crate::ids::{BlobHash, SpaceId};
use crate::store::{Applied, SpaceRow};
use crate::wire::{BLOB_PART_BYTES_MAX, GetBlob, GetBlobReply, PutBlob};

/// The next part of a blob to send.
#[derive(Clone, Debug)]
pub struct BlobUpload {
    pub put: PutBlob,
}

/// The next part of a blob to ask for.
#[derive(Clone, Debug)]
pub struct BlobFetch {
    pub get: GetBlob,
}

impl Engine {
    /// Keeps a file with a document, by its hash, and offers it to the server after what was typed. Writing the hash
    /// into the document is the caller's next edit.
    pub fn attach(&mut self, name: &DocumentName, bytes: &[u8]) -> Result<BlobHash, EngineError> {
        if bytes.len() as u64 > PAYLOAD_BYTES_MAX {
            return Err(EngineError::FileTooLarge { bytes: bytes.len() as u64 });
        }
        let row = self.space(&name.space)?;
        let document = self.document_key(name)?;
        let hash = BlobHash::of(bytes);
        self.store.write(|tx| {
            tx.add_blob(row.key, &hash, bytes)?;
            tx.add_attachment(document, &hash)
        })?;
        Ok(hash)
    }

    /// Asks for an attachment that others made: it is fetched with the next sync.
    pub fn want_attachment(&mut self, space: &SpaceId, hash: &BlobHash) -> Result<(), EngineError> {
        let row = self.space(space)?;
        // Its length is known once the first part has come.
        Ok(self.store.write(|tx| tx.want_blob(row.key, hash, PAYLOAD_BYTES_MAX))?)
    }

    /// An attachment's bytes; none while they are not all here.
    pub fn attachment(&self, space: &SpaceId, hash: &BlobHash) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.store.blob(self.space(space)?.key, hash)?)
    }

    /// Whether an envelope's payload is on this device.
    pub(super) fn has_payload(&self, space: &SpaceRow, envelope: &Envelope) -> Result<bool, EngineError> {
        match envelope.payload {
            Payload::Inline(_) => Ok(true),
            Payload::Blob => self.has_blob(space, &envelope.header().payload_hash),
            Payload::Dropped => Ok(false),
        }
    }

    /// Whether all of a blob is on this device.
    pub(super) fn has_blob(&self, space: &SpaceRow, hash: &BlobHash) -> Result<bool, EngineError> {
        let found = self.store.blob_bytes(space.key, hash)?;
        Ok(found.is_some_and(|(total_bytes, stored_bytes)| stored_bytes == total_bytes))
    }

    /// Whether something large has to be uploaded.
    pub fn has_upload(&self, space: &SpaceId) -> Result<bool, EngineError> {
        Ok(self.store.blob_to_upload(self.space(space)?.key)?.is_some())
    }

    /// The part that follows the bytes which the server said it has, no more than `bytes_max` of it; first of all
    /// nothing, to ask how many it has from an earlier try.
    pub fn next_upload(
        &self,
        space: &SpaceId,
        asked: Option<(BlobHash, u64)>,
        bytes_max: usize,
    ) -> Result<Option<BlobUpload>, EngineError> {
        let row = self.space(space)?;
        let Some(hash) = self.store.blob_to_upload(row.key)? else { return Ok(None) };
        let total_bytes = self.store.blob_bytes(row.key, &hash)?.map_or(0, |(total, _)| total);
        let (offset, mut part) = match asked {
            Some((of, stored)) if of == hash => (stored, self.store.blob_part(row.key, &hash, stored)?),
            _ if total_bytes <= BLOB_PART_BYTES_MAX as u64 => (0, self.store.blob_part(row.key, &hash, 0)?),
            _ => (0, vec![]),
        };
        part.truncate(bytes_max);
        Ok(Some(BlobUpload { put: PutBlob { space: *space, hash, total_bytes, offset, part: part.into() } }))
    }

    /// The server says how much of a blob it has; true once it has all.
    pub fn on_uploaded(&mut self, upload: &BlobUpload, stored_bytes: u64) -> Result<bool, EngineError> {
        let is_complete = stored_bytes == upload.put.total_bytes;
        if is_complete {
            let row = self.space(&upload.put.space)?;
            self.store.write(|tx| tx.set_uploaded(row.key, &upload.put.hash, true))?;
        }
        Ok(is_complete)
    }

    /// The server names blobs that it does not have, as after a restore. What is whole here is offered again,
    /// whoever made it.
    pub fn on_lacking(&mut self, space: &SpaceId, blobs: &[BlobHash]) -> Result<(), EngineError> {
        if blobs.is_empty() {
            return Ok(());
        }
        let row = self.space(space)?;
        Ok(self.store.write(|tx| blobs.iter().try_for_each(|hash| tx.set_uploaded(row.key, hash, false)))?)
    }

    /// The server does not have it now.
    pub fn on_absent(&mut self, fetch: &BlobFetch) {
        self.absent.insert((fetch.get.space, fetch.get.hash));
    }

    /// What the server did not have is to be asked for once more.
    pub fn retry_absent(&mut self) {
        self.absent.clear();
    }

    /// Whether something is wanted that the server may have.
    pub fn has_fetch(&self, space: &SpaceId) -> Result<bool, EngineError> {
        Ok(self.to_fetch(&self.space(space)?)?.is_some())
    }

    fn to_fetch(&self, space: &SpaceRow) -> Result<Option<BlobHash>, EngineError> {
        let is_absent = |hash: &BlobHash| self.absent.contains(&(space.space, *hash));
        Ok(self.store.blob_to_fetch(space.key, is_absent)?)
    }

    /// The next part to fetch of what is wanted, no more than `bytes_max` of it.
    pub fn next_fetch(&self, space: &SpaceId, bytes_max: usize) -> Result<Option<BlobFetch>, EngineError> {
        let row = self.space(space)?;
        let Some(hash) = self.to_fetch(&row)? else { return Ok(None) };
        let offset = self.store.blob_bytes(row.key, &hash)?.map_or(0, |(_, stored)| stored);
        let bytes_max = u32::try_from(bytes_max).ok().filter(|bytes| (*bytes as usize) < BLOB_PART_BYTES_MAX);
        Ok(Some(BlobFetch { get: GetBlob { space: *space, hash, offset, bytes_max } }))
    }

    /// A part of a blob has come. A complete one is checked, and what waited for it goes into its document.
    pub fn on_fetched(&mut self, fetch: &BlobFetch, reply: &GetBlobReply) -> Result<(), EngineError> {
        let row = self.space(&fetch.get.space)?;
        let hash = fetch.get.hash;
        self.store.write(|tx| {
            tx.set_blob_total(row.key, &hash, reply.total_bytes)?;
            tx.add_blob_part(row.key, &hash, fetch.get.offset, &reply.part)
        })?;
        let Some(bytes) = self.store.blob(row.key, &hash)? else { return Ok(()) };
        if BlobHash::of(&bytes) != hash {
            self.store.write(|tx| tx.restart_blob(row.key, &hash))?;
            return Err(EngineError::BadServer(crate::envelope::EnvelopeError::Payload.into()));
        }
        self.settle_awaiting(&row, &hash)?;
        // Only now: if the disk was full in between, it is asked for again, and nothing is left waiting for it.
        self.store.write(|tx| tx.set_fetched(row.key, &hash))?;
        Ok(())
    }

    /// A payload is here now. What waited for it goes into its document.
    pub(super) fn settle_awaiting(&mut self, space: &SpaceRow, payload: &BlobHash) -> Result<(), EngineError> {
        for document in self.store.documents_waiting(space.key)? {
            let waiting = self.store.tail(document, Applied::Waiting)?;
            if waiting.iter().any(|row| row.envelope.header().payload_hash == *payload) {
                let (_, name) = self.store.document_name(document)?;
                self.settle_again(space, &name)?;
            }
        }
        Ok(())
    }
}
