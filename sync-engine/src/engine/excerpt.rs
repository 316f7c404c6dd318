//! The stretch of a text that shows why it was found.

use std::collections::VecDeque;
use std::ops::Range;

use crate::arabic::{QueryWord, words};

/// About two lines on a phone, with some words before the first hit.
const EXCERPT_UNITS_MAX: usize = 160;
const BEFORE_UNITS_MAX: usize = 40;

/// A stretch of a text, and the hits in it, both in UTF-16 code units.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) marks: Vec<(usize, usize)>,
}

/// The text around its first hit; none of a text without one.
pub(super) fn excerpt(text: &str, query: &[QueryWord]) -> Option<Excerpt> {
    let mut before: VecDeque<usize> = VecDeque::new();
    let mut found: Option<(Range<usize>, Vec<Range<usize>>)> = None;
    for word in words(text) {
        let is_hit = query.iter().any(|wanted| wanted.is_found_in(&word));
        if found.is_none() {
            before.push_back(word.at.start);
            while before.front().is_some_and(|start| word.at.start - start > BEFORE_UNITS_MAX) {
                before.pop_front();
            }
            if !is_hit {
                continue;
            }
            let start = before.front().copied().unwrap_or(word.at.start);
            found = Some((start..start, Vec::new()));
        }
        let Some((stretch, marks)) = &mut found else { continue };
        let end = stretch.start + EXCERPT_UNITS_MAX;
        // The first hit is always in it, if need be cut.
        if word.at.end > end && !marks.is_empty() {
            break;
        }
        stretch.end = word.at.end.min(end);
        if is_hit {
            marks.push(word.at.start..stretch.end);
        }
    }
    let (stretch, marks) = found?;
    let marks = marks.into_iter().map(|mark| (mark.start - stretch.start, mark.end - stretch.start)).collect();
    Some(Excerpt { text: slice(text, stretch), marks })
}

/// How a text begins.
pub(super) fn opening(text: &str) -> Excerpt {
    let ends = words(text).map(|word| word.at.end).take_while(|end| *end <= EXCERPT_UNITS_MAX);
    Excerpt { text: slice(text, 0..ends.last().unwrap_or_default()), marks: Vec::new() }
}

fn slice(text: &str, stretch: Range<usize>) -> String {
    let units = text.chars().scan(0, |next, c| {
        let at = *next;
        *next += c.len_utf16();
        Some((at, c))
    });
    let within = units.skip_while(|(at, _)| *at < stretch.start).take_while(|(at, _)| *at < stretch.end);
    within.map(|(_, c)| c).collect()
}
