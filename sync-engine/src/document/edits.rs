//! Edits as a page sends them: by names, each checked against what the document's kind holds before any of it is
//! written.

use automerge::transaction::Transactable;
use serde::{Deserialize, Serialize};

use super::{
    DocumentError,
    collection::{Position, add_at, move_at},
    edit::{erase_key, lift_at, put_key, remove_at, set_at, set_text_at},
    kind::kind_of,
    schema::{Check, IsKey, Schema},
    value::{ItemId, Plain},
};

/// One precise edit. `at` walks over collections and ids from the document's root: nothing for the document itself,
/// `["delegations", id, "members", id]` for a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// Gives a field one value, or clears it.
    Set {
        at: Vec<String>,
        field: String,
        value: Option<Plain>,
    },
    SetText {
        at: Vec<String>,
        field: String,
        text: String,
    },
    InsertKey {
        at: Vec<String>,
        field: String,
        key: String,
    },
    RemoveKey {
        at: Vec<String>,
        field: String,
        key: String,
    },
    /// `at` ends with the collection's name.
    Add {
        at: Vec<String>,
        id: ItemId,
        position: Position,
    },
    MoveTo {
        at: Vec<String>,
        position: Position,
    },
    Remove {
        at: Vec<String>,
    },
    Restore {
        at: Vec<String>,
    },
}

impl Edit {
    fn at(&self) -> &[String] {
        match self {
            Self::Set { at, .. }
            | Self::SetText { at, .. }
            | Self::InsertKey { at, .. }
            | Self::RemoveKey { at, .. }
            | Self::Add { at, .. }
            | Self::MoveTo { at, .. }
            | Self::Remove { at }
            | Self::Restore { at } => at,
        }
    }

    /// The field that it names, or what it needs at the end of its path.
    fn field(&self) -> &str {
        match self {
            Self::Set { field, .. }
            | Self::SetText { field, .. }
            | Self::InsertKey { field, .. }
            | Self::RemoveKey { field, .. } => field,
            Self::Add { .. } => "collection",
            Self::MoveTo { .. } | Self::Remove { .. } | Self::Restore { .. } => "item",
        }
    }
}

/// Makes one edit. `now_ms` is the device's clock, in Unix milliseconds; for the `tiebreak` see
/// [`add`](super::add).
pub fn apply(tx: &mut impl Transactable, edit: &Edit, now_ms: i64, tiebreak: &str) -> Result<(), DocumentError> {
    let kind = kind_of(tx, None).ok_or_else(|| DocumentError::NoSuchItem("the document's beginning".into()))?;
    let unknown = || DocumentError::NoSuchField { kind, at: edit.at().join("/"), field: edit.field().to_owned() };
    let (schema, is_collection) = kind.schema().descend(edit.at()).ok_or_else(unknown)?;
    if is_collection != matches!(edit, Edit::Add { .. }) {
        return Err(unknown());
    }
    match edit {
        Edit::Set { at, field, value } => {
            let check = scalar_of(schema, field).ok_or_else(unknown)?;
            let invalid =
                |value: &Plain| DocumentError::Invalid { what: "value of this field", value: value.to_string() };
            let value = value.as_ref().map(|value| check(value).ok_or_else(|| invalid(value))).transpose()?;
            set_at(tx, at, field, value)
        }
        Edit::SetText { at, field, text } => {
            schema.texts.iter().find(|name| *name == field).ok_or_else(unknown)?;
            set_text_at(tx, &below(at, field), text)
        }
        Edit::InsertKey { at, field, key } => {
            let is_key = set_of(schema, field).ok_or_else(unknown)?;
            if !is_key(key) {
                return Err(DocumentError::invalid("key", key));
            }
            put_key(tx, &below(at, field), key)
        }
        Edit::RemoveKey { at, field, key } => {
            set_of(schema, field).ok_or_else(unknown)?;
            erase_key(tx, &below(at, field), key)
        }
        Edit::Add { at, id, position } => add_at(tx, at, schema, *id, *position, tiebreak),
        Edit::MoveTo { at, position } => {
            let id: ItemId = at.last().ok_or_else(unknown)?.parse()?;
            move_at(tx, at, id, *position, tiebreak)
        }
        Edit::Remove { at } => remove_at(tx, at, now_ms),
        Edit::Restore { at } => lift_at(tx, at),
    }
}

fn scalar_of(schema: &Schema, field: &str) -> Option<Check> {
    schema.scalars.iter().find(|(name, _)| *name == field).map(|(_, check)| *check)
}

fn set_of(schema: &Schema, field: &str) -> Option<IsKey> {
    schema.sets.iter().find(|(name, _)| *name == field).map(|(_, is_key)| *is_key)
}

fn below(at: &[String], field: &str) -> Vec<String> {
    at.iter().cloned().chain([field.to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use automerge::{Automerge, TextEncoding};

    use super::*;
    use crate::document::{Conference, Kind, Plan, create, read};

    const ID: [&str; 2] = ["0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"];

    fn document(kind: Kind) -> Automerge {
        let mut doc = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
        let mut tx = doc.transaction();
        create(&mut tx, kind, "ملتقى").unwrap();
        tx.commit();
        doc
    }

    /// The edits as the page writes them.
    fn edit(doc: &mut Automerge, edits: &[serde_json::Value]) -> Result<(), DocumentError> {
        let mut tx = doc.transaction();
        for edit in edits {
            apply(&mut tx, &serde_json::from_value(edit.clone()).unwrap(), 1_000, "a")?;
        }
        tx.commit();
        Ok(())
    }

    #[test]
    fn edits_by_name_write_what_typed_reading_reads() {
        let mut doc = document(Kind::Conference);
        let delegation = ["delegations", ID[0]];
        let member = ["delegations", ID[0], "members", ID[1]];
        let add = |at: &[&str], id| serde_json::json!({"edit": "add", "at": at, "id": id, "position": "last"});
        let set = |at: &[&str], field, value: serde_json::Value| serde_json::json!({"edit": "set", "at": at, "field": field, "value": value});
        let edits = [
            add(&["delegations"], ID[0]),
            add(&["delegations", ID[0], "members"], ID[1]),
            set(&[], "ordinal", 8.into()),
            set(&[], "starts_on", "2026-11-22".into()),
            set(&delegation, "head", ID[1].into()),
            set(&member, "name", "زينب".into()),
            set(&member, "attendance", "excused".into()),
            serde_json::json!({"edit": "set_text", "at": [], "field": "communique", "text": "اتفق المجتمعون"}),
        ];
        edit(&mut doc, &edits).unwrap();
        let conference = read(&doc, &Conference::place(), None).unwrap();
        assert_eq!(conference.ordinal, Some(8));
        assert_eq!(conference.communique, "اتفق المجتمعون");
        let delegation = &conference.delegations[0].value;
        assert_eq!(delegation.head, Some(delegation.members[0].id));
        assert_eq!(delegation.members[0].value.name.as_deref(), Some("زينب"));
    }

    #[test]
    fn what_a_document_of_the_kind_cannot_hold_is_refused_by_name() {
        let mut doc = document(Kind::Plan);
        let refused = [
            serde_json::json!({"edit": "set", "at": [], "field": "venue", "value": "كربلاء"}),
            serde_json::json!({"edit": "set", "at": ["items"], "field": "due", "value": null}),
            serde_json::json!({"edit": "add", "at": [], "id": ID[0], "position": "last"}),
            serde_json::json!({"edit": "add", "at": ["speeches"], "id": ID[0], "position": "last"}),
            serde_json::json!({"edit": "set_text", "at": [], "field": "title", "text": "خطة"}),
            serde_json::json!({"edit": "insert_key", "at": [], "field": "items", "key": ID[0]}),
            serde_json::json!({"edit": "move_to", "at": [], "position": "first"}),
        ];
        for refused in refused {
            let error = edit(&mut doc, std::slice::from_ref(&refused)).unwrap_err();
            assert!(matches!(error, DocumentError::NoSuchField { .. }), "{refused}: {error}");
        }
        edit(&mut doc, &[serde_json::json!({"edit": "add", "at": ["items"], "id": ID[0], "position": "last"})])
            .unwrap();
        for (field, value) in [("due", "2026-02-30"), ("progress", "كثير"), ("status", "someday")] {
            let set = serde_json::json!({"edit": "set", "at": ["items", ID[0]], "field": field, "value": value});
            assert!(matches!(edit(&mut doc, &[set]), Err(DocumentError::Invalid { .. })), "{field}");
        }
        assert_eq!(read(&doc, &Plan::place(), None).unwrap().items.len(), 1);
    }
}
