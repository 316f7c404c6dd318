//! The border at which changes come in: a payload is unpacked, and its changes pass the guard and the trial. Whatever
//! they made of the document is looked at.

use std::io::Write;

use sync_engine::envelope::Encoding;
use sync_engine::guard::Limits;
use sync_engine::inflate::inflate;
use sync_engine::payload;
use sync_engine::trial::{self, Reason};

use super::{Reach, Target, chunk, documents, mutate};
use crate::bombs;
use crate::sim::random::Random;

/// An input is the document's number, the payload's encoding, and the payload.
pub(super) struct Changes;

impl Target for Changes {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let nth = random.below(documents::all().len());
        let (encoding, payload) = payload(random, nth);
        [&[nth as u8, encoding.0][..], &payload].concat()
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        let [nth, encoding, payload @ ..] = bytes else { return Reach::new(0, "too short") };
        let document = &documents::all()[usize::from(*nth) % documents::all().len()].base;
        let inflated;
        let packed = match Encoding(*encoding) {
            Encoding::CHANGES | Encoding::SPLICES => payload,
            _ => match inflate(payload, Limits::V1.payload_bytes) {
                Ok(plain) => {
                    inflated = plain;
                    &inflated[..]
                }
                Err(_) => return Reach::new(0, "not zstd"),
            },
        };
        let changes = match payload::unpack(packed, &Limits::V1) {
            Ok(changes) => changes,
            Err(error) => return Reach::error(0, &error),
        };
        let outcome = trial::apply(document, &changes);
        let before = document.get_heads();
        if outcome.document.get_heads() != before {
            documents::look_at(&outcome.document, &before);
        }
        let is_guarded = |reason: &Reason| !matches!(reason, Reason::Guard(_));
        let tried = outcome.quarantined.iter().find(|quarantined| is_guarded(&quarantined.reason));
        if outcome.document.get_heads() != before {
            Reach::new(4, if tried.is_some() { "applied among bad ones" } else { "applied" })
        } else if let Some(quarantined) = tried {
            Reach::error(3, &quarantined.reason)
        } else if let Some(quarantined) = outcome.quarantined.first() {
            match &quarantined.reason {
                Reason::Guard(error) => Reach::error(1, error),
                reason => Reach::error(1, reason),
            }
        } else if !outcome.applied.is_empty() || !outcome.parked.is_empty() {
            Reach::new(2, if outcome.parked.is_empty() { "known" } else { "parked" })
        } else {
            Reach::new(1, "empty")
        }
    }
}

/// A payload for the document of that number; most of them have something wrong at one depth or another.
pub(super) fn payload(random: &mut Random, nth: usize) -> (Encoding, Vec<u8>) {
    let written = &documents::all()[nth];
    let any = |random: &mut Random| written.changes[random.below(written.changes.len())].clone();
    let first = random.below(written.changes.len());
    // Now and then from the beginning on, so that what they build on is there.
    let (from, count) = if random.chance(40) { (0, first + 1) } else { (first, 1 + random.below(3)) };
    let mut changes: Vec<Vec<u8>> = written.changes.iter().skip(from).take(count).cloned().collect();
    let (is_changed, is_packed_wrong) = match random.below(10) {
        0..7 => (true, false),
        7..9 => (false, true),
        _ => (random.chance(50), false),
    };
    if is_changed {
        // Of those at the end, so that the ones before still lead there.
        let at = changes.len() - 1 - random.below(changes.len().min(3));
        let other = any(random);
        changes[at] = chunk::change(random, &changes[at], &other);
        if random.chance(10) {
            changes.push(any(random));
            changes.reverse();
        }
    }
    if random.chance(1) {
        let device = sync_engine::ids::DeviceId([9; 32]);
        let ops = mutate::number(random, 1000).min(1 << 40) as i64;
        changes.push(bombs::change_of(&device, ops));
    }
    let plain: Vec<&[u8]> = changes.iter().map(Vec::as_slice).collect();
    let mut packed = payload::pack(&plain);
    if is_packed_wrong {
        let other = any(random);
        mutate::some(random, &mut packed, &payload::pack(&[&other]));
    }
    if random.chance(70) {
        return ([Encoding::CHANGES, Encoding::SPLICES][random.below(2)], packed);
    }
    let mut compressed = if random.chance(10) { streamed(&packed) } else { compressed(&packed) };
    if random.chance(20) {
        mutate::some(random, &mut compressed, &packed);
    }
    ([Encoding::CHANGES_ZSTD, Encoding::SPLICES_ZSTD][random.below(2)], compressed)
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 1).expect("compressed")
}

/// A frame that does not say how long its contents are.
fn streamed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).expect("an encoder");
    encoder.write_all(bytes).expect("into a vector");
    encoder.finish().expect("into a vector")
}
