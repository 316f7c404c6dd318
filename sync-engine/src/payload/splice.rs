//! A change that is nothing but letters put into one text and elements of it deleted: told by its place and its
//! letters, from which all of its columns follow. Almost every change is one.

use crate::chunk::{ChangeFields, Column};
use crate::leb128::{Reader, write_i64, write_u64};

use super::{PayloadError, letters, runs};

// The columns that such a change has, of those that Automerge knows.
const OBJECT_ACTOR: u32 = 1;
const OBJECT_COUNTER: u32 = 2;
const KEY_ACTOR: u32 = 17;
const KEY_COUNTER: u32 = 19;
const INSERT: u32 = 52;
const ACTION: u32 = 66;
const VALUE_META: u32 = 86;
const VALUE: u32 = 87;
const PREDECESSORS: u32 = 112;
const PREDECESSOR_ACTOR: u32 = 113;
const PREDECESSOR_COUNTER: u32 = 115;

const PUT: u64 = 1;
const DELETE: u64 = 3;

/// The kind of a value that is text, beside its length.
const TEXT: u64 = 6;

// What a splice writes out, because it is not what usually follows.
/// Not the text of the splice before.
const OBJECT: u64 = 1;
/// Not right after the operations before it.
const AFTER: u64 = 1 << 1;
/// Something is deleted.
const DELETED: u64 = 1 << 2;

/// An operation, by its actor's place in the change's own list and its counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) actor: u64,
    pub(super) counter: u64,
}

/// Elements that one actor made one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    first: Id,
    length: u64,
}

/// A splice, without the text object that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    /// The element that the letters follow; none at the text's beginning.
    after: Option<Id>,
    letters: String,
    deleted: Vec<Run>,
}

/// A splice as it is read, before what it leaves out is filled in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written<'a> {
    pub(super) object: Option<Id>,
    fields: Reader<'a>,
    what: u64,
    letters: &'a [u8],
}

impl Splice {
    /// Reads the columns of a change, if they are those of a splice: its text, and what is done to it.
    pub(super) fn of(fields: &ChangeFields<'_>, ops_max: usize) -> Option<(Id, Self)> {
        let column = |spec: u32| super::column(fields, spec).map_or(&[][..], |column| column.data);
        let number = |spec: u32| runs::first(column(spec), Reader::u64).ok().flatten();
        let object = Id { actor: number(OBJECT_ACTOR)?, counter: number(OBJECT_COUNTER)? };
        let letters = std::str::from_utf8(column(VALUE)).ok()?.to_owned();
        let key = runs::first(column(KEY_COUNTER), Reader::i64).ok().flatten().map(i64::cast_unsigned);
        let key = number(KEY_ACTOR).zip(key).map(|(actor, counter)| Id { actor, counter });
        let after = key.filter(|_| !letters.is_empty());
        let actors = runs::read(column(PREDECESSOR_ACTOR), ops_max, Reader::u64)?;
        let steps = runs::read(column(PREDECESSOR_COUNTER), ops_max, Reader::i64)?;
        let mut deleted: Vec<Run> = Vec::new();
        let mut counter = 0u64;
        for (actor, step) in actors.into_iter().zip(steps) {
            counter = counter.wrapping_add_signed(step);
            match deleted.last_mut() {
                Some(Run { first, length })
                    if first.actor == actor && first.counter.wrapping_add(*length) == counter =>
                {
                    *length += 1;
                }
                _ => deleted.push(Run { first: Id { actor, counter }, length: 1 }),
            }
        }
        if has_overlap(&deleted) {
            return None;
        }
        let splice = Self { after, letters, deleted };
        let columns = splice.columns(object, fields.start_op);
        (borrowed(&columns) == fields.columns).then_some((object, splice))
    }

    pub(super) fn ops(&self) -> u64 {
        self.letters.chars().count() as u64 + self.deleted.iter().map(|run| run.length).sum::<u64>()
    }

    /// The columns that Automerge writes for it.
    pub(super) fn columns(&self, object: Id, start_op: u64) -> Vec<(u32, Vec<u8>)> {
        let inserted = self.letters.chars().count() as u64;
        let deleted: u64 = self.deleted.iter().map(|run| run.length).sum();
        let ops = (inserted + deleted) as usize;
        let (inserted_rows, deleted_rows) = (inserted as usize, deleted as usize);
        let gone = || {
            self.deleted.iter().flat_map(|run| {
                (0..run.length).map(|nth| Id { actor: run.first.actor, counter: run.first.counter.wrapping_add(nth) })
            })
        };
        // A letter follows the one before it, which this change's own actor has put there just now.
        let first = self.after.map_or((None, 0), |id| (Some(id.actor), id.counter));
        let own = (0..inserted.saturating_sub(1)).map(|nth| (Some(0), start_op.wrapping_add(nth)));
        let puts = std::iter::once(first).chain(own).take(inserted_rows);
        let keys: Vec<_> = puts.chain(gone().map(|id| (Some(id.actor), id.counter))).collect();
        let rows = |of_inserted: u64, of_deleted: u64| {
            let inserted = std::iter::repeat_n(Some(of_inserted), inserted_rows);
            runs::write(inserted.chain(std::iter::repeat_n(Some(of_deleted), deleted_rows)), write_u64)
        };
        let same = |value: u64| runs::write(std::iter::repeat_n(Some(value), ops), write_u64);
        let lengths = self.letters.chars().map(|letter| Some((letter.len_utf8() as u64) << 4 | TEXT));
        let nothing = std::iter::repeat_n(Some(0), deleted_rows);
        let columns = [
            (OBJECT_ACTOR, same(object.actor)),
            (OBJECT_COUNTER, same(object.counter)),
            (KEY_ACTOR, runs::write(keys.iter().map(|(actor, _)| *actor), write_u64)),
            (KEY_COUNTER, runs::write_steps(keys.iter().map(|(_, counter)| *counter))),
            (INSERT, flags(inserted, deleted)),
            (ACTION, rows(PUT, DELETE)),
            (VALUE_META, runs::write(lengths.chain(nothing), write_u64)),
            (VALUE, self.letters.clone().into_bytes()),
            (PREDECESSORS, rows(0, 1)),
            (PREDECESSOR_ACTOR, runs::write(gone().map(|id| Some(id.actor)), write_u64)),
            (PREDECESSOR_COUNTER, runs::write_steps(gone().map(|id| id.counter))),
        ];
        columns.into_iter().filter(|(_, data)| !data.is_empty()).collect()
    }

    /// Writes all but the letters, whose bytes are given back.
    pub(super) fn write(&self, out: &mut Vec<u8>, object: Option<Id>, start_op: u64) -> Vec<u8> {
        let bit = |is_written: bool, bit: u64| if is_written { bit } else { 0 };
        let is_elsewhere = !self.letters.is_empty() && self.after != Some(usual_place(start_op));
        let what = bit(object.is_some(), OBJECT) | bit(is_elsewhere, AFTER) | bit(!self.deleted.is_empty(), DELETED);
        write_u64(out, what);
        if let Some(object) = object {
            write_u64(out, object.actor);
            write_u64(out, object.counter);
        }
        if is_elsewhere {
            // 0 is the text's beginning; otherwise how far back the element is.
            write_u64(out, self.after.map_or(0, |id| id.actor.wrapping_add(1)));
            if let Some(id) = self.after {
                write_i64(out, start_op.wrapping_sub(id.counter).cast_signed());
            }
        }
        if !self.deleted.is_empty() {
            write_u64(out, self.deleted.len() as u64);
            let mut next = start_op;
            for Run { first, length } in &self.deleted {
                write_u64(out, first.actor);
                write_i64(out, next.wrapping_sub(first.counter).cast_signed());
                write_u64(out, *length);
                next = first.counter.wrapping_add(*length);
            }
        }
        letters::write(&self.letters)
    }
}

impl<'a> Written<'a> {
    /// Reads past a splice's fields; its letters stand elsewhere.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, PayloadError> {
        let what = reader.u64()?;
        if what > OBJECT | AFTER | DELETED {
            return Err(PayloadError::OutOfRange);
        }
        let object = match what & OBJECT != 0 {
            true => Some(Id { actor: reader.u64()?, counter: reader.u64()? }),
            false => None,
        };
        let fields = *reader;
        read_fields(reader, what, 0, |_| Ok(()))?;
        Ok(Self { object, fields, what, letters: &[] })
    }

    pub(super) fn set_letters(&mut self, letters: &'a [u8]) {
        self.letters = letters;
    }

    /// The splice of a change that begins with the operation `start_op`, unless there are more than `ops_max` with
    /// the `ops` before it in the payload.
    pub(super) fn rebuild(&self, start_op: u64, ops: u64, ops_max: u64) -> Result<Splice, PayloadError> {
        let letters = letters::read(self.letters)?;
        let mut ops = ops.saturating_add(letters.chars().count() as u64);
        let mut deleted = Vec::new();
        let elsewhere = read_fields(&mut self.fields.clone(), self.what, start_op, |run| {
            ops = ops.saturating_add(run.length);
            deleted.push(run);
            // Before anything is built that is as long as a run claims to be.
            if ops > ops_max { Err(PayloadError::TooManyOps(ops_max)) } else { Ok(()) }
        })?;
        if ops > ops_max {
            return Err(PayloadError::TooManyOps(ops_max));
        }
        let after = elsewhere.unwrap_or(Some(usual_place(start_op))).filter(|_| !letters.is_empty());
        Ok(Splice { after, letters, deleted })
    }
}

/// Where the letters go, if that is written out, and each run that is deleted.
fn read_fields(
    reader: &mut Reader<'_>,
    what: u64,
    start_op: u64,
    mut each: impl FnMut(Run) -> Result<(), PayloadError>,
) -> Result<Option<Option<Id>>, PayloadError> {
    let mut elsewhere = None;
    if what & AFTER != 0 {
        elsewhere = Some(match reader.u64()?.checked_sub(1) {
            Some(actor) => Some(Id { actor, counter: start_op.wrapping_sub(reader.i64()?.cast_unsigned()) }),
            None => None,
        });
    }
    if what & DELETED != 0 {
        let mut next = start_op;
        for _ in 0..reader.u64()? {
            let actor = reader.u64()?;
            let counter = next.wrapping_sub(reader.i64()?.cast_unsigned());
            let length = reader.u64()?;
            next = counter.wrapping_add(length);
            each(Run { first: Id { actor, counter }, length })?;
        }
    }
    Ok(elsewhere)
}

/// Whether an element is deleted twice, which nobody does who deletes what is there.
fn has_overlap(deleted: &[Run]) -> bool {
    let mut runs: Vec<_> = deleted.iter().map(|run| (run.first.actor, run.first.counter, run.length)).collect();
    runs.sort_unstable();
    runs.windows(2).any(|two| two[0].0 == two[1].0 && two[0].1.saturating_add(two[0].2) > two[1].1)
}

/// After the last operation that this change's own actor has made before.
fn usual_place(start_op: u64) -> Id {
    Id { actor: 0, counter: start_op.wrapping_sub(1) }
}

/// Flags begin with a run of false, which is empty where letters come first.
fn flags(inserted: u64, deleted: u64) -> Vec<u8> {
    let mut out = Vec::new();
    if inserted > 0 {
        write_u64(&mut out, 0);
        write_u64(&mut out, inserted);
    }
    if deleted > 0 {
        write_u64(&mut out, deleted);
    }
    out
}

pub(super) fn borrowed(columns: &[(u32, Vec<u8>)]) -> Vec<Column<'_>> {
    columns.iter().map(|(spec, data)| Column { spec: *spec, data }).collect()
}
