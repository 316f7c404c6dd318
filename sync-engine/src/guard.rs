//! The structural guard: looks through bytes that others sent before Automerge sees them, in time and
//! memory bounded by their length, and refuses what would cost far more than it weighs. Never decodes an
//! operation, and knows nothing of the document that a change is for; the trial does.
//!
//! What Automerge 0.12 would do with unguarded bytes: inflate 5 kB to 2.5 GB, spend 165 s on a change of
//! 110 bytes that claims 10⁹ operations, copy one long key once for every operation that names it, and
//! accept a change whose checksum is wrong.

mod columns;
mod limits;

use std::borrow::Cow;
use std::io::Read;

use automerge::{ActorId, ChangeHash};
use thiserror::Error;

pub use self::limits::Limits;
use crate::chunk::{
    ChangeFields, Column, DEFLATED, Frame, KIND_CHANGE, KIND_COMPRESSED_CHANGE, KIND_DOCUMENT, MAGIC, frame_change,
    hash, read_actors, read_column_lengths, read_columns, read_hashes,
};
use crate::leb128::{ReadError, Reader};
pub(crate) use columns::rows_of_actions;
use columns::{Bounds, Table};

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GuardError {
    #[error("malformed chunk: {0}")]
    Malformed(#[from] ReadError),
    #[error("bytes follow the chunk")]
    TrailingBytes,
    #[error("not an automerge chunk")]
    NotAChunk,
    #[error("chunk type {0} is not expected here")]
    UnexpectedKind(u8),
    #[error("checksum does not match")]
    WrongChecksum,
    #[error("deflated data is corrupt")]
    CorruptDeflate,
    #[error("{what} exceeds the limit of {limit}")]
    TooMany { what: &'static str, limit: u64 },
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
    #[error("actors of a change are not in order, or not used")]
    DisorderedActors,
    #[error("a dependency is named twice")]
    RepeatedDependency,
    #[error("message is not utf-8")]
    MessageNotText,
    #[error("column {0} is unknown, out of order or deflated")]
    UnexpectedColumn(u32),
    #[error("column {0} is missing")]
    MissingColumn(u32),
    #[error("column {0} does not have as many rows as the others")]
    UnevenColumn(u32),
    #[error("column {0} has an empty run")]
    EmptyRun(u32),
    #[error("column {0} holds a value out of range")]
    ValueOutOfRange(u32),
}

/// What a guarded change says about itself. Its hash is verified; whether it fits a document is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFacts {
    pub hash: ChangeHash,
    pub actor: ActorId,
    pub seq: u64,
    pub start_op: u64,
    /// How many operations; their counters run from `start_op`.
    pub ops: u64,
    /// As the author wrote it, unverified.
    pub time: i64,
    pub deps: Vec<ChangeHash>,
    /// How many of the bytes given were this change's.
    pub length: usize,
}

impl ChangeFacts {
    /// The counter of the last operation; for a change without any, of the one before it.
    pub fn max_op(&self) -> u64 {
        // Cannot overflow: the guard has held both below `Limits::counter_max`.
        self.start_op + self.ops - 1
    }
}

/// What a guarded document says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFacts {
    pub heads: Vec<ChangeHash>,
    pub actors: u64,
    pub changes: u64,
    pub ops: u64,
}

/// Guards bytes that are exactly one change.
pub fn change(bytes: &[u8], limits: &Limits) -> Result<ChangeFacts, GuardError> {
    plain_change(bytes, limits).map(|(facts, _)| facts)
}

/// Guards bytes that are exactly one change, and gives it as an uncompressed chunk, which has the same hash:
/// so that Automerge need not inflate it again.
pub fn plain_change<'a>(bytes: &'a [u8], limits: &Limits) -> Result<(ChangeFacts, Cow<'a, [u8]>), GuardError> {
    let mut reader = Reader::new(bytes);
    let guarded = next_change(&mut reader, limits)?;
    if !reader.is_empty() {
        return Err(GuardError::TrailingBytes);
    }
    Ok(guarded)
}

/// Guards changes that follow each other without a gap, together within the limits of one payload.
pub fn changes(bytes: &[u8], limits: &Limits) -> Result<Vec<ChangeFacts>, GuardError> {
    let mut reader = Reader::new(bytes);
    let mut guarded = Vec::new();
    let mut total_bytes = 0u64;
    let mut total_ops = 0u64;
    while !reader.is_empty() {
        let (facts, chunk) = next_change(&mut reader, limits)?;
        total_bytes = total_bytes.saturating_add(chunk.len() as u64);
        within("payload bytes", total_bytes, limits.payload_bytes as u64)?;
        total_ops = total_ops.saturating_add(facts.ops);
        within("payload operations", total_ops, limits.payload_ops)?;
        guarded.push(facts);
        within("payload changes", guarded.len() as u64, limits.payload_changes as u64)?;
    }
    Ok(guarded)
}

/// Guards bytes that are exactly one whole document, as Automerge's `save` writes it.
pub fn document(bytes: &[u8], limits: &Limits) -> Result<DocumentFacts, GuardError> {
    let mut reader = Reader::new(bytes);
    let frame = next_frame(&mut reader)?;
    if frame.kind != KIND_DOCUMENT {
        return Err(GuardError::UnexpectedKind(frame.kind));
    }
    if !reader.is_empty() {
        return Err(GuardError::TrailingBytes);
    }
    within("document bytes", frame.contents.len() as u64, limits.document_bytes as u64)?;
    if hash(KIND_DOCUMENT, frame.contents).0[..4] != frame.checksum {
        return Err(GuardError::WrongChecksum);
    }
    let mut reader = Reader::new(frame.contents);
    let actors = read_actors(&mut reader)?;
    within("document actors", actors.len() as u64, limits.document_actors)?;
    for actor in &actors {
        actor_length(actor, limits)?;
    }
    let heads = read_hashes(&mut reader)?;
    within("document heads", heads.len() as u64, limits.document_changes)?;
    let change_lengths = read_column_lengths(&mut reader)?;
    let op_lengths = read_column_lengths(&mut reader)?;
    let change_columns = read_columns(&mut reader, &change_lengths)?;
    let op_columns = read_columns(&mut reader, &op_lengths)?;

    let mut bytes_left = limits.document_bytes;
    let change_data = inflate_columns(&change_columns, &mut bytes_left)?;
    let op_data = inflate_columns(&op_columns, &mut bytes_left)?;
    let bounds = Bounds {
        rows: limits.document_changes,
        actors: actors.len() as u64,
        counter: limits.counter_max,
        text_bytes: limits.document_text_bytes,
    };
    let changes = columns::walk(Table::DocumentChanges, &borrow(&change_data), &bounds, &mut [])?;
    within("clocks of a document", changes.saturating_mul(actors.len() as u64), limits.document_clock_cells)?;
    let bounds = Bounds { rows: limits.document_ops, ..bounds };
    let ops = columns::walk(Table::DocumentOps, &borrow(&op_data), &bounds, &mut [])?;

    // Older writers left the places of the heads out.
    if !reader.is_empty() {
        for _ in &heads {
            if reader.u64()? >= changes {
                return Err(GuardError::OutOfRange("place of a head"));
            }
        }
    }
    if !reader.is_empty() {
        return Err(GuardError::TrailingBytes);
    }
    Ok(DocumentFacts { heads, actors: actors.len() as u64, changes, ops })
}

fn next_frame<'a>(reader: &mut Reader<'a>) -> Result<Frame<'a>, GuardError> {
    let frame = Frame::read(reader)?;
    if frame.magic != MAGIC {
        return Err(GuardError::NotAChunk);
    }
    Ok(frame)
}

fn next_change<'a>(reader: &mut Reader<'a>, limits: &Limits) -> Result<(ChangeFacts, Cow<'a, [u8]>), GuardError> {
    let before = reader.rest();
    let frame = next_frame(reader)?;
    let length = before.len() - reader.rest().len();
    match frame.kind {
        KIND_CHANGE => {
            within("change bytes", frame.contents.len() as u64, limits.change_bytes as u64)?;
            let hash = hash(KIND_CHANGE, frame.contents);
            if hash.0[..4] != frame.checksum {
                return Err(GuardError::WrongChecksum);
            }
            let facts = judge_change(hash, frame.contents, length, limits)?;
            Ok((facts, Cow::Borrowed(&before[..length])))
        }
        KIND_COMPRESSED_CHANGE => {
            let contents = inflate(frame.contents, "change bytes", limits.change_bytes)?;
            let (hash, chunk) = frame_change(&contents);
            if hash.0[..4] != frame.checksum {
                return Err(GuardError::WrongChecksum);
            }
            let facts = judge_change(hash, &contents, length, limits)?;
            Ok((facts, Cow::Owned(chunk)))
        }
        other => Err(GuardError::UnexpectedKind(other)),
    }
}

fn judge_change(hash: ChangeHash, contents: &[u8], length: usize, limits: &Limits) -> Result<ChangeFacts, GuardError> {
    let fields = ChangeFields::read(contents)?;
    within("change dependencies", fields.deps.len() as u64, limits.change_deps)?;
    let mut sorted = fields.deps.clone();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(GuardError::RepeatedDependency);
    }
    if fields.seq == 0 || fields.seq > limits.counter_max {
        return Err(GuardError::OutOfRange("sequence number"));
    }
    if fields.start_op == 0 || fields.start_op > limits.counter_max {
        return Err(GuardError::OutOfRange("first operation"));
    }
    if fields.time.unsigned_abs() > columns::TIME_MAX.unsigned_abs() {
        return Err(GuardError::OutOfRange("time"));
    }
    within("message bytes", fields.message.len() as u64, limits.message_bytes)?;
    if std::str::from_utf8(fields.message).is_err() {
        return Err(GuardError::MessageNotText);
    }
    within("extra bytes", fields.extra.len() as u64, limits.extra_bytes)?;

    actor_length(fields.actor, limits)?;
    within("change actors", fields.other_actors.len() as u64, limits.change_actors)?;
    for actor in &fields.other_actors {
        actor_length(actor, limits)?;
    }
    let is_ordered = fields.other_actors.windows(2).all(|pair| pair[0] < pair[1]);
    if !is_ordered || fields.other_actors.contains(&fields.actor) {
        return Err(GuardError::DisorderedActors);
    }

    if let Some(column) = fields.columns.iter().find(|column| column.spec & DEFLATED != 0) {
        return Err(GuardError::UnexpectedColumn(column.spec));
    }
    let bounds = Bounds {
        rows: limits.change_ops,
        actors: fields.other_actors.len() as u64 + 1,
        counter: limits.counter_max,
        text_bytes: limits.change_text_bytes,
    };
    let mut used = vec![false; fields.other_actors.len() + 1];
    let ops = columns::walk(Table::ChangeOps, &fields.columns, &bounds, &mut used)?;
    // An actor costs Automerge a rewrite of the document's columns, so none may be named in vain.
    if used.iter().skip(1).any(|is_used| !is_used) {
        return Err(GuardError::DisorderedActors);
    }
    if fields.start_op + ops > limits.counter_max {
        return Err(GuardError::OutOfRange("last operation"));
    }
    Ok(ChangeFacts {
        hash,
        actor: ActorId::from(fields.actor),
        seq: fields.seq,
        start_op: fields.start_op,
        ops,
        time: fields.time,
        deps: fields.deps,
        length,
    })
}

fn within(what: &'static str, count: u64, limit: u64) -> Result<(), GuardError> {
    if count > limit { Err(GuardError::TooMany { what, limit }) } else { Ok(()) }
}

fn actor_length(actor: &[u8], limits: &Limits) -> Result<(), GuardError> {
    if actor.is_empty() {
        return Err(GuardError::OutOfRange("actor length"));
    }
    within("actor bytes", actor.len() as u64, limits.actor_bytes)
}

/// Inflates the whole of `deflated`, stopping at the first byte above `bytes_max`.
fn inflate(deflated: &[u8], what: &'static str, bytes_max: usize) -> Result<Vec<u8>, GuardError> {
    let mut decoder = flate2::bufread::DeflateDecoder::new(deflated).take(bytes_max as u64 + 1);
    let mut inflated = Vec::new();
    decoder.read_to_end(&mut inflated).map_err(|_| GuardError::CorruptDeflate)?;
    within(what, inflated.len() as u64, bytes_max as u64)?;
    if decoder.into_inner().total_in() != deflated.len() as u64 {
        return Err(GuardError::CorruptDeflate);
    }
    Ok(inflated)
}

/// A specification, without its bit for deflated data, and the data.
type InflatedColumn<'a> = (u32, Cow<'a, [u8]>);

fn inflate_columns<'a>(columns: &[Column<'a>], bytes_left: &mut usize) -> Result<Vec<InflatedColumn<'a>>, GuardError> {
    let mut inflated = Vec::with_capacity(columns.len());
    for column in columns {
        let data = if column.spec & DEFLATED == 0 {
            Cow::Borrowed(column.data)
        } else {
            Cow::Owned(inflate(column.data, "document bytes", *bytes_left)?)
        };
        within("document bytes", data.len() as u64, *bytes_left as u64)?;
        *bytes_left -= data.len();
        inflated.push((column.spec & !DEFLATED, data));
    }
    Ok(inflated)
}

fn borrow<'a>(columns: &'a [InflatedColumn<'_>]) -> Vec<Column<'a>> {
    columns.iter().map(|(spec, data)| Column { spec: *spec, data }).collect()
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
