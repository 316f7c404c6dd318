//! Batches of envelopes on the wire. A frame leaves out of each header what the frame implies (space, chain,
//! predecessor, payload hash), compresses the rest as a whole, and the reader rebuilds the signed bytes.

use std::collections::HashMap;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::envelope::{
    Chain, Cover, Encoding, Envelope, EnvelopeError, HEADER_VERSION, Header, INLINE_BYTES_MAX, Payload, SignedHeader,
};
use crate::ids::{BlobHash, Cursor, DeviceId, DocumentId, EnvelopeId, Incarnation, SpaceId};
use crate::keys::Signature;

/// 1 MiB of payload and headers, so that a phone on a poor line finishes one push before it times out.
pub const PUSH_BYTES_MAX: usize = 1 << 20;

/// 128 KiB of payload and headers: a thousand followers' pages fit in a small server's memory.
pub const PAGE_BYTES_MAX: usize = 128 << 10;

/// 4 MiB: what the largest push inflates to, with room for headers. Anything that claims more is refused.
pub const FRAME_INFLATED_BYTES_MAX: usize = 4 << 20;

/// 4,096 rows of a page or envelopes of a push, so that the reply stays small.
pub const FRAME_ROWS_MAX: usize = 4096;

/// zstd's default level: higher ones cost a phone's battery for a few percent.
const COMPRESSION_LEVEL: i32 = 3;

/// Why bytes are not a frame.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FrameError {
    #[error("the frame does not inflate within {FRAME_INFLATED_BYTES_MAX} bytes")]
    Inflate,
    #[error("the frame cannot be read: {0}")]
    Form(String),
    #[error("the frame of {0} rows is above the limit")]
    TooManyRows(usize),
    #[error("row {row} refers to something that the frame does not hold")]
    Reference { row: usize },
    #[error("row {row}: {error}")]
    Envelope { row: usize, error: EnvelopeError },
}

/// One row of a page.
#[expect(clippy::large_enum_variant, reason = "almost every row is an envelope")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageRow {
    /// An envelope, and the server's time of its row in Unix milliseconds.
    Envelope { envelope: Envelope, server_ms: u64 },
    /// An envelope that the reader said it holds.
    Known { id: EnvelopeId, server_ms: u64 },
}

#[derive(Encode, Decode)]
enum ChainRef {
    #[n(0)]
    New {
        #[n(0)]
        device: DeviceId,
        #[n(1)]
        incarnation: Incarnation,
        #[n(2)]
        counter: u64,
        #[n(3)]
        previous: Option<EnvelopeId>,
    },
    /// The successor of the last envelope of the frame's n-th chain.
    #[n(1)]
    Next {
        #[n(0)]
        chain: u32,
    },
}

#[derive(Encode, Decode)]
enum DocumentRef {
    #[n(0)]
    New(#[n(0)] DocumentId),
    #[n(1)]
    Index(#[n(0)] u32),
}

#[derive(Encode, Decode)]
enum PayloadRef {
    #[n(0)]
    Inline(#[n(0)] ByteVec),
    #[n(1)]
    Blob(#[n(0)] u64, #[n(1)] BlobHash),
    #[n(2)]
    Dropped(#[n(0)] u64, #[n(1)] BlobHash),
}

#[derive(Encode, Decode)]
struct Compact {
    #[n(0)]
    signature: Signature,
    #[n(1)]
    payload: PayloadRef,
    /// The header as it was signed, where it cannot be rebuilt: then all that follows is none.
    #[n(2)]
    verbatim: Option<ByteVec>,
    #[n(3)]
    chain: Option<ChainRef>,
    #[n(4)]
    document: Option<DocumentRef>,
    #[n(5)]
    encoding: Option<Encoding>,
    /// None where it is the same as the one before in the frame.
    #[n(6)]
    seen: Option<Cursor>,
    #[n(7)]
    key_epoch: Option<u32>,
    #[n(8)]
    blobs: Option<Vec<BlobHash>>,
    #[n(9)]
    cover: Option<Cover>,
}

#[expect(clippy::large_enum_variant, reason = "almost every row is an envelope")]
#[derive(Encode, Decode)]
enum CompactRow {
    #[n(0)]
    Envelope {
        #[n(0)]
        envelope: Compact,
        /// Milliseconds since the row before; the first row's since the Unix epoch.
        #[n(1)]
        delta_ms: u64,
    },
    #[n(1)]
    Known {
        #[n(0)]
        id: EnvelopeId,
        #[n(1)]
        delta_ms: u64,
    },
}

/// What the rows before the current one have said. Writer and reader keep the same.
#[derive(Default)]
struct Context {
    chains: Vec<(Chain, u64, EnvelopeId)>,
    chain_index: HashMap<Chain, u32>,
    documents: Vec<DocumentId>,
    document_index: HashMap<DocumentId, u32>,
    seen: Option<Cursor>,
}

impl Context {
    fn note(&mut self, header: &Header, id: EnvelopeId) {
        let chain = header.chain();
        match self.chain_index.get(&chain) {
            Some(&index) => self.chains[index as usize] = (chain, header.counter, id),
            None => {
                self.chain_index.insert(chain, self.chains.len() as u32);
                self.chains.push((chain, header.counter, id));
            }
        }
        if let Some(document) = header.document
            && !self.document_index.contains_key(&document)
        {
            self.document_index.insert(document, self.documents.len() as u32);
            self.documents.push(document);
        }
        self.seen = Some(header.seen);
    }

    fn compact(&mut self, space: &SpaceId, envelope: &Envelope) -> Compact {
        let header = envelope.header();
        let payload = match &envelope.payload {
            Payload::Inline(bytes) => PayloadRef::Inline(bytes.clone().into()),
            Payload::Blob => PayloadRef::Blob(header.payload_bytes, header.payload_hash),
            Payload::Dropped => PayloadRef::Dropped(header.payload_bytes, header.payload_hash),
        };
        let signature = *envelope.signed.signature();
        let is_rebuildable =
            header.version == HEADER_VERSION && header.space == *space && header.to_bytes() == envelope.signed.bytes();
        let compact = if is_rebuildable {
            Compact {
                signature,
                payload,
                verbatim: None,
                chain: Some(self.chain_ref(header)),
                document: header.document.map(|id| match self.document_index.get(&id) {
                    Some(&index) => DocumentRef::Index(index),
                    None => DocumentRef::New(id),
                }),
                encoding: Some(header.encoding),
                seen: (self.seen != Some(header.seen)).then_some(header.seen),
                key_epoch: (header.key_epoch != 0).then_some(header.key_epoch),
                blobs: (!header.blobs.is_empty()).then(|| header.blobs.clone()),
                cover: header.cover.clone(),
            }
        } else {
            let verbatim = Some(envelope.signed.bytes().to_vec().into());
            let (chain, document, encoding, seen, key_epoch) = (None, None, None, None, None);
            Compact {
                signature,
                payload,
                verbatim,
                chain,
                document,
                encoding,
                seen,
                key_epoch,
                blobs: None,
                cover: None,
            }
        };
        self.note(header, envelope.id());
        compact
    }

    fn chain_ref(&self, header: &Header) -> ChainRef {
        if let Some(&index) = self.chain_index.get(&header.chain()) {
            let (_, counter, id) = self.chains[index as usize];
            if header.counter == counter + 1 && header.previous == Some(id) {
                return ChainRef::Next { chain: index };
            }
        }
        ChainRef::New {
            device: header.device,
            incarnation: header.incarnation,
            counter: header.counter,
            previous: header.previous,
        }
    }

    fn rebuild(&mut self, space: &SpaceId, row: usize, compact: Compact) -> Result<Envelope, FrameError> {
        let (payload, payload_bytes, payload_hash) = match compact.payload {
            PayloadRef::Inline(bytes) => {
                let bytes: Vec<u8> = bytes.into();
                if bytes.len() > INLINE_BYTES_MAX {
                    let error = EnvelopeError::PayloadTooLong(bytes.len() as u64);
                    return Err(FrameError::Envelope { row, error });
                }
                let (len, hash) = (bytes.len() as u64, BlobHash::of(&bytes));
                (Payload::Inline(bytes), len, hash)
            }
            PayloadRef::Blob(len, hash) => (Payload::Blob, len, hash),
            PayloadRef::Dropped(len, hash) => (Payload::Dropped, len, hash),
        };
        let bytes = match compact.verbatim {
            Some(bytes) => bytes.into(),
            None => {
                let missing = FrameError::Reference { row };
                let (chain, counter, previous) = match compact.chain {
                    Some(ChainRef::New { device, incarnation, counter, previous }) => {
                        (Chain { device, incarnation }, counter, previous)
                    }
                    Some(ChainRef::Next { chain }) => match self.chains.get(chain as usize) {
                        Some((chain, counter, id)) => (*chain, counter.saturating_add(1), Some(*id)),
                        None => return Err(missing),
                    },
                    None => return Err(missing),
                };
                let document = match compact.document {
                    Some(DocumentRef::New(id)) => Some(id),
                    Some(DocumentRef::Index(index)) => match self.documents.get(index as usize) {
                        Some(id) => Some(*id),
                        None => return Err(missing),
                    },
                    None => None,
                };
                let (Some(encoding), Some(seen)) = (compact.encoding, compact.seen.or(self.seen)) else {
                    return Err(missing);
                };
                let header = Header {
                    version: HEADER_VERSION,
                    space: *space,
                    document,
                    device: chain.device,
                    incarnation: chain.incarnation,
                    counter,
                    previous,
                    seen,
                    encoding,
                    key_epoch: compact.key_epoch.unwrap_or(0),
                    payload_bytes,
                    payload_hash,
                    blobs: compact.blobs.unwrap_or_default(),
                    cover: compact.cover,
                };
                header.to_bytes()
            }
        };
        let signed =
            SignedHeader::read(bytes, compact.signature).map_err(|error| FrameError::Envelope { row, error })?;
        let envelope = Envelope { signed, payload };
        let header = envelope.header();
        if header.space != *space || header.payload_hash != payload_hash || header.payload_bytes != payload_bytes {
            return Err(FrameError::Envelope { row, error: EnvelopeError::Payload });
        }
        self.note(envelope.header(), envelope.id());
        Ok(envelope)
    }
}

/// Writes the envelopes of one space as one push. Signatures are not checked here.
pub fn write_push(space: &SpaceId, envelopes: &[Envelope]) -> Vec<u8> {
    let mut context = Context::default();
    let rows: Vec<Compact> = envelopes.iter().map(|envelope| context.compact(space, envelope)).collect();
    deflate(&rows)
}

/// Reads what `write_push` wrote. The envelopes' form is checked, their signatures not yet.
pub fn read_push(space: &SpaceId, bytes: &[u8]) -> Result<Vec<Envelope>, FrameError> {
    let rows: Vec<Compact> = inflate(bytes)?;
    let mut context = Context::default();
    rows.into_iter().enumerate().map(|(row, compact)| context.rebuild(space, row, compact)).collect()
}

/// Writes consecutive rows of one space's log.
pub fn write_page(space: &SpaceId, rows: &[PageRow]) -> Vec<u8> {
    let mut context = Context::default();
    let mut before_ms = 0;
    let mut delta = |server_ms: u64| {
        let delta = server_ms.saturating_sub(before_ms);
        before_ms = server_ms;
        delta
    };
    let rows: Vec<CompactRow> = rows
        .iter()
        .map(|row| match row {
            PageRow::Envelope { envelope, server_ms } => {
                CompactRow::Envelope { envelope: context.compact(space, envelope), delta_ms: delta(*server_ms) }
            }
            PageRow::Known { id, server_ms } => CompactRow::Known { id: *id, delta_ms: delta(*server_ms) },
        })
        .collect();
    deflate(&rows)
}

/// Reads what `write_page` wrote. The envelopes' form is checked, their signatures not yet.
pub fn read_page(space: &SpaceId, bytes: &[u8]) -> Result<Vec<PageRow>, FrameError> {
    let rows: Vec<CompactRow> = inflate(bytes)?;
    let mut context = Context::default();
    let mut server_ms = 0_u64;
    let mut page = Vec::with_capacity(rows.len());
    for (at, row) in rows.into_iter().enumerate() {
        page.push(match row {
            CompactRow::Envelope { envelope, delta_ms } => {
                server_ms = server_ms.saturating_add(delta_ms);
                PageRow::Envelope { envelope: context.rebuild(space, at, envelope)?, server_ms }
            }
            CompactRow::Known { id, delta_ms } => {
                server_ms = server_ms.saturating_add(delta_ms);
                PageRow::Known { id, server_ms }
            }
        });
    }
    Ok(page)
}

fn deflate<T: Encode<()>>(rows: &Vec<T>) -> Vec<u8> {
    let plain = minicbor::to_vec(rows).unwrap_or_default();
    zstd::bulk::compress(&plain, COMPRESSION_LEVEL).unwrap_or_default()
}

fn inflate<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<Vec<T>, FrameError> {
    let plain = zstd::bulk::decompress(bytes, FRAME_INFLATED_BYTES_MAX).map_err(|_| FrameError::Inflate)?;
    let form = |error: minicbor::decode::Error| FrameError::Form(error.to_string());
    let mut decoder = minicbor::Decoder::new(&plain);
    // The count is read before the rows, so that a large claim costs nothing.
    let count = decoder.probe().array().map_err(form)?;
    match count {
        Some(count) if count as usize <= FRAME_ROWS_MAX => decoder.decode().map_err(form),
        Some(count) => Err(FrameError::TooManyRows(count as usize)),
        None => Err(FrameError::Form("rows without a count".into())),
    }
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
