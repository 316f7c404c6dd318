//! The axes of a statement: headings such as «المحور الأول: العلاقات العامة», each with items of its own under it.

use std::ops::Range;

use super::markers::{Marker, Number, is_adjective, is_ordinal};
use super::text::{Placed, Text, is_line_end};

/// 120 letters: an axis is named in one line.
const HEADING_LETTERS_MAX: usize = 120;
/// 400 letters of introduction stand between a heading and its first item: «وفيه يوصي المجتمعون بما يأتي».
const INTRODUCTION_LETTERS_MAX: usize = 400;

/// What is written of an axis, in folded words: with its number after it, or with its name.
const AXES: [&str; 10] = ["المحور", "محور", "المجال", "مجال", "الجانب", "axis", "theme", "track", "pillar", "strand"];

/// One heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Axis {
    /// As it stands in the text, without a colon at its end.
    pub(super) title: Range<usize>,
    /// Where its items may begin.
    pub(super) end: usize,
}

/// The headings in their order, those without items among them; none where fewer than two have items.
pub(super) fn axes(text: &Text<'_>, markers: &[Marker]) -> Vec<Axis> {
    let words = text.words();
    let mut axes: Vec<Axis> = Vec::new();
    for nth in 0..words.len() {
        let is_within = axes.last().is_some_and(|last| words[nth].at.start < last.end);
        if !is_within && let Some(start) = beginning(text, words, nth) {
            // «المحور (١)»: the number is the heading's own, and counts no item.
            let number = words.get(nth + 1).filter(|next| next.word.exact.parse::<u32>().is_ok());
            axes.extend(heading(text, markers, start, number.unwrap_or(&words[nth]).at.end));
        }
    }
    let has_items = |nth: usize| {
        let (axis, next) = (&axes[nth], axes.get(nth + 1));
        let until = next.map_or(text.len(), |next| next.title.start);
        first_item(markers, axis.end)
            .is_some_and(|marker| marker.at.start < until && marker.at.start - axis.end <= INTRODUCTION_LETTERS_MAX)
    };
    let count = (0..axes.len()).filter(|nth| has_items(*nth)).count();
    if count < 2 { Vec::new() } else { axes }
}

/// The first marker after a place: nothing is known yet of which list it counts in.
fn first_item(markers: &[Marker], from: usize) -> Option<&Marker> {
    markers.get(markers.partition_point(|marker| marker.at.start < from))
}

/// Where a heading begins whose word for an axis is this one: at itself, or at the ordinal before it.
fn beginning(text: &Text<'_>, words: &[Placed], nth: usize) -> Option<usize> {
    let word = words[nth].word.folded.as_str();
    if !AXES.contains(&word) {
        return None;
    }
    let start = words[nth].at.start;
    let next = words.get(nth + 1).map(|placed| placed.word.folded.as_str());
    let is_counted = next.is_some_and(|next| is_adjective(next) || next.parse::<u32>().is_ok());
    // Within a line only what is counted is a heading: «وناقشوا محور الإعلام» is a sentence.
    if text.is_line_start(start)
        || (is_counted && text.is_sentence_start(start))
        || (is_counted && is_after_colon(text, start))
    {
        return Some(start);
    }
    // «أولاً: محور الإعلام», «ثانياً: في المجال الثقافي»
    let before =
        words[..nth].iter().rev().take(2).find(|placed| !matches!(placed.word.folded.as_str(), "في" | "in"))?;
    let is_near = !text.slice(before.at.end..start).contains(['\n', '\r', '.']);
    (is_near && is_ordinal(&before.word.folded) && text.is_line_start(before.at.start)).then_some(before.at.start)
}

fn is_after_colon(text: &Text<'_>, at: usize) -> bool {
    text.visible_before(at) == Some(':')
}

/// The heading that begins there: to the end of its line, or to the first item in that line. None for a sentence.
fn heading(text: &Text<'_>, markers: &[Marker], start: usize, word_end: usize) -> Option<Axis> {
    // One letter further than a heading may go tells that it is none; what follows is not looked at.
    let far = text.len().min(word_end + 2 * HEADING_LETTERS_MAX);
    let line_end = (word_end..far).find(|at| text.get(*at).is_some_and(is_line_end)).unwrap_or(far);
    let is_counting = |marker: &&Marker| !matches!(marker.number, Number::Bullet(_));
    let first = markers[markers.partition_point(|marker| marker.at.start < word_end)..].iter().find(is_counting);
    let end = first.map_or(line_end, |marker| marker.at.start.min(line_end));
    let mut title = text.trimmed(start..end);
    // What goes on after a full stop is no name.
    if (title.start..title.end.saturating_sub(1)).any(|at| matches!(text.get(at), Some('.' | '؛' | '؟' | '!'))) {
        return None;
    }
    while title.len() > 1
        && text.get(title.end - 1).is_some_and(|c| matches!(c, ':' | '-' | '–' | '—' | 'ـ' | '.' | '،'))
    {
        title = text.trimmed(title.start..title.end - 1);
    }
    (title.len() <= HEADING_LETTERS_MAX).then_some(Axis { title, end })
}
