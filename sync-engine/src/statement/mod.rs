//! The numbered items of a closing statement, as proposals for recommendations. Proposes what stands in the text and
//! nothing else: no owner, no date.

mod closing;
mod lists;
mod markers;
mod suggestions;
mod text;

use std::ops::Range;

use serde::Serialize;

use crate::document::{Duration, Recurrence};
use lists::top_lists;
use markers::{Marker, Number, markers};
use text::Text;

/// One proposed item of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// As the statement counts it; none where it counts with letters.
    pub number: Option<u32>,
    /// `start..end` is its wording in the text, in UTF-16 code units, without its number.
    pub start: usize,
    pub end: usize,
    /// Exactly what stands there.
    pub wording: String,
    /// A committee that the wording names, as it names it.
    pub committee: Option<String>,
    pub recurrence: Option<Recurrence>,
    pub duration: Option<Duration>,
}

/// The items of a statement in their order; none of a text that has no list of them. Takes time in proportion to the
/// text.
pub fn read_statement(text: &str) -> Vec<Proposal> {
    let text = Text::new(text);
    let markers = markers(&text);
    let lists = top_lists(&text, &markers);
    let mut proposals = Vec::new();
    for (nth, list) in lists.iter().enumerate() {
        let next = lists[nth + 1..].iter().find_map(|next| next.first()).map(|marker| marker.at.start);
        proposals.extend(items(&text, list, next, &markers));
    }
    proposals
}

/// The items of one list; `next` is where the list after it begins.
fn items(text: &Text<'_>, list: &[&Marker], next: Option<usize>, markers: &[Marker]) -> Vec<Proposal> {
    let mut spans: Vec<Range<usize>> =
        list.windows(2).map(|pair| text.trimmed(pair[0].at.end..pair[1].at.start)).collect();
    if let Some(last) = list.last() {
        let until = next.map_or(text.len(), |next| text.before_heading(last.at.end..next));
        let end = closing::end_of_last(text, last.at.end..until, &spans, markers);
        spans.push(text.trimmed(last.at.end..end));
    }
    let items = list.iter().zip(spans).filter(|(_, span)| !span.is_empty());
    items.map(|(marker, span)| proposal(text, marker, span)).collect()
}

fn proposal(text: &Text<'_>, marker: &Marker, span: Range<usize>) -> Proposal {
    let wording = text.slice(span.clone());
    let words = text.words_in(span.clone());
    Proposal {
        number: match marker.number {
            Number::Ordinal(number) | Number::Digits(number) => Some(number),
            Number::Letter(_) | Number::Bullet(_) => None,
        },
        start: text.unit(span.start),
        end: text.unit(span.end),
        wording: wording.to_owned(),
        committee: suggestions::committee(text, span, words),
        recurrence: suggestions::recurrence(words),
        duration: suggestions::duration(words),
    }
}

#[cfg(test)]
mod tests;
