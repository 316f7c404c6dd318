//! Which markers count together: one list's numbers run 1, 2, 3…, and a list within an item of another is part of
//! that item.

use super::markers::{Marker, Number, is_nth_letter};
use super::text::{Placed, Text};

/// Lists within lists within lists: nobody nests deeper, and a hostile text shall not be slow.
const OPEN_MAX: usize = 8;
/// How far ahead a better marker of the same number is looked for.
const AHEAD_MAX: usize = 50;

/// How the sentence before the list of recommendations speaks.
const CUES: [&str; 12] =
    ["توصي", "يوصي", "اوصي", "مقررات", "قرارات", "قرر", "اتفق", "recommend", "resol", "decid", "decision", "agreed"];

struct List {
    markers: Vec<usize>,
    /// The list in whose item it stands, and after how many of that list's items.
    within: Option<(usize, usize)>,
}

/// The lists that are no part of another list's item. Where any of them is introduced as recommendations, only such.
pub(super) fn top_lists<'m>(text: &Text<'_>, markers: &'m [Marker]) -> Vec<Vec<&'m Marker>> {
    let lists = lists(markers, 1);
    let top = outermost(text, markers, &lists, 2);
    let has_cue = introduced(text, markers, &top, 0);
    // Bullets set off anything: without a word about recommendations they are no rivals to numbers.
    let is_bulleted = |list: &List| matches!(markers[list.markers[0]].number, Number::Bullet(_));
    let is_any_numbered = top.iter().any(|list| !is_bulleted(list));
    let may_be_chosen = |list: &List| !(is_any_numbered && is_bulleted(list));
    let longest = top.iter().filter(|list| may_be_chosen(list)).map(|list| list.markers.len()).max();
    let longest = longest.unwrap_or_default();
    let is_any_introduced = has_cue.contains(&true);
    let mut chosen: Vec<&List> = Vec::new();
    for (list, has_cue) in top.into_iter().zip(has_cue) {
        let is_wanted = if is_any_introduced {
            has_cue
        } else {
            chosen.is_empty() && may_be_chosen(list) && list.markers.len() == longest
        };
        if is_wanted {
            chosen.push(list);
        }
    }
    chosen.into_iter().map(|list| of_list(markers, list)).collect()
}

/// The lists that are introduced as recommendations, and no others.
pub(super) fn introduced_lists<'m>(text: &Text<'_>, markers: &'m [Marker]) -> Vec<Vec<&'m Marker>> {
    let lists = lists(markers, 1);
    let top = outermost(text, markers, &lists, 2);
    let has_cue = introduced(text, markers, &top, 0);
    top.into_iter().zip(has_cue).filter(|(_, has_cue)| *has_cue).map(|(list, _)| of_list(markers, list)).collect()
}

/// The list under a heading that ends at `from`, which may have one item only and may go on counting with `next`; then
/// those behind it that are introduced as recommendations, and are no longer under the heading.
pub(super) fn lists_under<'m>(
    text: &Text<'_>,
    markers: &'m [Marker],
    from: usize,
    next: u32,
) -> (Vec<&'m Marker>, Vec<Vec<&'m Marker>>) {
    let lists = lists(markers, next);
    let top = outermost(text, markers, &lists, 1);
    let has_cue = introduced(text, markers, &top, from);
    let mut top = top.into_iter().zip(has_cue);
    let own = top.next().map(|(list, _)| of_list(markers, list)).unwrap_or_default();
    let others = top.filter(|(list, has_cue)| *has_cue && list.markers.len() > 1);
    (own, others.map(|(list, _)| of_list(markers, list)).collect())
}

fn of_list<'m>(markers: &'m [Marker], list: &List) -> Vec<&'m Marker> {
    list.markers.iter().map(|nth| &markers[*nth]).collect()
}

/// The lists of at least so many items that are no part of another list's item.
fn outermost<'l>(text: &Text<'_>, markers: &[Marker], lists: &'l [List], count_min: usize) -> Vec<&'l List> {
    let mut is_top = vec![false; lists.len()];
    for (nth, list) in lists.iter().enumerate() {
        is_top[nth] = list.markers.len() >= count_min && !is_nested(text, markers, lists, &is_top, list);
    }
    lists.iter().zip(is_top).filter(|(_, is_top)| *is_top).map(|(list, _)| list).collect()
}

/// Which of the lists a sentence about recommendations leads up to; `from` is where the first one's may begin.
fn introduced(text: &Text<'_>, markers: &[Marker], top: &[&List], mut from: usize) -> Vec<bool> {
    let mut has_cue = Vec::with_capacity(top.len());
    for list in top {
        let start = markers[list.markers[0]].at.start;
        has_cue.push(text.words_in(text.lead(from, start)).iter().any(is_cue));
        from = list.markers.last().map_or(start, |last| markers[*last].at.end);
    }
    has_cue
}

/// `next` is what else than 1 a list may begin with.
fn lists(markers: &[Marker], next: u32) -> Vec<List> {
    let mut lists: Vec<List> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for (nth, marker) in markers.iter().enumerate() {
        let last = |list: &usize| (&lists[*list], lists[*list].markers.last().map(|last| &markers[*last]));
        let goes_on = |list: &usize, is_alike: fn(&Marker, &Marker) -> bool| {
            let (list, last) = last(list);
            last.is_some_and(|last| follows(marker, last, list.markers.len()) && is_alike(marker, last))
        };
        let alike = open.iter().rposition(|list| goes_on(list, is_same_style));
        let similar = || {
            let place = open.iter().rposition(|list| goes_on(list, is_similar_style))?;
            let style = &markers[*lists[open[place]].markers.last()?];
            let mut ahead = markers[nth + 1..].iter().take(AHEAD_MAX);
            let is_better_ahead = ahead.any(|other| other.number == marker.number && is_same_style(other, style));
            (!is_better_ahead).then_some(place)
        };
        if let Some(place) = alike.or_else(similar) {
            open.truncate(place + 1);
            lists[open[place]].markers.push(nth);
        } else if is_first(marker, next) {
            open.truncate(OPEN_MAX - 1);
            let within = open.last().map(|list| (*list, lists[*list].markers.len()));
            open.push(lists.len());
            lists.push(List { markers: vec![nth], within });
        }
    }
    lists
}

fn is_first(marker: &Marker, next: u32) -> bool {
    match marker.number {
        Number::Ordinal(number) | Number::Digits(number) => number == 1 || number == next,
        Number::Letter(letter) => is_nth_letter(letter, 0),
        Number::Bullet(_) => true,
    }
}

/// Whether a marker can count the item after the one that `last` counts, which is the `count`th.
fn follows(marker: &Marker, last: &Marker, count: usize) -> bool {
    match (marker.number, last.number) {
        (Number::Ordinal(number), Number::Ordinal(last)) | (Number::Digits(number), Number::Digits(last)) => {
            number == last + 1
        }
        (Number::Letter(letter), Number::Letter(_)) => is_nth_letter(letter, count),
        (Number::Bullet(bullet), Number::Bullet(last)) => bullet == last,
        // «ثالثاً:» may be followed by «4ـ» on a line of its own.
        (Number::Digits(number), Number::Ordinal(last)) | (Number::Ordinal(number), Number::Digits(last)) => {
            number == last + 1
        }
        _ => false,
    }
}

fn is_same_style(marker: &Marker, other: &Marker) -> bool {
    rank(marker.number) == rank(other.number)
        && marker.shape == other.shape
        && marker.is_line_start == other.is_line_start
}

/// Statements are typed by several hands: «1-» may be followed by «2ـ» or «2.», or by an item in the same line.
fn is_similar_style(marker: &Marker, other: &Marker) -> bool {
    let is_alike = rank(marker.number) == rank(other.number);
    (is_alike && (marker.shape == other.shape || matches!(marker.number, Number::Ordinal(_))))
        || (marker.is_line_start && other.is_line_start)
}

/// Whether a list is part of an item of the list that was open before it.
fn is_nested(text: &Text<'_>, markers: &[Marker], lists: &[List], is_top: &[bool], list: &List) -> bool {
    let mut within = list.within;
    // What stands in a lone «(1)» stands where that stands.
    while let Some((parent, _)) = within.filter(|(parent, _)| lists[*parent].markers.len() < 2) {
        within = lists[parent].within;
    }
    let Some((parent, count)) = within else { return false };
    let outer = &lists[parent];
    if !is_top[parent] || outer.markers.len() > count {
        return true;
    }
    let (first, before) = (&markers[list.markers[0]], &markers[outer.markers[count - 1]]);
    if rank(first.number) != rank(before.number) {
        return rank(first.number) < rank(before.number);
    }
    !is_introduced(text, before, first)
}

/// Whether a line of its own, or a sentence about recommendations, stands between an item's marker and another list.
fn is_introduced(text: &Text<'_>, item: &Marker, first: &Marker) -> bool {
    let start = text.line_end(item.at.end);
    let has_line = start < first.at.start
        && text.lines(start..first.at.start).into_iter().any(|line| !text.trimmed(line).is_empty());
    has_line || text.words_in(text.lead(item.at.end, first.at.start)).iter().any(is_cue)
}

/// Numbers stand in ordinals, and letters in numbers.
fn rank(number: Number) -> u8 {
    match number {
        Number::Ordinal(_) => 2,
        Number::Digits(_) => 1,
        Number::Letter(_) | Number::Bullet(_) => 0,
    }
}

fn is_cue(placed: &Placed) -> bool {
    let folded = placed.word.folded.as_str();
    let is_cue = |word: &str| CUES.iter().any(|cue| word.starts_with(cue));
    is_cue(folded) || crate::arabic::stems(folded).into_iter().any(is_cue)
}
