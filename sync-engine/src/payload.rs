//! The changes of one envelope in few bytes: leaves out what can be rebuilt from the changes before, and
//! puts what is alike side by side, for the compressor that comes after. Checks no more than it must to
//! rebuild; what comes out still goes through the guard.
//!
//! Version 2. All numbers are LEB128. An actor or hash that was there before is named by how far back it is,
//! counted from 1; 0 means that its bytes follow.
//!
//! ```text
//! payload  = version (2) · count · head × count · columns · splices
//! head     = what is written out (bits, below) · those fields, in the order of the bits · time
//! columns  = for each known column, by specification: its length in every change that has it,
//!            then its data in every change that has it
//! splices  = for each change that is one: what is put where and deleted (see `splice`);
//!            then the length of its letters; then its letters, for each
//! ```
//!
//! The time is the difference to the change before. A change whose fields don't encode to its own bytes is
//! one length and its bytes instead. A splice has no columns here. Version 1, which knows no splices, is read
//! for as long as a space lives.

mod heads;
mod letters;
mod runs;
mod splice;

use automerge::ChangeHash;
use thiserror::Error;

use crate::chunk::{ChangeFields, Column, MAGIC, frame_change};
use crate::guard::{Limits, plain_change, rows_of_actions};
use crate::leb128::{ReadError, Reader, write_prefixed, write_u64};

use heads::{Before, Head, SPLICE, VERBATIM, column_set, read_head, write_head};
use splice::{Id, Splice};

const VERSION: u8 = 2;

/// What was written before splices were known.
const VERSION_WITHOUT_SPLICES: u8 = 1;

/// The columns of Automerge's changes. Their order is part of the format.
const COLUMNS: [u32; 14] = [1, 2, 17, 19, 21, 52, 66, 86, 87, 112, 113, 115, 148, 165];

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PayloadError {
    #[error("payload version {0} is unknown")]
    UnknownVersion(u8),
    #[error("malformed payload: {0}")]
    Malformed(#[from] ReadError),
    #[error("bytes follow the payload")]
    TrailingBytes,
    #[error("payload has more than {0} changes")]
    TooManyChanges(usize),
    #[error("payload unpacks to more than {0} bytes")]
    TooManyBytes(usize),
    #[error("payload has more than {0} operations")]
    TooManyOps(u64),
    #[error("payload has a number out of range")]
    OutOfRange,
    #[error("payload refers to an actor or change that is not before it")]
    NotBefore,
}

/// Packs changes, each one chunk, in the given order, which should be causal. Compressed changes come out
/// again uncompressed, with the same hash; bytes that are no change come out as they went in.
pub fn pack(changes: &[&[u8]]) -> Vec<u8> {
    let plain: Vec<_> = changes.iter().map(|change| plain_change(change, &Limits::V1)).collect();
    let packable: Vec<Option<Packable<'_>>> = plain
        .iter()
        .map(|guarded| {
            let (facts, chunk) = guarded.as_ref().ok()?;
            let fields = fields_of(chunk)?;
            let is_known = fields.columns.iter().all(|column| COLUMNS.contains(&column.spec));
            let is_canonical = is_known && frame_change(&fields.write()).1 == chunk.as_ref();
            is_canonical.then(|| Packable { hash: facts.hash, splice: Splice::of(&fields, facts.ops as usize), fields })
        })
        .collect();

    let mut out = vec![VERSION];
    write_u64(&mut out, changes.len() as u64);
    let mut before = Before::default();
    let (mut splices, mut lengths, mut letters) = (Vec::new(), Vec::new(), Vec::new());
    for (bytes, packable) in changes.iter().zip(&packable) {
        match packable {
            Some(Packable { hash, fields, splice }) => {
                write_head(&mut out, &before, fields, splice.is_some());
                if let Some((object, splice)) = splice {
                    let object = before.take_object(fields, *object);
                    let coded = splice.write(&mut splices, object, fields.start_op);
                    write_u64(&mut lengths, coded.len() as u64);
                    letters.extend(coded);
                }
                let ops = rows_of_actions(&fields.columns, Limits::V1.change_ops);
                before.follow(*hash, fields, ops, splice.is_none().then(|| column_set(fields)));
            }
            None => {
                write_u64(&mut out, VERBATIM);
                write_prefixed(&mut out, bytes);
            }
        }
    }
    for spec in COLUMNS {
        let in_columns = || packable.iter().flatten().filter(|packable| packable.splice.is_none());
        let columns = || in_columns().filter_map(move |packable| column(&packable.fields, spec));
        for column in columns() {
            write_u64(&mut out, column.data.len() as u64);
        }
        for column in columns() {
            out.extend_from_slice(column.data);
        }
    }
    out.extend(splices);
    out.extend(lengths);
    out.extend(letters);
    out
}

/// The text that an uncompressed change only puts letters into and deletes elements of: its actor and counter.
pub(crate) fn spliced_text(chunk: &[u8]) -> Option<(&[u8], u64)> {
    let fields = fields_of(chunk)?;
    let (object, _) = Splice::of(&fields, Limits::V1.change_ops as usize)?;
    nth_actor(&fields, object.actor).map(|actor| (actor, object.counter))
}

/// A change whose fields encode to its own bytes, and whether it is but a splice into that object.
struct Packable<'a> {
    hash: ChangeHash,
    fields: ChangeFields<'a>,
    splice: Option<(Id, Splice)>,
}

/// The inverse of `pack`: the changes as uncompressed chunks, together within the limits of one payload.
pub fn unpack(bytes: &[u8], limits: &Limits) -> Result<Vec<Vec<u8>>, PayloadError> {
    let mut reader = Reader::new(bytes);
    let version = reader.byte()?;
    if version != VERSION && version != VERSION_WITHOUT_SPLICES {
        return Err(PayloadError::UnknownVersion(version));
    }
    let what_max = if version == VERSION { SPLICE | (VERBATIM - 1) } else { VERBATIM };
    let count = reader.u64()?;
    if count > limits.payload_changes as u64 {
        return Err(PayloadError::TooManyChanges(limits.payload_changes));
    }
    let mut heads = Vec::new();
    let mut last_set = 0;
    for _ in 0..count {
        heads.push(read_head(&mut reader, &mut last_set, what_max, limits)?);
    }
    for (place, spec) in COLUMNS.into_iter().enumerate() {
        let mut lengths = Vec::new();
        for head in &heads {
            if head.has_column(place) {
                lengths.push((spec, usize::try_from(reader.u64()?).map_err(|_| ReadError::Ended)?));
            }
        }
        let mut lengths = lengths.into_iter();
        for head in heads.iter_mut().filter(|head| head.has_column(place)) {
            let Some((spec, length)) = lengths.next() else { break };
            head.columns.push(Column { spec, data: reader.take(length)? });
        }
    }
    read_splices(&mut reader, &mut heads)?;
    if !reader.is_empty() {
        return Err(PayloadError::TrailingBytes);
    }

    let mut before = Before::default();
    let mut changes = Vec::new();
    let mut room = limits.payload_bytes;
    let mut ops = 0u64;
    for head in heads {
        // Written before it is counted: one change is at most its share of the input, and its actors and
        // dependencies, which have limits of their own.
        let (chunk, plain_bytes, its_ops) = match head.verbatim {
            // Whoever made the payload may have put a good change here, even one that inflates.
            Some(bytes) => {
                let (plain_bytes, ops) =
                    plain_change(bytes, &Limits::V1).map_or((0, 0), |(facts, plain)| (plain.len(), facts.ops));
                (bytes.to_vec(), plain_bytes.max(bytes.len()), ops)
            }
            None => {
                let splice = head.splice;
                let fields = before.rebuild(head)?;
                let (contents, its_ops, set) = match splice {
                    Some(written) => {
                        let splice = written.rebuild(fields.start_op, ops, limits.payload_ops)?;
                        let object = before.object(&fields, written.object)?;
                        let columns = splice.columns(object, fields.start_op);
                        let filled = ChangeFields { columns: splice::borrowed(&columns), ..fields.clone() };
                        (filled.write(), splice.ops(), None)
                    }
                    None => {
                        let ops = rows_of_actions(&fields.columns, Limits::V1.change_ops);
                        (fields.write(), ops, Some(column_set(&fields)))
                    }
                };
                let (hash, chunk) = frame_change(&contents);
                let bytes = chunk.len();
                before.follow(hash, &fields, its_ops, set);
                (chunk, bytes, its_ops)
            }
        };
        room = room.checked_sub(plain_bytes).ok_or(PayloadError::TooManyBytes(limits.payload_bytes))?;
        ops = ops.saturating_add(its_ops);
        if ops > limits.payload_ops {
            return Err(PayloadError::TooManyOps(limits.payload_ops));
        }
        changes.push(chunk);
    }
    Ok(changes)
}

fn read_splices<'a>(reader: &mut Reader<'a>, heads: &mut [Head<'a>]) -> Result<(), PayloadError> {
    let mut splices: Vec<_> = heads.iter_mut().filter_map(|head| head.splice.as_mut()).collect();
    for splice in &mut splices {
        **splice = splice::Written::read(reader)?;
    }
    let lengths: Vec<u64> = splices.iter().map(|_| reader.u64()).collect::<Result<_, _>>()?;
    for (splice, length) in splices.into_iter().zip(lengths) {
        splice.set_letters(reader.take(usize::try_from(length).map_err(|_| ReadError::Ended)?)?);
    }
    Ok(())
}

fn column<'a>(fields: &ChangeFields<'a>, spec: u32) -> Option<Column<'a>> {
    fields.columns.iter().find(|column| column.spec == spec).copied()
}

/// An actor by its place in a change's own list.
fn nth_actor<'a>(fields: &ChangeFields<'a>, place: u64) -> Option<&'a [u8]> {
    let mut actors = std::iter::once(&fields.actor).chain(&fields.other_actors);
    actors.nth(usize::try_from(place).ok()?).copied()
}

/// The fields of an uncompressed chunk.
fn fields_of(chunk: &[u8]) -> Option<ChangeFields<'_>> {
    let mut reader = Reader::new(chunk.strip_prefix(&MAGIC)?);
    // The checksum and the kind, which the guard has verified.
    reader.take(5).ok()?;
    ChangeFields::read(reader.prefixed().ok()?).ok()
}

#[cfg(test)]
#[path = "payload_tests.rs"]
mod tests;
