//! Batches of envelopes on the wire. A frame leaves out of each header what the frame implies (space, chain,
//! predecessor, payload hash), compresses the rest as a whole, and the reader rebuilds the signed bytes.
//!
//! ```text
//! frame    = version (2) · length of the random (4 bytes, big-endian) · random · compressed
//! random   = what no compression makes smaller: each row's signature, and its document's id where it is new
//! compressed = zstd of: the rows in CBOR · the payloads, one after the other
//! ```
//!
//! Version 1, which is still read, is zstd of the rows alone, with everything in them.

use std::collections::HashMap;

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::envelope::{
    Chain, Cover, Encoding, Envelope, EnvelopeError, HEADER_VERSION, Header, INLINE_BYTES_MAX, Payload, SignedHeader,
};
use crate::ids::{BlobHash, Cursor, DeviceId, DocumentId, EnvelopeId, Incarnation, SpaceId};
use crate::inflate::inflate;
use crate::keys::Signature;

/// 1 MiB of payload and headers, so that a phone on a poor line finishes one push before it times out.
pub const PUSH_BYTES_MAX: usize = 1 << 20;

/// 128 KiB of payload and headers: a thousand followers' pages fit in a small server's memory.
pub const PAGE_BYTES_MAX: usize = 128 << 10;

/// 4 MiB: what the largest push inflates to, with room for headers. Anything that claims more is refused.
pub const FRAME_INFLATED_BYTES_MAX: usize = 4 << 20;

/// 4,096 rows of a page or envelopes of a push, so that the reply stays small.
pub const FRAME_ROWS_MAX: usize = 4096;

/// The first byte of a frame. A frame of version 1 begins with zstd's own mark.
const VERSION: u8 = 2;

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
    /// So many envelopes that the reader said it holds, each the successor of the one before in its chain, with
    /// places one after the other at the same time: the last one's id names them all.
    Known { id: EnvelopeId, server_ms: u64, rows: u32 },
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
    /// A new one, whose id stands among the random.
    #[n(2)]
    Apart,
}

#[derive(Encode, Decode)]
enum PayloadRef {
    #[n(0)]
    Inline(#[n(0)] ByteVec),
    #[n(1)]
    Blob(#[n(0)] u64, #[n(1)] BlobHash),
    #[n(2)]
    Dropped(#[n(0)] u64, #[n(1)] BlobHash),
    /// Inline, and so many bytes behind the rows.
    #[n(3)]
    Behind(#[n(0)] u64),
}

#[derive(Encode, Decode)]
struct Compact {
    /// None where it stands among the random.
    #[n(0)]
    signature: Option<Signature>,
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
        /// None for one.
        #[n(2)]
        rows: Option<u32>,
    },
}

/// What a frame holds beside its rows, as far as they have not taken it yet.
struct Apart<'a> {
    random: &'a [u8],
    payloads: &'a [u8],
}

impl<'a> Apart<'a> {
    fn random<const N: usize>(&mut self, row: usize) -> Result<[u8; N], FrameError> {
        let (taken, rest) = self.random.split_first_chunk().ok_or(FrameError::Reference { row })?;
        self.random = rest;
        Ok(*taken)
    }

    fn payload(&mut self, bytes: u64, row: usize) -> Result<&'a [u8], FrameError> {
        let bytes = usize::try_from(bytes).map_err(|_| FrameError::Reference { row })?;
        let (taken, rest) = self.payloads.split_at_checked(bytes).ok_or(FrameError::Reference { row })?;
        self.payloads = rest;
        Ok(taken)
    }

    /// A frame holds nothing that no row takes.
    fn end(&self) -> Result<(), FrameError> {
        let is_all_taken = self.random.is_empty() && self.payloads.is_empty();
        if is_all_taken { Ok(()) } else { Err(FrameError::Form("bytes that belong to no row".into())) }
    }
}

/// What the rows before the current one have said. Writer and reader keep the same.
#[derive(Default)]
struct Context {
    chains: Vec<(Chain, u64, EnvelopeId)>,
    chain_index: HashMap<Chain, u32>,
    documents: Vec<DocumentId>,
    document_index: HashMap<DocumentId, u32>,
    seen: Option<Cursor>,
    /// What the writer has put apart so far.
    random: Vec<u8>,
    payloads: Vec<u8>,
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
            Payload::Inline(bytes) => {
                self.payloads.extend_from_slice(bytes);
                PayloadRef::Behind(bytes.len() as u64)
            }
            Payload::Blob => PayloadRef::Blob(header.payload_bytes, header.payload_hash),
            Payload::Dropped => PayloadRef::Dropped(header.payload_bytes, header.payload_hash),
        };
        self.random.extend_from_slice(&envelope.signed.signature().0);
        let is_rebuildable =
            header.version == HEADER_VERSION && header.space == *space && header.to_bytes() == envelope.signed.bytes();
        let compact = if is_rebuildable {
            Compact {
                signature: None,
                payload,
                verbatim: None,
                chain: Some(self.chain_ref(header)),
                document: header.document.map(|id| match self.document_index.get(&id) {
                    Some(&index) => DocumentRef::Index(index),
                    None => {
                        self.random.extend_from_slice(&id.0);
                        DocumentRef::Apart
                    }
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
                signature: None,
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
            if counter.checked_add(1) == Some(header.counter) && header.previous == Some(id) {
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

    fn rebuild(
        &mut self,
        space: &SpaceId,
        row: usize,
        compact: Compact,
        apart: &mut Apart<'_>,
    ) -> Result<Envelope, FrameError> {
        let signature = match compact.signature {
            Some(signature) => signature,
            None => Signature(apart.random(row)?),
        };
        let inline = |bytes: Vec<u8>| {
            if bytes.len() > INLINE_BYTES_MAX {
                let error = EnvelopeError::PayloadTooLong(bytes.len() as u64);
                return Err(FrameError::Envelope { row, error });
            }
            let (len, hash) = (bytes.len() as u64, BlobHash::of(&bytes));
            Ok((Payload::Inline(bytes), len, hash))
        };
        let (payload, payload_bytes, payload_hash) = match compact.payload {
            PayloadRef::Inline(bytes) => inline(bytes.into())?,
            PayloadRef::Behind(bytes) => inline(apart.payload(bytes, row)?.to_vec())?,
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
                    Some(DocumentRef::Apart) => Some(DocumentId(apart.random(row)?)),
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
        let signed = SignedHeader::read(bytes, signature).map_err(|error| FrameError::Envelope { row, error })?;
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
    deflate(&rows, context)
}

/// Reads what `write_push` wrote. The envelopes' form is checked, their signatures not yet.
pub fn read_push(space: &SpaceId, bytes: &[u8]) -> Result<Vec<Envelope>, FrameError> {
    let mut context = Context::default();
    let each = |row: usize, compact: Compact, apart: &mut Apart<'_>| context.rebuild(space, row, compact, apart);
    read_rows(bytes, each)
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
            PageRow::Known { id, server_ms, rows } => {
                CompactRow::Known { id: *id, delta_ms: delta(*server_ms), rows: (*rows != 1).then_some(*rows) }
            }
        })
        .collect();
    deflate(&rows, context)
}

/// Reads what `write_page` wrote. The envelopes' form is checked, their signatures not yet.
pub fn read_page(space: &SpaceId, bytes: &[u8]) -> Result<Vec<PageRow>, FrameError> {
    let mut context = Context::default();
    let (mut server_ms, mut count) = (0_u64, 0_usize);
    read_rows(bytes, |at, row, apart| {
        let (row, rows) = match row {
            CompactRow::Envelope { envelope, delta_ms } => {
                server_ms = server_ms.saturating_add(delta_ms);
                (PageRow::Envelope { envelope: context.rebuild(space, at, envelope, apart)?, server_ms }, 1)
            }
            CompactRow::Known { id, delta_ms, rows } => {
                server_ms = server_ms.saturating_add(delta_ms);
                let rows = rows.unwrap_or(1);
                (PageRow::Known { id, server_ms, rows }, rows)
            }
        };
        count = count.saturating_add(rows as usize);
        if rows == 0 || count > FRAME_ROWS_MAX { Err(FrameError::TooManyRows(count)) } else { Ok(row) }
    })
}

fn deflate<T: Encode<()>>(rows: &Vec<T>, context: Context) -> Vec<u8> {
    let mut plain = minicbor::to_vec(rows).unwrap_or_default();
    plain.extend(context.payloads);
    let mut frame = vec![VERSION];
    frame.extend((context.random.len() as u32).to_be_bytes());
    frame.extend(context.random);
    frame.extend(zstd::bulk::compress(&plain, COMPRESSION_LEVEL).unwrap_or_default());
    frame
}

fn read_rows<T: for<'b> Decode<'b, ()>, R>(
    bytes: &[u8],
    mut each: impl FnMut(usize, T, &mut Apart<'_>) -> Result<R, FrameError>,
) -> Result<Vec<R>, FrameError> {
    let ended = || FrameError::Form("the frame ends too early".into());
    let (random, compressed) = match bytes.strip_prefix(&[VERSION]) {
        Some(rest) => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(ended)?;
            rest.split_at_checked(u32::from_be_bytes(*length) as usize).ok_or_else(ended)?
        }
        None => (&[][..], bytes),
    };
    let plain = inflate(compressed, FRAME_INFLATED_BYTES_MAX).map_err(|_| FrameError::Inflate)?;
    let form = |error: minicbor::decode::Error| FrameError::Form(error.to_string());
    let mut decoder = minicbor::Decoder::new(&plain);
    // The count is read before the rows, so that a large claim costs nothing.
    let count = decoder.probe().array().map_err(form)?;
    let rows: Vec<T> = match count {
        Some(count) if count as usize <= FRAME_ROWS_MAX => decoder.decode().map_err(form)?,
        Some(count) => return Err(FrameError::TooManyRows(count as usize)),
        None => return Err(FrameError::Form("rows without a count".into())),
    };
    let mut apart = Apart { random, payloads: plain.get(decoder.position()..).unwrap_or_default() };
    let rows = rows.into_iter().enumerate().map(|(at, row)| each(at, row, &mut apart));
    let rows = rows.collect::<Result<_, _>>()?;
    apart.end()?;
    Ok(rows)
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
