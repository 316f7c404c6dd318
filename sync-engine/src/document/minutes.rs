//! Approved minutes are closed: no edit changes what they say, except one that takes the approval back.

use std::collections::BTreeMap;

use automerge::{ChangeHash, ObjType, ROOT, ReadDoc};

use super::{
    DocumentError,
    conference::MinutesState,
    kind::{Kind, kind_of},
    record::{DELETED, entries},
    value::ItemId,
    view::View,
};

const STATE: &str = "minutes_state";

/// Whether the document has minutes, and they are approved.
pub fn are_closed(doc: &impl ReadDoc, heads: Option<&[ChangeHash]>) -> bool {
    kind_of(doc, heads) == Some(Kind::Conference) && state(View::new(doc, heads)) == Some(MinutesState::Approved)
}

/// What closed minutes said before an edit.
pub struct ClosedMinutes {
    texts: BTreeMap<ItemId, String>,
    was_approved: bool,
}

impl ClosedMinutes {
    /// `doc` is what the edit is made on: the present version, or an older one in which they may still have been open.
    pub fn of(doc: &impl ReadDoc) -> Self {
        let view = View::new(doc, None);
        Self { texts: texts(view), was_approved: state(view) == Some(MinutesState::Approved) }
    }

    /// `doc` is what the edit made of it. Only who saw the approval can take it back.
    pub fn check(&self, doc: &impl ReadDoc) -> Result<(), DocumentError> {
        let view = View::new(doc, None);
        let is_opened = self.was_approved && state(view) != Some(MinutesState::Approved);
        if is_opened || texts(view) == self.texts { Ok(()) } else { Err(DocumentError::MinutesClosed) }
    }
}

fn state(view: View<'_, impl ReadDoc>) -> Option<MinutesState> {
    view.fields(&[ROOT]).scalar(STATE)
}

/// By agenda item, without those that say nothing and those in the bin.
fn texts(view: View<'_, impl ReadDoc>) -> BTreeMap<ItemId, String> {
    let kept = entries(view, &view.children(&[ROOT], "agenda", ObjType::Map)).into_iter();
    let kept = kept.filter(|entry| entry.fields.scalar::<i64>(DELETED).is_none());
    kept.map(|entry| (entry.id, entry.fields.text("minutes"))).filter(|(_, text)| !text.is_empty()).collect()
}
