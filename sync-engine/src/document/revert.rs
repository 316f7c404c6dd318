//! Sets differences back, each by writing no more than it says: into a transaction that sees the newer of the two
//! versions, so that whatever came after stays.

use automerge::{ObjId, ObjType, ScalarValue, transaction::Transactable};

use super::{
    DocumentError,
    compare::{Difference, What},
    edit::{container, erase, existing, put},
    kind::{Kind, kind_of},
    record::{DELETED, ORDER},
    rewrite::{body_of, rewrite},
    schema::{Check, Schema},
    text::replace_text,
    view::View,
};

/// Takes back what differs. The differences are of one comparison, whose newer version the transaction sees.
/// What had been added goes into the bin. `now_ms` is the device's clock, in Unix milliseconds.
pub fn revert(tx: &mut impl Transactable, differences: &[Difference], now_ms: i64) -> Result<(), DocumentError> {
    let Some(kind) = kind_of(tx, None) else {
        return Err(DocumentError::NoSuchItem("the document's beginning".into()));
    };
    // From the end, so that no paragraph moves the place of another.
    for difference in differences.iter().rev() {
        revert_one(tx, kind, difference, now_ms)?;
    }
    Ok(())
}

fn revert_one(
    tx: &mut impl Transactable,
    kind: Kind,
    difference: &Difference,
    now_ms: i64,
) -> Result<(), DocumentError> {
    let (at, field) = (difference.at.as_slice(), difference.field.as_str());
    if let What::Paragraphs { old, at, .. } = &difference.what {
        let body = body_of(tx).ok_or_else(|| DocumentError::NoSuchItem(field.to_owned()))?;
        return rewrite(tx, &body, at.clone(), old);
    }
    let maps = existing(tx, at)?;
    match &difference.what {
        What::Field { old, .. } => match old.as_ref().and_then(|value| check_of(kind.schema(), at, field)?(value)) {
            Some(value) => put(tx, &maps, field, value),
            None => erase(tx, &maps, field),
        },
        What::Text { old, .. } => {
            for text in texts(tx, &maps, field, old)? {
                replace_text(tx, &text, old)?;
            }
            Ok(())
        }
        What::Keys { added, removed } => {
            let sets = container(tx, &maps, field)?;
            added.iter().try_for_each(|key| erase(tx, &sets, key))?;
            removed.iter().try_for_each(|key| put(tx, &sets, key, true.into()))
        }
        What::Added => put(tx, &maps, DELETED, ScalarValue::Timestamp(now_ms)),
        What::Removed => erase(tx, &maps, DELETED),
        What::Restored { deleted_at_ms } => put(tx, &maps, DELETED, ScalarValue::Timestamp(*deleted_at_ms)),
        What::Moved { order: Some(order) } => put(tx, &maps, ORDER, order.as_str().into()),
        What::Moved { order: None } => erase(tx, &maps, ORDER),
        What::Paragraphs { .. } => Ok(()),
    }
}

fn check_of(schema: &'static Schema, at: &[String], field: &str) -> Option<Check> {
    let (schema, _) = schema.descend(at)?;
    schema.scalars.iter().find(|(name, _)| *name == field).map(|(_, check)| *check)
}

/// The text to write into. Where several devices made one at once an empty one hides behind any other, so all of
/// them have to be emptied.
fn texts(tx: &mut impl Transactable, maps: &[ObjId], field: &str, old: &str) -> Result<Vec<ObjId>, DocumentError> {
    let view = View::new(tx, None);
    let texts = view.children(maps, field, ObjType::Text);
    if old.is_empty() {
        return Ok(texts);
    }
    match view.shown_text(&texts) {
        Some(text) => Ok(vec![text]),
        None => Ok(vec![tx.put_object(&maps[0], field, ObjType::Text)?]),
    }
}
