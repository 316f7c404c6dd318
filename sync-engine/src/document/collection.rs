//! Collections whose order matters: maps keyed by id, each item with an order key. Adding and moving
//! write to one item only, so that no two people's edits of a list can displace each other.

use automerge::{ObjId, ObjType, transaction::Transactable};

use super::{
    DocumentError,
    edit::{container, existing, lift, parent, put},
    order,
    place::{Collection, Place},
    record::{DELETED, Entry, ORDER, Record, entries},
    schema::Schema,
    value::ItemId,
    view::View,
};

/// Where an item goes. The items in the bin keep their places but are not counted as neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    First,
    Last,
    After(ItemId),
}

/// Adds an empty item with all its containers. The `tiebreak`, letters and digits, should be unlikely
/// to be chosen by another device: it keeps apart what two of them put in one place at once.
pub fn add<T: Record>(
    tx: &mut impl Transactable,
    collection: &Collection<T>,
    id: ItemId,
    position: Position,
    tiebreak: &str,
) -> Result<Place<T>, DocumentError> {
    add_at(tx, collection.path(), T::SCHEMA, id, position, tiebreak)?;
    Ok(collection.at(id))
}

/// As `add`, where the collection is known by its path.
pub(super) fn add_at(
    tx: &mut impl Transactable,
    collection: &[String],
    schema: &Schema,
    id: ItemId,
    position: Position,
    tiebreak: &str,
) -> Result<(), DocumentError> {
    let (maps, key) = parent(tx, collection)?;
    let containers = container(tx, &maps, key)?;
    if !View::new(tx, None).children(&containers, &id.to_string(), ObjType::Map).is_empty() {
        return Err(DocumentError::ItemExists(id));
    }
    let order = order_at(tx, &containers, None, position, tiebreak)?;
    let item = tx.put_object(&containers[0], id.to_string(), ObjType::Map)?;
    tx.put(&item, ORDER, order)?;
    make_containers(tx, &item, schema)
}

/// Moves an item by giving it a new order key.
pub fn move_to<T>(
    tx: &mut impl Transactable,
    collection: &Collection<T>,
    id: ItemId,
    position: Position,
    tiebreak: &str,
) -> Result<(), DocumentError> {
    move_at(tx, collection.at(id).path(), id, position, tiebreak)
}

/// As `move_to`, where the item is known by its path.
pub(super) fn move_at(
    tx: &mut impl Transactable,
    item: &[String],
    id: ItemId,
    position: Position,
    tiebreak: &str,
) -> Result<(), DocumentError> {
    let maps = existing(tx, item)?;
    let containers = existing(tx, &item[..item.len() - 1])?;
    let order = order_at(tx, &containers, Some(id), position, tiebreak)?;
    lift(tx, item)?;
    put(tx, &maps, ORDER, order.into())
}

/// Makes what a record holds other than scalars, in the change that makes the record.
pub(super) fn make_containers(
    tx: &mut impl Transactable,
    record: &ObjId,
    schema: &Schema,
) -> Result<(), DocumentError> {
    for text in schema.texts {
        tx.put_object(record, *text, ObjType::Text)?;
    }
    for map in schema.sets.iter().map(|set| set.0).chain(schema.items.iter().map(|items| items.0)) {
        tx.put_object(record, map, ObjType::Map)?;
    }
    Ok(())
}

fn order_at(
    tx: &impl Transactable,
    containers: &[ObjId],
    moved: Option<ItemId>,
    position: Position,
    tiebreak: &str,
) -> Result<String, DocumentError> {
    let mut entries = entries(View::new(tx, None), containers);
    entries.retain(|entry| Some(entry.id) != moved && entry.fields.scalar::<i64>(DELETED).is_none());
    let next = match position {
        Position::First => 0,
        Position::Last => entries.len(),
        Position::After(id) => {
            let found = entries.iter().position(|entry| entry.id == id);
            found.ok_or_else(|| DocumentError::NoSuchItem(id.to_string()))? + 1
        }
    };
    let order = |entry: Option<&Entry<'_, _>>| entry.map(|entry| entry.order.clone()).unwrap_or_default();
    let before = order(next.checked_sub(1).and_then(|i| entries.get(i)));
    order::between(&before, &order(entries.get(next)), tiebreak)
}
