//! What people write in scenarios: changes of a few Arabic words, most of them at the end.

use automerge::transaction::Transactable;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sync_engine::document::{self, DocumentError, Note};

/// One a line; ordinary words of conferences and reports.
const WORDS: &str = include_str!("words.txt");

/// A writer who writes the same in every run.
#[derive(Debug)]
pub(super) struct Writer {
    random: ChaCha8Rng,
    words: Vec<&'static str>,
}

impl Writer {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(seed), words: WORDS.lines().collect() }
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        // The bias of the remainder is far below what any figure shows.
        (self.random.next_u64() % end.max(1) as u64) as usize
    }

    pub(super) fn word(&mut self) -> &'static str {
        let nth = self.below(self.words.len());
        self.words[nth]
    }

    /// So many words, with a space before each.
    pub(super) fn words(&mut self, count: usize) -> String {
        (0..count).flat_map(|_| [" ", self.word()]).collect()
    }

    /// Text of at least so many characters.
    pub(super) fn text(&mut self, characters: usize) -> String {
        let mut text = String::new();
        let mut count = 0;
        while count < characters {
            let word = self.words(1);
            count += word.chars().count();
            text.push_str(&word);
        }
        text
    }

    /// One to seven words: 85 of 100 times at the note's end, else somewhere in it, over up to five letters.
    pub(super) fn change(&mut self, tx: &mut impl Transactable) -> Result<(), DocumentError> {
        let body = document::text_object(tx, &Note::place().body())?;
        let length = tx.length(&body);
        let count = 1 + self.below(7);
        let words = self.words(count);
        let (at, deleted) = match self.below(100) < 85 {
            true => (length, 0),
            false => {
                let at = 1 + self.below(length);
                (at, self.below(6).min(length - at))
            }
        };
        Ok(tx.splice_text(&body, at, deleted as isize, &words)?)
    }

    /// Types at the note's end.
    pub(super) fn append(tx: &mut impl Transactable, text: &str) -> Result<(), DocumentError> {
        let body = document::text_object(tx, &Note::place().body())?;
        let end = tx.length(&body);
        Ok(tx.splice_text(&body, end, 0, text)?)
    }

    /// Puts text somewhere into the note.
    pub(super) fn flush(&mut self, tx: &mut impl Transactable, text: &str) -> Result<(), DocumentError> {
        let body = document::text_object(tx, &Note::place().body())?;
        let at = 1 + self.below(tx.length(&body));
        Ok(tx.splice_text(&body, at, 0, text)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_writes_the_same_in_every_run() {
        assert_eq!(Writer::new(7).text(500), Writer::new(7).text(500));
        assert_ne!(Writer::new(7).text(500), Writer::new(8).text(500));
    }
}
