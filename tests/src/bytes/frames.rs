//! The border at which batches come in: frames of both versions, what is packed in them, and the envelopes that come
//! out.

use data_encoding::HEXLOWER;
use sync_engine::envelope::{Envelope, HEADER_VERSION, Header, Payload, SignedHeader};
use sync_engine::frame::{PageRow, read_page, read_push, write_page, write_push};
use sync_engine::ids::{EnvelopeId, SpaceId};
use sync_engine::keys::SecretKey;

use super::envelopes::{self, SPACE};
use super::{Reach, Target, cbor, mutate};
use crate::bombs;
use crate::sim::random::Random;

/// An input is one byte, 0 for a push and 1 for a page, and the frame.
pub(super) struct Frames {
    /// Right ones, pushes and pages. To sign them takes longer than all that is done with them.
    right: [Vec<Vec<u8>>; 2],
}

/// How many right frames of each kind wrong ones are made of, beside those of the first version.
const RIGHT: usize = 96;

/// What frames hold at most when they are made here: seeds are far smaller.
const INFLATED_BYTES_MAX: usize = 1 << 20;

impl Frames {
    pub(super) fn new() -> Self {
        let golden = include_str!("../../golden/frame-v1-compressed.hex");
        let line = |name: &str| golden.lines().find_map(|line| line.strip_prefix(name)).expect("a line");
        let mut random = Random::new(0, 0xf7a);
        let mut kind = |name: &str, is_page: bool| {
            let old = HEXLOWER.decode(line(name).as_bytes()).expect("hexadecimal");
            let new: Vec<Vec<u8>> = (0..RIGHT).map(|_| frame(&mut random, is_page)).collect();
            [vec![old], new].concat()
        };
        Self { right: [kind("push ", false), kind("page ", true)] }
    }
}

/// A chain's next envelopes of one device.
fn chain(random: &mut Random, key: &SecretKey, space: SpaceId) -> Vec<Envelope> {
    let mut previous: Option<(u64, EnvelopeId)> = None;
    let mut header = envelopes::header(random, key, space, b"");
    (header.counter, header.previous) = (1, None);
    let mut all = Vec::new();
    for _ in 0..1 + random.below(5) {
        let payload = vec![random.below(256) as u8; random.below(120)];
        let mut next = Header {
            payload_bytes: payload.len() as u64,
            payload_hash: sync_engine::ids::BlobHash::of(&payload),
            ..header.clone()
        };
        if let Some((counter, id)) = previous {
            (next.counter, next.previous) = (counter.saturating_add(1), Some(id));
        }
        if random.chance(5) {
            next.version = HEADER_VERSION + 1;
        }
        let payload = match random.below(8) {
            0 => Payload::Blob,
            1 => Payload::Dropped,
            _ => Payload::Inline(payload),
        };
        let mut signed = SignedHeader::sign(next.clone(), key);
        if random.chance(30) {
            // Whatever can be read as a header may be signed, and come as it stands.
            let (bytes, signature) = envelopes::wrong(random, key, &next, &header);
            signed = SignedHeader::read(bytes, signature).unwrap_or(signed);
        }
        previous = Some((signed.header().counter, signed.id()));
        all.push(Envelope { signed, payload });
    }
    all
}

/// A right frame of rows by these devices: a page, or a push.
fn frame(random: &mut Random, is_page: bool) -> Vec<u8> {
    let envelopes: Vec<Envelope> = (0..1 + random.below(3))
        .flat_map(|_| {
            let key = envelopes::key(random.below(3));
            chain(random, &key, SPACE)
        })
        .collect();
    if !is_page {
        return write_push(&SPACE, &envelopes);
    }
    let mut rows: Vec<PageRow> = Vec::new();
    for envelope in envelopes {
        let server_ms = random.below(1 << 30) as u64;
        if random.chance(20) {
            let rows_max = [1, 7, u32::MAX][random.below(3)];
            rows.push(PageRow::Known { id: envelope.id(), server_ms, rows: rows_max });
        } else {
            rows.push(PageRow::Envelope { envelope, server_ms });
        }
    }
    write_page(&SPACE, &rows)
}

/// A frame's two halves: what stands apart, with its head, and what is packed.
fn halves(frame: &[u8]) -> Option<(&[u8], &[u8])> {
    match frame {
        [2, a, b, c, d, ..] => frame.split_at_checked(5 + u32::from_be_bytes([*a, *b, *c, *d]) as usize),
        _ => Some((&[], frame)),
    }
}

/// Wrongs in a frame, in front of its packing or behind.
pub(super) fn wrong(random: &mut Random, frame: &[u8], other: &[u8]) -> Vec<u8> {
    let flat = |random: &mut Random| {
        let mut bytes = frame.to_vec();
        mutate::some(random, &mut bytes, other);
        bytes
    };
    let unpacked = |frame| {
        let (apart, packed) = halves(frame)?;
        Some((apart.to_vec(), zstd::bulk::decompress(packed, INFLATED_BYTES_MAX).ok()?))
    };
    let (Some((mut apart, mut rows)), Some((_, other))) = (unpacked(frame), unpacked(other)) else {
        return flat(random);
    };
    match random.below(12) {
        0 => return flat(random),
        1 => mutate::some(random, &mut rows, &other),
        2 if apart.len() > 5 => {
            // Signatures and new documents, under a length that fits them.
            let mut random_bytes = apart.split_off(5);
            mutate::some(random, &mut random_bytes, &other);
            apart = [&[2][..], &(random_bytes.len() as u32).to_be_bytes(), &random_bytes].concat();
        }
        _ => cbor::mutate(random, &mut rows, &other),
    }
    if random.chance(1) {
        return [apart, bombs::inflating_payload()].concat();
    }
    let mut packed = zstd::bulk::compress(&rows, 1).expect("compressed");
    if random.chance(3) {
        mutate::some(random, &mut packed, &rows);
    }
    [apart, packed].concat()
}

impl Target for Frames {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let is_page = random.chance(50);
        let right = &self.right[usize::from(is_page)];
        let (first, other) = (&right[random.below(right.len())], &right[random.below(right.len())]);
        let frame = if random.chance(10) { first.clone() } else { wrong(random, first, other) };
        [&[u8::from(is_page)][..], &frame].concat()
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        let Some((kind, frame)) = bytes.split_first() else { return Reach::new(0, "empty") };
        let envelopes: Vec<Envelope> = if *kind == 0 {
            match read_push(&SPACE, frame) {
                Ok(envelopes) => {
                    let again = read_push(&SPACE, &write_push(&SPACE, &envelopes));
                    assert_eq!(again.as_ref(), Ok(&envelopes), "a push is read as it is written");
                    envelopes
                }
                Err(error) => return unread(&error),
            }
        } else {
            match read_page(&SPACE, frame) {
                Ok(rows) => {
                    let row = |row| match row {
                        PageRow::Envelope { envelope, .. } => Some(envelope),
                        PageRow::Known { .. } => None,
                    };
                    rows.into_iter().filter_map(row).collect()
                }
                Err(error) => return unread(&error),
            }
        };
        let is_signed = !envelopes.is_empty() && envelopes.iter().all(|envelope| envelope.verify().is_ok());
        if is_signed { Reach::new(3, "signed") } else { Reach::new(2, "rows") }
    }
}

fn unread(error: &sync_engine::frame::FrameError) -> Reach {
    let is_inflated = !matches!(error, sync_engine::frame::FrameError::Inflate);
    Reach::error(usize::from(is_inflated), error)
}
