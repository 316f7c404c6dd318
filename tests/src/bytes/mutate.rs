//! Small wrongs in any bytes: bits, lengths, ends, and pieces in other places. Knows no format but that numbers may
//! stand as LEB128 or in four bytes.

use crate::bombs::unsigned;
use crate::sim::random::Random;

/// No input grows beyond 256 KiB by a mutation: what is larger is cut off by limits that come before any reading.
const BYTES_MAX: usize = 256 << 10;

/// Numbers at which code goes wrong: ends of encodings, of types, and of this project's limits.
const NUMBERS: [u64; 30] = [
    0,
    1,
    2,
    3,
    7,
    8,
    15,
    16,
    63,
    64,
    127,
    128,
    255,
    256,
    4_096,
    4_097,
    16_383,
    16_384,
    65_535,
    65_536,
    100_001,
    250_001,
    1_000_001,
    1 << 24,
    (1 << 31) - 1,
    1 << 31,
    u32::MAX as u64,
    1 << 53,
    i64::MAX as u64,
    u64::MAX,
];

/// A number that may be too much, or is near to `of`.
pub(super) fn number(random: &mut Random, of: u64) -> u64 {
    match random.below(6) {
        0 => of.wrapping_add(1),
        1 => of.wrapping_sub(1),
        2 => of ^ 1 << random.below(64),
        3 => random.below(300) as u64,
        _ => NUMBERS[random.below(NUMBERS.len())],
    }
}

/// One wrong in `bytes`; `other` is another input of the same kind.
pub(super) fn bytes(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = random.below(bytes.len() + 1);
    let to = (at + 1 + random.below(16)).min(bytes.len());
    match random.below(15) {
        0..3 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        3 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, 0xf6, 0x9f][random.below(7)],
        4 => drop(bytes.drain(at..to)),
        5 => bytes.truncate(at),
        6 => {
            let piece = bytes[at..to].to_vec();
            bytes.splice(at..at, piece);
        }
        7 => {
            let piece = bytes[at..to].to_vec();
            let times = 1 + random.below(2000);
            bytes.splice(at..at, piece.repeat(times));
        }
        8 | 9 => inflate(random, bytes, at),
        10 if bytes.len() >= at + 4 => {
            let four: [u8; 4] = bytes[at..at + 4].try_into().expect("four bytes");
            let number = number(random, u64::from(u32::from_be_bytes(four))) as u32;
            bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
        }
        11 => {
            let from = random.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        12 => {
            let from = random.below(other.len() + 1);
            let piece = &other[from..(from + 1 + random.below(32)).min(other.len())];
            bytes.splice(at..to, piece.iter().copied());
        }
        13 => {
            let mut noise = vec![0; 1 + random.below(8)];
            random.fill(&mut noise);
            bytes.splice(at..at, noise);
        }
        _ => {
            let from = random.below(bytes.len() + 1);
            let piece = bytes[from..(from + 8).min(bytes.len())].to_vec();
            bytes.splice(at..to, piece);
        }
    }
    bytes.truncate(BYTES_MAX);
}

/// A few of them.
pub(super) fn some(random: &mut Random, of: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..1 + random.below(3) {
        bytes(random, of, other);
    }
}

/// Puts another number where one may stand as LEB128.
fn inflate(random: &mut Random, bytes: &mut Vec<u8>, at: usize) {
    let length = bytes[at..].iter().take(10).take_while(|byte| **byte & 0x80 != 0).count() + 1;
    let to = (at + length).min(bytes.len());
    let before = bytes[at..to].iter().rev().fold(0u64, |value, byte| value << 7 | u64::from(byte & 0x7f));
    let number = number(random, before);
    bytes.splice(at..to, unsigned(number));
}
