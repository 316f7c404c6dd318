//! The small splices that turn one text into another. Letters are compared with their marks: a haraka
//! is never taken for one of another letter, and a letter that only gains or loses a haraka stays, so
//! that two people who vocalise it at once do not double it.
//!
//! One thing remains that no splice can prevent: a haraka added at the end of a letter is an insertion
//! like any other, so if someone else at once deletes that letter, or types one right behind it, the
//! haraka can come to stand on the neighbour. Replacing the whole cluster instead would double the
//! letter that two people vocalise, and revive the one that somebody deleted.

use unicode_segmentation::UnicodeSegmentation;

/// Beyond this many edits the alignment costs more than it keeps; the rest is replaced as a whole.
const EDITS_MAX: usize = 512;

/// In the old text, from index `at`, delete so many UTF-16 code units and put `insert` there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    pub(crate) at: usize,
    pub(crate) delete: usize,
    pub(crate) insert: String,
}

/// Ascending and apart from each other; to be applied from the last to the first.
pub(super) fn splices(old: &str, new: &str) -> Vec<Splice> {
    let old: Vec<_> = old.graphemes(true).collect();
    let new: Vec<_> = new.graphemes(true).collect();
    let (mut splices, mut at, mut i, mut j) = (Vec::new(), 0, 0, 0);
    for (x, y) in same_letters(&old, &new).into_iter().chain([(old.len(), new.len())]) {
        let gap = Splice { at, delete: width(&old[i..x]), insert: new[j..y].concat() };
        at += gap.delete;
        splices.push(gap);
        if let (Some(before), Some(after)) = (old.get(x), new.get(y)) {
            splices.push(changed_marks(at, before, after));
            at += width(&[before]);
        }
        (i, j) = (x + 1, y + 1);
    }
    splices.retain(|splice| splice.delete > 0 || !splice.insert.is_empty());
    splices
}

/// The pairs of places in both texts where the same letter stands, with whatever marks.
pub(crate) fn same_letters(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let old_words: Vec<_> = words(old).collect();
    let new_words: Vec<_> = words(new).collect();
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    let same_words = aligned(&old_words, &new_words);
    for (x, y) in same_words.into_iter().chain([(old_words.len(), new_words.len())]) {
        let (old_gap, new_gap) = (old_words[i..x].concat(), new_words[j..y].concat());
        let (old_at, new_at) = (length(&old_words[..i]), length(&new_words[..j]));
        pairs.extend(same_letters_in_words(&old_gap, &new_gap).map(|(a, b)| (old_at + a, new_at + b)));
        let word = old_words.get(x).map_or(0, |word| word.len());
        let (old_at, new_at) = (old_at + old_gap.len(), new_at + new_gap.len());
        pairs.extend((0..word).map(|n| (old_at + n, new_at + n)));
        (i, j) = (x + 1, y + 1);
    }
    pairs
}

pub(super) fn same_letters_in_words(old: &[&str], new: &[&str]) -> impl Iterator<Item = (usize, usize)> {
    // Ends that are the same to the last mark go first: of two equal letters with different marks, the
    // one that changed is then the one that is edited.
    let (start, end) = same_ends(old, new);
    let letters = |text: &[&'_ str]| text.iter().map(|cluster| letter(cluster).to_owned()).collect::<Vec<_>>();
    let middle = aligned(&letters(&old[start..old.len() - end]), &letters(&new[start..new.len() - end]));
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let head = (0..start).map(|n| (n, n));
    let tail = (0..end).map(move |n| (old_end + n, new_end + n));
    head.chain(middle.into_iter().map(move |(a, b)| (start + a, start + b))).chain(tail)
}

/// A cluster without its marks. Clusters that are no letters (a family of emoji, a flag) mean
/// something only as a whole.
fn letter(cluster: &str) -> &str {
    match cluster.chars().next() {
        Some(base) if base.is_alphabetic() => &cluster[..base.len_utf8()],
        _ => cluster,
    }
}

/// What makes one letter of another with other marks.
pub(crate) fn changed_marks(at: usize, old: &str, new: &str) -> Splice {
    let old: Vec<_> = old.chars().collect();
    let new: Vec<_> = new.chars().collect();
    let (start, end) = same_ends(&old, &new);
    let units = |chars: &[char]| chars.iter().map(|c| c.len_utf16()).sum::<usize>();
    Splice {
        at: at + units(&old[..start]),
        delete: units(&old[start..old.len() - end]),
        insert: new[start..new.len() - end].iter().collect(),
    }
}

pub(super) fn words<'a, 'b>(clusters: &'a [&'b str]) -> impl Iterator<Item = &'a [&'b str]> {
    clusters.chunk_by(|a, b| !is_space(a) && !is_space(b))
}

fn is_space(cluster: &str) -> bool {
    cluster.chars().all(char::is_whitespace)
}

fn width(clusters: &[&str]) -> usize {
    clusters.iter().flat_map(|cluster| cluster.chars()).map(char::len_utf16).sum()
}

fn length(words: &[&[&str]]) -> usize {
    words.iter().map(|word| word.len()).sum()
}

fn same_ends<T: PartialEq>(a: &[T], b: &[T]) -> (usize, usize) {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let rest = a[start..].iter().rev().zip(b[start..].iter().rev());
    (start, rest.take_while(|(x, y)| x == y).count())
}

/// A longest common subsequence, as pairs of indexes (Myers, An O(ND) difference algorithm, 1986).
pub(super) fn aligned<T: PartialEq>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let (start, end) = same_ends(a, b);
    let (a_end, b_end) = (a.len() - end, b.len() - end);
    let middle = shortest_edit(&a[start..a_end], &b[start..b_end]);
    let middle = middle.into_iter().map(|(x, y)| (start + x, start + y));
    let head = (0..start).map(|n| (n, n));
    head.chain(middle).chain((0..end).map(|n| (a_end + n, b_end + n))).collect()
}

fn shortest_edit<T: PartialEq>(a: &[T], b: &[T]) -> Vec<(usize, usize)> {
    let (n, m) = (a.len() as isize, b.len() as isize);
    let edits_max = (a.len() + b.len()).min(EDITS_MAX) as isize;
    // `reach[k + edits_max + 1]` is how far into `a` the path on diagonal k has come.
    let at = |k: isize| (k + edits_max + 1) as usize;
    let is_down = |reach: &[isize], k: isize, d: isize| k == -d || (k != d && reach[at(k - 1)] < reach[at(k + 1)]);
    let mut reach = vec![0_isize; 2 * edits_max as usize + 3];
    let mut steps = Vec::new();
    for d in 0..=edits_max {
        steps.push(reach.clone());
        for k in (-d..=d).step_by(2) {
            let mut x = if is_down(&reach, k, d) { reach[at(k + 1)] } else { reach[at(k - 1)] + 1 };
            while x < n && x - k < m && a[x as usize] == b[(x - k) as usize] {
                x += 1;
            }
            reach[at(k)] = x;
            if x >= n && x - k >= m {
                return walk_back(&steps, n, m, at, is_down);
            }
        }
    }
    Vec::new()
}

fn walk_back(
    steps: &[Vec<isize>],
    n: isize,
    m: isize,
    at: impl Fn(isize) -> usize,
    is_down: impl Fn(&[isize], isize, isize) -> bool,
) -> Vec<(usize, usize)> {
    let (mut x, mut y) = (n, m);
    let mut pairs = Vec::new();
    for (d, reach) in steps.iter().enumerate().rev() {
        let k = x - y;
        let from = if is_down(reach, k, d as isize) { k + 1 } else { k - 1 };
        let (from_x, from_y) = (reach[at(from)], reach[at(from)] - from);
        while x > from_x && y > from_y && x > 0 && y > 0 {
            (x, y) = (x - 1, y - 1);
            pairs.push((x as usize, y as usize));
        }
        (x, y) = (from_x, from_y);
    }
    pairs.reverse();
    pairs
}

#[cfg(test)]
#[path = "text_diff_tests.rs"]
mod tests;
