//! Where the last item of a statement ends: before the formula, the signature or the date with which it closes.

use std::ops::Range;

use super::markers::Marker;
use super::text::{Placed, Text};

/// Where a formula counts as the closing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    Anywhere,
    /// At the beginning of a sentence, or after «و».
    Joined,
    /// At the beginning of a sentence only: an item may well say it.
    Sentence,
}

/// In folded words.
const FORMULAS: [(&str, Where); 46] = [
    ("الحمد لله", Where::Joined),
    ("لله الحمد", Where::Joined),
    ("السلام عليكم", Where::Joined),
    ("الله ولي", Where::Joined),
    ("الله الموفق", Where::Joined),
    ("الله المستعان", Where::Joined),
    ("الله من وراء القصد", Where::Joined),
    ("من الله التوفيق", Where::Joined),
    ("من الله نستمد", Where::Joined),
    ("بالله التوفيق", Where::Joined),
    ("ما توفيقي الا", Where::Anywhere),
    ("صلي الله", Where::Joined),
    ("اخر دعوانا", Where::Joined),
    ("في الختام", Where::Joined),
    ("في ختام", Where::Joined),
    ("ختاما", Where::Joined),
    ("هذا وقد", Where::Anywhere),
    ("هذا ون", Where::Sentence),
    ("هذا وي", Where::Sentence),
    ("صدر عن", Where::Sentence),
    ("صدر في", Where::Sentence),
    ("صدر هذا", Where::Sentence),
    ("حرر في", Where::Sentence),
    ("كتب في", Where::Sentence),
    ("نسال الله", Where::Joined),
    ("نسال المولي", Where::Joined),
    ("نسال الباري", Where::Joined),
    ("سائلين", Where::Sentence),
    ("يتقدم المشاركون", Where::Joined),
    ("يتقدم المؤتمرون", Where::Joined),
    ("تقدم المشاركون", Where::Joined),
    ("تقدم المؤتمرون", Where::Joined),
    ("يتوجه المشاركون", Where::Joined),
    ("يتوجه المؤتمرون", Where::Joined),
    ("يرفع المشاركون", Where::Joined),
    ("يرفع المؤتمرون", Where::Joined),
    ("in conclusion", Where::Sentence),
    ("in closing", Where::Sentence),
    ("issued by", Where::Sentence),
    ("issued at", Where::Sentence),
    ("issued in", Where::Sentence),
    ("issued on", Where::Sentence),
    ("done at", Where::Sentence),
    ("done in", Where::Sentence),
    ("the participants thank", Where::Sentence),
    ("the participants express", Where::Sentence),
];

/// How a line that signs or dates the statement begins.
const SIGNATURES: [&str; 22] = [
    "التوقيع",
    "توقيع",
    "التواقيع",
    "الموقعون",
    "بتاريخ",
    "التاريخ",
    "تاريخ",
    "حرر",
    "صدر",
    "اللجنة التحضيرية",
    "اللجنة المنظمة",
    "اللجنة العليا",
    "الامانة العامة",
    "امانة المؤتمر",
    "رئيس المؤتمر",
    "رئاسة المؤتمر",
    "عن المشاركين",
    "signed",
    "signature",
    "date",
    "dated",
    "on behalf",
];

/// 80 letters: a place and a date, or a name and a post.
const SIGNATURE_LETTERS_MAX: usize = 80;

/// Where the last item ends; `range` is all that follows its marker, `earlier` are the items before it.
pub(super) fn end_of_last(text: &Text<'_>, range: Range<usize>, earlier: &[Range<usize>], markers: &[Marker]) -> usize {
    let formula = formula(text, range.clone()).unwrap_or(range.end);
    let range = range.start..formula;
    let lines = text.lines(range.clone());
    let signature = lines.iter().skip(1).find(|line| is_signature(text, (*line).clone()));
    let range = range.start..signature.map_or(range.end, |line| line.start);
    by_shape(text, range, earlier, markers)
}

fn formula(text: &Text<'_>, range: Range<usize>) -> Option<usize> {
    let words = text.words_in(range);
    (0..words.len()).find(|nth| is_formula(text, &words[*nth..])).map(|nth| words[nth].at.start)
}

fn is_formula(text: &Text<'_>, words: &[Placed]) -> bool {
    let Some(first) = words.first() else { return false };
    let word = first.word.folded.as_str();
    let bare = word.strip_prefix('و').filter(|bare| !bare.is_empty());
    FORMULAS.iter().any(|(formula, place)| {
        let is_here = |first: &str| {
            let mut formula = formula.split(' ').peekable();
            let Some(begin) = formula.next() else { return false };
            let mut others = words[1..].iter();
            first == begin
                && std::iter::from_fn(|| Some((formula.next()?, formula.peek().is_none()))).all(|(part, is_last)| {
                    let next = others.next().map(|placed| placed.word.folded.as_str());
                    next.is_some_and(|next| next == part || (is_last && is_begun(next, part)))
                })
        };
        let is_joined = bare.is_some_and(is_here);
        match place {
            Where::Anywhere => is_here(word) || is_joined,
            Where::Joined => is_joined || (is_here(word) && text.is_sentence_start(first.at.start)),
            Where::Sentence => (is_here(word) || is_joined) && text.is_sentence_start(first.at.start),
        }
    })
}

/// «هذا ونسأل», «هذا ويتقدم»: a verb follows, whichever it is.
fn is_begun(word: &str, wanted: &str) -> bool {
    matches!(wanted, "ون" | "وي") && word.starts_with(wanted)
}

fn is_signature(text: &Text<'_>, line: Range<usize>) -> bool {
    let line = text.trimmed(line);
    if line.is_empty() || line.len() > SIGNATURE_LETTERS_MAX {
        return false;
    }
    let words = text.words_in(line.clone());
    let begins = |signature: &str| {
        let mut signature = crate::arabic::words(signature);
        let mut words = words.iter();
        signature.all(|wanted| words.next().is_some_and(|placed| placed.word.folded == wanted.folded))
    };
    SIGNATURES.iter().any(|signature| begins(signature)) || is_date(text, line, words)
}

/// A short line with a year, which ends no sentence: «النجف، 22 تشرين الثاني 2026».
fn is_date(text: &Text<'_>, line: Range<usize>, words: &[Placed]) -> bool {
    let is_year = |placed: &Placed| {
        let year = &placed.word.exact;
        year.len() == 4 && year.parse().is_ok_and(|year: u32| (1300..2200).contains(&year))
    };
    let is_open =
        line.end.checked_sub(1).and_then(|last| text.get(last)).is_some_and(|c| !matches!(c, '.' | '؛' | ';'));
    is_open && words.len() <= 12 && words.iter().any(is_year)
}

/// The others show how this statement sets its items: where each is one line, or none holds an empty line, the last
/// is no different.
fn by_shape(text: &Text<'_>, range: Range<usize>, earlier: &[Range<usize>], markers: &[Marker]) -> usize {
    let (mut has_breaks, mut has_gaps) = (false, false);
    for item in earlier {
        let lines = text.lines(item.clone());
        has_breaks |= lines.iter().filter(|line| !text.trimmed((*line).clone()).is_empty()).count() > 1;
        has_gaps |= gap(text, &lines).is_some();
    }
    let start = text.trimmed(range.clone()).start;
    let lines = text.lines(start..range.end);
    let is_one_line = earlier.len() > 1 && !has_breaks;
    if is_one_line {
        // A list within the item belongs to it, and so does what a colon announces.
        let mut end = start;
        let mut is_announced = true;
        for line in &lines {
            let words = text.trimmed(line.clone());
            let is_listed = markers.binary_search_by_key(&words.start, |marker| marker.at.start).is_ok();
            if !words.is_empty() {
                if !is_listed && !is_announced {
                    break;
                }
                is_announced = text.get(words.end - 1) == Some(':');
            }
            end = line.end;
        }
        return end;
    }
    match gap(text, &lines) {
        Some(gap) if !has_gaps && !earlier.is_empty() => gap,
        _ => range.end,
    }
}

/// Where the first empty line after some text begins, if text follows it.
fn gap(text: &Text<'_>, lines: &[Range<usize>]) -> Option<usize> {
    let is_empty = |line: &Range<usize>| text.trimmed(line.clone()).is_empty();
    // What stands between «\r» and «\n» is no line.
    let is_between = |line: &Range<usize>| {
        let before = line.start.checked_sub(1).and_then(|before| text.get(before));
        line.is_empty() && before == Some('\r') && text.get(line.start) == Some('\n')
    };
    let is_gap = |line: &Range<usize>| is_empty(line) && !is_between(line);
    let nth = lines.iter().skip(1).position(is_gap)? + 1;
    lines[nth..].iter().any(|line| !is_empty(line)).then(|| lines[nth].start)
}
