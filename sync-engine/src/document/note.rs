//! A note: what it belongs to, and its rich text in the schema of Automerge's own editors. Blocks and
//! marks are written one at a time by UTF-16 index; a note always begins with a block marker.
//! Automerge's `update_spans` is not used: in 0.12.0 it ignores the heads of an isolated transaction.

use std::{collections::BTreeMap, ops::Range};

use automerge::{
    ObjId, ObjType, ROOT, ScalarValue, Value,
    marks::{ExpandMark, Mark as AutomergeMark},
    transaction::Transactable,
};
use serde::{Deserialize, Serialize};

use super::{
    DocumentError,
    collection::make_containers,
    edit::{lift, put, text_object},
    place::{Place, TextPlace},
    record::{Record, record},
    value::{Link, Plain, Scalar},
    view::View,
};

record! {
    Note, NoteField {
        scalars {
            title / Title: String,
            /// The conference that it was taken at.
            conference / Conference: String,
            agenda_item / AgendaItem: Link,
            speaker / Speaker: String,
        }
        sets { tags: String, }
        items { attachments: Attachment, }
    }
}

record! {
    /// A stored file, named by its hash: the note holds none of its bytes.
    Attachment, AttachmentField {
        scalars {
            name / Name: String,
            /// SHA-256, in hexadecimal.
            blob / Blob: String,
            media_type / MediaType: String,
            bytes / Bytes: i64,
        }
    }
}

/// What a paragraph is: a block of Automerge's editors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// `paragraph`, `heading`, `ordered-list-item` and so on; kept as it is where it is not known.
    pub kind: String,
    /// The kinds of the blocks that it is nested in, the outermost first.
    pub parents: Vec<String>,
    pub attrs: BTreeMap<String, Plain>,
    /// Whether it stands for a thing, such as a picture, and holds no text.
    pub is_embed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    Strong,
    Em,
    /// The target as Automerge's editors write it: JSON with `href` and `title`.
    Link(String),
}

pub(super) const BODY: &str = "body";
const BLOCK_KEYS: [&str; 4] = ["type", "parents", "attrs", "isEmbed"];

impl Note {
    pub fn place() -> Place<Self> {
        Place::root()
    }
}

impl Place<Note> {
    pub fn body(&self) -> TextPlace {
        self.text_at(BODY)
    }
}

impl Block {
    pub fn paragraph() -> Self {
        Self::of_kind("paragraph")
    }

    pub fn of_kind(kind: &str) -> Self {
        Self { kind: kind.to_owned(), parents: Vec::new(), attrs: BTreeMap::new(), is_embed: false }
    }
}

impl Mark {
    fn name(&self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Em => "em",
            Self::Link(_) => "link",
        }
    }

    fn value(&self) -> Plain {
        match self {
            Self::Strong | Self::Em => Plain::Flag(true),
            Self::Link(target) => Plain::Text(target.clone()),
        }
    }
}

/// What is typed at the end of bold words is bold; what is typed at the end of a link is not a link.
fn expand(name: &str) -> ExpandMark {
    match name {
        "link" => ExpandMark::None,
        _ => ExpandMark::After,
    }
}

/// The containers of a new note, with the block marker that every note begins with.
pub(super) fn begin(tx: &mut impl Transactable) -> Result<(), DocumentError> {
    make_containers(tx, &ROOT, Note::SCHEMA)?;
    let body = tx.put_object(ROOT, BODY, ObjType::Text)?;
    put_block(tx, &body, 0, &Block::paragraph())
}

pub fn insert_text(tx: &mut impl Transactable, at: usize, text: &str) -> Result<(), DocumentError> {
    let body = body(tx, at..at)?;
    Ok(tx.splice_text(&body, at, 0, text)?)
}

/// Deletes text and the block markers in it, but not the marker that the note begins with.
pub fn delete_text(tx: &mut impl Transactable, range: Range<usize>) -> Result<(), DocumentError> {
    let body = body(tx, range.clone())?;
    if range.start == 0 && !range.is_empty() && is_block(tx, &body, 0) {
        return Err(DocumentError::NotAParagraph(0));
    }
    Ok(tx.splice_text(&body, range.start, range.len() as isize, "")?)
}

/// Begins a paragraph at an index: what follows it, up to the next marker, becomes part of the new one.
pub fn split_paragraph(tx: &mut impl Transactable, at: usize, block: &Block) -> Result<(), DocumentError> {
    let body = body(tx, at..at)?;
    if at == 0 && is_block(tx, &body, 0) {
        return Err(DocumentError::NotAParagraph(0));
    }
    put_block(tx, &body, at, block)
}

/// Joins the paragraph whose marker is at an index to the one before.
pub fn join_paragraph(tx: &mut impl Transactable, at: usize) -> Result<(), DocumentError> {
    let body = body(tx, at..at)?;
    if at == 0 || !is_block(tx, &body, at) {
        return Err(DocumentError::NotAParagraph(at));
    }
    Ok(tx.join_block(&body, at)?)
}

pub fn append_paragraph(tx: &mut impl Transactable, block: &Block, text: &str) -> Result<(), DocumentError> {
    let body = body(tx, 0..0)?;
    let end = tx.length(&body);
    put_block(tx, &body, end, block)?;
    Ok(tx.splice_text(&body, end + 1, 0, text)?)
}

/// Makes the paragraph whose marker is at an index of another kind, writing only what differs.
pub fn set_block(tx: &mut impl Transactable, at: usize, block: &Block) -> Result<(), DocumentError> {
    let body = body(tx, at..at)?;
    match tx.get(&body, at)? {
        Some((Value::Object(ObjType::Map), marker)) => write_block(tx, &marker, block),
        _ => Err(DocumentError::NotAParagraph(at)),
    }
}

pub fn mark(tx: &mut impl Transactable, range: Range<usize>, mark: &Mark) -> Result<(), DocumentError> {
    mark_named(tx, range, mark.name(), &mark.value())
}

/// Puts a mark on by its name in Automerge, whichever app knows what it means.
pub fn mark_named(
    tx: &mut impl Transactable,
    range: Range<usize>,
    name: &str,
    value: &Plain,
) -> Result<(), DocumentError> {
    let body = body(tx, range.clone())?;
    if range.is_empty() {
        return Ok(());
    }
    put_mark(tx, &body, range, name, Some(value.to_scalar()))
}

/// Takes off a mark by its name in Automerge, whichever app put it there.
pub fn unmark(tx: &mut impl Transactable, range: Range<usize>, name: &str) -> Result<(), DocumentError> {
    let body = body(tx, range.clone())?;
    if range.is_empty() {
        return Ok(());
    }
    put_mark(tx, &body, range, name, None)
}

/// Puts a mark on a range that holds text, or takes it off.
pub(super) fn put_mark(
    tx: &mut impl Transactable,
    body: &ObjId,
    range: Range<usize>,
    name: &str,
    value: Option<ScalarValue>,
) -> Result<(), DocumentError> {
    match value {
        Some(value) => {
            let mark = AutomergeMark::new(name.to_owned(), value, range.start, range.end);
            Ok(tx.mark(body, mark, expand(name))?)
        }
        None => Ok(tx.unmark(body, name, range.start, range.end, expand(name))?),
    }
}

/// The text to write into, once the range is known to lie in it and the note is out of the bin.
fn body(tx: &mut impl Transactable, range: Range<usize>) -> Result<ObjId, DocumentError> {
    let body = text_object(tx, &Note::place().body())?;
    let length = tx.length(&body);
    if range.start > range.end || range.end > length {
        return Err(DocumentError::OutOfRange { index: range.end.max(range.start), length });
    }
    lift(tx, Note::place().path())?;
    Ok(body)
}

fn is_block(tx: &impl Transactable, body: &ObjId, at: usize) -> bool {
    matches!(tx.get(body, at), Ok(Some((Value::Object(ObjType::Map), _))))
}

pub(super) fn put_block(
    tx: &mut impl Transactable,
    body: &ObjId,
    at: usize,
    block: &Block,
) -> Result<(), DocumentError> {
    let marker = tx.split_block(body, at)?;
    write_block(tx, &marker, block)
}

pub(super) fn write_block(tx: &mut impl Transactable, marker: &ObjId, block: &Block) -> Result<(), DocumentError> {
    let [kind, parents, attrs, is_embed] = BLOCK_KEYS;
    let maps = std::slice::from_ref(marker);
    put(tx, maps, kind, ScalarValue::from(block.kind.as_str()))?;
    put(tx, maps, is_embed, ScalarValue::Boolean(block.is_embed))?;
    let view = View::new(tx, None);
    let (old, lists) = (read_block(view, marker), view.children(maps, parents, ObjType::List));
    let attr_maps = view.children(maps, attrs, ObjType::Map);
    if lists.is_empty() || old.parents != block.parents {
        let list = tx.put_object(marker, parents, ObjType::List)?;
        for (i, parent) in block.parents.iter().enumerate() {
            tx.insert(&list, i, parent.as_str())?;
        }
    }
    let attr_map = match attr_maps.into_iter().next() {
        Some(map) => map,
        None => tx.put_object(marker, attrs, ObjType::Map)?,
    };
    for (key, value) in &block.attrs {
        put(tx, std::slice::from_ref(&attr_map), key, value.to_scalar())?;
    }
    for key in old.attrs.keys().filter(|key| !block.attrs.contains_key(*key)) {
        tx.delete(&attr_map, key.as_str())?;
    }
    Ok(())
}

/// A block marker as far as this version understands it; the type may be a text, as older editors
/// wrote it.
pub(super) fn read_block<R: automerge::ReadDoc>(view: View<'_, R>, marker: &ObjId) -> Block {
    let [kind, parents, attrs, is_embed] = BLOCK_KEYS;
    let fields = view.fields(std::slice::from_ref(marker));
    let kind = fields.scalar(kind).unwrap_or_else(|| fields.text(kind));
    let parents = fields.objects(parents, ObjType::List);
    let attrs = view.fields(&fields.objects(attrs, ObjType::Map));
    let attrs = attrs.iter().filter_map(|(key, _)| Some((key.to_owned(), attrs.scalar(key)?)));
    Block {
        kind: if kind.is_empty() { "paragraph".to_owned() } else { kind },
        parents: parents.first().map(|list| view.words(list)).unwrap_or_default(),
        attrs: attrs.collect(),
        is_embed: matches!(fields.scalar(is_embed), Some(Plain::Flag(true))),
    }
}

/// The maps and the sequences that a block marker consists of, itself among them.
pub(super) fn block_objects<R: automerge::ReadDoc>(view: View<'_, R>, marker: &ObjId) -> (Vec<ObjId>, Vec<ObjId>) {
    let [kind, parents, attrs, _] = BLOCK_KEYS;
    let fields = view.fields(std::slice::from_ref(marker));
    let maps = std::iter::once(marker.clone()).chain(fields.objects(attrs, ObjType::Map)).collect();
    let sequences = [fields.objects(kind, ObjType::Text), fields.objects(parents, ObjType::List)].concat();
    (maps, sequences)
}
