//! The numbered items of a closing statement, as proposals for recommendations. Proposes what stands in the text and
//! nothing else: no owner, no date.

mod axes;
mod closing;
mod lists;
mod markers;
mod suggestions;
mod text;

use std::ops::Range;

use serde::Serialize;

use crate::document::{Duration, Recurrence};
use axes::{Axis, axes};
use lists::{introduced_lists, lists_under, top_lists};
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
    /// The heading that it stands under, as it is written, where the statement has items under several.
    pub axis: Option<String>,
}

/// The items of a statement in their order; none of a text that has no list of them. Takes time in proportion to the
/// text.
pub fn read_statement(text: &str) -> Vec<Proposal> {
    let text = Text::new(text);
    let markers = markers(&text);
    let axes = axes(&text, &markers);
    match axes.first() {
        None => beside_each_other(&text, &top_lists(&text, &markers), text.len(), &markers),
        Some(first) => {
            let before = &markers[..place_in(&markers, first.title.start)];
            let general = introduced_lists(&text, before);
            let mut proposals = beside_each_other(&text, &general, first.title.start, &markers);
            under_axes(&text, &axes, &markers, &mut proposals);
            proposals
        }
    }
}

/// The items of lists that follow each other, the last of which ends before `until`.
fn beside_each_other(text: &Text<'_>, lists: &[Vec<&Marker>], until: usize, markers: &[Marker]) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for (nth, list) in lists.iter().enumerate() {
        let next = lists[nth + 1..].iter().find_map(|next| next.first());
        let until = match (next, list.last()) {
            (Some(next), Some(last)) => text.before_heading(last.at.end..next.at.start),
            _ => until,
        };
        proposals.extend(items(text, list, until, markers));
    }
    proposals
}

/// Every axis's items, and those of lists that stand behind them on their own.
fn under_axes(text: &Text<'_>, axes: &[Axis], markers: &[Marker], proposals: &mut Vec<Proposal>) {
    let mut next = 1;
    for (nth, axis) in axes.iter().enumerate() {
        let until = axes.get(nth + 1).map_or(text.len(), |next| next.title.start);
        let within = &markers[place_in(markers, axis.end)..place_in(markers, until)];
        let (own, others) = lists_under(text, within, axis.end, next);
        let end = match (own.last(), others.iter().find_map(|other| other.first())) {
            (Some(last), Some(other)) => text.before_heading(last.at.end..other.at.start),
            _ => until,
        };
        let title = text.slice(axis.title.clone());
        let own = items(text, &own, end, markers);
        // Some statements go on counting from one axis to the next.
        next = own.iter().filter_map(|proposal| proposal.number).next_back().map_or(next, |last| last + 1);
        proposals.extend(own.into_iter().map(|proposal| Proposal { axis: Some(title.to_owned()), ..proposal }));
        proposals.extend(beside_each_other(text, &others, until, markers));
    }
}

/// Where the markers from a place on begin.
fn place_in(markers: &[Marker], at: usize) -> usize {
    markers.partition_point(|marker| marker.at.start < at)
}

/// The items of one list; `until` is where what follows it begins.
fn items(text: &Text<'_>, list: &[&Marker], until: usize, markers: &[Marker]) -> Vec<Proposal> {
    let mut spans: Vec<Range<usize>> =
        list.windows(2).map(|pair| text.trimmed(pair[0].at.end..pair[1].at.start)).collect();
    if let Some(last) = list.last() {
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
        axis: None,
    }
}

#[cfg(test)]
mod tests;
