//! A text with its letters and words side by side. Its places are numbers of letters; UTF-16 is for the border.

use std::ops::Range;

use crate::arabic::{Word, is_ignored};

/// How a list is counted or closed says little about what stands further away than a long sentence.
const HEADING_LETTERS_MAX: usize = 160;

pub(super) struct Text<'t> {
    source: &'t str,
    letters: Vec<Letter>,
    words: Vec<Placed>,
}

struct Letter {
    c: char,
    byte: usize,
    unit: usize,
}

/// A word, and where its letters are.
pub(super) struct Placed {
    pub(super) word: Word,
    pub(super) at: Range<usize>,
}

impl<'t> Text<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        let mut unit = 0;
        let letter = |(byte, c): (usize, char)| {
            let letter = Letter { c, byte, unit };
            unit += c.len_utf16();
            letter
        };
        let letters: Vec<Letter> = source.char_indices().map(letter).collect();
        let mut text = Self { source, letters, words: Vec::new() };
        let mut words: Vec<Placed> = Vec::new();
        for word in crate::arabic::words(source) {
            let at = text.letter_at(word.at.start)..text.letter_at(word.at.end);
            words.push(Placed { word, at });
        }
        text.words = words;
        text
    }

    /// In letters.
    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<char> {
        self.letters.get(at).map(|letter| letter.c)
    }

    pub(super) fn words(&self) -> &[Placed] {
        &self.words
    }

    /// The words that begin in a range.
    pub(super) fn words_in(&self, range: Range<usize>) -> &[Placed] {
        let start = self.words.partition_point(|word| word.at.start < range.start);
        let end = self.words.partition_point(|word| word.at.start < range.end);
        &self.words[start..end.max(start)]
    }

    /// Where a letter stands, in UTF-16 code units.
    pub(super) fn unit(&self, at: usize) -> usize {
        self.letters.get(at).map_or_else(|| self.units(), |letter| letter.unit)
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'t str {
        &self.source[self.byte(range.start)..self.byte(range.end)]
    }

    /// The range without the blanks around it.
    pub(super) fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let mut range = range.start..range.end.max(range.start);
        while !range.is_empty() && self.is_blank(range.start) {
            range.start += 1;
        }
        while !range.is_empty() && self.is_blank(range.end - 1) {
            range.end -= 1;
        }
        range
    }

    /// The letter before a place that is no blank of the same line.
    pub(super) fn visible_before(&self, at: usize) -> Option<char> {
        let before = self.letters[..at].iter().rev().map(|letter| letter.c);
        before.into_iter().find(|c| is_line_end(*c) || !is_blank(*c))
    }

    /// Whether nothing but blanks stands before it in its line.
    pub(super) fn is_line_start(&self, at: usize) -> bool {
        self.visible_before(at).is_none_or(is_line_end)
    }

    /// Whether a sentence has ended before it.
    pub(super) fn is_sentence_start(&self, at: usize) -> bool {
        self.visible_before(at)
            .is_none_or(|c| is_line_end(c) || matches!(c, '.' | '؛' | ';' | '!' | '؟' | '?' | '…' | '»'))
    }

    /// Where the line of a place ends.
    pub(super) fn line_end(&self, at: usize) -> usize {
        (at..self.len()).find(|at| self.get(*at).is_some_and(is_line_end)).unwrap_or(self.len())
    }

    /// The lines of a range, each without its end.
    pub(super) fn lines(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let mut start = range.start;
        for at in range.clone() {
            if self.get(at).is_some_and(is_line_end) {
                lines.push(start..at);
                start = at + 1;
            }
        }
        lines.push(start..range.end.max(start));
        lines
    }

    /// What leads up to a place: at most a long sentence.
    pub(super) fn lead(&self, from: usize, at: usize) -> Range<usize> {
        from.max(at.saturating_sub(HEADING_LETTERS_MAX)).min(at)..at
    }

    /// Where, in a range that ends before a list, that list's own heading begins; the range's end if it has none.
    pub(super) fn before_heading(&self, range: Range<usize>) -> usize {
        let lines = self.lines(range.clone());
        let mut lines = lines.iter().skip(1).map(|line| self.trimmed(line.clone()));
        let last = lines.rfind(|line| !line.is_empty());
        let heading = last.filter(|line| line.len() <= HEADING_LETTERS_MAX && self.get(line.end - 1) == Some(':'));
        heading.map_or(range.end, |line| line.start)
    }

    fn is_blank(&self, at: usize) -> bool {
        self.get(at).is_some_and(is_blank)
    }

    fn letter_at(&self, unit: usize) -> usize {
        self.letters.partition_point(|letter| letter.unit < unit)
    }

    fn byte(&self, at: usize) -> usize {
        self.letters.get(at).map_or(self.source.len(), |letter| letter.byte)
    }

    fn units(&self) -> usize {
        self.letters.last().map_or(0, |letter| letter.unit + letter.c.len_utf16())
    }
}

pub(super) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A tatweel is ignored in words, but seen.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{fffc}' || (c != 'ـ' && is_ignored(c))
}
