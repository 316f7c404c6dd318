//! Wrongs in Automerge's chunks, at the depth where they are to be found: a chunk is taken apart into its fields, and
//! put together with lengths and checksum right again, or nearly.
//!
//! Source: <https://automerge.org/automerge-binary-format-spec/>, and Automerge 0.12's `storage` module.

use std::io::{Read, Write};

use super::columns::{self, Column, read_signed, read_unsigned};
use super::mutate;
use crate::bombs::{KIND_CHANGE, KIND_COMPRESSED_CHANGE, KIND_DOCUMENT, framed, prefixed, signed, unsigned};
use crate::sim::random::Random;

/// The bit of a column's specification that says that its data is deflated.
const DEFLATED: u32 = 8;

/// What stands inside the frame of a chunk.
pub(super) fn contents(chunk: &[u8]) -> Option<&[u8]> {
    let mut rest = chunk.get(9..)?;
    let length = usize::try_from(read_unsigned(&mut rest)?).ok()?;
    rest.get(..length)
}

/// The fields of a change, in the order in which they are stored.
#[derive(Clone, Debug, PartialEq)]
struct Change {
    deps: Vec<[u8; 32]>,
    actor: Vec<u8>,
    seq: u64,
    start_op: u64,
    time: i64,
    message: Vec<u8>,
    other_actors: Vec<Vec<u8>>,
    columns: Vec<Column>,
    extra: Vec<u8>,
}

fn take(bytes: &mut &[u8], length: usize) -> Option<Vec<u8>> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken.to_vec())
}

fn take_prefixed(bytes: &mut &[u8]) -> Option<Vec<u8>> {
    let length = read_unsigned(bytes)?;
    take(bytes, usize::try_from(length).ok()?)
}

fn take_many<T>(bytes: &mut &[u8], mut each: impl FnMut(&mut &[u8]) -> Option<T>) -> Option<Vec<T>> {
    let count = read_unsigned(bytes)?;
    (0..count).map(|_| each(bytes)).collect()
}

fn take_hash(bytes: &mut &[u8]) -> Option<[u8; 32]> {
    take(bytes, 32)?.try_into().ok()
}

fn take_lengths(bytes: &mut &[u8]) -> Option<Vec<(u32, usize)>> {
    take_many(bytes, |bytes| Some((read_unsigned(bytes)? as u32, read_unsigned(bytes)? as usize)))
}

fn take_columns(bytes: &mut &[u8], lengths: Vec<(u32, usize)>) -> Option<Vec<Column>> {
    lengths.into_iter().map(|(spec, length)| Some((spec, take(bytes, length)?))).collect()
}

fn put_lengths(out: &mut Vec<u8>, columns: &[Column]) {
    out.extend(unsigned(columns.len() as u64));
    for (spec, data) in columns {
        out.extend(unsigned(u64::from(*spec)));
        out.extend(unsigned(data.len() as u64));
    }
}

fn put_many<T>(out: &mut Vec<u8>, items: &[T], mut each: impl FnMut(&mut Vec<u8>, &T)) {
    out.extend(unsigned(items.len() as u64));
    items.iter().for_each(|item| each(out, item));
}

impl Change {
    fn read(mut contents: &[u8]) -> Option<Self> {
        let bytes = &mut contents;
        let deps = take_many(bytes, take_hash)?;
        let actor = take_prefixed(bytes)?;
        let (seq, start_op, time) = (read_unsigned(bytes)?, read_unsigned(bytes)?, read_signed(bytes)?);
        let message = take_prefixed(bytes)?;
        let other_actors = take_many(bytes, take_prefixed)?;
        let lengths = take_lengths(bytes)?;
        let columns = take_columns(bytes, lengths)?;
        Some(Self { deps, actor, seq, start_op, time, message, other_actors, columns, extra: bytes.to_vec() })
    }

    fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_many(&mut out, &self.deps, |out, dep| out.extend(dep));
        prefixed(&mut out, &self.actor);
        out.extend(unsigned(self.seq));
        out.extend(unsigned(self.start_op));
        out.extend(signed(self.time));
        prefixed(&mut out, &self.message);
        put_many(&mut out, &self.other_actors, |out, actor| prefixed(out, actor));
        put_lengths(&mut out, &self.columns);
        self.columns.iter().for_each(|(_, data)| out.extend(data));
        out.extend(&self.extra);
        out
    }

    fn wrong(&mut self, random: &mut Random, other: &Self) {
        match random.below(24) {
            0 => self.seq = mutate::number(random, self.seq),
            1 => self.start_op = mutate::number(random, self.start_op),
            2 => self.time = mutate::number(random, self.time as u64) as i64,
            3 => self.message = vec![b"\xff m"[random.below(3)]; random.below(5000)],
            4 => self.deps.clear(),
            5 => self.deps.extend(&other.deps),
            6 => self.deps.push([random.below(256) as u8; 32]),
            7 => self.actor = other.actor.clone(),
            8 => self.actor.resize(random.below(40), 7),
            9 => self.other_actors.push(other.actor.clone()),
            10 => drop(self.other_actors.pop()),
            11 => self.other_actors.reverse(),
            12 => self.columns.clone_from(&other.columns),
            13 => self.extra = vec![1; random.below(1500)],
            14 => self.start_op += 1 + random.below(40) as u64,
            _ => columns::mutate(random, &mut self.columns),
        }
    }
}

/// A wrong change in a right frame, for the most part; `other` is another change of the same document.
pub(super) fn change(random: &mut Random, chunk: &[u8], other: &[u8]) -> Vec<u8> {
    let parsed = contents(chunk).and_then(Change::read);
    let (Some(mut change), Some(other_change)) = (parsed, contents(other).and_then(Change::read)) else {
        let mut bytes = chunk.to_vec();
        mutate::some(random, &mut bytes, other);
        return bytes;
    };
    // What is behind the checksum, flat; or the frame itself; or a field.
    let contents = match random.below(16) {
        0 => {
            let mut contents = change.write();
            mutate::some(random, &mut contents, &other_change.write());
            contents
        }
        1 => {
            let mut bytes = chunk.to_vec();
            mutate::some(random, &mut bytes, other);
            return bytes;
        }
        _ => {
            for _ in 0..1 + random.below(2) {
                change.wrong(random, &other_change);
            }
            change.write()
        }
    };
    match random.below(12) {
        0 => deflated(random, &contents),
        1 => framed([KIND_DOCUMENT, 3, 0xff][random.below(3)], &contents, true),
        _ => framed(KIND_CHANGE, &contents, true),
    }
}

/// A change as it is where it is large: deflated, under the checksum of what it inflates to.
fn deflated(random: &mut Random, contents: &[u8]) -> Vec<u8> {
    let plain = framed(KIND_CHANGE, contents, true);
    let mut body = deflate(contents);
    if random.chance(30) {
        mutate::bytes(random, &mut body, b"\0\0\0\xff\xff");
    }
    let mut chunk = framed(KIND_COMPRESSED_CHANGE, &body, false);
    chunk[4..8].copy_from_slice(&plain[4..8]);
    chunk
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("into a vector");
    encoder.finish().expect("into a vector")
}

fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    flate2::read::DeflateDecoder::new(bytes).take(1 << 20).read_to_end(&mut out).ok()?;
    Some(out)
}

/// The fields of a document, in the order in which they are stored; no column is deflated here.
#[derive(Clone, Debug, PartialEq)]
struct Document {
    actors: Vec<Vec<u8>>,
    heads: Vec<[u8; 32]>,
    changes: Vec<Column>,
    ops: Vec<Column>,
    places: Vec<u8>,
}

impl Document {
    fn read(mut contents: &[u8]) -> Option<Self> {
        let bytes = &mut contents;
        let actors = take_many(bytes, take_prefixed)?;
        let heads = take_many(bytes, take_hash)?;
        let (changes, ops) = (take_lengths(bytes)?, take_lengths(bytes)?);
        let (changes, ops) = (take_columns(bytes, changes)?, take_columns(bytes, ops)?);
        let plain = |columns: Vec<Column>| -> Option<Vec<Column>> {
            let plain = |(spec, data): Column| match spec & DEFLATED {
                0 => Some((spec, data)),
                _ => Some((spec & !DEFLATED, inflated(&data)?)),
            };
            columns.into_iter().map(plain).collect()
        };
        Some(Self { actors, heads, changes: plain(changes)?, ops: plain(ops)?, places: bytes.to_vec() })
    }

    fn write(&self, random: &mut Random) -> Vec<u8> {
        let mut packed = |columns: &[Column]| -> Vec<Column> {
            let each = |(spec, data): &Column| match random.chance(8) {
                true => (spec | DEFLATED, deflate(data)),
                false => (*spec, data.clone()),
            };
            columns.iter().map(each).collect()
        };
        let (changes, ops) = (packed(&self.changes), packed(&self.ops));
        let mut out = Vec::new();
        put_many(&mut out, &self.actors, |out, actor| prefixed(out, actor));
        put_many(&mut out, &self.heads, |out, head| out.extend(head));
        put_lengths(&mut out, &changes);
        put_lengths(&mut out, &ops);
        changes.iter().chain(&ops).for_each(|(_, data)| out.extend(data));
        out.extend(&self.places);
        out
    }

    fn wrong(&mut self, random: &mut Random, other: &Self) {
        match random.below(20) {
            0 => self.actors.reverse(),
            1 => self.actors.extend(other.actors.clone()),
            2 => drop(self.actors.pop()),
            3 => self.heads.clone_from(&other.heads),
            4 => drop(self.heads.pop()),
            5 => mutate::bytes(random, &mut self.places, b""),
            6 => self.places.clear(),
            7 => self.ops.clone_from(&other.ops),
            8..12 => columns::mutate(random, &mut self.changes),
            _ => columns::mutate(random, &mut self.ops),
        }
    }
}

/// A wrong document in a right frame, for the most part.
pub(super) fn document(random: &mut Random, chunk: &[u8], other: &[u8]) -> Vec<u8> {
    let parsed = contents(chunk).and_then(Document::read);
    let (Some(mut document), Some(other_document)) = (parsed, contents(other).and_then(Document::read)) else {
        let mut bytes = chunk.to_vec();
        mutate::some(random, &mut bytes, other);
        return bytes;
    };
    let mut contents = match random.below(12) {
        0 => {
            let mut bytes = chunk.to_vec();
            mutate::some(random, &mut bytes, other);
            return bytes;
        }
        1 => document.write(random),
        _ => {
            document.wrong(random, &other_document);
            return framed(KIND_DOCUMENT, &document.write(random), true);
        }
    };
    let other = other_document.write(random);
    mutate::some(random, &mut contents, &other);
    framed(KIND_DOCUMENT, &contents, true)
}
