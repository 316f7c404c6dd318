//! What a list of documents shows of one without opening it.

use std::collections::BTreeSet;

use automerge::{Automerge, ROOT};
use serde::{Deserialize, Serialize};

use super::{
    conference::Conference,
    kind::{KIND, Kind, TITLE},
    paragraphs::opening,
    plan::Plan,
    record::{DELETED, ReadFields, read},
    value::Link,
    view::View,
};

/// About two lines on a phone.
const FIRST_WORDS_CHARS_MAX: usize = 140;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// None for a document that a newer app made, or whose beginning is not here yet.
    pub kind: Option<Kind>,
    pub title: String,
    /// How its text begins, cut at a word.
    pub first_words: String,
    pub is_binned: bool,
    /// The latest time that any head carries, in the unit of the commits (milliseconds since 1970).
    /// Each device's own clock: good for a list, never for an order of events.
    pub last_edit_ms: i64,
    /// Of a note: the conference that it was taken at, and the agenda item.
    pub conference: Option<String>,
    pub agenda_item: Option<Link>,
    /// Of a note.
    pub tags: BTreeSet<String>,
}

pub fn summarise(doc: &Automerge) -> Summary {
    let fields = View::new(doc, None).fields(&[ROOT]);
    let kind = fields.scalar(KIND);
    // Only the heads: the times of all changes take as long as reading the document's history.
    let heads = doc.get_heads().into_iter();
    let times = heads.filter_map(|head| Some(doc.get_change_meta_by_hash(&head)?.timestamp));
    let is_note = kind == Some(Kind::Note);
    Summary {
        conference: fields.scalar("conference").filter(|_| is_note),
        agenda_item: fields.scalar("agenda_item").filter(|_| is_note),
        tags: if is_note { fields.set("tags") } else { BTreeSet::new() },
        kind,
        title: fields.scalar(TITLE).unwrap_or_default(),
        first_words: kind.map(|kind| first_words(&text(doc, kind))).unwrap_or_default(),
        is_binned: fields.scalar::<i64>(DELETED).is_some(),
        last_edit_ms: times.max().unwrap_or_default(),
    }
}

fn text(doc: &Automerge, kind: Kind) -> Vec<String> {
    match kind {
        Kind::Note => vec![opening(doc, FIRST_WORDS_CHARS_MAX + 1)],
        Kind::Plan => {
            let plan = read(doc, &Plan::place(), None).unwrap_or_default();
            plan.items.into_iter().map(|item| item.value.wording).collect()
        }
        Kind::Conference => {
            let conference = read(doc, &Conference::place(), None).unwrap_or_default();
            let recommendations = conference.recommendations.into_iter();
            let wordings = recommendations.map(|recommendation| recommendation.value.wording);
            std::iter::once(conference.communique).chain(wordings).collect()
        }
    }
}

pub(super) fn first_words(texts: &[String]) -> String {
    let mut words = texts.iter().flat_map(|text| text.split_whitespace());
    let mut first = String::new();
    let mut chars = 0;
    for word in words.by_ref() {
        chars += word.chars().count() + 1;
        if chars > FIRST_WORDS_CHARS_MAX + 1 {
            // One endless word is cut; there is no better place.
            if first.is_empty() {
                return word.chars().take(FIRST_WORDS_CHARS_MAX).collect::<String>() + "…";
            }
            return first + "…";
        }
        if !first.is_empty() {
            first.push(' ');
        }
        first.push_str(word);
    }
    first
}
