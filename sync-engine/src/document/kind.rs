//! What kind of document this is, and how a new one begins: with all its containers, so that no two
//! devices have to make one at once.

use automerge::{
    ActorId, Automerge, Change, ChangeHash, ObjType, ROOT, ReadDoc, ScalarValue, TextEncoding,
    transaction::{CommitOptions, Transactable},
};

use super::{
    DocumentError, collection::make_containers, conference::Conference, note, note::Note, plan::Plan, record::Record,
    schema::Schema, value::words, view::View,
};

words! {
    /// Never changes once a document has it.
    Kind { Conference = "conference", Note = "note", Plan = "plan", }
}

impl Kind {
    pub(super) fn schema(self) -> &'static Schema {
        match self {
            Self::Conference => Conference::SCHEMA,
            Self::Note => Note::SCHEMA,
            Self::Plan => Plan::SCHEMA,
        }
    }
}

/// The version of what documents hold. Fields are added without a new one; a reader of an older version
/// shows what it knows and keeps the rest.
pub const FORMAT: u32 = 1;

pub(super) const KIND: &str = "kind";
pub(super) const TITLE: &str = "title";

/// Begins the actor of a change that a new format makes: it is nobody's.
const FORMAT_ACTOR: &[u8] = b"multaqa format ";

pub(super) fn is_format_actor(actor: &ActorId) -> bool {
    actor.to_bytes().starts_with(FORMAT_ACTOR)
}

/// Writes the first change of an empty document.
pub fn create(tx: &mut impl Transactable, kind: Kind, title: &str) -> Result<(), DocumentError> {
    if let Some(kind) = kind_of(tx, None) {
        return Err(DocumentError::AlreadyCreated(kind));
    }
    tx.put(ROOT, KIND, super::Scalar::to_scalar(&kind))?;
    tx.put(ROOT, "format", u64::from(FORMAT))?;
    tx.put(ROOT, TITLE, title)?;
    match kind {
        Kind::Conference => make_containers(tx, &ROOT, Conference::SCHEMA),
        Kind::Plan => make_containers(tx, &ROOT, Plan::SCHEMA),
        Kind::Note => note::begin(tx),
    }
}

/// None for a document that no version of this app made, or whose first change is not here yet.
pub fn kind_of(doc: &impl ReadDoc, heads: Option<&[ChangeHash]>) -> Option<Kind> {
    View::new(doc, heads).fields(&[ROOT]).scalar(KIND)
}

pub fn format_of(doc: &impl ReadDoc, heads: Option<&[ChangeHash]>) -> Option<u32> {
    View::new(doc, heads).fields(&[ROOT]).scalar("format")
}

/// The change that gives existing documents the containers which a later format adds to their root.
///
/// It is the same bytes on every device and for every document: its actor is fixed by the format, its
/// time is zero and it depends on nothing. So a device that opens an old document applies it, whichever
/// devices did so before, and all of them hold one container and not one each behind a conflict. Once
/// a format is released, its list of containers never changes.
pub fn added_containers(format: u32, containers: &[(&str, ObjType)]) -> Result<Change, DocumentError> {
    let actor = [FORMAT_ACTOR, &format.to_be_bytes()].concat();
    let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit).with_actor(ActorId::from(actor));
    let mut tx = doc.transaction();
    for (key, container) in containers {
        tx.put_object(ROOT, *key, *container)?;
    }
    tx.put(ROOT, "format", ScalarValue::Uint(u64::from(format)))?;
    tx.commit_with(CommitOptions::default().with_time(0));
    doc.get_last_local_change().ok_or_else(|| DocumentError::invalid("format", format))
}
