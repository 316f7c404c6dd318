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

mod letters;
mod runs;
mod splice;

use std::collections::BTreeMap;

use automerge::ChangeHash;
use thiserror::Error;

use crate::chunk::{ChangeFields, Column, MAGIC, frame_change};
use crate::guard::{Limits, plain_change, rows_of_actions};
use crate::leb128::{ReadError, Reader, write_i64, write_prefixed, write_u64};

use splice::{Id, Splice};

const VERSION: u8 = 2;

/// What was written before splices were known.
const VERSION_WITHOUT_SPLICES: u8 = 1;

/// The columns of Automerge's changes. Their order is part of the format.
const COLUMNS: [u32; 14] = [1, 2, 17, 19, 21, 52, 66, 86, 87, 112, 113, 115, 148, 165];

// What a head writes out, because it is not what usually follows the change before.
const ACTOR: u64 = 1;
/// Not one more than the last.
const SEQ: u64 = 1 << 1;
/// Not right after the operations of the last.
const START_OP: u64 = 1 << 2;
/// Not the last change alone.
const DEPS: u64 = 1 << 3;
/// Not empty.
const MESSAGE: u64 = 1 << 4;
const OTHER_ACTORS: u64 = 1 << 5;
/// Which columns there are; not which there were.
const COLUMN_SET: u64 = 1 << 6;
/// Not empty.
const EXTRA: u64 = 1 << 7;
/// Nothing but the bytes.
const VERBATIM: u64 = 1 << 8;
/// Told by its letters instead of its columns.
const SPLICE: u64 = 1 << 9;

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

/// What the changes so far make known, the same on both sides.
#[derive(Default)]
struct Before<'a> {
    actors: Seen<&'a [u8]>,
    hashes: Seen<ChangeHash>,
    actor: &'a [u8],
    other_actors: Vec<&'a [u8]>,
    deps_if_next: Vec<ChangeHash>,
    seq: u64,
    next_op: u64,
    time: i64,
    column_set: u64,
    /// The text of the last splice, by its actor and counter.
    object: Option<(&'a [u8], u64)>,
}

impl<'a> Before<'a> {
    /// Takes in the next change, which has so many operations and, unless it is a splice, these columns.
    fn follow(&mut self, hash: ChangeHash, fields: &ChangeFields<'a>, ops: u64, column_set: Option<u64>) {
        for actor in std::iter::once(&fields.actor).chain(&fields.other_actors) {
            self.actors.add(actor);
        }
        for dep in &fields.deps {
            self.hashes.add(*dep);
        }
        self.hashes.add(hash);
        self.actor = fields.actor;
        self.other_actors.clone_from(&fields.other_actors);
        self.deps_if_next = vec![hash];
        self.seq = fields.seq;
        self.next_op = fields.start_op.wrapping_add(ops);
        self.time = fields.time;
        self.column_set = column_set.unwrap_or(self.column_set);
    }

    /// Notes the text that a splice is for; gives it back if it is another one than before.
    fn take_object(&mut self, fields: &ChangeFields<'a>, id: Id) -> Option<Id> {
        let object = nth_actor(fields, id.actor).map(|actor| (actor, id.counter));
        let is_same = object.is_some() && self.object == object;
        self.object = object;
        (!is_same).then_some(id)
    }

    /// The text that a splice is for, in the terms of its own change.
    fn object(&mut self, fields: &ChangeFields<'a>, written: Option<Id>) -> Result<Id, PayloadError> {
        if let Some(id) = written {
            self.object = nth_actor(fields, id.actor).map(|actor| (actor, id.counter));
            return Ok(id);
        }
        let (actor, counter) = self.object.ok_or(PayloadError::NotBefore)?;
        let mut actors = std::iter::once(&fields.actor).chain(&fields.other_actors);
        let place = actors.position(|other| *other == actor).ok_or(PayloadError::NotBefore)?;
        Ok(Id { actor: place as u64, counter })
    }

    fn rebuild(&self, head: Head<'a>) -> Result<ChangeFields<'a>, PayloadError> {
        let actor = match head.actor {
            Some(actor) => self.actor(actor)?,
            None => self.actor,
        };
        let other_actors = match head.other_actors {
            Some(actors) => actors.into_iter().map(|actor| self.actor(actor)).collect::<Result<_, _>>()?,
            None => self.other_actors.clone(),
        };
        let deps = match head.deps {
            Some(deps) => deps.into_iter().map(|dep| self.hash(dep)).collect::<Result<_, _>>()?,
            None => self.deps_if_next.clone(),
        };
        Ok(ChangeFields {
            deps,
            actor,
            seq: head.seq.map_or_else(|| self.seq.checked_add(1), Some).ok_or(PayloadError::OutOfRange)?,
            start_op: head.start_op.unwrap_or(self.next_op),
            time: self.time.wrapping_add(head.time_step),
            message: head.message,
            other_actors,
            columns: head.columns,
            extra: head.extra,
        })
    }

    fn actor(&self, named: Named<&'a [u8]>) -> Result<&'a [u8], PayloadError> {
        match named {
            Named::Here(actor) => Ok(actor),
            Named::Back(distance) => self.actors.back(distance),
        }
    }

    fn hash(&self, named: Named<ChangeHash>) -> Result<ChangeHash, PayloadError> {
        match named {
            Named::Here(hash) => Ok(hash),
            Named::Back(distance) => self.hashes.back(distance),
        }
    }
}

/// What was there before, each once, by how far back it first was.
struct Seen<T> {
    items: Vec<T>,
    places: BTreeMap<T, usize>,
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self { items: Vec::new(), places: BTreeMap::new() }
    }
}

impl<T: Copy + Ord> Seen<T> {
    fn add(&mut self, item: T) {
        self.places.entry(item).or_insert_with(|| {
            self.items.push(item);
            self.items.len() - 1
        });
    }

    /// Counted from 1; 0 if it is not there.
    fn distance(&self, item: T) -> u64 {
        self.places.get(&item).map_or(0, |place| (self.items.len() - place) as u64)
    }

    fn back(&self, distance: u64) -> Result<T, PayloadError> {
        let distance = usize::try_from(distance).map_err(|_| PayloadError::NotBefore)?;
        let place = self.items.len().checked_sub(distance).ok_or(PayloadError::NotBefore)?;
        self.items.get(place).copied().ok_or(PayloadError::NotBefore)
    }
}

/// An actor or a hash: written out, or by how far back it is.
enum Named<T> {
    Here(T),
    Back(u64),
}

/// A head as read, before what it leaves out is filled in.
struct Head<'a> {
    verbatim: Option<&'a [u8]>,
    splice: Option<splice::Written<'a>>,
    actor: Option<Named<&'a [u8]>>,
    seq: Option<u64>,
    start_op: Option<u64>,
    deps: Option<Vec<Named<ChangeHash>>>,
    message: &'a [u8],
    other_actors: Option<Vec<Named<&'a [u8]>>>,
    column_set: u64,
    extra: &'a [u8],
    time_step: i64,
    columns: Vec<Column<'a>>,
}

impl Head<'_> {
    fn has_column(&self, place: usize) -> bool {
        self.column_set & (1 << place) != 0
    }
}

fn write_head<'a>(out: &mut Vec<u8>, before: &Before<'a>, fields: &ChangeFields<'a>, is_splice: bool) {
    let set = column_set(fields);
    let bit = |is_written: bool, bit: u64| if is_written { bit } else { 0 };
    let written = bit(fields.actor != before.actor, ACTOR)
        | bit(before.seq.checked_add(1) != Some(fields.seq), SEQ)
        | bit(fields.start_op != before.next_op, START_OP)
        | bit(fields.deps != before.deps_if_next, DEPS)
        | bit(!fields.message.is_empty(), MESSAGE)
        | bit(fields.other_actors != before.other_actors, OTHER_ACTORS)
        | bit(set != before.column_set && !is_splice, COLUMN_SET)
        | bit(!fields.extra.is_empty(), EXTRA)
        | bit(is_splice, SPLICE);
    write_u64(out, written);
    if written & ACTOR != 0 {
        write_actor(out, before, fields.actor);
    }
    if written & SEQ != 0 {
        write_u64(out, fields.seq);
    }
    if written & START_OP != 0 {
        write_u64(out, fields.start_op);
    }
    if written & DEPS != 0 {
        write_u64(out, fields.deps.len() as u64);
        for dep in &fields.deps {
            let distance = before.hashes.distance(*dep);
            write_u64(out, distance);
            if distance == 0 {
                out.extend_from_slice(&dep.0);
            }
        }
    }
    if written & MESSAGE != 0 {
        write_prefixed(out, fields.message);
    }
    if written & OTHER_ACTORS != 0 {
        write_u64(out, fields.other_actors.len() as u64);
        for actor in &fields.other_actors {
            write_actor(out, before, actor);
        }
    }
    if written & COLUMN_SET != 0 {
        write_u64(out, set);
    }
    if written & EXTRA != 0 {
        write_prefixed(out, fields.extra);
    }
    write_i64(out, fields.time.wrapping_sub(before.time));
}

fn read_head<'a>(
    reader: &mut Reader<'a>,
    last_set: &mut u64,
    what_max: u64,
    limits: &Limits,
) -> Result<Head<'a>, PayloadError> {
    let written = reader.u64()?;
    if written > what_max || written & VERBATIM != 0 && written != VERBATIM {
        return Err(PayloadError::OutOfRange);
    }
    let has = |bit: u64| written & bit != 0;
    let mut head = Head {
        verbatim: None,
        splice: None,
        actor: None,
        seq: None,
        start_op: None,
        deps: None,
        message: &[],
        other_actors: None,
        column_set: 0,
        extra: &[],
        time_step: 0,
        columns: Vec::new(),
    };
    if has(VERBATIM) {
        head.verbatim = Some(reader.prefixed()?);
        return Ok(head);
    }
    if has(ACTOR) {
        head.actor = Some(read_actor(reader)?);
    }
    if has(SEQ) {
        head.seq = Some(reader.u64()?);
    }
    if has(START_OP) {
        head.start_op = Some(reader.u64()?);
    }
    if has(DEPS) {
        let count = at_most(reader.u64()?, limits.change_deps)?;
        let dep = |_| match reader.u64()? {
            0 => Ok(Named::Here(ChangeHash(reader.array()?))),
            distance => Ok(Named::Back(distance)),
        };
        head.deps = Some((0..count).map(dep).collect::<Result<_, ReadError>>()?);
    }
    if has(MESSAGE) {
        head.message = reader.prefixed()?;
    }
    if has(OTHER_ACTORS) {
        let count = at_most(reader.u64()?, limits.change_actors)?;
        head.other_actors = Some((0..count).map(|_| read_actor(reader)).collect::<Result<_, ReadError>>()?);
    }
    if has(COLUMN_SET) {
        *last_set = at_most(reader.u64()?, (1 << COLUMNS.len()) - 1)?;
    }
    if has(SPLICE) {
        head.splice = Some(splice::Written::default());
    } else {
        head.column_set = *last_set;
    }
    if has(EXTRA) {
        head.extra = reader.prefixed()?;
    }
    head.time_step = reader.i64()?;
    Ok(head)
}

fn write_actor<'a>(out: &mut Vec<u8>, before: &Before<'a>, actor: &'a [u8]) {
    let distance = before.actors.distance(actor);
    write_u64(out, distance);
    if distance == 0 {
        write_prefixed(out, actor);
    }
}

fn read_actor<'a>(reader: &mut Reader<'a>) -> Result<Named<&'a [u8]>, ReadError> {
    match reader.u64()? {
        0 => Ok(Named::Here(reader.prefixed()?)),
        distance => Ok(Named::Back(distance)),
    }
}

fn at_most(value: u64, max: u64) -> Result<u64, PayloadError> {
    if value > max { Err(PayloadError::OutOfRange) } else { Ok(value) }
}

fn column<'a>(fields: &ChangeFields<'a>, spec: u32) -> Option<Column<'a>> {
    fields.columns.iter().find(|column| column.spec == spec).copied()
}

/// An actor by its place in a change's own list.
fn nth_actor<'a>(fields: &ChangeFields<'a>, place: u64) -> Option<&'a [u8]> {
    let mut actors = std::iter::once(&fields.actor).chain(&fields.other_actors);
    actors.nth(usize::try_from(place).ok()?).copied()
}

/// Which of `COLUMNS` a change has, as bits.
fn column_set(fields: &ChangeFields<'_>) -> u64 {
    let has = |spec: &u32| fields.columns.iter().any(|column| column.spec == *spec);
    COLUMNS.iter().enumerate().filter(|(_, spec)| has(spec)).fold(0, |set, (place, _)| set | 1 << place)
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
