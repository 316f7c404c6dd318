//! The layout of Automerge's chunks, as far as a change needs it: the frame, then the fields of a change
//! and its columns. Judges no number and reads no column; the guard does.
//!
//! Source: <https://automerge.org/automerge-binary-format-spec/>, and Automerge 0.12's `storage` module.

use automerge::ChangeHash;
use sha2::{Digest, Sha256};

use crate::leb128::{ReadError, Reader, write_i64, write_prefixed, write_u64};

pub(crate) const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
pub(crate) const KIND_DOCUMENT: u8 = 0;
pub(crate) const KIND_CHANGE: u8 = 1;
pub(crate) const KIND_COMPRESSED_CHANGE: u8 = 2;

/// The bit of a column's specification that says that its data is deflated.
pub(crate) const DEFLATED: u32 = 0b1000;

/// One chunk as framed: nothing is verified.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) magic: [u8; 4],
    pub(crate) checksum: [u8; 4],
    pub(crate) kind: u8,
    pub(crate) contents: &'a [u8],
}

impl<'a> Frame<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, ReadError> {
        Ok(Self {
            magic: reader.array()?,
            checksum: reader.array()?,
            kind: reader.byte()?,
            contents: reader.prefixed()?,
        })
    }
}

/// The hash of a chunk; its first four bytes are the checksum. A compressed change has the hash of the
/// change that it inflates to, as `KIND_CHANGE`.
pub(crate) fn hash(kind: u8, contents: &[u8]) -> ChangeHash {
    let mut head = vec![kind];
    write_u64(&mut head, contents.len() as u64);
    let mut hasher = Sha256::new();
    hasher.update(&head);
    hasher.update(contents);
    ChangeHash(hasher.finalize().into())
}

/// Puts the frame around the contents of a change.
pub(crate) fn frame_change(contents: &[u8]) -> (ChangeHash, Vec<u8>) {
    let hash = hash(KIND_CHANGE, contents);
    let mut chunk = Vec::with_capacity(contents.len() + 14);
    chunk.extend_from_slice(&MAGIC);
    chunk.extend_from_slice(&hash.0[..4]);
    chunk.push(KIND_CHANGE);
    write_prefixed(&mut chunk, contents);
    (hash, chunk)
}

/// One column: its specification (id, type and whether it is deflated) and its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column<'a> {
    pub(crate) spec: u32,
    pub(crate) data: &'a [u8],
}

/// The specifications and lengths of columns, without their data.
pub(crate) fn read_column_lengths(reader: &mut Reader<'_>) -> Result<Vec<(u32, usize)>, ReadError> {
    let count = reader.u64()?;
    let mut lengths = Vec::new();
    for _ in 0..count {
        let spec = u32::try_from(reader.u64()?).map_err(|_| ReadError::NumberTooLarge)?;
        let length = usize::try_from(reader.u64()?).map_err(|_| ReadError::Ended)?;
        lengths.push((spec, length));
    }
    Ok(lengths)
}

pub(crate) fn read_columns<'a>(
    reader: &mut Reader<'a>,
    lengths: &[(u32, usize)],
) -> Result<Vec<Column<'a>>, ReadError> {
    let column = |&(spec, length)| Ok(Column { spec, data: reader.take(length)? });
    lengths.iter().map(column).collect()
}

pub(crate) fn read_hashes(reader: &mut Reader<'_>) -> Result<Vec<ChangeHash>, ReadError> {
    let count = reader.u64()?;
    let mut hashes = Vec::new();
    for _ in 0..count {
        hashes.push(ChangeHash(reader.array()?));
    }
    Ok(hashes)
}

pub(crate) fn read_actors<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, ReadError> {
    let count = reader.u64()?;
    let mut actors = Vec::new();
    for _ in 0..count {
        actors.push(reader.prefixed()?);
    }
    Ok(actors)
}

/// The fields of a change, in the order in which they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeFields<'a> {
    pub(crate) deps: Vec<ChangeHash>,
    pub(crate) actor: &'a [u8],
    pub(crate) seq: u64,
    pub(crate) start_op: u64,
    pub(crate) time: i64,
    pub(crate) message: &'a [u8],
    pub(crate) other_actors: Vec<&'a [u8]>,
    pub(crate) columns: Vec<Column<'a>>,
    pub(crate) extra: &'a [u8],
}

impl<'a> ChangeFields<'a> {
    /// Reads the contents of a change chunk; they always reach to the end.
    pub(crate) fn read(contents: &'a [u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::new(contents);
        let deps = read_hashes(&mut reader)?;
        let actor = reader.prefixed()?;
        let seq = reader.u64()?;
        let start_op = reader.u64()?;
        let time = reader.i64()?;
        let message = reader.prefixed()?;
        let other_actors = read_actors(&mut reader)?;
        let lengths = read_column_lengths(&mut reader)?;
        let columns = read_columns(&mut reader, &lengths)?;
        let extra = reader.rest();
        Ok(Self { deps, actor, seq, start_op, time, message, other_actors, columns, extra })
    }

    /// The inverse of `read`.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_u64(&mut out, self.deps.len() as u64);
        for dep in &self.deps {
            out.extend_from_slice(&dep.0);
        }
        write_prefixed(&mut out, self.actor);
        write_u64(&mut out, self.seq);
        write_u64(&mut out, self.start_op);
        write_i64(&mut out, self.time);
        write_prefixed(&mut out, self.message);
        write_u64(&mut out, self.other_actors.len() as u64);
        for actor in &self.other_actors {
            write_prefixed(&mut out, actor);
        }
        write_u64(&mut out, self.columns.len() as u64);
        for column in &self.columns {
            write_u64(&mut out, u64::from(column.spec));
            write_u64(&mut out, column.data.len() as u64);
        }
        for column in &self.columns {
            out.extend_from_slice(column.data);
        }
        out.extend_from_slice(self.extra);
        out
    }
}
