//! The words of a text, each as it is compared and where it stands.

use std::collections::VecDeque;
use std::ops::Range;
use std::str::Chars;

use super::letters::{HAMZA, HAMZA_ABOVE, HAMZA_BELOW, MADDA_ABOVE, Role, folded, parts, role, same_letter};

/// 64 letters: no word is longer, and what is longer is not searched for by its end.
const WORD_LETTERS_MAX: usize = 64;

/// A word of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Its letters without harakat and tatweel, the same from every keyboard; hamzas apart from their seats.
    pub exact: String,
    /// As `exact`, with one letter for those that people write for each other: احمد for أحمد.
    pub folded: String,
    /// As `folded`, of a word that may go on: a hamza at the end is not yet treated as a last letter. None where that
    /// makes no difference.
    pub unfinished: Option<String>,
    /// Where it stands in the text, in UTF-16 code units.
    pub at: Range<usize>,
}

/// The words of a text, in order.
pub fn words(text: &str) -> Words<'_> {
    Words { chars: text.chars(), at: 0, open: Open::default(), ready: VecDeque::new() }
}

/// See [`words`].
#[derive(Debug)]
pub struct Words<'t> {
    chars: Chars<'t>,
    at: usize,
    open: Open,
    ready: VecDeque<Word>,
}

/// A word that is being read.
#[derive(Debug, Default)]
struct Open {
    word: Word,
    letters: usize,
    is_arabic: bool,
    /// The letter that carries the hamza with which the word ends so far.
    seat: Option<char>,
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        while self.ready.is_empty() {
            let Some(c) = self.chars.next() else {
                self.open.close(&mut self.ready);
                break;
            };
            let at = self.at..self.at + c.len_utf16();
            self.at = at.end;
            // One character for whole words, such as ﷺ: it continues no other.
            let is_phrase = matches!(c, '\u{fdf0}'..='\u{fdff}');
            if is_phrase {
                self.open.close(&mut self.ready);
            }
            parts(c, |part| self.open.take(part, &at, &mut self.ready));
            if is_phrase {
                self.open.close(&mut self.ready);
            }
        }
        self.ready.pop_front()
    }
}

impl Open {
    fn take(&mut self, part: char, at: &Range<usize>, ready: &mut VecDeque<Word>) {
        match role(part) {
            Role::Letter { is_arabic } => {
                if is_arabic != self.is_arabic {
                    self.close(ready);
                }
                if self.letters == 0 {
                    self.word.at.start = at.start;
                }
                self.is_arabic = is_arabic;
                self.push(part, at);
            }
            Role::Sign if self.letters > 0 => {
                self.sign(part);
                self.word.at.end = at.end;
            }
            Role::Gap => self.close(ready),
            Role::Sign | Role::Nothing => {}
        }
    }

    fn push(&mut self, part: char, at: &Range<usize>) {
        self.letters += 1;
        self.word.at.end = at.end;
        self.seat = None;
        if self.letters <= WORD_LETTERS_MAX {
            let letter = same_letter(part);
            self.word.exact.push(letter);
            self.word.folded.push(folded(letter));
        }
    }

    /// A hamza is told from its seat, as people choose the seat differently: مسئول and مسؤول.
    fn sign(&mut self, sign: char) {
        if !matches!(sign, MADDA_ABOVE | HAMZA_ABOVE | HAMZA_BELOW) || self.letters > WORD_LETTERS_MAX {
            return;
        }
        match self.word.folded.chars().next_back() {
            // One to a letter, however many somebody wrote.
            Some('ا') if self.word.exact.ends_with('ا') => self.word.exact.push(sign),
            Some(seat @ ('و' | 'ي')) if sign == HAMZA_ABOVE => {
                self.word.exact.push(sign);
                self.word.folded.pop();
                self.word.folded.push(HAMZA);
                self.seat = Some(seat);
            }
            _ => {}
        }
    }

    fn close(&mut self, ready: &mut VecDeque<Word>) {
        let mut closed = std::mem::take(self);
        if closed.letters == 0 {
            return;
        }
        let word = &mut closed.word;
        // The last hamza is the one that is left out most: شيء, شئ and شي; كربلاء and كربلا.
        if word.folded.ends_with(HAMZA) && (closed.seat.is_some() || closed.letters > 2) {
            word.unfinished = Some(word.folded.clone());
            word.folded.pop();
            word.folded.extend(closed.seat);
        }
        ready.push_back(closed.word);
    }
}
