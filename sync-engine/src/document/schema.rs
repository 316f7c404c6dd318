//! What a record holds, by names: for edits that name fields, and for whoever walks over all of a document.

use automerge::ScalarValue;

use super::value::{Key, Plain, Scalar};

/// The value as it is stored, or none if the field cannot hold it.
pub(super) type Check = fn(&Plain) -> Option<ScalarValue>;
/// Whether a set can have this key.
pub(super) type IsKey = fn(&str) -> bool;

/// The fields of a record.
pub struct Schema {
    pub(super) scalars: &'static [(&'static str, Check)],
    pub(super) texts: &'static [&'static str],
    pub(super) sets: &'static [(&'static str, IsKey)],
    /// Collections, each with what its items hold.
    pub(super) items: &'static [(&'static str, &'static Schema)],
}

impl Schema {
    /// What the record or collection at a path holds, and whether the path ends at a collection. None for a path that
    /// no document of this kind has.
    pub(super) fn descend(&'static self, at: &[String]) -> Option<(&'static Schema, bool)> {
        let (mut schema, mut is_collection) = (self, false);
        for key in at {
            if !is_collection {
                schema = schema.items.iter().find(|(name, _)| name == key)?.1;
            }
            is_collection = !is_collection;
        }
        Some((schema, is_collection))
    }
}

pub(super) fn checked<S: Scalar>(value: &Plain) -> Option<ScalarValue> {
    S::from_scalar(&value.to_scalar()).map(|value| value.to_scalar())
}

pub(super) fn is_key<K: Key>(key: &str) -> bool {
    !key.is_empty() && K::from_key(key).is_some()
}
