//! Walks over all of a document by schema, for what may be anywhere in it: fields that several people set at once,
//! items in the bin, and stored files.

use std::collections::BTreeMap;

use automerge::{ActorId, Automerge, ObjId, ObjType, ROOT};

use super::{
    compare::own_words,
    copy::blob_of,
    kind::kind_of,
    paragraphs::paragraphs,
    place::Path,
    record::{DELETED, entries},
    schema::Schema,
    touches::{Touch, op_name},
    value::{Plain, Scalar},
    view::{Fields, View},
};

/// A field that several people set at once to different values.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    pub at: Vec<String>,
    pub field: String,
    /// The value that is shown comes first.
    pub rivals: Vec<(Plain, Touch)>,
}

/// An item in the bin.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BinnedItem {
    pub at: Vec<String>,
    /// The item's own words.
    pub about: String,
    pub deleted_at_ms: i64,
}

/// Every field in conflict of what is not in the bin.
pub fn all_conflicts(doc: &Automerge) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    walk(doc, &mut |place| {
        for (name, check) in place.schema.scalars.iter().filter(|_| !place.is_binned) {
            let found = place.fields.all(name).iter();
            let rivals = found.filter_map(|found| {
                let value = Plain::from_scalar(found.scalar()?).filter(|value| check(value).is_some())?;
                Some((value, touch(doc, &found.op)?))
            });
            let rivals: Vec<_> = rivals.collect();
            if rivals.iter().any(|(value, _)| *value != rivals[0].0) {
                conflicts.push(Conflict { at: place.at.clone(), field: (*name).to_owned(), rivals });
            }
        }
    });
    conflicts
}

/// Every item in the bin, the last deleted first; one that was put there by itself also where it lies in another.
pub fn all_binned(doc: &Automerge) -> Vec<BinnedItem> {
    let mut binned = Vec::new();
    walk(doc, &mut |place| {
        if let (Some(deleted_at_ms), false) = (place.fields.scalar(DELETED), place.at.is_empty()) {
            let about = own_words(place.schema, place.fields).unwrap_or_default();
            binned.push(BinnedItem { at: place.at.clone(), about, deleted_at_ms });
        }
    });
    binned.sort_by_key(|item| std::cmp::Reverse(item.deleted_at_ms));
    binned
}

/// The stored files that a document names, by their hash in hexadecimal, each with what it is called there; those in
/// the bin among them.
pub fn all_files(doc: &Automerge) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    walk(doc, &mut |place| {
        if let Some(blob) = place.fields.scalar::<String>("blob") {
            files.entry(blob).or_insert_with(|| own_words(place.schema, place.fields).unwrap_or_default());
        }
    });
    let attrs = paragraphs(doc, None).into_iter().flat_map(|paragraph| paragraph.block.attrs.into_values());
    for blob in attrs.filter_map(|value| blob_of(&value)) {
        files.entry(blob).or_default();
    }
    files
}

/// A record that the walk has come to.
struct Stop<'w, 'd> {
    schema: &'static Schema,
    at: &'w Path,
    fields: &'w Fields<'d, Automerge>,
    /// Whether it is in the bin, or in something that is.
    is_binned: bool,
}

fn walk(doc: &Automerge, visit: &mut impl FnMut(&Stop<'_, '_>)) {
    let view = View::new(doc, None);
    if let Some(kind) = kind_of(doc, None) {
        step(view, kind.schema(), &Path::new(), view.fields(&[ROOT]), false, visit);
    }
}

fn step(
    view: View<'_, Automerge>,
    schema: &'static Schema,
    at: &Path,
    fields: Fields<'_, Automerge>,
    is_in_bin: bool,
    visit: &mut impl FnMut(&Stop<'_, '_>),
) {
    let is_binned = is_in_bin || fields.scalar::<i64>(DELETED).is_some();
    visit(&Stop { schema, at, fields: &fields, is_binned });
    for (name, schema) in schema.items {
        for entry in entries(view, &fields.objects(name, ObjType::Map)) {
            let at = at.iter().cloned().chain([(*name).to_owned(), entry.id.to_string()]).collect();
            step(view, schema, &at, entry.fields, is_binned, visit);
        }
    }
}

/// Who made an operation, and when.
fn touch(doc: &Automerge, op: &ObjId) -> Option<Touch> {
    let (_, actor): (u64, ActorId) = op_name(op)?;
    let change = doc.get_change_meta_by_hash(&doc.hash_for_opid(op)?)?;
    Some(Touch { actor, at_ms: change.timestamp })
}
