//! What a stretch of blocks has in common with the one that the page made of it. The stretch is one sequence of
//! letters and markers, so a paragraph split in the middle is one marker more, and a join one less; a letter is
//! compared with its harakat, as everywhere else.

use std::collections::BTreeMap;

use unicode_segmentation::UnicodeSegmentation;

use super::NoteBlock;
use super::flat::{Kept, gaps, keep};
use crate::document::{self, Block};

/// The stretches that both have in common. `caret` is where the caret stands in the new sequence: what was typed or
/// deleted among equal letters was so right before it. If the first markers must stay, they are a pair.
pub(super) fn common(old: &[NoteBlock], new: &[NoteBlock], caret: Option<usize>, first_stays: bool) -> Vec<Kept> {
    let mut kinds = Kinds::default();
    let (old, new) = (Tokens::of(old, &mut kinds), Tokens::of(new, &mut kinds));
    let pairs = pairs(&old, &new, caret, first_stays);
    let mut kept = Vec::new();
    for (i, j) in pairs {
        keep_token(&mut kept, (old.units[i], new.units[j]), (&old.texts[i], &new.texts[j]));
    }
    with_changed_markers(&kept, &old, &new)
}

/// A stretch in tokens that are never cut: markers, and letters with their harakat.
struct Tokens<'b> {
    texts: Vec<Token<'b>>,
    /// Where each begins, and at last where all end.
    units: Vec<usize>,
}

/// A marker as a text that no letter can be: two separators or more, which never join to one cluster.
type Token<'b> = std::borrow::Cow<'b, str>;

const MARKER: &str = "\u{2029}\u{2029}";

/// A name for each block that differs from the others, made of what separates words.
#[derive(Default)]
struct Kinds(BTreeMap<String, String>);

impl Kinds {
    fn name(&mut self, block: &Block) -> String {
        let nth = self.0.len();
        let name = || {
            let bits = (0..usize::BITS - nth.leading_zeros()).map(|bit| nth >> bit & 1);
            MARKER.chars().chain(bits.map(|bit| if bit == 1 { '\u{2029}' } else { '\u{2028}' })).collect()
        };
        self.0.entry(format!("{block:?}")).or_insert_with(name).clone()
    }
}

impl<'b> Tokens<'b> {
    fn of(blocks: &'b [NoteBlock], kinds: &mut Kinds) -> Self {
        let mut tokens = Self { texts: Vec::new(), units: vec![0] };
        for block in blocks {
            tokens.push(kinds.name(&block.block).into(), 1);
            match block.runs.as_slice() {
                [run] => tokens.push_letters(run.text.graphemes(true).map(Token::from)),
                // A haraka may stand under another mark than its letter.
                runs => {
                    let text: String = runs.iter().map(|run| run.text.as_str()).collect();
                    tokens.push_letters(text.graphemes(true).map(|letter| letter.to_owned().into()));
                }
            }
        }
        tokens
    }

    fn push_letters(&mut self, letters: impl Iterator<Item = Token<'b>>) {
        for letter in letters {
            let units = letter.encode_utf16().count();
            self.push(letter, units);
        }
    }

    fn push(&mut self, text: Token<'b>, units: usize) {
        self.texts.push(text);
        self.units.push(self.end() + units);
    }

    fn end(&self) -> usize {
        self.units.last().copied().unwrap_or_default()
    }

    fn is_marker(&self, at: usize) -> bool {
        self.texts[at].starts_with(MARKER)
    }
}

/// The pairs of tokens that stay, though a letter may have other harakat afterwards.
fn pairs(old: &Tokens<'_>, new: &Tokens<'_>, caret: Option<usize>, first_stays: bool) -> Vec<(usize, usize)> {
    let (a, b) = (&old.texts[..], &new.texts[..]);
    let first = usize::from(first_stays && !a.is_empty() && !b.is_empty());
    // First what follows the caret, then what comes before, then the rest of the end: so one edit at the caret is
    // found exactly, whatever letters stand around it.
    let behind_caret =
        caret.map_or(0, |caret| new.units.iter().rev().skip(1).take_while(|unit| **unit >= caret).count());
    let room = |done: usize| a.len().min(b.len()) - done;
    let end = same(a.iter().rev().zip(b.iter().rev()).take(behind_caret.min(room(first))));
    let start = first + same(a[first..].iter().zip(&b[first..]).take(room(first + end)));
    let end = end + same(a[..a.len() - end].iter().rev().zip(b[..b.len() - end].iter().rev()).take(room(start + end)));
    let (a_end, b_end) = (a.len() - end, b.len() - end);
    let middle = document::same_letters(&strs(&a[start..a_end]), &strs(&b[start..b_end]));
    let head = (0..start).map(|n| (n, n));
    let middle = middle.into_iter().map(|(i, j)| (start + i, start + j));
    let mut pairs: Vec<_> = head.chain(middle).chain((0..end).map(|n| (a_end + n, b_end + n))).collect();
    take_blocks_whole(&mut pairs, old, new, first);
    pairs
}

fn strs<'t>(tokens: &'t [Token<'_>]) -> Vec<&'t str> {
    tokens.iter().map(|token| token.as_ref()).collect()
}

fn same<'t, 'b: 't>(pairs: impl Iterator<Item = (&'t Token<'b>, &'t Token<'b>)>) -> usize {
    pairs.take_while(|(a, b)| a == b).count()
}

/// Of two equal markers, the text of a block and the marker behind it came or went: then it was rather that block.
fn take_blocks_whole(pairs: &mut [(usize, usize)], old: &Tokens<'_>, new: &Tokens<'_>, first: usize) {
    let mut next = (old.texts.len(), new.texts.len());
    for at in (first..pairs.len()).rev() {
        let (i, j) = pairs[at];
        let is_equal = old.texts[i] == new.texts[j] && old.is_marker(i);
        if is_equal && j + 1 == next.1 && next.0 > i + 1 && old.texts[next.0 - 1] == old.texts[i] {
            pairs[at].0 = next.0 - 1;
        } else if is_equal && i + 1 == next.0 && next.1 > j + 1 && new.texts[next.1 - 1] == new.texts[j] {
            pairs[at].1 = next.1 - 1;
        }
        next = pairs[at];
    }
}

fn keep_token(kept: &mut Vec<Kept>, (old_at, new_at): (usize, usize), (old, new): (&str, &str)) {
    let units = |text: &str| text.encode_utf16().count();
    if old.starts_with(MARKER) {
        return keep(kept, Kept { old: old_at, new: new_at, units: 1 });
    }
    let change = document::changed_marks(0, old, new);
    keep(kept, Kept { old: old_at, new: new_at, units: change.at });
    let (old_end, new_end) = (change.at + change.delete, change.at + units(&change.insert));
    keep(kept, Kept { old: old_at + old_end, new: new_at + new_end, units: units(old) - old_end });
}

/// Adds the markers that only became others: a paragraph that is a heading now is still that paragraph.
fn with_changed_markers(kept: &[Kept], old: &Tokens<'_>, new: &Tokens<'_>) -> Vec<Kept> {
    let markers = |tokens: &Tokens<'_>, range: std::ops::Range<usize>| -> Vec<usize> {
        let from = tokens.units.partition_point(|unit| *unit < range.start);
        let within = (from..tokens.texts.len()).take_while(|at| tokens.units[*at] < range.end);
        within.filter(|at| tokens.is_marker(*at)).map(|at| tokens.units[at]).collect()
    };
    let mut all = Vec::new();
    for (gone, come, next) in gaps(kept, old.end(), new.end()) {
        if !gone.is_empty() && !come.is_empty() {
            for (old, new) in markers(old, gone).into_iter().zip(markers(new, come)) {
                keep(&mut all, Kept { old, new, units: 1 });
            }
        }
        keep(&mut all, next);
    }
    all
}
