//! Gathers a document's unsent changes into one envelope: packed, counted, chained and signed. The counter and
//! the bytes are stored in one transaction, so a retry sends the same bytes.

use super::spread::spread_in_order;
use super::{Engine, EngineError};
use crate::entry::{Entry, Home};
use crate::envelope::{
    BLOBS_MAX, Cover, Encoding, Envelope, HEADER_VERSION, Header, INLINE_BYTES_MAX, Payload, SignedHeader,
};
use crate::guard::{self, Limits};
use crate::ids::{BlobHash, Cursor, DocumentId, EnvelopeId, SpaceId};
use crate::payload;
use crate::store::{Applied, ChangeRow, DocumentKey, SpaceRow};

/// 1 MiB of changes an envelope; a longer outbox of one document goes into several.
const SEAL_BYTES_MAX: usize = 1 << 20;

/// Below 4 KiB the batch compresses better as a whole than each payload by itself.
const COMPRESS_BYTES_MIN: usize = 4 << 10;

/// zstd's default level.
const COMPRESSION_LEVEL: i32 = 3;

/// Envelopes sealed in one transaction: enough that the disk is not the bound, few enough to wait for.
const SEAL_ENVELOPES_MAX: usize = 1024;

/// What is to be sealed.
pub(super) struct Content {
    pub document: Option<DocumentId>,
    pub encoding: Encoding,
    pub payload: Vec<u8>,
    /// Attachments that the payload refers to.
    pub blobs: Vec<BlobHash>,
    pub cover: Option<Cover>,
}

impl Content {
    fn entry(entry: &Entry) -> Self {
        Self { document: None, encoding: Encoding::ENTRY, payload: entry.to_bytes(), blobs: vec![], cover: None }
    }
}

/// The growing end of this device's own chain in one space.
pub(super) struct ChainEnd {
    counter: u64,
    previous: Option<EnvelopeId>,
}

impl Engine {
    /// Seals the changes of a space that no envelope holds yet, small documents first.
    pub fn seal(&mut self, space: &SpaceId) -> Result<(), EngineError> {
        let row = self.space(space)?;
        loop {
            let mut documents = self.store.documents_to_seal(row.key)?;
            if documents.is_empty() {
                return Ok(());
            }
            documents.truncate(SEAL_ENVELOPES_MAX);
            let mut end = self.chain_end(&row)?;
            let unsealed = documents.iter().map(|(key, _)| self.store.unsealed(*key));
            let packed = spread_in_order(unsealed.collect::<Result<_, _>>()?, packed);
            let mut sealed = Vec::new();
            for ((key, document), packed) in documents.into_iter().zip(packed) {
                let is_whole = !self.store.has_outside(key)?;
                let blobs = self.store.unsealed_attachments(key, BLOBS_MAX)?;
                for Packed { batch, encoding, payload } in packed {
                    let blobs = blobs.clone();
                    let content = Content { document: Some(document), encoding, payload, blobs, cover: None };
                    let (envelope, blob) = self.signed(&row.space, row.cursor, &mut end, content);
                    let through = batch.last().map_or(0, |change| change.id);
                    // What builds on something that an admin has yet to admit waits with it.
                    let is_applied = is_whole || self.holds_all(key, &batch)?;
                    let applied = if is_applied { Applied::Tail } else { Applied::Waiting };
                    sealed.push((key, envelope, blob, through, applied));
                }
            }
            self.store.write(|tx| {
                for (key, envelope, blob, through, applied) in &sealed {
                    tx.add_envelope(row.key, envelope, Some(*key), *applied)?;
                    if let Some(bytes) = blob {
                        tx.add_blob(row.key, &envelope.header().payload_hash, bytes)?;
                    }
                    tx.seal_attachments(*key, &envelope.header().blobs)?;
                    tx.remove_changes(*key, *through)?;
                }
                Ok(())
            })?;
            // An older copy of this database may have sent the very same payload, and its row come back before it.
            for (_, envelope, ..) in sealed.iter().filter(|(_, _, blob, ..)| blob.is_some()) {
                self.settle_awaiting(&row, &envelope.header().payload_hash)?;
            }
        }
    }

    fn holds_all(&mut self, key: DocumentKey, batch: &[ChangeRow]) -> Result<bool, EngineError> {
        let document = self.opened(key)?;
        let facts = batch.iter().filter_map(|change| guard::change(&change.bytes, &Limits::V1).ok());
        Ok(facts.into_iter().all(|facts| document.get_change_meta_by_hash(&facts.hash).is_some()))
    }

    /// Puts a membership entry at the end of this device's own chain.
    pub(super) fn say(&mut self, space: &SpaceId, entry: &Entry) -> Result<EnvelopeId, EngineError> {
        let row = self.space(space)?;
        self.seal_one(&row, Content::entry(entry), Applied::Aside)
    }

    /// Puts a space that is not here yet on the disk, together with the first entry of this device's chain in it.
    pub(super) fn say_first(&mut self, space: &SpaceId, home: Option<&Home>, entry: &Entry) -> Result<(), EngineError> {
        let mut end = ChainEnd { counter: 0, previous: None };
        let (envelope, _) = self.signed(space, Cursor::START, &mut end, Content::entry(entry));
        self.store.write(|tx| {
            let url = home.map_or("", |home| home.url.as_str());
            let key = tx.add_space(space, home.map(|home| &home.server), url)?;
            tx.add_envelope(key, &envelope, None, Applied::Aside)
        })?;
        Ok(())
    }

    pub(super) fn seal_one(
        &mut self,
        row: &SpaceRow,
        content: Content,
        applied: Applied,
    ) -> Result<EnvelopeId, EngineError> {
        let mut end = self.chain_end(row)?;
        let (envelope, blob) = self.signed(&row.space, row.cursor, &mut end, content);
        self.store.write(|tx| {
            let document = envelope.header().document;
            let document = document.map(|document| tx.ensure_document(row.key, &document)).transpose()?;
            if let Some(bytes) = &blob {
                tx.add_blob(row.key, &envelope.header().payload_hash, bytes)?;
            }
            tx.add_envelope(row.key, &envelope, document, applied)
        })?;
        Ok(envelope.id())
    }

    pub(super) fn chain_end(&self, row: &SpaceRow) -> Result<ChainEnd, EngineError> {
        let chain = crate::envelope::Chain { device: self.device(), incarnation: self.incarnation };
        Ok(match self.store.chain_end(row.key, &chain)? {
            Some((counter, id)) => ChainEnd { counter, previous: Some(id) },
            None => ChainEnd { counter: 0, previous: None },
        })
    }

    /// Signs the next envelope of the chain; a large payload comes apart from it.
    pub(super) fn signed(
        &self,
        space: &SpaceId,
        seen: Cursor,
        end: &mut ChainEnd,
        content: Content,
    ) -> (Envelope, Option<Vec<u8>>) {
        end.counter += 1;
        let header = Header {
            version: HEADER_VERSION,
            space: *space,
            document: content.document,
            device: self.device(),
            incarnation: self.incarnation,
            counter: end.counter,
            previous: end.previous,
            seen,
            encoding: content.encoding,
            key_epoch: 0,
            payload_bytes: content.payload.len() as u64,
            payload_hash: BlobHash::of(&content.payload),
            blobs: content.blobs,
            cover: content.cover,
        };
        let signed = SignedHeader::sign(header, &self.key);
        end.previous = Some(signed.id());
        if content.payload.len() > INLINE_BYTES_MAX {
            (Envelope { signed, payload: Payload::Blob }, Some(content.payload))
        } else {
            (Envelope { signed, payload: Payload::Inline(content.payload) }, None)
        }
    }
}

/// Changes that fit into one envelope, and its payload.
struct Packed {
    batch: Vec<ChangeRow>,
    encoding: Encoding,
    payload: Vec<u8>,
}

/// The payloads of one document's changes.
fn packed(changes: Vec<ChangeRow>) -> Vec<Packed> {
    let pack = |batch: Vec<ChangeRow>| {
        let changes: Vec<&[u8]> = batch.iter().map(|change| change.bytes.as_slice()).collect();
        let (encoding, payload) = compressed(payload::pack(&changes));
        Packed { batch, encoding, payload }
    };
    batches(changes).into_iter().map(pack).collect()
}

/// Packed changes under their own encoding, or compressed where that is worth it.
fn compressed(packed: Vec<u8>) -> (Encoding, Vec<u8>) {
    if packed.len() < COMPRESS_BYTES_MIN {
        return (Encoding::SPLICES, packed);
    }
    match zstd::bulk::compress(&packed, COMPRESSION_LEVEL) {
        Ok(smaller) if smaller.len() < packed.len() => (Encoding::SPLICES_ZSTD, smaller),
        _ => (Encoding::SPLICES, packed),
    }
}

/// Changes that fit into one envelope each, by the limits of the format.
fn batches(changes: Vec<ChangeRow>) -> Vec<Vec<ChangeRow>> {
    let mut batches: Vec<Vec<ChangeRow>> = Vec::new();
    let (mut bytes, mut operations) = (0, 0);
    for change in changes {
        let facts = guard::change(&change.bytes, &Limits::V1);
        let own_operations = facts.map_or(0, |facts| facts.ops);
        bytes += change.bytes.len();
        operations += own_operations;
        let fits = |batch: &Vec<ChangeRow>| {
            bytes <= SEAL_BYTES_MAX && operations <= Limits::V1.payload_ops && batch.len() < Limits::V1.payload_changes
        };
        match batches.last_mut() {
            Some(batch) if fits(batch) => batch.push(change),
            _ => {
                (bytes, operations) = (change.bytes.len(), own_operations);
                batches.push(vec![change]);
            }
        }
    }
    batches
}
