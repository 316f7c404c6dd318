//! The border at which envelopes come in: a header, its signature, and the payload that it names.

use sync_engine::envelope::{Cover, Encoding, Envelope, HEADER_VERSION, Header, Payload, SignedHeader};
use sync_engine::ids::{BlobHash, Cursor, DocumentId, EnvelopeId, Incarnation, LogDigest, Position, SpaceId};
use sync_engine::keys::{Purpose, SecretKey, Signature};

use super::{Reach, Target, cbor, keys, mutate};
use crate::sim::random::Random;

pub(super) const SPACE: SpaceId = SpaceId([0x51; 32]);

/// An input is a signature, the header's length in four bytes, the header, and the payload.
pub(super) struct Envelopes;

/// One of three devices.
pub(super) fn key(nth: usize) -> SecretKey {
    keys::key(nth as u8 % 3 + 1)
}

/// A header that is well formed, with all its fields in use now and then.
pub(super) fn header(random: &mut Random, key: &SecretKey, space: SpaceId, payload: &[u8]) -> Header {
    let mut incarnation = [0; 8];
    random.fill(&mut incarnation);
    let mut header = Header {
        version: HEADER_VERSION,
        space,
        document: Some(DocumentId([random.below(4) as u8; 16])),
        device: key.device(),
        incarnation: Incarnation(incarnation),
        counter: 1,
        previous: None,
        seen: Cursor { position: Position(random.below(9) as u64), digest: LogDigest([5; 16]) },
        encoding: Encoding(random.below(7) as u8),
        key_epoch: 0,
        payload_bytes: payload.len() as u64,
        payload_hash: BlobHash::of(payload),
        blobs: vec![],
        cover: None,
    };
    if random.chance(40) {
        (header.counter, header.previous) = (1 + random.below(9) as u64, Some(EnvelopeId([random.below(9) as u8; 32])));
    }
    if random.chance(20) {
        let tips = vec![EnvelopeId([3; 32]); [0, 1, 3, 7, 40, 4096, 4097][random.below(7)]];
        header.cover = Some(Cover { tips, heads: BlobHash([4; 32]) });
    }
    if random.chance(20) {
        header.blobs = vec![BlobHash([6; 32]); [1, 2, 3, 30, 255, 256, 257][random.below(7)]];
    }
    header
}

/// A header's bytes with something wrong, and a signature that is theirs all the same, or not.
pub(super) fn wrong(random: &mut Random, key: &SecretKey, header: &Header, other: &Header) -> (Vec<u8>, Signature) {
    let mut bytes = header.to_bytes();
    match random.below(10) {
        0..2 => {}
        2 => mutate::some(random, &mut bytes, &other.to_bytes()),
        _ => cbor::mutate(random, &mut bytes, &other.to_bytes()),
    }
    let mut signature = key.sign(Purpose::Envelope, &BlobHash::of(&bytes).0);
    match random.below(12) {
        0 => signature.0[random.below(64)] ^= 1 << random.below(8),
        1 => signature = key.sign(Purpose::Request, &BlobHash::of(&bytes).0),
        _ => {}
    }
    (bytes, signature)
}

impl Target for Envelopes {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let mut payload = vec![random.below(256) as u8; random.below(300)];
        let key = key(random.below(3));
        let (first, second) = (header(random, &key, SPACE, &payload), header(random, &key, SPACE, b""));
        let (bytes, signature) = wrong(random, &key, &first, &second);
        if random.chance(15) {
            mutate::some(random, &mut payload, b"");
        }
        [&signature.0[..], &(bytes.len() as u32).to_be_bytes(), &bytes, &payload].concat()
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        let Some((signature, rest)) = bytes.split_first_chunk::<64>() else { return Reach::new(0, "too short") };
        let Some((length, rest)) = rest.split_first_chunk::<4>() else { return Reach::new(0, "too short") };
        let length = u32::from_be_bytes(*length) as usize;
        let Some((header, payload)) = rest.split_at_checked(length) else { return Reach::new(0, "too short") };
        let signed = match SignedHeader::read(header.to_vec(), Signature(*signature)) {
            Ok(signed) => signed,
            Err(error) => return Reach::error(0, &error),
        };
        assert_eq!(signed.bytes(), header, "signed bytes are kept as they came");
        let envelope = Envelope { signed, payload: Payload::Inline(payload.to_vec()) };
        match (envelope.signed.verify(), envelope.verify()) {
            (Err(error), _) => Reach::error(1, &error),
            (Ok(()), Err(error)) => Reach::error(2, &error),
            (Ok(()), Ok(())) => Reach::new(3, "whole"),
        }
    }
}
