//! Everything in a text that could count an item: «1ـ», «(١)», «أولاً:», «أ-». Whether it does is a matter of what
//! comes before and after it, which this file does not know.

use std::ops::Range;

use super::text::{Placed, Text, is_blank, is_line_end};
use crate::arabic::{digit, is_ignored, is_mark};

/// What may count an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) at: Range<usize>,
    pub(super) number: Number,
    pub(super) shape: Shape,
    pub(super) is_line_start: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Ordinal(u32),
    Digits(u32),
    Letter(char),
    /// A sign that counts nothing, the same before every item.
    Bullet(char),
}

/// How it is set off from what it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Parentheses,
    Bracket,
    Dash,
    Dot,
    Colon,
    Slash,
    Comma,
    Bare,
}

const ORDINALS: [&str; 10] = ["اولا", "ثانيا", "ثالثا", "رابعا", "خامسا", "سادسا", "سابعا", "ثامنا", "تاسعا", "عاشرا"];
/// The first halves of eleventh to nineteenth; the second is عشر.
const TEENS: [&str; 9] = ["حادي", "ثاني", "ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع"];
const ADJECTIVES: [[&str; 2]; 10] = [
    ["الاول", "الاولي"],
    ["الثاني", "الثانيه"],
    ["الثالث", "الثالثه"],
    ["الرابع", "الرابعه"],
    ["الخامس", "الخامسه"],
    ["السادس", "السادسه"],
    ["السابع", "السابعه"],
    ["الثامن", "الثامنه"],
    ["التاسع", "التاسعه"],
    ["العاشر", "العاشره"],
];
/// What an adjective counts.
const COUNTED: [&str; 5] = ["التوصيه", "البند", "القرار", "الفقره", "الماده"];
const ENGLISH: [[&str; 2]; 10] = [
    ["first", "firstly"],
    ["second", "secondly"],
    ["third", "thirdly"],
    ["fourth", "fourthly"],
    ["fifth", "fifthly"],
    ["sixth", "sixthly"],
    ["seventh", "seventhly"],
    ["eighth", "eighthly"],
    ["ninth", "ninthly"],
    ["tenth", "tenthly"],
];

/// The orders in which letters count: أ ب ج د and أ ب ت ث.
const ABJAD: &str = "ابجدهوزحطيكلمنسعفصقرشتثخذضظغ";
const HIJAI: &str = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي";

const BULLETS: [char; 11] = ['•', '-', '–', '—', '*', '▪', '●', '○', '◦', '·', '❖'];

/// Two digits: no statement has a hundred items, and years have four.
const DIGITS_MAX: usize = 2;

/// Whether a letter can be the one that counts the item after so many.
pub(super) fn is_nth_letter(letter: char, nth: usize) -> bool {
    [ABJAD, HIJAI, "abcdefghijklmnopqrstuvwxyz"].iter().any(|order| order.chars().nth(nth) == Some(letter))
}

/// «الأول», «الثانية»
pub(super) fn is_adjective(folded: &str) -> bool {
    ADJECTIVES.iter().any(|forms| forms.contains(&folded))
}

/// «أولاً», «وثانياً», «First»
pub(super) fn is_ordinal(folded: &str) -> bool {
    let bare = folded.strip_prefix('و').unwrap_or(folded);
    ORDINALS.contains(&bare) || ENGLISH.iter().any(|forms| forms.contains(&folded))
}

/// All that could count an item, in order.
pub(super) fn markers(text: &Text<'_>) -> Vec<Marker> {
    let words = text.words();
    let mut markers: Vec<Marker> = Vec::new();
    for (nth, placed) in words.iter().enumerate() {
        let is_taken = markers.last().is_some_and(|last| last.at.end > placed.at.start);
        if is_taken || !is_apart(text, placed.at.start) {
            continue;
        }
        let found = counted_by_digits(text, placed)
            .or_else(|| counted_by_word(text, &words[nth..]))
            .or_else(|| counted_by_letter(text, placed))
            .or_else(|| set_off_by_bullet(text, placed));
        markers.extend(found);
    }
    markers
}

/// Whether something new can begin here: after a blank, or right after a sentence.
fn is_apart(text: &Text<'_>, at: usize) -> bool {
    let before = (0..at).rev().filter_map(|at| text.get(at)).find(|c| !is_ignored(*c) || *c == 'ـ');
    match before {
        None => true,
        Some(c) => {
            is_blank(c) || matches!(c, '(' | ')' | ':' | '؛' | ';' | '!' | '؟' | '…' | '«' | '»' | '*' | '•' | '،') || {
                // «3.2» is no second item.
                let is_after_digit = at.checked_sub(2).and_then(|at| text.get(at)).and_then(digit).is_some();
                c == '.' && !is_after_digit
            }
        }
    }
}

fn counted_by_digits(text: &Text<'_>, placed: &Placed) -> Option<Marker> {
    let Placed { word, at } = placed;
    if word.exact.len() > DIGITS_MAX || at.len() != word.exact.len() {
        return None;
    }
    let number = word.exact.parse().ok().filter(|number| *number > 0)?;
    let marker = set_off(text, at.clone(), Number::Digits(number))?;
    let is_loose = matches!(marker.shape, Shape::Colon | Shape::Slash | Shape::Comma | Shape::Bare);
    if is_loose && (!marker.is_line_start || matches!(marker.shape, Shape::Comma | Shape::Bare)) {
        return None;
    }
    // «1-2» and «10:30» go on with a digit, and so does a telephone number.
    let mut after = (marker.at.end..text.len()).filter_map(|at| text.get(at)).take_while(|c| !is_line_end(*c));
    let next = text.get(marker.at.end).and_then(digit);
    let is_more_digits = after.find(|c| !is_blank(*c)).and_then(digit).is_some();
    (next.is_none() && (marker.is_line_start || !is_more_digits)).then_some(marker)
}

fn counted_by_word(text: &Text<'_>, words: &[Placed]) -> Option<Marker> {
    let word = |nth: usize| words.get(nth).map(|placed| placed.word.folded.as_str());
    let first = word(0)?;
    let bare = first.strip_prefix('و').unwrap_or(first);
    let nth_of = |nth: usize| Number::Ordinal(nth as u32 + 1);
    let (number, last, is_plain) = if let Some(nth) = ORDINALS.iter().position(|ordinal| *ordinal == bare) {
        (nth_of(nth), 0, true)
    } else if let (Some(nth), Some("عشر")) = (TEENS.iter().position(|teen| *teen == bare), word(1)) {
        (nth_of(nth + 10), 1, true)
    } else if let Some(nth) = ENGLISH.iter().position(|ordinal| ordinal.contains(&first)) {
        (nth_of(nth), 0, false)
    } else if let (true, Some(adjective)) = (COUNTED.contains(&first), word(1)) {
        (nth_of(ADJECTIVES.iter().position(|forms| forms.contains(&adjective))?), 1, false)
    } else {
        return None;
    };
    let at = words[0].at.start..words[last].at.end;
    let marker = set_off(text, at, number)?;
    let is_allowed = match marker.shape {
        Shape::Bare => is_plain && text.is_sentence_start(marker.at.start),
        Shape::Comma | Shape::Dot => text.is_sentence_start(marker.at.start),
        _ => true,
    };
    is_allowed.then_some(marker)
}

fn counted_by_letter(text: &Text<'_>, placed: &Placed) -> Option<Marker> {
    let mut letters = placed.word.folded.chars();
    let (letter, None) = (letters.next()?, letters.next()) else { return None };
    let marker = set_off(text, placed.at.clone(), Number::Letter(letter))?;
    let is_allowed = match marker.shape {
        Shape::Parentheses | Shape::Bracket | Shape::Dash => true,
        Shape::Dot | Shape::Slash | Shape::Colon => marker.is_line_start,
        Shape::Comma | Shape::Bare => false,
    };
    is_allowed.then_some(marker)
}

/// A bullet at the start of the word's line, with a blank between.
fn set_off_by_bullet(text: &Text<'_>, placed: &Placed) -> Option<Marker> {
    let start = placed.at.start;
    let is_between = |at: &usize| text.get(*at).is_some_and(|c| is_blank(c) && !is_line_end(c));
    let bullet_at = (0..start).rev().find(|at| !is_between(at))?;
    let bullet = text.get(bullet_at).filter(|c| BULLETS.contains(c))?;
    let is_set_off = bullet_at + 1 < start && text.is_line_start(bullet_at);
    let marker =
        Marker { at: bullet_at..start, number: Number::Bullet(bullet), shape: Shape::Bare, is_line_start: true };
    is_set_off.then_some(marker)
}

/// The marker around a number, as far as it is set off. None for parentheses that close elsewhere.
fn set_off(text: &Text<'_>, at: Range<usize>, number: Number) -> Option<Marker> {
    let is_opened = at.start.checked_sub(1).and_then(|before| text.get(before)) == Some('(');
    let start = if is_opened { at.start - 1 } else { at.start };
    let (mut end, mut has_tatweel) = (at.end, false);
    while let Some(c) = text.get(end).filter(|c| is_mark(*c) || is_ignored(*c)) {
        has_tatweel |= c == 'ـ';
        end += 1;
    }
    let blanks =
        (end..text.len()).take_while(|at| text.get(*at).is_some_and(|c| is_blank(c) && !is_line_end(c))).count();
    let next = text.get(end + blanks);
    let shape = match next {
        Some(')') if is_opened => Shape::Parentheses,
        _ if is_opened => return None,
        Some(')') => Shape::Bracket,
        Some('-' | '–' | '—' | '−' | 'ـ') => Shape::Dash,
        // A tatweel sets a number off by itself; «هـ» is a letter first.
        _ if has_tatweel && matches!(number, Number::Digits(_)) => Shape::Dash,
        Some('.') if blanks == 0 => Shape::Dot,
        Some(':' | '：') => Shape::Colon,
        Some('/') => Shape::Slash,
        Some('،' | ',') if blanks == 0 => Shape::Comma,
        _ => Shape::Bare,
    };
    let is_by_tatweel = shape == Shape::Dash && !matches!(next, Some('-' | '–' | '—' | '−' | 'ـ'));
    if shape != Shape::Bare && !is_by_tatweel {
        end += blanks + 1;
    }
    if shape != Shape::Bare {
        // «(1)-», «1.-», «أولاً:-»
        while let Some('-' | '–' | '—' | 'ـ' | ')' | ':' | '.') = text.get(end) {
            end += 1;
        }
    }
    Some(Marker { at: start..end, number, shape, is_line_start: text.is_line_start(start) })
}
