//! What stands before the columns of each change: of its fields, those that do not follow from the changes before it.

use std::collections::BTreeMap;

use automerge::ChangeHash;

use super::splice::{Id, Written};
use super::{COLUMNS, PayloadError, nth_actor};
use crate::chunk::{ChangeFields, Column};
use crate::guard::Limits;
use crate::leb128::{ReadError, Reader, write_i64, write_prefixed, write_u64};

// What a head writes out, because it is not what usually follows the change before.
pub(super) const ACTOR: u64 = 1;
/// Not one more than the last.
pub(super) const SEQ: u64 = 1 << 1;
/// Not right after the operations of the last.
pub(super) const START_OP: u64 = 1 << 2;
/// Not the last change alone.
pub(super) const DEPS: u64 = 1 << 3;
/// Not empty.
pub(super) const MESSAGE: u64 = 1 << 4;
pub(super) const OTHER_ACTORS: u64 = 1 << 5;
/// Which columns there are; not which there were.
pub(super) const COLUMN_SET: u64 = 1 << 6;
/// Not empty.
pub(super) const EXTRA: u64 = 1 << 7;
/// Nothing but the bytes.
pub(super) const VERBATIM: u64 = 1 << 8;
/// Told by its letters instead of its columns.
pub(super) const SPLICE: u64 = 1 << 9;

/// What the changes so far make known, the same on both sides.
#[derive(Default)]
pub(super) struct Before<'a> {
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
    pub(super) fn follow(&mut self, hash: ChangeHash, fields: &ChangeFields<'a>, ops: u64, column_set: Option<u64>) {
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
    pub(super) fn take_object(&mut self, fields: &ChangeFields<'a>, id: Id) -> Option<Id> {
        let object = nth_actor(fields, id.actor).map(|actor| (actor, id.counter));
        let is_same = object.is_some() && self.object == object;
        self.object = object;
        (!is_same).then_some(id)
    }

    /// The text that a splice is for, in the terms of its own change.
    pub(super) fn object(&mut self, fields: &ChangeFields<'a>, written: Option<Id>) -> Result<Id, PayloadError> {
        if let Some(id) = written {
            self.object = nth_actor(fields, id.actor).map(|actor| (actor, id.counter));
            return Ok(id);
        }
        let (actor, counter) = self.object.ok_or(PayloadError::NotBefore)?;
        let mut actors = std::iter::once(&fields.actor).chain(&fields.other_actors);
        let place = actors.position(|other| *other == actor).ok_or(PayloadError::NotBefore)?;
        Ok(Id { actor: place as u64, counter })
    }

    pub(super) fn rebuild(&self, head: Head<'a>) -> Result<ChangeFields<'a>, PayloadError> {
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
pub(super) struct Seen<T> {
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
pub(super) enum Named<T> {
    Here(T),
    Back(u64),
}

/// A head as read, before what it leaves out is filled in.
pub(super) struct Head<'a> {
    pub(super) verbatim: Option<&'a [u8]>,
    pub(super) splice: Option<Written<'a>>,
    actor: Option<Named<&'a [u8]>>,
    seq: Option<u64>,
    start_op: Option<u64>,
    deps: Option<Vec<Named<ChangeHash>>>,
    message: &'a [u8],
    other_actors: Option<Vec<Named<&'a [u8]>>>,
    column_set: u64,
    extra: &'a [u8],
    time_step: i64,
    pub(super) columns: Vec<Column<'a>>,
}

impl Head<'_> {
    pub(super) fn has_column(&self, place: usize) -> bool {
        self.column_set & (1 << place) != 0
    }
}

pub(super) fn write_head<'a>(out: &mut Vec<u8>, before: &Before<'a>, fields: &ChangeFields<'a>, is_splice: bool) {
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

pub(super) fn read_head<'a>(
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
        head.splice = Some(Written::default());
    } else {
        head.column_set = *last_set;
    }
    if has(EXTRA) {
        head.extra = reader.prefixed()?;
    }
    head.time_step = reader.i64()?;
    Ok(head)
}

pub(super) fn write_actor<'a>(out: &mut Vec<u8>, before: &Before<'a>, actor: &'a [u8]) {
    let distance = before.actors.distance(actor);
    write_u64(out, distance);
    if distance == 0 {
        write_prefixed(out, actor);
    }
}

pub(super) fn read_actor<'a>(reader: &mut Reader<'a>) -> Result<Named<&'a [u8]>, ReadError> {
    match reader.u64()? {
        0 => Ok(Named::Here(reader.prefixed()?)),
        distance => Ok(Named::Back(distance)),
    }
}

pub(super) fn at_most(value: u64, max: u64) -> Result<u64, PayloadError> {
    if value > max { Err(PayloadError::OutOfRange) } else { Ok(value) }
}

/// Which of `COLUMNS` a change has, as bits.
pub(super) fn column_set(fields: &ChangeFields<'_>) -> u64 {
    let has = |spec: &u32| fields.columns.iter().any(|column| column.spec == *spec);
    COLUMNS.iter().enumerate().filter(|(_, spec)| has(spec)).fold(0, |set, (place, _)| set | 1 << place)
}
