//! A note between the page that shows it and its Automerge document: what the page changed becomes small edits of
//! the document at the heads that the page shows, and what others changed becomes small edits of the page. Knows no
//! store and no clock.
//!
//! A body is one flat sequence: each block is one marker (1 unit) followed by its text, in UTF-16 code units. A body
//! always has a block, and always begins with a marker: where other apps wrote text before the first marker, or the
//! note holds nothing at all, the first block stands for a marker that is not in the document yet. The page need not
//! know; the marker is put in with the first change of that block.

mod align;
mod body;
mod flat;
mod flush;
mod script;
mod write;

use std::collections::BTreeMap;

use automerge::ChangeHash;
use serde::{Deserialize, Serialize};

use crate::document::{Block, Plain, Run};

pub(crate) use body::Body;
pub(crate) use flush::{Answer, Flush};

/// A block as the page shows it: what it is, and its text in runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteBlock {
    #[serde(flatten)]
    pub block: Block,
    pub runs: Vec<Run>,
}

/// A note's text at some heads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteBody {
    #[serde(with = "hashes")]
    pub heads: Vec<ChangeHash>,
    pub blocks: Vec<NoteBlock>,
}

/// Blocks `from..to` of the body at the named heads were replaced by `blocks`. A mark, block or attribute that the
/// page has no words for comes back as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedBlocks {
    pub from: usize,
    pub to: usize,
    pub blocks: Vec<NoteBlock>,
}

/// Indexes into the flat body as the editor shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    pub anchor: usize,
    pub head: usize,
}

/// What became of a flush.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlushAnswer {
    /// After this edit alone, on top of the named heads.
    #[serde(with = "hashes")]
    pub own: Vec<ChangeHash>,
    /// The document as it is now.
    #[serde(with = "hashes")]
    pub merged: Vec<ChangeHash>,
    /// Applied one after the other they turn the body at `own`, which is what the editor showed when it flushed,
    /// into the body at `merged`.
    pub edits: Vec<BodyEdit>,
    /// The given selection, as it stands at `merged`.
    pub selection: Option<Selection>,
}

/// One small edit of a body. Indexes are into the flat body, as it is after the edits before. None splits or joins at
/// index 0: the first marker stays, whatever happens to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum BodyEdit {
    /// The text gets exactly these marks, and none from its neighbours.
    Insert {
        at: usize,
        text: String,
        marks: BTreeMap<String, Plain>,
    },
    /// No marker is among the deleted units.
    Delete {
        at: usize,
        units: usize,
    },
    /// What follows the index, up to the next marker, becomes part of the new block.
    Split {
        at: usize,
        block: Block,
    },
    /// The marker at the index goes, and its text becomes part of the block before.
    Join {
        at: usize,
    },
    SetBlock {
        at: usize,
        block: Block,
    },
    /// No value takes the mark off.
    Mark {
        from: usize,
        to: usize,
        name: String,
        value: Option<Plain>,
    },
}

/// Why a flush was not taken. Nothing of it happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditorError {
    #[error("the document is not a note")]
    NotANote,
    #[error("blocks {from} to {to} are not in a body of {blocks} blocks")]
    NoSuchBlocks { from: usize, to: usize, blocks: usize },
    #[error("a body has at least one block")]
    NoBlockLeft,
    #[error("index {index} is not in a body of {units} units")]
    OutOfRange { index: usize, units: usize },
    #[error("the changed blocks hold more than {UNITS_MAX} units of text")]
    TooLong,
}

/// Half of the operations that a document may have: what goes beyond can no longer be edited.
const UNITS_MAX: usize = 2_000_000;

/// Heads as the page names them.
mod hashes {
    use automerge::ChangeHash;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(hashes: &[ChangeHash], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(hashes.iter().map(ChangeHash::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<ChangeHash>, D::Error> {
        let hashes = Vec::<String>::deserialize(from)?;
        hashes.iter().map(|hash| hash.parse().map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests;
