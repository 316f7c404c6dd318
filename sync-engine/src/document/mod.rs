//! Conferences, notes and joint plans as Automerge documents: what is in each, how it is read at any
//! heads, and how it is written without undoing what others wrote. Knows nothing of storage, sync or
//! time; the documents it is given use UTF-16 text indexes.
//!
//! A record's scalars are registers, one field each; its texts are Automerge texts; its sets and
//! collections are maps. Readers take all conflicting maps as one, and any field of the wrong type as
//! absent. Writers take a `Transactable`, so they work at the tip and isolated at old heads alike.

mod collection;
mod compare;
mod conference;
mod copy;
mod edit;
mod edits;
mod elements;
mod history;
mod kind;
mod markdown;
mod minutes;
mod note;
mod order;
mod paragraphs;
mod passages;
mod pieces;
mod place;
mod plan;
mod record;
mod revert;
mod rewrite;
mod schema;
mod summary;
mod text;
mod text_diff;
mod touches;
mod value;
mod view;
mod walk;
mod words;

pub use collection::{Position, add, move_to};
pub use compare::{Difference, What, compare};
pub use conference::*;
pub use copy::{Copy, copy};
pub use edit::{insert_key, remove, remove_key, restore, set, set_text, text_object};
pub use edits::{Edit, apply};
pub(crate) use elements::{Element, elements};
pub use history::{Stretch, actors_since, frontier, stretches};
pub use kind::{FORMAT, Kind, added_containers, create, format_of, kind_of};
pub(crate) use markdown::escaped;
pub use markdown::{Around, Dispute, Elsewhere, item_names, markdown};
pub use minutes::{ClosedMinutes, are_closed};
pub use note::*;
pub(crate) use paragraphs::{MarksAt, reading};
pub use paragraphs::{Paragraph, Run, paragraphs, resolve_span, span_cursors};
pub use passages::{Passage, passages};
pub use pieces::{Piece, PieceKind, pieces};
pub use place::{Collection, Place, SetPlace, TextPlace};
pub use plan::*;
pub use record::{Item, Record, Rival, conflicts, read, read_bin};
pub use revert::revert;
pub use summary::{Summary, summarise};
pub(crate) use text::{PORTION_UNITS_MAX, portions};
pub use text::{replace_range, replace_text};
pub(crate) use text_diff::{changed_marks, same_letters};
pub use touches::Touch;
pub use value::{Date, ItemId, Key, Link, Percent, Plain, Scalar, Time};
pub use walk::{BinnedItem, Conflict, all_binned, all_conflicts, all_files};
pub use words::Language;

/// Why a document was not changed as asked. A failed writer may have written part of its work: the
/// caller drops the transaction, which rolls it back.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is gone, or was never here: read again, then decide.
    #[error("no item at {0}")]
    NoSuchItem(String),
    /// Someone has made it already: edit that one.
    #[error("item {0} exists already")]
    ItemExists(ItemId),
    #[error("the document is a {0:?} already")]
    AlreadyCreated(Kind),
    /// The place was computed at other heads than the transaction's.
    #[error("index {index} is not in a text of {length} units")]
    OutOfRange { index: usize, length: usize },
    /// The index names no block marker, or the first one, with which every note begins.
    #[error("no paragraph can be joined or changed at index {0}")]
    NotAParagraph(usize),
    /// A newer page than this engine, or one that made a mistake.
    #[error("{kind:?} documents have no `{field}` at `{at}`")]
    NoSuchField { kind: Kind, at: String, field: String },
    /// Whoever wants to change them sets their state back first.
    #[error("the minutes are approved and therefore closed")]
    MinutesClosed,
    /// The value could never be read back.
    #[error("`{value}` is not a valid {what}")]
    Invalid { what: &'static str, value: String },
    #[error(transparent)]
    Automerge(#[from] automerge::AutomergeError),
}

impl DocumentError {
    fn invalid(what: &'static str, value: impl ToString) -> Self {
        Self::Invalid { what, value: value.to_string() }
    }
}

#[cfg(test)]
mod tests;
