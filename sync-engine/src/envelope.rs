//! The unit that travels: a signed header and a payload. Knows nothing of what the payload means.

use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::ids::{BlobHash, Cursor, DeviceId, DocumentId, EnvelopeId, Incarnation, SpaceId};
use crate::keys::{Purpose, SecretKey, Signature, is_signed_by};

/// The newest header version that this code writes and reads.
pub const HEADER_VERSION: u8 = 1;

/// 64 KiB of payload travel inside a batch; anything larger is uploaded by its hash first, so that a large
/// paste never blocks small texts on a four-minute line.
pub const INLINE_BYTES_MAX: usize = 64 << 10;

/// 64 MiB: a snapshot of a very large document, and still within a phone's memory.
pub const PAYLOAD_BYTES_MAX: u64 = 64 << 20;

/// 256 KiB of header: a snapshot that names the tips of some thousand chains.
pub const HEADER_BYTES_MAX: usize = 256 << 10;

/// 256 attachments of one envelope; a note that has more of them names them in several.
pub const BLOBS_MAX: usize = 256;

/// 4,096 chains covered by one snapshot, far above the devices of a conference.
pub const COVERED_TIPS_MAX: usize = 4096;

/// What the payload holds. Unknown values are stored and relayed, and read again after an upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Encoding(#[n(0)] pub u8);

impl Encoding {
    /// One membership entry in CBOR.
    pub const ENTRY: Self = Self(0);
    /// Automerge changes, packed in version 1. Read, and not written any more.
    pub const CHANGES: Self = Self(1);
    /// The same, zstd-compressed.
    pub const CHANGES_ZSTD: Self = Self(2);
    /// A whole document as Automerge's `save` writes it.
    pub const SNAPSHOT: Self = Self(3);
    /// Automerge changes, packed in version 2.
    pub const SPLICES: Self = Self(4);
    /// The same, zstd-compressed.
    pub const SPLICES_ZSTD: Self = Self(5);
}

/// What a snapshot stands for: the last envelope that it holds of each chain branch of its document, and the
/// SHA-256 of the document's sorted heads.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Cover {
    #[n(0)]
    pub tips: Vec<EnvelopeId>,
    #[n(1)]
    pub heads: BlobHash,
}

/// What a device signs. Later versions only add fields at the end, so an older reader can still follow chains.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Header {
    #[n(0)]
    pub version: u8,
    #[n(1)]
    pub space: SpaceId,
    /// None for a membership entry.
    #[n(2)]
    pub document: Option<DocumentId>,
    #[n(3)]
    pub device: DeviceId,
    #[n(4)]
    pub incarnation: Incarnation,
    /// 1, 2, 3… in the chain of this space, device and incarnation.
    #[n(5)]
    pub counter: u64,
    /// The envelope before this one in its chain; none for the first.
    #[n(6)]
    pub previous: Option<EnvelopeId>,
    /// How far the author had read the space's log. It grants nothing.
    #[n(7)]
    pub seen: Cursor,
    #[n(8)]
    pub encoding: Encoding,
    /// 0 while the space is not encrypted.
    #[n(9)]
    pub key_epoch: u32,
    #[n(10)]
    pub payload_bytes: u64,
    #[n(11)]
    pub payload_hash: BlobHash,
    /// The attachments that the payload refers to.
    #[n(12)]
    pub blobs: Vec<BlobHash>,
    /// Present on snapshots that stand for older envelopes.
    #[n(13)]
    pub cover: Option<Cover>,
}

impl Header {
    /// The bytes that are hashed and signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// The chain that this envelope belongs to.
    pub fn chain(&self) -> Chain {
        Chain { device: self.device, incarnation: self.incarnation }
    }
}

/// One device's envelopes in one space, from one life of its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Chain {
    #[n(0)]
    pub device: DeviceId,
    #[n(1)]
    pub incarnation: Incarnation,
}

/// Why bytes are not an envelope.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EnvelopeError {
    #[error("the header of {0} bytes is above the limit")]
    HeaderTooLong(usize),
    #[error("the header cannot be read: {0}")]
    Header(String),
    #[error("counter {counter} does not fit its predecessor")]
    Counter { counter: u64 },
    #[error("the payload of {0} bytes is above the limit")]
    PayloadTooLong(u64),
    #[error("the payload is not the one that the header names")]
    Payload,
    #[error("{0} attachments or covered tips are above the limit")]
    TooManyReferences(usize),
    #[error("the signature of envelope {0} is not its author's")]
    Signature(EnvelopeId),
}

/// A header as it was signed, with what it says and who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeader {
    bytes: Vec<u8>,
    header: Header,
    id: EnvelopeId,
    signature: Signature,
}

impl SignedHeader {
    /// Signs a header.
    pub fn sign(header: Header, key: &SecretKey) -> Self {
        let bytes = header.to_bytes();
        let id = EnvelopeId(Sha256::digest(&bytes).into());
        let signature = key.sign(Purpose::Envelope, &id.0);
        Self { bytes, header, id, signature }
    }

    /// Reads a header and checks its form, not yet its signature.
    pub fn read(bytes: Vec<u8>, signature: Signature) -> Result<Self, EnvelopeError> {
        if bytes.len() > HEADER_BYTES_MAX {
            return Err(EnvelopeError::HeaderTooLong(bytes.len()));
        }
        let header: Header = minicbor::decode(&bytes).map_err(|e| EnvelopeError::Header(e.to_string()))?;
        if header.counter == 0 || (header.counter == 1) != header.previous.is_none() {
            return Err(EnvelopeError::Counter { counter: header.counter });
        }
        if header.payload_bytes > PAYLOAD_BYTES_MAX {
            return Err(EnvelopeError::PayloadTooLong(header.payload_bytes));
        }
        let tips = header.cover.as_ref().map_or(0, |cover| cover.tips.len());
        if header.blobs.len() > BLOBS_MAX || tips > COVERED_TIPS_MAX {
            return Err(EnvelopeError::TooManyReferences(header.blobs.len() + tips));
        }
        let id = EnvelopeId(Sha256::digest(&bytes).into());
        Ok(Self { bytes, header, id, signature })
    }

    /// Checks that the header's device signed it.
    pub fn verify(&self) -> Result<(), EnvelopeError> {
        if is_signed_by(&self.header.device.0, Purpose::Envelope, &self.id.0, &self.signature) {
            Ok(())
        } else {
            Err(EnvelopeError::Signature(self.id))
        }
    }

    /// Whether `payload` is the one that was signed.
    pub fn check_payload(&self, payload: &[u8]) -> Result<(), EnvelopeError> {
        let fits =
            payload.len() as u64 == self.header.payload_bytes && BlobHash::of(payload) == self.header.payload_hash;
        if fits { Ok(()) } else { Err(EnvelopeError::Payload) }
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The signed bytes, to be kept and relayed verbatim.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn id(&self) -> EnvelopeId {
        self.id
    }

    pub fn signature(&self) -> &Signature {
        &self.signature
    }
}

/// Where an envelope's payload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Here.
    Inline(Vec<u8>),
    /// With the space's blobs, under the hash that the header names.
    Blob,
    /// Nowhere: a snapshot stands for it.
    Dropped,
}

/// A signed header and its payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub signed: SignedHeader,
    pub payload: Payload,
}

impl Envelope {
    pub fn id(&self) -> EnvelopeId {
        self.signed.id
    }

    pub fn header(&self) -> &Header {
        &self.signed.header
    }

    /// Checks the signature and, where the payload is here, that it is the signed one.
    pub fn verify(&self) -> Result<(), EnvelopeError> {
        self.signed.verify()?;
        match &self.payload {
            Payload::Inline(bytes) => self.signed.check_payload(bytes),
            Payload::Blob | Payload::Dropped => Ok(()),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ids::Position;

    pub(crate) fn header(key: &SecretKey, counter: u64, previous: Option<EnvelopeId>, payload: &[u8]) -> Header {
        Header {
            version: HEADER_VERSION,
            space: SpaceId([9; 32]),
            document: Some(DocumentId([3; 16])),
            device: key.device(),
            incarnation: Incarnation([4; 8]),
            counter,
            previous,
            seen: Cursor { position: Position(2), digest: crate::ids::LogDigest([5; 16]) },
            encoding: Encoding::CHANGES,
            key_epoch: 0,
            payload_bytes: payload.len() as u64,
            payload_hash: BlobHash::of(payload),
            blobs: vec![],
            cover: None,
        }
    }

    #[test]
    fn an_envelope_is_the_same_after_its_bytes() {
        let key = SecretKey::from_seed(&[1; 32]);
        let signed = SignedHeader::sign(header(&key, 1, None, b"payload"), &key);
        let read = SignedHeader::read(signed.bytes().to_vec(), *signed.signature()).expect("its own bytes");
        assert_eq!(read, signed);
        read.verify().expect("its own signature");
        read.check_payload(b"payload").expect("its own payload");
        assert_eq!(read.check_payload(b"another"), Err(EnvelopeError::Payload));
    }

    #[test]
    fn a_changed_header_fails_its_signature() {
        let key = SecretKey::from_seed(&[1; 32]);
        let signed = SignedHeader::sign(header(&key, 1, None, b"payload"), &key);
        let mut bytes = signed.bytes().to_vec();
        let last = bytes.len() - 8;
        bytes[last] ^= 1;
        let read = SignedHeader::read(bytes, *signed.signature()).expect("still a header");
        assert!(matches!(read.verify(), Err(EnvelopeError::Signature(_))));
    }

    #[test]
    fn a_counter_that_does_not_fit_is_refused() {
        let key = SecretKey::from_seed(&[1; 32]);
        for (counter, previous) in [(0, None), (2, None), (1, Some(EnvelopeId([1; 32])))] {
            let signed = SignedHeader::sign(header(&key, counter, previous, b""), &key);
            let read = SignedHeader::read(signed.bytes().to_vec(), *signed.signature());
            assert_eq!(read, Err(EnvelopeError::Counter { counter }));
        }
    }

    #[test]
    fn a_header_of_a_later_version_keeps_its_chain() {
        let key = SecretKey::from_seed(&[1; 32]);
        let mut later = header(&key, 1, None, b"");
        later.version = 2;
        later.cover = Some(Cover { tips: vec![], heads: BlobHash([1; 32]) });
        let mut bytes = later.to_bytes();
        // One more field at the end: 0x8e is an array of 14, 0x8f of 15.
        assert_eq!(bytes[0], 0x8e);
        bytes[0] = 0x8f;
        bytes.push(0x07);
        let id = EnvelopeId(Sha256::digest(&bytes).into());
        let read = SignedHeader::read(bytes.clone(), key.sign(Purpose::Envelope, &id.0)).expect("a later header");
        read.verify().expect("signed as it stands");
        assert_eq!((read.header().counter, read.bytes()), (1, bytes.as_slice()));
    }
}
