//! Writing a record, one field at a time and never from a stale copy: what this version does not know,
//! and what others set meanwhile, stays as it is. Any edit takes what it touches out of the bin.

use automerge::{ObjId, ObjType, ROOT, Value, transaction::Transactable};

use super::{
    DocumentError,
    place::{Place, SetPlace, TextPlace},
    record::{DELETED, Record},
    text,
    value::Key,
    view::View,
};

/// Sets or clears one scalar field, and so settles any conflict about it.
pub fn set<T: Record>(tx: &mut impl Transactable, place: &Place<T>, field: T::Field) -> Result<(), DocumentError> {
    let (key, value) = T::entry(&field);
    set_at(tx, place.path(), key, value)
}

/// As `set`, where the record is known by its path.
pub(super) fn set_at(
    tx: &mut impl Transactable,
    record: &[String],
    key: &str,
    value: Option<automerge::ScalarValue>,
) -> Result<(), DocumentError> {
    let maps = existing(tx, record)?;
    lift(tx, record)?;
    match value {
        Some(value) => put(tx, &maps, key, value),
        None => erase(tx, &maps, key),
    }
}

/// Makes a text read as `new`, by small edits against the text that the transaction sees.
pub fn set_text(tx: &mut impl Transactable, place: &TextPlace, new: &str) -> Result<(), DocumentError> {
    set_text_at(tx, place.path(), new)
}

/// As `set_text`, where the text is known by its path.
pub(super) fn set_text_at(tx: &mut impl Transactable, path: &[String], new: &str) -> Result<(), DocumentError> {
    let text = text_at(tx, path)?;
    text::replace_text(tx, &text, new)
}

/// The text object at a place, for edits by index; made if an older app left it out.
pub fn text_object(tx: &mut impl Transactable, place: &TextPlace) -> Result<ObjId, DocumentError> {
    text_at(tx, place.path())
}

fn text_at(tx: &mut impl Transactable, path: &[String]) -> Result<ObjId, DocumentError> {
    let (maps, key) = parent(tx, path)?;
    let view = View::new(tx, None);
    match view.shown_text(&view.children(&maps, key, ObjType::Text)) {
        Some(text) => Ok(text),
        None => Ok(tx.put_object(&maps[0], key, ObjType::Text)?),
    }
}

pub fn insert_key<K: Key>(tx: &mut impl Transactable, set: &SetPlace<K>, key: &K) -> Result<(), DocumentError> {
    let key = key.to_key();
    if key.is_empty() {
        return Err(DocumentError::invalid("key", key));
    }
    put_key(tx, set.path(), &key)
}

/// As `insert_key`, where the set is known by its path.
pub(super) fn put_key(tx: &mut impl Transactable, set: &[String], key: &str) -> Result<(), DocumentError> {
    let (maps, name) = parent(tx, set)?;
    let sets = container(tx, &maps, name)?;
    put(tx, &sets, key, true.into())
}

pub fn remove_key<K: Key>(tx: &mut impl Transactable, set: &SetPlace<K>, key: &K) -> Result<(), DocumentError> {
    erase_key(tx, set.path(), &key.to_key())
}

/// As `remove_key`, where the set is known by its path.
pub(super) fn erase_key(tx: &mut impl Transactable, set: &[String], key: &str) -> Result<(), DocumentError> {
    let (maps, name) = parent(tx, set)?;
    let sets = View::new(tx, None).children(&maps, name, ObjType::Map);
    erase(tx, &sets, key)
}

/// Puts an item, or a whole document by its root, in the bin. Nothing is lost: `restore`, or any edit
/// that knows of the deletion, takes it out again.
pub fn remove<T>(tx: &mut impl Transactable, place: &Place<T>, at_ms: i64) -> Result<(), DocumentError> {
    remove_at(tx, place.path(), at_ms)
}

/// As `remove`, where the record is known by its path.
pub(super) fn remove_at(tx: &mut impl Transactable, record: &[String], at_ms: i64) -> Result<(), DocumentError> {
    let maps = existing(tx, record)?;
    put(tx, &maps, DELETED, automerge::ScalarValue::Timestamp(at_ms))
}

pub fn restore<T>(tx: &mut impl Transactable, place: &Place<T>) -> Result<(), DocumentError> {
    lift_at(tx, place.path())
}

/// As `restore`, where the record is known by its path.
pub(super) fn lift_at(tx: &mut impl Transactable, record: &[String]) -> Result<(), DocumentError> {
    existing(tx, record)?;
    lift(tx, record)
}

/// Takes everything on the way to a place out of the bin.
pub(super) fn lift(tx: &mut impl Transactable, path: &[String]) -> Result<(), DocumentError> {
    // Records are at even depths: a collection's name and an item's id lead to each.
    for depth in (0..=path.len()).step_by(2) {
        let maps = View::new(tx, None).maps_at(&path[..depth]);
        erase(tx, &maps, DELETED)?;
    }
    Ok(())
}

pub(super) fn existing(tx: &impl Transactable, path: &[String]) -> Result<Vec<ObjId>, DocumentError> {
    let maps = View::new(tx, None).maps_at(path);
    if maps.is_empty() {
        return Err(DocumentError::NoSuchItem(path.join("/")));
    }
    Ok(maps)
}

/// The record that holds what is at this path, out of the bin, and the last key of the path.
pub(super) fn parent<'p>(
    tx: &mut impl Transactable,
    path: &'p [String],
) -> Result<(Vec<ObjId>, &'p str), DocumentError> {
    let Some((key, record)) = path.split_last() else {
        return Ok((vec![ROOT], ""));
    };
    let maps = existing(tx, record)?;
    lift(tx, record)?;
    Ok((maps, key))
}

/// All maps under a key. Makes one if there is none: a document by an older app may lack it, and if
/// another device makes one at the same time, readers merge the two.
pub(super) fn container(tx: &mut impl Transactable, maps: &[ObjId], key: &str) -> Result<Vec<ObjId>, DocumentError> {
    let containers = View::new(tx, None).children(maps, key, ObjType::Map);
    match containers.is_empty() {
        true => Ok(vec![tx.put_object(&maps[0], key, ObjType::Map)?]),
        false => Ok(containers),
    }
}

/// Gives one field one value in all maps that stand for one record.
pub(super) fn put(
    tx: &mut impl Transactable,
    maps: &[ObjId],
    key: &str,
    value: automerge::ScalarValue,
) -> Result<(), DocumentError> {
    let Some((winner, others)) = maps.split_first() else {
        return Ok(());
    };
    erase(tx, others, key)?;
    let is_there = match View::new(tx, None).values(winner, key).as_slice() {
        [only] => only.scalar() == Some(&value),
        _ => false,
    };
    if !is_there {
        tx.put(winner, key, value)?;
    }
    Ok(())
}

/// Clears one field in all maps that stand for one record. A map or text under that key is another
/// version's: it stays.
pub(super) fn erase(tx: &mut impl Transactable, maps: &[ObjId], key: &str) -> Result<(), DocumentError> {
    for map in maps {
        let values = View::new(tx, None).values(map, key);
        if values.iter().any(|found| matches!(found.value, Value::Scalar(_))) {
            tx.delete(map, key)?;
        }
    }
    Ok(())
}
