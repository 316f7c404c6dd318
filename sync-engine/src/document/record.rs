//! What a record is: scalars, texts, sets and collections under fixed names. One declaration gives the
//! typed reading, the list of fields that can be set, and the places below it.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{ChangeHash, ObjId, ObjType, ReadDoc, ScalarValue};
use serde::{Deserialize, Serialize};

use super::{
    order,
    place::{Collection, Place},
    schema::Schema,
    value::{ItemId, Key, Plain, Scalar},
    view::{Fields, Found, View},
};

/// When the record was put in the bin, in milliseconds since 1970 by the clock of who did.
pub(super) const DELETED: &str = "deleted";
/// Where the item stands among its neighbours.
pub(super) const ORDER: &str = "order";

/// A record of a document. Its fields that this version does not know are neither read nor written.
pub trait Record: Sized {
    /// One scalar field and its new value; `None` clears it.
    type Field;
    /// What it holds, by names.
    const SCHEMA: &'static Schema;

    #[doc(hidden)]
    fn from_fields(fields: &impl ReadFields) -> Self;
    #[doc(hidden)]
    fn entry(field: &Self::Field) -> (&'static str, Option<ScalarValue>);
}

/// An item of a collection, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item<T> {
    pub id: ItemId,
    /// When it was put in the bin, in milliseconds since 1970; none for an item in use.
    pub deleted_at_ms: Option<i64>,
    /// The scalar fields that several people set at once to different values; see [`conflicts`].
    pub conflicting: Vec<String>,
    #[serde(flatten)]
    pub value: T,
}

/// One of the values that several people gave a field at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rival {
    pub value: Plain,
    /// The operation that set it, as Automerge writes it: `counter@actor`.
    pub op: String,
    /// The Automerge actor that set it, in hexadecimal.
    pub actor: String,
}

/// The record at a place, or none if nothing was ever made there.
pub fn read<T: Record>(doc: &impl ReadDoc, place: &Place<T>, heads: Option<&[ChangeHash]>) -> Option<T> {
    let view = View::new(doc, heads);
    let maps = view.maps_at(place.path());
    (!maps.is_empty()).then(|| T::from_fields(&view.fields(&maps)))
}

/// The items of a collection that are in the bin, in their order.
pub fn read_bin<T: Record>(
    doc: &impl ReadDoc,
    collection: &Collection<T>,
    heads: Option<&[ChangeHash]>,
) -> Vec<Item<T>> {
    let view = View::new(doc, heads);
    let mut items = items(view, &view.maps_at(collection.path()));
    items.retain(|item| item.deleted_at_ms.is_some());
    items
}

/// Every scalar field of a record that several people set at once to different values, with all of
/// them, the one that is shown first.
pub fn conflicts<T: Record>(
    doc: &impl ReadDoc,
    place: &Place<T>,
    heads: Option<&[ChangeHash]>,
) -> BTreeMap<String, Vec<Rival>> {
    let view = View::new(doc, heads);
    let fields = view.fields(&view.maps_at(place.path()));
    conflicting(&fields).map(|(key, found)| (key.to_owned(), rivals(found))).collect()
}

/// What a record reads itself from: all its fields at some heads.
pub trait ReadFields {
    fn scalar<S: Scalar>(&self, key: &str) -> Option<S>;
    fn text(&self, key: &str) -> String;
    fn set<K: Key + Ord>(&self, key: &str) -> BTreeSet<K>;
    fn items<T: Record>(&self, key: &str) -> Vec<Item<T>>;
}

impl<R: ReadDoc> ReadFields for Fields<'_, R> {
    fn scalar<S: Scalar>(&self, key: &str) -> Option<S> {
        Fields::scalar(self, key)
    }

    fn text(&self, key: &str) -> String {
        Fields::text(self, key)
    }

    fn set<K: Key + Ord>(&self, key: &str) -> BTreeSet<K> {
        let keys = self.view().fields(&self.objects(key, ObjType::Map));
        keys.iter().filter_map(|(key, _)| K::from_key(key)).collect()
    }

    fn items<T: Record>(&self, key: &str) -> Vec<Item<T>> {
        let mut items = items(self.view(), &self.objects(key, ObjType::Map));
        items.retain(|item| item.deleted_at_ms.is_none());
        items
    }
}

/// All items of a collection, in their order, those in the bin among them.
fn items<T: Record, R: ReadDoc>(view: View<'_, R>, containers: &[ObjId]) -> Vec<Item<T>> {
    let entries = entries(view, containers).into_iter();
    entries
        .map(|Entry { id, fields, .. }| Item {
            id,
            deleted_at_ms: fields.scalar(DELETED),
            conflicting: conflicting(&fields).map(|(key, _)| key.to_owned()).collect(),
            value: T::from_fields(&fields),
        })
        .collect()
}

/// An item before it is read as a record.
pub(super) struct Entry<'a, R> {
    pub(super) order: String,
    pub(super) id: ItemId,
    /// The maps that stand for it, the winning one first.
    pub(super) maps: Vec<ObjId>,
    pub(super) fields: Fields<'a, R>,
}

/// Every item of a collection, sorted as shown: by order key, then by id. An item without a valid
/// order key comes first, so that it is seen.
pub(super) fn entries<'a, R: ReadDoc>(view: View<'a, R>, containers: &[ObjId]) -> Vec<Entry<'a, R>> {
    let container = view.fields(containers);
    let entry = |(key, _): (&str, &[Found])| {
        let maps = container.objects(key, ObjType::Map);
        let fields = view.fields(&maps);
        let order = fields.scalar::<String>(ORDER).filter(|order| order::is_key(order));
        let is_item = !maps.is_empty();
        let entry = Entry { order: order.unwrap_or_default(), id: key.parse().ok()?, maps, fields };
        is_item.then_some(entry)
    };
    let mut entries: Vec<_> = container.iter().filter_map(entry).collect();
    entries.sort_by(|a, b| (&a.order, a.id).cmp(&(&b.order, b.id)));
    entries
}

fn conflicting<'f, R: ReadDoc>(fields: &'f Fields<'_, R>) -> impl Iterator<Item = (&'f str, &'f [Found])> {
    fields.iter().filter(|(key, found)| ![ORDER, DELETED].contains(key) && is_conflicting(found))
}

pub(super) fn is_conflicting(found: &[Found]) -> bool {
    let mut scalars = found.iter().filter_map(Found::scalar);
    let first = scalars.next();
    scalars.any(|other| Some(other) != first)
}

fn rivals(found: &[Found]) -> Vec<Rival> {
    let rival = |found: &Found| {
        let op = found.op.to_string();
        let value = Plain::from_scalar(found.scalar()?)?;
        let actor = op.split_once('@').map(|(_, actor)| actor.to_owned()).unwrap_or_default();
        Some(Rival { value, op, actor })
    };
    found.iter().filter_map(rival).collect()
}

/// Declares a record: the struct that is read, the enum of its scalar fields, and its places.
macro_rules! record {
    ($(#[$meta:meta])* $name:ident, $field:ident {
        $(scalars { $($(#[$s_meta:meta])* $scalar:ident / $variant:ident: $s_type:ty,)* })?
        $(texts { $($(#[$t_meta:meta])* $text:ident,)* })?
        $(sets { $($(#[$k_meta:meta])* $set:ident: $k_type:ty,)* })?
        $(items { $($(#[$c_meta:meta])* $items:ident: $c_type:ty,)* })?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($($(#[$s_meta])* pub $scalar: Option<$s_type>,)*)?
            $($($(#[$t_meta])* pub $text: String,)*)?
            $($($(#[$k_meta])* pub $set: std::collections::BTreeSet<$k_type>,)*)?
            $($($(#[$c_meta])* pub $items: Vec<$crate::document::Item<$c_type>>,)*)?
        }

        #[doc = concat!("One scalar field of a [`", stringify!($name), "`] and its new value; `None` clears it.")]
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "field", content = "value", rename_all = "snake_case")]
        pub enum $field { $($($variant(Option<$s_type>),)*)? }

        impl $crate::document::record::Record for $name {
            type Field = $field;
            const SCHEMA: &'static $crate::document::schema::Schema = &$crate::document::schema::Schema {
                scalars: &[$($((stringify!($scalar), $crate::document::schema::checked::<$s_type>),)*)?],
                texts: &[$($(stringify!($text),)*)?],
                sets: &[$($((stringify!($set), $crate::document::schema::is_key::<$k_type>),)*)?],
                items: &[$($((stringify!($items), <$c_type as $crate::document::record::Record>::SCHEMA),)*)?],
            };

            fn from_fields(fields: &impl $crate::document::record::ReadFields) -> Self {
                Self {
                    $($($scalar: fields.scalar(stringify!($scalar)),)*)?
                    $($($text: fields.text(stringify!($text)),)*)?
                    $($($set: fields.set(stringify!($set)),)*)?
                    $($($items: fields.items(stringify!($items)),)*)?
                }
            }

            fn entry(field: &$field) -> (&'static str, Option<automerge::ScalarValue>) {
                match field {
                    $($($field::$variant(value) => (
                        stringify!($scalar),
                        value.as_ref().map($crate::document::value::Scalar::to_scalar),
                    ),)*)?
                }
            }
        }

        impl $crate::document::Place<$name> {
            $($(pub fn $text(&self) -> $crate::document::TextPlace { self.text_at(stringify!($text)) })*)?
            $($(pub fn $set(&self) -> $crate::document::SetPlace<$k_type> { self.set_at(stringify!($set)) })*)?
            $($(pub fn $items(&self) -> $crate::document::Collection<$c_type> { self.collection_at(stringify!($items)) })*)?
        }
    };
}
pub(super) use record;
